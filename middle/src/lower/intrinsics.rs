//! Functions whose calls become instructions.
//!
//! Most have bodies in Go too, which serve where the function is used as a value; those without one (atomics, the
//! runtime's Rust functions) get a body of their one instruction from [`Lower::intrinsic_body`].
//!
//! On amd64 `math.Floor` and its kin and `math.FMA` stay calls: the baseline has no instruction for them, and the Go
//! bodies ask the processor first.

use std::rc::Rc;

use frontend::ast;
use frontend::types::*;

use super::abi_call::Abi;
use super::analyze::Analysis;
use super::call::runtime_fn;
use super::func::{Env, FnCx, Start, Val};
use super::{Arch, Lower, Res};
use crate::mir::{self, AtomicOp, BinOp, CmpOp, ConvOp, Ty, UnOp, Value};

fn atomic_op(path: &str, name: &str) -> Option<AtomicOp> {
    let prefixes: &[(&str, AtomicOp)] = match path {
        "internal/runtime/atomic" => &[
            ("Load", AtomicOp::Load),
            ("Store", AtomicOp::Store),
            ("Xadd", AtomicOp::Add),
            ("Xchg", AtomicOp::Exchange),
            ("Cas", AtomicOp::CompareExchange),
            ("And", AtomicOp::And),
            ("Or", AtomicOp::Or),
        ],
        "sync/atomic" => &[
            ("Load", AtomicOp::Load),
            ("Store", AtomicOp::Store),
            ("Add", AtomicOp::Add),
            ("Swap", AtomicOp::Exchange),
            ("CompareAndSwap", AtomicOp::CompareExchange),
            ("And", AtomicOp::And),
            ("Or", AtomicOp::Or),
        ],
        "sync" => match name {
            "runtime_LoadAcquintptr" => return Some(AtomicOp::Load),
            "runtime_StoreReluintptr" => return Some(AtomicOp::Store),
            _ => return None,
        },
        _ => return None,
    };
    let (_, rest, op) = prefixes.iter().find_map(|(prefix, op)| Some((prefix, name.strip_prefix(prefix)?, *op)))?;
    // What follows names a type, in one spelling or another.
    let types = [
        "",
        "8",
        "32",
        "64",
        "p",
        "p1",
        "uint",
        "uintptr",
        "int32",
        "int64",
        "Acq",
        "Acq64",
        "Acquintptr",
        "Rel",
        "Rel64",
        "Reluintptr",
        "pNoWB",
        "Int32",
        "Int64",
        "Uint32",
        "Uint64",
        "Uintptr",
        "Pointer",
    ];
    types.contains(&rest).then_some(op)
}

impl FnCx<'_, '_> {
    /// Has what the value points to in the heap, if it holds pointers other than strings': its address may be hashed,
    /// and must not change.
    pub fn escape_non_string(&mut self, val: &Val, ty: TypeId) {
        if !self.holds_non_string(ty) {
            return;
        }
        let pointers = match val {
            Val::Scalars(leaves) => {
                let types = self.leaf_types(ty);
                leaves.iter().zip(types).filter(|(_, ty)| *ty == Ty::Ptr).map(|(v, _)| *v).collect()
            }
            Val::Mem(ptr) => {
                let mut words = Vec::new();
                self.lo.layouts.pointer_words(ty, 0, &mut words);
                Vec::from_iter(words.iter().map(|w| self.b.load_at(Ty::Ptr, *ptr, i64::from(*w) * 8)))
            }
        };
        for p in pointers {
            // As an integer it is out of escape analysis's sight.
            let bits = self.b.conv(ConvOp::PtrToInt, Ty::I64, p);
            let back = self.b.conv(ConvOp::IntToPtr, Ty::Ptr, bits);
            self.b.keep_alive(back);
        }
    }

    fn holds_non_string(&self, ty: TypeId) -> bool {
        match self.under(ty) {
            Type::Basic(basic) => *basic == Basic::UnsafePointer,
            Type::Struct(fields) => fields.iter().any(|f| self.holds_non_string(f.ty)),
            &Type::Array { elem, len } => len > 0 && self.holds_non_string(elem),
            _ => true,
        }
    }

    /// The call of a package's function as instructions, if it is an intrinsic.
    pub fn intrinsic(&mut self, path: &str, name: &str, args: &[Val], abi: &Abi) -> Res<Option<Vec<Val>>> {
        let words: Vec<Value> = args.iter().flat_map(|v| v.words().to_vec()).collect();
        if let Some(op) = atomic_op(path, name) {
            return Ok(self.atomic(op, &words, abi));
        }
        let one = |v: Value| Ok(Some(vec![Val::one(v)]));
        match (path, name, &words[..]) {
            ("math/bits" | "internal/runtime/sys", _, &[x, ..]) => {
                let Some(leaves) = self.bit_operation(name, x, &words) else { return Ok(None) };
                Ok(Some(leaves.into_iter().map(Val::one).collect()))
            }
            ("internal/runtime/math", "Add64", &[x, y, carry]) => {
                Ok(Some(self.add_carry(x, y, carry).map(Val::one).to_vec()))
            }
            // A true bool is 1, and the processor's flags become one without a branch.
            ("crypto/internal/constanttime", "boolToUint8", &[b]) => one(self.b.conv(ConvOp::ZExt, Ty::I8, b)),
            ("internal/runtime/math", "Mul64", &[x, y]) | ("math/big", "mulWW", &[x, y]) => {
                let high = self.b.bin(BinOp::UMulHigh, x, y);
                let low = self.b.mul(x, y);
                Ok(Some(vec![Val::one(high), Val::one(low)]))
            }
            ("internal/runtime/maps", _, _) if self.lo.prog.arch == Arch::Amd64 => {
                let Some(v) = self.control_word(name, &words) else { return Ok(None) };
                one(v)
            }
            ("math", _, _) => {
                let Some(v) = self.float_operation(name, &words) else { return Ok(None) };
                one(v)
            }
            ("runtime", "KeepAlive", &[_, data]) => {
                self.b.keep_alive(data);
                Ok(Some(Vec::new()))
            }
            // A form that escape analysis knows to lose track of nothing and that folding leaves alone.
            ("runtime", "noescape", &[p]) | ("internal/abi", "NoEscape", &[p]) => {
                let bits = self.b.conv(ConvOp::PtrToInt, Ty::I64, p);
                let zero = self.b.i64(0);
                let bits = self.b.bin(BinOp::Xor, bits, zero);
                one(self.b.conv(ConvOp::IntToPtr, Ty::Ptr, bits))
            }
            // The argument is a function in an interface: its data word is the function value.
            ("internal/abi", "FuncPCABI0" | "FuncPCABIInternal", &[_, closure]) => {
                let code = self.b.load(Ty::Raw, closure);
                let word = self.b.conv(ConvOp::RawToInt, Ty::I64, code);
                one(word)
            }
            _ => Ok(None),
        }
    }

    fn atomic(&mut self, op: AtomicOp, words: &[Value], abi: &Abi) -> Option<Vec<Val>> {
        let (&ptr, rest) = words.split_first()?;
        let ty = match rest.first() {
            Some(&v) => self.b.ty(v),
            None => *abi.sig.results.first()?,
        };
        self.b.nil_check(ptr);
        let result = self.b.atomic(op, ty, ptr, rest.to_vec());
        // And and Or have forms without a result.
        let wanted = !abi.results.is_empty();
        Some(result.filter(|_| wanted).into_iter().map(Val::one).collect())
    }

    fn bit_operation(&mut self, name: &str, x: Value, words: &[Value]) -> Option<Vec<Value>> {
        let ty = self.b.ty(x);
        if !ty.is_int() {
            return None;
        }
        let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let count = |cx: &mut Self, op: UnOp| {
            let n = cx.b.un(op, x);
            cx.widen(n, false)
        };
        Some(vec![match (base, words) {
            ("TrailingZeros", [_]) => count(self, UnOp::Ctz),
            ("OnesCount", [_]) => count(self, UnOp::Popcount),
            ("Len", [_]) => {
                let zeros = count(self, UnOp::Clz);
                let width = self.b.i64(8 * ty.size() as i64);
                self.b.sub(width, zeros)
            }
            ("LeadingZeros", [_]) => count(self, UnOp::Clz),
            ("ReverseBytes" | "Bswap", [_]) if ty != Ty::I8 => self.b.un(UnOp::ByteSwap, x),
            ("Reverse", [_]) => self.b.un(UnOp::BitReverse, x),
            ("RotateLeft", &[_, k]) => self.b.bin(BinOp::RotL, x, k),
            ("Add", &[_, y, carry]) if ty == Ty::I64 => return Some(self.add_carry(x, y, carry).to_vec()),
            ("Sub", &[_, y, borrow]) if ty == Ty::I64 => return Some(self.sub_borrow(x, y, borrow).to_vec()),
            ("Mul", &[_, y]) if ty == Ty::I64 => {
                let high = self.b.bin(BinOp::UMulHigh, x, y);
                let low = self.b.mul(x, y);
                return Some(vec![high, low]);
            }
            _ => return None,
        }])
    }

    /// Operations on the control bytes of a map's group. Sets of slots have a bit a slot, where the bodies in Go have a
    /// byte a slot, so all who see such a set are here.
    fn control_word(&mut self, name: &str, words: &[Value]) -> Option<Value> {
        /// As the package has it.
        const EMPTY: i64 = 0x80;
        const EACH_BYTE: i64 = 0x0101_0101_0101_0101;
        Some(match (name, words) {
            ("ctrlGroupMatchH2", &[group, hash]) => {
                let each = self.b.i64(EACH_BYTE);
                let pattern = self.b.mul(hash, each);
                self.b.bin(BinOp::EqBytes, group, pattern)
            }
            ("ctrlGroupMatchEmpty", &[group]) => {
                let pattern = self.b.i64(EMPTY.wrapping_mul(EACH_BYTE));
                self.b.bin(BinOp::EqBytes, group, pattern)
            }
            ("ctrlGroupMatchEmptyOrDeleted", &[group]) => self.b.un(UnOp::SignBytes, group),
            ("ctrlGroupMatchFull", &[group]) => {
                let inverse = self.b.un(UnOp::Not, group);
                self.b.un(UnOp::SignBytes, inverse)
            }
            ("bitsetFirst", &[set]) => self.b.un(UnOp::Ctz, set),
            ("bitsetRemoveBelow", &[set, slot]) => {
                let all = self.b.i64(-1);
                let kept = self.b.bin(BinOp::Shl, all, slot);
                self.b.bin(BinOp::And, set, kept)
            }
            ("bitsetLowestSet", &[set]) => self.b.conv(ConvOp::Trunc, Ty::Bool, set),
            ("bitsetShiftOutLowest", &[set]) => {
                let one = self.b.i64(1);
                self.b.bin(BinOp::LShr, set, one)
            }
            _ => return None,
        })
    }

    /// x + y + carry and its carry, in the form that code generation knows as an addition with carry.
    fn add_carry(&mut self, x: Value, y: Value, carry: Value) -> [Value; 2] {
        let partial = self.b.add(x, y);
        let sum = self.b.add(partial, carry);
        let first = self.b.cmp(CmpOp::ULt, partial, x);
        let second = self.b.cmp(CmpOp::ULt, sum, carry);
        let carry = self.b.bin(BinOp::Or, first, second);
        [sum, self.widen(carry, false)]
    }

    /// x - y - borrow and its borrow, likewise.
    fn sub_borrow(&mut self, x: Value, y: Value, borrow: Value) -> [Value; 2] {
        let partial = self.b.sub(x, y);
        let difference = self.b.sub(partial, borrow);
        let first = self.b.cmp(CmpOp::ULt, x, y);
        let second = self.b.cmp(CmpOp::ULt, partial, borrow);
        let borrow = self.b.bin(BinOp::Or, first, second);
        [difference, self.widen(borrow, false)]
    }

    fn float_operation(&mut self, name: &str, words: &[Value]) -> Option<Value> {
        let arch = self.lo.prog.arch;
        Some(match (name, words) {
            ("Sqrt" | "sqrt", &[x]) => self.b.un(UnOp::FSqrt, x),
            ("Abs", &[x]) => self.b.un(UnOp::FAbs, x),
            ("Float64bits", &[x]) => self.b.conv(ConvOp::Bitcast, Ty::I64, x),
            ("Float64frombits", &[x]) => self.b.conv(ConvOp::Bitcast, Ty::F64, x),
            ("Float32bits", &[x]) => self.b.conv(ConvOp::Bitcast, Ty::I32, x),
            ("Float32frombits", &[x]) => self.b.conv(ConvOp::Bitcast, Ty::F32, x),
            ("FMA", &[x, y, z]) if arch != Arch::Amd64 => self.b.fma(x, y, z),
            ("Floor", &[x]) if arch == Arch::Arm64 => self.b.un(UnOp::FFloor, x),
            ("Ceil", &[x]) if arch == Arch::Arm64 => self.b.un(UnOp::FCeil, x),
            ("Trunc", &[x]) if arch == Arch::Arm64 => self.b.un(UnOp::FTrunc, x),
            ("RoundToEven", &[x]) if arch == Arch::Arm64 => self.b.un(UnOp::FRoundEven, x),
            _ => return None,
        })
    }
}

impl<'p> Lower<'p> {
    /// The body of a function declared without one that is an intrinsic; nothing for any other.
    pub(super) fn intrinsic_body(&mut self, decl: &'p ast::FuncDecl, obj: ObjectId) {
        let Some(src) = self.source(self.pkg) else { return };
        let path = &*self.types.package(self.pkg).path;
        let name = decl.name.as_str();
        let made = self.guarded(decl.span, |lo| {
            let symbol = lo.prog.symbol(obj, &[]);
            let abi = lo.abi(None, lo.types.object(obj).ty());
            let start = Start {
                src,
                env: Rc::new(Env::default()),
                analysis: Rc::new(Analysis::default()),
                frame: decl.id,
                symbol: symbol.clone(),
                span: decl.span,
            };
            let mut cx = FnCx::new(lo, abi.sig.clone(), start);
            let args: Vec<Val> = cx.b.params().iter().map(|&v| Val::one(v)).collect();
            let results = match runtime_fn(cx.types(), obj) {
                Some(f) => cx.rust_call(f, &args, &abi),
                None => match cx.intrinsic(path, name, &args, &abi)? {
                    Some(results) => results,
                    None => return Ok(()),
                },
            };
            if !cx.b.is_terminated() {
                let words = results.iter().flat_map(|v| v.words().to_vec()).collect();
                cx.b.ret(words);
            }
            let func = cx.b.finish();
            let sym = lo.m.declare(&symbol, Some(abi.sig));
            lo.m.define(sym, mir::Def::Func(func), false);
            Ok(())
        });
        if let Err(diagnostic) = made {
            self.report(diagnostic);
        }
    }
}
