//! Passes over MIR.

pub mod escape;
