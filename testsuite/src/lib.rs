//! Runs Go programs built by `go` and by `ingot` and compares what they do.

pub mod compare;
pub mod conformance;
pub mod exec;
pub mod known;
pub mod program;
pub mod spec;
pub mod suite;
