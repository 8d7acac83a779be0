//! The heap and collector over simulated roots, on the host.

use std::collections::HashMap;
use std::sync::MutexGuard;
use std::vec::Vec;

use super::*;
use crate::heap::classes::{MAX_SMALL, PAGE};
use crate::heap::types::Type;
use crate::heap::{self, arena, cache, stats};

/// The heap is one per process: tests take turns.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

struct Program {
    roots: Vec<usize>,
    cache: std::cell::RefCell<(PCache, PState)>,
    _turn: MutexGuard<'static, ()>,
}

impl World for Program {
    fn for_each_root(&self, f: &mut dyn FnMut(usize)) {
        self.roots.iter().for_each(|&root| f(root));
    }

    fn for_each_p(&self, f: &mut dyn FnMut(&mut PCache, &mut PState)) {
        let p = &mut *self.cache.borrow_mut();
        f(&mut p.0, &mut p.1);
    }

    fn root_bytes(&self) -> usize {
        self.roots.len() * 8
    }

    fn wall_clock(&self) -> u64 {
        1
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.roots.clear();
        collect_stopped(self, true);
        collect_stopped(self, true); // what finalizers kept
        while specials::next_due().is_some() {}
        collect_stopped(self, true);
        stats::retire(&mut self.cache.get_mut().0.counts);
    }
}

/// A type of `words` words with pointers where the mask has bits, tiled to 64 words.
fn typ(words: usize, mask: u64) -> *mut Type {
    let mask: &'static [u8] = mask.to_le_bytes().to_vec().leak();
    let last = (0..words).rev().find(|&word| mask[word / 8] >> (word % 8) & 1 != 0).map_or(0, |word| word + 1);
    let typ = Type {
        size: words * 8,
        ptr_bytes: last * 8,
        hash: 0,
        tflag: 0,
        align: 8,
        field_align: 8,
        kind: 25,
        equal: 0,
        gc_data: mask.as_ptr(),
        str: 0,
        ptr_to_this: 0,
    };
    Box::leak(Box::new(typ))
}

const NONE: *mut Type = std::ptr::null_mut();

impl Program {
    fn new(switches: Switches) -> Program {
        let turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        heap::init();
        init(None, None, switches).unwrap();
        Program { roots: Vec::new(), cache: Default::default(), _turn: turn }
    }

    fn alloc(&self, size: usize, typ: *mut Type) -> usize {
        self.cache.borrow_mut().0.alloc(size, typ, 0, marking()).address
    }

    fn store(&self, slot: usize, value: usize) {
        if barrier::on() {
            // SAFETY: a slot of an object of the test.
            unsafe { self.cache.borrow_mut().1.store(slot) };
        }
        // SAFETY: as above.
        unsafe { (slot as *mut usize).write(value) };
    }

    fn load(&self, slot: usize) -> usize {
        // SAFETY: a slot of an object of the test.
        unsafe { (slot as *const usize).read() }
    }

    fn totals(&self) -> stats::Totals {
        stats::totals(self.cache.borrow().0.counts())
    }

    fn live_objects(&self) -> u64 {
        let totals = self.totals();
        totals.mallocs - totals.frees
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

const CHECKED: Switches = Switches::POISON.and(Switches::VERIFY);

#[test]
fn objects_are_distinct_zeroed_and_of_the_heap() {
    let program = Program::new(CHECKED);
    let node = typ(1, 1);
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for size in (8..2000).step_by(8).chain([4096, 10_000, MAX_SMALL, MAX_SMALL + 8, 3 * PAGE, 1 << 20]) {
        for typ in [NONE, node] {
            let at = program.alloc(size, typ);
            assert_eq!(at % 8, 0);
            assert!(heap::is_heap_ptr(at) && heap::is_heap_ptr(at + size - 1));
            for word in (at..at + size).step_by(8) {
                assert_eq!(program.load(word), 0);
                program.store(word, 0xabcd);
            }
            taken.push((at, size));
            // The mark phase must not take the content for pointers: 0xabcd lies outside the heap.
        }
    }
    taken.sort();
    assert!(taken.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));
    assert!(!heap::is_heap_ptr(0) && !heap::is_heap_ptr(&program as *const _ as usize));
    assert!(!heap::is_heap_ptr(arena::end()));
}

#[test]
fn tiny_objects_share_blocks_and_keep_their_alignment() {
    let program = Program::new(CHECKED);
    let (a, b, c) = (program.alloc(1, NONE), program.alloc(4, NONE), program.alloc(8, NONE));
    assert_eq!((b - a, c - a), (4, 8));
    assert_eq!(program.alloc(2, NONE) / 16, program.alloc(2, NONE) / 16);
}

#[test]
fn a_list_survives_as_long_as_its_root() {
    let mut program = Program::new(CHECKED);
    let start = program.live_objects();
    let node = typ(3, 0b010);
    let mut head = 0;
    for value in 0..10_000 {
        let at = program.alloc(24, node);
        program.store(at, value);
        program.store(at + 8, head);
        program.alloc(24, node);
        head = at;
    }
    program.roots.push(head + 16); // an interior pointer
    collect_stopped(&program, true);
    assert_eq!(program.live_objects() - start, 10_000);
    let mut at = head;
    for value in (0..10_000).rev() {
        assert_eq!(program.load(at), value);
        at = program.load(at + 8);
    }
    program.roots.clear();
    collect_stopped(&program, true);
    assert_eq!(program.live_objects(), start);
}

#[test]
fn large_arrays_of_pointers_are_scanned_in_parts() {
    let mut program = Program::new(CHECKED);
    let pair = typ(2, 0b10);
    let count = 100_000;
    let array = program.alloc(count * 16, pair);
    program.roots.push(array);
    let start = program.live_objects();
    for i in 0..count {
        let item = program.alloc(16, NONE);
        program.store(item, i);
        program.store(array + i * 16, item ^ 1); // not a pointer, though it looks like one
        if i % 3 == 0 {
            program.store(array + i * 16 + 8, item);
        }
    }
    collect_stopped(&program, true);
    assert_eq!(program.live_objects() - start, count.div_ceil(3) as u64);
    for i in (0..count).step_by(3) {
        assert_eq!(program.load(program.load(array + i * 16 + 8)), i);
    }
}

/// A random graph of objects of many sizes is changed, collected and compared with a model.
fn random_graph(switches: Switches, rounds: usize, mut collect_now: impl FnMut(&Program, &mut Random)) {
    let mut program = Program::new(switches);
    let mut random = Random(0x1234_5678_9abc_def1);
    let types: Vec<(usize, *mut Type, Vec<usize>)> =
        [(1, 1u64), (2, 2), (3, 5), (7, 0x41), (40, 0xff_0000_0001), (60, 1 << 59)]
            .iter()
            .flat_map(|&(words, mask)| {
                let pointers = (0..words).filter(|word| mask >> word & 1 != 0).collect::<Vec<_>>();
                [1, 3, 30, 300].map(|copies| {
                    let slots = (0..copies).flat_map(|copy| pointers.iter().map(move |slot| copy * words + slot));
                    (copies * words, typ(words, mask), slots.collect())
                })
            })
            .collect();
    program.roots.resize(20, 0);
    // object -> kind of type
    let mut model: HashMap<usize, usize> = HashMap::new();
    for _ in 0..rounds {
        let kind = random.below(types.len());
        let (words, typ, slots) = &types[kind];
        let object = program.alloc(words * 8, *typ);
        assert!((object..object + words * 8).step_by(8).all(|word| program.load(word) == 0));
        model.insert(object, kind);
        for &slot in slots.iter().take(5) {
            let value = program.roots[random.below(20)];
            program.store(object + slot * 8, value);
        }
        let root = random.below(20);
        if random.below(4) == 0 && program.roots[root] != 0 {
            // Cut something out of an old object.
            let old = program.roots[root];
            let slots = &types[model[&old]].2;
            let slot = slots[random.below(slots.len())];
            let value = program.load(old + slot * 8);
            program.store(old + slot * 8, 0);
            program.roots[root] = value;
        } else {
            program.roots[root] = if random.below(10) == 0 { 0 } else { object };
        }
        collect_now(&program, &mut random);
        // Everything reachable is what it was.
        if random.below(100) == 0 {
            let mut todo = program.roots.clone();
            let mut seen = HashMap::new();
            while let Some(at) = todo.pop() {
                if at == 0 || seen.contains_key(&at) {
                    continue;
                }
                let kind = model[&at];
                seen.insert(at, kind);
                todo.extend(types[kind].2.iter().map(|slot| program.load(at + slot * 8)));
            }
            model = seen;
        }
    }
}

#[test]
fn random_graphs_survive_whole_collections() {
    random_graph(CHECKED, 5_000, |program, random| {
        if random.below(20) == 0 {
            collect_stopped(program, false);
        }
    });
}

#[test]
fn random_graphs_survive_marking_in_slices() {
    random_graph(CHECKED, 8_000, |program, random| {
        if !marking() {
            if random.below(10) == 0 {
                begin(program, 0);
            }
        } else if slice(random.below(20) + 1) {
            finish(program, false);
        }
    });
}

fn start_workers() {
    workers::ensure(2, |number| {
        std::thread::spawn(move || workers::main(number));
    });
}

#[test]
fn random_graphs_survive_workers_beside_the_program() {
    start_workers();
    random_graph(CHECKED, 3_000, |program, random| {
        if !marking() {
            if random.below(10) == 0 {
                begin(program, 2);
            }
        } else {
            program.cache.borrow_mut().1.flush();
            workers::recall();
            if workers::is_idle() || random.below(100) == 0 {
                finish(program, false);
            }
        }
    });
}

#[test]
fn workers_share_a_large_heap() {
    let mut program = Program::new(CHECKED);
    start_workers();
    let node = typ(2, 0b11);
    let mut level = vec![program.alloc(16, node)];
    program.roots.push(level[0]);
    let start = program.live_objects();
    for _ in 0..18 {
        let mut next = Vec::new();
        for parent in level {
            for slot in [parent, parent + 8] {
                let child = program.alloc(16, node);
                program.store(slot, child);
                next.push(child);
            }
        }
        level = next;
    }
    for _ in 0..3 {
        collect_stopped(&program, true);
        assert_eq!(program.live_objects() - start, (1 << 19) - 2);
    }
}

#[test]
fn lazy_sweeping_reuses_memory() {
    let program = Program::new(Switches::NONE);
    let before = pages::sizes().used;
    for _ in 0..50 {
        for _ in 0..10_000 {
            program.alloc(48, NONE);
            program.alloc(100, NONE);
        }
        program.alloc(100_000, NONE);
        collect_stopped(&program, false);
    }
    assert!(pages::sizes().used - before < 8 << 20, "{} MB", pages::sizes().used >> 20);
    free_os_memory();
    let sizes = pages::sizes();
    assert_eq!(sizes.used + sizes.released, sizes.arena);
}

#[test]
fn bulk_copies_keep_what_they_overwrite() {
    let mut program = Program::new(CHECKED);
    let node = typ(1, 1);
    let array = program.alloc(80, node);
    program.roots.push(array);
    let start = program.live_objects();
    for i in 0..10 {
        let object = program.alloc(32, NONE);
        program.store(array + i * 8, object);
    }
    begin(&program, 0);
    // SAFETY: the array is an object of the test.
    unsafe { program.cache.borrow_mut().1.bulk(array, 80) };
    cache::clear(array, 80);
    while !slice(1) {}
    finish(&program, true);
    assert_eq!(program.live_objects() - start, 10);
    collect_stopped(&program, true);
    assert_eq!(program.live_objects(), start);
}

#[test]
fn finalizers_cleanups_and_weak_handles() {
    let mut program = Program::new(CHECKED);
    let node = typ(2, 0b10);
    let (object, child, closure, cleanup) =
        (program.alloc(16, node), program.alloc(16, node), program.alloc(16, node), program.alloc(16, node));
    program.store(object + 8, child);
    let handle = specials::set_weak_handle(object, program.alloc(8, NONE));
    let child_handle = specials::set_weak_handle(child, program.alloc(8, NONE));
    assert_eq!(specials::weak_handle(object), Some(handle));
    assert_eq!(specials::strong(handle), object);
    assert_eq!(specials::set_finalizer(object, closure), specials::Set::Done);
    assert_eq!(specials::set_finalizer(object, closure), specials::Set::Exists);
    assert_eq!(specials::set_finalizer(object + 8, closure), specials::Set::NoObject);
    assert_ne!(specials::add_cleanup(object + 8, cleanup), 0);
    let stopped = specials::add_cleanup(object, cleanup);
    specials::stop_cleanup(stopped);

    program.roots.extend([object, handle, child_handle]);
    collect_stopped(&program, true);
    assert_eq!(specials::next_due(), None);

    program.roots[0] = 0;
    collect_stopped(&program, true);
    assert_eq!(specials::strong(handle), 0);
    assert_eq!(specials::strong(child_handle), child); // kept by the finalizer
    assert_eq!(program.load(object + 8), child);
    assert_eq!(specials::next_due(), Some(specials::Due { closure, object }));
    assert_eq!(specials::next_due(), None);

    collect_stopped(&program, true); // nobody kept the object
    assert_eq!(specials::next_due(), Some(specials::Due { closure: cleanup, object: 0 }));
    assert_eq!(specials::next_due(), None);
    assert_eq!(specials::strong(child_handle), 0);
}
