//! Marking: from roots to everything reachable.
//!
//! An object is *white* without its mark, *grey* with it while it is in a work buffer, *black* afterwards. Pointer-free
//! objects turn black at once. Objects above [`OBLET`] bytes are scanned in parts so that workers can share them.

use core::ptr::null_mut;

use super::work::{self, Buffer, ENTRIES};
use crate::heap::{self, arena, types};

/// Part of a large object that is scanned in one go.
const OBLET: usize = 128 << 10;
/// Objects whose content is on its way into the cache before they are scanned.
const AHEAD: usize = 8;

/// A worker's state. `SHARED`: others mark at the same time.
pub struct Marker<const SHARED: bool> {
    /// Grey objects, null or the worker's own buffer.
    buffer: *mut Buffer,
    /// Bytes of the objects this worker marked.
    pub bytes: usize,
}

impl<const SHARED: bool> Marker<SHARED> {
    pub const fn new() -> Marker<SHARED> {
        Marker { buffer: null_mut(), bytes: 0 }
    }

    /// Marks the object a pointer leads to, if it leads into the heap.
    #[inline(always)]
    pub fn shade(&mut self, pointer: usize) {
        let Some(span) = arena::span_of(pointer) else { return };
        let index = span.index(pointer);
        if index >= span.count() || !span.mark::<SHARED>(index) {
            return;
        }
        self.bytes += span.size();
        if !span.pointer_free() {
            self.push(span.object(index));
        }
    }

    #[inline(always)]
    fn push(&mut self, object: usize) {
        // SAFETY: the buffer is null or this worker's own.
        if let Some(buffer) = unsafe { self.buffer.as_mut() }
            && buffer.len < ENTRIES
        {
            buffer.entries[buffer.len] = object;
            buffer.len += 1;
            return;
        }
        self.push_slow(object);
    }

    #[inline(never)]
    fn push_slow(&mut self, object: usize) {
        if !self.buffer.is_null() {
            work::give_grey(self.buffer);
        }
        self.buffer = work::take_empty();
        self.push(object);
    }

    /// A grey object; from the global stacks when the worker has none.
    #[inline(always)]
    fn pop(&mut self) -> Option<usize> {
        // SAFETY: as in `push`.
        if let Some(buffer) = unsafe { self.buffer.as_mut() }
            && buffer.len > 0
        {
            buffer.len -= 1;
            return Some(buffer.entries[buffer.len]);
        }
        self.pop_slow()
    }

    #[inline(never)]
    fn pop_slow(&mut self) -> Option<usize> {
        loop {
            let grey = work::take_grey();
            if !grey.is_null() {
                if !self.buffer.is_null() {
                    work::give_empty(self.buffer);
                }
                self.buffer = grey;
            } else if !self.shade_recorded() {
                return None;
            }
            // SAFETY: as in `push`.
            if let Some(buffer) = unsafe { self.buffer.as_mut() }
                && buffer.len > 0
            {
                buffer.len -= 1;
                return Some(buffer.entries[buffer.len]);
            }
        }
    }

    /// Shades the pointers of one buffer from a write barrier; false if there is none.
    fn shade_recorded(&mut self) -> bool {
        let recorded = work::take_unshaded();
        // SAFETY: null, or ours since it was taken.
        let Some(buffer) = (unsafe { recorded.as_ref() }) else { return false };
        for &pointer in &buffer.entries[..buffer.len] {
            self.shade(pointer);
        }
        work::give_empty(recorded);
        true
    }

    /// Shades what the slots of a grey object hold.
    #[inline(always)]
    fn scan(&mut self, at: usize) {
        let Some(span) = arena::span_of(at) else { return };
        let index = span.index(at);
        let object = span.object(index);
        let mut end = object + span.size();
        if span.size() > OBLET {
            if at == object {
                (object + OBLET..end).step_by(OBLET).for_each(|part| self.push(part));
            }
            end = end.min(at + OBLET);
        }
        // SAFETY: slots of an object that is marked and therefore alive.
        types::for_each_object_pointer(span, index, at, end, &mut |slot| self.shade(unsafe { heap::load(slot) }));
    }

    /// Scans everything reachable from an object's slots but does not mark the object itself.
    pub fn scan_content(&mut self, object: usize) {
        let Some((span, index)) = heap::object_of(object) else { return };
        let base = span.object(index);
        // SAFETY: slots of an object that a finalizer keeps.
        let shade = &mut |slot| self.shade(unsafe { heap::load(slot) });
        types::for_each_object_pointer(span, index, base, base + span.size(), shade);
    }

    /// Marks until nothing is grey or `budget` objects were scanned; true if nothing is left that this worker can see.
    pub fn drain(&mut self, mut budget: usize) -> bool {
        // A short queue between taking an object and scanning it, so that its memory has time to arrive.
        let mut ahead = [0; AHEAD];
        let (mut first, mut count) = (0, 0);
        loop {
            while count < AHEAD
                && budget > 0
                && let Some(object) = self.pop()
            {
                prefetch(object);
                ahead[(first + count) % AHEAD] = object;
                count += 1;
                budget -= 1;
            }
            if count == 0 {
                return budget > 0;
            }
            let object = ahead[first];
            first = (first + 1) % AHEAD;
            count -= 1;
            self.scan(object);
            if SHARED && work::grey_is_short() {
                self.share();
            }
        }
    }

    /// Hands half of a well-filled buffer to the others.
    fn share(&mut self) {
        // SAFETY: as in `push`.
        let Some(buffer) = (unsafe { self.buffer.as_mut() }) else { return };
        if buffer.len < 64 {
            return;
        }
        let other = work::take_empty();
        // SAFETY: just taken, ours.
        let given = unsafe { &mut *other };
        given.len = buffer.len / 2;
        buffer.len -= given.len;
        given.entries[..given.len].copy_from_slice(&buffer.entries[buffer.len..buffer.len + given.len]);
        work::give_grey(other);
    }

    /// Hands all buffered work to the global stack.
    pub fn flush(&mut self) {
        // SAFETY: as in `push`.
        match unsafe { self.buffer.as_ref() } {
            None => return,
            Some(buffer) if buffer.len == 0 => work::give_empty(self.buffer),
            Some(_) => work::give_grey(self.buffer),
        }
        self.buffer = null_mut();
    }
}

#[inline(always)]
fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch has no effect but on caches.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(address as *const i8)
    };
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
