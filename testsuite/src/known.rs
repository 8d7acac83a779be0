//! The list of programs that are expected to fail yet.

use crate::suite::Mode;

/// One line of `known.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub mode: Mode,
    pub program: String,
    pub reason: String,
}

/// Reads lines of `<mode> <program> <reason>`; blank lines and `#` comments are passed over.
pub fn parse(text: &str) -> Result<Vec<Known>, String> {
    let mut list: Vec<Known> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let at = |message: &str| format!("known.txt:{}: {message}", number + 1);
        let mut parts = line.splitn(3, char::is_whitespace);
        let mode = parts.next().unwrap_or_default();
        let mode = mode.parse().map_err(|e: String| at(&e))?;
        let (Some(program), Some(reason)) = (parts.next(), parts.next().map(str::trim)) else {
            return Err(at("want `<mode> <program> <reason>`"));
        };
        if reason.is_empty() {
            return Err(at("no reason given"));
        }
        if list.iter().any(|known| known.mode == mode && known.program == program) {
            return Err(at("listed twice"));
        }
        list.push(Known { mode, program: program.into(), reason: reason.into() });
    }
    Ok(list)
}

/// The reason for which a program is expected to fail in a mode.
pub fn reason<'a>(list: &'a [Known], mode: Mode, program: &str) -> Option<&'a str> {
    list.iter().find(|known| known.mode == mode && known.program == program).map(|known| known.reason.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_list() {
        let list = parse("# why\n\ndev core/a no maps yet\nstress std/b  timers are off by one\n").unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(reason(&list, Mode::Dev, "core/a"), Some("no maps yet"));
        assert_eq!(reason(&list, Mode::Stress, "std/b"), Some("timers are off by one"));
        assert_eq!(reason(&list, Mode::Release, "core/a"), None);
    }

    #[test]
    fn refuses_bad_lines() {
        for text in ["dev", "dev core/a", "fast core/a slow", "dev a x\ndev a y"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
