//! Guarded direct calls where a profile says which method or function a call through a value mostly calls.
//!
//! ```text
//!   call_method I 0(code, data, …)   ─▶   if code == addr(T.M) { call T.M(data, …) } else { call_method I 0(code, …) }
//! ```
//! The code address is compared, not the type: it is at hand, and types that share a method by embedding are told apart
//! by nothing else. The direct call can then be inlined. A call gets up to [`MAX_TARGETS`] guards, the most frequent
//! first; a target must have [`MIN_PART`] of the calls.

use std::collections::HashMap;

use pgo::NameId;

use super::profile::{Decision, Heat, What};
use crate::lower::types_desc::{ITAB_FUN, ITAB_PREFIX};
use crate::mir::compact::compact;
use crate::mir::*;

const MAX_TARGETS: usize = 2;
/// One in so many calls must go to a target.
const MIN_PART: u64 = 4;

/// Guards the hot calls of the module; returns what was done.
pub fn run(module: &mut Module, heat: &Heat) -> Vec<Decision> {
    let candidates = Candidates::new(module, heat);
    let mut guards = Vec::new();
    for i in 0..module.symbols.len() {
        let Def::Func(func) = &mut module.symbols[i].def else { continue };
        let mut func = std::mem::take(func);
        let before = guards.len();
        function(module, &mut func, heat, &candidates, &mut guards);
        if guards.len() > before {
            compact(&mut func);
        }
        module.symbols[i].def = Def::Func(func);
    }
    guards
}

/// What may be called through values.
struct Candidates {
    /// By interface type and index of the method: what itabs hold.
    methods: HashMap<(Symbol, u32), Vec<(NameId, Symbol)>>,
    /// Functions without a context by their name in the profile.
    functions: HashMap<NameId, Vec<Symbol>>,
}

impl Candidates {
    fn new(module: &Module, heat: &Heat) -> Candidates {
        let mut methods: HashMap<_, Vec<_>> = HashMap::new();
        let mut functions: HashMap<NameId, Vec<Symbol>> = HashMap::new();
        for (i, (name, data)) in module.symbols.iter().enumerate() {
            match &data.def {
                Def::Data(d) if name.starts_with(ITAB_PREFIX) => {
                    let Some(iface) = d.relocs.first().filter(|r| r.offset == 0) else { continue };
                    for r in d.relocs.iter().filter(|r| r.offset >= ITAB_FUN as u64) {
                        let index = ((r.offset - ITAB_FUN as u64) / 8) as u32;
                        if let Some(name) = heat.method_name(module, r.target) {
                            methods.entry((iface.target, index)).or_default().push((name, r.target));
                        }
                    }
                }
                Def::Func(f) if !f.sig.context && !f.pragmas.wrapper => {
                    if let Some(name) = heat.name_of(module, Symbol(i as u32)) {
                        functions.entry(name).or_default().push(Symbol(i as u32));
                    }
                }
                _ => {}
            }
        }
        Candidates { methods, functions }
    }

    /// The function of that name that this call can mean, if it is one only.
    fn target(&self, module: &Module, callee: &Callee, sig: &Signature, name: NameId) -> Option<Symbol> {
        let fits = |s: &Symbol| match &module.symbols[s.index()].def {
            Def::Func(f) => f.sig.params == sig.params && f.sig.results == sig.results,
            _ => false,
        };
        let mut all: Vec<Symbol> = match *callee {
            Callee::Method { iface, index } => {
                let of_iface = self.methods.get(&(iface, index))?;
                of_iface.iter().filter(|(n, _)| *n == name).map(|(_, s)| *s).filter(fits).collect()
            }
            Callee::Closure => self.functions.get(&name)?.iter().copied().filter(fits).collect(),
            _ => return None,
        };
        all.sort_unstable();
        all.dedup();
        // Instances of one generic function have one name.
        (all.len() == 1).then(|| all[0])
    }
}

fn function(module: &Module, func: &mut Func, heat: &Heat, candidates: &Candidates, guards: &mut Vec<Decision>) {
    // Blocks that guards add hold calls that are dealt with.
    for block in 0..func.blocks.len() as u32 {
        let mut block = Block(block);
        let mut at = 0;
        while at < func.blocks[block.index()].insts.len() {
            let inst = func.blocks[block.index()].insts[at];
            at += 1;
            let Op::Call { callee: callee @ (Callee::Method { .. } | Callee::Closure), sig, .. } =
                &func.insts[inst.index()].op
            else {
                continue;
            };
            let pos = func.insts[inst.index()].pos;
            let seen = heat.targets(module, pos);
            let all: u64 = seen.iter().map(|(_, w)| w).sum();
            let targets: Vec<(Symbol, u64)> = seen
                .into_iter()
                .filter(|&(_, weight)| heat.is_hot(weight) && weight >= all / MIN_PART)
                .filter_map(|(name, weight)| Some((candidates.target(module, callee, sig, name)?, weight)))
                .take(MAX_TARGETS)
                .collect();
            if targets.is_empty() {
                continue;
            }
            guards.extend(targets.iter().map(|&(target, w)| Decision::new(module, What::Guarded, pos, target, w)));
            let targets: Vec<Symbol> = targets.into_iter().map(|(target, _)| target).collect();
            block = guard(func, block, at - 1, &targets);
            at = 0;
        }
    }
}

/// Puts guards before the call at `at` of the block; returns the block with what came after it.
fn guard(func: &mut Func, block: Block, at: usize, targets: &[Symbol]) -> Block {
    let call = func.blocks[block.index()].insts[at];
    let InstData { op, results, pos } = func.insts[call.index()].clone();
    let Op::Call { callee, sig, args } = op else { return block };
    let old = &mut func.blocks[block.index()];
    let tail = old.insts.split_off(at + 1);
    old.insts.pop();
    let (term, term_pos) = (old.term.take(), old.term_pos);
    let rest = func.new_block();
    func.blocks[rest.index()] = BlockData { params: results, insts: tail, term, term_pos };

    let code = match callee {
        Callee::Closure => {
            let load = func.push(block, Op::Load { ty: Ty::Raw, ptr: args[0], volatile: false }, pos);
            func.insts[load.index()].results[0]
        }
        _ => args[0],
    };
    let mut from = block;
    for &target in targets {
        let address = func.push(from, Op::FuncAddr(target), pos);
        let address = func.insts[address.index()].results[0];
        let same = func.push(from, Op::Cmp(CmpOp::Eq, code, address), pos);
        let cond = func.insts[same.index()].results[0];
        let (direct, other) = (func.new_block(), func.new_block());
        end(func, from, Terminator::Branch { cond, then: (direct, Vec::new()), els: (other, Vec::new()) }, pos);
        let sig = Signature { context: false, ..sig.clone() };
        let made = func.push(direct, Op::Call { callee: Callee::Direct(target), sig, args: args[1..].to_vec() }, pos);
        let values = func.insts[made.index()].results.clone();
        end(func, direct, Terminator::Jump(rest, values), pos);
        from = other;
    }
    let made = func.push(from, Op::Call { callee, sig, args }, pos);
    let values = func.insts[made.index()].results.clone();
    end(func, from, Terminator::Jump(rest, values), pos);
    rest
}

fn end(func: &mut Func, block: Block, term: Terminator, pos: PosId) {
    let data = &mut func.blocks[block.index()];
    (data.term, data.term_pos) = (Some(term), pos);
}
