//! Builds many programs into one binary and compares, program by program, what it prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::compare;
use crate::diff::generate::Program;
use crate::exec::{self, Ended, Run};
use crate::state::Outcome;
use crate::suite::{self, BUILD_LIMIT, Mode};

const PRELUDE: &str = include_str!("prelude.go");
/// What begins the output of a program, before its name.
const HEADING: &[u8] = b"=== ";

/// How programs are built and run.
pub struct Settings {
    pub go: PathBuf,
    pub ingot: PathBuf,
    pub time_limit: Duration,
    /// The seed of the first stress round.
    pub seed: u64,
    pub rounds: u64,
}

/// The outcomes of programs by their place in the batch, in each mode.
pub type Verdicts = BTreeMap<(usize, Mode), Outcome>;

/// What a binary printed, by the names of the programs; the last is the one in which it ended.
struct Output {
    run: Run,
    sections: Vec<(String, Vec<u8>)>,
}

impl Output {
    fn new(run: Run) -> Output {
        let mut sections: Vec<(String, Vec<u8>)> = Vec::new();
        for line in run.stderr.split_inclusive(|&byte| byte == b'\n') {
            match line.strip_prefix(HEADING) {
                Some(name) => sections.push((String::from_utf8_lossy(name).trim_end().into(), Vec::new())),
                None => {
                    if let Some((_, text)) = sections.last_mut() {
                        text.extend_from_slice(line);
                    }
                }
            }
        }
        Output { run, sections }
    }

    fn of(&self, name: &str) -> Option<&[u8]> {
        self.sections.iter().find(|(section, _)| section == name).map(|(_, text)| text.as_slice())
    }

    /// Why the binary did not come to its end, as the fault of the program it was in.
    fn stopped(&self) -> Option<String> {
        if self.run.succeeded() {
            return None;
        }
        let text = self.sections.last().map(|(_, text)| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.iter().position(|line| line.starts_with("fatal") || line.starts_with("panic")).unwrap_or(0);
        let shown = lines[from..].iter().take(8).map(|line| format!("  | {line}\n")).collect::<String>();
        Some(format!("ended with {}\n{shown}", self.run.ended))
    }
}

/// A folder with the sources of a batch and its binaries.
struct Batch {
    folder: tempfile::TempDir,
}

impl Batch {
    fn new(programs: &[&Program]) -> Result<Batch, String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
        };
        write("go.mod", "module differential\n\ngo 1.26\n")?;
        write("prelude.go", PRELUDE)?;
        let mut main = String::from("package main\n\nfunc main() {\n");
        for program in programs {
            write(&format!("{}.go", program.name), &program.text())?;
            main.push_str(&format!("\trun(\"{0}\", {0}_main)\n", program.name));
        }
        main.push_str("}\n");
        write("main.go", &main)?;
        Ok(Batch { folder })
    }

    /// Builds with the command and gives the binary, or what the command says.
    fn build(&self, command: &Path, flags: &[&str], name: &str) -> Result<PathBuf, String> {
        let binary = self.folder.path().join(name);
        let mut command = Command::new(command);
        command.arg("build").args(flags).arg("-o").arg(&binary).arg(".").current_dir(self.folder.path());
        command.env("GOTOOLCHAIN", "local").env("GOPROXY", "off").env("CGO_ENABLED", "0").env_remove("GOFLAGS");
        let run = exec::run(&mut command, None, BUILD_LIMIT * 4)?;
        if run.succeeded() && binary.is_file() {
            return Ok(binary);
        }
        let text = String::from_utf8_lossy(&run.stderr).into_owned();
        let lines = text.lines().filter(|line| !line.starts_with('#')).take(12);
        Err(format!("{}\n{}", run.ended, lines.map(|line| format!("  | {line}\n")).collect::<String>()))
    }

    fn run(&self, settings: &Settings, binary: &Path, stress: Option<u64>) -> Result<Output, String> {
        let mut command = Command::new(binary);
        command.current_dir(self.folder.path());
        let limit = suite::set_environment(&mut command, settings.time_limit, stress);
        let mut run = exec::run(&mut command, None, limit)?;
        if stress.is_some() {
            let (stderr, counts) = compare::strip_stress(&run.stderr);
            run.stderr = stderr;
            if run.succeeded() && counts.is_none_or(|counts| counts.moves == 0 || counts.collections == 0) {
                return Err("the stress run stressed nothing".into());
            }
        }
        Ok(Output::new(run))
    }
}

/// Compares the programs in the modes. One that does not build or does not come to its end is found out and the others
/// are looked at without it.
pub fn check(settings: &Settings, programs: &[&Program], modes: &[Mode]) -> Result<Verdicts, String> {
    let mut verdicts = Verdicts::new();
    let all: Vec<usize> = (0..programs.len()).collect();
    judge(settings, programs, &all, modes, &mut verdicts)?;
    Ok(verdicts)
}

/// Looks at the programs of these places.
fn judge(
    settings: &Settings,
    programs: &[&Program],
    places: &[usize],
    modes: &[Mode],
    verdicts: &mut Verdicts,
) -> Result<(), String> {
    if places.is_empty() || modes.is_empty() {
        return Ok(());
    }
    let chosen: Vec<&Program> = places.iter().map(|&place| programs[place]).collect();
    let batch = Batch::new(&chosen)?;
    let place_of = |name: &str| places.iter().copied().find(|&place| programs[place].name == name);
    let expected = match batch.build(&settings.go, &[], "gc") {
        Ok(binary) => batch.run(settings, &binary, None)?,
        Err(text) => return halve(settings, programs, places, modes, verdicts, &format!("gc: {text}")),
    };
    if let Some(text) = expected.stopped() {
        let Some(place) = expected.sections.last().and_then(|(name, _)| place_of(name)) else {
            return Err(format!("under gc: {text}"));
        };
        verdicts.extend(modes.iter().map(|&mode| ((place, mode), Outcome::Failed(format!("under gc: {text}")))));
        let others: Vec<usize> = places.iter().copied().filter(|&other| other != place).collect();
        return judge(settings, programs, &others, modes, verdicts);
    }
    let mut release: Option<Result<PathBuf, String>> = None;
    for &mode in modes {
        let built = match mode {
            Mode::Dev => batch.build(&settings.ingot, &["-dev"], "dev"),
            Mode::Release | Mode::Stress => {
                release.get_or_insert_with(|| batch.build(&settings.ingot, &[], "release")).clone()
            }
        };
        let binary = match built {
            Ok(binary) => binary,
            Err(text) => {
                halve(settings, programs, places, &[mode], verdicts, &format!("ingot: {text}"))?;
                continue;
            }
        };
        let seeds: Vec<Option<u64>> = match mode {
            Mode::Stress => (0..settings.rounds.max(1)).map(|n| Some(settings.seed.wrapping_add(n))).collect(),
            Mode::Dev | Mode::Release => vec![None],
        };
        for seed in seeds {
            let actual = batch.run(settings, &binary, seed)?;
            let stopped = actual.stopped();
            let ended_in = actual.sections.last().map(|(name, _)| name.clone());
            if stopped.is_some() && ended_in.is_none() {
                return Err(format!("{mode}: {}", stopped.unwrap_or_default()));
            }
            let mut unreached = Vec::new();
            for &place in places {
                let name = &programs[place].name;
                let outcome = match (&stopped, actual.of(name)) {
                    (Some(text), _) if ended_in.as_ref() == Some(name) => Some(Outcome::Failed(text.clone())),
                    (_, Some(text)) => Some(outcome(expected.of(name).unwrap_or_default(), text)),
                    (Some(_), None) => None,
                    (None, None) => Some(Outcome::Failed("it was not run".into())),
                };
                match outcome {
                    // What failed with one seed has failed.
                    Some(outcome) if !matches!(verdicts.get(&(place, mode)), Some(Outcome::Failed(_))) => {
                        verdicts.insert((place, mode), with_seed(outcome, seed));
                    }
                    Some(_) => {}
                    None => unreached.push(place),
                }
            }
            if !unreached.is_empty() {
                judge(settings, programs, &unreached, &[mode], verdicts)?;
            }
        }
    }
    Ok(())
}

fn with_seed(outcome: Outcome, seed: Option<u64>) -> Outcome {
    match (outcome, seed) {
        (Outcome::Failed(text), Some(seed)) => Outcome::Failed(format!("seed={seed}: {text}")),
        (outcome, _) => outcome,
    }
}

fn outcome(expected: &[u8], actual: &[u8]) -> Outcome {
    compare::diff("output", expected, actual).map_or(Outcome::Passed, Outcome::Failed)
}

/// Goes on with each half of what does not build, until it is one program.
fn halve(
    settings: &Settings,
    programs: &[&Program],
    places: &[usize],
    modes: &[Mode],
    verdicts: &mut Verdicts,
    why: &str,
) -> Result<(), String> {
    if let [place] = places {
        verdicts.extend(modes.iter().map(|&mode| ((*place, mode), Outcome::Failed(why.into()))));
        return Ok(());
    }
    let (first, second) = places.split_at(places.len() / 2);
    judge(settings, programs, first, modes, verdicts)?;
    judge(settings, programs, second, modes, verdicts)
}

/// How a program fails, for the reducer: it must go on to fail alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    NotBuilt,
    Ended(Ended),
    Differs,
}

/// Whether and how a program fails in a mode; none when it does not, or gc has nothing to say of it.
pub fn failure(settings: &Settings, program: &Program, mode: Mode) -> Result<Option<Failure>, String> {
    let batch = Batch::new(&[program])?;
    let Ok(binary) = batch.build(&settings.go, &[], "gc") else { return Ok(None) };
    let expected = batch.run(settings, &binary, None)?;
    if !expected.run.succeeded() {
        return Ok(None);
    }
    let flags: &[&str] = if mode == Mode::Dev { &["-dev"] } else { &[] };
    let Ok(binary) = batch.build(&settings.ingot, flags, "ingot") else { return Ok(Some(Failure::NotBuilt)) };
    let seed = (mode == Mode::Stress).then_some(settings.seed);
    let actual = batch.run(settings, &binary, seed)?;
    Ok(if !actual.run.succeeded() {
        Some(Failure::Ended(actual.run.ended))
    } else if expected.run.stderr != actual.run.stderr {
        Some(Failure::Differs)
    } else {
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(exit: i32, stderr: &str) -> Output {
        Output::new(Run { stdout: Vec::new(), stderr: stderr.into(), ended: Ended::Exited(exit) })
    }

    #[test]
    fn tells_programs_apart() {
        let out = output(0, "=== p1\na\nb\n=== p2\n=== p3\nc");
        assert_eq!(out.of("p1"), Some(b"a\nb\n".as_slice()));
        assert_eq!(out.of("p2"), Some(b"".as_slice()));
        assert_eq!(out.of("p3"), Some(b"c".as_slice()));
        assert_eq!(out.of("p4"), None);
        assert_eq!(out.stopped(), None);
    }

    #[test]
    fn blames_the_last() {
        let out = output(2, "=== p1\na\n=== p2\nb\nfatal error: all goroutines are asleep\nmore\n");
        assert!(out.stopped().is_some_and(|text| text.starts_with("ended with exit status 2\n  | fatal error: all")));
        assert_eq!(out.sections.last().map(|(name, _)| name.as_str()), Some("p2"));
    }
}
