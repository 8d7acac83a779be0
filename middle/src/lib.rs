//! Ingot's middle end: typed packages to MIR, and the passes over MIR. No I/O here, no LLVM here.
//!
//! - [`lower`]: typed packages to MIR.
//! - [`mir`]: the intermediate representation with its printer, parser and verifier.
//! - [`passes`]: analyses and transformations of it.

// What pest derives without `std` names it.
extern crate alloc;

pub mod lower;
pub mod mir;
pub mod passes;
