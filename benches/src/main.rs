//! `bench run`: the table of programs; `bench check`: all of them once, small, outputs compared; `bench build`: what
//! building costs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use ingot_benches::building;
use ingot_benches::column::{COLUMNS, Column, Tools};
use ingot_benches::measure;
use ingot_benches::plot;
use ingot_benches::program::{self, DISTRIBUTION, Program};
use ingot_benches::score::{Figure, Row};
use ingot_benches::table::{self, Setting};
use rayon::prelude::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    tools: ToolFlags,
    #[command(subcommand)]
    command: What,
}

#[derive(Args)]
struct ToolFlags {
    #[arg(long, default_value = "go", global = true)]
    go: PathBuf,
    #[arg(long, default_value = "target/release/ingot", global = true)]
    ingot: PathBuf,
    /// The C compiler for numeric kernels; without it they have no such column
    #[arg(long, default_value = "/usr/lib/llvm-22/bin/clang", global = true)]
    clang: PathBuf,
    /// GOMAXPROCS of the programs
    #[arg(long, default_value_t = 2, global = true)]
    procs: usize,
    /// GOGC of the programs
    #[arg(long, default_value = "100", global = true)]
    gogc: String,
    /// Where binaries, tables and the plot go
    #[arg(long, default_value = "target/bench", global = true)]
    out: PathBuf,
}

#[derive(Subcommand)]
enum What {
    /// Runs the programs of every column, interleaved, and writes the table and the plot
    Run {
        /// The programs; none: all
        names: Vec<String>,
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// The figure that ratios are of
        #[arg(long, default_value = "wall")]
        figure: Figure,
        /// Seconds that one run may take
        #[arg(long, default_value_t = 120)]
        time_limit: u64,
        /// Leave gc's second column out, and with it the noise
        #[arg(long)]
        no_noise: bool,
        /// Leave the columns with profiles out
        #[arg(long)]
        no_pgo: bool,
    },
    /// Runs our programs once in a small size under gc and Ingot and compares what they print
    Check {
        names: Vec<String>,
        #[arg(long, default_value_t = 2)]
        jobs: usize,
    },
    /// Builds hello, gofmt and the demo in several situations
    Build {
        names: Vec<String>,
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
}

const BENCHES: &str = env!("CARGO_MANIFEST_DIR");

/// The programs of these names; all, if there are none.
fn select(names: &[String], all: Vec<Program>) -> Result<Vec<Program>, String> {
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|p| p.name == **name)) {
        let known: Vec<&str> = all.iter().map(|p| p.name.as_str()).collect();
        return Err(format!("no program {unknown}; there are {}", known.join(", ")));
    }
    Ok(all.into_iter().filter(|p| names.is_empty() || names.contains(&p.name)).collect())
}

/// Builds what a row needs, runs it `rounds` times and compares outputs.
fn row(tools: &Tools, program: &Program, columns: &[Column], rounds: usize, limit: Duration, out: &Path) -> Row {
    let mut row = Row { program: program.name.clone(), kernel: program.kernel.is_some(), ..Row::default() };
    let mut built = Vec::new();
    for &column in columns.iter().filter(|c| tools.has(**c, program)) {
        match tools.build(column, program, &out.join("bin")) {
            Ok(binary) => built.push((column, binary)),
            Err(why) => drop(row.failures.insert(column, why)),
        }
    }
    let mut expected: Option<Vec<u8>> = None;
    for round in 0..rounds {
        // Each round begins with another column, so that none always runs after the same one.
        for k in 0..built.len() {
            let (column, binary) = &built[(round + k) % built.len()];
            if row.failures.contains_key(column) {
                continue;
            }
            let mut command = program::command(tools, binary, program);
            let outcome = measure::run(&mut command, limit)
                .and_then(|run| Ok((run.sample, program::output(program, run.stdout)?)))
                .and_then(|(sample, output)| match &expected {
                    Some(expected) if *expected != output => Err("another output".to_string()),
                    _ => {
                        expected.get_or_insert(output);
                        Ok(sample)
                    }
                });
            match outcome {
                Ok(sample) => row.samples.entry(*column).or_default().push(sample),
                Err(why) => {
                    row.samples.remove(column);
                    row.failures.insert(*column, why);
                }
            }
        }
    }
    row
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

fn run(
    tools: &Tools,
    out: &Path,
    names: &[String],
    rounds: usize,
    figure: Figure,
    limit: Duration,
    columns: &[Column],
) -> Result<bool, String> {
    let mut all = program::ours(Path::new(BENCHES))?;
    for name in DISTRIBUTION.iter().filter(|n| names.is_empty() || names.iter().any(|name| name == *n)) {
        all.push(if *name == "gofmt" { program::gofmt(tools)? } else { program::compile(tools, out)? });
    }
    let setting = Setting { rounds, procs: tools.procs, gogc: tools.gogc.clone(), figure };
    let mut rows = Vec::new();
    for program in select(names, all)? {
        eprintln!("bench: {}", program.name);
        let row = row(tools, &program, columns, rounds, limit, out);
        for (column, why) in &row.failures {
            eprintln!("bench: {}: {column}: {why}", program.name);
        }
        rows.push(row);
    }
    let text = table::markdown(&rows, &setting);
    print!("{text}");
    write(&out.join("table.md"), &text)?;
    let samples = serde_json::to_string_pretty(&rows).map_err(|e| e.to_string())?;
    write(&out.join("samples.json"), &samples)?;
    plot::draw(&rows, figure, &out.join("plot.svg"))?;
    println!("\n{}, plot.svg and samples.json beside it", out.join("table.md").display());
    Ok(rows.iter().all(|row| row.failures.is_empty()))
}

fn check(tools: &Tools, out: &Path, names: &[String], jobs: usize) -> Result<bool, String> {
    let programs = select(names, program::ours(Path::new(BENCHES))?)?;
    let columns = [Column::Gc, Column::Ingot, Column::Clang];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.max(1)).build().map_err(|e| e.to_string())?;
    let one = |program: &Program| row(tools, &program.clone().small(), &columns, 1, Duration::from_secs(60), out);
    let rows: Vec<Row> = pool.install(|| programs.par_iter().map(one).collect());
    for row in &rows {
        for (column, why) in &row.failures {
            println!("FAIL {} {column}: {why}", row.program);
        }
    }
    let failed = rows.iter().filter(|row| !row.failures.is_empty()).count();
    println!("{} programs passed, {failed} failed", rows.len() - failed);
    Ok(failed == 0)
}

fn build(tools: &Tools, out: &Path, names: &[String], rounds: usize) -> Result<bool, String> {
    let mut text = building::head(rounds);
    for target in building::targets(&Path::new(BENCHES).join("..")) {
        if names.is_empty() || names.iter().any(|name| name == target.name) {
            eprintln!("bench: building {}", target.name);
            text += &building::measure(tools, &target, rounds)?;
        }
    }
    print!("{text}");
    write(&out.join("building.md"), &text)?;
    Ok(true)
}

fn main() -> ExitCode {
    let Cli { tools: flags, command } = Cli::parse();
    let ready = || -> Result<(Tools, PathBuf), String> {
        fs::create_dir_all(&flags.out).map_err(|e| format!("{}: {e}", flags.out.display()))?;
        let absolute = |path: &Path| fs::canonicalize(path).map_err(|e| format!("{}: {e}", path.display()));
        let clang = flags.clang.exists().then_some(flags.clang.clone());
        if clang.is_none() {
            eprintln!("bench: no {}: kernels are not compared with C", flags.clang.display());
        }
        let tools = Tools {
            go: flags.go.clone(),
            ingot: absolute(&flags.ingot)?,
            clang,
            procs: flags.procs,
            gogc: flags.gogc.clone(),
        };
        Ok((tools, absolute(&flags.out)?))
    };
    let outcome = ready().and_then(|(tools, out)| match command {
        What::Run { names, rounds, figure, time_limit, no_noise, no_pgo } => {
            let wanted = |c: &Column| match c {
                Column::GcAgain => !no_noise,
                Column::GcPgo | Column::IngotPgo => !no_pgo,
                Column::Gc | Column::Ingot | Column::Clang => true,
            };
            let columns: Vec<Column> = COLUMNS.iter().copied().filter(wanted).collect();
            run(&tools, &out, &names, rounds, figure, Duration::from_secs(time_limit), &columns)
        }
        What::Check { names, jobs } => check(&tools, &out, &names, jobs),
        What::Build { names, rounds } => build(&tools, &out, &names, rounds),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}
