//! Calls, and function literals to be called.

use crate::diff::generate::{CALL_COST, Callable, Gen};
use crate::diff::tree::{Node, Part, Role};
use crate::diff::types::{INTS, Ty};
use crate::{stmt, value};

/// Something that can be called: its text before the arguments.
struct Callee {
    text: String,
    parameters: Vec<Ty>,
    cost: u64,
    /// Whether arguments may themselves be calls: not where finding the function may panic or read what they change.
    nests: bool,
}

impl Gen {
    /// The methods of a type that is not an interface, promoted ones included.
    pub(super) fn methods(&self, ty: &Ty) -> Vec<Callable> {
        let Ty::Named { id, .. } = ty else { return Vec::new() };
        let mut methods = self.named[*id].methods.clone();
        let promoted = self.fields(ty).iter().filter(|field| field.embedded && self.named[*id].complete);
        for field in promoted {
            let (base, risky) = match &field.ty {
                Ty::Ptr(to) => (&**to, true),
                other => (other, false),
            };
            for mut method in self.methods(base) {
                method.risky |= risky;
                method.by_pointer &= !risky;
                if methods.iter().all(|own| own.name != method.name) {
                    methods.push(method);
                }
            }
        }
        methods
    }

    fn callees(&mut self, results: &[Ty]) -> Vec<Callee> {
        let mut found = Vec::new();
        for function in self.functions.clone() {
            if self.isolated && !function.isolated || !self.affordable(function.cost) {
                continue;
            }
            let (callee, made) = self.instance(&function, results);
            if made == results {
                found.push(callee);
            }
        }
        for var in self.scope.iter().rev().take(40) {
            if self.isolated && var.global {
                continue;
            }
            if let (Ty::Func(parameters, result), Some(cost)) = (&var.ty, var.cost)
                && result.as_deref().into_iter().eq(results)
                && self.affordable(cost)
            {
                found.push(Callee { text: var.name.clone(), parameters: parameters.clone(), cost, nests: true });
            }
            let (base, by_pointer) = match &var.ty {
                Ty::Ptr(to) => ((**to).clone(), true),
                other => (other.clone(), false),
            };
            for method in self.methods(&base) {
                let reachable =
                    if by_pointer { method.by_pointer } else { !method.by_pointer || var.shared && var.assignable };
                let is_interface = base.is_interface();
                if method.results != results
                    || !self.affordable(method.cost)
                    || (self.isolated || self.in_method) && is_interface
                    || self.isolated && !method.isolated
                    || is_interface && by_pointer
                    || !(reachable || is_interface)
                {
                    continue;
                }
                let text = format!("{}.{}", var.name, method.name);
                found.push(Callee { text, parameters: method.parameters, cost: method.cost, nests: false });
            }
        }
        found
    }

    /// A call with these results.
    pub(super) fn call(&mut self, results: &[Ty], depth: usize) -> Option<Node> {
        let mut callees = self.callees(results);
        if callees.is_empty() {
            return None;
        }
        let at = self.rng.below(callees.len());
        Some(self.call_of(callees.swap_remove(at), results, depth))
    }

    fn call_of(&mut self, callee: Callee, results: &[Ty], depth: usize) -> Node {
        self.cost += (callee.cost + 1) * self.times;
        let mut parts = vec![Part::from(format!("{}(", callee.text))];
        let stable = std::mem::replace(&mut self.stable, true);
        for (n, ty) in callee.parameters.iter().enumerate() {
            if n > 0 {
                parts.push(", ".into());
            }
            let nested = if callee.nests && depth > 0 && self.rng.percent(25) {
                self.call(std::slice::from_ref(ty), depth - 1)
            } else {
                None
            };
            let argument = nested.unwrap_or_else(|| self.expr(ty, depth.min(1)));
            parts.push(argument.into());
        }
        self.stable = stable;
        parts.push(")".into());
        let role = if let [ty] = results { Role::Value(ty.clone()) } else { Role::Fixed };
        Node { role, parts }
    }

    /// Calls a declared function and prints its results.
    pub(super) fn call_function(&mut self, function: &Callable, out: &mut Vec<Node>) {
        let (callee, results) = self.instance(function, &[]);
        self.call_and_show(callee, &results, out);
    }

    /// Calls a method of a variable of its own and prints its results.
    pub(super) fn call_method(&mut self, receiver: &Ty, method: &Callable, out: &mut Vec<Node>) {
        let (name, init) = (self.fresh("v"), self.value(receiver, 2));
        out.push(stmt!("var $ $ = $", name.as_str(), receiver, init));
        let callee = Callee {
            text: format!("{name}.{}", method.name),
            parameters: method.parameters.clone(),
            cost: method.cost,
            nests: false,
        };
        self.call_and_show(callee, &method.results, out);
        out.push(self.show(receiver, &name));
    }

    fn call_and_show(&mut self, callee: Callee, results: &[Ty], out: &mut Vec<Node>) {
        let call = self.call_of(callee, results, 2);
        let names: Vec<String> = results.iter().map(|_| self.fresh("v")).collect();
        if names.is_empty() {
            return out.push(stmt!("$", call));
        }
        let blanks = vec!["_"; names.len()].join(", ");
        out.push(stmt!("$ := $\n$ = $", names.join(", "), call, blanks, names.join(", ")));
        for (name, ty) in names.iter().zip(results) {
            out.push(self.show(ty, name));
        }
    }

    /// The function with its type parameter, if it has one, replaced so that it returns the results if it can.
    fn instance(&mut self, function: &Callable, results: &[Ty]) -> (Callee, Vec<Ty>) {
        let mut text = function.name.clone();
        let mut parameters = function.parameters.clone();
        let mut made = function.results.clone();
        if function.generic {
            let argument = match (made.as_slice(), results) {
                ([Ty::Param], [ty]) if matches!(ty.basic(), Ty::Int(_)) => ty.clone(),
                _ => Ty::Int(*self.rng.pick(&INTS)),
            };
            let inferred = parameters.contains(&Ty::Param);
            if !inferred || self.rng.percent(40) {
                text = format!("{text}[{argument}]");
            }
            for ty in parameters.iter_mut().chain(&mut made) {
                *ty = ty.substitute(&argument);
            }
        }
        (Callee { text, parameters, cost: function.cost, nests: true }, made)
    }

    /// A call, alone or as an operand beside stable ones.
    pub(super) fn call_expr(&mut self, ty: &Ty) -> Option<Node> {
        let call = self.call(std::slice::from_ref(ty), 2)?;
        if !ty.is_ordered() || self.rng.percent(60) {
            return Some(call);
        }
        let stable = std::mem::replace(&mut self.stable, true);
        let second = if self.rng.percent(40) { self.call(std::slice::from_ref(ty), 1) } else { None };
        let other = second.unwrap_or_else(|| self.value(ty, 1));
        self.stable = stable;
        let (a, b) = if self.rng.percent(50) { (call, other) } else { (other, call) };
        Some(match ty.basic() {
            Ty::Str => value!(ty, "$(clip(string($ + $)))", ty, a, b),
            _ => value!(ty, "($ - $)", a, b),
        })
    }

    /// A function literal that costs no more than the budget, and what it costs.
    pub(super) fn function_literal(&mut self, parameters: &[Ty], result: Option<&Ty>, budget: u64) -> (Node, u64) {
        let results: Vec<Ty> = result.cloned().into_iter().collect();
        let outer = (
            std::mem::take(&mut self.labels),
            std::mem::replace(&mut self.results, results),
            std::mem::replace(&mut self.times, 1),
            std::mem::replace(&mut self.cost, 1),
            std::mem::replace(&mut self.budget, budget.min(CALL_COST)),
            std::mem::replace(&mut self.stable, false),
            self.risked,
        );
        let mark = self.scope.len();
        self.level += 1;
        let mut names = Vec::new();
        for ty in parameters {
            let name = self.fresh("a");
            let shared = self.rng.percent(20);
            self.declare(&name, ty, shared, true);
            names.push(format!("{name} {ty}"));
        }
        let count = self.rng.between(1, 3);
        let mut body = self.block(count);
        if let Some(ty) = result {
            self.risked = None;
            let last = self.expr(ty, 2);
            body.push(Node::new(Role::Fixed, "return $", vec![last.into()]));
        }
        self.scope.truncate(mark);
        self.level -= 1;
        let cost = self.cost;
        (self.labels, self.results, self.times, self.cost, self.budget, self.stable, self.risked) = outer;
        let ty = Ty::Func(parameters.to_vec(), result.cloned().map(Box::new));
        let result = result.map(|ty| format!(" {ty}")).unwrap_or_default();
        (value!(&ty, "func($)$ $", names.join(", "), result, body), cost)
    }
}
