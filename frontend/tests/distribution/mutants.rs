//! Broken programs break nothing: sources of the distribution, mutated at random, are lexed, parsed and checked.
//!
//! Two ways to run: a fixed share in every test run (`INGOT_MUTANTS=n` for n mutants), and `INGOT_FUZZ_SECONDS=n` for as
//! long as that. The mutations follow from `INGOT_SEED`. The mutant in work is in `target/tmp/mutant.go`, so that one
//! that overflows the stack can be found; one that takes longer than [`LONGEST`] ends the run. With `INGOT_MUTANTS_GC`
//! gc has to agree about which mutants are right.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use ingot_frontend::parse::with_parser_stack;

use crate::common::{Listed, Program, list};
use crate::gc::{self, Case, Gc};

/// Mutants of a plain test run.
const SHARE: usize = 2_000;

/// A mutant that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(20);

/// Larger files take too long each.
const LARGEST_FILE: usize = 20_000;

/// Types and objects of mutants stay in the program, so that has to be made anew now and then.
const MUTANTS_PER_PROGRAM: usize = 5_000;

/// A small generator of numbers (xorshift); quality does not matter here.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

/// What is put where it does not belong.
const SNIPPETS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    ":=",
    "=",
    "...",
    ".",
    "*",
    "&",
    "<-",
    "~",
    "|",
    "!",
    "-",
    "++",
    "+=",
    "\n",
    "func",
    "func()",
    "func() {",
    "type",
    "type T ",
    "type T[P any] ",
    "var",
    "const",
    "import \"fmt\"\n",
    "package",
    "struct{",
    "interface{",
    "map[",
    "chan ",
    "<-chan ",
    "for ",
    "if ",
    "else ",
    "switch ",
    "switch x := x.(type) {",
    "select {",
    "case ",
    "default:",
    "return ",
    "goto L\n",
    "L:",
    "break ",
    "continue ",
    "fallthrough\n",
    "defer ",
    "go ",
    "range ",
    "0",
    "1<<100",
    "1e1000000",
    "1e-999999999",
    "0x",
    "1_",
    "'",
    "\"",
    "`",
    "''",
    "'ab'",
    "\"\\q\"",
    "/*",
    "*/",
    "//",
    "//line x.go:1\n",
    "//go:embed x\n",
    "//go:build go1.17\n",
    "iota",
    "nil",
    "any",
    "comparable",
    "len(",
    "append(",
    "make(",
    "new(",
    "min(",
    "unsafe.Sizeof(",
    "x",
    "_",
    "T",
    "T[int]",
    "[10]int",
    "[]T{",
    "[...]int{1}",
    "\u{feff}",
    "\u{e9}",
    "\0",
    "\u{2028}",
    "@",
    "#",
    "?",
];

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

/// One of the words replaced by another of the same text, so that it often still parses.
fn rename(text: &str, random: &mut Random) -> String {
    let mut words = words(text);
    let is_name = |w: &&str| w.chars().next().is_some_and(char::is_alphanumeric);
    let names: Vec<usize> = (0..words.len()).filter(|&i| is_name(&words[i])).collect();
    if names.len() >= 10 {
        let (at, by) = (*random.pick(&names), *random.pick(&names));
        words[at] = words[by];
    }
    words.concat()
}

/// A change that seldom leaves a right program: words dropped, doubled, moved, added or taken from another program.
fn scramble(text: &str, other: &str, random: &mut Random) -> String {
    let mut words = words(text);
    let at = random.below(words.len());
    let len = 1 + random.below(20).min(words.len().saturating_sub(at + 1));
    let end = (at + len).min(words.len());
    match random.below(7) {
        0 => drop(words.drain(at..end)),
        1 => {
            let part = words[at..end].to_vec();
            words.splice(at..at, part);
        }
        2 => {
            let part: Vec<&str> = words.drain(at..end).collect();
            let to = random.below(words.len() + 1);
            words.splice(to..to, part);
        }
        3 => words.insert(at, *random.pick::<&str>(SNIPPETS)),
        4 => {
            if let Some(word) = words.get_mut(at) {
                *word = *random.pick::<&str>(SNIPPETS);
            }
        }
        5 => {
            let others = self::words(other);
            let from = random.below(others.len());
            let to = (from + 1 + random.below(100)).min(others.len());
            words.splice(at..at, others[from.min(to)..to].to_vec());
        }
        _ => words.truncate(at),
    }
    words.concat()
}

/// Some bytes changed, so that it may not even be UTF-8.
fn damage(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte = random.below(256) as u8;
        }
    }
    bytes
}

fn mutate(corpus: &[String], random: &mut Random) -> Vec<u8> {
    let text = random.pick(corpus);
    let mut mutant = rename(text, random);
    for _ in 0..random.below(4) {
        let other = random.pick(corpus);
        mutant = if random.below(2) == 0 { rename(&mutant, random) } else { scramble(&mutant, other, random) };
    }
    if random.below(10) == 0 { damage(&mutant, random) } else { mutant.into_bytes() }
}

/// The distribution's tests and some of its library.
fn corpus(root: &Path) -> Vec<String> {
    let folders =
        ["test", "src/internal/types/testdata", "src/strings", "src/fmt", "src/go/ast", "src/slices", "src/sync"];
    let mut texts = Vec::new();
    for folder in folders {
        for path in gc::go_files(&root.join(folder), &|_| true) {
            if let Ok(text) = std::fs::read_to_string(path)
                && text.len() <= LARGEST_FILE
                && !text.is_empty()
            {
                texts.push(text);
            }
        }
    }
    texts
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|n| n.parse().ok())
}

fn program(packages: &[Listed]) -> Program {
    let mut program = Program::new();
    for package in packages {
        program.load(package);
    }
    program
}

/// Ends the process when nothing is heard for too long.
fn watch(alive: Receiver<()>, current: PathBuf) {
    loop {
        match alive.recv_timeout(LONGEST) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("a mutant takes longer than {LONGEST:?}: {}", current.display());
                std::process::exit(1);
            }
        }
    }
}

/// What gc says that is not the checker's business: limits of its back end, and directives.
const BACK_END: &[&str] = &["too large", "larger than address space", "directive", "//go:", "go:embed"];

/// The difference, if gc and we do not agree whether a program is right.
fn disagreement(gc: &Gc, mutant: &[u8], ours: &str) -> Option<String> {
    let text = std::str::from_utf8(mutant).ok()?;
    if ours.contains("could not import") {
        return None;
    }
    let theirs = gc.errors_of_text(text);
    let other = BACK_END.iter().any(|part| theirs.contains(part));
    let first = |text: &str| text.lines().take(2).collect::<Vec<_>>().join("\n");
    (ours.is_empty() != theirs.is_empty() && !other)
        .then(|| format!("ours:   {}\ntheirs: {}\n{text}", first(ours), first(&theirs)))
}

#[test]
fn broken_programs_break_nothing() {
    let Some(root) = gc::goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let imports =
        ["fmt", "strings", "errors", "os", "reflect", "runtime", "math", "sync", "time", "unsafe"].map(String::from);
    let packages = list(&imports).expect("the standard library is listed");
    let corpus = corpus(&root);
    let seconds = number("INGOT_FUZZ_SECONDS").map(Duration::from_secs);
    let count = match seconds {
        Some(_) => usize::MAX,
        None => number("INGOT_MUTANTS").map_or(SHARE, |n| n as usize),
    };
    let gc = std::env::var_os("INGOT_MUTANTS_GC").and_then(|_| Gc::new("mutants", &imports));
    let current = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutant.go");
    let (beat, alive) = channel();
    let watched = current.clone();
    std::thread::spawn(move || watch(alive, watched));
    let report = with_parser_stack(|| {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ number("INGOT_SEED").unwrap_or(1));
        let (mut done, mut wrong, mut bytes, mut report) = (0, 0, 0, String::new());
        let start = Instant::now();
        let mut known = program(&packages);
        while done < count && seconds.is_none_or(|limit| start.elapsed() < limit) {
            let _ = beat.send(());
            if done % MUTANTS_PER_PROGRAM == MUTANTS_PER_PROGRAM - 1 {
                known = program(&packages);
            }
            let mutant = mutate(&corpus, &mut random);
            std::fs::write(&current, &mutant).expect("writable");
            bytes += mutant.len();
            let files = vec![("x.go".to_string(), mutant.clone())];
            // The checker has to bear the trees of files with syntax errors too.
            let case = Case { path: "main", files, go_version: (1, 26), keep_going: true };
            match catch_unwind(AssertUnwindSafe(|| case.errors(&known))) {
                Ok(ours) => {
                    wrong += usize::from(!ours.is_empty());
                    report.extend(gc.as_ref().and_then(|gc| disagreement(gc, &mutant, &ours)));
                }
                Err(_) => {
                    let kept = current.with_file_name(format!("mutant-{done}.go"));
                    std::fs::write(&kept, &mutant).expect("writable");
                    report += &format!("panic for {}\n", kept.display());
                }
            }
            done += 1;
        }
        let speed = bytes as f64 / 1e6 / start.elapsed().as_secs_f64();
        println!("{done} mutants of {} sources, {wrong} with errors, {speed:.2} MB/s", corpus.len());
        report
    });
    assert!(report.is_empty(), "{report}");
}
