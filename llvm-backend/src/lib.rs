//! Ingot's back end: MIR to objects through LLVM 22. The only crate that knows inkwell.
//!
//! ```text
//! emit/   MIR -> LLVM IR        one function per symbol, scalars only, collected pointers in address space 1
//! shim/   IR -> IR (C++)        optimisation, the late pass, statepoint rewriting, wrapping of large frames
//!         IR -> object (C++)    code generation with frame sizes recorded
//! object  object -> object      what may not be is rejected; the sections for the finalize step are attached
//! ```
//!
//! Invariants: every safepoint call has a statepoint id of its own ([`sections::UnitTables::site`]); no IR pass runs
//! after statepoint rewriting; a compilation has its own LLVM context, so threads compile in parallel; the same MIR
//! gives the same bytes.

mod elf;
mod emit;
pub mod finalize;
pub mod goobj;
pub mod link;
mod object;
mod os_error;
pub mod sections;
mod shim;
mod target;

use std::collections::HashMap;

use inkwell::context::Context;
use middle::mir;

pub use os_error::os_text;
use sections::UnitTables;

/// The processor architecture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arch {
    Amd64,
}

/// How much to optimise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Fast compilation: `sroa,simplifycfg`.
    Quick,
    /// LLVM's O2 less the passes that break stack maps.
    O2,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub arch: Arch,
    /// GOAMD64, 1 to 4.
    pub goamd64: u8,
    pub level: Level,
    /// Run LLVM's verifier after every step.
    pub verify: bool,
    /// Leave the code as it is emitted, and compare the stack maps with MIR's liveness.
    pub check_maps: bool,
    /// DWARF line tables.
    pub debug: bool,
    /// Leaves something out, for tests of the tests.
    pub fault: Option<Fault>,
}

/// What a faulty build leaves out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// A base/derived pair of the stack maps.
    Root,
    /// The write barrier of a store.
    Barrier,
    /// The clearing of a stack object's pointer word.
    Clear,
}

/// A fault put into a program on purpose, to prove that the stress modes notice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub kind: FaultKind,
    /// The function's symbol.
    pub function: String,
    /// Which of the function's, in the order of its code.
    pub index: u32,
}

impl std::str::FromStr for Fault {
    type Err = &'static str;

    /// `root:FUNC:N`, `barrier:FUNC:N` or `clear:FUNC:N`.
    fn from_str(text: &str) -> std::result::Result<Fault, Self::Err> {
        let parts = text.split_once(':').and_then(|(kind, rest)| Some((kind, rest.rsplit_once(':')?)));
        let (kind, (function, index)) = parts.ok_or("not of the form KIND:FUNC:N")?;
        let kind = match kind {
            "root" => FaultKind::Root,
            "barrier" => FaultKind::Barrier,
            "clear" => FaultKind::Clear,
            _ => return Err("the kinds are root, barrier and clear"),
        };
        Ok(Fault { kind, function: function.to_owned(), index: index.parse().map_err(|_| "not a number")? })
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            arch: Arch::Amd64,
            goamd64: 1,
            level: Level::Quick,
            verify: cfg!(debug_assertions),
            check_maps: false,
            debug: false,
            fault: None,
        }
    }
}

/// What [`emit()`] shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// IR as it is made from MIR.
    Llvm,
    /// IR ready for code generation: optimised, with statepoints.
    LlvmOpt,
    Asm,
}

/// A failure; all are bugs of the compiler (or limits of it), not mistakes of the user.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// MIR the emitter cannot express.
    #[error("emit: function {func}{}: {message}", .pos.as_deref().map(|p| format!(" at {p}")).unwrap_or_default())]
    Emit { func: String, pos: Option<String>, message: String },
    /// The shim's message names pass and function.
    #[error("{0}")]
    Llvm(String),
    /// Generated code that must not be.
    #[error("code generation: function {func}: {message}")]
    Code { func: String, message: String },
    #[error("object: {0}")]
    Object(String),
}

/// What an earlier attempt learnt about frames: see [`compile`].
#[derive(Default, Debug)]
pub(crate) struct Forced {
    /// Functions that need a wrapper testing for so many bytes.
    pub frames: HashMap<String, u64>,
    /// Functions without calls whose frame is too large to do without a prologue check.
    pub checks: Vec<String>,
}

/// Compiles a module to a relocatable object. `unit` names the module uniquely in the program.
///
/// Frame sizes are known after code generation only. When one turns out larger than assumed, the unit is compiled
/// again with the size given.
pub fn compile(module: &mir::Module, unit: &str, options: &Options) -> Result<Vec<u8>, Error> {
    const ATTEMPTS: usize = 4;
    let mut forced = Forced::default();
    for _ in 0..ATTEMPTS {
        let out = run(module, unit, options, &forced, Want::Object)?;
        let Output::Object { bytes, tables, frames, bodies, limits } = out else {
            return Err(Error::Object("no object was made".to_owned()));
        };
        if !frames_fit(&frames, &bodies, &limits, &mut forced)? {
            continue;
        }
        object::check(&bytes)?;
        return sections::attach(bytes, &tables).map_err(|e| Error::Object(e.to_string()));
    }
    Err(Error::Object(format!("unit {unit}: frame sizes do not settle: {forced:?}")))
}

/// The text of a stage.
pub fn emit(module: &mir::Module, unit: &str, options: &Options, stage: Stage) -> Result<String, Error> {
    match run(module, unit, options, &Forced::default(), Want::Text(stage))? {
        Output::Text(text) => Ok(text),
        Output::Object { .. } => Err(Error::Object("no text was made".to_owned())),
    }
}

#[derive(Clone, Copy)]
enum Want {
    Object,
    Text(Stage),
}

enum Output {
    Text(String),
    Object {
        bytes: Vec<u8>,
        tables: Box<UnitTables>,
        frames: HashMap<String, u64>,
        bodies: Vec<(String, String)>,
        limits: HashMap<String, u64>,
    },
}

fn run(module: &mir::Module, unit: &str, options: &Options, forced: &Forced, want: Want) -> Result<Output, Error> {
    shim::initialize();
    let machine = target::machine(options)?;
    let context = Context::create();
    let mut tables = UnitTables::new(unit);
    let emitted = emit::module(&context, module, unit, options, &machine, forced, &mut tables)?;
    let llvm = &emitted.module;
    if matches!(want, Want::Text(Stage::Llvm)) {
        return Ok(Output::Text(llvm.print_to_string().to_string()));
    }
    let mut host = shim::Host {
        tables: &mut tables,
        bodies: Vec::new(),
        frames: HashMap::new(),
        limits: HashMap::new(),
        relocated: HashMap::new(),
    };
    let pipeline = shim::Pipeline {
        optimize: match options.level {
            _ if options.check_maps => 0,
            Level::Quick => 1,
            Level::O2 => 2,
        },
        verify: options.verify.into(),
        late: 1,
        maps: options.check_maps.into(),
    };
    shim::optimize(llvm, &machine, &pipeline, &mut host)?;
    emit::maps::check(&emitted.wanted, &host.relocated)?;
    if matches!(want, Want::Text(Stage::LlvmOpt)) {
        return Ok(Output::Text(llvm.print_to_string().to_string()));
    }
    let assembly = matches!(want, Want::Text(Stage::Asm));
    let bytes = shim::codegen(llvm, &machine, assembly, &mut host)?;
    if assembly {
        return Ok(Output::Text(String::from_utf8_lossy(&bytes).into_owned()));
    }
    let shim::Host { bodies, frames, limits, .. } = host;
    for (symbol, body) in &bodies {
        let record = emitted.records.iter().find(|r| r.symbol == *symbol);
        if let Some(r) = record {
            tables.function(body, &r.name, &r.file, r.line, r.flags);
        }
    }
    Ok(Output::Object { bytes, tables: Box::new(tables), frames, bodies, limits })
}

/// Compares frames with what each function's check covers; what does not fit is added to `forced`.
fn frames_fit(
    frames: &HashMap<String, u64>,
    bodies: &[(String, String)],
    limits: &HashMap<String, u64>,
    forced: &mut Forced,
) -> Result<bool, Error> {
    use ingot_abi::tls::FRAME_MAX_CHECKED_LATE;
    /// Slack when a frame size is prescribed: the wrapper changes the body's frame by little.
    const SLACK: u64 = 64;
    let mut fit = true;
    for (symbol, &bytes) in frames {
        let limit = limits.get(symbol).copied().unwrap_or(0);
        if bytes <= limit {
            continue;
        }
        if bytes == u64::MAX {
            return Err(Error::Code { func: symbol.clone(), message: "a frame of variable size".to_owned() });
        }
        fit = false;
        let name = bodies.iter().find(|(_, body)| body == symbol).map_or(symbol, |(name, _)| name);
        if bytes > FRAME_MAX_CHECKED_LATE as u64 {
            forced.frames.insert(name.clone(), (bytes + SLACK).next_multiple_of(64));
        } else {
            forced.checks.push(name.clone());
        }
    }
    Ok(fit)
}
