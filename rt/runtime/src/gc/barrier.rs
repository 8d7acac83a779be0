//! Write barriers: what the program tells the collector while marking runs.
//!
//! The hybrid barrier: a store to the heap records the pointer it overwrites (so what was reachable when marking began
//! stays found, though stacks are scanned only once) and the pointer it writes. Records go to a buffer of the P and
//! are shaded later by a worker, so the barrier is a short leaf and never marks.

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

    /// A store of `new` to the slot.
    ///
    /// # Safety
    /// The slot is a readable word.
    #[inline]
    pub unsafe fn store(&mut self, slot: usize, new: usize) {
        // SAFETY: the caller's promise.
        self.record(unsafe { heap::load(slot) });
        self.record(new);
    }

    /// Before `[dst, dst + bytes)` is overwritten with `[src, src + bytes)`, or with zeros if `src` is 0.
    ///
    /// # Safety
    /// Both ranges are readable, aligned words.
    #[inline(never)]
    pub unsafe fn bulk(&mut self, dst: usize, src: usize, bytes: usize) {
        let mut record = |slot: usize| {
            // SAFETY: slots within the caller's ranges.
            unsafe {
                self.record(heap::load(slot));
                if src != 0 {
                    self.record(heap::load(src + (slot - dst)));
                }
            }
        };
        match heap::object_of(dst) {
            Some((span, index)) => types::for_each_object_pointer(span, index, dst, dst + bytes, &mut record),
            // A global or a stack: which words hold pointers is not at hand, so all count. A word that is none is
            // sorted out when it is shaded, or keeps some object alive for this cycle.
            None => (dst..dst + bytes).step_by(8).for_each(record),
        }
    }
}
