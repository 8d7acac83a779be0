//! P: a processor, the right to run Go code. Owned by one M at a time.

use super::{G, M, RunQueue};
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicUsize};

/// Values of [`P::status`].
pub mod status {
    /// On the idle list.
    pub const IDLE: u32 = 0;
    /// Owned by an M.
    pub const RUNNING: u32 = 1;
    /// Its M is in a system call: whoever swaps the status away owns it.
    pub const SYSCALL: u32 = 2;
    /// Held by whoever stopped the world.
    pub const STOPPED: u32 = 3;
    /// Beyond GOMAXPROCS.
    pub const DEAD: u32 = 4;
}

#[repr(C)]
pub struct P {
    pub id: usize,
    /// See [`status`]. Transitions: IDLE to RUNNING under the scheduler's lock; RUNNING to SYSCALL by its M; from SYSCALL
    /// by compare-and-swap; to and from STOPPED by the stopper or its M.
    pub status: AtomicU32,
    /// The owner while RUNNING.
    pub m: *mut M,
    /// Link of the idle list, protected by the scheduler's lock.
    pub next_idle: *mut P,
    pub queue: RunQueue,
    /// Goes up when a G is started and when a system call begins; sysmon compares them.
    pub run_tick: AtomicUsize,
    pub syscall_tick: AtomicUsize,
    /// The running G is to give way at its next check.
    pub preempt: AtomicBool,
    /// What sysmon saw last, and when. Only sysmon touches them.
    pub seen_run_tick: usize,
    pub seen_syscall_tick: usize,
    pub seen_run_when: i64,
    pub seen_syscall_when: i64,
    /// Dead Gs for reuse. Of the owner.
    pub free: super::GList,
    /// When the P became idle, for statistics.
    pub idle_since: AtomicI64,
    /// The allocator's caches and the collector's buffers. Of the owner, or with the world stopped.
    pub heap: crate::heap::PCache,
    pub gc: crate::gc::PState,
}

impl P {
    pub fn current_g(&self) -> *mut G {
        if self.m.is_null() {
            return core::ptr::null_mut();
        }
        // SAFETY: Ms are never freed.
        unsafe { (*self.m).current }
    }
}
