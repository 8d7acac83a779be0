//! Builds the C++ shim (`shim/`): the parts of LLVM that its C interface does not reach.

use std::path::Path;
use std::process::Command;

const SOURCES: &[&str] = &[
    "barriers",
    "codegen",
    "frames",
    "late",
    "pipeline",
    "polls",
    "prologue",
    "recovery",
    "relocates",
    "scalarize",
    "stack_objects",
];

fn main() {
    let prefix = std::env::var("LLVM_SYS_221_PREFIX").unwrap_or_else(|_| "/usr/lib/llvm-22".to_owned());
    let config = Path::new(&prefix).join("bin/llvm-config");
    let flags = match Command::new(&config).arg("--cxxflags").output() {
        Ok(out) if out.status.success() => String::from_utf8_lossy(&out.stdout).into_owned(),
        Ok(out) => panic!("{} failed: {}", config.display(), String::from_utf8_lossy(&out.stderr)),
        Err(e) => panic!("cannot run {}: {e} (set LLVM_SYS_221_PREFIX to LLVM 22's prefix)", config.display()),
    };
    let mut build = cc::Build::new();
    build.cpp(true).std("c++17").flag("-fno-rtti").flag("-fno-exceptions").warnings(false).opt_level(1).debug(false);
    // LLVM's own include directories and definitions; its optimisation flags are not ours.
    for flag in flags.split_whitespace().filter(|f| f.starts_with("-I") || f.starts_with("-D")) {
        build.flag(flag);
    }
    for source in SOURCES {
        build.file(format!("shim/{source}.cpp"));
        println!("cargo:rerun-if-changed=shim/{source}.cpp");
    }
    println!("cargo:rerun-if-changed=shim/shim.h");
    println!("cargo:rerun-if-env-changed=LLVM_SYS_221_PREFIX");
    build.compile("ingot_shim");
}
