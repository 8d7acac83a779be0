//! Flags, settings and what the build records of them, as with the go command.

use std::os::unix::fs::{FileTypeExt, symlink};

use super::*;

const TELLS: &str = "package main

import \"runtime/debug\"

var word = \"plain\"

func main() {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		panic(\"no build information\")
	}
	println(word)
	println(info.Main.Version)
	for _, setting := range info.Settings {
		println(setting.Key, setting.Value)
	}
}
";

/// Builds with these flags and runs; what the program says, line by line.
#[track_caller]
fn told(p: &Project, flags: &[&str]) -> Vec<String> {
    let out = p.ingot(&[&["build", "-dev", "-o", "out"], flags].concat());
    assert!(out.status.success(), "{}", stderr(&out));
    let out = Command::new(p.path("out")).output().unwrap();
    assert!(out.status.success(), "{}", stderr(&out));
    stderr(&out).lines().map(str::to_owned).collect()
}

fn git(p: &Project, args: &[&str]) {
    let mut cmd = Command::new("git");
    cmd.args(["-c", "user.name=n", "-c", "user.email=n@example.com"]).args(args).current_dir(p.dir.path());
    let out = cmd.env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z").output().unwrap();
    assert!(out.status.success(), "{}", stderr(&out));
}

fn value<'a>(told: &'a [String], key: &str) -> Option<&'a str> {
    told.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))
}

#[test]
fn programs_know_their_build_and_repository() {
    let p = Project::new(&[("main.go", TELLS)]);
    let plain = told(&p, &[]);
    assert_eq!(plain[..2], ["plain", "(devel)"]);
    assert_eq!((value(&plain, "GOOS"), value(&plain, "vcs")), (Some("linux"), None));
    let flags = ["-tags", "b a", "-ldflags", "-X main.word=first -X 'main.word=two words' -buildid="];
    let with = told(&p, &flags);
    assert_eq!((with[0].as_str(), value(&with, "-tags")), ("two words", Some("b,a")));
    assert_eq!(value(&with, "-ldflags"), Some(flags[3]));

    git(&p, &["init", "-q"]);
    git(&p, &["add", "go.mod", "main.go"]);
    git(&p, &["commit", "-q", "-m", "first"]);
    git(&p, &["tag", "v0.3.0"]);
    p.write(".gitignore", "out\n.gitignore\n");
    // Times are in UTC wherever the build runs.
    let out = p.command("export TZ=Asia/Tokyo", &["build", "-dev", "-o", "out"]).output().unwrap();
    assert!(out.status.success(), "{}", stderr(&out));
    let out = Command::new(p.path("out")).output().unwrap();
    let clean: Vec<String> = stderr(&out).lines().map(str::to_owned).collect();
    assert_eq!(clean[1], "v0.3.0");
    assert_eq!(value(&clean, "vcs.time"), Some("2026-01-02T03:04:05Z"));
    assert_eq!(value(&clean, "vcs.modified"), Some("false"));
    p.write("more.go", "package main\n");
    let dirty = told(&p, &[]);
    assert_eq!((dirty[1].as_str(), value(&dirty, "vcs.modified")), ("v0.3.0+dirty", Some("true")));
    git(&p, &["add", "more.go"]);
    git(&p, &["commit", "-q", "-m", "second"]);
    let later = told(&p, &[]);
    let revision = value(&later, "vcs.revision").unwrap();
    assert_eq!(later[1], format!("v0.3.1-0.20260102030405-{}", &revision[..12]));
    assert_eq!(value(&told(&p, &["-buildvcs=F"]), "vcs"), None);
    // A program that is only run is stamped on demand.
    let run = |flags: &[&str]| stderr(&p.ingot(&[&["run", "-dev"], flags, &["."]].concat()));
    assert!(!run(&[]).contains("vcs"));
    assert!(run(&["-buildvcs"]).contains("vcs.modified false"));

    // A repository that git cannot read.
    fs::write(p.path(".git/HEAD"), "broken").unwrap();
    let text = "error obtaining VCS status: exit status 128\n\tUse -buildvcs=false to disable VCS stamping.";
    fails(&p.ingot(&["build"]), 1, text);
}

/// What the user has set with `go env -w` counts as in the environment.
#[test]
fn settings_are_the_go_commands() {
    let p = Project::new(&[("main.go", TELLS)]);
    p.write("env", "GOFLAGS=-tags=fromfile '-ldflags=-X main.word=set'\nGOAMD64=v2\n");
    let env = |before: &str| {
        let out = p.command(before, &["build", "-dev", "-o", "out"]).output().unwrap();
        assert!(out.status.success(), "{}", stderr(&out));
        let out = Command::new(p.path("out")).output().unwrap();
        stderr(&out).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = env("export GOENV=$PWD/env");
    assert_eq!((all[0].as_str(), value(&all, "-tags"), value(&all, "GOAMD64")), ("set", Some("fromfile"), Some("v2")));
    let own = env("export GOENV=$PWD/env GOFLAGS=-tags=x");
    assert_eq!((own[0].as_str(), value(&own, "-tags")), ("plain", Some("x")));
    for (before, text) in [
        ("GOFLAGS=-race", "parsing $GOFLAGS: -race is not supported"),
        ("GOFLAGS=-nosuch", "unknown flag -nosuch"),
        ("GOPATH=relative", "GOPATH entry is relative"),
        ("CGO_ENABLED=1", "CGO_ENABLED=1 is not supported"),
        ("GOARCH=mips", "unsupported GOOS/GOARCH pair linux/mips"),
        ("INGOT_CACHE=/dev/null/x", "the build cache cannot be written: /dev/null/x/"),
        ("TMPDIR=/nosuch", "creating work dir"),
    ] {
        let out = p.command(&format!("export {before}"), &["build"]).output().unwrap();
        fails(&out, 1, text);
        assert!(!stderr(&out).contains("os error"), "{}", stderr(&out));
    }
    fails(&p.ingot(&["-C", "nosuch", "build"]), 1, "ingot: chdir nosuch: no such file or directory\n");
    fails(&p.ingot(&["build", "-p", "0"]), 1, "ingot: -p must be a positive integer: 0\n");
    fails(&p.ingot(&["run"]), 1, "ingot: no go files listed\n");
    fails(&p.ingot(&["build", "-o"]), 2, "flag needs an argument: -o\n");
}

/// A program goes where links lead and into pipes and devices; these stay what they are.
#[test]
fn links_and_pipes_stay() {
    let p = Project::new(&[("main.go", PRINTS)]);
    let build = |before: &str, output: &str| {
        let out = p.command(before, &["build", "-dev", "-o", output]).output().unwrap();
        assert!(out.status.success(), "{}", stderr(&out));
        out.stdout
    };
    build("", "plain");
    let plain = fs::read(p.path("plain")).unwrap();
    fs::create_dir(p.path("folder")).unwrap();
    symlink("folder/program", p.path("link")).unwrap();
    for _ in 0..2 {
        build("", "link");
        assert!(fs::symlink_metadata(p.path("link")).unwrap().is_symlink());
        assert!(fs::read(p.path("folder/program")).unwrap() == plain);
    }
    symlink("/proc/self/fd/1", p.path("stdout")).unwrap();
    assert!(build("", "stdout") == plain);
    assert!(fs::symlink_metadata(p.path("stdout")).unwrap().is_symlink());
    assert!(Command::new("mkfifo").arg(p.path("pipe")).status().unwrap().success());
    build("cat pipe > copy &", "pipe");
    assert!(fs::symlink_metadata(p.path("pipe")).unwrap().file_type().is_fifo());
    // What is in the pipe may still have to be read.
    let complete = || fs::read(p.path("copy")).is_ok_and(|copy| copy == plain);
    assert!((0..100).any(|_| complete() || (std::thread::sleep(Duration::from_millis(50)), false).1));
    symlink("/dev/full", p.path("full")).unwrap();
    fails(&p.ingot(&["build", "-dev", "-o", "full"]), 1, "full: no space left on device");
    assert!(fs::symlink_metadata(p.path("full")).unwrap().is_symlink());
}

/// The limit on file sizes ends nothing: its signal is an error like any other.
#[test]
fn files_that_grow_too_large_are_errors() {
    let p = Project::new(&[("main.go", PRINTS)]);
    assert!(p.ingot(&["build", "-o", "out"]).status.success());
    let blocks = fs::metadata(p.path("out")).unwrap().len() / 1024 * 2 - 2;
    let out = p.command(&format!("ulimit -f {blocks}"), &["build", "-o", "out2"]).output().unwrap();
    fails(&out, 1, "file");
    assert!(!p.path("out2").exists());
}

#[test]
fn a_cache_is_readable_by_whom_the_umask_lets() {
    use std::os::unix::fs::PermissionsExt;
    let mut p = Project::new(&[("main.go", PRINTS)]);
    let empty = tempfile::tempdir().unwrap();
    p.cache = empty.path().to_owned();
    assert!(p.command("umask 022", &["build", "-dev", "-o", "out"]).status().unwrap().success());
    let mut open = vec![p.cache.clone()];
    let mut files = 0;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let mode = entry.metadata().unwrap().permissions().mode();
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                files += 1;
                assert_eq!(mode & 0o777, 0o644, "{}", entry.path().display());
            }
        }
    }
    assert!(files > 0);
}

/// One function of each stage, also where the optimiser has nothing left of it, and of packages without main.
#[test]
fn stages_are_shown() {
    let main = "package main

import \"example.com/prog/lib\"

type T struct{ n int }

func (t *T) add(n int) int { return t.n + n }

func main() { println((&T{1}).add(lib.Two())) }
";
    let lib = "package lib\n\nfunc Two() int { return 2 }\n\nfunc Never() int { return 3 }\n";
    let p = Project::new(&[("main.go", main), ("lib/lib.go", lib)]);
    let shown = |args: &[&str]| {
        let out = p.ingot(&[&["build"], args].concat());
        assert!(out.status.success(), "{args:?}: {}", stderr(&out));
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let dumps = [
        ("mir", "func @\"main.(*T).add\" (ptr, i64) -> (i64)", "func @\"main.main\""),
        ("llvm", "define i64 @\"main.(*T).add\"", "define void @main.main"),
        ("asm", "\"main.(*T).add\":\n", "main.main:\n"),
        ("ast", "name: Ident", "lib"),
    ];
    for (stage, with, without) in dumps {
        for name in ["main.(*T).add", "(*T).add"] {
            for mode in [&[][..], &["-dev"]] {
                let text = shown(&[mode, &[&format!("--emit={stage}"), &format!("--dump={name}")]].concat());
                assert!(text.contains(with), "{stage}: {with:?} is not in:\n{text}");
                assert!(!text.contains(without), "{stage}: {without:?} is in:\n{text}");
            }
        }
        fails(&p.ingot(&["build", &format!("--emit={stage}"), "--dump=nosuch"]), 1, "there is no function nosuch");
    }
    let maps = shown(&["-dev", "--emit=stackmaps", "--dump=main.main"]);
    assert!(maps.starts_with("func main.main frame ") && maps.matches("func ").count() == 1, "{maps}");
    fails(&p.ingot(&["build", "--emit=stackmaps", "--dump=nosuch"]), 1, "there is no function nosuch");
    assert!(shown(&["--dump=main.main"]).starts_with("func @\"main.main\""));
    let library = shown(&["--emit=mir", "./lib"]);
    assert!(library.contains("lib.Two\"") && library.contains("lib.Never\""), "{library}");
    assert!(shown(&["--dump=Never", "./lib"]).starts_with("func @\"example.com/prog/lib.Never\""));
    fails(&p.ingot(&["build", "--emit=stackmaps", "./lib"]), 1, "needs one main package");
    assert_eq!(p.listing(), names(&["go.mod", "lib", "main.go"]));
}

#[test]
fn names_are_printed_of_packages_that_are_compiled() {
    let mut p = Project::new(&[("main.go", PRINTS)]);
    let empty = tempfile::tempdir().unwrap();
    p.cache = empty.path().to_owned();
    let printed = |flags: &[&str]| {
        let out = p.ingot(&[&["build", "-dev", "-v", "-o", "out"], flags].concat());
        assert!(out.status.success(), "{}", stderr(&out));
        stderr(&out).lines().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let all = printed(&[]);
    assert!(all.contains("runtime") && all.contains("example.com/prog"), "{all:?}");
    assert!(!all.iter().any(|name| name.contains(':')), "{all:?}");
    assert_eq!(printed(&[]), names(&[]));
    p.write("main.go", "package main\n\nfunc main() { println(\"other\") }\n");
    assert_eq!(printed(&[]), names(&["example.com/prog"]));
    assert_eq!(printed(&["-a"]), all);
}
