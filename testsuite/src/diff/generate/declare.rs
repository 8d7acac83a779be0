//! The declarations of a program: types, variables, methods, functions, and the entry.

use crate::diff::generate::{CALL_COST, Callable, FUNCTION_BUDGET, Field, Gen, MAIN_BUDGET, Named, Program, Var};
use crate::diff::tree::{Node, Part, Role};
use crate::diff::types::{Form, INT, INT32, INTS, Ty, UINT8};
use crate::stmt;

impl Gen {
    pub(super) fn program(mut self) -> Program {
        let mut declarations = Vec::new();
        self.make_pool(&mut declarations);
        for _ in 0..self.rng.between(1, 3) {
            self.global(&mut declarations);
        }
        for id in 0..self.named.len() {
            self.make_methods(id, &mut declarations);
        }
        for _ in 0..self.rng.between(1, 2) {
            self.make_function(&mut declarations);
        }
        self.budget = MAIN_BUDGET;
        self.cost = 0;
        self.room = self.rng.between(4, 12);
        let mut body = Vec::new();
        for function in self.functions.clone() {
            self.call_protected(&mut body, |g, out| g.call_function(&function, out));
        }
        for named in self.named.clone().into_iter().filter(|named| !named.ty.is_interface()) {
            if !named.methods.is_empty() {
                self.call_protected(&mut body, |g, out| {
                    named.methods.iter().for_each(|method| g.call_method(&named.ty, method, out));
                });
            }
        }
        for _ in 0..self.rng.between(1, 3) {
            // A panic ends little of the program.
            match self.rng.below(8) {
                0 => self.statement(&mut body),
                1..=3 => self.variable(&mut body),
                _ => self.protected(&mut body),
            }
        }
        for var in self.scope.clone() {
            body.push(self.show(&var.ty, &var.name));
        }
        let name = format!("{}_main", self.name);
        declarations.append(&mut self.printer_declarations);
        declarations.push(Node::new(Role::Fixed, "func $() $", vec![name.into(), body.into()]));
        Program { name: self.name, declarations }
    }

    fn call_protected(&mut self, body: &mut Vec<Node>, call: impl FnOnce(&mut Gen, &mut Vec<Node>)) {
        let mut statements = Vec::new();
        self.level += 1;
        call(self, &mut statements);
        self.level -= 1;
        let catch = self.catch();
        body.push(stmt!("func() {\n$\n$\n}()", catch, statements));
    }

    fn scalar(&mut self) -> Ty {
        match self.rng.below(12) {
            0 => Ty::Bool,
            1 => Ty::F32,
            2 | 3 => Ty::F64,
            4 => Ty::C128,
            5 | 6 => Ty::Str,
            _ => Ty::Int(*self.rng.pick(&INTS)),
        }
    }

    /// A type to build others from: a scalar, or one that is there already.
    fn part(&mut self) -> Ty {
        if self.pool.is_empty() || self.rng.percent(55) { self.scalar() } else { self.element_type() }
    }

    fn key(&mut self) -> Ty {
        let known = self.pool_type_where(|g, ty| g.comparable(ty) == Some(false));
        match known {
            Some(ty) if self.rng.percent(50) => ty,
            _ => self.scalar(),
        }
    }

    fn make_pool(&mut self, declarations: &mut Vec<Node>) {
        self.pool = vec![Ty::Int(INT), Ty::Str, Ty::Any, self.scalar(), self.scalar()];
        for _ in 0..self.rng.between(1, 2) {
            self.named_type(declarations);
        }
        if self.rng.percent(35) {
            self.generic_type(declarations);
        }
        for _ in 0..self.rng.between(3, 6) {
            let of = self.part();
            let ty = match self.rng.below(12) {
                0..=2 => Ty::slice(&of),
                3 | 4 => {
                    let long = self.rng.percent(10) && of.is_scalar();
                    let length = if long { self.rng.between(5, 40) } else { self.rng.between(1, 4) };
                    Ty::Array(length, Box::new(of))
                }
                5 | 6 => Ty::Map(Box::new(self.key()), Box::new(of)),
                7 | 8 if !matches!(of, Ty::Func(..)) => Ty::ptr(&of),
                9 => Ty::Chan(Box::new(of)),
                10 => {
                    let parameters = (0..self.rng.below(3)).map(|_| self.part()).collect();
                    let result = if self.rng.percent(80) { Some(Box::new(self.part())) } else { None };
                    Ty::Func(parameters, result)
                }
                _ => self.scalar(),
            };
            self.pool.push(ty);
        }
        if self.rng.percent(50) {
            self.interface(declarations);
        }
        if self.rng.percent(30) {
            self.pool.push(Ty::slice(&Ty::Int(if self.next % 2 == 0 { UINT8 } else { INT32 })));
        }
    }

    fn named_type(&mut self, declarations: &mut Vec<Node>) {
        let name = self.fresh_global("T");
        let id = self.named.len();
        if self.rng.percent(35) {
            let of = match self.rng.below(4) {
                0 => Ty::slice(&self.scalar()),
                1 => Ty::Array(self.rng.between(1, 3), Box::new(self.scalar())),
                _ => self.scalar(),
            };
            declarations.push(Node::statement("type $ $", vec![name.as_str().into(), (&of).into()]));
            let ty = Ty::Named { id, name, form: Form::Basic(Box::new(of)) };
            self.named.push(Named { ty: ty.clone(), fields: Vec::new(), methods: Vec::new(), complete: false });
            return self.pool.push(ty);
        }
        let ty = Ty::Named { id, name: name.clone(), form: Form::Struct };
        let mut fields = Vec::new();
        for _ in 0..self.rng.between(1, 5) {
            let embedded = self.rng.percent(30);
            let structs: Vec<Ty> = self.named.iter().map(|named| named.ty.clone()).filter(Ty::is_struct).collect();
            let twice = |of: &Ty| fields.iter().any(|field: &Field| field.ty == *of);
            if embedded && !structs.is_empty() {
                let of = self.rng.pick(&structs).clone();
                let by_pointer = self.rng.percent(35);
                // What is embedded twice promotes nothing.
                if fields.iter().all(|field: &Field| !field.embedded) && !twice(&of) && !of.to_string().contains('[') {
                    let ty = if by_pointer { Ty::ptr(&of) } else { of.clone() };
                    fields.push(Field { name: of.to_string(), ty, embedded: true });
                    continue;
                }
            }
            let ty = if self.rng.percent(12) { Ty::ptr(&ty) } else { self.part() };
            fields.push(Field { name: self.fresh("f"), ty, embedded: false });
        }
        let mut parts: Vec<Part> = vec![format!("type {name} struct {{\n").into()];
        for field in &fields {
            let text =
                if field.embedded { format!("{}\n", field.ty) } else { format!("{} {}\n", field.name, field.ty) };
            parts.push(Node::statement("$", vec![text.into()]).into());
        }
        parts.push("}".into());
        declarations.push(Node { role: Role::Droppable, parts });
        self.named.push(Named { ty: ty.clone(), fields, methods: Vec::new(), complete: false });
        self.pool.push(ty);
    }

    /// A generic struct with methods, and some instances of it.
    fn generic_type(&mut self, declarations: &mut Vec<Node>) {
        let name = self.fresh_global("G");
        let (value, count, get, set) = (self.fresh("f"), self.fresh("f"), self.fresh("m"), self.fresh("m"));
        declarations.push(Node::statement(
            "type $[E any] struct {\n$ E\n$ int\n}\n\nfunc (g $[E]) $() E { return g.$ }\n\nfunc (g *$[E]) $(v E) int {\ng.$, g.$ = v, g.$+1\nreturn g.$\n}",
            [&name, &value, &count, &name, &get, &value, &name, &set, &value, &count, &count, &count]
                .map(|text| Part::from(text.as_str()))
                .to_vec(),
        ));
        for _ in 0..self.rng.between(1, 2) {
            let of = self.part();
            let ty = Ty::Named { id: self.named.len(), name: format!("{name}[{of}]"), form: Form::Struct };
            if self.pool.contains(&ty) || self.named.iter().any(|named| named.ty.to_string() == ty.to_string()) {
                continue;
            }
            let method = |name: &str, parameters: Vec<Ty>, result: Ty, by_pointer| Callable {
                name: name.into(),
                parameters,
                results: vec![result],
                generic: false,
                isolated: true,
                cost: 2,
                by_pointer,
                risky: false,
            };
            let methods =
                vec![method(&get, Vec::new(), of.clone(), false), method(&set, vec![of.clone()], Ty::Int(INT), true)];
            let fields = vec![
                Field { name: value.clone(), ty: of, embedded: false },
                Field { name: count.clone(), ty: Ty::Int(INT), embedded: false },
            ];
            self.named.push(Named { ty: ty.clone(), fields, methods, complete: true });
            self.pool.push(ty);
        }
    }

    /// An interface whose methods some types will be given.
    fn interface(&mut self, declarations: &mut Vec<Node>) {
        let name = self.fresh_global("I");
        let mut methods = Vec::new();
        let mut text = format!("type {name} interface {{\n");
        for _ in 0..self.rng.between(1, 2) {
            let parameters: Vec<Ty> = (0..self.rng.below(3)).map(|_| self.pool_type()).collect();
            let results: Vec<Ty> = (0..self.rng.below(2)).map(|_| self.pool_type()).collect();
            let method = self.fresh("m");
            let words = |types: &[Ty]| types.iter().map(Ty::to_string).collect::<Vec<_>>().join(", ");
            text.push_str(&format!("{method}({}) ({})\n", words(&parameters), words(&results)));
            methods.push(Callable {
                name: method,
                parameters,
                results,
                generic: false,
                isolated: false,
                // What its implementations may cost.
                cost: CALL_COST,
                by_pointer: false,
                risky: false,
            });
        }
        text.push('}');
        declarations.push(Node::statement("$", vec![text.into()]));
        let ty = Ty::Named { id: self.named.len(), name, form: Form::Interface };
        self.named.push(Named { ty: ty.clone(), fields: Vec::new(), methods, complete: true });
        self.pool.push(ty.clone());
        self.pool.push(ty);
    }

    fn global(&mut self, declarations: &mut Vec<Node>) {
        let ty = self.pool_type();
        if matches!(ty, Ty::Func(..)) {
            return;
        }
        let name = self.fresh_global("g");
        // A panic here would end the whole binary.
        self.stable = true;
        let same = self.scope.iter().find(|var| var.ty == ty).map(|var| var.name.clone());
        let init = match same {
            Some(other) if self.rng.percent(50) => Node::value(&ty, "$", vec![other.into()]),
            _ => self.expr(&ty, 2),
        };
        self.stable = false;
        let node = Node::statement("var $ $ = $", vec![name.as_str().into(), (&ty).into(), init.into()]);
        // In any order: what a variable needs is initialised before it.
        let at = self.rng.between(0, declarations.len());
        declarations.insert(at, node);
        self.scope.push(Var { name, ty, shared: true, assignable: true, level: 0, global: true, cost: None });
    }

    fn make_methods(&mut self, id: usize, declarations: &mut Vec<Node>) {
        let ty = self.named[id].ty.clone();
        let is_instance = ty.to_string().contains('[');
        if ty.is_interface() || is_instance {
            return;
        }
        let mut wanted: Vec<Callable> = Vec::new();
        if self.rng.percent(70) {
            let interfaces = self.named.iter().filter(|named| named.ty.is_interface());
            wanted.extend(interfaces.flat_map(|named| named.methods.clone()));
        }
        for _ in 0..self.rng.below(2) {
            let parameters = (0..self.rng.below(3)).map(|_| self.pool_type()).collect();
            let results = (0..self.rng.below(2)).map(|_| self.pool_type()).collect();
            let name = self.fresh("m");
            wanted.push(Callable {
                name,
                parameters,
                results,
                generic: false,
                isolated: self.rng.percent(50) && self.is_plain(&ty),
                cost: 0,
                by_pointer: false,
                risky: false,
            });
        }
        for mut method in wanted {
            method.by_pointer = self.rng.percent(35);
            method.isolated &= method.parameters.iter().all(|ty| self.is_plain(ty));
            let receiver = if method.by_pointer { Ty::ptr(&ty) } else { ty.clone() };
            self.in_method = true;
            let node = self.declared(&mut method, Some(&receiver), CALL_COST - 20);
            self.in_method = false;
            declarations.push(node);
            method.cost = method.cost.min(CALL_COST);
            self.named[id].methods.push(method);
        }
        self.named[id].complete = true;
    }

    fn make_function(&mut self, declarations: &mut Vec<Node>) {
        let generic = self.rng.percent(25);
        let mut isolated = self.rng.percent(45);
        let parameter = |g: &mut Gen| match g.rng.below(5) {
            0 | 1 if generic => Ty::Param,
            2 if generic => Ty::slice(&Ty::Param),
            _ => g.pool_type(),
        };
        let parameters: Vec<Ty> = (0..self.rng.below(4)).map(|_| parameter(self)).collect();
        isolated &= parameters.iter().all(|ty| self.is_plain(ty));
        let results = if generic && self.rng.percent(60) {
            vec![Ty::Param]
        } else {
            (0..self.rng.between(0, 2)).map(|_| self.pool_type()).collect()
        };
        let mut function = Callable {
            name: self.fresh_global("f"),
            parameters,
            results,
            generic,
            isolated,
            cost: 0,
            by_pointer: false,
            risky: false,
        };
        let node = self.declared(&mut function, None, FUNCTION_BUDGET);
        declarations.push(node);
        self.functions.push(function);
    }

    /// Makes the body of a function or method and finds what it costs.
    fn declared(&mut self, function: &mut Callable, receiver: Option<&Ty>, budget: u64) -> Node {
        let mark = self.scope.len();
        self.isolated = function.isolated;
        (self.cost, self.budget) = (1, budget);
        self.room = if receiver.is_some() { self.rng.below(3) } else { self.rng.between(1, 6) };
        let pool = self.pool.len();
        if function.generic {
            self.pool.extend([Ty::Param, Ty::Param, Ty::slice(&Ty::Param)]);
        }
        let mut head = String::from("func ");
        if let Some(ty) = receiver {
            let name = self.fresh("r");
            head.push_str(&format!("({name} {ty}) "));
            self.declare(&name, ty, false, true);
        }
        head.push_str(&function.name);
        if function.generic {
            head.push_str("[T integer]");
        }
        let mut parameters = Vec::new();
        for ty in &function.parameters {
            let name = self.fresh("a");
            let shared = self.rng.percent(25);
            self.declare(&name, ty, shared, !matches!(ty, Ty::Func(..)));
            if let (Ty::Func(..), Some(var)) = (ty, self.scope.last_mut()) {
                var.cost = Some(CALL_COST);
            }
            parameters.push(format!("{name} {ty}"));
        }
        head.push_str(&format!("({})", parameters.join(", ")));
        let named_results = self.rng.percent(60);
        let mut results = Vec::new();
        for ty in &function.results {
            if named_results {
                let name = self.fresh("r");
                // Closures that are deferred may change it.
                self.declare(&name, ty, true, !matches!(ty, Ty::Func(..)));
                results.push(format!("{name} {ty}"));
            } else {
                results.push(ty.to_string());
            }
        }
        head.push_str(&format!(" ({})", results.join(", ")));
        self.results = function.results.clone();
        let count = if receiver.is_some() { self.rng.between(1, 2) } else { self.rng.between(2, 4) };
        let mut body = self.block(count);
        if !function.results.is_empty() {
            self.risked = None;
            let mut parts: Vec<Part> = vec!["return ".into()];
            for (n, ty) in function.results.iter().enumerate() {
                if n > 0 {
                    parts.push(", ".into());
                }
                parts.push(self.expr(ty, 2).into());
            }
            body.push(Node { role: Role::Fixed, parts });
        }
        self.results = Vec::new();
        self.isolated = false;
        self.scope.truncate(mark);
        self.pool.truncate(pool);
        function.cost = self.cost;
        let noinline = if self.rng.percent(25) { "//go:noinline\n" } else { "" };
        Node::new(Role::Droppable, "$$ $", vec![noinline.into(), head.into(), body.into()])
    }
}
