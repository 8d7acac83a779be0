//! Switches for tests: `INGOT_STRESS=move,gc,poison,verify,slice,seed=N`.
//!
//! - `move`: the stack is copied at every prologue check, poll and runtime call.
//! - `gc`: a collection at each of them.
//!
//!   Once there have been many checks (a million for moves, 100,000 for collections), at samples of them that the seed
//!   chooses. And both leave out checks in proportion to the frames and bytes that the last one had to look at, once
//!   those were many: else a deep recursion or a large heap takes time beyond all bounds.
//! - `poison`: dead objects and stacks are overwritten. `verify`: the heap is checked after each cycle. `slice`: marking
//!   in slices with the program running between. `watch`: see `sched::watch`.
//!
//! Once `main.main` has returned nothing is checked any more: the program is over, and a finalizer of what it kept to the
//! end is not to run between its return and the exit. At exit a line to standard error counts stack moves and
//! collections.

use crate::sched::{G, current_g, current_m, start_world, stop_world};
use crate::stack::walk;
use core::ffi::CStr;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

const MOVE: u32 = 1;
const GC: u32 = 2;
const POISON_FREED: u32 = 4;
const VERIFY: u32 = 8;
const SLICE: u32 = 16;
const WATCH: u32 = 32;

/// What dead memory is filled with: no canonical address.
pub const POISON: usize = 0xdead_f00d_dead_f00d;

/// Checks at which a collection is made before sampling begins, and the mean distance of samples.
const EVERY: u64 = 100_000;
const SAMPLE: usize = 1000;

static SWITCHES: AtomicU32 = AtomicU32::new(0);
static SEED: AtomicU64 = AtomicU64::new(1);
static CHECKS: AtomicU64 = AtomicU64::new(0);
/// `main.main` has returned. The main goroutine sets it; who reads the old value does one check more.
static OVER: AtomicBool = AtomicBool::new(false);

/// Tested by `rt_enter` after each runtime call.
#[unsafe(no_mangle)]
#[used]
static rt_stress_calls: AtomicU32 = AtomicU32::new(0);

fn on(switch: u32) -> bool {
    SWITCHES.load(Ordering::Relaxed) & switch != 0
}

pub fn poison() -> bool {
    on(POISON_FREED)
}

pub fn verify() -> bool {
    on(VERIFY)
}

pub fn slice() -> bool {
    on(SLICE)
}

pub fn watch() -> bool {
    on(WATCH)
}

/// Safepoints passed so far.
pub fn checks() -> u64 {
    CHECKS.load(Ordering::Relaxed)
}

/// Guards stay poisoned so that every check takes the slow path.
pub fn every_check() -> bool {
    on(MOVE | GC) && !OVER.load(Ordering::Relaxed)
}

#[unsafe(no_mangle)]
extern "C" fn rt_main_returned() {
    OVER.store(true, Ordering::Relaxed);
    rt_stress_calls.store(0, Ordering::Relaxed);
}

/// Reads the environment variable's value.
pub fn init(value: &CStr) {
    let mut switches = 0;
    for word in value.to_bytes().split(|&b| b == b',') {
        match word {
            b"move" => switches |= MOVE,
            b"gc" => switches |= GC,
            b"poison" => switches |= POISON_FREED,
            b"verify" => switches |= VERIFY,
            b"slice" => switches |= SLICE,
            b"watch" => switches |= WATCH,
            b"" => {}
            _ => match word.strip_prefix(b"seed=").and_then(parse) {
                Some(seed) => SEED.store(seed, Ordering::Relaxed),
                None => crate::print::fatal("runtime: unknown word in INGOT_STRESS\n"),
            },
        }
    }
    SWITCHES.store(switches, Ordering::Relaxed);
    rt_stress_calls.store(u32::from(switches & (MOVE | GC) != 0), Ordering::Relaxed);
}

fn parse(digits: &[u8]) -> Option<u64> {
    core::str::from_utf8(digits).ok()?.parse().ok()
}

/// Work that a check may do without others being left out for it; beyond, each check that follows pays back so much.
/// Visiting a frame takes about 30 ns, marking a byte and checking it 1 ns.
const FRAMES_FREE: usize = 300;
const FRAMES: usize = 10;
const MOVE_FREE: usize = 64 << 10;
const MOVE_BYTES: usize = 8 << 10;
const MARK_FREE: usize = 256 << 10;
const MARK_BYTES: usize = 8 << 10;

/// Moves, like collections, are made at samples once there have been very many checks.
const EVERY_MOVE: u64 = 1_000_000;
const SAMPLE_MOVE: u64 = 8;

/// Checks to leave out for the cost of one.
fn price(work: usize, free: usize, each: usize) -> usize {
    if work <= free { 0 } else { work / each }
}

/// A number that the seed chooses for check `n`.
fn random(n: u64) -> u64 {
    let mut x = (n ^ SEED.load(Ordering::Relaxed)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 32;
    x = x.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^ x >> 32
}

/// Checks still to be left out after a large copy or collection.
static MOVES_SKIPPED: AtomicUsize = AtomicUsize::new(0);
static COLLECTIONS_SKIPPED: AtomicUsize = AtomicUsize::new(0);

/// Whether a check is one to be left out.
fn skipped(left: &AtomicUsize) -> bool {
    let n = left.load(Ordering::Relaxed);
    left.store(n.saturating_sub(1), Ordering::Relaxed);
    n != 0
}

/// How many checks to leave out after check `n` for its cost: that on average, and half of it at least, so that another
/// seed means other places.
fn distance(n: u64, cost: usize) -> usize {
    cost / 2 + random(n) as usize % (cost + 1)
}

/// At a safepoint of the running goroutine, whose context is saved and which is not pinned.
pub fn check(g: *mut G) {
    if !every_check() {
        return;
    }
    let n = CHECKS.fetch_add(1, Ordering::Relaxed);
    let frames = walk::visited;
    // A cycle in slices goes on at every check; what costs is to begin and to end one.
    if on(GC) && (slice() && crate::gc::marking() || !skipped(&COLLECTIONS_SKIPPED)) {
        let stopped = stop_world();
        // The main goroutine may have returned while this one waited for the stop.
        if every_check() {
            let before = frames();
            crate::gc::collect(&stopped);
            let frames = price(frames() - before, FRAMES_FREE, FRAMES);
            let cost = frames + price(crate::gc::pacer::live(), MARK_FREE, MARK_BYTES);
            let cost = if n < EVERY { cost } else { cost.max(SAMPLE) };
            COLLECTIONS_SKIPPED.store(distance(n, cost), Ordering::Relaxed);
        }
        start_world(stopped);
    }
    if on(MOVE) && (n < EVERY_MOVE || random(!n).is_multiple_of(SAMPLE_MOVE)) && !skipped(&MOVES_SKIPPED) {
        let before = frames();
        // SAFETY: the G's context is saved, and its runtime call holds no addresses of its stack.
        let used = unsafe {
            crate::stack::relocate(g, (*g).stack.size());
            (*g).stack.hi - (*g).context.sp
        };
        let cost = price(frames() - before, FRAMES_FREE, FRAMES) + price(used, MOVE_FREE, MOVE_BYTES);
        MOVES_SKIPPED.store(distance(n, cost), Ordering::Relaxed);
    }
}

/// After a runtime call's body, its results saved in the G; bit i of `pointers` says that result i is a pointer.
#[unsafe(no_mangle)]
extern "C" fn rt_stress_call(pointers: u32) {
    let m = current_m();
    let g = current_g();
    // SAFETY: the M is this thread's, its G in a runtime call.
    unsafe {
        if (*m).locks.load(Ordering::Relaxed) != 0 || (*m).forking.load(Ordering::Relaxed) {
            return;
        }
        (*g).result_pointers = pointers as u8;
        check(g);
        (*g).result_pointers = 0;
        crate::sched::run::set_guard(current_m(), g);
    }
}

/// The line of counts, when a stress switch is on.
pub fn report() {
    if SWITCHES.load(Ordering::Relaxed) != 0 {
        let (moves, collections) = (crate::stack::moves(), crate::gc::collections());
        crate::eprint!("ingot stress: moves={moves} collections={collections}\n");
    }
}
