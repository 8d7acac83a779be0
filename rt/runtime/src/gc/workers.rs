//! Worker threads that mark together with the thread that runs a cycle.
//!
//! They own no P and touch nothing but mark bits, objects and work buffers. A *session* lets them in: while the world is
//! stopped it ends when no work is left anywhere; a concurrent session runs beside the program until it is closed, and
//! its workers sleep when they find nothing.
//!
//! Termination: `ACTIVE` counts those that may hold work. A worker that finds the global stacks empty hands over what it
//! holds, counts itself out, and looks on: work that appears calls it back in; nobody active and no work is the end. It
//! looks for work before it looks at the count, and counts itself in before it takes work, so it cannot miss either.

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};

use super::mark::Marker;
use super::work;
use crate::sys::thread;

/// More do not help: memory is the limit.
const MOST: usize = 7;
/// Objects between two looks at whether a concurrent session was closed.
const STRIDE: usize = 2000;
/// Looks for work before a waiting worker yields its processor.
const SPINS: usize = 200;

/// Threads that exist.
static THREADS: AtomicUsize = AtomicUsize::new(0);
/// How many of them may take part in the session.
static ADMITTED: AtomicUsize = AtomicUsize::new(0);
/// Goes up with each session and each piece of news in one; idle threads sleep on it.
static NEWS: AtomicU32 = AtomicU32::new(0);
/// A session is open.
static OPEN: AtomicBool = AtomicBool::new(false);
static CONCURRENT: AtomicBool = AtomicBool::new(false);
/// Threads inside the session; it is over when it is closed and this is 0.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// Those that may hold work.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);
/// Bytes that the session's workers marked.
static MARKED: AtomicUsize = AtomicUsize::new(0);

/// Threads that are worth having beside the caller's.
pub fn wanted() -> usize {
    (thread::cpu_count() - 1).min(MOST)
}

/// Starts threads until there are `count`; `spawn` runs [`main`] with the number it is given on a new one.
pub fn ensure(count: usize, spawn: impl Fn(usize)) {
    while THREADS.load(SeqCst) < count {
        spawn(THREADS.fetch_add(1, SeqCst));
    }
}

pub fn threads() -> usize {
    THREADS.load(SeqCst)
}

/// What worker `number` does for ever.
pub fn main(number: usize) -> ! {
    loop {
        let news = NEWS.load(SeqCst);
        if number < ADMITTED.load(SeqCst) && enter() {
            take_part();
            leave();
        }
        thread::futex_wait(&NEWS, news, -1);
    }
}

fn enter() -> bool {
    INSIDE.fetch_add(1, SeqCst);
    if OPEN.load(SeqCst) && (work::any() || !CONCURRENT.load(SeqCst)) {
        return true;
    }
    leave();
    false
}

fn leave() {
    INSIDE.fetch_sub(1, SeqCst);
}

fn take_part() {
    let mut marker = Marker::<true>::new();
    if CONCURRENT.load(SeqCst) {
        ACTIVE.fetch_add(1, SeqCst);
        while !marker.drain(STRIDE) && OPEN.load(SeqCst) {}
        marker.flush();
        ACTIVE.fetch_sub(1, SeqCst);
    } else {
        drain_together(&mut marker);
    }
    MARKED.fetch_add(marker.bytes, SeqCst);
}

/// Marks until no work is left with anybody.
fn drain_together(marker: &mut Marker<true>) {
    ACTIVE.fetch_add(1, SeqCst);
    loop {
        marker.drain(usize::MAX);
        marker.flush();
        ACTIVE.fetch_sub(1, SeqCst);
        let mut looks = 0;
        while !work::any() {
            if ACTIVE.load(SeqCst) == 0 {
                return;
            }
            looks += 1;
            if looks % SPINS == 0 {
                thread::yield_now();
            }
            core::hint::spin_loop();
        }
        ACTIVE.fetch_add(1, SeqCst);
    }
}

fn open(concurrent: bool, admitted: usize) {
    MARKED.store(0, SeqCst);
    CONCURRENT.store(concurrent, SeqCst);
    ADMITTED.store(admitted, SeqCst);
    OPEN.store(true, SeqCst);
    call();
}

/// Wakes threads that sleep: there is work.
fn call() {
    NEWS.fetch_add(1, SeqCst);
    thread::futex_wake(&NEWS, ADMITTED.load(SeqCst) as u32);
}

/// Ends the session and waits until everybody has left.
fn close() {
    OPEN.store(false, SeqCst);
    let mut looks = 0;
    while INSIDE.load(SeqCst) != 0 {
        looks += 1;
        if looks % SPINS == 0 {
            thread::yield_now();
        }
        core::hint::spin_loop();
    }
}

/// Marks to the end, together with the worker threads. The world is stopped. The marker gets all the bytes.
pub fn drain_stopped(marker: &mut Marker<true>) {
    marker.flush();
    if threads() > 0 {
        open(false, threads());
    }
    drain_together(marker);
    if threads() > 0 {
        close();
        marker.bytes += MARKED.load(SeqCst);
    }
}

/// Lets up to `count` workers mark beside the program.
pub fn begin_concurrent(count: usize) {
    open(true, count);
}

/// Calls sleeping workers of a concurrent session if there is work for them.
pub fn recall() {
    if ACTIVE.load(SeqCst) == 0 && work::any() {
        call();
    }
}

/// A concurrent session has nothing left to do, as far as can be seen.
pub fn is_idle() -> bool {
    !work::any() && ACTIVE.load(SeqCst) == 0
}

/// Ends a concurrent session; the bytes its workers marked. They leave soon, so the world may be stopped already.
pub fn end_concurrent() -> usize {
    close();
    MARKED.load(SeqCst)
}
