//! The first lines of a case: build constraints and the recipe.

use std::fs;
use std::path::{Path, PathBuf};

/// What is done with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Build the file and run it.
    Run,
    /// Run the file, then build and run the program that it prints.
    RunOutput,
    /// The folder's files are packages by their package clauses; run the last.
    RunDir,
    /// The folder is a module; run its root package.
    RunInDir,
    /// The folder, Go and assembly, is package main; run it.
    BuildRunDir,
    /// As `RunDir`, without running.
    CompileDir,
    /// As `BuildRunDir`, without running.
    BuildDir,
    /// Build the file.
    Compile,
    /// The compiler complains about the right lines of the file.
    ErrorCheck,
    /// The same for a folder of packages.
    ErrorCheckDir,
    /// The same for the program that the file prints.
    ErrorCheckOutput,
}

impl Action {
    fn parse(word: &str) -> Option<Action> {
        Some(match word {
            "run" | "buildrun" => Action::Run,
            "runoutput" => Action::RunOutput,
            "rundir" | "errorcheckandrundir" => Action::RunDir,
            "runindir" => Action::RunInDir,
            "buildrundir" => Action::BuildRunDir,
            "compiledir" => Action::CompileDir,
            "builddir" => Action::BuildDir,
            "compile" | "build" => Action::Compile,
            "errorcheck" => Action::ErrorCheck,
            "errorcheckdir" => Action::ErrorCheckDir,
            "errorcheckoutput" => Action::ErrorCheckOutput,
            _ => return None,
        })
    }

    /// Whether a program of the case is run.
    pub fn runs(self) -> bool {
        matches!(self, Action::Run | Action::RunOutput | Action::RunDir | Action::RunInDir | Action::BuildRunDir)
    }

    /// Whether it is about the compiler's complaints.
    pub fn checks(self) -> bool {
        matches!(self, Action::ErrorCheck | Action::ErrorCheckDir | Action::ErrorCheckOutput)
    }

    /// Whether the sources are those of the folder `NAME.dir`.
    pub fn is_folder(self) -> bool {
        matches!(
            self,
            Action::RunDir
                | Action::RunInDir
                | Action::BuildRunDir
                | Action::CompileDir
                | Action::BuildDir
                | Action::ErrorCheckDir
        )
    }
}

/// A case's recipe, its words told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The first word.
    pub word: String,
    /// What it means, where it is one of those known.
    pub action: Option<Action>,
    /// Flags of gc; none changes what a program means but those that `conformance.txt` leaves out, and `-lang`.
    pub flags: Vec<String>,
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// The language version of a module made for the case.
    pub go_version: Option<String>,
    /// GODEBUG of the program.
    pub godebug: Option<String>,
    /// Each file of a folder is a package.
    pub file_packages: bool,
}

impl Recipe {
    /// Reads the first line that is no build constraint. `None`: the file is no case.
    pub fn parse(source: &str) -> Option<Recipe> {
        let line = source.lines().find(|line| !line.trim().is_empty() && !is_constraint(line))?;
        let words = split_quoted(line.strip_prefix("//")?);
        let (word, rest) = words.split_first()?;
        if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let mut recipe = Recipe {
            word: word.clone(),
            action: Action::parse(word),
            flags: Vec::new(),
            arguments: Vec::new(),
            go_version: None,
            godebug: None,
            file_packages: false,
        };
        let mut rest = rest.iter().cloned();
        while let Some(word) = rest.next() {
            if !word.starts_with('-') {
                recipe.arguments.push(word);
                recipe.arguments.extend(rest);
                break;
            }
            match word.as_str() {
                "-0" | "-1" => {}
                "-s" => recipe.file_packages = true,
                "-t" => drop(rest.next()),
                "-godebug" => recipe.godebug = rest.next(),
                "-gomodversion" => recipe.go_version = rest.next(),
                "-goexperiment" | "-gcflags" => {
                    recipe.flags.push(format!("{word}={}", rest.next().unwrap_or_default()));
                }
                "-ldflags" => {
                    recipe.flags.push(format!("-ldflags={}", rest.by_ref().collect::<Vec<_>>().join(" ")));
                }
                _ => match word.strip_prefix("-lang=go") {
                    Some(version) => recipe.go_version = Some(version.to_string()),
                    None => recipe.flags.push(word),
                },
            }
        }
        Some(recipe)
    }

    /// Arguments that are more files of the program, as those of `go run` are, below the test folder.
    pub fn more_files(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(String::as_str).take_while(|argument| argument.ends_with(".go"))
    }

    /// The other arguments.
    pub fn program_arguments(&self) -> &[String] {
        &self.arguments[self.more_files().count()..]
    }
}

/// Words separated by blanks; a word may be quoted.
fn split_quoted(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn is_constraint(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("//go:build ") || line.strip_prefix("//").is_some_and(|rest| rest.trim().starts_with("+build "))
}

/// The constraint of a file that linux/amd64 with gc and without cgo does not satisfy.
pub fn unmet_constraint(source: &str) -> Option<&str> {
    let header = source.lines().take_while(|line| !line.starts_with("package "));
    let mut lines = header.filter(|line| is_constraint(line)).map(str::trim);
    lines.find(|line| match line.strip_prefix("//go:build ") {
        Some(expression) => !Constraint { rest: expression }.or(),
        None => {
            // Of the older form, blanks separate alternatives and commas what must hold together.
            let expression = line.split_once("+build").map_or("", |(_, rest)| rest);
            let holds = |term: &str| match term.strip_prefix('!') {
                Some(tag) => !is_tag_set(tag),
                None => is_tag_set(term),
            };
            !expression.split_whitespace().any(|all| all.split(',').all(holds))
        }
    })
}

/// Go versions up to that of the installed distribution are tags, and what the cases are run as.
fn is_tag_set(tag: &str) -> bool {
    if let Some(minor) = tag.strip_prefix("go1.").and_then(|minor| minor.parse::<u32>().ok()) {
        return minor <= 26;
    }
    matches!(tag, "linux" | "unix" | "amd64" | "gc" | "test_run")
}

/// Evaluates the expression of a `//go:build` line.
struct Constraint<'a> {
    rest: &'a str,
}

impl Constraint<'_> {
    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn or(&mut self) -> bool {
        let mut value = self.and();
        while self.eat("||") {
            value |= self.and();
        }
        value
    }

    fn and(&mut self) -> bool {
        let mut value = self.unary();
        while self.eat("&&") {
            value &= self.unary();
        }
        value
    }

    fn unary(&mut self) -> bool {
        if self.eat("!") {
            return !self.unary();
        }
        if self.eat("(") {
            let value = self.or();
            self.eat(")");
            return value;
        }
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(self.rest.len());
        let (tag, rest) = self.rest.split_at(end);
        self.rest = rest;
        is_tag_set(tag)
    }
}

/// One case of a test folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Path below the test folder without `.go`.
    pub name: String,
    pub path: PathBuf,
    pub recipe: Recipe,
    /// The build constraint that leaves it out.
    pub unmet: Option<String>,
}

impl Case {
    /// The folder of a case of several files.
    pub fn folder(&self) -> PathBuf {
        self.path.with_extension("dir")
    }
}

/// Every case below a test folder, in order of name.
pub fn discover(root: &Path) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    walk(root, root, &mut cases)?;
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn walk(root: &Path, folder: &Path, cases: &mut Vec<Case>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            // The sources of a case in the folder above; a package beside the cases; benchmarks.
            let is_sources = path.extension().is_some_and(|extension| extension == "dir");
            if !is_sources && !path.ends_with("testdata") {
                walk(root, &path, cases)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "go") {
            let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            let source = String::from_utf8_lossy(&bytes);
            if let Some(recipe) = Recipe::parse(&source) {
                let name = path.strip_prefix(root).unwrap_or(&path).with_extension("").to_string_lossy().into_owned();
                cases.push(Case { name, unmet: unmet_constraint(&source).map(str::to_string), path, recipe });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(source: &str) -> Recipe {
        Recipe::parse(source).unwrap()
    }

    #[test]
    fn reads_recipes() {
        let run = recipe("// +build !wasm\n\n//go:build linux\n// run -gcflags=-l -t 45 a1 -b\n\npackage main\n");
        assert_eq!(run.action, Some(Action::Run));
        assert_eq!(run.flags, ["-gcflags=-l"]);
        assert_eq!(run.arguments, ["a1", "-b"]);
        let check = recipe("// errorcheck -0 -lang=go1.17 -d=panic\n");
        assert_eq!(check.action, Some(Action::ErrorCheck));
        assert_eq!((check.go_version.as_deref(), check.flags), (Some("1.17"), vec!["-d=panic".to_string()]));
        let experiment = recipe("// runindir -goexperiment fieldtrack -ldflags -k=main.x -w\n");
        assert_eq!(experiment.flags, ["-goexperiment=fieldtrack", "-ldflags=-k=main.x -w"]);
        assert_eq!(recipe("// run -gcflags=\"-d=a b\"\n").flags, ["-gcflags=-d=a b"]);
        assert_eq!(recipe("// asmcheck\n").action, None);
        assert_eq!(Recipe::parse("// Copyright\n\n// run\n"), None);
        assert_eq!(Recipe::parse("package p\n"), None);
        assert_eq!(Recipe::parse(""), None);
    }

    #[test]
    fn judges_constraints() {
        let met = |line: &str| unmet_constraint(&format!("{line}\n// run\npackage main\n")).is_none();
        assert!(met("//go:build !windows && (386 || amd64) && go1.20"));
        assert!(!met("//go:build cgo || !(linux && gc)"));
        assert!(!met("//go:build go1.99"));
        assert!(!met("//go:build !!ignore"));
        assert!(met("// +build linux,386 darwin linux,amd64"));
        assert!(!met("// +build linux\n// +build !gc"));
        assert!(met("// run"));
    }
}
