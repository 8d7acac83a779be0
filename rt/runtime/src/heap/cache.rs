//! A P's allocation cache: one span of each class to take slots from without a lock, and the block that tiny objects
//! share.
//!
//! A bin holds the free slots of one group (64 slots) of its span as a bit set. While a span is in a bin, the bitmap
//! word of the current group is stale; it is written when the bin leaves the group.
//!
//! The memory profile costs the fast path nothing: a bin withholds the slot that is the next sample, and those behind it,
//! so that whoever comes to it takes the slow path. Each bin draws for itself how far that is ([`sample`]), which
//! together is the same as one count over all of them.

use core::ptr::null;
use core::sync::atomic::{Ordering, fence};

use super::classes::{CLASSES, MAX_MASKED, MAX_SMALL, PAGE, SIZES, SPAN_CLASSES, WORD, class_of, span_class};
use super::span::Span;
use super::types::{self, Type};
use super::{arena, central, sample};
use crate::gc::pacer;

/// Pointer-free objects below this share blocks of this size.
const TINY: usize = 16;
const TINY_SPAN_CLASS: usize = span_class(2, true);
const _: () = assert!(SIZES[2] as usize == TINY);

/// The memory may hold old content; see `rt_alloc`.
pub const UNZEROED: usize = 1;

#[repr(C)]
struct Bin {
    /// Free slots of the group, but for those in `held`.
    free: u64,
    /// Free slots from the next sample on; all behind those in `free`.
    held: u64,
    /// Bytes to allocate, from behind the slots in `free`, before the next sample. Nothing while `held` is not 0.
    until: usize,
    /// Address of the group's first slot.
    base: usize,
    span: *const Span,
    /// Slots the span had free when it came into the bin.
    taken: u32,
    group: u16,
    dirty: bool,
}

/// The caches; all zero is valid and empty. Only the owner of the P touches them, or whoever stopped the world.
#[repr(C)]
pub struct PCache {
    bins: [Bin; SPAN_CLASSES],
    /// The block that tiny objects are cut from, 0 if none, and how much of it is used.
    tiny: usize,
    tiny_used: usize,
    /// Bytes of large objects to allocate before the next sample, 0 if that is yet to be drawn.
    large_until: usize,
    random: sample::Random,
    pub counts: Counts,
}

/// An object just allocated.
pub struct Fresh {
    pub address: usize,
    /// Its size, if it is a sample for the memory profile, else 0.
    pub sample: usize,
}

/// What was allocated: the objects of each class up to the last refill, large objects, and tiny objects that found room
/// in the block of others.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Counts {
    pub objects: [u64; CLASSES],
    pub large_bytes: u64,
    pub tiny: u64,
}

impl Counts {
    pub const fn new() -> Counts {
        Counts { objects: [0; CLASSES], large_bytes: 0, tiny: 0 }
    }

    pub fn add(&mut self, other: &Counts) {
        for (sum, count) in self.objects.iter_mut().zip(&other.objects) {
            *sum += count;
        }
        self.large_bytes += other.large_bytes;
        self.tiny += other.tiny;
    }
}

impl Default for Counts {
    fn default() -> Counts {
        Counts::new()
    }
}

impl Default for PCache {
    fn default() -> PCache {
        PCache::new()
    }
}

/// A slot just taken.
struct Slot {
    address: usize,
    span: *const Span,
    index: usize,
    dirty: bool,
}

impl Bin {
    const EMPTY: Bin = Bin { free: 0, held: 0, until: 0, base: 0, span: null(), taken: 0, group: 0, dirty: false };

    /// The next free slot of the bin's span.
    #[inline(always)]
    fn take(&mut self, size: usize) -> Option<Slot> {
        if self.free == 0 && !self.next_group(size) {
            return None;
        }
        let bit = self.free.trailing_zeros() as usize;
        self.free &= self.free - 1;
        let index = self.group as usize * 64 + bit;
        Some(Slot { address: self.base + bit * size, span: self.span, index, dirty: self.dirty })
    }

    /// Goes on to a group with a free slot.
    #[inline(never)]
    fn next_group(&mut self, size: usize) -> bool {
        // SAFETY: null or a span, which is never unmapped; this bin holds it.
        let Some(span) = (unsafe { self.span.as_ref() }) else { return false };
        if self.held != 0 {
            return false;
        }
        span.set_free_in(self.group as usize, 0);
        while (self.group as usize + 1) < span.groups() {
            self.group += 1;
            self.base += 64 * size;
            self.free = span.free_in(self.group as usize);
            if self.free != 0 {
                self.hold(size);
                return self.free != 0;
            }
        }
        false
    }

    /// Withholds the next sample, if it is one of the slots in `free`.
    #[inline]
    fn hold(&mut self, size: usize) {
        let bytes = self.free.count_ones() as usize * size;
        if self.until >= bytes {
            self.until -= bytes;
            return;
        }
        self.held = self.free;
        for _ in 0..self.until / size {
            self.held &= self.held - 1;
        }
        self.free ^= self.held;
    }

    /// Draws anew how far the next sample is.
    fn draw(&mut self, size: usize, random: &mut sample::Random) {
        self.free |= self.held;
        self.held = 0;
        self.until = sample::distance(random);
        self.hold(size);
    }

    fn set(&mut self, span: &'static Span, random: &mut sample::Random) {
        let free = span.free_in(0);
        let taken = span.free_count() as u32;
        *self = Bin { free, base: span.base(), span, taken, dirty: span.dirty(), ..Bin::EMPTY };
        self.draw(span.size(), random);
    }

    /// Puts the span back; how many slots were used.
    fn clear(&mut self) -> usize {
        // SAFETY: as in `next_group`.
        let Some(span) = (unsafe { self.span.as_ref() }) else { return 0 };
        span.set_free_in(self.group as usize, self.free | self.held);
        let left = span.free_count();
        let used = self.taken as usize - left;
        *self = Bin::EMPTY;
        pacer::add_live(-((left * span.size()) as isize));
        central::give(span);
        used
    }

    /// Slots used since the span came into the bin.
    fn used(&self) -> usize {
        // SAFETY: as in `next_group`.
        let Some(span) = (unsafe { self.span.as_ref() }) else { return 0 };
        let later = (self.group as usize + 1..span.groups()).map(|group| span.free_in(group).count_ones()).sum::<u32>();
        (self.taken - later - (self.free | self.held).count_ones()) as usize
    }
}

impl PCache {
    pub const fn new() -> PCache {
        PCache {
            bins: [const { Bin::EMPTY }; SPAN_CLASSES],
            tiny: 0,
            tiny_used: 0,
            large_until: 0,
            random: sample::Random::new(),
            counts: Counts::new(),
        }
    }

    /// An object, if the caches have room for it: the leaf part of allocation. `size` is not 0; `black` marks it.
    #[inline(always)]
    pub fn alloc_cached(&mut self, size: usize, typ: *mut Type, flags: usize, black: bool) -> Option<usize> {
        // SAFETY: null or a descriptor that the compiler or reflect made.
        match unsafe { typ.as_ref() } {
            None if size < TINY => self.alloc_tiny(size, black),
            None if size <= MAX_SMALL => {
                let class = class_of(size);
                let size = SIZES[class] as usize;
                let slot = self.bins[span_class(class, true)].take(size)?;
                if slot.dirty && flags & UNZEROED == 0 {
                    clear(slot.address, size);
                }
                Some(publish(slot, black))
            }
            Some(head) if size <= MAX_SMALL => {
                let class = class_of(size);
                let size = SIZES[class] as usize;
                let slot = self.bins[span_class(class, false)].take(size)?;
                if slot.dirty {
                    clear(slot.address, size);
                }
                if size <= MAX_MASKED {
                    let words = size / WORD;
                    arena::write_mask(
                        slot.address,
                        words as u32,
                        types::array_mask(head, words) & (u64::MAX >> (64 - words)),
                    );
                } else {
                    // SAFETY: the bin's span, never unmapped.
                    unsafe { &*slot.span }.set_type(slot.index, typ);
                }
                Some(publish(slot, black))
            }
            _ => None,
        }
    }

    #[inline(always)]
    fn alloc_tiny(&mut self, size: usize, black: bool) -> Option<usize> {
        let align = 1 << size.trailing_zeros().min(3);
        let at = self.tiny_used.next_multiple_of(align);
        if self.tiny != 0 && at + size <= TINY {
            self.tiny_used = at + size;
            self.counts.tiny += 1;
            return Some(self.tiny + at);
        }
        let slot = self.bins[TINY_SPAN_CLASS].take(TINY)?;
        clear(slot.address, TINY);
        let address = publish(slot, black);
        self.tiny = address;
        self.tiny_used = size;
        Some(address)
    }

    /// An object; runs on a system stack, as it may sweep, take locks and ask the system for memory.
    pub fn alloc(&mut self, size: usize, typ: *mut Type, flags: usize, black: bool) -> Fresh {
        if size > MAX_SMALL {
            return self.alloc_large(size, typ, flags, black);
        }
        let pointer_free = typ.is_null();
        let span_class =
            if pointer_free && size < TINY { TINY_SPAN_CLASS } else { span_class(class_of(size), pointer_free) };
        loop {
            if let Some(address) = self.alloc_cached(size, typ, flags, black) {
                return Fresh { address, sample: 0 };
            }
            let bin = &mut self.bins[span_class];
            if bin.held == 0 {
                self.refill(span_class);
                continue;
            }
            let others = bin.held & (bin.held - 1);
            (bin.free, bin.held) = (bin.held ^ others, 0);
            if let Some(address) = self.alloc_cached(size, typ, flags, black) {
                let bin = &mut self.bins[span_class];
                bin.free = others;
                let size = SIZES[span_class / 2] as usize;
                bin.draw(size, &mut self.random);
                return Fresh { address, sample: size };
            }
        }
    }

    fn refill(&mut self, span_class: usize) {
        let used = self.bins[span_class].clear();
        self.counts.objects[span_class / 2] += used as u64;
        let span = central::take(span_class);
        self.bins[span_class].set(span, &mut self.random);
        pacer::add_live((self.bins[span_class].taken as usize * span.size()) as isize);
    }

    fn alloc_large(&mut self, size: usize, typ: *mut Type, flags: usize, black: bool) -> Fresh {
        let pages = size.div_ceil(PAGE);
        let span = central::make(pages, span_class(0, typ.is_null()));
        if span.dirty() {
            if !typ.is_null() {
                clear(span.base(), pages * PAGE);
            } else if flags & UNZEROED == 0 {
                clear(span.base(), size);
            }
        }
        if !typ.is_null() {
            span.set_type(0, typ);
        }
        span.set_allocated(0);
        if black {
            span.mark::<true>(0);
        }
        fence(Ordering::Release);
        self.counts.objects[0] += 1;
        self.counts.large_bytes += (pages * PAGE) as u64;
        pacer::add_live((pages * PAGE) as isize);
        central::give(span);
        Fresh { address: span.base(), sample: self.sample_large(pages * PAGE) }
    }

    /// The bytes of a large object if it is a sample, else 0.
    fn sample_large(&mut self, bytes: usize) -> usize {
        if self.large_until == 0 {
            self.large_until = sample::distance(&mut self.random);
        }
        if bytes <= self.large_until {
            self.large_until -= bytes;
            return 0;
        }
        self.large_until = 0;
        bytes
    }

    /// Samples from now on at the rate set. Its owner calls it, or whoever stopped the world.
    pub fn rate_changed(&mut self) {
        self.large_until = 0;
        for (span_class, bin) in self.bins.iter_mut().enumerate() {
            bin.draw(SIZES[span_class / 2] as usize, &mut self.random);
        }
    }

    /// Puts every span back. Its owner calls it, or whoever stopped the world.
    pub fn flush(&mut self) {
        for span_class in 2..SPAN_CLASSES {
            let used = self.bins[span_class].clear();
            self.counts.objects[span_class / 2] += used as u64;
        }
        self.end_tiny();
    }

    /// The next tiny object starts a block of its own.
    pub fn end_tiny(&mut self) {
        self.tiny = 0;
        self.tiny_used = 0;
    }

    /// What this P allocated, to the object.
    pub fn counts(&self) -> Counts {
        let mut counts = self.counts;
        for (span_class, bin) in self.bins.iter().enumerate() {
            counts.objects[span_class / 2] += bin.used() as u64;
        }
        counts
    }
}

/// Makes a slot's first content visible before its address.
#[inline(always)]
fn publish(slot: Slot, black: bool) -> usize {
    if black {
        // SAFETY: the bin's span, never unmapped.
        unsafe { &*slot.span }.mark::<true>(slot.index);
    }
    // Pairs with the dependency of whoever reads the address.
    fence(Ordering::Release);
    slot.address
}

/// Zeroes memory of the heap that nobody else looks at.
#[inline(always)]
pub fn clear(address: usize, bytes: usize) {
    // SAFETY: the callers pass slots that are theirs.
    unsafe { core::ptr::write_bytes(address as *mut u8, 0, bytes) }
}
