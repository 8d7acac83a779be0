//! `x.f`: package members, fields, methods, method expressions.

use super::Checker;
use super::operand::Operand;
use crate::ast::{Expr, Ident};
use crate::types::{Found, Lookup, Name, PackageId, TypeId};

impl<'a> Checker<'a> {
    /// A selector expression `e` = `operand.name`; also a qualified type (`want_type` asks for one: only the message
    /// for undefined names differs).
    pub(super) fn selector(&mut self, e: &'a Expr, operand: &'a Expr, name: &'a Ident, want_type: bool) -> Operand<'a> {
        let _ = (operand, name, want_type);
        self.operand(e)
    }

    /// `Types::lookup`, with methods of this package resolved first. Use this one, never `Types::lookup`.
    pub(super) fn lookup_member(&mut self, ty: TypeId, pkg: Option<PackageId>, name: Name) -> Lookup {
        self.types.lookup(ty, pkg, name)
    }

    /// A field of a struct by name, for composite literals and `unsafe.Offsetof`.
    #[allow(unused)]
    pub(super) fn find_field(&mut self, ty: TypeId, name: Name) -> Option<Found> {
        self.lookup_member(ty, Some(self.pkg), name).found()
    }
}
