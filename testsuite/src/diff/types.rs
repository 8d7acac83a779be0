//! The types of generated programs.

use std::fmt;

/// A predeclared integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int {
    pub name: &'static str,
    pub bits: u32,
    pub signed: bool,
}

const fn int(name: &'static str, bits: u32, signed: bool) -> Int {
    Int { name, bits, signed }
}

pub const INT: Int = int("int", 64, true);
pub const INT64: Int = int("int64", 64, true);
pub const UINT8: Int = int("uint8", 8, false);
pub const UINT16: Int = int("uint16", 16, false);
pub const UINT32: Int = int("uint32", 32, false);
pub const UINT64: Int = int("uint64", 64, false);
pub const INT32: Int = int("int32", 32, true);

pub const INTS: [Int; 11] = [
    INT,
    INT64,
    INT32,
    int("int16", 16, true),
    int("int8", 8, true),
    int("uint", 64, false),
    UINT64,
    UINT32,
    UINT16,
    UINT8,
    int("uintptr", 64, false),
];

impl Int {
    pub fn min(self) -> i128 {
        if self.signed { -(1 << (self.bits - 1)) } else { 0 }
    }

    pub fn max(self) -> i128 {
        (1 << (self.bits - u32::from(self.signed))) - 1
    }

    pub fn holds(self, value: i128) -> bool {
        (self.min()..=self.max()).contains(&value)
    }
}

/// A type of a generated program.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    Bool,
    Int(Int),
    F32,
    F64,
    C128,
    Str,
    Any,
    Slice(Box<Ty>),
    Array(usize, Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    Ptr(Box<Ty>),
    Chan(Box<Ty>),
    /// Parameters and at most one result.
    Func(Vec<Ty>, Option<Box<Ty>>),
    /// A declared type or an instance of a generic one, by its place in the program's table.
    Named {
        id: usize,
        name: String,
        form: Form,
    },
    /// A type parameter, of integers.
    Param,
}

/// What the underlying type of a declared type is.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    Basic(Box<Ty>),
    Struct,
    Interface,
}

impl Ty {
    pub fn slice(of: &Ty) -> Ty {
        Ty::Slice(Box::new(of.clone()))
    }

    pub fn ptr(to: &Ty) -> Ty {
        Ty::Ptr(Box::new(to.clone()))
    }

    /// The underlying type where it is a basic one, else the type itself.
    pub fn basic(&self) -> &Ty {
        match self {
            Ty::Named { form: Form::Basic(of), .. } => of,
            other => other,
        }
    }

    /// The type with `T` replaced.
    pub fn substitute(&self, argument: &Ty) -> Ty {
        let inside = |ty: &Ty| Box::new(ty.substitute(argument));
        match self {
            Ty::Param => argument.clone(),
            Ty::Slice(of) => Ty::Slice(inside(of)),
            Ty::Ptr(to) => Ty::Ptr(inside(to)),
            Ty::Chan(of) => Ty::Chan(inside(of)),
            Ty::Array(length, of) => Ty::Array(*length, inside(of)),
            Ty::Map(key, of) => Ty::Map(inside(key), inside(of)),
            Ty::Func(parameters, result) => Ty::Func(
                parameters.iter().map(|ty| ty.substitute(argument)).collect(),
                result.as_ref().map(|ty| inside(ty)),
            ),
            other => other.clone(),
        }
    }

    pub fn has_parameter(&self) -> bool {
        self.substitute(&Ty::Bool) != *self
    }

    pub fn is_struct(&self) -> bool {
        matches!(self, Ty::Named { form: Form::Struct, .. })
    }

    pub fn is_interface(&self) -> bool {
        matches!(self, Ty::Any | Ty::Named { form: Form::Interface, .. })
    }

    /// Whether `+`, `<` and the like apply.
    pub fn is_ordered(&self) -> bool {
        matches!(self.basic(), Ty::Int(_) | Ty::F32 | Ty::F64 | Ty::Str | Ty::Param)
    }

    /// Whether the type has constants.
    pub fn is_scalar(&self) -> bool {
        self.is_ordered() || matches!(self.basic(), Ty::Bool | Ty::C128)
    }

    /// The zero value, as an expression of the type.
    pub fn zero(&self) -> String {
        match self.basic() {
            Ty::Bool => format!("{self}(false)"),
            Ty::Int(_) | Ty::F32 | Ty::F64 | Ty::C128 | Ty::Param => format!("{self}(0)"),
            Ty::Str => format!("{self}(\"\")"),
            Ty::Slice(_) | Ty::Array(..) | Ty::Map(..) => format!("{self}{{}}"),
            Ty::Named { form: Form::Struct, .. } => format!("{self}{{}}"),
            Ty::Any | Ty::Ptr(_) | Ty::Chan(_) | Ty::Func(..) | Ty::Named { .. } => format!("({self})(nil)"),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Bool => f.write_str("bool"),
            Ty::Int(int) => f.write_str(int.name),
            Ty::F32 => f.write_str("float32"),
            Ty::F64 => f.write_str("float64"),
            Ty::C128 => f.write_str("complex128"),
            Ty::Str => f.write_str("string"),
            Ty::Any => f.write_str("any"),
            Ty::Slice(of) => write!(f, "[]{of}"),
            Ty::Array(length, of) => write!(f, "[{length}]{of}"),
            Ty::Map(key, value) => write!(f, "map[{key}]{value}"),
            Ty::Ptr(to) => write!(f, "*{to}"),
            Ty::Chan(of) => write!(f, "chan {of}"),
            Ty::Func(parameters, result) => {
                let parameters: Vec<String> = parameters.iter().map(Ty::to_string).collect();
                write!(f, "func({})", parameters.join(", "))?;
                result.iter().try_for_each(|result| write!(f, " {result}"))
            }
            Ty::Named { name, .. } => f.write_str(name),
            Ty::Param => f.write_str("T"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_go() {
        let of = Ty::Map(Box::new(Ty::Str), Box::new(Ty::slice(&Ty::ptr(&Ty::Int(UINT8)))));
        assert_eq!(of.to_string(), "map[string][]*uint8");
        assert_eq!(
            Ty::Func(vec![of, Ty::F32], Some(Box::new(Ty::Any))).to_string(),
            "func(map[string][]*uint8, float32) any"
        );
        assert_eq!(Ty::ptr(&Ty::Bool).zero(), "(*bool)(nil)");
    }

    #[test]
    fn knows_ranges() {
        assert_eq!((INT64.min(), INT64.max()), (i64::MIN.into(), i64::MAX.into()));
        assert_eq!((UINT8.min(), UINT8.max()), (0, 255));
        assert!(UINT8.holds(255) && !UINT8.holds(-1));
    }
}
