//! Escape analysis: each test names the allocations of `f` that must leave the heap (by their value numbers).

use ingot_middle::mir::parse::parse;
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::*;
use ingot_middle::passes::escape::{self, Summaries};

const TABLES: &str = r#"
layout0 = size 16 align 8 ptrs [0]
layout1 = size 24 align 8 ptrs [1, 2]
layout2 = size 100000 align 8 ptrs []
extern @"unknown" (ptr) -> ()
extern @"runtime.growslice" (ptr, i64, i64, i64, ptr) -> (ptr, i64, i64)
extern @"runtime.chansend1" (ptr, ptr) -> ()
extern @"runtime.deferpush" (ptr, ptr, ptr) -> ()
extern @"runtime.slicebytetostring" (ptr, ptr, i64, i64) -> (ptr, i64)
extern @"runtime.concatstring2" (ptr, ptr, i64, ptr, i64) -> (ptr, i64)
extern @"runtime.convT64" (i64) -> (ptr)
extern @"runtime.convTstring" (ptr, i64) -> (ptr)
extern @"internal/bytealg.IndexByte" (ptr, i64, i64, i8) -> (i64)
data @"T" layout0 ro ""
data @"g" layout0 ""
func @"identity" (ptr) -> (ptr) {
bb0(v0: ptr):
  return v0
}
func @"leaks" (ptr, ptr) -> () {
bb0(v0: ptr, v1: ptr):
  v2: ptr = global_addr @"g", 0
  store v2, v1
  return
}
func @"leaks_content" (ptr) -> () {
bb0(v0: ptr):
  v1: ptr = global_addr @"g", 0
  v2: ptr = load ptr, v0
  store v1, v2
  return
}
func @"reads" (ptr) -> (i64) {
bb0(v0: ptr):
  v1: ptr = ptr_add v0, 8
  v2: i64 = load i64, v1
  return v2
}
func @"calls_reads" (ptr) -> (i64) {
bb0(v0: ptr):
  v1: i64 = call @"recursive"(v0) : (ptr) -> (i64)
  return v1
}
func @"recursive" (ptr) -> (i64) {
bb0(v0: ptr):
  v1: i64 = call @"calls_reads"(v0) : (ptr) -> (i64)
  v2: i64 = call @"reads"(v0) : (ptr) -> (i64)
  return v2
}
func @"keeps_captured" () -> () context {
bb0:
  v0: ptr = context
  v1: ptr = ptr_add v0, 8
  v2: ptr = load ptr, v1
  v3: ptr = global_addr @"g", 0
  store v3, v2
  return
}
func @"uses_captured" () -> () context {
bb0:
  v0: ptr = context
  v1: ptr = ptr_add v0, 8
  v2: ptr = load ptr, v1
  v3: i64 = int i64, 1
  v4: ptr = ptr_add v2, 8
  store v4, v3
  return
}
"#;

/// The module after the pass, verified.
#[track_caller]
fn transform(func: &str) -> Module {
    let mut m = parse(&format!("{TABLES}{func}")).unwrap();
    verify(&m).unwrap_or_else(|e| panic!("before: {e:?}"));
    escape::run(&mut m, &Summaries::default());
    verify(&m).unwrap_or_else(|e| panic!("after: {e:?}\n{m}"));
    m
}

#[track_caller]
fn check_func(func: &str, want: &[u32]) {
    let m = transform(func);
    let f = m.symbols.get_index_of("f").unwrap();
    let Def::Func(body) = &m.symbols[f].def else { panic!() };
    let mut got: Vec<u32> = Vec::new();
    for inst in &body.insts {
        if let Op::SlotAddr(s) = inst.op
            && body.slots[s.index()].name == "alloc"
        {
            got.push(inst.results[0].0);
        }
    }
    got.sort();
    assert_eq!(got, want, "\n{}", m.func_text(Symbol(f as u32)));
}

/// A straight body of `f(p ptr, i i64)`.
#[track_caller]
fn check(body: &str, want: &[u32]) {
    check_func(&format!("func @\"f\" (ptr, i64) -> () {{\nbb0(v0: ptr, v1: i64):\n{body}\n return\n}}\n"), want);
}

#[test]
fn straight() {
    check("v2: ptr = alloc_heap layout0, @\"T\"\n v3: ptr = ptr_add v2, 8\n store v3, v1", &[2]);
    check("v2: ptr = alloc_heap layout2, @\"T\"\n store v2, v1", &[]);
    check("v2: ptr = alloc_heap layout0, @\"T\"\n store v0, v2", &[]);
    check("v2: ptr = alloc_heap layout0, @\"T\"\n v3: ptr = global_addr @\"g\", 0\n store v3, v2", &[]);
    // A pointer kept as a number is lost from sight, unless it is only compared.
    check(
        "v2: ptr = alloc_heap layout0, @\"T\"\n v3: i64 = ptrtoint i64, v2\n v4: i64 = add v3, v1\n store v0, v4",
        &[],
    );
    check("v2: ptr = alloc_heap layout0, @\"T\"\n v3: i64 = ptrtoint i64, v2\n v4: bool = cmp.eq v3, v1", &[2]);
    let compared = "v4: i64 = add v3, v1\n v5: bool = cmp.eq v4, v1";
    check(&format!("v2: ptr = alloc_heap layout0, @\"T\"\n v3: i64 = ptrtoint i64, v2\n {compared}"), &[2]);
}

#[test]
fn objects_in_objects() {
    let two = "v2: ptr = alloc_heap layout0, @\"T\"\n v3: ptr = alloc_heap layout0, @\"T\"\n store v2, v3\n";
    check(two, &[2, 3]);
    check(&format!("{two} store v0, v2"), &[]);
    // What is loaded from an object escapes, the object itself does not.
    check(&format!("{two} v4: ptr = load ptr, v2\n store v0, v4"), &[2]);
    // A large object stays in the heap, and the heap must not point to the stack.
    check("v2: ptr = alloc_heap layout2, @\"T\"\n v3: ptr = alloc_heap layout0, @\"T\"\n store v2, v3", &[]);
}

#[test]
fn calls() {
    let alloc = "v2: ptr = alloc_heap layout0, @\"T\"\n";
    check(&format!("{alloc} call @\"unknown\"(v2) : (ptr) -> ()"), &[]);
    check(&format!("{alloc} v3: i64 = call @\"reads\"(v2) : (ptr) -> (i64)"), &[2]);
    check(&format!("{alloc} v3: i64 = call @\"recursive\"(v2) : (ptr) -> (i64)"), &[2]);
    check(&format!("{alloc} v3: ptr = call @\"identity\"(v2) : (ptr) -> (ptr)"), &[2]);
    check(&format!("{alloc} v3: ptr = call @\"identity\"(v2) : (ptr) -> (ptr)\n store v0, v3"), &[]);
    check(&format!("{alloc} call @\"leaks\"(v2, v0) : (ptr, ptr) -> ()"), &[2]);
    check(&format!("{alloc} call @\"leaks\"(v0, v2) : (ptr, ptr) -> ()"), &[]);
    let nested = format!("{alloc} v3: ptr = alloc_heap layout0, @\"T\"\n store v2, v3\n");
    check(&format!("{nested} call @\"leaks_content\"(v2) : (ptr) -> ()"), &[2]);
    check(&format!("{nested} call @\"runtime.chansend1\"(v0, v2) : (ptr, ptr) -> ()"), &[2]);
    let index = "v3: i8 = int i8, 1\n v4: i64 = call @\"internal/bytealg.IndexByte\"(v2, v1, v1, v3) : (ptr, i64, i64, i8) -> (i64)";
    check(&format!("{alloc} {index}"), &[2]);
}

#[test]
fn results_escape() {
    let text = "func @\"f\" () -> (ptr) {\nbb0:\n v0: ptr = alloc_heap layout0, @\"T\"\n v1: ptr = alloc_heap layout0, @\"T\"\n \
                v2: ptr = ptr_add v0, 8\n return v2\n}\n";
    check_func(text, &[1]);
}

#[test]
fn closures() {
    let closure = |code: &str| {
        format!(
            "v2: ptr = alloc_heap layout0, @\"T\"\n v3: ptr = alloc_heap layout1, @\"T\"\n v4: raw = func_addr @\"{code}\"\n \
             store.nowb v3, v4\n v5: ptr = ptr_add v3, 8\n store v5, v2\n call_closure(v3) : () -> ()"
        )
    };
    check(&closure("uses_captured"), &[2, 3]);
    check(&closure("keeps_captured"), &[3]);
}

#[test]
fn deferred_closures() {
    let text = |rec: &str| {
        format!(
            "func @\"f\" () -> () {{\n slot0: layout1 \"df\"\n slot1: layout0 \"rec\"\nbb0:\n v0: ptr = slot_addr slot0\n v1: ptr = {rec}\n \
             v2: ptr = alloc_heap layout0, @\"T\"\n v3: raw = func_addr @\"uses_captured\"\n store.nowb v2, v3\n \
             call @\"runtime.deferpush\"(v0, v1, v2) : (ptr, ptr, ptr) -> ()\n return\n}}\n"
        )
    };
    check_func(&text("slot_addr slot1"), &[2]);
    check_func(&text("null ptr"), &[]);
}

/// `for i < n { body }` with a variable `var ptr` carried round.
fn in_loop(body: &str, carried: &str) -> String {
    format!(
        "func @\"f\" (ptr, i64) -> () {{\n slot0: layout0 \"s\"\nbb0(v0: ptr, v1: i64):\n v2: ptr = null ptr\n jump bb1(v2)\nbb1(v3: ptr):\n \
         v4: bool = cmp.slt v1, v1\n branch v4, bb2, bb3\nbb2:\n{body}\n jump bb1({carried})\nbb3:\n return\n}}\n"
    )
}

#[test]
fn loops() {
    let alloc = "v5: ptr = alloc_heap layout0, @\"T\"\n";
    check_func(&in_loop(alloc, "v3"), &[5]);
    // `prev = new(T)`: the object lives on in the next iteration.
    check_func(&in_loop(alloc, "v5"), &[]);
    // Stored in a variable of the frame.
    check_func(&in_loop(&format!("{alloc} v6: ptr = slot_addr slot0\n store v6, v5"), "v3"), &[]);
    // Captured by a closure of the same iteration, in either order.
    let pair = format!("{alloc} v6: ptr = alloc_heap layout0, @\"T\"\n");
    check_func(&in_loop(&format!("{pair} store v6, v5"), "v3"), &[5, 6]);
    check_func(&in_loop(&format!("{pair} store v5, v6"), "v3"), &[5, 6]);
    // The holder lives on, so what it holds does too.
    check_func(&in_loop(&format!("{pair} store v5, v6"), "v5"), &[]);
    // What the holder holds is read and carried round.
    check_func(&in_loop(&format!("{pair} store v5, v6\n v7: ptr = load ptr, v5"), "v7"), &[5]);
    // Held by an object from before the loop.
    let outer = "func @\"f\" (i64) -> () {\nbb0(v0: i64):\n v1: ptr = alloc_heap layout0, @\"T\"\n jump bb1\nbb1:\n \
                 v2: ptr = alloc_heap layout0, @\"T\"\n store v1, v2\n v3: bool = cmp.slt v0, v0\n branch v3, bb1, bb2\nbb2:\n return\n}\n";
    check_func(outer, &[1]);
}

#[test]
fn stack_objects_are_zeroed_and_need_no_barrier() {
    let text = in_loop("v5: ptr = alloc_heap layout0, @\"T\"\n store v5, v0", "v3");
    let m = transform(&text);
    let text = m.func_text(Symbol(m.symbols.get_index_of("f").unwrap() as u32));
    assert!(text.contains("mem_zero.nowb v5, layout0"), "{text}");
    assert!(text.contains("store.nowb v5, v0"), "{text}");
    // A pointer that may also go elsewhere keeps its barrier.
    let body = "v5: ptr = alloc_heap layout0, @\"T\"\n v6: ptr = select v4, v5, v0\n store v6, v0";
    let m = transform(&in_loop(body, "v3"));
    assert!(m.to_string().contains("store v6, v0"), "{m}");
}

#[test]
fn summaries_cross_modules() {
    let mut m = parse(TABLES).unwrap();
    let outcome = escape::run(&mut m, &Summaries::default());
    let text = outcome.summaries.to_text();
    assert!(text.contains("8 identity p r0.0\n"), "{text}");
    assert!(text.contains("5 leaks p p h0\n"), "{text}");
    assert!(text.contains("13 leaks_content p h1\n"), "{text}");
    assert!(text.contains("5 reads p\n"), "{text}");
    assert!(text.contains("14 keeps_captured p h1\n"), "{text}");
    let outside = Summaries::from_text("7 unknown p\n").unwrap();
    let body = "func @\"f\" () -> () {\nbb0:\n v0: ptr = alloc_heap layout0, @\"T\"\n call @\"unknown\"(v0) : (ptr) -> ()\n return\n}\n";
    let mut m = parse(&format!("{TABLES}{body}")).unwrap();
    let outcome = escape::run(&mut m, &outside);
    assert!(outcome.decisions.iter().any(|d| d.on_stack));
}

#[test]
fn assembly_is_what_has_no_summary() {
    let body = |callee: &str| {
        format!(
            "extern @\"{callee}\" (ptr) -> (ptr)\nfunc @\"f\" () -> (ptr) {{\nbb0:\n v0: ptr = alloc_heap layout0, @\"T\"\n v1: ptr = call \
             @\"{callee}\"(v0) : (ptr) -> (ptr)\n return v1\n}}\n"
        )
    };
    let on_stack = |callee: &str| {
        let known = Summaries::from_text("21 math/big.(*Float).Set p r0.0\n").unwrap();
        let mut m = parse(&format!("{TABLES}{}", body(callee))).unwrap();
        let f = Symbol(m.symbols.get_index_of("f").unwrap() as u32);
        let outcome = escape::run(&mut m, &known);
        outcome.decisions.iter().any(|d| d.func == f && d.on_stack)
    };
    // A function of a package that has assembly, compiled from Go elsewhere.
    assert!(!on_stack("math/big.(*Float).Set"));
    assert!(on_stack("math/big.addVV"));
}

/// The text of a straight `f` after the pass.
fn text_of(body: &str) -> String {
    let m = transform(&format!("func @\"f\" (ptr, i64) -> (ptr) {{\nbb0(v0: ptr, v1: i64):\n{body}\n}}\n"));
    m.func_text(Symbol(m.symbols.get_index_of("f").unwrap() as u32))
}

#[test]
fn strings_that_stay_get_buffers() {
    let make = "v2: ptr = null ptr\n v3: ptr, v4: i64 = call @\"runtime.slicebytetostring\"(v2, v0, v1, v1) : (ptr, ptr, i64, \
                i64) -> (ptr, i64)\n";
    let text = text_of(&format!("{make} v5: i8 = load i8, v3\n return v2"));
    assert!(text.contains("slot_addr slot0"), "{text}");
    assert!(!text.contains("slicebytetostring\"(v2,"), "{text}");
    let text = text_of(&format!("{make} return v3"));
    assert!(text.contains("slicebytetostring\"(v2,") && !text.contains("slot"), "{text}");
    // The result of a concatenation may be one of its operands.
    let concat = "v5: ptr, v6: i64 = call @\"runtime.concatstring2\"(v2, v3, v4, v0, v1) : (ptr, ptr, i64, ptr, i64) -> \
                  (ptr, i64)\n";
    let text = text_of(&format!("{make} {concat} return v5"));
    assert!(!text.contains("slot"), "{text}");
    let text = text_of(&format!("{make} {concat} return v2"));
    assert!(text.contains("slot_addr slot0") && text.contains("slot_addr slot1"), "{text}");
}

#[test]
fn boxes_that_stay_are_slots() {
    let text = text_of("v2: ptr = call @\"runtime.convT64\"(v1) : (i64) -> (ptr)\n v3: i64 = load i64, v2\n return v0");
    assert!(text.contains("slot_addr slot0") && text.contains("store.nowb") && !text.contains("call"), "{text}");
    let text = text_of("v2: ptr = call @\"runtime.convT64\"(v1) : (i64) -> (ptr)\n return v2");
    assert!(text.contains("convT64") && !text.contains("slot"), "{text}");
    // A box that leaves takes what it holds along.
    let boxed = "v2: ptr = alloc_heap layout0, @\"T\"\n v3: ptr = call @\"runtime.convTstring\"(v2, v1) : (ptr, i64) -> (ptr)\n";
    let text = text_of(&format!("{boxed} return v3"));
    assert!(text.contains("alloc_heap") && text.contains("convTstring"), "{text}");
    let text = text_of(&format!("{boxed} v4: ptr = load ptr, v3\n return v4"));
    assert!(text.contains("alloc_heap") && !text.contains("convTstring"), "{text}");
}

#[test]
fn buffers_are_not_kept_across_iterations() {
    let f = |kept: &str| {
        format!(
            "func @\"f\" (ptr, i64) -> () {{\nbb0(v0: ptr, v1: i64):\n v2: ptr = null ptr\n jump bb1(v2)\nbb1(v3: ptr):\n v4: ptr, v5: \
             i64 = call @\"runtime.slicebytetostring\"(v2, v0, v1, v1) : (ptr, ptr, i64, i64) -> (ptr, i64)\n v6: bool = cmp.eq \
             v3, v4\n branch v6, bb1({kept}), bb2\nbb2:\n return\n}}\n"
        )
    };
    let slots = |kept: &str| {
        let m = transform(&f(kept));
        let Def::Func(body) = &m.symbols[m.symbols.get_index_of("f").unwrap()].def else { panic!() };
        body.slots.len()
    };
    assert_eq!(slots("v2"), 1);
    assert_eq!(slots("v4"), 0);
}
