//! What the collector reads of type descriptors (Go's `internal/abi.Type`): sizes and where the pointers are.
//!
//! Small pointer prefixes have a bit mask. Large types may have it "on demand" (`MASK_ON_DEMAND`): the descriptor then
//! has no mask of its own, and the walk goes down through its array and struct parts, which end in types with masks.

use super::arena;
use super::classes::WORD;

/// The head of `abi.Type`.
#[repr(C)]
pub struct Type {
    pub size: usize,
    /// Bytes of the prefix that holds all pointers.
    pub ptr_bytes: usize,
    pub hash: u32,
    pub tflag: u8,
    pub align: u8,
    pub field_align: u8,
    pub kind: u8,
    pub equal: usize,
    pub gc_data: *const u8,
    pub str: i32,
    pub ptr_to_this: i32,
}

/// `TFlagGCMaskOnDemand`.
const MASK_ON_DEMAND: u8 = 1 << 4;
const KIND_MASK: u8 = 31;
const KIND_ARRAY: u8 = 17;
const KIND_STRUCT: u8 = 25;

#[repr(C)]
struct ArrayType {
    head: Type,
    elem: *const Type,
    slice: *const Type,
    len: usize,
}

#[repr(C)]
struct StructType {
    head: Type,
    pkg_path: *const u8,
    fields: *const StructField,
    field_count: usize,
    field_cap: usize,
}

#[repr(C)]
struct StructField {
    name: *const u8,
    typ: *const Type,
    offset: usize,
}

const _: () = assert!(core::mem::offset_of!(Type, gc_data) == 32 && size_of::<Type>() == 48);

impl Type {
    /// Where the pointers are is found by a walk of unknown depth: not on a goroutine's stack.
    #[inline(always)]
    pub fn is_masked_on_demand(&self) -> bool {
        self.tflag & MASK_ON_DEMAND != 0
    }
}

/// The mask of the first (at most 64) words of a value of the type, which is no larger than that.
#[inline(always)]
fn small_mask(typ: &Type) -> u64 {
    if typ.ptr_bytes <= 8 * WORD && !typ.is_masked_on_demand() {
        // SAFETY: descriptors have a mask bit for each word of the pointer prefix, padded to bytes.
        return u64::from(unsafe { *typ.gc_data });
    }
    wide_mask(typ)
}

#[inline(never)]
fn wide_mask(typ: &Type) -> u64 {
    let mut mask = 0;
    if typ.is_masked_on_demand() {
        for_each_pointer(typ, 0, 0, 64 * WORD, &mut |at| mask |= 1 << (at / WORD));
        return mask;
    }
    for i in 0..typ.ptr_bytes.div_ceil(8 * WORD) {
        // SAFETY: as in `small_mask`.
        mask |= u64::from(unsafe { *typ.gc_data.add(i) }) << (8 * i);
    }
    mask
}

/// The mask of an object of `words` words (at most 64) that is an array of values of the type.
#[inline(always)]
pub fn array_mask(typ: &Type, words: usize) -> u64 {
    let step = typ.size / WORD;
    let mut mask = small_mask(typ);
    if step != 0 && words > step {
        if step == 1 {
            return if words >= 64 { u64::MAX } else { (1 << words) - 1 };
        }
        // Doubling: after each step the first `done` words are right.
        let mut done = step;
        while done < words {
            mask |= mask << done;
            done *= 2;
        }
    }
    mask
}

/// Calls `f` with each pointer slot in `[from, to)` of the array of `typ` that starts at `base`. Bounds are addresses
/// on word borders; the array is taken to reach to `to`.
#[inline]
pub fn for_each_array_pointer(typ: &Type, base: usize, from: usize, to: usize, f: &mut impl FnMut(usize)) {
    if typ.size == 0 || typ.ptr_bytes == 0 {
        return;
    }
    let mut at = base + (from - base) / typ.size * typ.size;
    while at < to {
        for_each_pointer(typ, at, from, to, f);
        at += typ.size;
    }
}

/// Calls `f` with each pointer slot in `[from, to)` of the value of the type at `base`.
pub fn for_each_pointer(typ: &Type, base: usize, from: usize, to: usize, f: &mut impl FnMut(usize)) {
    if typ.ptr_bytes == 0 || base + typ.ptr_bytes <= from || base >= to {
        return;
    }
    if !typ.is_masked_on_demand() {
        return for_each_masked(typ.gc_data, base, from, to.min(base + typ.ptr_bytes), f);
    }
    let address = typ as *const Type;
    match typ.kind & KIND_MASK {
        KIND_ARRAY => {
            // SAFETY: a descriptor of this kind is an ArrayType; its element descriptor lives as long.
            let (elem, len) = unsafe { (&*(*address.cast::<ArrayType>()).elem, (*address.cast::<ArrayType>()).len) };
            dyn_array(elem, base, from, to.min(base + len * elem.size), f);
        }
        KIND_STRUCT => {
            // SAFETY: a descriptor of this kind is a StructType with that many fields.
            let fields = unsafe {
                let typ = &*address.cast::<StructType>();
                core::slice::from_raw_parts(typ.fields, typ.field_count)
            };
            for field in fields {
                // SAFETY: a field's type descriptor lives as long as the struct's.
                dyn_value(unsafe { &*field.typ }, base + field.offset, from, to, f);
            }
        }
        _ => super::os::fatal(format_args!("gc: type of kind {} without a pointer mask", typ.kind)),
    }
}

/// As [`for_each_array_pointer`], called through a vtable so that the recursion is not instantiated without end.
fn dyn_array(elem: &Type, base: usize, from: usize, to: usize, f: &mut dyn FnMut(usize)) {
    if base < to {
        for_each_array_pointer(elem, base, from.max(base), to, &mut |at| f(at));
    }
}

fn dyn_value(typ: &Type, base: usize, from: usize, to: usize, f: &mut dyn FnMut(usize)) {
    for_each_pointer(typ, base, from, to, &mut |at| f(at));
}

#[inline]
fn for_each_masked(mask: *const u8, base: usize, from: usize, to: usize, f: &mut impl FnMut(usize)) {
    let first = from.saturating_sub(base) / WORD;
    let end = (to - base).div_ceil(WORD);
    let mut byte = first / 8;
    while byte * 8 < end {
        // SAFETY: descriptors have a mask bit for each word of the pointer prefix, padded to bytes.
        let mut bits = u32::from(unsafe { *mask.add(byte) });
        if byte * 8 < first {
            bits &= u32::MAX << (first - byte * 8);
        }
        while bits != 0 {
            let word = byte * 8 + bits.trailing_zeros() as usize;
            if word >= end {
                return;
            }
            f(base + word * WORD);
            bits &= bits - 1;
        }
        byte += 1;
    }
}

/// Calls `f` with each pointer slot in `[from, to)`, a part of one object of the heap.
#[inline]
pub fn for_each_object_pointer(
    span: &super::span::Span,
    index: usize,
    from: usize,
    to: usize,
    f: &mut impl FnMut(usize),
) {
    if span.pointer_free() {
        return;
    }
    let object = span.object(index);
    if span.is_masked() {
        let skip = ((from - object) / WORD) as u32;
        let mut mask = arena::read_mask(object, (to - object).div_ceil(WORD) as u32) >> skip << skip;
        while mask != 0 {
            f(object + mask.trailing_zeros() as usize * WORD);
            mask &= mask - 1;
        }
        return;
    }
    // SAFETY: the entry is null (a slot never handed out) or a descriptor that lives as long as the object.
    if let Some(typ) = unsafe { span.type_of(index).as_ref() } {
        for_each_array_pointer(typ, object, from, to, f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn of(size: usize, ptr_bytes: usize, mask: &'static [u8]) -> Type {
        Type {
            size,
            ptr_bytes,
            hash: 0,
            tflag: 0,
            align: 8,
            field_align: 8,
            kind: KIND_STRUCT,
            equal: 0,
            gc_data: mask.as_ptr(),
            str: 0,
            ptr_to_this: 0,
        }
    }

    fn pointers(typ: &Type, base: usize, from: usize, to: usize) -> Vec<usize> {
        let mut out = Vec::new();
        for_each_array_pointer(typ, base, from, to, &mut |at| out.push(at));
        out
    }

    #[test]
    fn masks_repeat_over_arrays() {
        let pair = of(16, 8, &[1]);
        assert_eq!(array_mask(&pair, 2), 1);
        assert_eq!(array_mask(&pair, 7), 0b101_0101 | array_mask(&pair, 7) & !0x7f);
        assert_eq!(array_mask(&pair, 64), 0x5555_5555_5555_5555);
        assert_eq!(array_mask(&of(8, 8, &[1]), 64), u64::MAX);
        let triple = of(24, 24, &[0b101]);
        assert_eq!(array_mask(&triple, 9) & 0x1ff, 0b101_101_101);
    }

    #[test]
    fn walks_stay_in_their_bounds() {
        let triple = of(24, 24, &[0b101]);
        assert_eq!(pointers(&triple, 1000, 1000, 1048), [1000, 1016, 1024, 1040]);
        assert_eq!(pointers(&triple, 1000, 1008, 1040), [1016, 1024]);
        let wide = of(160, 136, &[0, 0x80, 1]);
        assert_eq!(pointers(&wide, 0, 0, 320), [120, 128, 280, 288]);
    }

    #[test]
    fn types_without_a_mask_are_walked_by_their_parts() {
        let elem = of(16, 16, &[0b10]);
        let array = ArrayType {
            head: Type { tflag: MASK_ON_DEMAND, kind: KIND_ARRAY, ..of(48, 48, &[]) },
            elem: &elem,
            slice: core::ptr::null(),
            len: 3,
        };
        let field = |typ: *const Type, offset| StructField { name: core::ptr::null(), typ, offset };
        let fields = [field(&array.head, 8), field(&elem, 56)];
        let both = StructType {
            head: Type { tflag: MASK_ON_DEMAND, kind: KIND_STRUCT, ..of(72, 72, &[]) },
            pkg_path: core::ptr::null(),
            fields: fields.as_ptr(),
            field_count: 2,
            field_cap: 2,
        };
        // SAFETY: head is the first field, and the whole is read through it.
        let typ = unsafe { &*(&raw const both).cast::<Type>() };
        assert_eq!(pointers(typ, 0, 0, 72), [16, 32, 48, 64]);
        assert_eq!(pointers(typ, 0, 32, 56), [32, 48]);
    }
}
