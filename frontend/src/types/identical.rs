//! Identity of types beyond equality of ids.
//!
//! Ids are equal for identical types except where an unnamed interface embeds others: `interface{ io.Reader }`
//! and `interface{ Read([]byte) (int, error) }` are identical and have two ids. So a difference of ids needs a
//! closer look only if such an interface is involved.

use super::*;

impl Types {
    /// Whether two types are identical.
    pub fn identical(&self, a: TypeId, b: TypeId) -> bool {
        a == b || self.same(a, b, &mut Vec::new(), true)
    }

    /// Identity that ignores struct tags (conversions).
    pub fn identical_ignore_tags(&self, a: TypeId, b: TypeId) -> bool {
        a == b || self.same(a, b, &mut Vec::new(), false)
    }

    fn same_list(&self, a: &[TypeId], b: &[TypeId], seen: &mut Vec<(TypeId, TypeId)>, tags: bool) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(&x, &y)| self.same(x, y, seen, tags))
    }

    fn same(&self, a: TypeId, b: TypeId, seen: &mut Vec<(TypeId, TypeId)>, tags: bool) -> bool {
        if a == b {
            return true;
        }
        match (self.get(a), self.get(b)) {
            (Type::Named(x), Type::Named(y)) => {
                x.obj == y.obj && !x.targs.is_empty() && self.same_list(&x.targs, &y.targs, seen, tags)
            }
            (&Type::Pointer(x), &Type::Pointer(y)) | (&Type::Slice(x), &Type::Slice(y)) => self.same(x, y, seen, tags),
            (&Type::Array { elem: x, len: n }, &Type::Array { elem: y, len: m }) => {
                n == m && self.same(x, y, seen, tags)
            }
            (&Type::Map { key: k1, elem: e1 }, &Type::Map { key: k2, elem: e2 }) => {
                self.same(k1, k2, seen, tags) && self.same(e1, e2, seen, tags)
            }
            (&Type::Chan { dir: d1, elem: x }, &Type::Chan { dir: d2, elem: y }) => {
                d1 == d2 && self.same(x, y, seen, tags)
            }
            (Type::Struct(x), Type::Struct(y)) => {
                x.len() == y.len()
                    && x.iter().zip(&**y).all(|(f, g)| {
                        f.name == g.name
                            && f.pkg == g.pkg
                            && f.embedded == g.embedded
                            && (!tags || f.tag == g.tag)
                            && self.same(f.ty, g.ty, seen, tags)
                    })
            }
            (Type::Tuple(x), Type::Tuple(y)) => self.same_list(x, y, seen, tags),
            (Type::Signature(x), Type::Signature(y)) => {
                x.variadic == y.variadic
                    && x.type_params == y.type_params
                    && self.same_list(&x.params, &y.params, seen, tags)
                    && self.same_list(&x.results, &y.results, seen, tags)
            }
            (Type::Interface(x), Type::Interface(y)) => {
                if x.embeddeds.is_empty() && y.embeddeds.is_empty() && x.methods.len() != y.methods.len() {
                    return false;
                }
                if seen.contains(&(a, b)) {
                    return true;
                }
                seen.push((a, b));
                let (s, t) = (self.interface_set(a), self.interface_set(b));
                s.comparable == t.comparable
                    && s.methods.len() == t.methods.len()
                    && s.methods
                        .iter()
                        .zip(&*t.methods)
                        .all(|(m, n)| m.name == n.name && m.pkg == n.pkg && self.same(m.sig, n.sig, seen, tags))
                    && match (&s.terms, &t.terms) {
                        (None, None) => true,
                        (Some(x), Some(y)) => {
                            let within = |p: &[Term], q: &[Term]| {
                                p.iter().all(|t| q.iter().any(|u| t.tilde == u.tilde && self.identical(t.ty, u.ty)))
                            };
                            within(x, y) && within(y, x)
                        }
                        _ => false,
                    }
            }
            (Type::Union(x), Type::Union(y)) => {
                x.len() == y.len()
                    && x.iter().zip(&**y).all(|(s, t)| s.tilde == t.tilde && self.same(s.ty, t.ty, seen, tags))
            }
            _ => false,
        }
    }

    /// One id for all identical types: unnamed interfaces are flattened to their method sets.
    pub fn canonical(&self, ty: TypeId) -> TypeId {
        match self.get(ty) {
            Type::Basic(_) | Type::TypeParam(_) | Type::Union(_) => ty,
            Type::Named(named) if named.targs.is_empty() => ty,
            Type::Named(named) => {
                let targs: Box<[TypeId]> = named.targs.iter().map(|&t| self.canonical(t)).collect();
                if targs == named.targs { ty } else { self.named(named.obj, targs) }
            }
            &Type::Pointer(elem) => self.pointer(self.canonical(elem)),
            &Type::Slice(elem) => self.slice(self.canonical(elem)),
            &Type::Array { elem, len } => self.array(self.canonical(elem), len),
            &Type::Map { key, elem } => self.map(self.canonical(key), self.canonical(elem)),
            &Type::Chan { dir, elem } => self.chan(dir, self.canonical(elem)),
            Type::Struct(fields) => {
                let new = fields.iter().map(|f| Field { ty: self.canonical(f.ty), ..f.clone() }).collect();
                self.intern(Type::Struct(new))
            }
            Type::Tuple(elems) => self.tuple(elems.iter().map(|&t| self.canonical(t)).collect()),
            Type::Signature(sig) => self.intern(Type::Signature(Signature {
                params: sig.params.iter().map(|&t| self.canonical(t)).collect(),
                results: sig.results.iter().map(|&t| self.canonical(t)).collect(),
                variadic: sig.variadic,
                type_params: sig.type_params.clone(),
            })),
            Type::Interface(_) => {
                let set = self.interface_set(ty);
                if !set.is_method_set() {
                    return ty;
                }
                let methods = set
                    .methods
                    .iter()
                    .map(|m| Method { name: m.name, pkg: m.pkg, sig: self.canonical(m.sig) })
                    .collect();
                self.interface(methods, Vec::new())
            }
        }
    }
}
