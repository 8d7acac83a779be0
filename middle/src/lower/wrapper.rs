//! Functions between a method and who calls it: promoted methods, value methods called by pointer, bound methods
//! and method expressions of interfaces.
//!
//! All are flagged `wrapper`: tracebacks and `recover` look through them. A wrapper passes its arguments on word by
//! word; only the receiver changes. Symbols:
//! - `p.T.M`, `p.(*T).M`: the method `M` as found in the method set of `T` or `*T`; the declared method itself where
//!   there is one, else a wrapper;
//! - `…-fm`: the body of the closure a method value is; the closure object is the code address followed by the
//!   receiver;
//! - `I.M` of an interface type: receives the interface, calls the method.
//!
//! The package of a named type makes the wrappers of its method sets (its descriptors need them all); those of
//! instances and unnamed types are made by whoever needs them and deduplicated.

use frontend::types::*;

use super::layout::WORD;
use super::mangle::package_prefix;
use super::types_desc::ITAB_FUN;
use super::{Lower, Work};
use crate::mir::build::FuncBuilder;
use crate::mir::{Def, Layout, LayoutId, Position, Signature, Symbol, Ty, Value};

/// A value on the way to the receiver.
enum At {
    Scalars(Vec<Value>),
    /// In memory that others may change.
    Memory(Value),
}

/// What a wrapper was called with.
struct Incoming {
    at: At,
    /// Where results of memory types go.
    outs: Vec<Value>,
    rest: Vec<Value>,
}

impl<'p> Lower<'p> {
    /// The method of this name in a type's method set, as seen from `pkg`.
    pub(super) fn find_method(&self, ty: TypeId, name: Name, pkg: Option<PackageId>) -> Option<Found> {
        self.types.lookup(ty, pkg, name).found().filter(|f| !matches!(f.target, Target::Field))
    }

    /// The function that takes a receiver of type `ty` and the method's arguments.
    pub(super) fn method_symbol(&mut self, ty: TypeId, name: Name, pkg: Option<PackageId>) -> Symbol {
        let ty = self.types.canonical(ty);
        let Some(found) = self.find_method(ty, name, pkg) else {
            return self.m.declare("runtime.unreachableMethod", Some(Signature::default()));
        };
        if let Some(sym) = self.declared_method(ty, &found) {
            return sym;
        }
        let sym_name = self.method_name(ty, name, pkg);
        let sig = self.abi(Some(ty), found.ty).sig;
        let sym = self.m.declare(&sym_name, Some(sig));
        if !self.foreign(ty) {
            self.request(&sym_name, || Work::MethodWrapper { recv: ty, name, pkg });
        }
        sym
    }

    /// The method's own function, if its receiver is of type `ty` exactly.
    fn declared_method(&mut self, ty: TypeId, found: &Found) -> Option<Symbol> {
        let Target::Method { method, recv } = found.target else { return None };
        let by_pointer = self.types.object(method).func_decl().is_some_and(|d| d.ptr_recv);
        let own =
            found.path.is_empty() && found.at_pointer == by_pointer && self.types.canonical(recv) != TypeId::INVALID;
        (own && !matches!(self.types.under(ty), Type::Interface(_))).then(|| self.method_func(method, recv))
    }

    /// The function of a declared method found on `recv`, a named type or instance.
    pub(super) fn method_func(&mut self, method: ObjectId, recv: TypeId) -> Symbol {
        let targs: Box<[TypeId]> = match self.types.get(recv) {
            Type::Named(n) => n.targs.clone(),
            _ => Box::default(),
        };
        self.func_symbol(method, &targs)
    }

    fn method_name(&self, ty: TypeId, name: Name, pkg: Option<PackageId>) -> String {
        let (base, pointer) = match self.types.get(ty) {
            &Type::Pointer(elem) => (elem, true),
            _ => (ty, false),
        };
        let own = match self.types.get(base) {
            Type::Named(n) => self.types.object(n.obj).pkg,
            _ => None,
        };
        // Hidden methods of other packages may share a name.
        match pkg {
            Some(p) if !name.is_exported() && pkg != own => {
                let name = format!("{}.{name}", package_prefix(self.types, p));
                self.mangler().method_symbol(base, pointer, &name)
            }
            _ => self.mangler().method_symbol(base, pointer, name.as_str()),
        }
    }

    /// The function an itab holds for the method: its receiver is an interface's data word.
    pub(super) fn interface_method_symbol(&mut self, ty: TypeId, name: Name, pkg: Option<PackageId>) -> Symbol {
        if self.layouts.is_direct(ty) {
            return self.method_symbol(ty, name, pkg);
        }
        let pointer = self.types.pointer(ty);
        self.method_symbol(pointer, name, pkg)
    }

    /// How many parameter words a value of this type takes.
    fn param_words(&mut self, ty: TypeId) -> usize {
        self.layouts.info(ty).leaves.as_ref().map_or(1, |l| l.len())
    }

    fn load_at(&mut self, b: &mut FuncBuilder, ty: TypeId, ptr: Value) -> At {
        let info = self.layouts.info(ty);
        match &info.leaves {
            Some(leaves) => At::Scalars(leaves.iter().map(|l| b.load_at(l.ty, ptr, l.offset as i64)).collect()),
            None => At::Memory(ptr),
        }
    }

    /// A value as argument words; what lies in memory is copied first, since its owner may change it meanwhile.
    fn argument(&mut self, b: &mut FuncBuilder, ty: TypeId, at: At) -> Vec<Value> {
        match at {
            At::Scalars(values) => values,
            At::Memory(ptr) => {
                if !self.layouts.info(ty).is_memory() {
                    let At::Scalars(values) = self.load_at(b, ty, ptr) else { return vec![ptr] };
                    return values;
                }
                let layout = self.layout_id(ty);
                let slot = b.new_slot(layout, ".recv");
                let copy = b.slot_addr(slot);
                b.mem_copy_nowb(copy, ptr, layout);
                vec![copy]
            }
        }
    }

    /// Follows the embedded fields of `path` from a value of type `ty` (a pointer, if the first step goes through one).
    fn walk(&mut self, b: &mut FuncBuilder, ty: TypeId, at: At, path: &[Step]) -> (TypeId, At) {
        let (mut ty, mut at) = (ty, at);
        for step in path {
            if step.deref {
                let ptr = self.argument(b, ty, at)[0];
                b.nil_check(ptr);
                ty = self.types.pointee(ty).unwrap_or(ty);
                at = At::Memory(ptr);
            }
            let index = step.index as usize;
            let Some(field) = self.types.struct_fields(ty).and_then(|f| f.get(index)) else { break };
            at = match at {
                At::Memory(ptr) => At::Memory(b.ptr_add(ptr, self.layouts.field_offsets(ty)[index] as i64)),
                At::Scalars(values) => At::Scalars(values[self.layouts.field_leaves(ty, index)].to_vec()),
            };
            ty = field.ty;
        }
        (ty, at)
    }

    /// Calls the found method with the receiver reached from `at` and returns what it returns.
    fn forward(&mut self, b: &mut FuncBuilder, recv: TypeId, found: &Found, incoming: Incoming) {
        let Incoming { at, outs, rest } = incoming;
        let (ty, at) = self.walk(b, recv, at, &found.path);
        let mut args = outs;
        let results = match found.target {
            Target::InterfaceMethod { iface, index } => {
                let words = self.argument(b, ty, at);
                let sig = self.interface_signature(found.ty);
                args.push(words[1]);
                args.extend(rest);
                b.nil_check(words[0]);
                let code = b.load_at(Ty::Raw, words[0], ITAB_FUN + index as i64 * WORD as i64);
                b.call_method((self.type_desc(iface), index), code, &sig, args)
            }
            Target::Method { method, recv: named } => {
                let by_pointer = self.types.object(method).func_decl().is_some_and(|d| d.ptr_recv);
                let receiver = match (found.at_pointer, by_pointer, at) {
                    (true, true, at) => self.argument(b, ty, at),
                    (true, false, at) => {
                        let ptr = self.argument(b, ty, at)[0];
                        if found.path.is_empty() {
                            self.check_wrapped(b, ptr);
                        } else {
                            b.nil_check(ptr);
                        }
                        self.argument(b, named, At::Memory(ptr))
                    }
                    (false, true, At::Memory(ptr)) => vec![ptr],
                    (false, _, at) => self.argument(b, named, at),
                };
                args.extend(receiver);
                args.extend(rest);
                let f = self.method_func(method, named);
                let recv = if by_pointer { self.types.pointer(named) } else { named };
                let sig = self.abi(Some(recv), found.ty).sig;
                b.call(f, &sig, args)
            }
            Target::Field => return b.unreachable(),
        };
        b.ret(results);
    }

    /// A value method called through a nil pointer has a panic of its own.
    fn check_wrapped(&mut self, b: &mut FuncBuilder, ptr: Value) {
        let (nil, good) = (b.create_block(), b.create_block());
        let is_nil = b.is_nil(ptr);
        b.branch(is_nil, nil, good);
        b.switch_to_sealed(nil);
        let f = self.m.declare("runtime.panicwrap", Some(Signature::default()));
        b.call(f, &Signature::default(), vec![]);
        b.unreachable();
        b.switch_to_sealed(good);
    }

    /// The signature of a method called through an itab: the receiver is one pointer.
    pub(super) fn interface_signature(&mut self, sig: TypeId) -> Signature {
        self.abi(Some(TypeId::UNSAFE_POINTER), sig).sig
    }

    /// Starts a wrapper of this name, as tracebacks see it.
    fn wrapper_builder(&mut self, sig: Signature, name: &str) -> FuncBuilder {
        let mut b = FuncBuilder::new(sig);
        b.pragmas().wrapper = true;
        let func = self.m.func_names.insert_full(name.to_owned()).0 as u32;
        let file = self.m.files.insert_full("<autogenerated>".to_owned()).0 as u32;
        let pos = self.m.position(Position { file, line: 1, col: 1, func, inlined_at: None });
        b.set_pos(pos);
        b.set_start(pos);
        b
    }

    pub(super) fn emit_method_wrapper(&mut self, recv: TypeId, name: Name, pkg: Option<PackageId>) {
        let sym = self.method_symbol(recv, name, pkg);
        let Some(found) = self.find_method(recv, name, pkg) else { return };
        let sig = self.abi(Some(recv), found.ty).sig;
        let text = self.m.name_of(sym).to_owned();
        let mut b = self.wrapper_builder(sig, &text);
        let incoming = self.incoming(&b, recv, &found);
        self.forward(&mut b, recv, &found, incoming);
        let dedup = self.owned_by_nobody(recv);
        self.m.define(sym, Def::Func(b.finish()), dedup);
    }

    /// The parameters of a function under construction whose first Go parameter is the receiver.
    fn incoming(&mut self, b: &FuncBuilder, recv: TypeId, found: &Found) -> Incoming {
        let words = self.param_words(recv);
        let mut outs = b.params().to_vec();
        let mut receiver = outs.split_off(self.memory_results(found.ty));
        let rest = receiver.split_off(words);
        let at = if self.layouts.info(recv).is_memory() { At::Memory(receiver[0]) } else { At::Scalars(receiver) };
        Incoming { at, outs, rest }
    }

    /// How many results come by way of pointers from the caller.
    fn memory_results(&mut self, sig: TypeId) -> usize {
        let results = self.types.as_signature(sig).map_or(&[][..], |s| &s.results);
        results.iter().filter(|&&ty| self.layouts.info(ty).is_memory()).count()
    }

    /// The code of a method value whose receiver, evaluated and bound, is of type `recv` (which may be an interface).
    pub(super) fn bound_method_symbol(&mut self, recv: TypeId, name: Name, pkg: Option<PackageId>) -> Symbol {
        let recv = self.types.canonical(recv);
        let sym_name = format!("{}-fm", self.method_name(recv, name, pkg));
        let sig = match self.find_method(recv, name, pkg) {
            Some(found) => self.abi(None, found.ty).sig,
            None => Signature::default(),
        };
        self.request(&sym_name, || Work::BoundMethod { recv, name, pkg });
        self.m.declare(&sym_name, Some(Signature { context: true, ..sig }))
    }

    /// The layout of a method value's closure object.
    pub(super) fn bound_layout(&mut self, recv: TypeId) -> LayoutId {
        let inner = self.layouts.layout(recv);
        let ptr_words = inner.ptr_words.iter().map(|w| w + 1).collect();
        self.m.layout(Layout { size: WORD + inner.size.next_multiple_of(WORD), align: WORD, ptr_words })
    }

    pub(super) fn emit_bound_method(&mut self, recv: TypeId, name: Name, pkg: Option<PackageId>) {
        let sym = self.bound_method_symbol(recv, name, pkg);
        let Some(found) = self.find_method(recv, name, pkg) else { return };
        let sig = Signature { context: true, ..self.abi(None, found.ty).sig };
        let text = self.m.name_of(sym).to_owned();
        let mut b = self.wrapper_builder(sig, &text);
        let context = b.context();
        let bound = b.ptr_add(context, WORD as i64);
        let at = self.load_at(&mut b, recv, bound);
        let mut outs = b.params().to_vec();
        let rest = outs.split_off(self.memory_results(found.ty));
        self.forward(&mut b, recv, &found, Incoming { at, outs, rest });
        self.m.define(sym, Def::Func(b.finish()), true);
    }

    /// The function of the method expression `I.M`.
    pub(super) fn interface_method_expr_symbol(&mut self, iface: TypeId, name: Name, pkg: Option<PackageId>) -> Symbol {
        let iface = self.types.canonical(iface);
        let sym_name = self.method_name(iface, name, pkg);
        let sig = match self.find_method(iface, name, pkg) {
            Some(found) => self.abi(Some(iface), found.ty).sig,
            None => Signature::default(),
        };
        self.request(&sym_name, || Work::InterfaceMethodExpr { iface, name, pkg });
        self.m.declare(&sym_name, Some(sig))
    }

    pub(super) fn emit_interface_method_expr(&mut self, iface: TypeId, name: Name, pkg: Option<PackageId>) {
        let sym = self.interface_method_expr_symbol(iface, name, pkg);
        let Some(found) = self.find_method(iface, name, pkg) else { return };
        let sig = self.abi(Some(iface), found.ty).sig;
        let text = self.m.name_of(sym).to_owned();
        let mut b = self.wrapper_builder(sig, &text);
        let incoming = self.incoming(&b, iface, &found);
        self.forward(&mut b, iface, &found, incoming);
        self.m.define(sym, Def::Func(b.finish()), true);
    }
}
