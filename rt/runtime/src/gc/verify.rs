//! The heap check of the stress mode: after marking, nothing reachable may be unmarked or no object at all.

use core::ops::ControlFlow;

use super::World;
use super::sweep::POISON;
use crate::heap::span::Span;
use crate::heap::{self, arena, central, os, types};
use crate::stress;

/// Checks all roots and all marked objects; ends the process at the first wrong pointer. The world is stopped, caches
/// are empty, marking is complete.
pub fn check(world: &impl World) {
    world.for_each_root(&mut |value| check_pointer(value, "a root", 0));
    central::for_each(|span| {
        for index in 0..span.count() {
            if span.is_marked(index) {
                check_object(span, index);
            }
        }
    });
}

fn check_object(span: &'static Span, index: usize) {
    let object = span.object(index);
    if !span.is_allocated(index) {
        os::fatal(format_args!("gc: the object at {object:#x} is marked but free"));
    }
    types::for_each_object_pointer(span, index, object, object + span.size(), &mut |slot| {
        // SAFETY: a slot of an object of the heap.
        check_pointer(unsafe { heap::load(slot) }, "an object", slot);
    });
}

fn check_pointer(value: usize, holder: &str, slot: usize) {
    if let ControlFlow::Break(what) = judge(value) {
        os::fatal(format_args!("gc: {holder} (slot {slot:#x}) holds {value:#x}: {what}"));
    }
}

fn judge(value: usize) -> ControlFlow<&'static str> {
    if value == POISON {
        return ControlFlow::Break("content of a freed object");
    }
    if value == stress::POISON {
        return ControlFlow::Break("content of a dead stack");
    }
    if value.wrapping_sub(arena::start()) >= arena::end() - arena::start() {
        return ControlFlow::Continue(());
    }
    match heap::object_of(value) {
        None => ControlFlow::Break("an address of the heap without an object"),
        Some((span, index)) if !span.is_marked(index) => ControlFlow::Break("an unmarked object"),
        Some((span, index)) if !span.is_allocated(index) => ControlFlow::Break("a free object"),
        Some(_) => ControlFlow::Continue(()),
    }
}
