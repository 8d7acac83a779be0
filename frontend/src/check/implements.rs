//! Implementing interfaces and satisfying constraints, with gc's reasons where a type does not.

use super::Checker;
use crate::span::Span;
use crate::types::{Lookup, Method, Target, Term, Type, TypeId};

/// Says whether two signatures count as the same.
pub(super) type SameSignature<'e, 'a> = &'e mut dyn FnMut(&mut Checker<'a>, TypeId, TypeId) -> bool;

impl<'a> Checker<'a> {
    /// Whether `ty` implements the interface (`constraint`: satisfies it as a type argument); the cause if not.
    ///
    /// `at` is where, for the language version there.
    pub(super) fn implements(&mut self, at: Span, ty: TypeId, iface: TypeId, constraint: bool) -> Result<(), String> {
        let types = self.types;
        let (under, iface_under) = (types.underlying(ty), types.underlying(iface));
        let unknown_base = matches!(types.get(under), &Type::Pointer(e) if !types.underlying(e).is_valid());
        if !under.is_valid() || !iface_under.is_valid() || unknown_base {
            return Ok(());
        }
        let verb = if constraint { "satisfy" } else { "implement" };
        if !matches!(types.get(iface_under), Type::Interface(_)) {
            let shown = self.str(iface);
            let detail = if self.is_interface_pointer(iface) {
                format!("type {shown} is pointer to interface, not interface")
            } else {
                format!("{shown} is not an interface")
            };
            return Err(format!("{} does not {verb} {shown} ({detail})", self.str(ty)));
        }
        let set = types.type_set(iface);
        if set.methods.is_empty() && set.is_method_set() {
            return Ok(());
        }
        let own = matches!(types.get(under), Type::Interface(_)).then(|| types.type_set(ty));
        let is_empty = |terms: &Option<Box<[Term]>>| terms.as_ref().is_some_and(|terms| terms.is_empty());
        if own.as_ref().is_some_and(|own| is_empty(&own.terms)) {
            return Ok(());
        }
        if is_empty(&set.terms) {
            return Err(format!("cannot {verb} {} (empty type set)", self.str(iface)));
        }
        if let Some(cause) = self.missing_method(ty, iface, true) {
            return Err(format!("{} does not {verb} {} {cause}", self.str(ty), self.str(iface)));
        }
        if let Some(terms) = &set.terms {
            match own {
                Some(own) => {
                    let covered = own.terms.is_some_and(|own| {
                        own.iter().all(|term| terms.iter().any(|wide| self.term_includes_term(*wide, *term)))
                    });
                    if !covered {
                        return Err(format!("{} does not {verb} {}", self.str(ty), self.str(iface)));
                    }
                }
                None if terms.iter().any(|term| self.term_includes(*term, ty)) => {}
                None => {
                    let detail = self.term_detail(ty, iface, terms);
                    return Err(format!("{} does not {verb} {} ({detail})", self.str(ty), self.str(iface)));
                }
            }
        }
        let wants_comparable = match &set.terms {
            None => set.comparable,
            Some(terms) => terms.iter().all(|t| types.comparable_type(t.ty, false)),
        };
        if !wants_comparable || types.comparable_type(ty, false) {
            return Ok(());
        }
        if constraint && types.comparable_type(ty, true) {
            if self.allow_version(at, 20) {
                return Ok(());
            }
            let what = format!("{} to {verb} comparable requires go1.20 or later", self.str(ty));
            return Err(self.version_message(at, &what));
        }
        Err(format!("{} does not {verb} comparable", self.str(ty)))
    }

    fn term_includes(&self, term: Term, ty: TypeId) -> bool {
        let ty = if term.tilde { self.types.underlying(ty) } else { ty };
        self.types.identical(term.ty, ty)
    }

    fn term_includes_term(&self, wide: Term, narrow: Term) -> bool {
        if narrow.tilde && !wide.tilde {
            return false;
        }
        self.term_includes(wide, narrow.ty)
    }

    /// Why a type is not among the terms of a constraint.
    fn term_detail(&self, ty: TypeId, iface: TypeId, terms: &[Term]) -> String {
        let (shown, constraint) = (self.str(ty), self.str(iface));
        let types = self.types;
        let near = terms.iter().find(|t| {
            !t.tilde && types.underlying(t.ty) == t.ty && self.term_includes(Term { tilde: true, ty: t.ty }, ty)
        });
        if let Some(term) = near {
            return format!("possibly missing ~ for {} in {constraint}", self.str(term.ty));
        }
        if self.mentions_elem(types.underlying(iface), ty) {
            return format!("{constraint} mentions {shown}, but {shown} is not in the type set of {constraint}");
        }
        let list: Vec<String> = terms.iter().map(|&t| self.term_str(t)).collect();
        format!("{shown} missing in {}", list.join(" | "))
    }

    fn mentions_elem(&self, elem: TypeId, ty: TypeId) -> bool {
        match self.types.get(elem) {
            Type::Interface(iface) => iface.embeddeds.iter().any(|&e| self.mentions_elem(e, ty)),
            Type::Union(terms) => terms.iter().any(|t| self.mentions_elem(t.ty, ty)),
            _ => self.types.identical(elem, ty),
        }
    }

    /// A pointer to an interface or type parameter.
    pub(super) fn is_interface_pointer(&self, ty: TypeId) -> bool {
        self.types.pointee(ty).is_some_and(|elem| matches!(self.types.under(elem), Type::Interface(_)))
    }

    pub(super) fn interface_pointer_str(&self, ty: TypeId) -> String {
        let is_param = self.types.pointee(ty).is_some_and(|elem| self.types.is_type_param(elem));
        let what = if is_param { "type parameter" } else { "interface" };
        format!("type {} is pointer to {what}, not {what}", self.str(ty))
    }

    /// Why `ty` lacks a method of `iface`, in parentheses, if it does. With `all` false (type assertions from an
    /// interface) methods that an interface `ty` does not have do not count.
    pub(super) fn missing_method(&mut self, ty: TypeId, iface: TypeId, all: bool) -> Option<String> {
        self.missing_method_by(ty, iface, all, &mut |c, x, y| c.types.identical(x, y))
    }

    /// Like `missing_method`, with signatures compared by `same`.
    pub(super) fn missing_method_by(
        &mut self,
        ty: TypeId,
        iface: TypeId,
        all: bool,
        same: SameSignature<'_, 'a>,
    ) -> Option<String> {
        let types = self.types;
        if !ty.is_valid() {
            return None;
        }
        let methods = types.type_set(iface).methods;
        let is_iface = matches!(types.under(ty), Type::Interface(_));
        for want in &methods {
            let found = match self.lookup_member(ty, want.pkg, want.name) {
                Lookup::Found(found) => found,
                _ if is_iface && !all => continue,
                Lookup::Ambiguous => return self.unless_unknown(ty, self.ambiguous_method(ty, want)),
                Lookup::NotFound => return self.unless_unknown(ty, self.absent_method(ty, iface, want)),
            };
            if found.target == Target::Field {
                let cause = format!("({}.{} is a field, not a method)", self.str(ty), want.name);
                return self.unless_unknown(ty, cause);
            }
            if !is_iface && !types.in_method_set(&found) {
                let cause = format!("(method {} has pointer receiver)", want.name);
                return self.unless_unknown(ty, cause);
            }
            if !same(self, found.ty, want.sig) {
                let cause = self.wrong_signature("wrong type for method", want, want.name.as_str(), found.ty);
                return self.unless_unknown(ty, cause);
            }
        }
        None
    }

    /// Nothing is known about methods if an embedded field is of invalid type.
    fn unless_unknown(&self, ty: TypeId, cause: String) -> Option<String> {
        let base = self.types.pointee(ty).unwrap_or(ty);
        (!self.embeds_invalid(base, &mut Vec::new())).then_some(cause)
    }

    fn embeds_invalid(&self, ty: TypeId, seen: &mut Vec<TypeId>) -> bool {
        if seen.contains(&ty) {
            return false;
        }
        seen.push(ty);
        let Some(fields) = self.types.struct_fields(ty) else { return false };
        fields.iter().filter(|f| f.embedded).any(|f| {
            let base = self.types.pointee(f.ty).unwrap_or(f.ty);
            !base.is_valid() || self.embeds_invalid(base, seen)
        })
    }

    fn ambiguous_method(&self, ty: TypeId, want: &Method) -> String {
        format!("(ambiguous selector {}.{})", self.str(ty), want.name)
    }

    fn absent_method(&self, ty: TypeId, iface: TypeId, want: &Method) -> String {
        if self.is_interface_pointer(ty) {
            return format!("({})", self.interface_pointer_str(ty));
        }
        if self.is_interface_pointer(iface) {
            return format!("({})", self.interface_pointer_str(iface));
        }
        if !matches!(self.types.under(ty), Type::Interface(_))
            && let Lookup::Found(found) = self.types.lookup_folded(ty, want.name)
            && let Target::Method { method, .. } = found.target
        {
            let have = self.types.object(method).name;
            if have == want.name {
                return format!("(unexported method {have})");
            }
            return self.wrong_signature("missing method", want, have.as_str(), found.ty);
        }
        format!("(missing method {})", want.name)
    }

    fn wrong_signature(&self, what: &str, want: &Method, have_name: &str, have: TypeId) -> String {
        let from = Some(self.pkg);
        let have_sig = format!("{have_name}{}", self.types.signature_str(have, from, self.spelling()));
        let want_sig = format!("{}{}", want.name, self.types.signature_str(want.sig, from, self.spelling()));
        if have_sig == want_sig {
            return format!("({what} {})", want.name);
        }
        format!("({what} {})\n\t\thave {have_sig}\n\t\twant {want_sig}", want.name)
    }

    /// For `x.(ty)` with x of interface type `iface`: why it can never hold, if it cannot.
    pub(super) fn impossible_assertion(&mut self, iface: TypeId, ty: TypeId) -> Option<String> {
        if matches!(self.types.under(ty), Type::Interface(_)) {
            return None;
        }
        self.missing_method(ty, iface, false)
    }
}
