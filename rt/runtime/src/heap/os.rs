//! The few services of the system that the heap needs.
//!
//! Reserved memory is address space without access; committed memory reads as zero until written; released memory is
//! committed memory whose content the system takes back and that reads as zero again.

use crate::print;
use crate::sys::memory;

/// Address space of `bytes` (a multiple of the page size) at an address the system chooses, or `None`.
pub fn reserve(bytes: usize) -> Option<usize> {
    let at = memory::reserve(0, bytes);
    (!at.is_null()).then_some(at as usize)
}

/// Makes `[start, start + bytes)` of reserved memory readable and writable; false when the system refuses.
pub fn commit(start: usize, bytes: usize) -> bool {
    // SAFETY: the callers pass parts of what `reserve` gave them.
    unsafe { memory::commit(start as *mut u8, bytes) }
}

/// The range will be used densely: huge pages save most of its page faults.
pub fn advise_huge(start: usize, bytes: usize) {
    // SAFETY: the arena passes what it has just committed.
    unsafe { memory::advise_huge(start as *mut u8, bytes) }
}

/// Gives the pages back; they read as zero afterwards.
pub fn release(start: usize, bytes: usize) {
    // SAFETY: the page allocator passes free pages of the arena.
    unsafe { memory::discard(start as *mut u8, bytes) }
}

/// Fresh zeroed memory, never given back.
pub fn map(bytes: usize) -> usize {
    memory::must_allocate(bytes.next_multiple_of(memory::PAGE)) as usize
}

/// Ends the process as gc does when there is no memory left.
#[cold]
pub fn out_of_memory(bytes: usize) -> ! {
    print::fatal_fmt(format_args!(
        "runtime: out of memory: cannot allocate {bytes}-byte block\nfatal error: out of memory\n"
    ))
}

/// Ends the process on a broken invariant of the heap or the collector.
#[cold]
pub fn fatal(message: core::fmt::Arguments) -> ! {
    print::fatal_fmt(format_args!("fatal error: {message}\n"))
}
