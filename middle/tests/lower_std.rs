//! Lowers the standard library, with the runtime's overlay in place, and verifies every module: hello's closure, or
//! the packages that `INGOT_LOWER` names (patterns for `go list`, with what they import).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use frontend::diagnostic::render_all;
use frontend::parse::with_parser_stack;
use frontend::span::SourceMap;
use frontend::types::{PackageId, Types};
use ingot_middle::lower::{Arch, PackageInput, Program, lower_package, lower_start};
use ingot_middle::mir::verify::verify;
use ingot_middle::mir::{Def, Module, Symbol, merge};

#[path = "support/load.rs"]
mod load;

use load::{Listed, Overlay};

#[test]
fn standard_library_lowers() {
    let Some(goroot) = load::goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let named = std::env::var("INGOT_LOWER").unwrap_or_default();
    let patterns: Vec<&str> =
        if named.is_empty() { vec!["fmt", "runtime"] } else { named.split_whitespace().collect() };
    let (packages, overlay) = load::list_with_overlay(&goroot, &patterns);
    with_parser_stack(|| lower_all(&packages, &overlay));
}

fn lower_all(packages: &[Listed], overlay: &Overlay) {
    let types = Types::new();
    let mut sources = SourceMap::new();
    let (done, mut failures) = load::check_all(&types, &mut sources, packages, overlay);
    let inputs = done.iter().map(|(files, checked)| PackageInput { files, checked, embeds: &[] }).collect();
    let prog = Program::new(&types, &sources, Arch::Amd64, inputs);
    let (mut funcs, mut insts) = (0, 0);
    let start = Instant::now();
    let mut defined: BTreeSet<String> = BTreeSet::new();
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut whole = Module::new();
    for (_, checked) in &done {
        match lower_package(&prog, checked.package) {
            Ok(module) => {
                for (name, s) in &module.symbols {
                    match &s.def {
                        Def::Func(f) => {
                            funcs += 1;
                            insts += f.insts.len();
                        }
                        Def::Data(_) => {}
                        Def::Extern(_) => {
                            let path = types.package(checked.package).path.to_string();
                            wanted.entry(name.clone()).or_insert(path);
                            continue;
                        }
                    }
                    defined.insert(name.clone());
                }
                if let Ok(name) = std::env::var("INGOT_DUMP")
                    && let Some(index) = module.symbols.get_index_of(&name)
                {
                    println!("{}", module.func_text(Symbol(index as u32)));
                }
                if let Ok(part) = std::env::var("INGOT_GREP") {
                    for (i, (_, s)) in module.symbols.iter().enumerate() {
                        if matches!(s.def, Def::Func(_)) && module.func_text(Symbol(i as u32)).contains(&part) {
                            println!("{}", module.func_text(Symbol(i as u32)));
                        }
                    }
                }
                if let Err(errors) = verify(&module) {
                    failures += &format!("# {}\n", types.package(checked.package).path);
                    for e in errors.iter().take(20) {
                        failures += &format!("{e}\n");
                    }
                }
                if let Err(e) = merge(&mut whole, module) {
                    failures += &format!("# {}\n{e}\n", types.package(checked.package).path);
                }
            }
            Err(diagnostics) => {
                failures += &format!("# {}\n", types.package(checked.package).path);
                failures += &render_all(&diagnostics, &sources, Some(20));
            }
        }
    }
    // Packages agree on the signatures of what they share.
    for e in verify(&whole).err().unwrap_or_default().iter().take(20) {
        failures += &format!("{e}\n");
    }
    let order: Vec<PackageId> = done.iter().map(|(_, c)| c.package).collect();
    let begin = lower_start(&prog, &order);

    assert!(verify(&begin).is_ok());
    defined.extend(begin.symbols.keys().cloned());
    for (name, first) in wanted {
        if !name.starts_with("rt_") && !defined.contains(&name) {
            println!("undefined: {name} (in {first})");
        }
    }
    println!(
        "{} packages, {funcs} functions, {insts} instructions in {:.2} s",
        packages.len(),
        start.elapsed().as_secs_f64()
    );
    assert!(failures.is_empty(), "{failures}");
}
