//! From a package in [`Types`] to its [`Exported`] form.

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;
use num_rational::BigRational;

use super::{Declared, Dir, Exported, Field, Interface, Kind, Method, Object, PackageRef, Ratio, Type, TypeRef, Value};
use crate::constant::Const;
use crate::span::FileId;
use crate::types::{self, ChanDir, Name, ObjectId, ObjectKind, PackageId, TypeId, Types};

/// Exports a package that was checked without error. `None` if its interface needs something that has no name outside,
/// which keeps the package out of the cache and nothing else.
pub fn write(types: &Types, package: PackageId, files: &[FileId]) -> Option<Exported> {
    let mut writer = Writer {
        types,
        package,
        files,
        names: IndexSet::new(),
        packages: IndexSet::new(),
        foreign: IndexSet::new(),
        objects: IndexSet::new(),
        numbers: HashMap::new(),
        params: Vec::new(),
        out: Interface::default(),
        places: Vec::new(),
    };
    writer.package()?;
    let mut interface = writer.out;
    let strings = |set: IndexSet<Name>| set.into_iter().map(|name| name.as_str().to_owned()).collect();
    interface.name = types.package(package).name.as_str().to_owned();
    interface.names = strings(writer.names);
    interface.packages = writer.packages.into_iter().map(|p| types.package(p).path.to_string()).collect();
    interface.foreign = writer.foreign.into_iter().collect();
    Some(Exported { interface, places: writer.places })
}

struct Writer<'t> {
    types: &'t Types,
    package: PackageId,
    files: &'t [FileId],
    names: IndexSet<Name>,
    packages: IndexSet<PackageId>,
    foreign: IndexSet<(Option<u32>, u32)>,
    /// Own objects, those written first; the rest follow in this order.
    objects: IndexSet<ObjectId>,
    /// Where types stand in `out.types`.
    numbers: HashMap<TypeId, TypeRef>,
    /// Type parameters whose constraints are still to be written.
    params: Vec<TypeId>,
    out: Interface,
    places: Vec<(u32, u32, u32)>,
}

impl Writer<'_> {
    fn package(&mut self) -> Option<()> {
        let scope = self.types.package(self.package).scope.get()?;
        let fold = |name: &Name| name.as_str().to_lowercase();
        let exported: HashSet<String> = scope.keys().filter(|name| name.is_exported()).map(fold).collect();
        for (name, &object) in scope {
            let is_type = self.types.object(object).type_decl().is_some();
            // Messages know types that are not exported, and names that differ in case from what is.
            if name.is_exported() || is_type || exported.contains(&fold(name)) {
                let number = self.own(object)?;
                self.out.scope.push(number);
            }
        }
        loop {
            if let Some(&object) = self.objects.get_index(self.out.objects.len()) {
                let written = self.object(object)?;
                self.out.objects.push(written);
            } else if let Some(param) = self.params.pop() {
                let bound = (self.ty(param)?, self.ty(self.types.bound(param))?);
                self.out.bounds.push(bound);
            } else {
                return Some(());
            }
        }
    }

    fn name(&mut self, name: Name) -> u32 {
        self.names.insert_full(name).0 as u32
    }

    /// The number of an object of this package.
    fn own(&mut self, object: ObjectId) -> Option<u32> {
        (self.types.object(object).pkg == Some(self.package)).then(|| self.objects.insert_full(object).0 as u32)
    }

    fn declared(&mut self, object: ObjectId) -> Option<Declared> {
        if let Some(number) = self.own(object) {
            return Some(Declared::Own(number));
        }
        let types = self.types;
        let (name, pkg) = (types.object(object).name, types.object(object).pkg);
        let found = match pkg {
            Some(pkg) => types.member(pkg, name),
            None => types.universe_object(name),
        };
        if found != Some(object) {
            return None;
        }
        let pkg = pkg.map(|pkg| self.packages.insert_full(pkg).0 as u32);
        let entry = (pkg, self.name(name));
        Some(Declared::Foreign(self.foreign.insert_full(entry).0 as u32))
    }

    fn package_ref(&mut self, package: Option<PackageId>) -> Option<PackageRef> {
        package.map(|p| match p == self.package {
            true => PackageRef::Own,
            false => PackageRef::Other(self.packages.insert_full(p).0 as u32),
        })
    }

    fn object(&mut self, id: ObjectId) -> Option<Object> {
        let types = self.types;
        let object = types.object(id);
        let file = self.files.iter().position(|&file| file == object.span.file)?;
        self.places.push((file as u32, object.span.lo, object.span.hi));
        let name = self.name(object.name);
        let ty = match object.ty.get() {
            Some(&ty) => Some(self.ty(ty)?),
            None => None,
        };
        let kind = match &object.kind {
            ObjectKind::Const(value) => Kind::Const(value.get().map(constant)),
            ObjectKind::Var(types::VarKind::Package) => Kind::Var,
            ObjectKind::TypeName(decl) if decl.outer_params.is_empty() => Kind::Type {
                alias: decl.alias,
                params: self.optional(decl.type_params.get(), Self::ty)?,
                underlying: match decl.underlying.get() {
                    Some(&underlying) => Some(self.ty(underlying)?),
                    None => None,
                },
                methods: self.optional(decl.methods.get(), Self::own)?,
            },
            ObjectKind::Func(decl) => Kind::Func {
                recv: match decl.recv_named.get() {
                    Some(&recv) => Some(self.ty(recv)?),
                    None => None,
                },
                ptr_recv: decl.ptr_recv,
                is_method: decl.is_method,
                bodyless: decl.bodyless,
            },
            _ => return None,
        };
        Some(Object { name, ty, kind })
    }

    /// A list that may not be there; `None` outside if an element cannot be written.
    fn optional<T: Copy>(
        &mut self,
        list: Option<&Box<[T]>>,
        each: impl Fn(&mut Self, T) -> Option<u32>,
    ) -> Option<Option<Vec<u32>>> {
        let Some(list) = list else { return Some(None) };
        Some(Some(list.iter().map(|&item| each(self, item)).collect::<Option<_>>()?))
    }

    fn list(&mut self, list: &[TypeId]) -> Option<Vec<TypeRef>> {
        list.iter().map(|&ty| self.ty(ty)).collect()
    }

    fn ty(&mut self, id: TypeId) -> Option<TypeRef> {
        if let Some(&number) = self.numbers.get(&id) {
            return Some(number);
        }
        let types = self.types;
        let ty = match types.get(id) {
            types::Type::Basic(types::Basic::Invalid) => return None,
            types::Type::Basic(_) => Type::Basic(id.0),
            types::Type::Named(named) => {
                Type::Named { declared: self.declared(named.obj)?, targs: self.list(&named.targs)? }
            }
            &types::Type::Pointer(elem) => Type::Pointer(self.ty(elem)?),
            &types::Type::Slice(elem) => Type::Slice(self.ty(elem)?),
            &types::Type::Array { elem, len } => Type::Array { elem: self.ty(elem)?, len },
            &types::Type::Map { key, elem } => Type::Map { key: self.ty(key)?, elem: self.ty(elem)? },
            &types::Type::Chan { dir, elem } => {
                let dir = match dir {
                    ChanDir::Both => Dir::Both,
                    ChanDir::Send => Dir::Send,
                    ChanDir::Recv => Dir::Recv,
                };
                Type::Chan { dir, elem: self.ty(elem)? }
            }
            types::Type::Struct(fields) => {
                let mut field = |f: &types::Field| {
                    Some(Field {
                        name: self.name(f.name),
                        pkg: self.package_ref(f.pkg),
                        ty: self.ty(f.ty)?,
                        embedded: f.embedded,
                        tag: f.tag.as_deref().map(str::to_owned),
                    })
                };
                Type::Struct(fields.iter().map(&mut field).collect::<Option<_>>()?)
            }
            types::Type::Tuple(elems) => Type::Tuple(self.list(elems)?),
            types::Type::Signature(sig) => Type::Signature {
                params: self.list(&sig.params)?,
                results: self.list(&sig.results)?,
                variadic: sig.variadic,
                type_params: self.list(&sig.type_params)?,
            },
            types::Type::Interface(iface) => {
                let mut method = |m: &types::Method| {
                    Some(Method { name: self.name(m.name), pkg: self.package_ref(m.pkg), sig: self.ty(m.sig)? })
                };
                let methods = iface.methods.iter().map(&mut method).collect::<Option<_>>()?;
                Type::Interface { methods, embeddeds: self.list(&iface.embeddeds)?, implicit: iface.implicit }
            }
            types::Type::Union(terms) => {
                let terms = terms.iter().map(|term| Some((term.tilde, self.ty(term.ty)?)));
                Type::Union(terms.collect::<Option<_>>()?)
            }
            types::Type::TypeParam(param) => {
                self.params.push(id);
                Type::TypeParam { object: self.own(param.obj)?, index: param.index }
            }
        };
        let number = self.out.types.len() as u32;
        self.out.types.push(ty);
        self.numbers.insert(id, number);
        Some(number)
    }
}

fn ratio(value: &BigRational) -> Ratio {
    (value.numer().to_signed_bytes_le(), value.denom().to_signed_bytes_le())
}

fn constant(value: &Const) -> Value {
    match value {
        Const::Bool(b) => Value::Bool(*b),
        Const::Str(bytes) => Value::Str(bytes.to_vec()),
        Const::Int(n) => Value::Int(n.to_signed_bytes_le()),
        Const::Float(f) => Value::Float(ratio(f)),
        Const::Huge(huge) => {
            let (negative, mantissa, exponent) = huge.parts();
            Value::Huge { negative, mantissa: mantissa.to_bytes_le(), exponent }
        }
        Const::Complex(re, im) => Value::Complex(ratio(re), ratio(im)),
    }
}
