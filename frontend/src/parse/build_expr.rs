//! Expressions: precedence, suffixes, composite literals.

use super::build::Builder;
use super::grammar::Rule;
use crate::ast::*;
use crate::span::{Pos, Span};
use pest::iterators::{Pair, Pairs};
use std::iter::Peekable;

impl Builder<'_> {
    /// `exprs` or `h_exprs`.
    pub fn exprs(&mut self, pair: Pair<'_, Rule>) -> Vec<Expr> {
        pair.into_inner().map(|e| self.expr(e)).collect()
    }

    /// `expr` or `h_expr`.
    pub fn expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        self.nested(span, |b| b.flat_expr(pair), |b| b.bad_expr(span))
    }

    /// Applies precedence to `unary (op unary)*` with a stack of operators
    /// that wait for their right side.
    fn flat_expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner().peekable();
        let mut left = self.unary(&mut parts);
        let mut waiting: Vec<(Expr, BinaryOp, Pos)> = Vec::new();
        while let Some(op_pair) = parts.next() {
            let op_pos = self.start(&op_pair);
            let op = BinaryOp::parse(self.text(&op_pair)).unwrap_or(BinaryOp::Add);
            while let Some((_, top, _)) = waiting.last()
                && top.precedence() >= op.precedence()
            {
                let (operand, op, pos) = waiting.pop().expect("just seen");
                left = self.binary(operand, op, pos, left);
            }
            waiting.push((left, op, op_pos));
            left = self.unary(&mut parts);
        }
        while let Some((operand, op, pos)) = waiting.pop() {
            left = self.binary(operand, op, pos, left);
        }
        left
    }

    fn binary(&mut self, left: Expr, op: BinaryOp, op_pos: Pos, right: Expr) -> Expr {
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        self.expr_at(span, ExprKind::Binary { op, op_pos, left, right })
    }

    fn unary(&mut self, parts: &mut Peekable<Pairs<'_, Rule>>) -> Expr {
        let mut ops: Vec<(Span, &str)> = Vec::new();
        while let Some(op) = parts.next_if(|p| p.as_rule() == Rule::unary_op) {
            ops.push((self.span(&op), self.text(&op)));
        }
        let mut e = self.primary(parts);
        if let Some((first, _)) = ops.get(super::semicolons::MAX_NESTING) {
            self.too_deep(*first);
            return self.bad_expr(*first);
        }
        for (op_span, text) in ops.into_iter().rev() {
            let span = op_span.to(e.span);
            let op = match text {
                "*" => {
                    e = self.expr_at(span, ExprKind::Star(Box::new(e)));
                    continue;
                }
                "<-" if matches!(e.kind, ExprKind::ChanType { .. }) => {
                    e = self.receive_type(op_span, e);
                    continue;
                }
                "+" => UnaryOp::Plus,
                "-" => UnaryOp::Neg,
                "!" => UnaryOp::Not,
                "^" => UnaryOp::BitNot,
                "&" => UnaryOp::Addr,
                "<-" => UnaryOp::Recv,
                _ => UnaryOp::Tilde,
            };
            e = self.expr_at(span, ExprKind::Unary { op, operand: Box::new(e) });
        }
        e
    }

    /// `<-` before a channel type belongs to the type: `<-chan T`. In
    /// `<-chan<- T` the second arrow then belongs to `T`, and so on.
    fn receive_type(&mut self, arrow: Span, ty: Expr) -> Expr {
        let span = arrow.to(ty.span);
        let ExprKind::ChanType { dir, elem } = ty.kind else {
            self.error(ty.span, "syntax error: unexpected <-, expected chan");
            return self.bad_expr(span);
        };
        let elem = match dir {
            ChanDir::Both => elem,
            ChanDir::Send => Box::new(self.receive_type(arrow, *elem)),
            ChanDir::Recv => {
                self.error(span, "syntax error: unexpected <-, expected chan");
                elem
            }
        };
        self.expr_at(span, ExprKind::ChanType { dir: ChanDir::Recv, elem })
    }

    fn primary(&mut self, parts: &mut Peekable<Pairs<'_, Rule>>) -> Expr {
        let Some(first) = parts.next() else {
            return self.bad_expr(Span::default());
        };
        let mut e = self.operand(first);
        let mut suffixes = 0;
        while let Some(suffix) =
            parts.next_if(|p| matches!(p.as_rule(), Rule::selector | Rule::call | Rule::index | Rule::literal_value))
        {
            suffixes += 1;
            if suffixes > super::semicolons::MAX_NESTING {
                if suffixes == super::semicolons::MAX_NESTING + 1 {
                    self.too_deep(self.span(&suffix));
                }
                continue;
            }
            e = self.suffix(e, suffix);
        }
        e
    }

    fn operand(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::ident => self.name_expr(&pair),
            Rule::number | Rule::string | Rule::rune => {
                if self.is_bad_literal(span) {
                    return self.bad_expr(span);
                }
                let lit = self.basic_lit(&pair);
                self.expr_at(span, ExprKind::BasicLit(lit))
            }
            Rule::paren => {
                let inner = Box::new(self.expr(pair.into_inner().next().expect("expression")));
                self.expr_at(span, ExprKind::Paren(inner))
            }
            Rule::func_lit => self.func_lit(pair, span),
            _ => self.ty(pair),
        }
    }

    /// A function literal, or a function type if there is no body.
    fn func_lit(&mut self, pair: Pair<'_, Rule>, span: Span) -> Expr {
        let mut inner = pair.into_inner().skip(1);
        let mut sig = self.signature(inner.next().expect("signature"));
        sig.span = Span { lo: span.lo, ..sig.span };
        let kind = match inner.next() {
            Some(body) => {
                let body = self.nested(span, |b| b.block(body), |b| b.bad_block(span));
                ExprKind::FuncLit(Box::new(FuncLit { sig, body }))
            }
            None => ExprKind::FuncType(Box::new(sig)),
        };
        self.expr_at(span, kind)
    }

    fn suffix(&mut self, operand: Expr, pair: Pair<'_, Rule>) -> Expr {
        let own = self.span(&pair);
        let span = operand.span.to(own);
        let kind = match pair.as_rule() {
            Rule::selector => self.selector(operand, pair),
            Rule::call => self.call(operand, pair),
            Rule::index => self.index(operand, pair),
            _ => {
                match &operand.unparen().kind {
                    ExprKind::Ident(_) | ExprKind::Selector { .. } | ExprKind::Index { .. }
                        if matches!(operand.kind, ExprKind::Paren(_)) =>
                    {
                        let message = "syntax error: cannot parenthesize type in composite literal";
                        self.error(own.start().span(), message);
                    }
                    ExprKind::Ident(_)
                    | ExprKind::Selector { .. }
                    | ExprKind::Index { .. }
                    | ExprKind::ArrayType { .. }
                    | ExprKind::SliceType(_)
                    | ExprKind::MapType { .. }
                    | ExprKind::StructType(_)
                    | ExprKind::Bad => {}
                    _ => {
                        let message = "syntax error: unexpected { at end of statement";
                        self.error(own.start().span(), message);
                    }
                }
                self.literal_value(Some(Box::new(operand)), pair)
            }
        };
        self.expr_at(span, kind)
    }

    fn selector(&mut self, operand: Expr, pair: Pair<'_, Rule>) -> ExprKind {
        let operand = Box::new(operand);
        // After the dot.
        let lparen = self.second(&pair);
        let rparen = self.last(&pair);
        let inner = pair.into_inner().next().expect("selector");
        match inner.as_rule() {
            Rule::ident => ExprKind::Selector { operand, name: self.ident(&inner) },
            Rule::k_type => {
                // A type switch has taken its own away before it comes here: the checker reports this one.
                let span = self.span(&inner);
                let ty = Box::new(self.bad_expr(span));
                ExprKind::TypeAssert { operand, lparen, ty, rparen }
            }
            _ => {
                let ty = Box::new(self.ty(inner));
                ExprKind::TypeAssert { operand, lparen, ty, rparen }
            }
        }
    }

    fn call(&mut self, func: Expr, pair: Pair<'_, Rule>) -> ExprKind {
        let (lparen, rparen) = (self.start(&pair), self.last(&pair));
        let mut args = Vec::new();
        let mut ellipsis = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::dots => ellipsis = Some(self.start(&part)),
                _ => args.push(self.expr(part)),
            }
        }
        ExprKind::Call(Box::new(CallExpr { func, lparen, args, ellipsis, rparen }))
    }

    fn index(&mut self, operand: Expr, pair: Pair<'_, Rule>) -> ExprKind {
        let (lbrack, rbrack) = (self.start(&pair), self.last(&pair));
        let mut colons: Vec<Span> = Vec::new();
        // Expressions by the number of colons before them.
        let mut parts: [Vec<Expr>; 3] = Default::default();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::colon {
                colons.push(self.span(&part));
            } else {
                let e = self.expr(part);
                parts[colons.len().min(2)].push(e);
            }
        }
        let [mut first, mut second, mut third] = parts;
        if colons.is_empty() {
            if first.is_empty() {
                self.error(rbrack.span(), "syntax error: expected operand");
                first.push(self.bad_expr(rbrack.span()));
            }
            return ExprKind::Index { operand: Box::new(operand), lbrack, indices: first, rbrack };
        }
        if colons.len() == 2 {
            if second.is_empty() {
                self.error(colons[1], "middle index required in 3-index slice");
                second.push(self.bad_expr(colons[1]));
            }
            if third.is_empty() {
                self.error(rbrack.span(), "final index required in 3-index slice");
                third.push(self.bad_expr(rbrack.span()));
            }
        }
        let (low, high, max) = (first.pop(), second.pop(), third.pop());
        ExprKind::Slice(Box::new(SliceExpr { operand, lbrack, low, high, max, rbrack }))
    }

    pub fn literal_value(&mut self, ty: Option<Box<Expr>>, pair: Pair<'_, Rule>) -> ExprKind {
        let (lbrace, rbrace) = (self.start(&pair), self.last(&pair));
        let elems = pair.into_inner().map(|e| self.element(e)).collect();
        ExprKind::CompositeLit { ty, lbrace, elems, rbrace }
    }

    fn element(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let first = self.element_value(inner.next().expect("element"));
        let Some(colon) = inner.next() else { return first };
        let colon = self.start(&colon);
        let value = Box::new(self.element_value(inner.next().expect("value")));
        self.expr_at(span, ExprKind::KeyValue { key: Box::new(first), colon, value })
    }

    fn element_value(&mut self, pair: Pair<'_, Rule>) -> Expr {
        if pair.as_rule() != Rule::literal_value {
            return self.expr(pair);
        }
        let span = self.span(&pair);
        let kind = self.nested(span, |b| b.literal_value(None, pair), |_| ExprKind::Bad);
        self.expr_at(span, kind)
    }

    /// `x` of an expression that is exactly `x.(type)`.
    pub fn type_switch_operand(&mut self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let parts: Vec<_> = pair.clone().into_inner().collect();
        let (last, rest) = parts.split_last()?;
        let guard = last.as_rule() == Rule::selector && last.clone().into_inner().next()?.as_rule() == Rule::k_type;
        let plain = rest.iter().all(|p| !matches!(p.as_rule(), Rule::unary_op | Rule::binary_op));
        if !guard || !plain {
            return None;
        }
        let mut rest = rest.iter().cloned();
        let mut e = self.operand(rest.next()?);
        for suffix in rest {
            e = self.suffix(e, suffix);
        }
        Some(e)
    }
}
