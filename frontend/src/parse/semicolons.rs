//! The pre-pass that makes Go free-form, in place.
//!
//! Go ends statements at line ends by a rule about the last token of a line.
//! This pass reads the tokens of a file and writes a copy of the same length
//! in which that `;` stands right behind the token, comments and directives
//! are blanks, and lexical mistakes (reported here) are replaced by something
//! harmless. Offsets stay true, so spans of the copy are spans of the source.
//! Only a file that ends without a newline may grow, by one `;`.
//!
//! On the way it notes the tokens, as letters that the grammar reads and as
//! places in the copy, and cuts the file at the `;` outside of all brackets:
//! each [`Chunk`] holds one top-level declaration and is parsed by itself, so
//! one mistake does not hide the next.

use super::alphabet;
use super::number::scan_number;
use crate::ast::Directive;
use crate::diagnostic::Diagnostic;
use crate::literal;
use crate::span::{SourceFile, Span};
use crate::symbol::Symbol;

/// Brackets nested deeper than this are refused: every later stage recurses
/// over the tree.
pub const MAX_NESTING: usize = 2_000;

/// What the grammar reads, and what it cannot see.
pub struct Prepared {
    /// Same length as the source, or one longer.
    pub text: String,
    /// One ASCII letter per token: see [`super::alphabet`]. The `;` that end chunks are left out.
    pub letters: String,
    /// Where each of them stands in the text.
    pub tokens: Vec<Token>,
    pub chunks: Vec<Chunk>,
    pub directives: Vec<Directive>,
    /// Comments in source order.
    pub comments: Vec<Span>,
    pub errors: Vec<Diagnostic>,
    /// Where literals stood that are wrong, in order.
    pub bad_literals: Vec<u32>,
    /// How deep the grammar may have to recurse: brackets, and prefixes of types.
    pub nesting: usize,
    /// Set when [`MAX_NESTING`] was passed; the text is not worth parsing.
    pub too_deep: bool,
}

/// The bytes `lo..hi` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub lo: u32,
    pub hi: u32,
}

/// A piece of the text between two `;` at bracket depth 0, the `;` left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub lo: usize,
    pub hi: usize,
    /// Its tokens.
    pub first: usize,
    pub end: usize,
}

pub fn prepare(source: &SourceFile) -> Prepared {
    let mut scanner = Scanner::new(source);
    scanner.run();
    scanner.finish()
}

struct Scanner<'s> {
    source: &'s SourceFile,
    /// The source, with bytes that are not UTF-8 replaced by `?`.
    src: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    /// Whether a line end here ends a statement.
    semi_due: bool,
    /// End of the last token, where that `;` goes.
    token_end: usize,
    depth: usize,
    /// How many prefixes of types (`*`, `[]`, `func()`, …) are open here, those before the brackets around included.
    prefixes: usize,
    /// `prefixes` at each open bracket.
    outer: Vec<usize>,
    letters: Vec<u8>,
    chunk_start: usize,
    chunk_first: usize,
    prepared: Prepared,
}

impl<'s> Scanner<'s> {
    fn new(source: &'s SourceFile) -> Scanner<'s> {
        let mut scanner = Scanner {
            source,
            src: source.bytes.clone(),
            out: Vec::new(),
            at: 0,
            semi_due: false,
            token_end: 0,
            depth: 0,
            prefixes: 0,
            outer: Vec::new(),
            letters: Vec::new(),
            chunk_start: 0,
            chunk_first: 0,
            prepared: Prepared {
                text: String::new(),
                letters: String::new(),
                tokens: Vec::new(),
                chunks: Vec::new(),
                directives: Vec::new(),
                comments: Vec::new(),
                errors: Vec::new(),
                bad_literals: Vec::new(),
                nesting: 0,
                too_deep: false,
            },
        };
        scanner.repair_utf8();
        scanner.out = scanner.src.clone();
        scanner.out.push(b' ');
        scanner
    }

    fn repair_utf8(&mut self) {
        let mut from = 0;
        while let Err(e) = std::str::from_utf8(&self.src[from..]) {
            let bad = from + e.valid_up_to();
            self.error(bad, bad + 1, "invalid UTF-8 encoding");
            self.src[bad] = b'?';
            from = bad + 1;
        }
        if self.src.contains(&0) {
            for i in 0..self.src.len() {
                if self.src[i] == 0 {
                    self.error(i, i + 1, "invalid NUL character");
                    self.src[i] = b' ';
                }
            }
        }
        const BOM: &[u8] = "\u{feff}".as_bytes();
        let mut from = 0;
        while let Some(n) = self.src[from..].windows(BOM.len()).position(|w| w == BOM) {
            let at = from + n;
            if at > 0 {
                self.error(at, at + BOM.len(), "invalid BOM in the middle of the file");
            }
            self.src[at..at + BOM.len()].fill(b' ');
            from = at + BOM.len();
        }
    }

    fn finish(mut self) -> Prepared {
        self.prepared.text = String::from_utf8(self.out).expect("blanking keeps UTF-8 intact");
        self.prepared.letters = String::from_utf8(self.letters).expect("letters are ASCII");
        self.prepared
    }

    fn error(&mut self, lo: usize, hi: usize, message: impl Into<String>) {
        let span = Span::new(self.source.id, lo, hi);
        self.prepared.errors.push(Diagnostic::error(span, message));
    }

    fn byte(&self, i: usize) -> u8 {
        self.src.get(i).copied().unwrap_or(0)
    }

    fn char_at(&self, i: usize) -> Option<char> {
        // A char is at most four bytes; cut the slice at the next boundary.
        let rest = &self.src[i.min(self.src.len())..];
        let len = match rest.first()? {
            0..=0x7f => 1,
            0..=0xdf => 2,
            0..=0xef => 3,
            _ => 4,
        };
        std::str::from_utf8(&rest[..len.min(rest.len())]).ok()?.chars().next()
    }

    fn blank(&mut self, lo: usize, hi: usize) {
        for b in &mut self.out[lo..hi] {
            if *b != b'\n' {
                *b = b' ';
            }
        }
    }

    fn run(&mut self) {
        while self.at < self.src.len() {
            self.token();
            if self.depth > MAX_NESTING || self.prefixes > 2 * MAX_NESTING {
                self.error(self.at - 1, self.at, "nesting is too deep");
                self.prepared.too_deep = true;
                return;
            }
        }
        self.line_end();
        let end = self.src.len();
        let (first, count) = (self.chunk_first, self.letters.len());
        if first < count {
            self.prepared.chunks.push(Chunk { lo: self.chunk_start.min(end), hi: end, first, end: count });
        }
    }

    fn token(&mut self) {
        let start = self.at;
        match self.src[start] {
            b' ' | b'\t' | b'\r' => {
                self.at += 1;
                return;
            }
            b'\n' => {
                self.line_end();
                self.at += 1;
                return;
            }
            b'/' if matches!(self.byte(start + 1), b'/' | b'*') => {
                self.comment();
                return;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => {
                if !self.word() {
                    return;
                }
            }
            b'0'..=b'9' | b'"' | b'`' | b'\'' => self.literal(),
            b'.' if self.byte(start + 1).is_ascii_digit() => self.literal(),
            c @ (b'(' | b'[' | b'{') => {
                self.at += 1;
                self.semi_due = false;
                self.letter(start, c);
                self.depth += 1;
                self.outer.push(self.prefixes);
            }
            c @ (b')' | b']' | b'}') => {
                self.at += 1;
                self.semi_due = true;
                self.depth = self.depth.saturating_sub(1);
                self.prefixes = self.outer.pop().unwrap_or(0) + 1;
                self.letter(start, c);
            }
            b';' => {
                self.at += 1;
                self.semi_due = false;
                self.cut(start);
            }
            c => match alphabet::operator(&self.src[start..]) {
                Some((len, letter)) => {
                    self.at += len;
                    self.semi_due = letter == alphabet::INC_DEC;
                    self.letter(start, letter);
                }
                None => {
                    self.error(start, start + 1, format!("invalid character {}", describe_char(c as char)));
                    self.out[start] = b' ';
                    self.at += 1;
                    return;
                }
            },
        }
        self.token_end = self.at;
    }

    /// Notes the token from `start` to here.
    fn letter(&mut self, start: usize, letter: u8) {
        match letter {
            alphabet::STAR | alphabet::ARROW | alphabet::CHAN | alphabet::FUNC | alphabet::MAP => self.prefixes += 1,
            b'(' | b'[' | b')' | b']' => {}
            _ => self.prefixes = self.outer.last().copied().unwrap_or(0),
        }
        self.prepared.nesting = self.prepared.nesting.max(self.depth + self.prefixes);
        self.letters.push(letter);
        self.prepared.tokens.push(Token { lo: start as u32, hi: self.at as u32 });
    }

    fn literal(&mut self) {
        let start = self.at;
        match self.src[start] {
            b'"' => self.string(),
            b'`' => self.raw_string(),
            b'\'' => self.rune(),
            _ => self.number(),
        }
        // What is wrong was written over.
        let letter = match self.out[start] {
            b'"' | b'`' => alphabet::STRING,
            b'\'' => alphabet::RUNE,
            _ => alphabet::NUMBER,
        };
        self.letter(start, letter);
    }

    /// A line end, or the end of the file.
    fn line_end(&mut self) {
        if self.semi_due {
            self.semi_due = false;
            self.out[self.token_end] = b';';
            self.cut(self.token_end);
        }
    }

    /// A `;` stands at `semi`: a cut if it is outside of all brackets.
    fn cut(&mut self, semi: usize) {
        if self.depth > 0 {
            self.prefixes = self.outer.last().copied().unwrap_or(0);
            self.letters.push(b';');
            self.prepared.tokens.push(Token { lo: semi as u32, hi: semi as u32 + 1 });
            return;
        }
        let end = self.letters.len();
        self.prepared.chunks.push(Chunk { lo: self.chunk_start, hi: semi, first: self.chunk_first, end });
        self.chunk_start = semi + 1;
        self.chunk_first = end;
        self.prefixes = 0;
    }

    /// An identifier or keyword; false if the character is no letter.
    fn word(&mut self) -> bool {
        let start = self.at;
        let mut plain = true;
        loop {
            let c = self.byte(self.at);
            if c.is_ascii_alphanumeric() || c == b'_' {
                self.at += 1;
            } else if c < 0x80 {
                break;
            } else {
                plain = false;
                let Some(c) = self.char_at(self.at) else { break };
                if is_letter(c) || (is_digit(c) && self.at > start) {
                    self.at += c.len_utf8();
                    continue;
                }
                let end = self.at + c.len_utf8();
                let shown = describe_char(c);
                let message = if is_digit(c) {
                    format!("identifier cannot begin with digit {shown}")
                } else {
                    format!("invalid character {shown} in identifier")
                };
                self.error(self.at, end, message);
                self.at = end;
            }
        }
        let word = &self.src[start..self.at];
        let keyword = if plain { alphabet::keyword(word) } else { None };
        self.semi_due = keyword.is_none() || matches!(word, b"break" | b"continue" | b"fallthrough" | b"return");
        self.letter(start, keyword.unwrap_or(alphabet::NAME));
        true
    }

    fn number(&mut self) {
        let start = self.at;
        let (end, error) = scan_number(&self.src, start);
        self.at = end;
        self.semi_due = true;
        if let Some((at, message)) = error {
            self.error(at, at + 1, message);
            self.replace(start, end, b"0");
        }
    }

    /// Writes `text` over a literal that was wrong.
    fn replace(&mut self, lo: usize, hi: usize, text: &[u8]) {
        self.prepared.bad_literals.push(lo as u32);
        self.blank(lo, hi);
        if text.len() <= hi - lo {
            self.out[lo..lo + text.len()].copy_from_slice(text);
        } else {
            self.out[lo] = b'0';
        }
    }

    fn string(&mut self) {
        let start = self.at;
        self.semi_due = true;
        self.at += 1;
        loop {
            match self.byte(self.at) {
                b'"' => {
                    self.at += 1;
                    break;
                }
                b'\\' if self.at + 1 < self.src.len() && self.byte(self.at + 1) != b'\n' => {
                    self.at += 2;
                }
                b'\n' => {
                    self.error(self.at, self.at + 1, "newline in string");
                    self.replace(start, self.at, b"\"\"");
                    return;
                }
                _ if self.at >= self.src.len() => {
                    self.error(start, self.at, "string not terminated");
                    self.replace(start, self.at, b"\"\"");
                    return;
                }
                _ => self.at += 1,
            }
        }
        self.check_escapes(start, b"\"\"");
    }

    fn raw_string(&mut self) {
        let start = self.at;
        self.semi_due = true;
        match self.src[start + 1..].iter().position(|&b| b == b'`') {
            Some(n) => self.at = start + n + 2,
            None => {
                self.at = self.src.len();
                self.error(start, self.at, "string not terminated");
                self.replace(start, self.at, b"\"\"");
            }
        }
    }

    fn rune(&mut self) {
        let start = self.at;
        self.semi_due = true;
        self.at += 1;
        let mut n = 0;
        let (place, message) = loop {
            match self.byte(self.at) {
                b'\'' => {
                    self.at += 1;
                    match n {
                        0 => break (self.at - 1, "empty rune literal or unescaped '"),
                        1 => return self.check_escapes(start, b"'x'"),
                        _ => break (start, "more than one character in rune literal"),
                    }
                }
                b'\n' => break (self.at, "newline in rune literal"),
                _ if self.at >= self.src.len() => break (start, "rune literal not terminated"),
                b'\\' => {
                    self.at += literal::escape_len(&self.src[self.at..], b'\'');
                    n += 1;
                }
                _ => {
                    self.at += self.char_at(self.at).map_or(1, char::len_utf8);
                    n += 1;
                }
            }
        };
        self.error(place, place + 1, message);
        self.replace(start, self.at, b"'x'");
    }

    fn check_escapes(&mut self, start: usize, harmless: &[u8]) {
        let token = std::str::from_utf8(&self.src[start..self.at]).unwrap_or("");
        if !token.contains('\\') {
            return;
        }
        if let Some(e) = literal::check_escapes(token) {
            self.error(start + e.offset, start + e.offset + 1, e.message);
            self.replace(start, self.at, harmless);
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        let rest = &self.src[start + 2..];
        let block = self.src[start + 1] == b'*';
        if block {
            match rest.windows(2).position(|w| w == b"*/") {
                Some(n) => self.at = start + n + 4,
                None => {
                    self.at = self.src.len();
                    self.error(start, self.at, "comment not terminated");
                }
            }
            if self.src[start..self.at].contains(&b'\n') {
                // Like a line end. The `;` goes where the comment starts or
                // before, so blank first.
                self.blank(start, self.at);
                self.line_end();
                self.note_comment(start, block);
                return;
            }
        } else {
            self.at = rest.iter().position(|&b| b == b'\n').map_or(self.src.len(), |n| start + 2 + n);
        }
        self.blank(start, self.at);
        self.note_comment(start, block);
    }

    fn note_comment(&mut self, start: usize, block: bool) {
        let span = Span::new(self.source.id, start, self.at);
        self.prepared.comments.push(span);
        let text = &self.src[start + 2..self.at];
        let text = if block { text.strip_suffix(b"*/").unwrap_or(text) } else { text };
        let known = if block {
            text.starts_with(b"line ")
        } else {
            [&b"go:"[..], b"export ", b"line ", b"extern "].iter().any(|p| text.starts_with(p))
                || text.trim_ascii_start().starts_with(b"+build")
        };
        if known {
            let text = String::from_utf8_lossy(text);
            let text = text.trim();
            let (name, args) = text.split_once([' ', '\t']).unwrap_or((text, ""));
            self.prepared.directives.push(Directive { span, name: Symbol::new(name), args: args.trim().into() });
        }
    }
}

pub(super) fn is_letter(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic() || (!c.is_ascii() && pest::unicode::LETTER(c))
}

pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && pest::unicode::DECIMAL_NUMBER(c))
}

/// `U+0040 '@'`, as Go prints characters it rejects.
pub(super) fn describe_char(c: char) -> String {
    if c.is_control() { format!("U+{:04X}", c as u32) } else { format!("U+{:04X} '{c}'", c as u32) }
}
