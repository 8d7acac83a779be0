//! The roots on goroutine stacks and in the runtime's records.

use super::walk::{self, Frame};
use crate::sched::{G, WorldStopped, for_each_g};
use crate::tables;
use ingot_abi::tables::{SiteRoots, StackObjects};

/// Calls `f` with the address of every word outside the heap that may hold a pointer into it: goroutine stacks, the
/// Gs' words, and the runtime's own records. Writable data is `tables::for_each_root`. The word holds any address in an
/// object, or no heap pointer at all.
///
/// Stacks that are mostly unused are halved on the way.
pub fn scan_all(stopped: &WorldStopped, f: &mut dyn FnMut(*mut usize)) {
    // SAFETY: the world is stopped.
    for_each_g(stopped, |g| unsafe { super::shrink(g) });
    for_each_g(stopped, |g| scan_goroutine(stopped, g, f));
    crate::timer::for_each_root(f);
}

/// The roots of one goroutine.
pub fn scan_goroutine(_: &WorldStopped, g: *mut G, f: &mut dyn FnMut(*mut usize)) {
    // SAFETY: the world is stopped, so the G's context is saved and nothing else uses its fields.
    unsafe {
        for word in &mut (*g).words.pointers {
            f(word);
        }
        for i in 0..2 {
            if (*g).result_pointers & 1 << i != 0 {
                f(&mut (*g).context.results[i]);
            }
        }
        if (*g).start != 0 {
            f(&mut (*g).start);
        }
    }
    for frame in walk::frames(g) {
        scan_frame(&frame, f);
    }
}

fn scan_frame(frame: &Frame, f: &mut dyn FnMut(*mut usize)) {
    let slot = |word: u64| (frame.sp + word as usize * 8) as *mut usize;
    if let Some(special) = &frame.special {
        special.roots().for_each(|word| f(slot(word)));
        return;
    }
    let tables = tables::get();
    let mut objects_live = true;
    if let Some(site) = frame.site {
        let roots = SiteRoots::new(tables.roots, site.roots);
        objects_live = roots.objects_live;
        // A derived pointer keeps nothing alive that its base does not.
        roots.for_each(|(base, _)| f(slot(base)));
    }
    if objects_live && let Some(function) = frame.function {
        for object in StackObjects::new(tables.roots, function.objects) {
            for (byte, &mask) in object.mask.iter().enumerate() {
                let mut bits = mask;
                while bits != 0 {
                    let bit = bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    f(slot(object.offset + (byte * 8 + bit) as u64));
                }
            }
        }
    }
}
