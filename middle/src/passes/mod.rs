//! Passes over MIR and the orders they run in.
//!
//! A *function pass* sees one function and, read-only, the rest of the module; functions run in parallel. A *module
//! pass* sees everything. [`PASSES`] names them all; [`PACKAGE`] and [`PROGRAM`] are the orders, each entry with its
//! reason. In debug builds the module is verified after every pass.
//!
//! | group | passes |
//! |---|---|
//! | cleaning | [`fold`], [`simplify_cfg`], [`dead`], [`checks`], [`known_calls`] |
//! | whole program | [`reach`], [`devirtualize`], [`inline`], [`escape`], [`shapes`] |
//!
//! [`call_graph`] gives components of the call graph, callees first.

pub mod call_graph;
pub mod checks;
pub mod dead;
pub mod devirtualize;
pub mod escape;
pub mod fold;
pub mod inline;
pub mod known_calls;
pub mod profile;
mod program;
pub mod reach;
pub mod shapes;
pub mod simplify_cfg;
pub mod small_slices;

use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::mir::verify::verify_optimised;
use crate::mir::*;
use escape::Summaries;
use profile::{Decision, What};
pub use program::{ProgramError, ROOTS, Unit, package, program, share};

/// What a function pass may look at: the module, in which functions have their signature but no body.
pub struct FuncContext<'a> {
    pub module: &'a Module,
}

/// A pass.
pub struct Pass {
    pub name: &'static str,
    /// One line for `--help`.
    pub what: &'static str,
    pub run: Run,
}

/// How a pass is called; the result says whether anything changed.
pub enum Run {
    Func(fn(&mut Func, &FuncContext) -> bool),
    Module(fn(&mut Module, &mut State) -> bool),
}

/// Every pass.
pub const PASSES: &[Pass] = &[
    Pass { name: "fold", what: "constant folding", run: Run::Func(fold::run) },
    Pass { name: "simplify-cfg", what: "branches, jumps and block parameters", run: Run::Func(simplify_cfg::run) },
    Pass { name: "dead", what: "dead code", run: Run::Func(dead::run) },
    Pass { name: "checks", what: "checks that cannot fail", run: Run::Func(checks::run) },
    Pass { name: "known-calls", what: "calls through known values", run: Run::Func(known_calls::run) },
    Pass { name: "reach", what: "drops what the program cannot reach", run: Run::Module(run_reach) },
    Pass {
        name: "devirtualize",
        what: "direct calls of what a profile saw called",
        run: Run::Module(run_devirtualize),
    },
    Pass { name: "inline", what: "inlines small functions", run: Run::Module(run_inline) },
    Pass { name: "small-slices", what: "slices of constant size are plain allocations", run: Run::Module(run_slices) },
    Pass { name: "escape", what: "moves objects from the heap to the stack", run: Run::Module(run_escape) },
    Pass { name: "shapes", what: "one body for instances of one shape", run: Run::Module(run_shapes) },
];

/// One package at a time, quickly.
pub const PACKAGE: &[&str] = &[
    "known-calls",  // direct calls have summaries
    "small-slices", // more to decide about
    "escape",       // the one that pays without LLVM's help
    "simplify-cfg", // less to translate
    "dead",
];

/// A whole program.
pub const PROGRAM: &[&str] = &[
    "reach", // nothing below is spent on what is dropped
    "fold",
    "checks",
    "known-calls", // sees constant itabs and closures
    "simplify-cfg",
    "dead",         // sizes are counted without dead code
    "devirtualize", // what is called by name can be inlined
    "inline",       // bottom-up
    "fold",         // arguments have become constants
    "known-calls",  // and closures known
    "simplify-cfg", // their branches are decided
    "checks",
    "dead",
    "inline", // closures that the first round uncovered
    "fold",
    "simplify-cfg",
    "dead",
    "reach",        // functions inlined everywhere
    "small-slices", // sizes have become constant
    "escape",       // after inlining: fewer calls to look through
    "dead",
    "shapes", // what inlining made different stays so
    "reach",  // instances that are called directly only
];

/// What passes are told and what they report.
#[derive(Default)]
pub struct State {
    /// Symbols that `reach` starts from.
    pub roots: Vec<String>,
    /// What is known of functions outside the module.
    pub external: Summaries,
    pub limits: inline::Limits,
    /// What a profile knows of this program.
    pub heat: Option<profile::Heat>,
    /// What was done because of it.
    pub decisions: Vec<profile::Decision>,
    /// Of the last run of `escape`: what other modules may know of this one's functions, and each allocation's fate.
    pub escape: escape::Outcome,
    /// Everything that was inlined. Symbols are those of the module at that time.
    pub inlined: Vec<inline::Inlined>,
    pub dropped: reach::Dropped,
    pub sharing: shapes::Policy,
    pub shared: shapes::Shared,
    /// `reach` found that the program gets at methods by reflection.
    pub reflection: bool,
}

/// One pass's time.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub pass: &'static str,
    pub time: Duration,
}

/// A pass left a module that breaks MIR's rules: a bug of ours.
#[derive(Debug, thiserror::Error)]
#[error("internal error: after pass {pass}: {errors}\n{dump}")]
pub struct BrokenModule {
    pub pass: &'static str,
    pub errors: String,
    /// The functions concerned, as the pass left them.
    pub dump: String,
}

fn run_reach(module: &mut Module, state: &mut State) -> bool {
    let roots: Vec<&str> = state.roots.iter().map(String::as_str).collect();
    let dropped = reach::run(module, &roots, &mut state.reflection);
    state.dropped.functions += dropped.functions;
    state.dropped.data += dropped.data;
    state.dropped.methods += dropped.methods;
    dropped != reach::Dropped::default()
}

fn run_inline(module: &mut Module, state: &mut State) -> bool {
    let done = inline::run(module, &state.limits, state.heat.as_ref());
    let changed = !done.is_empty();
    let hot = done.iter().filter_map(|i| Some((i, i.hot?)));
    state.decisions.extend(hot.map(|(i, weight)| Decision::new(module, What::Inlined, i.pos, i.callee, weight)));
    state.inlined.extend(done);
    changed
}

fn run_devirtualize(module: &mut Module, state: &mut State) -> bool {
    let Some(heat) = &state.heat else { return false };
    let guards = devirtualize::run(module, heat);
    let changed = !guards.is_empty();
    state.decisions.extend(guards);
    changed
}

fn run_slices(module: &mut Module, _: &mut State) -> bool {
    small_slices::run(module)
}

fn run_escape(module: &mut Module, state: &mut State) -> bool {
    state.escape = escape::run(module, &state.external);
    state.escape.decisions.iter().any(|d| d.on_stack)
}

fn run_shapes(module: &mut Module, state: &mut State) -> bool {
    state.shared = shapes::run(module, &state.sharing, &|_| true);
    state.shared != shapes::Shared::default()
}

/// The pass of that name.
pub fn find(name: &str) -> Option<&'static Pass> {
    PASSES.iter().find(|p| p.name == name)
}

/// Runs the passes in order. `verify_each` checks after every one (always in debug builds).
pub fn run(
    module: &mut Module,
    order: &[&str],
    state: &mut State,
    verify_each: bool,
) -> Result<Vec<Timing>, BrokenModule> {
    let mut timings = Vec::new();
    for pass in order.iter().filter_map(|name| find(name)) {
        let start = Instant::now();
        match pass.run {
            Run::Func(f) => {
                for_each_func(module, f);
            }
            Run::Module(f) => {
                f(module, state);
            }
        }
        timings.push(Timing { pass: pass.name, time: start.elapsed() });
        if verify_each || cfg!(debug_assertions) {
            check(module, pass.name)?;
        }
    }
    Ok(timings)
}

/// Runs a function pass over all functions, in parallel; the outcome does not depend on the order.
fn for_each_func(module: &mut Module, f: fn(&mut Func, &FuncContext) -> bool) -> bool {
    let mut funcs: Vec<(usize, Func)> = Vec::new();
    for (i, data) in module.symbols.values_mut().enumerate() {
        if let Def::Func(func) = &mut data.def {
            let shell = Func { sig: func.sig.clone(), pragmas: func.pragmas, ..Func::default() };
            funcs.push((i, std::mem::replace(func, shell)));
        }
    }
    let context = FuncContext { module };
    let changed = funcs.par_iter_mut().map(|(_, func)| f(func, &context)).reduce(|| false, |a, b| a | b);
    for (i, func) in funcs {
        module.symbols[i].def = Def::Func(func);
    }
    changed
}

fn check(module: &Module, pass: &'static str) -> Result<(), BrokenModule> {
    let Err(errors) = verify_optimised(module) else { return Ok(()) };
    let mut dump = String::new();
    let mut seen = Vec::new();
    for e in errors.iter().take(20) {
        if let Some(i) = module.symbols.get_index_of(&e.func)
            && !seen.contains(&i)
        {
            seen.push(i);
            dump.push_str(&module.func_text(Symbol(i as u32)));
        }
    }
    let errors: Vec<String> = errors.iter().take(20).map(ToString::to_string).collect();
    Err(BrokenModule { pass, errors: errors.join("\n"), dump })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_name_passes() {
        for name in PACKAGE.iter().chain(PROGRAM) {
            assert!(find(name).is_some(), "{name}");
        }
    }
}
