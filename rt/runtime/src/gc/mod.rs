//! The collector: precise, tri-colour mark and sweep, non-moving.
//!
//! A cycle, in phases:
//! 1. *Sweep the rest* of the last cycle; afterwards every mark is clear. The world is stopped.
//! 2. *Roots*: stacks, globals, what the runtime holds, closures of finalizers, weak handles.
//! 3. *Mark* until nothing is grey ([`mark`], [`workers`]). In one go with the world stopped, or while the program runs
//!    with write barriers on ([`barrier`]); what it allocates meanwhile is marked at birth.
//! 4. *Finish*, the world stopped: records of barriers, then finalizers, cleanups, weak handles and samples
//!    ([`specials`]).
//! 5. *Sweep*, by and by, as allocation needs spans ([`sweep`], `heap::central`).
//!
//! Stacks are scanned once, in phase 2: barriers keep all that was reachable then.

pub mod barrier;
pub mod calls;
pub mod driver;
pub mod mark;
pub mod pacer;
pub mod profile;
pub mod specials;
pub mod sweep;
pub mod trace;
pub mod verify;
pub mod work;
pub mod workers;

#[cfg(test)]
mod tests;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

pub use barrier::PState;
pub use driver::{collect, start};

use crate::heap::{PCache, central, pages};
use crate::sync::Mutex;
use mark::Marker;

/// How to collect, and stress switches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Switches(u32);

impl Switches {
    pub const NONE: Switches = Switches(0);
    /// Fill freed objects with a pattern, and sweep at once.
    pub const POISON: Switches = Switches(1);
    /// Check the heap after each cycle.
    pub const VERIFY: Switches = Switches(2);
    /// Mark in slices with the program running in between.
    pub const SLICE: Switches = Switches(4);
    /// Stop at every safepoint: allocation never takes the fast path.
    pub const EACH: Switches = Switches(8);
    /// Mark beside the program with worker threads.
    pub const CONCURRENT: Switches = Switches(16);
    /// Print a line for each cycle.
    pub const TRACE: Switches = Switches(32);

    pub const fn and(self, other: Switches) -> Switches {
        Switches(self.0 | other.0)
    }

    #[inline(always)]
    pub const fn has(self, other: Switches) -> bool {
        self.0 & other.0 != 0
    }
}

static SWITCHES: AtomicU32 = AtomicU32::new(0);

#[inline(always)]
pub fn switches() -> Switches {
    Switches(SWITCHES.load(Relaxed))
}

/// Settings at start: GOGC's and GOMEMLIMIT's values, if set, and switches. `Err` names the bad variable.
pub fn init(percent: Option<&[u8]>, limit: Option<&[u8]>, switches: Switches) -> Result<(), &'static str> {
    SWITCHES.store(switches.0, Relaxed);
    if switches.has(Switches::EACH.and(Switches::SLICE)) {
        ALLOC_GATE.fetch_or(GATE_SLOW, Relaxed);
    }
    // gc takes a malformed GOGC as not set, and a malformed GOMEMLIMIT as fatal.
    pacer::set_percent(
        percent.filter(|text| !text.is_empty()).and_then(pacer::parse_percent).unwrap_or(pacer::DEFAULT_PERCENT),
    );
    if let Some(text) = limit.filter(|text| !text.is_empty()) {
        pacer::set_limit(pacer::parse_limit(text).ok_or("GOMEMLIMIT")?);
    }
    Ok(())
}

/// How to allocate; changes only with the world stopped.
static ALLOC_GATE: AtomicU32 = AtomicU32::new(0);
const GATE_MARKING: u32 = 1;
const GATE_SLOW: u32 = 2;

/// Whether allocation may take the fast path, and if so, whether objects are born marked.
#[inline(always)]
pub fn fast_alloc() -> Option<bool> {
    let gate = ALLOC_GATE.load(Relaxed);
    (gate & GATE_SLOW == 0).then_some(gate & GATE_MARKING != 0)
}

/// Marking runs, with the program in between: objects are born marked.
#[inline(always)]
pub fn marking() -> bool {
    ALLOC_GATE.load(Relaxed) & GATE_MARKING != 0
}

/// A stopped program, as the collector sees it.
pub trait World {
    /// Calls `f` with the value of every root slot: stacks, globals, the scheduler's own.
    fn for_each_root(&self, f: &mut dyn FnMut(usize));
    /// Calls `f` with the caches and buffers of every P.
    fn for_each_p(&self, f: &mut dyn FnMut(&mut PCache, &mut PState));
    /// Bytes of stacks and globals, for pacing.
    fn root_bytes(&self) -> usize;
    /// Wall clock in nanoseconds.
    fn wall_clock(&self) -> u64;
}

/// The marker of the thread that runs the cycle; its bytes add up over slices.
static CYCLE: Mutex<Marker<true>> = Mutex::new(Marker::new());

/// Marking with the world stopped calls the worker threads only for a heap above this: waking them costs more than
/// marking little.
const SHARE_ABOVE: usize = 4 << 20;

/// A whole cycle with the world stopped. Finishes a cycle in progress instead, if there is one, and then makes another
/// if `forced`: a forced cycle sees everything that was dead when it was asked for. True if finalizers or cleanups wait.
pub fn collect_stopped(world: &impl World, forced: bool) -> bool {
    let mut due = false;
    if marking() {
        due |= finish(world, false);
        if !forced {
            return due;
        }
    }
    central::finish_sweep();
    world.for_each_p(&mut |cache, _| cache.end_tiny());
    if workers::threads() > 0 && pacer::live() > SHARE_ABOVE {
        let marker = &mut *CYCLE.lock();
        marker.bytes = 0;
        mark_roots(world, marker);
        workers::drain_stopped(marker);
        return due | complete(world, marker, forced);
    }
    let mut marker = Marker::<false>::new();
    mark_roots(world, &mut marker);
    marker.drain(usize::MAX);
    due | complete(world, &mut marker, forced)
}

/// Begins a cycle that goes on while the program runs: phases 1 and 2. The world is stopped. `workers` threads mark by
/// themselves; others mark with [`slice`].
pub fn begin(world: &impl World, workers: usize) {
    central::finish_sweep();
    world.for_each_p(&mut |cache, _| cache.end_tiny());
    pacer::begin_concurrent();
    barrier::ON.store(1, Relaxed);
    ALLOC_GATE.fetch_or(GATE_MARKING, Relaxed);
    let marker = &mut *CYCLE.lock();
    marker.bytes = 0;
    mark_roots(world, marker);
    marker.flush();
    if workers > 0 {
        workers::begin_concurrent(workers);
    }
}

/// Marks some `budget` objects of a cycle in progress; true when it looks complete and [`finish`] is due. The caller
/// stays on its P meanwhile.
pub fn slice(budget: usize) -> bool {
    let Some(mut marker) = CYCLE.try_lock() else { return false };
    let done = marker.drain(budget);
    marker.flush();
    done && workers::is_idle()
}

/// Completes a cycle in progress with the world stopped: phase 4. True if finalizers or cleanups wait.
pub fn finish(world: &impl World, forced: bool) -> bool {
    world.for_each_p(&mut |_, state| state.flush());
    let marker = &mut *CYCLE.lock();
    marker.bytes += workers::end_concurrent();
    marker.flush();
    if workers::threads() > 0 && work::any() {
        workers::drain_stopped(marker);
    } else {
        marker.drain(usize::MAX);
    }
    barrier::ON.store(0, Relaxed);
    ALLOC_GATE.fetch_and(!GATE_MARKING, Relaxed);
    world.for_each_p(&mut |cache, _| cache.flush());
    marker.bytes += pacer::end_concurrent();
    complete(world, marker, forced)
}

fn mark_roots<const SHARED: bool>(world: &impl World, marker: &mut Marker<SHARED>) {
    world.for_each_root(&mut |value| marker.shade(value));
    specials::mark_roots(marker);
}

/// From "all is marked" to "all is to be swept".
fn complete<const SHARED: bool>(world: &impl World, marker: &mut Marker<SHARED>, forced: bool) -> bool {
    let due = specials::finish(marker);
    marker.drain(usize::MAX); // what finalizers brought back
    profile::count_dead();
    marker.flush();
    world.for_each_p(&mut |cache, _| cache.flush());
    let switches = switches();
    if switches.has(Switches::VERIFY) {
        verify::check(world);
    }
    central::begin_sweep();
    pacer::end_cycle(marker.bytes, world.root_bytes(), forced, world.wall_clock());
    if switches.has(Switches::POISON.and(Switches::VERIFY)) {
        central::finish_sweep();
    }
    due
}

/// Cycles completed.
pub fn collections() -> usize {
    pacer::cycles()
}

/// Gives free memory beyond what the heap will soon need back to the system.
pub fn scavenge() {
    pages::release(pacer::keep_free());
}

/// Gives all free memory back to the system.
pub fn free_os_memory() {
    central::finish_sweep();
    pages::release(0);
}
