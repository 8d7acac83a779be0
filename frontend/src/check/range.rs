//! `for … range`.

use super::Checker;
use super::operand::Operand;
use crate::ast::RangeStmt;
use crate::types::{Basic, ChanDir, ObjectId, Type, TypeId, VarKind};

/// What ranging over a type yields.
#[derive(Clone, Copy, Default)]
struct Yield {
    key: Option<TypeId>,
    value: Option<TypeId>,
}

impl<'a> Checker<'a> {
    pub(super) fn range_stmt(&mut self, s: &'a RangeStmt) {
        let top = self.delayed.len();
        let mut x = self.expr(None, &s.operand);
        let mut yields = Yield::default();
        if x.is_valid() {
            match self.range_yield(&x) {
                Ok(found) => {
                    yields = found;
                    self.count_variables(&x, s, found);
                }
                Err(cause) => {
                    let colon = if cause.is_empty() { "" } else { ": " };
                    let message = format!("cannot range over {}{colon}{cause}", self.describe(&x));
                    self.error(x.span(), message);
                }
            }
        }
        let over_int = x.is_valid() && self.types.is_integer(x.ty);
        if x.is_valid() && self.types.is_untyped(x.ty) && self.types.is_string(x.ty) {
            self.update_expr_type(&s.operand, TypeId::STRING, true);
        }
        self.process_delayed(top);
        self.open_scope();
        if s.define {
            self.define_variables(s, &mut x, yields, over_int);
        } else if s.key.is_some() {
            self.assign_variables(s, &mut x, yields, over_int);
        } else if over_int {
            self.assignment(&mut x, None, "range clause");
        }
        self.block(&s.body);
        self.close_scope();
    }

    fn count_variables(&mut self, x: &Operand<'a>, s: &'a RangeStmt, yields: Yield) {
        if let (None, Some(key)) = (yields.key, &s.key) {
            let message = format!("range over {} permits no iteration variables", self.describe(x));
            self.error(key.span, message);
        } else if let (None, Some(value)) = (yields.value, &s.value) {
            let message = format!("range over {} permits only one iteration variable", self.describe(x));
            self.error(value.span, message);
        } else if let Some(extra) = s.extra.first() {
            self.error(extra.span, "range clause permits at most two iteration variables");
        }
    }

    /// `for k, v := range x`.
    fn define_variables(&mut self, s: &'a RangeStmt, x: &mut Operand<'a>, yields: Yield, over_int: bool) {
        let mut vars = Vec::new();
        for (lhs, ty) in [(&s.key, yields.key), (&s.value, yields.value)] {
            let Some(lhs) = lhs else { continue };
            let object: ObjectId = match lhs.as_ident() {
                Some(ident) if !ident.is_blank() => {
                    let object = self.new_local(ident, VarKind::Local, None);
                    vars.push((ident, object));
                    object
                }
                Some(_) => self.unnamed_local(None),
                None => {
                    self.error(lhs.span, format!("cannot declare {}", self.text(lhs)));
                    self.unnamed_local(None)
                }
            };
            match ty {
                None => {
                    self.set_object_type(object, TypeId::INVALID);
                    self.used.insert(object);
                }
                Some(_) if over_int => self.init_var(object, x, "range clause"),
                Some(ty) => {
                    let mut y = Operand::new(super::info::Mode::Value, ty, lhs);
                    self.init_var(object, &mut y, "assignment");
                }
            }
        }
        if vars.is_empty() {
            self.error_pos(s.op_pos, "no new variables on left side of :=");
        }
        let from = s.body.span.start();
        for (ident, object) in vars {
            self.declare(self.env.scope, ident, object, from);
        }
    }

    /// `for k, v = range x`.
    fn assign_variables(&mut self, s: &'a RangeStmt, x: &mut Operand<'a>, yields: Yield, over_int: bool) {
        for (lhs, ty) in [(&s.key, yields.key), (&s.value, yields.value)] {
            let (Some(lhs), Some(ty)) = (lhs, ty) else { continue };
            if !over_int {
                let mut y = Operand::new(super::info::Mode::Value, ty, lhs);
                self.assign_operand(lhs, &mut y, "assignment");
                continue;
            }
            self.assign_operand(lhs, x, "range clause");
            if x.is_valid() && !self.types.is_integer(x.ty) {
                let message = format!("cannot use iteration variable of type {}", self.str(x.ty));
                self.error(lhs.span, message);
            }
        }
    }

    /// What ranging over an operand yields, or why it cannot be ranged over ("" if there is nothing to add).
    fn range_yield(&self, x: &Operand<'a>) -> Result<Yield, String> {
        let types = self.types;
        let both = |key, value| Ok(Yield { key: Some(key), value: Some(value) });
        if x.is_nil() {
            return Err(String::new());
        }
        for term in types.terms_of(x.ty).as_deref().unwrap_or(&[]) {
            if let Type::Chan { dir: ChanDir::Send, .. } = types.under(term.ty) {
                return Err(format!("receive from send-only channel {}", self.str(term.ty)));
            }
        }
        let Some(core) = types.core_type(x.ty) else { return Err(self.no_common_type(x.ty)) };
        match types.get(core) {
            Type::Basic(b) if b.is_string() => both(TypeId::INT, TypeId::INT32),
            Type::Basic(b) if b.is_integer() => {
                if self.allow_version(x.span(), 22) {
                    Ok(Yield { key: Some(x.ty), value: None })
                } else {
                    Err(self.version_message(x.span(), "requires go1.22 or later"))
                }
            }
            &Type::Array { elem, .. } | &Type::Slice(elem) => both(TypeId::INT, elem),
            &Type::Pointer(base) => match types.under(base) {
                &Type::Array { elem, .. } if !types.is_type_param(base) => both(TypeId::INT, elem),
                _ => Err(String::new()),
            },
            &Type::Map { key, elem } => both(key, elem),
            &Type::Chan { elem, .. } => Ok(Yield { key: Some(elem), value: None }),
            Type::Signature(sig) => {
                const FORM: &str = "func must be func(yield func(...) bool): ";
                if !self.allow_version(x.span(), 23) {
                    return Err(self.version_message(x.span(), "requires go1.23 or later"));
                }
                let [param] = sig.params[..] else { return Err(format!("{FORM}wrong argument count")) };
                if !sig.results.is_empty() {
                    return Err(format!("{FORM}unexpected results"));
                }
                let core = types.core_type(param);
                let Some(inner) = core.and_then(|core| types.as_signature(core)) else {
                    let terms = types.terms_of(param).unwrap_or_default();
                    let functions = terms.iter().all(|t| types.as_signature(types.underlying(t.ty)).is_some());
                    return Err(match core {
                        None if functions => format!("{FORM}in yield type, {}", self.no_common_type(param)),
                        _ => format!("{FORM}argument is not func"),
                    });
                };
                if inner.params.len() > 2 {
                    return Err(format!("{FORM}yield func has too many parameters"));
                }
                match inner.results[..] {
                    [TypeId::BOOL] => {}
                    [other] if types.basic(other).is_some_and(Basic::is_boolean) => {
                        return Err(format!("{FORM}yield func returns user-defined boolean, not bool"));
                    }
                    _ => return Err(format!("{FORM}yield func does not return bool")),
                }
                Ok(Yield { key: inner.params.first().copied(), value: inner.params.get(1).copied() })
            }
            _ => Err(String::new()),
        }
    }
}
