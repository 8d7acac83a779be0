//! The words of textual MIR for the enums of [`super::ir`]: one table each, read by printer and parser alike.

use super::ir::*;

/// An enum whose variants have a word in the textual form.
pub trait Named: Sized + Copy + PartialEq + 'static {
    const NAMES: &'static [(Self, &'static str)];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(v, _)| *v == self).map_or("?", |(_, n)| n)
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, n)| *n == name).map(|(v, _)| *v)
    }
}

macro_rules! names {
    ($ty:ident: $($variant:ident $name:literal),* $(,)?) => {
        impl Named for $ty {
            const NAMES: &'static [(Self, &'static str)] = &[$(($ty::$variant, $name)),*];
        }
        // A variant without a word does not compile.
        const _: fn($ty) = |v| match v { $($ty::$variant => {})* };
    };
}

names!(Ty: Bool "bool", I8 "i8", I16 "i16", I32 "i32", I64 "i64", F32 "f32", F64 "f64", Ptr "ptr", Raw "raw");

names!(BinOp:
    Add "add", Sub "sub", Mul "mul", SDiv "sdiv", UDiv "udiv", SRem "srem", URem "urem",
    And "and", Or "or", Xor "xor", AndNot "andnot", Shl "shl", LShr "lshr", AShr "ashr",
    UMulHigh "umulhigh", RotL "rotl", EqBytes "eqbytes",
    FAdd "fadd", FSub "fsub", FMul "fmul", FDiv "fdiv", FMin "fmin", FMax "fmax",
);

names!(UnOp:
    Neg "neg", Not "not", FNeg "fneg", FSqrt "fsqrt", FFloor "ffloor", FCeil "fceil", FTrunc "ftrunc",
    FRoundEven "froundeven", FAbs "fabs", Clz "clz", Ctz "ctz", Popcount "popcount",
    ByteSwap "byteswap", BitReverse "bitreverse", SignBytes "signbytes",
);

names!(CmpOp:
    Eq "eq", Ne "ne", SLt "slt", SLe "sle", SGt "sgt", SGe "sge", ULt "ult", ULe "ule", UGt "ugt", UGe "uge",
    FEq "feq", FNe "fne", FLt "flt", FLe "fle", FGt "fgt", FGe "fge",
);

names!(ConvOp:
    Trunc "trunc", ZExt "zext", SExt "sext", SIntToFloat "sitofp", UIntToFloat "uitofp",
    FloatToSInt "fptosi", FloatToUInt "fptoui", FloatExt "fpext", FloatTrunc "fptrunc",
    Bitcast "bitcast", PtrToInt "ptrtoint", IntToPtr "inttoptr", RawToInt "rawtoint", IntToRaw "inttoraw",
);

names!(AtomicOp:
    Load "load", Store "store", Exchange "xchg", CompareExchange "cmpxchg", Add "add", And "and", Or "or",
);

names!(BoundsKind:
    Index "index", SliceAlen "slice_alen", SliceAcap "slice_acap", SliceB "slice_b",
    Slice3Alen "slice3_alen", Slice3Acap "slice3_acap", Slice3B "slice3_b", Slice3C "slice3_c", Convert "convert",
);

names!(RelocKind: Abs64 "abs64", Abs32 "abs32");
