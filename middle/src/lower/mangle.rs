//! Linker names, as gc gives them, and the strings reflection shows.
//!
//! A *link string* names a type uniquely in the program (full import paths; types declared in functions carry
//! their number); a *reflect string* is what `reflect.Type.String` gives.

use std::collections::HashMap;
use std::fmt::Write;

use frontend::types::*;

/// How packages and hidden names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Link,
    Reflect,
}

/// Writes type names. Borrowed parts only, made where it is needed.
#[derive(Clone, Copy)]
pub struct Mangler<'t> {
    pub types: &'t Types,
    /// The types declared in functions, numbered from 1 in each package, in the order of the source.
    pub locals: &'t HashMap<ObjectId, u32>,
}

/// The prefix of a package's symbols: its path, `main` for a main package, without a test variant's suffix.
pub fn package_prefix(types: &Types, pkg: PackageId) -> &str {
    let package = types.package(pkg);
    if package.name.as_str() == "main" {
        return "main";
    }
    let path: &str = &package.path;
    path.split(' ').next().unwrap_or(path)
}

/// Names longer than this are cut and get a hash instead of their rest.
const MAX_NAME: usize = 240;

/// A part of a symbol, cut if it is very long.
pub fn short_name(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let mut end = MAX_NAME - 40;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…{:032x}", &name[..end], super::data::fnv128(name.as_bytes()))
}

/// A function's name as tracebacks and profiles show it: type arguments are `[...]`.
pub fn visible_name(symbol: &str) -> String {
    if symbol.starts_with("go:") {
        return symbol.to_owned();
    }
    let mut out = String::new();
    let mut depth = 0;
    for c in symbol.chars() {
        match c {
            '[' => {
                if depth == 0 {
                    out.push_str("[...]");
                }
                depth += 1;
            }
            ']' => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

impl<'t> Mangler<'t> {
    /// The type's name in symbols.
    pub fn link_string(&self, ty: TypeId) -> String {
        let mut out = String::new();
        self.write(&mut out, self.types.canonical(ty), Mode::Link);
        out
    }

    /// The type's name as reflection shows it.
    pub fn reflect_string(&self, ty: TypeId) -> String {
        let mut out = String::new();
        self.write(&mut out, ty, Mode::Reflect);
        out
    }

    /// `[int,pkg.T]`, or nothing for no arguments.
    pub fn type_args(&self, targs: &[TypeId]) -> String {
        let mut out = String::new();
        if !targs.is_empty() {
            self.write_args(&mut out, targs);
        }
        out
    }

    fn write_args(&self, out: &mut String, targs: &[TypeId]) {
        out.push('[');
        self.write_list(out, targs);
        out.push(']');
    }

    fn write_list(&self, out: &mut String, targs: &[TypeId]) {
        for (i, &arg) in targs.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            self.write(out, self.types.canonical(arg), Mode::Link);
        }
    }

    /// The declared name with its type arguments and, where it is local to a function, its number. Type arguments of
    /// the function come before the type's own, after which there is a semicolon.
    fn write_named(&self, out: &mut String, named: &Named, mode: Mode) {
        let object = self.types.object(named.obj);
        if let Some(pkg) = object.pkg {
            match mode {
                Mode::Link => out.push_str(package_prefix(self.types, pkg)),
                Mode::Reflect => out.push_str(self.types.package(pkg).name.as_str()),
            }
            out.push('.');
        }
        out.push_str(object.name.as_str());
        let number = self.locals.get(&named.obj);
        match number {
            Some(_) if !named.targs.is_empty() => {
                let params = object.type_decl().map_or(&[][..], TypeDecl::params);
                // The function's parameters stand before the type's name, its own behind.
                let outer = params.iter().filter(|&&p| self.declared_at(p) < object.span.lo).count();
                let (outer, own) = named.targs.split_at(outer.min(named.targs.len()));
                out.push('[');
                self.write_list(out, outer);
                if !outer.is_empty() && !own.is_empty() {
                    out.push(';');
                }
                self.write_list(out, own);
                out.push(']');
            }
            _ if !named.targs.is_empty() => self.write_args(out, &named.targs),
            _ => {}
        }
        if let (Mode::Link, Some(number)) = (mode, number) {
            let _ = write!(out, "·{number}");
        }
    }

    /// Where a type parameter is declared in its file.
    fn declared_at(&self, param: TypeId) -> u32 {
        match self.types.get(param) {
            Type::TypeParam(p) => self.types.object(p.obj).span.lo,
            _ => 0,
        }
    }

    /// Declared inside a function.
    pub fn is_local(&self, obj: ObjectId) -> bool {
        self.locals.contains_key(&obj)
    }

    fn write(&self, out: &mut String, ty: TypeId, mode: Mode) {
        match self.types.get(ty) {
            Type::Basic(b) => out.push_str(b.name()),
            Type::Named(named) => self.write_named(out, named, mode),
            Type::TypeParam(p) => out.push_str(self.types.object(p.obj).name.as_str()),
            &Type::Pointer(elem) => {
                out.push('*');
                self.write(out, elem, mode);
            }
            &Type::Slice(elem) => {
                out.push_str("[]");
                self.write(out, elem, mode);
            }
            &Type::Array { elem, len } => {
                let _ = write!(out, "[{len}]");
                self.write(out, elem, mode);
            }
            &Type::Map { key, elem } => {
                out.push_str("map[");
                self.write(out, key, mode);
                out.push(']');
                self.write(out, elem, mode);
            }
            &Type::Chan { dir, elem } => {
                let paren =
                    dir == ChanDir::Both && matches!(self.types.get(elem), Type::Chan { dir: ChanDir::Recv, .. });
                out.push_str(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                });
                if paren {
                    out.push('(');
                }
                self.write(out, elem, mode);
                if paren {
                    out.push(')');
                }
            }
            Type::Struct(fields) => self.write_struct(out, fields, mode),
            Type::Tuple(elems) => self.write_params(out, elems, false, mode),
            Type::Signature(sig) => {
                out.push_str("func");
                self.write_signature(out, sig, mode);
            }
            Type::Interface(_) => {
                let set = self.types.interface_set(ty);
                if set.methods.is_empty() {
                    out.push_str("interface {}");
                    return;
                }
                out.push_str("interface {");
                for (i, method) in set.methods.iter().enumerate() {
                    out.push_str(if i > 0 { "; " } else { " " });
                    if let (Some(pkg), false) = (method.pkg, method.name.is_exported()) {
                        self.write_hidden(out, pkg, mode);
                    }
                    out.push_str(method.name.as_str());
                    if let Type::Signature(sig) = self.types.get(method.sig) {
                        self.write_signature(out, sig, mode);
                    }
                }
                out.push_str(" }");
            }
            Type::Union(_) => out.push_str("union"),
        }
    }

    fn write_hidden(&self, out: &mut String, pkg: PackageId, mode: Mode) {
        match mode {
            Mode::Link => out.push_str(package_prefix(self.types, pkg)),
            Mode::Reflect => out.push_str(self.types.package(pkg).name.as_str()),
        }
        out.push('.');
    }

    fn write_struct(&self, out: &mut String, fields: &[Field], mode: Mode) {
        out.push_str("struct {");
        for (i, f) in fields.iter().enumerate() {
            out.push_str(if i > 0 { "; " } else { " " });
            if !f.embedded {
                if let (Some(pkg), Mode::Link, false) = (f.pkg, mode, f.name.is_exported()) {
                    self.write_hidden(out, pkg, mode);
                }
                let _ = write!(out, "{} ", f.name);
            } else if mode == Mode::Link {
                // The field name of an embedded alias is not the type's; that of a predeclared type is the package's own.
                if let (Some(pkg), false) = (f.pkg, f.name.is_exported()) {
                    self.write_hidden(out, pkg, mode);
                }
                let _ = write!(out, "{} = ", f.name);
            }
            self.write(out, f.ty, mode);
            if let Some(tag) = &f.tag {
                let _ = write!(out, " {}", quote(tag));
            }
        }
        out.push_str(if fields.is_empty() { "}" } else { " }" });
    }

    fn write_signature(&self, out: &mut String, sig: &Signature, mode: Mode) {
        self.write_params(out, &sig.params, sig.variadic, mode);
        match &*sig.results {
            [] => {}
            [one] => {
                out.push(' ');
                self.write(out, *one, mode);
            }
            many => {
                out.push(' ');
                self.write_params(out, many, false, mode);
            }
        }
    }

    fn write_params(&self, out: &mut String, params: &[TypeId], variadic: bool, mode: Mode) {
        out.push('(');
        for (i, &p) in params.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            match self.types.get(p) {
                &Type::Slice(elem) if variadic && i + 1 == params.len() => {
                    out.push_str("...");
                    self.write(out, elem, mode);
                }
                _ => self.write(out, p, mode),
            }
        }
        out.push(')');
    }

    /// Symbol of a package-level function or method: `p.F`, `p.T.M`, `p.(*T).M`, with type arguments.
    pub fn func_symbol(&self, func: ObjectId, targs: &[TypeId]) -> String {
        let object = self.types.object(func);
        let decl = object.func_decl();
        if let Some(recv) = decl.and_then(|d| d.recv_named.get()) {
            let recv = if targs.is_empty() { *recv } else { self.instance_of(*recv, targs) };
            return self.method_symbol(recv, decl.is_some_and(|d| d.ptr_recv), object.name.as_str());
        }
        let prefix = object.pkg.map_or("", |p| package_prefix(self.types, p));
        format!("{prefix}.{}{}", object.name, self.type_args(targs))
    }

    fn instance_of(&self, named: TypeId, targs: &[TypeId]) -> TypeId {
        match self.types.get(named) {
            Type::Named(n) => self.types.named(n.obj, targs.into()),
            _ => named,
        }
    }

    /// Symbol of a method of a type: `p.T.M` or `p.(*T).M`.
    pub fn method_symbol(&self, recv: TypeId, pointer: bool, name: &str) -> String {
        let full = self.link_string(recv);
        match self.types.get(recv) {
            Type::Named(n) => {
                let pkg = self.types.object(n.obj).pkg;
                let prefix = pkg.map_or(String::new(), |p| format!("{}.", package_prefix(self.types, p)));
                let base = full.strip_prefix(&prefix).unwrap_or(&full);
                if pointer { format!("{prefix}(*{base}).{name}") } else { format!("{prefix}{base}.{name}") }
            }
            _ if pointer => format!("go:(*{full}).{name}"),
            _ => format!("go:{full}.{name}"),
        }
    }
}

/// `strconv.Quote` for the ASCII that tags are made of.
fn quote(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
