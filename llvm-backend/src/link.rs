//! Linking: lld puts the objects and the runtime archive together, [`finalize`](crate::finalize) makes the program.
//!
//! The link is static, without libc or crt files, at fixed addresses. `--gc-sections` starts at `_start`; nothing in
//! the allocated part depends on time, paths or thread order, so equal inputs give equal bytes. `-z relro` stays on
//! because finalize takes over its program header: see [`crate::finalize`].

use crate::finalize::{self, FinalizeError, FinalizeOptions, Report};
use crate::os_error::os_text;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What to link.
pub struct LinkRequest<'a> {
    /// The `ld.lld` to run.
    pub linker: &'a Path,
    /// Objects in a deterministic order.
    pub objects: &'a [PathBuf],
    /// The runtime archive of the target.
    pub runtime: &'a Path,
    /// Linker emulation: see [`emulation`].
    pub emulation: &'a str,
    /// More arguments, as the user wrote them (`-extldflags`).
    pub extra: &'a [OsString],
    /// Folder for what lies between the linker and [`finalize`](crate::finalize).
    pub scratch: &'a Path,
    pub output: &'a Path,
    pub finalize: &'a FinalizeOptions,
}

/// Why a link failed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("running {0}: {text}", text = os_text(.1))]
    Spawn(PathBuf, std::io::Error),
    #[error("{0}: {text}", text = os_text(.1))]
    Io(PathBuf, std::io::Error),
    /// The linker's own text.
    #[error("{0}")]
    Linker(String),
    #[error(transparent)]
    Finalize(#[from] FinalizeError),
}

/// lld's name of an architecture (GOARCH's spelling).
pub fn emulation(goarch: &str) -> Option<&'static str> {
    match goarch {
        "amd64" => Some("elf_x86_64"),
        "arm64" => Some("aarch64linux"),
        "riscv64" => Some("elf64lriscv"),
        _ => None,
    }
}

/// Links and finalizes; `output` appears at once and complete, or not at all.
pub fn link(request: &LinkRequest) -> Result<Report, LinkError> {
    with_linked(request, |linked| Ok(finalize::finalize(linked, request.output, request.finalize)?))
}

/// Links and shows the program's stack maps as text; nothing is written.
pub fn stack_maps(request: &LinkRequest) -> Result<String, LinkError> {
    with_linked(request, |linked| {
        let bytes = std::fs::read(linked).map_err(|e| LinkError::Io(linked.to_owned(), e))?;
        Ok(finalize::dump::stackmaps(&bytes)?)
    })
}

/// Hands the linked file to `f`.
fn with_linked<T>(request: &LinkRequest, f: impl FnOnce(&Path) -> Result<T, LinkError>) -> Result<T, LinkError> {
    let linked = request.scratch.join("linked");
    run_linker(request, &linked)?;
    f(&linked)
}

/// Runs lld; its arguments go through a response file because a program has thousands of objects.
fn run_linker(request: &LinkRequest, linked: &Path) -> Result<(), LinkError> {
    let mut args: Vec<OsString> = Vec::new();
    let fixed = "-static -nostdlib --gc-sections --eh-frame-hdr --build-id=none --icf=none -O1 -z noexecstack -z relro -e _start -m";
    args.extend(fixed.split(' ').map(OsString::from));
    args.push(request.emulation.into());
    if request.finalize.strip_symbols || request.finalize.strip_debug {
        args.push("--strip-debug".into());
    }
    args.extend(request.extra.iter().cloned());
    args.push("-o".into());
    args.push(linked.into());
    args.extend(request.objects.iter().map(OsString::from));
    args.push(request.runtime.into());

    let mut response = Vec::new();
    for arg in &args {
        quote(&mut response, arg);
    }
    let response_path = request.scratch.join("arguments");
    std::fs::write(&response_path, response).map_err(|e| LinkError::Io(response_path.clone(), e))?;
    let mut at = OsString::from("@");
    at.push(&response_path);
    let out = Command::new(request.linker)
        .arg("--rsp-quoting=posix")
        .arg(at)
        .output()
        .map_err(|e| LinkError::Spawn(request.linker.to_owned(), e))?;
    if out.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&out.stderr).trim_end().to_owned();
    Err(LinkError::Linker(if text.is_empty() { format!("the linker ended with {}", out.status) } else { text }))
}

/// One argument of a response file in POSIX quoting.
fn quote(out: &mut Vec<u8>, arg: &std::ffi::OsStr) {
    out.push(b'"');
    for &b in arg.as_encoded_bytes() {
        if b == b'"' || b == b'\\' {
            out.push(b'\\');
        }
        out.push(b);
    }
    out.extend_from_slice(b"\"\n");
}
