//! The processor's profile: a timer of each thread's own processor time sends it SIGPROF, and the handler writes the
//! goroutine's stack into a ring that `runtime/pprof` reads from time to time.
//!
//! Where the signal can find a thread, and what the stack then is:
//! - in Go code: the frames from there on, the innermost by its call frame information;
//! - in a leaf or assembly on the goroutine's stack: out of it by call frame information, then as above;
//! - in a leaf or assembly on the system stack: the thread block has the goroutine's stack pointer;
//! - in a runtime call: the goroutine's saved context;
//! - in the scheduler, a collector's thread, or an entry or exit of those: none; `runtime._System` stands for it.
//!
//! The handler allocates nothing and waits for nobody but another handler. A record in the ring is: its words, the time,
//! the labels, the stack. Labels are roots until the record is taken.

use crate::sched::state::ALL_MS;
use crate::sched::{M, current_m};
use crate::stack::walk;
use crate::sync::Mutex;
use crate::sys::memory;
use crate::sys::signal::{Context, Info, REG_RIP, REG_RSP, SIGPROF};
use crate::sys::time::{ThreadTimer, nanotime};
use crate::trace::LABELS;
use crate::{runtime_calls, tables, unwind};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

runtime_calls! { "rt_enter":
    rt_cpu_profile_start => start_body;
    rt_cpu_profile_stop => stop_body;
    rt_cpu_profile_read => read_body;
    rt_cpu_profile_taken => taken_body;
}

/// Frames kept of a stack, as gc has it.
const FRAMES: usize = 64;
/// Words of a record before the stack.
const HEAD: usize = 3;
/// Words of the ring: some seconds of many threads, while pprof looks ten times a second.
const RING: usize = 1 << 17;
/// How often a handler tries to get hold of the ring before it gives the sample up.
const TRIES: usize = 10_000;

/// Nanoseconds between samples of a thread, 0 while there is no profile. Starting and stopping hold the lock.
static PERIOD: Mutex<i64> = Mutex::new(0);
/// Written by who starts and stops, under the lock; handlers on any thread read it, and what else they use is older than the
/// thread's timer.
static ON: AtomicBool = AtomicBool::new(false);
/// A code address that stands for the runtime's own work.
static SYSTEM: AtomicUsize = AtomicUsize::new(0);

/// The samples: written by one handler at a time, read by one goroutine at a time.
struct Ring {
    words: AtomicPtr<usize>,
    /// Held by the handler that writes.
    writing: AtomicBool,
    /// Words ever written and ever taken. Each is stored by its own side only, after the words it vouches for.
    written: AtomicUsize,
    taken: AtomicUsize,
    /// Samples for which there was no room, since the last that was told.
    lost: AtomicUsize,
}

static SAMPLES: Ring = Ring {
    words: AtomicPtr::new(core::ptr::null_mut()),
    writing: AtomicBool::new(false),
    written: AtomicUsize::new(0),
    taken: AtomicUsize::new(0),
    lost: AtomicUsize::new(0),
};

impl Ring {
    fn word(&self, at: usize) -> &AtomicUsize {
        // SAFETY: mapped before `ON` was first set, and never unmapped.
        unsafe { AtomicUsize::from_ptr(self.words.load(Ordering::Relaxed).add(at % RING)) }
    }

    /// Adds a record, if no other handler is at it for long and there is room.
    fn write(&self, labels: usize, stack: &[usize]) {
        let mut tries = 0;
        while self.writing.swap(true, Ordering::Acquire) {
            tries += 1;
            if tries == TRIES {
                self.lost.fetch_add(1, Ordering::Relaxed);
                return;
            }
            core::hint::spin_loop();
        }
        let at = self.written.load(Ordering::Relaxed);
        let words = HEAD + 1 + stack.len();
        if at + words - self.taken.load(Ordering::Acquire) > RING {
            self.lost.fetch_add(1, Ordering::Relaxed);
        } else {
            let head = [words, nanotime() as usize, labels, stack.len()];
            for (i, &word) in head.iter().chain(stack).enumerate() {
                self.word(at + i).store(word, Ordering::Relaxed);
            }
            self.written.store(at + words, Ordering::Release);
        }
        self.writing.store(false, Ordering::Release);
    }

    /// The oldest record: its words but the first. None is empty.
    fn read(&self, out: &mut [usize; HEAD + FRAMES]) -> usize {
        let at = self.taken.load(Ordering::Relaxed);
        if at == self.written.load(Ordering::Acquire) {
            return 0;
        }
        let words = self.word(at).load(Ordering::Relaxed);
        for (i, word) in out.iter_mut().take(words - 1).enumerate() {
            *word = self.word(at + 1 + i).load(Ordering::Relaxed);
        }
        words - 1
    }

    /// Drops the oldest record.
    fn take(&self) {
        let at = self.taken.load(Ordering::Relaxed);
        self.taken.store(at + self.word(at).load(Ordering::Relaxed), Ordering::Release);
    }
}

/// Calls `f` with the labels of the samples that nobody has taken. The world is stopped.
pub fn for_each_root(mut f: impl FnMut(usize)) {
    let (mut at, end) = (SAMPLES.taken.load(Ordering::Acquire), SAMPLES.written.load(Ordering::Acquire));
    while at != end {
        f(SAMPLES.word(at + 2).load(Ordering::Relaxed));
        at += SAMPLES.word(at).load(Ordering::Relaxed);
    }
}

/// Gives the thread a timer while there is a profile.
///
/// # Safety
/// An M of `ALL_MS`; the caller holds the lock of the period.
unsafe fn time(m: *mut M, period: i64) {
    // SAFETY: Ms are never freed, and the lock protects the timer.
    unsafe {
        let tid = (*m).tid.load(Ordering::Relaxed);
        if tid != 0 && (*m).profile_timer.is_none() {
            // Threads that start together are not all to be seen at the same steps of their work.
            let first = 1 + (crate::process::random_seed() >> 1) as i64 % period;
            (*m).profile_timer = ThreadTimer::start(tid, SIGPROF, first, period);
        }
    }
}

/// A new thread, which can be sent signals from here on.
pub fn thread_started(m: *mut M) {
    let period = PERIOD.lock();
    if *period != 0 {
        // SAFETY: the M is this thread's.
        unsafe { time(m, *period) };
    }
}

extern "C" fn start_body(hz: usize, system: usize) {
    let mut period = PERIOD.lock();
    if SAMPLES.words.load(Ordering::Relaxed).is_null() {
        SAMPLES.words.store(memory::must_allocate(RING * size_of::<usize>()) as *mut usize, Ordering::Relaxed);
    }
    SYSTEM.store(system, Ordering::Relaxed);
    *period = 1_000_000_000 / hz as i64;
    ON.store(true, Ordering::SeqCst);
    let mut m = ALL_MS.load(Ordering::Acquire);
    while !m.is_null() {
        // SAFETY: Ms are never freed.
        unsafe {
            time(m, *period);
            m = (*m).next_all;
        }
    }
}

extern "C" fn stop_body() {
    let mut period = PERIOD.lock();
    *period = 0;
    ON.store(false, Ordering::SeqCst);
    let mut m = ALL_MS.load(Ordering::Acquire);
    while !m.is_null() {
        // SAFETY: Ms are never freed, and the lock protects the timers.
        unsafe {
            if let Some(timer) = (*m).profile_timer.take() {
                timer.stop();
            }
            m = (*m).next_all;
        }
    }
}

/// `out` gets the oldest sample: time, labels, frames, stack; or, where samples were lost, time, 0, 0, how many.
extern "C" fn read_body(out: *mut [usize; HEAD + FRAMES]) -> usize {
    // SAFETY: the caller's memory, which does not move during the call.
    let out = unsafe { &mut *out };
    let lost = SAMPLES.lost.swap(0, Ordering::Relaxed);
    if lost != 0 {
        out[..HEAD + 1].copy_from_slice(&[nanotime() as usize, 0, 0, lost]);
        return HEAD + 1;
    }
    SAMPLES.read(out)
}

extern "C" fn taken_body() {
    SAMPLES.take();
}

/// Not blocked, on the signal stack, in the middle of anything. A signal that somebody else sends is ignored, as by gc.
pub extern "C" fn handler(_signal: i32, _info: *const Info, context: *mut Context) {
    if !ON.load(Ordering::Relaxed) {
        return;
    }
    let mut stack = [0; FRAMES];
    // SAFETY: the kernel's context, of this thread.
    let (depth, labels) = unsafe { sample(&*context, &mut stack) };
    if depth == 0 {
        stack[0] = SYSTEM.load(Ordering::Relaxed);
    }
    SAMPLES.write(labels, &stack[..depth.max(1)]);
}

/// Fills in the interrupted goroutine's stack as return addresses -> how many, and its labels.
///
/// # Safety
/// In a signal handler, with the context that it got.
unsafe fn sample(context: &Context, out: &mut [usize; FRAMES]) -> (usize, usize) {
    let m = current_m();
    // SAFETY: M and G are those that this thread runs, or ran into the signal with.
    unsafe {
        let g = (*m).current;
        if g.is_null() {
            return (0, 0);
        }
        let labels = (*g).words.pointers[LABELS];
        let (pc, sp) = (context.registers[REG_RIP], context.registers[REG_RSP]);
        let (lo, hi) = ((*g).stack.lo, (*g).stack.hi);
        let frames = if (*g).stack.contains(sp) {
            match go_frame(context, hi) {
                Some((pc, sp)) => walk::from(sp, pc, lo, hi),
                None => return (0, labels),
            }
        } else if (*m).tls.leaf_sp != 0 {
            let sp = (*m).tls.leaf_sp;
            walk::from(sp + size_of::<usize>(), *(sp as *const usize), lo, hi)
        } else {
            walk::frames(g)
        };
        let mut depth = 0;
        for frame in frames.filter(|frame| frame.special.is_none()) {
            // Whoever reads takes every address for one behind a call.
            let executing = frame.pc == pc && frame.site.is_none();
            out[depth] = frame.pc + usize::from(executing);
            depth += 1;
            if depth == FRAMES {
                break;
            }
        }
        (depth, labels)
    }
}

/// Where the innermost Go function is, for a signal on a goroutine's stack that ends at `hi`: the address, which is a
/// return address unless the function itself was interrupted, and the stack pointer.
///
/// # Safety
/// The context is that of this thread's signal, and its stack pointer lies on that stack.
unsafe fn go_frame(context: &Context, hi: usize) -> Option<(usize, usize)> {
    /// Leaves and assembly that one calls from the other.
    const DEEPEST: usize = 16;
    let mut at = unwind::Registers::of_signal(&context.registers);
    if tables::get().function(at.pc).is_some() {
        return Some((at.pc, at.sp));
    }
    for step in 0..DEEPEST {
        let lookup = at.pc - usize::from(step > 0);
        let end = unwind::frame_end_of(lookup, &at)?;
        if end <= at.sp || end > hi {
            return None;
        }
        // SAFETY: the frame lies on the stack, and so does what it saved.
        at = unsafe { unwind::caller_at(lookup, &at)? };
        // Leaves are called without a site.
        if tables::get().function(at.pc - 1).is_some() {
            return Some((at.pc, at.sp));
        }
    }
    None
}
