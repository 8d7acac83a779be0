//! The distribution's type checker tests (`internal/types/testdata`), which are full of errors: every `ERROR` mark must be
//! met by a message at its line and no other line may have one; and the texts must be gc's.
//!
//! By default a share of them; `INGOT_CHECK_TESTDATA=1` takes all, another value those whose path contains it.
//! `testdata_marks_known.txt` lists the marks that are not met and the lines reported without one,
//! `testdata_texts_known.txt` the files whose texts differ.

use std::path::{Path, PathBuf};

use ingot_frontend::parse::with_parser_stack;
use regex::Regex;

use crate::common::{Program, list};
use crate::gc::{self, Case, Gc};

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

/// A function go/types predeclares for its own tests; the other one, `assert`, gives a constant and is replaced.
const TEST_FUNCTIONS: &str = "func trace(...any)";

/// `assert(x)` as `bool(x)`, which is constant too.
fn without_assert(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("assert(") {
        Some(rest) => format!("_ = bool({rest}\n"),
        None => format!("{}\n", line.replace("= assert(", "= bool(").replace("; assert(", "; _ = bool(")),
    };
    text.lines().map(line).collect()
}

/// A package of the test data.
struct Test {
    /// Below the folder of the test data.
    name: String,
    files: Vec<PathBuf>,
    flags: Vec<String>,
}

impl Test {
    fn new(root: &Path, files: Vec<PathBuf>) -> Test {
        let name = files[0].strip_prefix(root).expect("below the root").display().to_string();
        let flags = flags(&files[0]);
        Test { name, files, flags }
    }

    fn lang(&self) -> u32 {
        self.flags.iter().find_map(|f| f.strip_prefix("-lang=go1.")).and_then(|v| v.parse().ok()).unwrap_or(26)
    }

    fn case(&self, keep_going: bool) -> Case<'static> {
        let file = |path: &PathBuf| (file_name(path), std::fs::read(path).expect("readable source"));
        Case { path: "p", files: self.files.iter().map(file).collect(), go_version: (1, self.lang()), keep_going }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

/// Packages: a file alone, or a folder of files.
fn tests(root: &Path) -> Vec<Test> {
    let list = |dir: &Path| {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries
    };
    let is_go = |p: &PathBuf| p.extension().is_some_and(|e| e == "go");
    let wanted = std::env::var("INGOT_CHECK_TESTDATA").unwrap_or_default();
    let mut tests = Vec::new();
    for part in list(root) {
        for entry in list(&part) {
            if entry.is_dir() {
                tests.push(Test::new(root, list(&entry).into_iter().filter(is_go).collect()));
            } else if is_go(&entry) {
                tests.push(Test::new(root, vec![entry]));
            }
        }
    }
    tests.retain(|test| {
        let slashed = format!("/{}", test.name);
        match wanted.as_str() {
            "" => DEFAULT.iter().any(|part| slashed.contains(part)),
            "1" => true,
            part => slashed.contains(part),
        }
    });
    tests
}

/// Flags a test asks for in its first line.
fn flags(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    match first.strip_prefix("//").map(str::trim_start) {
        Some(rest) if rest.starts_with("-lang") || rest.starts_with("-gotypesalias") || rest.starts_with("-fake") => {
            rest.split_whitespace().map(str::to_string).collect()
        }
        _ => Vec::new(),
    }
}

/// What one `ERROR` comment asks for.
struct Mark {
    line: u32,
    pattern: String,
    regex: Option<Regex>,
    met: bool,
}

impl Mark {
    fn matches(&self, message: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(message),
            None => message.contains(&self.pattern),
        }
    }
}

/// The marks of a file: each belongs to the line where the token before it starts.
fn marks(text: &str) -> Vec<Mark> {
    let bytes = text.as_bytes();
    let (mut marks, mut at, mut token, mut line, mut line_at) = (Vec::new(), 0, 0, 1, 0);
    while at < bytes.len() {
        let rest = &text[at..];
        let len = match bytes[at] {
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |n| n + 2),
            b'`' => rest[1..].find('`').map_or(rest.len(), |n| n + 2),
            quote @ (b'"' | b'\'') => literal_len(rest, quote as char),
            c => {
                if !c.is_ascii_whitespace() {
                    token = at;
                }
                at += 1;
                while !text.is_char_boundary(at) {
                    at += 1;
                }
                continue;
            }
        };
        if bytes[at] == b'/' {
            line += text[line_at..token].bytes().filter(|&b| b == b'\n').count() as u32;
            line_at = token;
            let comment = rest[2..len].trim_end_matches("*/");
            let is_regex = comment.starts_with(" ERRORx ");
            if let Some(pattern) = comment.strip_prefix(" ERROR ").or_else(|| comment.strip_prefix(" ERRORx ")) {
                let quoted = pattern.trim();
                let pattern = ingot_frontend::constant::unquote(quoted)
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .unwrap_or_else(|| panic!("pattern {quoted}"));
                let regex = is_regex.then(|| gc::regex(&pattern).expect("a regular expression"));
                marks.push(Mark { line, pattern, regex, met: false });
            }
        } else {
            token = at;
        }
        at += len;
    }
    marks
}

/// The length of a string or rune literal, which ends at the latest at the end of its line.
fn literal_len(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return i,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return i + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// What is wrong about one package: `name:line: what` for each mark not met and each message without a mark.
fn unmet(program: &Program, test: &Test, total: &mut usize) -> Vec<String> {
    let mut case = test.case(true);
    let mut marked: Vec<(String, Vec<Mark>)> =
        case.files.iter().map(|(name, text)| (name.clone(), marks(&String::from_utf8_lossy(text)))).collect();
    *total += marked.iter().map(|(_, marks)| marks.len()).sum::<usize>();
    for (_, text) in &mut case.files {
        if text.windows(7).any(|w| w == b"assert(") && std::str::from_utf8(text).is_ok() {
            *text = without_assert(&String::from_utf8_lossy(text)).into_bytes();
        }
    }
    let package = String::from_utf8_lossy(&case.files[0].1).lines().find_map(|line| {
        line.strip_prefix("package ").map(|rest| rest.split([' ', ';', '/']).next().unwrap_or("p").to_string())
    });
    let functions = format!("package {}; {TEST_FUNCTIONS}", package.as_deref().unwrap_or("p"));
    if case.files.iter().any(|(_, text)| {
        let text = String::from_utf8_lossy(text);
        text.contains("trace(") && !text.contains("func trace(")
    }) {
        case.files.push(("test_functions.go".to_string(), functions.into_bytes()));
    }
    let mut wrong = Vec::new();
    let (sources, diagnostics) = case.diagnostics(program);
    for diagnostic in &diagnostics {
        let file = &sources.file(diagnostic.span.file).name;
        let at = sources.line_col(diagnostic.span.start());
        let text = diagnostic.text(&sources);
        let marks = marked.iter_mut().find(|(name, _)| name == file).map(|(_, marks)| marks);
        let candidates = marks.into_iter().flatten().filter(|mark| mark.line == at.line);
        let mut matching: Vec<&mut Mark> = candidates.filter(|mark| mark.matches(&text)).collect();
        match matching.iter().position(|mark| !mark.met) {
            Some(n) => matching[n].met = true,
            None if !matching.is_empty() => {}
            None => wrong.push(format!("{}: unmarked {file}:{}: {}", test.name, at.line, text.replace('\n', " "))),
        }
    }
    for (file, marks) in marked {
        for mark in marks.iter().filter(|mark| !mark.met) {
            wrong.push(format!("{}: unmet {file}:{}: {}", test.name, mark.line, mark.pattern.replace('\n', " ")));
        }
    }
    wrong
}

fn program() -> Program {
    let mut program = Program::new();
    let imports: Vec<String> = IMPORTS.iter().map(|path| path.to_string()).collect();
    for package in list(&imports).unwrap_or_default() {
        program.load(&package);
    }
    program
}

#[test]
fn error_marks_are_met() {
    let Some(goroot) = gc::goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let tests = tests(&goroot.join("src/internal/types/testdata"));
    let known = gc::known(include_str!("testdata_marks_known.txt"));
    with_parser_stack(|| {
        let program = program();
        let (mut total, mut differing, mut report) = (0, 0, String::new());
        let mut met: Vec<&str> = known.clone().collect();
        for test in &tests {
            for wrong in unmet(&program, test, &mut total) {
                differing += 1;
                met.retain(|line| !line.starts_with(&wrong));
                if !known.clone().any(|line| line.starts_with(&wrong)) {
                    report += &wrong;
                    report.push('\n');
                }
            }
        }
        println!("{total} marks in {} packages, {differing} not met or lines without a mark", tests.len());
        if std::env::var("INGOT_CHECK_TESTDATA").is_ok_and(|all| all == "1") {
            report.extend(met.iter().map(|line| format!("listed, but right: {line}\n")));
        }
        assert!(report.is_empty(), "{report}");
    });
}

#[test]
fn texts_are_those_of_gc() {
    let Some(goroot) = gc::goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let imports: Vec<String> = IMPORTS.iter().map(|path| path.to_string()).collect();
    let Some(gc) = Gc::new("testdata", &imports) else {
        println!("skipped: go list does not work");
        return;
    };
    let tests = tests(&goroot.join("src/internal/types/testdata"));
    let by_default = std::env::var_os("INGOT_CHECK_TESTDATA").is_none();
    let known = gc::known(include_str!("testdata_texts_known.txt"));
    with_parser_stack(|| {
        let program = program();
        let (mut same, mut total, mut report) = (0, 0, String::new());
        for test in tests {
            let foreign = test.flags.iter().any(|f| !f.starts_with("-lang="));
            if foreign || by_default && known.clone().any(|line| line == test.name) {
                continue;
            }
            let case = test.case(false);
            let names: Vec<String> = case.files.iter().map(|(name, _)| name.clone()).collect();
            let folder = test.files[0].parent().expect("in a folder");
            let flags = [format!("-lang=go1.{}", test.lang())];
            let output = gc.errors(&format!("{}.1.{}", test.name, test.lang()), "p", &flags, folder, &names);
            let theirs = gc::messages(&output);
            let differences = gc::differences(&theirs, &gc::messages(&case.errors(&program)));
            total += 1;
            if differences.is_empty() {
                same += 1;
            } else {
                report += &format!("== {}\n{differences}", test.name);
            }
        }
        println!("{same} of {total} as gc");
        assert!(report.is_empty(), "gc's alone with -, ours with +\n{report}");
    });
}
