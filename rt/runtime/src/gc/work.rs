//! Work buffers: what is still to be marked.
//!
//! A buffer is a page of addresses. Workers and write barriers fill buffers of their own and exchange full ones through
//! two global stacks: *grey* objects, which are marked and whose slots are to be looked at, and *unshaded* pointers from
//! write barriers, which are not even known to be objects.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::heap::os;
use crate::sync::Mutex;

/// Entries of a buffer: with its head, 4 KB.
pub const ENTRIES: usize = 510;
/// Buffers mapped at a time.
const BATCH: usize = 16;

#[repr(C)]
pub struct Buffer {
    next: *mut Buffer,
    pub len: usize,
    pub entries: [usize; ENTRIES],
}

/// A stack of buffers.
struct Stack {
    head: *mut Buffer,
}

// SAFETY: buffers belong to whoever popped them; the stack's lock protects the links.
unsafe impl Send for Stack {}

struct Shared {
    stack: Mutex<Stack>,
    /// Buffers on the stack, to see without the lock that there is none.
    count: AtomicUsize,
}

impl Shared {
    const fn new() -> Shared {
        Shared { stack: Mutex::new(Stack { head: null_mut() }), count: AtomicUsize::new(0) }
    }

    fn push(&self, buffer: *mut Buffer) {
        let mut stack = self.stack.lock();
        // SAFETY: the caller owns the buffer and hands it over.
        unsafe { (*buffer).next = stack.head };
        stack.head = buffer;
        self.count.fetch_add(1, Ordering::Release);
    }

    fn pop(&self) -> *mut Buffer {
        if self.count.load(Ordering::Acquire) == 0 {
            return null_mut();
        }
        let mut stack = self.stack.lock();
        let buffer = stack.head;
        if !buffer.is_null() {
            // SAFETY: buffers on the stack are never unmapped, and the lock is held.
            stack.head = unsafe { (*buffer).next };
            self.count.fetch_sub(1, Ordering::Release);
        }
        buffer
    }
}

static GREY: Shared = Shared::new();
static UNSHADED: Shared = Shared::new();
static EMPTY: Shared = Shared::new();

/// An empty buffer, the caller's own.
pub fn take_empty() -> *mut Buffer {
    let buffer = EMPTY.pop();
    if !buffer.is_null() {
        return buffer;
    }
    let batch = os::map(BATCH * size_of::<Buffer>()) as *mut Buffer;
    for i in 1..BATCH {
        EMPTY.push(batch.wrapping_add(i));
    }
    batch
}

pub fn give_empty(buffer: *mut Buffer) {
    // SAFETY: the caller owns the buffer.
    unsafe { (*buffer).len = 0 };
    EMPTY.push(buffer);
}

pub fn give_grey(buffer: *mut Buffer) {
    GREY.push(buffer);
}

pub fn take_grey() -> *mut Buffer {
    GREY.pop()
}

pub fn give_unshaded(buffer: *mut Buffer) {
    UNSHADED.push(buffer);
}

pub fn take_unshaded() -> *mut Buffer {
    UNSHADED.pop()
}

/// Some worker left work here.
pub fn any() -> bool {
    GREY.count.load(Ordering::Acquire) + UNSHADED.count.load(Ordering::Acquire) > 0
}

/// Few grey buffers are there for idle workers to take.
pub fn grey_is_short() -> bool {
    GREY.count.load(Ordering::Relaxed) < 2
}
