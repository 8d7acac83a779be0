//! What the tests over the standard library share: listing, parsing and checking packages.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use ingot_frontend::ast::{File, NodeIds};
use ingot_frontend::check::{Checked, Input, Origin, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::parse_file;
use ingot_frontend::span::SourceMap;
use ingot_frontend::types::{PackageId, Types};

/// A package as `go list` describes it.
pub struct Listed {
    pub path: String,
    pub dir: String,
    pub files: Vec<String>,
    /// Import paths as written, where they mean another package (vendored ones).
    pub import_map: HashMap<String, String>,
}

/// The packages to work on: what `INGOT_CHECK` names, `std` with `INGOT_CHECK_ALL`, else what hello needs.
pub fn patterns() -> Vec<String> {
    if std::env::var_os("INGOT_CHECK_ALL").is_some() {
        return vec!["std".into()];
    }
    let named = std::env::var("INGOT_CHECK").unwrap_or_default();
    let named: Vec<String> = named.split_whitespace().map(str::to_string).collect();
    if named.is_empty() { vec!["fmt".into()] } else { named }
}

/// The packages and what they import, each after its imports; `None` without a Go distribution.
pub fn list(patterns: &[String]) -> Option<Vec<Listed>> {
    const FORMAT: &str = "{{.ImportPath}}\t{{.Dir}}\t{{range .GoFiles}}{{.}} {{end}}\t\
                          {{range $k, $v := .ImportMap}}{{$k}}={{$v}} {{end}}";
    let out = Command::new("go")
        .args(["list", "-deps", "-pgo=off", "-f", FORMAT])
        .args(patterns)
        .env("CGO_ENABLED", "0")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .ok()?;
    if !out.status.success() {
        println!("go list: {}", String::from_utf8_lossy(&out.stderr));
        return None;
    }
    let text = String::from_utf8(out.stdout).ok()?;
    let words = |s: &str| s.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let parse = |line: &str| {
        let parts: Vec<&str> = line.split('\t').collect();
        let [path, dir, files, map] = parts[..] else { return None };
        let pairs = words(map);
        let import_map = pairs.iter().filter_map(|p| p.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect();
        Some(Listed { path: path.into(), dir: dir.into(), files: words(files), import_map })
    };
    Some(text.lines().filter_map(parse).filter(|p| p.path != "unsafe").collect())
}

/// One program: its types and the packages checked so far.
pub struct Program {
    pub types: Types,
    /// All files so far: objects of other packages have places in them.
    pub sources: SourceMap,
    pub known: HashMap<String, PackageId>,
}

/// A package with everything needed to look at it.
pub struct Loaded {
    pub sources: SourceMap,
    pub files: Vec<File>,
    pub checked: Checked,
}

impl Program {
    pub fn new() -> Program {
        let types = Types::new();
        let known = HashMap::from([("unsafe".to_string(), types.unsafe_package)]);
        Program { types, sources: SourceMap::new(), known }
    }

    /// Parses and checks a package whose imports were loaded before.
    pub fn load(&mut self, package: &Listed) -> Loaded {
        let sources = &mut self.sources;
        let mut ids = NodeIds::new();
        let mut files = Vec::new();
        for name in &package.files {
            let path = Path::new(&package.dir).join(name);
            let source = sources.add(path.display().to_string(), std::fs::read(&path).unwrap());
            let (file, diagnostics) = parse_file(&source, &mut ids);
            assert!(diagnostics.is_empty(), "{}", render_all(&diagnostics, sources, Some(3)));
            files.push(file);
        }
        let mut imports = self.known.clone();
        for (written, path) in &package.import_map {
            if let Some(&id) = self.known.get(path) {
                imports.insert(written.clone(), id);
            }
        }
        let input = Input {
            path: &package.path,
            files: &files,
            nodes: ids.len(),
            go_version: (1, 26),
            imports: &imports,
            origin: Origin::Standard,
        };
        let checked = check_package(&self.types, &self.sources, &input);
        self.known.insert(package.path.clone(), checked.package);
        Loaded { sources: self.sources.clone(), files, checked }
    }
}
