//! The check of stack maps against MIR's own liveness, for tests: [`Options::check_maps`](crate::Options).
//!
//! Such a unit is not optimised, so MIR's values can be told apart up to code generation: each is named `vN_`, and the
//! shim reports the names of what a statepoint relocates. A collected pointer that MIR needs behind a safepoint must be
//! among them, or what it is an offset from. Addresses of stack slots and of globals are not the collector's. Instead of
//! a block's parameter, one of its arguments will do: LLVM has dropped branches on constants.

use std::collections::{HashMap, HashSet};

use inkwell::values::{AsValueRef, BasicValueEnum};
use middle::mir::cfg::Cfg;
use middle::mir::liveness::Liveness;
use middle::mir::{Inst, Op, Ty, Value};

use super::func::FuncEmitter;
use crate::Error;

/// What a statepoint has to relocate.
pub struct Wanted {
    pub id: u64,
    pub func: String,
    /// `file:line:column`.
    pub pos: String,
    /// Of each list one.
    pub values: Vec<Vec<String>>,
}

/// Compares with what the statepoints relocate.
pub fn check(wanted: &[Wanted], relocated: &HashMap<u64, HashSet<String>>) -> Result<(), Error> {
    for w in wanted {
        // LLVM drops calls that are not reached.
        let Some(has) = relocated.get(&w.id) else { continue };
        if let Some(lost) = w.values.iter().find(|names| !names.iter().any(|n| has.contains(n))) {
            let message = format!("the stack map of the call at {} lacks {}", w.pos, lost.join(" or "));
            return Err(Error::Code { func: w.func.clone(), message });
        }
    }
    Ok(())
}

impl<'ctx> FuncEmitter<'_, 'ctx, '_> {
    /// Names the values and notes what each safepoint of the function must keep.
    pub fn want_maps(&mut self, name: &str, cfg: &Cfg) {
        let mut incoming = vec![Vec::new(); self.func.values.len()];
        for term in cfg.rpo.iter().flat_map(|block| &self.func.blocks[block.index()].term) {
            term.for_each_target(|to, args| {
                let params = &self.func.blocks[to.index()].params;
                params.iter().zip(args).for_each(|(param, arg)| incoming[param.index()].push(*arg));
            });
        }
        let mut names = self.name_values();
        names.iter_mut().zip(self.collected(&incoming)).filter(|(_, c)| !c).for_each(|(name, _)| *name = None);
        let sites: HashMap<Inst, u64> = self.sites.drain(..).collect();
        let live = Liveness::new(self.func, cfg);
        let mut wanted = Vec::new();
        for &block in &cfg.rpo {
            live.walk(self.func, block, |inst, needed| {
                let data = &self.func.insts[inst.index()];
                let (Some(&id), Op::Call { .. } | Op::AllocHeap { .. }) = (sites.get(&inst), &data.op) else { return };
                let needed = needed.iter_ones().map(|v| Value(v as u32)).filter(|v| !data.results.contains(v));
                let values = needed.filter_map(|v| self.carriers(v, &incoming, &names)).collect();
                let position = &self.unit.mir.positions[data.pos.index()];
                let file = &self.unit.mir.files[position.file as usize];
                let pos = format!("{file}:{}:{}", position.line, position.col);
                wanted.push(Wanted { id, func: name.to_owned(), pos, values });
            });
        }
        self.unit.wanted.extend(wanted);
    }

    /// Gives each LLVM value that is no constant the name of the first MIR value it stands for.
    fn name_values(&self) -> Vec<Option<String>> {
        let mut known = HashMap::new();
        let values = self.values.iter().enumerate();
        values
            .map(|(n, value)| {
                let value = (*value)?;
                if matches!(value, BasicValueEnum::PointerValue(p) if p.is_const()) {
                    return None;
                }
                let name = known.entry(value.as_value_ref()).or_insert_with(|| {
                    value.set_name(&format!("v{n}_"));
                    format!("v{n}")
                });
                Some(name.clone())
            })
            .collect()
    }

    /// Which values may be the collector's, or the address of a stack slot: not those that are a constant whichever way
    /// they come about.
    fn collected(&self, incoming: &[Vec<Value>]) -> Vec<bool> {
        let func = self.func;
        let constant = |op: &Op| matches!(op, Op::Null(_) | Op::GlobalAddr(..) | Op::FuncAddr(_));
        let derived = |op: &Op| matches!(op, Op::PtrAdd { .. } | Op::PtrIndex { .. } | Op::Select(..));
        let mut collected = vec![false; func.values.len()];
        for &param in &func.blocks[0].params {
            collected[param.index()] = true;
        }
        for data in &func.insts {
            if !constant(&data.op) && !derived(&data.op) {
                data.results.iter().for_each(|r| collected[r.index()] = true);
            }
        }
        loop {
            let mut found = Vec::new();
            for data in func.insts.iter().filter(|data| derived(&data.op)) {
                let of = match &data.op {
                    Op::Select(_, a, b) => vec![*a, *b],
                    op => op.operands()[..1].to_vec(),
                };
                if of.iter().any(|v| collected[v.index()]) {
                    found.extend(&data.results);
                }
            }
            let params = incoming.iter().enumerate();
            let params = params.filter(|(_, args)| args.iter().any(|arg| collected[arg.index()]));
            found.extend(params.map(|(param, _)| Value(param as u32)));
            found.retain(|v| !collected[v.index()]);
            if found.is_empty() {
                return collected;
            }
            found.iter().for_each(|v| collected[v.index()] = true);
        }
    }

    /// The names of the values of which one must be relocated to have `v` behind a safepoint; none if it is not the
    /// collector's.
    fn carriers(&self, v: Value, incoming: &[Vec<Value>], names: &[Option<String>]) -> Option<Vec<String>> {
        if self.ty(v) != Ty::Ptr || names[v.index()].is_none() {
            return None;
        }
        let (mut carriers, mut seen) = (Vec::new(), HashSet::new());
        let mut open = vec![v];
        while let Some(v) = open.pop() {
            if !seen.insert(v) {
                continue;
            }
            match self.def(v) {
                Some(Op::SlotAddr(_) | Op::GlobalAddr(..)) => return None,
                Some(Op::PtrAdd { base, .. } | Op::PtrIndex { base, .. }) => open.push(*base),
                _ => open.extend(&incoming[v.index()]),
            }
            carriers.extend(names[v.index()].clone());
        }
        Some(carriers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_told() {
        let wanted = [Wanted {
            id: 7,
            func: "main.f".to_owned(),
            pos: "a.go:3:5".to_owned(),
            values: vec![vec!["v1".to_owned()], vec!["v4".to_owned(), "v2".to_owned()]],
        }];
        let relocated = |names: &[&str]| HashMap::from([(7, names.iter().map(|n| n.to_string()).collect())]);
        assert!(check(&wanted, &relocated(&["v1", "v2"])).is_ok());
        assert!(check(&wanted, &relocated(&["v1", "v4", "v9"])).is_ok());
        let lost = check(&wanted, &relocated(&["v1", "v3"])).unwrap_err().to_string();
        assert!(lost.ends_with("function main.f: the stack map of the call at a.go:3:5 lacks v4 or v2"), "{lost}");
        assert!(check(&wanted, &relocated(&[])).is_err());
        assert!(check(&wanted, &HashMap::new()).is_ok());
    }
}
