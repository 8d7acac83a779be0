//! Interface values: making them, asking what is inside, calling through them.
//!
//! An interface is two words: the type descriptor (of an interface without methods) or the itab, and the data word,
//! which is the value itself if that is one pointer and else points to a copy that never changes. One type has one
//! descriptor in a program, so dynamic types are compared by address; itabs are not, since the runtime makes them too.

use frontend::ast::{self, Expr};
use frontend::check::info::Selection;
use frontend::constant::Const;
use frontend::types::*;

use super::Res;
use super::func::{FnCx, JumpTarget, Val};
use super::layout::WORD;
use super::types_desc::ITAB_FUN;
use crate::mir::{Block, CmpOp, ConvOp, Ty, Value};

/// Byte offset of `abi.ITab.Type`.
const ITAB_TYPE: i64 = 8;

/// What a type switch switches on.
#[derive(Clone, Copy)]
struct Subject<'v> {
    dynamic: Value,
    val: &'v Val,
    from: TypeId,
}

impl<'p> FnCx<'_, 'p> {
    // Making interface values.

    /// The value as a value of the interface type `to`; `from` may be an interface itself.
    pub fn to_interface(&mut self, val: Val, from: TypeId, to: TypeId) -> Res<Val> {
        if self.types().is_interface(from) {
            return Ok(self.interface_to_interface(val, from, to));
        }
        let word = self.type_word(from, to);
        let data = self.data_word(&val, from);
        Ok(Val::Scalars(vec![word, data]))
    }

    /// A constant of the concrete type `from` as a value of the interface type `to`: nothing is allocated.
    pub fn constant_to_interface(&mut self, value: &Const, from: TypeId, to: TypeId) -> Val {
        let word = self.type_word(from, to);
        let object = self.lo.const_object(value, from);
        let data = self.b.global_addr(object, 0);
        Val::Scalars(vec![word, data])
    }

    /// The first word of an interface of type `iface` that holds a concrete `ty`.
    pub fn type_word(&mut self, ty: TypeId, iface: TypeId) -> Value {
        if !self.lo.has_methods(iface) {
            return self.desc(ty);
        }
        let sym = self.lo.itab(ty, iface);
        self.b.global_addr(sym, 0)
    }

    /// The data word: the value itself, or a pointer to a copy.
    fn data_word(&mut self, val: &Val, ty: TypeId) -> Value {
        let info = self.lo.layouts.info(ty);
        if self.lo.layouts.is_direct(ty) {
            return match val {
                Val::Scalars(leaves) => leaves[0],
                Val::Mem(ptr) => self.b.load(Ty::Ptr, *ptr),
            };
        }
        if info.size == 0 {
            let zero = self.lo.m.declare("runtime.zeroVal", None);
            return self.b.global_addr(zero, 0);
        }
        if let (Val::Scalars(leaves), Some(kinds)) = (val, &info.leaves) {
            let kinds: Vec<Ty> = kinds.iter().map(|l| l.ty).collect();
            match (&kinds[..], self.under(ty)) {
                ([Ty::Bool | Ty::I8], _) => {
                    let index = self.b.conv(ConvOp::ZExt, Ty::I64, leaves[0]);
                    let table = self.lo.m.declare("runtime.staticuint64s", None);
                    let table = self.b.global_addr(table, 0);
                    return self.b.ptr_index(table, index, WORD, 0);
                }
                ([Ty::I16], _) => return self.runtime1("convT16", leaves, Ty::Ptr),
                ([Ty::I32], _) => return self.runtime1("convT32", leaves, Ty::Ptr),
                ([Ty::I64], _) => return self.runtime1("convT64", leaves, Ty::Ptr),
                (_, Type::Basic(Basic::String)) => return self.runtime1("convTstring", leaves, Ty::Ptr),
                (_, Type::Slice(_)) => return self.runtime1("convTslice", leaves, Ty::Ptr),
                _ => {}
            }
        }
        let object = self.alloc(ty);
        self.store_at(object, 0, val, ty, true);
        object
    }

    /// Interface to interface, statically known to implement it.
    fn interface_to_interface(&mut self, val: Val, from: TypeId, to: TypeId) -> Val {
        let (word, data) = (val.leaf(0), val.leaf(1));
        if self.same_methods(from, to) {
            return val;
        }
        if !self.lo.has_methods(to) {
            let ty = self.type_in_word(word, from);
            return Val::Scalars(vec![ty, data]);
        }
        // Nil stays nil; anything else has an itab.
        let result = self.b.declare_var(Ty::Ptr);
        self.b.def_var(result, word);
        let (convert, done) = (self.b.create_block(), self.b.create_block());
        let nil = self.b.is_nil(word);
        self.b.branch(nil, done, convert);
        self.b.switch_to_sealed(convert);
        let ty = self.type_in_word(word, from);
        let inter = self.desc(to);
        let itab = self.runtime1("assertE2I", &[inter, ty], Ty::Ptr);
        self.b.def_var(result, itab);
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
        let itab = self.b.use_var(result);
        Val::Scalars(vec![itab, data])
    }

    fn same_methods(&self, a: TypeId, b: TypeId) -> bool {
        let types = self.types();
        a == b || types.identical(types.underlying(a), types.underlying(b)) || {
            let (a, b) = (types.type_set(a).methods, types.type_set(b).methods);
            a.len() == b.len()
                && a.iter().zip(&b).all(|(x, y)| x.name == y.name && x.pkg == y.pkg && types.identical(x.sig, y.sig))
        }
    }

    // Taking them apart.

    /// The descriptor of the dynamic type from an interface's first word; nil for a nil interface.
    pub fn type_in_word(&mut self, word: Value, iface: TypeId) -> Value {
        if !self.lo.has_methods(iface) {
            return word;
        }
        let ty = self.b.declare_var(Ty::Ptr);
        self.b.def_var(ty, word);
        let (load, done) = (self.b.create_block(), self.b.create_block());
        let nil = self.b.is_nil(word);
        self.b.branch(nil, done, load);
        self.b.switch_to_sealed(load);
        let loaded = self.b.load_at(Ty::Ptr, word, ITAB_TYPE);
        self.b.def_var(ty, loaded);
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
        self.b.use_var(ty)
    }

    /// The value of concrete type `ty` behind a data word.
    pub fn unbox(&mut self, data: Value, ty: TypeId) -> Val {
        if self.lo.layouts.is_direct(ty) {
            if self.is_memory(ty) {
                let slot = self.temp(ty, "direct");
                let ptr = self.b.slot_addr(slot);
                self.b.store_nowb(ptr, data);
                return Val::Mem(ptr);
            }
            return Val::one(data);
        }
        self.load_at(data, 0, ty)
    }

    /// `x.(T)`: panics where it does not hold.
    pub fn type_assert(&mut self, val: Val, from: TypeId, to: TypeId) -> Res<Val> {
        let (word, data) = (val.leaf(0), val.leaf(1));
        let ty = self.type_in_word(word, from);
        if self.types().is_interface(to) {
            if self.lo.has_methods(to) {
                let inter = self.desc(to);
                let itab = self.runtime1("assertE2I", &[inter, ty], Ty::Ptr);
                return Ok(Val::Scalars(vec![itab, data]));
            }
            let (bad, good) = (self.b.create_block(), self.b.create_block());
            let nil = self.b.is_nil(ty);
            self.b.branch(nil, bad, good);
            self.b.switch_to_sealed(bad);
            let want = self.desc(to);
            self.runtime_noreturn("panicnildottype", &[want]);
            self.b.switch_to_sealed(good);
            return Ok(Val::Scalars(vec![ty, data]));
        }
        let want = self.desc(to);
        let (bad, good) = (self.b.create_block(), self.b.create_block());
        let same = self.b.cmp(CmpOp::Eq, ty, want);
        self.b.branch(same, good, bad);
        self.b.switch_to_sealed(bad);
        let iface = self.desc(from);
        self.runtime_noreturn("panicdottypeE", &[ty, want, iface]);
        self.b.switch_to_sealed(good);
        Ok(self.unbox(data, to))
    }

    /// `v, ok := x.(T)`: the zero value where it does not hold.
    pub fn type_assert_ok(&mut self, val: Val, from: TypeId, to: TypeId) -> Res<(Val, Value)> {
        let (word, data) = (val.leaf(0), val.leaf(1));
        let ty = self.type_in_word(word, from);
        if self.types().is_interface(to) {
            let first = self.interface_word(ty, to);
            let nil = self.b.is_nil(first);
            let ok = self.b.not(nil);
            let none = self.b.nil();
            let data = self.b.select(ok, data, none);
            return Ok((Val::Scalars(vec![first, data]), ok));
        }
        let want = self.desc(to);
        let ok = self.b.cmp(CmpOp::Eq, ty, want);
        let val = self.unbox_if(ok, data, to);
        Ok((val, ok))
    }

    /// The first word of the value as an interface `to`; nil where the dynamic type (maybe nil) does not implement it.
    fn interface_word(&mut self, ty: Value, to: TypeId) -> Value {
        if !self.lo.has_methods(to) {
            return ty;
        }
        let inter = self.desc(to);
        self.runtime1("assertE2I2", &[inter, ty], Ty::Ptr)
    }

    /// The value behind a data word where `ok` holds, else zero.
    fn unbox_if(&mut self, ok: Value, data: Value, ty: TypeId) -> Val {
        if self.lo.layouts.is_direct(ty) && !self.is_memory(ty) {
            let none = self.b.nil();
            return Val::one(self.b.select(ok, data, none));
        }
        let (yes, done) = (self.b.create_block(), self.b.create_block());
        if self.is_memory(ty) {
            let zero = self.zero(ty);
            let ptr = zero.leaf(0);
            self.b.branch(ok, yes, done);
            self.b.switch_to_sealed(yes);
            let val = self.unbox(data, ty);
            self.store_at(ptr, 0, &val, ty, true);
            self.b.jump(done, vec![]);
            self.b.switch_to_sealed(done);
            return zero;
        }
        let vars: Vec<_> = self.leaf_types(ty).into_iter().map(|t| self.b.declare_var(t)).collect();
        let zero = self.zero(ty);
        for (&var, &leaf) in vars.iter().zip(zero.words()) {
            self.b.def_var(var, leaf);
        }
        self.b.branch(ok, yes, done);
        self.b.switch_to_sealed(yes);
        let val = self.unbox(data, ty);
        for (&var, &leaf) in vars.iter().zip(val.words()) {
            self.b.def_var(var, leaf);
        }
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
        Val::Scalars(vars.into_iter().map(|v| self.b.use_var(v)).collect())
    }

    // Type switches.

    pub fn type_switch(&mut self, s: &'p ast::TypeSwitchStmt) -> Res<()> {
        let label = self.pending_label.take();
        if let Some(init) = &s.init {
            self.stmt(init)?;
        }
        self.at(s.operand.pos());
        let from = self.ty(&s.operand);
        let val = self.expr(&s.operand)?;
        let dynamic = self.type_in_word(val.leaf(0), from);

        let done = self.b.create_block();
        let bodies: Vec<Block> = s.clauses.iter().map(|_| self.b.create_block()).collect();
        let mut default = done;
        self.targets.push(JumpTarget { label, break_to: done, continue_to: None });
        for (clause, &body) in s.clauses.iter().zip(&bodies) {
            if clause.is_default {
                default = body;
                continue;
            }
            let single = clause.exprs.len() == 1;
            for e in &clause.exprs {
                self.at(e.pos());
                let next = self.b.create_block();
                self.type_case(clause, e, Subject { dynamic, val: &val, from }, single, (body, next))?;
                self.b.switch_to_sealed(next);
            }
        }
        self.b.jump(default, vec![]);
        for (clause, &body) in s.clauses.iter().zip(&bodies) {
            if clause.exprs.len() == 1 && !clause.is_default {
                continue;
            }
            self.b.switch_to_sealed(body);
            self.clause_body(clause, &val, done)?;
        }
        self.targets.pop();
        self.b.switch_to_sealed(done);
        Ok(())
    }

    /// Tests one type of a clause: goes to `next` if the value is of another. The only type of a clause has the body
    /// follow at once.
    fn type_case(
        &mut self,
        clause: &'p ast::CaseClause,
        e: &'p Expr,
        subject: Subject<'_>,
        single: bool,
        (body, next): (Block, Block),
    ) -> Res<()> {
        let Subject { dynamic, val, from } = subject;
        let is_nil_case = self.is_nil(e) || self.info().type_of(e.id) == TypeId::UNTYPED_NIL;
        let to = if is_nil_case { from } else { self.ty(e) };
        let (holds, word) = if is_nil_case {
            (self.b.is_nil(dynamic), None)
        } else if self.types().is_interface(to) {
            let word = self.interface_word(dynamic, to);
            let nil = self.b.is_nil(word);
            (self.b.not(nil), Some(word))
        } else {
            let want = self.desc(to);
            (self.b.cmp(CmpOp::Eq, dynamic, want), None)
        };
        self.b.branch(holds, body, next);
        if !single {
            return Ok(());
        }
        self.b.switch_to_sealed(body);
        let bound = if is_nil_case {
            val.clone()
        } else if let Some(word) = word {
            Val::Scalars(vec![word, val.leaf(1)])
        } else if self.info().implicits.contains_key(&clause.id) {
            self.unbox(val.leaf(1), to)
        } else {
            val.clone()
        };
        let done = self.targets.last().map_or(next, |t| t.break_to);
        self.clause_body(clause, &bound, done)
    }

    /// The body of a clause, its variable bound to the value.
    fn clause_body(&mut self, clause: &'p ast::CaseClause, val: &Val, done: Block) -> Res<()> {
        if let Some(&obj) = self.info().implicits.get(&clause.id)
            && self.analysis.is_used(obj)
        {
            self.declare_with(obj, val);
        }
        self.stmts(&clause.body)?;
        if !self.b.is_terminated() {
            self.b.jump(done, vec![]);
        }
        Ok(())
    }

    // Calling through them.

    /// The code address of a method and its receiver word, for a call. A nil interface panics.
    pub fn interface_method(&mut self, val: &Val, index: u32) -> (Value, Value) {
        let (itab, data) = (val.leaf(0), val.leaf(1));
        self.b.nil_check(itab);
        let code = self.b.load_at(Ty::Raw, itab, ITAB_FUN + i64::from(index) * WORD as i64);
        (code, data)
    }

    /// The receiver that a method selection passes, and its type: the method's own receiver type, or the interface.
    pub fn receiver(&mut self, operand: &'p Expr, selection: &Selection) -> Res<(Val, TypeId)> {
        let place = self.receiver_place(operand, selection)?;
        if selection.addr_of {
            let ptr = self.addr(&place);
            return Ok((Val::one(ptr), self.types().pointer(place.ty)));
        }
        let place = if selection.deref_recv { self.through(&place)? } else { place };
        Ok((self.load(&place), place.ty))
    }

    /// The method value `x.M`: the receiver is evaluated and bound now.
    pub fn method_value(&mut self, operand: &'p Expr, name: Name, selection: &Selection) -> Res<Val> {
        let (recv, recv_ty) = self.receiver(operand, selection)?;
        let pkg = self.method_pkg(&selection.target);
        if self.types().is_interface(recv_ty) {
            self.b.nil_check(recv.leaf(0));
        }
        let code = self.lo.bound_method_symbol(recv_ty, name, pkg);
        let layout = self.lo.bound_layout(recv_ty);
        let desc = self.lo.mem_desc(layout);
        let code = self.b.func_addr(code);
        let object = self.b.alloc_heap(layout, desc);
        self.b.store_nowb(object, code);
        self.store_at(object, WORD as i64, &recv, recv_ty, true);
        Ok(Val::one(object))
    }

    /// The package that a hidden method's name belongs to.
    pub fn method_pkg(&self, target: &Target) -> Option<PackageId> {
        match target {
            Target::Method { method, .. } => self.types().object(*method).pkg,
            Target::InterfaceMethod { iface, index } => {
                self.types().type_set(*iface).methods.get(*index as usize).and_then(|m| m.pkg)
            }
            Target::Field => None,
        }
    }

    /// The function value of a method expression `T.M`.
    pub fn method_expr(&mut self, name: Name, selection: &Selection) -> Res<Val> {
        let pkg = self.method_pkg(&selection.target);
        let sym = self.lo.method_expr_symbol(selection.recv, name, pkg);
        Ok(self.func_value(sym))
    }
}

impl super::Lower<'_> {
    /// The function that a method expression is: receiver first.
    pub(super) fn method_expr_symbol(
        &mut self,
        recv: TypeId,
        name: Name,
        pkg: Option<PackageId>,
    ) -> crate::mir::Symbol {
        if self.types.is_interface(recv) {
            self.interface_method_expr_symbol(recv, name, pkg)
        } else {
            self.method_symbol(recv, name, pkg)
        }
    }
}
