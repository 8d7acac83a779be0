//! Text to standard error, without allocation, for reports of the runtime itself.

use crate::sys::{file, thread};
use core::fmt::{self, Write};

/// Collects into lines so that reports of several threads do not mix within one write.
pub struct Stderr {
    buffer: [u8; 512],
    len: usize,
}

impl Stderr {
    pub const fn new() -> Stderr {
        Stderr { buffer: [0; 512], len: 0 }
    }

    pub fn flush(&mut self) {
        file::write_all(2, &self.buffer[..self.len]);
        self.len = 0;
    }

    pub fn bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.len == self.buffer.len() {
                self.flush();
            }
            let n = bytes.len().min(self.buffer.len() - self.len);
            self.buffer[self.len..self.len + n].copy_from_slice(&bytes[..n]);
            self.len += n;
            bytes = &bytes[n..];
        }
    }
}

impl Default for Stderr {
    fn default() -> Stderr {
        Stderr::new()
    }
}

impl Write for Stderr {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.bytes(s.as_bytes());
        Ok(())
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Prints to standard error.
pub fn print_fmt(args: fmt::Arguments<'_>) {
    let _ = Stderr::new().write_fmt(args);
}

#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => { $crate::print::print_fmt(format_args!($($arg)*)) };
}

/// Prints and ends the process with exit code 2: the runtime cannot go on.
#[cold]
pub fn fatal(text: &str) -> ! {
    file::write_all(2, text.as_bytes());
    thread::exit_group(2)
}

/// As [`fatal`], formatted.
#[cold]
pub fn fatal_fmt(args: fmt::Arguments<'_>) -> ! {
    print_fmt(args);
    thread::exit_group(2)
}
