//! Cutting a program into code-generation units that compile at the same time.

use super::{Def, Module};

/// Instructions a unit should have about: enough to make its fixed costs small, few enough to spread a program over
/// processors.
const UNIT_WEIGHT: usize = 30_000;

/// What a unit's share is counted in: instructions of functions, words of data.
fn weight(def: &Def) -> usize {
    match def {
        Def::Func(func) => func.insts.len() + func.blocks.len(),
        Def::Data(data) => data.bytes.len() / 64 + data.relocs.len() / 4 + 1,
        Def::Extern(_) => 0,
    }
}

/// Cuts the module into units of neighbouring symbols. The cut depends on the module alone, not on the machine.
pub fn split(module: Module) -> Vec<Module> {
    let total: usize = module.symbols.values().map(|s| weight(&s.def)).sum();
    let units = total.div_ceil(UNIT_WEIGHT).max(1);
    if units == 1 {
        return vec![module];
    }
    let share = total.div_ceil(units).max(1);
    let mut passed = 0;
    let owner: Vec<usize> = module
        .symbols
        .values()
        .map(|s| {
            let unit = passed / share;
            passed += weight(&s.def);
            unit.min(units - 1)
        })
        .collect();
    // A declaration of what another unit has: functions keep their signature.
    let declaration = |def: &Def| match def {
        Def::Func(func) => Def::Extern(Some(func.sig.clone())),
        Def::Extern(sig) => Def::Extern(sig.clone()),
        Def::Data(_) => Def::Extern(None),
    };
    let mut shell = Module {
        layouts: module.layouts,
        files: module.files,
        func_names: module.func_names,
        positions: module.positions,
        ..Module::default()
    };
    for (name, data) in &module.symbols {
        let data = super::SymbolData { def: declaration(&data.def), dedup: false };
        shell.symbols.insert(name.clone(), data);
    }
    let mut parts: Vec<Module> = (0..units).map(|_| shell.clone()).collect();
    for (index, (_, data)) in module.symbols.into_iter().enumerate() {
        parts[owner[index]].symbols[index] = data;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn every_definition_is_in_one_unit() {
        let mut module = Module::new();
        let layout = module.layout(Layout { size: 64 * 20_000, align: 8, ptr_words: Vec::new() });
        for i in 0..5 {
            let symbol = module.declare(&format!("data{i}"), None);
            let bytes = vec![1; 64 * 20_000];
            module.define(symbol, Def::Data(Data { layout, bytes, relocs: Vec::new(), read_only: true }), false);
        }
        let parts = super::split(module);
        assert!(parts.len() > 1);
        for i in 0..5 {
            let has = |m: &&Module| matches!(m.symbols[i].def, Def::Data(_));
            assert_eq!(parts.iter().filter(has).count(), 1);
        }
    }
}
