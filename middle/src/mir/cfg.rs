//! The control-flow graph of a function: predecessors, reverse postorder, dominators.
//!
//! The recover block is entered from any call or check by unwinding, so nothing but itself dominates it: the graph
//! has a virtual root with edges to the entry and to the recover block, and dominators are computed from there.
//! Dominators after Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".

use super::ir::*;

pub struct Cfg {
    /// Predecessors of each block, one entry per edge, in block order; edges from unreachable blocks are left out.
    pub preds: Vec<Vec<Block>>,
    /// Reachable blocks, each before its successors but for back edges; the entry first.
    pub rpo: Vec<Block>,
    /// Position in `rpo`; `None` for unreachable blocks.
    order: Vec<Option<u32>>,
    /// By position in `rpo`, the immediate dominator's position; `None` below the virtual root.
    idom: Vec<Option<u32>>,
    /// By position in `rpo`: when a walk of the dominator tree enters and leaves the block.
    span: Vec<(u32, u32)>,
}

impl Cfg {
    /// Blocks out of range are ignored, so that the verifier can use this on broken code.
    pub fn new(func: &Func) -> Cfg {
        let n = func.blocks.len();
        let succs: Vec<Vec<Block>> = func
            .blocks
            .iter()
            .map(|b| {
                let mut out = b.term.as_ref().map_or(Vec::new(), Terminator::successors);
                out.retain(|b| b.index() < n);
                out
            })
            .collect();
        let roots = || func.recover.into_iter().chain([Block(0)]).filter(|b| b.index() < n);

        // Postorder; the entry last, so that it is first when reversed.
        let mut state = vec![false; n];
        let mut post = Vec::with_capacity(n);
        for root in roots() {
            if std::mem::replace(&mut state[root.index()], true) {
                continue;
            }
            let mut stack = vec![(root, 0)];
            while let Some((block, next)) = stack.last_mut() {
                match succs[block.index()].get(*next) {
                    Some(&s) => {
                        *next += 1;
                        if !std::mem::replace(&mut state[s.index()], true) {
                            stack.push((s, 0));
                        }
                    }
                    None => {
                        post.push(*block);
                        stack.pop();
                    }
                }
            }
        }
        post.reverse();
        let rpo = post;
        let mut order = vec![None; n];
        for (i, b) in rpo.iter().enumerate() {
            order[b.index()] = Some(i as u32);
        }
        let mut preds = vec![Vec::new(); n];
        for (i, out) in succs.iter().enumerate() {
            if order[i].is_some() {
                for s in out {
                    preds[s.index()].push(Block(i as u32));
                }
            }
        }

        // `Some(None)`: below the virtual root.
        let mut idom: Vec<Option<Option<u32>>> = vec![None; rpo.len()];
        for root in roots() {
            if let Some(i) = order[root.index()] {
                idom[i as usize] = Some(None);
            }
        }
        let fixed = idom.clone();
        let mut changed = true;
        while changed {
            changed = false;
            for (i, b) in rpo.iter().enumerate() {
                if fixed[i].is_some() {
                    continue;
                }
                let mut new: Option<Option<u32>> = None;
                for p in &preds[b.index()] {
                    let p = order[p.index()].expect("only edges from reachable blocks");
                    if idom[p as usize].is_some() {
                        new = Some(new.map_or(Some(p), |cur| intersect(&idom, cur, Some(p))));
                    }
                }
                if new.is_some() && new != idom[i] {
                    idom[i] = new;
                    changed = true;
                }
            }
        }
        let idom: Vec<Option<u32>> = idom.into_iter().map(Option::flatten).collect();
        let span = spans(&idom);
        Cfg { preds, rpo, order, idom, span }
    }

    pub fn is_reachable(&self, b: Block) -> bool {
        self.order.get(b.index()).is_some_and(|o| o.is_some())
    }

    /// The block that closest dominates `b`; none for the entry, the recover block and what both reach.
    pub fn idom(&self, b: Block) -> Option<Block> {
        let i = self.order[b.index()]?;
        self.idom[i as usize].map(|d| self.rpo[d as usize])
    }

    /// Whether every path to `b` goes through `a`; true of a block and itself. Unreachable blocks dominate nothing
    /// else and are dominated by every block.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        if a == b {
            return true;
        }
        match (self.order[a.index()], self.order[b.index()]) {
            (_, None) => true,
            (None, _) => false,
            (Some(a), Some(b)) => {
                let (a, b) = (self.span[a as usize], self.span[b as usize]);
                a.0 <= b.0 && b.1 <= a.1
            }
        }
    }

    /// For each block whether it lies on a cycle.
    pub fn in_loop(&self, func: &Func) -> Vec<bool> {
        let mut graph = petgraph::graph::DiGraph::<(), (), u32>::with_capacity(func.blocks.len(), 0);
        let nodes: Vec<_> = func.blocks.iter().map(|_| graph.add_node(())).collect();
        for (i, preds) in self.preds.iter().enumerate() {
            for p in preds {
                graph.add_edge(nodes[p.index()], nodes[i], ());
            }
        }
        let mut out = vec![false; func.blocks.len()];
        for scc in petgraph::algo::tarjan_scc(&graph) {
            let cyclic = scc.len() > 1 || graph.contains_edge(scc[0], scc[0]);
            for node in scc {
                out[node.index()] = cyclic;
            }
        }
        out
    }

    /// For each block whether control comes there from the recover block.
    pub fn after_recover(&self, func: &Func) -> Vec<bool> {
        let mut out = vec![false; func.blocks.len()];
        let mut stack: Vec<Block> = func.recover.into_iter().collect();
        while let Some(b) = stack.pop() {
            if std::mem::replace(&mut out[b.index()], true) {
                continue;
            }
            if let Some(t) = &func.blocks[b.index()].term {
                stack.extend(t.successors());
            }
        }
        out
    }
}

fn intersect(idom: &[Option<Option<u32>>], a: Option<u32>, b: Option<u32>) -> Option<u32> {
    let (mut a, mut b) = (a?, b?);
    while a != b {
        while a > b {
            a = idom[a as usize].flatten()?;
        }
        while b > a {
            b = idom[b as usize].flatten()?;
        }
    }
    Some(a)
}

/// Numbers the dominator tree so that a subtree is an interval.
fn spans(idom: &[Option<u32>]) -> Vec<(u32, u32)> {
    let mut children = vec![Vec::new(); idom.len()];
    let mut roots = Vec::new();
    for (i, d) in idom.iter().enumerate() {
        match d {
            Some(d) => children[*d as usize].push(i as u32),
            None => roots.push(i as u32),
        }
    }
    let mut span = vec![(0, 0); idom.len()];
    let mut clock = 0;
    for root in roots {
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            if *next == 0 {
                clock += 1;
                span[node as usize].0 = clock;
            }
            match children[node as usize].get(*next) {
                Some(&child) => {
                    *next += 1;
                    stack.push((child, 0));
                }
                None => {
                    clock += 1;
                    span[node as usize].1 = clock;
                    stack.pop();
                }
            }
        }
    }
    span
}
