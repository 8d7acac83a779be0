//! The installed gc as the oracle: where it is, what it says about a package, and how the answers are compared.

use std::path::{Path, PathBuf};
use std::process::Command;

use ingot_frontend::ast::{File, NodeIds};
use ingot_frontend::check::{Input, Origin, check_package};
use ingot_frontend::diagnostic::{Diagnostic, render_all};
use ingot_frontend::parse::parse_file;
use ingot_frontend::span::SourceMap;

use regex::Regex;

use crate::common::Program;

/// The go command's output, `None` if it fails.
pub fn go(args: &[&str]) -> Option<String> {
    let out =
        Command::new("go").args(args).env("CGO_ENABLED", "0").current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

pub fn goroot() -> Option<PathBuf> {
    go(&["env", "GOROOT"]).map(|root| PathBuf::from(root.trim()))
}

/// The Go files below a folder, sorted; `enter` says which folders to look into.
pub fn go_files(dir: &Path, enter: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    fn walk(dir: &Path, enter: &dyn Fn(&Path) -> bool, files: &mut Vec<PathBuf>) {
        for path in std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                if enter(&path) {
                    walk(&path, enter, files);
                }
            } else if path.extension().is_some_and(|e| e == "go") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(dir, enter, &mut files);
    files.sort();
    files
}

/// gc, ready to compile packages that import some of the standard library.
pub struct Gc {
    temp: tempfile::TempDir,
    /// What gc says does not change from run to run.
    cache: PathBuf,
}

impl Gc {
    /// `name` keeps the cached answers of different tests apart.
    pub fn new(name: &str, imports: &[String]) -> Option<Gc> {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let mut args = vec![
            "list",
            "-e",
            "-export",
            "-deps",
            "-f",
            "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}",
        ];
        args.extend(imports.iter().map(String::as_str));
        std::fs::write(temp.path().join("importcfg"), go(&args)?).expect("writable");
        let version = go(&["env", "GOVERSION"])?;
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("gc-{name}-{}", version.trim()));
        std::fs::create_dir_all(&cache).expect("writable");
        Some(Gc { temp, cache })
    }

    /// What gc says about a package of files of one folder. `key` names the package in the cache.
    pub fn errors(&self, key: &str, package: &str, flags: &[String], dir: &Path, names: &[String]) -> String {
        let cached = self.cache.join(key.replace('/', "_"));
        std::fs::read_to_string(&cached).unwrap_or_else(|_| {
            let output = self.run(package, flags, dir, names);
            std::fs::write(&cached, &output).expect("writable");
            output
        })
    }

    /// The same for a program in a text, not cached.
    pub fn errors_of_text(&self, text: &str) -> String {
        std::fs::write(self.temp.path().join("x.go"), text).expect("writable");
        self.run("main", &[], self.temp.path(), &["x.go".to_string()])
    }

    fn run(&self, package: &str, flags: &[String], dir: &Path, names: &[String]) -> String {
        let out = Command::new("go")
            .args(["tool", "compile", "-e", "-p", package])
            .args(flags)
            // A file of our own: gc removes what it was to write when there are errors.
            .arg("-o")
            .arg(self.temp.path().join("p.o"))
            .arg("-importcfg")
            .arg(self.temp.path().join("importcfg"))
            .args(names)
            .current_dir(dir)
            .output()
            .unwrap_or_else(|e| panic!("gc in {}: {e}", dir.display()));
        String::from_utf8_lossy(&out.stdout).into_owned()
    }
}

/// A package of files as our parser and checker see it.
pub struct Case<'a> {
    pub path: &'a str,
    /// Names as messages show them, and texts.
    pub files: Vec<(String, Vec<u8>)>,
    pub go_version: (u32, u32),
    /// Check what was understood although there are syntax errors.
    pub keep_going: bool,
}

impl Case<'_> {
    /// What our parser and checker say, in gc's form.
    pub fn errors(&self, program: &Program) -> String {
        let (sources, diagnostics) = self.diagnostics(program);
        render_all(&diagnostics, &sources, None)
    }

    pub fn diagnostics(&self, program: &Program) -> (SourceMap, Vec<Diagnostic>) {
        let mut sources = program.sources.clone();
        let mut ids = NodeIds::new();
        let mut diagnostics = Vec::new();
        let mut files: Vec<File> = Vec::new();
        for (name, text) in &self.files {
            let source = sources.add(name.clone(), text.clone());
            let (file, errors) = parse_file(&source, &mut ids);
            diagnostics.extend(errors);
            files.push(file);
        }
        if self.keep_going || !diagnostics.iter().any(Diagnostic::is_syntax_error) {
            let imports = &program.known;
            let go_version = self.go_version;
            let input = Input {
                path: self.path,
                files: &files,
                nodes: ids.len(),
                go_version,
                imports,
                origin: Origin::WithAssembly,
            };
            diagnostics.extend(check_package(&program.types, &sources, &input).diagnostics);
        }
        (sources, diagnostics)
    }
}

/// Messages, each with its further lines, in order and without repetitions.
pub fn messages(text: &str) -> Vec<String> {
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

/// The messages only one side has, gc's with `-`, ours with `+`; empty when they agree.
pub fn differences(theirs: &[String], ours: &[String]) -> String {
    let mut report = String::new();
    for message in theirs.iter().filter(|m| !ours.contains(m)) {
        report += &format!("- {message}\n");
    }
    for message in ours.iter().filter(|m| !theirs.contains(m)) {
        report += &format!("+ {message}\n");
    }
    report
}

/// File and line of a message (`name:line:col: text` or `name:line: text`), and its text.
pub fn place(message: &str) -> Option<(&str, u32, &str)> {
    let (file, rest) = message.split_once(".go:").map(|(f, r)| (&message[..f.len() + 3], r))?;
    let (line, rest) = rest.split_once(':')?;
    let text = match rest.split_once(": ") {
        Some((col, text)) if col.bytes().all(|b| b.is_ascii_digit()) => text,
        _ => rest.trim_start(),
    };
    Some((file, line.parse().ok()?, text))
}

/// The lines of a list of known differences: a name, then the reason.
pub fn known(list: &'static str) -> impl Iterator<Item = &'static str> + Clone {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A regular expression as Go reads it: a brace that starts no repetition stands for itself.
pub fn regex(pattern: &str) -> Option<Regex> {
    let mut text = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        let repeats = c == '{' && rest.peek().is_some_and(char::is_ascii_digit);
        if c == '\\' {
            text.push(c);
            text.extend(rest.next());
            continue;
        }
        if c == '{' && !repeats {
            text.push('\\');
        }
        text.push(c);
    }
    Regex::new(&text).ok()
}
