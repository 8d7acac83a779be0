//! Explicit conversions.

use super::operand::Operand;
use super::{Checker, Mode};
use crate::constant::Const;
use crate::types::{Basic, Type, TypeId};

impl<'a> Checker<'a> {
    /// `to(x)`: x becomes the converted value (constant if it stays one), or invalid after a report. `x.expr` is the
    /// operand on entry; the caller sets it to the conversion.
    pub(super) fn conversion(&mut self, x: &mut Operand<'a>, to: TypeId) {
        let types = self.types;
        let const_arg = x.is_constant();
        let mut cause = String::new();
        let done = if const_arg && types.is_const_type(to) {
            match self.convert_constant(x, to) {
                Some(value) => {
                    x.value = Some(value);
                    true
                }
                None if types.is_integer(x.ty) && types.is_integer(to) => {
                    let shown = x.value.as_ref().map_or_else(String::new, ToString::to_string);
                    self.error(x.span(), format!("constant {shown} overflows {}", self.str(to)));
                    x.invalidate();
                    return;
                }
                None => false,
            }
        } else if const_arg && types.is_type_param(to) {
            let result = self.constant_to_param(x, to);
            x.mode = Mode::Value;
            match result {
                Ok(()) => true,
                Err(why) => {
                    cause = why;
                    false
                }
            }
        } else {
            match self.convertible(x, to).and_then(|()| self.allow_array_conversion(x, to)) {
                Ok(()) => {
                    if x.mode != Mode::Nil {
                        x.mode = Mode::Value;
                    }
                    true
                }
                Err(why) => {
                    cause = why;
                    false
                }
            }
        };
        if !done {
            let mut message = format!("cannot convert {} to type {}", self.describe(x), self.str(to));
            if !cause.is_empty() {
                message = format!("{message}: {cause}");
            }
            self.error(x.span(), message);
            x.invalidate();
            return;
        }
        if types.is_untyped(x.ty) {
            // What the operand is before it is converted.
            let last = if x.is_nil() {
                to
            } else if types.is_interface(to) || const_arg && !types.is_const_type(to) {
                types.default_type(x.ty)
            } else if x.is_constant() && types.is_integer(x.ty) && types.is_string(to) {
                x.ty
            } else {
                to
            };
            self.update_expr_type(x.expr, last, true);
        }
        if !x.is_constant() {
            x.value = None;
        }
        if x.is_nil() {
            x.mode = Mode::Value;
        }
        x.ty = to;
    }

    /// The value of a constant converted to a type constants can have.
    fn convert_constant(&self, x: &Operand<'a>, to: TypeId) -> Option<Const> {
        let value = x.value.as_ref()?;
        let basic = self.types.basic(to)?;
        if let Ok(value) = self.representation(x, basic) {
            return value;
        }
        if self.types.is_integer(x.ty) && basic.is_string() {
            let c = value.to_u64().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
            return Some(Const::str(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4])));
        }
        None
    }

    /// A constant is convertible to a type parameter if it is to each type of its set.
    fn constant_to_param(&self, x: &Operand<'a>, to: TypeId) -> Result<(), String> {
        let shown = self.str(to);
        let terms = self.types.terms_of(to).filter(|terms| !terms.is_empty());
        let Some(terms) = terms else {
            return Err(format!("{shown} does not contain specific types"));
        };
        for term in &terms {
            let under = self.types.underlying(term.ty);
            if self.types.is_string(x.ty) && self.is_bytes_or_runes(under) {
                continue;
            }
            if self.convert_constant(x, under).is_some() {
                continue;
            }
            let under_str = self.str(under);
            if self.types.is_integer(x.ty) && self.types.is_integer(under) {
                let value = x.value.as_ref().map_or_else(String::new, ToString::to_string);
                return Err(format!("constant {value} overflows {under_str} (in {shown})"));
            }
            return Err(format!("cannot convert {} to type {under_str} (in {shown})", self.describe(x)));
        }
        Ok(())
    }

    /// A slice of bytes or runes, by underlying type.
    pub(super) fn is_bytes_or_runes(&self, ty: TypeId) -> bool {
        match self.types.under(ty) {
            &Type::Slice(elem) => matches!(self.types.underlying(elem), TypeId::UINT8 | TypeId::INT32),
            _ => false,
        }
    }

    /// Whether a value `x` of non-constant kind can be converted.
    pub(super) fn convertible(&mut self, x: &Operand<'a>, to: TypeId) -> Result<(), String> {
        let mut cause = match self.assignable(x, to) {
            Ok(()) => return Ok(()),
            Err(cause) => cause,
        };
        let types = self.types;
        let from = x.ty;
        let (from_param, to_param) = (types.is_type_param(from), types.is_type_param(to));
        if !from_param && !to_param {
            return if self.convertible_types(from, to) { Ok(()) } else { Err(cause) };
        }
        // Every type of one set must be convertible to every type of the other.
        let sources = if from_param {
            types.terms_of(from)
        } else {
            Some(Box::from([crate::types::Term { tilde: false, ty: from }]))
        };
        let targets =
            if to_param { types.terms_of(to) } else { Some(Box::from([crate::types::Term { tilde: false, ty: to }])) };
        let (Some(sources), Some(targets)) = (sources, targets) else { return Err(cause) };
        if sources.is_empty() || targets.is_empty() {
            return Err(cause);
        }
        for source in &sources {
            for target in &targets {
                let one = Operand { ty: source.ty, ..x.clone() };
                let Err(inner) = self.convertible(&one, target.ty) else { continue };
                let in_set = |is_param: bool, ty: TypeId| {
                    if is_param { format!(" (in {})", self.str(ty)) } else { String::new() }
                };
                let message = format!(
                    "cannot convert {}{} to type {}{}",
                    self.str(source.ty),
                    in_set(from_param, from),
                    self.str(target.ty),
                    in_set(to_param, to)
                );
                cause = if inner.is_empty() { message } else { format!("{message}\n\t{inner}") };
                return Err(cause);
            }
        }
        Ok(())
    }

    /// Slices become arrays, or pointers to arrays, in newer versions only.
    fn allow_array_conversion(&self, x: &Operand<'a>, to: TypeId) -> Result<(), String> {
        if !matches!(self.types.under(x.ty), Type::Slice(_)) {
            return Ok(());
        }
        let (minor, what) = match self.types.under(to) {
            Type::Array { .. } => (20, "array"),
            &Type::Pointer(base) if matches!(self.types.under(base), Type::Array { .. }) => (17, "array pointer"),
            _ => return Ok(()),
        };
        if self.allow_version(x.span(), minor) {
            return Ok(());
        }
        let what = format!("conversion of slice to {what} requires go1.{minor} or later");
        Err(self.version_message(x.span(), &what))
    }

    /// The rules of conversion between types that are no type parameters.
    fn convertible_types(&self, from: TypeId, to: TypeId) -> bool {
        let types = self.types;
        let (from_under, to_under) = (types.underlying(from), types.underlying(to));
        if types.identical_ignore_tags(from_under, to_under) {
            return true;
        }
        if let (&Type::Pointer(a), &Type::Pointer(b)) = (types.get(from), types.get(to))
            && !types.is_type_param(a)
            && !types.is_type_param(b)
            && types.identical_ignore_tags(types.underlying(a), types.underlying(b))
        {
            return true;
        }
        let basic = |ty: TypeId| types.basic(ty);
        let real = |b: Option<Basic>| b.is_some_and(|b| b.is_integer() || b.is_float());
        let (b1, b2) = (basic(from_under), basic(to_under));
        let complex = |b: Option<Basic>| b.is_some_and(Basic::is_complex);
        let string = |b: Option<Basic>| b.is_some_and(Basic::is_string);
        let integer = |b: Option<Basic>| b.is_some_and(Basic::is_integer);
        if real(b1) && real(b2) || complex(b1) && complex(b2) {
            return true;
        }
        if (integer(b1) || self.is_bytes_or_runes(from_under)) && string(b2)
            || string(b1) && self.is_bytes_or_runes(to_under)
        {
            return true;
        }
        let address = |under: TypeId| under == TypeId::UINTPTR || matches!(types.get(under), Type::Pointer(_));
        if address(from_under) && to_under == TypeId::UNSAFE_POINTER
            || from_under == TypeId::UNSAFE_POINTER && address(to_under)
        {
            return true;
        }
        let &Type::Slice(elem) = types.get(from_under) else { return false };
        let array = match types.get(to_under) {
            &Type::Pointer(base) => types.underlying(base),
            _ => to_under,
        };
        matches!(types.get(array), &Type::Array { elem: other, .. } if types.identical(elem, other))
    }
}
