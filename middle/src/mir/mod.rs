//! MIR: a control-flow graph of SSA scalars over explicit memory objects.
//!
//! Every value is one machine scalar ([`Ty`]); strings, slices, interfaces and small structs are split into
//! scalars when MIR is made, because a pointer inside an LLVM aggregate is lost from the stack maps. What is
//! larger lives in a memory object: a stack object (`stack_slot`), a heap object (`alloc_heap`) or a global.
//! Blocks have parameters instead of phis. Checks that can panic are instructions of their own.
//!
//! Absent from MIR by design: untyped memory copies of pointer-bearing data (`mem_copy` names a [`Layout`]),
//! write barriers (the back end inserts them for every pointer store not marked `nowb`), safepoint polls and
//! prologue checks (the back end's too).
//!
//! [`print`] gives the textual form, [`parse`] reads it back, [`verify`] states the rules, [`build`] makes functions.

pub mod build;
pub mod cfg;
pub mod compact;
mod ir;
pub mod liveness;
mod merge;
pub mod names;
pub mod parse;
pub mod print;
mod split;
pub mod verify;
mod visit;
pub use ir::*;
pub use merge::{MergeError, merge};
pub use split::split;
