//! Parses the standard library: every file of hello's closure, and with
//! `INGOT_PARSE_ALL=1` all of `GOROOT/src`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ingot_frontend::ast::NodeIds;
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;

use crate::gc;

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

#[test]
fn standard_library_parses() {
    let Some(goroot) = gc::goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let src = goroot.join("src");
    let files: Vec<PathBuf> = if std::env::var_os("INGOT_PARSE_ALL").is_some() {
        gc::go_files(&src, &|dir| dir.file_name().is_some_and(|name| name != "testdata"))
    } else {
        PACKAGES.iter().flat_map(|package| gc::go_files(&src.join(package), &|_| false)).collect()
    };
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
