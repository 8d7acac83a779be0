//! String and rune literals: their values, and the rules of their escapes.

/// A mistake in a literal, at a byte offset from its start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiteralError {
    pub offset: usize,
    /// In gc's words.
    pub message: String,
}

/// One unit of a literal between its quotes.
enum Unit {
    Char(char),
    /// `\x` and octal escapes name a byte, not a character, in strings.
    Byte(u8),
}

/// The first wrong escape of an interpreted string or rune literal.
pub fn check_escapes(token: &str) -> Option<LiteralError> {
    let mut units = Units::new(token);
    while let Some(unit) = units.next() {
        if let Err(e) = unit {
            return Some(e);
        }
    }
    None
}

/// The bytes of a string literal, interpreted or raw.
pub fn string_value(token: &str) -> Result<Vec<u8>, LiteralError> {
    if token.starts_with('`') {
        let inner = token.trim_matches('`');
        return Ok(inner.bytes().filter(|&b| b != b'\r').collect());
    }
    let mut value = Vec::with_capacity(token.len());
    for unit in Units::new(token) {
        match unit? {
            Unit::Byte(b) => value.push(b),
            Unit::Char(c) => value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Ok(value)
}

/// The code point of a rune literal.
pub fn rune_value(token: &str) -> Result<u32, LiteralError> {
    match Units::new(token).next() {
        Some(Ok(Unit::Byte(b))) => Ok(u32::from(b)),
        Some(Ok(Unit::Char(c))) => Ok(u32::from(c)),
        Some(Err(e)) => Err(e),
        None => {
            let message = "empty rune literal or unescaped ' in rune literal".into();
            Err(LiteralError { offset: 0, message })
        }
    }
}

/// How many bytes the escape at the start of `text` takes, right or wrong,
/// so that a scanner can step over it. Never past `quote` or a line end,
/// except for `\` right before them.
pub fn escape_len(text: &[u8], quote: u8) -> usize {
    let Some(&c) = text.get(1) else { return 1 };
    let digits = match c {
        b'0'..=b'7' => 2,
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        b'\n' => return 1,
        _ => {
            let rest = String::from_utf8_lossy(&text[1..text.len().min(5)]);
            return 1 + rest.chars().next().map_or(0, char::len_utf8);
        }
    };
    let is_digit = |b: &u8| *b != quote && b.is_ascii_hexdigit();
    2 + text[2..].iter().take(digits).take_while(|b| is_digit(b)).count()
}

struct Units<'t> {
    /// Without the closing quote.
    text: &'t str,
    at: usize,
    quote: char,
}

impl<'t> Units<'t> {
    fn new(token: &'t str) -> Units<'t> {
        let quote = token.chars().next().unwrap_or('"');
        let text = token.strip_suffix(quote).unwrap_or(token);
        Units { text, at: quote.len_utf8(), quote }
    }

    fn error<T>(&mut self, offset: usize, message: impl Into<String>) -> Option<Result<T, LiteralError>> {
        self.at = self.text.len();
        Some(Err(LiteralError { offset, message: message.into() }))
    }

    fn escape(&mut self) -> Option<Result<Unit, LiteralError>> {
        let start = self.at;
        let Some(c) = self.text[start + 1..].chars().next() else {
            return self.error(start, "escape is not terminated");
        };
        let simple = match c {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            '\'' | '"' if c == self.quote => c as u8,
            '0'..='7' => return self.numeric(start + 1, 3, 8, "octal"),
            'x' => return self.numeric(start + 2, 2, 16, "hexadecimal"),
            'u' => return self.numeric(start + 2, 4, 16, "hexadecimal"),
            'U' => return self.numeric(start + 2, 8, 16, "hexadecimal"),
            _ => return self.error(start + 1, "unknown escape"),
        };
        self.at = start + 2;
        Some(Ok(Unit::Char(simple as char)))
    }

    fn numeric(&mut self, from: usize, count: usize, base: u32, name: &str) -> Option<Result<Unit, LiteralError>> {
        let mut value: u64 = 0;
        for i in from..from + count {
            let c = match self.text.get(i..).and_then(|t| t.chars().next()) {
                Some(c) => c,
                None => {
                    let quote = self.quote;
                    let shown = if quote == '\'' { "'\\''".to_string() } else { format!("'{quote}'") };
                    return self.error(i, format!("invalid character {shown} in {name} escape"));
                }
            };
            match c.to_digit(base) {
                Some(d) => value = value * u64::from(base) + u64::from(d),
                None => return self.error(i, format!("invalid character {c:?} in {name} escape")),
            }
        }
        self.at = from + count;
        if count <= 3 {
            return match u8::try_from(value) {
                Ok(b) => Some(Ok(Unit::Byte(b))),
                Err(_) => self.error(from + count, format!("octal escape value {value} > 255")),
            };
        }
        match u32::try_from(value).ok().and_then(char::from_u32) {
            Some(c) => Some(Ok(Unit::Char(c))),
            None => self.error(from + count, format!("escape is invalid Unicode code point U+{value:04X}")),
        }
    }
}

impl Iterator for Units<'_> {
    type Item = Result<Unit, LiteralError>;

    fn next(&mut self) -> Option<Self::Item> {
        let c = self.text.get(self.at..)?.chars().next()?;
        if c == '\\' {
            return self.escape();
        }
        self.at += c.len_utf8();
        Some(Ok(Unit::Char(c)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        assert_eq!(string_value(r#""a\n\"\x41\101\u00e9\U0001F600""#).unwrap(), "a\n\"AA\u{e9}\u{1f600}".as_bytes());
        assert_eq!(string_value(r#""\xff""#).unwrap(), [0xff]);
        assert_eq!(string_value("`a\\n\r\nb`").unwrap(), b"a\\n\nb");
        assert_eq!(string_value("\"\"").unwrap(), b"");
        assert_eq!(rune_value(r"'\''").unwrap(), 39);
        assert_eq!(rune_value(r"'\xff'").unwrap(), 255);
        assert_eq!(rune_value("'\u{4e16}'").unwrap(), 0x4e16);
    }

    #[track_caller]
    fn bad(token: &str, offset: usize, message: &str) {
        assert_eq!(check_escapes(token), Some(LiteralError { offset, message: message.into() }));
    }

    #[test]
    fn wrong_escapes() {
        bad(r#""a\q""#, 3, "unknown escape");
        bad(r#""\'""#, 2, "unknown escape");
        bad(r#""\400""#, 5, "octal escape value 256 > 255");
        bad(r#""\xg0""#, 3, "invalid character 'g' in hexadecimal escape");
        bad(r#""\u12""#, 5, "invalid character '\"' in hexadecimal escape");
        bad(r#""\ud800""#, 7, "escape is invalid Unicode code point U+D800");
    }

    #[test]
    fn stepping_over_escapes() {
        assert_eq!(escape_len(br"\x41'", b'\''), 4);
        assert_eq!(escape_len(br"\x4'", b'\''), 3);
        assert_eq!(escape_len(br"\''", b'\''), 2);
        assert_eq!(escape_len(b"\\", b'\''), 1);
        assert_eq!(escape_len("\\\u{e9}'".as_bytes(), b'\''), 3);
    }
}
