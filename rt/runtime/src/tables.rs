//! The program's packed tables: see `ingot_abi::tables`.
//!
//! Without tables (a program linked without the finalize step) every look-up finds nothing.

use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use ingot_abi::tables::{FaultSite, Function, Header, Line, MAGIC, NONE, RootRange, Site};

/// Patched in the linked file. Read volatile: the compiler must not take the zeros for granted.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".data.rel.ro.ingot")]
pub static rt_tables_header: HeaderCell = HeaderCell(core::cell::UnsafeCell::new(Header::EMPTY));

/// A header that is only ever read, but not constant to the compiler.
#[repr(transparent)]
pub struct HeaderCell(core::cell::UnsafeCell<Header>);

// SAFETY: never written in a running process.
unsafe impl Sync for HeaderCell {}

/// The tables as slices.
pub struct Tables {
    pub base: usize,
    pub text_start: usize,
    pub text_end: usize,
    pub sites: &'static [Site],
    pub roots: &'static [u8],
    pub functions: &'static [Function],
    pub lines: &'static [Line],
    pub root_ranges: &'static [RootRange],
    pub faults: &'static [FaultSite],
    /// Descriptors of unnamed types, sorted by their string, as distances from `text_start`.
    pub typelinks: &'static [i32],
    pub eh_frame_hdr: usize,
    strings: usize,
}

static EMPTY: Tables = Tables {
    base: 0,
    text_start: 0,
    text_end: 0,
    sites: &[],
    roots: &[],
    functions: &[],
    lines: &[],
    root_ranges: &[],
    faults: &[],
    typelinks: &[],
    eh_frame_hdr: 0,
    strings: 0,
};

static TABLES: AtomicPtr<Tables> = AtomicPtr::new((&raw const EMPTY).cast_mut());

/// Reads the header; called once at start.
pub fn init() {
    // SAFETY: the static is readable; finalize wrote what it says into the file.
    unsafe {
        let header = rt_tables_header.0.get().read_volatile();
        if header.magic != MAGIC {
            return;
        }
        let base = header.tables as usize;
        let tables = crate::vector::persistent_alloc(size_of::<Tables>(), 8) as *mut Tables;
        tables.write(Tables {
            base,
            text_start: header.text_start as usize,
            text_end: header.text_end as usize,
            sites: slice(base, header.sites, header.site_count),
            roots: slice(base, header.roots, header.roots_size),
            functions: slice(base, header.functions, header.function_count),
            lines: slice(base, header.lines, header.line_count),
            root_ranges: slice(base, header.root_ranges, header.root_range_count),
            faults: slice(base, header.faults, header.fault_count),
            typelinks: slice(base, header.typelinks, header.typelink_count),
            eh_frame_hdr: header.eh_frame_hdr as usize,
            strings: base + header.strings as usize,
        });
        TABLES.store(tables, Ordering::Release);
    }
}

unsafe fn slice<T>(base: usize, offset: u64, count: u64) -> &'static [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the tables lie in a load segment of the program.
    unsafe { core::slice::from_raw_parts((base + offset as usize) as *const T, count as usize) }
}

/// Fills the base and where the distances are; returns how many.
#[unsafe(no_mangle)]
extern "C" fn rt_typelinks(out: &mut usize) -> usize {
    let links = get().typelinks;
    *out = links.as_ptr() as usize;
    links.len()
}

/// Where call sites that were looked up are in their table, by a hash of their addresses. Stacks are made of the same few
/// calls again and again, and a search through all of a program's takes a cache miss a step. What is found here is checked
/// against the address, so that it does not matter who writes.
static RECENT_SITES: [AtomicU32; 1024] = [const { AtomicU32::new(0) }; 1024];

pub fn get() -> &'static Tables {
    // SAFETY: set once, never freed.
    unsafe { &*TABLES.load(Ordering::Acquire) }
}

impl Tables {
    /// Whether an address lies in Go or assembly code the tables cover.
    pub fn in_text(&self, pc: usize) -> bool {
        (self.text_start..self.text_end).contains(&pc)
    }

    /// The call site with that return address.
    pub fn site(&self, pc: usize) -> Option<&'static Site> {
        let offset = u32::try_from(pc.checked_sub(self.text_start)?).ok()?;
        let recent = &RECENT_SITES[(offset ^ offset >> 10) as usize % RECENT_SITES.len()];
        if let Some(site) = self.sites.get(recent.load(Ordering::Relaxed) as usize)
            && site.pc == offset
        {
            return Some(site);
        }
        let i = self.sites.binary_search_by_key(&offset, |s| s.pc).ok()?;
        recent.store(i as u32, Ordering::Relaxed);
        Some(&self.sites[i])
    }

    /// The site at or before an address, for positions.
    pub fn site_near(&self, pc: usize) -> Option<&'static Site> {
        let offset = u32::try_from(pc.checked_sub(self.text_start)?).ok()?;
        let at = self.sites.partition_point(|s| s.pc < offset);
        self.sites.get(at).or(at.checked_sub(1).map(|i| &self.sites[i]))
    }

    /// The function an address lies in.
    pub fn function(&self, pc: usize) -> Option<&'static Function> {
        let offset = u32::try_from(pc.checked_sub(self.text_start)?).ok()?;
        let i = self.functions.partition_point(|f| f.entry <= offset).checked_sub(1)?;
        let f = &self.functions[i];
        (offset - f.entry < f.size.max(1)).then_some(f)
    }

    pub fn line(&self, index: u32) -> Option<&'static Line> {
        if index == NONE { None } else { self.lines.get(index as usize) }
    }

    pub fn fault(&self, pc: usize) -> Option<&'static FaultSite> {
        let offset = u32::try_from(pc.checked_sub(self.text_start)?).ok()?;
        self.faults.binary_search_by_key(&offset, |f| f.pc).ok().map(|i| &self.faults[i])
    }

    /// A string of the string area.
    pub fn string(&self, offset: u32) -> &'static [u8] {
        if offset == NONE || self.strings == 0 {
            return b"?";
        }
        // SAFETY: the area holds NUL-terminated strings.
        unsafe {
            let start = (self.strings + offset as usize) as *const u8;
            let mut len = 0;
            while *start.add(len) != 0 {
                len += 1;
            }
            core::slice::from_raw_parts(start, len)
        }
    }
}

/// Calls `f` with the address of every word of writable data that may hold a pointer.
pub fn for_each_root(mut f: impl FnMut(*mut usize)) {
    let tables = get();
    for range in tables.root_ranges {
        let mask = (tables.base + range.mask as usize) as *const u8;
        for byte in 0..(range.words as usize).div_ceil(8) {
            // SAFETY: finalize wrote a bit for every word.
            let mut bits = unsafe { *mask.add(byte) };
            while bits != 0 {
                let bit = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let word = byte * 8 + bit;
                if word < range.words as usize {
                    f((range.start as usize + word * 8) as *mut usize);
                }
            }
        }
    }
}
