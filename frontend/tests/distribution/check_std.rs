//! Checks the standard library: hello's closure, or what `INGOT_CHECK` or `INGOT_CHECK_ALL` say.

use std::time::Instant;

use crate::common::{Program, list, patterns};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::with_parser_stack;

#[test]
fn standard_library_checks() {
    let Some(packages) = list(&patterns()) else {
        println!("skipped: no Go distribution found");
        return;
    };
    with_parser_stack(|| {
        let mut program = Program::new();
        let mut failures = String::new();
        let mut bad = 0;
        let start = Instant::now();
        for package in &packages {
            let loaded = program.load(package);
            if loaded.checked.has_errors() {
                bad += 1;
                let diagnostics = &loaded.checked.diagnostics;
                failures += &format!("# {} ({} errors)\n", package.path, diagnostics.len());
                failures += &render_all(diagnostics, &loaded.sources, Some(10));
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("{} packages parsed and checked in {seconds:.2} s, {bad} with errors", packages.len());
        assert!(failures.is_empty(), "{failures}");
    });
}
