//! Source files to checked packages, in parallel along the import graph.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use frontend::ast;
use frontend::ast::NodeIds;
use frontend::check::{Checked, Input, check_package};
use frontend::diagnostic::{Diagnostic, ERROR_LIMIT, render_all};
use frontend::parse::parse_file;
use frontend::span::SourceMap;
use frontend::types::{PackageId, Types};
use rayon::prelude::*;

use crate::load::Package;
use crate::overlay::Overlay;

/// A package with its syntax and types.
pub struct Unit {
    pub package: Package,
    pub files: Vec<ast::File>,
    nodes: usize,
    parse_errors: Vec<Diagnostic>,
    /// Missing where an import has errors.
    pub checked: Option<Checked>,
    /// Content of `//go:embed` files by name.
    pub embeds: Vec<(String, Vec<u8>)>,
}

/// All packages of a program, dependencies first.
pub struct Front {
    pub sources: SourceMap,
    pub types: Types,
    pub units: Vec<Unit>,
}

/// How file names get into the binary (tracebacks, debug information).
pub struct Names<'a> {
    pub trimpath: bool,
    pub goroot: &'a Path,
}

impl Names<'_> {
    /// The name a file has in diagnostics and tracebacks.
    fn name(&self, package: &Package, path: &Path) -> String {
        if !self.trimpath {
            return path.display().to_string();
        }
        if let Ok(rest) = path.strip_prefix(self.goroot.join("src")) {
            return rest.display().to_string();
        }
        let base = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        match &package.module {
            Some(module) => {
                let inner = package.import_path.strip_prefix(&module.path).unwrap_or("");
                let version = if module.version.is_empty() { String::new() } else { format!("@{}", module.version) };
                format!("{}{version}{inner}/{base}", module.path)
            }
            None => format!("{}/{base}", package.import_path),
        }
    }
}

/// Reads, parses and checks. Errors of the program are in the units; see [`Front::errors`].
///
/// # Errors
/// A file that cannot be read.
pub fn run(packages: Vec<Package>, overlay: &Overlay, names: &Names<'_>) -> Result<Front, String> {
    let mut sources = SourceMap::new();
    let mut inputs = Vec::new();
    for package in packages {
        if package.import_path == "unsafe" {
            continue;
        }
        let mut files = Vec::new();
        for path in package.sources() {
            let bytes = read(overlay.resolve(&path))?;
            files.push(sources.add(names.name(&package, &path), bytes));
        }
        inputs.push((package, files));
    }
    let mut units: Vec<Unit> = inputs
        .into_par_iter()
        .map(|(package, files)| {
            let mut ids = NodeIds::new();
            let mut parse_errors = Vec::new();
            let files = files
                .iter()
                .map(|source| {
                    let (file, errors) = parse_file(source, &mut ids);
                    parse_errors.extend(errors);
                    file
                })
                .collect();
            let nodes = ids.len();
            Unit { package, files, nodes, parse_errors, checked: None, embeds: Vec::new() }
        })
        .collect();
    for unit in &mut units {
        for name in &unit.package.embed_files {
            unit.embeds.push((name.clone(), read(&unit.package.dir.join(name))?));
        }
    }
    let types = Types::new();
    check(&types, &sources, &mut units);
    Ok(Front { sources, types, units })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" (os error").next().unwrap_or(&reason).to_lowercase();
        format!("open {}: {reason}", path.display())
    })
}

/// Checks the packages in waves: all whose imports are done at once.
fn check(types: &Types, sources: &SourceMap, units: &mut [Unit]) {
    let index: HashMap<String, usize> =
        units.iter().enumerate().map(|(i, u)| (u.package.import_path.clone(), i)).collect();
    let mut level = vec![0usize; units.len()];
    for i in 0..units.len() {
        let imports = units[i].package.imports.iter().filter_map(|path| index.get(path));
        level[i] = imports.map(|&j| level[j] + 1).max().unwrap_or(0);
    }
    let mut waves: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, &l) in level.iter().enumerate() {
        waves.entry(l).or_default().push(i);
    }
    for wave in waves.values() {
        let done: Vec<(usize, Option<Checked>)> = wave
            .par_iter()
            .map(|&i| {
                let unit = &units[i];
                let imports = imports_of(types, units, &index, unit);
                let checked = imports.filter(|_| unit.parse_errors.is_empty()).map(|imports| {
                    let package = &unit.package;
                    let input = Input {
                        path: &package.import_path,
                        files: &unit.files,
                        nodes: unit.nodes,
                        go_version: package.language(),
                        imports: &imports,
                    };
                    check_package(types, sources, &input)
                });
                (i, checked)
            })
            .collect();
        for (i, checked) in done {
            units[i].checked = checked;
        }
    }
}

/// The imports of a package by the path written in its source; `None` if one of them has errors.
fn imports_of(
    types: &Types,
    units: &[Unit],
    index: &HashMap<String, usize>,
    unit: &Unit,
) -> Option<HashMap<String, PackageId>> {
    let mut imports = HashMap::from([("unsafe".to_owned(), types.unsafe_package)]);
    for path in &unit.package.imports {
        if path == "unsafe" {
            continue;
        }
        let written = unit.package.import_map.iter().find(|(_, real)| *real == path).map_or(path, |(w, _)| w);
        let import = units[*index.get(path)?].checked.as_ref().filter(|c| !c.has_errors())?;
        imports.insert(written.clone(), import.package);
        imports.insert(path.clone(), import.package);
    }
    Some(imports)
}

impl Front {
    /// The errors of all packages as the go command prints them, `None` if there are none: for each package a line
    /// with its path, then its errors with paths relative to the current folder.
    pub fn errors(&self) -> Option<String> {
        let cwd = std::env::current_dir().unwrap_or_default();
        let mut out = String::new();
        for unit in &self.units {
            let checked = unit.checked.iter().flat_map(|c| &c.diagnostics);
            let diagnostics: Vec<Diagnostic> = unit.parse_errors.iter().chain(checked).cloned().collect();
            if diagnostics.is_empty() {
                if unit.package.name == "main" && unit.lacks_main() {
                    out.push_str(&format!("# {}\n", unit.package.import_path));
                    out.push_str("runtime.main_main·f: function main is undeclared in the main package\n");
                }
                continue;
            }
            out.push_str(&format!("# {}\n", unit.package.import_path));
            let text = render_all(&diagnostics, &self.sources, Some(ERROR_LIMIT));
            out.push_str(&shorten(&text, &unit.package.dir, &cwd));
        }
        (!out.is_empty()).then_some(out)
    }
}

impl Unit {
    fn lacks_main(&self) -> bool {
        !self.package.dep_only
            && !self
                .files
                .iter()
                .flat_map(|f| &f.decls)
                .any(|decl| matches!(decl, ast::Decl::Func(f) if f.recv.is_none() && f.name.name.as_str() == "main"))
    }
}

/// Writes the package's folder relative to the current one where that is shorter, as the go command does.
fn shorten(text: &str, dir: &Path, cwd: &Path) -> String {
    let Some(relative) = relative(dir, cwd) else { return text.to_owned() };
    text.replace(&format!("{}/", dir.display()), &format!("{}/", relative.display()))
}

/// `dir` as seen from `cwd`, with a leading `.` or `..`; `None` if that is not shorter.
fn relative(dir: &Path, cwd: &Path) -> Option<PathBuf> {
    let common = dir.components().zip(cwd.components()).take_while(|(a, b)| a == b).count();
    let ups = cwd.components().count() - common;
    let mut out = PathBuf::from(if ups == 0 { "." } else { ".." });
    (1..ups).for_each(|_| out.push(".."));
    dir.components().skip(common).for_each(|c| out.push(c));
    (out.as_os_str().len() < dir.as_os_str().len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_current_folder() {
        let rel = |dir: &str, cwd: &str| relative(Path::new(dir), Path::new(cwd)).map(|p| p.display().to_string());
        assert_eq!(rel("/a/b", "/a/b").as_deref(), Some("."));
        assert_eq!(rel("/a/b/c", "/a/b").as_deref(), Some("./c"));
        assert_eq!(rel("/a/b", "/a/b/c").as_deref(), Some(".."));
        assert_eq!(rel("/usr/x", "/home/me/deep"), None);
        assert_eq!(shorten("/a/b/x.go:1:2: no\n", Path::new("/a/b"), Path::new("/a/b")), "./x.go:1:2: no\n");
    }
}
