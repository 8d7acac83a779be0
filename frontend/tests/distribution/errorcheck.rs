//! The programs of the `test` folders of the installed distribution and of Go 1.19 (Debian's golang-1.19-src): what gc
//! compiles has no errors, and the wrong ones (`errorcheck`) have gc's.
//!
//! A wrong program behaves as under gc when the same lines have messages and every `ERROR` comment that gc meets is met;
//! how many texts are equal is printed too. By default the folders of [`DEFAULT`]; `INGOT_CHECK_TESTS=all` takes every
//! folder, another value those files whose path contains it. Tests of several files and those of gc's own flags are left
//! out.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ingot_frontend::ast::NodeIds;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;

use crate::common::{Program, list};
use crate::gc::{self, Case, Gc};

/// Folders of `test` checked without the environment variable.
const DEFAULT: &[&str] = &["typeparam", "ken", "chan", "interface", "syntax", "fixedbugs/bug"];

/// Where Debian's golang-1.19-src puts its tests.
const GO_1_19: &str = "/usr/share/go-1.19/test";

/// Flags of the front end; tests with others are about gc's back end.
const FRONT_END_FLAGS: &[&str] = &["-0", "-lang"];

struct Test {
    /// The folder of tests it is from: `test` or `1.19`.
    suite: &'static str,
    /// Below that folder.
    name: String,
    path: PathBuf,
    text: String,
    flags: Vec<String>,
}

impl Test {
    fn go_version(&self) -> (u32, u32) {
        let lang = self.flags.iter().find_map(|f| f.strip_prefix("-lang=go1.")).and_then(|v| v.parse().ok());
        (1, lang.unwrap_or(26))
    }

    fn case(&self) -> Case<'static> {
        let name = self.path.file_name().expect("a file").to_string_lossy().into_owned();
        let files = vec![(name, self.text.clone().into_bytes())];
        Case { path: "main", files, go_version: self.go_version(), keep_going: false }
    }
}

/// What a test's first line asks for: the action and its flags.
fn action(text: &str) -> Option<(&str, Vec<String>)> {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let line = lines.find(|l| !l.starts_with("//go:build") && !l.starts_with("// +build"))?;
    let mut words = line.strip_prefix("//")?.split_whitespace();
    Some((words.next()?, words.map(str::to_string).collect()))
}

/// A program that gc takes as it is.
fn is_valid(text: &str) -> Option<Vec<String>> {
    let constrained = text.lines().take(8).any(|l| l.starts_with("//go:build"));
    let (action, flags) = action(text)?;
    (!constrained && flags.is_empty() && matches!(action, "run" | "compile" | "build")).then_some(flags)
}

/// A test of error messages of the checker or parser.
fn is_wrong(text: &str) -> Option<Vec<String>> {
    let (action, flags) = action(text)?;
    let front_end = |f: &String| FRONT_END_FLAGS.iter().any(|known| f.starts_with(known));
    (action == "errorcheck" && flags.iter().all(front_end)).then_some(flags)
}

fn tests(is_wanted: fn(&str) -> Option<Vec<String>>) -> Vec<Test> {
    let wanted = std::env::var("INGOT_CHECK_TESTS").unwrap_or_default();
    let chosen = |name: &str| match wanted.as_str() {
        "" => DEFAULT.iter().any(|dir| name.starts_with(dir)),
        "all" => true,
        part => name.contains(part),
    };
    let installed = gc::goroot().map(|root| root.join("test"));
    let roots = [("test", installed), ("1.19", Some(PathBuf::from(GO_1_19)))];
    let mut tests = Vec::new();
    for (suite, root) in roots {
        let Some(root) = root.filter(|root| root.is_dir()) else {
            println!("no tests of {suite}");
            continue;
        };
        for path in gc::go_files(&root, &|dir| !dir.to_string_lossy().ends_with(".dir")) {
            let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            if !chosen(&name) {
                continue;
            }
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some(flags) = is_wanted(&text) {
                tests.push(Test { suite, name, path, text, flags });
            }
        }
    }
    tests
}

/// The paths a file imports, roughly: enough to know what to load.
fn imports(text: &str) -> BTreeSet<String> {
    let mut sources = SourceMap::new();
    let source = sources.add("x.go", text);
    let (file, _) = parse_file(&source, &mut NodeIds::new());
    file.imports().map(|spec| spec.path.raw.trim_matches(['"', '`']).to_string()).collect()
}

/// Loads what the programs import.
fn load_imports(tests: &[Test]) -> (Program, Vec<String>) {
    let src = gc::goroot().map(|root| root.join("src")).unwrap_or_default();
    let mut needed: BTreeSet<String> = tests.iter().flat_map(|test| imports(&test.text)).collect();
    let canonical = |path: &str| path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    needed.retain(|path| path != "unsafe" && canonical(path) && src.join(path).is_dir());
    let needed: Vec<String> = needed.into_iter().collect();
    let mut program = Program::new();
    for package in list(&needed).unwrap_or_default() {
        program.load(&package);
    }
    (program, needed)
}

#[test]
fn valid_programs_have_no_errors() {
    let tests = tests(is_valid);
    with_parser_stack(|| {
        let (program, needed) = load_imports(&tests);
        let gc = Gc::new("valid", &needed);
        let known = gc::known(include_str!("errorcheck_known.txt"));
        let (mut checked, mut failures) = (0, String::new());
        for test in &tests {
            if !imports(&test.text).iter().all(|import| program.known.contains_key(import)) {
                continue;
            }
            checked += 1;
            let ours = test.case().errors(&program);
            // Rules have changed since 1.19: gc has the last word.
            let theirs = || gc.as_ref().map_or(String::new(), |gc| ask(gc, test));
            let name = format!("{}/{}", test.suite, test.name);
            if !ours.is_empty() && theirs().is_empty() && !known.clone().any(|l| l.starts_with(&format!("{name} "))) {
                failures += &format!("== {name}\n{ours}");
            }
        }
        println!("{checked} valid programs");
        assert!(failures.is_empty(), "{failures}");
    });
}

fn ask(gc: &Gc, test: &Test) -> String {
    let key = format!("{}/{}", test.suite, test.name);
    let dir = test.path.parent().expect("in a folder");
    let name = test.path.file_name().expect("a file").to_string_lossy().into_owned();
    let flags: Vec<String> = test.flags.iter().filter(|f| *f != "-0").cloned().collect();
    gc.errors(&key, "main", &flags, dir, &[name])
}

/// The lines of a program with `ERROR` comments, and their patterns.
fn patterns(text: &str) -> Vec<(u32, String)> {
    let mut all = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let Some((_, comment)) = line.split_once("// ERROR ").or_else(|| line.split_once("// GC_ERROR ")) else {
            continue;
        };
        let mut rest = comment;
        while let Some((_, tail)) = rest.split_once('"') {
            let Some((pattern, tail)) = tail.split_once('"') else { break };
            all.push((n as u32 + 1, pattern.to_string()));
            rest = tail;
        }
    }
    all
}

/// Whether a program is treated as gc does; else what is different.
fn behaviour(text: &str, theirs: &[String], ours: &[String]) -> Result<(), String> {
    let lines = |messages: &[String]| -> BTreeSet<(String, u32)> {
        let places = messages.iter().filter_map(|m| gc::place(m));
        places.map(|(file, line, _)| (file.rsplit('/').next().unwrap_or(file).to_string(), line)).collect()
    };
    let (their_lines, our_lines) = (lines(theirs), lines(ours));
    if their_lines != our_lines {
        let show = |lines: Vec<&(String, u32)>| lines.iter().map(|(_, l)| l.to_string()).collect::<Vec<_>>().join(",");
        let alone = show(their_lines.difference(&our_lines).collect());
        let extra = show(our_lines.difference(&their_lines).collect());
        return Err(format!("lines of gc alone: {alone}; of ours: {extra}"));
    }
    for (line, pattern) in patterns(text) {
        let Some(regex) = gc::regex(&pattern) else { continue };
        let met = |messages: &[String]| {
            messages.iter().filter_map(|m| gc::place(m)).any(|(_, l, text)| l == line && regex.is_match(text))
        };
        if met(theirs) && !met(ours) {
            return Err(format!("line {line}: {pattern:?} not met"));
        }
    }
    Ok(())
}

#[test]
fn wrong_programs_have_the_errors_of_gc() {
    let tests = tests(is_wrong);
    with_parser_stack(|| {
        let (program, needed) = load_imports(&tests);
        let Some(gc) = Gc::new("wrong", &needed) else {
            println!("skipped: go list does not work");
            return;
        };
        let known = gc::known(include_str!("errorcheck_known.txt"));
        let texts = std::env::var_os("INGOT_CHECK_TEXTS").is_some();
        let mut report = String::new();
        for suite in ["test", "1.19"] {
            let (mut total, mut alike, mut same) = (0, 0, 0);
            for test in tests.iter().filter(|test| test.suite == suite) {
                let theirs = gc::messages(&ask(&gc, test));
                let ours = gc::messages(&test.case().errors(&program));
                total += 1;
                let differences = gc::differences(&theirs, &ours);
                same += usize::from(differences.is_empty());
                let name = format!("{suite}/{}", test.name);
                match behaviour(&test.text, &theirs, &ours) {
                    Ok(()) => alike += 1,
                    Err(_) if !texts && known.clone().any(|line| line.starts_with(&format!("{name} "))) => continue,
                    Err(why) => report += &format!("== {name}: {why}\n{differences}"),
                }
                if texts && !differences.is_empty() && !report.contains(&format!("== {name}: ")) {
                    report += &format!("== {name}\n{differences}");
                }
            }
            println!("{suite}: {alike} of {total} behave as under gc, {same} texts equal");
        }
        assert!(report.is_empty(), "gc's alone with -, ours with +\n{report}");
    });
}
