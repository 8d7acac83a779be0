//! Expressions: the dispatch over their kinds, and identifiers, literals, operators and dereference.
//!
//! Every way in (`expr`, `expr_or_type`, `multi_expr`, …) goes through `raw_expr`, which records what was found out.
//! The ways differ in what they accept: values only, types too, tuples, generic functions.

use super::Checker;
use super::func_inst::AssignTarget;
use super::info::Mode;
use super::operand::Operand;
pub(super) use super::untyped::Untypable;
use crate::ast::{BasicLit, BinaryOp, Expr, ExprKind, Ident, LitKind, UnaryOp};
use crate::constant::Const;
use crate::types::{Basic, ChanDir, ObjectId, ObjectKind, Type, TypeId};

/// Longer numeric literals are refused unread.
const LONGEST_NUMBER: usize = 10_000;
/// The largest count of a constant shift: enough to write the smallest float64.
const LARGEST_SHIFT: u64 = 1023 - 1 + 52;

impl<'a> Checker<'a> {
    // ---- ways in

    /// A single value: no type, builtin, or call without or with several results.
    pub(super) fn expr(&mut self, target: Option<&AssignTarget>, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(target, e, None, false);
        self.values_only(&mut x);
        self.single_value(&mut x);
        x
    }

    /// A single value that may be a generic function.
    pub(super) fn generic_expr(&mut self, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(None, e, None, true);
        self.values_only(&mut x);
        self.single_value(&mut x);
        x
    }

    /// A single value; `hint` is the type of a composite literal without one.
    pub(super) fn expr_with_hint(&mut self, e: &'a Expr, hint: TypeId) -> Operand<'a> {
        let mut x = self.raw_expr(None, e, Some(hint), false);
        self.values_only(&mut x);
        self.single_value(&mut x);
        x
    }

    /// A single value or a type.
    pub(super) fn expr_or_type(&mut self, e: &'a Expr, allow_generic: bool) -> Operand<'a> {
        let mut x = self.raw_expr(None, e, None, allow_generic);
        if x.mode == Mode::NoValue {
            let message = format!("{} used as value or type", self.describe(&x));
            self.error(x.span(), message);
            x.invalidate();
        }
        self.single_value(&mut x);
        x
    }

    /// All values of an expression. With `allow_comma_ok`, an expression that can say whether it succeeded gives
    /// that as a second value, and the flag returned is set.
    pub(super) fn multi_expr(&mut self, e: &'a Expr, allow_comma_ok: bool) -> (Vec<Operand<'a>>, bool) {
        let mut x = self.raw_expr(None, e, None, false);
        self.values_only(&mut x);
        if x.is_valid()
            && let Type::Tuple(types) = self.types.get(x.ty)
        {
            return (types.iter().map(|&ty| Operand::new(Mode::Value, ty, e)).collect(), false);
        }
        if allow_comma_ok && matches!(x.mode, Mode::MapIndex | Mode::CommaOk) {
            let ok = Operand::new(Mode::Value, TypeId::UNTYPED_BOOL, e);
            return (vec![x, ok], true);
        }
        (vec![x], false)
    }

    /// Evaluates expressions for their uses only, after an error around them. Whether all were right.
    pub(super) fn use_exprs(&mut self, exprs: &'a [Expr]) -> bool {
        let mut valid = true;
        for e in exprs {
            valid &= self.use_expr(e);
        }
        valid
    }

    pub(super) fn use_expr(&mut self, e: &'a Expr) -> bool {
        match &e.kind {
            ExprKind::KeyValue { value, .. } => self.use_expr(value),
            ExprKind::Ellipsis(None) => true,
            _ => self.raw_expr(None, e, None, true).is_valid(),
        }
    }

    /// Like `use_exprs`, for left sides: an assigned variable is not used by that.
    pub(super) fn use_lhs(&mut self, exprs: &'a [Expr]) -> bool {
        let mut valid = true;
        for e in exprs {
            match e.unparen().as_ident() {
                Some(ident) if ident.is_blank() => {}
                Some(ident) => {
                    let var = self.own_variable(ident);
                    let used = var.is_some_and(|v| self.used.contains(&v));
                    valid &= self.use_expr(e);
                    if let Some(var) = var
                        && !used
                    {
                        self.used.remove(&var);
                    }
                }
                None => valid &= self.use_expr(e),
            }
        }
        valid
    }

    /// The variable of this package an identifier denotes here.
    pub(super) fn own_variable(&self, ident: &Ident) -> Option<ObjectId> {
        let (_, object) = self.lookup_name(ident.name)?;
        let found = self.types.object(object);
        (matches!(found.kind, ObjectKind::Var(_)) && found.pkg == Some(self.pkg)).then_some(object)
    }

    pub(super) fn values_only(&mut self, x: &mut Operand<'a>) {
        let what = match x.mode {
            Mode::NoValue => "used as value",
            Mode::Builtin(_) => "must be called",
            Mode::Type => "is not an expression",
            _ => return,
        };
        let message = format!("{} {what}", self.describe(x));
        self.error(x.span(), message);
        x.invalidate();
    }

    /// Reports a call with several results where one value is wanted.
    pub(super) fn single_value(&mut self, x: &mut Operand<'a>) {
        if x.mode == Mode::Value && matches!(self.types.get(x.ty), Type::Tuple(_)) {
            let message = format!("multiple-value {} in single-value context", self.describe(x));
            self.error(x.span(), message);
            x.invalidate();
        }
    }

    /// Checks an expression of any kind and records the result.
    pub(super) fn raw_expr(
        &mut self,
        target: Option<&AssignTarget>,
        e: &'a Expr,
        hint: Option<TypeId>,
        allow_generic: bool,
    ) -> Operand<'a> {
        let mut x = self.expr_kind(target, e, hint);
        x.expr = e;
        if !allow_generic {
            self.non_generic(target, &mut x);
        }
        if !matches!(x.mode, Mode::Invalid | Mode::NoValue) && !self.check_pending(x.ty) {
            x.invalidate();
        }
        self.record_operand(&x);
        x
    }

    /// Reports a generic type, or a generic function whose type arguments do not follow from the target.
    fn non_generic(&mut self, target: Option<&AssignTarget>, x: &mut Operand<'a>) {
        if matches!(x.mode, Mode::Invalid | Mode::NoValue) || self.types.type_params_of(x.ty).is_empty() {
            return;
        }
        let what = match x.mode {
            Mode::Type if self.is_generic_type(x) => "type",
            Mode::Value if self.is_generic_value(x) => {
                if target.is_some() {
                    self.func_inst(target, x, x.expr, &[]);
                    return;
                }
                "function"
            }
            _ => return,
        };
        let message = format!("cannot use generic {what} {} without instantiation", self.text(x.expr));
        self.error(x.span(), message);
        x.invalidate();
    }

    /// Inside its own declaration a generic type is meant with its own parameters only where it is written so.
    fn is_generic_type(&self, x: &Operand<'a>) -> bool {
        matches!(self.types.get(x.ty), Type::Named(named) if named.targs.is_empty())
    }

    // ---- dispatch

    fn expr_kind(&mut self, target: Option<&AssignTarget>, e: &'a Expr, hint: Option<TypeId>) -> Operand<'a> {
        match &e.kind {
            ExprKind::Bad => Operand::invalid(e),
            ExprKind::Ident(ident) => self.ident(e, ident, false),
            ExprKind::BasicLit(lit) => self.basic_lit(e, lit),
            ExprKind::CompositeLit { ty, elems, rbrace, .. } => {
                self.composite_lit(e, ty.as_deref(), *rbrace, elems, hint)
            }
            ExprKind::FuncLit(lit) => self.func_lit(e, lit),
            ExprKind::Paren(inner) => {
                let mut x = self.raw_expr(None, inner, None, false);
                x.expr = e;
                x
            }
            ExprKind::Selector { operand, name } => self.selector(e, operand, name, false),
            ExprKind::Index { operand, indices, .. } => self.index_expr(target, e, operand, indices),
            ExprKind::Slice(slice) => self.slice_expr(e, slice),
            ExprKind::TypeAssert { operand, ty, .. } => self.type_assert(e, operand, ty),
            ExprKind::Call(call) => self.call_expr(e, call),
            ExprKind::Star(operand) => self.star(e, operand),
            ExprKind::Unary { op, operand } => self.unary(e, *op, operand),
            ExprKind::Binary { op, left, right, .. } => self.binary(e, left, right, *op),
            ExprKind::KeyValue { .. } => {
                self.error(e.span, "no key:value expected");
                Operand::invalid(e)
            }
            ExprKind::Ellipsis(_) => {
                self.error(e.span, "invalid use of ...");
                Operand::invalid(e)
            }
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType(_)
            | ExprKind::StructType(_)
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. } => self.type_operand(e),
        }
    }

    // ---- literals

    fn basic_lit(&mut self, e: &'a Expr, lit: &BasicLit) -> Operand<'a> {
        let ty = match lit.kind {
            LitKind::Int => TypeId::UNTYPED_INT,
            LitKind::Float => TypeId::UNTYPED_FLOAT,
            LitKind::Imaginary => TypeId::UNTYPED_COMPLEX,
            LitKind::Rune => TypeId::UNTYPED_RUNE,
            LitKind::String => TypeId::UNTYPED_STRING,
        };
        let numeric = matches!(lit.kind, LitKind::Int | LitKind::Float | LitKind::Imaginary);
        if numeric && lit.raw.len() > LONGEST_NUMBER {
            let message = format!("excessively long constant: {}... ({} chars)", &lit.raw[..10], lit.raw.len());
            self.error(e.span, message);
            return Operand::invalid(e);
        }
        if !self.check_literal_version(lit) {
            return Operand::invalid(e);
        }
        let Some(value) = Const::from_literal(lit.kind, &lit.raw) else {
            self.error(e.span, format!("malformed constant: {}", lit.raw));
            return Operand::invalid(e);
        };
        let mut x = Operand::constant(value, ty, e);
        self.overflow_check(&mut x);
        x
    }

    // ---- operators

    fn star(&mut self, e: &'a Expr, operand: &'a Expr) -> Operand<'a> {
        let x = self.expr_or_type(operand, false);
        match x.mode {
            Mode::Invalid => return Operand::invalid(e),
            Mode::Type => {
                let base = self.var_type(operand);
                return if base.is_valid() {
                    Operand::new(Mode::Type, self.types.pointer(base), e)
                } else {
                    Operand::invalid(e)
                };
            }
            Mode::Builtin(_) => {
                let message = format!("invalid operation: cannot indirect {}", self.describe(&x));
                self.error(x.span(), message);
                return Operand::invalid(e);
            }
            _ => {}
        }
        let mut base: Option<TypeId> = None;
        let terms = if x.is_nil() { None } else { self.types.terms_of(x.ty) };
        for term in terms.as_deref().unwrap_or(&[]) {
            let Some(elem) = self.types.pointee(term.ty) else {
                base = None;
                break;
            };
            if base.is_some_and(|known| !self.types.identical(known, elem)) {
                let message =
                    format!("invalid operation: pointers of {} must have identical base types", self.describe(&x));
                self.error(x.span(), message);
                return Operand::invalid(e);
            }
            base = Some(elem);
        }
        let Some(base) = base else {
            let message = format!("invalid operation: cannot indirect {}", self.describe(&x));
            self.error(x.span(), message);
            return Operand::invalid(e);
        };
        Operand::new(Mode::Variable, base, e)
    }

    fn unary(&mut self, e: &'a Expr, op: UnaryOp, operand: &'a Expr) -> Operand<'a> {
        let mut x = self.expr(None, operand);
        if !x.is_valid() {
            return x;
        }
        let mut op = op;
        let fits = match op {
            UnaryOp::Addr => {
                if x.mode != Mode::Variable && !matches!(operand.unparen().kind, ExprKind::CompositeLit { .. }) {
                    let message = format!("invalid operation: cannot take address of {}", self.describe(&x));
                    self.error(x.span(), message);
                    return Operand::invalid(e);
                }
                return Operand::new(Mode::Value, self.types.pointer(x.ty), e);
            }
            UnaryOp::Recv => {
                return match self.chan_elem(e, &x, true) {
                    Some(elem) => {
                        self.env.has_call_or_recv = true;
                        Operand::new(Mode::CommaOk, elem, e)
                    }
                    None => Operand::invalid(e),
                };
            }
            UnaryOp::Tilde => {
                let integer = self.types.all_basic(x.ty, Basic::is_integer);
                let hint = if integer { " (use ^ for bitwise complement)" } else { "" };
                self.error(e.span, format!("cannot use ~ outside of interface or type constraint{hint}"));
                if !integer {
                    return Operand::invalid(e);
                }
                op = UnaryOp::BitNot;
                true
            }
            UnaryOp::Plus | UnaryOp::Neg => self.types.all_basic(x.ty, Basic::is_numeric),
            UnaryOp::BitNot => self.types.all_basic(x.ty, Basic::is_integer),
            UnaryOp::Not => self.types.all_basic(x.ty, Basic::is_boolean),
        };
        if !fits {
            self.undefined_operator(&x, op.as_str());
            return Operand::invalid(e);
        }
        if x.mode != Mode::Constant {
            x.mode = Mode::Value;
            return x;
        }
        let Some(value) = &x.value else { return x };
        let unsigned_bits = match self.types.basic(x.ty).and_then(Basic::int_bits) {
            Some((bits, false)) => Some(bits),
            _ => None,
        };
        x.value = Const::unary(op, value, unsigned_bits);
        x.expr = e;
        self.overflow_check(&mut x);
        x
    }

    fn undefined_operator(&mut self, x: &Operand<'a>, op: &str) {
        let message = format!("invalid operation: operator {op} not defined on {}", self.describe(x));
        self.error(x.span(), message);
    }

    /// The element type of a channel operand of a receive or send; reports why there is none.
    pub(super) fn chan_elem(&mut self, at: &'a Expr, x: &Operand<'a>, recv: bool) -> Option<TypeId> {
        let cause = match self.chan_elem_of(x.ty, recv) {
            Ok(elem) => return Some(elem),
            Err(cause) => cause,
        };
        let verb = if recv { "receive from" } else { "send to" };
        let operand = self.describe(x);
        let message = if self.types.is_type_param(x.ty) {
            format!("invalid operation: cannot {verb} {operand}: {cause}")
        } else {
            format!("invalid operation: cannot {verb} {cause} {operand}")
        };
        self.error(if recv { x.span() } else { at.span }, message);
        None
    }

    fn chan_elem_of(&self, ty: TypeId, recv: bool) -> Result<TypeId, String> {
        let terms = self.types.terms_of(ty).filter(|t| !t.is_empty()).ok_or("no specific channel type")?;
        let mut found: Option<(TypeId, TypeId)> = None;
        for term in &terms {
            let &Type::Chan { dir, elem } = self.types.under(term.ty) else {
                return Err(format!("non-channel {}", self.str(term.ty)));
            };
            match dir {
                ChanDir::Send if recv => return Err(format!("send-only channel {}", self.str(term.ty))),
                ChanDir::Recv if !recv => return Err(format!("receive-only channel {}", self.str(term.ty))),
                _ => {}
            }
            match found {
                Some((known, other)) if !self.types.identical(known, elem) => {
                    let (a, b) = (self.str(other), self.str(term.ty));
                    return Err(format!("channels {a} and {b} have different element types"));
                }
                _ => found = Some((elem, term.ty)),
            }
        }
        found.map(|(elem, _)| elem).ok_or_else(|| "no specific channel type".into())
    }

    /// `left op right`.
    fn binary(&mut self, e: &'a Expr, left: &'a Expr, right: &'a Expr, op: BinaryOp) -> Operand<'a> {
        let x = self.expr(None, left);
        let y = self.expr(None, right);
        self.binary_operands(x, y, Some(e), op)
    }

    /// `x op y` of evaluated operands. `e` is the expression; an assignment `x op= y` has none.
    pub(super) fn binary_operands(
        &mut self,
        mut x: Operand<'a>,
        mut y: Operand<'a>,
        e: Option<&'a Expr>,
        op: BinaryOp,
    ) -> Operand<'a> {
        if !x.is_valid() {
            return x;
        }
        if !y.is_valid() {
            return y;
        }
        if op.is_shift() {
            return self.shift(x, y, e, op);
        }
        if !self.types.underlying(x.ty).is_valid() || !self.types.underlying(y.ty).is_valid() {
            x.invalidate();
            return x;
        }
        self.match_types(&mut x, &mut y);
        if !x.is_valid() {
            return x;
        }
        if op.is_comparison() {
            return self.comparison(x, &y, op);
        }
        if !self.types.identical(x.ty, y.ty) {
            if x.ty.is_valid() && y.ty.is_valid() {
                let shown = match e {
                    Some(e) => self.text(e),
                    None => format!("{} {}= {}", self.text(x.expr), op.as_str(), self.text(y.expr)),
                };
                let (a, b) = (self.type_of(&x), self.type_of(&y));
                self.error(x.span(), format!("invalid operation: {shown} (mismatched types {a} and {b})"));
            }
            x.invalidate();
            return x;
        }
        let fits = |basic: Basic| match op {
            BinaryOp::Add => basic.is_numeric() || basic.is_string(),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => basic.is_numeric(),
            BinaryOp::LogAnd | BinaryOp::LogOr => basic.is_boolean(),
            _ => basic.is_integer(),
        };
        if !self.types.all_basic(x.ty, fits) {
            self.undefined_operator(&x, op.as_str());
            x.invalidate();
            return x;
        }
        let both_constant = x.is_constant() && y.is_constant();
        if matches!(op, BinaryOp::Div | BinaryOp::Rem) && y.value.as_ref().is_some_and(Const::is_zero_number) {
            let integer = self.types.all_basic(x.ty, Basic::is_integer);
            if integer || x.is_constant() {
                self.error(y.span(), "invalid operation: division by zero");
                x.invalidate();
                return x;
            }
        }
        if !both_constant {
            x.mode = Mode::Value;
            x.value = None;
            return x;
        }
        let (Some(a), Some(b)) = (&x.value, &y.value) else {
            x.value = None;
            return x;
        };
        x.value = Const::binary(op, a, b, self.types.is_integer(x.ty));
        if let Some(e) = e {
            x.expr = e;
        }
        self.overflow_check(&mut x);
        x
    }

    /// Converts an untyped operand to the type of the other one, where that can make sense at all; if not, the
    /// mismatch is left for the caller to report.
    pub(super) fn match_types(&mut self, x: &mut Operand<'a>, y: &mut Operand<'a>) {
        if !self.may_convert(x, y) {
            return;
        }
        self.must_convert_untyped(x, y.ty);
        if x.is_valid() {
            self.must_convert_untyped(y, x.ty);
            if !y.is_valid() {
                x.invalidate();
            }
        }
    }

    fn may_convert(&self, x: &Operand<'a>, y: &Operand<'a>) -> bool {
        let types = self.types;
        if !types.is_untyped(x.ty) && !types.is_untyped(y.ty) {
            return false;
        }
        let differ = |holds: fn(Basic) -> bool| types.all_basic(x.ty, holds) != types.all_basic(y.ty, holds);
        if differ(Basic::is_numeric) {
            return false;
        }
        if types.is_interface(x.ty) || types.is_interface(y.ty) {
            return true;
        }
        if differ(Basic::is_boolean) || differ(Basic::is_string) {
            return false;
        }
        if x.is_nil() {
            return types.has_nil(y.ty);
        }
        if y.is_nil() {
            return types.has_nil(x.ty);
        }
        types.pointee(x.ty).is_none() && types.pointee(y.ty).is_none()
    }

    fn comparison(&mut self, mut x: Operand<'a>, y: &Operand<'a>, op: BinaryOp) -> Operand<'a> {
        if !x.ty.is_valid() || !y.ty.is_valid() {
            x.invalidate();
            return x;
        }
        if let Err((on_left, cause)) = self.comparable_operands(&x, y, op) {
            let message =
                format!("invalid operation: {} {} {} ({cause})", self.text(x.expr), op.as_str(), self.text(y.expr));
            self.error(if on_left { x.span() } else { y.span() }, message);
            x.invalidate();
            return x;
        }
        self.comparison_result(&mut x, y, op);
        x
    }

    /// Makes `x` the result of a comparison of operands that can be compared.
    pub(super) fn comparison_result(&mut self, x: &mut Operand<'a>, y: &Operand<'a>, op: BinaryOp) {
        if x.is_constant() && y.is_constant() {
            x.value = match (&x.value, &y.value) {
                (Some(a), Some(b)) => Const::compare(op, a, b).map(Const::Bool),
                _ => None,
            };
        } else {
            x.mode = Mode::Value;
            x.value = None;
            // The operands are materialised: untyped ones have their default types.
            let (left, right) = (self.types.default_type(x.ty), self.types.default_type(y.ty));
            self.update_expr_type(x.expr, left, true);
            self.update_expr_type(y.expr, right, true);
        }
        x.ty = TypeId::UNTYPED_BOOL;
    }

    /// Whether operands can be compared; if not, whether the left one is to blame, and why.
    pub(super) fn comparable_operands(
        &mut self,
        x: &Operand<'a>,
        y: &Operand<'a>,
        op: BinaryOp,
    ) -> Result<(), (bool, String)> {
        let types = self.types;
        if self.assignable(x, y.ty).is_err() && self.assignable(y, x.ty).is_err() {
            let (a, b) = (self.str(x.ty), self.str(y.ty));
            return Err((false, format!("mismatched types {a} and {b}")));
        }
        let blame = if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            if x.is_nil() || y.is_nil() {
                let ty = if x.is_nil() { y.ty } else { x.ty };
                if types.has_nil(ty) && !(x.is_nil() && y.is_nil()) {
                    return Ok(());
                }
                y
            } else if !types.comparable_type(x.ty, true) {
                x
            } else if !types.comparable_type(y.ty, true) {
                y
            } else {
                return Ok(());
            }
        } else if !types.all_basic(x.ty, Basic::is_ordered) {
            x
        } else if !types.all_basic(y.ty, Basic::is_ordered) {
            y
        } else {
            return Ok(());
        };
        let on_left = std::ptr::eq(blame, x);
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne) && !x.is_nil() && !y.is_nil();
        let is_param = types.is_type_param(x.ty) || types.is_type_param(y.ty);
        if equality && let Some(cause) = types.incomparable_cause(blame.ty, Some(self.pkg)) {
            return Err((on_left, cause));
        }
        if is_param {
            let (on_left, blame) = if types.is_type_param(x.ty) { (on_left, blame) } else { (false, y) };
            let message = format!("type parameter {} cannot use operator {}", self.str(blame.ty), op.as_str());
            return Err((on_left, message));
        }
        let what = match self.composite_kind(blame.ty) {
            "" => self.str(blame.ty),
            kind => kind.to_string(),
        };
        Err((on_left, format!("operator {} not defined on {what}", op.as_str())))
    }

    /// `slice`, `struct` and so on; empty for basic types.
    pub(super) fn composite_kind(&self, ty: TypeId) -> &'static str {
        match self.types.under(ty) {
            Type::Array { .. } => "array",
            Type::Slice(_) => "slice",
            Type::Struct(_) => "struct",
            Type::Pointer(_) => "pointer",
            Type::Signature(_) => "func",
            Type::Interface(_) => "interface",
            Type::Map { .. } => "map",
            Type::Chan { .. } => "chan",
            Type::Tuple(_) => "tuple",
            Type::Union(_) => "union",
            Type::Basic(_) | Type::Named(_) | Type::TypeParam(_) => "",
        }
    }

    fn shift(&mut self, mut x: Operand<'a>, mut y: Operand<'a>, e: Option<&'a Expr>, op: BinaryOp) -> Operand<'a> {
        let types = self.types;
        let x_int = if x.is_constant() { x.value.as_ref().and_then(Const::to_int) } else { None };
        let unknown = x.is_constant() && x.value.is_none();
        let x_integer = types.all_basic(x.ty, Basic::is_integer);
        if !x_integer && !(types.is_untyped(x.ty) && (x_int.is_some() || unknown)) {
            return self.bad_shift(x, None);
        }

        // The count: an integer, or an untyped constant that is a uint.
        if y.is_constant() {
            if y.value.as_ref().and_then(Const::to_int).is_some_and(|v| Const::Int(v).is_negative()) {
                let message = format!("invalid operation: negative shift count {}", self.describe(&y));
                return self.bad_shift(x, Some((&y, message)));
            }
            if types.is_untyped(y.ty) {
                self.representable(&mut y, Basic::Uint);
                if !y.is_valid() {
                    x.invalidate();
                    return x;
                }
            }
        } else if types.all_basic(y.ty, Basic::is_integer) && !types.is_untyped(y.ty) {
            // Signed counts are checked when the program runs.
            let signed = !types.all_basic(y.ty, Basic::is_unsigned);
            if signed && !self.allow_version(y.span(), 13) {
                let what = format!("invalid operation: signed shift count {}", self.describe(&y));
                self.require_version(y.span(), 13, &what);
                x.invalidate();
                return x;
            }
        } else if types.is_untyped(y.ty) {
            self.must_convert_untyped(&mut y, TypeId::UINT);
            if !y.is_valid() {
                x.invalidate();
                return x;
            }
        } else {
            let message = format!("invalid operation: shift count {} must be integer", self.describe(&y));
            return self.bad_shift(x, Some((&y, message)));
        }

        if x.is_constant() && y.is_constant() {
            if !types.is_integer(x.ty) {
                x.ty = TypeId::UNTYPED_INT;
            }
            let (Some(value), Some(count)) = (x_int, &y.value) else {
                x.value = None;
                return x;
            };
            let Some(count) = count.to_u64().filter(|&n| n <= LARGEST_SHIFT) else {
                let message = format!("invalid operation: invalid shift count {}", self.describe(&y));
                return self.bad_shift(x, Some((&y, message)));
            };
            x.value = Const::shift(op, &Const::Int(value), count);
            if let Some(e) = e {
                x.expr = e;
            }
            self.overflow_check(&mut x);
            return x;
        }
        if y.is_constant() && types.is_untyped(y.ty) {
            // The count is materialised.
            self.update_expr_type(y.expr, TypeId::UINT, true);
        }
        if x.is_constant() && types.is_untyped(x.ty) {
            // The left operand gets the type the whole shift would have without the shift: that is decided by the
            // context, later.
            if let Some(entry) = self.untyped.get_mut(&x.expr.id) {
                entry.shift_lhs = true;
            }
            x.mode = Mode::Value;
            x.value = None;
            return x;
        }
        if !x_integer {
            return self.bad_shift(x, None);
        }
        x.mode = Mode::Value;
        x.value = None;
        x
    }

    /// Reports about the count, or else about the shifted operand.
    fn bad_shift(&mut self, mut x: Operand<'a>, count: Option<(&Operand<'a>, String)>) -> Operand<'a> {
        match count {
            Some((y, message)) => self.error(y.span(), message),
            None => {
                let message = format!("invalid operation: shifted operand {} must be integer", self.describe(&x));
                self.error(x.span(), message);
            }
        }
        x.invalidate();
        x
    }
}
