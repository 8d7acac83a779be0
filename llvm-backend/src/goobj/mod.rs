//! Plan 9 assembly in a program: what `go tool asm` writes becomes ELF objects, and Go reaches it through thunks.
//!
//! ```text
//! .s files ─► go tool asm ─► goobj ──[read]──[convert]──► ELF object
//!                                        functions ──[thunk]──► ELF object: our convention → ABI0
//! ```
//!
//! - [`read`] parses the object format of the Go tools (documented in `cmd/internal/goobj`).
//! - [`convert`] writes an ELF object with a section per symbol, so that unused functions go. A function `pkg.F` becomes
//!   `pkg.F.abi0`; variables keep their names, which is how assembly finds Go's (`math/big.hasADX`).
//! - [`thunk`] makes `pkg.F` itself, as compiled code calls it: arguments come as MIR's signature says and are laid out
//!   as ABI0 has them, on the thread's system stack, since assembly checks no stack bound and no safepoint lies in it.
//!
//! The stack check that a few functions begin with compares with a bound of 0 and never fires. Assembly that calls Go
//! functions is refused with their names.

mod convert;
mod read;
mod thunk;

pub use convert::{AsmObject, convert};
pub use thunk::{Abi0Layout, thunks};

/// Why an assembly object cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GoobjError {
    #[error("assembler output: {0}")]
    Malformed(&'static str),
    #[error("assembly function {0}: relocation of kind {1} is not supported")]
    Relocation(String, u16),
    #[error("assembly function {0}: a reference to thread-local storage in an instruction that is not the stack check")]
    ThreadLocal(String),
    #[error("assembly calls the Go function {0}, which is not supported")]
    CallsGo(String),
    #[error("object: {0}")]
    Write(#[from] object::write::Error),
    #[error("thunks: {0}")]
    Assemble(String),
}
