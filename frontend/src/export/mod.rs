//! Typed packages as bytes: what a package gives to those that import it, so that it need not be checked again.
//!
//! ```text
//! checked package ──write──▶ Exported ──to_bytes──▶ cache ──from_bytes──▶ Exported ──read──▶ package in Types
//! ```
//!
//! An [`Exported`] holds the package's exported objects, with the types, methods, constant values and type parameters they
//! need, and those other objects of its scope that messages tell from names that do not exist. Bodies, and whatever else
//! lowering wants, are not in it.
//!
//! Invariants
//! - The same package gives the same bytes, in whatever order packages were checked: everything is numbered in the order
//!   in which it is reached from the scope, and nothing holds an id of [`Types`] or of a name.
//! - Types stand after the types they are made of. Named types and type parameters end the way into a cycle: they name
//!   objects, and what those are declared as is filled in when all types are there.
//! - Objects of other packages are named by path and name; a package that needs another's local type is not exported.
//! - Reading damaged bytes gives `None`, or a package that is wrong; the cache's hashes keep them away.
//!
//! Places in the source are beside the interface: they say where to point, but no importer's validity depends on them.

mod read;
mod write;

use serde::{Deserialize, Serialize};

#[cfg(doc)]
use crate::types::Types;

pub use read::read;
pub use write::write;

/// A package's scope, ready to be written out. See the module docs.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
pub struct Exported {
    interface: Interface,
    /// File of the package, start and end of each own object's name.
    places: Vec<(u32, u32, u32)>,
}

impl Exported {
    /// # Panics
    /// Never: nothing in it refuses to be written.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("plain data")
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Exported> {
        postcard::from_bytes(bytes).ok()
    }

    /// The part that importers depend on, as bytes to be hashed.
    ///
    /// # Panics
    /// Never, as [`Exported::to_bytes`].
    pub fn interface(&self) -> Vec<u8> {
        postcard::to_allocvec(&self.interface).expect("plain data")
    }
}

/// Indices into `Interface::names`, `types` and `objects`.
type NameRef = u32;
type TypeRef = u32;
type ObjectRef = u32;

#[derive(Serialize, Deserialize, PartialEq, Debug, Default)]
struct Interface {
    /// The package's name.
    name: String,
    names: Vec<String>,
    /// Import paths of the packages that the types mention.
    packages: Vec<String>,
    /// Type names of other packages: package and name; without a package, what is predeclared.
    foreign: Vec<(Option<u32>, NameRef)>,
    objects: Vec<Object>,
    /// What importers can name, in the package's order.
    scope: Vec<ObjectRef>,
    types: Vec<Type>,
    /// Type parameters and their constraints.
    bounds: Vec<(TypeRef, TypeRef)>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Object {
    name: NameRef,
    ty: Option<TypeRef>,
    kind: Kind,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Kind {
    Const(Option<Value>),
    Type { alias: bool, params: Option<Vec<TypeRef>>, underlying: Option<TypeRef>, methods: Option<Vec<ObjectRef>> },
    Var,
    Func { recv: Option<TypeRef>, ptr_recv: bool, is_method: bool, bodyless: bool },
}

/// A constant; integers are little-endian two's complement.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Value {
    Bool(bool),
    Str(Vec<u8>),
    Int(Vec<u8>),
    Float(Ratio),
    Huge { negative: bool, mantissa: Vec<u8>, exponent: i64 },
    Complex(Ratio, Ratio),
}

/// Numerator and denominator.
type Ratio = (Vec<u8>, Vec<u8>);

/// The object behind a named type.
#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Copy)]
enum Declared {
    Own(ObjectRef),
    Foreign(u32),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Method {
    name: NameRef,
    pkg: Option<PackageRef>,
    sig: TypeRef,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Field {
    name: NameRef,
    pkg: Option<PackageRef>,
    ty: TypeRef,
    embedded: bool,
    tag: Option<String>,
}

/// The package that a name which is not exported belongs to.
#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Copy)]
enum PackageRef {
    Own,
    Other(u32),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Type {
    Basic(u32),
    Named { declared: Declared, targs: Vec<TypeRef> },
    Pointer(TypeRef),
    Slice(TypeRef),
    Array { elem: TypeRef, len: u64 },
    Map { key: TypeRef, elem: TypeRef },
    Chan { dir: Dir, elem: TypeRef },
    Struct(Vec<Field>),
    Tuple(Vec<TypeRef>),
    Signature { params: Vec<TypeRef>, results: Vec<TypeRef>, variadic: bool, type_params: Vec<TypeRef> },
    Interface { methods: Vec<Method>, embeddeds: Vec<TypeRef>, implicit: bool },
    Union(Vec<(bool, TypeRef)>),
    TypeParam { object: ObjectRef, index: u32 },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Dir {
    Both,
    Send,
    Recv,
}
