//! Whether ingot does with a case what gc does.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::compare;
use crate::conformance::exceptions::Exceptions;
use crate::conformance::layout::Target;
use crate::conformance::oracle::{self, Answer, Compiler, Complaints, Oracle, Runner};
use crate::conformance::recipe::{Action, Case};
use crate::exec::{self, Ended, Run};
use crate::state::Outcome;
use crate::suite::{self, Mode};

/// How the cases are built and run.
pub struct Settings {
    pub oracle: Oracle,
    pub ingot: PathBuf,
    /// The test folder.
    pub root: PathBuf,
    pub time_limit: Duration,
    /// The seed of the first stress round.
    pub seed: u64,
    pub rounds: u64,
}

impl Settings {
    /// Runs a case's program.
    pub fn run(&self, case: &Case, program: &Path, target: &Target, stress: Option<u64>) -> Result<Run, String> {
        // Files that a program reads are named from the test folder; the programs of modules have their own.
        let in_place = !case.recipe.action.is_some_and(Action::is_folder);
        let folder = if in_place { &self.root } else { &target.folder };
        let mut command = Command::new(program);
        command.args(case.recipe.program_arguments()).current_dir(folder).env("PWD", folder);
        let limit = suite::set_environment(&mut command, self.time_limit, stress);
        if let Some(godebug) = &case.recipe.godebug {
            command.env("GODEBUG", godebug);
        }
        exec::run(&mut command, None, limit)
    }

    /// The compiler that is judged.
    pub fn ingot(&self, dev: bool) -> Compiler {
        Compiler { command: self.ingot.clone(), flags: if dev { vec!["-dev".into()] } else { Vec::new() } }
    }

    /// The outcomes in `modes`, which are of one build.
    fn modes(&self, case: &Case, modes: &[Mode], expected: &Answer) -> Result<Vec<Outcome>, String> {
        let seeds = |&mode: &Mode| match mode {
            Mode::Dev | Mode::Release => vec![None],
            Mode::Stress => (0..self.rounds.max(1)).map(|round| Some(self.seed.wrapping_add(round))).collect(),
        };
        let stress: Vec<Option<u64>> = modes.iter().flat_map(seeds).collect();
        let runs: Vec<_> = stress
            .iter()
            .map(|&seed| move |program: &Path, target: &Target| self.run(case, program, target, seed))
            .collect();
        let runs: Vec<Runner> = runs.iter().map(|run| run as Runner).collect();
        let answers = oracle::answers(&self.ingot(modes.contains(&Mode::Dev)), "check", case, &self.root, &runs)?;
        let judge = |(seed, actual): (Option<u64>, Result<Answer, String>)| {
            let text = actual.and_then(|actual| compare(expected, &actual, seed.is_some()));
            text.map_err(|text| seed.map(|seed| format!("seed={seed}: {text}")).unwrap_or(text))
        };
        let mut results = stress.iter().copied().zip(answers).map(judge);
        let outcome = |mode| results.by_ref().take(seeds(mode).len()).collect::<Result<(), String>>();
        let outcomes =
            modes.iter().map(outcome).map(|result| result.map_or_else(Outcome::Failed, |()| Outcome::Passed));
        Ok(outcomes.collect())
    }
}

/// The modes in which a case is looked at: complaints are the front end's, the same in all, and stress is for what runs.
pub fn modes_of(action: Action, modes: &[Mode]) -> Vec<Mode> {
    let all = modes.iter().copied();
    match action {
        _ if action.checks() => all.take(1).collect(),
        _ if !action.runs() => all.filter(|&mode| mode != Mode::Stress).collect(),
        _ => all.collect(),
    }
}

/// Compares a case in each of `modes`.
pub fn check(settings: &Settings, list: &Exceptions, case: &Case, modes: &[Mode]) -> Vec<(Mode, Outcome)> {
    let all = |outcome: Outcome| modes.iter().map(|&mode| (mode, outcome.clone())).collect();
    let run = |program: &Path, target: &Target| settings.run(case, program, target, None);
    let expected = match settings.oracle.ask(case, &settings.root, &run) {
        Ok(Answer::Refused(text)) => {
            let said = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
            return all(match list.refused() {
                Some(reason) => Outcome::Skipped(reason.into()),
                None => Outcome::Failed(format!("gc: {said}")),
            });
        }
        Ok(Answer::Ran { run, .. }) if !run.succeeded() && list.fails().is_some() => {
            return all(Outcome::Skipped(list.fails().unwrap_or_default().into()));
        }
        Ok(answer) => answer,
        Err(text) => return all(Outcome::Failed(format!("gc: {text}"))),
    };
    let (dev, others): (Vec<Mode>, Vec<Mode>) = modes.iter().partition(|&&mode| mode == Mode::Dev);
    let of_build = |modes: Vec<Mode>| {
        let outcomes = settings.modes(case, &modes, &expected);
        let outcomes = outcomes.unwrap_or_else(|text| vec![Outcome::Failed(text); modes.len()]);
        modes.into_iter().zip(outcomes)
    };
    [dev, others].into_iter().filter(|modes| !modes.is_empty()).flat_map(of_build).collect()
}

/// What an outcome means where the list expects a failure.
pub fn settle(list: &Exceptions, case: &str, mode: Mode, outcome: Outcome) -> Outcome {
    match (outcome, list.known(mode, case)) {
        (Outcome::Passed, Some(reason)) => {
            Outcome::Failed(format!("now passes, remove it from conformance.txt (it said: {reason})"))
        }
        (Outcome::Failed(_), Some(reason)) => Outcome::Skipped(format!("fails yet: {reason}")),
        (outcome, _) => outcome,
    }
}

fn compare(expected: &Answer, actual: &Answer, stress: bool) -> Result<(), String> {
    match (expected, actual) {
        (_, Answer::Refused(text)) => {
            let said: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).take(8).collect();
            Err(format!("ingot does not build it\n  | {}", said.join("\n  | ")))
        }
        (Answer::Built, Answer::Built) => Ok(()),
        (Answer::Complained(want), Answer::Complained(got)) => same_complaints(want, got),
        (Answer::Ran { generated, run }, Answer::Ran { generated: actual_generated, run: actual }) => {
            let mut actual = actual.clone();
            if stress {
                let (stderr, counts) = compare::strip_stress(&actual.stderr);
                actual.stderr = stderr;
                if counts.is_none() && matches!(actual.ended, Ended::Exited(_)) {
                    return Err("no `ingot stress: moves=N collections=N` line on standard error\n".into());
                }
            }
            if let Some(text) = compare::difference(run, &actual) {
                return Err(text);
            }
            compare::diff("the generated program", generated, actual_generated).map_or(Ok(()), Err)
        }
        (want, got) => Err(format!("{got:?}, expected {want:?}")),
    }
}

fn same_complaints(want: &Complaints, got: &Complaints) -> Result<(), String> {
    let list = |lines: &mut dyn Iterator<Item = &(String, u32)>, what: &str| -> String {
        lines.map(|(file, line)| format!("{what} {file}:{line}\n")).collect()
    };
    let missing = list(&mut want.difference(got), "no message for");
    let spurious = list(&mut got.difference(want), "gc has no message for");
    if missing.is_empty() && spurious.is_empty() { Ok(()) } else { Err(missing + &spurious) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn ran(stderr: &str) -> Answer {
        let run = Run { stdout: b"a\n".into(), stderr: stderr.into(), ended: Ended::Exited(0) };
        Answer::Ran { generated: Vec::new(), run }
    }

    #[test]
    fn compares_answers() {
        assert_eq!(compare(&ran(""), &ran(""), false), Ok(()));
        assert!(compare(&ran(""), &ran("x"), false).is_err());
        assert!(compare(&ran(""), &ran(""), true).unwrap_err().contains("no `ingot stress"));
        assert_eq!(compare(&ran(""), &ran("ingot stress: moves=0 collections=0\n"), true), Ok(()));
        assert!(compare(&ran(""), &Answer::Refused("x".into()), false).is_err());
        assert!(compare(&Answer::Built, &ran(""), false).is_err());
        let complained = |lines: &[u32]| {
            Answer::Complained(lines.iter().map(|&line| ("x.go".to_string(), line)).collect::<BTreeSet<_>>())
        };
        assert_eq!(compare(&complained(&[1, 2]), &complained(&[1, 2]), false), Ok(()));
        let text = compare(&complained(&[1, 2]), &complained(&[2, 3]), false).unwrap_err();
        assert_eq!(text, "no message for x.go:1\ngc has no message for x.go:3\n");
    }

    #[test]
    fn expects_what_fails_yet() {
        let list = Exceptions::parse("dev:a slow\n").unwrap();
        let settled = |mode, outcome| settle(&list, "a", mode, outcome);
        assert_eq!(settled(Mode::Dev, Outcome::Failed("x".into())), Outcome::Skipped("fails yet: slow".into()));
        assert!(matches!(settled(Mode::Dev, Outcome::Passed), Outcome::Failed(_)));
        assert_eq!(settled(Mode::Release, Outcome::Passed), Outcome::Passed);
    }

    #[test]
    fn stresses_what_runs() {
        let modes = [Mode::Dev, Mode::Release, Mode::Stress];
        assert_eq!(modes_of(Action::Run, &modes), modes);
        assert_eq!(modes_of(Action::Compile, &modes), [Mode::Dev, Mode::Release]);
        assert_eq!(modes_of(Action::ErrorCheck, &modes), [Mode::Dev]);
    }
}
