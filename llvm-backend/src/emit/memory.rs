//! Loads, stores, copies, atomics and stack slots.
//!
//! Memory that holds pointers is copied and cleared word by word (a collected pointer must never be in an integer
//! register, where no stack map sees it) or by the runtime's word-wise functions, never by `llvm.memcpy`.

use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{BasicValue, BasicValueEnum, InstructionValue, PointerValue};
use inkwell::{AtomicOrdering, AtomicRMWBinOp, IntPredicate};
use middle::mir::{AtomicOp, Layout, LayoutId, Op, Slot, SlotData, Ty, Value};

use super::func::{FuncEmitter, Result};
use super::{NOWB, Unit, abi};

/// Words copied or cleared by instructions; above, the runtime is called.
const INLINE_WORDS: u64 = 8;
/// Words of a stack slot cleared by instructions, so that it can still be split into scalars.
const INLINE_SLOT_WORDS: u64 = 16;

/// The type of a stack slot: its words, those with pointers typed so, and odd bytes at the end.
fn slot_type<'ctx>(unit: &Unit<'ctx, '_>, layout: &Layout) -> BasicTypeEnum<'ctx> {
    let ctx = unit.ctx;
    if layout.ptr_words.is_empty() {
        return match (layout.size, layout.align) {
            (size, 8) => ctx.i64_type().array_type((size / 8) as u32).into(),
            (size, _) => ctx.i8_type().array_type(size as u32).into(),
        };
    }
    let words = layout.size / 8;
    let mut fields: Vec<BasicTypeEnum> = Vec::new();
    let mut run: (bool, u32) = (false, 0);
    let mut flush = |(pointer, n): (bool, u32)| {
        if n > 0 {
            let word: BasicTypeEnum = if pointer { unit.gc_ptr().into() } else { ctx.i64_type().into() };
            fields.push(if n == 1 { word } else { word.array_type(n).into() });
        }
    };
    let mut pointers = layout.ptr_words.iter().peekable();
    for w in 0..words {
        let pointer = pointers.next_if(|p| u64::from(**p) == w).is_some();
        if run.1 > 0 && run.0 == pointer {
            run.1 += 1;
        } else {
            flush(run);
            run = (pointer, 1);
        }
    }
    flush(run);
    match fields.as_slice() {
        [one] => *one,
        many => ctx.struct_type(many, false).into(),
    }
}

/// Makes a slot's alloca in the entry block; the address is a `Ptr` from birth.
pub fn slot<'ctx>(f: &mut FuncEmitter<'_, 'ctx, '_>, data: &SlotData) -> Result<PointerValue<'ctx>> {
    let layout = f.unit.mir.layout_of(data.layout);
    let ty = slot_type(f.unit, layout);
    let alloca = f.b.build_alloca(ty, &data.name)?;
    let inst = alloca.as_instruction_value().ok_or("an alloca is no instruction")?;
    inst.set_alignment(layout.align.clamp(1, 16) as u32)?;
    Ok(f.b.build_address_space_cast(alloca, f.unit.gc_ptr(), "")?)
}

impl<'ctx> FuncEmitter<'_, 'ctx, '_> {
    /// The stack slot of this function that an address is in.
    pub fn slot_of(&self, mut v: Value) -> Option<Slot> {
        loop {
            match self.def(v) {
                Some(Op::SlotAddr(slot)) => return Some(*slot),
                Some(Op::PtrAdd { base, .. } | Op::PtrIndex { base, .. }) => v = *base,
                _ => return None,
            }
        }
    }

    /// Whether what is stored there must be in memory when a later access faults.
    fn is_kept(&self, ptr: Value) -> bool {
        self.slot_of(ptr).is_some_and(|slot| self.kept.contains(&slot))
    }

    pub fn offset(&self, base: PointerValue<'ctx>, offset: i64) -> Result<PointerValue<'ctx>> {
        if offset == 0 {
            return Ok(base);
        }
        let index = self.unit.ctx.i64_type().const_int(offset as u64, true);
        // SAFETY: plain address arithmetic, not claimed to be in bounds.
        Ok(unsafe { self.b.build_gep(self.unit.ctx.i8_type(), base, &[index], "")? })
    }

    pub fn ptr_index(&self, base: Value, index: Value, scale: u64, offset: i64) -> Result<PointerValue<'ctx>> {
        let index = self.int(index)?;
        let base = self.pointer(base)?;
        let scaled = match scale {
            1 => index,
            _ => self.b.build_int_mul(index, index.get_type().const_int(scale, false), "")?,
        };
        // SAFETY: plain address arithmetic, not claimed to be in bounds.
        let p = unsafe { self.b.build_gep(self.unit.ctx.i8_type(), base, &[scaled], "")? };
        self.offset(p, offset)
    }

    pub fn load(&self, ty: Ty, ptr: Value, volatile: bool) -> Result<BasicValueEnum<'ctx>> {
        let value = self.load_at(ty, self.pointer(ptr)?)?;
        if volatile || self.recovered && self.is_kept(ptr) {
            value.as_instruction_value().ok_or("a load is no instruction")?.set_volatile(true)?;
        }
        self.from_memory(value, ty)
    }

    fn load_at(&self, ty: Ty, ptr: PointerValue<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        Ok(self.b.build_load(abi::memory(self.unit, ty), ptr, "")?)
    }

    pub fn store(&self, ptr: Value, val: Value, nowb: bool, volatile: bool) -> Result<()> {
        let ty = self.ty(val);
        let value = self.to_memory(self.value(val)?, ty)?;
        let store = self.b.build_store(self.pointer(ptr)?, value)?;
        if volatile || self.is_kept(ptr) {
            store.set_volatile(true)?;
        }
        if nowb && ty == Ty::Ptr {
            self.mark_nowb(store)?;
        }
        Ok(())
    }

    fn mark_nowb(&self, store: InstructionValue<'ctx>) -> Result<()> {
        let ctx = self.unit.ctx;
        store.set_metadata(ctx.metadata_node(&[]), ctx.get_kind_id(NOWB))?;
        Ok(())
    }

    /// The words of a layout with their types.
    fn words(layout: &Layout) -> impl Iterator<Item = (i64, Ty)> + '_ {
        (0..layout.size / 8).map(|w| {
            let pointer = layout.ptr_words.binary_search(&(w as u32)).is_ok();
            (8 * w as i64, if pointer { Ty::Ptr } else { Ty::I64 })
        })
    }

    pub fn mem_copy(&mut self, dst: Value, src: Value, layout: LayoutId, nowb: bool) -> Result<()> {
        let mir = self.unit.mir;
        let layout = mir.layout_of(layout);
        let (to, from) = (self.pointer(dst)?, self.pointer(src)?);
        let nowb = nowb || self.slot_of(dst).is_some();
        let size = self.unit.ctx.i64_type().const_int(layout.size, false);
        if layout.size == 0 {
            return Ok(());
        }
        if layout.ptr_words.is_empty() {
            let align = layout.align as u32;
            self.b.build_memcpy(to, align, from, align, size)?;
        } else if layout.size / 8 <= INLINE_WORDS {
            for (offset, ty) in Self::words(layout) {
                let value = self.load_at(ty, self.offset(from, offset)?)?;
                let store = self.b.build_store(self.offset(to, offset)?, value)?;
                if nowb && ty == Ty::Ptr {
                    self.mark_nowb(store)?;
                }
            }
        } else {
            let name = if nowb { "rt_memmove" } else { "rt_memmove_ptrs" };
            self.call_leaf(name, &[to.into(), from.into(), size.into()])?;
        }
        Ok(())
    }

    pub fn mem_zero(&mut self, dst: Value, layout: LayoutId, nowb: bool) -> Result<()> {
        let mir = self.unit.mir;
        let layout = mir.layout_of(layout);
        let to = self.pointer(dst)?;
        let slot = self.slot_of(dst).is_some();
        let nowb = nowb || slot;
        let size = self.unit.ctx.i64_type().const_int(layout.size, false);
        if layout.size == 0 {
            return Ok(());
        }
        if layout.ptr_words.is_empty() {
            self.b.build_memset(to, layout.align as u32, self.unit.ctx.i8_type().const_zero(), size)?;
        } else if layout.size / 8 <= if slot { INLINE_SLOT_WORDS } else { INLINE_WORDS } {
            for (offset, ty) in Self::words(layout) {
                let zero = abi::memory(self.unit, ty).const_zero();
                let store = self.b.build_store(self.offset(to, offset)?, zero)?;
                if nowb && ty == Ty::Ptr {
                    self.mark_nowb(store)?;
                }
            }
        } else {
            let name = if nowb { "rt_memclr" } else { "rt_memclr_ptrs" };
            self.call_leaf(name, &[to.into(), size.into()])?;
        }
        Ok(())
    }

    pub fn atomic(&self, op: AtomicOp, ty: Ty, ptr: Value, args: &[Value]) -> Result<Option<BasicValueEnum<'ctx>>> {
        const ORDER: AtomicOrdering = AtomicOrdering::SequentiallyConsistent;
        let p = self.pointer(ptr)?;
        let mut operands = Vec::new();
        for &a in args {
            operands.push(self.to_memory(self.value(a)?, ty)?);
        }
        let mut operand = operands.iter().copied();
        let mut next = || operand.next().ok_or("an atomic lacks an operand");
        let align = ty.size() as u32;
        let result = match op {
            AtomicOp::Load => {
                let value = self.load_at(ty, p)?;
                let inst = value.as_instruction_value().ok_or("a load is no instruction")?;
                inst.set_alignment(align)?;
                inst.set_atomic_ordering(ORDER)?;
                Some(self.from_memory(value, ty)?)
            }
            AtomicOp::Store => {
                let store = self.b.build_store(p, next()?)?;
                store.set_alignment(align)?;
                store.set_atomic_ordering(ORDER)?;
                None
            }
            AtomicOp::CompareExchange => {
                let (old, new) = (next()?, next()?);
                let pair = self.b.build_cmpxchg(p, old, new, ORDER, ORDER)?;
                Some(self.b.build_extract_value(pair, 1, "")?)
            }
            AtomicOp::Exchange => {
                let old = self.rmw(AtomicRMWBinOp::Xchg, p, next()?);
                Some(self.from_memory(old, ty)?)
            }
            AtomicOp::Add => {
                let delta = next()?;
                let old = self.rmw(AtomicRMWBinOp::Add, p, delta).into_int_value();
                Some(self.b.build_int_add(old, delta.into_int_value(), "")?.into())
            }
            AtomicOp::And => Some(self.rmw(AtomicRMWBinOp::And, p, next()?)),
            AtomicOp::Or => Some(self.rmw(AtomicRMWBinOp::Or, p, next()?)),
        };
        Ok(result)
    }

    /// inkwell's takes integers only; pointers are exchanged too.
    fn rmw(&self, op: AtomicRMWBinOp, ptr: PointerValue<'ctx>, value: BasicValueEnum<'ctx>) -> BasicValueEnum<'ctx> {
        use inkwell::llvm_sys::{LLVMAtomicOrdering, LLVMAtomicRMWBinOp, core};
        use inkwell::values::AsValueRef;
        let op = match op {
            AtomicRMWBinOp::Add => LLVMAtomicRMWBinOp::LLVMAtomicRMWBinOpAdd,
            AtomicRMWBinOp::And => LLVMAtomicRMWBinOp::LLVMAtomicRMWBinOpAnd,
            AtomicRMWBinOp::Or => LLVMAtomicRMWBinOp::LLVMAtomicRMWBinOpOr,
            _ => LLVMAtomicRMWBinOp::LLVMAtomicRMWBinOpXchg,
        };
        // SAFETY: builder and values are live and of one context; the result is of the operand's type.
        unsafe {
            BasicValueEnum::new(core::LLVMBuildAtomicRMW(
                self.b.as_mut_ptr(),
                op,
                ptr.as_value_ref(),
                value.as_value_ref(),
                LLVMAtomicOrdering::LLVMAtomicOrderingSequentiallyConsistent,
                0,
            ))
        }
    }

    /// Comparison of pointers.
    pub fn compare_pointers(&self, p: IntPredicate, a: Value, b: Value) -> Result<BasicValueEnum<'ctx>> {
        Ok(self.b.build_int_compare(p, self.pointer(a)?, self.pointer(b)?, "")?.into())
    }
}
