//! Calls and how arguments are passed. Conversions and predeclared functions are told apart here.

use super::Checker;
use super::operand::Operand;
use crate::ast::{CallExpr, Expr};

impl<'a> Checker<'a> {
    /// A call, conversion or call of a predeclared function; `e` is the call expression.
    pub(super) fn call_expr(&mut self, e: &'a Expr, call: &'a CallExpr) -> Operand<'a> {
        let _ = call;
        self.operand(e)
    }
}
