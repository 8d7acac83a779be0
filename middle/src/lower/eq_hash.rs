//! Equality and hash functions of types: which of the runtime's serve, and the bodies of all others.
//!
//! A type is *plain* when equality is equality of its bytes: no floats, strings or interfaces, no padding, no blank
//! fields. Plain types of one size share a function; every other type has `type:.eq.T` and, as a map key,
//! `type:.hash.T`. Equality stops where Go does: fields in source order, elements in index order, so that the panic of
//! an uncomparable dynamic type comes exactly when no difference precedes it. Between fields that can panic, numbers and
//! lengths are compared before what they tell apart. The runtime's `typehash` hashes as the functions made here do.

use frontend::types::*;

use super::mangle::short_name;
use super::{Lower, Work};
use crate::mir::build::FuncBuilder;
use crate::mir::{Block, CmpOp, Def, Signature, Symbol, Ty, Value};

/// Fields of this many scalars are compared in line, longer runs of plain memory by the runtime.
const INLINE_SCALARS: u64 = 4;

/// A function under construction that leaves for `fail` at the first difference.
struct Compare {
    b: FuncBuilder,
    fail: Block,
}

impl<'p> Lower<'p> {
    /// Whether values of the type are equal exactly if their bytes are.
    pub(super) fn is_plain_memory(&mut self, ty: TypeId) -> bool {
        match self.types.under(ty) {
            Type::Basic(b) => !b.is_float() && !b.is_complex() && !b.is_string(),
            Type::Pointer(_) | Type::Chan { .. } => true,
            &Type::Array { elem, len } => len == 0 || self.is_plain_memory(elem),
            Type::Struct(fields) => {
                let offsets = self.layouts.field_offsets(ty);
                let mut end = 0;
                for (f, &offset) in fields.iter().zip(&*offsets) {
                    if f.name.is_blank() || offset != end || !self.is_plain_memory(f.ty) {
                        return false;
                    }
                    end = offset + self.layouts.info(f.ty).size;
                }
                end == self.layouts.info(ty).size
            }
            _ => false,
        }
    }

    /// The suffix that the runtime's functions for a type carry, if it has some: `64`, `str`, `inter`.
    fn known_algorithm(&mut self, ty: TypeId) -> Option<&'static str> {
        if self.is_plain_memory(ty) {
            return match self.layouts.info(ty).size {
                1 => Some("8"),
                2 => Some("16"),
                4 => Some("32"),
                8 => Some("64"),
                16 => Some("128"),
                _ => None,
            };
        }
        match self.types.under(ty) {
            Type::Basic(Basic::String) => Some("str"),
            Type::Basic(Basic::Float32) => Some("f32"),
            Type::Basic(Basic::Float64) => Some("f64"),
            Type::Basic(Basic::Complex64) => Some("c64"),
            Type::Basic(Basic::Complex128) => Some("c128"),
            Type::Interface(_) if self.has_methods(ty) => Some("inter"),
            Type::Interface(_) => Some("nilinter"),
            _ => None,
        }
    }

    /// Whether an interface type has methods, that is, whether its first word is an itab.
    pub(super) fn has_methods(&self, iface: TypeId) -> bool {
        !self.types.type_set(iface).methods.is_empty()
    }

    /// `func(p, q unsafe.Pointer) bool` for a comparable type.
    pub(super) fn equal_func(&mut self, ty: TypeId) -> Symbol {
        let sig = equal_signature();
        if let Some(known) = self.known_algorithm(ty) {
            let name = match known.as_bytes()[0] {
                b'0'..=b'9' => format!("runtime.memequal{known}"),
                _ => format!("runtime.{known}equal"),
            };
            return self.m.declare(&name, Some(sig));
        }
        let name = if self.is_plain_memory(ty) {
            match self.layouts.info(ty).size {
                0 => return self.m.declare("runtime.memequal0", Some(sig)),
                size => format!("type:.eqmem.{size}"),
            }
        } else {
            format!("type:.eq.{}", short_name(&self.link_string(ty)))
        };
        self.request(&name, || Work::Equal(ty));
        self.m.declare(&name, Some(sig))
    }

    /// The value of `abi.Type.Equal`: nothing for types that cannot be compared.
    pub(super) fn equal_closure(&mut self, ty: TypeId) -> Option<Symbol> {
        if !self.types.comparable_type(ty, true) {
            return None;
        }
        let func = self.equal_func(ty);
        Some(self.static_closure(func))
    }

    /// `func(p unsafe.Pointer, h uintptr) uintptr` for a map key type.
    pub(super) fn hash_func(&mut self, ty: TypeId) -> Symbol {
        let sig = hash_signature();
        if let Some(known) = self.known_algorithm(ty) {
            let name = match known.as_bytes()[0] {
                b'0'..=b'9' => format!("runtime.memhash{known}"),
                _ => format!("runtime.{known}hash"),
            };
            return self.m.declare(&name, Some(sig));
        }
        let name = if self.is_plain_memory(ty) {
            format!("type:.hashmem.{}", self.layouts.info(ty).size)
        } else {
            format!("type:.hash.{}", short_name(&self.link_string(ty)))
        };
        self.request(&name, || Work::Hash(ty));
        self.m.declare(&name, Some(sig))
    }

    pub(super) fn hasher_closure(&mut self, key: TypeId) -> Symbol {
        let func = self.hash_func(key);
        self.static_closure(func)
    }

    pub(super) fn emit_equal(&mut self, ty: TypeId) {
        let sym = self.equal_func(ty);
        let mut b = FuncBuilder::new(equal_signature());
        b.pragmas().wrapper = true;
        let fail = b.create_block();
        let (p, q) = (b.params()[0], b.params()[1]);
        let mut cx = Compare { b, fail };
        self.compare_memory(&mut cx, ty, p, q);
        let mut b = cx.b;
        let yes = b.bool(true);
        b.ret(vec![yes]);
        b.switch_to_sealed(fail);
        let no = b.bool(false);
        b.ret(vec![no]);
        self.m.define(sym, Def::Func(b.finish()), true);
    }

    /// Compares two objects of a type, leaving for the fail block where they differ.
    fn compare_memory(&mut self, cx: &mut Compare, ty: TypeId, p: Value, q: Value) {
        if self.is_plain_memory(ty) {
            return self.compare_plain(cx, ty, p, q);
        }
        match self.types.under(ty) {
            Type::Basic(Basic::String) => {
                let (n, m) = (cx.b.load_at(Ty::I64, p, 8), cx.b.load_at(Ty::I64, q, 8));
                cx.require(CmpOp::Eq, n, m);
                let (x, y) = (cx.b.load(Ty::Ptr, p), cx.b.load(Ty::Ptr, q));
                self.compare_bytes(cx, x, y, n);
            }
            Type::Basic(_) => {
                let info = self.layouts.info(ty);
                for leaf in info.leaves.iter().flatten() {
                    let x = cx.b.load_at(leaf.ty, p, leaf.offset as i64);
                    let y = cx.b.load_at(leaf.ty, q, leaf.offset as i64);
                    cx.require(if leaf.ty.is_float() { CmpOp::FEq } else { CmpOp::Eq }, x, y);
                }
            }
            Type::Interface(_) => {
                let (t, u) = (cx.b.load(Ty::Ptr, p), cx.b.load(Ty::Ptr, q));
                let name = if self.has_methods(ty) {
                    let sig = Signature { params: vec![Ty::Ptr; 2], results: vec![Ty::Bool], context: false };
                    let f = self.m.declare("runtime.sametype", Some(sig.clone()));
                    let (same, other) = (cx.b.create_block(), cx.b.create_block());
                    let equal = cx.b.cmp(CmpOp::Eq, t, u);
                    cx.b.branch(equal, same, other);
                    cx.b.switch_to_sealed(other);
                    let one_type = cx.b.call(f, &sig, vec![t, u])[0];
                    let fail = cx.fail;
                    cx.b.branch(one_type, same, fail);
                    cx.b.switch_to_sealed(same);
                    "runtime.ifaceeq"
                } else {
                    cx.require(CmpOp::Eq, t, u);
                    "runtime.efaceeq"
                };
                let (x, y) = (cx.b.load_at(Ty::Ptr, p, 8), cx.b.load_at(Ty::Ptr, q, 8));
                let sig = Signature { params: vec![Ty::Ptr; 3], results: vec![Ty::Bool], context: false };
                let f = self.m.declare(name, Some(sig.clone()));
                let same = cx.b.call(f, &sig, vec![t, x, y])[0];
                cx.require_true(same);
            }
            &Type::Array { elem, len } => {
                let size = self.layouts.info(elem).size;
                cx.for_each(len, |cx, i| {
                    let x = cx.b.ptr_index(p, i, size, 0);
                    let y = cx.b.ptr_index(q, i, size, 0);
                    self.compare_memory(cx, elem, x, y);
                });
            }
            Type::Struct(fields) => {
                let offsets = self.layouts.field_offsets(ty);
                let mut i = 0;
                // Fields that cost more, whose comparison cannot panic.
                let mut later = Vec::new();
                while i < fields.len() {
                    let end = self.plain_run(fields, &offsets, i);
                    if end - i > 1 {
                        let bytes = offsets[end - 1] + self.layouts.info(fields[end - 1].ty).size - offsets[i];
                        if bytes > INLINE_SCALARS * 8 {
                            let x = cx.b.ptr_add(p, offsets[i] as i64);
                            let y = cx.b.ptr_add(q, offsets[i] as i64);
                            let n = cx.b.i64(bytes as i64);
                            self.compare_bytes(cx, x, y, n);
                            i = end;
                            continue;
                        }
                    }
                    let (field, offset) = (fields[i].ty, offsets[i]);
                    if !fields[i].name.is_blank() {
                        if self.holds_interface(field) {
                            self.compare_fields(cx, std::mem::take(&mut later), p, q);
                            self.compare_fields(cx, vec![(field, offset)], p, q);
                        } else if self.is_plain_memory(field) {
                            self.compare_fields(cx, vec![(field, offset)], p, q);
                        } else {
                            if self.types.is_string(field) {
                                let at = offset as i64 + 8;
                                let (n, m) = (cx.b.load_at(Ty::I64, p, at), cx.b.load_at(Ty::I64, q, at));
                                cx.require(CmpOp::Eq, n, m);
                            }
                            later.push((field, offset));
                        }
                    }
                    i += 1;
                }
                self.compare_fields(cx, later, p, q);
            }
            _ => {}
        }
    }

    /// Compares fields, given by type and offset, in this order.
    fn compare_fields(&mut self, cx: &mut Compare, fields: Vec<(TypeId, u64)>, p: Value, q: Value) {
        for (ty, offset) in fields {
            let x = cx.b.ptr_add(p, offset as i64);
            let y = cx.b.ptr_add(q, offset as i64);
            self.compare_memory(cx, ty, x, y);
        }
    }

    /// Whether a comparison can panic: for the dynamic type of an interface in the type.
    fn holds_interface(&self, ty: TypeId) -> bool {
        match self.types.under(ty) {
            Type::Interface(_) => true,
            &Type::Array { elem, .. } => self.holds_interface(elem),
            Type::Struct(fields) => fields.iter().any(|f| self.holds_interface(f.ty)),
            _ => false,
        }
    }

    /// The end of the run of adjacent plain fields that starts at `start`; `start` itself if that one is not plain.
    fn plain_run(&mut self, fields: &[Field], offsets: &[u64], start: usize) -> usize {
        let mut end = start;
        let mut at = offsets[start];
        while let Some(f) = fields.get(end) {
            if f.name.is_blank() || offsets[end] != at || !self.is_plain_memory(f.ty) {
                break;
            }
            at += self.layouts.info(f.ty).size;
            end += 1;
        }
        end
    }

    fn compare_plain(&mut self, cx: &mut Compare, ty: TypeId, p: Value, q: Value) {
        let info = self.layouts.info(ty);
        match &info.leaves {
            Some(leaves) if leaves.len() as u64 <= INLINE_SCALARS => {
                for leaf in leaves {
                    let x = cx.b.load_at(leaf.ty, p, leaf.offset as i64);
                    let y = cx.b.load_at(leaf.ty, q, leaf.offset as i64);
                    cx.require(CmpOp::Eq, x, y);
                }
            }
            _ => {
                let n = cx.b.i64(info.size as i64);
                self.compare_bytes(cx, p, q, n);
            }
        }
    }

    fn compare_bytes(&mut self, cx: &mut Compare, p: Value, q: Value, n: Value) {
        let sig = Signature { params: vec![Ty::Ptr, Ty::Ptr, Ty::I64], results: vec![Ty::I64], context: false };
        let f = self.m.declare("rt_memequal", Some(sig.clone()));
        let same = cx.b.call_runtime(f, &sig, vec![p, q, n])[0];
        let zero = cx.b.i64(0);
        cx.require(CmpOp::Ne, same, zero);
    }

    pub(super) fn emit_hash(&mut self, ty: TypeId) {
        let sym = self.hash_func(ty);
        let mut b = FuncBuilder::new(hash_signature());
        b.pragmas().wrapper = true;
        let (p, h) = (b.params()[0], b.params()[1]);
        let mut cx = Compare { fail: b.current(), b };
        let h = self.hash_memory(&mut cx, ty, p, h);
        let mut b = cx.b;
        b.ret(vec![h]);
        self.m.define(sym, Def::Func(b.finish()), true);
    }

    /// Mixes an object of a type into the hash `h`.
    fn hash_memory(&mut self, cx: &mut Compare, ty: TypeId, p: Value, h: Value) -> Value {
        if self.known_algorithm(ty).is_some() {
            let f = self.hash_func(ty);
            return cx.b.call(f, &hash_signature(), vec![p, h])[0];
        }
        if self.is_plain_memory(ty) {
            return self.hash_bytes(cx, p, h, self.layouts_size(ty));
        }
        match self.types.under(ty) {
            &Type::Array { elem, len } => {
                let size = self.layouts.info(elem).size;
                let hash = cx.b.declare_var(Ty::I64);
                cx.b.def_var(hash, h);
                cx.for_each(len, |cx, i| {
                    let x = cx.b.ptr_index(p, i, size, 0);
                    let h = cx.b.use_var(hash);
                    let h = self.hash_memory(cx, elem, x, h);
                    cx.b.def_var(hash, h);
                });
                cx.b.use_var(hash)
            }
            Type::Struct(fields) => {
                let offsets = self.layouts.field_offsets(ty);
                let (mut i, mut h) = (0, h);
                while i < fields.len() {
                    let end = self.plain_run(fields, &offsets, i);
                    let x = cx.b.ptr_add(p, offsets[i] as i64);
                    if end > i {
                        let bytes = offsets[end - 1] + self.layouts_size(fields[end - 1].ty) - offsets[i];
                        h = self.hash_bytes(cx, x, h, bytes);
                        i = end;
                        continue;
                    }
                    if !fields[i].name.is_blank() {
                        h = self.hash_memory(cx, fields[i].ty, x, h);
                    }
                    i += 1;
                }
                h
            }
            _ => h,
        }
    }

    fn layouts_size(&self, ty: TypeId) -> u64 {
        self.types.sizeof(ty)
    }

    fn hash_bytes(&mut self, cx: &mut Compare, p: Value, h: Value, bytes: u64) -> Value {
        if bytes == 0 {
            return h;
        }
        let sig = Signature { params: vec![Ty::Ptr, Ty::I64, Ty::I64], results: vec![Ty::I64], context: false };
        let f = self.m.declare("runtime.memhash", Some(sig.clone()));
        let n = cx.b.i64(bytes as i64);
        cx.b.call(f, &sig, vec![p, h, n])[0]
    }
}

fn equal_signature() -> Signature {
    Signature { params: vec![Ty::Ptr, Ty::Ptr], results: vec![Ty::Bool], context: false }
}

fn hash_signature() -> Signature {
    Signature { params: vec![Ty::Ptr, Ty::I64], results: vec![Ty::I64], context: false }
}

impl Compare {
    fn require(&mut self, op: CmpOp, x: Value, y: Value) {
        let same = self.b.cmp(op, x, y);
        self.require_true(same);
    }

    fn require_true(&mut self, cond: Value) {
        let next = self.b.create_block();
        self.b.branch(cond, next, self.fail);
        self.b.switch_to_sealed(next);
    }

    /// A loop over the indices below `len`.
    fn for_each(&mut self, len: u64, mut body: impl FnMut(&mut Compare, Value)) {
        let index = self.b.declare_var(Ty::I64);
        let zero = self.b.i64(0);
        self.b.def_var(index, zero);
        let (head, inner, done) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.jump(head, vec![]);
        self.b.switch_to(head);
        let i = self.b.use_var(index);
        let n = self.b.i64(len as i64);
        let more = self.b.cmp(CmpOp::SLt, i, n);
        self.b.branch(more, inner, done);
        self.b.switch_to_sealed(inner);
        body(self, i);
        let one = self.b.i64(1);
        let next = self.b.add(i, one);
        self.b.def_var(index, next);
        self.b.jump(head, vec![]);
        self.b.seal_block(head);
        self.b.switch_to_sealed(done);
    }
}
