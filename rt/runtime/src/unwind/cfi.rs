//! DWARF call frame information in `.eh_frame`, found through `.eh_frame_hdr`'s sorted table (as the linker makes it).
//!
//! Only what compilers emit for amd64 code of ours: the frame's end as a register plus an offset, registers saved at
//! offsets from it. Expressions end the unwinding.

use crate::sys::signal::{REG_R12, REG_RBP, REG_RBX, REG_RIP, REG_RSP, REGISTERS};

/// What is unwound: rbx, rbp, r12 to r15, in this order, with stack pointer and program counter.
#[derive(Clone, Copy, Default)]
pub struct Registers {
    pub sp: usize,
    pub pc: usize,
    pub saved: [usize; 6],
}

const SAVED: usize = 6;
const DWARF_RSP: u64 = 7;

/// Index in `Registers::saved` of a DWARF register number.
fn saved_index(register: u64) -> Option<usize> {
    match register {
        3 => Some(0),
        6 => Some(1),
        12..=15 => Some(register as usize - 10),
        _ => None,
    }
}

impl Registers {
    pub fn of_signal(context: &[usize; REGISTERS]) -> Registers {
        let r12 = &context[REG_R12..REG_R12 + 4];
        let saved = [context[REG_RBX], context[REG_RBP], r12[0], r12[1], r12[2], r12[3]];
        Registers { sp: context[REG_RSP], pc: context[REG_RIP], saved }
    }

    pub fn to_signal(self, context: &mut [usize; REGISTERS]) {
        context[REG_RSP] = self.sp;
        context[REG_RIP] = self.pc;
        [context[REG_RBX], context[REG_RBP]] = [self.saved[0], self.saved[1]];
        context[REG_R12..REG_R12 + 4].copy_from_slice(&self.saved[2..]);
    }

    fn get(&self, register: u64) -> Option<usize> {
        if register == DWARF_RSP { Some(self.sp) } else { saved_index(register).map(|i| self.saved[i]) }
    }
}

/// A reader of bytes in loaded, read-only memory.
#[derive(Clone, Copy)]
pub struct Cursor(pub usize);

impl Cursor {
    /// # Safety
    /// The section's contents are well-formed, so reads stay within it. The same holds for every method below.
    pub unsafe fn u8(&mut self) -> u8 {
        // SAFETY: the caller's promise.
        let value = unsafe { *(self.0 as *const u8) };
        self.0 += 1;
        value
    }

    unsafe fn fixed<T: Copy>(&mut self) -> T {
        // SAFETY: the caller's promise.
        let value = unsafe { (self.0 as *const T).read_unaligned() };
        self.0 += size_of::<T>();
        value
    }

    pub unsafe fn uleb(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            // SAFETY: the caller's promise.
            let byte = unsafe { self.u8() };
            if shift < 64 {
                value |= u64::from(byte & 0x7f) << shift;
            }
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    unsafe fn sleb(&mut self) -> i64 {
        let (mut value, mut shift) = (0i64, 0);
        loop {
            // SAFETY: the caller's promise.
            let byte = unsafe { self.u8() };
            if shift < 64 {
                value |= i64::from(byte & 0x7f) << shift;
            }
            shift += 7;
            if byte < 0x80 {
                if byte & 0x40 != 0 && shift < 64 {
                    value |= -1 << shift;
                }
                return value;
            }
        }
    }

    /// A pointer in one of the `DW_EH_PE` encodings; `data` is the base of data-relative ones.
    pub unsafe fn encoded(&mut self, encoding: u8, data: usize) -> Option<usize> {
        if encoding == 0xff {
            return Some(0);
        }
        let at = self.0;
        // SAFETY: the caller's promise.
        let value = unsafe {
            match encoding & 0x0f {
                0x00 | 0x04 | 0x0c => self.fixed::<u64>() as usize,
                0x01 => self.uleb() as usize,
                0x02 => self.fixed::<u16>() as usize,
                0x03 => self.fixed::<u32>() as usize,
                0x09 => self.sleb() as usize,
                0x0a => self.fixed::<i16>() as usize,
                0x0b => self.fixed::<i32>() as usize,
                _ => return None,
            }
        };
        if value == 0 && encoding & 0x70 == 0x10 {
            return Some(0);
        }
        let value = match encoding & 0x70 {
            0x00 => value,
            0x10 => value.wrapping_add(at),
            0x30 => value.wrapping_add(data),
            _ => return None,
        };
        if encoding & 0x80 != 0 {
            // SAFETY: an indirect pointer names a loaded word.
            return Some(unsafe { *(value as *const usize) });
        }
        Some(value)
    }
}

/// A function's frame description with what its common entry says.
pub struct Fde {
    pub start: usize,
    pub size: usize,
    /// Language-specific data, 0 if none.
    pub lsda: usize,
    code_align: u64,
    data_align: i64,
    return_register: u64,
    initial: (usize, usize),
    program: (usize, usize),
}

/// The description of the function an address lies in.
pub fn find(hdr: usize, pc: usize) -> Option<Fde> {
    if hdr == 0 {
        return None;
    }
    // SAFETY: the linker wrote the section; `hdr` is its address.
    unsafe {
        let mut at = Cursor(hdr);
        let (version, frame_enc, count_enc, table_enc) = (at.u8(), at.u8(), at.u8(), at.u8());
        if version != 1 || table_enc != 0x3b {
            return None;
        }
        at.encoded(frame_enc, hdr)?;
        let count = at.encoded(count_enc, hdr)?;
        let table = core::slice::from_raw_parts(at.0 as *const [i32; 2], count);
        let address = |offset: i32| hdr.wrapping_add(offset as usize);
        let i = table.partition_point(|entry| address(entry[0]) <= pc).checked_sub(1)?;
        let fde = parse_fde(address(table[i][1]))?;
        (pc.wrapping_sub(fde.start) < fde.size).then_some(fde)
    }
}

/// The end of a record and the cursor behind its length.
unsafe fn record(at: usize) -> Option<(Cursor, usize)> {
    let mut cursor = Cursor(at);
    // SAFETY: `at` is a record of the section.
    let length = unsafe { cursor.fixed::<u32>() } as usize;
    if length == 0 || length == 0xffff_ffff {
        return None;
    }
    let end = cursor.0 + length;
    Some((cursor, end))
}

unsafe fn parse_fde(at: usize) -> Option<Fde> {
    // SAFETY: `at` is a record of the section, and its pointer leads to its CIE.
    unsafe {
        let (mut fde, fde_end) = record(at)?;
        let cie_pointer = fde.0;
        let cie_at = cie_pointer - fde.fixed::<u32>() as usize;
        let (mut cie, cie_end) = record(cie_at)?;
        cie.fixed::<u32>();
        let version = cie.u8();
        let augmentation = cie.0;
        while cie.u8() != 0 {}
        let code_align = cie.uleb();
        let data_align = cie.sleb();
        let return_register = if version == 1 { u64::from(cie.u8()) } else { cie.uleb() };
        let (mut fde_enc, mut lsda_enc, mut sized) = (0, 0xff, false);
        let mut letters = Cursor(augmentation);
        let mut data_end = cie.0;
        loop {
            match letters.u8() {
                0 => break,
                b'z' => {
                    sized = true;
                    let n = cie.uleb() as usize;
                    data_end = cie.0 + n;
                }
                b'R' => fde_enc = cie.u8(),
                b'L' => lsda_enc = cie.u8(),
                b'P' => {
                    let enc = cie.u8();
                    cie.encoded(enc & 0x7f, 0)?;
                }
                b'S' => {}
                _ => return None,
            }
        }
        let initial = if sized { data_end } else { cie.0 };
        let start = fde.encoded(fde_enc, 0)?;
        let size = fde.encoded(fde_enc & 0x0f, 0)?;
        let mut lsda = 0;
        if sized {
            let n = fde.uleb() as usize;
            let end = fde.0 + n;
            if lsda_enc != 0xff {
                lsda = fde.encoded(lsda_enc, 0)?;
            }
            fde.0 = end;
        }
        Some(Fde {
            start,
            size,
            lsda,
            code_align,
            data_align,
            return_register,
            initial: (initial, cie_end),
            program: (fde.0, fde_end),
        })
    }
}

/// How to find the caller's registers.
#[derive(Clone, Copy)]
pub struct Row {
    cfa_register: u64,
    cfa_offset: i64,
    /// Offset from the frame's end of each saved register, if it is saved.
    offsets: [Option<i64>; SAVED],
    return_offset: Option<i64>,
}

impl Row {
    /// The caller's registers.
    ///
    /// # Safety
    /// The registers are those of a frame that this row is of.
    pub unsafe fn unwind(&self, registers: &Registers) -> Option<Registers> {
        let cfa = registers.get(self.cfa_register)?.wrapping_add(self.cfa_offset as usize);
        // SAFETY: the offsets lead into the frame.
        let load = |offset: i64| unsafe { *(cfa.wrapping_add(offset as usize) as *const usize) };
        let mut caller = Registers { sp: cfa, pc: load(self.return_offset?), saved: registers.saved };
        for (value, offset) in caller.saved.iter_mut().zip(self.offsets) {
            if let Some(offset) = offset {
                *value = load(offset);
            }
        }
        Some(caller)
    }
}

impl Fde {
    /// The frame's end for registers at `pc`.
    pub fn canonical_frame(&self, pc: usize, registers: &Registers) -> Option<usize> {
        let row = self.row(pc)?;
        Some(registers.get(row.cfa_register)?.wrapping_add(row.cfa_offset as usize))
    }

    /// The caller's registers.
    ///
    /// # Safety
    /// The registers are those of a frame of this function.
    pub unsafe fn unwind(&self, pc: usize, registers: &Registers) -> Option<Registers> {
        // SAFETY: the caller's promise.
        unsafe { self.row(pc)?.unwind(registers) }
    }

    /// Runs the programs up to `pc`.
    pub fn row(&self, pc: usize) -> Option<Row> {
        let mut row = Row { cfa_register: DWARF_RSP, cfa_offset: 8, offsets: [None; SAVED], return_offset: None };
        // SAFETY: the programs lie in the section.
        unsafe {
            self.run(self.initial, usize::MAX, &mut row, None)?;
            let initial = row;
            self.run(self.program, pc, &mut row, Some(&initial))?;
        }
        Some(row)
    }

    unsafe fn run(&self, (start, end): (usize, usize), pc: usize, row: &mut Row, initial: Option<&Row>) -> Option<()> {
        const DEPTH: usize = 4;
        let mut stack = [*row; DEPTH];
        let mut depth = 0;
        let mut location = self.start;
        let mut at = Cursor(start);
        // SAFETY: the caller's program.
        unsafe {
            while at.0 < end {
                let op = at.u8();
                let low = u64::from(op & 0x3f);
                let advance = match op >> 6 {
                    1 => Some(low),
                    2 => {
                        let offset = at.uleb() as i64 * self.data_align;
                        self.save(row, low, Some(offset));
                        None
                    }
                    3 => {
                        self.restore(row, low, initial);
                        None
                    }
                    _ => match op {
                        0x00 => None,
                        0x01 => {
                            location = at.encoded(0, 0)?;
                            Some(0)
                        }
                        0x02 => Some(u64::from(at.u8())),
                        0x03 => Some(u64::from(at.fixed::<u16>())),
                        0x04 => Some(u64::from(at.fixed::<u32>())),
                        0x05 => {
                            let register = at.uleb();
                            let offset = at.uleb() as i64 * self.data_align;
                            self.save(row, register, Some(offset));
                            None
                        }
                        0x06 => {
                            let register = at.uleb();
                            self.restore(row, register, initial);
                            None
                        }
                        0x07 | 0x08 => {
                            let register = at.uleb();
                            self.save(row, register, None);
                            None
                        }
                        0x0a => {
                            *stack.get_mut(depth)? = *row;
                            depth += 1;
                            None
                        }
                        0x0b => {
                            depth = depth.checked_sub(1)?;
                            *row = stack[depth];
                            None
                        }
                        0x0c => {
                            row.cfa_register = at.uleb();
                            row.cfa_offset = at.uleb() as i64;
                            None
                        }
                        0x0d => {
                            row.cfa_register = at.uleb();
                            None
                        }
                        0x0e => {
                            row.cfa_offset = at.uleb() as i64;
                            None
                        }
                        0x11 => {
                            let register = at.uleb();
                            let offset = at.sleb() * self.data_align;
                            self.save(row, register, Some(offset));
                            None
                        }
                        0x12 => {
                            row.cfa_register = at.uleb();
                            row.cfa_offset = at.sleb() * self.data_align;
                            None
                        }
                        0x13 => {
                            row.cfa_offset = at.sleb() * self.data_align;
                            None
                        }
                        0x2e => {
                            at.uleb();
                            None
                        }
                        _ => return None,
                    },
                };
                if let Some(delta) = advance {
                    location = location.wrapping_add((delta * self.code_align) as usize);
                    if location > pc {
                        return Some(());
                    }
                }
            }
        }
        Some(())
    }

    fn save(&self, row: &mut Row, register: u64, offset: Option<i64>) {
        if register == self.return_register {
            row.return_offset = offset;
        } else if let Some(i) = saved_index(register) {
            row.offsets[i] = offset;
        }
    }

    fn restore(&self, row: &mut Row, register: u64, initial: Option<&Row>) {
        let Some(initial) = initial else { return };
        if register == self.return_register {
            row.return_offset = initial.return_offset;
        } else if let Some(i) = saved_index(register) {
            row.offsets[i] = initial.offsets[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leb() {
        let bytes = [0xe5u8, 0x8e, 0x26, 0x7f, 0x80, 0x7f];
        let mut at = Cursor(bytes.as_ptr() as usize);
        // SAFETY: reads stay within the array.
        unsafe {
            assert_eq!(at.uleb(), 624_485);
            assert_eq!(at.sleb(), -1);
            assert_eq!(at.sleb(), -128);
        }
    }

    #[test]
    fn program() {
        // def_cfa rsp+8, ra at cfa-8; after 1 byte: offset 16, rbx saved at cfa-16.
        let initial = [0x0c, 7, 8, 0x90, 1];
        let program = [0x41, 0x0e, 16, 0x83, 2, 0x48, 0x0e, 8];
        let range = |b: &[u8]| (b.as_ptr() as usize, b.as_ptr() as usize + b.len());
        let fde = Fde {
            start: 100,
            size: 20,
            lsda: 0,
            code_align: 1,
            data_align: -8,
            return_register: 16,
            initial: range(&initial),
            program: range(&program),
        };
        assert_eq!(fde.row(100).unwrap().cfa_offset, 8);
        assert_eq!(fde.row(105).unwrap().cfa_offset, 16);
        assert_eq!(fde.row(109).unwrap().cfa_offset, 8);
        let stack = [77usize, 1234, 0];
        let sp = stack.as_ptr() as usize;
        // SAFETY: the array stands for a frame.
        let caller = unsafe { fde.unwind(105, &Registers { sp, pc: 105, saved: [0; 6] }) }.unwrap();
        assert_eq!((caller.pc, caller.sp, caller.saved[0]), (1234, sp + 16, 77));
    }
}
