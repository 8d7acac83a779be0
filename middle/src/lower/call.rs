//! Calls: conversions, predeclared functions, intrinsics, the runtime's Rust functions, static calls, calls of function
//! values and of interface methods.

use frontend::ast::{CallExpr, Expr, ExprKind};
use frontend::check::info::{Mode, SelectionKind};
use frontend::types::*;
use ingot_abi::functions::{FUNCTIONS, Kind, RuntimeFn, Scalar};

use super::Res;
use super::func::{FnCx, Val};
use crate::mir::{self, ConvOp, Ty, Value};

fn scalar_ty(scalar: Scalar) -> Ty {
    match scalar {
        Scalar::I64 => Ty::I64,
        Scalar::F64 => Ty::F64,
        Scalar::Ptr => Ty::Ptr,
        Scalar::Raw => Ty::Raw,
    }
}

/// The Rust function that a bodyless declaration of package runtime stands for.
pub(super) fn runtime_fn(types: &Types, obj: ObjectId) -> Option<&'static RuntimeFn> {
    let object = types.object(obj);
    let name = object.name.as_str();
    let in_runtime = object.pkg.is_some_and(|p| &*types.package(p).path == "runtime");
    if !in_runtime || !name.starts_with("rt_") {
        return None;
    }
    FUNCTIONS.binary_search_by(|f| f.symbol.cmp(name)).ok().map(|i| &FUNCTIONS[i])
}

impl<'p> FnCx<'_, 'p> {
    /// A call, conversion or predeclared function: all its results.
    pub fn call_expr(&mut self, e: &'p Expr, call: &'p CallExpr) -> Res<Vec<Val>> {
        match self.info().type_info(call.func.id).map(|info| info.mode) {
            Some(Mode::Type) => {
                let to = self.ty(&call.func);
                return Ok(vec![self.conversion(call, to)?]);
            }
            Some(Mode::Builtin(builtin)) => return self.builtin(e, builtin, call),
            _ => {}
        }
        let func = call.func.unparen();
        if let Some((obj, ident)) = self.func_name(func) {
            let targs = self.instance_args(&ident);
            return self.static_call(e, call, obj, &targs);
        }
        if let ExprKind::Selector { operand, .. } = &func.kind
            && let Some(selection) = self.selection(func)?
            && selection.kind == SelectionKind::MethodVal
        {
            let sig = selection.ty;
            return match &selection.target {
                Target::Method { method, recv } => {
                    let (method, named) = (*method, *recv);
                    // Like any other operand without calls, a receiver is read after the calls of the arguments.
                    let late = !self.calls(operand) && call.args.iter().any(|e| self.calls(e));
                    let (mut args, mut alive) = (Vec::new(), Vec::new());
                    if late {
                        (args, alive) = self.operands_of(call, sig, method)?;
                    }
                    let (recv, recv_ty) = self.receiver(operand, &selection)?;
                    if !late {
                        (args, alive) = self.operands_of(call, sig, method)?;
                    }
                    args.insert(0, recv);
                    self.at(e.pos());
                    let abi = self.lo.abi(Some(recv_ty), sig);
                    let sym = self.lo.method_func(method, named);
                    let results = self.call_symbol(sym, &abi, &args);
                    alive.into_iter().for_each(|ptr| self.b.keep_alive(ptr));
                    Ok(results)
                }
                Target::InterfaceMethod { iface, index } => {
                    let (iface, index) = (*iface, *index);
                    let (recv, _) = self.receiver(operand, &selection)?;
                    let mut args = self.call_operands(call, sig)?;
                    self.at(e.pos());
                    self.b.nil_check(recv.leaf(0));
                    let (code, data) = self.interface_method(&recv, index);
                    args.insert(0, Val::one(data));
                    let abi = self.lo.abi(Some(TypeId::UNSAFE_POINTER), sig);
                    Ok(self.call_method((iface, index), code, &abi, &args))
                }
                Target::Field => Err(self.ice("call of no method")),
            };
        }
        let sig = self.ty(&call.func);
        let abi = self.lo.abi(None, sig);
        let closure = self.expr(func)?.leaf(0);
        let args = self.call_operands(call, sig)?;
        self.at(e.pos());
        Ok(self.call_value(closure, &abi, &args))
    }

    /// The signature of a declared function with type arguments.
    fn declared_signature(&self, obj: ObjectId, targs: &[TypeId]) -> TypeId {
        let ty = self.types().object(obj).ty();
        self.types().subst(ty, self.types().type_params_of(ty), targs)
    }

    fn static_call(&mut self, e: &'p Expr, call: &'p CallExpr, obj: ObjectId, targs: &[TypeId]) -> Res<Vec<Val>> {
        let sig = self.declared_signature(obj, targs);
        let (args, alive) = self.operands_of(call, sig, obj)?;
        self.at(e.pos());
        let abi = self.lo.abi(None, sig);
        // A function under another's symbol is that function.
        let linked = self.lo.prog.is_foreign_link(obj).then(|| self.lo.prog.symbol(obj, targs));
        let object = self.types().object(obj);
        let own = (object.pkg.map_or("", |p| &*self.types().package(p).path), object.name.as_str());
        let (path, name) = linked.as_deref().and_then(|s| s.rsplit_once('.')).unwrap_or(own);
        if let Some(results) = self.intrinsic(path, name, &args, &abi)? {
            return Ok(results);
        }
        if (path, name) == ("internal/abi", "EscapeNonString") {
            self.escape_non_string(&args[0], targs[0]);
            return Ok(Vec::new());
        }
        if let Some(f) = runtime_fn(self.types(), obj) {
            return Ok(self.rust_call(f, &args, &abi));
        }
        let sym = self.lo.func_symbol(obj, targs);
        let results = self.call_symbol(sym, &abi, &args);
        for ptr in alive {
            self.b.keep_alive(ptr);
        }
        Ok(results)
    }

    /// Whether a pointer converted to uintptr in the arguments must be kept alive during a call of the function.
    fn keeps_pointers(&self, obj: ObjectId) -> bool {
        let Some(source) = self.lo.prog.func(obj) else { return false };
        let kept = ["go:uintptrkeepalive", "go:uintptrescapes"];
        source.decl.body.is_none() || source.decl.directives.iter().any(|d| kept.contains(&d.name.as_str()))
    }

    /// The arguments of a call of a declared function, and the pointers to keep alive until it has returned.
    pub fn operands_of(&mut self, call: &'p CallExpr, sig: TypeId, obj: ObjectId) -> Res<(Vec<Val>, Vec<Value>)> {
        if !self.keeps_pointers(obj) {
            return Ok((self.call_operands(call, sig)?, Vec::new()));
        }
        let outer = self.kept.replace(Vec::new());
        let args = self.call_operands(call, sig);
        let kept = std::mem::replace(&mut self.kept, outer).unwrap_or_default();
        Ok((args?, kept))
    }

    /// The arguments of a call, one for each parameter of the signature: converted, a variadic rest gathered.
    pub fn call_operands(&mut self, call: &'p CallExpr, sig: TypeId) -> Res<Vec<Val>> {
        let Type::Signature(sig) = self.under(sig) else { return Err(self.ice("call of no function")) };
        let params = &sig.params;
        let fixed = if sig.variadic { params.len() - 1 } else { params.len() };
        let elem = match params.last().map(|&p| self.under(p)) {
            Some(&Type::Slice(elem)) if sig.variadic => elem,
            _ => TypeId::INVALID,
        };
        let spread = call.ellipsis.is_some();
        let param = |i: usize| if i < fixed || spread { params.get(i).copied() } else { Some(elem) };
        let from_call = match &call.args[..] {
            [only] => matches!(self.types().get(self.ty(only)), Type::Tuple(types) if types.len() != 1),
            _ => false,
        };
        let mut vals = if from_call {
            let (vals, types) = self.spread(&call.args[0])?;
            let mut out = Vec::new();
            for (i, (val, from)) in vals.into_iter().zip(types).enumerate() {
                out.push(match param(i) {
                    Some(to) => self.convert_implicit(val, from, to)?,
                    None => val,
                });
            }
            out
        } else {
            let items: Vec<(&'p Expr, Option<TypeId>)> =
                call.args.iter().enumerate().map(|(i, e)| (e, param(i))).collect();
            self.operands(&items)?
        };
        if sig.variadic && !spread {
            let rest = vals.split_off(fixed.min(vals.len()));
            self.at(call.lparen);
            let slice = self.slice_of(&rest, elem);
            vals.push(slice);
        }
        Ok(vals)
    }

    /// A new slice of these values; nil for none.
    pub fn slice_of(&mut self, vals: &[Val], elem: TypeId) -> Val {
        let n = self.b.i64(vals.len() as i64);
        if vals.is_empty() {
            let nil = self.b.nil();
            return Val::Scalars(vec![nil, n, n]);
        }
        let array = self.types().array(elem, vals.len() as u64);
        let ptr = self.alloc(array);
        let size = self.size_of(elem);
        for (i, val) in vals.iter().enumerate() {
            self.store_at(ptr, (i as u64 * size) as i64, val, elem, true);
        }
        Val::Scalars(vec![ptr, n, n])
    }

    /// Calls a runtime function written in Rust; scalars change between Go's types and its.
    pub fn rust_call(&mut self, f: &'static RuntimeFn, args: &[Val], abi: &super::abi_call::Abi) -> Vec<Val> {
        let sig = mir::Signature {
            params: f.params.iter().map(|&s| scalar_ty(s)).collect(),
            results: f.results.iter().map(|&s| scalar_ty(s)).collect(),
            context: false,
        };
        let words: Vec<Value> = args.iter().flat_map(|v| v.words().to_vec()).collect();
        let words = words.iter().zip(&sig.params).map(|(&v, &to)| self.retype(v, to)).collect();
        let sym = self.lo.m.declare(f.symbol, Some(sig.clone()));
        let results = self.b.call_runtime(sym, &sig, words);
        if f.kind == Kind::NoReturn {
            self.b.unreachable();
        }
        let results: Vec<Value> = results.iter().zip(&abi.sig.results).map(|(&v, &to)| self.retype(v, to)).collect();
        let mut next = 0;
        abi.results
            .iter()
            .map(|&ty| {
                let n = self.leaf_types(ty).len();
                next += n;
                Val::Scalars(results[next - n..next].to_vec())
            })
            .collect()
    }

    /// The same word as another scalar type.
    pub fn retype(&mut self, v: Value, to: Ty) -> Value {
        let from = self.b.ty(v);
        match (from, to) {
            _ if from == to => v,
            (Ty::Ptr, Ty::I64) => self.b.conv(ConvOp::PtrToInt, to, v),
            (Ty::I64, Ty::Ptr) => self.b.conv(ConvOp::IntToPtr, to, v),
            (Ty::Raw, Ty::I64) => self.b.conv(ConvOp::RawToInt, to, v),
            (Ty::I64, Ty::Raw) => self.b.conv(ConvOp::IntToRaw, to, v),
            (Ty::Ptr, Ty::Raw) => {
                let word = self.b.conv(ConvOp::PtrToInt, Ty::I64, v);
                self.b.conv(ConvOp::IntToRaw, to, word)
            }
            (Ty::Raw, Ty::Ptr) => {
                let word = self.b.conv(ConvOp::RawToInt, Ty::I64, v);
                self.b.conv(ConvOp::IntToPtr, to, word)
            }
            (Ty::F64, Ty::I64) | (Ty::I64, Ty::F64) => self.b.conv(ConvOp::Bitcast, to, v),
            _ if from.is_int() && to.is_int() && to.size() < from.size() => self.b.conv(ConvOp::Trunc, to, v),
            (_, Ty::Bool) => {
                let zero = self.b.zero(from);
                self.b.cmp(mir::CmpOp::Ne, v, zero)
            }
            // Narrower integers and Bool. The declarations in Go use words but for bools.
            _ => self.b.conv(ConvOp::ZExt, to, v),
        }
    }
}
