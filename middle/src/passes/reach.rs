//! What a whole program can reach; the rest is dropped before it costs anything.
//!
//! From the roots, everything that a reached function or data global names is reached, with two exceptions: the method
//! table of a type descriptor names every method of the type, and an itab every method of its interface, most of which
//! nobody calls. Those references are weak. A method is reached through them only
//!
//! - if a reached function calls a method of its name and type through some interface (then that interface may hold the
//!   type, its itab being constant or built at run time);
//! - or, being exported, if the program uses reflection to get at methods: `reflect.Value.Method`, `MethodByName`, or
//!   a dynamic call of `reflect.Type.Method` or `MethodByName`, outside package reflect.
//!
//! The code fields of a table entry whose method is not reached get −1, which the Go half of the runtime knows
//! ("unreachable method called"); so do slots of itabs, whose first must not be nil. The field with the method's type
//! gets it unless a reached interface type has the method: whether a type implements an interface, called or not, is
//! found out by comparing these.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::lower::types_desc::{ITAB_FUN, ITAB_PREFIX, fixed_size, flag, is_descriptor, kind};
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

/// Weak references to one method.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// The descriptor or itab, which is reached.
    holder: Symbol,
    at: u64,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// An entry of a method table: name, type, and two code offsets of four bytes each.
    Table,
    /// A slot of an itab.
    Slot,
}

impl Entry {
    /// The references to code.
    fn code(self) -> Range<u64> {
        match self.place {
            Place::Table => self.at + 8..self.at + METHOD_SIZE as u64,
            Place::Slot => self.at..self.at + 8,
        }
    }

    /// All weak references.
    fn all(self) -> Range<u64> {
        match self.place {
            Place::Table => self.at + 4..self.at + METHOD_SIZE as u64,
            Place::Slot => self.code(),
        }
    }
}

/// Drops what the roots do not reach; symbols are renumbered.
///
/// `reflection` says on entry whether the program is known to get at methods by reflection, and on return what was
/// found: inlining may have hidden it from a later run.
pub fn run(module: &mut Module, roots: &[&str], reflection: &mut bool) -> Dropped {
    let mut reach = Reach::new(module, *reflection);
    for root in roots {
        if let Some(i) = module.symbols.get_index_of(*root) {
            reach.mark(Symbol(i as u32));
        }
    }
    reach.settle();
    *reflection = reach.reflection;
    let (reached, unused, declared) = (reach.reached, reach.waiting, reach.declared);

    let mut dropped = Dropped::default();
    for (key, entry) in unused.iter().flat_map(|(key, entries)| entries.iter().map(move |e| (key, e))) {
        dropped.methods += 1;
        let Def::Data(d) = &mut module.symbols[entry.holder.index()].def else { continue };
        let fields = if declared.contains(key) { entry.code() } else { entry.all() };
        d.relocs.retain(|r| !fields.contains(&r.offset));
        let (from, to) = (fields.start as usize, fields.end as usize);
        if d.bytes.len() < to {
            d.bytes.resize(to, 0);
        }
        d.bytes[from..to].fill(0xff);
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
    /// Methods that are called through interfaces.
    called: HashSet<Key>,
    /// Methods of reached interface types.
    declared: HashSet<Key>,
    /// Entries of reached tables and itabs not reached yet.
    waiting: HashMap<Key, Vec<Entry>>,
    /// Reflection may call every exported method.
    reflection: bool,
    /// Signatures of `reflect.Type.Method` and `MethodByName`.
    by_reflection: Vec<Signature>,
}

impl<'a> Reach<'a> {
    fn new(module: &'a Module, reflection: bool) -> Reach<'a> {
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
            declared: HashSet::new(),
            waiting: HashMap::new(),
            reflection,
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
        // Made for the program: a method expression or value of the interface.
        let made = name.starts_with("reflect.Type.");
        let in_reflect = !made && (name.starts_with("reflect.") || name.starts_with("internal/reflectlite."));
        for inst in &func.insts {
            inst.op.for_each_symbol(|s| {
                self.mark(s);
                let gets_methods =
                    matches!(self.module.name_of(s), "reflect.Value.Method" | "reflect.Value.MethodByName");
                if gets_methods && !in_reflect {
                    self.use_reflection();
                }
            });
            let Op::Call { callee, sig, .. } = &inst.op else { continue };
            let may_be_reflection = match *callee {
                Callee::Code => true,
                Callee::Method { iface, index } => match self.method_of(iface, index) {
                    Some(key) => {
                        let gets_methods = matches!(&key.0[..], b"Method" | b"MethodByName");
                        self.call(key);
                        gets_methods
                    }
                    None => true,
                },
                _ => false,
            };
            if may_be_reflection
                && !in_reflect
                && self.by_reflection.iter().any(|m| m.params == sig.params && m.results == sig.results)
            {
                self.use_reflection();
            }
        }
    }

    fn data(&mut self, s: Symbol, d: &Data) {
        let name = self.module.name_of(s);
        let mut weak = 0..0;
        if let Some((start, count)) = table(name, d) {
            weak = start..start + (count * METHOD_SIZE) as u64;
            for at in weak.clone().step_by(METHOD_SIZE) {
                // A method's name stays: the table's entries stay in order.
                let Some(name) = target(d, at) else { continue };
                self.mark(name);
                if let Some(ty) = target(d, at + 4) {
                    self.entry((self.name_text(name), ty), Entry { holder: s, at, place: Place::Table });
                }
            }
        } else if name.starts_with(ITAB_PREFIX)
            && let Some(iface) = target(d, 0)
        {
            let first = ITAB_FUN as u64;
            weak = first..d.relocs.last().map_or(first, |r| r.offset + 8);
            for (i, at) in weak.clone().step_by(8).enumerate() {
                let entry = Entry { holder: s, at, place: Place::Slot };
                match self.method_of(iface, i as u32) {
                    Some(key) => self.entry(key, entry),
                    None => self.keep(entry),
                }
            }
        }
        for r in d.relocs.iter().filter(|r| !weak.contains(&r.offset)) {
            self.mark(r.target);
        }
        if is_descriptor(name) && byte(d, KIND) == kind::INTERFACE {
            let methods = 0..u64_at(d, HEADER + 16) as u32;
            let methods: Vec<Key> = methods.filter_map(|i| self.method_of(s, i)).collect();
            self.declared.extend(methods);
        }
    }

    /// Method `index` of the interface type of that descriptor; `None` if the descriptor is defined elsewhere.
    fn method_of(&self, iface: Symbol, index: u32) -> Option<Key> {
        let Def::Data(d) = &self.module.symbols[iface.index()].def else { return None };
        let list = d.relocs.iter().find(|r| r.offset == HEADER as u64 + 8)?;
        let at = list.addend as u64 + 8 * u64::from(index);
        Some((self.name_text(target(d, at)?), target(d, at + 4)?))
    }

    fn entry(&mut self, key: Key, entry: Entry) {
        if self.called.contains(&key) || (self.reflection && is_exported(&key.0)) {
            self.keep(entry);
        } else {
            self.waiting.entry(key).or_default().push(entry);
        }
    }

    fn keep(&mut self, entry: Entry) {
        let Def::Data(d) = &self.module.symbols[entry.holder.index()].def else { return };
        let fields = entry.all();
        let first = d.relocs.partition_point(|r| r.offset < fields.start);
        d.relocs[first..].iter().take_while(|r| r.offset < fields.end).for_each(|r| self.mark(r.target));
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
