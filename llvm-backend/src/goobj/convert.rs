//! Go object to ELF object.

use std::collections::{BTreeSet, HashMap};

use object::write::{Object, Relocation, StandardSection, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationEncoding, RelocationFlags, RelocationKind, SectionKind,
    SymbolFlags, SymbolKind, SymbolScope,
};

use super::GoobjError;
use super::frames::{self, Frame};
use super::read::{Abi, File, Reloc, Symbol as GoSymbol, Target, kind, read};

/// A converted object.
#[derive(Debug)]
pub struct AsmObject {
    pub elf: Vec<u8>,
    pub functions: Vec<AsmFunction>,
    /// Variables of Go code that it uses.
    pub variables: Vec<String>,
    /// Variables that it defines; Go code may declare them.
    pub defined: Vec<String>,
    /// Functions of Go or of other assembly that it jumps to, by Go name; [`thunks`](super::thunks) makes what Go's need.
    pub jumps: Vec<String>,
}

/// A function that Go code can call. Its body is the ELF symbol [`AsmFunction::elf_name`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AsmFunction {
    /// By Go name: `math/big.addVV`.
    pub name: String,
    pub convention: Convention,
    /// It and what it calls take at most [`SHALLOW`] bytes of stack.
    pub shallow: bool,
}

/// How a function takes its arguments: on the stack, or in registers as code of gc's compiler does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Convention {
    Abi0,
    AbiInternal,
}

/// Bytes that are free on every stack without a check, [`ingot_abi::tls::STACK_GUARD`] less the frame that is checked
/// late and as much again for the thunk.
pub const SHALLOW: u32 = 256;

impl AsmFunction {
    pub fn elf_name(&self) -> String {
        elf_name(&self.name, self.convention)
    }
}

pub fn elf_name(name: &str, convention: Convention) -> String {
    match convention {
        Convention::Abi0 => format!("{name}.abi0"),
        Convention::AbiInternal => format!("{name}.abiinternal"),
    }
}

/// Relocation kinds of amd64 assembly (`cmd/internal/objabi.RelocType`).
mod reloc {
    pub const ADDR: u16 = 1;
    pub const CALL: u16 = 7;
    pub const CALLIND: u16 = 10;
    pub const PCREL: u16 = 14;
    pub const TLS_LE: u16 = 15;
}

/// Largest alignment the Go linker gives data without a wish of its own.
const MAX_ALIGN: u64 = 32;
const FUNCTION_ALIGN: u64 = 32;

/// The section name prefix of each kind.
fn section_of(k: u8) -> (&'static str, SectionKind) {
    match k {
        kind::TEXT | kind::TEXT_FIPS => (".text.", SectionKind::Text),
        kind::RODATA | kind::RODATA_FIPS => (".rodata.", SectionKind::ReadOnlyData),
        kind::BSS | kind::NOPTR_BSS => (".bss.", SectionKind::UninitializedData),
        _ => (".data.", SectionKind::Data),
    }
}

fn is_text(k: u8) -> bool {
    matches!(k, kind::TEXT | kind::TEXT_FIPS)
}

/// Functions local to an object are named as if they were ABI0.
fn convention(abi: Abi) -> Convention {
    if abi == Abi::Internal { Convention::AbiInternal } else { Convention::Abi0 }
}

/// What a reference of code does with its target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Call,
    /// Where the stack is as on entry, so that the target returns to the caller.
    Jump,
    /// Anywhere else.
    FarJump,
}

/// The branches of a function, with their targets.
fn branches(s: &GoSymbol) -> impl Iterator<Item = (Branch, Target)> {
    s.relocs.iter().filter(|r| r.kind == reloc::CALL).map(|r| {
        let at = r.offset as usize;
        let depth = s.depths.iter().find(|(end, _)| r.offset < *end).map(|(_, depth)| *depth);
        let branch = match s.data.get(at.wrapping_sub(1)) {
            Some(0xe8) => Branch::Call,
            _ if depth == Some(0) => Branch::Jump,
            _ => Branch::FarJump,
        };
        (branch, r.target)
    })
}

/// The most bytes of stack that a function takes with what it calls and jumps to, its return address included; `None`
/// where that is not known: a stack check, recursion.
fn stack(file: &File, function: usize, callers: &mut Vec<usize>) -> Option<u32> {
    let s = &file.symbols[function];
    if !s.defined {
        return Some(0);
    }
    if !s.nosplit || callers.contains(&function) || s.relocs.iter().any(|r| r.kind == reloc::CALLIND) {
        return None;
    }
    callers.push(function);
    let mut deepest = 0;
    for (_, target) in branches(s) {
        let Target::Own(callee) = target else { return None };
        deepest = deepest.max(stack(file, callee, callers)?);
    }
    callers.pop();
    Some(s.depths.iter().map(|(_, depth)| depth).max()? + 8 + deepest)
}

/// What assembly that makes a system call of its own brackets it with: the runtime has them for it, and they do nothing.
fn is_bracket(s: &GoSymbol) -> bool {
    matches!(&*s.name, "runtime.entersyscall" | "runtime.exitsyscall")
}

/// The functions of other objects that a function reaches.
fn leaves_to(file: &File, function: usize, seen: &mut BTreeSet<usize>, out: &mut BTreeSet<usize>) {
    if !seen.insert(function) {
        return;
    }
    for (_, target) in branches(&file.symbols[function]) {
        match target {
            Target::Own(s) if file.symbols[s].defined => leaves_to(file, s, seen, out),
            Target::Own(s) if is_bracket(&file.symbols[s]) => {}
            Target::Own(s) => drop(out.insert(s)),
            Target::Builtin | Target::None => {}
        }
    }
}

/// The functions of other objects that this one's jump to.
///
/// # Errors
/// A call: its frame would lie on a stack that may move, without a map.
fn jumps(file: &File) -> Result<BTreeSet<usize>, GoobjError> {
    let mut all = BTreeSet::new();
    for (i, s) in file.symbols.iter().enumerate().filter(|(_, s)| s.defined && is_text(s.kind)) {
        leaves_to(file, i, &mut BTreeSet::new(), &mut all);
        for (_, target) in branches(s).filter(|(branch, _)| *branch != Branch::Jump) {
            let Target::Own(callee) = target else { continue };
            let mut called = BTreeSet::new();
            if file.symbols[callee].defined {
                leaves_to(file, callee, &mut BTreeSet::new(), &mut called);
            } else if !is_bracket(&file.symbols[callee]) {
                called.insert(callee);
            }
            if let Some(&f) = called.first() {
                return Err(GoobjError::CallsGo(file.symbols[f].name.clone()));
            }
        }
    }
    Ok(all)
}

/// Converts the output of `go tool asm` for amd64.
pub fn convert(goobj: &[u8]) -> Result<AsmObject, GoobjError> {
    let file = read(goobj)?;
    if file.arch != "amd64" {
        return Err(GoobjError::Malformed("not for amd64"));
    }
    Converter::new(&file).run()
}

struct Converter<'a> {
    file: &'a File<'a>,
    out: Object<'static>,
    ids: HashMap<usize, SymbolId>,
    /// A function nobody calls, and the zeroes that the stack check reads its bound from.
    trap: Option<SymbolId>,
    zeroes: Option<SymbolId>,
    variables: BTreeSet<String>,
}

impl<'a> Converter<'a> {
    fn new(file: &'a File<'a>) -> Converter<'a> {
        Converter {
            file,
            out: Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little),
            ids: HashMap::new(),
            trap: None,
            zeroes: None,
            variables: BTreeSet::new(),
        }
    }

    fn run(mut self) -> Result<AsmObject, GoobjError> {
        let file = self.file;
        let jumps: Vec<String> = jumps(file)?.into_iter().map(|s| file.symbols[s].name.clone()).collect();
        let mut functions: Vec<AsmFunction> = Vec::new();
        let mut defined = Vec::new();
        let mut placed = Vec::new();
        for (i, s) in file.symbols.iter().enumerate() {
            // Names beginning so are the assembler's notes for the Go linker.
            let note = s.name.starts_with("go:") || s.name.starts_with("gclocals") || s.name.ends_with("_stackmap");
            if !s.defined || s.auxiliary || s.kind == 0 || s.kind >= kind::FIRST_DEBUG || s.name.is_empty() || note {
                continue;
            }
            let (prefix, section_kind) = section_of(s.kind);
            let section = self.out.add_section(Vec::new(), format!("{prefix}{}", s.name).into_bytes(), section_kind);
            let size = u64::from(s.size);
            let align = match s.align {
                0 if is_text(s.kind) => FUNCTION_ALIGN,
                0 => std::iter::successors(Some(MAX_ALIGN), |a| Some(a / 2)).find(|a| *a <= size.max(1)).unwrap_or(1),
                n => u64::from(n).next_power_of_two(),
            };
            let mut data = s.data.to_vec();
            let at = if section_kind == SectionKind::UninitializedData {
                self.out.append_section_bss(section, size, align)
            } else {
                data.resize(size as usize, 0);
                for r in &s.relocs {
                    if r.kind == reloc::TLS_LE {
                        patch_stack_check(&mut data, r, &s.name)?;
                    }
                }
                self.out.append_section_data(section, &data, align)
            };
            if is_text(s.kind) && s.abi != Abi::Static {
                let convention = convention(s.abi);
                if convention == Convention::AbiInternal && !s.nosplit {
                    return Err(GoobjError::StackCheck(s.name.clone()));
                }
                let shallow = stack(file, i, &mut Vec::new()).is_some_and(|bytes| bytes <= SHALLOW);
                functions.push(AsmFunction { name: s.name.clone(), convention, shallow });
            }
            if !is_text(s.kind) && s.abi != Abi::Static {
                defined.push(s.name.clone());
            }
            let id = self.out.add_symbol(Symbol {
                name: self.elf_name(i).into_bytes(),
                value: at,
                size,
                kind: if is_text(s.kind) { SymbolKind::Text } else { SymbolKind::Data },
                scope: if s.abi == Abi::Static { SymbolScope::Compilation } else { SymbolScope::Dynamic },
                weak: false,
                section: SymbolSection::Section(section),
                flags: SymbolFlags::None,
            });
            self.ids.insert(i, id);
            placed.push((i, section));
        }
        // The function jumped to leaves the thunk that was called, and knows one kind.
        if !jumps.is_empty() && functions.iter().any(|f| !f.shallow) {
            functions.iter_mut().for_each(|f| f.shallow = false);
        }
        for &(i, section) in &placed {
            for r in &file.symbols[i].relocs {
                if let Some(relocation) = self.relocation(r, &file.symbols[i].name)? {
                    self.out.add_relocation(section, relocation)?;
                }
            }
        }
        let frame = |&(i, _): &(usize, _)| {
            let s = &file.symbols[i];
            is_text(s.kind).then(|| Frame { symbol: self.ids[&i], size: s.size, depths: &s.depths })
        };
        let frames: Vec<Frame> = placed.iter().filter_map(frame).collect();
        frames::add(&mut self.out, &frames)?;
        // Without it the linker takes the stack for executable.
        self.out.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
        let elf = self.out.write()?;
        Ok(AsmObject { elf, functions, variables: self.variables.into_iter().collect(), defined, jumps })
    }

    fn elf_name(&self, symbol: usize) -> String {
        let s = &self.file.symbols[symbol];
        if is_text(s.kind) { elf_name(&s.name, convention(s.abi)) } else { s.name.clone() }
    }

    fn relocation(&mut self, r: &Reloc, name: &str) -> Result<Option<Relocation>, GoobjError> {
        // Go counts from the end of the field, ELF from its start.
        let relative = r.addend - i64::from(r.size);
        let (kind, addend, symbol) = match r.kind {
            reloc::CALLIND => return Ok(None),
            reloc::ADDR => (RelocationKind::Absolute, r.addend, self.target(r.target, false)),
            reloc::CALL => (RelocationKind::Relative, relative, self.target(r.target, true)),
            reloc::PCREL => (RelocationKind::Relative, relative, self.target(r.target, false)),
            // The displacement of the `lea` that took the place of the load: see `patch_stack_check`.
            reloc::TLS_LE => {
                let offset = u64::from(r.offset) - 2;
                let flags = flags(RelocationKind::Relative, 32);
                return Ok(Some(Relocation { offset, symbol: self.zeroes(), addend: -4, flags }));
            }
            other => return Err(GoobjError::Relocation(name.to_owned(), other)),
        };
        let flags = flags(kind, r.size * 8);
        Ok(Some(Relocation { offset: r.offset.into(), symbol, addend, flags }))
    }

    fn target(&mut self, target: Target, call: bool) -> SymbolId {
        let symbol = match target {
            Target::Own(s) => s,
            // `runtime.morestack_noctxt`, never reached.
            Target::Builtin | Target::None => return self.trap(),
        };
        if let Some(&id) = self.ids.get(&symbol) {
            return id;
        }
        let s = &self.file.symbols[symbol];
        let name = if call {
            elf_name(&s.name, convention(s.abi))
        } else {
            self.variables.insert(s.name.clone());
            s.name.clone()
        };
        let id = self.out.add_symbol(Symbol {
            name: name.into_bytes(),
            value: 0,
            size: 0,
            kind: SymbolKind::Unknown,
            scope: SymbolScope::Unknown,
            weak: false,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        });
        self.ids.insert(symbol, id);
        id
    }

    fn trap(&mut self) -> SymbolId {
        if let Some(id) = self.trap {
            return id;
        }
        let section = self.out.section_id(StandardSection::Text);
        // ud2
        let at = self.out.append_section_data(section, &[0x0f, 0x0b], 1);
        let id = self.local(b"ingot.asm.trap", section, at, 2, SymbolKind::Text);
        self.trap = Some(id);
        id
    }

    fn zeroes(&mut self) -> SymbolId {
        if let Some(id) = self.zeroes {
            return id;
        }
        let section = self.out.section_id(StandardSection::ReadOnlyData);
        let at = self.out.append_section_data(section, &[0; 64], 8);
        let id = self.local(b"ingot.asm.zeroes", section, at, 64, SymbolKind::Data);
        self.zeroes = Some(id);
        id
    }

    fn local(
        &mut self,
        name: &[u8],
        section: object::write::SectionId,
        value: u64,
        size: u64,
        kind: SymbolKind,
    ) -> SymbolId {
        self.out.add_symbol(Symbol {
            name: name.to_vec(),
            value,
            size,
            kind,
            scope: SymbolScope::Compilation,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        })
    }
}

fn flags(kind: RelocationKind, size: u8) -> RelocationFlags {
    RelocationFlags::Generic { kind, encoding: RelocationEncoding::Generic, size }
}

/// A stack check loads g (`mov %fs:off, reg`, nine bytes) and compares the stack pointer with a bound behind it. g is
/// replaced by the address of zeroes (`lea zeroes(%rip), reg`, seven bytes, and a nop of two): no stack pointer is below.
fn patch_stack_check(data: &mut [u8], r: &Reloc, name: &str) -> Result<(), GoobjError> {
    let bad = || GoobjError::ThreadLocal(name.to_owned());
    let at = (r.offset as usize).checked_sub(5).ok_or_else(bad)?;
    let code = data.get_mut(at..at + 9).ok_or_else(bad)?;
    let &mut [0x64, rex, 0x8b, modrm, 0x25, ..] = code else { return Err(bad()) };
    if rex & 0xfb != 0x48 || modrm & 0xc7 != 0x04 {
        return Err(bad());
    }
    code.copy_from_slice(&[rex, 0x8d, modrm & 0x38 | 0x05, 0, 0, 0, 0, 0x66, 0x90]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_checks_read_zeroes() {
        let r = Reloc { offset: 6, size: 4, kind: reloc::TLS_LE, addend: 0, target: Target::None };
        let mut code = vec![0x90, 0x64, 0x48, 0x8b, 0x0c, 0x25, 0xf8, 0xff, 0xff, 0xff];
        patch_stack_check(&mut code, &r, "f").unwrap();
        assert_eq!(code, [0x90, 0x48, 0x8d, 0x0d, 0, 0, 0, 0, 0x66, 0x90]);
        assert!(patch_stack_check(&mut vec![0; 10], &r, "f").is_err());
    }
}
