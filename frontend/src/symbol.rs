//! Interned names: equality of names is equality of numbers.
//!
//! One table serves the whole process, because packages are parsed and
//! checked in parallel and exchange names. Names live as long as the process.
//! The numbers depend on the order in which threads meet the names, so
//! nothing that is written out may follow their order.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, RwLock};

use crate::types::arena::Arena;

/// A name of a Go program. Order by [`Symbol::as_str`], never by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

#[derive(Default)]
struct Table {
    by_name: RwLock<HashMap<&'static str, Symbol>>,
    names: Arena<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::default);

thread_local! {
    /// What this thread has met: threads that parse do not wait for each other.
    static MET: RefCell<HashMap<&'static str, Symbol>> = RefCell::default();
}

impl Symbol {
    pub fn new(name: &str) -> Symbol {
        MET.with_borrow_mut(|met| {
            if let Some(&symbol) = met.get(name) {
                return symbol;
            }
            let symbol = Symbol::shared(name);
            met.insert(symbol.as_str(), symbol);
            symbol
        })
    }

    /// The symbol in the table that all threads share.
    fn shared(name: &str) -> Symbol {
        if let Some(&symbol) = TABLE.by_name.read().unwrap().get(name) {
            return symbol;
        }
        let mut by_name = TABLE.by_name.write().unwrap();
        if let Some(&symbol) = by_name.get(name) {
            return symbol;
        }
        let name: &'static str = Box::leak(name.into());
        let symbol = Symbol(TABLE.names.push(name));
        by_name.insert(name, symbol);
        symbol
    }

    pub fn as_str(self) -> &'static str {
        TABLE.names.get(self.0)
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
