//! Syntax errors in gc's words.
//!
//! pest says how far the text made sense and which rules were tried there;
//! the tokens around that place say the rest.

use super::grammar::Rule;
use super::semicolons::{Chunk, Prepared, describe_char, is_keyword};
use crate::diagnostic::Diagnostic;
use crate::span::{SourceFile, Span};
use pest::error::{Error, ErrorVariant, InputLocation};

/// What was being parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// The first chunk of a file does not start with `package`.
    FileStart,
    PackageClause,
    TopLevel,
}

pub fn describe(
    error: &Error<Rule>,
    source: &SourceFile,
    prepared: &Prepared,
    chunk: Chunk,
    context: Context,
) -> Diagnostic {
    let text = prepared.text.as_str();
    let offset = match error.location {
        InputLocation::Pos(p) | InputLocation::Span((p, _)) => p,
    };
    let mut at = (chunk.lo + offset).min(chunk.hi);
    while at < chunk.hi && text.as_bytes()[at].is_ascii_whitespace() {
        at += 1;
    }
    let span = |lo: usize, hi: usize| Span::new(source.id, lo, hi.max(lo));

    let first = chunk.lo + text[chunk.lo..chunk.hi].len() - text[chunk.lo..chunk.hi].trim_ascii_start().len();
    if context == Context::FileStart {
        let message = "syntax error: package statement must be first";
        return Diagnostic::error(span(first, first + 1), message);
    }
    if let ErrorVariant::CustomError { .. } = &error.variant {
        // pest ran into the end of the stack.
        return Diagnostic::error(span(first, first + 1), "nesting is too deep");
    }

    let token = token_at(source, text, at);
    let place = span(token.at, token.at + token.len);
    if context == Context::TopLevel && at == first && !starts_declaration(text, at) {
        let message = "syntax error: non-declaration statement outside function body";
        return Diagnostic::error(place, message);
    }
    let tried: &[Rule] = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    };
    let rest = expectation(text, chunk, at, tried, context, &token);
    Diagnostic::error(place, format!("syntax error: unexpected {}{rest}", token.text))
}

fn starts_declaration(text: &str, at: usize) -> bool {
    let word: &str = word_at(text, at);
    matches!(word, "func" | "var" | "type" | "const" | "import")
}

fn word_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    &rest[..end]
}

/// A token as gc names it in messages.
struct Token {
    /// Position in the source, where the user sees the mistake.
    at: usize,
    len: usize,
    text: String,
}

fn token_at(source: &SourceFile, text: &str, at: usize) -> Token {
    let src = &source.bytes;
    let simple = |text: &str, len: usize| Token { at, len, text: text.to_string() };
    let rest = &text[at.min(text.len())..];
    let Some(c) = rest.chars().next() else {
        return Token { at: src.len(), len: 0, text: "EOF".into() };
    };
    match c {
        ';' if src.get(at) == Some(&b';') => return simple("semicolon", 1),
        ';' => {
            // Written by the pre-pass: the line ends at or after this place.
            return match src[at.min(src.len())..].iter().position(|&b| b == b'\n') {
                Some(n) => Token { at: at + n, len: 0, text: "newline".into() },
                None => Token { at: src.len(), len: 0, text: "EOF".into() },
            };
        }
        ' ' | '\n' | '\t' | '\r' if at + 1 >= src.len() => {
            return Token { at: src.len(), len: 0, text: "EOF".into() };
        }
        ',' => return simple("comma", 1),
        '"' | '`' | '\'' => {
            let end = literal_end(rest, c);
            return simple(&format!("literal {}", &rest[..end]), end);
        }
        _ => {}
    }
    if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
        let (end, _) = super::number::scan_number(text.as_bytes(), at);
        return simple(&format!("literal {}", &text[at..end]), end - at);
    }
    let word = word_at(text, at);
    if is_keyword(word.as_bytes()) {
        return simple(&format!("keyword {word}"), word.len());
    }
    if !word.is_empty() {
        return simple(&format!("name {word}"), word.len());
    }
    for op in OPERATORS {
        if rest.starts_with(op) {
            return simple(op, op.len());
        }
    }
    simple(&describe_char(c), c.len_utf8())
}

/// Longest first.
const OPERATORS: &[&str] = &[
    "<<=", ">>=", "&^=", "...", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "&^", ":=", "+=", "-=", "*=", "/=",
    "%=", "&=", "|=", "^=", "<-", "++", "--", "+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "=", "!", "~", "(",
    ")", "[", "]", "{", "}", ":", ".",
];

fn literal_end(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return i + 1;
        }
    }
    rest.len()
}

/// The second half of the message: ` at end of statement`, `, expected …`.
fn expectation(text: &str, chunk: Chunk, at: usize, tried: &[Rule], context: Context, token: &Token) -> &'static str {
    let has = |r: Rule| tried.contains(&r);
    let before = text[chunk.lo..at].trim_ascii_end();
    if context == Context::PackageClause {
        return if before == "package" { ", expected name" } else { " after package clause" };
    }
    let ends_operand = before.ends_with(|c: char| c.is_alphanumeric() || "_)]}\"'`".contains(c))
        && !is_keyword(last_word(before).as_bytes());
    if ends_operand {
        let open = enclosing(before);
        return match open {
            None if has(Rule::chunk_end) => " after top level declaration",
            None if has(Rule::type_name) => ", expected type",
            None => " after top level declaration",
            Some(b'(') if has(Rule::dots) || has(Rule::binary_op) => {
                if opens_params(before) {
                    " in parameter list; possibly missing comma or )"
                } else {
                    " in argument list; possibly missing comma or )"
                }
            }
            Some(b'(') if has(Rule::need_semi) => ", expected semicolon, newline, or )",
            Some(b'(') => " in parameter list; possibly missing comma or )",
            Some(b'[') if has(Rule::binary_op) && token.text != "newline" => ", expected comma, : or ]",
            Some(b'[') => ", expected ]",
            Some(b'{') if has(Rule::need_semi) => {
                if has(Rule::define) || has(Rule::binary_op) || has(Rule::chunk_end) {
                    " at end of statement"
                } else if has(Rule::string) {
                    ", expected semicolon, newline, or } after field"
                } else {
                    " after statement"
                }
            }
            Some(b'{') if has(Rule::need_close) && has(Rule::binary_op) && has(Rule::colon) => {
                " in composite literal; possibly missing comma or }"
            }
            Some(b'{') if has(Rule::switch_open) => ", expected { after switch clause",
            Some(b'{') if has(Rule::block) => ", expected { after header",
            _ => " at end of statement",
        };
    }
    if has(Rule::expr) || has(Rule::h_expr) || has(Rule::number) || has(Rule::unary_op) {
        ", expected expression"
    } else if has(Rule::block) {
        ", expected {"
    } else if has(Rule::type_name) {
        ", expected type"
    } else if has(Rule::ident) || has(Rule::idents) {
        ", expected name"
    } else if has(Rule::colon) {
        ", expected :"
    } else if has(Rule::need_close) {
        ", expected }"
    } else if has(Rule::string) {
        ", expected import path"
    } else {
        ""
    }
}

fn last_word(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}

/// The innermost bracket that is open at the end of `text`. Brackets in
/// string literals are skipped.
fn enclosing(text: &str) -> Option<u8> {
    let at = enclosing_at(text)?;
    Some(text.as_bytes()[at])
}

fn enclosing_at(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut i = 0;
    let bytes = text.as_bytes();
    while i < bytes.len() {
        match bytes[i] {
            b'(' | b'[' | b'{' => open.push(i),
            b')' | b']' | b'}' => {
                open.pop();
            }
            q @ (b'"' | b'`' | b'\'') => {
                i += literal_end(&text[i..], q as char);
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    open.pop()
}

/// Whether the innermost open parenthesis belongs to a `func` signature.
fn opens_params(text: &str) -> bool {
    let Some(at) = enclosing_at(text) else { return false };
    let before = text[..at].trim_ascii_end();
    let word = last_word(before);
    let ahead = before[..before.len() - word.len()].trim_ascii_end();
    word == "func" || last_word(ahead) == "func"
}
