//! The run queue of a P: a ring one M pushes to and any M takes from, and a slot for the G to run next.
//!
//! `tail` is written by the owner only; `head` moves by compare-and-swap of owner and thieves. A slot is written before
//! `tail` publishes it (release) and read before `head` gives it up (acquire), so a thief that loses the race on `head`
//! has only read a stale value. The ring never holds more than its size, so a slot in `head..tail` is not overwritten.

use super::{G, GList};
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

#[cfg(not(test))]
pub const QUEUE: usize = 256;
#[cfg(test)]
pub const QUEUE: usize = 4;

pub struct RunQueue {
    head: AtomicU32,
    tail: AtomicU32,
    /// Runs before the ring: what the running G made ready last, so that the pair shares a time slice.
    next: AtomicPtr<G>,
    ring: [AtomicPtr<G>; QUEUE],
}

impl RunQueue {
    pub const fn new() -> RunQueue {
        RunQueue {
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            next: AtomicPtr::new(core::ptr::null_mut()),
            ring: [const { AtomicPtr::new(core::ptr::null_mut()) }; QUEUE],
        }
    }

    pub fn is_empty(&self) -> bool {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Acquire);
            let next = self.next.load(Ordering::Acquire);
            if tail == self.tail.load(Ordering::Acquire) {
                return head == tail && next.is_null();
            }
        }
    }

    /// There is a G in the `next` slot.
    pub fn has_next(&self) -> bool {
        !self.next.load(Ordering::Relaxed).is_null()
    }

    pub fn len(&self) -> usize {
        let ring = self.tail.load(Ordering::Acquire).wrapping_sub(self.head.load(Ordering::Acquire)) as usize;
        ring + usize::from(!self.next.load(Ordering::Acquire).is_null())
    }

    /// Makes `g` the next to run, or puts it at the end. What does not fit goes to `overflow`, half of the ring with it.
    ///
    /// # Safety
    /// The caller owns the P and the G, which is runnable and on no list.
    pub unsafe fn push(&self, g: *mut G, as_next: bool, overflow: &mut GList) {
        let g = if as_next { self.next.swap(g, Ordering::AcqRel) } else { g };
        if g.is_null() {
            return;
        }
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Relaxed);
            if (tail.wrapping_sub(head) as usize) < QUEUE {
                self.ring[tail as usize % QUEUE].store(g, Ordering::Relaxed);
                self.tail.store(tail.wrapping_add(1), Ordering::Release);
                return;
            }
            // Full: move the older half away, so that the next pushes are cheap again.
            let half = QUEUE / 2;
            let mut batch = [core::ptr::null_mut(); QUEUE / 2];
            for (i, slot) in batch.iter_mut().enumerate() {
                *slot = self.ring[head.wrapping_add(i as u32) as usize % QUEUE].load(Ordering::Relaxed);
            }
            let to = head.wrapping_add(half as u32);
            if self.head.compare_exchange(head, to, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                for taken in batch {
                    // SAFETY: moving `head` over them made them ours.
                    unsafe { overflow.push_back(taken) };
                }
                // SAFETY: the caller gave us this one.
                unsafe { overflow.push_back(g) };
                return;
            }
        }
    }

    /// The next G to run; the flag says whether it came from the `next` slot and inherits the time slice.
    ///
    /// # Safety
    /// The caller owns the P.
    pub unsafe fn pop(&self) -> Option<(*mut G, bool)> {
        let next = self.next.load(Ordering::Relaxed);
        if !next.is_null()
            && self.next.compare_exchange(next, core::ptr::null_mut(), Ordering::AcqRel, Ordering::Relaxed).is_ok()
        {
            return Some((next, true));
        }
        loop {
            let head = self.head.load(Ordering::Acquire);
            if head == self.tail.load(Ordering::Relaxed) {
                return None;
            }
            let g = self.ring[head as usize % QUEUE].load(Ordering::Relaxed);
            if self.head.compare_exchange(head, head.wrapping_add(1), Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                return Some((g, false));
            }
        }
    }

    /// Takes half of what is there into `to`, also the `next` slot if `next_too` and the ring is empty.
    pub fn steal_into(&self, to: &mut GList, next_too: bool) {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Acquire);
            let count = tail.wrapping_sub(head);
            let take = count - count / 2;
            if count as usize > QUEUE {
                continue; // head and tail were not read at one time
            }
            if take == 0 {
                if next_too {
                    let next = self.next.load(Ordering::Acquire);
                    if !next.is_null() {
                        let null = core::ptr::null_mut();
                        if self.next.compare_exchange(next, null, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                            continue;
                        }
                        // SAFETY: taking it out of the slot made it ours.
                        unsafe { to.push_back(next) };
                    }
                }
                return;
            }
            let mut batch = [core::ptr::null_mut(); QUEUE];
            for (i, slot) in batch.iter_mut().enumerate().take(take as usize) {
                *slot = self.ring[head.wrapping_add(i as u32) as usize % QUEUE].load(Ordering::Relaxed);
            }
            let new = head.wrapping_add(take);
            if self.head.compare_exchange(head, new, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                for &g in &batch[..take as usize] {
                    // SAFETY: moving `head` over them made them ours.
                    unsafe { to.push_back(g) };
                }
                return;
            }
        }
    }
}

impl Default for RunQueue {
    fn default() -> RunQueue {
        RunQueue::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::atomic::AtomicBool;

    fn gs(n: usize) -> Vec<*mut G> {
        // SAFETY: a zeroed G is valid as an element of a list.
        (0..n).map(|_| Box::into_raw(Box::new(unsafe { core::mem::zeroed::<G>() }))).collect()
    }

    #[test]
    fn order_and_overflow() {
        let q = RunQueue::new();
        let gs = gs(8);
        let mut over = GList::new();
        // SAFETY: this thread owns queue and Gs.
        unsafe {
            for &g in &gs[..5] {
                q.push(g, false, &mut over);
            }
            // The fifth did not fit into four: two of the ring and itself went over.
            assert_eq!(over.len(), 3);
            assert_eq!(over.pop(), Some(gs[0]));
            q.push(gs[5], true, &mut over);
            q.push(gs[6], true, &mut over);
            assert_eq!(q.pop(), Some((gs[6], true)));
            assert_eq!(q.pop(), Some((gs[2], false)));
            assert_eq!(q.pop(), Some((gs[3], false)));
            assert_eq!(q.pop(), Some((gs[5], false)));
            assert_eq!(q.pop(), None);
            assert!(q.is_empty());
        }
    }

    #[test]
    fn thieves_and_owner_lose_nothing() {
        struct Shared(RunQueue, AtomicBool);
        // SAFETY: the Gs are only passed around.
        unsafe impl Send for Shared {}
        // SAFETY: as above.
        unsafe impl Sync for Shared {}
        let shared = std::sync::Arc::new(Shared(RunQueue::new(), AtomicBool::new(false)));
        let total = 20_000;
        let thieves: Vec<_> = (0..2)
            .map(|_| {
                let shared = shared.clone();
                std::thread::spawn(move || {
                    let mut got = Vec::new();
                    let mut list = GList::new();
                    loop {
                        let done = shared.1.load(Ordering::Acquire);
                        shared.0.steal_into(&mut list, true);
                        while let Some(g) = list.pop() {
                            got.push(g as usize);
                        }
                        if done && shared.0.is_empty() {
                            return got;
                        }
                    }
                })
            })
            .collect();
        let mut all: Vec<usize> = Vec::new();
        let mut over = GList::new();
        for (i, g) in gs(total).into_iter().enumerate() {
            // SAFETY: this thread is the owner.
            unsafe {
                shared.0.push(g, i % 3 == 0, &mut over);
                if i % 5 == 0 {
                    all.extend(shared.0.pop().map(|(g, _)| g as usize));
                }
            }
            while let Some(g) = over.pop() {
                all.push(g as usize);
            }
        }
        shared.1.store(true, Ordering::Release);
        thieves.into_iter().for_each(|t| all.extend(t.join().unwrap()));
        assert_eq!(all.len(), total);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), total);
    }
}
