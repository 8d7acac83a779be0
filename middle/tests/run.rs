//! Interprets the MIR of whole programs and compares with gc: those of `testsuite/programs` that `INGOT_RUN` names (parts
//! of paths; `all` for all of them), a few without it.

use std::path::{Path, PathBuf};
use std::process::Command;

use frontend::diagnostic::render_all;
use frontend::parse::with_parser_stack;
use frontend::span::SourceMap;
use frontend::types::{PackageId, Types};
use ingot_middle::lower::{Arch, PackageInput, Program, lower_package, lower_start};
use ingot_middle::mir::Module;
use ingot_middle::passes::{State, Unit, program};

#[path = "support/interp.rs"]
mod interp;
#[path = "support/load.rs"]
mod load;

use interp::{Machine, Outcome};

/// What the interpreter cannot run: recursion deeper than its own stack; a collector; the Rust half's tables.
const SKIPPED: &[&str] = &["31_deepstack", "54_runtime", "62_collector", "63_allocation"];

const USUAL: &[&str] = &["13_closures", "17_defer", "22_rangefunc", "24_select"];

#[test]
fn programs_run_as_with_gc() {
    let Some(goroot) = load::goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let named = std::env::var("INGOT_RUN").unwrap_or_default();
    let wanted: Vec<&str> = if named.is_empty() { USUAL.to_vec() } else { named.split_whitespace().collect() };
    let mut programs = Vec::new();
    for folder in ["core", "std", "crash"] {
        let entries = std::fs::read_dir(load::repository().join("testsuite/programs").join(folder)).unwrap();
        programs.extend(entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "go")));
    }
    programs.sort();
    let mut failures = Vec::new();
    for program in programs {
        let name = program.display().to_string();
        if !wanted.iter().any(|w| *w == "all" || name.contains(w)) {
            continue;
        }
        if SKIPPED.iter().any(|s| name.contains(s)) {
            println!("{name}: skipped");
            continue;
        }
        let program = program.canonicalize().unwrap();
        let problem = compare(&goroot, &program);
        println!("{}: {}", program.file_name().unwrap().display(), problem.as_deref().unwrap_or("ok"));
        if problem.is_some() {
            failures.push(name);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn compare(goroot: &Path, program: &Path) -> Option<String> {
    let (plain, optimised) = match with_parser_stack(|| interpret(goroot, program)) {
        Ok(outcomes) => outcomes,
        Err(why) => return Some(why),
    };
    let theirs = with_gc(program);
    difference(&plain, &theirs).or_else(|| difference(&optimised, &theirs).map(|d| format!("optimised: {d}")))
}

/// How an outcome differs from gc's.
fn difference(ours: &Outcome, theirs: &Outcome) -> Option<String> {
    let first = |text: &[u8]| String::from_utf8_lossy(text).lines().next().unwrap_or_default().to_owned();
    if ours.stdout != theirs.stdout {
        let (a, b) = (String::from_utf8_lossy(&ours.stdout), String::from_utf8_lossy(&theirs.stdout));
        let at = a.lines().zip(b.lines()).position(|(x, y)| x != y).unwrap_or(a.lines().count().min(b.lines().count()));
        let line = |s: &str| s.lines().nth(at).unwrap_or("<end>").to_owned();
        let more = if ours.code == theirs.code { String::new() } else { String::from_utf8_lossy(&ours.stderr).into() };
        return Some(format!("line {}: `{}`, gc `{}` {more}", at + 1, line(&a), line(&b)));
    }
    if std::env::var_os("INGOT_SHOW").is_some() {
        println!("{}", String::from_utf8_lossy(&ours.stderr));
    }
    if ours.code != theirs.code || first(&ours.stderr) != first(&theirs.stderr) {
        return Some(format!(
            "exit {} `{}`, gc {} `{}`",
            ours.code,
            first(&ours.stderr),
            theirs.code,
            first(&theirs.stderr)
        ));
    }
    None
}

fn with_gc(program: &Path) -> Outcome {
    let binary: PathBuf = std::env::temp_dir().join(format!("ingot-gc-{}", std::process::id()));
    let built = Command::new("go").args(["build", "-o"]).arg(&binary).arg(program).status().unwrap();
    assert!(built.success());
    let out = Command::new(&binary).output().unwrap();
    let _ = std::fs::remove_file(&binary);
    Outcome { stdout: out.stdout, stderr: out.stderr, code: out.status.code().unwrap_or(-1) }
}

/// Runs a program as it was lowered, and after the passes of release builds.
fn interpret(goroot: &Path, path: &Path) -> Result<(Outcome, Outcome), String> {
    let (packages, overlay) = load::list_with_overlay(goroot, &[&path.display().to_string()]);
    let types = Types::new();
    let mut sources = SourceMap::new();
    let (done, failures) = load::check_all(&types, &mut sources, &packages, &overlay);
    if !failures.is_empty() {
        return Err(failures);
    }
    let inputs = done.iter().map(|(files, checked)| PackageInput { files, checked, embeds: &[] }).collect();
    let prog = Program::new(&types, &sources, Arch::Amd64, inputs);
    let order: Vec<PackageId> = done.iter().map(|(_, c)| c.package).collect();
    let mut modules: Vec<Module> = Vec::new();
    for &pkg in &order {
        modules.push(lower_package(&prog, pkg).map_err(|d| render_all(&d, &sources, Some(5)))?);
    }
    modules.push(lower_start(&prog, &order));
    let plain = Machine::new(&modules).run();
    let units = modules.into_iter().enumerate().map(|(i, module)| Unit { name: i.to_string(), module }).collect();
    // What the interpreter itself asks for by name.
    let roots = ["runtime.deferrun", "runtime.calledByDeferrun"].map(str::to_owned).to_vec();
    let mut state = State { roots, ..State::default() };
    let (units, _) = program(units, None, &mut state).map_err(|e| e.to_string())?;
    let modules: Vec<Module> = units.into_iter().map(|u| u.module).collect();
    Ok((plain, Machine::new(&modules).run()))
}
