//! What the checker says about expressions and statements, and the side tables only lowering reads.
//!
//! The messages are gc's (`go tool compile -e`). See `check.rs` for the form of the cases.

use std::collections::HashMap;

use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Checked, Input, Origin, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::parse::{parse_file, with_parser_stack};
use ingot_frontend::span::SourceMap;
use ingot_frontend::types::Types;

/// Checks a package of one file; the messages, and what `look` finds.
fn checked<R: Send>(body: &str, look: impl FnOnce(&Types, &Checked) -> R + Send) -> (String, Option<R>) {
    let text = format!("package p\n{body}\n");
    with_parser_stack(|| {
        let mut sources = SourceMap::new();
        let mut ids = NodeIds::new();
        let source = sources.add("a.go", text.as_bytes());
        let (file, diagnostics) = parse_file(&source, &mut ids);
        if !diagnostics.is_empty() {
            return (render_all(&diagnostics, &sources, None), None);
        }
        let (files, imports, types) = ([file], HashMap::new(), Types::new());
        let input = Input {
            path: "p",
            files: &files,
            nodes: ids.len(),
            go_version: (1, 26),
            imports: &imports,
            origin: Origin::WithAssembly,
        };
        let checked = check_package(&types, &sources, &input);
        let found = look(&types, &checked);
        (render_all(&checked.diagnostics, &sources, None), Some(found))
    })
}

#[track_caller]
fn check(body: &str, expected: &str) {
    let (found, _) = checked(body, |_, _| ());
    let found: Vec<&str> = found.lines().map(|line| line.strip_prefix("a.go:").unwrap_or(line)).collect();
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(found, expected, "in\n{body}");
}

#[track_caller]
fn valid(body: &str) {
    check(body, "");
}

/// The variables each function literal captures, in the order of the literals.
#[track_caller]
fn captures(body: &str, expected: &[&str]) {
    let (errors, found) = checked(body, |types, checked| {
        let mut lits: Vec<_> = checked.info.captures.iter().collect();
        lits.sort();
        let names = |vars: &Vec<_>| vars.iter().map(|&v| types.object(v).name.as_str()).collect::<Vec<_>>().join(" ");
        lits.into_iter().map(|(_, vars)| names(vars)).collect::<Vec<_>>()
    });
    assert_eq!(errors, "", "in\n{body}");
    assert_eq!(found.unwrap_or_default(), expected, "in\n{body}");
}

/// The variables in the order they are initialised.
#[track_caller]
fn init_order(body: &str, expected: &str) {
    let (errors, found) = checked(body, |types, checked| {
        let names = |vars: &[_]| vars.iter().map(|&v| types.object(v).name.as_str()).collect::<Vec<_>>().join(",");
        checked.info.init_order.iter().map(|step| names(&step.lhs)).collect::<Vec<_>>().join(" ")
    });
    assert_eq!(errors, "", "in\n{body}");
    assert_eq!(found.unwrap_or_default(), expected, "in\n{body}");
}

#[test]
fn captured_variables() {
    captures("func f(a, b int) { func() { _ = b; _ = a; _ = b }() }", &["b a"]);
    captures("func f(a int) { func() { x := 1; _ = x }() }", &[""]);
    captures("var g int\nfunc f() { func() { g = 1 }() }", &[""]);
    captures("func f(a any) { switch x := a.(type) { case int: func() { _ = x }() } }", &["x"]);
    captures("func f() (r int) { defer func() { r = 1 }(); return }", &["r"]);
    captures("type T int\nfunc (t T) f() { _ = func(p int) { _ = t; _ = p } }", &["t"]);
    captures("func f() { for i := range 3 { go func() { _ = i }() } }", &["i"]);
    // A literal in a literal reaches through the outer one. Inner literals have smaller ids.
    captures("func f(a int) { func() { b := 1; func() { _ = a; _ = b }() }() }", &["a b", "a"]);
    captures("func f(a, i int, s []int) { s[func() int { return a }()] += 1 }", &["a"]);
}

#[test]
fn initialization_order() {
    init_order("var a = b; var b = c; var c = 1", "c b a");
    init_order("var a = f(); var b = 1; func f() int { return b }", "b a");
    init_order("var a, b = g(); func g() (int, int) { return c, c }; var c = 1", "c a,b");
    init_order(
        "var _ = f(); var x = 2; func f() int { return T(0).m() }; type T int; func (T) m() int { return x }",
        "x _",
    );
    init_order("var x = func() int { return y }(); var y = 1; var z int", "y x");
}

#[test]
fn labels() {
    valid("func f() { L: for { break L } }");
    check("func f() { L: for {} }", "2:12: label L defined and not used");
    check("func f() { goto L; x := 1; _ = x; L: }", "2:17: goto L jumps over declaration of x at a.go:2:22");
    check("func f() { goto L; { L: } }", "2:17: goto L jumps into block starting at a.go:2:20");
    check("func f() { goto L }", "2:17: label L not defined");
    check("func f() { L: { for { break L } } }", "2:29: invalid break label L");
    check("func f() { L: switch { default: for { continue L } } }", "2:48: invalid continue label L");
    check("func f() { break }", "2:12: break is not in a loop, switch, or select");
    check("func f() { if true { continue } }", "2:22: continue is not in a loop");
    check("func f() { L: ; L: ; goto L }", "2:17: label L already defined at a.go:2:12");
    check("func f() { for { func() { break }() } }", "2:27: break is not in a loop, switch, or select");
    valid("func f(x int) { switch x { case 1: fallthrough; case 2: } }");
    check("func f(x int) { switch x { case 1: fallthrough } }", "2:36: cannot fallthrough final case in switch");
    check(
        "func f(x int) { switch x { case 1: if true { fallthrough }; case 2: } }",
        "2:46: fallthrough statement out of place",
    );
    check(
        "func f(x any) { switch x.(type) { case int: fallthrough; case string: } }",
        "2:45: cannot fallthrough in type switch",
    );
}

#[test]
fn terminating_statements() {
    valid("func f() int { for {} }");
    check("func f() int { for { break } }", "2:30: missing return");
    check("func f() int { L: for { for { break L } } }", "2:43: missing return");
    valid("func f(b bool) int { if b { return 1 } else { panic(0) } }");
    check("func f(b bool) int { if b { return 1 } }", "2:40: missing return");
    valid("func f(x int) int { switch x { case 1: return 1; default: panic(x) } }");
    check("func f(x int) int { switch x { case 1: return 1 } }", "2:51: missing return");
    check("func f(x int) int { switch x { case 1: break; default: return 2 }; }", "2:68: missing return");
    valid("func f(c chan int) int { select { case <-c: return 1 } }");
    valid("func f() int { L: goto L }");
    valid("func f() int { { return 1 }; ; }");
    check("func f() int { func() {}() }", "2:28: missing return");
    check("func f() (panic func(int)) { panic(1) }", "2:39: missing return");
}

#[test]
fn unused() {
    check("func f() { x := 1 }", "2:12: declared and not used: x");
    check("func f() { x, y := 1, 2; _ = x }", "2:15: declared and not used: y");
    check("func f() { x := 1; x = 2 }", "2:12: declared and not used: x");
    valid("func f() { x := 1; x++ }");
    check("func f() { var x int; func() { x = 1 }() }", "2:16: declared and not used: x");
    valid("func f() { var x []int; x[0] = 1 }");
    check("func f(x any) { switch y := x.(type) { case int: } }", "2:24: y declared and not used");
    valid("func f(x any) { switch y := x.(type) { case int: _ = y; case string: } }");
    check("func f() { for i, v := range []int{} { _ = v } }", "2:16: declared and not used: i");
    check("func f() { if x := 1; true {} }", "2:15: declared and not used: x");
}

#[test]
fn assignments() {
    valid("func f() { var a, b int; a, b = b, a }");
    check("func f() { a := 1; a := 2; _ = a }", "2:22: no new variables on left side of :=");
    check("func f() { a, a := 1, 2; _ = a }", "2:15: a repeated on left side of :=");
    check("func f() { a, b := 1; _, _ = a, b }", "2:20: assignment mismatch: 2 variables but 1 value");
    check(
        "func g() (int, int)
func f() { a := g(); _ = a }",
        "3:17: assignment mismatch: 1 variable but g returns 2 values",
    );
    check(
        "func g() (int, int)
func f() { var a string; a, _ = g() }",
        "3:16: declared and not used: a
3:33: cannot use g() (value of type int) as string value in assignment",
    );
    check(
        "func g()
func f() { a := g(); _ = a }",
        "3:17: g() (no value) used as value",
    );
    check("func f() { f = nil }", "2:12: cannot assign to f (neither addressable nor a map index expression)");
    check(
        "func f() { const c = 1; c = 2; c++ }",
        "2:25: cannot assign to c (neither addressable nor a map index expression)",
    );
    check(
        r#"func f(m map[string]struct{ x int }) { m["a"].x = 1 }"#,
        r#"2:40: cannot assign to struct field m["a"].x in map"#,
    );
    check(
        "func f(s string) { s[0] = 1 }",
        "2:20: cannot assign to s[0] (neither addressable nor a map index expression)",
    );
    valid(
        r#"func f(m map[string]int) { v, ok := m["a"]; var w int; var ok2 bool; w, ok2 = m["b"]; _, _, _, _ = v, ok, w, ok2 }"#,
    );
    valid("func f(x any, c chan int) { a, ok := x.(int); b, ok := <-c; _, _, _ = a, b, ok }");
    check("func f() { _ = nil }", "2:16: use of untyped nil in assignment to _ identifier");
    check("func f() { x := nil; _ = x }", "2:17: use of untyped nil in assignment");
    check("func f(p *int, s string) { *p += s }", "2:28: invalid operation: *p += s (mismatched types int and string)");
    check("func f(s string) { s++ }", "2:20: invalid operation: s++ (non-numeric type string)");
    check(
        "func f(b bool) { b = !b && (b || true); b += b }",
        "2:41: invalid operation: operator + not defined on b (variable of type bool)",
    );
    check(
        "func f() int { return }",
        "2:16: not enough return values
	have ()
	want (int)",
    );
    check(
        "func f() (int, string) { return 1 }",
        "2:33: not enough return values
	have (number)
	want (int, string)",
    );
    check(
        "func f() { return 1 }",
        "2:19: too many return values
	have (number)
	want ()",
    );
    check(
        "func f() (x int) { { x := 2; _ = x; return } }",
        "2:37: result parameter x not in scope at return
	a.go:2:22: inner declaration of var x int",
    );
    valid("func f() (x int) { return }");
}

#[test]
fn statements() {
    check(
        r#"var x int; func f() { x; -x; x == 1; f; len(""); int(x) }"#,
        r#"2:23: x (variable of type int) is not used
2:26: -x (value of type int) is not used
2:30: x == 1 (untyped bool value) is not used
2:38: f (value of type func()) is not used
2:41: len("") (constant 0 of type int) is not used
2:50: int(x) (value of type int) is not used"#,
    );
    valid("func f(c chan int) { <-c; (<-c); f(c); recover(); copy([]int{}, []int{}) }");
    check(
        r#"func f() { go int(1); defer len(""); go func() {}() }"#,
        r#"2:15: go requires function call, not conversion int(1) (constant 1 of type int)
2:29: defer discards result of len("") (constant 0 of type int)"#,
    );
    check(
        "func f(x int) { if x {}; for x {} }",
        "2:20: non-boolean condition in if statement
2:30: non-boolean condition in for statement",
    );
    check(
        r#"func f(c chan<- int, d <-chan int) { <-c; d <- 1; c <- "" }"#,
        r#"2:40: invalid operation: cannot receive from send-only channel chan<- int c (variable of type chan<- int)
2:43: invalid operation: cannot send to receive-only channel <-chan int d (variable of type <-chan int)
2:56: cannot use "" (untyped string constant) as int value in send"#,
    );
    valid(
        "func f(c chan int) { select { case c <- 1: case v := <-c: _ = v; case x, ok := (<-c): _, _ = x, ok; default: } }",
    );
    check(
        "func f(c chan int) { select { case f(c): } }",
        "2:37: select case must be send or receive (possibly with assignment)",
    );
    check("func f(c chan int) { select { default: default: } }", "2:40: multiple defaults (first at a.go:2:31)");
}

#[test]
fn switches() {
    check(
        "func f(x int) { switch x { case 1, 2: case 2: } }",
        "2:44: duplicate case 2 (constant of type int) in expression switch
	a.go:2:36: previous case",
    );
    check(
        r#"func f(s string) { switch s { case "a": case "a": case 1: } }"#,
        r#"2:46: duplicate case "a" (constant of type string) in expression switch
	a.go:2:36: previous case
2:56: cannot convert 1 (untyped int constant) to type string"#,
    );
    check(
        "func f(x int) { switch { case x > 1: case x: } }",
        "2:43: invalid case x in switch on true (mismatched types int and bool)",
    );
    valid("func f(f func()) { switch f { case nil: } }");
    check(
        "func f(x []int) { switch x { case x: } }",
        "2:35: invalid case x in switch on x (slice can only be compared to nil)",
    );
    check(
        r#"func f(x any) { switch x { case 1: case "a": case 1.0: case 1: } }"#,
        "2:61: duplicate case 1 (constant of type int) in expression switch
	a.go:2:33: previous case",
    );
    check("func f(x int) { switch x { default: default: } }", "2:37: multiple defaults (first at a.go:2:28)");
    check(
        "func f(x any) { switch x.(type) { case int, string: case int: case nil: case nil: } }",
        "2:58: duplicate case int in type switch
	a.go:2:40: previous case
2:78: duplicate case nil in type switch
	a.go:2:68: previous case",
    );
    check("func f(x int) { switch x.(type) {} }", "2:24: x (variable of type int) is not an interface");
    check(
        "type I interface{ m() }
type T struct{}
func f(x I) { switch x.(type) { case T: case *T: case I: case interface{ n() }: } }",
        "4:38: impossible type switch case: T
	x (variable of interface type I) cannot have dynamic type T (missing method m)
4:46: impossible type switch case: *T
	x (variable of interface type I) cannot have dynamic type *T (missing method m)",
    );
    check(
        "func f[T any](x T) { switch x.(type) {} }",
        "2:29: cannot use type switch on type parameter value x (variable of type T constrained by any)",
    );
    check("func f() { switch nil { } }", "2:19: use of untyped nil in switch expression");
}

#[test]
fn ranges() {
    valid(
        "func f(a [3]int, p *[3]int, s string, m map[string]bool, c chan int) { for i, x := range a { _, _ = i, x }; for i, x := range p { _, _ = i, x }; for i, r := range s { var _ rune = r; _ = i }; for k, v := range m { var _ string = k; var _ bool = v }; for x := range c { _ = x } }",
    );
    valid(
        "func f() { for i := range 10 { var _ int = i }; for range 3 {}; var u uint8; for i := range u { var _ uint8 = i }; for u = range 5 {} }",
    );
    check(
        "func f() { for i, j := range 10 { _, _ = i, j } }",
        "2:19: range over 10 (untyped int constant) permits only one iteration variable",
    );
    check(
        "func f(c chan int) { for a, b := range c { _, _ = a, b } }",
        "2:29: range over c (variable of type chan int) permits only one iteration variable",
    );
    check(
        "func f(c chan<- int) { for range c {} }",
        "2:34: cannot range over c (variable of type chan<- int): receive from send-only channel chan<- int",
    );
    check(
        "func f(x float64, p *int) { for range x {}; for range p {} }",
        "2:39: cannot range over x (variable of type float64)
2:55: cannot range over p (variable of type *int)",
    );
    check("func f() { for range 1.5 {} }", "2:22: cannot range over 1.5 (untyped float constant)");
    valid(
        "func f(g func(yield func(int, string) bool)) { for i, s := range g { var _ int = i; var _ string = s }; for i := range g { _ = i }; for range g {} }",
    );
    check(
        "func f(g func(func(int))) { for range g {} }",
        "2:39: cannot range over g (variable of type func(func(int))): func must be func(yield func(...) bool): yield func does not return bool",
    );
    check(
        "func f(g func() bool) { for range g {} }",
        "2:35: cannot range over g (variable of type func() bool): func must be func(yield func(...) bool): wrong argument count",
    );
    check(
        "func f[T ~[]int | ~[]string](x T, y []T) { for range x {}; for _, z := range y { _ = z } }",
        "2:54: cannot range over x (variable of type T constrained by ~[]int | ~[]string): []int and []string have different underlying types",
    );
    valid("func f[S ~[]E, E any](x S) { for i, e := range x { var _ int = i; var _ E = e } }");
    check(
        "func f() { var i string; for i = range 10 {} }",
        "2:16: declared and not used: i
2:40: cannot use 10 (untyped int constant) as string value in range clause",
    );
    valid(r#"func f() { for _ = range 10 {}; for _, _ = range "" {} }"#);
}

#[test]
fn operators() {
    check(r#"var a = 1 + "a""#, r#"2:9: invalid operation: 1 + "a" (mismatched types untyped int and untyped string)"#);
    check("var x int; var y int64; var z = x + y", "2:33: invalid operation: x + y (mismatched types int and int64)");
    check(
        "var x = 1 / 0; var y = 1.0 / 0; func f(z int) { _ = z / 0; _ = z % 0 }",
        "2:13: invalid operation: division by zero",
    );
    check(
        "var s uint; var a = 1 << s; var b int64 = 1 << s; var c = 1.0 << s; var d float64 = 1 << s",
        "2:59: invalid operation: shifted operand 1.0 (type float64) must be integer
2:85: invalid operation: shifted operand 1 (type float64) must be integer",
    );
    check("const a = 1 << 600", "2:13: constant shift overflow");
    check("var x = 1 << -1", "2:14: invalid operation: negative shift count -1 (untyped int constant)");
    check(
        "var b byte = 255 + 1; var c = ^byte(0); var d int8 = -128; var e int8 = -(-128)",
        "2:14: cannot use 255 + 1 (untyped int constant 256) as byte value in variable declaration (overflows)
2:73: cannot use -(-128) (untyped int constant 128) as int8 value in variable declaration (overflows)",
    );
    check(
        "var f = func() {} == nil; var g = func() {} == func() {}",
        "2:35: invalid operation: func() {} == func() {} (func can only be compared to nil)",
    );
    check(
        "var m = map[string]int{} == map[string]int{}",
        "2:9: invalid operation: map[string]int{} == map[string]int{} (map can only be compared to nil)",
    );
    check(
        "type T struct{ f []int }; var x, y T; var z = x == y",
        "2:47: invalid operation: x == y (struct containing []int cannot be compared)",
    );
    check(
        "var x any; var z = x == 1; var w = x == []int{}; var n = nil == nil",
        "2:41: invalid operation: x == []int{} (slice can only be compared to nil)
2:65: invalid operation: nil == nil (operator == not defined on untyped nil)",
    );
    check(
        "var p *int; var z = p < p; var q = p == 0",
        "2:21: invalid operation: p < p (operator < not defined on pointer)
2:41: invalid operation: p == 0 (mismatched types *int and untyped int)",
    );
    check(
        r#"var b = !1; var c = -"a"; var d = ^1.5; var e = +true"#,
        r#"2:10: invalid operation: operator ! not defined on 1 (untyped int constant)
2:22: invalid operation: operator - not defined on "a" (untyped string constant)
2:36: invalid operation: operator ^ not defined on 1.5 (untyped float constant)
2:50: invalid operation: operator + not defined on true (untyped bool constant)"#,
    );
    check(
        "var x = &1; var y = &struct{}{}; var z = *1; var w = *nil",
        "2:10: invalid operation: cannot take address of 1 (untyped int constant)
2:43: invalid operation: cannot indirect 1 (untyped int constant)
2:55: invalid operation: cannot indirect nil",
    );
    check(
        "type B bool; var x, y int; var b B = x < y; var c = b && x < y; var d bool = b",
        "2:78: cannot use b (variable of bool type B) as bool value in variable declaration",
    );
    check(
        "func f[T any](x, y T) bool { return x == y }",
        "2:37: invalid operation: x == y (incomparable types in type set)",
    );
    valid("func f[T comparable](x, y T) bool { return x == y }");
    valid("func f[T int | string](x, y T) T { return x + y }");
    check(
        "func f[T int | string](x, y T) T { return x - y }",
        "2:43: invalid operation: operator - not defined on x (variable of type T constrained by int | string)",
    );
    check(
        "func f(x, y uint8) bool { return x+1 > 256-1 && x == 256 }",
        "2:54: 256 (untyped int constant) overflows uint8",
    );
}

#[test]
fn indexing() {
    check(
        r#"var a [3]int; var x = a[3]; var y = a[-1]; var z = a[1.0]; var w = a[1.5]; var v = a["a"]"#,
        r#"2:25: invalid argument: index 3 out of bounds [0:3]
2:39: invalid argument: index -1 (constant of type int) must not be negative
2:70: 1.5 (untyped float constant) truncated to int
2:86: cannot convert "a" (untyped string constant) to type int"#,
    );
    check(
        r#"var s = "abc"[5]; const c = "abc"[1]; var l = "abc"[1:2:3]"#,
        r#"2:15: invalid argument: index 5 out of bounds [0:3]
2:29: "abc"[1] (value of type byte) is not constant
2:57: invalid operation: 3-index slice of string"#,
    );
    check(
        "var s []int; var a = s[2:1]; var b = s[1:2:1]; var c = s[:]; var d = s[-1:]",
        "2:26: invalid slice indices: 1 < 2
2:72: invalid argument: index -1 (constant of type int) must not be negative",
    );
    check(
        "var x = [3]int{}[:]; var y = (&[3]int{})[:4]",
        "2:9: cannot slice unaddressable value [3]int{} (value of type [3]int)
2:43: invalid argument: index 4 out of bounds [0:4]",
    );
    check(
        r#"var m map[string]int; var x = m[1]; var p = &m["a"]"#,
        r#"2:33: cannot use 1 (untyped int constant) as string value in map index
2:46: invalid operation: cannot take address of m["a"] (map index expression of type int)"#,
    );
    check(
        "var x int; var y = x[0]; var z = x[:]",
        "2:21: cannot index x (variable of type int)
2:34: cannot slice x (variable of type int)",
    );
    check(
        "func f[T []int | map[int]int](x T) int { return x[0] }",
        "2:50: cannot index x (variable of type T constrained by []int | map[int]int)",
    );
    check(
        "func f[T []int | [4]int | string](x T) { _ = x[0] }",
        "2:47: cannot index x (variable of type T constrained by []int | [4]int | string)",
    );
    valid("func f[T []byte | string](x T) byte { return x[0] }");
    valid("func f[T []byte | string](x T) T { return x[1:] }");
    check(
        "var x any; var y = x.(int); var w = y.(int)",
        "2:37: invalid operation: y (variable of type int) is not an interface",
    );
}

#[test]
fn composite_literals() {
    check(
        "type T struct{ a, b int }; var x = T{1, 2}; var y = T{a: 1}; var z = T{1}; var w = T{1, 2, 3}; var v = T{c: 1}; var u = T{a: 1, a: 2}; var t = T{a: 1, 2}",
        "2:73: too few values in struct literal of type T
2:92: too many values in struct literal of type T
2:106: unknown field c in struct literal of type T
2:129: duplicate field name a in struct literal
2:152: mixture of field:value and value elements in struct literal",
    );
    check(
        r#"var x = [...]int{5: 1, 2}; var y [7]int = x; var z = [2]int{1, 2, 3}; var w = []int{0: 1, 0: 2}; var v = []int{"a": 1}"#,
        r#"2:67: index 2 is out of bounds (>= 2)
2:91: duplicate index 0 in array or slice literal
2:112: cannot convert "a" (untyped string constant) to type int"#,
    );
    check(
        r#"var m = map[string][]int{"a": {1}, "b": {2}, "a": nil}; var n = map[string]int{1}; var p = map[any]int{1: 1, "1": 2, 1: 3}"#,
        r#"2:46: duplicate key "a" in map literal
2:80: missing key in map literal
2:118: duplicate key 1 in map literal"#,
    );
    valid("type P struct{ x int }; var x = []*P{{1}, {x: 2}}; var y = map[P]*P{{1}: {2}}; var z = [][]P{{{1}}}");
    check("var x = int{}; var y = {}; var z = []int{{}}", "2:24: syntax error: unexpected {, expected expression");
    check(
        "type T struct{ A int }; var x = T{a: 1}",
        "2:35: unknown field a in struct literal of type T, but does have A",
    );
}

#[test]
fn builtin_calls() {
    check(
        r#"var a = len("abc"); const b = len([3]int{}); const c = len([]int{}); var d = len(1); var e = cap(map[int]int{})"#,
        "2:56: len([]int{}) (value of type int) is not constant
2:82: invalid argument: 1 (untyped int constant) for built-in len
2:98: invalid argument: map[int]int{} (value of type map[int]int) for built-in cap",
    );
    check(
        "func g() [3]int
const a = len(g()); const b = len([1]int{})",
        "3:11: len(g()) (value of type int) is not constant",
    );
    check(
        r#"var s []int; var a = append(s, 1, 2); var b = append(s, "a"); var c = append(s, s...); var d = append(1, 2); var e = append([]byte{}, "abc"...); var f = append(nil, 1)"#,
        r#"2:57: cannot use "a" (untyped string constant) as int value in argument to append
2:103: invalid append: argument must be a slice; have 1 (untyped int constant)
2:161: invalid append: argument must be a slice; have untyped nil"#,
    );
    check(
        r#"func f() { copy([]byte{}, "a"); copy([]int{}, []string{}); copy(1, 2) }"#,
        "2:38: invalid copy: arguments []int{} (value of type []int) and []string{} (value of type []string) have different element types int and string
2:65: invalid copy: argument must be a slice; have 1 (untyped int constant)",
    );
    check(
        r#"func f(m map[string]int) { delete(m, "a"); delete(m, 1); delete(1, 2); clear(m); clear(1) }"#,
        "2:54: cannot use 1 (untyped int constant) as string value in argument to delete
2:65: invalid argument: 1 (untyped int constant) is not a map
2:88: invalid argument: cannot clear 1 (untyped int constant): argument must be (or constrained by) map or slice",
    );
    check(
        "var a = make([]int, 1, 2); var b = make([]int); var c = make(map[int]int, 1); var d = make(chan int); var e = make(int); var f = make([]int, 2, 1); var g = make([]int, -1)",
        "2:36: invalid operation: make([]int) expects 2 or 3 arguments; found 1
2:116: invalid argument: cannot make int: type must be slice, map, or channel
2:142: invalid argument: length and capacity swapped
2:169: invalid argument: index -1 (constant of type int) must not be negative",
    );
    check(
        r#"var a = new(int); var b = new(1); var c *string = new("a"); var d = new(nil); var e = new()"#,
        "2:73: use of untyped nil in argument to new
2:87: invalid operation: not enough arguments for new() (expected 1, found 0)",
    );
    check(
        r#"var a = min(1, 2.5); var b = max("a", "b"); var c = min(1, "a"); var d = max(); const e = min(1, 2, 3); var f = max(1i)"#,
        r#"2:60: invalid argument: mismatched types untyped int (previous argument) and untyped string (type of "a")
2:74: invalid operation: not enough arguments for max() (expected 1, found 0)
2:117: invalid argument: 1i (untyped complex constant (0 + 1i)) cannot be ordered"#,
    );
    check(
        r#"var a = complex(1, 2); var b = real(a); var c = imag(1i); var d = complex(1, "a"); var e = real(1); var f float32; var g = complex(f, 1); var h complex64 = g"#,
        r#"2:75: invalid operation: complex(1, "a") (mismatched types untyped float and untyped string)"#,
    );
    check(
        "func f(c chan int, d <-chan int) { close(c); close(d); close(1) }",
        "2:52: invalid operation: cannot close receive-only channel d (variable of type <-chan int)
2:62: invalid operation: cannot close non-channel 1 (untyped int constant)",
    );
    check(
        r#"func f() { panic(1); panic(); panic(1, 2); print(1, "a", nil); println() }"#,
        "2:22: invalid operation: not enough arguments for panic() (expected 1, found 0)
2:31: invalid operation: too many arguments for panic(1, 2) (expected 1, found 2)
2:58: use of untyped nil in argument to built-in print",
    );
    check(
        r#"import "unsafe"
type T struct{ a byte; b int64; c struct{ d int } }
var t T
const a = unsafe.Sizeof(t) + unsafe.Offsetof(t.b) + unsafe.Alignof(t.b); var b = unsafe.Offsetof(t); var c = unsafe.Offsetof(t.c.d); var p = unsafe.Pointer(&t); var q = unsafe.Add(p, 1); var s = unsafe.Slice(&t, 1); var r = unsafe.String((*byte)(p), 2); var u = unsafe.StringData(""); var v = unsafe.SliceData(s); var x [a]int; var y [24 + 8 + 8]int = x"#,
        "5:98: invalid argument: t is not a selector expression",
    );
    check("var f = len; func g() { len }", "2:9: len (built-in) must be called");
    check(
        "func f[T any](x T) { _ = len(x); clear(x) }",
        "2:30: invalid argument: x (variable of type T constrained by any) for built-in len
2:40: invalid argument: cannot clear x (variable of type T constrained by any): argument must be (or constrained by) map or slice",
    );
}

#[test]
fn initialization() {
    check(
        "var a = b; var b = f(); func f() int { return a }",
        "2:5: initialization cycle for a
	a.go:2:5: a refers to b
	a.go:2:16: b refers to f
	a.go:2:30: f refers to a",
    );
    check(
        "var a = f; func f() { _ = a }",
        "2:5: initialization cycle for a
	a.go:2:5: a refers to f
	a.go:2:17: f refers to a",
    );
    check("var a = a", "2:5: initialization cycle: a refers to itself");
    check(
        "type T struct{}; func (T) m() int { return x }; var x = T{}.m()",
        "2:53: initialization cycle for x
	a.go:2:53: x refers to m
	a.go:2:27: m refers to x",
    );
    valid("var x = func() int { return y }(); var y = 1");
}
