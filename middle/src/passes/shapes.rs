//! Generics by shape: instances whose code is the same share one body, and constant dictionaries say what differs.
//!
//! Instances are lowered for concrete type arguments, inlined into and optimised as any function. Here those are found
//! that differ in nothing but the symbols they name: descriptors of their type arguments and of types made of them,
//! itabs, methods that constraints stand for, instances of other generics, their own closures. Two instances have the
//! same *shape* if that is so. It is decided by the code, not by the types: pointers share a shape, and so do all types
//! of one layout that the function treats alike, while an instance into which a method or comparison of its type
//! argument was inlined stays special.
//!
//! ```text
//! p.F[A] ─┐ wrapper                               go:dict.p.F[A]: what F[A] names
//!         ├─▶ p.F[go.shape.A](arguments, dict) ◀─
//! p.F[B] ─┘                                       go:dict.p.F[B]: what F[B] names
//! ```
//! - The body takes the dictionary as last argument (before it the closure context, if it has one, as a plain pointer).
//! - A *dictionary* is read-only data, one word for each symbol that differs: the address of data, of a function, or, for
//!   a call of another shared instance, that instance's dictionary, so that shared bodies call each other directly. A
//!   body that calls itself passes its own on.
//! - Every instance keeps its symbol, as a wrapper that adds its dictionary: function values, itabs, method tables and
//!   closures name that and need to know nothing of shapes. Direct calls skip it.
//! - Instances that need no dictionary (what they name differs only where that is again of such instances) are *twins*:
//!   the first serves for all.
//!
//! What a body costs is counted in instructions; [`Policy`] says how much dictionaries must save. Positions are part of
//! the code, so tracebacks are those of the instances (whose names are shown without type arguments).

use std::collections::HashMap;

use indexmap::IndexSet;

use crate::mir::build::FuncBuilder;
use crate::mir::compact::compact;
use crate::mir::*;

/// When a body is shared.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// What sharing must save, in percent of the instances' instructions.
    pub min_saving: u32,
    /// Instances of fewer instructions stay as they are.
    pub min_size: u32,
}

impl Policy {
    /// Wherever it makes less code.
    pub const ALWAYS: Policy = Policy { min_saving: 1, min_size: 0 };
}

impl Default for Policy {
    /// Small functions are worth their copies. Of larger ones half must go, which takes three instances: a heap of two
    /// pointer types whose loops call a function value lost a tenth of its speed to the dictionary kept across calls.
    fn default() -> Policy {
        Policy { min_saving: 50, min_size: 40 }
    }
}

/// Instructions of a wrapper, about: it may have to pass arguments on the stack.
const WRAPPER: u32 = 8;
/// A symbol read from the dictionary rather than known costs so many more, and in each dictionary it takes a word.
const READ: u32 = 2;

/// What was done, for `--time-passes`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Shared {
    pub bodies: usize,
    pub instances: usize,
    pub dictionaries: usize,
    /// Instructions before and after, of the instances that share.
    pub before: u32,
    pub after: u32,
}

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Shared { bodies, instances, dictionaries, before, after } = self;
        write!(f, "{instances} instances share {bodies} bodies through {dictionaries} dictionaries: ")?;
        write!(f, "{after} instructions instead of {before}")
    }
}

/// What stands before the type arguments in the name of a shared body.
const SHAPE: &str = "go.shape.";
/// What the name of an instance's dictionary begins with.
pub const DICTIONARY: &str = "go:dict.";

/// Instances of one shape.
struct Group {
    members: Vec<Symbol>,
    /// By member, the symbols it names, in the order of the code.
    names: Vec<Vec<Symbol>>,
    /// What each of these is named for.
    uses: Vec<Use>,
    size: u32,
    /// The symbol of the common body and its signature; of twins, the first one's.
    body: Symbol,
    sig: Signature,
    /// None for twins.
    dictionary: Option<Dictionary>,
    twins: bool,
}

/// What a symbol is named for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Data,
    Code,
    Call,
}

/// The dictionaries of a group.
#[derive(Default)]
struct Dictionary {
    /// What each word holds, by member.
    words: IndexSet<Vec<Symbol>>,
    /// By member.
    symbols: Vec<Symbol>,
}

/// Where a shared body gets a symbol from that is not the same in all members.
enum Source {
    /// A word of the dictionary.
    Word(usize),
    /// A call of another group's body, with the dictionary that the word holds.
    Body(usize, usize),
    /// A call of the body itself.
    Itself,
}

/// All groups, and for each member its group and its place in it.
struct Groups {
    all: Vec<Group>,
    of: HashMap<Symbol, (usize, usize)>,
}

/// Shares bodies among the functions of the module that several units may hold, which instances are. `elsewhere` says
/// whether code outside of the module may name a symbol.
pub fn run(module: &mut Module, policy: &Policy, elsewhere: &dyn Fn(&str) -> bool) -> Shared {
    let groups = same_code(module);
    let mut groups = Groups::new(groups.into_iter().filter_map(|members| Group::new(module, members)).collect());
    groups.find_twins();
    let pays: Vec<bool> = (0..groups.all.len()).map(|g| groups.pays(module, g, policy)).collect();
    let mut pays = pays.into_iter();
    groups.all.retain(|_| pays.next().unwrap_or(false));
    let mut groups = Groups::new(groups.all);

    let mut shared = Shared::default();
    for (g, group) in groups.all.iter_mut().enumerate() {
        shared.instances += group.members.len();
        shared.before += group.members.len() as u32 * group.size;
        if !group.twins {
            group.prepare(module);
        }
        shared.bodies = g + 1;
    }
    for g in 0..groups.all.len() {
        if !groups.all[g].twins {
            groups.make_body(module, g);
        }
    }
    for group in &groups.all {
        shared.after += group.size;
        if let Some(dictionary) = &group.dictionary {
            shared.dictionaries += dictionary.symbols.len();
            shared.after += group.members.len() as u32 * (WRAPPER + dictionary.words.len() as u32);
            define_dictionaries(module, dictionary);
        }
    }
    groups.redirect(module);
    for group in &groups.all {
        group.wrap_members(module, elsewhere);
    }
    shared
}

/// Whether the instruction's symbol may differ between instances of a shape, and what it is named for. Descriptors for
/// the allocator are the same where the layout is, and the runtime's Rust functions are the back end's business.
fn may_differ(op: &Op) -> Option<Use> {
    match op {
        Op::GlobalAddr(..) => Some(Use::Data),
        Op::FuncAddr(_) => Some(Use::Code),
        Op::Call { callee: Callee::Direct(_), .. } => Some(Use::Call),
        _ => None,
    }
}

/// The symbols that may differ, in the order of the code.
fn names(func: &Func) -> Vec<(Symbol, Use)> {
    let mut names = Vec::new();
    for inst in func.blocks.iter().flat_map(|b| &b.insts) {
        let op = &func.insts[inst.index()].op;
        if let Some(usage) = may_differ(op) {
            op.for_each_symbol(|s| names.push((s, usage)));
        }
    }
    names
}

/// The function without the symbols that may differ.
fn skeleton(func: &Func) -> Func {
    let mut func = func.clone();
    for inst in &mut func.insts {
        if may_differ(&inst.op).is_some() {
            inst.op.for_each_symbol_mut(|s| *s = Symbol(0));
        }
    }
    func
}

/// Functions in groups of two or more that differ in nothing but symbols, in the order of the module.
fn same_code(module: &mut Module) -> Vec<Vec<Symbol>> {
    let mut groups: Vec<(Func, Vec<Symbol>)> = Vec::new();
    let mut by_text: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, data) in module.symbols.values_mut().enumerate() {
        let Def::Func(func) = &mut data.def else { continue };
        if !data.dedup || func.pragmas.nosplit {
            continue;
        }
        compact(func);
        let skeleton = skeleton(func);
        let same = by_text.entry(skeleton.to_string()).or_default();
        match same.iter().find(|&&g| groups[g].0 == skeleton) {
            Some(&g) => groups[g].1.push(Symbol(i as u32)),
            None => {
                same.push(groups.len());
                groups.push((skeleton, vec![Symbol(i as u32)]));
            }
        }
    }
    groups.into_iter().map(|(_, members)| members).filter(|members| members.len() > 1).collect()
}

fn body_of(module: &Module, symbol: Symbol) -> Option<&Func> {
    match &module.symbols[symbol.index()].def {
        Def::Func(func) => Some(func),
        _ => None,
    }
}

fn all_same(symbols: &[Symbol]) -> bool {
    symbols.iter().all(|s| *s == symbols[0])
}

/// Whether the entry block is jumped to: its parameters are the function's.
fn enters_again(func: &Func) -> bool {
    func.blocks.iter().filter_map(|b| b.term.as_ref()).any(|t| t.successors().contains(&Block(0)))
}

/// `p.F[A].func1` becomes `p.F[go.shape.A].func1`; a name without type arguments gets the mark at its end.
fn shape_name(name: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in name.chars() {
        out.push(c);
        match c {
            '[' => {
                if depth == 0 {
                    out.push_str(SHAPE);
                }
                depth += 1;
            }
            ']' => depth -= 1,
            _ => {}
        }
    }
    if !out.contains(SHAPE) {
        out.push_str("·shape");
    }
    out
}

impl Group {
    fn new(module: &Module, members: Vec<Symbol>) -> Option<Group> {
        let mut all = Vec::new();
        let mut uses = Vec::new();
        for &member in &members {
            let (symbols, same): (Vec<Symbol>, Vec<Use>) = names(body_of(module, member)?).into_iter().unzip();
            all.push(symbols);
            uses = same;
        }
        let first = body_of(module, members[0])?;
        let size = first.blocks.iter().map(|b| b.insts.len() as u32 + 1).sum();
        let (body, sig) = (members[0], first.sig.clone());
        Some(Group { members, names: all, uses, size, body, sig, dictionary: None, twins: true })
    }

    /// What the members name in this place.
    fn named(&self, at: usize) -> Vec<Symbol> {
        self.names.iter().map(|n| n[at]).collect()
    }

    fn calls_itself(&self, at: usize) -> bool {
        self.uses[at] == Use::Call && self.named(at) == self.members
    }

    /// Declares the common body and the dictionaries.
    fn prepare(&mut self, module: &mut Module) {
        if std::mem::take(&mut self.sig.context) {
            self.sig.params.push(Ty::Ptr);
        }
        self.sig.params.push(Ty::Ptr);
        let name = shape_name(module.name_of(self.members[0]));
        self.body = module.declare(&name, Some(self.sig.clone()));
        let names: Vec<String> = self.members.iter().map(|&m| format!("{DICTIONARY}{}", module.name_of(m))).collect();
        let symbols = names.iter().map(|name| module.declare(name, None)).collect();
        self.dictionary = Some(Dictionary { words: IndexSet::new(), symbols });
    }

    /// Whether the dictionary is at hand wherever it is needed: the recover block is entered by unwinding.
    fn dictionary_reaches(&self, func: &Func) -> bool {
        let Some(recover) = func.recover else { return true };
        let mut unwound = vec![false; func.blocks.len()];
        let mut work = vec![recover];
        while let Some(b) = work.pop() {
            if !std::mem::replace(&mut unwound[b.index()], true) {
                work.extend(func.blocks[b.index()].term.iter().flat_map(Terminator::successors));
            }
        }
        let mut at = 0;
        for (block, unwound) in func.blocks.iter().zip(unwound) {
            for inst in &block.insts {
                let op = &func.insts[inst.index()].op;
                if may_differ(op).is_some() {
                    if unwound && !all_same(&self.named(at)) {
                        return false;
                    }
                    at += 1;
                }
                if unwound && *op == Op::Context {
                    return false;
                }
            }
        }
        true
    }

    /// After everything in the module calls the common body: what becomes of the instances' own symbols.
    fn wrap_members(&self, module: &mut Module, elsewhere: &dyn Fn(&str) -> bool) {
        for (i, &member) in self.members.iter().enumerate() {
            let context = body_of(module, member).is_some_and(|f| f.sig.context);
            if !self.twins {
                self.wrap(module, i, member);
            } else if i > 0 && !elsewhere(module.name_of(member)) {
                module.define(member, Def::Extern(Some(self.sig.clone())), false);
            } else if i > 0 && !context && self.size > WRAPPER {
                self.wrap(module, i, member);
            }
        }
    }

    /// The instance itself: calls the body with its dictionary.
    fn wrap(&self, module: &mut Module, index: usize, member: Symbol) {
        let Some(func) = body_of(module, member) else { return };
        let mut b = FuncBuilder::new(func.sig.clone());
        b.pragmas().wrapper = true;
        b.set_start(func.start);
        b.set_pos(func.start);
        let mut args = b.params().to_vec();
        if func.sig.context {
            args.push(b.context());
        }
        if let Some(dictionary) = &self.dictionary {
            args.push(b.global_addr(dictionary.symbols[index], 0));
        }
        let results = b.call(self.body, &self.sig, args);
        b.ret(results);
        module.define(member, Def::Func(b.finish()), true);
    }
}

impl Groups {
    fn new(all: Vec<Group>) -> Groups {
        let mut of = HashMap::new();
        for (g, group) in all.iter().enumerate() {
            of.extend(group.members.iter().enumerate().map(|(i, &m)| (m, (g, i))));
        }
        Groups { all, of }
    }

    /// The group that all these functions are of, if it is one.
    fn common(&self, functions: &[Symbol]) -> Option<usize> {
        let &(g, _) = self.of.get(&functions[0])?;
        functions.iter().all(|s| self.of.get(s).is_some_and(|&(h, _)| h == g)).then_some(g)
    }

    /// Whether the members of the group name different things here, as far as it matters.
    fn differs(&self, g: usize, at: usize) -> bool {
        let group = &self.all[g];
        let named = group.named(at);
        if all_same(&named) || group.calls_itself(at) {
            return false;
        }
        group.uses[at] == Use::Data || !self.common(&named).is_some_and(|h| self.all[h].twins)
    }

    /// Twins are what remains when all are left out that name different things.
    fn find_twins(&mut self) {
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for g in 0..self.all.len() {
                if self.all[g].twins && (0..self.all[g].uses.len()).any(|at| self.differs(g, at)) {
                    self.all[g].twins = false;
                    changed = true;
                }
            }
        }
    }

    /// Whether the group can share a body, and should.
    fn pays(&self, module: &Module, g: usize, policy: &Policy) -> bool {
        let group = &self.all[g];
        let Some(first) = body_of(module, group.members[0]) else { return false };
        if group.twins {
            return true;
        }
        let reads: Vec<usize> = (0..group.uses.len()).filter(|&at| self.differs(g, at)).collect();
        // The back end knows some of the runtime's functions by name.
        let known = |&at: &usize| {
            group.uses[at] == Use::Call && group.named(at).iter().any(|s| module.name_of(*s).starts_with("runtime."))
        };
        if reads.iter().any(known) || enters_again(first) || !group.dictionary_reaches(first) {
            return false;
        }
        let words: IndexSet<Vec<Symbol>> = reads.iter().map(|&at| group.named(at)).collect();
        let n = group.members.len() as u32;
        let before = n * group.size;
        let after = group.size + READ * reads.len() as u32 + n * (WRAPPER + words.len() as u32);
        group.size >= policy.min_size && after + before * policy.min_saving / 100 <= before
    }

    /// Makes the common body of a group, and settles the words of its dictionaries.
    fn make_body(&mut self, module: &mut Module, g: usize) {
        let group = &self.all[g];
        let Some(first) = body_of(module, group.members[0]) else { return };
        let mut func = first.clone();
        let mut words: IndexSet<Vec<Symbol>> = IndexSet::new();
        let mut sources: Vec<Option<Source>> = Vec::new();
        for at in 0..group.uses.len() {
            if group.calls_itself(at) {
                sources.push(Some(Source::Itself));
                continue;
            }
            if !self.differs(g, at) {
                sources.push(None);
                continue;
            }
            let named = group.named(at);
            let callee = if group.uses[at] == Use::Call { self.common(&named) } else { None };
            let dictionary = callee.and_then(|h| Some((h, self.all[h].dictionary.as_ref()?)));
            sources.push(Some(match dictionary {
                Some((h, dictionary)) => {
                    let word = named.iter().map(|s| dictionary.symbols[self.of[s].1]).collect();
                    Source::Body(h, words.insert_full(word).0)
                }
                None => Source::Word(words.insert_full(named).0),
            }));
        }
        let context = func.sig.context.then(|| func.block_param(Block(0), Ty::Ptr));
        let dictionary = func.block_param(Block(0), Ty::Ptr);
        func.sig = group.sig.clone();
        Rewrite { func: &mut func, sources: &sources, groups: &self.all, own: g, context, dictionary }.run();
        compact(&mut func);
        module.define(group.body, Def::Func(func), true);
        if let Some(dictionary) = &mut self.all[g].dictionary {
            dictionary.words = words;
        }
    }

    /// Direct calls of instances become calls of their bodies, and the first twin takes the place of the others.
    fn redirect(&self, module: &mut Module) {
        let replace = |s: &mut Symbol| {
            if let Some(&(g, _)) = self.of.get(s)
                && self.all[g].twins
            {
                *s = self.all[g].body;
            }
        };
        for data in module.symbols.values_mut() {
            match &mut data.def {
                Def::Extern(_) => {}
                Def::Data(d) => d.relocs.iter_mut().for_each(|r| replace(&mut r.target)),
                Def::Func(func) => {
                    self.call_bodies(func);
                    func.insts.iter_mut().for_each(|i| i.op.for_each_symbol_mut(replace));
                }
            }
        }
    }

    fn call_bodies(&self, func: &mut Func) {
        for b in 0..func.blocks.len() {
            let mut at = 0;
            while at < func.blocks[b].insts.len() {
                let inst = func.blocks[b].insts[at];
                at += 1;
                let Op::Call { callee: Callee::Direct(s), .. } = &func.insts[inst.index()].op else { continue };
                let Some(&(g, member)) = self.of.get(s) else { continue };
                let group = &self.all[g];
                let Some(dictionary) = &group.dictionary else { continue };
                let address = func.new_value(Ty::Ptr);
                let op = Op::GlobalAddr(dictionary.symbols[member], 0);
                func.insts.push(InstData { op, results: vec![address], pos: func.insts[inst.index()].pos });
                func.blocks[b].insts.insert(at - 1, Inst(func.insts.len() as u32 - 1));
                at += 1;
                if let Op::Call { callee, sig, args } = &mut func.insts[inst.index()].op {
                    *callee = Callee::Direct(group.body);
                    *sig = group.sig.clone();
                    args.push(address);
                }
            }
        }
    }
}

/// The change of an instance's code into a shared body's.
struct Rewrite<'a> {
    func: &'a mut Func,
    /// By name, in the order of the code.
    sources: &'a [Option<Source>],
    groups: &'a [Group],
    own: usize,
    context: Option<Value>,
    dictionary: Value,
}

impl Rewrite<'_> {
    fn run(mut self) {
        let mut at = 0;
        for b in 0..self.func.blocks.len() {
            let insts = std::mem::take(&mut self.func.blocks[b].insts);
            for inst in insts {
                let op = &self.func.insts[inst.index()].op;
                let mut source = None;
                if may_differ(op).is_some() {
                    source = self.sources[at].as_ref();
                    at += 1;
                }
                if let (Op::Context, Some(context)) = (op, self.context) {
                    self.func.insts[inst.index()].op = Op::PtrAdd { base: context, offset: 0 };
                } else if let Some(source) = source {
                    let (op, pos) = (op.clone(), self.func.insts[inst.index()].pos);
                    self.func.insts[inst.index()].op = self.op(source, op, Block(b as u32), pos);
                }
                self.func.blocks[b].insts.push(inst);
            }
        }
    }

    /// What stands for the operation in the shared body; instructions it needs go to the end of the block.
    fn op(&mut self, source: &Source, op: Op, block: Block, pos: PosId) -> Op {
        match (source, op) {
            (Source::Word(word), Op::GlobalAddr(_, 0)) => self.load(*word, Ty::Ptr, block, pos),
            (Source::Word(word), Op::GlobalAddr(_, offset)) => {
                let load = self.load(*word, Ty::Ptr, block, pos);
                Op::PtrAdd { base: self.push(load, block, pos), offset }
            }
            (Source::Word(word), Op::Call { sig, args, .. }) => {
                let load = self.load(*word, Ty::Raw, block, pos);
                let code = self.push(load, block, pos);
                Op::Call { callee: Callee::Code, sig, args: std::iter::once(code).chain(args).collect() }
            }
            (Source::Word(word), _) => self.load(*word, Ty::Raw, block, pos),
            (Source::Body(g, word), Op::Call { mut args, .. }) => {
                let load = self.load(*word, Ty::Ptr, block, pos);
                args.push(self.push(load, block, pos));
                self.call(*g, args)
            }
            (Source::Itself, Op::Call { mut args, .. }) => {
                args.push(self.dictionary);
                self.call(self.own, args)
            }
            (Source::Body(..) | Source::Itself, op) => op,
        }
    }

    fn call(&self, g: usize, args: Vec<Value>) -> Op {
        let group = &self.groups[g];
        Op::Call { callee: Callee::Direct(group.body), sig: group.sig.clone(), args }
    }

    /// A word of the dictionary.
    fn load(&mut self, word: usize, ty: Ty, block: Block, pos: PosId) -> Op {
        let offset = 8 * word as i64;
        let base = self.dictionary;
        let ptr = if offset == 0 { base } else { self.push(Op::PtrAdd { base, offset }, block, pos) };
        Op::Load { ty, ptr, volatile: false }
    }

    fn push(&mut self, op: Op, block: Block, pos: PosId) -> Value {
        let inst = self.func.push(block, op, pos);
        self.func.insts[inst.index()].results[0]
    }
}

fn define_dictionaries(module: &mut Module, dictionary: &Dictionary) {
    let layout = module.layout(Layout { size: 8 * dictionary.words.len() as u64, align: 8, ptr_words: vec![] });
    for (i, &symbol) in dictionary.symbols.iter().enumerate() {
        let word = |(at, word): (usize, &Vec<Symbol>)| Reloc {
            offset: 8 * at as u64,
            target: word[i],
            addend: 0,
            kind: RelocKind::Abs64,
        };
        let relocs = dictionary.words.iter().enumerate().map(word).collect();
        module.define(symbol, Def::Data(Data { layout, bytes: vec![], relocs, read_only: true }), true);
    }
}
