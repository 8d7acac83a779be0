//! Type sets of interfaces, and core types.

use std::cell::RefCell;

use super::*;

/// Interfaces nested deeper than this come from endless expansion only.
const MAX_EMBEDDING: usize = 200;

thread_local! {
    /// Interfaces whose sets this thread is computing: an (invalid) interface that embeds itself, or ever larger
    /// instances of itself, ends here.
    static COMPUTING: RefCell<Vec<TypeId>> = const { RefCell::new(Vec::new()) };
}

impl Types {
    /// The type set of an interface type (given by any type whose underlying type is an interface). Types that
    /// are no interface have the set of themselves.
    pub fn type_set(&self, ty: TypeId) -> TypeSet {
        let underlying = self.underlying(ty);
        match self.get(underlying) {
            Type::Interface(_) => self.interface_set(underlying).clone(),
            Type::Union(terms) => self.union_set(terms),
            Type::Basic(Basic::Invalid) => TypeSet::default(),
            _ => TypeSet { terms: Some(Box::new([Term { tilde: false, ty }])), ..TypeSet::default() },
        }
    }

    /// The type set of an interface type, computed once.
    ///
    /// # Panics
    /// If the id is no interface type literal.
    pub fn interface_set(&self, id: TypeId) -> &TypeSet {
        let Type::Interface(iface) = self.get(id) else { panic!("interface_set of another type") };
        if let Some(set) = iface.type_set.0.get() {
            return set;
        }
        let mut set = TypeSet { methods: iface.methods.clone(), ..TypeSet::default() };
        if COMPUTING.with_borrow(|ids| ids.contains(&id) || ids.len() > MAX_EMBEDDING) {
            return iface.type_set.0.get_or_init(|| set);
        }
        COMPUTING.with_borrow_mut(|ids| ids.push(id));
        for &embedded in &iface.embeddeds {
            if embedded == self.comparable {
                set.comparable = true;
                continue;
            }
            let other = self.type_set(embedded);
            set = self.intersect(set, other);
        }
        COMPUTING.with_borrow_mut(|ids| ids.pop());
        iface.type_set.0.get_or_init(|| set)
    }

    fn intersect(&self, a: TypeSet, b: TypeSet) -> TypeSet {
        let mut methods = a.methods.into_vec();
        for method in b.methods {
            if !methods.iter().any(|m| m.name == method.name && m.pkg == method.pkg) {
                methods.push(method);
            }
        }
        methods.sort_by(|x, y| self.method_order(x, y));
        let terms = match (a.terms, b.terms) {
            (None, terms) | (terms, None) => terms,
            (Some(x), Some(y)) => {
                let mut both: Vec<Term> = Vec::new();
                for &s in &x {
                    for &t in &y {
                        let term = if s.ty == t.ty || self.identical(s.ty, t.ty) {
                            Term { tilde: s.tilde && t.tilde, ty: s.ty }
                        } else if s.tilde && self.identical(self.underlying(t.ty), s.ty) {
                            t
                        } else if t.tilde && self.identical(self.underlying(s.ty), t.ty) {
                            s
                        } else {
                            continue;
                        };
                        if !both.contains(&term) {
                            both.push(term);
                        }
                    }
                }
                Some(both.into())
            }
        };
        let comparable = a.comparable || b.comparable;
        let (terms, comparable) = match terms {
            Some(terms) if comparable => {
                (Some(terms.iter().copied().filter(|t| self.comparable_type(t.ty, false)).collect()), false)
            }
            terms => (terms, comparable),
        };
        TypeSet { methods: methods.into(), terms, comparable }
    }

    fn union_set(&self, terms: &[Term]) -> TypeSet {
        let mut all: Vec<Term> = Vec::new();
        for term in terms {
            let more = match self.under(term.ty) {
                Type::Interface(_) => match self.type_set(term.ty).terms {
                    Some(terms) => terms.into_vec(),
                    None => return TypeSet::default(),
                },
                // Nothing has such an underlying type.
                _ if term.tilde && !self.identical(self.underlying(term.ty), term.ty) => Vec::new(),
                _ => vec![*term],
            };
            for term in more {
                if !all.contains(&term) {
                    all.push(term);
                }
            }
        }
        TypeSet { terms: Some(all.into()), ..TypeSet::default() }
    }

    /// The terms an operand of this type can be of: those of its type set for a type parameter, the type itself
    /// otherwise. `None`: a type parameter without specific types.
    pub fn terms_of(&self, ty: TypeId) -> Option<Box<[Term]>> {
        match self.get(ty) {
            Type::TypeParam(_) => self.type_set(ty).terms,
            _ => Some(Box::new([Term { tilde: false, ty }])),
        }
    }

    /// The one underlying type of all types in a type parameter's set; the underlying type of any other type.
    /// `None` if there is no such type. Channel types that differ in direction only agree on the restricted one.
    pub fn core_type(&self, ty: TypeId) -> Option<TypeId> {
        if !matches!(self.get(ty), Type::TypeParam(_)) {
            return Some(self.underlying(ty));
        }
        self.common_underlying(&self.type_set(ty).terms?)
    }

    /// Like `core_type`, for a constraint interface.
    pub fn core_of_constraint(&self, bound: TypeId) -> Option<TypeId> {
        self.common_underlying(&self.type_set(bound).terms?)
    }

    fn common_underlying(&self, terms: &[Term]) -> Option<TypeId> {
        let mut core: Option<TypeId> = None;
        for term in terms {
            let underlying = self.underlying(term.ty);
            let Some(so_far) = core else {
                core = Some(underlying);
                continue;
            };
            if self.identical(so_far, underlying) {
                continue;
            }
            match (self.get(so_far), self.get(underlying)) {
                (&Type::Chan { dir: d1, elem: e1 }, &Type::Chan { dir: d2, elem: e2 }) if self.identical(e1, e2) => {
                    core = match (d1, d2) {
                        (ChanDir::Both, _) => Some(underlying),
                        (_, ChanDir::Both) => Some(so_far),
                        _ => return None,
                    };
                }
                _ => return None,
            }
        }
        core
    }

    /// The core type, where `[]byte | string` counts as `string` (append, copy, slicing, ranging).
    pub fn core_string(&self, ty: TypeId) -> Option<TypeId> {
        if let Some(core) = self.core_type(ty) {
            return Some(core);
        }
        let terms = self.type_set(ty).terms?;
        let mut seen_string = false;
        for term in &terms {
            match self.under(term.ty) {
                Type::Basic(b) if b.is_string() => seen_string = true,
                &Type::Slice(elem) if self.underlying(elem) == TypeId::UINT8 => {}
                _ => return None,
            }
        }
        seen_string.then_some(TypeId::STRING)
    }
}
