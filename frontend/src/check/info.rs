//! What checking a package produces: side tables over its syntax tree.
//!
//! Tables are indexed by [`NodeId`]. Where the package has no errors, every expression that is evaluated (and every
//! type expression) has an entry in `types`, and no entry has an untyped type except `nil` handed to a
//! predeclared function, and constants whose value is used by no one.

use std::collections::HashMap;

use crate::ast::NodeId;
use crate::constant::Const;
use crate::diagnostic::Diagnostic;
use crate::span::FileId;
use crate::types::{Builtin, ObjectId, PackageId, Step, Target, TypeId};

/// What kind of thing an expression is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Invalid,
    /// A call without results.
    NoValue,
    /// A predeclared function in call position.
    Builtin(Builtin),
    /// The expression denotes a type.
    Type,
    /// The value is in `TypeInfo::value`.
    Constant,
    /// Addressable.
    Variable,
    /// `m[k]`: not addressable, but assignable; may be used with `, ok`.
    MapIndex,
    Value,
    /// The predeclared nil, with the type it was converted to.
    Nil,
    /// Type assertion or receive; may be used with `, ok`.
    CommaOk,
}

/// What is known about an expression.
#[derive(Clone, PartialEq, Debug)]
pub struct TypeInfo {
    pub mode: Mode,
    /// The final type: an untyped operand has the type the context gave it. A call with several results, and a
    /// `, ok` expression used with two left sides, has a tuple type.
    pub ty: TypeId,
    pub value: Option<Const>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SelectionKind {
    FieldVal,
    MethodVal,
    MethodExpr,
}

/// `x.f` where x is no package.
///
/// To evaluate: for each step of `path`, follow the pointer first if `deref`, then take the field. A field selection
/// ends there. For a method, the value reached is the receiver operand: take its address if `addr_of`, load
/// through it if `deref_recv`.
#[derive(Clone, PartialEq, Debug)]
pub struct Selection {
    pub kind: SelectionKind,
    /// Type of `x` (or, for a method expression, the type `T` in `T.f`).
    pub recv: TypeId,
    pub target: Target,
    pub path: Box<[Step]>,
    /// A pointer was followed on the way.
    pub indirect: bool,
    /// The method wants a pointer and the value is addressable.
    pub addr_of: bool,
    /// The method wants a value and there is a pointer to it.
    pub deref_recv: bool,
    /// Type of the whole selector: of the field, of the method value, or of the function a method expression is
    /// (receiver first).
    pub ty: TypeId,
}

/// A use of a generic function or type with its type arguments, given or inferred.
#[derive(Clone, PartialEq, Debug)]
pub struct Instance {
    pub targs: Box<[TypeId]>,
    /// The instantiated type or signature.
    pub ty: TypeId,
}

/// One assignment of package initialisation, in execution order.
#[derive(Clone, PartialEq, Debug)]
pub struct Initializer {
    /// Several for `var a, b = f()`; blank ones included.
    pub lhs: Vec<ObjectId>,
    /// The node of the initialising expression.
    pub rhs: NodeId,
}

/// The side tables.
#[derive(Debug, Default)]
pub struct Info {
    types: Vec<Option<TypeInfo>>,
    defs: Vec<Option<ObjectId>>,
    uses: Vec<Option<ObjectId>>,
    /// `x.f`, by the selector expression.
    pub selections: HashMap<NodeId, Selection>,
    /// By the identifier (of a qualified name: its last part) that names the generic function or type.
    pub instances: HashMap<NodeId, Instance>,
    /// The variable of each type-switch clause, by the clause; the embedded-field name, dot imports and such have none.
    pub implicits: HashMap<NodeId, ObjectId>,
    /// For each function literal, by its expression: the variables of enclosing functions it uses, in order of first
    /// use.
    pub captures: HashMap<NodeId, Vec<ObjectId>>,
    /// Package-level variables with initialisers, in the order they are initialised.
    pub init_order: Vec<Initializer>,
    /// The object of every function declaration (by `FuncDecl::id`), methods, `init` and `_` included.
    pub funcs: HashMap<NodeId, ObjectId>,
    /// The receiver, parameter and result variables of each function, by declaration or function literal.
    pub signatures: HashMap<NodeId, SignatureVars>,
    /// Labels: the statement's ident and each use to the label object is in `defs` and `uses`.
    pub labels_used: Vec<ObjectId>,
}

/// The variables of a function, unnamed and blank ones included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignatureVars {
    pub recv: Option<ObjectId>,
    pub params: Vec<ObjectId>,
    pub results: Vec<ObjectId>,
    /// Of a generic function, or of the receiver's type.
    pub type_params: Vec<TypeId>,
}

impl Info {
    /// Tables for a package of `len` nodes.
    pub fn new(len: usize) -> Info {
        Info { types: vec![None; len], defs: vec![None; len], uses: vec![None; len], ..Info::default() }
    }

    fn slot<T: Clone>(table: &mut Vec<Option<T>>, id: NodeId) -> &mut Option<T> {
        if id.index() >= table.len() {
            table.resize(id.index() + 1, None);
        }
        &mut table[id.index()]
    }

    /// What is known about an expression.
    pub fn type_info(&self, id: NodeId) -> Option<&TypeInfo> {
        self.types.get(id.index())?.as_ref()
    }

    /// The type of an expression; `Invalid` if there is none.
    pub fn type_of(&self, id: NodeId) -> TypeId {
        self.type_info(id).map_or(TypeId::INVALID, |info| info.ty)
    }

    /// The value of a constant expression.
    pub fn value_of(&self, id: NodeId) -> Option<&Const> {
        self.type_info(id)?.value.as_ref()
    }

    /// Everything that is declared, in no order that matters.
    pub fn declared(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.defs.iter().flatten().copied()
    }

    /// The object an identifier declares. Blank identifiers on the left of `:=` declare nothing.
    pub fn def(&self, id: NodeId) -> Option<ObjectId> {
        *self.defs.get(id.index())?
    }

    /// The object an identifier refers to. A name on the left of `:=` that is not new is a use.
    pub fn use_of(&self, id: NodeId) -> Option<ObjectId> {
        *self.uses.get(id.index())?
    }

    pub fn set_type(&mut self, id: NodeId, info: TypeInfo) {
        *Self::slot(&mut self.types, id) = Some(info);
    }

    pub(super) fn type_info_mut(&mut self, id: NodeId) -> Option<&mut TypeInfo> {
        self.types.get_mut(id.index())?.as_mut()
    }

    pub fn set_def(&mut self, id: NodeId, object: ObjectId) {
        *Self::slot(&mut self.defs, id) = Some(object);
    }

    pub fn set_use(&mut self, id: NodeId, object: ObjectId) {
        *Self::slot(&mut self.uses, id) = Some(object);
    }
}

/// A package after checking.
#[derive(Debug)]
pub struct Checked {
    pub package: PackageId,
    pub info: Info,
    /// Unsorted; `diagnostic::render_all` sorts.
    pub diagnostics: Vec<Diagnostic>,
    /// The files written for a version before Go 1.22: their loops have one variable for all iterations.
    pub old_loops: Vec<FileId>,
}

impl Checked {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == crate::diagnostic::Severity::Error)
    }
}
