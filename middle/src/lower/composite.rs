//! Composite literals.
//!
//! A literal of a memory type is built in a temporary (a very large one in the heap), or, under `&` and for slices, in
//! the new object itself. All operands are evaluated in source order before the first is stored, but for long arrays and
//! slices: their elements are made where they belong, one after the other, so that neither values nor temporaries of all
//! are alive at once. Nobody else knows the object meanwhile.

use std::collections::HashMap;

use frontend::ast::{Expr, ExprKind};
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use crate::mir::Value;

/// A larger literal is made in the heap: gc's limit for values without a declared variable.
const MAX_TEMPORARY: u64 = 64 << 10;

/// Arrays with more elements in the literal are made in place.
const MAX_AT_ONCE: usize = 16;

/// An element: where it goes, and its value.
struct Element<'p> {
    index: u64,
    value: &'p Expr,
}

/// A part of a literal that is made in place.
struct Part<'p> {
    /// Bytes from the object's start.
    offset: u64,
    value: &'p Expr,
    ty: TypeId,
    /// A blank field: nothing is stored.
    blank: bool,
}

impl<'p> FnCx<'_, 'p> {
    /// `T{…}`; the inner `{…}` of a pointer element type is a pointer.
    pub fn composite(&mut self, e: &'p Expr, elems: &'p [Expr]) -> Res<Val> {
        let ty = self.ty(e);
        match self.under(ty) {
            &Type::Pointer(elem) => {
                let ptr = self.composite_object(e, elem, elems)?;
                Ok(Val::one(ptr))
            }
            &Type::Map { key, elem } => self.map_literal(e, ty, key, elem, elems),
            &Type::Slice(elem) => self.slice_literal(e, elem, elems),
            _ if self.is_memory(ty) && self.size_of(ty) > MAX_TEMPORARY => {
                let ptr = self.composite_object(e, ty, elems)?;
                Ok(Val::Mem(ptr))
            }
            _ if self.is_memory(ty) => {
                let ptr = self.owned_temp(ty, "literal");
                self.fill(e, ptr, ty, elems)?;
                Ok(Val::Mem(ptr))
            }
            Type::Struct(fields) => {
                let parts = self.struct_values(elems, fields)?;
                self.at(e.pos());
                let mut leaves = Vec::new();
                for (i, field) in fields.iter().enumerate() {
                    match parts.get(&i) {
                        Some(val) => leaves.extend_from_slice(val.words()),
                        None => leaves.extend_from_slice(self.zero(field.ty).words()),
                    }
                }
                Ok(Val::Scalars(leaves))
            }
            &Type::Array { elem, .. } => {
                // At most one element has leaves.
                let elements = self.elements(elems)?;
                let mut val = self.zero(ty);
                for element in elements {
                    let new = self.expr_as(element.value, elem)?;
                    val = new;
                }
                Ok(val)
            }
            _ => Err(self.ice("composite literal of another type")),
        }
    }

    /// `&T{…}`.
    pub fn composite_address(&mut self, e: &'p Expr, elems: &'p [Expr]) -> Res<Val> {
        let ty = self.ty(e);
        match self.under(ty) {
            Type::Struct(_) | Type::Array { .. } => Ok(Val::one(self.composite_object(e, ty, elems)?)),
            _ => {
                let val = self.composite(e, elems)?;
                let ptr = self.alloc(ty);
                self.store_at(ptr, 0, &val, ty, true);
                Ok(Val::one(ptr))
            }
        }
    }

    /// A new object with the literal's value.
    fn composite_object(&mut self, e: &'p Expr, ty: TypeId, elems: &'p [Expr]) -> Res<Value> {
        match self.under(ty) {
            Type::Struct(fields) => {
                let parts = self.struct_values(elems, fields)?;
                self.at(e.pos());
                let ptr = self.alloc(ty);
                let offsets = self.lo.layouts.field_offsets(ty);
                for (i, field) in fields.iter().enumerate() {
                    if let Some(val) = parts.get(&i) {
                        self.store_at(ptr, offsets[i] as i64, val, field.ty, true);
                    }
                }
                Ok(ptr)
            }
            &Type::Array { elem, .. } => self.array_object(e, ty, elem, elems),
            _ => {
                // `[]*[]int{{1}}`: a pointer to another kind of literal.
                let val = match self.under(ty) {
                    &Type::Slice(elem) => self.slice_literal(e, elem, elems)?,
                    &Type::Map { key, elem } => self.map_literal(e, ty, key, elem, elems)?,
                    _ => return Err(self.ice("composite literal of another type")),
                };
                let ptr = self.alloc(ty);
                self.store_at(ptr, 0, &val, ty, true);
                Ok(ptr)
            }
        }
    }

    /// A new array with the literal's elements.
    fn array_object(&mut self, e: &'p Expr, array: TypeId, elem: TypeId, elems: &'p [Expr]) -> Res<Value> {
        self.at(e.pos());
        if elems.len() > MAX_AT_ONCE {
            let ptr = self.alloc(array);
            let parts = self.array_parts(0, elem, elems)?;
            self.make_in_place(ptr, &parts)?;
            return Ok(ptr);
        }
        let values = self.element_values(elems, elem)?;
        self.at(e.pos());
        let ptr = self.alloc(array);
        let size = self.size_of(elem);
        for (index, val) in &values {
            self.store_at(ptr, (index * size) as i64, val, elem, true);
        }
        Ok(ptr)
    }

    fn array_parts(&mut self, start: u64, elem: TypeId, elems: &'p [Expr]) -> Res<Vec<Part<'p>>> {
        let size = self.size_of(elem);
        let elements = self.elements(elems)?;
        Ok(elements
            .into_iter()
            .map(|e| Part { offset: start + e.index * size, value: e.value, ty: elem, blank: false })
            .collect())
    }

    /// Evaluates the parts in the order of [`FnCx::operands`], each stored to zeroed memory at once. Other goroutines
    /// may collect meanwhile, so the stores need their barriers.
    fn make_in_place(&mut self, ptr: Value, parts: &[Part<'p>]) -> Res<()> {
        let calls: Vec<bool> = parts.iter().map(|p| self.calls(p.value)).collect();
        let last = calls.iter().rposition(|&c| c).unwrap_or(0);
        for round in [false, true] {
            for (i, part) in parts.iter().enumerate() {
                if (i < last && !calls[i]) != round {
                    continue;
                }
                if !part.blank
                    && let Some(inner) = self.inner_parts(part)?
                {
                    self.make_in_place(ptr, &inner)?;
                    continue;
                }
                let val = self.expr_as(part.value, part.ty)?;
                self.at(part.value.pos());
                if !part.blank {
                    self.store_at(ptr, part.offset as i64, &val, part.ty, false);
                }
            }
        }
        Ok(())
    }

    /// The parts of a part that is a literal of a memory type.
    fn inner_parts(&mut self, part: &Part<'p>) -> Res<Option<Vec<Part<'p>>>> {
        let e: &'p Expr = part.value.unparen();
        let ExprKind::CompositeLit { elems, .. } = &e.kind else { return Ok(None) };
        if self.ty(e) != part.ty || !self.is_memory(part.ty) {
            return Ok(None);
        }
        match self.under(part.ty) {
            Type::Struct(fields) => {
                let offsets = self.lo.layouts.field_offsets(part.ty);
                let of = |(index, value): (usize, &'p Expr)| Part {
                    offset: part.offset + offsets[index],
                    value,
                    ty: fields[index].ty,
                    blank: fields[index].name.is_blank(),
                };
                Ok(Some(self.field_items(elems, fields)?.into_iter().map(of).collect()))
            }
            &Type::Array { elem, .. } => Ok(Some(self.array_parts(part.offset, elem, elems)?)),
            _ => Ok(None),
        }
    }

    /// Stores a literal of a struct or array type to a stack object.
    fn fill(&mut self, e: &'p Expr, ptr: Value, ty: TypeId, elems: &'p [Expr]) -> Res<()> {
        if elems.len() > MAX_AT_ONCE
            && let &Type::Array { elem, .. } = self.under(ty)
        {
            self.at(e.pos());
            let layout = self.lo.layout_id(ty);
            self.b.mem_zero_nowb(ptr, layout);
            let parts = self.array_parts(0, elem, elems)?;
            return self.make_in_place(ptr, &parts);
        }
        let (values, complete) = match self.under(ty) {
            Type::Struct(fields) => {
                let parts = self.struct_values(elems, fields)?;
                let offsets = self.lo.layouts.field_offsets(ty);
                let values: Vec<(u64, Val, TypeId)> = fields
                    .iter()
                    .enumerate()
                    .filter_map(|(i, f)| Some((offsets[i], parts.get(&i)?.clone(), f.ty)))
                    .collect();
                (values, parts.len() == fields.len())
            }
            &Type::Array { elem, len } => {
                let size = self.size_of(elem);
                let values = self.element_values(elems, elem)?;
                let complete = values.len() as u64 == len;
                (values.into_iter().map(|(i, val)| (i * size, val, elem)).collect(), complete)
            }
            _ => return Err(self.ice("composite literal of another type")),
        };
        self.at(e.pos());
        // Padding need not be zero: nothing looks at it.
        if !complete {
            let layout = self.lo.layout_id(ty);
            self.b.mem_zero_nowb(ptr, layout);
        }
        for (offset, val, ty) in values {
            self.store_at(ptr, offset as i64, &val, ty, true);
        }
        Ok(())
    }

    /// The values of a struct literal by field index, without those of blank fields.
    fn struct_values(&mut self, elems: &'p [Expr], fields: &'p [Field]) -> Res<HashMap<usize, Val>> {
        let found = self.field_items(elems, fields)?;
        let items: Vec<_> = found.iter().map(|&(index, value)| (value, Some(fields[index].ty))).collect();
        let vals = self.operands(&items)?;
        // Nothing is assigned to a blank field.
        Ok(found.iter().map(|f| f.0).zip(vals).filter(|(i, _)| !fields[*i].name.is_blank()).collect())
    }

    /// The values of a struct literal with their fields' indices.
    fn field_items(&self, elems: &'p [Expr], fields: &[Field]) -> Res<Vec<(usize, &'p Expr)>> {
        let mut items = Vec::new();
        for (i, elem) in elems.iter().enumerate() {
            let (index, value): (usize, &'p Expr) = match &elem.kind {
                ExprKind::KeyValue { key, value, .. } => {
                    let found = key.unparen().as_ident().and_then(|k| fields.iter().position(|f| f.name == k.name));
                    let Some(index) = found else { return Err(self.ice("no such field")) };
                    (index, value)
                }
                _ => (i, elem),
            };
            if index >= fields.len() {
                return Err(self.ice("too many values"));
            }
            items.push((index, value));
        }
        Ok(items)
    }

    /// The elements of an array or slice literal with their indices.
    fn elements(&self, elems: &'p [Expr]) -> Res<Vec<Element<'p>>> {
        let mut next = 0;
        let mut out = Vec::new();
        for elem in elems {
            let value: &'p Expr = match &elem.kind {
                ExprKind::KeyValue { key, value, .. } => {
                    let Some(index) = self.info().value_of(key.id).and_then(|c| c.to_u64()) else {
                        return Err(self.ice("index of a literal is no constant"));
                    };
                    next = index;
                    value
                }
                _ => elem,
            };
            out.push(Element { index: next, value });
            next += 1;
        }
        Ok(out)
    }

    fn element_values(&mut self, elems: &'p [Expr], elem: TypeId) -> Res<Vec<(u64, Val)>> {
        let elements = self.elements(elems)?;
        let items: Vec<(&'p Expr, Option<TypeId>)> = elements.iter().map(|e| (e.value, Some(elem))).collect();
        let vals = self.operands(&items)?;
        Ok(elements.iter().map(|e| e.index).zip(vals).collect())
    }

    fn slice_literal(&mut self, e: &'p Expr, elem: TypeId, elems: &'p [Expr]) -> Res<Val> {
        let len = self.elements(elems)?.iter().map(|e| e.index + 1).max().unwrap_or(0);
        let array = self.types().array(elem, len);
        let ptr = self.array_object(e, array, elem, elems)?;
        let len = self.b.i64(len as i64);
        Ok(Val::Scalars(vec![ptr, len, len]))
    }

    fn map_literal(&mut self, e: &'p Expr, ty: TypeId, key: TypeId, elem: TypeId, elems: &'p [Expr]) -> Res<Val> {
        self.at(e.pos());
        let map = self.make_map(ty, Some(elems.len() as i64), None);
        for item in elems {
            let ExprKind::KeyValue { key: k, value: v, .. } = &item.kind else { return Err(self.ice("map literal")) };
            let vals = self.operands(&[(k, Some(key)), (v, Some(elem))])?;
            let [k, v] = &vals[..] else { return Err(self.ice("map literal")) };
            self.at(item.pos());
            let slot = self.map_slot(map, k, ty, elem);
            self.store_at(slot, 0, v, elem, false);
        }
        Ok(Val::one(map))
    }
}
