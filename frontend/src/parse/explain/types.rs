//! Types, parameters and constraints, read for their mistakes.

use super::Reader;
use super::expr::Form;
use super::token::Kind;
use crate::ast::ChanDir;
use crate::span::Span;

/// An element of a parameter list before it is known which words are names.
#[derive(Clone, Copy, Default)]
struct Param {
    name: Option<Span>,
    /// Where its type starts, if it has one.
    ty: Option<Span>,
    /// Its `...`.
    dots: Option<Span>,
}

impl Reader<'_> {
    pub fn type_(&mut self) -> Form {
        if let Some(form) = self.type_or_none() {
            return form;
        }
        self.unexpected(", expected type");
        self.skip_to(&[Kind::Comma, Kind::Colon, Kind::Semi, Kind::RParen, Kind::RBrack, Kind::RBrace]);
        Form::Value
    }

    pub fn type_or_none(&mut self) -> Option<Form> {
        self.nested(Self::type_here, None)
    }

    fn type_here(&mut self) -> Option<Form> {
        Some(match self.kind() {
            Kind::Star => {
                self.next();
                self.type_();
                Form::Type
            }
            Kind::Arrow => {
                self.next();
                self.want(Kind::Chan);
                self.chan_elem(ChanDir::Recv)
            }
            Kind::Func => {
                self.next();
                self.func_type("function type");
                Form::Type
            }
            Kind::LBrack => {
                self.next();
                if self.got(Kind::RBrack) {
                    self.type_();
                } else {
                    self.array_rest(false);
                }
                Form::Composite
            }
            Kind::Chan => {
                self.next();
                let dir = if self.got(Kind::Arrow) { ChanDir::Send } else { ChanDir::Both };
                self.chan_elem(dir)
            }
            Kind::Map => {
                self.next();
                self.want(Kind::LBrack);
                self.type_();
                self.want(Kind::RBrack);
                self.type_();
                Form::Composite
            }
            Kind::Struct => {
                self.next();
                self.want(Kind::LBrace);
                self.list("struct type", Kind::Semi, Kind::RBrace, |r| {
                    r.field();
                    false
                });
                Form::Composite
            }
            Kind::Interface => {
                self.next();
                self.want(Kind::LBrace);
                self.list("interface type", Kind::Semi, Kind::RBrace, |r| {
                    r.interface_element();
                    false
                });
                Form::Type
            }
            Kind::Name => {
                self.qualified_name();
                Form::Name
            }
            Kind::LParen => {
                self.next();
                let form = self.type_();
                self.want(Kind::RParen);
                form
            }
            _ => return None,
        })
    }

    fn chan_elem(&mut self, dir: ChanDir) -> Form {
        let from = self.at;
        let elem = self.type_or_none();
        if elem.is_none() {
            self.wrong("missing channel element type");
        }
        match elem {
            Some(Form::Chan(mut dirs, elem)) => {
                dirs.insert(0, dir);
                Form::Chan(dirs, elem)
            }
            _ => Form::Chan(vec![dir], self.text_between(from, self.at)),
        }
    }

    /// Behind `[`, or behind `[` and the length.
    pub fn array_rest(&mut self, has_length: bool) {
        if !has_length && !self.got(Kind::Dots) {
            self.literal_level += 1;
            self.expr();
            self.literal_level -= 1;
        }
        if self.is(Kind::Comma) {
            self.wrong("unexpected comma; expected ]");
            self.next();
        }
        self.want(Kind::RBrack);
        self.type_();
    }

    /// A type name with its package and type arguments.
    fn qualified_name(&mut self) {
        if !self.got(Kind::Name) {
            self.unexpected(", expected name");
            self.skip_to(&[Kind::Dot, Kind::Semi, Kind::RBrace]);
        }
        self.qualified_rest();
    }

    fn qualified_rest(&mut self) {
        if self.got(Kind::Dot) {
            self.name();
        }
        if self.got(Kind::LBrack) {
            if self.is(Kind::RBrack) {
                self.unexpected(", expected type argument list");
            } else {
                self.type_list(true);
            }
            self.want(Kind::RBrack);
        }
    }

    /// `[…]` behind a name: type arguments, or the start of an array or slice type, which is read then too (true).
    fn array_or_arguments(&mut self) -> bool {
        self.want(Kind::LBrack);
        if self.got(Kind::RBrack) {
            self.type_();
            return true;
        }
        let (_, comma) = self.type_list(false);
        self.want(Kind::RBrack);
        !comma && self.type_or_none().is_some()
    }

    // ---- structs and interfaces

    fn field(&mut self) {
        match self.kind() {
            Kind::Name => {
                self.next();
                if matches!(self.kind(), Kind::Dot | Kind::Literal | Kind::Semi | Kind::RBrace) {
                    self.qualified_rest();
                } else {
                    let names = self.more_names();
                    if names == 1 && self.is(Kind::LBrack) {
                        self.array_or_arguments();
                    } else {
                        self.type_();
                    }
                }
            }
            Kind::Star => {
                self.next();
                let parenthesized = self.is(Kind::LParen);
                if parenthesized {
                    self.wrong("cannot parenthesize embedded type");
                    self.next();
                }
                self.qualified_name();
                if parenthesized {
                    self.got(Kind::RParen);
                }
            }
            Kind::LParen => {
                self.wrong("cannot parenthesize embedded type");
                self.next();
                self.got(Kind::Star);
                self.qualified_name();
                self.got(Kind::RParen);
            }
            _ => {
                self.unexpected(", expected field name or embedded type");
                self.skip_to(&[Kind::Semi, Kind::RBrace]);
                return;
            }
        }
        self.got(Kind::Literal);
    }

    fn interface_element(&mut self) {
        if !self.is(Kind::Name) {
            self.term();
            self.more_terms();
        } else if !self.method() {
            self.more_terms();
        }
    }

    /// What starts with a name in an interface; false if it is an embedded type.
    fn method(&mut self) -> bool {
        const CONTEXT: &str = "interface method";
        self.next();
        match self.kind() {
            Kind::LParen => {
                self.func_type(CONTEXT);
                true
            }
            Kind::LBrack => {
                let bracket = self.span();
                self.next();
                let empty = self.span();
                if self.got(Kind::RBrack) {
                    let is_method = self.is(Kind::LParen);
                    let what = if is_method { "parameter" } else { "argument" };
                    self.error(empty, format!("empty type {what} list"));
                    if is_method {
                        self.func_type(CONTEXT);
                    }
                    return is_method;
                }
                let (count, named) = self.param_list(None, Kind::RBrack, false, false);
                if count == 0 {
                    let is_method = self.is(Kind::LParen);
                    if is_method {
                        self.func_type(CONTEXT);
                    }
                    return is_method;
                }
                if named {
                    self.func_type(CONTEXT);
                    self.error(bracket, "interface method must have no type parameters");
                }
                named
            }
            _ => {
                self.qualified_rest();
                false
            }
        }
    }

    fn term(&mut self) {
        if self.is_operator("~") {
            self.next();
            self.type_();
        } else if self.type_or_none().is_none() {
            self.unexpected(", expected ~ term or type");
            self.skip_to(&[Kind::Operator, Kind::Semi, Kind::RParen, Kind::RBrack, Kind::RBrace]);
        }
    }

    fn more_terms(&mut self) {
        while self.is_operator("|") {
            self.next();
            self.term();
        }
    }

    // ---- signatures

    /// A signature behind `func` or a name. With a context there may be no type parameters.
    pub fn func_type(&mut self, context: &str) {
        let start = self.span();
        if self.got(Kind::LBrack) {
            if !context.is_empty() {
                self.syntax_error(start, &format!("{context} must have no type parameters"));
            }
            if self.is(Kind::RBrack) {
                self.wrong("empty type parameter list");
                self.next();
            } else {
                self.params(None, Kind::RBrack, true, false);
            }
        }
        self.want(Kind::LParen);
        self.params(None, Kind::RParen, false, true);
        if self.got(Kind::LParen) {
            self.params(None, Kind::RParen, false, false);
        } else {
            self.type_or_none();
        }
    }

    /// The rest of a parameter list, the bracket read; how many there are. `first` is the first name if it was read
    /// already, and whether its type was read too.
    pub fn params(&mut self, first: Option<(Span, bool)>, close: Kind, type_params: bool, dots_allowed: bool) -> usize {
        self.param_list(first, close, type_params, dots_allowed).0
    }

    /// The same, and whether the parameters have names.
    fn param_list(
        &mut self,
        mut first: Option<(Span, bool)>,
        close: Kind,
        type_params: bool,
        dots_allowed: bool,
    ) -> (usize, bool) {
        if let Some((_, true)) = first
            && self.got(close)
        {
            return (1, true);
        }
        let mut params: Vec<Param> = Vec::new();
        let end = self.list("parameter list", Kind::Comma, close, |r| {
            let param = match first.take() {
                Some((name, true)) => Some(Param { name: Some(name), ty: Some(name), dots: None }),
                Some((name, false)) => r.param(Some(name), close),
                None => r.param(None, close),
            };
            params.extend(param);
            false
        });
        let named = params.iter().filter(|p| p.name.is_some() && p.ty.is_some()).count();
        let typed = params.iter().filter(|p| p.ty.is_some()).count();
        let has_names = type_params || named > 0;
        if has_names && named != params.len() {
            self.check_names(&params, named == typed, end, type_params);
        }
        // Those without a type have that of the next one.
        let (mut dots, mut carried) = (vec![None; params.len()], None);
        for (i, param) in params.iter().enumerate().rev() {
            if param.ty.is_some() || !has_names {
                carried = param.dots;
            }
            dots[i] = carried;
        }
        let misplaced = |(i, dots): (usize, &Option<Span>)| dots.filter(|_| !dots_allowed || i + 1 < params.len());
        if let Some(dots) = dots.iter().enumerate().find_map(misplaced) {
            let message = if dots_allowed { "can only use ... with final parameter" } else { "invalid use of ..." };
            self.error(dots, message);
        }
        (params.len(), has_names)
    }

    /// In a list with names all parameters have names, and those without a type have that of the next one.
    fn check_names(&mut self, params: &[Param], lacks_types: bool, end: Span, type_params: bool) {
        let mut wrong = None;
        let mut has_type = false;
        for param in params.iter().rev() {
            match (param.name, param.ty) {
                (Some(_), Some(_)) => has_type = true,
                (None, Some(ty)) => (has_type, wrong) = (true, Some(ty)),
                (Some(name), None) if !has_type => wrong = Some(name),
                _ => {}
            }
        }
        let Some(wrong) = wrong else { return };
        let (place, message) = match (lacks_types, type_params) {
            (true, true) => (end, "missing type constraint"),
            (true, false) => (end, "missing parameter type"),
            (false, true) if params.len() == 1 => (wrong, "missing type parameter name or invalid array length"),
            (false, true) => (wrong, "missing type parameter name"),
            (false, false) => (wrong, "missing parameter name"),
        };
        self.syntax_error(place, message);
    }

    fn param(&mut self, name: Option<Span>, close: Kind) -> Option<Param> {
        let terms = close == Kind::RBrack;
        let start = name.unwrap_or(self.span());
        let unnamed = Param { ty: Some(start), ..Param::default() };
        if name.is_none() && terms && self.is_operator("~") {
            self.term();
            self.more_terms();
            return Some(unnamed);
        }
        let mut param = Param::default();
        if name.is_some() || self.is(Kind::Name) {
            if name.is_none() {
                self.next();
            }
            let ty = self.span();
            let named = Param { name: Some(start), ty: Some(ty), dots: None };
            match self.kind() {
                Kind::LBrack => {
                    let is_type = self.array_or_arguments();
                    if terms {
                        self.more_terms();
                    }
                    return Some(if is_type { named } else { unnamed });
                }
                Kind::Dot => {
                    self.qualified_rest();
                    if terms {
                        self.more_terms();
                    }
                    return Some(unnamed);
                }
                _ if terms && self.is_operator("|") => {
                    self.more_terms();
                    return Some(unnamed);
                }
                _ => param.name = Some(start),
            }
        }
        let ty = self.span();
        if self.got(Kind::Dots) {
            (param.ty, param.dots) = (Some(ty), Some(ty));
            if self.type_or_none().is_none() {
                self.wrong("... is missing type");
                param.dots = None;
            }
            return Some(param);
        }
        if terms && self.is_operator("~") {
            self.term();
            self.more_terms();
            return Some(Param { ty: Some(ty), ..param });
        }
        if self.type_or_none().is_some() {
            if terms {
                self.more_terms();
            }
            param.ty = Some(ty);
        }
        if param.name.is_some() || param.ty.is_some() {
            return Some(param);
        }
        self.unexpected(&format!(", expected {}", close.wanted()));
        self.skip_to(&[Kind::Comma, close]);
        None
    }
}
