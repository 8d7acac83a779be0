//! The memory profile: what was allocated, and is still alive, at each allocating stack.
//!
//! Allocations are sampled ([`crate::heap::sample`]); each sample is counted in the bucket of its stack and size, and a
//! special (`super::specials`) has its death counted there, too. What readers see is the state at the end of the last
//! cycle, the latest moment at which both are known alike; before the first cycle, all there is.
//!
//! Buckets are never freed.

use super::{pacer, specials};
use crate::sched::current_g;
use crate::stack::walk;
use crate::sync::Mutex;
use crate::vector::MapVec;

/// Frames kept of a stack.
pub const FRAMES: usize = 128;

/// Objects and bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Count {
    allocated: usize,
    freed: usize,
}

#[derive(Clone, Copy)]
struct Bucket {
    hash: usize,
    /// The next of the same slot, [`NONE`] at the end.
    next: u32,
    /// The stack, in `Profile::frames`.
    frames: u32,
    depth: u32,
    /// Bytes of an object.
    size: usize,
    now: Count,
    /// What it was at the end of cycle `changed`, after which `now` changed.
    before: Count,
    changed: usize,
}

impl Bucket {
    /// The counts, to change them. `cycles` have been completed.
    fn change(&mut self, cycles: usize) -> &mut Count {
        if self.changed != cycles {
            self.before = self.now;
            self.changed = cycles;
        }
        &mut self.now
    }

    fn seen(&self, cycles: usize) -> Count {
        if cycles != 0 && self.changed == cycles { self.before } else { self.now }
    }
}

const NONE: u32 = u32::MAX;
const SLOTS: usize = 4096;

struct Profile {
    slots: [u32; SLOTS],
    buckets: MapVec<Bucket>,
    frames: MapVec<usize>,
}

static PROFILE: Mutex<Profile> =
    Mutex::new(Profile { slots: [NONE; SLOTS], buckets: MapVec::new(), frames: MapVec::new() });

impl Profile {
    fn bucket(&mut self, size: usize, stack: &[usize]) -> u32 {
        let hash = stack.iter().fold(size, |hash, &pc| (hash.rotate_left(5) ^ pc).wrapping_mul(0x517c_c1b7_2722_0a95));
        let slot = hash >> 52;
        let mut index = self.slots[slot];
        while index != NONE {
            let bucket = &self.buckets[index as usize];
            let start = bucket.frames as usize;
            let same = bucket.hash == hash && bucket.size == size;
            if same && self.frames[start..start + bucket.depth as usize] == *stack {
                return index;
            }
            index = bucket.next;
        }
        let zero = Count { allocated: 0, freed: 0 };
        self.buckets.push(Bucket {
            hash,
            next: self.slots[slot],
            frames: self.frames.len() as u32,
            depth: stack.len() as u32,
            size,
            now: zero,
            before: zero,
            changed: 0,
        });
        stack.iter().for_each(|&pc| self.frames.push(pc));
        self.slots[slot] = self.buckets.len() as u32 - 1;
        self.slots[slot]
    }
}

/// Counts an object of the running goroutine, which is in a runtime call.
#[cold]
pub fn sample(object: usize, size: usize) {
    let mut stack = [0; FRAMES];
    let mut depth = 0;
    let frames = walk::frames(current_g()).filter(|frame| frame.special.is_none());
    for (place, frame) in stack.iter_mut().zip(frames) {
        *place = frame.pc;
        depth += 1;
    }
    let mut profile = PROFILE.lock();
    let index = profile.bucket(size, &stack[..depth]);
    profile.buckets[index as usize].change(pacer::cycles()).allocated += 1;
    drop(profile);
    specials::add_sample(object, index);
}

/// Counts the samples that marking did not reach. The world is stopped.
pub fn count_dead() {
    let mut profile = None;
    specials::dead_samples(|bucket| {
        let profile = profile.get_or_insert_with(|| PROFILE.lock());
        profile.buckets[bucket as usize].change(pacer::cycles()).freed += 1;
    });
}

/// A bucket as readers see it.
pub struct Record {
    pub size: usize,
    pub allocated: usize,
    pub freed: usize,
}

/// The bucket of a number from 0 on; `out` gets the first of its stack's frames -> how many. `None` past the last.
pub fn read(index: usize, out: &mut [usize]) -> Option<(Record, usize)> {
    let profile = PROFILE.lock();
    let bucket = profile.buckets.get(index)?;
    let count = bucket.seen(pacer::cycles());
    let depth = out.len().min(bucket.depth as usize);
    let start = bucket.frames as usize;
    out[..depth].copy_from_slice(&profile.frames[start..start + depth]);
    Some((Record { size: bucket.size, allocated: count.allocated, freed: count.freed }, depth))
}
