//! Running cycles in a real program: when, on whose thread, and who is told.
//!
//! A cycle runs on the system stack of the M whose allocation or call began it. Goroutines that wait for finalizers or
//! for the end of a cycle are parked on lists here.

use super::{PState, Switches, World, pacer, specials, trace, workers};
use crate::heap::{self, PCache, central};
use crate::sched::{self, G, GList, WorldStopped};
use crate::sync::Mutex;
use crate::{cpu_profile, print, process, stack, stress, sys, tables};
use core::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};

/// Objects marked by one allocation in the slice stress mode: few, so that a cycle spans many program steps.
const SLICE: usize = 50;

/// Objects an allocation marks when the workers are behind: with some 8 KB to an allocation that comes here, several
/// times what it takes.
const ASSIST: usize = 2000;

/// The real program while it is stopped.
struct Stopped<'a>(&'a WorldStopped);

impl World for Stopped<'_> {
    fn for_each_root(&self, f: &mut dyn FnMut(usize)) {
        stack::scan_all(self.0, f);
        cpu_profile::for_each_root(&mut *f);
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

/// What a stopped step leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Nothing,
    /// Marking beside the program has begun.
    Begun,
    Ended {
        forced: bool,
        /// Finalizers or cleanups wait.
        due: bool,
    },
}

/// Stops the world for one step and tells whoever waits for what came of it.
fn with_world_stopped(step: impl FnOnce(&Stopped) -> Outcome) {
    let start = sys::time::nanotime();
    let (heap, goal) = (pacer::live(), pacer::next_goal());
    let world = sched::stop_world();
    let stopped = Stopped(&world);
    let outcome = step(&stopped);
    let pause = sys::time::nanotime() - start;
    pacer::add_pause(pause as u64);
    if super::switches().has(Switches::TRACE) {
        note(&stopped, outcome, start, pause, heap, goal);
    }
    sched::start_world(world);
    let Outcome::Ended { forced, due } = outcome else { return };
    if due {
        hand_out_due();
    }
    if !forced {
        wake_cycle_waiters();
    }
}

/// What the trace line of the cycle in progress will say, and when its first step ended. Only touched with the world
/// stopped.
static TRACE: Mutex<(trace::Cycle, i64)> = Mutex::new((trace::Cycle::NEW, 0));

#[cold]
fn note(world: &Stopped, outcome: Outcome, start: i64, pause: i64, heap: usize, goal: usize) {
    let (cycle, begun) = &mut *TRACE.lock();
    match outcome {
        Outcome::Nothing => {}
        Outcome::Begun => {
            *begun = start + pause;
            cycle.stopped_begin = pause;
            (cycle.heap_begin, cycle.goal) = (heap, goal);
            cycle.workers = concurrent_workers();
        }
        Outcome::Ended { forced, .. } => {
            if *begun == 0 {
                (cycle.heap_begin, cycle.goal) = (heap, goal);
            } else {
                cycle.concurrent = start - *begun;
            }
            let procs = sched::state::PROCS.load(Relaxed);
            let background = cycle.concurrent * cycle.workers as i64;
            let done = trace::Cycle {
                number: pacer::cycles(),
                since_start: sys::time::nanotime() - START.load(Relaxed),
                gc_total: cycle.gc_total + (cycle.stopped_begin + pause) * procs as i64 + background,
                stopped_end: pause,
                heap_end: heap,
                marked: pacer::live(),
                stacks: stack::pool::sizes().0,
                globals: world.root_bytes() - stack::pool::sizes().0,
                procs,
                forced,
                ..*cycle
            };
            print::print_fmt(format_args!("{done}"));
            *cycle = trace::Cycle { gc_total: done.gc_total, ..trace::Cycle::NEW };
            *begun = 0;
        }
    }
}

/// When the program began.
static START: AtomicI64 = AtomicI64::new(0);

/// Sets heap and collector up as the environment says; before the first allocation.
pub fn start() {
    START.store(sys::time::nanotime(), Relaxed);
    heap::init();
    let variable = |name: &[u8]| process::environment(name).map(|text| text.to_bytes());
    let set =
        |name: &[u8], value: &[u8]| variable(name).is_some_and(|text| text.split(|&b| b == b',').any(|v| v == value));
    let switches = [
        (stress::poison(), Switches::POISON),
        (stress::verify(), Switches::VERIFY),
        (stress::slice(), Switches::SLICE),
        (stress::every_check(), Switches::EACH),
        (set(b"INGOT_GC", b"concurrent"), Switches::CONCURRENT),
        (set(b"GODEBUG", b"gctrace=1"), Switches::TRACE),
    ];
    let switches = switches.iter().fold(Switches::NONE, |all, &(on, one)| if on { all.and(one) } else { all });
    if super::init(variable(b"GOGC"), variable(b"GOMEMLIMIT"), switches).is_err() {
        let text = variable(b"GOMEMLIMIT").and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default();
        print::fatal_fmt(format_args!(
            "GOMEMLIMIT={text}\nfatal error: malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`\n"
        ));
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
        if super::marking() || !pacer::due_early() {
            return Outcome::Nothing; // somebody else was first
        }
        if switches.has(Switches::SLICE) || concurrent && workers::threads() > 0 {
            super::begin(world, if switches.has(Switches::SLICE) { 0 } else { concurrent_workers() });
            return Outcome::Begun;
        }
        Outcome::Ended { forced: false, due: super::collect_stopped(world, false) }
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
            return Outcome::Nothing;
        }
        Outcome::Ended { forced: false, due: super::finish(world, false) }
    });
}

/// A safepoint of the gc stress mode, the world stopped: collects, or goes on marking a slice.
pub fn collect(world: &WorldStopped) {
    let world = &Stopped(world);
    let due = if !super::switches().has(Switches::SLICE) {
        super::collect_stopped(world, false)
    } else if !super::marking() {
        return super::begin(world, 0);
    } else if super::slice(SLICE) {
        super::finish(world, false)
    } else {
        return;
    };
    if due {
        hand_out_due();
    }
    wake_cycle_waiters();
}

/// A whole collection that finds everything that is garbage now, swept when this returns.
pub fn run() {
    with_world_stopped(|world| Outcome::Ended { forced: true, due: super::collect_stopped(world, true) });
    central::finish_sweep();
}

/// Goroutines that wait for a finalizer or cleanup, and for the end of a cycle that nobody asked for.
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

/// Whether everything due has been run: who runs it waits for more.
pub fn all_run() -> bool {
    let waiters = FINALIZER_WAITERS.lock();
    !specials::any_due() && !waiters.is_empty()
}

/// Publishes a parking G as waiting for the end of a cycle that nobody asks for.
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
