//! Function passes, the inliner and reachability: MIR text in, what must be in the text after, and what must not.

use ingot_middle::mir::parse::parse;
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::*;
use ingot_middle::passes::{self, State};

#[track_caller]
fn transform(text: &str, order: &[&str], state: &mut State) -> Module {
    let mut m = parse(text).unwrap();
    verify(&m).unwrap_or_else(|e| panic!("before: {e:?}"));
    passes::run(&mut m, order, state, true).unwrap_or_else(|e| panic!("{e}"));
    m
}

#[track_caller]
fn check(order: &[&str], text: &str, with: &[&str], without: &[&str]) {
    let m = transform(text, order, &mut State::default());
    let out = m.func_text(Symbol(m.symbols.get_index_of("f").unwrap() as u32));
    for w in with {
        assert!(out.contains(w), "no `{w}` in\n{out}");
    }
    for w in without {
        assert!(!out.contains(w), "`{w}` in\n{out}");
    }
}

/// A straight body of `f(a, b i64, p ptr) i64`.
fn body(lines: &str) -> String {
    format!("func @\"f\" (i64, i64, ptr) -> (i64) {{\nbb0(v0: i64, v1: i64, v2: ptr):\n{lines}\n}}\n")
}

#[test]
fn folding() {
    let fold = |lines: &str, want: &str| check(&["fold", "dead"], &body(lines), &[want], &[]);
    fold("v3: i64 = int i64, 6\n v4: i64 = int i64, 7\n v5: i64 = mul v3, v4\n return v5", "int i64, 42");
    fold("v3: i8 = int i8, 100\n v4: i8 = add v3, v3\n v5: i64 = sext i64, v4\n return v5", "int i64, -56");
    fold("v3: i8 = int i8, -1\n v4: i64 = zext i64, v3\n return v4", "int i64, 255");
    fold(
        "v3: i64 = int i64, -9223372036854775808\n v4: i64 = int i64, -1\n v5: i64 = sdiv v3, v4\n return v5",
        "int i64, -9223372036854775808",
    );
    fold(
        "v3: i32 = int i32, 1\n v4: i64 = int i64, 40\n v5: i32 = shl v3, v4\n v6: i64 = sext i64, v5\n return v6",
        "int i64, 0",
    );
    fold(
        "v3: i32 = int i32, -8\n v4: i64 = int i64, 99\n v5: i32 = ashr v3, v4\n v6: i64 = sext i64, v5\n return v6",
        "int i64, -1",
    );
    fold("v3: i64 = int i64, 0\n v4: i64 = add v0, v3\n return v4", "return v0");
    fold("v3: i32 = int i32, 0\n v4: i32 = clz v3\n v5: i64 = zext i64, v4\n return v5", "int i64, 32");
    // `noescape`'s way of hiding a pointer stays for escape analysis.
    fold("v3: i64 = ptrtoint i64, v2\n v4: i64 = int i64, 0\n v5: i64 = xor v3, v4\n return v5", "xor");
    // Division by zero stays for its check.
    fold("v3: i64 = int i64, 0\n v4: i64 = sdiv v0, v3\n return v4", "sdiv");
}

#[test]
fn control_flow() {
    let text = "func @\"f\" (i64) -> (i64) {\nbb0(v0: i64):\n v1: bool = int bool, 1\n branch v1, bb1, bb2\nbb1:\n jump bb3(v0)\nbb2:\n \
                v2: i64 = int i64, 2\n jump bb3(v2)\nbb3(v3: i64):\n return v3\n}\n";
    check(&["simplify-cfg", "dead"], text, &["return v0"], &["bb1", "jump"]);
    // An endless loop of empty blocks is legal.
    let text = "func @\"f\" () -> () {\nbb0:\n jump bb1\nbb1:\n jump bb2\nbb2:\n jump bb1\n}\n";
    check(&["simplify-cfg"], text, &["jump bb1"], &[]);
    // The recover block stays a block of its own.
    let text = "extern @\"g\" () -> ()\nfunc @\"f\" () -> () recover bb2 {\nbb0:\n call @\"g\"() : () -> ()\n jump bb1\nbb1:\n return\nbb2:\n jump bb3\nbb3:\n return\n}\n";
    check(&["simplify-cfg"], text, &["recover bb1"], &[]);
}

#[test]
fn dead_code() {
    let text = "extern @\"g\" () -> ()\nfunc @\"f\" (i64) -> () {\nbb0(v0: i64):\n v1: i64 = add v0, v0\n jump bb1(v1)\nbb1(v2: i64):\n \
                v3: i64 = add v2, v2\n v4: bool = cmp.slt v0, v0\n call @\"g\"() : () -> ()\n branch v4, bb1(v3), bb2\nbb2:\n return\n}\n";
    check(&["dead"], text, &["call @\"g\""], &["add"]);
}

#[test]
fn needless_checks() {
    let text = body(
        "nil_check v2\n nil_check v2\n bounds_check.index v0, v1\n bounds_check.index v0, v1\n bounds_check.index v1, v0\n return v0",
    );
    let m = transform(&text, &["checks"], &mut State::default()).to_string();
    assert_eq!((m.matches("nil_check").count(), m.matches("bounds_check").count()), (1, 2), "{m}");
    // A check in one arm says nothing about the other.
    let text = "func @\"f\" (ptr) -> () {\nbb0(v0: ptr):\n v1: bool = int bool, 1\n branch v1, bb1, bb2\nbb1:\n nil_check v0\n jump bb2\nbb2:\n nil_check v0\n return\n}\n";
    assert_eq!(transform(text, &["checks"], &mut State::default()).to_string().matches("nil_check").count(), 2);
}

const CALLS: &str = r#"
layout0 = size 8 align 8 ptrs []
layout1 = size 16 align 8 ptrs [1]
file "a.go"
fname "main.f"
fname "main.add"
!1 = "a.go":10:1 in "main.f"
!2 = "a.go":20:1 in "main.add"
data @"T" layout1 ro ""
data @"add·f" layout0 ro "" [0: abs64 @"add" + 0]
extern @"runtime.gorecover" () -> (ptr, ptr)
func @"add" (i64, i64) -> (i64) {
bb0(v0: i64, v1: i64):
  v2: i64 = add v0, v1 !2
  return v2 !2
}
func @"abs" (i64) -> (i64) {
bb0(v0: i64):
  v1: i64 = int i64, 0
  v2: bool = cmp.slt v0, v1
  branch v2, bb1, bb2
bb1:
  v3: i64 = neg v0
  return v3
bb2:
  return v0
}
func @"slow" (i64) -> (i64) noinline {
bb0(v0: i64):
  return v0
}
func @"catches" () -> () {
bb0:
  v0: ptr, v1: ptr = call @"runtime.gorecover"() : () -> (ptr, ptr)
  return
}
func @"captured" (i64) -> (i64) context {
bb0(v0: i64):
  v1: ptr = context
  v2: ptr = ptr_add v1, 8
  v3: ptr = load ptr, v2
  v4: i64 = load i64, v3
  v5: i64 = add v4, v0
  return v5
}
"#;

#[test]
fn inlining() {
    let run = |lines: &str, with: &[&str], without: &[&str]| {
        check(&["known-calls", "inline", "simplify-cfg"], &format!("{CALLS}{}", body(lines)), with, without);
    };
    // The copy's position tells where it was inlined.
    let text = format!("{CALLS}{}", body("v3: i64 = call @\"add\"(v0, v1) : (i64, i64) -> (i64) !1\n return v3"));
    let m = transform(&text, &["inline", "simplify-cfg"], &mut State::default());
    let Def::Func(f) = &m.symbols["f"].def else { panic!() };
    let pos = &m.positions[f.insts[0].pos.index()];
    assert_eq!((pos.line, pos.inlined_at.map(|p| m.positions[p.index()].line)), (20, Some(10)));

    run(
        "v3: i64 = call @\"abs\"(v0) : (i64) -> (i64)\n v4: i64 = call @\"abs\"(v3) : (i64) -> (i64)\n return v4",
        &["neg"],
        &["call"],
    );
    run("v3: i64 = call @\"slow\"(v0) : (i64) -> (i64)\n return v3", &["call @\"slow\""], &[]);
    run("call @\"catches\"() : () -> ()\n return v0", &["call @\"catches\""], &[]);
    run(
        "v3: ptr = global_addr @\"add·f\", 0\n v4: i64 = call_closure(v3, v0, v1) : (i64, i64) -> (i64)\n return v4",
        &["add"],
        &["call"],
    );
    let closure = "v3: ptr = alloc_heap layout1, @\"T\"\n v4: raw = func_addr @\"captured\"\n store.nowb v3, v4\n v5: ptr = ptr_add v3, 8\n \
                   store v5, v2\n v6: i64 = call_closure(v3, v0) : (i64) -> (i64)\n return v6";
    run(closure, &["add"], &["call"]);
}

/// A closure that changes what it captured by reference costs, where it is made, only what it computes.
#[test]
fn captured_variables_are_free() {
    let changes: String = (0..38)
        .map(|i| {
            format!("  v{}: i64 = load i64, v3\n  v{}: i64 = add v{0}, v0\n  store v3, v{1}\n", 4 + 2 * i, 5 + 2 * i)
        })
        .collect();
    let body_of = |head: &str| format!("func @\"many\" {head}\n{changes}  return v0\n}}\n");
    let by_reference = "(i64) -> (i64) context {\nbb0(v0: i64):\n  v1: ptr = context\n  v2: ptr = ptr_add v1, 8\n  v3: ptr = load ptr, v2";
    let closure = body(
        "v3: ptr = alloc_heap layout1, @\"T\"\n v4: raw = func_addr @\"many\"\n store.nowb v3, v4\n v5: ptr = ptr_add v3, 8\n \
         store v5, v2\n v6: i64 = call_closure(v3, v0) : (i64) -> (i64)\n return v6",
    );
    check(&["inline"], &format!("{CALLS}{}{closure}", body_of(by_reference)), &["add"], &["call"]);

    let parameter = "(i64, ptr) -> (i64) {\nbb0(v0: i64, v3: ptr):";
    let call = body("v3: i64 = call @\"many\"(v0, v2) : (i64, ptr) -> (i64)\n return v3");
    check(&["inline"], &format!("{CALLS}{}{call}", body_of(parameter)), &["call @\"many\""], &[]);
}

/// What a closure captured is known where it is inlined: a closure it calls is inlined with it.
#[test]
fn captured_closures_are_known() {
    let outer = "func @\"outer\" (i64) -> (i64) context {\nbb0(v0: i64):\n  v1: ptr = context\n  v2: ptr = ptr_add v1, 8\n  \
                 v3: ptr = load ptr, v2\n  v4: i64 = call_closure(v3, v0) : (i64) -> (i64)\n  return v4\n}\n";
    let make = "v3: ptr = alloc_heap layout1, @\"T\"\n v4: raw = func_addr @\"captured\"\n store.nowb v3, v4\n v5: ptr = ptr_add v3, 8\n \
                store v5, v2\n v6: ptr = alloc_heap layout1, @\"T\"\n v7: raw = func_addr @\"outer\"\n store.nowb v6, v7\n \
                v8: ptr = ptr_add v6, 8\n store v8, v3\n v9: i64 = call_closure(v6, v0) : (i64) -> (i64)\n return v9";
    check(&["inline"], &format!("{CALLS}{outer}{}", body(make)), &["add"], &["call"]);
    // A field that is written twice is none of a closure that was made once.
    let twice = make.replace("store v8, v3", "store v8, v3\n store v8, v3");
    check(&["inline"], &format!("{CALLS}{outer}{}", body(&twice)), &["call_closure"], &[]);
}

#[test]
fn recursion_is_not_inlined_for_ever() {
    let text = "func @\"f\" (i64) -> (i64) {\nbb0(v0: i64):\n v1: i64 = call @\"g\"(v0) : (i64) -> (i64)\n return v1\n}\n\
                func @\"g\" (i64) -> (i64) {\nbb0(v0: i64):\n v1: i64 = call @\"f\"(v0) : (i64) -> (i64)\n return v1\n}\n";
    check(&["inline"], text, &["call @\"g\""], &[]);
    // From outside it is inlined once, not to the depth that other calls may be.
    let text = "func @\"f\" (i64) -> (i64) {\nbb0(v0: i64):\n v1: i64 = call @\"g\"(v0) : (i64) -> (i64)\n return v1\n}\n\
                func @\"g\" (i64) -> (i64) {\nbb0(v0: i64):\n v1: i64 = neg v0\n v2: i64 = call @\"g\"(v1) : (i64) -> (i64)\n return v2\n}\n";
    let m = transform(text, &["inline"], &mut State::default());
    let out = m.func_text(Symbol(m.symbols.get_index_of("f").unwrap() as u32));
    assert_eq!(out.matches("neg").count(), 1, "{out}");
}

/// A descriptor of kind struct with an uncommon part and one method `name` of type `sig`.
fn descriptor(name: &str, method: &str, sig: &str) -> String {
    let mut bytes = vec![0u8; 48 + 32 + 16 + 16];
    bytes[20] = 1;
    bytes[23] = 25;
    bytes[80 + 4] = 1;
    bytes[80 + 8] = 16;
    let bytes: String = bytes.iter().map(|b| format!("\\x{b:02x}")).collect();
    format!(
        "data @\"type:{name}\" layout0 ro \"{bytes}\" [96: abs32 @\"{method}\" + 0, 100: abs32 @\"{sig}\" + 0, \
         104: abs32 @\"{name}.{method}\" + 0, 108: abs32 @\"{name}.{method}\" + 0]\n"
    )
}

#[test]
fn methods_need_a_call_through_an_interface() {
    let mut interface = vec![0u8; 48 + 32 + 8];
    interface[23] = 20;
    interface[64] = 1;
    let interface: String = interface.iter().map(|b| format!("\\x{b:02x}")).collect();
    let interface = |name: &str, method: &str| {
        format!(
            "data @\"type:{name}\" layout1 ro \"{interface}\" [56: abs64 @\"type:{name}\" + 80, \
             80: abs32 @\"{method}\" + 0, 84: abs32 @\"sig\" + 0]\n"
        )
    };
    let itab = |ty: &str, iface: &str, method: &str| {
        format!(
            "data @\"go:itab.{ty},{iface}\" layout3 ro \"\" [0: abs64 @\"type:{iface}\" + 0, \
             8: abs64 @\"type:{ty}\" + 0, 24: abs64 @\"{ty}.{method}\" + 0]\n"
        )
    };
    let text = format!(
        "layout0 = size 112 align 8 ptrs []\nlayout1 = size 88 align 8 ptrs []\nlayout2 = size 3 align 1 ptrs []\nlayout3 = size 32 align 8 ptrs []\n\
         data @\"A\" layout2 ro \"\\x01\\x01A\"\ndata @\"B\" layout2 ro \"\\x01\\x01B\"\ndata @\"sig\" layout2 ro \"\"\n{}{}{}{}{}{}\
         func @\"T.A\" () -> () {{\nbb0:\n return\n}}\nfunc @\"U.B\" () -> () {{\nbb0:\n return\n}}\nfunc @\"unused\" () -> () {{\nbb0:\n return\n}}\n\
         func @\"main\" () -> (ptr, ptr) {{\nbb0:\n v0: ptr = global_addr @\"go:itab.T,I\", 0\n v1: ptr = global_addr @\"go:itab.U,J\", 0\n \
         v2: raw = load raw, v0\n call_method @\"type:I\" 0(v2) : () -> ()\n return v0, v1\n}}\n",
        descriptor("T", "A", "sig"),
        descriptor("U", "B", "sig"),
        interface("I", "A"),
        interface("J", "B"),
        itab("T", "I", "A"),
        itab("U", "J", "B"),
    );
    let mut state = State { roots: vec!["main".into()], ..State::default() };
    let m = transform(&text, &["reach"], &mut state);
    assert!(m.symbols.contains_key("T.A"));
    assert!(!m.symbols.contains_key("U.B") && !m.symbols.contains_key("unused"));
    assert_eq!((state.dropped.functions, state.dropped.methods), (2, 2));
    let Def::Data(d) = &m.symbols["go:itab.U,J"].def else { panic!() };
    assert_eq!((d.bytes[24..].iter().all(|b| *b == 0xff), d.bytes.len(), d.relocs.len()), (true, 32, 2));
    let Def::Data(d) = &m.symbols["type:U"].def else { panic!() };
    // J has the method, so its type stays.
    assert_eq!(&d.bytes[96..], [&[0; 8][..], &[0xff; 8]].concat());
    assert_eq!(d.relocs.len(), 2);

    // Reflection may call all that are exported.
    state.reflection = true;
    let m = transform(&text, &["reach"], &mut state);
    assert!(m.symbols.contains_key("T.A") && m.symbols.contains_key("U.B"));
}

#[test]
fn constant_slices_are_allocations() {
    let mut element = vec![0u8; 48];
    (element[0], element[8], element[21]) = (16, 8, 8);
    let element: String = element.iter().map(|b| format!("\\x{b:02x}")).collect();
    let tables = format!(
        "layout0 = size 48 align 8 ptrs []\nlayout1 = size 8 align 8 ptrs []\n\
         extern @\"runtime.makeslice\" (ptr, i64, i64) -> (ptr)\ndata @\"mask\" layout1 ro \"\\x01\"\n\
         data @\"T\" layout0 ro \"{element}\" [32: abs64 @\"mask\" + 0]\n"
    );
    let make = |len: i64, cap: i64| {
        let lines = format!(
            "v3: ptr = global_addr @\"T\", 0\n v4: i64 = int i64, {len}\n v5: i64 = int i64, {cap}\n \
             v6: ptr = call @\"runtime.makeslice\"(v3, v4, v5) : (ptr, i64, i64) -> (ptr)\n return v0"
        );
        transform(&format!("{tables}{}", body(&lines)), &["small-slices"], &mut State::default()).to_string()
    };
    let small = make(2, 3);
    assert!(small.contains("size 48 align 8 ptrs [0, 2, 4]") && small.contains("alloc_heap"), "{small}");
    for (len, cap) in [(3, 2), (-1, 2), (0, 0), (5, 1 << 40), (1, 1 << 20)] {
        assert!(!make(len, cap).contains("alloc_heap"), "{len} {cap}");
    }
}
