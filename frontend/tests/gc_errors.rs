//! Compares our diagnostics with those of gc, text by text, over the distribution's type checker tests
//! (`internal/types/testdata`, which are full of errors).
//!
//! By default a share of them; `INGOT_CHECK_TESTDATA=1` takes all, `INGOT_CHECK_TESTDATA=name` those whose path contains
//! the name. Files named in `gc_errors_known.txt` differ today and are not compared, but for their not crashing us.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Program, list};
use ingot_frontend::ast::{File, NodeIds};
use ingot_frontend::check::{Input, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};

/// What the tests import.
const IMPORTS: &[&str] = &[
    "fmt",
    "math",
    "io",
    "math/big",
    "time",
    "strings",
    "reflect",
    "go/ast",
    "context",
    "text/template",
    "testing",
    "strconv",
    "sort",
    "slices",
    "runtime",
    "regexp/syntax",
    "os",
    "net/rpc",
    "html/template",
    "database/sql",
];

/// Tests checked without the environment variable.
const DEFAULT: &[&str] = &["/spec/", "/examples/", "/fixedbugs/issue4", "/fixedbugs/issue6"];

fn go(args: &[&str]) -> Option<String> {
    let out =
        Command::new("go").args(args).env("CGO_ENABLED", "0").current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
    Some(String::from_utf8_lossy(&out.stdout).into_owned()).filter(|_| out.status.success())
}

/// Packages: a file alone, or a folder of files.
fn cases(root: &Path) -> Vec<Vec<PathBuf>> {
    let list = |dir: &Path| {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries
    };
    let is_go = |p: &PathBuf| p.extension().is_some_and(|e| e == "go");
    let mut cases = Vec::new();
    for part in list(root) {
        for entry in list(&part) {
            if entry.is_dir() {
                cases.push(list(&entry).into_iter().filter(is_go).collect());
            } else if is_go(&entry) {
                cases.push(vec![entry]);
            }
        }
    }
    cases
}

/// Flags a test asks for in its first line.
fn flags(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    match first.strip_prefix("//").map(str::trim_start) {
        Some(rest) if rest.starts_with('-') => rest.split_whitespace().map(str::to_string).collect(),
        _ => Vec::new(),
    }
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

/// What our parser and checker say about a package.
fn check(program: &Program, files: &[PathBuf], names: &[String], go_version: (u32, u32)) -> String {
    let mut sources = program.sources.clone();
    let mut ids = NodeIds::new();
    let mut diagnostics = Vec::new();
    let parsed: Vec<File> = files
        .iter()
        .zip(names)
        .map(|(path, name)| {
            let source = sources.add(name.clone(), std::fs::read(path).expect("readable source"));
            let (file, errors) = parse_file(&source, &mut ids);
            diagnostics.extend(errors);
            file
        })
        .collect();
    // Other complaints of the parser leave a whole tree.
    if !diagnostics.iter().any(|d| d.message.starts_with("syntax error")) {
        let imports = &program.known;
        let input = Input { path: "p", files: &parsed, nodes: ids.len(), go_version, imports };
        diagnostics.extend(check_package(&program.types, &sources, &input).diagnostics);
    }
    render_all(&diagnostics, &sources, None)
}

#[test]
fn same_errors_as_gc() {
    let Some(goroot) = go(&["env", "GOROOT"]) else {
        println!("skipped: no Go distribution found");
        return;
    };
    let root = Path::new(goroot.trim()).join("src/internal/types/testdata");
    let wanted = std::env::var("INGOT_CHECK_TESTDATA").unwrap_or_default();
    let temp = tempfile::tempdir().expect("a temporary folder");
    let config = temp.path().join("importcfg");
    let mut args =
        vec!["list", "-export", "-deps", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"];
    args.extend(IMPORTS);
    let Some(exports) = go(&args) else {
        println!("skipped: go list does not work");
        return;
    };
    std::fs::write(&config, exports).expect("writable");
    // What gc says does not change from run to run.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join(go(&["env", "GOVERSION"]).unwrap_or_default().trim());
    std::fs::create_dir_all(&cache).expect("writable");
    let known = include_str!("gc_errors_known.txt");
    with_parser_stack(|| {
        let mut program = Program::new();
        let wanted_imports: Vec<String> = IMPORTS.iter().map(|path| path.to_string()).collect();
        for package in list(&wanted_imports).unwrap_or_default() {
            program.load(&package);
        }
        let (mut same, mut total, mut report) = (0, 0, String::new());
        for case in cases(&root) {
            let name = case[0].strip_prefix(&root).expect("below the root").display().to_string();
            let slashed = format!("/{name}");
            let selected = match wanted.as_str() {
                "" => DEFAULT.iter().any(|part| slashed.contains(part)),
                "1" => true,
                part => slashed.contains(part),
            };
            let flags = flags(&case[0]);
            let foreign = flags.iter().any(|f| !f.starts_with("-lang=") || f.contains("fakeImportC"));
            if !selected || foreign {
                continue;
            }
            let lang = flags.iter().find_map(|f| f.strip_prefix("-lang=go1.")).and_then(|v| v.parse().ok());
            let version = (1, lang.unwrap_or(26));
            let folder = case[0].parent().expect("in a folder");
            let names: Vec<String> =
                case.iter().map(|p| p.file_name().expect("a file").to_string_lossy().into_owned()).collect();
            if std::env::var_os("INGOT_CHECK_TRACE").is_some() {
                println!("{name}");
            }
            let cached = cache.join(format!("{}.1.{}", name.replace('/', "_"), version.1));
            let output = std::fs::read_to_string(&cached).unwrap_or_else(|_| {
                let out = Command::new("go")
                    .args(["tool", "compile", "-e", "-p", "p", &format!("-lang=go1.{}", version.1)])
                    // A file of our own: gc removes what it was to write when there are errors.
                    .arg("-o")
                    .arg(temp.path().join("p.o"))
                    .arg("-importcfg")
                    .arg(&config)
                    .args(&names)
                    .current_dir(folder)
                    .output()
                    .unwrap_or_else(|e| panic!("gc in {}: {e}", folder.display()));
                let output = String::from_utf8_lossy(&out.stdout).into_owned();
                std::fs::write(&cached, &output).expect("writable");
                output
            });
            let mut theirs = messages(&output);
            let ours = messages(&check(&program, &case, &names, version));
            // We stop at syntax errors; gc goes on with what it understood.
            if ours.iter().any(|m| m.contains(": syntax error: ")) {
                theirs.retain(|m| m.contains(": syntax error: "));
            }
            if wanted.is_empty() && known.lines().any(|line| line == name) {
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
