//! What a whole program can reach; the rest is dropped before it costs anything.
//!
//! From the roots, everything that a reached function or data global names is reached, with one exception: the method
//! table of a type descriptor names every method of the type, most of which nobody can call. Those references are weak.
//! A method is reached through its table only
//!
//! - if a reached interface type has a method of its name and type (then an itab of the two can be built at run time);
//! - or, being exported, if the program uses reflection to get at methods: `reflect.Value.Method`, `MethodByName`, or
//!   a dynamic call with the signature of `reflect.Type.Method` or `MethodByName`, outside package reflect.
//!
//! The fields of a table entry whose method is not reached get −1, as gc's linker does, which the Go half of the
//! runtime knows ("unreachable method called").

use std::collections::{HashMap, HashSet};

use crate::lower::types_desc::{fixed_size, flag, kind};
use crate::mir::*;

/// Size of `abi.Type`, and offsets in it.
const HEADER: usize = 48;
const TFLAG: usize = 20;
const KIND: usize = 23;
/// `abi.Method`.
const METHOD_SIZE: usize = 16;

/// What went, for `--time-passes`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dropped {
    pub functions: usize,
    pub data: usize,
    pub methods: usize,
}

/// A method as interfaces know it: its name and the descriptor of its type without receiver.
type Key = (Vec<u8>, Symbol);

/// One entry of a reached descriptor's method table.
#[derive(Clone, Copy)]
struct Entry {
    descriptor: Symbol,
    /// Offset of the entry.
    at: u64,
}

/// Drops what the roots do not reach; symbols are renumbered.
pub fn run(module: &mut Module, roots: &[&str]) -> Dropped {
    let mut reach = Reach::new(module);
    for root in roots {
        if let Some(i) = module.symbols.get_index_of(*root) {
            reach.mark(Symbol(i as u32));
        }
    }
    reach.settle();
    let (reached, unused) = (reach.reached, reach.waiting);

    let mut dropped = Dropped::default();
    let mut entries: Vec<Entry> = unused.into_values().flatten().collect();
    entries.sort_by_key(|e| (e.descriptor, e.at));
    entries.dedup_by_key(|e| (e.descriptor, e.at));
    for entry in entries {
        dropped.methods += 1;
        let Def::Data(d) = &mut module.symbols[entry.descriptor.index()].def else { continue };
        let fields = entry.at + 4..entry.at + METHOD_SIZE as u64;
        d.relocs.retain(|r| !fields.contains(&r.offset));
        let end = fields.end as usize;
        if d.bytes.len() < end {
            d.bytes.resize(end, 0);
        }
        d.bytes[fields.start as usize..end].fill(0xff);
    }
    for (i, data) in module.symbols.values().enumerate() {
        match data.def {
            Def::Func(_) if !reached[i] => dropped.functions += 1,
            Def::Data(_) if !reached[i] => dropped.data += 1,
            _ => {}
        }
    }
    retain(module, &reached);
    dropped
}

/// Keeps the marked symbols, in order.
fn retain(module: &mut Module, keep: &[bool]) {
    let mut new: Vec<Option<Symbol>> = Vec::with_capacity(keep.len());
    let mut next = 0;
    for &k in keep {
        new.push(k.then_some(Symbol(next)));
        next += u32::from(k);
    }
    let mut marks = keep.iter();
    module.symbols.retain(|_, _| *marks.next().unwrap_or(&false));
    let rename = |s: &mut Symbol| *s = new[s.index()].expect("what a reached symbol names is reached");
    for data in module.symbols.values_mut() {
        match &mut data.def {
            Def::Extern(_) => {}
            Def::Func(func) => func.insts.iter_mut().for_each(|i| i.op.for_each_symbol_mut(rename)),
            Def::Data(d) => d.relocs.iter_mut().for_each(|r| rename(&mut r.target)),
        }
    }
}

struct Reach<'a> {
    module: &'a Module,
    reached: Vec<bool>,
    work: Vec<Symbol>,
    /// Methods that interfaces call.
    called: HashSet<Key>,
    /// Entries of reached tables not reached yet.
    waiting: HashMap<Key, Vec<Entry>>,
    /// Reflection may call every exported method.
    reflection: bool,
    /// Signatures of `reflect.Type.Method` and `MethodByName`.
    by_reflection: Vec<Signature>,
}

impl<'a> Reach<'a> {
    fn new(module: &'a Module) -> Reach<'a> {
        let mut by_reflection = Vec::new();
        for name in ["reflect.(*rtype).Method", "reflect.(*rtype).MethodByName"] {
            match module.symbols.get(name).map(|d| &d.def) {
                Some(Def::Func(f)) => by_reflection.push(f.sig.clone()),
                Some(Def::Extern(Some(sig))) => by_reflection.push(sig.clone()),
                _ => {}
            }
        }
        Reach {
            module,
            reached: vec![false; module.symbols.len()],
            work: Vec::new(),
            called: HashSet::new(),
            waiting: HashMap::new(),
            reflection: false,
            by_reflection,
        }
    }

    fn mark(&mut self, s: Symbol) {
        if !std::mem::replace(&mut self.reached[s.index()], true) {
            self.work.push(s);
        }
    }

    fn settle(&mut self) {
        while let Some(s) = self.work.pop() {
            let module = self.module;
            match &module.symbols[s.index()].def {
                Def::Extern(_) => {}
                Def::Func(func) => self.function(module.name_of(s), func),
                Def::Data(d) => self.data(s, d),
            }
        }
    }

    fn function(&mut self, name: &str, func: &Func) {
        let in_reflect = name.starts_with("reflect.") || name.starts_with("internal/reflectlite.");
        for inst in &func.insts {
            inst.op.for_each_symbol(|s| {
                self.mark(s);
                let gets_methods =
                    matches!(self.module.name_of(s), "reflect.Value.Method" | "reflect.Value.MethodByName");
                if gets_methods && !in_reflect {
                    self.use_reflection();
                }
            });
            if let Op::Call { callee: Callee::Code, sig, .. } = &inst.op
                && !in_reflect
                && self.by_reflection.iter().any(|m| m.params == sig.params && m.results == sig.results)
            {
                self.use_reflection();
            }
        }
    }

    fn data(&mut self, s: Symbol, d: &Data) {
        let weak = match table(self.module.name_of(s), d) {
            Some((at, count)) => {
                for i in 0..count {
                    self.entry(Entry { descriptor: s, at: at + (i * METHOD_SIZE) as u64 }, d);
                }
                at..at + (count * METHOD_SIZE) as u64
            }
            None => 0..0,
        };
        for r in &d.relocs {
            // A method's name stays: the table's entries stay in order.
            if !weak.contains(&r.offset) || (r.offset - weak.start) % METHOD_SIZE as u64 == 0 {
                self.mark(r.target);
            }
        }
        if is_descriptor(self.module.name_of(s)) && byte(d, KIND) == kind::INTERFACE {
            let Some(list) = d.relocs.iter().find(|r| r.offset == HEADER as u64 + 8) else { return };
            let count = u64_at(d, HEADER + 16);
            for i in 0..count {
                let at = list.addend as u64 + 8 * i;
                if let (Some(name), Some(ty)) = (target(d, at), target(d, at + 4)) {
                    self.call((self.name_text(name), ty));
                }
            }
        }
    }

    fn entry(&mut self, entry: Entry, d: &Data) {
        let (Some(name), Some(ty)) = (target(d, entry.at), target(d, entry.at + 4)) else { return };
        let key = (self.name_text(name), ty);
        if self.called.contains(&key) || (self.reflection && is_exported(&key.0)) {
            self.keep(entry);
        } else {
            self.waiting.entry(key).or_default().push(entry);
        }
    }

    fn keep(&mut self, entry: Entry) {
        let Def::Data(d) = &self.module.symbols[entry.descriptor.index()].def else { return };
        for field in [4, 8, 12] {
            if let Some(t) = target(d, entry.at + field) {
                self.mark(t);
            }
        }
    }

    fn call(&mut self, key: Key) {
        for entry in self.waiting.remove(&key).unwrap_or_default() {
            self.keep(entry);
        }
        self.called.insert(key);
    }

    fn use_reflection(&mut self) {
        if std::mem::replace(&mut self.reflection, true) {
            return;
        }
        let mut exported: Vec<Key> = self.waiting.keys().filter(|k| is_exported(&k.0)).cloned().collect();
        exported.sort();
        for key in exported {
            for entry in self.waiting.remove(&key).unwrap_or_default() {
                self.keep(entry);
            }
        }
    }

    /// The text of an `abi.Name`: a flag byte, a varint length, the bytes.
    fn name_text(&self, name: Symbol) -> Vec<u8> {
        let Def::Data(d) = &self.module.symbols[name.index()].def else {
            // Defined elsewhere: its symbol is as good.
            return self.module.name_of(name).as_bytes().to_vec();
        };
        let (mut len, mut at) = (0usize, 1);
        for shift in (0..28).step_by(7) {
            let b = byte(d, at);
            at += 1;
            len |= usize::from(b & 0x7f) << shift;
            if b < 0x80 {
                break;
            }
        }
        d.bytes.get(at..at + len).unwrap_or_default().to_vec()
    }
}

fn is_exported(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|n| n.chars().next().is_some_and(char::is_uppercase))
}

fn is_descriptor(name: &str) -> bool {
    name.strip_prefix("type:").is_some_and(|rest| !rest.starts_with('.'))
}

/// Offset and length of a descriptor's method table.
fn table(name: &str, d: &Data) -> Option<(u64, usize)> {
    if !is_descriptor(name) || byte(d, TFLAG) & flag::UNCOMMON == 0 {
        return None;
    }
    let uncommon = HEADER + fixed_size(byte(d, KIND)) as usize;
    let count = usize::from(u16::from_le_bytes([byte(d, uncommon + 4), byte(d, uncommon + 5)]));
    let start = u64_at(d, uncommon + 8) & 0xffff_ffff;
    (count != 0).then_some((uncommon as u64 + start, count))
}

fn byte(d: &Data, at: usize) -> u8 {
    d.bytes.get(at).copied().unwrap_or(0)
}

fn u64_at(d: &Data, at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|i| byte(d, at + i)))
}

fn target(d: &Data, at: u64) -> Option<Symbol> {
    d.relocs.binary_search_by_key(&at, |r| r.offset).ok().map(|i| d.relocs[i].target)
}
