//! The collector.

/// A P's buffers; all zero is valid.
#[derive(Default)]
pub struct PState {}
