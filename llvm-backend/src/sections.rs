//! The object-file sections by which code generation speaks to the finalize step.
//!
//! What the packed tables of `ingot_abi::tables` need and LLVM's own stack maps do not carry travels beside the code of
//! each object in three sections:
//!
//! | section | content |
//! |---|---|
//! | `.ingot.funcs` | one record per Go function: address, name, file, start line, flags |
//! | `.ingot.sites` | per statepoint id its source position with the inline chain; the layouts of stack objects |
//! | `.ingot.roots` | per writable data global with pointers: address, words, pointer mask |
//!
//! They and LLVM's `.llvm_stackmaps` and `.llvm_faultmaps` are **not** `SHF_ALLOC`: `--gc-sections` then neither drops
//! them nor keeps alive what they mention. Addresses of live functions resolve, those of dead ones read 0.
//!
//! The emitter collects everything of a unit in a [`UnitTables`] while it makes IR and calls [`attach`] on the object
//! LLVM wrote; no LLVM global is involved. After linking a section is the concatenation of its units' parts (each
//! 8-aligned, with its length in the head), which [`decode_funcs`], [`decode_sites`] and [`decode_roots`] read.
//!
//! ## Statepoints
//! The `"statepoint-id"` of a call is what [`UnitTables::site`] returns: the unit's hash in the upper 40 bits, the
//! site's index in the lower 24, unique in the program. LLVM may duplicate a call; its copies share the id.
//!
//! ## Stack objects
//! The statepoint of the prologue check (in a function without one: any statepoint) carries a `"deopt"` bundle of
//! pairs (`i64 layout`, `alloca`), one per slot that holds pointers; `layout` is what [`UnitTables::layout`] returned.
//! The stack map then shows them as `Constant` + `Direct SP+offset`. Sites with [`SITE_PROLOGUE`] are those where the
//! objects are not initialised yet.

use crate::elf::{self, ElfError, NewSection};
use indexmap::{IndexMap, IndexSet};
use ingot_abi::tables::{FUNCS_SECTION, NONE, ROOTS_SECTION, SITES_SECTION};

/// LLVM's stack maps.
pub const STACKMAPS_SECTION: &str = ".llvm_stackmaps";
/// LLVM's map of implicit null checks.
pub const FAULTMAPS_SECTION: &str = ".llvm_faultmaps";

/// Site flag: the call of a prologue check; the function's stack objects are not initialised there.
pub const SITE_PROLOGUE: u32 = 1;

/// Low bits of a statepoint id that count the unit's sites.
const SITE_INDEX_BITS: u32 = 24;

const FUNCS_MAGIC: u32 = u32::from_le_bytes(*b"IGF1");
const SITES_MAGIC: u32 = u32::from_le_bytes(*b"IGS1");
const ROOTS_MAGIC: u32 = u32::from_le_bytes(*b"IGR1");

/// A position in the unit's tables; see [`UnitTables::position`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PositionId(u32);

/// A function as the tables describe it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionRecord<'a> {
    /// 0 in a function the linker dropped.
    pub address: u64,
    /// As tracebacks print it (`main.(*T).M`).
    pub name: &'a str,
    pub file: &'a str,
    pub start_line: u32,
    /// `ingot_abi::tables::FUNC_*`.
    pub flags: u32,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Position {
    func: u32,
    file: u32,
    line: u32,
    inlined_at: u32,
}

/// Pointer mask of a stack object or data global: its words and the indices of those that hold pointers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Mask {
    pub words: u32,
    /// One bit a word, low bit first.
    pub bits: Vec<u8>,
}

impl Mask {
    /// `ptr_words` ascending, all below `words`.
    pub fn new(words: u32, ptr_words: &[u32]) -> Mask {
        let mut bits = vec![0; (words as usize).div_ceil(8)];
        for &w in ptr_words {
            bits[w as usize / 8] |= 1 << (w % 8);
        }
        Mask { words, bits }
    }

    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|&b| b == 0)
    }
}

struct Function {
    symbol: String,
    name: u32,
    file: u32,
    start_line: u32,
    flags: u32,
}

/// Everything one unit tells the finalize step.
pub struct UnitTables {
    base_id: u64,
    strings: IndexSet<String>,
    functions: Vec<Function>,
    positions: IndexSet<Position>,
    sites: Vec<(u32, u32)>,
    layouts: IndexSet<Mask>,
    roots: IndexMap<String, Mask>,
}

impl UnitTables {
    /// `unit` names the unit uniquely in the program.
    pub fn new(unit: &str) -> UnitTables {
        UnitTables {
            base_id: unit_hash(unit) << SITE_INDEX_BITS,
            strings: IndexSet::new(),
            functions: Vec::new(),
            positions: IndexSet::new(),
            sites: Vec::new(),
            layouts: IndexSet::new(),
            roots: IndexMap::new(),
        }
    }

    /// Describes the Go function of that linker symbol, which this object defines.
    pub fn function(&mut self, symbol: &str, name: &str, file: &str, start_line: u32, flags: u32) {
        let (name, file) = (self.string(name), self.string(file));
        self.functions.push(Function { symbol: symbol.to_owned(), name, file, start_line, flags });
    }

    /// A source position and what it was inlined at.
    pub fn position(&mut self, func: &str, file: &str, line: u32, inlined_at: Option<PositionId>) -> PositionId {
        let (func, file) = (self.string(func), self.string(file));
        let inlined_at = inlined_at.map_or(NONE, |p| p.0);
        PositionId(self.positions.insert_full(Position { func, file, line, inlined_at }).0 as u32)
    }

    /// A new statepoint id for a call at that position.
    ///
    /// # Panics
    /// When the unit has more than 2^24 sites; units are split far below that.
    pub fn site(&mut self, position: Option<PositionId>, flags: u32) -> u64 {
        let index = self.sites.len() as u64;
        assert!(index < 1 << SITE_INDEX_BITS, "too many call sites in one unit");
        self.sites.push((position.map_or(NONE, |p| p.0), flags));
        self.base_id | index
    }

    /// The constant that stands for a stack object's layout in a `"deopt"` bundle.
    pub fn layout(&mut self, mask: Mask) -> u64 {
        self.layouts.insert_full(mask).0 as u64
    }

    /// The pointer mask of a writable data global, which this object defines.
    pub fn data_roots(&mut self, symbol: &str, mask: Mask) {
        self.roots.insert(symbol.to_owned(), mask);
    }

    fn string(&mut self, s: &str) -> u32 {
        match self.strings.get_index_of(s) {
            Some(i) => i as u32,
            None => self.strings.insert_full(s.to_owned()).0 as u32,
        }
    }

    fn encode_funcs(&self) -> NewSection {
        let mut w = Writer::new(FUNCS_MAGIC, &[self.functions.len()]);
        for f in &self.functions {
            w.address(&f.symbol);
            w.u32(f.name);
            w.u32(f.file);
            w.u32(f.start_line);
            w.u32(f.flags);
        }
        w.strings(&self.strings);
        w.finish(FUNCS_SECTION)
    }

    fn encode_sites(&self) -> NewSection {
        let mut w =
            Writer::new(SITES_MAGIC, &[self.positions.len(), self.sites.len(), self.layouts.len(), self.strings.len()]);
        w.u64(self.base_id);
        for p in &self.positions {
            for v in [p.func, p.file, p.line, p.inlined_at] {
                w.u32(v);
            }
        }
        for &(position, flags) in &self.sites {
            w.u32(position);
            w.u32(flags);
        }
        for layout in &self.layouts {
            w.u32(layout.words);
            w.bytes(&layout.bits);
        }
        w.strings(&self.strings);
        w.finish(SITES_SECTION)
    }

    fn encode_roots(&self) -> NewSection {
        let mut w = Writer::new(ROOTS_MAGIC, &[self.roots.len()]);
        for (symbol, mask) in &self.roots {
            w.align();
            w.address(symbol);
            w.u32(mask.words);
            w.bytes(&mask.bits);
        }
        w.finish(ROOTS_SECTION)
    }
}

/// 40 bits of FNV-1a: names of a program's units are few, and finalize rejects a collision.
fn unit_hash(unit: &str) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for b in unit.bytes() {
        h = (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3);
    }
    (h ^ (h >> 40)) & ((1 << 40) - 1)
}

/// Adds the unit's sections to the object LLVM wrote and clears `SHF_ALLOC` of LLVM's own tables.
///
/// Records of symbols the object does not define (LLVM dropped an unused private one) are left out.
pub fn attach(object: Vec<u8>, tables: &UnitTables) -> Result<Vec<u8>, ElfError> {
    let mut object = object;
    make_non_alloc(&mut object)?;
    let mut sections = Vec::new();
    for section in [tables.encode_funcs(), tables.encode_sites(), tables.encode_roots()] {
        sections.push(section);
    }
    elf::append_sections(object, &sections)
}

/// Clears `SHF_ALLOC` (and `SHF_WRITE`) of `.llvm_stackmaps`, `.llvm_faultmaps` and `.ingot.*` in place.
pub fn make_non_alloc(object: &mut [u8]) -> Result<(), ElfError> {
    elf::clear_alloc(object, |name| {
        name == STACKMAPS_SECTION || name == FAULTMAPS_SECTION || name.starts_with(".ingot.")
    })
}

/// Writes one unit's part of a section: magic, length, counts, then what the section holds.
struct Writer {
    bytes: Vec<u8>,
    relocs: Vec<(u64, String)>,
}

impl Writer {
    fn new(magic: u32, counts: &[usize]) -> Writer {
        let mut w = Writer { bytes: Vec::new(), relocs: Vec::new() };
        w.u32(magic);
        w.u32(0);
        for &count in counts {
            w.u32(count as u32);
        }
        w.align();
        w
    }
    fn u32(&mut self, v: u32) {
        self.bytes.extend_from_slice(&v.to_le_bytes());
    }
    fn u64(&mut self, v: u64) {
        self.bytes.extend_from_slice(&v.to_le_bytes());
    }
    fn address(&mut self, symbol: &str) {
        self.relocs.push((self.bytes.len() as u64, symbol.to_owned()));
        self.u64(0);
    }
    fn bytes(&mut self, b: &[u8]) {
        self.bytes.extend_from_slice(b);
    }
    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
    }
    fn strings(&mut self, strings: &IndexSet<String>) {
        self.u32(strings.len() as u32);
        for s in strings {
            self.u32(s.len() as u32);
            self.bytes(s.as_bytes());
        }
    }
    fn finish(mut self, name: &str) -> NewSection {
        self.align();
        let len = (self.bytes.len() as u32).to_le_bytes();
        self.bytes[4..8].copy_from_slice(&len);
        NewSection { name: name.to_owned(), bytes: self.bytes, relocs: self.relocs }
    }
}

/// A section's content that is not what [`attach`] writes.
#[derive(Debug, thiserror::Error)]
#[error("malformed section {0}")]
pub struct Malformed(pub &'static str);

/// Reads one unit's part.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    section: &'static str,
}

impl<'a> Reader<'a> {
    /// The parts of a linked section; zero padding between them is skipped.
    fn parts(mut bytes: &'a [u8], magic: u32, section: &'static str) -> Result<Vec<Reader<'a>>, Malformed> {
        let mut parts = Vec::new();
        while bytes.len() >= 8 {
            let mut head = Reader { bytes, at: 0, section };
            let found = head.u32()?;
            if found == 0 {
                bytes = &bytes[4..];
                continue;
            }
            let len = head.u32()? as usize;
            if found != magic || len < 8 || len > bytes.len() {
                return Err(Malformed(section));
            }
            parts.push(Reader { bytes: &bytes[..len], at: 8, section });
            bytes = &bytes[len..];
        }
        Ok(parts)
    }
    fn take(&mut self, n: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(n).ok_or(Malformed(self.section))?;
        let got = self.bytes.get(self.at..end).ok_or(Malformed(self.section))?;
        self.at = end;
        Ok(got)
    }
    fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().expect("four bytes")))
    }
    fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().expect("eight bytes")))
    }
    fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }
    fn strings(&mut self) -> Result<Vec<&'a str>, Malformed> {
        let n = self.u32()?;
        let mut strings = Vec::new();
        for _ in 0..n {
            let len = self.u32()? as usize;
            strings.push(std::str::from_utf8(self.take(len)?).map_err(|_| Malformed(self.section))?);
        }
        Ok(strings)
    }
    fn mask(&mut self) -> Result<Mask, Malformed> {
        let words = self.u32()?;
        let bits = self.take((words as usize).div_ceil(8))?.to_vec();
        Ok(Mask { words, bits })
    }
}

/// The functions of all units; dead ones have address 0.
pub fn decode_funcs(bytes: &[u8]) -> Result<Vec<FunctionRecord<'_>>, Malformed> {
    let mut all = Vec::new();
    for mut part in Reader::parts(bytes, FUNCS_MAGIC, FUNCS_SECTION)? {
        let count = part.u32()?;
        part.align();
        let mut raw = Vec::new();
        for _ in 0..count {
            raw.push((part.u64()?, part.u32()? as usize, part.u32()? as usize, part.u32()?, part.u32()?));
        }
        let strings = part.strings()?;
        for (address, name, file, start_line, flags) in raw {
            let get = |i: usize| strings.get(i).copied().ok_or(Malformed(FUNCS_SECTION));
            all.push(FunctionRecord { address, name: get(name)?, file: get(file)?, start_line, flags });
        }
    }
    Ok(all)
}

/// A source position as [`decode_sites`] gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SitePosition<'a> {
    pub func: &'a str,
    pub file: &'a str,
    pub line: u32,
    /// Index into the same unit's positions.
    pub inlined_at: Option<u32>,
}

/// The call sites of one unit.
pub struct SiteUnit<'a> {
    /// Id of its site 0; the others follow.
    pub base_id: u64,
    pub positions: Vec<SitePosition<'a>>,
    /// Position index, if any, and `SITE_*` flags.
    pub sites: Vec<(Option<u32>, u32)>,
    pub layouts: Vec<Mask>,
}

impl SiteUnit<'_> {
    /// The id of site 0 of the unit an id belongs to, and the site's index.
    pub fn split_id(id: u64) -> (u64, usize) {
        let index = id & ((1 << SITE_INDEX_BITS) - 1);
        (id - index, index as usize)
    }
}

/// The call sites of all units.
pub fn decode_sites(bytes: &[u8]) -> Result<Vec<SiteUnit<'_>>, Malformed> {
    let bad = || Malformed(SITES_SECTION);
    let optional = |i: u32| (i != NONE).then_some(i);
    let mut units = Vec::new();
    for mut part in Reader::parts(bytes, SITES_MAGIC, SITES_SECTION)? {
        let (positions, sites, layouts, _) = (part.u32()?, part.u32()?, part.u32()?, part.u32()?);
        part.align();
        let base_id = part.u64()?;
        let mut raw = Vec::new();
        for _ in 0..positions {
            raw.push((part.u32()? as usize, part.u32()? as usize, part.u32()?, part.u32()?));
        }
        let mut unit = SiteUnit { base_id, positions: Vec::new(), sites: Vec::new(), layouts: Vec::new() };
        for _ in 0..sites {
            let (position, flags) = (part.u32()?, part.u32()?);
            if position != NONE && position >= positions {
                return Err(bad());
            }
            unit.sites.push((optional(position), flags));
        }
        for _ in 0..layouts {
            unit.layouts.push(part.mask()?);
        }
        let strings = part.strings()?;
        for (i, &(func, file, line, inlined_at)) in raw.iter().enumerate() {
            // A position is made after the one it was inlined at, so chains end.
            if inlined_at != NONE && inlined_at as usize >= i {
                return Err(bad());
            }
            unit.positions.push(SitePosition {
                func: strings.get(func).ok_or_else(bad)?,
                file: strings.get(file).ok_or_else(bad)?,
                line,
                inlined_at: optional(inlined_at),
            });
        }
        units.push(unit);
    }
    Ok(units)
}

/// The data roots of all units: address (0 if dead) and mask.
pub fn decode_roots(bytes: &[u8]) -> Result<Vec<(u64, Mask)>, Malformed> {
    let mut all = Vec::new();
    for mut part in Reader::parts(bytes, ROOTS_MAGIC, ROOTS_SECTION)? {
        let count = part.u32()?;
        part.align();
        for _ in 0..count {
            part.align();
            let address = part.u64()?;
            all.push((address, part.mask()?));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let mut t = UnitTables::new("main");
        t.function("main.f", "main.f", "/a/b.go", 3, 1);
        t.function("main.g", "main.g", "/a/b.go", 9, 0);
        let outer = t.position("main.g", "/a/b.go", 10, None);
        let inner = t.position("main.f", "/a/b.go", 4, Some(outer));
        assert_eq!(t.position("main.g", "/a/b.go", 10, None), outer);
        let a = t.site(Some(inner), 0);
        let b = t.site(None, SITE_PROLOGUE);
        assert_eq!(b, a + 1);
        assert_eq!(t.layout(Mask::new(3, &[0, 2])), 0);
        assert_eq!(t.layout(Mask::new(9, &[8])), 1);
        t.data_roots("main.x", Mask::new(10, &[1, 9]));
        t.data_roots("main.y", Mask::new(1, &[0]));

        let mut funcs = t.encode_funcs().bytes;
        funcs.extend(t.encode_funcs().bytes);
        let decoded = decode_funcs(&funcs).unwrap();
        assert_eq!(decoded.len(), 4);
        assert_eq!((decoded[1].name, decoded[1].file, decoded[1].start_line), ("main.g", "/a/b.go", 9));

        let sites = t.encode_sites().bytes;
        let units = decode_sites(&sites).unwrap();
        assert_eq!(SiteUnit::split_id(b), (units[0].base_id, 1));
        assert_eq!(units[0].sites, [(Some(1), 0), (None, SITE_PROLOGUE)]);
        assert_eq!(units[0].positions[1].inlined_at, Some(0));
        assert_eq!(units[0].layouts[1], Mask { words: 9, bits: vec![0, 1] });

        let roots = t.encode_roots();
        assert_eq!(roots.relocs.len(), 2);
        let decoded = decode_roots(&roots.bytes).unwrap();
        assert_eq!(decoded[0].1, Mask { words: 10, bits: vec![2, 2] });
    }

    #[test]
    fn malformed_is_an_error() {
        let bytes = UnitTables::new("u").encode_sites().bytes;
        assert!(decode_funcs(&bytes).is_err());
        for cut in 8..bytes.len() {
            assert!(decode_sites(&bytes[..cut]).is_err());
        }
    }
}
