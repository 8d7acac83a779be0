//! Stopping the world: afterwards no Go code runs, and every goroutine's context is saved, so that stacks can be
//! scanned and moved.
//!
//! Every P is brought to STOPPED: idle ones and those in system calls are taken, running ones are asked through their
//! goroutines' guards and hand themselves over at the next safepoint: their M either gives its G away and sleeps in the
//! scheduler, or, in the middle of a runtime call, waits in [`give_way`].

use super::state::{self, SCHED, STOPPING, active_ps};
use super::{P, current_m, p_status};
use crate::sync::{Note, RawMutex};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// Proof that the world is stopped.
pub struct WorldStopped(());

/// Held by whoever stops the world.
static STOPPER: RawMutex = RawMutex::new();
/// Ps that have still to stop.
static TO_STOP: AtomicUsize = AtomicUsize::new(0);
static ALL_STOPPED: Note = Note::new();
/// Goes up with every start; Ms that gave way sleep on it.
static STARTS: AtomicU32 = AtomicU32::new(0);

/// Stops the world. The caller is a runtime call on its system stack that owns a P and holds no locks; other stoppers
/// may stop it here first, so it must hold no unrooted heap pointers.
pub fn stop_world() -> WorldStopped {
    while !STOPPER.try_lock() {
        if STOPPING.load(Ordering::SeqCst) {
            give_way();
        } else {
            crate::sys::thread::yield_now();
        }
    }
    let m = current_m();
    // SAFETY: the M is this thread's own; Ps are never freed.
    unsafe {
        let own = (*m).p;
        ALL_STOPPED.clear();
        let mut left = 0;
        {
            let mut sched = SCHED.lock();
            STOPPING.store(true, Ordering::SeqCst);
            (*own).status.store(p_status::STOPPED, Ordering::Release);
            while let Some(p) = sched.take_idle_p() {
                (*p).status.store(p_status::STOPPED, Ordering::Release);
            }
            for p in active_ps() {
                match (*p).status.load(Ordering::SeqCst) {
                    p_status::STOPPED => continue,
                    _ if take_from_syscall(p, p_status::STOPPED) => {}
                    _ => {
                        left += 1;
                        super::monitor::preempt(p);
                    }
                }
            }
            // Nobody else counts down before the lock is free: they look at STOPPING under it.
            TO_STOP.store(left, Ordering::SeqCst);
        }
        if left > 0 {
            while !ALL_STOPPED.wait_for(200_000) {
                // Ask again: a request can be lost where a G has just been switched to.
                for p in active_ps() {
                    if (*p).status.load(Ordering::SeqCst) == p_status::SYSCALL {
                        if take_from_syscall(p, p_status::STOPPED) {
                            one_stopped();
                        }
                    } else if (*p).status.load(Ordering::SeqCst) == p_status::RUNNING {
                        super::monitor::preempt(p);
                    }
                }
            }
        }
    }
    WorldStopped(())
}

/// Takes a P whose M is in a system call.
///
/// # Safety
/// The P exists; for IDLE the caller goes on to put it on the list.
pub unsafe fn take_from_syscall(p: *mut P, to: u32) -> bool {
    // SAFETY: Ps are never freed.
    let taken =
        unsafe { (*p).status.compare_exchange(p_status::SYSCALL, to, Ordering::SeqCst, Ordering::Relaxed).is_ok() };
    if taken {
        // SAFETY: the swap made it ours.
        unsafe {
            (*p).syscall_tick.fetch_add(1, Ordering::Relaxed);
            (*p).m = core::ptr::null_mut();
        }
    }
    taken
}

/// Counts a P that has become STOPPED.
pub fn one_stopped() {
    if TO_STOP.fetch_sub(1, Ordering::SeqCst) == 1 {
        ALL_STOPPED.wake();
    }
}

/// Hands this thread's P to a stopper and waits, with a G in a runtime call, until the world starts again. Returns with
/// a P. Nothing happens when nobody stops the world.
pub fn give_way() {
    let m = current_m();
    // SAFETY: the M and, until the status is stored, the P are this thread's.
    unsafe {
        let starts;
        {
            let _sched = SCHED.lock();
            if !STOPPING.load(Ordering::SeqCst) {
                return;
            }
            // Under the lock: a number from before it may be that of an earlier stop, whose start would end the wait.
            starts = STARTS.load(Ordering::SeqCst);
            (*(*m).p).status.store(p_status::STOPPED, Ordering::SeqCst);
        }
        one_stopped();
        while STARTS.load(Ordering::SeqCst) == starts {
            crate::sys::thread::futex_wait(&STARTS, starts, -1);
        }
        // The P keeps this M as its owner: the starter leaves it to us. Only a smaller GOMAXPROCS takes it away.
        if (*m).p.is_null() {
            let mut sched = SCHED.lock();
            match sched.take_idle_p() {
                Some(p) => super::run::own_p(m, p),
                None => {
                    sched.put_deprived_m(m);
                    drop(sched);
                    (*m).note.wait();
                    (*m).note.clear();
                }
            }
        }
    }
}

/// Lets the world go on; `GOMAXPROCS` may have changed meanwhile.
pub fn start_world(stopped: WorldStopped) {
    let WorldStopped(()) = stopped;
    let m = current_m();
    // SAFETY: with the world stopped all Ps are this thread's; afterwards only its own.
    unsafe {
        let mut with_work: *mut P = core::ptr::null_mut();
        let global;
        {
            let mut sched = SCHED.lock();
            STOPPING.store(false, Ordering::SeqCst);
            let procs = state::PROCS.load(Ordering::Acquire);
            for (i, slot) in state::ALL_PS.iter().enumerate() {
                let p = slot.load(Ordering::Acquire);
                if p.is_null() {
                    break;
                }
                if i >= procs {
                    continue;
                }
                (*p).preempt.store(false, Ordering::SeqCst);
                if (*p).status.load(Ordering::SeqCst) != p_status::STOPPED {
                    continue;
                }
                if !(*p).m.is_null() {
                    // Of this M or of one in `give_way`.
                    (*p).status.store(p_status::RUNNING, Ordering::SeqCst);
                    continue;
                }
                if (*p).queue.is_empty() {
                    sched.put_idle_p(p);
                } else {
                    // Not idle, so that the next stop waits for the M it is about to get.
                    (*p).status.store(p_status::RUNNING, Ordering::SeqCst);
                    (*p).next_idle = with_work;
                    with_work = p;
                }
            }
            global = sched.queue.len();
            STARTS.fetch_add(1, Ordering::SeqCst);
        }
        crate::sys::thread::futex_wake(&STARTS, i32::MAX as u32);
        debug_assert!(!(*m).p.is_null());
        STOPPER.unlock();
        while !with_work.is_null() {
            let p = with_work;
            with_work = (*p).next_idle;
            super::run::start_m(p, false);
        }
        super::run::start_busy_ps(global);
        // Searchers gave up for the stop, and the M that looked after timers and descriptors may have found no P.
        if super::run::any_work() || super::run::unwatched() {
            super::run::wake_one();
        }
    }
}
