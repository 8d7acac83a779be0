//! Declarations of constants, types, variables and functions: resolved when first used, cycles found.

use super::Checker;
use crate::ast::Decl;
use crate::types::ObjectId;

/// How far the declaration of an object has been checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// On the path of declarations in progress, at this depth.
    InProgress(usize),
    Done,
}

impl<'a> Checker<'a> {
    /// Makes sure that a package-level object has its type (and value). For an object in progress, reports an
    /// invalid cycle where that is one.
    pub(super) fn resolve(&mut self, object: ObjectId) {
        let _ = object;
    }

    /// All package-level declarations in gc's order: types, aliases, the rest. Function bodies are put off.
    pub(super) fn resolve_package_objects(&mut self) {}

    /// A const, type or var declaration in a function.
    pub(super) fn decl_stmt(&mut self, decl: &'a Decl) {
        let _ = decl;
    }
}
