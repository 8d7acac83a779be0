//! Memory statistics: the numbers of `runtime.MemStats`.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::cache::Counts;
use super::classes::{CLASSES, SIZES};
use super::pages;
use crate::gc::pacer;
use crate::sync::Mutex;

/// Objects freed of each class; bytes of freed large ones.
static FREED: [AtomicU64; CLASSES] = [const { AtomicU64::new(0) }; CLASSES];
static FREED_LARGE_BYTES: AtomicU64 = AtomicU64::new(0);
/// What Ps that are gone had allocated.
static RETIRED: Mutex<Counts> = Mutex::new(Counts::new());

pub fn count_freed(class: usize, objects: usize, bytes: usize) {
    FREED[class].fetch_add(objects as u64, Relaxed);
    if class == 0 {
        FREED_LARGE_BYTES.fetch_add(bytes as u64, Relaxed);
    }
}

/// Keeps the counts of a P that goes away.
pub fn retire(counts: &mut Counts) {
    RETIRED.lock().add(counts);
    *counts = Counts::new();
}

/// Object counts and bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct Totals {
    pub mallocs: u64,
    pub frees: u64,
    pub allocated_bytes: u64,
    pub live_bytes: u64,
}

/// Sums the counts of all Ps, which the caller has added up, with what was freed.
pub fn totals(mut counts: Counts) -> Totals {
    counts.add(&RETIRED.lock());
    let mut totals = Totals::default();
    let mut freed_bytes = FREED_LARGE_BYTES.load(Relaxed);
    totals.allocated_bytes = counts.large_bytes;
    for class in 0..CLASSES {
        let freed = FREED[class].load(Relaxed);
        totals.mallocs += counts.objects[class];
        totals.frees += freed;
        totals.allocated_bytes += counts.objects[class] * u64::from(SIZES[class]);
        freed_bytes += freed * u64::from(SIZES[class]);
    }
    totals.mallocs += counts.tiny;
    totals.frees += counts.tiny;
    totals.live_bytes = totals.allocated_bytes.saturating_sub(freed_bytes);
    totals
}

/// Fills the words of `ingot_abi::functions::MEM_STATS`. `stacks` are the bytes of goroutine stacks: in use,
/// and all.
pub fn fill(counts: Counts, stacks: (usize, usize), out: &mut [u64; ingot_abi::functions::MEM_STATS]) {
    let totals = totals(counts);
    let sizes = pages::sizes();
    let arena = sizes.arena as u64;
    let idle = arena - sizes.used as u64;
    let metadata = arena / 64 + arena / 1024 + arena / 16; // masks, owners, span structures at worst
    *out = [
        totals.live_bytes,
        totals.allocated_bytes,
        arena + stacks.1 as u64 + metadata,
        totals.mallocs,
        totals.frees,
        arena,
        idle,
        sizes.used as u64,
        sizes.released as u64,
        totals.mallocs.saturating_sub(totals.frees),
        stacks.0 as u64,
        stacks.1 as u64,
        pacer::next_goal() as u64,
        pacer::last_end(),
        pacer::pause_total(),
        pacer::cycles() as u64,
        pacer::forced_cycles(),
        metadata,
        0,
        0,
    ];
}
