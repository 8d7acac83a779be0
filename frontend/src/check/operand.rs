//! Operands: what is known about an expression while it is being checked, and how that is recorded.

use super::Checker;
use super::info::{Mode, TypeInfo};
use crate::ast::{self, Expr};
use crate::constant::Const;
use crate::span::Span;
use crate::types::{Basic, Type, TypeId};

#[derive(Clone, Debug)]
pub(super) struct Operand<'a> {
    pub mode: Mode,
    pub ty: TypeId,
    /// Of a constant; absent if it is not known because of an error.
    pub value: Option<Const>,
    /// The expression (for one of several results, the call).
    pub expr: &'a Expr,
}

/// An expression whose untyped type is not final yet.
#[derive(Clone, Debug)]
pub(super) struct Untyped<'a> {
    pub expr: &'a Expr,
    /// It is the left operand of a shift whose count is no constant: its final type must be an integer type.
    pub shift_lhs: bool,
    pub mode: Mode,
    pub ty: TypeId,
    pub value: Option<Const>,
}

impl<'a> Operand<'a> {
    pub fn invalid(expr: &'a Expr) -> Operand<'a> {
        Operand { mode: Mode::Invalid, ty: TypeId::INVALID, value: None, expr }
    }

    pub fn new(mode: Mode, ty: TypeId, expr: &'a Expr) -> Operand<'a> {
        Operand { mode, ty, value: None, expr }
    }

    pub fn constant(value: Const, ty: TypeId, expr: &'a Expr) -> Operand<'a> {
        Operand { mode: Mode::Constant, ty, value: Some(value), expr }
    }

    /// Where messages about the operand go.
    pub fn span(&self) -> Span {
        self.expr.start().span()
    }

    pub fn is_valid(&self) -> bool {
        self.mode != Mode::Invalid
    }

    pub fn invalidate(&mut self) {
        self.mode = Mode::Invalid;
        self.ty = TypeId::INVALID;
        self.value = None;
    }

    pub fn is_nil(&self) -> bool {
        self.mode == Mode::Nil
    }

    pub fn is_constant(&self) -> bool {
        self.mode == Mode::Constant
    }
}

impl<'a> Checker<'a> {
    /// Whether the operand is a generic function that was not instantiated.
    pub(super) fn is_generic_value(&self, x: &Operand<'a>) -> bool {
        x.mode == Mode::Value && matches!(self.types.get(x.ty), Type::Signature(s) if !s.type_params.is_empty())
    }

    /// Records a final type.
    pub(super) fn record_type(&mut self, e: &Expr, mode: Mode, ty: TypeId, value: Option<Const>) {
        if mode == Mode::Invalid {
            return;
        }
        self.info.set_type(e.id, TypeInfo { mode, ty, value });
    }

    /// Records what was found out about `x.expr`; an untyped type is remembered until it is known what becomes of it.
    pub(super) fn record_operand(&mut self, x: &Operand<'a>) {
        if self.types.is_untyped(x.ty) && !matches!(x.mode, Mode::Invalid) {
            let entry = Untyped { expr: x.expr, shift_lhs: false, mode: x.mode, ty: x.ty, value: x.value.clone() };
            self.untyped.insert(x.expr.id, entry);
        } else {
            self.record_type(x.expr, x.mode, x.ty, x.value.clone());
        }
    }

    /// Records a predeclared function in call position: the type of each parenthesised form of it.
    pub(super) fn record_builtin(&mut self, e: &Expr, mode: Mode, ty: TypeId) {
        let mut e = e;
        loop {
            self.record_type(e, mode, ty, None);
            match &e.kind {
                ast::ExprKind::Paren(inner) => e = inner,
                _ => return,
            }
        }
    }

    /// A `, ok` expression used with two left sides: it and its parenthesised forms have the type `(ty, bool)`.
    pub(super) fn record_comma_ok(&mut self, e: &Expr, ty: TypeId, ok: TypeId) {
        let tuple = self.types.tuple(vec![ty, ok]);
        let mut e = e;
        loop {
            if let Some(info) = self.info.type_info_mut(e.id) {
                info.ty = tuple;
            }
            match &e.kind {
                ast::ExprKind::Paren(inner) => e = inner,
                _ => return,
            }
        }
    }

    /// At the end: expressions that stayed untyped (constants nobody used a type of) are recorded as they are.
    pub(super) fn record_untyped(&mut self) {
        for (_, entry) in std::mem::take(&mut self.untyped) {
            self.record_type(entry.expr, entry.mode, entry.ty, entry.value);
        }
    }

    /// The operand as messages describe it: `x (variable of type T)`.
    pub(super) fn describe(&self, x: &Operand<'a>) -> String {
        if x.mode == Mode::Value && x.ty == TypeId::UNTYPED_NIL || x.mode == Mode::Nil {
            return match x.ty {
                TypeId::UNTYPED_NIL | TypeId::INVALID => "nil".into(),
                ty => format!("nil (of type {})", self.str(ty)),
            };
        }
        let text = self.text(x.expr);
        let mut out = format!("{text} (");
        let mut has_type = false;
        match x.mode {
            Mode::Invalid | Mode::NoValue | Mode::Builtin(_) | Mode::Type => {}
            _ => {
                if self.types.is_untyped(x.ty) {
                    out.push_str(self.types.basic(x.ty).map_or("", Basic::name));
                    out.push(' ');
                } else {
                    has_type = true;
                }
            }
        }
        out.push_str(match x.mode {
            Mode::Invalid => "invalid operand",
            Mode::NoValue => "no value",
            Mode::Builtin(_) => "built-in",
            Mode::Type => "type",
            Mode::Constant => "constant",
            Mode::Variable => "variable",
            Mode::MapIndex => "map index expression",
            Mode::Value => "value",
            Mode::Nil => "nil",
            Mode::CommaOk => "comma, ok expression",
        });
        if let (Mode::Constant, Some(value)) = (x.mode, &x.value) {
            let shown = value.to_string();
            if shown != text {
                out.push(' ');
                out.push_str(&shown);
            }
        }
        if has_type {
            if x.ty.is_valid() {
                let generic = !self.types.type_params_of(x.ty).is_empty();
                let kind = match self.alias_of(x.expr) {
                    Some(_) => self.underlying_word(x.ty),
                    None => self.kind_word(x.ty),
                };
                out.push_str(if generic { " of generic type " } else { " of " });
                if !generic {
                    out.push_str(kind);
                    if !kind.is_empty() {
                        out.push(' ');
                    }
                    out.push_str("type ");
                }
                match self.alias_of(x.expr) {
                    Some(alias) => out.push_str(alias),
                    None => out.push_str(&self.str(x.ty)),
                }
                if self.types.is_type_param(x.ty) {
                    out.push_str(" constrained by ");
                    out.push_str(&self.str(self.types.bound(x.ty)));
                    if self.types.type_set(x.ty).terms.is_some_and(|terms| terms.is_empty()) {
                        out.push_str(" with empty type set");
                    }
                }
            } else {
                out.push_str(" with invalid type");
            }
        }
        out.push(')');
        out
    }

    /// `struct`, `map` and the like, for a declared type whose name does not tell.
    fn kind_word(&self, ty: TypeId) -> &'static str {
        if !matches!(self.types.get(ty), Type::Named(_)) {
            return "";
        }
        self.underlying_word(ty)
    }

    /// The alias a variable was declared with.
    pub(super) fn alias_of(&self, e: &Expr) -> Option<&str> {
        let object = self.info.use_of(e.as_ident()?.id)?;
        self.declared_as.get(&object).map(String::as_str)
    }

    /// The type of an operand, by the alias it was declared with if there is one.
    pub(super) fn type_of(&self, x: &Operand<'_>) -> String {
        self.alias_of(x.expr).map_or_else(|| self.str(x.ty), str::to_string)
    }

    fn underlying_word(&self, ty: TypeId) -> &'static str {
        match self.types.under(ty) {
            Type::Array { .. } => "array",
            Type::Slice(_) => "slice",
            Type::Struct(_) => "struct",
            Type::Pointer(_) => "pointer",
            Type::Signature(_) => "func",
            Type::Interface(_) if ty != self.types.error => "interface",
            Type::Interface(_) => "interface",
            Type::Map { .. } => "map",
            Type::Chan { .. } => "chan",
            Type::Basic(Basic::UnsafePointer) => "Pointer",
            Type::Basic(b) if b.is_boolean() || b.is_numeric() || b.is_string() => b.name(),
            _ => "",
        }
    }
}
