//! Putting modules together: packages into a code-generation unit, units into a program.

use indexmap::map::Entry;

use super::{Def, Func, LayoutId, Module, Op, PosId, Position, Symbol, SymbolData};

/// Two modules define one symbol, and not both as `dedup`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("symbol {symbol} is defined twice")]
pub struct MergeError {
    pub symbol: String,
}

/// Adds `other` to `into`. A definition takes the place of a declaration; of several `dedup` ones the first stays.
pub fn merge(into: &mut Module, other: Module) -> Result<(), MergeError> {
    let maps = Maps::new(into, &other);
    for (name, data) in other.symbols {
        let data = maps.symbol_data(data);
        match into.symbols.entry(name) {
            Entry::Vacant(e) => {
                e.insert(data);
            }
            Entry::Occupied(mut e) => match (&e.get().def, &data.def) {
                (_, Def::Extern(None)) => {}
                (Def::Extern(_), _) => {
                    e.insert(data);
                }
                (_, Def::Extern(_)) => {}
                _ if e.get().dedup && data.dedup => {}
                _ => return Err(MergeError { symbol: e.key().clone() }),
            },
        }
    }
    Ok(())
}

/// Where each index of the other module lands.
struct Maps {
    symbols: Vec<Symbol>,
    layouts: Vec<LayoutId>,
    positions: Vec<PosId>,
}

impl Maps {
    /// Symbols get their places here, in the other module's order, as declarations until their data follow.
    fn new(into: &mut Module, other: &Module) -> Maps {
        let symbols = other.symbols.keys().map(|name| into.declare(name, None)).collect();
        let layouts = other.layouts.iter().map(|l| into.layout(l.clone())).collect();
        let files: Vec<u32> = other.files.iter().map(|f| into.files.insert_full(f.clone()).0 as u32).collect();
        let funcs: Vec<u32> =
            other.func_names.iter().map(|f| into.func_names.insert_full(f.clone()).0 as u32).collect();
        let mut positions: Vec<PosId> = Vec::with_capacity(other.positions.len());
        for p in &other.positions {
            // The inlining call's position was interned before the position inside it.
            let inlined_at = p.inlined_at.map(|at| positions[at.index()]);
            let (file, func) = (files[p.file as usize], funcs[p.func as usize]);
            positions.push(into.position(Position { file, func, inlined_at, ..*p }));
        }
        Maps { symbols, layouts, positions }
    }

    fn symbol_data(&self, mut data: SymbolData) -> SymbolData {
        match &mut data.def {
            Def::Extern(_) => {}
            Def::Func(f) => self.func(f),
            Def::Data(d) => {
                d.layout = self.layouts[d.layout.index()];
                for r in &mut d.relocs {
                    r.target = self.symbols[r.target.index()];
                }
            }
        }
        data
    }

    fn func(&self, f: &mut Func) {
        let pos = |p: &mut PosId| *p = self.positions[p.index()];
        pos(&mut f.start);
        for slot in &mut f.slots {
            slot.layout = self.layouts[slot.layout.index()];
        }
        for block in &mut f.blocks {
            pos(&mut block.term_pos);
        }
        for inst in &mut f.insts {
            pos(&mut inst.pos);
            self.op(&mut inst.op);
        }
    }

    fn op(&self, op: &mut Op) {
        op.for_each_symbol_mut(|s| *s = self.symbols[s.index()]);
        if let Op::MemCopy { layout, .. } | Op::MemZero { layout, .. } | Op::AllocHeap { layout, .. } = op {
            *layout = self.layouts[layout.index()];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mir::{Data, Layout, Reloc, RelocKind};

    fn data(m: &mut Module, target: Option<Symbol>) -> Def {
        let layout = m.layout(Layout { size: 8, align: 8, ptr_words: vec![0] });
        let relocs = target.map(|target| Reloc { offset: 0, target, addend: 0, kind: RelocKind::Abs64 }).into_iter();
        Def::Data(Data { layout, bytes: vec![], relocs: relocs.collect(), read_only: true })
    }

    #[test]
    fn declarations_meet_their_definitions() {
        let (mut a, mut b) = (Module::new(), Module::new());
        let (x, y) = (a.declare("x", None), a.declare("y", None));
        let d = data(&mut a, Some(y));
        a.define(x, d, false);
        b.layout(Layout { size: 4, align: 4, ptr_words: vec![] });
        let y = b.declare("y", None);
        let d = data(&mut b, None);
        b.define(y, d, false);
        merge(&mut a, b).expect("no clash");
        let Def::Data(d) = &a.symbols["x"].def else { panic!("x is data") };
        assert_eq!(a.name_of(d.relocs[0].target), "y");
        let Def::Data(d) = &a.symbols["y"].def else { panic!("y is data") };
        assert_eq!(a.layout_of(d.layout).size, 8);
    }

    #[test]
    fn only_dedup_symbols_may_be_defined_twice() {
        let module = |dedup| {
            let mut m = Module::new();
            let x = m.declare("x", None);
            let d = data(&mut m, None);
            m.define(x, d, dedup);
            m
        };
        let mut a = module(true);
        assert_eq!(merge(&mut a, module(true)), Ok(()));
        assert_eq!(merge(&mut a, module(false)), Err(MergeError { symbol: "x".into() }));
    }
}
