//! Inlining of Go functions, bottom-up over the call graph.
//!
//! LLVM never inlines Go functions: only here do inlined calls keep their identity, as positions with the chain of
//! calls they were inlined at, which tracebacks and `runtime.Callers` show as frames.
//!
//! What stays a call: a function that calls `recover` (whose frame counts), one with deferred calls (its recover block
//! is its frame's), `//go:noinline`, recursion, what is too large. Nothing with calls of its own goes into a
//! compiler-made wrapper, which `recover` does not count as a frame.

use std::collections::HashMap;

use super::call_graph;
use super::known_calls::{closure_code, definitions};
use super::profile::Heat;
use crate::mir::compact::compact;
use crate::mir::*;

/// A callee of at most this cost is inlined everywhere: about gc's budget of 80 nodes, counted in instructions.
pub const BUDGET: u32 = 40;
/// And one of at most this cost where a profile says that the call is hot.
pub const HOT_BUDGET: u32 = 400;
/// A function does not grow beyond this by inlining.
const MAX_CALLER: u32 = 4000;
/// Calls made visible by inlining are inlined in turn, to this depth.
const MAX_DEPTH: u32 = 12;

/// Limits of one run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub budget: u32,
    pub hot_budget: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { budget: BUDGET, hot_budget: HOT_BUDGET }
    }
}

/// One answer for `-m`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inlined {
    pub caller: Symbol,
    pub callee: Symbol,
    pub pos: PosId,
    /// Of the call, in the profile's unit, if it was inlined because the call is hot.
    pub hot: Option<u64>,
}

/// Inlines in the whole module, more where the profile says that it pays; returns what was.
pub fn run(module: &mut Module, limits: &Limits, heat: Option<&Heat>) -> Vec<Inlined> {
    let mut done = Vec::new();
    let mut component_of: HashMap<Symbol, usize> = HashMap::new();
    let components = call_graph::components(module);
    for (i, c) in components.iter().enumerate() {
        component_of.extend(c.iter().map(|&s| (s, i)));
    }
    let mut costs: HashMap<Symbol, Option<u32>> = HashMap::new();
    for component in &components {
        for &caller in component {
            let Def::Func(func) = &mut module.symbols[caller.index()].def else { continue };
            let mut func = std::mem::take(func);
            // The module keeps the signature meanwhile, for calls of the function itself.
            module.symbols[caller.index()].def = Def::Extern(Some(func.sig.clone()));
            let mut inliner =
                Inliner { module, limits, heat, costs: &costs, component_of: &component_of, caller, done: &mut done };
            if inliner.function(&mut func) {
                compact(&mut func);
            }
            module.symbols[caller.index()].def = Def::Func(func);
        }
        for &f in component {
            let Def::Func(func) = &module.symbols[f.index()].def else { continue };
            costs.insert(f, cost(module, func));
        }
    }
    done
}

/// What a copy of the body costs; `None` for a body that may not be copied.
fn cost(module: &Module, func: &Func) -> Option<u32> {
    if func.pragmas.noinline || func.recover.is_some() {
        return None;
    }
    let mut total = 0;
    for block in &func.blocks {
        total += 1;
        for &inst in &block.insts {
            let op = &func.insts[inst.index()].op;
            total += match op {
                Op::Int(..) | Op::Float(..) | Op::Null(_) | Op::GlobalAddr(..) | Op::FuncAddr(_) | Op::SlotAddr(_) => 0,
                Op::Context | Op::PtrAdd { .. } | Op::KeepAlive(_) | Op::NilCheck(_) => 0,
                Op::Call { callee: Callee::Direct(f), args, .. } => {
                    let name = module.name_of(*f);
                    if name == "runtime.gorecover" || name == "runtime.deferenter" {
                        return None;
                    }
                    // A call that ends the program or goroutine is out of the way.
                    if name.starts_with("runtime.panic") || name == "runtime.gopanic" {
                        2
                    } else {
                        8 + args.len() as u32
                    }
                }
                Op::Call { callee: Callee::Runtime(f), .. } => {
                    // These look at their caller's frame.
                    if matches!(module.name_of(*f), "rt_callers" | "rt_recover_to" | "rt_traceback") {
                        return None;
                    }
                    8
                }
                Op::Call { args, .. } => 10 + args.len() as u32,
                Op::AllocHeap { .. } => 5,
                Op::MemCopy { .. } | Op::MemZero { .. } => 3,
                _ => 1,
            };
        }
        if let Some(Terminator::Switch { cases, .. }) = &block.term {
            total += cases.len() as u32;
        }
    }
    Some(total)
}

struct Inliner<'a> {
    module: &'a mut Module,
    limits: &'a Limits,
    heat: Option<&'a Heat>,
    costs: &'a HashMap<Symbol, Option<u32>>,
    component_of: &'a HashMap<Symbol, usize>,
    caller: Symbol,
    done: &'a mut Vec<Inlined>,
}

/// A call to be replaced.
struct Site {
    callee: Symbol,
    args: Vec<Value>,
    context: Option<Value>,
}

impl Inliner<'_> {
    fn function(&mut self, func: &mut Func) -> bool {
        let mut size: u32 = func.blocks.iter().map(|b| b.insts.len() as u32).sum();
        // Blocks still to be looked at, with the depth of inlining their code has.
        let mut work: Vec<(Block, u32)> = (0..func.blocks.len() as u32).rev().map(|b| (Block(b), 0)).collect();
        let mut any = false;
        while let Some((block, depth)) = work.pop() {
            let mut at = 0;
            while at < func.blocks[block.index()].insts.len() {
                let inst = func.blocks[block.index()].insts[at];
                at += 1;
                if depth >= MAX_DEPTH || size > MAX_CALLER {
                    break;
                }
                let Some(site) = self.site(func, inst) else { continue };
                let Some(Some(cost)) = self.costs.get(&site.callee).copied() else { continue };
                let pos = func.insts[inst.index()].pos;
                let hot = if cost > self.limits.budget { self.hot(pos, site.callee, cost) } else { None };
                if cost > self.limits.budget && hot.is_none() {
                    continue;
                }
                let Def::Func(body) = &self.module.symbols[site.callee.index()].def else { continue };
                if func.pragmas.wrapper && has_calls(body) {
                    continue;
                }
                let body = body.clone();
                size += cost;
                self.done.push(Inlined { caller: self.caller, callee: site.callee, pos, hot });
                let first = func.blocks.len() as u32;
                let rest = self.splice(func, block, at - 1, &site, &body);
                // The rest of this block next, then the copied blocks one level deeper.
                work.extend((first..rest.0).rev().map(|b| (Block(b), depth + 1)));
                work.push((rest, depth));
                any = true;
                break;
            }
        }
        any
    }

    /// The call's weight, if it is hot and the callee not too large for that.
    fn hot(&self, pos: PosId, callee: Symbol, cost: u32) -> Option<u64> {
        if cost > self.limits.hot_budget {
            return None;
        }
        let heat = self.heat?;
        let weight = heat.call(self.module, pos, callee);
        heat.is_hot(weight).then_some(weight)
    }

    /// The call and its callee, if the callee is a function of this module that is known here.
    fn site(&self, func: &Func, inst: Inst) -> Option<Site> {
        let Op::Call { callee, sig, args } = &func.insts[inst.index()].op else { return None };
        let (callee, args, context) = match callee {
            Callee::Direct(f) => (*f, args.clone(), None),
            Callee::Closure => {
                let f = closure_code(func, &definitions(func), self.module, args[0])?;
                (f, args[1..].to_vec(), Some(args[0]))
            }
            _ => return None,
        };
        // A cycle would have no end.
        if self.component_of.get(&callee) == self.component_of.get(&self.caller) {
            return None;
        }
        let Def::Func(body) = &self.module.symbols[callee.index()].def else { return None };
        let fits = body.sig.params == sig.params && body.sig.results == sig.results;
        (fits && (context.is_some() || !body.sig.context)).then_some(Site { callee, args, context })
    }

    /// Replaces the call at `at` of the block by the body; returns the block that holds what came after it, which is
    /// the last of the new blocks.
    fn splice(&mut self, func: &mut Func, block: Block, at: usize, site: &Site, body: &Func) -> Block {
        let call = func.blocks[block.index()].insts[at];
        let call_pos = func.insts[call.index()].pos;
        let first_block = func.blocks.len() as u32;
        let new_block = |b: Block| Block(first_block + b.0);
        let rest = Block(first_block + body.blocks.len() as u32);

        let first_slot = func.slots.len() as u32;
        func.slots.extend(body.slots.iter().cloned());
        let mut values: Vec<Option<Value>> = vec![None; body.values.len()];
        for (p, &arg) in body.blocks[0].params.iter().zip(&site.args) {
            values[p.index()] = Some(arg);
        }
        let at_call = AtCall { pos: call_pos, wrapper: body.pragmas.wrapper };
        let mut positions: HashMap<PosId, PosId> = HashMap::new();
        // Definitions first, since blocks may use what a later block defines.
        for (b, data) in body.blocks.iter().enumerate() {
            if b != 0 {
                for p in &data.params {
                    values[p.index()] = Some(func.new_value(body.ty(*p)));
                }
            }
            for &inst in &data.insts {
                let inst = &body.insts[inst.index()];
                for r in &inst.results {
                    values[r.index()] = match (&inst.op, site.context) {
                        (Op::Context, Some(context)) => Some(context),
                        _ => Some(func.new_value(body.ty(*r))),
                    };
                }
            }
        }
        let value = |v: Value| values[v.index()].unwrap_or(v);
        for (b, data) in body.blocks.iter().enumerate() {
            let params = if b == 0 { Vec::new() } else { data.params.iter().map(|&p| value(p)).collect() };
            let mut insts = Vec::with_capacity(data.insts.len());
            for &inst in &data.insts {
                let old = &body.insts[inst.index()];
                if old.op == Op::Context {
                    continue;
                }
                let mut op = old.op.clone();
                op.for_each_operand_mut(|v| *v = value(*v));
                if let Op::SlotAddr(s) = &mut op {
                    s.0 += first_slot;
                }
                let results = old.results.iter().map(|&r| value(r)).collect();
                let pos = self.position(old.pos, &at_call, &mut positions);
                func.insts.push(InstData { op, results, pos });
                insts.push(Inst(func.insts.len() as u32 - 1));
            }
            let mut term = match &data.term {
                Some(Terminator::Return(results)) => Terminator::Jump(rest, results.clone()),
                Some(other) => {
                    let mut other = other.clone();
                    other.for_each_block_mut(|b| *b = new_block(*b));
                    other
                }
                None => Terminator::Unreachable,
            };
            term.for_each_operand_mut(|v| *v = value(*v));
            let term_pos = self.position(data.term_pos, &at_call, &mut positions);
            func.blocks.push(BlockData { params, insts, term: Some(term), term_pos });
        }

        // The call's results become the parameters of the rest.
        let results = std::mem::take(&mut func.insts[call.index()].results);
        let old = &mut func.blocks[block.index()];
        let tail = old.insts.split_off(at + 1);
        old.insts.pop();
        let (term, term_pos) = (old.term.take(), old.term_pos);
        (old.term, old.term_pos) = (Some(Terminator::Jump(new_block(Block(0)), Vec::new())), call_pos);
        func.blocks.push(BlockData { params: results, insts: tail, term, term_pos });
        rest
    }

    /// A position of the body, as inlined at the call. A wrapper leaves no frame behind.
    fn position(&mut self, pos: PosId, call: &AtCall, known: &mut HashMap<PosId, PosId>) -> PosId {
        if pos == PosId::NONE || call.pos == PosId::NONE {
            return call.pos;
        }
        if let Some(&p) = known.get(&pos) {
            return p;
        }
        let old = self.module.positions[pos.index()].clone();
        let at = match old.inlined_at {
            Some(outer) => self.position(outer, call, known),
            None if call.wrapper => return call.pos,
            None => call.pos,
        };
        let new = self.module.position(Position { inlined_at: Some(at), ..old });
        known.insert(pos, new);
        new
    }
}

/// Where a body is inlined.
struct AtCall {
    pos: PosId,
    /// The body is a wrapper's.
    wrapper: bool,
}

fn has_calls(func: &Func) -> bool {
    func.insts.iter().any(|i| matches!(i.op, Op::Call { .. }))
}
