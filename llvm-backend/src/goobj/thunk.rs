//! Thunks: `pkg.F` in our convention calls the assembly function.
//!
//! On entry arguments are where MIR's signature puts them (integers and pointers in rdi, rsi, rdx, rcx, r8, r9, floats
//! in xmm0–7, the rest in words above the return address). A function that needs little stack is called on the
//! goroutine's. For any other the thunk goes to the system stack of the thread, which is free while Go code runs; the
//! goroutine's is neither scanned nor moved meanwhile, since no safepoint lies in between. The frame, downwards:
//!
//! ```text
//!              saved rbp, rbx, r12–r15; on the system stack the old rsp too
//!              results                        (from the next multiple of 8)
//!      rsp ─►  arguments                      each naturally aligned
//! ```
//!
//! of which ABIInternal has no arguments and results: it takes integers and pointers in rax, rbx, rcx, rdi, rsi, r8–r11,
//! floats in xmm0–14, gives results in the same, and xmm15 is zero.
//!
//! A Go function that assembly ends with a jump to is given the frame of the thunk that called the assembly: it takes
//! the arguments out of it, leaves it, and goes on as if the Go caller had called it.
//!
//! Assembly keeps no register but rsp, so everything is fetched from the frame again afterwards. Results go to rax,
//! rdx, rcx and xmm0, xmm1, and beyond those into the result words of the thread block.

use std::fmt::Write;

use ingot_abi::tls::{
    FLOAT_RESULT_REGISTERS, INT_RESULT_REGISTERS, LEAF_SP_OFFSET, RESULTS_OFFSET, SYSTEM_STACK_OFFSET,
};
use inkwell::context::Context;
use inkwell::targets::FileType;
use middle::mir::{Signature, Ty};

use super::GoobjError;
use super::convert::{AsmFunction, Convention, SHALLOW, elf_name};
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
/// Where ABIInternal has integers and pointers; in this order floats have xmm0–14.
const INTERNAL_INTS: [[&str; 4]; 9] = [
    ["rax", "eax", "ax", "al"],
    ["rbx", "ebx", "bx", "bl"],
    ["rcx", "ecx", "cx", "cl"],
    ["rdi", "edi", "di", "dil"],
    ["rsi", "esi", "si", "sil"],
    ["r8", "r8d", "r8w", "r8b"],
    ["r9", "r9d", "r9w", "r9b"],
    ["r10", "r10d", "r10w", "r10b"],
    ["r11", "r11d", "r11w", "r11b"],
];
const INTERNAL_FLOATS: usize = 15;
const SAVED: [&str; 6] = ["rbp", "rbx", "r12", "r13", "r14", "r15"];

/// An object with the thunks of these functions, as the program declares them, and of the Go functions by name that
/// they jump to.
pub fn thunks(functions: &[(&AsmFunction, &Signature)], jumps: &[(&str, &Signature)]) -> Result<Vec<u8>, GoobjError> {
    let mut text = String::from(".intel_syntax noprefix\n");
    for (f, sig) in functions {
        thunk(&mut text, f, sig)?;
    }
    let shallow = functions.iter().all(|(f, _)| f.shallow);
    for (name, sig) in jumps {
        jump_thunk(&mut text, name, sig, shallow);
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

/// Where our convention has a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Int(usize),
    Float(usize),
    /// The nth of the words that take what has no register.
    Word(u64),
}

fn places(types: &[Ty], ints: usize, floats: usize) -> Vec<Place> {
    let (mut int, mut float, mut word) = (0..ints, 0..floats, 0..);
    let place = |ty: &Ty| {
        let register = if ty.is_float() { float.next().map(Place::Float) } else { int.next().map(Place::Int) };
        register.or_else(|| word.next().map(Place::Word)).expect("there are words without end")
    };
    types.iter().map(place).collect()
}

fn quote(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

fn begin(out: &mut String, name: &str) {
    let _ = writeln!(out, ".section \".text.{name}\",\"ax\",@progbits\n.p2align 4\n.globl \"{name}\"");
    let _ = writeln!(out, ".type \"{name}\",@function\n\"{name}\":");
}

fn end(out: &mut String, name: &str) {
    let _ = writeln!(out, ".size \"{name}\", . - \"{name}\"");
}

/// Whether a thunk stays on the goroutine's stack: its own frame counts, too.
fn is_shallow(body: bool, frame: u64) -> bool {
    body && frame <= u64::from(SHALLOW) / 2
}

fn thunk(out: &mut String, f: &AsmFunction, sig: &Signature) -> Result<(), GoobjError> {
    let (name, body) = (quote(&f.name), quote(&f.elf_name()));
    begin(out, &name);
    let layout = Abi0Layout::of(sig);
    let frame = match f.convention {
        Convention::Abi0 => layout.size.next_multiple_of(16),
        Convention::AbiInternal => 0,
    };
    let shallow = is_shallow(f.shallow, frame);
    let words = if shallow {
        // Nothing asynchronous looks at the frame, so its end needs no description.
        asm!(out, ".cfi_startproc");
        enter_shallow(out, frame)
    } else {
        enter_deep(out, frame)
    };
    let params = places(&sig.params, INT_ARGS.len(), FLOAT_ARGS);
    let results = places(&sig.results, INT_RESULTS.len(), FLOAT_RESULT_REGISTERS);
    match f.convention {
        Convention::Abi0 => {
            abi0_arguments(out, sig, &params, &layout, words);
            asm!(out, "call \"{body}\"");
            abi0_results(out, sig, &results, &layout);
        }
        Convention::AbiInternal => {
            let registers = |types: &[Ty]| {
                let floats = types.iter().filter(|t| t.is_float()).count();
                types.len() - floats <= INTERNAL_INTS.len() && floats <= INTERNAL_FLOATS
            };
            if !registers(&sig.params) || !registers(&sig.results) {
                return Err(GoobjError::Registers(f.name.clone()));
            }
            internal_arguments(out, sig, &params, words);
            asm!(out, "call \"{body}\"");
            internal_results(out, sig, &results);
        }
    }
    leave(out, frame, shallow);
    asm!(out, "ret");
    if shallow {
        asm!(out, ".cfi_endproc");
    }
    end(out, &name);
    Ok(())
}

/// `pkg.F.abi0` for a Go function, jumped to from assembly of the same signature.
fn jump_thunk(out: &mut String, name: &str, sig: &Signature, shallow: bool) {
    let (name, entry) = (quote(name), quote(&elf_name(name, Convention::Abi0)));
    let layout = Abi0Layout::of(sig);
    let frame = layout.size.next_multiple_of(16);
    let shallow = is_shallow(shallow, frame);
    begin(out, &entry);
    // The return address is into the thunk.
    asm!(out, "add rsp, 8");
    let (base, above) = if shallow {
        ("rsp", frame + 8 * (SAVED.len() as u64 + 1))
    } else {
        asm!(out, "mov r11, [rsp + {frame}]");
        ("r11", 8)
    };
    let params = places(&sig.params, INT_ARGS.len(), FLOAT_ARGS);
    for ((ty, at), place) in sig.params.iter().zip(&layout.params).zip(params) {
        match (place, ty.size()) {
            (Place::Float(n), _) => asm!(out, "movsd xmm{n}, [rsp + {at}]"),
            (Place::Int(n), 8) => asm!(out, "mov {}, [rsp + {at}]", INT_ARGS[n][0]),
            (Place::Int(n), 4) => asm!(out, "mov {}, [rsp + {at}]", INT_ARGS[n][1]),
            (Place::Int(n), 2) => asm!(out, "movzx {}, word ptr [rsp + {at}]", INT_ARGS[n][1]),
            (Place::Int(n), _) => asm!(out, "movzx {}, byte ptr [rsp + {at}]", INT_ARGS[n][1]),
            (Place::Word(n), _) => {
                asm!(out, "mov rax, [rsp + {at}]");
                asm!(out, "mov [{base} + {}], rax", above + 8 * n);
            }
        }
    }
    leave(out, frame, shallow);
    asm!(out, "jmp \"{name}\"");
    end(out, &entry);
}

/// A register and an offset: where the first word above the return address is.
type Words = (&'static str, u64);

fn enter_shallow(out: &mut String, frame: u64) -> Words {
    for (i, reg) in SAVED.iter().enumerate() {
        asm!(out, "push {reg}");
        asm!(out, ".cfi_adjust_cfa_offset 8");
        asm!(out, ".cfi_offset {reg}, -{}", 8 * (i + 2));
    }
    if frame > 0 {
        asm!(out, "sub rsp, {frame}");
        asm!(out, ".cfi_adjust_cfa_offset {frame}");
    }
    ("rsp", frame + 8 * (SAVED.len() as u64 + 1))
}

fn enter_deep(out: &mut String, frame: u64) -> Words {
    // Above the frame: the old rsp, then the saved registers.
    let total = frame + 8 * (1 + SAVED.len() as u64);
    asm!(out, "mov r11, rsp");
    asm!(out, "mov fs:[{LEAF_SP_OFFSET}], rsp");
    asm!(out, "mov rsp, fs:[{SYSTEM_STACK_OFFSET}]");
    asm!(out, "and rsp, -32");
    asm!(out, "sub rsp, {}", total.next_multiple_of(32));
    asm!(out, "mov [rsp + {frame}], r11");
    for (i, reg) in SAVED.iter().enumerate() {
        asm!(out, "mov [rsp + {}], {reg}", frame + 8 * (i as u64 + 1));
    }
    ("r11", 8)
}

/// To the return address that the thunk was entered with.
fn leave(out: &mut String, frame: u64, shallow: bool) {
    if shallow {
        if frame > 0 {
            asm!(out, "add rsp, {frame}");
        }
        for reg in SAVED.iter().rev() {
            asm!(out, "pop {reg}");
        }
        return;
    }
    for (i, reg) in SAVED.iter().enumerate() {
        asm!(out, "mov {reg}, [rsp + {}]", frame + 8 * (i as u64 + 1));
    }
    asm!(out, "mov rsp, [rsp + {frame}]");
    asm!(out, "mov qword ptr fs:[{LEAF_SP_OFFSET}], 0");
}

fn abi0_arguments(out: &mut String, sig: &Signature, places: &[Place], layout: &Abi0Layout, (base, above): Words) {
    for ((ty, at), place) in sig.params.iter().zip(&layout.params).zip(places) {
        match *place {
            Place::Float(n) => {
                let mov = if *ty == Ty::F32 { "movss dword ptr" } else { "movsd qword ptr" };
                asm!(out, "{mov} [rsp + {at}], xmm{n}");
            }
            Place::Int(n) => asm!(out, "mov [rsp + {at}], {}", part(INT_ARGS[n], ty.size())),
            Place::Word(n) => {
                asm!(out, "mov rax, [{base} + {}]", above + 8 * n);
                asm!(out, "mov [rsp + {at}], {}", part(["rax", "eax", "ax", "al"], ty.size()));
            }
        }
    }
}

fn abi0_results(out: &mut String, sig: &Signature, places: &[Place], layout: &Abi0Layout) {
    for ((ty, at), place) in sig.results.iter().zip(&layout.results).zip(places) {
        let load = |reg: &str, low: &str| match ty.size() {
            8 => format!("mov {reg}, [rsp + {at}]"),
            4 => format!("mov {low}, [rsp + {at}]"),
            2 => format!("movzx {low}, word ptr [rsp + {at}]"),
            _ => format!("movzx {low}, byte ptr [rsp + {at}]"),
        };
        match *place {
            Place::Float(n) => {
                let mov = if *ty == Ty::F32 { "movss" } else { "movsd" };
                asm!(out, "{mov} xmm{n}, [rsp + {at}]");
            }
            Place::Int(n) => {
                let reg = INT_RESULTS[n];
                asm!(out, "{}", load(reg, &format!("e{}", &reg[1..])));
            }
            Place::Word(n) => {
                asm!(out, "{}", load("r11", "r11d"));
                asm!(out, "mov fs:[{}], r11", RESULTS_OFFSET as u64 + 8 * n);
            }
        }
    }
}

fn internal_arguments(out: &mut String, sig: &Signature, places: &[Place], (base, above): Words) {
    let (mut moves, mut floats) = (Vec::new(), 0);
    for (ty, place) in sig.params.iter().zip(places) {
        let word = |n: u64| format!("[{base} + {}]", above + 8 * n);
        match *place {
            // The same registers.
            Place::Float(_) => {}
            Place::Word(n) if ty.is_float() => asm!(out, "movsd xmm{floats}, {}", word(n)),
            Place::Int(n) => moves.push(format!("mov {}, {}", INTERNAL_INTS[moves.len()][0], INT_ARGS[n][0])),
            Place::Word(n) => moves.push(format!("mov {}, {}", INTERNAL_INTS[moves.len()][0], word(n))),
        }
        floats += u32::from(ty.is_float());
    }
    // rcx is read as the fourth argument before it is written as the third; every other register is in order.
    if moves.len() > 3 {
        moves.swap(2, 3);
    }
    for line in moves {
        asm!(out, "{line}");
    }
    asm!(out, "xorps xmm15, xmm15");
}

fn internal_results(out: &mut String, sig: &Signature, places: &[Place]) {
    let (mut ints, mut floats) = (0, 0);
    for (ty, place) in sig.results.iter().zip(places) {
        if ty.is_float() {
            if let Place::Word(n) = *place {
                asm!(out, "movsd fs:[{}], xmm{floats}", RESULTS_OFFSET as u64 + 8 * n);
            }
            floats += 1;
            continue;
        }
        let names = INTERNAL_INTS[ints];
        ints += 1;
        match ty.size() {
            8 => {}
            4 => asm!(out, "mov {0}, {0}", names[1]),
            size => asm!(out, "movzx {}, {}", names[1], part(names, size)),
        }
        match *place {
            Place::Int(n) if INT_RESULTS[n] == names[0] => {}
            Place::Int(n) => asm!(out, "mov {}, {}", INT_RESULTS[n], names[0]),
            Place::Word(n) => asm!(out, "mov fs:[{}], {}", RESULTS_OFFSET as u64 + 8 * n, names[0]),
            Place::Float(_) => {}
        }
    }
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

    fn function(convention: Convention, shallow: bool) -> AsmFunction {
        AsmFunction { name: "p/q.(*T).F".into(), convention, shallow }
    }

    #[test]
    fn every_kind_of_argument_assembles() {
        let all = [Ty::Bool, Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::F32, Ty::F64, Ty::Ptr, Ty::Raw];
        let many: Vec<Ty> = all.iter().chain(&all).copied().collect();
        for (convention, params) in [(Convention::Abi0, &many[..]), (Convention::AbiInternal, &many[..11])] {
            for shallow in [false, true] {
                let f = function(convention, shallow);
                assert!(!thunks(&[(&f, &sig(params, &all))], &[("p/q.G", &sig(&many, &all))]).unwrap().is_empty());
            }
        }
    }

    #[test]
    fn what_registers_do_not_hold_is_refused() {
        let f = function(Convention::AbiInternal, true);
        assert!(thunks(&[(&f, &sig(&[Ty::I64; 9], &[]))], &[]).is_ok());
        assert!(matches!(thunks(&[(&f, &sig(&[Ty::I64; 10], &[]))], &[]), Err(GoobjError::Registers(_))));
        assert!(matches!(thunks(&[(&f, &sig(&[], &[Ty::F64; 16]))], &[]), Err(GoobjError::Registers(_))));
    }
}
