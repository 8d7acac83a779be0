use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use ingot_testsuite::conformance::check::{self, Settings};
use ingot_testsuite::conformance::exceptions::Exceptions;
use ingot_testsuite::conformance::oracle::{Compiler, Oracle};
use ingot_testsuite::conformance::recipe::{self, Case};
use ingot_testsuite::conformance::times::{self, Times};
use ingot_testsuite::flags::{self, Flags};
use ingot_testsuite::state::{Outcome, Outcomes, State};
use ingot_testsuite::suite::{self, Mode};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Where Debian's golang-1.19-src puts Go's test folder.
const GO_1_19: &str = "/usr/share/go-1.19/test";

/// Runs the cases of Go's test folder by gc and by ingot and compares what they do.
///
/// An interrupted run goes on where it stopped, as long as ingot and the settings are the same.
#[derive(Parser)]
struct Arguments {
    /// The ingot command to test
    #[arg(long)]
    ingot: PathBuf,
    /// The test folder
    #[arg(long, default_value = GO_1_19)]
    tests: PathBuf,
    /// Only cases with this in their name
    #[arg(long, default_value = "")]
    filter: String,
    /// Only cases from this name on
    #[arg(long, default_value = "")]
    from: String,
    /// Only cases whose recipe begins with one of these words
    #[arg(long, value_delimiter = ',')]
    action: Vec<String>,
    /// Only so many cases, evenly spread
    #[arg(long)]
    share: Option<usize>,
    /// Only cases that failed when they were last run in one of the modes
    #[arg(long)]
    failed: bool,
    /// Run all anew
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    flags: Flags,
    /// List the selected cases with their recipes, and why they are left out, and stop
    #[arg(long)]
    list: bool,
    /// Instead of comparing what the programs do, compare how long they run, of which gc's takes 100 ms: median of 3
    #[arg(long)]
    times: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("conformance: {message}");
            ExitCode::from(2)
        }
    }
}

/// The cases that the arguments select.
fn select(arguments: &Arguments, all: Vec<Case>, latest: &Outcomes, modes: &[Mode]) -> Vec<Case> {
    let failed = |case: &Case| {
        let of = |&mode: &Mode| latest.get(&(case.name.clone(), mode));
        modes.iter().filter_map(of).any(|outcome| matches!(outcome, Outcome::Failed(_)))
    };
    let mut selected: Vec<Case> = all
        .into_iter()
        .filter(|case| case.name.contains(&arguments.filter) && case.name >= arguments.from)
        .filter(|case| arguments.action.is_empty() || arguments.action.contains(&case.recipe.word))
        .filter(|case| !arguments.failed || failed(case))
        .collect();
    if let Some(share) = arguments.share.filter(|&share| share < selected.len()) {
        let count = selected.len();
        let chosen: BTreeSet<usize> = (0..share).map(|n| n * count / share).collect();
        let mut at = 0..count;
        selected.retain(|_| at.next().is_some_and(|at| chosen.contains(&at)));
    }
    selected
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list_path = home.join("conformance.txt");
    let list = fs::read_to_string(&list_path).map_err(|e| format!("{}: {e}", list_path.display()))?;
    let exceptions = Exceptions::parse(&list)?;
    if !arguments.tests.is_dir() {
        println!("{} is not here: no case is run", arguments.tests.display());
        return Ok(true);
    }
    let root = arguments.tests.canonicalize().map_err(|e| e.to_string())?;
    let ingot = arguments.ingot.canonicalize().map_err(|e| format!("{}: {e}", arguments.ingot.display()))?;
    let target = flags::target().join("testsuite/conformance");
    let cache = target.join("gc");
    fs::create_dir_all(&cache).map_err(|e| format!("{}: {e}", cache.display()))?;

    let modes = arguments.flags.modes();
    let key = {
        let mut hash = Sha256::new();
        hash.update(fs::read(&ingot).map_err(|e| format!("{}: {e}", ingot.display()))?);
        hash.update(arguments.flags.key());
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let state_path = target.join(format!("state{}", root.to_string_lossy().replace('/', "-")));
    let (state, known, latest) = State::open(&state_path, &key)?;

    let selected = select(arguments, recipe::discover(&root)?, &latest, &modes);
    if selected.is_empty() {
        return Err("no case is selected".into());
    }
    if arguments.list {
        for case in &selected {
            let why = exceptions.left_out(case).map(|reason| format!(" (left out: {reason})")).unwrap_or_default();
            println!("{} {}{why}", case.name, case.recipe.word);
        }
        return Ok(true);
    }

    let settings = Settings {
        oracle: Oracle {
            gc: Compiler { command: arguments.flags.go.clone(), flags: Vec::new() },
            version: suite::go_version(&arguments.flags.go)?,
            cache: cache.canonicalize().map_err(|e| e.to_string())?,
        },
        ingot,
        root,
        time_limit: arguments.flags.time_limit(),
        seed: arguments.flags.seed,
        rounds: arguments.flags.rounds,
    };
    let pool = arguments.flags.pool()?;
    if arguments.times {
        return pool.install(|| compare_times(&settings, &exceptions, &selected));
    }
    let known = if arguments.fresh { Outcomes::new() } else { known };
    let one = |case: &Case| -> Result<Vec<Outcome>, String> {
        let outcomes = judge(&settings, &exceptions, case, &modes, &known);
        let mut settled = Vec::new();
        for (mode, outcome, is_new) in &outcomes {
            if *is_new {
                state.add(&case.name, *mode, outcome)?;
            }
            let outcome = check::settle(&exceptions, &case.name, *mode, outcome.clone());
            if let Outcome::Failed(text) = &outcome {
                let text: String = text.trim_end().lines().map(|line| format!("    {line}\n")).collect();
                // One write per failure, so that the reports of two threads do not mix.
                print!("FAIL {} ({mode})\n{text}", case.name);
            }
            settled.push(outcome);
        }
        Ok(settled)
    };
    let outcomes: Result<Vec<Vec<Outcome>>, String> =
        pool.install(|| selected.par_iter().with_max_len(1).map(one).collect());
    Ok(report(outcomes?.into_iter().flatten()))
}

/// The outcomes of a case in the modes that apply to it, and whether they are new.
fn judge(
    settings: &Settings,
    exceptions: &Exceptions,
    case: &Case,
    modes: &[Mode],
    known: &Outcomes,
) -> Vec<(Mode, Outcome, bool)> {
    let left_out = exceptions.left_out(case);
    let (Some(action), None) = (case.recipe.action, left_out) else {
        let outcome = match left_out {
            Some(reason) => Outcome::Skipped(reason.into()),
            None => Outcome::Failed(format!("no such recipe: {}", case.recipe.word)),
        };
        return vec![(modes[0], outcome, false)];
    };
    let mut outcomes = Vec::new();
    let mut open = Vec::new();
    for mode in check::modes_of(action, modes) {
        match known.get(&(case.name.clone(), mode)) {
            Some(outcome) => outcomes.push((mode, outcome.clone(), false)),
            None => open.push(mode),
        }
    }
    let new = check::check(settings, exceptions, case, &open).into_iter();
    outcomes.extend(new.map(|(mode, outcome)| (mode, outcome, true)));
    outcomes
}

/// Prints how long programs run, those that are slow under ingot at the end; whether none is far too slow.
fn compare_times(settings: &Settings, exceptions: &Exceptions, selected: &[Case]) -> Result<bool, String> {
    let one = |case: &Case| {
        let measured = match exceptions.left_out(case) {
            Some(_) => Ok(None),
            None => times::measure(settings, case),
        };
        match measured {
            Ok(None) => {}
            Ok(Some(ref times)) => println!("{times}"),
            Err(ref text) => println!("FAIL {}: {text}", case.name),
        }
        measured
    };
    let (measured, failed): (Vec<_>, Vec<_>) = selected.par_iter().with_max_len(1).map(one).partition(Result::is_ok);
    let mut measured: Vec<Times> = measured.into_iter().filter_map(|times| times.ok().flatten()).collect();
    measured.sort_by(|a, b| b.ratio().total_cmp(&a.ratio()));
    let above = |limit: f64| measured.iter().take_while(move |times| times.ratio() > limit);
    println!("above {}:", times::LISTED);
    above(times::LISTED).for_each(|times| println!("{times}"));
    let slow = above(times::FAILS).count();
    println!("{} timed, {slow} above {}, {} failed", measured.len(), times::FAILS, failed.len());
    Ok(slow == 0 && failed.is_empty())
}

/// Prints the numbers, and how many were left out for each reason; whether nothing failed.
fn report(outcomes: impl Iterator<Item = Outcome>) -> bool {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Passed => passed += 1,
            Outcome::Failed(_) => failed += 1,
            Outcome::Skipped(reason) => {
                skipped += 1;
                *reasons.entry(reason).or_default() += 1;
            }
        }
    }
    let mut reasons: Vec<(String, usize)> = reasons.into_iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (reason, count) in reasons {
        println!("{count:5} skipped: {reason}");
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    failed == 0
}
