//! Running cycles in a real program: when, on whose thread, and who is told.
//!
//! A cycle runs on the system stack of the M whose allocation or call began it. Goroutines that wait for finalizers or
//! for the end of a cycle are parked on lists here.

use super::{PState, Switches, World, pacer, specials, workers};
use crate::heap::{PCache, central};
use crate::sched::{self, G, GList, WorldStopped};
use crate::sync::Mutex;
use crate::{stack, sys, tables};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Objects marked by one allocation in the slice stress mode: few, so that a cycle spans many program steps.
const SLICE: usize = 50;

/// Objects an allocation marks when the workers are behind: with some 8 KB to an allocation that comes here, several
/// times what it takes.
const ASSIST: usize = 2000;

/// The real program while it is stopped.
struct Stopped<'a>(&'a WorldStopped);

impl World for Stopped<'_> {
    fn for_each_root(&self, f: &mut dyn FnMut(usize)) {
        // SAFETY: the scheduler gives slots that hold live pointers.
        stack::scan_all(self.0, &mut |slot| f(unsafe { *slot }));
        // SAFETY: the program's tables list words of its writable data.
        tables::for_each_root(|slot| f(unsafe { *slot }));
    }

    fn for_each_p(&self, f: &mut dyn FnMut(&mut PCache, &mut PState)) {
        // SAFETY: with the world stopped, all Ps are this thread's.
        sched::for_each_p(self.0, |p| unsafe { f(&mut (*p).heap, &mut (*p).gc) });
    }

    fn root_bytes(&self) -> usize {
        let globals: u64 = tables::get().root_ranges.iter().map(|range| range.words * 8).sum();
        stack::pool::sizes().0 + globals as usize
    }

    fn wall_clock(&self) -> u64 {
        sys::time::walltime().nanos() as u64
    }
}

/// What a stopped step of a cycle leads to.
struct Outcome {
    /// A cycle has ended.
    ended: bool,
    /// Finalizers or cleanups wait.
    due: bool,
}

/// Stops the world for one step and tells whoever waits for what came of it.
fn with_world_stopped(step: impl FnOnce(&Stopped) -> Outcome) {
    let begin = sys::time::nanotime();
    let world = sched::stop_world();
    let outcome = step(&Stopped(&world));
    pacer::add_pause((sys::time::nanotime() - begin) as u64);
    sched::start_world(world);
    if outcome.due {
        hand_out_due();
    }
    if outcome.ended {
        wake_cycle_waiters();
        if central::all_swept() {
            super::scavenge();
        }
    }
}

/// Begins or advances a cycle if the heap has reached its goal. On a system stack; the caller holds no heap pointer that
/// its goroutine's frames do not.
#[inline]
pub fn before_alloc() {
    if super::marking() {
        advance();
    } else if pacer::due_early() {
        begin();
    }
}

#[cold]
fn begin() {
    let switches = super::switches();
    let concurrent = switches.has(Switches::CONCURRENT);
    if !concurrent && !pacer::due() {
        return;
    }
    if pacer::live() > WORKERS_ABOVE {
        start_workers();
    }
    with_world_stopped(|world| {
        let nothing = Outcome { ended: false, due: false };
        if super::marking() || !pacer::due_early() {
            return nothing; // somebody else was first
        }
        if switches.has(Switches::SLICE) || concurrent && workers::threads() > 0 {
            super::begin(world, if switches.has(Switches::SLICE) { 0 } else { concurrent_workers() });
            return nothing;
        }
        Outcome { ended: true, due: super::collect(world, false) }
    });
}

/// A smaller heap is marked faster than a thread is started.
const WORKERS_ABOVE: usize = 3 << 20;

/// As gc, a quarter of the processors marks beside the program.
fn concurrent_workers() -> usize {
    sys::thread::cpu_count().div_ceil(4).min(workers::threads())
}

fn start_workers() {
    static NUMBERS: AtomicUsize = AtomicUsize::new(0);
    extern "C" fn start() -> ! {
        workers::main(NUMBERS.fetch_add(1, Relaxed))
    }
    static ONCE: Mutex<()> = Mutex::new(());
    let _once = ONCE.lock();
    // SAFETY: a thread without a P.
    workers::ensure(workers::wanted(), |_| unsafe { sched::create::new_m(core::ptr::null_mut(), false, Some(start)) });
}

/// Helps the cycle in progress and ends it when there is no more to mark.
#[cold]
fn advance() {
    if super::switches().has(Switches::SLICE) {
        if !super::slice(SLICE) {
            return;
        }
    } else {
        // SAFETY: a runtime call owns its P.
        unsafe { (*sched::current_p()).gc.flush() };
        workers::recall();
        if !workers::is_idle() {
            if !pacer::overrun() {
                return;
            }
            // The program allocates faster than the workers mark: it helps.
            if !super::slice(ASSIST) {
                return;
            }
        }
    }
    with_world_stopped(|world| {
        if !super::marking() {
            return Outcome { ended: false, due: false };
        }
        Outcome { ended: true, due: super::finish(world, false) }
    });
}

/// A safepoint of the gc stress mode: collects, or goes on marking a slice.
pub fn stress() {
    if !super::switches().has(Switches::SLICE) {
        with_world_stopped(|world| Outcome { ended: true, due: super::collect(world, false) });
    } else if super::marking() {
        advance();
    } else {
        with_world_stopped(|world| {
            if !super::marking() {
                super::begin(world, 0);
            }
            Outcome { ended: false, due: false }
        });
    }
}

/// A whole collection that finds everything that is garbage now, swept when this returns.
pub fn run() {
    with_world_stopped(|world| Outcome { ended: true, due: super::collect(world, true) });
    central::finish_sweep();
}

/// Goroutines that wait for a finalizer or cleanup, and for the end of a cycle.
static FINALIZER_WAITERS: Mutex<GList> = Mutex::new(GList::new());
static CYCLE_WAITERS: Mutex<GList> = Mutex::new(GList::new());

/// Publishes a parking G as waiting for a finalizer or cleanup, unless one is there.
pub fn wait_for_due(g: *mut G) -> bool {
    let mut waiters = FINALIZER_WAITERS.lock();
    if specials::any_due() {
        return false;
    }
    // SAFETY: the parking call owns its G and gives it to the list.
    unsafe { waiters.push_back(g) };
    true
}

/// Publishes a parking G as waiting for the end of a cycle.
pub fn wait_for_cycle(g: *mut G) -> bool {
    // SAFETY: the parking call owns its G and gives it to the list.
    unsafe { CYCLE_WAITERS.lock().push_back(g) };
    true
}

/// Gives what is due to goroutines that wait for it.
fn hand_out_due() {
    loop {
        let mut waiters = FINALIZER_WAITERS.lock();
        if waiters.is_empty() {
            return;
        }
        let Some(due) = specials::next_due() else { return };
        let Some(g) = waiters.pop() else { return };
        drop(waiters);
        // Both words are pointers, rooted in the G until it has them. No safepoint lies between.
        sched::ready_with(g, [due.closure, due.object], 0b11);
    }
}

fn wake_cycle_waiters() {
    let mut waiters = core::mem::take(&mut *CYCLE_WAITERS.lock());
    while let Some(g) = waiters.pop() {
        sched::ready(g);
    }
}
