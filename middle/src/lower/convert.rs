//! Conversions, explicit and implicit.

use frontend::ast::{BinaryOp, CallExpr, Expr, ExprKind};
use frontend::check::info::Mode;
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use crate::mir::{BoundsKind, ConvOp, Layout, Ty, Value};

/// Longer constants are not copied in line where they become byte slices.
const MAX_BYTES: usize = 64 << 10;

/// What numbers a basic type holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Int { bits: u32, signed: bool },
    Float { bits: u32 },
}

fn number(basic: Basic) -> Option<Number> {
    if let Some((bits, signed)) = basic.int_bits() {
        return Some(Number::Int { bits, signed });
    }
    Some(match basic {
        Basic::Float32 => Number::Float { bits: 32 },
        Basic::Float64 | Basic::UntypedFloat => Number::Float { bits: 64 },
        Basic::UntypedInt => Number::Int { bits: 64, signed: true },
        Basic::UntypedRune => Number::Int { bits: 32, signed: true },
        _ => return None,
    })
}

fn int_ty(bits: u32) -> Ty {
    match bits {
        8 => Ty::I8,
        16 => Ty::I16,
        32 => Ty::I32,
        _ => Ty::I64,
    }
}

impl<'p> FnCx<'_, 'p> {
    /// The conversion `T(x)` as an expression.
    pub fn conversion(&mut self, call: &'p CallExpr, to: TypeId) -> Res<Val> {
        let Some(arg) = call.args.first() else { return Err(self.ice("conversion of nothing")) };
        if self.is_nil(arg) {
            return Ok(self.zero(to));
        }
        if self.types().underlying(to) == TypeId::UNSAFE_POINTER
            && let Some(val) = self.pointer_arithmetic(arg)?
        {
            return Ok(val);
        }
        if self.is_bytes(to)
            && let Some(val) = self.concat_bytes(arg)?
        {
            return Ok(val);
        }
        if self.is_bytes(to)
            && let Some(text) = self.string_value(arg)
            && (1..=MAX_BYTES).contains(&text.len())
        {
            self.at(call.lparen);
            return Ok(self.bytes_of_constant(text));
        }
        // A constant converted to a type parameter becomes whatever number that is.
        if let (Some(value), Type::Basic(basic)) = (self.info().value_of(arg.id), self.under(to))
            && basic.is_numeric()
        {
            return self.constant(value, to);
        }
        let from = self.ty(arg);
        let val = self.expr(arg)?;
        self.at(call.lparen);
        self.convert(val, from, to)
    }

    /// `unsafe.Pointer(uintptr(p) + x)`: an address in the object p points into, never an integer.
    fn pointer_arithmetic(&mut self, arg: &'p Expr) -> Res<Option<Val>> {
        let ExprKind::Binary { op: op @ (BinaryOp::Add | BinaryOp::Sub), left, right, .. } = &arg.unparen().kind else {
            return Ok(None);
        };
        let (base, offset) = match (self.pointer_bits(left), self.pointer_bits(right)) {
            (Some(base), _) => (base, right),
            (None, Some(base)) if *op == BinaryOp::Add => (base, left),
            _ => return Ok(None),
        };
        let base_ty = self.ty(base);
        if self.types().basic(self.ty(offset)) != Some(Basic::Uintptr) {
            return Ok(None);
        }
        let ptr = self.expr(base)?;
        let ptr = self.convert(ptr, base_ty, TypeId::UNSAFE_POINTER)?.leaf(0);
        let offset = self.expr(offset)?.leaf(0);
        let offset = if *op == BinaryOp::Sub { self.b.un(crate::mir::UnOp::Neg, offset) } else { offset };
        Ok(Some(Val::one(self.b.ptr_index(ptr, offset, 1, 0))))
    }

    /// The p of `uintptr(p)`, a pointer.
    pub fn pointer_bits(&self, e: &'p Expr) -> Option<&'p Expr> {
        let ExprKind::Call(call) = &e.unparen().kind else { return None };
        let [arg] = &call.args[..] else { return None };
        let is_type = self.info().type_info(call.func.id).is_some_and(|i| i.mode == Mode::Type);
        let to_word = self.types().basic(self.ty(e)) == Some(Basic::Uintptr);
        let pointer = self.types().basic(self.ty(arg)) == Some(Basic::UnsafePointer);
        (is_type && to_word && pointer).then_some(arg)
    }

    fn is_bytes(&self, ty: TypeId) -> bool {
        matches!(self.under(ty), &Type::Slice(elem) if self.types().underlying(elem) == TypeId::UINT8)
    }

    /// `[]byte(a + b)` without the string between.
    fn concat_bytes(&mut self, arg: &'p Expr) -> Res<Option<Val>> {
        if !self.types().is_string(self.ty(arg)) || self.info().value_of(arg.id).is_some() {
            return Ok(None);
        }
        let mut parts = Vec::new();
        self.concat_operands(arg, &mut parts);
        if parts.len() < 2 {
            return Ok(None);
        }
        let items: Vec<(&'p Expr, Option<TypeId>)> = parts.into_iter().map(|e| (e, None)).collect();
        let vals = self.operands(&items)?;
        let (first, n) = self.string_array(&vals);
        Ok(Some(self.made_text("concatbytes", &[first, n], 3)))
    }

    /// `[]byte("constant")`: an array of just that size, like any other object.
    fn bytes_of_constant(&mut self, text: &[u8]) -> Val {
        let layout = Layout { size: text.len() as u64, align: 1, ptr_words: Vec::new() };
        let layout = self.lo.m.layout(layout);
        let desc = self.lo.mem_desc(layout);
        let object = self.b.alloc_heap(layout, desc);
        let from = self.string_constant(text);
        self.b.mem_copy(object, from.leaf(0), layout);
        Val::Scalars(vec![object, from.leaf(1), from.leaf(1)])
    }

    /// The result, a string (two words) or a slice, of a runtime function that takes a buffer first. That is nil here:
    /// escape analysis has its say later.
    pub fn made_text(&mut self, function: &str, args: &[Value], words: usize) -> Val {
        let mut all = vec![self.b.nil()];
        all.extend_from_slice(args);
        Val::Scalars(self.runtime(function, &all, &[Ty::Ptr, Ty::I64, Ty::I64][..words]))
    }

    /// The conversion that assigning does: only interfaces differ in form.
    pub fn convert_implicit(&mut self, val: Val, from: TypeId, to: TypeId) -> Res<Val> {
        if from == to {
            return Ok(val);
        }
        if self.types().is_interface(to) {
            return self.to_interface(val, from, to);
        }
        // `nil` and untyped values have the form of their type already.
        Ok(val)
    }

    /// Any conversion the language has.
    pub fn convert(&mut self, val: Val, from: TypeId, to: TypeId) -> Res<Val> {
        let types = self.types();
        if from == to || !from.is_valid() {
            return Ok(val);
        }
        if types.is_interface(to) {
            return self.to_interface(val, from, to);
        }
        if types.identical_ignore_tags(types.underlying(from), types.underlying(to)) {
            return Ok(val);
        }
        match (types.under(from), types.under(to)) {
            (&Type::Basic(a), &Type::Basic(b)) => self.convert_basic(val, a, b),
            (&Type::Slice(elem), Type::Basic(b)) if b.is_string() => {
                let name =
                    if types.underlying(elem) == TypeId::UINT8 { "slicebytetostring" } else { "slicerunetostring" };
                Ok(self.made_text(name, val.words(), 2))
            }
            (Type::Basic(a), &Type::Slice(elem)) if a.is_string() => {
                let name =
                    if types.underlying(elem) == TypeId::UINT8 { "stringtoslicebyte" } else { "stringtoslicerune" };
                Ok(self.made_text(name, val.words(), 3))
            }
            (Type::Slice(_), &Type::Array { len, .. }) => {
                let ptr = self.slice_to_array(&val, len);
                let borrowed = self.load_at(ptr, 0, to);
                match borrowed {
                    Val::Mem(ptr) => Ok(self.copy_to_temp(ptr, to)),
                    scalars => Ok(scalars),
                }
            }
            (Type::Slice(_), &Type::Pointer(array)) if matches!(types.under(array), Type::Array { .. }) => {
                let &Type::Array { len, .. } = types.under(array) else { return Ok(val) };
                Ok(Val::one(self.slice_to_array(&val, len)))
            }
            // Pointers to each other, unsafe pointers, channels of other direction: the same word.
            (_, Type::Basic(Basic::Uintptr)) => Ok(Val::one(self.b.conv(ConvOp::PtrToInt, Ty::I64, val.leaf(0)))),
            _ => Ok(val),
        }
    }

    /// The pointer to the array that a slice starts with, after the check of its length.
    fn slice_to_array(&mut self, slice: &Val, len: u64) -> Value {
        let wanted = self.b.i64(len as i64);
        self.b.bounds_check(BoundsKind::Convert, wanted, slice.leaf(1), true);
        slice.leaf(0)
    }

    fn convert_basic(&mut self, val: Val, from: Basic, to: Basic) -> Res<Val> {
        if from == to {
            return Ok(val);
        }
        if to.is_string() {
            if from.is_string() {
                return Ok(val);
            }
            let signed = !from.is_unsigned();
            let rune = self.widen(val.leaf(0), signed);
            return Ok(self.made_text("intstring", &[rune], 2));
        }
        match (from, to) {
            (Basic::UnsafePointer | Basic::UntypedNil, Basic::Uintptr) => {
                if let Some(kept) = &mut self.kept {
                    kept.push(val.leaf(0));
                }
                return Ok(Val::one(self.b.conv(ConvOp::PtrToInt, Ty::I64, val.leaf(0))));
            }
            (Basic::Uintptr, Basic::UnsafePointer) => {
                return Ok(Val::one(self.b.conv(ConvOp::IntToPtr, Ty::Ptr, val.leaf(0))));
            }
            _ => {}
        }
        if from.is_complex() && to.is_complex() {
            let op = if to == Basic::Complex64 { (ConvOp::FloatTrunc, Ty::F32) } else { (ConvOp::FloatExt, Ty::F64) };
            let leaves = val.words().iter().map(|&v| if self.b.ty(v) == op.1 { v } else { self.b.conv(op.0, op.1, v) });
            return Ok(Val::Scalars(leaves.collect()));
        }
        match (number(from), number(to)) {
            (Some(from), Some(to)) => Ok(Val::one(self.convert_number(val.leaf(0), from, to))),
            _ => Ok(val),
        }
    }

    fn convert_number(&mut self, v: Value, from: Number, to: Number) -> Value {
        match (from, to) {
            (Number::Int { bits: a, signed }, Number::Int { bits: b, .. }) => {
                if a == b {
                    v
                } else if a > b {
                    self.b.conv(ConvOp::Trunc, int_ty(b), v)
                } else {
                    let op = if signed { ConvOp::SExt } else { ConvOp::ZExt };
                    self.b.conv(op, int_ty(b), v)
                }
            }
            (Number::Float { bits: a }, Number::Float { bits: b }) => match (a, b) {
                (32, 64) => self.b.conv(ConvOp::FloatExt, Ty::F64, v),
                (64, 32) => self.b.conv(ConvOp::FloatTrunc, Ty::F32, v),
                _ => v,
            },
            (Number::Int { bits, signed }, Number::Float { bits: out }) => {
                let out = if out == 32 { Ty::F32 } else { Ty::F64 };
                // Anything narrower than 64 bits is a signed number of 32 or 64 bits.
                match (bits, signed) {
                    (64, false) => self.b.conv(ConvOp::UIntToFloat, out, v),
                    (32 | 64, true) => self.b.conv(ConvOp::SIntToFloat, out, v),
                    (32, false) => {
                        let wide = self.b.conv(ConvOp::ZExt, Ty::I64, v);
                        self.b.conv(ConvOp::SIntToFloat, out, wide)
                    }
                    _ => {
                        let op = if signed { ConvOp::SExt } else { ConvOp::ZExt };
                        let wide = self.b.conv(op, Ty::I32, v);
                        self.b.conv(ConvOp::SIntToFloat, out, wide)
                    }
                }
            }
            // Values out of range give what gc's sequences give: small types go through int32, uint32 through int64.
            (Number::Float { .. }, Number::Int { bits, signed }) => match (bits, signed) {
                (64, false) => self.b.conv(ConvOp::FloatToUInt, Ty::I64, v),
                (64, true) => self.b.conv(ConvOp::FloatToSInt, Ty::I64, v),
                (32, true) => self.b.conv(ConvOp::FloatToSInt, Ty::I32, v),
                (32, false) => {
                    let wide = self.b.conv(ConvOp::FloatToSInt, Ty::I64, v);
                    self.b.conv(ConvOp::Trunc, Ty::I32, wide)
                }
                (bits, _) => {
                    let wide = self.b.conv(ConvOp::FloatToSInt, Ty::I32, v);
                    self.b.conv(ConvOp::Trunc, int_ty(bits), wide)
                }
            },
        }
    }
}
