//! Goroutine stacks: contiguous, from `STACK_MIN` bytes, grown and shrunk by copying.
//!
//! - [`pool`]: where they come from. [`walk`]: frames by the site tables. [`copy`]: moving a stack. [`scan`]: roots.
//!
//! A stack is only touched by others while its G's context is saved: by its own M in a runtime call, or with the world
//! stopped.

mod copy;
pub mod pool;
pub mod scan;
pub mod walk;

pub use copy::{grow, maximum, moves, relocate, set_maximum, shrink, shrink_stopped};
pub use scan::scan_all;

use core::sync::atomic::{AtomicUsize, Ordering};

static MOVES: AtomicUsize = AtomicUsize::new(0);

/// `rt_stack_moves`.
#[unsafe(no_mangle)]
extern "C" fn rt_stack_moves() -> usize {
    MOVES.load(Ordering::Relaxed)
}
