//! The page allocator: first fit over the arena, in chunks of 512 pages with two bits a page.
//!
//! ```text
//! used       the page belongs to a span
//! released   free and without memory: never touched, or given back; reads as zero
//! ```
//! Each chunk keeps its longest run of free pages and the runs at its two ends, so a search looks at one small
//! record a chunk. A run may cross chunks.

use super::arena;
use super::classes::PAGE;
use super::os;
use crate::sync::Mutex;

const CHUNK_PAGES: usize = arena::COMMIT_STEP / PAGE;
const CHUNK_WORDS: usize = CHUNK_PAGES / 64;

struct Chunk {
    used: [u64; CHUNK_WORDS],
    released: [u64; CHUNK_WORDS],
    /// Free pages at the start, at the end, and the longest run.
    head: u16,
    tail: u16,
    longest: u16,
}

impl Chunk {
    fn summarize(&mut self) {
        let (mut head, mut longest, mut run) = (None, 0, 0u16);
        for &word in &self.used {
            if word == 0 {
                run += 64;
                continue;
            }
            let mut at = 0;
            while at < 64 {
                let rest = word >> at;
                if rest & 1 == 0 {
                    let free = rest.trailing_zeros().min(64 - at);
                    run += free as u16;
                    at += free;
                }
                if at < 64 {
                    head.get_or_insert(run);
                    longest = longest.max(run);
                    run = 0;
                    at += (word >> at).trailing_ones();
                }
            }
        }
        self.head = head.unwrap_or(run);
        self.tail = run;
        self.longest = longest.max(run);
    }
}

pub struct Pages {
    chunks: usize,
    chunk_count: usize,
    /// No chunk below this has a free page.
    first_free: usize,
    used: usize,
    released: usize,
}

static PAGES: Mutex<Pages> = Mutex::new(Pages { chunks: 0, chunk_count: 0, first_free: 0, used: 0, released: 0 });

/// Chunk records are reserved for an arena of this many chunks.
const CHUNKS_MAX: usize = (1 << 40) / arena::COMMIT_STEP;

/// A run of pages.
pub struct Run {
    pub start: usize,
    /// All of it reads as zero.
    pub zero: bool,
}

/// Sizes of the heap in bytes.
#[derive(Clone, Copy, Default)]
pub struct Sizes {
    /// Committed address space.
    pub arena: usize,
    /// In spans.
    pub used: usize,
    /// Free and without memory.
    pub released: usize,
}

pub fn sizes() -> Sizes {
    let pages = PAGES.lock();
    Sizes { arena: pages.chunk_count * CHUNK_PAGES * PAGE, used: pages.used * PAGE, released: pages.released * PAGE }
}

/// Takes `count` pages; `None` when the arena or the system has no more.
pub fn take(count: usize) -> Option<Run> {
    PAGES.lock().take(count)
}

/// Gives pages back.
pub fn give(start: usize, count: usize) {
    PAGES.lock().give(start, count);
}

/// Gives the memory of free pages back to the system, from high addresses down, until no more than `keep` bytes of
/// free pages have memory. The count of bytes given back.
pub fn release(keep: usize) -> usize {
    let mut pages = PAGES.lock();
    let mut total = 0;
    let mut chunk = pages.chunk_count;
    while chunk > 0 {
        let free = pages.chunk_count * CHUNK_PAGES - pages.used - pages.released;
        if free * PAGE <= keep {
            break;
        }
        chunk -= 1;
        total += pages.release_chunk(chunk, free - keep / PAGE);
    }
    total * PAGE
}

impl Pages {
    fn chunk(&mut self, index: usize) -> &mut Chunk {
        // SAFETY: the records are mapped for CHUNKS_MAX chunks and live for ever; the page lock is held.
        unsafe { &mut *(self.chunks as *mut Chunk).add(index) }
    }

    fn take(&mut self, count: usize) -> Option<Run> {
        let page = match self.find(count) {
            Some(page) => page,
            None => {
                self.grow(count)?;
                self.find(count)?
            }
        };
        let mut zero = true;
        let mut released = 0;
        self.for_words(page, count, |chunk, word, bits| {
            chunk.used[word] |= bits;
            zero &= chunk.released[word] & bits == bits;
            released += (chunk.released[word] & bits).count_ones() as usize;
            chunk.released[word] &= !bits;
        });
        self.used += count;
        self.released -= released;
        Some(Run { start: arena::start() + page * PAGE, zero })
    }

    fn give(&mut self, start: usize, count: usize) {
        let page = (start - arena::start()) / PAGE;
        self.for_words(page, count, |chunk, word, bits| chunk.used[word] &= !bits);
        self.used -= count;
        self.first_free = self.first_free.min(page / CHUNK_PAGES);
    }

    /// Calls `f` with the bits of each word of the run and brings the summaries of its chunks up to date.
    fn for_words(&mut self, page: usize, count: usize, mut f: impl FnMut(&mut Chunk, usize, u64)) {
        let (mut at, end) = (page, page + count);
        while at < end {
            let chunk = self.chunk(at / CHUNK_PAGES);
            let stop = end.min((at / CHUNK_PAGES + 1) * CHUNK_PAGES);
            while at < stop {
                let shift = at % 64;
                let bits = (stop - at).min(64 - shift);
                f(chunk, at % CHUNK_PAGES / 64, (u64::MAX >> (64 - bits)) << shift);
                at += bits;
            }
            chunk.summarize();
        }
    }

    /// First page of the lowest free run of that length.
    fn find(&mut self, count: usize) -> Option<usize> {
        let mut run = 0;
        for index in self.first_free..self.chunk_count {
            let chunk = self.chunk(index);
            let (head, tail, longest) = (chunk.head as usize, chunk.tail as usize, chunk.longest as usize);
            if longest == 0 {
                if index == self.first_free {
                    self.first_free += 1;
                }
                run = 0;
                continue;
            }
            if run + head >= count {
                return Some(index * CHUNK_PAGES - run);
            }
            if longest >= count {
                return Some(index * CHUNK_PAGES + chunk.first_run(count)?);
            }
            run = if head == CHUNK_PAGES { run + CHUNK_PAGES } else { tail };
        }
        None
    }

    fn grow(&mut self, count: usize) -> Option<()> {
        if self.chunks == 0 {
            let bytes = CHUNKS_MAX * size_of::<Chunk>();
            self.chunks = os::reserve(bytes).filter(|&at| os::commit(at, bytes))?;
        }
        let more = count.div_ceil(CHUNK_PAGES);
        arena::grow(more * arena::COMMIT_STEP)?;
        for index in self.chunk_count..self.chunk_count + more {
            let chunk = self.chunk(index);
            chunk.released = [u64::MAX; CHUNK_WORDS];
            chunk.summarize();
        }
        self.chunk_count += more;
        self.released += more * CHUNK_PAGES;
        Some(())
    }

    /// Releases free pages of a chunk, about `want` of them; the count.
    fn release_chunk(&mut self, index: usize, want: usize) -> usize {
        let mut total = 0;
        for word in (0..CHUNK_WORDS).rev() {
            let chunk = self.chunk(index);
            let mut bits = !(chunk.used[word] | chunk.released[word]);
            chunk.released[word] |= bits;
            total += bits.count_ones() as usize;
            let base = arena::start() + (index * CHUNK_PAGES + word * 64) * PAGE;
            while bits != 0 {
                let first = bits.trailing_zeros();
                let len = (bits >> first).trailing_ones();
                os::release(base + first as usize * PAGE, len as usize * PAGE);
                bits &= !((u64::MAX >> (64 - len)) << first);
            }
            if total >= want {
                break;
            }
        }
        self.released += total;
        total
    }
}

impl Chunk {
    /// First page of the first free run of that length.
    fn first_run(&self, count: usize) -> Option<usize> {
        let mut run = 0;
        let mut page = 0;
        while page < CHUNK_PAGES {
            let rest = self.used[page / 64] >> (page % 64);
            let left = 64 - page % 64;
            let free = (rest.trailing_zeros() as usize).min(left);
            run += free;
            if run >= count {
                return Some(page + free - run);
            }
            page += free;
            if free < left {
                run = 0;
                page += (rest >> free).trailing_ones() as usize;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(used: impl Fn(usize) -> bool) -> Chunk {
        let mut chunk = Chunk { used: [0; CHUNK_WORDS], released: [0; CHUNK_WORDS], head: 0, tail: 0, longest: 0 };
        for page in 0..CHUNK_PAGES {
            chunk.used[page / 64] |= (used(page) as u64) << (page % 64);
        }
        chunk.summarize();
        chunk
    }

    #[test]
    fn summaries_tell_the_runs() {
        let empty = chunk(|_| false);
        assert_eq!((empty.head, empty.tail, empty.longest), (512, 512, 512));
        let full = chunk(|_| true);
        assert_eq!((full.head, full.tail, full.longest), (0, 0, 0));
        let some = chunk(|page| page == 3 || page == 200 || page == 500);
        assert_eq!((some.head, some.tail, some.longest), (3, 11, 299));
        assert_eq!(some.first_run(3), Some(0));
        assert_eq!(some.first_run(4), Some(4));
        assert_eq!(some.first_run(299), Some(201));
        assert_eq!(some.first_run(300), None);
    }
}
