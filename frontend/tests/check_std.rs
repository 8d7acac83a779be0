//! Checks the standard library: hello's closure, or the packages that `INGOT_CHECK` names (patterns for `go list`,
//! with what they import; `INGOT_CHECK_ALL=1` means `std`).

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Input, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;
use ingot_frontend::types::{PackageId, Types};

struct Listed {
    path: String,
    dir: String,
    files: Vec<String>,
    /// Import paths as written, where they mean another package (vendored ones).
    import_map: HashMap<String, String>,
}

/// The packages and what they import, each after its imports; `None` without a Go distribution.
fn list(patterns: &[&str]) -> Option<Vec<Listed>> {
    const FORMAT: &str = "{{.ImportPath}}\t{{.Dir}}\t{{range .GoFiles}}{{.}} {{end}}\t{{range $k, $v := .ImportMap}}{{$k}}={{$v}} {{end}}";
    let out = Command::new("go")
        .args(["list", "-pgo=off", "-deps", "-f", FORMAT])
        .args(patterns)
        .env("CGO_ENABLED", "0")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .ok()?;
    if !out.status.success() {
        println!("go list: {}", String::from_utf8_lossy(&out.stderr));
        return None;
    }
    let text = String::from_utf8(out.stdout).ok()?;
    Some(
        text.lines()
            .map(|line| {
                let mut parts = line.split('\t');
                let mut next = || parts.next().unwrap_or_default().to_string();
                let (path, dir, files, map) = (next(), next(), next(), next());
                Listed {
                    path,
                    dir,
                    files: files.split_whitespace().map(str::to_string).collect(),
                    import_map: map
                        .split_whitespace()
                        .filter_map(|pair| pair.split_once('='))
                        .map(|(k, v)| (k.to_string(), v.to_string()))
                        .collect(),
                }
            })
            .collect(),
    )
}

#[test]
fn standard_library_checks() {
    let named = std::env::var("INGOT_CHECK").unwrap_or_default();
    let patterns: Vec<&str> = if std::env::var_os("INGOT_CHECK_ALL").is_some() {
        vec!["std"]
    } else if !named.is_empty() {
        named.split_whitespace().collect()
    } else {
        vec!["fmt"]
    };
    let Some(packages) = list(&patterns) else {
        println!("skipped: no Go distribution found");
        return;
    };
    with_parser_stack(|| {
        let types = Types::new();
        let mut known: HashMap<String, PackageId> = HashMap::new();
        known.insert("unsafe".into(), types.unsafe_package);
        let mut failures = String::new();
        let (mut bad, mut time) = (0, Duration::ZERO);
        for package in &packages {
            if package.path == "unsafe" {
                continue;
            }
            let mut sources = SourceMap::new();
            let mut ids = NodeIds::new();
            let mut files = Vec::new();
            for name in &package.files {
                let path = Path::new(&package.dir).join(name);
                let source = sources.add(path.display().to_string(), std::fs::read(&path).unwrap());
                let (file, diagnostics) = parse_file(&source, &mut ids);
                assert!(diagnostics.is_empty(), "{}", render_all(&diagnostics, &sources, Some(3)));
                files.push(file);
            }
            let mut imports = known.clone();
            for (written, path) in &package.import_map {
                if let Some(&id) = known.get(path) {
                    imports.insert(written.clone(), id);
                }
            }
            let input = Input {
                path: &package.path,
                files: &files,
                nodes: ids.len(),
                go_version: (1, 26),
                imports: &imports,
            };
            let start = Instant::now();
            let checked = check_package(&types, &sources, &input);
            time += start.elapsed();
            known.insert(package.path.clone(), checked.package);
            if checked.has_errors() {
                bad += 1;
                failures += &format!("# {} ({} errors)\n", package.path, checked.diagnostics.len());
                failures += &render_all(&checked.diagnostics, &sources, Some(10));
            }
        }
        println!("{} packages checked in {:.2} s, {bad} with errors", packages.len(), time.as_secs_f64());
        assert!(failures.is_empty(), "{failures}");
    });
}
