//! `ingot test`: test programs as the go command puts them together, compiled by Ingot, run and reported as `go test` does.
//!
//! `go list -test` generates the main package and says which packages are compiled anew with test files. Results are not
//! cached, and `go vet` is left to its own command.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use llvm_backend::os_text;
use rustix::process::{Pid, Signal, kill_process};

use crate::cli::Test;
use crate::commands::{Outcome, Setup, Stamps, Work, ending, has_failed, output_path, program};
use crate::load::{self, Package, program_name};
use crate::{front, interrupt};

/// How long a test program may go on beyond its own time limit, at which it should have panicked.
const GRACE: Duration = Duration::from_secs(60);
/// From SIGQUIT, which prints the goroutines, to SIGKILL.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What became of a package's tests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
}

pub fn test(args: &Test) -> Outcome {
    if args.load.json {
        return Err("ingot test: -json is not supported".to_owned());
    }
    let Some(limit) = parse_duration(&args.timeout) else {
        errln!("invalid value {:?} for flag -timeout: parse error", args.timeout);
        return Ok(ExitCode::from(2));
    };
    let mut args = args.clone();
    // Of `go test`, -v is the test program's.
    let verbose = std::mem::take(&mut args.load.verbose);
    let setup = Setup::new(&args.load)?;
    let (patterns, program_args) = split_words(&args.words);
    let local = patterns.is_empty();
    let patterns = if local { vec![".".to_owned()] } else { patterns };
    let tests =
        setup.timings.time("load", || load::load_tests(&setup.toolchain, &setup.overlay, &args.load, &patterns))?;
    if args.output.is_some() && tests.len() > 1 && !args.output.as_deref().is_some_and(Path::is_dir) {
        return Err("cannot use -o flag with multiple packages".to_owned());
    }
    let runner = Runner {
        args: &args,
        limit,
        verbose,
        stream: local || (tests.len() == 1 && (verbose || args.bench.is_some())),
        program_args,
    };
    let mut all = Verdict::Passed;
    for test in tests {
        let Some(packages) = test.program else {
            outln!("?   \t{}\t[no test files]", test.import_path);
            continue;
        };
        if runner.package(&setup, &test.import_path, &test.dir, packages)? == Verdict::Failed {
            all = Verdict::Failed;
        }
    }
    if all == Verdict::Passed {
        return Ok(ExitCode::SUCCESS);
    }
    outln!("FAIL");
    Ok(ExitCode::from(1))
}

/// The packages named on the command line, and what `-args` leaves to the test programs.
fn split_words(words: &[String]) -> (Vec<String>, Vec<String>) {
    let end = words.iter().position(|w| w == "-args" || w == "--args").unwrap_or(words.len());
    (words[..end].to_vec(), words.get(end + 1..).unwrap_or_default().to_vec())
}

struct Runner<'a> {
    args: &'a Test,
    /// Of the test program itself; none when zero.
    limit: Duration,
    verbose: bool,
    /// Output is shown as it comes.
    stream: bool,
    program_args: Vec<String>,
}

impl Runner<'_> {
    /// Builds and runs one package's tests and reports on them.
    fn package(&self, setup: &Setup, path: &str, dir: &Path, packages: Vec<Package>) -> Result<Verdict, String> {
        let args = self.args;
        let names = front::Names { trimpath: args.load.trimpath, goroot: &setup.toolchain.goroot };
        let front = setup.timings.time("parse and check", || front::run(packages, &setup.overlay, &names, None))?;
        let main = front.units.iter().map(|u| &u.package).find(|p| !p.dep_only).ok_or("no test program")?;
        let work = Work::new(&args.load)?;
        let output = match &args.output {
            None if !args.compile_only => work.path.join(program_name(main)),
            asked => output_path(asked.as_deref(), main, &work)?,
        };
        let built = if has_failed(&front, &args.load) {
            Err(String::new())
        } else {
            program(setup, &front, main, &setup.session(&args.load, &work), Stamps::OnDemand, &output)
        };
        if let Err(text) = built {
            if !text.is_empty() {
                errln!("# {path}\n{text}");
            }
            outln!("FAIL\t{path} [build failed]");
            return Ok(Verdict::Failed);
        }
        drop(front);
        if args.load.time_passes {
            setup.timings.print();
        }
        let verdict = if args.compile_only { Verdict::Passed } else { self.run(path, dir, &output)? };
        work.close()?;
        Ok(verdict)
    }

    fn run(&self, path: &str, dir: &Path, program: &Path) -> Result<Verdict, String> {
        let program = fs::canonicalize(program).map_err(|e| format!("{}: {}", program.display(), os_text(&e)))?;
        let mut cmd = Command::new(&program);
        cmd.args(self.flags()).args(&self.program_args).current_dir(dir).env("PWD", dir).stdin(Stdio::null());
        interrupt::leave_to_child();
        let start = Instant::now();
        let (output, status, killed) =
            self.watched(&mut cmd).map_err(|e| format!("{}: {}", program.display(), os_text(&e)))?;
        let time = start.elapsed();
        let mut out = std::io::stdout().lock();
        let mut show = |bytes: &[u8]| out.write_all(bytes).map_err(|e| format!("ingot: {e}"));
        let summary = |word: &str, note: &str| format!("{word}\t{path}\t{:.3}s{note}\n", time.as_secs_f64());
        if status.success() {
            if !self.stream && (self.verbose || self.args.bench.is_some()) {
                show(&output)?;
            }
            let nothing = contains(&output, b"testing: warning: no tests to run");
            show(summary("ok  ", if nothing { " [no tests to run]" } else { "" }).as_bytes())?;
            return Ok(Verdict::Passed);
        }
        if !self.stream {
            show(&output)?;
        }
        if output.last().is_some_and(|&b| b != b'\n') {
            show(b"\n")?;
        }
        if killed {
            show(format!("*** Test killed: ran too long ({:?}).\n", self.limit + GRACE).as_bytes())?;
        }
        if output.is_empty() {
            show(format!("{}\n", ending(status)).as_bytes())?;
        }
        show(summary("FAIL", "").as_bytes())?;
        Ok(Verdict::Failed)
    }

    /// Runs the program to its end; what it wrote, and whether it had to be killed.
    fn watched(&self, cmd: &mut Command) -> std::io::Result<(Vec<u8>, ExitStatus, bool)> {
        let (mut reader, writer) = std::io::pipe()?;
        cmd.stdout(writer.try_clone()?).stderr(writer);
        let mut child = cmd.spawn()?;
        // The writing ends in `cmd` would keep the pipe open.
        cmd.stdout(Stdio::null()).stderr(Stdio::null());
        let pid = Pid::from_child(&child);
        let (over, wait) = mpsc::channel::<()>();
        let limit = self.limit;
        let watchdog = std::thread::spawn(move || {
            let runs_on = |time| wait.recv_timeout(time) == Err(mpsc::RecvTimeoutError::Timeout);
            if limit.is_zero() || !runs_on(limit + GRACE) {
                return false;
            }
            // The program is not waited for before this thread has ended: the number is its.
            let _ = kill_process(pid, Signal::QUIT);
            if runs_on(LAST_WORDS) {
                let _ = kill_process(pid, Signal::KILL);
            }
            true
        });
        let mut output = Vec::new();
        let mut buffer = [0; 1 << 16];
        loop {
            let n = reader.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            output.extend_from_slice(&buffer[..n]);
            if self.stream {
                let mut out = std::io::stdout().lock();
                out.write_all(&buffer[..n]).and_then(|()| out.flush())?;
            }
        }
        drop(over);
        let killed = watchdog.join().unwrap_or(false);
        Ok((output, child.wait()?, killed))
    }

    /// The test program's flags.
    fn flags(&self) -> Vec<String> {
        let args = self.args;
        let mut flags = vec!["-test.paniconexit0".to_owned(), format!("-test.timeout={}", args.timeout)];
        let values = [
            ("run", &args.run),
            ("skip", &args.skip),
            ("list", &args.list),
            ("bench", &args.bench),
            ("benchtime", &args.benchtime),
            ("count", &args.count),
            ("cpu", &args.cpu),
            ("parallel", &args.parallel),
            ("shuffle", &args.shuffle),
        ];
        flags.extend(values.iter().filter_map(|(name, value)| Some(format!("-test.{name}={}", value.as_ref()?))));
        let switches = [
            ("v", self.verbose),
            ("short", args.short),
            ("failfast", args.failfast),
            ("benchmem", args.benchmem),
            ("fullpath", args.fullpath),
        ];
        flags.extend(switches.iter().filter(|(_, on)| *on).map(|(name, _)| format!("-test.{name}=true")));
        flags
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|w| w == part)
}

/// A duration as Go writes it, such as `1h30m` or `1.5s`; 0 needs no unit.
fn parse_duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let seconds = match &rest[..unit_end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(parse_duration("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_duration("0"), Some(Duration::ZERO));
        for wrong in ["", "5", "s", "1x", "-1s", "1.s.2"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn arguments_end_the_packages() {
        let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(split_words(&words(&["a", "-args", "-x", "y"])), (words(&["a"]), words(&["-x", "y"])));
        assert_eq!(split_words(&words(&["a", "b"])), (words(&["a", "b"]), words(&[])));
    }
}
