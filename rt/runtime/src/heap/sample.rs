//! Which allocations the memory profile sees: each byte is as likely as any other to be a sample's, one in
//! `MemProfileRate` on average, so the bytes between samples are exponentially distributed. That distribution does not
//! remember: drawing anew at any time changes nothing.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes between samples on average, 0 for none. As gc's default.
static RATE: AtomicUsize = AtomicUsize::new(512 << 10);

/// The caller then has every cache draw anew.
pub fn set_rate(bytes: usize) {
    RATE.store(bytes, Relaxed);
}

/// A sequence of random numbers.
pub struct Random(u64);

impl Random {
    pub const fn new() -> Random {
        Random(0)
    }

    /// Steps of the golden ratio, mixed until every bit depends on all of them.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        x = (x ^ x >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        x ^ x >> 32
    }
}

/// Draws how many bytes to allocate before the next sample.
pub fn distance(random: &mut Random) -> usize {
    match RATE.load(Relaxed) {
        0 => usize::MAX,
        1 => 0,
        rate => (minus_log(random.next()) * rate as f64) as usize,
    }
}

/// -ln(x / 2^64), to about six digits; of 0, as of 1.
fn minus_log(x: u64) -> f64 {
    let x = x.max(1);
    let zeros = x.leading_zeros();
    // The number is (1 + fraction) / 2^(zeros + 1).
    let fraction = (x << zeros << 1) as f64 / (u64::MAX as f64 + 1.0);
    let t = fraction / (2.0 + fraction);
    let t2 = t * t;
    let log = 2.0 * t * (1.0 + t2 * (1.0 / 3.0 + t2 * (1.0 / 5.0 + t2 * (1.0 / 7.0 + t2 / 9.0))));
    f64::from(zeros + 1) * core::f64::consts::LN_2 - log
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_near_enough() {
        for x in [1, 2, 3, 1 << 20, 0x1234_5678_9abc_def0, u64::MAX / 3, u64::MAX / 2, u64::MAX / 4 * 3, u64::MAX] {
            let exact = -((x as f64) / (u64::MAX as f64)).ln();
            assert!((minus_log(x) - exact).abs() < 1e-5 * exact.max(1.0), "{x}: {} {exact}", minus_log(x));
        }
    }

    #[test]
    fn distances_are_exponential() {
        let mut random = Random::new();
        let (mut sum, mut above) = (0.0, 0);
        for _ in 0..100_000 {
            let d = distance(&mut random) as f64 / f64::from(512 << 10);
            sum += d;
            above += usize::from(d > 1.0);
        }
        assert!((sum / 1e5 - 1.0).abs() < 0.02, "{sum}");
        assert!((above as f64 / 1e5 - (-1.0_f64).exp()).abs() < 0.01, "{above}");
    }
}
