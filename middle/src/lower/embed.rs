//! `//go:embed`: the initial values of variables that hold files.
//!
//! A pattern is a slash-separated glob; one that names a directory stands for the files in it, those whose names
//! start with `.` or `_` left out unless it has the prefix `all:`. An `embed.FS` is a pointer to a slice of
//! `{name, data string; hash [16]byte}`, directories (names ending in `/`) included, sorted by directory, then name.

use std::collections::BTreeMap;

use frontend::types::*;

use super::Lower;
use super::data::DataBuf;
use crate::mir::{Layout, Symbol};

type Files = [(String, Vec<u8>)];

/// Bytes of one entry of an `embed.FS`.
const ENTRY: u64 = 48;

impl Lower<'_> {
    /// The initial value of a variable of type string, []byte or embed.FS.
    pub(super) fn embedded(&mut self, files: &Files, directives: &[&str], ty: TypeId) -> DataBuf {
        let patterns: Vec<String> = directives.iter().flat_map(|d| split_patterns(d)).collect();
        let chosen: BTreeMap<&str, &[u8]> = files
            .iter()
            .filter(|(name, _)| patterns.iter().any(|p| pattern_covers(p, name)))
            .map(|(name, data)| (name.as_str(), data.as_slice()))
            .collect();
        let mut buf = DataBuf::default();
        match self.types.under(ty) {
            Type::Basic(Basic::String) => {
                let data = chosen.values().next().copied().unwrap_or_default();
                self.put_string(&mut buf, 0, data);
            }
            Type::Slice(_) => {
                let data = chosen.values().next().copied().unwrap_or_default();
                let object = self.static_symbol();
                let array = self.types.array(TypeId::UINT8, data.len() as u64);
                self.define_static(object, array, DataBuf { bytes: data.to_vec(), ..DataBuf::default() }, false);
                buf.address(0, object, 0);
                buf.u64(8, data.len() as u64);
                buf.u64(16, data.len() as u64);
            }
            _ => {
                let list = self.file_list(&chosen);
                buf.address(0, list, 0);
            }
        }
        buf
    }

    fn put_string(&mut self, buf: &mut DataBuf, at: u64, data: &[u8]) {
        if data.is_empty() {
            buf.put(at, &[0; 16]);
            return;
        }
        let sym = self.string_data(data);
        buf.address(at, sym, 0);
        buf.u64(at + 8, data.len() as u64);
    }

    /// The slice an `embed.FS` points to, followed by its elements.
    fn file_list(&mut self, chosen: &BTreeMap<&str, &[u8]>) -> Symbol {
        let mut entries: BTreeMap<(String, String), (String, &[u8])> = BTreeMap::new();
        for (name, data) in chosen {
            entries.insert(split_path(name), ((*name).to_owned(), data));
            let mut dir = *name;
            while let Some((parent, _)) = dir.rsplit_once('/') {
                entries.insert(split_path(parent), (format!("{parent}/"), &[]));
                dir = parent;
            }
        }
        let list = self.static_symbol();
        let mut buf = DataBuf::default();
        let n = entries.len() as u64;
        buf.address(0, list, 24);
        buf.u64(8, n);
        buf.u64(16, n);
        let mut ptr_words = vec![0];
        for (i, (name, data)) in entries.into_values().enumerate() {
            let at = 24 + i as u64 * ENTRY;
            self.put_string(&mut buf, at, name.as_bytes());
            self.put_string(&mut buf, at + 16, data);
            buf.put(at + 32, &[0; 16]);
            ptr_words.extend([(at / 8) as u32, (at / 8) as u32 + 2]);
        }
        let layout = Layout { size: buf.bytes.len() as u64, align: 8, ptr_words };
        self.define_with_layout(list, layout, buf);
        list
    }
}

/// Directory (`.` for the top) and last element of a name.
fn split_path(name: &str) -> (String, String) {
    match name.rsplit_once('/') {
        Some((dir, elem)) => (dir.to_owned(), elem.to_owned()),
        None => (".".to_owned(), name.to_owned()),
    }
}

/// The patterns of a directive: words, or Go strings.
fn split_patterns(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '`'));
        let end = match quote {
            Some(q) => rest[1..].find(q).map_or(rest.len(), |i| i + 2),
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let word = &rest[..end];
        out.push(match quote {
            Some(_) => frontend::constant::unquote(word)
                .and_then(|b| String::from_utf8(b).ok())
                .unwrap_or_else(|| word.to_owned()),
            None => word.to_owned(),
        });
        rest = rest[end..].trim_start();
    }
    out
}

/// Whether a pattern matches the file or a directory it is in.
fn pattern_covers(pattern: &str, name: &str) -> bool {
    let (pattern, all) = match pattern.strip_prefix("all:") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    if pattern == "." {
        return all || !name.split('/').any(is_hidden);
    }
    let pattern: Vec<&str> = pattern.trim_end_matches('/').split('/').collect();
    let parts: Vec<&str> = name.split('/').collect();
    if parts.len() < pattern.len() || !pattern.iter().zip(&parts).all(|(p, s)| glob(p.as_bytes(), s.as_bytes())) {
        return false;
    }
    all || !parts[pattern.len()..].iter().any(|p| is_hidden(p))
}

fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '_'])
}

/// `path.Match` on one path element.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => (0..=text.len()).any(|i| glob(&pattern[1..], &text[i..])),
        (Some(b'?'), Some(_)) => glob(&pattern[1..], &text[1..]),
        (Some(b'['), Some(&c)) => match class(&pattern[1..], c) {
            Some((true, rest)) => glob(rest, &text[1..]),
            _ => false,
        },
        (Some(b'\\'), Some(&c)) if pattern.len() > 1 => pattern[1] == c && glob(&pattern[2..], &text[1..]),
        (Some(&p), Some(&c)) => p == c && glob(&pattern[1..], &text[1..]),
        _ => false,
    }
}

/// A character class after its `[`: whether it holds the byte, and what follows it.
fn class(pattern: &[u8], c: u8) -> Option<(bool, &[u8])> {
    let negated = pattern.first() == Some(&b'^');
    let mut at = usize::from(negated);
    let mut holds = false;
    let mut first = true;
    while *pattern.get(at)? != b']' || first {
        first = false;
        let low = *pattern.get(at)?;
        let high = if pattern.get(at + 1) == Some(&b'-') { *pattern.get(at + 2)? } else { low };
        at += if high == low && pattern.get(at + 1) != Some(&b'-') { 1 } else { 3 };
        holds |= (low..=high).contains(&c);
    }
    Some((holds != negated, &pattern[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(pattern_covers("*.txt", "a.txt"));
        assert!(!pattern_covers("*.txt", "d/a.txt"));
        assert!(pattern_covers("d", "d/sub/a.txt"));
        assert!(!pattern_covers("d", "d/.hidden"));
        assert!(pattern_covers("all:d", "d/.hidden"));
        assert!(pattern_covers("d/*", "d/.hidden"));
        assert!(pattern_covers("[a-c]?.md", "bx.md"));
        assert!(!pattern_covers("[^a-c]?.md", "bx.md"));
        assert_eq!(split_patterns("a \"b c\" `d`"), ["a", "b c", "d"]);
    }
}
