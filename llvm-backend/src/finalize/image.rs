//! The linked file as finalize sees it.

use super::{FinalizeError, typelinks};
use crate::sections::{FAULTMAPS_SECTION, STACKMAPS_SECTION};
use ingot_abi::functions::TABLES_HEADER;
use ingot_abi::tables::{FUNCS_SECTION, Header, ROOTS_SECTION, SITES_SECTION};
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{Architecture, LittleEndian, Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind, elf};
use std::collections::BTreeMap;

/// Sections and symbols of a linked file.
pub struct Image<'a> {
    pub bytes: &'a [u8],
    pub stackmaps: &'a [u8],
    pub faultmaps: &'a [u8],
    pub funcs: &'a [u8],
    pub sites: &'a [u8],
    pub roots: &'a [u8],
    /// Lowest address and end of executable sections.
    pub text: (u64, u64),
    pub eh_frame_hdr: u64,
    /// Address and file offset of the runtime's table header.
    pub header: (u64, u64),
    /// The DWARF number of the stack pointer.
    pub sp_register: u16,
    /// Sizes of functions, by address.
    pub sizes: BTreeMap<u64, u64>,
    /// End in the file and in memory of the load segments, and their largest alignment.
    pub load_end: LoadEnd,
    /// Addresses of the descriptors of unnamed types, sorted by the types' strings.
    pub unnamed_types: Vec<u64>,
}

/// Where the load segments end.
#[derive(Clone, Copy, Default)]
pub struct LoadEnd {
    pub file: u64,
    pub memory: u64,
    pub align: u64,
}

impl<'a> Image<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Image<'a>, FinalizeError> {
        let file = ElfFile64::<LittleEndian>::parse(bytes)?;
        let sp_register = match file.architecture() {
            Architecture::X86_64 => 7,
            Architecture::Aarch64 => 31,
            Architecture::Riscv64 => 2,
            _ => return Err(FinalizeError::Linked("unknown architecture")),
        };
        let section = |name: &str| match file.section_by_name(name) {
            Some(s) => s.data().map_err(FinalizeError::from),
            None => Ok(&[][..]),
        };
        let mut text = (u64::MAX, 0);
        let mut eh_frame_hdr = 0;
        for s in file.sections() {
            if let SectionFlags::Elf { sh_flags } = s.flags()
                && sh_flags & u64::from(elf::SHF_EXECINSTR) != 0
                && s.size() != 0
            {
                text = (text.0.min(s.address()), text.1.max(s.address() + s.size()));
            }
            if s.name() == Ok(".eh_frame_hdr") {
                eh_frame_hdr = s.address();
            }
        }
        if text.1 == 0 {
            return Err(FinalizeError::Linked("no code"));
        }
        if text.1 - text.0 > u64::from(u32::MAX) {
            return Err(FinalizeError::Linked("more than 4 GiB of code"));
        }

        let mut sizes = BTreeMap::new();
        let mut header_address = None;
        for symbol in file.symbols() {
            if symbol.kind() == SymbolKind::Text && symbol.is_definition() {
                let size = sizes.entry(symbol.address()).or_insert(0);
                *size = symbol.size().max(*size);
            }
            if symbol.name_bytes() == Ok(TABLES_HEADER.as_bytes()) && symbol.is_definition() {
                header_address = Some(symbol.address());
            }
        }
        let header_address = header_address.ok_or(FinalizeError::Linked("the runtime defines no table header"))?;

        let mut load_end = LoadEnd::default();
        let mut header_offset = None;
        let endian = LittleEndian;
        for p in file.elf_header().program_headers(endian, bytes)? {
            if p.p_type(endian) != elf::PT_LOAD {
                continue;
            }
            let (vaddr, offset, in_file) = (p.p_vaddr(endian), p.p_offset(endian), p.p_filesz(endian));
            load_end.file = load_end.file.max(offset + in_file);
            load_end.memory = load_end.memory.max(vaddr + p.p_memsz(endian));
            load_end.align = load_end.align.max(p.p_align(endian));
            let end = header_address + size_of::<Header>() as u64;
            if vaddr <= header_address && end <= vaddr + in_file {
                header_offset = Some(header_address - vaddr + offset);
            }
        }
        let header_offset = header_offset.ok_or(FinalizeError::Linked("the table header has no bytes in the file"))?;
        if load_end.file > bytes.len() as u64 {
            return Err(FinalizeError::Linked("cut short"));
        }
        Ok(Image {
            bytes,
            stackmaps: section(STACKMAPS_SECTION)?,
            faultmaps: section(FAULTMAPS_SECTION)?,
            funcs: section(FUNCS_SECTION)?,
            sites: section(SITES_SECTION)?,
            roots: section(ROOTS_SECTION)?,
            text,
            eh_frame_hdr,
            header: (header_address, header_offset),
            sp_register,
            sizes,
            load_end,
            unnamed_types: typelinks::collect(&file)?,
        })
    }
}
