//! Escape analysis: heap objects that no pointer outlives become stack objects.
//!
//! 1. Strongly connected components of the call graph (direct calls, and closures made), callees first.
//! 2. Per function a flow graph ([`graph`]); a component's functions are repeated until their [`summary`] is stable,
//!    starting from "nothing escapes", which only ever grows.
//! 3. An allocation escapes if its address reaches the heap or a result; then what is stored in it reaches the heap as
//!    well, which may take others along. So does one that stays in the heap for another reason: too large for a stack,
//!    or alive across iterations of a loop ([`loops`]).
//! 4. What is left becomes a slot, zeroed where it was allocated, and stores that can only go to slots lose their
//!    write barrier.
//!
//! Allocations are `alloc_heap` and the runtime calls of [`fresh`].
//!
//! Invariant: nothing in the heap ever points to a stack object. Everything unknown counts as the heap.

mod fresh;
mod graph;
mod known;
mod loops;
mod summary;

use std::collections::HashMap;

use crate::mir::cfg::Cfg;
use crate::mir::*;
use fresh::{Fresh, FreshCalls, Sort};
use graph::{Callees, FAR, Graph, Origin, Pointees};
use loops::Loops;
pub use summary::{ParamFlow, Summaries, Summary};

/// A larger object stays in the heap: gc's limit for objects without a declared variable.
const MAX_OBJECT: u64 = 64 << 10;
/// All stack objects of one frame.
const MAX_FRAME: u64 = 128 << 10;

/// One allocation's fate, for `-m`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    pub func: Symbol,
    pub pos: PosId,
    pub on_stack: bool,
}

/// What the analysis found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Of every function the module defines.
    pub summaries: Summaries,
    /// In symbol order.
    pub decisions: Vec<Decision>,
}

/// Analyses and rewrites the module; `external` tells about functions defined elsewhere.
pub fn run(module: &mut Module, external: &Summaries) -> Outcome {
    let fresh = fresh::find(module);
    let mut known = Known { module, external, fresh: &fresh, own: HashMap::new() };
    let mut fates: Vec<(Symbol, Fate)> = Vec::new();
    for component in super::call_graph::components(known.module) {
        let mut decided: Vec<(Symbol, Fate)>;
        loop {
            let mut changed = false;
            decided = Vec::new();
            for &f in &component {
                let Def::Func(func) = &known.module.symbols[f.index()].def else { continue };
                let (summary, fate) = analyse(func, &known);
                if known.own.get(&f) != Some(&summary) {
                    // From the second round on, only a component that calls itself goes round again.
                    changed |= known.own.contains_key(&f) || component.len() > 1 || calls_itself(func, f);
                    known.own.insert(f, summary);
                }
                decided.push((f, fate));
            }
            if !changed {
                break;
            }
        }
        fates.append(&mut decided);
    }
    let own = known.own;
    fates.sort_by_key(|(f, _)| *f);
    let mut outcome = Outcome::default();
    for (f, fate) in fates {
        let name = module.name_of(f).to_owned();
        if let Some(summary) = own.get(&f) {
            outcome.summaries.functions.insert(name, summary.clone());
        }
        let zero = fate.layouts(module);
        let Def::Func(func) = &mut module.symbols[f.index()].def else { continue };
        outcome.decisions.extend(rewrite(func, f, &fate, &zero, &fresh));
    }
    outcome
}

fn calls_itself(func: &Func, f: Symbol) -> bool {
    func.insts.iter().any(|i| {
        let mut found = false;
        i.op.for_each_symbol(|s| found |= s == f);
        found
    })
}

/// The callees' side during the analysis.
struct Known<'a> {
    module: &'a Module,
    external: &'a Summaries,
    fresh: &'a FreshCalls,
    own: HashMap<Symbol, Summary>,
}

impl Callees for Known<'_> {
    fn summary(&self, callee: Symbol, params: usize) -> Option<Summary> {
        let name = self.module.name_of(callee);
        let defined = matches!(self.module.symbols[callee.index()].def, Def::Func(_));
        let fits = |s: &Summary| s.params.len() == params;
        if let Some(known) = known::summary(name, params) {
            return Some(known);
        }
        if defined {
            // Not analysed yet: the same component, so the optimistic start.
            return Some(self.own.get(&callee).cloned().unwrap_or_else(|| Summary::nothing(params))).filter(fits);
        }
        match self.external.get(name) {
            Some(summary) => Some(summary).filter(|s| fits(s)).cloned(),
            // Packages come after what they import, so what has no summary there has no body in Go.
            None => known::assembly(name, params),
        }
    }
    fn fresh(&self, callee: Symbol) -> Option<Fresh> {
        self.fresh.get(&callee).copied()
    }
    fn module(&self) -> &Module {
        self.module
    }
}

/// Which allocations become slots, and which stores need no barrier.
#[derive(Default)]
struct Fate {
    /// Allocations with their new slots' layouts, in block order.
    slots: Vec<(Inst, LayoutId)>,
    heap: Vec<Inst>,
    no_barrier: Vec<Inst>,
}

impl Fate {
    /// For each new slot, whether there is something to zero.
    fn layouts(&self, module: &Module) -> Vec<bool> {
        self.slots.iter().map(|(_, l)| module.layout_of(*l).size != 0).collect()
    }
}

fn analyse(func: &Func, known: &Known) -> (Summary, Fate) {
    let mut graph = Graph::new(func, known);
    let size = |o: u32, graph: &Graph| known.module.layout_of(graph.objects[o as usize].layout).size;
    let allocs: Vec<u32> = (0..graph.objects.len() as u32)
        .filter(|&o| matches!(graph.objects[o as usize].origin, Origin::Alloc(..)))
        .collect();

    let mut escapes = Escapes::new(&graph);
    for &o in &allocs {
        if size(o, &graph) > MAX_OBJECT {
            escapes.add(&mut graph, o);
        }
    }
    escapes.settle(&mut graph);
    let mut results: Vec<Vec<i8>> = Vec::new();
    // A result's walk can add escapes, which changes nothing in the walks of other results but the heap's.
    for i in 0..func.sig.results.len() {
        let mut distances = vec![FAR; graph.len()];
        let root = graph.result(i);
        distances[root.0 as usize] = 0;
        graph.walk(root, &mut distances, |_| {});
        for o in 0..graph.objects.len() as u32 {
            if distances[graph.object(o).0 as usize] == -1 {
                escapes.add(&mut graph, o);
            }
        }
        results.push(distances);
    }
    escapes.settle(&mut graph);

    if allocs.iter().any(|&o| !escapes.has(o)) {
        keep_loop_objects_in_heap(func, &mut graph, &mut escapes, &allocs);
        loop {
            let mut frame = 0;
            let mut over = None;
            for &o in allocs.iter().filter(|&&o| !escapes.has(o)) {
                frame += size(o, &graph);
                if frame > MAX_FRAME {
                    over = Some(o);
                    break;
                }
            }
            let Some(o) = over else { break };
            escapes.add(&mut graph, o);
            escapes.settle(&mut graph);
        }
    }

    let level = |d: i8| (d != FAR).then_some(d.max(0) as u8);
    let mut summary = Summary::default();
    let context = func.insts.iter().find(|i| i.op == Op::Context).map(|i| i.results[0]);
    let params = func.blocks[0].params.iter().copied().map(Some);
    for p in params.chain(func.sig.context.then_some(context)) {
        let mut flow = ParamFlow::default();
        if let Some(p) = p.filter(|p| func.ty(*p) == Ty::Ptr) {
            // Several `context` instructions give one value each; the least counts.
            let nodes: Vec<_> = if Some(p) == context {
                let all = func.insts.iter().filter(|i| i.op == Op::Context);
                all.map(|i| graph.value(i.results[0])).collect()
            } else {
                vec![graph.value(p)]
            };
            let least = |d: &[i8]| level(nodes.iter().map(|n| d[n.0 as usize]).min().unwrap_or(FAR));
            flow.heap = least(&escapes.distances);
            for (r, distances) in results.iter().enumerate() {
                flow.results.extend(least(distances).map(|l| (r as u32, l)));
            }
        }
        summary.params.push(flow);
    }

    let mut fate = Fate::default();
    for &o in &allocs {
        let Origin::Alloc(inst, _) = graph.objects[o as usize].origin else { continue };
        if escapes.has(o) {
            // Calls stay as they are.
            if matches!(func.insts[inst.index()].op, Op::AllocHeap { .. }) {
                fate.heap.push(inst);
            }
        } else {
            fate.slots.push((inst, graph.objects[o as usize].layout));
        }
    }
    let on_stack = |v: Value| match &graph.pointees[v.index()] {
        Pointees::Objects(objects) => {
            !objects.is_empty()
                && objects.iter().all(|&o| match graph.objects[o as usize].origin {
                    Origin::Slot(_) => true,
                    Origin::Alloc(..) => !escapes.has(o),
                })
        }
        Pointees::Unknown => false,
    };
    for (i, inst) in func.insts.iter().enumerate() {
        if let Op::Store { ptr: p, nowb: false, .. }
        | Op::MemCopy { dst: p, nowb: false, .. }
        | Op::MemZero { dst: p, nowb: false, .. } = inst.op
            && on_stack(p)
        {
            fate.no_barrier.push(Inst(i as u32));
        }
    }
    (summary, fate)
}

/// The walk from the heap, kept up to date while objects are found to escape.
struct Escapes {
    distances: Vec<i8>,
    escaped: Vec<bool>,
    pending: Vec<u32>,
}

impl Escapes {
    fn new(graph: &Graph) -> Escapes {
        let mut distances = vec![FAR; graph.len()];
        distances[graph.heap.0 as usize] = 0;
        Escapes { distances, escaped: vec![false; graph.objects.len()], pending: Vec::new() }
    }

    fn has(&self, object: u32) -> bool {
        self.escaped[object as usize]
    }

    /// The object is in the heap: so is what it holds.
    fn add(&mut self, graph: &mut Graph, object: u32) {
        if !std::mem::replace(&mut self.escaped[object as usize], true) {
            graph.edge(graph.heap, graph.object(object), 0);
            self.pending.push(object);
        }
    }

    fn settle(&mut self, graph: &mut Graph) {
        loop {
            self.pending.clear();
            graph.walk(graph.heap, &mut self.distances, |_| {});
            for o in 0..graph.objects.len() as u32 {
                if self.distances[graph.object(o).0 as usize] == -1 {
                    self.add(graph, o);
                }
            }
            if self.pending.is_empty() {
                return;
            }
        }
    }
}

/// Marks allocations that an earlier iteration's pointer can outlive, until no more come.
fn keep_loop_objects_in_heap(func: &Func, graph: &mut Graph, escapes: &mut Escapes, allocs: &[u32]) {
    let cfg = Cfg::new(func);
    let in_loop = cfg.in_loop(func);
    let mut param_of = vec![None; func.values.len()];
    for (b, block) in func.blocks.iter().enumerate() {
        for p in &block.params {
            param_of[p.index()] = Some(Block(b as u32));
        }
    }
    loop {
        let targets = graph.targets();
        let loops = Loops { func, cfg: &cfg, in_loop: &in_loop, graph, targets: &targets, param_of: &param_of };
        let lost: Vec<u32> = allocs.iter().copied().filter(|&o| !escapes.has(o) && !loops.renewed(o)).collect();
        if lost.is_empty() {
            return;
        }
        for o in lost {
            escapes.add(graph, o);
        }
        escapes.settle(graph);
    }
}

fn rewrite(func: &mut Func, f: Symbol, fate: &Fate, zero: &[bool], fresh: &FreshCalls) -> Vec<Decision> {
    let mut decisions = Vec::new();
    let mut slot_of: HashMap<Inst, (Slot, LayoutId, bool)> = HashMap::new();
    for (&(inst, layout), &zero) in fate.slots.iter().zip(zero) {
        func.slots.push(SlotData { layout, name: "alloc".to_owned() });
        let slot = Slot(func.slots.len() as u32 - 1);
        slot_of.insert(inst, (slot, layout, zero));
        decisions.push(Decision { func: f, pos: func.insts[inst.index()].pos, on_stack: true });
    }
    for &inst in &fate.heap {
        decisions.push(Decision { func: f, pos: func.insts[inst.index()].pos, on_stack: false });
    }
    if !slot_of.is_empty() {
        for b in 0..func.blocks.len() {
            let old = std::mem::take(&mut func.blocks[b].insts);
            let mut new = Vec::with_capacity(old.len());
            for inst in old {
                let Some(&(slot, layout, zero)) = slot_of.get(&inst) else {
                    new.push(inst);
                    continue;
                };
                if matches!(func.insts[inst.index()].op, Op::Call { .. }) {
                    use_slot(func, inst, slot, fresh, &mut new);
                    continue;
                }
                new.push(inst);
                let data = &mut func.insts[inst.index()];
                data.op = Op::SlotAddr(slot);
                let (dst, pos) = (data.results[0], data.pos);
                if zero {
                    func.insts.push(InstData { op: Op::MemZero { dst, layout, nowb: true }, results: Vec::new(), pos });
                    new.push(Inst(func.insts.len() as u32 - 1));
                }
            }
            func.blocks[b].insts = new;
        }
    }
    for &inst in &fate.no_barrier {
        match &mut func.insts[inst.index()].op {
            Op::Store { nowb, .. } | Op::MemCopy { nowb, .. } | Op::MemZero { nowb, .. } => *nowb = true,
            _ => {}
        }
    }
    decisions
}

/// Has a call of a runtime function that makes an object use the slot.
fn use_slot(func: &mut Func, inst: Inst, slot: Slot, fresh: &FreshCalls, out: &mut Vec<Inst>) {
    let pos = func.insts[inst.index()].pos;
    let Op::Call { callee: Callee::Direct(f), args, .. } = &mut func.insts[inst.index()].op else { return };
    match fresh[f].sort {
        Sort::Buffer => {
            let buffer = Value(func.values.len() as u32);
            func.values.push(Ty::Ptr);
            args[0] = buffer;
            func.insts.push(InstData { op: Op::SlotAddr(slot), results: vec![buffer], pos });
            out.push(Inst(func.insts.len() as u32 - 1));
            out.push(inst);
        }
        Sort::Box => {
            let args = std::mem::take(args);
            let data = &mut func.insts[inst.index()];
            data.op = Op::SlotAddr(slot);
            let object = data.results[0];
            out.push(inst);
            let mut offset = 0;
            for val in args {
                let ptr = Value(func.values.len() as u32);
                func.values.push(Ty::Ptr);
                let size = func.ty(val).size();
                let address = Op::PtrAdd { base: object, offset };
                func.insts.push(InstData { op: address, results: vec![ptr], pos });
                out.push(Inst(func.insts.len() as u32 - 1));
                let store = Op::Store { ptr, val, nowb: true, volatile: false };
                func.insts.push(InstData { op: store, results: Vec::new(), pos });
                out.push(Inst(func.insts.len() as u32 - 1));
                offset += size as i64;
            }
        }
    }
}
