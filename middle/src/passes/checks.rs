//! Nil and bounds checks that cannot fail: of addresses that are never nil, of what a dominating check has tested, and
//! of constants.
//!
//! LLVM removes many more; those removed here never become calls that keep values alive.

use std::collections::HashSet;

use super::FuncContext;
use crate::mir::cfg::Cfg;
use crate::mir::*;

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Fact {
    NotNil(Value),
    Bounds(BoundsKind, Value, Value),
    NotZero(Value),
    NotNegative(Value),
}

pub fn run(func: &mut Func, _: &FuncContext) -> bool {
    let cfg = Cfg::new(func);
    let mut def: Vec<Option<Inst>> = vec![None; func.values.len()];
    for block in &func.blocks {
        for &inst in &block.insts {
            for r in &func.insts[inst.index()].results {
                def[r.index()] = Some(inst);
            }
        }
    }
    let mut children: Vec<Vec<Block>> = vec![Vec::new(); func.blocks.len()];
    let mut roots = Vec::new();
    for &b in &cfg.rpo {
        match cfg.idom(b) {
            Some(d) => children[d.index()].push(b),
            None => roots.push(b),
        }
    }
    let mut facts: HashSet<Fact> = HashSet::new();
    let mut removed = vec![false; func.insts.len()];
    let mut any = false;
    // Facts hold in the subtree of the dominator tree; `Leave` takes a block's own ones away again.
    let mut work: Vec<Step> = roots.into_iter().rev().map(Step::Enter).collect();
    while let Some(step) = work.pop() {
        match step {
            Step::Enter(b) => {
                let mut added = Vec::new();
                for &inst in &func.blocks[b.index()].insts {
                    let fact = match func.insts[inst.index()].op {
                        Op::NilCheck(v) => Fact::NotNil(v),
                        Op::BoundsCheck { kind, index, len, .. } => Fact::Bounds(kind, index, len),
                        Op::DivCheck(v) => Fact::NotZero(v),
                        Op::ShiftCheck(v) => Fact::NotNegative(v),
                        _ => continue,
                    };
                    if holds(func, &def, fact) || facts.contains(&fact) {
                        removed[inst.index()] = true;
                        any = true;
                    } else {
                        facts.insert(fact);
                        added.push(fact);
                    }
                }
                work.push(Step::Leave(added));
                work.extend(children[b.index()].iter().map(|c| Step::Enter(*c)));
            }
            Step::Leave(added) => {
                for fact in added {
                    facts.remove(&fact);
                }
            }
        }
    }
    for block in &mut func.blocks {
        block.insts.retain(|i| !removed[i.index()]);
    }
    any
}

enum Step {
    Enter(Block),
    Leave(Vec<Fact>),
}

/// Whether the fact follows from how its values are made.
fn holds(func: &Func, def: &[Option<Inst>], fact: Fact) -> bool {
    let op = |v: Value| def[v.index()].map(|i| &func.insts[i.index()].op);
    let constant = |v: Value| match op(v) {
        Some(&Op::Int(ty, n)) => Some(super::fold::wrap(ty, n)),
        _ => None,
    };
    match fact {
        Fact::NotNil(v) => {
            matches!(op(v), Some(Op::AllocHeap { .. } | Op::SlotAddr(_) | Op::GlobalAddr(..) | Op::Context))
        }
        Fact::NotZero(v) => constant(v).is_some_and(|n| n != 0),
        Fact::NotNegative(v) => constant(v).is_some_and(|n| n >= 0),
        Fact::Bounds(kind, index, len) => {
            let inclusive = kind != BoundsKind::Index;
            match (constant(index), constant(len)) {
                (Some(i), Some(n)) => (i as u64) < n as u64 || (inclusive && i == n),
                (Some(0), None) => inclusive,
                _ => inclusive && index == len,
            }
        }
    }
}
