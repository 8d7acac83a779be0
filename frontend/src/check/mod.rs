//! The type checker: names are resolved, every expression gets its type, constants their values.
//!
//! ```text
//! collect   package objects, imports, methods         resolver.rs
//! resolve   declarations, lazily, cycles found        decl.rs, type_decl.rs, type_expr.rs, signature.rs
//! bodies    statements and expressions                stmt.rs, expr.rs, call.rs, …
//! finish    init order, unused names, untyped rest    init_order.rs, unused.rs
//! ```
//!
//! Invariants
//! - Checking never fails as a whole and never panics on a program: what is wrong is reported once and then has the
//!   type `Invalid` (or `Mode::Invalid`), about which nobody complains again.
//! - A named type that is reachable from the outside of a declaration in progress is complete or on the stack of
//!   declarations in progress. What needs complete types (type sets, method sets, comparability) inside a
//!   declaration is put off with [`Checker::later`].
//! - The scope in `env` is the only way names are looked up; nested functions save and restore `env` as a whole.

mod anonymous_cycles;
mod assign;
mod assign_stmt;
mod builtins;
mod call;
mod composite_type;
mod convert;
mod decl;
mod directives;
mod expr;
pub mod external;
mod func_inst;
mod implements;
mod index;
mod infer;
pub mod info;
mod init_order;
mod instantiate;
mod labels;
mod literal;
mod mono;
mod operand;
mod range;
mod resolver;
mod returns;
mod scope;
mod selector;
mod signature;
mod stmt;
mod switch;
mod type_decl;
mod type_expr;
mod unify;
mod untyped;
mod unused;
mod version;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;

use crate::ast::{self, NodeId};
use crate::constant::Const;
use crate::diagnostic::Diagnostic;
use crate::span::{Pos, SourceMap, Span};
use crate::types::{Name, ObjectId, PackageId, ParamNames, Spelling, TypeId, Types};

pub use info::{Checked, Info, Mode};
use operand::{Operand, Untyped};
use resolver::{DeclInfo, ImportUse};
use scope::{Scope, ScopeId};

/// A package to check.
pub struct Input<'a> {
    /// The import path, as the linker knows it.
    pub path: &'a str,
    pub files: &'a [ast::File],
    /// `NodeIds::len()` after all files were parsed.
    pub nodes: usize,
    /// Language version of the module.
    pub go_version: (u32, u32),
    /// Packages by path as written in the source. `unsafe` need not be in it.
    pub imports: &'a HashMap<String, PackageId>,
    pub origin: Origin,
}

/// What decides which directives a package may use and whether its functions may lack bodies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A package of the distribution.
    Standard,
    /// It comes with assembly, which may hold the bodies of functions.
    WithAssembly,
    GoOnly,
}

/// Checks a package whose imports have been checked.
pub fn check_package(types: &Types, sources: &SourceMap, input: &Input<'_>) -> Checked {
    let name = input.files.first().map_or("_", |file| file.name.as_str());
    let package = types.new_package(input.path, name);
    let mut checker = Checker::new(types, sources, input, package);
    checker.run();
    let old_loops =
        input.files.iter().filter(|file| !checker.allow_version(file.span, 22)).map(|file| file.id).collect();
    Checked { package, info: checker.info, diagnostics: checker.diagnostics, old_loops }
}

/// What is put off until the types it needs are complete.
type Action<'a> = Box<dyn FnOnce(&mut Checker<'a>) + 'a>;

/// All state of checking one package.
pub(crate) struct Checker<'a> {
    types: &'a Types,
    sources: &'a SourceMap,
    files: &'a [ast::File],
    imports: &'a HashMap<String, PackageId>,
    go_version: (u32, u32),
    origin: Origin,
    file_versions: Vec<version::FileVersion>,
    pkg: PackageId,
    /// Names of parameters, for messages.
    param_names: ParamNames,
    /// Type parameters named like predeclared types.
    shadowing: Vec<TypeId>,
    /// The aliases variables were declared with, as they are written.
    declared_as: HashMap<ObjectId, String>,
    /// How the package spells types, looked up for the first message.
    spelling: OnceCell<Spelling>,
    info: Info,
    diagnostics: Vec<Diagnostic>,

    scopes: Vec<Scope>,
    package_scope: ScopeId,
    /// Parallel to `files`.
    file_scopes: Vec<ScopeId>,

    /// Package-level objects (methods and blank ones included) and how they were declared.
    decls: HashMap<ObjectId, DeclInfo<'a>>,
    /// Package-level objects in source order: the order they are resolved in.
    decl_order: Vec<ObjectId>,
    /// Declarations in progress, outermost first.
    path: Vec<ObjectId>,
    /// Where local names stand: in progress or done. Objects without an entry are not begun.
    states: HashMap<ObjectId, decl::State>,
    /// Package-level objects each package-level object's initialiser or body refers to, in order of reference.
    deps: HashMap<ObjectId, IndexSet<ObjectId>>,
    /// Type names whose declaration turned out to be an invalid cycle: they mean the invalid type.
    broken: HashSet<ObjectId>,
    /// The types such cycles were reported for.
    cyclic: HashSet<ObjectId>,
    /// Declared types whose right side has no underlying type yet.
    waiting: Vec<(ObjectId, TypeId)>,
    /// Scopes with the type parameters of generic aliases in progress.
    alias_scopes: HashMap<ObjectId, ScopeId>,
    /// What was written on the right of each declared type of this package.
    right_sides: HashMap<ObjectId, TypeId>,
    /// Instantiations of type parameters of this package.
    flows: Vec<mono::Flow>,
    /// Where instances of generic types were written first.
    instance_spans: HashMap<TypeId, Span>,
    /// Interface types as they are written.
    interfaces: Vec<(Span, TypeId)>,
    /// Array types of many elements, and the elements of channel types, whose sizes gc limits.
    large_types: Vec<(Span, TypeId)>,
    chan_elems: Vec<(Span, TypeId)>,
    /// Variables of functions with directives.
    local_directives: Vec<&'a ast::VarSpec>,
    /// Declarations in functions: directives may stand at them.
    local_specs: Vec<Span>,
    /// Declared types and instances that were found to be of finite size.
    finite: HashSet<TypeId>,

    import_uses: Vec<ImportUse<'a>>,
    /// The import a name of a file scope came through, for `import . "p"`.
    dot_imports: HashMap<(ScopeId, Name), ObjectId>,
    /// Those that stand for imports that failed.
    missing_packages: HashSet<PackageId>,
    /// Names that stand in declarations that could not be parsed, and may be declared there.
    unparsed_names: HashSet<Name>,
    /// An import failed: undefined names may follow from that.
    missing_imports: bool,

    /// Variables and imports something refers to.
    used: HashSet<ObjectId>,
    /// Local variables of the functions in progress and their scopes, for the unused ones to be reported.
    local_vars: Vec<(ObjectId, ScopeId)>,
    /// The function (index into `frames`) each local variable belongs to.
    owners: HashMap<ObjectId, usize>,
    /// Functions and function literals whose bodies were begun.
    frames: Vec<Frame>,

    /// What is wrong with labels and branches.
    branch_errors: Vec<Diagnostic>,
    /// Expressions that still have an untyped type.
    untyped: HashMap<NodeId, Untyped<'a>>,
    delayed: Vec<Action<'a>>,
    env: Env,
}

/// A function or function literal: what captures are computed from.
#[derive(Clone, Copy, Debug)]
struct Frame {
    parent: Option<usize>,
    /// The expression, of a literal.
    lit: Option<NodeId>,
}

/// Where in the program the checker stands. Cheap to clone; saved and restored as a whole.
#[derive(Clone, Default)]
struct Env {
    scope: ScopeId,
    /// The package-level declaration whose initialiser or body this is: references are its dependencies.
    decl: Option<ObjectId>,
    /// Value of `iota` in a constant declaration.
    iota: Option<Const>,
    /// For an inherited constant expression: where errors are reported (the name that inherits it).
    err_span: Option<Span>,
    /// Names are looked up as of this position in function scopes (bodies of function literals are checked late).
    lookup_pos: Option<Pos>,
    /// Set while type parameters are declared: `type T[P *T…]` must not instantiate what is incomplete.
    in_type_params: bool,
    /// In a function body: its results.
    func: Option<FuncEnv>,
    /// Index into `frames` of the function around.
    frame: Option<usize>,
    /// Type parameters of the generic function around (those of a method's receiver type included).
    outer_params: Box<[TypeId]>,
    /// A call or receive occurred (for `len` and `cap` of arrays being constant).
    has_call_or_recv: bool,
}

/// Of the function whose body is checked.
#[derive(Clone, Debug, Default)]
struct FuncEnv {
    /// The result variables, unnamed ones included.
    results: std::rc::Rc<[ObjectId]>,
    /// Whether the results have names.
    named: bool,
}

impl<'a> Checker<'a> {
    fn new(types: &'a Types, sources: &'a SourceMap, input: &Input<'a>, pkg: PackageId) -> Checker<'a> {
        let mut checker = Checker {
            types,
            sources,
            files: input.files,
            imports: input.imports,
            go_version: input.go_version,
            origin: input.origin,
            file_versions: version::file_versions(input.files),
            pkg,
            param_names: ParamNames::new(),
            shadowing: Vec::new(),
            declared_as: HashMap::new(),
            spelling: OnceCell::new(),
            info: Info::new(input.nodes),
            diagnostics: Vec::new(),
            scopes: Vec::new(),
            package_scope: ScopeId::default(),
            file_scopes: Vec::new(),
            decls: HashMap::new(),
            decl_order: Vec::new(),
            path: Vec::new(),
            states: HashMap::new(),
            deps: HashMap::new(),
            broken: HashSet::new(),
            cyclic: HashSet::new(),
            waiting: Vec::new(),
            alias_scopes: HashMap::new(),
            right_sides: HashMap::new(),
            flows: Vec::new(),
            instance_spans: HashMap::new(),
            interfaces: Vec::new(),
            large_types: Vec::new(),
            chan_elems: Vec::new(),
            local_directives: Vec::new(),
            local_specs: Vec::new(),
            finite: HashSet::new(),
            import_uses: Vec::new(),
            dot_imports: HashMap::new(),
            missing_packages: HashSet::new(),
            unparsed_names: resolver::unparsed_names(sources, input.files),
            missing_imports: false,
            used: HashSet::new(),
            local_vars: Vec::new(),
            owners: HashMap::new(),
            frames: Vec::new(),
            branch_errors: Vec::new(),
            untyped: HashMap::new(),
            delayed: Vec::new(),
            env: Env::default(),
        };
        checker.package_scope = checker.new_scope(None, false);
        checker.env.scope = checker.package_scope;
        checker
    }

    fn run(&mut self) {
        for file in self.files.iter().filter(|file| file.name.is_blank()) {
            self.error(file.name.span, "invalid package name _");
        }
        self.collect_objects();
        self.resolve_package_objects();
        self.process_delayed(0);
        self.init_order();
        self.unused_imports();
        if self.diagnostics.is_empty() {
            self.check_instantiation_cycles();
        }
        // gc's parser looks at branches and directives: what it says comes first.
        let checked = std::mem::take(&mut self.diagnostics);
        self.diagnostics.append(&mut self.branch_errors);
        self.check_directive_forms();
        self.diagnostics.extend(checked);
        if self.diagnostics.is_empty() {
            self.check_anonymous_cycles();
            self.check_sizes();
        }
        if self.diagnostics.is_empty() {
            self.check_directives();
        }
        self.record_untyped();
    }

    // ---- delayed actions

    /// Puts an action off to the end of the statement or of the package-level declarations.
    fn later(&mut self, action: impl FnOnce(&mut Checker<'a>) + 'a) {
        self.delayed.push(Box::new(action));
    }

    /// Runs the actions put off since the queue had this length, and what they put off.
    fn process_delayed(&mut self, from: usize) {
        let env = self.env.clone();
        let mut next = from;
        while next < self.delayed.len() {
            let action = std::mem::replace(&mut self.delayed[next], Box::new(|_| {}));
            action(self);
            self.env = env.clone();
            next += 1;
        }
        self.delayed.truncate(from);
    }

    // ---- diagnostics

    /// Reports an error, unless it only follows from one already reported.
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(span, message));
    }

    fn error_pos(&mut self, pos: Pos, message: impl Into<String>) {
        self.error(pos.span(), message);
    }

    fn report(&mut self, mut diagnostic: Diagnostic) {
        let follows = |m: &str| m.contains("invalid operand") || m.contains("invalid type");
        if !self.diagnostics.is_empty() && follows(&diagnostic.message) {
            return;
        }
        if let Some(span) = self.env.err_span {
            diagnostic.span = span;
        }
        self.diagnostics.push(diagnostic);
    }

    /// A type as messages print it.
    fn str(&self, ty: TypeId) -> String {
        let text = self.types.type_str_named(ty, Some(self.pkg), self.spelling(), &self.param_names);
        self.tell_shadowing(ty, text)
    }

    /// Says of type parameters that are named like predeclared types where they are declared.
    fn tell_shadowing(&self, ty: TypeId, mut text: String) -> String {
        for &param in &self.shadowing {
            if self.types.mentions(ty, &|leaf| leaf == param)
                && let crate::types::Type::TypeParam(found) = self.types.get(param)
            {
                let object = self.types.object(found.obj);
                let at = self.sources.display(object.span.start());
                let name = object.name.as_str();
                text = text.replacen(name, &format!("{name} /* with {name} declared at {at} */"), 1);
            }
        }
        text
    }

    fn spelling(&self) -> Spelling {
        let texts = || self.files.iter().map(|file| &self.sources.file(file.id).bytes[..]);
        *self.spelling.get_or_init(|| Spelling::of(texts()))
    }

    /// The source text of an expression, as messages print it.
    fn text(&self, e: &ast::Expr) -> String {
        expr_text::expr_str(e)
    }

    fn operand(&self, e: &'a ast::Expr) -> Operand<'a> {
        Operand::invalid(e)
    }
}

mod expr_text;
