//! The CPU profiles that a build is tuned by, and `ingot pgo show`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use llvm_backend::os_text;
use middle::passes::profile::{Decision, Matched, What};
use pgo::{Profile, Weights};

use crate::cli::{Load, Pgo};
use crate::commands::{Outcome, Setup, Work, has_failed, main_package, patterns, vars};
use crate::compile;
use crate::load::Package;

/// The name under which a main package keeps its profile.
const DEFAULT: &str = "default.pgo";
/// How much `ingot pgo show` prints of what has no end.
const SHOWN: usize = 20;

/// The profiles of one program.
#[derive(Clone, Debug)]
pub struct Profiles {
    pub files: Vec<PathBuf>,
    pub weights: Weights,
}

impl Profiles {
    /// What `-pgo` names for the program of that main package; `None` without a profile. One that cannot be used is told
    /// on standard error, and the program is built without it.
    ///
    /// # Errors
    /// A file that `-pgo` names and that cannot be read.
    pub fn of(load: &Load, main: Option<&Package>) -> Result<Option<Profiles>, String> {
        let files = files(load, main);
        if files.is_empty() {
            return Ok(None);
        }
        if load.dev {
            if load.pgo != "auto" {
                errln!("ingot: -pgo has no effect with -dev");
            }
            return Ok(None);
        }
        let mut sum = Profile::default();
        let mut used = Vec::new();
        for file in files {
            match read(&file)? {
                Ok(profile) => {
                    sum.merge(&profile);
                    used.push(file);
                }
                Err(e) => errln!("ingot: -pgo: {}: {e}; building without it", file.display()),
            }
        }
        if used.is_empty() {
            return Ok(None);
        }
        let weights = Weights::new(&sum);
        if weights.is_empty() {
            errln!("ingot: -pgo: {}: no samples; building without it", names(&used));
            return Ok(None);
        }
        Ok(Some(Profiles { files: used, weights }))
    }

    /// Tells if nothing of the program is in the profiles.
    pub fn warn_if_unrelated(&self, matched: &Matched) {
        if matched.is_unrelated() {
            errln!(
                "ingot: -pgo: {}: a profile of another program, it seems: none of that one's functions is in this one",
                names(&self.files)
            );
        }
    }

    /// As build information names them.
    pub fn setting(load: &Load, main: &Package) -> Option<String> {
        let files = if load.dev { Vec::new() } else { files(load, Some(main)) };
        let name = |file: &PathBuf| match file.file_name() {
            Some(name) if load.trimpath => name.to_string_lossy().into_owned(),
            _ => std::path::absolute(file).unwrap_or_else(|_| file.clone()).display().to_string(),
        };
        (!files.is_empty()).then(|| files.iter().map(name).collect::<Vec<_>>().join(","))
    }
}

fn files(load: &Load, main: Option<&Package>) -> Vec<PathBuf> {
    match &load.pgo[..] {
        "off" | "" => Vec::new(),
        "auto" => main.map(|m| Path::new(&m.dir).join(DEFAULT)).into_iter().filter(|f| f.is_file()).collect(),
        list => list.split(',').map(PathBuf::from).collect(),
    }
}

fn read(file: &Path) -> Result<Result<Profile, pgo::ProfileError>, String> {
    let bytes = std::fs::read(file).map_err(|e| format!("ingot: -pgo: open {}: {}", file.display(), os_text(&e)))?;
    Ok(Profile::read(&bytes))
}

fn names(files: &[PathBuf]) -> String {
    files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(",")
}

/// Prints what the profiles hold and what the compiler does about it.
pub fn show(args: &Pgo) -> Outcome {
    let setup = Setup::new(&args.load)?;
    let front = setup.front(&args.load, &patterns(&args.packages), None)?;
    if has_failed(&front, &args.load) {
        return Ok(ExitCode::from(1));
    }
    let main = main_package(&front, "pgo show")?;
    let Some(profiles) = Profiles::of(&args.load, Some(main))? else {
        return Err(format!("ingot pgo show: no profile: neither -pgo nor {DEFAULT} in {}", main.dir.display()));
    };
    let weights = &profiles.weights;
    let percent = |weight: u64| weight as f64 * 100.0 / weights.total() as f64;
    outln!("profiles   {}", names(&profiles.files));
    outln!(
        "weight     {} in {} calls of {} functions",
        weights.total(),
        weights.edges().len(),
        weights.functions().len()
    );
    let work = Work::new(&args.load)?;
    let session = setup.session(&args.load, &work);
    let lowered = compile::lower(&front, &session, &vars(&setup, &args.load, Some(main), ""), Some(&profiles))?;
    let matched = lowered.matched.unwrap_or_default();
    outln!(
        "matched    {:.1}% of the weight of calls; {} calls found at another line",
        matched.here as f64 * 100.0 / matched.all.max(1) as f64,
        matched.moved
    );
    outln!("\nfunctions by their own weight");
    for (id, weight) in weights.functions().into_iter().take(SHOWN).filter(|(_, w)| w.own > 0) {
        outln!("{:>7.2}% {:>7.2}%  {}", percent(weight.own), percent(weight.total), weights.name(id));
    }
    outln!("\ncalls");
    for (edge, weight) in weights.edges().take(SHOWN) {
        let (caller, callee) = (weights.name(edge.caller), weights.name(edge.callee));
        outln!("{:>7.2}%  {caller}+{} -> {callee}", percent(weight), edge.offset);
    }
    let mut decisions = lowered.decisions;
    decisions.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.cmp(b)));
    decisions.dedup();
    outln!("\nwhat changes");
    for Decision { what, place, caller, callee, weight } in &decisions {
        let what = match what {
            What::Guarded => "direct call of",
            What::Inlined => "inlining call to",
        };
        outln!("{:>7.2}%  {place}: {what} {callee} in {caller}", percent(*weight));
    }
    work.close()?;
    Ok(ExitCode::SUCCESS)
}
