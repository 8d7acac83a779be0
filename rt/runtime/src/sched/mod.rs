//! The scheduler: goroutines (G) run on threads (M) that own a processor (P).
//!
//! An M with a P takes a runnable G from its P's queue, the global queue, the poller or another P's queue, and runs it
//! until it parks, ends, gives way or blocks in the kernel. An M without work gives its P to the idle list and sleeps.
//! At most one woken M per wave searches ("spinning"); whoever finds work wakes the next.
//!
//! - [`state`]: the global data and its lock; [`run`]: the loop; [`park`]: parking and waking; [`create`]: new
//!   goroutines and threads; [`syscall`]: blocking system calls; [`stop`]: stopping the world; [`monitor`]: the thread
//!   that retakes and preempts; [`lock`]: LockOSThread; [`calls`]: the runtime calls of this module;
//!   [`watch`]: what to look at when a program hangs.
//!
//! Rust code here runs on an M's system stack. A runtime call (see `arch`) has saved its G's registers before the body
//! starts, so a body may give its G away at any time and then enter [`run::schedule`], which never returns.
//!
//! Lock order: `state::SCHED` is innermost but for timers' and poller's locks, which never take it.

pub mod calls;
pub mod create;
mod g;
pub mod lock;
mod m;
pub mod monitor;
mod p;
pub mod park;
mod queue;
pub mod run;
pub mod state;
pub mod stop;
pub mod syscall;
pub mod watch;

pub use g::*;
pub use m::*;
pub use p::{P, status as p_status};
pub use park::{park_with, ready, ready_with};
pub use queue::{QUEUE, RunQueue};
pub use state::{become_system, for_each_g, for_each_p};
pub use stop::{WorldStopped, start_world, stop_world};

use core::arch::asm;

/// The M of this thread.
#[inline(always)]
pub fn current_m() -> *mut M {
    let m: *mut M;
    // SAFETY: the thread pointer of every thread of the runtime is the thread block at the head of its M.
    unsafe { asm!("mov {}, fs:[0]", out(reg) m, options(nostack, preserves_flags, readonly)) };
    m
}

/// The P this thread owns, or null.
#[inline(always)]
pub fn current_p() -> *mut P {
    // SAFETY: the M is this thread's own.
    unsafe { (*current_m()).p }
}

/// The G this thread runs, or null in the scheduler.
#[inline(always)]
pub fn current_g() -> *mut G {
    // SAFETY: the M is this thread's own.
    unsafe { (*current_m()).current }
}
