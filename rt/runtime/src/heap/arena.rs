//! The arena: one reserved range of addresses that holds every collected object, with side tables at fixed places.
//!
//! ```text
//! arena    |page 0|page 1|...                    committed up to `end`, in steps of COMMIT_STEP
//! owners   one pointer a page: the span it belongs to, null while free
//! masks    one bit a word of the arena: pointer or not, valid for objects of at most MAX_MASKED bytes
//! ```
//! Side tables are reserved for the whole arena and touched only where the arena is used.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::classes::{PAGE, PAGE_SHIFT, WORD};
use super::os;
use super::span::Span;

/// First try at reserving; halved until the system agrees (limits on address space).
const RESERVE_MAX: usize = 1 << 40;
const RESERVE_MIN: usize = 1 << 26;
/// The arena grows by this (one chunk of the page allocator).
pub const COMMIT_STEP: usize = 1 << 22;
/// Beyond this size the arena asks for huge pages: small programs would only grow by them.
const HUGE_FROM: usize = 1 << 24;

// Written once by `init` before any other thread runs, then only read; `end` grows under the page lock.
static START: AtomicUsize = AtomicUsize::new(0);
static SIZE: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);
static OWNERS: AtomicUsize = AtomicUsize::new(0);
static MASKS: AtomicUsize = AtomicUsize::new(0);

/// Reserves the arena and its tables. Runs once, before the first allocation.
pub fn init() {
    if START.load(Relaxed) != 0 {
        return;
    }
    let mut size = RESERVE_MAX;
    let start = loop {
        if let Some(start) = os::reserve(size + COMMIT_STEP) {
            break start.next_multiple_of(COMMIT_STEP);
        }
        size /= 2;
        if size < RESERVE_MIN {
            os::out_of_memory(size);
        }
    };
    let owners = size / PAGE * size_of::<AtomicPtr<Span>>();
    let masks = size / WORD / 8;
    let (Some(owners), Some(masks)) = (table(owners), table(masks)) else { os::out_of_memory(owners + masks) };
    OWNERS.store(owners, Relaxed);
    MASKS.store(masks, Relaxed);
    SIZE.store(size, Relaxed);
    END.store(start, Relaxed);
    START.store(start, Relaxed);
}

fn table(bytes: usize) -> Option<usize> {
    os::reserve(bytes).filter(|&at| os::commit(at, bytes))
}

#[inline(always)]
pub fn start() -> usize {
    START.load(Relaxed)
}

/// End of the committed part.
#[inline(always)]
pub fn end() -> usize {
    END.load(Relaxed)
}

/// The address lies in the arena.
#[inline(always)]
pub fn contains(address: usize) -> bool {
    address.wrapping_sub(START.load(Relaxed)) < SIZE.load(Relaxed)
}

/// Commits `bytes` more (a multiple of [`COMMIT_STEP`]); the old end, or `None` when the arena or the system is full.
/// The caller holds the page lock.
pub fn grow(bytes: usize) -> Option<usize> {
    let end = END.load(Relaxed);
    if bytes > START.load(Relaxed) + SIZE.load(Relaxed) - end || !os::commit(end, bytes) {
        return None;
    }
    if end - START.load(Relaxed) >= HUGE_FROM {
        os::advise_huge(end, bytes);
    }
    END.store(end + bytes, Relaxed);
    Some(end)
}

/// The span an address lies in, if it lies in one.
#[inline(always)]
pub fn span_of(address: usize) -> Option<&'static Span> {
    let offset = address.wrapping_sub(START.load(Relaxed));
    if offset >= SIZE.load(Relaxed) {
        return None;
    }
    let span = owner(offset >> PAGE_SHIFT).load(Relaxed);
    // SAFETY: the table holds null or pointers to spans, which live in memory that is never given back.
    unsafe { span.as_ref() }
}

#[inline(always)]
fn owner(page: usize) -> &'static AtomicPtr<Span> {
    // SAFETY: the table has an entry for each page of the arena; callers pass page numbers within it.
    unsafe { &*(OWNERS.load(Relaxed) as *const AtomicPtr<Span>).add(page) }
}

/// Enters a span, or null, as the owner of its pages.
pub fn set_owner(start: usize, pages: usize, span: Option<&'static Span>) {
    let first = (start - START.load(Relaxed)) >> PAGE_SHIFT;
    let span = span.map_or(null_mut(), |span| span as *const Span as *mut Span);
    for page in first..first + pages {
        owner(page).store(span, Relaxed);
    }
}

/// The mask word and bit that belong to the word at an address of the arena.
#[inline(always)]
fn mask_word(address: usize) -> (&'static AtomicU64, u32) {
    let word = (address - START.load(Relaxed)) / WORD;
    // SAFETY: the mask table has a bit for each word of the arena, and the address lies in it. One word more than
    // asked for is never touched past the table: objects do not straddle spans, and spans fill whole mask words.
    (unsafe { &*(MASKS.load(Relaxed) as *const AtomicU64).add(word / 64) }, word as u32 % 64)
}

#[inline(always)]
const fn low_bits(count: u32) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// Writes the mask of an object of `words` (at most 64) words. Only the owner of the span's allocation calls this, so
/// nobody else writes the mask words meanwhile; markers may read them.
#[inline(always)]
pub fn write_mask(address: usize, words: u32, mask: u64) {
    let (word, shift) = mask_word(address);
    let field = low_bits(words);
    word.store(word.load(Relaxed) & !(field << shift) | mask << shift, Relaxed);
    if shift + words > 64 {
        // SAFETY: see mask_word: the object reaches into the next mask word, which therefore exists.
        let next = unsafe { &*(word as *const AtomicU64).add(1) };
        let shift = 64 - shift;
        next.store(next.load(Relaxed) & !(field >> shift) | mask >> shift, Relaxed);
    }
}

/// The mask of an object of `words` (at most 64) words.
#[inline(always)]
pub fn read_mask(address: usize, words: u32) -> u64 {
    let (word, shift) = mask_word(address);
    let mut mask = word.load(Relaxed) >> shift;
    if shift + words > 64 {
        // SAFETY: see write_mask.
        let next = unsafe { &*(word as *const AtomicU64).add(1) };
        mask |= next.load(Relaxed) << (64 - shift);
    }
    mask & low_bits(words)
}
