//! Assignments, definitions and variable declarations.
//!
//! An assignment evaluates the operands of its left sides, then its right sides, and then assigns from left to right;
//! the checks of the left sides (nil, bounds) happen as each is assigned.

use frontend::ast::{self, BinaryOp, Decl, Expr, ExprKind, Ident};
use frontend::span::Pos;
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use super::place::{Place, Root, Step};
use crate::mir::{PosId, Ty};

impl<'p> FnCx<'_, 'p> {
    /// The place an expression denotes: a variable, a part of one, `m[k]`, or `_`.
    pub fn place(&mut self, e: &'p Expr) -> Res<Place> {
        let ty = self.ty(e);
        match &e.kind {
            ExprKind::Paren(inner) => self.place(inner),
            ExprKind::Ident(ident) if ident.is_blank() => Ok(Place::blank(ty)),
            ExprKind::Ident(ident) => {
                let Some(obj) = self.info().use_of(ident.id).or_else(|| self.info().def(ident.id)) else {
                    return Err(self.ice(format_args!("{} has no object", ident.name)));
                };
                let ty = self.var_ty(obj);
                Ok(self.var_place(obj, ty))
            }
            ExprKind::Selector { operand, name } => match self.selection(e)? {
                Some(selection) => {
                    let start = self.place_or_value(operand)?;
                    self.walk_path(start, &selection.path)
                }
                None => {
                    let Some(obj) = self.info().use_of(name.id) else {
                        return Err(self.ice(format_args!("{} has no object", name.name)));
                    };
                    Ok(self.var_place(obj, ty))
                }
            },
            ExprKind::Star(operand) => {
                let operand_ty = self.ty(operand);
                let ptr = self.expr(operand)?.leaf(0);
                let elem = self.types().pointee(operand_ty).unwrap_or(ty);
                Ok(Place::deref(ptr, elem))
            }
            ExprKind::Index { operand, indices, lbrack, .. } => self.index_place(operand, *lbrack, &indices[0], ty),
            _ => {
                let val = self.expr(e)?;
                Ok(Place::value(val, ty))
            }
        }
    }

    /// `operand[index]`; also of strings, to be read only.
    pub fn index_place(&mut self, operand: &'p Expr, lbrack: Pos, index: &'p Expr, ty: TypeId) -> Res<Place> {
        let pos = self.lo.position(lbrack, self.func);
        let operand_ty = self.ty(operand);
        match self.under(operand_ty) {
            &Type::Map { key, elem } => {
                let vals = self.operands(&[(operand, None), (index, Some(key))])?;
                let [map, key] = &vals[..] else { return Err(self.ice("operands of an index")) };
                Ok(Place::map(map.leaf(0), key.clone(), operand_ty, elem))
            }
            Type::Array { .. } => {
                let place = self.place_or_value(operand)?;
                self.array_element(place, pos, index)
            }
            Type::Pointer(_) => {
                let place = self.place_or_value(operand)?;
                let place = self.through(&place)?;
                self.array_element(place, pos, index)
            }
            Type::Slice(_) | Type::Basic(_) => {
                let elem = match self.under(operand_ty) {
                    &Type::Slice(elem) => elem,
                    _ => ty,
                };
                let index_ty = self.ty(index);
                let vals = self.operands(&[(operand, None), (index, None)])?;
                let [base, index] = &vals[..] else { return Err(self.ice("operands of an index")) };
                let (index, signed) = self.index_word(index.leaf(0), index_ty);
                let (ptr, len) = (base.leaf(0), base.leaf(1));
                let size = self.size_of(elem);
                let step = Step::Index { index, len, signed, size, pos };
                Ok(Place { root: Root::Memory(ptr), steps: vec![step], ty: elem })
            }
            _ => Err(self.ice("index of something else")),
        }
    }

    fn array_element(&mut self, place: Place, pos: PosId, index: &'p Expr) -> Res<Place> {
        // The checker has compared constants with the length.
        let constant = self.info().value_of(index.id).and_then(|c| c.to_u64());
        if let (Some(n), &Type::Array { elem, .. }) = (constant, self.under(place.ty)) {
            let size = self.size_of(elem);
            let mut place = place;
            place.steps.push(Step::Offset(n * size));
            place.ty = elem;
            return Ok(place);
        }
        let ty = self.ty(index);
        let val = self.expr(index)?.leaf(0);
        let (index, signed) = self.index_word(val, ty);
        let outer = self.b.pos();
        self.b.set_pos(pos);
        let place = self.element(place, index, signed);
        self.b.set_pos(outer);
        Ok(place)
    }

    /// `lhs = rhs`, `lhs op= rhs`.
    pub fn assign(&mut self, lhs: &'p [Expr], op: Option<BinaryOp>, rhs: &'p [Expr]) -> Res<()> {
        match (lhs, op, rhs) {
            ([left], Some(op), [right]) => self.op_assign(left, op, right),
            ([left], None, [right]) => self.assign_one(left, right),
            _ => {
                let mut places = Vec::new();
                for e in lhs {
                    places.push(self.place(e)?);
                }
                let wanted: Vec<Option<TypeId>> =
                    places.iter().map(|p| (!matches!(p.root, Root::Blank)).then_some(p.ty)).collect();
                let vals = self.expr_list(rhs, &wanted)?;
                for (place, val) in places.iter().zip(vals) {
                    self.store(place, &val);
                }
                Ok(())
            }
        }
    }

    fn assign_one(&mut self, left: &'p Expr, right: &'p Expr) -> Res<()> {
        if let Some(ident) = left.unparen().as_ident()
            && ident.is_blank()
        {
            return self.discard(right);
        }
        if self.append_in_place(left, right)? {
            return Ok(());
        }
        let place = self.place(left)?;
        let val = self.expr_for(right, &place)?;
        self.store(&place, &val);
        Ok(())
    }

    /// The right side of an assignment to the place. One of a memory type need not be copied before, if the two
    /// cannot overlap in part.
    fn expr_for(&mut self, right: &'p Expr, place: &Place) -> Res<Val> {
        let same = self.ty(right) == place.ty;
        let apart = matches!(place.root, Root::Slot(_) | Root::Vars { .. });
        if same && apart && !self.calls(right) && matches!(self.under(place.ty), Type::Array { .. } | Type::Struct(_)) {
            let literal = matches!(right.unparen().kind, ExprKind::CompositeLit { .. });
            if !literal && place.steps.is_empty() {
                return self.expr_borrowed(right);
            }
        }
        self.expr_as(right, place.ty)
    }

    /// Evaluates for effects only.
    pub fn discard(&mut self, e: &'p Expr) -> Res<()> {
        if self.info().value_of(e.id).is_some() {
            return Ok(());
        }
        if self.is_place(e) {
            let place = self.place(e)?;
            self.touch(&place);
            return Ok(());
        }
        self.expr(e)?;
        Ok(())
    }

    fn op_assign(&mut self, left: &'p Expr, op: BinaryOp, right: &'p Expr) -> Res<()> {
        let mut place = self.place(left)?;
        let ty = place.ty;
        let right_ty = if op.is_shift() { None } else { Some(ty) };
        let cannot_panic = !op.is_shift() && !matches!(op, BinaryOp::Div | BinaryOp::Rem);
        if cannot_panic && place.is_map_element() {
            let operand = self.operand_of(right, right_ty)?;
            place = self.in_place(place);
            let old = self.load(&place);
            let new = self.arithmetic(op, &old, &operand, ty, right)?;
            self.store(&place, &new);
            return Ok(());
        }
        if self.calls(right) {
            let operand = self.operand_of(right, right_ty)?;
            let old = self.load(&place);
            let new = self.arithmetic(op, &old, &operand, ty, right)?;
            self.store(&place, &new);
            return Ok(());
        }
        let old = self.load(&place);
        let operand = self.operand_of(right, right_ty)?;
        let new = self.arithmetic(op, &old, &operand, ty, right)?;
        self.store(&place, &new);
        Ok(())
    }

    fn operand_of(&mut self, e: &'p Expr, ty: Option<TypeId>) -> Res<Val> {
        match ty {
            Some(ty) => self.expr_as(e, ty),
            None => self.expr(e),
        }
    }

    /// `x++`, `x--`.
    pub fn inc_dec(&mut self, operand: &'p Expr, inc: bool) -> Res<()> {
        let place = self.place(operand)?;
        let place = self.in_place(place);
        let old = self.load(&place);
        let new = self.step_number(&old, place.ty, inc);
        self.store(&place, &new);
        Ok(())
    }

    /// A number plus or minus one.
    pub fn step_number(&mut self, old: &Val, ty: TypeId, inc: bool) -> Val {
        use crate::mir::BinOp;
        let v = old.leaf(0);
        let num = self.b.ty(v);
        let (one, op) = match (num, inc) {
            (Ty::F64, _) => (self.b.f64(1.0), if inc { BinOp::FAdd } else { BinOp::FSub }),
            (Ty::F32, _) => (self.b.f32(1.0), if inc { BinOp::FAdd } else { BinOp::FSub }),
            (int, _) => (self.b.int(int, 1), if inc { BinOp::Add } else { BinOp::Sub }),
        };
        let mut leaves = old.words().to_vec();
        leaves[0] = self.b.bin(op, v, one);
        let _ = ty;
        Val::Scalars(leaves)
    }

    /// `lhs := rhs`.
    pub fn define(&mut self, lhs: &'p [Expr], rhs: &'p [Expr]) -> Res<()> {
        let wanted: Vec<Option<TypeId>> = lhs.iter().map(|e| self.wanted_type(e)).collect();
        let vals = self.expr_list(rhs, &wanted)?;
        for ((e, val), ty) in lhs.iter().zip(vals).zip(wanted) {
            if let Some(ty) = ty {
                self.define_with(e, val, ty)?;
            }
        }
        Ok(())
    }

    /// The type of what a left side denotes; none for `_`.
    fn wanted_type(&self, e: &Expr) -> Option<TypeId> {
        match &e.unparen().kind {
            ExprKind::Ident(ident) if ident.is_blank() => None,
            ExprKind::Ident(ident) => {
                let obj = self.info().def(ident.id).or_else(|| self.info().use_of(ident.id))?;
                Some(self.var_ty(obj))
            }
            _ => Some(self.ty(e)),
        }
    }

    /// Gives a value of type `ty` to a left side of `:=`, new or not.
    pub fn define_with(&mut self, e: &'p Expr, val: Val, ty: TypeId) -> Res<()> {
        match &e.unparen().kind {
            ExprKind::Ident(ident) if ident.is_blank() => Ok(()),
            ExprKind::Ident(ident) => match self.info().def(ident.id) {
                Some(obj) => {
                    let wanted = self.var_ty(obj);
                    let val = self.convert(val, ty, wanted)?;
                    self.declare_with(obj, &val);
                    Ok(())
                }
                None => self.assign_value(e, val, ty),
            },
            _ => self.assign_value(e, val, ty),
        }
    }

    /// Assigns a value of type `ty`.
    pub fn assign_value(&mut self, e: &'p Expr, val: Val, ty: TypeId) -> Res<()> {
        let place = self.place(e)?;
        if matches!(place.root, Root::Blank) {
            return Ok(());
        }
        let val = self.convert(val, ty, place.ty)?;
        self.store(&place, &val);
        Ok(())
    }

    /// A declaration within a function; types and constants need no code.
    pub fn decl(&mut self, decl: &'p Decl) -> Res<()> {
        let Decl::Var(group) = decl else { return Ok(()) };
        for spec in &group.specs {
            self.at(spec.span.start());
            self.var_spec(spec)?;
        }
        Ok(())
    }

    fn var_spec(&mut self, spec: &'p ast::VarSpec) -> Res<()> {
        let objects: Vec<Option<ObjectId>> = spec.names.iter().map(|n| self.declared(n)).collect();
        if spec.values.is_empty() {
            for obj in objects.into_iter().flatten() {
                self.declare_zero(obj);
            }
            return Ok(());
        }
        let wanted: Vec<Option<TypeId>> = match &spec.ty {
            // A blank variable of a given type still has its value converted.
            Some(ty) => vec![Some(self.ty(ty)); spec.names.len()],
            None => objects.iter().map(|o| o.map(|o| self.var_ty(o))).collect(),
        };
        let vals = self.expr_list(&spec.values, &wanted)?;
        for (obj, val) in objects.into_iter().zip(vals) {
            if let Some(obj) = obj {
                self.declare_with(obj, &val);
            }
        }
        Ok(())
    }

    fn declared(&self, name: &Ident) -> Option<ObjectId> {
        if name.is_blank() { None } else { self.info().def(name.id) }
    }
}
