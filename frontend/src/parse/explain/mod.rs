//! What is wrong with a text the grammar refuses, in gc's words and with gc's recovery.
//!
//! A grammar says where it got stuck, not what a reader would have expected there. So a refused file is read once more, by
//! recursive descent over its tokens: no tree is made, only what decides how to go on ([`Form`]) is kept. A mistake is
//! reported and reading goes on at a token that can follow, so that a file has all its independent mistakes reported.
//!
//! Invariants: every loop consumes a token or ends; at the end of the file only the first mistake is reported.

mod decl;
mod expr;
mod stmt;
mod token;
mod types;

use super::semicolons::{MAX_NESTING, Prepared};
use crate::diagnostic::Diagnostic;
use crate::span::{SourceFile, Span};
use expr::Form;
use token::{Kind, Token, tokens};

/// The mistakes of a file, in the order they are met.
pub fn explain(source: &SourceFile, prepared: &Prepared) -> Vec<Diagnostic> {
    let mut reader = Reader {
        source,
        tokens: tokens(source, prepared),
        at: 0,
        functions: 0,
        literal_level: 0,
        depth: 0,
        has_lexical_errors: !prepared.errors.is_empty(),
        last_line: None,
        errors: Vec::new(),
    };
    reader.file();
    reader.errors
}

struct Reader<'t> {
    source: &'t SourceFile,
    tokens: Vec<Token<'t>>,
    at: usize,
    /// Function bodies around this place.
    functions: usize,
    /// Below zero in the header of a statement, where `T{` starts no literal; brackets raise it again.
    literal_level: i32,
    depth: usize,
    has_lexical_errors: bool,
    /// The line of the last syntax error: a line has one.
    last_line: Option<u32>,
    errors: Vec<Diagnostic>,
}

/// Where to go on after a mistake inside a function, besides the tokens that fit.
const STATEMENTS: &[Kind] = &[
    Kind::Break,
    Kind::Const,
    Kind::Continue,
    Kind::Defer,
    Kind::Fallthrough,
    Kind::For,
    Kind::Go,
    Kind::Goto,
    Kind::If,
    Kind::Return,
    Kind::Select,
    Kind::Switch,
    Kind::Type,
    Kind::Var,
];

impl<'t> Reader<'t> {
    fn token(&self) -> Token<'t> {
        self.tokens[self.at]
    }

    fn kind(&self) -> Kind {
        self.token().kind
    }

    fn is(&self, kind: Kind) -> bool {
        self.kind() == kind
    }

    fn is_operator(&self, text: &str) -> bool {
        self.is(Kind::Operator) && self.token().text == text
    }

    fn span(&self) -> Span {
        self.token().span
    }

    fn next(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn got(&mut self, kind: Kind) -> bool {
        let found = self.is(kind);
        if found {
            self.next();
        }
        found
    }

    fn want(&mut self, kind: Kind) {
        if !self.got(kind) {
            self.unexpected(&format!(", expected {}", kind.wanted()));
            self.next();
        }
    }

    // ---- mistakes

    /// Any mistake but a syntax error, which has its own prefix and rules.
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::error(span, message));
    }

    fn syntax_error(&mut self, span: Span, message: &str) {
        if self.is(Kind::Eof) && (self.has_lexical_errors || !self.errors.is_empty()) {
            return;
        }
        let line = self.source.line_col(span.lo).line;
        if self.last_line != Some(line) {
            self.last_line = Some(line);
            self.error(span, format!("syntax error: {message}"));
        }
    }

    /// A mistake at this token that its message need not name.
    fn wrong(&mut self, message: &str) {
        self.syntax_error(self.span(), message);
    }

    /// `unexpected TOKEN`, then `rest`.
    fn unexpected(&mut self, rest: &str) {
        let found = self.token().found();
        self.wrong(&format!("unexpected {found}{rest}"));
    }

    /// Skips to one of these tokens, in a function also to one that starts a statement.
    fn skip_to(&mut self, kinds: &[Kind]) {
        while !self.is(Kind::Eof) {
            let kind = self.kind();
            if kinds.contains(&kind) || self.functions > 0 && STATEMENTS.contains(&kind) {
                return;
            }
            self.next();
        }
    }

    /// Reads something nested. What is nested too deeply was reported before the grammar was asked, except for what needs
    /// no brackets; that ends the reading.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> T, deep: T) -> T {
        if self.depth > 4 * MAX_NESTING {
            if self.last_line != Some(u32::MAX) {
                self.last_line = Some(u32::MAX);
                self.error(self.span(), "nesting is too deep");
            }
            self.at = self.tokens.len() - 1;
            return deep;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// A list up to `close`; `element` says whether it was the last one.
    fn list(
        &mut self,
        context: &str,
        separator: Kind,
        close: Kind,
        mut element: impl FnMut(&mut Self) -> bool,
    ) -> Span {
        let mut done = false;
        while !self.is(Kind::Eof) && !self.is(close) && !done {
            done = element(self);
            if !self.got(separator) && !self.is(close) {
                let (separator, close_text) = (separator.wanted(), close.wanted());
                self.unexpected(&format!(" in {context}; possibly missing {separator} or {close_text}"));
                self.skip_to(&[Kind::RParen, Kind::RBrack, Kind::RBrace]);
                if !self.is(close) {
                    return self.span();
                }
            }
        }
        let end = self.span();
        self.want(close);
        end
    }

    fn name(&mut self) {
        if !self.got(Kind::Name) {
            self.unexpected(", expected name");
            self.next();
        }
    }

    /// Further names after the first.
    fn more_names(&mut self) -> usize {
        let mut count = 1;
        while self.got(Kind::Comma) {
            self.name();
            count += 1;
        }
        count
    }

    /// The text of the tokens from one up to another, as messages quote it.
    fn text_between(&self, from: usize, to: usize) -> String {
        let Some((first, last)) = self.tokens[from..to.max(from)].first().zip(self.tokens[..to].last()) else {
            return String::new();
        };
        let bytes = &self.source.bytes[first.span.lo as usize..last.span.hi as usize];
        String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
