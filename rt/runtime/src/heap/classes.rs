//! Size classes: what object sizes the heap hands out, and how many pages a run of each takes.
//!
//! The sizes are gc's, because `append` rounds capacities to them (the Go half's `roundupsize`) and any other table
//! would waste the difference. Pages per run and the division constants are computed here.

/// Bytes of a page, the unit of runs.
pub const PAGE: usize = 8192;
pub const PAGE_SHIFT: u32 = 13;
/// Bytes of a machine word.
pub const WORD: usize = 8;
/// Largest size served from classes; larger objects get pages of their own.
pub const MAX_SMALL: usize = 32768;
/// Largest object whose pointer mask stands in the heap's bitmap (64 words: one machine word of mask). Larger ones
/// keep their type descriptor in the span.
pub const MAX_MASKED: usize = 512;

/// Object sizes by class; class 0 stands for large objects.
pub const SIZES: [u16; CLASSES] = [
    0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448,
    480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096,
    4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072,
    20480, 21760, 24576, 27264, 28672, 32768,
];
pub const CLASSES: usize = 68;

/// A size class and whether its objects hold pointers: `class * 2 + (1 if pointer-free)`.
pub type SpanClass = u8;
pub const SPAN_CLASSES: usize = CLASSES * 2;

/// Most objects with pointers above [`MAX_MASKED`] in one run: what a span's type table must hold.
pub const MAX_TYPED: usize = 14;
/// Most objects in one run.
pub const MAX_OBJECTS: usize = PAGE / WORD;

#[inline(always)]
pub const fn span_class(class: usize, pointer_free: bool) -> usize {
    class * 2 + pointer_free as usize
}

/// Pages of a run: the fewest that waste at most an eighth at the tail.
const fn pages_of(size: usize) -> u8 {
    let mut pages = 1;
    while (pages * PAGE % size) * 8 > pages * PAGE {
        pages += 1;
    }
    pages as u8
}

const fn page_table() -> [u8; CLASSES] {
    let mut table = [0; CLASSES];
    let mut class = 1;
    while class < CLASSES {
        table[class] = pages_of(SIZES[class] as usize);
        class += 1;
    }
    table
}

/// Pages of a run by class.
pub const PAGES: [u8; CLASSES] = page_table();

/// `ceil(2^32 / size)`: `offset * m >> 32` is the index of the object at a byte offset. Exact while offset times size
/// stays below 2^32, which runs of at most 80 KB of objects of at most 32 KB do.
pub const fn reciprocal(size: usize) -> u32 {
    ((1u64 << 32).div_ceil(size as u64)) as u32
}

/// Sizes up to here are looked up in steps of 8, above in steps of 128.
const FINE_MAX: usize = 1024;

const fn fine_table() -> [u8; FINE_MAX / 8 + 1] {
    let mut table = [0; FINE_MAX / 8 + 1];
    let mut class = 1;
    let mut i = 0;
    while i <= FINE_MAX / 8 {
        while (SIZES[class] as usize) < i * 8 {
            class += 1;
        }
        table[i] = class as u8;
        i += 1;
    }
    table
}

const fn coarse_table() -> [u8; (MAX_SMALL - FINE_MAX) / 128 + 1] {
    let mut table = [0; (MAX_SMALL - FINE_MAX) / 128 + 1];
    let mut class = 1;
    let mut i = 0;
    while i <= (MAX_SMALL - FINE_MAX) / 128 {
        while (SIZES[class] as usize) < FINE_MAX + i * 128 {
            class += 1;
        }
        table[i] = class as u8;
        i += 1;
    }
    table
}

static FINE: [u8; FINE_MAX / 8 + 1] = fine_table();
static COARSE: [u8; (MAX_SMALL - FINE_MAX) / 128 + 1] = coarse_table();

/// The class of a size from 1 to [`MAX_SMALL`].
#[inline(always)]
pub fn class_of(size: usize) -> usize {
    if size <= FINE_MAX { FINE[size.div_ceil(8)] as usize } else { COARSE[(size - FINE_MAX).div_ceil(128)] as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gets_the_smallest_class_that_holds_it() {
        for size in 1..=MAX_SMALL {
            let class = class_of(size);
            assert!(SIZES[class] as usize >= size);
            assert!(class == 1 || (SIZES[class - 1] as usize) < size, "{size}");
        }
    }

    #[test]
    fn reciprocals_divide_exactly() {
        for class in 1..CLASSES {
            let size = SIZES[class] as usize;
            let m = reciprocal(size) as u64;
            for offset in 0..PAGES[class] as usize * PAGE {
                assert_eq!((offset as u64 * m) >> 32, (offset / size) as u64);
            }
        }
    }

    #[test]
    fn tables_of_a_span_suffice() {
        for class in 1..CLASSES {
            let objects = PAGES[class] as usize * PAGE / SIZES[class] as usize;
            assert!(objects <= MAX_OBJECTS);
            assert!(SIZES[class] as usize <= MAX_MASKED || objects <= MAX_TYPED, "{class}: {objects}");
        }
    }
}
