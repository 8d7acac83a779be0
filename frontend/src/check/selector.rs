//! `x.f`: package members, fields, methods, method expressions.

use super::info::{Selection, SelectionKind};
use super::operand::Operand;
use super::resolver::DeclKind;
use super::{Checker, Mode};
use crate::ast::{Expr, ExprKind, FieldList, FuncDecl, Ident};
use crate::types::{Found, Lookup, Name, ObjectKind, PackageId, Target, Type, TypeId};

impl<'a> Checker<'a> {
    /// A selector expression `e` = `operand.name`; also a qualified type (`want_type` asks for one: only the message for
    /// undefined names differs).
    pub(super) fn selector(&mut self, e: &'a Expr, operand: &'a Expr, name: &'a Ident, want_type: bool) -> Operand<'a> {
        if let ExprKind::Ident(ident) = &operand.kind
            && let Some((_, object)) = self.lookup_name(ident.name)
            && let ObjectKind::PkgName(package) = self.types.object(object).kind
        {
            self.info.set_use(ident.id, object);
            self.used.insert(object);
            return self.package_member(e, package, name);
        }
        let x = self.expr_or_type(operand, false);
        match x.mode {
            Mode::Builtin(_) => {
                let message = format!("invalid use of {} in selector expression", self.describe(&x));
                self.error(e.pos().span(), message);
                return Operand::invalid(e);
            }
            Mode::Invalid => return Operand::invalid(e),
            _ => {}
        }
        if want_type {
            self.error(name.span, format!("{} is not a type", self.text(e)));
            return Operand::invalid(e);
        }
        if name.is_blank() {
            self.error(name.span, "cannot refer to blank field or method");
            return Operand::invalid(e);
        }
        let found = match self.lookup_member(x.ty, Some(self.pkg), name.name) {
            Lookup::Found(found) => found,
            lookup => {
                self.report_missing_member(&x, name, &lookup);
                return Operand::invalid(e);
            }
        };
        if x.mode != Mode::Variable && found.target != Target::Field && !self.types.in_method_set(&found) {
            let shown = self.str(x.ty);
            let message = if x.mode == Mode::Type {
                format!(
                    "invalid method expression {shown}.{name} (needs pointer receiver (*{shown}).{name})",
                    name = name.name
                )
            } else {
                format!("cannot call pointer method {} on {shown}", name.name)
            };
            self.error(name.span, message);
            return Operand::invalid(e);
        }
        if let Target::Method { method, .. } = found.target {
            self.add_dep(method);
        }
        if !found.ty.is_valid() {
            return Operand::invalid(e);
        }
        if x.mode == Mode::Type {
            return self.method_expression(e, &x, name, found);
        }
        let (kind, mode) = match found.target {
            Target::Field if x.mode == Mode::Variable || found.indirect => (SelectionKind::FieldVal, Mode::Variable),
            Target::Field => (SelectionKind::FieldVal, Mode::Value),
            _ => (SelectionKind::MethodVal, Mode::Value),
        };
        let ty = found.ty;
        self.record_selection(e, kind, x.ty, found, ty);
        Operand::new(mode, ty, e)
    }

    fn record_selection(&mut self, e: &Expr, kind: SelectionKind, recv: TypeId, found: Found, ty: TypeId) {
        let wants_pointer = match found.target {
            Target::Method { method, .. } => self.types.object(method).func_decl().map(|decl| decl.ptr_recv),
            _ => None,
        };
        let selection = Selection {
            kind,
            recv,
            addr_of: wants_pointer == Some(true) && !found.at_pointer,
            deref_recv: wants_pointer == Some(false) && found.at_pointer,
            target: found.target,
            path: found.path,
            indirect: found.indirect,
            ty,
        };
        self.info.selections.insert(e.id, selection);
    }

    /// `T.f`: a function whose first parameter is the receiver.
    fn method_expression(&mut self, e: &'a Expr, x: &Operand<'a>, name: &Ident, found: Found) -> Operand<'a> {
        if found.target == Target::Field {
            let message = format!(
                "{}.{name} undefined (type {} has no method {name})",
                self.text(x.expr),
                self.str(x.ty),
                name = name.name
            );
            self.error(name.span, message);
            return Operand::invalid(e);
        }
        let Some(sig) = self.types.as_signature(found.ty) else { return Operand::invalid(e) };
        let params: Vec<TypeId> = std::iter::once(x.ty).chain(sig.params.iter().copied()).collect();
        let ty = self.types.signature(params, sig.results.to_vec(), sig.variadic);
        if let Target::Method { method, .. } = found.target
            && let Some(DeclKind::Func(func)) = self.decls.get(&method).map(|decl| &decl.kind)
        {
            let names = method_expression_names(func);
            self.param_names.entry(ty).or_insert(names);
        }
        self.record_selection(e, SelectionKind::MethodExpr, x.ty, found, ty);
        Operand::new(Mode::Value, ty, e)
    }

    // ---- members of packages

    fn package_member(&mut self, e: &'a Expr, package: PackageId, name: &'a Ident) -> Operand<'a> {
        let types = self.types;
        if self.missing_packages.contains(&package) {
            return Operand::invalid(e);
        }
        let folded = name.as_str().to_lowercase();
        let scope = types.package(package).scope.get();
        let near =
            scope.and_then(|scope| scope.keys().find(|k| k.is_exported() && k.as_str().to_lowercase() == folded));
        // What a package does not export gc knows only if its export data have it: types, and functions that exported
        // ones may have inlined.
        let member = types.member(package, name.name).filter(|&object| {
            let is_type = types.object(object).type_decl().is_some();
            name.name.is_exported() || is_type || near.is_some()
        });
        if member.is_some() && !name.name.is_exported() {
            let message = format!("name {} not exported by package {}", name.name, types.package(package).name);
            self.error(name.span, message);
            return Operand::invalid(e);
        }
        let Some(object) = member else {
            let hint = near.map_or_else(String::new, |other| format!(" (but have {other})"));
            self.error(name.span, format!("undefined: {}{hint}", self.text(e)));
            return Operand::invalid(e);
        };
        self.info.set_use(name.id, object);
        let object = types.object(object);
        let ty = object.ty();
        let mode = match &object.kind {
            ObjectKind::Const(value) => {
                return match value.get() {
                    Some(value) => Operand::constant(value.clone(), ty, e),
                    None => Operand::invalid(e),
                };
            }
            ObjectKind::TypeName(_) => Mode::Type,
            ObjectKind::Var(_) => Mode::Variable,
            ObjectKind::Func(_) => Mode::Value,
            &ObjectKind::Builtin(builtin) => return Operand::new(Mode::Builtin(builtin), TypeId::INVALID, e),
            _ => Mode::Invalid,
        };
        if ty.is_valid() { Operand::new(mode, ty, e) } else { Operand::invalid(e) }
    }

    // ---- lookups

    /// `Types::lookup`, with methods of this package resolved first. Use this one, never `Types::lookup`.
    pub(super) fn lookup_member(&mut self, ty: TypeId, pkg: Option<PackageId>, name: Name) -> Lookup {
        let found = self.types.lookup(ty, pkg, name);
        if let Lookup::Found(Found { target: Target::Method { method, .. }, .. }) = found
            && self.types.object(method).ty.get().is_none()
        {
            self.resolve(method);
            return self.types.lookup(ty, pkg, name);
        }
        found
    }

    fn report_missing_member(&mut self, x: &Operand<'a>, name: &Ident, lookup: &Lookup) {
        if !self.types.underlying(x.ty).is_valid() {
            return;
        }
        let shown = format!("{}.{}", self.text(x.expr), name.name);
        if *lookup == Lookup::Ambiguous {
            self.error(name.span, format!("ambiguous selector {shown}"));
            return;
        }
        let why = if self.is_interface_pointer(x.ty) {
            self.interface_pointer_str(x.ty)
        } else {
            self.missing_member_str(x.ty, self.type_of(x), name.name)
        };
        self.error(name.span, format!("{shown} undefined ({why})"));
    }

    /// Why there is no such field or method, with what the user may have meant.
    fn missing_member_str(&self, ty: TypeId, shown: String, name: Name) -> String {
        let missing = format!("type {shown} has no field or method {name}");
        let Lookup::Found(found) = self.types.lookup_folded(ty, name) else { return missing };
        let (what, have, pkg) = match &found.target {
            Target::Field => {
                let Some((have, pkg)) = self.last_field(ty, &found) else { return missing };
                ("field", have, pkg)
            }
            Target::Method { method, .. } => {
                let method = self.types.object(*method);
                ("method", method.name, method.pkg)
            }
            Target::InterfaceMethod { iface, index } => {
                let set = self.types.type_set(*iface);
                let Some(method) = set.methods.get(*index as usize) else { return missing };
                ("method", method.name, method.pkg)
            }
        };
        let same_tail = tail(name.as_str()) == tail(have.as_str());
        let here = pkg == Some(self.pkg) || have.is_exported() && self.declared_here(ty, &found);
        match (here || have.is_exported(), name.is_exported(), have.is_exported()) {
            (true, false, true) if !same_tail && !here => missing,
            (true, ..) => format!("{missing}, but does have {what} {have}"),
            (false, true, false) if same_tail => format!("{missing}, but does have unexported {what} {have}"),
            (false, false, false) if have == name => format!("cannot refer to unexported {what} {have}"),
            _ => missing,
        }
    }

    /// Whether what was found belongs to a type of this package, or to one without a name.
    fn declared_here(&self, ty: TypeId, found: &Found) -> bool {
        let mut at = ty;
        let inner = found.path.len().saturating_sub(1);
        for step in &found.path[..inner] {
            let base = if step.deref { self.types.pointee(at).unwrap_or(at) } else { at };
            let Some(field) = self.types.struct_fields(base).and_then(|f| f.get(step.index as usize)) else { break };
            at = field.ty;
        }
        let base = self.types.pointee(at).unwrap_or(at);
        match self.types.get(base) {
            Type::Named(named) => self.types.object(named.obj).pkg == Some(self.pkg),
            _ => true,
        }
    }

    fn last_field(&self, ty: TypeId, found: &Found) -> Option<(Name, Option<PackageId>)> {
        let mut at = ty;
        let mut last = None;
        for step in &found.path {
            if step.deref {
                at = self.types.pointee(at)?;
            }
            let field = self.types.struct_fields(at)?.get(step.index as usize)?;
            last = Some((field.name, field.pkg));
            at = field.ty;
        }
        last
    }
}

/// The receiver is a parameter like the others: it has a name if they have.
fn method_expression_names(func: &FuncDecl) -> Box<[Name]> {
    let names = |list: &FieldList| {
        let fields = list.fields.iter();
        let own = fields.flat_map(|f| {
            if f.names.is_empty() { vec![Name::new("")] } else { f.names.iter().map(|n| n.name).collect() }
        });
        own.collect::<Vec<Name>>()
    };
    let params = names(&func.sig.params);
    let named = params.first().is_some_and(|name| !name.as_str().is_empty());
    let recv = func.recv.as_ref().and_then(|recv| recv.fields.first()?.names.first());
    let recv = match recv {
        _ if !named => Name::new(""),
        Some(ident) => ident.name,
        None => Name::new("_"),
    };
    let results = func.sig.results.as_ref().map_or_else(Vec::new, names);
    std::iter::once(recv).chain(params).chain(results).collect()
}

fn tail(name: &str) -> &str {
    let mut chars = name.chars();
    chars.next();
    chars.as_str()
}
