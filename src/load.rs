//! Which packages make up the program: the go command's answer.
//!
//! Modules, build constraints, vendoring and workspaces are the go command's business (`go list -deps -json`), with our
//! overlay in place of its runtime.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use frontend::check::Origin;
use llvm_backend::os_text;
use serde::Deserialize;

use crate::cli::Load;
use crate::overlay::Overlay;
use crate::toolchain::{GO_VERSION, Toolchain};

/// What `go list` says of a package.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Package {
    pub dir: PathBuf,
    pub import_path: String,
    pub name: String,
    pub standard: bool,
    /// Not named on the command line.
    pub dep_only: bool,
    /// The patterns of the command line it was named by.
    #[serde(rename = "Match")]
    pub matched: Vec<String>,
    pub go_files: Vec<String>,
    pub cgo_files: Vec<String>,
    #[serde(rename = "SFiles")]
    pub s_files: Vec<String>,
    pub syso_files: Vec<String>,
    pub imports: Vec<String>,
    pub import_map: HashMap<String, String>,
    pub embed_files: Vec<String>,
    pub module: Option<Module>,
    #[serde(rename = "DefaultGODEBUG")]
    pub default_godebug: String,
    /// The package whose tests this variant is compiled for; empty for a plain package.
    pub for_test: String,
    pub test_go_files: Vec<String>,
    #[serde(rename = "XTestGoFiles")]
    pub x_test_go_files: Vec<String>,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Module {
    pub path: String,
    pub version: String,
    pub sum: String,
    pub dir: PathBuf,
    pub go_version: String,
    pub replace: Option<Box<Module>>,
}

impl Package {
    /// Language version the package is written in.
    pub fn language(&self) -> (u32, u32) {
        let version = self.module.as_ref().map_or("", |m| m.go_version.as_str());
        let newest = parse_version(GO_VERSION).unwrap_or((1, 26));
        // A module without a go line is taken for an old one, as the go command does.
        let old = if self.module.is_some() { (1, 16) } else { newest };
        parse_version(version).unwrap_or(old)
    }

    /// Where the bodies of its functions may be.
    pub fn origin(&self) -> Origin {
        match () {
            () if self.standard => Origin::Standard,
            () if self.s_files.is_empty() && self.syso_files.is_empty() => Origin::GoOnly,
            () => Origin::WithAssembly,
        }
    }

    /// Source files with their paths, as the go command names them.
    pub fn sources(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.go_files.iter().map(|f| self.dir.join(f))
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor: String = parts.next()?.chars().take_while(char::is_ascii_digit).collect();
    Some((major, minor.parse().ok()?))
}

/// The flags of the go command that a load passes on.
pub fn go_flags(load: &Load) -> Vec<String> {
    let mut flags = Vec::new();
    if let Some(tags) = &load.tags {
        flags.push(format!("-tags={tags}"));
    }
    if let Some(mode) = &load.module_mode {
        flags.push(format!("-mod={mode}"));
    }
    if let Some(file) = &load.modfile {
        flags.push(format!("-modfile={}", file.display()));
    }
    flags
}

/// Loads the named packages and all they need, dependencies first.
///
/// # Errors
/// What the go command printed; its wording is what users know.
pub fn load(
    toolchain: &Toolchain,
    overlay: &Overlay,
    load: &Load,
    patterns: &[String],
) -> Result<Vec<Package>, String> {
    let mut packages = list(toolchain, overlay, load, &["-deps"], patterns)?;
    let imported: HashSet<&String> = packages.iter().flat_map(|package| &package.imports).collect();
    let lacking: Vec<String> = packages
        .iter()
        .filter(|package| package.go_files.is_empty())
        .filter(|package| imported.contains(&package.import_path) || package.is_named_alone())
        .map(|package| format!("{}: no non-test Go files in {}", package.import_path, package.dir.display()))
        .collect();
    if !lacking.is_empty() {
        return Err(lacking.join("\n"));
    }
    // A pattern also matches packages that have only tests.
    packages.retain(|package| !package.go_files.is_empty());
    with_runtime(toolchain, overlay, load, packages)
}

/// A package and its tests.
pub struct TestPackage {
    pub import_path: String,
    pub dir: PathBuf,
    /// The test program's packages, dependencies first, its main package last; none without test files.
    pub program: Option<Vec<Package>>,
}

/// Loads the test programs of the named packages.
///
/// # Errors
/// As [`load`].
pub fn load_tests(
    toolchain: &Toolchain,
    overlay: &Overlay,
    load: &Load,
    patterns: &[String],
) -> Result<Vec<TestPackage>, String> {
    let packages = list(toolchain, overlay, load, &["-deps", "-test"], patterns)?;
    let by_path: HashMap<&str, &Package> = packages.iter().map(|p| (p.import_path.as_str(), p)).collect();
    let named = packages.iter().filter(|p| !p.dep_only && p.for_test.is_empty() && !p.is_test_main(&by_path));
    let tests = named.map(|package| {
        let main = by_path.get(format!("{}.test", package.import_path).as_str()).copied();
        TestPackage {
            import_path: package.import_path.clone(),
            dir: package.dir.clone(),
            program: main.filter(|_| package.has_tests()).map(|main| closure(main, &packages, &by_path)),
        }
    });
    let tests: Vec<TestPackage> = tests.collect();
    if tests.is_empty() { Err("no packages to test".to_owned()) } else { Ok(tests) }
}

/// A test program's packages under their plain paths: of each it has one variant only.
fn closure(main: &Package, packages: &[Package], by_path: &HashMap<&str, &Package>) -> Vec<Package> {
    let mut needed = HashSet::new();
    let mut open = vec![main];
    while let Some(package) = open.pop() {
        if needed.insert(package.import_path.as_str()) {
            open.extend(package.imports.iter().filter_map(|path| by_path.get(path.as_str())));
        }
    }
    let chosen = packages.iter().filter(|p| needed.contains(p.import_path.as_str()));
    chosen.map(|p| p.plain(p.import_path == main.import_path)).collect()
}

/// An import path without the test it is compiled for.
fn plain(path: &str) -> String {
    path.split(' ').next().unwrap_or(path).to_owned()
}

impl Package {
    /// Whether the command line names it, and not with others by a wildcard or a word of the go command.
    fn is_named_alone(&self) -> bool {
        const WORDS: [&str; 5] = ["all", "cmd", "std", "tool", "work"];
        let alone = |pattern: &String| !pattern.contains("...") && !WORDS.contains(&pattern.as_str());
        !self.dep_only && (self.matched.is_empty() || self.matched.iter().any(alone))
    }

    fn has_tests(&self) -> bool {
        !self.test_go_files.is_empty() || !self.x_test_go_files.is_empty()
    }

    fn is_test_main(&self, by_path: &HashMap<&str, &Package>) -> bool {
        self.name == "main" && self.import_path.strip_suffix(".test").is_some_and(|path| by_path.contains_key(path))
    }

    fn plain(&self, is_main: bool) -> Package {
        let imports = self.imports.iter().map(|path| plain(path)).collect();
        let import_map = self.import_map.iter().map(|(written, real)| (written.clone(), plain(real))).collect();
        Package { import_path: plain(&self.import_path), imports, import_map, dep_only: !is_main, ..self.clone() }
    }

    /// The path in the headings of error messages, as the go command shows it.
    pub fn shown_path(&self) -> String {
        if self.for_test.is_empty() {
            self.import_path.clone()
        } else {
            format!("{} [{}.test]", self.import_path, self.for_test)
        }
    }
}

/// The go command's list of packages.
fn list(
    toolchain: &Toolchain,
    overlay: &Overlay,
    load: &Load,
    flags: &[&str],
    patterns: &[String],
) -> Result<Vec<Package>, String> {
    let mut cmd = toolchain.go_command();
    // Without profiles: a package that has one would come with variants of all it imports.
    cmd.args(["list", "-json", "-pgo=off"])
        .args(flags)
        .args(go_flags(load))
        .arg("-overlay")
        .arg(&overlay.json)
        .arg("--")
        .args(patterns);
    if load.print_commands {
        errln!("{}", shown(&cmd));
    }
    let out = cmd.output().map_err(|e| format!("{}: {}", toolchain.go_binary().display(), os_text(&e)))?;
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    if !out.status.success() {
        let notes: String = text.lines().filter_map(cgo_note).collect();
        return Err(format!("{}{notes}", text.trim_end_matches('\n')));
    }
    err!("{text}");
    let mut packages = Vec::new();
    for package in serde_json::Deserializer::from_slice(&out.stdout).into_iter::<Package>() {
        let package = package.map_err(|e| format!("go list: {e}"))?;
        if !package.cgo_files.is_empty() {
            return Err(format!(
                "{}: import \"C\" is not supported: ingot builds without cgo",
                package.dir.join(&package.cgo_files[0]).display()
            ));
        }
        packages.push(package);
    }
    Ok(packages)
}

/// What to add to the go command's word that a folder has nothing to build, if that is so only for want of cgo.
fn cgo_note(line: &str) -> Option<String> {
    let (_, folder) = line.split_once("build constraints exclude all Go files in ")?;
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path());
    let cgo = files.filter(|f| f.extension().is_some_and(|e| e == "go")).find(|f| {
        let text = std::fs::read_to_string(f).unwrap_or_default();
        text.lines().any(|l| l.trim_start().trim_start_matches("import").trim_start().starts_with("\"C\""))
    })?;
    Some(format!("\n{}: import \"C\" is not supported: ingot builds without cgo", cgo.display()))
}

/// Every program has the runtime, whether it imports it or not.
fn with_runtime(
    toolchain: &Toolchain,
    overlay: &Overlay,
    flags: &Load,
    packages: Vec<Package>,
) -> Result<Vec<Package>, String> {
    if packages.iter().any(|p| p.import_path == "runtime") {
        return Ok(packages);
    }
    let mut all = load(toolchain, overlay, flags, &["runtime".to_owned()])?;
    for package in &mut all {
        package.dep_only = true;
    }
    let missing: Vec<Package> =
        packages.into_iter().filter(|p| all.iter().all(|q| q.import_path != p.import_path)).collect();
    all.extend(missing);
    Ok(all)
}

/// A command as `-x` prints it.
pub fn shown(cmd: &std::process::Command) -> String {
    let words = std::iter::once(cmd.get_program()).chain(cmd.get_args());
    words.map(|w| w.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The name of a program built from this package: the last element of its import path, or its first file's name.
pub fn program_name(package: &Package) -> String {
    if package.import_path == "command-line-arguments" {
        let file = package.go_files.first().map_or("main", String::as_str);
        return Path::new(file).file_stem().map_or_else(|| "main".into(), |s| s.to_string_lossy().into_owned());
    }
    let mut parts = package.import_path.rsplit('/');
    let last = parts.next().unwrap_or("main");
    let is_version = last.strip_prefix('v').is_some_and(|n| n.parse::<u32>().is_ok_and(|n| n >= 2));
    match parts.next() {
        Some(before) if is_version => before.to_owned(),
        _ => last.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_named_as_go_names_them() {
        let named = |path: &str| program_name(&Package { import_path: path.into(), ..Package::default() });
        assert_eq!(named("example.com/x/cmd/tool"), "tool");
        assert_eq!(named("example.com/tool/v3"), "tool");
        let files = Package {
            import_path: "command-line-arguments".into(),
            go_files: vec!["b.go".into(), "a.go".into()],
            ..Package::default()
        };
        assert_eq!(program_name(&files), "b");
    }

    #[test]
    fn language_versions() {
        let with = |v: &str| Package {
            module: Some(Module { go_version: v.into(), ..Module::default() }),
            ..Package::default()
        };
        assert_eq!(with("1.21").language(), (1, 21));
        assert_eq!(with("1.26.1").language(), (1, 26));
        assert_eq!(with("").language(), (1, 16));
        assert_eq!(Package::default().language(), (1, 26));
    }
}
