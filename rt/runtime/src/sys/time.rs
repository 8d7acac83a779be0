//! Clocks, read through the kernel's vDSO when the auxiliary vector names one.

use super::{c, syscall3, syscall4};
use core::num::NonZeroI32;
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

/// A timer of the processor time of one thread, which it is sent a signal by: the kernel's number of it plus one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ThreadTimer(NonZeroI32);

#[repr(C)]
struct Event {
    value: usize,
    signal: i32,
    notify: i32,
    tid: i32,
    _pad: [i32; 11],
}

const _: () = assert!(size_of::<Event>() == c::SIGEV_MAX_SIZE as usize);

impl ThreadTimer {
    /// Starts one for a thread of this process: after `first` nanoseconds, then every `period`. `None` where the system
    /// refuses.
    pub fn start(tid: u32, signal: i32, first: i64, period: i64) -> Option<ThreadTimer> {
        // The kernel's name of the time that the scheduler counts for a thread.
        let clock = (!(tid as i32)) << 3 | 6;
        let event = Event { value: 0, signal, notify: c::SIGEV_THREAD_ID as i32, tid: tid as i32, _pad: [0; 11] };
        let mut id = 0i32;
        let times = [Timespec::from_nanos(period), Timespec::from_nanos(first)];
        // SAFETY: event and id live during the call.
        let made = unsafe {
            syscall3(c::__NR_timer_create as usize, clock as usize, &raw const event as usize, &raw mut id as usize)
        };
        if made < 0 {
            return None;
        }
        // SAFETY: the times live during the call.
        unsafe { syscall4(c::__NR_timer_settime as usize, id as usize, 0, times.as_ptr() as usize, 0) };
        NonZeroI32::new(id + 1).map(ThreadTimer)
    }

    pub fn stop(self) {
        // SAFETY: no memory involved.
        unsafe { syscall3(c::__NR_timer_delete as usize, self.0.get() as usize - 1, 0, 0) };
    }
}
