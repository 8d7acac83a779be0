//! Clocks, read through the kernel's vDSO when the auxiliary vector names one.

use super::{c, syscall3};
use core::sync::atomic::{AtomicUsize, Ordering};

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Timespec {
    pub sec: i64,
    pub nsec: i64,
}

impl Timespec {
    pub fn from_nanos(ns: i64) -> Timespec {
        Timespec { sec: ns / 1_000_000_000, nsec: ns % 1_000_000_000 }
    }

    pub fn nanos(self) -> i64 {
        self.sec * 1_000_000_000 + self.nsec
    }
}

/// The vDSO's clock_gettime, 0 if there is none. Set once at start, before other threads.
static VDSO_CLOCK: AtomicUsize = AtomicUsize::new(0);

pub fn set_vdso_clock(address: usize) {
    VDSO_CLOCK.store(address, Ordering::Relaxed);
}

pub fn clock(id: u32) -> Timespec {
    let mut ts = Timespec::default();
    let address = VDSO_CLOCK.load(Ordering::Relaxed);
    if address != 0 {
        // SAFETY: the vDSO's symbol of that name has this C signature.
        let gettime: extern "C" fn(i32, *mut Timespec) -> i32 = unsafe { core::mem::transmute(address) };
        if gettime(id as i32, &mut ts) == 0 {
            return ts;
        }
    }
    // SAFETY: the timespec is writable.
    unsafe { syscall3(c::__NR_clock_gettime as usize, id as usize, &raw mut ts as usize, 0) };
    ts
}

/// Monotonic nanoseconds.
pub fn nanotime() -> i64 {
    clock(c::CLOCK_MONOTONIC).nanos()
}

pub fn walltime() -> Timespec {
    clock(c::CLOCK_REALTIME)
}

/// Sleeps the thread.
pub fn sleep(ns: i64) {
    let ts = Timespec::from_nanos(ns);
    // SAFETY: the timespec is readable.
    unsafe { syscall3(c::__NR_nanosleep as usize, &raw const ts as usize, 0, 0) };
}
