//! Expressions as messages print them: on one line, bodies as `{…}`.

use std::fmt::Write;

use crate::ast::{self, BinaryOp, ChanDir, Expr, ExprKind, InterfaceElem};

/// The expression in gc's short form.
pub(super) fn expr_str(e: &Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, e);
    out
}

fn write_list(out: &mut String, list: &[Expr]) {
    for (i, e) in list.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_expr(out, e);
    }
}

fn write_operand(out: &mut String, e: &Expr, outer: u8) {
    match &e.kind {
        ExprKind::Binary { op, .. } if op.precedence() < outer => {
            out.push('(');
            write_expr(out, e);
            out.push(')');
        }
        _ => write_expr(out, e),
    }
}

fn write_expr(out: &mut String, e: &Expr) {
    match &e.kind {
        ExprKind::Bad => out.push_str("BadExpr"),
        ExprKind::Ident(ident) => out.push_str(ident.as_str()),
        ExprKind::BasicLit(lit) => out.push_str(&lit.raw),
        ExprKind::CompositeLit { ty, elems, .. } => {
            if let Some(ty) = ty {
                write_expr(out, ty);
            }
            out.push_str(if elems.is_empty() { "{}" } else { "{…}" });
        }
        ExprKind::FuncLit(lit) => {
            out.push_str("func");
            write_signature(out, &lit.sig);
            out.push_str(if lit.body.stmts.is_empty() { " {}" } else { " {…}" });
        }
        ExprKind::Paren(inner) => {
            out.push('(');
            write_expr(out, inner);
            out.push(')');
        }
        ExprKind::Selector { operand, name } => {
            write_expr(out, operand);
            out.push('.');
            out.push_str(name.as_str());
        }
        ExprKind::Index { operand, indices, .. } => {
            write_expr(out, operand);
            out.push('[');
            write_list(out, indices);
            out.push(']');
        }
        ExprKind::Slice(slice) => {
            write_expr(out, &slice.operand);
            out.push('[');
            if let Some(low) = &slice.low {
                write_expr(out, low);
            }
            out.push(':');
            if let Some(high) = &slice.high {
                write_expr(out, high);
            }
            if let Some(max) = &slice.max {
                out.push(':');
                write_expr(out, max);
            }
            out.push(']');
        }
        ExprKind::TypeAssert { operand, ty, .. } => {
            write_expr(out, operand);
            out.push_str(".(");
            write_expr(out, ty);
            out.push(')');
        }
        ExprKind::Call(call) => {
            write_expr(out, &call.func);
            out.push('(');
            write_list(out, &call.args);
            if call.ellipsis.is_some() {
                out.push_str("...");
            }
            out.push(')');
        }
        ExprKind::Star(inner) => {
            out.push('*');
            write_expr(out, inner);
        }
        ExprKind::Unary { op, operand } => {
            out.push_str(op.as_str());
            write_operand(out, operand, 6);
        }
        ExprKind::Binary { op, left, right, .. } => write_binary(out, *op, left, right),
        ExprKind::KeyValue { key, value, .. } => {
            write_expr(out, key);
            out.push_str(": ");
            write_expr(out, value);
        }
        ExprKind::ArrayType { len, elem } => {
            out.push('[');
            write_expr(out, len);
            out.push(']');
            write_expr(out, elem);
        }
        ExprKind::SliceType(elem) => {
            out.push_str("[]");
            write_expr(out, elem);
        }
        ExprKind::StructType(ty) => {
            out.push_str("struct{");
            for (i, field) in ty.fields.iter().enumerate() {
                if i > 0 {
                    out.push_str("; ");
                }
                let names: Vec<&str> = field.names.iter().map(|n| n.as_str()).collect();
                if !names.is_empty() {
                    let _ = write!(out, "{} ", names.join(", "));
                }
                write_expr(out, &field.ty);
            }
            out.push('}');
        }
        ExprKind::FuncType(sig) => {
            out.push_str("func");
            write_signature(out, sig);
        }
        ExprKind::InterfaceType(iface) => {
            out.push_str("interface{");
            for (i, elem) in iface.elems.iter().enumerate() {
                if i > 0 {
                    out.push_str("; ");
                }
                match elem {
                    InterfaceElem::Method(method) => {
                        out.push_str(method.name.as_str());
                        write_signature(out, &method.sig);
                    }
                    InterfaceElem::Embedded(e) => write_expr(out, e),
                }
            }
            out.push('}');
        }
        ExprKind::MapType { key, value } => {
            out.push_str("map[");
            write_expr(out, key);
            out.push(']');
            write_expr(out, value);
        }
        ExprKind::ChanType { dir, elem } => {
            out.push_str(match dir {
                ChanDir::Both => "chan ",
                ChanDir::Send => "chan<- ",
                ChanDir::Recv => "<-chan ",
            });
            let nested = matches!(&elem.kind, ExprKind::ChanType { dir: ChanDir::Recv, .. });
            if nested && *dir == ChanDir::Both {
                out.push('(');
                write_expr(out, elem);
                out.push(')');
            } else {
                write_expr(out, elem);
            }
        }
        ExprKind::Ellipsis(elem) => {
            out.push_str("...");
            if let Some(elem) = elem {
                write_expr(out, elem);
            }
        }
    }
}

fn write_binary(out: &mut String, op: BinaryOp, left: &Expr, right: &Expr) {
    let precedence = op.precedence();
    write_operand(out, left, precedence);
    let _ = write!(out, " {} ", op.as_str());
    write_operand(out, right, precedence + 1);
}

fn write_signature(out: &mut String, sig: &ast::FuncType) {
    write_params(out, &sig.params);
    let Some(results) = &sig.results else { return };
    match &*results.fields {
        [] => {}
        [only] if only.names.is_empty() => {
            out.push(' ');
            write_expr(out, &only.ty);
        }
        _ => {
            out.push(' ');
            write_params(out, results);
        }
    }
}

fn write_params(out: &mut String, list: &ast::FieldList) {
    out.push('(');
    for (i, field) in list.fields.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        let names: Vec<&str> = field.names.iter().map(|n| n.as_str()).collect();
        if !names.is_empty() {
            let _ = write!(out, "{} ", names.join(", "));
        }
        write_expr(out, &field.ty);
    }
    out.push(')');
}
