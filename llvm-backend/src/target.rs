//! The target machine of a compilation.

use std::sync::Once;

use inkwell::OptimizationLevel;
use inkwell::targets::{CodeModel, InitializationConfig, RelocMode, Target, TargetMachine, TargetTriple};

use crate::{Arch, Error, Level, Options};

/// The triple of the architecture.
pub fn triple(arch: Arch) -> &'static str {
    match arch {
        Arch::Amd64 => "x86_64-unknown-linux-gnu",
    }
}

pub fn machine(options: &Options) -> Result<TargetMachine, Error> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| match options.arch {
        Arch::Amd64 => Target::initialize_x86(&InitializationConfig::default()),
    });
    let triple = TargetTriple::create(triple(options.arch));
    let target = Target::from_triple(&triple).map_err(|e| Error::Llvm(e.to_string()))?;
    let cpu = match options.goamd64 {
        2 => "x86-64-v2",
        3 => "x86-64-v3",
        4 => "x86-64-v4",
        _ => "x86-64",
    };
    // Not `None`: its fast register allocator makes frames that are too large for the stack guard.
    let level = match options.level {
        Level::Quick => OptimizationLevel::Less,
        Level::O2 => OptimizationLevel::Default,
    };
    target
        .create_target_machine(&triple, cpu, "", level, RelocMode::Static, CodeModel::Small)
        .ok_or_else(|| Error::Llvm(format!("no target machine for {cpu}")))
}
