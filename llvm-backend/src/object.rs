//! Checks of the object LLVM wrote: code whose stack maps cannot be used never leaves the compiler.
//!
//! Rejected are frames of variable size, pointers in registers at a safepoint (nobody saves them where the collector
//! looks) and locations relative to anything but the stack pointer.

use object::{Object, ObjectSection};

use crate::Error;
use crate::sections::STACKMAPS_SECTION;

/// DWARF number of the stack pointer on amd64.
const RSP: u16 = 7;

const REGISTER: u8 = 1;
const DIRECT: u8 = 2;
const INDIRECT: u8 = 3;

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let out = self.bytes.get(self.at..self.at + N)?.try_into().ok()?;
        self.at += N;
        Some(out)
    }
    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|b| b[0])
    }
    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }
    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }
    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }
    fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }
}

/// Rejects an object with stack maps the runtime cannot use.
pub fn check(object: &[u8]) -> Result<(), Error> {
    let file = object::File::parse(object).map_err(|e| Error::Object(e.to_string()))?;
    let Some(section) = file.section_by_name(STACKMAPS_SECTION) else { return Ok(()) };
    let bytes = section.data().map_err(|e| Error::Object(e.to_string()))?;
    match check_maps(bytes) {
        Some(Ok(())) => Ok(()),
        Some(Err(message)) => Err(Error::Code { func: String::new(), message }),
        None => Err(Error::Object("truncated stack maps".to_owned())),
    }
}

/// `None`: the section ends early.
fn check_maps(bytes: &[u8]) -> Option<Result<(), String>> {
    let mut c = Cursor { bytes, at: 0 };
    let version = c.u8()?;
    if version != 3 {
        return Some(Err(format!("stack maps of version {version}")));
    }
    c.u8()?;
    c.u16()?;
    let (functions, constants, records) = (c.u32()?, c.u32()?, c.u32()?);
    for _ in 0..functions {
        let (_address, size, _count) = (c.u64()?, c.u64()?, c.u64()?);
        if size == u64::MAX {
            return Some(Err("a frame of variable size".to_owned()));
        }
    }
    for _ in 0..constants {
        c.u64()?;
    }
    for _ in 0..records {
        let id = c.u64()?;
        let (_offset, _flags, locations) = (c.u32()?, c.u16()?, c.u16()?);
        for _ in 0..locations {
            let (kind, _, size, register, _, offset) = (c.u8()?, c.u8()?, c.u16()?, c.u16()?, c.u16()?, c.u32()?);
            match kind {
                REGISTER => return Some(Err(format!("statepoint {id:#x}: a pointer in register {register}"))),
                DIRECT | INDIRECT if register != RSP => {
                    return Some(Err(format!("statepoint {id:#x}: a location relative to register {register}")));
                }
                INDIRECT if size % 8 != 0 || offset % 8 != 0 => {
                    return Some(Err(format!("statepoint {id:#x}: a location of {size} bytes at {offset}")));
                }
                _ => {}
            }
        }
        c.align();
        c.u16()?;
        for _ in 0..c.u16()? {
            c.u32()?;
        }
        c.align();
    }
    Some(Ok(()))
}
