//! The frames of a goroutine, innermost first, found by the site tables.
//!
//! The walk starts at a saved context: the stack pointer at a call and the call's return address. The return address
//! names the function, the function its frame's size, and the frame ends in the next return address. The frame that
//! faulted has an address that is no call's; its size comes from the call frame information.

use crate::arch;
use crate::sched::G;
use crate::tables;
use crate::unwind;
use core::sync::atomic::{AtomicUsize, Ordering};
use ingot_abi::functions::StubFrame;
use ingot_abi::tables::{Function, NONE, Site};

/// Frames that copies and scans of stacks have looked at.
static VISITED: AtomicUsize = AtomicUsize::new(0);

pub fn visited() -> usize {
    VISITED.load(Ordering::Relaxed)
}

pub fn add_visited(frames: usize) {
    VISITED.fetch_add(frames, Ordering::Relaxed);
}

/// A frame of the runtime's own assembly on a goroutine's stack.
pub struct Special {
    pub pc: usize,
    /// Bytes from the stack pointer to the return address.
    pub size: usize,
    /// Words from the stack pointer that hold pointers; those of a stub's stack arguments lie beyond its return address.
    pub roots: &'static [u16],
    /// More of them.
    pub more_roots: &'static [u16],
}

/// The special frame with that return address and stack pointer.
pub fn special(pc: usize, sp: usize) -> Option<Special> {
    let fixed = |size, roots| Some(Special { pc, size, roots, more_roots: &[] });
    if pc == arch::rt_reflectcall_return as *const () as usize {
        return fixed(536, &[64, 65]);
    }
    if pc == arch::rt_reflectcall_grown as *const () as usize {
        return fixed(24, &[0, 1]);
    }
    if pc == arch::rt_stub_return as *const () as usize || pc == arch::rt_stub_grown as *const () as usize {
        // SAFETY: the frame is a stub's, and keeps its closure alive, which keeps the list alive; neither changes.
        let more_roots = unsafe {
            let closure = (*(sp as *const StubFrame)).closure;
            if (*closure).roots_len == 0 {
                &[]
            } else {
                core::slice::from_raw_parts((*closure).roots, (*closure).roots_len)
            }
        };
        return Some(Special { pc, size: arch::STUB_SIZE, roots: &[0], more_roots });
    }
    None
}

impl Special {
    /// All words that hold pointers.
    pub fn roots(&self) -> impl Iterator<Item = u64> {
        self.roots.iter().chain(self.more_roots).map(|&word| u64::from(word))
    }
}

pub struct Frame {
    /// The stack pointer at the call, the return address, and the bytes from one to the next.
    pub sp: usize,
    pub pc: usize,
    pub size: usize,
    pub site: Option<&'static Site>,
    pub function: Option<&'static Function>,
    pub special: Option<Special>,
}

pub struct Frames {
    sp: usize,
    pc: usize,
    lo: usize,
    hi: usize,
    /// The last call site, which is the next one's too in a recursion.
    last: Option<(usize, &'static Site)>,
}

/// The frames of a G whose context is saved. None for one that has not started.
pub fn frames(g: *const G) -> Frames {
    // SAFETY: the caller has the G in a runtime call or stopped.
    unsafe {
        if (*g).start != 0 || (*g).stack.size() == 0 {
            return from(0, 0, 0, 0);
        }
        from((*g).context.sp, (*g).context.pc, (*g).stack.lo, (*g).stack.hi)
    }
}

/// Frames from a stack pointer and a return address, on the stack `lo..hi`.
pub fn from(sp: usize, pc: usize, lo: usize, hi: usize) -> Frames {
    Frames { sp, pc, lo, hi, last: None }
}

impl Frames {
    fn site(&mut self, pc: usize) -> Option<&'static Site> {
        if let Some((known, site)) = self.last
            && known == pc
        {
            return Some(site);
        }
        let site = tables::get().site(pc)?;
        self.last = Some((pc, site));
        Some(site)
    }
}

impl Iterator for Frames {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let (mut sp, pc) = (self.sp, self.pc);
        if pc == 0 || pc == arch::rt_go_end as *const () as usize || !(self.lo..self.hi).contains(&sp) {
            return None;
        }
        let tables = tables::get();
        let mut frame = Frame { sp, pc, size: 0, site: None, function: None, special: special(pc, sp) };
        if let Some(special) = &frame.special {
            frame.size = special.size;
        } else if let Some(site) = self.site(pc) {
            let function = &tables.functions[site.func as usize];
            frame.site = Some(site);
            frame.function = Some(function);
            frame.size = function.frame as usize;
        } else {
            // A fault: `fault` may have left a word free to keep the stack aligned.
            frame.function = tables.function(pc);
            let mut cfa = unwind::frame_end(pc, sp)?;
            if cfa % 16 != 0 {
                sp += 8;
                cfa += 8;
            }
            frame.sp = sp;
            frame.size = cfa - 8 - sp;
        }
        if frame.function.is_some_and(|f| f.frame == NONE) && frame.site.is_some() {
            return None;
        }
        let end = sp + frame.size;
        if end + 8 > self.hi {
            self.pc = 0;
            return Some(frame);
        }
        // SAFETY: the return address lies within the stack.
        self.pc = unsafe { *(end as *const usize) };
        self.sp = end + 8;
        Some(frame)
    }
}
