//! Places: what can be assigned to, has an address, or is a part of a value.
//!
//! A place is a root and steps from it. The steps are not carried out before the place is used: in `p.a[i] = f()`
//! operands are evaluated first, then `f` is called, and only then do the nil check and the bounds check happen.
//! So a place may be made, other code run, and the place used after it, any number of times.

use std::rc::Rc;

use frontend::types::*;

use super::func::{FnCx, Val};
use crate::mir::build::Var;
use crate::mir::{BoundsKind, Op, PosId, Slot, Symbol, Ty, Value};

#[derive(Clone, Debug)]
pub(super) enum Root {
    /// SSA variables: the leaves of a scalar variable, or some of them in a row.
    Vars {
        vars: Rc<[Var]>,
        start: usize,
    },
    /// A value that is no variable (a captured copy, a temporary): only read.
    Value(Val),
    Slot(Slot),
    /// An object that others can see.
    Memory(Value),
    Global(Symbol),
    /// `m[k]`; the operands are evaluated.
    Map {
        map: Value,
        key: Val,
        map_ty: TypeId,
    },
    /// `_`
    Blank,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The pointer so far (a root's) must not be nil.
    NilCheck,
    Offset(u64),
    /// Element `index` (I64) of `len`, with the given size; `pos` is the bracket's, where an index out of range panics.
    Index {
        index: Value,
        len: Value,
        signed: bool,
        size: u64,
        pos: PosId,
    },
    /// As `Index`, without a check.
    IndexUnchecked {
        index: Value,
        size: u64,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Place {
    pub root: Root,
    pub steps: Vec<Step>,
    pub ty: TypeId,
}

impl Place {
    fn new(root: Root, ty: TypeId) -> Place {
        Place { root, steps: Vec::new(), ty }
    }

    pub fn vars(vars: Rc<[Var]>, ty: TypeId) -> Place {
        Place::new(Root::Vars { vars, start: 0 }, ty)
    }

    pub fn value(val: Val, ty: TypeId) -> Place {
        Place::new(Root::Value(val), ty)
    }

    pub fn slot(slot: Slot, ty: TypeId) -> Place {
        Place::new(Root::Slot(slot), ty)
    }

    /// An object known to be there.
    pub fn memory(ptr: Value, ty: TypeId) -> Place {
        Place::new(Root::Memory(ptr), ty)
    }

    /// What a pointer points to; nil panics on use.
    pub fn deref(ptr: Value, ty: TypeId) -> Place {
        Place { root: Root::Memory(ptr), steps: vec![Step::NilCheck], ty }
    }

    pub fn global(sym: Symbol, ty: TypeId) -> Place {
        Place::new(Root::Global(sym), ty)
    }

    pub fn blank(ty: TypeId) -> Place {
        Place::new(Root::Blank, ty)
    }

    pub fn map(map: Value, key: Val, map_ty: TypeId, ty: TypeId) -> Place {
        Place::new(Root::Map { map, key, map_ty }, ty)
    }

    pub fn is_map_element(&self) -> bool {
        matches!(self.root, Root::Map { .. })
    }

    /// Whether stores need no write barrier.
    fn is_stack(&self) -> bool {
        matches!(self.root, Root::Slot(_))
    }
}

impl FnCx<'_, '_> {
    /// A field of a struct place.
    pub fn field(&mut self, mut place: Place, index: usize) -> Place {
        let Type::Struct(fields) = self.under(place.ty) else { return place };
        let ty = fields[index].ty;
        match &mut place.root {
            Root::Vars { start, .. } => *start += self.lo.layouts.field_leaves(place.ty, index).start,
            Root::Value(Val::Scalars(leaves)) => {
                let range = self.lo.layouts.field_leaves(place.ty, index);
                *leaves = leaves[range].to_vec();
            }
            _ => {
                let offset = self.lo.layouts.field_offsets(place.ty)[index];
                if offset != 0 {
                    place.steps.push(Step::Offset(offset));
                }
            }
        }
        place.ty = ty;
        place
    }

    /// An element of an array place, bracketed at the current position; the index is I64.
    pub fn element(&mut self, mut place: Place, index: Value, signed: bool) -> Place {
        let &Type::Array { elem, len } = self.under(place.ty) else { return place };
        let size = self.size_of(elem);
        let len = self.b.i64(len as i64);
        let pos = self.b.pos();
        place.steps.push(Step::Index { index, len, signed, size, pos });
        place.ty = elem;
        place
    }

    /// The checks and address arithmetic of the steps, from a base address. The checks alone without one.
    fn walk(&mut self, steps: &[Step], base: Option<Value>) -> Option<Value> {
        let mut at = base;
        let mut offset = 0i64;
        for step in steps {
            match *step {
                Step::NilCheck => {
                    if let Some(ptr) = at {
                        self.b.nil_check(ptr);
                    }
                }
                Step::Offset(n) => offset += n as i64,
                Step::Index { index, len, signed, size, pos } => {
                    let outer = self.b.pos();
                    self.b.set_pos(pos);
                    self.b.bounds_check(BoundsKind::Index, index, len, signed);
                    self.b.set_pos(outer);
                    if let Some(ptr) = at {
                        at = Some(self.b.ptr_index(ptr, index, size, offset));
                        offset = 0;
                    }
                }
                Step::IndexUnchecked { index, size } => {
                    if let Some(ptr) = at {
                        at = Some(self.b.ptr_index(ptr, index, size, offset));
                        offset = 0;
                    }
                }
            }
        }
        at.map(|ptr| self.b.ptr_add(ptr, offset))
    }

    /// The address, after the checks of the way. Not for places in SSA variables and maps; those give a copy's.
    pub fn addr(&mut self, place: &Place) -> Value {
        let base = match &place.root {
            Root::Slot(slot) => self.b.slot_addr(*slot),
            Root::Memory(ptr) | Root::Value(Val::Mem(ptr)) => *ptr,
            Root::Global(sym) => self.b.global_addr(*sym, 0),
            Root::Vars { .. } | Root::Value(_) | Root::Map { .. } | Root::Blank => {
                let val = self.load(place);
                return self.in_memory(&val, place.ty);
            }
        };
        self.walk(&place.steps, Some(base)).unwrap_or(base)
    }

    /// The value at the place; of a memory type a pointer into the variable itself.
    pub fn load_borrowed(&mut self, place: &Place) -> Val {
        let leaves = self.leaf_types(place.ty).len();
        match &place.root {
            Root::Vars { vars, start } => {
                let vars = vars.clone();
                self.walk(&place.steps, None);
                if vars.len() < *start + leaves {
                    // An element of an array without elements: the check has panicked.
                    return self.zero(place.ty);
                }
                Val::Scalars(vars[*start..*start + leaves].iter().map(|&v| self.b.use_var(v)).collect())
            }
            Root::Value(Val::Scalars(vals)) => {
                let vals = vals.clone();
                self.walk(&place.steps, None);
                if vals.len() < leaves {
                    return self.zero(place.ty);
                }
                Val::Scalars(vals[..leaves].to_vec())
            }
            Root::Map { map, key, map_ty } => {
                let (map, key, map_ty) = (*map, key.clone(), *map_ty);
                self.map_get(map, &key, map_ty)
            }
            Root::Blank => self.zero(place.ty),
            _ => {
                let ptr = self.addr(place);
                self.load_at(ptr, 0, place.ty)
            }
        }
    }

    /// The value at the place.
    pub fn load(&mut self, place: &Place) -> Val {
        let val = self.load_borrowed(place);
        match (&val, &place.root) {
            // Nobody changes these.
            (Val::Mem(_), Root::Value(_) | Root::Blank) if place.steps.is_empty() => val,
            (Val::Mem(ptr), _) => {
                let ptr = *ptr;
                self.copy_to_temp(ptr, place.ty)
            }
            _ => val,
        }
    }

    /// A copy of a memory value that nobody changes.
    pub fn copy_to_temp(&mut self, src: Value, ty: TypeId) -> Val {
        let dst = self.owned_temp(ty, "copy");
        let layout = self.lo.layout_id(ty);
        self.b.mem_copy_nowb(dst, src, layout);
        Val::Mem(dst)
    }

    /// A value in memory; a memory type gives the address itself.
    pub fn load_at(&mut self, ptr: Value, offset: i64, ty: TypeId) -> Val {
        let info = self.lo.layouts.info(ty);
        match &info.leaves {
            Some(leaves) => {
                Val::Scalars(leaves.iter().map(|l| self.b.load_at(l.ty, ptr, offset + l.offset as i64)).collect())
            }
            None => Val::Mem(self.b.ptr_add(ptr, offset)),
        }
    }

    /// Stores a value to memory. `nowb`: the memory is a stack slot or a fresh object.
    pub fn store_at(&mut self, ptr: Value, offset: i64, val: &Val, ty: TypeId, nowb: bool) {
        match val {
            Val::Scalars(vals) => {
                let info = self.lo.layouts.info(ty);
                let Some(leaves) = &info.leaves else { return };
                for (leaf, &val) in leaves.iter().zip(vals) {
                    let at = self.b.ptr_add(ptr, offset + leaf.offset as i64);
                    self.b.push(Op::Store { ptr: at, val, nowb, volatile: false });
                }
            }
            Val::Mem(src) => {
                let dst = self.b.ptr_add(ptr, offset);
                let layout = self.lo.layout_id(ty);
                self.b.push(Op::MemCopy { dst, src: *src, layout, nowb });
            }
        }
    }

    /// The place of a map's element becomes that of its memory, made if the map had none: one search serves a load and
    /// the store after it. Nothing may panic between the two, else the element would be there for nothing.
    pub fn in_place(&mut self, place: Place) -> Place {
        let Root::Map { map, ref key, map_ty } = place.root else { return place };
        let slot = self.map_slot(map, key, map_ty, place.ty);
        Place::memory(slot, place.ty)
    }

    /// Assigns to the place.
    pub fn store(&mut self, place: &Place, val: &Val) {
        match &place.root {
            Root::Vars { vars, start } => {
                let (vars, start) = (vars.clone(), *start);
                self.walk(&place.steps, None);
                for (&v, &var) in val.words().iter().zip(vars.iter().skip(start)) {
                    self.b.def_var(var, v);
                }
            }
            Root::Map { map, key, map_ty } => {
                let (map, key, map_ty) = (*map, key.clone(), *map_ty);
                let slot = self.map_slot(map, &key, map_ty, place.ty);
                self.store_at(slot, 0, val, place.ty, false);
            }
            Root::Blank | Root::Value(_) => {}
            _ => {
                let nowb = place.is_stack();
                let ptr = self.addr(place);
                self.store_at(ptr, 0, val, place.ty, nowb);
                if let Root::Global(sym) = place.root
                    && self.lo.m.name_of(sym) == "runtime.MemProfileRate"
                {
                    // Allocation does not look at the variable: its caches are told.
                    self.runtime("memProfileRateSet", &[], &[]);
                }
            }
        }
    }

    /// Assigns zero.
    pub fn zero_place(&mut self, place: &Place) {
        let in_place = matches!(place.root, Root::Slot(_) | Root::Memory(_) | Root::Global(_));
        if in_place && self.is_memory(place.ty) {
            let ptr = self.addr(place);
            let layout = self.lo.layout_id(place.ty);
            self.b.push(Op::MemZero { dst: ptr, layout, nowb: place.is_stack() });
        } else {
            let zero = self.zero(place.ty);
            self.store(place, &zero);
        }
    }

    /// Evaluates what the place's steps check, for its effects only (`_ = p.x`).
    pub fn touch(&mut self, place: &Place) {
        match &place.root {
            Root::Slot(_) | Root::Memory(_) | Root::Global(_) => {
                self.addr(place);
            }
            _ => {
                self.load_borrowed(place);
            }
        }
    }

    /// The leaf as an I64 index, zero-extended or sign-extended as its Go type says; and whether that is signed.
    pub fn index_word(&mut self, v: Value, ty: TypeId) -> (Value, bool) {
        let signed = !self.lo.types.is_unsigned(ty);
        (self.widen(v, signed), signed)
    }

    /// An integer as I64.
    pub fn widen(&mut self, v: Value, signed: bool) -> Value {
        if self.b.ty(v) == Ty::I64 {
            return v;
        }
        let op = if signed { crate::mir::ConvOp::SExt } else { crate::mir::ConvOp::ZExt };
        self.b.conv(op, Ty::I64, v)
    }
}
