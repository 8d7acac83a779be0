//! What version control knows of the main package, as the go command stamps it into programs.
//!
//! Only git is looked at. The working directory, the package and its module must lie in one repository.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::parse_bool;
use crate::load::Package;

/// When to stamp: the flag `-buildvcs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Where there is a repository and the git command.
    #[default]
    Auto,
    Always,
    Never,
}

impl std::str::FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<When, &'static str> {
        match (text, parse_bool(text)) {
            ("auto", _) => Ok(When::Auto),
            (_, Some(true)) => Ok(When::Always),
            (_, Some(false)) => Ok(When::Never),
            _ => Err("value is neither 'auto' nor a valid bool"),
        }
    }
}

/// A repository's state.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The settings `vcs`, `vcs.revision`, `vcs.time` and `vcs.modified`.
    pub settings: Vec<(String, String)>,
    /// The main module's version, if its tags and its place in the repository give one.
    pub version: Option<String>,
}

/// The state of the repository that holds the main package; empty where there is nothing to stamp.
///
/// # Errors
/// A repository that git cannot tell of, or, where stamping is asked for, several repositories.
pub fn stamp(when: When, main: &Package) -> Result<Stamp, String> {
    let Some(module) = main.module.as_ref().filter(|m| m.version.is_empty() && !main.standard) else {
        return Ok(Stamp::default());
    };
    let here = std::env::current_dir().ok().and_then(|dir| repository(&dir));
    let Some(root) = here.filter(|root| when != When::Never && overlap(root, &module.dir)) else {
        return Ok(Stamp::default());
    };
    let failed = |e: String| format!("error obtaining VCS status: {e}\n\tUse -buildvcs=false to disable VCS stamping.");
    if when == When::Auto && Command::new("git").arg("--version").output().is_err() {
        return Ok(Stamp::default());
    }
    for (what, dir) in [("package", &main.dir), ("module", &module.dir)] {
        let other = repository(dir).unwrap_or_default();
        if other != root {
            if when == When::Auto {
                return Ok(Stamp::default());
            }
            return Err(failed(format!(
                "main {what} is in repository {other:?} but current directory is in repository {root:?}"
            )));
        }
    }
    let modified = !git(&root, &["status", "--porcelain"]).map_err(&failed)?.is_empty();
    let head =
        git(&root, &["-c", "log.showsignature=false", "log", "-1", "--format=%H %cd", "--date=format-local:%FT%TZ"]);
    let head = match head {
        Ok(line) => line.split_once(' ').map(|(revision, time)| (revision.to_owned(), time.to_owned())),
        // There is no commit yet.
        Err(_) if modified => None,
        Err(e) => return Err(failed(e)),
    };
    let mut settings = vec![("vcs", "git".to_owned())];
    let mut version = None;
    if let Some((revision, time)) = head {
        version = module_version(&root, &module.dir, &module.path, &revision, &time);
        settings.push(("vcs.revision", revision));
        settings.push(("vcs.time", time));
    }
    settings.push(("vcs.modified", modified.to_string()));
    if modified && let Some(version) = &mut version {
        version.push_str("+dirty");
    }
    Ok(Stamp { settings: settings.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(), version })
}

/// The folder with `.git` (a folder, or a file in a worktree) at or above this one.
fn repository(dir: &Path) -> Option<PathBuf> {
    dir.ancestors().find(|d| d.join(".git").exists()).map(Path::to_owned)
}

fn overlap(a: &Path, b: &Path) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// What git prints; its failure in the go command's words.
fn git(root: &Path, args: &[&str]) -> Result<String, String> {
    let out = Command::new("git").args(args).current_dir(root).env("TZ", "UTC").output();
    let out = out.map_err(|_| "exec: \"git\": executable file not found in $PATH".to_owned())?;
    if !out.status.success() {
        return Err(crate::commands::ending(out.status));
    }
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// The version of the module at this commit: its tag, or a pseudo-version after the newest tag that the commit has in its
/// history. Without a module at the repository's root there is none.
fn module_version(root: &Path, dir: &Path, path: &str, revision: &str, time: &str) -> Option<String> {
    let root_path = module_path(&std::fs::read_to_string(root.join("go.mod")).ok()?)?;
    let (root_prefix, _) = split_major(&root_path);
    let (prefix, major) = split_major(path);
    let folder = prefix.strip_prefix(root_prefix)?.trim_start_matches('/');
    let place = dir.strip_prefix(root).ok()?.to_string_lossy();
    // A major version may have a folder of its own.
    if place != folder && place != format!("{folder}/v{}", major.unwrap_or(0)).trim_start_matches('/') {
        return None;
    }
    // What is not committed under this path has no version.
    let go_mod = if place.is_empty() { "go.mod".to_owned() } else { format!("{place}/go.mod") };
    let committed = git(root, &["show", &format!("{revision}:{go_mod}")]).ok()?;
    if module_path(&committed).as_deref() != Some(path) {
        return None;
    }
    let tag_prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let newest = |tags: String| {
        let versions = tags.lines().filter_map(|tag| Version::parse(tag.strip_prefix(&tag_prefix)?));
        versions.filter(|v| major.map_or(v.numbers[0] < 2, |m| v.numbers[0] == m)).max()
    };
    if let Some(version) = newest(git(root, &["tag", "--points-at", revision]).ok()?) {
        return Some(version.to_string());
    }
    let base = newest(git(root, &["tag", "--merged", revision]).ok()?);
    let stamp: String = time.chars().filter(char::is_ascii_digit).collect();
    Some(pseudo_version(major.unwrap_or(0), base, &stamp, revision.get(..12)?))
}

fn module_path(go_mod: &str) -> Option<String> {
    let line = go_mod.lines().find_map(|l| l.trim().strip_prefix("module"))?;
    let path = line.split("//").next()?.trim().trim_matches(['"', '`']);
    (!path.is_empty()).then(|| path.to_owned())
}

/// A module's path without its major version, and this version: `x.org/m/v2`, `gopkg.in/m.v2`.
fn split_major(path: &str) -> (&str, Option<u64>) {
    let separator = if path.starts_with("gopkg.in/") { ".v" } else { "/v" };
    match path.rsplit_once(separator).map(|(prefix, n)| (prefix, n.parse::<u64>())) {
        Some((prefix, Ok(n))) if n >= 2 || separator == ".v" => (prefix, Some(n)),
        _ => (path, None),
    }
}

fn pseudo_version(major: u64, base: Option<Version>, time: &str, revision: &str) -> String {
    match base {
        None => format!("v{major}.0.0-{time}-{revision}"),
        Some(Version { numbers: [major, minor, patch], pre }) if pre.is_empty() => {
            format!("v{major}.{minor}.{}-0.{time}-{revision}", patch + 1)
        }
        Some(version) => format!("{version}.0.{time}-{revision}"),
    }
}

/// A canonical semantic version, `vX.Y.Z` or `vX.Y.Z-pre`.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    numbers: [u64; 3],
    pre: String,
}

impl Version {
    fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v')?;
        let (core, pre) = text.split_once('-').unwrap_or((text, ""));
        let number = |n: &str| {
            let canonical = n == "0" || !n.starts_with('0') && n.bytes().all(|b| b.is_ascii_digit());
            if canonical { n.parse().ok() } else { None }
        };
        let numbers: Option<Vec<u64>> = core.split('.').map(number).collect();
        let identifiers = |pre: &str| {
            let sound = |p: &str| {
                let numeric = p.bytes().all(|b| b.is_ascii_digit());
                !p.is_empty()
                    && p.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && !(numeric && p.len() > 1 && p.starts_with('0'))
            };
            pre.split('.').all(sound)
        };
        let sound = text.len() == core.len() || identifiers(pre);
        Some(Version { numbers: numbers?.try_into().ok()?, pre: pre.to_owned() }).filter(|v| sound && !v.is_pseudo())
    }

    /// Whether it ends in a time and a revision: such a tag would be confusing.
    fn is_pseudo(&self) -> bool {
        let mut parts = self.pre.rsplit('-');
        let (Some(revision), Some(rest)) = (parts.next(), parts.next()) else { return false };
        let time = rest.rsplit('.').next().unwrap_or("");
        revision.len() == 12 && time.len() == 14 && time.bytes().all(|b| b.is_ascii_digit())
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "v{major}.{minor}.{patch}{}{}", if self.pre.is_empty() { "" } else { "-" }, self.pre)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        // A number is less than a word; a shorter list is less than a longer one that it begins.
        let key = |part: &str| match part.parse::<u64>() {
            Ok(n) => (0, n, String::new()),
            Err(_) => (1, 0, part.to_owned()),
        };
        let parts = |v: &Version| v.pre.split('.').map(key).collect::<Vec<_>>();
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| self.pre.is_empty().cmp(&other.pre.is_empty()))
            .then_with(|| parts(self).cmp(&parts(other)))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered() {
        let order =
            ["v0.9.9", "v1.0.0-1", "v1.0.0-2", "v1.0.0-10", "v1.0.0-a", "v1.0.0-a.1", "v1.0.0", "v1.0.1", "v1.10.0"];
        let versions: Vec<Version> = order.iter().filter_map(|v| Version::parse(v)).collect();
        assert_eq!(versions.len(), order.len());
        assert!(versions.is_sorted(), "{versions:?}");
        for bad in
            ["1.0.0", "v1.0", "v1", "v1.02.0", "v1.0.0-", "v1.0.0+x", "v1.0.0-01", "v0.0.0-20260102030405-0123456789ab"]
        {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn pseudo_versions_follow_their_base() {
        let of = |major, base: &str| pseudo_version(major, Version::parse(base), "20260102030405", "0123456789ab");
        assert_eq!(of(0, ""), "v0.0.0-20260102030405-0123456789ab");
        assert_eq!(of(2, ""), "v2.0.0-20260102030405-0123456789ab");
        assert_eq!(of(0, "v1.2.4"), "v1.2.5-0.20260102030405-0123456789ab");
        assert_eq!(of(0, "v1.3.0-rc1"), "v1.3.0-rc1.0.20260102030405-0123456789ab");
    }

    #[test]
    fn paths_have_major_versions() {
        assert_eq!(split_major("x.org/m"), ("x.org/m", None));
        assert_eq!(split_major("x.org/m/v3"), ("x.org/m", Some(3)));
        assert_eq!(split_major("x.org/m/v1"), ("x.org/m/v1", None));
        assert_eq!(split_major("gopkg.in/m.v1"), ("gopkg.in/m", Some(1)));
        assert_eq!(module_path("// a\nmodule \"x.org/m\" // b\n").as_deref(), Some("x.org/m"));
    }
}
