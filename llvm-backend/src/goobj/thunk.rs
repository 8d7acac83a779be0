//! Thunks: `pkg.F` in our convention calls `pkg.F.abi0`.
//!
//! On entry arguments are where MIR's signature puts them (integers and pointers in rdi, rsi, rdx, rcx, r8, r9, floats
//! in xmm0–7, the rest in words above the return address). The thunk goes to the system stack of the thread, which is
//! free while Go code runs, and builds ABI0's frame there:
//!
//! ```text
//!  system stack top ─► saved rsp, rbp, rbx, r12–r15
//!                      results                        (from the next multiple of 8)
//!              rsp ─► arguments                       each naturally aligned
//! ```
//!
//! Assembly keeps no register but rsp, so everything is fetched from the frame again afterwards. Results go to rax,
//! rdx, rcx and xmm0, xmm1, and beyond those into the result words of the thread block. The goroutine's stack is
//! neither scanned nor moved meanwhile: no safepoint lies in between.

use std::fmt::Write;

use ingot_abi::tls::{FLOAT_RESULT_REGISTERS, INT_RESULT_REGISTERS, RESULTS_OFFSET, SYSTEM_STACK_OFFSET};
use inkwell::context::Context;
use inkwell::targets::FileType;
use middle::mir::{Signature, Ty};

use super::GoobjError;
use super::convert::ABI0_SUFFIX;
use crate::{Options, target};

/// Where ABI0 has a function's arguments and results, as offsets from rsp before the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Abi0Layout {
    pub params: Vec<u64>,
    pub results: Vec<u64>,
    pub size: u64,
}

impl Abi0Layout {
    /// Scalars one after the other, each aligned to its size: right for everything but structs by value whose
    /// alignment is above that of their first field, which no assembly function takes.
    pub fn of(sig: &Signature) -> Abi0Layout {
        let mut at = 0u64;
        let mut place = |types: &[Ty]| {
            let mut offsets = Vec::new();
            for ty in types {
                at = at.next_multiple_of(ty.size());
                offsets.push(at);
                at += ty.size();
            }
            at = at.next_multiple_of(8);
            offsets
        };
        let (params, results) = (place(&sig.params), place(&sig.results));
        Abi0Layout { params, results, size: at }
    }
}

const INT_ARGS: [[&str; 4]; 6] = [
    ["rdi", "edi", "di", "dil"],
    ["rsi", "esi", "si", "sil"],
    ["rdx", "edx", "dx", "dl"],
    ["rcx", "ecx", "cx", "cl"],
    ["r8", "r8d", "r8w", "r8b"],
    ["r9", "r9d", "r9w", "r9b"],
];
const FLOAT_ARGS: usize = 8;
const INT_RESULTS: [&str; INT_RESULT_REGISTERS] = ["rax", "rdx", "rcx"];
const SAVED: [&str; 6] = ["rbp", "rbx", "r12", "r13", "r14", "r15"];

/// An object with the thunks of these functions (Go names with their signatures).
pub fn thunks(functions: &[(&str, &Signature)]) -> Result<Vec<u8>, GoobjError> {
    let mut text = String::from(".intel_syntax noprefix\n");
    for (name, sig) in functions {
        thunk(&mut text, name, sig, &Abi0Layout::of(sig));
    }
    assemble(&text)
}

fn line(out: &mut String, text: std::fmt::Arguments) {
    out.push('\t');
    let _ = out.write_fmt(text);
    out.push('\n');
}

macro_rules! asm {
    ($out:expr, $($text:tt)*) => { line($out, format_args!($($text)*)) };
}

/// A register's part of this many bytes.
fn part(names: [&'static str; 4], size: u64) -> &'static str {
    match size {
        8 => names[0],
        4 => names[1],
        2 => names[2],
        _ => names[3],
    }
}

fn thunk(out: &mut String, name: &str, sig: &Signature, layout: &Abi0Layout) {
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    let _ = writeln!(out, ".section \".text.{quoted}\",\"ax\",@progbits\n.p2align 4\n.globl \"{quoted}\"");
    let _ = writeln!(out, ".type \"{quoted}\",@function\n\"{quoted}\":");
    // Above the frame: the old rsp, then the saved registers.
    let frame = layout.size.next_multiple_of(16);
    let saved = 8 * (1 + SAVED.len() as u64);
    let total = (frame + saved).next_multiple_of(16);
    asm!(out, "mov r11, rsp");
    asm!(out, "mov rsp, fs:[{SYSTEM_STACK_OFFSET}]");
    asm!(out, "and rsp, -32");
    asm!(out, "sub rsp, {}", total.next_multiple_of(32));
    asm!(out, "mov [rsp + {frame}], r11");
    for (i, reg) in SAVED.iter().enumerate() {
        asm!(out, "mov [rsp + {}], {reg}", frame + 8 * (i as u64 + 1));
    }
    let (mut ints, mut floats, mut stack) = (0, 0, 0);
    for (ty, at) in sig.params.iter().zip(&layout.params) {
        let size = ty.size();
        if ty.is_float() && floats < FLOAT_ARGS {
            let mov = if *ty == Ty::F32 { "movss dword ptr" } else { "movsd qword ptr" };
            asm!(out, "{mov} [rsp + {at}], xmm{floats}");
            floats += 1;
        } else if !ty.is_float() && ints < INT_ARGS.len() {
            asm!(out, "mov [rsp + {at}], {}", part(INT_ARGS[ints], size));
            ints += 1;
        } else {
            asm!(out, "mov rax, [r11 + {}]", 8 + 8 * stack);
            asm!(out, "mov [rsp + {at}], {}", part(["rax", "eax", "ax", "al"], size));
            stack += 1;
        }
    }
    asm!(out, "cld");
    asm!(out, "call \"{quoted}{ABI0_SUFFIX}\"");
    let (mut ints, mut floats, mut words) = (0, 0, 0);
    for (ty, at) in sig.results.iter().zip(&layout.results) {
        let load = |reg: &str, low: &str| match ty.size() {
            8 => format!("mov {reg}, [rsp + {at}]"),
            4 => format!("mov {low}, [rsp + {at}]"),
            2 => format!("movzx {low}, word ptr [rsp + {at}]"),
            _ => format!("movzx {low}, byte ptr [rsp + {at}]"),
        };
        if ty.is_float() && floats < FLOAT_RESULT_REGISTERS {
            let mov = if *ty == Ty::F32 { "movss" } else { "movsd" };
            asm!(out, "{mov} xmm{floats}, [rsp + {at}]");
            floats += 1;
        } else if !ty.is_float() && ints < INT_RESULTS.len() {
            let reg = INT_RESULTS[ints];
            asm!(out, "{}", load(reg, &format!("e{}", &reg[1..])));
            ints += 1;
        } else {
            asm!(out, "{}", load("r11", "r11d"));
            asm!(out, "mov fs:[{}], r11", RESULTS_OFFSET + 8 * words);
            words += 1;
        }
    }
    for (i, reg) in SAVED.iter().enumerate() {
        asm!(out, "mov {reg}, [rsp + {}]", frame + 8 * (i as u64 + 1));
    }
    asm!(out, "mov rsp, [rsp + {frame}]");
    asm!(out, "ret");
    let _ = writeln!(out, ".size \"{quoted}\", . - \"{quoted}\"");
}

/// LLVM's assembler.
fn assemble(text: &str) -> Result<Vec<u8>, GoobjError> {
    let context = Context::create();
    let module = context.create_module("thunks");
    module.set_inline_assembly(text);
    let machine = target::machine(&Options::default()).map_err(|e| GoobjError::Assemble(e.to_string()))?;
    module.set_triple(&machine.get_triple());
    let object =
        machine.write_to_memory_buffer(&module, FileType::Object).map_err(|e| GoobjError::Assemble(e.to_string()))?;
    Ok(object.as_slice().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sig(params: &[Ty], results: &[Ty]) -> Signature {
        Signature { params: params.to_vec(), results: results.to_vec(), context: false }
    }

    #[test]
    fn layouts_follow_abi0() {
        let l = Abi0Layout::of(&sig(&[Ty::Ptr, Ty::I64, Ty::I64, Ty::I8], &[Ty::I64]));
        assert_eq!((l.params, l.results, l.size), (vec![0, 8, 16, 24], vec![32], 40));
        let l = Abi0Layout::of(&sig(&[Ty::Bool, Ty::I32, Ty::F64], &[Ty::Bool, Ty::I32]));
        assert_eq!((l.params, l.results, l.size), (vec![0, 4, 8], vec![16, 20], 24));
    }

    #[test]
    fn every_kind_of_argument_assembles() {
        let all = [Ty::Bool, Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::F32, Ty::F64, Ty::Ptr, Ty::Raw];
        let params: Vec<Ty> = all.iter().chain(&all).copied().collect();
        let s = sig(&params, &all);
        let object = thunks(&[("p/q.F", &s), ("p.(*T).m", &s)]).unwrap();
        assert!(!object.is_empty());
    }
}
