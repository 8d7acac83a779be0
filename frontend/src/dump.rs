//! The tree as text: compact s-expressions, for tests and `--emit=ast`.

use crate::ast::{Decl, Expr, ExprKind, File, FuncDecl};

/// Renders a file.
pub fn dump(file: &File) -> String {
    format!("{file:#?}\n")
}

/// Renders the functions of that name: `F`, or `T.M` and `(*T).M` for methods, behind a package or not.
pub fn function(file: &File, name: &str) -> Vec<String> {
    let is_meant = |decl: &&Decl| match decl {
        Decl::Func(func) => {
            let full = full_name(func);
            name == full || name.strip_suffix(&full).is_some_and(|package| package.ends_with('.'))
        }
        _ => false,
    };
    file.decls.iter().filter(is_meant).map(|decl| format!("{decl:#?}\n")).collect()
}

fn full_name(func: &FuncDecl) -> String {
    let receiver = func.recv.as_ref().and_then(|list| list.fields.first());
    match receiver.map(|field| base(&field.ty)) {
        None => func.name.name.to_string(),
        Some((name, false)) => format!("{name}.{}", func.name.name),
        Some((name, true)) => format!("(*{name}).{}", func.name.name),
    }
}

/// The name of a receiver's type, and whether it is a pointer's.
fn base(ty: &Expr) -> (String, bool) {
    match &ty.kind {
        ExprKind::Ident(ident) => (ident.name.to_string(), false),
        ExprKind::Paren(inner) => base(inner),
        ExprKind::Star(inner) => (base(inner).0, true),
        ExprKind::Index { operand, .. } => base(operand),
        _ => (String::new(), false),
    }
}
