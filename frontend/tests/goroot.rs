//! Parses the standard library: every file of hello's closure, and with
//! `INGOT_PARSE_ALL=1` all of `GOROOT/src`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ingot_frontend::ast::NodeIds;
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;

/// What `package main; import "fmt"` and its nearest neighbours need.
const PACKAGES: &[&str] = &[
    "bytes",
    "cmp",
    "context",
    "errors",
    "fmt",
    "internal/abi",
    "internal/fmtsort",
    "internal/reflectlite",
    "internal/runtime/maps",
    "internal/sync",
    "io",
    "io/fs",
    "iter",
    "maps",
    "math",
    "math/big",
    "math/bits",
    "net/http",
    "os",
    "path",
    "reflect",
    "runtime",
    "slices",
    "sort",
    "strconv",
    "strings",
    "sync",
    "sync/atomic",
    "syscall",
    "time",
    "unicode",
    "unicode/utf8",
    "unsafe",
];

fn goroot() -> Option<PathBuf> {
    let from_env = std::env::var_os("GOROOT").map(PathBuf::from);
    let from_go = || {
        let out = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
        Some(PathBuf::from(String::from_utf8(out.stdout).ok()?.trim()))
    };
    let ours = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/goroot"));
    [from_env, ours(), from_go()].into_iter().flatten().find(|p| p.join("src/fmt").is_dir())
}

fn go_files(dir: &Path, recurse: bool, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if recurse && path.file_name().is_some_and(|n| n != "testdata") {
                go_files(&path, recurse, files);
            }
        } else if path.extension().is_some_and(|e| e == "go") {
            files.push(path);
        }
    }
}

#[test]
fn standard_library_parses() {
    let Some(goroot) = goroot() else {
        println!("skipped: no Go distribution found (set GOROOT)");
        return;
    };
    let src = goroot.join("src");
    let mut files = Vec::new();
    if std::env::var_os("INGOT_PARSE_ALL").is_some() {
        go_files(&src, true, &mut files);
    } else {
        for package in PACKAGES {
            go_files(&src.join(package), false, &mut files);
        }
    }
    files.sort();
    assert!(files.len() > 500, "only {} files in {}", files.len(), src.display());
    with_parser_stack(|| {
        let (mut bytes, mut nodes, mut time) = (0, 0, Duration::ZERO);
        let mut messages = String::new();
        for path in &files {
            let mut sources = SourceMap::new();
            let source = sources.add(path.display().to_string(), std::fs::read(path).unwrap());
            let mut ids = NodeIds::new();
            let start = Instant::now();
            let (file, diagnostics) = parse_file(&source, &mut ids);
            time += start.elapsed();
            bytes += source.bytes.len();
            nodes += ids.len();
            assert_eq!(file.id, source.id);
            messages += &render_all(&diagnostics, &sources, Some(3));
        }
        println!(
            "{} files, {nodes} nodes, {:.2} MB in {:.2} s: {:.2} MB/s",
            files.len(),
            bytes as f64 / 1e6,
            time.as_secs_f64(),
            bytes as f64 / 1e6 / time.as_secs_f64()
        );
        assert!(messages.is_empty(), "{messages}");
    });
}
