//! Collecting what a package declares: imports, package-level objects, methods.
//!
//! Nothing is evaluated here. After `collect_objects` every package-level name is in the package scope, every import in
//! its file's scope, and every method hangs on the declared type its receiver names, so that lookups find it (its
//! signature follows when it is resolved).

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexMap;

use super::Checker;
use super::scope::ScopeId;
use crate::ast::{self, Decl, Expr, ExprKind, Ident};
use crate::constant::unquote;
use crate::diagnostic::Diagnostic;
use crate::span::{SourceMap, Span};
use crate::types::{FuncDecl, Name, ObjectId, ObjectKind, PackageId, TypeDecl, TypeId, VarKind};

/// How a package-level object was declared.
#[derive(Clone, Debug)]
pub(super) struct DeclInfo<'a> {
    pub file_scope: ScopeId,
    pub kind: DeclKind<'a>,
}

#[derive(Clone, Debug)]
pub(super) enum DeclKind<'a> {
    Const {
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        iota: u32,
        /// Type and value are those of an earlier spec of the group.
        inherited: bool,
    },
    /// `lhs` has several for `var a, b = f()`.
    Var {
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        lhs: Rc<[ObjectId]>,
    },
    Type(&'a ast::TypeSpec),
    Func(&'a ast::FuncDecl),
}

/// A receiver type taken apart: `*T[A, _]`.
pub(super) struct Receiver<'a> {
    pub pointer: bool,
    /// Without pointer, parentheses and type parameters; a name in a valid program.
    pub base: &'a Expr,
    pub params: Option<&'a [Expr]>,
}

pub(super) fn unpack_receiver(ty: &Expr) -> Receiver<'_> {
    let mut base = ty.unparen();
    let mut pointer = false;
    if let ExprKind::Star(elem) = &base.kind {
        pointer = true;
        base = elem.unparen();
    }
    let mut params = None;
    if let ExprKind::Index { operand, indices, .. } = &base.kind {
        base = operand;
        params = Some(&indices[..]);
    }
    Receiver { pointer, base, params }
}

/// One import declaration, for the check of unused ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImportUse<'a> {
    pub object: ObjectId,
    pub spec: &'a ast::ImportSpec,
}

impl<'a> Checker<'a> {
    /// Collects imports, package-level objects and methods of all files.
    pub(super) fn collect_objects(&mut self) {
        let files = self.files;
        let mut members: IndexMap<Name, ObjectId> = IndexMap::new();
        let mut methods: Vec<(ScopeId, &'a ast::FuncDecl)> = Vec::new();
        let mut order: Vec<(Span, ObjectId)> = Vec::new();
        for file in files {
            let scope = self.new_scope(Some(self.package_scope), false);
            self.file_scopes.push(scope);
            for decl in &file.decls {
                match decl {
                    Decl::Import(group) => group.specs.iter().for_each(|spec| self.collect_import(scope, spec)),
                    Decl::Const(group) => {
                        for spec in &group.specs {
                            self.collect_consts(scope, &group.specs, spec, &mut order);
                        }
                    }
                    Decl::Var(group) => group.specs.iter().for_each(|s| self.collect_vars(scope, s, &mut order)),
                    Decl::Type(group) => group.specs.iter().for_each(|s| self.collect_type(scope, s, &mut order)),
                    Decl::Func(func) if func.recv.is_some() => methods.push((scope, func)),
                    Decl::Func(func) => self.collect_func(scope, func, &mut order),
                    Decl::Bad(_) => {}
                }
            }
        }
        self.check_file_scopes();
        self.collect_methods(&methods, &mut order);
        // Methods were collected last; what is resolved and initialised follows the source.
        order.sort_by_key(|(span, _)| (span.file, span.lo));
        self.decl_order = order.iter().map(|&(_, object)| object).collect();
        for &object in &self.decl_order {
            let name = self.types.object(object).name;
            if self.in_scope(self.package_scope, name) == Some(object) {
                members.insert(name, object);
            }
        }
        let _ = self.types.package(self.pkg).scope.set(members);
    }

    // ---- imports

    fn collect_import(&mut self, scope: ScopeId, spec: &'a ast::ImportSpec) {
        let path = unquote(&spec.path.raw).unwrap_or_default();
        let path = String::from_utf8_lossy(&path).into_owned();
        if let Err(cause) = valid_import_path(&path) {
            self.error(spec.path.span, format!("invalid import path ({cause})"));
            return;
        }
        if path == "C" && spec.name.is_some() {
            self.error(spec.span, "cannot rename import \"C\"");
            return;
        }
        let Some(imported) = self.imported_package(&path) else {
            self.error(spec.path.span, format!("could not import {path} ({})", not_found(&path)));
            self.missing_imports = true;
            return self.declare_missing_import(scope, spec, &path);
        };
        let name = spec.name.as_ref().map_or(self.types.package(imported).name, |ident| ident.name);
        if name.as_str() == "init" {
            self.error(spec.span, "cannot import package as init - init must be a func");
            return;
        }
        let object = self.types.new_object(
            name,
            Some(self.pkg),
            spec.span,
            ObjectKind::PkgName(imported),
            Some(TypeId::INVALID),
        );
        self.import_uses.push(ImportUse { object, spec });
        if name.as_str() == "." {
            if let Some(ident) = &spec.name {
                self.info.set_def(ident.id, object);
            }
            self.dot_import(scope, spec, object, imported);
            return;
        }
        let ident = spec.name.unwrap_or(Ident { id: spec.id, span: spec.span, name });
        self.declare(scope, &ident, object, spec.span.start());
    }

    /// So that uses of a package that was not found are not reported too.
    fn declare_missing_import(&mut self, scope: ScopeId, spec: &'a ast::ImportSpec, path: &str) {
        let last = Name::new(path.rsplit('/').next().unwrap_or(path));
        let name = spec.name.as_ref().map_or(last, |ident| ident.name);
        match name.as_str() {
            "init" => self.error(spec.span, "cannot import package as init - init must be a func"),
            "." | "_" => {}
            _ => {
                let package = self.types.new_package(path, last.as_str());
                self.missing_packages.insert(package);
                let kind = ObjectKind::PkgName(package);
                let object = self.types.new_object(name, Some(self.pkg), spec.span, kind, Some(TypeId::INVALID));
                let ident = spec.name.unwrap_or(Ident { id: spec.id, span: spec.span, name });
                self.declare(scope, &ident, object, spec.span.start());
            }
        }
    }

    fn imported_package(&self, path: &str) -> Option<PackageId> {
        match self.imports.get(path) {
            Some(&package) => Some(package),
            None if path == "unsafe" => Some(self.types.unsafe_package),
            None => None,
        }
    }

    fn dot_import(&mut self, scope: ScopeId, spec: &'a ast::ImportSpec, import: ObjectId, imported: PackageId) {
        let Some(members) = self.types.package(imported).scope.get() else { return };
        for (&name, &object) in members.iter().filter(|(name, _)| name.is_exported()) {
            if self.in_scope(scope, name).is_some() {
                self.error(spec.span, format!("{name} redeclared in this block"));
                continue;
            }
            self.scopes[scope.0 as usize].names.insert(name, (object, spec.span.start()));
            self.dot_imports.insert((scope, name), import);
        }
    }

    /// A file's imports and the package's names must be different.
    fn check_file_scopes(&mut self) {
        let mut clashes = Vec::new();
        for &scope in &self.file_scopes {
            for (&name, &(object, _)) in &self.scopes[scope.0 as usize].names {
                if let Some(other) = self.in_scope(self.package_scope, name) {
                    clashes.push((object, other));
                }
            }
        }
        clashes.sort_by_key(|&(_, other)| self.types.object(other).span);
        for (object, other) in clashes {
            let (file_object, declared) = (self.types.object(object), self.types.object(other));
            let (how, package) = match file_object.kind {
                ObjectKind::PkgName(package) => ("import", Some(package)),
                _ => ("dot-import", file_object.pkg),
            };
            let package = package.map_or_else(String::new, |p| self.package_str(p));
            let message = format!("{} already declared through {how} of {package}", declared.name);
            let note = format!("other declaration of {}", file_object.name);
            self.report(Diagnostic::error(declared.span, message).note_at(file_object.span, note));
        }
    }

    fn package_str(&self, package: PackageId) -> String {
        let package = self.types.package(package);
        format!("package {} ({:?})", package.name, package.path)
    }

    // ---- constants, variables, types, functions

    fn declare_package_object(&mut self, ident: &Ident, object: ObjectId) -> bool {
        let special = match ident.as_str() {
            "init" => true,
            "main" => self.types.package(self.pkg).name.as_str() == "main",
            _ => false,
        };
        if special {
            self.error(ident.span, format!("cannot declare {} - must be func", ident.name));
            return false;
        }
        self.declare(self.package_scope, ident, object, ident.span.start());
        true
    }

    fn collect_consts(
        &mut self,
        scope: ScopeId,
        group: &'a [ast::ConstSpec],
        spec: &'a ast::ConstSpec,
        order: &mut Vec<(Span, ObjectId)>,
    ) {
        let (source, inherited) = const_source(group, spec);
        for (i, ident) in spec.names.iter().enumerate() {
            let object = self.new_object(ident, ObjectKind::Const(Default::default()));
            let kind = DeclKind::Const {
                ty: source.and_then(|s| s.ty.as_ref()),
                init: source.and_then(|s| s.values.get(i)),
                iota: spec.iota,
                inherited,
            };
            if self.declare_package_object(ident, object) {
                self.decls.insert(object, DeclInfo { file_scope: scope, kind });
                order.push((ident.span, object));
            }
        }
        let values = source.map_or(&[][..], |s| &s.values);
        self.check_arity(spec.span, &spec.names, values, true, inherited);
    }

    fn collect_vars(&mut self, scope: ScopeId, spec: &'a ast::VarSpec, order: &mut Vec<(Span, ObjectId)>) {
        let objects: Rc<[ObjectId]> =
            spec.names.iter().map(|ident| self.new_object(ident, ObjectKind::Var(VarKind::Package))).collect();
        for (i, (ident, &object)) in spec.names.iter().zip(&*objects).enumerate() {
            let ty = spec.ty.as_ref();
            let kind = match &*spec.values {
                [only] => DeclKind::Var { ty, init: Some(only), lhs: objects.clone() },
                values => DeclKind::Var { ty, init: values.get(i), lhs: Rc::from([object]) },
            };
            if self.declare_package_object(ident, object) {
                self.decls.insert(object, DeclInfo { file_scope: scope, kind });
                order.push((ident.span, object));
            }
        }
        if spec.ty.is_none() || !spec.values.is_empty() {
            self.check_arity(spec.span, &spec.names, &spec.values, false, false);
        }
    }

    fn collect_type(&mut self, scope: ScopeId, spec: &'a ast::TypeSpec, order: &mut Vec<(Span, ObjectId)>) {
        let decl = TypeDecl { alias: spec.is_alias(), ..TypeDecl::default() };
        let object = self.new_object(&spec.name, ObjectKind::TypeName(decl));
        if self.declare_package_object(&spec.name, object) {
            self.decls.insert(object, DeclInfo { file_scope: scope, kind: DeclKind::Type(spec) });
            order.push((spec.name.span, object));
        }
    }

    fn collect_func(&mut self, scope: ScopeId, func: &'a ast::FuncDecl, order: &mut Vec<(Span, ObjectId)>) {
        let decl = FuncDecl { bodyless: func.body.is_none(), ..FuncDecl::default() };
        let object = self.new_object(&func.name, ObjectKind::Func(decl));
        let name = func.name.as_str();
        if name == "init" || name == "main" && self.types.package(self.pkg).name.as_str() == "main" {
            if let Some(params) = &func.type_params {
                let span = params.fields.first().map_or(params.span, |f| f.span);
                self.error(span, format!("func {name} must have no type parameters"));
            }
            if func.sig.params.count() > 0 || func.sig.results.as_ref().is_some_and(|r| r.count() > 0) {
                self.error(func.name.span, format!("func {name} must have no arguments and no return values"));
            }
        }
        if name == "init" {
            self.info.set_def(func.name.id, object);
            if func.body.is_none() {
                self.error(func.name.span, "func init must have a body");
            }
        } else {
            self.declare(self.package_scope, &func.name, object, func.span.start());
        }
        self.info.funcs.insert(func.id, object);
        self.decls.insert(object, DeclInfo { file_scope: scope, kind: DeclKind::Func(func) });
        order.push((func.name.span, object));
    }

    fn new_object(&self, ident: &Ident, kind: ObjectKind) -> ObjectId {
        self.types.new_object(ident.name, Some(self.pkg), ident.span, kind, None)
    }

    /// As many initialisers as names, but for one call.
    pub(super) fn check_arity(
        &mut self,
        span: Span,
        names: &'a [Ident],
        values: &'a [Expr],
        constant: bool,
        inherited: bool,
    ) {
        if let Some(extra) = values.get(names.len()) {
            if inherited {
                let at = self.sources.display(extra.pos());
                self.error(span, format!("extra init expr at {at}"));
            } else {
                self.error(extra.span, format!("extra init expr {}", self.text(extra)));
            }
        } else if let Some(name) = names.get(values.len())
            && (constant || values.len() != 1)
        {
            self.error(name.span, format!("missing init expr for {}", name.name));
        }
    }

    // ---- methods

    fn collect_methods(&mut self, methods: &[(ScopeId, &'a ast::FuncDecl)], order: &mut Vec<(Span, ObjectId)>) {
        let mut by_type: IndexMap<ObjectId, Vec<ObjectId>> = IndexMap::new();
        for &(scope, func) in methods {
            let receiver = func.recv.as_ref().and_then(|r| r.fields.first()).map(|f| unpack_receiver(&f.ty));
            let mut ptr_recv = receiver.as_ref().is_some_and(|r| r.pointer);
            let base = receiver.and_then(|r| self.receiver_base(&mut ptr_recv, r.base));
            let decl = FuncDecl { ptr_recv, is_method: true, bodyless: func.body.is_none(), ..FuncDecl::default() };
            let object = self.new_object(&func.name, ObjectKind::Func(decl));
            self.info.set_def(func.name.id, object);
            self.info.funcs.insert(func.id, object);
            self.decls.insert(object, DeclInfo { file_scope: scope, kind: DeclKind::Func(func) });
            order.push((func.name.span, object));
            if let Some(base) = base
                && !func.name.is_blank()
            {
                by_type.entry(base).or_default().push(object);
            }
        }
        for (base, mut methods) in by_type {
            methods.sort_by_key(|&m| self.types.object(m).span);
            let mut first: HashMap<Name, Span> = HashMap::new();
            methods.retain(|&m| {
                let method = self.types.object(m);
                let Some(&other) = first.get(&method.name) else {
                    first.insert(method.name, method.span);
                    return true;
                };
                let at = self.sources.display(other.start());
                let type_name = self.types.object(base).name;
                self.error(method.span, format!("method {type_name}.{} already declared at {at}", method.name));
                false
            });
            if let Some(decl) = self.types.object(base).type_decl() {
                let _ = decl.methods.set(methods.into());
            }
        }
        // Later lookups may rely on the list being there.
        for (object, info) in &self.decls {
            if let (DeclKind::Type(_), Some(decl)) = (&info.kind, self.types.object(*object).type_decl()) {
                let _ = decl.methods.set(Box::default());
            }
        }
    }

    /// The declared type of this package a receiver names, through aliases that are not generic. Notes whether a pointer
    /// is followed on the way.
    fn receiver_base(&self, pointer: &mut bool, base: &'a Expr) -> Option<ObjectId> {
        let mut name = base.as_ident()?.name;
        let mut seen = Vec::new();
        loop {
            let object = self.in_scope(self.package_scope, name)?;
            let DeclKind::Type(spec) = self.decls.get(&object)?.kind else { return None };
            if !spec.is_alias() {
                return Some(object);
            }
            if spec.type_params.is_some() || seen.contains(&object) {
                return None;
            }
            seen.push(object);
            let mut ty = spec.ty.unparen();
            if let ExprKind::Star(elem) = &ty.kind {
                if *pointer {
                    return None;
                }
                *pointer = true;
                ty = elem.unparen();
            }
            name = ty.as_ident()?.name;
        }
    }
}

/// The spec whose type and values a constant spec has (itself, or the one it repeats), and whether it is another.
pub(super) fn const_source<'a>(
    group: &'a [ast::ConstSpec],
    spec: &'a ast::ConstSpec,
) -> (Option<&'a ast::ConstSpec>, bool) {
    match spec.repeats {
        Some(index) => (group.get(index as usize), true),
        None => (Some(spec), false),
    }
}

/// The words at the start of declarations that could not be parsed: of a type or function up to its body.
pub(super) fn unparsed_names(sources: &SourceMap, files: &[ast::File]) -> HashSet<Name> {
    let mut names = HashSet::new();
    for decl in files.iter().flat_map(|file| &file.decls) {
        let Decl::Bad(span) = decl else { continue };
        let text = String::from_utf8_lossy(sources.file(span.file).slice(*span));
        let head = text.split(['{', '=']).next().unwrap_or_default();
        let words = head.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        names.extend(words.filter(|word| !word.is_empty()).map(Name::new));
    }
    names
}

fn valid_import_path(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err("empty string".into());
    }
    let illegal = |c: char| c.is_whitespace() || c.is_control() || "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd}".contains(c);
    match path.chars().find(|&c| illegal(c)) {
        Some(c) if c.is_control() => Err(format!("invalid character U+{:04X}", u32::from(c))),
        Some(c) => Err(format!("invalid character U+{:04X} '{c}'", u32::from(c))),
        None => Ok(()),
    }
}

/// Why there is no package of this path.
fn not_found(path: &str) -> String {
    if path.starts_with('/') {
        return "import path cannot be absolute path".into();
    }
    let clean: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let clean = clean.join("/");
    if clean != path && !path.starts_with('.') {
        return format!("non-canonical import path {path:?} (should be {clean:?})");
    }
    "package not found".into()
}
