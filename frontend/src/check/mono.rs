//! Whether generic code has finitely many instances: `func f[T any]() { f[*T]() }` has not.
//!
//! Nodes are type parameters of this package. An instantiation of `P` with a type that mentions `Q` is an edge from Q
//! to P; it grows if the type is not Q alone. A cycle with a growing edge never ends.

use std::collections::{HashMap, HashSet};

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::types::{ObjectId, Type, TypeId};

/// An instantiation of a type parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    from: TypeId,
    to: TypeId,
    grows: bool,
    span: Span,
    targ: TypeId,
}

impl<'a> Checker<'a> {
    fn param_object(&self, param: TypeId) -> Option<ObjectId> {
        match self.types.get(param) {
            Type::TypeParam(param) => Some(param.obj),
            _ => None,
        }
    }

    /// Notes that type parameters were instantiated with these arguments.
    pub(super) fn note_flows(&mut self, params: &[TypeId], targs: &[TypeId], span: Span, spans: &[Span]) {
        for (i, (&to, &targ)) in params.iter().zip(targs).enumerate() {
            let own = self.param_object(to).is_some_and(|o| self.types.object(o).pkg == Some(self.pkg));
            if !own {
                continue;
            }
            let mut mentioned: Vec<(TypeId, bool)> = Vec::new();
            self.mentioned_params(targ, targ, &mut mentioned);
            let span = spans.get(i).copied().unwrap_or(span);
            self.flows.extend(mentioned.into_iter().map(|(from, grows)| Flow { from, to, grows, span, targ }));
        }
    }

    /// The type parameters in a type argument, and whether the argument is more than the parameter.
    fn mentioned_params(&self, ty: TypeId, targ: TypeId, out: &mut Vec<(TypeId, bool)>) {
        let types = self.types;
        let mut go = |ty: TypeId| self.mentioned_params(ty, targ, out);
        match types.get(ty) {
            Type::Basic(_) => {}
            Type::TypeParam(_) => out.push((ty, ty != targ)),
            Type::Named(named) => {
                named.targs.iter().for_each(|&t| go(t));
                if named.targs.is_empty() {
                    // A type declared in a generic function is another one for each instance of that.
                    out.extend(types.named_decl(named).outer_params.iter().map(|&p| (p, true)));
                }
            }
            &Type::Pointer(elem) | &Type::Slice(elem) | &Type::Array { elem, .. } | &Type::Chan { elem, .. } => {
                go(elem)
            }
            &Type::Map { key, elem } => {
                go(key);
                go(elem);
            }
            Type::Struct(fields) => fields.iter().for_each(|f| go(f.ty)),
            Type::Tuple(elems) => elems.iter().for_each(|&t| go(t)),
            Type::Signature(sig) => sig.params.iter().chain(&sig.results).for_each(|&t| go(t)),
            Type::Interface(iface) => {
                iface.methods.iter().for_each(|m| go(m.sig));
                iface.embeddeds.iter().for_each(|&t| go(t));
            }
            Type::Union(terms) => terms.iter().for_each(|t| go(t.ty)),
        }
    }

    /// Reports one endless instantiation, if there is any.
    pub(super) fn check_instantiation_cycles(&mut self) {
        let flows = std::mem::take(&mut self.flows);
        let mut out: HashMap<TypeId, Vec<usize>> = HashMap::new();
        for (i, flow) in flows.iter().enumerate() {
            out.entry(flow.from).or_default().push(i);
        }
        for (i, flow) in flows.iter().enumerate().filter(|(_, flow)| flow.grows) {
            let Some(path) = flow_path(&flows, &out, flow.to, flow.from) else { continue };
            let name = |param: TypeId| self.param_object(param).map(|o| self.types.object(o));
            let Some(first) = name(flow.to) else { continue };
            let mut diagnostic = Diagnostic::error(first.span, "instantiation cycle:");
            for &step in std::iter::once(&i).chain(&path) {
                let step = flows[step];
                let Some(param) = name(step.to) else { continue };
                let message = format!("{} instantiated as {}", param.name, self.str(step.targ));
                diagnostic = diagnostic.note_at(step.span, message);
            }
            self.report(diagnostic);
            return;
        }
    }
}

/// The flows along a shortest path.
fn flow_path(flows: &[Flow], out: &HashMap<TypeId, Vec<usize>>, from: TypeId, to: TypeId) -> Option<Vec<usize>> {
    if from == to {
        return Some(Vec::new());
    }
    let mut came: HashMap<TypeId, usize> = HashMap::new();
    let mut seen: HashSet<TypeId> = HashSet::from([from]);
    let mut queue = std::collections::VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for &i in out.get(&at).map_or(&[][..], Vec::as_slice) {
            let next = flows[i].to;
            if !seen.insert(next) {
                continue;
            }
            came.insert(next, i);
            if next == to {
                let mut path = Vec::new();
                let mut node = to;
                while node != from {
                    let step = came[&node];
                    path.push(step);
                    node = flows[step].from;
                }
                path.reverse();
                return Some(path);
            }
            queue.push_back(next);
        }
    }
    None
}
