//! Struct and interface types, and the unions in constraints.

use std::collections::HashMap;

use super::{Checker, Mode};
use crate::ast::{self, BinaryOp, Expr, ExprKind, Ident, InterfaceElem, UnaryOp};
use crate::constant::unquote;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::types::{Basic, Field, Method, Name, PackageId, Term, Type, TypeId};

/// Larger unions are refused, as gc does.
const MAX_TERMS: usize = 100;

/// The name an embedded field has: that of its type.
pub(super) fn embedded_name(ty: &Expr) -> Option<&Ident> {
    match &ty.kind {
        ExprKind::Ident(ident) => Some(ident),
        ExprKind::Star(elem) if !matches!(elem.kind, ExprKind::Star(_)) => embedded_name(elem),
        ExprKind::Selector { name, .. } => Some(name),
        ExprKind::Index { operand, .. } => embedded_name(operand),
        ExprKind::Paren(inner) => embedded_name(inner),
        _ => None,
    }
}

impl<'a> Checker<'a> {
    /// The package unexported members belong to; exported ones belong to none.
    fn member_package(&self, name: Name) -> Option<PackageId> {
        if name.is_exported() { None } else { Some(self.pkg) }
    }

    // ---- structs

    pub(super) fn struct_type(&mut self, ty: &'a ast::StructType) -> TypeId {
        let mut fields: Vec<Field> = Vec::new();
        let mut spans: HashMap<Name, Span> = HashMap::new();
        for field in &ty.fields {
            let elem = self.var_type(&field.ty);
            let tag = field.tag.as_ref().and_then(|tag| self.tag(tag));
            let embedded = field.is_embedded();
            let names: Vec<Ident> = if embedded {
                match embedded_name(&field.ty) {
                    Some(ident) => vec![*ident],
                    None => {
                        self.error(field.ty.span, format!("invalid embedded field type {}", self.text(&field.ty)));
                        continue;
                    }
                }
            } else {
                field.names.clone()
            };
            for ident in names {
                if !ident.is_blank()
                    && let Some(&other) = spans.get(&ident.name)
                {
                    let note = format!("other declaration of {}", ident.name);
                    let message = format!("{} redeclared", ident.name);
                    self.report(Diagnostic::error(ident.span, message).note_at(other, note));
                    continue;
                }
                spans.insert(ident.name, ident.span);
                fields.push(Field {
                    name: ident.name,
                    pkg: self.member_package(ident.name),
                    ty: elem,
                    embedded,
                    tag: tag.clone(),
                });
            }
            if embedded {
                let span = field.ty.span;
                self.later(move |c| c.check_embedded(elem, span));
            }
        }
        self.types.intern(Type::Struct(fields.into()))
    }

    fn tag(&mut self, tag: &ast::BasicLit) -> Option<Box<str>> {
        let bytes = unquote(&tag.raw)?;
        let tag = String::from_utf8_lossy(&bytes);
        (!tag.is_empty()).then(|| tag.into())
    }

    /// An embedded field's type is a declared type or a pointer to one, but no pointer otherwise.
    fn check_embedded(&mut self, ty: TypeId, span: Span) {
        let (base, pointer) = match self.types.get(ty) {
            &Type::Pointer(elem) => (elem, true),
            _ => (ty, false),
        };
        let message = match self.types.under(base) {
            Type::Basic(Basic::UnsafePointer) => "embedded field type cannot be unsafe.Pointer",
            Type::Pointer(_) => "embedded field type cannot be a pointer",
            _ if self.types.is_type_param(base) => "embedded field type cannot be a (pointer to a) type parameter",
            Type::Interface(_) if pointer => "embedded field type cannot be a pointer to an interface",
            _ => return,
        };
        self.error(span, message);
    }

    // ---- sizes

    /// Limits of gc's: types fit its address space, elements of channels a 16-bit size.
    pub(super) fn check_sizes(&mut self) {
        const ADDRESS_SPACE: u64 = 1 << 50;
        const CHAN_ELEM: u64 = (1 << 16) - 1;
        let types = self.types;
        let fixed = |ty: TypeId| ty.is_valid() && !types.mentions(ty, &|leaf| types.is_type_param(leaf));
        for (span, ty) in std::mem::take(&mut self.large_types) {
            if fixed(ty) && types.sizeof(ty) >= ADDRESS_SPACE {
                self.error(span, format!("type {} larger than address space", self.str(ty)));
            }
        }
        for (span, elem) in std::mem::take(&mut self.chan_elems) {
            if fixed(elem) && types.sizeof(elem) > CHAN_ELEM {
                self.error(span, "channel element type too large (>64kB)");
            }
        }
    }

    // ---- interfaces

    pub(super) fn interface_type(&mut self, e: &'a Expr, iface: &'a ast::InterfaceType) -> TypeId {
        let mut methods: Vec<Method> = Vec::new();
        let mut spans: HashMap<Name, Span> = HashMap::new();
        let mut embedded: Vec<(TypeId, Span)> = Vec::new();
        for elem in &iface.elems {
            match elem {
                InterfaceElem::Embedded(e) => {
                    let elem = self.union_elem(e);
                    if self.allow_embedded(elem, e.span) {
                        embedded.push((elem, e.span));
                    }
                }
                InterfaceElem::Method(method) => {
                    let name = method.name.name;
                    if name.is_blank() {
                        self.error(method.name.span, "methods must have a unique non-blank name");
                        continue;
                    }
                    let sig = self.func_type(&method.sig);
                    if let Some(&other) = spans.get(&name) {
                        self.duplicate_method(name, method.name.span, other);
                        continue;
                    }
                    spans.insert(name, method.name.span);
                    methods.push(Method { name, pkg: self.member_package(name), sig });
                }
            }
        }
        let ids: Vec<TypeId> = embedded.iter().map(|&(ty, _)| ty).filter(|ty| ty.is_valid()).collect();
        let ty = self.types.interface(methods, ids);
        self.interfaces.push((e.span, ty));
        if !embedded.is_empty() {
            self.later(move |c| c.check_embedded_methods(ty, &spans, &embedded));
        }
        ty
    }

    fn duplicate_method(&mut self, name: Name, span: Span, other: Span) {
        let note = format!("other declaration of method {name}");
        self.report(Diagnostic::error(span, format!("duplicate method {name}")).note_at(other, note));
    }

    /// A method that comes from several embedded interfaces (or is declared too) must have one signature.
    fn check_embedded_methods(&mut self, ty: TypeId, spans: &HashMap<Name, Span>, embedded: &[(TypeId, Span)]) {
        let Type::Interface(iface) = self.types.get(ty) else { return };
        let mut all: Vec<(Method, Span)> =
            iface.methods.iter().map(|m| (m.clone(), spans.get(&m.name).copied().unwrap_or_default())).collect();
        for &(elem, span) in embedded {
            if !matches!(self.types.under(elem), Type::Interface(_)) {
                continue;
            }
            for method in self.types.type_set(elem).methods {
                match all.iter().find(|(m, _)| m.name == method.name && m.pkg == method.pkg) {
                    None => all.push((method, span)),
                    Some((other, at))
                        if !self.types.identical(other.sig, method.sig) || !self.allow_version(span, 14) =>
                    {
                        let at = *at;
                        self.duplicate_method(method.name, span, at);
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// Elements that make an interface a constraint came with type parameters; without them they do not count.
    fn allow_embedded(&mut self, elem: TypeId, span: Span) -> bool {
        if self.allow_version(span, 18) || !self.types.underlying(elem).is_valid() {
            return true;
        }
        let what = match self.types.under(elem) {
            Type::Union(_) => "interface element",
            Type::Interface(_) => return true,
            _ => "non-interface type",
        };
        self.require_version(span, 18, &format!("embedding {what} {}", self.str(elem)))
    }

    // ---- unions

    /// An element of an interface: a type, `~T`, or a union of such.
    pub(super) fn union_elem(&mut self, e: &'a Expr) -> TypeId {
        let mut exprs: Vec<&'a Expr> = Vec::new();
        let mut at = e;
        while let ExprKind::Binary { op: BinaryOp::Or, left, right, .. } = &at.kind {
            exprs.push(right);
            at = left;
        }
        exprs.push(at);
        exprs.reverse();
        let whole = exprs.clone();
        let mut terms: Vec<Term> = Vec::new();
        let mut valid = true;
        for &expr in &exprs {
            let term = self.term(expr);
            if exprs.len() == 1 && !term.tilde {
                return term.ty;
            }
            valid &= term.ty.is_valid();
            terms.push(term);
        }
        let checked = terms.clone();
        self.later(move |c| c.check_terms(&exprs, &checked));
        let count = |ty: TypeId| match self.types.under(ty) {
            Type::Interface(_) => self.types.type_set(ty).terms.map_or(1, |terms| terms.len()),
            _ => 1,
        };
        let mut total = 0;
        for (term, expr) in terms.iter().zip(&whole) {
            total += count(term.ty);
            if total > MAX_TERMS {
                let message = format!("cannot handle more than {MAX_TERMS} union terms (implementation limitation)");
                self.error(expr.span, message);
                return TypeId::INVALID;
            }
        }
        if !valid {
            return TypeId::INVALID;
        }
        let union = self.types.intern(Type::Union(terms.into()));
        self.record_type(e, Mode::Type, union, None);
        union
    }

    fn term(&mut self, e: &'a Expr) -> Term {
        let (tilde, inner) = match &e.kind {
            ExprKind::Unary { op: UnaryOp::Tilde, operand } => (true, &**operand),
            _ => (false, e),
        };
        let mut ty = self.type_expr(inner);
        if self.types.is_type_param(ty) {
            if tilde {
                let message = format!("type in term {} cannot be a type parameter", self.text(e));
                self.error(inner.span, message);
            } else {
                self.error(inner.span, "term cannot be a type parameter");
            }
            ty = TypeId::INVALID;
        }
        let term = Term { tilde, ty };
        if tilde && ty.is_valid() {
            let union = self.types.intern(Type::Union(Box::new([term])));
            self.record_type(e, Mode::Type, union, None);
        }
        term
    }

    pub(super) fn term_str(&self, term: Term) -> String {
        format!("{}{}", if term.tilde { "~" } else { "" }, self.types.type_path_str(term.ty))
    }

    fn check_terms(&mut self, exprs: &[&'a Expr], terms: &[Term]) {
        for (i, (&expr, &term)) in exprs.iter().zip(terms).enumerate() {
            let under = self.types.underlying(term.ty);
            if !term.ty.is_valid() || !under.is_valid() {
                continue;
            }
            let shown = self.term_str(term);
            let is_iface = matches!(self.types.get(under), Type::Interface(_));
            if term.tilde && is_iface {
                self.error(expr.span, format!("invalid use of ~ ({} is an interface)", self.str(term.ty)));
                continue;
            }
            if term.tilde && !self.types.identical(under, term.ty) {
                let (ty, under) = (self.str(term.ty), self.str(under));
                self.error(expr.span, format!("invalid use of ~ (underlying type of {ty} is {under})"));
                continue;
            }
            if is_iface {
                let set = self.types.type_set(term.ty);
                if !set.methods.is_empty() {
                    self.error(expr.span, format!("cannot use {shown} in union ({shown} contains methods)"));
                } else if term.ty == self.types.comparable {
                    self.error(expr.span, "cannot use comparable in union");
                } else if set.comparable {
                    self.error(expr.span, format!("cannot use {shown} in union ({shown} embeds comparable)"));
                }
                continue;
            }
            let overlaps = |other: &&Term| {
                !matches!(self.types.under(other.ty), Type::Interface(_))
                    && (self.types.identical(other.ty, term.ty)
                        || other.tilde && self.types.identical(other.ty, under)
                        || term.tilde && self.types.identical(self.types.underlying(other.ty), term.ty))
            };
            if let Some(&other) = terms[..i].iter().find(overlaps) {
                self.error_pos(expr.start(), format!("overlapping terms {shown} and {}", self.term_str(other)));
            }
        }
    }
}
