//! Language-specific data: call sites and their landing pads, in the common (Itanium) form.

use super::cfi::{Cursor, Fde};

/// The landing pad of the call that contains `pc`.
pub fn landing_pad(fde: &Fde, pc: usize) -> Option<usize> {
    let site = find(fde, |site| (pc - fde.start).wrapping_sub(site.start) < site.size)?;
    site.landing_pad()
}

/// A landing pad of the function.
pub fn any_pad(fde: &Fde) -> Option<usize> {
    find(fde, |site| site.landing_pad().is_some())?.landing_pad()
}

struct CallSite {
    /// Offset from the function's start, and bytes.
    start: usize,
    size: usize,
    /// 0 for none.
    pad: usize,
    /// What pads are offsets from.
    base: usize,
}

impl CallSite {
    fn landing_pad(&self) -> Option<usize> {
        (self.pad != 0).then_some(self.base + self.pad)
    }
}

/// The first call site that is `wanted`.
fn find(fde: &Fde, wanted: impl Fn(&CallSite) -> bool) -> Option<CallSite> {
    if fde.lsda == 0 {
        return None;
    }
    let mut at = Cursor(fde.lsda);
    // SAFETY: the compiler wrote the table.
    unsafe {
        let start_enc = at.u8();
        let base = if start_enc == 0xff { fde.start } else { at.encoded(start_enc, 0)? };
        let types_enc = at.u8();
        if types_enc != 0xff {
            at.uleb();
        }
        let call_enc = at.u8();
        let length = at.uleb() as usize;
        let end = at.0 + length;
        while at.0 < end {
            let start = at.encoded(call_enc, 0)?;
            let size = at.encoded(call_enc, 0)?;
            let pad = at.encoded(call_enc, 0)?;
            at.uleb();
            let site = CallSite { start, size, pad, base };
            if wanted(&site) {
                return Some(site);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_pad() {
        // No start, no types, uleb call sites: [0,5) none, [5,9) pad 40.
        let table = [0xffu8, 0xff, 0x01, 8, 0, 5, 0, 0, 5, 4, 40, 0];
        // SAFETY: a description without programs; only start and lsda are used.
        let mut fde: Fde = unsafe { core::mem::zeroed() };
        fde.start = 1000;
        fde.lsda = table.as_ptr() as usize;
        assert_eq!(landing_pad(&fde, 1002), None);
        assert_eq!(landing_pad(&fde, 1006), Some(1040));
        assert_eq!(landing_pad(&fde, 1020), None);
        assert_eq!(any_pad(&fde), Some(1040));
    }
}
