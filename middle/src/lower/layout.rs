//! Sizes, pointer masks and value classification: how a Go type becomes scalars or memory.
//!
//! Everything that needs to know how a value travels asks here. A type is either
//! - *scalars*: at most [`MAX_SCALARS`] leaves after flattening structs and arrays of length 1; the value is
//!   that many SSA values, and each knows its offset in memory; or
//! - *memory*: anything else; the value is a pointer to a memory object nobody changes while it is used.

use std::collections::HashMap;
use std::rc::Rc;

use frontend::types::{Basic, Type, TypeId, Types};

use crate::mir::{Layout, Ty};

/// Most scalars a value may flatten to; enough for a slice with a flag, two strings, `time.Time`, `reflect.Value`.
pub const MAX_SCALARS: usize = 4;

/// Bytes of a pointer: all targets are 64-bit.
pub const WORD: u64 = 8;

/// One leaf of a flattened value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leaf {
    pub ty: Ty,
    pub offset: u64,
}

/// What the code generator needs to know about a type.
#[derive(Debug)]
pub struct Info {
    pub size: u64,
    pub align: u64,
    /// Bytes from the start up to and including the last pointer word.
    pub ptr_bytes: u64,
    /// The leaves, or `None` for a memory type.
    pub leaves: Option<Box<[Leaf]>>,
}

impl Info {
    pub fn has_pointers(&self) -> bool {
        self.ptr_bytes != 0
    }

    pub fn is_memory(&self) -> bool {
        self.leaves.is_none()
    }
}

/// A memo of [`Info`] over the program's types.
pub struct Layouts<'t> {
    types: &'t Types,
    infos: HashMap<TypeId, Rc<Info>>,
    offsets: HashMap<TypeId, Rc<[u64]>>,
}

impl<'t> Layouts<'t> {
    pub fn new(types: &'t Types) -> Layouts<'t> {
        Layouts { types, infos: HashMap::new(), offsets: HashMap::new() }
    }

    pub fn info(&mut self, ty: TypeId) -> Rc<Info> {
        if let Some(info) = self.infos.get(&ty) {
            return info.clone();
        }
        let info = Rc::new(self.compute(ty));
        self.infos.insert(ty, info.clone());
        info
    }

    fn scalars(leaves: &[Ty]) -> Info {
        let mut offset = 0;
        let mut ptr_bytes = 0;
        let mut align = 1;
        let leaves: Box<[Leaf]> = leaves
            .iter()
            .map(|&ty| {
                let leaf = Leaf { ty, offset };
                offset += ty.size();
                align = align.max(ty.size());
                if ty == Ty::Ptr {
                    ptr_bytes = offset;
                }
                leaf
            })
            .collect();
        Info { size: offset, align, ptr_bytes, leaves: Some(leaves) }
    }

    fn compute(&mut self, ty: TypeId) -> Info {
        match self.types.under(ty) {
            Type::Basic(b) => Self::scalars(basic_leaves(*b)),
            Type::Pointer(_) | Type::Map { .. } | Type::Chan { .. } | Type::Signature(_) => Self::scalars(&[Ty::Ptr]),
            Type::Slice(_) => Self::scalars(&[Ty::Ptr, Ty::I64, Ty::I64]),
            Type::Interface(_) => Self::scalars(&[Ty::Ptr, Ty::Ptr]),
            &Type::Array { elem, len } => {
                let elem = self.info(elem);
                let ptr_bytes =
                    if len == 0 || elem.ptr_bytes == 0 { 0 } else { elem.size * (len - 1) + elem.ptr_bytes };
                let leaves = match len {
                    0 => Some(Box::default()),
                    1 => elem.leaves.clone(),
                    _ if elem.size == 0 => Some(Box::default()),
                    _ => None,
                };
                Info { size: elem.size * len, align: elem.align, ptr_bytes, leaves }
            }
            Type::Struct(fields) => {
                let offsets = self.field_offsets(ty);
                let mut ptr_bytes = 0;
                let mut leaves: Option<Vec<Leaf>> = Some(Vec::new());
                for (field, &offset) in fields.iter().zip(&*offsets) {
                    let info = self.info(field.ty);
                    if info.ptr_bytes > 0 {
                        ptr_bytes = offset + info.ptr_bytes;
                    }
                    match (&mut leaves, &info.leaves) {
                        (Some(all), Some(more)) if all.len() + more.len() <= MAX_SCALARS => {
                            all.extend(more.iter().map(|l| Leaf { ty: l.ty, offset: l.offset + offset }));
                        }
                        _ => leaves = None,
                    }
                }
                Info {
                    size: self.types.sizeof(ty),
                    align: self.types.alignof(ty),
                    ptr_bytes,
                    leaves: leaves.map(Vec::into_boxed_slice),
                }
            }
            Type::Tuple(elems) => {
                // Only asked for by code that handles tuples as lists; give something harmless.
                debug_assert!(elems.is_empty());
                Info { size: 0, align: 1, ptr_bytes: 0, leaves: Some(Box::default()) }
            }
            Type::Named(_) | Type::Union(_) | Type::TypeParam(_) => {
                Info { size: 0, align: 1, ptr_bytes: 0, leaves: Some(Box::default()) }
            }
        }
    }

    /// Byte offsets of a struct type's fields.
    pub fn field_offsets(&mut self, ty: TypeId) -> Rc<[u64]> {
        if let Some(offsets) = self.offsets.get(&ty) {
            return offsets.clone();
        }
        let offsets: Rc<[u64]> = self.types.offsetsof(ty).into();
        self.offsets.insert(ty, offsets.clone());
        offsets
    }

    /// The range of a field's leaves within its struct's leaves.
    pub fn field_leaves(&mut self, ty: TypeId, field: usize) -> std::ops::Range<usize> {
        let Type::Struct(fields) = self.types.under(ty) else { return 0..0 };
        let count = |s: &mut Self, i: usize| s.info(fields[i].ty).leaves.as_ref().map_or(0, |l| l.len());
        let start = (0..field).map(|i| count(self, i)).sum();
        start..start + count(self, field)
    }

    /// The memory layout of an object of this type.
    pub fn layout(&mut self, ty: TypeId) -> Layout {
        let info = self.info(ty);
        let mut ptr_words = Vec::new();
        self.pointer_words(ty, 0, &mut ptr_words);
        Layout { size: info.size, align: info.align, ptr_words }
    }

    /// Adds the word indices of all pointers in an object of this type at `base`.
    pub fn pointer_words(&mut self, ty: TypeId, base: u64, out: &mut Vec<u32>) {
        let info = self.info(ty);
        if !info.has_pointers() {
            return;
        }
        if let Some(leaves) = &info.leaves {
            out.extend(leaves.iter().filter(|l| l.ty == Ty::Ptr).map(|l| ((base + l.offset) / WORD) as u32));
            return;
        }
        match self.types.under(ty) {
            &Type::Array { elem, len } => {
                let size = self.info(elem).size;
                let mut one = Vec::new();
                self.pointer_words(elem, 0, &mut one);
                for i in 0..len {
                    let start = ((base + i * size) / WORD) as u32;
                    out.extend(one.iter().map(|w| start + w));
                }
            }
            Type::Struct(fields) => {
                let offsets = self.field_offsets(ty);
                for (f, offset) in fields.iter().zip(&*offsets) {
                    self.pointer_words(f.ty, base + offset, out);
                }
            }
            _ => {}
        }
    }

    /// Whether an interface's data word holds the value itself: exactly one pointer.
    pub fn is_direct(&mut self, ty: TypeId) -> bool {
        let info = self.info(ty);
        info.size == WORD && info.ptr_bytes == WORD
    }
}

fn basic_leaves(b: Basic) -> &'static [Ty] {
    use Basic::*;
    match b {
        Bool | UntypedBool => &[Ty::Bool],
        Int8 | Uint8 => &[Ty::I8],
        Int16 | Uint16 => &[Ty::I16],
        Int32 | Uint32 | UntypedRune => &[Ty::I32],
        Int | Int64 | Uint | Uint64 | Uintptr | UntypedInt => &[Ty::I64],
        Float32 => &[Ty::F32],
        Float64 | UntypedFloat => &[Ty::F64],
        Complex64 => &[Ty::F32, Ty::F32],
        Complex128 | UntypedComplex => &[Ty::F64, Ty::F64],
        String | UntypedString => &[Ty::Ptr, Ty::I64],
        UnsafePointer | UntypedNil => &[Ty::Ptr],
        Invalid => &[],
    }
}
