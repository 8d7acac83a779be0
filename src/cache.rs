//! The content-addressed cache: what was made from the same input by the same compiler is not made again.
//!
//! An entry is a file named by the hash of all that went into it, holding the content and, behind it, the content's
//! own hash: an entry that was cut short or damaged is not used. Entries appear whole (write, then rename).

use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The cache folder: `$INGOT_CACHE`, else `ingot` in the user's cache folder, else in the temporary one.
pub fn folder() -> PathBuf {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    var("INGOT_CACHE")
        .or_else(|| var("XDG_CACHE_HOME").map(|p| p.join("ingot")))
        .or_else(|| var("HOME").map(|p| p.join(".cache/ingot")))
        .unwrap_or_else(|| std::env::temp_dir().join("ingot-cache"))
}

/// Writes a file so that it is there whole or not at all.
///
/// # Errors
/// Any failure to write; no partial file stays behind.
pub fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Users may share a cache: the process's umask says who reads it.
    let mode = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(mode).tempfile_in(folder)?;
    file.write_all(content)?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// A cache over one folder.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    /// Nothing is taken from the cache, as by the flag `-a`.
    write_only: bool,
}

impl Cache {
    pub fn new(folder: PathBuf, write_only: bool) -> Cache {
        Cache { folder, write_only }
    }

    fn path(&self, key: &blake3::Hash) -> PathBuf {
        let hex = key.to_hex();
        self.folder.join(&hex[..2]).join(&hex[2..])
    }

    pub fn get(&self, key: &blake3::Hash) -> Option<Vec<u8>> {
        if self.write_only {
            return None;
        }
        let mut content = std::fs::read(self.path(key)).ok()?;
        let end = content.len().checked_sub(blake3::OUT_LEN)?;
        let sound = blake3::hash(&content[..end]).as_bytes()[..] == content[end..];
        content.truncate(end);
        sound.then_some(content)
    }

    /// Keeps the content. A cache that cannot be written is no error: the content is made anew next time.
    pub fn put(&self, key: &blake3::Hash, content: &[u8]) {
        let mut entry = content.to_vec();
        entry.extend_from_slice(blake3::hash(content).as_bytes());
        let _ = write_atomically(&self.path(key), &entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_entries_are_not_used() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let cache = Cache::new(folder.path().to_owned(), false);
        let key = blake3::hash(b"key");
        assert_eq!(cache.get(&key), None);
        cache.put(&key, b"content");
        assert_eq!(cache.get(&key).as_deref(), Some(&b"content"[..]));
        let path = cache.path(&key);
        let mut bytes = std::fs::read(&path).expect("entry");
        bytes.pop();
        std::fs::write(&path, &bytes).expect("write");
        assert_eq!(cache.get(&key), None);
        bytes.clear();
        std::fs::write(&path, &bytes).expect("write");
        assert_eq!(cache.get(&key), None);
    }
}
