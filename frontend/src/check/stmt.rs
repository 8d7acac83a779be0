//! Function bodies and statements.

use super::Checker;
use crate::ast::{Block, NodeId};
use crate::types::{ObjectId, TypeId};

impl<'a> Checker<'a> {
    /// The body of a function, method (`decl` is its object) or literal. The scope in `env` is the one the parameters were declared in; `env`
    /// carries `decl` and `outer_params` already; `id` finds the parameter and result variables in
    /// `info.signatures`. Sets `env.func` and `env.frame`, checks statements, labels, missing return and unused
    /// variables.
    pub(super) fn func_body(&mut self, id: NodeId, decl: Option<ObjectId>, sig: TypeId, body: &'a Block) {
        let _ = (id, decl, sig, body);
    }
}
