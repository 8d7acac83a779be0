//! Checks the programs of the distribution's `test` folder: those that gc compiles must have no errors, and the wrong
//! ones (`errorcheck`) the errors gc finds, text by text.
//!
//! By default the folders of [`DEFAULT`]; `INGOT_CHECK_TESTS=all` takes every folder, another value those files whose
//! path contains it. Only tests of one file are taken, and only those that need no special flags.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Program, list};
use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Input, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;

/// Folders of `test` checked without the environment variable.
const DEFAULT: &[&str] = &["typeparam", "ken", "chan", "interface"];

fn goroot() -> Option<PathBuf> {
    let out = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
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

/// Whether a test is one of error messages of the checker or parser.
fn is_wrong_program(text: &str) -> bool {
    text.lines().next().is_some_and(|first| first.trim() == "// errorcheck")
}

/// The tests in question, with their texts.
fn programs(root: &Path, is_wanted: fn(&str) -> bool) -> Vec<(PathBuf, String)> {
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
    files
        .into_iter()
        .filter(|path| chosen(path))
        .filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?)))
        .filter(|(_, text)| is_wanted(text))
        .collect()
}

/// Loads what the programs import.
fn load_imports(root: &Path, programs: &[(PathBuf, String)]) -> (Program, Vec<String>) {
    let mut needed: BTreeSet<String> = programs.iter().flat_map(|(_, text)| imports(text)).collect();
    let canonical = |path: &str| path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    needed.retain(|path| path != "unsafe" && canonical(path) && root.join("src").join(path).is_dir());
    let needed: Vec<String> = needed.into_iter().collect();
    let mut program = Program::new();
    for package in list(&needed).unwrap_or_default() {
        program.load(&package);
    }
    (program, needed)
}

/// What our parser and checker say about a program.
fn check(program: &Program, name: &str, text: &str, limit: Option<usize>) -> String {
    let mut sources = program.sources.clone();
    let source = sources.add(name, text.as_bytes());
    let mut ids = NodeIds::new();
    let (file, mut diagnostics) = parse_file(&source, &mut ids);
    if diagnostics.is_empty() {
        let files = [file];
        let imports = &program.known;
        let input = Input { path: "main", files: &files, nodes: ids.len(), go_version: (1, 26), imports };
        diagnostics = check_package(&program.types, &sources, &input).diagnostics;
    }
    render_all(&diagnostics, &sources, limit)
}

#[test]
fn valid_programs_have_no_errors() {
    let Some(root) = goroot() else {
        println!("skipped: no Go distribution with tests found");
        return;
    };
    let programs = programs(&root, is_valid_program);
    with_parser_stack(|| {
        let (program, _) = load_imports(&root, &programs);
        let mut failures = String::new();
        for (path, text) in &programs {
            if imports(text).iter().all(|import| program.known.contains_key(import)) {
                failures += &check(&program, &path.display().to_string(), text, Some(5));
            }
        }
        println!("{} programs", programs.len());
        assert!(failures.is_empty(), "{failures}");
    });
}

fn go(args: &[&str]) -> Option<String> {
    let out =
        Command::new("go").args(args).env("CGO_ENABLED", "0").current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
    Some(String::from_utf8_lossy(&out.stdout).into_owned()).filter(|_| out.status.success())
}

/// Messages, each with its further lines.
fn messages(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in text.lines() {
        match all.last_mut() {
            Some(last) if line.starts_with('\t') => {
                last.push('\n');
                last.push_str(line);
            }
            _ => all.push(line.to_string()),
        }
    }
    all.sort();
    all.dedup();
    all
}

#[test]
fn wrong_programs_have_gc_errors() {
    let Some(root) = goroot() else {
        println!("skipped: no Go distribution with tests found");
        return;
    };
    let programs = programs(&root, is_wrong_program);
    let by_default = std::env::var_os("INGOT_CHECK_TESTS").is_none();
    let known = include_str!("goroot_test_known.txt");
    with_parser_stack(|| {
        let (program, needed) = load_imports(&root, &programs);
        let mut args =
            vec!["list", "-export", "-deps", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"];
        args.extend(needed.iter().map(String::as_str));
        let temp = tempfile::tempdir().expect("a temporary folder");
        let config = temp.path().join("importcfg");
        std::fs::write(&config, go(&args).unwrap_or_default()).expect("writable");
        // What gc says does not change from run to run.
        let version = go(&["env", "GOVERSION"]).unwrap_or_default();
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("test-{}", version.trim()));
        std::fs::create_dir_all(&cache).expect("writable");
        let (mut same, mut total, mut report) = (0, 0, String::new());
        for (path, text) in &programs {
            let name = path.strip_prefix(root.join("test")).unwrap_or(path).display().to_string();
            let short = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let cached = cache.join(name.replace('/', "_"));
            let output = std::fs::read_to_string(&cached).unwrap_or_else(|_| {
                let out = Command::new("go")
                    .args(["tool", "compile", "-e", "-p", "main", "-o"])
                    .arg(temp.path().join("p.o"))
                    .arg("-importcfg")
                    .arg(&config)
                    .arg(&short)
                    .current_dir(path.parent().expect("in a folder"))
                    .output()
                    .expect("gc runs");
                let output = String::from_utf8_lossy(&out.stdout).into_owned();
                std::fs::write(&cached, &output).expect("writable");
                output
            });
            let theirs = messages(&output);
            let ours = messages(&check(&program, &short, text, None));
            if by_default && known.lines().any(|line| line == name) {
                continue;
            }
            total += 1;
            if ours == theirs {
                same += 1;
                continue;
            }
            report += &format!("== {name}\n");
            for message in theirs.iter().filter(|m| !ours.contains(m)) {
                report += &format!("- {message}\n");
            }
            for message in ours.iter().filter(|m| !theirs.contains(m)) {
                report += &format!("+ {message}\n");
            }
        }
        println!("{same} of {total} as gc");
        assert!(report.is_empty(), "gc's alone with -, ours with +\n{report}");
    });
}
