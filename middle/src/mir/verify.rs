//! The rules of MIR, checked.
//!
//! Module: layouts, positions, data and symbol references are in range and consistent. Function: blocks end with
//! one terminator, the entry's parameters are the signature's, every value is defined once and dominates its uses
//! (block arguments count as uses at the end of the jumping block), operands have the types their operation
//! wants, calls agree with what the callee's symbol declares, and the recover block (which control enters by
//! unwinding, so that no value of the body is at hand there) neither has parameters nor uses values from outside.
//!
//! Code in unreachable blocks is checked too, but for dominance, which says nothing there.

use std::collections::HashSet;
use std::fmt;

use super::cfg::Cfg;
use super::ir::*;
use super::names::Named;
use super::print::InstDisplay;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The function's symbol; empty for errors of the module's tables.
    pub func: String,
    pub block: Option<Block>,
    /// The text of the offending instruction or terminator, or empty.
    pub inst: String,
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.func.is_empty() {
            write!(f, "{}: ", self.func)?;
        }
        if let Some(b) = self.block {
            write!(f, "{b}: ")?;
        }
        if !self.inst.is_empty() {
            write!(f, "`{}`: ", self.inst)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for VerifyError {}

type Check = Result<(), String>;

macro_rules! ensure {
    ($cond:expr, $($message:tt)*) => {
        if !$cond {
            return Err(format!($($message)*));
        }
    };
}

/// Checks the tables and every function.
pub fn verify(module: &Module) -> Result<(), Vec<VerifyError>> {
    verify_module(module, true)
}

/// The same after passes: inlining brings casts by `unsafe` together with the objects they are made of, so that
/// accesses that do not fit a known object are no longer a sign of a mistake.
pub fn verify_optimised(module: &Module) -> Result<(), Vec<VerifyError>> {
    verify_module(module, false)
}

fn verify_module(module: &Module, objects: bool) -> Result<(), Vec<VerifyError>> {
    let mut errors = verify_tables(module);
    // Bodies index the tables, so these must be right first.
    if errors.is_empty() {
        for (name, data) in &module.symbols {
            if let Def::Func(func) = &data.def {
                errors.extend(Verifier::run(module, name, func, objects));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn verify_tables(module: &Module) -> Vec<VerifyError> {
    let mut errors = Vec::new();
    let mut note = |what: String, check: Check| {
        if let Err(message) = check {
            let message = format!("{what}: {message}");
            errors.push(VerifyError { func: String::new(), block: None, inst: String::new(), message });
        }
    };
    for (i, l) in module.layouts.iter().enumerate() {
        note(LayoutId(i as u32).to_string(), check_layout(l));
    }
    for (i, p) in module.positions.iter().enumerate() {
        note(format!("!{i}"), check_position(module, i, p));
    }
    for (name, data) in &module.symbols {
        if let Def::Data(d) = &data.def {
            note(format!("data {name}"), check_data(module, d));
        }
    }
    errors
}

fn check_layout(l: &Layout) -> Check {
    ensure!(l.align.is_power_of_two() && l.align <= 16, "alignment {} is no power of two up to 16", l.align);
    ensure!(l.size.is_multiple_of(l.align), "size {} is no multiple of the alignment", l.size);
    ensure!(l.ptr_words.is_empty() || l.align >= 8, "pointers need an alignment of 8");
    ensure!(l.ptr_words.is_sorted_by(|a, b| a < b), "pointer words are not ascending");
    for w in &l.ptr_words {
        ensure!((*w as u64 + 1) * 8 <= l.size, "pointer word {w} is outside the size");
    }
    Ok(())
}

fn check_position(module: &Module, index: usize, p: &Position) -> Check {
    ensure!((p.file as usize) < module.files.len(), "file {} is out of range", p.file);
    ensure!((p.func as usize) < module.func_names.len(), "function name {} is out of range", p.func);
    if let Some(at) = p.inlined_at {
        ensure!(at != PosId::NONE && at.index() < index, "inlined at !{}, which does not come before", at.0);
    }
    Ok(())
}

fn check_data(module: &Module, d: &Data) -> Check {
    let Some(layout) = module.layouts.get_index(d.layout.index()) else {
        return Err(format!("{} is out of range", d.layout));
    };
    ensure!(d.bytes.len() as u64 <= layout.size, "{} bytes in a size of {}", d.bytes.len(), layout.size);
    let mut end = 0;
    for r in &d.relocs {
        let size = match r.kind {
            RelocKind::Abs64 => 8,
            RelocKind::Abs32 => 4,
        };
        ensure!(r.target.index() < module.symbols.len(), "symbol {} is out of range", r.target.0);
        ensure!(r.offset >= end, "reloc at {} overlaps or is out of order", r.offset);
        end = r.offset.saturating_add(size);
        ensure!(end <= layout.size, "reloc at {} is outside the size", r.offset);
    }
    Ok(())
}

/// Checks one function; the module's tables are taken to be right. `name` is for the messages.
pub fn verify_func(module: &Module, name: &str, func: &Func) -> Result<(), Vec<VerifyError>> {
    let errors = Verifier::run(module, name, func, true);
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

struct Verifier<'a> {
    module: &'a Module,
    func: &'a Func,
    name: &'a str,
    errors: Vec<VerifyError>,
    /// Block and place of each definition: 0 for a parameter, n + 1 for the n-th instruction.
    defs: Vec<Option<(Block, usize)>>,
    /// Whether accesses must fit the objects they are known to go to.
    objects: bool,
}

impl<'a> Verifier<'a> {
    fn run(module: &'a Module, name: &'a str, func: &'a Func, objects: bool) -> Vec<VerifyError> {
        let mut v = Verifier { module, func, name, errors: Vec::new(), defs: vec![None; func.values.len()], objects };
        v.shape();
        // What follows indexes blocks and values.
        if v.errors.is_empty() {
            v.types();
        }
        if v.errors.is_empty() {
            v.dominance();
        }
        v.errors
    }

    fn error(&mut self, block: Option<Block>, inst: String, message: impl Into<String>) {
        let func = self.name.to_owned();
        self.errors.push(VerifyError { func, block, inst, message: message.into() });
    }

    fn inst_text(&self, inst: &InstData) -> String {
        InstDisplay { module: Some(self.module), func: self.func, inst }.to_string()
    }

    fn blocks(&self) -> impl Iterator<Item = (Block, &'a BlockData)> + use<'a> {
        self.func.blocks.iter().enumerate().map(|(i, b)| (Block(i as u32), b))
    }

    /// Ids in range, single definitions, terminators, the entry and the recover block.
    fn shape(&mut self) {
        let (module, func) = (self.module, self.func);
        for (i, slot) in func.slots.iter().enumerate() {
            if slot.layout.index() >= module.layouts.len() {
                self.error(None, String::new(), format!("slot{i}: {} is out of range", slot.layout));
            }
        }
        if func.start.index() >= module.positions.len() {
            self.error(None, String::new(), format!("start !{} is out of range", func.start.0));
        }
        match func.blocks.first() {
            None => return self.error(None, String::new(), "the function has no block"),
            Some(entry) => {
                let types: Vec<_> = entry.params.iter().map(|p| func.values.get(p.index()).copied()).collect();
                if !types.iter().copied().eq(func.sig.params.iter().map(|t| Some(*t))) {
                    self.error(Some(Block(0)), String::new(), "the parameters differ from the signature");
                }
            }
        }
        if let Some(r) = func.recover {
            match func.blocks.get(r.index()) {
                None => self.error(None, String::new(), format!("recover {r} is out of range")),
                Some(b) if !b.params.is_empty() => {
                    self.error(Some(r), String::new(), "the recover block has parameters");
                }
                Some(_) if r == Block(0) => self.error(Some(r), String::new(), "the recover block is the entry"),
                Some(_) => {}
            }
        }
        for (b, block) in self.blocks() {
            for p in &block.params {
                self.define(*p, (b, 0), String::new());
            }
            for (n, inst) in block.insts.iter().enumerate() {
                let Some(data) = func.insts.get(inst.index()) else {
                    self.error(Some(b), inst.to_string(), "the instruction is out of range");
                    continue;
                };
                for r in &data.results {
                    self.define(*r, (b, n + 1), self.inst_text(data));
                }
                if let Err(message) = self.inst_ids(data) {
                    self.error(Some(b), self.inst_text(data), message);
                }
            }
            match &block.term {
                None => self.error(Some(b), String::new(), "the block has no terminator"),
                Some(term) => {
                    if let Err(message) = self.term_ids(term, block.term_pos) {
                        self.error(Some(b), term.to_string(), message);
                    }
                }
            }
        }
    }

    fn define(&mut self, v: Value, at: (Block, usize), inst: String) {
        match self.defs.get_mut(v.index()) {
            None => self.error(Some(at.0), inst, format!("{v} is out of range")),
            Some(Some(_)) => self.error(Some(at.0), inst, format!("{v} is defined twice")),
            Some(def) => *def = Some(at),
        }
    }

    fn inst_ids(&self, data: &InstData) -> Check {
        let (module, func) = (self.module, self.func);
        let mut check = Ok(());
        data.op.for_each_operand(|v| {
            if v.index() >= func.values.len() && check.is_ok() {
                check = Err(format!("{v} is out of range"));
            }
        });
        data.op.for_each_symbol(|s| {
            if s.index() >= module.symbols.len() && check.is_ok() {
                check = Err(format!("symbol {} is out of range", s.0));
            }
        });
        check?;
        match &data.op {
            Op::SlotAddr(s) => ensure!(s.index() < func.slots.len(), "{s} is out of range"),
            Op::MemCopy { layout, .. } | Op::MemZero { layout, .. } | Op::AllocHeap { layout, .. } => {
                ensure!(layout.index() < module.layouts.len(), "{layout} is out of range");
            }
            _ => {}
        }
        ensure!(data.pos.index() < module.positions.len(), "position is out of range");
        Ok(())
    }

    fn term_ids(&self, term: &Terminator, pos: PosId) -> Check {
        let func = self.func;
        let mut check = Ok(());
        term.for_each_operand(|v| {
            if v.index() >= func.values.len() && check.is_ok() {
                check = Err(format!("{v} is out of range"));
            }
        });
        term.for_each_target(|b, _| {
            if b.index() >= func.blocks.len() {
                check = Err(format!("{b} is out of range"));
            } else if b == Block(0) {
                check = Err("the entry block is no target".to_owned());
            }
        });
        check?;
        ensure!(pos.index() < self.module.positions.len(), "position is out of range");
        Ok(())
    }

    fn types(&mut self) {
        for (b, block) in self.blocks() {
            for inst in &block.insts {
                let data = &self.func.insts[inst.index()];
                if let Err(message) = self.inst_types(data) {
                    self.error(Some(b), self.inst_text(data), message);
                }
            }
            if let Some(term) = &block.term
                && let Err(message) = self.term_types(term)
            {
                self.error(Some(b), term.to_string(), message);
            }
        }
    }

    fn ty(&self, v: Value) -> Ty {
        self.func.ty(v)
    }

    fn want(&self, v: Value, ty: Ty) -> Check {
        ensure!(self.ty(v) == ty, "{v} is {}, not {ty}", self.ty(v));
        Ok(())
    }

    fn want_that(&self, v: Value, test: impl Fn(Ty) -> bool, what: &str) -> Check {
        ensure!(test(self.ty(v)), "{v} is {}, not {what}", self.ty(v));
        Ok(())
    }

    fn same(&self, a: Value, b: Value) -> Check {
        ensure!(self.ty(a) == self.ty(b), "{a} is {}, but {b} is {}", self.ty(a), self.ty(b));
        Ok(())
    }

    fn address(&self, v: Value) -> Check {
        self.want_that(v, is_pointer, "a pointer")
    }

    fn inst_types(&self, data: &InstData) -> Check {
        match &data.op {
            Op::Int(ty, _) => ensure!(ty.is_int() || *ty == Ty::Bool, "no integer constant of type {ty}"),
            Op::Float(ty, bits) => {
                ensure!(ty.is_float(), "no float constant of type {ty}");
                ensure!(*ty == Ty::F64 || *bits <= u32::MAX as u64, "f32 constant of more than 32 bits");
            }
            Op::Null(ty) => ensure!(is_pointer(*ty), "no nil of type {ty}"),
            Op::GlobalAddr(s, _) | Op::AllocHeap { type_desc: s, .. } => ensure!(
                matches!(self.def(*s), Def::Data(_) | Def::Extern(None)),
                "{} is no data symbol",
                self.module.name_of(*s)
            ),
            Op::FuncAddr(s) => {
                ensure!(!matches!(self.def(*s), Def::Data(_)), "{} is no function", self.module.name_of(*s));
            }
            Op::SlotAddr(_) => {}
            Op::Context => ensure!(self.func.sig.context, "the function has no context"),
            Op::Bin(op, a, b) => self.bin_types(*op, *a, *b)?,
            Op::Un(op, a) => match op {
                UnOp::Neg | UnOp::Clz | UnOp::Ctz | UnOp::Popcount | UnOp::BitReverse => {
                    self.want_that(*a, Ty::is_int, "an integer")?;
                }
                UnOp::SignBytes => self.want(*a, Ty::I64)?,
                UnOp::ByteSwap => self.want_that(*a, |t| t.is_int() && t != Ty::I8, "an integer of several bytes")?,
                UnOp::Not => self.want_that(*a, |t| t.is_int() || t == Ty::Bool, "an integer or a bool")?,
                UnOp::FNeg
                | UnOp::FSqrt
                | UnOp::FFloor
                | UnOp::FCeil
                | UnOp::FTrunc
                | UnOp::FRoundEven
                | UnOp::FAbs => self.want_that(*a, Ty::is_float, "a float")?,
            },
            Op::Cmp(op, a, b) => {
                self.same(*a, *b)?;
                match op {
                    CmpOp::Eq | CmpOp::Ne => self.want_that(*a, |t| !t.is_float(), "comparable so")?,
                    CmpOp::SLt | CmpOp::SLe | CmpOp::SGt | CmpOp::SGe => {
                        self.want_that(*a, Ty::is_int, "an integer")?;
                    }
                    CmpOp::ULt | CmpOp::ULe | CmpOp::UGt | CmpOp::UGe => {
                        self.want_that(*a, |t| t.is_int() || is_pointer(t), "an integer or a pointer")?;
                    }
                    CmpOp::FEq | CmpOp::FNe | CmpOp::FLt | CmpOp::FLe | CmpOp::FGt | CmpOp::FGe => {
                        self.want_that(*a, Ty::is_float, "a float")?;
                    }
                }
            }
            Op::Conv(op, to, a) => {
                ensure!(conv_fits(*op, self.ty(*a), *to), "no {} from {} to {to}", op.name(), self.ty(*a));
            }
            Op::Select(c, a, b) => {
                self.want(*c, Ty::Bool)?;
                self.same(*a, *b)?;
            }
            Op::Fma(a, b, c) => {
                self.want_that(*a, Ty::is_float, "a float")?;
                self.same(*a, *b)?;
                self.same(*a, *c)?;
            }
            Op::PtrAdd { base, .. } => self.address(*base)?,
            Op::PtrIndex { base, index, .. } => {
                self.address(*base)?;
                self.want(*index, Ty::I64)?;
            }
            Op::Load { ty, ptr, .. } => {
                self.address(*ptr)?;
                self.access(*ptr, *ty)?;
            }
            Op::Store { ptr, val, .. } => {
                self.address(*ptr)?;
                self.access(*ptr, self.ty(*val))?;
            }
            Op::Atomic { op, ty, ptr, args } => {
                self.address(*ptr)?;
                self.access(*ptr, *ty)?;
                let fits = match op {
                    AtomicOp::Load | AtomicOp::Store | AtomicOp::Exchange | AtomicOp::CompareExchange => !ty.is_float(),
                    AtomicOp::Add | AtomicOp::And | AtomicOp::Or => ty.is_int(),
                };
                ensure!(fits, "no atomic {} of {ty}", op.name());
                let want = match op {
                    AtomicOp::Load => 0,
                    AtomicOp::CompareExchange => 2,
                    _ => 1,
                };
                ensure!(args.len() == want, "{} arguments, not {want}", args.len());
                args.iter().try_for_each(|a| self.want(*a, *ty))?;
            }
            Op::MemCopy { dst, src, layout, .. } => {
                self.address(*dst)?;
                self.address(*src)?;
                self.access_object(*dst, *layout)?;
                self.access_object(*src, *layout)?;
            }
            Op::MemZero { dst, layout, .. } => {
                self.address(*dst)?;
                self.access_object(*dst, *layout)?;
            }
            Op::NilCheck(a) => self.address(*a)?,
            Op::BoundsCheck { index, len, .. } => {
                self.want(*index, Ty::I64)?;
                self.want(*len, Ty::I64)?;
            }
            Op::DivCheck(a) => self.want_that(*a, Ty::is_int, "an integer")?,
            Op::ShiftCheck(a) => self.want(*a, Ty::I64)?,
            Op::KeepAlive(_) => {}
            Op::Call { callee, sig, args } => self.call_types(callee, sig, args)?,
        }
        let want = self.func.result_types(&data.op);
        let got: Vec<Ty> = data.results.iter().map(|r| self.ty(*r)).collect();
        ensure!(want == got, "the results should be {}", type_list(&want));
        Ok(())
    }

    fn bin_types(&self, op: BinOp, a: Value, b: Value) -> Check {
        match op {
            BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::SDiv | BinOp::UDiv | BinOp::SRem | BinOp::URem => {
                self.want_that(a, Ty::is_int, "an integer")?;
                self.same(a, b)
            }
            BinOp::And | BinOp::Or | BinOp::Xor | BinOp::AndNot => {
                self.want_that(a, |t| t.is_int() || t == Ty::Bool, "an integer or a bool")?;
                self.same(a, b)
            }
            BinOp::Shl | BinOp::LShr | BinOp::AShr | BinOp::RotL => {
                self.want_that(a, Ty::is_int, "an integer")?;
                self.want(b, Ty::I64)
            }
            BinOp::UMulHigh | BinOp::EqBytes => {
                self.want(a, Ty::I64)?;
                self.want(b, Ty::I64)
            }
            BinOp::FAdd | BinOp::FSub | BinOp::FMul | BinOp::FDiv | BinOp::FMin | BinOp::FMax => {
                self.want_that(a, Ty::is_float, "a float")?;
                self.same(a, b)
            }
        }
    }

    fn def(&self, s: Symbol) -> &'a Def {
        &self.module.symbols[s.index()].def
    }

    fn call_types(&self, callee: &Callee, sig: &Signature, args: &[Value]) -> Check {
        let mut rest = args;
        match callee {
            Callee::Direct(s) | Callee::Runtime(s) => {
                let name = self.module.name_of(*s);
                match self.def(*s) {
                    Def::Func(Func { sig: declared, .. }) | Def::Extern(Some(declared)) => {
                        ensure!(sig == declared, "{name} is declared {declared}");
                    }
                    // The runtime's table knows it.
                    Def::Extern(None) if matches!(callee, Callee::Runtime(_)) => {}
                    Def::Extern(None) | Def::Data(_) => return Err(format!("{name} is no function")),
                }
                ensure!(!sig.context, "a direct call passes no context");
            }
            Callee::Closure | Callee::Code | Callee::Method { .. } => {
                let ty = if *callee == Callee::Closure { Ty::Ptr } else { Ty::Raw };
                let Some((target, args)) = args.split_first() else { return Err("who is called?".to_owned()) };
                self.want(*target, ty)?;
                rest = args;
            }
        }
        ensure!(rest.len() == sig.params.len(), "{} arguments, not {}", rest.len(), sig.params.len());
        rest.iter().zip(&sig.params).try_for_each(|(a, ty)| self.want(*a, *ty))
    }

    fn term_types(&self, term: &Terminator) -> Check {
        match term {
            Terminator::Jump(..) | Terminator::Unreachable => {}
            Terminator::Branch { cond, .. } => self.want(*cond, Ty::Bool)?,
            Terminator::Switch { value, cases, .. } => {
                self.want_that(*value, Ty::is_int, "an integer")?;
                let bits = 8 * self.ty(*value).size();
                let mut seen = HashSet::new();
                for (n, _) in cases {
                    let low = *n << (64 - bits) >> (64 - bits);
                    ensure!(seen.insert(low), "case {n} is there twice");
                }
            }
            Terminator::Return(vals) => {
                let types: Vec<Ty> = vals.iter().map(|v| self.ty(*v)).collect();
                let want = &self.func.sig.results;
                ensure!(types == *want, "returns {}, not {}", type_list(&types), type_list(want));
            }
        }
        let mut check = Ok(());
        term.for_each_target(|b, args| {
            if check.is_ok() {
                check = self.edge(b, args);
            }
        });
        check
    }

    fn edge(&self, b: Block, args: &[Value]) -> Check {
        let params = &self.func.blocks[b.index()].params;
        ensure!(args.len() == params.len(), "{} arguments for {b}, not {}", args.len(), params.len());
        args.iter().zip(params).try_for_each(|(a, p)| self.same(*a, *p))
    }

    /// The layout of the slot or global that an address points into and the offset there, where that is plain.
    fn place(&self, mut v: Value) -> Option<(&'a Layout, i64)> {
        let mut offset = 0i64;
        // Values not yet known to dominate may form a cycle.
        for _ in 0..64 {
            let (b, n) = self.defs[v.index()]?;
            let inst = self.func.blocks[b.index()].insts[n.checked_sub(1)?];
            match &self.func.insts[inst.index()].op {
                Op::PtrAdd { base, offset: more } => {
                    offset = offset.checked_add(*more)?;
                    v = *base;
                }
                Op::SlotAddr(s) => return Some((self.module.layout_of(self.func.slots[s.index()].layout), offset)),
                Op::GlobalAddr(s, more) => match self.def(*s) {
                    Def::Data(d) => return Some((self.module.layout_of(d.layout), offset.checked_add(*more)?)),
                    _ => return None,
                },
                _ => return None,
            }
        }
        None
    }

    /// A scalar in memory is aligned, and a pointer lies where the collector looks for it. Accesses outside the
    /// object are let pass: dead code behind a failing bounds check may have them.
    fn access(&self, ptr: Value, ty: Ty) -> Check {
        let Some((layout, offset)) = self.place(ptr).filter(|_| self.objects) else { return Ok(()) };
        if offset < 0 || offset as u64 + ty.size() > layout.size {
            return Ok(());
        }
        let offset = offset as u64;
        ensure!(layout.align >= ty.size() && offset.is_multiple_of(ty.size()), "misaligned {ty} at offset {offset}");
        ensure!(
            ty != Ty::Ptr || layout.ptr_words.binary_search(&(offset as u32 / 8)).is_ok(),
            "no pointer word at offset {offset}"
        );
        Ok(())
    }

    fn access_object(&self, ptr: Value, object: LayoutId) -> Check {
        let Some((layout, offset)) = self.place(ptr).filter(|_| self.objects) else { return Ok(()) };
        let object = self.module.layout_of(object);
        if offset < 0 || offset as u64 + object.size > layout.size {
            return Ok(());
        }
        let aligned = layout.align >= object.align && (offset as u64).is_multiple_of(object.align);
        ensure!(aligned, "misaligned object at offset {offset}");
        Ok(())
    }

    fn dominance(&mut self) {
        let cfg = Cfg::new(self.func);
        let after_recover = cfg.after_recover(self.func);
        for (b, block) in self.blocks() {
            if !cfg.is_reachable(b) {
                continue;
            }
            let check = |operands: Vec<Value>, place: usize| {
                let bad = operands.into_iter().find(|v| match self.defs[v.index()] {
                    None => true,
                    Some((def, n)) => !(cfg.is_reachable(def) && cfg.dominates(def, b) && (def != b || n < place)),
                })?;
                Some(match self.defs[bad.index()] {
                    None => format!("{bad} is not defined"),
                    Some(_) if after_recover[b.index()] => format!("{bad} is not there after a recovered panic"),
                    Some((def, _)) => format!("{bad} of {def} does not dominate its use"),
                })
            };
            let mut found = Vec::new();
            for (n, inst) in block.insts.iter().enumerate() {
                let data = &self.func.insts[inst.index()];
                if let Some(message) = check(data.op.operands(), n + 1) {
                    found.push((self.inst_text(data), message));
                }
            }
            if let Some(term) = &block.term {
                let mut operands = Vec::new();
                term.for_each_operand(|v| operands.push(v));
                if let Some(message) = check(operands, block.insts.len() + 1) {
                    found.push((term.to_string(), message));
                }
            }
            for (inst, message) in found {
                self.error(Some(b), inst, message);
            }
        }
    }
}

fn is_pointer(ty: Ty) -> bool {
    matches!(ty, Ty::Ptr | Ty::Raw)
}

fn type_list(types: &[Ty]) -> String {
    let names: Vec<_> = types.iter().map(|t| t.name()).collect();
    format!("({})", names.join(", "))
}

fn conv_fits(op: ConvOp, from: Ty, to: Ty) -> bool {
    let bits = |t: Ty| if t == Ty::Bool { 1 } else { 8 * t.size() };
    let integral = |t: Ty| t.is_int() || t == Ty::Bool;
    match op {
        ConvOp::Trunc => from.is_int() && integral(to) && bits(to) < bits(from),
        ConvOp::ZExt | ConvOp::SExt => integral(from) && to.is_int() && bits(to) > bits(from),
        ConvOp::SIntToFloat | ConvOp::UIntToFloat => from.is_int() && to.is_float(),
        ConvOp::FloatToSInt | ConvOp::FloatToUInt => from.is_float() && to.is_int(),
        ConvOp::FloatExt => (from, to) == (Ty::F32, Ty::F64),
        ConvOp::FloatTrunc => (from, to) == (Ty::F64, Ty::F32),
        ConvOp::Bitcast => {
            matches!((from, to), (Ty::I32, Ty::F32) | (Ty::F32, Ty::I32) | (Ty::I64, Ty::F64) | (Ty::F64, Ty::I64))
        }
        ConvOp::PtrToInt => (from, to) == (Ty::Ptr, Ty::I64),
        ConvOp::IntToPtr => (from, to) == (Ty::I64, Ty::Ptr),
        ConvOp::RawToInt => (from, to) == (Ty::Raw, Ty::I64),
        ConvOp::IntToRaw => (from, to) == (Ty::I64, Ty::Raw),
    }
}
