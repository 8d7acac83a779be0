//! The textual form of MIR.
//!
//! ```text
//! file "a.go"
//! fname "main.f"
//! !1 = "a.go":3:5 in "main.f"
//! layout0 = size 16 align 8 ptrs [0]
//! extern @"g" (i64) -> (i64)
//! data @"x" layout0 dedup ro "bytes\x00" [8: abs64 @"g" + 0]
//! func @"main.f" (i64) -> (i64) recover bb1 nosplit start !1 {
//!   slot0: layout0 "s"
//! bb0(v0: i64):
//!   v1: i64 = call @"g"(v0) : (i64) -> (i64) !1
//!   return v1
//! bb1:
//!   unreachable
//! }
//! ```
//!
//! The module is printed in index order, so [`super::parse`] gives every id back; an absent position is
//! `PosId::NONE`. Comments run from `;` to the end of the line. The printer never panics, whatever is wrong with
//! the IR: an id that is out of range is printed with a `?`.

use std::fmt::{self, Display, Formatter, Write};

use super::ir::*;
use super::names::Named;

impl Display for Ty {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Display for Signature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({}) -> ({})", Commas(&self.params), Commas(&self.results))?;
        if self.context { f.write_str(" context") } else { Ok(()) }
    }
}

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for file in self.files.iter().skip(1) {
            writeln!(f, "file {}", Quoted(file.as_bytes(), true))?;
        }
        for name in self.func_names.iter().skip(1) {
            writeln!(f, "fname {}", Quoted(name.as_bytes(), true))?;
        }
        for (i, p) in self.positions.iter().enumerate().skip(1) {
            let file = self.files.get_index(p.file as usize).map_or("?", |s| s);
            let func = self.func_names.get_index(p.func as usize).map_or("?", |s| s);
            let (file, func) = (Quoted(file.as_bytes(), true), Quoted(func.as_bytes(), true));
            write!(f, "!{i} = {file}:{}:{} in {func}", p.line, p.col)?;
            if let Some(at) = p.inlined_at {
                write!(f, " at !{}", at.0)?;
            }
            f.write_char('\n')?;
        }
        for (i, l) in self.layouts.iter().enumerate() {
            writeln!(f, "{} = size {} align {} ptrs [{}]", LayoutId(i as u32), l.size, l.align, Commas(&l.ptr_words))?;
        }
        for (i, data) in self.symbols.values().enumerate() {
            self.fmt_symbol(f, Symbol(i as u32), data)?;
        }
        Ok(())
    }
}

impl Module {
    fn fmt_symbol(&self, f: &mut Formatter<'_>, sym: Symbol, data: &SymbolData) -> fmt::Result {
        let name = SymbolName(Some(self), sym);
        let dedup = if data.dedup { " dedup" } else { "" };
        match &data.def {
            Def::Extern(None) => writeln!(f, "extern {name}{dedup}"),
            Def::Extern(Some(sig)) => writeln!(f, "extern {name} {sig}{dedup}"),
            Def::Data(d) => {
                let ro = if d.read_only { " ro" } else { "" };
                write!(f, "data {name} {}{dedup}{ro} {}", d.layout, Quoted(&d.bytes, false))?;
                if !d.relocs.is_empty() {
                    f.write_str(" [")?;
                    for (i, r) in d.relocs.iter().enumerate() {
                        let comma = if i == 0 { "" } else { ", " };
                        let target = SymbolName(Some(self), r.target);
                        write!(f, "{comma}{}: {} {target} + {}", r.offset, r.kind.name(), r.addend)?;
                    }
                    f.write_char(']')?;
                }
                f.write_char('\n')
            }
            Def::Func(func) => {
                write!(f, "{}", FuncDisplay { module: Some(self), func, sym: Some(sym), dedup: data.dedup })
            }
        }
    }

    /// The text of one function, as it stands in the module's text.
    pub fn func_text(&self, sym: Symbol) -> String {
        match self.symbols.get_index(sym.index()) {
            Some((_, SymbolData { def: Def::Func(func), dedup })) => {
                FuncDisplay { module: Some(self), func, sym: Some(sym), dedup: *dedup }.to_string()
            }
            _ => format!("; {} is no function\n", SymbolName(Some(self), sym)),
        }
    }

    /// The text of a function body that is not (or no longer) in the module's table.
    pub fn body_text(&self, name: Option<Symbol>, func: &Func) -> String {
        FuncDisplay { module: Some(self), func, sym: name, dedup: false }.to_string()
    }
}

/// Without its module: symbols appear by number.
impl Display for Func {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        FuncDisplay { module: None, func: self, sym: None, dedup: false }.fmt(f)
    }
}

struct FuncDisplay<'a> {
    module: Option<&'a Module>,
    func: &'a Func,
    sym: Option<Symbol>,
    dedup: bool,
}

impl Display for FuncDisplay<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let func = self.func;
        f.write_str("func ")?;
        if let Some(sym) = self.sym {
            write!(f, "{} ", SymbolName(self.module, sym))?;
        }
        write!(f, "{}", func.sig)?;
        if self.dedup {
            f.write_str(" dedup")?;
        }
        if let Some(b) = func.recover {
            write!(f, " recover {b}")?;
        }
        let p = func.pragmas;
        for (set, word) in [(p.nosplit, "nosplit"), (p.noinline, "noinline"), (p.wrapper, "wrapper")] {
            if set {
                write!(f, " {word}")?;
            }
        }
        if func.start != PosId::NONE {
            write!(f, " start !{}", func.start.0)?;
        }
        f.write_str(" {\n")?;
        for (i, slot) in func.slots.iter().enumerate() {
            writeln!(f, "  {}: {} {}", Slot(i as u32), slot.layout, Quoted(slot.name.as_bytes(), true))?;
        }
        for (i, block) in func.blocks.iter().enumerate() {
            write!(f, "{}", Block(i as u32))?;
            if !block.params.is_empty() {
                f.write_char('(')?;
                fmt_typed(f, func, &block.params)?;
                f.write_char(')')?;
            }
            f.write_str(":\n")?;
            for inst in &block.insts {
                match func.insts.get(inst.index()) {
                    Some(data) => writeln!(f, "  {}", InstDisplay { module: self.module, func, inst: data })?,
                    None => writeln!(f, "  ?{inst}")?,
                }
            }
            if let Some(term) = &block.term {
                writeln!(f, "  {term}{}", PosSuffix(block.term_pos))?;
            }
        }
        f.write_str("}\n")
    }
}

/// One instruction as text; with a module, symbols by name.
pub struct InstDisplay<'a> {
    pub module: Option<&'a Module>,
    pub func: &'a Func,
    pub inst: &'a InstData,
}

impl Display for InstDisplay<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.inst.results.is_empty() {
            fmt_typed(f, self.func, &self.inst.results)?;
            f.write_str(" = ")?;
        }
        self.fmt_op(f)?;
        write!(f, "{}", PosSuffix(self.inst.pos))
    }
}

impl InstDisplay<'_> {
    fn fmt_op(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = |s: &Symbol| SymbolName(self.module, *s);
        let flag = |set: bool, word: &'static str| if set { word } else { "" };
        match &self.inst.op {
            Op::Int(ty, n) => write!(f, "int {ty}, {n}"),
            Op::Float(ty, bits) => write!(f, "float {ty}, {bits:#x}"),
            Op::Null(ty) => write!(f, "null {ty}"),
            Op::GlobalAddr(s, offset) => write!(f, "global_addr {}, {offset}", name(s)),
            Op::FuncAddr(s) => write!(f, "func_addr {}", name(s)),
            Op::SlotAddr(s) => write!(f, "slot_addr {s}"),
            Op::Context => write!(f, "context"),
            Op::Bin(op, a, b) => write!(f, "{} {a}, {b}", op.name()),
            Op::Un(op, a) => write!(f, "{} {a}", op.name()),
            Op::Cmp(op, a, b) => write!(f, "cmp.{} {a}, {b}", op.name()),
            Op::Conv(op, ty, a) => write!(f, "{} {ty}, {a}", op.name()),
            Op::Select(a, b, c) => write!(f, "select {a}, {b}, {c}"),
            Op::Fma(a, b, c) => write!(f, "fma {a}, {b}, {c}"),
            Op::PtrAdd { base, offset } => write!(f, "ptr_add {base}, {offset}"),
            Op::PtrIndex { base, index, scale, offset } => write!(f, "ptr_index {base}, {index}, {scale}, {offset}"),
            Op::Load { ty, ptr, volatile } => write!(f, "load{} {ty}, {ptr}", flag(*volatile, ".volatile")),
            Op::Store { ptr, val, nowb, volatile } => {
                write!(f, "store{}{} {ptr}, {val}", flag(*nowb, ".nowb"), flag(*volatile, ".volatile"))
            }
            Op::Atomic { op, ty, ptr, args } => {
                write!(f, "atomic.{} {ty}, {ptr}", op.name())?;
                args.iter().try_for_each(|a| write!(f, ", {a}"))
            }
            Op::MemCopy { dst, src, layout, nowb } => {
                write!(f, "mem_copy{} {dst}, {src}, {layout}", flag(*nowb, ".nowb"))
            }
            Op::MemZero { dst, layout, nowb } => write!(f, "mem_zero{} {dst}, {layout}", flag(*nowb, ".nowb")),
            Op::AllocHeap { layout, type_desc } => write!(f, "alloc_heap {layout}, {}", name(type_desc)),
            Op::NilCheck(a) => write!(f, "nil_check {a}"),
            Op::BoundsCheck { kind, index, len, signed } => {
                write!(f, "bounds_check.{}{} {index}, {len}", kind.name(), flag(*signed, ".signed"))
            }
            Op::DivCheck(a) => write!(f, "div_check {a}"),
            Op::ShiftCheck(a) => write!(f, "shift_check {a}"),
            Op::Call { callee, sig, args } => {
                match callee {
                    Callee::Direct(s) => write!(f, "call {}", name(s))?,
                    Callee::Closure => f.write_str("call_closure")?,
                    Callee::Code => f.write_str("call_code")?,
                    Callee::Method { iface, index } => write!(f, "call_method {} {index}", name(iface))?,
                    Callee::Runtime(s) => write!(f, "call_runtime {}", name(s))?,
                }
                write!(f, "({}) : {sig}", Commas(args))
            }
            Op::KeepAlive(a) => write!(f, "keep_alive {a}"),
        }
    }
}

impl Display for Terminator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Terminator::Jump(b, args) => write!(f, "jump {}", Target(*b, args)),
            Terminator::Branch { cond, then, els } => {
                write!(f, "branch {cond}, {}, {}", Target(then.0, &then.1), Target(els.0, &els.1))
            }
            Terminator::Switch { value, cases, default } => {
                write!(f, "switch {value}, {default} [")?;
                for (i, (n, b)) in cases.iter().enumerate() {
                    write!(f, "{}{n}: {b}", if i == 0 { "" } else { ", " })?;
                }
                f.write_char(']')
            }
            Terminator::Return(vals) if vals.is_empty() => f.write_str("return"),
            Terminator::Return(vals) => write!(f, "return {}", Commas(vals)),
            Terminator::Unreachable => f.write_str("unreachable"),
        }
    }
}

fn fmt_typed(f: &mut Formatter<'_>, func: &Func, values: &[Value]) -> fmt::Result {
    for (i, v) in values.iter().enumerate() {
        let ty = func.values.get(v.index()).map_or("?", |t| t.name());
        write!(f, "{}{v}: {ty}", if i == 0 { "" } else { ", " })?;
    }
    Ok(())
}

struct Target<'a>(Block, &'a [Value]);

impl Display for Target<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.1.is_empty() { write!(f, "{}", self.0) } else { write!(f, "{}({})", self.0, Commas(self.1)) }
    }
}

struct PosSuffix(PosId);

impl Display for PosSuffix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == PosId::NONE { Ok(()) } else { write!(f, " !{}", self.0.0) }
    }
}

struct SymbolName<'a>(Option<&'a Module>, Symbol);

impl Display for SymbolName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.map(|m| m.symbols.get_index(self.1.index())) {
            None => write!(f, "{}", self.1),
            Some(None) => write!(f, "@?{}", self.1.0),
            Some(Some((name, _))) => write!(f, "@{}", Quoted(name.as_bytes(), true)),
        }
    }
}

struct Commas<'a, T>(&'a [T]);

impl<T: Display> Display for Commas<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, x) in self.0.iter().enumerate() {
            write!(f, "{}{x}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// Bytes in quotes; the flag says that they are UTF-8, so that only ASCII needs escapes.
struct Quoted<'a>(&'a [u8], bool);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let escape = |f: &mut Formatter<'_>, b: u8| match b {
            b'"' => f.write_str("\\\""),
            b'\\' => f.write_str("\\\\"),
            b'\n' => f.write_str("\\n"),
            0x20..=0x7e => f.write_char(b as char),
            _ => write!(f, "\\x{b:02x}"),
        };
        f.write_char('"')?;
        match std::str::from_utf8(self.0) {
            Ok(s) if self.1 => {
                for c in s.chars() {
                    if c.is_ascii() { escape(f, c as u8)? } else { f.write_char(c)? }
                }
            }
            _ => self.0.iter().try_for_each(|&b| escape(f, b))?,
        }
        f.write_char('"')
    }
}
