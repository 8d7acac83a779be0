//! An append-only arena that many threads share.
//!
//! Entries never move and are never dropped before the arena, so `get` hands out plain references. Chunk `k`
//! holds `64 << k` entries; an index is usable by whoever received it after `push` returned it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST_BITS: u32 = 6;
const CHUNKS: usize = 26;

/// See the module docs.
pub struct Arena<T> {
    chunks: [OnceLock<Box<[OnceLock<T>]>>; CHUNKS],
    len: AtomicU32,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena { chunks: [const { OnceLock::new() }; CHUNKS], len: AtomicU32::new(0) }
    }
}

impl<T> Arena<T> {
    fn locate(index: u32) -> (usize, usize) {
        let shifted = index + (1 << FIRST_BITS);
        let chunk = 31 - shifted.leading_zeros() - FIRST_BITS;
        (chunk as usize, (shifted - (1 << (chunk + FIRST_BITS))) as usize)
    }

    /// Adds an entry and returns its index.
    pub fn push(&self, value: T) -> u32 {
        // Relaxed: the index only has to be unique; the slot's OnceLock publishes the value.
        let index = self.len.fetch_add(1, Ordering::Relaxed);
        let (chunk, offset) = Self::locate(index);
        let slots = self.chunks[chunk]
            .get_or_init(|| (0..1usize << (chunk as u32 + FIRST_BITS)).map(|_| OnceLock::new()).collect());
        let _ = slots[offset].set(value);
        index
    }

    /// The entry with this index.
    ///
    /// # Panics
    /// If no `push` returned this index.
    pub fn get(&self, index: u32) -> &T {
        let (chunk, offset) = Self::locate(index);
        self.chunks[chunk].get().and_then(|slots| slots[offset].get()).expect("an index from push")
    }

    /// How many entries were pushed.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed) as usize
    }

    /// Whether nothing was pushed yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
