//! Unwinding by call frame information, for recovery.
//!
//! Walking frames needs the site tables only; restoring the callee-saved registers of the frame that recovers a panic
//! needs what the compiler says in `.eh_frame`, and the place to go on at is in its language-specific data.

mod cfi;
mod lsda;

use crate::sched::current_g;
use crate::{runtime_calls, tables};
pub use cfi::Registers;

/// The end of the frame an address is executing in: the stack pointer its caller had at the call.
pub fn frame_end(pc: usize, sp: usize) -> Option<usize> {
    let registers = Registers { sp, pc, ..Registers::default() };
    cfi::find(tables::get().eh_frame_hdr, pc).and_then(|fde| fde.canonical_frame(pc, &registers))
}

/// The registers at the call that began the frame, if the address it is executing at has frame information.
///
/// # Safety
/// The registers are a frame's.
pub unsafe fn caller(at: &Registers) -> Option<Registers> {
    // SAFETY: the caller's promise.
    cfi::find(tables::get().eh_frame_hdr, at.pc).and_then(|fde| unsafe { fde.unwind(at.pc, at) })
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
        let hdr = tables::get().eh_frame_hdr;
        loop {
            // A return address may lie just behind its function: look the call itself up.
            let lookup =
                if tables::get().site(at.pc).is_some() || !tables::get().in_text(at.pc) { at.pc - 1 } else { at.pc };
            let Some(fde) = cfi::find(hdr, lookup) else { lost("no frame information", at.pc) };
            let Some(mut caller) = fde.unwind(lookup, &at) else { lost("bad frame information", at.pc) };
            if (at.sp..caller.sp).contains(&address) {
                let Some(pad) = lsda::landing_pad(&fde, lookup) else { lost("no landing pad", at.pc) };
                context.sp = at.sp;
                context.pc = pad;
                [context.rbx, context.rbp, context.r12, context.r13, context.r14, context.r15] = at.saved;
                // Straight there: the end of a runtime call is a safepoint, and a landing pad is none.
                crate::arch::rt_resume();
            }
            if caller.sp <= at.sp {
                // The faulting frame: `fault` left a word free to keep the stack aligned.
                caller.sp = at.sp;
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
