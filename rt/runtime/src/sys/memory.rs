//! Address space: mmap and its kin. Failures of fixed-purpose mappings are fatal: there is no memory to go on with.

use super::{c, syscall3, syscall6};

pub const PAGE: usize = 4096;

/// Reserves `size` bytes of address space without access, or null.
pub fn reserve(hint: usize, size: usize) -> *mut u8 {
    map(hint, size, c::PROT_NONE, c::MAP_PRIVATE | c::MAP_ANONYMOUS | c::MAP_NORESERVE)
}

/// Zeroed readable and writable pages, or null.
pub fn allocate(size: usize) -> *mut u8 {
    map(0, size, c::PROT_READ | c::PROT_WRITE, c::MAP_PRIVATE | c::MAP_ANONYMOUS)
}

/// As [`allocate`], ending the process when there is no memory.
pub fn must_allocate(size: usize) -> *mut u8 {
    let p = allocate(size);
    if p.is_null() {
        crate::print::fatal("fatal error: out of memory\n");
    }
    p
}

fn map(hint: usize, size: usize, prot: u32, flags: u32) -> *mut u8 {
    // SAFETY: a fresh anonymous mapping touches nothing that exists (no MAP_FIXED).
    let p = unsafe { syscall6(c::__NR_mmap as usize, hint, size, prot as usize, flags as usize, usize::MAX, 0) };
    if (super::ERRNO_LOWEST..0).contains(&p) { core::ptr::null_mut() } else { p as *mut u8 }
}

/// Makes reserved pages readable and writable; false when the system refuses.
///
/// # Safety
/// The range was given by [`reserve`].
pub unsafe fn commit(p: *mut u8, size: usize) -> bool {
    // SAFETY: the caller owns the range.
    unsafe { syscall3(c::__NR_mprotect as usize, p as usize, size, (c::PROT_READ | c::PROT_WRITE) as usize) == 0 }
}

/// Takes all access away.
///
/// # Safety
/// The caller owns the range and nothing uses it.
pub unsafe fn protect(p: *mut u8, size: usize) -> bool {
    // SAFETY: the caller owns the range.
    unsafe { syscall3(c::__NR_mprotect as usize, p as usize, size, c::PROT_NONE as usize) == 0 }
}

/// Gives the pages' memory back; they read as zero when used again.
///
/// # Safety
/// The caller owns the range and its contents are no longer needed.
pub unsafe fn discard(p: *mut u8, size: usize) {
    // SAFETY: the caller owns the range.
    unsafe { syscall3(c::__NR_madvise as usize, p as usize, size, c::MADV_DONTNEED as usize) };
}

/// Asks for huge pages; where the system has none, nothing changes.
///
/// # Safety
/// The caller owns the range.
pub unsafe fn advise_huge(p: *mut u8, size: usize) {
    // SAFETY: the caller owns the range; the content stays.
    unsafe { syscall3(c::__NR_madvise as usize, p as usize, size, c::MADV_HUGEPAGE as usize) };
}

/// Unmaps.
///
/// # Safety
/// The caller owns the mapping and nothing uses it.
pub unsafe fn release(p: *mut u8, size: usize) {
    // SAFETY: the caller owns the range.
    unsafe { syscall3(c::__NR_munmap as usize, p as usize, size, 0) };
}
