//! Finds `__vdso_clock_gettime` in the kernel's shared object.

#[repr(C)]
struct FileHeader {
    ident: [u8; 16],
    kind: u16,
    machine: u16,
    version: u32,
    entry: u64,
    program_headers: u64,
    section_headers: u64,
    flags: u32,
    size: u16,
    program_header_size: u16,
    program_header_count: u16,
}

#[repr(C)]
struct ProgramHeader {
    kind: u32,
    flags: u32,
    offset: u64,
    address: u64,
}

#[repr(C)]
struct Symbol {
    name: u32,
    info: u8,
    other: u8,
    section: u16,
    value: u64,
    size: u64,
}

const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;
const HASH: u64 = 4;
const STRINGS: u64 = 5;
const SYMBOLS: u64 = 6;
const NAME: &[u8] = b"__vdso_clock_gettime";

/// Reads the object at `base` (AT_SYSINFO_EHDR) and sets `time`'s clock.
///
/// # Safety
/// `base` is what the kernel said.
pub unsafe fn init(base: usize) {
    // SAFETY: the kernel's object is well-formed and mapped.
    unsafe {
        let header = &*(base as *const FileHeader);
        let (mut bias, mut dynamic) = (None, 0);
        for i in 0..header.program_header_count as usize {
            let at = base + header.program_headers as usize + i * header.program_header_size as usize;
            let segment = &*(at as *const ProgramHeader);
            match segment.kind {
                LOAD if bias.is_none() => bias = Some(base.wrapping_add((segment.offset - segment.address) as usize)),
                DYNAMIC => dynamic = base + segment.offset as usize,
                _ => {}
            }
        }
        let (Some(bias), true) = (bias, dynamic != 0) else { return };
        let (mut hash, mut strings, mut symbols) = (0, 0, 0);
        let mut entry = dynamic as *const [u64; 2];
        while (*entry)[0] != 0 {
            let value = bias.wrapping_add((*entry)[1] as usize);
            match (*entry)[0] {
                HASH => hash = value,
                STRINGS => strings = value,
                SYMBOLS => symbols = value,
                _ => {}
            }
            entry = entry.add(1);
        }
        if strings == 0 || symbols == 0 {
            return;
        }
        // The second word of the hash table counts the symbols; without one, the strings follow the symbols.
        let count = if hash != 0 {
            *(hash as *const u32).add(1) as usize
        } else {
            strings.saturating_sub(symbols) / size_of::<Symbol>()
        };
        for i in 0..count {
            let symbol = &*(symbols as *const Symbol).add(i);
            let name = (strings + symbol.name as usize) as *const u8;
            if symbol.section != 0 && core::ffi::CStr::from_ptr(name.cast()).to_bytes() == NAME {
                super::time::set_vdso_clock(bias.wrapping_add(symbol.value as usize));
                return;
            }
        }
    }
}
