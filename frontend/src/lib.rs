//! Ingot's front end: Go source text to typed packages.
//!
//! Bytes go through the semicolon pre-pass, the pest grammar and the AST builder (`parse`), then through
//! resolution and the type checker (`check`). Parsing never does I/O and never panics on bad input: a
//! mistake of the user's is a `Diagnostic` value. pest's pairs do not leave `parse`.

// What pest derives without `std` names it.
extern crate alloc;

pub mod ast;
pub mod check;
pub mod constant;
pub mod diagnostic;
pub mod dump;
mod huge;
pub mod literal;
pub mod parse;
pub mod span;
pub mod symbol;
pub mod types;
