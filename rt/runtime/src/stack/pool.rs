//! Where stacks come from: powers of two, small ones kept on free lists, large ones mapped one by one.

use crate::sched::Stack;
use crate::stress;
use crate::sync::Mutex;
use crate::sys::memory;
use core::sync::atomic::{AtomicUsize, Ordering};
use ingot_abi::tls::STACK_MIN;

/// Sizes `STACK_MIN << order` are kept; beyond, stacks go back to the system.
const ORDERS: usize = 9;
/// What is mapped at a time for small ones.
const SPAN: usize = 1 << 20;

struct Pool {
    /// Heads of lists through the first word of free stacks.
    free: [usize; ORDERS],
    at: usize,
    end: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { free: [0; ORDERS], at: 0, end: 0 });

/// Bytes of stacks in use, and mapped for stacks.
static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MAPPED: AtomicUsize = AtomicUsize::new(0);

/// (in use, mapped), in bytes.
pub fn sizes() -> (usize, usize) {
    (IN_USE.load(Ordering::Relaxed), MAPPED.load(Ordering::Relaxed))
}

/// Lowest words of a stack that nothing may reach, whatever runs below the guard.
const CANARY: usize = 8;

/// A stack of `size` bytes, a power of two from `STACK_MIN`. Its contents are arbitrary.
pub fn allocate(size: usize) -> Stack {
    let stack = take(size);
    if stress::poison() {
        // SAFETY: the stack is the caller's.
        unsafe { canary(stack).fill(stress::POISON) };
    }
    stack
}

unsafe fn canary<'a>(stack: Stack) -> &'a mut [usize] {
    // SAFETY: the caller's.
    unsafe { core::slice::from_raw_parts_mut(stack.lo as *mut usize, CANARY) }
}

fn take(size: usize) -> Stack {
    IN_USE.fetch_add(size, Ordering::Relaxed);
    let order = (size / STACK_MIN).trailing_zeros() as usize;
    if order >= ORDERS {
        MAPPED.fetch_add(size, Ordering::Relaxed);
        let lo = memory::must_allocate(size) as usize;
        return Stack { lo, hi: lo + size };
    }
    let mut pool = POOL.lock();
    let mut lo = pool.free[order];
    if lo != 0 {
        // SAFETY: the first word of a free stack is the link.
        pool.free[order] = unsafe { *(lo as *const usize) };
    } else {
        if pool.at + size > pool.end {
            // What is left of the span becomes smallest stacks.
            while pool.at < pool.end {
                let rest = pool.at;
                pool.at += STACK_MIN;
                pool.push(0, rest);
            }
            pool.at = memory::must_allocate(SPAN) as usize;
            pool.end = pool.at + SPAN;
            MAPPED.fetch_add(SPAN, Ordering::Relaxed);
        }
        lo = pool.at;
        pool.at += size;
    }
    Stack { lo, hi: lo + size }
}

impl Pool {
    fn push(&mut self, order: usize, lo: usize) {
        // SAFETY: the stack is free, its memory the pool's.
        unsafe { *(lo as *mut usize) = self.free[order] };
        self.free[order] = lo;
    }
}

/// Takes a stack back that nothing uses any more.
pub fn free(stack: Stack) {
    let size = stack.size();
    if size == 0 {
        return;
    }
    // SAFETY: the stack is the pool's again.
    if stress::poison() && unsafe { canary(stack) }.iter().any(|&word| word != stress::POISON) {
        crate::print::fatal("fatal error: a goroutine ran over the end of its stack\n");
    }
    IN_USE.fetch_sub(size, Ordering::Relaxed);
    let order = (size / STACK_MIN).trailing_zeros() as usize;
    if order >= ORDERS {
        MAPPED.fetch_sub(size, Ordering::Relaxed);
        // SAFETY: it was mapped by itself.
        unsafe { memory::release(stack.lo as *mut u8, size) };
        return;
    }
    if stress::poison() {
        // SAFETY: the stack is the pool's.
        unsafe { poison(stack) };
    }
    POOL.lock().push(order, stack.lo);
}

/// Fills a dead stack, so that whoever reads it through a stale pointer finds out.
unsafe fn poison(stack: Stack) {
    // SAFETY: the caller's.
    unsafe {
        let words = core::slice::from_raw_parts_mut(stack.lo as *mut usize, stack.size() / 8);
        words.fill(stress::POISON);
    }
}
