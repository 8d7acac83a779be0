//! From the bytes of a file to its syntax tree.
//!
//! ```text
//! bytes ── semicolons ──▶ text of equal length and its tokens, cut into chunks
//!       ── go.pest    ──▶ pairs, chunk by chunk, over one letter per token (alphabet)
//!       ── build_*    ──▶ ast::File
//!       ── explain    ──▶ what is wrong, if something is
//! ```
//!
//! Parsing never fails as a whole: it gives a tree of what it understood, and
//! diagnostics. pest's pairs do not leave this folder.

mod alphabet;
mod build;
mod build_expr;
mod build_stmt;
mod build_type;
mod explain;
mod grammar;
mod number;
mod semicolons;

#[cfg(test)]
mod tests;

use crate::ast::{Decl, Directive, File, Ident, NodeIds};
use crate::diagnostic::Diagnostic;
use crate::span::{LineDirective, SourceFile, Span};
use crate::symbol::Symbol;
use build::Builder;
use grammar::{GoParser, Rule};
use pest::Parser;
use pest::error::InputLocation;
use semicolons::{Chunk, Prepared, prepare};

/// Parses one file. All files of a package share `ids`.
///
/// Works on any stack (a nesting that the stack cannot hold is an error), but
/// legal programs may need more than a thread has by default: see
/// [`with_parser_stack`].
pub fn parse_file(source: &SourceFile, ids: &mut NodeIds) -> (File, Vec<Diagnostic>) {
    let prepared = prepare(source);
    let mut diagnostics = prepared.errors.clone();
    let lines = line_directives(source, &prepared, &mut diagnostics);
    source.set_line_directives(lines);
    if prepared.too_deep {
        return (empty_file(source, ids), diagnostics);
    }
    let wanted = STACK_BASE + prepared.nesting * STACK_PER_LEVEL;
    if stacker::remaining_stack().is_some_and(|left| left < wanted) {
        diagnostics.push(Diagnostic::error(Span::new(source.id, 0, 0), "nesting is too deep"));
        return (empty_file(source, ids), diagnostics);
    }
    let (file, errors) = FileParser { source, prepared: &prepared, ids }.parse();
    diagnostics.extend(errors);
    // As they are met from left to right.
    diagnostics.sort_by_key(|d| d.span.lo);
    (file, diagnostics)
}

/// What the parser may take of the stack: by itself, and for each level of nesting (measured without optimisation).
const STACK_BASE: usize = 128 << 10;
const STACK_PER_LEVEL: usize = 16 << 10;

/// The `line` directives that are well-formed: `//line` at the start of a line, `/*line` anywhere. What is wrong with the
/// others is pushed to `errors`; those without a colon are comments.
fn line_directives(source: &SourceFile, prepared: &Prepared, errors: &mut Vec<Diagnostic>) -> Vec<LineDirective> {
    const LARGEST: u32 = 1 << 30;
    let mut parse = |directive: &Directive| {
        if directive.name.as_str() != "line" {
            return None;
        }
        let Span { lo, hi, .. } = directive.span;
        let block = source.bytes[lo as usize + 1] == b'*';
        if !block && source.line_col(lo).col != 1 {
            return None;
        }
        let from = lo as usize + "//line ".len();
        let text = source.bytes.get(from..hi as usize)?;
        let text = if block { text.strip_suffix(b"*/")? } else { text.strip_suffix(b"\r").unwrap_or(text) };
        let text = std::str::from_utf8(text).ok()?;
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
        let in_range = |n: u64| u32::try_from(n).ok().filter(|n| (1..=LARGEST).contains(n));
        let mut wrong = |what: &str, at: usize, number: &str| {
            let span = Span::new(source.id, from + at, from + at + number.len());
            errors.push(Diagnostic::error(span, format!("invalid {what} number: {number}")));
        };
        let (rest, last) = text.rsplit_once(':')?;
        let Some(n) = number(last) else {
            wrong("line", rest.len() + 1, last);
            return None;
        };
        let inner = rest.rsplit_once(':').and_then(|(name, line)| Some((name, line, number(line)?)));
        let (name, at, line, col) = match inner {
            Some((name, line, n_line)) => match in_range(n) {
                Some(col) => (name, name.len() + 1, (line, n_line), col),
                None => {
                    wrong("column", rest.len() + 1, last);
                    return None;
                }
            },
            None => (rest, rest.len() + 1, (last, n), 0),
        };
        let Some(number) = in_range(line.1) else {
            wrong("line", at, line.0);
            return None;
        };
        let from = if block { hi } else { hi + 1 };
        let keeps_name = name.is_empty() && col > 0;
        Some(LineDirective { from, name: (!keeps_name).then(|| name.into()), line: number, col })
    };
    prepared.directives.iter().filter_map(&mut parse).collect()
}

/// Runs `f` on a thread whose stack holds every nesting the parser accepts.
/// Whatever recurses over trees (checker, dump, drop) belongs on it too.
pub fn with_parser_stack<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    // Address space only; pages are taken as they are touched.
    const STACK: usize = 512 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("parser".into())
            .stack_size(STACK)
            .spawn_scoped(scope, f)
            .expect("cannot start the parser thread");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn empty_file(source: &SourceFile, ids: &mut NodeIds) -> File {
    let span = Span::new(source.id, 0, source.bytes.len());
    let name = Ident { id: ids.fresh(), span: span.start().span(), name: Symbol::new("_") };
    File { id: source.id, span, package: span.start(), name, directives: Vec::new(), decls: Vec::new() }
}

struct FileParser<'p> {
    source: &'p SourceFile,
    prepared: &'p Prepared,
    ids: &'p mut NodeIds,
}

impl FileParser<'_> {
    fn parse(self) -> (File, Vec<Diagnostic>) {
        let mut file = empty_file(self.source, self.ids);
        let letters = self.prepared.letters.as_str();
        let mut builder = Builder::new(self.source, self.prepared, self.ids);
        let mut chunks = self.prepared.chunks.iter().copied();
        let clause = chunks
            .next()
            .ok_or(0)
            .and_then(|chunk| parse_chunk(Rule::package_chunk, letters, chunk).map(|pairs| (pairs, chunk)));
        match clause {
            Ok((pairs, chunk)) => (file.package, file.name) = builder.package_clause(pairs, chunk),
            Err(_) => {
                let start = Span::new(self.source.id, 0, 0);
                builder.error(start, "syntax error: package statement must be first");
                return Self::finish(self.source, self.prepared, file, builder.errors, builder.limits);
            }
        }
        let mut declared = false;
        for chunk in chunks {
            match parse_chunk(Rule::decl_chunk, letters, chunk) {
                Ok(pairs) => {
                    let decl = builder.decl_chunk(pairs, chunk);
                    match &decl {
                        Decl::Import(group) if declared => {
                            builder.error(group.span, "syntax error: imports must appear before other declarations");
                        }
                        Decl::Import(_) => {}
                        _ => declared = true,
                    }
                    file.decls.push(decl);
                }
                Err(token) => {
                    declared = true;
                    let at = self.prepared.tokens[..chunk.end].get(chunk.first + token);
                    let place = Span::new(self.source.id, at.map_or(chunk.hi, |t| t.lo as usize), chunk.hi);
                    builder.error(place, "syntax error: cannot parse this declaration");
                    file.decls.push(Decl::Bad(Span::new(self.source.id, chunk.lo, chunk.hi)));
                }
            }
        }
        Self::finish(self.source, self.prepared, file, builder.errors, builder.limits)
    }

    /// The grammar's and the builder's errors only say that something is wrong; how, tells [`explain`].
    fn finish(
        source: &SourceFile,
        prepared: &Prepared,
        mut file: File,
        errors: Vec<Diagnostic>,
        limits: Vec<Diagnostic>,
    ) -> (File, Vec<Diagnostic>) {
        file.directives = prepared.directives.clone();
        if !limits.is_empty() || errors.is_empty() {
            return (file, limits);
        }
        let explained = explain::explain(source, prepared);
        // Nothing is said of what is missing behind text that makes no tokens.
        let lexical = !prepared.errors.is_empty();
        (file, if explained.is_empty() && !lexical { errors } else { explained })
    }
}

/// The pairs of a chunk, or the token at which it stops making sense.
fn parse_chunk(rule: Rule, letters: &str, chunk: Chunk) -> Result<pest::iterators::Pairs<'_, Rule>, usize> {
    GoParser::parse(rule, &letters[chunk.first..chunk.end]).map_err(|error| match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    })
}
