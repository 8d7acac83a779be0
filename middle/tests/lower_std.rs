//! Lowers the standard library, with the runtime's overlay in place, and verifies every module: hello's closure, or
//! the packages that `INGOT_LOWER` names (patterns for `go list`, with what they import).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use frontend::ast::{File, NodeIds};
use frontend::check::{Checked, Input, check_package};
use frontend::diagnostic::render_all;
use frontend::parse::{parse_file, with_parser_stack};
use frontend::span::SourceMap;
use frontend::types::{PackageId, Types};
use ingot_middle::lower::{Arch, PackageInput, Program, lower_package, lower_start};
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::{Def, Module, Symbol, merge};

const FORMAT: &str = "{{.ImportPath}}\t{{.Dir}}\t{{range .GoFiles}}{{.}} {{end}}\t\
                      {{range $k, $v := .ImportMap}}{{$k}}={{$v}} {{end}}";

struct Listed {
    path: String,
    files: Vec<PathBuf>,
    import_map: HashMap<String, String>,
}

/// The go command's overlay file for `rt/go`, and where each replaced file is.
struct Overlay {
    json: PathBuf,
    files: BTreeMap<PathBuf, PathBuf>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn goroot() -> Option<PathBuf> {
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

#[test]
fn standard_library_lowers() {
    let Some(goroot) = goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let named = std::env::var("INGOT_LOWER").unwrap_or_default();
    let patterns: Vec<&str> = if named.is_empty() { vec!["fmt", "runtime"] } else { named.split_whitespace().collect() };
    let scratch = std::env::temp_dir().join(format!("ingot-lower-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let overlay = overlay(&goroot, &scratch);
    let packages = list(&patterns, &overlay);
    std::fs::remove_dir_all(&scratch).unwrap();
    with_parser_stack(|| lower_all(&packages, &overlay));
}

fn lower_all(packages: &[Listed], overlay: &Overlay) {
    let types = Types::new();
    let mut sources = SourceMap::new();
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
            assert!(diagnostics.is_empty(), "{}", render_all(&diagnostics, &sources, Some(3)));
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
        };
        let checked = check_package(&types, &sources, &input);
        known.insert(package.path.clone(), checked.package);
        if checked.has_errors() {
            // The overlay may lack something that a package beyond hello's closure needs.
            failures += &format!("# {} does not check\n", package.path);
            failures += &render_all(&checked.diagnostics, &sources, Some(10));
            continue;
        }
        done.push((files, checked));
    }
    let inputs = done.iter().map(|(files, checked)| PackageInput { files, checked, embeds: &[] }).collect();
    let prog = Program::new(&types, &sources, Arch::Amd64, inputs);
    let (mut funcs, mut insts) = (0, 0);
    let start = Instant::now();
    let mut defined: BTreeSet<String> = BTreeSet::new();
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut whole = Module::new();
    for (_, checked) in &done {
        match lower_package(&prog, checked.package) {
            Ok(module) => {
                for (name, s) in &module.symbols {
                    match &s.def {
                        Def::Func(f) => {
                            funcs += 1;
                            insts += f.insts.len();
                        }
                        Def::Data(_) => {}
                        Def::Extern(_) => {
                            let path = types.package(checked.package).path.to_string();
                            wanted.entry(name.clone()).or_insert(path);
                            continue;
                        }
                    }
                    defined.insert(name.clone());
                }
                if let Ok(name) = std::env::var("INGOT_DUMP")
                    && let Some(index) = module.symbols.get_index_of(&name)
                {
                    println!("{}", module.func_text(Symbol(index as u32)));
                }
                if let Ok(part) = std::env::var("INGOT_GREP") {
                    for (i, (_, s)) in module.symbols.iter().enumerate() {
                        if matches!(s.def, Def::Func(_)) && module.func_text(Symbol(i as u32)).contains(&part) {
                            println!("{}", module.func_text(Symbol(i as u32)));
                        }
                    }
                }
                if let Err(errors) = verify(&module) {
                    failures += &format!("# {}\n", types.package(checked.package).path);
                    for e in errors.iter().take(20) {
                        failures += &format!("{e}\n");
                    }
                }
                if let Err(e) = merge(&mut whole, module) {
                    failures += &format!("# {}\n{e}\n", types.package(checked.package).path);
                }
            }
            Err(diagnostics) => {
                failures += &format!("# {}\n", types.package(checked.package).path);
                failures += &render_all(&diagnostics, &sources, Some(20));
            }
        }
    }
    // Packages agree on the signatures of what they share.
    for e in verify(&whole).err().unwrap_or_default().iter().take(20) {
        failures += &format!("{e}\n");
    }
    let order: Vec<PackageId> = done.iter().map(|(_, c)| c.package).collect();
    let begin = lower_start(&prog, &order);
    assert!(verify(&begin).is_ok());
    defined.extend(begin.symbols.keys().cloned());
    for (name, first) in wanted {
        if !name.starts_with("rt_") && !defined.contains(&name) {
            println!("undefined: {name} (in {first})");
        }
    }
    println!(
        "{} packages, {funcs} functions, {insts} instructions in {:.2} s",
        packages.len(),
        start.elapsed().as_secs_f64()
    );
    assert!(failures.is_empty(), "{failures}");
}
