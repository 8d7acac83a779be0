//! Expressions, read for their mistakes.

use super::Reader;
use super::token::Kind;
use crate::ast::ChanDir;
use crate::span::Span;

/// What was read, as far as it matters for what may follow.
#[derive(Clone, Debug)]
pub enum Form {
    Name,
    Selector,
    Index,
    /// An array, slice, struct or map type: starts a composite literal.
    Composite,
    /// The directions of directly nested channel types, outermost first, and the element of the innermost.
    Chan(Vec<ChanDir>, String),
    /// Any other type.
    Type,
    /// `x.(type)`.
    Guard,
    Paren(Box<Form>),
    /// `*x`: a pointer or a pointer type.
    Star,
    Binary,
    Call,
    Value,
}

impl Form {
    pub fn unparen(&self) -> &Form {
        match self {
            Form::Paren(inner) => inner.unparen(),
            form => form,
        }
    }
}

/// Whether `P *C`, read as an expression, can be a type parameter with its constraint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Split {
    No,
    /// If what follows says that it must.
    Forced,
    Yes,
}

#[derive(Clone, Debug)]
pub struct Read {
    pub form: Form,
    /// The first token.
    pub from: usize,
    /// Where gc says that it is: a binary operation is at its operator.
    pub place: Span,
    /// It can only be a type or an element of a constraint.
    only_type: bool,
    only_value: bool,
    split: Split,
}

impl Read {
    fn new(form: Form, from: usize, place: Span) -> Read {
        let only_value = matches!(form, Form::Guard | Form::Binary | Form::Call | Form::Value);
        let only_type = matches!(form, Form::Composite | Form::Chan(..) | Form::Type);
        Read { form, from, place, only_type, only_value, split: Split::No }
    }

    pub fn name(from: usize) -> Read {
        Read::new(Form::Name, from, Span::default())
    }

    pub fn splits(&self, forced: bool) -> bool {
        self.split == Split::Yes || forced && self.split == Split::Forced
    }
}

impl Reader<'_> {
    pub fn expr(&mut self) -> Read {
        let left = self.unary();
        self.binary_rest(left, 0)
    }

    /// Expressions separated by commas: the first one, and how many there are.
    pub fn exprs(&mut self) -> (Read, usize) {
        let first = self.expr();
        let mut count = 1;
        while self.got(Kind::Comma) {
            self.expr();
            count += 1;
        }
        (first, count)
    }

    /// Binary operators that bind tighter than `above`, and their right sides.
    pub fn binary_rest(&mut self, mut left: Read, above: u8) -> Read {
        while self.token().precedence() > above {
            let operator = self.token();
            self.next();
            let right = self.unary();
            let right = self.binary_rest(right, operator.precedence());
            let mut whole = Read::new(Form::Binary, left.from, operator.span);
            whole.only_type = left.only_type || right.only_type;
            whole.split = match operator.text {
                "*" if matches!(left.form, Form::Name) => split_before(&right),
                // One element that must be a type makes the others types.
                "|" if left.split == Split::Forced && right.only_type => Split::Yes,
                "|" => left.split,
                _ => Split::No,
            };
            left = whole;
        }
        left
    }

    fn unary(&mut self) -> Read {
        let bad = Read::new(Form::Value, self.at, self.span());
        self.nested(Self::unary_here, bad)
    }

    fn unary_here(&mut self) -> Read {
        let (token, from) = (self.token(), self.at);
        match token.kind {
            Kind::Star => {
                self.next();
                let operand = self.unary();
                let mut read = Read::new(Form::Star, from, token.span);
                read.only_type = operand.only_type;
                read
            }
            Kind::Operator if matches!(token.text, "+" | "-" | "!" | "^" | "~" | "&") => {
                self.next();
                let operand = self.unary();
                let mut read = Read::new(Form::Value, from, token.span);
                read.only_type = operand.only_type || token.text == "~";
                read
            }
            Kind::Arrow => {
                self.next();
                let operand = self.unary();
                match operand.form {
                    Form::Chan(dirs, elem) => {
                        let form = self.receive_type(dirs, elem);
                        Read::new(form, from, token.span)
                    }
                    _ => Read::new(Form::Value, from, token.span),
                }
            }
            _ => self.primary(true),
        }
    }

    /// `<-` in front of a channel type belongs to it, and the arrow of that to its element, and so on.
    fn receive_type(&mut self, mut dirs: Vec<ChanDir>, elem: String) -> Form {
        let mut carried = true;
        for dir in &mut dirs {
            if !carried {
                break;
            }
            carried = *dir == ChanDir::Send;
            if *dir == ChanDir::Recv {
                self.wrong("unexpected <-, expected chan");
            }
            *dir = ChanDir::Recv;
        }
        if carried {
            self.wrong(&format!("unexpected {elem}, expected chan"));
        }
        Form::Chan(dirs, elem)
    }

    /// An operand and what is applied to it.
    pub fn primary(&mut self, keep_parens: bool) -> Read {
        let operand = self.operand(keep_parens);
        self.primary_rest(operand)
    }

    fn operand(&mut self, keep_parens: bool) -> Read {
        let (token, from) = (self.token(), self.at);
        let form = match token.kind {
            Kind::Name => {
                self.next();
                Form::Name
            }
            Kind::Literal => {
                self.next();
                Form::Value
            }
            Kind::LParen => {
                self.next();
                self.literal_level += 1;
                let inner = self.expr();
                self.literal_level -= 1;
                self.want(Kind::RParen);
                if !keep_parens && !self.is(Kind::LBrace) {
                    return inner;
                }
                let mut read = Read::new(Form::Paren(Box::new(inner.form)), from, token.span);
                (read.only_type, read.only_value) = (inner.only_type, inner.only_value);
                return read;
            }
            Kind::Func => {
                self.next();
                self.func_type("function type");
                if self.is(Kind::LBrace) {
                    self.literal_level += 1;
                    self.func_body();
                    self.literal_level -= 1;
                    Form::Value
                } else {
                    Form::Type
                }
            }
            Kind::LBrack | Kind::Chan | Kind::Map | Kind::Struct | Kind::Interface => self.type_(),
            _ => {
                self.unexpected(", expected expression");
                self.skip_to(&[Kind::RParen, Kind::RBrack, Kind::RBrace]);
                Form::Value
            }
        };
        Read::new(form, from, token.span)
    }

    /// Selectors, indices, calls and literal values behind an operand.
    pub fn primary_rest(&mut self, mut operand: Read) -> Read {
        loop {
            let (place, from) = (self.span(), operand.from);
            operand = match self.kind() {
                Kind::Dot => {
                    self.next();
                    match self.selector() {
                        Some(form) => Read::new(form, from, place),
                        None => operand,
                    }
                }
                Kind::LBrack => {
                    self.next();
                    self.index(operand, place)
                }
                Kind::LParen => {
                    self.next();
                    let argument = self.arguments();
                    let mut read = Read::new(Form::Call, from, place);
                    if let (Form::Name, Some(argument)) = (&operand.form, argument) {
                        read.split = if argument.only_type { Split::Yes } else { Split::Forced };
                    }
                    read
                }
                Kind::LBrace if self.starts_literal(&operand) => {
                    if matches!(operand.form, Form::Paren(_)) {
                        self.wrong("cannot parenthesize type in composite literal");
                    }
                    self.literal_value();
                    Read::new(Form::Value, from, place)
                }
                _ => return operand,
            };
        }
    }

    fn starts_literal(&self, operand: &Read) -> bool {
        match operand.form.unparen() {
            Form::Name | Form::Selector => self.literal_level >= 0,
            Form::Index => self.literal_level >= 0 && !operand.only_value,
            Form::Composite => true,
            _ => false,
        }
    }

    /// Behind a dot; `None` if there is nothing that fits.
    fn selector(&mut self) -> Option<Form> {
        match self.kind() {
            Kind::Name => {
                self.next();
                Some(Form::Selector)
            }
            Kind::LParen => {
                self.next();
                let form = if self.got(Kind::Type) {
                    Form::Guard
                } else {
                    self.type_();
                    Form::Value
                };
                self.want(Kind::RParen);
                Some(form)
            }
            _ => {
                self.unexpected(", expected name or (");
                self.skip_to(&[Kind::Semi, Kind::RParen]);
                None
            }
        }
    }

    /// An index, a slice or type arguments, behind the bracket.
    fn index(&mut self, operand: Read, place: Span) -> Read {
        if !self.is(Kind::Colon) {
            let (mut only_value, mut comma) = (false, false);
            if self.is(Kind::RBrack) {
                self.unexpected(", expected operand");
            } else {
                (only_value, comma) = self.type_list(false);
            }
            if comma || self.is(Kind::RBrack) {
                self.want(Kind::RBrack);
                let mut read = Read::new(Form::Index, operand.from, place);
                read.only_value = only_value || operand.only_value;
                return read;
            }
        }
        if !self.got(Kind::Colon) {
            self.unexpected(", expected comma, : or ]");
            self.skip_to(&[Kind::Comma, Kind::Colon, Kind::RBrack]);
        }
        self.literal_level += 1;
        let has_middle = !matches!(self.kind(), Kind::Colon | Kind::RBrack);
        if has_middle {
            self.expr();
        }
        if self.is(Kind::Colon) {
            if !has_middle {
                self.error(self.span(), "middle index required in 3-index slice");
            }
            self.next();
            if self.is(Kind::RBrack) {
                self.error(self.span(), "final index required in 3-index slice");
            } else {
                self.expr();
            }
        }
        self.literal_level -= 1;
        self.want(Kind::RBrack);
        Read::new(Form::Value, operand.from, place)
    }

    /// Types separated by commas; the first may be an expression unless `strict`. Whether that can only be a value, and
    /// whether there was a comma.
    pub fn type_list(&mut self, strict: bool) -> (bool, bool) {
        self.literal_level += 1;
        let mut only_value = false;
        if strict {
            self.type_();
        } else {
            only_value = self.expr().only_value;
        }
        let mut comma = false;
        while self.got(Kind::Comma) {
            comma = true;
            if self.type_or_none().is_none() {
                break;
            }
        }
        self.literal_level -= 1;
        (only_value && !comma, comma)
    }

    /// The arguments of a call; the argument if it is the only one and no `...` follows.
    fn arguments(&mut self) -> Option<Read> {
        let (mut only, mut count, mut dots) = (None, 0, false);
        self.literal_level += 1;
        self.list("argument list", Kind::Comma, Kind::RParen, |r| {
            only = Some(r.expr());
            count += 1;
            dots = r.got(Kind::Dots);
            dots
        });
        self.literal_level -= 1;
        only.filter(|_| count == 1 && !dots)
    }

    fn literal_value(&mut self) {
        self.literal_level += 1;
        self.want(Kind::LBrace);
        self.list("composite literal", Kind::Comma, Kind::RBrace, |r| {
            r.element();
            if r.got(Kind::Colon) {
                r.element();
            }
            false
        });
        self.literal_level -= 1;
    }

    fn element(&mut self) {
        if self.is(Kind::LBrace) {
            self.literal_value();
        } else {
            self.expr();
        }
    }
}

fn split_before(constraint: &Read) -> Split {
    if constraint.only_type { Split::Yes } else { Split::Forced }
}
