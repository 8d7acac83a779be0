//! DWARF line tables: subprograms, locations and their inline chains.

use std::collections::HashMap;

use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DILocation, DISubprogram, DWARFEmissionKind,
    DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};
use inkwell::values::FunctionValue;
use middle::mir::{self, PosId};

use crate::{Level, Options};

pub struct Debug<'ctx> {
    builder: DebugInfoBuilder<'ctx>,
    unit: DICompileUnit<'ctx>,
    optimized: bool,
    files: HashMap<u32, DIFile<'ctx>>,
    /// Functions as they stand in inline chains, by (function name, file).
    inlined: HashMap<(u32, u32), DISubprogram<'ctx>>,
    /// The function being emitted and the locations made in it.
    current: Option<DISubprogram<'ctx>>,
    locations: HashMap<PosId, DILocation<'ctx>>,
}

impl<'ctx> Debug<'ctx> {
    pub fn new(module: &Module<'ctx>, mir: &mir::Module, name: &str, options: &Options) -> Debug<'ctx> {
        let optimized = options.level == Level::O2;
        let version = module.get_context().i32_type().const_int(3, false);
        module.add_basic_value_flag("Debug Info Version", FlagBehavior::Warning, version);
        let file = mir.files.iter().nth(1).map_or(name, |f| f.as_str());
        let (builder, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::Go,
            file,
            "",
            "ingot",
            optimized,
            "",
            0,
            "",
            DWARFEmissionKind::LineTablesOnly,
            0,
            false,
            false,
            "",
            "",
        );
        Debug {
            builder,
            unit,
            optimized,
            files: HashMap::new(),
            inlined: HashMap::new(),
            current: None,
            locations: HashMap::new(),
        }
    }

    fn file(&mut self, mir: &mir::Module, file: u32) -> DIFile<'ctx> {
        let builder = &self.builder;
        *self.files.entry(file).or_insert_with(|| builder.create_file(&mir.files[file as usize], ""))
    }

    fn subprogram(
        &mut self,
        mir: &mir::Module,
        name: &str,
        symbol: Option<&str>,
        file: u32,
        line: u32,
    ) -> DISubprogram<'ctx> {
        let file = self.file(mir, file);
        let ty = self.builder.create_subroutine_type(file, None, &[], DIFlags::PUBLIC);
        let scope = self.unit.get_file().as_debug_info_scope();
        let flags = DIFlags::PUBLIC;
        self.builder.create_function(scope, name, symbol, file, line, ty, false, true, line, flags, self.optimized)
    }

    /// Begins a function.
    pub fn enter(&mut self, mir: &mir::Module, llvm: FunctionValue<'ctx>, symbol: &str, start: PosId) {
        let p = &mir.positions[start.index()];
        let name = if start == PosId::NONE { symbol } else { &mir.func_names[p.func as usize] };
        let sub = self.subprogram(mir, name, Some(symbol), p.file, p.line);
        llvm.set_subprogram(sub);
        self.current = Some(sub);
        self.locations.clear();
    }

    /// Sets the builder's location.
    pub fn locate(&mut self, mir: &mir::Module, ctx: &'ctx Context, builder: &Builder<'ctx>, pos: PosId) {
        let location = self.location(mir, ctx, pos);
        builder.set_current_debug_location(location);
    }

    fn location(&mut self, mir: &mir::Module, ctx: &'ctx Context, pos: PosId) -> DILocation<'ctx> {
        if let Some(l) = self.locations.get(&pos) {
            return *l;
        }
        let p = &mir.positions[pos.index()];
        let outer = p.inlined_at.map(|at| self.location(mir, ctx, at));
        let scope = match self.current {
            // Whatever a position says: the outermost scope is the function the code is in.
            Some(current) if outer.is_none() => current,
            _ => match self.inlined.get(&(p.func, p.file)) {
                Some(s) => *s,
                None => {
                    let sub = self.subprogram(mir, &mir.func_names[p.func as usize], None, p.file, p.line);
                    self.inlined.insert((p.func, p.file), sub);
                    sub
                }
            },
        };
        let l = self.builder.create_debug_location(ctx, p.line, p.col, scope.as_debug_info_scope(), outer);
        self.locations.insert(pos, l);
        l
    }

    pub fn finish(&self) {
        self.builder.finalize();
    }
}
