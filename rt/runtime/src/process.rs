//! The process: arguments, exit, death, system calls for Go code, forks, random numbers.

use crate::sched::{self, G, current_g, current_m, state};
use crate::sys::{self, c, file, signal, syscall3, thread};
use crate::{eprint, runtime_calls};
use core::ffi::CStr;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

static ARGC: AtomicUsize = AtomicUsize::new(0);
static ARGV: AtomicUsize = AtomicUsize::new(0);
static AUXV: AtomicUsize = AtomicUsize::new(0);
static CPUS: AtomicUsize = AtomicUsize::new(1);
static SEED: AtomicU64 = AtomicU64::new(0);

/// Notes what the kernel put on the first stack.
///
/// # Safety
/// `stack` is the stack pointer at the process's entry.
pub unsafe fn init(stack: *const usize) {
    // SAFETY: argc, argv, null, environment, null, auxiliary vector.
    unsafe {
        let argc = *stack;
        ARGC.store(argc, Ordering::Relaxed);
        ARGV.store(stack.add(1) as usize, Ordering::Relaxed);
        let mut at = stack.add(argc + 2);
        while *at != 0 {
            at = at.add(1);
        }
        AUXV.store(at.add(1) as usize, Ordering::Relaxed);
        if let Some(bytes) = auxiliary(25) {
            // AT_RANDOM: 16 bytes.
            let words = bytes as *const [u64; 2];
            SEED.store(words.read_unaligned()[0], Ordering::Relaxed);
        }
    }
    CPUS.store(thread::cpu_count(), Ordering::Relaxed);
}

/// A value of the auxiliary vector.
pub fn auxiliary(tag: usize) -> Option<usize> {
    let mut at = AUXV.load(Ordering::Relaxed) as *const [usize; 2];
    // SAFETY: pairs up to a 0 tag.
    unsafe {
        while (*at)[0] != 0 {
            if (*at)[0] == tag {
                return Some((*at)[1]);
            }
            at = at.add(1);
        }
    }
    None
}

/// A variable of the environment the process started with.
pub fn environment(name: &[u8]) -> Option<&'static CStr> {
    let mut at = (ARGV.load(Ordering::Relaxed) as *const *const i8).wrapping_add(ARGC.load(Ordering::Relaxed) + 1);
    // SAFETY: NUL-terminated strings up to a null; they live as long as the process.
    unsafe {
        while !(*at).is_null() {
            let text = CStr::from_ptr(*at);
            if let Some(rest) = text.to_bytes().strip_prefix(name)
                && rest.first() == Some(&b'=')
            {
                return Some(CStr::from_ptr((*at).add(name.len() + 1)));
            }
            at = at.add(1);
        }
    }
    None
}

pub fn cpus() -> usize {
    CPUS.load(Ordering::Relaxed)
}

/// A number to seed a generator with: different for each caller.
pub fn random_seed() -> u64 {
    let n = SEED.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    let mut x = n ^ n >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

#[unsafe(no_mangle)]
extern "C" fn rt_args() -> sched::syscall::Pair {
    sched::syscall::Pair(ARGC.load(Ordering::Relaxed), ARGV.load(Ordering::Relaxed))
}

#[unsafe(no_mangle)]
extern "C" fn rt_auxv() -> usize {
    AUXV.load(Ordering::Relaxed)
}

/// A pseudo-random word; the seed is the kernel's.
#[unsafe(no_mangle)]
extern "C" fn rt_rand() -> u64 {
    // SAFETY: the generator is this thread's, which the goroutine cannot leave within a leaf.
    unsafe { (*current_m()).random() }
}

#[unsafe(no_mangle)]
extern "C" fn rt_write(fd: i32, bytes: *const u8, len: usize) -> isize {
    // SAFETY: the caller's bytes.
    unsafe { syscall3(c::__NR_write as usize, fd as usize, bytes as usize, len) }
}

/// Ends the process.
pub fn exit(code: i32) -> ! {
    crate::stress::report();
    thread::exit_group(code)
}

runtime_calls! { "rt_enter":
    rt_exit => exit_body;
    rt_fatal => fatal_body;
    rt_before_fork => before_fork_body;
    rt_after_fork => after_fork_body;
    rt_set_max_stack => set_max_stack_body;
}

extern "C" fn exit_body(code: i32) -> ! {
    exit(code)
}

extern "C" fn fatal_body(text: *const u8, len: usize) -> ! {
    // SAFETY: the caller's bytes.
    fatal(unsafe { core::slice::from_raw_parts(text, len) })
}

/// Ends the process with a message and tracebacks, in a runtime call.
pub fn fatal(text: &[u8]) -> ! {
    state::DYING.store(true, Ordering::SeqCst);
    // SAFETY: the process dies, so nobody minds the stacks.
    unsafe {
        file::write_all(2, b"fatal error: ");
        file::write_all(2, text);
        file::write_all(2, b"\n\n");
        let g = current_g();
        crate::trace::print_goroutine(g);
        crate::trace::print_all(g);
    }
    exit(2)
}

extern "C" fn set_max_stack_body(bytes: usize) -> usize {
    crate::stack::set_maximum(bytes)
}

static DEAD: AtomicBool = AtomicBool::new(false);

/// No goroutine can ever run again. Called under the scheduler's lock.
pub fn die_of_deadlock() -> ! {
    if DEAD.swap(true, Ordering::SeqCst) {
        thread::exit_group(2);
    }
    state::DYING.store(true, Ordering::SeqCst);
    if state::GOROUTINES.load(Ordering::SeqCst) == 0 {
        eprint!("fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n");
    } else {
        eprint!("fatal error: all goroutines are asleep - deadlock!\n");
    }
    // SAFETY: nothing runs.
    unsafe { crate::trace::print_all(core::ptr::null_mut()) };
    exit(2)
}

/// The G's stack would grow beyond the limit.
///
/// # Safety
/// The G's context is saved, in a runtime call of this thread.
pub unsafe fn die_of_stack_overflow(g: *mut G) -> ! {
    state::DYING.store(true, Ordering::SeqCst);
    let limit = crate::stack::maximum();
    // SAFETY: the G does not go on.
    unsafe {
        let (sp, stack) = ((*g).context.sp, (*g).stack);
        eprint!("runtime: goroutine stack exceeds {limit}-byte limit\n");
        eprint!("runtime: sp={sp:#x} stack=[{:#x}, {:#x}]\n", stack.lo, stack.hi);
        eprint!("fatal error: stack overflow\n\n");
        crate::trace::print_goroutine(g);
    }
    exit(2)
}

/// Signal mask of the thread that forks. Forks exclude each other (syscall.ForkLock).
static FORK_MASK: AtomicU64 = AtomicU64::new(0);

extern "C" fn before_fork_body() {
    // SAFETY: the M is this thread's.
    unsafe {
        (*current_m()).locks.fetch_add(1, Ordering::Relaxed);
        (*current_m()).forking.store(true, Ordering::Relaxed);
    }
    FORK_MASK.store(signal::block_all(), Ordering::Relaxed);
}

extern "C" fn after_fork_body() {
    signal::restore(FORK_MASK.load(Ordering::Relaxed));
    // SAFETY: the M is this thread's.
    unsafe {
        (*current_m()).forking.store(false, Ordering::Relaxed);
        (*current_m()).locks.fetch_sub(1, Ordering::Relaxed);
    }
}

/// In the child, which may share the parent's memory: handlers off, then the parent's mask.
#[unsafe(no_mangle)]
extern "C" fn rt_after_fork_in_child() {
    for n in 1..sys::signal::COUNT as i32 {
        if n != signal::SIGKILL && n != signal::SIGSTOP && !signal::is_ignored(n) {
            signal::set_action(n, signal::Action::Default);
        }
    }
    signal::restore(FORK_MASK.load(Ordering::Relaxed));
}

/// `GOMAXPROCS` and the like: a positive decimal number.
pub fn parse_number(text: &CStr) -> Option<usize> {
    core::str::from_utf8(text.to_bytes()).ok()?.parse().ok().filter(|&n| n > 0)
}
