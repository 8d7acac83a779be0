//! A profile's weights as the functions and calls of a module have them.
//!
//! A profile knows functions by the names users see and lines by their distance from the function's first. Code that
//! was inlined still has the position of its source and the chain of calls it was inlined at, so weights can be asked
//! for at any time, of any copy: a copy's share of its function's weight is that of the call it replaced.
//!
//! Sources change between profile and build. Where a function no longer has a call at the line of the profile, but one
//! of the same callee elsewhere that the profile does not have, they are taken for the same.

use std::collections::{BTreeMap, HashMap, HashSet};

use pgo::{Edge, NameId, Weights};

use crate::mir::*;

/// Calls that together carry this part of the weight of all calls are hot.
const HOT_PART: f64 = 0.99;

/// Weights of the calls of a module.
#[derive(Debug)]
pub struct Heat {
    weights: Weights,
    /// A call of at least this weight is hot.
    threshold: u64,
    /// First lines by index of the function's name in the module.
    first_line: HashMap<u32, u32>,
    /// The profile's functions by index of their name in the module.
    known: HashMap<u32, NameId>,
    /// Where calls that have moved were when the profile was taken: line offsets.
    moved: HashMap<Edge, i32>,
    /// Callees that a line of a function calls by name; what else the profile has there was called through a value.
    direct: HashMap<(NameId, i32), Vec<NameId>>,
}

/// What a pass did because of a profile.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Decision {
    pub what: What,
    /// `file:line:column` of the call, as positions are in the binary.
    pub place: String,
    /// As users see them.
    pub caller: String,
    pub callee: String,
    /// In the profile's unit.
    pub weight: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// A call through a value got a direct call of this callee.
    Guarded,
    /// A callee too large for other calls was inlined.
    Inlined,
}

impl Decision {
    /// Of the call at that position.
    pub fn new(module: &Module, what: What, pos: PosId, callee: Symbol, weight: u64) -> Decision {
        let pos = &module.positions[pos.index()];
        let callee = match &module.symbols[callee.index()].def {
            Def::Func(f) => module.func_names[module.positions[f.start.index()].func as usize].clone(),
            _ => module.name_of(callee).to_owned(),
        };
        let place = format!("{}:{}:{}", module.files[pos.file as usize], pos.line, pos.col);
        Decision { what, place, caller: module.func_names[pos.func as usize].clone(), callee, weight }
    }
}

/// How much of a profile belongs to the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Matched {
    /// Weight of the calls whose caller the program has.
    pub here: u64,
    /// Weight of all calls.
    pub all: u64,
    /// Calls found at another line.
    pub moved: usize,
    /// Functions of package main in the profile, but for `main` itself, and how many of them the program has.
    pub own: usize,
    pub own_here: usize,
}

impl Matched {
    /// The profile is of another program, though it may share the library.
    pub fn is_unrelated(&self) -> bool {
        self.here == 0 || (self.own > 0 && self.own_here == 0)
    }
}

impl Heat {
    /// Of a module in which nothing is inlined or dropped yet.
    pub fn new(weights: Weights, module: &Module) -> Heat {
        let mut heat = Heat {
            threshold: weights.threshold(HOT_PART).unwrap_or(u64::MAX).max(1),
            weights,
            first_line: HashMap::new(),
            known: HashMap::new(),
            moved: HashMap::new(),
            direct: HashMap::new(),
        };
        for data in module.symbols.values() {
            let Def::Func(func) = &data.def else { continue };
            if func.pragmas.wrapper {
                continue;
            }
            let start = &module.positions[func.start.index()];
            heat.first_line.entry(start.func).or_insert(start.line);
            if let Some(id) = heat.weights.id(&module.func_names[start.func as usize]) {
                heat.known.insert(start.func, id);
            }
        }
        for data in module.symbols.values() {
            if let Def::Func(func) = &data.def {
                heat.calls_by_name(module, func);
            }
        }
        heat.find_moved();
        heat
    }

    /// Notes the direct calls of a function that the profile has.
    fn calls_by_name(&mut self, module: &Module, func: &Func) {
        for inst in &func.insts {
            let Op::Call { callee: Callee::Direct(callee), .. } = inst.op else { continue };
            let Some((caller, offset)) = self.place(module, inst.pos) else { continue };
            let Some(callee) = self.name_of(module, callee) else { continue };
            let callees = self.direct.entry((caller, offset)).or_default();
            if !callees.contains(&callee) {
                callees.push(callee);
            }
        }
    }

    /// Pairs calls that the profile does not have with those of the same caller and callee that only it has, in the
    /// order of lines, where there are as many of the one as of the other.
    fn find_moved(&mut self) {
        let mut pairs: BTreeMap<(NameId, NameId), (Vec<i32>, Vec<i32>)> = BTreeMap::new();
        for (&(caller, offset), callees) in &self.direct {
            for &callee in callees {
                if self.weights.edge(Edge { caller, offset, callee }) == 0 {
                    pairs.entry((caller, callee)).or_default().0.push(offset);
                }
            }
        }
        for (edge, _) in self.weights.edges() {
            let Some((_, gone)) = pairs.get_mut(&(edge.caller, edge.callee)) else { continue };
            if self.direct.get(&(edge.caller, edge.offset)).is_none_or(|c| !c.contains(&edge.callee)) {
                gone.push(edge.offset);
            }
        }
        for ((caller, callee), (mut here, mut gone)) in pairs {
            if here.len() == gone.len() {
                here.sort_unstable();
                gone.sort_unstable();
                for (offset, was) in here.into_iter().zip(gone) {
                    self.moved.insert(Edge { caller, offset, callee }, was);
                }
            }
        }
    }

    /// The function and line offset of a position, if the profile has the function.
    fn place(&self, module: &Module, pos: PosId) -> Option<(NameId, i32)> {
        let pos = &module.positions[pos.index()];
        let caller = *self.known.get(&pos.func)?;
        let first = *self.first_line.get(&pos.func)?;
        Some((caller, pos.line.wrapping_sub(first) as i32))
    }

    /// The profile's name of a function.
    pub fn name_of(&self, module: &Module, symbol: Symbol) -> Option<NameId> {
        let Def::Func(func) = &module.symbols[symbol.index()].def else { return None };
        self.known.get(&module.positions[func.start.index()].func).copied()
    }

    /// The profile's name of what an itab holds: behind a wrapper, which leaves no frame, the method it calls.
    pub fn method_name(&self, module: &Module, mut symbol: Symbol) -> Option<NameId> {
        // A wrapper may call another one, of an embedded field.
        for _ in 0..8 {
            let Def::Func(func) = &module.symbols[symbol.index()].def else { return None };
            if !func.pragmas.wrapper {
                return self.name_of(module, symbol);
            }
            symbol = func.insts.iter().find_map(|i| match i.op {
                Op::Call { callee: Callee::Direct(s), .. } => Some(s),
                _ => None,
            })?;
        }
        None
    }

    fn edge(&self, edge: Edge) -> u64 {
        match self.moved.get(&edge) {
            Some(&offset) => self.weights.edge(Edge { offset, ..edge }),
            None => self.weights.edge(edge),
        }
    }

    /// How much of its function's weight the copy of a body has that was inlined at that call.
    fn share(&self, module: &Module, at: PosId, function: NameId) -> f64 {
        let entries = self.weights.function(function).total.max(1) as f64;
        (self.scaled(module, at, function) / entries).min(1.0)
    }

    fn scaled(&self, module: &Module, pos: PosId, callee: NameId) -> f64 {
        let Some((caller, offset)) = self.place(module, pos) else { return 0.0 };
        let weight = self.edge(Edge { caller, offset, callee }) as f64;
        match module.positions[pos.index()].inlined_at {
            Some(at) if weight > 0.0 => weight * self.share(module, at, caller),
            _ => weight,
        }
    }

    /// The weight of a call by name at that position.
    pub fn call(&self, module: &Module, pos: PosId, callee: Symbol) -> u64 {
        self.name_of(module, callee).map_or(0, |callee| self.scaled(module, pos, callee) as u64)
    }

    /// A call of that weight is among those that count.
    pub fn is_hot(&self, weight: u64) -> bool {
        weight >= self.threshold
    }

    /// What a call through a value at that position called, the most frequent first, and the weight of each.
    pub fn targets(&self, module: &Module, pos: PosId) -> Vec<(NameId, u64)> {
        let Some((caller, offset)) = self.place(module, pos) else { return Vec::new() };
        let by_name = self.direct.get(&(caller, offset));
        let mut targets: Vec<(NameId, u64)> = self
            .weights
            .calls_at(caller, offset)
            .filter(|(callee, _)| by_name.is_none_or(|c| !c.contains(callee)))
            .map(|(callee, _)| (callee, self.scaled(module, pos, callee) as u64))
            .collect();
        targets.sort_by_key(|&(callee, weight)| (std::cmp::Reverse(weight), callee));
        targets
    }

    /// The profile's name.
    pub fn name(&self, id: NameId) -> &str {
        self.weights.name(id)
    }

    /// How well the profile fits. Calls by the runtime, which every program has, do not count.
    pub fn matched(&self) -> Matched {
        let known: HashSet<NameId> = self.known.values().copied().collect();
        let mut matched = Matched { moved: self.moved.len(), ..Matched::default() };
        for (edge, weight) in self.weights.edges().filter(|(e, _)| !self.name(e.caller).starts_with("runtime.")) {
            matched.all = matched.all.saturating_add(weight);
            if known.contains(&edge.caller) {
                matched.here = matched.here.saturating_add(weight);
            }
        }
        for (id, _) in self.weights.functions() {
            if self.name(id).starts_with("main.") && self.name(id) != "main.main" {
                matched.own += 1;
                matched.own_here += usize::from(known.contains(&id));
            }
        }
        matched
    }
}
