//! The generator: a program from a seed.
//!
//! Three rules make its results the same under every right compiler:
//!
//! - **It ends.** Functions call only those made before them, loops have bounds, and what a piece of code costs is
//!   counted when it is made ([`Gen::cost`]) against a budget. Function values cost no more than [`CALL_COST`].
//! - **Order of evaluation does not matter.** An expression without calls has no effects, and one way to panic at most
//!   ([`Risk`]). Beside a call stand only *stable* operands ([`Gen::stable`]): constants and variables that no call can
//!   change, by operations that cannot panic. A variable is *shared* when closures may assign to it or its address is taken; others are stable.
//! - **Goroutines do not race.** The one that starts another waits for it, or the new one calls an *isolated*
//!   function, which knows no global variables, gets plain values only and prints nothing.

mod calls;
mod declare;
mod express;
mod literal;
mod shows;
mod statement;
mod templates;

use crate::diff::rng::Rng;
use crate::diff::tree::Node;
use crate::diff::types::{INT, Ty};

/// The most that a call of a function value may cost.
const CALL_COST: u64 = 120;
/// The most that one function of a program may cost, and the program's main part.
const FUNCTION_BUDGET: u64 = 500;
const MAIN_BUDGET: u64 = 4000;

/// A generated program: its declarations, of which `NAME_main` is the entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// The prefix of its names.
    pub name: String,
    pub declarations: Vec<Node>,
}

impl Program {
    pub fn generate(seed: u64) -> Program {
        Gen::new(seed).program()
    }

    pub fn text(&self) -> String {
        let mut out = String::from("package main\n\n");
        for node in &self.declarations {
            node.render(&mut out);
            out.push_str("\n\n");
        }
        out
    }
}

#[derive(Clone)]
struct Var {
    name: String,
    ty: Ty,
    /// May be assigned to by closures or through its address.
    shared: bool,
    assignable: bool,
    /// How many function literals it is declared within.
    level: usize,
    global: bool,
    /// What a call costs when it is a function whose body is known.
    cost: Option<u64>,
}

#[derive(Clone)]
struct Callable {
    name: String,
    parameters: Vec<Ty>,
    results: Vec<Ty>,
    /// Whether `T` is a type parameter of it.
    generic: bool,
    isolated: bool,
    cost: u64,
    /// Of methods: whether the receiver is a pointer.
    by_pointer: bool,
    /// Of methods: whether they come by an embedded pointer, which may be nil.
    risky: bool,
}

/// A declared type.
#[derive(Clone)]
struct Named {
    ty: Ty,
    fields: Vec<Field>,
    methods: Vec<Callable>,
    /// Whether its methods are all made: until then it may come to have one that it seems to get from a field.
    complete: bool,
}

#[derive(Clone)]
struct Field {
    name: String,
    ty: Ty,
    embedded: bool,
}

/// A statement that `break` or `continue` can name.
struct Label {
    name: String,
    is_loop: bool,
    used: bool,
}

/// A way to panic. Which of two comes first the order of evaluation decides, so that a statement has one at most; several
/// that read alike may be.
#[derive(Clone, Copy, PartialEq)]
enum Risk {
    Nil,
    Other,
}

struct Gen {
    rng: Rng,
    name: String,
    named: Vec<Named>,
    /// The types that variables and parameters have.
    pool: Vec<Ty>,
    functions: Vec<Callable>,
    scope: Vec<Var>,
    labels: Vec<Label>,
    /// The results of the function at hand.
    results: Vec<Ty>,
    level: usize,
    nest: usize,
    /// Whether only stable operands may be made.
    stable: bool,
    isolated: bool,
    /// How the statement at hand may panic already.
    risked: Option<Risk>,
    /// Whether a method is being made: one that called an interface's methods might call itself.
    in_method: bool,
    /// How often the statement at hand runs.
    times: u64,
    cost: u64,
    budget: u64,
    /// How many more statements the function at hand may have that hold others.
    room: usize,
    /// Functions that print, by the types of what they print.
    printers: Vec<(Ty, String)>,
    printer_declarations: Vec<Node>,
    next: usize,
}

impl Gen {
    fn new(seed: u64) -> Gen {
        Gen {
            rng: Rng::new(seed),
            name: format!("p{seed}"),
            named: Vec::new(),
            pool: Vec::new(),
            functions: Vec::new(),
            scope: Vec::new(),
            labels: Vec::new(),
            results: Vec::new(),
            level: 0,
            nest: 0,
            stable: false,
            isolated: false,
            risked: None,
            in_method: false,
            times: 1,
            cost: 0,
            budget: 0,
            room: 0,
            printers: Vec::new(),
            printer_declarations: Vec::new(),
            next: 0,
        }
    }

    /// A name that is new in the program.
    fn fresh(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}{}", self.next)
    }

    /// A name that is new in the package.
    fn fresh_global(&mut self, kind: &str) -> String {
        let name = self.fresh(kind);
        format!("{}_{name}", self.name)
    }

    /// What tells a line of output from others of the program.
    fn tag(&mut self) -> String {
        self.next += 1;
        format!("\"{}\"", self.next)
    }

    fn pool_type(&mut self) -> Ty {
        self.rng.pick(&self.pool).clone()
    }

    /// A type that others may be made of: a function within them might come to call itself.
    fn element_type(&mut self) -> Ty {
        self.pool_type_where(|_, ty| !matches!(ty, Ty::Func(..))).unwrap_or(Ty::Int(INT))
    }

    fn pool_type_where(&mut self, fits: impl Fn(&Gen, &Ty) -> bool) -> Option<Ty> {
        let fitting: Vec<Ty> = self.pool.iter().filter(|ty| fits(self, ty)).cloned().collect();
        if fitting.is_empty() { None } else { Some(self.rng.pick(&fitting).clone()) }
    }

    fn declare(&mut self, name: &str, ty: &Ty, shared: bool, assignable: bool) {
        let var =
            Var { name: name.into(), ty: ty.clone(), shared, assignable, level: self.level, global: false, cost: None };
        self.scope.push(var);
    }

    /// Whether a variable may be read in the expression at hand.
    fn readable(&self, var: &Var) -> bool {
        !(self.stable && var.shared || self.isolated && var.global)
    }

    /// Whether a variable may be assigned to in the statement at hand.
    fn writable(&self, var: &Var) -> bool {
        var.assignable && (var.shared || var.level == self.level) && !(self.isolated && var.global)
    }

    fn may_risk(&self, risk: Risk) -> bool {
        !self.stable && (self.risked.is_none() || risk == Risk::Nil && self.risked == Some(risk))
    }

    /// Whether the statement at hand may panic so; then it does.
    fn risk(&mut self, risk: Risk) -> bool {
        let may = self.may_risk(risk);
        if may {
            self.risked = Some(risk);
        }
        may
    }

    fn affordable(&self, cost: u64) -> bool {
        self.cost + cost * self.times <= self.budget
    }

    fn fields(&self, ty: &Ty) -> &[Field] {
        match ty {
            Ty::Named { id, .. } => &self.named[*id].fields,
            _ => &[],
        }
    }

    /// Whether values of the type can be compared, and whether that may panic.
    fn comparable(&self, ty: &Ty) -> Option<bool> {
        match ty.basic() {
            Ty::Slice(_) | Ty::Map(..) | Ty::Func(..) => None,
            Ty::Array(_, of) => self.comparable(of),
            Ty::Named { .. } if ty.is_struct() => {
                let mut panics = false;
                for field in self.fields(ty) {
                    panics |= self.comparable(&field.ty)?;
                }
                Some(panics)
            }
            other => Some(other.is_interface()),
        }
    }

    /// Whether a type's values share nothing with others.
    fn is_plain(&self, ty: &Ty) -> bool {
        match ty.basic() {
            Ty::Array(_, of) => self.is_plain(of),
            Ty::Named { .. } if ty.is_struct() => self.fields(ty).iter().all(|field| self.is_plain(&field.ty)),
            other => other.is_scalar(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_program() {
        assert_eq!(Program::generate(5), Program::generate(5));
        assert_ne!(Program::generate(5).text(), Program::generate(6).text());
    }

    #[test]
    fn programs_have_some_size() {
        let lines: usize = (1..=50).map(|seed| Program::generate(seed).text().lines().count()).sum();
        assert!((50 * 60..50 * 2000).contains(&lines), "{lines}");
    }
}
