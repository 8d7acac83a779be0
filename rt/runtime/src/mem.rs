//! memmove, memset, memcmp and what Go code calls of the kind, for amd64.
//!
//! In assembly, because LLVM turns such loops written in Rust into calls of themselves. Aligned words are moved and
//! cleared by accesses that contain them whole, never byte by byte: the collector and racing goroutines see words that
//! were written. Up to 128 bytes everything is loaded before anything is stored, so overlap needs no thought there.
//!
//! All are leaves without a frame.

#[cfg(not(test))]
core::arch::global_asm!(
    r#"
    .text

    // (dst, src, n) -> dst; regions may overlap.
    .p2align 5
    .globl memcpy
    .globl memmove
    .globl rt_memmove
    .cfi_startproc
memcpy:
memmove:
rt_memmove:
    mov rax, rdi
    cmp rdx, 16
    ja 20f
    cmp edx, 8
    jae 10f
    cmp edx, 4
    jae 11f
    cmp edx, 2
    jae 12f
    test edx, edx
    jz 13f
    movzx ecx, byte ptr [rsi]
    mov [rdi], cl
13:
    ret
12:
    movzx ecx, word ptr [rsi]
    movzx r8d, word ptr [rsi + rdx - 2]
    mov [rdi], cx
    mov [rdi + rdx - 2], r8w
    ret
11:
    mov ecx, [rsi]
    mov r8d, [rsi + rdx - 4]
    mov [rdi], ecx
    mov [rdi + rdx - 4], r8d
    ret
10:
    mov rcx, [rsi]
    mov r8, [rsi + rdx - 8]
    mov [rdi], rcx
    mov [rdi + rdx - 8], r8
    ret
20:
    cmp rdx, 32
    ja 21f
    movups xmm0, [rsi]
    movups xmm1, [rsi + rdx - 16]
    movups [rdi], xmm0
    movups [rdi + rdx - 16], xmm1
    ret
21:
    cmp rdx, 64
    ja 22f
    movups xmm0, [rsi]
    movups xmm1, [rsi + 16]
    movups xmm2, [rsi + rdx - 32]
    movups xmm3, [rsi + rdx - 16]
    movups [rdi], xmm0
    movups [rdi + 16], xmm1
    movups [rdi + rdx - 32], xmm2
    movups [rdi + rdx - 16], xmm3
    ret
22:
    // The last 64 bytes are needed by all that follows but the backward loop.
    mov rcx, rdi
    sub rcx, rsi
    cmp rdx, 128
    ja 23f
    movups xmm0, [rsi]
    movups xmm1, [rsi + 16]
    movups xmm2, [rsi + 32]
    movups xmm3, [rsi + 48]
    movups xmm4, [rsi + rdx - 64]
    movups xmm5, [rsi + rdx - 48]
    movups xmm6, [rsi + rdx - 32]
    movups xmm7, [rsi + rdx - 16]
    movups [rdi], xmm0
    movups [rdi + 16], xmm1
    movups [rdi + 32], xmm2
    movups [rdi + 48], xmm3
    movups [rdi + rdx - 64], xmm4
    movups [rdi + rdx - 48], xmm5
    movups [rdi + rdx - 32], xmm6
    movups [rdi + rdx - 16], xmm7
    ret
23:
    // dst - src below n, unsigned: dst lies in the source, so copy from the end.
    cmp rcx, rdx
    jb 40f
    cmp rdx, {string_from}
    jae 50f
25:
    movups xmm4, [rsi + rdx - 64]
    movups xmm5, [rsi + rdx - 48]
    movups xmm6, [rsi + rdx - 32]
    movups xmm7, [rsi + rdx - 16]
    lea r8, [rdi + rdx - 64]
    .p2align 4
30:
    movups xmm0, [rsi]
    movups xmm1, [rsi + 16]
    movups xmm2, [rsi + 32]
    movups xmm3, [rsi + 48]
    movups [rdi], xmm0
    movups [rdi + 16], xmm1
    movups [rdi + 32], xmm2
    movups [rdi + 48], xmm3
    add rsi, 64
    add rdi, 64
    cmp rdi, r8
    jb 30b
    movups [r8], xmm4
    movups [r8 + 16], xmm5
    movups [r8 + 32], xmm6
    movups [r8 + 48], xmm7
    ret
40:
    movups xmm4, [rsi]
    movups xmm5, [rsi + 16]
    movups xmm6, [rsi + 32]
    movups xmm7, [rsi + 48]
    .p2align 4
41:
    movups xmm0, [rsi + rdx - 16]
    movups xmm1, [rsi + rdx - 32]
    movups xmm2, [rsi + rdx - 48]
    movups xmm3, [rsi + rdx - 64]
    movups [rdi + rdx - 16], xmm0
    movups [rdi + rdx - 32], xmm1
    movups [rdi + rdx - 48], xmm2
    movups [rdi + rdx - 64], xmm3
    sub rdx, 64
    cmp rdx, 64
    ja 41b
    movups [rdi], xmm4
    movups [rdi + 16], xmm5
    movups [rdi + 32], xmm6
    movups [rdi + 48], xmm7
    ret
50:
    // Large: the processor's own word-wise copy, where the regions are far enough apart for it to be fast.
    neg rcx
    cmp rcx, 64
    jb 25b
    movups xmm5, [rsi + rdx - 16]
    lea r8, [rdi + rdx - 16]
    mov rcx, rdx
    shr rcx, 3
    rep movsq
    movups [r8], xmm5
    ret
    .cfi_endproc

    // (dst, byte, n) -> dst
    .p2align 5
    .globl memset
    .cfi_startproc
memset:
    movzx esi, sil
    movabs rcx, 0x0101010101010101
    imul rcx, rsi
1:
    mov rax, rdi
    cmp rdx, 16
    ja 20f
    cmp edx, 8
    jae 10f
    cmp edx, 4
    jae 11f
    cmp edx, 2
    jae 12f
    test edx, edx
    jz 13f
    mov [rdi], cl
13:
    ret
12:
    mov [rdi], cx
    mov [rdi + rdx - 2], cx
    ret
11:
    mov [rdi], ecx
    mov [rdi + rdx - 4], ecx
    ret
10:
    mov [rdi], rcx
    mov [rdi + rdx - 8], rcx
    ret
20:
    movq xmm0, rcx
    punpcklqdq xmm0, xmm0
    cmp rdx, 64
    ja 21f
    movups [rdi], xmm0
    movups [rdi + rdx - 16], xmm0
    cmp edx, 32
    jbe 13b
    movups [rdi + 16], xmm0
    movups [rdi + rdx - 32], xmm0
    ret
21:
    cmp rdx, {string_from}
    jae 50f
    lea r8, [rdi + rdx - 64]
    .p2align 4
30:
    movups [rdi], xmm0
    movups [rdi + 16], xmm0
    movups [rdi + 32], xmm0
    movups [rdi + 48], xmm0
    add rdi, 64
    cmp rdi, r8
    jb 30b
    movups [r8], xmm0
    movups [r8 + 16], xmm0
    movups [r8 + 32], xmm0
    movups [r8 + 48], xmm0
    ret
50:
    movups [rdi + rdx - 16], xmm0
    mov r8, rax
    mov rax, rcx
    mov rcx, rdx
    shr rcx, 3
    rep stosq
    mov rax, r8
    ret
    .cfi_endproc

    // (p, n)
    .p2align 4
    .globl rt_memclr
    .cfi_startproc
rt_memclr:
    mov rdx, rsi
    xor ecx, ecx
    jmp 1b
    .cfi_endproc

    // (a, b, n) -> 1 if equal, else 0
    .p2align 5
    .globl rt_memequal
    .cfi_startproc
rt_memequal:
    cmp rdi, rsi
    je 9f
    cmp rdx, 16
    jae 20f
    cmp edx, 8
    jae 10f
    cmp edx, 4
    jae 11f
    test edx, edx
    jz 9f
    // One to three bytes: the first, the middle, the last.
    movzx eax, byte ptr [rdi]
    movzx ecx, byte ptr [rsi]
    mov r8, rdx
    shr r8, 1
    xor eax, ecx
    movzx r9d, byte ptr [rdi + r8]
    movzx r10d, byte ptr [rsi + r8]
    xor r9d, r10d
    or eax, r9d
    movzx r9d, byte ptr [rdi + rdx - 1]
    movzx r10d, byte ptr [rsi + rdx - 1]
    xor r9d, r10d
    or eax, r9d
    sete al
    movzx eax, al
    ret
11:
    mov eax, [rdi]
    xor eax, [rsi]
    mov ecx, [rdi + rdx - 4]
    xor ecx, [rsi + rdx - 4]
    or eax, ecx
    sete al
    movzx eax, al
    ret
10:
    mov rax, [rdi]
    xor rax, [rsi]
    mov rcx, [rdi + rdx - 8]
    xor rcx, [rsi + rdx - 8]
    or rax, rcx
    sete al
    movzx eax, al
    ret
9:
    mov eax, 1
    ret
20:
    lea r8, [rdx - 16]
    xor r9d, r9d
    cmp rdx, 64
    jb 31f
    lea r10, [rdx - 64]
    .p2align 4
30:
    movups xmm0, [rdi + r9]
    movups xmm1, [rdi + r9 + 16]
    movups xmm2, [rdi + r9 + 32]
    movups xmm3, [rdi + r9 + 48]
    movups xmm4, [rsi + r9]
    movups xmm5, [rsi + r9 + 16]
    movups xmm6, [rsi + r9 + 32]
    movups xmm7, [rsi + r9 + 48]
    pcmpeqb xmm0, xmm4
    pcmpeqb xmm1, xmm5
    pcmpeqb xmm2, xmm6
    pcmpeqb xmm3, xmm7
    pand xmm0, xmm1
    pand xmm2, xmm3
    pand xmm0, xmm2
    pmovmskb eax, xmm0
    cmp eax, 0xffff
    jne 8f
    add r9, 64
    cmp r9, r10
    jbe 30b
31:
    cmp r9, r8
    jae 32f
    movups xmm0, [rdi + r9]
    movups xmm1, [rsi + r9]
    pcmpeqb xmm0, xmm1
    pmovmskb eax, xmm0
    cmp eax, 0xffff
    jne 8f
    add r9, 16
    jmp 31b
32:
    movups xmm0, [rdi + r8]
    movups xmm1, [rsi + r8]
    pcmpeqb xmm0, xmm1
    pmovmskb ecx, xmm0
    xor eax, eax
    cmp ecx, 0xffff
    sete al
    ret
8:
    xor eax, eax
    ret
    .cfi_endproc

    // (a, b, n) -> below, at or above 0 as the first differing byte of a is below b's
    .p2align 5
    .globl memcmp
    .globl bcmp
    .cfi_startproc
memcmp:
bcmp:
    cmp rdx, 16
    jb 40f
    lea r8, [rdx - 16]
    xor r9d, r9d
30:
    cmp r9, r8
    cmovae r9, r8
    movups xmm0, [rdi + r9]
    movups xmm1, [rsi + r9]
    pcmpeqb xmm0, xmm1
    pmovmskb ecx, xmm0
    xor ecx, 0xffff
    jnz 31f
    add r9, 16
    cmp r9, rdx
    jb 30b
    xor eax, eax
    ret
31:
    bsf ecx, ecx
    add r9, rcx
    movzx eax, byte ptr [rdi + r9]
    movzx ecx, byte ptr [rsi + r9]
    sub eax, ecx
    ret
40:
    cmp edx, 8
    jb 50f
    mov rax, [rdi]
    mov rcx, [rsi]
    cmp rax, rcx
    jne 45f
    mov rax, [rdi + rdx - 8]
    mov rcx, [rsi + rdx - 8]
    cmp rax, rcx
    jne 45f
    xor eax, eax
    ret
45:
    bswap rax
    bswap rcx
    cmp rax, rcx
    sbb eax, eax
    or eax, 1
    ret
50:
    xor r9d, r9d
51:
    cmp r9, rdx
    jae 52f
    movzx eax, byte ptr [rdi + r9]
    movzx ecx, byte ptr [rsi + r9]
    inc r9
    sub eax, ecx
    jz 51b
    ret
52:
    xor eax, eax
    ret
    .cfi_endproc

    // (NUL-terminated text) -> bytes before the NUL; names and paths only, so nothing clever
    .p2align 4
    .globl strlen
strlen:
    .cfi_startproc
    mov rax, rdi
1:
    cmp byte ptr [rax], 0
    je 2f
    inc rax
    jmp 1b
2:
    sub rax, rdi
    ret
    .cfi_endproc

    // Named by the unwind tables of core, which this archive was not compiled for; nothing unwinds.
    .globl rust_eh_personality
rust_eh_personality:
    ud2
    "#,
    // From here on the start-up of the processor's string instructions pays.
    string_from = const 2048,
);
