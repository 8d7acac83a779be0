use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ingot_testsuite::diff::batch::{self, Settings};
use ingot_testsuite::diff::generate::Program;
use ingot_testsuite::diff::reduce;
use ingot_testsuite::flags::{self, Flags};
use ingot_testsuite::state::{Outcome, Outcomes, State};
use ingot_testsuite::suite::Mode;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Makes random programs, one for each seed, and compares what they do as built by gc and by ingot.
///
/// An interrupted run goes on where it stopped, as long as ingot, the generator and the settings are the same.
#[derive(Parser)]
struct Arguments {
    /// The ingot command to test
    #[arg(long)]
    ingot: PathBuf,
    /// The seed of the first program
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many programs
    #[arg(long, default_value_t = 300)]
    count: u64,
    /// How many of them make one binary
    #[arg(long, default_value_t = 75)]
    batch: usize,
    /// Run all anew
    #[arg(long)]
    fresh: bool,
    /// Make the program of this seed smaller while it fails, print it and stop
    #[arg(long)]
    reduce: Option<u64>,
    /// Print the program of this seed and stop
    #[arg(long)]
    print: Option<u64>,
    #[command(flatten)]
    flags: Flags,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("differential: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    if let Some(seed) = arguments.print {
        print!("{}", Program::generate(seed).text());
        return Ok(true);
    }
    let ingot = arguments.ingot.canonicalize().map_err(|e| format!("{}: {e}", arguments.ingot.display()))?;
    let settings = Settings {
        go: arguments.flags.go.clone(),
        time_limit: arguments.flags.time_limit(),
        seed: arguments.flags.seed,
        rounds: arguments.flags.rounds,
        ingot,
    };
    let modes = arguments.flags.modes();
    if let Some(seed) = arguments.reduce {
        return reduce_one(&settings, seed, &modes);
    }

    let folder = flags::target().join("testsuite/differential");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let key = {
        let mut hash = Sha256::new();
        let generator = std::env::current_exe().map_err(|e| e.to_string())?;
        for path in [&settings.ingot, &generator] {
            hash.update(fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?);
        }
        hash.update(arguments.flags.key());
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let (state, known, _) = State::open(&folder.join("state"), &key)?;
    let known = if arguments.fresh { Outcomes::new() } else { known };

    let seeds: Vec<u64> = (arguments.from..arguments.from + arguments.count).collect();
    let batches: Vec<&[u64]> = seeds.chunks(arguments.batch.max(1)).collect();
    let pool = arguments.flags.pool()?;
    let one = |seeds: &&[u64]| judge(&settings, seeds, &modes, &known, &state);
    let outcomes: Result<Vec<Vec<Outcome>>, String> =
        pool.install(|| batches.par_iter().with_max_len(1).map(one).collect());
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for outcome in outcomes?.into_iter().flatten() {
        match outcome {
            Outcome::Passed => passed += 1,
            Outcome::Failed(_) => failed += 1,
            Outcome::Skipped(_) => skipped += 1,
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(failed == 0)
}

/// The outcomes of a batch, of which those that are known are not asked for again.
fn judge(
    settings: &Settings,
    seeds: &[u64],
    modes: &[Mode],
    known: &Outcomes,
    state: &State,
) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    let mut open = Vec::new();
    for &seed in seeds {
        let of = |&mode: &Mode| known.get(&(format!("p{seed}"), mode)).map(|outcome| (seed, mode, outcome.clone()));
        match modes.iter().map(of).collect::<Option<Vec<_>>>() {
            Some(all) => outcomes.extend(all),
            None => open.push(seed),
        }
    }
    let programs: Vec<Program> = open.iter().map(|&seed| Program::generate(seed)).collect();
    let verdicts = batch::check(settings, &programs.iter().collect::<Vec<_>>(), modes)?;
    for ((place, mode), outcome) in verdicts {
        state.add(&programs[place].name, mode, &outcome)?;
        outcomes.push((open[place], mode, outcome));
    }
    for (seed, mode, outcome) in &outcomes {
        if let Outcome::Failed(text) = outcome {
            let text: String = text.trim_end().lines().map(|line| format!("    {line}\n")).collect();
            // One write per failure, so that the reports of two threads do not mix.
            print!("FAIL {seed} ({mode})\n{text}");
        }
    }
    Ok(outcomes.into_iter().map(|(_, _, outcome)| outcome).collect())
}

/// Prints the smallest program found that fails like the seed's; whether there was a failure.
fn reduce_one(settings: &Settings, seed: u64, modes: &[Mode]) -> Result<bool, String> {
    let program = Program::generate(seed);
    for &mode in modes {
        let Some(how) = batch::failure(settings, &program, mode)? else { continue };
        let mut tried = 0;
        let small = reduce::reduce(&program, |candidate| {
            tried += 1;
            Ok(batch::failure(settings, candidate, mode)?.as_ref() == Some(&how))
        })?;
        println!("// {seed} ({mode}): {how:?}, after {tried} candidates\n{}", small.text());
        return Ok(true);
    }
    println!("{seed} does not fail by itself");
    Ok(false)
}
