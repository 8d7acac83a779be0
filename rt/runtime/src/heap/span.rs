//! Spans: runs of pages that hold objects of one size class, or one large object.
//!
//! A span structure is never given back to the system, so a stale pointer to one stays readable. Who may touch what:
//! - `allocs` and `types`: the P whose cache holds the span, else the holder of the class's lock, else the sweeper.
//! - `marks`: anyone while marking, by atomic or; the sweeper afterwards.
//! - `next`: the holder of the lock of the list it is on.
//! - the rest: written when the span is made, before it is entered in the owner table.
//!
//! Fields are atomics read and written relaxed, as plain words: the collector looks while the program works.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::classes::{MAX_MASKED, MAX_OBJECTS, MAX_TYPED, PAGE, PAGES, SIZES, WORD, reciprocal};
use super::os;
use super::types::Type;
use crate::sync::Mutex;

const BITMAP: usize = MAX_OBJECTS / 64;

#[repr(C, align(64))]
pub struct Span {
    base: AtomicUsize,
    /// Bytes of an object; of a large one, its pages.
    size: AtomicUsize,
    /// See [`reciprocal`].
    reciprocal: AtomicU32,
    count: AtomicU32,
    /// `class * 2 + pointer-free`.
    class: AtomicU8,
    /// Not 0 if free slots may hold old content.
    dirty: AtomicU8,
    pages: AtomicU32,
    next: AtomicPtr<Span>,
    marks: [AtomicU64; BITMAP],
    allocs: [AtomicU64; BITMAP],
    /// Type descriptors of objects above [`MAX_MASKED`] bytes with pointers.
    types: [AtomicPtr<Type>; MAX_TYPED],
}

impl Span {
    #[inline(always)]
    pub fn base(&self) -> usize {
        self.base.load(Relaxed)
    }

    #[inline(always)]
    pub fn size(&self) -> usize {
        self.size.load(Relaxed)
    }

    #[inline(always)]
    pub fn count(&self) -> usize {
        self.count.load(Relaxed) as usize
    }

    #[inline(always)]
    pub fn pages(&self) -> usize {
        self.pages.load(Relaxed) as usize
    }

    #[inline(always)]
    pub fn span_class(&self) -> usize {
        self.class.load(Relaxed) as usize
    }

    #[inline(always)]
    pub fn pointer_free(&self) -> bool {
        self.class.load(Relaxed) & 1 != 0
    }

    #[inline(always)]
    pub fn is_large(&self) -> bool {
        self.class.load(Relaxed) < 2
    }

    /// Objects have their mask in the arena's mask table.
    #[inline(always)]
    pub fn is_masked(&self) -> bool {
        self.size() <= MAX_MASKED
    }

    #[inline(always)]
    pub fn dirty(&self) -> bool {
        self.dirty.load(Relaxed) != 0
    }

    pub fn set_dirty(&self) {
        self.dirty.store(1, Relaxed);
    }

    /// Index of the object an address within the span lies in; may be `count` or more in the unused tail.
    #[inline(always)]
    pub fn index(&self, address: usize) -> usize {
        if self.is_large() {
            return 0;
        }
        (((address - self.base()) as u64 * u64::from(self.reciprocal.load(Relaxed))) >> 32) as usize
    }

    #[inline(always)]
    pub fn object(&self, index: usize) -> usize {
        self.base() + index * self.size()
    }

    #[inline(always)]
    pub fn type_of(&self, index: usize) -> *mut Type {
        self.types[index].load(Relaxed)
    }

    #[inline(always)]
    pub fn set_type(&self, index: usize, typ: *mut Type) {
        self.types[index].store(typ, Relaxed);
    }

    #[inline(always)]
    pub fn is_marked(&self, index: usize) -> bool {
        self.marks[index / 64].load(Relaxed) >> (index % 64) & 1 != 0
    }

    /// Sets the mark; false if it was set. `SHARED`: others mark at the same time.
    #[inline(always)]
    pub fn mark<const SHARED: bool>(&self, index: usize) -> bool {
        let word = &self.marks[index / 64];
        let bit = 1 << (index % 64);
        let old = word.load(Relaxed);
        if old & bit != 0 {
            return false;
        }
        if SHARED {
            return word.fetch_or(bit, Relaxed) & bit == 0;
        }
        word.store(old | bit, Relaxed);
        true
    }

    /// The object is one the program got and no sweep has freed. Exact only while no cache holds the span.
    pub fn is_allocated(&self, index: usize) -> bool {
        index < self.count() && self.allocs[index / 64].load(Relaxed) >> (index % 64) & 1 != 0
    }

    /// Valid bits of the bitmaps' word `group`.
    #[inline(always)]
    fn group_mask(&self, group: usize) -> u64 {
        match self.count() - (group * 64).min(self.count()) {
            left @ 0..64 => (1 << left) - 1,
            _ => u64::MAX,
        }
    }

    #[inline(always)]
    pub fn groups(&self) -> usize {
        self.count().div_ceil(64)
    }

    /// The free slots among the 64 of a group.
    #[inline(always)]
    pub fn free_in(&self, group: usize) -> u64 {
        !self.allocs[group].load(Relaxed) & self.group_mask(group)
    }

    /// Says which slots of a group are free.
    #[inline(always)]
    pub fn set_free_in(&self, group: usize, free: u64) {
        self.allocs[group].store(!free & self.group_mask(group), Relaxed);
    }

    pub fn free_count(&self) -> usize {
        (0..self.groups()).map(|group| self.free_in(group).count_ones() as usize).sum()
    }

    pub fn mark_count(&self) -> usize {
        self.marks[..self.groups()].iter().map(|word| word.load(Relaxed).count_ones() as usize).sum()
    }

    /// Slots of a group that are allocated and not marked: what a sweep frees.
    pub fn dead_in(&self, group: usize) -> u64 {
        self.allocs[group].load(Relaxed) & !self.marks[group].load(Relaxed)
    }

    /// The sweep of the bitmaps: what is marked is allocated, and nothing is marked.
    pub fn marks_become_allocs(&self) {
        for group in 0..self.groups() {
            let marks = self.marks[group].load(Relaxed);
            self.allocs[group].store(marks, Relaxed);
            self.marks[group].store(0, Relaxed);
        }
    }

    pub fn set_allocated(&self, index: usize) {
        let word = &self.allocs[index / 64];
        word.store(word.load(Relaxed) | 1 << (index % 64), Relaxed);
    }

    /// Makes the structure describe a fresh run of objects of a class, or one object of `pages` for a class below 2.
    pub fn format(&self, base: usize, pages: usize, span_class: usize, dirty: bool) {
        let class = span_class / 2;
        let size = if class == 0 { pages * PAGE } else { SIZES[class] as usize };
        self.base.store(base, Relaxed);
        self.size.store(size, Relaxed);
        self.reciprocal.store(if class == 0 { 0 } else { reciprocal(size) }, Relaxed);
        self.count.store(if class == 0 { 1 } else { (pages * PAGE / size) as u32 }, Relaxed);
        self.class.store(span_class as u8, Relaxed);
        self.dirty.store(dirty as u8, Relaxed);
        self.pages.store(pages as u32, Relaxed);
        for group in 0..self.groups() {
            self.marks[group].store(0, Relaxed);
            self.allocs[group].store(0, Relaxed);
        }
        self.types.iter().for_each(|typ| typ.store(null_mut(), Relaxed));
        if self.is_masked() && span_class & 1 == 0 {
            let words = pages * PAGE / WORD;
            (0..words).step_by(64).for_each(|word| super::arena::write_mask(base + word * WORD, 64, 0));
        }
    }
}

/// Pages of a run of a class.
pub fn run_pages(span_class: usize) -> usize {
    PAGES[span_class / 2] as usize
}

/// Span structures that describe nothing at the moment.
static UNUSED: Mutex<List> = Mutex::new(List::new());
/// Structures are mapped this many at a time.
const BATCH: usize = 256;

/// A structure to [`Span::format`].
pub fn take_structure() -> &'static Span {
    let mut unused = UNUSED.lock();
    if let Some(span) = unused.pop() {
        return span;
    }
    let memory = os::map(BATCH * size_of::<Span>()) as *const Span;
    for i in 0..BATCH {
        // SAFETY: freshly mapped memory for BATCH spans, never unmapped; all zero is a valid Span.
        unused.push(unsafe { &*memory.add(i) });
    }
    unused.pop().expect("a batch was just added")
}

/// Gives a structure back; nothing may refer to the span any more but stale readers.
pub fn give_structure(span: &'static Span) {
    UNUSED.lock().push(span);
}

/// A queue of spans, linked through `next`; its owner's lock protects it.
pub struct List {
    head: *mut Span,
    tail: *mut Span,
    len: usize,
}

// SAFETY: spans may be handled by any thread; the list's lock orders the accesses.
unsafe impl Send for List {}

impl List {
    pub const fn new() -> List {
        List { head: null_mut(), tail: null_mut(), len: 0 }
    }

    pub fn count(&self) -> usize {
        self.len
    }

    pub fn push(&mut self, span: &'static Span) {
        let new = span as *const Span as *mut Span;
        span.next.store(self.head, Relaxed);
        if self.head.is_null() {
            self.tail = new;
        }
        self.head = new;
        self.len += 1;
    }

    pub fn pop(&mut self) -> Option<&'static Span> {
        // SAFETY: heads are null or spans, which are never unmapped.
        let span: &'static Span = unsafe { self.head.as_ref() }?;
        self.head = span.next.load(Relaxed);
        self.len -= 1;
        Some(span)
    }

    /// Moves all of `other` to the front of this list.
    pub fn append(&mut self, other: &mut List) {
        // SAFETY: as in `pop`; a non-empty list's tail is its last span.
        let Some(tail) = (if other.head.is_null() { None } else { unsafe { other.tail.as_ref() } }) else { return };
        tail.next.store(self.head, Relaxed);
        if self.head.is_null() {
            self.tail = other.tail;
        }
        self.head = other.head;
        self.len += other.len;
        *other = List::new();
    }

    pub fn for_each(&self, mut f: impl FnMut(&'static Span)) {
        let mut at = self.head;
        // SAFETY: as in `pop`.
        while let Some(span) = unsafe { at.as_ref() } {
            at = span.next.load(Relaxed);
            f(span);
        }
    }
}
