//! Go object to ELF object.

use std::collections::{BTreeSet, HashMap};

use object::write::{Object, Relocation, StandardSection, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationEncoding, RelocationFlags, RelocationKind, SectionKind,
    SymbolFlags, SymbolKind, SymbolScope,
};

use super::GoobjError;
use super::read::{File, Reloc, Target, kind, read};

/// A converted object.
#[derive(Debug)]
pub struct AsmObject {
    pub elf: Vec<u8>,
    /// Go names of the functions it defines (`math/big.addVV`), whose bodies are the ELF symbols with [`ABI0_SUFFIX`].
    pub functions: Vec<String>,
    /// Variables of Go code that it uses.
    pub variables: Vec<String>,
    /// Functions of other assembly objects that it jumps to, by Go name.
    pub external_functions: Vec<String>,
}

/// What a function's ELF symbol has behind its Go name.
pub const ABI0_SUFFIX: &str = ".abi0";

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
    external_functions: BTreeSet<String>,
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
            external_functions: BTreeSet::new(),
        }
    }

    fn run(mut self) -> Result<AsmObject, GoobjError> {
        let file = self.file;
        let mut functions = Vec::new();
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
            if is_text(s.kind) && !s.is_static {
                functions.push(s.name.clone());
            }
            let id = self.out.add_symbol(Symbol {
                name: self.elf_name(i).into_bytes(),
                value: at,
                size,
                kind: if is_text(s.kind) { SymbolKind::Text } else { SymbolKind::Data },
                scope: if s.is_static { SymbolScope::Compilation } else { SymbolScope::Dynamic },
                weak: false,
                section: SymbolSection::Section(section),
                flags: SymbolFlags::None,
            });
            self.ids.insert(i, id);
            placed.push((i, section));
        }
        for (i, section) in placed {
            for r in &file.symbols[i].relocs {
                if let Some(relocation) = self.relocation(r, &file.symbols[i].name)? {
                    self.out.add_relocation(section, relocation)?;
                }
            }
        }
        // Without it the linker takes the stack for executable.
        self.out.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
        let elf = self.out.write()?;
        Ok(AsmObject {
            elf,
            functions,
            variables: self.variables.into_iter().collect(),
            external_functions: self.external_functions.into_iter().collect(),
        })
    }

    fn elf_name(&self, symbol: usize) -> String {
        let s = &self.file.symbols[symbol];
        if is_text(s.kind) { format!("{}{ABI0_SUFFIX}", s.name) } else { s.name.clone() }
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
            self.external_functions.insert(s.name.clone());
            format!("{}{ABI0_SUFFIX}", s.name)
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
