//! From an [`Exported`] package to one in [`Types`].

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::Zero;

use super::{Declared, Dir, Exported, Interface, Kind, PackageRef, Ratio, Type, TypeRef, Value};
use crate::constant::Const;
use crate::huge::Huge;
use crate::span::{FileId, Span};
use crate::types::{self, Basic, ChanDir, FuncDecl, Name, ObjectId, ObjectKind, PackageId, TypeDecl, TypeId, Types};

/// Declares an exported package. `files` are the package's files, in the order they had when it was written;
/// `package_of` knows the packages it imports, and what those import.
///
/// `None` if the bytes make no sense. What was declared until then is not reachable from anywhere.
pub fn read(
    types: &Types,
    path: &str,
    exported: &Exported,
    files: &[FileId],
    package_of: &dyn Fn(&str) -> Option<PackageId>,
) -> Option<PackageId> {
    let from = &exported.interface;
    let names: Vec<Name> = from.names.iter().map(|name| Name::new(name)).collect();
    let packages: Vec<PackageId> = from.packages.iter().map(|path| package_of(path)).collect::<Option<_>>()?;
    let package = types.new_package(path, &from.name);
    let mut reader = Reader { types, from, package, names, packages, objects: Vec::new(), numbers: Vec::new() };
    if exported.places.len() != from.objects.len() {
        return None;
    }
    for (object, &(file, lo, hi)) in from.objects.iter().zip(&exported.places) {
        let span = Span { file: *files.get(file as usize)?, lo, hi };
        let kind = match &object.kind {
            Kind::Const(None) => ObjectKind::Const(OnceLock::new()),
            Kind::Const(Some(value)) => ObjectKind::Const(OnceLock::from(constant(value)?)),
            Kind::Type { alias, .. } => ObjectKind::TypeName(TypeDecl { alias: *alias, ..TypeDecl::default() }),
            Kind::Var => ObjectKind::Var(types::VarKind::Package),
            &Kind::Func { ptr_recv, is_method, bodyless, .. } => {
                ObjectKind::Func(FuncDecl { ptr_recv, is_method, bodyless, ..FuncDecl::default() })
            }
        };
        let name = *reader.names.get(object.name as usize)?;
        reader.objects.push(types.new_object(name, Some(package), span, kind, None));
    }
    for ty in &from.types {
        let id = reader.ty(ty)?;
        reader.numbers.push(id);
    }
    reader.complete()?;
    let mut scope = IndexMap::new();
    for &object in &from.scope {
        let id = *reader.objects.get(object as usize)?;
        scope.insert(types.object(id).name, id);
    }
    types.package(package).scope.set(scope).ok()?;
    Some(package)
}

struct Reader<'t> {
    types: &'t Types,
    from: &'t Interface,
    package: PackageId,
    names: Vec<Name>,
    packages: Vec<PackageId>,
    objects: Vec<ObjectId>,
    /// The types read so far.
    numbers: Vec<TypeId>,
}

impl Reader<'_> {
    fn number(&self, number: TypeRef) -> Option<TypeId> {
        self.numbers.get(number as usize).copied()
    }

    fn list(&self, list: &[TypeRef]) -> Option<Box<[TypeId]>> {
        list.iter().map(|&number| self.number(number)).collect()
    }

    fn name(&self, number: u32) -> Option<Name> {
        self.names.get(number as usize).copied()
    }

    /// The object of a type name.
    fn declared(&self, declared: Declared) -> Option<ObjectId> {
        let object = match declared {
            Declared::Own(object) => *self.objects.get(object as usize)?,
            Declared::Foreign(foreign) => {
                let &(package, name) = self.from.foreign.get(foreign as usize)?;
                let name = self.name(name)?;
                match package {
                    Some(package) => self.types.member(*self.packages.get(package as usize)?, name)?,
                    None => self.types.universe_object(name)?,
                }
            }
        };
        self.types.object(object).type_decl().is_some().then_some(object)
    }

    /// `Some(None)` if there is no package.
    fn package(&self, package: Option<PackageRef>) -> Option<Option<PackageId>> {
        Some(match package {
            None => None,
            Some(PackageRef::Own) => Some(self.package),
            Some(PackageRef::Other(other)) => Some(*self.packages.get(other as usize)?),
        })
    }

    fn ty(&self, ty: &Type) -> Option<TypeId> {
        let types = self.types;
        Some(match ty {
            &Type::Basic(number) => Basic::ALL.get(number as usize)?.id(),
            Type::Named { declared, targs } => types.named(self.declared(*declared)?, self.list(targs)?),
            &Type::Pointer(elem) => types.pointer(self.number(elem)?),
            &Type::Slice(elem) => types.slice(self.number(elem)?),
            &Type::Array { elem, len } => types.array(self.number(elem)?, len),
            &Type::Map { key, elem } => types.map(self.number(key)?, self.number(elem)?),
            Type::Chan { dir, elem } => {
                let dir = match dir {
                    Dir::Both => ChanDir::Both,
                    Dir::Send => ChanDir::Send,
                    Dir::Recv => ChanDir::Recv,
                };
                types.chan(dir, self.number(*elem)?)
            }
            Type::Struct(fields) => {
                let field = |f: &super::Field| {
                    Some(types::Field {
                        name: self.name(f.name)?,
                        pkg: self.package(f.pkg)?,
                        ty: self.number(f.ty)?,
                        embedded: f.embedded,
                        tag: f.tag.as_deref().map(Into::into),
                    })
                };
                types.intern(types::Type::Struct(fields.iter().map(field).collect::<Option<_>>()?))
            }
            Type::Tuple(elems) => types.intern(types::Type::Tuple(self.list(elems)?)),
            Type::Signature { params, results, variadic, type_params } => {
                types.intern(types::Type::Signature(types::Signature {
                    params: self.list(params)?,
                    results: self.list(results)?,
                    variadic: *variadic,
                    type_params: self.list(type_params)?,
                }))
            }
            Type::Interface { methods, embeddeds, implicit } => {
                let method = |m: &super::Method| {
                    Some(types::Method {
                        name: self.name(m.name)?,
                        pkg: self.package(m.pkg)?,
                        sig: self.number(m.sig)?,
                    })
                };
                types.intern(types::Type::Interface(types::Interface {
                    methods: methods.iter().map(method).collect::<Option<_>>()?,
                    embeddeds: self.list(embeddeds)?,
                    implicit: *implicit,
                    type_set: types::Lazy::default(),
                }))
            }
            Type::Union(terms) => {
                let term = |&(tilde, ty): &(bool, TypeRef)| Some(types::Term { tilde, ty: self.number(ty)? });
                types.intern(types::Type::Union(terms.iter().map(term).collect::<Option<_>>()?))
            }
            &Type::TypeParam { object, index } => types.type_param(self.declared(Declared::Own(object))?, index),
        })
    }

    /// Fills in what the objects are declared as.
    fn complete(&self) -> Option<()> {
        let types = self.types;
        for (object, &id) in self.from.objects.iter().zip(&self.objects) {
            let declared = types.object(id);
            if let Some(ty) = object.ty {
                declared.ty.set(self.number(ty)?).ok()?;
            }
            match (&object.kind, &declared.kind) {
                (Kind::Type { params, underlying, methods, .. }, ObjectKind::TypeName(decl)) => {
                    if let Some(params) = params {
                        decl.type_params.set(self.list(params)?).ok()?;
                    }
                    if let Some(underlying) = underlying {
                        decl.underlying.set(self.number(*underlying)?).ok()?;
                    }
                    if let Some(methods) = methods {
                        let method = |&m: &u32| self.objects.get(m as usize).copied();
                        decl.methods.set(methods.iter().map(method).collect::<Option<_>>()?).ok()?;
                    }
                }
                (Kind::Func { recv: Some(recv), .. }, ObjectKind::Func(decl)) => {
                    decl.recv_named.set(self.number(*recv)?).ok()?;
                }
                _ => {}
            }
        }
        for &(param, bound) in &self.from.bounds {
            types.set_bound(self.number(param)?, self.number(bound)?);
        }
        Some(())
    }
}

fn integer(bytes: &[u8]) -> BigInt {
    BigInt::from_signed_bytes_le(bytes)
}

fn ratio((numer, denom): &Ratio) -> Option<BigRational> {
    let denom = integer(denom);
    (!denom.is_zero()).then(|| BigRational::new(integer(numer), denom))
}

fn constant(value: &Value) -> Option<Const> {
    Some(match value {
        Value::Bool(b) => Const::Bool(*b),
        Value::Str(bytes) => Const::Str(Arc::from(&bytes[..])),
        Value::Int(bytes) => Const::Int(integer(bytes)),
        Value::Float(value) => Const::Float(ratio(value)?),
        Value::Huge { negative, mantissa, exponent } => {
            Const::Huge(Arc::new(Huge::from_parts(*negative, BigUint::from_bytes_le(mantissa), *exponent)))
        }
        Value::Complex(re, im) => Const::Complex(ratio(re)?, ratio(im)?),
    })
}
