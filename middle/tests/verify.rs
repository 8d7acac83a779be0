//! Each rule of the verifier with a text that breaks it.

use ingot_middle::mir::parse::parse;
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::*;

const TABLES: &str = r#"
layout0 = size 16 align 8 ptrs [0]
layout1 = size 12 align 4 ptrs []
extern @"ext" (i64, ptr) -> (i64)
extern @"unknown"
extern @"ctx" () -> () context
data @"x" layout0 ""
"#;

#[track_caller]
fn check(text: &str, want: &[&str]) {
    let m = parse(&format!("{TABLES}{text}")).unwrap();
    check_module(&m, want);
}

#[track_caller]
fn check_module(m: &Module, want: &[&str]) {
    let got: Vec<String> = verify(m).err().unwrap_or_default().iter().map(|e| e.to_string()).collect();
    assert_eq!(got, want, "\n{m}");
}

/// The instruction lines of a function with a value of each type at hand; the first of them is wrong.
#[track_caller]
fn check_insts(lines: &str, message: &str) {
    let func = format!(
        "func @\"f\" (i64, i32, f64, ptr, raw, bool, i8) -> () {{\n slot0: layout0 \"s\"\n slot1: layout1 \"t\"\n\
         bb0(v0: i64, v1: i32, v2: f64, v3: ptr, v4: raw, v5: bool, v6: i8):\n{lines}\n return\n}}\n"
    );
    let bad = lines.lines().last().unwrap().trim();
    check(&func, &[&format!("f: bb0: `{bad}`: {message}")]);
}

#[track_caller]
fn check_body(sig: &str, blocks: &str, want: &[&str]) {
    check(&format!("func @\"f\" {sig} {{\n{blocks}\n}}\n"), want);
}

#[test]
fn good() {
    let text = r#"
func @"f" (i64, ptr) -> (i64) recover bb4 {
  slot0: layout0 "s"
bb0(v0: i64, v1: ptr):
  v2: bool = cmp.slt v0, v0
  branch v2, bb1, bb3(v0)
bb1:
  v3: i64 = call @"ext"(v0, v1) : (i64, ptr) -> (i64)
  v4: raw = null raw
  call_code(v4, v3) : (i64) -> ()
  call_closure(v1, v3) : (i64) -> ()
  call_runtime @"unknown"() : () -> ()
  v5: ptr = slot_addr slot0
  store v5, v1
  switch v3, bb2 [1: bb1, -1: bb2]
bb2:
  jump bb3(v3)
bb3(v6: i64):
  return v6
bb4:
  v7: ptr = slot_addr slot0
  v8: ptr = ptr_add v7, 8
  v9: i64 = load i64, v8
  jump bb3(v9)
}
"#;
    check(text, &[]);
}

#[test]
fn tables() {
    let bad = |text: &str, want: &str| check_module(&parse(text).unwrap(), &[want]);
    bad("layout0 = size 8 align 3 ptrs []", "layout0: alignment 3 is no power of two up to 16");
    bad("layout0 = size 9 align 8 ptrs []", "layout0: size 9 is no multiple of the alignment");
    bad("layout0 = size 8 align 4 ptrs [0]", "layout0: pointers need an alignment of 8");
    bad("layout0 = size 16 align 8 ptrs [1, 0]", "layout0: pointer words are not ascending");
    bad("layout0 = size 16 align 8 ptrs [2]", "layout0: pointer word 2 is outside the size");
    bad("file \"a\"\nfname \"f\"\n!1 = \"a\":1:1 in \"f\" at !1", "!1: inlined at !1, which does not come before");
    bad("data @\"d\" layout0 \"\"", "data d: layout0 is out of range");
    let with = |data: &str| format!("layout0 = size 8 align 8 ptrs []\ndata @\"d\" layout0 {data}");
    bad(&with("\"123456789\""), "data d: 9 bytes in a size of 8");
    bad(&with("\"\" [4: abs64 @\"d\" + 0]"), "data d: reloc at 4 is outside the size");
    bad(&with("\"\" [0: abs32 @\"d\" + 0, 2: abs32 @\"d\" + 0]"), "data d: reloc at 2 overlaps or is out of order");
    let mut m = Module::new();
    m.position(Position { file: 5, line: 0, col: 0, func: 0, inlined_at: None });
    check_module(&m, &["!1: file 5 is out of range"]);
    let mut m = Module::new();
    m.position(Position { file: 0, line: 0, col: 0, func: 5, inlined_at: None });
    check_module(&m, &["!1: function name 5 is out of range"]);
    let mut m = parse(&with("\"\" [0: abs64 @\"d\" + 0]")).unwrap();
    if let Def::Data(d) = &mut m.symbols[0].def {
        d.relocs[0].target = Symbol(7);
    }
    check_module(&m, &["data d: symbol 7 is out of range"]);
}

#[test]
fn blocks() {
    check_body("() -> ()", "", &["f: the function has no block"]);
    check_body("() -> ()", "bb0:", &["f: bb0: the block has no terminator"]);
    check_body("(i64) -> ()", "bb0(v0: i32):\n return", &["f: bb0: the parameters differ from the signature"]);
    check_body("() -> ()", "bb0:\n jump bb0", &["f: bb0: `jump bb0`: the entry block is no target"]);
    check_body("() -> ()", "bb0:\n jump bb7", &["f: bb0: `jump bb7`: bb7 is out of range"]);
    check_body("() -> () recover bb2", "bb0:\n return", &["f: recover bb2 is out of range"]);
    check_body("() -> () recover bb0", "bb0:\n return", &["f: bb0: the recover block is the entry"]);
    check_body(
        "() -> () recover bb1",
        "bb0:\n return\nbb1(v0: i64):\n return",
        &["f: bb1: the recover block has parameters"],
    );
    check_body("() -> () start !3", "bb0:\n return", &["f: start !3 is out of range"]);
    check_body("() -> ()", "slot0: layout9 \"\"\nbb0:\n return", &["f: slot0: layout9 is out of range"]);
    check_body("() -> ()", "bb0:\n return !3", &["f: bb0: `return`: position is out of range"]);
    let mut m = parse("func @\"f\" () -> () {\nbb0:\n return\n}").unwrap();
    if let Def::Func(f) = &mut m.symbols[0].def {
        f.blocks[0].insts.push(Inst(3));
    }
    check_module(&m, &["f: bb0: `i3`: the instruction is out of range"]);
}

#[test]
fn values() {
    check_insts("v9: i64 = int i64, 0\nv9: i64 = int i64, 1", "v9 is defined twice");
    check_insts("nil_check v99", "v99 is out of range");
    check_body(
        "() -> ()",
        "bb0:\n v5: i64 = int i64, 0\n nil_check v2\n return",
        &["f: bb0: `nil_check v2`: v2 is i64, not a pointer"],
    );
    check_body(
        "() -> ()",
        "bb0:\n v5: i64 = int i64, 0\n div_check v2\n return",
        &["f: bb0: `div_check v2`: v2 is not defined"],
    );
    check_body(
        "() -> ()",
        "bb0:\n div_check v0\n v0: i64 = int i64, 0\n return",
        &["f: bb0: `div_check v0`: v0 of bb0 does not dominate its use"],
    );
    check_body(
        "(bool) -> ()",
        "bb0(v0: bool):\n branch v0, bb1, bb2\nbb1:\n v1: i64 = int i64, 0\n jump bb2\nbb2:\n div_check v1\n return",
        &["f: bb2: `div_check v1`: v1 of bb1 does not dominate its use"],
    );
    check_body(
        "() -> () recover bb1",
        "bb0:\n v1: i64 = int i64, 0\n jump bb1\nbb1:\n div_check v1\n return",
        &["f: bb1: `div_check v1`: v1 is not there after a recovered panic"],
    );
    check_body(
        "(i64) -> (i64) recover bb1",
        "bb0(v0: i64):\n return v0\nbb1:\n return v0",
        &["f: bb1: `return v0`: v0 is not there after a recovered panic"],
    );
    // A value of an unreachable block is nowhere else.
    check_body(
        "() -> ()",
        "bb0:\n jump bb2\nbb1:\n v0: i64 = int i64, 0\n jump bb2\nbb2:\n div_check v0\n return",
        &["f: bb2: `div_check v0`: v0 of bb1 does not dominate its use"],
    );
}

#[test]
fn symbols_and_layouts() {
    check_insts("v9: ptr = global_addr @\"ext\", 0", "ext is no data symbol");
    check_insts("v9: ptr = alloc_heap layout0, @\"f\"", "f is no data symbol");
    check_insts("v9: ptr = alloc_heap layout7, @\"x\"", "layout7 is out of range");
    check_insts("v9: raw = func_addr @\"x\"", "x is no function");
    check_insts("v9: ptr = slot_addr slot2", "slot2 is out of range");
    check_insts("v9: ptr = context", "the function has no context");
    check_insts("mem_zero v3, layout7", "layout7 is out of range");
    check_insts("div_check v0 !4", "position is out of range");
    let mut m = parse("func @\"f\" () -> () {\nbb0:\n v0: raw = func_addr @\"f\"\n return\n}").unwrap();
    if let Def::Func(f) = &mut m.symbols[0].def {
        f.insts[0].op = Op::FuncAddr(Symbol(3));
    }
    check_module(&m, &["f: bb0: `v0: raw = func_addr @?3`: symbol 3 is out of range"]);
}

#[test]
fn operands() {
    check_insts("v9: ptr = int ptr, 0", "no integer constant of type ptr");
    check_insts("v9: i64 = float i64, 0x0", "no float constant of type i64");
    check_insts("v9: f32 = float f32, 0x100000000", "f32 constant of more than 32 bits");
    check_insts("v9: i64 = null i64", "no nil of type i64");
    check_insts("v9: i32 = int i64, 0", "the results should be (i64)");
    check_insts("v9: i64 = add v0, v1", "v0 is i64, but v1 is i32");
    check_insts("v9: f64 = mul v2, v2", "v2 is f64, not an integer");
    check_insts("v9: ptr = and v3, v3", "v3 is ptr, not an integer or a bool");
    check_insts("v9: i64 = shl v0, v1", "v1 is i32, not i64");
    check_insts("v9: i32 = umulhigh v1, v1", "v1 is i32, not i64");
    check_insts("v9: i64 = fadd v0, v0", "v0 is i64, not a float");
    check_insts("v9: bool = neg v5", "v5 is bool, not an integer");
    check_insts("v9: f64 = not v2", "v2 is f64, not an integer or a bool");
    check_insts("v9: i64 = fsqrt v0", "v0 is i64, not a float");
    check_insts("v9: i8 = byteswap v6", "v6 is i8, not an integer of several bytes");
    check_insts("v9: bool = cmp.eq v2, v2", "v2 is f64, not comparable so");
    check_insts("v9: bool = cmp.eq v0, v1", "v0 is i64, but v1 is i32");
    check_insts("v9: bool = cmp.slt v3, v3", "v3 is ptr, not an integer");
    check_insts("v9: bool = cmp.ult v2, v2", "v2 is f64, not an integer or a pointer");
    check_insts("v9: bool = cmp.flt v0, v0", "v0 is i64, not a float");
    check_insts("v9: i64 = trunc i64, v1", "no trunc from i32 to i64");
    check_insts("v9: i32 = zext i32, v0", "no zext from i64 to i32");
    check_insts("v9: f64 = bitcast f64, v1", "no bitcast from i32 to f64");
    check_insts("v9: ptr = inttoptr ptr, v4", "no inttoptr from raw to ptr");
    check_insts("v9: i64 = select v0, v0, v0", "v0 is i64, not bool");
    check_insts("v9: i64 = select v5, v0, v1", "v0 is i64, but v1 is i32");
    check_insts("v9: i64 = fma v0, v0, v0", "v0 is i64, not a float");
    check_insts("v9: f64 = fma v2, v2, v0", "v2 is f64, but v0 is i64");
    check_insts("v9: i64 = ptr_add v0, 8", "v0 is i64, not a pointer");
    check_insts("v9: raw = ptr_add v3, 8", "the results should be (ptr)");
    check_insts("v9: ptr = ptr_index v3, v1, 8, 0", "v1 is i32, not i64");
    check_insts("v9: i64 = load i64, v0", "v0 is i64, not a pointer");
    check_insts("store v0, v3", "v0 is i64, not a pointer");
    check_insts("v9: f64 = atomic.load f64, v3", "no atomic load of f64");
    check_insts("v9: ptr = atomic.add ptr, v3, v3", "no atomic add of ptr");
    check_insts("v9: i64 = atomic.add i64, v3, v1", "v1 is i32, not i64");
    check_insts("v9: bool = atomic.cmpxchg i64, v3, v0", "1 arguments, not 2");
    check_insts("mem_copy v3, v0, layout0", "v0 is i64, not a pointer");
    check_insts("mem_zero v0, layout0", "v0 is i64, not a pointer");
    check_insts("nil_check v0", "v0 is i64, not a pointer");
    check_insts("bounds_check.index v0, v1", "v1 is i32, not i64");
    check_insts("div_check v2", "v2 is f64, not an integer");
    check_insts("shift_check v1", "v1 is i32, not i64");
}

#[test]
fn calls() {
    check_insts("v9: i64 = call @\"ext\"(v0) : (i64) -> (i64)", "ext is declared (i64, ptr) -> (i64)");
    check_insts("v9: i64 = call @\"ext\"(v0) : (i64, ptr) -> (i64)", "1 arguments, not 2");
    check_insts("v9: i64 = call @\"ext\"(v0, v0) : (i64, ptr) -> (i64)", "v0 is i64, not ptr");
    check_insts("call @\"ext\"(v0, v3) : (i64, ptr) -> (i64)", "the results should be (i64)");
    check_insts("call @\"unknown\"() : () -> ()", "unknown is no function");
    check_insts("call_runtime @\"x\"() : () -> ()", "x is no function");
    check_insts("call @\"ctx\"() : () -> () context", "a direct call passes no context");
    check_insts("call_closure() : () -> ()", "who is called?");
    check_insts("call_closure(v4) : () -> ()", "v4 is raw, not ptr");
    check_insts("call_code(v3) : () -> ()", "v3 is ptr, not raw");
    check_insts("call_code(v4, v0) : (i32) -> ()", "v0 is i64, not i32");
}

#[test]
fn terminators() {
    let entry = "bb0(v0: i64):\n ";
    let check = |term: &str, rest: &str, message: &str| {
        let want = format!("f: bb0: `{term}`: {message}");
        check_body("(i64) -> (i64)", &format!("{entry}{term}\n{rest}"), &[&want]);
    };
    check("branch v0, bb1, bb1", "bb1:\n return v0", "v0 is i64, not bool");
    check("jump bb1", "bb1(v1: i64):\n return v1", "0 arguments for bb1, not 1");
    check("jump bb1(v0)", "bb1(v1: i32):\n return v0", "v0 is i64, but v1 is i32");
    check("switch v0, bb1 []", "bb1(v1: i64):\n return v0", "0 arguments for bb1, not 1");
    check("switch v0, bb1 [1: bb1, 1: bb1]", "bb1:\n return v0", "case 1 is there twice");
    check("return", "", "returns (), not (i64)");
    check("return v9", "", "v9 is out of range");
    check_body(
        "(i8) -> ()",
        "bb0(v0: i8):\n switch v0, bb1 [1: bb1, 257: bb1]\nbb1:\n return",
        &["f: bb0: `switch v0, bb1 [1: bb1, 257: bb1]`: case 257 is there twice"],
    );
    check_body(
        "(bool) -> ()",
        "bb0(v0: bool):\n switch v0, bb1 []\nbb1:\n return",
        &["f: bb0: `switch v0, bb1 []`: v0 is bool, not an integer"],
    );
}

#[test]
fn memory() {
    let at = |offset: i64| format!("v8: ptr = slot_addr slot0\nv9: ptr = ptr_add v8, {offset}\n");
    check_insts(&format!("{}store v9, v0", at(4)), "misaligned i64 at offset 4");
    check_insts(&format!("{}store v9, v3", at(8)), "no pointer word at offset 8");
    check_insts(&format!("{}mem_zero v9, layout1", at(2)), "misaligned object at offset 2");
    check_insts("v8: ptr = slot_addr slot1\nv9: i64 = load i64, v8", "misaligned i64 at offset 0")
}
