//! Runs a command with a time limit and keeps what it says.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The most that is kept of each output; a program that says more is compared on its beginning.
const KEPT: u64 = 32 << 20;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Exited(i32),
    Signalled(i32),
    TimedOut,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Exited(code) => write!(f, "exit status {code}"),
            Ended::Signalled(signal) => write!(f, "signal {signal}"),
            Ended::TimedOut => write!(f, "the time limit"),
        }
    }
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub ended: Ended,
}

impl Run {
    pub fn succeeded(&self) -> bool {
        self.ended == Ended::Exited(0)
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut pipe) = pipe {
            // A pipe that breaks has given what it had.
            let _ = pipe.by_ref().take(KEPT).read_to_end(&mut kept);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        kept
    })
}

/// Runs `command` in a process group of its own and kills the group when `limit` is over.
pub fn run(command: &mut Command, stdin: Option<&Path>, limit: Duration) -> Result<Run, String> {
    let input = match stdin {
        Some(path) => File::open(path).map_err(|e| format!("{}: {e}", path.display()))?.into(),
        None => Stdio::null(),
    };
    let mut child = command
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|e| format!("{}: {e}", command.get_program().to_string_lossy()))?;
    let group = child.id() as libc::pid_t;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());

    let (finished, watch) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let late = watch.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            // SAFETY: `kill` takes plain numbers. The child leads this group and has not been waited
            // for by the time the limit is over, or was a moment ago, when its number is not yet reused.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
        late
    });
    let status = child.wait().map_err(|e| e.to_string())?;
    drop(finished);
    let late = watchdog.join().unwrap_or(false);
    let ended = match status.code() {
        _ if late => Ended::TimedOut,
        Some(code) => Ended::Exited(code),
        None => Ended::Signalled(status.signal().unwrap_or(0)),
    };
    Ok(Run { stdout: stdout.join().unwrap_or_default(), stderr: stderr.join().unwrap_or_default(), ended })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Run {
        run(Command::new("sh").args(["-c", script]), None, limit).unwrap()
    }

    #[test]
    fn keeps_both_outputs_and_the_status() {
        let run = shell("echo out; echo err >&2; exit 3", Duration::from_secs(10));
        assert_eq!(run, Run { stdout: b"out\n".into(), stderr: b"err\n".into(), ended: Ended::Exited(3) });
        assert_eq!(shell("kill -9 $$", Duration::from_secs(10)).ended, Ended::Signalled(9));
    }

    #[test]
    fn stops_at_the_limit_with_all_children() {
        let run = shell("echo started; sleep 60 & sleep 60", Duration::from_millis(200));
        assert_eq!(run.ended, Ended::TimedOut);
        assert_eq!(run.stdout, b"started\n");
    }

    #[test]
    fn says_when_there_is_no_such_command() {
        assert!(run(&mut Command::new("/nonexistent/x"), None, Duration::from_secs(1)).is_err());
    }
}
