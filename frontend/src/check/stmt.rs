//! Function bodies and statements.
//!
//! Function literals in a statement are checked when the statement ends (`stmt` drains the queue), so that they see
//! the scope the statement saw.

use super::info::Mode;
use super::{Checker, Frame, FuncEnv, builtins, returns};
use crate::ast::{Block, Expr, ExprKind, NodeId, Stmt, StmtKind, UnaryOp};
use crate::diagnostic::Diagnostic;
use crate::types::{Basic, ObjectId, TypeId};

impl<'a> Checker<'a> {
    /// The body of a function or method (`decl` is its object), or of a literal. The scope in `env` is the one the
    /// parameters were declared in; `env` carries `decl` and `outer_params` already; `id` finds the parameter and
    /// result variables in `info.signatures`.
    pub(super) fn func_body(&mut self, id: NodeId, decl: Option<ObjectId>, sig: TypeId, body: &'a Block) {
        let outer = self.env.clone();
        let frame = self.frames.len();
        let declared = self.local_vars.len();
        self.frames.push(match decl {
            Some(_) => Frame { parent: None, lit: None },
            None => Frame { parent: self.env.frame, lit: Some(id) },
        });
        let vars = self.info.signatures.get(&id).cloned().unwrap_or_default();
        for &var in vars.recv.iter().chain(&vars.params).chain(&vars.results) {
            self.owners.insert(var, frame);
        }
        let named = vars.results.first().is_some_and(|&r| !self.types.object(r).name.as_str().is_empty());
        self.env.func = Some(FuncEnv { results: vars.results.into(), named });
        self.env.frame = Some(frame);
        self.env.has_call_or_recv = false;
        self.stmts(&body.stmts);
        self.branches(body);
        let has_results = self.types.as_signature(sig).is_some_and(|s| !s.results.is_empty());
        if has_results && !returns::is_terminating(&self.info, body) {
            self.error_pos(body.rbrace(), "missing return");
        }
        self.unused_variables(declared);
        self.env = outer;
    }

    /// Reports local variables, all declared since the list had this length, that are never used: outer scopes first.
    fn unused_variables(&mut self, from: usize) {
        let mut vars = self.local_vars.split_off(from);
        vars.sort_by_key(|&(var, scope)| (scope, self.types.object(var).span.lo));
        for (var, _) in vars {
            if !self.used.contains(&var) {
                let object = self.types.object(var);
                self.error(object.span, format!("declared and not used: {}", object.name));
            }
        }
    }

    pub(super) fn stmts(&mut self, list: &'a [Stmt]) {
        for stmt in list {
            self.stmt(stmt);
        }
    }

    pub(super) fn block(&mut self, block: &'a Block) {
        self.open_scope();
        self.stmts(&block.stmts);
        self.close_scope();
    }

    pub(super) fn stmt(&mut self, stmt: &'a Stmt) {
        let top = self.delayed.len();
        self.stmt_kind(stmt);
        self.process_delayed(top);
    }

    fn stmt_kind(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            // Branches are checked for the whole body at once.
            StmtKind::Bad
            | StmtKind::Empty
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Goto(_)
            | StmtKind::Fallthrough => {}
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Send { chan, value, .. } => {
                let ch = self.expr(None, chan);
                let mut v = self.expr(None, value);
                if ch.is_valid()
                    && v.is_valid()
                    && let Some(elem) = self.chan_elem(chan, &ch, false)
                {
                    self.assignment(&mut v, Some(elem), "send");
                }
            }
            StmtKind::IncDec { operand, inc, .. } => self.inc_dec(operand, *inc),
            StmtKind::Assign { lhs, op: None, rhs, .. } => self.assign_vars(lhs, rhs),
            StmtKind::Assign { lhs, op: Some(op), rhs, .. } => match (&lhs[..], &rhs[..]) {
                ([l], [r]) => self.assign_op(l, *op, r),
                _ => {
                    let message = format!("assignment operation {}= requires single-valued expressions", op.as_str());
                    self.error(stmt.span, message);
                }
            },
            StmtKind::Define { lhs, op_pos, rhs } => self.short_var_decl(*op_pos, lhs, rhs),
            StmtKind::Go(call) => self.suspended_call("go", call),
            StmtKind::Defer(call) => self.suspended_call("defer", call),
            StmtKind::Return(results) => self.return_stmt(stmt, results),
            StmtKind::Block(block) => self.block(block),
            StmtKind::If(s) => {
                self.open_scope();
                if let Some(init) = &s.init {
                    self.stmt(init);
                }
                self.condition(&s.cond, "if");
                self.block(&s.then);
                if let Some(els) = &s.els {
                    self.stmt(els);
                }
                self.close_scope();
            }
            StmtKind::Switch(s) => self.switch_stmt(s),
            StmtKind::TypeSwitch(s) => self.type_switch_stmt(s),
            StmtKind::Select(s) => self.select_stmt(s),
            StmtKind::For(s) => {
                self.open_scope();
                if let Some(init) = &s.init {
                    self.stmt(init);
                }
                if let Some(cond) = &s.cond {
                    self.condition(cond, "for");
                }
                if let Some(post) = &s.post {
                    let declared = self.local_vars.len();
                    self.stmt(post);
                    // The parser has reported a declaration there.
                    self.used.extend(self.local_vars.drain(declared..).map(|(var, _)| var));
                }
                self.block(&s.body);
                self.close_scope();
            }
            StmtKind::Range(s) => self.range_stmt(s),
            StmtKind::Labeled { stmt, .. } => self.stmt(stmt),
            StmtKind::Decl(decl) => self.decl_stmt(decl),
        }
    }

    fn condition(&mut self, cond: &'a Expr, what: &str) {
        let x = self.expr(None, cond);
        if !x.is_valid() {
            return;
        }
        if !self.types.all_basic(x.ty, Basic::is_boolean) {
            self.error(cond.span, format!("non-boolean condition in {what} statement"));
        } else if self.types.is_untyped(x.ty) {
            self.update_expr_type(cond, TypeId::BOOL, true);
        }
    }

    fn expr_stmt(&mut self, e: &'a Expr) {
        let x = self.raw_expr(None, e, None, false);
        let problem = match x.mode {
            Mode::Invalid => return,
            Mode::Builtin(_) => "must be called",
            Mode::Type => "is not an expression",
            _ if self.stands_alone(e) => return,
            _ => "is not used",
        };
        let message = format!("{} {problem}", self.describe(&x));
        self.error(x.span(), message);
    }

    /// Whether a checked expression does something: a call that is no conversion and no pure builtin, or a receive.
    fn stands_alone(&self, e: &Expr) -> bool {
        match &e.unparen().kind {
            ExprKind::Unary { op, .. } => *op == UnaryOp::Recv,
            ExprKind::Call(call) => match self.info.type_info(call.func.id).map(|info| info.mode) {
                Some(Mode::Type) => false,
                Some(Mode::Builtin(builtin)) => builtins::is_statement(builtin),
                _ => true,
            },
            _ => false,
        }
    }

    /// The call of a `go` or `defer` statement.
    fn suspended_call(&mut self, keyword: &str, e: &'a Expr) {
        let e = e.unparen();
        let ExprKind::Call(call) = &e.kind else {
            if matches!(e.kind, ExprKind::Bad) {
                return;
            }
            self.error(e.span, format!("expression in {keyword} must be function call"));
            self.use_expr(e);
            return;
        };
        let x = self.raw_expr(None, e, None, false);
        if !x.is_valid() || self.stands_alone(e) {
            return;
        }
        let is_type = self.info.type_info(call.func.id).is_some_and(|info| info.mode == Mode::Type);
        let what = if is_type { "requires function call, not conversion" } else { "discards result of" };
        let message = format!("{keyword} {what} {}", self.describe(&x));
        self.error(x.span(), message);
    }

    fn return_stmt(&mut self, stmt: &'a Stmt, exprs: &'a [Expr]) {
        let Some(func) = self.env.func.clone() else { return };
        if !exprs.is_empty() || !func.named {
            if !exprs.is_empty() || !func.results.is_empty() {
                self.init_vars(&func.results, exprs, Some(stmt.span));
            }
            return;
        }
        for &result in func.results.iter() {
            let object = self.types.object(result);
            if object.name.is_blank() {
                continue;
            }
            let Some((_, other)) = self.lookup_name(object.name) else { continue };
            if other != result {
                let span = self.types.object(other).span;
                let message = format!("result parameter {} not in scope at return", object.name);
                let note = format!("inner declaration of {}", self.object_str(other));
                self.report(Diagnostic::error(stmt.span, message).note_at(span, note));
            }
        }
    }

    /// An object as `var x int`, `const c`, `type T` and the like.
    pub(super) fn object_str(&self, object: ObjectId) -> String {
        use crate::types::ObjectKind;
        let found = self.types.object(object);
        let (what, typed) = match &found.kind {
            ObjectKind::Const(_) => ("const", true),
            ObjectKind::TypeName(_) => ("type", false),
            ObjectKind::Var(_) => ("var", true),
            ObjectKind::Func(_) => ("func", false),
            ObjectKind::PkgName(_) => ("package", false),
            ObjectKind::Builtin(_) => ("builtin", false),
            ObjectKind::Nil => return "nil".into(),
            ObjectKind::Label => ("label", false),
        };
        if typed { format!("{what} {} {}", found.name, self.str(found.ty())) } else { format!("{what} {}", found.name) }
    }
}
