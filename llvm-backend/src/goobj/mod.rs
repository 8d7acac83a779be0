//! Plan 9 assembly in a program: what `go tool asm` writes becomes ELF objects, and Go reaches it through thunks.
//!
//! ```text
//! .s files ─► go tool asm ─► goobj ──[read]──[convert]──► ELF object
//!                                        functions ──[thunk]──► ELF object: our convention → ABI0
//! ```
//!
//! - [`read`] parses the object format of the Go tools (documented in `cmd/internal/goobj`).
//! - [`convert`] writes an ELF object with a section per symbol, so that unused functions go. A function `pkg.F` becomes
//!   `pkg.F.abi0`, or `pkg.F.abiinternal`; variables keep their names, which is how assembly finds Go's
//!   (`math/big.hasADX`).
//! - [`thunk`] makes `pkg.F` itself, as compiled code calls it: arguments come as MIR's signature says and go where the
//!   function expects them. No safepoint lies in it. What needs little stack runs on the goroutine's, below the bound
//!   of its checks, everything else on the thread's system stack.
//!
//! - [`frames`] describes the frames of the functions, so that a fault in one that runs on a goroutine's stack becomes a
//!   panic in its Go caller.
//!
//! The stack check that a few functions begin with compares with a bound of 0 and never fires. Assembly that calls Go
//! functions is refused with their names.

mod convert;
mod frames;
mod read;
mod thunk;

pub use convert::{AsmFunction, AsmObject, Convention, convert};
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
    #[error("assembly function {0}: ABIInternal with a stack check is not supported")]
    StackCheck(String),
    #[error("assembly function {0}: more arguments or results than registers")]
    Registers(String),
    #[error("assembly calls the Go function {0}, which is not supported")]
    CallsGo(String),
    #[error("call frame information: {0}")]
    Frames(#[from] gimli::write::Error),
    #[error("object: {0}")]
    Write(#[from] object::write::Error),
    #[error("thunks: {0}")]
    Assemble(String),
}
