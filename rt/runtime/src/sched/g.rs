//! G: a goroutine.
//!
//! A G lives outside the heap and is never freed, only reused; pointers to it (`uintptr` in Go code) stay valid.
//! Its saved context is complete whenever it is not executing on its own stack: in a system call of the runtime, parked,
//! queued. That is what makes the stack scannable and movable there.

use super::M;
use core::mem::offset_of;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicUsize};
use ingot_abi::tls::GWords;

/// The registers a G continues with. Written by the trampolines in `arch`, read by `rt_resume`.
#[repr(C)]
pub struct Context {
    /// Stack pointer at the call: what it is once the call has returned.
    pub sp: usize,
    /// Where to go on: the call's return address. It is also the site that describes the innermost frame.
    pub pc: usize,
    pub rbx: usize,
    pub rbp: usize,
    pub r12: usize,
    pub r13: usize,
    pub r14: usize,
    pub r15: usize,
    /// Results of the call: rax and rdx.
    pub results: [usize; 2],
    /// Closure context (r10), for a G that has not started.
    pub closure: usize,
    /// Not 0: `rest` holds the remaining registers too, at a poll (1), a prologue check (2) or that of a large frame (3).
    pub full: usize,
    /// rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11.
    pub rest: [usize; 9],
    _pad: usize,
    pub vectors: [[u64; 2]; 16],
}

impl Context {
    /// Bytes below the stack pointer that the G uses as soon as it goes on: it is at the check of a large frame, which is
    /// not made again.
    pub fn needed(&self) -> usize {
        const RDI: usize = 4;
        if self.full == 3 { self.rest[RDI] } else { 0 }
    }
}

/// Bounds of a stack; `lo` is the lowest usable address.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stack {
    pub lo: usize,
    pub hi: usize,
}

impl Stack {
    pub const NONE: Stack = Stack { lo: 0, hi: 0 };

    pub fn size(self) -> usize {
        self.hi - self.lo
    }

    pub fn contains(self, address: usize) -> bool {
        address.wrapping_sub(self.lo) < self.size()
    }

    /// What the prologue check compares the stack pointer with.
    pub fn guard(self) -> usize {
        self.lo + ingot_abi::tls::STACK_GUARD
    }
}

/// Values of [`G::status`]; the numbers are those of `rt_g_info`.
pub mod status {
    /// On a free list, or not yet set up.
    pub const IDLE: u32 = 0;
    /// On a run queue.
    pub const RUNNABLE: u32 = 1;
    /// Owned by an M with a P, executing or in a runtime call.
    pub const RUNNING: u32 = 2;
    /// Owned by an M without need of a P.
    pub const SYSCALL: u32 = 3;
    /// Parked: owned by whoever is to make it ready.
    pub const WAITING: u32 = 4;
    /// Has ended.
    pub const DEAD: u32 = 5;
}

/// Values of [`G::parking`].
pub mod parking {
    pub const NONE: u32 = 0;
    /// `rt_ready` came first.
    pub const TOKEN: u32 = 1;
    pub const PARKED: u32 = 2;
}

#[repr(C)]
pub struct G {
    /// At `ingot_abi::tls::G_WORDS_OFFSET`.
    pub words: GWords,
    pub context: Context,
    /// Changed only by its own M in a runtime call, or with the world stopped.
    pub stack: Stack,
    pub id: u64,
    pub status: AtomicU32,
    /// See [`parking`].
    pub parking: AtomicU32,
    /// Index into `WAIT_REASONS`, for tracebacks.
    pub wait_reason: AtomicU32,
    /// When it began to wait (nanotime), 0 unknown.
    pub wait_since: AtomicI64,
    /// Link of the one list the G is on: run queue, free list, wait list. Protected by that list.
    pub next: *mut G,
    /// The M running it, or null.
    pub m: *mut M,
    /// LockOSThread: the only M that may run it, or null. Set by the G itself.
    pub locked_m: *mut M,
    pub lock_count: u32,
    /// Does the runtime's work: not counted for deadlocks, tracebacks, NumGoroutine. Set at its start, or once by itself.
    pub system: bool,
    /// `results` of the context are pointers to be kept alive (bit per result) until they have been delivered.
    pub result_pointers: u8,
    /// The closure the G was started with, a root until it has started; 0 for the main goroutine.
    pub start: usize,
    /// The start function's address, for tracebacks.
    pub start_pc: usize,
    /// Return address of the go statement, and the parent's id.
    pub go_pc: usize,
    pub parent: u64,
    /// Scratch of a parked runtime call (a poll mode, a timer's deadline, ...).
    pub scratch: AtomicUsize,
    /// A collection found the stack mostly unused while the G was in a runtime call: the next check is to shrink it. Set
    /// with the world stopped, taken by the G's own check; starting the world orders the two.
    pub shrinks: AtomicBool,
}

pub const CONTEXT: usize = offset_of!(G, context);
pub const CTX_SP: usize = CONTEXT + offset_of!(Context, sp);
pub const CTX_PC: usize = CONTEXT + offset_of!(Context, pc);
pub const CTX_RBX: usize = CONTEXT + offset_of!(Context, rbx);
pub const CTX_RESULTS: usize = CONTEXT + offset_of!(Context, results);
pub const CTX_CLOSURE: usize = CONTEXT + offset_of!(Context, closure);
pub const CTX_FULL: usize = CONTEXT + offset_of!(Context, full);
pub const CTX_REST: usize = CONTEXT + offset_of!(Context, rest);
pub const CTX_VECTORS: usize = CONTEXT + offset_of!(Context, vectors);

const _: () = assert!(offset_of!(G, words) == ingot_abi::tls::G_WORDS_OFFSET);
const _: () = assert!(CTX_VECTORS.is_multiple_of(16));

/// A singly linked list of Gs through [`G::next`], first in first out.
pub struct GList {
    head: *mut G,
    tail: *mut G,
    len: usize,
}

impl GList {
    pub const fn new() -> GList {
        GList { head: core::ptr::null_mut(), tail: core::ptr::null_mut(), len: 0 }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// # Safety
    /// The G is on no list and the caller owns it.
    pub unsafe fn push_back(&mut self, g: *mut G) {
        // SAFETY: the list owns its Gs' links.
        unsafe {
            (*g).next = core::ptr::null_mut();
            if self.tail.is_null() {
                self.head = g;
            } else {
                (*self.tail).next = g;
            }
        }
        self.tail = g;
        self.len += 1;
    }

    /// # Safety
    /// As [`GList::push_back`].
    pub unsafe fn push_front(&mut self, g: *mut G) {
        // SAFETY: the list owns its Gs' links.
        unsafe { (*g).next = self.head };
        self.head = g;
        if self.tail.is_null() {
            self.tail = g;
        }
        self.len += 1;
    }

    pub fn pop(&mut self) -> Option<*mut G> {
        let g = self.head;
        if g.is_null() {
            return None;
        }
        // SAFETY: the list owns its Gs' links.
        unsafe {
            self.head = (*g).next;
            (*g).next = core::ptr::null_mut();
        }
        if self.head.is_null() {
            self.tail = core::ptr::null_mut();
        }
        self.len -= 1;
        Some(g)
    }

    /// Moves everything of `other` to the end of this list.
    pub fn append(&mut self, other: &mut GList) {
        while let Some(g) = other.pop() {
            // SAFETY: `pop` gave it to us.
            unsafe { self.push_back(g) };
        }
    }
}

impl Default for GList {
    fn default() -> GList {
        GList::new()
    }
}
