//! The network poller: epoll, edge-triggered, and deadlines.
//!
//! A descriptor has a read and a write side. A side is idle, ready (an edge came while nobody waited), or a goroutine
//! waits on it. Each change of a side happens under the descriptor's lock. Descriptors are never freed, only reused; a
//! sequence number in the kernel's data tells stale events.
//!
//! The M that sleeps on behalf of all sleeps here, too, so there is an eventfd to wake it.

use crate::runtime_calls;
use crate::sched::{self, G, GList, park_with, state};
use crate::sync::Mutex;
use crate::sys::{file, time};
use crate::timer::{self, Target};
use crate::vector::persistent_alloc;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicUsize, Ordering};

const OK: usize = 0;
const CLOSING: usize = 1;
const TIMEOUT: usize = 2;
const NOT_POLLABLE: usize = 3;

/// Data of the eventfd's events.
const WAKE: u64 = u64::MAX;

#[derive(Clone, Copy)]
struct Side {
    ready: bool,
    waiting: *mut G,
    /// Absolute; 0 none, negative: passed.
    deadline: i64,
}

const IDLE: Side = Side { ready: false, waiting: null_mut(), deadline: 0 };

struct State {
    fd: i32,
    closing: bool,
    /// The kernel reported an error on the descriptor itself.
    error: bool,
    sequence: u16,
    sides: [Side; 2],
}

#[repr(C, align(16))]
pub struct Descriptor {
    state: Mutex<State>,
    next_free: *mut Descriptor,
}

static EPOLL: AtomicI32 = AtomicI32::new(-1);
static EVENT: AtomicI32 = AtomicI32::new(-1);
/// Goroutines that wait here.
static WAITERS: AtomicUsize = AtomicUsize::new(0);
/// Until when the sleeping M sleeps, `i64::MAX` for ever.
static SLEEPS_UNTIL: AtomicI64 = AtomicI64::new(0);
static WOKEN: AtomicBool = AtomicBool::new(false);
static FREE: Mutex<usize> = Mutex::new(0);
static INIT: crate::sync::RawMutex = crate::sync::RawMutex::new();

/// Somebody may be woken by an event of the kernel.
pub fn active() -> bool {
    WAITERS.load(Ordering::SeqCst) > 0 || crate::signal::any_wanted()
}

fn init() {
    if EPOLL.load(Ordering::Acquire) >= 0 {
        return;
    }
    INIT.lock();
    if EPOLL.load(Ordering::Acquire) < 0 {
        let (epoll, event) = (file::epoll_create(), file::eventfd());
        if epoll < 0 || event < 0 {
            crate::print::fatal("fatal error: runtime: netpollinit failed\n");
        }
        file::epoll_add(epoll as i32, event as i32, file::EpollEvent { events: file::EVENT_IN, data: WAKE });
        EVENT.store(event as i32, Ordering::Release);
        EPOLL.store(epoll as i32, Ordering::Release);
    }
    // SAFETY: locked above.
    unsafe { INIT.unlock() };
}

/// Wakes the M that sleeps in the poller. Async-signal-safe.
pub fn wake() {
    if !WOKEN.swap(true, Ordering::SeqCst) {
        file::write(EVENT.load(Ordering::Acquire), &1u64.to_ne_bytes());
    }
}

/// Wakes the sleeping M if it would sleep beyond `when`.
pub fn wake_if_later(when: i64) {
    if SLEEPS_UNTIL.load(Ordering::SeqCst) > when {
        wake();
    }
}

/// Makes the poller ready for [`wake`] from a signal handler.
pub fn prepare() {
    init();
}

/// Sleeps until an event or the first timer; the goroutines to make runnable. The caller has no P.
pub fn sleep() -> GList {
    init();
    SLEEPS_UNTIL.store(i64::MAX, Ordering::SeqCst);
    let timeout = match timer::next() {
        None => -1,
        Some(when) => {
            SLEEPS_UNTIL.store(when, Ordering::SeqCst);
            let ns = when - time::nanotime();
            // Rounded up: to wake too early is to wake twice. Short waits are done exactly.
            if ns <= 0 {
                0
            } else if ns < 1_000_000 {
                return sleep_short(ns);
            } else {
                ns.div_euclid(1_000_000).min(1 << 30) as i32
            }
        }
    };
    let list = poll(timeout);
    SLEEPS_UNTIL.store(0, Ordering::SeqCst);
    list
}

/// Waits less than epoll's unit, still open to events.
fn sleep_short(ns: i64) -> GList {
    let list = poll(0);
    if list.is_empty() && !crate::signal::pending() {
        time::sleep(ns.min(200_000));
    }
    SLEEPS_UNTIL.store(0, Ordering::SeqCst);
    list
}

/// Looks for events, up to `timeout` milliseconds; the goroutines to make runnable.
pub fn poll(timeout: i32) -> GList {
    let mut list = GList::new();
    let epoll = EPOLL.load(Ordering::Acquire);
    if epoll < 0 {
        return list;
    }
    let mut events = [file::EpollEvent { events: 0, data: 0 }; 128];
    let n = file::epoll_wait(epoll, &mut events, timeout);
    if let Some(now) = (timeout == 0).then(sched::monitor::coarse_now) {
        state::LAST_POLL.store(now, Ordering::Relaxed);
    }
    for event in events.iter().take(n.max(0) as usize) {
        let (bits, data) = (event.events, event.data);
        if data == WAKE {
            // Only the sleeper takes the wake-up; others leave it for it.
            if timeout != 0 {
                let mut buffer = [0; 8];
                file::read(EVENT.load(Ordering::Acquire), &mut buffer);
                WOKEN.store(false, Ordering::SeqCst);
            }
            continue;
        }
        let descriptor = ((data & 0xffff_ffff_ffff) as usize) as *const Descriptor;
        let failed = file::EVENT_ERR | file::EVENT_HUP;
        let read = bits & (file::EVENT_IN | file::EVENT_RDHUP | failed) != 0;
        let write = bits & (file::EVENT_OUT | failed) != 0;
        // SAFETY: descriptors are never freed.
        let mut state = unsafe { (*descriptor).state.lock() };
        if state.sequence != (data >> 48) as u16 {
            continue;
        }
        state.error = bits == file::EVENT_ERR;
        for (side, edge) in [(0, read), (1, write)] {
            if edge {
                release(&mut state.sides[side], OK, true, &mut list);
            }
        }
    }
    crate::signal::deliver(&mut list);
    list
}

/// Wakes the side's waiter with a result, or notes that it is ready.
fn release(side: &mut Side, result: usize, ready: bool, list: &mut GList) {
    let g = core::mem::replace(&mut side.waiting, null_mut());
    if g.is_null() {
        side.ready |= ready;
        return;
    }
    WAITERS.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: a waiter on a side belongs to whoever takes it off.
    unsafe {
        (*g).context.results = [result, 0];
        (*g).result_pointers = 0;
        list.push_back(g);
    }
}

/// A deadline has passed.
pub fn deadline(descriptor: usize, write: bool) {
    let mut list = GList::new();
    {
        // SAFETY: descriptors are never freed.
        let mut state = unsafe { (*(descriptor as *const Descriptor)).state.lock() };
        let side = &mut state.sides[usize::from(write)];
        // Set anew meanwhile: not this one.
        if side.deadline > 0 && side.deadline <= time::nanotime() {
            side.deadline = -1;
            release(side, TIMEOUT, false, &mut list);
        }
    }
    ready_all(&mut list);
}

fn ready_all(list: &mut GList) {
    while let Some(g) = list.pop() {
        sched::ready(g);
    }
}

/// The result of looking at a side before waiting.
fn check(state: &State, side: usize) -> usize {
    if state.closing {
        CLOSING
    } else if state.sides[side].deadline < 0 {
        TIMEOUT
    } else if side == 0 && state.error {
        NOT_POLLABLE
    } else {
        OK
    }
}

fn side_of(mode: usize) -> usize {
    usize::from(mode == b'w' as usize)
}

runtime_calls! { "rt_enter":
    rt_poll_init => poll_init_body;
    rt_poll_open => poll_open_body;
    rt_poll_close => poll_close_body;
    rt_poll_reset => poll_reset_body;
    rt_poll_wait => poll_wait_body;
    rt_poll_set_deadline => poll_set_deadline_body;
    rt_poll_unblock => poll_unblock_body;
}

extern "C" fn poll_init_body() {
    init();
}

extern "C" fn poll_open_body(fd: usize) -> sched::syscall::Pair {
    init();
    let mut free = FREE.lock();
    let mut descriptor = *free as *mut Descriptor;
    // SAFETY: free descriptors are the list's; fresh memory is given its contents before use.
    unsafe {
        if descriptor.is_null() {
            descriptor = persistent_alloc(size_of::<Descriptor>(), 16) as *mut Descriptor;
            let state = State { fd: -1, closing: true, error: false, sequence: 0, sides: [IDLE; 2] };
            descriptor.write(Descriptor { state: Mutex::new(state), next_free: null_mut() });
        } else {
            *free = (*descriptor).next_free as usize;
        }
        drop(free);
        let sequence = {
            let mut state = (*descriptor).state.lock();
            let sequence = state.sequence.wrapping_add(1);
            *state = State { fd: fd as i32, closing: false, error: false, sequence, sides: [IDLE; 2] };
            sequence
        };
        let event = file::EpollEvent {
            events: file::EVENT_IN | file::EVENT_OUT | file::EVENT_RDHUP | file::EVENT_EDGE,
            data: descriptor as u64 | u64::from(sequence) << 48,
        };
        let result = file::epoll_add(EPOLL.load(Ordering::Acquire), fd as i32, event);
        if result < 0 {
            recycle(descriptor);
            return sched::syscall::Pair(0, -result as usize);
        }
        sched::syscall::Pair(descriptor as usize, 0)
    }
}

unsafe fn recycle(descriptor: *mut Descriptor) {
    let mut free = FREE.lock();
    // SAFETY: nobody uses it any more; stale events and deadlines find another sequence or no deadline.
    unsafe {
        {
            let mut state = (*descriptor).state.lock();
            state.closing = true;
            state.sequence = state.sequence.wrapping_add(1);
            state.sides = [IDLE; 2];
        }
        (*descriptor).next_free = *free as *mut Descriptor;
    }
    *free = descriptor as usize;
}

extern "C" fn poll_close_body(descriptor: *mut Descriptor) {
    for write in [false, true] {
        timer::stop(Target::Deadline(descriptor as usize, write));
    }
    // SAFETY: the caller's descriptor; it has been unblocked, so nobody waits.
    unsafe {
        let fd = (*descriptor).state.lock().fd;
        file::epoll_delete(EPOLL.load(Ordering::Acquire), fd);
        recycle(descriptor);
    }
}

extern "C" fn poll_reset_body(descriptor: *mut Descriptor, mode: usize) -> usize {
    // SAFETY: the caller's descriptor.
    let mut state = unsafe { (*descriptor).state.lock() };
    let result = check(&state, side_of(mode));
    if result == OK {
        state.sides[side_of(mode)].ready = false;
    }
    result
}

extern "C" fn poll_wait_body(descriptor: *mut Descriptor, mode: usize) -> usize {
    const REASON_IO: u32 = 14;
    let side = side_of(mode);
    // SAFETY: the caller's descriptor.
    let mut state = unsafe { (*descriptor).state.lock() };
    let result = check(&state, side);
    if result != OK {
        return result;
    }
    if core::mem::replace(&mut state.sides[side].ready, false) {
        return OK;
    }
    let mut held = Some(state);
    park_with(REASON_IO, |g| {
        if let Some(mut state) = held.take() {
            WAITERS.fetch_add(1, Ordering::SeqCst);
            state.sides[side].waiting = g;
        }
        true
    });
    OK
}

extern "C" fn poll_set_deadline_body(descriptor: *mut Descriptor, relative: i64, mode: usize) {
    let both = mode == (b'r' + b'w') as usize;
    let when = match relative {
        0 => 0,
        d if d < 0 => -1,
        d => time::nanotime().saturating_add(d),
    };
    let mut list = GList::new();
    for side in 0..2 {
        if !both && side != side_of(mode) {
            continue;
        }
        let target = Target::Deadline(descriptor as usize, side == 1);
        {
            // SAFETY: the caller's descriptor.
            let mut state = unsafe { (*descriptor).state.lock() };
            if state.closing {
                continue;
            }
            state.sides[side].deadline = when;
            if when < 0 {
                release(&mut state.sides[side], TIMEOUT, false, &mut list);
            }
        }
        if when > 0 {
            timer::start(target, when);
        } else {
            timer::stop(target);
        }
    }
    ready_all(&mut list);
}

extern "C" fn poll_unblock_body(descriptor: *mut Descriptor) {
    let mut list = GList::new();
    {
        // SAFETY: the caller's descriptor.
        let mut state = unsafe { (*descriptor).state.lock() };
        state.closing = true;
        for side in &mut state.sides {
            side.deadline = 0;
            release(side, CLOSING, false, &mut list);
        }
    }
    ready_all(&mut list);
}
