//! The flow graph of one function.
//!
//! Nodes are the function's values, its memory objects (heap allocations and slots; the node stands for what the
//! object holds), the heap, and the results. An edge `dst ← src, n` says that what n loads from src give may come to
//! be in dst; n = −1 means that dst gets the address of the object src. The walk from a node gives the least n by
//! which every other reaches it: an object reached with −1 has its address there.
//!
//! A store through a pointer whose objects are all known goes into those objects, any other store into the heap; a
//! load takes one load more off its pointer. Order of instructions plays no part (see [`super::loops`] for what does).

use std::collections::HashMap;

use super::fresh::{Fresh, MAX_BUFFERS, Sort};
use super::known;
use super::summary::{MAX_DEREFS, Summary};
use crate::mir::*;

/// A node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node(pub u32);

/// A memory object.
#[derive(Clone, Debug)]
pub struct Object {
    pub origin: Origin,
    pub layout: LayoutId,
    /// The function whose address the object holds in its first word, if that is the one code address stored there.
    pub code: Option<Symbol>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// An `alloc_heap`, or a call that makes an object, and the block it is in.
    Alloc(Inst, Block),
    Slot(Slot),
}

/// The objects a pointer may point to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pointees {
    /// These only, sorted; none: nil or never defined.
    Objects(Vec<u32>),
    /// Others too.
    Unknown,
}

/// More objects than this behind one pointer are taken as unknown.
const MAX_POINTEES: usize = 8;

/// "Not reached".
pub const FAR: i8 = i8::MAX;

pub struct Graph {
    values: u32,
    pub objects: Vec<Object>,
    /// Sources by destination.
    sources: Vec<Vec<(Node, i8)>>,
    /// What each value may point to.
    pub pointees: Vec<Pointees>,
    pub heap: Node,
    first_result: u32,
}

/// How the callers' side knows callees.
pub trait Callees {
    /// The summary of a direct callee with so many parameters; `None`: it may do anything.
    fn summary(&self, callee: Symbol, params: usize) -> Option<Summary>;
    /// What a call of the function makes, if it is a runtime function that does.
    fn fresh(&self, callee: Symbol) -> Option<Fresh>;
    fn module(&self) -> &Module;
}

impl Graph {
    pub fn new(func: &Func, callees: &dyn Callees) -> Graph {
        let mut objects: Vec<Object> = func
            .slots
            .iter()
            .enumerate()
            .map(|(i, s)| Object { origin: Origin::Slot(Slot(i as u32)), layout: s.layout, code: None })
            .collect();
        let mut alloc_of = HashMap::new();
        let mut defs: Vec<Option<Inst>> = vec![None; func.values.len()];
        let mut buffers = 0;
        for (b, block) in func.blocks.iter().enumerate() {
            for &inst in &block.insts {
                let data = &func.insts[inst.index()];
                data.results.iter().for_each(|r| defs[r.index()] = Some(inst));
                let layout = match data.op {
                    Op::AllocHeap { layout, .. } => layout,
                    Op::Call { callee: Callee::Direct(f), .. } => match callees.fresh(f) {
                        Some(Fresh { sort: Sort::Box, layout }) => layout,
                        Some(Fresh { sort: Sort::Buffer, layout })
                            if buffers < MAX_BUFFERS && takes_buffer(func, &defs, inst) =>
                        {
                            buffers += 1;
                            layout
                        }
                        _ => continue,
                    },
                    _ => continue,
                };
                alloc_of.insert(inst, objects.len() as u32);
                objects.push(Object { origin: Origin::Alloc(inst, Block(b as u32)), layout, code: None });
            }
        }
        let values = func.values.len() as u32;
        let heap = values + objects.len() as u32;
        let first_result = heap + 1;
        let nodes = first_result as usize + func.sig.results.len();
        let pointees = pointees(func, &alloc_of);
        let mut graph =
            Graph { values, objects, sources: vec![Vec::new(); nodes], pointees, heap: Node(heap), first_result };
        graph.find_code(func, &defs);
        let uses = noescape_ints(func);
        for block in &func.blocks {
            for &inst in &block.insts {
                Builder { graph: &mut graph, func, callees, defs: &defs, harmless: &uses }.inst(inst, &alloc_of);
            }
            if let Some(term) = &block.term {
                term.for_each_target(|to, args| {
                    for (&param, &arg) in func.blocks[to.index()].params.iter().zip(args) {
                        graph.flow(func, param, arg);
                    }
                });
                if let Terminator::Return(results) = term {
                    for (i, &v) in results.iter().enumerate() {
                        if func.ty(v) == Ty::Ptr {
                            graph.edge(graph.result(i), graph.value(v), 0);
                        }
                    }
                }
            }
        }
        graph
    }

    pub fn value(&self, v: Value) -> Node {
        Node(v.0)
    }
    pub fn object(&self, index: u32) -> Node {
        Node(self.values + index)
    }
    pub fn result(&self, index: usize) -> Node {
        Node(self.first_result + index as u32)
    }
    /// The value a node stands for.
    pub fn as_value(&self, n: Node) -> Option<Value> {
        (n.0 < self.values).then_some(Value(n.0))
    }
    /// The object whose content a node stands for.
    pub fn as_object(&self, n: Node) -> Option<u32> {
        (n.0 >= self.values && n.0 < self.heap.0).then(|| n.0 - self.values)
    }
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    pub fn edge(&mut self, dst: Node, src: Node, derefs: i8) {
        let list = &mut self.sources[dst.0 as usize];
        if !list.contains(&(src, derefs)) || list.len() > 16 {
            list.push((src, derefs));
        }
    }

    fn flow(&mut self, func: &Func, dst: Value, src: Value) {
        if func.ty(dst) == Ty::Ptr && func.ty(src) == Ty::Ptr {
            self.edge(self.value(dst), self.value(src), 0);
        }
    }

    /// The least number of loads from each node to what comes to be in `root`, continuing from a former walk of the
    /// same root: `distances` are kept and lowered.
    pub fn walk(&self, from: Node, distances: &mut [i8], mut reached: impl FnMut(Node)) {
        let mut work = vec![from];
        while let Some(dst) = work.pop() {
            let base = distances[dst.0 as usize].max(0);
            for &(src, derefs) in &self.sources[dst.0 as usize] {
                let d = (base + derefs).min(MAX_DEREFS as i8);
                let known = &mut distances[src.0 as usize];
                if d < *known {
                    *known = d;
                    reached(src);
                    work.push(src);
                }
            }
        }
    }

    /// Edges the other way round: (destination, derefs) by source.
    pub fn targets(&self) -> Vec<Vec<(Node, i8)>> {
        let mut out = vec![Vec::new(); self.sources.len()];
        for (dst, sources) in self.sources.iter().enumerate() {
            for &(src, derefs) in sources {
                out[src.0 as usize].push((Node(dst as u32), derefs));
            }
        }
        out
    }

    /// Notes closures: objects with one code address in their first word.
    fn find_code(&mut self, func: &Func, defs: &[Option<Inst>]) {
        let mut seen: HashMap<u32, Option<Symbol>> = HashMap::new();
        for data in func.blocks.iter().flat_map(|b| &b.insts).map(|i| &func.insts[i.index()]) {
            let Op::Store { ptr, val, .. } = data.op else { continue };
            if func.ty(val) != Ty::Raw {
                continue;
            }
            let code = match defs[val.index()].map(|i| &func.insts[i.index()].op) {
                Some(Op::FuncAddr(f)) => Some(*f),
                _ => None,
            };
            if let Pointees::Objects(objects) = &self.pointees[ptr.index()] {
                for &o in objects {
                    seen.entry(o).and_modify(|old| *old = old.filter(|f| Some(*f) == code)).or_insert(code);
                }
            }
        }
        for (o, object) in self.objects.iter_mut().enumerate() {
            object.code = seen.get(&(o as u32)).copied().flatten();
        }
    }
}

/// Whether the call's buffer is still nil.
fn takes_buffer(func: &Func, defs: &[Option<Inst>], call: Inst) -> bool {
    let Op::Call { args, .. } = &func.insts[call.index()].op else { return false };
    let def = args.first().and_then(|a| defs[a.index()]);
    def.is_some_and(|d| matches!(func.insts[d.index()].op, Op::Null(_)))
}

/// What each pointer may point to, by copies and address arithmetic alone.
fn pointees(func: &Func, alloc_of: &HashMap<Inst, u32>) -> Vec<Pointees> {
    let mut out = vec![Pointees::Objects(Vec::new()); func.values.len()];
    // Values that take over another's pointees, by source.
    let mut copies: Vec<Vec<Value>> = vec![Vec::new(); func.values.len()];
    let mut work = Vec::new();
    for &p in &func.blocks[0].params {
        out[p.index()] = Pointees::Unknown;
        work.push(p);
    }
    for block in &func.blocks {
        for &inst in &block.insts {
            let data = &func.insts[inst.index()];
            for &r in &data.results {
                match data.op {
                    Op::AllocHeap { .. } => out[r.index()] = Pointees::Objects(vec![alloc_of[&inst]]),
                    Op::SlotAddr(s) => out[r.index()] = Pointees::Objects(vec![s.0]),
                    Op::Null(_) => {}
                    Op::PtrAdd { base, .. } | Op::PtrIndex { base, .. } => copies[base.index()].push(r),
                    Op::Select(_, a, b) => {
                        copies[a.index()].push(r);
                        copies[b.index()].push(r);
                    }
                    _ => out[r.index()] = Pointees::Unknown,
                }
                work.push(r);
            }
        }
        if let Some(term) = &block.term {
            term.for_each_target(|to, args| {
                for (&param, &arg) in func.blocks[to.index()].params.iter().zip(args) {
                    copies[arg.index()].push(param);
                }
            });
        }
    }
    while let Some(v) = work.pop() {
        for &to in &copies[v.index()] {
            let joined = join(&out[to.index()], &out[v.index()]);
            if joined != out[to.index()] {
                out[to.index()] = joined;
                work.push(to);
            }
        }
    }
    out
}

fn join(a: &Pointees, b: &Pointees) -> Pointees {
    let (Pointees::Objects(a), Pointees::Objects(b)) = (a, b) else { return Pointees::Unknown };
    let mut all: Vec<u32> = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    all.dedup();
    if all.len() > MAX_POINTEES { Pointees::Unknown } else { Pointees::Objects(all) }
}

/// `ptrtoint` results that are only compared, also after arithmetic, or hidden by `x ^ 0`: the pointer is not lost in them.
fn noescape_ints(func: &Func) -> Vec<bool> {
    let mut zero = vec![false; func.values.len()];
    for data in &func.insts {
        if let Op::Int(_, 0) = data.op {
            zero[data.results[0].index()] = true;
        }
    }
    let mut harmless = vec![true; func.values.len()];
    // What arithmetic is made of, by its result.
    let mut work: Vec<Value> = Vec::new();
    let mut parts: HashMap<Value, [Value; 2]> = HashMap::new();
    let mut spoil = |v: Value| {
        if std::mem::replace(&mut harmless[v.index()], false) {
            work.push(v);
        }
    };
    for block in &func.blocks {
        for &inst in &block.insts {
            let data = &func.insts[inst.index()];
            match data.op {
                Op::Cmp(..) | Op::BoundsCheck { .. } => {}
                Op::Bin(BinOp::Xor, _, b) if zero[b.index()] => {}
                Op::Bin(_, a, b) => drop(parts.insert(data.results[0], [a, b])),
                _ => data.op.for_each_operand(&mut spoil),
            }
        }
        if let Some(term) = &block.term {
            term.for_each_operand(&mut spoil);
        }
    }
    while let Some(v) = work.pop() {
        for part in parts.get(&v).into_iter().flatten() {
            if std::mem::replace(&mut harmless[part.index()], false) {
                work.push(*part);
            }
        }
    }
    harmless
}

/// Adds the edges of instructions.
struct Builder<'a> {
    graph: &'a mut Graph,
    func: &'a Func,
    callees: &'a dyn Callees,
    defs: &'a [Option<Inst>],
    harmless: &'a [bool],
}

impl Builder<'_> {
    fn inst(&mut self, inst: Inst, alloc_of: &HashMap<Inst, u32>) {
        let data = &self.func.insts[inst.index()];
        let result = data.results.first().copied();
        match &data.op {
            Op::AllocHeap { .. } => self.address(result, alloc_of[&inst]),
            Op::SlotAddr(s) => self.address(result, s.0),
            Op::PtrAdd { base, .. } | Op::PtrIndex { base, .. } => self.copy(result, *base, 0),
            Op::Select(_, a, b) => {
                self.copy(result, *a, 0);
                self.copy(result, *b, 0);
            }
            Op::Load { ty: Ty::Ptr, ptr, .. } => self.copy(result, *ptr, 1),
            Op::Store { ptr, val, .. } => self.store_inst(*ptr, *val),
            Op::Atomic { ptr, args, .. } => {
                self.copy(result, *ptr, 1);
                // A compared old value is not stored, but telling it apart gains nothing.
                args.iter().for_each(|&v| self.store_inst(*ptr, v));
            }
            Op::MemCopy { dst, src, layout, .. } => {
                if !self.callees.module().layout_of(*layout).ptr_words.is_empty() {
                    self.store(*dst, *src, 1);
                }
            }
            Op::Conv(ConvOp::PtrToInt, _, v) if !self.harmless[result.map_or(0, Value::index)] => self.leak(*v, 0),
            Op::Call { callee: Callee::Direct(f), sig, args } if alloc_of.contains_key(&inst) => {
                let object = alloc_of[&inst];
                self.address(result, object);
                match self.callees.fresh(*f).map(|f| f.sort) {
                    Some(Sort::Box) => {
                        for &arg in args.iter().filter(|&&a| self.func.ty(a) == Ty::Ptr) {
                            self.graph.edge(self.graph.object(object), self.graph.value(arg), 0);
                        }
                    }
                    // The result may be an operand as well.
                    _ => self.call(&Callee::Direct(*f), sig, args, &data.results),
                }
            }
            Op::Call { callee, sig, args } => self.call(callee, sig, args, &data.results),
            _ => {}
        }
    }

    fn address(&mut self, result: Option<Value>, object: u32) {
        if let Some(r) = result {
            self.graph.edge(self.graph.value(r), self.graph.object(object), -1);
        }
    }

    fn copy(&mut self, result: Option<Value>, from: Value, derefs: i8) {
        if let Some(r) = result
            && self.func.ty(r) == Ty::Ptr
            && self.func.ty(from) == Ty::Ptr
        {
            self.graph.edge(self.graph.value(r), self.graph.value(from), derefs);
        }
    }

    fn leak(&mut self, v: Value, derefs: i8) {
        if self.func.ty(v) == Ty::Ptr {
            self.graph.edge(self.graph.heap, self.graph.value(v), derefs);
        }
    }

    fn store_inst(&mut self, ptr: Value, val: Value) {
        match self.func.ty(val) {
            Ty::Ptr => self.store(ptr, val, 0),
            Ty::Raw => self.store_code(ptr, val),
            _ => {}
        }
    }

    /// What `derefs` loads from `val` give goes to where `ptr` points.
    fn store(&mut self, ptr: Value, val: Value, derefs: i8) {
        if self.func.ty(val) != Ty::Ptr {
            return;
        }
        match self.graph.pointees[ptr.index()].clone() {
            Pointees::Objects(objects) => {
                for o in objects {
                    self.graph.edge(self.graph.object(o), self.graph.value(val), derefs);
                }
            }
            Pointees::Unknown => self.leak(val, derefs),
        }
    }

    /// A code address in an object makes it a closure, which may be called anywhere with itself as the context: what
    /// the function does with its context happens to the object.
    fn store_code(&mut self, ptr: Value, val: Value) {
        match self.defs[val.index()].map(|i| &self.func.insts[i.index()].op) {
            Some(&Op::FuncAddr(f)) => {
                let Some(sig) = signature(self.callees.module(), f) else { return self.leak(ptr, 0) };
                if !sig.context {
                    return;
                }
                let context = sig.params.len();
                match self.callees.summary(f, context + 1) {
                    Some(summary) => {
                        let flow = &summary.params[context];
                        let level = flow.results.iter().map(|r| r.1).chain(flow.heap).min();
                        if let Some(level) = level {
                            self.leak(ptr, level as i8);
                        }
                    }
                    None => self.leak(ptr, 0),
                }
            }
            Some(Op::Null(_)) => {}
            // Whose code it is, is not known.
            _ => self.leak(ptr, 0),
        }
    }

    fn call(&mut self, callee: &Callee, sig: &Signature, args: &[Value], results: &[Value]) {
        let params = sig.params.len();
        match *callee {
            Callee::Direct(f) => {
                if self.callees.module().name_of(f) == "runtime.deferpush" {
                    return self.defer_push(args);
                }
                let summary = self.callees.summary(f, params);
                self.apply(summary, args, results);
            }
            Callee::Runtime(f) => {
                let summary = known::rust_summary(self.callees.module().name_of(f), params);
                self.apply(summary, args, results);
            }
            Callee::Closure => match self.closure_code(args[0]) {
                Some((f, true)) => {
                    let summary = self.callees.summary(f, params + 1);
                    let mut all = args[1..].to_vec();
                    all.push(args[0]);
                    self.apply(summary, &all, results);
                }
                Some((f, false)) => {
                    let summary = self.callees.summary(f, params);
                    self.apply(summary, &args[1..], results);
                }
                // Calling a closure does to its own object what was accounted for where it was made.
                None => self.apply(None, &args[1..], results),
            },
            Callee::Code | Callee::Method { .. } => self.apply(None, &args[1..], results),
        }
    }

    /// The one function a closure value stands for, and whether it has a context.
    fn closure_code(&self, closure: Value) -> Option<(Symbol, bool)> {
        let module = self.callees.module();
        let code = match &self.graph.pointees[closure.index()] {
            Pointees::Objects(objects) => {
                let mut code = None;
                for &o in objects {
                    let this = self.graph.objects[o as usize].code?;
                    if *code.get_or_insert(this) != this {
                        return None;
                    }
                }
                code?
            }
            Pointees::Unknown => match self.defs[closure.index()].map(|i| &self.func.insts[i.index()].op) {
                Some(&Op::GlobalAddr(data, 0)) => match &module.symbols[data.index()].def {
                    Def::Data(d) if d.read_only => d.relocs.iter().find(|r| r.offset == 0 && r.addend == 0)?.target,
                    _ => return None,
                },
                _ => return None,
            },
        };
        Some((code, signature(module, code)?.context))
    }

    fn apply(&mut self, summary: Option<Summary>, args: &[Value], results: &[Value]) {
        let Some(summary) = summary else {
            args.iter().for_each(|&a| self.leak(a, 0));
            return;
        };
        for (&arg, flow) in args.iter().zip(&summary.params) {
            if let Some(level) = flow.heap {
                self.leak(arg, level as i8);
            }
            for &(r, level) in &flow.results {
                self.copy(results.get(r as usize).copied(), arg, level as i8);
            }
        }
    }

    /// `deferpush(df, rec, fn)`: the closure is called while the frame is alive; a record of the frame's own holds
    /// it, a record that the runtime allocates (rec nil) would put it in the heap.
    fn defer_push(&mut self, args: &[Value]) {
        let &[_, rec, closure] = args else { return };
        match &self.graph.pointees[rec.index()] {
            Pointees::Objects(objects) if !objects.is_empty() => self.store(rec, closure, 0),
            _ => self.leak(closure, 0),
        }
    }
}

/// A function's signature, if it is known.
fn signature(module: &Module, f: Symbol) -> Option<&Signature> {
    match &module.symbols[f.index()].def {
        Def::Func(func) => Some(&func.sig),
        Def::Extern(sig) => sig.as_ref(),
        Def::Data(_) => None,
    }
}
