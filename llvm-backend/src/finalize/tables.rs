//! Packs the tables of `ingot_abi::tables`.
//!
//! [`collect`] joins LLVM's stack maps with the compiler's sections and checks every location; [`pack`] lays the
//! result out. Equal strings, line records, root streams and masks are stored once. Everything is sorted by address or
//! kept in link order: no map is iterated.

use super::image::Image;
use super::stackmap::{self, Location, Record};
use super::{FinalizeError, FinalizeOptions, Report};
use crate::sections::{self, Mask, SITE_PROLOGUE, SiteUnit};
use indexmap::{IndexMap, IndexSet};
use ingot_abi::tables::{FaultSite, Function, Header, Line, MAGIC, NONE, RootRange, Site};
use std::collections::HashMap;

/// A base/derived pair, words from SP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    pub base: u64,
    pub derived: u64,
}

/// A call site with checked roots.
pub struct CollectedSite {
    pub pc: u64,
    /// Innermost position: unit and index in it.
    pub position: Option<(usize, u32)>,
    pub pairs: Vec<Pair>,
    /// Call of a prologue check.
    pub prologue: bool,
}

/// A function and its sites.
pub struct CollectedFunction<'a> {
    pub address: u64,
    pub size: u64,
    pub name: &'a str,
    pub file: &'a str,
    pub start_line: u32,
    pub flags: u32,
    pub frame: Option<u64>,
    /// Word offset from SP and mask, sorted.
    pub objects: Vec<(u64, Mask)>,
    pub sites: Vec<CollectedSite>,
}

/// What the packed tables say, unpacked.
pub struct Collected<'a> {
    pub units: Vec<SiteUnit<'a>>,
    /// Sorted by address.
    pub functions: Vec<CollectedFunction<'a>>,
    /// Sorted by address.
    pub roots: Vec<(u64, Mask)>,
    /// (faulting address, handler address), sorted.
    pub faults: Vec<(u64, u64)>,
}

/// Joins and checks.
pub fn collect<'a>(image: &Image<'a>) -> Result<Collected<'a>, FinalizeError> {
    let units = sections::decode_sites(image.sites)?;
    let mut unit_of = HashMap::new();
    for (i, unit) in units.iter().enumerate() {
        if unit_of.insert(unit.base_id, i).is_some() && !unit.sites.is_empty() {
            return Err(FinalizeError::Linked("two units have the same statepoint ids"));
        }
    }

    let mut by_address: IndexMap<u64, CollectedFunction> = IndexMap::new();
    for f in sections::decode_funcs(image.funcs)? {
        if f.address == 0 {
            continue;
        }
        by_address.entry(f.address).or_insert_with(|| CollectedFunction {
            address: f.address,
            size: image.sizes.get(&f.address).copied().unwrap_or(0),
            name: f.name,
            file: f.file,
            start_line: f.start_line,
            flags: f.flags,
            frame: None,
            objects: Vec::new(),
            sites: Vec::new(),
        });
    }

    for map in stackmap::parse(image.stackmaps)? {
        let function = by_address.get_mut(&map.address).ok_or_else(|| FinalizeError::Function {
            function: format!("the function at {:#x}", map.address),
            problem: "no function record".to_owned(),
        })?;
        if map.frame == u64::MAX {
            let problem = "the frame's size is unknown (dynamic alloca or realigned stack)".to_owned();
            return Err(FinalizeError::Function { function: function.name.to_owned(), problem });
        }
        function.frame = Some(map.frame);
        for record in &map.records {
            let fail = |problem: String| FinalizeError::Site {
                function: function.name.to_owned(),
                offset: record.offset,
                problem,
            };
            let (base_id, index) = SiteUnit::split_id(record.id);
            let unit = *unit_of.get(&base_id).ok_or_else(|| fail(format!("unknown statepoint id {:#x}", record.id)))?;
            let &(position, flags) =
                units[unit].sites.get(index).ok_or_else(|| fail(format!("unknown statepoint id {:#x}", record.id)))?;
            let decoded = decode_record(record, image.sp_register, &units[unit].layouts).map_err(&fail)?;
            if !decoded.objects.is_empty() {
                if !function.objects.is_empty() && function.objects != decoded.objects {
                    return Err(fail("two lists of stack objects".to_owned()));
                }
                function.objects = decoded.objects;
            }
            function.sites.push(CollectedSite {
                pc: map.address + u64::from(record.offset),
                position: position.map(|p| (unit, p)),
                pairs: decoded.pairs,
                prologue: flags & SITE_PROLOGUE != 0,
            });
        }
    }

    let mut functions: Vec<_> = by_address.into_values().collect();
    functions.sort_by_key(|f| f.address);
    for function in &mut functions {
        function.sites.sort_by_key(|s| s.pc);
        if let Some(w) = function.sites.windows(2).find(|w| w[0].pc == w[1].pc) {
            let offset = (w[0].pc - function.address) as u32;
            let problem = "two records of one return address".to_owned();
            return Err(FinalizeError::Site { function: function.name.to_owned(), offset, problem });
        }
    }
    let mut roots: Vec<_> =
        sections::decode_roots(image.roots)?.into_iter().filter(|(a, m)| *a != 0 && !m.is_empty()).collect();
    roots.sort_by_key(|r| r.0);
    roots.dedup_by_key(|r| r.0);
    let mut faults: Vec<_> = stackmap::parse_faults(image.faultmaps)?
        .iter()
        .map(|f| (f.function + u64::from(f.pc), f.function + u64::from(f.handler)))
        .collect();
    faults.sort();
    Ok(Collected { units, functions, roots, faults })
}

/// A record's roots and the stack objects it lists.
struct Decoded {
    pairs: Vec<Pair>,
    objects: Vec<(u64, Mask)>,
}

fn decode_record(record: &Record, sp: u16, layouts: &[Mask]) -> Result<Decoded, String> {
    let [Location::Constant(_), Location::Constant(_), Location::Constant(deopts), rest @ ..] = &record.locations[..]
    else {
        return Err("not a statepoint".to_owned());
    };
    let deopts = *deopts as usize;
    if deopts > rest.len() {
        return Err("deopt count".to_owned());
    }
    let (deopt, roots) = rest.split_at(deopts);
    let word = |offset: i32| match u64::try_from(offset) {
        Ok(o) if o % 8 == 0 => Ok(o / 8),
        _ => Err(format!("offset {offset} is not a word at or above SP")),
    };

    let mut objects = Vec::new();
    for pair in deopt.chunks(2) {
        match *pair {
            [Location::Constant(layout), Location::Direct { reg, offset }] if reg == sp => {
                let mask = layouts.get(layout as usize).ok_or("stack object of unknown layout")?;
                objects.push((word(offset)?, mask.clone()));
            }
            _ => return Err(format!("a deopt pair is not a layout and a stack object: {pair:?}")),
        }
    }
    objects.sort_by_key(|o| o.0);

    let mut pairs = Vec::new();
    for pair in roots.chunks(2) {
        match *pair {
            // Null and addresses of globals need no relocation; a Direct is a stack object listed as such.
            [Location::Constant(_) | Location::Direct { .. }, Location::Constant(_) | Location::Direct { .. }] => {}
            [
                Location::Indirect { reg: base_reg, offset: base, size },
                Location::Indirect { reg, offset: derived, size: derived_size },
            ] if base_reg == sp && reg == sp && size == derived_size && size != 0 && size % 8 == 0 => {
                // A vector of pointers is so many pairs.
                for i in 0..u64::from(size) / 8 {
                    pairs.push(Pair { base: word(base)? + i, derived: word(derived)? + i });
                }
            }
            [Location::Constant(_), Location::Indirect { .. }] => {
                return Err("a derived pointer in memory has a constant base".to_owned());
            }
            _ => return Err(format!("a root the collector cannot find or move: {pair:?}")),
        }
    }
    // Copies of one value in one slot are listed once; the order is by slot.
    pairs.sort_by_key(|p| (p.base, p.derived));
    pairs.dedup();
    Ok(Decoded { pairs, objects })
}

/// The packed tables and the header that describes them (with table-relative offsets).
pub struct Packed {
    pub bytes: Vec<u8>,
    pub header: Header,
}

/// Byte areas with their duplicates removed.
#[derive(Default)]
struct Pool {
    bytes: Vec<u8>,
    known: HashMap<Vec<u8>, u32>,
}

impl Pool {
    fn add(&mut self, item: Vec<u8>) -> Result<u32, FinalizeError> {
        if let Some(&at) = self.known.get(&item) {
            return Ok(at);
        }
        let at = u32::try_from(self.bytes.len()).ok().filter(|&at| at != NONE);
        let at = at.ok_or(FinalizeError::Linked("tables over 4 GiB"))?;
        self.bytes.extend_from_slice(&item);
        self.known.insert(item, at);
        Ok(at)
    }
    fn string(&mut self, s: &str) -> Result<u32, FinalizeError> {
        let mut bytes = s.as_bytes().to_vec();
        bytes.push(0);
        self.add(bytes)
    }
}

fn varint(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// Line records, interned.
#[derive(Default)]
struct Lines {
    set: IndexSet<(u32, u32, u32, u32)>,
    /// By unit and position.
    known: HashMap<(usize, u32), u32>,
}

impl Lines {
    fn add(
        &mut self,
        units: &[SiteUnit],
        strings: &mut Pool,
        unit: usize,
        position: u32,
    ) -> Result<u32, FinalizeError> {
        // Outermost first; chains are short and acyclic (see `decode_sites`).
        let mut chain = vec![position];
        while let Some(outer) = units[unit].positions[chain[chain.len() - 1] as usize].inlined_at {
            chain.push(outer);
        }
        let mut at = NONE;
        for &p in chain.iter().rev() {
            at = match self.known.get(&(unit, p)) {
                Some(&line) => line,
                None => {
                    let pos = units[unit].positions[p as usize];
                    let record = (strings.string(pos.func)?, strings.string(pos.file)?, pos.line, at);
                    let line = self.set.insert_full(record).0 as u32;
                    self.known.insert((unit, p), line);
                    line
                }
            };
        }
        Ok(at)
    }
}

/// Lays the tables out.
pub fn pack(
    image: &Image,
    collected: &Collected,
    options: &FinalizeOptions,
    report: &mut Report,
) -> Result<Packed, FinalizeError> {
    let (text_start, text_end) = image.text;
    let offset = |address: u64| {
        let inside = (text_start..=text_end).contains(&address);
        inside.then(|| (address - text_start) as u32).ok_or(FinalizeError::Linked("code outside the text"))
    };
    let (mut streams, mut strings, mut lines) = (Pool::default(), Pool::default(), Lines::default());
    let (mut sites, mut functions) = (Vec::<Site>::new(), Vec::<Function>::new());
    for (index, f) in collected.functions.iter().enumerate() {
        let dropped = options.drop_root.as_ref().filter(|(name, _)| *name == f.name);
        let first_of_function = report.roots;
        for site in &f.sites {
            let mut pairs = site.pairs.clone();
            let first = report.roots - first_of_function;
            report.roots += pairs.len() as u64;
            if let Some(n) = dropped.and_then(|(_, n)| u64::from(*n).checked_sub(first))
                && n < pairs.len() as u64
            {
                pairs.remove(n as usize);
            }
            let line = match site.position {
                Some((unit, p)) => lines.add(&collected.units, &mut strings, unit, p)?,
                None => NONE,
            };
            let roots = streams.add(site_stream(&pairs, !site.prologue))?;
            sites.push(Site { pc: offset(site.pc)?, roots, line, func: index as u32 });
        }
        let objects = if f.objects.is_empty() { NONE } else { streams.add(object_stream(&f.objects))? };
        functions.push(Function {
            entry: offset(f.address)?,
            size: u32::try_from(f.size).map_err(|_| FinalizeError::Linked("function size"))?,
            name: strings.string(f.name)?,
            file: strings.string(f.file)?,
            start_line: f.start_line,
            flags: f.flags,
            objects,
            frame: match f.frame {
                Some(frame) => u32::try_from(frame).map_err(|_| FinalizeError::Linked("frame size"))?,
                None => NONE,
            },
        });
    }
    if sites.windows(2).any(|w| w[0].pc >= w[1].pc) {
        return Err(FinalizeError::Linked("call sites of two functions overlap"));
    }

    let mut masks = Pool::default();
    let mut ranges = Vec::new();
    for (address, mask) in &collected.roots {
        let words = mask
            .bits
            .iter()
            .rposition(|&b| b != 0)
            .map_or(0, |byte| byte as u64 * 8 + 8 - u64::from(mask.bits[byte].leading_zeros()));
        let bits = mask.bits[..(words as usize).div_ceil(8)].to_vec();
        ranges.push((*address, words, masks.add(bits)?));
    }

    let mut header = Header { magic: MAGIC, text_start, text_end, eh_frame_hdr: image.eh_frame_hdr, ..Header::EMPTY };
    let mut out = Area(Vec::new());
    header.sites = out.begin();
    header.site_count = sites.len() as u64;
    for s in &sites {
        out.u32s(&[s.pc, s.roots, s.line, s.func]);
    }
    header.functions = out.begin();
    header.function_count = functions.len() as u64;
    for f in &functions {
        out.u32s(&[f.entry, f.size, f.name, f.file, f.start_line, f.flags, f.objects, f.frame]);
    }
    header.lines = out.begin();
    header.line_count = lines.set.len() as u64;
    for &(func, file, line, inlined_at) in &lines.set {
        let l = Line { func, file, line, inlined_at };
        out.u32s(&[l.func, l.file, l.line, l.inlined_at]);
    }
    header.faults = out.begin();
    header.fault_count = collected.faults.len() as u64;
    for &(pc, handler) in &collected.faults {
        let f = FaultSite { pc: offset(pc)?, handler: offset(handler)? };
        out.u32s(&[f.pc, f.handler]);
    }
    header.typelinks = out.begin();
    header.typelink_count = image.unnamed_types.len() as u64;
    for &address in &image.unnamed_types {
        let address = i32::try_from(address).map_err(|_| FinalizeError::Linked("types above 2 GB"))?;
        out.u32s(&[address as u32]);
    }
    header.root_ranges = out.begin();
    header.root_range_count = ranges.len() as u64;
    let masks_at = header.root_ranges + (ranges.len() * size_of::<RootRange>()) as u64;
    for &(start, words, mask) in &ranges {
        let r = RootRange { start, words, mask: masks_at + u64::from(mask) };
        out.u64s(&[r.start, r.words, r.mask]);
    }
    out.0.extend_from_slice(&masks.bytes);
    header.roots = out.begin();
    header.roots_size = streams.bytes.len() as u64;
    out.0.extend_from_slice(&streams.bytes);
    header.strings = out.begin();
    out.0.extend_from_slice(&strings.bytes);

    report.functions = functions.len();
    report.sites = sites.len();
    report.root_ranges = ranges.len();
    report.faults = collected.faults.len();
    Ok(Packed { bytes: out.0, header })
}

/// Record areas, each 8-aligned.
struct Area(Vec<u8>);

impl Area {
    fn begin(&mut self) -> u64 {
        self.0.resize(self.0.len().next_multiple_of(8), 0);
        self.0.len() as u64
    }
    fn u32s(&mut self, values: &[u32]) {
        values.iter().for_each(|v| self.0.extend_from_slice(&v.to_le_bytes()));
    }
    fn u64s(&mut self, values: &[u64]) {
        values.iter().for_each(|v| self.0.extend_from_slice(&v.to_le_bytes()));
    }
}

/// See `ingot_abi::tables::Site`.
fn site_stream(pairs: &[Pair], objects_live: bool) -> Vec<u8> {
    let mut out = Vec::new();
    varint(&mut out, (pairs.len() as u64) << 1 | u64::from(objects_live));
    for p in pairs {
        varint(&mut out, p.base << 1 | u64::from(p.base != p.derived));
        if p.base != p.derived {
            varint(&mut out, p.derived);
        }
    }
    out
}

/// See `ingot_abi::tables::Function::objects`.
fn object_stream(objects: &[(u64, Mask)]) -> Vec<u8> {
    let mut out = Vec::new();
    varint(&mut out, objects.len() as u64);
    for (offset, mask) in objects {
        varint(&mut out, *offset);
        varint(&mut out, u64::from(mask.words));
        out.extend_from_slice(&mask.bits);
    }
    out
}

/// The header as the program holds it, `tables` being the tables' address.
pub fn header_bytes(header: &Header, tables: u64) -> Vec<u8> {
    let h = header;
    let words = [
        h.magic,
        tables,
        h.text_start,
        h.text_end,
        h.sites,
        h.site_count,
        h.roots,
        h.roots_size,
        h.functions,
        h.function_count,
        h.strings,
        h.lines,
        h.line_count,
        h.eh_frame_hdr,
        h.root_ranges,
        h.root_range_count,
        h.faults,
        h.fault_count,
        h.typelinks,
        h.typelink_count,
    ];
    const { assert!(size_of::<Header>() == 20 * 8) };
    words.iter().flat_map(|w| w.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ingot_abi::tables::{SiteRoots, StackObjects};

    #[test]
    fn streams_decode_as_the_runtime_reads_them() {
        let pairs = [Pair { base: 1, derived: 1 }, Pair { base: 3, derived: 700 }];
        let mut bytes = vec![0xee];
        bytes.extend(site_stream(&pairs, true));
        let roots = SiteRoots::new(&bytes, 1);
        assert!(roots.objects_live);
        assert_eq!(roots.collect::<Vec<_>>(), [(1, 1), (3, 700)]);
        assert!(!SiteRoots::new(&site_stream(&[], false), 0).objects_live);

        let bytes = object_stream(&[(2, Mask::new(3, &[1])), (200, Mask::new(9, &[0, 8]))]);
        let objects: Vec<_> = StackObjects::new(&bytes, 0).map(|o| (o.offset, o.words, o.mask.to_vec())).collect();
        assert_eq!(objects, [(2, 3, vec![2]), (200, 9, vec![1, 1])]);
    }

    #[test]
    fn bad_records_are_refused() {
        let c = Location::Constant;
        let mem = |offset| Location::Indirect { reg: 7, offset, size: 8 };
        let try_it = |locations: &[Location]| {
            let record = Record { id: 0, offset: 0, locations: locations.to_vec() };
            decode_record(&record, 7, &[Mask::new(2, &[0])]).map(|d| (d.pairs, d.objects.len()))
        };
        assert_eq!(try_it(&[c(0), c(0), c(0), mem(8), mem(16)]), Ok((vec![Pair { base: 1, derived: 2 }], 0)));
        let object = Location::Direct { reg: 7, offset: 24 };
        assert_eq!(try_it(&[c(0), c(0), c(2), c(0), object, c(0), c(0)]), Ok((vec![], 1)));
        let vector = Location::Indirect { reg: 7, offset: 32, size: 16 };
        assert_eq!(try_it(&[c(0), c(0), c(0), vector, vector]).unwrap().0.len(), 2);
        let register = Location::Register { reg: 3, size: 8 };
        assert!(try_it(&[c(0), c(0), c(0), register, register]).is_err());
        let frame_pointer = Location::Indirect { reg: 6, offset: 8, size: 8 };
        assert!(try_it(&[c(0), c(0), c(0), frame_pointer, frame_pointer]).is_err());
        assert!(try_it(&[c(0), c(0), c(0), mem(4), mem(4)]).is_err());
        assert!(try_it(&[c(0), c(0), c(0), mem(8)]).is_err());
        assert!(try_it(&[c(0), c(0), c(2), c(1), object]).is_err(), "layout out of range");
        assert!(try_it(&[c(0), c(0), c(9)]).is_err());
    }
}
