//! Untyped operands: what type the context gives them, and making their expression trees agree.
//!
//! `Checker::untyped` holds the expressions whose context has not decided yet. When it does, the decision is carried
//! down the tree (`update_expr_type`): through parentheses, unary and binary operators, and the left side of shifts, but
//! not into constants, whose operands are never materialised.
//!
//! Invariant: an expression is in `Checker::untyped` or has its final type in the side table.

use super::Checker;
use super::info::Mode;
use super::operand::Operand;
use crate::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::constant::{Const, MAX_INT_BITS};
use crate::span::Span;
use crate::types::{Basic, Type, TypeId};

/// Why an untyped operand cannot get a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Untypable {
    /// The kinds do not fit.
    Mismatch,
    /// A fraction would be cut off.
    Truncated,
    /// The value is out of range.
    Overflow,
}

/// The type two untyped operands have in common: the later one in integer, rune, float, complex.
fn larger_untyped(a: Basic, b: Basic) -> Option<Basic> {
    if a == b {
        return Some(a);
    }
    (a.is_numeric() && b.is_numeric()).then(|| a.max(b))
}

impl<'a> Checker<'a> {
    /// The value a constant has as this basic type. An unknown value (of what was wrong already) fits everywhere.
    pub(super) fn representation(&self, x: &Operand<'a>, basic: Basic) -> Result<Option<Const>, Untypable> {
        let Some(value) = &x.value else { return Ok(None) };
        if let Some(value) = value.represent(basic) {
            return Ok(Some(value));
        }
        if !self.types.is_numeric(x.ty) || !basic.is_numeric() {
            return Err(Untypable::Mismatch);
        }
        Err(if basic.is_integer() && !self.types.is_integer(x.ty) { Untypable::Truncated } else { Untypable::Overflow })
    }

    /// Rounds a constant to a basic type, or reports that it does not fit and makes the operand invalid.
    pub(super) fn representable(&mut self, x: &mut Operand<'a>, basic: Basic) {
        match self.representation(x, basic) {
            Ok(value) => x.value = value,
            Err(why) => self.report_untypable(x, basic.id(), why),
        }
    }

    pub(super) fn report_untypable(&mut self, x: &mut Operand<'a>, target: TypeId, why: Untypable) {
        let (operand, target) = (self.describe(x), self.str(target));
        let message = match why {
            Untypable::Mismatch => format!("cannot convert {operand} to type {target}"),
            Untypable::Truncated => format!("{operand} truncated to {target}"),
            Untypable::Overflow => format!("{operand} overflows {target}"),
        };
        self.error(x.span(), message);
        x.invalidate();
    }

    /// The type (and, of a constant, the value) an operand takes where `target` is expected. Typed operands stay
    /// what they are.
    pub(super) fn implicit(&self, x: &Operand<'a>, target: TypeId) -> Result<(TypeId, Option<Const>), Untypable> {
        let types = self.types;
        let from = match types.get(x.ty) {
            &Type::Basic(basic) if basic.is_untyped() && x.is_valid() && target.is_valid() => basic,
            _ => return Ok((x.ty, None)),
        };
        if let &Type::Basic(to) = types.get(target)
            && to.is_untyped()
        {
            return larger_untyped(from, to).map(|b| (b.id(), None)).ok_or(Untypable::Mismatch);
        }
        if x.mode == Mode::Nil {
            return if types.has_nil(target) { Ok((target, None)) } else { Err(Untypable::Mismatch) };
        }
        if types.is_type_param(target) {
            let terms = types.terms_of(target).ok_or(Untypable::Mismatch)?;
            if terms.is_empty() || terms.iter().any(|t| self.implicit(x, types.underlying(t.ty)).is_err()) {
                return Err(Untypable::Mismatch);
            }
            return Ok((target, None));
        }
        match types.under(target) {
            &Type::Basic(to) if x.mode == Mode::Constant => Ok((target, self.representation(x, to)?)),
            &Type::Basic(to) => {
                let fits = match from {
                    Basic::UntypedBool => to.is_boolean(),
                    Basic::UntypedString => to.is_string(),
                    Basic::UntypedNil => false,
                    _ => to.is_numeric(),
                };
                if fits { Ok((target, None)) } else { Err(Untypable::Mismatch) }
            }
            // The value in the interface has the default type.
            Type::Interface(_) => {
                let set = types.type_set(target);
                if set.methods.is_empty() && set.is_method_set() {
                    Ok((types.default_type(x.ty), None))
                } else {
                    Err(Untypable::Mismatch)
                }
            }
            _ => Err(Untypable::Mismatch),
        }
    }

    /// The type an untyped operand takes where `to` is expected; nothing is recorded.
    pub(super) fn implicit_type(&self, x: &Operand<'a>, to: TypeId) -> Result<TypeId, Untypable> {
        self.implicit(x, to).map(|(ty, _)| ty)
    }

    /// Gives an untyped operand (and its tree) the type `to`. Where that is not possible nothing is changed or
    /// reported.
    pub(super) fn convert_untyped(&mut self, x: &mut Operand<'a>, to: TypeId) -> Result<(), Untypable> {
        let implicit = self.implicit(x, to)?;
        self.apply_implicit(x, implicit);
        Ok(())
    }

    /// Like `convert_untyped`; reports and invalidates the operand where that is not possible.
    pub(super) fn must_convert_untyped(&mut self, x: &mut Operand<'a>, to: TypeId) {
        if let Err(why) = self.convert_untyped(x, to) {
            let shown = self.untypable_shown(to);
            self.report_untypable(x, shown, why);
        }
    }

    /// Makes an operand and its tree what `implicit` said.
    fn apply_implicit(&mut self, x: &mut Operand<'a>, (ty, value): (TypeId, Option<Const>)) {
        if let Some(value) = value {
            if let Some(entry) = self.untyped.get_mut(&x.expr.id) {
                entry.value = Some(value.clone());
            }
            x.value = Some(value);
        }
        if ty != x.ty {
            x.ty = ty;
            self.update_expr_type(x.expr, ty, false);
        }
    }

    /// Carries a type down the tree of an untyped expression. An untyped `ty` only is the answer if `last`.
    pub(super) fn update_expr_type(&mut self, expr: &'a Expr, ty: TypeId, last: bool) {
        let Some(old) = self.untyped.get(&expr.id) else { return };
        let constant = old.mode == Mode::Constant;
        match &expr.kind {
            ExprKind::Paren(inner) => self.update_expr_type(inner, ty, last),
            ExprKind::Unary { operand, .. } if !constant => self.update_expr_type(operand, ty, last),
            ExprKind::Binary { op, left, right, .. } if !constant && !op.is_comparison() => {
                self.update_expr_type(left, ty, last);
                if !op.is_shift() {
                    self.update_expr_type(right, ty, last);
                }
            }
            _ => {}
        }
        if !last && self.types.is_untyped(ty) {
            if let Some(entry) = self.untyped.get_mut(&expr.id) {
                entry.ty = ty;
            }
            return;
        }
        let Some(old) = self.untyped.remove(&expr.id) else { return };
        if old.shift_lhs && !self.types.all_basic(ty, Basic::is_integer) {
            let (operand, ty) = (self.text(expr), self.str(ty));
            self.error(expr.span, format!("invalid operation: shifted operand {operand} (type {ty}) must be integer"));
            return;
        }
        let mut x = Operand { mode: old.mode, ty: old.ty, value: old.value, expr };
        if constant {
            match self.implicit(&x, ty) {
                Ok((_, Some(value))) => x.value = Some(value),
                Ok((_, None)) => {}
                Err(why) => {
                    let shown = self.untypable_shown(ty);
                    self.report_untypable(&mut x, shown, why);
                    return;
                }
            }
        }
        self.record_type(expr, x.mode, ty, x.value);
    }

    /// How a refused target is shown: by what it is made of, for a declared type.
    fn untypable_shown(&self, target: TypeId) -> TypeId {
        if self.types.is_type_param(target) { target } else { self.types.underlying(target) }
    }

    /// Checks the result of a constant operation: a typed one must fit its type, an untyped integer must not grow
    /// without bound. `x.expr` is the operation.
    pub(super) fn overflow_check(&mut self, x: &mut Operand<'a>) {
        let op = operator_span(x.expr);
        if x.value.is_none() {
            self.error(op, "constant result is not representable");
            return;
        }
        if let Some(basic) = self.types.basic(x.ty)
            && !basic.is_untyped()
        {
            self.representable(x, basic);
            return;
        }
        if let Some(Const::Int(value)) = &x.value
            && value.bits() > MAX_INT_BITS
        {
            let name = match &x.expr.kind {
                ExprKind::Unary { op: UnaryOp::BitNot, .. } => "bitwise complement ",
                ExprKind::Binary { op, .. } => operation_name(*op),
                _ => "",
            };
            self.error(op, format!("constant {name}overflow"));
            x.value = None;
        }
    }
}

/// Where an operation is complained about.
fn operator_span(e: &Expr) -> Span {
    match &e.kind {
        ExprKind::Binary { op_pos, .. } => op_pos.span(),
        _ => e.span,
    }
}

/// What an operation that can overflow is called, with a space after it.
fn operation_name(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "addition ",
        BinaryOp::Sub => "subtraction ",
        BinaryOp::Xor => "bitwise XOR ",
        BinaryOp::Mul => "multiplication ",
        BinaryOp::Shl => "shift ",
        _ => "",
    }
}
