//! The heap: memory of objects the program allocates, and how the collector finds its way in it.
//!
//! ```text
//! rt_alloc ─► PCache (per P, no locks) ─► central (per class) ─► pages (one lock) ─► arena (reserved once)
//!              a span per class            spans nobody holds     runs of 8 KB          owner and mask tables
//! ```
//! - [`classes`]: gc's object sizes. [`span`]: runs of pages of one class. [`arena`], [`pages`]: the address space.
//! - [`cache`], [`central`]: allocation. [`types`]: where the pointers of an object are.
//! - [`sample`]: which allocations the memory profile sees. [`stats`]: what `runtime.MemStats` is made of.
//!
//! Invariants: an object never moves. Memory that may hold pointers is zero when it is handed out. The mask or type of
//! an object is in place before its address is returned. Objects allocated while marking are marked.

pub mod arena;
pub mod cache;
pub mod central;
pub mod classes;
pub mod os;
pub mod pages;
pub mod sample;
pub mod span;
pub mod stats;
pub mod types;

pub use cache::PCache;

/// Reserves the heap; before the first allocation.
pub fn init() {
    arena::init();
}

/// The address lies in an object of the heap (or a free slot between objects).
#[inline]
pub fn is_heap_ptr(address: usize) -> bool {
    match arena::span_of(address) {
        Some(span) => address - span.base() < span.count() * span.size(),
        None => false,
    }
}

/// The object an address lies in: its span and index.
pub fn object_of(address: usize) -> Option<(&'static span::Span, usize)> {
    let span = arena::span_of(address)?;
    let index = span.index(address);
    (index < span.count()).then_some((span, index))
}

/// Reads a word that the program may write meanwhile.
///
/// # Safety
/// The address is a readable, aligned word.
#[inline(always)]
pub unsafe fn load(address: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*(address as *const core::sync::atomic::AtomicUsize)).load(core::sync::atomic::Ordering::Relaxed) }
}
