//! Declarations of constants, types, variables and functions: resolved when first used, cycles found.
//!
//! An object is not begun, in progress (on `path`), or done. A reference to one in progress is a cycle; whether it is a
//! valid one depends on what is on it, see `valid_cycle`.

use std::rc::Rc;

use super::directives::spec_spans;
use super::resolver::{DeclInfo, DeclKind, const_source};
use super::{Checker, Env};
use crate::ast::{self, Decl, Expr, Ident};
use crate::constant::Const;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::types::{ObjectId, ObjectKind, TypeDecl, TypeId, VarKind};

/// How far the declaration of an object has been checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// On the path of declarations in progress, at this depth.
    InProgress(usize),
    Done,
}

impl<'a> Checker<'a> {
    /// Makes sure that a package-level object has its type (and value). For an object in progress, reports an invalid
    /// cycle where that is one.
    pub(super) fn resolve(&mut self, object: ObjectId) {
        match self.states.get(&object) {
            Some(State::Done) => return,
            Some(&State::InProgress(start)) => return self.resolve_again(object, start),
            None => {}
        }
        let Some(info) = self.decls.get(&object).cloned() else { return };
        self.in_progress(object, |c| {
            let env = Env { scope: info.file_scope, ..Env::default() };
            let outer = std::mem::replace(&mut c.env, env);
            c.resolve_new(object, &info);
            c.env = outer;
        });
    }

    fn resolve_new(&mut self, object: ObjectId, info: &DeclInfo<'a>) {
        match info.kind {
            DeclKind::Const { ty, init, iota, inherited } => {
                self.env.decl = Some(object);
                self.const_decl(object, ty, init, iota, inherited);
            }
            DeclKind::Var { ty, init, ref lhs } => {
                self.env.decl = Some(object);
                self.var_decl(object, lhs, ty, init);
                if lhs.len() > 1
                    && let Some(deps) = self.deps.get(&object).cloned()
                {
                    for &other in lhs.iter() {
                        self.deps.insert(other, deps.clone());
                    }
                }
            }
            DeclKind::Type(spec) => self.type_decl(object, spec),
            DeclKind::Func(func) => self.func_decl(object, func),
        }
    }

    /// Runs `check` with the object on the path.
    pub(super) fn in_progress(&mut self, object: ObjectId, check: impl FnOnce(&mut Self)) {
        let before = self.states.insert(object, State::InProgress(self.path.len()));
        self.path.push(object);
        check(self);
        self.path.pop();
        self.states.insert(object, before.unwrap_or(State::Done));
    }

    /// A reference to an object in progress.
    fn resolve_again(&mut self, object: ObjectId, start: usize) {
        if matches!(self.types.object(object).kind, ObjectKind::Func(_)) {
            // Until its signature is known a function is one without parameters; see `ident`. A variable or constant
            // declared before it that needs it, and that it needs, is a cycle all the same.
            let here = self.types.object(object).span;
            let is_earlier_value = |&other: &ObjectId| {
                let other = self.types.object(other);
                matches!(other.kind, ObjectKind::Const(_) | ObjectKind::Var(_)) && other.span < here
            };
            if self.path[start..].iter().any(is_earlier_value) && !self.valid_cycle(start) {
                self.broken.insert(object);
            }
            return;
        }
        let valid = self.valid_cycle(start);
        match &self.types.object(object).kind {
            ObjectKind::Const(_) | ObjectKind::Var(_) => self.set_object_type(object, TypeId::INVALID),
            ObjectKind::TypeName(_) if !valid => {
                self.broken.insert(object);
            }
            ObjectKind::TypeName(decl) if decl.alias && self.types.object(object).ty.get().is_none() => {
                // There is a declared type on the way back to the alias, so evaluating what the alias stands for once
                // more ends there, and nothing else is needed of it.
                if let Some(info) = self.decls.get(&object).cloned()
                    && let DeclKind::Type(spec) = info.kind
                {
                    self.in_progress(object, |c| {
                        let env = Env { scope: info.file_scope, ..Env::default() };
                        let outer = std::mem::replace(&mut c.env, env);
                        c.type_decl(object, spec);
                        c.env = outer;
                    });
                }
            }
            _ => {}
        }
    }

    /// Whether the cycle `path[start..]` is valid; reports it otherwise.
    fn valid_cycle(&mut self, start: usize) -> bool {
        let cycle = &self.path[start..];
        let (mut values, mut definitions) = (0, 0);
        for &object in cycle {
            let object = self.types.object(object);
            match &object.kind {
                ObjectKind::Const(_) | ObjectKind::Var(_) => values += 1,
                ObjectKind::TypeName(decl) => {
                    let generic = decl.type_params.get().is_some_and(|params| !params.is_empty());
                    if self.env.in_type_params && generic {
                        // Cycles through type parameter lists are fine.
                        return true;
                    }
                    if !decl.alias {
                        definitions += 1;
                    }
                }
                _ => {}
            }
        }
        // Cycles of values only are found again when the initialisation order is computed; those of types need a
        // definition in them, or they never end.
        if values == cycle.len() || values == 0 && definitions > 0 {
            return true;
        }
        let cycle = cycle.to_vec();
        self.cycle_error(&cycle);
        false
    }

    /// Reports a cycle of declarations, from its first one in the source on.
    pub(super) fn cycle_error(&mut self, cycle: &[ObjectId]) {
        if let Some(start) = (0..cycle.len()).min_by_key(|&i| self.types.object(cycle[i]).span) {
            let mut cycle: Vec<_> = cycle.iter().map(|&object| (object, self.types.object(object).span)).collect();
            cycle.rotate_left(start);
            self.cycle_error_at(&cycle);
        }
    }

    /// Reports a cycle of declarations with the places to name, from its first one on.
    pub(super) fn cycle_error_at(&mut self, cycle: &[(ObjectId, Span)]) {
        let name = |object: ObjectId| self.types.qualified_name(object, Some(self.pkg));
        let Some(&(first, span)) = cycle.first() else { return };
        let is_type = self.types.object(first).type_decl().is_some();
        if cycle.len() == 1 {
            let what = if is_type { "invalid recursive type:" } else { "invalid cycle in declaration:" };
            self.error(span, format!("{what} {0} refers to itself", name(first)));
            return;
        }
        let what = if is_type { "invalid recursive type" } else { "invalid cycle in declaration of" };
        let mut diagnostic = Diagnostic::error(span, format!("{what} {}", name(first)));
        for (i, &(from, span)) in cycle.iter().enumerate() {
            let (to, _) = cycle[(i + 1) % cycle.len()];
            diagnostic = diagnostic.note_at(span, format!("{} refers to {}", name(from), name(to)));
        }
        self.report(diagnostic);
    }

    /// All package-level declarations: declared types first, then aliases, functions, and the rest. Function bodies are
    /// put off.
    pub(super) fn resolve_package_objects(&mut self) {
        let phase = |info: &DeclInfo<'_>| match info.kind {
            DeclKind::Type(spec) if !spec.is_alias() => 0,
            DeclKind::Type(_) => 1,
            // Before initialisers need their methods for assignments to interfaces.
            DeclKind::Func(_) => 2,
            DeclKind::Const { .. } | DeclKind::Var { .. } => 3,
        };
        for wanted in 0..4 {
            for object in self.decl_order.clone() {
                if self.decls.get(&object).is_some_and(|info| phase(info) == wanted) {
                    self.resolve(object);
                }
            }
            if wanted == 1 {
                self.finish_waiting();
            }
        }
    }

    // ---- the kinds of declarations

    fn const_decl(
        &mut self,
        object: ObjectId,
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        iota: u32,
        inherited: bool,
    ) {
        let outer = (self.env.iota.replace(Const::int(i64::from(iota))), self.env.err_span.take());
        self.const_value(object, ty, init, inherited);
        (self.env.iota, self.env.err_span) = outer;
        self.set_object_type(object, TypeId::INVALID);
    }

    fn const_value(&mut self, object: ObjectId, ty: Option<&'a Expr>, init: Option<&'a Expr>, inherited: bool) {
        let mut declared = None;
        if let Some(e) = ty {
            let ty = self.type_expr(e);
            if !self.types.is_const_type(ty) {
                if self.types.underlying(ty).is_valid() {
                    self.error_pos(e.start(), format!("invalid constant type {}", self.str(ty)));
                }
                return;
            }
            declared = Some(ty);
        }
        let Some(init) = init else { return };
        if inherited {
            self.env.err_span = Some(self.types.object(object).span);
        }
        let mut x = self.expr(None, init);
        self.init_const(object, declared, &mut x);
    }

    fn var_decl(&mut self, object: ObjectId, lhs: &[ObjectId], ty: Option<&'a Expr>, init: Option<&'a Expr>) {
        let declared = ty.map(|e| self.var_type(e));
        if let Some(e) = ty
            && self.is_alias(e)
        {
            let text = self.text(e);
            self.declared_as.extend(lhs.iter().map(|&object| (object, text.clone())));
        }
        let Some(init) = init else {
            self.set_object_type(object, declared.unwrap_or(TypeId::INVALID));
            return;
        };
        if lhs.len() <= 1 {
            if let Some(ty) = declared {
                self.set_object_type(object, ty);
            }
            let name = self.types.object(object).name;
            let target = declared.and_then(|ty| self.assign_target(ty, name.as_str()));
            let mut x = self.expr(target.as_ref(), init);
            self.init_var(object, &mut x, "variable declaration");
            self.set_object_type(object, TypeId::INVALID);
            return;
        }
        if let Some(ty) = declared {
            for &other in lhs {
                self.set_object_type(other, ty);
            }
        }
        self.init_vars(lhs, std::slice::from_ref(init), None);
        for &other in lhs {
            self.set_object_type(other, TypeId::INVALID);
            if self.decls.contains_key(&other) && other != object {
                self.states.insert(other, State::Done);
            }
        }
    }

    fn func_decl(&mut self, object: ObjectId, func: &'a ast::FuncDecl) {
        let scope = self.new_scope(Some(self.env.scope), true);
        self.env.scope = scope;
        let sig = self.func_signature(object, func);
        self.set_object_type(object, sig);
        if func.type_params.is_some() && func.body.is_none() {
            self.error(self.behind_func(func), "generic function is missing function body");
        }
        let Some(body) = &func.body else { return };
        let outer_params = self.info.signatures.get(&func.id).map_or_else(Vec::new, |s| s.type_params.clone());
        let env = Env { scope, decl: Some(object), outer_params: outer_params.into(), ..Env::default() };
        self.later(move |c| {
            c.env = env;
            c.func_body(func.id, Some(object), sig, body);
        });
    }

    // ---- declarations in functions

    /// A const, type or var declaration in a function.
    pub(super) fn decl_stmt(&mut self, decl: &'a Decl) {
        match decl {
            Decl::Const(group) => {
                self.local_specs.extend(spec_spans(group, |spec| spec.span));
                group.specs.iter().for_each(|spec| self.local_consts(&group.specs, spec));
            }
            Decl::Var(group) => {
                self.local_specs.extend(spec_spans(group, |spec| spec.span));
                group.specs.iter().for_each(|spec| self.local_vars(spec));
            }
            Decl::Type(group) => {
                self.local_specs.extend(spec_spans(group, |spec| spec.span));
                group.specs.iter().for_each(|spec| self.local_type(spec));
            }
            Decl::Import(_) | Decl::Func(_) | Decl::Bad(_) => {}
        }
    }

    fn local_consts(&mut self, group: &'a [ast::ConstSpec], spec: &'a ast::ConstSpec) {
        let queued = self.delayed.len();
        let (source, inherited) = const_source(group, spec);
        let mut objects = Vec::new();
        for (i, ident) in spec.names.iter().enumerate() {
            let kind = ObjectKind::Const(Default::default());
            let object = self.types.new_object(ident.name, Some(self.pkg), ident.span, kind, None);
            let ty = source.and_then(|s| s.ty.as_ref());
            self.const_decl(object, ty, source.and_then(|s| s.values.get(i)), spec.iota, inherited);
            objects.push(object);
        }
        let values = source.map_or(&[][..], |s| &s.values);
        self.check_arity(spec.span, &spec.names, values, true, inherited);
        self.process_delayed(queued);
        self.declare_all(&spec.names, &objects, spec.span.end());
    }

    fn local_vars(&mut self, spec: &'a ast::VarSpec) {
        if !spec.directives.is_empty() {
            self.local_directives.push(spec);
        }
        let queued = self.delayed.len();
        let objects: Rc<[ObjectId]> =
            spec.names.iter().map(|ident| self.new_local(ident, VarKind::Local, None)).collect();
        if let [only] = &*spec.values {
            self.var_decl(objects[0], &objects, spec.ty.as_ref(), Some(only));
        } else {
            for (i, &object) in objects.iter().enumerate() {
                self.var_decl(object, &[object], spec.ty.as_ref(), spec.values.get(i));
            }
        }
        if spec.ty.is_none() || !spec.values.is_empty() {
            self.check_arity(spec.span, &spec.names, &spec.values, false, false);
        }
        self.process_delayed(queued);
        self.declare_all(&spec.names, &objects, spec.span.end());
    }

    fn declare_all(&mut self, names: &'a [Ident], objects: &[ObjectId], from: crate::span::Pos) {
        for (ident, &object) in names.iter().zip(objects) {
            self.declare(self.env.scope, ident, object, from);
        }
    }

    fn local_type(&mut self, spec: &'a ast::TypeSpec) {
        let decl = TypeDecl {
            alias: spec.is_alias(),
            outer_params: if spec.is_alias() || spec.type_params.is_some() {
                Box::default()
            } else {
                self.env.outer_params.clone()
            },
            ..TypeDecl::default()
        };
        let _ = decl.methods.set(Box::default());
        let ident = &spec.name;
        let kind = ObjectKind::TypeName(decl);
        let object = self.types.new_object(ident.name, Some(self.pkg), ident.span, kind, None);
        self.declare(self.env.scope, ident, object, ident.span.start());
        self.in_progress(object, |c| c.type_decl(object, spec));
        if self.path.is_empty() {
            self.finish_waiting();
        }
    }
}
