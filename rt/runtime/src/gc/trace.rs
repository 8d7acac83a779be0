//! `GODEBUG=gctrace=1`: a line to standard error for each cycle, in gc's form.
//!
//! ```text
//! gc # @#s #%: #+#+# ms clock, #+#/#/#+# ms cpu, #->#-># MB, # MB goal, # MB stacks, # MB globals, # P
//! ```
//! The three times are: stopped to begin, marking beside the program, stopped to end. A cycle made in one go with the
//! world stopped counts as the last.

use core::fmt::{self, Display, Formatter};

/// Times in nanoseconds, sizes in bytes, of one cycle.
#[derive(Clone, Copy)]
pub struct Cycle {
    pub number: usize,
    pub since_start: i64,
    /// Processor time of all collections so far.
    pub gc_total: i64,
    pub stopped_begin: i64,
    pub concurrent: i64,
    pub stopped_end: i64,
    pub workers: usize,
    pub heap_begin: usize,
    pub heap_end: usize,
    pub marked: usize,
    pub goal: usize,
    pub stacks: usize,
    pub globals: usize,
    pub procs: usize,
    pub forced: bool,
}

impl Cycle {
    pub const NEW: Cycle = Cycle {
        number: 0,
        since_start: 0,
        gc_total: 0,
        stopped_begin: 0,
        concurrent: 0,
        stopped_end: 0,
        workers: 0,
        heap_begin: 0,
        heap_end: 0,
        marked: 0,
        goal: 0,
        stacks: 0,
        globals: 0,
        procs: 0,
        forced: false,
    };
}

/// Nanoseconds as milliseconds with two significant digits.
struct Ms(i64);

impl Display for Ms {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        if self.0 >= 10_000_000 {
            return write!(f, "{}", self.0 / 1_000_000);
        }
        let mut value = self.0 / 1000;
        if value == 0 {
            return f.write_str("0");
        }
        let mut decimals = 3;
        while value >= 100 {
            value /= 10;
            decimals -= 1;
        }
        fixed(f, value, decimals)
    }
}

/// `value / 10^decimals` with that many decimals.
fn fixed(f: &mut Formatter, value: i64, decimals: u32) -> fmt::Result {
    let unit = 10i64.pow(decimals);
    match decimals {
        0 => write!(f, "{value}"),
        _ => write!(f, "{}.{:0width$}", value / unit, value % unit, width = decimals as usize),
    }
}

struct Seconds(i64);

impl Display for Seconds {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        fixed(f, self.0 / 1_000_000, 3)
    }
}

impl Display for Cycle {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let procs = self.procs.max(1) as i64;
        let mb = |bytes: usize| bytes >> 20;
        let available = (self.since_start.max(1) as i128 * procs as i128).max(1);
        let percent = (self.gc_total as i128 * 100 / available) as i64;
        write!(f, "gc {} @{}s {}%: ", self.number, Seconds(self.since_start), percent)?;
        write!(f, "{}+{}+{} ms clock, ", Ms(self.stopped_begin), Ms(self.concurrent), Ms(self.stopped_end))?;
        let background = self.concurrent * self.workers as i64;
        let (begin, end) = (self.stopped_begin * procs, self.stopped_end * procs);
        write!(f, "{}+0/{}/0+{} ms cpu, ", Ms(begin), Ms(background), Ms(end))?;
        write!(f, "{}->{}->{} MB, ", mb(self.heap_begin), mb(self.heap_end), mb(self.marked))?;
        write!(f, "{} MB goal, {} MB stacks, ", mb(self.goal), mb(self.stacks))?;
        write!(f, "{} MB globals, {} P", mb(self.globals), self.procs)?;
        f.write_str(if self.forced { " (forced)\n" } else { "\n" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn times_have_two_digits() {
        let texts = [0, 999, 18_000, 120_000, 1_234_000, 9_999_999, 12_345_678].map(|ns| Ms(ns).to_string());
        assert_eq!(texts, ["0", "0", "0.018", "0.12", "1.2", "9.9", "12"]);
    }

    #[test]
    fn the_line_is_gcs() {
        let cycle = Cycle {
            number: 3,
            since_start: 1_234_567_890,
            gc_total: 100_000_000,
            stopped_begin: 18_000,
            concurrent: 1_200_000,
            stopped_end: 30_000,
            workers: 1,
            heap_begin: 4 << 20,
            heap_end: 5 << 20,
            marked: 2 << 20,
            goal: 4 << 20,
            procs: 2,
            forced: true,
            ..Cycle::NEW
        };
        let text = "gc 3 @1.234s 4%: 0.018+1.2+0.030 ms clock, 0.036+0/1.2/0+0.060 ms cpu, 4->5->2 MB, 4 MB goal, \
                    0 MB stacks, 0 MB globals, 2 P (forced)\n";
        assert_eq!(cycle.to_string(), text);
    }
}
