//! Uses of generic functions as values: explicit, partial and inferred instantiation.

use super::operand::Operand;
use super::{Checker, Mode};
use crate::ast::Expr;
use crate::types::{Type, TypeId};

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
    /// arguments, or some and `target` for inference. Also with `explicit` empty, for plain `f` assigned to `target`.
    /// Records the instance.
    pub(super) fn func_inst(
        &mut self,
        target: Option<&AssignTarget>,
        x: &mut Operand<'a>,
        e: &'a Expr,
        explicit: &'a [Expr],
    ) {
        if let Some(targs) = self.func_type_args(x, e, explicit) {
            self.func_inst_infer(target, x, explicit, targs);
        }
    }

    /// The explicit type arguments of a generic function; `None` (x invalid) after a report.
    pub(super) fn func_type_args(
        &mut self,
        x: &mut Operand<'a>,
        e: &'a Expr,
        explicit: &'a [Expr],
    ) -> Option<Vec<TypeId>> {
        x.expr = e;
        self.require_version(e.pos().span(), 18, "function instantiation");
        let Some(targs) = self.type_list(explicit) else {
            x.invalidate();
            return None;
        };
        let want = self.types.type_params_of(x.ty).len();
        if let Some(extra) = explicit.get(want) {
            let message = format!("got {} type arguments but want {want}", targs.len());
            self.error(extra.span, message);
            x.invalidate();
            return None;
        }
        Some(targs)
    }

    fn func_inst_infer(
        &mut self,
        target: Option<&AssignTarget>,
        x: &mut Operand<'a>,
        explicit: &'a [Expr],
        targs: Vec<TypeId>,
    ) {
        let types = self.types;
        let generic = x.ty;
        let Type::Signature(sig) = types.get(generic) else { return };
        let e = x.expr;
        let mut complete = targs;
        if complete.len() < sig.type_params.len() {
            // Assigning is like passing the target to a function with a parameter of x's type.
            let renamed = self.rename_type_params(&sig.type_params);
            let mut given: Vec<Option<TypeId>> = complete.into_iter().map(Some).collect();
            given.resize(renamed.len(), None);
            let (mut params, mut args) = (Vec::new(), Vec::new());
            if let Some(target) = target {
                let how = if explicit.is_empty() { "implicitly" } else { "partially" };
                if self.allow_version(e.span, 18) {
                    self.require_version(e.span, 21, &format!("{how} instantiated function in assignment"));
                }
                let plain = types.signature(sig.params.to_vec(), sig.results.to_vec(), sig.variadic);
                params.push(types.subst(plain, &sig.type_params, &renamed));
                args.push(super::infer::Argument {
                    x: Operand::new(Mode::Value, target.sig, e),
                    shown: Some(target.what.clone()),
                });
            }
            match self.infer(e.pos().span(), &renamed, given, &params, &args, true) {
                Ok(inferred) => complete = inferred,
                Err(failure) => {
                    if let Some(failure) = failure {
                        self.error(failure.span, failure.message);
                    }
                    x.invalidate();
                    return;
                }
            }
        }
        x.ty = self.instantiate_signature(e.pos().span(), e, generic, &complete, explicit);
        x.mode = Mode::Value;
        if let crate::ast::ExprKind::Index { operand, .. } = &e.kind {
            // The function's own name has the instantiated type too.
            self.record_type(operand, Mode::Value, x.ty, None);
        }
    }
}
