//! Assembly of the program's packages: `go tool asm` assembles it, the back end makes ELF of what that writes.
//!
//! A package's `.s` files become one object. The thunks by which Go calls its functions are made once it is known which
//! of them the program declares, with what signature.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

use frontend::constant::Const;
use frontend::types::{TypeDecl, Types};
use llvm_backend::goobj::{AsmFunction, AsmObject, convert, thunks};
use llvm_backend::os_text;
use middle::lower::mangle::package_prefix;
use middle::mir::{Def, Module, Signature};
use rayon::prelude::*;

use crate::compile::{CodeUnit, Session};
use crate::front::{Front, Unit};
use crate::load::shown;

/// One package's assembly.
pub struct Assembly {
    package: String,
    object: AsmObject,
}

/// Assembles every package that has `.s` files, in package order.
///
/// # Errors
/// The assembler's own messages, or assembly that is not supported.
pub fn assemble(front: &Front, session: &Session<'_>) -> Result<Vec<Assembly>, String> {
    let with_assembly: Vec<(usize, &Unit)> =
        front.units.iter().enumerate().filter(|(_, u)| !u.package.s_files.is_empty()).collect();
    with_assembly.par_iter().map(|(i, unit)| package(*i, unit, &front.types, session)).collect()
}

/// Variables and functions of Go code that assembly uses, which no pass may drop.
pub fn roots(all: &[Assembly]) -> Vec<String> {
    all.iter().flat_map(|a| a.object.variables.iter().chain(&a.object.jumps)).cloned().collect()
}

/// Makes declarations of the Go variables that assembly defines.
pub fn take_variables(all: &[Assembly], units: &mut [CodeUnit]) {
    for name in all.iter().flat_map(|a| &a.object.defined) {
        for unit in &mut *units {
            if let Some(data) = unit.module.symbols.get_mut(name).filter(|data| matches!(data.def, Def::Data(_))) {
                data.def = Def::Extern(None);
            }
        }
    }
}

/// The finished objects, each package's with the thunks that the units need.
///
/// # Errors
/// Assembly that is not supported.
pub fn units(all: Vec<Assembly>, compiled: &[CodeUnit]) -> Result<Vec<CodeUnit>, String> {
    let mut signatures: HashMap<&str, &Signature> = HashMap::new();
    for unit in compiled {
        for (name, data) in &unit.module.symbols {
            match &data.def {
                Def::Extern(Some(sig)) => drop(signatures.entry(name).or_insert(sig)),
                Def::Func(f) => drop(signatures.insert(name, &f.sig)),
                Def::Extern(None) | Def::Data(_) => {}
            }
        }
    }
    let functions: BTreeSet<String> = all.iter().flat_map(|a| &a.object.functions).map(|f| f.name.clone()).collect();
    all.into_iter()
        .map(|a| {
            let mut jumps = Vec::new();
            for name in a.object.jumps.iter().filter(|name| !functions.contains(*name)) {
                let sig = signatures.get(name.as_str());
                let sig =
                    sig.ok_or_else(|| format!("{}: assembly jumps to {name}, which is not defined", a.package))?;
                jumps.push((name.as_str(), *sig));
            }
            let declared = a.object.functions.iter().filter_map(|f| Some((f, *signatures.get(f.name.as_str())?)));
            let declared: Vec<(&AsmFunction, &Signature)> = declared.collect();
            let mut ready = vec![a.object.elf];
            if !declared.is_empty() || !jumps.is_empty() {
                ready.push(thunks(&declared, &jumps).map_err(|e| format!("{}: {e}", a.package))?);
            }
            Ok(CodeUnit { name: format!("{}.s", a.package), module: Module::new(), ready })
        })
        .collect()
}

fn package(index: usize, unit: &Unit, types: &Types, session: &Session<'_>) -> Result<Assembly, String> {
    let package = &unit.package;
    let path = unit.checked.as_ref().map_or(package.import_path.as_str(), |c| package_prefix(types, c.package));
    let files: Vec<PathBuf> =
        package.s_files.iter().map(|f| session.overlay.resolve(&package.dir.join(f)).to_owned()).collect();
    let folder = session.work.join(format!("asm{index:05}"));
    let io = |path: &Path, e: std::io::Error| format!("{}: {}", path.display(), os_text(&e));
    std::fs::create_dir_all(&folder).map_err(|e| io(&folder, e))?;
    let header = folder.join("go_asm.h");
    std::fs::write(&header, constants(unit, types)).map_err(|e| io(&header, e))?;
    let output = folder.join("out.o");
    let toolchain = session.toolchain;
    let mut command = toolchain.go_command();
    command.args(["tool", "asm", "-p", path]).arg("-I").arg(&folder).arg("-I").arg(&package.dir);
    command.arg("-I").arg(toolchain.goroot.join("pkg/include"));
    command.args(["-D", "GOOS_linux", "-D", &format!("GOARCH_{}", toolchain.goarch)]);
    if toolchain.goarch == "amd64" {
        command.args(["-D", &format!("GOAMD64_{}", toolchain.goamd64)]);
    }
    command.arg("-o").arg(&output).args(&files).env("GOARCH", &toolchain.goarch).current_dir(&package.dir);
    if session.load.print_commands {
        errln!("{}", shown(&command));
    }
    run(&mut command, &package.import_path)?;
    let goobj = std::fs::read(&output).map_err(|e| io(&output, e))?;
    let object = convert(&goobj).map_err(|e| format!("{}: {e}", package.import_path))?;
    Ok(Assembly { package: package.import_path.clone(), object })
}

fn run(command: &mut Command, package: &str) -> Result<(), String> {
    let out = command.output().map_err(|e| format!("go tool asm: {}", os_text(&e)))?;
    if out.status.success() {
        return Ok(());
    }
    Err(format!("# {package}\n{}", String::from_utf8_lossy(&out.stderr).trim_end()))
}

/// `go_asm.h`: the package's constants as `const_name`, and of its struct types the size as `type__size` and the offset
/// of each field as `type_field`.
fn constants(unit: &Unit, types: &Types) -> String {
    let mut lines: BTreeSet<String> = BTreeSet::new();
    let mut define = |name: String, value: String| lines.insert(format!("#define {name} {value}\n"));
    let Some(checked) = &unit.checked else { return String::new() };
    for object in types.members(checked.package) {
        let object = types.object(object);
        let name = object.name.as_str();
        if object.name.is_blank() {
            continue;
        }
        match object.const_value() {
            Some(Const::Int(value)) if types.is_integer(object.ty()) => {
                define(format!("const_{name}"), value.to_string());
            }
            Some(Const::Bool(value)) => {
                define(format!("const_{name}"), value.to_string());
            }
            Some(Const::Str(value)) => {
                define(format!("const_{name}"), quoted(value));
            }
            _ => {}
        }
        let is_plain = |decl: &TypeDecl| !decl.alias && decl.type_params.get().is_none_or(|params| params.is_empty());
        let ty = object.ty();
        let Some(fields) = types.struct_fields(ty).filter(|_| object.type_decl().is_some_and(is_plain)) else {
            continue;
        };
        define(format!("{name}__size"), types.sizeof(ty).to_string());
        for (field, offset) in fields.iter().zip(types.offsetsof(ty)) {
            if !field.name.is_blank() {
                define(format!("{name}_{}", field.name), offset.to_string());
            }
        }
    }
    lines.into_iter().collect()
}

/// A string as the assembler reads it.
fn quoted(bytes: &[u8]) -> String {
    let escaped = |&byte: &u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("\"{}\"", bytes.iter().map(escaped).collect::<String>())
}
