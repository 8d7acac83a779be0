//! `byte` or `uint8`, `rune` or `int32`: one type each, and messages call it what the package calls it.
//!
//! Types do not remember under which name they were written. So a message takes the name that occurs in the package;
//! where both do, what `Types::type_str` chose stands.

use std::cell::OnceCell;

use super::Checker;
use crate::types::TypeId;

/// Which of two names a package uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Usage {
    First,
    Second,
    Both,
}

/// What is known about a package's habits; looked up for the first message.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    usage: OnceCell<[Usage; 2]>,
}

/// Alias, and name of the type. The alias is the one taken if the package has neither.
const PAIRS: [(&str, &str); 2] = [("byte", "uint8"), ("rune", "int32")];

fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

/// Byte positions at which `word` stands alone.
fn occurrences(text: &[u8], word: &[u8]) -> Vec<usize> {
    let Some(&first) = word.first() else { return Vec::new() };
    let mut found = Vec::new();
    for (at, &b) in text.iter().enumerate() {
        let end = at + word.len();
        if b == first
            && text.get(at..end) == Some(word)
            && !text.get(end).copied().is_some_and(is_word_byte)
            && !(at > 0 && is_word_byte(text[at - 1]))
        {
            found.push(at);
        }
    }
    found
}

fn replace_word(text: &str, word: &str, by: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for at in occurrences(text.as_bytes(), word.as_bytes()) {
        out.push_str(&text[from..at]);
        out.push_str(by);
        from = at + word.len();
    }
    out.push_str(&text[from..]);
    out
}

impl Checker<'_> {
    /// A type as messages print it.
    pub(super) fn str(&self, ty: TypeId) -> String {
        let mut text = self.types.type_str(ty, Some(self.pkg));
        if !PAIRS.iter().any(|(alias, name)| text.contains(alias) || text.contains(name)) {
            return text;
        }
        let usage = self.spelling.usage.get_or_init(|| PAIRS.map(|pair| self.usage(pair)));
        for ((alias, name), usage) in PAIRS.into_iter().zip(usage) {
            text = match usage {
                Usage::First => replace_word(&text, name, alias),
                Usage::Second => replace_word(&text, alias, name),
                Usage::Both => text,
            };
        }
        text
    }

    fn usage(&self, (alias, name): (&str, &str)) -> Usage {
        let uses = |word: &str| {
            self.files.iter().any(|f| !occurrences(&self.sources.file(f.id).bytes, word.as_bytes()).is_empty())
        };
        match (uses(alias), uses(name)) {
            (_, false) => Usage::First,
            (false, true) => Usage::Second,
            (true, true) => Usage::Both,
        }
    }
}
