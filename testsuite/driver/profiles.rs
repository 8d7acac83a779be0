//! Builds with CPU profiles: `-pgo`, `default.pgo`, `ingot pgo show`.

use std::fs;
use std::process::Command;

use super::{Project, fails, stderr};

const PROGRAM: &str = include_str!("profiles/shapes.go");
const PROFILE: &[u8] = include_bytes!("profiles/shapes.pprof");

/// What `go version -m` says of the program.
fn settings(p: &Project, program: &str) -> String {
    let out = Command::new("go").args(["version", "-m"]).arg(p.path(program)).output().unwrap();
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn output(p: &Project, program: &str) -> Vec<u8> {
    let out = Command::new(p.path(program)).output().unwrap();
    assert!(out.status.success());
    out.stderr
}

#[track_caller]
fn builds(p: &Project, args: &[&str], messages: &str) {
    let out = p.ingot(args);
    assert!(out.status.success(), "{}", stderr(&out));
    assert!(
        if messages.is_empty() { out.stderr.is_empty() } else { stderr(&out).contains(messages) },
        "{messages:?} is not what it says: {}",
        stderr(&out)
    );
}

#[test]
fn a_profile_tunes_the_program_and_not_what_it_does() {
    let p = Project::new(&[("main.go", PROGRAM)]);
    builds(&p, &["build", "-o", "plain"], "");
    fs::write(p.path("default.pgo"), PROFILE).unwrap();
    fs::write(p.path("again.pprof"), PROFILE).unwrap();
    builds(&p, &["build", "-o", "tuned"], "");
    builds(&p, &["build", "-pgo=off", "-o", "off"], "");
    builds(&p, &["build", "-pgo=default.pgo,again.pprof", "-trimpath", "-o", "merged"], "");
    builds(&p, &["build", "-dev", "-pgo=again.pprof", "-o", "dev"], "-pgo has no effect with -dev");

    let file = |name: &str| fs::read(p.path(name)).unwrap();
    assert!(file("plain") != file("tuned"), "the profile changes nothing");
    let expected = output(&p, "plain");
    for name in ["tuned", "off", "merged", "dev"] {
        assert_eq!(output(&p, name), expected, "{name}");
    }
    let set = format!("build\t-pgo={}\n", p.path("default.pgo").display());
    assert!(settings(&p, "tuned").contains(&set), "{}", settings(&p, "tuned"));
    assert!(settings(&p, "merged").contains("build\t-pgo=default.pgo,again.pprof\n"));
    for name in ["plain", "off", "dev"] {
        assert!(!settings(&p, name).contains("-pgo"), "{name}");
    }
}

#[test]
fn pgo_show_explains() {
    let p = Project::new(&[("main.go", PROGRAM)]);
    fails(&p.ingot(&["pgo", "show"]), 1, "no profile: neither -pgo nor default.pgo in");
    fs::write(p.path("default.pgo"), PROFILE).unwrap();
    let out = p.ingot(&["pgo", "show", "."]);
    let text = String::from_utf8_lossy(&out.stdout);
    for part in [
        "weight     108 in 6 calls of 6 functions",
        "matched    100.0%",
        "75.00%  100.00%  main.sum",
        "12.96%  main.sum+3 -> main.(*Ci).Area",
        "direct call of main.(*Ci).Area in main.sum",
        "main.go:30:11: inlining call to main.sum in main.main",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}{}", stderr(&out));
    }
}

#[test]
fn a_profile_that_is_none_does_not_stop_the_build() {
    let p = Project::new(&[("main.go", PROGRAM)]);
    builds(&p, &["build", "-o", "plain"], "");
    for (content, message) in [
        (&b""[..], "default.pgo: empty profile; building without it"),
        (&PROFILE[..PROFILE.len() / 2], "default.pgo: decompressing profile"),
        (b"not a profile\n", "default.pgo: not a pprof profile"),
    ] {
        fs::write(p.path("default.pgo"), content).unwrap();
        builds(&p, &["build", "-trimpath", "-o", "broken"], message);
        assert_eq!(output(&p, "broken"), output(&p, "plain"));
    }
    fs::write(p.path("default.pgo"), PROFILE).unwrap();
    p.write("main.go", "package main\n\nfunc main() { println(1) }\n");
    builds(&p, &["build", "-o", "unrelated"], "default.pgo: a profile of another program");
    fails(&p.ingot(&["build", "-pgo=nosuch.pprof"]), 1, "open nosuch.pprof: no such file or directory");
}
