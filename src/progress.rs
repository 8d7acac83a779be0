//! What the user sees of a long build: on a terminal a line with packages done, in flight and the time; in a pipe
//! nothing, but for the package names that `-v` asks for.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Load;

/// A build's progress; shared by the threads that compile.
pub struct Progress {
    bar: Option<ProgressBar>,
    verbose: bool,
    in_flight: Mutex<Vec<String>>,
    done: AtomicUsize,
}

impl Progress {
    pub fn new(total: usize, load: &Load) -> Progress {
        let bar = (std::io::stderr().is_terminal() && !load.verbose && !load.print_commands).then(|| {
            let bar = ProgressBar::new(total as u64);
            if let Ok(style) = ProgressStyle::with_template("{pos}/{len} packages, {elapsed} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        Progress { bar, verbose: load.verbose, in_flight: Mutex::new(Vec::new()), done: AtomicUsize::new(0) }
    }

    /// What `-v` prints: packages that are not in the cache. Units of the compiler's own have a colon in their name.
    pub fn compile(&self, name: &str) {
        if self.verbose && !name.contains(':') {
            errln!("{name}");
        }
    }

    pub fn start(&self, name: &str) {
        if let Ok(mut names) = self.in_flight.lock() {
            names.push(name.to_owned());
            self.show(&names);
        }
    }

    pub fn finish(&self, name: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Ok(mut names) = self.in_flight.lock() {
            names.retain(|n| n != name);
            self.show(&names);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done as u64);
        }
    }

    fn show(&self, names: &[String]) {
        if let Some(bar) = &self.bar {
            bar.set_message(names.join(" "));
        }
    }

    /// Takes the line off the terminal.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
