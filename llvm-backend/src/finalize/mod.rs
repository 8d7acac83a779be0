//! The last step: a linked file becomes the program.
//!
//! 1. [`image`] reads the linked ELF file and finds its sections;
//! 2. [`stackmap`] decodes LLVM's stack maps, whose addresses are final now, and rejects what the collector could not
//!    use (a pointer in a register, a base that is not SP, a frame of unknown size);
//! 3. [`tables`] packs them with the compiler's own sections into the tables of `ingot_abi::tables`;
//! 4. [`write`] lays the tables behind the program as one more load segment, patches `rt_tables_header`, drops the
//!    sections that were only for this step (and, asked so, symbols and debug information) and renames the finished
//!    file into place.
//!
//! No code or data moves. The output depends on the linked file's bytes and the options only.

pub mod dump;
mod image;
mod stackmap;
mod tables;
mod typelinks;
mod write;

use crate::os_error::os_text;
use image::Image;
use std::path::{Path, PathBuf};

/// What to keep, and switches for tests.
#[derive(Clone, Debug, Default)]
pub struct FinalizeOptions {
    /// Drop symbol table and debug information (`-ldflags=-s`).
    pub strip_symbols: bool,
    /// Drop debug information (`-ldflags=-w`).
    pub strip_debug: bool,
    /// Leaves a base/derived pair out of the tables, see [`Fault`](crate::Fault): the function and which of its pairs.
    pub drop_root: Option<(String, u32)>,
}

/// What was made, for `--time-passes` and for tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Report {
    pub functions: usize,
    pub sites: usize,
    /// Base/derived pairs of all sites.
    pub roots: u64,
    pub root_ranges: usize,
    pub faults: usize,
    /// Bytes of the packed tables.
    pub table_bytes: usize,
    /// Bytes of the stack maps they were made of.
    pub stackmap_bytes: usize,
}

/// Why a linked file cannot become a program. All but `Io` are bugs of ours.
#[derive(Debug, thiserror::Error)]
pub enum FinalizeError {
    #[error("{0}: {text}", text = os_text(.1))]
    Io(PathBuf, std::io::Error),
    #[error("linked file: {0}")]
    Elf(#[from] object::Error),
    #[error(transparent)]
    Malformed(#[from] crate::sections::Malformed),
    #[error("linked file: {0}")]
    Linked(&'static str),
    #[error("malformed section {0}: {1}")]
    Section(&'static str, &'static str),
    #[error("stack map of {function}, call site at +{offset:#x}: {problem}")]
    Site { function: String, offset: u32, problem: String },
    #[error("stack map of {function}: {problem}")]
    Function { function: String, problem: String },
}

/// Makes `output` of the linked file.
pub fn finalize(linked: &Path, output: &Path, options: &FinalizeOptions) -> Result<Report, FinalizeError> {
    let io = |e| FinalizeError::Io(linked.to_owned(), e);
    let file = std::fs::File::open(linked).map_err(io)?;
    // SAFETY: the file lies in a scratch folder of this process, which nobody else writes.
    let map = unsafe { memmap2::Mmap::map(&file) }.map_err(io)?;
    let (bytes, report) = finalize_bytes(&map, options)?;
    write::write_program(output, &bytes).map_err(|e| FinalizeError::Io(output.to_owned(), e))?;
    Ok(report)
}

/// The finished file's bytes.
pub fn finalize_bytes(linked: &[u8], options: &FinalizeOptions) -> Result<(Vec<u8>, Report), FinalizeError> {
    let image = Image::read(linked)?;
    let collected = tables::collect(&image)?;
    let mut report = Report::default();
    let packed = tables::pack(&image, &collected, options, &mut report)?;
    report.table_bytes = packed.bytes.len();
    report.stackmap_bytes = image.stackmaps.len();
    let bytes = write::rewrite(&image, packed, options)?;
    Ok((bytes, report))
}
