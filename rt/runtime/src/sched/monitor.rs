//! sysmon: a thread without a P that keeps the others honest.
//!
//! It takes Ps away from threads that stay in a system call, asks goroutines that run long to give way, and looks at
//! the poller when nobody else has for a while. It looks every 20 µs to 10 ms, and sleeps while every P is idle.

use super::state::{self, IDLE_PS, LAST_POLL, MONITOR_ASLEEP, POLLING, PROCS, QUEUE_LEN, SCHED, SPINNING, STOPPING};
use super::{P, p_status, stop};
use crate::sys::{thread, time};
use core::sync::atomic::{AtomicI64, Ordering};
use ingot_abi::tls::GUARD_POISON;

/// How long a goroutine may run before it is asked to give way.
const TIME_SLICE: i64 = 10_000_000;
/// How old the last look at the poller may get.
const POLL_AGE: i64 = 10_000_000;
const SHORTEST_SLEEP: i64 = 20_000;
const LONGEST_SLEEP: i64 = 10_000_000;
/// Rounds without anything to do before the sleep doubles.
const PATIENCE: u32 = 50;

static NOW: AtomicI64 = AtomicI64::new(0);

/// A time that may be some milliseconds old, or as old as the last idle phase.
pub fn coarse_now() -> i64 {
    NOW.load(Ordering::Relaxed)
}

/// Wakes the monitor: a P is no longer idle.
pub fn wake() {
    if MONITOR_ASLEEP.load(Ordering::SeqCst) == 1 {
        MONITOR_ASLEEP.store(0, Ordering::SeqCst);
        thread::futex_wake(&MONITOR_ASLEEP, 1);
    }
}

/// Asks the goroutine on `p` to give way at its next check.
///
/// # Safety
/// The P exists.
pub unsafe fn preempt(p: *mut P) {
    // SAFETY: Ps and Ms are never freed; a stale M at worst takes a needless slow path at one check.
    unsafe {
        (*p).preempt.store(true, Ordering::SeqCst);
        let m = (&raw const (*p).m).read_volatile();
        if !m.is_null() && !(&raw const (*m).current).read_volatile().is_null() {
            (*m).set_guard(GUARD_POISON);
        }
    }
}

pub extern "C" fn run() -> ! {
    let mut sleep = SHORTEST_SLEEP;
    let mut idle_rounds = 0;
    loop {
        time::sleep(sleep);
        let now = time::nanotime();
        NOW.store(now, Ordering::Relaxed);
        if STOPPING.load(Ordering::SeqCst) || IDLE_PS.load(Ordering::SeqCst) == PROCS.load(Ordering::Relaxed) {
            MONITOR_ASLEEP.store(1, Ordering::SeqCst);
            if IDLE_PS.load(Ordering::SeqCst) == PROCS.load(Ordering::Relaxed) {
                thread::futex_wait(&MONITOR_ASLEEP, 1, -1);
                sleep = SHORTEST_SLEEP;
                idle_rounds = 0;
            }
            MONITOR_ASLEEP.store(0, Ordering::SeqCst);
            continue;
        }
        poll_if_old(now);
        // SAFETY: this thread is the only one that uses the Ps' `seen` fields.
        let busy = unsafe { retake(now) };
        crate::timer::kick(now);
        if busy {
            idle_rounds = 0;
            sleep = SHORTEST_SLEEP;
        } else {
            idle_rounds += 1;
            if idle_rounds > PATIENCE {
                sleep = (sleep * 2).min(LONGEST_SLEEP);
            }
        }
    }
}

fn poll_if_old(now: i64) {
    let last = LAST_POLL.load(Ordering::Relaxed);
    if last + POLL_AGE < now && crate::poll::active() && !POLLING.load(Ordering::Relaxed) {
        LAST_POLL.store(now, Ordering::Relaxed);
        let mut list = crate::poll::poll(0);
        // SAFETY: the poller gave us the Gs.
        unsafe { super::run::inject(core::ptr::null_mut(), &mut list) };
    }
}

unsafe fn retake(now: i64) -> bool {
    let mut busy = false;
    for p in state::active_ps() {
        // SAFETY: Ps are never freed; the `seen` fields are this thread's.
        unsafe {
            match (*p).status.load(Ordering::SeqCst) {
                p_status::RUNNING => {
                    let tick = (*p).run_tick.load(Ordering::Relaxed);
                    if (*p).seen_run_tick != tick {
                        (*p).seen_run_tick = tick;
                        (*p).seen_run_when = now;
                    } else if now - (*p).seen_run_when > TIME_SLICE {
                        (*p).seen_run_when = now;
                        preempt(p);
                    }
                }
                p_status::SYSCALL => {
                    let tick = (*p).syscall_tick.load(Ordering::Relaxed);
                    if (*p).seen_syscall_tick != tick {
                        (*p).seen_syscall_tick = tick;
                        (*p).seen_syscall_when = now;
                        continue;
                    }
                    let others = SPINNING.load(Ordering::Relaxed) + IDLE_PS.load(Ordering::Relaxed) > 0;
                    let work = !(*p).queue.is_empty() || QUEUE_LEN.load(Ordering::Relaxed) > 0;
                    if !work && others && now - (*p).seen_syscall_when < TIME_SLICE {
                        continue;
                    }
                    // Counted as running until the P has found an owner, or the process would look dead.
                    SCHED.lock().idle_locked -= 1;
                    if stop::take_from_syscall(p, p_status::IDLE) {
                        busy = true;
                        super::run::hand_off(p);
                    }
                    SCHED.lock().idle_locked += 1;
                }
                _ => {}
            }
        }
    }
    busy
}
