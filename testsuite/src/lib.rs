//! Runs Go programs built by `go` and by `ingot` and compares what they do.

pub mod compare;
pub mod conformance;
pub mod diff;
pub mod exec;
pub mod flags;
pub mod known;
pub mod program;
pub mod spec;
pub mod state;
pub mod suite;
