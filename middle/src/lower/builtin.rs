//! Calls of predeclared functions and of package unsafe's.
//!
//! Those that may stand in go and defer statements work on evaluated arguments ([`FnCx::builtin_args`], then
//! [`FnCx::builtin_on`]); the others evaluate theirs as they see fit.

use frontend::ast::{CallExpr, Expr};
use frontend::types::*;

use super::Res;
use super::func::{FnCx, Val};
use crate::mir::{BinOp, Ty, Value};

/// A `make` of at most this many bytes with constant sizes is a plain object.
const MAX_PLAIN_MAKE: u64 = 64 << 10;

impl<'p> FnCx<'_, 'p> {
    /// A call of a predeclared function; its result, if it has one.
    pub fn builtin(&mut self, e: &'p Expr, builtin: Builtin, call: &'p CallExpr) -> Res<Vec<Val>> {
        use Builtin::*;
        let args: &'p [Expr] = &call.args;
        let ty = self.ty(e);
        let one = |v: Value| Ok(vec![Val::one(v)]);
        match builtin {
            Clear | Close | Copy | Delete | Panic | Print | Println | Recover => {
                let args = self.builtin_args(builtin, call)?;
                self.at(e.pos());
                self.builtin_on(builtin, &args)
            }
            Append => Ok(vec![self.append(call, ty)?]),
            Len | Cap => {
                let v = self.len_or_cap(builtin == Cap, &args[0])?;
                one(v)
            }
            Make => Ok(vec![self.make(ty, args)?]),
            New => self.new_object(ty, &args[0]),
            Complex => {
                let part =
                    if self.types().underlying(ty) == TypeId::COMPLEX64 { TypeId::FLOAT32 } else { TypeId::FLOAT64 };
                let (vals, _) = self.arguments(args, Some(part), Some(part))?;
                Ok(vec![Val::Scalars(vec![vals[0].leaf(0), vals[1].leaf(0)])])
            }
            Real => {
                let val = self.expr(&args[0])?;
                one(val.leaf(0))
            }
            Imag => {
                let val = self.expr(&args[0])?;
                one(val.leaf(1))
            }
            Max | Min => Ok(vec![self.min_max(builtin == Max, args, ty)?]),
            UnsafeAdd => {
                let (vals, types) = self.arguments(args, None, None)?;
                let (n, _) = self.index_word(vals[1].leaf(0), types[1]);
                let v = self.b.ptr_index(vals[0].leaf(0), n, 1, 0);
                one(v)
            }
            UnsafeSizeof => {
                let arg = self.ty(&args[0]);
                let n = self.size_of(arg);
                let v = self.b.i64(n as i64);
                one(v)
            }
            UnsafeAlignof => {
                let arg = self.ty(&args[0]);
                let n = self.lo.layouts.info(arg).align;
                let v = self.b.i64(n as i64);
                one(v)
            }
            UnsafeOffsetof => {
                let n = self.offset_of(&args[0])?;
                let v = self.b.i64(n as i64);
                one(v)
            }
            UnsafeSlice => {
                let (vals, types) = self.arguments(args, None, None)?;
                let (n, _) = self.index_word(vals[1].leaf(0), types[1]);
                let ptr = vals[0].leaf(0);
                let Some(elem) = self.types().pointee(types[0]) else {
                    return Err(self.ice("unsafe.Slice of no pointer"));
                };
                let desc = self.shape_desc(elem);
                self.at(e.pos());
                self.runtime("unsafeslice", &[desc, ptr, n], &[]);
                Ok(vec![Val::Scalars(vec![ptr, n, n])])
            }
            UnsafeString => {
                let (vals, types) = self.arguments(args, None, None)?;
                let (n, _) = self.index_word(vals[1].leaf(0), types[1]);
                let ptr = vals[0].leaf(0);
                self.at(e.pos());
                self.runtime("unsafestring", &[ptr, n], &[]);
                Ok(vec![Val::Scalars(vec![ptr, n])])
            }
            UnsafeSliceData | UnsafeStringData => {
                let val = self.expr(&args[0])?;
                one(val.leaf(0))
            }
        }
    }

    /// The call of several results that is the only one of these arguments.
    pub fn call_of_several(&self, args: &'p [Expr]) -> Option<&'p Expr> {
        match args {
            [only] if matches!(self.types().get(self.ty(only)), Type::Tuple(_)) => Some(only),
            _ => None,
        }
    }

    /// The arguments, the first converted to one type, the others to another where one is given, and their own types.
    /// A call of several results may give them all.
    pub fn arguments(
        &mut self,
        args: &'p [Expr],
        first: Option<TypeId>,
        rest: Option<TypeId>,
    ) -> Res<(Vec<Val>, Vec<TypeId>)> {
        let wanted = |i: usize| if i == 0 { first } else { rest };
        if let Some(only) = self.call_of_several(args) {
            let (vals, types) = self.spread(only)?;
            let mut out = Vec::new();
            for (i, (val, &from)) in vals.into_iter().zip(&types).enumerate() {
                out.push(match wanted(i) {
                    Some(to) => self.convert_implicit(val, from, to)?,
                    None => val,
                });
            }
            return Ok((out, types));
        }
        let items: Vec<(&'p Expr, Option<TypeId>)> = args.iter().enumerate().map(|(i, e)| (e, wanted(i))).collect();
        Ok((self.operands(&items)?, args.iter().map(|e| self.ty(e)).collect()))
    }

    /// The arguments of a predeclared function that may be called by go and defer statements, with their types.
    pub fn builtin_args(&mut self, builtin: Builtin, call: &'p CallExpr) -> Res<Vec<(Val, TypeId)>> {
        if let Some(only) = self.call_of_several(&call.args) {
            let (vals, types) = self.spread(only)?;
            return Ok(vals.into_iter().zip(types).collect());
        }
        let mut types = Vec::new();
        for arg in &call.args {
            let own = self.ty(arg);
            let own = if self.is_nil(arg) && !own.is_valid() { TypeId::UNTYPED_NIL } else { own };
            types.push(self.types().default_type(own));
        }
        match builtin {
            Builtin::Panic => types[0] = self.types().any,
            Builtin::Delete => {
                if let &Type::Map { key, .. } = self.under(types[0]) {
                    types[1] = key;
                }
            }
            _ => {}
        }
        let items: Vec<(&'p Expr, Option<TypeId>)> =
            call.args.iter().zip(&types).map(|(e, &ty)| (e, Some(ty))).collect();
        let vals = self.operands(&items)?;
        Ok(vals.into_iter().zip(types).collect())
    }

    /// Carries out a predeclared function on evaluated arguments.
    pub fn builtin_on(&mut self, builtin: Builtin, args: &[(Val, TypeId)]) -> Res<Vec<Val>> {
        match (builtin, args) {
            (Builtin::Clear, [(val, ty)]) => {
                match self.under(*ty) {
                    Type::Map { .. } => self.map_clear(val.leaf(0), *ty),
                    &Type::Slice(elem) => self.clear_slice(val, elem),
                    _ => {}
                }
                Ok(Vec::new())
            }
            (Builtin::Close, [(chan, _)]) => {
                self.runtime("closechan", &[chan.leaf(0)], &[]);
                Ok(Vec::new())
            }
            (Builtin::Copy, [(to, to_ty), (from, _)]) => {
                let &Type::Slice(elem) = self.under(*to_ty) else { return Err(self.ice("copy to no slice")) };
                let n = self.copy_elements(to, from, elem);
                Ok(vec![Val::one(n)])
            }
            (Builtin::Delete, [(map, ty), (key, _)]) => {
                self.map_delete(map.leaf(0), key, *ty);
                Ok(Vec::new())
            }
            (Builtin::Panic, [(val, _)]) => {
                self.runtime_noreturn("gopanic", &[val.leaf(0), val.leaf(1)]);
                Ok(Vec::new())
            }
            (Builtin::Print | Builtin::Println, _) => {
                self.print(builtin == Builtin::Println, args)?;
                Ok(Vec::new())
            }
            (Builtin::Recover, _) => Ok(vec![Val::Scalars(self.runtime("gorecover", &[], &[Ty::Ptr, Ty::Ptr]))]),
            _ => Err(self.ice("predeclared function with other arguments")),
        }
    }

    fn print(&mut self, line: bool, args: &[(Val, TypeId)]) -> Res<()> {
        self.runtime("printlock", &[], &[]);
        for (i, (val, ty)) in args.iter().enumerate() {
            if line && i > 0 {
                self.runtime("printsp", &[], &[]);
            }
            let words = val.words().to_vec();
            match self.under(*ty) {
                Type::Basic(b) => {
                    let b = *b;
                    if b.is_boolean() {
                        self.runtime("printbool", &words, &[]);
                    } else if b.is_string() {
                        self.runtime("printstring", &words, &[]);
                    } else if b.is_integer() {
                        let wide = self.widen(words[0], !b.is_unsigned());
                        // The runtime's own type for numbers to be shown in hexadecimal.
                        let hex = match self.types().get(*ty) {
                            Type::Named(n) => {
                                let object = self.types().object(n.obj);
                                object.name.as_str() == "hex"
                                    && object.pkg.is_some_and(|p| &*self.types().package(p).path == "runtime")
                            }
                            _ => false,
                        };
                        let name = match (hex, b) {
                            (true, _) => "printhex",
                            (_, Basic::Uintptr) => "printuintptr",
                            _ if b.is_unsigned() => "printuint",
                            _ => "printint",
                        };
                        self.runtime(name, &[wide], &[]);
                    } else if b.is_float() {
                        let name = if self.b.ty(words[0]) == Ty::F32 { "printfloat32" } else { "printfloat64" };
                        self.runtime(name, &words, &[]);
                    } else if b.is_complex() {
                        let name = if self.b.ty(words[0]) == Ty::F32 { "printcomplex64" } else { "printcomplex128" };
                        self.runtime(name, &words, &[]);
                    } else {
                        self.runtime("printpointer", &words, &[]);
                    }
                }
                Type::Slice(_) => {
                    self.runtime("printslice", &words, &[]);
                }
                Type::Interface(_) => {
                    let name = if self.lo.has_methods(*ty) { "printiface" } else { "printeface" };
                    self.runtime(name, &words, &[]);
                }
                Type::Pointer(_) | Type::Chan { .. } | Type::Map { .. } | Type::Signature(_) => {
                    self.runtime("printpointer", &words, &[]);
                }
                _ => return Err(self.ice("print of another type")),
            }
        }
        if line {
            self.runtime("printnl", &[], &[]);
        }
        self.runtime("printunlock", &[], &[]);
        Ok(())
    }

    pub fn clear_slice(&mut self, slice: &Val, elem: TypeId) {
        let size = self.size_of(elem);
        let size = self.b.i64(size as i64);
        let bytes = self.b.mul(slice.leaf(1), size);
        let pointers = self.lo.layouts.info(elem).has_pointers();
        let name = if pointers { "memclrHasPointers" } else { "memclrNoHeapPointers" };
        self.runtime(name, &[slice.leaf(0), bytes], &[]);
    }

    /// Copies as many elements as both have; gives their number. `from` may be a string.
    pub fn copy_elements(&mut self, to: &Val, from: &Val, elem: TypeId) -> Value {
        let info = self.lo.layouts.info(elem);
        if info.has_pointers() {
            let desc = self.shape_desc(elem);
            let args = [desc, to.leaf(0), to.leaf(1), from.leaf(0), from.leaf(1)];
            return self.runtime1("typedslicecopy", &args, Ty::I64);
        }
        let width = self.b.i64(info.size as i64);
        let args = [to.leaf(0), to.leaf(1), from.leaf(0), from.leaf(1), width];
        self.runtime1("slicecopy", &args, Ty::I64)
    }

    fn len_or_cap(&mut self, cap: bool, arg: &'p Expr) -> Res<Value> {
        let ty = self.ty(arg);
        let under = self.under(ty);
        let array = match under {
            Type::Pointer(elem) => self.under(*elem),
            other => other,
        };
        if let &Type::Array { len, .. } = array {
            // Evaluated for its effects: there would be a constant otherwise.
            if self.calls(arg) {
                self.expr_borrowed(arg)?;
            }
            return Ok(self.b.i64(len as i64));
        }
        let val = self.expr(arg)?;
        Ok(match under {
            Type::Map { .. } => self.header_word(val.leaf(0), 0),
            Type::Chan { .. } => self.header_word(val.leaf(0), i64::from(cap)),
            Type::Slice(_) if cap => val.leaf(2),
            _ => val.leaf(1),
        })
    }

    fn offset_of(&mut self, arg: &Expr) -> Res<u64> {
        let arg = arg.unparen();
        let Some(selection) = self.selection(arg)? else { return Err(self.ice("Offsetof of no field")) };
        let mut ty = selection.recv;
        let mut offset = 0;
        for step in &selection.path {
            if step.deref {
                // Only the offset in the last struct counts then; the checker refuses this.
                ty = self.types().pointee(ty).unwrap_or(ty);
                offset = 0;
            }
            offset += self.lo.layouts.field_offsets(ty)[step.index as usize];
            let Some(fields) = self.types().struct_fields(ty) else { break };
            ty = fields[step.index as usize].ty;
        }
        Ok(offset)
    }

    fn new_object(&mut self, ptr_ty: TypeId, arg: &'p Expr) -> Res<Vec<Val>> {
        let Some(elem) = self.types().pointee(ptr_ty) else { return Err(self.ice("new of no type")) };
        let is_type = self.info().type_info(arg.id).is_some_and(|i| i.mode == frontend::check::info::Mode::Type);
        if is_type {
            return Ok(vec![Val::one(self.alloc(elem))]);
        }
        let val = self.expr_as(arg, elem)?;
        let ptr = self.alloc(elem);
        self.store_at(ptr, 0, &val, elem, true);
        Ok(vec![Val::one(ptr)])
    }

    fn make(&mut self, ty: TypeId, args: &'p [Expr]) -> Res<Val> {
        let sizes = &args[1..];
        let constant =
            |cx: &Self, i: usize| sizes.get(i).and_then(|e| cx.info().value_of(e.id)).and_then(|c| c.to_i64());
        let under = self.under(ty);
        if let &Type::Slice(elem) = under {
            let cap = constant(self, sizes.len() - 1);
            let len = constant(self, 0);
            if let (Some(len), Some(cap)) = (len, cap)
                && let Some(bytes) = self.size_of(elem).checked_mul(cap as u64)
                && (0..=cap).contains(&len)
                && bytes <= MAX_PLAIN_MAKE
            {
                let array = self.types().array(elem, cap as u64);
                let ptr = self.alloc(array);
                let (len, cap) = (self.b.i64(len), self.b.i64(cap));
                return Ok(Val::Scalars(vec![ptr, len, cap]));
            }
            let mut words = Vec::new();
            for e in sizes {
                words.push(self.size_word(e)?);
            }
            let len = words[0];
            let cap = *words.last().unwrap_or(&len);
            let desc = self.shape_desc(elem);
            let ptr = self.runtime1("makeslice", &[desc, len, cap], Ty::Ptr);
            return Ok(Val::Scalars(vec![ptr, len, cap]));
        }
        match under {
            Type::Map { .. } => {
                let hint = match (sizes.first(), constant(self, 0)) {
                    (Some(e), None) => Some(self.size_word(e)?),
                    _ => None,
                };
                Ok(Val::one(self.make_map(ty, constant(self, 0), hint)))
            }
            Type::Chan { .. } => {
                let size = match sizes.first() {
                    Some(e) => self.size_word(e)?,
                    None => self.b.i64(0),
                };
                let desc = self.desc(ty);
                Ok(Val::one(self.runtime1("makechan", &[desc, size], Ty::Ptr)))
            }
            _ => Err(self.ice("make of another type")),
        }
    }

    /// A size as I64; an unsigned one beyond it is negative then, and refused like any other.
    pub fn size_word(&mut self, e: &'p Expr) -> Res<Value> {
        let ty = self.ty(e);
        let v = self.expr(e)?.leaf(0);
        Ok(self.index_word(v, ty).0)
    }

    fn min_max(&mut self, max: bool, args: &'p [Expr], ty: TypeId) -> Res<Val> {
        let mut vals = self.arguments(args, Some(ty), Some(ty))?.0.into_iter();
        let Some(mut best) = vals.next() else { return Err(self.ice("min of nothing")) };
        for val in vals {
            if self.types().is_float(ty) {
                let op = if max { BinOp::FMax } else { BinOp::FMin };
                best = Val::one(self.b.bin(op, best.leaf(0), val.leaf(0)));
                continue;
            }
            let better = if max { self.less(&best, &val, ty)? } else { self.less(&val, &best, ty)? };
            let leaves = val.words().iter().zip(best.words()).map(|(&new, &old)| self.b.select(better, new, old));
            best = Val::Scalars(leaves.collect());
        }
        Ok(best)
    }
}
