//! Constant data: strings, static closures, layout descriptors, and a buffer to write data globals with.

use frontend::types::TypeId;

use super::Lower;
use crate::mir::*;

/// Bytes and relocations of a data global under construction.
#[derive(Default)]
pub struct DataBuf {
    pub bytes: Vec<u8>,
    pub relocs: Vec<Reloc>,
    /// Nobody reads it: nothing is kept, nor of the objects that it would lead to.
    pub discarded: bool,
}

impl DataBuf {
    pub fn sized(size: u64) -> DataBuf {
        DataBuf { bytes: vec![0; size as usize], ..DataBuf::default() }
    }

    /// An empty buffer for an object that this one leads to.
    pub fn inner(&self) -> DataBuf {
        DataBuf { discarded: self.discarded, ..DataBuf::default() }
    }

    pub fn put(&mut self, offset: u64, bytes: &[u8]) {
        if self.discarded {
            return;
        }
        let end = offset as usize + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[offset as usize..end].copy_from_slice(bytes);
    }

    pub fn u8(&mut self, offset: u64, value: u8) {
        self.put(offset, &[value]);
    }

    pub fn u16(&mut self, offset: u64, value: u16) {
        self.put(offset, &value.to_le_bytes());
    }

    pub fn u32(&mut self, offset: u64, value: u32) {
        self.put(offset, &value.to_le_bytes());
    }

    pub fn u64(&mut self, offset: u64, value: u64) {
        self.put(offset, &value.to_le_bytes());
    }

    /// An absolute address, 8 bytes.
    pub fn address(&mut self, offset: u64, target: Symbol, addend: i64) {
        self.put(offset, &[0; 8]);
        if !self.discarded {
            self.relocs.push(Reloc { offset, target, addend, kind: RelocKind::Abs64 });
        }
    }

    /// The offset of a name, type or code in gc's sense, 4 bytes: counted from 0, so that it means the same whichever
    /// descriptor it is said to belong to. Reflection resolves offsets of a type's methods against a pointer to it.
    pub fn offset(&mut self, offset: u64, target: Symbol) {
        self.put(offset, &[0; 4]);
        self.relocs.push(Reloc { offset, target, addend: 0, kind: RelocKind::Abs32 });
    }
}

/// Relocations in the order of their slots.
pub fn sorted(mut relocs: Vec<Reloc>) -> Vec<Reloc> {
    relocs.sort_by_key(|r| r.offset);
    relocs
}

/// FNV-1a of 128 bits, for names of long content.
pub fn fnv128(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62272e07bb014262b821756295c58d, |h: u128, &b| {
        (h ^ u128::from(b)).wrapping_mul(0x0000000001000000000000000000013B)
    })
}

/// FNV-1a of 32 bits: the hash in type descriptors.
pub fn fnv32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c9dc5, |h: u32, &b| (h ^ u32::from(b)).wrapping_mul(0x01000193))
}

impl Lower<'_> {
    /// Defines a shared read-only global unless it is there already.
    pub(super) fn constant(&mut self, name: &str, align: u64, buf: impl FnOnce(&mut Self) -> DataBuf) -> Symbol {
        let sym = self.m.declare(name, None);
        if self.requested.insert(name.to_owned()) {
            let buf = buf(self);
            self.define_data(sym, buf, align, true, true);
        }
        sym
    }

    pub(super) fn define_data(&mut self, sym: Symbol, buf: DataBuf, align: u64, read_only: bool, dedup: bool) {
        let size = (buf.bytes.len() as u64).next_multiple_of(align);
        let (bytes, relocs) = (buf.bytes, sorted(buf.relocs));
        // What compiled code reads as pointers: addresses of data. They need no tracing, but loads are checked.
        let is_pointer = |r: &&Reloc| {
            let code = matches!(self.m.symbols[r.target.index()].def, Def::Func(_) | Def::Extern(Some(_)));
            r.kind == RelocKind::Abs64 && r.offset % 8 == 0 && !code
        };
        let ptr_words = if align == 8 {
            relocs.iter().filter(is_pointer).map(|r| (r.offset / 8) as u32).collect()
        } else {
            Vec::new()
        };
        let layout = self.m.layout(Layout { size, align, ptr_words });
        self.m.define(sym, Def::Data(Data { layout, bytes, relocs, read_only }), dedup);
    }

    /// The bytes of a string constant. Not for empty strings.
    pub(super) fn string_data(&mut self, bytes: &[u8]) -> Symbol {
        let plain = bytes.len() <= 40 && bytes.iter().all(|b| (0x20..0x7f).contains(b) && !b"\"\\".contains(b));
        let name = if plain {
            format!("go:string.\"{}\"", String::from_utf8_lossy(bytes))
        } else {
            format!("go:string.{}.{:032x}", bytes.len(), fnv128(bytes))
        };
        let bytes = bytes.to_vec();
        self.constant(&name, 1, |_| DataBuf { bytes, ..DataBuf::default() })
    }

    /// The closure object of a function that captures nothing: one word, the code's address.
    pub(super) fn static_closure(&mut self, func: Symbol) -> Symbol {
        let name = format!("{}·f", self.m.name_of(func));
        self.constant(&name, 8, |_| {
            let mut buf = DataBuf::default();
            buf.address(0, func, 0);
            buf
        })
    }

    pub(super) fn layout_id(&mut self, ty: TypeId) -> LayoutId {
        if let Some(&id) = self.layout_ids.get(&ty) {
            return id;
        }
        let layout = self.layouts.layout(ty);
        let id = self.m.layout(layout);
        self.layout_ids.insert(ty, id);
        id
    }

    /// A descriptor that says only what the allocator and the collector ask: size, alignment, pointer words.
    pub(super) fn mem_desc(&mut self, id: LayoutId) -> Symbol {
        let layout = self.m.layout_of(id).clone();
        let mask = pointer_mask(&layout.ptr_words);
        let name = format!("type:.mem.{}.{}.{}", layout.size, layout.align, mask_name(&mask));
        self.constant(&name, 8, |lo| {
            let mut buf = DataBuf::sized(48);
            let gc = lo.gc_mask(&mask);
            buf.u64(0, layout.size);
            buf.u64(8, layout.ptr_words.last().map_or(0, |&w| (u64::from(w) + 1) * 8));
            buf.u32(16, fnv32(name.as_bytes()));
            buf.u8(20, super::types_desc::flag::EXTRA_STAR);
            buf.u8(21, layout.align as u8);
            buf.u8(22, layout.align as u8);
            buf.u8(23, super::types_desc::kind::STRUCT);
            buf.address(32, gc, 0);
            let str_name = lo.name_data("*struct {}", "", false, false, None);
            buf.offset(40, str_name);
            buf
        })
    }

    /// The pointer bitmap, one bit a word, padded to words.
    pub(super) fn gc_mask(&mut self, mask: &[u8]) -> Symbol {
        let name = format!("runtime.gcbits.{}", mask_name(mask));
        let mask = mask.to_vec();
        self.constant(&name, 8, |_| DataBuf { bytes: mask, ..DataBuf::default() })
    }
}

/// The bitmap of pointer words, padded to whole words; one word of zero for none.
pub fn pointer_mask(words: &[u32]) -> Vec<u8> {
    let bits = words.last().map_or(1, |&w| w as usize + 1);
    let mut mask = vec![0u8; bits.div_ceil(64) * 8];
    for &w in words {
        mask[w as usize / 8] |= 1 << (w % 8);
    }
    mask
}

fn mask_name(mask: &[u8]) -> String {
    use std::fmt::Write;
    let end = mask.iter().rposition(|&b| b != 0).map_or(0, |i| i + 1);
    if end > 24 {
        return format!("{}.{:032x}", mask.len(), fnv128(mask));
    }
    mask[..end].iter().fold(String::new(), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}
