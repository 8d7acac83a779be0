//! Calls and how arguments are passed. Conversions and predeclared functions are told apart here.

use super::infer::Argument;
use super::operand::Operand;
use super::{Checker, Mode};
use crate::ast::{CallExpr, Expr, ExprKind};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::types::{ChanDir, Signature, Type, TypeId};

/// What is called: a signature that may be generic, with the type arguments that were written.
struct Callee<'a> {
    ty: TypeId,
    targs: Vec<TypeId>,
    indices: &'a [Expr],
}

impl<'a> Checker<'a> {
    /// A call, conversion or call of a predeclared function; `e` is the call expression.
    pub(super) fn call_expr(&mut self, e: &'a Expr, call: &'a CallExpr) -> Operand<'a> {
        let mut indices: &'a [Expr] = &[];
        let mut x = match &call.func.kind {
            ExprKind::Index { operand, indices: list, .. } => {
                let mut x = self.index_or_generic(&call.func, operand, list);
                if self.is_generic_value(&x) {
                    indices = list;
                }
                x.expr = &call.func;
                self.record_operand(&x);
                x
            }
            _ => self.expr_or_type(&call.func, true),
        };
        match x.mode {
            Mode::Invalid => {
                self.use_exprs(&call.args);
                return Operand::invalid(e);
            }
            Mode::Type => return self.conversion_call(e, call, &x),
            Mode::Builtin(builtin) => {
                let mut result = self.builtin_call(e, call, builtin);
                result.expr = e;
                if result.is_valid() && !result.is_constant() {
                    self.env.has_call_or_recv = true;
                }
                return result;
            }
            _ => {}
        }
        let Some(sig) = self.callable(&mut x) else {
            self.use_exprs(&call.args);
            return Operand::invalid(e);
        };
        let Type::Signature(signature) = self.types.get(sig) else { return Operand::invalid(e) };
        let was_generic = !signature.type_params.is_empty();
        let mut callee = Callee { ty: sig, targs: Vec::new(), indices };
        if !indices.is_empty() {
            let Some(targs) = self.func_type_args(&mut x, &call.func, indices) else {
                self.use_exprs(&call.args);
                return Operand::invalid(e);
            };
            callee.targs = targs;
            if callee.targs.len() == signature.type_params.len() {
                // With all type arguments given there is nothing to infer.
                let span = call.func.span;
                callee.ty = self.instantiate_signature(span, &call.func, sig, &callee.targs, indices);
                callee.targs.clear();
                callee.indices = &[];
            }
        }
        let args = self.arguments_list(&call.args);
        let result = self.arguments(e, call, &callee, args);
        let failed = result.is_none();
        let called = result.unwrap_or(callee.ty);
        if was_generic && !failed {
            self.record_function(&call.func, called);
        }
        self.env.has_call_or_recv = true;
        let Type::Signature(signature) = self.types.get(called) else { return Operand::invalid(e) };
        let x = match &*signature.results {
            [] => Operand::new(Mode::NoValue, self.types.unit, e),
            [one] => Operand::new(Mode::Value, *one, e),
            many => Operand::new(Mode::Value, self.types.tuple(many.to_vec()), e),
        };
        let params = &signature.type_params;
        let unknown = !params.is_empty() && self.types.mentions(x.ty, &|p| params.contains(&p));
        if x.mode == Mode::Value && unknown || !x.ty.is_valid() { Operand::invalid(e) } else { x }
    }

    /// The final type of the function of a call, for each part of it that denotes the function.
    fn record_function(&mut self, func: &'a Expr, sig: TypeId) {
        let mut at = func;
        loop {
            self.record_type(at, Mode::Value, sig, None);
            match &at.kind {
                ExprKind::Paren(inner) => at = inner,
                ExprKind::Index { operand, .. } => at = operand,
                _ => return,
            }
        }
    }

    /// Index expressions in function position: an element, a type instance, or a generic function (left generic, with
    /// the type arguments unread).
    fn index_or_generic(&mut self, e: &'a Expr, operand: &'a Expr, indices: &'a [Expr]) -> Operand<'a> {
        let x = self.expr_or_type(operand, true);
        if self.is_generic_value(&x) {
            return x;
        }
        self.index_operand(x, e, operand, indices)
    }

    fn conversion_call(&mut self, e: &'a Expr, call: &'a CallExpr, x: &Operand<'a>) -> Operand<'a> {
        let to = x.ty;
        if self.generic_of(&call.func, to).is_some() {
            let message = format!("cannot use generic type {} without instantiation", self.text(&call.func));
            self.error(call.func.span, message);
            self.use_exprs(&call.args);
            return Operand::invalid(e);
        }
        let invalid = Operand::invalid(e);
        if !self.check_pending(to) {
            self.use_exprs(&call.args);
            return invalid;
        }
        let [arg] = &*call.args else {
            let valid = self.use_exprs(&call.args);
            if let Some(last) = call.args.last() {
                if valid {
                    self.error(last.span, format!("too many arguments in conversion to {}", self.str(to)));
                }
            } else {
                self.error(e.span, format!("missing argument in conversion to {}", self.str(to)));
            }
            return invalid;
        };
        let mut x = self.expr(None, arg);
        if !x.is_valid() {
            return invalid;
        }
        if self.types.is_interface(to) && !self.types.type_set(to).is_method_set() {
            let message = format!(
                "cannot use interface {} in conversion (contains specific type constraints or is comparable)",
                self.str(to)
            );
            self.error(e.span, message);
            return invalid;
        }
        if call.ellipsis.is_some() {
            self.error(arg.span, format!("invalid use of ... in conversion to {}", self.str(to)));
            return invalid;
        }
        self.conversion(&mut x, to);
        x.expr = e;
        x
    }

    /// The signature of what is called: of a function type, or common to all types of a type parameter.
    fn callable(&mut self, x: &mut Operand<'a>) -> Option<TypeId> {
        let types = self.types;
        if !types.is_type_param(x.ty) {
            let under = types.underlying(x.ty);
            if types.as_signature(under).is_some() {
                return Some(under);
            }
            if under.is_valid() {
                let message = format!(
                    "invalid operation: cannot call {}: {} is not a function",
                    self.describe(x),
                    self.str(x.ty)
                );
                self.error(x.span(), message);
            }
            return None;
        }
        let cause = match types.core_type(x.ty) {
            Some(core) if types.as_signature(core).is_some() => return Some(core),
            _ => {
                let terms = types.terms_of(x.ty).unwrap_or_default();
                match terms.iter().find(|t| types.as_signature(types.underlying(t.ty)).is_none()) {
                    Some(term) => format!("{} is not a function", self.str(term.ty)),
                    None => self.no_common_type(x.ty),
                }
            }
        };
        let message = format!("invalid operation: cannot call {}: {cause}", self.describe(x));
        self.error(x.span(), message);
        None
    }

    /// Why the types of a type parameter's set have no underlying type in common.
    pub(super) fn no_common_type(&self, param: TypeId) -> String {
        let types = self.types;
        let terms = types.terms_of(param).unwrap_or_default();
        let Some((first, rest)) = terms.split_first() else { return "no specific type".into() };
        let mut common = first.ty;
        for term in rest {
            let pair = (types.under(common), types.under(term.ty));
            let (a, b) = (self.str(common), self.str(term.ty));
            if let (&Type::Chan { dir: d1, elem: x }, &Type::Chan { dir: d2, elem: y }) = pair {
                if !types.identical(x, y) {
                    return format!("channels {a} and {b} have different element types");
                }
                if d1 == ChanDir::Both {
                    common = term.ty;
                } else if d1 != d2 && d2 != ChanDir::Both {
                    return format!("channels {a} and {b} have conflicting directions");
                }
            } else if !types.identical(types.underlying(common), types.underlying(term.ty)) {
                return format!("{a} and {b} have different underlying types");
            }
        }
        "no specific type".into()
    }

    // ---- arguments

    /// Arguments, the results of a single call one by one. Generic functions may be left generic, with some type
    /// arguments; those are in the second part.
    fn arguments_list(&mut self, list: &'a [Expr]) -> Vec<(Operand<'a>, Vec<TypeId>, &'a [Expr])> {
        let mut args = Vec::new();
        for e in list {
            if let ExprKind::Index { operand, indices, .. } = &e.kind {
                let mut x = self.index_or_generic(e, operand, indices);
                if self.is_generic_value(&x) {
                    let Some(targs) = self.func_type_args(&mut x, e, indices) else {
                        args.push((Operand::invalid(e), Vec::new(), &[][..]));
                        continue;
                    };
                    let all = targs.len() == self.types.type_params_of(x.ty).len();
                    if all || !self.allow_version(e.span, 21) {
                        self.func_inst(None, &mut x, e, indices);
                        self.record_operand(&x);
                        args.push((x, Vec::new(), &[][..]));
                    } else {
                        args.push((x, targs, &indices[..]));
                    }
                    continue;
                }
                x.expr = e;
                self.record_operand(&x);
                self.values_only(&mut x);
                self.single_value(&mut x);
                args.push((x, Vec::new(), &[][..]));
                continue;
            }
            if list.len() > 1 {
                args.push((self.generic_expr(e), Vec::new(), &[][..]));
                continue;
            }
            let mut x = self.raw_expr(None, e, None, true);
            self.values_only(&mut x);
            match self.types.get(x.ty) {
                Type::Tuple(types) if x.is_valid() => {
                    args.extend(types.iter().map(|&ty| (Operand::new(Mode::Value, ty, e), Vec::new(), &[][..])));
                }
                _ => args.push((x, Vec::new(), &[][..])),
            }
        }
        args
    }

    /// Checks the arguments of a call, infers type arguments of the callee and of generic arguments. The signature
    /// called; `None` after a report.
    fn arguments(
        &mut self,
        e: &'a Expr,
        call: &'a CallExpr,
        callee: &Callee<'a>,
        args: Vec<(Operand<'a>, Vec<TypeId>, &'a [Expr])>,
    ) -> Option<TypeId> {
        let types = self.types;
        let Type::Signature(sig) = types.get(callee.ty) else { return None };
        let mut params = self.parameters_for(e, call, sig, &args)?;

        // The type parameters of the callee, then those of each generic argument.
        let own = sig.type_params.len();
        let mut tparams = self.rename_type_params(&sig.type_params);
        let mut targs: Vec<Option<TypeId>> = callee.targs.iter().copied().map(Some).collect();
        targs.resize(own, None);
        if own > 0 && !self.allow_version(e.span, 18) {
            let (at, what) = match &call.func.kind {
                ExprKind::Index { .. } => (call.func.span, "function instantiation"),
                _ => (e.span, "implicit function instantiation"),
            };
            self.require_version(at, 18, what);
        }
        if own > 0 {
            params = params.iter().map(|&p| types.subst(p, &sig.type_params, &tparams)).collect();
        }
        let mut arguments: Vec<Argument<'a>> = Vec::new();
        let mut generic: Vec<(usize, TypeId, &'a [Expr])> = Vec::new();
        for (i, (mut x, given, indices)) in args.into_iter().enumerate() {
            if self.is_generic_value(&x)
                && let Type::Signature(arg_sig) = types.get(x.ty)
            {
                if generic.is_empty() {
                    self.require_version(x.span(), 21, "implicitly instantiated function as argument");
                }
                generic.push((i, x.ty, indices));
                let renamed = self.rename_type_params(&arg_sig.type_params);
                let plain = self.strip_type_params(x.ty);
                let generic = x.ty;
                x.ty = types.subst(plain, &arg_sig.type_params, &renamed);
                self.carry_param_names(generic, x.ty);
                tparams.extend(renamed);
                targs.extend(given.into_iter().map(Some));
                targs.resize(tparams.len(), None);
            }
            arguments.push(Argument { x, shown: None });
        }

        let mut called = callee.ty;
        if !tparams.is_empty() {
            let inferred = match self.infer(call.lparen.span(), &tparams, targs, &params, &arguments, false) {
                Ok(inferred) => inferred,
                Err(failure) => {
                    if let Some(failure) = failure {
                        let message = format!("in call to {}, {}", self.text(&call.func), failure.message);
                        self.error(failure.span, message);
                    }
                    return None;
                }
            };
            if own > 0 {
                let span = call.lparen.span();
                called = self.instantiate_signature(span, &call.func, callee.ty, &inferred[..own], callee.indices);
                params = params.iter().map(|&p| types.subst(p, &tparams[..own], &inferred[..own])).collect();
            }
            let mut next = own;
            for (i, sig, indices) in generic {
                let count = types.type_params_of(sig).len();
                let x = &mut arguments[i].x;
                let targs = &inferred[next..next + count];
                next += count;
                x.ty = self.instantiate_signature(x.expr.span, x.expr, sig, targs, indices);
                let x = x.clone();
                self.record_function(x.expr, x.ty);
            }
        }
        let context = format!("argument to {}", self.text(&call.func));
        for (arg, &param) in arguments.iter_mut().zip(&params) {
            self.assignment(&mut arg.x, Some(param), &context);
        }
        Some(called)
    }

    /// The parameter type for each argument: a variadic parameter is repeated.
    fn parameters_for(
        &mut self,
        e: &'a Expr,
        call: &'a CallExpr,
        sig: &Signature,
        args: &[(Operand<'a>, Vec<TypeId>, &'a [Expr])],
    ) -> Option<Vec<TypeId>> {
        let mut params = sig.params.to_vec();
        let spread = call.ellipsis.is_some();
        let mut wanted = params.len();
        if spread && !sig.variadic {
            let message = format!("cannot use ... in call to non-variadic {}", self.text(&call.func));
            self.error(e.span, message);
            return None;
        }
        if spread {
            if let ([only], true) = (&*call.args, args.len() > 1) {
                let message = format!("cannot use ... with {}-valued {}", args.len(), self.text(only));
                self.error(e.span, message);
                return None;
            }
        } else if sig.variadic {
            if args.len() + 1 >= wanted {
                let last = params.pop();
                let elem = match last.map(|ty| self.types.get(ty)) {
                    Some(&Type::Slice(elem)) => elem,
                    _ => TypeId::INVALID,
                };
                params.resize(args.len(), elem);
                wanted = args.len();
            } else {
                wanted -= 1;
            }
        }
        if args.len() == wanted {
            return Some(params);
        }
        let (span, qualifier): (Span, &str) = match args.get(wanted) {
            Some((extra, ..)) => (extra.span(), "too many"),
            None => (args.last().map_or(e.span, |(last, ..)| last.span()), "not enough"),
        };
        let have: Vec<TypeId> = args.iter().map(|(x, ..)| x.ty).collect();
        let diagnostic = Diagnostic::error(span, format!("{qualifier} arguments in call to {}", self.text(&call.func)))
            .note(format!("have {}", self.types_summary(&have, false, spread)))
            .note(format!("want {}", self.types_summary(&sig.params, sig.variadic, false)));
        self.report(diagnostic);
        None
    }
}
