//! MIR to LLVM IR.
//!
//! - [`func`]: a function: blocks, phis, terminators, the landing pad.
//! - [`ops`]: scalar operations.
//! - [`memory`]: loads, stores, copies, atomics.
//! - [`calls`]: calls, results, checks that panic.
//! - [`abi`]: signatures in LLVM types; which results travel in registers.
//! - [`data`]: data globals.
//! - [`debug`]: source positions as statepoint sites and DWARF.
//!
//! `Ptr` is a pointer in address space 1 (data globals live there too, so no cast of an SSA value between address
//! spaces ever appears but for stack slots at their birth); `Raw` is one in address space 0.

mod abi;
mod calls;
mod data;
mod debug;
mod func;
pub mod maps;
mod memory;
mod ops;

use std::collections::HashMap;

use ingot_abi::functions::{self, Kind};
use ingot_abi::tables;
use inkwell::AddressSpace;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::targets::{TargetMachine, TargetTriple};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, FunctionType, PointerType};
use inkwell::values::{AsValueRef, FunctionValue, GlobalValue, PointerValue};
use middle::mir::{self, Def, PosId, Signature, Symbol};

use crate::sections::{PositionId, UnitTables};
use crate::{Error, Forced, Options, target};

/// Address space of collected pointers.
const GC: u16 = 1;
/// Memory relative to FS, the thread block.
const FS: u16 = 257;
/// The metadata of stores that need no barrier.
const NOWB: &str = "ingot.nowb";

/// What [`UnitTables::function`] was told, kept for bodies that move to another symbol.
pub struct Record {
    pub symbol: String,
    pub name: String,
    pub file: String,
    pub line: u32,
    pub flags: u32,
}

pub struct Emitted<'ctx> {
    pub module: Module<'ctx>,
    pub records: Vec<Record>,
    /// For the check of stack maps.
    pub wanted: Vec<maps::Wanted>,
}

/// Emits the IR of a module.
pub fn module<'ctx>(
    context: &'ctx Context,
    mir: &mir::Module,
    name: &str,
    options: &Options,
    machine: &TargetMachine,
    forced: &Forced,
    tables: &mut UnitTables,
) -> Result<Emitted<'ctx>, Error> {
    let module = context.create_module(name);
    module.set_triple(&TargetTriple::create(target::triple(options.arch)));
    // Non-integral: LLVM must not turn collected pointers into integers.
    let layout = machine.get_target_data().get_data_layout();
    let layout = format!("{}-ni:{GC}", layout.as_str().to_string_lossy());
    let layout = std::ffi::CString::new(layout).expect("a data layout has no NUL");
    // SAFETY: a live module and a terminated string.
    unsafe { inkwell::llvm_sys::core::LLVMSetDataLayout(module.as_mut_ptr(), layout.as_ptr()) };

    let debug = options.debug.then(|| debug::Debug::new(&module, mir, name, options));
    let mut unit = Unit {
        ctx: context,
        module,
        mir,
        options,
        tables,
        forced,
        positions: vec![None; mir.positions.len()],
        functions: HashMap::new(),
        records: Vec::new(),
        debug,
        wanted: Vec::new(),
    };
    for (i, data) in mir.symbols.values().enumerate() {
        if let Def::Data(d) = &data.def {
            data::define(&mut unit, Symbol(i as u32), d);
        }
    }
    for (i, data) in mir.symbols.values().enumerate() {
        if let Def::Func(f) = &data.def {
            unit.define_function(Symbol(i as u32), f)?;
        }
    }
    if let Some(debug) = &unit.debug {
        debug.finish();
    }
    Ok(Emitted { module: unit.module, records: unit.records, wanted: unit.wanted })
}

/// A module being emitted.
pub struct Unit<'ctx, 'a> {
    pub ctx: &'ctx Context,
    pub module: Module<'ctx>,
    pub mir: &'a mir::Module,
    pub options: &'a Options,
    pub tables: &'a mut UnitTables,
    forced: &'a Forced,
    /// By `PosId`.
    positions: Vec<Option<PositionId>>,
    functions: HashMap<String, FunctionValue<'ctx>>,
    records: Vec<Record>,
    pub debug: Option<debug::Debug<'ctx>>,
    pub wanted: Vec<maps::Wanted>,
}

impl<'ctx> Unit<'ctx, '_> {
    pub fn gc_ptr(&self) -> PointerType<'ctx> {
        self.ctx.ptr_type(AddressSpace::from(GC))
    }

    pub fn raw_ptr(&self) -> PointerType<'ctx> {
        self.ctx.ptr_type(AddressSpace::default())
    }

    pub fn enum_attr(&self, name: &str, value: u64) -> Attribute {
        self.ctx.create_enum_attribute(Attribute::get_named_enum_kind_id(name), value)
    }

    pub fn string_attr(&self, name: &str, value: &str) -> Attribute {
        self.ctx.create_string_attribute(name, value)
    }

    /// A function by symbol name, declared with the type if it is new.
    pub fn function_named(&mut self, name: &str, ty: impl FnOnce(&Self) -> FunctionType<'ctx>) -> FunctionValue<'ctx> {
        if let Some(f) = self.functions.get(name) {
            return *f;
        }
        let ty = ty(self);
        // A data declaration of an unknown symbol gives way: one name, one value.
        let old = self.module.get_global(name);
        if let Some(old) = &old {
            old.set_name("");
        }
        let f = self.module.add_function(name, ty, None);
        if let Some(old) = old {
            let cast = f.as_global_value().as_pointer_value().const_cast(self.gc_ptr());
            // SAFETY: two live constants of one type; the old global has no other uses left when it is deleted.
            unsafe {
                inkwell::llvm_sys::core::LLVMReplaceAllUsesWith(old.as_value_ref(), cast.as_value_ref());
                old.delete();
            }
        }
        self.functions.insert(name.to_owned(), f);
        f
    }

    /// The function of a symbol; `sig` serves where the symbol does not tell.
    pub fn function(&mut self, symbol: Symbol, sig: Option<&Signature>) -> FunctionValue<'ctx> {
        let mir = self.mir;
        let name = mir.name_of(symbol);
        if functions::find(name).is_some() {
            return self.runtime_function(name);
        }
        self.function_named(name, |unit| match &mir.symbols[symbol.index()].def {
            Def::Func(f) => abi::function_type(unit, &f.sig),
            Def::Extern(Some(sig)) => abi::function_type(unit, sig),
            _ => abi::function_type(unit, sig.unwrap_or(&Signature::default())),
        })
    }

    /// A function of the Go half of the runtime that checks call.
    pub fn go_function(&mut self, name: &str, sig: &Signature) -> FunctionValue<'ctx> {
        match self.mir.symbols.get_index_of(name) {
            Some(i) => self.function(Symbol(i as u32), Some(sig)),
            None => self.function_named(name, |unit| abi::function_type(unit, sig)),
        }
    }

    /// A runtime function written in Rust, with the attributes of its kind.
    pub fn runtime_function(&mut self, name: &str) -> FunctionValue<'ctx> {
        if let Some(f) = self.functions.get(name) {
            return *f;
        }
        let entry = functions::find(name).expect("a function of the runtime's table");
        let f = self.function_named(name, |unit| abi::runtime_type(unit, entry));
        // The runtime itself never panics.
        f.add_attribute(AttributeLoc::Function, self.enum_attr("nounwind", 0));
        match entry.kind {
            Kind::Leaf => f.add_attribute(AttributeLoc::Function, self.string_attr("gc-leaf-function", "")),
            // A statepoint too: tracebacks and unwinding walk the caller's frame.
            Kind::NoReturn => f.add_attribute(AttributeLoc::Function, self.enum_attr("noreturn", 0)),
            Kind::System | Kind::Parking => {}
        }
        for (names, effects) in [
            // Two bits per kind of memory: the arguments', and what the program cannot see.
            (&["rt_memmove", "rt_memclr", "rt_memmove_ptrs", "rt_memclr_ptrs"][..], 0b1111),
            (&["rt_memequal"][..], 0b0001),
            (&["rt_alloc"][..], 0b1100),
        ] {
            if names.contains(&name) {
                f.add_attribute(AttributeLoc::Function, self.enum_attr("memory", effects));
            }
        }
        if name == "rt_alloc" {
            f.add_attribute(AttributeLoc::Return, self.enum_attr("nonnull", 0));
            f.add_attribute(AttributeLoc::Return, self.enum_attr("noalias", 0));
        }
        f
    }

    /// A data symbol's global, declared if it is defined elsewhere.
    pub fn global(&mut self, symbol: Symbol) -> GlobalValue<'ctx> {
        let name = self.mir.name_of(symbol);
        match self.module.get_global(name) {
            Some(g) => g,
            None => self.module.add_global(self.ctx.i8_type(), Some(AddressSpace::from(GC)), name),
        }
    }

    /// Whether a symbol is a function as far as this module knows.
    pub fn is_function(&self, symbol: Symbol) -> bool {
        let (name, data) = self.mir.symbols.get_index(symbol.index()).expect("symbol of this module");
        matches!(data.def, Def::Func(_) | Def::Extern(Some(_)))
            || functions::find(name).is_some()
            || self.functions.contains_key(name)
    }

    /// A symbol's address as a `Ptr` constant.
    pub fn data_address(&mut self, symbol: Symbol) -> PointerValue<'ctx> {
        if self.is_function(symbol) {
            let code = self.function(symbol, None).as_global_value().as_pointer_value();
            return code.const_cast(self.gc_ptr());
        }
        self.global(symbol).as_pointer_value()
    }

    /// A symbol's address as a `Raw` constant.
    pub fn code_address(&mut self, symbol: Symbol) -> PointerValue<'ctx> {
        if self.is_function(symbol) {
            return self.function(symbol, None).as_global_value().as_pointer_value();
        }
        self.global(symbol).as_pointer_value().const_cast(self.raw_ptr())
    }

    /// An LLVM intrinsic, by its full name.
    pub fn intrinsic(
        &mut self,
        name: &str,
        ty: impl FnOnce(&Self) -> (BasicMetadataTypeEnum<'ctx>, Vec<BasicMetadataTypeEnum<'ctx>>),
    ) -> FunctionValue<'ctx> {
        self.function_named(name, |unit| {
            let (result, params) = ty(unit);
            abi::returning(result).fn_type(&params, false)
        })
    }

    /// The position as the site table knows it.
    pub fn position(&mut self, pos: PosId) -> Option<PositionId> {
        if pos == PosId::NONE {
            return None;
        }
        if let Some(id) = self.positions[pos.index()] {
            return Some(id);
        }
        let mir = self.mir;
        let p = &mir.positions[pos.index()];
        let outer = p.inlined_at.and_then(|at| self.position(at));
        let id = self.tables.position(&mir.func_names[p.func as usize], &mir.files[p.file as usize], p.line, outer);
        self.positions[pos.index()] = Some(id);
        Some(id)
    }

    fn define_function(&mut self, symbol: Symbol, func: &mir::Func) -> Result<(), Error> {
        let mir = self.mir;
        let symbol_name = mir.name_of(symbol);
        let value = self.function(symbol, None);
        value.set_linkage(Linkage::External);
        value.set_gc("coreclr");
        let start = &mir.positions[func.start.index()];
        let known = func.start != PosId::NONE;
        let name = if known { mir.func_names[start.func as usize].as_str() } else { symbol_name };
        let file = mir.files[start.file as usize].as_str();
        let mut flags = 0;
        for (set, flag) in [
            (func.pragmas.wrapper, tables::FUNC_WRAPPER),
            (func.recover.is_some(), tables::FUNC_RECOVER),
            (func.pragmas.nosplit, tables::FUNC_NOSPLIT),
        ] {
            if set {
                flags |= flag;
            }
        }
        self.tables.function(symbol_name, name, file, start.line, flags);
        let record = Record {
            symbol: symbol_name.to_owned(),
            name: name.to_owned(),
            file: file.to_owned(),
            line: start.line,
            flags,
        };
        self.records.push(record);
        func::emit(self, value, symbol_name, func)
    }
}
