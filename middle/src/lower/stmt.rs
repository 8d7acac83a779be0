//! Statements.

use frontend::ast::{self, Expr, ForStmt, IfStmt, Stmt, StmtKind};
use frontend::types::*;

use super::Res;
use super::func::{Exit, FnCx, JumpTarget, ResultVar, Storage, Val};
use crate::mir::{Block, Value};

impl<'p> FnCx<'_, 'p> {
    pub fn block(&mut self, block: &'p ast::Block) -> Res<()> {
        self.stmts(&block.stmts)
    }

    pub fn stmts(&mut self, stmts: &'p [Stmt]) -> Res<()> {
        for (i, s) in stmts.iter().enumerate() {
            // What follows a jump is reached by labels only.
            if self.b.is_terminated() && !has_label(&stmts[i..]) {
                return Ok(());
            }
            self.stmt(s)?;
        }
        Ok(())
    }

    pub fn stmt(&mut self, s: &'p Stmt) -> Res<()> {
        let labelled = matches!(
            s.kind,
            StmtKind::For(_) | StmtKind::Range(_) | StmtKind::Switch(_) | StmtKind::TypeSwitch(_) | StmtKind::Select(_)
        );
        if !labelled {
            self.pending_label = None;
        }
        self.at(s.span.start());
        match &s.kind {
            StmtKind::Bad => Err(self.ice("statement that could not be parsed")),
            StmtKind::Empty => Ok(()),
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Send { chan, value, arrow } => {
                let chan_ty = self.ty(chan);
                let &Type::Chan { elem, .. } = self.under(chan_ty) else { return Err(self.ice("send to no channel")) };
                let vals = self.operands(&[(chan, None), (value, Some(elem))])?;
                self.at(*arrow);
                self.send(vals[0].leaf(0), &vals[1], chan_ty);
                Ok(())
            }
            StmtKind::IncDec { operand, inc, .. } => self.inc_dec(operand, *inc),
            StmtKind::Assign { lhs, op, rhs, .. } => self.assign(lhs, *op, rhs),
            StmtKind::Define { lhs, rhs, .. } => self.define(lhs, rhs),
            StmtKind::Go(call) => self.go_stmt(s.span.start(), call),
            StmtKind::Defer(call) => self.defer_stmt(call),
            StmtKind::Return(values) => self.return_stmt(values, s),
            StmtKind::Break(label) => self.break_to(label.map(|l| l.name)),
            StmtKind::Continue(label) => self.continue_to(label.map(|l| l.name)),
            StmtKind::Goto(label) => self.goto_label(label.name),
            StmtKind::Fallthrough => match self.fallthrough {
                Some(next) => {
                    self.b.jump(next, vec![]);
                    Ok(())
                }
                None => Err(self.ice("fallthrough to nowhere")),
            },
            StmtKind::Block(block) => self.block(block),
            StmtKind::If(s) => self.if_stmt(s),
            StmtKind::Switch(s) => self.switch(s),
            StmtKind::TypeSwitch(s) => self.type_switch(s),
            StmtKind::Select(s) => self.select_stmt(s),
            StmtKind::For(s) => self.for_stmt(s),
            StmtKind::Range(r) if self.analysis.is_range_func(s.id) => self.range_over_func(s.id, r),
            StmtKind::Range(r) => self.range(r),
            StmtKind::Labeled { label, stmt } => {
                let block = self.label_block(label.name);
                self.b.jump(block, vec![]);
                // Jumps to it may still come; it is sealed when the function ends.
                self.b.switch_to(block);
                self.pending_label = Some(label.name);
                self.stmt(stmt)?;
                self.pending_label = None;
                Ok(())
            }
            StmtKind::Decl(decl) => self.decl(decl),
        }
    }

    fn expr_stmt(&mut self, e: &'p Expr) -> Res<()> {
        let inner = e.unparen();
        match &inner.kind {
            ast::ExprKind::Call(call) => {
                self.at(inner.pos());
                self.call_expr(inner, call)?;
                Ok(())
            }
            _ => self.discard(e),
        }
    }

    // Jumps.

    fn label_block(&mut self, label: Name) -> Block {
        if let Some(&block) = self.labels.get(&label) {
            return block;
        }
        let block = self.b.create_block();
        self.labels.insert(label, block);
        block
    }

    pub fn break_to(&mut self, label: Option<Name>) -> Res<()> {
        let target = self.targets.iter().rev().find(|t| label.is_none() || t.label == label);
        match target.map(|t| t.break_to) {
            Some(block) => {
                self.b.jump(block, vec![]);
                Ok(())
            }
            None => self.range_exit(Exit::Break(label)),
        }
    }

    pub fn continue_to(&mut self, label: Option<Name>) -> Res<()> {
        let target = self
            .targets
            .iter()
            .rev()
            .filter(|t| t.continue_to.is_some())
            .find(|t| label.is_none() || t.label == label)
            .and_then(|t| t.continue_to);
        match target {
            Some(block) => {
                self.b.jump(block, vec![]);
                Ok(())
            }
            None => self.range_exit(Exit::Continue(label)),
        }
    }

    pub fn goto_label(&mut self, label: Name) -> Res<()> {
        if self.range_body.is_some() && !self.analysis.has_label(self.frame, label) {
            return self.range_exit(Exit::Goto(label));
        }
        let block = self.label_block(label);
        self.b.jump(block, vec![]);
        Ok(())
    }

    fn return_stmt(&mut self, values: &'p [Expr], s: &'p Stmt) -> Res<()> {
        let results = match &self.range_body {
            Some(body) => body.results.clone(),
            None => self.results.clone(),
        };
        if values.is_empty() {
            return self.return_now();
        }
        let wanted: Vec<Option<TypeId>> = results.iter().map(|r| Some(r.ty)).collect();
        let vals = self.expr_list(values, &wanted)?;
        self.at(s.span.start());
        let seen = self.range_body.is_some() || self.defers.is_some() || results.iter().any(|r| self.is_shared(r));
        if !seen {
            return self.return_values(&results, &vals);
        }
        for (result, val) in results.iter().zip(&vals) {
            if let Some(obj) = result.obj {
                let place = self.var_place(obj, result.ty);
                self.store(&place, val);
            }
        }
        self.return_now()
    }

    /// Whether a result variable can be looked at after the return statement.
    fn is_shared(&self, result: &ResultVar) -> bool {
        result.obj.is_some_and(|obj| {
            matches!(self.vars.get(&obj), Some(Storage::Boxed(_) | Storage::BoxedSlot(_) | Storage::Captured(_)))
        })
    }

    fn return_values(&mut self, results: &[ResultVar], vals: &[Val]) -> Res<()> {
        let mut words: Vec<Value> = Vec::new();
        for (result, val) in results.iter().zip(vals) {
            match result.out {
                Some(out) => self.store_result(out, val, result.ty),
                None => words.extend_from_slice(val.words()),
            }
        }
        self.b.ret(words);
        Ok(())
    }

    /// Returns what is in the result variables.
    pub fn return_now(&mut self) -> Res<()> {
        if self.range_body.is_some() {
            return self.range_exit(Exit::Return);
        }
        if self.defers.is_some() {
            self.exit_defers()?;
        }
        let words = self.load_results();
        self.b.ret(words);
        Ok(())
    }

    // If and for.

    fn if_stmt(&mut self, s: &'p IfStmt) -> Res<()> {
        if let Some(init) = &s.init {
            self.stmt(init)?;
        }
        // A branch never taken is not lowered; code for other platforms depends on it.
        if let Some(value) = self.info().value_of(s.cond.id).and_then(|c| c.as_bool()) {
            let label = |b: &[Stmt]| has_label(b);
            let els = s.els.as_ref();
            if !label(&s.then.stmts) && !els.is_some_and(|e| has_label(std::slice::from_ref(e))) {
                return match (value, els) {
                    (true, _) => self.block(&s.then),
                    (false, Some(els)) => self.stmt(els),
                    (false, None) => Ok(()),
                };
            }
        }
        let (yes, done) = (self.b.create_block(), self.b.create_block());
        let no = if s.els.is_some() { self.b.create_block() } else { done };
        self.cond(&s.cond, yes, no)?;
        self.b.switch_to_sealed(yes);
        self.block(&s.then)?;
        self.jump_if_open(done);
        if let Some(els) = &s.els {
            self.b.switch_to_sealed(no);
            self.stmt(els)?;
            self.jump_if_open(done);
        }
        self.b.switch_to_sealed(done);
        Ok(())
    }

    pub fn jump_if_open(&mut self, block: Block) {
        if !self.b.is_terminated() {
            self.b.jump(block, vec![]);
        }
    }

    /// `for init; cond; post`: with variables of its own for each iteration, where a closure or pointer can tell.
    fn for_stmt(&mut self, f: &'p ForStmt) -> Res<()> {
        let label = self.pending_label.take();
        if let Some(init) = &f.init {
            self.stmt(init)?;
        }
        let fresh = self.fresh_each_time(f);
        let (head, body, next, done) =
            (self.b.create_block(), self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.jump(head, vec![]);
        self.b.switch_to(head);
        match &f.cond {
            Some(cond) => {
                self.at(cond.pos());
                self.cond(cond, body, done)?;
            }
            None => self.b.jump(body, vec![]),
        }
        self.b.switch_to_sealed(body);
        self.targets.push(JumpTarget { label, break_to: done, continue_to: Some(next) });
        let result = self.block(&f.body);
        self.targets.pop();
        result?;
        self.jump_if_open(next);
        self.b.switch_to_sealed(next);
        for obj in fresh {
            let ty = self.var_ty(obj);
            let place = self.var_place(obj, ty);
            let val = self.load(&place);
            self.declare_with(obj, &val);
        }
        if let Some(post) = &f.post {
            self.stmt(post)?;
        }
        self.jump_if_open(head);
        self.b.seal_block(head);
        self.b.switch_to_sealed(done);
        Ok(())
    }

    /// The boxed variables the statement declares, if each iteration has its own.
    fn fresh_each_time(&mut self, f: &'p ForStmt) -> Vec<ObjectId> {
        let Some(Stmt { kind: StmtKind::Define { lhs, .. }, .. }) = &f.init else { return Vec::new() };
        if !self.src.per_iteration(&f.body) {
            return Vec::new();
        }
        let objects: Vec<ObjectId> = lhs.iter().filter_map(|e| self.info().def(e.unparen().as_ident()?.id)).collect();
        objects.into_iter().filter(|&obj| self.is_boxed(obj)).collect()
    }
}

/// Whether statements, or those nested in them, have a label that a jump could go to.
pub(super) fn has_label(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|s| match &s.kind {
        StmtKind::Labeled { .. } => true,
        StmtKind::Block(b) => has_label(&b.stmts),
        StmtKind::If(s) => {
            has_label(&s.then.stmts) || s.els.as_ref().is_some_and(|e| has_label(std::slice::from_ref(e)))
        }
        StmtKind::For(f) => has_label(&f.body.stmts),
        StmtKind::Range(r) => has_label(&r.body.stmts),
        StmtKind::Switch(s) => s.clauses.iter().any(|c| has_label(&c.body)),
        StmtKind::TypeSwitch(s) => s.clauses.iter().any(|c| has_label(&c.body)),
        StmtKind::Select(s) => s.clauses.iter().any(|c| has_label(&c.body)),
        _ => false,
    })
}
