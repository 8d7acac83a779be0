//! The scheduler's loop: finding a G and running it.

use super::state::{self, DEPRIVED_MS, IDLE_PS, POLLING, PROCS, QUEUE_LEN, SCHED, SPINNING, STOPPING, active_ps};
use super::{G, GList, M, P, current_m, p_status, status};
use crate::{arch, stress};
use core::ptr::null_mut;
use core::sync::atomic::{Ordering, fence};
use ingot_abi::tls::GUARD_POISON;

/// The global queue is looked at first once in so many rounds, so that two Gs waking each other do not starve it.
const GLOBAL_FIRST: usize = 61;

/// Runs something else. The caller has given its G away or never had one; its stack is abandoned.
pub fn schedule() -> ! {
    // SAFETY: nothing on this system stack is needed any more.
    unsafe { arch::rt_on_system_top(schedule_loop) }
}

extern "C" fn schedule_loop() -> ! {
    let m = current_m();
    // SAFETY: the M is this thread's own; a G found belongs to it.
    unsafe {
        let handed = core::mem::replace(&mut (*m).handed, null_mut());
        if !handed.is_null() {
            execute(m, handed, true);
        }
        loop {
            if !(*m).locked_g.is_null() {
                super::lock::stop_locked(m);
                execute(m, (*m).locked_g, false);
            }
            let (g, inherit) = find_runnable(m);
            if (*m).spinning {
                stop_spinning(m);
                wake_one();
            }
            if !(*g).locked_m.is_null() {
                super::lock::start_locked(m, g);
                continue;
            }
            execute(m, g, inherit);
        }
    }
}

/// Makes `g` the M's G; it may continue.
///
/// # Safety
/// The M is this thread's and owns a P, the G is the caller's.
pub unsafe fn attach(m: *mut M, g: *mut G) {
    // SAFETY: as above.
    unsafe {
        (*m).current = g;
        (*m).tls.g = g as usize;
        (*g).m = m;
        (*g).status.store(status::RUNNING, Ordering::Release);
        set_guard(m, g);
    }
}

/// Takes the M's G off it; the caller decides what becomes of it.
///
/// # Safety
/// The M is this thread's and runs a G, in a runtime call.
pub unsafe fn detach(m: *mut M) -> *mut G {
    // SAFETY: as above.
    unsafe {
        if stress::verify() && (*m).locks.load(Ordering::Relaxed) != 0 {
            crate::print::fatal("fatal error: a pinned goroutine gives its processor away\n");
        }
        let g = (*m).current;
        (*g).m = null_mut();
        (*m).current = null_mut();
        (*m).tls.g = 0;
        g
    }
}

/// Sets the thread's guard for its G: the stack's, or the poison when the G is to give way or to shrink its stack.
///
/// # Safety
/// The M is this thread's and runs `g`.
pub unsafe fn set_guard(m: *mut M, g: *mut G) {
    // SAFETY: as above. A request to preempt that slips in between is repeated by whoever waits for it.
    unsafe {
        let poisoned = crate::stress::every_check()
            || (*g).shrinks.load(Ordering::Relaxed)
            || (!(*m).p.is_null() && (*(*m).p).preempt.load(Ordering::SeqCst));
        (*m).set_guard(if poisoned { GUARD_POISON } else { (*g).stack.guard() });
    }
}

/// # Safety
/// The M is this thread's and owns a P, on its system stack; the G is the caller's and may continue.
unsafe fn execute(m: *mut M, g: *mut G, inherit: bool) -> ! {
    // SAFETY: the caller owns the G and its M owns a P.
    unsafe {
        if !inherit {
            (*(*m).p).run_tick.fetch_add(1, Ordering::Relaxed);
            (*(*m).p).preempt.store(STOPPING.load(Ordering::SeqCst), Ordering::SeqCst);
        }
        attach(m, g);
        // Both are in registers from here to the goroutine's next safepoint.
        (*g).result_pointers = 0;
        (*g).start = 0;
        arch::rt_resume()
    }
}

/// Finds a G for an M that owns a P; sleeps while there is none. The M still owns a P afterwards.
///
/// # Safety
/// The M is this thread's, in the scheduler, and owns its P.
unsafe fn find_runnable(m: *mut M) -> (*mut G, bool) {
    // SAFETY: the M is this thread's own and owns its P.
    unsafe {
        loop {
            if STOPPING.load(Ordering::SeqCst) {
                give_up_for_stop(m);
                continue;
            }
            if DEPRIVED_MS.load(Ordering::SeqCst) != 0 && give_to_deprived(m) {
                continue;
            }
            let p = (*m).p;
            crate::timer::run_expired();
            (*m).rounds.fetch_add(1, Ordering::Relaxed);
            if (*m).rounds.load(Ordering::Relaxed).is_multiple_of(GLOBAL_FIRST)
                && let Some(g) = take_from_global(p)
            {
                return (g, false);
            }
            if let Some(found) = (*p).queue.pop() {
                return found;
            }
            if let Some(g) = take_from_global(p) {
                return (g, false);
            }
            if crate::poll::active() && !POLLING.load(Ordering::Relaxed) {
                let mut list = crate::poll::poll(0);
                if let Some(g) = list.pop() {
                    inject(p, &mut list);
                    (*g).status.store(status::RUNNABLE, Ordering::Release);
                    return (g, false);
                }
            }
            if start_spinning(m)
                && let Some(g) = steal(m, p)
            {
                return (g, false);
            }
            {
                let mut sched = SCHED.lock();
                if STOPPING.load(Ordering::SeqCst) {
                    continue;
                }
                if let Some(g) = sched.take_global() {
                    return (g, false);
                }
                (*m).p = null_mut();
                sched.put_idle_p(p);
            }
            if (*m).spinning {
                stop_spinning(m);
            }
            // Work that came between the searches and the release had no M to wake: look again.
            if any_work() && take_p(m) {
                // It has to find that work itself: those who search may have looked before it was there.
                (*m).spinning = true;
                SPINNING.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            if awaited() && !POLLING.swap(true, Ordering::SeqCst) {
                let mut list = crate::poll::sleep();
                POLLING.store(false, Ordering::SeqCst);
                if take_p(m) {
                    inject((*m).p, &mut list);
                    continue;
                }
                inject(null_mut(), &mut list);
            }
            stop_m(m);
        }
    }
}

/// Takes a P off the idle list for this M.
///
/// # Safety
/// The M is this thread's and owns no P.
unsafe fn take_p(m: *mut M) -> bool {
    let taken = SCHED.lock().take_idle_p();
    // SAFETY: the M is this thread's, the P came off the list.
    unsafe {
        taken.is_some_and(|p| {
            own_p(m, p);
            true
        })
    }
}

/// # Safety
/// The M has no P and the P no owner but the caller.
pub unsafe fn own_p(m: *mut M, p: *mut P) {
    // SAFETY: as above.
    unsafe {
        (*m).p = p;
        (*p).m = m;
        (*p).status.store(p_status::RUNNING, Ordering::SeqCst);
    }
}

/// Something is on a queue. Whoever has made a P idle, or stopped searching, looks after that; whoever queues looks
/// at the idle Ps and the searchers after that: one of them sees the other.
pub fn any_work() -> bool {
    fence(Ordering::SeqCst);
    // SAFETY: Ps are never freed, and their queues may be read by all.
    QUEUE_LEN.load(Ordering::SeqCst) > 0 || active_ps().any(|p| unsafe { !(*p).queue.is_empty() })
}

/// A timer or a descriptor is to wake somebody.
fn awaited() -> bool {
    crate::poll::active() || crate::timer::next().is_some()
}

/// As [`awaited`], and nobody sleeps for it.
pub fn unwatched() -> bool {
    awaited() && !POLLING.load(Ordering::SeqCst)
}

/// Hands this M's P to one that was deprived of its own and sleeps; false if somebody else was first.
///
/// # Safety
/// The M is this thread's, in the scheduler, and owns its P.
unsafe fn give_to_deprived(m: *mut M) -> bool {
    // SAFETY: the M and its P are this thread's own.
    unsafe {
        {
            let mut sched = SCHED.lock();
            if STOPPING.load(Ordering::SeqCst) || sched.deprived_ms.is_null() {
                return false;
            }
            sched.put_idle_p(core::mem::replace(&mut (*m).p, null_mut()));
        }
        if (*m).spinning {
            stop_spinning(m);
        }
        stop_m(m);
        true
    }
}

/// Takes a fair share of the global queue: one to run, the rest onto the P's queue.
///
/// # Safety
/// The P is this thread's.
unsafe fn take_from_global(p: *mut P) -> Option<*mut G> {
    if QUEUE_LEN.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let mut sched = SCHED.lock();
    let share = (sched.queue.len() / PROCS.load(Ordering::Relaxed).max(1) + 1).min(super::QUEUE / 2);
    let first = sched.take_global()?;
    // SAFETY: the P is the caller's; what comes off the queue is ours.
    unsafe {
        for _ in 1..share {
            let Some(g) = sched.take_global() else { break };
            let mut overflow = GList::new();
            (*p).queue.push(g, false, &mut overflow);
            while let Some(g) = overflow.pop() {
                sched.put_global(g);
            }
        }
    }
    Some(first)
}

/// Becomes a searcher unless there are enough of them.
///
/// # Safety
/// The M is this thread's.
unsafe fn start_spinning(m: *mut M) -> bool {
    // SAFETY: the M is this thread's own.
    unsafe {
        if (*m).spinning {
            return true;
        }
        let busy = PROCS.load(Ordering::Relaxed).saturating_sub(IDLE_PS.load(Ordering::Relaxed));
        if 2 * SPINNING.load(Ordering::Relaxed) >= busy {
            return false;
        }
        (*m).spinning = true;
        SPINNING.fetch_add(1, Ordering::SeqCst);
        true
    }
}

/// # Safety
/// The M is this thread's.
unsafe fn stop_spinning(m: *mut M) {
    // SAFETY: the M is this thread's own.
    unsafe { (*m).spinning = false };
    SPINNING.fetch_sub(1, Ordering::SeqCst);
}

/// Takes half of another P's queue.
///
/// # Safety
/// Both are this thread's.
unsafe fn steal(m: *mut M, p: *mut P) -> Option<*mut G> {
    const ROUNDS: usize = 4;
    let count = PROCS.load(Ordering::Acquire);
    // SAFETY: the M and its P are this thread's own; queues may be stolen from by all.
    unsafe {
        for round in 0..ROUNDS {
            let start = (*m).random() as usize;
            for i in 0..count {
                let victim = state::ALL_PS[start.wrapping_add(i) % count].load(Ordering::Acquire);
                if victim == p || (*victim).status.load(Ordering::Relaxed) == p_status::IDLE {
                    continue;
                }
                let mut list = GList::new();
                let next_too = round == ROUNDS - 1 && !about_to_run_next(victim);
                (*victim).queue.steal_into(&mut list, next_too);
                if let Some(g) = list.pop() {
                    let mut overflow = GList::new();
                    while let Some(g) = list.pop() {
                        (*p).queue.push(g, false, &mut overflow);
                    }
                    put_global_list(&mut overflow);
                    return Some(g);
                }
            }
        }
    }
    None
}

/// Whether the P's Gs give way to each other so quickly that what is next there will have run before it could be taken
/// to another thread. Two Gs that wake each other in turn belong on one thread: else each turn wakes a thread.
///
/// # Safety
/// The P is one of the scheduler's.
unsafe fn about_to_run_next(p: *mut P) -> bool {
    /// Less than what the kernel takes to wake a thread; its timers make some fifty microseconds of it.
    const PATIENCE: i64 = 3_000;
    // SAFETY: Ps and Ms are never freed; which M it is may change meanwhile, then the numbers differ.
    unsafe {
        let rounds = || {
            let m = (*p).m;
            if m.is_null() { None } else { Some((*m).rounds.load(Ordering::Relaxed)) }
        };
        if (*p).status.load(Ordering::Relaxed) != p_status::RUNNING || !(*p).queue.has_next() {
            return false;
        }
        let before = rounds();
        crate::sys::time::sleep(PATIENCE);
        before != rounds()
    }
}

/// Moves a list to the global queue.
pub fn put_global_list(list: &mut GList) {
    if list.is_empty() {
        return;
    }
    let mut sched = SCHED.lock();
    while let Some(g) = list.pop() {
        // SAFETY: the list gave it to us.
        unsafe { sched.put_global(g) };
    }
}

/// Makes the waiting Gs of a list runnable, on `p` or, without one, globally, and wakes Ms for them.
///
/// # Safety
/// The Gs of the list wait and are the caller's; `p` is this thread's, or null.
pub unsafe fn inject(p: *mut P, list: &mut GList) {
    let count = list.len();
    if count == 0 {
        return;
    }
    let mut overflow = GList::new();
    // SAFETY: the caller owns the list's Gs and the P.
    unsafe {
        while let Some(g) = list.pop() {
            (*g).status.store(status::RUNNABLE, Ordering::Release);
            if p.is_null() {
                overflow.push_back(g);
            } else {
                (*p).queue.push(g, false, &mut overflow);
            }
        }
    }
    put_global_list(&mut overflow);
    start_busy_ps(count);
}

/// Wakes an M to search if there is an idle P and nobody searches.
pub fn wake_one() {
    // After the caller's push: see `any_work`.
    fence(Ordering::SeqCst);
    while IDLE_PS.load(Ordering::SeqCst) != 0
        && SPINNING.compare_exchange(0, 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    {
        let p = SCHED.lock().take_idle_p();
        if let Some(p) = p {
            // SAFETY: the P came off the idle list.
            return unsafe { start_m(p, true) };
        }
        // Whoever looked meanwhile took this M for a searcher, so look again on its behalf.
        SPINNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Wakes Ms for up to `count` runnable Gs.
pub fn start_busy_ps(count: usize) {
    fence(Ordering::SeqCst);
    for _ in 0..count {
        if IDLE_PS.load(Ordering::SeqCst) == 0 {
            return;
        }
        let p = SCHED.lock().take_idle_p();
        let Some(p) = p else { return };
        // SAFETY: the P came off the idle list.
        unsafe { start_m(p, false) };
    }
}

/// Gives a P to an idle or new M.
///
/// # Safety
/// The caller owns the P; for a spinning M it has counted it.
pub unsafe fn start_m(p: *mut P, spinning: bool) {
    let idle = SCHED.lock().take_idle_m();
    // SAFETY: an idle M sleeps until its note is woken and reads `next_p` after.
    unsafe {
        // Nobody takes it for idle meanwhile.
        (*p).status.store(p_status::RUNNING, Ordering::SeqCst);
        match idle {
            Some(m) => {
                (*m).next_p = p;
                (*p).m = m;
                (*m).spinning = spinning;
                (*m).note.wake();
            }
            None => super::create::new_m(p, spinning, None),
        }
    }
}

/// Sleeps until another M gives this one a P.
///
/// # Safety
/// The M is this thread's and owns no P.
pub unsafe fn stop_m(m: *mut M) {
    // SAFETY: the M is this thread's own.
    unsafe {
        {
            let mut sched = SCHED.lock();
            sched.put_idle_m(m);
            check_dead(&sched);
        }
        (*m).note.wait();
        (*m).note.clear();
        (*m).p = (*m).next_p;
        (*m).next_p = null_mut();
    }
}

/// In the scheduler, while somebody stops the world: gives the P up and sleeps.
///
/// # Safety
/// The M is this thread's, in the scheduler, and owns its P.
unsafe fn give_up_for_stop(m: *mut M) {
    // SAFETY: the M and its P are this thread's own.
    unsafe {
        if (*m).spinning {
            stop_spinning(m);
        }
        {
            let _sched = SCHED.lock();
            if !STOPPING.load(Ordering::SeqCst) {
                return;
            }
            let p = (*m).p;
            (*m).p = null_mut();
            (*p).m = null_mut();
            (*p).status.store(p_status::STOPPED, Ordering::SeqCst);
        }
        super::stop::one_stopped();
        stop_m(m);
    }
}

/// Finds an M for a P whose M blocks.
///
/// # Safety
/// The caller owns the P, which no M has.
pub unsafe fn hand_off(p: *mut P) {
    // SAFETY: as above.
    unsafe {
        if !STOPPING.load(Ordering::SeqCst) {
            if !(*p).queue.is_empty() || QUEUE_LEN.load(Ordering::SeqCst) > 0 {
                return start_m(p, false);
            }
            if SPINNING.load(Ordering::SeqCst) == 0
                && IDLE_PS.load(Ordering::SeqCst) == 0
                && SPINNING.compare_exchange(0, 1, Ordering::SeqCst, Ordering::Relaxed).is_ok()
            {
                return start_m(p, true);
            }
        }
        {
            let mut sched = SCHED.lock();
            (*p).m = null_mut();
            if STOPPING.load(Ordering::SeqCst) {
                (*p).status.store(p_status::STOPPED, Ordering::SeqCst);
                drop(sched);
                return super::stop::one_stopped();
            }
            // The last P to become idle: somebody has to look after timers and descriptors.
            let last = IDLE_PS.load(Ordering::SeqCst) + 1 >= PROCS.load(Ordering::SeqCst);
            if sched.queue.is_empty() && (*p).queue.is_empty() && !(last && unwatched()) {
                sched.put_idle_p(p);
                return;
            }
        }
        start_m(p, false);
    }
}

/// Ends the process when nothing can ever run again.
pub fn check_dead(sched: &state::Sched) {
    let running = (sched.ms - sched.idle_m_count - sched.system_ms) as isize - sched.idle_locked;
    if running > 0 || state::DYING.load(Ordering::Relaxed) {
        return;
    }
    if awaited() || any_work() || STOPPING.load(Ordering::SeqCst) {
        return;
    }
    crate::process::die_of_deadlock();
}
