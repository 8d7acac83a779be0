//! Files and declarations.

use super::expr::Read;
use super::{Form, Kind, Reader};

/// What a top-level declaration starts with.
const DECLARATIONS: &[Kind] = &[Kind::Import, Kind::Const, Kind::Type, Kind::Var, Kind::Func];

impl Reader<'_> {
    pub fn file(&mut self) {
        if !self.got(Kind::Package) {
            self.wrong("package statement must be first");
            return;
        }
        self.name();
        self.want(Kind::Semi);
        if !self.errors.is_empty() {
            return;
        }
        let (mut previous, mut bodyless) = (Kind::Import, false);
        while !self.is(Kind::Eof) {
            if self.is(Kind::Import) && previous != Kind::Import {
                self.wrong("imports must appear before other declarations");
            }
            previous = self.kind();
            let was_bodyless = std::mem::take(&mut bodyless);
            match self.kind() {
                Kind::Func => {
                    self.next();
                    bodyless = self.func_decl();
                }
                kind if DECLARATIONS.contains(&kind) => {
                    self.next();
                    self.group(kind);
                }
                kind => {
                    let message = match kind {
                        Kind::LBrace if was_bodyless => "unexpected semicolon or newline before {",
                        _ => "non-declaration statement outside function body",
                    };
                    self.wrong(message);
                    self.skip_to(DECLARATIONS);
                    continue;
                }
            }
            if !self.is(Kind::Eof) && !self.got(Kind::Semi) {
                self.unexpected(" after top level declaration");
                self.skip_to(DECLARATIONS);
            }
        }
    }

    /// One or several specs behind a keyword.
    pub fn group(&mut self, keyword: Kind) {
        if !self.got(Kind::LParen) {
            return self.spec(keyword);
        }
        self.list("grouped declaration", Kind::Semi, Kind::RParen, |r| {
            r.spec(keyword);
            false
        });
    }

    fn spec(&mut self, keyword: Kind) {
        match keyword {
            Kind::Import => self.import_spec(),
            Kind::Type => self.type_spec(),
            Kind::Const => {
                self.name();
                self.more_names();
                if !matches!(self.kind(), Kind::Eof | Kind::Semi | Kind::RParen) {
                    self.type_or_none();
                    if self.got_assign() {
                        self.exprs();
                    }
                }
            }
            _ => {
                self.name();
                self.more_names();
                if self.got_assign() {
                    self.exprs();
                    return;
                }
                self.type_();
                if self.got_assign() {
                    self.exprs();
                }
            }
        }
    }

    fn got_assign(&mut self) -> bool {
        if self.is(Kind::Define) {
            self.unexpected(", expected =");
            self.next();
            return true;
        }
        self.got(Kind::Assign)
    }

    fn import_spec(&mut self) {
        if matches!(self.kind(), Kind::Name | Kind::Dot) {
            self.next();
        }
        let path = self.token();
        if !self.got(Kind::Literal) {
            self.wrong("missing import path");
            self.skip_to(&[Kind::Semi, Kind::RParen]);
        } else if !path.text.starts_with(['"', '`']) {
            self.syntax_error(path.span, "import path must be a string");
        }
    }

    fn type_spec(&mut self) {
        self.name();
        let found = if self.is(Kind::LBrack) {
            self.bracketed_type_spec()
        } else {
            self.got_assign();
            self.type_or_none().is_some()
        };
        if !found {
            self.unexpected(" in type declaration");
            self.skip_to(&[Kind::Semi, Kind::RParen]);
        }
    }

    /// `T[…`: an array or slice type, or type parameters.
    fn bracketed_type_spec(&mut self) -> bool {
        self.next();
        match self.kind() {
            Kind::Name => {
                let name = self.span();
                let mut length = Read::name(self.at);
                self.next();
                if !self.is(Kind::LBrack) {
                    self.literal_level += 1;
                    length = self.primary_rest(length);
                    length = self.binary_rest(length, 0);
                    self.literal_level -= 1;
                }
                let has_type = !matches!(length.form, Form::Name);
                let is_param = !has_type || length.splits(self.is(Kind::Comma));
                if is_param && (has_type || !self.is(Kind::RBrack)) {
                    self.params(Some((name, has_type)), Kind::RBrack, true, false);
                    self.got_assign();
                    self.type_or_none().is_some()
                } else {
                    self.array_rest(true);
                    true
                }
            }
            Kind::RBrack => {
                self.next();
                self.type_();
                true
            }
            _ => {
                self.array_rest(false);
                true
            }
        }
    }

    /// Whether the function has no body and no results, so that a `{` on the next line is likely meant for it.
    fn func_decl(&mut self) -> bool {
        let is_method = self.got(Kind::LParen);
        if is_method {
            match self.params(None, Kind::RParen, false, false) {
                0 => self.error(self.span(), "method has no receiver"),
                1 => {}
                _ => self.error(self.span(), "method has multiple receivers"),
            }
        }
        if self.got(Kind::Name) {
            self.func_type(if is_method { "method" } else { "" });
        } else {
            self.unexpected(if is_method { ", expected name" } else { ", expected name or (" });
            self.skip_to(&[Kind::LBrace, Kind::Semi]);
        }
        if self.is(Kind::LBrace) {
            self.func_body();
            return false;
        }
        true
    }

    pub fn func_body(&mut self) {
        self.functions += 1;
        self.block("");
        self.functions -= 1;
    }
}
