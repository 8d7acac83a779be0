//! The `ingot` command as a user meets it: what it writes, what it leaves behind, what it says of bad input.
//!
//! Limits on file sizes stand for a full disk: a write beyond them fails as one without space does.

mod dwarf;
mod exports;
mod flags;
mod profiles;
mod teeth;
mod testing;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

const INGOT: &str = env!("CARGO_BIN_EXE_ingot");
const PRINTS: &str = "package main\n\nfunc main() { println(\"works\") }\n";

/// Objects of the runtime are compiled once for all tests.
fn shared_cache() -> &'static Path {
    static CACHE: OnceLock<TempDir> = OnceLock::new();
    CACHE.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

/// A folder with a module in it.
struct Project {
    dir: TempDir,
    cache: PathBuf,
    tmp: TempDir,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Project {
        let dir = tempfile::tempdir().unwrap();
        let project = Project { dir, cache: shared_cache().to_owned(), tmp: tempfile::tempdir().unwrap() };
        project.write("go.mod", "module example.com/prog\n\ngo 1.26\n");
        files.iter().for_each(|(name, text)| project.write(name, text));
        project
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `ingot` with these arguments, after the shell commands in `before`.
    fn command(&self, before: &str, args: &[&str]) -> Command {
        let mut cmd = Command::new("sh");
        cmd.arg("-c").arg(format!("{before}\nexec \"$@\"")).arg("sh").arg(INGOT).args(args);
        cmd.current_dir(self.dir.path()).env("INGOT_CACHE", &self.cache).env("TMPDIR", self.tmp.path());
        cmd.env_remove("GOFLAGS").env_remove("CGO_ENABLED").env("GOENV", "off").stdin(Stdio::null());
        cmd
    }

    fn ingot(&self, args: &[&str]) -> Output {
        self.command("", args).output().unwrap()
    }

    /// Everything in the project's folder.
    fn listing(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|n| (*n).to_owned()).collect()
}

fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

#[track_caller]
fn fails(out: &Output, code: i32, text: &str) {
    assert_eq!(out.status.code(), Some(code), "{}", stderr(out));
    assert!(stderr(out).contains(text), "{:?} is not in:\n{}", text, stderr(out));
    assert!(!stderr(out).contains("panicked"), "{}", stderr(out));
}

#[track_caller]
fn runs(program: &Path) {
    let out = Command::new(program).output().unwrap();
    assert_eq!((out.status.code(), &out.stderr[..]), (Some(0), &b"works\n"[..]));
}

#[test]
fn a_build_writes_one_file_and_the_same_one_again() {
    let p = Project::new(&[("main.go", PRINTS)]);
    for name in ["a", "b"] {
        let out = p.ingot(&["build", "-a", "-o", name]);
        assert!(out.status.success(), "{}", stderr(&out));
        assert_eq!(out.stdout, b"");
        assert_eq!(out.stderr, b"");
    }
    assert_eq!(p.listing(), names(&["a", "b", "go.mod", "main.go"]));
    assert!(fs::read(p.path("a")).unwrap() == fs::read(p.path("b")).unwrap(), "two builds differ");
    runs(&p.path("a"));
    assert!(fs::read_dir(p.tmp.path()).unwrap().next().is_none(), "the scratch folder is left");

    // Elsewhere, with paths trimmed.
    let trimmed = |p: &Project| {
        let out = p.ingot(&["build", "-trimpath", "-o", "out"]);
        assert!(out.status.success(), "{}", stderr(&out));
        fs::read(p.path("out")).unwrap()
    };
    assert!(trimmed(&p) == trimmed(&Project::new(&[("main.go", PRINTS)])), "the folder shows");
}

#[test]
fn wrong_programs_get_errors_and_no_file() {
    let p = Project::new(&[
        ("main.go", "package main\n\nfunc main() {\n\tx := 1\n\tundefined()\n}\n"),
        ("syntax/main.go", "package main\n\nfunc main() {\n\tx := := 3\n}\n"),
        ("lost/main.go", "package main\n\nimport \"example.com/prog/nowhere\"\n\nfunc main() { nowhere.F() }\n"),
        ("c/main.go", "package main\n\nimport \"C\"\n\nfunc main() {}\n"),
        ("lib/lib.go", "package lib\n"),
    ]);
    std::os::unix::fs::symlink("gone.go", p.path("lib/dangling.go")).unwrap();
    let before = p.listing();
    let out = p.ingot(&["build"]);
    fails(&out, 1, "./main.go:4:2: declared and not used: x\n./main.go:5:2: undefined: undefined\n");
    assert!(stderr(&out).starts_with("# example.com/prog\n"), "{}", stderr(&out));
    fails(&p.ingot(&["build", "./syntax"]), 1, "syntax/main.go:4:7: syntax error: unexpected :=, expected expression");
    fails(
        &p.ingot(&["build", "./lost"]),
        1,
        "lost/main.go:3:8: no required module provides package example.com/prog/nowhere",
    );
    fails(&p.ingot(&["build", "./missing"]), 1, "directory not found");
    fails(&p.ingot(&["build", "./lib"]), 1, "dangling.go");
    fails(&p.ingot(&["build", "./c"]), 1, "import \"C\"");
    fails(&p.ingot(&["build", "-frobnicate"]), 2, "-frobnicate");
    fails(&p.command("export GOFLAGS=-frobnicate", &["build"]).output().unwrap(), 1, "-frobnicate");
    fails(&p.command("export CGO_ENABLED=1", &["build"]).output().unwrap(), 1, "CGO_ENABLED");
    p.write("go.mod", "module example.com/prog\n\ngo 1.99\n");
    fails(&p.ingot(&["build"]), 1, "1.99");
    assert_eq!(p.listing(), before);
}

#[test]
fn files_of_the_user_stay() {
    let p = Project::new(&[("main.go", PRINTS), ("notes", "mine"), ("folder/kept", "mine")]);
    fails(&p.ingot(&["build", "-o", "notes"]), 1, "build output \"notes\" already exists and is not an object file");
    assert_eq!(fs::read(p.path("notes")).unwrap(), b"mine");
    // A folder gets the program inside.
    let out = p.ingot(&["build", "-o", "folder"]);
    assert!(out.status.success(), "{}", stderr(&out));
    runs(&p.path("folder/prog"));
    assert!(p.ingot(&["build", "-o", "/dev/null"]).status.success());
    assert!(!Path::new("/dev/null").is_file());
    assert_eq!(p.listing(), names(&["folder", "go.mod", "main.go", "notes"]));
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let mut p = Project::new(&[("main.go", PRINTS)]);
    assert!(p.ingot(&["build", "-o", "good"]).status.success());
    let good = fs::read(p.path("good")).unwrap();
    let empty = tempfile::tempdir().unwrap();
    p.cache = empty.path().to_owned();
    fs::copy(p.path("good"), p.path("out")).unwrap();
    let blocks = |kib: u64| format!("trap '' XFSZ\nulimit -f {}", kib * 2);
    // With so little space the cache, the objects, the linked file and the program fail in turn.
    for kib in [0, 1, 16, 256, good.len() as u64 / 1024 - 1] {
        let out = p.command(&blocks(kib), &["build", "-o", "out"]).output().unwrap();
        fails(&out, 1, "");
        assert!(!stderr(&out).is_empty());
        assert!(fs::read(p.path("out")).unwrap() == good, "the file that was there changed at {kib} KiB");
        assert_eq!(p.listing(), names(&["go.mod", "good", "main.go", "out"]), "{kib} KiB");
        assert!(fs::read_dir(p.tmp.path()).unwrap().next().is_none(), "{kib} KiB");
    }
    // What got into the cache is sound.
    let out = p.ingot(&["build", "-o", "out"]);
    assert!(out.status.success(), "{}", stderr(&out));
    assert!(fs::read(p.path("out")).unwrap() == good);
}

#[test]
fn a_killed_build_leaves_no_damage() {
    let mut p = Project::new(&[("main.go", PRINTS)]);
    assert!(p.ingot(&["build", "-o", "good"]).status.success());
    let good = fs::read(p.path("good")).unwrap();
    let empty = tempfile::tempdir().unwrap();
    p.cache = empty.path().to_owned();
    for (i, signal) in ["KILL", "INT", "KILL", "TERM", "KILL", "HUP"].iter().enumerate() {
        let mut child = p.command("", &["build", "-o", "out"]).stderr(Stdio::piped()).spawn().unwrap();
        // Whatever the moment hits, the outcome below must hold.
        std::thread::sleep(Duration::from_millis(150 * (i as u64 + 1)));
        let _ = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
        let status = child.wait().unwrap();
        assert!(status.success() || status.signal().is_some(), "{signal}: {status}");
        if let Ok(out) = fs::read(p.path("out")) {
            assert!(out == good, "half-written after {signal}");
            fs::remove_file(p.path("out")).unwrap();
        }
        if *signal != "KILL" && status.signal().is_some() {
            let left = fs::read_dir(p.tmp.path()).unwrap().map(|e| e.unwrap().file_name());
            let left: Vec<_> = left.filter(|n| n.to_string_lossy().starts_with("ingot-build")).collect();
            assert!(left.len() <= i, "{signal} left {left:?}");
        }
    }
    let out = p.ingot(&["build", "-o", "out"]);
    assert!(out.status.success(), "{}", stderr(&out));
    assert!(fs::read(p.path("out")).unwrap() == good);
}

#[test]
fn a_reader_that_goes_ends_the_build() {
    const SIGPIPE: i32 = 13;
    let p = Project::new(&[("main.go", PRINTS)]);
    let mut child = p.command("", &["build", "-a", "-x", "-v", "-o", "out"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(SIGPIPE), "{status}");
    assert_eq!(p.listing(), names(&["go.mod", "main.go"]));
    let left = fs::read_dir(p.tmp.path()).unwrap().map(|e| e.unwrap().file_name());
    assert!(!left.into_iter().any(|n| n.to_string_lossy().starts_with("ingot-build")));
}

/// Each program has what it imports, and nothing of the other packages named.
#[test]
fn several_programs_at_once() {
    let main = |word: &str| format!("package main\n\nfunc main() {{ println(\"{word}\") }}\n");
    let noisy = "package lib\n\nfunc init() { println(\"lib\") }\n";
    let p = Project::new(&[("one/main.go", &main("works")), ("two/main.go", &main("works")), ("lib/lib.go", noisy)]);
    let before = p.listing();
    let out = p.ingot(&["build", "-dev", "./..."]);
    assert!(out.status.success(), "{}", stderr(&out));
    assert_eq!(p.listing(), before);
    fails(&p.ingot(&["build", "-dev", "-o", "bin", "./..."]), 1, "cannot write multiple packages to non-directory bin");
    let out = p.ingot(&["build", "-dev", "-o", "bin/", "./..."]);
    assert!(out.status.success(), "{}", stderr(&out));
    runs(&p.path("bin/one"));
    runs(&p.path("bin/two"));
    assert_eq!(fs::read_dir(p.path("bin")).unwrap().count(), 2);
}

#[test]
fn run_passes_arguments_and_tells_of_the_exit_code() {
    let source =
        "package main\n\nimport \"os\"\n\nfunc main() {\n\tprintln(len(os.Args), os.Args[1])\n\tos.Exit(3)\n}\n";
    let p = Project::new(&[("main.go", source)]);
    let out = p.ingot(&["run", ".", "-x"]);
    assert_eq!((out.status.code(), stderr(&out).as_str()), (Some(1), "2 -x\nexit status 3\n"));
}

#[test]
fn the_go_command_reads_our_build_information() {
    let p = Project::new(&[("main.go", PRINTS)]);
    let out = p.ingot(&["build", "-o", "out", "-ldflags", "-s -w"]);
    assert!(out.status.success(), "{}", stderr(&out));
    let goroot = p.ingot(&["env"]);
    let env = String::from_utf8_lossy(&goroot.stdout).into_owned();
    let goroot = env.lines().find_map(|l| l.strip_prefix("GOROOT='")).unwrap().trim_end_matches('\'');
    let out = Command::new(format!("{goroot}/bin/go")).args(["version", "-m"]).arg(p.path("out")).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    for line in [
        "\tpath\texample.com/prog\n",
        "\tbuild\t-compiler=\"ingot ",
        "\tbuild\tCGO_ENABLED=0\n",
        "\tbuild\tGOOS=linux\n",
    ] {
        assert!(text.contains(line), "{line:?} is not in:\n{text}");
    }
}

/// That the runtime looks for the processor's features is seen from outside by what it says of unknown ones.
#[test]
fn programs_know_the_processor() {
    let project = Project::new(&[("main.go", PRINTS)]);
    assert!(project.ingot(&["build", "-dev", "-o", "prog", "."]).status.success());
    let out = Command::new(project.path("prog")).env("GODEBUG", "cpu.nosuch=off").output().unwrap();
    assert_eq!(stderr(&out), "GODEBUG: unknown cpu feature \"nosuch\"\nworks\n");
}
