//! Questions about types: boolean, ordered, comparable and the like.
//!
//! The `all_…` forms hold for a type parameter if they hold for every type of its set.

use super::*;

const MAX_COMPONENTS: usize = 10_000;

impl Types {
    /// The basic kind of the underlying type.
    pub fn basic(&self, ty: TypeId) -> Option<Basic> {
        match self.get(ty) {
            Type::Basic(basic) => Some(*basic),
            Type::Named(_) => match self.under(ty) {
                Type::Basic(basic) => Some(*basic),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn is_type_param(&self, ty: TypeId) -> bool {
        matches!(self.get(ty), Type::TypeParam(_))
    }

    pub fn is_named(&self, ty: TypeId) -> bool {
        matches!(self.get(ty), Type::Basic(_) | Type::Named(_) | Type::TypeParam(_))
    }

    /// An interface that is no type parameter.
    pub fn is_interface(&self, ty: TypeId) -> bool {
        !self.is_type_param(ty) && matches!(self.under(ty), Type::Interface(_))
    }

    pub fn is_untyped(&self, ty: TypeId) -> bool {
        matches!(self.get(ty), Type::Basic(basic) if basic.is_untyped())
    }

    /// Whether the predicate holds for the kind, or for all kinds of a type parameter's set.
    pub fn all_basic(&self, ty: TypeId, holds: impl Fn(Basic) -> bool) -> bool {
        if !self.is_type_param(ty) {
            return self.basic(ty).is_some_and(holds);
        }
        match self.type_set(ty).terms {
            Some(terms) => !terms.is_empty() && terms.iter().all(|t| self.basic(t.ty).is_some_and(&holds)),
            None => false,
        }
    }

    pub fn is_boolean(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_boolean)
    }

    pub fn is_string(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_string)
    }

    pub fn is_integer(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_integer)
    }

    pub fn is_unsigned(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_unsigned)
    }

    pub fn is_float(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_float)
    }

    pub fn is_complex(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_complex)
    }

    pub fn is_numeric(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_numeric)
    }

    pub fn is_const_type(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(Basic::is_const_type)
    }

    /// Pointers, functions, slices, maps, channels, interfaces, unsafe.Pointer: types with a nil.
    pub fn has_nil(&self, ty: TypeId) -> bool {
        if self.is_type_param(ty) {
            return match self.type_set(ty).terms {
                Some(terms) => !terms.is_empty() && terms.iter().all(|t| self.has_nil(t.ty)),
                None => false,
            };
        }
        matches!(
            self.under(ty),
            Type::Pointer(_)
                | Type::Signature(_)
                | Type::Slice(_)
                | Type::Map { .. }
                | Type::Chan { .. }
                | Type::Interface(_)
                | Type::Basic(Basic::UnsafePointer | Basic::UntypedNil)
        )
    }

    /// Whether `==` is defined. With `dynamic`, interfaces count although comparing them can panic.
    pub fn comparable_type(&self, ty: TypeId, dynamic: bool) -> bool {
        self.comparable_in(ty, dynamic, &mut Vec::new())
    }

    fn comparable_in(&self, ty: TypeId, dynamic: bool, seen: &mut Vec<TypeId>) -> bool {
        // Types that contain so many others come from (invalid) endless expansion only.
        if seen.contains(&ty) || seen.len() > MAX_COMPONENTS {
            return true;
        }
        seen.push(ty);
        if self.is_type_param(ty) {
            return self.set_is_comparable(self.underlying(ty), seen);
        }
        match self.under(ty) {
            Type::Basic(basic) => *basic != Basic::UntypedNil,
            Type::Pointer(_) | Type::Chan { .. } => true,
            Type::Interface(_) => dynamic || self.set_is_comparable(self.underlying(ty), seen),
            Type::Struct(fields) => fields.iter().all(|f| self.comparable_in(f.ty, dynamic, seen)),
            &Type::Array { elem, .. } => self.comparable_in(elem, dynamic, seen),
            _ => false,
        }
    }

    fn set_is_comparable(&self, iface: TypeId, seen: &mut Vec<TypeId>) -> bool {
        let set = self.type_set(iface);
        match &set.terms {
            None => set.comparable,
            Some(terms) => !terms.is_empty() && terms.iter().all(|t| self.comparable_in(t.ty, false, seen)),
        }
    }

    /// Why a type is not comparable, as gc words it.
    pub fn incomparable_cause(&self, ty: TypeId, from: Option<PackageId>) -> Option<String> {
        match self.under(ty) {
            _ if self.is_type_param(ty) => Some(match self.type_set(ty).terms {
                Some(terms) if terms.is_empty() => "empty type set".into(),
                _ => "incomparable types in type set".into(),
            }),
            Type::Slice(_) => Some("slice can only be compared to nil".into()),
            Type::Signature(_) => Some("func can only be compared to nil".into()),
            Type::Map { .. } => Some("map can only be compared to nil".into()),
            Type::Struct(fields) => {
                let field = fields.iter().find(|f| !self.comparable_type(f.ty, true))?;
                Some(format!("struct containing {} cannot be compared", self.type_str(field.ty, from)))
            }
            &Type::Array { elem, .. } if !self.comparable_type(elem, true) => {
                Some(format!("{} cannot be compared", self.type_str(ty, from)))
            }
            _ => None,
        }
    }

    /// The type an untyped constant or value gets by default.
    pub fn default_type(&self, ty: TypeId) -> TypeId {
        match self.get(ty) {
            Type::Basic(Basic::UntypedBool) => TypeId::BOOL,
            Type::Basic(Basic::UntypedInt) => TypeId::INT,
            Type::Basic(Basic::UntypedRune) => TypeId::INT32,
            Type::Basic(Basic::UntypedFloat) => TypeId::FLOAT64,
            Type::Basic(Basic::UntypedComplex) => TypeId::COMPLEX128,
            Type::Basic(Basic::UntypedString) => TypeId::STRING,
            _ => ty,
        }
    }

    /// The element type of a pointer.
    pub fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match self.under(ty) {
            &Type::Pointer(elem) if !self.is_type_param(ty) => Some(elem),
            _ => None,
        }
    }

    /// The fields of a struct type or of what has one as underlying type.
    pub fn struct_fields(&self, ty: TypeId) -> Option<&[Field]> {
        match self.under(ty) {
            Type::Struct(fields) => Some(fields),
            _ => None,
        }
    }
}
