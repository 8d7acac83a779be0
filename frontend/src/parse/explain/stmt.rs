//! Statements, read for their mistakes.

use super::Reader;
use super::expr::{Form, Read};
use super::token::Kind;
use crate::span::Span;

/// A simple statement, as far as headers care.
struct Simple {
    kind: SimpleKind,
    /// The operator, or the expression.
    place: Span,
    from: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SimpleKind {
    Expr,
    Range,
    /// `=`; whether its sides are binary operations, and the token of the `=`.
    Assign {
        left_binary: bool,
        right_binary: bool,
        operator: usize,
    },
    Define,
    Other,
}

impl Reader<'_> {
    /// A block; `context` says behind what the `{` has to stand.
    pub fn block(&mut self, context: &str) {
        if !self.got(Kind::LBrace) {
            self.unexpected(&format!(", expected {{ after {context}"));
            self.skip_to(&[Kind::Name, Kind::RBrace]);
            if self.got(Kind::RBrace) {
                return;
            }
        }
        self.stmts();
        self.want(Kind::RBrace);
    }

    fn stmts(&mut self) {
        while !matches!(self.kind(), Kind::Eof | Kind::RBrace | Kind::Case | Kind::Default) {
            if !self.nested(Self::stmt, false) {
                break;
            }
            if !self.got(Kind::Semi) && !self.is(Kind::RBrace) {
                self.unexpected(" at end of statement");
                self.skip_to(&[Kind::Semi, Kind::RBrace, Kind::Case, Kind::Default]);
                self.got(Kind::Semi);
            }
        }
    }

    /// A statement, possibly empty; false if none starts here.
    fn stmt(&mut self) -> bool {
        let mut label = None;
        while self.is(Kind::Name) {
            let (first, count) = self.exprs();
            if count > 1 || !matches!(first.form, Form::Name) || !self.is(Kind::Colon) {
                self.simple_rest(first, count, None);
                return true;
            }
            label = Some(self.span());
            self.next();
            if self.is(Kind::RBrace) {
                return true;
            }
        }
        if self.unlabeled() {
            return true;
        }
        if let Some(colon) = label {
            self.syntax_error(colon, "missing statement after label");
        }
        false
    }

    /// A statement that starts with no name.
    fn unlabeled(&mut self) -> bool {
        match self.kind() {
            kind @ (Kind::Var | Kind::Const | Kind::Type) => {
                self.next();
                self.group(kind);
            }
            Kind::LBrace => self.block(""),
            Kind::Star
            | Kind::Arrow
            | Kind::Literal
            | Kind::Func
            | Kind::LParen
            | Kind::LBrack
            | Kind::Struct
            | Kind::Map
            | Kind::Chan
            | Kind::Interface => {
                self.simple(None);
            }
            Kind::Operator if matches!(self.token().text, "+" | "-" | "&" | "^" | "!") => {
                self.simple(None);
            }
            Kind::For => {
                self.header(Kind::For);
                self.block("for clause");
            }
            Kind::Switch => {
                self.header(Kind::Switch);
                self.clauses("switch", |r| {
                    r.exprs();
                });
            }
            Kind::Select => {
                self.next();
                self.clauses("select", |r| {
                    r.simple(None);
                });
            }
            Kind::If => self.if_stmt(),
            Kind::Break | Kind::Continue => {
                self.next();
                self.got(Kind::Name);
            }
            Kind::Fallthrough => self.next(),
            Kind::Goto => {
                self.next();
                self.name();
            }
            keyword @ (Kind::Go | Kind::Defer) => {
                self.next();
                let call = self.primary(self.is(Kind::LParen));
                if matches!(call.form, Form::Paren(_)) {
                    let keyword = if keyword == Kind::Go { "go" } else { "defer" };
                    self.error(call.place, format!("expression in {keyword} must not be parenthesized"));
                }
            }
            Kind::Return => {
                self.next();
                if !matches!(self.kind(), Kind::Semi | Kind::RBrace) {
                    self.exprs();
                }
            }
            Kind::Semi => {}
            _ => return false,
        }
        true
    }

    fn if_stmt(&mut self) {
        loop {
            self.header(Kind::If);
            self.block("if clause");
            if !self.got(Kind::Else) {
                return;
            }
            match self.kind() {
                Kind::If => {}
                Kind::LBrace => return self.block(""),
                _ => {
                    self.wrong("else must be followed by if or statement block");
                    self.skip_to(&[Kind::Name, Kind::RBrace]);
                    return;
                }
            }
        }
    }

    fn clauses(&mut self, statement: &str, mut case: impl FnMut(&mut Self)) {
        if !self.got(Kind::LBrace) {
            self.wrong(&format!("missing {{ after {statement} clause"));
            self.skip_to(&[Kind::Case, Kind::Default, Kind::RBrace]);
        }
        while !matches!(self.kind(), Kind::Eof | Kind::RBrace) {
            if self.got(Kind::Case) {
                case(self);
            } else if !self.got(Kind::Default) {
                self.unexpected(", expected case or default or }");
                self.skip_to(&[Kind::Colon, Kind::Case, Kind::Default, Kind::RBrace]);
            }
            self.want(Kind::Colon);
            self.stmts();
        }
        self.want(Kind::RBrace);
    }

    // ---- simple statements

    /// `header` is the keyword of the statement in whose header it stands, where that matters.
    fn simple(&mut self, header: Option<Kind>) -> Simple {
        let from = self.at;
        if header == Some(Kind::For) && self.is(Kind::Range) {
            return self.range(from);
        }
        let (first, count) = self.exprs();
        self.simple_rest(first, count, header)
    }

    fn range(&mut self, from: usize) -> Simple {
        let place = self.span();
        self.next();
        self.expr();
        Simple { kind: SimpleKind::Range, place, from }
    }

    /// What follows the expressions a simple statement starts with.
    fn simple_rest(&mut self, first: Read, count: usize, header: Option<Kind>) -> Simple {
        let (place, from, operator) = (self.span(), first.from, self.at);
        let kind = match self.kind() {
            kind @ (Kind::Assign | Kind::Define) => {
                self.next();
                if header == Some(Kind::For) && self.is(Kind::Range) {
                    return self.range(from);
                }
                let (value, values) = self.exprs();
                let is_guard = values == 1 && matches!(value.form, Form::Guard);
                let is_name = count == 1 && matches!(first.form, Form::Name);
                let binary = |read: &Read, count: usize| count == 1 && matches!(read.form, Form::Binary);
                match kind {
                    Kind::Define if is_guard && is_name && header == Some(Kind::Switch) => SimpleKind::Expr,
                    Kind::Define => SimpleKind::Define,
                    _ => SimpleKind::Assign {
                        left_binary: binary(&first, count),
                        right_binary: binary(&value, values),
                        operator,
                    },
                }
            }
            Kind::AssignOp | Kind::Arrow if count == 1 => {
                self.next();
                self.expr();
                SimpleKind::Other
            }
            Kind::IncDec if count == 1 => {
                self.next();
                SimpleKind::Other
            }
            _ if count == 1 => return Simple { kind: SimpleKind::Expr, place: first.place, from },
            _ => {
                self.unexpected(", expected := or = or comma");
                self.skip_to(&[Kind::Semi, Kind::RBrace]);
                return Simple { kind: SimpleKind::Expr, place: first.place, from };
            }
        };
        Simple { kind, place, from }
    }

    // ---- headers

    /// The header of an if, for or switch statement, keyword included.
    fn header(&mut self, keyword: Kind) {
        self.next();
        if self.is(Kind::LBrace) {
            if keyword == Kind::If {
                self.wrong("missing condition in if statement");
            }
            return;
        }
        let outer = std::mem::replace(&mut self.literal_level, -1);
        self.header_parts(keyword);
        self.literal_level = outer;
    }

    fn header_parts(&mut self, keyword: Kind) {
        let word = match keyword {
            Kind::If => "if",
            Kind::For => "for",
            _ => "switch",
        };
        let mut init = None;
        if !self.is(Kind::Semi) {
            if self.got(Kind::Var) {
                self.wrong(&format!("var declaration not allowed in {word} initializer"));
            }
            let stmt = self.simple(Some(keyword));
            if stmt.kind == SimpleKind::Range {
                return;
            }
            init = Some((stmt, self.at));
        }
        if self.is(Kind::LBrace) {
            return self.condition(init, keyword, None);
        }
        let mut semicolon = None;
        if self.is(Kind::Semi) {
            semicolon = Some((self.span(), self.token().text != "semicolon", self.token().found()));
            self.next();
        } else {
            // Asking for the `{` tells more than asking for a `;`.
            self.want(Kind::LBrace);
            if !self.is(Kind::LBrace) {
                self.skip_to(&[Kind::LBrace, Kind::RBrace]);
            }
        }
        let mut condition = None;
        if keyword == Kind::For {
            if !self.is(Kind::Semi) {
                if self.is(Kind::LBrace) {
                    return self.unexpected(", expected for loop condition");
                }
                condition = Some((self.simple(None), self.at));
            }
            self.want(Kind::Semi);
            if !self.is(Kind::LBrace) {
                let post = self.simple(None);
                if post.kind == SimpleKind::Define {
                    self.syntax_error(post.place, "cannot declare in post statement of for loop");
                }
            }
        } else if !self.is(Kind::LBrace) {
            condition = Some((self.simple(Some(keyword)), self.at));
        }
        self.condition(condition, keyword, semicolon);
    }

    /// The last part of a header must be an expression. Given with the token behind it, and the `;` before it: where, whether
    /// it is a line end, and its name.
    fn condition(&mut self, stmt: Option<(Simple, usize)>, keyword: Kind, semicolon: Option<(Span, bool, String)>) {
        let Some((stmt, end)) = stmt else {
            match semicolon {
                Some((place, true, found)) if keyword == Kind::If => {
                    self.syntax_error(place, &format!("unexpected {found}, expected {{ after if clause"));
                }
                Some((place, ..)) if keyword == Kind::If => {
                    self.syntax_error(place, "missing condition in if statement");
                }
                _ => {}
            }
            return;
        };
        let text = match stmt.kind {
            SimpleKind::Expr | SimpleKind::Range => return,
            SimpleKind::Assign { left_binary, right_binary, operator } => {
                let emphasize = |text: String, binary: bool| if binary { format!("({text})") } else { text };
                let left = emphasize(self.text_between(stmt.from, operator), left_binary);
                let right = emphasize(self.text_between(operator + 1, end), right_binary);
                format!("assignment {left} = {right}")
            }
            SimpleKind::Define | SimpleKind::Other => self.text_between(stmt.from, end),
        };
        self.syntax_error(stmt.place, &format!("cannot use {text} as value"));
    }
}
