//! Expression switches.
//!
//! Cases are tried in order. Where all are integer constants, a MIR switch decides; for string constants see `strings`.

use std::collections::HashSet;

use frontend::ast::{CaseClause, Expr, SwitchStmt};
use frontend::types::*;

use super::Res;
use super::func::{FnCx, JumpTarget, Val};
use crate::mir::Block;

/// From so many constant cases on, a switch instruction is used.
const MIN_TABLE: usize = 4;

impl<'p> FnCx<'_, 'p> {
    pub fn switch(&mut self, s: &'p SwitchStmt) -> Res<()> {
        let label = self.pending_label.take();
        if let Some(init) = &s.init {
            self.stmt(init)?;
        }
        let done = self.b.create_block();
        let bodies: Vec<Block> = s.clauses.iter().map(|_| self.b.create_block()).collect();
        let default = s.clauses.iter().position(|c| c.is_default).map_or(done, |i| bodies[i]);
        match &s.tag {
            None => self.conditions(&s.clauses, &bodies)?,
            Some(tag) => {
                let ty = self.types().default_type(self.ty(tag));
                // The cases of constants are compared at once.
                let constants = s.clauses.iter().all(|c| c.exprs.iter().all(|e| self.info().value_of(e.id).is_some()));
                let val = if constants && self.bytes_of_string(tag).is_some() {
                    self.string_glance(tag)?
                } else {
                    self.expr_as(tag, ty)?
                };
                let table = if self.types().is_string(ty) {
                    self.string_table(&val, &s.clauses, &bodies, default)?
                } else {
                    self.switch_table(&val, ty, &s.clauses, &bodies, default)
                };
                if !table {
                    self.compare_cases(&val, ty, &s.clauses, &bodies)?;
                }
            }
        }
        self.jump_if_open(default);
        self.targets.push(JumpTarget { label, break_to: done, continue_to: None });
        let result = self.clause_bodies(&s.clauses, &bodies, done);
        self.targets.pop();
        result?;
        self.b.switch_to_sealed(done);
        Ok(())
    }

    fn clause_bodies(&mut self, clauses: &'p [CaseClause], bodies: &[Block], done: Block) -> Res<()> {
        let outer = self.fallthrough;
        // Falling through adds a jump to the next body, so each is sealed when the one before it is done.
        for (i, clause) in clauses.iter().enumerate() {
            self.b.switch_to_sealed(bodies[i]);
            self.fallthrough = bodies.get(i + 1).copied();
            self.stmts(&clause.body)?;
            self.jump_if_open(done);
        }
        self.fallthrough = outer;
        Ok(())
    }

    /// `switch { case cond: … }`.
    fn conditions(&mut self, clauses: &'p [CaseClause], bodies: &[Block]) -> Res<()> {
        for (clause, &body) in clauses.iter().zip(bodies) {
            for e in &clause.exprs {
                let next = self.b.create_block();
                self.at(e.pos());
                let ty = self.ty(e);
                if self.types().is_interface(ty) {
                    // It is compared with true.
                    let case = self.expr(e)?;
                    let yes = Val::one(self.b.bool(true));
                    let equal = self.equal_of_types(&yes, TypeId::BOOL, &case, ty)?;
                    self.b.branch(equal, body, next);
                } else {
                    self.cond(e, body, next)?;
                }
                self.b.switch_to_sealed(next);
            }
        }
        Ok(())
    }

    fn compare_cases(&mut self, val: &Val, ty: TypeId, clauses: &'p [CaseClause], bodies: &[Block]) -> Res<()> {
        for (clause, &body) in clauses.iter().zip(bodies) {
            for e in &clause.exprs {
                let next = self.b.create_block();
                self.at(e.pos());
                let equal = self.equals_case(val, ty, e)?;
                self.b.branch(equal, body, next);
                self.b.switch_to_sealed(next);
            }
        }
        Ok(())
    }

    /// `tag == case`, where one may be an interface and the other not.
    fn equals_case(&mut self, val: &Val, ty: TypeId, e: &'p Expr) -> Res<crate::mir::Value> {
        if self.is_nil(e) {
            return Ok(self.b.is_nil(val.leaf(0)));
        }
        let own = self.types().default_type(self.ty(e));
        if self.types().is_string(ty)
            && let Some(constant) = self.string_value(e)
        {
            return self.equal_constant(val, constant);
        }
        let case = self.expr(e)?;
        self.equal_of_types(val, ty, &case, own)
    }

    /// A switch instruction, if all cases are integer constants and there are enough.
    fn switch_table(
        &mut self,
        val: &Val,
        ty: TypeId,
        clauses: &'p [CaseClause],
        bodies: &[Block],
        default: Block,
    ) -> bool {
        if !self.types().is_integer(ty) {
            return false;
        }
        let mut cases = Vec::new();
        let mut seen = HashSet::new();
        for (clause, &body) in clauses.iter().zip(bodies) {
            for e in &clause.exprs {
                let value = self.info().value_of(e.id);
                let Some(n) = value.and_then(|c| c.to_i64().or_else(|| c.to_u64().map(|n| n as i64))) else {
                    return false;
                };
                if seen.insert(n) {
                    cases.push((n, body));
                }
            }
        }
        if cases.len() < MIN_TABLE {
            return false;
        }
        self.b.switch(val.leaf(0), cases, default);
        true
    }
}
