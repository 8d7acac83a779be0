//! Types, objects and packages of a whole program.
//!
//! One [`Types`] owns everything; it is `Sync`, and packages that do not depend on each other are checked at the
//! same time over it. Ids are handed out in the order of creation, which differs from run to run when packages
//! are checked in parallel: never order output by them.
//!
//! Invariants:
//! - An interned type never changes. What is not known at once (a declared type's underlying type, a type
//!   parameter's constraint) sits in write-once cells that take no part in identity.
//! - Everything reachable from a package that was checked is complete; only inside the package being checked can
//!   an underlying type still be missing (`underlying` is `Invalid` then).

pub mod arena;
pub mod identical;
pub mod kinds;
pub mod layout;
pub mod lookup;
pub mod object;
pub mod predicates;
pub mod print;
pub mod subst;
pub mod typeset;

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{OnceLock, RwLock};

use indexmap::IndexMap;

use crate::constant::Const;
use crate::span::Span;
use arena::Arena;
pub use kinds::*;
pub use lookup::*;
pub use object::*;
pub use print::{ParamNames, Spelling};

const SHARDS: usize = 16;

type Shard = RwLock<HashMap<u64, Vec<TypeId>>>;

/// All types, objects and packages of a program. See the module docs.
pub struct Types {
    types: Arena<Type>,
    shards: [Shard; SHARDS],
    objects: Arena<Object>,
    packages: Arena<Package>,
    universe: HashMap<Name, ObjectId>,
    /// The predeclared type `error`.
    pub error: TypeId,
    /// The predeclared constraint `comparable`.
    pub comparable: TypeId,
    /// `interface{}`, that is `any`.
    pub any: TypeId,
    /// No values: the type of a call without results.
    pub unit: TypeId,
    /// `[]byte`.
    pub byte_slice: TypeId,
    /// Package unsafe.
    pub unsafe_package: PackageId,
}

impl Default for Types {
    fn default() -> Self {
        Types::new()
    }
}

impl Types {
    pub fn new() -> Types {
        let mut types = Types {
            types: Arena::default(),
            shards: std::array::from_fn(|_| Shard::default()),
            objects: Arena::default(),
            packages: Arena::default(),
            universe: HashMap::new(),
            error: TypeId::INVALID,
            comparable: TypeId::INVALID,
            any: TypeId::INVALID,
            unit: TypeId::INVALID,
            byte_slice: TypeId::INVALID,
            unsafe_package: PackageId(0),
        };
        types.declare_universe();
        types
    }

    /// Whether a predeclared type has this name.
    pub fn is_predeclared_type(&self, name: Name) -> bool {
        self.universe.get(&name).is_some_and(|&object| self.object(object).type_decl().is_some())
    }

    fn declare_universe(&mut self) {
        let mut scope = HashMap::new();
        for basic in Basic::ALL {
            let id = self.intern(Type::Basic(basic));
            debug_assert_eq!(id, basic.id());
            if basic.is_untyped() || matches!(basic, Basic::Invalid | Basic::UnsafePointer) {
                continue;
            }
            let obj = self.predeclared(basic.name(), ObjectKind::TypeName(TypeDecl::default()), Some(id));
            scope.insert(Name::new(basic.name()), obj);
        }
        self.unit = self.intern(Type::Tuple(Box::default()));
        self.byte_slice = self.slice(TypeId::UINT8);
        self.any = self.intern(Type::Interface(Interface {
            methods: Box::default(),
            embeddeds: Box::default(),
            implicit: false,
            type_set: Lazy::default(),
        }));
        for (name, ty) in [("byte", TypeId::UINT8), ("rune", TypeId::INT32), ("any", self.any)] {
            let decl = TypeDecl { alias: true, ..TypeDecl::default() };
            let obj = self.predeclared(name, ObjectKind::TypeName(decl), Some(ty));
            scope.insert(Name::new(name), obj);
        }
        for name in ["error", "comparable"] {
            let obj = self.predeclared(name, ObjectKind::TypeName(TypeDecl::default()), None);
            let named = self.named(obj, Box::default());
            self.object(obj).ty.set(named).expect("new object");
            let underlying = if name == "error" {
                let sig = self.signature(Vec::new(), vec![TypeId::STRING], false);
                let method = Method { name: Name::new("Error"), pkg: None, sig };
                self.error = named;
                self.interface(vec![method], Vec::new())
            } else {
                self.comparable = named;
                // Its own interface type, told from `any` by its type set: an embedded `comparable`.
                let inner = self.intern(Type::Interface(Interface {
                    methods: Box::default(),
                    embeddeds: Box::new([named]),
                    implicit: false,
                    type_set: Lazy::default(),
                }));
                if let Type::Interface(iface) = self.get(inner) {
                    let _ = iface.type_set.0.set(TypeSet { comparable: true, ..TypeSet::default() });
                }
                inner
            };
            let decl = self.object(obj).type_decl().expect("a type name");
            let _ = decl.underlying.set(underlying);
            let _ = decl.methods.set(Box::default());
            scope.insert(Name::new(name), obj);
        }
        for (name, value) in [("true", true), ("false", false)] {
            let kind = ObjectKind::Const(OnceLock::from(Const::Bool(value)));
            let obj = self.predeclared(name, kind, Some(TypeId::UNTYPED_BOOL));
            scope.insert(Name::new(name), obj);
        }
        // The checker replaces iota by its value.
        let iota =
            self.predeclared("iota", ObjectKind::Const(OnceLock::from(Const::int(0))), Some(TypeId::UNTYPED_INT));
        scope.insert(Name::new("iota"), iota);
        let nil = self.predeclared("nil", ObjectKind::Nil, Some(TypeId::UNTYPED_NIL));
        scope.insert(Name::new("nil"), nil);
        for (name, builtin) in Builtin::UNIVERSE {
            let obj = self.predeclared(name, ObjectKind::Builtin(builtin), None);
            scope.insert(Name::new(name), obj);
        }
        self.universe = scope;

        self.unsafe_package = self.new_package("unsafe", "unsafe");
        let mut members = IndexMap::new();
        for (name, builtin) in Builtin::UNSAFE {
            let obj = self.new_object(
                Name::new(name),
                Some(self.unsafe_package),
                Span::default(),
                ObjectKind::Builtin(builtin),
                None,
            );
            members.insert(Name::new(name), obj);
        }
        let pointer = self.new_object(
            Name::new("Pointer"),
            Some(self.unsafe_package),
            Span::default(),
            ObjectKind::TypeName(TypeDecl::default()),
            Some(TypeId::UNSAFE_POINTER),
        );
        members.insert(Name::new("Pointer"), pointer);
        let _ = self.package(self.unsafe_package).scope.set(members);
    }

    fn predeclared(&self, name: &str, kind: ObjectKind, ty: Option<TypeId>) -> ObjectId {
        self.new_object(Name::new(name), None, Span::default(), kind, ty)
    }

    /// The predeclared object of this name.
    pub fn universe_object(&self, name: Name) -> Option<ObjectId> {
        self.universe.get(&name).copied()
    }

    /// The predeclared object of this name.
    pub fn universe(&self, name: &str) -> Option<ObjectId> {
        self.universe.get(&Name::new(name)).copied()
    }

    // ---- packages and objects

    pub fn new_package(&self, path: &str, name: &str) -> PackageId {
        PackageId(self.packages.push(Package { path: path.into(), name: Name::new(name), scope: OnceLock::new() }))
    }

    pub fn package(&self, id: PackageId) -> &Package {
        self.packages.get(id.0)
    }

    pub fn new_object(
        &self,
        name: Name,
        pkg: Option<PackageId>,
        span: Span,
        kind: ObjectKind,
        ty: Option<TypeId>,
    ) -> ObjectId {
        let cell = OnceLock::new();
        if let Some(ty) = ty {
            let _ = cell.set(ty);
        }
        ObjectId(self.objects.push(Object { name, pkg, span, kind, ty: cell }))
    }

    pub fn object(&self, id: ObjectId) -> &Object {
        self.objects.get(id.0)
    }

    /// What a package declares under this name.
    pub fn member(&self, pkg: PackageId, name: Name) -> Option<ObjectId> {
        self.package(pkg).scope.get()?.get(&name).copied()
    }

    /// The package's own names, in no particular order.
    pub fn members(&self, pkg: PackageId) -> Vec<ObjectId> {
        self.package(pkg).scope.get().map_or_else(Vec::new, |scope| scope.values().copied().collect())
    }

    // ---- types

    pub fn get(&self, id: TypeId) -> &Type {
        self.types.get(id.0)
    }

    /// The id of this type, new or known.
    pub fn intern(&self, ty: Type) -> TypeId {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(&ty);
        let shard = &self.shards[hash as usize % SHARDS];
        let find = |map: &HashMap<u64, Vec<TypeId>>| map.get(&hash)?.iter().copied().find(|&id| *self.get(id) == ty);
        if let Some(id) = find(&shard.read().expect("no thread panics while it holds a shard")) {
            return id;
        }
        let mut map = shard.write().expect("no thread panics while it holds a shard");
        if let Some(id) = find(&map) {
            return id;
        }
        let id = TypeId(self.types.push(ty));
        map.entry(hash).or_default().push(id);
        id
    }

    pub fn pointer(&self, elem: TypeId) -> TypeId {
        self.intern(Type::Pointer(elem))
    }

    pub fn slice(&self, elem: TypeId) -> TypeId {
        self.intern(Type::Slice(elem))
    }

    pub fn array(&self, elem: TypeId, len: u64) -> TypeId {
        self.intern(Type::Array { elem, len })
    }

    pub fn map(&self, key: TypeId, elem: TypeId) -> TypeId {
        self.intern(Type::Map { key, elem })
    }

    pub fn chan(&self, dir: ChanDir, elem: TypeId) -> TypeId {
        self.intern(Type::Chan { dir, elem })
    }

    pub fn tuple(&self, elems: Vec<TypeId>) -> TypeId {
        self.intern(Type::Tuple(elems.into()))
    }

    pub fn signature(&self, params: Vec<TypeId>, results: Vec<TypeId>, variadic: bool) -> TypeId {
        self.intern(Type::Signature(Signature {
            params: params.into(),
            results: results.into(),
            variadic,
            type_params: Box::default(),
        }))
    }

    /// An interface; the methods are put in order here.
    pub fn interface(&self, mut methods: Vec<Method>, embeddeds: Vec<TypeId>) -> TypeId {
        methods.sort_by(|a, b| self.method_order(a, b));
        self.intern(Type::Interface(Interface {
            methods: methods.into(),
            embeddeds: embeddeds.into(),
            implicit: false,
            type_set: Lazy::default(),
        }))
    }

    /// The interface that a constraint `~A | B` or `A` (no interface) stands for.
    pub fn implicit_interface(&self, elem: TypeId) -> TypeId {
        self.intern(Type::Interface(Interface {
            methods: Box::default(),
            embeddeds: Box::new([elem]),
            implicit: true,
            type_set: Lazy::default(),
        }))
    }

    /// The declared type (`targs` empty) or instance.
    pub fn named(&self, obj: ObjectId, targs: Box<[TypeId]>) -> TypeId {
        self.intern(Type::Named(Named { obj, targs, underlying: Lazy::default() }))
    }

    /// A type parameter; its constraint follows with `set_bound`.
    pub fn type_param(&self, obj: ObjectId, index: u32) -> TypeId {
        self.intern(Type::TypeParam(TypeParam { obj, index, bound: Lazy::default() }))
    }

    pub fn set_bound(&self, param: TypeId, bound: TypeId) {
        if let Type::TypeParam(param) = self.get(param) {
            let _ = param.bound.0.set(bound);
        }
    }

    /// The constraint of a type parameter (`any` for anything else, or as long as it is not known).
    pub fn bound(&self, param: TypeId) -> TypeId {
        match self.get(param) {
            Type::TypeParam(param) => param.bound.0.get().copied().unwrap_or(self.any),
            _ => self.any,
        }
    }

    /// The order of methods in interfaces, type sets and run-time tables: exported names first, then by name, then by
    /// package path.
    pub fn method_order(&self, a: &Method, b: &Method) -> std::cmp::Ordering {
        let path = |m: &Method| m.pkg.map(|p| &self.package(p).path);
        (b.name.is_exported().cmp(&a.name.is_exported()))
            .then_with(|| a.name.as_str().cmp(b.name.as_str()))
            .then_with(|| path(a).cmp(&path(b)))
    }

    /// The underlying type; `Invalid` for a declared type whose declaration was not checked yet. That of a type
    /// parameter is its constraint's interface.
    pub fn underlying(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Named(named) => {
                if let Some(&underlying) = named.underlying.0.get() {
                    return underlying;
                }
                let decl = self.named_decl(named);
                let Some(&underlying) = decl.underlying.get() else { return TypeId::INVALID };
                let params = decl.params();
                let underlying =
                    if named.targs.is_empty() { underlying } else { self.subst(underlying, params, &named.targs) };
                *named.underlying.0.get_or_init(|| underlying)
            }
            Type::TypeParam(_) => {
                let bound = self.bound(id);
                if matches!(self.get(bound), Type::TypeParam(_)) { self.any } else { self.underlying(bound) }
            }
            _ => id,
        }
    }

    /// The underlying type's structure.
    pub fn under(&self, id: TypeId) -> &Type {
        self.get(self.underlying(id))
    }

    /// The declaration of a named type.
    pub fn named_decl(&self, named: &Named) -> &TypeDecl {
        self.object(named.obj).type_decl().expect("a named type's object is a type name")
    }

    /// The type parameters of a declared generic type (empty for an instance and for anything else).
    pub fn type_params_of(&self, id: TypeId) -> &[TypeId] {
        match self.get(id) {
            Type::Named(named) if named.targs.is_empty() => {
                self.named_decl(named).type_params.get().map_or(&[], |params| &params[..])
            }
            Type::Signature(sig) => &sig.type_params,
            _ => &[],
        }
    }

    /// The declared type an instance was made of; other named types themselves.
    pub fn origin(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Named(named) if !named.targs.is_empty() => self.object(named.obj).ty(),
            _ => id,
        }
    }

    pub fn as_signature(&self, id: TypeId) -> Option<&Signature> {
        match self.get(id) {
            Type::Signature(sig) => Some(sig),
            _ => None,
        }
    }

    /// The methods declared for a named type, as objects of its origin.
    pub fn declared_methods(&self, id: TypeId) -> &[ObjectId] {
        match self.get(id) {
            Type::Named(named) => self.named_decl(named).methods.get().map_or(&[], |methods| &methods[..]),
            _ => &[],
        }
    }

    /// The signature (without receiver) of a declared method for this receiver type (a named type or an instance).
    pub fn method_signature(&self, named: TypeId, method: ObjectId) -> TypeId {
        let sig = self.object(method).ty();
        match self.get(named) {
            Type::Named(n) if !n.targs.is_empty() => self.subst(sig, self.named_decl(n).params(), &n.targs),
            _ => sig,
        }
    }
}

impl TypeDecl {
    /// The parameters `Named::targs` are for: the type's own, or those of the function around it.
    pub fn params(&self) -> &[TypeId] {
        if !self.outer_params.is_empty() {
            return &self.outer_params;
        }
        self.type_params.get().map_or(&[], |params| &params[..])
    }
}
