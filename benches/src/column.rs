//! The columns of the table: which compiler builds a program, and how.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::measure;
use crate::program::{Profile, Program};

/// One way of building and running a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Column {
    Gc,
    /// gc's program once more: it tells the noise.
    GcAgain,
    /// With the program's profile.
    GcPgo,
    Ingot,
    IngotPgo,
    /// What the program does, in C: numeric kernels only.
    Clang,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Column::Gc => "gc",
            Column::GcAgain => "gc again",
            Column::GcPgo => "gc pgo",
            Column::Ingot => "ingot",
            Column::IngotPgo => "ingot pgo",
            Column::Clang => "clang -O3",
        })
    }
}

/// Every column, in the order of the table.
pub const COLUMNS: &[Column] =
    &[Column::Gc, Column::GcAgain, Column::GcPgo, Column::Ingot, Column::IngotPgo, Column::Clang];

/// The compilers, and what they and their programs find in the environment.
pub struct Tools {
    pub go: PathBuf,
    pub ingot: PathBuf,
    pub clang: Option<PathBuf>,
    /// GOMAXPROCS of every program.
    pub procs: usize,
    /// GOGC of every program.
    pub gogc: String,
}

/// The instruction set, for gc and Ingot and in clang's words: what any amd64 has.
const GOAMD64: &str = "v1";
const MARCH: &str = "-march=x86-64";

const BUILD_LIMIT: Duration = Duration::from_secs(1800);
const RECORDING_LIMIT: Duration = Duration::from_secs(300);

impl Tools {
    /// A command of the go command's kind, without what the user's environment says of builds.
    pub fn builder(&self, tool: &Path) -> Command {
        let mut command = Command::new(tool);
        command.env("GOAMD64", GOAMD64).env("CGO_ENABLED", "0").env("GOTOOLCHAIN", "local");
        command.env_remove("GOFLAGS").env_remove("GOEXPERIMENT").env_remove("GODEBUG");
        command
    }

    /// The command that runs a built program.
    pub fn runner(&self, binary: &Path, program: &Program) -> Command {
        let mut command = Command::new(binary);
        command.current_dir(&program.dir).env("GOMAXPROCS", self.procs.to_string()).env("GOGC", &self.gogc);
        command.env_remove("GOMEMLIMIT").env_remove("GODEBUG").env_remove("INGOT_STRESS");
        command
    }

    /// Whether this column can have an entry for the program.
    pub fn has(&self, column: Column, program: &Program) -> bool {
        match column {
            Column::Gc | Column::GcAgain | Column::Ingot => true,
            Column::GcPgo | Column::IngotPgo => program.profile != Profile::None,
            Column::Clang => self.clang.is_some() && program.kernel.is_some(),
        }
    }

    /// Builds the program for a column and returns the binary. No flags but those that make columns comparable: each
    /// compiler is used as its users use it.
    pub fn build(&self, column: Column, program: &Program, bin: &Path) -> Result<PathBuf, String> {
        let folder = match column {
            Column::Gc | Column::GcAgain => "gc",
            Column::GcPgo => "gc-pgo",
            Column::Ingot => "ingot",
            Column::IngotPgo => "ingot-pgo",
            Column::Clang => "clang",
        };
        let folder = bin.join(folder);
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let binary = folder.join(&program.name);
        let mut command = match column {
            Column::GcAgain => return Ok(binary), // built for `Gc`
            Column::Gc | Column::GcPgo => self.builder(&self.go),
            Column::Ingot | Column::IngotPgo => self.builder(&self.ingot),
            Column::Clang => {
                let kernel = program.kernel.as_ref().ok_or("no kernel in C")?;
                let mut command = Command::new(self.clang.as_ref().ok_or("no clang")?);
                // No fused operations: gc has none on amd64, and results would differ.
                command.args(["-O3", MARCH, "-ffp-contract=off", "-o"]).arg(&binary).arg(kernel).arg("-lm");
                measure::run(&mut command, BUILD_LIMIT)?;
                return Ok(binary);
            }
        };
        let pgo = match (column, program.profile) {
            (Column::Gc | Column::Ingot, _) | (_, Profile::None) => "off".into(),
            (_, Profile::Own) => "auto".into(),
            (_, Profile::Recorded) => self.profile(program, bin)?.display().to_string(),
        };
        command.arg("build").arg(format!("-pgo={pgo}")).arg("-buildvcs=false");
        command.arg("-o").arg(&binary).arg(&program.package);
        command.current_dir(&program.dir);
        measure::run(&mut command, BUILD_LIMIT)?;
        Ok(binary)
    }

    /// The profile of the program as gc builds it, recorded once for all columns: a profile of the same run is what gc and
    /// Ingot are to make the most of.
    fn profile(&self, program: &Program, bin: &Path) -> Result<PathBuf, String> {
        let folder = bin.join("profiles");
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let (recorder, profile) = (folder.join(&program.name), folder.join(format!("{}.pgo", program.name)));
        let made = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
        let source = made(&program.dir.join(&program.package).join("main.go"));
        if made(&profile).is_some_and(|at| Some(at) > source) {
            return Ok(profile);
        }
        let mut command = self.builder(&self.go);
        command.args(["build", "-pgo=off", "-buildvcs=false", "-tags=profile", "-o"]).arg(&recorder);
        measure::run(command.arg(&program.package).current_dir(&program.dir), BUILD_LIMIT)?;
        measure::run(self.runner(&recorder, program).env("BENCH_PROFILE", &profile), RECORDING_LIMIT)?;
        Ok(profile)
    }
}
