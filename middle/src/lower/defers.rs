//! Defer and go statements.
//!
//! Both evaluate the function and its arguments now and make a closure without parameters for later: a *thunk* that
//! holds what was evaluated and makes the call, or the function value itself if it is a `func()` already.
//!
//! A function that defers has a frame record for the runtime (`runtime.deferFrame`) in a stack slot, which it enters
//! first of all, and a recover block, where control continues after a recovered panic: it runs what is still deferred
//! and returns the result variables. Each defer statement has a record slot, unless one of them may run again (in a loop,
//! or beside a goto): then the runtime allocates them all. In the body of a loop over a function the frame of the function
//! around is found by a token that the body's closure has captured.

use frontend::ast::{self, Expr, ExprKind, NodeId};
use frontend::check::info::{Mode, SelectionKind};
use frontend::span::Pos;
use frontend::types::*;

use super::Res;
use super::abi_call::Abi;
use super::func::{FnCx, Val};
use crate::mir::{self, Block, Layout, Slot, Symbol, Ty, Value};

/// Byte offset of `deferFrame.token`.
const FRAME_TOKEN: i64 = 24;

/// What a function that defers remembers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defers {
    frame: Slot,
    recover: Block,
}

/// A call with function and arguments evaluated.
enum Later {
    Value(Val),
    Builtin(Builtin, Vec<(Val, TypeId)>),
    /// With the pointers to keep alive until the call has returned.
    Call(Callee, Abi, Vec<Val>, Vec<Value>),
}

enum Callee {
    Symbol(Symbol),
    Closure(Value),
    /// An interface type and the method's index; the interface is the first argument.
    Method(TypeId, u32),
}

impl<'p> FnCx<'_, 'p> {
    /// At the entry of a function that defers.
    pub fn enter_defers(&mut self) -> Res<()> {
        let layout = self.lo.m.layout(Layout { size: 32, align: 8, ptr_words: vec![0, 1, 2, 3] });
        let frame = self.b.new_slot(layout, "defers");
        let addr = self.b.slot_addr(frame);
        self.runtime("deferenter", &[addr], &[]);
        let recover = self.b.create_block();
        self.b.set_recover(recover);
        self.defers = Some(Defers { frame, recover });
        Ok(())
    }

    /// Runs what was deferred, before a normal return; the results are in their variables.
    pub fn exit_defers(&mut self) -> Res<()> {
        if let Some(defers) = self.defers {
            let addr = self.b.slot_addr(defers.frame);
            self.runtime("deferexit", &[addr], &[]);
        }
        Ok(())
    }

    /// Makes the recover block, after the body.
    pub fn finish_defers(&mut self) -> Res<()> {
        let Some(defers) = self.defers else { return Ok(()) };
        self.b.switch_to_sealed(defers.recover);
        self.exit_defers()?;
        let words = self.load_results();
        self.b.ret(words);
        Ok(())
    }

    /// What lets the loop body of this frame push defers for the function around, if it does.
    pub fn activation_token(&mut self, body: NodeId) -> Option<Value> {
        if !self.analysis.has_defer(body) {
            return None;
        }
        if let Some(outer) = &self.range_body {
            return outer.token;
        }
        let defers = self.defers?;
        let layout = self.lo.m.layout(Layout { size: 8, align: 8, ptr_words: Vec::new() });
        let desc = self.lo.mem_desc(layout);
        let token = self.b.alloc_heap(layout, desc);
        let addr = self.b.slot_addr(defers.frame);
        let addr = self.b.ptr_add(addr, FRAME_TOKEN);
        self.b.store_nowb(addr, token);
        Some(token)
    }

    pub fn go_stmt(&mut self, pos: Pos, call: &'p Expr) -> Res<()> {
        let closure = self.call_later(call, "gowrap")?;
        self.at(pos);
        // Without a function of the Go half between, so that the return address tells who created the goroutine.
        let sig = mir::Signature { params: vec![Ty::Ptr], results: Vec::new(), context: false };
        let newproc = self.lo.m.declare("rt_newproc", Some(sig.clone()));
        self.b.call_runtime(newproc, &sig, vec![closure.leaf(0)]);
        Ok(())
    }

    pub fn defer_stmt(&mut self, call: &'p Expr) -> Res<()> {
        let closure = self.call_later(call, "deferwrap")?.leaf(0);
        self.at(call.pos());
        if let Some(body) = self.range_body.clone() {
            let Some(token) = body.token else { return Err(self.ice("defer in a loop without token")) };
            self.runtime("deferpushat", &[token, closure], &[]);
            return Ok(());
        }
        let Some(defers) = self.defers else { return Err(self.ice("defer in a function without defers")) };
        let frame = self.b.slot_addr(defers.frame);
        // A statement that runs again needs records from the heap. Then all of the function's are: one on the heap that
        // linked to one in the frame would hide it from the collector and keep its address when the stack moves.
        let record = if self.analysis.repeats_defer(self.frame) {
            self.b.nil()
        } else {
            let layout = self.lo.m.layout(Layout { size: 16, align: 8, ptr_words: vec![0, 1] });
            let slot = self.b.new_slot(layout, "deferred");
            self.b.slot_addr(slot)
        };
        self.runtime("deferpush", &[frame, record, closure], &[]);
        Ok(())
    }

    /// The closure of a call to be made later.
    fn call_later(&mut self, e: &'p Expr, kind: &str) -> Res<Val> {
        let ExprKind::Call(call) = &e.unparen().kind else { return Err(self.ice("no call")) };
        let later = self.evaluate_call(e, call)?;
        if let Later::Value(val) = later {
            return Ok(val);
        }
        let symbol = self.thunk_name(kind);
        self.at(e.pos());
        match later {
            Later::Value(val) => Ok(val),
            Later::Builtin(builtin, args) => {
                let types: Vec<TypeId> = args.iter().map(|(_, ty)| *ty).collect();
                self.thunk(&symbol, e.id, args, |cx, vals| {
                    let args: Vec<(Val, TypeId)> = vals.into_iter().zip(types).collect();
                    cx.builtin_on(builtin, &args)?;
                    Ok(())
                })
            }
            Later::Call(callee, abi, args, alive) => {
                let mut captured: Vec<(Val, TypeId)> = Vec::new();
                if let Callee::Closure(closure) = callee {
                    captured.push((Val::one(closure), TypeId::UNSAFE_POINTER));
                }
                captured.extend(args.into_iter().zip(abi.params.iter().copied()));
                let passed = captured.len();
                captured.extend(alive.into_iter().map(|ptr| (Val::one(ptr), TypeId::UNSAFE_POINTER)));
                self.thunk(&symbol, e.id, captured, |cx, mut vals| {
                    let alive = vals.split_off(passed);
                    match callee {
                        Callee::Symbol(sym) => cx.call_symbol(sym, &abi, &vals),
                        Callee::Closure(_) => {
                            let closure = vals.remove(0).leaf(0);
                            cx.call_value(closure, &abi, &vals)
                        }
                        Callee::Method(iface, index) => {
                            let (code, data) = cx.interface_method(&vals[0], index);
                            vals[0] = Val::one(data);
                            let params = std::iter::once(TypeId::UNSAFE_POINTER).chain(abi.params[1..].iter().copied());
                            let abi = cx.lo.abi_of(params.collect(), abi.results.clone());
                            cx.call_method((iface, index), code, &abi, &vals)
                        }
                    };
                    for ptr in alive {
                        cx.b.keep_alive(ptr.leaf(0));
                    }
                    Ok(())
                })
            }
        }
    }

    fn evaluate_call(&mut self, e: &'p Expr, call: &'p ast::CallExpr) -> Res<Later> {
        if let Some(Mode::Builtin(builtin)) = self.info().type_info(call.func.id).map(|i| i.mode) {
            let args = self.builtin_args(builtin, call)?;
            return Ok(Later::Builtin(builtin, args));
        }
        let sig = self.ty(&call.func);
        let func = call.func.unparen();
        if let ExprKind::Selector { operand, name } = &func.kind
            && let Some(selection) = self.selection(func)?
            && selection.kind == SelectionKind::MethodVal
        {
            let (recv, recv_ty) = self.receiver(operand, &selection)?;
            let mut args = vec![recv];
            let callee = match &selection.target {
                Target::Method { method, recv } => Callee::Symbol(self.lo.method_func(*method, *recv)),
                Target::InterfaceMethod { iface, index } => {
                    self.at(e.pos());
                    self.b.nil_check(args[0].leaf(0));
                    Callee::Method(*iface, *index)
                }
                Target::Field => return Err(self.ice(format_args!("{} is no method", name.name))),
            };
            let (rest, alive) = match &selection.target {
                Target::Method { method, .. } => self.operands_of(call, sig, *method)?,
                _ => (self.call_operands(call, sig)?, Vec::new()),
            };
            args.extend(rest);
            let abi = self.lo.abi(Some(recv_ty), sig);
            return Ok(Later::Call(callee, abi, args, alive));
        }
        let abi = self.lo.abi(None, sig);
        let plain = abi.params.is_empty() && abi.results.is_empty();
        if let Some((obj, ident)) = self.func_name(func) {
            let targs = self.instance_args(&ident);
            let sym = self.lo.func_symbol(obj, &targs);
            if plain {
                return Ok(Later::Value(self.func_value(sym)));
            }
            let (args, alive) = self.operands_of(call, sig, obj)?;
            return Ok(Later::Call(Callee::Symbol(sym), abi, args, alive));
        }
        let closure = self.expr(func)?;
        if plain {
            return Ok(Later::Value(closure));
        }
        let args = self.call_operands(call, sig)?;
        Ok(Later::Call(Callee::Closure(closure.leaf(0)), abi, args, Vec::new()))
    }
}
