//! Interned names: equality of names is equality of numbers.
//!
//! One table serves the whole process, because packages are parsed and
//! checked in parallel and exchange names. Names live as long as the process.
//! The numbers depend on the order in which threads meet the names, so
//! nothing that is written out may follow their order.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, RwLock};

/// A name of a Go program. Order by [`Symbol::as_str`], never by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

#[derive(Default)]
struct Table {
    by_name: HashMap<&'static str, u32>,
    names: Vec<&'static str>,
}

static TABLE: LazyLock<RwLock<Table>> = LazyLock::new(RwLock::default);

impl Symbol {
    pub fn new(name: &str) -> Symbol {
        if let Some(&n) = TABLE.read().unwrap().by_name.get(name) {
            return Symbol(n);
        }
        let mut table = TABLE.write().unwrap();
        if let Some(&n) = table.by_name.get(name) {
            return Symbol(n);
        }
        let n = table.names.len() as u32;
        let name: &'static str = Box::leak(name.into());
        table.names.push(name);
        table.by_name.insert(name, n);
        Symbol(n)
    }

    pub fn as_str(self) -> &'static str {
        TABLE.read().unwrap().names[self.0 as usize]
    }

    /// The blank identifier `_`.
    pub fn is_blank(self) -> bool {
        self.as_str() == "_"
    }

    /// Whether the name starts with an upper-case letter.
    pub fn is_exported(self) -> bool {
        self.as_str().chars().next().is_some_and(char::is_uppercase)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_one_symbol() {
        assert_eq!(Symbol::new("x"), Symbol::new("x"));
        assert_ne!(Symbol::new("x"), Symbol::new("y"));
        assert_eq!(Symbol::new("x").as_str(), "x");
        assert!(Symbol::new("\u{c9}t\u{e9}").is_exported());
        assert!(!Symbol::new("_X").is_exported());
    }
}
