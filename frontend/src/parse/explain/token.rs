//! The tokens of a prepared text, named as gc's messages name them.

use super::super::alphabet;
use super::super::number::scan_number;
use super::super::semicolons::Prepared;
use crate::ast::BinaryOp;
use crate::span::{SourceFile, Span};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    Eof,
    Name,
    Literal,
    /// An operator of an expression, but `*` and `<-`.
    Operator,
    Star,
    Arrow,
    /// `+=` and its like.
    AssignOp,
    /// `++` or `--`.
    IncDec,
    Assign,
    Define,
    LParen,
    LBrack,
    LBrace,
    RParen,
    RBrack,
    RBrace,
    Comma,
    Semi,
    Colon,
    Dot,
    Dots,
    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

const KEYWORDS: &[(&str, Kind)] = &[
    ("break", Kind::Break),
    ("case", Kind::Case),
    ("chan", Kind::Chan),
    ("const", Kind::Const),
    ("continue", Kind::Continue),
    ("default", Kind::Default),
    ("defer", Kind::Defer),
    ("else", Kind::Else),
    ("fallthrough", Kind::Fallthrough),
    ("for", Kind::For),
    ("func", Kind::Func),
    ("go", Kind::Go),
    ("goto", Kind::Goto),
    ("if", Kind::If),
    ("import", Kind::Import),
    ("interface", Kind::Interface),
    ("map", Kind::Map),
    ("package", Kind::Package),
    ("range", Kind::Range),
    ("return", Kind::Return),
    ("select", Kind::Select),
    ("struct", Kind::Struct),
    ("switch", Kind::Switch),
    ("type", Kind::Type),
    ("var", Kind::Var),
];

/// Operators and punctuation, the longest first.
const SYMBOLS: &[(&str, Kind)] = &[
    ("<<=", Kind::AssignOp),
    (">>=", Kind::AssignOp),
    ("&^=", Kind::AssignOp),
    ("...", Kind::Dots),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("<<", Kind::Operator),
    (">>", Kind::Operator),
    ("&^", Kind::Operator),
    (":=", Kind::Define),
    ("+=", Kind::AssignOp),
    ("-=", Kind::AssignOp),
    ("*=", Kind::AssignOp),
    ("/=", Kind::AssignOp),
    ("%=", Kind::AssignOp),
    ("&=", Kind::AssignOp),
    ("|=", Kind::AssignOp),
    ("^=", Kind::AssignOp),
    ("<-", Kind::Arrow),
    ("++", Kind::IncDec),
    ("--", Kind::IncDec),
    ("+", Kind::Operator),
    ("-", Kind::Operator),
    ("*", Kind::Star),
    ("/", Kind::Operator),
    ("%", Kind::Operator),
    ("&", Kind::Operator),
    ("|", Kind::Operator),
    ("^", Kind::Operator),
    ("<", Kind::Operator),
    (">", Kind::Operator),
    ("=", Kind::Assign),
    ("!", Kind::Operator),
    ("~", Kind::Operator),
    ("(", Kind::LParen),
    (")", Kind::RParen),
    ("[", Kind::LBrack),
    ("]", Kind::RBrack),
    ("{", Kind::LBrace),
    ("}", Kind::RBrace),
    (",", Kind::Comma),
    (";", Kind::Semi),
    (":", Kind::Colon),
    (".", Kind::Dot),
];

impl Kind {
    /// The token as messages ask for it.
    pub fn wanted(self) -> String {
        match self {
            Kind::Comma => "comma".into(),
            Kind::Semi => "semicolon or newline".into(),
            Kind::Name => "name".into(),
            _ => match KEYWORDS.iter().find(|k| k.1 == self) {
                Some((word, _)) => format!("keyword {word}"),
                None => SYMBOLS.iter().find(|s| s.1 == self).map_or(String::new(), |(text, _)| text.to_string()),
            },
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Token<'t> {
    pub kind: Kind,
    pub span: Span,
    /// As written; `semicolon`, `newline` or `EOF` for a [`Kind::Semi`].
    pub text: &'t str,
}

impl Token<'_> {
    /// The token as messages show it.
    pub fn found(&self) -> String {
        match self.kind {
            Kind::Name => format!("name {}", self.text),
            Kind::Literal => format!("literal {}", self.text),
            Kind::Comma => "comma".into(),
            Kind::Eof => "EOF".into(),
            _ if alphabet::keyword(self.text.as_bytes()).is_some() => format!("keyword {}", self.text),
            _ => self.text.to_string(),
        }
    }

    /// Of a binary operator, higher for tighter ones; 0 for anything else.
    pub fn precedence(&self) -> u8 {
        match self.kind {
            Kind::Operator | Kind::Star => BinaryOp::parse(self.text).map_or(0, |op| op.precedence() as u8),
            _ => 0,
        }
    }
}

/// All tokens, the last of them [`Kind::Eof`].
pub fn tokens<'t>(source: &SourceFile, prepared: &'t Prepared) -> Vec<Token<'t>> {
    let text = prepared.text.as_str();
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (kind, len) = token(text, at);
        let mut span = Span::new(source.id, at, at + len);
        let mut word = &text[at..at + len];
        if kind == Kind::Semi {
            word = "semicolon";
            if source.bytes.get(at) != Some(&b';') {
                let end = line_end(&source.bytes, at);
                word = if end < source.bytes.len() { "newline" } else { "EOF" };
                span = Span::new(source.id, end, end);
            }
        }
        tokens.push(Token { kind, span, text: word });
        at += len;
    }
    let end = Span::new(source.id, source.bytes.len(), source.bytes.len());
    tokens.push(Token { kind: Kind::Eof, span: end, text: "EOF" });
    tokens
}

/// Kind and length of the token at a place where there is one.
fn token(text: &str, at: usize) -> (Kind, usize) {
    let rest = &text[at..];
    let first = rest.chars().next().unwrap_or(' ');
    if first.is_ascii_digit() || first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return (Kind::Literal, scan_number(text.as_bytes(), at).0.max(at + 1) - at);
    }
    if matches!(first, '"' | '`' | '\'') {
        return (Kind::Literal, literal_len(rest, first));
    }
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    if word > 0 {
        let kind = KEYWORDS.iter().find(|(keyword, _)| *keyword == &rest[..word]).map_or(Kind::Name, |k| k.1);
        return (kind, word);
    }
    match SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
        Some(&(symbol, kind)) => (kind, symbol.len()),
        // The pre-pass has blanked what is no character of Go.
        None => (Kind::Name, first.len_utf8()),
    }
}

fn literal_len(rest: &str, quote: char) -> usize {
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

/// Where the line that ends a statement at `at` is seen to end: at the line break, or at the comment it is in.
fn line_end(src: &[u8], mut at: usize) -> usize {
    while at < src.len() {
        match src[at] {
            b'\n' => break,
            b'/' if src[at..].starts_with(b"//") => break,
            b'/' if src[at..].starts_with(b"/*") => {
                let len = src[at + 2..].windows(2).position(|w| w == b"*/").map_or(src.len() - at, |n| n + 4);
                if src[at..at + len].contains(&b'\n') {
                    break;
                }
                at += len;
            }
            _ => at += 1,
        }
    }
    at
}
