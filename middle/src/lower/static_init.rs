//! Package variables whose initial value is data: constants, composite literals of such, addresses, functions.
//!
//! [`Lower::is_static`] asks without doing anything whether an expression's value can be written at compile time;
//! only then [`Lower::write_static`] writes it. Pointers to literals and backing arrays of slices are objects of their
//! own (`pkg..stmp_N`): writable, with pointer masks, so that the collector finds what the program later puts there.
//! The copies that interfaces point to never change and are read-only.

use frontend::ast::{self, Expr, ExprKind, UnaryOp};
use frontend::check::info::{Mode, SelectionKind};
use frontend::constant::Const;
use frontend::diagnostic::Diagnostic;
use frontend::span::Span;
use frontend::types::*;

use super::data::DataBuf;
use super::func::Source;
use super::{Lower, Res};
use crate::mir::{Data, Def, Layout, Symbol};

const MAX_OBJECT: u64 = 2_000_000_000;

impl<'p> Lower<'p> {
    /// Whether the value of the expression, converted to `ty`, can be data.
    pub(super) fn is_static(&self, src: Source<'p>, e: &'p Expr, ty: TypeId) -> bool {
        let info = src.info;
        let from = info.type_of(e.id);
        if self.types.is_interface(ty) && !self.types.is_interface(from) && !is_nil(src, e) {
            return from.is_valid() && !self.types.is_untyped(from) && self.is_static(src, e, from);
        }
        if is_nil(src, e) {
            return true;
        }
        if info.value_of(e.id).is_some() {
            return !self.types.is_interface(ty);
        }
        match &e.kind {
            ExprKind::Paren(inner) => self.is_static(src, inner, ty),
            ExprKind::FuncLit(_) => true,
            ExprKind::CompositeLit { elems, .. } => self.is_static_literal(src, elems, from),
            ExprKind::Unary { op: UnaryOp::Addr, operand } => match &operand.unparen().kind {
                ExprKind::CompositeLit { .. } => {
                    let inner = operand.unparen();
                    self.is_static(src, inner, info.type_of(inner.id))
                }
                _ => self.static_address(src, operand).is_some(),
            },
            ExprKind::Ident(_) | ExprKind::Selector { .. } | ExprKind::Index { .. } => self.is_static_func(src, e),
            ExprKind::Call(call) => match info.type_info(call.func.id).map(|i| i.mode) {
                Some(Mode::Type) if call.args.len() == 1 => self.is_static_conversion(src, &call.args[0], from),
                Some(Mode::Builtin(Builtin::New)) => {
                    matches!(info.type_info(call.args[0].id).map(|i| i.mode), Some(Mode::Type))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn is_static_literal(&self, src: Source<'p>, elems: &'p [Expr], ty: TypeId) -> bool {
        match self.types.under(ty) {
            Type::Struct(fields) => elems.iter().enumerate().all(|(i, e)| {
                let (index, value) = struct_element(fields, i, e);
                fields.get(index).is_some_and(|f| self.is_static(src, value, f.ty))
            }),
            &Type::Array { elem, .. } | &Type::Slice(elem) => {
                elems.iter().all(|e| self.is_static(src, element_value(e), elem))
            }
            // An elided `&T` in a literal of pointers.
            &Type::Pointer(elem) => self.is_static_literal(src, elems, elem),
            _ => false,
        }
    }

    /// A conversion that keeps the representation, or makes bytes of a constant string.
    fn is_static_conversion(&self, src: Source<'p>, arg: &'p Expr, to: TypeId) -> bool {
        let from = src.info.type_of(arg.id);
        if self.is_bytes_of_constant(src, arg, to) {
            return true;
        }
        if self.types.is_interface(to) {
            return self.is_static(src, arg, to);
        }
        let same = self.types.identical_ignore_tags(self.types.underlying(from), self.types.underlying(to));
        let pointers = match (self.types.under(from), self.types.under(to)) {
            (Type::Pointer(_), Type::Pointer(_) | Type::Basic(Basic::UnsafePointer)) => true,
            (Type::Basic(Basic::UnsafePointer), Type::Pointer(_)) => true,
            _ => is_nil(src, arg),
        };
        (same || pointers) && self.is_static(src, arg, from)
    }

    fn is_bytes_of_constant(&self, src: Source<'p>, arg: &'p Expr, to: TypeId) -> bool {
        let bytes = matches!(self.types.under(to), &Type::Slice(elem) if self.types.basic(elem) == Some(Basic::Uint8));
        bytes && src.info.value_of(arg.id).is_some_and(|v| v.as_bytes().is_some())
    }

    /// The variable and byte offset of `x`, `x.f` or `x[3]` at package level.
    fn static_address(&self, src: Source<'p>, e: &'p Expr) -> Option<(ObjectId, u64)> {
        let e = e.unparen();
        let info = src.info;
        match &e.kind {
            ExprKind::Ident(ident) => self.package_var(info.use_of(ident.id)?).map(|v| (v, 0)),
            ExprKind::Selector { operand, name } => match info.selections.get(&e.id) {
                None => self.package_var(info.use_of(name.id)?).map(|v| (v, 0)),
                Some(sel) if sel.kind == SelectionKind::FieldVal && sel.path.iter().all(|s| !s.deref) => {
                    let (var, mut offset) = self.static_address(src, operand)?;
                    let mut ty = info.type_of(operand.id);
                    for step in &sel.path {
                        offset += self.types.offsetsof(ty).get(step.index as usize)?;
                        ty = self.types.struct_fields(ty)?.get(step.index as usize)?.ty;
                    }
                    Some((var, offset))
                }
                _ => None,
            },
            ExprKind::Index { operand, indices, .. } => {
                let &Type::Array { elem, len } = self.types.under(info.type_of(operand.id)) else { return None };
                let index = info.value_of(indices[0].id)?.to_u64().filter(|&i| i < len)?;
                let (var, offset) = self.static_address(src, operand)?;
                Some((var, offset + index * self.types.sizeof(elem)))
            }
            _ => None,
        }
    }

    fn package_var(&self, obj: ObjectId) -> Option<ObjectId> {
        (self.types.object(obj).var_kind() == Some(VarKind::Package)).then_some(obj)
    }

    /// The declared function a name denotes, and the ident that carries its instance.
    fn denoted_func(&self, src: Source<'p>, e: &'p Expr) -> Option<(ObjectId, &'p ast::Ident)> {
        let ident = match &e.unparen().kind {
            ExprKind::Ident(ident) => ident,
            ExprKind::Selector { name, .. } if !src.info.selections.contains_key(&e.unparen().id) => name,
            ExprKind::Index { operand, .. } => return self.denoted_func(src, operand),
            _ => return None,
        };
        let obj = src.info.use_of(ident.id)?;
        self.types.object(obj).func_decl().map(|_| (obj, ident))
    }

    fn is_static_func(&self, src: Source<'p>, e: &'p Expr) -> bool {
        if let Some(sel) = src.info.selections.get(&e.id) {
            return sel.kind == SelectionKind::MethodExpr;
        }
        self.denoted_func(src, e).is_some()
    }

    // Writing.

    /// Writes the value of an expression for which [`Lower::is_static`] holds.
    pub(super) fn write_static(
        &mut self,
        src: Source<'p>,
        e: &'p Expr,
        ty: TypeId,
        buf: &mut DataBuf,
        at: u64,
    ) -> Res<()> {
        let from = src.info.type_of(e.id);
        if is_nil(src, e) {
            return Ok(());
        }
        if self.types.is_interface(ty) && !self.types.is_interface(from) {
            return self.write_interface(src, e, from, ty, buf, at);
        }
        if let Some(value) = src.info.value_of(e.id) {
            self.write_const(value, ty, buf, at);
            return Ok(());
        }
        match &e.kind {
            ExprKind::Paren(inner) => self.write_static(src, inner, ty, buf, at),
            ExprKind::FuncLit(lit) => {
                let func = self.package_literal(src, e, lit)?;
                let closure = self.static_closure(func);
                buf.address(at, closure, 0);
                Ok(())
            }
            ExprKind::CompositeLit { elems, .. } => self.write_literal(src, elems, from, buf, at),
            ExprKind::Unary { operand, .. } => {
                let inner = operand.unparen();
                if let ExprKind::CompositeLit { elems, .. } = &inner.kind {
                    let elem = src.info.type_of(inner.id);
                    let object = self.static_object(src, elems, elem, buf.inner())?;
                    buf.address(at, object, 0);
                } else if let Some((var, offset)) = self.static_address(src, operand) {
                    let sym = self.global(var);
                    buf.address(at, sym, offset as i64);
                }
                Ok(())
            }
            ExprKind::Call(call) => match src.info.type_info(call.func.id).map(|i| i.mode) {
                Some(Mode::Type) => self.write_conversion(src, &call.args[0], from, buf, at),
                _ => {
                    let Some(elem) = self.types.pointee(from) else { return Ok(()) };
                    // Zero, which for a slice or a pointer is not what an empty literal is.
                    let object = self.static_symbol();
                    self.define_static(object, elem, buf.inner(), false);
                    buf.address(at, object, 0);
                    Ok(())
                }
            },
            _ => {
                if let Some(func) = self.static_func(src, e) {
                    let closure = self.static_closure(func);
                    buf.address(at, closure, 0);
                }
                Ok(())
            }
        }
    }

    /// The function that a name or a method expression denotes.
    fn static_func(&mut self, src: Source<'p>, e: &'p Expr) -> Option<Symbol> {
        if let (Some(sel), ExprKind::Selector { name, .. }) = (src.info.selections.get(&e.id), &e.kind) {
            let pkg = match &sel.target {
                Target::Method { method, .. } => self.types.object(*method).pkg,
                Target::InterfaceMethod { iface, index } => {
                    self.types.type_set(*iface).methods.get(*index as usize)?.pkg
                }
                Target::Field => return None,
            };
            return Some(self.method_expr_symbol(sel.recv, name.name, pkg));
        }
        let (func, ident) = self.denoted_func(src, e)?;
        let targs = src.info.instances.get(&ident.id).map_or(&[][..], |i| &i.targs);
        Some(self.func_symbol(func, targs))
    }

    fn write_conversion(&mut self, src: Source<'p>, arg: &'p Expr, to: TypeId, buf: &mut DataBuf, at: u64) -> Res<()> {
        if self.is_bytes_of_constant(src, arg, to) {
            let bytes = src.info.value_of(arg.id).and_then(|v| v.as_bytes()).unwrap_or_default().to_vec();
            let len = bytes.len() as u64;
            let array = self.types.array(TypeId::UINT8, len);
            let object = self.static_symbol();
            self.define_static(object, array, DataBuf { bytes, ..buf.inner() }, false);
            buf.address(at, object, 0);
            buf.u64(at + 8, len);
            buf.u64(at + 16, len);
            return Ok(());
        }
        let from = if self.types.is_interface(to) { to } else { src.info.type_of(arg.id) };
        self.write_static(src, arg, from, buf, at)
    }

    fn write_literal(&mut self, src: Source<'p>, elems: &'p [Expr], ty: TypeId, buf: &mut DataBuf, at: u64) -> Res<()> {
        match self.types.under(ty) {
            Type::Struct(fields) => {
                let offsets = self.layouts.field_offsets(ty);
                for (i, e) in elems.iter().enumerate() {
                    let (index, value) = struct_element(fields, i, e);
                    // Nothing is assigned to a blank field.
                    if fields[index].name.is_blank() {
                        continue;
                    }
                    self.write_static(src, value, fields[index].ty, buf, at + offsets[index])?;
                }
                Ok(())
            }
            &Type::Array { elem, .. } => self.write_elements(src, elems, elem, buf, at),
            &Type::Slice(elem) => {
                let len = literal_len(src, elems);
                let array = self.types.array(elem, len);
                let object = self.static_symbol();
                let mut inner = buf.inner();
                if let Some(first) = elems.first().filter(|_| !buf.discarded) {
                    let size = len.saturating_mul(self.layouts.info(elem).size);
                    self.check_size(first.span, object, size)?;
                }
                self.write_elements(src, elems, elem, &mut inner, 0)?;
                self.define_static(object, array, inner, false);
                buf.address(at, object, 0);
                buf.u64(at + 8, len);
                buf.u64(at + 16, len);
                Ok(())
            }
            &Type::Pointer(elem) => {
                let object = self.static_object(src, elems, elem, buf.inner())?;
                buf.address(at, object, 0);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// # Errors
    /// The object to be written is larger than gc's linker takes.
    pub(super) fn check_size(&self, span: Span, object: Symbol, size: u64) -> Res<()> {
        if size <= MAX_OBJECT {
            return Ok(());
        }
        let name = self.m.name_of(object);
        Err(Diagnostic::error(span, format!("{name}: symbol too large ({size} bytes > {MAX_OBJECT} bytes)")))
    }

    fn write_elements(
        &mut self,
        src: Source<'p>,
        elems: &'p [Expr],
        elem: TypeId,
        buf: &mut DataBuf,
        at: u64,
    ) -> Res<()> {
        let size = self.layouts.info(elem).size;
        for (index, e) in indexed(src, elems) {
            self.write_static(src, element_value(e), elem, buf, at + index * size)?;
        }
        Ok(())
    }

    /// A variable without a name that holds a literal.
    fn static_object(&mut self, src: Source<'p>, elems: &'p [Expr], ty: TypeId, mut buf: DataBuf) -> Res<Symbol> {
        let object = self.static_symbol();
        self.write_literal(src, elems, ty, &mut buf, 0)?;
        self.define_static(object, ty, buf, false);
        Ok(object)
    }

    pub(super) fn static_symbol(&mut self) -> Symbol {
        let name = format!("{}..stmp_{}", super::mangle::package_prefix(self.types, self.pkg), self.statics);
        self.statics += 1;
        self.m.declare(&name, None)
    }

    /// Defines an object of a type with initial data.
    pub(super) fn define_static(&mut self, sym: Symbol, ty: TypeId, buf: DataBuf, read_only: bool) {
        let mut layout = self.layouts.layout(ty);
        if layout.size == 0 {
            layout = Layout { size: 1, align: 1, ptr_words: Vec::new() };
        }
        self.define_object(sym, layout, buf, read_only);
    }

    /// Defines a writable object of a layout.
    pub(super) fn define_with_layout(&mut self, sym: Symbol, layout: Layout, buf: DataBuf) {
        self.define_object(sym, layout, buf, false);
    }

    fn define_object(&mut self, sym: Symbol, layout: Layout, buf: DataBuf, read_only: bool) {
        if buf.discarded {
            return;
        }
        let layout = self.m.layout(layout);
        // Zeroes at the end need no bytes.
        let used = buf.bytes.iter().rposition(|&b| b != 0).map_or(0, |i| i + 1);
        let relocated = buf.relocs.iter().map(|r| r.offset as usize + 8).max().unwrap_or(0);
        let mut bytes = buf.bytes;
        bytes.truncate(used.max(relocated));
        let relocs = super::data::sorted(buf.relocs);
        self.m.define(sym, Def::Data(Data { layout, bytes, relocs, read_only }), false);
    }

    fn write_interface(
        &mut self,
        src: Source<'p>,
        e: &'p Expr,
        from: TypeId,
        to: TypeId,
        buf: &mut DataBuf,
        at: u64,
    ) -> Res<()> {
        let word = if self.has_methods(to) { self.itab(from, to) } else { self.type_desc(from) };
        buf.address(at, word, 0);
        if self.layouts.is_direct(from) {
            return self.write_static(src, e, from, buf, at + 8);
        }
        let object = match src.info.value_of(e.id) {
            Some(value) => self.const_object(value, from),
            None if self.layouts.info(from).size == 0 => self.m.declare("runtime.zeroVal", None),
            None => {
                let object = self.static_symbol();
                let mut inner = buf.inner();
                self.write_static(src, e, from, &mut inner, 0)?;
                self.define_static(object, from, inner, true);
                object
            }
        };
        buf.address(at + 8, object, 0);
        Ok(())
    }

    /// Read-only data that holds a constant of this type.
    pub(super) fn const_object(&mut self, value: &Const, ty: TypeId) -> Symbol {
        let info = self.layouts.info(ty);
        let mut buf = DataBuf::sized(info.size);
        self.write_const(value, ty, &mut buf, 0);
        let mut key = buf.bytes.clone();
        for reloc in &buf.relocs {
            key.extend_from_slice(self.m.name_of(reloc.target).as_bytes());
        }
        let name = format!("go:const.{}.{:032x}", info.size, super::data::fnv128(&key));
        self.constant(&name, info.align.max(1), |_| buf)
    }

    /// Writes a constant as a value of a basic type.
    pub(super) fn write_const(&mut self, value: &Const, ty: TypeId, buf: &mut DataBuf, at: u64) {
        let Some(basic) = self.types.basic(ty) else { return };
        let size = self.layouts.info(ty).size;
        if let Some(b) = value.as_bool() {
            buf.u8(at, u8::from(b));
        } else if let Some(bytes) = value.as_bytes() {
            if !bytes.is_empty() {
                let data = self.string_data(bytes);
                buf.address(at, data, 0);
                buf.u64(at + 8, bytes.len() as u64);
            }
        } else if basic.is_complex() {
            let Some((re, im)) = value.to_complex() else { return };
            for (i, part) in [re, im].iter().enumerate() {
                write_float(buf, at + i as u64 * size / 2, frontend::constant::rational_to_f64(part), size / 2);
            }
        } else if basic.is_float() {
            write_float(buf, at, value.to_f64().unwrap_or(0.0), size);
        } else if let Some(bits) = value.to_i64().map(|v| v as u64).or_else(|| value.to_u64()) {
            buf.put(at, &bits.to_le_bytes()[..size as usize]);
        }
    }
}

fn write_float(buf: &mut DataBuf, at: u64, value: f64, size: u64) {
    if size == 4 { buf.u32(at, (value as f32).to_bits()) } else { buf.u64(at, value.to_bits()) }
}

fn is_nil(src: Source<'_>, e: &Expr) -> bool {
    let info = src.info.type_info(e.id);
    info.is_some_and(|i| i.mode == Mode::Nil || (i.ty == TypeId::UNTYPED_NIL))
}

/// The field index and value of a struct literal's element.
pub(super) fn struct_element<'e>(fields: &[Field], position: usize, e: &'e Expr) -> (usize, &'e Expr) {
    match &e.kind {
        ExprKind::KeyValue { key, value, .. } => {
            let name = key.as_ident().map(|i| i.name);
            let index = fields.iter().position(|f| Some(f.name) == name).unwrap_or(usize::MAX);
            (index, value)
        }
        _ => (position, e),
    }
}

fn element_value(e: &Expr) -> &Expr {
    match &e.kind {
        ExprKind::KeyValue { value, .. } => value,
        _ => e,
    }
}

/// The elements of an array or slice literal with their indices.
fn indexed<'e>(src: Source<'_>, elems: &'e [Expr]) -> Vec<(u64, &'e Expr)> {
    let mut next = 0;
    elems
        .iter()
        .map(|e| {
            if let ExprKind::KeyValue { key, .. } = &e.kind
                && let Some(index) = src.info.value_of(key.id).and_then(|v| v.to_u64())
            {
                next = index;
            }
            next += 1;
            (next - 1, e)
        })
        .collect()
}

/// The length of a slice literal.
fn literal_len(src: Source<'_>, elems: &[Expr]) -> u64 {
    indexed(src, elems).iter().map(|(i, _)| i + 1).max().unwrap_or(0)
}
