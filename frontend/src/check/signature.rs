//! Signatures: receivers, type parameters, parameters and results.
//!
//! A method's receiver names the type parameters of its base type anew; here the new names are names of the base type's
//! own parameters, so that the method's signature is in terms of those.

use super::resolver::unpack_receiver;
use super::type_expr::Generic;
use super::{Checker, Mode};
use crate::ast::{self, Expr, ExprKind, Ident, NodeId};
use crate::span::{Pos, Span};
use crate::types::{Basic, Name, ObjectId, ObjectKind, Signature, Type, TypeDecl, TypeId, VarKind};

use super::info::SignatureVars;

/// A parameter list, evaluated but not declared.
struct Params<'a> {
    names: Vec<Option<&'a Ident>>,
    vars: Vec<ObjectId>,
    types: Vec<TypeId>,
    variadic: bool,
}

impl<'a> Checker<'a> {
    /// A function type or method specification.
    pub(super) fn func_type(&mut self, sig: &'a ast::FuncType) -> TypeId {
        let outer = self.env.scope;
        self.open_scope();
        let (ty, _) = self.params_and_results(sig, Vec::new(), None);
        self.env.scope = outer;
        ty
    }

    /// The type of a function literal. Opens nothing: call with the literal's scope open; parameters and results are
    /// declared in it and stand in `info.signatures[id]`.
    pub(super) fn func_lit_type(&mut self, id: NodeId, sig: &'a ast::FuncType) -> TypeId {
        let (ty, vars) = self.params_and_results(sig, Vec::new(), None);
        self.info.signatures.insert(id, vars);
        ty
    }

    /// The type of a declared function or method. Receiver, type parameters, parameters and results are declared in the
    /// current scope.
    pub(super) fn func_signature(&mut self, object: ObjectId, func: &'a ast::FuncDecl) -> TypeId {
        let mut recv = None;
        let mut recv_params = Vec::new();
        if let Some(list) = &func.recv {
            (recv, recv_params) = self.receiver(object, list, func.sig.span.start());
        }
        let mut type_params = Vec::new();
        if let Some(list) = &func.type_params {
            // That init has any was reported already.
            type_params = match func.name.as_str() {
                "init" => self.bind_type_params(list, |_, _| {}),
                _ => self.declare_type_params(list, |_, _| {}),
            };
        }
        let own = if func.recv.is_some() { Vec::new() } else { type_params.clone() };
        let (ty, mut vars) = self.params_and_results(&func.sig, own, recv);
        vars.recv = recv.map(|(_, var)| var);
        vars.type_params = if func.recv.is_some() { recv_params } else { type_params };
        self.info.signatures.insert(func.id, vars);
        ty
    }

    /// Evaluates all types first: what the receiver and the parameters are called does not hide types in the list.
    fn params_and_results(
        &mut self,
        sig: &'a ast::FuncType,
        type_params: Vec<TypeId>,
        recv: Option<(Option<&'a Ident>, ObjectId)>,
    ) -> (TypeId, SignatureVars) {
        let params = self.params(&sig.params, VarKind::Param);
        let results = match &sig.results {
            Some(list) => self.params(list, VarKind::Result),
            None => Params { names: Vec::new(), vars: Vec::new(), types: Vec::new(), variadic: false },
        };
        let from = sig.span.end();
        if let Some((Some(ident), var)) = recv {
            self.declare(self.env.scope, ident, var, from);
        }
        for list in [&params, &results] {
            for (ident, &var) in list.names.iter().zip(&list.vars) {
                if let Some(ident) = ident {
                    self.declare(self.env.scope, ident, var, from);
                }
            }
        }
        let ty = self.types.intern(Type::Signature(Signature {
            params: params.types.into(),
            results: results.types.into(),
            variadic: params.variadic,
            type_params: type_params.into(),
        }));
        self.note_param_names(ty, &params.names, &results.names);
        (ty, SignatureVars { recv: None, params: params.vars, results: results.vars, type_params: Vec::new() })
    }

    fn note_param_names(&mut self, ty: TypeId, params: &[Option<&Ident>], results: &[Option<&Ident>]) {
        let name = |ident: &Option<&Ident>| ident.map_or_else(|| Name::new(""), |ident| ident.name);
        if results.len() > 1
            && let Some(sig) = self.types.as_signature(ty)
        {
            let tuple = self.types.tuple(sig.results.to_vec());
            self.param_names.entry(tuple).or_insert_with(|| results.iter().map(name).collect());
        }
        self.param_names.entry(ty).or_insert_with(|| params.iter().chain(results).map(name).collect());
    }

    /// A signature made of another one has its names.
    pub(super) fn carry_param_names(&mut self, from: TypeId, to: TypeId) {
        if let Some(names) = self.param_names.get(&from).cloned() {
            self.param_names.entry(to).or_insert(names);
        }
    }

    fn params(&mut self, list: &'a ast::FieldList, kind: VarKind) -> Params<'a> {
        let mut params = Params { names: Vec::new(), vars: Vec::new(), types: Vec::new(), variadic: false };
        let last = list.fields.len().saturating_sub(1);
        for (i, field) in list.fields.iter().enumerate() {
            let ty = match &field.ty.kind {
                ExprKind::Ellipsis(Some(elem)) => {
                    let elem = self.var_type(elem);
                    if kind == VarKind::Param && i == last && field.names.len() <= 1 {
                        params.variadic = true;
                        let slice = self.types.slice(elem);
                        self.record_type(&field.ty, Mode::Type, slice, None);
                        slice
                    } else {
                        // The parser has reported it.
                        elem
                    }
                }
                _ => self.var_type(&field.ty),
            };
            let mut add = |ident: Option<&'a Ident>| {
                let (name, span) = match ident {
                    Some(ident) => (ident.name, ident.span),
                    None => (crate::types::Name::new(""), field.span),
                };
                params.names.push(ident);
                params.vars.push(self.types.new_object(name, Some(self.pkg), span, ObjectKind::Var(kind), Some(ty)));
                params.types.push(ty);
            };
            if field.names.is_empty() {
                add(None);
            }
            field.names.iter().for_each(|ident| add(Some(ident)));
        }
        params
    }

    // ---- receivers

    /// The receiver variable and the type parameters of its base type.
    fn receiver(
        &mut self,
        method: ObjectId,
        list: &'a ast::FieldList,
        from: Pos,
    ) -> (Option<(Option<&'a Ident>, ObjectId)>, Vec<TypeId>) {
        match list.count() {
            0 => self.error(list.span, "method has no receiver"),
            1 => {}
            _ => self.error(list.span, "method has multiple receivers"),
        }
        let Some(field) = list.fields.first() else { return (None, Vec::new()) };
        let receiver = unpack_receiver(&field.ty);
        let mut type_params = Vec::new();
        let ty = match receiver.params {
            None => self.var_type(&field.ty),
            Some(params) => {
                let (ty, own) = self.generic_receiver(receiver.base, params, from);
                type_params = own;
                let ty = if receiver.pointer && ty.is_valid() { self.types.pointer(ty) } else { ty };
                self.record_receiver(&field.ty, ty);
                ty
            }
        };
        let ident = field.names.first();
        let (name, span) = ident.map_or((crate::types::Name::new(""), field.span), |i| (i.name, i.span));
        let kind = ObjectKind::Var(VarKind::Receiver);
        let var = self.types.new_object(name, Some(self.pkg), span, kind, Some(ty));
        let base = match self.types.get(ty) {
            &Type::Pointer(elem) => elem,
            _ => ty,
        };
        if let (Type::Named(_), Some(decl)) = (self.types.get(base), self.types.object(method).func_decl()) {
            let _ = decl.recv_named.set(self.types.origin(base));
        }
        let (span, generic) = (receiver.base.span, receiver.params.is_some());
        self.later(move |c| c.check_receiver(span, ty, generic));
        (Some((ident, var)), type_params)
    }

    /// `T[A, _]` as receiver base: declares the names as the type parameters of T.
    fn generic_receiver(&mut self, base: &'a Expr, names: &'a [Expr], from: Pos) -> (TypeId, Vec<TypeId>) {
        self.require_version(base.span, 18, "type instantiation");
        let declared = match self.generic_type(base) {
            Ok(Generic::Named(ty)) => ty,
            Ok(Generic::Alias(object)) => {
                let name = self.generic_alias_str(object);
                self.error(base.span, format!("cannot define new methods on generic alias type {name}"));
                TypeId::INVALID
            }
            Err(cause) => {
                if let Some(cause) = cause {
                    self.error(base.span, cause);
                }
                TypeId::INVALID
            }
        };
        let params: Vec<TypeId> = self.types.type_params_of(declared).to_vec();
        if declared.is_valid() && params.len() != names.len() {
            let (got, want) = (names.len(), params.len());
            let plural = if got == 1 { "" } else { "s" };
            let message =
                format!("receiver declares {got} type parameter{plural}, but receiver base type declares {want}");
            self.error(base.span, message);
        }
        for (i, e) in names.iter().enumerate() {
            let Some(ident) = e.as_ident() else {
                if !matches!(e.kind, ExprKind::Bad) {
                    let message = format!("receiver type parameter {} must be an identifier", self.text(e));
                    self.error(e.span, message);
                }
                continue;
            };
            let ty = params.get(i).copied().unwrap_or(TypeId::INVALID);
            let kind = ObjectKind::TypeName(TypeDecl { alias: true, ..TypeDecl::default() });
            let object = self.types.new_object(ident.name, Some(self.pkg), ident.span, kind, Some(ty));
            self.declare(self.env.scope, ident, object, from);
            self.info.set_use(ident.id, object);
            self.record_type(e, Mode::Type, ty, None);
        }
        let Type::Named(named) = self.types.get(declared) else { return (TypeId::INVALID, Vec::new()) };
        let ty = self.types.named(named.obj, params.clone().into());
        (ty, params)
    }

    /// Records the receiver type for each of its parts.
    fn record_receiver(&mut self, e: &Expr, ty: TypeId) {
        let mut e = e;
        let mut ty = ty;
        loop {
            self.record_type(e, Mode::Type, ty, None);
            match &e.kind {
                ExprKind::Paren(inner) => e = inner,
                ExprKind::Star(inner) => {
                    let Some(elem) = self.types.pointee(ty) else { return };
                    (e, ty) = (inner, elem);
                }
                _ => return,
            }
        }
    }

    /// Methods belong to declared types of this package that are neither pointers nor interfaces.
    fn check_receiver(&mut self, span: Span, ty: TypeId, generic: bool) {
        let base = match self.types.get(ty) {
            &Type::Pointer(elem) => elem,
            _ => ty,
        };
        if !base.is_valid() {
            return;
        }
        let shown = self.str(base);
        match self.types.get(base) {
            Type::Named(named) if !generic && !named.targs.is_empty() => {
                self.error(span, format!("cannot define new methods on instantiated type {shown}"));
            }
            Type::Named(named) if self.types.object(named.obj).pkg == Some(self.pkg) => {
                let cause = match self.types.under(base) {
                    Type::Basic(Basic::UnsafePointer) => "unsafe.Pointer",
                    Type::Pointer(_) | Type::Interface(_) => "pointer or interface type",
                    _ => return,
                };
                self.error(span, format!("invalid receiver type {shown} ({cause})"));
            }
            Type::Named(_) | Type::Basic(_) => {
                self.error(span, format!("cannot define new methods on non-local type {shown}"));
            }
            _ => {
                let shown = self.str(ty);
                self.error(span, format!("invalid receiver type {shown}"));
            }
        }
    }
}
