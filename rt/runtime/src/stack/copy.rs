//! Moving a stack.
//!
//! The contents from the stack pointer up are copied to the end of the new stack. Then every word that may point into
//! the old stack is adjusted: the live pointers of each frame (a derived pointer moves if its base, read from the old
//! copy, does), the pointer words of stack objects, the G's own words. Nothing else points into a goroutine's stack:
//! values that others read or write meanwhile (a channel operation's element) are copied to the heap by the Go half.

use super::{MOVES, pool, walk};
use crate::sched::{G, Stack, status};
use crate::tables;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};
use ingot_abi::tables::{SiteRoots, StackObjects};
use ingot_abi::tls::{GUARD_POISON, STACK_GUARD, STACK_MIN};

/// debug.SetMaxStack's limit.
static MAXIMUM: AtomicUsize = AtomicUsize::new(1_000_000_000);
/// What a halved stack has free above the guard, lest it grow again at the next call.
const SHRINK_ROOM: usize = 256;
/// No stack grows beyond this, whatever the limit.
const CEILING: usize = 1 << 31;

pub fn maximum() -> usize {
    MAXIMUM.load(Ordering::Relaxed)
}

/// Sets the limit; returns the old one.
pub fn set_maximum(bytes: usize) -> usize {
    MAXIMUM.swap(bytes, Ordering::Relaxed)
}

pub fn moves() -> usize {
    MOVES.load(Ordering::Relaxed)
}

/// Gives the G of this runtime call a stack with `need` bytes and the guard below its stack pointer.
///
/// # Safety
/// The G's context is saved, and it is this thread's.
pub unsafe fn grow(g: *mut G, need: usize) {
    // SAFETY: as above.
    unsafe {
        let used = (*g).stack.hi - (*g).context.sp;
        let wanted = used + need + STACK_GUARD;
        let mut size = (*g).stack.size() * 2;
        while size < wanted + STACK_GUARD {
            size *= 2;
        }
        if size > maximum() || size > CEILING {
            crate::process::die_of_stack_overflow(g);
        }
        relocate(g, size);
    }
}

/// Halves the stack of a G that uses less than a quarter of it and can go on for a while on the half.
///
/// # Safety
/// As for [`relocate`].
pub unsafe fn shrink(g: *mut G) {
    // SAFETY: as above.
    unsafe {
        if mostly_unused(g) {
            relocate(g, (*g).stack.size() / 2);
        }
    }
}

/// [`shrink`] during a collection: one that is in a runtime call, as who collects is, does it at its next check.
///
/// # Safety
/// The world is stopped.
pub unsafe fn shrink_stopped(g: *mut G) {
    // SAFETY: a G that waits or is queued has no pointers to its stack in runtime calls.
    unsafe {
        match (*g).status.load(Ordering::Relaxed) {
            status::WAITING | status::RUNNABLE => shrink(g),
            status::RUNNING | status::SYSCALL if mostly_unused(g) => {
                (*g).shrinks.store(true, Ordering::Relaxed);
                // Lost if the G is on its way out of the system call: the next collection asks again.
                if let Some(m) = (*g).m.as_ref() {
                    m.set_guard(GUARD_POISON);
                }
            }
            _ => {}
        }
    }
}

/// # Safety
/// The G's context is saved.
unsafe fn mostly_unused(g: *mut G) -> bool {
    // SAFETY: as above.
    let (stack, used) = unsafe { ((*g).stack, (*g).stack.hi - (*g).context.sp + (*g).context.needed()) };
    stack.size() > STACK_MIN && used < stack.size() / 4 && used + STACK_GUARD + SHRINK_ROOM <= stack.size() / 2
}

/// Moves the G to a new stack of `size` bytes.
///
/// # Safety
/// The G's context is saved, it is this thread's or the world is stopped, and no runtime call of its holds addresses of
/// its stack.
pub unsafe fn relocate(g: *mut G, size: usize) {
    // SAFETY: as above; both stacks hold the used part.
    unsafe {
        let old = (*g).stack;
        let new = pool::allocate(size);
        let sp = (*g).context.sp;
        let used = old.hi - sp;
        let new_sp = new.hi - used;
        ptr::copy_nonoverlapping(sp as *const usize, new_sp as *mut usize, used / 8);
        let shift = Shift { old, delta: new.hi.wrapping_sub(old.hi) };
        let mut frames = 0;
        for frame in walk::frames(g) {
            shift.frame(&frame);
            frames += 1;
        }
        walk::add_visited(frames);
        for word in &mut (*g).words.pointers {
            *word = shift.value(*word);
        }
        (*g).stack = new;
        (*g).context.sp = new_sp;
        MOVES.fetch_add(1, Ordering::Relaxed);
        pool::free(old);
    }
}

struct Shift {
    old: Stack,
    delta: usize,
}

impl Shift {
    fn value(&self, word: usize) -> usize {
        if self.old.contains(word) { word.wrapping_add(self.delta) } else { word }
    }

    /// Adjusts a frame, given by its place on the old stack; values are read there and written to the new one.
    unsafe fn frame(&self, frame: &walk::Frame) {
        let read = |word: u64| {
            let at = frame.sp + word as usize * 8;
            // SAFETY: slots named by the maps lie within the used part of the old stack.
            unsafe { *(at as *const usize) }
        };
        let write = |word: u64, value: usize| {
            let at = (frame.sp + word as usize * 8).wrapping_add(self.delta);
            // SAFETY: the same slot of the new stack.
            unsafe { *(at as *mut usize) = value };
        };
        let adjust = |word: u64| {
            let value = read(word);
            if self.old.contains(value) {
                write(word, value.wrapping_add(self.delta));
            }
        };
        if let Some(special) = &frame.special {
            special.roots().for_each(adjust);
            return;
        }
        let tables = tables::get();
        let mut objects_live = true;
        if let Some(site) = frame.site {
            let roots = SiteRoots::new(tables.roots, site.roots);
            objects_live = roots.objects_live;
            for (base, derived) in roots {
                if self.old.contains(read(base)) {
                    write(base, read(base).wrapping_add(self.delta));
                    if derived != base {
                        write(derived, read(derived).wrapping_add(self.delta));
                    }
                }
            }
        }
        if objects_live && let Some(function) = frame.function {
            for object in StackObjects::new(tables.roots, function.objects) {
                super::scan::for_each_pointer(&object, adjust);
            }
        }
    }
}
