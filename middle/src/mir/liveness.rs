//! Which values are still needed: backward data flow over the blocks.

use bitvec::vec::BitVec;

use super::cfg::Cfg;
use super::ir::*;

pub struct Liveness {
    /// By block, a bit per value: needed in a successor, block arguments apart.
    out: Vec<BitVec>,
}

impl Liveness {
    pub fn new(func: &Func, cfg: &Cfg) -> Liveness {
        let empty = BitVec::repeat(false, func.values.len());
        let mut entering = vec![empty.clone(); func.blocks.len()];
        let mut out = vec![empty; func.blocks.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for &block in cfg.rpo.iter().rev() {
                let data = &func.blocks[block.index()];
                let mut live = out[block.index()].clone();
                for successor in data.term.iter().flat_map(|term| term.successors()) {
                    live |= &entering[successor.index()];
                }
                out[block.index()].clone_from(&live);
                if let Some(term) = &data.term {
                    term.for_each_operand(|v| live.set(v.index(), true));
                }
                for inst in data.insts.iter().rev() {
                    step(&func.insts[inst.index()], &mut live);
                }
                data.params.iter().for_each(|p| live.set(p.index(), false));
                if live != entering[block.index()] {
                    entering[block.index()] = live;
                    changed = true;
                }
            }
        }
        Liveness { out }
    }

    /// Calls `f` with each instruction of a block, the last first, and what is needed behind it, its results included.
    pub fn walk(&self, func: &Func, block: Block, mut f: impl FnMut(Inst, &BitVec)) {
        let data = &func.blocks[block.index()];
        let mut live = self.out[block.index()].clone();
        if let Some(term) = &data.term {
            term.for_each_operand(|v| live.set(v.index(), true));
        }
        for &inst in data.insts.iter().rev() {
            f(inst, &live);
            step(&func.insts[inst.index()], &mut live);
        }
    }
}

/// From behind an instruction to before it.
fn step(inst: &InstData, live: &mut BitVec) {
    inst.results.iter().for_each(|r| live.set(r.index(), false));
    inst.op.for_each_operand(|v| live.set(v.index(), true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mir::parse::parse;

    #[test]
    fn through_a_loop() {
        let text = r#"
file "a.go"
fname "main.f"
!1 = "a.go":3:5 in "main.f"
extern @"main.p" (ptr) -> (ptr)
func @"main.f" (ptr, ptr) -> (ptr) start !1 {
bb0(v0: ptr, v1: ptr):
  jump bb1(v0)
bb1(v2: ptr):
  v3: ptr = call @"main.p"(v2) : (ptr) -> (ptr)
  v4: bool = cmp.eq v3, v1
  branch v4, bb2(v3), bb1(v3)
bb2(v5: ptr):
  return v5
}
"#;
        let module = parse(text).unwrap();
        let Some(Def::Func(func)) = module.symbols.values().map(|s| &s.def).find(|d| matches!(d, Def::Func(_))) else {
            panic!("no function");
        };
        let live = Liveness::new(func, &Cfg::new(func));
        let mut seen = Vec::new();
        live.walk(func, Block(1), |_, bits| seen.push(bits.iter_ones().collect::<Vec<_>>()));
        // Behind the comparison: its result, the arguments, and v1 for the next round.
        assert_eq!(seen, [vec![1, 3, 4], vec![1, 3]]);
    }
}
