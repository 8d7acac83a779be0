//! Types, parameters and constraints.

use super::build::Builder;
use super::grammar::Rule;
use crate::ast::*;
use crate::span::Span;
use crate::symbol::Symbol;
use pest::iterators::Pair;

/// `a T`, `T`, `a ...T` before it is known which words are names.
struct Param {
    span: Span,
    name: Option<Ident>,
    ty: Expr,
}

impl Builder<'_> {
    pub fn ty(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        self.nested(span, |b| b.ty_inner(pair, span), |b| b.bad_expr(span))
    }

    fn ty_inner(&mut self, pair: Pair<'_, Rule>, span: Span) -> Expr {
        let kind = match pair.as_rule() {
            Rule::type_name => return self.type_name(pair),
            Rule::embedded => return self.embedded(pair),
            Rule::array_type => {
                let mut inner = pair.into_inner();
                let len = inner.next().expect("array length");
                let len = match len.as_rule() {
                    Rule::dots => {
                        let span = self.span(&len);
                        self.expr_at(span, ExprKind::Ellipsis(None))
                    }
                    _ => self.expr(len),
                };
                let elem = self.ty(inner.next().expect("element type"));
                ExprKind::ArrayType { len: Box::new(len), elem: Box::new(elem) }
            }
            Rule::map_type => {
                let mut inner = pair.into_inner().skip(1);
                let key = self.ty(inner.next().expect("key type"));
                let value = self.ty(inner.next().expect("value type"));
                ExprKind::MapType { key: Box::new(key), value: Box::new(value) }
            }
            Rule::chan_type => self.chan_type(pair),
            Rule::func_type => {
                let sig = pair.into_inner().nth(1).expect("signature");
                let mut sig = self.signature(sig);
                sig.span = span;
                ExprKind::FuncType(Box::new(sig))
            }
            Rule::struct_type => {
                let fields = pair.into_inner().skip(1).map(|f| self.field(f)).collect();
                ExprKind::StructType(Box::new(StructType { fields }))
            }
            Rule::interface_type => {
                let elems = pair.into_inner().skip(1).map(|e| self.interface_elem(e)).collect();
                ExprKind::InterfaceType(Box::new(InterfaceType { elems }))
            }
            Rule::pointer_type | Rule::slice_type | Rule::paren_type => {
                let rule = pair.as_rule();
                let inner = Box::new(self.ty(pair.into_inner().next().expect("type")));
                match rule {
                    Rule::pointer_type => ExprKind::Star(inner),
                    Rule::slice_type => ExprKind::SliceType(inner),
                    _ => ExprKind::Paren(inner),
                }
            }
            _ => ExprKind::Bad,
        };
        self.expr_at(span, kind)
    }

    pub fn name_expr(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        let ident = self.ident(pair);
        Expr { id: ident.id, span: ident.span, kind: ExprKind::Ident(ident) }
    }

    /// `T`, `p.T`, `T[A]`, `p.T[A]`.
    fn type_name(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut inner = pair.into_inner();
        let mut ty = self.name_expr(&inner.next().expect("type name"));
        for part in inner {
            let span = ty.span.to(self.span(&part));
            let operand = Box::new(ty);
            let kind = if part.as_rule() == Rule::ident {
                ExprKind::Selector { operand, name: self.ident(&part) }
            } else {
                let (lbrack, rbrack) = (self.start(&part), self.last(&part));
                let indices = part.into_inner().map(|a| self.ty(a)).collect();
                ExprKind::Index { operand, lbrack, indices, rbrack }
            };
            ty = self.expr_at(span, kind);
        }
        ty
    }

    fn chan_type(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut dir = ChanDir::Both;
        let mut keyword = false;
        let mut elem = None;
        let span = self.span(&pair);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::k_chan => keyword = true,
                Rule::arrow => dir = if keyword { ChanDir::Send } else { ChanDir::Recv },
                _ => elem = Some(self.ty(part)),
            }
        }
        let elem = elem.unwrap_or_else(|| self.bad_expr(span));
        ExprKind::ChanType { dir, elem: Box::new(elem) }
    }

    fn field(&mut self, pair: Pair<'_, Rule>) -> StructField {
        let span = self.span(&pair);
        let (mut names, mut ty, mut tag) = (Vec::new(), None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::field_names => names = self.idents(part),
                Rule::string => tag = Some(self.basic_lit(&part)),
                _ => ty = Some(self.ty(part)),
            }
        }
        let ty = ty.unwrap_or_else(|| self.bad_expr(span));
        StructField { id: self.id(), span, names, ty, tag }
    }

    fn embedded(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let first = inner.next().expect("embedded type");
        match first.as_rule() {
            Rule::star => {
                let ty = self.ty(inner.next().expect("embedded type"));
                self.expr_at(span, ExprKind::Star(Box::new(ty)))
            }
            Rule::embedded => {
                self.error(span, "syntax error: cannot parenthesize embedded type");
                self.ty(first)
            }
            _ => self.ty(first),
        }
    }

    fn interface_elem(&mut self, pair: Pair<'_, Rule>) -> InterfaceElem {
        let inner = pair.into_inner().next().expect("interface element");
        if inner.as_rule() != Rule::method {
            return InterfaceElem::Embedded(self.constraint(inner));
        }
        let span = self.span(&inner);
        let mut parts = inner.into_inner();
        let name = self.ident(&parts.next().expect("method name"));
        let sig = self.signature(parts.next().expect("signature"));
        InterfaceElem::Method(MethodSpec { id: self.id(), span, name, sig })
    }

    // ---- signatures ----

    pub fn signature(&mut self, pair: Pair<'_, Rule>) -> FuncType {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let params = self.params(inner.next().expect("parameters"));
        let results = inner.next().map(|result| {
            let result = result.into_inner().next().expect("result");
            if result.as_rule() == Rule::params {
                return self.params(result);
            }
            let ty = self.ty(result);
            let span = ty.span;
            let field = Field { id: self.id(), span, names: Vec::new(), ty };
            FieldList { span, fields: vec![field] }
        });
        if let Some(results) = &results {
            for field in &results.fields {
                if matches!(field.ty.kind, ExprKind::Ellipsis(_)) {
                    let span = field.ty.span;
                    self.error(span, "can only use ... with final parameter in list");
                }
            }
        }
        FuncType { span, params, results }
    }

    pub fn params(&mut self, pair: Pair<'_, Rule>) -> FieldList {
        let span = self.span(&pair);
        let params: Vec<Param> = pair.into_inner().map(|p| self.param(p)).collect();
        let fields = if params.iter().any(|p| p.name.is_some()) {
            self.named_params(params)
        } else {
            let field = |p: Param| Field { id: self.id(), span: p.span, names: Vec::new(), ty: p.ty };
            params.into_iter().map(field).collect()
        };
        FieldList { span, fields }
    }

    fn param(&mut self, pair: Pair<'_, Rule>) -> Param {
        let span = self.span(&pair);
        let (mut name, mut dots, mut ty) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ident => name = Some(self.ident(&part)),
                Rule::dots => dots = Some(self.span(&part)),
                _ => ty = Some(self.ty(part)),
            }
        }
        let mut ty = ty.unwrap_or_else(|| self.bad_expr(span));
        if let Some(dots) = dots {
            let span = dots.to(ty.span);
            ty = self.expr_at(span, ExprKind::Ellipsis(Some(Box::new(ty))));
        }
        Param { span, name, ty }
    }

    /// In `a, b int` the lone words are names too, and belong to the type
    /// that follows.
    fn named_params(&mut self, params: Vec<Param>) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut pending: Vec<Ident> = Vec::new();
        let mut reported = false;
        for param in params {
            match (param.name, &param.ty.kind) {
                (Some(name), _) => {
                    let mut names = std::mem::take(&mut pending);
                    names.push(name);
                    let span = names[0].span.to(param.span);
                    fields.push(Field { id: self.id(), span, names, ty: param.ty });
                }
                (None, ExprKind::Ident(name)) => pending.push(*name),
                (None, _) => {
                    if !reported {
                        reported = true;
                        let message = "syntax error: missing parameter name";
                        self.error(param.span, message);
                    }
                    fields.push(Field { id: self.id(), span: param.span, names: Vec::new(), ty: param.ty });
                }
            }
        }
        if let (Some(first), Some(last)) = (pending.first(), pending.last()) {
            let span = first.span.to(last.span);
            if !reported {
                self.error(last.span, "syntax error: missing parameter type");
            }
            let ty = self.bad_expr(span);
            fields.push(Field { id: self.id(), span, names: pending, ty });
        }
        fields
    }

    // ---- type parameters ----

    pub fn type_params(&mut self, pair: Pair<'_, Rule>) -> FieldList {
        let span = self.span(&pair);
        let fields = pair
            .into_inner()
            .map(|param| {
                let span = self.span(&param);
                let mut inner = param.into_inner();
                let names = self.idents(inner.next().expect("names"));
                let ty = self.constraint(inner.next().expect("constraint"));
                Field { id: self.id(), span, names, ty }
            })
            .collect();
        FieldList { span, fields }
    }

    /// `A | ~B | C`, as a left-leaning tree of `|`.
    fn constraint(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut union: Option<Expr> = None;
        let mut op_pos = self.start(&pair);
        for part in pair.into_inner() {
            if part.as_rule() == Rule::pipe {
                op_pos = self.start(&part);
                continue;
            }
            let term = self.constraint_term(part);
            union = Some(match union {
                None => term,
                Some(left) => {
                    let span = left.span.to(term.span);
                    let (left, right) = (Box::new(left), Box::new(term));
                    let kind = ExprKind::Binary { op: BinaryOp::Or, op_pos, left, right };
                    self.expr_at(span, kind)
                }
            });
        }
        union.unwrap_or_else(|| self.bad_expr(op_pos.span()))
    }

    fn constraint_term(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let first = inner.next().expect("constraint term");
        if first.as_rule() != Rule::tilde {
            return self.ty(first);
        }
        let operand = Box::new(self.ty(inner.next().expect("type after ~")));
        self.expr_at(span, ExprKind::Unary { op: UnaryOp::Tilde, operand })
    }

    /// The grammar reads `type T[P *C] X` as an array of length `P*C`, as Go
    /// does; but if `C` can only be a type it is a type parameter after all.
    pub fn array_or_type_params(&mut self, ty: Expr) -> (Option<FieldList>, Expr) {
        match ty.kind {
            ExprKind::ArrayType { len, elem } if declares_param(&len) => {
                let brackets = Span { hi: len.span.hi + 1, ..ty.span };
                let span = len.span;
                let (name, constraint) = self.split_param(*len);
                let field = Field { id: self.id(), span, names: vec![name], ty: constraint };
                (Some(FieldList { span: brackets, fields: vec![field] }), *elem)
            }
            _ => (None, ty),
        }
    }

    /// `P *C | D` as an expression, taken apart into `P` and `*C | D`.
    fn split_param(&mut self, e: Expr) -> (Ident, Expr) {
        let (id, end) = (e.id, e.span);
        match e.kind {
            ExprKind::Binary { op: BinaryOp::Mul, op_pos, left, right } => {
                let name = left.as_ident().copied();
                let span = op_pos.span().to(end);
                if let Some(name) = name {
                    return (name, Expr { id, span, kind: ExprKind::Star(right) });
                }
                (self.missing_name(left.span), *right)
            }
            ExprKind::Binary { op, op_pos, left, right } => {
                let (name, left) = self.split_param(*left);
                let span = left.span.to(right.span);
                let kind = ExprKind::Binary { op, op_pos, left: Box::new(left), right };
                (name, Expr { id, span, kind })
            }
            ExprKind::Call(call) => {
                let call = *call;
                let span = call.lparen.span().to(end);
                let name = call.func.as_ident().copied();
                let arg = call.args.into_iter().next();
                match (name, arg) {
                    (Some(name), Some(arg)) => (name, Expr { id, span, kind: ExprKind::Paren(Box::new(arg)) }),
                    _ => (self.missing_name(span), self.bad_expr(span)),
                }
            }
            kind => (self.missing_name(end), Expr { id, span: end, kind }),
        }
    }

    fn missing_name(&mut self, span: Span) -> Ident {
        Ident { id: self.id(), span, name: Symbol::new("_") }
    }
}

/// `P *C`, `P (C)` and unions that start so, where a type must be meant.
fn declares_param(len: &Expr) -> bool {
    match &len.kind {
        ExprKind::Binary { op: BinaryOp::Mul, left, right, .. } => left.as_ident().is_some() && only_type(right),
        ExprKind::Binary { op: BinaryOp::Or, left, right, .. } => {
            declares_param(left) || (only_type(right) && starts_param(left))
        }
        ExprKind::Call(call) => {
            call.func.as_ident().is_some()
                && call.args.len() == 1
                && call.ellipsis.is_none()
                && only_type(&call.args[0])
        }
        _ => false,
    }
}

fn starts_param(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Binary { op: BinaryOp::Mul, left, .. } => left.as_ident().is_some(),
        ExprKind::Binary { op: BinaryOp::Or, left, .. } => starts_param(left),
        ExprKind::Call(call) => call.func.as_ident().is_some() && call.args.len() == 1,
        _ => false,
    }
}

/// Whether an expression contains something that is a type by its form.
fn only_type(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::ArrayType { .. }
        | ExprKind::SliceType(_)
        | ExprKind::StructType(_)
        | ExprKind::FuncType(_)
        | ExprKind::InterfaceType(_)
        | ExprKind::MapType { .. }
        | ExprKind::ChanType { .. } => true,
        ExprKind::Binary { left, right, .. } => only_type(left) || only_type(right),
        ExprKind::Unary { op, operand } => *op == UnaryOp::Tilde || only_type(operand),
        ExprKind::Star(inner) | ExprKind::Paren(inner) => only_type(inner),
        _ => false,
    }
}
