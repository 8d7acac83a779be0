//! Loops over integers, arrays, slices, strings, maps and channels.
//!
//! The operand is evaluated once, and its length is that at the start. Iteration variables are new in each iteration
//! where the language version says so; the counter itself is hidden.

use frontend::ast::{Expr, RangeStmt};
use frontend::types::*;

use super::Res;
use super::func::{FnCx, JumpTarget, Val};
use super::place::{Place, Root, Step};
use crate::mir::{BinOp, Block, CmpOp, ConvOp, Layout, Ty, Value};

/// The blocks of a loop.
struct Loop {
    head: Block,
    body: Block,
    next: Block,
    done: Block,
}

/// Words of `maps.Iter` in internal/runtime/maps: see [`FnCx::iter_layout`].
const ITER_KEY: i64 = 0;
const ITER_ELEM: i64 = 8;

impl<'p> FnCx<'_, 'p> {
    /// `for k, v = range x`, x no function.
    pub fn range(&mut self, r: &'p RangeStmt) -> Res<()> {
        let label = self.pending_label.take();
        let ty = self.ty(&r.operand);
        let ty = self.types().core_string(ty).map_or(ty, |core| if self.types().is_type_param(ty) { core } else { ty });
        if r.define && !self.src.per_iteration(&r.body) {
            for e in [&r.key, &r.value].into_iter().flatten() {
                if let Some(obj) = e.unparen().as_ident().and_then(|i| self.info().def(i.id)) {
                    self.declare_zero(obj);
                }
            }
        }
        let blocks = Loop {
            head: self.b.create_block(),
            body: self.b.create_block(),
            next: self.b.create_block(),
            done: self.b.create_block(),
        };
        self.targets.push(JumpTarget { label, break_to: blocks.done, continue_to: Some(blocks.next) });
        let result = match self.under(ty) {
            Type::Basic(b) if b.is_string() => self.range_string(r, &blocks),
            Type::Basic(_) => self.range_int(r, ty, &blocks),
            &Type::Slice(elem) => self.range_slice(r, elem, &blocks),
            Type::Array { .. } | Type::Pointer(_) => self.range_array(r, ty, &blocks),
            &Type::Map { key, elem } => self.range_map(r, ty, key, elem, &blocks),
            &Type::Chan { elem, .. } => self.range_chan(r, ty, elem, &blocks),
            _ => Err(self.ice("range over another type")),
        };
        self.targets.pop();
        result?;
        self.b.switch_to_sealed(blocks.done);
        Ok(())
    }

    /// Gives the iteration variables their values, both at once.
    fn set(&mut self, r: &'p RangeStmt, pairs: Vec<(&'p Expr, Val, TypeId)>) -> Res<()> {
        if !r.define {
            let mut places = Vec::new();
            for (e, _, _) in &pairs {
                places.push(self.place(e)?);
            }
            for (place, (_, val, ty)) in places.iter().zip(pairs) {
                let val = self.convert_implicit(val, ty, place.ty)?;
                self.store(place, &val);
            }
            return Ok(());
        }
        for (e, val, ty) in pairs {
            if self.src.per_iteration(&r.body) {
                self.define_with(e, val, ty)?;
            } else if let Some(obj) = e.unparen().as_ident().and_then(|i| self.info().def(i.id)) {
                let place = self.var_place(obj, ty);
                self.store(&place, &val);
            }
        }
        Ok(())
    }

    /// The value variable, if it is there and not blank.
    fn value_var(r: &'p RangeStmt) -> Option<&'p Expr> {
        r.value.as_ref().filter(|e| !e.unparen().as_ident().is_some_and(|i| i.is_blank()))
    }

    fn key_var(r: &'p RangeStmt) -> Option<&'p Expr> {
        r.key.as_ref().filter(|e| !e.unparen().as_ident().is_some_and(|i| i.is_blank()))
    }

    /// A loop that counts from 0 to n; `body` sets the variables.
    fn counted(
        &mut self,
        r: &'p RangeStmt,
        n: Value,
        signed: bool,
        blocks: &Loop,
        set: impl FnOnce(&mut Self, Value) -> Res<()>,
    ) -> Res<()> {
        let ty = self.b.ty(n);
        let counter = self.b.declare_var(ty);
        let zero = self.b.zero(ty);
        self.b.def_var(counter, zero);
        self.b.jump(blocks.head, vec![]);
        self.b.switch_to(blocks.head);
        let i = self.b.use_var(counter);
        let op = if signed { CmpOp::SLt } else { CmpOp::ULt };
        let more = self.b.cmp(op, i, n);
        self.b.branch(more, blocks.body, blocks.done);
        self.b.switch_to_sealed(blocks.body);
        set(self, i)?;
        self.block(&r.body)?;
        self.jump_if_open(blocks.next);
        self.b.switch_to_sealed(blocks.next);
        let i = self.b.use_var(counter);
        let one = self.b.int(ty, 1);
        let i = self.b.add(i, one);
        self.b.def_var(counter, i);
        self.b.jump(blocks.head, vec![]);
        self.b.seal_block(blocks.head);
        Ok(())
    }

    fn range_int(&mut self, r: &'p RangeStmt, ty: TypeId, blocks: &Loop) -> Res<()> {
        // An untyped constant takes the type of the variable.
        let ty = self.types().default_type(ty);
        let n = self.expr_as(&r.operand, ty)?.leaf(0);
        let signed = !self.types().is_unsigned(ty);
        self.counted(r, n, signed, blocks, |cx, i| {
            let key = Self::key_var(r).map(|e| (e, Val::one(i), ty));
            cx.set(r, key.into_iter().collect())
        })
    }

    fn range_slice(&mut self, r: &'p RangeStmt, elem: TypeId, blocks: &Loop) -> Res<()> {
        // `[]byte(s)` is only read: the bytes of s serve.
        let slice = match self.string_of_bytes(&r.operand) {
            Some(string) => self.expr(string)?,
            None => self.expr(&r.operand)?,
        };
        self.at(r.op_pos);
        let place = Place { root: Root::Memory(slice.leaf(0)), steps: Vec::new(), ty: elem };
        self.range_elements(r, slice.leaf(1), place, elem, blocks)
    }

    fn range_array(&mut self, r: &'p RangeStmt, ty: TypeId, blocks: &Loop) -> Res<()> {
        let array_ty = self.types().pointee(ty).unwrap_or(ty);
        let &Type::Array { elem, len } = self.under(array_ty) else { return Err(self.ice("range over no array")) };
        let n = self.b.i64(len as i64);
        let by_pointer = array_ty != ty;
        let mut place = if Self::value_var(r).is_some() {
            let val = self.expr(&r.operand)?;
            if by_pointer { Place::deref(val.leaf(0), array_ty) } else { Place::value(val, array_ty) }
        } else {
            // Only the length matters; evaluated for its effects.
            if self.calls(&r.operand) {
                self.expr_borrowed(&r.operand)?;
            }
            Place::blank(array_ty)
        };
        place.ty = elem;
        self.range_elements(r, n, place, elem, blocks)
    }

    /// Loops over the elements behind a place of the first one.
    fn range_elements(&mut self, r: &'p RangeStmt, n: Value, first: Place, elem: TypeId, blocks: &Loop) -> Res<()> {
        let size = self.size_of(elem);
        self.counted(r, n, true, blocks, |cx, i| {
            let val = match Self::value_var(r) {
                Some(_) => {
                    let mut place = first;
                    place.steps.push(Step::IndexUnchecked { index: i, size });
                    Some(cx.load(&place))
                }
                None => None,
            };
            let key = Self::key_var(r).map(|e| (e, Val::one(i), TypeId::INT));
            let val = Self::value_var(r).and_then(|e| Some((e, val?, elem)));
            cx.set(r, key.into_iter().chain(val).collect())
        })
    }

    fn range_string(&mut self, r: &'p RangeStmt, blocks: &Loop) -> Res<()> {
        let s = self.expr(&r.operand)?;
        self.at(r.op_pos);
        let (ptr, len) = (s.leaf(0), s.leaf(1));
        let at = self.b.declare_var(Ty::I64);
        let after = self.b.declare_var(Ty::I64);
        let rune = self.b.declare_var(Ty::I32);
        let zero = self.b.i64(0);
        self.b.def_var(at, zero);
        self.b.jump(blocks.head, vec![]);
        self.b.switch_to(blocks.head);
        let i = self.b.use_var(at);
        let more = self.b.cmp(CmpOp::SLt, i, len);
        let decode = self.b.create_block();
        self.b.branch(more, decode, blocks.done);
        self.b.switch_to_sealed(decode);
        // One byte below 0x80 is its own rune.
        let (wide, narrow) = (self.b.create_block(), self.b.create_block());
        let byte_ptr = self.b.ptr_index(ptr, i, 1, 0);
        let byte = self.b.load(Ty::I8, byte_ptr);
        let value = self.b.conv(ConvOp::ZExt, Ty::I32, byte);
        let limit = self.b.int(Ty::I32, 0x80);
        let ascii = self.b.cmp(CmpOp::ULt, value, limit);
        self.b.branch(ascii, narrow, wide);
        self.b.switch_to_sealed(narrow);
        self.b.def_var(rune, value);
        let one = self.b.i64(1);
        let next = self.b.bin(BinOp::Add, i, one);
        self.b.def_var(after, next);
        self.b.jump(blocks.body, vec![]);
        self.b.switch_to_sealed(wide);
        let decoded = self.runtime("decoderune", &[ptr, len, i], &[Ty::I32, Ty::I64]);
        self.b.def_var(rune, decoded[0]);
        self.b.def_var(after, decoded[1]);
        self.b.jump(blocks.body, vec![]);
        self.b.switch_to_sealed(blocks.body);
        let key = Self::key_var(r).map(|e| (e, Val::one(i), TypeId::INT));
        let val = Self::value_var(r).map(|e| (e, Val::one(self.b.use_var(rune)), TypeId::INT32));
        self.set(r, key.into_iter().chain(val).collect())?;
        self.block(&r.body)?;
        self.jump_if_open(blocks.next);
        self.b.switch_to_sealed(blocks.next);
        let next = self.b.use_var(after);
        self.b.def_var(at, next);
        self.b.jump(blocks.head, vec![]);
        self.b.seal_block(blocks.head);
        Ok(())
    }

    /// The layout of a map iterator: that of `internal/runtime/maps.Iter`, from the package's own declaration.
    fn iter_layout(&mut self) -> Layout {
        let types = self.types();
        let iter = self
            .lo
            .prog
            .packages()
            .find(|&p| &*types.package(p).path == "internal/runtime/maps")
            .and_then(|p| types.member(p, Name::new("Iter")))
            .map(|obj| types.object(obj).ty());
        match iter {
            Some(ty) => self.lo.layouts.layout(ty),
            // The package is part of every real program. Go 1.26 has 12 words: key, elem, typ, m, entryOffset,
            // dirOffset, clearSeq, globalDepth, dirIdx, tab, group, entryIdx.
            None => Layout { size: 96, align: 8, ptr_words: vec![0, 1, 2, 3, 9, 10] },
        }
    }

    fn range_map(&mut self, r: &'p RangeStmt, ty: TypeId, key: TypeId, elem: TypeId, blocks: &Loop) -> Res<()> {
        let map = self.expr(&r.operand)?.leaf(0);
        self.at(r.op_pos);
        let layout = self.iter_layout();
        let layout = self.lo.m.layout(layout);
        let iter = self.b.new_slot(layout, "iter");
        let addr = self.b.slot_addr(iter);
        self.b.mem_zero_nowb(addr, layout);
        let desc = self.desc(ty);
        self.runtime("mapIterStart", &[desc, map, addr], &[]);
        self.b.jump(blocks.head, vec![]);
        self.b.switch_to(blocks.head);
        let addr = self.b.slot_addr(iter);
        let at = self.b.load_at(Ty::Ptr, addr, ITER_KEY);
        let end = self.b.is_nil(at);
        self.b.branch(end, blocks.done, blocks.body);
        self.b.switch_to_sealed(blocks.body);
        let key_val = Self::key_var(r).map(|e| {
            let place = Place::memory(at, key);
            (e, self.load(&place), key)
        });
        let elem_val = Self::value_var(r).map(|e| {
            let at = self.b.load_at(Ty::Ptr, addr, ITER_ELEM);
            let place = Place::memory(at, elem);
            (e, self.load(&place), elem)
        });
        self.set(r, key_val.into_iter().chain(elem_val).collect())?;
        self.block(&r.body)?;
        self.jump_if_open(blocks.next);
        self.b.switch_to_sealed(blocks.next);
        self.at(r.op_pos);
        let addr = self.b.slot_addr(iter);
        self.runtime("mapIterNext", &[addr], &[]);
        self.b.jump(blocks.head, vec![]);
        self.b.seal_block(blocks.head);
        Ok(())
    }

    fn range_chan(&mut self, r: &'p RangeStmt, ty: TypeId, elem: TypeId, blocks: &Loop) -> Res<()> {
        let chan = self.expr(&r.operand)?.leaf(0);
        self.at(r.op_pos);
        self.b.jump(blocks.head, vec![]);
        self.b.switch_to(blocks.head);
        let (val, ok) = self.receive_ok(chan, ty)?;
        self.b.branch(ok, blocks.body, blocks.done);
        self.b.switch_to_sealed(blocks.body);
        let key = Self::key_var(r).map(|e| (e, val, elem));
        self.set(r, key.into_iter().collect())?;
        self.block(&r.body)?;
        self.jump_if_open(blocks.next);
        self.b.switch_to_sealed(blocks.next);
        self.at(r.op_pos);
        self.b.jump(blocks.head, vec![]);
        self.b.seal_block(blocks.head);
        Ok(())
    }
}
