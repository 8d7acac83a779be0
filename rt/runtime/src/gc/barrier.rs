//! Write barriers: what the program tells the collector while marking runs.
//!
//! The snapshot barrier: a store to an object of the heap records the pointer it overwrites. All roots are scanned while
//! the world is stopped, so what was reachable then stays found, whatever the program does with it, and what it allocates
//! later is marked at birth; stores to stacks and globals and the pointers that are written need no record. Records go
//! to a buffer of the P and are shaded later by a worker, so the barrier is a short leaf and never marks.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::work::{self, Buffer, ENTRIES};
use crate::heap::{self, types};

/// Not 0 while marking: compiled code tests it before every store that may need a barrier.
#[unsafe(export_name = "rt_write_barrier_on")]
pub static ON: AtomicU32 = AtomicU32::new(0);

#[inline(always)]
pub fn on() -> bool {
    ON.load(Relaxed) != 0
}

/// A P's buffer; all zero is valid. Only the owner of the P touches it, or whoever stopped the world.
#[repr(C)]
#[derive(Default)]
pub struct PState {
    buffer: Option<Own>,
}

struct Own(core::ptr::NonNull<Buffer>);

impl PState {
    pub const fn new() -> PState {
        PState { buffer: None }
    }

    /// Notes a pointer to be shaded.
    #[inline]
    pub fn record(&mut self, pointer: usize) {
        if pointer < heap::arena::start() {
            return;
        }
        if let Some(own) = &mut self.buffer {
            // SAFETY: the buffer is this P's own.
            let buffer = unsafe { own.0.as_mut() };
            if buffer.len < ENTRIES {
                buffer.entries[buffer.len] = pointer;
                buffer.len += 1;
                return;
            }
        }
        self.record_slow(pointer);
    }

    #[cold]
    #[inline(never)]
    fn record_slow(&mut self, pointer: usize) {
        self.flush();
        self.buffer = core::ptr::NonNull::new(work::take_empty()).map(Own);
        self.record(pointer);
    }

    /// Hands the records to the workers.
    pub fn flush(&mut self) {
        if let Some(own) = self.buffer.take() {
            work::give_unshaded(own.0.as_ptr());
        }
    }

    /// Before the slot is overwritten.
    ///
    /// # Safety
    /// The slot is a readable word.
    #[inline]
    pub unsafe fn store(&mut self, slot: usize) {
        if heap::arena::contains(slot) {
            // SAFETY: the caller's promise.
            self.record(unsafe { heap::load(slot) });
        }
    }

    /// Before `[start, start + bytes)` is overwritten.
    ///
    /// # Safety
    /// The range is readable, aligned words, of one object if in the heap.
    #[inline(never)]
    pub unsafe fn bulk(&mut self, start: usize, bytes: usize) {
        if let Some((span, index)) = heap::object_of(start) {
            types::for_each_object_pointer(span, index, start, start + bytes, &mut |slot| {
                // SAFETY: slots within the caller's range.
                self.record(unsafe { heap::load(slot) });
            });
        }
    }
}
