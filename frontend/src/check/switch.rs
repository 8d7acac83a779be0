//! `switch`, type switch and `select`.

use std::collections::HashMap;

use super::Checker;
use super::literal::ValueKey;
use super::operand::Operand;
use crate::ast::{BinaryOp, CaseClause, Expr, ExprKind, Ident, SelectStmt, Stmt, StmtKind, SwitchStmt};
use crate::ast::{TypeSwitchStmt, UnaryOp};
use crate::constant::Const;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::types::{ObjectId, ObjectKind, TypeId, VarKind};

/// What a switch compares its cases with.
struct Tag<'a> {
    /// `None`: there is no tag, which means `true`.
    operand: Option<Operand<'a>>,
    text: String,
}

impl<'a> Checker<'a> {
    fn one_default(&mut self, defaults: impl Iterator<Item = Span>) {
        let mut first: Option<Span> = None;
        for span in defaults {
            match first {
                Some(first) => {
                    let place = self.sources.display(first.start());
                    self.error(span, format!("multiple defaults (first at {place})"));
                }
                None => first = Some(span),
            }
        }
    }

    pub(super) fn switch_stmt(&mut self, s: &'a SwitchStmt) {
        self.open_scope();
        if let Some(init) = &s.init {
            self.stmt(init);
        }
        let tag = match &s.tag {
            None => Tag { operand: None, text: "true".into() },
            Some(e) => {
                let mut x = self.expr(None, e);
                self.assignment(&mut x, None, "switch expression");
                if x.is_valid() && !self.types.comparable_type(x.ty, true) && !self.types.has_nil(x.ty) {
                    let (what, ty) = (self.describe(&x), self.str(x.ty));
                    self.error(x.span(), format!("cannot switch on {what} ({ty} is not comparable)"));
                    x.invalidate();
                }
                Tag { operand: Some(x), text: self.text(e) }
            }
        };
        self.one_default(s.clauses.iter().filter(|c| c.is_default).map(|c| c.span));
        let mut seen: HashMap<ValueKey, Vec<(TypeId, Span)>> = HashMap::new();
        for clause in &s.clauses {
            for e in &clause.exprs {
                self.case_value(&tag, e, &mut seen);
            }
            self.clause_body(clause, None);
        }
        self.close_scope();
    }

    fn clause_body(&mut self, clause: &'a CaseClause, bind: Option<(&Ident, ObjectId)>) {
        self.open_scope();
        if let Some((ident, object)) = bind {
            self.scopes[self.env.scope.0 as usize].names.insert(ident.name, (object, clause.colon));
        }
        self.stmts(&clause.body);
        self.close_scope();
    }

    fn case_value(&mut self, tag: &Tag<'a>, e: &'a Expr, seen: &mut HashMap<ValueKey, Vec<(TypeId, Span)>>) {
        let mut v = self.expr(None, e);
        if !v.is_valid() {
            return;
        }
        let x = match &tag.operand {
            Some(x) if !x.is_valid() => return,
            Some(x) => x.clone(),
            None => Operand::constant(Const::Bool(true), TypeId::BOOL, e),
        };
        self.must_convert_untyped(&mut v, x.ty);
        if !v.is_valid() {
            return;
        }
        if let Err((_, cause)) = self.comparable_operands(&v, &x, BinaryOp::Eq) {
            let message = format!("invalid case {} in switch on {} ({cause})", self.text(e), tag.text);
            self.error(v.span(), message);
            return;
        }
        let default = self.types.default_type(v.ty);
        self.update_expr_type(e, default, true);
        v.ty = default;
        let key = match &v.value {
            // As gc: values of other kinds are not looked at.
            Some(value @ (Const::Int(_) | Const::Float(_) | Const::Str(_))) if v.is_constant() => ValueKey::of(value),
            _ => return,
        };
        let known = seen.entry(key).or_default();
        let before = known.iter().find(|(ty, _)| self.types.identical(*ty, v.ty)).map(|&(_, span)| span);
        match before {
            Some(span) => {
                let message = format!("duplicate case {} in expression switch", self.describe(&v));
                self.report(Diagnostic::error(v.span(), message).note_at(span, "previous case"));
            }
            None => known.push((v.ty, e.pos().span())),
        }
    }

    pub(super) fn type_switch_stmt(&mut self, s: &'a TypeSwitchStmt) {
        self.open_scope();
        if let Some(init) = &s.init {
            self.stmt(init);
        }
        let mut bind = s.bind.as_ref();
        if let Some(ident) = bind
            && ident.is_blank()
        {
            self.error(ident.span, "no new variable on left side of :=");
            bind = None;
        }
        let x = self.expr(None, &s.operand);
        let mut operand = None;
        if x.is_valid() {
            if self.types.is_type_param(x.ty) {
                let message = format!("cannot use type switch on type parameter value {}", self.describe(&x));
                self.error(x.span(), message);
            } else if self.types.is_interface(x.ty) {
                operand = Some(x);
            } else {
                let message = format!("{} is not an interface", self.describe(&x));
                self.error(x.span(), message);
            }
        }
        self.one_default(s.clauses.iter().filter(|c| c.is_default).map(|c| c.span));
        let mut seen: Vec<(Option<TypeId>, Span)> = Vec::new();
        let mut vars: Vec<ObjectId> = Vec::new();
        for clause in &s.clauses {
            let ty = self.case_types(operand.as_ref(), &clause.exprs, &mut seen);
            let var = bind.map(|ident| {
                let kind = ObjectKind::Var(VarKind::Local);
                let object = self.types.new_object(ident.name, Some(self.pkg), ident.span, kind, Some(ty));
                if let Some(frame) = self.env.frame {
                    self.owners.insert(object, frame);
                }
                self.info.implicits.insert(clause.id, object);
                vars.push(object);
                (ident, object)
            });
            self.clause_body(clause, var);
        }
        // The variables of all clauses are used if one of them is; function literals of the last statements are done.
        if let Some(ident) = bind
            && !vars.iter().any(|v| self.used.contains(v))
        {
            self.error(ident.span, format!("{} declared and not used", ident.name));
        }
        self.close_scope();
    }

    /// The types of one clause; returns the type its variable has.
    fn case_types(
        &mut self,
        x: Option<&Operand<'a>>,
        types: &'a [Expr],
        seen: &mut Vec<(Option<TypeId>, Span)>,
    ) -> TypeId {
        let mut single: Option<TypeId> = None;
        for e in types {
            let ty = if self.is_nil_name(e) {
                self.expr(None, e);
                None
            } else {
                let ty = self.var_type(e);
                single = Some(ty);
                if !ty.is_valid() {
                    continue;
                }
                Some(ty)
            };
            let same = |known: Option<TypeId>| match (known, ty) {
                (None, None) => true,
                (Some(a), Some(b)) => self.types.identical(a, b),
                _ => false,
            };
            if let Some(&(_, span)) = seen.iter().find(|(known, _)| same(*known)) {
                let shown = ty.map_or("nil".to_string(), |ty| self.str(ty));
                let message = format!("duplicate case {shown} in type switch");
                self.report(Diagnostic::error(e.start().span(), message).note_at(span, "previous case"));
                continue;
            }
            seen.push((ty, e.start().span()));
            if let (Some(x), Some(ty)) = (x, ty)
                && let Some(cause) = self.impossible_assertion(x.ty, ty)
            {
                let (case, what, shown) = (self.text(e), self.describe(x), self.str(ty));
                let message =
                    format!("impossible type switch case: {case}\n\t{what} cannot have dynamic type {shown} {cause}");
                self.error(e.span, message);
            }
        }
        match (types, single) {
            ([_], Some(ty)) => ty,
            _ => x.map_or(TypeId::INVALID, |x| x.ty),
        }
    }

    /// Whether an expression is the predeclared nil, written as such.
    fn is_nil_name(&self, e: &Expr) -> bool {
        e.unparen()
            .as_ident()
            .and_then(|ident| self.lookup_name(ident.name))
            .is_some_and(|(_, object)| matches!(self.types.object(object).kind, ObjectKind::Nil))
    }

    pub(super) fn select_stmt(&mut self, s: &'a SelectStmt) {
        self.one_default(s.clauses.iter().filter(|c| c.comm.is_none()).map(|c| c.span));
        for clause in &s.clauses {
            if let Some(comm) = &clause.comm
                && !is_communication(comm)
            {
                let at = match &comm.kind {
                    StmtKind::Expr(e) => e.pos().span(),
                    _ => comm.span,
                };
                self.error(at, "select case must be send or receive (possibly with assignment)");
                continue;
            }
            self.open_scope();
            if let Some(comm) = &clause.comm {
                self.stmt(comm);
            }
            self.stmts(&clause.body);
            self.close_scope();
        }
    }
}

fn is_receive(e: &Expr) -> bool {
    matches!(e.unparen().kind, ExprKind::Unary { op: UnaryOp::Recv, .. })
}

/// Whether a statement is a send, or a receive with or without assignment.
fn is_communication(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Send { .. } => true,
        StmtKind::Expr(e) => is_receive(e),
        StmtKind::Assign { op: None, rhs, .. } | StmtKind::Define { rhs, .. } => {
            matches!(&rhs[..], [only] if is_receive(only))
        }
        _ => false,
    }
}
