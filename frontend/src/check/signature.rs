//! Signatures: receivers, type parameters, parameters and results.

use super::Checker;
use crate::ast::{self, NodeId};
use crate::types::TypeId;

impl<'a> Checker<'a> {
    /// The type of a function literal. Opens nothing: call with the literal's scope open; parameters and results are
    /// declared in it and stand in `info.signatures[id]`.
    pub(super) fn func_lit_type(&mut self, id: NodeId, sig: &'a ast::FuncType) -> TypeId {
        let _ = (id, sig);
        TypeId::INVALID
    }
}
