//! What a type is made of.
//!
//! Every `Type` is interned in [`Types`](super::Types). Unnamed types are interned by structure, named types by
//! (declared object, type arguments), type parameters by their object. So equality of ids is identity of types,
//! with one exception: interfaces that embed others (see [`Types::identical`](super::Types::identical)).
//! Type aliases are no types: a use of one is the type it stands for.

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use super::object::{Name, ObjectId, PackageId};

/// A type, program-wide. Printed `t7`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

impl std::fmt::Debug for TypeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "t{}", self.0)
    }
}

/// The predeclared basic types; `TypeId(basic as u32)` is the type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u32)]
pub enum Basic {
    /// The type of what was wrong already: accepted everywhere, reported never.
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
}

impl Basic {
    /// All kinds, in the order of their type ids.
    pub const ALL: [Basic; 26] = [
        Basic::Invalid,
        Basic::Bool,
        Basic::Int,
        Basic::Int8,
        Basic::Int16,
        Basic::Int32,
        Basic::Int64,
        Basic::Uint,
        Basic::Uint8,
        Basic::Uint16,
        Basic::Uint32,
        Basic::Uint64,
        Basic::Uintptr,
        Basic::Float32,
        Basic::Float64,
        Basic::Complex64,
        Basic::Complex128,
        Basic::String,
        Basic::UnsafePointer,
        Basic::UntypedBool,
        Basic::UntypedInt,
        Basic::UntypedRune,
        Basic::UntypedFloat,
        Basic::UntypedComplex,
        Basic::UntypedString,
        Basic::UntypedNil,
    ];

    /// The type of this kind.
    pub const fn id(self) -> TypeId {
        TypeId(self as u32)
    }

    /// The name as it is printed in messages.
    pub fn name(self) -> &'static str {
        use Basic::*;
        match self {
            Invalid => "invalid type",
            Bool => "bool",
            Int => "int",
            Int8 => "int8",
            Int16 => "int16",
            Int32 => "int32",
            Int64 => "int64",
            Uint => "uint",
            Uint8 => "uint8",
            Uint16 => "uint16",
            Uint32 => "uint32",
            Uint64 => "uint64",
            Uintptr => "uintptr",
            Float32 => "float32",
            Float64 => "float64",
            Complex64 => "complex64",
            Complex128 => "complex128",
            String => "string",
            UnsafePointer => "unsafe.Pointer",
            UntypedBool => "untyped bool",
            UntypedInt => "untyped int",
            UntypedRune => "untyped rune",
            UntypedFloat => "untyped float",
            UntypedComplex => "untyped complex",
            UntypedString => "untyped string",
            UntypedNil => "untyped nil",
        }
    }

    pub fn is_boolean(self) -> bool {
        matches!(self, Basic::Bool | Basic::UntypedBool)
    }

    pub fn is_string(self) -> bool {
        matches!(self, Basic::String | Basic::UntypedString)
    }

    pub fn is_integer(self) -> bool {
        (Basic::Int..=Basic::Uintptr).contains(&self) || matches!(self, Basic::UntypedInt | Basic::UntypedRune)
    }

    pub fn is_unsigned(self) -> bool {
        (Basic::Uint..=Basic::Uintptr).contains(&self)
    }

    pub fn is_float(self) -> bool {
        matches!(self, Basic::Float32 | Basic::Float64 | Basic::UntypedFloat)
    }

    pub fn is_complex(self) -> bool {
        matches!(self, Basic::Complex64 | Basic::Complex128 | Basic::UntypedComplex)
    }

    pub fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }

    pub fn is_untyped(self) -> bool {
        self >= Basic::UntypedBool
    }

    /// Types a constant can have.
    pub fn is_const_type(self) -> bool {
        self.is_boolean() || self.is_numeric() || self.is_string()
    }

    pub fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }

    /// Bits and signedness of an integer type (amd64 sizes).
    pub fn int_bits(self) -> Option<(u32, bool)> {
        use Basic::*;
        Some(match self {
            Int8 => (8, true),
            Int16 => (16, true),
            Int32 => (32, true),
            Int | Int64 => (64, true),
            Uint8 => (8, false),
            Uint16 => (16, false),
            Uint32 => (32, false),
            Uint | Uint64 | Uintptr => (64, false),
            _ => return None,
        })
    }
}

impl TypeId {
    pub const INVALID: TypeId = Basic::Invalid.id();
    pub const BOOL: TypeId = Basic::Bool.id();
    pub const INT: TypeId = Basic::Int.id();
    pub const INT32: TypeId = Basic::Int32.id();
    pub const INT64: TypeId = Basic::Int64.id();
    pub const UINT: TypeId = Basic::Uint.id();
    pub const UINT8: TypeId = Basic::Uint8.id();
    pub const UINTPTR: TypeId = Basic::Uintptr.id();
    pub const FLOAT32: TypeId = Basic::Float32.id();
    pub const FLOAT64: TypeId = Basic::Float64.id();
    pub const COMPLEX64: TypeId = Basic::Complex64.id();
    pub const COMPLEX128: TypeId = Basic::Complex128.id();
    pub const STRING: TypeId = Basic::String.id();
    pub const UNSAFE_POINTER: TypeId = Basic::UnsafePointer.id();
    pub const UNTYPED_BOOL: TypeId = Basic::UntypedBool.id();
    pub const UNTYPED_INT: TypeId = Basic::UntypedInt.id();
    pub const UNTYPED_RUNE: TypeId = Basic::UntypedRune.id();
    pub const UNTYPED_FLOAT: TypeId = Basic::UntypedFloat.id();
    pub const UNTYPED_COMPLEX: TypeId = Basic::UntypedComplex.id();
    pub const UNTYPED_STRING: TypeId = Basic::UntypedString.id();
    pub const UNTYPED_NIL: TypeId = Basic::UntypedNil.id();

    pub fn is_valid(self) -> bool {
        self != TypeId::INVALID
    }
}

/// A cell that is filled in later and takes no part in the type's identity.
#[derive(Debug)]
pub struct Lazy<T>(pub OnceLock<T>);

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Lazy(OnceLock::new())
    }
}

impl<T> PartialEq for Lazy<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Lazy<T> {}

impl<T> Hash for Lazy<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    Both,
    Send,
    Recv,
}

/// One field of a struct type. Fields have no objects; selections name them by index.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    pub name: Name,
    /// The declaring package, for a name that is not exported.
    pub pkg: Option<PackageId>,
    pub ty: TypeId,
    pub embedded: bool,
    /// The tag's value (unquoted).
    pub tag: Option<Box<str>>,
}

/// One method of an interface, or of its type set.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Method {
    pub name: Name,
    /// The declaring package, for a name that is not exported.
    pub pkg: Option<PackageId>,
    pub sig: TypeId,
}

/// `~T` or `T` in a union.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Term {
    pub tilde: bool,
    pub ty: TypeId,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    pub params: Box<[TypeId]>,
    pub results: Box<[TypeId]>,
    /// The last parameter was written `...T`; its type in `params` is `[]T`.
    pub variadic: bool,
    /// Only on the types of generic functions, never on the type of a value.
    pub type_params: Box<[TypeId]>,
}

#[derive(PartialEq, Eq, Hash, Debug)]
pub struct Interface {
    /// The methods written in this interface, in method order (see [`super::method_order`]).
    pub methods: Box<[Method]>,
    /// Embedded interfaces, unions and, in constraints, other types.
    pub embeddeds: Box<[TypeId]>,
    /// Stands for a constraint that was written without `interface{…}`; a difference in printing only.
    pub implicit: bool,
    pub(crate) type_set: Lazy<TypeSet>,
}

/// What an interface means: see the specification, "Interface types".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TypeSet {
    /// All methods, embedded ones included, in method order.
    pub methods: Box<[Method]>,
    /// The types allowed; `None` means every type.
    pub terms: Option<Box<[Term]>>,
    /// Only comparable types (the predeclared `comparable` is in it).
    pub comparable: bool,
}

impl TypeSet {
    /// Usable as the type of a variable, not only as a constraint.
    pub fn is_method_set(&self) -> bool {
        self.terms.is_none() && !self.comparable
    }
}

/// A declared type, or an instance of a declared generic type.
#[derive(PartialEq, Eq, Hash, Debug)]
pub struct Named {
    /// The `TypeName` object; what was declared (type parameters, methods, underlying type) is there.
    pub obj: ObjectId,
    /// Empty for the declared type itself.
    pub targs: Box<[TypeId]>,
    pub(super) underlying: Lazy<TypeId>,
}

#[derive(PartialEq, Eq, Hash, Debug)]
pub struct TypeParam {
    pub obj: ObjectId,
    pub index: u32,
    /// The constraint, always an interface type after the declaration was checked.
    pub(super) bound: Lazy<TypeId>,
}

#[derive(PartialEq, Eq, Hash, Debug)]
pub enum Type {
    Basic(Basic),
    Named(Named),
    Pointer(TypeId),
    Slice(TypeId),
    Array {
        elem: TypeId,
        len: u64,
    },
    Map {
        key: TypeId,
        elem: TypeId,
    },
    Chan {
        dir: ChanDir,
        elem: TypeId,
    },
    Struct(Box<[Field]>),
    /// The type of a call with several results, or with none.
    Tuple(Box<[TypeId]>),
    Signature(Signature),
    Interface(Interface),
    Union(Box<[Term]>),
    TypeParam(TypeParam),
}
