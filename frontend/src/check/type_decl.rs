//! Type declarations: declared types, aliases, their type parameters, and that values of declared types are finite.
//!
//! A declared type's underlying type is set when its right side is known. If the right side is a declared type in
//! progress, the new one waits for it; what waits for ever is a cycle.

use std::collections::HashSet;

use super::Checker;
use crate::ast::{self, BinaryOp, Expr, ExprKind, UnaryOp};
use crate::diagnostic::Diagnostic;
use crate::types::{ObjectId, ObjectKind, Type, TypeDecl, TypeId};

use super::resolver::DeclKind;

/// Instances may nest this deep before the expansion counts as endless.
const MAX_EXPANSION: usize = 64;

impl<'a> Checker<'a> {
    /// Checks a type declaration, package-level or local; `object` is on the path.
    pub(super) fn type_decl(&mut self, object: ObjectId, spec: &'a ast::TypeSpec) {
        let outer = self.env.scope;
        if spec.is_alias() {
            self.alias_decl(object, spec);
        } else {
            self.defined_type(object, spec);
        }
        self.env.scope = outer;
    }

    fn alias_decl(&mut self, object: ObjectId, spec: &'a ast::TypeSpec) {
        let types = self.types;
        let Some(decl) = types.object(object).type_decl() else { return };
        let (at, minor, what) = match &spec.type_params {
            Some(list) => (list.fields.first().map_or(list.span, |f| f.span), 23, "generic type alias"),
            None => (spec.span, 9, "type alias"),
        };
        self.require_version(at, minor, what);
        if let Some(list) = &spec.type_params {
            // An alias can be evaluated twice, see `resolve_again`.
            if let Some(&scope) = self.alias_scopes.get(&object) {
                self.env.scope = scope;
            } else {
                self.open_scope();
                self.alias_scopes.insert(object, self.env.scope);
                self.bind_type_params(list, |_, params| {
                    let _ = decl.type_params.set(params.into());
                });
            }
        } else {
            let _ = decl.type_params.set(Box::default());
        }
        let mut ty = self.type_expr(&spec.ty);
        if decl.type_params.get().is_some_and(|params| params.contains(&ty)) {
            self.error(spec.ty.span, "cannot use type parameter declared in alias declaration as RHS");
            ty = TypeId::INVALID;
        }
        self.set_object_type(object, if self.broken.contains(&object) { TypeId::INVALID } else { ty });
    }

    fn defined_type(&mut self, object: ObjectId, spec: &'a ast::TypeSpec) {
        let types = self.types;
        let Some(decl) = types.object(object).type_decl() else { return };
        let named = types.named(object, Box::default());
        self.set_object_type(object, named);
        self.later(move |c| {
            c.check_finite(named, &mut Vec::new());
            c.check_field_names(object, named);
        });
        if let Some(list) = &spec.type_params {
            // Inside a generic function the function's type parameters come first, see `type_instance`.
            let outer = self.env.outer_params.clone();
            self.open_scope();
            self.declare_type_params(list, |_, params| {
                let _ = decl.type_params.set(outer.iter().copied().chain(params.iter().copied()).collect());
            });
        } else {
            let _ = decl.type_params.set(Box::default());
        }
        let mut rhs = self.type_expr(&spec.ty);
        if types.is_type_param(rhs) {
            self.error(spec.ty.span, "cannot use a type parameter as RHS in type declaration");
            rhs = TypeId::INVALID;
        }
        if self.broken.contains(&object) {
            rhs = TypeId::INVALID;
        }
        self.right_sides.insert(object, rhs);
        let underlying = types.underlying(rhs);
        if rhs.is_valid() && !underlying.is_valid() {
            self.waiting.push((object, rhs));
        } else {
            let _ = decl.underlying.set(underlying);
            self.wake_waiting();
        }
    }

    /// Gives declared types that waited for another one its underlying type.
    fn wake_waiting(&mut self) {
        let types = self.types;
        loop {
            let before = self.waiting.len();
            self.waiting.retain(|&(object, rhs)| {
                let underlying = types.underlying(rhs);
                if let (true, Some(decl)) = (underlying.is_valid(), types.object(object).type_decl()) {
                    let _ = decl.underlying.set(underlying);
                    return false;
                }
                true
            });
            if self.waiting.len() == before {
                return;
            }
        }
    }

    /// At the end: types that still wait are declared in terms of each other only (`type A B; type B A`), or of
    /// something invalid.
    pub(super) fn finish_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let mut reported: Vec<ObjectId> = Vec::new();
        for &(start, _) in &waiting {
            let mut path: Vec<ObjectId> = Vec::new();
            let mut at = start;
            loop {
                if let Some(first) = path.iter().position(|&o| o == at) {
                    let cycle = path.split_off(first);
                    if !cycle.iter().any(|o| reported.contains(o)) {
                        self.cycle_error(&cycle);
                        reported.extend(&cycle);
                    }
                    break;
                }
                path.push(at);
                let Some(&(_, rhs)) = waiting.iter().find(|&&(object, _)| object == at) else { break };
                let Type::Named(named) = self.types.get(rhs) else { break };
                at = named.obj;
            }
        }
        for (object, _) in waiting {
            self.broken.insert(object);
            if let Some(decl) = self.types.object(object).type_decl() {
                let _ = decl.underlying.set(TypeId::INVALID);
            }
        }
    }

    // ---- type parameters

    /// Declares type parameters in the current scope and evaluates their constraints. `bind` is told the parameters
    /// before that, because the constraints may use what is being declared.
    pub(super) fn declare_type_params(
        &mut self,
        list: &'a ast::FieldList,
        bind: impl FnOnce(&mut Self, &[TypeId]),
    ) -> Vec<TypeId> {
        let first = list.fields.first().map_or(list.span, |f| f.span);
        self.require_version(first, 18, "type parameter");
        self.bind_type_params(list, bind)
    }

    /// The same, where the language version was checked before.
    pub(super) fn bind_type_params(
        &mut self,
        list: &'a ast::FieldList,
        bind: impl FnOnce(&mut Self, &[TypeId]),
    ) -> Vec<TypeId> {
        let mut params = Vec::new();
        for ident in list.fields.iter().flat_map(|field| &field.names) {
            let kind = ObjectKind::TypeName(TypeDecl::default());
            let object = self.types.new_object(ident.name, Some(self.pkg), ident.span, kind, None);
            let param = self.types.type_param(object, params.len() as u32);
            self.set_object_type(object, param);
            self.declare(self.env.scope, ident, object, list.span.start());
            params.push(param);
            if self.types.is_predeclared_type(ident.name) {
                self.shadowing.push(param);
            }
        }
        bind(self, &params);
        let outer = std::mem::replace(&mut self.env.in_type_params, true);
        let mut next = 0;
        for field in &list.fields {
            let count = field.names.len();
            let group: Vec<TypeId> = params.iter().copied().skip(next).take(count).collect();
            next += count;
            self.set_constraint(&field.ty, group);
        }
        self.env.in_type_params = outer;
        params
    }

    fn set_constraint(&mut self, e: &'a Expr, params: Vec<TypeId>) {
        let types = self.types;
        let set = move |bound: TypeId| params.iter().for_each(|&param| types.set_bound(param, bound));
        let is_union =
            matches!(&e.kind, ExprKind::Unary { op: UnaryOp::Tilde, .. } | ExprKind::Binary { op: BinaryOp::Or, .. });
        if is_union {
            let union = self.union_elem(e);
            let bound = types.implicit_interface(union);
            self.record_type(e, super::Mode::Type, bound, None);
            return set(bound);
        }
        let ty = self.type_expr(e);
        if types.is_type_param(ty) {
            self.error(e.span, "cannot use a type parameter as constraint");
            return set(TypeId::INVALID);
        }
        if !ty.is_valid() || self.is_interface_decl(ty) || matches!(types.under(ty), Type::Interface(_)) {
            return set(ty);
        }
        if types.underlying(ty).is_valid() {
            return set(types.implicit_interface(ty));
        }
        // A declared type in progress that is no interface literal: wait until it is known what it is.
        self.later(move |c| {
            let is_interface = matches!(c.types.under(ty), Type::Interface(_));
            set(if is_interface { ty } else { c.types.implicit_interface(ty) });
        });
    }

    /// Whether a declared type of this package was declared as an interface, even if it is in progress.
    fn is_interface_decl(&self, ty: TypeId) -> bool {
        let Type::Named(named) = self.types.get(ty) else { return false };
        match self.decls.get(&named.obj).map(|info| &info.kind) {
            Some(DeclKind::Type(spec)) => matches!(spec.ty.unparen().kind, ExprKind::InterfaceType(_)),
            _ => false,
        }
    }

    // ---- validity of declared types

    /// Whether values of the type have a finite size and interfaces a finite definition; reports a cycle otherwise.
    fn check_finite(&mut self, ty: TypeId, path: &mut Vec<TypeId>) -> bool {
        let types = self.types;
        match types.get(ty) {
            Type::Named(named) => {
                let foreign = types.object(named.obj).pkg != Some(self.pkg);
                if self.finite.contains(&ty) || self.broken.contains(&named.obj) || foreign && named.targs.is_empty() {
                    return true;
                }
                let again = path.iter().position(|&p| p == ty);
                if again.is_some() || path.len() > MAX_EXPANSION {
                    // An endless expansion is reported where it is written.
                    let written = |ty: &TypeId| self.instance_spans.contains_key(ty);
                    let cycle = match again {
                        Some(start) => &path[start..],
                        None => {
                            let at = path.iter().position(written).unwrap_or(path.len() - 1);
                            &path[at..=at]
                        }
                    };
                    let place = |ty: &TypeId| match types.get(*ty) {
                        Type::Named(named) => {
                            let span = self.instance_spans.get(ty).copied();
                            Some((named.obj, span.unwrap_or(types.object(named.obj).span)))
                        }
                        _ => None,
                    };
                    let cycle: Vec<_> = cycle.iter().filter_map(place).collect();
                    self.cycle_error_at(&cycle);
                    self.cyclic.extend(cycle.first().map(|&(object, _)| object));
                    self.broken.extend(cycle.iter().map(|&(object, _)| object));
                    return false;
                }
                let inner = match self.right_sides.get(&named.obj) {
                    Some(&rhs) => types.subst(rhs, types.named_decl(named).params(), &named.targs),
                    None => types.underlying(ty),
                };
                path.push(ty);
                let finite = self.check_finite(inner, path);
                path.pop();
                if finite {
                    self.finite.insert(ty);
                }
                finite
            }
            &Type::Array { elem, .. } => self.check_finite(elem, path),
            Type::Struct(fields) => fields.iter().all(|f| self.check_finite(f.ty, path)),
            Type::Interface(iface) => iface.embeddeds.iter().all(|&e| self.check_finite(e, path)),
            Type::Union(terms) => terms.iter().all(|t| self.check_finite(t.ty, path)),
            _ => true,
        }
    }

    /// Whether a value's type contains no declared type in progress: `type T [unsafe.Sizeof(T{})]int` does not exist.
    /// Reports the cycle otherwise.
    pub(super) fn check_pending(&mut self, ty: TypeId) -> bool {
        if self.path.is_empty() {
            return true;
        }
        self.pending_in(ty, &mut Vec::new())
    }

    fn pending_in(&mut self, ty: TypeId, seen: &mut Vec<TypeId>) -> bool {
        let types = self.types;
        match types.get(ty) {
            Type::Named(named) => {
                if let Some(&super::decl::State::InProgress(start)) = self.states.get(&named.obj) {
                    if self.broken.insert(named.obj) {
                        let cycle = self.path[start..].to_vec();
                        self.cycle_error(&cycle);
                    }
                    return false;
                }
                if seen.contains(&ty) || types.object(named.obj).pkg != Some(self.pkg) {
                    return true;
                }
                seen.push(ty);
                self.pending_in(types.underlying(ty), seen)
            }
            &Type::Array { elem, .. } => self.pending_in(elem, seen),
            Type::Struct(fields) => fields.iter().all(|f| self.pending_in(f.ty, seen)),
            _ => true,
        }
    }

    /// Whether the size of a type can be computed: it is finite, and no cycle was reported of what it holds.
    pub(super) fn has_finite_size(&mut self, ty: TypeId) -> bool {
        self.check_finite(ty, &mut Vec::new())
            && self.types.underlying(ty).is_valid()
            && (self.broken.is_empty() || !self.holds_broken(ty, &mut HashSet::new()))
    }

    /// Whether a type whose cycle was reported is this one or inside of it.
    fn holds_broken(&self, ty: TypeId, seen: &mut HashSet<TypeId>) -> bool {
        match self.types.get(ty) {
            Type::Named(named) => {
                self.broken.contains(&named.obj)
                    || seen.insert(ty) && self.holds_broken(self.types.underlying(ty), seen)
            }
            &Type::Array { elem, .. } => self.holds_broken(elem, seen),
            Type::Struct(fields) => fields.iter().any(|f| self.holds_broken(f.ty, seen)),
            _ => false,
        }
    }

    /// Methods and fields of a struct type have different names.
    fn check_field_names(&mut self, object: ObjectId, named: TypeId) {
        let types = self.types;
        let Some(fields) = types.struct_fields(named) else { return };
        for &method in types.declared_methods(named) {
            let method = types.object(method);
            if fields.iter().any(|f| f.name == method.name) {
                let message = format!("field and method with the same name {}", method.name);
                let mut diagnostic = Diagnostic::error(method.span, message);
                if let Some(span) = self.field_span(object, method.name) {
                    diagnostic = diagnostic.note_at(span, format!("other declaration of {}", method.name));
                }
                self.report(diagnostic);
            }
        }
    }

    fn field_span(&self, object: ObjectId, name: crate::types::Name) -> Option<crate::span::Span> {
        let DeclKind::Type(spec) = self.decls.get(&object)?.kind else { return None };
        let ExprKind::StructType(ty) = &spec.ty.unparen().kind else { return None };
        ty.fields.iter().find_map(|field| {
            let named = field.names.iter().find(|n| n.name == name).map(|n| n.span);
            named.or_else(|| super::composite_type::embedded_name(&field.ty).filter(|n| n.name == name).map(|n| n.span))
        })
    }
}
