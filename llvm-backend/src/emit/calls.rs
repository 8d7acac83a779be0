//! Calls, returns, and the checks that call a panic.
//!
//! A call that can panic is an `invoke` in a function with a recover block. Every call that becomes a statepoint has
//! an id and is `nomerge`: the id tells its line.

use ingot_abi::functions::{self, Kind};
use ingot_abi::tls::{G_OFFSET, RESULTS_OFFSET};
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::types::FunctionType;
use inkwell::values::{AsValueRef, BasicValue, BasicValueEnum, CallSiteValue, IntValue, PointerValue};
use middle::mir::{BoundsKind, Callee, Signature, Ty, Value};

use super::FS;
use super::abi::{self, Place};
use super::func::{Fault, FuncEmitter, Result};

/// How a call site is to be made.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Site {
    /// Becomes a statepoint.
    safepoint: bool,
    /// Can unwind to the recover block.
    panics: bool,
    /// The first argument is the closure context.
    nest: bool,
}

impl<'ctx> FuncEmitter<'_, 'ctx, '_> {
    /// Emits a call; the results in order.
    pub fn call(&mut self, callee: &Callee, sig: &Signature, args: &[Value]) -> Result<Vec<BasicValueEnum<'ctx>>> {
        let mut site = Site { safepoint: true, panics: true, nest: false };
        let mut values = Vec::with_capacity(args.len() + 1);
        let mut ty = sig.clone();
        let mut direct = None;
        let rest = match callee {
            Callee::Direct(symbol) | Callee::Runtime(symbol) => {
                let symbol = *symbol;
                let name = self.unit.mir.name_of(symbol);
                if let ("rt_g_words" | "rt_getg", [ty]) = (name, &sig.results[..]) {
                    return Ok(vec![self.current_g(*ty)?]);
                }
                if let Some(entry) = functions::find(name) {
                    site.safepoint = entry.kind != Kind::Leaf;
                    site.panics = false;
                } else if sig.context {
                    // A direct call passes no context: the callee was found not to use it.
                    let none = self.unit.gc_ptr().const_null();
                    values.push(none.into());
                    site.nest = true;
                }
                direct = Some(self.unit.function(symbol, Some(sig)));
                args
            }
            Callee::Closure => {
                let (&closure, rest) = args.split_first().ok_or("a closure call without its closure")?;
                values.push(self.value(closure)?);
                site.nest = true;
                ty.context = true;
                rest
            }
            Callee::Code | Callee::Method { .. } => {
                if args.is_empty() {
                    return Err("a call of code without its address".into());
                }
                ty.context = false;
                &args[1..]
            }
        };
        for &arg in rest {
            let value = self.value(arg)?;
            values.push(self.to_memory(value, self.ty(arg))?);
        }
        let target: PointerValue = match (callee, direct) {
            (_, Some(f)) => f.as_global_value().as_pointer_value(),
            (Callee::Closure, _) => {
                let raw = self.unit.raw_ptr();
                let code = self.b.build_load(raw, self.pointer(args[0])?, "code")?;
                // A function that captures nothing has no context parameter, though its callers pass one in the `nest`
                // register. LLVM must not see through the load to such a function: it takes the call's first argument
                // for the function's. Calls of known functions are made direct in MIR.
                if let Some(load) = code.as_instruction_value() {
                    load.set_volatile(true)?;
                }
                code.into_pointer_value()
            }
            _ => self.pointer(args[0])?,
        };
        if values.len() != ty.params.len() + usize::from(ty.context) {
            return Err("the arguments do not fit the signature".into());
        }
        let llvm_type = abi::function_type(self.unit, &ty);
        let call = self.call_site(llvm_type, target, &values, site)?;
        let never = matches!(callee, Callee::Runtime(s) | Callee::Direct(s)
            if functions::find(self.unit.mir.name_of(*s)).is_some_and(|f| f.kind == Kind::NoReturn));
        if never {
            call.add_attribute(AttributeLoc::Function, self.unit.enum_attr("noreturn", 0));
        }
        self.take_results(call, &sig.results)
    }

    /// Takes a call's results apart directly behind it.
    fn take_results(&mut self, call: CallSiteValue<'ctx>, results: &[Ty]) -> Result<Vec<BasicValueEnum<'ctx>>> {
        let (places, registers) = abi::result_places(results);
        // Words of the thread block first: nothing may come between the call and them.
        let mut raw = Vec::with_capacity(results.len());
        for (ty, place) in results.iter().zip(&places) {
            raw.push(match place {
                Place::Register(_) => None,
                Place::Word(n) => {
                    let from = self.result_word(*n);
                    let value = self.b.build_load(abi::memory(self.unit, *ty), from, "")?;
                    value.as_instruction_value().ok_or("a load is no instruction")?.set_volatile(true)?;
                    Some(value)
                }
            });
        }
        let mut out = Vec::with_capacity(results.len());
        for ((ty, place), word) in results.iter().zip(&places).zip(raw) {
            let value = match (place, word) {
                (_, Some(word)) => word,
                (Place::Register(i), None) => {
                    // SAFETY: the call returns a value, as the signature has results in registers.
                    let whole = unsafe { BasicValueEnum::new(call.as_value_ref()) };
                    if registers == 1 {
                        whole
                    } else {
                        self.b.build_extract_value(whole.into_struct_value(), *i, "")?
                    }
                }
                (Place::Word(_), None) => return Err("a result word was not read".into()),
            };
            out.push(self.from_memory(value, *ty)?);
        }
        Ok(out)
    }

    /// The running G, whose words are at its head. Its address is the goroutine's for ever, on whatever thread it runs.
    fn current_g(&mut self, ty: Ty) -> Result<BasicValueEnum<'ctx>> {
        let offset = self.unit.ctx.i64_type().const_int(G_OFFSET as u64, false);
        let from = offset.const_to_pointer(self.unit.ctx.ptr_type(FS.into()));
        let value = self.b.build_load(abi::memory(self.unit, ty), from, "g")?;
        self.from_memory(value, ty)
    }

    /// The address of a word of the thread block's result area.
    fn result_word(&self, n: u64) -> PointerValue<'ctx> {
        let offset = self.unit.ctx.i64_type().const_int(RESULTS_OFFSET as u64 + 8 * n, false);
        offset.const_to_pointer(self.unit.ctx.ptr_type(FS.into()))
    }

    /// Returns: words of the result area are written last, with nothing between them and the return.
    pub fn return_values(&mut self, values: &[Value]) -> Result<()> {
        let results: Vec<Ty> = values.iter().map(|v| self.ty(*v)).collect();
        let (places, registers) = abi::result_places(&results);
        if results.len() - registers as usize > ingot_abi::tls::RESULT_WORDS {
            return Err("too many results".into());
        }
        let mut in_registers = Vec::new();
        let mut in_words = Vec::new();
        for ((&v, &ty), place) in values.iter().zip(&results).zip(&places) {
            let value = self.to_memory(self.value(v)?, ty)?;
            match place {
                Place::Register(_) => in_registers.push(value),
                Place::Word(n) => in_words.push((*n, value)),
            }
        }
        let whole: Option<BasicValueEnum> = match in_registers.as_slice() {
            [] => None,
            [one] => Some(*one),
            many => {
                let ty = self.unit.ctx.struct_type(&abi::register_results(self.unit, &results), false);
                let mut whole = ty.get_undef();
                for (i, value) in many.iter().enumerate() {
                    whole = self.b.build_insert_value(whole, *value, i as u32, "")?.into_struct_value();
                }
                Some(whole.into())
            }
        };
        for (n, value) in in_words {
            self.b.build_store(self.result_word(n), value)?.set_volatile(true)?;
        }
        self.b.build_return(whole.as_ref().map(|v| v as &dyn BasicValue))?;
        Ok(())
    }

    /// A call or invoke with the attributes of its kind.
    fn call_site(
        &mut self,
        ty: FunctionType<'ctx>,
        target: PointerValue<'ctx>,
        args: &[BasicValueEnum<'ctx>],
        site: Site,
    ) -> Result<CallSiteValue<'ctx>> {
        let call = match self.landing_pad {
            Some(pad) if site.panics => {
                let next = self.new_block("next");
                let call = self.b.build_indirect_invoke(ty, target, args, next, pad, "")?;
                self.b.position_at_end(next);
                call
            }
            _ => {
                let args: Vec<_> = args.iter().map(|a| (*a).into()).collect();
                self.b.build_indirect_call(ty, target, &args, "")?
            }
        };
        if site.nest {
            call.add_attribute(AttributeLoc::Param(0), self.unit.enum_attr("nest", 0));
        }
        if site.safepoint {
            let position = self.unit.position(self.pos);
            let id = self.unit.tables.site(position, 0);
            self.note_site(id);
            call.add_attribute(AttributeLoc::Function, self.unit.string_attr("statepoint-id", &id.to_string()));
            call.add_attribute(AttributeLoc::Function, self.unit.enum_attr("nomerge", 0));
        } else {
            call.add_attribute(AttributeLoc::Function, self.unit.string_attr("gc-leaf-function", ""));
            call.add_attribute(AttributeLoc::Function, self.unit.enum_attr("nounwind", 0));
        }
        Ok(call)
    }

    /// Calls a leaf function of the runtime that gives nothing back.
    pub fn call_leaf(&mut self, name: &str, args: &[BasicValueEnum<'ctx>]) -> Result<()> {
        let f = self.unit.runtime_function(name);
        let site = Site { safepoint: false, panics: false, nest: false };
        self.call_site(f.get_type(), f.as_global_value().as_pointer_value(), args, site)?;
        Ok(())
    }

    /// A zeroed heap object.
    pub fn alloc_heap(&mut self, size: u64, type_desc: PointerValue<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        let f = self.unit.runtime_function("rt_alloc");
        let i64 = self.unit.ctx.i64_type();
        let args = [i64.const_int(size, false).into(), type_desc.into(), i64.const_zero().into()];
        let site = Site { safepoint: true, panics: false, nest: false };
        let call = self.call_site(f.get_type(), f.as_global_value().as_pointer_value(), &args, site)?;
        // SAFETY: `rt_alloc` returns a pointer.
        Ok(unsafe { BasicValueEnum::new(call.as_value_ref()) })
    }

    /// Panics where the condition holds: a cold block calls the function and does not come back.
    fn panic_if(&mut self, cond: IntValue<'ctx>, function: &str, args: &[IntValue<'ctx>]) -> Result<()> {
        let (cold, go) = (self.new_block("panic"), self.new_block("ok"));
        let branch = self.b.build_conditional_branch(cond, cold, go)?;
        self.mark_unlikely(branch)?;
        self.b.position_at_end(cold);
        let sig = Signature { params: vec![Ty::I64; args.len()], ..Signature::default() };
        let f = self.unit.go_function(function, &sig);
        let ty = abi::function_type(self.unit, &sig);
        let args: Vec<BasicValueEnum> = args.iter().map(|a| (*a).into()).collect();
        let site = Site { safepoint: true, panics: true, nest: false };
        let call = self.call_site(ty, f.as_global_value().as_pointer_value(), &args, site)?;
        for name in ["cold", "noreturn"] {
            call.add_attribute(AttributeLoc::Function, self.unit.enum_attr(name, 0));
        }
        self.b.build_unreachable()?;
        self.b.position_at_end(go);
        Ok(())
    }

    pub fn nil_check(&mut self, v: Value) -> Result<()> {
        let nil = self.b.build_is_null(self.pointer(v)?, "")?;
        self.panic_if(nil, "runtime.panicmem", &[])
    }

    pub fn div_check(&mut self, v: Value) -> Result<()> {
        let v = self.int(v)?;
        let zero = self.b.build_int_compare(IntPredicate::EQ, v, v.get_type().const_zero(), "")?;
        self.panic_if(zero, "runtime.panicdivide", &[])
    }

    pub fn shift_check(&mut self, v: Value) -> Result<()> {
        let v = self.int(v)?;
        let negative = self.b.build_int_compare(IntPredicate::SLT, v, v.get_type().const_zero(), "")?;
        self.panic_if(negative, "runtime.panicshift", &[])
    }

    pub fn bounds_check(&mut self, kind: BoundsKind, index: Value, len: Value, signed: bool) -> Result<()> {
        let (index, len) = (self.int(index)?, self.int(len)?);
        let predicate = if kind == BoundsKind::Index { IntPredicate::UGE } else { IntPredicate::UGT };
        // A conversion asks for the array's length, but the panic names the slice's first.
        let shown = if kind == BoundsKind::Convert { [len, index] } else { [index, len] };
        let out = self.b.build_int_compare(predicate, index, len, "")?;
        let base = match kind {
            BoundsKind::Index => "runtime.panicIndex",
            BoundsKind::SliceAlen => "runtime.panicSliceAlen",
            BoundsKind::SliceAcap => "runtime.panicSliceAcap",
            BoundsKind::SliceB => "runtime.panicSliceB",
            BoundsKind::Slice3Alen => "runtime.panicSlice3Alen",
            BoundsKind::Slice3Acap => "runtime.panicSlice3Acap",
            BoundsKind::Slice3B => "runtime.panicSlice3B",
            BoundsKind::Slice3C => "runtime.panicSlice3C",
            BoundsKind::Convert => "runtime.panicSliceConvert",
        };
        if signed || kind == BoundsKind::Convert {
            self.panic_if(out, base, &shown)
        } else {
            self.panic_if(out, &format!("{base}U"), &shown)
        }
    }

    /// Keeps a value alive up to here.
    pub fn keep_alive(&mut self, v: Value) -> Result<()> {
        let ctx = self.unit.ctx;
        let value = self.value(v)?;
        let ty = ctx.void_type().fn_type(&[value.get_type().into()], false);
        let class = if self.ty(v).is_float() { "x" } else { "r" };
        let asm = ctx.create_inline_asm(ty, String::new(), class.to_owned(), true, false, None, false);
        let call = self.b.build_indirect_call(ty, asm, &[value.into()], "")?;
        call.add_attribute(AttributeLoc::Function, self.unit.string_attr("gc-leaf-function", ""));
        call.add_attribute(AttributeLoc::Function, self.unit.enum_attr("nounwind", 0));
        Ok(())
    }
}

impl From<String> for Fault {
    fn from(e: String) -> Fault {
        Fault(e)
    }
}
