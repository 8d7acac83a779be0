//! Source files to checked packages, in parallel along the import graph.
//!
//! For `ingot check`, what a package exports is kept in the cache, and a package that has not changed is not parsed and
//! checked again. An entry is found by the compiler, the import path, the language version and the sources; it holds the
//! identities of the packages imported at the time, which must be those of now, and the export. The identity of a package
//! is the hash of its interface (places left out) and of the identities of its imports: a change in a function's body
//! does not reach the importers. Only packages without a single message are kept, so that no message is lost.
//! `ingot build` lowers bodies, which an export has not, and parses and checks everything.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use frontend::ast;
use frontend::ast::NodeIds;
use frontend::check::{Checked, Input, check_package};
use frontend::diagnostic::Diagnostic;
use frontend::export::{self, Exported};
use frontend::parse::parse_file;
use frontend::span::{FileId, SourceFile, SourceMap};
use frontend::types::{PackageId, Types};
use rayon::prelude::*;

use crate::cache::Cache;
use crate::load::Package;
use crate::overlay::Overlay;
use crate::report::Failure;

/// A package with its syntax and types.
#[derive(Default)]
pub struct Unit {
    pub package: Package,
    pub files: Vec<ast::File>,
    nodes: usize,
    parse_errors: Vec<Diagnostic>,
    /// Missing where an import has errors, and where the package came from the cache.
    pub checked: Option<Checked>,
    /// Declared from the cache: neither parsed nor checked.
    cached: Option<PackageId>,
    /// What importers depend on; only with a cache, and without errors.
    identity: Option<blake3::Hash>,
    sources: Vec<Arc<SourceFile>>,
    /// Content of `//go:embed` files by name.
    pub embeds: Vec<(String, Vec<u8>)>,
}

/// All packages of a program, dependencies first.
pub struct Front {
    goroot: PathBuf,
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

/// Reads, parses and checks; with a cache, only what is not in it. Errors of the program are in the units; see
/// [`Front::failures`].
///
/// # Errors
/// A file that cannot be read.
pub fn run(
    packages: Vec<Package>,
    overlay: &Overlay,
    names: &Names<'_>,
    cache: Option<&Cache>,
) -> Result<Front, String> {
    let mut sources = SourceMap::new();
    let mut units = Vec::new();
    for package in packages {
        if package.import_path == "unsafe" {
            continue;
        }
        let mut files = Vec::new();
        for path in package.sources() {
            let bytes = read(overlay.resolve(&path))?;
            files.push(sources.add(names.name(&package, &path), bytes));
        }
        let mut embeds = Vec::new();
        for name in &package.embed_files {
            embeds.push((name.clone(), read(&package.dir.join(name))?));
        }
        units.push(Unit::new(package, files, embeds));
    }
    let entries: Vec<Option<Entry>> = units
        .par_iter_mut()
        .map(|unit| {
            let entry = cache.map(|cache| unit.entry(cache));
            if entry.as_ref().is_none_or(|entry| entry.content.is_none()) {
                unit.parse();
            }
            entry
        })
        .collect();
    let types = Types::new();
    let units = check(&types, &sources, units, &entries, cache);
    Ok(Front { goroot: names.goroot.to_owned(), sources, types, units })
}

/// A place in the cache, and what is there.
struct Entry {
    key: blake3::Hash,
    content: Option<Vec<u8>>,
}

impl Unit {
    fn new(package: Package, sources: Vec<Arc<SourceFile>>, embeds: Vec<(String, Vec<u8>)>) -> Unit {
        Unit { package, sources, embeds, ..Unit::default() }
    }

    fn parse(&mut self) {
        let mut ids = NodeIds::new();
        for source in &self.sources {
            let (file, errors) = parse_file(source, &mut ids);
            self.files.push(file);
            self.parse_errors.extend(errors);
        }
        self.nodes = ids.len();
    }

    /// Looks for the package in the cache.
    fn entry(&self, cache: &Cache) -> Entry {
        let package = &self.package;
        let mut key = blake3::Hasher::new();
        let mut add = |text: &[u8]| {
            key.update(&(text.len() as u64).to_le_bytes());
            key.update(text);
        };
        add(env!("INGOT_FINGERPRINT").as_bytes());
        add(package.import_path.as_bytes());
        let (major, minor) = package.language();
        add(format!("{major}.{minor} {:?}", package.origin()).as_bytes());
        for import in &package.imports {
            add(import.as_bytes());
        }
        let map: BTreeMap<&String, &String> = package.import_map.iter().collect();
        add(format!("{map:?}").as_bytes());
        for source in &self.sources {
            add(&source.bytes);
        }
        let key = key.finalize();
        Entry { key, content: cache.get(&key) }
    }

    fn file_ids(&self) -> Vec<FileId> {
        self.sources.iter().map(|source| source.id).collect()
    }

    /// What other packages import, if there are no errors.
    fn exports(&self) -> Option<PackageId> {
        let checked = self.checked.as_ref().filter(|c| !c.has_errors() && self.parse_errors.is_empty());
        self.cached.or(checked.map(|c| c.package))
    }

    fn has_messages(&self) -> bool {
        !self.parse_errors.is_empty() || self.checked.as_ref().is_none_or(|c| !c.diagnostics.is_empty())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("open {}: {}", path.display(), llvm_backend::os_text(&e)))
}

/// What is known of a package when it is done.
struct Done {
    exports: Option<PackageId>,
    identity: Option<blake3::Hash>,
}

/// Packages being checked, each as soon as its imports are done.
struct Checking<'a> {
    types: &'a Types,
    sources: &'a SourceMap,
    cache: Option<&'a Cache>,
    entries: &'a [Option<Entry>],
    /// Units by import path.
    index: HashMap<String, usize>,
    /// Locked by the thread that checks the package, and by no other.
    units: Vec<Mutex<Unit>>,
    done: Vec<OnceLock<Done>>,
    /// How many imports of each unit are not done.
    waiting: Vec<AtomicUsize>,
    importers: Vec<Vec<usize>>,
}

fn check(
    types: &Types,
    sources: &SourceMap,
    units: Vec<Unit>,
    entries: &[Option<Entry>],
    cache: Option<&Cache>,
) -> Vec<Unit> {
    let index: HashMap<String, usize> =
        units.iter().enumerate().map(|(i, u)| (u.package.import_path.clone(), i)).collect();
    let mut importers = vec![Vec::new(); units.len()];
    let mut waiting = Vec::new();
    for (i, unit) in units.iter().enumerate() {
        let imports: HashSet<usize> = unit.package.imports.iter().filter_map(|path| index.get(path).copied()).collect();
        imports.iter().for_each(|&import| importers[import].push(i));
        waiting.push(AtomicUsize::new(imports.len()));
    }
    let checking = Checking {
        types,
        sources,
        cache,
        entries,
        index,
        done: units.iter().map(|_| OnceLock::new()).collect(),
        units: units.into_iter().map(Mutex::new).collect(),
        waiting,
        importers,
    };
    // Asked for before the first is spawned: a package that becomes ready later is spawned by its last import.
    let ready: Vec<usize> = (0..checking.units.len()).filter(|&i| checking.waiting[i].load(Relaxed) == 0).collect();
    let all = &checking;
    rayon::scope(|scope| ready.into_iter().for_each(|i| scope.spawn(move |scope| all.work(scope, i))));
    checking.units.into_iter().map(|unit| unit.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

impl Checking<'_> {
    fn work<'s>(&'s self, scope: &rayon::Scope<'s>, i: usize) {
        {
            let mut unit = self.units[i].lock().unwrap_or_else(PoisonError::into_inner);
            self.check(&mut unit, self.entries[i].as_ref());
            let _ = self.done[i].set(Done { exports: unit.exports(), identity: unit.identity });
        }
        for &importer in &self.importers[i] {
            // AcqRel: whoever counts the last import down sees what all of them left.
            if self.waiting[importer].fetch_sub(1, AcqRel) == 1 {
                scope.spawn(move |scope| self.work(scope, importer));
            }
        }
    }

    fn done(&self, path: &str) -> Option<&Done> {
        self.done[*self.index.get(path)?].get()
    }

    fn package(&self, path: &str) -> Option<PackageId> {
        if path == "unsafe" { Some(self.types.unsafe_package) } else { self.done(path)?.exports }
    }

    /// Takes the package from the cache, or checks and perhaps keeps it.
    fn check(&self, unit: &mut Unit, entry: Option<&Entry>) {
        let identities = self.import_identities(unit);
        if let (Some(Entry { content: Some(content), .. }), Some(identities)) = (entry, &identities)
            && let Some(exported) = content.strip_prefix(&identities[..]).and_then(Exported::from_bytes)
            && let path = &unit.package.import_path
            && let Some(id) = export::read(self.types, path, &exported, &unit.file_ids(), &|path| self.package(path))
        {
            unit.cached = Some(id);
            unit.identity = Some(identity(&exported, identities));
            return;
        }
        if unit.files.is_empty() {
            unit.parse();
        }
        if unit.parse_errors.iter().any(Diagnostic::is_syntax_error) {
            return;
        }
        let Some(imports) = self.imports_of(unit) else { return };
        let input = Input {
            path: &unit.package.import_path,
            files: &unit.files,
            nodes: unit.nodes,
            go_version: unit.package.language(),
            imports: &imports,
            origin: unit.package.origin(),
        };
        unit.checked = Some(check_package(self.types, self.sources, &input));
        if let (Some(cache), Some(entry), Some(identities), Some(id)) = (self.cache, entry, identities, unit.exports())
            && let Some(exported) = export::write(self.types, id, &unit.file_ids())
        {
            unit.identity = Some(identity(&exported, &identities));
            // Where a file's `line` directives lead is known when it is parsed.
            let moved = unit.sources.iter().any(|source| source.has_line_directives());
            if !moved && !unit.has_messages() && !unit.lacks_main() {
                cache.put(&entry.key, &[identities, exported.to_bytes()].concat());
            }
        }
    }

    /// The identities of a package's imports, one after the other; `None` where one has none.
    fn import_identities(&self, unit: &Unit) -> Option<Vec<u8>> {
        let mut identities = Vec::new();
        for path in unit.package.imports.iter().filter(|path| *path != "unsafe") {
            identities.extend_from_slice(self.done(path)?.identity?.as_bytes());
        }
        Some(identities)
    }

    /// The imports of a package by the path written in its source; `None` if one of them has errors.
    fn imports_of(&self, unit: &Unit) -> Option<HashMap<String, PackageId>> {
        let mut imports = HashMap::from([("unsafe".to_owned(), self.types.unsafe_package)]);
        for path in unit.package.imports.iter().filter(|path| *path != "unsafe") {
            let written = unit.package.import_map.iter().find(|(_, real)| *real == path).map_or(path, |(w, _)| w);
            let import = self.package(path)?;
            imports.insert(written.clone(), import);
            imports.insert(path.clone(), import);
        }
        Some(imports)
    }
}

fn identity(exported: &Exported, imports: &[u8]) -> blake3::Hash {
    let mut hash = blake3::Hasher::new();
    hash.update(imports);
    hash.update(&exported.interface());
    hash.finalize()
}

impl Front {
    /// How many packages came from the cache.
    pub fn cached(&self) -> usize {
        self.units.iter().filter(|unit| unit.cached.is_some()).count()
    }

    /// The packages with errors.
    pub fn failures(&self) -> Vec<Failure<'_>> {
        let failure = |unit: &'_ Unit| {
            let checked = unit.checked.iter().flat_map(|c| &c.diagnostics);
            let diagnostics: Vec<Diagnostic> = unit.parse_errors.iter().chain(checked).cloned().collect();
            let mut lines = Vec::new();
            if diagnostics.is_empty() && !unit.package.dep_only && unit.cached.is_none() && unit.lacks_main() {
                lines.push("runtime.main_main·f: function main is undeclared in the main package".to_owned());
            }
            (!diagnostics.is_empty() || !lines.is_empty()).then_some((diagnostics, lines))
        };
        let failed = self.units.iter().filter_map(|unit| {
            let (diagnostics, lines) = failure(unit)?;
            let (import_path, dir) = (unit.package.shown_path(), &unit.package.dir);
            Some(Failure { import_path, dir, goroot: &self.goroot, diagnostics, lines })
        });
        failed.collect()
    }
}

impl Unit {
    /// A package main that declares no function main.
    fn lacks_main(&self) -> bool {
        self.package.name == "main"
            && !self
                .files
                .iter()
                .flat_map(|f| &f.decls)
                .any(|decl| matches!(decl, ast::Decl::Func(f) if f.recv.is_none() && f.name.name.as_str() == "main"))
    }
}
