//! Constants, above all those at the edges of their types.

use crate::diff::generate::Gen;
use crate::diff::tree::Node;
use crate::diff::types::{Int, Ty};
use crate::value;

const FLOATS: [&str; 22] = [
    "0",
    "1",
    "-1",
    "0.5",
    "-0.1",
    "3.25",
    "1e10",
    "-7.75",
    "2147483648",
    "-2147483649",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551615",
    "-9223372036854775809",
    "1e-10",
    "16777217",
    "255.9",
    "-128.5",
    "1e30",
    "1e-40",
    "3.4028234663852886e38",
    "0.333333333333333333333",
];
const WIDE_FLOATS: [&str; 4] = ["1.7976931348623157e308", "5e-324", "-1e200", "2.2250738585072014e-308"];
const STRINGS: [&str; 12] = [
    r#""""#,
    r#""a""#,
    r#""b""#,
    r#""abc""#,
    r#""héllo""#,
    r#""日本語""#,
    r#""\xff\xfe""#,
    r#""a\x00b""#,
    r#""\xed\xa0\x80x""#,
    r#""z\U0010ffffz""#,
    r#""0123456789abcdef""#,
    r#""\xf0\x9f\x98""#,
];

impl Gen {
    /// A constant of a scalar type, as an expression of the type.
    pub(super) fn literal(&mut self, ty: &Ty) -> Node {
        match ty.basic() {
            Ty::Bool => {
                let truth = if self.rng.percent(50) { "true" } else { "false" };
                if ty == ty.basic() { value!(ty, truth) } else { value!(ty, "$($)", ty, truth) }
            }
            Ty::Int(int) => {
                let (int, ty) = (*int, ty.clone());
                if self.rng.percent(9) {
                    let (text, _) = self.constant(int, 2);
                    return value!(&ty, "$($)", &ty, text);
                }
                let number = self.integer(int);
                value!(&ty, "$($)", &ty, number.to_string())
            }
            Ty::Param => {
                let number = self.rng.below(128);
                value!(ty, "T($)", number)
            }
            Ty::F32 => {
                let text = *self.rng.pick(&FLOATS);
                value!(ty, "$($)", ty, text)
            }
            Ty::F64 => {
                let wide = self.rng.percent(15);
                let text = *if wide { self.rng.pick(&WIDE_FLOATS) } else { self.rng.pick(&FLOATS) };
                value!(ty, "$($)", ty, text)
            }
            Ty::C128 => {
                let (re, im) = (*self.rng.pick(&FLOATS), *self.rng.pick(&FLOATS));
                value!(ty, "$(complex($, $))", ty, re, im)
            }
            _ => {
                let text = *self.rng.pick(&STRINGS);
                value!(ty, "$($)", ty, text)
            }
        }
    }

    /// A constant that the compiler does not take for one: an optimiser sees it, or even that does not.
    pub(super) fn hidden(&mut self, ty: &Ty) -> Node {
        if matches!(ty.basic(), Ty::F32 | Ty::F64) && self.rng.percent(15) {
            let special = *self.rng.pick(&["nan", "inf", "-inf", "negz"]);
            return value!(ty, "$($)", ty, special);
        }
        let literal = self.literal(ty);
        let through = if self.rng.percent(60) { "id" } else { "hide" };
        value!(ty, "$($)", through, literal)
    }

    pub(super) fn integer(&mut self, int: Int) -> i128 {
        let (min, max) = (int.min(), int.max());
        let number = match self.rng.below(12) {
            0 => min,
            1 => max,
            2 => min + 1,
            3 => max - 1,
            4 => -1,
            5 => {
                let shift = self.rng.below(int.bits as usize);
                (1 << shift) + self.rng.below(3) as i128 - 1
            }
            6 => i128::from(self.rng.next()) % (max + 1),
            _ => self.rng.below(10) as i128,
        };
        if int.holds(number) { number } else { 3 }
    }

    /// A constant expression without types whose value the type holds.
    fn constant(&mut self, int: Int, depth: usize) -> (String, i128) {
        if depth > 0 {
            let (a, x) = self.constant(int, depth - 1);
            let (b, y) = self.constant(int, depth - 1);
            let shift = self.rng.below(20);
            let made = match self.rng.below(9) {
                0 => Some((format!("({a} + {b})"), x + y)),
                1 => Some((format!("({a} - {b})"), x - y)),
                2 => x.checked_mul(y).map(|product| (format!("({a} * {b})"), product)),
                3 if y != 0 => Some((format!("({a} / {b})"), x / y)),
                4 if y != 0 => Some((format!("({a} % {b})"), x % y)),
                5 => Some((format!("({a} >> {shift})"), x >> shift)),
                6 => Some((format!("({a} ^ {b})"), x ^ y)),
                7 => Some((format!("({a} &^ {b})"), x & !y)),
                _ => Some((format!("({a}<<{shift} | {b})"), x << shift | y)),
            };
            if let Some((text, value)) = made.filter(|&(_, value)| int.holds(value)) {
                return (text, value);
            }
        }
        let number = self.integer(int);
        (if number < 0 { format!("({number})") } else { number.to_string() }, number)
    }
}
