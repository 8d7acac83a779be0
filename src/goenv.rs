//! The go command's configuration: the environment, then the file that `go env -w` writes.

use std::path::PathBuf;

/// The value of a variable, such as GOFLAGS, that is set and not empty.
pub fn setting(name: &str) -> Option<String> {
    let own = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    own(name).or_else(|| {
        let file = std::fs::read_to_string(file()?).ok()?;
        value_in(&file, name)
    })
}

/// `$GOENV`, else `go/env` in the user's configuration; none where that is off.
fn file() -> Option<PathBuf> {
    let own = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    match own("GOENV") {
        Some(file) => Some(file).filter(|f| f.as_os_str() != "off"),
        None => Some(own("XDG_CONFIG_HOME").or_else(|| own("HOME").map(|h| h.join(".config")))?.join("go/env")),
    }
}

/// The last line `name=value`; an empty value counts as none.
fn value_in(file: &str, name: &str) -> Option<String> {
    let values = file.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    values.last().filter(|value| !value.is_empty()).map(str::to_owned)
}

/// Splits at white space; single and double quotes around a word keep it together.
///
/// # Errors
/// A quote without its other one.
pub fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let (word, after) = match quote {
            Some(q) => rest[1..].split_once(q).ok_or_else(|| format!("unterminated {q} string"))?,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_a_line_for_each_variable() {
        let file = "# note\nGOFLAGSX=no\nGOFLAGS=-v\nGOFLAGS=-tags=a -x=b\nGOAMD64=\n";
        assert_eq!(value_in(file, "GOFLAGS").as_deref(), Some("-tags=a -x=b"));
        assert_eq!(value_in(file, "GOAMD64"), None);
        assert_eq!(value_in(file, "GOOS"), None);
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(split(" a  'b c' \"d'e\"f ").expect("words"), ["a", "b c", "d'e", "f"]);
        assert_eq!(split("a 'b").expect_err("open"), "unterminated ' string");
    }
}
