//! What a profile changes: MIR text and weights in, what must be in the text after.

use ingot_middle::mir::parse::parse;
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::*;
use ingot_middle::passes::profile::{Heat, What};
use ingot_middle::passes::{self, State, inline};
use pgo::{Frame, Profile, Weights};

/// Calls as a profile has them: caller, lines from its first, callee, weight.
fn weights(calls: &[(&str, i32, &str, u64)]) -> Weights {
    let mut profile = Profile::default();
    for &(caller, offset, callee, weight) in calls {
        let mut frame =
            |name: &str, offset| Frame { function: profile.names.insert_full(name.to_owned()).0 as u32, offset };
        let stack = vec![frame(callee, 0), frame(caller, offset)];
        profile.add(stack, weight);
    }
    Weights::new(&profile)
}

fn optimise(text: &str, order: &[&str], weights: Weights) -> (Module, State) {
    let mut m = parse(text).unwrap();
    verify(&m).unwrap_or_else(|e| panic!("before: {e:?}"));
    let heat = Heat::new(weights, &m);
    let limits = inline::Limits { budget: 0, ..inline::Limits::default() };
    let mut state = State { heat: Some(heat), limits, ..State::default() };
    passes::run(&mut m, order, &mut state, true).unwrap_or_else(|e| panic!("{e}"));
    (m, state)
}

fn text_of(m: &Module, name: &str) -> String {
    m.func_text(Symbol(m.symbols.get_index_of(name).unwrap() as u32))
}

/// `f` calls a method through an interface and a function value; `T` and `U` implement the interface.
const VALUES: &str = r#"file "a.go"
fname "p.f"
fname "p.(*T).M"
fname "p.(*U).M"
fname "p.f.func1"
!1 = "a.go":10:1 in "p.f"
!2 = "a.go":12:3 in "p.f"
!3 = "a.go":13:3 in "p.f"
!4 = "a.go":30:1 in "p.(*T).M"
!5 = "a.go":40:1 in "p.(*U).M"
!6 = "a.go":13:9 in "p.f.func1"
layout0 = size 32 align 8 ptrs []
extern @"type:I"
data @"go:itab.*T,I" layout0 ro "" [0: abs64 @"type:I" + 0, 24: abs64 @"p.(*T).M" + 0]
data @"go:itab.*U,I" layout0 ro "" [0: abs64 @"type:I" + 0, 24: abs64 @"p.(*U).M" + 0]
func @"p.(*T).M" (ptr) -> (i64) start !4 {
bb0(v0: ptr):
  v1: i64 = load i64, v0 !4
  return v1
}
func @"p.(*U).M" (ptr) -> (i64) start !5 {
bb0(v0: ptr):
  v1: i64 = int i64, 7
  return v1
}
func @"p.f.func1" (i64) -> (i64) start !6 {
bb0(v0: i64):
  return v0
}
func @"p.f" (raw, ptr, ptr) -> (i64) start !1 {
bb0(v0: raw, v1: ptr, v2: ptr):
  v3: i64 = call_method @"type:I" 0(v0, v1) : (ptr) -> (i64) !2
  v4: i64 = call_closure(v2, v3) : (i64) -> (i64) !3
  return v4
}
"#;

fn decisions(state: &State) -> Vec<(What, &str, &str, u64)> {
    state.decisions.iter().map(|d| (d.what, &d.caller[..], &d.callee[..], d.weight)).collect()
}

#[test]
fn the_most_frequent_targets_are_called_directly() {
    let seen = weights(&[
        ("p.f", 2, "p.(*T).M", 600),
        ("p.f", 2, "p.(*U).M", 300),
        ("p.f", 2, "q.(*V).M", 80),
        ("p.f", 3, "p.f.func1", 50),
    ]);
    let (m, state) = optimise(VALUES, &["devirtualize"], seen);
    assert_eq!(
        decisions(&state),
        [
            (What::Guarded, "p.f", "p.(*T).M", 600),
            (What::Guarded, "p.f", "p.(*U).M", 300),
            (What::Guarded, "p.f", "p.f.func1", 50),
        ]
    );
    let text = text_of(&m, "p.f");
    let order =
        ["p.(*T).M\"", "cmp.eq v0", "call @\"p.(*T).M\"(v1)", "p.(*U).M\"", "call @\"p.(*U).M\"(v1)", "call_method"];
    let mut from = 0;
    for part in order {
        from += text[from..].find(part).unwrap_or_else(|| panic!("no `{part}` after byte {from} in\n{text}"));
    }
    for part in ["load raw, v2", "call @\"p.f.func1\"", "call_closure(v2,"] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn rare_targets_stay_as_they_are() {
    // One call in ten, and a call that carries next to nothing.
    let seen = weights(&[("p.f", 2, "q.(*V).M", 9000), ("p.f", 2, "p.(*T).M", 900), ("p.f", 3, "p.f.func1", 1)]);
    let (m, state) = optimise(VALUES, &["devirtualize"], seen);
    assert_eq!(decisions(&state), []);
    assert!(!text_of(&m, "p.f").contains("branch"));
}

#[test]
fn what_is_called_directly_is_inlined() {
    let seen = weights(&[("p.f", 2, "p.(*T).M", 10)]);
    let (m, state) = optimise(VALUES, &["devirtualize", "inline"], seen);
    assert_eq!(decisions(&state), [(What::Guarded, "p.f", "p.(*T).M", 10), (What::Inlined, "p.f", "p.(*T).M", 10)]);
    assert!(text_of(&m, "p.f").contains("load i64, v1"));
}

/// `hot` and `cold` call `g`, which calls `h`: without a budget only what is hot is inlined.
const CALLS: &str = r#"file "a.go"
fname "p.hot"
fname "p.cold"
fname "p.g"
fname "p.h"
!1 = "a.go":10:1 in "p.hot"
!2 = "a.go":11:3 in "p.hot"
!3 = "a.go":20:1 in "p.cold"
!4 = "a.go":21:3 in "p.cold"
!5 = "a.go":30:1 in "p.g"
!6 = "a.go":31:3 in "p.g"
!7 = "a.go":40:1 in "p.h"
func @"p.h" (i64) -> (i64) start !7 noinline {
bb0(v0: i64):
  return v0
}
func @"p.g" (i64) -> (i64) start !5 {
bb0(v0: i64):
  v1: i64 = call @"p.h"(v0) : (i64) -> (i64) !6
  return v1
}
func @"p.hot" (i64) -> (i64) start !1 {
bb0(v0: i64):
  v1: i64 = call @"p.g"(v0) : (i64) -> (i64) !2
  return v1
}
func @"p.cold" (i64) -> (i64) start !3 {
bb0(v0: i64):
  v1: i64 = call @"p.g"(v0) : (i64) -> (i64) !4
  return v1
}
"#;

#[test]
fn hot_calls_have_a_larger_budget() {
    let seen = weights(&[("p.hot", 1, "p.g", 999), ("p.cold", 1, "p.g", 1)]);
    let (m, state) = optimise(CALLS, &["inline"], seen);
    assert_eq!(decisions(&state), [(What::Inlined, "p.hot", "p.g", 999)]);
    assert!(text_of(&m, "p.hot").contains("call @\"p.h\""));
    assert!(text_of(&m, "p.cold").contains("call @\"p.g\""));
}

/// The copy of `g` in `hot` has the share of `g`'s weight that `hot` gave it.
#[test]
fn copies_share_the_weight() {
    let seen = weights(&[("p.hot", 1, "p.g", 900), ("p.cold", 1, "p.g", 100), ("p.g", 1, "p.h", 500)]);
    let (m, state) = optimise(CALLS, &["inline"], seen);
    let heat = state.heat.as_ref().unwrap();
    let h = Symbol(m.symbols.get_index_of("p.h").unwrap() as u32);
    let weight_in = |name: &str| {
        let Def::Func(f) = &m.symbols[name].def else { panic!("{name} is no function") };
        let call = f.insts.iter().find(|i| matches!(i.op, Op::Call { callee: Callee::Direct(s), .. } if s == h));
        heat.call(&m, call.unwrap().pos, h)
    };
    // `g` was seen 1500 times: on its own account as a callee 1000 times, and as the caller of `h`.
    assert_eq!((weight_in("p.g"), weight_in("p.hot")), (500, 300));
}

/// Lines were added to `hot` since.
#[test]
fn calls_are_found_where_they_went() {
    let seen = weights(&[("p.hot", 7, "p.g", 999), ("p.gone", 1, "p.g", 1)]);
    let (_, state) = optimise(CALLS, &["inline"], seen);
    assert_eq!(decisions(&state), [(What::Inlined, "p.hot", "p.g", 999)]);
    let matched = state.heat.as_ref().unwrap().matched();
    assert_eq!((matched.here, matched.all, matched.moved), (999, 1000, 1));
}

#[test]
fn a_profile_of_another_program_changes_nothing() {
    let (m, state) = optimise(CALLS, &["devirtualize", "inline"], weights(&[("q.main", 1, "q.work", 1000)]));
    assert!(decisions(&state).is_empty() && state.heat.as_ref().unwrap().matched().is_unrelated());
    assert!(text_of(&m, "p.hot").contains("call @\"p.g\""));
}
