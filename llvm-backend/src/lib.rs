//! Ingot's back end: MIR to objects through LLVM 22. The only crate that knows inkwell.

mod elf;
pub mod finalize;
pub mod link;
pub mod sections;
