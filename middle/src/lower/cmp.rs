//! Comparison.

use frontend::ast::{BinaryOp, Expr};
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use crate::mir::{CmpOp, Ty, Value};

/// Plain memory of at most this many words (of its alignment) is compared in line.
const MAX_INLINE_CHUNKS: u64 = 4;

impl<'p> FnCx<'_, 'p> {
    /// `left op right` as a Bool.
    pub fn comparison(&mut self, op: BinaryOp, left: &'p Expr, right: &'p Expr) -> Res<Value> {
        let negate = op == BinaryOp::Ne;
        let equality = negate || op == BinaryOp::Eq;
        if equality && (self.is_nil(left) || self.is_nil(right)) {
            let e = if self.is_nil(right) { left } else { right };
            // A nil interface has no type, nil of all other types is a nil first word.
            let word = if self.is_nil(e) { self.b.nil() } else { self.expr(e)?.leaf(0) };
            let nil = self.b.is_nil(word);
            return Ok(if negate { self.b.not(nil) } else { nil });
        }
        let (lt, rt) = (self.ty(left), self.ty(right));
        let types = self.types();
        if types.is_string(lt) && types.is_string(rt) {
            // What is glanced at first must not change while the other is evaluated.
            let right_first = self.calls(right) && !self.calls(left);
            if right_first || self.only_looks(right) {
                return self.compare_strings(op, left, right, right_first);
            }
        }
        let vals = self.operands(&[(left, None), (right, None)])?;
        let [a, b] = &vals[..] else { return Err(self.ice("operands")) };
        let (a, b) = (a.clone(), b.clone());
        if !equality {
            return self.ordered(op, &a, &b, if types.is_untyped(lt) { rt } else { lt });
        }
        let equal = self.equal_of_types(&a, lt, &b, rt)?;
        Ok(if negate { self.b.not(equal) } else { equal })
    }

    /// Whether two values are equal, of which one may be an interface and the other not.
    pub fn equal_of_types(&mut self, a: &Val, lt: TypeId, b: &Val, rt: TypeId) -> Res<Value> {
        let types = self.types();
        match (types.is_interface(lt), types.is_interface(rt)) {
            (true, false) => self.equal_mixed(a, lt, b, rt),
            (false, true) => self.equal_mixed(b, rt, a, lt),
            (true, true) if !types.identical(types.underlying(lt), types.underlying(rt)) => {
                // Of two interface types one implements the other: compare as that one.
                let (iface, other, val, from) =
                    if types.missing_method(lt, rt, false).is_none() { (rt, b, a, lt) } else { (lt, a, b, rt) };
                let val = self.to_interface(val.clone(), from, iface)?;
                self.equal(other, &val, iface)
            }
            _ => self.equal(a, b, if types.is_untyped(lt) { rt } else { lt }),
        }
    }

    /// A comparison of strings, which are made nowhere if they are conversions.
    fn compare_strings(&mut self, op: BinaryOp, left: &'p Expr, right: &'p Expr, right_first: bool) -> Res<Value> {
        let negate = op == BinaryOp::Ne;
        if negate || op == BinaryOp::Eq {
            let (s, constant) = match (self.string_value(left), self.string_value(right)) {
                (_, Some(constant)) => (left, Some(constant)),
                (Some(constant), None) => (right, Some(constant)),
                _ => (left, None),
            };
            let equal = match constant {
                Some(constant) => {
                    let s = self.string_glance(s)?;
                    self.equal_constant(&s, constant)?
                }
                None => {
                    let (a, b) = self.string_glances(left, right, right_first)?;
                    self.equal_strings(&a, &b)
                }
            };
            return Ok(if negate { self.b.not(equal) } else { equal });
        }
        let (a, b) = self.string_glances(left, right, right_first)?;
        self.ordered(op, &a, &b, TypeId::STRING)
    }

    fn string_glances(&mut self, left: &'p Expr, right: &'p Expr, right_first: bool) -> Res<(Val, Val)> {
        if right_first {
            let b = self.string_glance(right)?;
            return Ok((self.string_glance(left)?, b));
        }
        Ok((self.string_glance(left)?, self.string_glance(right)?))
    }

    fn ordered(&mut self, op: BinaryOp, a: &Val, b: &Val, ty: TypeId) -> Res<Value> {
        let Some(basic) = self.types().basic(ty) else { return Err(self.ice("order of no basic type")) };
        let (mut x, mut y) = (a.leaf(0), b.leaf(0));
        let mut unsigned = basic.is_unsigned();
        if basic.is_string() {
            x = self.runtime1("cmpstring", &[x, a.leaf(1), y, b.leaf(1)], Ty::I64);
            y = self.b.i64(0);
            unsigned = false;
        }
        let table = match (basic.is_float(), unsigned) {
            (true, _) => [CmpOp::FLt, CmpOp::FLe, CmpOp::FGt, CmpOp::FGe],
            (_, true) => [CmpOp::ULt, CmpOp::ULe, CmpOp::UGt, CmpOp::UGe],
            _ => [CmpOp::SLt, CmpOp::SLe, CmpOp::SGt, CmpOp::SGe],
        };
        let index = match op {
            BinaryOp::Lt => 0,
            BinaryOp::Le => 1,
            BinaryOp::Gt => 2,
            _ => 3,
        };
        Ok(self.b.cmp(table[index], x, y))
    }

    /// Whether `a < b`, of an ordered type.
    pub fn less(&mut self, a: &Val, b: &Val, ty: TypeId) -> Res<Value> {
        self.ordered(BinaryOp::Lt, a, b, ty)
    }

    /// Whether two values of a type are equal.
    pub fn equal(&mut self, a: &Val, b: &Val, ty: TypeId) -> Res<Value> {
        let types = self.types();
        if let (Val::Mem(p), Val::Mem(q)) = (a, b) {
            if self.lo.is_plain_memory(ty) {
                return Ok(self.equal_plain(*p, *q, ty));
            }
            let f = self.lo.equal_func(ty);
            let sig = crate::mir::Signature { params: vec![Ty::Ptr, Ty::Ptr], results: vec![Ty::Bool], context: false };
            return Ok(self.b.call(f, &sig, vec![*p, *q])[0]);
        }
        match types.under(ty) {
            Type::Basic(basic) if basic.is_string() => Ok(self.equal_strings(a, b)),
            Type::Interface(_) => Ok(self.equal_interfaces(a, b, ty)),
            Type::Struct(fields) => {
                let mut parts = Vec::new();
                let mut at = 0;
                for field in fields {
                    let n = self.leaf_types(field.ty).len();
                    if !field.name.is_blank() {
                        let part = |v: &Val| Val::Scalars(v.words()[at..at + n].to_vec());
                        parts.push((part(a), part(b), field.ty));
                    }
                    at += n;
                }
                self.equal_parts(parts)
            }
            &Type::Array { elem, len } => {
                let part = (a.clone(), b.clone(), elem);
                self.equal_parts(if len == 1 { vec![part] } else { Vec::new() })
            }
            _ => {
                let mut all = None;
                for (&x, &y) in a.words().iter().zip(b.words()) {
                    let op = if self.b.ty(x).is_float() { CmpOp::FEq } else { CmpOp::Eq };
                    let equal = self.b.cmp(op, x, y);
                    all = Some(match all {
                        None => equal,
                        Some(before) => self.b.and(before, equal),
                    });
                }
                Ok(match all {
                    Some(v) => v,
                    None => self.b.bool(true),
                })
            }
        }
    }

    /// Whether two objects of a plain type hold the same bytes: small ones in line, else by a leaf of the runtime.
    fn equal_plain(&mut self, p: Value, q: Value, ty: TypeId) -> Value {
        let layout = self.lo.layouts.layout(ty);
        let chunk = layout.align.clamp(1, 8);
        if layout.size > MAX_INLINE_CHUNKS * chunk {
            let sig = crate::mir::Signature {
                params: vec![Ty::Ptr, Ty::Ptr, Ty::I64],
                results: vec![Ty::I64],
                context: false,
            };
            let f = self.lo.m.declare("rt_memequal", Some(sig.clone()));
            let n = self.b.i64(layout.size as i64);
            let same = self.b.call_runtime(f, &sig, vec![p, q, n])[0];
            let zero = self.b.i64(0);
            return self.b.cmp(CmpOp::Ne, same, zero);
        }
        let mut all = None;
        for at in (0..layout.size).step_by(chunk as usize) {
            let word = match chunk {
                8 if layout.ptr_words.contains(&((at / 8) as u32)) => Ty::Ptr,
                8 => Ty::I64,
                4 => Ty::I32,
                2 => Ty::I16,
                _ => Ty::I8,
            };
            let x = self.b.load_at(word, p, at as i64);
            let y = self.b.load_at(word, q, at as i64);
            let same = self.b.cmp(CmpOp::Eq, x, y);
            all = Some(match all {
                None => same,
                Some(before) => self.b.and(before, same),
            });
        }
        match all {
            Some(v) => v,
            None => self.b.bool(true),
        }
    }

    /// Whether all parts are equal; none is compared after the first that differs.
    fn equal_parts(&mut self, parts: Vec<(Val, Val, TypeId)>) -> Res<Value> {
        let mut parts = parts.into_iter();
        let Some((a, b, ty)) = parts.next() else { return Ok(self.b.bool(true)) };
        let first = self.equal(&a, &b, ty)?;
        if parts.len() == 0 {
            return Ok(first);
        }
        let var = self.b.declare_var(Ty::Bool);
        let done = self.b.create_block();
        self.b.def_var(var, first);
        let mut so_far = first;
        for (a, b, ty) in parts {
            let next = self.b.create_block();
            self.b.branch(so_far, next, done);
            self.b.switch_to_sealed(next);
            so_far = self.equal(&a, &b, ty)?;
            self.b.def_var(var, so_far);
        }
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
        Ok(self.b.use_var(var))
    }

    /// `first`, and if it holds what `rest` gives.
    pub fn and_then(&mut self, first: Value, rest: impl FnOnce(&mut Self) -> Res<Value>) -> Res<Value> {
        let var = self.b.declare_var(Ty::Bool);
        let (more, done) = (self.b.create_block(), self.b.create_block());
        self.b.def_var(var, first);
        self.b.branch(first, more, done);
        self.b.switch_to_sealed(more);
        let last = rest(self)?;
        self.b.def_var(var, last);
        self.b.jump(done, vec![]);
        self.b.switch_to_sealed(done);
        Ok(self.b.use_var(var))
    }

    pub fn equal_strings(&mut self, a: &Val, b: &Val) -> Value {
        let same_len = self.b.cmp(CmpOp::Eq, a.leaf(1), b.leaf(1));
        let (p, q, n) = (a.leaf(0), b.leaf(0), a.leaf(1));
        let result = self.and_then(same_len, |cx| Ok(cx.runtime1("memequal", &[p, q, n], Ty::Bool)));
        result.unwrap_or(same_len)
    }

    fn equal_interfaces(&mut self, a: &Val, b: &Val, ty: TypeId) -> Value {
        let (t, u) = (a.leaf(0), b.leaf(0));
        let mut same = self.b.cmp(CmpOp::Eq, t, u);
        let with_itabs = self.lo.has_methods(ty);
        if with_itabs {
            // The runtime makes itabs too, so different ones can be of one type.
            let var = self.b.declare_var(Ty::Bool);
            self.b.def_var(var, same);
            let (other, done) = (self.b.create_block(), self.b.create_block());
            self.b.branch(same, done, other);
            self.b.switch_to_sealed(other);
            let one_type = self.runtime1("sametype", &[t, u], Ty::Bool);
            self.b.def_var(var, one_type);
            self.b.jump(done, vec![]);
            self.b.switch_to_sealed(done);
            same = self.b.use_var(var);
        }
        let name = if with_itabs { "ifaceeq" } else { "efaceeq" };
        let args = [t, a.leaf(1), b.leaf(1)];
        let result = self.and_then(same, |cx| Ok(cx.runtime1(name, &args, Ty::Bool)));
        result.unwrap_or(same)
    }

    /// An interface and a value of another type: equal if the dynamic type is that type, and the values are equal.
    fn equal_mixed(&mut self, iface: &Val, iface_ty: TypeId, val: &Val, ty: TypeId) -> Res<Value> {
        let ty = self.types().default_type(ty);
        let dynamic = self.dynamic_type(iface, iface_ty);
        let desc = self.desc(ty);
        let same = self.b.cmp(CmpOp::Eq, dynamic, desc);
        let (data, val) = (iface.leaf(1), val.clone());
        self.and_then(same, |cx| {
            let held = if cx.lo.layouts.is_direct(ty) { Val::one(data) } else { cx.load_at(data, 0, ty) };
            cx.equal(&held, &val, ty)
        })
    }

    /// The descriptor of an interface's dynamic type, nil for a nil interface.
    pub fn dynamic_type(&mut self, val: &Val, ty: TypeId) -> Value {
        self.type_in_word(val.leaf(0), ty)
    }
}
