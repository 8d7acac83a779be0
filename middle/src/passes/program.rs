//! The two ways to run the passes: package by package, and over a whole program.

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;
use pgo::Weights;

use super::profile::Heat;
use super::shapes::{self, Policy};
use super::{BrokenModule, PACKAGE, PROGRAM, State, Timing};
use crate::mir::{Def, MergeError, Module, merge, split};

/// A unit of code generation: its name, unique in the program, and its module.
pub struct Unit {
    pub name: String,
    pub module: Module,
}

/// Why a program cannot be put together or optimised; each a bug of ours.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    #[error(transparent)]
    Merge(#[from] MergeError),
    #[error(transparent)]
    Broken(#[from] BrokenModule),
}

/// Symbols that code outside MIR names: the runtime calls them, or starts with them.
pub const ROOTS: &[&str] = &["runtime.main", "runtime.sigpanic", "runtime.gopanic"];

/// What the back end calls where a check fails.
const PANICS: &str = "runtime.panic";

/// Optimises one package (dev builds).
pub fn package(module: &mut Module, state: &mut State) -> Result<Vec<Timing>, BrokenModule> {
    super::run(module, PACKAGE, state, false)
}

/// Optimises a whole program and returns it in the same units; what no root reaches is gone, and units may be empty.
///
/// `state.roots` are further roots besides [`ROOTS`]: what assembly and the link name. What several units define alike
/// stays with the first. `weights` are those of a profile of the program.
pub fn program(
    units: Vec<Unit>,
    weights: Option<Weights>,
    state: &mut State,
) -> Result<(Vec<Unit>, Vec<Timing>), ProgramError> {
    let mut home: HashMap<String, u32> = HashMap::new();
    let mut names = Vec::new();
    let mut whole = Module::new();
    for (i, unit) in units.into_iter().enumerate() {
        for (name, data) in &unit.module.symbols {
            if !matches!(data.def, Def::Extern(_)) {
                home.entry(name.clone()).or_insert(i as u32);
            }
        }
        names.push(unit.name);
        merge(&mut whole, unit.module)?;
    }
    state.roots.extend(ROOTS.iter().map(|r| (*r).to_owned()));
    state.roots.extend(whole.symbols.keys().filter(|name| name.starts_with(PANICS)).cloned());
    state.heat = weights.map(|w| Heat::new(w, &whole));
    let timings = super::run(&mut whole, PROGRAM, state, false)?;
    let mut names: IndexSet<String> = names.into_iter().collect();
    let mut unit_of: Vec<u32> = Vec::with_capacity(whole.symbols.len());
    for (name, data) in &whole.symbols {
        let instance = name.strip_prefix(shapes::DICTIONARY).unwrap_or(name);
        unit_of.push(match home.get(instance) {
            Some(&unit) => unit,
            None if matches!(data.def, Def::Extern(_)) => 0,
            None => names.insert_full(shared_unit(name)).0 as u32,
        });
    }
    let modules = split(whole, &unit_of, names.len());
    let units = names.into_iter().zip(modules).map(|(name, module)| Unit { name, module }).collect();
    Ok((units, timings))
}

/// Moves the functions that several units may hold into units of their own, one for each package whose they are, after
/// the given ones, and shares bodies among them (dev builds). The given units do not depend on what is shared.
pub fn share(units: Vec<Unit>, state: &mut State) -> Result<Vec<Unit>, ProgramError> {
    let mut out: Vec<Unit> = Vec::new();
    let mut shared = Module::new();
    for Unit { name, module } in units {
        let unit_of: Vec<u32> =
            module.symbols.values().map(|d| u32::from(d.dedup && matches!(d.def, Def::Func(_)))).collect();
        let mut parts = split(module, &unit_of, 2).into_iter();
        if let (Some(own), Some(functions)) = (parts.next(), parts.next()) {
            out.push(Unit { name, module: own });
            merge(&mut shared, functions)?;
        }
    }
    let named: HashSet<&str> = out.iter().flat_map(|u| u.module.symbols.keys().map(String::as_str)).collect();
    state.shared = shapes::run(&mut shared, &Policy::ALWAYS, &|name| named.contains(name));
    let mut names: IndexSet<String> = IndexSet::new();
    let mut unit_of: Vec<u32> = Vec::with_capacity(shared.symbols.len());
    for (name, data) in &shared.symbols {
        let instance = name.strip_prefix(shapes::DICTIONARY).unwrap_or(name);
        unit_of.push(match data.def {
            Def::Extern(_) => 0,
            _ => names.insert_full(shared_unit(instance)).0 as u32,
        });
    }
    let modules = split(shared, &unit_of, names.len());
    out.extend(names.into_iter().zip(modules).map(|(name, module)| Unit { name, module }));
    Ok(out)
}

/// The unit for functions of no package: named after the package of a generic function or type, if it is of one.
fn shared_unit(symbol: &str) -> String {
    let head = symbol.split(['[', '(']).next().unwrap_or_default();
    let name = head.rfind('/').map_or(0, |slash| slash + 1);
    let package = head[name..].find('.').map_or("", |dot| &head[..name + dot]);
    format!("go:shared {package}")
}
