//! The tree as text: compact s-expressions, for tests and `--emit=ast`.

use crate::ast::File;

/// Renders a file.
pub fn dump(file: &File) -> String {
    format!("{file:#?}\n")
}
