//! Signals: actions, masks, alternate stacks, and the machine context a handler gets.

use super::{c, syscall3, syscall4};
use core::ptr::{null, null_mut};

pub const COUNT: usize = 65;
pub const SIGHUP: i32 = c::SIGHUP as i32;
pub const SIGINT: i32 = c::SIGINT as i32;
pub const SIGQUIT: i32 = c::SIGQUIT as i32;
pub const SIGILL: i32 = c::SIGILL as i32;
pub const SIGABRT: i32 = c::SIGABRT as i32;
pub const SIGTRAP: i32 = c::SIGTRAP as i32;
pub const SIGFPE: i32 = c::SIGFPE as i32;
pub const SIGBUS: i32 = c::SIGBUS as i32;
pub const SIGSEGV: i32 = c::SIGSEGV as i32;
pub const SIGPIPE: i32 = c::SIGPIPE as i32;
pub const SIGPROF: i32 = c::SIGPROF as i32;
pub const SIGKILL: i32 = c::SIGKILL as i32;
pub const SIGSTOP: i32 = c::SIGSTOP as i32;

const SA_RESTORER: u64 = 0x0400_0000;

#[repr(C)]
struct KernelAction {
    handler: usize,
    flags: u64,
    restorer: usize,
    mask: u64,
}

/// The head of `siginfo_t`; `address` is that of a fault.
#[repr(C)]
pub struct Info {
    pub signal: i32,
    pub errno: i32,
    pub code: i32,
    _pad: i32,
    pub address: usize,
}

#[repr(C)]
struct AltStack {
    sp: usize,
    flags: i32,
    size: usize,
}

/// `ucontext_t` up to what handlers use.
#[repr(C)]
pub struct Context {
    flags: u64,
    link: usize,
    stack: AltStack,
    /// r8 … r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, …
    pub registers: [usize; REGISTERS],
}

pub const REGISTERS: usize = 23;
pub const REG_R12: usize = 4;
pub const REG_RBP: usize = 10;
pub const REG_RBX: usize = 11;
pub const REG_RSP: usize = 15;
pub const REG_RIP: usize = 16;

const _: () = assert!(core::mem::offset_of!(Context, registers) + REG_RIP * 8 == 168);

pub type Handler = extern "C" fn(i32, *const Info, *mut Context);

/// What a signal does.
#[derive(Clone, Copy)]
pub enum Action {
    Default,
    Ignore,
    Handle(Handler),
}

pub fn set_action(signal: i32, action: Action) {
    let handler = match action {
        Action::Default => 0,
        Action::Ignore => 1,
        Action::Handle(handler) => handler as usize,
    };
    let new = KernelAction {
        handler,
        flags: u64::from(c::SA_SIGINFO | c::SA_ONSTACK | c::SA_RESTART) | SA_RESTORER,
        restorer: crate::arch::rt_sigreturn as *const () as usize,
        mask: u64::MAX,
    };
    // SAFETY: the action lives during the call; handlers run on the signal stack.
    unsafe { syscall4(c::__NR_rt_sigaction as usize, signal as usize, &raw const new as usize, 0, 8) };
}

/// Whether the process was started with the signal ignored.
pub fn is_ignored(signal: i32) -> bool {
    let mut old = KernelAction { handler: 0, flags: 0, restorer: 0, mask: 0 };
    // SAFETY: the action is writable.
    unsafe { syscall4(c::__NR_rt_sigaction as usize, signal as usize, 0, &raw mut old as usize, 8) };
    old.handler == 1
}

fn set_mask(how: u32, new: *const u64, old: *mut u64) {
    // SAFETY: the masks are null or live during the call.
    unsafe { syscall4(c::__NR_rt_sigprocmask as usize, how as usize, new as usize, old as usize, 8) };
}

/// Blocks every signal on this thread; returns the old mask.
pub fn block_all() -> u64 {
    let mut old = 0;
    set_mask(c::SIG_SETMASK, &u64::MAX, &mut old);
    old
}

pub fn restore(mask: u64) {
    set_mask(c::SIG_SETMASK, &mask, null_mut());
}

pub fn current_mask() -> u64 {
    let mut old = 0;
    set_mask(c::SIG_SETMASK, null(), &mut old);
    old
}

pub fn unblock(signal: i32) {
    set_mask(c::SIG_UNBLOCK, &(1 << (signal - 1)), null_mut());
}

/// Gives this thread a stack for handlers.
///
/// # Safety
/// The memory is the thread's for ever.
pub unsafe fn set_stack(stack: *mut u8, size: usize) {
    let new = AltStack { sp: stack as usize, flags: 0, size };
    // SAFETY: the caller vouches for the memory.
    unsafe { syscall3(c::__NR_sigaltstack as usize, &raw const new as usize, 0, 0) };
}

/// Sends a signal to this thread.
pub fn raise(signal: i32) {
    let (pid, tid) = (super::thread::pid(), super::thread::tid());
    // SAFETY: no memory involved.
    unsafe { syscall3(c::__NR_tgkill as usize, pid as usize, tid as usize, signal as usize) };
}
