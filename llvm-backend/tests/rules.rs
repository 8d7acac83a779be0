//! The rules that keep LLVM's code precise: each test gives MIR and what must (or must not) stand in a stage's text.

use ingot_llvm_backend::{Level, Options, Stage, compile, emit};
use middle::mir::parse::parse;
use middle::mir::verify::verify;

const PRELUDE: &str = r#"
file "a.go"
fname "main.f"
!1 = "a.go":3:5 in "main.f"
layout0 = size 16 align 8 ptrs [0]
layout1 = size 8 align 8 ptrs []
layout2 = size 16 align 8 ptrs [0, 1]
layout3 = size 160 align 8 ptrs [0, 19]
layout4 = size 64 align 8 ptrs []
layout5 = size 4096 align 8 ptrs []
layout6 = size 320 align 8 ptrs [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]
extern @"main.g" () -> ()
extern @"main.p" (ptr) -> ()
extern @"main.two" (ptr) -> (ptr, i64)
extern @"main.many" () -> (ptr, i64, i64, ptr, f64, f64, f64)
extern @"rt_memmove" (ptr, ptr, i64) -> ()
extern @"rt_newproc" (ptr) -> ()
"#;

fn module(text: &str) -> middle::mir::Module {
    let module = parse(&format!("{PRELUDE}{text}")).unwrap_or_else(|e| panic!("{e}"));
    verify(&module).unwrap_or_else(|e| panic!("{e:?}"));
    module
}

fn stage(text: &str, level: Level, stage: Stage) -> String {
    let options = Options { level, verify: true, ..Options::default() };
    emit(&module(text), "test", &options, stage).unwrap_or_else(|e| panic!("{e}"))
}

/// In both levels, `has` stand in the text in this order and `hasnt` do not; the object is accepted too.
#[track_caller]
fn check(text: &str, of: Stage, has: &[&str], hasnt: &[&str]) {
    for level in [Level::Quick, Level::O2] {
        check_at(text, level, of, has, hasnt);
        compile(&module(text), "test", &Options { level, verify: true, ..Options::default() }).unwrap();
    }
}

#[track_caller]
fn check_at(text: &str, level: Level, of: Stage, has: &[&str], hasnt: &[&str]) {
    let out = stage(text, level, of);
    let mut rest = out.as_str();
    for want in has {
        match rest.split_once(want) {
            Some((_, after)) => rest = after,
            None => panic!("{level:?}: {want:?} is missing (or out of order) in\n{out}"),
        }
    }
    for no in hasnt {
        assert!(!out.contains(no), "{level:?}: {no:?} stands in\n{out}");
    }
}

#[test]
fn a_prologue_check_calls_morestack_as_a_statepoint_with_the_arguments_alive() {
    let f = r#"func @"main.f" (ptr) -> (ptr) start !1 {
bb0(v0: ptr):
  call @"main.g"() : () -> () !1
  return v0
}"#;
    check(f, Stage::LlvmOpt, &["preserve_mostcc token", "@rt_morestack", "\"gc-live\"(ptr addrspace(1) %0)"], &[]);
    check(f, Stage::Asm, &["cmpq\t%fs:8, %rsp", "jb\t", "callq\trt_morestack"], &["GOTPCREL", "@PLT"]);
}

#[test]
fn arguments_need_not_outlive_a_call_of_go_code_but_do_one_of_the_runtime() {
    let of = |callee: &str| {
        format!(
            r#"func @"main.f" (ptr) -> () nosplit start !1 {{
bb0(v0: ptr):
  call @"{callee}"(v0) : (ptr) -> () !1
  return
}}"#
        )
    };
    check(&of("main.p"), Stage::LlvmOpt, &["@main.p"], &["gc.relocate.p1(token %"]);
    check(&of("rt_newproc"), Stage::LlvmOpt, &["@rt_newproc", "gc.relocate.p1(token %"], &[]);
    let again = r#"func @"main.f" (ptr) -> () nosplit start !1 {
bb0(v0: ptr):
  call @"main.p"(v0) : (ptr) -> () !1
  call @"main.p"(v0) : (ptr) -> () !1
  return
}"#;
    check(again, Stage::LlvmOpt, &["@main.p", "gc.relocate.p1(token %", "@main.p"], &[]);
}

#[test]
fn a_function_without_calls_has_no_check() {
    let f = r#"func @"main.f" (i64) -> (i64) start !1 {
bb0(v0: i64):
  v1: i64 = add v0, v0
  return v1
}"#;
    check(f, Stage::Asm, &["main.f:"], &["morestack"]);
}

#[test]
fn nosplit_means_no_check_and_no_polls() {
    let f = r#"func @"main.f" (i64) -> () nosplit start !1 {
bb0(v0: i64):
  jump bb1(v0)
bb1(v1: i64):
  call @"main.g"() : () -> () !1
  jump bb1(v1)
}"#;
    check(f, Stage::LlvmOpt, &["gc.statepoint"], &["rt_morestack", "rt_poll"]);
}

#[test]
fn loops_poll_at_their_back_edge() {
    let endless = r#"func @"main.f" () -> () start !1 {
bb0:
  jump bb1
bb1:
  jump bb1
}"#;
    check(endless, Stage::LlvmOpt, &["@rt_poll"], &[]);
}

#[test]
fn short_counted_loops_do_not_poll() {
    let f = r#"func @"main.f" (ptr) -> (i64) start !1 {
bb0(v0: ptr):
  v1: i64 = int i64, 0
  jump bb1(v1, v1)
bb1(v2: i64, v3: i64):
  v4: ptr = ptr_index v0, v2, 8, 0
  v5: i64 = load.volatile i64, v4
  v6: i64 = add v3, v5
  v7: i64 = int i64, 1
  v8: i64 = add v2, v7
  v9: i64 = int i64, 100
  v10: bool = cmp.slt v8, v9
  branch v10, bb1(v8, v6), bb2
bb2:
  return v6
}"#;
    check(f, Stage::LlvmOpt, &["load volatile"], &["@rt_poll"]);
}

/// A loop over the bits of a word has at most 64 iterations, whether they are taken one by one or shifted out.
#[test]
fn loops_over_the_bits_of_a_word_do_not_poll() {
    for step in ["sub v3, v6", "lshr v3, v6"] {
        let last = if step.starts_with("sub") { "and v3, v7" } else { "or v7, v7" };
        let f = format!(
            r#"func @"main.f" (ptr, i64) -> () start !1 {{
bb0(v0: ptr, v1: i64):
  v2: i64 = int i64, 0
  v10: bool = cmp.eq v1, v2
  branch v10, bb2, bb1(v1)
bb1(v3: i64):
  v4: i64 = ctz v3
  v5: ptr = ptr_index v0, v4, 8, 0
  store.volatile v5, v3
  v6: i64 = int i64, 1
  v7: i64 = {step}
  v8: i64 = {last}
  v9: bool = cmp.ne v8, v2
  branch v9, bb1(v8), bb2
bb2:
  return
}}"#
        );
        check_at(&f, Level::O2, Stage::LlvmOpt, &["store volatile"], &["@rt_poll"]);
    }
}

#[test]
fn counted_loops_are_strip_mined_for_their_polls() {
    let f = r#"func @"main.f" (ptr, i64) -> (i64) start !1 {
bb0(v0: ptr, v1: i64):
  v2: i64 = int i64, 0
  jump bb1(v2, v2)
bb1(v3: i64, v4: i64):
  v5: bool = cmp.slt v3, v1
  branch v5, bb2, bb3
bb2:
  v6: ptr = ptr_index v0, v3, 8, 0
  v7: i64 = load.volatile i64, v6
  v8: i64 = add v4, v7
  v9: i64 = int i64, 1
  v10: i64 = add v3, v9
  jump bb1(v10, v8)
bb3:
  return v4
}"#;
    check_at(
        f,
        Level::O2,
        Stage::LlvmOpt,
        &["outer:", "icmp ugt i64 %", "select", "load volatile i64, ptr addrspace(1)", "strip:", "@rt_poll"],
        &[],
    );
}

#[test]
fn strip_mined_loops_may_share_edges_with_other_loops() {
    // Two in a row, the first's exit being the second's header; and one whose latch is an outer loop's as well.
    let row = r#"func @"main.f" (ptr, i64) -> () start !1 {
bb0(v0: ptr, v1: i64):
  v2: i64 = int i64, 0
  v3: i64 = int i64, 1
  v4: bool = cmp.sgt v1, v2
  branch v4, bb1(v2), bb3
bb1(v5: i64):
  v6: i64 = load.volatile i64, v0
  v7: i64 = add v5, v3
  v8: bool = cmp.ne v7, v1
  branch v8, bb1(v7), bb2(v2)
bb2(v9: i64):
  v10: i64 = load.volatile i64, v0
  v11: i64 = add v9, v3
  v12: bool = cmp.ne v11, v1
  branch v12, bb2(v11), bb3
bb3:
  return
}"#;
    check_at(row, Level::O2, Stage::LlvmOpt, &["outer", "strip"], &[]);
    let shared = r#"func @"main.f" (ptr, i64) -> () start !1 {
bb0(v0: ptr, v1: i64):
  v2: i64 = int i64, 0
  v3: i64 = int i64, 1
  v4: bool = cmp.sgt v1, v2
  branch v4, bb1, bb3
bb1:
  call @"main.g"() : () -> () !1
  jump bb2(v2)
bb2(v5: i64):
  v6: i64 = load.volatile i64, v0
  v7: i64 = add v5, v3
  v8: bool = cmp.ne v7, v1
  branch v8, bb2(v7), bb1
bb3:
  return
}"#;
    check_at(shared, Level::O2, Stage::LlvmOpt, &["outer", "@rt_poll", "@rt_poll"], &[]);
}

#[test]
fn a_call_at_the_end_keeps_its_frame() {
    let f = r#"func @"main.f" (i64) -> (i64) start !1 {
bb0(v0: i64):
  v1: bool = cmp.slt v0, v0
  branch v1, bb1, bb2
bb1:
  return v0
bb2:
  v2: i64 = int i64, 1
  v3: i64 = sub v0, v2
  v4: i64 = call @"main.f"(v3) : (i64) -> (i64) !1
  return v4
}"#;
    check(f, Stage::Asm, &["callq\tmain.f"], &["jmp\tmain.f"]);
}

#[test]
fn pointer_stores_have_a_barrier_unless_marked_or_to_a_slot() {
    let store = |flag: &str| {
        format!(
            r#"func @"main.f" (ptr, ptr) -> () start !1 {{
bb0(v0: ptr, v1: ptr):
  store{flag} v0, v1
  return
}}"#
        )
    };
    let barrier = ["load volatile i32, ptr @rt_write_barrier_on", "call void @rt_write_barrier(", "store ptr"];
    check(&store(""), Stage::LlvmOpt, &barrier, &[]);
    check(&store(".nowb"), Stage::LlvmOpt, &["store ptr"], &["rt_write_barrier"]);
    let slot = r#"func @"main.f" (ptr) -> () start !1 {
  slot0: layout0 "s"
bb0(v0: ptr):
  v1: ptr = slot_addr slot0
  store v1, v0
  call @"main.p"(v1) : (ptr) -> () !1
  return
}"#;
    check(slot, Stage::LlvmOpt, &["store ptr"], &["rt_write_barrier"]);
}

#[test]
fn close_stores_share_a_barrier_test() {
    let f = r#"func @"main.f" (ptr, ptr) -> () start !1 {
bb0(v0: ptr, v1: ptr):
  store v0, v1
  v2: ptr = ptr_add v0, 8
  store v2, v1
  return
}"#;
    let out = stage(f, Level::Quick, Stage::LlvmOpt);
    assert_eq!(out.matches("@rt_write_barrier_on,").count(), 1, "{out}");
    assert_eq!(out.matches("call void @rt_write_barrier(").count(), 2, "{out}");
}

#[test]
fn a_safepoint_parts_barrier_tests() {
    let f = r#"func @"main.f" (ptr, ptr) -> () start !1 {
bb0(v0: ptr, v1: ptr):
  store v0, v1
  call @"main.g"() : () -> () !1
  v2: ptr = ptr_add v0, 8
  store v2, v1
  return
}"#;
    let out = stage(f, Level::O2, Stage::LlvmOpt);
    assert_eq!(out.matches("@rt_write_barrier_on,").count(), 2, "{out}");
}

#[test]
fn atomic_pointer_exchanges_have_a_barrier() {
    let f = r#"func @"main.f" (ptr, ptr, ptr) -> (bool) start !1 {
bb0(v0: ptr, v1: ptr, v2: ptr):
  v3: bool = atomic.cmpxchg ptr, v0, v1, v2
  v4: ptr = atomic.xchg ptr, v0, v1
  atomic.store ptr, v0, v4
  v5: ptr = atomic.load ptr, v0
  return v3
}"#;
    check(f, Stage::LlvmOpt, &["cmpxchg", "atomicrmw xchg", "store atomic", "load atomic"], &[]);
    let out = stage(f, Level::Quick, Stage::LlvmOpt);
    assert_eq!(out.matches("call void @rt_write_barrier(").count(), 3, "{out}");
}

#[test]
fn small_copies_of_pointers_are_word_by_word() {
    let f = r#"func @"main.f" (ptr, ptr) -> () start !1 {
bb0(v0: ptr, v1: ptr):
  mem_copy v0, v1, layout2
  return
}"#;
    check(f, Stage::LlvmOpt, &["load ptr addrspace(1)", "@rt_write_barrier("], &["llvm.mem", "load i64", "load <"]);
}

#[test]
fn large_copies_of_pointers_are_calls_of_the_runtime() {
    let copy = |flag: &str| {
        format!(
            r#"func @"main.f" (ptr, ptr) -> () start !1 {{
bb0(v0: ptr, v1: ptr):
  mem_copy{flag} v0, v1, layout3
  mem_zero{flag} v1, layout3
  return
}}"#
        )
    };
    check(&copy(""), Stage::LlvmOpt, &["@rt_memmove_ptrs(", "@rt_memclr_ptrs("], &["llvm.mem", "gc.statepoint"]);
    check(&copy(".nowb"), Stage::LlvmOpt, &["@rt_memmove(", "@rt_memclr("], &["llvm.mem", "_ptrs"]);
}

#[test]
fn a_slot_that_escapes_is_laundered_cleared_and_listed_at_the_prologue() {
    let f = r#"func @"main.f" (ptr) -> () start !1 {
  slot0: layout0 "s"
bb0(v0: ptr):
  v1: ptr = slot_addr slot0
  call @"main.p"(v1) : (ptr) -> () !1
  store v1, v0
  call @"main.p"(v1) : (ptr) -> () !1
  return
}"#;
    check(
        f,
        Stage::LlvmOpt,
        &[
            "alloca { ptr addrspace(1), i64 }",
            "asm \"\", \"=r,0\"(ptr %s)",
            "store ptr addrspace(1) null",
            "gc.relocate",
        ],
        &["addrspacecast"],
    );
    check(f, Stage::LlvmOpt, &["@rt_morestack", "\"deopt\"(i64 0, ptr %s)"], &[]);
}

#[test]
fn a_slot_of_many_pointers_is_cleared_in_bulk() {
    let f = r#"func @"main.f" () -> () start !1 {
  slot0: layout6 "s"
bb0:
  v1: ptr = slot_addr slot0
  call @"main.p"(v1) : (ptr) -> () !1
  return
}"#;
    check(f, Stage::LlvmOpt, &["call void @rt_memclr(ptr addrspace(1) %s.clear, i64 168)"], &[]);
}

#[test]
fn slots_reached_through_selects_and_phis_are_laundered() {
    let f = r#"func @"main.f" (bool, i64) -> (i64) start !1 {
  slot0: layout1 "a"
  slot1: layout1 "b"
bb0(v0: bool, v1: i64):
  v2: ptr = slot_addr slot0
  v3: ptr = slot_addr slot1
  store v2, v1
  v4: i64 = int i64, 5
  store v3, v4
  call @"main.p"(v2) : (ptr) -> () !1
  call @"main.p"(v3) : (ptr) -> () !1
  branch v0, bb1(v2), bb1(v3)
bb1(v5: ptr):
  v6: bool = cmp.eq v5, v2
  v7: ptr = select v6, v3, v5
  v8: i64 = load i64, v7
  call @"main.p"(v7) : (ptr) -> () !1
  v9: i64 = load i64, v5
  v10: i64 = add v8, v9
  return v10
}"#;
    check(f, Stage::LlvmOpt, &["asm \"\", \"=r,0\""], &["addrspacecast"]);
}

#[test]
fn copies_between_slots_are_laundered() {
    let f = r#"func @"main.f" () -> () start !1 {
  slot0: layout5 "a"
  slot1: layout5 "b"
bb0:
  v2: ptr = slot_addr slot0
  v3: ptr = slot_addr slot1
  call @"main.p"(v2) : (ptr) -> () !1
  mem_copy v3, v2, layout5
  call @"main.p"(v3) : (ptr) -> () !1
  return
}"#;
    check(f, Stage::LlvmOpt, &["llvm.memcpy.p1.p1"], &["addrspacecast", "llvm.memcpy.p0"]);
}

#[test]
fn pointers_to_integers_and_back_are_opaque() {
    let f = r#"func @"main.f" (ptr) -> (ptr) start !1 {
bb0(v0: ptr):
  v1: i64 = ptrtoint i64, v0
  call @"main.g"() : () -> () !1
  v2: ptr = inttoptr ptr, v1
  return v2
}"#;
    check(f, Stage::LlvmOpt, &["asm sideeffect \"\", \"=r,0\""], &["ptrtoint", "inttoptr i64 %"]);
}

#[test]
fn results_beyond_the_registers_go_through_the_thread_block() {
    let caller = r#"func @"main.f" () -> (ptr, f64) start !1 {
bb0:
  v0: ptr, v1: i64, v2: i64, v3: ptr, v4: f64, v5: f64, v6: f64 = call @"main.many"() : () -> (ptr, i64, i64, ptr, f64, f64, f64) !1
  return v3, v6
}"#;
    check(caller, Stage::Asm, &["callq\tmain.many", "movq\t%fs:64, %r", "%fs:72"], &[]);
    let callee = r#"func @"main.f" (ptr, f64) -> (ptr, i64, i64, ptr, f64, f64, f64) start !1 {
bb0(v0: ptr, v1: f64):
  v2: i64 = int i64, 7
  return v0, v2, v2, v0, v1, v1, v1
}"#;
    check(callee, Stage::Asm, &["%fs:64", "%fs:72", "retq"], &[]);
}

#[test]
fn aggregates_do_not_live_over_safepoints() {
    // InstCombine would sink the extract of the first call's pointer behind the second.
    let f = r#"func @"main.f" (ptr, bool) -> (ptr) start !1 {
bb0(v0: ptr, v1: bool):
  branch v1, bb1, bb2
bb1:
  v2: ptr, v3: i64 = call @"main.two"(v0) : (ptr) -> (ptr, i64) !1
  jump bb3(v2, v3)
bb2:
  v4: ptr, v5: i64 = call @"main.two"(v0) : (ptr) -> (ptr, i64) !1
  jump bb3(v4, v5)
bb3(v6: ptr, v7: i64):
  call @"main.g"() : () -> () !1
  v8: i64 = load i64, v6
  v9: i64 = add v8, v7
  v10: ptr = ptr_add v6, 8
  store v10, v9
  return v6
}"#;
    check(f, Stage::LlvmOpt, &["extractvalue", "gc.relocate"], &["phi { ptr"]);
}

#[test]
fn equal_panics_keep_their_own_calls() {
    let f = r#"func @"main.f" (ptr, ptr) -> (i64) start !1 {
bb0(v0: ptr, v1: ptr):
  nil_check v0 !1
  v2: i64 = load i64, v0
  nil_check v1 !1
  v3: i64 = load i64, v1
  v4: i64 = add v2, v3
  return v4
}"#;
    for level in [Level::Quick, Level::O2] {
        let out = stage(f, level, Stage::Asm);
        assert_eq!(out.matches("callq\truntime.panicmem").count(), 2, "{out}");
    }
}

#[test]
fn a_recover_block_is_reached_from_every_call() {
    let f = r#"func @"main.f" (i64) -> (i64) recover bb1 start !1 {
  slot0: layout1 "r"
bb0(v0: i64):
  v1: ptr = slot_addr slot0
  store v1, v0
  call @"main.p"(v1) : (ptr) -> () !1
  div_check v0 !1
  v2: i64 = load i64, v1
  return v2
bb1:
  v3: ptr = slot_addr slot0
  call @"main.g"() : () -> () !1
  v4: i64 = load i64, v3
  return v4
}"#;
    let out = stage(f, Level::O2, Stage::LlvmOpt);
    assert_eq!(out.matches("invoke token").count(), 3, "{out}");
    assert!(out.contains("personality ptr @rt_personality"), "{out}");
    check(f, Stage::Asm, &[".cfi_personality 3, rt_personality", ".cfi_lsda", "GCC_except_table"], &[]);
}

#[test]
fn a_large_frame_gets_a_wrapper_that_checks_first() {
    let f = r#"func @"main.f" (ptr, i64, i64, i64, i64, i64, ptr) -> (ptr, i64) start !1 {
  slot0: layout5 "s"
bb0(v0: ptr, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: ptr):
  v7: ptr = slot_addr slot0
  call @"main.p"(v7) : (ptr) -> () !1
  v8: i64 = add v1, v5
  v9: i64 = load i64, v7
  v10: i64 = add v8, v9
  return v6, v10
}"#;
    check(
        f,
        Stage::LlvmOpt,
        &[
            "@\"main.f$body\"(",
            "@main.f(",
            "@rt_morestack_large",
            "musttail call { ptr addrspace(1), i64 } @\"main.f$body\"",
        ],
        &[],
    );
    check(f, Stage::Asm, &["main.f:", "jmp\tmain.f$body", "rt_morestack_large"], &[]);
}

#[test]
fn a_frame_of_many_live_values_is_found_out_after_code_generation() {
    // No stack object and no pointer: only code generation knows how many integers are spilled over the call.
    let mut text = String::from("func @\"main.f\" (ptr) -> (i64) start !1 {\nbb0(v0: ptr):\n");
    const N: usize = 100;
    for i in 0..N {
        let (at, v) = (1 + 2 * i, 2 + 2 * i);
        text += &format!("  v{at}: ptr = ptr_add v0, {}\n  v{v}: i64 = load.volatile i64, v{at}\n", 8 * i);
    }
    text += "  call @\"main.g\"() : () -> () !1\n";
    let mut next = 1 + 2 * N;
    let mut sum = 2;
    for i in 1..N {
        // Multiplied, so that nothing can be summed before the call.
        text += &format!("  v{next}: i64 = mul v{sum}, v{}\n", 2 + 2 * i);
        text += &format!("  v{}: i64 = xor v{next}, v{}\n", next + 1, 2 + 2 * i);
        text += &format!("  store.volatile v0, v{next}\n");
        sum = next + 1;
        next += 2;
    }
    text += &format!("  return v{sum}\n}}");
    for level in [Level::Quick, Level::O2] {
        compile(&module(&text), "test", &Options { level, verify: true, ..Options::default() }).unwrap();
    }
}

#[test]
fn loops_that_copy_pointers_stay_precise() {
    let f = r#"func @"main.f" (ptr, ptr, i64) -> () start !1 {
bb0(v0: ptr, v1: ptr, v2: i64):
  v3: i64 = int i64, 0
  jump bb1(v3)
bb1(v4: i64):
  v5: bool = cmp.slt v4, v2
  branch v5, bb2, bb3
bb2:
  v6: ptr = ptr_index v1, v4, 8, 0
  v7: ptr = load ptr, v6
  v8: ptr = ptr_index v0, v4, 8, 0
  store v8, v7
  v9: i64 = int i64, 1
  v10: i64 = add v4, v9
  jump bb1(v10)
bb3:
  return
}"#;
    check(f, Stage::LlvmOpt, &["@rt_write_barrier("], &["llvm.memcpy", "llvm.memmove"]);
}

/// A search that the vectorizer compares sixteen addresses at a time in: the vector it compares with lives over polls.
#[test]
fn wide_vectors_on_the_stack_do_not_realign_it() {
    let f = r#"func @"main.f" (ptr, i64, ptr) -> (i64) start !1 {
bb0(v0: ptr, v1: i64, v2: ptr):
  v3: i64 = int i64, 0
  jump bb1(v3)
bb1(v4: i64):
  v5: bool = cmp.slt v4, v1
  branch v5, bb2, bb5
bb2:
  v6: ptr = ptr_index v0, v4, 24, 0
  v7: bool = cmp.eq v6, v2
  branch v7, bb4, bb3
bb3:
  v8: i64 = int i64, 1
  v9: i64 = add v4, v8
  jump bb1(v9)
bb4:
  return v4
bb5:
  v10: i64 = int i64, -1
  return v10
}"#;
    check_at(f, Level::O2, Stage::LlvmOpt, &["gc.relocate.v16p1"], &[]);
    check(f, Stage::Asm, &["rt_poll"], &["%rsp, %rbp", "andq\t$-"]);
}

#[test]
fn division_and_shifts_have_no_undefined_results() {
    let f = r#"func @"main.f" (i64, i64, i8) -> (i64, i64, i64, i8, i8) start !1 {
bb0(v0: i64, v1: i64, v2: i8):
  div_check v1 !1
  v3: i64 = sdiv v0, v1
  v4: i64 = srem v0, v1
  v5: i64 = shl v0, v1
  v6: i8 = ashr v2, v1
  v7: i8 = lshr v2, v1
  return v3, v4, v5, v6, v7
}"#;
    check_at(f, Level::Quick, Stage::Llvm, &["select", "sdiv", "srem", "shl", "select", "ashr"], &["nsw", "exact"]);
    check(f, Stage::Asm, &["idivq"], &[]);
}

/// What looking through a group of a map comes to.
#[test]
fn bytes_are_compared_eight_at_once() {
    let f = r#"func @"main.f" (i64, i64) -> (i64, i64) start !1 {
bb0(v0: i64, v1: i64):
  v2: i64 = eqbytes v0, v1
  v3: i64 = signbytes v0
  return v2, v3
}"#;
    check_at(f, Level::O2, Stage::Asm, &["pcmpeqb", "pmovmskb", "pmovmskb"], &["pack", "punpck", "pshuf"]);
}

#[test]
fn the_running_g_is_read_from_the_thread_block() {
    let f = r#"extern @"rt_g_words" () -> (raw)
func @"main.f" () -> (raw) start !1 {
bb0:
  v0: raw = call_runtime @"rt_g_words"() : () -> (raw)
  return v0
}"#;
    check(f, Stage::Asm, &["%fs:16"], &["callq\trt_g_words", "jmp\trt_g_words"]);
}

#[test]
fn rounding_on_the_baseline_calls_no_library() {
    let f = r#"func @"main.f" (f64) -> (f64, f64, f64) start !1 {
bb0(v0: f64):
  v1: f64 = ffloor v0
  v2: f64 = fceil v1
  v3: f64 = ftrunc v0
  v4: f64 = froundeven v2
  v5: f64 = fadd v3, v4
  return v1, v2, v5
}"#;
    check(f, Stage::Asm, &["cvttsd2si"], &["callq", "jmp\tfloor"]);
}

#[test]
fn data_has_bytes_and_addresses() {
    let data = r#"data @"main.d" layout0 ro "abcdefgh" [8: abs64 @"main.g" + 0]
data @"main.e" layout1 "" [0: abs32 @"main.d" + 4]
data @"main.v" layout0 """#;
    check(data, Stage::Asm, &[".ascii\t\"abcdefgh\"", ".quad\tmain.g", ".long\tmain.d+4", "main.v:", ".zero\t16"], &[]);
}

#[test]
fn the_same_module_gives_the_same_bytes() {
    let f = r#"func @"main.f" (ptr) -> (ptr) start !1 {
  slot0: layout0 "s"
bb0(v0: ptr):
  v1: ptr = slot_addr slot0
  call @"main.p"(v1) : (ptr) -> () !1
  nil_check v0 !1
  return v0
}"#;
    let options = Options { level: Level::O2, debug: true, ..Options::default() };
    let one = compile(&module(f), "test", &options).unwrap();
    for _ in 0..3 {
        assert_eq!(compile(&module(f), "test", &options).unwrap(), one);
    }
}

#[test]
fn lines_are_in_the_debug_information() {
    let f = r#"func @"main.f" () -> () start !1 {
bb0:
  call @"main.g"() : () -> () !1
  return
}"#;
    let options = Options { debug: true, verify: true, ..Options::default() };
    let out = emit(&module(f), "test", &options, Stage::Asm).unwrap();
    assert!(out.contains(".loc\t") && out.contains("a.go"), "{out}");
}
