//! Instantiation of generic types and functions, and whether type arguments satisfy their constraints.

use super::Checker;
use super::info::Instance;
use super::type_expr::{Generic, name_of};
use crate::ast::{Expr, Ident};
use crate::span::Span;
use crate::types::{Type, TypeId};

impl<'a> Checker<'a> {
    /// The instance of a generic type named by `operand`. Number and constraints of the arguments are checked later,
    /// because the declaration may be in progress.
    pub(super) fn type_instance(
        &mut self,
        generic: Generic,
        operand: &'a Expr,
        targs: Vec<TypeId>,
        indices: &'a [Expr],
    ) -> TypeId {
        let types = self.types;
        let (object, named) = match generic {
            Generic::Alias(object) => (object, None),
            Generic::Named(ty) => match types.get(ty) {
                Type::Named(named) => (named.obj, Some(named)),
                _ => return TypeId::INVALID,
            },
        };
        let params: &[TypeId] = types.object(object).type_decl().map_or(&[], |decl| decl.params());
        // A generic type declared in a generic function has the function's type parameters too.
        let outer = &self.env.outer_params;
        let is_inner = params.len() > outer.len() && params.starts_with(outer);
        let implicit = if is_inner { outer.len() } else { 0 };
        let targs: Vec<TypeId> = params[..implicit].iter().copied().chain(targs).collect();
        if params.len() != targs.len() {
            let qualifier = if targs.len() < params.len() { "not enough" } else { "too many" };
            let name = types.object(object).name;
            let (have, want) = (targs.len() - implicit, params.len() - implicit);
            let message = format!("{qualifier} type arguments for type {name}: have {have}, want {want}");
            self.error(operand.span, message);
            return TypeId::INVALID;
        }
        let instance = match named {
            Some(named) => {
                let instance = types.named(named.obj, targs.clone().into());
                self.instance_spans.entry(instance).or_insert(operand.span);
                instance
            }
            None => types.subst(types.object(object).ty(), params, &targs),
        };
        if let Some(ident) = name_of(operand) {
            self.record_instance(ident, &targs, instance);
        }
        let spans: Vec<Span> =
            std::iter::repeat_n(operand.span, implicit).chain(indices.iter().map(|e| e.span)).collect();
        let span = operand.span;
        self.later(move |c| c.verify_instance(span, params, &targs, &spans));
        instance
    }

    pub(super) fn record_instance(&mut self, ident: &Ident, targs: &[TypeId], ty: TypeId) {
        self.info.instances.insert(ident.id, Instance { targs: targs.into(), ty });
    }

    /// The instance of a generic signature; `e` is the function expression (maybe with some type arguments, `indices`).
    pub(super) fn instantiate_signature(
        &mut self,
        span: Span,
        e: &'a Expr,
        sig: TypeId,
        targs: &[TypeId],
        indices: &'a [Expr],
    ) -> TypeId {
        let types = self.types;
        let Type::Signature(generic) = types.get(sig) else { return TypeId::INVALID };
        let params = &generic.type_params;
        let instance = self.strip_type_params(types.subst(sig, params, targs));
        self.carry_param_names(sig, instance);
        let function = match &e.unparen().kind {
            crate::ast::ExprKind::Index { operand, .. } => operand,
            _ => e,
        };
        if let Some(ident) = name_of(function) {
            self.record_instance(ident, targs, instance);
        }
        let spans: Vec<Span> = indices.iter().map(|e| e.span).collect();
        let targs = targs.to_vec();
        self.later(move |c| c.verify_instance(span, params, &targs, &spans));
        instance
    }

    /// The signature as that of a function that is not generic.
    pub(super) fn strip_type_params(&self, sig: TypeId) -> TypeId {
        match self.types.get(sig) {
            Type::Signature(s) if !s.type_params.is_empty() => {
                self.types.signature(s.params.to_vec(), s.results.to_vec(), s.variadic)
            }
            _ => sig,
        }
    }

    fn verify_instance(&mut self, span: Span, params: &[TypeId], targs: &[TypeId], spans: &[Span]) {
        if let Err((index, cause)) = self.verify(span, params, targs) {
            self.error(spans.get(index).copied().unwrap_or(span), cause);
        } else {
            self.note_flows(params, targs, span, spans);
        }
    }

    /// Whether the type arguments satisfy the constraints; which one does not, and why.
    fn verify(&mut self, at: Span, params: &[TypeId], targs: &[TypeId]) -> Result<(), (usize, String)> {
        for (i, (&param, &targ)) in params.iter().zip(targs).enumerate() {
            let bound = self.types.subst(self.types.bound(param), params, targs);
            self.implements(at, targ, bound, true).map_err(|cause| (i, cause))?;
        }
        Ok(())
    }
}
