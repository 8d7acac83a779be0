//! The allocator.

/// A P's allocation caches; all zero is valid.
#[derive(Default)]
pub struct PCache {}
