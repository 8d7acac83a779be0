//! Runs a command and asks the kernel what it took.

use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of all processors, in the program and for it in the kernel, with those of children waited for.
    pub cpu: f64,
    /// The most bytes that were resident. The kernel hands a process what its parent had, so this is never below the
    /// few megabytes of the runner itself; of several processes it is the largest one's.
    pub peak: u64,
}

/// A finished run.
pub struct Run {
    pub sample: Sample,
    pub stdout: Vec<u8>,
}

fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 / 1e6
}

/// Waits for the child and says how it ended and what it used.
fn wait(child: &Child) -> io::Result<(ExitStatus, libc::rusage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    loop {
        // SAFETY: both pointers are to live variables of the types wait4 writes; the child has not been waited for.
        if unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, usage.as_mut_ptr()) } >= 0 {
            // SAFETY: wait4 fills the structure when it succeeds.
            return Ok((ExitStatus::from_raw(status), unsafe { usage.assume_init() }));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Runs `command` without input and keeps what it prints; what it says on standard error is part of a failure's message.
/// After `limit` it is killed with all its children.
pub fn run(command: &mut Command, limit: Duration) -> Result<Run, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |e: io::Error| format!("{name}: {e}");
    // Files instead of pipes: nobody has to read while the program is measured.
    let (mut out, mut err) = (tempfile::tempfile().map_err(failed)?, tempfile::tempfile().map_err(failed)?);
    command.stdin(Stdio::null()).process_group(0);
    command.stdout(out.try_clone().map_err(failed)?).stderr(err.try_clone().map_err(failed)?);

    let start = Instant::now();
    let child = command.spawn().map_err(failed)?;
    let group = child.id() as libc::pid_t;
    let (finished, watch) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let late = watch.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        if late {
            // SAFETY: plain numbers. The child leads the group and is being waited for.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
        late
    });
    let waited = wait(&child);
    let wall = start.elapsed().as_secs_f64();
    drop(finished);
    let late = watchdog.join().unwrap_or(false);
    let (status, usage) = waited.map_err(failed)?;

    let text = |file: &mut std::fs::File| -> io::Result<Vec<u8>> {
        use std::io::{Read, Seek};
        file.rewind()?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text)
    };
    let stdout = text(&mut out).map_err(failed)?;
    if late {
        return Err(format!("{name}: not done after {} s", limit.as_secs()));
    }
    if !status.success() {
        let said = text(&mut err).map_err(failed)?;
        return Err(format!("{name}: {status}\n{}", String::from_utf8_lossy(&said)));
    }
    let sample = Sample {
        wall,
        cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        peak: usage.ru_maxrss as u64 * 1024, // the kernel counts in KiB
    };
    Ok(Run { sample, stdout })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Run, String> {
        run(Command::new("sh").args(["-c", script]), Duration::from_secs(20))
    }

    #[test]
    fn tells_time_and_memory() {
        let run = shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.2; echo $i").unwrap();
        assert_eq!(run.stdout, b"100000\n");
        let Sample { wall, cpu, peak } = run.sample;
        assert!(cpu > 0.0 && wall >= 0.2 && cpu < wall, "{wall} {cpu}");
        assert!((100 << 10..1 << 30).contains(&peak), "{peak}");
    }

    #[test]
    fn counts_children() {
        let alone = shell("true").unwrap().sample.cpu;
        let child = shell("(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done)").unwrap().sample.cpu;
        assert!(child > alone, "{child} {alone}");
    }

    #[test]
    fn says_how_a_command_failed() {
        let message = shell("echo no >&2; exit 3").err().unwrap();
        assert!(message.contains("exit status: 3") && message.contains("no"), "{message}");
        let late = run(Command::new("sleep").arg("60"), Duration::from_millis(100)).err().unwrap();
        assert!(late.contains("not done"), "{late}");
    }
}
