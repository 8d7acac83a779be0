//! Sharing bodies among instances of one shape: MIR text in, what must be in the text after, and what must not.

use ingot_middle::mir::parse::parse;
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::*;
use ingot_middle::passes::shapes::{self, Policy, Shared};
use ingot_middle::passes::{State, Unit, share};

const ALL: &Policy = &Policy { min_saving: 1, min_size: 0 };

#[track_caller]
fn run(text: &str, policy: &Policy, elsewhere: bool) -> (Module, Shared) {
    let mut m = parse(text).unwrap();
    verify(&m).unwrap_or_else(|e| panic!("before: {e:?}"));
    let shared = shapes::run(&mut m, policy, &|_| elsewhere);
    verify(&m).unwrap_or_else(|e| panic!("after: {e:?}\n{m}"));
    (m, shared)
}

#[track_caller]
fn func(m: &Module, name: &str) -> String {
    let index = m.symbols.get_index_of(name).unwrap_or_else(|| panic!("no {name} in\n{m}"));
    m.func_text(Symbol(index as u32))
}

#[track_caller]
fn check(text: &str, with: &[&str], without: &[&str]) {
    for w in with {
        assert!(text.contains(w), "no `{w}` in\n{text}");
    }
    for w in without {
        assert!(!text.contains(w), "`{w}` in\n{text}");
    }
}

const HEAD: &str = "layout0 = size 8 align 8 ptrs []\nextern @\"type:A\"\nextern @\"type:B\"\nextern @\"A.M\" (ptr) -> (i64)\n\
    extern @\"B.M\" (ptr) -> (i64)\nextern @\"use\" (ptr, i64) -> ()\n";

/// An instance long enough to be worth sharing: names its type argument's descriptor and method, and calls itself.
fn instance(ty: &str, extra: &str) -> String {
    let mut body = format!(
        "func @\"p.F[{ty}]\" (ptr, i64) -> (i64) dedup {{\nbb0(v0: ptr, v1: i64):\n  v2: ptr = global_addr @\"type:{ty}\", 0\n  \
         v3: i64 = call @\"{ty}.M\"(v0) : (ptr) -> (i64)\n  v4: i64 = call @\"p.F[{ty}]\"(v0, v3) : (ptr, i64) -> (i64)\n{extra}"
    );
    for _ in 0..30 {
        body.push_str("  call @\"use\"(v2, v4) : (ptr, i64) -> ()\n");
    }
    body + "  return v4\n}\n"
}

fn caller(ty: &str) -> String {
    format!(
        "func @\"main.call{ty}\" (ptr, i64) -> (i64) {{\nbb0(v0: ptr, v1: i64):\n  v2: i64 = call @\"p.F[{ty}]\"(v0, v1) : (ptr, i64) -> (i64)\n  return v2\n}}\n"
    )
}

#[test]
fn what_differs_comes_from_a_dictionary() {
    let text = format!("{HEAD}{}{}{}", instance("A", ""), instance("B", ""), caller("B"));
    let (m, shared) = run(&text, ALL, true);
    assert_eq!((shared.bodies, shared.instances, shared.dictionaries), (1, 2, 2));
    let body = func(&m, "p.F[go.shape.A]");
    check(
        &body,
        &[
            "(ptr, i64, ptr) -> (i64)",
            "load ptr",
            "load raw",
            "call_code",
            // Its own dictionary is passed on.
            "call @\"p.F[go.shape.A]\"(v0, v6, v2)",
        ],
        &["type:A", "A.M", "p.F[A]"],
    );
    check(
        &func(&m, "p.F[B]"),
        &["wrapper", "global_addr @\"go:dict.p.F[B]\", 0", "call @\"p.F[go.shape.A]\""],
        &["use"],
    );
    check(&func(&m, "main.callB"), &["go:dict.p.F[B]", "call @\"p.F[go.shape.A]\""], &[]);
    check(
        &m.to_string(),
        &["data @\"go:dict.p.F[B]\" layout1 dedup ro \"\" [0: abs64 @\"type:B\" + 0, 8: abs64 @\"B.M\" + 0]"],
        &[],
    );
}

#[test]
fn other_code_is_another_shape() {
    let more = "  call @\"use\"(v0, v1) : (ptr, i64) -> ()\n";
    let text = format!("{HEAD}{}{}", instance("A", ""), instance("B", more));
    assert_eq!(run(&text, ALL, true).1, Shared::default());
    // Functions of one package only are none of several instances.
    let text = format!("{HEAD}{}{}", instance("A", ""), instance("B", "")).replace(" dedup", "");
    assert_eq!(run(&text, ALL, true).1, Shared::default());
}

#[test]
fn small_functions_stay_special() {
    let small = |ty: &str| {
        format!(
            "func @\"p.G[{ty}]\" () -> (ptr) dedup {{\nbb0:\n  v0: ptr = global_addr @\"type:{ty}\", 0\n  return v0\n}}\n"
        )
    };
    let text = format!("{HEAD}{}{}", small("A"), small("B"));
    assert_eq!(run(&text, ALL, true).1, Shared::default());
    let text = format!("{HEAD}{}{}", instance("A", ""), instance("B", ""));
    assert_eq!(run(&text, &Policy { min_size: 100, ..*ALL }, true).1, Shared::default());
    // Of two instances hardly more than a half can go.
    assert_eq!(run(&text, &Policy { min_saving: 60, ..*ALL }, true).1, Shared::default());
}

/// Instances whose code is the same, and a caller that differs in which of them it calls.
const TWINS: &str = r#"
layout0 = size 8 align 8 ptrs []
extern @"use" (i64) -> ()
func @"p.H[A]" (i64) -> (i64) dedup {
bb0(v0: i64):
  v1: i64 = add v0, v0
  return v1
}
func @"p.H[B]" (i64) -> (i64) dedup {
bb0(v0: i64):
  v1: i64 = add v0, v0
  return v1
}
func @"p.K[A]" (i64) -> (i64) dedup {
bb0(v0: i64):
  v1: i64 = call @"p.H[A]"(v0) : (i64) -> (i64)
  v2: i64 = call @"p.K[A]"(v1) : (i64) -> (i64)
  return v2
}
func @"p.K[B]" (i64) -> (i64) dedup {
bb0(v0: i64):
  v1: i64 = call @"p.H[B]"(v0) : (i64) -> (i64)
  v2: i64 = call @"p.K[B]"(v1) : (i64) -> (i64)
  return v2
}
data @"p.K[B]·f" layout0 ro "" [0: abs64 @"p.K[B]" + 0]
"#;

#[test]
fn the_first_twin_serves_for_all() {
    let (m, shared) = run(TWINS, &Policy::default(), false);
    assert_eq!((shared.bodies, shared.instances, shared.dictionaries), (2, 4, 0));
    check(&func(&m, "p.K[A]"), &["@\"p.H[A]\"", "@\"p.K[A]\""], &["go.shape", "wrapper"]);
    check(
        &m.to_string(),
        &["extern @\"p.K[B]\"", "extern @\"p.H[B]\"", "data @\"p.K[B]·f\" layout0 ro \"\" [0: abs64 @\"p.K[A]\" + 0]"],
        &["func @\"p.K[B]\"", "func @\"p.H[B]\""],
    );
    // What others name stays; it is too small for a wrapper.
    let (m, _) = run(TWINS, &Policy::default(), true);
    check(&func(&m, "p.H[B]"), &["add v0, v0"], &["wrapper"]);
}

#[test]
fn closures_get_the_dictionary_from_a_wrapper() {
    let literal = |ty: &str| {
        let mut body = format!(
            "func @\"p.F[{ty}].func1\" (i64) -> () context dedup {{\nbb0(v0: i64):\n  v1: ptr = context\n  v2: i64 = load i64, v1\n  \
             v3: ptr = global_addr @\"type:{ty}\", 8\n"
        );
        for _ in 0..30 {
            body.push_str("  call @\"use\"(v3, v2) : (ptr, i64) -> ()\n");
        }
        body + "  return\n}\n"
    };
    let (m, shared) = run(&format!("{HEAD}{}{}", literal("A"), literal("B")), ALL, true);
    assert_eq!(shared.bodies, 1);
    let body = func(&m, "p.F[go.shape.A].func1");
    check(&body, &["(i64, ptr, ptr) -> ()", "ptr_add"], &["context", "type:A"]);
    check(&func(&m, "p.F[B].func1"), &["(i64) -> () context", "= context", "go:dict.p.F[B].func1"], &[]);
}

#[test]
fn no_dictionary_where_control_comes_by_unwinding() {
    let catching = |ty: &str| {
        let mut body =
            format!("func @\"p.F[{ty}]\" (ptr) -> () dedup recover bb1 {{\nbb0(v0: ptr):\n  v1: i64 = int i64, 0\n");
        for _ in 0..30 {
            body.push_str("  call @\"use\"(v0, v1) : (ptr, i64) -> ()\n");
        }
        body + &format!(
            "  return\nbb1:\n  v2: ptr = global_addr @\"type:{ty}\", 0\n  v3: i64 = int i64, 0\n  call @\"use\"(v2, v3) : (ptr, i64) -> ()\n  return\n}}\n"
        )
    };
    assert_eq!(run(&format!("{HEAD}{}{}", catching("A"), catching("B")), ALL, true).1, Shared::default());
}

#[test]
fn development_builds_keep_instances_in_units_of_their_own() {
    let unit = |name: &str, ty: &str| Unit {
        name: name.to_owned(),
        module: parse(&format!("{HEAD}{}{}", instance(ty, ""), caller(ty))).unwrap(),
    };
    let before = [unit("a", "A"), unit("b", "B")].map(|u| u.module);
    let mut state = State::default();
    let units = share(vec![unit("a", "A"), unit("b", "B")], &mut state).unwrap();
    let names: Vec<&str> = units.iter().map(|u| &*u.name).collect();
    assert_eq!(names, ["a", "b", "go:shared p"]);
    // The packages' own units do not depend on what is shared.
    for (unit, (ty, before)) in units.iter().zip(["A", "B"].into_iter().zip(&before)) {
        verify(&unit.module).unwrap();
        let name = format!("main.call{ty}");
        assert_eq!(func(&unit.module, &name), func(before, &name));
    }
    let shared = &units[2].module;
    verify(shared).unwrap();
    check(
        &shared.to_string(),
        &["func @\"p.F[go.shape.A]\"", "func @\"p.F[A]\"", "func @\"p.F[B]\"", "data @\"go:dict.p.F[A]\""],
        &[],
    );
}
