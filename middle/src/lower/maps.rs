//! Map and channel operations on values: which of the runtime's functions does what.
//!
//! Maps with 4-byte, 8-byte and string keys have functions that take the key by value, as long as the elements are not
//! too large; all others take a pointer to the key.

use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use crate::mir::{ConvOp, Op, Ty, Value};

/// Maps of larger elements have no fast functions.
const MAX_FAST_ELEM: u64 = 128;
/// The runtime's zero value is that large.
const ZERO_SIZE: u64 = 1024;

/// How a key is passed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Pointer,
    Fast32,
    Fast64,
    /// 8 bytes that are a pointer.
    Fast64Ptr,
    FastStr,
}

impl FnCx<'_, '_> {
    fn map_parts(&self, map_ty: TypeId) -> (TypeId, TypeId) {
        match self.under(map_ty) {
            &Type::Map { key, elem } => (key, elem),
            _ => (TypeId::INVALID, TypeId::INVALID),
        }
    }

    fn key_kind(&mut self, map_ty: TypeId) -> KeyKind {
        let (key, elem) = self.map_parts(map_ty);
        if self.size_of(elem) > MAX_FAST_ELEM {
            return KeyKind::Pointer;
        }
        if self.types().is_string(key) {
            return KeyKind::FastStr;
        }
        if !self.lo.is_plain_memory(key) {
            return KeyKind::Pointer;
        }
        match self.leaf_types(key)[..] {
            [Ty::I32] => KeyKind::Fast32,
            [Ty::I64] => KeyKind::Fast64,
            [Ty::Ptr] => KeyKind::Fast64Ptr,
            _ => KeyKind::Pointer,
        }
    }

    /// The key's words for a function that only reads, and the function's suffix.
    fn key_words(&mut self, key: &Val, map_ty: TypeId) -> (Vec<Value>, &'static str) {
        match self.key_kind(map_ty) {
            KeyKind::Pointer => {
                let (key_ty, _) = self.map_parts(map_ty);
                (vec![self.in_memory(key, key_ty)], "")
            }
            KeyKind::Fast32 => (key.words().to_vec(), "_fast32"),
            KeyKind::Fast64 => (key.words().to_vec(), "_fast64"),
            KeyKind::Fast64Ptr => (vec![self.b.conv(ConvOp::PtrToInt, Ty::I64, key.leaf(0))], "_fast64"),
            KeyKind::FastStr => (key.words().to_vec(), "_faststr"),
        }
    }

    fn map_call(&mut self, base: &str, fat: &str, map: Value, key: &Val, map_ty: TypeId, results: &[Ty]) -> Vec<Value> {
        let (_, elem) = self.map_parts(map_ty);
        let desc = self.desc(map_ty);
        let (words, suffix) = self.key_words(key, map_ty);
        let mut args = vec![desc, map];
        args.extend(words);
        if self.size_of(elem) > ZERO_SIZE {
            let zero = self.zero(elem);
            args.push(zero.leaf(0));
            return self.runtime(fat, &args, results);
        }
        self.runtime(&format!("{base}{suffix}"), &args, results)
    }

    /// `m[k]`; of a memory type a pointer into the map.
    pub fn map_get(&mut self, map: Value, key: &Val, map_ty: TypeId) -> Val {
        let (_, elem) = self.map_parts(map_ty);
        let ptr = self.map_call("mapaccess1", "mapaccess1_fat", map, key, map_ty, &[Ty::Ptr])[0];
        self.load_at(ptr, 0, elem)
    }

    /// `v, ok = m[k]`.
    pub fn map_get_ok(&mut self, map: Value, key: &Val, map_ty: TypeId) -> (Val, Value) {
        let (_, elem) = self.map_parts(map_ty);
        let found = self.map_call("mapaccess2", "mapaccess2_fat", map, key, map_ty, &[Ty::Ptr, Ty::Bool]);
        let val = match self.load_at(found[0], 0, elem) {
            Val::Mem(ptr) => self.copy_to_temp(ptr, elem),
            val => val,
        };
        (val, found[1])
    }

    /// The element for a key, made if there was none.
    pub fn map_slot(&mut self, map: Value, key: &Val, map_ty: TypeId, _elem: TypeId) -> Value {
        let desc = self.desc(map_ty);
        let (words, suffix) = match self.key_kind(map_ty) {
            KeyKind::Fast64Ptr => (key.words().to_vec(), "_fast64ptr"),
            _ => self.key_words(key, map_ty),
        };
        let mut args = vec![desc, map];
        args.extend(words);
        self.runtime1(&format!("mapassign{suffix}"), &args, Ty::Ptr)
    }

    pub fn map_delete(&mut self, map: Value, key: &Val, map_ty: TypeId) {
        let desc = self.desc(map_ty);
        let (words, suffix) = self.key_words(key, map_ty);
        let mut args = vec![desc, map];
        args.extend(words);
        self.runtime(&format!("mapdelete{suffix}"), &args, &[]);
    }

    pub fn map_clear(&mut self, map: Value, map_ty: TypeId) {
        let desc = self.desc(map_ty);
        self.runtime("mapclear", &[desc, map], &[]);
    }

    /// `make(map[K]V, hint)`; the hint is a constant or an I64, or there is none.
    pub fn make_map(&mut self, map_ty: TypeId, constant: Option<i64>, hint: Option<Value>) -> Value {
        if hint.is_none() && constant.is_none_or(|n| n <= 8) {
            return self.runtime1("makemap_small", &[], Ty::Ptr);
        }
        let desc = self.desc(map_ty);
        let hint = match hint {
            Some(hint) => hint,
            None => self.b.i64(constant.unwrap_or(0)),
        };
        let none = self.b.nil();
        self.runtime1("makemap", &[desc, hint, none], Ty::Ptr)
    }

    /// Word `index` of a map or channel object, 0 for nil: its length or capacity.
    pub fn header_word(&mut self, object: Value, index: i64) -> Value {
        let var = self.b.declare_var(Ty::I64);
        let (load, done) = (self.b.create_block(), self.b.create_block());
        let zero = self.b.i64(0);
        self.b.def_var(var, zero);
        let nil = self.b.is_nil(object);
        self.b.branch(nil, done, load);
        self.b.switch_to_sealed(load);
        let ptr = self.b.ptr_add(object, 8 * index);
        // Other goroutines change it.
        let n = self.b.push1(Op::Load { ty: Ty::I64, ptr, volatile: false });
        self.b.def_var(var, n);
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
        self.b.use_var(var)
    }

    // Channels.

    fn elem_of(&self, chan_ty: TypeId) -> TypeId {
        match self.under(chan_ty) {
            &Type::Chan { elem, .. } => elem,
            _ => TypeId::INVALID,
        }
    }

    /// `c <- v`.
    pub fn send(&mut self, chan: Value, val: &Val, chan_ty: TypeId) {
        let elem = self.elem_of(chan_ty);
        let ptr = self.in_memory(val, elem);
        self.runtime("chansend1", &[chan, ptr], &[]);
    }

    /// A zeroed temporary to receive into; what is received stays there.
    fn receive_buffer(&mut self, chan_ty: TypeId) -> (Value, TypeId) {
        let elem = self.elem_of(chan_ty);
        let slot = self.temp(elem, "received");
        let ptr = self.b.slot_addr(slot);
        let layout = self.lo.layout_id(elem);
        self.b.mem_zero_nowb(ptr, layout);
        (ptr, elem)
    }

    /// `<-c`.
    pub fn receive(&mut self, chan: Value, chan_ty: TypeId) -> Res<Val> {
        let (ptr, elem) = self.receive_buffer(chan_ty);
        self.runtime("chanrecv1", &[chan, ptr], &[]);
        Ok(self.take(ptr, elem))
    }

    /// `v, ok = <-c`.
    pub fn receive_ok(&mut self, chan: Value, chan_ty: TypeId) -> Res<(Val, Value)> {
        let (ptr, elem) = self.receive_buffer(chan_ty);
        let ok = self.runtime1("chanrecv2", &[chan, ptr], Ty::Bool);
        Ok((self.take(ptr, elem), ok))
    }

    /// The value in a buffer of the frame, which keeps nothing alive afterwards.
    pub fn take(&mut self, buffer: Value, ty: TypeId) -> Val {
        let val = self.load_at(buffer, 0, ty);
        let layout = self.lo.layouts.layout(ty);
        if matches!(val, Val::Scalars(_)) && !layout.ptr_words.is_empty() {
            let layout = self.lo.m.layout(layout);
            self.b.mem_zero_nowb(buffer, layout);
        }
        val
    }
}
