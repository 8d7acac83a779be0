//! LockOSThread: a goroutine that only its thread may run, and a thread that runs only it.
//!
//! A locked G is queued like any other; the M that finds it hands its P over to the G's own M, which sleeps meanwhile.

use super::run::{check_dead, hand_off, own_p, stop_m};
use super::state::SCHED;
use super::{G, M, current_g, current_m};
use core::ptr::null_mut;

/// The locked G of this M does not run: gives the P away and waits for a P to run it with.
///
/// # Safety
/// The M is this thread's, its G locked and given away.
pub unsafe fn stop_locked(m: *mut M) {
    // SAFETY: as above.
    unsafe {
        let p = (*m).p;
        if !p.is_null() {
            (*m).p = null_mut();
            (*p).m = null_mut();
            hand_off(p);
        }
        {
            let mut sched = SCHED.lock();
            sched.idle_locked += 1;
            check_dead(&sched);
        }
        (*m).note.wait();
        (*m).note.clear();
        let p = (*m).next_p;
        (*m).next_p = null_mut();
        own_p(m, p);
    }
}

/// Gives this M's P to the M of the locked, runnable `g`, and sleeps until it has another.
///
/// # Safety
/// The M is this thread's and owns a P, the G is the caller's.
pub unsafe fn start_locked(m: *mut M, g: *mut G) {
    // SAFETY: the other M sleeps, or is about to sleep, in `stop_locked`.
    unsafe {
        let other = (*g).locked_m;
        let p = (*m).p;
        (*m).p = null_mut();
        (*p).m = other;
        (*other).next_p = p;
        SCHED.lock().idle_locked -= 1;
        (*other).note.wake();
        stop_m(m);
    }
}

/// Ends the tie of the running G and this M.
///
/// # Safety
/// The M is this thread's.
pub unsafe fn forget(m: *mut M) {
    // SAFETY: as above.
    unsafe {
        let g = (*m).current;
        (*g).locked_m = null_mut();
        (*g).lock_count = 0;
        (*m).locked_g = null_mut();
    }
}

/// `rt_lock_os_thread`: nests.
#[unsafe(no_mangle)]
pub extern "C" fn rt_lock_os_thread() {
    let (m, g) = (current_m(), current_g());
    // SAFETY: the G runs on this thread.
    unsafe {
        (*g).lock_count += 1;
        (*g).locked_m = m;
        (*m).locked_g = g;
    }
}

/// `rt_unlock_os_thread`.
#[unsafe(no_mangle)]
pub extern "C" fn rt_unlock_os_thread() {
    let m = current_m();
    // SAFETY: the G runs on this thread.
    unsafe {
        let g = (*m).current;
        (*g).lock_count = (*g).lock_count.saturating_sub(1);
        if (*g).lock_count == 0 {
            forget(m);
        }
    }
}
