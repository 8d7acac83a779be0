//! Builds the runtime archive that every program is linked with, and names this compiler's build.
//!
//! Sets for the driver:
//! - `INGOT_RT_ARCHIVE`: path of `libingot_rt.a`, built from the workspace `rt/` without std;
//! - `INGOT_FINGERPRINT`: a hash of the compiler's sources, part of every cache key, so that a changed compiler never
//!   takes objects of its former self for its own.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Everything that has a say in what objects look like.
const SOURCES: &[&str] =
    &["build.rs", "Cargo.lock", "src", "frontend/src", "middle/src", "llvm-backend", "pgo/src", "rt/abi/src"];

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));

    let archive = runtime_archive(&root, &out);
    println!("cargo::rustc-env=INGOT_RT_ARCHIVE={}", archive.display());

    let mut files = BTreeMap::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        collect(&root.join(source), &mut files);
    }
    let mut hash = DefaultHasher::new();
    for (path, content) in &files {
        path.strip_prefix(&root).unwrap_or(path).hash(&mut hash);
        content.hash(&mut hash);
    }
    println!("cargo::rustc-env=INGOT_FINGERPRINT={:016x}", hash.finish());
}

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    if let Ok(entries) = std::fs::read_dir(path) {
        entries.flatten().for_each(|e| collect(&e.path(), files));
    } else if let Ok(content) = std::fs::read(path) {
        files.insert(path.to_owned(), content);
    }
}

/// Builds `rt` with a cargo of its own; its target folder lies in ours, since the outer cargo holds its own locked.
fn runtime_archive(root: &Path, out: &Path) -> PathBuf {
    for source in ["rt/Cargo.toml", "rt/Cargo.lock", "rt/abi", "rt/runtime", "rt/go"] {
        println!("cargo::rerun-if-changed={source}");
    }
    let target_dir = out.join("rt");
    let cargo = std::env::var_os("CARGO").expect("set by cargo");
    // Addresses are fixed, so position-independent code would only cost; call frame information is exact at every
    // instruction, because profiling and fault signals find these functions on goroutine stacks.
    let flags = ["-Crelocation-model=static", "-Cforce-unwind-tables=yes", "-Cforce-frame-pointers=no"];
    let mut build = Command::new(cargo);
    build
        .args(["build", "--release", "--locked", "-p", "ingot-rt", "--target", TARGET])
        .arg("--manifest-path")
        .arg(root.join("rt/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR");
    // What the outer cargo tells its own compilers does not hold for the runtime.
    for name in ["CARGO_PROFILE_RELEASE_LTO", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
        build.env_remove(name);
    }
    let status = build.status().unwrap_or_else(|e| panic!("cannot run cargo for the runtime: {e}"));
    assert!(status.success(), "the runtime does not build");
    target_dir.join(TARGET).join("release/libingot_rt.a")
}
