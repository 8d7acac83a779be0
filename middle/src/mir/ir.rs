//! The data structures of MIR.

use indexmap::IndexMap;

macro_rules! entity {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub u32);
        impl $name {
            pub fn index(self) -> usize { self.0 as usize }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { std::fmt::Display::fmt(self, f) }
        }
    };
}
entity!(/// An SSA value: an instruction's result or a block parameter.
    Value, "v");
entity!(/// A basic block; `bb0` is the entry and its parameters are the function's.
    Block, "bb");
entity!(/// An instruction of one function.
    Inst, "i");
entity!(/// A stack object of one function.
    Slot, "slot");
entity!(/// A symbol of the module: a function or a data global, defined here or elsewhere.
    Symbol, "@");
entity!(/// An interned memory layout of the module.
    LayoutId, "layout");
entity!(
    /// A source position: file, line, column and the chain of inlined calls around it.
    PosId, "pos");

impl PosId {
    /// No position: compiler-made code of no line.
    pub const NONE: PosId = PosId(0);
}

/// The scalar types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// One bit, 0 or 1; in memory a byte.
    Bool,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    /// A pointer the collector knows: to a heap object, a stack object, a global, or nil; interior ones allowed.
    Ptr,
    /// A code address or a pointer outside the collected heap; never traced or moved.
    Raw,
}

impl Ty {
    /// Size in memory, bytes.
    pub fn size(self) -> u64 {
        match self {
            Ty::Bool | Ty::I8 => 1,
            Ty::I16 => 2,
            Ty::I32 | Ty::F32 => 4,
            Ty::I64 | Ty::F64 | Ty::Ptr | Ty::Raw => 8,
        }
    }
    pub fn is_int(self) -> bool {
        matches!(self, Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64)
    }
    pub fn is_float(self) -> bool {
        matches!(self, Ty::F32 | Ty::F64)
    }
}

/// The shape of a memory object as copying and collecting need it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    /// Bytes, a multiple of `align`.
    pub size: u64,
    /// Bytes, at most 8 (16 for stack slots the back end over-aligns itself).
    pub align: u64,
    /// Indices of the 8-byte words that hold a `Ptr`, ascending.
    pub ptr_words: Vec<u32>,
}

/// A function signature in scalars.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Signature {
    pub params: Vec<Ty>,
    pub results: Vec<Ty>,
    /// The callee reads a closure context (its function value's pointer) from the context register.
    pub context: bool,
}

/// Integer and float arithmetic on two operands of one type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    /// Signed division truncated towards zero; the divisor is not zero (a `check_div` precedes), MinInt / -1 = MinInt.
    SDiv,
    /// Divisor not zero.
    UDiv,
    /// MinInt % -1 = 0; divisor not zero.
    SRem,
    URem,
    And,
    Or,
    Xor,
    AndNot,
    /// The count operand is an unsigned I64 of any size; counts of the width and above give 0 (`AShr`: the sign).
    Shl,
    LShr,
    AShr,
    /// High 64 bits of the unsigned 64×64 product.
    UMulHigh,
    /// Rotation left, the count (I64) taken modulo the width.
    RotL,
    /// Of two I64: a bit for each of the eight bytes, the lowest first, that is the same in both. Only on amd64.
    EqBytes,
    FAdd,
    FSub,
    FMul,
    FDiv,
    /// Go's min and max on floats: NaN if either is, -0 < +0.
    FMin,
    FMax,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnOp {
    /// Two's complement.
    Neg,
    Not,
    FNeg,
    FSqrt,
    FFloor,
    FCeil,
    FTrunc,
    FRoundEven,
    FAbs,
    /// Counts of leading and trailing zero bits; the width for 0. Result of the operand's type.
    Clz,
    Ctz,
    Popcount,
    ByteSwap,
    BitReverse,
    /// Of an I64: the top bits of its eight bytes, that of the lowest first. Only on amd64.
    SignBytes,
}

/// Comparison; the result is Bool. Float comparisons are ordered (false on NaN) but for `Ne`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CmpOp {
    Eq,
    Ne,
    SLt,
    SLe,
    SGt,
    SGe,
    ULt,
    ULe,
    UGt,
    UGe,
    FEq,
    FNe,
    FLt,
    FLe,
    FGt,
    FGe,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConvOp {
    Trunc,
    ZExt,
    SExt,
    SIntToFloat,
    UIntToFloat,
    /// Out of range and NaN: what gc's instruction sequence gives on the target, never poison.
    FloatToSInt,
    FloatToUInt,
    FloatExt,
    FloatTrunc,
    /// Same size, I32/F32 or I64/F64.
    Bitcast,
    /// `uintptr(p)`: opaque to the optimiser, so that no copy of the bits outlives a safepoint unseen.
    PtrToInt,
    /// `unsafe.Pointer(u)`: opaque likewise.
    IntToPtr,
    RawToInt,
    IntToRaw,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AtomicOp {
    Load,
    Store,
    Exchange,
    CompareExchange,
    Add,
    And,
    Or,
}

/// Which bounds check failed; selects gc's panic text. Operands are (index, length), unsigned comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BoundsKind {
    /// `s[i]`, needs i < n.
    Index,
    /// `s[?:j]` on a string or array, needs j <= n (n the length).
    SliceAlen,
    /// `s[?:j]` on a slice, needs j <= n (n the capacity).
    SliceAcap,
    /// `s[i:j]`, needs i <= j.
    SliceB,
    /// `s[::k]` on an array, needs k <= n.
    Slice3Alen,
    /// `s[::k]`, needs k <= cap.
    Slice3Acap,
    /// `s[:j:k]`, needs j <= k.
    Slice3B,
    /// `s[i:j:]`, needs i <= j.
    Slice3C,
    /// Slice to array conversion, needs the array's length (index) <= slice's length.
    Convert,
}

/// Who is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Callee {
    /// A Go function or an assembly thunk, by symbol.
    Direct(Symbol),
    /// A function value: operand 0 is a `Ptr` to a closure object whose first word is the code address; it is
    /// also passed as the context. Nil is checked by a `nil_check` before.
    Closure,
    /// A code address: operand 0 is `Raw`, the rest are the arguments.
    Code,
    /// A method of an interface: as `Code`, the address being slot `index` of an itab of the interface type of that
    /// descriptor. What no such call names, no itab and no method table need hold.
    Method { iface: Symbol, index: u32 },
    /// A runtime function (see `ingot_abi::RuntimeFn`), by symbol; kind and signature are the table's.
    Runtime(Symbol),
}

/// What an instruction does. Operand order is that of the fields.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// An integer or Bool constant, truncated to the type.
    Int(Ty, i64),
    /// A float constant by its bits (F32: the low 32).
    Float(Ty, u64),
    /// The nil pointer, `Ptr` or `Raw`.
    Null(Ty),
    /// Address of a data symbol plus a byte offset: a `Ptr`.
    GlobalAddr(Symbol, i64),
    /// Code address of a function: a `Raw`.
    FuncAddr(Symbol),
    /// Address of a stack slot: a `Ptr`.
    SlotAddr(Slot),
    /// The closure context of the running function: a `Ptr`. Only in functions whose signature has `context`.
    Context,
    Bin(BinOp, Value, Value),
    Un(UnOp, Value),
    Cmp(CmpOp, Value, Value),
    Conv(ConvOp, Ty, Value),
    /// `cond ? a : b`.
    Select(Value, Value, Value),
    /// Fused multiply-add a*b+c, rounded once.
    Fma(Value, Value, Value),
    /// Address arithmetic: base + offset, inside one object or one past its end: a `Ptr` of the same base. A `Raw`
    /// base gives a `Raw`.
    PtrAdd {
        base: Value,
        offset: i64,
    },
    /// base + index * scale + offset; the index is I64. A `Ptr` of the same base, or a `Raw`.
    PtrIndex {
        base: Value,
        index: Value,
        scale: u64,
        offset: i64,
    },
    /// A load of a scalar; naturally aligned. The pointer is not nil (a `nil_check` precedes where it might be).
    Load {
        ty: Ty,
        ptr: Value,
        volatile: bool,
    },
    /// A store of a scalar. Pointer stores get a write barrier unless `nowb` (proven fresh or off-heap).
    Store {
        ptr: Value,
        val: Value,
        nowb: bool,
        volatile: bool,
    },
    /// Sequentially consistent atomic of a scalar. Args: Load(), Store(v), Exchange(v), CompareExchange(old, new) -> Bool,
    /// Add(v), And(v), Or(v); Add gives the new value, And, Or and Exchange the old one.
    Atomic {
        op: AtomicOp,
        ty: Ty,
        ptr: Value,
        args: Vec<Value>,
    },
    /// Copies one object of the layout; regions are equal or do not overlap. Barriers as for `Store`.
    MemCopy {
        dst: Value,
        src: Value,
        layout: LayoutId,
        nowb: bool,
    },
    /// Zeroes one object of the layout.
    MemZero {
        dst: Value,
        layout: LayoutId,
        nowb: bool,
    },
    /// A zeroed heap object of the type described by the descriptor symbol: a `Ptr`, never nil. A safepoint.
    AllocHeap {
        layout: LayoutId,
        type_desc: Symbol,
    },
    /// Panics with gc's nil dereference error if the pointer is nil.
    NilCheck(Value),
    /// Panics with gc's text for the kind unless (index, length) satisfies it; both I64. `signed`: the index as the
    /// user wrote it was signed, so that a negative one is shown so.
    BoundsCheck {
        kind: BoundsKind,
        index: Value,
        len: Value,
        signed: bool,
    },
    /// Panics "integer divide by zero" if the operand is 0.
    DivCheck(Value),
    /// Panics "negative shift amount" if the I64 operand is below 0.
    ShiftCheck(Value),
    /// A call; results are the instruction's. A safepoint unless the callee is a leaf runtime function.
    Call {
        callee: Callee,
        sig: Signature,
        args: Vec<Value>,
    },
    /// Keeps the value alive up to here (`runtime.KeepAlive`, uintptrkeepalive arguments).
    KeepAlive(Value),
}

/// How a block ends.
#[derive(Clone, PartialEq, Debug)]
pub enum Terminator {
    Jump(Block, Vec<Value>),
    Branch {
        cond: Value,
        then: (Block, Vec<Value>),
        els: (Block, Vec<Value>),
    },
    /// Cases are compared with the integer value; no case twice.
    Switch {
        value: Value,
        cases: Vec<(i64, Block)>,
        default: Block,
    },
    Return(Vec<Value>),
    /// Control does not come here: after a call that never returns.
    Unreachable,
}

#[derive(Clone, PartialEq, Debug)]
pub struct InstData {
    pub op: Op,
    pub results: Vec<Value>,
    pub pos: PosId,
}

#[derive(Clone, PartialEq, Debug)]
pub struct BlockData {
    pub params: Vec<Value>,
    pub insts: Vec<Inst>,
    /// `None` only while the block is being built.
    pub term: Option<Terminator>,
    pub term_pos: PosId,
}

#[derive(Clone, PartialEq, Debug)]
pub struct SlotData {
    pub layout: LayoutId,
    /// The variable's name, for dumps and debuggers.
    pub name: String,
}

/// A function body.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Func {
    pub sig: Signature,
    pub values: Vec<Ty>,
    pub insts: Vec<InstData>,
    pub blocks: Vec<BlockData>,
    pub slots: Vec<SlotData>,
    /// Where control continues after a recovered panic: every call, check and fault of the function outside this
    /// block's region can unwind to it. It has no parameters, runs the remaining deferred calls and returns the
    /// named results from their slots. `None`: the function defers nothing.
    pub recover: Option<Block>,
    pub pragmas: Pragmas,
    /// Line of the `func` keyword, for tracebacks and profiles.
    pub start: PosId,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pragmas {
    /// No prologue check and no polls.
    pub nosplit: bool,
    pub noinline: bool,
    /// Compiler-made (method wrapper, bound method, init): left out of tracebacks and recover's frame count.
    pub wrapper: bool,
}

/// One pointer-sized or relative slot of a data global.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reloc {
    pub offset: u64,
    pub target: Symbol,
    pub addend: i64,
    pub kind: RelocKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelocKind {
    /// 8 bytes, the absolute address.
    Abs64,
    /// 4 bytes, the absolute address: programs lie below 2 GB.
    Abs32,
}

/// A data global.
#[derive(Clone, PartialEq, Debug)]
pub struct Data {
    pub layout: LayoutId,
    /// Initial bytes; shorter than the size means zeroes follow.
    pub bytes: Vec<u8>,
    pub relocs: Vec<Reloc>,
    pub read_only: bool,
}

/// What a symbol stands for.
#[derive(Clone, PartialEq, Debug)]
pub enum Def {
    /// Defined in another unit, in the runtime archive or in assembly. `Some`: a function of this signature.
    Extern(Option<Signature>),
    Func(Func),
    Data(Data),
}

#[derive(Clone, PartialEq, Debug)]
pub struct SymbolData {
    pub def: Def,
    /// Several units may hold it with the same content (type descriptors, itabs, shape instances, wrappers, strings);
    /// the driver keeps one.
    pub dedup: bool,
}

/// A file, line and column, and where it was inlined.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Position {
    /// Index into `Module::files`.
    pub file: u32,
    pub line: u32,
    pub col: u32,
    /// The function whose source this is (its user-visible name, an index into `Module::func_names`).
    pub func: u32,
    /// The call it was inlined at.
    pub inlined_at: Option<PosId>,
}

/// A module: one package, or one code-generation unit.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Module {
    /// Symbols by linker name, in a deterministic order; a [`Symbol`] is an index.
    pub symbols: IndexMap<String, SymbolData>,
    pub layouts: indexmap::IndexSet<Layout>,
    pub files: indexmap::IndexSet<String>,
    pub func_names: indexmap::IndexSet<String>,
    /// Index 0 is `PosId::NONE`.
    pub positions: indexmap::IndexSet<Position>,
}

impl Module {
    pub fn new() -> Module {
        let mut m = Module::default();
        m.files.insert(String::new());
        m.func_names.insert(String::new());
        m.positions.insert(Position { file: 0, line: 0, col: 0, func: 0, inlined_at: None });
        m
    }

    pub fn layout(&mut self, layout: Layout) -> LayoutId {
        LayoutId(self.layouts.insert_full(layout).0 as u32)
    }

    pub fn layout_of(&self, id: LayoutId) -> &Layout {
        &self.layouts[id.index()]
    }

    pub fn position(&mut self, p: Position) -> PosId {
        PosId(self.positions.insert_full(p).0 as u32)
    }

    /// The symbol of that name, declared as `Extern(sig)` if it is new.
    pub fn declare(&mut self, name: &str, sig: Option<Signature>) -> Symbol {
        if let Some(i) = self.symbols.get_index_of(name) {
            return Symbol(i as u32);
        }
        Symbol(self.symbols.insert_full(name.to_owned(), SymbolData { def: Def::Extern(sig), dedup: false }).0 as u32)
    }

    /// Gives the symbol its definition.
    pub fn define(&mut self, sym: Symbol, def: Def, dedup: bool) {
        self.symbols[sym.index()] = SymbolData { def, dedup };
    }

    pub fn name_of(&self, sym: Symbol) -> &str {
        self.symbols.get_index(sym.index()).expect("symbol of this module").0
    }
}

impl Func {
    pub fn new_block(&mut self) -> Block {
        self.blocks.push(BlockData { params: Vec::new(), insts: Vec::new(), term: None, term_pos: PosId::NONE });
        Block(self.blocks.len() as u32 - 1)
    }

    pub fn new_value(&mut self, ty: Ty) -> Value {
        self.values.push(ty);
        Value(self.values.len() as u32 - 1)
    }

    pub fn block_param(&mut self, block: Block, ty: Ty) -> Value {
        let v = self.new_value(ty);
        self.blocks[block.index()].params.push(v);
        v
    }

    pub fn ty(&self, v: Value) -> Ty {
        self.values[v.index()]
    }

    /// Appends an instruction; its results get their types from [`Func::result_types`].
    pub fn push(&mut self, block: Block, op: Op, pos: PosId) -> Inst {
        let results = self.result_types(&op).into_iter().map(|t| self.new_value(t)).collect();
        self.insts.push(InstData { op, results, pos });
        let inst = Inst(self.insts.len() as u32 - 1);
        self.blocks[block.index()].insts.push(inst);
        inst
    }

    /// The types of an instruction's results.
    pub fn result_types(&self, op: &Op) -> Vec<Ty> {
        match op {
            Op::Int(t, _) | Op::Float(t, _) | Op::Null(t) | Op::Conv(_, t, _) => vec![*t],
            Op::GlobalAddr(..) | Op::SlotAddr(_) | Op::Context | Op::AllocHeap { .. } => vec![Ty::Ptr],
            Op::FuncAddr(_) => vec![Ty::Raw],
            Op::PtrAdd { base, .. } | Op::PtrIndex { base, .. } => vec![self.ty(*base)],
            Op::Bin(_, a, _) | Op::Un(_, a) | Op::Select(_, a, _) | Op::Fma(a, _, _) => vec![self.ty(*a)],
            Op::Cmp(..) => vec![Ty::Bool],
            Op::Load { ty, .. } => vec![*ty],
            Op::Atomic { op, ty, .. } => match op {
                AtomicOp::Store => vec![],
                AtomicOp::CompareExchange => vec![Ty::Bool],
                _ => vec![*ty],
            },
            Op::Call { sig, .. } => sig.results.clone(),
            Op::Store { .. }
            | Op::MemCopy { .. }
            | Op::MemZero { .. }
            | Op::NilCheck(_)
            | Op::BoundsCheck { .. }
            | Op::DivCheck(_)
            | Op::ShiftCheck(_)
            | Op::KeepAlive(_) => vec![],
        }
    }
}
