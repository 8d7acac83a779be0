//! Where the Go distribution and LLVM's tools are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::goenv::setting;

/// The language version this compiler implements.
pub const GO_VERSION: &str = "1.26";

/// A Go 1.26 distribution and an LLVM 22 installation.
#[derive(Debug, Clone)]
pub struct Toolchain {
    pub goroot: PathBuf,
    /// As `go env GOVERSION` prints it, for instance `go1.26.6`.
    pub go_version: String,
    pub llvm_bin: PathBuf,
    pub goarch: String,
    pub goamd64: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    #[error("no Go {GO_VERSION} distribution: {found}; set GOROOT to one, or run 'make setup'")]
    NoGo { found: String },
    #[error("no ld.lld of LLVM 22 in {0}; set LLVM_SYS_221_PREFIX, or run 'make setup'")]
    NoLld(PathBuf),
    #[error("unsupported GOOS/GOARCH pair {0}/{1}")]
    Target(String, String),
    #[error("GOAMD64={0}: must be one of v1, v2, v3, v4")]
    Goamd64(String),
    #[error("CGO_ENABLED=1 is not supported yet: ingot builds pure Go programs")]
    Cgo,
}

impl Toolchain {
    /// Finds the tools: `$GOROOT`, then `go` on PATH, then what set-up linked beside this program.
    pub fn find() -> Result<Toolchain, ToolchainError> {
        let mut tried = Vec::new();
        let mut candidates: Vec<PathBuf> = Vec::new();
        candidates.extend(setting("GOROOT").map(PathBuf::from));
        candidates.extend(go_on_path());
        candidates.extend(linked_goroot());
        let mut found = None;
        for root in candidates {
            match version_of(&root) {
                Some(v) if is_supported(&v) => {
                    found = Some((root, v));
                    break;
                }
                Some(v) => tried.push(format!("{} is {v}", root.display())),
                None => tried.push(format!("{} has no working bin/go", root.display())),
            }
        }
        let Some((goroot, go_version)) = found else {
            let found = if tried.is_empty() { "none found".to_owned() } else { tried.join(", ") };
            return Err(ToolchainError::NoGo { found });
        };
        let prefix = std::env::var("LLVM_SYS_221_PREFIX")
            .ok()
            .filter(|p| !p.is_empty())
            .unwrap_or_else(|| "/usr/lib/llvm-22".to_owned());
        let llvm_bin = Path::new(&prefix).join("bin");
        if !llvm_bin.join("ld.lld").exists() {
            return Err(ToolchainError::NoLld(llvm_bin));
        }
        let goos = setting("GOOS").unwrap_or_else(|| "linux".to_owned());
        let goarch = setting("GOARCH").unwrap_or_else(|| "amd64".to_owned());
        if goos != "linux" || goarch != "amd64" {
            return Err(ToolchainError::Target(goos, goarch));
        }
        let goamd64 = setting("GOAMD64").unwrap_or_else(|| "v1".to_owned());
        if !["v1", "v2", "v3", "v4"].contains(&goamd64.as_str()) {
            return Err(ToolchainError::Goamd64(goamd64));
        }
        if setting("CGO_ENABLED").as_deref() == Some("1") {
            return Err(ToolchainError::Cgo);
        }
        Ok(Toolchain { goroot, go_version, llvm_bin, goarch, goamd64 })
    }

    pub fn go_binary(&self) -> PathBuf {
        self.goroot.join("bin/go")
    }

    /// The go command, bound to this distribution and target, never switching toolchains and without cgo.
    pub fn go_command(&self) -> Command {
        let mut cmd = Command::new(self.go_binary());
        cmd.env("GOROOT", &self.goroot)
            .env("GOTOOLCHAIN", "local")
            .env("CGO_ENABLED", "0")
            .env("GOOS", "linux")
            .env("GOARCH", &self.goarch)
            .env("GOAMD64", &self.goamd64);
        cmd
    }

    pub fn lld(&self) -> PathBuf {
        self.llvm_bin.join("ld.lld")
    }
}

/// Whether `go1.26`, `go1.26.6`, `go1.26rc1` …
fn is_supported(version: &str) -> bool {
    version
        .strip_prefix("go")
        .and_then(|v| v.strip_prefix(GO_VERSION))
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn version_of(goroot: &Path) -> Option<String> {
    let version = answer(Command::new(goroot.join("bin/go")).args(["env", "GOVERSION"]).env("GOROOT", goroot))?;
    (!version.is_empty()).then_some(version)
}

fn go_on_path() -> Option<PathBuf> {
    let root = answer(Command::new("go").args(["env", "GOROOT"]))?;
    (!root.is_empty()).then(|| PathBuf::from(root))
}

/// What a go command says of itself, whatever the user's settings are: one that is wrong is reported when packages are
/// loaded, in that command's words.
fn answer(command: &mut Command) -> Option<String> {
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.as_encoded_bytes().starts_with(b"GO") && n != "GOROOT") {
        command.env_remove(name);
    }
    let out = command.env("GOENV", "off").env("GOTOOLCHAIN", "local").output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// `target/goroot`, which set-up makes, seen from `target/release/ingot`.
fn linked_goroot() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let root = exe.ancestors().nth(2)?.join("goroot");
    root.exists().then_some(root)
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn only_the_language_version_of_this_compiler_is_accepted() {
        for good in ["go1.26", "go1.26.6", "go1.26rc1", "go1.26-devel"] {
            assert!(is_supported(good), "{good}");
        }
        for bad in ["go1.25.9", "go1.27", "go1.260", "devel", ""] {
            assert!(!is_supported(bad), "{bad}");
        }
    }
}
