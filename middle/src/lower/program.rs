//! What lowering is given: the checked packages of a program.

use std::collections::{HashMap, HashSet};

use frontend::ast;
use frontend::check::info::Checked;
use frontend::span::SourceMap;
use frontend::types::*;
use indexmap::IndexMap;

use super::mangle::Mangler;

/// The target, as far as lowering cares: which functions are intrinsics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arch {
    Amd64,
    Arm64,
    Riscv64,
}

/// A checked package with its syntax.
#[derive(Clone, Copy)]
pub struct PackageInput<'a> {
    pub files: &'a [ast::File],
    pub checked: &'a Checked,
    /// Content of embedded files by the name they have in the program, for `//go:embed`.
    pub embeds: &'a [(String, Vec<u8>)],
}

/// A function declaration and where it stands.
#[derive(Clone, Copy)]
pub struct FuncRef<'a> {
    pub pkg: PackageId,
    pub decl: &'a ast::FuncDecl,
}

/// All packages of a program, or at least the one to lower and everything it imports.
pub struct Program<'a> {
    pub types: &'a Types,
    pub sources: &'a SourceMap,
    pub arch: Arch,
    packages: IndexMap<PackageId, PackageInput<'a>>,
    funcs: HashMap<ObjectId, FuncRef<'a>>,
    /// Symbols given by `//go:linkname local symbol`, for functions and variables.
    links: HashMap<ObjectId, String>,
    /// Symbols of variables that another package than their own gives a value, by a linkname.
    given: HashSet<String>,
    /// See [`Mangler::locals`].
    locals: HashMap<ObjectId, u32>,
}

impl<'a> Program<'a> {
    pub fn new(types: &'a Types, sources: &'a SourceMap, arch: Arch, packages: Vec<PackageInput<'a>>) -> Program<'a> {
        let mut prog = Program {
            types,
            sources,
            arch,
            packages: IndexMap::new(),
            funcs: HashMap::new(),
            links: HashMap::new(),
            given: HashSet::new(),
            locals: HashMap::new(),
        };
        for input in packages {
            prog.add(input);
        }
        prog
    }

    fn add(&mut self, input: PackageInput<'a>) {
        let pkg = input.checked.package;
        for file in input.files {
            for decl in &file.decls {
                if let ast::Decl::Func(decl) = decl
                    && let Some(&object) = input.checked.info.funcs.get(&decl.id)
                {
                    self.funcs.insert(object, FuncRef { pkg, decl });
                }
            }
            for directive in &file.directives {
                if directive.name.as_str() != "go:linkname" {
                    continue;
                }
                let mut words = directive.args.split_whitespace();
                if let (Some(local), Some(symbol)) = (words.next(), words.next())
                    && let Some(object) = self.types.member(pkg, Name::new(local))
                {
                    self.links.insert(object, symbol.to_owned());
                }
            }
            for decl in &file.decls {
                if let ast::Decl::Var(group) = decl {
                    let names = group.specs.iter().filter(|s| !s.values.is_empty()).flat_map(|s| &s.names);
                    let links = names.filter_map(|n| self.links.get(&input.checked.info.def(n.id)?));
                    self.given.extend(links.cloned());
                }
            }
        }
        let local = |obj: &ObjectId| {
            let object = self.types.object(*obj);
            let named =
                object.type_decl().is_some() && matches!(self.types.get(object.ty()), Type::Named(n) if n.obj == *obj);
            named && self.types.member(pkg, object.name) != Some(*obj)
        };
        let mut locals: Vec<ObjectId> = input.checked.info.declared().filter(local).collect();
        locals.sort_by_key(|&obj| (self.types.object(obj).span.file, self.types.object(obj).span.lo));
        self.locals.extend(locals.into_iter().zip(1..));
        self.packages.insert(pkg, input);
    }

    pub(super) fn mangler(&self) -> Mangler<'_> {
        Mangler { types: self.types, locals: &self.locals }
    }

    pub fn package(&self, pkg: PackageId) -> Option<PackageInput<'a>> {
        self.packages.get(&pkg).copied()
    }

    /// The packages, in the order they were given.
    pub fn packages(&self) -> impl Iterator<Item = PackageId> + '_ {
        self.packages.keys().copied()
    }

    pub fn func(&self, object: ObjectId) -> Option<FuncRef<'a>> {
        self.funcs.get(&object).copied()
    }

    /// The linker symbol of a package-level function, method or variable.
    pub fn symbol(&self, object: ObjectId, targs: &[TypeId]) -> String {
        if let Some(link) = self.links.get(&object) {
            return link.clone();
        }
        self.mangler().func_symbol(object, targs)
    }

    /// Whether a `//go:linkname` names the object's symbol.
    pub fn is_linked(&self, object: ObjectId) -> bool {
        self.links.contains_key(&object)
    }

    /// Whether a variable declared without a value gets one, and so its definition, from another package.
    pub fn is_given(&self, object: ObjectId) -> bool {
        self.given.contains(&self.symbol(object, &[]))
    }

    /// Whether a `//go:linkname` makes the object's name stand for one of another package.
    pub fn is_foreign_link(&self, object: ObjectId) -> bool {
        let own = self.mangler().func_symbol(object, &[]);
        // Names beginning with "go:" belong to no package: what gives itself one (`go:fipsinfo`) defines it.
        self.links.get(&object).is_some_and(|link| *link != own && !link.starts_with("go:"))
    }
}
