//! Source files to checked packages, in parallel along the import graph.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use frontend::ast;
use frontend::ast::NodeIds;
use frontend::check::{Checked, Input, check_package};
use frontend::diagnostic::Diagnostic;
use frontend::parse::parse_file;
use frontend::span::SourceMap;
use frontend::types::{PackageId, Types};
use rayon::prelude::*;

use crate::load::Package;
use crate::overlay::Overlay;
use crate::report::Failure;

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

/// Reads, parses and checks. Errors of the program are in the units; see [`Front::failures`].
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
                let checked =
                    imports.filter(|_| !unit.parse_errors.iter().any(Diagnostic::is_syntax_error)).map(|imports| {
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
        let import = &units[*index.get(path)?];
        let import = import.checked.as_ref().filter(|c| !c.has_errors() && import.parse_errors.is_empty())?;
        imports.insert(written.clone(), import.package);
        imports.insert(path.clone(), import.package);
    }
    Some(imports)
}

impl Front {
    /// The packages with errors.
    pub fn failures(&self) -> Vec<Failure<'_>> {
        let failure = |unit: &'_ Unit| {
            let checked = unit.checked.iter().flat_map(|c| &c.diagnostics);
            let diagnostics: Vec<Diagnostic> = unit.parse_errors.iter().chain(checked).cloned().collect();
            let mut lines = Vec::new();
            if diagnostics.is_empty() && unit.package.name == "main" && unit.lacks_main() {
                lines.push("runtime.main_main·f: function main is undeclared in the main package".to_owned());
            }
            (!diagnostics.is_empty() || !lines.is_empty()).then_some((diagnostics, lines))
        };
        let failed = self.units.iter().filter_map(|unit| {
            let (diagnostics, lines) = failure(unit)?;
            Some(Failure { import_path: unit.package.shown_path(), dir: &unit.package.dir, diagnostics, lines })
        });
        failed.collect()
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
