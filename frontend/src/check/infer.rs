//! Inference of type arguments.
//!
//! In phases: typed arguments are unified with their parameters; then type parameters with the core types and methods
//! of their constraints, as long as that finds something; then untyped constants give their default types. In the end
//! the types found are substituted into each other.

use super::operand::Operand;
use super::unify::{Closeness, Unifier};
use super::{Checker, Mode};
use crate::span::Span;
use crate::types::{ObjectKind, Term, TypeDecl, TypeId};

/// An argument, maybe synthetic (then with a name for messages).
pub(super) struct Argument<'a> {
    pub x: Operand<'a>,
    pub shown: Option<String>,
}

/// Why inference failed.
pub(super) struct Failure {
    pub span: Span,
    pub message: String,
}

fn failure(span: Span, message: String) -> Option<Failure> {
    Some(Failure { span, message })
}

impl<'a> Checker<'a> {
    /// New type parameters like these, so that a function can be called with types that mention its own parameters.
    pub(super) fn rename_type_params(&mut self, params: &[TypeId]) -> Vec<TypeId> {
        let types = self.types;
        let renamed: Vec<TypeId> = params
            .iter()
            .enumerate()
            .map(|(i, &param)| {
                let crate::types::Type::TypeParam(old) = types.get(param) else { return param };
                let old = types.object(old.obj);
                let kind = ObjectKind::TypeName(TypeDecl::default());
                let object = types.new_object(old.name, old.pkg, old.span, kind, None);
                let new = types.type_param(object, i as u32);
                self.set_object_type(object, new);
                new
            })
            .collect();
        for (&old, &new) in params.iter().zip(&renamed) {
            types.set_bound(new, types.subst(types.bound(old), params, &renamed));
        }
        renamed
    }

    fn subst_known(&self, ty: TypeId, params: &[TypeId], known: &[Option<TypeId>]) -> TypeId {
        self.types.map_type(ty, &|leaf| {
            let index = params.iter().position(|&p| p == leaf)?;
            known[index]
        })
    }

    /// The type arguments for `tparams`, given some of them, parameter types and arguments. `Err(None)`: what is wrong
    /// was reported before. `reverse`: the call is synthetic, the argument is what a function is assigned to.
    pub(super) fn infer(
        &mut self,
        span: Span,
        tparams: &[TypeId],
        given: Vec<Option<TypeId>>,
        params: &[TypeId],
        args: &[Argument<'a>],
        reverse: bool,
    ) -> Result<Vec<TypeId>, Option<Failure>> {
        if let Some(all) = given.iter().copied().collect::<Option<Vec<TypeId>>>() {
            return Ok(all);
        }
        if args.iter().any(|arg| !arg.x.is_valid()) {
            return Err(None);
        }
        let types = self.types;
        let mentions = |ty: TypeId| types.mentions(ty, &|p| tparams.contains(&p));
        let params: Vec<TypeId> = params.iter().map(|&p| self.subst_known(p, tparams, &given)).collect();
        let mut unifier = Unifier::new(tparams, given.clone(), self.allow_version(span, 21));

        let mut untyped: Vec<(usize, &Argument<'a>)> = Vec::new();
        for (&param, arg) in params.iter().zip(args) {
            if !mentions(param) && !mentions(arg.x.ty) {
                continue;
            }
            if !types.is_untyped(arg.x.ty) {
                if !unifier.unify(self, param, arg.x.ty, Closeness::ASSIGN) {
                    return Err(self.mismatch(&unifier, tparams, param, arg, reverse));
                }
            } else if let Some(index) = tparams.iter().position(|&p| p == param)
                && arg.x.mode != Mode::Nil
            {
                untyped.push((index, arg));
            }
        }
        self.infer_from_constraints(span, &mut unifier, tparams)?;
        self.infer_from_untyped(&mut unifier, tparams, &untyped)?;
        self.simplify(span, tparams, &given, unifier.inferred())
    }

    fn mismatch(
        &self,
        unifier: &Unifier,
        tparams: &[TypeId],
        param: TypeId,
        arg: &Argument<'a>,
        reverse: bool,
    ) -> Option<Failure> {
        let known = unifier.inferred();
        let text = arg.shown.clone().unwrap_or_else(|| self.text(arg.x.expr));
        let (param_str, arg_str) = (self.str(param), self.str(arg.x.ty));
        let span = arg.x.span();
        if known.iter().all(Option::is_none) {
            let names: Vec<String> = tparams.iter().map(|&p| self.str(p)).collect();
            let list = match &*names {
                [a, b] => format!("{a} and {b}"),
                [init @ .., last] if !init.is_empty() => format!("{}, and {last}", init.join(", ")),
                _ => names.join(""),
            };
            let message = format!("type {arg_str} of {text} does not match {param_str} (cannot infer {list})");
            return failure(span, message);
        }
        let inferred = self.subst_known(param, tparams, &known);
        let inferred_str = self.str(inferred);
        let message = if inferred == param {
            format!("type {arg_str} of {text} does not match {param_str}")
        } else if reverse {
            format!("inferred type {inferred_str} for {param_str} does not match type {arg_str} of {text}")
        } else {
            format!("type {arg_str} of {text} does not match inferred type {inferred_str} for {param_str}")
        };
        failure(span, message)
    }

    /// The term a type parameter's constraint boils down to, and whether it is the only one.
    fn core_term(&self, param: TypeId) -> Option<(Term, bool)> {
        let terms = self.types.type_set(param).terms?;
        match &*terms {
            [] => None,
            [only] => Some((*only, true)),
            many => {
                let core = self.types.core_type(param)?;
                Some((Term { tilde: many.iter().any(|t| t.tilde), ty: core }, false))
            }
        }
    }

    fn infer_from_constraints(
        &mut self,
        span: Span,
        unifier: &mut Unifier,
        tparams: &[TypeId],
    ) -> Result<(), Option<Failure>> {
        let types = self.types;
        loop {
            let before = unifier.unknowns();
            for (i, &param) in tparams.iter().enumerate() {
                let known = unifier.at(i);
                match (known, self.core_term(param)) {
                    (Some(ty), Some((core, _))) => {
                        if !unifier.unify(self, ty, core.ty, Closeness::INEXACT) {
                            let bound = self.str(types.bound(param));
                            let message =
                                format!("{} (type {}) does not satisfy {bound}", self.str(param), self.str(ty));
                            return Err(failure(span, message));
                        }
                    }
                    (None, Some((core, true))) if !core.tilde => unifier.set(i, core.ty),
                    _ => {}
                }
                if let Some(ty) = known
                    && !types.mentions(ty, &|p| tparams.contains(&p))
                {
                    let bound = types.bound(param);
                    let missing = self
                        .missing_method_by(ty, bound, true, &mut |c, x, y| unifier.unify(c, x, y, Closeness::EXACT));
                    if let Some(cause) = missing {
                        let (param, ty, bound) = (self.str(param), self.str(ty), self.str(bound));
                        let message = format!("{param} (type {ty}) does not satisfy {bound} {cause}");
                        return Err(failure(span, message));
                    }
                }
            }
            if unifier.unknowns() == before {
                return Ok(());
            }
        }
    }

    /// Parameters only untyped constants were passed for get the default type of the largest kind.
    fn infer_from_untyped(
        &mut self,
        unifier: &mut Unifier,
        tparams: &[TypeId],
        untyped: &[(usize, &Argument<'a>)],
    ) -> Result<(), Option<Failure>> {
        let mut largest: Vec<Option<TypeId>> = vec![None; tparams.len()];
        for &(index, arg) in untyped {
            if unifier.at(index).is_some() {
                continue;
            }
            let ty = arg.x.ty;
            let max = match largest[index] {
                None => ty,
                Some(other) if other == ty => ty,
                Some(other) if self.types.is_numeric(other) && self.types.is_numeric(ty) => other.max(ty),
                Some(other) => {
                    let param = self.str(tparams[index]);
                    let message =
                        format!("mismatched types {} and {} (cannot infer {param})", self.str(other), self.str(ty));
                    return Err(failure(arg.x.span(), message));
                }
            };
            largest[index] = Some(max);
        }
        for (index, max) in largest.into_iter().enumerate() {
            if let Some(max) = max {
                unifier.set(index, self.types.default_type(max));
            }
        }
        Ok(())
    }

    /// Substitutes the types found into each other until no parameter is left in them.
    fn simplify(
        &mut self,
        span: Span,
        tparams: &[TypeId],
        given: &[Option<TypeId>],
        mut inferred: Vec<Option<TypeId>>,
    ) -> Result<Vec<TypeId>, Option<Failure>> {
        let types = self.types;
        let count = tparams.len();
        // Which parameters each type found refers to; what refers to itself can never be resolved.
        let mut refers: Vec<Vec<bool>> = inferred
            .iter()
            .map(|ty| tparams.iter().map(|&p| ty.is_some_and(|ty| types.mentions(ty, &|q| q == p))).collect())
            .collect();
        for (i, ty) in given.iter().enumerate() {
            if ty.is_some() {
                refers[i] = vec![false; count];
            }
        }
        for middle in 0..count {
            for from in 0..count {
                if refers[from][middle] {
                    let further = refers[middle].clone();
                    refers[from].iter_mut().zip(further).for_each(|(known, new)| *known |= new);
                }
            }
        }
        for i in 0..count {
            if refers[i][i] {
                inferred[i] = None;
            }
        }
        loop {
            let mut changed = false;
            for i in 0..count {
                let Some(ty) = inferred[i] else { continue };
                if given[i].is_some() {
                    continue;
                }
                let new = self.subst_known(ty, tparams, &inferred);
                if new != ty {
                    inferred[i] = Some(new);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        let mut result = Vec::with_capacity(count);
        for (i, &param) in tparams.iter().enumerate() {
            match inferred[i] {
                Some(ty) if given[i].is_some() || !types.mentions(ty, &|p| tparams.contains(&p)) => result.push(ty),
                _ => {
                    let crate::types::Type::TypeParam(param) = types.get(param) else { return Err(None) };
                    let object = types.object(param.obj);
                    let at = self.sources.display(object.span.start());
                    return Err(failure(span, format!("cannot infer {} (declared at {at})", object.name)));
                }
            }
        }
        Ok(result)
    }
}
