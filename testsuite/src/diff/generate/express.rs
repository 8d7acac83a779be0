//! Expressions without calls of the program's functions: they change nothing, though they may panic.

use crate::diff::generate::{CALL_COST, Callable, Gen, Risk, Var};
use crate::diff::tree::{Node, Part, Role};
use crate::diff::types::{Form, INT, INT32, INTS, Int, Ty, UINT8, UINT16, UINT32, UINT64};
use crate::value;

/// The prelude's functions of bits, by what they take.
const BIT_FUNCTIONS: [(&str, Int); 9] = [
    ("len64", UINT64),
    ("zeros32", UINT32),
    ("trail16", UINT16),
    ("ones64", UINT64),
    ("reverse32", UINT32),
    ("swap64", UINT64),
    ("turn64", UINT64),
    ("turn8", UINT8),
    ("high64", UINT64),
];

/// How to get from a variable to a value of the wanted type.
enum Step {
    Whole,
    Field(String),
    Element(Option<usize>),
    Lookup(Ty),
    Pointee,
}

impl Gen {
    /// An expression of the type; Go may take it for a constant.
    pub(super) fn expr(&mut self, ty: &Ty, depth: usize) -> Node {
        if ty.is_scalar() && self.rng.percent(25) { self.literal(ty) } else { self.value(ty, depth) }
    }

    /// An expression that Go does not take for a constant.
    pub(super) fn value(&mut self, ty: &Ty, depth: usize) -> Node {
        if self.rng.percent(if depth == 0 { 92 } else { 40 })
            && let Some(path) = self.path(ty, depth)
        {
            return path;
        }
        if ty.is_scalar() && depth == 0 {
            return self.hidden(ty);
        }
        // Composites of composites come to an end.
        if depth == 0
            && let Ty::Slice(of) | Ty::Array(_, of) | Ty::Map(_, of) = ty.basic()
            && !of.is_scalar()
        {
            let zero = Node::value(ty, &ty.zero(), vec![]);
            return match ty.basic() {
                Ty::Slice(_) if self.rng.percent(70) => value!(ty, "make($, $)", ty, self.rng.between(1, 3)),
                _ => zero,
            };
        }
        let below = depth.saturating_sub(1);
        if ty.is_scalar() && self.rng.percent(8) {
            let (condition, a, b) = (self.value(&Ty::Bool, below), self.expr(ty, below), self.expr(ty, below));
            return value!(ty, "pick[$]($, $, $)", ty, condition, a, b);
        }
        if !ty.is_interface()
            && self.rng.percent(4)
            && self.scope.iter().any(|var| var.ty == Ty::Any)
            && self.risk(Risk::Other)
        {
            let from = self.value(&Ty::Any, 0);
            return value!(ty, "$.($)", from, ty);
        }
        match ty.basic() {
            Ty::Bool => self.boolean(ty, below),
            Ty::Int(int) => self.integral(ty, Some(*int), below),
            Ty::Param => self.integral(ty, None, below),
            Ty::F32 | Ty::F64 => self.floating(ty, below),
            Ty::C128 => self.complex(ty, below),
            Ty::Str => self.string(ty, below),
            Ty::Any => {
                let scalar = |_: &Gen, ty: &Ty| ty.is_scalar();
                let of = if depth > 0 { self.element_type() } else { self.pool_type_where(scalar).unwrap_or(Ty::Str) };
                if self.rng.percent(8) || of.is_interface() {
                    return value!(ty, "any(nil)");
                }
                let held = self.expr(&of, below);
                value!(ty, "any($)", held)
            }
            Ty::Slice(of) => {
                let slice = self.slice(ty, of, below);
                // The prelude's functions return slices of no name.
                if ty == ty.basic() { slice } else { value!(ty, "$($)", ty, slice) }
            }
            Ty::Array(length, of) => {
                if self.rng.percent(10) && self.risk(Risk::Other) {
                    let slice = self.value(&Ty::slice(of), below);
                    return value!(ty, "$($)", ty, slice);
                }
                let count = if self.rng.percent(70) { (*length).min(6) } else { self.rng.below(*length).min(6) };
                let mut parts = vec![Part::from(format!("{ty}{{"))];
                self.elements(of, count, below, &mut parts);
                self.finish(ty, parts)
            }
            Ty::Map(key, element) => self.map(ty, key, element, below),
            Ty::Ptr(to) => self.pointer(ty, to, below),
            Ty::Chan(_) => {
                let room = self.rng.below(4);
                value!(ty, "make($, $)", ty, room)
            }
            Ty::Func(parameters, result) => self.function(ty, parameters, result.as_deref()),
            Ty::Named { form: Form::Struct, .. } => self.structure(ty, below),
            Ty::Named { id, .. } => self.implementer(ty, *id, below),
        }
    }

    fn finish(&self, ty: &Ty, mut parts: Vec<Part>) -> Node {
        parts.push("}".into());
        Node { role: Role::Value(ty.clone()), parts }
    }

    fn elements(&mut self, of: &Ty, count: usize, depth: usize, parts: &mut Vec<Part>) {
        for _ in 0..count {
            parts.push(self.expr(of, depth.min(1)).into());
            parts.push(", ".into());
        }
    }

    /// A variable of the type, or what can be reached from one.
    pub(super) fn path(&mut self, ty: &Ty, depth: usize) -> Option<Node> {
        let mut found: Vec<(Var, Step)> = Vec::new();
        let (nil, other) = (self.may_risk(Risk::Nil), self.may_risk(Risk::Other));
        for var in self.scope.iter().rev().take(40) {
            if !self.readable(var) {
                continue;
            }
            let mut add = |step| found.push((var.clone(), step));
            if var.ty == *ty {
                add(Step::Whole);
                add(Step::Whole);
            }
            match var.ty.basic() {
                Ty::Array(length, of) if **of == *ty => add(Step::Element(Some(*length))),
                Ty::Slice(of) if **of == *ty && !self.stable => add(Step::Element(None)),
                Ty::Str if *ty == Ty::Int(UINT8) && other => add(Step::Element(None)),
                Ty::Map(key, of) if **of == *ty && !self.stable && (other || self.comparable(key) == Some(false)) => {
                    add(Step::Lookup((**key).clone()));
                }
                Ty::Ptr(to) if nil => {
                    if **to == *ty {
                        add(Step::Pointee);
                    }
                    self.field_paths(to, ty, "", 2).into_iter().for_each(|field| add(Step::Field(field)));
                }
                Ty::Named { .. } if var.ty.is_struct() => {
                    self.field_paths(&var.ty, ty, "", 2).into_iter().for_each(|field| add(Step::Field(field)));
                }
                _ => {}
            }
        }
        if found.is_empty() {
            return None;
        }
        let at = self.rng.below(found.len());
        let (var, step) = found.swap_remove(at);
        let name = var.name;
        match (&step, var.ty.basic()) {
            (Step::Pointee, _) | (Step::Field(_), Ty::Ptr(_)) => self.risked = Some(Risk::Nil),
            // Its field may be reached by a pointer that is embedded.
            (Step::Field(_), _) if nil => self.risked = Some(Risk::Nil),
            (Step::Lookup(key), _) if self.comparable(key) != Some(false) => self.risked = Some(Risk::Other),
            _ => {}
        }
        Some(match step {
            Step::Whole => value!(ty, "$", name),
            Step::Field(field) => value!(ty, "$$", name, field),
            Step::Element(Some(length)) if !other || self.rng.percent(30) => {
                let index = self.rng.below(length);
                value!(ty, "$[$]", name, index)
            }
            Step::Element(None) if *ty != Ty::Int(UINT8) && (!other || self.rng.percent(60)) => {
                let index = self.expr(&Ty::Int(INT), depth.min(1));
                value!(ty, "at($, $)", name, index)
            }
            Step::Element(_) => {
                self.risked = Some(Risk::Other);
                let index = self.index(&name, depth);
                value!(ty, "$[$]", name, index)
            }
            Step::Lookup(key) => {
                let key = if depth > 0 { self.expr(&key, depth - 1) } else { Node::value(&key, &key.zero(), vec![]) };
                value!(ty, "$[$]", name, key)
            }
            Step::Pointee => value!(ty, "(*$)", name),
        })
    }

    /// The fields of a struct type that have the wanted type, those of its fields included, as `.a.b`.
    fn field_paths(&self, of: &Ty, wanted: &Ty, before: &str, depth: usize) -> Vec<String> {
        let mut found = Vec::new();
        for field in self.fields(of) {
            let path = format!("{before}.{}", field.name);
            if field.ty == *wanted {
                found.push(path.clone());
            }
            if let Ty::Ptr(to) = &field.ty
                && field.embedded
                && self.may_risk(Risk::Nil)
                && depth > 0
            {
                found.extend(self.field_paths(to, wanted, before, depth - 1));
            }
            if field.ty.is_struct() && depth > 0 {
                // What an embedded field promotes is named both ways.
                let inner = if field.embedded { before } else { &path };
                found.extend(self.field_paths(&field.ty, wanted, inner, depth - 1));
            }
        }
        found
    }

    /// An index of what `name` holds, mostly one in its range.
    pub(super) fn index(&mut self, name: &str, depth: usize) -> Node {
        let int = Ty::Int(INT);
        if depth == 0 {
            let index = self.hidden(&int);
            return value!(&int, "ix($, len($))", index, name);
        }
        if self.rng.percent(9) && self.may_risk(Risk::Other) {
            self.risked = Some(Risk::Other);
            let of = Ty::Int(*self.rng.pick(&INTS));
            return self.value(&of, depth - 1);
        }
        let index = self.expr(&int, depth - 1);
        value!(&int, "ix($, len($))", index, name)
    }

    fn boolean(&mut self, ty: &Ty, depth: usize) -> Node {
        let compared = match self.rng.below(10) {
            0 => {
                let inner = self.value(&Ty::Bool, depth);
                value!(&Ty::Bool, "(!$)", inner)
            }
            1 | 2 => {
                let operator = *self.rng.pick(&["&&", "||"]);
                let (a, b) = (self.value(&Ty::Bool, depth), self.value(&Ty::Bool, depth));
                value!(&Ty::Bool, "($ $ $)", a, operator, b)
            }
            3 | 4 => {
                let stable = !self.may_risk(Risk::Other);
                let fits = |g: &Gen, ty: &Ty| g.comparable(ty).is_some_and(|panics| !(panics && stable));
                let of = self.pool_type_where(fits).unwrap_or(Ty::Bool);
                if self.comparable(&of) != Some(false) {
                    self.risked = Some(Risk::Other);
                }
                let operator = *self.rng.pick(&["==", "!="]);
                let (a, b) = (self.value(&of, depth), self.expr(&of, depth));
                value!(&Ty::Bool, "($ $ $)", a, operator, b)
            }
            5 => {
                let nilable = |_: &Gen, ty: &Ty| {
                    matches!(ty.basic(), Ty::Slice(_) | Ty::Map(..) | Ty::Ptr(_) | Ty::Func(..) | Ty::Any)
                };
                match self.pool_type_where(nilable) {
                    Some(of) => {
                        let a = self.value(&of, depth);
                        let operator = *self.rng.pick(&["==", "!="]);
                        value!(&Ty::Bool, "(($) $ nil)", a, operator)
                    }
                    None => value!(&Ty::Bool, "id(true)"),
                }
            }
            _ => {
                let of = self.pool_type_where(|_, ty| ty.is_ordered()).unwrap_or(Ty::Int(INT));
                let operator = *self.rng.pick(&["<", "<=", ">", ">=", "==", "!="]);
                let (a, b) = (self.value(&of, depth), self.expr(&of, depth));
                value!(&Ty::Bool, "($ $ $)", a, operator, b)
            }
        };
        if *ty == Ty::Bool { compared } else { value!(ty, "$($)", ty, compared) }
    }

    /// `int` is none for a type parameter.
    fn integral(&mut self, ty: &Ty, int: Option<Int>, depth: usize) -> Node {
        match self.rng.below(20) {
            0..=6 => {
                let operator = *self.rng.pick(&["+", "-", "*", "&", "|", "^", "&^"]);
                let (a, b) = (self.value(ty, depth), self.expr(ty, depth));
                value!(ty, "($ $ $)", a, operator, b)
            }
            7 | 8 => {
                let operator = *self.rng.pick(&["/", "%"]);
                let a = self.value(ty, depth);
                match int {
                    Some(int) if self.rng.percent(50) => {
                        let by = match self.integer(int) {
                            0 => 1,
                            by => by,
                        };
                        let by = value!(ty, "$($)", ty, by.to_string());
                        value!(ty, "($ $ $)", a, operator, by)
                    }
                    _ if self.rng.percent(80) || !self.risk(Risk::Other) => {
                        let b = self.value(ty, depth);
                        value!(ty, "($ $ ($ | 1))", a, operator, b)
                    }
                    _ => {
                        let b = self.value(ty, depth);
                        value!(ty, "($ $ $)", a, operator, b)
                    }
                }
            }
            9..=11 => {
                let operator = *self.rng.pick(&["<<", ">>"]);
                let a = self.value(ty, depth);
                let by = self.shift_count(depth);
                value!(ty, "($ $ $)", a, operator, by)
            }
            12 => {
                let operator = *self.rng.pick(&["-", "^"]);
                let a = self.value(ty, depth);
                value!(ty, "($$)", operator, a)
            }
            13 | 14 => {
                let from = Ty::Int(*self.rng.pick(&INTS));
                let a = self.value(&from, depth);
                value!(ty, "$($)", ty, a)
            }
            15 => {
                let from = if self.rng.percent(50) { Ty::F64 } else { Ty::F32 };
                let a = self.value(&from, depth);
                if int.is_some() && self.rng.percent(15) {
                    value!(ty, "$($)", ty, a)
                } else {
                    value!(ty, "$(small(float64($)))", ty, a)
                }
            }
            16 => {
                let of = self.pool_type_where(|_, ty| {
                    matches!(ty.basic(), Ty::Slice(_) | Ty::Map(..) | Ty::Array(..) | Ty::Str | Ty::Chan(_))
                });
                let of = of.filter(|_| !self.stable).unwrap_or(Ty::Str);
                // The length of an array without calls or receives is a constant.
                let length = match of.basic() {
                    Ty::Array(..) => {
                        let a = self.path(&of, 0).unwrap_or_else(|| Node::value(&of, &of.zero(), vec![]));
                        value!(&Ty::Int(INT), "id(len($))", a)
                    }
                    _ => {
                        let a = self.value(&of, depth);
                        value!(&Ty::Int(INT), "len($)", a)
                    }
                };
                if *ty == Ty::Int(INT) { length } else { value!(ty, "$($)", ty, length) }
            }
            17 if ty.basic() == &Ty::Int(UINT8) && self.risk(Risk::Other) => {
                let string = self.value(&Ty::Str, depth);
                let at = self.index("\"abc\"", depth);
                value!(ty, "$($[$])", ty, string, at)
            }
            18 => {
                let (function, from) = *self.rng.pick(&BIT_FUNCTIONS);
                let from = Ty::Int(from);
                let a = self.value(&from, depth);
                value!(ty, "$($($))", ty, function, a)
            }
            _ => {
                let function = *self.rng.pick(&["min", "max"]);
                let (a, b) = (self.value(ty, depth), self.expr(ty, depth));
                value!(ty, "$($, $)", function, a, b)
            }
        }
    }

    /// A count for a shift: of any size, seldom below zero.
    fn shift_count(&mut self, depth: usize) -> Node {
        let of = Ty::Int(*self.rng.pick(&INTS));
        let Ty::Int(int) = of else { unreachable!("made so above") };
        if self.rng.percent(45) {
            let by = self.rng.below(70);
            return value!(&of, "$($)", &of, by);
        }
        let by = self.value(&of, depth);
        let masked = int.signed && (self.rng.percent(85) || !self.risk(Risk::Other));
        if masked { value!(&of, "($ & 63)", by) } else { by }
    }

    fn floating(&mut self, ty: &Ty, depth: usize) -> Node {
        match self.rng.below(14) {
            12 => {
                let function = *self.rng.pick(&["sqrt", "floor", "trunc", "abs", "even"]);
                let a = self.value(&Ty::F64, depth);
                value!(ty, "$($($))", ty, function, a)
            }
            13 => {
                let (a, b, c) = (self.value(&Ty::F64, depth), self.value(&Ty::F64, depth), self.value(&Ty::F64, depth));
                value!(ty, "$(fma($, $, $))", ty, a, b, c)
            }
            0..=5 => {
                let operator = *self.rng.pick(&["+", "-", "*", "/"]);
                let (a, b) = (self.value(ty, depth), self.expr(ty, depth));
                value!(ty, "($ $ $)", a, operator, b)
            }
            6 => {
                let a = self.value(ty, depth);
                value!(ty, "(-$)", a)
            }
            7 => {
                let from = Ty::Int(*self.rng.pick(&INTS));
                let a = self.value(&from, depth);
                value!(ty, "$($)", ty, a)
            }
            8 => {
                let from = if self.rng.percent(50) { Ty::F64 } else { Ty::F32 };
                let a = self.value(&from, depth);
                value!(ty, "$($)", ty, a)
            }
            9 => {
                let part = *self.rng.pick(&["real", "imag"]);
                let a = self.value(&Ty::C128, depth);
                value!(ty, "$($($))", ty, part, a)
            }
            _ => {
                let function = *self.rng.pick(&["min", "max"]);
                let (a, b) = (self.value(ty, depth), self.expr(ty, depth));
                value!(ty, "$($, $)", function, a, b)
            }
        }
    }

    fn complex(&mut self, ty: &Ty, depth: usize) -> Node {
        if self.rng.percent(70) {
            let operator = *self.rng.pick(&["+", "-", "*", "/"]);
            let (a, b) = (self.value(ty, depth), self.expr(ty, depth));
            // A constant must not be divided by a constant zero, and is not here: `a` is none.
            return value!(ty, "($ $ $)", a, operator, b);
        }
        let (a, b) = (self.value(&Ty::F64, depth), self.expr(&Ty::F64, depth));
        value!(ty, "$(complex($, $))", ty, a, b)
    }

    fn string(&mut self, ty: &Ty, depth: usize) -> Node {
        match self.rng.below(10) {
            0..=3 => {
                let (a, b) = (self.value(ty, depth), self.expr(ty, depth));
                value!(ty, "$(clip(string($ + $)))", ty, a, b)
            }
            4 if self.risk(Risk::Other) => {
                if let Some(var) = self.some_variable(|var| *var.ty.basic() == Ty::Str) {
                    let name = var.name;
                    let (a, b) = (self.index(&name, depth), self.index(&name, depth));
                    return if self.rng.percent(70) {
                        value!(
                            ty,
                            "$($[min($, $):])",
                            ty,
                            &*name,
                            value!(&Ty::Int(INT), "int($)", a),
                            value!(&Ty::Int(INT), "int($)", b)
                        )
                    } else {
                        value!(ty, "$($[$:$])", ty, &*name, a, b)
                    };
                }
                self.hidden(ty)
            }
            5 => {
                let rune = self.value(&Ty::Int(INT32), depth);
                value!(ty, "$(rune($))", ty, rune)
            }
            6 => {
                let bytes = self.value(&Ty::slice(&Ty::Int(UINT8)), depth);
                value!(ty, "$(clips($))", ty, bytes)
            }
            7 => {
                let runes = self.value(&Ty::slice(&Ty::Int(INT32)), depth);
                value!(ty, "$(clips($))", ty, runes)
            }
            8 => {
                let function = *self.rng.pick(&["min", "max"]);
                let (a, b) = (self.value(ty, depth), self.expr(ty, depth));
                value!(ty, "$($, $)", function, a, b)
            }
            _ => self.hidden(ty),
        }
    }

    pub(super) fn some_variable(&mut self, fits: impl Fn(&Var) -> bool) -> Option<Var> {
        let fitting: Vec<Var> =
            self.scope.iter().rev().take(40).filter(|var| self.readable(var) && fits(var)).cloned().collect();
        if fitting.is_empty() { None } else { Some(self.rng.pick(&fitting).clone()) }
    }

    fn slice(&mut self, ty: &Ty, of: &Ty, depth: usize) -> Node {
        match self.rng.below(10) {
            0 if self.rng.percent(40) => value!(ty, "$(nil)", format!("({ty})")),
            0 | 1 => {
                let count = self.rng.between(1, 6);
                value!(ty, "make($, $)", ty, count)
            }
            // What has no room beyond its length is copied by `append`, so that what shares an array is known.
            2 | 3 if !self.stable => {
                let (a, b) = (self.value(ty, depth), self.expr(of, depth));
                value!(ty, "append(clips($), $)", a, b)
            }
            4 if !self.stable => {
                let (a, b) = (self.value(ty, depth), self.value(ty, depth));
                value!(ty, "append(clips($), clips($)...)", a, b)
            }
            5 | 6 if self.risk(Risk::Other) => {
                if let Some(var) = self.some_variable(|var| var.ty == *ty) {
                    let name = var.name;
                    let (a, b) = (self.index(&name, depth), self.index(&name, depth));
                    return match self.rng.below(3) {
                        0 => value!(ty, "clips($[$:])", name, a),
                        1 => value!(ty, "clips($[:$])", name, a),
                        _ => value!(ty, "$[$:$:$]", &*name, a, b, format!("len({name})")),
                    };
                }
                value!(ty, "$(nil)", format!("({ty})"))
            }
            7 if *of == Ty::Int(UINT8) || *of == Ty::Int(INT32) => {
                let string = self.value(&Ty::Str, depth);
                value!(ty, "clips($($))", ty, string)
            }
            _ => {
                let count = if self.rng.percent(8) { 0 } else { self.rng.between(1, 4) };
                let mut parts = vec![Part::from(format!("{ty}{{"))];
                if count > 0 && self.rng.percent(10) {
                    parts.push(format!("{}: ", self.rng.below(6)).into());
                }
                self.elements(of, count, depth, &mut parts);
                self.finish(ty, parts)
            }
        }
    }

    fn map(&mut self, ty: &Ty, key: &Ty, element: &Ty, depth: usize) -> Node {
        if self.rng.percent(5) {
            return value!(ty, "$(nil)", format!("({ty})"));
        }
        if self.rng.percent(15) {
            return value!(ty, "make($)", ty);
        }
        let mut parts = vec![Part::from(format!("{ty}{{"))];
        // Which of two entries with the same key counts is left open where both are constant; scalar keys are not.
        let count = self.rng.below(if key.is_scalar() { 5 } else { 2 });
        for _ in 0..count {
            let key = if key.is_scalar() { self.hidden(key) } else { self.value(key, 0) };
            parts.push(key.into());
            parts.push(": ".into());
            self.elements(element, 1, depth, &mut parts);
        }
        self.finish(ty, parts)
    }

    fn pointer(&mut self, ty: &Ty, to: &Ty, depth: usize) -> Node {
        match self.rng.below(10) {
            0 => value!(ty, "($)(nil)", ty),
            1 => value!(ty, "new($)", to),
            2..=4 => {
                let isolated = self.isolated;
                let shared: Vec<Var> = self
                    .scope
                    .iter()
                    .filter(|var| var.shared && var.assignable && var.ty == *to && !(isolated && var.global))
                    .cloned()
                    .collect();
                if shared.is_empty() {
                    return value!(ty, "new($)", to);
                }
                let name = self.rng.pick(&shared).name.clone();
                value!(ty, "(&$)", name)
            }
            6 if matches!(to, Ty::Array(..)) && self.risk(Risk::Other) => {
                let Ty::Array(_, of) = to else { unreachable!("matched so") };
                let slice = self.value(&Ty::slice(of), depth.saturating_sub(1));
                value!(ty, "($)($)", ty, slice)
            }
            5 if !to.is_interface() => {
                let held = self.value(to, depth);
                value!(ty, "new($)", held)
            }
            _ if to.is_struct() && depth > 0 => {
                let held = self.structure(to, depth);
                value!(ty, "(&$)", held)
            }
            _ => value!(ty, "new($)", to),
        }
    }

    fn structure(&mut self, ty: &Ty, depth: usize) -> Node {
        let fields = self.fields(ty).to_vec();
        let mut parts = vec![Part::from(format!("{ty}{{"))];
        for field in fields {
            if self.rng.percent(75) && (depth > 0 || field.ty.is_scalar()) {
                parts.push(format!("{}: ", field.name).into());
                self.elements(&field.ty, 1, depth.saturating_sub(1), &mut parts);
            }
        }
        self.finish(ty, parts)
    }

    /// A value of an interface type: of a type that has its methods, or nil.
    fn implementer(&mut self, ty: &Ty, id: usize, depth: usize) -> Node {
        let wanted = self.named[id].methods.clone();
        let mut found = Vec::new();
        for named in &self.named {
            if named.ty.is_interface() || !named.complete {
                continue;
            }
            let methods = self.methods(&named.ty);
            let of = |want: &Callable| methods.iter().find(|method| method.name == want.name);
            if wanted.iter().all(|want| of(want).is_some()) {
                found.push(Ty::ptr(&named.ty));
                if wanted.iter().all(|want| of(want).is_some_and(|method| !method.by_pointer)) {
                    found.push(named.ty.clone());
                }
            }
        }
        if found.is_empty() || self.rng.percent(6) {
            return value!(ty, "$(nil)", ty);
        }
        let of = self.rng.pick(&found).clone();
        let held = self.value(&of, depth);
        value!(ty, "$($)", ty, held)
    }

    /// A function value: a literal, a declared function, a method of a variable.
    fn function(&mut self, ty: &Ty, parameters: &[Ty], result: Option<&Ty>) -> Node {
        let fits = |function: &Callable, isolated: bool| {
            !function.generic
                && function.cost <= CALL_COST
                && function.parameters == parameters
                && function.results.iter().eq(result)
                && (function.isolated || !isolated)
        };
        let mut found: Vec<String> = self
            .functions
            .iter()
            .filter(|function| fits(function, self.isolated))
            .map(|function| function.name.clone())
            .collect();
        for var in self.scope.iter().filter(|var| self.readable(var)) {
            for method in self.methods(&var.ty) {
                if fits(&method, self.isolated) && !method.risky && (!method.by_pointer || var.shared && var.assignable)
                {
                    found.push(format!("{}.{}", var.name, method.name));
                }
            }
        }
        for named in self.named.iter().filter(|named| !named.ty.is_interface()) {
            for method in &named.methods {
                let receiver = if method.by_pointer { Ty::ptr(&named.ty) } else { named.ty.clone() };
                if parameters.first() == Some(&receiver) {
                    let bound = Callable {
                        parameters: [&[receiver.clone()], method.parameters.as_slice()].concat(),
                        ..method.clone()
                    };
                    if fits(&bound, self.isolated) {
                        found.push(format!("({receiver}).{}", method.name));
                    }
                }
            }
        }
        if !found.is_empty() && self.rng.percent(60) {
            let name = self.rng.pick(&found).clone();
            return value!(ty, "$", name);
        }
        if self.nest > 5 {
            return value!(ty, "($)(nil)", ty);
        }
        self.function_literal(parameters, result, CALL_COST).0
    }
}
