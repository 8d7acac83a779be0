//! Building a function: an insertion point, one method per operation, and SSA form for mutable scalars.
//!
//! Mutable variables whose address is never taken need no slot: [`FuncBuilder::declare_var`] names one,
//! [`FuncBuilder::def_var`] assigns to it, [`FuncBuilder::use_var`] reads it, and block parameters appear where
//! assignments meet. The algorithm is that of Braun et al., "Simple and Efficient Construction of Static Single
//! Assignment Form": a block is *sealed* once all its predecessors are known, and a read in an unsealed block makes
//! a parameter that is completed on sealing. Here the search runs on a work list rather than by recursion, and
//! parameters that turn out trivial are removed when the function is finished.
//!
//! Invariants: a variable's parameters come after the block's own; a variable read before it is assigned is zero;
//! code emitted after a terminator goes to a fresh unreachable block, which `finish` drops. The recover block is
//! entered by unwinding, so what it reads must be in slots, not in variables.

use std::collections::HashMap;

use super::compact::{Aliases, compact, remove_trivial_params};
use super::ir::*;

/// A mutable scalar variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Var(u32);

pub struct FuncBuilder {
    func: Func,
    current: Block,
    pos: PosId,
    vars: Vec<Ty>,
    /// What a variable is at the end of a block (so far, for the current one).
    defs: HashMap<(Var, Block), Value>,
    /// By block.
    states: Vec<BlockState>,
    aliases: Aliases,
}

#[derive(Default)]
struct BlockState {
    sealed: bool,
    /// Each predecessor once.
    preds: Vec<Block>,
    /// Parameters to be completed on sealing.
    incomplete: Vec<(Var, Value)>,
}

impl FuncBuilder {
    /// Starts a function; the entry block is current, sealed and has the signature's parameters.
    pub fn new(sig: Signature) -> FuncBuilder {
        let func = Func { sig, ..Func::default() };
        let aliases = Aliases::new(&func);
        let mut b = FuncBuilder {
            func,
            current: Block(0),
            pos: PosId::NONE,
            vars: Vec::new(),
            defs: HashMap::new(),
            states: Vec::new(),
            aliases,
        };
        let entry = b.create_block();
        for ty in b.func.sig.params.clone() {
            b.func.block_param(entry, ty);
        }
        b.seal_block(entry);
        b
    }

    /// Seals what is not sealed, drops unreachable blocks and trivial parameters and renumbers. Slots without any
    /// use go too. A reachable block without a terminator is left so, for the verifier to tell.
    pub fn finish(mut self) -> Func {
        for i in 0..self.states.len() {
            if !self.states[i].sealed {
                self.seal_block(Block(i as u32));
            }
        }
        remove_trivial_params(&mut self.func, self.aliases);
        compact(&mut self.func);
        self.func
    }

    /// The function as it is so far; variables are not resolved in it.
    pub fn func(&self) -> &Func {
        &self.func
    }

    pub fn pragmas(&mut self) -> &mut Pragmas {
        &mut self.func.pragmas
    }

    pub fn set_start(&mut self, pos: PosId) {
        self.func.start = pos;
    }

    /// Control continues in this block after a recovered panic.
    pub fn set_recover(&mut self, block: Block) {
        self.func.recover = Some(block);
    }

    pub fn recover(&self) -> Option<Block> {
        self.func.recover
    }

    pub fn ty(&self, v: Value) -> Ty {
        self.func.ty(v)
    }

    /// The function's parameters.
    pub fn params(&self) -> &[Value] {
        &self.func.blocks[0].params
    }

    /// The position of the instructions to come.
    pub fn set_pos(&mut self, pos: PosId) {
        self.pos = pos;
    }

    pub fn pos(&self) -> PosId {
        self.pos
    }

    pub fn new_slot(&mut self, layout: LayoutId, name: &str) -> Slot {
        self.func.slots.push(SlotData { layout, name: name.to_owned() });
        Slot(self.func.slots.len() as u32 - 1)
    }

    // Blocks.

    pub fn create_block(&mut self) -> Block {
        self.states.push(BlockState::default());
        self.func.new_block()
    }

    /// A parameter of the block's own; before any variable is read there and any jump to it.
    pub fn block_param(&mut self, block: Block, ty: Ty) -> Value {
        debug_assert!(self.states[block.index()].incomplete.is_empty(), "variables' parameters come last");
        self.func.block_param(block, ty)
    }

    /// Makes the block current. Instructions go to its end.
    pub fn switch_to(&mut self, block: Block) {
        self.current = block;
    }

    pub fn current(&self) -> Block {
        self.current
    }

    /// Whether the current block has its terminator: what comes next is unreachable unless `switch_to` is called.
    pub fn is_terminated(&self) -> bool {
        self.func.blocks[self.current.index()].term.is_some()
    }

    /// Makes the block current and says that all its predecessors are there.
    pub fn switch_to_sealed(&mut self, block: Block) {
        self.seal_block(block);
        self.switch_to(block);
    }

    /// Says that no more jumps to the block will be added. Idempotent.
    pub fn seal_block(&mut self, block: Block) {
        let state = &mut self.states[block.index()];
        if std::mem::replace(&mut state.sealed, true) {
            return;
        }
        for (var, param) in std::mem::take(&mut state.incomplete) {
            self.complete(var, vec![(block, param)]);
        }
    }

    // Variables.

    pub fn declare_var(&mut self, ty: Ty) -> Var {
        self.vars.push(ty);
        Var(self.vars.len() as u32 - 1)
    }

    pub fn var_ty(&self, var: Var) -> Ty {
        self.vars[var.0 as usize]
    }

    /// Assigns to the variable.
    pub fn def_var(&mut self, var: Var, value: Value) {
        debug_assert_eq!(self.ty(value), self.var_ty(var), "assignment of another type");
        self.open();
        self.defs.insert((var, self.current), value);
    }

    /// The variable's value here; zero if it was not assigned on some way to here.
    pub fn use_var(&mut self, var: Var) -> Value {
        self.open();
        let mut work = Vec::new();
        let value = self.value_at_end(var, self.current, &mut work);
        self.complete(var, work);
        self.aliases.resolve(value)
    }

    /// The variable's value at the block's end. A new parameter is put on the work list to get its arguments.
    fn value_at_end(&mut self, var: Var, block: Block, work: &mut Vec<(Block, Value)>) -> Value {
        // Up to where it is defined or several ways meet.
        let mut path = vec![];
        let mut at = block;
        let value = loop {
            if let Some(v) = self.defs.get(&(var, at)) {
                break *v;
            }
            path.push(at);
            let state = &self.states[at.index()];
            if !state.sealed {
                let param = self.func.block_param(at, self.vars[var.0 as usize]);
                self.states[at.index()].incomplete.push((var, param));
                break param;
            }
            match state.preds[..] {
                [] => break self.zero_at_start(at, self.vars[var.0 as usize]),
                // A longer path goes round an unreachable loop.
                [pred] if path.len() <= self.states.len() => at = pred,
                _ => {
                    let param = self.func.block_param(at, self.vars[var.0 as usize]);
                    work.push((at, param));
                    break param;
                }
            }
        };
        let value = self.aliases.resolve(value);
        for b in path {
            self.defs.insert((var, b), value);
        }
        value
    }

    /// Gives parameters of the variable their arguments, and those that come up on the way.
    fn complete(&mut self, var: Var, mut work: Vec<(Block, Value)>) {
        let mut next = 0;
        while let Some(&(block, param)) = work.get(next) {
            next += 1;
            self.split_switch_edges(block);
            let mut only = None;
            let mut trivial = true;
            for pred in self.states[block.index()].preds.clone() {
                let arg = self.value_at_end(var, pred, &mut work);
                trivial &= arg == param || *only.get_or_insert(arg) == arg;
                if let Some(term) = &mut self.func.blocks[pred.index()].term {
                    term.for_each_args_mut(|b, args| {
                        if b == block {
                            args.push(arg);
                        }
                    });
                }
            }
            // With no value but itself it is unreachable, and goes with its block.
            if let (true, Some(value)) = (trivial, only) {
                self.aliases.replace(param, value);
            }
        }
    }

    /// A switch passes no arguments; a block between it and the target does.
    fn split_switch_edges(&mut self, target: Block) {
        for i in 0..self.states[target.index()].preds.len() {
            let pred = self.states[target.index()].preds[i];
            let data = &self.func.blocks[pred.index()];
            if !matches!(data.term, Some(Terminator::Switch { .. })) {
                continue;
            }
            let pos = data.term_pos;
            let edge = self.create_block();
            self.func.blocks[edge.index()].term = Some(Terminator::Jump(target, vec![]));
            self.func.blocks[edge.index()].term_pos = pos;
            self.states[edge.index()].preds.push(pred);
            self.states[edge.index()].sealed = true;
            self.states[target.index()].preds[i] = edge;
            if let Some(term) = &mut self.func.blocks[pred.index()].term {
                term.for_each_block_mut(|b| {
                    if *b == target {
                        *b = edge;
                    }
                });
            }
        }
    }

    fn zero_at_start(&mut self, block: Block, ty: Ty) -> Value {
        let op = match ty {
            Ty::F32 | Ty::F64 => Op::Float(ty, 0),
            Ty::Ptr | Ty::Raw => Op::Null(ty),
            _ => Op::Int(ty, 0),
        };
        let inst = self.func.push(block, op, PosId::NONE);
        let insts = &mut self.func.blocks[block.index()].insts;
        insts.rotate_right(1);
        self.func.insts[inst.index()].results[0]
    }

    // Instructions.

    /// Code after a terminator gets a block of its own, which nothing reaches.
    fn open(&mut self) {
        if self.is_terminated() {
            let block = self.create_block();
            self.switch_to_sealed(block);
        }
    }

    /// Appends an instruction with any number of results.
    pub fn push(&mut self, op: Op) -> &[Value] {
        self.open();
        let inst = self.func.push(self.current, op, self.pos);
        &self.func.insts[inst.index()].results
    }

    /// Appends an instruction with one result.
    pub fn push1(&mut self, op: Op) -> Value {
        self.push(op)[0]
    }

    pub fn int(&mut self, ty: Ty, n: i64) -> Value {
        self.push1(Op::Int(ty, n))
    }

    pub fn i64(&mut self, n: i64) -> Value {
        self.int(Ty::I64, n)
    }

    pub fn bool(&mut self, b: bool) -> Value {
        self.int(Ty::Bool, b as i64)
    }

    pub fn f64(&mut self, x: f64) -> Value {
        self.push1(Op::Float(Ty::F64, x.to_bits()))
    }

    pub fn f32(&mut self, x: f32) -> Value {
        self.push1(Op::Float(Ty::F32, x.to_bits() as u64))
    }

    /// The nil `Ptr`.
    pub fn nil(&mut self) -> Value {
        self.push1(Op::Null(Ty::Ptr))
    }

    /// The zero value of any type.
    pub fn zero(&mut self, ty: Ty) -> Value {
        match ty {
            Ty::F32 | Ty::F64 => self.push1(Op::Float(ty, 0)),
            Ty::Ptr | Ty::Raw => self.push1(Op::Null(ty)),
            _ => self.int(ty, 0),
        }
    }

    pub fn global_addr(&mut self, sym: Symbol, offset: i64) -> Value {
        self.push1(Op::GlobalAddr(sym, offset))
    }

    pub fn func_addr(&mut self, sym: Symbol) -> Value {
        self.push1(Op::FuncAddr(sym))
    }

    pub fn slot_addr(&mut self, slot: Slot) -> Value {
        self.push1(Op::SlotAddr(slot))
    }

    pub fn context(&mut self) -> Value {
        self.push1(Op::Context)
    }

    pub fn bin(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        self.push1(Op::Bin(op, a, b))
    }

    pub fn add(&mut self, a: Value, b: Value) -> Value {
        self.bin(BinOp::Add, a, b)
    }

    pub fn sub(&mut self, a: Value, b: Value) -> Value {
        self.bin(BinOp::Sub, a, b)
    }

    pub fn mul(&mut self, a: Value, b: Value) -> Value {
        self.bin(BinOp::Mul, a, b)
    }

    pub fn and(&mut self, a: Value, b: Value) -> Value {
        self.bin(BinOp::And, a, b)
    }

    pub fn or(&mut self, a: Value, b: Value) -> Value {
        self.bin(BinOp::Or, a, b)
    }

    pub fn un(&mut self, op: UnOp, a: Value) -> Value {
        self.push1(Op::Un(op, a))
    }

    pub fn not(&mut self, a: Value) -> Value {
        self.un(UnOp::Not, a)
    }

    pub fn cmp(&mut self, op: CmpOp, a: Value, b: Value) -> Value {
        self.push1(Op::Cmp(op, a, b))
    }

    /// Whether the pointer, `Ptr` or `Raw`, is nil.
    pub fn is_nil(&mut self, p: Value) -> Value {
        let ty = self.ty(p);
        let nil = self.push1(Op::Null(ty));
        self.cmp(CmpOp::Eq, p, nil)
    }

    pub fn conv(&mut self, op: ConvOp, ty: Ty, a: Value) -> Value {
        self.push1(Op::Conv(op, ty, a))
    }

    pub fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        self.push1(Op::Select(cond, a, b))
    }

    pub fn fma(&mut self, a: Value, b: Value, c: Value) -> Value {
        self.push1(Op::Fma(a, b, c))
    }

    /// `base + offset`; the base itself if the offset is 0.
    pub fn ptr_add(&mut self, base: Value, offset: i64) -> Value {
        if offset == 0 { base } else { self.push1(Op::PtrAdd { base, offset }) }
    }

    pub fn ptr_index(&mut self, base: Value, index: Value, scale: u64, offset: i64) -> Value {
        self.push1(Op::PtrIndex { base, index, scale, offset })
    }

    pub fn load(&mut self, ty: Ty, ptr: Value) -> Value {
        self.push1(Op::Load { ty, ptr, volatile: false })
    }

    /// A load at `ptr + offset`.
    pub fn load_at(&mut self, ty: Ty, ptr: Value, offset: i64) -> Value {
        let ptr = self.ptr_add(ptr, offset);
        self.load(ty, ptr)
    }

    pub fn load_volatile(&mut self, ty: Ty, ptr: Value) -> Value {
        self.push1(Op::Load { ty, ptr, volatile: true })
    }

    pub fn store(&mut self, ptr: Value, val: Value) {
        self.push(Op::Store { ptr, val, nowb: false, volatile: false });
    }

    /// A store at `ptr + offset`.
    pub fn store_at(&mut self, ptr: Value, offset: i64, val: Value) {
        let ptr = self.ptr_add(ptr, offset);
        self.store(ptr, val);
    }

    /// A store that needs no write barrier: into a slot, a fresh object or memory off the heap.
    pub fn store_nowb(&mut self, ptr: Value, val: Value) {
        self.push(Op::Store { ptr, val, nowb: true, volatile: false });
    }

    pub fn store_volatile(&mut self, ptr: Value, val: Value) {
        self.push(Op::Store { ptr, val, nowb: false, volatile: true });
    }

    /// The result, if the operation has one.
    pub fn atomic(&mut self, op: AtomicOp, ty: Ty, ptr: Value, args: Vec<Value>) -> Option<Value> {
        self.push(Op::Atomic { op, ty, ptr, args }).first().copied()
    }

    pub fn mem_copy(&mut self, dst: Value, src: Value, layout: LayoutId) {
        self.push(Op::MemCopy { dst, src, layout, nowb: false });
    }

    /// A copy that needs no write barriers.
    pub fn mem_copy_nowb(&mut self, dst: Value, src: Value, layout: LayoutId) {
        self.push(Op::MemCopy { dst, src, layout, nowb: true });
    }

    pub fn mem_zero(&mut self, dst: Value, layout: LayoutId) {
        self.push(Op::MemZero { dst, layout, nowb: false });
    }

    pub fn mem_zero_nowb(&mut self, dst: Value, layout: LayoutId) {
        self.push(Op::MemZero { dst, layout, nowb: true });
    }

    pub fn alloc_heap(&mut self, layout: LayoutId, type_desc: Symbol) -> Value {
        self.push1(Op::AllocHeap { layout, type_desc })
    }

    pub fn nil_check(&mut self, ptr: Value) {
        self.push(Op::NilCheck(ptr));
    }

    pub fn bounds_check(&mut self, kind: BoundsKind, index: Value, len: Value, signed: bool) {
        self.push(Op::BoundsCheck { kind, index, len, signed });
    }

    pub fn div_check(&mut self, divisor: Value) {
        self.push(Op::DivCheck(divisor));
    }

    pub fn shift_check(&mut self, count: Value) {
        self.push(Op::ShiftCheck(count));
    }

    pub fn keep_alive(&mut self, v: Value) {
        self.push(Op::KeepAlive(v));
    }

    pub fn call(&mut self, callee: Symbol, sig: &Signature, args: Vec<Value>) -> Vec<Value> {
        self.push(Op::Call { callee: Callee::Direct(callee), sig: sig.clone(), args }).to_vec()
    }

    pub fn call_runtime(&mut self, callee: Symbol, sig: &Signature, args: Vec<Value>) -> Vec<Value> {
        self.push(Op::Call { callee: Callee::Runtime(callee), sig: sig.clone(), args }).to_vec()
    }

    /// Calls a function value, which must be known not to be nil.
    pub fn call_closure(&mut self, closure: Value, sig: &Signature, mut args: Vec<Value>) -> Vec<Value> {
        args.insert(0, closure);
        self.push(Op::Call { callee: Callee::Closure, sig: sig.clone(), args }).to_vec()
    }

    /// Calls method `index` of the interface type `iface`, whose code address is in an itab.
    pub fn call_method(
        &mut self,
        (iface, index): (Symbol, u32),
        code: Value,
        sig: &Signature,
        mut args: Vec<Value>,
    ) -> Vec<Value> {
        args.insert(0, code);
        self.push(Op::Call { callee: Callee::Method { iface, index }, sig: sig.clone(), args }).to_vec()
    }

    // Terminators.

    /// Ends the current block.
    pub fn terminate(&mut self, term: Terminator) {
        self.open();
        term.for_each_target(|b, _| {
            let state = &mut self.states[b.index()];
            debug_assert!(!state.sealed, "{b} is sealed");
            if !state.preds.contains(&self.current) {
                state.preds.push(self.current);
            }
        });
        let data = &mut self.func.blocks[self.current.index()];
        data.term = Some(term);
        data.term_pos = self.pos;
    }

    pub fn jump(&mut self, block: Block, args: Vec<Value>) {
        self.terminate(Terminator::Jump(block, args));
    }

    /// A branch between blocks without parameters of their own.
    pub fn branch(&mut self, cond: Value, then: Block, els: Block) {
        self.branch_with(cond, (then, vec![]), (els, vec![]));
    }

    pub fn branch_with(&mut self, cond: Value, then: (Block, Vec<Value>), els: (Block, Vec<Value>)) {
        self.terminate(Terminator::Branch { cond, then, els });
    }

    pub fn switch(&mut self, value: Value, cases: Vec<(i64, Block)>, default: Block) {
        self.terminate(Terminator::Switch { value, cases, default });
    }

    pub fn ret(&mut self, values: Vec<Value>) {
        self.terminate(Terminator::Return(values));
    }

    pub fn unreachable(&mut self) {
        self.terminate(Terminator::Unreachable);
    }
}
