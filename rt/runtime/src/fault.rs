//! Faults: in Go code they become panics, and so do those of assembly on a goroutine's stack, in its Go caller; in the
//! runtime and in other assembly they end the process with a report.
//!
//! A faulting instruction with a fault site goes on at the site's handler. Any other in Go code goes on in
//! `runtime.sigpanic` as if the instruction had called it, in functions without calls, too: their frames end where the
//! call frame information says.

use crate::sched::{G, M, Stack, current_m};
use crate::sys::signal::{self as sys, Context, Info, REG_RIP, REG_RSP, REGISTERS};
use crate::{tables, unwind};
use core::sync::atomic::{AtomicBool, Ordering};

/// Indices in `GWords::scalars`.
const FAULT_ADDRESS: usize = 0;
const FAULT_SIGNAL: usize = 6;
const FAULT_CODE: usize = 7;

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

/// Tells `runtime.sigpanic` of a fault.
///
/// # Safety
/// In a signal handler, of the G that the signal interrupted.
unsafe fn note(g: *mut G, signal: i32, info: &Info) {
    // SAFETY: the G runs on this thread, which the signal interrupted.
    let scalars = unsafe { &mut (*g).words.scalars };
    scalars[FAULT_ADDRESS] = info.address;
    scalars[FAULT_SIGNAL] = signal as usize;
    scalars[FAULT_CODE] = info.code as usize;
}

/// If the fault is in assembly that runs on the goroutine's stack: makes the registers those of the Go caller, with its
/// return address on top of the stack.
///
/// # Safety
/// The registers are those of a signal's context, taken on this stack.
unsafe fn leave_assembly(registers: &mut [usize; REGISTERS], stack: &Stack) -> bool {
    if tables::get().function(registers[REG_RIP]).is_some() {
        return false;
    }
    // SAFETY: the interrupted frames lie on the stack.
    unsafe {
        let mut at = unwind::Registers::of_signal(registers);
        loop {
            let Some(caller) = unwind::caller(&at) else { return false };
            if caller.sp <= at.sp || !stack.contains(caller.sp) {
                return false;
            }
            at = caller;
            // The thunks' calls and the assembly's have no site.
            if tables::get().site(at.pc).is_some() {
                at.to_signal(registers);
                // As it was when the callee began.
                registers[REG_RSP] -= size_of::<usize>();
                return true;
            }
        }
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
        // Sent by a process, not by an instruction.
        let sent = (*info).code <= 0;
        if !g.is_null() && !sent && leave_assembly(registers, &(*g).stack) {
            note(g, signal, &*info);
            registers[REG_RIP] = go_sigpanic as *const () as usize;
            return;
        }
        let function = tables::get().function(if bad_call { *(sp as *const usize) - 1 } else { pc });
        if g.is_null() || sent || function.is_none() {
            die_of_signal_at(signal, (*info).address, &*context);
        }
        note(g, signal, &*info);
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
