//! What hangs on single objects: finalizers, cleanups, weak handles, samples of the memory profile.
//!
//! A hash table from object to its specials, outside the heap. In a cycle:
//! 1. As roots: what a finalizer's object refers to (not the object itself), closures, and handles of weak pointers.
//! 2. When all is marked, for each object that is not: its weak handles are emptied; with a finalizer, it is marked
//!    once more and finalizer and object are queued; without, its cleanups are queued.
//! 3. When what finalizers brought back is marked, too: samples of objects that are not are counted as freed.
//!
//! An object that a finalizer brought back loses its weak handles for good; its cleanups wait until it is dead again.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::mark::Marker;
use crate::heap::{self, arena, classes};
use crate::sync::Mutex;
use crate::vector::MapVec;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An entry on the free list.
    Unused,
    Finalizer,
    Cleanup,
    Weak,
    Sample,
}

#[derive(Clone, Copy)]
struct Special {
    kind: Kind,
    /// Start of the object; of a weak handle of something outside the heap, its address.
    object: usize,
    /// The closure, the handle of a weak pointer, or the bucket of a sample.
    value: usize,
    /// The pointer a weak handle stands for.
    pointer: usize,
    /// The next of the bucket, [`NONE`] at the end.
    next: u32,
    /// Goes up at each reuse, so that the number of a cleanup is used once.
    generation: u32,
}

const NONE: u32 = u32::MAX;
const FIRST_BUCKETS: usize = 256;

struct Table {
    entries: MapVec<Special>,
    buckets: MapVec<u32>,
    free: u32,
    used: usize,
}

static TABLE: Mutex<Table> = Mutex::new(Table { entries: MapVec::new(), buckets: MapVec::new(), free: NONE, used: 0 });

/// A finalizer or cleanup whose time has come. `object` is 0 for a cleanup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    pub closure: usize,
    pub object: usize,
}

/// What is to be run, first in first out; both words are roots.
struct Queue {
    items: MapVec<Due>,
    taken: usize,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { items: MapVec::new(), taken: 0 });
static QUEUED: AtomicUsize = AtomicUsize::new(0);
/// How many specials are samples.
static SAMPLES: AtomicUsize = AtomicUsize::new(0);

impl Table {
    fn bucket(&self, object: usize) -> usize {
        // Fibonacci hashing: objects are at least 8 apart.
        ((object >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) & (self.buckets.len() - 1)
    }

    fn insert(&mut self, kind: Kind, object: usize, value: usize, pointer: usize) -> u64 {
        if self.used >= self.buckets.len() {
            self.rehash();
        }
        let bucket = self.bucket(object);
        let mut special = Special { kind, object, value, pointer, next: self.buckets[bucket], generation: 1 };
        let index = match self.free {
            NONE => {
                self.entries.push(special);
                self.entries.len() as u32 - 1
            }
            index => {
                let entry = &mut self.entries[index as usize];
                self.free = entry.next;
                special.generation = entry.generation.wrapping_add(1).max(1);
                *entry = special;
                index
            }
        };
        self.buckets[bucket] = index;
        self.used += 1;
        u64::from(special.generation) << 32 | u64::from(index)
    }

    fn rehash(&mut self) {
        let count = (self.buckets.len() * 2).max(FIRST_BUCKETS);
        self.buckets.clear();
        (0..count).for_each(|_| self.buckets.push(NONE));
        for index in 0..self.entries.len() {
            if self.entries[index].kind != Kind::Unused {
                let bucket = self.bucket(self.entries[index].object);
                self.entries[index].next = self.buckets[bucket];
                self.buckets[bucket] = index as u32;
            }
        }
    }

    /// Unlinks and returns the entry.
    fn remove(&mut self, index: u32) -> Special {
        let special = self.entries[index as usize];
        let bucket = self.bucket(special.object);
        if self.buckets[bucket] == index {
            self.buckets[bucket] = special.next;
        } else {
            let mut at = self.buckets[bucket] as usize;
            while self.entries[at].next != index {
                at = self.entries[at].next as usize;
            }
            self.entries[at].next = special.next;
        }
        let entry = &mut self.entries[index as usize];
        entry.kind = Kind::Unused;
        entry.next = self.free;
        self.free = index;
        self.used -= 1;
        special
    }

    fn find(&self, object: usize, is: impl Fn(&Special) -> bool) -> Option<u32> {
        if self.buckets.is_empty() {
            return None;
        }
        let mut index = self.buckets[self.bucket(object)];
        while index != NONE {
            let special = &self.entries[index as usize];
            if special.object == object && is(special) {
                return Some(index);
            }
            index = special.next;
        }
        None
    }
}

/// Start of the object a pointer leads to.
fn start_of(pointer: usize) -> Option<usize> {
    heap::object_of(pointer).map(|(span, index)| span.object(index))
}

/// What came of setting a finalizer; the numbers are `rt_set_finalizer`'s results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Set {
    /// No object starts there.
    NoObject = 0,
    Done = 1,
    /// There is one already.
    Exists = 2,
}

/// Sets (or with closure 0 removes) the finalizer of the object that starts at a pointer. Tiny objects share a block;
/// their finalizers run when all of them are dead.
pub fn set_finalizer(pointer: usize, closure: usize) -> Set {
    let Some((span, index)) = heap::object_of(pointer) else { return Set::NoObject };
    let object = span.object(index);
    let tiny = span.span_class() == classes::span_class(classes::class_of(16), true);
    if pointer != object && !tiny {
        return Set::NoObject;
    }
    let mut table = TABLE.lock();
    match table.find(object, |special| special.kind == Kind::Finalizer && special.pointer == pointer) {
        Some(_) if closure != 0 => return Set::Exists,
        Some(old) => {
            table.remove(old);
        }
        None if closure != 0 => {
            table.insert(Kind::Finalizer, object, closure, pointer);
        }
        None => {}
    }
    Set::Done
}

/// Has the bucket told when the object dies.
pub fn add_sample(object: usize, bucket: u32) {
    TABLE.lock().insert(Kind::Sample, object, bucket as usize, object);
    SAMPLES.fetch_add(1, Relaxed);
}

/// Drops the samples of unmarked objects and calls `f` with the bucket of each: step 3. The world is stopped.
pub fn dead_samples(mut f: impl FnMut(u32)) {
    if SAMPLES.load(Relaxed) == 0 {
        return;
    }
    let mut table = TABLE.lock();
    for index in 0..table.entries.len() as u32 {
        let special = table.entries[index as usize];
        if special.kind == Kind::Sample && is_dead(special.object) {
            table.remove(index);
            SAMPLES.fetch_sub(1, Relaxed);
            f(special.value as u32);
        }
    }
}

/// Adds a cleanup to the object a pointer leads to -> its number, 0 if the pointer leads out of the heap (it never runs).
pub fn add_cleanup(pointer: usize, closure: usize) -> u64 {
    match start_of(pointer) {
        Some(object) => TABLE.lock().insert(Kind::Cleanup, object, closure, pointer),
        None => 0,
    }
}

pub fn stop_cleanup(number: u64) {
    let (generation, index) = ((number >> 32) as u32, number as u32);
    let mut table = TABLE.lock();
    if let Some(entry) = table.entries.get(index as usize)
        && entry.generation == generation
        && entry.kind == Kind::Cleanup
    {
        table.remove(index);
    }
}

/// The handle that stands for a pointer, if there is one.
pub fn weak_handle(pointer: usize) -> Option<usize> {
    let object = start_of(pointer).unwrap_or(pointer);
    let table = TABLE.lock();
    let index = table.find(object, |special| special.kind == Kind::Weak && special.pointer == pointer)?;
    Some(table.entries[index as usize].value)
}

/// Makes `handle`, an object of one pointer-free word, the handle of a pointer, if it has none -> its handle.
pub fn set_weak_handle(pointer: usize, handle: usize) -> usize {
    let object = start_of(pointer).unwrap_or(pointer);
    let mut table = TABLE.lock();
    if let Some(index) = table.find(object, |special| special.kind == Kind::Weak && special.pointer == pointer) {
        return table.entries[index as usize].value;
    }
    // SAFETY: the caller allocated the handle and nobody else knows it.
    unsafe { (handle as *mut usize).write(pointer) };
    table.insert(Kind::Weak, object, handle, pointer);
    handle
}

/// Marks what specials keep alive by themselves: step 1.
pub fn mark_roots<const SHARED: bool>(marker: &mut Marker<SHARED>) {
    let table = TABLE.lock();
    for special in table.entries.iter() {
        match special.kind {
            Kind::Unused | Kind::Sample => {}
            Kind::Finalizer => {
                marker.shade(special.value);
                marker.scan_content(special.object);
            }
            // A handle outlives its object only through the program's own references.
            Kind::Cleanup => marker.shade(special.value),
            Kind::Weak => marker.shade(special.value),
        }
    }
    let queue = QUEUE.lock();
    for due in &queue.items[queue.taken..] {
        marker.shade(due.closure);
        marker.shade(due.object);
    }
}

fn is_dead(object: usize) -> bool {
    match heap::object_of(object) {
        Some((span, index)) => !span.is_marked(index),
        None => false,
    }
}

/// Treats the specials of unmarked objects: step 2. The marker has drained; the world is stopped. True if something was
/// queued.
pub fn finish<const SHARED: bool>(marker: &mut Marker<SHARED>) -> bool {
    let mut table = TABLE.lock();
    // Weak handles of all dead objects first: no finalizer may bring back what a handle already lost.
    for index in 0..table.entries.len() as u32 {
        let special = table.entries[index as usize];
        if special.kind == Kind::Weak && is_dead(special.object) {
            // SAFETY: the handle is marked by step 1, so it is alive.
            unsafe { (special.value as *mut usize).write(0) };
            table.remove(index);
        }
    }
    // Which objects are brought back is decided before any is marked, so that the order does not matter.
    let mut queue = QUEUE.lock();
    let before = queue.items.len();
    for index in 0..table.entries.len() as u32 {
        let special = table.entries[index as usize];
        if special.kind == Kind::Finalizer && is_dead(special.object) {
            queue.items.push(Due { closure: special.value, object: special.pointer });
            table.remove(index);
        }
    }
    let queued = queue.items.len();
    for at in before..queued {
        marker.shade(queue.items[at].object);
    }
    for index in 0..table.entries.len() as u32 {
        let special = table.entries[index as usize];
        if special.kind == Kind::Cleanup && is_dead(special.object) {
            queue.items.push(Due { closure: special.value, object: 0 });
            table.remove(index);
        }
    }
    QUEUED.store(queue.items.len() - queue.taken, Relaxed);
    queue.items.len() > before
}

pub fn any_due() -> bool {
    QUEUED.load(Relaxed) != 0
}

/// The next finalizer or cleanup to run.
pub fn next_due() -> Option<Due> {
    if QUEUED.load(Relaxed) == 0 {
        return None;
    }
    let mut queue = QUEUE.lock();
    let due = *queue.items.get(queue.taken)?;
    queue.taken += 1;
    if queue.taken == queue.items.len() {
        queue.items.clear();
        queue.taken = 0;
    }
    QUEUED.store(queue.items.len() - queue.taken, Relaxed);
    Some(due)
}

/// What a weak handle stands for, 0 if that is dead.
pub fn strong(handle: usize) -> usize {
    if handle < arena::start() {
        return 0;
    }
    // SAFETY: handles come from `set_weak_handle` and the program holds this one.
    unsafe { heap::load(handle) }
}
