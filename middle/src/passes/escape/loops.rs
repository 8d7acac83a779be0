//! Whether an allocation in a loop can be one stack object.
//!
//! A slot is one object per call of the function, an `alloc_heap` one per execution. They are the same if no pointer
//! to the object of an earlier execution is used after a later one. SSA gives that for free to every value that the
//! allocation dominates: a way from the allocation to a use passes the value's definition, so the value is renewed
//! first. That leaves three ways for an old address to survive:
//!
//! - a parameter of a block that the allocation does not dominate (a variable declared outside the loop);
//! - a slot, which is not renewed;
//! - another allocation that is not renewed in between: one that neither comes after this one (this dominates it) nor
//!   is on every way from this one back to itself. (That other one must pass this test as well.)

use super::graph::{Graph, Node, Origin};
use crate::mir::cfg::Cfg;
use crate::mir::*;

/// How many loads away from a value an address is still followed; farther counts as lost.
const MAX_LEVEL: i8 = 3;

pub struct Loops<'a> {
    pub func: &'a Func,
    pub cfg: &'a Cfg,
    /// By block: on a cycle.
    pub in_loop: &'a [bool],
    pub graph: &'a Graph,
    /// See [`Graph::targets`].
    pub targets: &'a [Vec<(Node, i8)>],
    /// The block whose parameter a value is.
    pub param_of: &'a [Option<Block>],
}

impl Loops<'_> {
    /// Whether the object's allocation can become a slot as far as loops go.
    pub fn renewed(&self, object: u32) -> bool {
        let Origin::Alloc(_, block) = self.graph.objects[object as usize].origin else { return true };
        if !self.in_loop[block.index()] {
            return true;
        }
        // (node, loads that lead from it to the address); an object node holds it that far inside.
        let mut seen = vec![0u8; self.graph.len()];
        let mut work: Vec<(Node, i8)> = Vec::new();
        let start = self.graph.object(object);
        let mut reach = |node: Node, level: i8, work: &mut Vec<(Node, i8)>| {
            let bit = 1 << level;
            if seen[node.0 as usize] & bit == 0 {
                seen[node.0 as usize] |= bit;
                work.push((node, level));
            }
        };
        for &(to, derefs) in &self.targets[start.0 as usize] {
            if derefs == -1 {
                reach(to, 0, &mut work);
            }
        }
        while let Some((node, level)) = work.pop() {
            if level == 0 {
                if let Some(v) = self.graph.as_value(node)
                    && let Some(of) = self.param_of[v.index()]
                    && (of == block || !self.cfg.dominates(block, of))
                {
                    return false;
                }
                if let Some(other) = self.graph.as_object(node)
                    && !self.may_hold(block, other)
                {
                    return false;
                }
            }
            for &(to, derefs) in &self.targets[node.0 as usize] {
                let next = level - derefs;
                if next > MAX_LEVEL {
                    return false;
                }
                if next >= 0 {
                    reach(to, next, &mut work);
                }
            }
        }
        true
    }

    /// Whether the other object is renewed whenever this one is.
    fn may_hold(&self, block: Block, other: u32) -> bool {
        let Origin::Alloc(_, other_block) = self.graph.objects[other as usize].origin else { return false };
        if block == other_block {
            // Itself, or in either order: a way round the loop passes both.
            return true;
        }
        self.cfg.dominates(block, other_block) || !self.returns_without(block, other_block)
    }

    /// Whether control can come from the block back to it without passing the other.
    fn returns_without(&self, block: Block, avoid: Block) -> bool {
        let mut seen = vec![false; self.func.blocks.len()];
        let mut work = vec![block];
        while let Some(b) = work.pop() {
            let Some(term) = &self.func.blocks[b.index()].term else { continue };
            for next in term.successors() {
                if next == block {
                    return true;
                }
                if next != avoid && !std::mem::replace(&mut seen[next.index()], true) {
                    work.push(next);
                }
            }
        }
        false
    }
}
