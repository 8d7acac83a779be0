//! Selectors `x.f`: what they mean once type arguments are put in, and the way to a field or receiver.

use frontend::ast::{Expr, ExprKind};
use frontend::check::info::{Mode, Selection, SelectionKind};
use frontend::types::*;

use super::Res;
use super::func::FnCx;
use super::place::Place;

impl<'p> FnCx<'_, 'p> {
    /// The selection of an expression with concrete types; a method of a type parameter is that of its argument.
    pub fn selection(&self, e: &Expr) -> Res<Option<Selection>> {
        let Some(found) = self.info().selections.get(&e.id) else { return Ok(None) };
        let mut selection = found.clone();
        if self.env.args.is_empty() {
            return Ok(Some(selection));
        }
        let types = self.types();
        selection.recv = self.subst(found.recv);
        selection.ty = self.subst(found.ty);
        let base = match types.get(found.recv) {
            &Type::Pointer(elem) => elem,
            _ => found.recv,
        };
        let of_param = matches!(&found.target, Target::InterfaceMethod { iface, .. } if types.is_type_param(*iface));
        if found.kind != SelectionKind::FieldVal && (types.is_type_param(base) || of_param) {
            let ExprKind::Selector { name, .. } = &e.kind else { return Ok(Some(selection)) };
            let Some(again) = types.lookup(selection.recv, Some(self.src.pkg), name.name).found() else {
                return Err(self.ice(format_args!("no method {name} in a type argument", name = name.name)));
            };
            let by_pointer = match again.target {
                Target::Method { method, .. } => types.object(method).func_decl().is_some_and(|d| d.ptr_recv),
                _ => false,
            };
            let is_method = matches!(again.target, Target::Method { .. });
            selection.addr_of = is_method && by_pointer && !again.at_pointer;
            selection.deref_recv = is_method && !by_pointer && again.at_pointer;
            selection.target = again.target;
            selection.path = again.path;
            selection.indirect = again.indirect;
            return Ok(Some(selection));
        }
        selection.target = match selection.target {
            Target::Field => Target::Field,
            Target::Method { method, recv } => Target::Method { method, recv: self.subst(recv) },
            Target::InterfaceMethod { iface, index } => Target::InterfaceMethod { iface: self.subst(iface), index },
        };
        Ok(Some(selection))
    }

    /// Whether the expression denotes a variable, or an element or field of one: something that has an address.
    pub fn is_place(&self, e: &Expr) -> bool {
        let e = e.unparen();
        match &e.kind {
            ExprKind::Ident(_) | ExprKind::Star(_) => {
                matches!(self.info().type_info(e.id), Some(info) if info.mode == Mode::Variable)
            }
            ExprKind::Selector { operand, .. } => match self.info().selections.get(&e.id) {
                Some(s) if s.kind == SelectionKind::FieldVal => {
                    s.path.iter().any(|step| step.deref) || self.is_place(operand)
                }
                Some(_) => false,
                None => matches!(self.info().type_info(e.id), Some(info) if info.mode == Mode::Variable),
            },
            ExprKind::Index { operand, .. } => match self.under(self.ty(operand)) {
                Type::Slice(_) | Type::Pointer(_) => true,
                Type::Array { .. } => self.is_place(operand),
                _ => false,
            },
            _ => false,
        }
    }

    /// The place of an expression that has one, else its value as a place to read.
    pub fn place_or_value(&mut self, e: &'p Expr) -> Res<Place> {
        if self.is_place(e) {
            return self.place(e);
        }
        let ty = self.ty(e);
        let val = self.expr(e)?;
        Ok(Place::value(val, ty))
    }

    /// Follows the fields of a selection's path.
    pub fn walk_path(&mut self, start: Place, path: &[Step]) -> Res<Place> {
        let mut place = start;
        for step in path {
            if step.deref {
                place = self.through(&place)?;
            }
            place = self.field(place, step.index as usize);
        }
        Ok(place)
    }

    /// What the pointer at the place points to.
    pub fn through(&mut self, place: &Place) -> Res<Place> {
        let Some(elem) = self.types().pointee(place.ty) else { return Err(self.ice("dereference of no pointer")) };
        let ptr = self.load_borrowed(place).leaf(0);
        Ok(Place::deref(ptr, elem))
    }

    /// The receiver operand of a method selection: the place at the end of the path. Whether the method wants its
    /// address or what it points to, the selection says.
    pub fn receiver_place(&mut self, operand: &'p Expr, selection: &Selection) -> Res<Place> {
        let start = self.place_or_value(operand)?;
        self.walk_path(start, &selection.path)
    }
}
