//! Typed packages to MIR.
//!
//! [`lower_package`] makes one module per package: its functions, variables, initialiser and the descriptors of the
//! types it declares, and whatever those need that belongs to no package (instances of generics, method wrappers,
//! descriptors of unnamed types, itabs, equality functions): such symbols are marked `dedup`, several packages may
//! hold the same one, and the driver keeps one.
//!
//! - [`layout`] alone decides whether a type travels as scalars or by reference, and where its fields lie.
//! - [`func`] holds the context of one function body; `expr`, `stmt` and their neighbours extend it.
//! - What is needed on demand goes through the work list in [`Lower`]; nothing is lowered twice.
//!
//! Invariants: output order follows the source and the order of first need, never a hash map; a construct that is
//! not lowered yet is a diagnostic with its position.

mod abi_call;
mod analyze;
mod append;
mod assign;
mod builtin;
mod call;
mod closure;
mod cmp;
mod composite;
mod convert;
mod data;
mod defers;
mod embed;
mod eq_hash;
mod expr;
mod func;
mod generic;
mod iface;
mod init;
mod intrinsics;
pub mod layout;
pub mod mangle;
mod maps;
mod order;
mod place;
mod program;
mod range;
mod range_func;
mod select;
mod selector;
mod static_init;
mod stmt;
mod strings;
mod switch;
pub mod types_desc;
mod wrapper;

use std::collections::{HashMap, HashSet, VecDeque};

use frontend::ast;
use frontend::diagnostic::Diagnostic;
use frontend::span::Pos;
use frontend::types::*;

use crate::mir;
pub use init::lower_start;
use layout::Layouts;
use mangle::Mangler;
pub use program::{Arch, PackageInput, Program};

/// The result of something that may not be supported yet.
type Res<T> = Result<T, Diagnostic>;

/// What is still to be made.
enum Work {
    TypeDesc(TypeId),
    MapGroup(TypeId),
    Equal(TypeId),
    Hash(TypeId),
    /// A function or method with its type arguments.
    Instance(ObjectId, Box<[TypeId]>),
    /// The method of this name of a type's method set, under the symbol [`Mangler::method_symbol`] gives.
    MethodWrapper {
        recv: TypeId,
        name: Name,
        pkg: Option<PackageId>,
    },
    /// The closure body of a method value.
    BoundMethod {
        recv: TypeId,
        name: Name,
        pkg: Option<PackageId>,
    },
    /// The function of a method expression of an interface type.
    InterfaceMethodExpr {
        iface: TypeId,
        name: Name,
        pkg: Option<PackageId>,
    },
}

/// Lowers one package.
pub struct Lower<'p> {
    prog: &'p Program<'p>,
    types: &'p Types,
    pkg: PackageId,
    m: mir::Module,
    layouts: Layouts<'p>,
    layout_ids: HashMap<TypeId, mir::LayoutId>,
    type_syms: HashMap<TypeId, mir::Symbol>,
    link_names: HashMap<TypeId, String>,
    /// Symbols queued or defined already.
    requested: HashSet<String>,
    queue: VecDeque<Work>,
    diagnostics: Vec<Diagnostic>,
    files: HashMap<frontend::span::FileId, u32>,
    /// Package variables whose whole initial value is data.
    static_vars: HashSet<ObjectId>,
    /// Nameless static objects so far.
    statics: u32,
    init: init::InitState<'p>,
}

/// The module of one package, or why it cannot be made.
pub fn lower_package<'p>(prog: &'p Program<'p>, pkg: PackageId) -> Result<mir::Module, Vec<Diagnostic>> {
    let mut lower = Lower::new(prog, pkg);
    lower.package();
    if lower.diagnostics.is_empty() { Ok(lower.m) } else { Err(lower.diagnostics) }
}

impl<'p> Lower<'p> {
    fn new(prog: &'p Program<'p>, pkg: PackageId) -> Lower<'p> {
        Lower {
            prog,
            types: prog.types,
            pkg,
            m: mir::Module::new(),
            layouts: Layouts::new(prog.types),
            layout_ids: HashMap::new(),
            type_syms: HashMap::new(),
            link_names: HashMap::new(),
            requested: HashSet::new(),
            queue: VecDeque::new(),
            diagnostics: Vec::new(),
            files: HashMap::new(),
            static_vars: HashSet::new(),
            statics: 0,
            init: init::InitState::default(),
        }
    }

    fn mangler(&self) -> Mangler<'p> {
        self.prog.mangler()
    }

    fn link_string(&mut self, ty: TypeId) -> String {
        if let Some(name) = self.link_names.get(&ty) {
            return name.clone();
        }
        let name = self.mangler().link_string(ty);
        self.link_names.insert(ty, name.clone());
        name
    }

    fn package(&mut self) {
        let Some(input) = self.prog.package(self.pkg) else { return };
        self.package_vars(input);
        for file in input.files {
            for decl in &file.decls {
                if let ast::Decl::Func(decl) = decl {
                    self.func_decl(input, decl);
                }
            }
        }
        self.package_init(input);
        self.declared_types(input);
        self.drain();
    }

    /// Makes everything that was asked for, and what that asks for in turn.
    fn drain(&mut self) {
        while let Some(work) = self.queue.pop_front() {
            match work {
                Work::TypeDesc(ty) => self.emit_type_desc(ty),
                Work::MapGroup(ty) => self.emit_map_group(ty),
                Work::Equal(ty) => self.emit_equal(ty),
                Work::Hash(ty) => self.emit_hash(ty),
                Work::Instance(func, targs) => self.emit_instance(func, &targs),
                Work::MethodWrapper { recv, name, pkg } => self.emit_method_wrapper(recv, name, pkg),
                Work::BoundMethod { recv, name, pkg } => self.emit_bound_method(recv, name, pkg),
                Work::InterfaceMethodExpr { iface, name, pkg } => self.emit_interface_method_expr(iface, name, pkg),
            }
        }
    }

    /// Queues the making of a symbol, once.
    fn request(&mut self, symbol: &str, work: impl FnOnce() -> Work) {
        if self.requested.insert(symbol.to_owned()) {
            self.queue.push_back(work());
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn file_index(&mut self, file: frontend::span::FileId) -> u32 {
        if let Some(&index) = self.files.get(&file) {
            return index;
        }
        let name = self.prog.sources.file(file).name.clone();
        let index = self.m.files.insert_full(name).0 as u32;
        self.files.insert(file, index);
        index
    }

    /// A position in the function of this name (an index into the module's function names), as `line` directives want
    /// it.
    fn position(&mut self, pos: Pos, func: u32) -> mir::PosId {
        let (name, at) = self.prog.sources.file(pos.file).presumed(pos.offset);
        let file = match name {
            // A directive without a name has none.
            Some("") => self.m.files.insert_full("??".to_owned()).0 as u32,
            Some(name) => self.m.files.insert_full(name.to_owned()).0 as u32,
            None => self.file_index(pos.file),
        };
        self.m.position(mir::Position { file, line: at.line, col: at.col, func, inlined_at: None })
    }
}
