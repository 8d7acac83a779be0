//! The operating system's errors in the words Go programs use for them.

use std::io;

/// The system's text alone, in lower case: `no space left on device`. Also of an error that a library has wrapped to tell
/// a path, which it does behind the text.
pub fn os_text(error: &io::Error) -> String {
    let text = error.to_string();
    let Some((text, _)) = text.split_once(" (os error") else { return text };
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::os_text;

    #[test]
    fn texts_are_gos() {
        let plain = std::fs::read("/no/such/file").expect_err("no such file");
        assert_eq!(os_text(&plain), "no such file or directory");
        let wrapped = tempfile::NamedTempFile::new_in("/dev/null").expect_err("no folder");
        assert_eq!(os_text(&wrapped), "not a directory");
        assert_eq!(os_text(&std::io::Error::other("else")), "else");
    }
}
