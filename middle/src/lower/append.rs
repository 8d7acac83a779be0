//! Append.
//!
//! `s = append(s, …)` on a slice in memory stores only the new length while the capacity suffices: the pointer, whose
//! store costs a write barrier, does not change then.

use frontend::ast::{CallExpr, Expr, ExprKind};
use frontend::check::info::Mode;
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use super::place::Root;
use crate::mir::{CmpOp, Ty, Value};

impl<'p> FnCx<'_, 'p> {
    /// `append(s, …)` as a value.
    pub fn append(&mut self, call: &'p CallExpr, ty: TypeId) -> Res<Val> {
        let &Type::Slice(elem) = self.under(ty) else { return Err(self.ice("append to no slice")) };
        let args: &'p [Expr] = &call.args;
        if let Some(size) = self.made_length(call) {
            let slice = self.expr_as(&args[0], ty)?;
            let n = self.extension(size)?;
            self.at(call.lparen);
            let (grown, old_len) = self.grow(&slice, n, elem, None);
            self.put_zeroes(&grown, old_len, n, elem);
            return Ok(grown);
        }
        if call.ellipsis.is_some() {
            let vals = if self.is_nil(&args[1]) {
                vec![self.expr_as(&args[0], ty)?]
            } else {
                self.operands(&[(&args[0], Some(ty)), (&args[1], None)])?
            };
            self.at(call.lparen);
            let Some(more) = vals.get(1) else { return Ok(vals[0].clone()) };
            let n = more.leaf(1);
            let (grown, old_len) = self.grow(&vals[0], n, elem, None);
            self.put_slice(&grown, old_len, more, elem);
            return Ok(grown);
        }
        let (vals, _) = self.arguments(args, Some(ty), Some(elem))?;
        self.at(call.lparen);
        if vals.len() == 1 {
            return Ok(vals[0].clone());
        }
        let n = self.b.i64(vals.len() as i64 - 1);
        let (grown, old_len) = self.grow(&vals[0], n, elem, None);
        self.put_values(&grown, old_len, &vals[1..], elem);
        Ok(grown)
    }

    /// `s = append(s, …)`, if the assignment is that. False: it is not.
    pub fn append_in_place(&mut self, left: &'p Expr, right: &'p Expr) -> Res<bool> {
        let ExprKind::Call(call) = &right.unparen().kind else { return Ok(false) };
        let is_append =
            matches!(self.info().type_info(call.func.id).map(|i| i.mode), Some(Mode::Builtin(Builtin::Append)));
        let args: &'p [Expr] = &call.args;
        if !is_append || args.len() < 2 || !self.same_place(left, &args[0]) || self.is_nil(&args[1]) {
            return Ok(false);
        }
        let ty = self.ty(left);
        let &Type::Slice(elem) = self.under(ty) else { return Ok(false) };
        let spread = call.ellipsis.is_some();
        let wanted = if spread { None } else { Some(elem) };
        let items: Vec<(&'p Expr, Option<TypeId>)> = args[1..].iter().map(|e| (e, wanted)).collect();
        let zeroes = match self.made_length(call) {
            Some(size) => Some(self.extension(size)?),
            None => None,
        };
        let vals = if zeroes.is_some() { Vec::new() } else { self.operands(&items)? };
        let place = self.place(left)?;
        self.at(call.lparen);
        let kept = matches!(place.root, Root::Memory(_) | Root::Global(_)).then(|| self.addr(&place));
        let slice = match kept {
            Some(ptr) => self.load_at(ptr, 0, ty),
            None => self.load(&place),
        };
        let n = match (zeroes, spread, vals.first()) {
            (Some(n), ..) => n,
            (None, true, Some(more)) => more.leaf(1),
            _ => self.b.i64(vals.len() as i64),
        };
        let (grown, old_len) = self.grow(&slice, n, elem, kept);
        if zeroes.is_some() {
            self.put_zeroes(&grown, old_len, n, elem);
        } else if spread {
            self.put_slice(&grown, old_len, &vals[0], elem);
        } else {
            self.put_values(&grown, old_len, &vals, elem);
        }
        if kept.is_none() {
            self.store(&place, &grown);
        }
        Ok(true)
    }

    /// The n of `append(s, make([]T, n)...)`, which needs no slice of zeroes. It only looks, so that order is no
    /// question.
    fn made_length(&self, call: &'p CallExpr) -> Option<&'p Expr> {
        call.ellipsis?;
        let ExprKind::Call(make) = &call.args.get(1)?.unparen().kind else { return None };
        let is_make = matches!(self.info().type_info(make.func.id).map(|i| i.mode), Some(Mode::Builtin(Builtin::Make)));
        let [_, size] = &make.args[..] else { return None };
        (is_make && self.only_looks(size)).then_some(size)
    }

    /// The number of new elements, which must not be negative.
    fn extension(&mut self, size: &'p Expr) -> Res<Value> {
        let n = self.size_word(size)?;
        let (bad, good) = (self.b.create_block(), self.b.create_block());
        let zero = self.b.i64(0);
        let negative = self.b.cmp(CmpOp::SLt, n, zero);
        self.b.branch(negative, bad, good);
        self.b.switch_to_sealed(bad);
        self.runtime_noreturn("panicmakeslicelen", &[]);
        self.b.switch_to_sealed(good);
        Ok(n)
    }

    fn put_zeroes(&mut self, grown: &Val, old_len: Value, n: Value, elem: TypeId) {
        let size = self.size_of(elem);
        let to = self.b.ptr_index(grown.leaf(0), old_len, size, 0);
        self.clear_slice(&Val::Scalars(vec![to, n]), elem);
    }

    /// Whether two expressions without calls denote the same place.
    fn same_place(&self, a: &Expr, b: &Expr) -> bool {
        let (a, b) = (a.unparen(), b.unparen());
        match (&a.kind, &b.kind) {
            (ExprKind::Ident(x), ExprKind::Ident(y)) => {
                !x.is_blank()
                    && self.info().use_of(x.id).is_some()
                    && self.info().use_of(x.id) == self.info().use_of(y.id)
            }
            (ExprKind::Selector { operand: x, name: f }, ExprKind::Selector { operand: y, name: g }) => {
                f.name == g.name
                    && match (self.info().selections.get(&a.id), self.info().selections.get(&b.id)) {
                        (Some(_), Some(_)) => self.same_place(x, y),
                        (None, None) => self.info().use_of(f.id) == self.info().use_of(g.id),
                        _ => false,
                    }
            }
            (ExprKind::Star(x), ExprKind::Star(y)) => self.same_place(x, y),
            _ => false,
        }
    }

    fn put_values(&mut self, grown: &Val, old_len: Value, vals: &[Val], elem: TypeId) {
        let size = self.size_of(elem);
        for (i, val) in vals.iter().enumerate() {
            let to = self.b.ptr_index(grown.leaf(0), old_len, size, (i as u64 * size) as i64);
            self.store_at(to, 0, val, elem, false);
        }
    }

    fn put_slice(&mut self, grown: &Val, old_len: Value, more: &Val, elem: TypeId) {
        let size = self.size_of(elem);
        let (some, done) = (self.b.create_block(), self.b.create_block());
        let none = self.b.i64(0);
        let is_none = self.b.cmp(CmpOp::Eq, more.leaf(1), none);
        self.b.branch(is_none, done, some);
        self.b.switch_to_sealed(some);
        // Of nothing, the address might be that of the next object, which the callee would keep alive.
        let to = self.b.ptr_index(grown.leaf(0), old_len, size, 0);
        let tail = Val::Scalars(vec![to, more.leaf(1)]);
        self.copy_elements(&tail, more, elem);
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
    }

    /// The slice longer by `n` elements, which are not set yet, and its old length. Where the slice is kept in memory,
    /// it is updated there.
    fn grow(&mut self, slice: &Val, n: Value, elem: TypeId, kept: Option<Value>) -> (Val, Value) {
        let (ptr, len, cap) = (slice.leaf(0), slice.leaf(1), slice.leaf(2));
        let new_len = self.b.add(len, n);
        let vars = [Ty::Ptr, Ty::I64].map(|t| self.b.declare_var(t));
        self.b.def_var(vars[0], ptr);
        self.b.def_var(vars[1], cap);
        let (grow, done) = (self.b.create_block(), self.b.create_block());
        let enough = self.b.cmp(CmpOp::ULe, new_len, cap);
        self.b.branch(enough, done, grow);
        self.b.switch_to_sealed(grow);
        let desc = self.shape_desc(elem);
        let words = self.runtime("growslice", &[ptr, new_len, cap, n, desc], &[Ty::Ptr, Ty::I64, Ty::I64]);
        self.b.def_var(vars[0], words[0]);
        self.b.def_var(vars[1], words[2]);
        if let Some(kept) = kept {
            self.b.store(kept, words[0]);
            self.b.store_at(kept, 16, words[2]);
        }
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
        if let Some(kept) = kept {
            self.b.store_at(kept, 8, new_len);
        }
        let (ptr, cap) = (self.b.use_var(vars[0]), self.b.use_var(vars[1]));
        (Val::Scalars(vec![ptr, new_len, cap]), len)
    }
}
