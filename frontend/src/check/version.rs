//! Language versions: those of the module and of single files, and what needs which.
//!
//! A file may declare with `//go:build go1.N` that it is written for another version than its module; below go1.21, where
//! that began, it counts as go1.21.

use super::Checker;
use crate::ast::{self, LitKind};
use crate::span::{FileId, Span};

/// What a file declared.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileVersion {
    file: FileId,
    /// The minor version its `//go:build` line asks for.
    declared: u32,
    /// The minor version that is in force for it.
    used: u32,
}

/// The versions files declare; files that declare none are left out.
pub(super) fn file_versions(files: &[ast::File]) -> Vec<FileVersion> {
    let declared = |file: &ast::File| {
        let ahead = |d: &&ast::Directive| d.span.lo < file.package.offset && d.name.as_str() == "go:build";
        let line = file.directives.iter().find(ahead)?;
        let declared = Constraint { rest: &line.args }.any()??;
        Some(FileVersion { file: file.id, declared, used: declared.max(21) })
    };
    files.iter().filter_map(declared).collect()
}

/// Reads a build constraint for the least Go version it implies: `None` for a syntax error, `Some(None)` for none.
struct Constraint<'t> {
    rest: &'t str,
}

impl Constraint<'_> {
    fn any(&mut self) -> Option<Option<u32>> {
        let mut least = self.all()?;
        while self.got("||") {
            // Either may hold: what both imply.
            least = least.zip(self.all()?).map(|(a, b)| a.min(b));
        }
        Some(least)
    }

    fn all(&mut self) -> Option<Option<u32>> {
        let mut least = self.not()?;
        while self.got("&&") {
            least = least.max(self.not()?);
        }
        Some(least)
    }

    fn not(&mut self) -> Option<Option<u32>> {
        if self.got("!") {
            self.not()?;
            return Some(None);
        }
        if self.got("(") {
            let inner = self.any()?;
            return self.got(")").then_some(inner);
        }
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(self.rest.len());
        let (tag, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!tag.is_empty()).then(|| tag.strip_prefix("go1.").and_then(|minor| minor.parse().ok()))
    }

    fn got(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(token);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }
}

impl<'a> Checker<'a> {
    fn file_version(&self, file: FileId) -> Option<FileVersion> {
        self.file_versions.iter().copied().find(|version| version.file == file)
    }

    /// Whether code at a place may use what go1.`minor` brought.
    pub(super) fn allow_version(&self, at: Span, minor: u32) -> bool {
        match self.file_version(at.file) {
            Some(version) => version.used >= minor,
            None => self.go_version >= (1, minor),
        }
    }

    /// Reports that a feature is newer than the language version.
    pub(super) fn require_version(&mut self, at: Span, minor: u32, what: &str) -> bool {
        if self.allow_version(at, minor) {
            return true;
        }
        let message = self.version_message(at, &format!("{what} requires go1.{minor} or later"));
        self.error(at, message);
        false
    }

    /// What is required, and what the module or file says.
    pub(super) fn version_message(&self, at: Span, requirement: &str) -> String {
        let (major, minor) = self.go_version;
        match self.file_version(at.file) {
            Some(version) if version.declared == version.used => {
                format!("{requirement} (file declares //go:build go1.{})", version.declared)
            }
            _ => format!("{requirement} (-lang was set to go{major}.{minor}; check go.mod)"),
        }
    }

    /// Number literals have had more forms since go1.13.
    pub(super) fn check_literal_version(&mut self, lit: &ast::BasicLit) -> bool {
        let raw = &*lit.raw;
        let numeric = matches!(lit.kind, LitKind::Int | LitKind::Float | LitKind::Imaginary);
        if !numeric || raw.len() <= 2 || self.allow_version(lit.span, 13) {
            return true;
        }
        let what = match (raw.as_bytes()[0], raw.as_bytes()[1].to_ascii_lowercase()) {
            _ if raw.contains('_') => "underscore in numeric literal",
            (b'0', b'b') => "binary literal",
            (b'0', b'o') => "0o/0O-style octal literal",
            (b'0', b'x') if lit.kind != LitKind::Int => "hexadecimal floating-point literal",
            _ => return true,
        };
        self.require_version(lit.span, 13, what)
    }
}

#[cfg(test)]
mod tests {
    use super::Constraint;

    #[test]
    fn constraints_imply_versions() {
        let least = |line: &str| Constraint { rest: line }.any();
        assert_eq!(least("go1.21"), Some(Some(21)));
        assert_eq!(least("linux && go1.18 && !go1.20"), Some(Some(18)));
        assert_eq!(least("go1.20 || go1.18"), Some(Some(18)));
        assert_eq!(least("linux || go1.18"), Some(None));
        assert_eq!(least("(go1.17 || go1.18) && go1.16"), Some(Some(17)));
        assert_eq!(least("!go1.20"), Some(None));
        assert_eq!(least("linux &&"), None);
    }
}
