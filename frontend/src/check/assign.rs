//! Assignability, and initialisation of constants and variables.

use super::expr::Untypable;
use super::operand::Operand;
use super::{Checker, Mode};
use crate::ast::{Expr, ExprKind};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::types::{ChanDir, ObjectId, ObjectKind, Type, TypeId};

impl<'a> Checker<'a> {
    /// Whether `x` can be assigned to a variable of type `to`; the cause in gc's words ("" if there is none) if not. An
    /// untyped `x` is not converted. (Assignability of untyped operands is judged too.)
    pub(super) fn assignable(&mut self, x: &Operand<'a>, to: TypeId) -> Result<(), String> {
        let types = self.types;
        let from = x.ty;
        if !x.is_valid() || !to.is_valid() || types.identical(from, to) {
            return Ok(());
        }
        if types.is_untyped(from) {
            return self.implicit_type(x, to).map(|_| ()).map_err(|_| String::new());
        }
        let (from_under, to_under) = (types.underlying(from), types.underlying(to));
        let (from_param, to_param) = (types.is_type_param(from), types.is_type_param(to));
        let either_unnamed = !types.is_named(from) || !types.is_named(to);
        if !from_param && !to_param && either_unnamed && types.identical(from_under, to_under) {
            return Ok(());
        }
        if !to_param && matches!(types.get(to_under), Type::Interface(_)) || self.is_interface_pointer(to_under) {
            match self.implements(x.span(), from, to, false) {
                Ok(()) => return Ok(()),
                Err(cause) if !from_param => return Err(cause),
                Err(_) => {}
            }
        }
        if !from_param
            && matches!(types.get(from_under), Type::Interface(_))
            && self.implements(x.span(), to, from, false).is_ok()
        {
            return Err("need type assertion".into());
        }
        if let (&Type::Chan { dir: ChanDir::Both, elem: a }, &Type::Chan { elem: b, .. }) =
            (types.get(from_under), types.get(to_under))
            && !from_param
            && !to_param
            && types.identical(a, b)
        {
            return if either_unnamed { Ok(()) } else { Err(String::new()) };
        }
        // A value of unnamed type goes to a type parameter if it goes to each type of its set, and the other way round.
        let (param, to_set) = match (from_param, to_param) {
            (_, true) if !types.is_named(from) => (to, true),
            (true, _) if !types.is_named(to) => (from, false),
            _ => return Err(String::new()),
        };
        let Some(terms) = types.terms_of(param).filter(|terms| !terms.is_empty()) else { return Err(String::new()) };
        for term in &terms {
            let (one, target) = if to_set { (x.clone(), term.ty) } else { (Operand { ty: term.ty, ..x.clone() }, to) };
            if let Err(inner) = self.assignable(&one, target) {
                let shown = self.str(param);
                let message = if to_set {
                    format!("cannot assign {} to {} (in {shown})", self.str(from), self.str(term.ty))
                } else {
                    format!("cannot assign {} (in {shown}) to {}", self.str(term.ty), self.str(to))
                };
                return Err(if inner.is_empty() { message } else { format!("{message}\n\t{inner}") });
            }
        }
        Ok(())
    }

    /// Checks that `x` can be assigned to a variable of type `to` (`None`: to one without declared type: untyped operands
    /// get their default type), converts and records it; reports and invalidates it otherwise. `context` is gc's
    /// phrase: "assignment", "argument", "return statement", "variable declaration", "range clause", ….
    pub(super) fn assignment(&mut self, x: &mut Operand<'a>, to: Option<TypeId>, context: &str) {
        self.single_value(x);
        match x.mode {
            Mode::Invalid => return,
            Mode::NoValue | Mode::Builtin(_) | Mode::Type => {
                let to = to.map_or_else(String::new, |ty| self.str(ty));
                let message = format!("cannot assign {} to {to} in {context}", self.describe(x));
                self.error(x.span(), message);
                x.invalidate();
                return;
            }
            _ => {}
        }
        let types = self.types;
        if types.is_untyped(x.ty) {
            if x.is_nil() && to.is_none() {
                self.error(x.span(), format!("use of untyped nil in {context}"));
                x.invalidate();
                return;
            }
            let target = match to {
                Some(ty) if x.is_nil() || !types.is_interface(ty) => ty,
                _ => types.default_type(x.ty),
            };
            if let Err(why) = self.convert_untyped(x, target) {
                let note = match why {
                    Untypable::Truncated => " (truncated)",
                    Untypable::Overflow => " (overflows)",
                    Untypable::Mismatch => "",
                };
                let message =
                    format!("cannot use {} as {} value in {context}{note}", self.describe(x), self.str(target));
                self.error(x.span(), message);
                x.invalidate();
                return;
            }
        }
        if self.is_generic_value(x) {
            let message =
                format!("cannot use generic function {} without instantiation in {context}", self.text(x.expr));
            self.error(x.span(), message);
            x.invalidate();
            return;
        }
        let Some(to) = to else { return };
        if let Err(cause) = self.assignable(x, to) {
            let mut message = format!("cannot use {} as {} value in {context}", self.describe(x), self.str(to));
            if !cause.is_empty() {
                message = format!("{message}: {cause}");
            }
            self.error(x.span(), message);
            x.invalidate();
        }
    }

    /// Sets type and value of a constant object from its initialiser.
    pub(super) fn init_const(&mut self, object: ObjectId, declared: Option<TypeId>, x: &mut Operand<'a>) {
        if !x.is_valid() || !x.ty.is_valid() || declared.is_some_and(|ty| !ty.is_valid()) {
            self.set_object_type(object, declared.unwrap_or(TypeId::INVALID));
            return;
        }
        if !x.is_constant() {
            self.error(x.span(), format!("{} is not constant", self.describe(x)));
            self.set_object_type(object, declared.unwrap_or(TypeId::INVALID));
            return;
        }
        let ty = declared.unwrap_or(x.ty);
        self.set_object_type(object, ty);
        if declared.is_some() || !self.types.is_untyped(ty) {
            self.assignment(x, Some(ty), "constant declaration");
        }
        if let (true, Some(value), ObjectKind::Const(cell)) =
            (x.is_valid(), x.value.clone(), &self.types.object(object).kind)
        {
            let _ = cell.set(value);
        }
    }

    /// Sets the type of a variable, if not known, from its initialiser and checks the assignment.
    pub(super) fn init_var(&mut self, object: ObjectId, x: &mut Operand<'a>, context: &str) {
        let declared = self.types.object(object).ty.get().copied();
        if !x.is_valid() || !x.ty.is_valid() || declared.is_some_and(|ty| !ty.is_valid()) {
            self.set_object_type(object, TypeId::INVALID);
            x.invalidate();
            return;
        }
        let ty = match declared {
            Some(ty) => ty,
            None => {
                self.single_value(x);
                if x.is_nil() {
                    self.error(x.span(), format!("use of untyped nil in {context}"));
                    self.set_object_type(object, TypeId::INVALID);
                    x.invalidate();
                    return;
                }
                let ty = if self.is_generic_value(x) { TypeId::INVALID } else { self.types.default_type(x.ty) };
                self.set_object_type(object, ty);
                ty
            }
        };
        self.assignment(x, Some(ty), context);
    }

    /// `var lhs = rhs`, `lhs := rhs` and `return rhs` (then `ret` is the statement's span): counts, a call with several
    /// results, and `, ok` forms. Every variable has a type afterwards. All of `rhs` is evaluated even after an error.
    pub(super) fn init_vars(&mut self, lhs: &[ObjectId], rhs: &'a [Expr], ret: Option<Span>) {
        let context = if ret.is_some() { "return statement" } else { "assignment" };
        let call = matches!(rhs, [only] if matches!(only.unparen().kind, ExprKind::Call(_)));
        if lhs.len() == rhs.len() && !call {
            for (&object, e) in lhs.iter().zip(rhs) {
                let name = self.types.object(object).name.as_str();
                let what = if ret.is_some() && name.is_empty() { "result variable" } else { name };
                let declared = self.types.object(object).ty();
                let target = self.assign_target(declared, what);
                let mut x = self.expr(target.as_ref(), e);
                self.init_var(object, &mut x, context);
            }
            return;
        }
        if let [only] = rhs {
            let (mut values, comma_ok) = self.multi_expr(only, lhs.len() == 2 && ret.is_none());
            if values.len() == lhs.len() {
                for (&object, x) in lhs.iter().zip(&mut values) {
                    self.init_var(object, x, context);
                }
                if let (true, [x, ok]) = (comma_ok, &*values)
                    && x.is_valid()
                    && ok.is_valid()
                {
                    self.record_comma_ok(only, x.ty, ok.ty);
                }
                return;
            }
            if values.iter().all(Operand::is_valid) {
                match ret {
                    Some(span) => self.return_mismatch(span, lhs, &values),
                    None => self.assign_mismatch(lhs.len(), rhs, values.len()),
                }
            }
        } else if self.use_exprs(rhs) {
            match ret {
                Some(span) => {
                    let values: Vec<Operand<'a>> = rhs.iter().map(|e| self.evaluated(e)).collect();
                    self.return_mismatch(span, lhs, &values);
                }
                None => self.assign_mismatch(lhs.len(), rhs, rhs.len()),
            }
        }
        for &object in lhs {
            self.set_object_type(object, TypeId::INVALID);
        }
    }

    /// An expression that was evaluated before, as an operand for messages.
    fn evaluated(&self, e: &'a Expr) -> Operand<'a> {
        let ty = self.untyped.get(&e.id).map_or_else(|| self.info.type_of(e.id), |entry| entry.ty);
        Operand::new(Mode::Value, ty, e)
    }

    fn return_mismatch(&mut self, ret: Span, lhs: &[ObjectId], values: &[Operand<'a>]) {
        let (span, qualifier) = match values.get(lhs.len()) {
            Some(extra) => (extra.span(), "too many"),
            None => (values.last().map_or(ret, Operand::span), "not enough"),
        };
        let have: Vec<TypeId> = values.iter().map(|x| x.ty).collect();
        let want: Vec<TypeId> = lhs.iter().map(|&o| self.types.object(o).ty()).collect();
        let diagnostic = Diagnostic::error(span, format!("{qualifier} return values"))
            .note(format!("have {}", self.types_summary(&have, false, false)))
            .note(format!("want {}", self.types_summary(&want, false, false)));
        self.report(diagnostic);
    }

    /// A list of types in parentheses, as "have" and "want" lines show it.
    pub(super) fn types_summary(&self, list: &[TypeId], variadic: bool, ellipsis: bool) -> String {
        let last = list.len().saturating_sub(1);
        let show = |(i, &ty): (usize, &TypeId)| {
            let plain = |ty: TypeId| match self.types.basic(ty) {
                _ if !ty.is_valid() => "unknown type".to_string(),
                Some(basic) if self.types.is_untyped(ty) && basic.is_numeric() => "number".to_string(),
                Some(basic) if self.types.is_untyped(ty) => basic.name().replace("untyped ", ""),
                _ => self.str(ty),
            };
            match self.types.get(ty) {
                &Type::Slice(elem) if variadic && i == last => format!("...{}", plain(elem)),
                _ if ellipsis && i == last => format!("{}...", plain(ty)),
                _ => plain(ty),
            }
        };
        let shown: Vec<String> = list.iter().enumerate().map(show).collect();
        format!("({})", shown.join(", "))
    }
}
