//! The textual form: printer and parser are each other's inverse.

use ingot_middle::mir::names::Named;
use ingot_middle::mir::parse::parse;
use ingot_middle::mir::*;

fn check_roundtrip(m: &Module) {
    let text = m.to_string();
    let back = parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(back.to_string(), text);
    assert_eq!(&back, m, "{text}");
    // IndexMap's equality ignores order; the ids are the order.
    assert!(back.symbols.keys().eq(m.symbols.keys()));
    assert!(back.layouts.iter().eq(&m.layouts));
    assert!(back.positions.iter().eq(&m.positions));
    assert!(back.files.iter().eq(&m.files) && back.func_names.iter().eq(&m.func_names));
}

/// A module with every operation, flag, terminator, pragma, data and symbol kind; not a well-typed one.
fn everything() -> Module {
    let mut m = Module::new();
    let layout = m.layout(Layout { size: 24, align: 8, ptr_words: vec![0, 2] });
    let plain = m.layout(Layout { size: 3, align: 1, ptr_words: vec![] });
    m.files.insert("/a \"b\"\\ü\n.go".into());
    m.func_names.insert("main.(*T).f[...]".into());
    let pos = m.position(Position { file: 1, line: 3, col: 4, func: 1, inlined_at: None });
    let inlined = m.position(Position { file: 0, line: 7, col: 0, func: 0, inlined_at: Some(pos) });
    let sig = Signature { params: vec![Ty::Ptr, Ty::F32], results: vec![Ty::I8, Ty::Bool], context: true };

    let data = m.declare("data \"quoted\"\t\u{1}é", None);
    let ext = m.declare("ext", Some(sig.clone()));
    m.declare("bare", None);
    m.declare("empty", Some(Signature::default()));
    let f = m.declare("main.f", None);
    m.symbols["bare"].dedup = true;
    let relocs = RelocKind::NAMES
        .iter()
        .enumerate()
        .map(|(i, (kind, _))| Reloc { offset: 8 * i as u64, target: f, addend: i as i64 - 1, kind: *kind })
        .collect();
    m.define(data, Def::Data(Data { layout, bytes: (0..=255).collect(), relocs, read_only: true }), true);
    let zero = m.declare("zero", None);
    m.define(zero, Def::Data(Data { layout: plain, bytes: vec![], relocs: vec![], read_only: false }), false);

    let mut func = Func { sig: sig.clone(), start: pos, ..Func::default() };
    func.slots.push(SlotData { layout, name: "x\"y".into() });
    func.slots.push(SlotData { layout: plain, name: String::new() });
    let b = func.new_block();
    let (v, w) = (func.block_param(b, Ty::Ptr), func.block_param(b, Ty::F32));
    let mut ops = vec![
        Op::GlobalAddr(data, -8),
        Op::FuncAddr(ext),
        Op::SlotAddr(Slot(1)),
        Op::Context,
        Op::Select(v, w, v),
        Op::Fma(v, w, w),
        Op::PtrAdd { base: v, offset: i64::MIN },
        Op::PtrIndex { base: v, index: w, scale: u64::MAX, offset: -1 },
        Op::AllocHeap { layout, type_desc: data },
        Op::NilCheck(v),
        Op::DivCheck(v),
        Op::ShiftCheck(v),
        Op::KeepAlive(v),
    ];
    for &(ty, _) in Ty::NAMES {
        ops.extend([Op::Int(ty, i64::MIN), Op::Int(ty, 7), Op::Float(ty, u64::MAX), Op::Null(ty)]);
    }
    ops.extend(BinOp::NAMES.iter().map(|(op, _)| Op::Bin(*op, v, w)));
    ops.extend(UnOp::NAMES.iter().map(|(op, _)| Op::Un(*op, v)));
    ops.extend(CmpOp::NAMES.iter().map(|(op, _)| Op::Cmp(*op, v, w)));
    ops.extend(ConvOp::NAMES.iter().map(|(op, _)| Op::Conv(*op, Ty::I16, w)));
    for (i, (op, _)) in AtomicOp::NAMES.iter().enumerate() {
        ops.push(Op::Atomic { op: *op, ty: Ty::I32, ptr: v, args: vec![w; i % 3] });
    }
    for flags in 0..4 {
        let (nowb, volatile) = (flags & 1 != 0, flags & 2 != 0);
        ops.push(Op::Load { ty: Ty::I64, ptr: v, volatile });
        ops.push(Op::Store { ptr: v, val: w, nowb, volatile });
        ops.push(Op::MemCopy { dst: v, src: w, layout, nowb });
        ops.push(Op::MemZero { dst: v, layout: plain, nowb });
        ops.extend(BoundsKind::NAMES.iter().map(|(kind, _)| Op::BoundsCheck {
            kind: *kind,
            index: v,
            len: w,
            signed: nowb,
        }));
    }
    for callee in [
        Callee::Direct(f),
        Callee::Closure,
        Callee::Code,
        Callee::Method { iface: ext, index: 3 },
        Callee::Runtime(ext),
    ] {
        ops.push(Op::Call { callee, sig: sig.clone(), args: vec![v, w] });
        ops.push(Op::Call { callee, sig: Signature::default(), args: vec![] });
    }
    for (i, op) in ops.into_iter().enumerate() {
        func.push(b, op, [PosId::NONE, pos, inlined][i % 3]);
    }
    let terms = [
        Terminator::Jump(Block(1), vec![]),
        Terminator::Jump(Block(2), vec![v, w]),
        Terminator::Branch { cond: v, then: (Block(3), vec![]), els: (Block(4), vec![w]) },
        Terminator::Switch { value: v, cases: vec![(-1, Block(1)), (5, Block(2))], default: Block(3) },
        Terminator::Switch { value: v, cases: vec![], default: Block(3) },
        Terminator::Return(vec![]),
        Terminator::Return(vec![v, w]),
        Terminator::Unreachable,
    ];
    for (i, term) in terms.into_iter().enumerate() {
        let block = if i == 0 { b } else { func.new_block() };
        func.blocks[block.index()].term = Some(term);
        func.blocks[block.index()].term_pos = [pos, PosId::NONE][i % 2];
    }
    func.new_block();
    func.recover = Some(Block(1));
    func.pragmas = Pragmas { nosplit: true, noinline: true, wrapper: true };
    m.define(f, Def::Func(func), true);
    let g = m.declare("main.g", None);
    m.define(g, Def::Func(Func::default()), false);
    m
}

#[test]
fn everything_comes_back() {
    check_roundtrip(&everything());
    check_roundtrip(&Module::new());
}

#[test]
fn the_form() {
    let text = r#"file "a.go"
fname "main.f"
!1 = "a.go":3:5 in "main.f"
!2 = "a.go":9:1 in "main.f" at !1
layout0 = size 16 align 8 ptrs [0]
extern @"g" (i64) -> (i64)
data @"x" layout0 dedup ro "hi\x00" [8: abs64 @"g" + 0]
func @"main.f" (i64) -> (i64) dedup recover bb1 nosplit noinline wrapper start !1 {
  slot0: layout0 "s"
bb0(v0: i64):
  v1: i64 = call @"g"(v0) : (i64) -> (i64) !1
  v2: ptr = slot_addr slot0
  store.nowb v2, v1
  bounds_check.index.signed v0, v1 !2
  return v1 !2
bb1:
  unreachable
}
"#;
    let m = parse(text).unwrap();
    assert_eq!(m.to_string(), text);
    check_roundtrip(&m);
    // Comments, blank lines and line ends of another system are no matter.
    assert_eq!(parse(&text.replace('\n', " ; comment\r\n\r\n")), Ok(m));
}

#[track_caller]
fn check_error(text: &str, want: &str) {
    assert_eq!(parse(text).unwrap_err().to_string(), want);
}

#[test]
fn errors_name_their_place() {
    let body = |line: &str| format!("func @\"f\" () -> () {{\nbb0:\n  {line}\n}}\n");
    check_error("extern @\"a\"\nextern @\"a\"\n", "2:8: symbol \"a\" is defined twice");
    check_error("layout1 = size 8 align 8 ptrs []", "1:1: expected layout0");
    check_error("layout0 = size 99999999999999999999 align 8 ptrs []", "1:16: number out of range");
    check_error("!1 = \"a\":1:1 in \"f\"", "1:6: the name is not in its table");
    check_error("extern @\"\\q\"", "1:9: unknown escape in string");
    check_error("extern @\"\\xff\"", "1:9: the string is not UTF-8");
    check_error(&body("frob v1"), "3:3: unknown instruction \"frob\"");
    check_error(&body("store.loud v1, v2"), "3:3: unknown instruction \"store.loud\"");
    check_error(&body("v1: i64 = add v1"), "3:3: an operand is missing");
    check_error(&body("nil_check v1, v2"), "3:17: one operand too many");
    check_error(&body("nil_check i64"), "3:13: expected value, found ty");
    check_error(&body("call @\"g\"() : () -> ()"), "3:8: symbol \"g\" is not declared");
    check_error(&body("unreachable\n  unreachable"), "4:3: an instruction after the block's end");
    check_error(&body("v99999999: i64 = int i64, 0"), "3:3: number out of range");
    assert_eq!(parse("func").unwrap_err().line, 1);
}

/// Every prefix and every one-byte change of a text gives a module or an error.
#[test]
fn bad_text_never_panics() {
    let mut m = everything();
    for (_, data) in &mut m.symbols {
        if let Def::Func(f) = &mut data.def {
            // One instruction in ten is enough, and keeps the test short.
            for b in &mut f.blocks {
                b.insts = b.insts.iter().copied().step_by(10).collect();
            }
        }
    }
    let text = m.to_string();
    for i in (0..text.len()).filter(|i| text.is_char_boundary(*i)) {
        let _ = parse(&text[..i]);
        for c in ["(", "9", "\"", "\n", "v", ""] {
            let len = text[i..].chars().next().map_or(0, char::len_utf8);
            let _ = parse(&format!("{}{c}{}", &text[..i], &text[i + len..]));
        }
    }
}
