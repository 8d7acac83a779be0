//! Assembly for amd64: runtime calls, context switch, thread and process entry.
//!
//! A runtime call of kind System or Parking is `lea r11, [body]; mov eax, pointers; jmp rt_enter`, where bit i of
//! `pointers` says that result i is a pointer of the collector's. `rt_enter` saves the goroutine's
//! stack pointer, return address and callee-saved registers in its G and runs the body on the M's system stack. The
//! body returns to `rt_leave`, which goes back to the goroutine, whose stack may have moved; or it gives the G away and
//! enters the scheduler, which starts again at the top of the system stack. `rt_resume` continues any G whose context
//! is complete.
//!
//! A leaf that needs more stack than a goroutine grants is `lea r11, [body]; jmp rt_enter_leaf`: it runs on the system
//! stack too, but saves nothing except its stack pointer, for profiles, so it is no safepoint. Go code never runs on a
//! system stack, so the whole of it is free at every runtime call.
//!
//! Prologue checks and polls save every register, in the G rather than on the scarce stack.

use crate::sched::{CTX_CLOSURE, CTX_FULL, CTX_PC, CTX_RBX, CTX_REST, CTX_RESULTS, CTX_SP, CTX_VECTORS, M};
use core::mem::offset_of;
use ingot_abi::functions::{CallBlock, ResultBlock, StubClosure, StubFrame};
use ingot_abi::tls::{G_OFFSET, GUARD_OFFSET, LEAF_SP_OFFSET, RESULTS_OFFSET, SCRATCH_OFFSET, SYSTEM_STACK_OFFSET};

/// An M begins with its thread block.
const FORKING_OFFSET: usize = offset_of!(M, forking);
const _: () = assert!(offset_of!(M, tls) == 0);

/// Bytes `rt_reflectcall` and the stub need below their entry, with those its callee may use before its own check.
const REFLECT_NEED: usize = 1024;

#[cfg(not(test))]
core::arch::global_asm!(
    r#"
    .text

    .p2align 4
    .globl rt_enter
    .hidden rt_enter
rt_enter:
    mov r10, fs:[{g}]
    pop qword ptr [r10 + {pc}]
    mov [r10 + {sp}], rsp
    mov [r10 + {rbx}], rbx
    mov [r10 + {rbx} + 8], rbp
    mov [r10 + {rbx} + 16], r12
    mov [r10 + {rbx} + 24], r13
    mov [r10 + {rbx} + 32], r14
    mov [r10 + {rbx} + 40], r15
    mov rsp, fs:[{system}]
    push rax
    push rax
    call r11
    cmp dword ptr [rip + rt_stress_calls], 0
    jne 2f
1:
    mov r10, fs:[{g}]
    mov rbx, [r10 + {rbx}]
    mov rbp, [r10 + {rbx} + 8]
    mov r12, [r10 + {rbx} + 16]
    mov r13, [r10 + {rbx} + 24]
    mov r14, [r10 + {rbx} + 32]
    mov r15, [r10 + {rbx} + 40]
    mov rsp, [r10 + {sp}]
    push qword ptr [r10 + {pc}]
    ret
2:
    mov r10, fs:[{g}]
    mov [r10 + {results}], rax
    mov [r10 + {results} + 8], rdx
    mov edi, [rsp]
    call rt_stress_call
    mov r10, fs:[{g}]
    mov rax, [r10 + {results}]
    mov rdx, [r10 + {results} + 8]
    jmp 1b

    .p2align 4
    .globl rt_enter_leaf
    .hidden rt_enter_leaf
rt_enter_leaf:
    mov fs:[{leaf_sp}], rsp
    push rbp
    mov rbp, rsp
    mov rsp, fs:[{system}]
    call r11
    mov rsp, rbp
    pop rbp
    mov qword ptr fs:[{leaf_sp}], 0
    ret

    .p2align 4
    .globl rt_poll
rt_poll:
    mov fs:[{scratch}], r11
    mov r11, fs:[{g}]
    mov dword ptr [r11 + {full}], 1
    jmp 3f

    .p2align 4
    .globl rt_breakpoint
rt_breakpoint:
    int3
    ret

    .p2align 4
    .globl rt_morestack
rt_morestack:
    mov fs:[{scratch}], r11
    mov r11, fs:[{g}]
    mov dword ptr [r11 + {full}], 2
    jmp 3f

    .p2align 4
    .globl rt_morestack_large
rt_morestack_large:
    mov fs:[{scratch}], r11
    mov r11, fs:[{g}]
    mov dword ptr [r11 + {full}], 3
3:
    mov [r11 + {rest}], rax
    mov [r11 + {rest} + 8], rcx
    mov [r11 + {rest} + 16], rdx
    mov [r11 + {rest} + 24], rsi
    mov [r11 + {rest} + 32], rdi
    mov [r11 + {rest} + 40], r8
    mov [r11 + {rest} + 48], r9
    mov [r11 + {rest} + 56], r10
    mov rax, fs:[{scratch}]
    mov [r11 + {rest} + 64], rax
    mov rax, [rsp]
    mov [r11 + {pc}], rax
    lea rax, [rsp + 8]
    mov [r11 + {sp}], rax
    mov [r11 + {rbx}], rbx
    mov [r11 + {rbx} + 8], rbp
    mov [r11 + {rbx} + 16], r12
    mov [r11 + {rbx} + 24], r13
    mov [r11 + {rbx} + 32], r14
    mov [r11 + {rbx} + 40], r15
    movups [r11 + {vectors}], xmm0
    movups [r11 + {vectors} + 16], xmm1
    movups [r11 + {vectors} + 32], xmm2
    movups [r11 + {vectors} + 48], xmm3
    movups [r11 + {vectors} + 64], xmm4
    movups [r11 + {vectors} + 80], xmm5
    movups [r11 + {vectors} + 96], xmm6
    movups [r11 + {vectors} + 112], xmm7
    movups [r11 + {vectors} + 128], xmm8
    movups [r11 + {vectors} + 144], xmm9
    movups [r11 + {vectors} + 160], xmm10
    movups [r11 + {vectors} + 176], xmm11
    movups [r11 + {vectors} + 192], xmm12
    movups [r11 + {vectors} + 208], xmm13
    movups [r11 + {vectors} + 224], xmm14
    movups [r11 + {vectors} + 240], xmm15
    mov rsp, fs:[{system}]
    mov rsi, rdi
    mov edi, dword ptr [r11 + {full}]
    call rt_check_body
    jmp rt_resume

    // Continues the G of the thread block.
    .p2align 4
    .globl rt_resume
    .hidden rt_resume
rt_resume:
    mov r11, fs:[{g}]
    mov rbx, [r11 + {rbx}]
    mov rbp, [r11 + {rbx} + 8]
    mov r12, [r11 + {rbx} + 16]
    mov r13, [r11 + {rbx} + 24]
    mov r14, [r11 + {rbx} + 32]
    mov r15, [r11 + {rbx} + 40]
    mov rsp, [r11 + {sp}]
    cmp dword ptr [r11 + {full}], 0
    jne 4f
    mov rax, [r11 + {results}]
    mov rdx, [r11 + {results} + 8]
    mov r10, [r11 + {closure}]
    push qword ptr [r11 + {pc}]
    ret
4:
    mov dword ptr [r11 + {full}], 0
    movups xmm0, [r11 + {vectors}]
    movups xmm1, [r11 + {vectors} + 16]
    movups xmm2, [r11 + {vectors} + 32]
    movups xmm3, [r11 + {vectors} + 48]
    movups xmm4, [r11 + {vectors} + 64]
    movups xmm5, [r11 + {vectors} + 80]
    movups xmm6, [r11 + {vectors} + 96]
    movups xmm7, [r11 + {vectors} + 112]
    movups xmm8, [r11 + {vectors} + 128]
    movups xmm9, [r11 + {vectors} + 144]
    movups xmm10, [r11 + {vectors} + 160]
    movups xmm11, [r11 + {vectors} + 176]
    movups xmm12, [r11 + {vectors} + 192]
    movups xmm13, [r11 + {vectors} + 208]
    movups xmm14, [r11 + {vectors} + 224]
    movups xmm15, [r11 + {vectors} + 240]
    mov rax, [r11 + {rest}]
    mov rcx, [r11 + {rest} + 8]
    mov rdx, [r11 + {rest} + 16]
    mov rsi, [r11 + {rest} + 24]
    mov rdi, [r11 + {rest} + 32]
    mov r8, [r11 + {rest} + 40]
    mov r9, [r11 + {rest} + 48]
    mov r10, [r11 + {rest} + 56]
    push qword ptr [r11 + {pc}]
    mov r11, [r11 + {rest} + 64]
    ret

    // (function): calls it, which does not return, at the top of the system stack.
    .p2align 4
    .globl rt_on_system_top
    .hidden rt_on_system_top
rt_on_system_top:
    mov rsp, fs:[{system}]
    xor ebp, ebp
    call rdi
    ud2

    // Where a goroutine's first function returns to.
    .p2align 4
    nop
    .globl rt_go_end
    .hidden rt_go_end
rt_go_end:
    call rt_goexit
    ud2

    // A fault in Go code resumes here, with the faulting address pushed: see `fault`.
    .p2align 4
    .globl _start
_start:
    .cfi_startproc
    .cfi_undefined rip
    xor ebp, ebp
    mov rdi, rsp
    and rsp, -16
    call rt_boot
    ud2
    .cfi_endproc

    // (flags, stack, parent tid, child tid, tls, M) -> tid or -errno; the new thread calls rt_thread_main(M).
    .p2align 4
    .globl rt_clone
    .hidden rt_clone
rt_clone:
    mov r10, rcx
    mov eax, 56
    mov r11, r9
    push r12
    mov r12, r9
    syscall
    test rax, rax
    jz 5f
    pop r12
    ret
5:
    xor ebp, ebp
    mov rdi, r12
    call rt_thread_main
    ud2

    .globl rt_sigreturn
    .hidden rt_sigreturn
    .p2align 4
rt_sigreturn:
    mov eax, 15
    syscall
    ud2

    // ([7]word) -> (r1, r2). Nothing of it is on the stack during the call: a child of vfork returns first and uses
    // the same stack.
    .p2align 4
    .globl rt_rawsyscall
rt_rawsyscall:
    .cfi_startproc
    movq xmm0, qword ptr [rsp]
    mov r11, rdi
    mov rax, [r11]
    mov rdi, [r11 + 8]
    mov rsi, [r11 + 16]
    mov rdx, [r11 + 24]
    mov r10, [r11 + 32]
    mov r8, [r11 + 40]
    mov r9, [r11 + 48]
    syscall
    movq rcx, xmm0
    add rsp, 8
    .cfi_adjust_cfa_offset -8
    jmp rcx
    .cfi_endproc

    // Package syscall's clone with CLONE_VFORK: (number, a1, a2, a3) -> (r1, errno), a Go function by its convention. As
    // rt_rawsyscall, it keeps nothing on the stack that the child, which returns first, could overwrite. The child has
    // the parent's memory and thread block: until it is done, checks are inert, also where nobody calls BeforeFork.
    .p2align 4
    .globl syscall.rawVforkSyscall
syscall.rawVforkSyscall:
    .cfi_startproc
    movq xmm0, qword ptr [rsp]
    mov rax, rdi
    mov rdi, rsi
    mov rsi, rdx
    mov rdx, rcx
    xor r10d, r10d
    xor r8d, r8d
    movzx r9d, byte ptr fs:[{forking}]
    mov byte ptr fs:[{forking}], 1
    syscall
    movq rcx, xmm0
    add rsp, 8
    .cfi_adjust_cfa_offset -8
    test rax, rax
    jz 8f
    mov byte ptr fs:[{forking}], r9b
8:
    xor edx, edx
    cmp rax, -4095
    jb 7f
    mov rdx, rax
    neg rdx
    mov rax, -1
7:
    jmp rcx
    .cfi_endproc

    // (code, closure, CallBlock). Its frames are `stack::walk::SPECIAL`.
    .p2align 4
    .globl rt_reflectcall
rt_reflectcall:
    .cfi_startproc
    sub rsp, 24
    .cfi_adjust_cfa_offset 24
    mov [rsp], rsi
    mov [rsp + 8], rdx
    mov [rsp + 16], rdi
    lea rax, [rsp - {need}]
    cmp rax, fs:[{guard}]
    jae 6f
    mov edi, {need} + 64
    call rt_morestack_large
    .globl rt_reflectcall_grown
    .hidden rt_reflectcall_grown
rt_reflectcall_grown:
6:
    sub rsp, 512
    .cfi_adjust_cfa_offset 512
    mov rax, [rsp + 520]
    lea rsi, [rax + {block_stack}]
    mov rdi, rsp
    mov rcx, [rax + {block_stack_count}]
    rep movsq
    movsd xmm0, [rax + {block_floats}]
    movsd xmm1, [rax + {block_floats} + 8]
    movsd xmm2, [rax + {block_floats} + 16]
    movsd xmm3, [rax + {block_floats} + 24]
    movsd xmm4, [rax + {block_floats} + 32]
    movsd xmm5, [rax + {block_floats} + 40]
    movsd xmm6, [rax + {block_floats} + 48]
    movsd xmm7, [rax + {block_floats} + 56]
    mov rdi, [rax]
    mov rsi, [rax + 8]
    mov rdx, [rax + 16]
    mov rcx, [rax + 24]
    mov r8, [rax + 32]
    mov r9, [rax + 40]
    mov r10, [rsp + 512]
    call qword ptr [rsp + 528]
    .globl rt_reflectcall_return
    .hidden rt_reflectcall_return
rt_reflectcall_return:
    mov r11, [rsp + 520]
    mov [r11 + {block_results} + {result_ints}], rax
    mov [r11 + {block_results} + {result_ints} + 8], rdx
    mov [r11 + {block_results} + {result_ints} + 16], rcx
    movsd [r11 + {block_results} + {result_floats}], xmm0
    movsd [r11 + {block_results} + {result_floats} + 8], xmm1
    mov rcx, [r11 + {block_results} + {result_count}]
    test rcx, rcx
    jz 7f
    mov rsi, fs:[0]
    add rsi, {thread_results}
    lea rdi, [r11 + {block_results} + {result_words}]
    rep movsq
7:
    add rsp, 536
    .cfi_adjust_cfa_offset -536
    ret
    .cfi_endproc

    // The code of a `StubClosure`, in r10. Its frame is a `StubFrame`, special to the stack walk: what the argument
    // registers and stack words hold is known by the closure's roots.
    .p2align 4
    .globl reflect.makeFuncStub
reflect.makeFuncStub:
    .cfi_startproc
    sub rsp, {stub_size}
    .cfi_adjust_cfa_offset {stub_size}
    mov [rsp], r10
    mov [rsp + {stub_ints}], rdi
    mov [rsp + {stub_ints} + 8], rsi
    mov [rsp + {stub_ints} + 16], rdx
    mov [rsp + {stub_ints} + 24], rcx
    mov [rsp + {stub_ints} + 32], r8
    mov [rsp + {stub_ints} + 40], r9
    movsd [rsp + {stub_floats}], xmm0
    movsd [rsp + {stub_floats} + 8], xmm1
    movsd [rsp + {stub_floats} + 16], xmm2
    movsd [rsp + {stub_floats} + 24], xmm3
    movsd [rsp + {stub_floats} + 32], xmm4
    movsd [rsp + {stub_floats} + 40], xmm5
    movsd [rsp + {stub_floats} + 48], xmm6
    movsd [rsp + {stub_floats} + 56], xmm7
    lea rax, [rsp - {need}]
    cmp rax, fs:[{guard}]
    jae 8f
    mov edi, {need} + 64
    call rt_morestack_large
    .globl rt_stub_grown
    .hidden rt_stub_grown
rt_stub_grown:
8:
    mov rdi, [rsp]
    lea rsi, [rsp + {stub_ints}]
    call qword ptr [rdi + {closure_handler}]
    .globl rt_stub_return
    .hidden rt_stub_return
rt_stub_return:
    mov rcx, [rax + {result_count}]
    test rcx, rcx
    jz 9f
    lea rsi, [rax + {result_words}]
    mov rdi, fs:[0]
    add rdi, {thread_results}
    rep movsq
9:
    mov r11, rax
    mov rax, [r11 + {result_ints}]
    mov rdx, [r11 + {result_ints} + 8]
    mov rcx, [r11 + {result_ints} + 16]
    movsd xmm0, [r11 + {result_floats}]
    movsd xmm1, [r11 + {result_floats} + 8]
    add rsp, {stub_size}
    .cfi_adjust_cfa_offset -{stub_size}
    ret
    .cfi_endproc

    // Assembly calls these around a system call of its own, during which it keeps its P: it is on the system stack, or
    // on the goroutine's without a map, so nobody could run that stack's goroutine or look at it.
    .globl runtime.entersyscall.abi0
    .globl runtime.exitsyscall.abi0
runtime.entersyscall.abi0:
runtime.exitsyscall.abi0:
    ret

    // Names the unwinding convention; never called.
    .globl rt_personality
rt_personality:
    ud2
    "#,
    g = const G_OFFSET,
    guard = const GUARD_OFFSET,
    forking = const FORKING_OFFSET,
    system = const SYSTEM_STACK_OFFSET,
    scratch = const SCRATCH_OFFSET,
    leaf_sp = const LEAF_SP_OFFSET,
    sp = const CTX_SP,
    pc = const CTX_PC,
    rbx = const CTX_RBX,
    results = const CTX_RESULTS,
    closure = const CTX_CLOSURE,
    full = const CTX_FULL,
    rest = const CTX_REST,
    vectors = const CTX_VECTORS,
    need = const REFLECT_NEED,
    block_stack = const offset_of!(CallBlock, stack),
    block_stack_count = const offset_of!(CallBlock, stack_count),
    block_floats = const offset_of!(CallBlock, floats),
    block_results = const offset_of!(CallBlock, results),
    result_count = const offset_of!(ResultBlock, count),
    result_ints = const offset_of!(ResultBlock, ints),
    result_floats = const offset_of!(ResultBlock, floats),
    result_words = const offset_of!(ResultBlock, words),
    thread_results = const RESULTS_OFFSET,
    stub_size = const STUB_SIZE,
    stub_ints = const offset_of!(StubFrame, ints),
    stub_floats = const offset_of!(StubFrame, floats),
    closure_handler = const offset_of!(StubClosure, handler),
);

/// Bytes of a stub's frame below its return address.
pub const STUB_SIZE: usize = offset_of!(StubFrame, pc);

// `rt_reflectcall` knows these numbers.
const _: () = assert!(ingot_abi::functions::CALL_STACK == 64 && offset_of!(CallBlock, ints) == 0);
// Calls keep the stack aligned.
const _: () = assert!(STUB_SIZE % 16 == 8);

unsafe extern "C" {
    pub fn rt_resume() -> !;
    pub fn rt_on_system_top(f: extern "C" fn() -> !) -> !;
    pub fn rt_go_end();
    pub fn rt_sigreturn();
    pub fn rt_reflectcall_grown();
    pub fn rt_reflectcall_return();
    pub fn rt_stub_grown();
    pub fn rt_stub_return();
    pub fn rt_clone(flags: usize, stack: usize, ptid: *const u32, ctid: *const u32, tls: usize, m: usize) -> isize;
}

/// Defines the trampolines of runtime calls: `symbol => body;`.
#[macro_export]
macro_rules! runtime_calls {
    ($enter:literal: $($symbol:ident => $body:ident;)*) => {
        $(
            #[cfg(not(test))]
            core::arch::global_asm!(
                ".p2align 4",
                concat!(".globl ", stringify!($symbol)),
                concat!(stringify!($symbol), ":"),
                "lea {body}(%rip), %r11",
                "mov ${pointers}, %eax",
                concat!("jmp ", $enter),
                body = sym $body,
                pointers = const ingot_abi::functions::pointer_results(stringify!($symbol)),
                options(att_syntax)
            );
        )*
    };
}
