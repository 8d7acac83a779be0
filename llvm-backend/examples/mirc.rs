//! Compiles MIR text: `mirc FILE.mir (llvm|opt|asm|OUT.o) [o2] [debug]`. To look at what the back end makes.

use ingot_llvm_backend::{Level, Options, Stage, compile, emit};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, what, flags @ ..] = args.as_slice() else {
        return Err("usage: mirc FILE.mir (llvm|opt|asm|OUT.o) [o2] [debug]".into());
    };
    let has = |flag: &str| flags.iter().any(|f| f == flag);
    let module = middle::mir::parse::parse(&std::fs::read_to_string(file)?)?;
    if let Err(errors) = middle::mir::verify::verify(&module) {
        return Err(errors.iter().map(|e| format!("{e}\n")).collect::<String>().into());
    }
    let level = if has("o2") { Level::O2 } else { Level::Quick };
    let options = Options { level, verify: true, debug: has("debug"), ..Options::default() };
    let stage = match what.as_str() {
        "llvm" => Stage::Llvm,
        "opt" => Stage::LlvmOpt,
        "asm" => Stage::Asm,
        out => return Ok(std::fs::write(out, compile(&module, file, &options)?)?),
    };
    print!("{}", emit(&module, file, &options, stage)?);
    Ok(())
}
