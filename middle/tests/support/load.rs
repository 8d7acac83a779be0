//! Loads packages as the driver does: the go command lists them with the runtime's overlay in place, then each is parsed
//! and checked.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use frontend::ast::{File, NodeIds};
use frontend::check::{Checked, Input, Origin, check_package};
use frontend::diagnostic::render_all;
use frontend::parse::parse_file;
use frontend::span::SourceMap;
use frontend::types::{PackageId, Types};

const FORMAT: &str = "{{.ImportPath}}\t{{.Dir}}\t{{range .GoFiles}}{{.}} {{end}}\t\
                      {{range $k, $v := .ImportMap}}{{$k}}={{$v}} {{end}}";

pub struct Listed {
    pub path: String,
    pub files: Vec<PathBuf>,
    import_map: HashMap<String, String>,
}

/// The go command's overlay file for `rt/go`, and where each replaced file is.
pub struct Overlay {
    json: PathBuf,
    files: BTreeMap<PathBuf, PathBuf>,
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn goroot() -> Option<PathBuf> {
    let out = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
    out.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()))
}

/// Lists the string values of a `"key": [..]` of the overlay's rules, which are flat enough for that.
fn rules(text: &str) -> Vec<(String, Option<Vec<String>>)> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split('"').skip(1).step_by(2).map(str::to_owned);
            let package = words.next()?;
            let deletes = words.next()? == "delete";
            Some((package, deletes.then(|| words.collect())))
        })
        .collect()
}

fn overlay(goroot: &Path, scratch: &Path) -> Overlay {
    let root = repository().join("rt/go");
    let mut files = BTreeMap::new();
    let text = std::fs::read_to_string(root.join("overlay.json")).unwrap_or_default();
    for (package, deleted) in rules(&text) {
        let dir = goroot.join("src").join(package);
        for entry in std::fs::read_dir(&dir).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let source = [".go", ".s", ".h"].iter().any(|e| name.ends_with(e)) && !name.ends_with("_test.go");
            let gone = deleted.as_ref().is_none_or(|patterns| {
                patterns.iter().any(|p| p.strip_prefix('*').map_or(*p == name, |end| name.ends_with(end)))
            });
            if source && gone {
                files.insert(dir.join(&name), PathBuf::new());
            }
        }
    }
    add(&root, &root, goroot, &mut files);
    let entries: Vec<String> =
        files.iter().map(|(k, v)| format!("{:?}: {:?}", k.display().to_string(), v.display().to_string())).collect();
    let json = scratch.join("overlay.json");
    std::fs::write(&json, format!("{{\"Replace\": {{{}}}}}", entries.join(",\n"))).unwrap();
    Overlay { json, files }
}

fn add(dir: &Path, root: &Path, goroot: &Path, files: &mut BTreeMap<PathBuf, PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            add(&path, root, goroot, files);
        } else if path.extension().is_some_and(|e| e == "go" || e == "s") {
            files.insert(goroot.join("src").join(path.strip_prefix(root).unwrap()), path.canonicalize().unwrap());
        }
    }
}

fn list(patterns: &[&str], overlay: &Overlay) -> Vec<Listed> {
    let out = Command::new("go")
        .args(["list", "-deps", "-overlay"])
        .arg(&overlay.json)
        .args(["-f", FORMAT])
        .args(patterns)
        .env("CGO_ENABLED", "0")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines()
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            let files = parts[2].split_whitespace().map(|f| Path::new(parts[1]).join(f)).collect();
            let import_map = parts[3]
                .split_whitespace()
                .filter_map(|pair| pair.split_once('='))
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect();
            Listed { path: parts[0].to_owned(), files, import_map }
        })
        .filter(|p| p.path != "unsafe")
        .collect()
}

/// The packages that match and what they import, in dependency order.
pub fn list_with_overlay(goroot: &Path, patterns: &[&str]) -> (Vec<Listed>, Overlay) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let scratch = std::env::temp_dir().join(format!("ingot-lower-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let overlay = overlay(goroot, &scratch);
    let packages = list(patterns, &overlay);
    std::fs::remove_dir_all(&scratch).unwrap();
    (packages, overlay)
}

/// The packages that check, and what is wrong with the others.
pub fn check_all(
    types: &Types,
    sources: &mut SourceMap,
    packages: &[Listed],
    overlay: &Overlay,
) -> (Vec<(Vec<File>, Checked)>, String) {
    let mut known: HashMap<String, PackageId> = HashMap::new();
    known.insert("unsafe".into(), types.unsafe_package);
    let mut done: Vec<(Vec<File>, Checked)> = Vec::new();
    let mut failures = String::new();
    for package in packages {
        let mut ids = NodeIds::new();
        let mut files = Vec::new();
        for path in &package.files {
            let real = overlay.files.get(path).unwrap_or(path);
            let source = sources.add(path.display().to_string(), std::fs::read(real).unwrap());
            let (file, diagnostics) = parse_file(&source, &mut ids);
            assert!(diagnostics.is_empty(), "{}", render_all(&diagnostics, sources, Some(3)));
            files.push(file);
        }
        let mut imports = known.clone();
        for (written, path) in &package.import_map {
            if let Some(&id) = known.get(path) {
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
        let checked = check_package(types, sources, &input);
        known.insert(package.path.clone(), checked.package);
        if checked.has_errors() {
            // The overlay may lack something that a package beyond hello's closure needs.
            failures += &format!("# {} does not check\n", package.path);
            failures += &render_all(&checked.diagnostics, sources, Some(10));
            continue;
        }
        done.push((files, checked));
    }
    (done, failures)
}
