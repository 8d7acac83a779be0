//! Interface types without a name that refer to themselves through their methods: gc has no way to name such a type.

use std::collections::HashMap;

use super::Checker;
use crate::span::Span;
use crate::types::{Type, TypeId, Types};

/// The interfaces met so far, and whether they are being looked at.
struct Finder<'t> {
    types: &'t Types,
    open: HashMap<TypeId, bool>,
}

impl Finder<'_> {
    fn has_cycle(&mut self, iface: TypeId) -> bool {
        self.types.type_set(iface).methods.iter().any(|method| self.visit(method.sig))
    }

    fn visit(&mut self, ty: TypeId) -> bool {
        let types = self.types;
        match types.get(ty) {
            Type::Basic(_) | Type::Named(_) | Type::TypeParam(_) | Type::Union(_) => false,
            &Type::Pointer(elem) | &Type::Slice(elem) => self.visit(elem),
            &Type::Array { elem, .. } | &Type::Chan { elem, .. } => self.visit(elem),
            &Type::Map { key, elem } => self.visit(key) || self.visit(elem),
            Type::Struct(fields) => fields.iter().any(|field| self.visit(field.ty)),
            Type::Tuple(elems) => elems.iter().any(|&elem| self.visit(elem)),
            Type::Signature(sig) => sig.params.iter().chain(&sig.results).any(|&ty| self.visit(ty)),
            Type::Interface(iface) if iface.methods.is_empty() && iface.embeddeds.is_empty() => false,
            Type::Interface(_) => {
                if let Some(&open) = self.open.get(&ty) {
                    return open;
                }
                self.open.insert(ty, true);
                let found = self.has_cycle(ty);
                if !found {
                    self.open.insert(ty, false);
                }
                found
            }
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn check_anonymous_cycles(&mut self) {
        let mut interfaces = std::mem::take(&mut self.interfaces);
        interfaces.sort_by_key(|&(span, _)| (span.file, span.lo));
        let mut finder = Finder { types: self.types, open: HashMap::new() };
        let mut outermost = Span::default();
        for (span, ty) in interfaces {
            if span.file == outermost.file && span.lo < outermost.hi {
                continue;
            }
            outermost = span;
            if finder.has_cycle(ty) {
                let message = "invalid recursive type: anonymous interface refers to itself \
                               (see https://go.dev/issue/56103)";
                self.error(span, message);
                finder.open.values_mut().for_each(|open| *open = false);
            }
        }
    }
}
