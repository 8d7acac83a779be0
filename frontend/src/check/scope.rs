//! Scopes: universe, package, file, and one per block of a function.

use std::collections::HashMap;

use super::Checker;
use crate::ast::Ident;
use crate::diagnostic::Diagnostic;
use crate::span::Pos;
use crate::types::{Name, ObjectId, ObjectKind, TypeId, VarKind};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(super) struct ScopeId(pub u32);

#[derive(Debug, Default)]
pub(super) struct Scope {
    pub parent: Option<ScopeId>,
    /// A scope in a function: names are visible from the end of their declaration on.
    pub in_func: bool,
    /// With the position each name is visible from.
    pub names: HashMap<Name, (ObjectId, Pos)>,
}

impl Checker<'_> {
    pub(super) fn new_scope(&mut self, parent: Option<ScopeId>, in_func: bool) -> ScopeId {
        self.scopes.push(Scope { parent, in_func, names: HashMap::new() });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// Opens a block scope in the current one; undo with `close_scope`.
    pub(super) fn open_scope(&mut self) {
        self.env.scope = self.new_scope(Some(self.env.scope), true);
    }

    pub(super) fn close_scope(&mut self) {
        if let Some(parent) = self.scopes[self.env.scope.0 as usize].parent {
            self.env.scope = parent;
        }
    }

    /// What a name means here, with the scope it was found in (`None`: the universe).
    pub(super) fn lookup_name(&self, name: Name) -> Option<(Option<ScopeId>, ObjectId)> {
        let mut at = Some(self.env.scope);
        while let Some(id) = at {
            let scope = &self.scopes[id.0 as usize];
            if let Some(&(object, from)) = scope.names.get(&name) {
                let hidden = scope.in_func && self.env.lookup_pos.is_some_and(|pos| pos < from);
                if !hidden {
                    return Some((Some(id), object));
                }
            }
            at = scope.parent;
        }
        self.types.universe_object(name).map(|object| (None, object))
    }

    /// Declares an object in a scope, visible from `from` on, and records the identifier's object. The blank name is
    /// recorded only. A second declaration is an error.
    pub(super) fn declare(&mut self, scope: ScopeId, ident: &Ident, object: ObjectId, from: Pos) {
        self.info.set_def(ident.id, object);
        if ident.is_blank() {
            return;
        }
        let names = &mut self.scopes[scope.0 as usize].names;
        if let Some(&(other, _)) = names.get(&ident.name) {
            // It is not in scope, so nothing can use it.
            if !matches!(self.types.object(object).kind, ObjectKind::PkgName(_)) {
                self.used.insert(object);
            }
            let span = self.types.object(other).span;
            let message = format!("{} redeclared in this block", ident.name);
            let note = format!("other declaration of {}", ident.name);
            self.report(Diagnostic::error(ident.span, message).note_at(span, note));
            return;
        }
        names.insert(ident.name, (object, from));
    }

    /// A new variable of the function in progress (not declared in a scope yet). `ty` of `None` follows with
    /// `set_object_type`.
    pub(super) fn new_local(&mut self, ident: &Ident, kind: VarKind, ty: Option<TypeId>) -> ObjectId {
        let object = self.types.new_object(ident.name, Some(self.pkg), ident.span, ObjectKind::Var(kind), ty);
        if let Some(frame) = self.env.frame {
            self.owners.insert(object, frame);
        }
        if kind == VarKind::Local && !ident.is_blank() {
            self.local_vars.push((object, self.env.scope));
        }
        object
    }

    /// Sets an object's type; the first one stays.
    pub(super) fn set_object_type(&mut self, object: ObjectId, ty: TypeId) {
        let _ = self.types.object(object).ty.set(ty);
    }

    /// A local variable is used in the current function: it is captured by every literal between here and the function it belongs to.
    pub(super) fn note_capture(&mut self, object: ObjectId) {
        let Some(&owner) = self.owners.get(&object) else { return };
        let mut at = self.env.frame;
        while let Some(index) = at
            && index != owner
        {
            let frame = self.frames[index];
            if let Some(lit) = frame.lit {
                let captured = self.info.captures.entry(lit).or_default();
                if !captured.contains(&object) {
                    captured.push(object);
                }
            }
            at = frame.parent;
        }
    }

    /// Looks a name up in one scope only.
    pub(super) fn in_scope(&self, scope: ScopeId, name: Name) -> Option<ObjectId> {
        self.scopes[scope.0 as usize].names.get(&name).map(|&(object, _)| object)
    }
}
