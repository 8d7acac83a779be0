//! Floating-point constants whose exponents are too large for exact arithmetic.
//!
//! `1e646456992` has two thousand million binary digits. As gc, such numbers are kept as 512 bits and an exponent of 32
//! bits. They arise from literals and from arithmetic with such literals, and fit no type but untyped ones.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, ToPrimitive};

use crate::ast::BinaryOp;
use crate::constant::{from_parts, scaled};

const BITS: u64 = 512;
/// Numbers below this are exact rationals again.
const EXACT: i64 = 330_000;
/// Where the exponent ends.
const LARGEST: i64 = i32::MAX as i64;

/// `±mantissa * 2^exponent`, the mantissa of exactly 512 bits.
#[derive(Clone, PartialEq, Debug)]
pub struct Huge {
    negative: bool,
    mantissa: BigUint,
    exponent: i64,
}

/// A result: huge still, or small enough to be exact.
pub enum Number {
    Exact(BigRational),
    Huge(Huge),
}

impl Huge {
    /// `None` for zero.
    pub fn new(value: &BigRational) -> Option<Huge> {
        let (negative, mantissa, exponent) = scaled(value, BITS)?;
        Some(Huge { negative, mantissa, exponent })
    }

    /// Sign, mantissa and exponent.
    pub fn parts(&self) -> (bool, &BigUint, i64) {
        (self.negative, &self.mantissa, self.exponent)
    }

    /// What [`Huge::parts`] took apart.
    pub fn from_parts(negative: bool, mantissa: BigUint, exponent: i64) -> Huge {
        Huge { negative, mantissa, exponent }
    }

    /// `digits * base^power`; `None` for zero.
    pub fn power(digits: BigInt, base: u32, power: i64) -> Option<Huge> {
        let digits = Huge::new(&BigRational::from_integer(digits))?;
        let mut result = Huge::new(&BigRational::one())?;
        let mut square = Huge::new(&BigRational::from_integer(base.into()))?;
        let mut left = power.unsigned_abs();
        while left > 0 {
            if left & 1 == 1 {
                result = result.times(&square);
            }
            square = square.times(&square);
            left >>= 1;
        }
        Some(if power < 0 { digits.over(&result) } else { digits.times(&result) })
    }

    fn rounded(negative: bool, mantissa: BigUint, exponent: i64) -> Option<Huge> {
        let sign = from_parts(negative, mantissa, 0);
        let mut result = Huge::new(&sign)?;
        result.exponent += exponent;
        Some(result)
    }

    fn times(&self, other: &Huge) -> Huge {
        let negative = self.negative != other.negative;
        let exponent = self.exponent.saturating_add(other.exponent);
        Huge::rounded(negative, &self.mantissa * &other.mantissa, exponent).unwrap_or_else(|| self.clone())
    }

    fn over(&self, other: &Huge) -> Huge {
        let negative = self.negative != other.negative;
        // Twice the digits of the quotient, so that dropping the rest does not matter.
        let quotient = (&self.mantissa << (2 * BITS)) / &other.mantissa;
        let exponent = self.exponent.saturating_sub(other.exponent) - 2 * BITS as i64;
        Huge::rounded(negative, quotient, exponent).unwrap_or_else(|| self.clone())
    }

    /// The sum; `None` for zero.
    fn plus(&self, other: &Huge) -> Option<Huge> {
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let distance = (high.exponent - low.exponent) as u64;
        if distance > 2 * BITS {
            return Some(high.clone());
        }
        let signed = |h: &Huge, shift: u64| {
            let value = BigInt::from(&h.mantissa << shift);
            if h.negative { -value } else { value }
        };
        let sum = signed(high, distance) + signed(low, 0);
        Huge::rounded(sum.sign() == num_bigint::Sign::Minus, sum.magnitude().clone(), low.exponent)
    }

    pub fn negated(&self) -> Huge {
        Huge { negative: !self.negative, ..self.clone() }
    }

    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Too small for any type, not too large.
    pub fn is_tiny(&self) -> bool {
        self.exponent < 0
    }

    pub fn compare(&self, other: &Huge) -> Ordering {
        let magnitude = || (self.exponent, &self.mantissa).cmp(&(other.exponent, &other.mantissa));
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude(),
            (true, true) => magnitude().reverse(),
        }
    }

    /// `None` if the result has no such exponent, or for an operator that is not for floating-point numbers.
    pub fn binary(op: BinaryOp, x: &Huge, y: &Huge) -> Option<Number> {
        let result = match op {
            BinaryOp::Add => x.plus(y),
            BinaryOp::Sub => x.plus(&y.negated()),
            BinaryOp::Mul => Some(x.times(y)),
            BinaryOp::Div => Some(x.over(y)),
            _ => return None,
        };
        match result {
            None => Some(Number::Exact(BigRational::from_integer(BigInt::ZERO))),
            Some(result) => result.number(),
        }
    }

    pub fn number(self) -> Option<Number> {
        let top = self.exponent.saturating_add(BITS as i64);
        if top > LARGEST {
            return None;
        }
        if top < -LARGEST {
            return Some(Number::Exact(BigRational::from_integer(BigInt::ZERO)));
        }
        if top.abs() <= EXACT {
            return Some(Number::Exact(from_parts(self.negative, self.mantissa, self.exponent)));
        }
        Some(Number::Huge(self))
    }

    /// Sign, a float between 1 and 2^53 and the power of two it is multiplied with.
    pub fn approximate(&self) -> (bool, f64, i64) {
        let top = (&self.mantissa >> (BITS - 53)).to_u64().unwrap_or(1) as f64;
        (self.negative, top, self.exponent + (BITS - 53) as i64)
    }
}
