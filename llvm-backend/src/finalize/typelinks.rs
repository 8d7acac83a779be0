//! The descriptors that reflection finds by a type's string.
//!
//! `reflect.PointerTo`, `SliceOf` and the like must give the descriptor that compiled code compares with, if the program
//! has one. Packages do not know of each other's, so the list is made of the linked file.

use super::FinalizeError;
use middle::lower::types_desc::{HEADER, field, flag, is_descriptor, kind};
use object::read::elf::ElfFile64;
use object::{LittleEndian, Object, ObjectSection, ObjectSymbol, SectionFlags, elf};

/// Addresses of the descriptors of unnamed types made of others, sorted by the types' strings.
pub fn collect(file: &ElfFile64<LittleEndian>) -> Result<Vec<u64>, FinalizeError> {
    let memory = Memory::of(file)?;
    let mut found = Vec::new();
    for symbol in file.symbols() {
        if symbol.is_definition() && symbol.name().is_ok_and(is_descriptor) {
            let address = symbol.address();
            let text = unnamed(&memory, address).ok_or(FinalizeError::Linked("a malformed type descriptor"))?;
            found.extend(text.map(|text| (text, address)));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(|(_, address)| address).collect())
}

/// The string of the type described at `address`, if reflection looks for such; nothing if the bytes make no sense.
fn unnamed<'a>(memory: &Memory<'a>, address: u64) -> Option<Option<&'a [u8]>> {
    let header = memory.from(address)?.get(..HEADER as usize)?;
    let flags = header[field::FLAGS as usize];
    let made_of_others = matches!(
        header[field::KIND as usize],
        kind::ARRAY | kind::CHAN | kind::FUNC | kind::MAP | kind::POINTER | kind::SLICE | kind::STRUCT
    );
    if flags & flag::NAMED != 0 || !made_of_others {
        return Some(None);
    }
    let string = u32::from_le_bytes(header[field::STRING as usize..][..4].try_into().ok()?);
    let mut name = memory.from(string.into())?.get(1..)?;
    let mut length = 0;
    for shift in (0..28).step_by(7) {
        let (&byte, rest) = name.split_first()?;
        name = rest;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    name.get(usize::from(flags & flag::EXTRA_STAR != 0)..length).map(Some)
}

/// What the file says of memory.
struct Memory<'a> {
    /// Address and content of the sections that are loaded, sorted.
    sections: Vec<(u64, &'a [u8])>,
}

impl<'a> Memory<'a> {
    fn of(file: &ElfFile64<'a, LittleEndian>) -> Result<Memory<'a>, FinalizeError> {
        let mut sections = Vec::new();
        for s in file.sections() {
            if let SectionFlags::Elf { sh_flags } = s.flags()
                && sh_flags & u64::from(elf::SHF_ALLOC) != 0
            {
                sections.push((s.address(), s.data()?));
            }
        }
        sections.sort_unstable_by_key(|s| s.0);
        Ok(Memory { sections })
    }

    /// The bytes from `address` to the end of its section.
    fn from(&self, address: u64) -> Option<&'a [u8]> {
        let next = self.sections.partition_point(|s| s.0 <= address);
        let (start, bytes) = *self.sections.get(next.checked_sub(1)?)?;
        bytes.get((address - start) as usize..)
    }
}
