//! The scheduler's runtime calls.

use super::state::{self, ALL_GS, GOROUTINES, PROCS};
use super::{G, WorldStopped, create, current_g, current_m, current_p, park, start_world, stop_world, syscall};
use crate::runtime_calls;
use core::sync::atomic::Ordering;

runtime_calls! { "rt_enter":
    rt_newproc => newproc_call;
    rt_newproc_system => newproc_system_call;
    rt_goexit => goexit_call;
    rt_park => park_call;
    rt_coroswitch => switch_call;
    rt_ready => ready_call;
    rt_gosched => gosched_body;
    rt_syscall => syscall_call;
    rt_gomaxprocs => gomaxprocs_body;
    rt_stop_world => stop_world_body;
    rt_start_world => start_world_body;
}

use create::{goexit_body as goexit_call, newproc_body as newproc_call, newproc_system_body as newproc_system_call};
use park::{park_body as park_call, ready_body as ready_call, switch_body as switch_call};
use syscall::syscall_body as syscall_call;

/// A pinned goroutine stays: `sync.Pool` unlocks a mutex while pinned, and unlocking may hand over to a waiter.
extern "C" fn gosched_body() {
    // SAFETY: the M is this thread's.
    if unsafe { (*current_m()).locks.load(Ordering::Relaxed) } == 0 {
        park::yield_current()
    }
}

/// The Go half's stop, from `rt_stop_world` to `rt_start_world`. Only the goroutine that stopped the world uses it.
static STOPPED: crate::sync::Mutex<Option<WorldStopped>> = crate::sync::Mutex::new(None);

extern "C" fn stop_world_body() {
    let stopped = stop_world();
    // The goroutine goes on alone: it must not be asked to give way to itself.
    let m = current_m();
    // SAFETY: the M is this thread's.
    unsafe { (*m).locks.fetch_add(1, Ordering::Relaxed) };
    *STOPPED.lock() = Some(stopped);
}

extern "C" fn start_world_body() {
    let stopped = STOPPED.lock().take();
    let m = current_m();
    // SAFETY: the M is this thread's.
    unsafe { (*m).locks.fetch_sub(1, Ordering::Relaxed) };
    if let Some(stopped) = stopped {
        start_world(stopped);
    }
}

extern "C" fn gomaxprocs_body(n: isize) -> usize {
    let old = PROCS.load(Ordering::Acquire);
    if n <= 0 || n as usize == old {
        return old;
    }
    let new = (n as usize).min(state::MAX_PROCS);
    let stopped = stop_world();
    // SAFETY: the world is stopped: all Ps are this thread's.
    unsafe { set_procs(&stopped, old, new) };
    start_world(stopped);
    old
}

unsafe fn set_procs(_: &WorldStopped, old: usize, new: usize) {
    let m = current_m();
    // SAFETY: the world is stopped.
    unsafe {
        create::make_ps(new.max(old));
        PROCS.store(new, Ordering::Release);
        let mut list = super::GList::new();
        for slot in &state::ALL_PS[..new.max(old)] {
            let p = slot.load(Ordering::Acquire);
            if (*p).id < new {
                if (*p).status.load(Ordering::Relaxed) == super::p_status::DEAD {
                    (*p).status.store(super::p_status::STOPPED, Ordering::Relaxed);
                }
                continue;
            }
            while let Some((g, _)) = (*p).queue.pop() {
                list.push_back(g);
            }
            let owner = (*p).m;
            (*p).status.store(super::p_status::DEAD, Ordering::Relaxed);
            (*p).m = core::ptr::null_mut();
            if owner.is_null() {
                continue;
            }
            // An M that waits in `give_way`, or this one, must get a P that stays: one nobody has.
            let free = (0..new).map(|i| state::ALL_PS[i].load(Ordering::Acquire)).find(|&p| (*p).m.is_null());
            match free {
                Some(p) => {
                    (*owner).p = p;
                    (*p).m = owner;
                }
                None if owner == m => {
                    // All are taken by Ms that gave way: take the first, whose M waits on for one.
                    let p = state::ALL_PS[0].load(Ordering::Acquire);
                    let loser = (*p).m;
                    (*loser).p = core::ptr::null_mut();
                    (*m).p = p;
                    (*p).m = m;
                }
                None => (*owner).p = core::ptr::null_mut(),
            }
        }
        super::run::put_global_list(&mut list);
    }
}

/// `rt_procpin`: the P's number.
#[unsafe(no_mangle)]
extern "C" fn rt_procpin() -> usize {
    // SAFETY: the goroutine runs on this thread, which owns a P.
    unsafe {
        (*current_m()).locks.fetch_add(1, Ordering::Relaxed);
        (*current_p()).id
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_procunpin() {
    // SAFETY: as above.
    unsafe { (*current_m()).locks.fetch_sub(1, Ordering::Relaxed) };
}

#[unsafe(no_mangle)]
extern "C" fn rt_getg() -> *mut G {
    current_g()
}

#[unsafe(no_mangle)]
extern "C" fn rt_g_words() -> *mut G {
    current_g()
}

#[unsafe(no_mangle)]
extern "C" fn rt_goid() -> u64 {
    // SAFETY: the running G.
    unsafe { (*current_g()).id }
}

#[unsafe(no_mangle)]
extern "C" fn rt_numcpu() -> usize {
    crate::process::cpus()
}

#[unsafe(no_mangle)]
extern "C" fn rt_numgoroutine() -> usize {
    GOROUTINES.load(Ordering::Relaxed)
}

/// A mutex spins a few rounds when other Ps run and nothing waits for this one.
#[unsafe(no_mangle)]
extern "C" fn rt_can_spin(i: usize) -> usize {
    const ROUNDS: usize = 4;
    let procs = PROCS.load(Ordering::Relaxed);
    let idle = state::IDLE_PS.load(Ordering::Relaxed);
    let alone = procs <= idle + state::SPINNING.load(Ordering::Relaxed) + 1;
    // SAFETY: this thread's P.
    let busy = unsafe { !(*current_p()).queue.is_empty() };
    usize::from(i < ROUNDS && crate::process::cpus() > 1 && procs > 1 && !alone && !busy)
}

#[unsafe(no_mangle)]
extern "C" fn rt_do_spin() {
    for _ in 0..30 {
        core::hint::spin_loop();
    }
}

/// The G of that number, or null past the last.
pub fn g_at(index: usize) -> *mut G {
    ALL_GS.lock().get(index).copied().unwrap_or(core::ptr::null_mut())
}

/// What a prologue check or a poll comes to. `kind` 1: a poll, 2: a prologue check, 3: one of a frame of `need` bytes.
#[unsafe(no_mangle)]
extern "C" fn rt_check_body(kind: u32, need: usize) {
    let m = current_m();
    let g = current_g();
    // SAFETY: the G's whole context is saved; the M is this thread's.
    unsafe {
        if (*m).forking.load(Ordering::Relaxed) {
            return;
        }
        let sp = (*g).context.sp;
        let need = if kind == 3 { need } else { 0 };
        if kind != 1 && sp.saturating_sub(need) < (*g).stack.guard() {
            crate::stack::grow(g, need);
        }
        if (*g).shrinks.swap(false, Ordering::Relaxed) {
            crate::stack::shrink(g);
        }
        if (*m).locks.load(Ordering::Relaxed) == 0 {
            if (*(*m).p).preempt.swap(false, Ordering::SeqCst) {
                park::yield_current();
            }
            crate::stress::check(g);
        }
        super::run::set_guard(current_m(), g);
    }
}
