//! Small edits of the relocatable ELF objects LLVM writes, made on the bytes: everything LLVM put there stays as it is.

use std::collections::HashMap;

/// An object that is not what the edits expect.
#[derive(Debug, thiserror::Error)]
pub enum ElfError {
    #[error("malformed object: {0}")]
    Malformed(&'static str),
}

use ElfError::Malformed;

/// A section to append: not allocated, with 8-byte absolute relocations (offset, symbol).
pub struct NewSection {
    pub name: String,
    pub bytes: Vec<u8>,
    pub relocs: Vec<(u64, String)>,
}

const HEADER_SIZE: usize = 64;
const SECTION_SIZE: usize = 64;
const SYMBOL_SIZE: usize = 24;
const SHT_PROGBITS: u32 = 1;
const SHT_SYMTAB: u32 = 2;
const SHT_RELA: u32 = 4;
const SHF_WRITE: u64 = 1;
const SHF_ALLOC: u64 = 2;
const SHF_INFO_LINK: u64 = 0x40;
const SHN_XINDEX: u16 = 0xffff;
/// `e_shnum` and `e_shstrndx` from here on are kept in section header 0.
const SHN_LORESERVE: u64 = 0xff00;

/// The relocation "8-byte absolute address" of a machine.
fn abs64(machine: u16) -> Result<u32, ElfError> {
    match machine {
        62 => Ok(1),    // EM_X86_64, R_X86_64_64
        183 => Ok(257), // EM_AARCH64, R_AARCH64_ABS64
        243 => Ok(2),   // EM_RISCV, R_RISCV_64
        _ => Err(Malformed("unknown machine")),
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ElfError> {
    let end = at.checked_add(N).ok_or(Malformed("offset out of range"))?;
    Ok(bytes.get(at..end).ok_or(Malformed("cut short"))?.try_into().expect("length N"))
}
fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ElfError> {
    field(bytes, at).map(u16::from_le_bytes)
}
fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ElfError> {
    field(bytes, at).map(u32::from_le_bytes)
}
fn u64_at(bytes: &[u8], at: usize) -> Result<u64, ElfError> {
    field(bytes, at).map(u64::from_le_bytes)
}
fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// Where an object's section headers are.
struct Shape {
    machine: u16,
    headers: usize,
    count: usize,
    /// Index of the section-name string table.
    names: usize,
}

impl Shape {
    fn read(object: &[u8]) -> Result<Shape, ElfError> {
        if object.get(..6) != Some(&[0x7f, b'E', b'L', b'F', 2, 1]) {
            return Err(Malformed("not a little-endian ELF64 file"));
        }
        let headers = u64_at(object, 0x28)? as usize;
        let mut count = usize::from(u16_at(object, 0x3c)?);
        if count == 0 {
            count = u64_at(object, headers.saturating_add(0x20))? as usize;
        }
        let names_index = match u16_at(object, 0x3e)? {
            SHN_XINDEX => u32_at(object, headers.saturating_add(0x28))? as usize,
            index => usize::from(index),
        };
        let end = count.checked_mul(SECTION_SIZE).and_then(|n| n.checked_add(headers));
        if end.is_none_or(|end| end > object.len()) || names_index >= count {
            return Err(Malformed("section headers"));
        }
        Ok(Shape { machine: u16_at(object, 0x12)?, headers, count, names: names_index })
    }

    fn header(&self, section: usize) -> usize {
        self.headers + section * SECTION_SIZE
    }

    /// A section's bytes.
    fn content<'a>(&self, object: &'a [u8], section: usize) -> Result<&'a [u8], ElfError> {
        let h = self.header(section);
        let (at, len) = (u64_at(object, h + 0x18)? as usize, u64_at(object, h + 0x20)? as usize);
        at.checked_add(len).and_then(|end| object.get(at..end)).ok_or(Malformed("section content"))
    }
}

/// The NUL-terminated string at an offset of a string table.
fn string_at(table: &[u8], at: usize) -> Result<&str, ElfError> {
    let rest = table.get(at..).ok_or(Malformed("string offset"))?;
    let end = rest.iter().position(|&b| b == 0).ok_or(Malformed("string without end"))?;
    std::str::from_utf8(&rest[..end]).map_err(|_| Malformed("string is not UTF-8"))
}

/// Clears `SHF_ALLOC` and `SHF_WRITE` of the sections whose name satisfies `which`.
pub fn clear_alloc(object: &mut [u8], which: impl Fn(&str) -> bool) -> Result<(), ElfError> {
    let shape = Shape::read(object)?;
    for section in 1..shape.count {
        let h = shape.header(section);
        let name = string_at(shape.content(object, shape.names)?, u32_at(object, h)? as usize)?;
        if which(name) {
            let flags = u64_at(object, h + 8)? & !(SHF_ALLOC | SHF_WRITE);
            put(object, h + 8, &flags.to_le_bytes());
        }
    }
    Ok(())
}

/// Appends sections with their relocations; records of symbols the object does not define keep address 0.
pub fn append_sections(object: Vec<u8>, sections: &[NewSection]) -> Result<Vec<u8>, ElfError> {
    let shape = Shape::read(&object)?;
    let reloc_type = abs64(shape.machine)?;
    let (symtab, symbols) = defined_symbols(&object, &shape)?;

    let mut headers = object[shape.headers..shape.header(shape.count)].to_vec();
    let mut names = shape.content(&object, shape.names)?.to_vec();
    let mut out = object;
    let mut add =
        |out: &mut Vec<u8>, headers: &mut Vec<u8>, name: &str, kind: u32, bytes: &[u8], link: u32, info: u32| {
            out.resize(out.len().next_multiple_of(8), 0);
            let at = out.len() as u64;
            out.extend_from_slice(bytes);
            let name_at = names.len() as u32;
            names.extend_from_slice(name.as_bytes());
            names.push(0);
            let (flags, entry) = if kind == SHT_RELA { (SHF_INFO_LINK, SYMBOL_SIZE as u64) } else { (0, 0) };
            headers.extend_from_slice(&name_at.to_le_bytes());
            headers.extend_from_slice(&kind.to_le_bytes());
            for v in [flags, 0, at, bytes.len() as u64] {
                headers.extend_from_slice(&v.to_le_bytes());
            }
            headers.extend_from_slice(&link.to_le_bytes());
            headers.extend_from_slice(&info.to_le_bytes());
            for v in [8, entry] {
                headers.extend_from_slice(&v.to_le_bytes());
            }
        };
    for section in sections {
        let index = (headers.len() / SECTION_SIZE) as u32;
        add(&mut out, &mut headers, &section.name, SHT_PROGBITS, &section.bytes, 0, 0);
        let mut rela = Vec::new();
        for (offset, symbol) in &section.relocs {
            if let Some(&i) = symbols.get(symbol.as_str()) {
                rela.extend_from_slice(&offset.to_le_bytes());
                rela.extend_from_slice(&(u64::from(i) << 32 | u64::from(reloc_type)).to_le_bytes());
                rela.extend_from_slice(&0u64.to_le_bytes());
            }
        }
        add(&mut out, &mut headers, &format!(".rela{}", section.name), SHT_RELA, &rela, symtab as u32, index);
    }

    // The name table and the headers move behind the new sections; the old ones stay as dead bytes.
    let names_at = out.len() as u64;
    out.extend_from_slice(&names);
    let h = shape.names * SECTION_SIZE;
    put(&mut headers, h + 0x18, &names_at.to_le_bytes());
    put(&mut headers, h + 0x20, &(names.len() as u64).to_le_bytes());
    out.resize(out.len().next_multiple_of(8), 0);
    let count = (headers.len() / SECTION_SIZE) as u64;
    let headers_at = out.len() as u64;
    put(&mut out, 0x28, &headers_at.to_le_bytes());
    if count < SHN_LORESERVE {
        put(&mut out, 0x3c, &(count as u16).to_le_bytes());
    } else {
        put(&mut out, 0x3c, &0u16.to_le_bytes());
        put(&mut headers, 0x20, &count.to_le_bytes());
    }
    debug_assert!(out.len() >= HEADER_SIZE);
    out.extend_from_slice(&headers);
    Ok(out)
}

/// The symbol table's section index and the indices of the named symbols defined here.
fn defined_symbols(object: &[u8], shape: &Shape) -> Result<(usize, HashMap<String, u32>), ElfError> {
    let mut symbols = HashMap::new();
    for section in 1..shape.count {
        let h = shape.header(section);
        if u32_at(object, h + 4)? != SHT_SYMTAB {
            continue;
        }
        let link = u32_at(object, h + 0x28)? as usize;
        if link >= shape.count {
            return Err(Malformed("symbol table link"));
        }
        let strings = shape.content(object, link)?;
        for (i, symbol) in shape.content(object, section)?.chunks_exact(SYMBOL_SIZE).enumerate() {
            let (name, defined_in) = (u32_at(symbol, 0)? as usize, u16_at(symbol, 6)?);
            if name != 0 && defined_in != 0 {
                symbols.insert(string_at(strings, name)?.to_owned(), i as u32);
            }
        }
        return Ok((section, symbols));
    }
    Err(Malformed("no symbol table"))
}
