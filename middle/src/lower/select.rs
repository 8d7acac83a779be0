//! Select statements.
//!
//! A select without cases blocks, one with a single case is that operation, one with a case and a default asks the
//! runtime for a non-blocking operation; all others fill the runtime's case array (sends first, then receives) on the
//! stack and branch on the index that comes back.

use frontend::ast::{self, Expr, ExprKind, StmtKind, UnaryOp};
use frontend::types::*;

use super::Res;
use super::func::{FnCx, JumpTarget, Val};
use crate::mir::{Block, Layout, Slot, Ty, Value};

/// A communication with its operands evaluated.
enum Comm<'p> {
    Send { chan: Value, elem: Value },
    Recv { chan: Value, elem_ty: TypeId, buffer: Option<Slot>, lhs: &'p [Expr], define: bool },
}

impl Comm<'_> {
    fn chan(&self) -> Value {
        match self {
            Comm::Send { chan, .. } | Comm::Recv { chan, .. } => *chan,
        }
    }
}

/// The channel operand of a receive expression.
fn receive_operand(e: &Expr) -> Option<&Expr> {
    match &e.unparen().kind {
        ExprKind::Unary { op: UnaryOp::Recv, operand } => Some(operand),
        _ => None,
    }
}

impl<'p> FnCx<'_, 'p> {
    pub fn select_stmt(&mut self, s: &'p ast::SelectStmt) -> Res<()> {
        let label = self.pending_label.take();
        let done = self.b.create_block();
        self.targets.push(JumpTarget { label, break_to: done, continue_to: None });
        let result = self.select_cases(s, done);
        self.targets.pop();
        result?;
        if !self.b.is_terminated() {
            self.b.jump(done, vec![]);
        }
        self.b.switch_to_sealed(done);
        Ok(())
    }

    fn select_cases(&mut self, s: &'p ast::SelectStmt, done: Block) -> Res<()> {
        let default = s.clauses.iter().find(|c| c.comm.is_none());
        let clauses: Vec<&'p ast::CommClause> = s.clauses.iter().filter(|c| c.comm.is_some()).collect();
        match (&clauses[..], default) {
            ([], None) => {
                self.runtime_noreturn("block", &[]);
                Ok(())
            }
            ([], Some(default)) => self.stmts(&default.body),
            ([only], None) => {
                let comm = self.comm_operands(only)?;
                let ok = match &comm {
                    Comm::Send { chan, elem } => {
                        self.runtime("chansend1", &[*chan, *elem], &[]);
                        None
                    }
                    Comm::Recv { chan, elem_ty, buffer, .. } => {
                        let elem = self.buffer_address(*buffer, *elem_ty);
                        Some(self.runtime1("chanrecv2", &[*chan, elem], Ty::Bool))
                    }
                };
                // What is left of a receive is evaluated after it.
                self.comm_body(only, &comm, ok, done)
            }
            ([only], Some(default)) => self.select_or_default(only, default, done),
            _ => self.select_general(&clauses, default, done),
        }
    }

    /// Evaluates the operands of a communication.
    fn comm_operands(&mut self, clause: &'p ast::CommClause) -> Res<Comm<'p>> {
        let Some(comm) = &clause.comm else { return Err(self.ice("default has no communication")) };
        self.at(comm.span.start());
        let (recv, lhs, define): (&'p Expr, &'p [Expr], bool) = match &comm.kind {
            StmtKind::Send { chan, value, .. } => {
                let chan_ty = self.ty(chan);
                let Some(elem_ty) = self.chan_elem(chan_ty) else { return Err(self.ice("send to no channel")) };
                let chan = self.expr(chan)?.leaf(0);
                let val = self.expr_as(value, elem_ty)?;
                let elem = self.in_memory(&val, elem_ty);
                return Ok(Comm::Send { chan, elem });
            }
            StmtKind::Expr(e) => (e, &[], false),
            StmtKind::Assign { lhs, rhs, .. } if rhs.len() == 1 => (&rhs[0], lhs, false),
            StmtKind::Define { lhs, rhs, .. } if rhs.len() == 1 => (&rhs[0], lhs, true),
            _ => return Err(self.ice("no communication")),
        };
        let Some(operand) = receive_operand(recv) else { return Err(self.ice("no receive")) };
        let chan_ty = self.ty(operand);
        let Some(elem_ty) = self.chan_elem(chan_ty) else { return Err(self.ice("receive from no channel")) };
        let chan = self.expr(operand)?.leaf(0);
        let wanted = lhs.first().is_some_and(|e| !e.unparen().as_ident().is_some_and(|i| i.is_blank()));
        let buffer = wanted.then(|| self.temp(elem_ty, "received"));
        Ok(Comm::Recv { chan, elem_ty, buffer, lhs, define })
    }

    fn chan_elem(&self, ty: TypeId) -> Option<TypeId> {
        match self.types().core_type(ty).map(|t| self.under(t)) {
            Some(&Type::Chan { elem, .. }) => Some(elem),
            _ => None,
        }
    }

    /// Where the received value goes, nil if nowhere. It is zeroed here: it may hold what an earlier round left.
    fn buffer_address(&mut self, buffer: Option<Slot>, ty: TypeId) -> Value {
        match buffer {
            Some(slot) => {
                let ptr = self.b.slot_addr(slot);
                let layout = self.lo.layout_id(ty);
                self.b.mem_zero_nowb(ptr, layout);
                ptr
            }
            None => self.b.nil(),
        }
    }

    /// Assigns what was received and executes the clause.
    fn comm_body(&mut self, clause: &'p ast::CommClause, comm: &Comm<'p>, ok: Option<Value>, done: Block) -> Res<()> {
        if let Comm::Recv { elem_ty, buffer, lhs, define, .. } = comm {
            if let Some(stmt) = &clause.comm {
                self.at(stmt.span.start());
            }
            let mut vals = Vec::new();
            if let (Some(slot), Some(e)) = (buffer, lhs.first()) {
                let ptr = self.b.slot_addr(*slot);
                let val = self.take(ptr, *elem_ty);
                vals.push((e, val, *elem_ty));
            }
            if let (Some(ok), Some(e)) = (ok, lhs.get(1)) {
                vals.push((e, Val::one(ok), TypeId::BOOL));
            }
            for (e, val, ty) in vals {
                if *define {
                    self.define_with(e, val, ty)?;
                } else {
                    self.assign_value(e, val, ty)?;
                }
            }
        }
        self.stmts(&clause.body)?;
        if !self.b.is_terminated() {
            self.b.jump(done, vec![]);
        }
        Ok(())
    }

    fn select_or_default(&mut self, clause: &'p ast::CommClause, default: &'p ast::CommClause, done: Block) -> Res<()> {
        let comm = self.comm_operands(clause)?;
        let (selected, ok) = match &comm {
            Comm::Send { chan, elem } => (self.runtime1("selectnbsend", &[*chan, *elem], Ty::Bool), None),
            Comm::Recv { chan, elem_ty, buffer, .. } => {
                let elem = self.buffer_address(*buffer, *elem_ty);
                let got = self.runtime("selectnbrecv", &[elem, *chan], &[Ty::Bool, Ty::Bool]);
                (got[0], Some(got[1]))
            }
        };
        let (yes, no) = (self.b.create_block(), self.b.create_block());
        self.b.branch(selected, yes, no);
        self.b.switch_to_sealed(yes);
        self.comm_body(clause, &comm, ok, done)?;
        self.b.switch_to_sealed(no);
        self.stmts(&default.body)
    }

    fn select_general(
        &mut self,
        clauses: &[&'p ast::CommClause],
        default: Option<&'p ast::CommClause>,
        done: Block,
    ) -> Res<()> {
        let mut comms = Vec::new();
        for clause in clauses {
            comms.push(self.comm_operands(clause)?);
        }
        let n = comms.len();
        // The order of the array: sends first. `order[i]` is the clause of case i.
        let is_send = |i: &usize| matches!(comms[*i], Comm::Send { .. });
        let order: Vec<usize> = (0..n).filter(is_send).chain((0..n).filter(|i| !is_send(i))).collect();
        let sends = (0..n).filter(is_send).count();

        let words = (0..2 * n as u32).collect();
        let layout = self.lo.m.layout(Layout { size: 16 * n as u64, align: 8, ptr_words: words });
        let cases = self.b.new_slot(layout, "cases");
        let cases = self.b.slot_addr(cases);
        for (i, &clause) in order.iter().enumerate() {
            let chan = comms[clause].chan();
            let elem = match &comms[clause] {
                Comm::Send { elem, .. } => *elem,
                Comm::Recv { elem_ty, buffer, .. } => self.buffer_address(*buffer, *elem_ty),
            };
            let at = self.b.ptr_add(cases, 16 * i as i64);
            self.b.store_nowb(at, chan);
            let at = self.b.ptr_add(cases, 16 * i as i64 + 8);
            self.b.store_nowb(at, elem);
        }
        let layout = self.lo.m.layout(Layout { size: (4 * n as u64).next_multiple_of(8), align: 8, ptr_words: vec![] });
        let scratch = self.b.new_slot(layout, "order");
        let scratch = self.b.slot_addr(scratch);
        let (nsends, nrecvs) = (self.b.i64(sends as i64), self.b.i64((n - sends) as i64));
        let block = self.b.bool(default.is_none());
        let got = self.runtime("selectgo", &[cases, scratch, nsends, nrecvs, block], &[Ty::I64, Ty::Bool]);

        let blocks: Vec<Block> = order.iter().map(|_| self.b.create_block()).collect();
        let otherwise = self.b.create_block();
        let table = blocks.iter().enumerate().map(|(i, &b)| (i as i64, b)).collect();
        self.b.switch(got[0], table, otherwise);
        for (&clause, block) in order.iter().zip(blocks) {
            self.b.switch_to_sealed(block);
            self.comm_body(clauses[clause], &comms[clause], Some(got[1]), done)?;
        }
        self.b.switch_to_sealed(otherwise);
        match default {
            Some(default) => self.stmts(&default.body),
            None => {
                self.b.unreachable();
                Ok(())
            }
        }
    }
}
