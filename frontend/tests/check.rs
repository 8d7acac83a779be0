//! Programs with what the checker says about them. Nothing is imported but `unsafe`, so no Go distribution is needed.
//!
//! A case is the text of a file without its package clause (line 1), and the messages as `line:col: message`, empty for
//! a right program.

use std::collections::HashMap;

use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Input, Origin, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;
use ingot_frontend::types::Types;

#[track_caller]
fn check(body: &str, expected: &str) {
    check_as(Origin::WithAssembly, body, expected);
}

#[track_caller]
fn check_as(origin: Origin, body: &str, expected: &str) {
    let text = format!("package p\n{body}");
    let found = with_parser_stack(|| {
        let mut sources = SourceMap::new();
        let mut ids = NodeIds::new();
        let source = sources.add("a.go", text.as_bytes());
        let (file, mut diagnostics) = parse_file(&source, &mut ids);
        if diagnostics.is_empty() {
            let (files, imports) = ([file], HashMap::new());
            let input =
                Input { path: "p", files: &files, nodes: ids.len(), go_version: (1, 26), imports: &imports, origin };
            diagnostics = check_package(&Types::new(), &sources, &input).diagnostics;
        }
        render_all(&diagnostics, &sources, None)
    });
    let found: Vec<&str> = found.lines().map(|line| line.strip_prefix("a.go:").unwrap_or(line)).collect();
    let expected: Vec<&str> = expected.lines().map(|l| l.trim_start_matches(' ')).filter(|l| !l.is_empty()).collect();
    assert_eq!(found, expected, "in\n{text}");
}

#[track_caller]
fn valid(body: &str) {
    check(body, "");
}

// ---- declarations

#[test]
fn names() {
    check("var x = y", "2:9: undefined: y");
    check("var x int\nvar x string", "3:5: x redeclared in this block\n\ta.go:2:5: other declaration of x");
    check("import \"unsafe\"\nfunc f() {}", "2:8: \"unsafe\" imported and not used");
    check("func f() { var x int }", "2:16: declared and not used: x");
    check("func init() int { return 0 }", "2:6: func init must have no arguments and no return values");
    check("var init = 1", "2:5: cannot declare init - must be func");
    check("func f() { _ = iota }", "2:16: cannot use iota outside constant declaration");
    check("var a, b = 1", "2:12: assignment mismatch: 2 variables but 1 value");
}

#[test]
fn constants() {
    valid("const ( a = iota; b; c = 1 << iota )\nvar _ [c - 4 + b]int");
    check(
        "const c uint8 = 256",
        "2:17: cannot use 256 (untyped int constant) as uint8 value in constant declaration (overflows)",
    );
    check("var x = 1; const c = x", "2:22: x (variable of type int) is not constant");
    check("const c []int = nil", "2:9: invalid constant type []int");
    check(
        "const a = b; const b = a",
        "2:7: initialization cycle for a\n\ta.go:2:7: a refers to b\n\ta.go:2:20: b refers to a",
    );
}

#[test]
fn recursive_types() {
    valid("type T struct { next *T; all []T; by map[string]T; f func(T) T }");
    valid("type A = []B; type B struct { a A }");
    valid("type A struct { b *B }; type B A");
    valid("type L[T any] struct { next *L[T] }");
    check("type T T", "2:6: invalid recursive type: T refers to itself");
    check(
        "type A struct { b B }; type B [2]A",
        "2:6: invalid recursive type A\n\ta.go:2:6: A refers to B\n\ta.go:2:29: B refers to A",
    );
    check("type A = A", "2:6: invalid recursive type: A refers to itself");
    check("type I interface { I }", "2:6: invalid recursive type: I refers to itself");
    check("type T [len(T{})]int", "2:6: invalid recursive type: T refers to itself");
}

#[test]
fn methods() {
    valid("type T struct{}\nfunc (T) M() {}\nfunc (*T) P() {}\nvar _ = T.M\nvar _ = (*T).P");
    check("func (int) M() {}", "2:7: cannot define new methods on non-local type int");
    check(
        "type T struct{ f int }\nfunc (T) f() {}",
        "3:10: field and method with the same name f\n\ta.go:2:16: other declaration of f",
    );
    check("type T int\nfunc (T) m() {}\nfunc (T) m() {}", "4:10: method T.m already declared at a.go:3:10");
    check(
        "type T int\nfunc (*T) m() {}\nvar _ = T.m",
        "4:11: invalid method expression T.m (needs pointer receiver (*T).m)",
    );
    check("type T int\nfunc (*T) m() {}\nvar _ = T(0).m", "4:14: cannot call pointer method m on T");
    check("type P *int\nfunc (P) m() {}", "3:7: invalid receiver type P (pointer or interface type)");
}

// ---- selectors

#[test]
fn embedding() {
    valid("type A struct{ x int }\ntype B struct{ *A }\ntype C struct{ B }\nfunc f(c C) int { return c.x }");
    check(
        "type A struct{ x int }\ntype B struct{ x int }\ntype C struct{ A; B }\nvar _ = C{}.x",
        "5:13: ambiguous selector C{}.x",
    );
    check(
        "type T struct{ Foo int }\nvar _ = T{}.foo",
        "3:13: T{}.foo undefined (type T has no field or method foo, but does have field Foo)",
    );
    check("type T struct{}\nvar _ = T{}.foo", "3:13: T{}.foo undefined (type T has no field or method foo)");
    check("type T struct{ *[]int }", "2:17: syntax error: unexpected [, expected name");
}

// ---- assignability and interfaces

#[test]
fn interfaces() {
    let stringer = "type S interface { String() string }\ntype T struct{}\n";
    check(
        &format!("{stringer}var _ S = T{{}}"),
        "4:11: cannot use T{} (value of struct type T) as S value in variable declaration: T does not implement S (missing method String)",
    );
    check(
        &format!("{stringer}func (*T) String() string {{ return \"\" }}\nvar _ S = T{{}}"),
        "5:11: cannot use T{} (value of struct type T) as S value in variable declaration: T does not implement S (method String has pointer receiver)",
    );
    check(
        &format!("{stringer}func (T) String() int {{ return 0 }}\nvar _ S = T{{}}"),
        "5:11: cannot use T{} (value of struct type T) as S value in variable declaration: T does not implement S (wrong type for method String)\n\t\thave String() int\n\t\twant String() string",
    );
    check(
        "var e any = 1\nvar i int = e",
        "3:13: cannot use e (variable of interface type any) as int value in variable declaration: need type assertion",
    );
    check(
        "type I interface { m() }\ntype T int\nfunc f(i I) { _ = i.(T) }",
        "4:19: impossible type assertion: i.(T)\n\tT does not implement I (missing method m)",
    );
    check(
        "type I interface { int }\nvar x I",
        "3:7: cannot use type I outside a type constraint: interface contains type constraints",
    );
}

#[test]
fn assignment() {
    check("var x int = \"a\"", "2:13: cannot use \"a\" (untyped string constant) as int value in variable declaration");
    check(
        "var x int = 1.5",
        "2:13: cannot use 1.5 (untyped float constant) as int value in variable declaration (truncated)",
    );
    check("var x = nil", "2:9: use of untyped nil in variable declaration");
    check(
        "func f() (int, int)\nvar x = f()",
        "3:9: multiple-value f() (value of type (int, int)) in single-value context",
    );
    check(
        "func f() (int, int)\nfunc g() { x := f(); _ = x }",
        "3:17: assignment mismatch: 1 variable but f returns 2 values",
    );
    check(
        "func f() (int, string) { return 1 }",
        "2:33: not enough return values\n\thave (number)\n\twant (int, string)",
    );
    valid("type C chan int\nvar c chan int\nvar d C = c\nvar e <-chan int = c");
}

// ---- calls and conversions

#[test]
fn calls() {
    check(
        "func f(int, ...string)\nvar x = 1\nfunc g() { f() }",
        "4:12: not enough arguments in call to f\n\thave ()\n\twant (int, ...string)",
    );
    check(
        "func f(int)\nfunc g() { f(1, 2) }",
        "3:17: too many arguments in call to f\n\thave (number, number)\n\twant (int)",
    );
    check(
        "func f(int)\nfunc g() { f(\"a\") }",
        "3:14: cannot use \"a\" (untyped string constant) as int value in argument to f",
    );
    check("func f(int)\nfunc g(s []int) { f(s...) }", "3:19: cannot use ... in call to non-variadic f");
    check(
        "var x int\nfunc g() { x() }",
        "3:12: invalid operation: cannot call x (variable of type int): int is not a function",
    );
    valid("func f(a int, b ...string)\nfunc g() (int, string, string)\nfunc h() { f(g()); f(1); f(1, []string{}...) }");
}

#[test]
fn conversions() {
    valid("type T struct { a int `x:\"y\"` }\nvar _ = T(struct{ a int }{})");
    valid("var s []int\nvar _ = [2]int(s)\nvar _ = (*[2]int)(s)\nvar _ = []byte(\"x\")\nvar _ = string(rune(65))");
    check("var _ = int(\"a\")", "2:13: cannot convert \"a\" (untyped string constant) to type int");
    check("var _ = uint8(256)", "2:15: constant 256 overflows uint8");
    check("var _ = int()", "2:9: missing argument in conversion to int");
    check("var _ = int(1, 2)", "2:16: too many arguments in conversion to int");
}

// ---- generics

#[test]
fn instantiation() {
    valid("type P[K comparable, V any] struct { k K; v V }\nvar _ P[string, []int]");
    check("type T[P any] struct{}\nvar _ T", "3:7: cannot use generic type T[P any] without instantiation");
    check("type T[P any] struct{}\nvar _ T[int, int]", "3:7: too many type arguments for type T: have 2, want 1");
    check("type T[P comparable] struct{}\nvar _ T[[]int]", "3:9: []int does not satisfy comparable");
    check(
        "type N interface { ~int | ~string }\ntype T[P N] struct{}\nvar _ T[bool]",
        "4:9: bool does not satisfy N (bool missing in ~int | ~string)",
    );
    check(
        "type I int\ntype T[P interface{ int }] struct{}\nvar _ T[I]",
        "4:9: I does not satisfy interface{int} (possibly missing ~ for int in interface{int})",
    );
    check("func f[T any]() { f[*T]() }", "2:8: instantiation cycle:\n\ta.go:2:21: T instantiated as *T");
}

#[test]
fn inference() {
    valid(
        "func m[T, U any](s []T, f func(T) U) []U { return nil }\nfunc id[T any](x T) T { return x }\nvar _ = m([]int{1}, id)\nvar _ = m([]int{1}, func(i int) string { return \"\" })",
    );
    valid("func f[S ~[]E, E any](s S) E { return s[0] }\ntype I []int\nvar _ int = f(I{})");
    valid("func f[T any](a, b T) T { return a }\nvar _ float64 = f(1, 2.5)\nvar g func(int, int) int = f");
    valid(
        "type Set[T interface { *E; Add() }, E any] struct{}\ntype X struct{}\nfunc (*X) Add() {}\nfunc mk[E any, P interface { *E; Add() }](e E) { P(&e).Add() }\nfunc _() { mk(X{}) }",
    );
    valid("func f[T any](x T) { f(&x == nil); _ = x }");
    check("func f[T any]() {}\nfunc g() { f() }", "3:13: in call to f, cannot infer T (declared at a.go:2:8)");
    check(
        "func f[T any](a, b T) {}\nfunc g() { f(1, \"a\") }",
        "3:17: in call to f, mismatched types untyped int and untyped string (cannot infer T)",
    );
    check(
        "func f[T any](a, b T) {}\nfunc g(i int, s string) { f(i, s) }",
        "3:32: in call to f, type string of s does not match inferred type int for T",
    );
    check("func f[T any](T) {}\nvar x = f", "3:9: cannot use generic function f without instantiation");
}

#[test]
fn generic_aliases_and_methods() {
    valid("type L[T any] = []T\nvar x L[int] = []int{1}");
    valid("type M[K comparable] = map[K]V\ntype V struct{ m M[string] }");
    valid("type T[P any] struct { p P }\nfunc (t *T[Q]) Get() Q { return t.p }\nvar s string = (&T[string]{}).Get()");
    check(
        "type T[P any] struct{}\nfunc (T[A, B]) m() {}",
        "3:7: receiver declares 2 type parameters, but receiver base type declares 1",
    );
    valid("func f[T any]() { type L struct { x T }; var l L; _ = l.x }");
}

#[test]
fn type_sets() {
    valid(
        "type N interface { ~int | ~float64 }\nfunc sum[T N](s ...T) (t T) { for _, v := range s { t += v }; return }\nvar _ = sum(1.5, 2)",
    );
    check(
        "func f[T int | string](x T) { _ = x - x }",
        "2:35: invalid operation: operator - not defined on x (variable of type T constrained by int | string)",
    );
    check("func f[T any](x T) { _ = x == x }", "2:26: invalid operation: x == x (incomparable types in type set)");
    check(
        "type I interface { ~int; m() }\ntype U interface { I | string }",
        "3:20: cannot use p.I in union (p.I contains methods)",
    );
    check("type U interface { int | ~int }", "2:26: overlapping terms ~int and int");
}

/// A type that holds one whose cycle was reported has no size either.
#[test]
fn sizes_of_what_holds_a_cycle() {
    let types = "import \"unsafe\"\ntype T struct { a int32; U }\ntype U struct { b U; c int32 }\n";
    for use_of_size in ["unsafe.Offsetof(t.c)", "unsafe.Alignof(t)", "unsafe.Sizeof([2]T{})"] {
        let program = format!("{types}func f(t T) {{ _ = {use_of_size}; _ = unsafe.Sizeof(&t) }}");
        check(&program, "4:6: invalid recursive type: U refers to itself");
    }
}

// ---- directives and bodies elsewhere

#[test]
fn functions_without_bodies() {
    let bodies = "import _ \"unsafe\"\nfunc f()\n//go:linkname g x.g\nfunc g()\ntype T int\nfunc (T) m()";
    valid(bodies);
    check_as(Origin::GoOnly, bodies, "3:6: missing function body\n7:6: missing function body");
    check_as(
        Origin::GoOnly,
        "func f()\nvar x int = \"a\"",
        "3:13: cannot use \"a\" (untyped string constant) as int value in variable declaration",
    );
    check("func f[P any]()", "2:6: generic function is missing function body");
    check("//go:noescape\nfunc f() {}", "3:6: can only use //go:noescape with external func implementations");
}

#[test]
fn directives_in_the_wrong_place() {
    check("//go:noinline\nvar x int", "2:3: misplaced compiler directive");
    check("//go:noinline\nimport _ \"unsafe\"\nfunc f() {\n//go:nosplit\n}", "5:3: misplaced compiler directive");
    check(
        "func f() {} //go:noinline\n//go:nosplit",
        "2:15: misplaced compiler directive\n3:3: misplaced compiler directive",
    );
    check(
        "func f() {\n//go:noinline\nconst c = 1\n}\n//go:noinline\ntype T int",
        "3:3: misplaced compiler directive\n6:3: misplaced compiler directive",
    );
    check(
        "func f() {\n//go:noinline\nconst c int = \"a\"\n}",
        "4:15: cannot use \"a\" (untyped string constant) as int value in constant declaration",
    );
    check("//go:embed x\nconst c = 1", "2:3: misplaced go:embed directive");
    check(
        "//go:embed x\nconst c int = \"a\"",
        "3:15: cannot use \"a\" (untyped string constant) as int value in constant declaration",
    );
    check(
        "//go:noinline\nvar (\nx int = \"a\"\n)",
        "2:3: misplaced compiler directive\n4:9: cannot use \"a\" (untyped string constant) as int value in variable declaration",
    );
}

#[test]
fn directives_of_others() {
    check("//go:systemstack\nfunc f() {}", "2:3: //go:systemstack only allowed in runtime");
    check("//go:cgo_ldflag \"-lm\"\nfunc f() {}", "2:3: //go:cgo_ldflag \"-lm\" only allowed in cgo-generated code");
    check("//go:uintptrkeepalive\nfunc f() {}", "2:3: //go:uintptrkeepalive is only allowed in the standard library");
    check(
        "import _ \"unsafe\"\n//go:linkname a b c\n//go:linkname nothing x.y",
        "3:3: usage: //go:linkname localname [linkname]",
    );
    check(
        "import _ \"unsafe\"\n//go:linkname f x.f\n//go:linkname f x.g\nfunc f() {}\n//go:linkname nothing x.y",
        "4:3: duplicate //go:linkname for f\n6:3: //go:linkname must refer to declared function or variable",
    );
}

// ---- what the parser says besides syntax errors

#[test]
fn wrong_line_directives() {
    check("//line x.go:0\nvar x int", "2:13: invalid line number: 0");
    check("//line x.go:y\nvar x int", "2:13: invalid line number: y");
    check("//line x.go:3:0\nvar x int", "2:15: invalid column number: 0");
    check("//line x.go:0:3\nvar x int", "2:13: invalid line number: 0");
    check("//line x.go:99999999999\nvar x int", "2:13: invalid line number: 99999999999");
    valid("//line x.go\n//line \n //line x.go:0\nvar x int");
}

#[test]
fn characters_and_literals() {
    check("var a× int", "2:6: invalid character U+00D7 '×' in identifier");
    check("var × int", "2:5: invalid character U+00D7 '×' in identifier");
    check("func f() { _ = `abc", "2:16: string not terminated");
    check("func f() { /* abc", "2:12: comment not terminated");
    check("var x = '\\400'", "2:14: octal escape value 256 > 255");
    check("const (\na, b = 1, iota * 2\nc\n)", "4:1: extra init expr at a.go:3:16");
}
