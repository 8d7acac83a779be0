//! Package initialisation: the variables of a package, its initialiser, and the start of the program.
//!
//! A variable whose initial value is data has it in its data global; the initialiser `p.init` computes all others in
//! the order of the checker, then calls the package's `init` functions (`p.init.0`, …) in source order. Long
//! initialisers are cut into several functions, since the back end is quadratic in the calls of one.
//! `runtime.runtime_inittasks` calls the initialisers of all packages.

use std::collections::HashMap;
use std::rc::Rc;

use frontend::ast::{self, Decl, Expr, NodeId};
use frontend::types::*;

use super::analyze::Analysis;
use super::closure::Counters;
use super::data::DataBuf;
use super::func::{Env, FnCx, Source, Start};
use super::mangle::package_prefix;
use super::place::Place;
use super::program::{PackageInput, Program};
use super::{Lower, Res};
use crate::mir::build::FuncBuilder;
use crate::mir::{self, Def, Position, Signature, Symbol};

/// A part of the initialiser ends after this many bytes of source.
const PART_BYTES: u32 = 4096;

/// What initialisation needs to remember while a package is lowered.
#[derive(Default)]
pub(super) struct InitState<'p> {
    /// Initialisers to run, in order.
    dynamic: Vec<(Vec<ObjectId>, &'p Expr)>,
    /// The `init` functions.
    funcs: Vec<Symbol>,
    /// Literals of package level so far.
    counters: Counters,
}

/// A variable that nobody assigns to, and reflection hands out: writing through what it gives must fault.
const READ_ONLY: &str = "runtime.staticuint64s";

impl<'p> Lower<'p> {
    /// Defines the package's variables; what has to be computed is kept for [`Lower::package_init`].
    pub(super) fn package_vars(&mut self, input: PackageInput<'p>) {
        let Some(src) = self.source(self.pkg) else { return };
        let exprs = initialiser_exprs(input);
        for init in &input.checked.info.init_order {
            let Some(&e) = exprs.get(&init.rhs) else { continue };
            let target = match init.lhs[..] {
                [only] => Some(only),
                _ => None,
            };
            if let Some(var) = target {
                let ty = self.types.object(var).ty();
                if self.is_static(src, e, ty) {
                    self.static_var(src, var, e);
                    continue;
                }
            }
            self.init.dynamic.push((init.lhs.clone(), e));
        }
        for file in input.files {
            for decl in &file.decls {
                let Decl::Var(group) = decl else { continue };
                for spec in &group.specs {
                    self.zero_vars(input, spec);
                }
            }
        }
    }

    fn static_var(&mut self, src: Source<'p>, var: ObjectId, e: &'p Expr) {
        let object = self.types.object(var);
        let ty = object.ty();
        let made = self.guarded(e.span, |lo| {
            let mut buf = DataBuf { discarded: object.name.is_blank(), ..DataBuf::default() };
            if !buf.discarded {
                let (sym, size) = (lo.global(var), lo.layouts.info(ty).size);
                lo.check_size(e.span, sym, size)?;
            }
            lo.write_static(src, e, ty, &mut buf, 0)?;
            if !object.name.is_blank() {
                let sym = lo.global(var);
                let read_only = lo.m.name_of(sym) == READ_ONLY;
                lo.define_static(sym, ty, buf, read_only);
            }
            Ok(())
        });
        self.static_vars.insert(var);
        if let Err(diagnostic) = made {
            self.report(diagnostic);
        }
    }

    /// Defines the variables of a declaration that start as zero (or with embedded files).
    fn zero_vars(&mut self, input: PackageInput<'p>, spec: &'p ast::VarSpec) {
        for name in &spec.names {
            let Some(var) = input.checked.info.def(name.id) else { continue };
            if name.is_blank() || self.static_vars.contains(&var) {
                continue;
            }
            let sym = self.global(var);
            // Without a value, a linkname refers to another package's variable, or one of another gives the value.
            if spec.values.is_empty() && (self.prog.is_foreign_link(var) || self.prog.is_given(var)) {
                continue;
            }
            let ty = self.types.object(var).ty();
            let patterns: Vec<&str> =
                spec.directives.iter().filter(|d| d.name.as_str() == "go:embed").map(|d| &*d.args).collect();
            let buf = if patterns.is_empty() { DataBuf::sized(0) } else { self.embedded(input.embeds, &patterns, ty) };
            self.define_static(sym, ty, buf, false);
        }
    }

    /// The symbol of the next `init` function.
    pub(super) fn next_init_symbol(&mut self) -> String {
        let name = format!("{}.init.{}", package_prefix(self.types, self.pkg), self.init.funcs.len());
        let sym = self.m.declare(&name, Some(Signature::default()));
        self.init.funcs.push(sym);
        name
    }

    /// Defines the package's initialiser.
    pub(super) fn package_init(&mut self, input: PackageInput<'p>) {
        let Some(src) = self.source(self.pkg) else { return };
        let name = format!("{}.init", package_prefix(self.types, self.pkg));
        let dynamic = std::mem::take(&mut self.init.dynamic);
        let mut parts: Vec<Vec<(Vec<ObjectId>, &'p Expr)>> = Vec::new();
        let mut size = u32::MAX;
        for item in dynamic {
            if size > PART_BYTES {
                parts.push(Vec::new());
                size = 0;
            }
            size += item.1.span.hi - item.1.span.lo + 32;
            if let Some(part) = parts.last_mut() {
                part.push(item);
            }
        }
        let mut calls = Vec::new();
        for (i, part) in parts.into_iter().enumerate() {
            let symbol = format!("{name}.vars{i}");
            calls.extend(self.init_part(src, &name, &symbol, part));
        }
        calls.extend(self.init.funcs.clone());
        let sym = self.m.declare(&name, Some(Signature::default()));
        let start = input.files.first().map(|f| f.package);
        let mut b = FuncBuilder::new(Signature::default());
        // Programs see what it calls.
        b.pragmas().wrapper = true;
        if let Some(start) = start {
            let func = self.m.func_names.insert_full(name).0 as u32;
            let pos = self.position(start, func);
            b.set_start(pos);
            b.set_pos(pos);
        }
        for call in calls {
            b.call(call, &Signature::default(), vec![]);
        }
        b.ret(vec![]);
        self.m.define(sym, Def::Func(b.finish()), false);
    }

    /// A function that runs some initialisers.
    fn init_part(
        &mut self,
        src: Source<'p>,
        shown: &str,
        symbol: &str,
        part: Vec<(Vec<ObjectId>, &'p Expr)>,
    ) -> Option<Symbol> {
        let span = part.first()?.1.span;
        let made = self.guarded(span, |lo| {
            let sym = lo.m.declare(symbol, Some(Signature::default()));
            let start = Start {
                src,
                env: Rc::new(Env::default()),
                analysis: Rc::new(Analysis::default()),
                frame: part[0].1.id,
                symbol: shown.to_owned(),
                span,
            };
            let counters = lo.init.counters;
            let mut cx = FnCx::new(lo, Signature::default(), start);
            counters.put(&mut cx);
            for (lhs, e) in &part {
                cx.analysis = Rc::new(Analysis::of_expr(src, cx.types(), &Env::default(), e));
                cx.frame = e.id;
                cx.initialise(lhs, e)?;
            }
            cx.b.ret(vec![]);
            let counters = Counters::of(&cx);
            let func = cx.b.finish();
            lo.init.counters = counters;
            lo.m.define(sym, Def::Func(func), false);
            Ok(sym)
        });
        made.map_err(|d| self.report(d)).ok()
    }

    /// The function of a literal at package level, which captures nothing.
    pub(super) fn package_literal(&mut self, src: Source<'p>, e: &'p Expr, lit: &'p ast::FuncLit) -> Res<Symbol> {
        let analysis = Rc::new(Analysis::of_expr(src, self.types, &Env::default(), e));
        let symbol = format!("{}.init", package_prefix(self.types, self.pkg));
        // A frame of no function: literals in it are of the first level.
        let frame = NodeId(u32::MAX);
        let start = Start { src, env: Rc::new(Env::default()), analysis, frame, symbol, span: e.span };
        let counters = self.init.counters;
        let mut cx = FnCx::new(self, Signature::default(), start);
        counters.put(&mut cx);
        let func = cx.literal_func(e, lit)?;
        self.init.counters = Counters::of(&cx);
        Ok(func)
    }
}

impl<'p> FnCx<'_, 'p> {
    /// Runs one initialiser of package variables.
    fn initialise(&mut self, lhs: &[ObjectId], e: &'p Expr) -> Res<()> {
        self.at(e.pos());
        let named = |cx: &Self, obj: ObjectId| (!cx.types().object(obj).name.is_blank()).then(|| cx.var_ty(obj));
        let wanted: Vec<Option<TypeId>> = lhs.iter().map(|&obj| named(self, obj)).collect();
        let vals = self.expr_list(std::slice::from_ref(e), &wanted)?;
        for ((&obj, val), ty) in lhs.iter().zip(&vals).zip(wanted) {
            if let Some(ty) = ty {
                let sym = self.lo.global(obj);
                self.store(&Place::global(sym, ty), val);
            }
        }
        Ok(())
    }
}

/// The initialising expressions of package variables, by id.
fn initialiser_exprs(input: PackageInput<'_>) -> HashMap<NodeId, &Expr> {
    let mut out = HashMap::new();
    for file in input.files {
        for decl in &file.decls {
            let Decl::Var(group) = decl else { continue };
            out.extend(group.specs.iter().flat_map(|s| &s.values).map(|e| (e.id, e)));
        }
    }
    out
}

/// The module that starts a program: `runtime.runtime_inittasks` initialises the packages in this order.
pub fn lower_start(prog: &Program<'_>, order: &[PackageId]) -> mir::Module {
    let mut m = mir::Module::new();
    let file = m.files.insert_full("<autogenerated>".to_owned()).0 as u32;
    let func = m.func_names.insert_full("runtime.runtime_inittasks".to_owned()).0 as u32;
    let pos = m.position(Position { file, line: 1, col: 1, func, inlined_at: None });
    let mut b = FuncBuilder::new(Signature::default());
    b.set_start(pos);
    b.set_pos(pos);
    for &pkg in order {
        if pkg == prog.types.unsafe_package {
            continue;
        }
        let init = m.declare(&format!("{}.init", package_prefix(prog.types, pkg)), Some(Signature::default()));
        b.call(init, &Signature::default(), vec![]);
    }
    b.ret(vec![]);
    let sym = m.declare("runtime.runtime_inittasks", Some(Signature::default()));
    m.define(sym, Def::Func(b.finish()), false);
    m
}
