//! Type descriptors and itabs, byte for byte as `internal/abi` of Go 1.26 reads them.
//!
//! ```text
//! +-----------------------------+
//! | abi.Type, 48 bytes          |  header
//! | fields of the kind          |  e.g. ArrayType.Elem, Slice, Len
//! +-----------------------------+
//! | abi.UncommonType, 16 bytes  |  if the type has a name or methods
//! +-----------------------------+
//! | func in/out, fields, imethods
//! +-----------------------------+
//! | []abi.Method, 16 bytes each |
//! +-----------------------------+
//! ```
//! Name, type and text offsets are distances from the start of the descriptor; 0 means none.
//!
//! A declared type's descriptor is made by its package; those of unnamed types and instances by whoever needs them.

use frontend::types::*;

use super::data::{DataBuf, fnv32, pointer_mask};
use super::{Lower, Work};
use crate::lower::mangle::{package_prefix, short_name};
use crate::mir::*;

/// `abi.Kind`.
pub mod kind {
    pub const BOOL: u8 = 1;
    pub const INT: u8 = 2;
    pub const FLOAT32: u8 = 13;
    pub const FLOAT64: u8 = 14;
    pub const COMPLEX64: u8 = 15;
    pub const COMPLEX128: u8 = 16;
    pub const ARRAY: u8 = 17;
    pub const CHAN: u8 = 18;
    pub const FUNC: u8 = 19;
    pub const INTERFACE: u8 = 20;
    pub const MAP: u8 = 21;
    pub const POINTER: u8 = 22;
    pub const SLICE: u8 = 23;
    pub const STRING: u8 = 24;
    pub const STRUCT: u8 = 25;
    pub const UNSAFE_POINTER: u8 = 26;
}

/// `abi.TFlag`.
pub mod flag {
    pub const UNCOMMON: u8 = 1;
    pub const EXTRA_STAR: u8 = 2;
    pub const NAMED: u8 = 4;
    pub const REGULAR_MEMORY: u8 = 8;
    pub const GC_MASK_ON_DEMAND: u8 = 16;
    pub const DIRECT_IFACE: u8 = 32;
}

/// `abi.MapType.Flags`.
mod map_flag {
    pub const NEED_KEY_UPDATE: u32 = 1;
    pub const HASH_MIGHT_PANIC: u32 = 2;
    pub const INDIRECT_KEY: u32 = 4;
    pub const INDIRECT_ELEM: u32 = 8;
}

/// Byte offsets in `abi.Type`.
pub mod field {
    pub const FLAGS: u64 = 20;
    pub const KIND: u64 = 23;
    pub const STRING: u64 = 40;
}

/// Size of `abi.Type`.
pub const HEADER: u64 = 48;
const UNCOMMON: u64 = 16;
/// Larger pointer masks are built by the runtime when first needed: `abi.MaxPtrmaskBytes` words of mask bits.
const MAX_MASK_WORDS: u64 = 2048 * 8;
/// Keys and elements above this live outside their slot.
const MAP_MAX_INLINE: u64 = 128;
const MAP_SLOTS: u64 = 8;

/// Bytes a kind's descriptor has between the header and the uncommon part.
pub fn fixed_size(kind: u8) -> u64 {
    match kind {
        kind::ARRAY => 24,
        kind::SLICE | kind::POINTER | kind::FUNC => 8,
        kind::CHAN => 16,
        kind::INTERFACE | kind::STRUCT => 32,
        kind::MAP => 56 + 8,
        _ => 0,
    }
}

/// Whether a symbol is a type descriptor; names, masks and functions that descriptors need have a dot first.
pub fn is_descriptor(symbol: &str) -> bool {
    symbol.strip_prefix("type:").is_some_and(|rest| !rest.starts_with('.'))
}

/// Byte offset of `abi.ITab.Fun`.
pub const ITAB_FUN: i64 = 24;
/// What names of itabs begin with.
pub const ITAB_PREFIX: &str = "go:itab.";

fn kind_of(types: &Types, ty: TypeId) -> u8 {
    use Basic::*;
    match types.under(ty) {
        Type::Basic(b) => match b {
            Bool | UntypedBool => kind::BOOL,
            Int | Int8 | Int16 | Int32 | Int64 | Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr => {
                kind::INT + (*b as u8 - Int as u8)
            }
            Float32 => kind::FLOAT32,
            Float64 => kind::FLOAT64,
            Complex64 => kind::COMPLEX64,
            Complex128 => kind::COMPLEX128,
            String => kind::STRING,
            UnsafePointer => kind::UNSAFE_POINTER,
            _ => 0,
        },
        Type::Pointer(_) => kind::POINTER,
        Type::Slice(_) => kind::SLICE,
        Type::Array { .. } => kind::ARRAY,
        Type::Map { .. } => kind::MAP,
        Type::Chan { .. } => kind::CHAN,
        Type::Struct(_) => kind::STRUCT,
        Type::Signature(_) => kind::FUNC,
        Type::Interface(_) => kind::INTERFACE,
        _ => 0,
    }
}

impl<'p> Lower<'p> {
    /// The descriptor of a type.
    pub(super) fn type_desc(&mut self, ty: TypeId) -> Symbol {
        let ty = self.types.canonical(ty);
        if let Some(&sym) = self.type_syms.get(&ty) {
            return sym;
        }
        let name = format!("type:{}", short_name(&self.link_string(ty)));
        let sym = self.m.declare(&name, None);
        self.type_syms.insert(ty, sym);
        if !self.foreign(ty) {
            self.request(&name, || Work::TypeDesc(ty));
        }
        sym
    }

    /// Whether another package makes what belongs to this type: its descriptor, method wrappers, equality.
    pub(super) fn foreign(&self, ty: TypeId) -> bool {
        match self.owner(ty) {
            Some(Owner::Package(pkg)) => pkg != self.pkg,
            Some(Owner::Runtime) => &*self.types.package(self.pkg).path != "runtime",
            None => false,
        }
    }

    /// Whether whoever needs what belongs to this type makes it, and the driver keeps one.
    pub(super) fn owned_by_nobody(&self, ty: TypeId) -> bool {
        self.owner(ty).is_none()
    }

    fn owner(&self, ty: TypeId) -> Option<Owner> {
        let base = match self.types.get(ty) {
            &Type::Pointer(elem) => elem,
            _ => ty,
        };
        match self.types.get(base) {
            Type::Basic(_) => Some(Owner::Runtime),
            Type::Named(n) if !n.targs.is_empty() => None,
            // Other packages meet the local types of a function in its results; its own may not need them.
            Type::Named(n) if self.mangler().is_local(n.obj) => None,
            Type::Named(n) => match self.types.object(n.obj).pkg {
                Some(pkg) => Some(Owner::Package(pkg)),
                None => Some(Owner::Runtime),
            },
            _ => None,
        }
    }

    /// Descriptors of everything this package declares (and, for `runtime`, of the predeclared types).
    pub(super) fn declared_types(&mut self, input: super::PackageInput<'p>) {
        let mut all = super::analyze::declared_types(input, self.types);
        if &*self.types.package(self.pkg).path == "runtime" {
            all.extend(Basic::ALL.iter().filter(|b| !b.is_untyped() && **b != Basic::Invalid).map(|b| b.id()));
            all.push(self.types.error);
        }
        for ty in all {
            self.type_desc(ty);
            let pointer = self.types.pointer(ty);
            self.type_desc(pointer);
        }
    }

    /// The encoded name of a type, field or method.
    pub(super) fn name_data(
        &mut self,
        name: &str,
        tag: &str,
        exported: bool,
        embedded: bool,
        pkg: Option<PackageId>,
    ) -> Symbol {
        let mark = if exported { '.' } else { '-' };
        let pkg_path = pkg.map(|p| package_prefix(self.types, p).to_owned());
        let plain = tag.is_empty() && name.len() <= 60;
        let mut sym = if plain {
            format!("type:.namedata.{name}{mark}")
        } else {
            format!("type:.namedata.{:032x}{mark}", super::data::fnv128(format!("{name}\0{tag}").as_bytes()))
        };
        if let Some(path) = &pkg_path {
            sym.push_str(path);
        }
        if embedded {
            sym.push_str(".embedded");
        }
        let (name, tag) = (name.to_owned(), tag.to_owned());
        self.constant(&sym, 1, |lo| {
            let mut buf = DataBuf::default();
            let bits = u8::from(exported)
                | u8::from(!tag.is_empty()) << 1
                | u8::from(pkg_path.is_some()) << 2
                | u8::from(embedded) << 3;
            buf.bytes.push(bits);
            for text in std::iter::once(&name).chain((!tag.is_empty()).then_some(&tag)) {
                let mut n = text.len();
                while n >= 0x80 {
                    buf.bytes.push(n as u8 | 0x80);
                    n >>= 7;
                }
                buf.bytes.push(n as u8);
                buf.bytes.extend_from_slice(text.as_bytes());
            }
            if let Some(path) = &pkg_path {
                let target = lo.pkg_path_data(path);
                let at = buf.bytes.len() as u64;
                buf.offset(at, target);
            }
            buf
        })
    }

    fn pkg_path_data(&mut self, path: &str) -> Symbol {
        let path = path.to_owned();
        self.name_data(&path, "", false, false, None)
    }

    /// The package whose path a type's uncommon part carries.
    fn type_pkg(&self, ty: TypeId) -> Option<PackageId> {
        let of = |t: TypeId| match self.types.get(t) {
            Type::Named(n) => self.types.object(n.obj).pkg,
            _ => None,
        };
        match self.types.get(ty) {
            Type::Named(_) => of(ty),
            &(Type::Pointer(elem) | Type::Slice(elem) | Type::Array { elem, .. } | Type::Chan { elem, .. }) => of(elem),
            _ => None,
        }
    }

    pub(super) fn emit_type_desc(&mut self, ty: TypeId) {
        let sym = self.type_desc(ty);
        let types = self.types;
        let named = matches!(types.get(ty), Type::Named(_) | Type::Basic(_));
        let methods = if types.is_interface(ty) { Vec::new() } else { types.method_set(ty) };
        let extra = named || !methods.is_empty();
        let mut buf = DataBuf::default();
        self.put_header(&mut buf, ty, named, extra);

        let fixed = HEADER + fixed_size(kind_of(types, ty));
        let variable = fixed + if extra { UNCOMMON } else { 0 };
        let end = self.put_kind(&mut buf, sym, ty, variable);
        if extra {
            self.put_methods(&mut buf, ty, fixed, end, &methods);
        }
        let dedup = self.owner(ty).is_none();
        self.define_data(sym, buf, 8, true, dedup);
    }

    fn put_header(&mut self, buf: &mut DataBuf, ty: TypeId, named: bool, extra: bool) {
        let types = self.types;
        let info = self.layouts.info(ty);
        buf.bytes.resize(HEADER as usize, 0);
        buf.u64(0, info.size);
        buf.u64(8, info.ptr_bytes);
        let link = self.link_string(ty);
        buf.u32(16, fnv32(link.as_bytes()));
        let mut flags = 0;
        if extra {
            flags |= flag::UNCOMMON;
        }
        if named {
            flags |= flag::NAMED;
        }
        if types.comparable_type(ty, true) && self.is_plain_memory(ty) {
            flags |= flag::REGULAR_MEMORY;
        }
        if self.layouts.is_direct(ty) {
            flags |= flag::DIRECT_IFACE;
        }
        let gc = if info.ptr_bytes / 8 > MAX_MASK_WORDS {
            flags |= flag::GC_MASK_ON_DEMAND;
            let name = format!("type:.gcmask.{}", short_name(&link));
            let sym = self.m.declare(&name, None);
            if self.requested.insert(name) {
                self.define_data(sym, DataBuf::sized(8), 8, false, true);
            }
            sym
        } else {
            let mut words = Vec::new();
            self.layouts.pointer_words(ty, 0, &mut words);
            self.gc_mask(&pointer_mask(&words))
        };
        let mut text = self.mangler().reflect_string(ty);
        let declared_name = |t: TypeId| match types.get(t) {
            Type::Named(n) => types.object(n.obj).name.is_exported(),
            _ => false,
        };
        let exported = if text.starts_with('*') {
            types.pointee(ty).is_some_and(declared_name)
        } else {
            flags |= flag::EXTRA_STAR;
            text.insert(0, '*');
            declared_name(ty)
        };
        buf.u8(field::FLAGS, flags);
        buf.u8(21, info.align as u8);
        buf.u8(22, info.align as u8);
        buf.u8(field::KIND, kind_of(types, ty));
        if let Some(equal) = self.equal_closure(ty) {
            buf.address(24, equal, 0);
        }
        buf.address(32, gc, 0);
        let name = self.name_data(&text, "", exported, false, None);
        buf.offset(field::STRING, name);
        // Reflection must find the methods of *T from T; other pointer types it can make itself.
        let pointer = types.pointer(ty);
        if named || (matches!(types.get(ty), Type::Struct(_)) && !types.method_set(pointer).is_empty()) {
            let pointer = self.type_desc(pointer);
            buf.offset(44, pointer);
        }
    }

    /// Writes what is particular to the kind; returns the end of the variable part.
    fn put_kind(&mut self, buf: &mut DataBuf, sym: Symbol, ty: TypeId, variable: u64) -> u64 {
        let types = self.types;
        match types.under(ty) {
            &Type::Array { elem, len } => {
                let (e, s) = (self.type_desc(elem), types.slice(elem));
                let s = self.type_desc(s);
                buf.address(HEADER, e, 0);
                buf.address(HEADER + 8, s, 0);
                buf.u64(HEADER + 16, len);
                variable
            }
            &Type::Slice(elem) | &Type::Pointer(elem) => {
                let e = self.type_desc(elem);
                buf.address(HEADER, e, 0);
                variable
            }
            &Type::Chan { dir, elem } => {
                let e = self.type_desc(elem);
                buf.address(HEADER, e, 0);
                buf.u64(
                    HEADER + 8,
                    match dir {
                        ChanDir::Recv => 1,
                        ChanDir::Send => 2,
                        ChanDir::Both => 3,
                    },
                );
                variable
            }
            Type::Signature(sig) => {
                buf.u16(HEADER, sig.params.len() as u16);
                buf.u16(HEADER + 2, sig.results.len() as u16 | if sig.variadic { 1 << 15 } else { 0 });
                buf.u32(HEADER + 4, 0);
                let mut at = variable;
                for &t in sig.params.iter().chain(&*sig.results) {
                    let d = self.type_desc(t);
                    buf.address(at, d, 0);
                    at += 8;
                }
                at
            }
            Type::Interface(_) => {
                let set = types.interface_set(types.underlying(ty)).methods.clone();
                let pkg = match types.get(ty) {
                    Type::Named(n) => types.object(n.obj).pkg,
                    _ => None,
                };
                buf.u64(HEADER, 0);
                if let Some(pkg) = pkg {
                    let path = self.pkg_path_data(package_prefix(types, pkg));
                    buf.address(HEADER, path, 0);
                }
                self.put_slice(buf, HEADER + 8, sym, variable, set.len() as u64);
                let mut at = variable;
                for m in &set {
                    let hidden = if m.name.is_exported() || m.pkg == pkg { None } else { m.pkg };
                    let name = self.name_data(m.name.as_str(), "", m.name.is_exported(), false, hidden);
                    buf.offset(at, name);
                    let t = self.type_desc(m.sig);
                    buf.offset(at + 4, t);
                    at += 8;
                }
                at
            }
            &Type::Map { key, elem } => {
                self.put_map(buf, ty, key, elem);
                variable
            }
            Type::Struct(fields) => {
                let pkg = fields.iter().find(|f| !f.name.is_exported()).and_then(|f| f.pkg);
                buf.u64(HEADER, 0);
                if let Some(pkg) = pkg {
                    let path = self.pkg_path_data(package_prefix(types, pkg));
                    buf.address(HEADER, path, 0);
                }
                self.put_slice(buf, HEADER + 8, sym, variable, fields.len() as u64);
                let offsets = self.layouts.field_offsets(ty);
                let mut at = variable;
                for (f, &offset) in fields.iter().zip(&*offsets) {
                    let tag = f.tag.as_deref().unwrap_or("");
                    let name = self.name_data(f.name.as_str(), tag, f.name.is_exported(), f.embedded, None);
                    buf.address(at, name, 0);
                    let t = self.type_desc(f.ty);
                    buf.address(at + 8, t, 0);
                    buf.u64(at + 16, offset);
                    at += 24;
                }
                at
            }
            _ => variable,
        }
    }

    fn put_slice(&mut self, buf: &mut DataBuf, at: u64, sym: Symbol, start: u64, len: u64) {
        if len > 0 {
            buf.address(at, sym, start as i64);
        } else {
            buf.u64(at, 0);
        }
        buf.u64(at + 8, len);
        buf.u64(at + 16, len);
    }

    fn put_map(&mut self, buf: &mut DataBuf, ty: TypeId, key: TypeId, elem: TypeId) {
        let group = self.map_group(ty);
        let shape = self.map_shape(key, elem);
        let (k, e) = (self.type_desc(key), self.type_desc(elem));
        buf.address(HEADER, k, 0);
        buf.address(HEADER + 8, e, 0);
        buf.address(HEADER + 16, group, 0);
        let hasher = self.hasher_closure(key);
        buf.address(HEADER + 24, hasher, 0);
        buf.u64(HEADER + 32, 8 + shape.slot * MAP_SLOTS);
        buf.u64(HEADER + 40, shape.slot);
        buf.u64(HEADER + 48, shape.elem_offset);
        let mut flags = 0;
        if need_key_update(self.types, key) {
            flags |= map_flag::NEED_KEY_UPDATE;
        }
        if hash_might_panic(self.types, key) {
            flags |= map_flag::HASH_MIGHT_PANIC;
        }
        if shape.key_indirect {
            flags |= map_flag::INDIRECT_KEY;
        }
        if shape.elem_indirect {
            flags |= map_flag::INDIRECT_ELEM;
        }
        buf.u32(HEADER + 56, flags);
        buf.u32(HEADER + 60, 0);
    }

    fn map_shape(&mut self, key: TypeId, elem: TypeId) -> MapShape {
        let place = |lo: &mut Self, ty: TypeId| {
            let info = lo.layouts.info(ty);
            let indirect = info.size > MAP_MAX_INLINE;
            if indirect { (8, 8, true) } else { (info.size, info.align, false) }
        };
        let (ksize, kalign, key_indirect) = place(self, key);
        let (esize, ealign, elem_indirect) = place(self, elem);
        let elem_offset = ksize.next_multiple_of(ealign);
        let align = kalign.max(ealign);
        // A zero-size last field gets a byte, as in any struct.
        let end = elem_offset + if esize == 0 && elem_offset > 0 { 1 } else { esize };
        MapShape { elem_offset, slot: end.next_multiple_of(align), key_indirect, elem_indirect }
    }

    /// The descriptor of a map type's group of slots.
    fn map_group(&mut self, ty: TypeId) -> Symbol {
        let ty = self.types.underlying(ty);
        let link = self.link_string(ty);
        let name = format!("type:map.group{}", short_name(&link[3..]));
        self.request(&name, || Work::MapGroup(ty));
        self.m.declare(&name, None)
    }

    pub(super) fn emit_map_group(&mut self, ty: TypeId) {
        let sym = self.map_group(ty);
        let &Type::Map { key, elem } = self.types.under(ty) else { return };
        let shape = self.map_shape(key, elem);
        let mut words = Vec::new();
        for slot in 0..MAP_SLOTS {
            let base = 8 + slot * shape.slot;
            if shape.key_indirect {
                words.push((base / 8) as u32);
            } else {
                self.layouts.pointer_words(key, base, &mut words);
            }
            if shape.elem_indirect {
                words.push(((base + shape.elem_offset) / 8) as u32);
            } else {
                self.layouts.pointer_words(elem, base + shape.elem_offset, &mut words);
            }
        }
        let gc = self.gc_mask(&pointer_mask(&words));
        let mut buf = DataBuf::sized(HEADER + 32);
        // At least one byte behind the control word, so that pointers to empty slots stay inside.
        let size = (8 + shape.slot * MAP_SLOTS).max(16).next_multiple_of(8);
        buf.u64(0, size);
        buf.u64(8, words.last().map_or(0, |&w| (u64::from(w) + 1) * 8));
        let hash = fnv32(self.m.name_of(sym).as_bytes());
        buf.u32(16, hash);
        buf.u8(20, flag::EXTRA_STAR);
        buf.u8(21, 8);
        buf.u8(22, 8);
        buf.u8(23, kind::STRUCT);
        buf.address(32, gc, 0);
        let text = format!("*map.group{}", &self.mangler().reflect_string(ty)[3..]);
        let name = self.name_data(&text, "", false, false, None);
        buf.offset(field::STRING, name);
        self.define_data(sym, buf, 8, true, true);
    }

    fn put_methods(&mut self, buf: &mut DataBuf, ty: TypeId, at: u64, start: u64, methods: &[(Method, Found)]) {
        let pkg = self.type_pkg(ty);
        buf.put(at, &[0; UNCOMMON as usize]);
        let path = match self.types.get(ty) {
            Type::Basic(Basic::UnsafePointer) => Some("unsafe"),
            _ => pkg.map(|pkg| package_prefix(self.types, pkg)),
        };
        if let Some(path) = path {
            let path = self.pkg_path_data(path);
            buf.offset(at, path);
        }
        let exported = methods.iter().filter(|(m, _)| m.name.is_exported()).count();
        buf.u16(at + 4, methods.len() as u16);
        buf.u16(at + 6, exported as u16);
        buf.u32(at + 8, (start - at) as u32);
        let mut at = start;
        for (m, _) in methods {
            let hidden = if m.name.is_exported() || m.pkg == pkg { None } else { m.pkg };
            let name = self.name_data(m.name.as_str(), "", m.name.is_exported(), false, hidden);
            buf.offset(at, name);
            let t = self.type_desc(m.sig);
            buf.offset(at + 4, t);
            let ifn = self.interface_method_symbol(ty, m.name, m.pkg);
            buf.offset(at + 8, ifn);
            let tfn = self.method_symbol(ty, m.name, m.pkg);
            buf.offset(at + 12, tfn);
            at += 16;
        }
        if methods.is_empty() && buf.bytes.len() < start as usize {
            buf.bytes.resize(start as usize, 0);
        }
    }

    /// The itab of a concrete type for an interface type with methods.
    pub(super) fn itab(&mut self, ty: TypeId, iface: TypeId) -> Symbol {
        let name =
            format!("{ITAB_PREFIX}{}", short_name(&format!("{},{}", self.link_string(ty), self.link_string(iface))));
        self.constant(&name, 8, |lo| {
            let mut buf = DataBuf::sized(ITAB_FUN as u64);
            let (i, t) = (lo.type_desc(iface), lo.type_desc(ty));
            buf.address(0, i, 0);
            buf.address(8, t, 0);
            let ty = lo.types.canonical(ty);
            let hash = fnv32(lo.link_string(ty).as_bytes());
            buf.u32(16, hash);
            let methods = lo.types.type_set(iface).methods;
            for (i, m) in methods.iter().enumerate() {
                let f = lo.interface_method_symbol(ty, m.name, m.pkg);
                buf.address(ITAB_FUN as u64 + 8 * i as u64, f, 0);
            }
            buf
        })
    }
}

enum Owner {
    Package(PackageId),
    /// Predeclared.
    Runtime,
}

struct MapShape {
    slot: u64,
    elem_offset: u64,
    key_indirect: bool,
    elem_indirect: bool,
}

/// Whether overwriting an equal key must store the new one: -0 and +0, strings with other backing, interfaces.
fn need_key_update(types: &Types, key: TypeId) -> bool {
    match types.under(key) {
        Type::Basic(b) => b.is_float() || b.is_complex() || b.is_string(),
        Type::Interface(_) => true,
        &Type::Array { elem, .. } => need_key_update(types, elem),
        Type::Struct(fields) => fields.iter().any(|f| need_key_update(types, f.ty)),
        _ => false,
    }
}

fn hash_might_panic(types: &Types, key: TypeId) -> bool {
    match types.under(key) {
        Type::Interface(_) => true,
        &Type::Array { elem, .. } => hash_might_panic(types, elem),
        Type::Struct(fields) => fields.iter().any(|f| hash_might_panic(types, f.ty)),
        _ => false,
    }
}
