//! Which packages make up the program: the go command's answer.
//!
//! Modules, build constraints, vendoring and workspaces are the go command's business (`go list -deps -json`), with our
//! overlay in place of its runtime.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

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
    pub go_files: Vec<String>,
    pub cgo_files: Vec<String>,
    #[serde(rename = "SFiles")]
    pub s_files: Vec<String>,
    pub imports: Vec<String>,
    pub import_map: HashMap<String, String>,
    pub embed_files: Vec<String>,
    pub module: Option<Module>,
    #[serde(rename = "DefaultGODEBUG")]
    pub default_godebug: String,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Module {
    pub path: String,
    pub version: String,
    pub sum: String,
    pub main: bool,
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
    let mut cmd = toolchain.go_command();
    // Without profiles: a package that has one would come with variants of all it imports.
    cmd.args(["list", "-deps", "-json", "-pgo=off"])
        .args(go_flags(load))
        .arg("-overlay")
        .arg(&overlay.json)
        .arg("--")
        .args(patterns);
    if load.print_commands {
        eprintln!("{}", shown(&cmd));
    }
    let out = cmd.output().map_err(|e| format!("{}: {e}", toolchain.go_binary().display()))?;
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    if !out.status.success() {
        let notes: String = text.lines().filter_map(cgo_note).collect();
        return Err(format!("{}{notes}", text.trim_end()));
    }
    eprint!("{text}");
    let mut packages = Vec::new();
    for package in serde_json::Deserializer::from_slice(&out.stdout).into_iter::<Package>() {
        let package = package.map_err(|e| format!("go list: {e}"))?;
        if !package.cgo_files.is_empty() {
            return Err(format!(
                "{}: import \"C\" is not supported: ingot builds without cgo",
                package.dir.join(&package.cgo_files[0]).display()
            ));
        }
        // A pattern also matches packages that have only tests.
        if !package.go_files.is_empty() {
            packages.push(package);
        }
    }
    if patterns.is_empty() || packages.iter().any(|p| !p.dep_only) {
        with_runtime(toolchain, overlay, load, packages)
    } else {
        Err("no packages".to_owned())
    }
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
