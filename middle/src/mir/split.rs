//! Taking a module apart: a program into the code-generation units it is compiled in.

use std::collections::HashMap;

use super::*;

/// One module per unit; a symbol is defined in the unit `unit_of` gives for it, and declared wherever it is named.
/// Every table of a new module holds what that unit needs, in the order of first need.
///
/// # Panics
/// If `unit_of` is shorter than the symbol table or names a unit past `units`.
pub fn split(module: Module, unit_of: &[u32], units: usize) -> Vec<Module> {
    let mut parts: Vec<Part> = (0..units).map(|_| Part::default()).collect();
    // Declarations need signatures after their functions have moved.
    let sigs: Vec<Option<Signature>> = module.symbols.values().map(|d| signature(&d.def)).collect();
    let Module { symbols, layouts, files, func_names, positions } = module;
    let names: Vec<String> = symbols.keys().cloned().collect();
    let old = Old { names, sigs, layouts, files, func_names, positions };
    for (i, (_, data)) in symbols.into_iter().enumerate() {
        if !matches!(data.def, Def::Extern(_)) {
            parts[unit_of[i] as usize].define(&old, Symbol(i as u32), data);
        }
    }
    parts.into_iter().map(|p| p.module).collect()
}

fn signature(def: &Def) -> Option<Signature> {
    match def {
        Def::Extern(sig) => sig.clone(),
        Def::Func(f) => Some(f.sig.clone()),
        Def::Data(_) => None,
    }
}

/// The tables of the whole.
struct Old {
    names: Vec<String>,
    sigs: Vec<Option<Signature>>,
    layouts: indexmap::IndexSet<Layout>,
    files: indexmap::IndexSet<String>,
    func_names: indexmap::IndexSet<String>,
    positions: indexmap::IndexSet<Position>,
}

/// A unit being filled, and where what it has taken over lies.
struct Part {
    module: Module,
    symbols: HashMap<Symbol, Symbol>,
    layouts: HashMap<LayoutId, LayoutId>,
    positions: HashMap<PosId, PosId>,
}

impl Default for Part {
    fn default() -> Part {
        let positions = HashMap::from([(PosId::NONE, PosId::NONE)]);
        Part { module: Module::new(), symbols: HashMap::new(), layouts: HashMap::new(), positions }
    }
}

impl Part {
    fn define(&mut self, old: &Old, symbol: Symbol, mut data: SymbolData) {
        let new = self.symbol(old, symbol);
        match &mut data.def {
            Def::Extern(_) => {}
            Def::Func(f) => {
                f.start = self.position(old, f.start);
                for slot in &mut f.slots {
                    slot.layout = self.layout(old, slot.layout);
                }
                for block in &mut f.blocks {
                    block.term_pos = self.position(old, block.term_pos);
                }
                for inst in &mut f.insts {
                    inst.pos = self.position(old, inst.pos);
                    inst.op.for_each_symbol_mut(|s| *s = self.symbol(old, *s));
                    match &mut inst.op {
                        Op::MemCopy { layout, .. } | Op::MemZero { layout, .. } | Op::AllocHeap { layout, .. } => {
                            *layout = self.layout(old, *layout);
                        }
                        _ => {}
                    }
                }
            }
            Def::Data(d) => {
                d.layout = self.layout(old, d.layout);
                for r in &mut d.relocs {
                    r.target = self.symbol(old, r.target);
                }
            }
        }
        self.module.define(new, data.def, data.dedup);
    }

    fn symbol(&mut self, old: &Old, s: Symbol) -> Symbol {
        let module = &mut self.module;
        *self.symbols.entry(s).or_insert_with(|| module.declare(&old.names[s.index()], old.sigs[s.index()].clone()))
    }

    fn layout(&mut self, old: &Old, l: LayoutId) -> LayoutId {
        let module = &mut self.module;
        *self.layouts.entry(l).or_insert_with(|| module.layout(old.layouts[l.index()].clone()))
    }

    fn position(&mut self, old: &Old, p: PosId) -> PosId {
        if let Some(&new) = self.positions.get(&p) {
            return new;
        }
        let Position { file, func, inlined_at, line, col } = old.positions[p.index()].clone();
        // Outer calls come before what is inlined at them; chains are as deep as inlining.
        let inlined_at = inlined_at.map(|at| self.position(old, at));
        let file = self.module.files.insert_full(old.files[file as usize].clone()).0 as u32;
        let func = self.module.func_names.insert_full(old.func_names[func as usize].clone()).0 as u32;
        let new = self.module.position(Position { file, func, inlined_at, line, col });
        self.positions.insert(p, new);
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mir::parse::parse;

    #[test]
    fn units_declare_what_they_name() {
        let text = r#"
layout0 = size 8 align 8 ptrs [0]
layout1 = size 16 align 8 ptrs []
data @"x" layout1 ""
data @"y" layout0 "" [0: abs64 @"f" + 0]
func @"f" () -> (ptr) {
bb0:
  v0: ptr = global_addr @"x", 0
  return v0
}
"#;
        let whole = parse(text).unwrap();
        let parts = split(whole, &[0, 0, 1], 2);
        assert!(matches!(parts[0].symbols["f"].def, Def::Extern(Some(_))));
        assert!(matches!(parts[1].symbols["x"].def, Def::Extern(None)));
        let mut back = Module::new();
        for part in parts {
            crate::mir::verify::verify(&part).unwrap();
            merge(&mut back, part).unwrap();
        }
        let Def::Data(x) = &back.symbols["x"].def else { panic!() };
        assert_eq!(back.layout_of(x.layout).size, 16);
    }
}
