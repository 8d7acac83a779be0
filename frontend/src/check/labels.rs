//! Labels and branch statements of one function body.
//!
//! One walk finds everything: labels that are defined twice or never used, branches without a target, jumps into
//! blocks or over variable declarations, misplaced `break`, `continue` and `fallthrough`. Function literals have
//! bodies, and so labels, of their own.
//!
//! Invariant: a `goto` whose label was not seen yet is pending; it is handed outwards when its block ends, so when a
//! label turns up, the pending jumps of that moment are exactly those that may legally reach it.

use super::Checker;
use super::returns::trim_empty;
use crate::ast::{Block, Decl, Ident, Stmt, StmtKind};
use crate::diagnostic::Diagnostic;
use crate::span::{Pos, Span};
use crate::types::{ObjectId, ObjectKind};

/// What a label stands in front of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Labelled {
    Loop,
    /// `switch` or `select`: a target of `break`, not of `continue`.
    Switch,
    Other,
}

struct Label {
    ident: Ident,
    object: ObjectId,
    kind: Labelled,
    /// The block it is declared in.
    block: usize,
    used: bool,
}

struct Scope {
    parent: Option<usize>,
    start: Pos,
    /// The label of the statement this block is a part of.
    label: Option<usize>,
}

/// What the statements around a block allow.
#[derive(Clone, Copy)]
struct Around {
    breaks: Option<Breakable>,
    continues: bool,
}

#[derive(Clone, Copy)]
enum Breakable {
    /// Clause index and number of clauses; `None` for a block nested in the clause.
    Switch(Option<(usize, usize)>),
    TypeSwitch,
    Other,
}

struct Branches<'c, 'a> {
    checker: &'c mut Checker<'a>,
    labels: Vec<Label>,
    scopes: Vec<Scope>,
}

impl Checker<'_> {
    /// Checks the branch statements of a function body.
    pub(super) fn branches(&mut self, body: &Block) {
        let mut branches = Branches { checker: self, labels: Vec::new(), scopes: Vec::new() };
        let around = Around { breaks: None, continues: false };
        let pending = branches.block(None, around, None, body.span.start(), &body.stmts);
        for goto in pending {
            match branches.find(goto) {
                Some(label) => {
                    branches.use_label(label, goto);
                    let start = branches.scopes[branches.labels[label].block].start;
                    let place = branches.checker.sources.display(start);
                    let message = format!("goto {} jumps into block starting at {place}", goto.name);
                    branches.error(goto.span, message);
                }
                None => branches.error(goto.span, format!("label {} not defined", goto.name)),
            }
        }
        for label in std::mem::take(&mut branches.labels) {
            if label.used {
                branches.checker.info.labels_used.push(label.object);
            } else {
                branches.error(label.ident.span, format!("label {} defined and not used", label.ident.name));
            }
        }
    }
}

impl Branches<'_, '_> {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.checker.branch_errors.push(Diagnostic::error(span, message));
    }

    fn find(&self, ident: &Ident) -> Option<usize> {
        self.labels.iter().position(|l| l.ident.name == ident.name)
    }

    fn use_label(&mut self, label: usize, ident: &Ident) {
        self.labels[label].used = true;
        self.checker.info.set_use(ident.id, self.labels[label].object);
    }

    fn declare(&mut self, ident: &Ident, stmt: &Stmt, block: usize) -> usize {
        if let Some(known) = self.find(ident) {
            let place = self.checker.sources.display(self.labels[known].ident.span.start());
            self.error(ident.span, format!("label {} already defined at {place}", ident.name));
            return known;
        }
        let kind = match stmt.kind {
            StmtKind::For(_) | StmtKind::Range(_) => Labelled::Loop,
            StmtKind::Switch(_) | StmtKind::TypeSwitch(_) | StmtKind::Select(_) => Labelled::Switch,
            _ => Labelled::Other,
        };
        let pkg = Some(self.checker.pkg);
        let object = self.checker.types.new_object(ident.name, pkg, ident.span, ObjectKind::Label, None);
        self.checker.info.set_def(ident.id, object);
        self.labels.push(Label { ident: *ident, object, kind, block, used: false });
        self.labels.len() - 1
    }

    /// The label of a `break` or `continue`, if it is defined, with what it labels if that statement is around.
    fn enclosing(&mut self, mut scope: Option<usize>, ident: &Ident) -> Option<Labelled> {
        let label = self.find(ident)?;
        self.use_label(label, ident);
        while let Some(s) = scope {
            if self.scopes[s].label == Some(label) {
                return Some(self.labels[label].kind);
            }
            scope = self.scopes[s].parent;
        }
        Some(Labelled::Other)
    }

    /// Whether `goto` can reach the label from this scope.
    fn reachable(&self, mut scope: Option<usize>, label: usize) -> bool {
        while let Some(s) = scope {
            if self.labels[label].block == s {
                return true;
            }
            scope = self.scopes[s].parent;
        }
        false
    }

    /// Walks a block and returns its pending jumps.
    fn block<'s>(
        &mut self,
        parent: Option<usize>,
        around: Around,
        label: Option<usize>,
        start: Pos,
        body: &'s [Stmt],
    ) -> Vec<&'s Ident> {
        let scope = self.scopes.len();
        self.scopes.push(Scope { parent, start, label });
        let mut pending: Vec<&'s Ident> = Vec::new();
        // The last variable declaration, and which pending jumps were before it.
        let mut declared: Option<(Pos, String)> = None;
        let mut before: Vec<&'s Ident> = Vec::new();
        let list = trim_empty(body);
        for (index, outer) in list.iter().enumerate() {
            let mut stmt = outer;
            let mut label = None;
            while let StmtKind::Labeled { label: ident, stmt: inner } = &stmt.kind {
                if !ident.is_blank() {
                    let new = self.declare(ident, inner, scope);
                    label = Some(new);
                    let (here, rest): (Vec<&Ident>, Vec<&Ident>) =
                        pending.into_iter().partition(|g| g.name == ident.name);
                    pending = rest;
                    for goto in here {
                        self.use_label(new, goto);
                        if let Some((at, name)) = &declared
                            && before.iter().any(|b| b.id == goto.id)
                        {
                            let place = self.checker.sources.display(*at);
                            let message = format!("goto {} jumps over declaration of {name} at {place}", goto.name);
                            self.error(goto.span, message);
                        }
                    }
                }
                stmt = inner;
            }
            let nested = Around {
                breaks: match around.breaks {
                    Some(Breakable::Switch(_)) => Some(Breakable::Switch(None)),
                    other => other,
                },
                ..around
            };
            let inside = |breaks| Around { breaks: Some(breaks), continues: around.continues };
            match &stmt.kind {
                StmtKind::Decl(decl) => {
                    if let Decl::Var(group) = &**decl
                        && let Some(first) = group.specs.first().and_then(|spec| spec.names.first())
                    {
                        declared = Some((first.span.start(), first.name.to_string()));
                        before = pending.clone();
                    }
                }
                StmtKind::Define { lhs, op_pos, .. } => {
                    let names: Vec<String> = lhs.iter().map(super::expr_text::expr_str).collect();
                    declared = Some((*op_pos, names.join(", ")));
                    before = pending.clone();
                }
                StmtKind::Break(None) if around.breaks.is_none() => {
                    self.error(stmt.span, "break is not in a loop, switch, or select");
                }
                StmtKind::Continue(None) if !around.continues => {
                    self.error(stmt.span, "continue is not in a loop");
                }
                StmtKind::Fallthrough => self.fallthrough(stmt.span, around, index + 1 == list.len()),
                StmtKind::Break(Some(ident)) => match self.enclosing(Some(scope), ident) {
                    Some(Labelled::Loop | Labelled::Switch) => {}
                    Some(Labelled::Other) => {
                        self.error(ident.span, format!("invalid break label {}", ident.name));
                    }
                    None => self.error(ident.span, format!("break label not defined: {}", ident.name)),
                },
                StmtKind::Continue(Some(ident)) => match self.enclosing(Some(scope), ident) {
                    Some(Labelled::Loop) => {}
                    Some(_) => self.error(ident.span, format!("invalid continue label {}", ident.name)),
                    None => self.error(ident.span, format!("continue label not defined: {}", ident.name)),
                },
                StmtKind::Goto(ident) => match self.find(ident) {
                    Some(target) if self.reachable(Some(scope), target) => self.use_label(target, ident),
                    _ => pending.push(ident),
                },
                StmtKind::Block(b) => {
                    pending.extend(self.block(Some(scope), nested, label, b.span.start(), &b.stmts));
                }
                StmtKind::If(s) => {
                    pending.extend(self.block(Some(scope), nested, label, s.then.span.start(), &s.then.stmts));
                    if let Some(els) = &s.els {
                        let list = std::slice::from_ref(els);
                        pending.extend(self.block(Some(scope), nested, label, els.span.start(), list));
                    }
                }
                StmtKind::For(s) => {
                    let around = Around { breaks: Some(Breakable::Other), continues: true };
                    pending.extend(self.block(Some(scope), around, label, s.body.span.start(), &s.body.stmts));
                }
                StmtKind::Range(s) => {
                    let around = Around { breaks: Some(Breakable::Other), continues: true };
                    pending.extend(self.block(Some(scope), around, label, s.body.span.start(), &s.body.stmts));
                }
                StmtKind::Switch(s) => {
                    for (i, clause) in s.clauses.iter().enumerate() {
                        let around = inside(Breakable::Switch(Some((i, s.clauses.len()))));
                        pending.extend(self.block(Some(scope), around, label, clause.span.start(), &clause.body));
                    }
                }
                StmtKind::TypeSwitch(s) => {
                    for clause in &s.clauses {
                        let around = inside(Breakable::TypeSwitch);
                        pending.extend(self.block(Some(scope), around, label, clause.span.start(), &clause.body));
                    }
                }
                StmtKind::Select(s) => {
                    for clause in &s.clauses {
                        let around = inside(Breakable::Other);
                        pending.extend(self.block(Some(scope), around, label, clause.span.start(), &clause.body));
                    }
                }
                _ => {}
            }
        }
        pending
    }

    fn fallthrough(&mut self, span: Span, around: Around, last: bool) {
        let message = match around.breaks {
            Some(Breakable::TypeSwitch) => "cannot fallthrough in type switch",
            Some(Breakable::Switch(Some((index, count)))) if last => {
                if index + 1 < count {
                    return;
                }
                "cannot fallthrough final case in switch"
            }
            _ => "fallthrough statement out of place",
        };
        self.error(span, message);
    }
}
