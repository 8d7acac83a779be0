//! System calls of Linux on amd64, as thin functions: a negative result is an errno.

pub mod file;
pub mod memory;
pub mod signal;
pub mod thread;
pub mod time;
pub mod vdso;

use core::arch::asm;
pub use linux_raw_sys::general as c;

/// Negative results down to this are errnos.
pub const ERRNO_LOWEST: isize = -4095;
pub const EINTR: isize = 4;
pub const EAGAIN: isize = 11;

/// A system call of six arguments.
///
/// # Safety
/// The call's own contract.
#[inline(always)]
pub unsafe fn syscall6(n: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> isize {
    let result: isize;
    // SAFETY: the caller vouches for the call; the kernel clobbers rcx and r11 only.
    unsafe {
        asm!("syscall", inlateout("rax") n => result, in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e,
            in("r9") f, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    result
}

/// A system call of three arguments.
///
/// # Safety
/// The call's own contract.
#[inline(always)]
pub unsafe fn syscall3(n: usize, a: usize, b: usize, c: usize) -> isize {
    let result: isize;
    // SAFETY: as `syscall6`.
    unsafe {
        asm!("syscall", inlateout("rax") n => result, in("rdi") a, in("rsi") b, in("rdx") c, lateout("rcx") _,
            lateout("r11") _, options(nostack));
    }
    result
}

/// A system call of four arguments.
///
/// # Safety
/// The call's own contract.
#[inline(always)]
pub unsafe fn syscall4(n: usize, a: usize, b: usize, c: usize, d: usize) -> isize {
    let result: isize;
    // SAFETY: as `syscall6`.
    unsafe {
        asm!("syscall", inlateout("rax") n => result, in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    result
}
