//! Index and slice expressions, type assertions.

use super::Checker;
use super::func_inst::AssignTarget;
use super::info::Mode;
use super::operand::Operand;
use crate::ast::{Expr, ExprKind, SliceExpr};
use crate::constant::Const;
use crate::types::{Basic, Type, TypeId};

/// What indexing a type gives.
struct Indexed {
    /// Of a map.
    key: Option<TypeId>,
    elem: TypeId,
    mode: Mode,
    /// Indices must be smaller than this.
    len: Option<u64>,
}

impl<'a> Checker<'a> {
    /// `x[i]`, or the instantiation of a generic function or type.
    pub(super) fn index_expr(
        &mut self,
        target: Option<&AssignTarget>,
        e: &'a Expr,
        operand: &'a Expr,
        indices: &'a [Expr],
    ) -> Operand<'a> {
        let mut x = self.expr_or_type(operand, true);
        if self.is_generic_value(&x) {
            self.func_inst(target, &mut x, e, indices);
            return x;
        }
        self.index_operand(x, e, operand, indices)
    }

    /// Like `index_expr`, for an operand that was evaluated and is no generic function.
    pub(super) fn index_operand(
        &mut self,
        x: Operand<'a>,
        e: &'a Expr,
        operand: &'a Expr,
        indices: &'a [Expr],
    ) -> Operand<'a> {
        match x.mode {
            Mode::Invalid => {
                self.use_exprs(indices);
                return Operand::invalid(e);
            }
            Mode::Type => return self.type_operand(e),
            _ => {}
        }
        let constant_len = match (&x.value, self.types.is_string(x.ty)) {
            (Some(Const::Str(s)), true) => Some(s.len() as u64),
            _ => None,
        };
        let Some(indexed) = self.indexed(x.ty, x.mode) else {
            let message = format!("cannot index {}", self.describe(&x));
            self.error_pos(e.pos(), message);
            self.use_exprs(indices);
            return Operand::invalid(e);
        };
        if self.types.is_untyped(x.ty) {
            self.update_expr_type(operand, TypeId::STRING, true);
        }
        if let Some(extra) = indices.get(1) {
            self.error(extra.span, "invalid operation: more than one index");
        }
        let Some(index) = indices.first() else { return Operand::invalid(e) };
        match indexed.key {
            Some(key) => {
                let mut k = self.expr(None, index);
                self.assignment(&mut k, Some(key), "map index");
            }
            None => {
                self.index(index, indexed.len.or(constant_len));
            }
        }
        Operand::new(indexed.mode, indexed.elem, e)
    }

    /// What indexing an operand of this type and mode gives; `None` if it cannot be indexed.
    fn indexed(&self, ty: TypeId, mode: Mode) -> Option<Indexed> {
        let types = self.types;
        if !types.is_type_param(ty) {
            return self.indexed_one(types.underlying(ty), mode);
        }
        let mut all: Option<Indexed> = None;
        for term in &types.terms_of(ty)? {
            let one = self.indexed_one(types.underlying(term.ty), mode)?;
            let Some(so_far) = &mut all else {
                all = Some(one);
                continue;
            };
            let same_key = match (so_far.key, one.key) {
                (None, None) => true,
                (Some(a), Some(b)) => types.identical(a, b),
                _ => false,
            };
            if !same_key || !types.identical(so_far.elem, one.elem) {
                return None;
            }
            if one.mode == Mode::Value {
                so_far.mode = Mode::Value;
            }
            so_far.len = match (so_far.len, one.len) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (len, None) | (None, len) => len,
            };
        }
        all
    }

    fn indexed_one(&self, underlying: TypeId, mode: Mode) -> Option<Indexed> {
        let element = |elem, mode, len| Some(Indexed { key: None, elem, mode, len });
        match *self.types.get(underlying) {
            // Indexing a constant gives no constant.
            Type::Basic(b) if b.is_string() => element(TypeId::UINT8, Mode::Value, None),
            Type::Array { elem, len } => {
                element(elem, if mode == Mode::Variable { mode } else { Mode::Value }, Some(len))
            }
            Type::Pointer(base) => match *self.types.under(base) {
                Type::Array { elem, len } if !self.types.is_type_param(base) => {
                    element(elem, Mode::Variable, Some(len))
                }
                _ => None,
            },
            Type::Slice(elem) => element(elem, Mode::Variable, None),
            Type::Map { key, elem } => Some(Indexed { key: Some(key), elem, mode: Mode::MapIndex, len: None }),
            _ => None,
        }
    }

    /// Checks an index. `Some` if it is right, with its value if that is constant. It must be less than `limit`.
    pub(super) fn index(&mut self, e: &'a Expr, limit: Option<u64>) -> Option<Option<u64>> {
        let mut x = self.expr(None, e);
        if !self.valid_index(&mut x, "index", false) {
            return None;
        }
        if !x.is_constant() {
            return Some(None);
        }
        let value = x.value.as_ref()?.to_u64()?;
        if let Some(limit) = limit
            && value >= limit
        {
            self.error(x.span(), format!("invalid argument: index {value} out of bounds [0:{limit}]"));
            return None;
        }
        Some(Some(value))
    }

    /// Whether an operand can be an index, length or the like; converts an untyped one to int.
    pub(super) fn valid_index(&mut self, x: &mut Operand<'a>, what: &str, allow_negative: bool) -> bool {
        if !x.is_valid() {
            return false;
        }
        self.must_convert_untyped(x, TypeId::INT);
        if !x.is_valid() {
            return false;
        }
        let problem = if !self.types.all_basic(x.ty, Basic::is_integer) {
            "must be integer"
        } else if let Some(value) = x.value.as_ref().filter(|_| x.is_constant()) {
            match value.represent(Basic::Int) {
                _ if !allow_negative && value.is_negative() => "must not be negative",
                None => "overflows int",
                Some(_) => return true,
            }
        } else {
            return true;
        };
        let message = format!("invalid argument: {what} {} {problem}", self.describe(x));
        self.error(x.span(), message);
        false
    }

    /// `x[lo:hi:max]`.
    pub(super) fn slice_expr(&mut self, e: &'a Expr, slice: &'a SliceExpr) -> Operand<'a> {
        let x = self.expr(None, &slice.operand);
        let parts = [&slice.low, &slice.high, &slice.max];
        let sliced = if x.is_valid() { self.sliced(&x, slice) } else { None };
        let Some((ty, len)) = sliced else {
            for part in parts.into_iter().flatten() {
                self.use_expr(part);
            }
            return Operand::invalid(e);
        };
        if self.types.is_untyped(x.ty) {
            self.update_expr_type(&slice.operand, TypeId::STRING, true);
        }
        // Constant indices must not go down.
        let mut largest: Option<u64> = None;
        let mut reported = false;
        for (i, part) in parts.into_iter().enumerate() {
            let value = match part {
                Some(part) => self.index(part, len.map(|n| n.saturating_add(1))).flatten(),
                None if i == 1 => len,
                None => None,
            };
            let Some(value) = value else { continue };
            if let (Some(before), Some(part)) = (largest, part)
                && value < before
                && !reported
            {
                self.error(part.span, format!("invalid slice indices: {value} < {before}"));
                reported = true;
            }
            largest = largest.max(Some(value));
        }
        Operand::new(Mode::Value, ty, e)
    }

    /// The type of a slice of `x` and the limit of constant indices; reports if `x` cannot be sliced.
    fn sliced(&mut self, x: &Operand<'a>, slice: &'a SliceExpr) -> Option<(TypeId, Option<u64>)> {
        let types = self.types;
        let core = match types.core_string(x.ty) {
            Some(core) if !x.is_nil() => core,
            _ => {
                let what = self.describe(x);
                let message = if types.is_type_param(x.ty) && types.terms_of(x.ty).is_none() {
                    format!("cannot slice {what}: no specific type in {}", self.str(x.ty))
                } else if types.is_type_param(x.ty) {
                    format!("cannot slice {what}: {}", self.no_common_type(x.ty))
                } else {
                    format!("cannot slice {what}")
                };
                self.error(x.span(), message);
                return None;
            }
        };
        match *types.get(core) {
            Type::Basic(b) if b.is_string() => {
                if let Some(max) = &slice.max {
                    self.error(max.span, "invalid operation: 3-index slice of string");
                    return None;
                }
                let len = x.value.as_ref().and_then(Const::as_bytes).map(|s| s.len() as u64);
                let ty = if types.is_untyped(x.ty) { TypeId::STRING } else { x.ty };
                return Some((ty, len));
            }
            Type::Array { elem, len } => {
                if x.mode != Mode::Variable {
                    let message = format!("cannot slice unaddressable value {}", self.describe(x));
                    self.error(x.span(), message);
                    return None;
                }
                return Some((types.slice(elem), Some(len)));
            }
            Type::Pointer(base) => {
                if let Type::Array { elem, len } = *types.under(base) {
                    return Some((types.slice(elem), Some(len)));
                }
            }
            Type::Slice(_) => return Some((x.ty, None)),
            _ => {}
        }
        let message = format!("cannot slice {}", self.describe(x));
        self.error(x.span(), message);
        None
    }

    /// `x.(T)`.
    pub(super) fn type_assert(&mut self, e: &'a Expr, operand: &'a Expr, ty: &'a Expr) -> Operand<'a> {
        if matches!(ty.kind, ExprKind::Bad) {
            self.error(operand.span, "invalid syntax tree: use of .(type) outside type switch");
            self.use_expr(operand);
            return Operand::invalid(e);
        }
        let x = self.expr(None, operand);
        if !x.is_valid() {
            return Operand::invalid(e);
        }
        let problem = if self.types.is_type_param(x.ty) {
            format!("cannot use type assertion on type parameter value {}", self.describe(&x))
        } else if !self.types.is_interface(x.ty) {
            format!("{} is not an interface", self.describe(&x))
        } else {
            String::new()
        };
        if !problem.is_empty() {
            self.error(x.span(), format!("invalid operation: {problem}"));
            return Operand::invalid(e);
        }
        let to = self.var_type(ty);
        if !to.is_valid() {
            return Operand::invalid(e);
        }
        if let Some(cause) = self.impossible_assertion(x.ty, to) {
            let (shown, t, iface) = (self.text(e), self.str(to), self.str(x.ty));
            let message = format!("impossible type assertion: {shown}\n\t{t} does not implement {iface} {cause}");
            self.error(e.span, message);
        }
        Operand::new(Mode::CommaOk, to, e)
    }
}
