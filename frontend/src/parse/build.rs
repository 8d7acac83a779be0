//! From pairs to the tree: the builder and declarations.
//!
//! The grammar guarantees the shape of the pairs. Where a shape cannot
//! occur the builder still returns something `Bad` rather than panicking.

use super::grammar::Rule;
use super::semicolons::{Chunk, MAX_NESTING, Prepared, Token};
use crate::ast::*;
use crate::diagnostic::Diagnostic;
use crate::span::{Pos, SourceFile, Span};
use crate::symbol::Symbol;
use pest::iterators::{Pair, Pairs};

pub(super) struct Builder<'p> {
    source: &'p SourceFile,
    pub prepared: &'p Prepared,
    /// The first token of the current chunk.
    first: usize,
    ids: &'p mut NodeIds,
    /// What gc's parser would complain about.
    pub errors: Vec<Diagnostic>,
    /// Limits of our own that the program passes.
    pub limits: Vec<Diagnostic>,
    depth: usize,
    /// Directives before this index belong to earlier declarations.
    next_directive: usize,
    next_comment: usize,
}

impl<'p> Builder<'p> {
    pub fn new(source: &'p SourceFile, prepared: &'p Prepared, ids: &'p mut NodeIds) -> Self {
        Builder {
            source,
            prepared,
            first: 0,
            ids,
            errors: Vec::new(),
            limits: Vec::new(),
            depth: 0,
            next_directive: 0,
            next_comment: 0,
        }
    }

    pub fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::error(span, message));
    }

    pub fn too_deep(&mut self, span: Span) {
        self.limits.push(Diagnostic::error(span, "nesting is too deep"));
    }

    /// Whether the pre-pass wrote the `;` at this place.
    pub fn is_newline(&self, semi: Span) -> bool {
        self.source.bytes.get(semi.lo as usize) != Some(&b';')
    }

    pub fn id(&mut self) -> NodeId {
        self.ids.fresh()
    }

    /// From the first token of a pair to its last.
    pub fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let tokens = pair.as_span();
        let lo = self.place(tokens.start()).lo;
        let hi = if tokens.end() > tokens.start() { self.place(tokens.end() - 1).hi } else { lo };
        Span { file: self.source.id, lo, hi }
    }

    pub fn start(&self, pair: &Pair<'_, Rule>) -> Pos {
        Pos { file: self.source.id, offset: self.place(pair.as_span().start()).lo }
    }

    /// Where a token of the chunk stands; beyond the last one, the end of the text.
    fn place(&self, token: usize) -> Token {
        let end = self.prepared.text.len() as u32;
        self.prepared.tokens.get(self.first + token).copied().unwrap_or(Token { lo: end, hi: end })
    }

    /// The second token of a pair.
    pub fn second(&self, pair: &Pair<'_, Rule>) -> Pos {
        Pos { file: self.source.id, offset: self.place(pair.as_span().start() + 1).lo }
    }

    /// What a pair covers, comments blanked.
    pub fn text(&self, pair: &Pair<'_, Rule>) -> &'p str {
        let span = self.span(pair);
        &self.prepared.text[span.lo as usize..span.hi as usize]
    }

    /// Position of the last byte of a pair that ends in a bracket.
    pub fn last(&self, pair: &Pair<'_, Rule>) -> Pos {
        let span = self.span(pair);
        Pos { file: span.file, offset: span.hi.saturating_sub(1).max(span.lo) }
    }

    pub fn expr_at(&mut self, span: Span, kind: ExprKind) -> Expr {
        Expr { id: self.id(), span, kind }
    }

    pub fn bad_expr(&mut self, span: Span) -> Expr {
        self.expr_at(span, ExprKind::Bad)
    }

    /// Runs `f` one level deeper, or reports that the program is too deep.
    pub fn nested<T>(&mut self, span: Span, f: impl FnOnce(&mut Self) -> T, bad: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth > 2 * MAX_NESTING {
            self.too_deep(span);
            return bad(self);
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    pub fn ident(&mut self, pair: &Pair<'_, Rule>) -> Ident {
        Ident { id: self.id(), span: self.span(pair), name: Symbol::new(self.text(pair)) }
    }

    pub fn idents(&mut self, pair: Pair<'_, Rule>) -> Vec<Ident> {
        pair.into_inner().map(|p| self.ident(&p)).collect()
    }

    pub fn basic_lit(&mut self, pair: &Pair<'_, Rule>) -> BasicLit {
        let raw = self.text(pair);
        let hex = raw.len() > 1 && matches!(raw.as_bytes()[1], b'x' | b'X');
        let kind = match pair.as_rule() {
            Rule::string => LitKind::String,
            Rule::rune => LitKind::Rune,
            _ if raw.ends_with('i') => LitKind::Imaginary,
            _ if raw.contains(['.', 'p', 'P']) || (!hex && raw.contains(['e', 'E'])) => LitKind::Float,
            _ => LitKind::Int,
        };
        BasicLit { span: self.span(pair), kind, raw: raw.into() }
    }

    /// Whether the pre-pass has reported this literal.
    pub fn is_bad_literal(&self, span: Span) -> bool {
        self.prepared.bad_literals.binary_search(&span.lo).is_ok()
    }

    // ---- chunks ----

    pub fn package_clause(&mut self, mut pairs: Pairs<'_, Rule>, chunk: Chunk) -> (Pos, Ident) {
        self.first = chunk.first;
        let mut inner = pairs.next().expect("a chunk is one pair").into_inner();
        let keyword = self.start(&inner.next().expect("keyword"));
        let name = self.ident(&inner.next().expect("package name"));
        self.skip_directives(chunk.hi);
        (keyword, name)
    }

    pub fn decl_chunk(&mut self, mut pairs: Pairs<'_, Rule>, chunk: Chunk) -> Decl {
        self.first = chunk.first;
        let mut inner = pairs.next().expect("a chunk is one pair").into_inner();
        let decl = inner.next().expect("declaration");
        let decl = match decl.as_rule() {
            Rule::func_decl => self.func_decl(decl),
            Rule::import_decl => self.import_decl(decl),
            _ => self.declaration(decl),
        };
        self.skip_directives(chunk.hi);
        decl
    }

    /// Directives inside a declaration attach to nothing after it.
    fn skip_directives(&mut self, end: usize) {
        while let Some(d) = self.prepared.directives.get(self.next_directive)
            && (d.span.lo as usize) < end
        {
            self.next_directive += 1;
        }
    }

    /// The directives between the previous declaration and `start`.
    fn take_directives(&mut self, start: u32) -> Vec<Directive> {
        let from = self.next_directive;
        self.skip_directives(start as usize);
        self.prepared.directives[from..self.next_directive].to_vec()
    }

    // ---- declarations ----

    pub fn declaration(&mut self, pair: Pair<'_, Rule>) -> Decl {
        match pair.as_rule() {
            Rule::const_decl => {
                let mut last_full = None;
                Decl::Const(self.group(pair, |b, spec, index| b.const_spec(spec, index, &mut last_full)))
            }
            Rule::var_decl => Decl::Var(self.group(pair, |b, spec, _| b.var_spec(spec))),
            Rule::type_decl => Decl::Type(self.group(pair, |b, spec, _| b.type_spec(spec))),
            _ => Decl::Bad(self.span(&pair)),
        }
    }

    fn group<S>(
        &mut self,
        pair: Pair<'_, Rule>,
        mut spec: impl FnMut(&mut Self, Pair<'_, Rule>, u32) -> S,
    ) -> Group<S> {
        let span = self.span(&pair);
        let mut parenthesized = false;
        let mut specs = Vec::new();
        // The first pair is the keyword.
        for inner in pair.into_inner().skip(1) {
            if inner.as_rule() == Rule::spec_open {
                parenthesized = true;
            } else {
                let index = specs.len() as u32;
                let end = self.span(&inner).hi;
                specs.push(spec(self, inner, index));
                self.skip_directives(end as usize);
            }
        }
        Group { span, parenthesized, specs }
    }

    fn import_decl(&mut self, pair: Pair<'_, Rule>) -> Decl {
        let keyword = self.span(&pair).lo;
        Decl::Import(self.group(pair, |b, spec, index| {
            let span = b.span(&spec);
            let mut name = None;
            let mut path = None;
            for part in spec.into_inner() {
                match part.as_rule() {
                    Rule::string => path = Some(b.basic_lit(&part)),
                    Rule::ident => name = Some(b.ident(&part)),
                    _ => {
                        let id = b.id();
                        name = Some(Ident { id, span: b.span(&part), name: Symbol::new(".") });
                    }
                }
            }
            let path = path.unwrap_or(BasicLit { span, kind: LitKind::String, raw: "\"\"".into() });
            let doc = b.doc(if index == 0 { keyword } else { span.lo }, span.lo);
            ImportSpec { id: b.id(), span, name, path, doc }
        }))
    }

    /// The comments that end on the line before `keyword` or, in a group,
    /// before the spec, without a blank line between them.
    fn doc(&mut self, keyword: u32, spec: u32) -> Option<Span> {
        self.doc_before(spec).or_else(|| self.doc_before(keyword))
    }

    fn doc_before(&mut self, start: u32) -> Option<Span> {
        let comments = &self.prepared.comments;
        while self.next_comment < comments.len() && comments[self.next_comment].lo < start {
            self.next_comment += 1;
        }
        let mut end = comments.partition_point(|c| c.lo < start);
        let mut doc: Option<Span> = None;
        let mut next = start;
        while end > 0 {
            let comment = comments[end - 1];
            let between = &self.source.bytes[comment.hi as usize..next as usize];
            let blank = between.iter().all(u8::is_ascii_whitespace);
            if !blank || between.iter().filter(|&&b| b == b'\n').count() > 1 {
                break;
            }
            doc = Some(doc.map_or(comment, |d| d.to(comment)));
            next = comment.lo;
            end -= 1;
        }
        doc
    }

    fn const_spec(&mut self, pair: Pair<'_, Rule>, iota: u32, last_full: &mut Option<u32>) -> ConstSpec {
        let span = self.span(&pair);
        let (names, ty, values) = self.value_spec(pair);
        let repeats = if ty.is_none() && values.is_empty() {
            *last_full
        } else {
            *last_full = Some(iota);
            None
        };
        ConstSpec { id: self.id(), span, names, ty, values, iota, repeats }
    }

    fn var_spec(&mut self, pair: Pair<'_, Rule>) -> VarSpec {
        let span = self.span(&pair);
        let directives = self.take_directives(span.lo);
        let (names, ty, values) = self.value_spec(pair);
        VarSpec { id: self.id(), span, names, ty, values, directives }
    }

    fn value_spec(&mut self, pair: Pair<'_, Rule>) -> (Vec<Ident>, Option<Expr>, Vec<Expr>) {
        let (mut names, mut ty, mut values) = (Vec::new(), None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::idents => names = self.idents(part),
                Rule::equals => {}
                Rule::exprs => values = self.exprs(part),
                _ => ty = Some(self.ty(part)),
            }
        }
        (names, ty, values)
    }

    fn type_spec(&mut self, pair: Pair<'_, Rule>) -> TypeSpec {
        let span = self.span(&pair);
        let directives = self.take_directives(span.lo);
        let mut inner = pair.into_inner();
        let name = self.ident(&inner.next().expect("type name"));
        let (mut type_params, mut assign, mut ty) = (None, None, None);
        for part in inner {
            match part.as_rule() {
                Rule::type_params => type_params = Some(self.type_params(part)),
                Rule::equals => assign = Some(self.start(&part)),
                _ => ty = Some(self.ty(part)),
            }
        }
        let mut ty = ty.unwrap_or_else(|| self.bad_expr(span));
        if type_params.is_none() && assign.is_none() {
            (type_params, ty) = self.array_or_type_params(ty);
        }
        TypeSpec { id: self.id(), span, name, type_params, assign, ty, directives }
    }

    fn func_decl(&mut self, pair: Pair<'_, Rule>) -> Decl {
        let span = self.span(&pair);
        let directives = self.take_directives(span.lo);
        let (mut recv, mut name, mut type_params, mut sig, mut body) = (None, None, None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::receiver => {
                    let params = part.into_inner().next().expect("receiver parameters");
                    let list = self.params(params);
                    if list.fields.iter().any(|f| matches!(f.ty.kind, ExprKind::Ellipsis(_))) {
                        self.error(list.span, "invalid use of ...");
                    }
                    recv = Some(list);
                }
                Rule::ident => name = Some(self.ident(&part)),
                Rule::type_params => type_params = Some(self.type_params(part)),
                Rule::signature => sig = Some(self.signature(part)),
                Rule::block => body = Some(self.block(part)),
                _ => {}
            }
        }
        let (Some(name), Some(sig)) = (name, sig) else { return Decl::Bad(span) };
        if let Some(recv) = &recv {
            match recv.count() {
                0 => self.error(name.span, "method has no receiver"),
                1 => {}
                _ => self.error(name.span, "method has multiple receivers"),
            }
        }
        if let (Some(params), Some(_)) = (&type_params, &recv) {
            let span = params.span;
            self.error(span, "syntax error: method must have no type parameters");
        }
        let id = self.id();
        Decl::Func(Box::new(FuncDecl { id, span, recv, name, type_params, sig, body, directives }))
    }
}
