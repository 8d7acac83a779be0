//! The runtime functions written in Rust, as Go code calls them.
//!
//! All use the C convention of the target with scalar arguments: at most six integer parameters and two integer
//! results. A call site names the symbol. `System` and `Parking` symbols are assembly trampolines of the runtime
//! archive; no callee-saved register holds a collected pointer across them.
//!
//! A function that can fail as the language says (send on a closed channel, ...) returns a code and the Go side
//! raises the panic; the runtime itself never starts one, but for [`SIGPANIC`].

use crate::tls::{FLOAT_RESULT_REGISTERS, INT_RESULT_REGISTERS, RESULT_WORDS};

/// How a runtime function is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Runs on the goroutine's stack in a bounded frame; not a safepoint (`gc-leaf-function`).
    Leaf,
    /// Switches to g0's stack; a safepoint.
    System,
    /// As `System`, and may park the goroutine; never keeps a Rust frame across the park.
    Parking,
    /// A leaf that never returns, or a switch away for good.
    NoReturn,
}

/// A scalar as the call passes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    I64,
    F64,
    /// A pointer of the collected heap, a stack or a global.
    Ptr,
    /// Any other pointer.
    Raw,
}

/// One runtime function.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeFn {
    pub symbol: &'static str,
    pub kind: Kind,
    pub params: &'static [Scalar],
    pub results: &'static [Scalar],
}

use Kind::*;
use Scalar::*;

const fn f(symbol: &'static str, kind: Kind, params: &'static [Scalar], results: &'static [Scalar]) -> RuntimeFn {
    RuntimeFn { symbol, kind, params, results }
}

/// Every runtime function Go code may call. Sorted by symbol.
pub const FUNCTIONS: &[RuntimeFn] = &[
    // (object, closure taking nothing) -> cleanup id; the closure is run by the goroutine in rt_finalizer_next
    f("rt_add_cleanup", System, &[Ptr, Ptr], &[I64]),
    // after a fork, in the parent
    f("rt_after_fork", System, &[], &[]),
    // after a fork, in the child: signals to default
    f("rt_after_fork_in_child", Leaf, &[], &[]),
    // (size, type descriptor or null for pointer-free, flags: 1 = may stay unzeroed) -> object. The size is that of
    // the type or a multiple (an array of it). Size 0 gives the address of a global.
    f("rt_alloc", System, &[I64, Raw, I64], &[Ptr]),
    // -> (argc, argv); the environment follows argv's null, the auxiliary vector the environment's
    f("rt_args", Leaf, &[], &[I64, Raw]),
    // -> the auxiliary vector, pairs of words up to a 0 tag
    f("rt_auxv", Leaf, &[], &[Raw]),
    // before a fork: signals blocked, checks and polls inert until rt_after_fork
    f("rt_before_fork", System, &[], &[]),
    // a trap for debuggers
    f("rt_breakpoint", Leaf, &[], &[]),
    // (skip, out []uintptr, max) -> count: return addresses of this goroutine, innermost first; skip 0 starts at
    // the frame that calls this function
    f("rt_callers", System, &[I64, Ptr, I64], &[I64]),
    // (iteration) -> 1 if a mutex should spin
    f("rt_can_spin", Leaf, &[I64], &[I64]),
    // completed garbage collections
    f("rt_collections", Leaf, &[], &[I64]),
    // (G of rt_getg, wait reason): as rt_ready of that G and rt_park, but this thread goes over to it at once
    f("rt_coroswitch", Parking, &[Raw, I64], &[]),
    // (out [67]uintptr) -> words, 0 if there is no sample: the oldest's time, labels, frames, return addresses; or, where
    // samples were lost, time, 0, 0, how many
    f("rt_cpu_profile_read", System, &[Ptr], &[I64]),
    // (samples a second of each thread's time, code address that stands for the runtime)
    f("rt_cpu_profile_start", System, &[I64, Raw], &[]),
    f("rt_cpu_profile_stop", System, &[], &[]),
    // drops the oldest sample; only after rt_cpu_profile_read has given one with frames
    f("rt_cpu_profile_taken", System, &[], &[]),
    f("rt_do_spin", Leaf, &[], &[]),
    // (code)
    f("rt_exit", NoReturn, &[I64], &[]),
    // (message, n): prints "fatal error: " message and tracebacks, exits with 2
    f("rt_fatal", NoReturn, &[Ptr, I64], &[]),
    // waits for a finalizer or cleanup to run -> (closure, object or null for a cleanup); the caller becomes a
    // system goroutine
    f("rt_finalizer_next", Parking, &[], &[Ptr, Ptr]),
    // 1 if the goroutine in rt_finalizer_next waits there and nothing is left for it
    f("rt_finalizers_done", System, &[], &[I64]),
    // gives free pages back to the system after a collection
    f("rt_free_os_memory", Parking, &[], &[]),
    // (index, out []uintptr, max) -> count: return addresses of a goroutine that is not running
    f("rt_g_callers", System, &[I64, Ptr, I64], &[I64]),
    // (index, or negative for the running G, out [7]int64: id, status, wait reason, nanoseconds waiting, return address
    // of the go statement, id of the parent, the profiler's labels (with the world stopped)) -> 1, or 0 past the last;
    // status 0 idle, 1 runnable, 2 running, 3 in a system call, 4 waiting, 5 dead; reasons index WAIT_REASONS
    f("rt_g_info", Leaf, &[I64, Ptr], &[I64]),
    // -> the G's words for the Go half, see tls::GWords
    f("rt_g_words", Leaf, &[], &[Raw]),
    // a full collection; returns when it is swept
    f("rt_gc", Parking, &[], &[]),
    // waits for the end of the next collection (sync.Pool's cleanup, ...)
    f("rt_gc_wait_cycle", Parking, &[], &[]),
    // the running G, opaque
    f("rt_getg", Leaf, &[], &[Raw]),
    // ends the goroutine; deferred calls have been run
    f("rt_goexit", NoReturn, &[], &[]),
    f("rt_goid", Leaf, &[], &[I64]),
    // (n, or 0 to ask) -> old
    f("rt_gomaxprocs", Parking, &[I64], &[I64]),
    f("rt_gosched", Parking, &[], &[]),
    // 1 if the address lies in an object of the collected heap
    f("rt_is_heap_ptr", Leaf, &[Raw], &[I64]),
    f("rt_lock_os_thread", Leaf, &[], &[]),
    // main.main has returned: the stress switches let the program end
    f("rt_main_returned", Leaf, &[], &[]),
    // (bucket of the memory profile, out [MEM_PROFILE]uintptr) -> frames + 1, or 0 past the last: see MEM_PROFILE
    f("rt_mem_profile", System, &[I64, Ptr], &[I64]),
    // (out [MEM_STATS]uint64): see MEM_STATS
    f("rt_mem_stats", System, &[Ptr], &[]),
    // zeroes [p, p+n): pointer-free or fresh memory
    f("rt_memclr", Leaf, &[Ptr, I64], &[]),
    // zeroes [p, p+n) word-wise with the bulk barrier; n a multiple of 8
    f("rt_memclr_ptrs", Leaf, &[Ptr, I64], &[]),
    f("rt_memequal", Leaf, &[Ptr, Ptr, I64], &[I64]),
    // pointer-free bytes, regions may overlap: (dst, src, n)
    f("rt_memmove", Leaf, &[Ptr, Ptr, I64], &[]),
    // word-wise with the bulk barrier, regions may overlap: (dst, src, n); n a multiple of 8
    f("rt_memmove_ptrs", Leaf, &[Ptr, Ptr, I64], &[]),
    // monotonic nanoseconds
    f("rt_nanotime", System, &[], &[I64]),
    // starts a goroutine that calls the closure, which takes and returns nothing; fatal for nil
    f("rt_newproc", System, &[Ptr], &[]),
    // as rt_newproc, of the runtime's own: it counts neither for NumGoroutine nor against a deadlock
    f("rt_newproc_system", System, &[Ptr], &[]),
    f("rt_numcpu", Leaf, &[], &[I64]),
    f("rt_numgoroutine", Leaf, &[], &[I64]),
    // (wait reason): parks until rt_ready of this G; a rt_ready that came before is consumed at once
    f("rt_park", Parking, &[I64], &[]),
    // (pc, inline depth from 0, out FrameInfo) -> 1, or 0 past the outermost; pc a return address - 1 or any address
    f("rt_pc_info", Leaf, &[I64, I64, Raw], &[I64]),
    // (address, out, n) -> how many words its heap object has from there on, 0 outside of the heap; for the first n of them,
    // out gets 1 where the collector sees a pointer
    f("rt_pointer_words", System, &[Raw, Ptr, I64], &[I64]),
    // the network poller's descriptors
    f("rt_poll_close", System, &[Raw], &[]),
    f("rt_poll_init", System, &[], &[]),
    // (fd) -> (descriptor, errno)
    f("rt_poll_open", System, &[I64], &[Raw, I64]),
    // (descriptor, mode 'r' or 'w') -> 0 ok, 1 closing, 2 timeout, 3 not pollable
    f("rt_poll_reset", System, &[Raw, I64], &[I64]),
    // (descriptor, deadline in ns relative or < 0 past, 0 none; mode 'r', 'w' or 'r'+'w')
    f("rt_poll_set_deadline", System, &[Raw, I64, I64], &[]),
    f("rt_poll_unblock", System, &[Raw], &[]),
    // (descriptor, mode) -> as rt_poll_reset
    f("rt_poll_wait", Parking, &[Raw, I64], &[I64]),
    // stays on this P, not preempted, until rt_procunpin -> its number
    f("rt_procpin", Leaf, &[], &[I64]),
    f("rt_procunpin", Leaf, &[], &[]),
    f("rt_rand", Leaf, &[], &[I64]),
    // a system call that does not block, args [7]uintptr: number, a1..a6 -> (r1, r2); -4095..-1 is an errno
    f("rt_rawsyscall", Leaf, &[Ptr], &[I64, I64]),
    // (G of rt_getg)
    f("rt_ready", System, &[Raw], &[]),
    // resumes at the landing pad of the frame that holds the given stack address
    f("rt_recover_to", NoReturn, &[Ptr], &[]),
    // (code, closure context, CallBlock): calls with the registers of the block and stores the results
    f("rt_reflectcall", System, &[Raw, Ptr, Ptr], &[]),
    // (object, closure taking nothing or null to remove) -> 1, 0 if the object is not the start of a heap object, or 2
    // if it has one already
    f("rt_set_finalizer", System, &[Ptr, Ptr], &[I64]),
    // (percent, -1 off) -> old
    f("rt_set_gc_percent", System, &[I64], &[I64]),
    // (bytes) -> old
    f("rt_set_max_stack", System, &[I64], &[I64]),
    // (bytes, negative to ask) -> old
    f("rt_set_memory_limit", System, &[I64], &[I64]),
    // (bytes between samples of the memory profile, 0 for none)
    f("rt_set_profile_rate", System, &[I64], &[]),
    f("rt_signal_disable", System, &[I64], &[]),
    f("rt_signal_enable", System, &[I64], &[]),
    f("rt_signal_ignore", System, &[I64], &[]),
    f("rt_signal_ignored", Leaf, &[I64], &[I64]),
    // waits for an enabled signal -> number; the caller becomes a system goroutine
    f("rt_signal_next", Parking, &[], &[I64]),
    // (nanoseconds)
    f("rt_sleep", Parking, &[I64], &[]),
    // stack copies so far
    f("rt_stack_moves", Leaf, &[], &[I64]),
    f("rt_start_world", System, &[], &[]),
    // (cleanup id)
    f("rt_stop_cleanup", System, &[I64], &[]),
    // returns when no other goroutine runs; short, no allocation until rt_start_world
    f("rt_stop_world", Parking, &[], &[]),
    // a system call that may block, args [7]uintptr: number, a1..a6 -> (r1, r2); hands the P off meanwhile
    f("rt_syscall", Parking, &[Ptr], &[I64, I64]),
    // waits for a timer to fire -> the object given to rt_timer_start
    f("rt_timer_next", Parking, &[], &[Ptr]),
    // (object, when in rt_nanotime's time): arms or re-arms -> 1 if it was armed
    f("rt_timer_start", System, &[Ptr, I64], &[I64]),
    // (object) -> 1 if it was armed (also when fired but not yet taken by rt_timer_next)
    f("rt_timer_stop", System, &[Ptr], &[I64]),
    // prints this goroutine's stack to stderr as gc does; 1: also all others
    f("rt_traceback", System, &[I64], &[]),
    // (type, p): zeroes one value with the barrier
    f("rt_typed_memclr", Leaf, &[Raw, Ptr], &[]),
    // (type, dst, src): copies one value with the barrier
    f("rt_typed_memmove", Leaf, &[Raw, Ptr, Ptr], &[]),
    // (out uintptr: where the list is) -> how many: the int32 addresses of descriptors of unnamed types, sorted by the
    // types' strings
    f("rt_typelinks", Leaf, &[Raw], &[I64]),
    f("rt_unlock_os_thread", Leaf, &[], &[]),
    // wall clock -> (seconds, nanoseconds)
    f("rt_walltime", System, &[], &[I64, I64]),
    // (pointer) -> its handle (one word, the same for the same object while it lives)
    f("rt_weak_register", System, &[Ptr], &[Ptr]),
    // (handle) -> pointer or null
    f("rt_weak_strong", System, &[Ptr], &[Ptr]),
    // (fd, p, n) -> written or -errno
    f("rt_write", Leaf, &[I64, Ptr, I64], &[I64]),
    // the write barrier's slow path: (slot, new value); records what the slot holds in the P's buffer
    f("rt_write_barrier", Leaf, &[Ptr, Ptr], &[]),
];

// `find` looks by halves: a name out of place would be no runtime function to the compiler.
const _: () = {
    let mut at = 1;
    while at < FUNCTIONS.len() {
        assert!(before(FUNCTIONS[at - 1].symbol, FUNCTIONS[at].symbol), "FUNCTIONS are sorted by symbol");
        at += 1;
    }
};

/// `<` of strings, for constants.
const fn before(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at < b.len() && (at == a.len() || a[at] < b[at])
}

/// The function of that symbol.
pub fn find(symbol: &str) -> Option<&'static RuntimeFn> {
    FUNCTIONS.binary_search_by(|f| f.symbol.cmp(symbol)).ok().map(|i| &FUNCTIONS[i])
}

/// Which results of a function are pointers of the collected heap, result 0 being bit 0. `rt_alloc_slow` is the part of
/// `rt_alloc` that is a call of its own; other names that are not in the table have no such results.
pub const fn pointer_results(symbol: &str) -> u8 {
    let symbol = if same(symbol, "rt_alloc_slow") { "rt_alloc" } else { symbol };
    let mut at = 0;
    while at < FUNCTIONS.len() && !same(FUNCTIONS[at].symbol, symbol) {
        at += 1;
    }
    let results: &[Scalar] = if at < FUNCTIONS.len() { FUNCTIONS[at].results } else { &[] };
    let (mut pointers, mut i) = (0, 0);
    while i < results.len() {
        pointers |= (matches!(results[i], Ptr) as u8) << i;
        i += 1;
    }
    pointers
}

/// `==` of strings is not for constants yet.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// Called by a prologue check below the guard; saves every general register. The caller's stack objects are taken as
/// not yet initialised there, so nothing of them is scanned.
pub const MORESTACK: &str = "rt_morestack";
/// Called by a loop poll when SP is below the (poisoned) guard; as [`MORESTACK`], but the caller's stack objects are live.
pub const POLL: &str = "rt_poll";
/// As [`MORESTACK`], for a function whose frame is too large to be checked after set-up. Its argument, the bytes it
/// needs below SP, is in the first integer argument register (rdi), which it saves like every other register.
pub const MORESTACK_LARGE: &str = "rt_morestack_large";
/// A `u32`, not 0 while write barriers are on; read volatile at each use.
pub const WRITE_BARRIER_FLAG: &str = "rt_write_barrier_on";
/// Personality of functions with a recover block; names the convention, is never called.
pub const PERSONALITY: &str = "rt_personality";
/// The patched header that tells the runtime where the tables are: see [`crate::tables::Header`].
pub const TABLES_HEADER: &str = "rt_tables_header";
/// Go function every program defines: runs all package initialisers in order and then main.main. When it returns the
/// process exits with 0.
pub const GO_MAIN: &str = "runtime.main";
/// Go function every program defines, no arguments: a fault in Go code continues here as if the faulting instruction
/// had called it. 0 address: nil dereference; `tls::GWords::scalars[0]` holds the fault's address.
pub const SIGPANIC: &str = "runtime.sigpanic";

/// What `rt_pc_info` fills.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct FrameInfo {
    /// Function name and its length.
    pub func: *const u8,
    pub func_len: usize,
    pub file: *const u8,
    pub file_len: usize,
    pub line: usize,
    /// Entry address of the physical function, and its first line.
    pub entry: usize,
    pub start_line: usize,
    /// [`crate::tables::Function::flags`] for the outermost frame, 0 for an inlined one.
    pub flags: usize,
}

/// Integer and float argument registers of the convention on amd64.
pub const CALL_INTS: usize = 6;
pub const CALL_FLOATS: usize = 8;
/// Stack argument words `rt_reflectcall` passes at most.
pub const CALL_STACK: usize = 64;

/// The register image of `rt_reflectcall`. Lives in memory the caller keeps alive; while the call runs the collector
/// does not read it, so the caller keeps pointer arguments alive, and takes pointer results before its next safepoint.
/// Addresses of the caller's own stack may not be arguments: the stack can move before they are loaded.
#[repr(C)]
pub struct CallBlock {
    pub ints: [u64; CALL_INTS],
    pub floats: [u64; CALL_FLOATS],
    /// Unused: puts `stack` where [`StubFrame`] has it.
    pub gap: u64,
    pub stack: [u64; CALL_STACK],
    /// How many words of `stack` are passed.
    pub stack_count: u64,
    pub results: ResultBlock,
}

/// The results of a call, as the convention returns them.
#[repr(C)]
pub struct ResultBlock {
    /// How many result words of the thread block the callee fills.
    pub count: u64,
    /// rax, rdx, rcx.
    pub ints: [u64; INT_RESULT_REGISTERS],
    /// xmm0, xmm1.
    pub floats: [u64; FLOAT_RESULT_REGISTERS],
    /// Of the thread block.
    pub words: [u64; RESULT_WORDS],
}

/// The frame of `reflect.makeFuncStub`, the code of closures whose functions are made at run time. It calls
/// `closure.handler(closure, &frame.ints) -> *ResultBlock` and returns these results; the block may end after
/// `words[..count]`.
#[repr(C)]
pub struct StubFrame {
    pub closure: *const StubClosure,
    pub ints: [u64; CALL_INTS],
    pub floats: [u64; CALL_FLOATS],
    /// The return address. Words of stack arguments follow.
    pub pc: usize,
}

/// The head of such a closure.
#[repr(C)]
pub struct StubClosure {
    pub code: usize,
    pub handler: usize,
    /// Which words of the stub's frame hold pointers, as indices from its first; words of stack arguments as well.
    pub roots: *const u16,
    pub roots_len: usize,
}

const _: () = {
    let first = core::mem::offset_of!(StubFrame, ints);
    assert!(core::mem::offset_of!(CallBlock, floats) == core::mem::offset_of!(StubFrame, floats) - first);
    assert!(core::mem::offset_of!(CallBlock, stack) == size_of::<StubFrame>() - first);
};

/// Texts of wait reasons, as in gc's tracebacks; `rt_park` takes an index.
pub const WAIT_REASONS: &[&str] = &[
    "",
    "chan receive",
    "chan send",
    "chan receive (nil chan)",
    "chan send (nil chan)",
    "select",
    "select (no cases)",
    "sleep",
    "sync.Mutex.Lock",
    "sync.RWMutex.RLock",
    "sync.RWMutex.Lock",
    "sync.WaitGroup.Wait",
    "sync.Cond.Wait",
    "semacquire",
    "IO wait",
    "finalizer wait",
    "GC worker (idle)",
    "coroutine",
    "syscall",
    "runnable",
    "timer goroutine (idle)",
    "signal wait",
    "stopping the world",
    "synctest.Run",
    "synctest.Wait",
];

/// Words `rt_mem_stats` writes: in order heap_alloc, total_alloc, sys, mallocs, frees, heap_sys, heap_idle, heap_inuse,
/// heap_released, heap_objects, stack_inuse, stack_sys, next_gc, last_gc (wall ns), pause_total_ns, num_gc, num_forced_gc,
/// gc_sys, other_sys, lookups.
pub const MEM_STATS: usize = 20;

/// Words `rt_mem_profile` writes at most: bytes of an object, objects allocated and freed of the samples, the stack.
pub const MEM_PROFILE: usize = 3 + 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_results_are_those_of_the_table() {
        assert_eq!(pointer_results("rt_alloc_slow"), 1);
        assert_eq!(pointer_results("rt_add_cleanup"), 0);
        assert_eq!(pointer_results("rt_nothing"), 0);
    }

    #[test]
    fn sorted_and_passable() {
        for w in FUNCTIONS.windows(2) {
            assert!(w[0].symbol < w[1].symbol, "{} before {}", w[0].symbol, w[1].symbol);
        }
        for f in FUNCTIONS {
            assert!(f.params.len() <= 6 && f.results.len() <= 2, "{}", f.symbol);
        }
    }
}
