//! Identifiers and type expressions.

use super::operand::Operand;
use super::{Checker, Mode};
use crate::ast::{self, Expr, ExprKind, Ident};
use crate::span::Span;
use crate::types::{Basic, ChanDir, ObjectId, ObjectKind, Type, TypeId, VarKind};

/// A generic type without type arguments.
#[derive(Clone, Copy, Debug)]
pub(super) enum Generic {
    Named(TypeId),
    Alias(ObjectId),
}

/// The identifier that names a possibly generic type or function: the last part of a qualified name.
pub(super) fn name_of(e: &Expr) -> Option<&Ident> {
    match &e.unparen().kind {
        ExprKind::Ident(ident) => Some(ident),
        ExprKind::Selector { name, .. } => Some(name),
        _ => None,
    }
}

impl<'a> Checker<'a> {
    // ---- identifiers

    /// An identifier in an expression or type (an `Operand` of mode `Type` then): resolves the object, records the use,
    /// marks variables and imports used, records the dependency of the declaration around and captures. `_`, packages
    /// without selector, and undefined names are reported. `iota` and `nil` come out right.
    pub(super) fn ident(&mut self, e: &'a Expr, ident: &'a Ident, want_type: bool) -> Operand<'a> {
        let mut x = self.operand(e);
        let Some((scope, object)) = self.lookup_name(ident.name) else {
            if ident.is_blank() {
                self.error(ident.span, "cannot use _ as value or type");
            } else if !self.unparsed_names.contains(&ident.name) {
                self.error(ident.span, format!("undefined: {}", ident.name));
            }
            return x;
        };
        if scope.is_none() && matches!(ident.as_str(), "any" | "comparable") {
            self.require_version(ident.span, 18, &format!("predeclared {}", ident.name));
        }
        self.info.set_use(ident.id, object);
        let types = self.types;
        let found = types.object(object);
        let is_type = found.type_decl().is_some();
        if want_type && !is_type {
            let message = format!("{} ({}) is not a type", ident.name, self.object_kind(object));
            self.error(ident.span, message);
            self.used.insert(object);
            return x;
        }
        if found.ty.get().is_none() || is_type && want_type && found.pkg == Some(self.pkg) {
            self.resolve(object);
        }
        if let Some(scope) = scope
            && let Some(&import) = self.dot_imports.get(&(scope, ident.name))
        {
            self.used.insert(import);
        }
        let ty = found.ty();
        match &found.kind {
            ObjectKind::PkgName(_) => {
                self.error(ident.span, format!("use of package {} not in selector", ident.name));
            }
            ObjectKind::Const(_) if scope.is_none() && ident.as_str() == "iota" => match self.env.iota.clone() {
                Some(value) => x = Operand::constant(value, TypeId::UNTYPED_INT, e),
                None => self.error(ident.span, "cannot use iota outside constant declaration"),
            },
            ObjectKind::Const(value) => {
                self.add_dep(object);
                if ty.is_valid() {
                    // Without a value if the initialiser was wrong.
                    x = Operand { mode: Mode::Constant, ty, value: value.get().cloned(), expr: e };
                }
            }
            ObjectKind::TypeName(_) => {
                if ty.is_valid() && !self.broken.contains(&object) {
                    x = Operand::new(Mode::Type, ty, e);
                }
            }
            ObjectKind::Var(_) => {
                self.used.insert(object);
                self.note_capture(object);
                self.add_dep(object);
                if ty.is_valid() {
                    x = Operand::new(Mode::Variable, ty, e);
                }
            }
            ObjectKind::Func(_) if self.broken.contains(&object) => {}
            ObjectKind::Func(_) => {
                self.add_dep(object);
                // In its own signature a function has no parameters.
                let ty = if ty.is_valid() { ty } else { types.signature(Vec::new(), Vec::new(), false) };
                x = Operand::new(Mode::Value, ty, e);
            }
            &ObjectKind::Builtin(builtin) => x = Operand::new(Mode::Builtin(builtin), TypeId::INVALID, e),
            ObjectKind::Nil => x = Operand::new(Mode::Nil, TypeId::UNTYPED_NIL, e),
            ObjectKind::Label => {}
        }
        x
    }

    /// The declaration around refers to a package-level object.
    pub(super) fn add_dep(&mut self, object: ObjectId) {
        if let Some(decl) = self.env.decl
            && self.decls.contains_key(&object)
        {
            self.deps.entry(decl).or_default().insert(object);
        }
    }

    /// What an object is, in gc's words.
    pub(super) fn object_kind(&self, object: ObjectId) -> &'static str {
        let object = self.types.object(object);
        match &object.kind {
            ObjectKind::PkgName(_) => "package name",
            ObjectKind::Const(_) => "constant",
            ObjectKind::TypeName(decl) if decl.alias => "type alias",
            ObjectKind::TypeName(_) if self.types.is_type_param(object.ty()) => "type parameter",
            ObjectKind::TypeName(_) => "defined type",
            ObjectKind::Var(VarKind::Package) => "package-level variable",
            ObjectKind::Var(VarKind::Local) => "local variable",
            ObjectKind::Var(VarKind::Receiver) => "receiver",
            ObjectKind::Var(VarKind::Param) => "parameter",
            ObjectKind::Var(VarKind::Result) => "result variable",
            ObjectKind::Func(decl) if decl.is_method => "method",
            ObjectKind::Func(_) => "function",
            ObjectKind::Label => "label",
            ObjectKind::Builtin(_) => "built-in function",
            ObjectKind::Nil => "untyped nil",
        }
    }

    // ---- types

    /// A type; `Invalid` after a report. Generic types without arguments are an error. Records it.
    pub(super) fn type_expr(&mut self, e: &'a Expr) -> TypeId {
        let mut ty = self.any_type(e);
        if self.generic_of(e, ty).is_some() {
            let message = format!("cannot use generic type {} without instantiation", self.generic_str(e, ty));
            self.error(e.span, message);
            ty = TypeId::INVALID;
        }
        self.record_type(e, Mode::Type, ty, None);
        ty
    }

    fn generic_str(&self, e: &Expr, ty: TypeId) -> String {
        match self.types.get(ty) {
            Type::Named(_) if !matches!(self.generic_of(e, ty), Some(Generic::Alias(_))) => self.str(ty),
            _ => self.text(e),
        }
    }

    /// Whether a type expression is the name of an alias, or an instance of a generic one.
    pub(super) fn is_alias(&self, e: &Expr) -> bool {
        let name = match &e.kind {
            ExprKind::Index { operand, .. } => name_of(operand),
            _ => name_of(e),
        };
        let object = name.and_then(|name| self.info.use_of(name.id));
        let decl = object.and_then(|object| self.types.object(object).type_decl());
        let is_param = object.is_some_and(|object| self.types.is_type_param(self.types.object(object).ty()));
        // `byte` and `rune` are spelled as the package spells them.
        let is_basic = object.is_some_and(|object| {
            let object = self.types.object(object);
            object.pkg.is_none() && matches!(self.types.get(object.ty()), Type::Basic(_))
        });
        decl.is_some_and(|decl| decl.alias) && !is_param && !is_basic
    }

    /// A generic alias with its type parameters.
    pub(super) fn generic_alias_str(&self, object: ObjectId) -> String {
        let object = self.types.object(object);
        let params = object.type_decl().map_or(&[][..], |decl| decl.params());
        format!("{}{}", object.name, self.types.type_params_str(params, Some(self.pkg), self.spelling()))
    }

    /// A type that a variable, field or element may have: no constraint interface.
    pub(super) fn var_type(&mut self, e: &'a Expr) -> TypeId {
        let ty = self.type_expr(e);
        // Type sets are not complete inside a declaration.
        if ty.is_valid() && !self.types.is_type_param(ty) {
            let span = e.span;
            self.later(move |c| c.check_var_type(span, ty));
        }
        ty
    }

    /// Reports a constraint interface where a variable's type is wanted.
    pub(super) fn check_var_type(&mut self, span: Span, ty: TypeId) {
        if !self.types.is_interface(ty) || self.is_broken_interface(ty) {
            return;
        }
        let set = self.types.type_set(ty);
        if !set.is_method_set() {
            let why = if set.comparable {
                "interface is (or embeds) comparable"
            } else {
                "interface contains type constraints"
            };
            let shown = self.str(ty);
            self.error(span, format!("cannot use type {shown} outside a type constraint: {why}"));
        }
    }

    /// Whether an interface is, or embeds, a type that was reported as an invalid cycle.
    fn is_broken_interface(&self, ty: TypeId) -> bool {
        let broken = |ty: TypeId| matches!(self.types.get(ty), Type::Named(n) if self.cyclic.contains(&n.obj));
        let embeds = |ty: TypeId| match self.types.get(ty) {
            Type::Interface(iface) => iface.embeddeds.iter().any(|&e| broken(e)),
            _ => false,
        };
        broken(ty) || embeds(ty)
    }

    /// For `raw_expr`: a type literal, or an index expression whose operand was found to be a generic type.
    pub(super) fn type_operand(&mut self, e: &'a Expr) -> Operand<'a> {
        let ty = self.type_expr(e);
        if ty.is_valid() { Operand::new(Mode::Type, ty, e) } else { self.operand(e) }
    }

    /// What generic type an expression that was evaluated to `ty` names, if any.
    pub(super) fn generic_of(&self, e: &Expr, ty: TypeId) -> Option<Generic> {
        if let Type::Named(named) = self.types.get(ty)
            && named.targs.is_empty()
            && self.types.named_decl(named).type_params.get().is_some_and(|params| !params.is_empty())
        {
            return Some(Generic::Named(ty));
        }
        let object = self.info.use_of(name_of(e)?.id)?;
        let decl = self.types.object(object).type_decl()?;
        let generic = decl.alias && decl.type_params.get().is_some_and(|params| !params.is_empty());
        (generic && ty.is_valid()).then_some(Generic::Alias(object))
    }

    /// A generic type without arguments; otherwise the cause, if it was not reported yet.
    pub(super) fn generic_type(&mut self, e: &'a Expr) -> Result<Generic, Option<String>> {
        let ty = self.any_type(e);
        let generic = self.generic_of(e, ty);
        let recorded = if generic.is_some() { ty } else { TypeId::INVALID };
        self.record_type(e, Mode::Type, recorded, None);
        match generic {
            Some(generic) => Ok(generic),
            None if ty.is_valid() => Err(Some(format!("{} is not a generic type", self.str(ty)))),
            None => Err(None),
        }
    }

    /// A type, generic ones included; nothing is recorded for `e` itself.
    fn any_type(&mut self, e: &'a Expr) -> TypeId {
        let x = match &e.kind {
            ExprKind::Bad => return TypeId::INVALID,
            ExprKind::Ident(ident) => self.ident(e, ident, true),
            ExprKind::Selector { operand, name } => self.selector(e, operand, name, true),
            ExprKind::Index { operand, indices, .. } => return self.instantiated_type(operand, indices),
            ExprKind::Paren(inner) => return self.type_expr(inner),
            ExprKind::ArrayType { len, elem } => return self.array_type(e, len, elem),
            ExprKind::SliceType(elem) => {
                let elem = self.var_type(elem);
                return self.types.slice(elem);
            }
            ExprKind::StructType(ty) => return self.struct_type(ty),
            ExprKind::Star(elem) => {
                let elem = self.var_type(elem);
                return if elem.is_valid() { self.types.pointer(elem) } else { TypeId::INVALID };
            }
            ExprKind::FuncType(sig) => return self.func_type(sig),
            ExprKind::InterfaceType(iface) => return self.interface_type(e, iface),
            ExprKind::MapType { key, value } => return self.map_type(key, value),
            ExprKind::ChanType { dir, elem } => {
                let elem = self.var_type(elem);
                self.chan_elems.push((e.span, elem));
                let dir = match dir {
                    ast::ChanDir::Both => ChanDir::Both,
                    ast::ChanDir::Send => ChanDir::Send,
                    ast::ChanDir::Recv => ChanDir::Recv,
                };
                return self.types.chan(dir, elem);
            }
            ExprKind::Ellipsis(_) => {
                self.error(e.span, "invalid use of ...");
                return TypeId::INVALID;
            }
            _ => {
                self.error(e.span, format!("{} is not a type", self.text(e)));
                self.use_expr(e);
                return TypeId::INVALID;
            }
        };
        match x.mode {
            Mode::Type => return x.ty,
            Mode::Invalid => {}
            Mode::NoValue => self.error(e.span, format!("{} used as type", self.describe(&x))),
            _ => self.error(e.span, format!("{} is not a type", self.describe(&x))),
        }
        TypeId::INVALID
    }

    fn map_type(&mut self, key: &'a Expr, value: &'a Expr) -> TypeId {
        let key_type = self.var_type(key);
        let elem = self.var_type(value);
        let span = key.start().span();
        self.later(move |c| {
            if key_type.is_valid() && !c.types.comparable_type(key_type, true) {
                let why = if c.types.is_type_param(key_type) { " (missing comparable constraint)" } else { "" };
                c.error(span, format!("invalid map key type {}{why}", c.str(key_type)));
            }
        });
        self.types.map(key_type, elem)
    }

    fn array_type(&mut self, e: &'a Expr, len: &'a Expr, elem: &'a Expr) -> TypeId {
        let length = if let ExprKind::Ellipsis(None) = len.kind {
            self.error(e.span, "invalid use of [...] array (outside a composite literal)");
            None
        } else {
            self.array_length(len)
        };
        let elem = self.var_type(elem);
        let ty = length.map_or(TypeId::INVALID, |len| self.types.array(elem, len));
        if length.is_some_and(|len| len >= 1 << 16) {
            self.large_types.push((e.span, ty));
        }
        ty
    }

    /// A constant array length; `None` after a report.
    pub(super) fn array_length(&mut self, e: &'a Expr) -> Option<u64> {
        if let ExprKind::Ident(ident) = &e.kind {
            let Some((_, object)) = self.lookup_name(ident.name) else {
                let message = format!("undefined array length {} or missing type constraint", ident.name);
                self.error(ident.span, message);
                return None;
            };
            if !matches!(self.types.object(object).kind, ObjectKind::Const(_)) {
                self.info.set_use(ident.id, object);
                self.used.insert(object);
                self.error(ident.span, format!("invalid array length {}", ident.name));
                return None;
            }
        }
        let mut x = self.expr(None, e);
        let Some(value) = x.value.clone().filter(|_| x.is_constant()) else {
            if x.is_valid() {
                self.error(e.span, format!("array length {} must be constant", self.describe(&x)));
            }
            return None;
        };
        let integer = self.types.is_integer(x.ty);
        if (integer || self.types.is_untyped(x.ty))
            && let Some(len) = value.to_int().and_then(|i| i64::try_from(i).ok())
            && let Ok(len) = u64::try_from(len)
        {
            if self.types.is_untyped(x.ty) {
                let _ = self.convert_untyped(&mut x, Basic::Int.id());
            }
            return Some(len);
        }
        let message = if integer {
            format!("invalid array length {}", self.describe(&x))
        } else {
            format!("array length {} must be integer", self.describe(&x))
        };
        self.error(e.span, message);
        None
    }

    /// Types of a list of type arguments; `None` if one of them is invalid.
    pub(super) fn type_list(&mut self, list: &'a [Expr]) -> Option<Vec<TypeId>> {
        let types: Vec<TypeId> = list.iter().map(|e| self.var_type(e)).collect();
        types.iter().all(|ty| ty.is_valid()).then_some(types)
    }

    fn instantiated_type(&mut self, operand: &'a Expr, indices: &'a [Expr]) -> TypeId {
        self.require_version(operand.span, 18, "type instantiation");
        let generic = match self.generic_type(operand) {
            Ok(generic) => generic,
            Err(cause) => {
                if let Some(cause) = cause {
                    let list: Vec<String> = indices.iter().map(|e| self.text(e)).collect();
                    let message = format!("invalid operation: {}[{}] ({cause})", self.text(operand), list.join(", "));
                    self.error(operand.span, message);
                }
                return TypeId::INVALID;
            }
        };
        let Some(targs) = self.type_list(indices) else { return TypeId::INVALID };
        self.type_instance(generic, operand, targs, indices)
    }
}
