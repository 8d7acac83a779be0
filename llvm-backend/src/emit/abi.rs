//! Signatures in LLVM types.
//!
//! A `Bool` is passed as a byte. Results that find no register (see `ingot_abi::tls::RESULT_WORDS`) are not part of
//! the LLVM signature: they go through the thread block.

use ingot_abi::functions::{RuntimeFn, Scalar};
use ingot_abi::tls::{FLOAT_RESULT_REGISTERS, INT_RESULT_REGISTERS};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};
use middle::mir::{Signature, Ty};

use super::Unit;

/// Where a result travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Field of the LLVM result.
    Register(u32),
    /// Word of the thread block's result area.
    Word(u64),
}

/// Gives out the places of results in order; the second value counts the registers.
pub fn result_places(results: &[Ty]) -> (Vec<Place>, u32) {
    let (mut ints, mut floats, mut fields, mut words) = (0, 0, 0, 0);
    let places = results
        .iter()
        .map(|ty| {
            let (used, limit) =
                if ty.is_float() { (&mut floats, FLOAT_RESULT_REGISTERS) } else { (&mut ints, INT_RESULT_REGISTERS) };
            if *used < limit {
                *used += 1;
                fields += 1;
                Place::Register(fields - 1)
            } else {
                words += 1;
                Place::Word(words - 1)
            }
        })
        .collect();
    (places, fields)
}

/// A scalar's type in registers between instructions.
pub fn scalar<'ctx>(unit: &Unit<'ctx, '_>, ty: Ty) -> BasicTypeEnum<'ctx> {
    match ty {
        Ty::Bool => unit.ctx.bool_type().into(),
        _ => memory(unit, ty),
    }
}

/// A scalar's type in memory, and as a parameter or result.
pub fn memory<'ctx>(unit: &Unit<'ctx, '_>, ty: Ty) -> BasicTypeEnum<'ctx> {
    match ty {
        Ty::Bool | Ty::I8 => unit.ctx.i8_type().into(),
        Ty::I16 => unit.ctx.i16_type().into(),
        Ty::I32 => unit.ctx.i32_type().into(),
        Ty::I64 => unit.ctx.i64_type().into(),
        Ty::F32 => unit.ctx.f32_type().into(),
        Ty::F64 => unit.ctx.f64_type().into(),
        Ty::Ptr => unit.gc_ptr().into(),
        Ty::Raw => unit.raw_ptr().into(),
    }
}

/// The types of the results that travel in registers.
pub fn register_results<'ctx>(unit: &Unit<'ctx, '_>, results: &[Ty]) -> Vec<BasicTypeEnum<'ctx>> {
    let (places, _) = result_places(results);
    let in_register = |(ty, place): (&Ty, &Place)| matches!(place, Place::Register(_)).then(|| memory(unit, *ty));
    results.iter().zip(&places).filter_map(in_register).collect()
}

fn with_results<'ctx>(
    unit: &Unit<'ctx, '_>,
    fields: &[BasicTypeEnum<'ctx>],
    params: &[BasicMetadataTypeEnum<'ctx>],
) -> FunctionType<'ctx> {
    match fields {
        [] => unit.ctx.void_type().fn_type(params, false),
        [one] => one.fn_type(params, false),
        many => unit.ctx.struct_type(many, false).fn_type(params, false),
    }
}

/// A Go function; the context comes first, in the `nest` register.
pub fn function_type<'ctx>(unit: &Unit<'ctx, '_>, sig: &Signature) -> FunctionType<'ctx> {
    let mut params: Vec<BasicMetadataTypeEnum> = Vec::with_capacity(sig.params.len() + 1);
    if sig.context {
        params.push(unit.gc_ptr().into());
    }
    params.extend(sig.params.iter().map(|ty| BasicMetadataTypeEnum::from(memory(unit, *ty))));
    with_results(unit, &register_results(unit, &sig.results), &params)
}

/// A runtime function written in Rust.
pub fn runtime_type<'ctx>(unit: &Unit<'ctx, '_>, f: &RuntimeFn) -> FunctionType<'ctx> {
    let ty = |s: &Scalar| match s {
        Scalar::I64 => memory(unit, Ty::I64),
        Scalar::F64 => memory(unit, Ty::F64),
        Scalar::Ptr => memory(unit, Ty::Ptr),
        Scalar::Raw => memory(unit, Ty::Raw),
    };
    let params: Vec<BasicMetadataTypeEnum> = f.params.iter().map(|s| ty(s).into()).collect();
    let results: Vec<BasicTypeEnum> = f.results.iter().map(ty).collect();
    with_results(unit, &results, &params)
}

/// A parameter type as a result type.
pub fn returning(ty: BasicMetadataTypeEnum<'_>) -> BasicTypeEnum<'_> {
    BasicTypeEnum::try_from(ty).expect("intrinsics of ours return first-class values")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        use Place::*;
        let (p, n) = result_places(&[Ty::I64, Ty::F64, Ty::Ptr, Ty::Bool, Ty::I8, Ty::F32, Ty::F32]);
        assert_eq!(p, [Register(0), Register(1), Register(2), Register(3), Word(0), Register(4), Word(1)]);
        assert_eq!(n, 5);
    }
}
