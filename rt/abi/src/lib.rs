//! What the compiler and the runtime must agree on, in one place: layouts, offsets, table formats, symbol names.
//!
//! - [`tls`]: the per-thread block behind FS (amd64) or behind the g register (arm64, riscv64).
//! - [`functions`]: the runtime functions written in Rust, with the kind of call each needs.
//! - [`tables`]: the packed tables that the finalize step writes behind the program.
#![no_std]

pub mod functions;
pub mod tables;
pub mod tls;
