//! The builder: SSA form of mutable variables.

use ingot_middle::mir::build::FuncBuilder;
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::*;

fn sig(params: &[Ty], results: &[Ty]) -> Signature {
    Signature { params: params.to_vec(), results: results.to_vec(), context: false }
}

#[track_caller]
fn check(b: FuncBuilder, want: &str) {
    let mut m = Module::new();
    m.layout(Layout { size: 8, align: 8, ptr_words: vec![] });
    let f = m.declare("f", None);
    m.define(f, Def::Func(b.finish()), false);
    assert_eq!(verify(&m), Ok(()), "{m}");
    let text = m.func_text(f);
    let body: Vec<&str> = text.lines().skip(1).map(str::trim).filter(|l| *l != "}").collect();
    assert_eq!(body.join("\n"), want, "{m}");
}

#[test]
fn a_loop() {
    // s := 0; for i := 0; i < n; i++ { s += i }; return s
    let mut b = FuncBuilder::new(sig(&[Ty::I64], &[Ty::I64]));
    let n = b.declare_var(Ty::I64);
    b.def_var(n, b.params()[0]);
    let (s, i) = (b.declare_var(Ty::I64), b.declare_var(Ty::I64));
    let zero = b.i64(0);
    b.def_var(s, zero);
    b.def_var(i, zero);
    let (head, body, done) = (b.create_block(), b.create_block(), b.create_block());
    b.jump(head, vec![]);
    b.switch_to(head);
    let (x, y) = (b.use_var(i), b.use_var(n));
    let cond = b.cmp(CmpOp::SLt, x, y);
    b.branch(cond, body, done);
    b.switch_to_sealed(body);
    let (x, y) = (b.use_var(s), b.use_var(i));
    let sum = b.add(x, y);
    b.def_var(s, sum);
    let (x, one) = (b.use_var(i), b.i64(1));
    let next = b.add(x, one);
    b.def_var(i, next);
    b.jump(head, vec![]);
    b.seal_block(head);
    b.switch_to_sealed(done);
    let s = b.use_var(s);
    b.ret(vec![s]);
    check(
        b,
        "bb0(v0: i64):\nv1: i64 = int i64, 0\njump bb1(v1, v1)\n\
         bb1(v2: i64, v3: i64):\nv4: bool = cmp.slt v2, v0\nbranch v4, bb2, bb3\n\
         bb2:\nv5: i64 = add v3, v2\nv6: i64 = int i64, 1\nv7: i64 = add v2, v6\njump bb1(v7, v5)\n\
         bb3:\nreturn v3",
    );
}

#[test]
fn a_switch_with_merge() {
    let mut b = FuncBuilder::new(sig(&[Ty::I64], &[Ty::I64, Ty::F64]));
    let p = b.params()[0];
    let (x, never) = (b.declare_var(Ty::I64), b.declare_var(Ty::F64));
    b.def_var(x, p);
    let (one, done) = (b.create_block(), b.create_block());
    b.switch(p, vec![(1, one), (2, done), (3, done)], done);
    b.switch_to_sealed(one);
    let v = b.i64(7);
    b.def_var(x, v);
    b.jump(done, vec![]);
    b.switch_to_sealed(done);
    let (x, never) = (b.use_var(x), b.use_var(never));
    b.ret(vec![x, never]);
    check(
        b,
        "bb0(v0: i64):\nv1: f64 = float f64, 0x0\nswitch v0, bb3 [1: bb1, 2: bb3, 3: bb3]\n\
         bb1:\nv2: i64 = int i64, 7\njump bb2(v2)\n\
         bb2(v3: i64):\nreturn v3, v1\n\
         bb3:\njump bb2(v0)",
    );
}

#[test]
fn trivial_parameters_go() {
    // for { if c { } ; use x }, x unchanged: no parameter stays, though the loop's head was read unsealed.
    let mut b = FuncBuilder::new(sig(&[Ty::Bool, Ty::I64], &[]));
    let c = b.params()[0];
    let x = b.declare_var(Ty::I64);
    b.def_var(x, b.params()[1]);
    let (head, left, join) = (b.create_block(), b.create_block(), b.create_block());
    b.jump(head, vec![]);
    b.switch_to(head);
    let v = b.use_var(x);
    b.div_check(v);
    b.branch(c, left, join);
    b.switch_to_sealed(left);
    let v = b.use_var(x);
    b.def_var(x, v);
    b.jump(join, vec![]);
    b.switch_to_sealed(join);
    let v = b.use_var(x);
    b.div_check(v);
    b.branch(c, head, head);
    b.seal_block(head);
    check(
        b,
        "bb0(v0: bool, v1: i64):\njump bb1\nbb1:\ndiv_check v1\nbranch v0, bb2, bb3\n\
         bb2:\njump bb3\nbb3:\ndiv_check v1\nbranch v0, bb1, bb1",
    );
}

#[test]
fn dead_code_and_own_parameters() {
    let mut b = FuncBuilder::new(sig(&[Ty::Bool], &[Ty::I64]));
    let c = b.params()[0];
    let x = b.declare_var(Ty::I64);
    let join = b.create_block();
    let own = b.block_param(join, Ty::I64);
    let (one, two) = (b.i64(1), b.i64(2));
    b.def_var(x, two);
    let other = b.create_block();
    b.branch_with(c, (join, vec![one]), (other, vec![]));
    b.switch_to_sealed(other);
    b.def_var(x, one);
    b.jump(join, vec![two]);
    // Nothing comes here.
    let v = b.use_var(x);
    b.def_var(x, v);
    b.jump(join, vec![v]);
    b.switch_to_sealed(join);
    let v = b.use_var(x);
    let sum = b.add(own, v);
    b.ret(vec![sum]);
    check(
        b,
        "bb0(v0: bool):\nv1: i64 = int i64, 1\nv2: i64 = int i64, 2\nbranch v0, bb1(v1, v2), bb2\n\
         bb1(v3: i64, v4: i64):\nv5: i64 = add v3, v4\nreturn v5\n\
         bb2:\njump bb1(v2, v1)",
    );
}

#[test]
fn long_chains_need_no_deep_recursion() {
    let mut b = FuncBuilder::new(sig(&[Ty::Bool], &[Ty::I64]));
    let c = b.params()[0];
    let x = b.declare_var(Ty::I64);
    let v = b.i64(5);
    b.def_var(x, v);
    for _ in 0..20_000 {
        let (then, join) = (b.create_block(), b.create_block());
        b.branch(c, then, join);
        b.switch_to_sealed(then);
        b.jump(join, vec![]);
        b.switch_to_sealed(join);
    }
    let v = b.use_var(x);
    b.ret(vec![v]);
    let f = b.finish();
    assert!(f.blocks.iter().skip(1).all(|b| b.params.is_empty()));
}
