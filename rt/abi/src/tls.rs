//! The thread block: one per M, at the thread pointer. On amd64 `%fs:0` is its first byte.
//!
//! `guard` is what the prologue check compares the stack pointer with; switching to a G copies its bound here,
//! and preemption poisons it with [`GUARD_POISON`].

use core::sync::atomic::{AtomicI64, AtomicU32, AtomicUsize};

/// Result words that do not fit the registers of the convention are stored here just before the return and
/// read just after it; no safepoint lies between.
///
/// Results are given out in order: an integer or pointer takes the next integer register (amd64: rax, rdx, rcx), a
/// float the next vector register (xmm0, xmm1), and what finds none left takes the next result word here. A value
/// narrower than a word fills the low bytes of its register or result word; the rest is undefined.
pub const RESULT_WORDS: usize = 64;
/// Result registers of amd64's convention, by class.
pub const INT_RESULT_REGISTERS: usize = 3;
pub const FLOAT_RESULT_REGISTERS: usize = 2;

#[repr(C)]
pub struct ThreadBlock {
    /// Its own address.
    pub this: usize,
    /// A prologue check calls `rt_morestack` when SP is below this.
    pub guard: usize,
    /// The running G, opaque to the compiler.
    pub g: usize,
    /// The running M, opaque to the compiler.
    pub m: usize,
    /// Top (16-aligned) of the thread's system stack, which is free whenever Go code runs: leaf thunks (assembly, ...)
    /// may switch to it.
    pub system_stack: usize,
    /// Where the entry of a check keeps a register for three instructions.
    pub scratch: usize,
    /// While a leaf of the goroutine (assembly, ...) runs on the system stack: the goroutine's stack pointer at the leaf's
    /// entry, where its return address is. Else 0. Profiles look at it.
    pub leaf_sp: usize,
    pub reserved: usize,
    pub results: [usize; RESULT_WORDS],
}

pub const GUARD_OFFSET: usize = core::mem::offset_of!(ThreadBlock, guard);
pub const G_OFFSET: usize = core::mem::offset_of!(ThreadBlock, g);
pub const SYSTEM_STACK_OFFSET: usize = core::mem::offset_of!(ThreadBlock, system_stack);
pub const SCRATCH_OFFSET: usize = core::mem::offset_of!(ThreadBlock, scratch);
pub const LEAF_SP_OFFSET: usize = core::mem::offset_of!(ThreadBlock, leaf_sp);
pub const RESULTS_OFFSET: usize = core::mem::offset_of!(ThreadBlock, results);

const _: () = assert!(GUARD_OFFSET == 8 && G_OFFSET == 16 && SYSTEM_STACK_OFFSET == 32 && RESULTS_OFFSET == 64);

/// Larger than any stack address: every prologue check takes the slow path.
pub const GUARD_POISON: usize = (isize::MAX as usize) & !0xfff;

/// Bytes below the guard a frame may use before the next check: largest frame checked after set-up, plus the
/// longest leaf chain, the red zone and what `rt_morestack` saves.
pub const STACK_GUARD: usize = 1024;
/// Smallest goroutine stack, bytes.
pub const STACK_MIN: usize = 2048;
/// Largest frame (bytes) whose prologue check may run after the frame is set up.
pub const FRAME_MAX_CHECKED_LATE: usize = 512;

/// The head of a G, which the Go half uses as it likes (`rt_g_words`).
#[repr(C)]
pub struct GWords {
    /// Collector roots; addresses in the G's own stack move with it. Only pointers or 0. Stores need no barrier.
    pub pointers: [usize; G_POINTERS],
    pub scalars: [usize; G_SCALARS],
}

/// The head of a synctest bubble, an object of the Go half.
#[repr(C)]
pub struct Bubble {
    /// Goroutines that are not waiting for others of the bubble.
    pub running: AtomicI64,
    pub total: AtomicI64,
    /// 1: `root` is parked and to be readied by whoever brings `running` to 0 and this to 0.
    pub idling: AtomicU32,
    pub root: AtomicUsize,
}

pub const G_POINTERS: usize = 16;
pub const G_SCALARS: usize = 8;
/// [`GWords`] is at this offset of a G.
pub const G_WORDS_OFFSET: usize = 0;
