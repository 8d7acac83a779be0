//! Line tables: what `addr2line` makes of a program's addresses, compared with what the program says of itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use addr2line::Loader;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

use crate::{Project, stderr};

/// Prints, for each return address on its stack, the address and the frames there, innermost first.
const PROGRAM: &str = r#"package main

import "runtime"

func inner() (pcs [32]uintptr, n int) {
	n = runtime.Callers(1, pcs[:])
	return
}

func middle() (pcs [32]uintptr, n int) {
	return inner()
}

//go:noinline
func outer(f func(uintptr, []uintptr)) {
	pcs, n := middle()
	f(0, pcs[:n])
}

func main() {
	outer(func(_ uintptr, pcs []uintptr) {
		for i := range pcs {
			println(uint64(pcs[i]))
			frames := runtime.CallersFrames(pcs[i : i+1])
			for {
				frame, more := frames.Next()
				println(frame.Function, frame.File, frame.Line)
				if !more {
					break
				}
			}
			println("-")
		}
	})
}
"#;

fn project() -> Project {
    Project::new(&[("main.go", PROGRAM)])
}

fn build(project: &Project, name: &str, flags: &[&str]) -> PathBuf {
    let out = project.ingot(&[&["build", "-o", name], flags].concat());
    assert!(out.status.success(), "{}", stderr(&out));
    project.path(name)
}

/// Addresses and their frames as the program tells them.
fn told(program: &Path) -> Vec<(u64, Vec<String>)> {
    let out = Command::new(program).output().unwrap();
    let text = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.success(), "{text}");
    let mut all: Vec<(u64, Vec<String>)> = Vec::new();
    for block in text.split_terminator("-\n") {
        let (pc, frames) = block.split_once('\n').unwrap();
        all.push((pc.parse().unwrap(), frames.lines().map(str::to_owned).collect()));
    }
    all
}

/// Where a program counter of `runtime.Callers` tells which of its inlined frames is meant, 1 the innermost.
const DEPTH_SHIFT: u32 = 48;

/// The same from the line tables: the call is before its return address.
fn found(loader: &Loader, pc: u64) -> Vec<String> {
    let mut frames = loader.find_frames((pc & ((1 << DEPTH_SHIFT) - 1)) - 1).unwrap();
    let mut found = Vec::new();
    while let Some(f) = frames.next().unwrap() {
        let name = f.function.as_ref().map_or("?".into(), |n| n.raw_name().unwrap().into_owned());
        let at = f.location.unwrap();
        found.push(format!("{name} {} {}", at.file.unwrap_or("?"), at.line.unwrap_or(0)));
    }
    match (pc >> DEPTH_SHIFT) as usize {
        0 => found,
        depth => vec![found.swap_remove(depth - 1)],
    }
}

fn check(program: &Path) -> Vec<String> {
    let loader = Loader::new(program).unwrap();
    let mut inlined = 0;
    let mut files = Vec::new();
    let told = told(program);
    for (pc, frames) in &told {
        assert_eq!(&found(&loader, *pc), frames, "at {pc:#x}");
        inlined = inlined.max((pc >> DEPTH_SHIFT) as usize);
        files.extend(frames.iter().map(|f| f.split(' ').nth(1).unwrap().to_owned()));
    }
    assert!(told.len() >= 2 && inlined >= 2, "nothing was inlined: {told:?}");
    files
}

#[test]
fn addresses_resolve_to_the_frames_the_program_knows() {
    let p = project();
    let files = check(&build(&p, "full", &[]));
    let source = p.path("main.go").canonicalize().unwrap();
    assert!(files.contains(&source.to_str().unwrap().to_owned()), "{files:?}");

    // Without paths of this machine.
    let trimmed = build(&p, "trimmed", &["-trimpath"]);
    let files = check(&trimmed);
    assert!(files.contains(&"example.com/prog/main.go".to_owned()), "{files:?}");
    let bytes = fs::read(&trimmed).unwrap();
    let folder = source.parent().unwrap().to_str().unwrap().as_bytes();
    assert!(!bytes.windows(folder.len()).any(|w| w == folder), "the binary names its folder");
}

#[test]
fn link_flags_leave_them_out_and_the_rest_as_it_is() {
    let p = project();
    let parts = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let debug = file.sections().any(|s| s.name().is_ok_and(|n| n.starts_with(".debug_")));
        // Addresses of data in it depend on the recorded flags' length.
        let code = [".text", ".rodata", ".ingot.tables"].map(|name| file.section_by_name(name).unwrap().size());
        (debug, file.symbols().any(|s| s.name() == Ok("runtime.main")), code)
    };
    let full = parts(&build(&p, "full", &[]));
    let no_dwarf = parts(&build(&p, "w", &["-ldflags=-w"]));
    let stripped = parts(&build(&p, "s", &["-ldflags=-s -w"]));
    assert_eq!((full.0, full.1), (true, true));
    assert_eq!((no_dwarf.0, no_dwarf.1), (false, true));
    assert_eq!((stripped.0, stripped.1), (false, false));
    assert!(full.2 == no_dwarf.2 && full.2 == stripped.2, "the code differs");
}
