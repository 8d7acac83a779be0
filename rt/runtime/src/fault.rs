//! Faults: in Go code they become panics, in the runtime or in assembly they end the process with a report.
//!
//! A faulting instruction with a fault site goes on at the site's handler. Any other in Go code goes on in
//! `runtime.sigpanic` as if the instruction had called it, in functions without calls, too: their frames end where the
//! call frame information says.

use crate::sched::{G, M, current_m};
use crate::sys::signal::{self as sys, Context, Info, REG_RIP, REG_RSP};
use crate::tables;
use core::sync::atomic::{AtomicBool, Ordering};

/// Index of the fault's address in `GWords::scalars`.
const FAULT_ADDRESS: usize = 0;

unsafe extern "C" {
    #[link_name = "runtime.sigpanic"]
    fn go_sigpanic();
}

/// The G that was executing on its own stack, or null.
unsafe fn interrupted_g(sp: usize) -> *mut G {
    let m: *mut M = current_m();
    // SAFETY: the thread block is this thread's.
    unsafe {
        let g = (*m).current;
        if !g.is_null() && (*g).stack.contains(sp) { g } else { core::ptr::null_mut() }
    }
}

pub extern "C" fn handler(signal: i32, info: *const Info, context: *mut Context) {
    // SAFETY: the kernel's structures, ours to change.
    unsafe {
        let registers = &mut (*context).registers;
        let (pc, sp) = (registers[REG_RIP], registers[REG_RSP]);
        let g = interrupted_g(sp);
        // A call of what is no code faults in the callee: blame the call.
        let no_code = pc < 4096 || pc == (*info).address && !tables::get().in_text(pc);
        let bad_call = no_code && !g.is_null() && tables::get().site(*(sp as *const usize)).is_some();
        let function = tables::get().function(if bad_call { *(sp as *const usize) - 1 } else { pc });
        // Sent by a process, not by an instruction.
        let sent = (*info).code <= 0;
        if g.is_null() || sent || function.is_none() {
            die_of_signal_at(signal, (*info).address, &*context);
        }
        (*g).words.scalars[FAULT_ADDRESS] = (*info).address;
        if bad_call {
            // The return address is on the stack already.
            registers[REG_RIP] = go_sigpanic as *const () as usize;
            return;
        }
        if let Some(fault) = tables::get().fault(pc) {
            registers[REG_RIP] = tables::get().text_start + fault.handler as usize;
            return;
        }
        // Keep the stack aligned as a call has it; `stack::walk` knows.
        let sp = (sp & !15) - 8;
        *(sp as *mut usize) = pc;
        registers[REG_RSP] = sp;
        registers[REG_RIP] = go_sigpanic as *const () as usize;
    }
}

fn name(signal: i32) -> &'static str {
    match signal {
        sys::SIGSEGV => "SIGSEGV: segmentation violation",
        sys::SIGBUS => "SIGBUS: bus error",
        sys::SIGFPE => "SIGFPE: floating-point exception",
        sys::SIGQUIT => "SIGQUIT: quit",
        sys::SIGILL => "SIGILL: illegal instruction",
        sys::SIGTRAP => "SIGTRAP: trace trap",
        sys::SIGABRT => "SIGABRT: abort",
        31 => "SIGSYS: bad system call",
        _ => "unknown signal",
    }
}

/// Ends the process for a signal that is not an instruction's fault.
///
/// # Safety
/// In a signal handler, with the kernel's context.
pub unsafe fn die_of_signal(signal: i32, context: &Context) -> ! {
    // SAFETY: the caller's promise.
    unsafe { die_of_signal_at(signal, 0, context) }
}

static REPORTING: AtomicBool = AtomicBool::new(false);

unsafe fn die_of_signal_at(signal: i32, address: usize, context: &Context) -> ! {
    if REPORTING.swap(true, Ordering::SeqCst) {
        // The report itself faults.
        crate::sys::thread::exit_group(2);
    }
    let (pc, sp) = (context.registers[REG_RIP], context.registers[REG_RSP]);
    if [sys::SIGSEGV, sys::SIGBUS, sys::SIGFPE].contains(&signal) {
        crate::eprint!("fatal error: unexpected signal during runtime execution\n");
        crate::eprint!("[signal {} addr={address:#x} pc={pc:#x}]\n\n", name(signal));
        let m = current_m();
        // SAFETY: the thread block is this thread's.
        let g = unsafe { (*m).current };
        crate::eprint!("runtime: m={:?} g={g:?} sp={sp:#x} registers={:x?}\n", m, &context.registers[..17]);
    } else {
        crate::eprint!("{}\nPC={pc:#x} m=0 sigcode=0\n", name(signal));
        if signal == sys::SIGILL && tables::get().in_text(pc) {
            crate::eprint!("instruction bytes:");
            for at in pc..(pc + 16).min(tables::get().text_end) {
                // SAFETY: the program's code.
                crate::eprint!(" {:#x}", unsafe { *(at as *const u8) });
            }
            crate::eprint!("\n");
        }
        crate::eprint!("\n");
    }
    // SAFETY: the report reads the stacks of a process that is about to end.
    unsafe {
        let g = interrupted_g(sp);
        if !g.is_null() {
            crate::trace::print_from(g, sp, pc);
        }
        crate::trace::print_all(g);
    }
    crate::process::exit(2)
}
