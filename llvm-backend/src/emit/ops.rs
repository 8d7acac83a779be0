//! Scalar operations. LLVM's undefined and poison results are all kept away from: division overflow, shift counts
//! of the width and above, conversions out of range.

use inkwell::types::BasicType;
use inkwell::values::{AsValueRef, BasicValueEnum, FloatValue, IntValue};
use inkwell::{AddressSpace, FloatPredicate, IntPredicate};
use middle::mir::{BinOp, CmpOp, ConvOp, Op, Ty, UnOp, Value};

use super::abi;
use super::func::{Fault, FuncEmitter, Result};

impl<'ctx> FuncEmitter<'_, 'ctx, '_> {
    /// Emits one instruction; its results.
    pub fn inst(&mut self, op: &Op) -> Result<Vec<BasicValueEnum<'ctx>>> {
        let one = |v: BasicValueEnum<'ctx>| Ok(vec![v]);
        let none = |()| Ok(Vec::new());
        match op {
            Op::Int(ty, n) => {
                let BasicValueEnum::IntValue(zero) = abi::scalar(self.unit, *ty).const_zero() else {
                    return Err("an integer constant of no integer type".into());
                };
                one(zero.get_type().const_int(*n as u64, true).into())
            }
            Op::Float(ty, bits) => one(self.float_constant(*ty, *bits)),
            Op::Null(ty) => one(abi::scalar(self.unit, *ty).const_zero()),
            Op::GlobalAddr(symbol, offset) => {
                let base = self.unit.data_address(*symbol);
                one(self.offset(base, *offset)?.into())
            }
            Op::FuncAddr(symbol) => one(self.unit.code_address(*symbol).into()),
            Op::SlotAddr(slot) => one((*self.slots.get(slot.index()).ok_or("no such slot")?).into()),
            Op::Context => one(self.llvm.get_nth_param(0).ok_or("the function has no context")?),
            Op::Bin(op, a, b) => one(self.binary(*op, *a, *b)?),
            Op::Un(op, a) => one(self.unary(*op, *a)?),
            Op::Cmp(op, a, b) => one(self.compare(*op, *a, *b)?),
            Op::Conv(op, ty, a) => one(self.convert(*op, *ty, *a)?),
            Op::Select(c, a, b) => one(self.b.build_select(self.int(*c)?, self.value(*a)?, self.value(*b)?, "")?),
            Op::Fma(a, b, c) => one(self.fma(*a, *b, *c)?),
            Op::PtrAdd { base, offset } => one(self.offset(self.pointer(*base)?, *offset)?.into()),
            Op::PtrIndex { base, index, scale, offset } => one(self.ptr_index(*base, *index, *scale, *offset)?.into()),
            Op::Load { ty, ptr, volatile } => one(self.load(*ty, *ptr, *volatile)?),
            Op::Store { ptr, val, nowb, volatile } => none(self.store(*ptr, *val, *nowb, *volatile)?),
            Op::Atomic { op, ty, ptr, args } => Ok(self.atomic(*op, *ty, *ptr, args)?.into_iter().collect()),
            Op::MemCopy { dst, src, layout, nowb } => none(self.mem_copy(*dst, *src, *layout, *nowb)?),
            Op::MemZero { dst, layout, nowb } => none(self.mem_zero(*dst, *layout, *nowb)?),
            Op::AllocHeap { layout, type_desc } => {
                let layout = self.unit.mir.layout_of(*layout);
                // The collector does not look into an object without a type.
                let desc = if layout.ptr_words.is_empty() {
                    self.unit.ctx.ptr_type(AddressSpace::default()).const_null()
                } else {
                    self.unit.code_address(*type_desc)
                };
                one(self.alloc_heap(layout.size, desc)?)
            }
            Op::NilCheck(v) => none(self.nil_check(*v)?),
            Op::BoundsCheck { kind, index, len, signed } => none(self.bounds_check(*kind, *index, *len, *signed)?),
            Op::DivCheck(v) => none(self.div_check(*v)?),
            Op::ShiftCheck(v) => none(self.shift_check(*v)?),
            Op::Call { callee, sig, args } => self.call(callee, sig, args),
            Op::KeepAlive(v) => none(self.keep_alive(*v)?),
        }
    }

    fn float_constant(&self, ty: Ty, bits: u64) -> BasicValueEnum<'ctx> {
        let ctx = self.unit.ctx;
        // By way of the bits: a NaN's payload and a zero's sign survive.
        let (from, to): (IntValue, BasicValueEnum) = if ty == Ty::F32 {
            (ctx.i32_type().const_int(bits & 0xffff_ffff, false), ctx.f32_type().const_zero().into())
        } else {
            (ctx.i64_type().const_int(bits, false), ctx.f64_type().const_zero().into())
        };
        // SAFETY: constants of one context and equal width.
        unsafe {
            BasicValueEnum::new(inkwell::llvm_sys::core::LLVMConstBitCast(
                from.as_value_ref(),
                inkwell::types::AsTypeRef::as_type_ref(&to.get_type()),
            ))
        }
    }

    fn float(&self, v: Value) -> Result<FloatValue<'ctx>> {
        match self.value(v)? {
            BasicValueEnum::FloatValue(f) => Ok(f),
            other => Err(Fault(format!("{v} is no float but {other}"))),
        }
    }

    /// Calls an intrinsic whose parameters and result are of one type, `name` ending in the type's suffix.
    fn intrinsic(&mut self, name: &str, args: &[BasicValueEnum<'ctx>]) -> Result<BasicValueEnum<'ctx>> {
        let result = args[0].get_type();
        self.intrinsic_to(name, result, args)
    }

    fn intrinsic_to(
        &mut self,
        name: &str,
        result: inkwell::types::BasicTypeEnum<'ctx>,
        args: &[BasicValueEnum<'ctx>],
    ) -> Result<BasicValueEnum<'ctx>> {
        let f = self.unit.intrinsic(name, |_| (result.into(), args.iter().map(|a| a.get_type().into()).collect()));
        let args: Vec<_> = args.iter().map(|a| (*a).into()).collect();
        let call = self.b.build_call(f, &args, "")?;
        // SAFETY: the intrinsic returns `result`.
        Ok(unsafe { BasicValueEnum::new(call.as_value_ref()) })
    }

    fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Result<BasicValueEnum<'ctx>> {
        let ty = self.ty(a);
        if ty.is_float() {
            let (x, y) = (self.float(a)?, self.float(b)?);
            let suffix = float_suffix(ty);
            return Ok(match op {
                BinOp::FAdd => self.b.build_float_add(x, y, "")?.into(),
                BinOp::FSub => self.b.build_float_sub(x, y, "")?.into(),
                BinOp::FMul => self.b.build_float_mul(x, y, "")?.into(),
                BinOp::FDiv => self.b.build_float_div(x, y, "")?.into(),
                BinOp::FMin => self.intrinsic(&format!("llvm.minimum.{suffix}"), &[x.into(), y.into()])?,
                BinOp::FMax => self.intrinsic(&format!("llvm.maximum.{suffix}"), &[x.into(), y.into()])?,
                _ => return Err(Fault(format!("{op:?} on floats"))),
            });
        }
        let (x, y) = (self.int(a)?, self.int(b)?);
        let b = &self.b;
        let value = match op {
            BinOp::Add => b.build_int_add(x, y, "")?,
            BinOp::Sub => b.build_int_sub(x, y, "")?,
            BinOp::Mul => b.build_int_mul(x, y, "")?,
            BinOp::And => b.build_and(x, y, "")?,
            BinOp::Or => b.build_or(x, y, "")?,
            BinOp::Xor => b.build_xor(x, y, "")?,
            BinOp::AndNot => b.build_and(x, b.build_not(y, "")?, "")?,
            BinOp::UDiv => b.build_int_unsigned_div(x, y, "")?,
            BinOp::URem => b.build_int_unsigned_rem(x, y, "")?,
            BinOp::SDiv | BinOp::SRem => self.signed_division(op, x, y)?,
            BinOp::Shl | BinOp::LShr | BinOp::AShr => self.shift(op, x, y)?,
            BinOp::UMulHigh => {
                let wide = self.unit.ctx.i128_type();
                let product =
                    b.build_int_mul(b.build_int_z_extend(x, wide, "")?, b.build_int_z_extend(y, wide, "")?, "")?;
                let high = b.build_right_shift(product, wide.const_int(64, false), false, "")?;
                b.build_int_truncate(high, x.get_type(), "")?
            }
            BinOp::RotL => {
                let width = x.get_type().get_bit_width();
                let count = b.build_int_truncate_or_bit_cast(y, x.get_type(), "")?;
                return self.intrinsic(&format!("llvm.fshl.i{width}"), &[x.into(), x.into(), count.into()]);
            }
            BinOp::FAdd | BinOp::FSub | BinOp::FMul | BinOp::FDiv | BinOp::FMin | BinOp::FMax => {
                return Err(Fault(format!("{op:?} on integers")));
            }
        };
        Ok(value.into())
    }

    /// MinInt / -1 is MinInt and MinInt % -1 is 0: by -1, divide by 1 and negate.
    fn signed_division(&self, op: BinOp, x: IntValue<'ctx>, y: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let ty = x.get_type();
        let minus_one = ty.const_all_ones();
        let is_minus_one = self.b.build_int_compare(IntPredicate::EQ, y, minus_one, "")?;
        let one = ty.const_int(1, false);
        let divisor = self.b.build_select(is_minus_one, one, y, "")?.into_int_value();
        Ok(if op == BinOp::SDiv {
            let quotient = self.b.build_int_signed_div(x, divisor, "")?;
            let negated = self.b.build_int_sub(ty.const_zero(), x, "")?;
            self.b.build_select(is_minus_one, negated, quotient, "")?.into_int_value()
        } else {
            self.b.build_int_signed_rem(x, divisor, "")?
        })
    }

    /// Counts of the width and above shift everything out.
    fn shift(&self, op: BinOp, x: IntValue<'ctx>, count: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let ty = x.get_type();
        let b = &self.b;
        let width = u64::from(ty.get_bit_width());
        let limit = |n: u64| count.get_type().const_int(n, false);
        if op == BinOp::AShr {
            let inside = b.build_int_compare(IntPredicate::ULT, count, limit(width), "")?;
            let count = b.build_select(inside, count, limit(width - 1), "")?.into_int_value();
            let count = b.build_int_truncate_or_bit_cast(count, ty, "")?;
            return Ok(b.build_right_shift(x, count, true, "")?);
        }
        let inside = b.build_int_compare(IntPredicate::ULT, count, limit(width), "")?;
        let count = b.build_int_truncate_or_bit_cast(count, ty, "")?;
        let shifted = if op == BinOp::Shl {
            b.build_left_shift(x, count, "")?
        } else {
            b.build_right_shift(x, count, false, "")?
        };
        Ok(b.build_select(inside, shifted, ty.const_zero(), "")?.into_int_value())
    }

    fn unary(&mut self, op: UnOp, a: Value) -> Result<BasicValueEnum<'ctx>> {
        let ty = self.ty(a);
        if ty.is_float() {
            let x = self.float(a)?;
            let suffix = float_suffix(ty);
            let (name, rounds) = match op {
                UnOp::FNeg => return Ok(self.b.build_float_neg(x, "")?.into()),
                UnOp::FSqrt => ("sqrt", false),
                UnOp::FAbs => ("fabs", false),
                UnOp::FFloor => ("floor", true),
                UnOp::FCeil => ("ceil", true),
                UnOp::FTrunc => ("trunc", true),
                UnOp::FRoundEven => ("roundeven", true),
                _ => return Err(Fault(format!("{op:?} on a float"))),
            };
            if rounds && self.unit.options.goamd64 < 2 {
                return self.round_without_sse41(op, x);
            }
            return self.intrinsic(&format!("llvm.{name}.{suffix}"), &[x.into()]);
        }
        let x = self.int(a)?;
        let width = x.get_type().get_bit_width();
        let defined_at_zero = self.unit.ctx.bool_type().const_zero();
        match op {
            UnOp::Neg => Ok(self.b.build_int_neg(x, "")?.into()),
            UnOp::Not => Ok(self.b.build_not(x, "")?.into()),
            UnOp::Clz => self.intrinsic(&format!("llvm.ctlz.i{width}"), &[x.into(), defined_at_zero.into()]),
            UnOp::Ctz => self.intrinsic(&format!("llvm.cttz.i{width}"), &[x.into(), defined_at_zero.into()]),
            UnOp::Popcount => self.intrinsic(&format!("llvm.ctpop.i{width}"), &[x.into()]),
            UnOp::ByteSwap if width == 8 => Ok(x.into()),
            UnOp::ByteSwap => self.intrinsic(&format!("llvm.bswap.i{width}"), &[x.into()]),
            UnOp::BitReverse => self.intrinsic(&format!("llvm.bitreverse.i{width}"), &[x.into()]),
            _ => Err(Fault(format!("{op:?} on an integer"))),
        }
    }

    /// Rounding where there is no instruction for it (LLVM would call a C library): below 2^52 by way of an integer,
    /// above everything is whole. The sign of a zero result is the operand's.
    fn round_without_sse41(&mut self, op: UnOp, x: FloatValue<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        let f64 = self.unit.ctx.f64_type();
        let narrow = x.get_type();
        let x = if narrow == f64 { x } else { self.b.build_float_ext(x, f64, "")? };
        let magnitude = self.intrinsic("llvm.fabs.f64", &[x.into()])?.into_float_value();
        let whole = f64.const_float(4503599627370496.0);
        let rounded = if op == UnOp::FRoundEven {
            // Adding and taking away 2^52 leaves no bits behind the point.
            let sum = self.b.build_float_add(magnitude, whole, "")?;
            self.b.build_float_sub(sum, whole, "")?
        } else {
            let integer = self.truncate_to_int(x, 64)?;
            let truncated = self.b.build_signed_int_to_float(integer, f64, "")?;
            let (predicate, step) = match op {
                UnOp::FFloor => (FloatPredicate::OGT, -1.0),
                UnOp::FCeil => (FloatPredicate::OLT, 1.0),
                _ => (FloatPredicate::PredicateFalse, 0.0),
            };
            let off = self.b.build_float_compare(predicate, truncated, x, "")?;
            let stepped = self.b.build_float_add(truncated, f64.const_float(step), "")?;
            self.b.build_select(off, stepped, truncated, "")?.into_float_value()
        };
        let signed = self.intrinsic("llvm.copysign.f64", &[rounded.into(), x.into()])?;
        // False for NaN, which stays as it is.
        let small = self.b.build_float_compare(FloatPredicate::OLT, magnitude, whole, "")?;
        let result = self.b.build_select(small, signed, x.into(), "")?.into_float_value();
        Ok(if narrow == f64 { result } else { self.b.build_float_trunc(result, narrow, "")? }.into())
    }

    fn fma(&mut self, a: Value, b: Value, c: Value) -> Result<BasicValueEnum<'ctx>> {
        let ty = self.ty(a);
        let args = [self.value(a)?, self.value(b)?, self.value(c)?];
        if self.unit.options.goamd64 >= 3 {
            return self.intrinsic(&format!("llvm.fma.{}", float_suffix(ty)), &args);
        }
        if ty != Ty::F64 {
            return Err("fused multiply-add of f32 without hardware for it".into());
        }
        // LLVM would call a C library; the distribution has a portable one.
        use middle::mir::{Callee, Signature};
        let sig = Signature { params: vec![Ty::F64; 3], results: vec![Ty::F64], context: false };
        let symbol = self.unit.mir.symbols.get_index_of("math.FMA");
        let symbol = symbol.ok_or("fused multiply-add without hardware needs math.FMA declared")?;
        let results = self.call(&Callee::Direct(middle::mir::Symbol(symbol as u32)), &sig, &[a, b, c])?;
        results.into_iter().next().ok_or_else(|| "math.FMA gives nothing".into())
    }

    fn compare(&mut self, op: CmpOp, a: Value, b: Value) -> Result<BasicValueEnum<'ctx>> {
        let ty = self.ty(a);
        let float = match op {
            CmpOp::FEq => Some(FloatPredicate::OEQ),
            CmpOp::FNe => Some(FloatPredicate::UNE),
            CmpOp::FLt => Some(FloatPredicate::OLT),
            CmpOp::FLe => Some(FloatPredicate::OLE),
            CmpOp::FGt => Some(FloatPredicate::OGT),
            CmpOp::FGe => Some(FloatPredicate::OGE),
            _ => None,
        };
        if let Some(p) = float {
            return Ok(self.b.build_float_compare(p, self.float(a)?, self.float(b)?, "")?.into());
        }
        let p = match op {
            CmpOp::Eq => IntPredicate::EQ,
            CmpOp::Ne => IntPredicate::NE,
            CmpOp::SLt => IntPredicate::SLT,
            CmpOp::SLe => IntPredicate::SLE,
            CmpOp::SGt => IntPredicate::SGT,
            CmpOp::SGe => IntPredicate::SGE,
            CmpOp::ULt => IntPredicate::ULT,
            CmpOp::ULe => IntPredicate::ULE,
            CmpOp::UGt => IntPredicate::UGT,
            _ => IntPredicate::UGE,
        };
        if matches!(ty, Ty::Ptr | Ty::Raw) {
            return self.compare_pointers(p, a, b);
        }
        Ok(self.b.build_int_compare(p, self.int(a)?, self.int(b)?, "")?.into())
    }

    fn convert(&mut self, op: ConvOp, to: Ty, a: Value) -> Result<BasicValueEnum<'ctx>> {
        let from = self.ty(a);
        let target = abi::scalar(self.unit, to);
        let b = &self.b;
        Ok(match op {
            ConvOp::Trunc => b.build_int_truncate_or_bit_cast(self.int(a)?, target.into_int_type(), "")?.into(),
            ConvOp::ZExt => b.build_int_z_extend_or_bit_cast(self.int(a)?, target.into_int_type(), "")?.into(),
            ConvOp::SExt => b.build_int_s_extend_or_bit_cast(self.int(a)?, target.into_int_type(), "")?.into(),
            ConvOp::SIntToFloat => b.build_signed_int_to_float(self.int(a)?, target.into_float_type(), "")?.into(),
            ConvOp::UIntToFloat => b.build_unsigned_int_to_float(self.int(a)?, target.into_float_type(), "")?.into(),
            ConvOp::FloatExt => b.build_float_ext(self.float(a)?, target.into_float_type(), "")?.into(),
            ConvOp::FloatTrunc => b.build_float_trunc(self.float(a)?, target.into_float_type(), "")?.into(),
            ConvOp::Bitcast => b.build_bit_cast(self.value(a)?, target, "")?,
            ConvOp::RawToInt => b.build_ptr_to_int(self.pointer(a)?, target.into_int_type(), "")?.into(),
            ConvOp::IntToRaw => b.build_int_to_ptr(self.int(a)?, target.into_pointer_type(), "")?.into(),
            // Opaque both ways: the optimiser must not keep a pointer's bits over a safepoint, where it may move.
            ConvOp::PtrToInt | ConvOp::IntToPtr => self.opaque(self.value(a)?, target)?,
            ConvOp::FloatToSInt => {
                let width = if to == Ty::I64 { 64 } else { 32 };
                let value = self.truncate_to_int(self.float(a)?, width)?;
                self.b.build_int_truncate_or_bit_cast(value, target.into_int_type(), "")?.into()
            }
            ConvOp::FloatToUInt => match to {
                Ty::I64 => self.float_to_u64(self.float(a)?, from)?.into(),
                _ => {
                    let width = if to == Ty::I32 { 64 } else { 32 };
                    let value = self.truncate_to_int(self.float(a)?, width)?;
                    self.b.build_int_truncate_or_bit_cast(value, target.into_int_type(), "")?.into()
                }
            },
        })
    }

    /// The processor's conversion, which gives the smallest integer for what it cannot represent.
    fn truncate_to_int(&mut self, x: FloatValue<'ctx>, width: u32) -> Result<IntValue<'ctx>> {
        let ctx = self.unit.ctx;
        let double = x.get_type() == ctx.f64_type();
        let vector = x.get_type().vec_type(if double { 2 } else { 4 });
        let operand = self.b.build_insert_element(vector.get_undef(), x, ctx.i32_type().const_zero(), "")?;
        let name = match (double, width) {
            (true, 64) => "llvm.x86.sse2.cvttsd2si64",
            (true, _) => "llvm.x86.sse2.cvttsd2si",
            (false, 64) => "llvm.x86.sse.cvttss2si64",
            (false, _) => "llvm.x86.sse.cvttss2si",
        };
        let result = if width == 64 { ctx.i64_type() } else { ctx.i32_type() };
        Ok(self.intrinsic_to(name, result.as_basic_type_enum(), &[operand.into()])?.into_int_value())
    }

    /// Above 2^63 the conversion is made of what is above it. The bit is or-ed, as in gc: what no uint64 represents gives
    /// 2^63.
    fn float_to_u64(&mut self, x: FloatValue<'ctx>, from: Ty) -> Result<IntValue<'ctx>> {
        let half = if from == Ty::F32 { self.unit.ctx.f32_type() } else { self.unit.ctx.f64_type() }
            .const_float(9223372036854775808.0);
        let low = self.truncate_to_int(x, 64)?;
        let above = self.b.build_float_sub(x, half, "")?;
        let high = self.truncate_to_int(above, 64)?;
        let high = self.b.build_or(high, high.get_type().const_int(1 << 63, false), "")?;
        let is_low = self.b.build_float_compare(FloatPredicate::OLT, x, half, "")?;
        Ok(self.b.build_select(is_low, low, high, "")?.into_int_value())
    }
}

fn float_suffix(ty: Ty) -> &'static str {
    if ty == Ty::F32 { "f32" } else { "f64" }
}
