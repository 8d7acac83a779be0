//! Functions implemented elsewhere. gc looks at them when the package has no other errors.

use crate::ast::{Decl, File, FuncDecl};
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// What is wrong with functions without bodies, and with what only they may have. `complete`: the package has nothing but
/// Go files, so that a linkname alone can give a function a body.
pub fn check(files: &[File], complete: bool) -> Vec<Diagnostic> {
    files.iter().flat_map(|file| functions(file).filter_map(move |func| complaint(file, func, complete))).collect()
}

fn functions(file: &File) -> impl Iterator<Item = &FuncDecl> {
    file.decls.iter().filter_map(|decl| match decl {
        Decl::Func(func) => Some(&**func),
        _ => None,
    })
}

fn complaint(file: &File, func: &FuncDecl, complete: bool) -> Option<Diagnostic> {
    let at = func.recv.as_ref().map_or(func.name.span, |recv| Span { hi: recv.span.lo + 1, ..recv.span });
    let is_init = func.recv.is_none() && func.name.name.as_str() == "init";
    if func.body.is_none() {
        let missing = (complete || is_init) && !is_linknamed(file, func);
        return missing.then(|| Diagnostic::error(at, "missing function body"));
    }
    let noescape = func.directives.iter().any(|d| d.name.as_str() == "go:noescape");
    noescape.then(|| Diagnostic::error(at, "can only use //go:noescape with external func implementations"))
}

fn is_linknamed(file: &File, func: &FuncDecl) -> bool {
    let of = |args: &str| args.split_whitespace().next() == Some(func.name.name.as_str());
    func.recv.is_none() && file.directives.iter().any(|d| d.name.as_str() == "go:linkname" && of(&d.args))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::NodeIds;
    use crate::parse::{parse_file, with_parser_stack};
    use crate::span::SourceMap;

    fn complaints(source: &'static str, complete: bool) -> Vec<String> {
        with_parser_stack(move || {
            let mut sources = SourceMap::new();
            let file = sources.add("a.go", source);
            let (file, _) = parse_file(&file, &mut NodeIds::new());
            let found = check(&[file], complete);
            found.iter().map(|d| d.render(&sources)).collect()
        })
    }

    #[test]
    fn bodies_are_missing() {
        let source =
            "package p\nimport _ \"unsafe\"\nfunc f()\nfunc (t T) m()\n//go:linkname g q.g\nfunc g()\nfunc init()\n";
        let missing = |place| format!("a.go:{place}: missing function body");
        assert_eq!(complaints(source, true), ["3:6", "4:6", "7:6"].map(missing));
        assert_eq!(complaints(source, false), ["7:6"].map(missing));
    }

    #[test]
    fn noescape_has_no_body() {
        let text = "a.go:3:6: can only use //go:noescape with external func implementations";
        assert_eq!(complaints("package p\n//go:noescape\nfunc f() {}\n//go:noescape\nfunc g()\n", false), [text]);
    }
}
