//! The spans of each class that no P holds, and large objects.
//!
//! ```text
//! partial   swept, with free slots          full   swept, without
//! unswept   from the last collection: unmarked objects are garbage not yet taken back
//! ```
//! Exactly one holder: a list here, a P's cache, or the thread that sweeps it. When marking ends, caches are emptied and
//! every span becomes unswept; before marking begins none is left unswept. In between, allocation sweeps what it needs.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use super::classes::SPAN_CLASSES;
use super::span::{self, List, Span};
use super::{arena, os, pages};
use crate::gc::{self, sweep};
use crate::sync::Mutex;

struct Central {
    partial: List,
    full: List,
    unswept: List,
}

static CENTRALS: [Mutex<Central>; SPAN_CLASSES] =
    [const { Mutex::new(Central { partial: List::new(), full: List::new(), unswept: List::new() }) }; SPAN_CLASSES];

/// Where the search for a span to sweep goes on.
static CURSOR: AtomicUsize = AtomicUsize::new(0);
/// Unswept spans left, counted down by whoever takes one.
static UNSWEPT: AtomicUsize = AtomicUsize::new(0);

/// No search for memory to give back has been made since the last collection was swept.
static SCAVENGE: AtomicBool = AtomicBool::new(false);

/// Spans a request for fresh pages sweeps at most before it takes them, so that garbage is used before new memory.
const SWEEPS_PER_RUN: usize = 16;
/// Full spans that sweeping for one class finds before it takes a fresh one.
const FRUITLESS_MAX: usize = 100;

/// A swept span of the class with a free slot.
pub fn take(span_class: usize) -> &'static Span {
    for _ in 0..FRUITLESS_MAX {
        let unswept = {
            let mut central = CENTRALS[span_class].lock();
            if let Some(span) = central.partial.pop() {
                return span;
            }
            central.unswept.pop()
        };
        let Some(span) = unswept else { break };
        UNSWEPT.fetch_sub(1, Relaxed);
        sweep::sweep(span);
        if span.free_count() > 0 {
            return span;
        }
        CENTRALS[span_class].lock().full.push(span);
    }
    make(span::run_pages(span_class), span_class)
}

/// A span without any object, of fresh pages; not on any list.
pub fn make(count: usize, span_class: usize) -> &'static Span {
    sweep_for(count);
    let Some(run) = pages::take(count) else {
        while sweep_one().is_some() {}
        match pages::take(count) {
            Some(run) => return enter(run, count, span_class),
            None => os::out_of_memory(count * super::classes::PAGE),
        }
    };
    enter(run, count, span_class)
}

fn enter(run: pages::Run, count: usize, span_class: usize) -> &'static Span {
    let span = span::take_structure();
    span.format(run.start, count, span_class, !run.zero);
    // Whoever finds the span through the table sees what format wrote.
    core::sync::atomic::fence(core::sync::atomic::Ordering::Release);
    arena::set_owner(run.start, count, Some(span));
    span
}

/// Puts a swept span back.
pub fn give(span: &'static Span) {
    let free = !span.is_large() && span.free_count() > 0;
    let mut central = CENTRALS[span.span_class()].lock();
    if free {
        central.partial.push(span);
    } else {
        central.full.push(span);
    }
}

/// Every span becomes unswept. The world is stopped and caches are empty.
pub fn begin_sweep() {
    let mut count = 0;
    for central in &CENTRALS {
        let central = &mut *central.lock();
        central.unswept.append(&mut central.partial);
        central.unswept.append(&mut central.full);
        count += central.unswept.count();
    }
    CURSOR.store(0, Relaxed);
    UNSWEPT.store(count, Relaxed);
    SCAVENGE.store(true, Relaxed);
}

/// Sweeps one span of any class and puts it where it belongs; the pages that became free, `None` if all are swept.
pub fn sweep_one() -> Option<usize> {
    if UNSWEPT.load(Relaxed) == 0 {
        return None;
    }
    let mut class = CURSOR.load(Relaxed);
    while class < SPAN_CLASSES {
        let span = CENTRALS[class].lock().unswept.pop();
        let Some(span) = span else {
            class += 1;
            CURSOR.fetch_max(class, Relaxed);
            continue;
        };
        UNSWEPT.fetch_sub(1, Relaxed);
        if sweep::sweep(span) > 0 {
            give(span);
            return Some(0);
        }
        return Some(free(span));
    }
    None
}

/// Sweeps all that is left.
pub fn finish_sweep() {
    while sweep_one().is_some() {}
}

fn sweep_for(wanted: usize) {
    let mut found = 0;
    for _ in 0..SWEEPS_PER_RUN {
        match sweep_one() {
            Some(pages) => found += pages,
            None => {
                if SCAVENGE.load(Relaxed) && SCAVENGE.swap(false, Relaxed) {
                    gc::scavenge();
                }
                return;
            }
        }
        if found >= wanted {
            return;
        }
    }
}

/// Gives the pages of a span without objects back; their number.
fn free(span: &'static Span) -> usize {
    let (base, count) = (span.base(), span.pages());
    arena::set_owner(base, count, None);
    span::give_structure(span);
    pages::give(base, count);
    count
}

/// Calls `f` with every span that is on a list; with the world stopped and caches empty, every span.
pub fn for_each(mut f: impl FnMut(&'static Span)) {
    for central in &CENTRALS {
        let central = central.lock();
        central.partial.for_each(&mut f);
        central.full.for_each(&mut f);
        central.unswept.for_each(&mut f);
    }
}
