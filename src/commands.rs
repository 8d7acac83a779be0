//! The commands: `build`, `run`, `check`.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use llvm_backend::{Stage, os_text};
use middle::mir;

use crate::cache::{self, Cache};
use crate::cli::{Build, Check, Emit, Load, Run};
use crate::compile::{self, CodeUnit, Keep, Lowered, Session, Timings};
use crate::front::{self, Front, Names};
use crate::linkvars::{LinkFlags, LinkVar};
use crate::load::{self, Package, program_name};
use crate::overlay::Overlay;
use crate::profile::Profiles;
use crate::toolchain::Toolchain;
use crate::vcs::{self, Stamp, When};
use crate::{buildinfo, interrupt, report, version};

/// A command's outcome: an exit code, or the text of an error that ends it with 1.
pub type Outcome = Result<ExitCode, String>;

/// Everything that stands before compilation.
pub struct Setup {
    pub toolchain: Toolchain,
    pub overlay: Overlay,
    cache: Cache,
    /// What `ingot check` keeps of packages.
    exports: Cache,
    pub timings: Timings,
    link_flags: LinkFlags,
}

impl Setup {
    pub fn new(flags: &Load) -> Result<Setup, String> {
        if let Some(dir) = &flags.dir {
            std::env::set_current_dir(dir).map_err(|e| format!("ingot: chdir {}: {}", dir.display(), os_text(&e)))?;
        }
        let toolchain = Toolchain::find().map_err(|e| format!("ingot: {e}"))?;
        let folder = cache::folder();
        let overlay = Overlay::lay_out(&folder, &toolchain.goroot)?;
        let cache = Cache::new(folder.join("objects"), flags.rebuild);
        let exports = Cache::new(folder.join("packages"), flags.rebuild);
        let link_flags = LinkFlags::parse(flags.ldflags.as_deref().unwrap_or(""))?;
        Ok(Setup { toolchain, overlay, cache, exports, timings: Timings::default(), link_flags })
    }

    pub fn front(&self, flags: &Load, patterns: &[String], exports: Option<&Cache>) -> Result<Front, String> {
        let packages = self.timings.time("load", || load::load(&self.toolchain, &self.overlay, flags, patterns))?;
        let names = Names { trimpath: flags.trimpath, goroot: &self.toolchain.goroot };
        self.timings.time("parse and check", || front::run(packages, &self.overlay, &names, exports))
    }

    pub fn session<'a>(&'a self, load: &'a Load, work: &'a Work) -> Session<'a> {
        Session {
            toolchain: &self.toolchain,
            load,
            cache: &self.cache,
            work: &work.path,
            overlay: &self.overlay,
            link_flags: &self.link_flags,
            timings: &self.timings,
            keep: Keep::default(),
        }
    }
}

/// A scratch folder; `-work` prints and keeps it, else it goes with the build, also with one that is interrupted.
pub struct Work {
    folder: Option<tempfile::TempDir>,
    pub path: PathBuf,
}

impl Work {
    pub fn new(flags: &Load) -> Result<Work, String> {
        let folder = tempfile::Builder::new().prefix("ingot-build").tempdir();
        let folder = folder.map_err(|e| format!("ingot: creating work dir: {}", os_text(&e)))?;
        if flags.work {
            let path = folder.keep();
            errln!("WORK={}", path.display());
            return Ok(Work { folder: None, path });
        }
        interrupt::remove_on_signal(folder.path());
        Ok(Work { path: folder.path().to_owned(), folder: Some(folder) })
    }

    pub fn close(self) -> Result<(), String> {
        self.folder
            .map_or(Ok(()), |folder| folder.close().map_err(|e| format!("ingot: removing work dir: {}", os_text(&e))))
    }
}

pub fn patterns(words: &[String]) -> Vec<String> {
    if words.is_empty() { vec![".".to_owned()] } else { words.to_vec() }
}

/// Prints errors of the program's source; whether there were any.
pub fn has_failed(front: &Front, load: &Load) -> bool {
    report::print(&front.failures(), &front.sources, load.json)
}

pub fn check(args: &Check) -> Outcome {
    let setup = Setup::new(&args.load)?;
    let front = setup.front(&args.load, &patterns(&args.packages), Some(&setup.exports))?;
    if args.load.time_passes {
        setup.timings.note(format!("{} of {} packages from the cache", front.cached(), front.units.len()));
        setup.timings.print();
    }
    Ok(ExitCode::from(u8::from(has_failed(&front, &args.load))))
}

pub fn build(args: &Build) -> Outcome {
    let setup = Setup::new(&args.load)?;
    let front = setup.front(&args.load, &patterns(&args.packages), None)?;
    let emit = args.emit.or(args.dump.as_ref().map(|_| Emit::Mir));
    if emit == Some(Emit::Ast) {
        let files = front.units.iter().filter(|u| !u.package.dep_only).flat_map(|unit| &unit.files);
        let text: String = match &args.dump {
            None => files.map(frontend::dump::dump).collect(),
            Some(name) => files.flat_map(|file| frontend::dump::function(file, name)).collect(),
        };
        out!("{text}");
        return match args.dump.as_deref().filter(|_| text.is_empty()) {
            Some(name) => Err(no_function(name)),
            None => Ok(ExitCode::SUCCESS),
        };
    }
    if has_failed(&front, &args.load) {
        return Ok(ExitCode::from(1));
    }
    let work = Work::new(&args.load)?;
    let named: Vec<&Package> = front.units.iter().map(|u| &u.package).filter(|p| !p.dep_only).collect();
    if named.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let mains: Vec<&&Package> = named.iter().filter(|p| p.name == "main").collect();
    let dump = args.dump.as_deref().map(|function| Dumped::new(function, &named));
    let mut session = setup.session(&args.load, &work);
    session.keep = match &dump {
        Some(dump) => Keep::Function(dump.names.clone()),
        None if args.emit.is_some() && mains.is_empty() => {
            Keep::Packages(named.iter().map(|p| p.import_path.as_str()).collect())
        }
        None => Keep::Nothing,
    };
    let session = session;
    match (emit, &mains[..]) {
        (Some(Emit::Stackmaps), [main]) => {
            let output = work.path.join(program_name(main));
            let lowered = lower(&setup, &front, Some(main), "", &session)?;
            let text = compile::stack_maps(&lowered.units, &session, &output)?;
            out!("{}", dump.map_or(Ok(text.clone()), |dump| dump.of_stack_maps(&text))?);
        }
        (Some(Emit::Stackmaps), _) => return Err("ingot: --emit=stackmaps needs one main package".to_owned()),
        (Some(emit), _) => {
            let lowered = lower(&setup, &front, mains.first().map(|m| **m), "", &session)?;
            print_stage(emit, dump.as_ref(), lowered.units, &named, &session)?;
        }
        (None, [main]) if named.len() == 1 => {
            let output = output_path(args.output.as_deref(), main, &work)?;
            program(&setup, &front, main, &session, Stamps::Always, &output)?;
        }
        (None, mains) => {
            // Several packages: programs are kept only in a folder named with -o, all else is compiled and dropped.
            let folder = args.output.as_deref().filter(|o| is_folder(o));
            if let (Some(output), None) = (&args.output, folder) {
                return Err(format!("ingot: cannot write multiple packages to non-directory {}", output.display()));
            }
            for main in mains {
                let output = match folder {
                    Some(folder) => output_path(Some(folder), main, &work)?,
                    None => work.path.join(program_name(main)),
                };
                // Loaded alone: what else was named is no part of the program.
                let front = setup.front(&args.load, std::slice::from_ref(&main.import_path), None)?;
                program(&setup, &front, main, &session, Stamps::Always, &output)?;
            }
            if mains.is_empty() {
                compile::objects(&compile::lower(&front, &session, &[], None)?.units, &session)?;
            }
        }
    }
    if args.load.time_passes {
        setup.timings.print();
    }
    work.close()?;
    Ok(ExitCode::SUCCESS)
}

/// The one program that is meant.
///
/// # Errors
/// Several packages, none, or one that is no program.
pub fn main_package<'a>(front: &'a Front, command: &str) -> Result<&'a Package, String> {
    let mut mains = front.units.iter().map(|u| &u.package).filter(|p| !p.dep_only);
    let main = match (mains.next(), mains.next()) {
        (Some(main), None) => main,
        (None, _) => return Err("no packages".to_owned()),
        _ => return Err(format!("ingot {command}: pattern matches multiple packages")),
    };
    if main.name != "main" {
        return Err(format!("package {} is not a main package", main.import_path));
    }
    Ok(main)
}

pub fn run(args: &Run) -> Outcome {
    let setup = Setup::new(&args.load)?;
    if args.words.is_empty() {
        return Err("ingot: no go files listed".to_owned());
    }
    let words: Vec<String> = args.words.iter().map(|w| w.to_string_lossy().into_owned()).collect();
    let files = words.iter().take_while(|w| w.ends_with(".go")).count();
    let named = files.max(1);
    let front = setup.front(&args.load, &words[..named], None)?;
    if has_failed(&front, &args.load) {
        return Ok(ExitCode::from(1));
    }
    if front.units.iter().all(|u| u.package.dep_only) {
        return Err(format!("no packages loaded from {}", words[..named].join(" ")));
    }
    let main = main_package(&front, "run")?;
    let work = Work::new(&args.load)?;
    let session = setup.session(&args.load, &work);
    let output = work.path.join(program_name(main));
    program(&setup, &front, main, &session, Stamps::OnDemand, &output)?;
    drop(front);
    interrupt::leave_to_child();
    let status = Command::new(&output)
        .args(&args.words[named..])
        .status()
        .map_err(|e| format!("ingot run: {}: {}", output.display(), os_text(&e)))?;
    work.close()?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    errln!("{}", ending(status));
    Ok(ExitCode::from(1))
}

/// How a program ended, in the go command's words.
pub fn ending(status: ExitStatus) -> String {
    let Some(signal) = status.signal() else {
        return status.to_string().replace("exit status: ", "exit status ");
    };
    let name = match signal {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        10 => "user defined signal 1",
        11 => "segmentation fault",
        12 => "user defined signal 2",
        13 => "broken pipe",
        14 => "alarm clock",
        15 => "terminated",
        other => &format!("signal {other}"),
    };
    format!("signal: {name}{}", if status.core_dumped() { " (core dumped)" } else { "" })
}

/// Lowers the program of that main package, tuned by its profiles. `info` is its build information.
fn lower(
    setup: &Setup,
    front: &Front,
    main: Option<&Package>,
    info: &str,
    session: &Session<'_>,
) -> Result<Lowered, String> {
    let profiles = Profiles::of(session.load, main)?;
    compile::lower(front, session, &vars(setup, session.load, main, info), profiles.as_ref())
}

/// Whether a program is stamped with the state of its repository where `-buildvcs` does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamps {
    Always,
    /// Not a program that is made only to be run.
    OnDemand,
}

/// Compiles and links one program.
pub fn program(
    setup: &Setup,
    front: &Front,
    main: &Package,
    session: &Session<'_>,
    stamps: Stamps,
    output: &Path,
) -> Result<(), String> {
    let info = info_text(setup, front, main, session.load, stamps)?;
    let units = lower(setup, front, Some(main), &info, session)?.units;
    let info = buildinfo::object(&setup.toolchain.go_version, &info)?;
    compile::link_program(&units, &[("buildinfo.o".to_owned(), info)], session, output)
}

/// The text of the build information: modules, settings and, if `stamps` says so, what version control knows.
fn info_text(setup: &Setup, front: &Front, main: &Package, load: &Load, stamps: Stamps) -> Result<String, String> {
    let packages: Vec<Package> = front.units.iter().map(|u| u.package.clone()).collect();
    let mut settings = Vec::new();
    let mut set = |key: &str, value: &str| settings.push((key.to_owned(), value.to_owned()));
    set("-buildmode", "exe");
    set("-compiler", &format!("ingot {}", version::INGOT));
    if let Some(flags) = load.ldflags.as_deref().filter(|flags| !flags.is_empty() && !load.trimpath) {
        set("-ldflags", flags);
    }
    if let Some(files) = Profiles::setting(load, main) {
        set("-pgo", &files);
    }
    if let Some(tags) = &load.tags {
        let tags: Vec<&str> = tags.split([',', ' ']).filter(|tag| !tag.is_empty()).collect();
        if !tags.is_empty() {
            set("-tags", &tags.join(","));
        }
    }
    if load.trimpath {
        set("-trimpath", "true");
    }
    if !main.default_godebug.is_empty() {
        set("DefaultGODEBUG", &main.default_godebug);
    }
    set("CGO_ENABLED", "0");
    set("GOARCH", &setup.toolchain.goarch);
    set("GOOS", "linux");
    set("GOAMD64", &setup.toolchain.goamd64);
    let stamp = match load.buildvcs.unwrap_or_default() {
        When::Auto if stamps == Stamps::OnDemand => Stamp::default(),
        when => vcs::stamp(when, main)?,
    };
    settings.extend(stamp.settings);
    Ok(buildinfo::text(main, &packages, stamp.version.as_deref(), &settings))
}

/// The variables the build sets, with the build information among them.
pub fn vars(setup: &Setup, load: &Load, main: Option<&Package>, info: &str) -> Vec<LinkVar> {
    let mut vars = setup.link_flags.vars.clone();
    let mut set = |symbol: &str, value: &[u8]| vars.push(LinkVar { symbol: symbol.to_owned(), value: value.to_vec() });
    set("runtime.buildVersion", setup.toolchain.go_version.as_bytes());
    if !load.trimpath {
        set("runtime.defaultGOROOT", setup.toolchain.goroot.as_os_str().as_encoded_bytes());
    }
    if let Some(main) = main {
        set("runtime.godebugDefault", main.default_godebug.as_bytes());
        set("runtime.modinfo", &buildinfo::modinfo(info));
    }
    vars
}

/// Where a program goes: nowhere but the scratch folder for `-o /dev/null`. A file that is there and is no program is the
/// user's and stays.
pub fn output_path(asked: Option<&Path>, main: &Package, work: &Work) -> Result<PathBuf, String> {
    let name = program_name(main);
    let path = match asked {
        Some(path) if path == Path::new("/dev/null") => return Ok(work.path.join(name)),
        Some(path) if is_folder(path) => path.join(name),
        Some(path) => path.to_owned(),
        None => PathBuf::from(name),
    };
    if is_foreign(&path) {
        return Err(format!("build output {:?} already exists and is not an object file", path.display().to_string()));
    }
    if path.is_dir() {
        return Err(format!("build output {:?} already exists and is a directory", path.display().to_string()));
    }
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|e| format!("ingot: mkdir {}: {}", folder.display(), os_text(&e)))?;
    }
    Ok(path)
}

/// Whether `-o` names a folder, which may be yet to be made.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with('/')
}

fn is_foreign(path: &Path) -> bool {
    let Ok(meta) = fs::metadata(path) else { return false };
    // A pipe or device is written to.
    if !meta.is_file() || meta.len() == 0 {
        return false;
    }
    let mut magic = [0; 4];
    let read = fs::File::open(path).and_then(|mut f| f.read_exact(&mut magic));
    read.is_err() || &magic != b"\x7fELF"
}

/// The function that `--dump` names, with or without its package.
struct Dumped {
    asked: String,
    names: Vec<String>,
}

impl Dumped {
    fn new(function: &str, named: &[&Package]) -> Dumped {
        let package = |p: &&Package| if p.name == "main" { "main".to_owned() } else { p.import_path.clone() };
        let in_package = named.iter().map(|p| format!("{}.{function}", package(p)));
        let names = std::iter::once(function.to_owned()).chain(in_package).collect();
        Dumped { asked: function.to_owned(), names }
    }

    /// The module's function of that name, which all else in the module is only declared for.
    fn alone(&self, mut module: mir::Module) -> Option<(mir::Module, mir::Symbol)> {
        let is_function =
            |name: &&String| module.symbols.get(name.as_str()).is_some_and(|s| matches!(s.def, mir::Def::Func(_)));
        let name = self.names.iter().find(is_function)?;
        for (_, other) in module.symbols.iter_mut().filter(|(other, _)| *other != name) {
            other.def = match &other.def {
                mir::Def::Func(func) => mir::Def::Extern(Some(func.sig.clone())),
                mir::Def::Extern(sig) => mir::Def::Extern(sig.clone()),
                mir::Def::Data(_) => mir::Def::Extern(None),
            };
            other.dedup = false;
        }
        let symbol = mir::Symbol(module.symbols.get_index_of(name)? as u32);
        Some((module, symbol))
    }

    /// Its part of the text of all stack maps: a line that names it, and those below.
    fn of_stack_maps(&self, text: &str) -> Result<String, String> {
        let is_head = |line: &str| {
            let name = line.strip_prefix("func ").and_then(|rest| rest.split_once(" frame ")).map(|(name, _)| name);
            name.is_some_and(|name| self.names.iter().any(|n| n == name))
        };
        let mut lines = text.lines().skip_while(|line| !is_head(line));
        let head = lines.next().ok_or_else(|| no_function(&self.asked))?;
        let rest = lines.take_while(|line| !line.starts_with("func "));
        Ok(std::iter::once(head).chain(rest).map(|line| format!("{line}\n")).collect())
    }
}

fn no_function(name: &str) -> String {
    format!("ingot: there is no function {name} in what was compiled")
}

/// Prints what `--emit` asks for, of the packages named on the command line, or of one function of any package.
fn print_stage(
    emit: Emit,
    dump: Option<&Dumped>,
    units: Vec<CodeUnit>,
    named: &[&Package],
    session: &Session<'_>,
) -> Result<(), String> {
    let stage = if emit == Emit::Asm { Stage::Asm } else { Stage::Llvm };
    let backend = |module: &mir::Module, name: &str| {
        llvm_backend::emit(module, name, &session.options(), stage)
            .map_err(|e| format!("internal compiler error: {name}: {e}"))
    };
    let Some(dump) = dump else {
        for unit in units.iter().filter(|u| named.iter().any(|p| p.import_path == u.name)) {
            let text = if emit == Emit::Mir { unit.module.to_string() } else { backend(&unit.module, &unit.name)? };
            out!("{text}");
        }
        return Ok(());
    };
    let mut found = units.into_iter().filter_map(|unit| Some((dump.alone(unit.module)?, unit.name)));
    let ((module, symbol), unit) = found.next().ok_or_else(|| no_function(&dump.asked))?;
    let text = if emit == Emit::Mir { module.func_text(symbol) } else { backend(&module, &unit)? };
    out!("{text}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_in_the_go_commands_words() {
        let raw = |status| ending(ExitStatus::from_raw(status));
        assert_eq!(raw(3 << 8), "exit status 3");
        assert_eq!(raw(9), "signal: killed");
        assert_eq!(raw(11 | 0x80), "signal: segmentation fault (core dumped)");
        assert_eq!(raw(34), "signal: signal 34");
    }
}
