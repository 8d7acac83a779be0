//! Random programs whose output under gc and under ingot is compared.
//!
//! A seed is a program ([`generate`]): types, methods and functions of its own prefix, printing by `println`. Hundreds make
//! one binary, whose main runs each in turn and prints its name before ([`batch`]), so that thousands are cheap. One that
//! differs is named by its seed and made smaller by leaving out and simplifying parts of its tree ([`reduce`]).

pub mod batch;
pub mod generate;
pub mod reduce;
pub mod rng;
pub mod tree;
pub mod types;
