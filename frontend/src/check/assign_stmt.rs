//! Assignment statements and short variable declarations.
//!
//! Being assigned to is no use of a variable; being captured by a function literal for it is one as far as captures
//! are concerned. Each left side is evaluated exactly once.

use super::Checker;
use super::info::Mode;
use super::operand::Operand;
use crate::ast::{BinaryOp, Expr, ExprKind, Ident};
use crate::span::Pos;
use crate::types::{Basic, ObjectId, ObjectKind, TypeId, VarKind};

/// What a left side is.
enum Target {
    Blank,
    Typed(TypeId),
    /// Reported already.
    Invalid,
}

impl<'a> Checker<'a> {
    fn lhs_target(&mut self, lhs: &'a Expr) -> Target {
        let ident = lhs.unparen().as_ident();
        if ident.is_some_and(Ident::is_blank) {
            return Target::Blank;
        }
        let var = ident.and_then(|ident| self.own_variable(ident));
        let unused = var.filter(|v| !self.used.contains(v));
        let x = self.expr(None, lhs);
        if let Some(var) = unused {
            self.used.remove(&var);
        }
        self.assignable_to(&x)
    }

    /// Whether an operand can stand on the left of an assignment; reports it if not.
    fn assignable_to(&mut self, x: &Operand<'a>) -> Target {
        if !x.is_valid() || !x.ty.is_valid() {
            return Target::Invalid;
        }
        if matches!(x.mode, Mode::Variable | Mode::MapIndex) {
            return Target::Typed(x.ty);
        }
        let shown = self.text(x.expr);
        if let ExprKind::Selector { operand, .. } = &x.expr.kind
            && self.info.type_info(operand.id).is_some_and(|info| info.mode == Mode::MapIndex)
        {
            self.error(x.span(), format!("cannot assign to struct field {shown} in map"));
        } else {
            // gc evaluates the operand of a selector once more, as an expression.
            if let ExprKind::Selector { operand, .. } = &x.expr.kind
                && let ExprKind::Ident(ident) = &operand.kind
                && let Some(object) = self.info.use_of(ident.id)
                && matches!(self.types.object(object).kind, ObjectKind::PkgName(_))
            {
                self.error(ident.span, format!("use of package {} not in selector", ident.name));
            }
            let message = format!("cannot assign to {shown} (neither addressable nor a map index expression)");
            self.error(x.span(), message);
        }
        Target::Invalid
    }

    /// `lhs = x` for an evaluated right side.
    pub(super) fn assign_operand(&mut self, lhs: &'a Expr, x: &mut Operand<'a>, context: &str) {
        match self.lhs_target(lhs) {
            Target::Invalid => x.invalidate(),
            Target::Typed(ty) => self.assignment(x, Some(ty), context),
            Target::Blank => {
                let context = if context == "assignment" { "assignment to _ identifier" } else { context };
                self.assignment(x, None, context);
            }
        }
    }

    fn assign_expr(&mut self, lhs: &'a Expr, rhs: &'a Expr) {
        match self.lhs_target(lhs) {
            Target::Invalid => {
                self.use_expr(rhs);
            }
            Target::Typed(ty) => {
                let shown = if self.types.as_signature(self.types.underlying(ty)).is_some() {
                    self.text(lhs)
                } else {
                    String::new()
                };
                let target = self.assign_target(ty, shown);
                let mut x = self.expr(target.as_ref(), rhs);
                self.assignment(&mut x, Some(ty), "assignment");
            }
            Target::Blank => {
                let mut x = self.expr(None, rhs);
                self.assignment(&mut x, None, "assignment to _ identifier");
            }
        }
    }

    /// `lhs = rhs`, any number of each.
    pub(super) fn assign_vars(&mut self, lhs: &'a [Expr], rhs: &'a [Expr]) {
        // A call on the right is taken apart below even if it is the only one, for a better message.
        let is_call = matches!(rhs, [only] if matches!(only.unparen().kind, ExprKind::Call(_)));
        if lhs.len() == rhs.len() && !is_call {
            for (l, r) in lhs.iter().zip(rhs) {
                self.assign_expr(l, r);
            }
            return;
        }
        let [only] = rhs else {
            let lhs_valid = self.use_lhs(lhs);
            if self.use_exprs(rhs) && lhs_valid {
                self.assign_mismatch(lhs.len(), rhs, rhs.len());
            }
            return;
        };
        let (mut values, comma_ok) = self.multi_expr(only, lhs.len() == 2);
        if values.len() == lhs.len() {
            for (l, x) in lhs.iter().zip(&mut values) {
                self.assign_operand(l, x, "assignment");
            }
            if let [x, ok] = &values[..]
                && comma_ok
                && x.is_valid()
                && ok.is_valid()
            {
                let (ty, ok) = (x.ty, ok.ty);
                self.record_comma_ok(only, ty, ok);
            }
            return;
        }
        if values.first().is_some_and(Operand::is_valid) {
            self.assign_mismatch(lhs.len(), rhs, values.len());
        }
        self.use_lhs(lhs);
    }

    /// Reports that there are `left` variables for `right` values.
    pub(super) fn assign_mismatch(&mut self, left: usize, rhs: &'a [Expr], right: usize) {
        let Some(first) = rhs.first() else { return };
        let count = |n: usize, unit: &str| if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") };
        let (vars, values) = (count(left, "variable"), count(right, "value"));
        let message = match (&first.unparen().kind, rhs) {
            (ExprKind::Call(call), [_]) => {
                format!("assignment mismatch: {vars} but {} returns {values}", self.text(&call.func))
            }
            _ => format!("assignment mismatch: {vars} but {values}"),
        };
        self.error(first.span, message);
    }

    /// `lhs op= rhs`.
    pub(super) fn assign_op(&mut self, lhs: &'a Expr, op: BinaryOp, rhs: &'a Expr) {
        let x = self.expr(None, lhs);
        let y = self.expr(None, rhs);
        if !x.is_valid() || !y.is_valid() {
            return;
        }
        let left = x.clone();
        let mut result = self.binary_operands(x, y, None, op);
        if let Target::Typed(ty) = self.assignable_to(&left)
            && result.is_valid()
        {
            self.assignment(&mut result, Some(ty), "assignment");
        }
    }

    /// `x++` and `x--`.
    pub(super) fn inc_dec(&mut self, operand: &'a Expr, inc: bool) {
        let x = self.expr(None, operand);
        if !x.is_valid() {
            return;
        }
        if !self.types.all_basic(x.ty, Basic::is_numeric) {
            let op = if inc { "++" } else { "--" };
            let (shown, ty) = (self.text(operand), self.str(x.ty));
            self.error(operand.span, format!("invalid operation: {shown}{op} (non-numeric type {ty})"));
            return;
        }
        self.assignable_to(&x);
    }

    /// `lhs := rhs`.
    pub(super) fn short_var_decl(&mut self, at: Pos, lhs: &'a [Expr], rhs: &'a [Expr]) {
        let top = self.delayed.len();
        let scope = self.env.scope;
        let mut vars: Vec<ObjectId> = Vec::with_capacity(lhs.len());
        let mut new: Vec<(&'a Ident, ObjectId)> = Vec::new();
        let mut wrong = false;
        for e in lhs {
            let Some(ident) = e.as_ident() else {
                self.use_lhs(std::slice::from_ref(e));
                self.error(e.span, format!("non-name {} on left side of :=", self.text(e)));
                wrong = true;
                vars.push(self.unnamed_local(None));
                continue;
            };
            if ident.is_blank() {
                vars.push(self.unnamed_local(None));
                continue;
            }
            if new.iter().any(|(known, _)| known.name == ident.name)
                || vars.iter().any(|&v| self.types.object(v).name == ident.name)
            {
                self.error(e.span, format!("{} repeated on left side of :=", ident.name));
                wrong = true;
                vars.push(self.unnamed_local(None));
                continue;
            }
            match self.in_scope(scope, ident.name) {
                Some(known) => {
                    self.info.set_use(ident.id, known);
                    if matches!(self.types.object(known).kind, ObjectKind::Var(_)) {
                        vars.push(known);
                    } else {
                        self.error(e.span, format!("cannot assign to {}", self.text(e)));
                        wrong = true;
                        vars.push(self.unnamed_local(None));
                    }
                }
                None => {
                    let object = self.new_local(ident, VarKind::Local, None);
                    self.info.set_def(ident.id, object);
                    vars.push(object);
                    new.push((ident, object));
                }
            }
        }
        self.init_vars(&vars, rhs, None);
        // Function literals on the right do not see the new variables.
        self.process_delayed(top);
        if new.is_empty() && !wrong {
            self.error_pos(at, "no new variables on left side of :=");
            return;
        }
        let from = rhs.last().map_or(at, |e| e.span.end());
        for (ident, object) in new {
            self.declare(scope, ident, object, from);
        }
    }

    /// A variable that stands for a blank or wrong left side; it belongs to no scope.
    pub(super) fn unnamed_local(&mut self, ty: Option<TypeId>) -> ObjectId {
        let kind = ObjectKind::Var(VarKind::Local);
        let name = crate::types::Name::new("_");
        self.types.new_object(name, Some(self.pkg), Default::default(), kind, ty)
    }
}
