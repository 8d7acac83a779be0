//! Writes the finished file.
//!
//! Up to the end of the load segments the file stays as the linker wrote it. Behind it come the tables at the next
//! page, then the sections that are kept but not loaded, then new section headers.
//!
//! The tables' load segment needs a program header and nothing may move, so it takes `PT_GNU_RELRO`'s: only a dynamic
//! linker or libc acts on that one, a static program of ours has neither. It stands behind the other load segments, so
//! their order by address holds.

use super::image::Image;
use super::tables::{Packed, header_bytes};
use super::{FinalizeError, FinalizeOptions};
use crate::sections::{FAULTMAPS_SECTION, STACKMAPS_SECTION};
use object::elf;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const SECTION_HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;

fn u16_at(b: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(b[at..at + 2].try_into().expect("two bytes"))
}
fn u32_at(b: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(b[at..at + 4].try_into().expect("four bytes"))
}
fn u64_at(b: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(b[at..at + 8].try_into().expect("eight bytes"))
}

/// A section header of the linked file.
struct Section<'a> {
    header: &'a [u8],
    name: &'a str,
    content: &'a [u8],
}

impl Section<'_> {
    fn kind(&self) -> u32 {
        u32_at(self.header, 4)
    }
    fn allocated(&self) -> bool {
        u64_at(self.header, 8) & u64::from(elf::SHF_ALLOC) != 0
    }
    fn keep(&self, options: &FinalizeOptions) -> bool {
        let ours = self.name == STACKMAPS_SECTION || self.name == FAULTMAPS_SECTION || self.name.starts_with(".ingot.");
        let debug = self.name.starts_with(".debug_") || self.name == ".comment";
        let symbols = self.kind() == elf::SHT_SYMTAB || self.name == ".strtab";
        self.allocated() || !(ours || (options.strip_symbols && (symbols || debug)) || (options.strip_debug && debug))
    }
}

/// The finished file.
pub fn rewrite(image: &Image, packed: Packed, options: &FinalizeOptions) -> Result<Vec<u8>, FinalizeError> {
    let sections = read_sections(image.bytes)?;
    let end = image.load_end;
    let align = end.align.max(4096);
    let mut out = image.bytes[..end.file as usize].to_vec();
    out.resize(out.len().next_multiple_of(align as usize), 0);
    let tables_offset = out.len() as u64;
    let tables_address = end.memory.next_multiple_of(align);
    let tables_size = packed.bytes.len() as u64;
    out.extend_from_slice(&packed.bytes);

    let header = header_bytes(&packed.header, tables_address);
    put(&mut out, image.header.1, &header);
    add_segment(&mut out, tables_offset, tables_address, tables_size, align)?;

    // New numbers of the kept sections; the tables' section comes last but for the section names.
    let mut numbers = vec![0u32; sections.len()];
    let mut kept = Vec::new();
    for (i, s) in sections.iter().enumerate().skip(1) {
        if s.keep(options) && s.name != ".shstrtab" {
            kept.push(s);
            numbers[i] = kept.len() as u32;
        }
    }
    if kept.len() + 3 >= usize::from(elf::SHN_LORESERVE) {
        return Err(FinalizeError::Linked("too many sections"));
    }

    let mut names = vec![0u8];
    let mut headers = vec![0u8; SECTION_HEADER];
    let mut name = |text: &str| {
        let at = names.len() as u32;
        names.extend_from_slice(text.as_bytes());
        names.push(0);
        at
    };
    for s in &kept {
        let mut h = s.header.to_vec();
        put(&mut h, 0, &name(s.name).to_le_bytes());
        if !s.allocated() {
            let unit = u64_at(s.header, 0x30).clamp(1, 4096);
            out.resize(out.len().next_multiple_of(unit as usize), 0);
            put(&mut h, 0x18, &(out.len() as u64).to_le_bytes());
            if s.kind() == elf::SHT_SYMTAB {
                out.extend(renumber_symbols(s.content, &numbers));
            } else {
                out.extend_from_slice(s.content);
            }
        }
        let link = u32_at(s.header, 0x28) as usize;
        put(&mut h, 0x28, &numbers.get(link).copied().unwrap_or(0).to_le_bytes());
        headers.extend_from_slice(&h);
    }
    let tables_name = name(".ingot.tables");
    let alloc = u64::from(elf::SHF_ALLOC);
    headers.extend(section_header(tables_name, elf::SHT_PROGBITS, alloc, tables_address, tables_offset, tables_size));
    let names_name = name(".shstrtab");
    let names_offset = out.len() as u64;
    headers.extend(section_header(names_name, elf::SHT_STRTAB, 0, 0, names_offset, names.len() as u64));
    out.extend_from_slice(&names);
    out.resize(out.len().next_multiple_of(8), 0);

    let headers_offset = out.len() as u64;
    let count = (headers.len() / SECTION_HEADER) as u16;
    out.extend_from_slice(&headers);
    put(&mut out, 0x28, &headers_offset.to_le_bytes());
    put(&mut out, 0x3c, &count.to_le_bytes());
    put(&mut out, 0x3e, &(count - 1).to_le_bytes());
    Ok(out)
}

fn put(out: &mut [u8], at: impl TryInto<usize>, bytes: &[u8]) {
    let Ok(at) = at.try_into() else { unreachable!("file offsets fit") };
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

fn read_sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, FinalizeError> {
    let bad = || FinalizeError::Linked("section headers");
    // The image has been parsed, so the file header is there.
    let (at, count, names) = (u64_at(bytes, 0x28) as usize, u16_at(bytes, 0x3c) as usize, u16_at(bytes, 0x3e) as usize);
    let header = |i: usize| at.checked_add(i * SECTION_HEADER).and_then(|s| bytes.get(s..s + SECTION_HEADER));
    let content = |h: &[u8]| {
        if u32_at(h, 4) == elf::SHT_NOBITS {
            return Some(&[][..]);
        }
        let (at, len) = (u64_at(h, 0x18) as usize, u64_at(h, 0x20) as usize);
        bytes.get(at..at.checked_add(len)?)
    };
    let name_table = header(names).and_then(content).ok_or_else(bad)?;
    let mut sections = Vec::new();
    for i in 0..count {
        let header = header(i).ok_or_else(bad)?;
        let rest = name_table.get(u32_at(header, 0) as usize..).ok_or_else(bad)?;
        let end = rest.iter().position(|&b| b == 0).ok_or_else(bad)?;
        let name = std::str::from_utf8(&rest[..end]).map_err(|_| bad())?;
        sections.push(Section { header, name, content: content(header).ok_or_else(bad)? });
    }
    Ok(sections)
}

/// Turns `PT_GNU_RELRO` into the tables' load segment.
fn add_segment(out: &mut [u8], offset: u64, address: u64, size: u64, align: u64) -> Result<(), FinalizeError> {
    let (table, count) = (u64_at(out, 0x20) as usize, usize::from(u16_at(out, 0x38)));
    for i in 0..count {
        let at = table + i * PROGRAM_HEADER;
        if u32_at(out, at) == elf::PT_GNU_RELRO {
            put(out, at, &elf::PT_LOAD.to_le_bytes());
            put(out, at + 4, &elf::PF_R.to_le_bytes());
            let fields = [offset, address, address, size, size, align];
            let bytes: Vec<u8> = fields.iter().flat_map(|f| f.to_le_bytes()).collect();
            put(out, at + 8, &bytes);
            return Ok(());
        }
    }
    Err(FinalizeError::Linked("no RELRO segment whose header the tables could take"))
}

fn renumber_symbols(symbols: &[u8], numbers: &[u32]) -> Vec<u8> {
    let mut out = symbols.to_vec();
    for symbol in out.chunks_exact_mut(24) {
        let section = u16_at(symbol, 6);
        if section < elf::SHN_LORESERVE {
            let new = numbers.get(usize::from(section)).copied().unwrap_or(0) as u16;
            symbol[6..8].copy_from_slice(&new.to_le_bytes());
        }
    }
    out
}

fn section_header(name: u32, kind: u32, flags: u64, address: u64, offset: u64, size: u64) -> Vec<u8> {
    let mut h = Vec::with_capacity(SECTION_HEADER);
    h.extend_from_slice(&name.to_le_bytes());
    h.extend_from_slice(&kind.to_le_bytes());
    for v in [flags, address, offset, size, 0, 8, 0] {
        h.extend_from_slice(&v.to_le_bytes());
    }
    h
}

/// Writes an executable. A file is written beside its place and renamed, so that a reader sees the old one or the new;
/// links stay and what they lead to is replaced; a pipe or device is written to.
pub fn write_program(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let path = behind_links(path);
    let folder = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    // The process's umask takes its part of the mode.
    let mode = fs::Permissions::from_mode(0o777);
    let mut file = tempfile::Builder::new().prefix(".ingot-out-").permissions(mode).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(&path).map_err(|e| e.error)?;
    Ok(())
}

/// What symbolic links lead to, there or not.
fn behind_links(path: &Path) -> PathBuf {
    // The system follows no more links either.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}
