//! Pacing: when the next collection begins.
//!
//! As gc defines it: the heap may grow to `live + (live + roots) * GOGC / 100`, at least 4 MB scaled by GOGC, and less
//! if GOMEMLIMIT says so. "Live" memory in between counts a span's free slots as used once a P takes the span.

use core::sync::atomic::{AtomicI64, AtomicIsize, AtomicU64, AtomicUsize, Ordering::Relaxed};

use crate::heap::pages;
use crate::sync::Mutex;

/// GOGC of a program that does not say.
pub const DEFAULT_PERCENT: i64 = 100;
/// Smallest goal at GOGC=100.
const MIN_GOAL: usize = 4 << 20;
/// Smallest step from one collection to the next when the memory limit squeezes: without it a program over its limit
/// would do nothing but collect.
const MIN_STEP: usize = 1 << 20;

static LIVE: AtomicIsize = AtomicIsize::new(0);
static GOAL: AtomicUsize = AtomicUsize::new(MIN_GOAL);
static PERCENT: AtomicI64 = AtomicI64::new(DEFAULT_PERCENT);
static LIMIT: AtomicI64 = AtomicI64::new(i64::MAX);
/// Bytes marked by the last cycle, and bytes of stacks and globals then.
static MARKED: AtomicUsize = AtomicUsize::new(0);
static ROOTS: AtomicUsize = AtomicUsize::new(0);

static CYCLES: AtomicUsize = AtomicUsize::new(0);
static FORCED: AtomicU64 = AtomicU64::new(0);
static PAUSE_TOTAL: AtomicU64 = AtomicU64::new(0);
static LAST_END: AtomicU64 = AtomicU64::new(0);
/// Live bytes when marking beside the program began, and how many were allocated while it lasted the last time.
static LIVE_AT_BEGIN: AtomicIsize = AtomicIsize::new(0);
static RUNWAY: AtomicUsize = AtomicUsize::new(0);
/// Where marking beside the program begins, so that it ends before the goal.
static TRIGGER: AtomicUsize = AtomicUsize::new(MIN_GOAL);
/// Recomputing the goal from its parts is one step.
static UPDATE: Mutex<()> = Mutex::new(());

#[inline]
pub fn add_live(bytes: isize) {
    LIVE.fetch_add(bytes, Relaxed);
}

pub fn live() -> usize {
    LIVE.load(Relaxed).max(0) as usize
}

/// The heap has reached its goal.
#[inline]
pub fn due() -> bool {
    LIVE.load(Relaxed) >= GOAL.load(Relaxed) as isize
}

/// The heap has grown so far that marking beside the program should begin.
#[inline]
pub fn due_early() -> bool {
    LIVE.load(Relaxed) >= TRIGGER.load(Relaxed) as isize
}

/// The heap is so far beyond its goal that the program has to wait for the collector.
pub fn overrun() -> bool {
    let goal = GOAL.load(Relaxed);
    live() > goal.saturating_add(goal / 10)
}

/// Marking beside the program begins.
pub fn begin_concurrent() {
    LIVE_AT_BEGIN.store(LIVE.load(Relaxed), Relaxed);
}

/// Marking beside the program has ended; bytes allocated, and so marked, meanwhile. Caches are empty.
pub fn end_concurrent() -> usize {
    let runway = (LIVE.load(Relaxed) - LIVE_AT_BEGIN.load(Relaxed)).max(0) as usize;
    RUNWAY.store(runway, Relaxed);
    runway
}

pub fn next_goal() -> usize {
    GOAL.load(Relaxed)
}

pub fn cycles() -> usize {
    CYCLES.load(Relaxed)
}

pub fn forced_cycles() -> u64 {
    FORCED.load(Relaxed)
}

pub fn pause_total() -> u64 {
    PAUSE_TOTAL.load(Relaxed)
}

/// Wall clock of the end of the last cycle, nanoseconds.
pub fn last_end() -> u64 {
    LAST_END.load(Relaxed)
}

pub fn add_pause(nanoseconds: u64) {
    PAUSE_TOTAL.fetch_add(nanoseconds, Relaxed);
}

/// A cycle has ended with so many bytes marked and of roots.
pub fn end_cycle(marked: usize, roots: usize, forced: bool, wall_clock: u64) {
    LIVE.store(marked as isize, Relaxed);
    MARKED.store(marked, Relaxed);
    ROOTS.store(roots, Relaxed);
    LAST_END.store(wall_clock, Relaxed);
    CYCLES.fetch_add(1, Relaxed);
    FORCED.fetch_add(forced as u64, Relaxed);
    update();
}

/// Percent of growth, negative for off; the old value.
pub fn set_percent(percent: i64) -> i64 {
    let old = PERCENT.swap(percent.max(-1), Relaxed);
    update();
    old
}

/// Limit of all memory in bytes, negative to ask; the old value.
pub fn set_limit(bytes: i64) -> i64 {
    if bytes < 0 {
        return LIMIT.load(Relaxed);
    }
    let old = LIMIT.swap(bytes, Relaxed);
    update();
    old
}

pub fn percent() -> i64 {
    PERCENT.load(Relaxed)
}

fn update() {
    let _one = UPDATE.lock();
    let marked = MARKED.load(Relaxed);
    let goal = goal(marked, ROOTS.load(Relaxed), PERCENT.load(Relaxed), LIMIT.load(Relaxed));
    GOAL.store(goal, Relaxed);
    TRIGGER.store(trigger(marked, goal, RUNWAY.load(Relaxed)), Relaxed);
}

/// As far before the goal as the last cycle needed and a quarter more, but not before half of the way, and at least a
/// twentieth before the goal.
fn trigger(marked: usize, goal: usize, runway: usize) -> usize {
    let way = goal.saturating_sub(marked);
    goal - (runway + runway / 4).clamp(way / 20, way / 2)
}

fn goal(marked: usize, roots: usize, percent: i64, limit: i64) -> usize {
    let by_growth = match usize::try_from(percent) {
        Err(_) => usize::MAX >> 1,
        Ok(percent) => {
            let growth = (marked + roots) as u128 * percent as u128 / 100;
            let least = MIN_GOAL as u128 * percent as u128 / 100;
            (marked as u128 + growth).max(least).min(usize::MAX as u128 >> 1) as usize
        }
    };
    if limit == i64::MAX {
        return by_growth;
    }
    // What else the limit covers: roots and the side tables.
    let other = roots + pages::sizes().arena / 32;
    let by_limit = (limit as usize).saturating_sub(other).max(marked + MIN_STEP);
    by_growth.min(by_limit)
}

/// Free memory the heap keeps for its growth to the goal, with a tenth on top, before it gives the rest back.
pub fn keep_free() -> usize {
    let goal = GOAL.load(Relaxed);
    let wanted = goal.saturating_add(goal / 10);
    wanted.saturating_sub(pages::sizes().used)
}

/// GOGC's value: a percentage or `off`.
pub fn parse_percent(text: &[u8]) -> Option<i64> {
    match text {
        b"off" => Some(-1),
        _ => parse_number(text).and_then(|value| i64::try_from(value).ok()).filter(|&value| value <= i32::MAX as i64),
    }
}

/// GOMEMLIMIT's value: bytes with an optional unit (B, KiB, MiB, GiB, TiB), or `off`.
pub fn parse_limit(text: &[u8]) -> Option<i64> {
    if text == b"off" {
        return Some(i64::MAX);
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let shift = match &text[digits..] {
        b"" | b"B" => 0,
        b"KiB" => 10,
        b"MiB" => 20,
        b"GiB" => 30,
        b"TiB" => 40,
        _ => return None,
    };
    let value = parse_number(&text[..digits])?.checked_mul(1 << shift)?;
    i64::try_from(value).ok()
}

fn parse_number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_grow_by_percent_and_stay_below_the_limit() {
        let mb = 1 << 20;
        assert_eq!(goal(0, 0, 100, i64::MAX), 4 * mb);
        assert_eq!(goal(10 * mb, 0, 100, i64::MAX), 20 * mb);
        assert_eq!(goal(10 * mb, 2 * mb, 50, i64::MAX), 16 * mb);
        assert_eq!(goal(10 * mb, 0, -1, i64::MAX), usize::MAX >> 1);
        assert!(goal(10 * mb, 0, 100, 15 * mb as i64) <= 15 * mb);
        assert_eq!(goal(10 * mb, 0, 100, 5 * mb as i64), 10 * mb + MIN_STEP);
    }

    #[test]
    fn triggers_leave_room_to_the_goal() {
        assert_eq!(trigger(100, 200, 20), 175);
        assert_eq!(trigger(100, 200, 90), 150);
        assert_eq!(trigger(100, 200, 0), 195);
    }

    #[test]
    fn settings_are_parsed_as_gc_does() {
        assert_eq!(parse_percent(b"off"), Some(-1));
        assert_eq!(parse_percent(b"150"), Some(150));
        assert_eq!(parse_percent(b"-3"), None);
        assert_eq!(parse_limit(b"off"), Some(i64::MAX));
        assert_eq!(parse_limit(b"12"), Some(12));
        assert_eq!(parse_limit(b"3MiB"), Some(3 << 20));
        assert_eq!(parse_limit(b"3MB"), None);
        assert_eq!(parse_limit(b""), None);
        assert_eq!(parse_limit(b"99999999TiB"), None);
    }
}
