//! Unwinding by call frame information, for recovery.
//!
//! Walking frames needs the site tables only; restoring the callee-saved registers of the frame that recovers a panic
//! needs what the compiler says in `.eh_frame`, and the place to go on at is in its language-specific data.

mod cfi;
mod lsda;

use crate::sched::{current_g, current_m};
use crate::{runtime_calls, tables};
pub use cfi::Registers;
use cfi::{Fde, Row};
use core::mem::MaybeUninit;

/// The end of the frame an address is executing in: the stack pointer its caller had at the call.
pub fn frame_end(pc: usize, sp: usize) -> Option<usize> {
    frame_end_of(pc, &Registers { sp, pc, ..Registers::default() })
}

/// As [`frame_end`], of a frame whose end may be counted from any register; `pc` lies in its function.
pub fn frame_end_of(pc: usize, at: &Registers) -> Option<usize> {
    cfi::find(tables::get().eh_frame_hdr, pc).and_then(|fde| fde.canonical_frame(pc, at))
}

/// The registers at the call that began the frame, if the address it is executing at has frame information.
///
/// # Safety
/// The registers are a frame's.
pub unsafe fn caller(at: &Registers) -> Option<Registers> {
    // SAFETY: the caller's promise.
    unsafe { caller_at(at.pc, at) }
}

/// As [`caller`], of a frame that executes at `pc`, which is before the return address of its last call.
///
/// # Safety
/// The registers are a frame's.
pub unsafe fn caller_at(pc: usize, at: &Registers) -> Option<Registers> {
    // SAFETY: the caller's promise.
    cfi::find(tables::get().eh_frame_hdr, pc).and_then(|fde| unsafe { fde.unwind(pc, at) })
}

/// What recoveries on one thread needed of the frame information, by address: a program that recovers panics mostly does
/// so from the same places, and finding and interpreting it takes longer than all else.
pub struct Recent {
    /// 0 where the frame below is not there.
    addresses: [usize; Recent::SIZE],
    frames: [MaybeUninit<(Fde, Row)>; Recent::SIZE],
}

impl Recent {
    /// Some recoveries' frames: each passes about eight.
    const SIZE: usize = 64;

    /// The frame information at `pc`.
    fn get(&mut self, pc: usize) -> Option<&(Fde, Row)> {
        // Functions are aligned; calls are not.
        let slot = (pc ^ pc >> 6) % Recent::SIZE;
        if self.addresses[slot] != pc {
            let fde = cfi::find(tables::get().eh_frame_hdr, pc)?;
            let row = fde.row(pc)?;
            self.frames[slot].write((fde, row));
            self.addresses[slot] = pc;
        }
        // SAFETY: written before the address was.
        Some(unsafe { self.frames[slot].assume_init_ref() })
    }
}

runtime_calls! { "rt_enter":
    rt_recover_to => recover_to_body;
}

/// `rt_recover_to`: continues at the landing pad of the frame that holds `address`, with the registers it had.
extern "C" fn recover_to_body(address: usize) -> ! {
    let g = current_g();
    // SAFETY: the G's context is saved by this runtime call; the stack below the target frame is given up.
    unsafe {
        let context = &mut (*g).context;
        let mut at = Registers {
            sp: context.sp,
            pc: context.pc,
            saved: [context.rbx, context.rbp, context.r12, context.r13, context.r14, context.r15],
        };
        // Only this function uses it, and on its own thread.
        let recent = &mut (*current_m()).recent_frames;
        loop {
            let faulted = tables::get().site(at.pc).is_none() && tables::get().in_text(at.pc);
            // A return address may lie just behind its function: look the call itself up.
            let lookup = if faulted { at.pc } else { at.pc - 1 };
            let Some((fde, row)) = recent.get(lookup) else { lost("no frame information", at.pc) };
            if faulted && fde.canonical_frame(lookup, &at).is_some_and(|end| end % 16 != 0) {
                // `fault` left a word free to keep the stack aligned.
                at.sp += 8;
            }
            let Some(caller) = row.unwind(&at) else { lost("bad frame information", at.pc) };
            if (at.sp..caller.sp).contains(&address) {
                // No call, no pad of its own, but any other's does as well: they need nothing but the frame.
                let pad = lsda::landing_pad(fde, lookup).or_else(|| if faulted { lsda::any_pad(fde) } else { None });
                let Some(pad) = pad else { lost("no landing pad", at.pc) };
                context.sp = at.sp;
                context.pc = pad;
                [context.rbx, context.rbp, context.r12, context.r13, context.r14, context.r15] = at.saved;
                // Straight there: the end of a runtime call is a safepoint, and a landing pad is none.
                crate::arch::rt_resume();
            }
            if !(*g).stack.contains(caller.sp) {
                lost("no such frame", at.pc);
            }
            at = caller;
        }
    }
}

#[cold]
fn lost(what: &str, pc: usize) -> ! {
    crate::print::fatal_fmt(format_args!("fatal error: recovery: {what} at pc={pc:#x}\n"))
}
