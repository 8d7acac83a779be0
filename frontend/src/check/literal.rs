//! Composite literals and function literals.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::Checker;
use super::info::Mode;
use super::operand::Operand;
use crate::ast::{Expr, ExprKind, FuncLit, Ident};
use crate::constant::Const;
use crate::span::Pos;
use crate::types::{Field, Type, TypeId};

/// A constant as duplicates are found by: equal for equal values of any kind.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum ValueKey {
    Bool(bool),
    Str(Arc<[u8]>),
    Int(BigInt),
    Float(BigRational),
    Complex(BigRational, BigRational),
}

impl ValueKey {
    pub fn of(value: &Const) -> ValueKey {
        if let Some(int) = value.to_int() {
            return ValueKey::Int(int);
        }
        if let Some(float) = value.to_float() {
            return ValueKey::Float(float);
        }
        match value {
            Const::Bool(b) => ValueKey::Bool(*b),
            Const::Str(s) => ValueKey::Str(s.clone()),
            Const::Int(i) => ValueKey::Int(i.clone()),
            Const::Float(f) => ValueKey::Float(f.clone()),
            Const::Complex(re, im) => ValueKey::Complex(re.clone(), im.clone()),
            // No type has such values, so no key has.
            Const::Huge(_) => ValueKey::Bool(false),
        }
    }
}

impl<'a> Checker<'a> {
    /// `func(…) {…}`. The body is checked at the end of the statement around it, when the types it may use are
    /// complete but the scope is still the same.
    pub(super) fn func_lit(&mut self, e: &'a Expr, lit: &'a FuncLit) -> Operand<'a> {
        let outer = self.env.scope;
        self.open_scope();
        let ty = self.func_lit_type(e.id, &lit.sig);
        let env = self.env.clone();
        self.env.scope = outer;
        self.info.captures.entry(e.id).or_default();
        if !ty.is_valid() {
            return Operand::invalid(e);
        }
        self.later(move |checker| {
            checker.env = env;
            checker.func_body(e.id, None, ty, &lit.body);
        });
        Operand::new(Mode::Value, ty, e)
    }

    /// `T{…}`, or `{…}` as an element, where `hint` is the element type.
    pub(super) fn composite_lit(
        &mut self,
        e: &'a Expr,
        ty: Option<&'a Expr>,
        rbrace: Pos,
        elems: &'a [Expr],
        hint: Option<TypeId>,
    ) -> Operand<'a> {
        let types = self.types;
        let (lit_type, base) = match (ty, hint) {
            (Some(written), _) => {
                if let ExprKind::ArrayType { len, elem } = &written.kind
                    && matches!(len.kind, ExprKind::Ellipsis(None))
                {
                    let elem = self.var_type(elem);
                    let len = self.indexed_elems(elems, elem, None);
                    let array = if elem.is_valid() { types.array(elem, len) } else { TypeId::INVALID };
                    if !array.is_valid() {
                        return Operand::invalid(e);
                    }
                    self.record_type(written, Mode::Type, array, None);
                    return Operand::new(Mode::Value, array, e);
                }
                let ty = self.type_expr(written);
                if !self.check_pending(ty) {
                    return Operand::invalid(e);
                }
                (ty, ty)
            }
            (None, Some(hint)) => {
                // An element type `*T` implies `&T{…}`.
                let core = types.core_type(hint);
                let base = core.and_then(|core| types.pointee(core)).unwrap_or(hint);
                (hint, base)
            }
            (None, None) => {
                self.error(e.span, "missing type in composite literal");
                (TypeId::INVALID, TypeId::INVALID)
            }
        };
        let core = types.core_type(base);
        match core.map(|core| types.get(core)) {
            Some(Type::Struct(fields)) => self.struct_elems(elems, fields, base, rbrace),
            Some(&Type::Array { elem, len }) => {
                self.indexed_elems(elems, elem, Some(len));
            }
            Some(&Type::Slice(elem)) => {
                self.indexed_elems(elems, elem, None);
            }
            Some(&Type::Map { key, elem }) => self.map_elems(elems, key, elem),
            other => {
                self.use_exprs(elems);
                if !matches!(other, Some(t) if *t == Type::Basic(crate::types::Basic::Invalid)) && base.is_valid() {
                    let what = if ty.is_none() { " element" } else { "" };
                    let cause = if other.is_none() { " (no common underlying type)" } else { "" };
                    let message = format!("invalid composite literal{what} type {}{cause}", self.str(lit_type));
                    self.error(e.span, message);
                }
                return Operand::invalid(e);
            }
        }
        Operand::new(Mode::Value, lit_type, e)
    }

    fn struct_elems(&mut self, elems: &'a [Expr], fields: &'a [Field], base: TypeId, rbrace: Pos) {
        const MIXTURE: &str = "mixture of field:value and value elements in struct literal";
        let Some(first) = elems.first() else { return };
        if matches!(first.kind, ExprKind::KeyValue { .. }) {
            let mut seen = vec![false; fields.len()];
            for elem in elems {
                let ExprKind::KeyValue { key, value, .. } = &elem.kind else {
                    self.error(elem.span, MIXTURE);
                    continue;
                };
                let field = match key.as_ident() {
                    Some(name) => self.literal_field(fields, base, name),
                    None => {
                        let message = format!("invalid field name {} in struct literal", self.text(key));
                        self.error(elem.span, message);
                        None
                    }
                };
                let Some(index) = field else {
                    self.expr(None, value);
                    continue;
                };
                let ty = fields[index].ty;
                let mut x = self.expr(None, value);
                self.assignment(&mut x, Some(ty), "struct literal");
                if std::mem::replace(&mut seen[index], true) {
                    let message = format!("duplicate field name {} in struct literal", fields[index].name);
                    self.error(elem.span, message);
                }
            }
            return;
        }
        for (index, elem) in elems.iter().enumerate() {
            if matches!(elem.kind, ExprKind::KeyValue { .. }) {
                self.error(elem.span, MIXTURE);
                continue;
            }
            let mut x = self.expr(None, elem);
            let Some(field) = fields.get(index) else {
                let message = format!("too many values in struct literal of type {}", self.str(base));
                self.error(elem.span, message);
                self.use_exprs(&elems[index + 1..]);
                break;
            };
            if !field.name.is_exported() && field.pkg != Some(self.pkg) {
                let message = format!(
                    "implicit assignment to unexported field {} in struct literal of type {}",
                    field.name,
                    self.str(base)
                );
                self.error(x.span(), message);
                continue;
            }
            self.assignment(&mut x, Some(field.ty), "struct literal");
        }
        if elems.len() < fields.len() {
            let message = format!("too few values in struct literal of type {}", self.str(base));
            self.error(rbrace.span(), message);
        }
    }

    fn literal_field(&mut self, fields: &[Field], base: TypeId, name: &Ident) -> Option<usize> {
        let own = |f: &Field| f.name.is_exported() || f.pkg == Some(self.pkg);
        let found = fields.iter().position(|f| f.name == name.name && !name.is_blank() && own(f));
        if found.is_some() {
            return found;
        }
        let lower = name.as_str().to_lowercase();
        let near = fields.iter().find(|f| !name.is_blank() && f.name.as_str().to_lowercase() == lower);
        let tail = |name: &'static str| name.chars().skip(1).collect::<String>();
        let (want, shown) = (name.as_str(), self.str(base));
        let unknown = format!("unknown field {want} in struct literal of type {shown}");
        let message = match near {
            Some(f) => {
                let same_tail = tail(want) == tail(f.name.as_str());
                let exported = f.name.is_exported();
                let local = match self.types.get(base) {
                    Type::Named(named) => self.types.object(named.obj).pkg == Some(self.pkg),
                    _ => true,
                };
                let here = f.pkg == Some(self.pkg) || exported && local;
                if here || exported && (name.name.is_exported() || same_tail) {
                    format!("{unknown}, but does have {}", f.name)
                } else if !exported && name.name.is_exported() && same_tail {
                    format!("{unknown}, but does have unexported {}", f.name)
                } else if f.name == name.name {
                    format!("cannot refer to unexported field {want} in struct literal of type {shown}")
                } else {
                    unknown
                }
            }
            None => unknown,
        };
        self.error(name.span, message);
        None
    }

    /// The elements of an array (`len` given) or slice literal. Returns how many the literal has.
    fn indexed_elems(&mut self, elems: &'a [Expr], ty: TypeId, len: Option<u64>) -> u64 {
        // Without keys nothing can be there twice.
        let keyed = elems.iter().any(|e| matches!(e.kind, ExprKind::KeyValue { .. }));
        let mut seen = std::collections::HashSet::new();
        let (mut index, mut max) = (0u64, 0u64);
        for elem in elems {
            let mut valid = false;
            let value = match &elem.kind {
                ExprKind::KeyValue { key, value, .. } => {
                    match self.index(key, len) {
                        Some(Some(i)) => {
                            index = i;
                            valid = true;
                        }
                        Some(None) => {
                            let message = format!("index {} must be integer constant", self.text(key));
                            self.error(elem.span, message);
                        }
                        None => {}
                    }
                    value
                }
                _ => {
                    match len {
                        Some(len) if index >= len => {
                            self.error(elem.span, format!("index {index} is out of bounds (>= {len})"));
                        }
                        _ => valid = true,
                    }
                    elem
                }
            };
            if keyed && valid && !seen.insert(index) {
                self.error(elem.span, format!("duplicate index {index} in array or slice literal"));
            }
            index = index.saturating_add(1);
            max = max.max(index);
            let mut x = self.expr_with_hint(value, ty);
            self.assignment(&mut x, Some(ty), "array or slice literal");
        }
        max
    }

    fn map_elems(&mut self, elems: &'a [Expr], key_type: TypeId, elem_type: TypeId) {
        // Keys of different types are different in a map of interfaces.
        let by_type = self.types.is_interface(key_type);
        let mut seen: HashMap<ValueKey, Vec<TypeId>> = HashMap::new();
        for elem in elems {
            let ExprKind::KeyValue { key, value, .. } = &elem.kind else {
                self.error(elem.span, "missing key in map literal");
                continue;
            };
            let mut x = self.expr_with_hint(key, key_type);
            self.assignment(&mut x, Some(key_type), "map literal");
            if x.is_valid()
                && x.is_constant()
                && let Some(constant) = &x.value
            {
                let ty = if by_type { x.ty } else { key_type };
                let duplicate = match seen.entry(ValueKey::of(constant)) {
                    Entry::Occupied(mut known) => {
                        let duplicate = known.get().iter().any(|&t| self.types.identical(t, ty));
                        known.get_mut().push(ty);
                        duplicate
                    }
                    Entry::Vacant(slot) => {
                        slot.insert(vec![ty]);
                        false
                    }
                };
                if duplicate {
                    self.error(x.span(), format!("duplicate key {constant} in map literal"));
                }
            }
            let mut v = self.expr_with_hint(value, elem_type);
            self.assignment(&mut v, Some(elem_type), "map literal");
        }
    }
}
