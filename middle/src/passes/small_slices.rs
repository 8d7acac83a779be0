//! `make` of a small constant size is an allocation like any other.
//!
//! `runtime.makeslice(type, len, cap)` with a constant capacity becomes one `alloc_heap` of the array, which escape
//! analysis can move to the stack, and which costs no more where it cannot. Needs the element's descriptor in the
//! module, for size and pointers.

use crate::lower::types_desc::flag;
use crate::mir::*;

/// Larger arrays stay calls: they would stay in the heap anyway.
const MAX_BYTES: u64 = 64 << 10;

/// What a descriptor says of a type.
struct Element {
    size: u64,
    align: u64,
    ptr_words: Vec<u32>,
}

/// Replaces the calls; returns whether there were any.
pub fn run(module: &mut Module) -> bool {
    let Some(makeslice) = module.symbols.get_index_of("runtime.makeslice").map(|i| Symbol(i as u32)) else {
        return false;
    };
    let mut changed = false;
    for i in 0..module.symbols.len() {
        let Def::Func(func) = &module.symbols[i].def else { continue };
        let found = calls(module, func, makeslice);
        changed |= !found.is_empty();
        for (inst, type_desc, layout) in found {
            let layout = module.layout(layout);
            if let Def::Func(func) = &mut module.symbols[i].def {
                func.insts[inst.index()].op = Op::AllocHeap { layout, type_desc };
            }
        }
    }
    changed
}

fn calls(module: &Module, func: &Func, makeslice: Symbol) -> Vec<(Inst, Symbol, Layout)> {
    let mut def: Vec<Option<&Op>> = Vec::new();
    let mut found = Vec::new();
    for (i, data) in func.insts.iter().enumerate() {
        let Op::Call { callee: Callee::Direct(f), args, .. } = &data.op else { continue };
        let (&[ty, len, cap], &[_]) = (&args[..], &data.results[..]) else { continue };
        if *f != makeslice {
            continue;
        }
        if def.is_empty() {
            def = vec![None; func.values.len()];
            for d in &func.insts {
                d.results.iter().for_each(|r| def[r.index()] = Some(&d.op));
            }
        }
        let constant = |v: Value| match def[v.index()] {
            Some(&Op::Int(_, n)) => u64::try_from(n).ok(),
            _ => None,
        };
        let (Some(len), Some(cap)) = (constant(len), constant(cap)) else { continue };
        let Some(&Op::GlobalAddr(desc, 0)) = def[ty.index()] else { continue };
        let Some(element) = element(module, desc) else { continue };
        let Some(size) = element.size.checked_mul(cap).filter(|s| (1..=MAX_BYTES).contains(s)) else { continue };
        // A negative or crossed length is a panic of the call.
        if len > cap {
            continue;
        }
        let words = element.size / 8;
        let ptr_words = (0..cap).flat_map(|n| element.ptr_words.iter().map(move |w| (n * words) as u32 + w)).collect();
        let layout = Layout { size, align: element.align, ptr_words };
        found.push((Inst(i as u32), desc, layout));
    }
    found
}

/// Reads an `abi.Type`: size, pointer bytes, flags, alignment and the pointer mask.
fn element(module: &Module, desc: Symbol) -> Option<Element> {
    let Def::Data(d) = &module.symbols[desc.index()].def else { return None };
    let word = |at: usize| Some(u64::from_le_bytes(d.bytes.get(at..at + 8)?.try_into().ok()?));
    let (size, ptr_bytes) = (word(0)?, word(8)?);
    let (flags, align) = (*d.bytes.get(20)?, u64::from(*d.bytes.get(21)?));
    let mut ptr_words = Vec::new();
    if ptr_bytes != 0 {
        if flags & flag::GC_MASK_ON_DEMAND != 0 || !size.is_multiple_of(8) {
            return None;
        }
        let mask = d.relocs.iter().find(|r| r.offset == 32 && r.addend == 0)?.target;
        let Def::Data(mask) = &module.symbols[mask.index()].def else { return None };
        // Bytes that are not there are zero.
        let bit = |w: u64| mask.bytes.get((w / 8) as usize).is_some_and(|b| b >> (w % 8) & 1 != 0);
        ptr_words = (0..ptr_bytes / 8).filter(|w| bit(*w)).map(|w| w as u32).collect();
    }
    (align.is_power_of_two() && align <= 8 && size.is_multiple_of(align)).then_some(Element { size, align, ptr_words })
}
