//! The suite's own order: headers, the table of headings, the list of known failures.

use std::fs;
use std::path::Path;

use ingot_testsuite::conformance::exceptions::Exceptions;
use ingot_testsuite::program::Tier;
use ingot_testsuite::{known, spec};

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_table_is_up_to_date() {
    let programs = spec::all_programs(home()).unwrap();
    let table = spec::table(&programs).unwrap();
    let written = fs::read_to_string(home().join("SPEC.md")).unwrap();
    assert!(written == table, "SPEC.md is stale: run `testsuite --write-spec`");
}

#[test]
fn the_core_group_needs_no_packages() {
    for program in spec::all_programs(home()).unwrap() {
        if program.name.starts_with("core/") || program.name.starts_with("crash/") {
            assert_eq!(program.header.tier, Tier::Println, "{}", program.name);
        }
    }
}

#[test]
fn known_failures_name_programs() {
    let programs = spec::all_programs(home()).unwrap();
    let text = fs::read_to_string(home().join("known.txt")).unwrap();
    for known in known::parse(&text).unwrap() {
        assert!(programs.iter().any(|p| p.name == known.program), "{}", known.program);
    }
}

#[test]
fn conformance_exceptions_are_well_formed() {
    let text = fs::read_to_string(home().join("conformance.txt")).unwrap();
    assert_eq!(Exceptions::parse(&text).err(), None);
}
