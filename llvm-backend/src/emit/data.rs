//! Data globals: bytes with addresses in between.

use inkwell::AddressSpace;
use inkwell::module::Linkage;
use inkwell::values::{AsValueRef, BasicValueEnum};
use middle::mir::{Data, RelocKind, Symbol};

use super::{GC, Unit};
use crate::sections::Mask;

/// Defines a data symbol. Each has a section of its own, so that the linker can drop it.
pub fn define(unit: &mut Unit, symbol: Symbol, data: &Data) {
    let mir = unit.mir;
    let name = mir.name_of(symbol);
    let layout = mir.layout_of(data.layout);
    // Distinct globals have distinct addresses, empty ones too.
    let size = layout.size.max(1);
    let ctx = unit.ctx;
    let zero = data.bytes.iter().all(|b| *b == 0) && data.relocs.is_empty();

    let fields = if zero { Vec::new() } else { Vec::from_iter(pieces(data, size)) };
    let types: Vec<_> = fields
        .iter()
        .map(|piece| match piece {
            Piece::Bytes { len, .. } => ctx.i8_type().array_type(*len as u32).into(),
            Piece::Reloc(i) => match data.relocs[*i].kind {
                RelocKind::Abs64 if unit.is_function(data.relocs[*i].target) => unit.raw_ptr().into(),
                RelocKind::Abs64 => unit.gc_ptr().into(),
                RelocKind::Abs32 => ctx.i32_type().into(),
            },
        })
        .collect();
    let ty: inkwell::types::BasicTypeEnum = match zero {
        true => ctx.i8_type().array_type(size as u32).into(),
        false => ctx.struct_type(&types, true).into(),
    };
    // An earlier initialiser may have named the symbol before this definition.
    let declared = unit.module.get_global(name);
    if let Some(old) = &declared {
        old.set_name("");
    }
    let global = unit.module.add_global(ty, Some(AddressSpace::from(GC)), name);
    if let Some(old) = declared {
        // SAFETY: two live globals of one pointer type; the old one has no uses left when it is deleted.
        unsafe {
            inkwell::llvm_sys::core::LLVMReplaceAllUsesWith(old.as_value_ref(), global.as_value_ref());
            old.delete();
        }
    }
    global.set_linkage(Linkage::External);
    global.set_alignment(layout.align.max(1) as u32);
    global.set_constant(data.read_only);

    let init: BasicValueEnum = if zero {
        ty.const_zero()
    } else {
        let values: Vec<BasicValueEnum> = fields
            .iter()
            .map(|piece| match piece {
                Piece::Bytes { start, len } => bytes(unit, data, *start, *len),
                Piece::Reloc(i) => {
                    let reloc = &data.relocs[*i];
                    // As in the field's type, so that loads of constants fold; integers are made of raw pointers.
                    let code = reloc.kind == RelocKind::Abs32 || unit.is_function(reloc.target);
                    let target = if code { unit.code_address(reloc.target) } else { unit.data_address(reloc.target) };
                    let index = ctx.i64_type().const_int(reloc.addend as u64, true);
                    // SAFETY: plain address arithmetic on constants.
                    let target = match reloc.addend {
                        0 => target,
                        _ => unsafe { target.const_gep(ctx.i8_type(), &[index]) },
                    };
                    match reloc.kind {
                        RelocKind::Abs64 => target.into(),
                        RelocKind::Abs32 => target.const_to_int(ctx.i64_type()).const_truncate(ctx.i32_type()).into(),
                    }
                }
            })
            .collect();
        ctx.const_struct(&values, true).into()
    };
    global.set_initializer(&init);
    if !data.read_only && !layout.ptr_words.is_empty() {
        let words = (layout.size / 8) as u32;
        unit.tables.data_roots(name, Mask::new(words, &layout.ptr_words));
    }
}

enum Piece {
    Bytes { start: u64, len: u64 },
    Reloc(usize),
}

/// Cuts the object at its relocations, which are in order.
fn pieces(data: &Data, size: u64) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    for (i, r) in data.relocs.iter().enumerate() {
        if r.offset > at {
            out.push(Piece::Bytes { start: at, len: r.offset - at });
        }
        out.push(Piece::Reloc(i));
        at = r.offset
            + match r.kind {
                RelocKind::Abs64 => 8,
                RelocKind::Abs32 => 4,
            };
    }
    if at < size {
        out.push(Piece::Bytes { start: at, len: size - at });
    }
    out
}

fn bytes<'ctx>(unit: &Unit<'ctx, '_>, data: &Data, start: u64, len: u64) -> BasicValueEnum<'ctx> {
    let ctx = unit.ctx;
    let given = data.bytes.get(start as usize..).unwrap_or_default();
    let given = &given[..given.len().min(len as usize)];
    if given.iter().all(|b| *b == 0) {
        return ctx.i8_type().array_type(len as u32).const_zero().into();
    }
    let mut all = given.to_vec();
    all.resize(len as usize, 0);
    ctx.const_string(&all, false).into()
}
