//! How long the programs of the cases run, as built by gc and by ingot in release mode.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::conformance::check::Settings;
use crate::conformance::layout::{self, Target};
use crate::conformance::oracle::Compiler;
use crate::conformance::recipe::{Action, Case};

/// Cases that gc's program ends sooner are not compared: starting it is most of what they take.
pub const LEAST: Duration = Duration::from_millis(100);
/// Ratios above are listed, and above the other one fail.
pub const LISTED: f64 = 2.0;
pub const FAILS: f64 = 10.0;
/// Runs of each program.
const RUNS: usize = 3;

/// The median run times of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    pub case: String,
    pub gc: Duration,
    pub ingot: Duration,
}

impl Times {
    pub fn ratio(&self) -> f64 {
        self.ingot.as_secs_f64() / self.gc.as_secs_f64()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        write!(f, "{:6.2} {:9.1} ms {:9.1} ms  {}", self.ratio(), millis(self.gc), millis(self.ingot), self.case)
    }
}

/// The time of one run; `None` if it did not succeed.
fn time(settings: &Settings, case: &Case, program: &Path, target: &Target) -> Result<Option<Duration>, String> {
    let start = Instant::now();
    let run = settings.run(case, program, target, None)?;
    let time = start.elapsed();
    Ok(run.succeeded().then_some(time))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Times the program of a case, the runs of both compilers' taking turns. `None` if it is not one to compare: gc does
/// not build it, its program fails or ends before [`LEAST`], or what it runs is no program.
pub fn measure(settings: &Settings, case: &Case) -> Result<Option<Times>, String> {
    let gc = &settings.oracle.gc;
    let scratch = tempfile::tempdir().map_err(|e| e.to_string())?;
    let binaries = tempfile::tempdir().map_err(|e| e.to_string())?;
    let mut target = layout::prepare(case, &settings.root, scratch.path())?;
    let program = binaries.path().join("gc");
    let build = |compiler: &Compiler, target: &Target, program: &Path| compiler.build_program(target, program);
    if !case.recipe.action.is_some_and(Action::runs) || build(gc, &target, &program)?.is_err() {
        return Ok(None);
    }
    if case.recipe.action == Some(Action::RunOutput) {
        // Timed is what was generated.
        let source = binaries.path().join("generated.go");
        let generator = settings.run(case, &program, &target, None)?;
        std::fs::write(&source, &generator.stdout).map_err(|e| e.to_string())?;
        target = Target::files(&[source], scratch.path());
        if !generator.succeeded() || build(gc, &target, &program)?.is_err() {
            return Ok(None);
        }
    }
    // The first run also brings what is read into memory.
    if time(settings, case, &program, &target)?.is_none_or(|time| time < LEAST) {
        return Ok(None);
    }
    let ours = binaries.path().join("ingot");
    build(&settings.ingot(false), &target, &ours)?.map_err(|text| format!("ingot does not build it\n{text}"))?;
    let (mut gc, mut ingot) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        gc.push(time(settings, case, &program, &target)?.ok_or("gc's program does not always succeed")?);
        ingot.push(time(settings, case, &ours, &target)?.ok_or("ingot's program does not succeed")?);
    }
    let times = Times { case: case.name.clone(), gc: median(gc), ingot: median(ingot) };
    Ok((times.gc >= LEAST).then_some(times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_middle() {
        let times = [3, 1, 100].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), Duration::from_millis(3));
        let times = Times { case: "a/b".into(), gc: Duration::from_millis(200), ingot: Duration::from_millis(500) };
        assert_eq!(times.ratio(), 2.5);
        assert_eq!(times.to_string(), "  2.50     200.0 ms     500.0 ms  a/b");
    }
}
