//! Builds and runs the programs.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::compare;
use crate::exec::{self, Ended, Run};
use crate::program::Program;

/// One way in which a program built by `ingot` is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Dev,
    Release,
    /// A release build that moves objects and collects as often as it can.
    Stress,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Dev => "dev",
            Mode::Release => "release",
            Mode::Stress => "stress",
        })
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Mode, String> {
        match text {
            "dev" => Ok(Mode::Dev),
            "release" => Ok(Mode::Release),
            "stress" => Ok(Mode::Stress),
            _ => Err(format!("no such mode `{text}`: dev, release or stress")),
        }
    }
}

/// How the programs are built and run.
#[derive(Clone, Debug)]
pub struct Settings {
    pub go: PathBuf,
    /// Where binaries built by `go` are kept.
    pub cache: PathBuf,
    /// What stands for the version of `go` in the cache.
    pub go_version: String,
    pub time_limit: Duration,
    /// The seed of the first stress round.
    pub seed: u64,
    /// How many stress rounds, or runs under gc when only gc is checked.
    pub rounds: u64,
}

/// The limit on one build; compilers under test may be slow, but not endless.
pub(crate) const BUILD_LIMIT: Duration = Duration::from_secs(600);
/// Stress runs may take so many times longer than others.
const STRESS_SLOWDOWN: u32 = 12;

/// The version line of a `go` command.
pub fn go_version(go: &Path) -> Result<String, String> {
    let mut command = Command::new(go);
    command.arg("version").env("GOTOOLCHAIN", "local");
    let run = exec::run(&mut command, None, BUILD_LIMIT)?;
    let text = String::from_utf8_lossy(&run.stdout).trim().to_string();
    if run.succeeded() { Ok(text) } else { Err(format!("{} version failed", go.display())) }
}

/// Builds a program with `go`, or finds the binary built from the same files before.
pub fn build_with_go(settings: &Settings, program: &Program) -> Result<PathBuf, String> {
    let mut hash = Sha256::new();
    hash.update(&settings.go_version);
    for (name, bytes) in program.files()? {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let key: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let binary = settings.cache.join(key);
    if binary.is_file() {
        return Ok(binary);
    }
    fs::create_dir_all(&settings.cache).map_err(|e| format!("{}: {e}", settings.cache.display()))?;
    // Built beside its place and moved there whole, so that a binary found is never half written.
    let staging = tempfile::tempdir_in(&settings.cache).map_err(|e| e.to_string())?;
    let out = staging.path().join("program");
    let mut command = Command::new(&settings.go);
    command.arg("build").arg("-o").arg(&out);
    if program.is_module {
        command.arg(".").current_dir(&program.path);
    } else {
        command.arg(&program.path);
    }
    command.env("GOTOOLCHAIN", "local").env("GOPROXY", "off").env_remove("GOFLAGS");
    let run = exec::run(&mut command, None, BUILD_LIMIT)?;
    if !run.succeeded() {
        return Err(format!("go build: {}\n{}", run.ended, String::from_utf8_lossy(&run.stderr)));
    }
    fs::rename(&out, &binary).map_err(|e| format!("{}: {e}", binary.display()))?;
    Ok(binary)
}

/// Builds a program with `ingot` into `out`.
pub fn build_with_ingot(ingot: &Path, program: &Program, dev: bool, out: &Path) -> Result<(), String> {
    let mut command = Command::new(ingot);
    command.arg("build");
    if dev {
        command.arg("-dev");
    }
    command.arg("-o").arg(out);
    if program.is_module {
        command.arg(".").current_dir(&program.path);
    } else {
        command.arg(&program.path);
    }
    let run = exec::run(&mut command, None, BUILD_LIMIT)?;
    if run.succeeded() && out.is_file() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&run.stderr).into_owned();
    let said: Vec<&str> = text.lines().take(8).collect();
    Err(format!("ingot build: {}\n  | {}\n", run.ended, said.join("\n  | ")))
}

/// What a stress run with this seed switches on: every other one marks in slices.
fn stress_switches(seed: u64) -> String {
    let slice = if seed.is_multiple_of(2) { "slice," } else { "" };
    format!("move,gc,poison,verify,{slice}seed={seed}")
}

/// How many threads it runs on: 2 to 4.
fn stress_threads(seed: u64) -> u64 {
    2 + seed % 3
}

fn run_binary(settings: &Settings, program: &Program, binary: &Path, stress: Option<u64>) -> Result<Run, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let mut command = Command::new(binary);
    command.current_dir(folder.path());
    let limit = set_environment(&mut command, settings.time_limit, stress);
    exec::run(&mut command, program.stdin().as_deref(), limit)
}

/// Gives a program the environment of every run, with the switches of a stress run's seed, and returns its time limit.
pub(crate) fn set_environment(command: &mut Command, limit: Duration, stress: Option<u64>) -> Duration {
    for name in ["GOGC", "GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "INGOT_STRESS"] {
        command.env_remove(name);
    }
    let Some(seed) = stress else {
        return limit;
    };
    command.env("INGOT_STRESS", stress_switches(seed));
    command.env("GOMAXPROCS", stress_threads(seed).to_string());
    limit * STRESS_SLOWDOWN
}

/// Runs the program as built by `go`; a failure here is the program's own.
pub fn oracle(settings: &Settings, program: &Program) -> Result<Run, String> {
    let binary = build_with_go(settings, program)?;
    let run = run_binary(settings, program, &binary, None)?;
    if run.ended != Ended::Exited(program.header.exit) {
        return Err(format!(
            "under gc it ended with {}, its header says exit status {}\n{}",
            run.ended,
            program.header.exit,
            String::from_utf8_lossy(&run.stderr)
        ));
    }
    Ok(run)
}

/// Runs the program under gc several times and compares the runs.
pub fn check_determinism(settings: &Settings, program: &Program) -> Result<(), String> {
    let first = oracle(settings, program)?;
    for round in 1..settings.rounds.max(2) {
        let again = oracle(settings, program)?;
        if let Some(text) = compare::difference(&first, &again) {
            return Err(format!("run {} under gc is not like the first\n{text}", round + 1));
        }
    }
    Ok(())
}

/// Builds a program with `ingot` and compares it with `expected` in each mode.
pub fn check_modes(
    settings: &Settings,
    ingot: &Path,
    program: &Program,
    expected: &Run,
    modes: &[Mode],
) -> Vec<(Mode, Result<(), String>)> {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(e) => {
            return modes.iter().map(|&mode| (mode, Err(e.to_string()))).collect();
        }
    };
    let mut release: Option<Result<(), String>> = None;
    let mut results = Vec::new();
    for &mode in modes {
        let binary = folder.path().join(if mode == Mode::Dev { "dev" } else { "release" });
        let built = if mode == Mode::Dev {
            build_with_ingot(ingot, program, true, &binary)
        } else {
            // Release and stress runs share one build.
            release.get_or_insert_with(|| build_with_ingot(ingot, program, false, &binary)).clone()
        };
        let result = built.and_then(|()| match mode {
            Mode::Dev | Mode::Release => check_plain(settings, program, expected, &binary),
            Mode::Stress => (0..settings.rounds.max(1)).try_for_each(|round| {
                let seed = settings.seed.wrapping_add(round);
                check_stress(settings, program, expected, &binary, seed).map_err(|text| format!("seed={seed}: {text}"))
            }),
        });
        results.push((mode, result));
    }
    results
}

fn check_plain(settings: &Settings, program: &Program, expected: &Run, binary: &Path) -> Result<(), String> {
    let actual = run_binary(settings, program, binary, None)?;
    compare::difference(expected, &actual).map_or(Ok(()), Err)
}

fn check_stress(
    settings: &Settings,
    program: &Program,
    expected: &Run,
    binary: &Path,
    seed: u64,
) -> Result<(), String> {
    let mut actual = run_binary(settings, program, binary, Some(seed))?;
    let (stderr, counts) = compare::strip_stress(&actual.stderr);
    actual.stderr = stderr;
    if let Some(text) = compare::difference(expected, &actual) {
        return Err(text);
    }
    match counts {
        None => Err("no `ingot stress: moves=N collections=N` line on standard error\n".into()),
        Some(counts) if counts.moves == 0 || counts.collections == 0 => {
            Err(format!("the stress run stressed nothing: moves={} collections={}\n", counts.moves, counts.collections))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Header, Tier};
    use std::os::unix::fs::PermissionsExt;

    fn settings() -> Settings {
        Settings {
            go: "go".into(),
            cache: std::env::temp_dir(),
            go_version: String::new(),
            time_limit: Duration::from_secs(10),
            seed: 40,
            rounds: 2,
        }
    }

    fn program() -> Program {
        Program {
            name: "p".into(),
            path: "/nonexistent/p.go".into(),
            is_module: false,
            header: Header { spec: vec!["Iota".into()], exit: 0, tier: Tier::Println },
        }
    }

    /// A stand-in for `ingot` whose every output is a shell script.
    fn fake_ingot(folder: &Path, program: &str) -> PathBuf {
        let path = folder.join("ingot");
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = build ] || exit 9\nshift\n[ \"$1\" = -dev ] && shift\n\
             [ \"$1\" = -o ] || exit 8\ncat > \"$2\" <<'END'\n#!/bin/sh\n{program}\nEND\nchmod +x \"$2\"\n"
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn check(script: &str) -> Vec<(Mode, Result<(), String>)> {
        let folder = tempfile::tempdir().unwrap();
        let ingot = fake_ingot(folder.path(), script);
        let expected = Run { stdout: b"out\n".into(), stderr: b"err\n".into(), ended: Ended::Exited(0) };
        check_modes(&settings(), &ingot, &program(), &expected, &[Mode::Dev, Mode::Release, Mode::Stress])
    }

    #[test]
    fn passes_in_every_mode() {
        let script = "echo out; echo err >&2\n\
            if [ -n \"$INGOT_STRESS\" ]; then echo ingot stress: moves=4 collections=2 >&2; fi";
        for (mode, result) in check(script) {
            assert_eq!(result, Ok(()), "{mode}");
        }
    }

    #[test]
    fn gives_stress_runs_their_seeds() {
        let script = "echo out; echo err >&2\ncase \"$INGOT_STRESS $GOMAXPROCS\" in\n\
            \"move,gc,poison,verify,slice,seed=40 3\") echo ingot stress: moves=4 collections=2 >&2;;\n\
            \"move,gc,poison,verify,seed=41 4\") echo ingot stress: moves=0 collections=2 >&2;;\nesac";
        let results = check(script);
        assert_eq!(results[0].1, Ok(()));
        let text = results[2].1.clone().unwrap_err();
        assert!(text.starts_with("seed=41: the stress run stressed nothing"), "{text}");
    }

    #[test]
    fn wants_the_stress_line() {
        let results = check("echo out; echo err >&2");
        assert_eq!(results[1].1, Ok(()));
        assert!(results[2].1.clone().unwrap_err().contains("no `ingot stress:"));
    }

    #[test]
    fn reports_failures_to_build() {
        let folder = tempfile::tempdir().unwrap();
        let ingot = folder.path().join("ingot");
        fs::write(&ingot, "#!/bin/sh\necho p.go:1:1: no >&2\nexit 1\n").unwrap();
        fs::set_permissions(&ingot, fs::Permissions::from_mode(0o755)).unwrap();
        let expected = Run { stdout: vec![], stderr: vec![], ended: Ended::Exited(0) };
        let results = check_modes(&settings(), &ingot, &program(), &expected, &[Mode::Release]);
        let text = results[0].1.clone().unwrap_err();
        assert!(text.contains("exit status 1") && text.contains("p.go:1:1: no"), "{text}");
    }

    #[test]
    fn reads_modes() {
        for mode in [Mode::Dev, Mode::Release, Mode::Stress] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert!("fast".parse::<Mode>().is_err());
    }
}
