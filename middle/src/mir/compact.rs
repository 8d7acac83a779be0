//! Tidying a function's tables: unreachable blocks go, and everything is renumbered in the order of the text.

use super::ir::*;

/// A value standing for another; chains are followed and shortened.
pub struct Aliases(Vec<Value>);

impl Aliases {
    pub fn new(func: &Func) -> Aliases {
        Aliases((0..func.values.len() as u32).map(Value).collect())
    }

    /// From now on `v` stands for `by`.
    pub fn replace(&mut self, v: Value, by: Value) {
        self.grow(v);
        self.0[v.index()] = by;
    }

    pub fn resolve(&mut self, mut v: Value) -> Value {
        self.grow(v);
        while self.0[v.index()] != v {
            let next = self.0[v.index()];
            self.grow(next);
            self.0[v.index()] = self.0[next.index()];
            v = next;
        }
        v
    }

    /// Values made after the table was.
    fn grow(&mut self, v: Value) {
        while self.0.len() <= v.index() {
            self.0.push(Value(self.0.len() as u32));
        }
    }

    /// Replaces every operand by what it stands for.
    pub fn apply(&mut self, func: &mut Func) {
        for inst in &mut func.insts {
            inst.op.for_each_operand_mut(|v| *v = self.resolve(*v));
        }
        for block in &mut func.blocks {
            if let Some(term) = &mut block.term {
                term.for_each_operand_mut(|v| *v = self.resolve(*v));
            }
        }
    }
}

/// For each block whether control can come there, from the entry or by unwinding to the recover block.
pub fn reachable(func: &Func) -> Vec<bool> {
    let mut seen = vec![false; func.blocks.len()];
    let mut stack: Vec<Block> = func.recover.into_iter().chain([Block(0)]).collect();
    while let Some(b) = stack.pop() {
        if std::mem::replace(&mut seen[b.index()], true) {
            continue;
        }
        if let Some(t) = &func.blocks[b.index()].term {
            t.for_each_target(|b, _| stack.push(b));
        }
    }
    seen
}

/// Drops unreachable blocks, instructions of no block, values of no definition and slots of no use, and renumbers
/// the rest in block order. Returns whether a block went.
pub fn compact(func: &mut Func) -> bool {
    let keep = reachable(func);
    let mut new_block = vec![None; func.blocks.len()];
    let mut blocks = Vec::new();
    for (i, data) in std::mem::take(&mut func.blocks).into_iter().enumerate() {
        if keep[i] {
            new_block[i] = Some(Block(blocks.len() as u32));
            blocks.push(data);
        }
    }
    let mut old_insts: Vec<Option<InstData>> = std::mem::take(&mut func.insts).into_iter().map(Some).collect();
    let old_values = std::mem::take(&mut func.values);
    let mut new_value = vec![None; old_values.len()];
    let mut redefine = |values: &mut Vec<Ty>, v: Value| {
        values.push(old_values[v.index()]);
        let new = Value(values.len() as u32 - 1);
        new_value[v.index()] = Some(new);
        new
    };
    for block in &mut blocks {
        for p in &mut block.params {
            *p = redefine(&mut func.values, *p);
        }
        for inst in &mut block.insts {
            let mut data = old_insts[inst.index()].take().expect("an instruction is in one block, once");
            for r in &mut data.results {
                *r = redefine(&mut func.values, *r);
            }
            *inst = Inst(func.insts.len() as u32);
            func.insts.push(data);
        }
    }
    let mut new_slot = vec![None; func.slots.len()];
    for inst in &func.insts {
        if let Op::SlotAddr(s) = inst.op {
            new_slot[s.index()] = Some(Slot(0));
        }
    }
    let mut slots = Vec::new();
    for (i, data) in std::mem::take(&mut func.slots).into_iter().enumerate() {
        if let Some(new) = &mut new_slot[i] {
            *new = Slot(slots.len() as u32);
            slots.push(data);
        }
    }
    func.slots = slots;
    // A use without definition keeps none, for the verifier to tell.
    let values = &mut func.values;
    let mut rename = |v: &mut Value| {
        *v = *new_value[v.index()].get_or_insert_with(|| {
            values.push(old_values[v.index()]);
            Value(values.len() as u32 - 1)
        });
    };
    for inst in &mut func.insts {
        inst.op.for_each_operand_mut(&mut rename);
        if let Op::SlotAddr(s) = &mut inst.op {
            *s = new_slot[s.index()].expect("the slot is used here");
        }
    }
    for block in &mut blocks {
        if let Some(term) = &mut block.term {
            term.for_each_operand_mut(&mut rename);
            term.for_each_block_mut(|b| *b = new_block[b.index()].expect("a target of a reachable block"));
        }
    }
    if let Some(r) = &mut func.recover {
        *r = new_block[r.index()].expect("the recover block is a root");
    }
    func.blocks = blocks;
    keep.contains(&false)
}

/// Removes block parameters that get one value from everywhere (or themselves, around a loop), until there are
/// none. `aliases` carries replacements already decided on; they are applied too. Returns whether a parameter went.
pub fn remove_trivial_params(func: &mut Func, mut aliases: Aliases) -> bool {
    // Arguments by block, one list per edge; edges from unreachable blocks have no say.
    let keep = reachable(func);
    let mut edges: Vec<Vec<Vec<Value>>> = vec![Vec::new(); func.blocks.len()];
    for (i, block) in func.blocks.iter().enumerate() {
        if let (true, Some(term)) = (keep[i], &block.term) {
            term.for_each_target(|b, args| edges[b.index()].push(args.to_vec()));
        }
    }
    let mut dead: Vec<Vec<bool>> =
        func.blocks.iter().map(|b| b.params.iter().map(|p| aliases.resolve(*p) != *p).collect()).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (i, block) in func.blocks.iter().enumerate().skip(1) {
            for (n, &param) in block.params.iter().enumerate() {
                if dead[i][n] {
                    continue;
                }
                let mut only = None;
                let trivial = edges[i].iter().all(|args| {
                    let arg = aliases.resolve(args[n]);
                    arg == param || *only.get_or_insert(arg) == arg
                });
                if let (true, Some(value)) = (trivial, only) {
                    aliases.replace(param, value);
                    dead[i][n] = true;
                    changed = true;
                }
            }
        }
    }
    aliases.apply(func);
    drop_params(func, &dead)
}

/// Drops the block parameters marked, and the arguments for them.
pub fn drop_params(func: &mut Func, dead: &[Vec<bool>]) -> bool {
    let retain = |b: Block, list: &mut Vec<Value>| {
        let mut marks = dead[b.index()].iter();
        list.retain(|_| !*marks.next().unwrap_or(&false));
    };
    for (i, block) in func.blocks.iter_mut().enumerate() {
        retain(Block(i as u32), &mut block.params);
        if let Some(term) = &mut block.term {
            term.for_each_args_mut(retain);
        }
    }
    dead.iter().any(|marks| marks.contains(&true))
}
