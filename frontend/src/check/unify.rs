//! Unification of types: finding type arguments that make two types the same, or near enough for an assignment.
//!
//! The parameters to be solved for are bound to slots; two parameters that were unified with each other share one.
//! Parameters that are not being solved for (those of the function around) are types like any other.

use super::Checker;
use crate::types::{ChanDir, Interface, Lookup, Method, Signature, Target, Type, TypeId};

/// Deeper than this, types do not unify: they would grow without end.
const MAX_DEPTH: u32 = 100;

/// How closely the types must agree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closeness {
    /// The types are those of an assignment: only at the top may they differ as assignability allows.
    pub assign: bool,
    /// Types must be identical: no matching of declared types with literals, of channel directions, of interfaces.
    pub exact: bool,
}

impl Closeness {
    pub const INEXACT: Closeness = Closeness { assign: false, exact: false };
    pub const ASSIGN: Closeness = Closeness { assign: true, exact: false };
    pub const EXACT: Closeness = Closeness { assign: false, exact: true };

    /// For the parts of the types.
    fn inner(self) -> Closeness {
        Closeness { exact: self.exact || self.assign, ..self }
    }
}

/// See the module docs.
pub(super) struct Unifier {
    params: Vec<TypeId>,
    /// The slot of each parameter.
    slots: Vec<usize>,
    values: Vec<Option<TypeId>>,
    depth: u32,
    /// Interfaces unify with types that have their methods (go1.21).
    by_methods: bool,
    /// Pairs of interfaces being compared.
    pairs: Vec<(TypeId, TypeId)>,
}

impl Unifier {
    pub fn new(params: &[TypeId], known: Vec<Option<TypeId>>, by_methods: bool) -> Unifier {
        Unifier {
            params: params.to_vec(),
            slots: (0..params.len()).collect(),
            values: known,
            depth: 0,
            by_methods,
            pairs: Vec::new(),
        }
    }

    fn bound(&self, ty: TypeId) -> Option<usize> {
        self.params.iter().position(|&p| p == ty)
    }

    /// What was found for the parameter with this index.
    pub fn at(&self, index: usize) -> Option<TypeId> {
        self.values[self.slots[index]]
    }

    pub fn set(&mut self, index: usize, ty: TypeId) {
        self.values[self.slots[index]] = Some(ty);
    }

    pub fn unknowns(&self) -> usize {
        (0..self.params.len()).filter(|&i| self.at(i).is_none()).count()
    }

    pub fn inferred(&self) -> Vec<Option<TypeId>> {
        (0..self.params.len()).map(|i| self.at(i)).collect()
    }

    /// Makes two parameters share a slot; false if both have values already.
    fn join(&mut self, x: usize, y: usize) -> bool {
        let (from, to) = match (self.slots[x], self.slots[y]) {
            (a, b) if a == b => return true,
            (a, b) if self.values[a].is_some() && self.values[b].is_some() => return false,
            (a, b) if self.values[a].is_some() => (b, a),
            (a, b) => (a, b),
        };
        self.slots.iter_mut().filter(|slot| **slot == from).for_each(|slot| *slot = to);
        true
    }

    pub fn unify(&mut self, c: &mut Checker<'_>, x: TypeId, y: TypeId, how: Closeness) -> bool {
        if x == y {
            return true;
        }
        if self.depth > MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        let same = self.unify_different(c, x, y, how);
        self.depth -= 1;
        same
    }

    fn unify_different(&mut self, c: &mut Checker<'_>, mut x: TypeId, mut y: TypeId, how: Closeness) -> bool {
        let types = c.types;
        let is_named = |ty: TypeId| matches!(types.get(ty), Type::Named(_));
        let is_interface = |ty: TypeId| types.is_interface(ty);
        // A declared type, if there is one, is y; a parameter to solve for is x.
        if is_named(x) || self.bound(y).is_some() {
            (x, y) = (y, x);
        }
        let literal = |ty: TypeId| !matches!(types.get(ty), Type::Named(_) | Type::TypeParam(_));
        if !how.exact && is_named(y) && literal(x) && !(self.by_methods && is_interface(x)) {
            y = types.underlying(y);
            if x == y {
                return true;
            }
        }
        match (self.bound(x), self.bound(y)) {
            (Some(px), Some(py)) => {
                return self.join(px, py)
                    || match (self.at(px), self.at(py)) {
                        (Some(x), Some(y)) => self.unify(c, x, y, how),
                        _ => true,
                    };
            }
            (Some(px), None) => {
                let Some(known) = self.at(px) else {
                    self.set(px, y);
                    return true;
                };
                return self.unify_known(c, px, known, y, how);
            }
            _ => {}
        }
        if self.by_methods && !how.exact && (is_interface(x) || is_interface(y)) {
            return self.unify_interface(c, x, y);
        }
        if types.is_type_param(y) {
            (x, y) = (y, x);
        }
        self.unify_structure(c, x, y, how)
    }

    /// The parameter has a type already; what is unified with it may be a better one.
    fn unify_known(&mut self, c: &mut Checker<'_>, param: usize, known: TypeId, y: TypeId, how: Closeness) -> bool {
        if !self.unify(c, known, y, how) {
            return false;
        }
        let types = c.types;
        let is_named = |ty: TypeId| matches!(types.get(ty), Type::Named(_));
        match (types.is_interface(known), types.is_interface(y)) {
            (true, true) => {
                if is_named(known) && is_named(y) {
                    return types.identical(known, y);
                }
                if types.type_set(known).methods.len() != types.type_set(y).methods.len() {
                    return false;
                }
            }
            (true, false) | (false, true) => return false,
            (false, false) => {}
        }
        if !how.exact && !is_named(known) {
            let restricted = matches!(types.under(y), Type::Chan { dir, .. } if *dir != ChanDir::Both);
            if is_named(y) || restricted {
                self.set(param, y);
            }
        }
        true
    }

    /// At least one is an interface: their common methods must unify, and one must have all of the other's.
    fn unify_interface(&mut self, c: &mut Checker<'_>, x: TypeId, y: TypeId) -> bool {
        let types = c.types;
        let (x, y) = if types.is_interface(x) { (x, y) } else { (y, x) };
        let xset = types.type_set(x);
        if !types.is_interface(y) {
            return xset.methods.iter().all(|want| match c.lookup_member(y, want.pkg, want.name) {
                Lookup::Found(found) if found.target != Target::Field => {
                    self.unify(c, want.sig, found.ty, Closeness::EXACT)
                }
                _ => false,
            });
        }
        let yset = types.type_set(y);
        if xset.comparable != yset.comparable || !same_terms(c, &xset.terms, &yset.terms) {
            return false;
        }
        if self.pairs.contains(&(x, y)) {
            return true;
        }
        self.pairs.push((x, y));
        let (few, many) = if xset.methods.len() <= yset.methods.len() { (&xset, &yset) } else { (&yset, &xset) };
        let unified = few.methods.iter().all(|m| {
            let other = many.methods.iter().find(|o| o.name == m.name && o.pkg == m.pkg);
            other.is_some_and(|o| self.unify(c, m.sig, o.sig, Closeness::EXACT))
        });
        self.pairs.pop();
        unified
    }

    fn lists(&mut self, c: &mut Checker<'_>, x: &[TypeId], y: &[TypeId], how: Closeness) -> bool {
        x.len() == y.len() && x.iter().zip(y).all(|(&x, &y)| self.unify(c, x, y, how))
    }

    fn unify_structure(&mut self, c: &mut Checker<'_>, x: TypeId, y: TypeId, how: Closeness) -> bool {
        let types = c.types;
        let inner = how.inner();
        match (types.get(x), types.get(y)) {
            (&Type::Array { elem: a, len: n }, &Type::Array { elem: b, len: m }) => {
                n == m && self.unify(c, a, b, inner)
            }
            (&Type::Slice(a), &Type::Slice(b)) | (&Type::Pointer(a), &Type::Pointer(b)) => self.unify(c, a, b, inner),
            (&Type::Map { key: k1, elem: e1 }, &Type::Map { key: k2, elem: e2 }) => {
                self.unify(c, k1, k2, inner) && self.unify(c, e1, e2, inner)
            }
            (&Type::Chan { dir: d1, elem: a }, &Type::Chan { dir: d2, elem: b }) => {
                (!how.exact || d1 == d2) && self.unify(c, a, b, inner)
            }
            (Type::Struct(a), Type::Struct(b)) => {
                a.len() == b.len()
                    && a.iter().zip(&**b).all(|(f, g)| {
                        f.name == g.name
                            && f.pkg == g.pkg
                            && f.embedded == g.embedded
                            && f.tag == g.tag
                            && self.unify(c, f.ty, g.ty, inner)
                    })
            }
            (Type::Tuple(a), Type::Tuple(b)) => self.lists(c, a, b, how),
            (Type::Signature(a), Type::Signature(b)) => self.signatures(c, a, b, inner),
            (Type::Interface(a), Type::Interface(b)) => self.interfaces(c, (x, a), (y, b)),
            (Type::Named(a), Type::Named(b)) => a.obj == b.obj && self.lists(c, &a.targs, &b.targs, how),
            (Type::TypeParam(_), _) => match types.core_type(x) {
                Some(core) => self.unify(c, core, y, Closeness::ASSIGN),
                None => false,
            },
            _ => false,
        }
    }

    fn signatures(&mut self, c: &mut Checker<'_>, a: &Signature, b: &Signature, how: Closeness) -> bool {
        a.variadic == b.variadic
            && self.lists(c, &a.params, &b.params, how)
            && self.lists(c, &a.results, &b.results, how)
    }

    fn interfaces(&mut self, c: &mut Checker<'_>, (x, _): (TypeId, &Interface), (y, _): (TypeId, &Interface)) -> bool {
        let (xset, yset) = (c.types.type_set(x), c.types.type_set(y));
        if xset.comparable != yset.comparable
            || xset.methods.len() != yset.methods.len()
            || !same_terms(c, &xset.terms, &yset.terms)
        {
            return false;
        }
        if self.pairs.contains(&(x, y)) {
            return true;
        }
        self.pairs.push((x, y));
        let same = |m: &Method, n: &Method| m.name == n.name && m.pkg == n.pkg;
        let unified = xset
            .methods
            .iter()
            .zip(&yset.methods)
            .all(|(m, n)| same(m, n) && self.unify(c, m.sig, n.sig, Closeness::EXACT));
        self.pairs.pop();
        unified
    }
}

fn same_terms(c: &Checker<'_>, x: &Option<Box<[crate::types::Term]>>, y: &Option<Box<[crate::types::Term]>>) -> bool {
    match (x, y) {
        (None, None) => true,
        (Some(x), Some(y)) => {
            let within = |a: &[crate::types::Term], b: &[crate::types::Term]| {
                a.iter().all(|s| b.iter().any(|t| s.tilde == t.tilde && c.types.identical(s.ty, t.ty)))
            };
            within(x, y) && within(y, x)
        }
        _ => false,
    }
}
