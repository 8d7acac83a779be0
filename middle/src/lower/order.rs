//! Order of evaluation within lists of operands.
//!
//! Calls, receives and the like happen from left to right. When a variable is read in relation to them is left open
//! by the language; gc reads plain operands (variables, fields, elements, arithmetic on them) after all calls of the
//! list, and programs have come to rely on it, so lists of operands are evaluated in two rounds: those that gc
//! evaluates in order (calls, predeclared functions, slices, assertions, `&&`, …), then the others.

use frontend::ast::{BinaryOp, CallExpr, Expr, ExprKind, UnaryOp};
use frontend::check::info::Mode;
use frontend::types::{Builtin, Type, TypeId};

use super::Res;
use super::func::{FnCx, Val};
use super::place::Root;

impl<'p> FnCx<'_, 'p> {
    /// Evaluates operands, each converted to its type where one is given. The values are good until a variable is
    /// assigned to.
    pub fn operands(&mut self, list: &[(&'p Expr, Option<TypeId>)]) -> Res<Vec<Val>> {
        self.operands_for(list, false)
    }

    /// Evaluates operands; `stable` ones are good for ever.
    pub fn operands_for(&mut self, list: &[(&'p Expr, Option<TypeId>)], stable: bool) -> Res<Vec<Val>> {
        let calls: Vec<bool> = list.iter().map(|(e, _)| self.calls(e)).collect();
        let last = calls.iter().rposition(|&c| c).unwrap_or(0);
        let mut vals: Vec<Option<Val>> = vec![None; list.len()];
        let late = |i: usize| i < last && !calls[i];
        for round in [false, true] {
            for (i, &(e, ty)) in list.iter().enumerate() {
                if late(i) == round {
                    vals[i] = Some(match ty {
                        _ if !stable && self.is_slot_value(e, ty) => self.slot_value(e)?,
                        Some(ty) => self.expr_as(e, ty)?,
                        None => self.expr(e)?,
                    });
                }
            }
        }
        Ok(vals.into_iter().flatten().collect())
    }

    /// Whether the expression is a variable, or part of one, of a memory type and needs no conversion.
    fn is_slot_value(&mut self, e: &'p Expr, to: Option<TypeId>) -> bool {
        let own = self.ty(e);
        to.is_none_or(|to| to == own) && self.is_place(e) && self.is_memory(own)
    }

    /// Its value: of a variable that nobody else knows the memory itself, of any other a copy.
    fn slot_value(&mut self, e: &'p Expr) -> Res<Val> {
        let place = self.place(e)?;
        Ok(if matches!(place.root, Root::Slot(_)) { self.load_borrowed(&place) } else { self.load(&place) })
    }

    /// Whether the expression, or a part of it, is one that is evaluated in order.
    pub fn calls(&self, e: &Expr) -> bool {
        if self.info().value_of(e.id).is_some() {
            return false;
        }
        match &e.kind {
            ExprKind::CompositeLit { elems, .. } => elems.iter().any(|e| self.calls(e)),
            ExprKind::Paren(inner) | ExprKind::Star(inner) => self.calls(inner),
            ExprKind::Selector { operand, .. } => self.calls(operand),
            ExprKind::Index { operand, indices, .. } => self.calls(operand) || indices.iter().any(|e| self.calls(e)),
            ExprKind::Slice(_) | ExprKind::TypeAssert { .. } => true,
            ExprKind::Call(call) => self.call_calls(call),
            ExprKind::Unary { op, operand } => *op == UnaryOp::Recv || self.calls(operand),
            ExprKind::Binary { op: BinaryOp::LogAnd | BinaryOp::LogOr, .. } => true,
            ExprKind::Binary { left, right, .. } => self.calls(left) || self.calls(right),
            ExprKind::KeyValue { key, value, .. } => self.calls(key) || self.calls(value),
            _ => false,
        }
    }

    /// Whether evaluating the expression runs no code of the program and changes nothing, though it may panic.
    pub fn only_looks(&self, e: &Expr) -> bool {
        if self.info().value_of(e.id).is_some() {
            return true;
        }
        match &e.kind {
            ExprKind::Ident(_) => true,
            ExprKind::Paren(inner) | ExprKind::Star(inner) => self.only_looks(inner),
            ExprKind::Selector { operand, .. } => {
                self.info().type_info(operand.id).is_none() || self.only_looks(operand)
            }
            ExprKind::Index { operand, indices, .. } => {
                self.only_looks(operand) && indices.iter().all(|e| self.only_looks(e))
            }
            ExprKind::Slice(s) => {
                self.only_looks(&s.operand)
                    && [&s.low, &s.high, &s.max].into_iter().flatten().all(|e| self.only_looks(e))
            }
            ExprKind::Call(call) => {
                let mode = self.info().type_info(call.func.id).map(|i| i.mode);
                matches!(mode, Some(Mode::Type | Mode::Builtin(Builtin::Len | Builtin::Cap)))
                    && call.args.iter().all(|e| self.only_looks(e))
            }
            ExprKind::Unary { op, operand } => *op != UnaryOp::Recv && self.only_looks(operand),
            ExprKind::Binary { left, right, .. } => self.only_looks(left) && self.only_looks(right),
            _ => false,
        }
    }

    fn call_calls(&self, call: &CallExpr) -> bool {
        let early = match self.info().type_info(call.func.id).map(|i| i.mode) {
            // `[]byte(s)` and `[]rune(s)` copy.
            Some(Mode::Type) => {
                matches!(self.under(self.ty(&call.func)), Type::Slice(_))
                    && call.args.first().is_some_and(|e| self.types().is_string(self.ty(e)))
            }
            Some(Mode::Builtin(b)) => !matches!(
                b,
                Builtin::UnsafeAdd
                    | Builtin::UnsafeSlice
                    | Builtin::UnsafeSliceData
                    | Builtin::UnsafeString
                    | Builtin::UnsafeStringData
                    | Builtin::UnsafeSizeof
                    | Builtin::UnsafeAlignof
                    | Builtin::UnsafeOffsetof
            ),
            _ => true,
        };
        early || call.args.iter().any(|e| self.calls(e))
    }
}
