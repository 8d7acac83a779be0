//! M: a thread.

use super::{G, P};
use crate::sync::Note;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use ingot_abi::tls::ThreadBlock;

/// Bytes of an M's system stack (where Rust runs) and of its signal stack.
pub const SYSTEM_STACK: usize = 256 << 10;
pub const SIGNAL_STACK: usize = 64 << 10;

/// Lives outside the heap, right after its thread block; never freed.
#[repr(C)]
pub struct M {
    pub tls: ThreadBlock,
    /// The G on this thread, or null. Written by this M.
    pub current: *mut G,
    /// The P it owns, or null. Written by this M, and by whoever hands it a P while it sleeps on `note`.
    pub p: *mut P,
    /// The P to take when woken.
    pub next_p: *mut P,
    /// The P it had when it entered a system call.
    pub syscall_p: *mut P,
    /// What it sleeps on when it has nothing to do.
    pub note: Note,
    /// Not 0: not preempted (procpin). Only this M writes it.
    pub locks: AtomicU32,
    /// Looks for work without having any.
    pub spinning: bool,
    /// A runnable G that this M owns and runs before all others, or null. Only this M uses it.
    pub handed: *mut G,
    /// The G that is locked to this thread, or null.
    pub locked_g: *mut G,
    /// Owns the G of `locked_g` but is to run it as soon as it is handed a P (see `sched::lock`).
    pub id: usize,
    pub tid: AtomicU32,
    /// Link of the list of idle or of deprived Ms, protected by the scheduler's lock.
    pub next_idle: *mut M,
    /// All Ms, newest first; set before the M is published.
    pub next_all: *mut M,
    /// What the thread runs instead of the scheduler's loop (sysmon), or none.
    pub start: Option<extern "C" fn() -> !>,
    /// xorshift state.
    pub random: u64,
    /// In a fork: prologue checks and polls are inert.
    pub forking: AtomicBool,
    pub recent_frames: crate::unwind::Recent,
    /// Of the processor's profile; its lock protects it.
    pub profile_timer: Option<crate::sys::time::ThreadTimer>,
    /// Rounds of the scheduler.
    pub rounds: AtomicUsize,
}

impl M {
    /// Stores the guard of the thread, what prologue checks compare with.
    pub fn set_guard(&self, guard: usize) {
        self.guard().store(guard, Ordering::SeqCst);
    }

    pub fn guard(&self) -> &AtomicUsize {
        // SAFETY: the field is a word that compiled code only reads.
        unsafe { AtomicUsize::from_ptr(&raw const self.tls.guard as *mut usize) }
    }

    /// A cheap random number, of this thread only.
    pub fn random(&mut self) -> u64 {
        let mut x = self.random;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.random = x;
        x.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}
