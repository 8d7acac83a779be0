//! Constant folding and the simplest algebra: what lowering leaves behind and inlining uncovers.
//!
//! LLVM folds better; this is for the passes of the middle end, which want to see constant branches, constant
//! lengths and known callees. Folding follows Go: integers wrap, shift counts of the width and above give zero or the
//! sign, `MinInt / -1` is `MinInt`. Floats are left alone.

use super::FuncContext;
use crate::mir::compact::Aliases;
use crate::mir::*;

/// Folds until nothing changes any more.
pub fn run(func: &mut Func, _: &FuncContext) -> bool {
    let mut changed = false;
    let mut known: Vec<Option<i64>> = vec![None; func.values.len()];
    let mut aliases = Aliases::new(func);
    // `uintptr(p) ^ 0` is how code hides a pointer from escape analysis, which looks for just that.
    let mut hidden = vec![false; func.values.len()];
    for data in &func.insts {
        if let (Op::Conv(ConvOp::PtrToInt, ..), &[r]) = (&data.op, &data.results[..]) {
            hidden[r.index()] = true;
        }
    }
    loop {
        let mut again = false;
        for i in 0..func.insts.len() {
            let data = &func.insts[i];
            let &[result] = &data.results[..] else { continue };
            if let Op::Int(ty, n) = data.op {
                let n = wrap(ty, n);
                if known[result.index()] != Some(n) {
                    known[result.index()] = Some(n);
                    again = true;
                }
                continue;
            }
            if let Op::Bin(BinOp::Xor, a, _) = data.op
                && hidden[a.index()]
            {
                continue;
            }
            match simplify(func, &data.op, &known, &mut aliases) {
                Some(Simple::Constant(n)) => {
                    let ty = func.ty(result);
                    func.insts[i].op = Op::Int(ty, wrap(ty, n));
                    known[result.index()] = Some(wrap(ty, n));
                    (again, changed) = (true, true);
                }
                Some(Simple::Same(v)) => {
                    let v = aliases.resolve(v);
                    if aliases.resolve(result) != v && v != result {
                        aliases.replace(result, v);
                        (again, changed) = (true, true);
                    }
                }
                Some(Simple::Op(op)) => {
                    func.insts[i].op = op;
                    (again, changed) = (true, true);
                }
                None => {}
            }
        }
        if !again {
            break;
        }
    }
    aliases.apply(func);
    changed
}

enum Simple {
    Constant(i64),
    Same(Value),
    Op(Op),
}

/// The type's value of these bits: sign-extended, or 0 and 1 for Bool.
pub fn wrap(ty: Ty, n: i64) -> i64 {
    match ty {
        Ty::Bool => n & 1,
        Ty::I8 => n as i8 as i64,
        Ty::I16 => n as i16 as i64,
        Ty::I32 => n as i32 as i64,
        _ => n,
    }
}

fn bits(ty: Ty) -> u32 {
    if ty == Ty::Bool { 1 } else { ty.size() as u32 * 8 }
}

/// The bits as an unsigned number.
fn unsigned(ty: Ty, n: i64) -> u64 {
    if bits(ty) == 64 { n as u64 } else { n as u64 & ((1 << bits(ty)) - 1) }
}

fn simplify(func: &Func, op: &Op, known: &[Option<i64>], aliases: &mut Aliases) -> Option<Simple> {
    let mut get = |v: Value| known[aliases.resolve(v).index()];
    match *op {
        Op::Bin(bin, a, b) if !func.ty(a).is_float() => {
            let ty = func.ty(a);
            match (get(a), get(b)) {
                (Some(x), Some(y)) => binary(bin, ty, x, y).map(Simple::Constant),
                (_, Some(0)) if matches!(bin, BinOp::Add | BinOp::Sub | BinOp::Or | BinOp::Xor) => {
                    Some(Simple::Same(a))
                }
                (_, Some(0)) if matches!(bin, BinOp::Shl | BinOp::LShr | BinOp::AShr | BinOp::RotL) => {
                    Some(Simple::Same(a))
                }
                (_, Some(0)) if matches!(bin, BinOp::Mul | BinOp::And) => Some(Simple::Constant(0)),
                (_, Some(1)) if matches!(bin, BinOp::Mul | BinOp::SDiv | BinOp::UDiv) => Some(Simple::Same(a)),
                (Some(0), _) if matches!(bin, BinOp::Add | BinOp::Or | BinOp::Xor) => Some(Simple::Same(b)),
                _ => None,
            }
        }
        Op::Un(un, a) => {
            let (ty, x) = (func.ty(a), get(a)?);
            let u = unsigned(ty, x);
            let spare = 64 - bits(ty);
            Some(Simple::Constant(match un {
                UnOp::Neg => x.wrapping_neg(),
                UnOp::Not => !x,
                UnOp::Clz => i64::from(u.leading_zeros() - spare),
                UnOp::Ctz => i64::from(u.trailing_zeros().min(bits(ty))),
                UnOp::Popcount => i64::from(u.count_ones()),
                UnOp::ByteSwap => (u.swap_bytes() >> spare) as i64,
                UnOp::BitReverse => (u.reverse_bits() >> spare) as i64,
                _ => return None,
            }))
        }
        Op::Cmp(cmp, a, b) => {
            let ty = func.ty(a);
            if aliases.resolve(a) == aliases.resolve(b) && !ty.is_float() {
                let equal = matches!(cmp, CmpOp::Eq | CmpOp::SLe | CmpOp::SGe | CmpOp::ULe | CmpOp::UGe);
                return Some(Simple::Constant(i64::from(equal)));
            }
            let mut get = |v: Value| known[aliases.resolve(v).index()];
            let (x, y) = (get(a)?, get(b)?);
            let (ux, uy) = (unsigned(ty, x), unsigned(ty, y));
            let truth = match cmp {
                CmpOp::Eq => x == y,
                CmpOp::Ne => x != y,
                CmpOp::SLt => x < y,
                CmpOp::SLe => x <= y,
                CmpOp::SGt => x > y,
                CmpOp::SGe => x >= y,
                CmpOp::ULt => ux < uy,
                CmpOp::ULe => ux <= uy,
                CmpOp::UGt => ux > uy,
                CmpOp::UGe => ux >= uy,
                _ => return None,
            };
            Some(Simple::Constant(i64::from(truth)))
        }
        Op::Conv(conv, ty, a) => {
            let x = get(a)?;
            match conv {
                ConvOp::Trunc | ConvOp::SExt => Some(Simple::Constant(wrap(ty, x))),
                ConvOp::ZExt => Some(Simple::Constant(unsigned(func.ty(a), x) as i64)),
                _ => None,
            }
        }
        Op::Select(c, a, b) => match get(c) {
            Some(0) => Some(Simple::Same(b)),
            Some(_) => Some(Simple::Same(a)),
            None if aliases.resolve(a) == aliases.resolve(b) => Some(Simple::Same(a)),
            None => None,
        },
        Op::PtrAdd { base, offset: 0 } => Some(Simple::Same(base)),
        Op::PtrIndex { base, index, scale, offset } => {
            let bytes = get(index)?.checked_mul(i64::try_from(scale).ok()?)?.checked_add(offset)?;
            Some(Simple::Op(Op::PtrAdd { base, offset: bytes }))
        }
        _ => None,
    }
}

fn binary(op: BinOp, ty: Ty, x: i64, y: i64) -> Option<i64> {
    let (ux, uy) = (unsigned(ty, x), unsigned(ty, y));
    let width = u64::from(bits(ty));
    Some(match op {
        BinOp::Add => x.wrapping_add(y),
        BinOp::Sub => x.wrapping_sub(y),
        BinOp::Mul => x.wrapping_mul(y),
        BinOp::SDiv if y != 0 => x.wrapping_div(y),
        BinOp::SRem if y != 0 => x.wrapping_rem(y),
        BinOp::UDiv if uy != 0 => (ux / uy) as i64,
        BinOp::URem if uy != 0 => (ux % uy) as i64,
        BinOp::And => x & y,
        BinOp::Or => x | y,
        BinOp::Xor => x ^ y,
        BinOp::AndNot => x & !y,
        // The count is an unsigned I64 whatever the other operand's type.
        BinOp::Shl if (y as u64) < width => ((ux) << y) as i64,
        BinOp::LShr if (y as u64) < width => (ux >> y) as i64,
        BinOp::Shl | BinOp::LShr => 0,
        BinOp::AShr => x >> (y as u64).min(width - 1),
        BinOp::UMulHigh => (u128::from(ux) * u128::from(uy) >> 64) as i64,
        _ => return None,
    })
}
