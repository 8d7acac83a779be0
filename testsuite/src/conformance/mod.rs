//! Runs the cases of Go's own `test` folder, or of any folder in its form, by gc and by ingot.
//!
//! The first comment of a file there is its recipe: `// run`, `// compile`, `// errorcheck`, … with flags and
//! arguments ([`recipe`]). What gc does with a case today is what ingot has to do ([`oracle`]): rules have changed
//! since some of these cases were written. Sources are read where they are; only cases of several packages, which
//! import each other as `"./a"`, are laid out as a module in a scratch folder ([`layout`]).
//! The run times of their programs can be compared too ([`times`]).
//! `testsuite/conformance.txt` says what is left out and what fails yet, each with its reason ([`exceptions`]).

pub mod check;
pub mod exceptions;
pub mod layout;
pub mod oracle;
pub mod recipe;
pub mod times;
