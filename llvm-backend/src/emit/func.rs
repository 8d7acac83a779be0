//! A function: its blocks in reverse postorder, parameters as phis, terminators, the landing pad of its recover block.
//!
//! An extra LLVM entry block holds the stack slots. A MIR block may become several LLVM blocks, since checks branch;
//! `ends` remembers where each stopped, for the phis.

use std::collections::HashSet;
use std::ptr;

use inkwell::attributes::AttributeLoc;
use inkwell::basic_block::BasicBlock;
use inkwell::builder::{Builder, BuilderError};
use inkwell::values::{
    AsValueRef, BasicValueEnum, CallSiteValue, FunctionValue, InstructionValue, IntValue, PhiValue, PointerValue,
};
use middle::mir::cfg::Cfg;
use middle::mir::{self, Block, Inst, Op, PosId, Slot, Terminator, Ty, Value};

use super::{Unit, abi, memory};
use crate::sections::SITE_PROLOGUE;
use crate::{Error, FaultKind};

/// A message without its place, or an error of inkwell's.
pub struct Fault(pub String);

impl From<BuilderError> for Fault {
    fn from(e: BuilderError) -> Fault {
        Fault(format!("builder: {e}"))
    }
}

impl From<inkwell::values::InstructionValueError> for Fault {
    fn from(e: inkwell::values::InstructionValueError) -> Fault {
        Fault(format!("instruction: {e}"))
    }
}

impl From<&str> for Fault {
    fn from(e: &str) -> Fault {
        Fault(e.to_owned())
    }
}

pub type Result<T> = std::result::Result<T, Fault>;

pub struct FuncEmitter<'u, 'ctx, 'a> {
    pub unit: &'u mut Unit<'ctx, 'a>,
    pub b: Builder<'ctx>,
    pub func: &'u mir::Func,
    pub llvm: FunctionValue<'ctx>,
    pub values: Vec<Option<BasicValueEnum<'ctx>>>,
    /// The operation that defines a value, for tracing addresses to slots.
    defs: Vec<Option<&'u Op>>,
    pub slots: Vec<PointerValue<'ctx>>,
    blocks: Vec<Option<BasicBlock<'ctx>>>,
    phis: Vec<Vec<PhiValue<'ctx>>>,
    ends: Vec<Option<BasicBlock<'ctx>>>,
    /// Where calls of the block being emitted unwind to, in a function with a recover block.
    pub landing_pad: Option<BasicBlock<'ctx>>,
    recovery: Option<Recovery<'ctx>>,
    /// Slots that are read after recovering, by the function itself or by deferred ones. An access that faults where no
    /// check foresees it is no call to LLVM: stores before it must not be delayed, nor the slot become a register.
    pub kept: HashSet<Slot>,
    /// Whether the block being emitted may run after recovering.
    pub recovered: bool,
    pub pos: PosId,
    inst: Option<Inst>,
    /// The safepoints so far, with their statepoint ids.
    pub sites: Vec<(Inst, u64)>,
}

/// The landing pads of a function with a recover block.
struct Recovery<'ctx> {
    first: BasicBlock<'ctx>,
    /// That of calls made after recovering: deferred calls panic, too.
    again: BasicBlock<'ctx>,
    /// The blocks that may run after recovering.
    after: Vec<bool>,
}

/// Emits the body of `llvm`.
pub fn emit<'ctx>(
    unit: &mut Unit<'ctx, '_>,
    llvm: FunctionValue<'ctx>,
    name: &str,
    func: &mir::Func,
) -> std::result::Result<(), Error> {
    let builder = unit.ctx.create_builder();
    let mut emitter = FuncEmitter {
        unit,
        b: builder,
        func,
        llvm,
        values: vec![None; func.values.len()],
        defs: vec![None; func.values.len()],
        slots: Vec::new(),
        blocks: vec![None; func.blocks.len()],
        phis: vec![Vec::new(); func.blocks.len()],
        ends: vec![None; func.blocks.len()],
        landing_pad: None,
        recovery: None,
        kept: HashSet::new(),
        recovered: false,
        pos: func.start,
        inst: None,
        sites: Vec::new(),
    };
    emitter.run(name).map_err(|Fault(message)| {
        let p = &emitter.unit.mir.positions[emitter.pos.index()];
        let file = &emitter.unit.mir.files[p.file as usize];
        let pos = (emitter.pos != PosId::NONE).then(|| format!("{file}:{}:{}", p.line, p.col));
        Error::Emit { func: name.to_owned(), pos, message }
    })
}

impl<'u, 'ctx, 'a> FuncEmitter<'u, 'ctx, 'a> {
    fn run(&mut self, name: &str) -> Result<()> {
        self.attributes(name);
        if let Some(debug) = &mut self.unit.debug {
            debug.enter(self.unit.mir, self.llvm, name, self.func.start);
        }
        let cfg = Cfg::new(self.func);
        let ctx = self.unit.ctx;
        let entry = ctx.append_basic_block(self.llvm, "entry");
        for block in &cfg.rpo {
            self.blocks[block.index()] = Some(ctx.append_basic_block(self.llvm, &block.to_string()));
        }
        for block in &self.func.blocks {
            for inst in &block.insts {
                let data = &self.func.insts[inst.index()];
                for r in &data.results {
                    self.defs[r.index()] = Some(&data.op);
                }
            }
        }
        self.b.position_at_end(entry);
        self.set_position(self.func.start);
        for slot in &self.func.slots {
            let address = memory::slot(self, slot)?;
            self.slots.push(address);
        }
        if let Some(recover) = self.func.recover {
            self.make_landing_pads(recover)?;
            self.b.position_at_end(entry);
        }
        self.make_phis(&cfg)?;
        self.enter_first(&cfg, entry)?;
        for block in &cfg.rpo {
            self.block(*block)?;
        }
        self.connect_phis(&cfg)?;
        if self.unit.options.check_maps {
            self.want_maps(name, &cfg);
        }
        Ok(())
    }

    fn attributes(&mut self, name: &str) {
        let (unit, func, llvm) = (&mut *self.unit, self.func, self.llvm);
        let add = |attribute| llvm.add_attribute(AttributeLoc::Function, attribute);
        // Inlining of Go functions is MIR's alone: a statepoint id names one inline chain.
        add(unit.enum_attr("noinline", 0));
        // Frames are unwound by CFI, at any instruction.
        add(unit.enum_attr("uwtable", 2));
        add(unit.enum_attr("null_pointer_is_valid", 0));
        add(unit.string_attr("frame-pointer", "none"));
        // Maps and walker know a frame by its distance from SP: what LLVM spills, wide vectors too, makes do with the
        // alignment of the stack.
        add(unit.string_attr("no-realign-stack", ""));
        // Every call has its frame: tracebacks, recover and the stack limit count them.
        add(unit.string_attr("disable-tail-calls", "true"));
        if func.pragmas.nosplit {
            add(unit.string_attr("ingot-nosplit", ""));
        } else {
            let position = unit.position(func.start);
            let prologue = unit.tables.site(position, SITE_PROLOGUE);
            let poll = unit.tables.site(position, 0);
            add(unit.string_attr("ingot-prologue-site", &prologue.to_string()));
            add(unit.string_attr("ingot-poll-site", &poll.to_string()));
        }
        if let Some(bytes) = unit.forced.frames.get(name) {
            add(unit.string_attr("ingot-force-frame", &bytes.to_string()));
        }
        if unit.forced.checks.iter().any(|n| n == name) {
            add(unit.string_attr("ingot-force-check", ""));
        }
        if let Some(fault) = unit.options.fault.as_ref().filter(|f| f.function == name) {
            let index = fault.index.to_string();
            match fault.kind {
                FaultKind::Barrier => add(unit.string_attr("ingot-fault-barrier", &index)),
                FaultKind::Clear => add(unit.string_attr("ingot-fault-clear", &index)),
                // The stack maps are finalize's.
                FaultKind::Root => {}
            }
        }
        if func.sig.context {
            llvm.add_attribute(AttributeLoc::Param(0), unit.enum_attr("nest", 0));
        }
    }

    /// One pad would be in a cycle with the deferred calls behind it. LLVM 22 splits such a pad and then, in
    /// `simplifycfg`, merges the parts as if no phi of theirs were used further down. The pad of the cycle is one of its
    /// own, and no other block's like.
    fn make_landing_pads(&mut self, recover: Block) -> Result<()> {
        let personality =
            self.unit.function_named(ingot_abi::functions::PERSONALITY, |unit| unit.ctx.i32_type().fn_type(&[], true));
        self.llvm.set_personality_function(personality);
        let target = self.blocks[recover.index()].ok_or("the recover block has no body")?;
        let first = self.landing_pad("landing");
        self.b.build_unconditional_branch(target)?;
        let again = self.landing_pad("landing.again");
        self.barrier()?;
        self.b.build_unconditional_branch(target)?;
        let mut after = vec![false; self.func.blocks.len()];
        let mut open = vec![recover];
        while let Some(block) = open.pop() {
            if !std::mem::replace(&mut after[block.index()], true) {
                open.extend(self.func.blocks[block.index()].term.iter().flat_map(|term| term.successors()));
            }
        }
        self.kept = self.kept_slots(&after);
        self.recovery = Some(Recovery { first, again, after });
        Ok(())
    }

    /// The slots read in the blocks `after` recovering, and those whose address is in memory: of variables that closures
    /// share.
    fn kept_slots(&self, after: &[bool]) -> HashSet<Slot> {
        let mut kept = HashSet::new();
        for (block, &after) in self.func.blocks.iter().zip(after) {
            for inst in &block.insts {
                match &self.func.insts[inst.index()].op {
                    Op::Load { ptr, .. } if after => kept.extend(self.slot_of(*ptr)),
                    Op::Store { val, .. } => kept.extend(self.slot_of(*val)),
                    _ => {}
                }
            }
        }
        kept
    }

    /// A new block that begins with a landing pad; the builder stands behind that.
    fn landing_pad(&mut self, name: &str) -> BasicBlock<'ctx> {
        use inkwell::llvm_sys::core;
        let ctx = self.unit.ctx;
        let block = ctx.append_basic_block(self.llvm, name);
        self.b.position_at_end(block);
        // The pad yields nothing: the panic's state lives in the G. inkwell has no token type.
        // SAFETY: builder and context are live, the builder stands at the end of an empty block.
        unsafe {
            let token = core::LLVMTokenTypeInContext(ctx.raw());
            let pad = core::LLVMBuildLandingPad(self.b.as_mut_ptr(), token, ptr::null_mut(), 0, c"".as_ptr());
            core::LLVMSetCleanup(pad, 1);
        }
        block
    }

    /// Empty inline assembly.
    fn barrier(&self) -> Result<()> {
        let ty = self.unit.ctx.void_type().fn_type(&[], false);
        let asm = self.unit.ctx.create_inline_asm(ty, String::new(), String::new(), true, false, None, false);
        let call = self.b.build_indirect_call(ty, asm, &[], "")?;
        self.mark_assembly(call);
        Ok(())
    }

    /// Without these attributes statepoint rewriting wraps the assembly in a statepoint.
    fn mark_assembly(&self, call: CallSiteValue<'ctx>) {
        call.add_attribute(AttributeLoc::Function, self.unit.string_attr("gc-leaf-function", ""));
        call.add_attribute(AttributeLoc::Function, self.unit.enum_attr("nounwind", 0));
    }

    fn make_phis(&mut self, cfg: &Cfg) -> Result<()> {
        for block in &cfg.rpo {
            if block.index() == 0 && cfg.preds[0].is_empty() {
                continue;
            }
            self.b.position_at_end(self.llvm_block(*block)?);
            for &param in &self.func.blocks[block.index()].params {
                let ty = abi::scalar(self.unit, self.func.ty(param));
                let phi = self.b.build_phi(ty, "")?;
                self.values[param.index()] = Some(phi.as_basic_value());
                self.phis[block.index()].push(phi);
            }
        }
        Ok(())
    }

    /// Takes the function's parameters and goes to the first block.
    fn enter_first(&mut self, cfg: &Cfg, entry: BasicBlock<'ctx>) -> Result<()> {
        self.b.position_at_end(entry);
        let params = &self.func.blocks[0].params;
        let first = u32::from(self.func.sig.context);
        let mut incoming = Vec::new();
        for (i, &param) in params.iter().enumerate() {
            let raw = self.llvm.get_nth_param(first + i as u32).ok_or("a parameter is missing")?;
            incoming.push(self.from_memory(raw, self.func.ty(param))?);
        }
        if cfg.preds[0].is_empty() {
            for (&param, value) in params.iter().zip(&incoming) {
                self.values[param.index()] = Some(*value);
            }
        } else {
            for (phi, value) in self.phis[0].iter().zip(&incoming) {
                phi.add_incoming(&[(value, entry)]);
            }
        }
        self.b.build_unconditional_branch(self.llvm_block(Block(0))?)?;
        Ok(())
    }

    fn connect_phis(&mut self, cfg: &Cfg) -> Result<()> {
        for block in &cfg.rpo {
            let end = self.ends[block.index()].ok_or("a block was not emitted")?;
            let Some(term) = &self.func.blocks[block.index()].term else { return Err("a block does not end".into()) };
            let mut edges: Vec<(Block, &[Value])> = Vec::new();
            match term {
                Terminator::Jump(to, args) => edges.push((*to, args)),
                // Two edges to one block were given blocks of their own: see `terminator`.
                Terminator::Branch { then, els, .. } if then.0 != els.0 => {
                    edges.push((then.0, &then.1));
                    edges.push((els.0, &els.1));
                }
                _ => {}
            }
            for (to, args) in edges {
                self.add_incoming(to, args, end)?;
            }
        }
        Ok(())
    }

    fn add_incoming(&mut self, to: Block, args: &[Value], from: BasicBlock<'ctx>) -> Result<()> {
        for (i, arg) in args.iter().enumerate() {
            let value = self.value(*arg)?;
            self.phis[to.index()].get(i).ok_or("too many block arguments")?.add_incoming(&[(&value, from)]);
        }
        Ok(())
    }

    fn block(&mut self, block: Block) -> Result<()> {
        self.b.position_at_end(self.llvm_block(block)?);
        self.recovered = self.recovery.as_ref().is_some_and(|r| r.after[block.index()]);
        self.landing_pad = self.recovery.as_ref().map(|r| if self.recovered { r.again } else { r.first });
        let func = self.func;
        let data = &func.blocks[block.index()];
        for &inst in &data.insts {
            self.inst = Some(inst);
            let inst = &func.insts[inst.index()];
            self.set_position(inst.pos);
            let results = self.inst(&inst.op)?;
            if results.len() != inst.results.len() {
                return Err(Fault(format!("{} results where {} are wanted", results.len(), inst.results.len())));
            }
            for (r, v) in inst.results.iter().zip(results) {
                self.values[r.index()] = Some(v);
            }
        }
        self.inst = None;
        self.set_position(data.term_pos);
        self.ends[block.index()] = self.b.get_insert_block();
        match &data.term {
            Some(term) => self.terminator(term),
            None => Err("a block does not end".into()),
        }
    }

    fn set_position(&mut self, pos: PosId) {
        self.pos = if pos == PosId::NONE { self.func.start } else { pos };
        if let Some(debug) = &mut self.unit.debug {
            debug.locate(self.unit.mir, self.unit.ctx, &self.b, self.pos);
        }
    }

    fn terminator(&mut self, term: &Terminator) -> Result<()> {
        match term {
            Terminator::Jump(to, _) => {
                self.b.build_unconditional_branch(self.llvm_block(*to)?)?;
            }
            Terminator::Branch { cond, then, els } if then.0 == els.0 => {
                // A phi has one value per predecessor.
                let cond = self.int(*cond)?;
                let from = self.b.get_insert_block().ok_or("the builder stands nowhere")?;
                let (yes, no) = (self.new_block("edge"), self.new_block("edge"));
                self.b.position_at_end(from);
                self.b.build_conditional_branch(cond, yes, no)?;
                for (edge, (to, args)) in [(yes, then), (no, els)] {
                    self.b.position_at_end(edge);
                    self.b.build_unconditional_branch(self.llvm_block(*to)?)?;
                    self.add_incoming(*to, args, edge)?;
                }
            }
            Terminator::Branch { cond, then, els } => {
                let cond = self.int(*cond)?;
                self.b.build_conditional_branch(cond, self.llvm_block(then.0)?, self.llvm_block(els.0)?)?;
            }
            Terminator::Switch { value, cases, default } => {
                let value = self.int(*value)?;
                let ty = value.get_type();
                let cases = cases
                    .iter()
                    .map(|(n, b)| Ok((ty.const_int(*n as u64, false), self.llvm_block(*b)?)))
                    .collect::<Result<Vec<(IntValue, BasicBlock)>>>()?;
                self.b.build_switch(value, self.llvm_block(*default)?, &cases)?;
            }
            Terminator::Return(values) => self.return_values(values)?,
            Terminator::Unreachable => {
                self.b.build_unreachable()?;
            }
        }
        Ok(())
    }

    /// A block after the current one.
    pub fn new_block(&self, name: &str) -> BasicBlock<'ctx> {
        self.unit.ctx.append_basic_block(self.llvm, name)
    }

    pub fn llvm_block(&self, block: Block) -> Result<BasicBlock<'ctx>> {
        self.blocks[block.index()].ok_or_else(|| Fault(format!("{block} is jumped to but not reachable")))
    }

    pub fn value(&self, v: Value) -> Result<BasicValueEnum<'ctx>> {
        self.values[v.index()].ok_or_else(|| Fault(format!("{v} is used before it is defined")))
    }

    pub fn int(&self, v: Value) -> Result<IntValue<'ctx>> {
        match self.value(v)? {
            BasicValueEnum::IntValue(i) => Ok(i),
            other => Err(Fault(format!("{v} is no integer but {other}"))),
        }
    }

    pub fn pointer(&self, v: Value) -> Result<PointerValue<'ctx>> {
        match self.value(v)? {
            BasicValueEnum::PointerValue(p) => Ok(p),
            other => Err(Fault(format!("{v} is no pointer but {other}"))),
        }
    }

    /// Notes the statepoint of the instruction being emitted.
    pub fn note_site(&mut self, id: u64) {
        self.sites.extend(self.inst.map(|inst| (inst, id)));
    }

    pub fn ty(&self, v: Value) -> Ty {
        self.func.ty(v)
    }

    pub fn def(&self, v: Value) -> Option<&'u Op> {
        self.defs[v.index()]
    }

    /// A value as it is in memory and at calls, made one between instructions.
    pub fn from_memory(&self, value: BasicValueEnum<'ctx>, ty: Ty) -> Result<BasicValueEnum<'ctx>> {
        Ok(match (ty, value) {
            (Ty::Bool, BasicValueEnum::IntValue(i)) => {
                self.b.build_int_truncate(i, self.unit.ctx.bool_type(), "")?.into()
            }
            _ => value,
        })
    }

    /// The reverse.
    pub fn to_memory(&self, value: BasicValueEnum<'ctx>, ty: Ty) -> Result<BasicValueEnum<'ctx>> {
        Ok(match (ty, value) {
            (Ty::Bool, BasicValueEnum::IntValue(i)) => {
                self.b.build_int_z_extend(i, self.unit.ctx.i8_type(), "")?.into()
            }
            _ => value,
        })
    }

    /// Marks a conditional branch whose first target is hardly ever taken.
    pub fn mark_unlikely(&self, branch: InstructionValue<'ctx>) -> Result<()> {
        let ctx = self.unit.ctx;
        let weight = |n| ctx.i32_type().const_int(n, false).into();
        let node = ctx.metadata_node(&[ctx.metadata_string("branch_weights").into(), weight(1), weight(1 << 20)]);
        branch.set_metadata(node, ctx.get_kind_id("prof"))?;
        Ok(())
    }

    /// Inline assembly that is nothing but opaque: the result has the operand's bits.
    pub fn opaque(
        &self,
        value: BasicValueEnum<'ctx>,
        result: inkwell::types::BasicTypeEnum<'ctx>,
    ) -> Result<BasicValueEnum<'ctx>> {
        use inkwell::types::BasicType;
        use inkwell::values::BasicValue;
        let ty = result.fn_type(&[value.get_type().into()], false);
        let asm = self.unit.ctx.create_inline_asm(ty, String::new(), "=r,0".to_owned(), true, false, None, false);
        let call = self.b.build_indirect_call(ty, asm, &[value.into()], "")?;
        self.mark_assembly(call);
        // SAFETY: the call has a result, which is a basic value.
        Ok(unsafe { BasicValueEnum::new(call.as_value_ref()) }.as_basic_value_enum())
    }
}
