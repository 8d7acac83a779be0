//! Statements of a form of their own: goroutines, channels, select, iteration over maps, stored closures, iterators.

use crate::diff::generate::{Callable, Gen};
use crate::diff::tree::{Node, Part, Role};
use crate::diff::types::{INT, Ty};
use crate::stmt;

impl Gen {
    pub(super) fn template(&mut self, out: &mut Vec<Node>) {
        match self.rng.below(10) {
            0 | 1 => self.handed_over(out),
            2 => self.in_parallel(out),
            3 | 4 => self.select(out),
            5 => self.map_total(out),
            6 => self.stored_closures(out),
            7 => self.backward_goto(out),
            8 if self.rng.percent(60) => self.iterator(out),
            8 => self.higher_order(out),
            _ => self.grown_slice(out),
        }
    }

    /// A goroutine that is waited for: it may do what any code may.
    fn handed_over(&mut self, out: &mut Vec<Node>) {
        let (of, name) = (self.element_type(), self.fresh("v"));
        let (done, sent) = (self.fresh("c"), self.fresh("s"));
        let room = self.rng.below(2);
        let catch = self.catch();
        let mark = self.scope.len();
        self.level += 1;
        self.declare(&sent, &of, true, true);
        let body = self.inner(2);
        self.level -= 1;
        self.scope.truncate(mark);
        out.push(stmt!(
            "$ := make(chan $, $)\ngo func() {\nvar $ $\ndefer func() { $ <- $ }()\n$\n$\n}()\n$ := <-$\n_ = $",
            done.as_str(),
            &of,
            room,
            sent.as_str(),
            &of,
            done.as_str(),
            sent.as_str(),
            catch,
            body,
            name.as_str(),
            done.as_str(),
            name.as_str(),
        ));
        self.declare(&name, &of, false, true);
        if !self.isolated {
            out.push(self.show(&of, &name));
        }
    }

    /// Goroutines that run beside each other, by a function that shares nothing; their results are added up.
    fn in_parallel(&mut self, out: &mut Vec<Node>) {
        let fits = |function: &Callable| {
            function.isolated
                && !function.generic
                && function.results.len() == 1
                && function.parameters.iter().all(|ty| self.is_plain(ty))
        };
        let fitting: Vec<Callable> = self.functions.iter().filter(|function| fits(function)).cloned().collect();
        let rounds = self.rounds() as u64 + 1;
        if fitting.is_empty() || self.isolated {
            return self.statement(out);
        }
        let function = self.rng.pick(&fitting).clone();
        if !self.affordable(function.cost * rounds) {
            return self.statement(out);
        }
        self.cost += function.cost * rounds * self.times;
        let (c, n, total, r) = (self.fresh("c"), self.fresh("n"), self.fresh("t"), self.fresh("r"));
        let mark = self.scope.len();
        self.declare(&n, &Ty::Int(INT), false, false);
        let stable = std::mem::replace(&mut self.stable, true);
        let mut arguments: Vec<Part> = Vec::new();
        for ty in &function.parameters {
            arguments.push(self.expr(ty, 1).into());
            arguments.push(", ".into());
        }
        self.stable = stable;
        self.scope.truncate(mark);
        let call = Node {
            role: Role::Fixed,
            parts: [vec![format!("{}(", function.name).into()], arguments, vec![")".into()]].concat(),
        };
        let of = &function.results[0];
        let (hash, tag) = (self.hash(of, &r, 2), self.tag());
        out.push(stmt!(
            "{\n$ := make(chan uint64, $)\nfor $ := range $ {\n_ = $\ngo func() {\nvar $ $\ndefer func() { $ <- mix($) }()\ndefer quiet()\n$ = $\n}()\n}\nvar $ uint64\nfor range $ {\n$ += <-$\n}\nprintln($, $)\n}",
            c.as_str(), self.rng.below(3), n.as_str(), rounds.to_string(), n.as_str(), r.as_str(), of, c.as_str(), hash, r.as_str(), call,
            total.as_str(), rounds.to_string(), total.as_str(), c.as_str(), tag, total.as_str(),
        ));
    }

    /// A select of which one case is ready, or which drains channels whose order does not matter.
    fn select(&mut self, out: &mut Vec<Node>) {
        let (a, b) = (self.element_type(), self.pool_type_where(|_, ty| ty.is_scalar()).unwrap_or(Ty::Int(INT)));
        let (c, d, x, y) = (self.fresh("c"), self.fresh("c"), self.fresh("x"), self.fresh("y"));
        if self.rng.percent(30) {
            let (first, second) = (self.expr(&b, 1), self.expr(&b, 1));
            let (hx, hy) = (self.hash(&b, &x, 2), self.hash(&b, &x, 2));
            let (total, tag) = (self.fresh("t"), self.tag());
            let print = if self.isolated { format!("_ = {tag}") } else { format!("println({tag}, {total})") };
            return out.push(stmt!(
                "{\n$, $ := make(chan $, 2), make(chan $, 2)\n$ <- $\n$ <- $\nvar $ uint64\nclose($)\nclose($)\nfor $ != nil || $ != nil {\nselect {\ncase $, ok := <-$:\nif !ok {\n$ = nil\n} else {\n$ += mix($)\n}\ncase $, ok := <-$:\nif ok {\n$ += 3 * mix($)\n} else {\n$ = nil\n}\n}\n}\n$\n}",
                &*c, &*d, &b, &b, &*c, first, &*d, second, &*total, &*c, &*d, &*c, &*d,
                &*x, &*c, &*c, &*total, hx, &*x, &*d, &*total, hy, &*d, print,
            ));
        }
        let sent = self.expr(&a, 2);
        let mark = self.scope.len();
        self.declare(&x, &a, false, false);
        let labels = std::mem::take(&mut self.labels);
        let ready = self.block(2);
        self.scope.truncate(mark);
        self.declare(&y, &b, false, false);
        let other = self.block(1);
        self.scope.truncate(mark);
        let default = self.block(1);
        self.labels = labels;
        let node = match self.rng.below(4) {
            // The first is ready, the second never.
            0 => stmt!(
                "{\n$, $ := make(chan $, 1), make(chan $)\n$ <- $\nselect {\ncase $ := <-$:\n_ = $\n$\ncase $, ok := <-$:\n_, _ = $, ok\n$\n}\n}",
                &*c,
                &*d,
                &a,
                &b,
                &*c,
                sent,
                &*x,
                &*c,
                &*x,
                ready,
                &*y,
                &*d,
                &*y,
                other,
            ),
            // The second is closed.
            1 => stmt!(
                "{\nvar $ chan $\n$ := make(chan $)\nclose($)\nselect {\ncase $ := <-$:\n_ = $\n$\ncase $, ok := <-$:\n_, _ = $, ok\n$\n}\n}",
                &*c,
                &a,
                &*d,
                &b,
                &*d,
                &*x,
                &*c,
                &*x,
                ready,
                &*y,
                &*d,
                &*y,
                other,
            ),
            // There is room to send.
            2 => stmt!(
                "{\n$, $ := make(chan $, 1), make(chan $)\nselect {\ncase $ <- $:\n$ := <-$\n_ = $\n$\ncase $ := <-$:\n_ = $\n$\n}\n}",
                &*c,
                &*d,
                &a,
                &b,
                &*c,
                sent,
                &*x,
                &*c,
                &*x,
                ready,
                &*y,
                &*d,
                &*y,
                other,
            ),
            // Neither is: the default.
            _ => stmt!(
                "{\n$, $ := make(chan $), make(chan $)\nselect {\ncase $ := <-$:\n_ = $\n$\ncase $ := <-$:\n_ = $\n$\ndefault:\n$\n}\n}",
                &*c,
                &*d,
                &a,
                &b,
                &*x,
                &*c,
                &*x,
                ready,
                &*y,
                &*d,
                &*y,
                other,
                default,
            ),
        };
        out.push(node);
    }

    /// Adds up a map, deleting on the way.
    fn map_total(&mut self, out: &mut Vec<Node>) {
        let Some(ty) = self.pool_type_where(|_, ty| matches!(ty.basic(), Ty::Map(..))) else {
            return self.statement(out);
        };
        let name = match self.some_variable(|var| var.ty == ty) {
            Some(var) => var.name,
            None => self.variable_of(&ty, out),
        };
        let Ty::Map(key, of) = ty.basic() else { return };
        let (k, v, total) = (self.fresh("k"), self.fresh("e"), self.fresh("t"));
        let hash = format!("mix({} ^ 7*({}))", self.hash(key, &k, 2), self.hash(of, &v, 2));
        let action = match self.rng.below(4) {
            0 => format!("delete({name}, {k})"),
            1 => format!("{name}[{k}] = {v}"),
            2 if self.times == 1 => "collect()".into(),
            _ => format!("_ = {name}"),
        };
        let tag = self.tag();
        let print = if self.isolated { format!("_ = {tag}") } else { format!("println({tag}, {total}, len({name}))") };
        // A NaN key is none that could be assigned to again: then the map would grow while it is walked.
        let action =
            if matches!(key.basic(), Ty::Int(_) | Ty::Str | Ty::Bool) { action } else { format!("_ = {name}") };
        out.push(stmt!(
            "{\nvar $ uint64\nfor $, $ := range $ {\n_, _ = $, $\n$ += $\n$\n}\n$\n}",
            &*total,
            &*k,
            &*v,
            &*name,
            &*k,
            &*v,
            &*total,
            hash,
            action,
            print,
        ));
    }

    /// Closures made in a loop, kept and called after it.
    fn stored_closures(&mut self, out: &mut Vec<Node>) {
        let of = self.element_type();
        let (all, i, x, f, v) = (self.fresh("fs"), self.fresh("i"), self.fresh("x"), self.fresh("f"), self.fresh("v"));
        let rounds = self.rounds();
        let init = self.expr(&of, 1);
        let mark = self.scope.len();
        self.declare(&i, &Ty::Int(INT), false, false);
        self.declare(&x, &of, true, true);
        let (literal, cost) = self.function_literal(&[], Some(&of), 60);
        self.scope.truncate(mark);
        self.cost += cost * rounds as u64 * 2 * self.times;
        let twice = if self.rng.percent(50) { format!("_ = {f}()\n") } else { String::new() };
        let head = if self.rng.percent(50) {
            format!("for {i} := 0; {i} < {rounds}; {i}++")
        } else {
            format!("for {i} := range {rounds}")
        };
        let print = if self.isolated { Node::new(Role::Fixed, "", vec![]) } else { self.show(&of, &v) };
        out.push(stmt!(
            "var $ []func() $\n$ {\n_ = $\n$ := ($)($)\n_ = $\n$ = append($, $)\n}\nfor _, $ := range $ {\n$$ := $()\n_ = $\n$\n}",
            &*all, &of, head, &*i, &*x, &of, init, &*x, &*all, &*all, literal, &*f, &*all, twice, &*v, &*f, &*v, print,
        ));
    }

    fn backward_goto(&mut self, out: &mut Vec<Node>) {
        let (label, i) = (self.fresh("G"), self.fresh("i"));
        let rounds = self.rounds();
        let mark = self.scope.len();
        self.declare(&i, &Ty::Int(INT), false, false);
        let labels = std::mem::take(&mut self.labels);
        let body = self.repeated(rounds as u64);
        self.labels = labels;
        self.scope.truncate(mark);
        out.push(stmt!(
            "{\n$ := 0\n$:\nif $ < $ {\n$\n$++\ngoto $\n}\n}",
            &*i,
            &*label,
            &*i,
            rounds,
            body,
            &*i,
            &*label,
        ));
    }

    /// An iterator of the program's own, and a loop over it.
    fn iterator(&mut self, out: &mut Vec<Node>) {
        let of = self.element_type();
        let (f, yielded, x) = (self.fresh("f"), self.fresh("yield"), self.fresh("x"));
        let labels = std::mem::take(&mut self.labels);
        let results = std::mem::take(&mut self.results);
        self.level += 1;
        let mut body = Vec::new();
        let count = self.rng.between(1, 3);
        for _ in 0..count {
            if self.rng.percent(40) {
                self.nest += 1;
                self.statement(&mut body);
                self.nest -= 1;
            }
            let value = self.expr(&of, 2);
            body.push(stmt!("if !$($) {\nreturn\n}", &*yielded, value));
        }
        self.level -= 1;
        (self.labels, self.results) = (labels, results);
        // What the statements above declared is gone with the literal.
        let level = self.level;
        self.scope.retain(|var| var.level <= level);
        out.push(stmt!("$ := func($ func($) bool) $\n_ = $", &*f, &*yielded, &of, body, &*f));
        self.labelled(true, out, |g| {
            let mark = g.scope.len();
            g.declare(&x, &of, false, true);
            let body = g.repeated(count as u64);
            g.scope.truncate(mark);
            stmt!("for $ := range $ {\n_ = $\n$\n}", &*x, &*f, &*x, body)
        });
    }

    /// A generic function that calls a function literal.
    fn higher_order(&mut self, out: &mut Vec<Node>) {
        let (a, b) = (self.element_type(), self.element_type());
        let slice = self.value(&Ty::slice(&a), 2);
        let name = self.fresh("v");
        if self.rng.percent(50) {
            let (literal, cost) = self.function_literal(std::slice::from_ref(&a), Some(&b), 40);
            self.cost += cost * 5 * self.times;
            out.push(stmt!("$ := mapped(few($), $)\n_ = $", &*name, slice, literal, &*name));
            return self.declare(&name, &Ty::slice(&b), false, true);
        }
        let from = self.expr(&b, 1);
        let (literal, cost) = self.function_literal(&[b.clone(), a], Some(&b), 40);
        self.cost += cost * 5 * self.times;
        out.push(stmt!("$ := folded(few($), $, $)\n_ = $", &*name, slice, from, literal, &*name));
        self.declare(&name, &b, false, true);
    }

    /// A slice that grows by `append` with nothing else in its array, then is a variable without room.
    fn grown_slice(&mut self, out: &mut Vec<Node>) {
        let of = self.element_type();
        let (name, i) = (self.fresh("v"), self.fresh("i"));
        let rounds = self.rng.between(1, 12);
        let mark = self.scope.len();
        self.declare(&i, &Ty::Int(INT), false, false);
        let (a, b) = (self.expr(&of, 2), self.expr(&of, 1));
        self.scope.truncate(mark);
        let template = if self.rng.percent(50) {
            "var $ []$\nfor $ := range $ {\n_ = $\n$ = append($, $)\n}\n$ = $[:len($):len($)]\n_ = $"
        } else {
            "var $ []$\nfor $ := range $ {\n_ = $\n$ = append($, $, $)\n}\n$ = $[:len($):len($)]\n_ = $"
        };
        let name_part = || Part::from(name.as_str());
        let mut holes: Vec<Part> = vec![
            name_part(),
            (&of).into(),
            i.as_str().into(),
            rounds.into(),
            i.as_str().into(),
            name_part(),
            name_part(),
            a.into(),
        ];
        if template.contains("append($, $, $)") {
            holes.push(b.into());
        }
        holes.extend((0..5).map(|_| name_part()));
        out.push(Node::statement(template, holes));
        let shared = self.rng.percent(30);
        self.declare(&name, &Ty::slice(&of), shared, true);
    }
}
