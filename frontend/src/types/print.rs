//! Types as gc's messages print them: names of other packages are qualified by the package's name.

use std::collections::HashMap;
use std::fmt::Write;

use super::*;

impl Types {
    /// The type as printed in a message about code in package `from`.
    pub fn type_str(&self, ty: TypeId, from: Option<PackageId>) -> String {
        self.type_str_spelled(ty, from, Spelling::default())
    }

    /// The same, with predeclared aliases spelled as the package does.
    pub fn type_str_spelled(&self, ty: TypeId, from: Option<PackageId>, spelling: Spelling) -> String {
        let mut out = String::new();
        self.write_type(&mut out, ty, &Qualify::Name(from, spelling, None));
        out
    }

    /// The same, with names of parameters.
    pub fn type_str_named(
        &self,
        ty: TypeId,
        from: Option<PackageId>,
        spelling: Spelling,
        names: &ParamNames,
    ) -> String {
        let mut out = String::new();
        self.write_type(&mut out, ty, &Qualify::Name(from, spelling, Some(names)));
        out
    }

    /// The type with full import paths: one string per type of a program, but for types declared in functions.
    pub fn type_path_str(&self, ty: TypeId) -> String {
        let mut out = String::new();
        self.write_type(&mut out, ty, &Qualify::Path);
        out
    }

    /// A list of types in parentheses, as in `have (int, string)`.
    pub fn tuple_str(&self, types: &[TypeId], variadic: bool, from: Option<PackageId>) -> String {
        let mut out = String::new();
        self.write_params(&mut out, types, variadic, &[], &Qualify::Name(from, Spelling::default(), None));
        out
    }

    /// A type parameter list in brackets.
    pub fn type_params_str(&self, params: &[TypeId], from: Option<PackageId>, spelling: Spelling) -> String {
        let mut out = String::new();
        self.write_type_params(&mut out, params, &Qualify::Name(from, spelling, None));
        out
    }

    /// A signature without `func`.
    pub fn signature_str(&self, ty: TypeId, from: Option<PackageId>, spelling: Spelling) -> String {
        let mut out = String::new();
        self.write_signature(&mut out, ty, &Qualify::Name(from, spelling, None));
        out
    }

    /// An object's name, qualified when it is of another package.
    pub fn qualified_name(&self, obj: ObjectId, from: Option<PackageId>) -> String {
        let mut out = String::new();
        self.write_object(&mut out, obj, &Qualify::Name(from, Spelling::default(), None));
        out
    }

    fn write_object(&self, out: &mut String, obj: ObjectId, qualify: &Qualify<'_>) {
        let object = self.object(obj);
        if let Some(pkg) = object.pkg {
            let package = self.package(pkg);
            match qualify {
                Qualify::Name(from, ..) if *from != Some(pkg) => {
                    let _ = write!(out, "{}.", package.name);
                }
                Qualify::Path => {
                    let _ = write!(out, "{}.", package.path);
                }
                Qualify::Name(..) => {}
            }
        }
        out.push_str(object.name.as_str());
    }

    fn write_type(&self, out: &mut String, ty: TypeId, q: &Qualify<'_>) {
        match self.get(ty) {
            Type::Basic(basic) => out.push_str(match (q, basic) {
                (Qualify::Name(_, Spelling { byte: true, .. }, _), Basic::Uint8) => "byte",
                (Qualify::Name(_, Spelling { rune: true, .. }, _), Basic::Int32) => "rune",
                _ => basic.name(),
            }),
            Type::Named(named) => {
                self.write_object(out, named.obj, q);
                if !named.targs.is_empty() && self.named_decl(named).outer_params.is_empty() {
                    out.push('[');
                    for (i, &arg) in named.targs.iter().enumerate() {
                        if i > 0 {
                            out.push(',');
                        }
                        self.write_type(out, arg, q);
                    }
                    out.push(']');
                } else if let Some(params) = self.named_decl(named).type_params.get()
                    && !params.is_empty()
                {
                    self.write_type_params(out, params, q);
                }
            }
            Type::TypeParam(param) => out.push_str(self.object(param.obj).name.as_str()),
            &Type::Pointer(elem) => {
                out.push('*');
                self.write_type(out, elem, q);
            }
            &Type::Slice(elem) => {
                out.push_str("[]");
                self.write_elem(out, elem, q);
            }
            &Type::Array { elem, len } => {
                let _ = write!(out, "[{len}]");
                self.write_elem(out, elem, q);
            }
            &Type::Map { key, elem } => {
                out.push_str("map[");
                self.write_type(out, key, q);
                out.push(']');
                self.write_type(out, elem, q);
            }
            &Type::Chan { dir, elem } => {
                let inner = matches!(self.get(elem), Type::Chan { dir: ChanDir::Recv, .. });
                out.push_str(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                });
                if dir != ChanDir::Send && inner {
                    out.push('(');
                    self.write_type(out, elem, q);
                    out.push(')');
                } else {
                    self.write_type(out, elem, q);
                }
            }
            Type::Struct(fields) => {
                out.push_str("struct{");
                for (i, field) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push_str("; ");
                    }
                    if !field.embedded {
                        let _ = write!(out, "{} ", field.name);
                    }
                    self.write_type(out, field.ty, q);
                    if let Some(tag) = &field.tag {
                        let _ = write!(out, " {tag:?}");
                    }
                }
                out.push('}');
            }
            Type::Tuple(elems) => self.write_params(out, elems, false, q.names(ty), q),
            Type::Signature(sig) => {
                out.push_str("func");
                if !sig.type_params.is_empty() {
                    self.write_type_params(out, &sig.type_params, q);
                }
                self.write_signature(out, ty, q);
            }
            Type::Interface(iface) => {
                if iface.methods.is_empty() && iface.embeddeds.is_empty() {
                    out.push_str(match q {
                        Qualify::Name(_, Spelling { interface: true, .. }, _) => "interface{}",
                        _ => "any",
                    });
                    return;
                }
                if let (true, [only]) = (iface.implicit, &*iface.embeddeds) {
                    self.write_type(out, *only, q);
                    return;
                }
                out.push_str("interface{");
                let mut first = true;
                for method in &iface.methods {
                    if !std::mem::take(&mut first) {
                        out.push_str("; ");
                    }
                    out.push_str(method.name.as_str());
                    self.write_signature(out, method.sig, q);
                }
                for &embedded in &iface.embeddeds {
                    if !std::mem::take(&mut first) {
                        out.push_str("; ");
                    }
                    self.write_type(out, embedded, q);
                }
                out.push('}');
            }
            Type::Union(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    if i > 0 {
                        out.push_str(" | ");
                    }
                    if term.tilde {
                        out.push('~');
                    }
                    self.write_type(out, term.ty, q);
                }
            }
        }
    }

    /// `byte` and `rune` are no types of their own here; elements are spelled so unless the package never does.
    fn write_elem(&self, out: &mut String, elem: TypeId, q: &Qualify<'_>) {
        match (q, elem) {
            (Qualify::Name(_, spelling, _), TypeId::UINT8) if !spelling.uint8 => out.push_str("byte"),
            (Qualify::Name(_, spelling, _), TypeId::INT32) if !spelling.int32 => out.push_str("rune"),
            _ => self.write_type(out, elem, q),
        }
    }

    fn write_type_params(&self, out: &mut String, params: &[TypeId], q: &Qualify<'_>) {
        out.push('[');
        for (i, &param) in params.iter().enumerate() {
            self.write_type(out, param, q);
            match params.get(i + 1) {
                Some(&next) if self.bound(next) == self.bound(param) => out.push_str(", "),
                next => {
                    out.push(' ');
                    // As a constraint it is hardly ever written `interface{}`.
                    match self.bound(param) {
                        bound if bound == self.any => out.push_str("any"),
                        bound => self.write_type(out, bound, q),
                    }
                    if next.is_some() {
                        out.push_str(", ");
                    }
                }
            }
        }
        out.push(']');
    }

    fn write_signature(&self, out: &mut String, ty: TypeId, q: &Qualify<'_>) {
        let Type::Signature(sig) = self.get(ty) else { return };
        let names = q.names(ty);
        let (params, results) = names.split_at(sig.params.len().min(names.len()));
        self.write_params(out, &sig.params, sig.variadic, params, q);
        match &*sig.results {
            [] => {}
            [one] if results.first().is_none_or(|name| name.as_str().is_empty()) => {
                out.push(' ');
                self.write_type(out, *one, q);
            }
            many => {
                out.push(' ');
                self.write_params(out, many, false, results, q);
            }
        }
    }

    fn write_params(&self, out: &mut String, params: &[TypeId], variadic: bool, names: &[Name], q: &Qualify<'_>) {
        out.push('(');
        for (i, &param) in params.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            if let Some(name) = names.get(i).filter(|name| !name.as_str().is_empty()) {
                let _ = write!(out, "{name} ");
            }
            if variadic && i + 1 == params.len() {
                out.push_str("...");
                match self.get(param) {
                    &Type::Slice(elem) => self.write_elem(out, elem, q),
                    _ => self.write_type(out, param, q),
                }
            } else {
                self.write_type(out, param, q);
            }
        }
        out.push(')');
    }
}

/// How a package spells what has two names, as far as can be told from its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spelling {
    /// It says `byte` more often than `uint8`.
    pub byte: bool,
    pub rune: bool,
    /// It says `uint8` more often than `byte`.
    pub uint8: bool,
    pub int32: bool,
    /// It says `interface{}` more often than `any`.
    pub interface: bool,
}

impl Spelling {
    /// Counts words in sources.
    pub fn of<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Spelling {
        let (mut byte, mut uint8, mut rune, mut int32, mut any, mut interface) = (0, 0, 0, 0, 0, 0);
        for line in texts.flat_map(|text| text.split(|&b| b == b'\n')) {
            let comment = line.windows(2).position(|w| w == b"//").unwrap_or(line.len());
            let text = &line[..comment];
            let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
            for word in text.split(|b| !is_word(b)) {
                match word {
                    b"byte" => byte += 1,
                    b"uint8" => uint8 += 1,
                    b"rune" => rune += 1,
                    b"int32" => int32 += 1,
                    b"any" => any += 1,
                    _ => {}
                }
            }
            interface += text.windows(b"interface{}".len()).filter(|w| w == b"interface{}").count();
        }
        Spelling {
            // Where neither is written, the type comes from an index or a rune constant.
            byte: byte > uint8 || byte + uint8 == 0,
            rune: rune > int32 || rune + int32 == 0,
            uint8: uint8 > byte,
            int32: int32 > rune,
            interface: interface > any,
        }
    }
}

/// Names of parameters and then results, by signature; of a tuple's elements, by tuple. Types do not have them, so they are
/// those of the first place a package writes the type at. Empty for what has no name.
pub type ParamNames = HashMap<TypeId, Box<[Name]>>;

enum Qualify<'n> {
    /// By package name, unless it is this package.
    Name(Option<PackageId>, Spelling, Option<&'n ParamNames>),
    Path,
}

impl Qualify<'_> {
    fn names(&self, ty: TypeId) -> &[Name] {
        match self {
            Qualify::Name(_, _, Some(names)) => names.get(&ty).map_or(&[], |names| &names[..]),
            _ => &[],
        }
    }
}
