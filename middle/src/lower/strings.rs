//! What strings allow to be done without copies and calls: comparison with constants, switches over constants, and
//! byte slices that are looked at as strings for a moment.

use frontend::ast::{CaseClause, Expr, ExprKind};
use frontend::check::info::Mode;
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use crate::mir::{BinOp, Block, CmpOp, Ty, Value};

/// Constants up to this length are compared byte by byte in line.
const MAX_INLINE: usize = 4;
/// From so many constant cases on, a switch looks at the length first.
const MIN_TABLE: usize = 4;

impl<'p> FnCx<'_, 'p> {
    /// Whether the bytes at `ptr`, as many as the constant has, are those of the constant.
    fn same_bytes(&mut self, ptr: Value, constant: &[u8]) -> Value {
        if constant.len() > MAX_INLINE {
            let other = self.string_constant(constant);
            return self.runtime1("memequal", &[ptr, other.leaf(0), other.leaf(1)], Ty::Bool);
        }
        let mut differing = None;
        for (i, &byte) in constant.iter().enumerate() {
            let found = self.b.load_at(Ty::I8, ptr, i as i64);
            let wanted = self.b.int(Ty::I8, byte as i64);
            let bits = self.b.bin(BinOp::Xor, found, wanted);
            differing = Some(match differing {
                None => bits,
                Some(before) => self.b.or(before, bits),
            });
        }
        match differing {
            None => self.b.bool(true),
            Some(bits) => {
                let zero = self.b.int(Ty::I8, 0);
                self.b.cmp(CmpOp::Eq, bits, zero)
            }
        }
    }

    /// Whether a string equals a constant.
    pub fn equal_constant(&mut self, s: &Val, constant: &[u8]) -> Res<Value> {
        let wanted = self.b.i64(constant.len() as i64);
        let same_len = self.b.cmp(CmpOp::Eq, s.leaf(1), wanted);
        if constant.is_empty() {
            return Ok(same_len);
        }
        let (ptr, constant) = (s.leaf(0), constant.to_vec());
        self.and_then(same_len, |cx| Ok(cx.same_bytes(ptr, &constant)))
    }

    /// The constant an expression is, if that is a string.
    pub fn string_value(&self, e: &Expr) -> Option<&'p [u8]> {
        self.info().value_of(e.id)?.as_bytes()
    }

    /// A string operand that is looked at before anything else happens: `string(b)` gives b's own bytes.
    pub fn string_glance(&mut self, e: &'p Expr) -> Res<Val> {
        if let Some(bytes) = self.bytes_of_string(e) {
            let slice = self.expr(bytes)?;
            return Ok(Val::Scalars(slice.words()[..2].to_vec()));
        }
        self.expr(e)
    }

    /// The b of `string(b)`, a byte slice.
    pub fn bytes_of_string(&self, e: &'p Expr) -> Option<&'p Expr> {
        let arg = self.conversion_operand(e)?;
        let bytes = |ty| matches!(self.under(ty), &Type::Slice(elem) if self.types().underlying(elem) == TypeId::UINT8);
        (self.types().is_string(self.ty(e)) && bytes(self.ty(arg))).then_some(arg)
    }

    /// The s of `[]byte(s)`, a string.
    pub fn string_of_bytes(&self, e: &'p Expr) -> Option<&'p Expr> {
        let arg = self.conversion_operand(e)?;
        let bytes =
            matches!(self.under(self.ty(e)), &Type::Slice(elem) if self.types().underlying(elem) == TypeId::UINT8);
        (bytes && self.types().is_string(self.ty(arg))).then_some(arg)
    }

    fn conversion_operand(&self, e: &'p Expr) -> Option<&'p Expr> {
        let e = e.unparen();
        let ExprKind::Call(call) = &e.kind else { return None };
        let [arg] = &call.args[..] else { return None };
        let is_type = self.info().type_info(call.func.id).is_some_and(|i| i.mode == Mode::Type);
        (is_type && self.info().value_of(e.id).is_none()).then_some(arg)
    }

    /// `m[string(b)]`, read without making the string.
    pub fn map_get_by_bytes(&mut self, operand: &'p Expr, index: &'p Expr) -> Res<Option<Val>> {
        let map_ty = self.ty(operand);
        let &Type::Map { key, elem } = self.under(map_ty) else { return Ok(None) };
        if !self.types().is_string(key) || self.bytes_of_string(index).is_none() || self.calls(operand) {
            return Ok(None);
        }
        let key = self.string_glance(index)?;
        let map = self.expr(operand)?.leaf(0);
        Ok(Some(match self.map_get(map, &key, map_ty) {
            Val::Mem(ptr) => self.copy_to_temp(ptr, elem),
            val => val,
        }))
    }

    /// A switch over a string whose cases are all constants: by length, then by content. False: it is no such switch.
    pub fn string_table(&mut self, s: &Val, clauses: &'p [CaseClause], bodies: &[Block], default: Block) -> Res<bool> {
        let mut lengths: Vec<(usize, Vec<(&'p [u8], Block)>)> = Vec::new();
        let mut count = 0;
        for (clause, &body) in clauses.iter().zip(bodies) {
            for e in &clause.exprs {
                let Some(bytes) = self.string_value(e) else { return Ok(false) };
                count += 1;
                match lengths.iter_mut().find(|(n, _)| *n == bytes.len()) {
                    Some((_, cases)) => cases.push((bytes, body)),
                    None => lengths.push((bytes.len(), vec![(bytes, body)])),
                }
            }
        }
        if count < MIN_TABLE {
            return Ok(false);
        }
        let blocks: Vec<Block> = lengths.iter().map(|_| self.b.create_block()).collect();
        let table = lengths.iter().zip(&blocks).map(|((n, _), &block)| (*n as i64, block)).collect();
        self.b.switch(s.leaf(1), table, default);
        for ((_, cases), block) in lengths.into_iter().zip(blocks) {
            self.b.switch_to_sealed(block);
            for (bytes, body) in cases {
                let next = self.b.create_block();
                let same = self.same_bytes(s.leaf(0), bytes);
                self.b.branch(same, body, next);
                self.b.switch_to_sealed(next);
            }
            self.b.jump(default, vec![]);
        }
        Ok(true)
    }
}
