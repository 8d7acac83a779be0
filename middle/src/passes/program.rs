//! The two ways to run the passes: package by package, and over a whole program.

use std::collections::HashMap;

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
/// stays with the first.
pub fn program(units: Vec<Unit>, state: &mut State) -> Result<(Vec<Unit>, Vec<Timing>), ProgramError> {
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
    let timings = super::run(&mut whole, PROGRAM, state, false)?;
    let unit_of: Vec<u32> = whole.symbols.keys().map(|name| home.get(name).copied().unwrap_or(0)).collect();
    let modules = split(whole, &unit_of, names.len());
    let units = names.into_iter().zip(modules).map(|(name, module)| Unit { name, module }).collect();
    Ok((units, timings))
}
