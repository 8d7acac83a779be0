//! Terminating statements: whether control can reach the end of a function body.
//!
//! The rules are syntactic (the specification's "Terminating statements"); the only thing asked of the checker is
//! whether a called name is the predeclared `panic`, which the side tables say.

use crate::ast::{Block, CaseClause, Expr, ExprKind, Ident, Stmt, StmtKind};
use crate::check::info::{Info, Mode};
use crate::symbol::Symbol;
use crate::types::Builtin;

/// Whether the body never lets control run off its end.
pub(super) fn is_terminating(info: &Info, body: &Block) -> bool {
    list_terminates(info, &body.stmts)
}

/// Statements without the empty ones at the end, which are invisible to flow rules.
pub(super) fn trim_empty(list: &[Stmt]) -> &[Stmt] {
    let len = list.iter().rposition(|s| !matches!(s.kind, StmtKind::Empty)).map_or(0, |last| last + 1);
    &list[..len]
}

fn list_terminates(info: &Info, list: &[Stmt]) -> bool {
    trim_empty(list).last().is_some_and(|last| terminates(info, last, None))
}

fn is_panic_call(info: &Info, expr: &Expr) -> bool {
    let ExprKind::Call(call) = &expr.unparen().kind else { return false };
    info.type_info(call.func.unparen().id).is_some_and(|t| t.mode == Mode::Builtin(Builtin::Panic))
}

/// `label` is the label right before the statement.
fn terminates(info: &Info, stmt: &Stmt, label: Option<Symbol>) -> bool {
    match &stmt.kind {
        StmtKind::Expr(expr) => is_panic_call(info, expr),
        StmtKind::Return(_) | StmtKind::Goto(_) | StmtKind::Fallthrough => true,
        StmtKind::Block(block) => list_terminates(info, &block.stmts),
        StmtKind::If(s) => {
            s.els.as_ref().is_some_and(|els| list_terminates(info, &s.then.stmts) && terminates(info, els, None))
        }
        StmtKind::Switch(s) => clauses_terminate(info, &s.clauses, label),
        StmtKind::TypeSwitch(s) => clauses_terminate(info, &s.clauses, label),
        StmtKind::Select(s) => {
            s.clauses.iter().all(|c| list_terminates(info, &c.body) && !any_breaks(&c.body, label, true))
        }
        StmtKind::For(s) => s.cond.is_none() && !any_breaks(&s.body.stmts, label, true),
        StmtKind::Labeled { label, stmt } => terminates(info, stmt, Some(label.name)),
        _ => false,
    }
}

fn clauses_terminate(info: &Info, clauses: &[CaseClause], label: Option<Symbol>) -> bool {
    clauses.iter().any(|c| c.is_default)
        && clauses.iter().all(|c| list_terminates(info, &c.body) && !any_breaks(&c.body, label, true))
}

fn any_breaks(list: &[Stmt], label: Option<Symbol>, implicit: bool) -> bool {
    list.iter().any(|s| breaks(s, label, implicit))
}

/// Whether the statement holds a `break` out of the statement labelled `label`, or (if `implicit`) an unlabelled
/// one that would leave the statement around.
fn breaks(stmt: &Stmt, label: Option<Symbol>, implicit: bool) -> bool {
    let inner = |list: &[Stmt]| label.is_some() && any_breaks(list, label, false);
    match &stmt.kind {
        StmtKind::Break(None) => implicit,
        StmtKind::Break(Some(Ident { name, .. })) => label == Some(*name),
        StmtKind::Block(block) => any_breaks(&block.stmts, label, implicit),
        StmtKind::If(s) => {
            any_breaks(&s.then.stmts, label, implicit) || s.els.as_ref().is_some_and(|els| breaks(els, label, implicit))
        }
        StmtKind::Switch(s) => s.clauses.iter().any(|c| inner(&c.body)),
        StmtKind::TypeSwitch(s) => s.clauses.iter().any(|c| inner(&c.body)),
        StmtKind::Select(s) => s.clauses.iter().any(|c| inner(&c.body)),
        StmtKind::For(s) => inner(&s.body.stmts),
        StmtKind::Range(s) => inner(&s.body.stmts),
        StmtKind::Labeled { stmt, .. } => breaks(stmt, label, implicit),
        _ => false,
    }
}
