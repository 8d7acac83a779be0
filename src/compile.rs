//! From checked packages to the program: lowering, passes, code generation, link.
//!
//! ```text
//! packages ──lower──▶ modules ──dedup──▶ units ──code generation (cached)──▶ objects ──lld, finalize──▶ program
//! ```
//! A symbol that several packages may hold (an instance of a generic, the descriptor of an unnamed type) is kept in the
//! first package, in dependency order, that has it. Objects are cached by the hash of their unit's text.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use frontend::check::Checked;
use frontend::diagnostic::Diagnostic;
use frontend::types::PackageId;
use llvm_backend::finalize::FinalizeOptions;
use llvm_backend::link::{self, LinkError, LinkRequest};
use llvm_backend::{FaultKind, Level, Options, os_text};
use middle::lower::{Arch, PackageInput, Program, lower_package, lower_start};
use middle::mir::{Def, Module};
use middle::passes::profile::{Decision, Heat, Matched};
use middle::passes::{self, State};
use rayon::prelude::*;

use crate::assembly;
use crate::cache::Cache;
use crate::cli::Load;
use crate::front::{Front, Unit};
use crate::linkvars::{self, LinkFlags, LinkVar};
use crate::overlay::Overlay;
use crate::profile::Profiles;
use crate::progress::Progress;
use crate::toolchain::Toolchain;

/// The runtime's archive for the target, made when this program was built.
static RUNTIME_ARCHIVE: &[u8] = include_bytes!(env!("INGOT_RT_ARCHIVE"));

/// What a compilation needs besides the packages.
pub struct Session<'a> {
    pub toolchain: &'a Toolchain,
    pub load: &'a Load,
    pub cache: &'a Cache,
    /// Scratch folder of this build.
    pub work: &'a Path,
    pub overlay: &'a Overlay,
    pub link_flags: &'a LinkFlags,
    pub timings: &'a Timings,
    pub keep: Keep<'a>,
}

/// What stays in a program although nothing reaches it: what is to be shown.
#[derive(Debug, Clone, Default)]
pub enum Keep<'a> {
    #[default]
    Nothing,
    /// The function, which may have one of these names.
    Function(Vec<String>),
    /// Every function of these packages.
    Packages(Vec<&'a str>),
}

impl Keep<'_> {
    fn roots(&self, units: &[CodeUnit]) -> Vec<String> {
        let is_kept = |unit: &&CodeUnit| match self {
            Keep::Packages(paths) => paths.contains(&unit.name.as_str()),
            _ => false,
        };
        match self {
            Keep::Nothing => Vec::new(),
            Keep::Function(names) => names.clone(),
            Keep::Packages(_) => {
                let symbols = units.iter().filter(is_kept).flat_map(|u| &u.module.symbols);
                symbols.filter(|(_, s)| matches!(s.def, Def::Func(_))).map(|(name, _)| name.clone()).collect()
            }
        }
    }
}

/// How long each phase took, for `--time-passes`.
#[derive(Default)]
pub struct Timings {
    phases: Mutex<Vec<(String, std::time::Duration)>>,
    notes: Mutex<Vec<String>>,
}

impl Timings {
    pub fn time<T>(&self, phase: &str, f: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let out = f();
        if let Ok(mut all) = self.phases.lock() {
            all.push((phase.to_owned(), start.elapsed()));
        }
        out
    }

    /// A line of another kind.
    pub fn note(&self, text: String) {
        if let Ok(mut all) = self.notes.lock() {
            all.push(text);
        }
    }

    pub fn print(&self) {
        for (phase, time) in self.phases.lock().map(|all| all.clone()).unwrap_or_default() {
            errln!("{:>9.3} ms  {phase}", time.as_secs_f64() * 1e3);
        }
        for note in self.notes.lock().map(|all| all.clone()).unwrap_or_default() {
            errln!("{note}");
        }
    }
}

/// One code-generation unit.
pub struct CodeUnit {
    /// The package's import path, or a name of the compiler's own.
    pub name: String,
    pub module: Module,
    /// Objects that are made already: the package's assembly.
    pub ready: Vec<Vec<u8>>,
}

impl CodeUnit {
    fn new(name: String, module: Module) -> CodeUnit {
        CodeUnit { name, module, ready: Vec::new() }
    }
}

impl Session<'_> {
    pub fn options(&self) -> Options {
        Options {
            goamd64: self.toolchain.goamd64.bytes().nth(1).map_or(1, |b| b - b'0'),
            level: if self.load.dev { Level::Quick } else { Level::O2 },
            // A miscompile is easier to find where the IR first breaks.
            verify: std::env::var_os("INGOT_VERIFY").is_some() || Options::default().verify,
            check_maps: std::env::var_os("INGOT_CHECK_MAPS").is_some(),
            fault: self.load.fault.clone(),
            // Always, so that a stripped build shares its objects with others: the link leaves them out.
            debug: true,
            ..Options::default()
        }
    }
}

/// A program before code generation.
pub struct Lowered {
    pub units: Vec<CodeUnit>,
    /// What was done because of profiles, and how well they fit.
    pub decisions: Vec<Decision>,
    pub matched: Option<Matched>,
}

/// Lowers every package and puts the modules in order, shared symbols in one place.
///
/// # Errors
/// What cannot be compiled, as diagnostics.
pub fn lower(
    front: &Front,
    session: &Session<'_>,
    vars: &[LinkVar],
    profiles: Option<&Profiles>,
) -> Result<Lowered, String> {
    let checked: Vec<(&Unit, &Checked)> =
        front.units.iter().filter_map(|u| u.checked.as_ref().map(|c| (u, c))).collect();
    let inputs: Vec<PackageInput<'_>> = checked
        .iter()
        .map(|(unit, checked)| PackageInput { files: &unit.files, checked, embeds: &unit.embeds })
        .collect();
    let order: Vec<PackageId> = checked.iter().map(|(_, c)| c.package).collect();
    let program = Program::new(&front.types, &front.sources, Arch::Amd64, inputs);
    let lowered: Vec<Result<Module, Vec<Diagnostic>>> =
        session.timings.time("lower", || order.par_iter().map(|&pkg| lower_package(&program, pkg)).collect());
    let mut units = Vec::new();
    let mut errors: Vec<Diagnostic> = Vec::new();
    for ((unit, _), module) in checked.iter().zip(lowered) {
        match module {
            Ok(module) => units.push(CodeUnit::new(unit.package.import_path.clone(), module)),
            Err(diagnostics) => errors.extend(diagnostics),
        }
    }
    if !errors.is_empty() {
        let text = frontend::diagnostic::render_all(&errors, &front.sources, Some(frontend::diagnostic::ERROR_LIMIT));
        return Err(text.trim_end().to_owned());
    }
    units.push(CodeUnit::new("go:start".to_owned(), lower_start(&program, &order)));
    let values = linkvars::take(&mut units, vars);
    units.push(CodeUnit::new("go:values".to_owned(), values));
    keep_first(&mut units);
    let assembly = session.timings.time("assembly", || assembly::assemble(front, session))?;
    assembly::take_variables(&assembly, &mut units);
    let mut roots = assembly::roots(&assembly);
    roots.extend(session.keep.roots(&units));
    let mut state = State { roots, ..State::default() };
    let mut units = session.timings.time("passes", || optimise(units, profiles, &mut state, session))?;
    let matched = state.heat.as_ref().map(Heat::matched);
    if let (Some(profiles), Some(matched)) = (profiles, &matched) {
        profiles.warn_if_unrelated(matched);
    }
    let assembled = assembly::units(assembly, &units)?;
    units.extend(assembled);
    Ok(Lowered { units, decisions: state.decisions, matched })
}

/// Runs the passes: over each package, which then depends on what it imports only (`-dev`), or over the program.
fn optimise(
    units: Vec<CodeUnit>,
    profiles: Option<&Profiles>,
    state: &mut State,
    session: &Session<'_>,
) -> Result<Vec<CodeUnit>, String> {
    let plain =
        |units: Vec<CodeUnit>| units.into_iter().map(|u| passes::Unit { name: u.name, module: u.module }).collect();
    let units = if session.load.dev {
        let mut units = units;
        for unit in &mut units {
            passes::package(&mut unit.module, state).map_err(|e| format!("{}: {e}", unit.name))?;
            // Units come after what they import.
            let known = std::mem::take(&mut state.escape.summaries);
            state.external.functions.extend(known.functions);
        }
        passes::share(plain(units), state).map_err(|e| e.to_string())?
    } else {
        let weights = profiles.map(|p| p.weights.clone());
        passes::program(plain(units), weights, state).map_err(|e| e.to_string())?.0
    };
    session.timings.note(state.shared.to_string());
    Ok(units.into_iter().map(|u| CodeUnit::new(u.name, u.module)).collect())
}

/// Turns all but the first definition of a shared symbol into declarations.
fn keep_first(units: &mut [CodeUnit]) {
    let mut seen: HashSet<String> = HashSet::new();
    for unit in units {
        for (name, data) in &mut unit.module.symbols {
            if !data.dedup || matches!(data.def, Def::Extern(_)) || seen.insert(name.clone()) {
                continue;
            }
            data.def = match &data.def {
                Def::Func(func) => Def::Extern(Some(func.sig.clone())),
                _ => Def::Extern(None),
            };
            data.dedup = false;
        }
    }
}

/// Objects of the driver's own: file name and content.
pub type ExtraObjects = [(String, Vec<u8>)];

/// Compiles the units and links them with the given further objects into `output`.
///
/// # Errors
/// A failure of code generation (a bug of ours), of the linker, or of the file system.
pub fn link_program(
    units: &[CodeUnit],
    extra: &ExtraObjects,
    session: &Session<'_>,
    output: &Path,
) -> Result<(), String> {
    with_link_request(units, extra, session, output, |request| {
        session.timings.time("link", || link::link(request)).map(|_| ())
    })
}

/// The stack maps of the program as text.
///
/// # Errors
/// As [`link_program`].
pub fn stack_maps(units: &[CodeUnit], session: &Session<'_>, output: &Path) -> Result<String, String> {
    with_link_request(units, &[], session, output, link::stack_maps)
}

fn with_link_request<T>(
    units: &[CodeUnit],
    extra: &ExtraObjects,
    session: &Session<'_>,
    output: &Path,
    f: impl FnOnce(&LinkRequest<'_>) -> Result<T, LinkError>,
) -> Result<T, String> {
    let mut paths: Vec<PathBuf> = Vec::new();
    let write = |name: &str, bytes: &[u8]| -> Result<PathBuf, String> {
        let path = session.work.join(name);
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {}", path.display(), os_text(&e)))?;
        Ok(path)
    };
    let objects = objects(units, session)?;
    let ready = units.iter().flat_map(|u| u.ready.iter().cloned());
    for (i, object) in objects.into_iter().chain(ready).enumerate() {
        paths.push(write(&format!("unit{i:05}.o"), &object)?);
    }
    for (name, bytes) in extra {
        paths.push(write(name, bytes)?);
    }
    let runtime = write("libingot_rt.a", RUNTIME_ARCHIVE)?;
    let finalize = FinalizeOptions {
        strip_symbols: session.link_flags.strip,
        strip_debug: session.link_flags.no_dwarf,
        drop_root: session
            .load
            .fault
            .as_ref()
            .filter(|f| f.kind == FaultKind::Root)
            .map(|f| (f.function.clone(), f.index)),
    };
    let keep: Vec<OsString> =
        if extra.is_empty() { Vec::new() } else { vec![format!("--undefined={}", crate::buildinfo::SYMBOL).into()] };
    let request = LinkRequest {
        linker: &session.toolchain.lld(),
        objects: &paths,
        runtime: &runtime,
        emulation: link::emulation(&session.toolchain.goarch).ok_or("no such target")?,
        extra: &keep,
        scratch: session.work,
        output,
        finalize: &finalize,
    };
    if session.load.print_commands {
        errln!("{} -o {} {}/*.o", request.linker.display(), output.display(), session.work.display());
    }
    f(&request).map_err(|e| format!("link: {e}"))
}

/// The objects of the units' modules, in their order.
///
/// # Errors
/// A failure of code generation: a bug of ours.
pub fn objects(units: &[CodeUnit], session: &Session<'_>) -> Result<Vec<Vec<u8>>, String> {
    let options = session.options();
    let progress = Progress::new(units.len(), session.load);
    let objects = session.timings.time("code generation", || {
        units
            .par_iter()
            .with_max_len(1)
            .filter(|unit| !unit.module.symbols.is_empty())
            .map(|unit| {
                progress.start(&unit.name);
                let object = object_of(unit, &options, session, &progress);
                progress.finish(&unit.name);
                object
            })
            .collect()
    });
    progress.end();
    objects
}

/// A unit's object, from the cache if it was made before.
fn object_of(
    unit: &CodeUnit,
    options: &Options,
    session: &Session<'_>,
    progress: &Progress,
) -> Result<Vec<u8>, String> {
    let mut options = options.clone();
    // The fault of one function does not concern the objects of the others.
    options.fault = options.fault.filter(|f| unit.module.symbols.contains_key(f.function.as_str()));
    let mut key = blake3::Hasher::new();
    key.update(env!("INGOT_FINGERPRINT").as_bytes());
    key.update(format!("{options:?}").as_bytes());
    key.update(unit.name.as_bytes());
    key.update(unit.module.to_string().as_bytes());
    let key = key.finalize();
    if let Some(object) = session.cache.get(&key) {
        return Ok(object);
    }
    progress.compile(&unit.name);
    let object = llvm_backend::compile(&unit.module, &unit.name, &options)
        .map_err(|e| format!("internal compiler error: {}: {e}", unit.name))?;
    session.cache.put(&key, &object);
    Ok(object)
}
