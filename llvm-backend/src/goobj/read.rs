//! The Go object file, as far as assembly needs it: symbols with content and relocations.
//!
//! A file is a text line for the toolchain, `\n!\n`, then the binary part: magic, fingerprint, flags, offsets of its
//! blocks, and the blocks. All numbers are little-endian. Every access is checked: bad input is an error.

use super::GoobjError;
use super::GoobjError::Malformed;

const MAGIC: &[u8] = b"\0go120ld";

/// Kinds of symbols (`cmd/internal/objabi.SymKind`); from [`kind::FIRST_DEBUG`] on they are for debuggers and tools.
pub mod kind {
    pub const TEXT: u8 = 1;
    pub const TEXT_FIPS: u8 = 2;
    pub const RODATA: u8 = 3;
    pub const RODATA_FIPS: u8 = 4;
    pub const BSS: u8 = 9;
    pub const NOPTR_BSS: u8 = 10;
    pub const FIRST_DEBUG: u8 = 11;
}

/// Where a reference points.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// A symbol of this file, by index into [`File::symbols`].
    Own(usize),
    /// A function the runtime has under a number, as `runtime.morestack_noctxt`.
    Builtin,
    None,
}

/// How a function takes its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Abi {
    /// On the stack.
    Abi0,
    /// In registers, as code of gc's compiler.
    Internal,
    /// Local to the object: as its callers like.
    Static,
}

#[derive(Debug)]
pub struct Reloc {
    pub offset: u32,
    pub size: u8,
    pub kind: u16,
    pub addend: i64,
    pub target: Target,
}

#[derive(Debug)]
pub struct Symbol<'a> {
    pub name: String,
    pub abi: Abi,
    pub kind: u8,
    /// The file holds its content; otherwise it is only named.
    pub defined: bool,
    /// Describes another symbol (function information, line tables).
    pub auxiliary: bool,
    /// A function without a stack check.
    pub nosplit: bool,
    /// How many bytes below the return address a function uses: (up to this offset, bytes), in order.
    pub depths: Vec<(u32, u32)>,
    pub size: u32,
    /// 0: not asked for.
    pub align: u32,
    pub data: &'a [u8],
    pub relocs: Vec<Reloc>,
}

#[derive(Debug)]
pub struct File<'a> {
    /// GOARCH.
    pub arch: String,
    pub symbols: Vec<Symbol<'a>>,
}

/// Blocks, in the order of their offsets.
mod block {
    pub const SYMBOL: usize = 3;
    pub const HASHED64: usize = 4;
    pub const HASHED: usize = 5;
    pub const NON_PACKAGE: usize = 6;
    pub const NON_PACKAGE_REF: usize = 7;
    pub const RELOC_INDEX: usize = 11;
    pub const AUX_INDEX: usize = 12;
    pub const DATA_INDEX: usize = 13;
    pub const RELOC: usize = 14;
    pub const AUX: usize = 15;
    pub const DATA: usize = 16;
    pub const COUNT: usize = 19;
}

const SYMBOL_SIZE: usize = 21;
const RELOC_SIZE: usize = 23;
const AUX_SIZE: usize = 9;

/// Package indices with a meaning of their own.
const NO_PACKAGE: u32 = i32::MAX as u32;
const HASHED64: u32 = NO_PACKAGE - 1;
const HASHED: u32 = NO_PACKAGE - 2;
const BUILTIN: u32 = NO_PACKAGE - 3;
const SELF: u32 = NO_PACKAGE - 4;

const FLAG_NOSPLIT: u8 = 1 << 4;

/// The auxiliary symbol with the depth of the stack at each instruction.
const AUX_PCSP: u8 = 7;

fn bytes<const N: usize>(b: &[u8], at: usize) -> Result<[u8; N], GoobjError> {
    let end = at.checked_add(N).ok_or(Malformed("offset"))?;
    Ok(b.get(at..end).ok_or(Malformed("cut short"))?.try_into().expect("length N"))
}
fn u16_at(b: &[u8], at: usize) -> Result<u16, GoobjError> {
    bytes(b, at).map(u16::from_le_bytes)
}
fn u32_at(b: &[u8], at: usize) -> Result<u32, GoobjError> {
    bytes(b, at).map(u32::from_le_bytes)
}

struct Blocks<'a> {
    bytes: &'a [u8],
    offsets: [u32; block::COUNT],
}

impl<'a> Blocks<'a> {
    fn get(&self, block: usize) -> Result<&'a [u8], GoobjError> {
        let (from, to) = (self.offsets[block] as usize, self.offsets[block + 1] as usize);
        self.bytes.get(from..to).ok_or(Malformed("block"))
    }
    fn count(&self, block: usize, size: usize) -> Result<usize, GoobjError> {
        Ok(self.get(block)?.len() / size)
    }
}

/// Reads what `go tool asm` wrote.
pub fn read(file: &[u8]) -> Result<File<'_>, GoobjError> {
    let head_end = file.windows(3).position(|w| w == b"\n!\n").ok_or(Malformed("no header"))?;
    let head = std::str::from_utf8(&file[..head_end]).map_err(|_| Malformed("header"))?;
    // "go object linux amd64 go1.26.8 …"
    let arch = head.split(' ').nth(3).ok_or(Malformed("header"))?.to_owned();
    let bytes = &file[head_end + 3..];
    if !bytes.starts_with(MAGIC) {
        return Err(Malformed("another version of the object format"));
    }
    let mut offsets = [0; block::COUNT];
    for (i, o) in offsets.iter_mut().enumerate() {
        *o = u32_at(bytes, MAGIC.len() + 8 + 4 + 4 * i)?;
    }
    let blocks = Blocks { bytes, offsets };

    let own = blocks.count(block::SYMBOL, SYMBOL_SIZE)?;
    let hashed64 = blocks.count(block::HASHED64, SYMBOL_SIZE)?;
    let hashed = blocks.count(block::HASHED, SYMBOL_SIZE)?;
    let non_package = blocks.count(block::NON_PACKAGE, SYMBOL_SIZE)?;
    let defined = own + hashed64 + hashed + non_package;
    let all = defined + blocks.count(block::NON_PACKAGE_REF, SYMBOL_SIZE)?;
    let target = |b: &[u8], at: usize| -> Result<Target, GoobjError> {
        let (package, index) = (u32_at(b, at)?, u32_at(b, at + 4)? as usize);
        let (start, end) = match package {
            0 => return Ok(Target::None),
            BUILTIN => return Ok(Target::Builtin),
            SELF => (0, own),
            HASHED64 => (own, own + hashed64),
            HASHED => (own + hashed64, own + hashed64 + hashed),
            // Its indices run on into the references.
            NO_PACKAGE => (own + hashed64 + hashed, all),
            _ => return Err(Malformed("a symbol of another package by number")),
        };
        let symbol = start.checked_add(index).filter(|s| *s < end).ok_or(Malformed("symbol index"))?;
        Ok(Target::Own(symbol))
    };

    let mut symbols = Vec::with_capacity(all);
    // The five blocks of symbols lie one behind the other.
    let table = blocks
        .bytes
        .get(offsets[block::SYMBOL] as usize..offsets[block::NON_PACKAGE_REF + 1] as usize)
        .ok_or(Malformed("symbols"))?;
    let (relocs, data) = (blocks.get(block::RELOC)?, blocks.get(block::DATA)?);
    let index = |block: usize, i: usize| Ok::<usize, GoobjError>(u32_at(blocks.get(block)?, 4 * i)? as usize);
    for i in 0..all {
        let s = table.get(i * SYMBOL_SIZE..(i + 1) * SYMBOL_SIZE).ok_or(Malformed("symbol"))?;
        let (len, at) = (u32_at(s, 0)? as usize, u32_at(s, 4)? as usize);
        let name = at.checked_add(len).and_then(|end| blocks.bytes.get(at..end)).ok_or(Malformed("name"))?;
        let mut symbol = Symbol {
            name: String::from_utf8(name.to_vec()).map_err(|_| Malformed("name"))?,
            abi: match u16_at(s, 8)? {
                0 => Abi::Abi0,
                1 => Abi::Internal,
                u16::MAX => Abi::Static,
                _ => return Err(Malformed("ABI of a symbol")),
            },
            kind: s[10],
            defined: i < defined,
            auxiliary: false,
            nosplit: s[11] & FLAG_NOSPLIT != 0,
            depths: Vec::new(),
            size: u32_at(s, 13)?,
            align: u32_at(s, 17)?,
            data: &[],
            relocs: Vec::new(),
        };
        if symbol.defined {
            let (from, to) = (index(block::DATA_INDEX, i)?, index(block::DATA_INDEX, i + 1)?);
            symbol.data = data.get(from..to).ok_or(Malformed("symbol data"))?;
            for r in index(block::RELOC_INDEX, i)?..index(block::RELOC_INDEX, i + 1)? {
                let r = relocs.get(r * RELOC_SIZE..(r + 1) * RELOC_SIZE).ok_or(Malformed("relocation"))?;
                symbol.relocs.push(Reloc {
                    offset: u32_at(r, 0)?,
                    size: r[4],
                    kind: u16_at(r, 5)?,
                    addend: i64::from_le_bytes(self::bytes(r, 7)?),
                    target: target(r, 15)?,
                });
            }
        }
        symbols.push(symbol);
    }
    let aux = blocks.get(block::AUX)?;
    for owner in 0..defined {
        for i in index(block::AUX_INDEX, owner)?..index(block::AUX_INDEX, owner + 1)? {
            let a = aux.get(i * AUX_SIZE..(i + 1) * AUX_SIZE).ok_or(Malformed("auxiliary symbol"))?;
            // Those may be symbols of other packages (`gotype`), which assembly does not have.
            if let Ok(Target::Own(s)) = target(a, 1) {
                symbols[s].auxiliary = true;
                if a[0] == AUX_PCSP {
                    symbols[owner].depths = depths(symbols[s].data)?;
                }
            }
        }
    }
    Ok(File { arch, symbols })
}

/// A table from instructions to values: pairs of numbers in groups of seven bits, the change of the value (zigzag, from
/// -1) and how many bytes of code have it, until a change of 0.
fn depths(table: &[u8]) -> Result<Vec<(u32, u32)>, GoobjError> {
    let mut rest = table.iter();
    let mut number = || -> Result<u32, GoobjError> {
        let mut out = 0;
        for shift in (0..32).step_by(7) {
            let b = *rest.next().ok_or(Malformed("stack depths"))?;
            out |= u32::from(b & 0x7f) << shift;
            if b & 0x80 == 0 {
                return Ok(out);
            }
        }
        Err(Malformed("stack depths"))
    };
    let (mut value, mut at, mut out) = (-1i32, 0u32, Vec::new());
    loop {
        let change = number()?;
        if change == 0 && !out.is_empty() {
            return Ok(out);
        }
        value = value.wrapping_add((change >> 1) as i32 ^ -((change & 1) as i32));
        at = at.wrapping_add(number()?);
        out.push((at, value.max(0) as u32));
    }
}
