//! Source files and places in them.
//!
//! A [`Pos`] is a byte offset in one file, a [`Span`] a half-open range of
//! bytes. Neither knows lines: a [`SourceFile`] turns offsets into the
//! `file:line:col` form that Go tools print, with columns counted in bytes
//! from 1 as gc does.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file{}", self.0)
    }
}

/// One byte position. Orders by file, then by offset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pos {
    pub file: FileId,
    pub offset: u32,
}

impl Pos {
    pub fn new(file: FileId, offset: usize) -> Pos {
        Pos { file, offset: offset as u32 }
    }

    /// The empty span at this position.
    pub fn span(self) -> Span {
        Span { file: self.file, lo: self.offset, hi: self.offset }
    }
}

impl fmt::Debug for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{}", self.file, self.offset)
    }
}

/// The bytes `lo..hi` of one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub file: FileId,
    pub lo: u32,
    pub hi: u32,
}

impl Span {
    pub fn new(file: FileId, lo: usize, hi: usize) -> Span {
        Span { file, lo: lo as u32, hi: hi as u32 }
    }

    pub fn start(self) -> Pos {
        Pos { file: self.file, offset: self.lo }
    }

    pub fn end(self) -> Pos {
        Pos { file: self.file, offset: self.hi }
    }

    /// The smallest span that covers both; they must be in the same file.
    pub fn to(self, other: Span) -> Span {
        debug_assert_eq!(self.file, other.file);
        Span { file: self.file, lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    pub fn len(self) -> usize {
        (self.hi - self.lo) as usize
    }

    pub fn is_empty(self) -> bool {
        self.lo == self.hi
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{}..{}", self.file, self.lo, self.hi)
    }
}

/// A place as people read it; lines and byte columns count from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineCol {
    pub line: u32,
    pub col: u32,
}

/// The text of one file, with its table of lines.
#[derive(Debug)]
pub struct SourceFile {
    pub id: FileId,
    /// The name as diagnostics print it.
    pub name: String,
    pub bytes: Vec<u8>,
    /// Offset of the first byte of each line.
    line_starts: Vec<u32>,
    /// Set by the parser: the `line` directives, in order.
    line_directives: OnceLock<Vec<LineDirective>>,
}

/// `//line name:line:col` or the same in `/* */`: what follows is to be reported as from there.
#[derive(Debug)]
pub struct LineDirective {
    /// Where what it names begins.
    pub from: u32,
    /// `None`: the file named before.
    pub name: Option<Box<str>>,
    pub line: u32,
    /// 0: columns are not to be reported.
    pub col: u32,
}

impl SourceFile {
    /// Files are limited to 4 GiB by the width of an offset.
    pub fn new(id: FileId, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> SourceFile {
        let bytes = bytes.into();
        assert!(u32::try_from(bytes.len()).is_ok(), "source file larger than 4 GiB");
        let mut line_starts = vec![0];
        line_starts.extend(bytes.iter().enumerate().filter(|&(_, &b)| b == b'\n').map(|(i, _)| i as u32 + 1));
        SourceFile { id, name: name.into(), bytes, line_starts, line_directives: OnceLock::new() }
    }

    /// Line and column of a byte offset; offsets past the end count as the end.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let offset = offset.min(self.bytes.len() as u32);
        let line = self.line_starts.partition_point(|&start| start <= offset);
        LineCol { line: line as u32, col: offset - self.line_starts[line - 1] + 1 }
    }

    /// What the file's `line` directives say; only the first call counts.
    pub fn set_line_directives(&self, directives: Vec<LineDirective>) {
        let _ = self.line_directives.set(directives);
    }

    /// Whether `line` directives say something of the file; known when it was parsed.
    pub fn has_line_directives(&self) -> bool {
        self.line_directives.get().is_some_and(|directives| !directives.is_empty())
    }

    /// File, line and column of a byte offset, as the `line` directives want them: no name is the file's own, column 0
    /// is not to be reported.
    pub fn presumed(&self, offset: u32) -> (Option<&str>, LineCol) {
        let at = self.line_col(offset);
        let directives = self.line_directives.get().map_or(&[][..], |all| &all[..]);
        let Some(n) = directives.partition_point(|d| d.from <= offset).checked_sub(1) else {
            return (None, at);
        };
        let directive = &directives[n];
        let name = directives[..=n].iter().rev().find_map(|d| d.name.as_deref());
        let start = self.line_col(directive.from);
        let col = match directive.col {
            0 => 0,
            col if at.line == start.line => col + at.col - start.col,
            _ => at.col,
        };
        (name, LineCol { line: directive.line + (at.line - start.line), col })
    }

    /// `file:line:col` of a byte offset, as the `line` directives want it.
    pub fn display(&self, offset: u32) -> String {
        let (name, at) = self.presumed(offset);
        let name = name.unwrap_or(&self.name);
        match at.col {
            0 => format!("{name}:{}", at.line),
            col => format!("{name}:{}:{col}", at.line),
        }
    }

    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The bytes of a span, which must be of this file.
    pub fn slice(&self, span: Span) -> &[u8] {
        debug_assert_eq!(span.file, self.id);
        &self.bytes[span.lo as usize..span.hi as usize]
    }
}

/// All files of a build, in the order they were added.
#[derive(Debug, Default, Clone)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    pub fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Arc<SourceFile> {
        let file = Arc::new(SourceFile::new(FileId(self.files.len() as u32), name, bytes));
        self.files.push(file.clone());
        file
    }

    pub fn file(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.0 as usize]
    }

    pub fn files(&self) -> &[Arc<SourceFile>] {
        &self.files
    }

    pub fn line_col(&self, pos: Pos) -> LineCol {
        self.file(pos.file).line_col(pos.offset)
    }

    /// `file:line:col`, as `line` directives want it.
    pub fn display(&self, pos: Pos) -> String {
        self.file(pos.file).display(pos.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_bytes_from_one() {
        let file = SourceFile::new(FileId(0), "a.go", "ab\n\u{e9}x\n");
        let at = |o| {
            let p = file.line_col(o);
            (p.line, p.col)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 3));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(5), (2, 3));
        assert_eq!(at(7), (3, 1));
        assert_eq!(at(99), (3, 1));
    }

    #[test]
    fn line_directives_move_what_follows() {
        let file = SourceFile::new(FileId(0), "a.go", "a\nb\n//line x.go:7\nc\nd\n/*line :3:5*/e\nf\n");
        let directive =
            |from, name: Option<&str>, line, col| LineDirective { from, name: name.map(Into::into), line, col };
        file.set_line_directives(vec![directive(18, Some("x.go"), 7, 0), directive(35, None, 3, 5)]);
        assert_eq!(file.display(2), "a.go:2:1");
        assert_eq!(file.display(18), "x.go:7");
        assert_eq!(file.display(20), "x.go:8");
        assert_eq!(file.display(35), "x.go:3:5");
        assert_eq!(file.display(37), "x.go:4:1");
    }
}
