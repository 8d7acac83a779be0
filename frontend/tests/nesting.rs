//! Programs nested 100,000 deep, in every way there is: accepted or refused, never a crash.

use std::collections::HashMap;

use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Input, Origin, check_package};
use ingot_frontend::diagnostic::Diagnostic;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;
use ingot_frontend::types::Types;

const DEPTH: usize = 100_000;

/// What stands before the nesting, what is repeated, what is inside, and what closes each level.
const SHAPES: &[(&str, &str, &str, &str)] = &[
    ("var x = ", "(", "1", ")"),
    ("var x = ", "-", "1", ""),
    ("var x = ", "!", "true", ""),
    ("var x = ", "<-", "c", ""),
    ("var x = ", "&", "y", ""),
    ("var x = ", "^", "1", ""),
    ("var x = ", "1+", "1", ""),
    ("var x = ", "1+(", "1", ")"),
    ("var x = ", "a||b&&", "c", ""),
    ("var x = f", "", "", "()"),
    ("var x = a", "", "", "[0]"),
    ("var x = a", "", "", "[:]"),
    ("var x = a", "", "", ".b"),
    ("var x = a", "", "", ".(T)"),
    ("var x = ", "f(", "1", ")"),
    ("var x = ", "a[", "0", "]"),
    ("var x = ", "T{", "", "}"),
    ("var x = ", "[]T{", "", "}"),
    ("var x = T", "{", "", "}"),
    ("var x = ", "func() { _ = ", "1", " }"),
    ("var x = ", "func() int { return ", "1", " }()"),
    ("var x ", "*", "int", ""),
    ("var x ", "[]", "int", ""),
    ("var x ", "[1]", "int", ""),
    ("var x ", "chan ", "int", ""),
    ("var x ", "<-chan ", "int", ""),
    ("var x ", "chan<- ", "int", ""),
    ("var x ", "map[int]", "int", ""),
    ("var x ", "map[", "int", "]int"),
    ("var x ", "func() ", "int", ""),
    ("var x ", "func(", "int", ")"),
    ("var x ", "(", "int", ")"),
    ("var x ", "struct{ a ", "int", " }"),
    ("var x ", "interface{ m() ", "int", " }"),
    ("var x ", "interface{ m(", "int", ") }"),
    ("var x ", "T[", "int", "]"),
    ("type T[P ", "interface{ m() ", "int", " }"),
    ("type T ", "struct{ ", "int", " }"),
    ("type T [", "(", "1", ")"),
    ("type T[P ", "*", "int", ""),
    ("func f() ", "{", "", "}"),
    ("func f() { ", "if x {", "", "}"),
    ("func f() { ", "if x {} else ", "{}", ""),
    ("func f() { ", "for {", "", "}"),
    ("func f() { ", "switch {case x: ", "", "}"),
    ("func f() { ", "select {case <-x: ", "", "}"),
    ("func f() { ", "go func() {", "", "}()"),
    ("func f() { ", "a: ", "x()", ""),
    ("func f() { ", "x, ", "x = 1", ""),
    ("func f() { ", "x = ", "1", ""),
    ("func f() { ", "x; ", "", ""),
    ("func f(", "a, ", "b int", ""),
    ("import ", "(", "", ")"),
    ("", "/*", "", ""),
    ("", "\"", "", ""),
    ("", "}", "", ""),
    ("", "if ", "", ""),
    ("", "func ", "", ""),
];

fn errors(text: &str) -> usize {
    let mut sources = SourceMap::new();
    let source = sources.add("a.go", text.as_bytes());
    let mut ids = NodeIds::new();
    let (file, mut diagnostics) = parse_file(&source, &mut ids);
    if !diagnostics.iter().any(Diagnostic::is_syntax_error) {
        let (files, imports) = ([file], HashMap::new());
        let input = Input {
            path: "p",
            files: &files,
            nodes: ids.len(),
            go_version: (1, 26),
            imports: &imports,
            origin: Origin::WithAssembly,
        };
        diagnostics.extend(check_package(&Types::new(), &sources, &input).diagnostics);
    }
    diagnostics.len()
}

#[test]
fn deep_nesting_does_no_harm() {
    with_parser_stack(|| {
        for (before, open, inside, close) in SHAPES {
            for closed in [true, false] {
                let mut text = format!("package p; {before}{}{inside}", open.repeat(DEPTH));
                if closed {
                    text += &close.repeat(DEPTH);
                    text += if before.ends_with("{ ") { " }" } else { "" };
                }
                let start = std::time::Instant::now();
                let found = errors(&text);
                let seconds = start.elapsed().as_secs_f64();
                println!("{before}{open}{inside}{close} {closed}: {found} errors, {seconds:.2} s");
                assert!(seconds < 60.0, "{before}{open}{inside}{close} takes {seconds:.0} s");
            }
        }
    });
}

/// On a small stack a program parses or is refused.
#[test]
fn small_stacks_hold_what_is_accepted() {
    for (before, open, inside, close) in SHAPES {
        for (stack, depth) in [(1 << 20, 50), (1 << 20, 100), (4 << 20, 120), (4 << 20, 240), (4 << 20, 1_900)] {
            let end = if before.ends_with("{ ") { " }" } else { "" };
            let text = format!("package p; {before}{}{inside}{}{end}", open.repeat(depth), close.repeat(depth));
            let parse = move || {
                let source = SourceMap::new().add("a.go", text.as_bytes());
                drop(parse_file(&source, &mut NodeIds::new()));
            };
            let thread = std::thread::Builder::new().stack_size(stack).spawn(parse).expect("a thread");
            thread.join().unwrap_or_else(|_| panic!("{before}{open}{inside}{close}"));
        }
    }
}
