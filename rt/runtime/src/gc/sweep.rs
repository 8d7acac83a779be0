//! Sweeping a span: what marking did not reach becomes free slots.

use super::{Switches, switches};
use crate::heap::classes::WORD;
use crate::heap::span::Span;
use crate::heap::stats;

/// Freed memory is filled with this in the poison stress mode: no valid address, so that a use of it faults.
pub const POISON: usize = 0xdead_beef_dead_beef;

/// Sweeps a span that the caller took from a list of unswept ones; the objects left.
pub fn sweep(span: &'static Span) -> usize {
    let live = span.mark_count();
    let before = span.count() - span.free_count();
    // Objects allocated while the span was in a cache during marking are marked, and noted as allocated.
    let freed = before.saturating_sub(live);
    if freed > 0 {
        stats::count_freed(span.span_class() / 2, freed, freed * span.size());
        if switches().has(Switches::POISON) {
            poison(span);
        }
        span.set_dirty();
    }
    span.marks_become_allocs();
    live
}

#[cold]
fn poison(span: &'static Span) {
    for group in 0..span.groups() {
        let mut dead = span.dead_in(group);
        while dead != 0 {
            let object = span.object(group * 64 + dead.trailing_zeros() as usize);
            for word in (object..object + span.size()).step_by(WORD) {
                // SAFETY: a word of an object that nothing reaches.
                unsafe { (word as *mut usize).write(POISON) };
            }
            dead &= dead - 1;
        }
    }
}
