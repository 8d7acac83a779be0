//! Explicit conversions.

use super::Checker;
use super::operand::Operand;
use crate::types::TypeId;

impl<'a> Checker<'a> {
    /// `to(x)`: x becomes the converted value (constant if it stays one), or invalid after a report. `x.expr` is the
    /// operand on entry; the caller sets it to the conversion.
    pub(super) fn conversion(&mut self, x: &mut Operand<'a>, to: TypeId) {
        let _ = (x, to);
    }

    /// Whether a value `x` of non-constant kind can be converted.
    pub(super) fn convertible(&mut self, x: &Operand<'a>, to: TypeId) -> Result<(), String> {
        let _ = (x, to);
        Ok(())
    }
}
