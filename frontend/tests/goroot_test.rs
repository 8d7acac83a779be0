//! Checks the programs of the distribution's `test` folder: those that gc compiles must have no errors.
//!
//! By default the folders of [`DEFAULT`]; `INGOT_CHECK_TESTS=all` takes every folder, another value those files whose
//! path contains it. Only tests of one file are taken, and only those that need no special flags.

mod common;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use common::{Program, list};
use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Input, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;

/// Folders of `test` checked without the environment variable.
const DEFAULT: &[&str] = &["typeparam", "ken", "chan", "interface"];

fn goroot() -> Option<PathBuf> {
    let out = std::process::Command::new("go").args(["env", "GOROOT"]).output().ok()?;
    let root = PathBuf::from(String::from_utf8(out.stdout).ok()?.trim());
    root.join("test").is_dir().then_some(root)
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            if !path.to_string_lossy().ends_with(".dir") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|e| e == "go") {
            files.push(path);
        }
    }
}

/// Whether a test is a program of one file that gc takes as it is.
fn is_valid_program(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let action = lines.find(|l| !l.starts_with("//go:build") && !l.starts_with("// +build")).unwrap_or_default();
    let constrained = text.lines().take(8).any(|l| l.starts_with("//go:build"));
    !constrained && matches!(action, "// run" | "// compile" | "// build")
}

/// The paths a file imports, roughly: enough to know what to load.
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut sources = SourceMap::new();
    let source = sources.add("x.go", text);
    let (file, _) = parse_file(&source, &mut NodeIds::new());
    for spec in file.imports() {
        found.insert(spec.path.raw.trim_matches(['"', '`']).to_string());
    }
    found
}

#[test]
fn valid_programs_have_no_errors() {
    let Some(root) = goroot() else {
        println!("skipped: no Go distribution with tests found");
        return;
    };
    let wanted = std::env::var("INGOT_CHECK_TESTS").unwrap_or_default();
    let test = root.join("test");
    let mut files = Vec::new();
    collect(&test, &mut files);
    files.sort();
    let chosen = |path: &Path| {
        let name = path.strip_prefix(&test).unwrap_or(path).to_string_lossy().into_owned();
        match wanted.as_str() {
            "" => DEFAULT.iter().any(|dir| name.starts_with(dir)),
            "all" => true,
            part => name.contains(part),
        }
    };
    let programs: Vec<(PathBuf, String)> = files
        .into_iter()
        .filter(|path| chosen(path))
        .filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?)))
        .filter(|(_, text)| is_valid_program(text))
        .collect();
    with_parser_stack(|| {
        let mut needed: BTreeSet<String> = programs.iter().flat_map(|(_, text)| imports(text)).collect();
        needed.retain(|path| path == "unsafe" || root.join("src").join(path).is_dir());
        let needed: Vec<String> = needed.into_iter().collect();
        let mut program = Program::new();
        for package in list(&needed).unwrap_or_default() {
            program.load(&package);
        }
        let mut failures = String::new();
        let mut count = 0;
        for (path, text) in &programs {
            if !imports(text).iter().all(|import| program.known.contains_key(import)) {
                continue;
            }
            count += 1;
            let mut sources = SourceMap::new();
            let source = sources.add(path.display().to_string(), text.as_bytes());
            let mut ids = NodeIds::new();
            let (file, mut diagnostics) = parse_file(&source, &mut ids);
            if diagnostics.is_empty() {
                let known: &HashMap<_, _> = &program.known;
                let files = [file];
                let input =
                    Input { path: "main", files: &files, nodes: ids.len(), go_version: (1, 26), imports: known };
                diagnostics = check_package(&program.types, &sources, &input).diagnostics;
            }
            failures += &render_all(&diagnostics, &sources, Some(5));
        }
        println!("{count} programs");
        assert!(count > 20 || !wanted.is_empty(), "only {count} programs found");
        assert!(failures.is_empty(), "{failures}");
    });
}
