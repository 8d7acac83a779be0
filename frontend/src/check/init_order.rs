//! The order of package initialisation.
//!
//! A variable depends on the constants and variables its initialiser mentions, and on those that the functions it
//! mentions do, and so on. Objects are taken one by one: constants before variables, then those with the fewest
//! open dependencies, then by source order. What is taken with dependencies open is part of, or behind, a cycle.
//!
//! Invariant: `waiting` holds (rank, open dependencies, source order) of exactly the objects not taken yet.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Checker;
use super::info::Initializer;
use super::resolver::DeclKind;
use crate::ast::NodeId;
use crate::diagnostic::Diagnostic;
use crate::types::{ObjectId, ObjectKind};

struct Node {
    object: ObjectId,
    constant: bool,
    /// Objects this one depends on, functions followed through.
    open: usize,
    /// Nodes that depend on this one.
    dependents: Vec<usize>,
}

impl Checker<'_> {
    /// Fills `info.init_order` from `decls` and `deps`, and reports initialisation cycles.
    pub(super) fn init_order(&mut self) {
        let order: Vec<ObjectId> = self.decl_order.clone();
        let position: HashMap<ObjectId, usize> = order.iter().enumerate().map(|(i, &object)| (object, i)).collect();
        let mut nodes: Vec<Node> = Vec::new();
        let mut index: HashMap<ObjectId, usize> = HashMap::new();
        for &object in &order {
            let constant = match self.types.object(object).kind {
                ObjectKind::Const(_) => true,
                ObjectKind::Var(_) => false,
                _ => continue,
            };
            index.insert(object, nodes.len());
            nodes.push(Node { object, constant, open: 0, dependents: Vec::new() });
        }
        for n in 0..nodes.len() {
            for dep in self.data_dependencies(nodes[n].object) {
                if let Some(&d) = index.get(&dep) {
                    nodes[n].open += 1;
                    nodes[d].dependents.push(n);
                }
            }
        }
        // `nodes` is in source order, so the index is the last key.
        let key = |nodes: &[Node], n: usize| (!nodes[n].constant, nodes[n].open, n);
        let mut waiting: BTreeSet<(bool, usize, usize)> = (0..nodes.len()).map(|n| key(&nodes, n)).collect();
        let mut emitted: HashSet<NodeId> = HashSet::new();
        while let Some((_, open, n)) = waiting.pop_first() {
            let object = nodes[n].object;
            if open > 0 {
                self.report_init_cycle(object, &position);
            }
            for d in std::mem::take(&mut nodes[n].dependents) {
                let waits = waiting.remove(&key(&nodes, d));
                nodes[d].open = nodes[d].open.saturating_sub(1);
                if waits {
                    waiting.insert(key(&nodes, d));
                }
            }
            let Some(DeclKind::Var { init: Some(init), lhs, .. }) = self.decls.get(&object).map(|d| &d.kind) else {
                continue;
            };
            // `var a, b = f()` is one initialiser.
            if emitted.insert(init.id) {
                let lhs = if lhs.is_empty() { vec![object] } else { lhs.to_vec() };
                self.info.init_order.push(Initializer { lhs, rhs: init.id });
            }
        }
    }

    fn direct_dependencies(&self, object: ObjectId) -> Vec<ObjectId> {
        self.deps.get(&object).map_or_else(Vec::new, |deps| deps.iter().copied().collect())
    }

    /// The constants and variables an object depends on, through functions too.
    fn data_dependencies(&self, object: ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        let mut seen: HashSet<ObjectId> = HashSet::new();
        let mut work: Vec<ObjectId> = self.direct_dependencies(object);
        while let Some(dep) = work.pop() {
            if !seen.insert(dep) {
                continue;
            }
            match self.types.object(dep).kind {
                ObjectKind::Func(_) => work.extend(self.direct_dependencies(dep)),
                ObjectKind::Const(_) | ObjectKind::Var(_) => found.push(dep),
                _ => {}
            }
        }
        found
    }

    /// A path of dependencies from `from` back to `to`, last step first.
    fn dependency_path(
        &self,
        from: ObjectId,
        to: ObjectId,
        position: &HashMap<ObjectId, usize>,
        seen: &mut HashSet<ObjectId>,
    ) -> Option<Vec<ObjectId>> {
        if !seen.insert(from) {
            return None;
        }
        let mut deps = self.direct_dependencies(from);
        deps.sort_by_key(|dep| position.get(dep).copied().unwrap_or(usize::MAX));
        for dep in deps {
            if dep == to {
                return Some(vec![dep]);
            }
            if let Some(mut path) = self.dependency_path(dep, to, position, seen) {
                path.push(dep);
                return Some(path);
            }
        }
        None
    }

    fn report_init_cycle(&mut self, object: ObjectId, position: &HashMap<ObjectId, usize>) {
        // An object that only waits for a cycle is on none itself.
        let Some(cycle) = self.dependency_path(object, object, position, &mut HashSet::new()) else { return };
        let found = self.types.object(object);
        if cycle.len() == 1 {
            self.error(found.span, format!("initialization cycle: {} refers to itself", found.name));
            return;
        }
        let mut diagnostic = Diagnostic::error(found.span, format!("initialization cycle for {}", found.name));
        let mut at = found;
        for &next in cycle.iter().rev() {
            let next = self.types.object(next);
            diagnostic = diagnostic.note_at(at.span, format!("{} refers to {}", at.name, next.name));
            at = next;
        }
        self.report(diagnostic);
    }
}
