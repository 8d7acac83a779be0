//! Compares the checker's side tables with go/types, expression by expression.
//!
//! `oracle/main.go` prints the facts go/types knows about each package; here the same facts are made of `Info`. Runs
//! over the packages `INGOT_CHECK` names, by default over what hello needs. What differs on purpose is in `agree`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::common::{Listed, Loaded, Program, list, patterns};
use ingot_frontend::ast::*;
use ingot_frontend::check::info::{Mode, SelectionKind};
use ingot_frontend::constant::Const;
use ingot_frontend::parse::with_parser_stack;
use ingot_frontend::span::{FileId, Span};
use ingot_frontend::types::{ChanDir as Dir, ObjectId, ObjectKind, Type, TypeId, Types};

/// By kind, file, offsets: what is known.
type Facts = BTreeMap<String, String>;

/// Every expression and identifier of a package.
#[derive(Default)]
struct Walk<'a> {
    exprs: Vec<&'a Expr>,
    idents: Vec<&'a Ident>,
}

impl<'a> Walk<'a> {
    fn exprs(&mut self, list: impl IntoIterator<Item = &'a Expr>) {
        for e in list {
            self.expr(e);
        }
    }

    fn fields(&mut self, list: &'a FieldList) {
        for field in &list.fields {
            self.idents.extend(&field.names);
            self.expr(&field.ty);
        }
    }

    fn sig(&mut self, sig: &'a FuncType) {
        self.fields(&sig.params);
        if let Some(results) = &sig.results {
            self.fields(results);
        }
    }

    fn expr(&mut self, e: &'a Expr) {
        self.exprs.push(e);
        match &e.kind {
            ExprKind::Bad | ExprKind::BasicLit(_) => {}
            ExprKind::Ident(ident) => self.idents.push(ident),
            ExprKind::CompositeLit { ty, elems, .. } => {
                self.exprs(ty.as_deref());
                self.exprs(elems);
            }
            ExprKind::FuncLit(lit) => {
                self.sig(&lit.sig);
                self.block(&lit.body);
            }
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::SliceType(x) => self.expr(x),
            ExprKind::Selector { operand, name } => {
                self.expr(operand);
                self.idents.push(name);
            }
            ExprKind::Index { operand, indices, .. } => {
                self.expr(operand);
                self.exprs(indices);
            }
            ExprKind::Slice(s) => {
                self.expr(&s.operand);
                self.exprs([&s.low, &s.high, &s.max].into_iter().flatten());
            }
            ExprKind::TypeAssert { operand, ty, .. } => self.exprs([&**operand, &**ty]),
            ExprKind::Call(call) => {
                self.expr(&call.func);
                self.exprs(&call.args);
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary { left, right, .. } => self.exprs([&**left, &**right]),
            ExprKind::KeyValue { key, value, .. } => self.exprs([&**key, &**value]),
            ExprKind::ArrayType { len, elem } => self.exprs([&**len, &**elem]),
            ExprKind::StructType(s) => {
                for field in &s.fields {
                    self.expr(&field.ty);
                }
            }
            ExprKind::FuncType(sig) => self.sig(sig),
            ExprKind::InterfaceType(iface) => {
                for elem in &iface.elems {
                    match elem {
                        InterfaceElem::Method(m) => self.sig(&m.sig),
                        InterfaceElem::Embedded(e) => self.expr(e),
                    }
                }
            }
            ExprKind::MapType { key, value } => self.exprs([&**key, &**value]),
            ExprKind::ChanType { elem, .. } => self.expr(elem),
            ExprKind::Ellipsis(inner) => self.exprs(inner.as_deref()),
        }
    }

    fn block(&mut self, block: &'a Block) {
        self.stmts(&block.stmts);
    }

    fn stmts(&mut self, list: impl IntoIterator<Item = &'a Stmt>) {
        for stmt in list {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) => self.expr(e),
            StmtKind::Send { chan, value, .. } => self.exprs([chan, value]),
            StmtKind::IncDec { operand, .. } => self.expr(operand),
            StmtKind::Assign { lhs, rhs, .. } | StmtKind::Define { lhs, rhs, .. } => {
                self.exprs(lhs);
                self.exprs(rhs);
            }
            StmtKind::Return(list) => self.exprs(list),
            StmtKind::Block(block) => self.block(block),
            StmtKind::If(s) => {
                self.stmts(&s.init);
                self.expr(&s.cond);
                self.block(&s.then);
                self.stmts(&s.els);
            }
            StmtKind::Switch(s) => {
                self.stmts(&s.init);
                self.exprs(&s.tag);
                self.clauses(&s.clauses);
            }
            StmtKind::TypeSwitch(s) => {
                self.stmts(&s.init);
                self.expr(&s.operand);
                self.clauses(&s.clauses);
            }
            StmtKind::Select(s) => {
                for clause in &s.clauses {
                    self.stmts(&clause.comm);
                    self.stmts(&clause.body);
                }
            }
            StmtKind::For(s) => {
                self.stmts(&s.init);
                self.exprs(&s.cond);
                self.stmts(&s.post);
                self.block(&s.body);
            }
            StmtKind::Range(s) => {
                self.exprs(s.key.iter().chain(&s.value));
                self.expr(&s.operand);
                self.block(&s.body);
            }
            StmtKind::Labeled { stmt, .. } => self.stmt(stmt),
            StmtKind::Break(label) | StmtKind::Continue(label) => self.idents.extend(label),
            StmtKind::Goto(label) => self.idents.push(label),
            StmtKind::Decl(decl) => self.decl(decl),
            _ => {}
        }
    }

    fn clauses(&mut self, clauses: &'a [CaseClause]) {
        for clause in clauses {
            self.exprs(&clause.exprs);
            self.stmts(&clause.body);
        }
    }

    fn decl(&mut self, decl: &'a Decl) {
        match decl {
            Decl::Import(_) | Decl::Bad(_) => {}
            Decl::Const(group) => {
                for spec in &group.specs {
                    self.exprs(spec.ty.iter().chain(&spec.values));
                }
            }
            Decl::Type(group) => {
                for spec in &group.specs {
                    if let Some(params) = &spec.type_params {
                        self.fields(params);
                    }
                    self.expr(&spec.ty);
                }
            }
            Decl::Var(group) => {
                for spec in &group.specs {
                    self.exprs(spec.ty.iter().chain(&spec.values));
                }
            }
            Decl::Func(f) => {
                for list in f.recv.iter().chain(&f.type_params) {
                    self.fields(list);
                }
                self.sig(&f.sig);
                if let Some(body) = &f.body {
                    self.block(body);
                }
            }
        }
    }
}

struct Printer<'a> {
    types: &'a Types,
    loaded: &'a Loaded,
}

impl Printer<'_> {
    fn file(&self, id: FileId) -> &str {
        let name = &self.loaded.sources.file(id).name;
        name.rsplit('/').next().unwrap_or(name)
    }

    fn key(&self, kind: &str, span: Span) -> String {
        format!("{kind}\t{}\t{}-{}", self.file(span.file), span.lo, span.hi)
    }

    fn object(&self, id: ObjectId) -> String {
        let object = self.types.object(id);
        match object.pkg {
            None => format!("predeclared {}", object.name),
            Some(pkg) if pkg != self.loaded.checked.package => {
                format!("{}.{}", self.types.package(pkg).path, object.name)
            }
            Some(_) => format!("{}:{}", self.file(object.span.file), object.span.lo),
        }
    }

    fn facts(&self) -> (Facts, Vec<String>) {
        let mut walk = Walk::default();
        for decl in self.loaded.files.iter().flat_map(|f| &f.decls) {
            walk.decl(decl);
        }
        let info = &self.loaded.checked.info;
        let mut facts = Facts::new();
        let mut spans = HashMap::new();
        for e in &walk.exprs {
            spans.insert(e.id, e.span);
            if let Some(known) = info.type_info(e.id) {
                facts.insert(self.key("expr", e.span), self.expr(known));
            }
            if let Some(sel) = info.selections.get(&e.id) {
                let kind = match sel.kind {
                    SelectionKind::FieldVal => "field",
                    SelectionKind::MethodVal => "method",
                    SelectionKind::MethodExpr => "methodexpr",
                };
                let path: Vec<String> = sel.path.iter().map(|step| step.index.to_string()).collect();
                let text = format!("{kind}\t[{}]\t{}", path.join(" "), self.ty(sel.ty));
                facts.insert(self.key("selection", e.span), text);
            }
        }
        for ident in &walk.idents {
            if let Some(object) = info.use_of(ident.id) {
                let found = self.types.object(object);
                let method = found.func_decl().is_some_and(|decl| decl.is_method);
                if !method && !matches!(found.kind, ObjectKind::PkgName(_)) {
                    facts.insert(self.key("use", ident.span), self.object(object));
                }
            }
            if let Some(instance) = info.instances.get(&ident.id) {
                let args: Vec<String> = instance.targs.iter().map(|&t| self.ty(t)).collect();
                facts.insert(self.key("instance", ident.span), args.join("; "));
            }
        }
        let mut init = Vec::new();
        for step in &info.init_order {
            let names: Vec<&str> = step.lhs.iter().map(|&v| self.types.object(v).name.as_str()).collect();
            let key = spans.get(&step.rhs).map_or("init\t?".to_string(), |&span| self.key("init", span));
            init.push(format!("{key}\t{}", names.join(" ")));
        }
        (facts, init)
    }

    fn expr(&self, known: &ingot_frontend::check::info::TypeInfo) -> String {
        let mode = match known.mode {
            Mode::Invalid => "invalid",
            Mode::NoValue => return "novalue\t()".into(),
            Mode::Builtin(_) => return "builtin".into(),
            Mode::Type => "type",
            Mode::Constant => "const",
            Mode::Variable => "var",
            Mode::MapIndex => "mapindex",
            Mode::Value => "value",
            Mode::Nil => "nil",
            Mode::CommaOk => "commaok",
        };
        let mut text = format!("{mode}\t{}", self.ty(known.ty));
        if let Some(value) = &known.value {
            text.push('\t');
            text += &match value {
                Const::Bool(b) => b.to_string(),
                Const::Int(i) => i.to_string(),
                Const::Str(s) => s.iter().map(|b| format!("{b:02x}")).collect(),
                Const::Float(_) | Const::Huge(_) => exponent(value.to_f64().unwrap_or(0.0)),
                Const::Complex(re, im) => {
                    let part = |r: &_| exponent(ingot_frontend::constant::rational_to_f64(r));
                    format!("{} {}", part(re), part(im))
                }
            };
        }
        text
    }

    fn ty(&self, ty: TypeId) -> String {
        let mut out = String::new();
        self.write(&mut out, ty);
        out
    }

    fn tuple(&self, out: &mut String, types: &[TypeId], variadic: bool) {
        out.push('(');
        for (i, &ty) in types.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            match self.types.get(ty) {
                &Type::Slice(elem) if variadic && i + 1 == types.len() => {
                    out.push_str("...");
                    self.write(out, elem);
                }
                _ => self.write(out, ty),
            }
        }
        out.push(')');
    }

    fn signature(&self, out: &mut String, ty: TypeId) {
        if let Type::Signature(sig) = self.types.get(ty) {
            self.tuple(out, &sig.params, sig.variadic);
            if !sig.results.is_empty() {
                out.push(' ');
                self.tuple(out, &sig.results, false);
            }
        }
    }

    fn write(&self, out: &mut String, ty: TypeId) {
        match self.types.get(ty) {
            Type::Basic(basic) => out.push_str(basic.name()),
            Type::Named(named) => {
                let object = self.types.object(named.obj);
                if let Some(pkg) = object.pkg {
                    let _ = write!(out, "{}.", self.types.package(pkg).path);
                }
                out.push_str(object.name.as_str());
                let local = object.type_decl().is_some_and(|decl| !decl.outer_params.is_empty());
                if !named.targs.is_empty() && !local {
                    for (i, &arg) in named.targs.iter().enumerate() {
                        out.push(if i == 0 { '[' } else { ',' });
                        self.write(out, arg);
                    }
                    out.push(']');
                }
            }
            Type::TypeParam(param) => out.push_str(self.types.object(param.obj).name.as_str()),
            &Type::Pointer(elem) => {
                out.push('*');
                self.write(out, elem);
            }
            &Type::Slice(elem) => {
                out.push_str("[]");
                self.write(out, elem);
            }
            &Type::Array { elem, len } => {
                let _ = write!(out, "[{len}]");
                self.write(out, elem);
            }
            &Type::Map { key, elem } => {
                out.push_str("map[");
                self.write(out, key);
                out.push(']');
                self.write(out, elem);
            }
            &Type::Chan { dir, elem } => {
                out.push_str(match dir {
                    Dir::Both => "chan ",
                    Dir::Send => "chan<- ",
                    Dir::Recv => "<-chan ",
                });
                out.push('(');
                self.write(out, elem);
                out.push(')');
            }
            Type::Struct(fields) => {
                out.push_str("struct{");
                for (i, field) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push_str("; ");
                    }
                    if !field.embedded {
                        let _ = write!(out, "{} ", field.name);
                    }
                    self.write(out, field.ty);
                }
                out.push('}');
            }
            Type::Tuple(elems) => self.tuple(out, elems, false),
            Type::Signature(_) => {
                out.push_str("func");
                self.signature(out, ty);
            }
            Type::Union(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    if i > 0 {
                        out.push_str(" | ");
                    }
                    if term.tilde {
                        out.push('~');
                    }
                    self.write(out, term.ty);
                }
            }
            Type::Interface(iface) => {
                let mut parts = Vec::new();
                for method in &iface.methods {
                    let mut part = method.name.to_string();
                    self.signature(&mut part, method.sig);
                    parts.push(part);
                }
                parts.extend(iface.embeddeds.iter().map(|&e| self.ty(e)));
                parts.sort();
                let _ = write!(out, "interface{{{}}}", parts.join("; "));
            }
        }
    }
}

/// As Go's `%e` prints it.
fn exponent(value: f64) -> String {
    let text = format!("{value:.6e}");
    let (mantissa, exp) = text.split_once('e').unwrap_or((&text, "0"));
    let exp: i32 = exp.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if exp < 0 { '-' } else { '+' }, exp.abs())
}

/// Whether our fact is as good as theirs although it differs.
fn agree(ours: &str, theirs: &str) -> bool {
    if ours == theirs {
        return true;
    }
    // A constraint that is no interface is wrapped into one right away.
    if let Some(inner) = ours.strip_prefix("type\tinterface{").and_then(|s| s.strip_suffix('}'))
        && theirs.strip_prefix("type\t") == Some(inner)
    {
        return true;
    }
    let split = |s: &str| s.split('\t').map(str::to_string).collect::<Vec<_>>();
    let (mut ours, mut theirs) = (split(ours), split(theirs));
    if ours.len() < 2 || theirs.len() < 2 {
        return false;
    }
    // go/types leaves some operands untyped that are materialised with a known type.
    if let Some(kind) = theirs[1].strip_prefix("untyped ") {
        let default = match kind {
            "int" => "int",
            "bool" => "bool",
            "rune" => "int32",
            "float" => "float64",
            "complex" => "complex128",
            "string" => "string",
            _ => "?",
        };
        if kind == "nil" && theirs[0] == "nil" && ours[0] == "nil" {
            return true;
        }
        if ours[1] == default || ours[1] == "uint" || ours[1] == "int" {
            ours[1] = theirs[1].clone();
            // The value takes the form of the type.
            ours.truncate(2);
            theirs.truncate(2);
        }
    }
    // The representation of a constant does not follow its type there.
    if ours.len() == 3 && theirs.len() == 3 && ours[..2] == theirs[..2] {
        let number = |s: &str| s.split(' ').next().and_then(|s| s.parse::<f64>().ok());
        if let (Some(a), Some(b)) = (number(&ours[2]), number(&theirs[2]))
            && (a == b || (a - b).abs() <= 1e-6 * a.abs())
        {
            return true;
        }
    }
    ours == theirs
}

/// The facts of each package, from go/types.
fn oracle(packages: &[Listed]) -> Option<HashMap<String, (Facts, Vec<String>)>> {
    let mut input = String::new();
    for p in packages {
        let map: Vec<String> = p.import_map.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let _ = writeln!(input, "{}\t{}\t{}\t{}\tdump", p.path, p.dir, p.files.join(" "), map.join(" "));
    }
    let mut child = Command::new("go")
        .args(["run", "main.go"])
        .env("GODEBUG", "gotypesalias=0")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/distribution/oracle"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let out = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let mut all = HashMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("package\t") {
            current = path.to_string();
            continue;
        }
        let entry: &mut (Facts, Vec<String>) = all.entry(current.clone()).or_default();
        if line.starts_with("init\t") {
            entry.1.push(line.to_string());
            continue;
        }
        let mut parts = line.splitn(4, '\t');
        let mut next = || parts.next().unwrap_or_default();
        let key = [next(), next(), next()].join("\t");
        entry.0.insert(key, next().to_string());
    }
    Some(all)
}

#[test]
fn side_tables_agree_with_go_types() {
    let Some(packages) = list(&patterns()) else {
        println!("skipped: no Go distribution found");
        return;
    };
    let Some(expected) = oracle(&packages) else {
        println!("skipped: cannot run the go/types oracle");
        return;
    };
    let limit: usize = std::env::var("INGOT_ORACLE_LIMIT").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    with_parser_stack(|| {
        let mut program = Program::new();
        let mut report = String::new();
        let (mut facts, mut differences) = (0, 0);
        for package in &packages {
            let loaded = program.load(package);
            let Some((theirs, their_init)) = expected.get(&package.path) else { continue };
            let (ours, our_init) = Printer { types: &program.types, loaded: &loaded }.facts();
            let mut lines = Vec::new();
            for (key, theirs) in theirs {
                facts += 1;
                match ours.get(key) {
                    Some(ours) if agree(ours, theirs) => {}
                    Some(ours) => lines.push(format!("{key}\n  ours:   {ours}\n  theirs: {theirs}\n")),
                    // The left parts of a union are no types of their own.
                    None if theirs.starts_with("type\t") && theirs.contains(" | ") => {}
                    None => lines.push(format!("{key}\n  ours:   nothing\n  theirs: {theirs}\n")),
                }
            }
            for key in ours.keys() {
                if !theirs.contains_key(key) && !key.starts_with("expr") {
                    lines.push(format!("{key}\n  ours:   {}\n  theirs: nothing\n", ours[key]));
                }
            }
            if our_init != *their_init {
                let at = our_init.iter().zip(their_init).take_while(|(a, b)| a == b).count();
                let show = |list: &[String]| list.get(at).cloned().unwrap_or_default();
                lines.push(format!(
                    "init order, step {at}\n  ours:   {}\n  theirs: {}\n",
                    show(&our_init),
                    show(their_init)
                ));
            }
            differences += lines.len();
            if !lines.is_empty() {
                let _ = writeln!(report, "# {}: {} differences", package.path, lines.len());
                report.extend(lines.into_iter().take(limit));
            }
        }
        println!("{facts} facts, {differences} differences");
        assert!(report.is_empty(), "{report}");
    });
}
