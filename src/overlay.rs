//! The Go packages of ours that stand in for the distribution's: the runtime and what is welded to it.
//!
//! They are part of this program (`rt/go` of the repository) and are laid out in the cache, so that the go command can
//! read them through `-overlay`. `overlay.json` there says, per package, which of the distribution's files are left out:
//! `replace` all of them, `delete` those that match.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use llvm_backend::os_text;
use serde::{Deserialize, Serialize};

use crate::cache::write_atomically;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rt/go");

/// What `overlay.json` says of a package.
#[derive(Debug, Deserialize)]
struct Rule {
    #[serde(default)]
    replace: bool,
    #[serde(default)]
    delete: Vec<String>,
}

/// The file format of the go command's `-overlay`.
#[derive(Debug, Serialize)]
struct GoOverlay<'a> {
    #[serde(rename = "Replace")]
    replace: &'a BTreeMap<PathBuf, PathBuf>,
}

/// The overlay as laid out for one distribution.
#[derive(Debug)]
pub struct Overlay {
    /// The file for the go command's `-overlay` flag.
    pub json: PathBuf,
    /// Path in the distribution to the file that stands there.
    files: HashMap<PathBuf, PathBuf>,
}

impl Overlay {
    /// Lays the files out below `folder`.
    ///
    /// # Errors
    /// When the folder cannot be written or the distribution cannot be read.
    pub fn lay_out(folder: &Path, goroot: &Path) -> Result<Overlay, String> {
        let mut hash = blake3::Hasher::new();
        hash_dir(&FILES, &mut hash);
        let root = folder.join(format!("overlay-{}", &hash.finalize().to_hex()[..16]));
        let rules = FILES.get_file("overlay.json").and_then(|f| f.contents_utf8()).unwrap_or("{}");
        let rules: BTreeMap<String, Rule> = serde_json::from_str(rules).map_err(|e| format!("overlay.json: {e}"))?;

        let mut replace = BTreeMap::new();
        for (package, rule) in &rules {
            let dir = goroot.join("src").join(package);
            let entries = std::fs::read_dir(&dir).map_err(|e| format!("{}: {}", dir.display(), os_text(&e)))?;
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let source = name.ends_with(".go") || name.ends_with(".s") || name.ends_with(".h");
                let test = name.ends_with("_test.go");
                let gone = rule.replace || rule.delete.iter().any(|pattern| matches(pattern, &name));
                if source && !test && gone {
                    replace.insert(dir.join(&name), PathBuf::new());
                }
            }
        }
        add_files(&FILES, &root, goroot, &mut replace)?;
        let text = serde_json::to_vec(&GoOverlay { replace: &replace }).map_err(|e| e.to_string())?;
        let json = folder.join(format!("overlay-{}.json", &blake3::hash(&text).to_hex()[..16]));
        write_if_new(&json, &text)?;
        let files = replace.into_iter().filter(|(_, to)| !to.as_os_str().is_empty()).collect();
        Ok(Overlay { json, files })
    }

    /// Where the content of a source file really is.
    pub fn resolve<'a>(&'a self, path: &'a Path) -> &'a Path {
        self.files.get(path).map_or(path, PathBuf::as_path)
    }
}

fn hash_dir(dir: &Dir<'_>, hash: &mut blake3::Hasher) {
    for file in dir.files() {
        hash.update(file.path().to_string_lossy().as_bytes());
        hash.update(file.contents());
    }
    dir.dirs().for_each(|d| hash_dir(d, hash));
}

fn add_files(
    dir: &Dir<'_>,
    root: &Path,
    goroot: &Path,
    replace: &mut BTreeMap<PathBuf, PathBuf>,
) -> Result<(), String> {
    for file in dir.files() {
        if file.path().extension().is_none_or(|e| e != "go" && e != "s") {
            continue;
        }
        let to = root.join(file.path());
        write_if_new(&to, file.contents())?;
        replace.insert(goroot.join("src").join(file.path()), to);
    }
    dir.dirs().try_for_each(|d| add_files(d, root, goroot, replace))
}

/// Writes a file unless it is there with this content.
fn write_if_new(path: &Path, content: &[u8]) -> Result<(), String> {
    if std::fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    write_atomically(path, content).map_err(|e| {
        let path = path.display();
        format!("ingot: the build cache cannot be written: {path}: {}; INGOT_CACHE names another folder", os_text(&e))
    })
}

/// At most one `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => pattern == name,
    }
}
