//! The runtime linked into every program built by ingot.
//!
//! No std, no libc, no allocator crate, no thread-local storage of its own: the thread block (`ingot_abi::tls`) is all
//! there is behind the thread pointer. One archive; the Go half of the runtime (`rt/go`) stands on its symbols
//! (`ingot_abi::functions`).
//!
//! Code map, from the bottom up:
//! - [`sys`]: system calls and the kernel's structures; [`sync`]: futex locks; [`vector`]: growable arrays of mmap'ed memory.
//! - [`arch`]: assembly: entry, the trampolines of runtime calls, context switch, memory intrinsics.
//! - [`sched`]: goroutines (G), threads (M), processors (P), parking, system calls, stopping the world.
//! - [`stack`]: goroutine stacks: pool, walking, copying, scanning. [`tables`] reads the program's packed tables,
//!   [`unwind`] its call frame information, [`trace`] answers who called whom.
//! - [`heap`], [`gc`]: allocator and collector. [`mem`]: memmove and its kin.
//! - [`timer`], [`poll`], [`signal`], [`fault`], [`process`], [`cpu_profile`]: what their names say.
//!   [`stress`]: switches for tests.
//!
//! Invariants: Rust code that may take long runs on an M's system stack (g0's); goroutine stacks carry only bounded
//! leaves. No Rust frame lives across a park: a parking call leaves its continuation in the G. Nothing unwinds.
#![cfg_attr(not(test), no_std)]
// The symbols and what only they use are left out of unit tests.
#![cfg_attr(test, allow(dead_code, unused_imports))]
#![allow(clippy::missing_safety_doc)]

pub mod arch;
pub mod boot;
pub mod cpu_profile;
pub mod fault;
pub mod gc;
pub mod heap;
pub mod mem;
pub mod poll;
pub mod print;
pub mod process;
pub mod sched;
pub mod signal;
pub mod stack;
pub mod stress;
pub mod sync;
pub mod sys;
pub mod tables;
pub mod timer;
pub mod trace;
pub mod unwind;
pub mod vector;

#[cfg(not(test))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    print::fatal_fmt(format_args!("runtime: {info}\n"))
}
