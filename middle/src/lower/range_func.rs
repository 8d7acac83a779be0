//! Loops over functions: the body becomes a closure that the iterator calls.
//!
//! The loop and its body share a *control object* of two words on the heap:
//!
//! ```text
//! state: DONE, READY, RUNNING, EXHAUSTED     exit: 0, or 1 + index of the jump to carry out after the call
//! ```
//! The body sets RUNNING on entry (any other state than READY is the iterator's mistake and panics), READY before it
//! returns true and DONE before it returns false. After the iterator returned, RUNNING means that a panic of the
//! body was swallowed.
//!
//! A jump out of the body that is no plain `break` or `continue` of this loop (to an outer loop, a label, or `return`)
//! is entered in the body's list of exits, its number stored as `exit`, and the function around carries it out after
//! the call; if that is a loop body itself, the jump may go on outwards in the same way. Results of a `return` are in
//! the function's result variables by then, which the body has captured.

use std::cell::RefCell;
use std::rc::Rc;

use frontend::ast::{self, NodeId};
use frontend::types::*;

use super::Res;
use super::closure::{Captured, Counters};
use super::func::{Exit, FnCx, ResultVar, Val};
use crate::mir::{CmpOp, Layout, Ty, Value};

/// `abi.RF_State`.
mod state {
    pub const DONE: i64 = 0;
    pub const READY: i64 = 1;
    pub const RUNNING: i64 = 2;
    pub const EXHAUSTED: i64 = 3;
    pub const MISSING_PANIC: i64 = 4;
}

const STATE: i64 = 0;
const EXIT: i64 = 8;

/// What the context of a loop body knows about its loop.
#[derive(Debug)]
pub(super) struct RangeBody {
    /// The function whose name its literals carry, and whether that is a literal itself.
    pub naming: String,
    pub in_literal: bool,
    /// The result variables of the function around.
    pub results: Vec<ResultVar>,
    /// In a function that defers: what identifies its activation.
    pub token: Option<Value>,
    label: Option<Name>,
    control: Value,
    exits: RefCell<Vec<Exit>>,
}

impl<'p> FnCx<'_, 'p> {
    /// Lowers `for … range f` over a function; `id` is the statement's.
    pub fn range_over_func(&mut self, id: NodeId, r: &'p ast::RangeStmt) -> Res<()> {
        let label = self.pending_label.take();
        let iterator = self.expr(&r.operand)?;
        let sig = self.ty(&r.operand);
        let abi = self.lo.abi(None, sig);
        let Some(&yield_ty) = abi.params.first() else { return Err(self.ice("iterator without parameter")) };
        let yield_abi = self.lo.abi(None, yield_ty);

        let layout = self.lo.m.layout(Layout { size: 16, align: 8, ptr_words: Vec::new() });
        let desc = self.lo.mem_desc(layout);
        let control = self.b.alloc_heap(layout, desc);
        let ready = self.b.i64(state::READY);
        self.b.store_nowb(control, ready);

        let token = self.activation_token(id);
        let mut captured = self.capture(id);
        captured.push(Captured::Anonymous(Val::one(control), TypeId::UNSAFE_POINTER));
        if let Some(token) = token {
            captured.push(Captured::Anonymous(Val::one(token), TypeId::UNSAFE_POINTER));
        }
        let symbol = self.range_name();
        let (naming, in_literal, results) = match &self.range_body {
            Some(outer) => (outer.naming.clone(), outer.in_literal, outer.results.clone()),
            None => (self.symbol.clone(), self.in_literal(), self.results.clone()),
        };
        let mut counters = Counters::of(self);
        let mut exits = Vec::new();
        let types = yield_abi.params.clone();
        let pos = self.b.pos();
        let body = self.make_closure(&symbol, r.body.span, id, &yield_abi, &captured, |mut cx, hidden| {
            let body = Rc::new(RangeBody {
                naming,
                in_literal,
                results,
                token: hidden.get(1).map(|v| v.leaf(0)),
                label,
                control: hidden[0].leaf(0),
                exits: RefCell::default(),
            });
            cx.range_body = Some(body.clone());
            counters.put(&mut cx);
            cx.enter_range_body(r, &types)?;
            cx.block(&r.body)?;
            if !cx.b.is_terminated() {
                cx.at(r.body.rbrace());
                cx.range_continue();
            }
            counters = Counters::of(&cx);
            exits = body.exits.take();
            Ok(cx.b.finish())
        })?;
        counters.put(self);
        self.b.set_pos(pos);
        self.call_value(iterator.leaf(0), &abi, &[body]);
        self.leave_range(control, exits)
    }

    /// Checks and sets the state, and gives the loop variables their values.
    fn enter_range_body(&mut self, r: &'p ast::RangeStmt, types: &[TypeId]) -> Res<()> {
        let Some(body) = self.range_body.clone() else { return Ok(()) };
        self.at(r.op_pos);
        let at_entry = self.b.load_at(Ty::I64, body.control, STATE);
        self.require_state(at_entry, CmpOp::Eq, state::READY, None);
        self.set_state(body.control, state::RUNNING);
        let words = self.b.params().to_vec();
        let mut next = 0;
        let mut vals = Vec::new();
        for &ty in types {
            let n = if self.is_memory(ty) { 1 } else { self.leaf_types(ty).len() };
            let part = words[next..next + n].to_vec();
            next += n;
            vals.push(if self.is_memory(ty) { Val::Mem(part[0]) } else { Val::Scalars(part) });
        }
        for ((e, val), &ty) in [&r.key, &r.value].into_iter().zip(vals).zip(types) {
            let Some(e) = e else { continue };
            if r.define {
                self.define_with(e, val, ty)?;
            } else {
                self.assign_value(e, val, ty)?;
            }
        }
        Ok(())
    }

    /// Panics unless the state compares so; shows `shown`, or the state itself.
    fn require_state(&mut self, found: Value, op: CmpOp, wanted: i64, shown: Option<i64>) {
        let (good, bad) = (self.b.create_block(), self.b.create_block());
        let wanted = self.b.i64(wanted);
        let holds = self.b.cmp(op, found, wanted);
        self.b.branch(holds, good, bad);
        self.b.switch_to_sealed(bad);
        let shown = match shown {
            Some(n) => self.b.i64(n),
            None => found,
        };
        self.runtime_noreturn("panicrangestate", &[shown]);
        self.b.switch_to_sealed(good);
    }

    fn set_state(&mut self, control: Value, state: i64) {
        let state = self.b.i64(state);
        self.b.store_at(control, STATE, state);
    }

    /// After the iterator's return: checks the state and carries out the body's exits.
    fn leave_range(&mut self, control: Value, exits: Vec<Exit>) -> Res<()> {
        let found = self.b.load_at(Ty::I64, control, STATE);
        self.require_state(found, CmpOp::Ne, state::RUNNING, Some(state::MISSING_PANIC));
        self.set_state(control, state::EXHAUSTED);
        if exits.is_empty() {
            return Ok(());
        }
        let done = self.b.create_block();
        let exit = self.b.load_at(Ty::I64, control, EXIT);
        let blocks: Vec<_> = exits.iter().map(|_| self.b.create_block()).collect();
        let cases = blocks.iter().enumerate().map(|(i, &b)| (i as i64 + 1, b)).collect();
        self.b.switch(exit, cases, done);
        for (exit, block) in exits.into_iter().zip(blocks) {
            self.b.switch_to_sealed(block);
            match exit {
                Exit::Break(label) => self.break_to(label)?,
                Exit::Continue(label) => self.continue_to(label)?,
                Exit::Goto(label) => self.goto_label(label)?,
                Exit::Return => self.return_now()?,
            }
        }
        self.b.switch_to_sealed(done);
        Ok(())
    }

    /// `continue` of this loop.
    fn range_continue(&mut self) {
        let Some(body) = self.range_body.clone() else { return };
        self.set_state(body.control, state::READY);
        let more = self.b.bool(true);
        self.b.ret(vec![more]);
    }

    /// A jump in a loop body to somewhere outside of what the body itself contains.
    pub fn range_exit(&mut self, exit: Exit) -> Res<()> {
        let Some(body) = self.range_body.clone() else { return Err(self.ice("jump to nowhere")) };
        let own = |label: Option<Name>| label.is_none() || label == body.label;
        match exit {
            Exit::Continue(label) if own(label) => {
                self.range_continue();
                return Ok(());
            }
            Exit::Break(label) if own(label) => {}
            _ => {
                let code = body.exit_code(exit);
                let code = self.b.i64(code);
                self.b.store_at(body.control, EXIT, code);
            }
        }
        self.set_state(body.control, state::DONE);
        let stop = self.b.bool(false);
        self.b.ret(vec![stop]);
        Ok(())
    }
}

impl RangeBody {
    fn exit_code(&self, exit: Exit) -> i64 {
        let mut exits = self.exits.borrow_mut();
        let index = exits.iter().position(|e| *e == exit).unwrap_or_else(|| {
            exits.push(exit);
            exits.len() - 1
        });
        index as i64 + 1
    }
}
