//! LLVM's tables: stack maps, version 3, and fault maps, version 1, as a linker concatenates them.
//!
//! A stack map part is a header, the functions (address, frame size, record count), 64-bit constants, then the records
//! in function order. A statepoint's record has three constants (calling convention, flags, number of deopt
//! locations), the deopt locations, and then pairs of base and derived pointer.

use super::FinalizeError;
use crate::sections::{FAULTMAPS_SECTION, STACKMAPS_SECTION};

/// Where a value is at a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Location {
    Register {
        reg: u16,
        size: u16,
    },
    /// The address reg + offset itself.
    Direct {
        reg: u16,
        offset: i32,
    },
    /// In memory at reg + offset.
    Indirect {
        reg: u16,
        offset: i32,
        size: u16,
    },
    Constant(u64),
}

/// The record of one call.
#[derive(Debug)]
pub struct Record {
    pub id: u64,
    /// Return address − function address.
    pub offset: u32,
    pub locations: Vec<Location>,
}

/// A function's records.
#[derive(Debug)]
pub struct Function {
    pub address: u64,
    /// Bytes from SP at a call to the return address; `u64::MAX` if LLVM did not know.
    pub frame: u64,
    pub records: Vec<Record>,
}

/// A fault map entry: offsets from the function.
#[derive(Debug)]
pub struct Fault {
    pub function: u64,
    pub pc: u32,
    pub handler: u32,
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    section: &'static str,
}

impl Cursor<'_> {
    fn get<const N: usize>(&mut self) -> Result<[u8; N], FinalizeError> {
        let cut = FinalizeError::Section(self.section, "cut short");
        let got = self.bytes.get(self.at..).and_then(|b| b.first_chunk::<N>()).ok_or(cut)?;
        self.at += N;
        Ok(*got)
    }
    fn u8(&mut self) -> Result<u8, FinalizeError> {
        Ok(self.get::<1>()?[0])
    }
    fn u16(&mut self) -> Result<u16, FinalizeError> {
        self.get().map(u16::from_le_bytes)
    }
    fn u32(&mut self) -> Result<u32, FinalizeError> {
        self.get().map(u32::from_le_bytes)
    }
    fn u64(&mut self) -> Result<u64, FinalizeError> {
        self.get().map(u64::from_le_bytes)
    }
    fn align8(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }
    fn at_end(&self) -> bool {
        self.bytes.get(self.at..).is_none_or(|rest| rest.is_empty())
    }
}

/// All live functions of the linked section; those whose address reads 0 were dropped by the linker.
pub fn parse(bytes: &[u8]) -> Result<Vec<Function>, FinalizeError> {
    let mut c = Cursor { bytes, at: 0, section: STACKMAPS_SECTION };
    let mut all = Vec::new();
    loop {
        c.align8();
        if c.at_end() {
            return Ok(all);
        }
        if c.u8()? != 3 {
            return Err(FinalizeError::Section(STACKMAPS_SECTION, "not version 3"));
        }
        c.u8()?;
        c.u16()?;
        let (functions, constants, records) = (c.u32()?, c.u32()?, c.u32()?);
        let mut heads = Vec::new();
        for _ in 0..functions {
            heads.push((c.u64()?, c.u64()?, c.u64()?));
        }
        let mut pool = Vec::new();
        for _ in 0..constants {
            pool.push(c.u64()?);
        }
        let mut total = 0;
        for (address, frame, count) in heads {
            let mut function = Function { address, frame, records: Vec::new() };
            for _ in 0..count {
                let record = record(&mut c, &pool)?;
                if address != 0 {
                    function.records.push(record);
                }
            }
            total += count;
            if address != 0 {
                all.push(function);
            }
        }
        if total != u64::from(records) {
            return Err(FinalizeError::Section(STACKMAPS_SECTION, "record count"));
        }
    }
}

fn record(c: &mut Cursor, pool: &[u64]) -> Result<Record, FinalizeError> {
    let (id, offset) = (c.u64()?, c.u32()?);
    c.u16()?;
    let count = c.u16()?;
    let mut locations = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let kind = c.u8()?;
        c.u8()?;
        let (size, reg) = (c.u16()?, c.u16()?);
        c.u16()?;
        let value = c.u32()?;
        let offset = value as i32;
        locations.push(match kind {
            1 => Location::Register { reg, size },
            2 => Location::Direct { reg, offset },
            3 => Location::Indirect { reg, offset, size },
            4 => Location::Constant(offset as i64 as u64),
            5 => Location::Constant(
                *pool.get(value as usize).ok_or(FinalizeError::Section(STACKMAPS_SECTION, "constant index"))?,
            ),
            _ => return Err(FinalizeError::Section(STACKMAPS_SECTION, "location kind")),
        });
    }
    c.align8();
    c.u16()?;
    for _ in 0..c.u16()? {
        c.u32()?;
    }
    c.align8();
    Ok(Record { id, offset, locations })
}

/// All live entries of the linked fault maps.
pub fn parse_faults(bytes: &[u8]) -> Result<Vec<Fault>, FinalizeError> {
    let mut c = Cursor { bytes, at: 0, section: FAULTMAPS_SECTION };
    let mut all = Vec::new();
    loop {
        c.align8();
        if c.at_end() {
            return Ok(all);
        }
        if c.u8()? != 1 {
            return Err(FinalizeError::Section(FAULTMAPS_SECTION, "not version 1"));
        }
        c.u8()?;
        c.u16()?;
        for _ in 0..c.u32()? {
            let (function, count) = (c.u64()?, c.u32()?);
            c.u32()?;
            for _ in 0..count {
                let (_kind, pc, handler) = (c.u32()?, c.u32()?, c.u32()?);
                if function != 0 {
                    all.push(Fault { function, pc, handler });
                }
            }
        }
    }
}
