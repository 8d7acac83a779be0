//! Constant values of unlimited size and exactness.
//!
//! Integers are big integers and floats are rationals. A rational whose parts grow beyond [`MAX_BITS`] is rounded to
//! [`MANTISSA_BITS`] bits, as the specification allows. The representation follows the value's kind, not its Go
//! type: conversions (`to_int`, `to_float`, …) move between kinds when the value allows it.

use std::cmp::Ordering;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint, Sign};
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use crate::ast::{BinaryOp, LitKind, UnaryOp};
use crate::huge::{Huge, Number};
use crate::types::Basic;

/// Rationals larger than this are rounded.
const MAX_BITS: u64 = 6000;
/// Precision after such rounding; gc has 512 bits too.
const MANTISSA_BITS: u64 = 512;
/// Literals with exponents beyond this are not kept exactly, so that a constant cannot eat all memory.
const MAX_EXPONENT: i64 = 100_000;
/// Integers beyond this many bits are an overflow, as in gc.
pub const MAX_INT_BITS: u64 = 512;

/// The value of a constant.
#[derive(Clone, PartialEq, Debug)]
pub enum Const {
    Bool(bool),
    /// Any bytes, not necessarily UTF-8.
    Str(Arc<[u8]>),
    Int(BigInt),
    Float(BigRational),
    /// A floating-point number beyond exact arithmetic.
    Huge(Arc<Huge>),
    Complex(BigRational, BigRational),
}

fn tidy(value: BigRational) -> BigRational {
    if value.numer().bits().max(value.denom().bits()) <= MAX_BITS {
        return value;
    }
    match scaled(&value, MANTISSA_BITS) {
        None => value,
        Some((negative, mantissa, exponent)) => from_parts(negative, mantissa, exponent),
    }
}

/// `|value| = mantissa * 2^exponent` with a mantissa of exactly `bits` bits, rounded to even. `None` for zero.
pub(crate) fn scaled(value: &BigRational, bits: u64) -> Option<(bool, BigUint, i64)> {
    if value.is_zero() {
        return None;
    }
    let numer = value.numer().magnitude();
    let denom = value.denom().magnitude();
    let mut exponent = numer.bits() as i64 - denom.bits() as i64 - bits as i64;
    loop {
        let (n, d) = if exponent >= 0 {
            (numer.clone(), denom << exponent as u64)
        } else {
            (numer << exponent.unsigned_abs(), denom.clone())
        };
        let quotient = &n / &d;
        if quotient.bits() > bits {
            exponent += 1;
            continue;
        }
        if quotient.bits() < bits {
            exponent -= 1;
            continue;
        }
        let twice = (n - &quotient * &d) * 2u32;
        let up = match twice.cmp(&d) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => quotient.bit(0),
        };
        let mut mantissa = quotient;
        if up {
            mantissa += 1u32;
            if mantissa.bits() > bits {
                mantissa >>= 1;
                exponent += 1;
            }
        }
        return Some((value.is_negative(), mantissa, exponent));
    }
}

pub(crate) fn from_parts(negative: bool, mantissa: BigUint, exponent: i64) -> BigRational {
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    if exponent >= 0 {
        BigRational::from_integer(BigInt::from_biguint(sign, mantissa << exponent as u64))
    } else {
        BigRational::new(BigInt::from_biguint(sign, mantissa), BigInt::one() << exponent.unsigned_abs())
    }
}

/// Rounds to the nearest value of an IEEE format (`bits` of mantissa, smallest exponent of the last mantissa bit);
/// `None` on overflow.
fn round_ieee(value: &BigRational, bits: u64, min_exponent: i64, max_exponent: i64) -> Option<BigRational> {
    let Some((negative, mantissa, exponent)) = scaled(value, bits) else { return Some(BigRational::zero()) };
    if exponent < min_exponent {
        // Subnormal: round once, at the fixed last bit, from the exact value.
        let unit = from_parts(false, BigUint::one(), min_exponent);
        let units = value / &unit;
        let floor = units.floor();
        let rest = &units - &floor;
        let half = BigRational::new(BigInt::one(), BigInt::from(2));
        let up = match rest.cmp(&half) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => floor.numer().bit(0),
        };
        let rounded = if up { floor + BigRational::one() } else { floor };
        return Some(rounded * unit);
    }
    if exponent + bits as i64 > max_exponent {
        return None;
    }
    Some(from_parts(negative, mantissa, exponent))
}

/// To the nearest float64; `None` on overflow.
pub fn round_f64(value: &BigRational) -> Option<BigRational> {
    round_ieee(value, 53, -1074, 1024)
}

/// To the nearest float32; `None` on overflow.
pub fn round_f32(value: &BigRational) -> Option<BigRational> {
    round_ieee(value, 24, -149, 128)
}

/// The nearest float64 (infinite on overflow).
pub fn rational_to_f64(value: &BigRational) -> f64 {
    let Some(rounded) = round_f64(value) else {
        return if value.is_negative() { f64::NEG_INFINITY } else { f64::INFINITY };
    };
    let Some((negative, mantissa, exponent)) = scaled(&rounded, 53) else { return 0.0 };
    let mantissa = mantissa.to_u64().unwrap_or(0) as f64;
    // Two exact steps: a subnormal's scale alone would underflow.
    let half = (exponent / 2) as i32;
    let magnitude = mantissa * 2f64.powi(half) * 2f64.powi(exponent as i32 - half);
    if negative { -magnitude } else { magnitude }
}

impl Const {
    pub fn int(value: i64) -> Const {
        Const::Int(BigInt::from(value))
    }

    pub fn str(value: &str) -> Const {
        Const::Str(value.as_bytes().into())
    }

    /// The value of a literal token; `None` if it is malformed.
    pub fn from_literal(kind: LitKind, raw: &str) -> Option<Const> {
        match kind {
            LitKind::Int => parse_int(raw).map(Const::Int),
            LitKind::Float => parse_float(raw).and_then(Const::number),
            LitKind::Imaginary => {
                let digits = raw.strip_suffix('i')?;
                let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
                let value = if plain {
                    // `0123i` is decimal for historical reasons.
                    let clean: String = digits.chars().filter(|&c| c != '_').collect();
                    BigRational::from_integer(clean.parse().ok()?)
                } else {
                    let exact = parse_float(digits).and_then(|number| match number {
                        Number::Exact(value) => Some(value),
                        Number::Huge(huge) => huge.is_tiny().then(BigRational::zero),
                    });
                    parse_int(digits).map(BigRational::from_integer).or(exact)?
                };
                Some(Const::Complex(BigRational::zero(), value))
            }
            LitKind::Rune => {
                let inner = raw.strip_prefix('\'')?.strip_suffix('\'')?;
                let (value, rest) = unescape(inner.as_bytes(), b'\'')?;
                if !rest.is_empty() {
                    return None;
                }
                Some(Const::int(match value {
                    Unescaped::Byte(b) => i64::from(b),
                    Unescaped::Char(c) => i64::from(c),
                }))
            }
            LitKind::String => unquote(raw).map(|bytes| Const::Str(bytes.into())),
        }
    }

    fn number(number: Number) -> Option<Const> {
        Some(match number {
            Number::Exact(value) => Const::Float(tidy(value)),
            Number::Huge(huge) => Const::Huge(Arc::new(huge)),
        })
    }

    fn to_huge(&self) -> Option<Huge> {
        match self {
            Const::Huge(huge) => Some((**huge).clone()),
            _ => Huge::new(&self.to_float()?),
        }
    }

    // ---- conversions between kinds

    /// As an integer, if the value is one.
    pub fn to_int(&self) -> Option<BigInt> {
        match self {
            Const::Int(i) => Some(i.clone()),
            Const::Float(f) => f.is_integer().then(|| f.to_integer()),
            Const::Complex(re, im) => (im.is_zero() && re.is_integer()).then(|| re.to_integer()),
            _ => None,
        }
    }

    /// As a real number, if the value is one.
    pub fn to_float(&self) -> Option<BigRational> {
        match self {
            Const::Int(i) => Some(BigRational::from_integer(i.clone())),
            Const::Float(f) => Some(f.clone()),
            Const::Complex(re, im) => im.is_zero().then(|| re.clone()),
            _ => None,
        }
    }

    /// As a complex number, if the value is a number.
    pub fn to_complex(&self) -> Option<(BigRational, BigRational)> {
        match self {
            Const::Complex(re, im) => Some((re.clone(), im.clone())),
            Const::Huge(huge) if huge.is_tiny() => Some((BigRational::zero(), BigRational::zero())),
            _ => self.to_float().map(|re| (re, BigRational::zero())),
        }
    }

    pub fn to_i64(&self) -> Option<i64> {
        self.to_int()?.to_i64()
    }

    pub fn to_u64(&self) -> Option<u64> {
        self.to_int()?.to_u64()
    }

    /// The nearest float64 of a real number.
    pub fn to_f64(&self) -> Option<f64> {
        self.to_float().map(|f| rational_to_f64(&f))
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Const::Bool(b) => Some(*b),
            _ => None,
        }
    }

    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Const::Str(s) => Some(s),
            _ => None,
        }
    }

    pub fn is_negative(&self) -> bool {
        match self {
            Const::Int(i) => i.is_negative(),
            Const::Float(f) => f.is_negative(),
            Const::Huge(huge) => huge.is_negative(),
            _ => false,
        }
    }

    fn is_zero(&self) -> bool {
        match self {
            Const::Int(i) => i.is_zero(),
            Const::Float(f) => f.is_zero(),
            Const::Complex(re, im) => re.is_zero() && im.is_zero(),
            _ => false,
        }
    }

    /// The value as this basic type holds it (rounded for floats); `None` if the type cannot.
    pub fn represent(&self, basic: Basic) -> Option<Const> {
        if basic.is_integer() {
            let value = self.to_int()?;
            if let Some((bits, signed)) = basic.int_bits() {
                let fits = if signed {
                    let limit = BigInt::one() << (bits - 1);
                    value < limit && value >= -limit
                } else {
                    !value.is_negative() && value.bits() <= u64::from(bits)
                };
                if !fits {
                    return None;
                }
            }
            return Some(Const::Int(value));
        }
        if let Const::Huge(huge) = self {
            return match basic {
                Basic::UntypedFloat => Some(self.clone()),
                Basic::Float32 | Basic::Float64 if huge.is_tiny() => Some(Const::Float(BigRational::zero())),
                Basic::Complex64 | Basic::Complex128 if huge.is_tiny() => {
                    Some(Const::Complex(BigRational::zero(), BigRational::zero()))
                }
                _ => None,
            };
        }
        match basic {
            Basic::Float32 => round_f32(&self.to_float()?).map(Const::Float),
            Basic::Float64 => round_f64(&self.to_float()?).map(Const::Float),
            Basic::UntypedFloat => self.to_float().map(Const::Float),
            Basic::Complex64 => {
                let (re, im) = self.to_complex()?;
                Some(Const::Complex(round_f32(&re)?, round_f32(&im)?))
            }
            Basic::Complex128 => {
                let (re, im) = self.to_complex()?;
                Some(Const::Complex(round_f64(&re)?, round_f64(&im)?))
            }
            Basic::UntypedComplex => self.to_complex().map(|(re, im)| Const::Complex(re, im)),
            Basic::Bool | Basic::UntypedBool => matches!(self, Const::Bool(_)).then(|| self.clone()),
            Basic::String | Basic::UntypedString => matches!(self, Const::Str(_)).then(|| self.clone()),
            _ => None,
        }
    }

    // ---- operations

    /// The value of `op x`. For `^` on an unsigned type, `unsigned_bits` is its width.
    pub fn unary(op: UnaryOp, x: &Const, unsigned_bits: Option<u32>) -> Option<Const> {
        Some(match (op, x) {
            (UnaryOp::Plus, Const::Int(_) | Const::Float(_) | Const::Huge(_) | Const::Complex(..)) => x.clone(),
            (UnaryOp::Neg, Const::Int(i)) => Const::Int(-i),
            (UnaryOp::Neg, Const::Float(f)) => Const::Float(-f),
            (UnaryOp::Neg, Const::Huge(huge)) => Const::Huge(Arc::new(huge.negated())),
            (UnaryOp::Neg, Const::Complex(re, im)) => Const::Complex(-re, -im),
            (UnaryOp::Not, Const::Bool(b)) => Const::Bool(!b),
            (UnaryOp::BitNot, Const::Int(i)) => {
                let flipped: BigInt = -i - 1;
                Const::Int(match unsigned_bits {
                    Some(bits) => flipped & ((BigInt::one() << bits) - 1),
                    None => flipped,
                })
            }
            _ => return None,
        })
    }

    /// Brings two numbers to the same kind.
    fn matched(x: &Const, y: &Const) -> Option<(Const, Const)> {
        let rank = |c: &Const| match c {
            Const::Int(_) => 0,
            Const::Float(_) | Const::Huge(_) => 1,
            Const::Complex(..) => 2,
            Const::Bool(_) | Const::Str(_) => 3,
        };
        let raise = |c: &Const, to: i32| match to {
            0 => Some(c.clone()),
            1 if matches!(c, Const::Huge(_)) => Some(c.clone()),
            1 => c.to_float().map(Const::Float),
            2 => c.to_complex().map(|(re, im)| Const::Complex(re, im)),
            _ => Some(c.clone()),
        };
        let to = rank(x).max(rank(y));
        Some((raise(x, to)?, raise(y, to)?))
    }

    /// The value of `x op y` (no shifts, no comparisons). `integer` makes `/` truncate. `None` for division by
    /// zero or operands the operator is not for.
    pub fn binary(op: BinaryOp, x: &Const, y: &Const, integer: bool) -> Option<Const> {
        use BinaryOp as B;
        let (x, y) = Const::matched(x, y)?;
        if matches!(x, Const::Huge(_)) || matches!(y, Const::Huge(_)) {
            return Const::huge_binary(op, &x, &y);
        }
        Some(match (x, y) {
            (Const::Bool(a), Const::Bool(b)) => Const::Bool(match op {
                B::LogAnd => a && b,
                B::LogOr => a || b,
                _ => return None,
            }),
            (Const::Str(a), Const::Str(b)) if op == B::Add => Const::Str([&*a, &*b].concat().into()),
            (Const::Int(a), Const::Int(b)) => Const::Int(match op {
                B::Add => a + b,
                B::Sub => a - b,
                B::Mul => a * b,
                B::Div if b.is_zero() => return None,
                B::Div if integer => a / b,
                B::Div => return Some(Const::Float(tidy(BigRational::new(a, b)))),
                B::Rem if b.is_zero() => return None,
                B::Rem => a % b,
                B::And => a & b,
                B::Or => a | b,
                B::Xor => a ^ b,
                B::AndNot => a & !b,
                _ => return None,
            }),
            (Const::Float(a), Const::Float(b)) => Const::Float(tidy(match op {
                B::Add => a + b,
                B::Sub => a - b,
                B::Mul => a * b,
                B::Div if b.is_zero() => return None,
                B::Div => a / b,
                _ => return None,
            })),
            (Const::Complex(a, b), Const::Complex(c, d)) => match op {
                B::Add => Const::Complex(a + c, b + d),
                B::Sub => Const::Complex(a - c, b - d),
                B::Mul => Const::Complex(tidy(&a * &c - &b * &d), tidy(&b * &c + &a * &d)),
                B::Div => {
                    let scale = &c * &c + &d * &d;
                    if scale.is_zero() {
                        return None;
                    }
                    Const::Complex(tidy((&a * &c + &b * &d) / &scale), tidy((&b * &c - &a * &d) / &scale))
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    fn huge_binary(op: BinaryOp, x: &Const, y: &Const) -> Option<Const> {
        match (x.to_huge(), y.to_huge(), op) {
            (Some(x), Some(y), _) => Huge::binary(op, &x, &y).and_then(Const::number),
            // One of them is zero.
            (Some(_), None, BinaryOp::Add | BinaryOp::Sub) => Some(x.clone()),
            (None, Some(_), BinaryOp::Add) => Some(y.clone()),
            (None, Some(y), BinaryOp::Sub) => Some(Const::Huge(Arc::new(y.negated()))),
            (_, None, BinaryOp::Mul) | (None, _, BinaryOp::Mul | BinaryOp::Div) => {
                Some(Const::Float(BigRational::zero()))
            }
            _ => None,
        }
    }

    /// The value of `x << count` or `x >> count`; `None` if it would be unreasonably large.
    pub fn shift(op: BinaryOp, x: &Const, count: u64) -> Option<Const> {
        let value = x.to_int()?;
        Some(Const::Int(if op == BinaryOp::Shl {
            if count > 10_000 && !value.is_zero() {
                return None;
            }
            value << count
        } else if count > value.bits() + 1 {
            if value.is_negative() { BigInt::from(-1) } else { BigInt::zero() }
        } else {
            value >> count
        }))
    }

    /// The truth of `x op y` for a comparison operator.
    pub fn compare(op: BinaryOp, x: &Const, y: &Const) -> Option<bool> {
        let (x, y) = Const::matched(x, y)?;
        let order = match (&x, &y) {
            (Const::Bool(a), Const::Bool(b)) => return equality(op, a == b),
            (Const::Complex(a, b), Const::Complex(c, d)) => return equality(op, a == c && b == d),
            (Const::Str(a), Const::Str(b)) => a.cmp(b),
            (Const::Int(a), Const::Int(b)) => a.cmp(b),
            (Const::Float(a), Const::Float(b)) => a.cmp(b),
            (Const::Huge(_), _) | (_, Const::Huge(_)) => match (x.to_huge(), y.to_huge()) {
                (Some(a), Some(b)) => a.compare(&b),
                (Some(a), None) => {
                    if a.is_negative() {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    }
                }
                (None, Some(b)) => {
                    if b.is_negative() {
                        Ordering::Greater
                    } else {
                        Ordering::Less
                    }
                }
                (None, None) => Ordering::Equal,
            },
            _ => return None,
        };
        Some(match op {
            BinaryOp::Eq => order.is_eq(),
            BinaryOp::Ne => order.is_ne(),
            BinaryOp::Lt => order.is_lt(),
            BinaryOp::Le => order.is_le(),
            BinaryOp::Gt => order.is_gt(),
            BinaryOp::Ge => order.is_ge(),
            _ => return None,
        })
    }

    /// Whether this is a number equal to zero (for division by it).
    pub fn is_zero_number(&self) -> bool {
        self.is_zero()
    }
}

fn equality(op: BinaryOp, equal: bool) -> Option<bool> {
    match op {
        BinaryOp::Eq => Some(equal),
        BinaryOp::Ne => Some(!equal),
        _ => None,
    }
}

// ---- literals

fn parse_int(raw: &str) -> Option<BigInt> {
    let clean: String = raw.chars().filter(|&c| c != '_').collect();
    let lower = clean.to_ascii_lowercase();
    let (digits, radix) = if let Some(rest) = lower.strip_prefix("0x") {
        (rest, 16)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (rest, 2)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (rest, 8)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (&lower[1..], 8)
    } else {
        (&lower[..], 10)
    };
    BigInt::parse_bytes(digits.as_bytes(), radix)
}

fn parse_float(raw: &str) -> Option<Number> {
    let clean: String = raw.chars().filter(|&c| c != '_').collect::<String>().to_ascii_lowercase();
    let (body, radix, marker) = match clean.strip_prefix("0x") {
        Some(rest) => (rest, 16u32, 'p'),
        None => (&clean[..], 10, 'e'),
    };
    let (mantissa, exponent) = match body.split_once(marker) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let value = BigInt::parse_bytes(digits.as_bytes(), radix)?;
    let places = fraction.len() as i64;
    let (base, power) = if radix == 16 { (2u32, exponent - 4 * places) } else { (10, exponent - places) };
    if value.is_zero() {
        return Some(Number::Exact(BigRational::zero()));
    }
    if power.abs() > MAX_EXPONENT {
        return Huge::power(value, base, power)?.number();
    }
    let scale = Pow::pow(BigInt::from(base), power.unsigned_abs());
    Some(Number::Exact(if power >= 0 {
        BigRational::from_integer(value * scale)
    } else {
        BigRational::new(value, scale)
    }))
}

enum Unescaped {
    Byte(u8),
    Char(u32),
}

/// Reads one character or escape of a rune or string literal.
fn unescape(text: &[u8], quote: u8) -> Option<(Unescaped, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first != b'\\' {
        let len = match first {
            0..=0x7f => 1,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let c = std::str::from_utf8(text.get(..len)?).ok()?.chars().next()?;
        return Some((Unescaped::Char(u32::from(c)), &text[len..]));
    }
    let (&kind, rest) = rest.split_first()?;
    let number = |digits: &[u8], radix: u32| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok();
    Some(match kind {
        b'a' => (Unescaped::Char(7), rest),
        b'b' => (Unescaped::Char(8), rest),
        b'f' => (Unescaped::Char(12), rest),
        b'n' => (Unescaped::Char(10), rest),
        b'r' => (Unescaped::Char(13), rest),
        b't' => (Unescaped::Char(9), rest),
        b'v' => (Unescaped::Char(11), rest),
        b'\\' => (Unescaped::Char(92), rest),
        b'\'' | b'"' if kind == quote => (Unescaped::Char(u32::from(kind)), rest),
        b'x' => (Unescaped::Byte(number(rest.get(..2)?, 16)? as u8), &rest[2..]),
        b'0'..=b'7' => {
            let digits = text.get(1..4)?;
            (Unescaped::Byte(u8::try_from(number(digits, 8)?).ok()?), &text[4..])
        }
        b'u' | b'U' => {
            let len = if kind == b'u' { 4 } else { 8 };
            let value = number(rest.get(..len)?, 16)?;
            char::from_u32(value)?;
            (Unescaped::Char(value), &rest[len..])
        }
        _ => return None,
    })
}

/// The bytes of a string literal.
pub fn unquote(raw: &str) -> Option<Vec<u8>> {
    if let Some(inner) = raw.strip_prefix('`') {
        return Some(inner.strip_suffix('`')?.bytes().filter(|&b| b != b'\r').collect());
    }
    let mut text = raw.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    while !text.is_empty() {
        let (value, rest) = unescape(text, b'"')?;
        match value {
            Unescaped::Byte(b) => out.push(b),
            Unescaped::Char(c) => {
                let c = char::from_u32(c)?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        text = rest;
    }
    Some(out)
}

impl std::fmt::Display for Const {
    /// As gc's messages print constant values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Const::Bool(b) => write!(f, "{b}"),
            Const::Int(i) => write!(f, "{i}"),
            Const::Str(s) => {
                let text = String::from_utf8_lossy(s);
                let quoted = format!("{text:?}");
                if quoted.chars().count() > 72 {
                    write!(f, "{}...", quoted.chars().take(69).collect::<String>())
                } else {
                    f.write_str(&quoted)
                }
            }
            Const::Float(value) => f.write_str(&float_str(value)),
            Const::Huge(huge) => {
                let (negative, mantissa, exponent) = huge.approximate();
                f.write_str(&huge_float_str(negative, mantissa, exponent))
            }
            Const::Complex(re, im) => write!(f, "({} + {}i)", float_str(re), float_str(im)),
        }
    }
}

/// Digits with what `%g` leaves out removed.
fn trim_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// A decimal number as Go writes it with an exponent.
fn with_exponent(mantissa: &str, exponent: i64) -> String {
    format!("{}e{}{:02}", trim_zeros(mantissa), if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}

/// As gc prints floating-point constants: six significant digits, more only to tell a number from an integer.
fn float_str(value: &BigRational) -> String {
    if value.is_zero() {
        return "0".into();
    }
    let float = rational_to_f64(value);
    if float == 0.0 || !float.is_finite() {
        let Some((negative, mantissa, exponent)) = scaled(value, 53) else { return "0".into() };
        return huge_float_str(negative, mantissa.to_u64().unwrap_or(1) as f64, exponent);
    }
    let (mantissa, exponent) = decimal_parts(&format!("{float:.5e}"));
    let short = if (-4..6).contains(&exponent) {
        trim_zeros(&format!("{float:.*}", (5 - exponent).max(0) as usize)).to_string()
    } else {
        with_exponent(&mantissa, exponent)
    };
    if value.is_integer() || short.contains('.') {
        return short;
    }
    // The shortest form that gives the number back.
    let (mantissa, exponent) = decimal_parts(&format!("{float:e}"));
    if (-4..21).contains(&exponent) { format!("{float}") } else { with_exponent(&mantissa, exponent) }
}

fn decimal_parts(text: &str) -> (String, i64) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (mantissa.to_string(), exponent.parse().unwrap_or(0))
}

/// A number outside the range of float64, by its binary logarithm.
fn huge_float_str(negative: bool, mantissa: f64, exponent: i64) -> String {
    let log = mantissa.log10() + exponent as f64 * std::f64::consts::LOG10_2;
    let mut decimal = log.floor();
    let mut digits = 10f64.powf(log - decimal);
    if digits >= 9.999_995 {
        digits /= 10.0;
        decimal += 1.0;
    }
    format!("{}{}", if negative { "-" } else { "" }, with_exponent(&format!("{digits:.5}"), decimal as i64))
}
