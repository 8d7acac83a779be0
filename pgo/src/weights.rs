//! What an optimiser asks of a profile.

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};

use crate::Profile;

/// A function of [`Weights`] by its name's index.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NameId(pub u32);

/// A call as a profile sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Edge {
    pub caller: NameId,
    /// Lines from the caller's first.
    pub offset: i32,
    pub callee: NameId,
}

/// What was seen of one function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FuncWeight {
    /// Samples in its own code.
    pub own: u64,
    /// Samples in it and in what it called. Recursion counts once.
    pub total: u64,
}

/// Weights of calls and functions. The unit is the profile's: samples, or nanoseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Weights {
    names: IndexSet<String>,
    edges: IndexMap<Edge, u64>,
    /// Callees of each line, the most frequent first.
    callees: HashMap<(NameId, i32), Vec<NameId>>,
    functions: HashMap<NameId, FuncWeight>,
    total: u64,
}

impl Weights {
    /// Sums up the samples: each counts once for every edge and function that its stack has.
    pub fn new(profile: &Profile) -> Weights {
        let mut weights = Weights { names: profile.names.clone(), total: profile.total(), ..Weights::default() };
        for sample in profile.samples() {
            let mut edges = HashSet::new();
            let mut functions = HashSet::new();
            for (i, frame) in sample.stack.iter().enumerate() {
                let name = NameId(frame.function);
                if functions.insert(name) {
                    weights.functions.entry(name).or_default().total += sample.weight;
                }
                if let Some(caller) = sample.stack.get(i + 1) {
                    let edge = Edge { caller: NameId(caller.function), offset: caller.offset, callee: name };
                    if edges.insert(edge) {
                        *weights.edges.entry(edge).or_default() += sample.weight;
                    }
                }
            }
            if let Some(leaf) = sample.stack.first() {
                weights.functions.entry(NameId(leaf.function)).or_default().own += sample.weight;
            }
        }
        weights.edges.sort_by(|a, x, b, y| y.cmp(x).then_with(|| a.cmp(b)));
        for edge in weights.edges.keys() {
            weights.callees.entry((edge.caller, edge.offset)).or_default().push(edge.callee);
        }
        weights
    }

    /// Nothing was sampled.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn id(&self, name: &str) -> Option<NameId> {
        self.names.get_index_of(name).map(|i| NameId(i as u32))
    }

    /// The name of a function of these weights.
    pub fn name(&self, id: NameId) -> &str {
        self.names.get_index(id.0 as usize).map_or("", String::as_str)
    }

    /// Every call, the heaviest first, equal ones by name index and line.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = (Edge, u64)> {
        self.edges.iter().map(|(e, w)| (*e, *w))
    }

    /// 0 for a call that was not seen.
    pub fn edge(&self, edge: Edge) -> u64 {
        self.edges.get(&edge).copied().unwrap_or(0)
    }

    /// What the caller called at that line, the most frequent first.
    pub fn calls_at(&self, caller: NameId, offset: i32) -> impl Iterator<Item = (NameId, u64)> {
        let callees = self.callees.get(&(caller, offset)).map_or(&[][..], Vec::as_slice);
        callees.iter().map(move |&callee| (callee, self.edge(Edge { caller, offset, callee })))
    }

    pub fn function(&self, function: NameId) -> FuncWeight {
        self.functions.get(&function).copied().unwrap_or_default()
    }

    /// Every function that was seen, the one with most samples of its own first.
    pub fn functions(&self) -> Vec<(NameId, FuncWeight)> {
        let mut all: Vec<_> = self.functions.iter().map(|(id, w)| (*id, *w)).collect();
        all.sort_by_key(|&(id, w)| (std::cmp::Reverse((w.own, w.total)), id));
        all
    }

    /// The weight of the lightest among the heaviest edges that together carry `part` of all edges' weight; an edge of
    /// at least this weight is hot. `None` without edges.
    pub fn threshold(&self, part: f64) -> Option<u64> {
        let all: u128 = self.edges.values().map(|&w| u128::from(w)).sum();
        let wanted = all as f64 * part;
        let mut sum = 0u128;
        for &weight in self.edges.values() {
            sum += u128::from(weight);
            if sum as f64 >= wanted {
                return Some(weight);
            }
        }
        None
    }
}
