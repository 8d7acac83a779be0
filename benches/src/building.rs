//! What building costs, with Ingot and with the go command: time, memory and the size of what comes out.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::column::Tools;
use crate::measure::{self, Sample};
use crate::score::median;

/// A program that is built. `source` is a folder that can be copied and changed, if there is one.
pub struct Target {
    pub name: &'static str,
    pub package: &'static str,
    pub source: Option<PathBuf>,
}

/// The programs, the smallest first. gofmt imports internal packages, so it cannot be built from a changed copy.
pub fn targets(repository: &Path) -> Vec<Target> {
    let programs = repository.join("testsuite/programs/std");
    vec![
        Target { name: "hello", package: ".", source: Some(repository.join("benches/hello")) },
        Target { name: "gofmt", package: "cmd/gofmt", source: None },
        Target { name: "demo", package: ".", source: Some(programs.join("demo")) },
    ]
}

/// How a build is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Situation {
    /// With an empty cache.
    Fresh,
    /// Nothing has changed since.
    Unchanged,
    /// A line of package main has changed since.
    Changed,
}

const SITUATIONS: [Situation; 3] = [Situation::Fresh, Situation::Unchanged, Situation::Changed];

impl Situation {
    fn title(self) -> &'static str {
        match self {
            Situation::Fresh => "empty cache",
            Situation::Unchanged => "unchanged",
            Situation::Changed => "one line of main changed",
        }
    }
}

/// A way of building.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builder {
    Go,
    Ingot,
    IngotDev,
}

const BUILDERS: [Builder; 3] = [Builder::Go, Builder::Ingot, Builder::IngotDev];

impl Builder {
    fn title(self) -> &'static str {
        match self {
            Builder::Go => "go build",
            Builder::Ingot => "ingot build",
            Builder::IngotDev => "ingot build -dev",
        }
    }

    fn command(self, tools: &Tools, caches: &Path) -> Command {
        let mut command = match self {
            Builder::Go => tools.builder(&tools.go),
            Builder::Ingot | Builder::IngotDev => tools.builder(&tools.ingot),
        };
        command.arg("build");
        match self {
            // `ingot` asks the go command for packages, whose cache is the user's own in either case.
            Builder::Go => drop(command.env("GOCACHE", caches.join("go"))),
            Builder::Ingot => drop(command.env("INGOT_CACHE", caches.join("ingot"))),
            Builder::IngotDev => drop(command.env("INGOT_CACHE", caches.join("ingot-dev")).arg("-dev")),
        }
        command
    }
}

/// The figures of one cell of the table.
struct Cost {
    wall: f64,
    cpu: f64,
    peak: f64,
}

fn cost(samples: &[Sample]) -> Option<Cost> {
    Some(Cost {
        wall: median(samples.iter().map(|s| s.wall))?,
        cpu: median(samples.iter().map(|s| s.cpu))?,
        peak: median(samples.iter().map(|s| s.peak as f64))?,
    })
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

const LIMIT: Duration = Duration::from_secs(1800);

/// Builds the target in each situation `rounds` times and returns its part of the table.
pub fn measure(tools: &Tools, target: &Target, rounds: usize) -> Result<String, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", target.name);
    let work = tempfile::tempdir().map_err(failed)?;
    let dir = work.path().join("source");
    match &target.source {
        Some(source) => copy(source, &dir).map_err(failed)?,
        None => fs::create_dir_all(&dir).map_err(failed)?,
    }
    let main = dir.join("main.go");
    let binary = work.path().join("binary");
    let build = |builder: Builder, flags: &[&str], caches: &Path| -> Result<Sample, String> {
        let mut command = builder.command(tools, caches);
        command.args(["-buildvcs=false", "-o"]).arg(&binary).args(flags).arg(target.package).current_dir(&dir);
        Ok(measure::run(&mut command, LIMIT)?.sample)
    };

    let mut text = String::new();
    for builder in BUILDERS {
        let mut samples: [Vec<Sample>; SITUATIONS.len()] = Default::default();
        let caches = work.path().join("caches");
        for round in 0..rounds {
            // Not there on the first round.
            let _ = fs::remove_dir_all(&caches);
            samples[0].push(build(builder, &[], &caches)?);
            samples[1].push(build(builder, &[], &caches)?);
            if target.source.is_some() {
                let before = fs::read_to_string(&main).map_err(failed)?;
                let line = format!("\nfunc init() {{ if len(os.Args) > {} {{ os.Exit(3) }} }}\n", 1000 + round);
                fs::write(&main, before.clone() + &line).map_err(failed)?;
                let changed = build(builder, &[], &caches);
                fs::write(&main, before).map_err(failed)?;
                samples[2].push(changed?);
            }
        }
        let size = fs::metadata(&binary).map_err(failed)?.len();
        build(builder, &["-ldflags=-s -w"], &caches)?;
        let stripped = fs::metadata(&binary).map_err(failed)?.len();

        let _ = write!(text, "| {} | {} |", target.name, builder.title());
        for samples in &samples {
            let _ = match cost(samples) {
                Some(Cost { wall, cpu, peak }) => write!(text, " {wall:.2} / {cpu:.2} / {:.0} |", peak / 1e6),
                None => write!(text, " – |"),
            };
        }
        let _ = writeln!(text, " {:.2} | {:.2} |", size as f64 / 1e6, stripped as f64 / 1e6);
    }
    Ok(text)
}

/// The table's head, above what [`measure`] returns.
pub fn head(rounds: usize) -> String {
    let mut text = format!(
        "Medians of {rounds}. Each cell: wall s / processor s / peak MB of the largest process. Sizes in MB.\n\n| program | builder |"
    );
    for situation in SITUATIONS {
        let _ = write!(text, " {} |", situation.title());
    }
    text += " size | stripped |\n|---|---|---:|---:|---:|---:|---:|\n";
    text
}
