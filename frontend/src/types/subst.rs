//! Replacing type parameters by type arguments.

use super::*;

impl Types {
    /// `ty` with each of `params` replaced by the argument at the same index.
    pub fn subst(&self, ty: TypeId, params: &[TypeId], args: &[TypeId]) -> TypeId {
        if params.is_empty() || args.is_empty() {
            return ty;
        }
        self.map_type(ty, &|leaf| {
            let index = params.iter().position(|&p| p == leaf)?;
            args.get(index).copied()
        })
    }

    fn map_list(&self, list: &[TypeId], replace: &dyn Fn(TypeId) -> Option<TypeId>) -> Option<Box<[TypeId]>> {
        let new: Box<[TypeId]> = list.iter().map(|&t| self.map_type(t, replace)).collect();
        (*new != *list).then_some(new)
    }

    fn map_methods(&self, list: &[Method], replace: &dyn Fn(TypeId) -> Option<TypeId>) -> Option<Box<[Method]>> {
        let new: Box<[Method]> =
            list.iter().map(|m| Method { name: m.name, pkg: m.pkg, sig: self.map_type(m.sig, replace) }).collect();
        (*new != *list).then_some(new)
    }

    /// Rebuilds a type from its leaves: `replace` says what becomes of a type parameter.
    pub fn map_type(&self, ty: TypeId, replace: &dyn Fn(TypeId) -> Option<TypeId>) -> TypeId {
        let go = |t: TypeId| self.map_type(t, replace);
        match self.get(ty) {
            Type::Basic(_) => ty,
            Type::TypeParam(_) => replace(ty).unwrap_or(ty),
            Type::Named(named) => {
                if named.targs.is_empty() {
                    let outer = &self.named_decl(named).outer_params;
                    return match self.map_list(outer, replace) {
                        Some(targs) => self.named(named.obj, targs),
                        None => ty,
                    };
                }
                match self.map_list(&named.targs, replace) {
                    Some(targs) => self.named(named.obj, targs),
                    None => ty,
                }
            }
            &Type::Pointer(elem) => {
                let new = go(elem);
                if new == elem { ty } else { self.pointer(new) }
            }
            &Type::Slice(elem) => {
                let new = go(elem);
                if new == elem { ty } else { self.slice(new) }
            }
            &Type::Array { elem, len } => {
                let new = go(elem);
                if new == elem { ty } else { self.array(new, len) }
            }
            &Type::Map { key, elem } => {
                let (k, e) = (go(key), go(elem));
                if k == key && e == elem { ty } else { self.map(k, e) }
            }
            &Type::Chan { dir, elem } => {
                let new = go(elem);
                if new == elem { ty } else { self.chan(dir, new) }
            }
            Type::Struct(fields) => {
                let new: Box<[Field]> = fields.iter().map(|f| Field { ty: go(f.ty), ..f.clone() }).collect();
                if new == *fields { ty } else { self.intern(Type::Struct(new)) }
            }
            Type::Tuple(elems) => self.map_list(elems, replace).map_or(ty, |new| self.intern(Type::Tuple(new))),
            Type::Signature(sig) => {
                let params = self.map_list(&sig.params, replace);
                let results = self.map_list(&sig.results, replace);
                if params.is_none() && results.is_none() {
                    return ty;
                }
                self.intern(Type::Signature(Signature {
                    params: params.unwrap_or_else(|| sig.params.clone()),
                    results: results.unwrap_or_else(|| sig.results.clone()),
                    variadic: sig.variadic,
                    type_params: sig.type_params.clone(),
                }))
            }
            Type::Interface(iface) => {
                let methods = self.map_methods(&iface.methods, replace);
                let embeddeds = self.map_list(&iface.embeddeds, replace);
                if methods.is_none() && embeddeds.is_none() {
                    return ty;
                }
                self.intern(Type::Interface(Interface {
                    methods: methods.unwrap_or_else(|| iface.methods.clone()),
                    embeddeds: embeddeds.unwrap_or_else(|| iface.embeddeds.clone()),
                    implicit: iface.implicit,
                    type_set: Lazy::default(),
                }))
            }
            Type::Union(terms) => {
                let new: Box<[Term]> = terms.iter().map(|t| Term { tilde: t.tilde, ty: go(t.ty) }).collect();
                if new == *terms { ty } else { self.intern(Type::Union(new)) }
            }
        }
    }

    /// Whether a type parameter for which `is` holds occurs in the type.
    pub fn mentions(&self, ty: TypeId, is: &dyn Fn(TypeId) -> bool) -> bool {
        let go = |t: TypeId| self.mentions(t, is);
        match self.get(ty) {
            Type::Basic(_) => false,
            Type::TypeParam(_) => is(ty),
            Type::Named(named) => {
                named.targs.iter().any(|&t| go(t))
                    || (named.targs.is_empty() && self.named_decl(named).outer_params.iter().any(|&t| is(t)))
            }
            &Type::Pointer(elem) | &Type::Slice(elem) | &Type::Array { elem, .. } | &Type::Chan { elem, .. } => {
                go(elem)
            }
            &Type::Map { key, elem } => go(key) || go(elem),
            Type::Struct(fields) => fields.iter().any(|f| go(f.ty)),
            Type::Tuple(elems) => elems.iter().any(|&t| go(t)),
            Type::Signature(sig) => sig.params.iter().chain(&*sig.results).any(|&t| go(t)),
            Type::Interface(iface) => iface.methods.iter().any(|m| go(m.sig)) || iface.embeddeds.iter().any(|&t| go(t)),
            Type::Union(terms) => terms.iter().any(|t| go(t.ty)),
        }
    }

    /// Whether any type parameter occurs in the type.
    pub fn is_parameterized(&self, ty: TypeId) -> bool {
        self.mentions(ty, &|_| true)
    }
}
