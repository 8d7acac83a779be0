//! Statements.

use super::build::Builder;
use super::grammar::Rule;
use crate::ast::*;
use crate::span::{Pos, Span};
use pest::iterators::Pair;

/// What a header holds between its keyword and its `{`: the parts between
/// the semicolons, which may be absent.
struct Header<'i> {
    parts: Vec<Option<Pair<'i, Rule>>>,
    semis: Vec<Span>,
}

impl Builder<'_> {
    pub fn block(&mut self, pair: Pair<'_, Rule>) -> Block {
        let span = self.span(&pair);
        let stmts = pair.into_inner().map(|s| self.stmt(s)).collect();
        Block { id: self.id(), span, stmts }
    }

    pub fn bad_block(&mut self, span: Span) -> Block {
        Block { id: self.id(), span, stmts: Vec::new() }
    }

    fn bad_stmt(&mut self, span: Span) -> Stmt {
        Stmt { id: self.id(), span, kind: StmtKind::Bad }
    }

    fn stmt(&mut self, pair: Pair<'_, Rule>) -> Stmt {
        let span = self.span(&pair);
        self.nested(span, |b| b.stmt_inner(pair, span), |b| b.bad_stmt(span))
    }

    fn stmt_inner(&mut self, pair: Pair<'_, Rule>, span: Span) -> Stmt {
        let kind = match pair.as_rule() {
            Rule::simple => self.simple(pair),
            Rule::block => StmtKind::Block(self.block(pair)),
            Rule::if_stmt => return self.if_stmt(pair),
            Rule::for_stmt => self.for_stmt(pair),
            Rule::switch_stmt => self.switch_stmt(pair),
            Rule::select_stmt => self.select_stmt(pair),
            Rule::labeled => return self.labeled(pair),
            Rule::const_decl | Rule::var_decl | Rule::type_decl => StmtKind::Decl(Box::new(self.declaration(pair))),
            Rule::return_stmt => {
                let values = pair.into_inner().nth(1);
                StmtKind::Return(values.map(|v| self.exprs(v)).unwrap_or_default())
            }
            Rule::go_stmt => StmtKind::Go(self.spawned(pair, "go")),
            Rule::defer_stmt => StmtKind::Defer(self.spawned(pair, "defer")),
            Rule::break_stmt => StmtKind::Break(self.label(pair)),
            Rule::continue_stmt => StmtKind::Continue(self.label(pair)),
            Rule::goto_stmt => match self.label(pair) {
                Some(label) => StmtKind::Goto(label),
                None => StmtKind::Bad,
            },
            Rule::fallthrough_stmt => StmtKind::Fallthrough,
            _ => StmtKind::Bad,
        };
        Stmt { id: self.id(), span, kind }
    }

    fn label(&mut self, pair: Pair<'_, Rule>) -> Option<Ident> {
        pair.into_inner().nth(1).map(|p| self.ident(&p))
    }

    /// The operand of go or defer; that it is a call is the checker's business.
    fn spawned(&mut self, pair: Pair<'_, Rule>, keyword: &str) -> Expr {
        let e = self.expr(pair.into_inner().nth(1).expect("operand"));
        if matches!(e.kind, ExprKind::Paren(_)) {
            self.error(e.span, format!("expression in {keyword} must not be parenthesized"));
        }
        e
    }

    /// Labels in a row, then a statement or nothing before the end of a block.
    fn labeled(&mut self, pair: Pair<'_, Rule>) -> Stmt {
        let end = self.span(&pair);
        let mut labels = Vec::new();
        let mut stmt = None;
        for part in pair.into_inner() {
            if part.as_rule() == Rule::label {
                let ident = part.into_inner().next().expect("label");
                labels.push(self.ident(&ident));
            } else {
                stmt = Some(self.stmt(part));
            }
        }
        let after = self.prepared.text[end.hi as usize..].trim_ascii_start();
        if stmt.is_none() && !after.starts_with([';', '}']) {
            self.error(end, "syntax error: missing statement after label");
        }
        let mut stmt = stmt.unwrap_or_else(|| {
            let span = end.end().span();
            Stmt { id: self.id(), span, kind: StmtKind::Empty }
        });
        if labels.len() > super::semicolons::MAX_NESTING {
            self.too_deep(labels[0].span);
            return self.bad_stmt(end);
        }
        for label in labels.into_iter().rev() {
            let span = label.span.to(stmt.span);
            let kind = StmtKind::Labeled { label, stmt: Box::new(stmt) };
            stmt = Stmt { id: self.id(), span, kind };
        }
        stmt
    }

    /// `simple` or `h_simple` without a range clause.
    fn simple(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let mut inner = pair.into_inner();
        let mut lhs = self.exprs(inner.next().expect("expressions"));
        let Some(op) = inner.next() else {
            if lhs.len() > 1 {
                let at = lhs[lhs.len() - 1].span.end().span();
                let message = "syntax error: unexpected newline, expected := or = or comma";
                self.error(at, message);
            }
            return StmtKind::Expr(lhs.swap_remove(0));
        };
        let op_pos = self.start(&op);
        let single = lhs.len() == 1;
        match op.as_rule() {
            Rule::inc_dec => {
                let inc = self.text(&op) == "++";
                self.single(single, op_pos, self.text(&op));
                StmtKind::IncDec { operand: lhs.swap_remove(0), op_pos, inc }
            }
            Rule::arrow => {
                self.single(single, op_pos, "<-");
                let value = self.expr(inner.next().expect("sent value"));
                StmtKind::Send { chan: lhs.swap_remove(0), arrow: op_pos, value }
            }
            Rule::define => {
                let rhs = self.values(inner.next());
                StmtKind::Define { lhs, op_pos, rhs }
            }
            _ => {
                let text = self.text(&op);
                let op = BinaryOp::parse(text.strip_suffix('=').unwrap_or(text));
                if op.is_some() {
                    self.single(single, op_pos, text);
                }
                let rhs = self.values(inner.next());
                if op.is_some() && rhs.len() > 1 {
                    let at = rhs[0].span.end().span();
                    self.error(at, "syntax error: unexpected comma at end of statement");
                }
                StmtKind::Assign { lhs, op, op_pos, rhs }
            }
        }
    }

    /// The right side of an assignment in a statement that is no `for`.
    fn values(&mut self, pair: Option<Pair<'_, Rule>>) -> Vec<Expr> {
        match pair {
            Some(p) if p.as_rule() == Rule::range_clause => {
                let span = self.span(&p);
                let at = Span { hi: span.lo + 5, ..span };
                self.error(at, "syntax error: unexpected keyword range, expected expression");
                vec![self.bad_expr(span)]
            }
            Some(p) => self.exprs(p),
            None => Vec::new(),
        }
    }

    fn single(&mut self, single: bool, at: Pos, op: &str) {
        if !single {
            let message = format!("syntax error: unexpected {op}, expected := or = or comma");
            self.error(at.span(), message);
        }
    }

    fn simple_stmt(&mut self, pair: Pair<'_, Rule>) -> Stmt {
        let span = self.span(&pair);
        let kind = self.simple(pair);
        Stmt { id: self.id(), span, kind }
    }

    // ---- headers ----

    /// Splits the pairs of a header at the semicolons; gives back the first
    /// pair after it.
    fn header<'i>(&self, pairs: &mut impl Iterator<Item = Pair<'i, Rule>>) -> (Header<'i>, Option<Pair<'i, Rule>>) {
        let mut header = Header { parts: vec![None], semis: Vec::new() };
        for pair in pairs {
            match pair.as_rule() {
                Rule::h_simple | Rule::range_clause => {
                    *header.parts.last_mut().expect("never empty") = Some(pair);
                }
                Rule::semi => {
                    header.semis.push(self.span(&pair));
                    header.parts.push(None);
                }
                _ => return (header, Some(pair)),
            }
        }
        (header, None)
    }

    /// The last part of an if or for header, which must be a plain expression.
    fn condition(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let text = self.text(&pair);
        let stmt = self.simple_stmt(pair);
        match stmt.kind {
            StmtKind::Expr(e) => e,
            StmtKind::Assign { op: None, lhs, rhs, .. } if lhs.len() == 1 && rhs.len() == 1 => {
                let message = format!(
                    "cannot use assignment {} as value",
                    text.split_once('=').map_or(text.to_owned(), |(l, r)| format!("{} = {}", l.trim(), r.trim()))
                );
                self.error(stmt.span, message);
                self.bad_expr(stmt.span)
            }
            _ => {
                self.error(stmt.span, format!("syntax error: cannot use {text} as value"));
                self.bad_expr(stmt.span)
            }
        }
    }

    /// `if … else if … else …`: flat in the grammar, nested in the tree.
    fn if_stmt(&mut self, pair: Pair<'_, Rule>) -> Stmt {
        let end = self.span(&pair);
        let mut parts: Vec<(Span, IfStmt)> = Vec::new();
        let mut els = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::if_part => {
                    let span = self.span(&part);
                    parts.push((span, self.if_part(part)));
                }
                Rule::block => {
                    let span = self.span(&part);
                    let block = self.block(part);
                    els = Some(Stmt { id: self.id(), span, kind: StmtKind::Block(block) });
                }
                _ => {}
            }
        }
        if parts.len() > 2 * super::semicolons::MAX_NESTING {
            self.too_deep(end);
            return self.bad_stmt(end);
        }
        for (span, mut part) in parts.into_iter().rev() {
            part.els = els.take();
            let span = Span { hi: end.hi, ..span };
            els = Some(Stmt { id: self.id(), span, kind: StmtKind::If(Box::new(part)) });
        }
        els.unwrap_or_else(|| self.bad_stmt(end))
    }

    fn if_part(&mut self, pair: Pair<'_, Rule>) -> IfStmt {
        let span = self.span(&pair);
        let mut inner = pair.into_inner().skip(1);
        let (mut header, block) = self.header(&mut inner);
        let cond = header.parts.pop().flatten();
        let init = header.parts.pop().flatten().map(|p| self.simple_stmt(p));
        let cond = match cond {
            Some(cond) => self.condition(cond),
            None => {
                let at = block.as_ref().map_or(span, |b| self.start(b).span());
                match header.semis.last() {
                    None => self.error(at, "syntax error: missing condition in if statement"),
                    Some(&semi) if self.is_newline(semi) => {
                        let message = "syntax error: unexpected newline, expected { after if clause";
                        self.error(semi, message);
                    }
                    Some(&semi) => {
                        self.error(semi, "syntax error: missing condition in if statement");
                    }
                }
                self.bad_expr(at)
            }
        };
        let then = match block {
            Some(block) => self.block(block),
            None => self.bad_block(span),
        };
        IfStmt { init, cond, then, els: None }
    }

    fn for_stmt(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let span = self.span(&pair);
        let mut inner = pair.into_inner().skip(1);
        let (mut header, block) = self.header(&mut inner);
        if header.semis.is_empty()
            && let Some(part) = header.parts[0].take()
        {
            if part.as_rule() == Rule::range_clause || has_range(&part) {
                return self.range_stmt(part, block, span);
            }
            header.parts[0] = Some(part);
        }
        match header.semis.as_slice() {
            &[semi] => {
                let message = if self.is_newline(semi) {
                    "syntax error: unexpected newline, expected { after for clause"
                } else {
                    "syntax error: expected for loop condition"
                };
                self.error(semi, message);
            }
            &[_, second] if header.parts[2].is_none() && self.is_newline(second) => {
                let message = "syntax error: unexpected newline, expected { after for clause";
                self.error(second, message);
            }
            _ => {}
        }
        let mut parts = header.parts.into_iter();
        let (mut init, mut cond, mut post) = (None, None, None);
        if header.semis.is_empty() {
            cond = parts.next().flatten().map(|p| self.condition(p));
        } else {
            init = parts.next().flatten().map(|p| self.simple_stmt(p));
            cond = parts.next().flatten().map(|p| self.condition(p)).or(cond);
            post = parts.next().flatten().map(|p| self.simple_stmt(p)).or(post);
        }
        if let Some(post) = &post
            && matches!(post.kind, StmtKind::Define { .. })
        {
            let message = "syntax error: cannot declare in post statement of for loop";
            self.error(post.span, message);
        }
        let body = match block {
            Some(block) => self.block(block),
            None => self.bad_block(span),
        };
        StmtKind::For(Box::new(ForStmt { init, cond, post, body }))
    }

    fn range_stmt(&mut self, part: Pair<'_, Rule>, block: Option<Pair<'_, Rule>>, span: Span) -> StmtKind {
        let mut left = Vec::new();
        let mut define = false;
        let mut op_pos = self.start(&part);
        let clause = if part.as_rule() == Rule::range_clause {
            Some(part)
        } else {
            let mut inner = part.into_inner();
            left = inner.next().map(|e| self.exprs(e)).unwrap_or_default();
            if let Some(op) = inner.next() {
                op_pos = self.start(&op);
                define = op.as_rule() == Rule::define;
                if !define && self.text(&op) != "=" {
                    let message = "syntax error: unexpected range, expected expression";
                    self.error(op_pos.span(), message);
                }
            }
            inner.next()
        };
        let operand = match clause.and_then(|c| c.into_inner().nth(1)) {
            Some(e) => self.expr(e),
            None => self.bad_expr(span),
        };
        let mut left = left.into_iter();
        let (key, value) = (left.next(), left.next());
        let extra = left.collect();
        let body = match block {
            Some(block) => self.block(block),
            None => self.bad_block(span),
        };
        StmtKind::Range(Box::new(RangeStmt { key, value, extra, define, op_pos, operand, body }))
    }

    // ---- switch and select ----

    fn switch_stmt(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let rbrace = self.last(&pair);
        let mut inner = pair.into_inner().skip(1);
        let (mut header, open) = self.header(&mut inner);
        let lbrace = open.map_or(rbrace, |p| self.start(&p));
        let tag = header.parts.pop().flatten();
        let init = header.parts.pop().flatten().map(|p| self.simple_stmt(p));
        if let Some((bind, operand)) = tag.as_ref().and_then(|t| self.type_switch_guard(t)) {
            let clauses = inner.map(|c| self.case_clause(c)).collect();
            let stmt = TypeSwitchStmt { init, bind, operand, lbrace, clauses, rbrace };
            return StmtKind::TypeSwitch(Box::new(stmt));
        }
        let tag = tag.map(|t| self.condition(t));
        let clauses = inner.map(|c| self.case_clause(c)).collect();
        StmtKind::Switch(Box::new(SwitchStmt { init, tag, lbrace, clauses, rbrace }))
    }

    /// `x.(type)` or `v := x.(type)`.
    fn type_switch_guard(&mut self, tag: &Pair<'_, Rule>) -> Option<(Option<Ident>, Expr)> {
        let parts: Vec<_> = tag.clone().into_inner().collect();
        fn only<'i>(p: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
            let mut inner = p.clone().into_inner();
            let first = inner.next()?;
            inner.next().is_none().then_some(first)
        }
        match parts.as_slice() {
            [exprs] => Some((None, self.type_switch_operand(&only(exprs)?)?)),
            [lhs, op, exprs] if op.as_rule() == Rule::define && exprs.as_rule() == Rule::h_exprs => {
                let operand = self.type_switch_operand(&only(exprs)?)?;
                let lhs = self.exprs(lhs.clone());
                let bind = match lhs.as_slice() {
                    [one] => one.as_ident().copied(),
                    _ => None,
                };
                if bind.is_none() {
                    let span = lhs[0].span;
                    self.error(span, "syntax error: invalid variable name in type switch");
                }
                Some((bind, operand))
            }
            _ => None,
        }
    }

    fn case_clause(&mut self, pair: Pair<'_, Rule>) -> CaseClause {
        let span = self.span(&pair);
        let (mut exprs, mut is_default, mut colon) = (Vec::new(), false, None);
        let mut body = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::k_case => {}
                Rule::k_default => is_default = true,
                Rule::exprs => exprs = self.exprs(part),
                Rule::colon if colon.is_none() => colon = Some(self.start(&part)),
                _ => body.push(self.stmt(part)),
            }
        }
        let colon = colon.unwrap_or(span.end());
        CaseClause { id: self.id(), span, exprs, is_default, colon, body }
    }

    fn select_stmt(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let rbrace = self.last(&pair);
        let mut inner = pair.into_inner().skip(1);
        let lbrace = inner.next().map_or(rbrace, |p| self.start(&p));
        let clauses = inner.map(|c| self.comm_clause(c)).collect();
        StmtKind::Select(Box::new(SelectStmt { lbrace, clauses, rbrace }))
    }

    fn comm_clause(&mut self, pair: Pair<'_, Rule>) -> CommClause {
        let span = self.span(&pair);
        let (mut comm, mut colon) = (None, None);
        let mut body = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::k_case | Rule::k_default => {}
                Rule::simple if colon.is_none() => comm = Some(self.simple_stmt(part)),
                Rule::colon if colon.is_none() => colon = Some(self.start(&part)),
                _ => body.push(self.stmt(part)),
            }
        }
        let colon = colon.unwrap_or(span.end());
        CommClause { id: self.id(), span, comm, colon, body }
    }
}

fn has_range(h_simple: &Pair<'_, Rule>) -> bool {
    h_simple.clone().into_inner().nth(2).is_some_and(|p| p.as_rule() == Rule::range_clause)
}
