//! The checker never panics: programs of the distribution's `test` folder, broken at random, are checked.
//!
//! Off by default; `INGOT_MUTANTS=n` makes n mutants of each program. The mutations follow from `INGOT_SEED`. With
//! `INGOT_MUTANTS_GC` gc has to agree about which of them are right.

use std::path::{Path, PathBuf};

use crate::common::{Listed, Program, list};
use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Input, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};

/// A small generator of numbers (xorshift); quality does not matter here.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let len = match is_word(c) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => c.len_utf8(),
        };
        words.push(&rest[..len]);
        rest = &rest[len..];
    }
    words
}

/// The text with one word replaced by another of the same text, so that it often still parses.
fn mutate(text: &str, random: &mut Random) -> String {
    let words = words(text);
    let is_name = |w: &&str| w.chars().next().is_some_and(char::is_alphanumeric);
    let names: Vec<usize> = (0..words.len()).filter(|&i| is_name(&words[i])).collect();
    if names.len() < 10 {
        return text.to_string();
    }
    let at = names[random.below(names.len())];
    let by = words[names[random.below(names.len())]];
    let mut out = String::new();
    for (i, word) in words.iter().enumerate() {
        out.push_str(if i == at { by } else { word });
    }
    out
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "go") {
            files.push(path);
        }
    }
}

/// What gc says that is not the checker's business: limits of its back end, and directives.
const BACK_END: &[&str] = &[
    "too large",
    "larger than address space",
    "directive",
    "//go:",
    "go:embed",
    // FIXME: cycles through unnamed interfaces, and language versions of single files, are not checked.
    "anonymous interface refers to itself",
    "(file declares //go:build",
];

/// gc's front end.
struct Gc {
    dir: tempfile::TempDir,
}

impl Gc {
    fn new(packages: &[Listed]) -> Gc {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let out = std::process::Command::new("go")
            .args(["list", "-export", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"])
            .args(packages.iter().map(|p| &p.path))
            .env("CGO_ENABLED", "0")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("go list");
        std::fs::write(dir.path().join("importcfg"), out.stdout).expect("writable");
        Gc { dir }
    }

    /// What gc says about a program, the first lines of it.
    fn errors(&self, text: &str) -> String {
        let file = self.dir.path().join("x.go");
        std::fs::write(&file, text).expect("writable");
        let out = std::process::Command::new("go")
            .args(["tool", "compile", "-p", "main", "-importcfg", "importcfg", "-o", "x.o", "x.go"])
            .current_dir(self.dir.path())
            .output()
            .expect("gc runs");
        let text = String::from_utf8_lossy(&out.stdout);
        text.lines().take(2).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn broken_programs_do_not_break_the_checker() {
    let count: usize = std::env::var("INGOT_MUTANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    if count == 0 {
        println!("skipped: set INGOT_MUTANTS");
        return;
    }
    let out = std::process::Command::new("go").args(["env", "GOROOT"]).output().expect("go");
    let root = PathBuf::from(String::from_utf8_lossy(&out.stdout).trim());
    let mut files = Vec::new();
    collect(&root.join("test"), &mut files);
    files.sort();
    let packages = ["fmt", "strings", "errors", "os", "reflect", "runtime", "math", "sync", "time"].map(String::from);
    let packages = list(&packages).expect("a Go distribution");
    with_parser_stack(|| {
        let mut program = Program::new();
        for package in &packages {
            program.load(package);
        }
        let seed: u64 = std::env::var("INGOT_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ seed);
        let gc = std::env::var_os("INGOT_MUTANTS_GC").map(|_| Gc::new(&packages));
        let mut report = String::new();
        let mut checked = 0;
        for path in &files {
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            if text.len() > 20_000 {
                continue;
            }
            for n in 0..count {
                let mutant = mutate(&text, &mut random);
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    let mut sources = program.sources.clone();
                    let source = sources.add("x.go", mutant.as_bytes());
                    let mut ids = NodeIds::new();
                    let (file, mut diagnostics) = parse_file(&source, &mut ids);
                    let files = [file];
                    let imports = &program.known;
                    let input = Input { path: "main", files: &files, nodes: ids.len(), go_version: (1, 26), imports };
                    let has_syntax_errors = !diagnostics.is_empty();
                    diagnostics.extend(check_package(&program.types, &sources, &input).diagnostics);
                    (has_syntax_errors, render_all(&diagnostics, &sources, Some(2)))
                }));
                let Ok((has_syntax_errors, ours)) = result else {
                    panic!("panic for mutant {n} of {}:\n{mutant}", path.display());
                };
                checked += 1;
                if let Some(gc) = &gc
                    && !has_syntax_errors
                    && !ours.contains("could not import")
                {
                    let theirs = gc.errors(&mutant);
                    // FIXME: constants of 2^20 bits and more are refused; gc keeps them as 512 bits and an exponent.
                    let huge = ours.contains("malformed constant: 1e");
                    let other = huge || BACK_END.iter().any(|part| theirs.contains(part));
                    if ours.is_empty() != theirs.is_empty() && !other {
                        report += &format!("{}, mutant {n}\n  ours:   {ours}\n  theirs: {theirs}\n", path.display());
                        if let Some(dir) = std::env::var_os("INGOT_MUTANTS_KEEP") {
                            let name = format!("{}_{n}.go", path.file_stem().unwrap_or_default().to_string_lossy());
                            std::fs::write(Path::new(&dir).join(name), &mutant).expect("writable");
                        }
                    }
                }
            }
        }
        println!("{checked} mutants");
        assert!(report.is_empty(), "{report}");
    });
}
