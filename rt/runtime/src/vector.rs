//! Growable arrays outside the collected heap, in mmap'ed pages. For the runtime's own bookkeeping only.

use crate::sys::memory;
use core::ops::{Deref, DerefMut};

/// Elements are plain data: nothing is dropped, and growing copies bytes.
pub struct MapVec<T: Copy> {
    data: *mut T,
    len: usize,
    capacity: usize,
}

impl<T: Copy> MapVec<T> {
    pub const fn new() -> MapVec<T> {
        MapVec { data: core::ptr::dangling_mut(), len: 0, capacity: 0 }
    }

    pub fn push(&mut self, value: T) {
        if self.len == self.capacity {
            self.grow();
        }
        // SAFETY: len < capacity.
        unsafe { self.data.add(self.len).write(value) };
        self.len += 1;
    }

    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: the element was initialised.
        Some(unsafe { self.data.add(self.len).read() })
    }

    pub fn swap_remove(&mut self, index: usize) -> T {
        let value = self[index];
        let last = self.len - 1;
        self[index] = self[last];
        self.len = last;
        value
    }

    pub fn clear(&mut self) {
        self.len = 0;
    }

    #[cold]
    fn grow(&mut self) {
        let old_bytes = self.capacity * size_of::<T>();
        let bytes = (old_bytes * 2).max(memory::PAGE).next_multiple_of(memory::PAGE);
        let data = memory::must_allocate(bytes) as *mut T;
        // SAFETY: both regions hold `len` elements and are distinct; the old one is ours to unmap.
        unsafe {
            core::ptr::copy_nonoverlapping(self.data, data, self.len);
            if old_bytes != 0 {
                memory::release(self.data as *mut u8, old_bytes.next_multiple_of(memory::PAGE));
            }
        }
        self.data = data;
        self.capacity = bytes / size_of::<T>();
    }
}

impl<T: Copy> Default for MapVec<T> {
    fn default() -> MapVec<T> {
        MapVec::new()
    }
}

impl<T: Copy> Deref for MapVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: `len` elements are initialised.
        unsafe { core::slice::from_raw_parts(self.data, self.len) }
    }
}

impl<T: Copy> DerefMut for MapVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is exclusive.
        unsafe { core::slice::from_raw_parts_mut(self.data, self.len) }
    }
}

/// What is left of the chunk `persistent_alloc` cuts from.
struct Chunk {
    at: usize,
    end: usize,
}

static CHUNK: crate::sync::Mutex<Chunk> = crate::sync::Mutex::new(Chunk { at: 0, end: 0 });

/// Zeroed memory that is never freed: for Gs, Ms, Ps and the like. `align` is a power of two up to a page.
pub fn persistent_alloc(size: usize, align: usize) -> *mut u8 {
    const CHUNK_SIZE: usize = 256 << 10;
    if size >= CHUNK_SIZE / 4 {
        return memory::must_allocate(size.next_multiple_of(memory::PAGE));
    }
    let mut chunk = CHUNK.lock();
    let mut start = chunk.at.next_multiple_of(align);
    if start + size > chunk.end {
        start = memory::must_allocate(CHUNK_SIZE) as usize;
        chunk.end = start + CHUNK_SIZE;
    }
    chunk.at = start + size;
    start as *mut u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows() {
        let mut v = MapVec::new();
        for i in 0..10_000u64 {
            v.push(i);
        }
        assert!(v.iter().copied().eq(0..10_000));
        assert_eq!(v.swap_remove(0), 0);
        assert_eq!(v[0], 9_999);
        assert_eq!(v.pop(), Some(9_998));
        v.clear();
        assert_eq!(v.pop(), None);
    }
}
