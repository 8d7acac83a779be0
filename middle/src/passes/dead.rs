//! Dead code: instructions without effect whose results nobody uses, and block parameters nobody uses.

use super::FuncContext;
use crate::mir::compact::{compact, drop_params};
use crate::mir::*;

/// Marks from what has effects; a parameter is live if its uses are.
pub fn run(func: &mut Func, _: &FuncContext) -> bool {
    let mut def: Vec<Def> = vec![Def::None; func.values.len()];
    let mut incoming: Vec<Vec<Vec<Value>>> = vec![Vec::new(); func.blocks.len()];
    for (b, block) in func.blocks.iter().enumerate() {
        for (n, p) in block.params.iter().enumerate() {
            def[p.index()] = Def::Param(b, n);
        }
        for &inst in &block.insts {
            for r in &func.insts[inst.index()].results {
                def[r.index()] = Def::Inst(inst);
            }
        }
        if let Some(term) = &block.term {
            term.for_each_target(|to, args| incoming[to.index()].push(args.to_vec()));
        }
    }
    let mut live = vec![false; func.values.len()];
    let mut live_inst = vec![false; func.insts.len()];
    let mut work: Vec<Value> = Vec::new();
    for block in &func.blocks {
        for &inst in &block.insts {
            let op = &func.insts[inst.index()].op;
            if !op.is_removable() {
                live_inst[inst.index()] = true;
                op.for_each_operand(|v| work.push(v));
            }
        }
        match &block.term {
            Some(Terminator::Branch { cond, .. }) => work.push(*cond),
            Some(Terminator::Switch { value, .. }) => work.push(*value),
            Some(Terminator::Return(values)) => work.extend(values),
            _ => {}
        }
    }
    while let Some(v) = work.pop() {
        if std::mem::replace(&mut live[v.index()], true) {
            continue;
        }
        match def[v.index()] {
            Def::Inst(inst) => {
                if !std::mem::replace(&mut live_inst[inst.index()], true) {
                    func.insts[inst.index()].op.for_each_operand(|o| work.push(o));
                }
            }
            Def::Param(block, n) => work.extend(incoming[block].iter().filter_map(|args| args.get(n))),
            Def::None => {}
        }
    }
    let mut changed = false;
    for block in &mut func.blocks {
        let before = block.insts.len();
        block.insts.retain(|i| live_inst[i.index()]);
        changed |= block.insts.len() != before;
    }
    let dead: Vec<Vec<bool>> = func
        .blocks
        .iter()
        .enumerate()
        .map(|(i, b)| b.params.iter().map(|p| i != 0 && !live[p.index()]).collect())
        .collect();
    changed |= drop_params(func, &dead);
    if changed {
        compact(func);
    }
    changed
}

#[derive(Clone, Copy)]
enum Def {
    None,
    Inst(Inst),
    /// Block and index.
    Param(usize, usize),
}
