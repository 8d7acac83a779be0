//! The syntax tree of a Go file.
//!
//! Types and expressions share one [`Expr`]: only the checker can tell
//! `f(x)` the call from `f(x)` the conversion, or `a[i]` from `G[T]`.
//!
//! Invariants
//! - The tree is plain owned data and knows nothing of meaning. What the
//!   checker learns lives in side tables indexed by [`NodeId`].
//! - Ids are dense over the files of one package: parse them all with one
//!   [`NodeIds`].
//! - `ExprKind::Ident(i)` has `i.id == expr.id` and `i.span == expr.span`.
//! - A construct that could not be parsed is `Bad`, and then the parser has
//!   reported an error.

use std::fmt;

use crate::span::{FileId, Pos, Span};
use crate::symbol::Symbol;

pub use crate::dump::dump;

/// A node of the package being compiled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

/// Hands out the ids of one package, from 0 without gaps.
#[derive(Debug, Default)]
pub struct NodeIds {
    next: u32,
}

impl NodeIds {
    pub fn new() -> NodeIds {
        NodeIds::default()
    }

    pub fn fresh(&mut self) -> NodeId {
        let id = NodeId(self.next);
        self.next += 1;
        id
    }

    /// How many ids were handed out: the length of a side table.
    pub fn len(&self) -> usize {
        self.next as usize
    }

    pub fn is_empty(&self) -> bool {
        self.next == 0
    }
}

// ---- files ----

#[derive(Clone, Debug)]
pub struct File {
    pub id: FileId,
    pub span: Span,
    /// Position of the keyword `package`.
    pub package: Pos,
    pub name: Ident,
    /// Every directive of the file, in source order, attached ones included.
    pub directives: Vec<Directive>,
    pub decls: Vec<Decl>,
}

impl File {
    /// The imports in source order.
    pub fn imports(&self) -> impl Iterator<Item = &ImportSpec> {
        self.decls.iter().flat_map(|d| match d {
            Decl::Import(group) => group.specs.as_slice(),
            _ => &[],
        })
    }
}

/// A comment that speaks to the tool chain: `//go:…`, `//export …`,
/// `//line …`, `/*line …*/`, `// +build …`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    pub span: Span,
    /// First word without the slashes: `go:noinline`, `export`, `line`.
    pub name: Symbol,
    /// The rest of the line, trimmed.
    pub args: Box<str>,
}

#[derive(Clone, Debug)]
pub enum Decl {
    Import(Group<ImportSpec>),
    Const(Group<ConstSpec>),
    Type(Group<TypeSpec>),
    Var(Group<VarSpec>),
    Func(Box<FuncDecl>),
    /// Reported as a syntax error already.
    Bad(Span),
}

impl Decl {
    pub fn span(&self) -> Span {
        match self {
            Decl::Import(g) => g.span,
            Decl::Const(g) => g.span,
            Decl::Type(g) => g.span,
            Decl::Var(g) => g.span,
            Decl::Func(f) => f.span,
            Decl::Bad(span) => *span,
        }
    }
}

/// `var x int` or `var ( … )`.
#[derive(Clone, Debug)]
pub struct Group<S> {
    /// Starts at the keyword.
    pub span: Span,
    pub parenthesized: bool,
    pub specs: Vec<S>,
}

#[derive(Clone, Debug)]
pub struct ImportSpec {
    pub id: NodeId,
    pub span: Span,
    /// `_` and `.` included.
    pub name: Option<Ident>,
    pub path: BasicLit,
    /// Comments right above the declaration: the C text of `import "C"`.
    pub doc: Option<Span>,
}

#[derive(Clone, Debug)]
pub struct ConstSpec {
    pub id: NodeId,
    pub span: Span,
    pub names: Vec<Ident>,
    pub ty: Option<Expr>,
    pub values: Vec<Expr>,
    /// Index of the spec in its group.
    pub iota: u32,
    /// For a spec without type and values: index in the group of the spec
    /// whose type and values it repeats (with its own iota).
    pub repeats: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct TypeSpec {
    pub id: NodeId,
    pub span: Span,
    pub name: Ident,
    pub type_params: Option<FieldList>,
    /// Position of the `=` of an alias.
    pub assign: Option<Pos>,
    pub ty: Expr,
    pub directives: Vec<Directive>,
}

impl TypeSpec {
    pub fn is_alias(&self) -> bool {
        self.assign.is_some()
    }
}

#[derive(Clone, Debug)]
pub struct VarSpec {
    pub id: NodeId,
    pub span: Span,
    pub names: Vec<Ident>,
    pub ty: Option<Expr>,
    pub values: Vec<Expr>,
    /// `go:embed`, `go:linkname` and the like right above.
    pub directives: Vec<Directive>,
}

#[derive(Clone, Debug)]
pub struct FuncDecl {
    pub id: NodeId,
    /// From the keyword `func` to the end of the body or signature.
    pub span: Span,
    /// As written; a valid program has exactly one field with at most one name.
    pub recv: Option<FieldList>,
    pub name: Ident,
    pub type_params: Option<FieldList>,
    pub sig: FuncType,
    /// None for functions implemented elsewhere (assembly, linkname).
    pub body: Option<Block>,
    pub directives: Vec<Directive>,
}

/// Parameters, results, type parameters or a receiver.
#[derive(Clone, Debug)]
pub struct FieldList {
    /// With its parentheses or brackets, if it has them.
    pub span: Span,
    pub fields: Vec<Field>,
}

impl FieldList {
    /// How many values: a field without names counts once.
    pub fn count(&self) -> usize {
        self.fields.iter().map(|f| f.names.len().max(1)).sum()
    }
}

/// `a, b T`, or `T` alone.
#[derive(Clone, Debug)]
pub struct Field {
    pub id: NodeId,
    pub span: Span,
    pub names: Vec<Ident>,
    /// `ExprKind::Ellipsis` for a variadic parameter; for a type parameter
    /// the constraint, with `|` as `Binary` and `~` as `Unary`. The names of
    /// one field share it.
    pub ty: Expr,
}

// ---- expressions and types ----

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ident {
    pub id: NodeId,
    pub span: Span,
    pub name: Symbol,
}

impl Ident {
    pub fn is_blank(&self) -> bool {
        self.name.is_blank()
    }

    pub fn as_str(&self) -> &'static str {
        self.name.as_str()
    }
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub id: NodeId,
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Bad,
    Ident(Ident),
    BasicLit(BasicLit),
    /// Type absent for the inner `{…}` of nested literals.
    CompositeLit {
        ty: Option<Box<Expr>>,
        lbrace: Pos,
        elems: Vec<Expr>,
        rbrace: Pos,
    },
    FuncLit(Box<FuncLit>),
    Paren(Box<Expr>),
    /// `x.name`: field, method, package member; also a qualified type.
    Selector {
        operand: Box<Expr>,
        name: Ident,
    },
    /// `x[i]` or the instantiation `G[A, B]`; at least one index.
    Index {
        operand: Box<Expr>,
        lbrack: Pos,
        indices: Vec<Expr>,
        rbrack: Pos,
    },
    /// `x[lo:hi]`, `x[lo:hi:max]`.
    Slice(Box<SliceExpr>),
    /// `x.(T)`; `x.(type)` occurs in a type switch only, see [`TypeSwitchStmt`].
    TypeAssert {
        operand: Box<Expr>,
        lparen: Pos,
        ty: Box<Expr>,
        rparen: Pos,
    },
    /// Call, conversion or builtin.
    Call(Box<CallExpr>),
    /// `*x`: dereference or pointer type.
    Star(Box<Expr>),
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    /// Also `|` of constraint unions.
    Binary {
        op: BinaryOp,
        op_pos: Pos,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// An element of a composite literal.
    KeyValue {
        key: Box<Expr>,
        colon: Pos,
        value: Box<Expr>,
    },
    /// `[n]T`; `[...]T` has an `Ellipsis(None)` as length.
    ArrayType {
        len: Box<Expr>,
        elem: Box<Expr>,
    },
    SliceType(Box<Expr>),
    StructType(Box<StructType>),
    FuncType(Box<FuncType>),
    InterfaceType(Box<InterfaceType>),
    MapType {
        key: Box<Expr>,
        value: Box<Expr>,
    },
    ChanType {
        dir: ChanDir,
        elem: Box<Expr>,
    },
    /// `...T` of a variadic parameter, or `...` as the length of an array.
    Ellipsis(Option<Box<Expr>>),
}

impl Expr {
    /// Where gc places this node: binary expressions at the operator, what is
    /// appended to an operand (selectors, indices, calls) where it begins,
    /// everything else at its start.
    pub fn pos(&self) -> Pos {
        match &self.kind {
            ExprKind::Binary { op_pos, .. } => *op_pos,
            ExprKind::KeyValue { colon, .. } => *colon,
            ExprKind::Index { lbrack, .. } => *lbrack,
            ExprKind::Slice(slice) => slice.lbrack,
            ExprKind::Call(call) => call.lparen,
            // The dot stands right before, but for comments and newlines.
            ExprKind::Selector { name, .. } => Pos { offset: name.span.lo.saturating_sub(1), ..name.span.start() },
            ExprKind::TypeAssert { lparen, .. } => Pos { offset: lparen.offset.saturating_sub(1), ..*lparen },
            _ => self.span.start(),
        }
    }

    /// Where gc has this expression start. That is its first token, but for slice expressions (the `[`) and function
    /// types (the `(`).
    pub fn start(&self) -> Pos {
        let mut e = self;
        loop {
            e = match &e.kind {
                ExprKind::Slice(slice) => return slice.lbrack,
                ExprKind::FuncType(sig) => return sig.params.span.start(),
                ExprKind::Binary { left, .. } => left,
                ExprKind::KeyValue { key, .. } => key,
                ExprKind::Call(call) => &call.func,
                ExprKind::Index { operand, .. }
                | ExprKind::Selector { operand, .. }
                | ExprKind::TypeAssert { operand, .. } => operand,
                ExprKind::CompositeLit { ty: Some(ty), .. } => ty,
                _ => return e.span.start(),
            };
        }
    }

    /// The expression inside any number of parentheses.
    pub fn unparen(&self) -> &Expr {
        let mut e = self;
        while let ExprKind::Paren(inner) = &e.kind {
            e = inner;
        }
        e
    }

    pub fn as_ident(&self) -> Option<&Ident> {
        match &self.kind {
            ExprKind::Ident(i) => Some(i),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct BasicLit {
    pub span: Span,
    pub kind: LitKind,
    /// As in the source, quotes, prefixes and underscores included. Decode
    /// with [`crate::literal`].
    pub raw: Box<str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LitKind {
    Int,
    Float,
    Imaginary,
    Rune,
    String,
}

#[derive(Clone, Debug)]
pub struct FuncLit {
    pub sig: FuncType,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct SliceExpr {
    pub operand: Expr,
    pub lbrack: Pos,
    pub low: Option<Expr>,
    pub high: Option<Expr>,
    /// Present exactly for the form with two colons.
    pub max: Option<Expr>,
    pub rbrack: Pos,
}

#[derive(Clone, Debug)]
pub struct CallExpr {
    /// Function, type of a conversion, or builtin.
    pub func: Expr,
    pub lparen: Pos,
    pub args: Vec<Expr>,
    /// The `...` after the last argument.
    pub ellipsis: Option<Pos>,
    pub rparen: Pos,
}

#[derive(Clone, Debug)]
pub struct StructType {
    pub fields: Vec<StructField>,
}

#[derive(Clone, Debug)]
pub struct StructField {
    pub id: NodeId,
    pub span: Span,
    /// Empty for an embedded field.
    pub names: Vec<Ident>,
    /// Of an embedded field: `T`, `*T`, `p.T`, `G[A]`.
    pub ty: Expr,
    pub tag: Option<BasicLit>,
}

impl StructField {
    pub fn is_embedded(&self) -> bool {
        self.names.is_empty()
    }
}

/// A signature. `func` types have no type parameters.
#[derive(Clone, Debug)]
pub struct FuncType {
    pub span: Span,
    pub params: FieldList,
    /// None when nothing is written; `()` gives an empty list.
    pub results: Option<FieldList>,
}

#[derive(Clone, Debug)]
pub struct InterfaceType {
    pub elems: Vec<InterfaceElem>,
}

#[derive(Clone, Debug)]
pub enum InterfaceElem {
    Method(MethodSpec),
    /// An embedded interface or type, or a union: `A`, `~int | string`.
    Embedded(Expr),
}

#[derive(Clone, Debug)]
pub struct MethodSpec {
    pub id: NodeId,
    pub span: Span,
    pub name: Ident,
    pub sig: FuncType,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    Both,
    Send,
    Recv,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Neg,
    /// `!`
    Not,
    /// `^`
    BitNot,
    /// `&`
    Addr,
    /// `<-`
    Recv,
    /// `~`, in constraints only.
    Tilde,
}

impl UnaryOp {
    pub fn as_str(self) -> &'static str {
        match self {
            UnaryOp::Plus => "+",
            UnaryOp::Neg => "-",
            UnaryOp::Not => "!",
            UnaryOp::BitNot => "^",
            UnaryOp::Addr => "&",
            UnaryOp::Recv => "<-",
            UnaryOp::Tilde => "~",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    AndNot,
    LogAnd,
    LogOr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    pub fn as_str(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::And => "&",
            BinaryOp::Or => "|",
            BinaryOp::Xor => "^",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::AndNot => "&^",
            BinaryOp::LogAnd => "&&",
            BinaryOp::LogOr => "||",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
        }
    }

    /// The operator spelled `text`.
    pub fn parse(text: &str) -> Option<BinaryOp> {
        Some(match text {
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Sub,
            "*" => BinaryOp::Mul,
            "/" => BinaryOp::Div,
            "%" => BinaryOp::Rem,
            "&" => BinaryOp::And,
            "|" => BinaryOp::Or,
            "^" => BinaryOp::Xor,
            "<<" => BinaryOp::Shl,
            ">>" => BinaryOp::Shr,
            "&^" => BinaryOp::AndNot,
            "&&" => BinaryOp::LogAnd,
            "||" => BinaryOp::LogOr,
            "==" => BinaryOp::Eq,
            "!=" => BinaryOp::Ne,
            "<" => BinaryOp::Lt,
            "<=" => BinaryOp::Le,
            ">" => BinaryOp::Gt,
            ">=" => BinaryOp::Ge,
            _ => return None,
        })
    }

    /// Binding strength, 1 (`||`) to 5 (`*`).
    pub fn precedence(self) -> u8 {
        match self {
            BinaryOp::LogOr => 1,
            BinaryOp::LogAnd => 2,
            op if op.is_comparison() => 3,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or | BinaryOp::Xor => 4,
            _ => 5,
        }
    }

    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge)
    }

    pub fn is_shift(self) -> bool {
        matches!(self, BinaryOp::Shl | BinaryOp::Shr)
    }
}

// ---- statements ----

/// A `{…}` of a function body or statement: one scope.
#[derive(Clone, Debug)]
pub struct Block {
    pub id: NodeId,
    /// With its braces.
    pub span: Span,
    pub stmts: Vec<Stmt>,
}

impl Block {
    /// Position of the `}`, where gc reports `missing return`.
    pub fn rbrace(&self) -> Pos {
        Pos { file: self.span.file, offset: self.span.hi.saturating_sub(1).max(self.span.lo) }
    }
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub id: NodeId,
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    Bad,
    Empty,
    Expr(Expr),
    Send {
        chan: Expr,
        arrow: Pos,
        value: Expr,
    },
    IncDec {
        operand: Expr,
        op_pos: Pos,
        inc: bool,
    },
    /// `=` without `op`, `op=` with it (then one expression on each side).
    Assign {
        lhs: Vec<Expr>,
        op: Option<BinaryOp>,
        op_pos: Pos,
        rhs: Vec<Expr>,
    },
    /// `:=`. The left sides are identifiers in a valid program.
    Define {
        lhs: Vec<Expr>,
        op_pos: Pos,
        rhs: Vec<Expr>,
    },
    /// The operand of `go` is a call in a valid program.
    Go(Expr),
    Defer(Expr),
    Return(Vec<Expr>),
    Break(Option<Ident>),
    Continue(Option<Ident>),
    Goto(Ident),
    Fallthrough,
    Block(Block),
    If(Box<IfStmt>),
    Switch(Box<SwitchStmt>),
    TypeSwitch(Box<TypeSwitchStmt>),
    Select(Box<SelectStmt>),
    For(Box<ForStmt>),
    Range(Box<RangeStmt>),
    Labeled {
        label: Ident,
        stmt: Box<Stmt>,
    },
    /// Const, Type or Var.
    Decl(Box<Decl>),
}

#[derive(Clone, Debug)]
pub struct IfStmt {
    pub init: Option<Stmt>,
    pub cond: Expr,
    pub then: Block,
    /// `StmtKind::If` or `StmtKind::Block`.
    pub els: Option<Stmt>,
}

#[derive(Clone, Debug)]
pub struct SwitchStmt {
    pub init: Option<Stmt>,
    pub tag: Option<Expr>,
    pub lbrace: Pos,
    pub clauses: Vec<CaseClause>,
    pub rbrace: Pos,
}

/// `switch init; bind := operand.(type) { … }`. The variable of a clause
/// is keyed by the id of the clause.
#[derive(Clone, Debug)]
pub struct TypeSwitchStmt {
    pub init: Option<Stmt>,
    pub bind: Option<Ident>,
    pub operand: Expr,
    pub lbrace: Pos,
    pub clauses: Vec<CaseClause>,
    pub rbrace: Pos,
}

/// A clause of either switch: one scope.
#[derive(Clone, Debug)]
pub struct CaseClause {
    pub id: NodeId,
    pub span: Span,
    /// Values, or types and `nil`; empty for `default`.
    pub exprs: Vec<Expr>,
    pub is_default: bool,
    pub colon: Pos,
    pub body: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub struct SelectStmt {
    pub lbrace: Pos,
    pub clauses: Vec<CommClause>,
    pub rbrace: Pos,
}

#[derive(Clone, Debug)]
pub struct CommClause {
    pub id: NodeId,
    pub span: Span,
    /// Send, Expr, Assign or Define; None for `default`.
    pub comm: Option<Stmt>,
    pub colon: Pos,
    pub body: Vec<Stmt>,
}

/// `for {…}`, `for cond {…}`, `for init; cond; post {…}`.
#[derive(Clone, Debug)]
pub struct ForStmt {
    pub init: Option<Stmt>,
    pub cond: Option<Expr>,
    pub post: Option<Stmt>,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct RangeStmt {
    pub key: Option<Expr>,
    pub value: Option<Expr>,
    /// Left sides beyond two: an error for the checker to word.
    pub extra: Vec<Expr>,
    /// `:=` rather than `=`.
    pub define: bool,
    /// The `:=` or `=`, or the keyword `range` without either.
    pub op_pos: Pos,
    pub operand: Expr,
    pub body: Block,
}
