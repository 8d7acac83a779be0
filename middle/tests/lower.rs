//! Go source in, MIR out. Each test names what must occur in the text of a function, in order; every module is verified.

use std::collections::HashMap;

use frontend::ast::NodeIds;
use frontend::check::{Input, Origin, check_package};
use frontend::diagnostic::render_all;
use frontend::parse::{parse_file, with_parser_stack};
use frontend::span::SourceMap;
use frontend::types::Types;
use ingot_middle::lower::{Arch, PackageInput, Program, lower_package};
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::{Def, Module, Symbol};

/// Lowers a package `p` of one file.
fn lower(source: &str) -> Module {
    with_parser_stack(|| {
        let types = Types::new();
        let mut sources = SourceMap::new();
        let mut ids = NodeIds::new();
        let text = format!("package p\n{source}");
        let file = sources.add("p.go", text);
        let (file, diagnostics) = parse_file(&file, &mut ids);
        assert!(diagnostics.is_empty(), "{}", render_all(&diagnostics, &sources, None));
        let files = [file];
        let imports = HashMap::from([("unsafe".to_owned(), types.unsafe_package)]);
        let input = Input {
            path: "p",
            files: &files,
            nodes: ids.len(),
            go_version: (1, 26),
            imports: &imports,
            origin: Origin::WithAssembly,
        };
        let checked = check_package(&types, &sources, &input);
        assert!(!checked.has_errors(), "{}", render_all(&checked.diagnostics, &sources, None));
        let inputs = vec![PackageInput { files: &files, checked: &checked, embeds: &[] }];
        let prog = Program::new(&types, &sources, Arch::Amd64, inputs);
        let module = lower_package(&prog, checked.package)
            .unwrap_or_else(|diagnostics| panic!("{}", render_all(&diagnostics, &sources, None)));
        if let Err(errors) = verify(&module) {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}\n{module}", errors.join("\n"));
        }
        module
    })
}

fn text(m: &Module, name: &str) -> String {
    let index = m.symbols.get_index_of(name).unwrap_or_else(|| panic!("no {name} in\n{m}"));
    m.func_text(Symbol(index as u32))
}

/// The parts must follow each other in the text.
#[track_caller]
fn expect(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => panic!("no `{part}` where expected in\n{text}"),
        }
    }
}

#[track_caller]
fn check(source: &str, name: &str, parts: &[&str]) {
    let m = lower(source);
    expect(&text(&m, name), parts);
}

#[test]
fn arithmetic() {
    check("func f(a, b int) int { return a/b + 1 }", "p.f", &["div_check", "sdiv", "add", "return"]);
}

#[test]
fn closures_share_reassigned_variables() {
    let m = lower("func f() func() int { x := 0; return func() int { x++; return x } }");
    expect(&text(&m, "p.f"), &["alloc_heap", "func_addr @\"p.f.func1\"", "alloc_heap"]);
    expect(&text(&m, "p.f.func1"), &["context", "load", "store"]);
}

#[test]
fn closures_copy_constant_variables() {
    let m = lower("func f(x int) func() int { return func() int { return x } }");
    expect(&text(&m, "p.f"), &["alloc_heap", "store"]);
    assert_eq!(text(&m, "p.f").matches("alloc_heap").count(), 1);
}

#[test]
fn interfaces() {
    let m = lower(
        "type I interface { M() int }\ntype T struct { a, b, c, d, e int }\nfunc (t T) M() int { return t.e }\n\
         func f(t T) I { return t }\nfunc g(i I) int { return i.M() }\nfunc h(x any) (I, bool) { i, ok := x.(I); return i, ok }",
    );
    expect(&text(&m, "p.f"), &["go:itab.p.T,p.I", "alloc_heap"]);
    expect(&text(&m, "p.g"), &["nil_check", "call_method @\"type:p.I\" 0"]);
    expect(&text(&m, "p.h"), &["runtime.assertE2I2"]);
    expect(&text(&m, "p.(*T).M"), &["runtime.panicwrap", "call @\"p.T.M\""]);
}

#[test]
fn type_switch() {
    check(
        "func f(x any) int { switch v := x.(type) { case nil: return 0; case int: return v; case string, error: _ = v }; return 2 }",
        "p.f",
        &["load", "type:int", "type:string", "runtime.assertE2I2"],
    );
}

#[test]
fn defer_and_recover() {
    let m = lower("func f() (r int) { defer func() { recover(); r = 1 }(); for { defer println(r) } }");
    expect(&text(&m, "p.f"), &["recover bb", "runtime.deferenter", "runtime.deferpush", "runtime.deferexit", "return"]);
    expect(&text(&m, "p.f.func1"), &["runtime.gorecover"]);
    expect(&text(&m, "p.f.deferwrap1"), &["runtime.printint"]);
}

#[test]
fn range_over_function() {
    let source = "func f(seq func(func(int) bool)) int {\nouter: for i := range seq { for j := range seq {\n\
                  if j == 1 { continue outer }; if j == 2 { break outer }; if j == 3 { return i } } }; return 0 }";
    let m = lower(source);
    expect(&text(&m, "p.f"), &["call_closure", "switch", "runtime.panicrangestate"]);
    expect(&text(&m, "p.f-range1"), &["call_closure", "switch"]);
    expect(&text(&m, "p.f-range2"), &["return"]);
}

#[test]
fn defer_in_a_loop_over_a_function() {
    let m = lower("func f(seq func(func(int) bool)) { for i := range seq { defer println(i) } }");
    expect(&text(&m, "p.f"), &["runtime.deferenter"]);
    expect(&text(&m, "p.f-range1"), &["runtime.deferpushat"]);
}

#[test]
fn select_forms() {
    let source = "func f(a, b chan int) int { select { case v, ok := <-a: if ok { return v }; case b <- 1: default: }\n\
                  select { case v := <-a: return v; default: return 0 } }";
    check(source, "p.f", &["runtime.selectgo", "switch", "runtime.selectnbrecv"]);
}

/// An address behind the end of a full slice is not passed on: it might be the next object's.
#[test]
fn append_of_nothing_copies_nothing() {
    let source = "func f(s, t []*int) []*int { return append(s, t...) }";
    check(source, "p.f", &["growslice", "cmp.eq v4, ", "branch", "ptr_index", "runtime.typedslicecopy"]);
}

#[test]
fn generics() {
    let m = lower(
        "type L[T any] struct { head *T }\nfunc (l *L[E]) Get() E { return *l.head }\n\
         func Map[A, B any](x []A, f func(A) B) (out []B) { for _, a := range x { out = append(out, f(a)) }; return }\n\
         func use(l *L[string]) string { Map([]int{1}, func(i int) string { return \"\" }); return l.Get() }",
    );
    expect(&text(&m, "p.use"), &["p.Map[int,string]", "p.(*L[string]).Get"]);
    expect(&text(&m, "p.(*L[string]).Get"), &["load"]);
    expect(&text(&m, "p.Map[int,string]"), &["call_closure"]);
}

#[test]
fn promoted_methods_and_method_values() {
    let m = lower(
        "type A struct { x int }\nfunc (a *A) P() int { return a.x }\nfunc (a A) V() int { return a.x }\n\
         type B struct { *A; y int }\ntype I interface { P() int; V() int }\nfunc f(b B) I { return b }\n\
         func g(b B) func() int { return b.V }\nfunc h() func(I) int { return I.P }",
    );
    expect(&text(&m, "p.B.P"), &["call @\"p.(*A).P\""]);
    expect(&text(&m, "p.(*B).V"), &["nil_check", "call @\"p.A.V\""]);
    expect(&text(&m, "p.g"), &["func_addr @\"p.A.V-fm\""]);
    expect(&text(&m, "p.A.V-fm"), &["context", "call @\"p.A.V\""]);
    expect(&text(&m, "p.I.P"), &["call_method"]);
}

#[test]
fn initialisation() {
    let m = lower(
        "type T struct { a int; s string; f func() int; p *T }\nvar x = T{1, \"a\", func() int { return 2 }, &T{a: 3}}\n\
         var y = g()\nvar z = []any{1, \"x\", nil, &x}\nvar b, c = h()\nfunc g() int { return x.a }\n\
         func h() (int, int) { return 1, 2 }\nfunc init() { y++ }\nfunc init() { y++ }",
    );
    let data = |name: &str| match &m.symbols[name].def {
        Def::Data(data) => data.clone(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(data("p.x").relocs.len(), 3);
    assert_eq!(data("p.x").bytes[0], 1);
    assert_eq!(data("p.z").relocs.len(), 1);
    assert!(data("p.y").bytes.is_empty());
    expect(&text(&m, "p.init.vars0"), &["p.g", "p.h"]);
    expect(&text(&m, "p.init"), &["p.init.vars0", "p.init.0", "p.init.1"]);
}

#[test]
fn equality_functions() {
    let m = lower(
        "type S struct { a int32; b string; c any; _ int; d float64 }\nvar m map[S]int\nfunc f(a, b S) bool { return a == b }\n\
         func g(n int) { m = make(map[S]int, n) }",
    );
    expect(&text(&m, "type:.eq.p.S"), &["rt_memequal", "runtime.efaceeq", "cmp.feq"]);
    expect(&text(&m, "type:.hash.p.S"), &["memhash", "runtime.strhash", "runtime.nilinterhash", "runtime.f64hash"]);
}
