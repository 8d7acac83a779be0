//! Compiler directives: whether they stand where they mean something, `//go:embed` and `//go:linkname`.
//!
//! As gc, this is looked at only in packages that are right otherwise.

use std::collections::HashSet;

use super::Checker;
use crate::ast::{self, Decl, Directive, VarSpec};
use crate::constant::unquote;
use crate::span::Span;
use crate::types::{Name, ObjectKind};

/// Directives for functions.
const FUNCTION: &[&str] = &[
    "go:noescape",
    "go:norace",
    "go:nosplit",
    "go:noinline",
    "go:nocheckptr",
    "go:systemstack",
    "go:nowritebarrier",
    "go:nowritebarrierrec",
    "go:yeswritebarrierrec",
    "go:cgo_unsafe_args",
    "go:uintptrkeepalive",
    "go:uintptrescapes",
    "go:registerparams",
];

/// Of these, the runtime's own.
const RUNTIME: &[&str] = &["go:systemstack", "go:nowritebarrier", "go:nowritebarrierrec", "go:yeswritebarrierrec"];

/// Where a directive is reported: behind its slashes.
fn place(directive: &Directive) -> Span {
    Span { lo: directive.span.lo + 2, ..directive.span }
}

impl<'a> Checker<'a> {
    pub(super) fn check_directives(&mut self) {
        let mut linked: HashSet<Name> = HashSet::new();
        for file in self.files {
            self.check_places(file);
            for decl in &file.decls {
                if let Decl::Var(group) = decl {
                    group.specs.iter().for_each(|spec| self.check_embed(file, spec, false));
                }
            }
            for directive in file.directives.iter().filter(|d| d.name.as_str() == "go:linkname") {
                self.check_linkname(file, directive, &mut linked);
            }
        }
    }

    fn check_places(&mut self, file: &ast::File) {
        let mut functions: HashSet<u32> = HashSet::new();
        let mut variables: HashSet<u32> = self.local_embeds.iter().map(|span| span.lo).collect();
        for decl in &file.decls {
            match decl {
                Decl::Func(func) => functions.extend(func.directives.iter().map(|d| d.span.lo)),
                Decl::Var(group) => {
                    let own = group.specs.iter().flat_map(|spec| &spec.directives);
                    let own = own.filter(|d| !group.parenthesized || d.span.lo > group.span.lo);
                    variables.extend(own.map(|d| d.span.lo));
                }
                _ => {}
            }
        }
        let runtime = {
            let path = &self.types.package(self.pkg).path;
            ["runtime", "internal"].iter().any(|part| path.split('/').next() == Some(part))
        };
        for directive in &file.directives {
            let (name, at) = (directive.name.as_str(), directive.span.lo);
            let fits = match name {
                "go:build" => at < file.package.offset,
                "go:embed" => variables.contains(&at),
                _ if FUNCTION.contains(&name) => functions.contains(&at),
                _ if name.starts_with("go:") => true,
                _ => continue,
            };
            if RUNTIME.contains(&name) && !runtime {
                self.error(place(directive), format!("//{name} only allowed in runtime"));
            }
            if !fits || !self.on_own_line(directive) {
                let what = if name == "go:embed" { "go:embed" } else { "compiler" };
                self.error(place(directive), format!("misplaced {what} directive"));
            }
        }
    }

    fn on_own_line(&self, directive: &Directive) -> bool {
        let before = &self.sources.file(directive.span.file).bytes[..directive.span.lo as usize];
        before.iter().rev().take_while(|&&b| b != b'\n').all(u8::is_ascii_whitespace)
    }

    /// What `//go:embed` may stand at.
    pub(super) fn check_embed(&mut self, file: &ast::File, spec: &VarSpec, in_function: bool) {
        let Some(directive) = spec.directives.iter().find(|d| d.name.as_str() == "go:embed") else { return };
        let at = place(directive);
        let message = if !imports(file, "embed") {
            "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)"
        } else if spec.names.len() > 1 {
            "go:embed cannot apply to multiple vars"
        } else if !spec.values.is_empty() {
            "go:embed cannot apply to var with initializer"
        } else if in_function {
            "go:embed cannot apply to var inside func"
        } else {
            self.require_version(at, 16, "go:embed");
            return;
        };
        self.error(at, message);
    }

    fn check_linkname(&mut self, file: &ast::File, directive: &Directive, linked: &mut HashSet<Name>) {
        let mut words = directive.args.split_whitespace();
        let (Some(local), remote, None) = (words.next(), words.next(), words.next()) else {
            return self.error(place(directive), "usage: //go:linkname localname [linkname]");
        };
        let name = Name::new(local);
        let declared = self
            .in_scope(self.package_scope, name)
            .is_some_and(|object| matches!(self.types.object(object).kind, ObjectKind::Func(_) | ObjectKind::Var(_)));
        let message = if !imports(file, "unsafe") {
            "//go:linkname only allowed in Go files that import \"unsafe\"".to_string()
        } else if remote.is_some_and(|name| name.contains('[') && name.contains(']')) {
            "//go:linkname reference of an instantiation is not allowed".to_string()
        } else if !declared {
            if !self.allow_version(directive.span, 18) {
                return;
            }
            "//go:linkname must refer to declared function or variable".to_string()
        } else if !linked.insert(name) {
            format!("duplicate //go:linkname for {local}")
        } else {
            return;
        };
        self.error(place(directive), message);
    }
}

fn imports(file: &ast::File, path: &str) -> bool {
    file.imports().any(|spec| unquote(&spec.path.raw).as_deref() == Some(path.as_bytes()))
}
