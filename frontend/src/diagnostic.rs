//! What the compiler has to say to the user, in gc's form, because editors
//! and people parse it.

use crate::span::{FileId, Pos, SourceMap, Span};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    Error,
    Warning,
}

/// One message at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    pub span: Span,
    pub message: String,
    /// Further lines, printed indented by a tab under the message.
    pub notes: Vec<Note>,
}

/// A line under a diagnostic, with a place of its own or without.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    pub span: Option<Span>,
    pub message: String,
}

impl Diagnostic {
    pub fn error(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, span, message: message.into(), notes: Vec::new() }
    }

    pub fn warning(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(span, message) }
    }

    /// Whether the tree of the file lacks something for it, so that checking it would only repeat the mistake.
    pub fn is_syntax_error(&self) -> bool {
        self.message.starts_with("syntax error") || self.message == "nesting is too deep"
    }

    /// Adds a line without a place.
    pub fn note(mut self, message: impl Into<String>) -> Diagnostic {
        self.notes.push(Note { span: None, message: message.into() });
        self
    }

    /// Adds a line with a place, as in `other declaration of x`.
    pub fn note_at(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.notes.push(Note { span: Some(span), message: message.into() });
        self
    }

    /// `file:line:col: message`, then the notes; no newline at the end.
    pub fn render(&self, sources: &SourceMap) -> String {
        format!("{}: {}", sources.display(self.span.start()), self.text(sources))
    }

    /// The message and its notes.
    pub fn text(&self, sources: &SourceMap) -> String {
        let mut out = self.message.clone();
        for note in &self.notes {
            out.push_str("\n\t");
            if let Some(span) = note.span {
                out.push_str(&sources.display(span.start()));
                out.push_str(": ");
            }
            out.push_str(&note.message);
        }
        out
    }
}

/// With how many errors gc gives up.
pub const ERROR_LIMIT: usize = 10;

/// What is printed of a package's diagnostics.
pub struct Shown<'d> {
    /// In order of place; the files in the order of their first errors.
    pub diagnostics: Vec<&'d Diagnostic>,
    /// Where the error stands that is one too many.
    pub gave_up_at: Option<Pos>,
}

/// What gc prints of diagnostics in the order they were found. It drops one that repeats the words of the one before it
/// about the same line, and all but the first syntax error of a line; it gives up with the `limit`th, `None` being its
/// flag `-e`.
pub fn shown<'d>(diagnostics: &'d [Diagnostic], sources: &SourceMap, limit: Option<usize>) -> Shown<'d> {
    let line = |d: &Diagnostic| (d.span.file, sources.line_col(d.span.start()).line);
    let mut last_syntax_line = None;
    let mut last_other: Option<&Diagnostic> = None;
    let mut found: Vec<&Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        if diagnostic.message.starts_with("syntax error") {
            if last_syntax_line.replace(line(diagnostic)) == Some(line(diagnostic)) {
                continue;
            }
        } else if last_other.is_some_and(|last| last.message == diagnostic.message && line(last) == line(diagnostic)) {
            continue;
        } else {
            last_other = Some(diagnostic);
        }
        found.push(diagnostic);
        if limit.is_some_and(|limit| found.len() >= limit) {
            break;
        }
    }
    let last = found.last().filter(|_| limit.is_some_and(|limit| found.len() >= limit));
    let gave_up_at = last.map(|d| d.span.start());
    let mut files: Vec<FileId> = Vec::new();
    for diagnostic in &found {
        if !files.contains(&diagnostic.span.file) {
            files.push(diagnostic.span.file);
        }
    }
    let rank = |d: &Diagnostic| files.iter().position(|&file| file == d.span.file);
    found.sort_by_cached_key(|d| (rank(d), sources.line_col(d.span.start())));
    found.dedup_by(|b, a| a.span.start() == b.span.start() && a.text(sources) == b.text(sources));
    Shown { diagnostics: found, gave_up_at }
}

/// Renders what is shown of diagnostics.
pub fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap, limit: Option<usize>) -> String {
    let shown = shown(diagnostics, sources, limit);
    let mut out: String = shown.diagnostics.iter().map(|d| d.render(sources) + "\n").collect();
    if let Some(at) = shown.gave_up_at {
        out.push_str(&format!("{}: too many errors\n", sources.display(at)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_limited() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.go", "a\nb\nc\n");
        let at = |o: usize| Span::new(file.id, o, o + 1);
        let diagnostics = [
            Diagnostic::error(at(2), "second").note_at(at(0), "other declaration of b"),
            Diagnostic::error(at(0), "first"),
            Diagnostic::error(at(0), "first"),
            Diagnostic::error(at(4), "third"),
        ];
        let first = "a.go:1:1: first\na.go:2:1: second\n\ta.go:1:1: other declaration of b\n";
        let limited = |limit| render_all(&diagnostics, &sources, limit);
        assert_eq!(limited(Some(2)), format!("{first}a.go:1:1: too many errors\n"));
        assert_eq!(limited(Some(3)), format!("{first}a.go:3:1: third\na.go:3:1: too many errors\n"));
        assert_eq!(limited(Some(4)), format!("{first}a.go:3:1: third\n"));
    }

    #[test]
    fn files_come_in_the_order_of_their_first_errors() {
        let mut sources = SourceMap::new();
        let files = ["a.go", "b.go"].map(|name| sources.add(name, "x\ny\n").id);
        let at = |file: usize, offset: usize| Span::new(files[file], offset, offset + 1);
        let diagnostics = [(1, 2, "m"), (0, 0, "n"), (1, 0, "m")]
            .map(|(file, offset, text)| Diagnostic::error(at(file, offset), text));
        assert_eq!(render_all(&diagnostics, &sources, None), "b.go:1:1: m\nb.go:2:1: m\na.go:1:1: n\n");
    }
}
