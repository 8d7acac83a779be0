//! From the bytes of a file to its syntax tree.
//!
//! ```text
//! bytes ── semicolons ──▶ text of equal length, cut into chunks
//!       ── go.pest    ──▶ pairs, chunk by chunk
//!       ── build_*    ──▶ ast::File
//! ```
//!
//! Parsing never fails as a whole: it gives a tree of what it understood, and
//! diagnostics. pest's pairs do not leave this folder.

mod build;
mod build_expr;
mod build_stmt;
mod build_type;
mod error;
mod grammar;
mod number;
mod semicolons;

#[cfg(test)]
mod tests;

use crate::ast::{Decl, File, Ident, NodeIds};
use crate::diagnostic::Diagnostic;
use crate::span::{SourceFile, Span};
use crate::symbol::Symbol;
use build::Builder;
use error::Context;
use grammar::{GoParser, Rule};
use pest::Parser;
use semicolons::{Chunk, Prepared, prepare};

/// Parses one file. All files of a package share `ids`.
///
/// Works on any stack (a nesting that the stack cannot hold is an error), but
/// legal programs may need more than a thread has by default: see
/// [`with_parser_stack`].
pub fn parse_file(source: &SourceFile, ids: &mut NodeIds) -> (File, Vec<Diagnostic>) {
    let mut prepared = prepare(source);
    let mut diagnostics = std::mem::take(&mut prepared.errors);
    if prepared.too_deep {
        return (empty_file(source, ids), diagnostics);
    }
    let (file, errors) = FileParser { source, prepared: &prepared, ids }.parse();
    diagnostics.extend(errors);
    (file, diagnostics)
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
        let text = self.prepared.text.as_str();
        let mut chunks =
            self.prepared.chunks.iter().copied().filter(|c| text[c.lo..c.hi].bytes().any(|b| !b.is_ascii_whitespace()));
        let mut builder = Builder::new(self.source, self.prepared, self.ids);

        let Some(first) = chunks.next() else {
            let end = Span::new(self.source.id, text.len() - 1, text.len() - 1);
            builder.error(end, "syntax error: package statement must be first");
            return (file, builder.errors);
        };
        match parse_chunk(Rule::package_chunk, text, first) {
            Ok(pairs) => (file.package, file.name) = builder.package_clause(pairs, first),
            Err(e) => {
                let starts_so = text[first.lo..first.hi].trim_start().starts_with("package");
                let context = if starts_so { Context::PackageClause } else { Context::FileStart };
                let error = error::describe(&e, self.source, self.prepared, first, context);
                builder.errors.push(error);
                if !starts_so {
                    return (file, builder.errors);
                }
            }
        }

        let mut declared = false;
        for chunk in chunks {
            match parse_chunk(Rule::decl_chunk, text, chunk) {
                Ok(pairs) => {
                    let decl = builder.decl_chunk(pairs, chunk);
                    match &decl {
                        Decl::Import(group) if declared => {
                            let message = "syntax error: imports must appear before other declarations";
                            builder.error(group.span, message);
                        }
                        Decl::Import(_) => {}
                        _ => declared = true,
                    }
                    file.decls.push(decl);
                }
                Err(e) => {
                    declared = true;
                    let error = error::describe(&e, self.source, self.prepared, chunk, Context::TopLevel);
                    builder.errors.push(error);
                    file.decls.push(Decl::Bad(Span::new(self.source.id, chunk.lo, chunk.hi)));
                }
            }
        }
        let errors = std::mem::take(&mut builder.errors);
        file.directives = self.prepared.directives.clone();
        (file, errors)
    }
}

fn parse_chunk(
    rule: Rule,
    text: &str,
    chunk: Chunk,
) -> Result<pest::iterators::Pairs<'_, Rule>, Box<pest::error::Error<Rule>>> {
    GoParser::parse(rule, &text[chunk.lo..chunk.hi]).map_err(Box::new)
}
