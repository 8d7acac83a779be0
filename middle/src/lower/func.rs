//! The context in which one function body is lowered.
//!
//! [`FnCx`] holds the builder, where each variable lives, the type substitution and the function's results; the
//! other modules of lowering add methods to it: `expr` and its neighbours evaluate, `stmt` and its neighbours
//! execute, `closure` makes contexts for nested functions.
//!
//! Entry points, by module:
//! - `expr`: [`FnCx::expr`] (a stable value), `expr_borrowed`, `expr_as` (with conversion to the type of the place it
//!   goes to), `expr_list` (the values of a list, a call of several results spread), `cond` (branches).
//! - `assign`: `place` (of an addressable, map index or blank expression).
//! - `place`: `load`, `store`, `addr`, `field`, `element`, `load_at`, `store_at`.
//! - `convert`: `convert(val, from, to)`, any conversion the language has, implicit ones too.
//! - `cmp`: `equal(a, b, ty)`.
//! - `call`: `call_expr`, `prepare_call` and `finish_call` (what `go` and `defer` split).
//! - `stmt`: `stmt`, `stmts`, `block`, `return_now`.
//!
//! Invariants
//! - A type handed around here is concrete: it went through [`FnCx::subst`]. [`FnCx::ty`] is how the type of an
//!   expression is asked.
//! - A [`Val`] stays what it is: `Mem` points to memory nobody changes while the value is in use (a temporary of
//!   ours, or constant data). Only [`FnCx::expr_borrowed`] may give memory of a variable; its result is consumed
//!   before anything else is evaluated.
//! - In a function that defers, its results and the pointers to where results go are in stack slots, because the
//!   recover block can use nothing else.

use std::collections::HashMap;
use std::rc::Rc;

use frontend::ast;
use frontend::check::info::{Info, SignatureVars};
use frontend::diagnostic::Diagnostic;
use frontend::span::{FileId, Pos, Span};
use frontend::types::*;

use super::abi_call::Abi;
use super::analyze::Analysis;
use super::mangle::visible_name;
use super::place::Place;
use super::{Lower, Res};
use crate::mir::build::{FuncBuilder, Var};
use crate::mir::{self, Block, Slot, Symbol, Ty, Value};

/// A Go value that was evaluated.
#[derive(Clone, Debug)]
pub(super) enum Val {
    /// The leaves of a scalar type, in memory order.
    Scalars(Vec<Value>),
    /// Where a value of a memory type is.
    Mem(Value),
}

impl Val {
    pub fn one(v: Value) -> Val {
        Val::Scalars(vec![v])
    }

    /// The leaf of this index; a memory value has its pointer as the only one.
    pub fn leaf(&self, index: usize) -> Value {
        match self {
            Val::Scalars(leaves) => leaves[index],
            Val::Mem(ptr) => *ptr,
        }
    }

    /// The value as words of a call: the leaves, or the pointer.
    pub fn words(&self) -> &[Value] {
        match self {
            Val::Scalars(leaves) => leaves,
            Val::Mem(ptr) => std::slice::from_ref(ptr),
        }
    }
}

/// Type arguments for the type parameters in scope of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    pub params: Vec<TypeId>,
    pub args: Vec<TypeId>,
}

/// Where the syntax of a body comes from.
#[derive(Clone, Copy)]
pub(super) struct Source<'p> {
    pub info: &'p Info,
    pub pkg: PackageId,
    old_loops: &'p [FileId],
}

impl Source<'_> {
    /// Whether the variables of a loop with this body are new in each iteration.
    pub fn per_iteration(&self, body: &ast::Block) -> bool {
        !self.old_loops.contains(&body.span.file)
    }
}

/// Where a variable lives.
#[derive(Clone, Debug)]
pub(super) enum Storage {
    /// In SSA variables, one a leaf.
    Vars(Rc<[Var]>),
    /// In a stack slot; its address goes nowhere.
    Slot(Slot),
    /// In an object of its own; the SSA variable points to it.
    Boxed(Var),
    /// As `Boxed`, the pointer is in a slot (results of a function that defers).
    BoxedSlot(Slot),
    /// A captured copy that is never assigned.
    Captured(Val),
}

/// One result of the function.
#[derive(Clone, Debug)]
pub(super) struct ResultVar {
    pub obj: Option<ObjectId>,
    pub ty: TypeId,
    /// Where to put a result of a memory type.
    pub out: Option<OutPtr>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum OutPtr {
    Param(Value),
    Slot(Slot),
}

/// Where a `break`, `continue` or `goto` can go.
#[derive(Clone, Debug)]
pub(super) struct JumpTarget {
    pub label: Option<Name>,
    pub break_to: Block,
    /// None for switch and select.
    pub continue_to: Option<Block>,
}

/// A jump that leaves the body of a loop over a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    Break(Option<Name>),
    Continue(Option<Name>),
    Goto(Name),
    /// The results are in the result variables.
    Return,
}

/// See the module docs.
pub(super) struct FnCx<'a, 'p> {
    pub lo: &'a mut Lower<'p>,
    pub b: FuncBuilder,
    pub src: Source<'p>,
    pub env: Rc<Env>,
    pub analysis: Rc<Analysis>,
    /// The node of the function: its declaration's, literal's, or range statement's.
    pub frame: ast::NodeId,
    /// The linker symbol.
    pub symbol: String,
    /// Index of the user-visible name in the module's.
    pub func: u32,
    pub vars: HashMap<ObjectId, Storage>,
    pub results: Vec<ResultVar>,
    pub targets: Vec<JumpTarget>,
    /// The label right before the statement being lowered.
    pub pending_label: Option<Name>,
    /// Blocks of the function's labels that were met or jumped to.
    pub labels: HashMap<Name, Block>,
    /// Where a `fallthrough` goes.
    pub fallthrough: Option<Block>,
    /// What `defers` needs to know: set in functions that defer.
    pub defers: Option<super::defers::Defers>,
    /// What `range_func` needs to know: set in the body of a loop over a function.
    pub range_body: Option<Rc<super::range_func::RangeBody>>,
    /// Temporaries whose value no one else uses: a variable declared with one takes it over.
    pub owned: HashMap<Value, Slot>,
    /// While arguments are evaluated whose pointers must live through the call: those converted to uintptr.
    pub kept: Option<Vec<Value>>,
    /// Function literals named so far.
    pub literals: u32,
    /// Bodies of loops over functions named so far.
    pub range_literals: u32,
    /// Go and defer thunks named so far.
    pub wraps: u32,
    /// The node being lowered, for internal errors.
    pub span: Span,
}

/// What is needed to start a function.
pub(super) struct Start<'p> {
    pub src: Source<'p>,
    pub env: Rc<Env>,
    pub analysis: Rc<Analysis>,
    pub frame: ast::NodeId,
    pub symbol: String,
    pub span: Span,
}

impl<'a, 'p> FnCx<'a, 'p> {
    /// A context with an empty function of this signature.
    pub fn new(lo: &'a mut Lower<'p>, sig: mir::Signature, start: Start<'p>) -> FnCx<'a, 'p> {
        let func = lo.m.func_names.insert_full(visible_name(&start.symbol)).0 as u32;
        let mut b = FuncBuilder::new(sig);
        let pos = lo.position(start.span.start(), func);
        b.set_start(pos);
        b.set_pos(pos);
        FnCx {
            lo,
            b,
            src: start.src,
            env: start.env,
            analysis: start.analysis,
            frame: start.frame,
            symbol: start.symbol,
            func,
            vars: HashMap::new(),
            results: Vec::new(),
            targets: Vec::new(),
            pending_label: None,
            labels: HashMap::new(),
            fallthrough: None,
            defers: None,
            range_body: None,
            owned: HashMap::new(),
            kept: None,
            literals: 0,
            range_literals: 0,
            wraps: 0,
            span: start.span,
        }
    }

    // Types.

    pub fn types(&self) -> &'p Types {
        self.lo.types
    }

    pub fn info(&self) -> &'p Info {
        self.src.info
    }

    /// The type with the type arguments put in.
    pub fn subst(&self, ty: TypeId) -> TypeId {
        self.lo.types.subst(ty, &self.env.params, &self.env.args)
    }

    /// The type of an expression.
    pub fn ty(&self, e: &ast::Expr) -> TypeId {
        self.subst(self.src.info.type_of(e.id))
    }

    /// The type of a variable.
    pub fn var_ty(&self, obj: ObjectId) -> TypeId {
        self.subst(self.lo.types.object(obj).ty())
    }

    /// The structure of a type's underlying type.
    pub fn under(&self, ty: TypeId) -> &'p Type {
        self.lo.types.under(ty)
    }

    pub fn is_memory(&mut self, ty: TypeId) -> bool {
        self.lo.layouts.info(ty).is_memory()
    }

    pub fn size_of(&mut self, ty: TypeId) -> u64 {
        self.lo.layouts.info(ty).size
    }

    pub fn leaf_types(&mut self, ty: TypeId) -> Vec<Ty> {
        self.lo.layouts.info(ty).leaves.as_ref().map_or_else(Vec::new, |l| l.iter().map(|l| l.ty).collect())
    }

    // Positions and errors.

    /// Instructions to come are at this place.
    pub fn at(&mut self, pos: Pos) {
        self.span = pos.span();
        let pos = self.lo.position(pos, self.func);
        self.b.set_pos(pos);
    }

    /// Something the checker should have prevented.
    pub fn ice(&self, what: impl std::fmt::Display) -> Diagnostic {
        Diagnostic::error(self.span, format!("internal compiler error: {what}"))
    }

    // Temporaries.

    /// A new stack object of the type.
    pub fn temp(&mut self, ty: TypeId, name: &str) -> Slot {
        let layout = self.lo.layout_id(ty);
        self.b.new_slot(layout, name)
    }

    /// The address of a new stack object that a value is about to be made in.
    pub fn owned_temp(&mut self, ty: TypeId, name: &str) -> Value {
        let slot = self.temp(ty, name);
        let ptr = self.b.slot_addr(slot);
        self.owned.insert(ptr, slot);
        ptr
    }

    /// The value in memory of its own: what calls that take pointers to values are given. A memory value is there
    /// already.
    pub fn in_memory(&mut self, val: &Val, ty: TypeId) -> Value {
        match val {
            Val::Mem(ptr) => *ptr,
            Val::Scalars(_) => {
                let slot = self.temp(ty, "tmp");
                let ptr = self.b.slot_addr(slot);
                self.store_at(ptr, 0, val, ty, true);
                ptr
            }
        }
    }

    /// The zero value.
    pub fn zero(&mut self, ty: TypeId) -> Val {
        if self.is_memory(ty) {
            let ptr = self.owned_temp(ty, "zero");
            let layout = self.lo.layout_id(ty);
            self.b.mem_zero_nowb(ptr, layout);
            return Val::Mem(ptr);
        }
        let leaves = self.leaf_types(ty);
        Val::Scalars(leaves.into_iter().map(|t| self.b.zero(t)).collect())
    }

    /// A zeroed heap object. Its descriptor tells the collector all it needs but nothing of methods, so that an object
    /// of a type does not keep the type's methods in the program.
    pub fn alloc(&mut self, ty: TypeId) -> Value {
        let layout = self.lo.layout_id(ty);
        let desc = self.lo.mem_desc(layout);
        self.b.alloc_heap(layout, desc)
    }

    /// The address of a descriptor for the allocator: size and pointers of the type only.
    pub fn shape_desc(&mut self, ty: TypeId) -> Value {
        let layout = self.lo.layout_id(ty);
        let sym = self.lo.mem_desc(layout);
        self.b.global_addr(sym, 0)
    }

    /// The address of a type's descriptor.
    pub fn desc(&mut self, ty: TypeId) -> Value {
        let sym = self.lo.type_desc(ty);
        self.b.global_addr(sym, 0)
    }

    // Variables.

    /// Whether the variable needs an object that closures or pointers share.
    pub fn is_boxed(&mut self, obj: ObjectId) -> bool {
        let ty = self.var_ty(obj);
        let size = self.size_of(ty);
        self.analysis.is_boxed(obj, size)
    }

    /// Makes the variable anew; it is not initialised unless it is boxed (then it is zero).
    pub fn declare(&mut self, obj: ObjectId) {
        let ty = self.var_ty(obj);
        let storage = if self.is_boxed(obj) {
            let ptr = self.alloc(ty);
            // A variable declared in a loop keeps its SSA variable, so that code that jumps back finds it.
            let var = match self.vars.get(&obj) {
                Some(Storage::Boxed(var)) => *var,
                _ => self.b.declare_var(Ty::Ptr),
            };
            self.b.def_var(var, ptr);
            Storage::Boxed(var)
        } else if let Some(storage) = self.vars.get(&obj) {
            storage.clone()
        } else {
            self.plain_storage(obj, ty)
        };
        self.vars.insert(obj, storage);
    }

    /// Storage of a variable that nothing points to.
    fn plain_storage(&mut self, obj: ObjectId, ty: TypeId) -> Storage {
        if self.is_memory(ty) {
            let name = self.lo.types.object(obj).name.as_str();
            return Storage::Slot(self.temp(ty, name));
        }
        Storage::Vars(self.leaf_types(ty).into_iter().map(|t| self.b.declare_var(t)).collect())
    }

    /// Makes the variable with its value.
    pub fn declare_with(&mut self, obj: ObjectId, val: &Val) {
        if let Val::Mem(ptr) = val
            && !self.vars.contains_key(&obj)
            && !self.is_boxed(obj)
            && let Some(slot) = self.owned.remove(ptr)
        {
            self.vars.insert(obj, Storage::Slot(slot));
            return;
        }
        self.declare(obj);
        self.init_var(obj, val);
    }

    /// Makes the variable, zero.
    pub fn declare_zero(&mut self, obj: ObjectId) {
        self.declare(obj);
        if !matches!(self.vars.get(&obj), Some(Storage::Boxed(_))) {
            let ty = self.var_ty(obj);
            let place = self.var_place(obj, ty);
            self.zero_place(&place);
        }
    }

    /// The first store to a variable just declared: no barrier is needed in a fresh object.
    fn init_var(&mut self, obj: ObjectId, val: &Val) {
        let ty = self.var_ty(obj);
        if let Some(Storage::Boxed(var)) = self.vars.get(&obj) {
            let ptr = self.b.use_var(*var);
            self.store_at(ptr, 0, val, ty, true);
            return;
        }
        let place = self.var_place(obj, ty);
        self.store(&place, val);
    }

    // Functions.

    /// Gives the parameters and results their variables, from the entry block's parameters. `receiver` says that the
    /// first Go parameter is the receiver of `vars`.
    pub fn bind(&mut self, vars: &SignatureVars, abi: &Abi) {
        let has_defer = self.analysis.has_defer(self.frame);
        let words = self.b.params().to_vec();
        let mut next = 0;
        for (i, &ty) in abi.results.iter().enumerate() {
            let out = if self.is_memory(ty) {
                let ptr = words[next];
                next += 1;
                Some(if has_defer { self.spill_pointer(ptr, "out") } else { OutPtr::Param(ptr) })
            } else {
                None
            };
            self.results.push(ResultVar { obj: vars.results.get(i).copied(), ty, out });
        }
        let params: Vec<ObjectId> = vars.recv.iter().chain(&vars.params).copied().collect();
        for (i, &ty) in abi.params.iter().enumerate() {
            let val = if self.is_memory(ty) {
                next += 1;
                Val::Mem(words[next - 1])
            } else {
                let n = self.leaf_types(ty).len();
                next += n;
                Val::Scalars(words[next - n..next].to_vec())
            };
            let Some(&obj) = params.get(i) else { continue };
            if !self.analysis.is_used(obj) {
                continue;
            }
            // Nobody writes to the caller's copy, so one that is only read needs no copy of its own.
            if !self.is_boxed(obj) && !self.analysis.is_reassigned(obj) && matches!(val, Val::Mem(_)) {
                self.vars.insert(obj, Storage::Captured(val));
            } else {
                self.declare_with(obj, &val);
            }
        }
        for i in 0..self.results.len() {
            let ResultVar { obj, ty, .. } = self.results[i].clone();
            let Some(obj) = obj else { continue };
            if has_defer {
                if self.is_boxed(obj) {
                    let ptr = self.alloc(ty);
                    let OutPtr::Slot(slot) = self.spill_pointer(ptr, "result") else { continue };
                    self.vars.insert(obj, Storage::BoxedSlot(slot));
                } else {
                    let slot = self.temp(ty, "result");
                    self.vars.insert(obj, Storage::Slot(slot));
                    let place = self.var_place(obj, ty);
                    self.zero_place(&place);
                }
            } else if self.is_boxed(obj) || !self.lo.types.object(obj).name.as_str().is_empty() {
                self.declare_zero(obj);
            }
        }
    }

    fn spill_pointer(&mut self, ptr: Value, name: &str) -> OutPtr {
        let slot = self.temp(TypeId::UNSAFE_POINTER, name);
        let addr = self.b.slot_addr(slot);
        self.b.store_nowb(addr, ptr);
        OutPtr::Slot(slot)
    }

    /// Where the variable is. Package variables and those of enclosing functions included.
    pub fn var_place(&mut self, obj: ObjectId, ty: TypeId) -> Place {
        match self.vars.get(&obj).cloned() {
            Some(storage) => self.storage_place(&storage, ty),
            None => {
                let sym = self.lo.global(obj);
                Place::global(sym, ty)
            }
        }
    }

    /// The place of a storage.
    pub fn storage_place(&mut self, storage: &Storage, ty: TypeId) -> Place {
        match storage {
            Storage::Vars(vars) => Place::vars(vars.clone(), ty),
            Storage::Slot(slot) => Place::slot(*slot, ty),
            Storage::Boxed(var) => {
                let ptr = self.b.use_var(*var);
                Place::memory(ptr, ty)
            }
            Storage::BoxedSlot(slot) => {
                let addr = self.b.slot_addr(*slot);
                let ptr = self.b.load(Ty::Ptr, addr);
                Place::memory(ptr, ty)
            }
            Storage::Captured(val) => Place::value(val.clone(), ty),
        }
    }

    /// The pointer to a boxed variable's object.
    pub fn box_pointer(&mut self, obj: ObjectId) -> Option<Value> {
        match self.vars.get(&obj)? {
            Storage::Boxed(var) => Some(self.b.use_var(*var)),
            Storage::BoxedSlot(slot) => {
                let addr = self.b.slot_addr(*slot);
                Some(self.b.load(Ty::Ptr, addr))
            }
            _ => None,
        }
    }

    /// The words of the function's return instruction, from its result variables.
    pub fn load_results(&mut self) -> Vec<Value> {
        let mut words = Vec::new();
        for i in 0..self.results.len() {
            let ResultVar { obj, ty, out } = self.results[i].clone();
            let Some(obj) = obj else { continue };
            // Without a name it has no variable, and control does not come here.
            let place = if self.vars.contains_key(&obj) {
                self.var_place(obj, ty)
            } else {
                let zero = self.zero(ty);
                Place::value(zero, ty)
            };
            match out {
                None => words.extend_from_slice(self.load(&place).words()),
                Some(out) => {
                    let src = self.addr(&place);
                    self.store_result(out, &Val::Mem(src), ty);
                }
            }
        }
        words
    }

    /// Stores a result of a memory type where the caller wants it.
    pub fn store_result(&mut self, out: OutPtr, val: &Val, ty: TypeId) {
        let dst = match out {
            OutPtr::Param(ptr) => ptr,
            OutPtr::Slot(slot) => {
                let addr = self.b.slot_addr(slot);
                self.b.load(Ty::Ptr, addr)
            }
        };
        // The caller's temporary is a stack object.
        self.store_at(dst, 0, val, ty, true);
    }

    /// Lowers the body and ends the function.
    pub fn finish_body(mut self, body: &'p ast::Block) -> Res<mir::Func> {
        if self.analysis.has_defer(self.frame) && self.range_body.is_none() {
            self.enter_defers()?;
        }
        self.block(body)?;
        if !self.b.is_terminated() {
            self.at(body.rbrace());
            if self.results.is_empty() {
                self.return_now()?;
            } else {
                // The checker has seen that the body ends in a terminating statement.
                self.b.unreachable();
            }
        }
        self.finish_defers()?;
        Ok(self.b.finish())
    }

    /// Calls a function of package runtime by name; the types of the arguments are the parameters'.
    pub fn runtime(&mut self, name: &str, args: &[Value], results: &[Ty]) -> Vec<Value> {
        let sig = mir::Signature {
            params: args.iter().map(|&a| self.b.ty(a)).collect(),
            results: results.to_vec(),
            context: false,
        };
        let sym = self.lo.m.declare(&format!("runtime.{name}"), Some(sig.clone()));
        self.b.call(sym, &sig, args.to_vec())
    }

    /// As [`FnCx::runtime`], for a function that does not return.
    pub fn runtime_noreturn(&mut self, name: &str, args: &[Value]) {
        self.runtime(name, args, &[]);
        self.b.unreachable();
    }

    /// Calls a function of package runtime that has one result word.
    pub fn runtime1(&mut self, name: &str, args: &[Value], result: Ty) -> Value {
        self.runtime(name, args, &[result])[0]
    }
}

impl<'p> Lower<'p> {
    /// The symbol of a package variable.
    pub(super) fn global(&mut self, obj: ObjectId) -> Symbol {
        let name = self.prog.symbol(obj, &[]);
        self.m.declare(&name, None)
    }

    pub(super) fn source(&self, pkg: PackageId) -> Option<Source<'p>> {
        let checked = self.prog.package(pkg)?.checked;
        Some(Source { info: &checked.info, pkg, old_loops: &checked.old_loops })
    }

    /// Lowers a function declaration of this package, unless it is generic (instances are made on demand).
    pub(super) fn func_decl(&mut self, input: super::PackageInput<'p>, decl: &'p ast::FuncDecl) {
        let info = &input.checked.info;
        let Some(&obj) = info.funcs.get(&decl.id) else { return };
        let object = self.types.object(obj);
        let generic = info.signatures.get(&decl.id).is_some_and(|s| !s.type_params.is_empty());
        if decl.body.is_none() && !generic {
            if !self.prog.is_foreign_link(obj) {
                self.intrinsic_body(decl, obj);
            }
            return;
        }
        if generic || decl.name.is_blank() {
            return;
        }
        let symbol = if decl.recv.is_none() && object.name.as_str() == "init" {
            self.next_init_symbol()
        } else {
            self.prog.symbol(obj, &[])
        };
        self.lower_decl(self.pkg, decl, obj, Env::default(), &symbol, false);
    }

    /// Lowers a declared function with type arguments under the symbol.
    pub(super) fn lower_decl(
        &mut self,
        pkg: PackageId,
        decl: &'p ast::FuncDecl,
        obj: ObjectId,
        env: Env,
        symbol: &str,
        dedup: bool,
    ) {
        let (Some(src), Some(body)) = (self.source(pkg), &decl.body) else { return };
        let span = decl.span;
        let made = self.guarded(span, |lo| {
            let default = SignatureVars::default();
            let vars = src.info.signatures.get(&decl.id).unwrap_or(&default);
            let env = Rc::new(env);
            let analysis = Rc::new(Analysis::of_decl(src, lo.types, &env, decl, vars));
            let recv = vars.recv.map(|r| lo.types.subst(lo.types.object(r).ty(), &env.params, &env.args));
            let sig = lo.types.subst(lo.types.object(obj).ty(), &env.params, &env.args);
            let abi = lo.abi(recv, sig);
            let sym = lo.m.declare(symbol, Some(abi.sig.clone()));
            let start = Start { src, env, analysis, frame: decl.id, symbol: symbol.to_owned(), span };
            let mut cx = FnCx::new(lo, abi.sig.clone(), start);
            for directive in &decl.directives {
                cx.pragma(directive.name.as_str());
            }
            cx.recover_pragma();
            cx.bind(vars, &abi);
            let func = cx.finish_body(body)?;
            lo.m.define(sym, mir::Def::Func(func), dedup);
            Ok(())
        });
        if let Err(diagnostic) = made {
            self.report(diagnostic);
        }
    }

    /// Runs a step of lowering; a panic in it is an internal error at the span.
    pub(super) fn guarded<T>(&mut self, span: Span, step: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| step(self)));
        caught.unwrap_or_else(|panic| {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("lowering failed");
            Err(Diagnostic::error(span, format!("internal compiler error: {what}")))
        })
    }
}

impl FnCx<'_, '_> {
    fn pragma(&mut self, name: &str) {
        match name {
            "go:nosplit" => self.b.pragmas().nosplit = true,
            "go:noinline" => self.b.pragmas().noinline = true,
            // Ours, for the overlay: `recover` and tracebacks look through the function.
            "go:wrapper" => self.b.pragmas().wrapper = true,
            _ => {}
        }
    }
}
