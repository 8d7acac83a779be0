//! Where the sources of a case are built: in place, or as a module in a scratch folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::conformance::recipe::{Action, Case};

/// The language version of a module whose case names none.
const GO_VERSION: &str = "1.26";
/// That of a case that is a module itself.
const MODULE_VERSION: &str = "1.14";

/// What is built: arguments of `build`, in a scratch folder.
pub struct Target {
    pub packages: Vec<String>,
    pub folder: PathBuf,
    /// The package that is run, where `packages` names more.
    pub main: Option<String>,
}

impl Target {
    fn module(folder: &Path) -> Target {
        Target { packages: vec![".".into()], folder: folder.into(), main: None }
    }

    /// Files of one package, where they are.
    pub fn files(files: &[PathBuf], folder: &Path) -> Target {
        let packages = files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        Target { packages, folder: folder.into(), main: None }
    }
}

/// Lays a case out; `scratch` is empty.
pub fn prepare(case: &Case, root: &Path, scratch: &Path) -> Result<Target, String> {
    let version = case.recipe.go_version.as_deref();
    match case.recipe.action {
        Some(Action::RunInDir) => {
            let name = case.folder().file_name().unwrap_or_default().to_string_lossy().into_owned();
            copy_tree(&case.folder(), scratch)?;
            module(scratch, &name, version.unwrap_or(MODULE_VERSION))?;
            Ok(Target::module(scratch))
        }
        Some(Action::BuildRunDir | Action::BuildDir) => {
            for path in sources(&case.folder(), &["go", "s"])? {
                copy(&path, &scratch.join(path.file_name().unwrap_or_default()))?;
            }
            module(scratch, "test", version.unwrap_or(GO_VERSION))?;
            Ok(Target::module(scratch))
        }
        Some(action) if action.is_folder() => {
            module(scratch, "test", version.unwrap_or(GO_VERSION))?;
            let last = packages(case, scratch)?;
            Ok(Target { packages: vec!["./...".into()], folder: scratch.into(), main: Some(format!("./{last}")) })
        }
        // Another version of the language is said in a module.
        _ if version.is_some() => {
            copy(&case.path, &scratch.join(case.path.file_name().unwrap_or_default()))?;
            module(scratch, "test", version.unwrap_or(GO_VERSION))?;
            Ok(Target::module(scratch))
        }
        _ => {
            let mut files = vec![case.path.clone()];
            files.extend(case.recipe.more_files().map(|name| root.join(name)));
            Ok(Target::files(&files, scratch))
        }
    }
}

/// Copies a folder's packages into folders of the module `test`, each named after the package's first file, and
/// returns the last. Imports of `"./a"` become those of `"test/a"`, as which gc's own runner compiles them.
fn packages(case: &Case, scratch: &Path) -> Result<String, String> {
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    let mut last = None;
    for path in sources(&case.folder(), &["go"])? {
        let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = package_name(&text).ok_or_else(|| format!("{}: no package clause", path.display()))?;
        let folder = match folders.get(name) {
            Some(folder) if !case.recipe.file_packages => folder.clone(),
            _ => {
                folders.insert(name.to_string(), stem.clone());
                last = Some(stem.clone());
                stem
            }
        };
        let folder = scratch.join(folder);
        fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let file = folder.join(path.file_name().unwrap_or_default());
        fs::write(&file, absolute_imports(&bytes)).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    last.ok_or_else(|| format!("{}: no Go files", case.folder().display()))
}

fn package_name(source: &str) -> Option<&str> {
    let line = source.lines().find_map(|line| line.strip_prefix("package "))?;
    line.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// Replaces `"./` by `"test/` before the first declaration that is no import.
fn absolute_imports(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut in_header = true;
    for line in source.split_inclusive(|&byte| byte == b'\n') {
        in_header &= ![b"func ".as_slice(), b"type ", b"var ", b"const "].iter().any(|word| line.starts_with(word));
        match line.windows(3).position(|window| window == b"\"./") {
            Some(at) if in_header => {
                out.extend_from_slice(&line[..at]);
                out.extend_from_slice(b"\"test/");
                out.extend_from_slice(&line[at + 3..]);
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

fn module(folder: &Path, name: &str, version: &str) -> Result<(), String> {
    let path = folder.join("go.mod");
    fs::write(&path, format!("module {name}\n\ngo {version}\n")).map_err(|e| format!("{}: {e}", path.display()))
}

/// The files of a folder with one of these extensions, in order of name.
fn sources(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.extension().is_some_and(|extension| extensions.iter().any(|want| extension == *want)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map_err(|e| format!("{}: {e}", from.display())).map(drop)
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    for path in tree(from)? {
        let target = to.join(path.strip_prefix(from).unwrap_or(&path));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        copy(&path, &target)?;
    }
    Ok(())
}

/// Every file below a folder, in order of path.
pub fn tree(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            found.extend(tree(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::recipe::discover;

    #[test]
    fn lays_packages_out_as_a_module() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("x.dir");
        fs::create_dir(&folder).unwrap();
        fs::write(root.path().join("x.go"), "// rundir\n\npackage ignored\n").unwrap();
        fs::write(folder.join("a.go"), "package a\n\nvar S = \"./a\"\n").unwrap();
        fs::write(folder.join("a2.go"), "package a\n").unwrap();
        fs::write(folder.join("m.go"), "package main\n\nimport . \"./a\"\n\nfunc main() { println(S) }\n").unwrap();
        let cases = discover(root.path()).unwrap();
        assert_eq!(cases.len(), 1);
        let scratch = tempfile::tempdir().unwrap();
        let target = prepare(&cases[0], root.path(), scratch.path()).unwrap();
        assert_eq!(target.main.as_deref(), Some("./m"));
        let files: Vec<_> = tree(scratch.path()).unwrap();
        let files: Vec<_> = files.iter().map(|path| path.strip_prefix(scratch.path()).unwrap()).collect();
        assert_eq!(files, ["a/a.go", "a/a2.go", "go.mod", "m/m.go"].map(Path::new));
        let main = fs::read_to_string(scratch.path().join("m/m.go")).unwrap();
        assert!(main.contains("import . \"test/a\""), "{main}");
        assert!(fs::read_to_string(scratch.path().join("a/a.go")).unwrap().contains("\"./a\""));
    }
}
