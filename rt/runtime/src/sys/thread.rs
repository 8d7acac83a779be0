//! Threads: futexes, identity, affinity, exit.

use super::time::Timespec;
use super::{c, syscall3, syscall6};
use core::sync::atomic::AtomicU32;

/// Sleeps while `word` holds `value`; `timeout` is relative, negative for none.
pub fn futex_wait(word: &AtomicU32, value: u32, timeout: i64) {
    let ts = Timespec::from_nanos(timeout.max(0));
    let at = if timeout < 0 { 0 } else { &raw const ts as usize };
    let op = (c::FUTEX_WAIT | c::FUTEX_PRIVATE_FLAG) as usize;
    // SAFETY: the word and the timespec live during the call.
    unsafe { syscall6(c::__NR_futex as usize, word.as_ptr() as usize, op, value as usize, at, 0, 0) };
}

/// Wakes up to `count` sleepers.
pub fn futex_wake(word: &AtomicU32, count: u32) {
    let op = (c::FUTEX_WAKE | c::FUTEX_PRIVATE_FLAG) as usize;
    // SAFETY: only the address is used.
    unsafe { syscall6(c::__NR_futex as usize, word.as_ptr() as usize, op, count as usize, 0, 0, 0) };
}

pub fn yield_now() {
    // SAFETY: no memory involved.
    unsafe { syscall3(c::__NR_sched_yield as usize, 0, 0, 0) };
}

pub fn exit_group(code: i32) -> ! {
    loop {
        // SAFETY: ends the process.
        unsafe { syscall3(c::__NR_exit_group as usize, code as usize, 0, 0) };
    }
}

pub fn pid() -> i32 {
    // SAFETY: no memory involved.
    unsafe { syscall3(c::__NR_getpid as usize, 0, 0, 0) as i32 }
}

pub fn tid() -> i32 {
    // SAFETY: no memory involved.
    unsafe { syscall3(c::__NR_gettid as usize, 0, 0, 0) as i32 }
}

/// Processors this process may run on.
pub fn cpu_count() -> usize {
    let mut mask = [0u64; 128];
    let bytes = core::mem::size_of_val(&mask);
    // SAFETY: the mask is writable for its size.
    let n = unsafe { syscall3(c::__NR_sched_getaffinity as usize, 0, bytes, mask.as_mut_ptr() as usize) };
    if n <= 0 {
        return 1;
    }
    mask.iter().map(|w| w.count_ones() as usize).sum::<usize>().max(1)
}

/// Sets the thread pointer.
///
/// # Safety
/// `block` is a thread block that lives as long as the thread.
pub unsafe fn set_thread_pointer(block: usize) {
    const ARCH_SET_FS: usize = 0x1002;
    // SAFETY: the caller vouches for the block.
    unsafe { syscall3(c::__NR_arch_prctl as usize, ARCH_SET_FS, block, 0) };
}
