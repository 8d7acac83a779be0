//! The packed tables, written after linking into the last load segment.
//!
//! All integers are little-endian. Offsets in the header are from the tables' first byte; code addresses are
//! offsets from `text_start`. The runtime finds them through the [`Header`] at `rt_tables_header`, which the
//! finalize step patches in the linked file.
//!
//! Call sites: `site_count` records of [`Site`] sorted by `pc`, each with a varint root stream in the `roots` area.
//!
//! Every area of records starts 8-aligned. A varint is little-endian base 128, the high bit of a byte meaning "more".

/// Magic of a patched header.
pub const MAGIC: u64 = u64::from_le_bytes(*b"INGOTTB1");

/// The static `rt_tables_header`. The runtime defines it, all zero, in a section with contents in the file
/// (`.data.rel.ro.ingot`, not `.bss`), and reads it volatile.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Header {
    /// [`MAGIC`] once patched, 0 in the archive.
    pub magic: u64,
    /// Address of the tables' first byte.
    pub tables: u64,
    pub text_start: u64,
    pub text_end: u64,
    /// Offset and count of [`Site`] records.
    pub sites: u64,
    pub site_count: u64,
    /// Offset and bytes of the varint root streams, of sites and of stack objects.
    pub roots: u64,
    pub roots_size: u64,
    /// Offset and count of [`Function`] records.
    pub functions: u64,
    pub function_count: u64,
    /// Offset of the string bytes.
    pub strings: u64,
    /// Offset and count of the [`Line`] records.
    pub lines: u64,
    pub line_count: u64,
    /// `.eh_frame_hdr`'s address.
    pub eh_frame_hdr: u64,
    /// Writable data that may hold pointers: offset and count of [`RootRange`] records.
    pub root_ranges: u64,
    pub root_range_count: u64,
    /// Fault sites: offset and count of [`FaultSite`] records sorted by `pc`.
    pub faults: u64,
    pub fault_count: u64,
    /// Descriptors of unnamed types, sorted by their string: offset and count of `i32` addresses.
    pub typelinks: u64,
    pub typelink_count: u64,
}

impl Header {
    /// Of no tables, as the archive has it.
    pub const EMPTY: Header = Header {
        magic: 0,
        tables: 0,
        text_start: 0,
        text_end: 0,
        sites: 0,
        site_count: 0,
        roots: 0,
        roots_size: 0,
        functions: 0,
        function_count: 0,
        strings: 0,
        lines: 0,
        line_count: 0,
        eh_frame_hdr: 0,
        root_ranges: 0,
        root_range_count: 0,
        faults: 0,
        fault_count: 0,
        typelinks: 0,
        typelink_count: 0,
    };
}

/// A call's return address and what is live there.
///
/// The root stream at `roots`: a varint `pairs << 1 | objects_live`, then `pairs` base/derived pairs, each a varint
/// `base << 1 | other` followed, if `other` is 1, by a varint `derived`; without it the derived pointer is the base
/// itself. Both are word offsets from SP at the call (the stack pointer just before the call instruction pushed its
/// return address); they may lie in the caller's part of the stack (incoming stack arguments). `objects_live` is 0
/// only at the prologue check, where the frame's stack objects are not initialised yet; else they are the
/// function's: see [`Function::objects`]. [`SiteRoots`] decodes a stream.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Site {
    /// Return address − text_start.
    pub pc: u32,
    /// Offset into the root streams.
    pub roots: u32,
    /// Index of the innermost [`Line`] record, [`NONE`] if none.
    pub line: u32,
    /// Index of the [`Function`] record this call's frame belongs to.
    pub func: u32,
}

/// "No such record" in a `u32` index or offset.
pub const NONE: u32 = u32::MAX;

/// A line of the inline chain.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Line {
    /// Offsets of NUL-terminated strings.
    pub func: u32,
    pub file: u32,
    pub line: u32,
    /// Index of the record it was inlined at, [`NONE`] for the outermost.
    pub inlined_at: u32,
}

/// A Go function.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Function {
    /// Entry − text_start; the records are sorted by it.
    pub entry: u32,
    /// Bytes of code.
    pub size: u32,
    /// Offsets of NUL-terminated strings.
    pub name: u32,
    pub file: u32,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// [`FUNC_WRAPPER`] and the like.
    pub flags: u32,
    /// Stack objects with pointers: offset into the root streams of a varint count, then for each a varint word offset
    /// from SP, a varint word count and that many mask bits, low bit first, padded to bytes. [`NONE`] if there are none.
    pub objects: u32,
    /// Bytes from SP at a call to the return address (amd64: the return address is at SP + frame, the caller's SP at
    /// SP + frame + 8). [`NONE`] in a function without safepoints, which can only be seen by a signal.
    pub frame: u32,
}

/// Compiler-made: left out of tracebacks and of recover's frame count.
pub const FUNC_WRAPPER: u32 = 1;
/// Has a recover landing pad.
pub const FUNC_RECOVER: u32 = 2;
/// No prologue check and no polls.
pub const FUNC_NOSPLIT: u32 = 4;

/// A range of writable data words with a pointer mask.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RootRange {
    pub start: u64,
    pub words: u64,
    /// Offset from the tables' start of the bit mask, one bit a word, low bit first.
    pub mask: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct FaultSite {
    /// Faulting instruction − text_start.
    pub pc: u32,
    /// Where to continue − text_start.
    pub handler: u32,
}

/// Symbol prefix of the pointer mask of a writable data global: the compiler emits section `.ingot.roots` entries
/// of (address u64, words u64, mask bytes padded to 8) that finalize collects and strips.
pub const ROOTS_SECTION: &str = ".ingot.roots";
/// Section with the statepoint-id table of a unit: see the back end's `sites` module.
pub const SITES_SECTION: &str = ".ingot.sites";
/// Section with the function table of a unit.
pub const FUNCS_SECTION: &str = ".ingot.funcs";

/// Reads a varint at `*at` and steps behind it.
pub fn read_varint(bytes: &[u8], at: &mut usize) -> u64 {
    let mut value = 0;
    let mut shift = 0;
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
        shift += 7;
    }
}

/// The base/derived pairs of a site's root stream, as word offsets from SP.
pub struct SiteRoots<'a> {
    bytes: &'a [u8],
    at: usize,
    left: u64,
    /// The function's stack objects are initialised at this site.
    pub objects_live: bool,
}

impl<'a> SiteRoots<'a> {
    /// Decodes the stream at offset `at` of the `roots` area.
    pub fn new(bytes: &'a [u8], at: u32) -> SiteRoots<'a> {
        let mut at = at as usize;
        let head = read_varint(bytes, &mut at);
        SiteRoots { bytes, at, left: head >> 1, objects_live: head & 1 != 0 }
    }
}

impl Iterator for SiteRoots<'_> {
    /// (base, derived)
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        self.left = self.left.checked_sub(1)?;
        let base = read_varint(self.bytes, &mut self.at);
        let derived = if base & 1 != 0 { read_varint(self.bytes, &mut self.at) } else { base >> 1 };
        Some((base >> 1, derived))
    }
}

/// The stack objects of a function, from the stream at [`Function::objects`].
pub struct StackObjects<'a> {
    bytes: &'a [u8],
    at: usize,
    left: u64,
}

/// One stack object that holds pointers.
pub struct StackObject<'a> {
    /// Word offset from SP at a call.
    pub offset: u64,
    pub words: u64,
    /// One bit a word, low bit first.
    pub mask: &'a [u8],
}

impl<'a> StackObjects<'a> {
    /// Decodes the stream at offset `at` of the `roots` area; [`NONE`] gives no objects.
    pub fn new(bytes: &'a [u8], at: u32) -> StackObjects<'a> {
        if at == NONE {
            return StackObjects { bytes, at: 0, left: 0 };
        }
        let mut at = at as usize;
        let left = read_varint(bytes, &mut at);
        StackObjects { bytes, at, left }
    }
}

impl<'a> Iterator for StackObjects<'a> {
    type Item = StackObject<'a>;

    fn next(&mut self) -> Option<StackObject<'a>> {
        self.left = self.left.checked_sub(1)?;
        let offset = read_varint(self.bytes, &mut self.at);
        let words = read_varint(self.bytes, &mut self.at);
        let end = self.at + (words as usize).div_ceil(8);
        let mask = &self.bytes[self.at..end];
        self.at = end;
        Some(StackObject { offset, words, mask })
    }
}
