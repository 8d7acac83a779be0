//! `ingot check` does not look again at packages that have not changed, and says the same as if it had.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::{Project, stderr};

const LIBRARY: &str = "package lib\n\nimport \"os\"\n\nfunc Name() string { return os.Args[0] }\n";
const PROGRAM: &str =
    "package main\n\nimport (\n\t\"example.com/prog/lib\"\n\t\"os\"\n)\n\nfunc main() { os.Exit(len(lib.Name())) }\n";

struct Checked {
    project: Project,
    _cache: TempDir,
}

impl Checked {
    fn new() -> Checked {
        let mut project = Project::new(&[("main.go", PROGRAM), ("lib/lib.go", LIBRARY)]);
        let cache = tempfile::tempdir().unwrap();
        project.cache = cache.path().to_owned();
        Checked { project, _cache: cache }
    }

    /// How many packages there are besides those from the cache, how many those are, and what is said of the program.
    fn check(&self, flags: &[&str]) -> (usize, usize, String) {
        let out = self.project.ingot(&[&["check", "--time-passes"], flags, &["./..."]].concat());
        let text = stderr(&out);
        let counts = text.lines().find_map(|line| line.strip_suffix(" packages from the cache")).expect("the counts");
        let (cached, all) = counts.split_once(" of ").expect("two counts");
        let (cached, all): (usize, usize) = (cached.parse().unwrap(), all.parse().unwrap());
        let messages: Vec<&str> = text.lines().filter(|line| line.starts_with('#') || line.contains(".go:")).collect();
        assert_eq!(out.status.success(), messages.is_empty(), "{text}");
        (all - cached, cached, messages.join("\n"))
    }

    /// The cache's entries with their names, in order.
    fn entries(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folders = fs::read_dir(self.project.cache.join("packages")).unwrap().map(|e| e.unwrap().path());
        let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()));
        let relative = |path: &PathBuf| path.strip_prefix(&self.project.cache).unwrap().to_owned();
        let mut all: Vec<_> = files.map(|path| (relative(&path), fs::read(&path).unwrap())).collect();
        all.sort();
        all
    }
}

#[test]
fn only_what_changed_is_checked_again() {
    let p = Checked::new();
    let (all, cached, messages) = p.check(&[]);
    assert_eq!((cached, messages.as_str()), (0, ""));
    assert_eq!(p.check(&[]), (0, all, String::new()));
    assert_eq!(p.check(&["-a"]), (all, 0, String::new()), "as the flag says");

    // The importer sees a new signature, not a new body.
    p.project.write("lib/lib.go", &LIBRARY.replace("return", "n := 0; _ = n; return"));
    assert_eq!(p.check(&[]), (1, all - 1, String::new()));
    p.project.write("lib/lib.go", &LIBRARY.replace("string { return os.Args[0]", "int { return len(os.Args)"));
    let (checked, _, messages) = p.check(&[]);
    assert_eq!(checked, 2);
    assert!(messages.contains("./main.go:8:27: invalid argument: lib.Name()"), "{messages}");
    // A package with errors is looked at every time, and says the same every time.
    assert_eq!(p.check(&[]), (1, all - 1, messages.clone()));
    assert_eq!(p.check(&["-a"]).2, messages);

    // The language version counts.
    p.project.write("lib/lib.go", LIBRARY);
    assert_eq!(p.check(&[]).0, 0, "both were there before");
    p.project.write("go.mod", "module example.com/prog\n\ngo 1.25\n");
    assert_eq!(p.check(&[]), (2, all - 2, String::new()));
}

#[test]
fn a_missing_function_main_is_missed_every_time() {
    let p = Checked::new();
    p.project.write("main.go", &PROGRAM.replace("func main", "func Main"));
    for _ in 0..2 {
        let out = p.project.ingot(&["check"]);
        assert!(stderr(&out).contains("function main is undeclared in the main package"), "{}", stderr(&out));
    }
}

#[test]
fn a_body_is_missed_when_its_assembly_is_gone() {
    let p = Checked::new();
    p.project.write("lib/more.go", "package lib\n\nfunc More() int\n");
    p.project.write("lib/more.s", "TEXT ·More(SB), $0-8\n\tRET\n");
    assert_eq!(p.check(&[]).2, "");
    fs::remove_file(p.project.path("lib/more.s")).unwrap();
    for _ in 0..2 {
        assert_eq!(p.check(&[]).2, "# example.com/prog/lib\nlib/more.go:3:6: missing function body");
    }
}

#[test]
fn packages_with_tests_only_cannot_be_imported() {
    let p = Checked::new();
    fs::rename(p.project.path("lib/lib.go"), p.project.path("lib/lib_test.go")).unwrap();
    for pattern in [".", "./...", "./lib"] {
        let out = p.project.ingot(&["check", pattern]);
        assert!(!out.status.success());
        assert!(stderr(&out).contains("example.com/prog/lib: no non-test Go files in "), "{}", stderr(&out));
    }
    fs::remove_file(p.project.path("main.go")).unwrap();
    for pattern in ["./...", "work"] {
        let out = p.project.ingot(&["check", pattern]);
        assert!(out.status.success(), "{}", stderr(&out));
    }
}

#[test]
fn damaged_entries_are_not_used() {
    let p = Checked::new();
    let (all, ..) = p.check(&[]);
    for (path, mut content) in p.entries() {
        let middle = content.len() / 2;
        content[middle] ^= 1;
        fs::write(p.project.cache.join(path), content).unwrap();
    }
    assert_eq!(p.check(&[]), (all, 0, String::new()));
    assert_eq!(p.check(&[]), (0, all, String::new()), "made anew");
}

#[test]
fn entries_do_not_depend_on_the_number_of_threads() {
    let (one, four) = (Checked::new(), Checked::new());
    assert_eq!(one.check(&["-p", "1"]), four.check(&["-p", "4"]));
    assert!(one.entries() == four.entries());
}
