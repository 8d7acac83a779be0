//! What a signal leaves behind: nothing.
//!
//! A build that is interrupted removes its scratch folder and then dies of the signal, as if it had not been caught.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

static SCRATCH: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The terminal's signals reach a running child too, and what they do is its business.
static CHILD_RUNS: AtomicBool = AtomicBool::new(false);

/// Starts to listen, but for signals that are ignored, as under nohup. A broken pipe is heard of in any case: its signal
/// is always ignored by now.
///
/// # Errors
/// When the handlers or their thread cannot be set up.
pub fn watch() -> io::Result<()> {
    let ignored = ignored(&std::fs::read_to_string("/proc/self/status").unwrap_or_default());
    let wanted = [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|s| ignored >> (s - 1) & 1 == 0);
    // With a handler a write beyond the limit on file sizes fails, and the error is reported.
    let too_large = Signal::XFSZ.as_raw();
    if ignored >> (too_large - 1) & 1 == 0 {
        signal_hook::flag::register(too_large, Arc::default())?;
    }
    let mut signals = Signals::new(wanted.chain([SIGPIPE]))?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if CHILD_RUNS.load(Ordering::Relaxed) && (signal == SIGINT || signal == SIGQUIT) {
                continue;
            }
            for folder in SCRATCH.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                // Compiling threads may still write there: a second attempt takes what came between.
                let _ = std::fs::remove_dir_all(folder).or_else(|_| std::fs::remove_dir_all(folder));
            }
            // Fails only for a signal that it does not know.
            let _ = emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

/// The mask of ignored signals in a process's status (proc(5)); signal 1 is bit 0.
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|m| u64::from_str_radix(m.trim(), 16).ok()).unwrap_or(0)
}

/// Has the folder removed when a signal ends this process.
pub fn remove_on_signal(folder: &Path) {
    SCRATCH.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_owned());
}

/// From now on the terminal's signals are for the child.
pub fn leave_to_child() {
    CHILD_RUNS.store(true, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals() {
        assert_eq!(ignored("SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n"), 0x1001);
        assert_eq!(ignored(""), 0);
    }
}
