//! What the compiler has to say to the user, in gc's form, because editors
//! and people parse it.

use crate::span::{SourceMap, Span};

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

/// How many errors gc prints before it gives up.
pub const ERROR_LIMIT: usize = 10;

/// The diagnostics to print, in order of place, and where the compiler gave up: at the `limit`th that it found. `limit` of
/// `None` is gc's `-e`. As gc does, the same words twice in a row about one line are one message, and a line has one syntax
/// error.
pub fn sorted<'d>(
    diagnostics: &'d [Diagnostic],
    sources: &SourceMap,
    limit: Option<usize>,
) -> (Vec<&'d Diagnostic>, Option<Span>) {
    let line = |d: &Diagnostic| (d.span.file, sources.line_col(d.span.start()).line);
    let syntax = |d: &Diagnostic| d.message.starts_with("syntax error");
    let same =
        |a: &Diagnostic, b: &Diagnostic| line(a) == line(b) && (a.message == b.message || syntax(a) && syntax(b));
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.dedup_by(|b, a| same(a, b));
    let last = limit.and_then(|limit| sorted.get(limit.saturating_sub(1))).map(|d| d.span);
    sorted.truncate(limit.unwrap_or(usize::MAX));
    sorted.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span.file, sources.line_col(d.span.start()));
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    sorted.dedup_by(|b, a| same(a, b));
    (sorted, last)
}

/// What is printed where the compiler gave up.
pub fn too_many(at: Span, sources: &SourceMap) -> String {
    format!("{}: too many errors", sources.display(at.start()))
}

/// Renders diagnostics sorted by place, after `limit` of them `too many errors`. `limit` of `None` is gc's `-e`.
pub fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap, limit: Option<usize>) -> String {
    let (sorted, last) = sorted(diagnostics, sources, limit);
    let lines = sorted.iter().map(|d| d.render(sources)).chain(last.map(|at| too_many(at, sources)));
    lines.map(|line| line + "\n").collect()
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
            Diagnostic::error(at(4), "third"),
            Diagnostic::error(at(2), "second").note_at(at(0), "other declaration of b"),
            Diagnostic::error(at(0), "first"),
            Diagnostic::error(at(0), "first"),
        ];
        assert_eq!(
            render_all(&diagnostics, &sources, Some(2)),
            "a.go:2:1: second\n\ta.go:1:1: other declaration of b\n\
             a.go:3:1: third\n\
             a.go:2:1: too many errors\n"
        );
    }
}
