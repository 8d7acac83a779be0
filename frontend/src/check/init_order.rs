//! The order of package initialisation.

use super::Checker;

impl Checker<'_> {
    /// Fills `info.init_order` from `decls` and `deps`, and reports initialisation cycles.
    pub(super) fn init_order(&mut self) {}
}
