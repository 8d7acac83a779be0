//! Sizes, alignments and field offsets, equal to gc's on 64-bit targets.
//!
//! Invariant: every basic type is aligned to its size, at most to 8; a struct that ends in a zero-size field gets
//! one byte of padding, so that a pointer to that field points into the struct.

use super::*;

/// Bytes of a pointer, and the largest alignment.
pub const WORD: u64 = 8;

fn align_up(offset: u64, align: u64) -> u64 {
    offset.saturating_add(align - 1) / align * align
}

impl Types {
    /// Bytes a variable of this type takes. The type must not mention type parameters.
    pub fn sizeof(&self, ty: TypeId) -> u64 {
        match self.under(ty) {
            Type::Basic(basic) => match basic {
                Basic::Bool | Basic::Int8 | Basic::Uint8 | Basic::UntypedBool => 1,
                Basic::Int16 | Basic::Uint16 => 2,
                Basic::Int32 | Basic::Uint32 | Basic::Float32 | Basic::UntypedRune => 4,
                Basic::Complex128 | Basic::UntypedComplex | Basic::String | Basic::UntypedString => 16,
                Basic::Invalid => 0,
                _ => 8,
            },
            Type::Pointer(_) | Type::Map { .. } | Type::Chan { .. } | Type::Signature(_) => WORD,
            Type::Slice(_) => 3 * WORD,
            Type::Interface(_) => 2 * WORD,
            &Type::Array { elem, len } => self.sizeof(elem).saturating_mul(len),
            Type::Struct(fields) => {
                let Some(last) = fields.last() else { return 0 };
                let start = self.offsetsof(ty).last().copied().unwrap_or(0);
                let size = self.sizeof(last.ty);
                let end = start.saturating_add(if size == 0 && start > 0 { 1 } else { size });
                align_up(end, self.alignof(ty))
            }
            Type::Tuple(elems) => elems.iter().map(|&t| align_up(self.sizeof(t), WORD)).sum(),
            Type::Named(_) | Type::TypeParam(_) | Type::Union(_) => 0,
        }
    }

    /// Alignment in bytes, at least 1.
    pub fn alignof(&self, ty: TypeId) -> u64 {
        match self.under(ty) {
            Type::Basic(Basic::Complex64) => 4,
            Type::Basic(_) => self.sizeof(ty).clamp(1, WORD),
            &Type::Array { elem, .. } => self.alignof(elem),
            Type::Struct(fields) => {
                if self.is_align64(ty) {
                    return 8;
                }
                fields.iter().map(|f| self.alignof(f.ty)).max().unwrap_or(1)
            }
            _ => WORD,
        }
    }

    /// `internal/runtime/atomic` and `sync/atomic` mark 64-bit types by a field of type `align64`.
    fn is_align64(&self, ty: TypeId) -> bool {
        let Type::Named(named) = self.get(ty) else { return false };
        let object = self.object(named.obj);
        object.name.as_str() == "align64"
            && object
                .pkg
                .is_some_and(|pkg| matches!(&*self.package(pkg).path, "sync/atomic" | "internal/runtime/atomic"))
    }

    /// The offset of each field of a struct type.
    pub fn offsetsof(&self, ty: TypeId) -> Vec<u64> {
        let Some(fields) = self.struct_fields(ty) else { return Vec::new() };
        let mut offset = 0u64;
        fields
            .iter()
            .map(|field| {
                let start = align_up(offset, self.alignof(field.ty));
                offset = start.saturating_add(self.sizeof(field.ty));
                start
            })
            .collect()
    }

    /// Whether size and layout depend on type parameters.
    pub fn has_var_size(&self, ty: TypeId) -> bool {
        match self.get(ty) {
            Type::TypeParam(_) => true,
            _ => match self.under(ty) {
                &Type::Array { elem, .. } => self.has_var_size(elem),
                Type::Struct(fields) => fields.iter().any(|f| self.has_var_size(f.ty)),
                _ => false,
            },
        }
    }
}
