//! The table of the language specification's headings and the programs that exercise them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::program::{self, Program};

/// The headings of the Go 1.26 specification in its order, each with its level.
pub const HEADINGS: &[(u8, &str)] = &[
    (2, "Introduction"),
    (2, "Notation"),
    (2, "Source code representation"),
    (3, "Characters"),
    (3, "Letters and digits"),
    (2, "Lexical elements"),
    (3, "Comments"),
    (3, "Tokens"),
    (3, "Semicolons"),
    (3, "Identifiers"),
    (3, "Keywords"),
    (3, "Operators and punctuation"),
    (3, "Integer literals"),
    (3, "Floating-point literals"),
    (3, "Imaginary literals"),
    (3, "Rune literals"),
    (3, "String literals"),
    (2, "Constants"),
    (2, "Variables"),
    (2, "Types"),
    (3, "Boolean types"),
    (3, "Numeric types"),
    (3, "String types"),
    (3, "Array types"),
    (3, "Slice types"),
    (3, "Struct types"),
    (3, "Pointer types"),
    (3, "Function types"),
    (3, "Interface types"),
    (4, "Basic interfaces"),
    (4, "Embedded interfaces"),
    (4, "General interfaces"),
    (4, "Implementing an interface"),
    (3, "Map types"),
    (3, "Channel types"),
    (2, "Properties of types and values"),
    (3, "Representation of values"),
    (3, "Underlying types"),
    (3, "Type identity"),
    (3, "Assignability"),
    (3, "Representability"),
    (3, "Method sets"),
    (2, "Blocks"),
    (2, "Declarations and scope"),
    (3, "Label scopes"),
    (3, "Blank identifier"),
    (3, "Predeclared identifiers"),
    (3, "Exported identifiers"),
    (3, "Uniqueness of identifiers"),
    (3, "Constant declarations"),
    (3, "Iota"),
    (3, "Type declarations"),
    (4, "Alias declarations"),
    (4, "Type definitions"),
    (3, "Type parameter declarations"),
    (4, "Type constraints"),
    (4, "Satisfying a type constraint"),
    (3, "Variable declarations"),
    (3, "Short variable declarations"),
    (3, "Function declarations"),
    (3, "Method declarations"),
    (2, "Expressions"),
    (3, "Operands"),
    (3, "Qualified identifiers"),
    (3, "Composite literals"),
    (4, "Struct literals"),
    (4, "Array and slice literals"),
    (4, "Map literals"),
    (4, "Elision of element types"),
    (3, "Function literals"),
    (3, "Primary expressions"),
    (3, "Selectors"),
    (3, "Method expressions"),
    (3, "Method values"),
    (3, "Index expressions"),
    (3, "Slice expressions"),
    (4, "Simple slice expressions"),
    (4, "Full slice expressions"),
    (3, "Type assertions"),
    (3, "Calls"),
    (3, "Passing arguments to ... parameters"),
    (3, "Instantiations"),
    (3, "Type inference"),
    (4, "Type unification"),
    (3, "Operators"),
    (4, "Operator precedence"),
    (3, "Arithmetic operators"),
    (4, "Integer operators"),
    (4, "Integer overflow"),
    (4, "Floating-point operators"),
    (4, "String concatenation"),
    (3, "Comparison operators"),
    (3, "Logical operators"),
    (3, "Address operators"),
    (3, "Receive operator"),
    (3, "Conversions"),
    (4, "Conversions between numeric types"),
    (4, "Conversions to and from a string type"),
    (4, "Conversions from slice to array or array pointer"),
    (3, "Constant expressions"),
    (3, "Order of evaluation"),
    (2, "Statements"),
    (3, "Terminating statements"),
    (3, "Empty statements"),
    (3, "Labeled statements"),
    (3, "Expression statements"),
    (3, "Send statements"),
    (3, "IncDec statements"),
    (3, "Assignment statements"),
    (3, "If statements"),
    (3, "Switch statements"),
    (4, "Expression switches"),
    (4, "Type switches"),
    (3, "For statements"),
    (4, "For statements with single condition"),
    (4, "For statements with for clause"),
    (4, "For statements with range clause"),
    (3, "Go statements"),
    (3, "Select statements"),
    (3, "Return statements"),
    (3, "Break statements"),
    (3, "Continue statements"),
    (3, "Goto statements"),
    (3, "Fallthrough statements"),
    (3, "Defer statements"),
    (2, "Built-in functions"),
    (3, "Appending to and copying slices"),
    (3, "Clear"),
    (3, "Close"),
    (3, "Manipulating complex numbers"),
    (3, "Deletion of map elements"),
    (3, "Length and capacity"),
    (3, "Making slices, maps and channels"),
    (3, "Min and max"),
    (3, "Allocation"),
    (3, "Handling panics"),
    (3, "Bootstrapping"),
    (2, "Packages"),
    (3, "Source file organization"),
    (3, "Package clause"),
    (3, "Import declarations"),
    (3, "An example package"),
    (2, "Program initialization and execution"),
    (3, "The zero value"),
    (3, "Package initialization"),
    (3, "Program initialization"),
    (3, "Program execution"),
    (2, "Errors"),
    (2, "Run-time panics"),
    (2, "System considerations"),
    (3, "Package unsafe"),
    (3, "Size and alignment guarantees"),
    (2, "Appendix"),
    (3, "Language versions"),
    (4, "Go 1.9"),
    (4, "Go 1.13"),
    (4, "Go 1.14"),
    (4, "Go 1.17"),
    (4, "Go 1.18"),
    (4, "Go 1.20"),
    (4, "Go 1.21"),
    (4, "Go 1.22"),
    (4, "Go 1.23"),
    (4, "Go 1.24"),
    (3, "Type unification rules"),
];

/// Headings with nothing of their own that a program could show, and why.
const PROSE: &[(&str, &str)] = &[
    ("Introduction", "prose"),
    ("Notation", "prose: the EBNF notation"),
    ("Appendix", "prose"),
    ("Language versions", "prose: an overview of the versions below"),
];

/// All programs: those below `programs` and the demo.
pub fn all_programs(home: &Path) -> Result<Vec<Program>, String> {
    let mut all = program::discover(&home.join("programs"))?;
    let demo = home.join("demo");
    if demo.is_dir() {
        all.push(program::module("demo", &demo)?);
    }
    Ok(all)
}

/// The headings that a header names, joined again where a heading itself holds a comma.
pub fn resolve(named: &[String]) -> Result<Vec<&'static str>, String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < named.len() {
        let hit = (1..=named.len() - at).find_map(|length| {
            let joined = named[at..at + length].join(", ");
            let (_, heading) = HEADINGS.iter().find(|(_, heading)| *heading == joined)?;
            Some((length, *heading))
        });
        let (length, heading) = hit.ok_or_else(|| format!("no heading `{}`", named[at]))?;
        found.push(heading);
        at += length;
    }
    Ok(found)
}

/// The text of `SPEC.md`.
pub fn table(programs: &[Program]) -> Result<String, String> {
    let mut by_heading: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for program in programs {
        let headings = resolve(&program.header.spec).map_err(|e| format!("{}: {e}", program.name))?;
        for heading in headings {
            by_heading.entry(heading).or_default().push(&program.name);
        }
    }
    let mut text = String::from(
        "# The language specification and the programs that exercise it\n\n\
         Made from the `// spec:` lines of the programs by `testsuite --write-spec`; do not edit.\n\n\
         | heading | programs |\n|---|---|\n",
    );
    for (level, heading) in HEADINGS {
        let indent = "&emsp;".repeat(usize::from(level.saturating_sub(2)));
        let cell = match (by_heading.get(heading), PROSE.iter().find(|(prose, _)| prose == heading)) {
            (Some(programs), _) => programs.join(", "),
            (None, Some((_, why))) => format!("({why})"),
            (None, None) => "none yet".into(),
        };
        text.push_str(&format!("| {indent}{heading} | {cell} |\n"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_headings_with_commas() {
        let named = |text: &str| text.split(", ").map(String::from).collect::<Vec<_>>();
        assert_eq!(
            resolve(&named("Iota, Making slices, maps and channels, Close")),
            Ok(vec!["Iota", "Making slices, maps and channels", "Close"])
        );
        assert!(resolve(&named("Iota, Making slices")).is_err());
        assert!(resolve(&named("Iotas")).is_err());
    }
}
