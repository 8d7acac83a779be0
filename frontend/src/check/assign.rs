//! Assignability, and initialisation of constants and variables.

use super::operand::Operand;
use super::{Checker, Mode};
use crate::ast::Expr;
use crate::span::Span;
use crate::types::{ObjectId, TypeId};

impl<'a> Checker<'a> {
    /// Whether `x` can be assigned to a variable of type `to`; the cause in gc's words ("" if there is none) if not.
    /// An untyped `x` is not converted. (Assignability of untyped operands is judged too.)
    pub(super) fn assignable(&mut self, x: &Operand<'a>, to: TypeId) -> Result<(), String> {
        let _ = (x, to);
        Ok(())
    }

    /// Checks that `x` can be assigned to a variable of type `to` (`None`: to one without declared type: untyped
    /// operands get their default type), converts and records it; reports and invalidates it otherwise. `context`
    /// is gc's phrase: "assignment", "argument", "return statement", "variable declaration", "range clause", ….
    pub(super) fn assignment(&mut self, x: &mut Operand<'a>, to: Option<TypeId>, context: &str) {
        let _ = (x, to, context);
    }

    /// Sets the type (if not known) and value of a constant object from its initialiser.
    pub(super) fn init_const(&mut self, object: ObjectId, x: &mut Operand<'a>) {
        let _ = (object, x);
    }

    /// Sets the type of a variable, if not known, from its initialiser and checks the assignment.
    pub(super) fn init_var(&mut self, object: ObjectId, x: &mut Operand<'a>, context: &str) {
        let _ = (object, x, context);
    }

    /// `var lhs = rhs`, `lhs := rhs` and `return rhs` (then `ret` is the statement's span): counts, a call with several results, and `, ok`
    /// forms. Every variable has a type afterwards. All of `rhs` is evaluated even after an error.
    pub(super) fn init_vars(&mut self, lhs: &[ObjectId], rhs: &'a [Expr], ret: Option<Span>) {
        let _ = (lhs, rhs, ret);
    }

    /// The mode of what is reached through a selector or index.
    #[allow(unused)]
    fn unused_mode(&self) -> Mode {
        Mode::Value
    }
}
