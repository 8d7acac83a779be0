//! Expressions.

use frontend::ast::{BinaryOp, Expr, ExprKind, Ident, SliceExpr, UnaryOp};
use frontend::check::info::{Mode, SelectionKind};
use frontend::constant::{Const, rational_to_f64, round_f32};
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use super::place::Root;
use crate::mir::{BinOp, Block, BoundsKind, ConvOp, Op, Ty, UnOp, Value};

impl<'p> FnCx<'_, 'p> {
    /// The value of an expression.
    pub fn expr(&mut self, e: &'p Expr) -> Res<Val> {
        self.expr_as_is(e, false)
    }

    /// The value; of a memory type possibly a pointer to the variable itself, to be consumed at once.
    pub fn expr_borrowed(&mut self, e: &'p Expr) -> Res<Val> {
        self.expr_as_is(e, true)
    }

    /// The value, converted to the type of where it goes.
    pub fn expr_as(&mut self, e: &'p Expr, to: TypeId) -> Res<Val> {
        if self.is_nil(e) {
            return Ok(self.zero(to));
        }
        let from = self.ty(e);
        if let Some(value) = self.info().value_of(e.id)
            && self.types().is_interface(to)
            && !self.types().is_interface(from)
        {
            return Ok(self.constant_to_interface(value, self.types().default_type(from), to));
        }
        // A constant becomes whatever number a type argument is.
        if let Some(value) = self.info().value_of(e.id)
            && matches!(self.under(to), Type::Basic(_))
        {
            return self.constant(value, to);
        }
        let val = self.expr(e)?;
        self.convert_implicit(val, from, to)
    }

    /// The values of a list of expressions; a single call of several results, or a `, ok` expression, gives them all.
    /// `wanted` has the type of where each goes; values that go nowhere are not converted.
    pub fn expr_list(&mut self, list: &'p [Expr], wanted: &[Option<TypeId>]) -> Res<Vec<Val>> {
        if let [only] = list
            && wanted.len() != 1
        {
            let (vals, types) = self.spread(only)?;
            let mut out = Vec::new();
            for ((val, from), to) in vals.into_iter().zip(types).zip(wanted) {
                out.push(match to {
                    Some(to) => self.convert_implicit(val, from, *to)?,
                    None => val,
                });
            }
            return Ok(out);
        }
        let items: Vec<(&'p Expr, Option<TypeId>)> = list.iter().zip(wanted).map(|(e, &ty)| (e, ty)).collect();
        // The first assignment must not change the values of the others.
        self.operands_for(&items, items.len() > 1)
    }

    /// All values of a call of several results or of a `, ok` expression, and their types.
    pub fn spread(&mut self, e: &'p Expr) -> Res<(Vec<Val>, Vec<TypeId>)> {
        let e = e.unparen();
        let ty = self.ty(e);
        let types = match self.types().get(ty) {
            Type::Tuple(types) => types.iter().map(|&t| self.types().default_type(t)).collect(),
            _ => vec![ty],
        };
        self.at(e.pos());
        match &e.kind {
            ExprKind::Call(call) => Ok((self.call_expr(e, call)?, types)),
            _ => {
                let (val, ok) = self.comma_ok(e, types[0])?;
                Ok((vec![val, Val::one(ok)], types))
            }
        }
    }

    /// A map index, type assertion or receive with its second value.
    fn comma_ok(&mut self, e: &'p Expr, ty: TypeId) -> Res<(Val, Value)> {
        match &e.kind {
            ExprKind::Index { operand, indices, lbrack, .. } => {
                let place = self.index_place(operand, *lbrack, &indices[0], ty)?;
                let Root::Map { map, key, map_ty } = place.root else { return Err(self.ice("index of no map")) };
                Ok(self.map_get_ok(map, &key, map_ty))
            }
            ExprKind::TypeAssert { operand, .. } => {
                let from = self.ty(operand);
                let val = self.expr(operand)?;
                self.type_assert_ok(val, from, ty)
            }
            ExprKind::Unary { op: UnaryOp::Recv, operand } => {
                let chan_ty = self.ty(operand);
                let chan = self.expr(operand)?.leaf(0);
                self.receive_ok(chan, chan_ty)
            }
            _ => Err(self.ice("no comma-ok expression")),
        }
    }

    /// Whether the expression is the predeclared nil.
    pub fn is_nil(&self, e: &Expr) -> bool {
        self.info().type_info(e.unparen().id).is_some_and(|info| info.mode == Mode::Nil)
    }

    fn expr_as_is(&mut self, e: &'p Expr, borrow: bool) -> Res<Val> {
        let ty = self.ty(e);
        if let Some(value) = self.info().value_of(e.id) {
            return self.constant(value, ty);
        }
        if self.is_nil(e) {
            return Ok(self.zero(ty));
        }
        match &e.kind {
            ExprKind::Paren(inner) => return self.expr_as_is(inner, borrow),
            ExprKind::Binary { .. } | ExprKind::FuncLit(_) => {}
            _ => self.at(e.pos()),
        }
        match &e.kind {
            ExprKind::Ident(ident) => self.ident(e, ident, borrow),
            ExprKind::CompositeLit { elems, .. } => self.composite(e, elems),
            ExprKind::FuncLit(lit) => self.func_lit(e, lit),
            ExprKind::Selector { operand, name } => self.selector(e, operand, name, borrow),
            ExprKind::Index { operand, indices, lbrack, .. } => {
                if let Some(func) = self.generic_func(e)? {
                    return Ok(func);
                }
                if let Some(val) = self.map_get_by_bytes(operand, &indices[0])? {
                    return Ok(val);
                }
                let place = self.index_place(operand, *lbrack, &indices[0], ty)?;
                Ok(if borrow { self.load_borrowed(&place) } else { self.load(&place) })
            }
            ExprKind::Slice(slice) => self.slice(slice),
            ExprKind::TypeAssert { operand, .. } => {
                let from = self.ty(operand);
                let val = self.expr(operand)?;
                self.at(e.pos());
                self.type_assert(val, from, ty)
            }
            ExprKind::Call(call) => {
                let vals = self.call_expr(e, call)?;
                match vals.into_iter().next() {
                    Some(val) => Ok(val),
                    None => Ok(Val::Scalars(Vec::new())),
                }
            }
            ExprKind::Star(_) => {
                let place = self.place(e)?;
                Ok(if borrow { self.load_borrowed(&place) } else { self.load(&place) })
            }
            ExprKind::Unary { op, operand } => self.unary(e, *op, operand, ty),
            ExprKind::Binary { op, left, right, .. } => self.binary(e, *op, left, right, ty),
            _ => Err(self.ice("no value")),
        }
    }

    fn ident(&mut self, e: &'p Expr, ident: &Ident, borrow: bool) -> Res<Val> {
        let Some(obj) = self.info().use_of(ident.id).or_else(|| self.info().def(ident.id)) else {
            return Err(self.ice(format_args!("{} has no object", ident.name)));
        };
        self.object(e, ident, obj, borrow)
    }

    /// A variable, constant or function by name.
    fn object(&mut self, e: &'p Expr, ident: &Ident, obj: ObjectId, borrow: bool) -> Res<Val> {
        let types = self.types();
        match &types.object(obj).kind {
            ObjectKind::Var(_) => {
                let ty = self.var_ty(obj);
                let place = self.var_place(obj, ty);
                Ok(if borrow { self.load_borrowed(&place) } else { self.load(&place) })
            }
            ObjectKind::Func(_) => {
                let targs = self.instance_args(ident);
                let sym = self.lo.func_symbol(obj, &targs);
                Ok(self.func_value(sym))
            }
            ObjectKind::Nil => {
                let ty = self.ty(e);
                Ok(self.zero(ty))
            }
            ObjectKind::Const(value) => {
                let ty = self.ty(e);
                match value.get() {
                    Some(value) => self.constant(value, ty),
                    None => Err(self.ice("constant without value")),
                }
            }
            _ => Err(self.ice(format_args!("{} is no value", ident.name))),
        }
    }

    /// The type arguments a generic function's name is used with.
    pub fn instance_args(&self, ident: &Ident) -> Vec<TypeId> {
        match self.info().instances.get(&ident.id) {
            Some(instance) => instance.targs.iter().map(|&t| self.subst(t)).collect(),
            None => Vec::new(),
        }
    }

    /// The value of `f[T]`, if the expression is that.
    fn generic_func(&mut self, e: &'p Expr) -> Res<Option<Val>> {
        let ExprKind::Index { operand, .. } = &e.kind else { return Ok(None) };
        let Some((obj, ident)) = self.func_name(operand) else { return Ok(None) };
        let targs = self.instance_args(&ident);
        let sym = self.lo.func_symbol(obj, &targs);
        Ok(Some(self.func_value(sym)))
    }

    /// The declared function (no method) that an expression names, with the identifier that names it.
    pub fn func_name(&self, e: &Expr) -> Option<(ObjectId, Ident)> {
        let e = e.unparen();
        let ident = match &e.kind {
            ExprKind::Ident(ident) => *ident,
            ExprKind::Selector { name, .. } if !self.info().selections.contains_key(&e.id) => *name,
            ExprKind::Index { operand, .. } => return self.func_name(operand),
            _ => return None,
        };
        let obj = self.info().use_of(ident.id)?;
        matches!(self.types().object(obj).kind, ObjectKind::Func(_)).then_some((obj, ident))
    }

    fn selector(&mut self, e: &'p Expr, operand: &'p Expr, name: &Ident, borrow: bool) -> Res<Val> {
        let Some(selection) = self.selection(e)? else {
            let Some(obj) = self.info().use_of(name.id) else {
                return Err(self.ice(format_args!("{} has no object", name.name)));
            };
            return self.object(e, name, obj, borrow);
        };
        match selection.kind {
            SelectionKind::FieldVal => {
                let start = self.place_or_value(operand)?;
                self.at(e.pos());
                let place = self.walk_path(start, &selection.path)?;
                Ok(if borrow { self.load_borrowed(&place) } else { self.load(&place) })
            }
            SelectionKind::MethodVal => self.method_value(operand, name.name, &selection),
            SelectionKind::MethodExpr => self.method_expr(name.name, &selection),
        }
    }

    // Constants.

    /// A constant of a type.
    pub fn constant(&mut self, value: &Const, ty: TypeId) -> Res<Val> {
        let types = self.types();
        let Type::Basic(basic) = *types.under(ty) else {
            if types.is_interface(ty) {
                let own = match value {
                    Const::Bool(_) => TypeId::BOOL,
                    Const::Str(_) => TypeId::STRING,
                    Const::Int(_) => TypeId::INT,
                    Const::Float(_) | Const::Huge(_) => TypeId::FLOAT64,
                    Const::Complex(..) => TypeId::COMPLEX128,
                };
                let val = self.constant(value, own)?;
                return self.to_interface(val, own, ty);
            }
            return Err(self.ice("constant of a composite type"));
        };
        let leaf = self.leaf_types(ty);
        let wrong = || "constant of another kind";
        if basic.is_boolean() {
            let Some(b) = value.as_bool() else { return Err(self.ice(wrong())) };
            return Ok(Val::one(self.b.bool(b)));
        }
        if basic.is_string() {
            let Some(bytes) = value.as_bytes() else { return Err(self.ice(wrong())) };
            return Ok(self.string_constant(bytes));
        }
        if basic.is_integer() || basic == Basic::UnsafePointer {
            let bits = value.to_i64().or_else(|| value.to_u64().map(|n| n as i64));
            let Some(bits) = bits else { return Err(self.ice(wrong())) };
            if basic == Basic::UnsafePointer {
                let n = self.b.i64(bits);
                return Ok(Val::one(self.b.conv(ConvOp::IntToPtr, Ty::Ptr, n)));
            }
            return Ok(Val::one(self.b.int(leaf[0], bits)));
        }
        let (re, im) = match value.to_complex() {
            Some(parts) => parts,
            None => return Err(self.ice(wrong())),
        };
        let parts = if basic.is_complex() { vec![re, im] } else { vec![re] };
        let leaves = parts
            .iter()
            .map(|part| match leaf[0] {
                Ty::F32 => {
                    let x = round_f32(part).map_or_else(|| rational_to_f64(part), |r| rational_to_f64(&r));
                    self.b.f32(x as f32)
                }
                _ => self.b.f64(rational_to_f64(part)),
            })
            .collect();
        Ok(Val::Scalars(leaves))
    }

    pub fn string_constant(&mut self, bytes: &[u8]) -> Val {
        let ptr = if bytes.is_empty() {
            self.b.nil()
        } else {
            let sym = self.lo.string_data(bytes);
            self.b.global_addr(sym, 0)
        };
        let len = self.b.i64(bytes.len() as i64);
        Val::Scalars(vec![ptr, len])
    }

    // Operators.

    fn unary(&mut self, e: &'p Expr, op: UnaryOp, operand: &'p Expr, ty: TypeId) -> Res<Val> {
        match op {
            UnaryOp::Addr => return self.address_of(operand),
            UnaryOp::Recv => {
                let chan_ty = self.ty(operand);
                let chan = self.expr(operand)?.leaf(0);
                self.at(e.pos());
                return self.receive(chan, chan_ty);
            }
            _ => {}
        }
        let val = self.expr(operand)?;
        let leaves = val.words().iter().map(|&v| match (op, self.b.ty(v)) {
            (UnaryOp::Neg, t) if t.is_float() => self.b.un(UnOp::FNeg, v),
            (UnaryOp::Neg, _) => self.b.un(UnOp::Neg, v),
            (UnaryOp::Not | UnaryOp::BitNot, _) => self.b.un(UnOp::Not, v),
            _ => v,
        });
        let leaves = leaves.collect();
        let _ = ty;
        Ok(Val::Scalars(leaves))
    }

    /// `&x`.
    fn address_of(&mut self, operand: &'p Expr) -> Res<Val> {
        let inner = operand.unparen();
        if let ExprKind::CompositeLit { elems, .. } = &inner.kind {
            return self.composite_address(inner, elems);
        }
        let place = self.place(operand)?;
        Ok(Val::one(self.addr(&place)))
    }

    fn binary(&mut self, e: &'p Expr, op: BinaryOp, left: &'p Expr, right: &'p Expr, ty: TypeId) -> Res<Val> {
        if matches!(op, BinaryOp::LogAnd | BinaryOp::LogOr) {
            return self.logic(e);
        }
        if op.is_comparison() {
            let v = self.comparison(op, left, right)?;
            return Ok(Val::one(v));
        }
        if op == BinaryOp::Add && self.types().is_string(ty) {
            return self.concat(e);
        }
        let wanted = Some(ty);
        let right_ty = if op.is_shift() { None } else { wanted };
        let vals = self.operands(&[(left, wanted), (right, right_ty)])?;
        self.at(e.pos());
        let [a, b] = &vals[..] else { return Err(self.ice("operands")) };
        let (a, b) = (a.clone(), b.clone());
        self.arithmetic(op, &a, &b, ty, right)
    }

    /// `a op b` on values of a type; `right` is b's expression (its type is the count's, its constant spares checks).
    pub fn arithmetic(&mut self, op: BinaryOp, a: &Val, b: &Val, ty: TypeId, right: &'p Expr) -> Res<Val> {
        let Some(basic) = self.types().basic(ty) else { return Err(self.ice("arithmetic on no basic type")) };
        if basic.is_string() {
            return Ok(self.concat_values(&[a.clone(), b.clone()]));
        }
        if basic.is_complex() {
            return self.complex_arithmetic(op, a, b);
        }
        let (x, y) = (a.leaf(0), b.leaf(0));
        if op.is_shift() {
            let count_ty = self.ty(right);
            let constant = self.info().value_of(right.id).is_some();
            return Ok(Val::one(self.shift(op == BinaryOp::Shl, x, y, !basic.is_unsigned(), count_ty, constant)));
        }
        let float = basic.is_float();
        if matches!(op, BinaryOp::Div | BinaryOp::Rem) && !float {
            if self.info().value_of(right.id).is_none_or(|c| c.is_zero_number()) {
                self.b.div_check(y);
            }
        }
        let unsigned = basic.is_unsigned();
        let op = match op {
            BinaryOp::Add if float => BinOp::FAdd,
            BinaryOp::Sub if float => BinOp::FSub,
            BinaryOp::Mul if float => BinOp::FMul,
            BinaryOp::Div if float => BinOp::FDiv,
            BinaryOp::Add => BinOp::Add,
            BinaryOp::Sub => BinOp::Sub,
            BinaryOp::Mul => BinOp::Mul,
            BinaryOp::Div if unsigned => BinOp::UDiv,
            BinaryOp::Div => BinOp::SDiv,
            BinaryOp::Rem if unsigned => BinOp::URem,
            BinaryOp::Rem => BinOp::SRem,
            BinaryOp::And => BinOp::And,
            BinaryOp::Or => BinOp::Or,
            BinaryOp::Xor => BinOp::Xor,
            BinaryOp::AndNot => BinOp::AndNot,
            _ => return Err(self.ice("no arithmetic operator")),
        };
        Ok(Val::one(self.b.bin(op, x, y)))
    }

    /// A shift; `signed`: of a signed operand. A signed count that is no constant is checked.
    fn shift(&mut self, left: bool, x: Value, count: Value, signed: bool, count_ty: TypeId, constant: bool) -> Value {
        let count_signed = !self.types().is_unsigned(count_ty);
        let count = self.widen(count, count_signed);
        if count_signed && !constant {
            self.b.shift_check(count);
        }
        let op = match (left, signed) {
            (true, _) => BinOp::Shl,
            (false, true) => BinOp::AShr,
            (false, false) => BinOp::LShr,
        };
        self.b.bin(op, x, count)
    }

    fn complex_arithmetic(&mut self, op: BinaryOp, a: &Val, b: &Val) -> Res<Val> {
        let (ar, ai, br, bi) = (a.leaf(0), a.leaf(1), b.leaf(0), b.leaf(1));
        let leaves = match op {
            BinaryOp::Add => vec![self.b.bin(BinOp::FAdd, ar, br), self.b.bin(BinOp::FAdd, ai, bi)],
            BinaryOp::Sub => vec![self.b.bin(BinOp::FSub, ar, br), self.b.bin(BinOp::FSub, ai, bi)],
            BinaryOp::Mul => {
                // In double precision also for complex64, as gc does.
                let [ar, ai, br, bi] = [ar, ai, br, bi].map(|v| self.to_f64(v));
                let products = [(ar, br), (ai, bi), (ar, bi), (ai, br)].map(|(x, y)| self.b.bin(BinOp::FMul, x, y));
                let re = self.b.bin(BinOp::FSub, products[0], products[1]);
                let im = self.b.bin(BinOp::FAdd, products[2], products[3]);
                self.like(&[re, im], a)
            }
            BinaryOp::Div => {
                let words = [ar, ai, br, bi].map(|v| self.to_f64(v));
                let parts = self.runtime("complex128div", &words, &[Ty::F64, Ty::F64]);
                self.like(&parts, a)
            }
            _ => return Err(self.ice("no complex operator")),
        };
        Ok(Val::Scalars(leaves))
    }

    fn to_f64(&mut self, v: Value) -> Value {
        if self.b.ty(v) == Ty::F32 { self.b.conv(ConvOp::FloatExt, Ty::F64, v) } else { v }
    }

    /// Doubles in the precision of a complex value.
    fn like(&mut self, parts: &[Value], a: &Val) -> Vec<Value> {
        let single = self.b.ty(a.leaf(0)) == Ty::F32;
        parts.iter().map(|&v| if single { self.b.conv(ConvOp::FloatTrunc, Ty::F32, v) } else { v }).collect()
    }

    /// `a + b + …` of strings, all operands at once.
    fn concat(&mut self, e: &'p Expr) -> Res<Val> {
        let mut parts = Vec::new();
        self.concat_operands(e, &mut parts);
        let items: Vec<(&'p Expr, Option<TypeId>)> = parts.into_iter().map(|e| (e, None)).collect();
        let vals = self.operands(&items)?;
        self.at(e.pos());
        Ok(self.concat_values(&vals))
    }

    pub fn concat_operands(&self, e: &'p Expr, out: &mut Vec<&'p Expr>) {
        let inner = e.unparen();
        match &inner.kind {
            ExprKind::Binary { op: BinaryOp::Add, left, right, .. } if self.info().value_of(inner.id).is_none() => {
                self.concat_operands(left, out);
                self.concat_operands(right, out);
            }
            _ => out.push(inner),
        }
    }

    fn concat_values(&mut self, vals: &[Val]) -> Val {
        if let [a, b] = vals {
            return self.made_text("concatstring2", &[a.leaf(0), a.leaf(1), b.leaf(0), b.leaf(1)], 2);
        }
        let (first, n) = self.string_array(vals);
        self.made_text("concatstrings", &[first, n], 2)
    }

    /// Strings in an array on the stack: its address and length.
    pub fn string_array(&mut self, vals: &[Val]) -> (Value, Value) {
        let ty = self.types().array(TypeId::STRING, vals.len() as u64);
        let slot = self.temp(ty, "strings");
        let first = self.b.slot_addr(slot);
        for (i, val) in vals.iter().enumerate() {
            self.store_at(first, 16 * i as i64, val, TypeId::STRING, true);
        }
        (first, self.b.i64(vals.len() as i64))
    }

    // Conditions.

    /// `&&` and `||` as a value.
    fn logic(&mut self, e: &'p Expr) -> Res<Val> {
        let var = self.b.declare_var(Ty::Bool);
        let (yes, no, done) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.cond(e, yes, no)?;
        for (block, value) in [(yes, true), (no, false)] {
            self.b.switch_to_sealed(block);
            let value = self.b.bool(value);
            self.b.def_var(var, value);
            self.b.jump(done, vec![]);
        }
        self.b.switch_to_sealed(done);
        Ok(Val::one(self.b.use_var(var)))
    }

    /// Branches on a condition. The blocks are not sealed: more jumps to them may follow.
    pub fn cond(&mut self, e: &'p Expr, yes: Block, no: Block) -> Res<()> {
        if let Some(value) = self.info().value_of(e.id).and_then(|c| c.as_bool()) {
            self.b.jump(if value { yes } else { no }, vec![]);
            return Ok(());
        }
        match &e.kind {
            ExprKind::Paren(inner) => self.cond(inner, yes, no),
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.cond(operand, no, yes),
            ExprKind::Binary { op: BinaryOp::LogAnd, left, right, .. } => {
                let more = self.b.create_block();
                self.cond(left, more, no)?;
                self.b.switch_to_sealed(more);
                self.cond(right, yes, no)
            }
            ExprKind::Binary { op: BinaryOp::LogOr, left, right, .. } => {
                let more = self.b.create_block();
                self.cond(left, yes, more)?;
                self.b.switch_to_sealed(more);
                self.cond(right, yes, no)
            }
            _ => {
                let v = self.expr(e)?.leaf(0);
                self.b.branch(v, yes, no);
                Ok(())
            }
        }
    }

    // Slices.

    /// `x[lo:hi:max]`.
    fn slice(&mut self, s: &'p SliceExpr) -> Res<Val> {
        let operand_ty = self.ty(&s.operand);
        // Base pointer, length and capacity of what is sliced; whether that is a slice.
        let under = self.under(operand_ty);
        let (elem, base): (TypeId, Val) = match under {
            Type::Basic(_) => (TypeId::UINT8, self.expr(&s.operand)?),
            &Type::Slice(elem) => (elem, self.expr(&s.operand)?),
            Type::Pointer(_) | Type::Array { .. } => {
                let place = if matches!(under, Type::Array { .. }) {
                    self.place_or_value(&s.operand)?
                } else {
                    let place = self.place_or_value(&s.operand)?;
                    self.through(&place)?
                };
                let &Type::Array { elem, len } = self.under(place.ty) else {
                    return Err(self.ice("slice of no array"));
                };
                let ptr = self.addr(&place);
                let len = self.b.i64(len as i64);
                (elem, Val::Scalars(vec![ptr, len, len]))
            }
            _ => return Err(self.ice("slice of something else")),
        };
        let is_string = matches!(under, Type::Basic(_));
        let is_slice = matches!(under, Type::Slice(_));
        let mut words = Vec::new();
        for bound in [&s.low, &s.high, &s.max] {
            words.push(match bound {
                Some(e) => {
                    let ty = self.ty(e);
                    let v = self.expr(e)?.leaf(0);
                    Some(self.index_word(v, ty))
                }
                None => None,
            });
        }
        self.at(s.lbrack);
        let (ptr, len) = (base.leaf(0), base.leaf(1));
        let cap = if is_string { len } else { base.leaf(2) };
        let zero = self.b.i64(0);
        let high = words[1].unwrap_or((len, true));
        let low = words[0].unwrap_or((zero, true));
        let max = words[2].unwrap_or((cap, true));
        if words[2].is_some() {
            let kind = if is_slice { BoundsKind::Slice3Acap } else { BoundsKind::Slice3Alen };
            self.b.bounds_check(kind, max.0, cap, max.1);
            self.b.bounds_check(BoundsKind::Slice3B, high.0, max.0, high.1);
            if words[0].is_some() {
                self.b.bounds_check(BoundsKind::Slice3C, low.0, high.0, low.1);
            }
        } else {
            if words[1].is_some() {
                let kind = if is_slice { BoundsKind::SliceAcap } else { BoundsKind::SliceAlen };
                self.b.bounds_check(kind, high.0, cap, high.1);
            }
            if words[0].is_some() {
                self.b.bounds_check(BoundsKind::SliceB, low.0, high.0, low.1);
            }
        }
        let (Some(_), size) = (words[0], self.size_of(elem)) else {
            let leaves = if is_string { vec![ptr, high.0] } else { vec![ptr, high.0, max.0] };
            return Ok(Val::Scalars(leaves));
        };
        let new_len = self.b.sub(high.0, low.0);
        let new_cap = if is_string { new_len } else { self.b.sub(max.0, low.0) };
        // With no capacity left the pointer must not point behind the object.
        let empty = self.b.cmp(crate::mir::CmpOp::Eq, new_cap, zero);
        let low = self.b.select(empty, zero, low.0);
        let new_ptr = self.b.push1(Op::PtrIndex { base: ptr, index: low, scale: size, offset: 0 });
        let leaves = if is_string { vec![new_ptr, new_len] } else { vec![new_ptr, new_len, new_cap] };
        Ok(Val::Scalars(leaves))
    }
}
