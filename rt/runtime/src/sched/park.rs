//! Parking goroutines and making them ready.

use super::run::{attach, detach, put_global_list, schedule, wake_one};
use super::{G, GList, current_g, current_m, parking, status};
use core::sync::atomic::Ordering;

/// Parks the goroutine of this runtime call. `commit` publishes it to whoever is to wake it and returns true, or returns
/// false if it is not to sleep after all. Returns only in the latter case: a parked goroutine continues behind its
/// runtime call, with the results `ready_with` gave it.
///
/// Once published, the goroutine may run on another thread before `commit` has returned.
pub fn park_with(reason: u32, commit: impl FnOnce(*mut G) -> bool) {
    let m = current_m();
    // SAFETY: a runtime call: the M is this thread's and its G's context is saved.
    unsafe {
        let g = detach(m);
        (*g).wait_reason.store(reason, Ordering::Relaxed);
        (*g).wait_since.store(super::monitor::coarse_now(), Ordering::Relaxed);
        (*g).context.results = [0; 2];
        (*g).result_pointers = 0;
        (*g).status.store(status::WAITING, Ordering::Release);
        if commit(g) {
            schedule();
        }
        attach(m, g);
    }
}

/// Makes a waiting goroutine runnable. The caller owns it.
pub fn ready(g: *mut G) {
    make_runnable(g, true);
}

/// As [`ready`]; its runtime call returns `results`, of which those with a bit in `pointers` are kept alive.
pub fn ready_with(g: *mut G, results: [usize; 2], pointers: u8) {
    // SAFETY: the caller owns the waiting G.
    unsafe {
        (*g).context.results = results;
        (*g).result_pointers = pointers;
    }
    make_runnable(g, true);
}

/// Queues a G: on this thread's P, as the next to run if asked, or globally when the thread has none.
pub fn make_runnable(g: *mut G, next: bool) {
    let mut overflow = GList::new();
    // SAFETY: the caller owns the G; the P is this thread's.
    unsafe {
        (*g).status.store(status::RUNNABLE, Ordering::Release);
        let p = super::current_p();
        if p.is_null() {
            overflow.push_back(g);
        } else {
            (*p).queue.push(g, next, &mut overflow);
        }
    }
    put_global_list(&mut overflow);
    wake_one();
}

/// `rt_park`: sleeps until `rt_ready` of this G, unless that has been called already.
pub extern "C" fn park_body(reason: usize) {
    // SAFETY: the G of this runtime call.
    let state = unsafe { &(*current_g()).parking };
    if take_token(state) {
        return;
    }
    park_with(reason as u32, |_| {
        if state.compare_exchange(parking::NONE, parking::PARKED, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            return true;
        }
        state.store(parking::NONE, Ordering::Relaxed);
        false
    });
}

fn take_token(state: &core::sync::atomic::AtomicU32) -> bool {
    state.compare_exchange(parking::TOKEN, parking::NONE, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

/// `rt_ready`.
pub extern "C" fn ready_body(g: *mut G) {
    // SAFETY: Gs are never freed.
    let state = unsafe { &(*g).parking };
    loop {
        match state.load(Ordering::Acquire) {
            parking::PARKED => {
                if state.compare_exchange(parking::PARKED, parking::NONE, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    return ready(g);
                }
            }
            parking::TOKEN => return,
            _ => {
                if state.compare_exchange(parking::NONE, parking::TOKEN, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    return;
                }
            }
        }
    }
}

/// `rt_coroswitch`: readies `other` and parks. Where `other` is parked already, this thread goes over to it at once: it
/// inherits the time slice, and nobody else has to be woken.
pub extern "C" fn switch_body(other: *mut G, reason: usize) {
    let m = current_m();
    // SAFETY: a runtime call: the M is this thread's; Gs are never freed, and the one whose PARKED we take is ours.
    unsafe {
        let theirs = &(*other).parking;
        if !(*m).locked_g.is_null()
            || !(*other).locked_m.is_null()
            || theirs.compare_exchange(parking::PARKED, parking::NONE, Ordering::AcqRel, Ordering::Relaxed).is_err()
        {
            ready_body(other);
            return park_body(reason);
        }
        (*other).status.store(status::RUNNABLE, Ordering::Release);
        (*m).handed = other;
    }
    park_body(reason);
    // Not to sleep after all.
    // SAFETY: this M, on which the goroutine went on.
    let other = unsafe { core::mem::replace(&mut (*m).handed, core::ptr::null_mut()) };
    make_runnable(other, true);
}

/// Puts the running goroutine at the end of the global queue and runs others.
pub fn yield_current() -> ! {
    let m = current_m();
    let mut list = GList::new();
    // SAFETY: a runtime call: its G's context is saved.
    unsafe {
        let g = detach(m);
        (*g).status.store(status::RUNNABLE, Ordering::Release);
        list.push_back(g);
    }
    put_global_list(&mut list);
    schedule()
}
