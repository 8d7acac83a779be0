//! Blocking system calls: the M keeps its goroutine and leaves its P behind for whoever needs it.

use super::run::{attach, detach, own_p, schedule, stop_m};
use super::state::{SCHED, STOPPING};
use super::{M, current_g, current_m, p_status, status, stop};
use core::arch::asm;
use core::ptr::null_mut;
use core::sync::atomic::Ordering;

/// Two words in result registers.
#[repr(C)]
pub struct Pair(pub usize, pub usize);

/// `rt_syscall`: args are the number and six arguments.
pub extern "C" fn syscall_body(args: *const [usize; 7]) -> Pair {
    // SAFETY: the caller's array; read before anyone else can touch the goroutine's stack.
    unsafe {
        let [n, a, b, c, d, e, f] = *args;
        let m = current_m();
        enter(m);
        let (r1, r2): (usize, usize);
        asm!("syscall", inlateout("rax") n => r1, in("rdi") a, in("rsi") b, inlateout("rdx") c => r2, in("r10") d,
            in("r8") e, in("r9") f, lateout("rcx") _, lateout("r11") _, options(nostack));
        leave(m, [r1, r2]);
        Pair(r1, r2)
    }
}

/// The goroutine of this runtime call needs no P for a while.
///
/// # Safety
/// The M is this thread's, in a runtime call.
pub unsafe fn enter(m: *mut M) {
    // SAFETY: as above.
    unsafe {
        let p = (*m).p;
        (*p).syscall_tick.fetch_add(1, Ordering::Relaxed);
        (*m).syscall_p = p;
        (*m).p = null_mut();
        (*current_g()).status.store(status::SYSCALL, Ordering::Release);
        (*p).status.store(p_status::SYSCALL, Ordering::SeqCst);
        if STOPPING.load(Ordering::SeqCst) {
            let _sched = SCHED.lock();
            if STOPPING.load(Ordering::SeqCst) && stop::take_from_syscall(p, p_status::STOPPED) {
                stop::one_stopped();
            }
        }
    }
}

/// The goroutine needs a P again. Where there is none it is queued, and its runtime call ends with `results` when
/// it has been scheduled; then this does not return.
///
/// # Safety
/// The M is this thread's, after [`enter`].
pub unsafe fn leave(m: *mut M, results: [usize; 2]) {
    // SAFETY: as above; the compare-and-swap decides who owns the P.
    unsafe {
        let p = (*m).syscall_p;
        (*m).syscall_p = null_mut();
        let retaken =
            (*p).status.compare_exchange(p_status::SYSCALL, p_status::RUNNING, Ordering::SeqCst, Ordering::Relaxed);
        if retaken.is_ok() {
            (*m).p = p;
            (*p).m = m;
        } else {
            let mut sched = SCHED.lock();
            match sched.take_idle_p() {
                Some(p) => {
                    drop(sched);
                    own_p(m, p);
                }
                None => {
                    let g = detach(m);
                    (*g).context.results = results;
                    (*g).result_pointers = 0;
                    (*g).status.store(status::RUNNABLE, Ordering::Release);
                    // Under the same lock: a P that becomes idle later is looked after by whoever makes it so.
                    sched.put_global(g);
                    drop(sched);
                    if (*m).locked_g.is_null() {
                        stop_m(m);
                    }
                    // A locked M is given a P when somebody finds its G.
                    schedule();
                }
            }
        }
        attach(m, (*m).current);
    }
}
