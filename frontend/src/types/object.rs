//! What a name can stand for, and packages.

use std::sync::OnceLock;

use indexmap::IndexMap;

use super::kinds::TypeId;
use crate::constant::Const;
use crate::span::Span;

/// Identifiers are interned for the whole process.
pub use crate::symbol::Symbol as Name;

/// An object, program-wide. Printed `o7`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u32);

impl std::fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "o{}", self.0)
    }
}

/// A package, program-wide. Printed `p7`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageId(pub u32);

impl std::fmt::Debug for PackageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p{}", self.0)
    }
}

/// A package that was or is being checked.
#[derive(Debug)]
pub struct Package {
    /// The import path.
    pub path: Box<str>,
    pub name: Name,
    /// Everything declared at package level; set once all files were collected.
    pub scope: OnceLock<IndexMap<Name, ObjectId>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VarKind {
    Package,
    Local,
    Param,
    Result,
    Receiver,
}

/// The predeclared functions and those of package unsafe.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Builtin {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    UnsafeAdd,
    UnsafeAlignof,
    UnsafeOffsetof,
    UnsafeSizeof,
    UnsafeSlice,
    UnsafeSliceData,
    UnsafeString,
    UnsafeStringData,
}

impl Builtin {
    pub const UNIVERSE: [(&'static str, Builtin); 18] = [
        ("append", Builtin::Append),
        ("cap", Builtin::Cap),
        ("clear", Builtin::Clear),
        ("close", Builtin::Close),
        ("complex", Builtin::Complex),
        ("copy", Builtin::Copy),
        ("delete", Builtin::Delete),
        ("imag", Builtin::Imag),
        ("len", Builtin::Len),
        ("make", Builtin::Make),
        ("max", Builtin::Max),
        ("min", Builtin::Min),
        ("new", Builtin::New),
        ("panic", Builtin::Panic),
        ("print", Builtin::Print),
        ("println", Builtin::Println),
        ("real", Builtin::Real),
        ("recover", Builtin::Recover),
    ];
    pub const UNSAFE: [(&'static str, Builtin); 8] = [
        ("Add", Builtin::UnsafeAdd),
        ("Alignof", Builtin::UnsafeAlignof),
        ("Offsetof", Builtin::UnsafeOffsetof),
        ("Sizeof", Builtin::UnsafeSizeof),
        ("Slice", Builtin::UnsafeSlice),
        ("SliceData", Builtin::UnsafeSliceData),
        ("String", Builtin::UnsafeString),
        ("StringData", Builtin::UnsafeStringData),
    ];

    /// As written in Go, with `unsafe.` before its functions.
    pub fn name(self) -> String {
        match Self::UNIVERSE.iter().find(|(_, b)| *b == self) {
            Some((name, _)) => (*name).to_string(),
            None => {
                let (name, _) = Self::UNSAFE.iter().find(|(_, b)| *b == self).expect("every builtin is in a table");
                format!("unsafe.{name}")
            }
        }
    }
}

/// The declaration behind a type name.
#[derive(Debug, Default)]
pub struct TypeDecl {
    /// An alias has no `Named` type: `Object::ty` is what it stands for.
    pub alias: bool,
    /// The type's own parameters; of a generic type in a generic function, the function's ones before them.
    pub type_params: OnceLock<Box<[TypeId]>>,
    /// For a type without own parameters declared inside a generic function: that function's type parameters. `subst` treats the type
    /// as if it had been declared with them.
    pub outer_params: Box<[TypeId]>,
    /// The underlying type of the declared type (in terms of its type parameters).
    pub underlying: OnceLock<TypeId>,
    /// The `Func` objects of the methods, in source order; their types are in terms of the type's own type
    /// parameters, whatever the receiver calls them.
    pub methods: OnceLock<Box<[ObjectId]>>,
}

/// What is special about a function.
#[derive(Debug, Default)]
pub struct FuncDecl {
    /// The declared type (never a pointer) this is a method of.
    pub recv_named: OnceLock<TypeId>,
    /// Whether the receiver is a pointer.
    pub ptr_recv: bool,
    pub is_method: bool,
    /// Declared without a body (assembly or linkname).
    pub bodyless: bool,
}

#[derive(Debug)]
pub enum ObjectKind {
    Const(OnceLock<Const>),
    TypeName(TypeDecl),
    Var(VarKind),
    Func(FuncDecl),
    PkgName(PackageId),
    Builtin(Builtin),
    Nil,
    Label,
}

#[derive(Debug)]
pub struct Object {
    pub name: Name,
    /// `None` for what is predeclared.
    pub pkg: Option<PackageId>,
    /// Where the name is declared.
    pub span: Span,
    pub kind: ObjectKind,
    pub(crate) ty: OnceLock<TypeId>,
}

impl Object {
    /// The object's type; `Invalid` as long as it is not known. For a type name, the type it names.
    pub fn ty(&self) -> TypeId {
        self.ty.get().copied().unwrap_or(TypeId::INVALID)
    }

    pub fn is_exported(&self) -> bool {
        self.name.is_exported()
    }

    pub fn type_decl(&self) -> Option<&TypeDecl> {
        match &self.kind {
            ObjectKind::TypeName(decl) => Some(decl),
            _ => None,
        }
    }

    pub fn func_decl(&self) -> Option<&FuncDecl> {
        match &self.kind {
            ObjectKind::Func(decl) => Some(decl),
            _ => None,
        }
    }

    pub fn var_kind(&self) -> Option<VarKind> {
        match self.kind {
            ObjectKind::Var(kind) => Some(kind),
            _ => None,
        }
    }

    /// The value of a constant that was checked without error.
    pub fn const_value(&self) -> Option<&Const> {
        match &self.kind {
            ObjectKind::Const(value) => value.get(),
            _ => None,
        }
    }
}
