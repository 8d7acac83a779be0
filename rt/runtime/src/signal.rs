//! Signals as the program sees them: the handler notes an enabled signal and wakes the poller, and the goroutine in
//! `rt_signal_next` is given it. Signals the program has not asked for do what gc's runtime does.

use crate::runtime_calls;
use crate::sched::{self, G, GList, park_with};
use crate::sync::Mutex;
use crate::sys::signal::{self as sys, Action, Context, Info};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU64, Ordering};

/// Bit sets over signal numbers (1 to 64).
static WANTED: AtomicU64 = AtomicU64::new(0);
static IGNORED: AtomicU64 = AtomicU64::new(0);
static PENDING: AtomicU64 = AtomicU64::new(0);
/// The mask threads start with.
static MASK: AtomicU64 = AtomicU64::new(0);

/// The goroutine in `rt_signal_next`, while it waits.
static WAITING: Mutex<*mut G> = Mutex::new(null_mut());

fn bit(signal: usize) -> u64 {
    if (1..=64).contains(&signal) { 1 << (signal - 1) } else { 0 }
}

/// Signals a Go program dies of with a traceback when it does not handle them.
fn throws(signal: i32) -> bool {
    matches!(signal, sys::SIGQUIT | sys::SIGILL | sys::SIGTRAP | sys::SIGABRT | 7 | 31)
}

/// Signals the runtime always handles: faults become panics, SIGPIPE is the writer's error.
const FAULTS: [i32; 3] = [sys::SIGSEGV, sys::SIGBUS, sys::SIGFPE];

pub fn initial_mask() -> u64 {
    MASK.load(Ordering::Relaxed)
}

/// Any signal asked for, and somebody to take it.
pub fn any_wanted() -> bool {
    WANTED.load(Ordering::SeqCst) != 0
}

pub fn pending() -> bool {
    PENDING.load(Ordering::SeqCst) != 0
}

/// Handlers of the runtime's own. Called once at start.
pub fn init() {
    let mut mask = sys::current_mask();
    for signal in FAULTS {
        sys::set_action(signal, Action::Handle(crate::fault::handler));
        mask &= !bit(signal as usize);
    }
    MASK.store(mask, Ordering::Relaxed);
    sys::set_action(sys::SIGPROF, Action::Handle(crate::cpu_profile::handler));
    for signal in [sys::SIGQUIT, sys::SIGILL, sys::SIGTRAP, sys::SIGABRT, sys::SIGPIPE, 31] {
        if !sys::is_ignored(signal) {
            sys::set_action(signal, Action::Handle(handler));
        }
    }
}

/// Not blocked, on the signal stack, possibly in the middle of anything.
extern "C" fn handler(signal: i32, _info: *const Info, context: *mut Context) {
    let b = bit(signal as usize);
    if WANTED.load(Ordering::SeqCst) & b != 0 {
        PENDING.fetch_or(b, Ordering::SeqCst);
        crate::poll::wake();
        return;
    }
    if signal == sys::SIGPIPE {
        // A broken pipe on standard output or error ends the process where it is written, in package os.
        return;
    }
    if throws(signal) {
        // SAFETY: the kernel's context.
        unsafe { crate::fault::die_of_signal(signal, &*context) }
    }
    // Disabled between arrival and handling: do what would have been done.
    sys::set_action(signal, Action::Default);
    sys::unblock(signal);
    sys::raise(signal);
}

/// Gives pending signals to the waiting goroutine.
pub fn deliver(list: &mut GList) {
    if PENDING.load(Ordering::SeqCst) == 0 {
        return;
    }
    let mut waiting = WAITING.lock();
    if waiting.is_null() {
        return;
    }
    if let Some(signal) = take() {
        let g = core::mem::replace(&mut *waiting, null_mut());
        // SAFETY: the waiter belongs to whoever takes it off.
        unsafe {
            (*g).context.results = [signal, 0];
            (*g).result_pointers = 0;
            list.push_back(g);
        }
    }
}

fn take() -> Option<usize> {
    let mut bits = PENDING.load(Ordering::SeqCst);
    while bits != 0 {
        let lowest = bits & bits.wrapping_neg();
        if PENDING.fetch_and(!lowest, Ordering::SeqCst) & lowest != 0 {
            return Some(lowest.trailing_zeros() as usize + 1);
        }
        bits &= !lowest;
    }
    None
}

runtime_calls! { "rt_enter":
    rt_signal_enable => enable_body;
    rt_signal_disable => disable_body;
    rt_signal_ignore => ignore_body;
    rt_signal_next => next_body;
}

/// Signals nobody can catch, and those whose handlers stay.
fn fixed(signal: usize) -> bool {
    bit(signal) == 0 || [sys::SIGKILL, sys::SIGSTOP, sys::SIGPROF].contains(&(signal as i32))
}

extern "C" fn enable_body(signal: usize) {
    if fixed(signal) {
        return;
    }
    crate::poll::prepare();
    WANTED.fetch_or(bit(signal), Ordering::SeqCst);
    IGNORED.fetch_and(!bit(signal), Ordering::SeqCst);
    if !FAULTS.contains(&(signal as i32)) {
        sys::set_action(signal as i32, Action::Handle(handler));
    }
    // The poller may have nobody in it.
    sched::run::wake_one();
}

extern "C" fn disable_body(signal: usize) {
    if fixed(signal) {
        return;
    }
    let was = WANTED.fetch_and(!bit(signal), Ordering::SeqCst) & bit(signal) != 0;
    let signal = signal as i32;
    // SIGPIPE disabled once more: os is about to die of it.
    let kept = FAULTS.contains(&signal) || throws(signal) || signal == sys::SIGPIPE && was;
    if !kept {
        sys::set_action(signal, Action::Default);
    }
}

extern "C" fn ignore_body(signal: usize) {
    if fixed(signal) {
        return;
    }
    WANTED.fetch_and(!bit(signal), Ordering::SeqCst);
    IGNORED.fetch_or(bit(signal), Ordering::SeqCst);
    if !FAULTS.contains(&(signal as i32)) {
        sys::set_action(signal as i32, Action::Ignore);
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_signal_ignored(signal: usize) -> usize {
    usize::from(IGNORED.load(Ordering::SeqCst) & bit(signal) != 0 || bit(signal) != 0 && sys::is_ignored(signal as i32))
}

extern "C" fn next_body() -> usize {
    const REASON_SIGNAL: u32 = 21;
    sched::become_system();
    let mut waiting = Some(WAITING.lock());
    if let Some(signal) = take() {
        return signal;
    }
    park_with(REASON_SIGNAL, |g| {
        if let Some(mut waiting) = waiting.take() {
            *waiting = g;
        }
        // One that came since the look above has woken the poller in vain.
        if pending() {
            crate::poll::wake();
        }
        true
    });
    0
}
