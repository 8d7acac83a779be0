//! Function literals and the other functions made of a part of one: closure objects and their bodies.
//!
//! A closure object is the code address followed by what the function captures, each at its natural alignment: a
//! pointer for a boxed variable, the value itself for a variable that is never assigned again. It never changes, so
//! the body reads the captured values in place. A function that captures nothing has a constant closure object.
//!
//! Names are gc's: literals of `F` are `F.func1`, `F.func2`, …; those inside a literal `F.func1.1`, …; a body of a
//! loop over a function `F-range1`; thunks of go and defer statements `F.gowrap1`, `F.deferwrap1`. What stands in a
//! loop body is counted with the function around.

use frontend::ast;
use frontend::check::info::SignatureVars;
use frontend::span::Span;
use frontend::types::*;

use super::Res;
use super::abi_call::Abi;
use super::func::{FnCx, Start, Storage, Val};
use super::layout::WORD;
use crate::mir::{self, Layout, Symbol, Ty, Value};

/// What a closure holds.
#[derive(Clone, Debug)]
pub(super) enum Captured {
    /// The pointer to a variable's object.
    Box(ObjectId, Value),
    /// The value of a variable that does not change.
    Copy(ObjectId, Val, TypeId),
    /// A value without a name.
    Anonymous(Val, TypeId),
}

/// Where the captured things are in the closure object.
pub(super) struct ClosureLayout {
    pub layout: Layout,
    pub offsets: Vec<u64>,
}

/// A function to be made inside another one.
struct Nested<'c> {
    symbol: &'c str,
    span: Span,
    frame: ast::NodeId,
    abi: &'c Abi,
    captured: &'c [Captured],
    plan: &'c ClosureLayout,
}

impl Captured {
    fn ty(&self) -> TypeId {
        match self {
            Captured::Box(..) => TypeId::UNSAFE_POINTER,
            Captured::Copy(_, _, ty) | Captured::Anonymous(_, ty) => *ty,
        }
    }

    fn val(&self) -> Val {
        match self {
            Captured::Box(_, ptr) => Val::one(*ptr),
            Captured::Copy(_, val, _) | Captured::Anonymous(val, _) => val.clone(),
        }
    }
}

impl<'p> FnCx<'_, 'p> {
    /// The value of a function literal.
    pub fn func_lit(&mut self, e: &'p ast::Expr, lit: &'p ast::FuncLit) -> Res<Val> {
        let captured = self.capture(e.id);
        let plan = self.closure_layout(&captured);
        let func = self.literal(e, lit, &captured, &plan)?;
        Ok(self.closure_value(func, &captured, &plan))
    }

    /// The function of a literal that captures nothing.
    pub fn literal_func(&mut self, e: &'p ast::Expr, lit: &'p ast::FuncLit) -> Res<Symbol> {
        let plan = self.closure_layout(&[]);
        self.literal(e, lit, &[], &plan)
    }

    fn literal(
        &mut self,
        e: &'p ast::Expr,
        lit: &'p ast::FuncLit,
        captured: &[Captured],
        plan: &ClosureLayout,
    ) -> Res<Symbol> {
        let symbol = self.literal_name();
        let sig = self.ty(e);
        let abi = self.lo.abi(None, sig);
        let default = SignatureVars::default();
        let vars = self.info().signatures.get(&e.id).unwrap_or(&default);
        let nested = Nested { symbol: &symbol, span: e.span, frame: e.id, abi: &abi, captured, plan };
        self.nested_func(nested, |mut cx, _| {
            cx.recover_pragma();
            cx.bind(vars, &abi);
            cx.finish_body(&lit.body)
        })
    }

    /// The variables that a nested function captures.
    pub fn capture(&mut self, frame: ast::NodeId) -> Vec<Captured> {
        let objects = self.analysis.clone();
        let mut out = Vec::new();
        for &obj in objects.captures(frame) {
            if !self.vars.contains_key(&obj) {
                continue;
            }
            if let Some(ptr) = self.box_pointer(obj) {
                out.push(Captured::Box(obj, ptr));
            } else {
                let ty = self.var_ty(obj);
                let place = self.var_place(obj, ty);
                let val = self.load_borrowed(&place);
                out.push(Captured::Copy(obj, val, ty));
            }
        }
        out
    }

    /// The layout of a closure object.
    pub fn closure_layout(&mut self, captured: &[Captured]) -> ClosureLayout {
        let mut offset = WORD;
        let mut ptr_words = Vec::new();
        let mut offsets = Vec::new();
        for item in captured {
            let info = self.lo.layouts.info(item.ty());
            offset = offset.next_multiple_of(info.align.max(1));
            self.lo.layouts.pointer_words(item.ty(), offset, &mut ptr_words);
            offsets.push(offset);
            offset += info.size;
        }
        ClosureLayout { layout: Layout { size: offset.next_multiple_of(WORD), align: WORD, ptr_words }, offsets }
    }

    /// Makes a function that captures these things and gives its closure. `body` gets the new function's context,
    /// in which captured variables have their storage, and the anonymous values in order.
    pub fn make_closure(
        &mut self,
        symbol: &str,
        span: Span,
        frame: ast::NodeId,
        abi: &Abi,
        captured: &[Captured],
        body: impl FnOnce(FnCx<'_, 'p>, Vec<Val>) -> Res<mir::Func>,
    ) -> Res<Val> {
        let plan = self.closure_layout(captured);
        let func = self.nested_func(Nested { symbol, span, frame, abi, captured, plan: &plan }, body)?;
        Ok(self.closure_value(func, captured, &plan))
    }

    fn nested_func(
        &mut self,
        nested: Nested<'_>,
        body: impl FnOnce(FnCx<'_, 'p>, Vec<Val>) -> Res<mir::Func>,
    ) -> Res<Symbol> {
        let Nested { symbol, span, frame, abi, captured, plan } = nested;
        let sig = mir::Signature { context: !captured.is_empty(), ..abi.sig.clone() };
        let dedup = !self.env.args.is_empty();
        let sym = self.lo.m.declare(symbol, Some(sig.clone()));
        let start = Start {
            src: self.src,
            env: self.env.clone(),
            analysis: self.analysis.clone(),
            frame,
            symbol: symbol.to_owned(),
            span,
        };
        let mut cx = FnCx::new(self.lo, sig, start);
        let anonymous = cx.open_closure(captured, plan);
        let func = body(cx, anonymous)?;
        self.lo.m.define(sym, mir::Def::Func(func), dedup);
        Ok(sym)
    }

    /// Gives captured variables their storage in the closure's own function.
    fn open_closure(&mut self, captured: &[Captured], plan: &ClosureLayout) -> Vec<Val> {
        let mut anonymous = Vec::new();
        if captured.is_empty() {
            return anonymous;
        }
        let context = self.b.context();
        for (item, &offset) in captured.iter().zip(&plan.offsets) {
            match item {
                Captured::Box(obj, _) => {
                    let ptr = self.b.load_at(Ty::Ptr, context, offset as i64);
                    let var = self.b.declare_var(Ty::Ptr);
                    self.b.def_var(var, ptr);
                    self.vars.insert(*obj, Storage::Boxed(var));
                }
                Captured::Copy(obj, _, ty) => {
                    let val = self.load_at(context, offset as i64, *ty);
                    self.vars.insert(*obj, Storage::Captured(val));
                }
                Captured::Anonymous(_, ty) => {
                    let val = self.load_at(context, offset as i64, *ty);
                    anonymous.push(val);
                }
            }
        }
        anonymous
    }

    /// The closure object of a function: constant, or allocated and filled.
    fn closure_value(&mut self, func: Symbol, captured: &[Captured], plan: &ClosureLayout) -> Val {
        if captured.is_empty() {
            let closure = self.lo.static_closure(func);
            return Val::one(self.b.global_addr(closure, 0));
        }
        let layout = self.lo.m.layout(plan.layout.clone());
        let desc = self.lo.mem_desc(layout);
        let code = self.b.func_addr(func);
        let object = self.b.alloc_heap(layout, desc);
        self.b.store_nowb(object, code);
        for (item, &offset) in captured.iter().zip(&plan.offsets) {
            self.store_at(object, offset as i64, &item.val(), item.ty(), true);
        }
        Val::one(object)
    }

    /// A function without parameters and results that captures values, for go and defer statements; flagged as a
    /// wrapper.
    pub fn thunk(
        &mut self,
        symbol: &str,
        frame: ast::NodeId,
        captured: Vec<(Val, TypeId)>,
        emit: impl FnOnce(&mut FnCx<'_, 'p>, Vec<Val>) -> Res<()>,
    ) -> Res<Val> {
        let span = self.span;
        let pos = self.b.pos();
        let abi = self.lo.abi_of(Vec::new(), Vec::new());
        let captured: Vec<Captured> = captured.into_iter().map(|(val, ty)| Captured::Anonymous(val, ty)).collect();
        let closure = self.make_closure(symbol, span, frame, &abi, &captured, |mut cx, vals| {
            cx.b.pragmas().wrapper = true;
            emit(&mut cx, vals)?;
            if !cx.b.is_terminated() {
                cx.b.ret(Vec::new());
            }
            Ok(cx.b.finish())
        });
        self.b.set_pos(pos);
        closure
    }

    /// The value of a function with no captures: its constant closure object.
    pub fn func_value(&mut self, func: Symbol) -> Val {
        let closure = self.lo.static_closure(func);
        Val::one(self.b.global_addr(closure, 0))
    }

    /// The function literals are named after: that around, past bodies of loops over functions.
    fn naming_base(&self) -> (String, bool) {
        match &self.range_body {
            Some(body) => (body.naming.clone(), body.in_literal),
            None => (self.symbol.clone(), self.in_literal()),
        }
    }

    /// Whether the function is itself a literal.
    pub fn in_literal(&self) -> bool {
        let info = self.info();
        info.signatures.contains_key(&self.frame) && !info.funcs.contains_key(&self.frame)
    }

    /// The symbol of the next function literal.
    pub fn literal_name(&mut self) -> String {
        let (base, nested) = self.naming_base();
        self.literals += 1;
        if nested { format!("{base}.{}", self.literals) } else { format!("{base}.func{}", self.literals) }
    }

    /// The symbol of the next loop body.
    pub fn range_name(&mut self) -> String {
        let (base, _) = self.naming_base();
        self.range_literals += 1;
        format!("{base}-range{}", self.range_literals)
    }

    /// The symbol of the next thunk; `kind` is `gowrap` or `deferwrap`.
    pub fn thunk_name(&mut self, kind: &str) -> String {
        let (base, _) = self.naming_base();
        self.wraps += 1;
        format!("{base}.{kind}{}", self.wraps)
    }

    /// A function with a call of recover is never inlined.
    pub fn recover_pragma(&mut self) {
        if self.analysis.has_recover(self.frame) {
            self.b.pragmas().noinline = true;
        }
    }
}

/// The counters alone, to be carried out of a context that ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Counters {
    literals: u32,
    range_literals: u32,
    wraps: u32,
}

impl Counters {
    pub fn of(cx: &FnCx<'_, '_>) -> Counters {
        Counters { literals: cx.literals, range_literals: cx.range_literals, wraps: cx.wraps }
    }

    pub fn put(self, cx: &mut FnCx<'_, '_>) {
        cx.literals = self.literals;
        cx.range_literals = self.range_literals;
        cx.wraps = self.wraps;
    }
}
