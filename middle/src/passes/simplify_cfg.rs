//! Control flow: decided branches, forwarded jumps, merged blocks, parameters with one value; then tidied tables.

use super::FuncContext;
use crate::mir::cfg::Cfg;
use crate::mir::compact::{Aliases, compact, reachable, remove_trivial_params};
use crate::mir::*;

/// Repeats the steps while they find something.
pub fn run(func: &mut Func, _: &FuncContext) -> bool {
    let mut changed = false;
    loop {
        let mut round = decide(func);
        round |= forward(func);
        round |= remove_trivial_params(func, Aliases::new(func));
        round |= merge_chains(func);
        round |= compact(func);
        if !round {
            return changed;
        }
        changed = true;
    }
}

fn constants(func: &Func) -> Vec<Option<i64>> {
    let mut known = vec![None; func.values.len()];
    for data in &func.insts {
        if let (Op::Int(_, n), &[r]) = (&data.op, &data.results[..]) {
            known[r.index()] = Some(*n);
        }
    }
    known
}

/// Branches and switches on constants, and branches with one outcome, become jumps.
fn decide(func: &mut Func) -> bool {
    let known = constants(func);
    let mut changed = false;
    for block in &mut func.blocks {
        let jump = match &block.term {
            Some(Terminator::Branch { cond, then, els }) => match known[cond.index()] {
                Some(n) => if n & 1 != 0 { then } else { els }.clone(),
                None if then == els => then.clone(),
                None => continue,
            },
            Some(Terminator::Switch { value, cases, default }) => match known[value.index()] {
                Some(n) => (cases.iter().find(|c| c.0 == n).map_or(*default, |c| c.1), Vec::new()),
                None => continue,
            },
            _ => continue,
        };
        block.term = Some(Terminator::Jump(jump.0, jump.1));
        changed = true;
    }
    changed
}

/// Edges to a block that only jumps on go where it goes. Loops of such blocks stay as they are.
fn forward(func: &mut Func) -> bool {
    let keep = reachable(func);
    let target: Vec<Option<(Block, Vec<Value>)>> = func
        .blocks
        .iter()
        .enumerate()
        .map(|(i, b)| match &b.term {
            Some(Terminator::Jump(to, args))
                if keep[i]
                    && i != 0
                    && func.recover != Some(Block(i as u32))
                    && func.recover != Some(*to)
                    && b.params.is_empty()
                    && b.insts.is_empty()
                    && to.index() != i =>
            {
                Some((*to, args.clone()))
            }
            _ => None,
        })
        .collect();
    // A block that forwards to another that forwards is left for the next round, so cycles end.
    let hop = |b: Block| {
        let (to, args) = target[b.index()].as_ref()?;
        target[to.index()].is_none().then(|| (*to, args.clone()))
    };
    let mut changed = false;
    for block in &mut func.blocks {
        match &mut block.term {
            Some(Terminator::Jump(to, args)) => {
                if let Some((next, next_args)) = hop(*to) {
                    (*to, *args) = (next, next_args);
                    changed = true;
                }
            }
            Some(Terminator::Branch { then, els, .. }) => {
                for edge in [then, els] {
                    if let Some(next) = hop(edge.0) {
                        *edge = next;
                        changed = true;
                    }
                }
            }
            Some(Terminator::Switch { cases, default, .. }) => {
                for to in cases.iter_mut().map(|c| &mut c.1).chain([default]) {
                    if let Some((next, args)) = hop(*to)
                        && args.is_empty()
                    {
                        *to = next;
                        changed = true;
                    }
                }
            }
            _ => {}
        }
    }
    changed
}

/// A block whose only way in is a jump is appended to where that comes from.
fn merge_chains(func: &mut Func) -> bool {
    let cfg = Cfg::new(func);
    let mut aliases = Aliases::new(func);
    let mut gone = vec![false; func.blocks.len()];
    let mut changed = false;
    for &first in &cfg.rpo {
        if gone[first.index()] {
            continue;
        }
        while let Some(Terminator::Jump(to, args)) = &func.blocks[first.index()].term {
            let (to, args) = (*to, args.clone());
            if to == first || to == Block(0) || func.recover == Some(to) || cfg.preds[to.index()].len() != 1 {
                break;
            }
            let next = std::mem::replace(
                &mut func.blocks[to.index()],
                BlockData { params: Vec::new(), insts: Vec::new(), term: None, term_pos: PosId::NONE },
            );
            for (param, arg) in next.params.into_iter().zip(args) {
                aliases.replace(param, arg);
            }
            let block = &mut func.blocks[first.index()];
            block.insts.extend(next.insts);
            (block.term, block.term_pos) = (next.term, next.term_pos);
            gone[to.index()] = true;
            changed = true;
        }
    }
    if changed {
        aliases.apply(func);
        // What was merged away is unreachable now and goes with the next `compact`.
        for (block, gone) in func.blocks.iter_mut().zip(gone) {
            if gone {
                block.term = Some(Terminator::Unreachable);
            }
        }
    }
    changed
}
