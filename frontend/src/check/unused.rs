//! Imports nobody uses.

use super::Checker;

impl Checker<'_> {
    pub(super) fn unused_imports(&mut self) {}
}
