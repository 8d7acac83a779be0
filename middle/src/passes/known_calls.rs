//! Calls through values that are known: a closure made here or a constant one is called by its function's name.
//!
//! A closure's code word is written once, where the closure is made.

use super::FuncContext;
use crate::mir::*;

/// The function that a closure value of this function stands for.
///
/// `None` where it is not known, or where the same object gets two code addresses.
pub fn closure_code(func: &Func, def: &[Option<Inst>], module: &Module, closure: Value) -> Option<Symbol> {
    match func.insts[def[closure.index()]?.index()].op {
        Op::GlobalAddr(data, 0) => match &module.symbols[data.index()].def {
            Def::Data(d) if d.read_only => {
                let reloc = d.relocs.iter().find(|r| r.offset == 0)?;
                (reloc.addend == 0 && reloc.kind == RelocKind::Abs64).then_some(reloc.target)
            }
            _ => None,
        },
        Op::AllocHeap { .. } => {
            let mut code = None;
            for data in func.blocks.iter().flat_map(|b| &b.insts).map(|i| &func.insts[i.index()]) {
                if let Op::Store { ptr, val, .. } = data.op
                    && ptr == closure
                    && func.ty(val) == Ty::Raw
                {
                    let Op::FuncAddr(f) = func.insts[def[val.index()]?.index()].op else { return None };
                    if *code.get_or_insert(f) != f {
                        return None;
                    }
                }
            }
            code
        }
        _ => None,
    }
}

/// The instruction that defines each value.
pub fn definitions(func: &Func) -> Vec<Option<Inst>> {
    let mut def = vec![None; func.values.len()];
    for block in &func.blocks {
        for &inst in &block.insts {
            for r in &func.insts[inst.index()].results {
                def[r.index()] = Some(inst);
            }
        }
    }
    def
}

/// Calls of constant closures and of constant code addresses become direct.
pub fn run(func: &mut Func, cx: &FuncContext) -> bool {
    let def = definitions(func);
    let mut changed = false;
    for i in 0..func.insts.len() {
        let Op::Call { callee, sig, args } = &func.insts[i].op else { continue };
        let target = match callee {
            Callee::Closure => closure_code(func, &def, cx.module, args[0]),
            Callee::Code | Callee::Method { .. } => match def[args[0].index()].map(|d| &func.insts[d.index()].op) {
                Some(&Op::FuncAddr(f)) => Some(f),
                _ => known_itab_slot(func, &def, cx.module, args[0]),
            },
            _ => None,
        };
        let Some(target) = target else { continue };
        let declared = match &cx.module.symbols[target.index()].def {
            Def::Func(f) => &f.sig,
            Def::Extern(Some(sig)) => sig,
            _ => continue,
        };
        // A function that reads its context must be given it; the inliner can, a direct call cannot.
        if declared.context || declared.params != sig.params || declared.results != sig.results {
            continue;
        }
        let (sig, args) = (sig.clone(), args[1..].to_vec());
        let sig = Signature { context: false, ..sig };
        func.insts[i].op = Op::Call { callee: Callee::Direct(target), sig, args };
        changed = true;
    }
    changed
}

/// The method in a constant itab's slot: `load raw (global_addr itab + n)`.
fn known_itab_slot(func: &Func, def: &[Option<Inst>], module: &Module, code: Value) -> Option<Symbol> {
    let op = |v: Value| def[v.index()].map(|d| &func.insts[d.index()].op);
    let Op::Load { ty: Ty::Raw, ptr, .. } = op(code)? else { return None };
    let (base, offset) = match op(*ptr)? {
        Op::PtrAdd { base, offset } => (*base, *offset),
        _ => (*ptr, 0),
    };
    let &Op::GlobalAddr(data, start) = op(base)? else { return None };
    let Def::Data(d) = &module.symbols[data.index()].def else { return None };
    let at = u64::try_from(start.checked_add(offset)?).ok()?;
    let reloc = d.relocs.iter().find(|r| r.offset == at)?;
    (d.read_only && reloc.addend == 0 && reloc.kind == RelocKind::Abs64).then_some(reloc.target)
}
