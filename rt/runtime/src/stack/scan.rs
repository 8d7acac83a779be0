//! The roots on goroutine stacks and in the runtime's records.
//!
//! A stack object is no root by itself: only when it is reached from a live value of a frame, from a record of the
//! runtime or from another reached object do its pointers count. Else what a variable held at its last use would live
//! as long as the frame. (Copying a stack adjusts all of them: see `stack::copy`.)
//!
//! A bit for each word of the used part of the stack says whether a pointer to it was seen. Frames are visited from the
//! innermost outwards, as pointers between stack objects go: escape analysis lets a callee know its callers' variables,
//! not the other way round. So one pass is enough, except for pointers that go inwards all the same, which bring about
//! another.

use super::walk::{self, Frame};
use crate::sched::{G, WorldStopped, for_each_g};
use crate::sys::memory;
use crate::tables;
use ingot_abi::tables::{SiteRoots, StackObject, StackObjects};

/// Calls `f` with every word outside the heap that may be a pointer into it: goroutine stacks, the Gs' words, and the
/// runtime's own records. Writable data is `tables::for_each_root`. The word is any address in an object, or no heap
/// pointer at all.
///
/// Stacks that are mostly unused are halved on the way.
pub fn scan_all(stopped: &WorldStopped, f: &mut dyn FnMut(usize)) {
    // SAFETY: the world is stopped.
    for_each_g(stopped, |g| unsafe { super::shrink_stopped(g) });
    for_each_g(stopped, |g| scan_goroutine(stopped, g, f));
    // SAFETY: the timers' slots hold live pointers.
    crate::timer::for_each_root(&mut |slot| f(unsafe { *slot }));
}

/// Words that the bits on the collecting thread's own stack are for: 32 KB of a goroutine's stack.
const FEW: usize = 4096;

fn scan_goroutine(_: &WorldStopped, g: *mut G, f: &mut dyn FnMut(usize)) {
    // SAFETY: the world is stopped, so the G's context is saved and nothing else uses its fields.
    let (sp, hi) = unsafe { ((*g).context.sp, (*g).stack.hi) };
    let words = hi.saturating_sub(sp) / 8;
    if words <= FEW {
        let mut bits = [0; FEW / 64];
        let bits = &mut bits[..words.div_ceil(64)];
        return Scan { lo: sp, hi, bits, frame: sp, inwards: false, fresh: false, f }.goroutine(g);
    }
    let bytes = words.div_ceil(64) * 8;
    let mapping = memory::must_allocate(bytes.next_multiple_of(memory::PAGE));
    // SAFETY: fresh zeroed memory of that size, unmapped when nothing refers to it any more.
    unsafe {
        let bits = core::slice::from_raw_parts_mut(mapping as *mut u64, bytes / 8);
        Scan { lo: sp, hi, bits, frame: sp, inwards: false, fresh: false, f }.goroutine(g);
        memory::release(mapping, bytes.next_multiple_of(memory::PAGE));
    }
}

/// The scan of one goroutine.
struct Scan<'a> {
    /// The used part of its stack.
    lo: usize,
    hi: usize,
    /// The words of it that pointers to were seen of.
    bits: &'a mut [u64],
    /// Where the frame being scanned begins.
    frame: usize,
    /// A word of a frame that has been scanned was first pointed to.
    inwards: bool,
    /// A word of the frame being scanned was first pointed to.
    fresh: bool,
    f: &'a mut dyn FnMut(usize),
}

impl Scan<'_> {
    fn goroutine(&mut self, g: *mut G) {
        // SAFETY: as in `scan_goroutine`.
        unsafe {
            for &word in &(*g).words.pointers {
                self.value(word);
            }
            for i in 0..2 {
                if (*g).result_pointers & 1 << i != 0 {
                    self.value((*g).context.results[i]);
                }
            }
            if (*g).start != 0 {
                self.value((*g).start);
            }
        }
        loop {
            self.inwards = false;
            let mut frames = 0;
            for frame in walk::frames(g) {
                self.frame = frame.sp;
                self.frame(&frame);
                frames += 1;
            }
            walk::add_visited(frames);
            if !self.inwards {
                return;
            }
        }
    }

    /// A live pointer, or any other word.
    fn value(&mut self, word: usize) {
        if !(self.lo..self.hi).contains(&word) {
            return (self.f)(word);
        }
        let index = (word - self.lo) / 8;
        let bit = 1 << (index % 64);
        if self.bits[index / 64] & bit == 0 {
            self.bits[index / 64] |= bit;
            self.inwards |= word < self.frame;
            self.fresh = true;
        }
    }

    fn frame(&mut self, frame: &Frame) {
        // SAFETY: slots named by the maps lie within the used part of the stack.
        let read = |word: u64| unsafe { *((frame.sp + word as usize * 8) as *const usize) };
        if let Some(special) = &frame.special {
            special.roots().for_each(|word| self.value(read(word)));
            return;
        }
        let tables = tables::get();
        if let Some(site) = frame.site {
            let roots = SiteRoots::new(tables.roots, site.roots);
            let objects_live = roots.objects_live;
            // A derived pointer keeps nothing alive that its base does not.
            roots.for_each(|(base, _)| self.value(read(base)));
            if !objects_live {
                return;
            }
        }
        let Some(function) = frame.function else { return };
        // A fault left no map: any object may be in use.
        let all = frame.site.is_none();
        loop {
            self.fresh = false;
            for object in StackObjects::new(tables.roots, function.objects) {
                if all || self.is_reached(frame.sp + object.offset as usize * 8, object.words as usize) {
                    for_each_pointer(&object, |word| self.value(read(word)));
                }
            }
            // One that comes earlier in the list may have been reached.
            if !self.fresh {
                return;
            }
        }
    }

    /// Whether a pointer into an object was seen.
    fn is_reached(&self, at: usize, words: usize) -> bool {
        let mut index = (at - self.lo) / 8;
        let end = index + words;
        while index < end {
            let bits = self.bits[index / 64] >> (index % 64);
            let covered = (64 - index % 64).min(end - index);
            if bits & (u64::MAX >> (64 - covered)) != 0 {
                return true;
            }
            index += covered;
        }
        false
    }
}

/// Calls `f` with the pointer words of an object, as offsets from the frame's stack pointer.
pub fn for_each_pointer(object: &StackObject, mut f: impl FnMut(u64)) {
    for (byte, &mask) in object.mask.iter().enumerate() {
        let mut bits = mask;
        while bits != 0 {
            let bit = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            f(object.offset + (byte * 8 + bit) as u64);
        }
    }
}
