//! Collecting what a package declares: imports, package-level objects, methods.

use super::Checker;
use super::scope::ScopeId;
use crate::ast::{self, Expr};
use crate::types::ObjectId;

/// How a package-level object was declared.
#[derive(Clone, Debug)]
pub(super) struct DeclInfo<'a> {
    pub file_scope: ScopeId,
    pub kind: DeclKind<'a>,
}

#[derive(Clone, Debug)]
pub(super) enum DeclKind<'a> {
    Const {
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        iota: u32,
        inherited: bool,
    },
    /// `lhs` has several for `var a, b = f()`.
    Var {
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        lhs: Vec<ObjectId>,
    },
    Type(&'a ast::TypeSpec),
    Func(&'a ast::FuncDecl),
}

impl<'a> Checker<'a> {
    /// Collects imports, package-level objects and methods of all files.
    pub(super) fn collect_objects(&mut self) {}
}
