//! Compiler directives: whether they stand where they mean something, `//go:embed` and `//go:linkname`.
//!
//! As in gc, their form is looked at in any case, and what they stand at only in packages that are right otherwise.

use std::collections::HashSet;

use super::{Checker, Origin};
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

fn misplaced(name: &str) -> String {
    let what = if name == "go:embed" { name } else { "compiler" };
    format!("misplaced {what} directive")
}

/// The specs of a declaration; a single one without parentheses starts at the keyword.
pub(super) fn spec_spans<S>(group: &ast::Group<S>, span: impl Fn(&S) -> Span) -> Vec<Span> {
    if group.parenthesized { group.specs.iter().map(span).collect() } else { vec![group.span] }
}

/// Where a directive is reported: behind its slashes.
fn place(directive: &Directive) -> Span {
    Span { lo: directive.span.lo + 2, ..directive.span }
}

impl<'a> Checker<'a> {
    /// What gc's parser says: directives that are malformed, not allowed in the package or not followed by a declaration.
    pub(super) fn check_directive_forms(&mut self) {
        let runtime = {
            let path = &self.types.package(self.pkg).path;
            ["runtime", "internal"].iter().any(|part| path.split('/').next() == Some(part))
        };
        for file in self.files {
            for directive in file.directives.iter().filter(|d| d.name.as_str().starts_with("go:")) {
                let name = directive.name.as_str();
                let message = if !self.on_own_line(directive) {
                    "misplaced compiler directive".to_owned()
                } else if let Some(message) = self.unusable(directive, runtime) {
                    message
                } else if (matches!(name, "go:embed" | "go:build") || FUNCTION.contains(&name))
                    && directive.span.lo > file.package.offset
                    && !self.is_attached(file, directive)
                {
                    misplaced(name)
                } else {
                    continue;
                };
                self.error(place(directive), message);
            }
        }
    }

    /// Whether a directive belongs to the declaration that follows it, at package level or in a function.
    fn is_attached(&self, file: &ast::File, directive: &Directive) -> bool {
        let at = directive.span.lo;
        let in_file = |span: Span| span.file == file.id;
        let Some(next) = file.decls.iter().find(|decl| decl.span().hi > at) else { return false };
        let specs = match next {
            Decl::Import(group) => spec_spans(group, |spec| spec.span),
            Decl::Const(group) => spec_spans(group, |spec| spec.span),
            Decl::Type(group) => spec_spans(group, |spec| spec.span),
            Decl::Var(group) => spec_spans(group, |spec| spec.span),
            Decl::Func(_) | Decl::Bad(_) => vec![next.span()],
        };
        let parenthesized = specs.first().is_none_or(|span| span.lo > next.span().lo);
        if parenthesized && at < next.span().lo {
            return false;
        }
        if specs.iter().find(|span| span.hi > at).is_some_and(|span| at < span.lo) {
            return true;
        }
        let bytes = &self.sources.file(file.id).bytes;
        let follows = |span: &&Span| {
            let gap = bytes.get(directive.span.hi as usize..span.lo as usize);
            let blank = |line: &[u8]| line.is_empty() || line.starts_with(b"//");
            gap.is_some_and(|gap| gap.split(|&b| b == b'\n').all(|line| blank(line.trim_ascii())))
        };
        self.local_specs.iter().filter(|span| in_file(**span)).any(|span| follows(&span))
    }

    /// Why a directive may not be used at all.
    fn unusable(&self, directive: &Directive, runtime: bool) -> Option<String> {
        let name = directive.name.as_str();
        let words = directive.args.split_whitespace().count();
        let standard = self.origin == Origin::Standard;
        match name {
            "go:linkname" if !(1..=2).contains(&words) && !directive.args.is_empty() => {
                Some("usage: //go:linkname localname [linkname]".to_owned())
            }
            "go:wasmimport" if words != 2 && words != 0 => {
                Some("usage: //go:wasmimport importmodule importname".to_owned())
            }
            "go:wasmexport" if words > 1 => Some("usage: //go:wasmexport exportname".to_owned()),
            "go:cgo_import_dynamic" if words >= 3 => None,
            _ if name.starts_with("go:cgo_") && !standard => {
                let bytes = &self.sources.file(directive.span.file).bytes;
                let text = bytes.get(directive.span.lo as usize..directive.span.hi as usize).unwrap_or_default();
                let text = String::from_utf8_lossy(text);
                Some(format!("{} only allowed in cgo-generated code", text.trim_end_matches('\r')))
            }
            _ if RUNTIME.contains(&name) && !runtime => Some(format!("//{name} only allowed in runtime")),
            "go:uintptrkeepalive" if !standard => Some(format!("//{name} is only allowed in the standard library")),
            _ => None,
        }
    }

    /// What gc says of directives, and of functions without bodies, in a package that is right otherwise.
    pub(super) fn check_directives(&mut self) {
        let mut linked: HashSet<Name> = HashSet::new();
        for file in self.files {
            self.check_places(file);
            for decl in &file.decls {
                if let Decl::Var(group) = decl {
                    group.specs.iter().for_each(|spec| self.check_embed(file, spec, false));
                }
            }
            let local = self.local_directives.clone();
            local.iter().filter(|spec| spec.span.file == file.id).for_each(|spec| self.check_embed(file, spec, true));
            for directive in file.directives.iter().filter(|d| d.name.as_str() == "go:linkname") {
                self.check_linkname(file, directive, &mut linked);
            }
        }
        for func in self.files.iter().flat_map(|file| &file.decls) {
            if let Decl::Func(func) = func {
                self.check_body_is_there(func, &linked);
            }
        }
    }

    fn check_body_is_there(&mut self, func: &ast::FuncDecl, linked: &HashSet<Name>) {
        if func.body.is_some() {
            if func.directives.iter().any(|d| d.name.as_str() == "go:noescape") {
                let message = "can only use //go:noescape with external func implementations";
                self.error(self.behind_func(func), message);
            }
        } else if self.origin == Origin::GoOnly && (func.recv.is_some() || !linked.contains(&func.name.name)) {
            self.error(self.behind_func(func), "missing function body");
        }
    }

    /// Where gc sees a function declaration: at the token behind `func`.
    pub(super) fn behind_func(&self, func: &ast::FuncDecl) -> Span {
        func.recv.as_ref().map_or(func.name.span, |recv| recv.span)
    }

    /// Directives at declarations they mean nothing for.
    fn check_places(&mut self, file: &ast::File) {
        let at_functions: HashSet<u32> = file
            .decls
            .iter()
            .filter_map(|decl| if let Decl::Func(func) = decl { Some(&func.directives) } else { None })
            .flatten()
            .map(|d| d.span.lo)
            .collect();
        let package =
            file.decls.iter().filter_map(|decl| if let Decl::Var(group) = decl { Some(&group.specs) } else { None });
        let local = self.local_directives.iter().copied();
        let at_variables: HashSet<u32> =
            package.flatten().chain(local).flat_map(|spec| &spec.directives).map(|d| d.span.lo).collect();
        for directive in &file.directives {
            let (name, at) = (directive.name.as_str(), directive.span.lo);
            let fits = match name {
                "go:build" => at < file.package.offset,
                "go:embed" => at_variables.contains(&at),
                _ => !FUNCTION.contains(&name) || at_functions.contains(&at),
            };
            if !fits {
                self.error(place(directive), misplaced(name));
            }
        }
    }

    fn on_own_line(&self, directive: &Directive) -> bool {
        let before = &self.sources.file(directive.span.file).bytes[..directive.span.lo as usize];
        before.iter().rev().take_while(|&&b| b != b'\n').all(u8::is_ascii_whitespace)
    }

    /// What `//go:embed` may stand at.
    fn check_embed(&mut self, file: &ast::File, spec: &VarSpec, in_function: bool) {
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
        let (Some(local), remote) = (words.next(), words.next()) else { return };
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
