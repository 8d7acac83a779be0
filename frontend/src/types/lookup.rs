//! Fields and methods of types, found through embedded fields; implementing an interface.
//!
//! A selector `x.f` is resolved breadth first over the embedded fields. The result says how to get there: one
//! [`Step`] per embedded field on the way, each of which may have to go through a pointer first.

use super::*;

/// A field on the way: `*x` first if `deref`, then the field with this index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    pub deref: bool,
    pub index: u32,
}

/// What a selector found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The last step of the path is the field itself.
    Field,
    /// A declared method: its object (of the origin type) and the named type or instance it was found on.
    Method { method: ObjectId, recv: TypeId },
    /// A method of an interface (or of a type parameter's constraint): `iface` is the type it was found on,
    /// `index` the method's place in that type's set.
    InterfaceMethod { iface: TypeId, index: u32 },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    pub target: Target,
    pub path: Box<[Step]>,
    /// Whether a pointer was followed on the way to the field or to the method's receiver.
    pub indirect: bool,
    /// Of a method: the value at the end of the path is a pointer to `recv`.
    pub at_pointer: bool,
    /// Type of the field, or signature of the method (receiver left out).
    pub ty: TypeId,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    Found(Found),
    /// Several at the same depth.
    Ambiguous,
    NotFound,
}

impl Lookup {
    pub fn found(self) -> Option<Found> {
        match self {
            Lookup::Found(found) => Some(found),
            _ => None,
        }
    }
}

/// Why a type does not implement an interface.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Missing {
    Method(Name),
    /// Found with this other signature.
    WrongType {
        name: Name,
        have: TypeId,
        want: TypeId,
    },
    PointerReceiver(Name),
    /// There is one whose name differs in case only.
    WrongName {
        name: Name,
        have_name: Name,
        have: TypeId,
        want: TypeId,
    },
    /// The name is a field.
    Field(Name),
    Unexported(Name),
}

struct Embedded {
    ty: TypeId,
    path: Vec<Step>,
    indirect: bool,
    multiples: bool,
}

fn same_name(name: Name, pkg: Option<PackageId>, other: Name, other_pkg: Option<PackageId>) -> bool {
    name == other && (name.is_exported() || pkg == other_pkg)
}

impl Types {
    /// Finds the field or method `name` (as seen from package `pkg`) in `ty`.
    pub fn lookup(&self, ty: TypeId, pkg: Option<PackageId>, name: Name) -> Lookup {
        self.lookup_by(ty, &|other, other_pkg| same_name(name, pkg, other, other_pkg))
    }

    /// Like `lookup`, ignoring case and package: for hints.
    pub fn lookup_folded(&self, ty: TypeId, name: Name) -> Lookup {
        let wanted = name.as_str().to_lowercase();
        self.lookup_by(ty, &|other, _| other.as_str().to_lowercase() == wanted)
    }

    fn lookup_by(&self, ty: TypeId, is: &dyn Fn(Name, Option<PackageId>) -> bool) -> Lookup {
        if name_is_useless(self, ty) {
            return Lookup::NotFound;
        }
        // A declared pointer type has no methods, only its base's fields.
        if let (Type::Named(_), Some(elem)) = (self.get(ty), self.pointee(ty)) {
            let base = self.underlying(ty);
            return match self.lookup_by(base, is) {
                Lookup::Found(found) if found.target == Target::Field => Lookup::Found(found),
                Lookup::Found(_) | Lookup::NotFound => {
                    let _ = elem;
                    Lookup::NotFound
                }
                Lookup::Ambiguous => Lookup::Ambiguous,
            };
        }
        let (start, is_pointer) = match self.get(ty) {
            &Type::Pointer(elem) => (elem, true),
            _ => (ty, false),
        };
        // A pointer to an interface or to a type parameter has no methods.
        if is_pointer && matches!(self.under(start), Type::Interface(_)) {
            return Lookup::NotFound;
        }
        let mut current = vec![Embedded { ty: start, path: Vec::new(), indirect: is_pointer, multiples: false }];
        let mut seen: Vec<TypeId> = Vec::new();
        let mut depth_pointer = vec![is_pointer];
        while !current.is_empty() {
            let mut next: Vec<Embedded> = Vec::new();
            let mut next_pointer: Vec<bool> = Vec::new();
            let mut found: Option<Found> = None;
            let mut count = 0;
            for (entry, &at_pointer) in current.iter().zip(&depth_pointer) {
                if matches!(self.get(entry.ty), Type::Named(_)) {
                    if seen.contains(&entry.ty) {
                        continue;
                    }
                    seen.push(entry.ty);
                    let method = self.declared_methods(entry.ty).iter().copied().find(|&m| {
                        let object = self.object(m);
                        is(object.name, object.pkg)
                    });
                    if let Some(method) = method {
                        count += if entry.multiples { 2 } else { 1 };
                        found = Some(Found {
                            target: Target::Method { method, recv: entry.ty },
                            path: entry.path.clone().into(),
                            indirect: entry.indirect,
                            at_pointer,
                            ty: self.method_signature(entry.ty, method),
                        });
                        continue;
                    }
                }
                match self.under(entry.ty) {
                    Type::Struct(fields) => {
                        for (index, field) in fields.iter().enumerate() {
                            let step = Step { deref: at_pointer, index: index as u32 };
                            if is(field.name, field.pkg) {
                                count += if entry.multiples { 2 } else { 1 };
                                let mut path = entry.path.clone();
                                path.push(step);
                                found = Some(Found {
                                    target: Target::Field,
                                    path: path.into(),
                                    indirect: entry.indirect,
                                    at_pointer: false,
                                    ty: field.ty,
                                });
                                continue;
                            }
                            if !field.embedded {
                                continue;
                            }
                            let (elem, pointer) = match self.get(field.ty) {
                                &Type::Pointer(elem) => (elem, true),
                                _ => (field.ty, false),
                            };
                            if !matches!(self.under(elem), Type::Struct(_) | Type::Interface(_))
                                && !matches!(self.get(elem), Type::Named(_))
                            {
                                continue;
                            }
                            let mut path = entry.path.clone();
                            path.push(step);
                            if let Some(known) = next.iter_mut().find(|e| e.ty == elem) {
                                known.multiples = true;
                                continue;
                            }
                            next.push(Embedded {
                                ty: elem,
                                path,
                                indirect: entry.indirect || pointer,
                                multiples: entry.multiples,
                            });
                            next_pointer.push(pointer);
                        }
                    }
                    Type::Interface(_) => {
                        let set = self.interface_set(self.underlying(entry.ty));
                        if let Some(index) = set.methods.iter().position(|m| is(m.name, m.pkg)) {
                            count += if entry.multiples { 2 } else { 1 };
                            found = Some(Found {
                                target: Target::InterfaceMethod { iface: entry.ty, index: index as u32 },
                                path: entry.path.clone().into(),
                                indirect: entry.indirect,
                                at_pointer,
                                ty: set.methods[index].sig,
                            });
                        }
                    }
                    _ => {}
                }
            }
            match (count, found) {
                (0, _) => {}
                (1, Some(found)) => return Lookup::Found(found),
                _ => return Lookup::Ambiguous,
            }
            current = next;
            depth_pointer = next_pointer;
        }
        Lookup::NotFound
    }

    /// Whether a method found on a value of `ty` (not necessarily addressable) is in `ty`'s method set.
    pub fn in_method_set(&self, found: &Found) -> bool {
        match found.target {
            Target::Method { method, .. } => {
                found.indirect || !self.object(method).func_decl().is_some_and(|decl| decl.ptr_recv)
            }
            Target::InterfaceMethod { .. } => true,
            Target::Field => false,
        }
    }

    /// All methods of a type's method set in method order, with how to reach them: what itabs and run-time type
    /// descriptors list.
    pub fn method_set(&self, ty: TypeId) -> Vec<(Method, Found)> {
        let mut names: Vec<(Name, Option<PackageId>)> = Vec::new();
        let mut seen = Vec::new();
        self.collect_names(ty, &mut names, &mut seen);
        let mut methods: Vec<(Method, Found)> = names
            .into_iter()
            .filter_map(|(name, pkg)| {
                let found = self.lookup(ty, pkg, name).found()?;
                self.in_method_set(&found)
                    .then(|| (Method { name, pkg: if name.is_exported() { None } else { pkg }, sig: found.ty }, found))
            })
            .collect();
        methods.sort_by(|a, b| self.method_order(&a.0, &b.0));
        methods
    }

    fn collect_names(&self, ty: TypeId, names: &mut Vec<(Name, Option<PackageId>)>, seen: &mut Vec<TypeId>) {
        let base = match self.get(ty) {
            &Type::Pointer(elem) => elem,
            _ => ty,
        };
        if seen.contains(&base) {
            return;
        }
        seen.push(base);
        let mut add = |name: Name, pkg: Option<PackageId>| {
            let pkg = if name.is_exported() { None } else { pkg };
            if !names.contains(&(name, pkg)) {
                names.push((name, pkg));
            }
        };
        for &method in self.declared_methods(base) {
            let object = self.object(method);
            add(object.name, object.pkg);
        }
        match self.under(base) {
            Type::Interface(_) => {
                for method in &self.interface_set(self.underlying(base)).methods {
                    add(method.name, method.pkg);
                }
            }
            Type::Struct(fields) => {
                for field in fields.iter().filter(|f| f.embedded) {
                    self.collect_names(field.ty, names, seen);
                }
            }
            _ => {}
        }
    }

    /// The first method of the interface that `ty` lacks. With `dynamic` (type assertions), a method that an
    /// interface `ty` lacks does not count, only one it has with another signature.
    pub fn missing_method(&self, ty: TypeId, iface: TypeId, dynamic: bool) -> Option<Missing> {
        if !ty.is_valid() {
            return None;
        }
        let set = self.type_set(iface);
        let is_iface = matches!(self.under(ty), Type::Interface(_));
        for want in &set.methods {
            match self.lookup(ty, want.pkg, want.name) {
                Lookup::Found(found) if found.target == Target::Field => return Some(Missing::Field(want.name)),
                Lookup::Found(found) => {
                    if !self.identical(found.ty, want.sig) {
                        return Some(Missing::WrongType { name: want.name, have: found.ty, want: want.sig });
                    }
                    if !is_iface && !self.in_method_set(&found) {
                        return Some(Missing::PointerReceiver(want.name));
                    }
                }
                _ if dynamic && is_iface => {}
                _ => {
                    let pointer = self.pointer(ty);
                    if is_iface || self.pointee(ty).is_some() {
                        // no hint through a pointer
                    } else if let Lookup::Found(found) = self.lookup(pointer, want.pkg, want.name)
                        && found.target != Target::Field
                    {
                        return Some(Missing::PointerReceiver(want.name));
                    }
                    if let Lookup::Found(found) = self.lookup_folded(ty, want.name)
                        && let Target::Method { method, .. } = found.target
                    {
                        let have_name = self.object(method).name;
                        if have_name == want.name {
                            return Some(Missing::Unexported(want.name));
                        }
                        return Some(Missing::WrongName { name: want.name, have_name, have: found.ty, want: want.sig });
                    }
                    return Some(Missing::Method(want.name));
                }
            }
        }
        None
    }
}

fn name_is_useless(types: &Types, ty: TypeId) -> bool {
    matches!(types.get(ty), Type::Basic(_) | Type::Tuple(_) | Type::Signature(_) | Type::Union(_))
}
