//! The call graph: who names whom as code.

use petgraph::graph::{DiGraph, NodeIndex};

use crate::mir::*;

/// Functions defined here in strongly connected components, callees before callers. An edge is a direct call, a
/// function whose address is taken (a closure is made), or the code of a constant closure.
pub fn components(module: &Module) -> Vec<Vec<Symbol>> {
    let mut calls = DiGraph::<Symbol, (), u32>::new();
    let mut nodes: Vec<Option<NodeIndex>> = vec![None; module.symbols.len()];
    for (i, data) in module.symbols.values().enumerate() {
        if let Def::Func(_) = data.def {
            nodes[i] = Some(calls.add_node(Symbol(i as u32)));
        }
    }
    for (i, data) in module.symbols.values().enumerate() {
        let (Def::Func(func), Some(from)) = (&data.def, nodes[i]) else { continue };
        for callee in callees(module, func) {
            if let Some(to) = nodes[callee.index()] {
                calls.add_edge(from, to, ());
            }
        }
    }
    let mut components = Vec::new();
    for c in petgraph::algo::tarjan_scc(&calls) {
        let mut symbols: Vec<Symbol> = c.into_iter().map(|n| calls[n]).collect();
        symbols.sort_unstable();
        components.push(symbols);
    }
    components
}

/// Sorted, each once.
fn callees(module: &Module, func: &Func) -> Vec<Symbol> {
    let mut callees: Vec<Symbol> = Vec::new();
    for inst in &func.insts {
        match inst.op {
            Op::Call { callee: Callee::Direct(s), .. } | Op::FuncAddr(s) => callees.push(s),
            Op::GlobalAddr(s, 0) => {
                if let Def::Data(d) = &module.symbols[s.index()].def {
                    callees.extend(d.relocs.iter().filter(|r| r.offset == 0).map(|r| r.target));
                }
            }
            _ => {}
        }
    }
    callees.sort_unstable();
    callees.dedup();
    callees
}
