//! Statements.

use crate::diff::generate::{Gen, Label, Var};
use crate::diff::tree::{Node, Part, Role};
use crate::diff::types::{INT, INT32, INTS, Ty};
use crate::stmt;

impl Gen {
    pub(super) fn block(&mut self, count: usize) -> Vec<Node> {
        let mark = self.scope.len();
        self.nest += 1;
        let mut out = Vec::new();
        for n in 0..count {
            if n == 0 || self.room > 0 {
                self.statement(&mut out);
            }
        }
        if !self.isolated
            && self.rng.percent(45)
            && let Some(var) = self.scope.get(mark..).and_then(|made| made.last().cloned())
        {
            out.push(self.show(&var.ty, &var.name));
        }
        self.nest -= 1;
        self.scope.truncate(mark);
        out
    }

    /// A block of a few statements that runs so many times as often as what is around it.
    pub(super) fn repeated(&mut self, times: u64) -> Vec<Node> {
        self.times *= times;
        let count = self.rng.between(1, 2);
        let body = self.block(count);
        self.times /= times;
        body
    }

    /// A number of rounds for a loop.
    pub(super) fn rounds(&mut self) -> usize {
        if self.times > 40 { self.rng.between(1, 2) } else { self.rng.between(1, 6) }
    }

    pub(super) fn statement(&mut self, out: &mut Vec<Node>) {
        self.cost += self.times;
        self.risked = None;
        let deep = self.nest > 4 || self.cost > self.budget || self.room == 0;
        self.room = self.room.saturating_sub(1);
        match self.rng.below(100) {
            0..=17 => self.variable(out),
            18..=37 => self.assignment(out),
            38..=45 => self.show_something(out),
            _ if deep => self.assignment(out),
            46..=51 => self.conditional(out),
            52..=60 => self.a_loop(out),
            61..=65 => self.switch(out),
            66 | 67 => self.type_switch(out),
            68..=72 => self.protected(out),
            73..=75 => self.deferred(out),
            76..=78 => self.leave(out),
            79 => self.panic(out),
            80..=83 => self.closure(out),
            84..=89 => self.call_statement(out),
            90 if self.times < 8 => out.push(stmt!("collect()")),
            _ => self.template(out),
        }
    }

    /// Declares a variable of the type and gives its name.
    pub(super) fn variable_of(&mut self, ty: &Ty, out: &mut Vec<Node>) -> String {
        let call = if self.rng.percent(25) { self.call_expr(ty) } else { None };
        let init = call.unwrap_or_else(|| self.expr(ty, 3));
        let name = self.fresh("v");
        let template = if self.rng.percent(50) { "var $ $ = $\n_ = $" } else { "$ := ($)($)\n_ = $" };
        // Parentheses around the type keep `:=` with channels and functions apart from other readings.
        out.push(stmt!(template, name.as_str(), ty, init, name.as_str()));
        let shared = self.rng.percent(30);
        let assignable = !matches!(ty, Ty::Func(..));
        self.declare(&name, ty, shared, assignable);
        name
    }

    pub(super) fn variable(&mut self, out: &mut Vec<Node>) {
        let ty = self.pool_type();
        self.variable_of(&ty, out);
    }

    pub(super) fn some_target(&mut self, fits: impl Fn(&Var) -> bool) -> Option<Var> {
        let fitting: Vec<Var> =
            self.scope.iter().rev().take(40).filter(|var| self.writable(var) && fits(var)).cloned().collect();
        if fitting.is_empty() { None } else { Some(self.rng.pick(&fitting).clone()) }
    }

    fn assignment(&mut self, out: &mut Vec<Node>) {
        match self.rng.below(10) {
            0..=3 => self.assign_whole(out),
            4 | 5 => self.assign_updated(out),
            6 => self.assign_parallel(out),
            _ => self.assign_part(out),
        }
    }

    fn assign_whole(&mut self, out: &mut Vec<Node>) {
        let Some(var) = self.some_target(|_| true) else { return self.variable(out) };
        let call = if self.rng.percent(30) { self.call_expr(&var.ty) } else { None };
        let value = call.unwrap_or_else(|| self.expr(&var.ty, 3));
        out.push(stmt!("$ = $", var.name, value));
    }

    fn assign_updated(&mut self, out: &mut Vec<Node>) {
        let numeric = |var: &Var| matches!(var.ty.basic(), Ty::Int(_) | Ty::Param | Ty::F64 | Ty::F32);
        let Some(var) = self.some_target(numeric) else { return self.variable(out) };
        let integral = !matches!(var.ty.basic(), Ty::F32 | Ty::F64);
        if self.rng.percent(20) {
            let operator = *self.rng.pick(&["++", "--"]);
            return out.push(stmt!("$$", var.name, operator));
        }
        let operators: &[&str] =
            if integral { &["+=", "-=", "*=", "^=", "|=", "&=", "&^="] } else { &["+=", "-=", "*="] };
        let operator = *self.rng.pick(operators);
        // A call may stand here only when it cannot change the variable.
        let call = if !var.shared && self.rng.percent(30) { self.call(std::slice::from_ref(&var.ty), 1) } else { None };
        let value = call.unwrap_or_else(|| self.expr(&var.ty, 2));
        out.push(stmt!("$ $ $", var.name, operator, value));
    }

    fn assign_parallel(&mut self, out: &mut Vec<Node>) {
        let (Some(a), Some(b)) = (self.some_target(|_| true), self.some_target(|_| true)) else {
            return self.variable(out);
        };
        if a.name == b.name {
            return self.assign_whole(out);
        }
        if self.rng.percent(40) {
            let results = [a.ty.clone(), b.ty.clone()];
            if let Some(call) = self.call(&results, 1) {
                return out.push(stmt!("$, $ = $", a.name, b.name, call));
            }
        }
        // Of two that panic, the order of evaluation would tell which.
        let x = self.expr(&a.ty, 2);
        let stable = std::mem::replace(&mut self.stable, true);
        let y = self.expr(&b.ty, 2);
        self.stable = stable;
        out.push(stmt!("$, $ = $, $", a.name, b.name, x, y));
    }

    /// Assigns to an element, a field or what a pointer points to.
    fn assign_part(&mut self, out: &mut Vec<Node>) {
        let composite = |var: &Var| {
            matches!(var.ty.basic(), Ty::Slice(_) | Ty::Map(..) | Ty::Ptr(_) | Ty::Array(..)) || var.ty.is_struct()
        };
        let Some(var) = self.some_variable(composite) else { return self.variable(out) };
        let name = var.name.clone();
        let in_place = matches!(var.ty.basic(), Ty::Array(..)) || var.ty.is_struct();
        if in_place && !self.writable(&var) {
            return self.assign_whole(out);
        }
        match var.ty.basic() {
            Ty::Slice(_) if self.rng.percent(15) => {
                if self.rng.percent(30) {
                    return out.push(stmt!("clear($)", name));
                }
                let (from, at) = (self.value(&var.ty, 1), self.index(&name, 1));
                out.push(stmt!("copy($[$:], $)", name, at, from));
            }
            Ty::Slice(of) | Ty::Array(_, of) => {
                let index = self.index(&name, 1);
                let value = self.expr(of, 2);
                if self.rng.percent(15) && matches!(of.basic(), Ty::Int(_)) {
                    return out.push(stmt!("$[$] -= $", name, index, value));
                }
                if self.rng.percent(15) {
                    // Of two that panic, the order of evaluation would tell which.
                    let (i, j) = (self.expr(&Ty::Int(INT), 1), self.expr(&Ty::Int(INT), 1));
                    let (i, j, n) = (i.text(), j.text(), format!("len({name})"));
                    return out.push(stmt!(
                        "if $ > 0 {\n$[ix($, $)], $[ix($, $)] = $[ix($, $)], $[ix($, $)]\n}",
                        &*n,
                        &*name,
                        &*i,
                        &*n,
                        &*name,
                        &*j,
                        &*n,
                        &*name,
                        &*j,
                        &*n,
                        &*name,
                        &*i,
                        &*n,
                    ));
                }
                out.push(stmt!("$[$] = $", name, index, value));
            }
            Ty::Map(key, of) => {
                let key = self.expr(key, 1);
                match self.rng.below(10) {
                    0 => out.push(stmt!("clear($)", name)),
                    1 | 2 => out.push(stmt!("delete($, $)", name, key)),
                    3 if matches!(of.basic(), Ty::Int(_) | Ty::F64) => out.push(stmt!("$[$]++", name, key)),
                    4 => {
                        let (value, found, tag) = (self.fresh("v"), self.fresh("ok"), self.tag());
                        let print = if self.isolated { "_ = $" } else { "println($, $)" };
                        let mut holes: Vec<Part> = vec![
                            value.as_str().into(),
                            found.as_str().into(),
                            name.into(),
                            key.into(),
                            value.as_str().into(),
                        ];
                        if !self.isolated {
                            holes.push(tag.into());
                        }
                        holes.push(found.into());
                        out.push(Node::statement(&format!("$, $ := $[$]\n_ = $\n{print}"), holes));
                        self.declare(&value, of, false, true);
                    }
                    _ => {
                        let value = self.expr(of, 2);
                        out.push(stmt!("$[$] = $", name, key, value));
                    }
                }
            }
            Ty::Ptr(to) => {
                let field = self.some_field(to);
                let (path, ty) = match field {
                    Some((field, ty)) => (format!("{name}.{field}"), ty),
                    None => (format!("*{name}"), (**to).clone()),
                };
                let value = self.expr(&ty, 2);
                out.push(stmt!("$ = $", path, value));
            }
            _ => {
                let Some((field, ty)) = self.some_field(&var.ty) else { return self.assign_whole(out) };
                let value = self.expr(&ty, 2);
                out.push(stmt!("$.$ = $", name, field, value));
            }
        }
    }

    fn some_field(&mut self, of: &Ty) -> Option<(String, Ty)> {
        let fields = self.fields(of).to_vec();
        if fields.is_empty() {
            return None;
        }
        let field = self.rng.pick(&fields).clone();
        Some((field.name, field.ty))
    }

    fn show_something(&mut self, out: &mut Vec<Node>) {
        if self.isolated {
            return self.assignment(out);
        }
        if let Some(var) = self.some_variable(|_| true).filter(|_| self.rng.percent(60)) {
            return out.push(self.show(&var.ty, &var.name));
        }
        let ty = self.pool_type_where(|_, ty| ty.is_scalar()).unwrap_or(Ty::Int(INT));
        let tag = self.tag();
        let value = self.value(&ty, 4);
        out.push(match ty.basic() {
            Ty::F32 | Ty::F64 => stmt!("println($, bitsOf(float64($)))", tag, value),
            Ty::C128 => stmt!("println($, bitsOf(imag($)))", tag, value),
            _ => stmt!("println($, $)", tag, value),
        });
    }

    fn conditional(&mut self, out: &mut Vec<Node>) {
        let condition = self.value(&Ty::Bool, 3);
        let (yes, no) = (self.rng.between(1, 2), 1);
        let yes = self.block(yes);
        if self.rng.percent(40) {
            let no = self.block(no);
            out.push(stmt!("if $ $ else $", condition, yes, no));
        } else if self.rng.percent(30) {
            let second = self.value(&Ty::Bool, 2);
            let no = self.block(no);
            out.push(stmt!("if $ $ else if $ $", condition, yes, second, no));
        } else {
            out.push(stmt!("if $ $", condition, yes));
        }
    }

    /// Makes the body of a loop or a switch and puts its label before it where something names it.
    pub(super) fn labelled(&mut self, is_loop: bool, out: &mut Vec<Node>, make: impl FnOnce(&mut Gen) -> Node) {
        let name = self.fresh("L");
        self.labels.push(Label { name, is_loop, used: false });
        let node = make(self);
        if let Some(label) = self.labels.pop() {
            if label.used {
                out.push(Node::new(
                    Role::Droppable,
                    "$$",
                    vec![Node::new(Role::Droppable, "$:\n", vec![label.name.into()]).into(), node.into()],
                ));
            } else {
                out.push(node);
            }
        }
    }

    fn a_loop(&mut self, out: &mut Vec<Node>) {
        let form = self.rng.below(13);
        self.labelled(true, out, |g| g.loop_of_form(form));
    }

    fn loop_of_form(&mut self, form: usize) -> Node {
        let mark = self.scope.len();
        let rounds = self.rounds();
        let (i, x) = (self.fresh("i"), self.fresh("x"));
        let (shared, assignable) = (self.rng.percent(20), self.rng.percent(30));
        let node = match form {
            0 | 1 => {
                let of = Ty::Int(*self.rng.pick(&INTS));
                self.declare(&i, &of, false, false);
                let body = self.repeated(rounds as u64);
                stmt!("for $ := $(0); $ < $; $++ $", &*i, &of, &*i, rounds, &*i, body)
            }
            2 | 3 => {
                let of = Ty::Int(*self.rng.pick(&INTS));
                self.declare(&i, &of, shared, assignable);
                let body = self.repeated(rounds as u64);
                stmt!("for $ := range $($) {\n_ = $\n$\n}", &*i, &of, rounds, &*i, body)
            }
            4 | 5 => {
                let of = self.element_type();
                let slice = self.value(&Ty::slice(&of), 2);
                self.declare(&i, &Ty::Int(INT), false, false);
                self.declare(&x, &of, shared, true);
                let body = self.repeated(5);
                let head = *self.rng.pick(&["few($)", "pairs(few($))"]);
                let head = Node::new(Role::Fixed, head, vec![slice.into()]);
                stmt!("for $, $ := range $ {\n_, _ = $, $\n$\n}", &*i, &*x, head, &*i, &*x, body)
            }
            6 => {
                let length = self.rng.between(1, 4);
                let of = self.element_type();
                let array = self.value(&Ty::Array(length, Box::new(of.clone())), 1);
                self.declare(&i, &Ty::Int(INT), false, false);
                self.declare(&x, &of, shared, true);
                let body = self.repeated(length as u64);
                stmt!("for $, $ := range ($) {\n_, _ = $, $\n$\n}", &*i, &*x, array, &*i, &*x, body)
            }
            7 => {
                let condition = self.value(&Ty::Bool, 2);
                self.declare(&i, &Ty::Int(INT), false, false);
                let body = self.repeated(rounds as u64);
                stmt!("for $ := $; $ > 0 && $; $-- $", &*i, rounds, &*i, condition, &*i, body)
            }
            8 => {
                let string = self.value(&Ty::Str, 2);
                self.declare(&i, &Ty::Int(INT), false, false);
                self.declare(&x, &Ty::Int(INT32), shared, true);
                let body = self.repeated(6);
                stmt!("for $, $ := range fewBytes($) {\n_, _ = $, $\n$\n}", &*i, &*x, string, &*i, &*x, body)
            }
            9 | 10 => {
                self.declare(&i, &Ty::Int(INT), false, false);
                let body = self.repeated(rounds as u64);
                stmt!("for $ := range upto($) {\n_ = $\n$\n}", &*i, rounds, &*i, body)
            }
            11 => {
                let body = self.repeated(rounds as u64);
                stmt!("for range $ $", rounds, body)
            }
            _ => {
                let of = self.element_type();
                let mut sends = Vec::new();
                for _ in 0..rounds {
                    let sent = self.expr(&of, 1);
                    sends.push(stmt!("c <- $", sent));
                }
                self.declare(&x, &of, shared, false);
                let body = self.repeated(rounds as u64);
                let channel =
                    stmt!("func() chan $ {\nc := make(chan $, 6)\n$\nclose(c)\nreturn c\n}()", &of, &of, sends);
                let channel = Node { role: Role::Fixed, ..channel };
                stmt!("for $ := range $ {\n_ = $\n$\n}", &*x, channel, &*x, body)
            }
        };
        self.scope.truncate(mark);
        node
    }

    fn switch(&mut self, out: &mut Vec<Node>) {
        self.labelled(false, out, |g| {
            let of = g.pool_type_where(|_, ty| matches!(ty.basic(), Ty::Int(_) | Ty::Str)).unwrap_or(Ty::Int(INT));
            let on_value = g.rng.percent(65);
            let mut parts: Vec<Part> = vec!["switch ".into()];
            if on_value {
                parts.push(g.value(&of, 2).into());
            }
            parts.push(" {\n".into());
            let mut seen: Vec<String> = Vec::new();
            let count = g.rng.between(1, 5);
            for n in 0..count {
                let mut case: Vec<Part> = vec!["case ".into()];
                if !on_value {
                    case.push(g.value(&Ty::Bool, 2).into());
                } else if g.rng.percent(25) {
                    case.push(g.value(&of, 1).into());
                } else {
                    // No two cases may be the same constant.
                    let constant = match of.basic() {
                        Ty::Int(int) => g.integer(*int).to_string(),
                        _ => format!("{of}({})", g.literal(&Ty::Str).text()),
                    };
                    if seen.contains(&constant) {
                        continue;
                    }
                    case.push(constant.clone().into());
                    seen.push(constant);
                }
                let body = g.repeated(1);
                let last = if n + 1 < count && g.rng.percent(12) { "\nfallthrough\n" } else { "\n" };
                case.extend([":\n".into(), body.into(), last.into()]);
                parts.push(Node { role: Role::Droppable, parts: case }.into());
            }
            // Last, so that what falls through has where to go.
            let body = g.repeated(1);
            parts.push(Node::new(Role::Fixed, "default:\n$\n}", vec![body.into()]).into());
            Node { role: Role::Droppable, parts }
        });
    }

    /// An assertion that tells whether it holds.
    fn assertion(&mut self, out: &mut Vec<Node>) {
        let value = self.value(&Ty::Any, 2);
        let ty = self.pool_type_where(|_, ty| *ty != Ty::Any).unwrap_or(Ty::Str);
        let (name, found) = (self.fresh("v"), self.fresh("ok"));
        out.push(stmt!("$, $ := $.($)\n_, _ = $, $", &*name, &*found, value, &ty, &*name, &*found));
        self.declare(&found, &Ty::Bool, false, true);
        let assignable = !matches!(ty, Ty::Func(..));
        self.declare(&name, &ty, false, assignable);
    }

    fn type_switch(&mut self, out: &mut Vec<Node>) {
        if self.rng.percent(40) {
            return self.assertion(out);
        }
        let value = self.value(&Ty::Any, 3);
        self.labelled(false, out, |g| {
            let x = g.fresh("x");
            let mut parts: Vec<Part> = vec![format!("switch {x} := ").into(), value.into(), ".(type) {\n".into()];
            let mut seen: Vec<String> = Vec::new();
            for _ in 0..g.rng.between(1, 4) {
                let ty = g.pool_type();
                if seen.contains(&ty.to_string()) || ty == Ty::Any {
                    continue;
                }
                seen.push(ty.to_string());
                let mark = g.scope.len();
                g.declare(&x, &ty, false, false);
                let body = g.repeated(1);
                g.scope.truncate(mark);
                let holes = vec![Part::from(&ty), x.as_str().into(), body.into()];
                parts.push(Node::statement("case $:\n_ = $\n$\n", holes).into());
            }
            if g.rng.percent(50) {
                let body = g.repeated(1);
                let holes = vec![Part::from(x.as_str()), body.into()];
                parts.push(Node::statement("case nil, error:\n_ = $\n$\n", holes).into());
            }
            let body = g.repeated(1);
            let holes = vec![Part::from(x.as_str()), body.into()];
            parts.push(Node::new(Role::Fixed, "default:\n_ = $\n$\n}", holes).into());
            Node { role: Role::Droppable, parts }
        });
    }

    /// Statements within a function literal that is called at once or later, by no other name.
    pub(super) fn inner(&mut self, count: usize) -> Vec<Node> {
        let labels = std::mem::take(&mut self.labels);
        let results = std::mem::take(&mut self.results);
        self.level += 1;
        let body = self.block(count);
        self.level -= 1;
        (self.labels, self.results) = (labels, results);
        body
    }

    pub(super) fn catch(&mut self) -> String {
        if self.isolated { "defer quiet()".into() } else { format!("defer caught({})", self.tag()) }
    }

    /// A block whose panics end there.
    pub(super) fn protected(&mut self, out: &mut Vec<Node>) {
        let count = self.rng.between(2, 4);
        let body = self.inner(count);
        let catch = self.catch();
        out.push(stmt!("func() {\n$\n$\n}()", catch, body));
    }

    fn deferred(&mut self, out: &mut Vec<Node>) {
        let count = self.rng.between(1, 2);
        match self.rng.below(6) {
            0 => {
                if let Some(function) = self.call(&[], 1) {
                    return out.push(stmt!("defer $", function));
                }
                self.variable(out);
            }
            1 if !self.isolated => {
                let (tag, ty) = (self.tag(), Ty::Int(INT));
                let value = self.value(&ty, 2);
                out.push(stmt!("defer println($, $)", tag, value));
            }
            2 | 3 => {
                let body = self.inner(count);
                let catch =
                    if self.isolated { "_ = recover()".into() } else { format!("show({}, recover())", self.tag()) };
                out.push(stmt!("defer func() {\n$\n$\n}()", catch, body));
            }
            _ => {
                let body = self.inner(count);
                out.push(stmt!("defer func() $()", body));
            }
        }
    }

    /// Leaves a loop, a switch or the function.
    fn leave(&mut self, out: &mut Vec<Node>) {
        let condition = self.value(&Ty::Bool, 2);
        if self.labels.is_empty() || self.rng.percent(25) {
            let results = self.results.clone();
            if self.nest < 2 {
                return self.assignment(out);
            }
            let mut parts: Vec<Part> = vec!["return ".into()];
            for (n, ty) in results.iter().enumerate() {
                if n > 0 {
                    parts.push(", ".into());
                }
                parts.push(self.expr(ty, 2).into());
            }
            return out.push(stmt!("if $ $", condition, vec![Node { role: Role::Droppable, parts }]));
        }
        let at = self.rng.below(self.labels.len());
        let word = if self.labels[at].is_loop && self.rng.percent(50) { "continue" } else { "break" };
        let innermost = at + 1 == self.labels.len();
        let jump = if innermost && self.rng.percent(60) {
            stmt!("$", word)
        } else {
            self.labels[at].used = true;
            let name = self.labels[at].name.clone();
            stmt!("$ $", word, name)
        };
        out.push(stmt!("if $ $", condition, vec![jump]));
    }

    fn panic(&mut self, out: &mut Vec<Node>) {
        let condition = self.value(&Ty::Bool, 2);
        let with = match self.rng.below(4) {
            0 => {
                let code = self.expr(&Ty::Int(INT), 1);
                stmt!("problem{$}", code)
            }
            1 => {
                let code = self.expr(&Ty::Int(INT), 1);
                stmt!("error(&problem{$})", code)
            }
            _ => {
                let ty = self.pool_type_where(|_, ty| ty.is_scalar()).unwrap_or(Ty::Str);
                self.expr(&ty, 2)
            }
        };
        let with = Node { role: Role::Fixed, ..with };
        out.push(stmt!("if $ $", condition, vec![stmt!("panic($)", with)]));
    }

    /// Declares a variable that holds a function whose cost is known.
    fn closure(&mut self, out: &mut Vec<Node>) {
        let count = self.rng.below(3);
        let parameters: Vec<Ty> = (0..count).map(|_| self.pool_type()).collect();
        let result = if self.rng.percent(75) { Some(self.pool_type()) } else { None };
        let budget = self.budget;
        let (literal, cost) = self.function_literal(&parameters, result.as_ref(), budget);
        let name = self.fresh("f");
        out.push(stmt!("$ := $\n_ = $", name.as_str(), literal, name.as_str()));
        self.declare(&name, &Ty::Func(parameters, result.map(Box::new)), false, false);
        if let Some(var) = self.scope.last_mut() {
            var.cost = Some(cost);
        }
        self.call_statement(out);
    }

    fn call_statement(&mut self, out: &mut Vec<Node>) {
        if self.rng.percent(30)
            && let Some(call) = self.call(&[], 2)
        {
            return out.push(stmt!("$", call));
        }
        for _ in 0..4 {
            let ty = self.pool_type();
            if let Some(call) = self.call_expr(&ty) {
                let name = self.fresh("v");
                out.push(stmt!("$ := $\n_ = $", name.as_str(), call, name.as_str()));
                self.declare(&name, &ty, false, !matches!(ty, Ty::Func(..)));
                if !self.isolated && self.rng.percent(50) {
                    out.push(self.show(&ty, &name));
                }
                return;
            }
        }
        self.variable(out);
    }
}
