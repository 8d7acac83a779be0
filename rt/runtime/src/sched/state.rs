//! The scheduler's global data.

use super::{G, GList, M, P, WorldStopped, p_status, status};
use crate::sync::Mutex;
use crate::vector::MapVec;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// What the lock protects.
pub struct Sched {
    /// Runnable Gs of no P.
    pub queue: GList,
    /// Dead Gs for reuse.
    pub free: GList,
    /// Ms without a P, asleep.
    pub idle_ms: *mut M,
    /// Ps without an M, whose queues are empty.
    pub idle_ps: *mut P,
    /// Ms that sleep in the middle of a runtime call because they lost their P to a smaller GOMAXPROCS. They come
    /// before everything else, since others may wait for their goroutines without ever leaving a P idle.
    pub deprived_ms: *mut M,
    /// Ms that exist, that sleep idle, and that wait for their locked G.
    pub ms: usize,
    pub idle_m_count: usize,
    pub idle_locked: isize,
    /// Ms that do the runtime's own work and are not counted for deadlocks (sysmon).
    pub system_ms: usize,
}

pub static SCHED: Mutex<Sched> = Mutex::new(Sched {
    queue: GList::new(),
    free: GList::new(),
    idle_ms: null_mut(),
    idle_ps: null_mut(),
    deprived_ms: null_mut(),
    ms: 0,
    idle_m_count: 0,
    idle_locked: 0,
    system_ms: 0,
});

/// Copies of lengths, for looks without the lock.
pub static QUEUE_LEN: AtomicUsize = AtomicUsize::new(0);
pub static IDLE_PS: AtomicUsize = AtomicUsize::new(0);
pub static DEPRIVED_MS: AtomicUsize = AtomicUsize::new(0);
/// Ms that look for work.
pub static SPINNING: AtomicUsize = AtomicUsize::new(0);
/// Somebody stops the world or has stopped it.
pub static STOPPING: AtomicBool = AtomicBool::new(false);
/// An M sleeps in the poller on behalf of all.
pub static POLLING: AtomicBool = AtomicBool::new(false);
/// Last time anybody looked at the poller.
pub static LAST_POLL: AtomicI64 = AtomicI64::new(0);
/// GOMAXPROCS.
pub static PROCS: AtomicUsize = AtomicUsize::new(0);
pub static NEXT_G: AtomicU64 = AtomicU64::new(1);
pub static NEXT_M: AtomicUsize = AtomicUsize::new(0);
/// Live goroutines that are not the runtime's own.
pub static GOROUTINES: AtomicUsize = AtomicUsize::new(0);
/// The process dies: no more scheduling decisions matter.
pub static DYING: AtomicBool = AtomicBool::new(false);
/// sysmon sleeps on this while it is 1.
pub static MONITOR_ASLEEP: AtomicU32 = AtomicU32::new(0);

pub const MAX_PROCS: usize = 1024;

/// Every P ever made, by number. Grows only, with the world stopped.
pub static ALL_PS: [core::sync::atomic::AtomicPtr<P>; MAX_PROCS] =
    [const { core::sync::atomic::AtomicPtr::new(null_mut()) }; MAX_PROCS];

/// Every G ever made.
pub static ALL_GS: Mutex<MapVec<*mut G>> = Mutex::new(MapVec::new());

/// Every M ever made, newest first.
pub static ALL_MS: core::sync::atomic::AtomicPtr<M> = core::sync::atomic::AtomicPtr::new(null_mut());

/// The Ps up to GOMAXPROCS.
pub fn active_ps() -> impl Iterator<Item = *mut P> {
    (0..PROCS.load(Ordering::Acquire)).map(|i| ALL_PS[i].load(Ordering::Acquire))
}

/// Every P that exists, also those beyond GOMAXPROCS.
pub fn for_each_p(_: &WorldStopped, mut f: impl FnMut(*mut P)) {
    for slot in &ALL_PS {
        let p = slot.load(Ordering::Acquire);
        if p.is_null() {
            return;
        }
        f(p);
    }
}

/// Every goroutine that is neither free nor dead.
pub fn for_each_g(_: &WorldStopped, mut f: impl FnMut(*mut G)) {
    let all = ALL_GS.lock();
    for &g in all.iter() {
        // SAFETY: Gs are never freed.
        let s = unsafe { (*g).status.load(Ordering::Acquire) };
        if s != status::IDLE && s != status::DEAD {
            f(g);
        }
    }
}

/// Makes the calling goroutine one of the runtime's own: it does not count for NumGoroutine nor against a deadlock.
pub fn become_system() {
    let g = super::current_g();
    // SAFETY: the flag is written by the G itself only, which is in a runtime call.
    unsafe {
        if !(*g).system {
            (*g).system = true;
            GOROUTINES.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Sched {
    /// Gives a P up: to an M that was deprived of its own, or else to the idle list, for which its queue is empty.
    pub fn put_idle_p(&mut self, p: *mut P) {
        // SAFETY: the caller owned the P and gives it up under the lock; a deprived M sleeps until it is woken.
        unsafe {
            let m = self.deprived_ms;
            if !m.is_null() {
                self.deprived_ms = (*m).next_idle;
                DEPRIVED_MS.fetch_sub(1, Ordering::SeqCst);
                (*p).m = m;
                (*p).status.store(p_status::RUNNING, Ordering::SeqCst);
                (*m).p = p;
                return (*m).note.wake();
            }
            debug_assert!((*p).queue.is_empty());
            (*p).m = null_mut();
            (*p).status.store(p_status::IDLE, Ordering::Release);
            (*p).next_idle = self.idle_ps;
        }
        self.idle_ps = p;
        IDLE_PS.fetch_add(1, Ordering::SeqCst);
    }

    pub fn take_idle_p(&mut self) -> Option<*mut P> {
        let p = self.idle_ps;
        if p.is_null() {
            return None;
        }
        // SAFETY: Ps on the idle list belong to the lock.
        unsafe { self.idle_ps = (*p).next_idle };
        IDLE_PS.fetch_sub(1, Ordering::SeqCst);
        super::monitor::wake();
        Some(p)
    }

    pub fn put_idle_m(&mut self, m: *mut M) {
        // SAFETY: the M is the caller's own, about to sleep.
        unsafe { (*m).next_idle = self.idle_ms };
        self.idle_ms = m;
        self.idle_m_count += 1;
    }

    pub fn put_deprived_m(&mut self, m: *mut M) {
        // SAFETY: the M is the caller's own, about to sleep.
        unsafe { (*m).next_idle = self.deprived_ms };
        self.deprived_ms = m;
        DEPRIVED_MS.fetch_add(1, Ordering::SeqCst);
    }

    pub fn take_idle_m(&mut self) -> Option<*mut M> {
        let m = self.idle_ms;
        if m.is_null() {
            return None;
        }
        // SAFETY: Ms on the idle list belong to the lock.
        unsafe { self.idle_ms = (*m).next_idle };
        self.idle_m_count -= 1;
        Some(m)
    }

    /// # Safety
    /// The G is runnable, on no list and the caller's.
    pub unsafe fn put_global(&mut self, g: *mut G) {
        // SAFETY: as above.
        unsafe { self.queue.push_back(g) };
        QUEUE_LEN.store(self.queue.len(), Ordering::SeqCst);
    }

    pub fn take_global(&mut self) -> Option<*mut G> {
        let g = self.queue.pop();
        QUEUE_LEN.store(self.queue.len(), Ordering::SeqCst);
        g
    }
}
