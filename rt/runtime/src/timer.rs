//! Timers: a heap ordered by time, whose entries wake a goroutine, end a poll's deadline, or hand an object to the Go
//! half's timer goroutine.
//!
//! One heap for the process, run by Ms on their way through the scheduler; the M that sleeps in the poller sleeps no
//! longer than to the first timer. Objects are known by their address, which a hash table maps to places in the heap.

use crate::poll;
use crate::runtime_calls;
use crate::sched::{self, G, park_with, state};
use crate::sync::Mutex;
use crate::sys::time;
use crate::vector::MapVec;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicI64, Ordering};

/// What an expired timer does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Wakes the goroutine.
    Wake(*mut G),
    /// Given to `rt_timer_next`.
    Object(usize),
    /// Deadline of a poll descriptor: (descriptor, write side).
    Deadline(usize, bool),
}

#[derive(Clone, Copy)]
struct Entry {
    when: i64,
    /// Equal times fire in the order they were armed.
    sequence: u64,
    target: Target,
}

impl Entry {
    fn before(&self, other: &Entry) -> bool {
        (self.when, self.sequence) < (other.when, other.sequence)
    }
}

/// Open addressing from targets to heap places; a power of two, at most half full.
struct Index {
    slots: MapVec<u32>,
    used: usize,
}

const EMPTY: u32 = u32::MAX;

struct Timers {
    heap: MapVec<Entry>,
    index: Index,
    sequence: u64,
    /// Objects that have fired and wait for the timer goroutine, first in first out.
    fired: MapVec<usize>,
    fired_head: usize,
    /// The timer goroutine, while it waits.
    waiting: *mut G,
}

static TIMERS: Mutex<Timers> = Mutex::new(Timers {
    heap: MapVec::new(),
    index: Index { slots: MapVec::new(), used: 0 },
    sequence: 0,
    fired: MapVec::new(),
    fired_head: 0,
    waiting: null_mut(),
});

/// When the first timer is due, `i64::MAX` if there is none: for looks without the lock.
static NEXT: AtomicI64 = AtomicI64::new(i64::MAX);

/// When the first timer is due.
pub fn next() -> Option<i64> {
    let when = NEXT.load(Ordering::SeqCst);
    (when != i64::MAX).then_some(when)
}

fn hash(target: Target) -> usize {
    let key = match target {
        Target::Wake(g) => g as usize,
        Target::Object(object) => object,
        Target::Deadline(descriptor, write) => descriptor + usize::from(write),
    };
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

impl Index {
    /// The slot that holds the target, or the empty one where it would go.
    fn slot(&self, heap: &[Entry], target: Target) -> usize {
        let mask = self.slots.len() - 1;
        let mut i = hash(target) & mask;
        while self.slots[i] != EMPTY && heap[self.slots[i] as usize].target != target {
            i = (i + 1) & mask;
        }
        i
    }

    fn find(&self, heap: &[Entry], target: Target) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let place = self.slots[self.slot(heap, target)];
        (place != EMPTY).then_some(place as usize)
    }

    /// Enters every element of the heap anew, into a table with room.
    fn rebuild(&mut self, heap: &[Entry]) {
        let size = (heap.len() * 4).next_power_of_two().max(64);
        while self.slots.len() < size {
            self.slots.push(EMPTY);
        }
        self.slots.fill(EMPTY);
        self.used = heap.len();
        for (place, entry) in heap.iter().enumerate() {
            let slot = self.slot(heap, entry.target);
            self.slots[slot] = place as u32;
        }
    }

    /// Takes the target's slot out and closes the gap.
    fn remove(&mut self, heap: &[Entry], target: Target) {
        let mask = self.slots.len() - 1;
        let mut gap = self.slot(heap, target);
        self.slots[gap] = EMPTY;
        self.used -= 1;
        let mut i = (gap + 1) & mask;
        while self.slots[i] != EMPTY {
            let home = hash(heap[self.slots[i] as usize].target) & mask;
            // An element may move to the gap if its home is not between the gap and itself.
            if (i.wrapping_sub(home) & mask) >= (i.wrapping_sub(gap) & mask) {
                self.slots[gap] = self.slots[i];
                self.slots[i] = EMPTY;
                gap = i;
            }
            i = (i + 1) & mask;
        }
    }
}

impl Timers {
    fn add(&mut self, when: i64, target: Target) {
        if (self.index.used + 1) * 2 > self.index.slots.len() {
            self.index.rebuild(&self.heap);
        }
        self.sequence += 1;
        let entry = Entry { when, sequence: self.sequence, target };
        let slot = self.index.slot(&self.heap, target);
        self.heap.push(entry);
        let place = self.heap.len() - 1;
        self.index.slots[slot] = place as u32;
        self.index.used += 1;
        self.up(place);
    }

    /// Takes the target out; reports whether it was armed.
    fn remove(&mut self, target: Target) -> bool {
        let Some(place) = self.index.find(&self.heap, target) else { return false };
        let last = self.heap.len() - 1;
        self.swap(place, last);
        self.index.remove(&self.heap, target);
        self.heap.pop();
        if place < last {
            let place = self.up(place);
            self.down(place);
        }
        true
    }

    fn swap(&mut self, a: usize, b: usize) {
        if a == b {
            return;
        }
        let slot_a = self.index.slot(&self.heap, self.heap[a].target);
        let slot_b = self.index.slot(&self.heap, self.heap[b].target);
        self.heap.swap(a, b);
        self.index.slots[slot_a] = b as u32;
        self.index.slots[slot_b] = a as u32;
    }

    fn up(&mut self, mut place: usize) -> usize {
        while place > 0 {
            let parent = (place - 1) / 2;
            if !self.heap[place].before(&self.heap[parent]) {
                break;
            }
            self.swap(place, parent);
            place = parent;
        }
        place
    }

    fn down(&mut self, mut place: usize) {
        loop {
            let mut least = place;
            for child in [2 * place + 1, 2 * place + 2] {
                if child < self.heap.len() && self.heap[child].before(&self.heap[least]) {
                    least = child;
                }
            }
            if least == place {
                return;
            }
            self.swap(place, least);
            place = least;
        }
    }

    fn publish_next(&self) {
        NEXT.store(self.heap.first().map_or(i64::MAX, |e| e.when), Ordering::SeqCst);
    }

    fn take_fired(&mut self) -> Option<usize> {
        let object = *self.fired.get(self.fired_head)?;
        self.fired_head += 1;
        if self.fired_head == self.fired.len() {
            self.fired.clear();
            self.fired_head = 0;
        }
        Some(object)
    }

    /// Takes an object out of those fired but not yet taken.
    fn unfire(&mut self, object: usize) -> bool {
        let head = self.fired_head;
        let Some(at) = self.fired[head..].iter().position(|&o| o == object) else { return false };
        let at = at + head;
        let len = self.fired.len();
        self.fired.copy_within(at + 1..len, at);
        self.fired.pop();
        if self.fired_head == self.fired.len() {
            self.fired.clear();
            self.fired_head = 0;
        }
        true
    }
}

/// Arms a timer; false if it was armed already, and is now for the new time.
pub fn start(target: Target, when: i64) -> bool {
    let earlier;
    let armed;
    {
        let mut timers = TIMERS.lock();
        armed = timers.remove(target);
        timers.add(when, target);
        earlier = timers.heap[0].target == target;
        timers.publish_next();
    }
    if earlier {
        notify(when);
    }
    !armed
}

/// Disarms a timer; reports whether it was armed.
pub fn stop(target: Target) -> bool {
    let mut timers = TIMERS.lock();
    let armed = timers.remove(target);
    timers.publish_next();
    armed
}

/// The first timer has become an earlier one: whoever sleeps must sleep shorter.
fn notify(when: i64) {
    if state::POLLING.load(Ordering::SeqCst) {
        poll::wake_if_later(when);
    } else {
        sched::run::wake_one();
    }
}

/// Runs what is due. On an M with a P.
pub fn run_expired() {
    let first = NEXT.load(Ordering::Acquire);
    if first == i64::MAX {
        return;
    }
    let now = time::nanotime();
    if first > now {
        return;
    }
    loop {
        let target;
        {
            let mut timers = TIMERS.lock();
            match timers.heap.first() {
                Some(entry) if entry.when <= now => target = entry.target,
                _ => {
                    timers.publish_next();
                    return;
                }
            }
            timers.remove(target);
            timers.publish_next();
            if let Target::Object(object) = target {
                timers.fired.push(object);
                let wake = core::mem::replace(&mut timers.waiting, null_mut());
                if !wake.is_null() {
                    timers.take_fired();
                    // Delivered under the lock: afterwards a stop no longer finds it.
                    sched::ready_with(wake, [object, 0], 1);
                }
            }
        }
        match target {
            Target::Wake(g) => sched::ready(g),
            Target::Deadline(descriptor, write) => poll::deadline(descriptor, write),
            Target::Object(_) => {}
        }
    }
}

/// From the monitor: if timers are late because every M is busy, asks one to come by.
pub fn kick(now: i64) {
    const LATE: i64 = 5_000_000;
    let first = NEXT.load(Ordering::Acquire);
    if first != i64::MAX && first + LATE < now {
        sched::run::wake_one();
        if let Some(p) = state::active_ps().next() {
            // SAFETY: Ps are never freed.
            unsafe { sched::monitor::preempt(p) };
        }
    }
}

/// The words here that point to heap objects.
pub fn for_each_root(f: &mut dyn FnMut(*mut usize)) {
    // SAFETY: the world is stopped; no M holds the lock while it gives way.
    let timers = unsafe { TIMERS.get_unlocked() };
    for entry in timers.heap.iter_mut() {
        if let Target::Object(object) = &mut entry.target {
            f(object);
        }
    }
    for object in timers.fired.iter_mut() {
        f(object);
    }
}

runtime_calls! { "rt_enter":
    rt_timer_start => timer_start_body;
    rt_timer_stop => timer_stop_body;
    rt_timer_next => timer_next_body;
    rt_sleep => sleep_body;
    rt_nanotime => nanotime_body;
    rt_walltime => walltime_body;
}

extern "C" fn timer_start_body(object: usize, when: i64) -> usize {
    let fired = TIMERS.lock().unfire(object);
    let fresh = start(Target::Object(object), when);
    usize::from(fired || !fresh)
}

extern "C" fn timer_stop_body(object: usize) -> usize {
    let fired = TIMERS.lock().unfire(object);
    usize::from(stop(Target::Object(object)) || fired)
}

extern "C" fn timer_next_body() -> usize {
    let mut timers = Some(TIMERS.lock());
    if let Some(object) = timers.as_mut().and_then(|t| t.take_fired()) {
        return object;
    }
    const REASON_TIMER: u32 = 20;
    park_with(REASON_TIMER, |g| {
        if let Some(mut timers) = timers.take() {
            timers.waiting = g;
        }
        true
    });
    0
}

extern "C" fn sleep_body(ns: i64) {
    if ns <= 0 {
        sched::park::yield_current();
    }
    const REASON_SLEEP: u32 = 7;
    let when = time::nanotime().saturating_add(ns);
    park_with(REASON_SLEEP, |g| {
        start(Target::Wake(g), when);
        true
    });
}

extern "C" fn nanotime_body() -> i64 {
    time::nanotime()
}

extern "C" fn walltime_body() -> sched::syscall::Pair {
    let now = time::walltime();
    sched::syscall::Pair(now.sec as usize, now.nsec as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Timers {
        Timers {
            heap: MapVec::new(),
            index: Index { slots: MapVec::new(), used: 0 },
            sequence: 0,
            fired: MapVec::new(),
            fired_head: 0,
            waiting: null_mut(),
        }
    }

    #[test]
    fn ordered_whatever_is_removed() {
        let mut t = empty();
        let mut x = 12345u64;
        let mut random = || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x
        };
        let mut model = std::collections::BTreeMap::new();
        for _ in 0..20_000 {
            let object = (random() % 500) as usize * 16;
            if random() % 3 == 0 {
                assert_eq!(t.remove(Target::Object(object)), model.remove(&object).is_some());
            } else {
                let when = (random() % 1000) as i64;
                assert_eq!(t.remove(Target::Object(object)), model.insert(object, when).is_some());
                t.add(when, Target::Object(object));
            }
            assert_eq!(t.heap.len(), model.len());
            assert_eq!(t.heap.first().map(|e| e.when), model.values().copied().min());
        }
        let mut last = 0;
        while let Some(entry) = t.heap.first().copied() {
            assert!(entry.when >= last);
            last = entry.when;
            t.remove(entry.target);
        }
        assert_eq!(t.index.used, 0);
    }

    #[test]
    fn fired_ones_can_be_stopped() {
        let mut t = empty();
        for o in [1, 2, 3] {
            t.fired.push(o);
        }
        assert_eq!(t.take_fired(), Some(1));
        assert!(t.unfire(2));
        assert!(!t.unfire(1));
        assert_eq!(t.take_fired(), Some(3));
        assert_eq!(t.take_fired(), None);
    }
}
