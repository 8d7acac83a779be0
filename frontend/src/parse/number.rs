//! Number literals: where they end and what may be wrong with them.
//!
//! The grammar accepts number tokens loosely (`0b29e+1p`); this is the place
//! that knows the rules and gc's words for breaking them.

/// Reads the number at `start`. Returns its end, and the first mistake with
/// its offset.
pub fn scan_number(src: &[u8], start: usize) -> (usize, Option<(usize, String)>) {
    let mut scan = Scan { src, at: start, start, error: None };
    scan.run();
    (scan.at, scan.error)
}

struct Scan<'s> {
    src: &'s [u8],
    start: usize,
    at: usize,
    error: Option<(usize, String)>,
}

impl Scan<'_> {
    fn byte(&self) -> u8 {
        self.src.get(self.at).copied().unwrap_or(0)
    }

    fn fail(&mut self, at: usize, message: impl Into<String>) {
        if self.error.is_none() {
            self.error = Some((at, message.into()));
        }
    }

    /// Digits and underscores; true if there was a digit. Notes where the
    /// first digit too large for the base is.
    fn digits(&mut self, base: u32, too_large: &mut Option<usize>) -> bool {
        let mut any = false;
        loop {
            let c = self.byte();
            if c == b'_' {
                self.at += 1;
                continue;
            }
            let is_digit = if base == 16 { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
            if !is_digit {
                return any;
            }
            if base < 10 && u32::from(c - b'0') >= base && too_large.is_none() {
                *too_large = Some(self.at);
            }
            any = true;
            self.at += 1;
        }
    }

    fn run(&mut self) {
        let (base, name, prefixed) = match (self.byte(), self.src.get(self.at + 1)) {
            (b'0', Some(b'x' | b'X')) => (16, "hexadecimal", true),
            (b'0', Some(b'o' | b'O')) => (8, "octal", true),
            (b'0', Some(b'b' | b'B')) => (2, "binary", true),
            (b'0', _) => (8, "octal", false),
            _ => (10, "decimal", false),
        };
        if prefixed {
            self.at += 2;
        }
        let mut too_large = None;
        let mut integer = true;
        let mut any = self.digits(base, &mut too_large);
        if self.byte() == b'.' {
            if prefixed && base != 16 {
                self.fail(self.at, format!("invalid radix point in {name} literal"));
            }
            integer = false;
            self.at += 1;
            any |= self.digits(base.max(10), &mut None);
        }
        if !any {
            self.fail(self.start, format!("{name} literal has no digits"));
        }
        let exponent = self.byte().to_ascii_lowercase();
        if exponent == b'p' || (exponent == b'e' && base != 16) {
            let c = self.byte() as char;
            if exponent == b'e' && prefixed {
                self.fail(self.at, format!("'{c}' exponent requires decimal mantissa"));
            } else if exponent == b'p' && base != 16 {
                self.fail(self.at, format!("'{c}' exponent requires hexadecimal mantissa"));
            }
            integer = false;
            self.at += 1;
            if matches!(self.byte(), b'+' | b'-') {
                self.at += 1;
            }
            if !self.digits(10, &mut None) {
                self.fail(self.start, "exponent has no digits");
            }
        } else if base == 16 && !integer {
            self.fail(self.start, "hexadecimal mantissa requires a 'p' exponent");
        }
        let imaginary = self.byte() == b'i';
        if imaginary {
            self.at += 1;
        }
        // `08.5`, `09i` are decimal in spite of the zero.
        if let Some(at) = too_large
            && integer
            && (prefixed || !imaginary)
        {
            let digit = self.src[at] as char;
            self.fail(at, format!("invalid digit '{digit}' in {name} literal"));
        }
        self.underscores(prefixed);
    }

    /// `_` must stand between digits, or between base prefix and digit.
    fn underscores(&mut self, prefixed: bool) {
        let text = &self.src[self.start..self.at];
        if !text.contains(&b'_') {
            return;
        }
        let is_digit =
            |i: usize| text.get(i).is_some_and(|c| c.is_ascii_digit() || (prefixed && c.is_ascii_hexdigit()));
        for (i, &c) in text.iter().enumerate() {
            let after_prefix = prefixed && i == 2;
            if c == b'_' && !((is_digit(i.wrapping_sub(1)) || after_prefix) && is_digit(i + 1)) {
                let at = self.start + i;
                self.fail(at, "'_' must separate successive digits");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let (end, error) = scan_number(text.as_bytes(), 0);
        let shown = match error {
            Some((at, message)) => format!("{} {at}: {message}", &text[..end]),
            None => text[..end].to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn good_numbers() {
        for text in [
            "0",
            "42",
            "0600",
            "0_600",
            "0o17",
            "0xBad_Face",
            "0b1_0",
            "1.",
            ".5",
            "1e10",
            "1E-3",
            "0x1p-2",
            "0x.8p1",
            "08.5",
            "09i",
            "1_0.2_5",
            "0i",
            "0x_1",
            "1.5i",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn ends_where_go_ends_it() {
        check("1..2", "1.");
        check("0xg", "0x 0: hexadecimal literal has no digits");
        check("12abc", "12");
    }

    #[test]
    fn bad_numbers() {
        check("08", "08 1: invalid digit '8' in octal literal");
        check("0b12", "0b12 3: invalid digit '2' in binary literal");
        check("0x1.0", "0x1.0 0: hexadecimal mantissa requires a 'p' exponent");
        check("1e", "1e 0: exponent has no digits");
        check("1_", "1_ 1: '_' must separate successive digits");
        check("0b1.1", "0b1.1 3: invalid radix point in binary literal");
        check("1p3", "1p3 1: 'p' exponent requires hexadecimal mantissa");
    }
}
