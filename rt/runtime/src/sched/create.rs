//! New goroutines, threads and processors.

use super::run::{detach, own_p, schedule};
use super::state::{self, ALL_GS, ALL_MS, GOROUTINES, NEXT_G, NEXT_M, SCHED};
use super::{G, M, P, SIGNAL_STACK, SYSTEM_STACK, current_g, current_m, current_p, p_status, status};
use crate::arch;
use crate::sys::{self, memory};
use crate::vector::persistent_alloc;
use core::ptr::null_mut;
use core::sync::atomic::Ordering;
use ingot_abi::tls::{Bubble, STACK_MIN};
use linux_raw_sys::general as c;

/// Dead Gs a P keeps before it gives half of them to the global list.
const FREE_KEPT: usize = 64;

/// Words of the Go half a goroutine has from its parent: profiler labels and the synctest bubble.
const INHERITED: [usize; 2] = [2, BUBBLE];
const BUBBLE: usize = 3;

/// A G that will call `entry` with the closure context, not yet runnable; `system`: one of the runtime's own.
pub fn new_g(entry: usize, closure: usize, system: bool) -> *mut G {
    // SAFETY: the G is fresh or dead, so this thread's alone.
    unsafe {
        let g = take_free();
        if (*g).stack.size() == 0 {
            (*g).stack = crate::stack::pool::allocate(STACK_MIN);
        }
        let sp = (*g).stack.hi - 8;
        (sp as *mut usize).write(arch::rt_go_end as *const () as usize);
        (*g).context.sp = sp;
        (*g).context.pc = entry;
        (*g).context.rbp = 0;
        (*g).context.closure = closure;
        (*g).context.full = 0;
        (*g).start = closure;
        (*g).start_pc = entry;
        (*g).result_pointers = 0;
        (*g).parking.store(super::parking::NONE, Ordering::Relaxed);
        (*g).wait_reason.store(0, Ordering::Relaxed);
        (*g).system = system;
        (*g).id = NEXT_G.fetch_add(1, Ordering::Relaxed);
        if !system {
            GOROUTINES.fetch_add(1, Ordering::Relaxed);
        }
        g
    }
}

/// A dead G to reuse or a fresh one.
///
/// # Safety
/// This thread owns its P, if it has one, and calls on its system stack.
unsafe fn take_free() -> *mut G {
    // SAFETY: the P's list is its owner's.
    unsafe {
        let p = current_p();
        if !p.is_null()
            && let Some(g) = (*p).free.pop()
        {
            return g;
        }
        if let Some(g) = SCHED.lock().free.pop() {
            return g;
        }
        let g = persistent_alloc(size_of::<G>(), 16) as *mut G;
        ALL_GS.lock().push(g);
        g
    }
}

/// `rt_newproc`. A nil function is fatal, as in gc, before the goroutine exists.
pub extern "C" fn newproc_body(closure: *const usize) {
    if closure.is_null() {
        crate::process::fatal(b"go of nil func value");
    }
    new_goroutine(closure, false);
}

/// `rt_newproc_system`.
pub extern "C" fn newproc_system_body(closure: *const usize) {
    new_goroutine(closure, true);
}

fn new_goroutine(closure: *const usize, system: bool) {
    // SAFETY: a closure's first word is its code; the parent is the G of this runtime call.
    unsafe {
        let g = new_g(*closure, closure as usize, system);
        let parent = current_g();
        (*g).parent = (*parent).id;
        (*g).go_pc = (*parent).context.pc;
        if !system {
            for i in INHERITED {
                (*g).words.pointers[i] = (*parent).words.pointers[i];
            }
            if let Some(bubble) = bubble(g) {
                bubble.total.fetch_add(1, Ordering::Relaxed);
                bubble.running.fetch_add(1, Ordering::SeqCst);
            }
        }
        super::park::make_runnable(g, true);
    }
}

/// The synctest bubble the goroutine is in.
///
/// # Safety
/// The G is the caller's, and nothing is collected while the result is used.
unsafe fn bubble<'a>(g: *mut G) -> Option<&'a Bubble> {
    // SAFETY: the word is nil or one of the Go half's bubbles, which it keeps alive.
    unsafe { ((*g).words.pointers[BUBBLE] as *const Bubble).as_ref() }
}

/// Takes an ending goroutine out of its bubble. The last one that runs wakes who waits for that.
fn leave_bubble(bubble: &Bubble) {
    bubble.total.fetch_sub(1, Ordering::Relaxed);
    if bubble.running.fetch_sub(1, Ordering::SeqCst) == 1
        && bubble.idling.compare_exchange(1, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    {
        super::park::ready_body(bubble.root.load(Ordering::Relaxed) as *mut G);
    }
}

/// `rt_goexit`: ends the running goroutine.
pub extern "C" fn goexit_body() -> ! {
    // SAFETY: a runtime call: the M is this thread's, and nobody else knows its G as alive any more.
    unsafe {
        let m = current_m();
        let p = (*m).p;
        super::lock::forget(m);
        if let Some(bubble) = bubble(current_g()) {
            leave_bubble(bubble);
        }
        let g = detach(m);
        if !(*g).system {
            GOROUTINES.fetch_sub(1, Ordering::Relaxed);
        }
        (*g).words.pointers.fill(0);
        (*g).words.scalars.fill(0);
        (*g).status.store(status::DEAD, Ordering::Release);
        if (*g).stack.size() != STACK_MIN || crate::stress::poison() {
            crate::stack::pool::free((*g).stack);
            (*g).stack = super::Stack::NONE;
        }
        (*p).free.push_back(g);
        if (*p).free.len() > FREE_KEPT {
            let mut sched = SCHED.lock();
            for _ in 0..FREE_KEPT / 2 {
                if let Some(g) = (*p).free.pop() {
                    sched.free.push_back(g);
                }
            }
        }
        schedule()
    }
}

/// Makes Ps up to `count`; those that are new are STOPPED.
///
/// # Safety
/// The world is stopped or has not started.
pub unsafe fn make_ps(count: usize) {
    for (id, slot) in state::ALL_PS.iter().enumerate().take(count) {
        if slot.load(Ordering::Acquire).is_null() {
            let p = persistent_alloc(size_of::<P>(), 64) as *mut P;
            // SAFETY: the memory is zeroed, which is valid for every field, and fresh.
            unsafe {
                (*p).id = id;
                (*p).status.store(p_status::STOPPED, Ordering::Relaxed);
            }
            slot.store(p, Ordering::Release);
        }
    }
    state::PROCS.store(count, Ordering::Release);
}

/// A zeroed M with its stacks, on the list of all.
///
/// # Safety
/// `system_stack` is the top of a stack that is the new M's alone.
unsafe fn allocate_m(system_stack: usize) -> *mut M {
    let m = persistent_alloc(size_of::<M>(), 64) as *mut M;
    // SAFETY: fresh memory; zero is valid for every field.
    unsafe {
        (*m).tls.this = m as usize;
        (*m).tls.m = m as usize;
        (*m).id = NEXT_M.fetch_add(1, Ordering::Relaxed);
        (*m).random = crate::process::random_seed() | 1;
        (*m).tls.system_stack = system_stack;
        let mut head = ALL_MS.load(Ordering::Acquire);
        loop {
            (*m).next_all = head;
            match ALL_MS.compare_exchange(head, m, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return m,
                Err(now) => head = now,
            }
        }
    }
}

/// The M of the process's first thread, whose system stack is the kernel's stack below `top`.
///
/// # Safety
/// Called once, by the process's first thread; the stack below `top` is used by nothing else.
pub unsafe fn first_m(top: usize) -> *mut M {
    // SAFETY: called once at start.
    unsafe {
        let m = allocate_m(top & !15);
        (*m).tid.store(sys::thread::tid() as u32, Ordering::Relaxed);
        sys::thread::set_thread_pointer(m as usize);
        SCHED.lock().ms += 1;
        m
    }
}

/// Starts a thread that runs the scheduler with `p`, or `start` without a P.
///
/// # Safety
/// `p` is the caller's to give away, or null.
pub unsafe fn new_m(p: *mut P, spinning: bool, start: Option<extern "C" fn() -> !>) {
    let stack = memory::must_allocate(SYSTEM_STACK);
    // SAFETY: the stack is fresh; its lowest page becomes a guard page.
    unsafe {
        memory::protect(stack, memory::PAGE);
        let m = allocate_m(stack as usize + SYSTEM_STACK);
        (*m).next_p = p;
        (*m).spinning = spinning;
        (*m).start = start;
        if !p.is_null() {
            (*p).m = m;
        }
        {
            let mut sched = SCHED.lock();
            sched.ms += 1;
            sched.system_ms += usize::from(start.is_some());
        }
        let flags = c::CLONE_VM
            | c::CLONE_FS
            | c::CLONE_FILES
            | c::CLONE_SIGHAND
            | c::CLONE_THREAD
            | c::CLONE_SYSVSEM
            | c::CLONE_SETTLS
            | c::CLONE_PARENT_SETTID;
        // No signal may arrive before the new thread has its signal stack.
        let mask = sys::signal::block_all();
        let tid = (*m).tid.as_ptr();
        let result = arch::rt_clone(
            flags as usize,
            stack as usize + SYSTEM_STACK,
            tid,
            core::ptr::null(),
            m as usize,
            m as usize,
        );
        sys::signal::restore(mask);
        if result < 0 {
            crate::print::fatal("runtime: failed to create new OS thread\nfatal error: newosproc\n");
        }
    }
}

/// Where a new thread begins.
#[unsafe(no_mangle)]
extern "C" fn rt_thread_main(m: *mut M) -> ! {
    // SAFETY: the M is this thread's.
    unsafe {
        init_thread();
        crate::cpu_profile::thread_started(m);
        if let Some(start) = (*m).start {
            start();
        }
        let p = (*m).next_p;
        (*m).next_p = null_mut();
        own_p(m, p);
        schedule()
    }
}

/// Signal stack and signal mask of this thread.
///
/// # Safety
/// The thread's M is set up.
pub unsafe fn init_thread() {
    let stack = memory::must_allocate(SIGNAL_STACK);
    // SAFETY: the stack is this thread's for ever.
    unsafe { sys::signal::set_stack(stack, SIGNAL_STACK) };
    sys::signal::restore(crate::signal::initial_mask());
}
