//! What a function body does with its variables, found before it is lowered.
//!
//! One walk over a declared function and everything nested in it says for each variable whether its address is
//! taken, whether functions inside use it and whether it is assigned again after its declaration; and for each
//! nested function (a literal, or the body of a loop over a function, which becomes one) what it captures.
//!
//! A captured variable that is never assigned again is copied into the closure, if it is small; any other captured
//! variable, and any whose address is taken, is *boxed*: an object of its own.

use std::collections::{HashMap, HashSet};

use frontend::ast::{self, *};
use frontend::check::info::{SelectionKind, SignatureVars};
use frontend::types::{Builtin, Name, ObjectId, ObjectKind, Type, TypeId, Types};

use super::func::{Env, Source};

/// Captured copies are at most this large.
const MAX_COPY: u64 = 128;

#[derive(Clone, Copy, Default, Debug)]
struct VarUse {
    used: bool,
    addr: bool,
    captured: bool,
    reassigned: bool,
}

#[derive(Clone, Debug, Default)]
struct Frame {
    has_defer: bool,
    /// A defer statement lies in a loop.
    defers_in_loop: bool,
    has_goto: bool,
    has_recover: bool,
    captures: Vec<ObjectId>,
    labels: Vec<Name>,
}

/// See the module docs.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    vars: HashMap<ObjectId, VarUse>,
    frames: HashMap<NodeId, Frame>,
    range_funcs: HashSet<NodeId>,
}

impl Analysis {
    /// Analyses a declared function.
    pub fn of_decl(src: Source<'_>, types: &Types, env: &Env, decl: &ast::FuncDecl, vars: &SignatureVars) -> Analysis {
        let mut walk = Walk::new(src, types, env);
        walk.enter(decl.id, vars, false);
        if let Some(body) = &decl.body {
            walk.block(body);
        }
        walk.leave();
        walk.out
    }

    /// Analyses an expression outside of functions (an initialiser of a package variable), as the body of a frame
    /// of the node's id.
    pub fn of_expr(src: Source<'_>, types: &Types, env: &Env, e: &Expr) -> Analysis {
        let mut walk = Walk::new(src, types, env);
        walk.enter(e.id, &SignatureVars::default(), false);
        walk.expr(e);
        walk.leave();
        walk.out
    }

    fn var(&self, obj: ObjectId) -> VarUse {
        self.vars.get(&obj).copied().unwrap_or_default()
    }

    /// Whether the variable needs an object of its own. `size`: its bytes.
    pub fn is_boxed(&self, obj: ObjectId, size: u64) -> bool {
        let var = self.var(obj);
        var.addr || (var.captured && (var.reassigned || size > MAX_COPY))
    }

    /// Whether it is assigned after its declaration (or passed on by pointer).
    pub fn is_reassigned(&self, obj: ObjectId) -> bool {
        let var = self.var(obj);
        var.reassigned || var.addr
    }

    pub fn is_used(&self, obj: ObjectId) -> bool {
        self.var(obj).used
    }

    /// Whether the function itself, or the body of a loop over a function in it, has defer statements.
    pub fn has_defer(&self, frame: NodeId) -> bool {
        self.frames.get(&frame).is_some_and(|f| f.has_defer)
    }

    /// Whether a defer statement of the function may run more than once in an activation.
    pub fn repeats_defer(&self, frame: NodeId) -> bool {
        self.frames.get(&frame).is_some_and(|f| f.defers_in_loop || f.has_defer && f.has_goto)
    }

    pub fn has_recover(&self, frame: NodeId) -> bool {
        self.frames.get(&frame).is_some_and(|f| f.has_recover)
    }

    /// The variables of functions around it that a nested function uses, in order of first use.
    pub fn captures(&self, frame: NodeId) -> &[ObjectId] {
        self.frames.get(&frame).map_or(&[], |f| &f.captures)
    }

    /// Whether the label is declared in the function itself.
    pub fn has_label(&self, frame: NodeId, label: Name) -> bool {
        self.frames.get(&frame).is_some_and(|f| f.labels.contains(&label))
    }

    /// Whether the range statement (by its statement's id) loops over a function.
    pub fn is_range_func(&self, stmt: NodeId) -> bool {
        self.range_funcs.contains(&stmt)
    }
}

/// A function around the place of the walk.
struct Open {
    id: NodeId,
    /// The body of a loop over a function: its `return` and `defer` are those of the function around.
    is_range: bool,
    /// Loops around the place within it.
    loops: usize,
    results: Vec<ObjectId>,
}

struct Walk<'w, 'p> {
    src: Source<'p>,
    types: &'w Types,
    env: &'w Env,
    open: Vec<Open>,
    depth: HashMap<ObjectId, usize>,
    out: Analysis,
}

impl<'w, 'p> Walk<'w, 'p> {
    fn new(src: Source<'p>, types: &'w Types, env: &'w Env) -> Walk<'w, 'p> {
        Walk { src, types, env, open: Vec::new(), depth: HashMap::new(), out: Analysis::default() }
    }

    fn ty(&self, e: &Expr) -> TypeId {
        self.types.subst(self.src.info.type_of(e.id), &self.env.params, &self.env.args)
    }

    fn enter(&mut self, id: NodeId, vars: &SignatureVars, is_range: bool) {
        self.open.push(Open { id, is_range, loops: 0, results: vars.results.clone() });
        self.out.frames.entry(id).or_default();
        for &obj in vars.recv.iter().chain(&vars.params).chain(&vars.results) {
            self.define(obj);
        }
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn define(&mut self, obj: ObjectId) {
        self.depth.insert(obj, self.open.len());
    }

    fn define_ident(&mut self, ident: &Ident) {
        if let Some(obj) = self.src.info.def(ident.id) {
            self.define(obj);
        }
    }

    fn var(&mut self, obj: ObjectId) -> &mut VarUse {
        self.out.vars.entry(obj).or_default()
    }

    /// The variable is used here; those of functions around are captured by all functions in between.
    fn use_var(&mut self, obj: ObjectId) {
        let Some(&depth) = self.depth.get(&obj) else { return };
        self.var(obj).used = true;
        if depth >= self.open.len() {
            return;
        }
        self.var(obj).captured = true;
        for open in &self.open[depth..] {
            if let Some(frame) = self.out.frames.get_mut(&open.id)
                && !frame.captures.contains(&obj)
            {
                frame.captures.push(obj);
            }
        }
    }

    /// The variable whose own memory the expression is in.
    fn root(&self, e: &Expr) -> Option<ObjectId> {
        match &e.unparen().kind {
            ExprKind::Ident(ident) => self.src.info.use_of(ident.id).or_else(|| self.src.info.def(ident.id)),
            ExprKind::Selector { operand, .. } => {
                let selection = self.src.info.selections.get(&e.unparen().id)?;
                if selection.kind != SelectionKind::FieldVal || selection.path.iter().any(|s| s.deref) {
                    return None;
                }
                self.root(operand)
            }
            ExprKind::Index { operand, .. } => match self.types.under(self.ty(operand)) {
                Type::Array { .. } => self.root(operand),
                _ => None,
            },
            _ => None,
        }
    }

    fn take_addr(&mut self, e: &Expr) {
        if let Some(obj) = self.root(e)
            && self.depth.contains_key(&obj)
        {
            self.var(obj).addr = true;
        }
    }

    fn assign_to(&mut self, e: &Expr) {
        if let Some(obj) = self.root(e)
            && self.depth.contains_key(&obj)
        {
            self.var(obj).reassigned = true;
        }
        self.expr(e);
    }

    /// A `:=` left side: new, or assigned again.
    fn define_or_assign(&mut self, e: &Expr) {
        match &e.unparen().kind {
            ExprKind::Ident(ident) if ident.is_blank() => {}
            ExprKind::Ident(ident) if self.src.info.def(ident.id).is_some() => self.define_ident(ident),
            _ => self.assign_to(e),
        }
    }

    fn exprs(&mut self, list: &[Expr]) {
        list.iter().for_each(|e| self.expr(e));
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Ident(ident) => {
                if let Some(obj) = self.src.info.use_of(ident.id) {
                    self.use_var(obj);
                }
            }
            ExprKind::CompositeLit { elems, .. } => {
                let is_struct = {
                    let ty = self.ty(e);
                    let base = self.types.pointee(ty).unwrap_or(ty);
                    matches!(self.types.under(base), Type::Struct(_))
                };
                for elem in elems {
                    match &elem.kind {
                        ExprKind::KeyValue { key, value, .. } => {
                            if !is_struct {
                                self.expr(key);
                            }
                            self.expr(value);
                        }
                        _ => self.expr(elem),
                    }
                }
            }
            ExprKind::FuncLit(lit) => {
                let default = SignatureVars::default();
                let vars = self.src.info.signatures.get(&e.id).unwrap_or(&default);
                self.enter(e.id, vars, false);
                self.block(&lit.body);
                self.leave();
            }
            ExprKind::Paren(inner) | ExprKind::Star(inner) => self.expr(inner),
            ExprKind::Selector { operand, .. } => {
                if let Some(selection) = self.src.info.selections.get(&e.id) {
                    if selection.kind == SelectionKind::MethodExpr {
                        return;
                    }
                    let direct = !selection.path.iter().any(|s| s.deref);
                    if selection.kind == SelectionKind::MethodVal && direct && selection.addr_of {
                        self.take_addr(operand);
                    }
                    self.expr(operand);
                }
            }
            ExprKind::Index { operand, indices, .. } => {
                self.expr(operand);
                self.exprs(indices);
            }
            ExprKind::Slice(slice) => {
                if matches!(self.types.under(self.ty(&slice.operand)), Type::Array { .. }) {
                    self.take_addr(&slice.operand);
                }
                self.expr(&slice.operand);
                for e in [&slice.low, &slice.high, &slice.max].into_iter().flatten() {
                    self.expr(e);
                }
            }
            ExprKind::TypeAssert { operand, .. } => self.expr(operand),
            ExprKind::Call(call) => {
                if let ExprKind::Ident(ident) = &call.func.unparen().kind
                    && let Some(obj) = self.src.info.use_of(ident.id)
                    && matches!(self.types.object(obj).kind, ObjectKind::Builtin(Builtin::Recover))
                    && let Some(open) = self.open.last()
                    && let Some(frame) = self.out.frames.get_mut(&open.id)
                {
                    frame.has_recover = true;
                }
                self.expr(&call.func);
                self.exprs(&call.args);
            }
            ExprKind::Unary { op, operand } => {
                if *op == UnaryOp::Addr {
                    self.take_addr(operand);
                }
                self.expr(operand);
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::KeyValue { key, value, .. } => {
                self.expr(key);
                self.expr(value);
            }
            _ => {}
        }
    }

    fn block(&mut self, block: &Block) {
        self.stmts(&block.stmts);
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        stmts.iter().for_each(|s| self.stmt(s));
    }

    /// The frame of the declared function or literal around, past bodies of loops over functions.
    fn function(&self) -> usize {
        self.open.iter().rposition(|o| !o.is_range).unwrap_or(0)
    }

    fn stmt(&mut self, s: &Stmt) {
        match &s.kind {
            StmtKind::Expr(e) | StmtKind::Go(e) => self.expr(e),
            StmtKind::Defer(e) => {
                let around = &self.open[self.function()..];
                let in_loop = around.iter().any(|open| open.is_range || open.loops > 0);
                for open in around {
                    if let Some(frame) = self.out.frames.get_mut(&open.id) {
                        frame.has_defer = true;
                        frame.defers_in_loop |= in_loop;
                    }
                }
                self.expr(e);
            }
            StmtKind::Goto(_) => {
                for open in &self.open[self.function()..] {
                    if let Some(frame) = self.out.frames.get_mut(&open.id) {
                        frame.has_goto = true;
                    }
                }
            }
            StmtKind::Send { chan, value, .. } => {
                self.expr(chan);
                self.expr(value);
            }
            StmtKind::IncDec { operand, .. } => self.assign_to(operand),
            StmtKind::Assign { lhs, rhs, .. } => {
                lhs.iter().for_each(|e| self.assign_to(e));
                self.exprs(rhs);
            }
            StmtKind::Define { lhs, rhs, .. } => {
                self.exprs(rhs);
                lhs.iter().for_each(|e| self.define_or_assign(e));
            }
            StmtKind::Return(values) => {
                self.exprs(values);
                let at = self.function();
                let results = self.open.get(at).map(|o| o.results.clone()).unwrap_or_default();
                for obj in results {
                    if !values.is_empty() {
                        self.var(obj).reassigned = true;
                    }
                    if at + 1 < self.open.len() {
                        self.use_var(obj);
                    }
                }
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::If(s) => {
                s.init.iter().for_each(|s| self.stmt(s));
                self.expr(&s.cond);
                self.block(&s.then);
                s.els.iter().for_each(|s| self.stmt(s));
            }
            StmtKind::Switch(s) => {
                s.init.iter().for_each(|s| self.stmt(s));
                s.tag.iter().for_each(|e| self.expr(e));
                for clause in &s.clauses {
                    self.exprs(&clause.exprs);
                    self.stmts(&clause.body);
                }
            }
            StmtKind::TypeSwitch(s) => {
                s.init.iter().for_each(|s| self.stmt(s));
                self.expr(&s.operand);
                for clause in &s.clauses {
                    if let Some(&obj) = self.src.info.implicits.get(&clause.id) {
                        self.define(obj);
                    }
                    self.stmts(&clause.body);
                }
            }
            StmtKind::Select(s) => {
                for clause in &s.clauses {
                    clause.comm.iter().for_each(|s| self.stmt(s));
                    self.stmts(&clause.body);
                }
            }
            StmtKind::For(f) => {
                f.init.iter().for_each(|s| self.stmt(s));
                f.cond.iter().for_each(|e| self.expr(e));
                f.post.iter().for_each(|s| self.stmt(s));
                self.loop_body(&f.body);
            }
            StmtKind::Range(r) => self.range(s.id, r),
            StmtKind::Labeled { label, stmt } => {
                if let Some(open) = self.open.last()
                    && let Some(frame) = self.out.frames.get_mut(&open.id)
                {
                    frame.labels.push(label.name);
                }
                self.stmt(stmt);
            }
            StmtKind::Decl(decl) => {
                if let Decl::Var(group) = &**decl {
                    for spec in &group.specs {
                        self.exprs(&spec.values);
                        spec.names.iter().for_each(|n| self.define_ident(n));
                    }
                }
            }
            _ => {}
        }
    }

    fn range(&mut self, id: NodeId, r: &RangeStmt) {
        self.expr(&r.operand);
        let is_func = matches!(self.types.under(self.ty(&r.operand)), Type::Signature(_));
        if is_func {
            self.out.range_funcs.insert(id);
            self.enter(id, &SignatureVars::default(), true);
        }
        for e in r.key.iter().chain(&r.value) {
            if r.define {
                self.define_or_assign(e);
                if !self.src.per_iteration(&r.body)
                    && !is_func
                    && let Some(obj) = self.root(e)
                {
                    self.var(obj).reassigned = true;
                }
            } else {
                self.assign_to(e);
            }
        }
        self.loop_body(&r.body);
        if is_func {
            self.leave();
        }
    }

    fn loop_body(&mut self, body: &Block) {
        let at = self.open.len() - 1;
        self.open[at].loops += 1;
        self.block(body);
        self.open[at].loops -= 1;
    }
}

/// The types declared at package level, generic ones left out, in source order.
pub(super) fn declared_types<'p>(input: super::PackageInput<'p>, types: &Types) -> Vec<TypeId> {
    let mut out = Vec::new();
    for file in input.files {
        for decl in &file.decls {
            if let Decl::Type(group) = decl {
                for spec in &group.specs {
                    let Some(obj) = input.checked.info.def(spec.name.id) else { continue };
                    let Some(decl) = types.object(obj).type_decl() else { continue };
                    if !decl.alias && decl.params().is_empty() && !spec.name.is_blank() {
                        out.push(types.object(obj).ty());
                    }
                }
            }
        }
    }
    out
}
