use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Parser, ValueEnum};
use ingot_testsuite::flags::{self, Flags};
use ingot_testsuite::program::{Program, Tier};
use ingot_testsuite::suite::{self, Mode, Settings};
use ingot_testsuite::{known, spec};
use rayon::prelude::*;

/// Builds the Go programs of the suite with gc and with ingot and compares what they do.
///
/// Without --ingot, every program is run under gc alone, as often as --rounds says (at least twice), and
/// must do the same each time.
#[derive(Parser)]
struct Arguments {
    /// The ingot command to test
    #[arg(long)]
    ingot: Option<PathBuf>,
    /// Only programs with this in their name
    #[arg(long, default_value = "")]
    filter: String,
    /// Only programs that need no more than predeclared functions, or only those that need packages
    #[arg(long)]
    tier: Option<TierArgument>,
    #[command(flatten)]
    flags: Flags,
    /// List the selected programs and stop
    #[arg(long)]
    list: bool,
    /// Write SPEC.md anew from the programs' headers and stop
    #[arg(long)]
    write_spec: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum TierArgument {
    Println,
    Std,
}

#[derive(Default)]
struct Tally {
    passed: AtomicUsize,
    failed: AtomicUsize,
    skipped: AtomicUsize,
}

impl Tally {
    fn fail(&self, program: &str, mode: &str, text: &str) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let text: String = text.trim_end().lines().map(|line| format!("    {line}\n")).collect();
        // One write per failure, so that the reports of two threads do not mix.
        print!("FAIL {program} ({mode})\n{text}");
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("testsuite: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = spec::all_programs(home)?;
    if arguments.write_spec {
        let path = home.join("SPEC.md");
        let table = spec::table(&all)?;
        fs::write(&path, table).map_err(|e| format!("{}: {e}", path.display()))?;
        return Ok(true);
    }
    let known_path = home.join("known.txt");
    let known_text = fs::read_to_string(&known_path).map_err(|e| format!("{}: {e}", known_path.display()))?;
    let known = known::parse(&known_text)?;
    let names: BTreeSet<&str> = all.iter().map(|program| program.name.as_str()).collect();
    if let Some(stale) = known.iter().find(|known| !names.contains(known.program.as_str())) {
        return Err(format!("known.txt: there is no program `{}`", stale.program));
    }

    let tier = arguments.tier.map(|tier| match tier {
        TierArgument::Println => Tier::Println,
        TierArgument::Std => Tier::Std,
    });
    let selected: Vec<&Program> = all
        .iter()
        .filter(|program| program.name.contains(&arguments.filter))
        .filter(|program| tier.is_none_or(|tier| program.header.tier == tier))
        .collect();
    if selected.is_empty() {
        return Err("no program is selected".into());
    }
    if arguments.list {
        for program in selected {
            println!("{}", program.name);
        }
        return Ok(true);
    }

    let ingot = match &arguments.ingot {
        Some(path) => Some(path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))?),
        None => None,
    };
    let cache = flags::target().join("testsuite/gc");
    fs::create_dir_all(&cache).map_err(|e| format!("{}: {e}", cache.display()))?;
    let settings = Settings {
        go_version: suite::go_version(&arguments.flags.go)?,
        go: arguments.flags.go.clone(),
        cache: cache.canonicalize().map_err(|e| e.to_string())?,
        time_limit: arguments.flags.time_limit(),
        seed: arguments.flags.seed,
        rounds: arguments.flags.rounds,
    };
    let modes = arguments.flags.modes();
    let tally = Tally::default();
    let pool = arguments.flags.pool()?;
    pool.install(|| {
        selected.par_iter().with_max_len(1).for_each(|program| match &ingot {
            Some(ingot) => compare_one(&settings, ingot, program, &modes, &known, &tally),
            None => match suite::check_determinism(&settings, program) {
                Ok(()) => {
                    tally.passed.fetch_add(1, Ordering::Relaxed);
                }
                Err(text) => tally.fail(&program.name, "gc", &text),
            },
        });
    });
    let failed = tally.failed.load(Ordering::Relaxed);
    println!(
        "{} passed, {} failed, {} skipped",
        tally.passed.load(Ordering::Relaxed),
        failed,
        tally.skipped.load(Ordering::Relaxed)
    );
    Ok(failed == 0)
}

fn compare_one(
    settings: &Settings,
    ingot: &Path,
    program: &Program,
    modes: &[Mode],
    known: &[known::Known],
    tally: &Tally,
) {
    let expected = match suite::oracle(settings, program) {
        Ok(run) => run,
        Err(text) => return tally.fail(&program.name, "gc", &text),
    };
    let skipped = |mode: Mode| known::reason(known, mode, &program.name).is_some_and(|r| r.starts_with("skip:"));
    let (left_out, modes): (Vec<Mode>, Vec<Mode>) = modes.iter().partition(|&&mode| skipped(mode));
    tally.skipped.fetch_add(left_out.len(), Ordering::Relaxed);
    for (mode, result) in suite::check_modes(settings, ingot, program, &expected, &modes) {
        match (result, known::reason(known, mode, &program.name)) {
            (Ok(()), None) => {
                tally.passed.fetch_add(1, Ordering::Relaxed);
            }
            (Ok(()), Some(reason)) => {
                let text = format!("now passes, remove it from known.txt (it said: {reason})");
                tally.fail(&program.name, &mode.to_string(), &text);
            }
            (Err(_), Some(_)) => {
                tally.skipped.fetch_add(1, Ordering::Relaxed);
            }
            (Err(text), None) => tally.fail(&program.name, &mode.to_string(), &text),
        }
    }
}
