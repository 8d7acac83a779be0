//! Calls of predeclared functions and of those of package unsafe.
//!
//! Arguments that are ordinary values are evaluated first; `make`, `new` and `unsafe.Offsetof` look at the syntax of
//! theirs. The signature a call amounts to is recorded for the callee, so that lowering finds the types of the
//! arguments there too.

use super::Checker;
use super::info::{Mode, Selection, SelectionKind};
use super::operand::Operand;
use crate::ast::{BinaryOp, CallExpr, Expr, ExprKind};
use crate::constant::Const;
use crate::types::{Basic, Builtin, ChanDir, Lookup, Step, Target, Type, TypeId};

/// Number of arguments a builtin needs, and whether it takes more.
fn arity(builtin: Builtin) -> (usize, bool) {
    match builtin {
        Builtin::Append | Builtin::Make | Builtin::Max | Builtin::Min => (1, true),
        Builtin::Print | Builtin::Println => (0, true),
        Builtin::Recover => (0, false),
        Builtin::Complex
        | Builtin::Copy
        | Builtin::Delete
        | Builtin::UnsafeAdd
        | Builtin::UnsafeSlice
        | Builtin::UnsafeString => (2, false),
        _ => (1, false),
    }
}

/// The language version (1.x) a builtin came with.
fn since(builtin: Builtin) -> u32 {
    match builtin {
        Builtin::Clear | Builtin::Max | Builtin::Min => 21,
        Builtin::UnsafeAdd | Builtin::UnsafeSlice => 17,
        Builtin::UnsafeString | Builtin::UnsafeStringData | Builtin::UnsafeSliceData => 20,
        _ => 0,
    }
}

/// Whether a call may stand as a statement.
pub(super) fn is_statement(builtin: Builtin) -> bool {
    matches!(
        builtin,
        Builtin::Clear
            | Builtin::Close
            | Builtin::Copy
            | Builtin::Delete
            | Builtin::Panic
            | Builtin::Print
            | Builtin::Println
            | Builtin::Recover
    )
}

/// What a call amounts to: parameter types, and the result with its mode and value.
struct Result {
    params: Vec<TypeId>,
    mode: Mode,
    ty: TypeId,
    value: Option<Const>,
    variadic: bool,
}

impl Result {
    fn value(params: Vec<TypeId>, ty: TypeId) -> Option<Result> {
        Some(Result { params, mode: Mode::Value, ty, value: None, variadic: false })
    }

    fn none(params: Vec<TypeId>) -> Option<Result> {
        Some(Result { params, mode: Mode::NoValue, ty: TypeId::INVALID, value: None, variadic: false })
    }

    fn constant(ty: TypeId, value: Option<Const>) -> Option<Result> {
        Some(Result { params: Vec::new(), mode: Mode::Constant, ty, value, variadic: false })
    }
}

impl<'a> Checker<'a> {
    /// The call `e` of a predeclared function; arguments are not evaluated yet. Records the function's type; the
    /// caller records the result.
    pub(super) fn builtin_call(&mut self, e: &'a Expr, call: &'a CallExpr, builtin: Builtin) -> Operand<'a> {
        let Some(result) = self.builtin_result(e, call, builtin) else { return Operand::invalid(e) };
        let mode = Mode::Builtin(builtin);
        if result.mode == Mode::Constant {
            self.record_builtin(&call.func, mode, TypeId::INVALID);
        } else {
            let params = result.params.iter().map(|&t| self.types.default_type(t)).collect();
            let results = if result.mode == Mode::NoValue { Vec::new() } else { vec![result.ty] };
            let sig = self.types.signature(params, results, result.variadic);
            self.record_builtin(&call.func, mode, sig);
            self.env.has_call_or_recv = true;
        }
        let ty = if result.mode == Mode::NoValue { self.types.unit } else { result.ty };
        Operand { mode: result.mode, ty, value: result.value, expr: e }
    }

    fn builtin_result(&mut self, e: &'a Expr, call: &'a CallExpr, builtin: Builtin) -> Option<Result> {
        let name = builtin.name();
        if call.ellipsis.is_some() && builtin != Builtin::Append {
            let short = name.strip_prefix("unsafe.").unwrap_or(&name);
            self.error(e.span, format!("invalid operation: invalid use of ... with built-in {short}"));
            self.use_exprs(&call.args);
            return None;
        }
        if since(builtin) > 0 {
            let what = match builtin {
                Builtin::Min | Builtin::Max => format!("built-in {name}"),
                _ => name.to_string(),
            };
            self.require_version(call.func.span, since(builtin), &what);
        }
        let had_call = self.env.has_call_or_recv;
        if matches!(builtin, Builtin::Len | Builtin::Cap) {
            self.env.has_call_or_recv = false;
        }
        let by_syntax = matches!(builtin, Builtin::Make | Builtin::New | Builtin::UnsafeOffsetof);
        let args = if by_syntax { Vec::new() } else { self.values(&call.args) };
        if args.iter().any(|x| !x.is_valid()) {
            self.env.has_call_or_recv |= had_call;
            return None;
        }
        let count = if by_syntax { call.args.len() } else { args.len() };
        let (needed, more) = arity(builtin);
        if count < needed || count > needed && !more {
            let what = if count < needed { "not enough" } else { "too many" };
            let shown = self.text(e);
            let message = format!("invalid operation: {what} arguments for {shown} (expected {needed}, found {count})");
            self.error(e.span, message);
            if by_syntax {
                self.use_exprs(&call.args);
            }
            return None;
        }
        match builtin {
            Builtin::Append => self.append(call, args),
            Builtin::Len | Builtin::Cap => {
                let constant = !self.env.has_call_or_recv;
                self.env.has_call_or_recv = had_call;
                self.len_or_cap(&args[0], builtin, constant)
            }
            Builtin::Clear => self.clear(&args[0]),
            Builtin::Close => self.close(&args[0]),
            Builtin::Complex => self.complex(e, args),
            Builtin::Copy => self.copy(&args[0], &args[1]),
            Builtin::Delete => self.delete(args),
            Builtin::Imag | Builtin::Real => self.part(args.into_iter().next()?, builtin),
            Builtin::Make => self.make(e, call),
            Builtin::Max | Builtin::Min => self.extreme(args, builtin),
            Builtin::New => self.new_variable(call),
            Builtin::Panic => {
                let mut x = args.into_iter().next()?;
                self.assignment(&mut x, Some(self.types.any), "argument to panic");
                x.is_valid().then(|| Result::none(vec![self.types.any]))?
            }
            Builtin::Print | Builtin::Println => {
                let mut params = Vec::new();
                for mut x in args {
                    self.assignment(&mut x, None, &format!("argument to built-in {name}"));
                    if !x.is_valid() {
                        return None;
                    }
                    params.push(x.ty);
                }
                Result::none(params)
            }
            Builtin::Recover => Result::value(Vec::new(), self.types.any),
            _ => self.unsafe_builtin(call, args, builtin),
        }
    }

    /// The values of an argument list: a single call may give several.
    pub(super) fn values(&mut self, args: &'a [Expr]) -> Vec<Operand<'a>> {
        match args {
            [only] => self.multi_expr(only, false).0,
            _ => args.iter().map(|arg| self.expr(None, arg)).collect(),
        }
    }

    /// The element type of a slice operand, or gc's words for why it is none.
    fn slice_elem(&self, x: &Operand<'a>) -> std::result::Result<TypeId, String> {
        if x.is_nil() {
            return Err("argument must be a slice; have untyped nil".into());
        }
        let mut found: Option<TypeId> = None;
        for term in self.types.terms_of(x.ty).as_deref().unwrap_or(&[]) {
            let &Type::Slice(elem) = self.types.under(term.ty) else {
                found = None;
                break;
            };
            if let Some(known) = found
                && !self.types.identical(known, elem)
            {
                let (a, b) = (self.str(known), self.str(elem));
                return Err(format!("mismatched slice element types {a} and {b} in {}", self.describe(x)));
            }
            found = Some(elem);
        }
        found.ok_or_else(|| format!("argument must be a slice; have {}", self.describe(x)))
    }

    /// Whether a type's set has only strings and byte slices; if so, whether there is a string.
    fn bytes_or_string(&self, ty: TypeId) -> Option<bool> {
        let terms = self.types.terms_of(ty).filter(|t| !t.is_empty())?;
        let mut string = false;
        for term in &terms {
            match *self.types.under(term.ty) {
                Type::Basic(b) if b.is_string() => string = true,
                Type::Slice(elem) if self.types.identical(elem, TypeId::UINT8) => {}
                _ => return None,
            }
        }
        Some(string)
    }

    /// Gives an untyped string constant that is used as a value its type.
    fn settle_string(&mut self, x: &Operand<'a>) -> TypeId {
        if self.types.is_untyped(x.ty) {
            self.update_expr_type(x.expr, TypeId::STRING, true);
            return TypeId::STRING;
        }
        x.ty
    }

    fn append(&mut self, call: &'a CallExpr, args: Vec<Operand<'a>>) -> Option<Result> {
        let mut args = args.into_iter();
        let slice = args.next()?;
        let elem = match self.slice_elem(&slice) {
            Ok(elem) => elem,
            Err(cause) => {
                self.error(slice.span(), format!("invalid append: {cause}"));
                return None;
            }
        };
        let rest: Vec<Operand<'a>> = args.collect();
        let result = |params| Some(Result { params, mode: Mode::Value, ty: slice.ty, value: None, variadic: true });
        let Some(dots) = call.ellipsis else {
            for mut x in rest {
                self.assignment(&mut x, Some(elem), "argument to append");
            }
            return result(vec![slice.ty, self.types.slice(elem)]);
        };
        if call.args.len() == 1 && !rest.is_empty() {
            self.error_pos(dots, format!("cannot use ... with multi-valued expression {}", self.text(&call.args[0])));
            return None;
        }
        if rest.len() != 1 {
            let have: Vec<TypeId> = std::iter::once(slice.ty).chain(rest.iter().map(|x| x.ty)).collect();
            let (what, at) = match rest.get(1) {
                Some(extra) => ("too many", extra.span()),
                None => ("not enough", slice.span()),
            };
            let have = self.types_summary(&have, false, true);
            let want = self.types_summary(&[slice.ty, self.types.slice(elem)], true, false);
            let message = format!("{what} arguments in call to append\n\thave {have}\n\twant {want}");
            self.error(at, message);
            return None;
        }
        let mut last = rest.into_iter().next()?;
        if !last.is_nil()
            && self.assignable(&slice, self.types.byte_slice).is_ok()
            && self.bytes_or_string(last.ty) == Some(true)
        {
            let ty = self.settle_string(&last);
            return result(vec![slice.ty, ty]);
        }
        let many = self.types.slice(elem);
        self.assignment(&mut last, Some(many), "argument to append");
        result(vec![slice.ty, many])
    }

    fn len_or_cap(&mut self, x: &Operand<'a>, builtin: Builtin, constant: bool) -> Option<Result> {
        let types = self.types;
        let len = builtin == Builtin::Len;
        let array = |ty: TypeId| {
            let base = match types.get(types.underlying(ty)) {
                &Type::Pointer(base) if !types.is_type_param(base) => types.underlying(base),
                _ => types.underlying(ty),
            };
            match types.get(base) {
                &Type::Array { len, .. } => Some(len),
                _ => None,
            }
        };
        let fits = |ty: TypeId| match types.under(ty) {
            Type::Basic(b) => b.is_string() && len,
            Type::Slice(_) | Type::Chan { .. } | Type::Array { .. } => true,
            Type::Map { .. } => len,
            _ => array(ty).is_some(),
        };
        if !types.is_type_param(x.ty) && !x.is_nil() {
            if let (Some(Const::Str(s)), true) = (&x.value, len) {
                return Result::constant(TypeId::INT, Some(Const::int(s.len() as i64)));
            }
            if let (Some(n), true) = (array(x.ty), constant) {
                return Result::constant(TypeId::INT, Some(Const::Int(n.into())));
            }
        }
        let terms = if x.is_nil() { None } else { types.terms_of(x.ty) };
        if terms.is_some_and(|terms| !terms.is_empty() && terms.iter().all(|t| fits(t.ty))) {
            return Result::value(vec![x.ty], TypeId::INT);
        }
        if types.underlying(x.ty).is_valid() {
            let message = format!("invalid argument: {} for built-in {}", self.describe(x), builtin.name());
            self.error(x.span(), message);
        }
        None
    }

    fn clear(&mut self, x: &Operand<'a>) -> Option<Result> {
        let terms = if x.is_nil() { None } else { self.types.terms_of(x.ty) };
        let fits = |ty| matches!(self.types.under(ty), Type::Map { .. } | Type::Slice(_));
        if terms.is_some_and(|terms| !terms.is_empty() && terms.iter().all(|t| fits(t.ty))) {
            return Result::none(vec![x.ty]);
        }
        let message = format!(
            "invalid argument: cannot clear {}: argument must be (or constrained by) map or slice",
            self.describe(x)
        );
        self.error(x.span(), message);
        None
    }

    fn close(&mut self, x: &Operand<'a>) -> Option<Result> {
        let terms = if x.is_nil() { None } else { self.types.terms_of(x.ty) }.unwrap_or_default();
        let mut problem = if terms.is_empty() { "non-channel" } else { "" };
        for term in &terms {
            match self.types.under(term.ty) {
                Type::Chan { dir: ChanDir::Recv, .. } => problem = "receive-only channel",
                Type::Chan { .. } => continue,
                _ => problem = "non-channel",
            }
            break;
        }
        if problem.is_empty() {
            return Result::none(vec![x.ty]);
        }
        let message = format!("invalid operation: cannot close {problem} {}", self.describe(x));
        self.error(x.span(), message);
        None
    }

    fn copy(&mut self, dst: &Operand<'a>, src: &Operand<'a>) -> Option<Result> {
        let to_bytes = !dst.is_nil() && self.assignable(dst, self.types.byte_slice).is_ok();
        if to_bytes && !src.is_nil() && self.bytes_or_string(src.ty).is_some() {
            let ty = self.settle_string(src);
            return Result::value(vec![dst.ty, ty], TypeId::INT);
        }
        let to = match self.slice_elem(dst) {
            Ok(elem) => elem,
            Err(cause) => {
                self.error(dst.span(), format!("invalid copy: {cause}"));
                return None;
            }
        };
        let from = match self.slice_elem(src) {
            Ok(elem) => elem,
            Err(_) if self.types.all_basic(src.ty, Basic::is_string) => TypeId::UINT8,
            Err(cause) => {
                self.error(src.span(), format!("invalid copy: {cause}"));
                return None;
            }
        };
        if !self.types.identical(to, from) {
            let (a, b) = (self.describe(dst), self.describe(src));
            let (s, t) = (self.str(to), self.str(from));
            let message = format!("invalid copy: arguments {a} and {b} have different element types {s} and {t}");
            self.error(dst.span(), message);
            return None;
        }
        Result::value(vec![dst.ty, src.ty], TypeId::INT)
    }

    fn delete(&mut self, args: Vec<Operand<'a>>) -> Option<Result> {
        let [map, mut key]: [Operand<'a>; 2] = args.try_into().ok()?;
        let terms = if map.is_nil() { None } else { self.types.terms_of(map.ty) }.unwrap_or_default();
        let mut key_type: Option<TypeId> = None;
        for term in &terms {
            let &Type::Map { key, .. } = self.types.under(term.ty) else {
                key_type = None;
                break;
            };
            if key_type.is_some_and(|known| !self.types.identical(known, key)) {
                let message =
                    format!("invalid argument: maps of {} must have identical key types", self.describe(&map));
                self.error(map.span(), message);
                return None;
            }
            key_type = Some(key);
        }
        let Some(key_type) = key_type else {
            let message = format!("invalid argument: {} is not a map", self.describe(&map));
            self.error(map.span(), message);
            return None;
        };
        self.assignment(&mut key, Some(key_type), "argument to delete");
        key.is_valid().then(|| Result::none(vec![map.ty, key_type]))?
    }

    fn complex(&mut self, e: &'a Expr, args: Vec<Operand<'a>>) -> Option<Result> {
        let [mut x, mut y]: [Operand<'a>; 2] = args.try_into().ok()?;
        match (self.types.is_untyped(x.ty), self.types.is_untyped(y.ty)) {
            (false, false) => {}
            (true, false) => self.must_convert_untyped(&mut x, y.ty),
            (false, true) => self.must_convert_untyped(&mut y, x.ty),
            (true, true) if x.is_constant() && y.is_constant() => {
                for part in [&mut x, &mut y] {
                    if self.types.is_numeric(part.ty) && part.value.as_ref().is_none_or(|v| v.to_float().is_some()) {
                        part.ty = TypeId::UNTYPED_FLOAT;
                    }
                }
            }
            // A shift that is not constant: there is no shift of floats, and this says so.
            (true, true) => {
                self.must_convert_untyped(&mut x, TypeId::FLOAT64);
                self.must_convert_untyped(&mut y, TypeId::FLOAT64);
            }
        }
        if !x.is_valid() || !y.is_valid() {
            return None;
        }
        if !self.types.identical(x.ty, y.ty) {
            let (shown, a, b) = (self.text(e), self.str(x.ty), self.str(y.ty));
            self.error(x.span(), format!("invalid operation: {shown} (mismatched types {a} and {b})"));
            return None;
        }
        let ty = match self.types.basic(x.ty) {
            Some(Basic::Float32) => TypeId::COMPLEX64,
            Some(Basic::Float64) => TypeId::COMPLEX128,
            Some(Basic::UntypedFloat) => TypeId::UNTYPED_COMPLEX,
            _ => {
                let message = if self.types.is_type_param(x.ty) && self.types.all_basic(x.ty, Basic::is_float) {
                    self.unsupported_param(&x, Builtin::Complex)
                } else {
                    format!("invalid argument: arguments have type {}, expected floating-point", self.str(x.ty))
                };
                self.error(x.span(), message);
                return None;
            }
        };
        if x.is_constant() && y.is_constant() {
            let re = x.value.as_ref().and_then(Const::to_float);
            let im = y.value.as_ref().and_then(Const::to_float);
            return Result::constant(ty, re.zip(im).map(|(re, im)| Const::Complex(re, im)));
        }
        Result::value(vec![x.ty, x.ty], ty)
    }

    /// `real`, `imag` and `complex` of operands of a type parameter's type have no result type.
    fn unsupported_param(&self, x: &Operand<'a>, builtin: Builtin) -> String {
        let (shown, name) = (self.describe(x), builtin.name());
        format!("{shown} not supported as argument to built-in {name} for go1.18 (see go.dev/issue/50937)")
    }

    /// `real` and `imag`.
    fn part(&mut self, mut x: Operand<'a>, builtin: Builtin) -> Option<Result> {
        if self.types.is_untyped(x.ty) {
            if !x.is_constant() {
                self.must_convert_untyped(&mut x, TypeId::COMPLEX128);
                if !x.is_valid() {
                    return None;
                }
            } else if self.types.is_numeric(x.ty) {
                x.ty = TypeId::UNTYPED_COMPLEX;
            }
        }
        let ty = match self.types.basic(x.ty) {
            Some(Basic::Complex64) => TypeId::FLOAT32,
            Some(Basic::Complex128) => TypeId::FLOAT64,
            Some(Basic::UntypedComplex) => TypeId::UNTYPED_FLOAT,
            _ => {
                let message = if self.types.is_type_param(x.ty) && self.types.all_basic(x.ty, Basic::is_complex) {
                    self.unsupported_param(&x, builtin)
                } else {
                    format!("invalid argument: argument has type {}, expected complex type", self.str(x.ty))
                };
                self.error(x.span(), message);
                return None;
            }
        };
        if x.is_constant() {
            let value = x
                .value
                .as_ref()
                .and_then(Const::to_complex)
                .map(|(re, im)| Const::Float(if builtin == Builtin::Real { re } else { im }));
            return Result::constant(ty, value);
        }
        Result::value(vec![x.ty], ty)
    }

    fn make(&mut self, e: &'a Expr, call: &'a CallExpr) -> Option<Result> {
        let written = &call.args[0];
        let ty = self.var_type(written);
        if !ty.is_valid() {
            self.use_exprs(&call.args[1..]);
            return None;
        }
        let core = self.types.core_type(ty);
        let min = match core.map(|core| self.types.get(core)) {
            Some(Type::Slice(_)) => 2,
            Some(Type::Map { .. } | Type::Chan { .. }) => 1,
            Some(Type::Basic(Basic::Invalid)) => return None,
            other => {
                let makes = |t: &crate::types::Term| {
                    matches!(self.types.under(t.ty), Type::Slice(_) | Type::Map { .. } | Type::Chan { .. })
                };
                let all = self.types.terms_of(ty).is_some_and(|terms| terms.iter().all(makes));
                let specific = self.types.terms_of(ty).is_some();
                let cause = if other.is_some() || specific && !all {
                    "type must be slice, map, or channel".to_string()
                } else {
                    self.no_common_type(ty)
                };
                let message = format!("invalid argument: cannot make {}: {cause}", self.text(written));
                self.error(written.span, message);
                self.use_exprs(&call.args[1..]);
                return None;
            }
        };
        let count = call.args.len();
        if count < min || count > min + 1 {
            let message =
                format!("invalid operation: {} expects {min} or {} arguments; found {count}", self.text(e), min + 1);
            self.error(e.span, message);
            self.use_exprs(&call.args[1..]);
            return None;
        }
        let mut params = vec![ty];
        let mut sizes = Vec::new();
        for arg in &call.args[1..] {
            if let Some(Some(size)) = self.index(arg, None) {
                sizes.push(size);
            }
            params.push(self.info.type_of(arg.id));
        }
        if let [len, cap] = sizes[..]
            && len > cap
        {
            self.error(call.args[1].span, "invalid argument: length and capacity swapped");
        }
        Result::value(params, ty)
    }

    /// `max` and `min`.
    fn extreme(&mut self, args: Vec<Operand<'a>>, builtin: Builtin) -> Option<Result> {
        let op = if builtin == Builtin::Max { BinaryOp::Gt } else { BinaryOp::Lt };
        let exprs: Vec<&'a Expr> = args.iter().map(|x| x.expr).collect();
        let mut best: Option<Operand<'a>> = None;
        for mut arg in args {
            if arg.is_nil() || !self.types.all_basic(arg.ty, Basic::is_ordered) {
                let message = format!("invalid argument: {} cannot be ordered", self.describe(&arg));
                self.error(arg.span(), message);
                return None;
            }
            let Some(x) = &mut best else {
                best = Some(arg);
                continue;
            };
            self.match_types(x, &mut arg);
            if !x.is_valid() {
                return None;
            }
            if !self.types.identical(x.ty, arg.ty) {
                let (a, b, shown) = (self.str(x.ty), self.str(arg.ty), self.text(arg.expr));
                let message =
                    format!("invalid argument: mismatched types {a} (previous argument) and {b} (type of {shown})");
                self.error(arg.span(), message);
                return None;
            }
            if x.is_constant() && arg.is_constant() {
                if let (Some(a), Some(b)) = (&arg.value, &x.value)
                    && Const::compare(op, a, b) == Some(true)
                {
                    *x = arg;
                }
            } else {
                x.mode = Mode::Value;
                x.value = None;
            }
        }
        let mut x = best?;
        if !x.is_constant() {
            x.mode = Mode::Value;
            self.assignment(&mut x, Some(self.types.any), &format!("argument to built-in {}", builtin.name()));
            if !x.is_valid() {
                return None;
            }
        }
        for &expr in &exprs {
            self.update_expr_type(expr, x.ty, true);
        }
        if x.is_constant() {
            return Result::constant(x.ty, x.value);
        }
        Result::value(vec![x.ty; exprs.len()], x.ty)
    }

    /// `new(T)`, and since Go 1.26 `new(x)`.
    fn new_variable(&mut self, call: &'a CallExpr) -> Option<Result> {
        let arg = &call.args[0];
        let mut x = self.expr_or_type(arg, false);
        match x.mode {
            Mode::Invalid => return None,
            Mode::Builtin(_) => {
                let message = format!("{} must be called", self.describe(&x));
                self.error(x.span(), message);
                return None;
            }
            Mode::Type => {
                let ty = self.var_type(arg);
                if !ty.is_valid() {
                    return None;
                }
            }
            _ => {
                if self.types.is_untyped(x.ty) {
                    self.assignment(&mut x, None, "argument to new");
                    if !x.is_valid() {
                        return None;
                    }
                }
                if !self.allow_version(call.func.span, 26) {
                    let what = format!("new({})", self.text(arg));
                    self.require_version(call.func.span, 26, &what);
                }
            }
        }
        Result::value(vec![x.ty], self.types.pointer(x.ty))
    }

    fn unsafe_builtin(&mut self, call: &'a CallExpr, args: Vec<Operand<'a>>, builtin: Builtin) -> Option<Result> {
        let types = self.types;
        let context = format!("argument to {}", builtin.name());
        let mut args = args.into_iter();
        if builtin == Builtin::UnsafeOffsetof {
            return self.offsetof(&call.args[0]);
        }
        let mut x = args.next()?;
        let byte_pointer = types.pointer(TypeId::UINT8);
        match builtin {
            Builtin::UnsafeAdd => {
                self.assignment(&mut x, Some(TypeId::UNSAFE_POINTER), &context);
                let mut len = args.next()?;
                if !x.is_valid() || !self.valid_index(&mut len, "length", true) {
                    return None;
                }
                Result::value(vec![x.ty, len.ty], TypeId::UNSAFE_POINTER)
            }
            Builtin::UnsafeAlignof | Builtin::UnsafeSizeof => {
                self.assignment(&mut x, None, &context);
                if !x.is_valid() {
                    return None;
                }
                if !self.has_finite_size(x.ty) {
                    return None;
                }
                if types.has_var_size(x.ty) {
                    return Result::value(vec![x.ty], TypeId::UINTPTR);
                }
                let size = if builtin == Builtin::UnsafeSizeof { types.sizeof(x.ty) } else { types.alignof(x.ty) };
                if size > i64::MAX as u64 {
                    let message = format!("{} is too large", self.describe(&x));
                    self.error(x.span(), message);
                    return None;
                }
                Result::constant(TypeId::UINTPTR, Some(Const::Int(size.into())))
            }
            Builtin::UnsafeSlice => {
                let core = types.core_type(x.ty);
                let Some(base) = core.and_then(|core| types.pointee(core)).filter(|_| !x.is_nil()) else {
                    let message = format!("invalid argument: {} is not a pointer", self.describe(&x));
                    self.error(x.span(), message);
                    return None;
                };
                let mut len = args.next()?;
                if !self.valid_index(&mut len, "length", false) {
                    return None;
                }
                Result::value(vec![x.ty, len.ty], types.slice(base))
            }
            Builtin::UnsafeSliceData => match types.core_type(x.ty).map(|core| types.get(core)) {
                Some(&Type::Slice(elem)) => Result::value(vec![x.ty], types.pointer(elem)),
                _ => {
                    let message = format!("invalid argument: {} is not a slice", self.describe(&x));
                    self.error(x.span(), message);
                    None
                }
            },
            Builtin::UnsafeString => {
                self.assignment(&mut x, Some(byte_pointer), &context);
                let mut len = args.next()?;
                if !x.is_valid() || !self.valid_index(&mut len, "length", false) {
                    return None;
                }
                Result::value(vec![byte_pointer, len.ty], TypeId::STRING)
            }
            Builtin::UnsafeStringData => {
                self.assignment(&mut x, Some(TypeId::STRING), &context);
                x.is_valid().then(|| Result::value(vec![TypeId::STRING], byte_pointer))?
            }
            _ => None,
        }
    }

    /// `unsafe.Offsetof(x.f)`.
    fn offsetof(&mut self, arg: &'a Expr) -> Option<Result> {
        let types = self.types;
        let selector = arg.unparen();
        let ExprKind::Selector { operand, name } = &selector.kind else {
            self.error(arg.span, format!("invalid argument: {} is not a selector expression", self.text(arg)));
            self.use_expr(arg);
            return None;
        };
        let x = self.expr(None, operand);
        if !x.is_valid() {
            return None;
        }
        let base = types.pointee(x.ty).filter(|&base| types.struct_fields(base).is_some()).unwrap_or(x.ty);
        let found = match self.lookup_member(base, Some(self.pkg), name.name) {
            Lookup::Found(found) => found,
            _ => {
                let base = self.str(base);
                self.error(x.span(), format!("invalid argument: {base} has no single field {}", name.name));
                return None;
            }
        };
        if found.target != Target::Field {
            self.error(arg.span, format!("invalid argument: {} is a method value", self.text(arg)));
            return None;
        }
        if found.path.iter().any(|step| step.deref) {
            let base = self.str(base);
            let message = format!("invalid argument: field {} is embedded via a pointer in {base}", name.name);
            self.error(x.span(), message);
            return None;
        }
        let ty = found.ty;
        if !self.has_finite_size(base) {
            return None;
        }
        let offset = if types.has_var_size(base) { None } else { self.path_offset(base, &found.path) };
        let through_pointer = base != x.ty;
        let mut path = found.path;
        if let Some(first) = path.first_mut() {
            first.deref = through_pointer;
        }
        let mode = if x.mode == Mode::Variable || through_pointer { Mode::Variable } else { Mode::Value };
        let selection = Selection {
            kind: SelectionKind::FieldVal,
            recv: x.ty,
            target: Target::Field,
            path,
            indirect: through_pointer,
            addr_of: false,
            deref_recv: false,
            ty,
        };
        self.info.selections.insert(selector.id, selection);
        let mut inner = arg;
        loop {
            self.record_type(inner, mode, ty, None);
            match &inner.kind {
                ExprKind::Paren(e) => inner = e,
                _ => break,
            }
        }
        match offset {
            Some(offset) => Result::constant(TypeId::UINTPTR, Some(Const::Int(offset.into()))),
            None => Result::value(vec![ty], TypeId::UINTPTR),
        }
    }

    /// The offset of a field reached through embedded structs.
    fn path_offset(&self, base: TypeId, path: &[Step]) -> Option<u64> {
        let mut at = base;
        let mut offset = 0u64;
        for step in path {
            let index = step.index as usize;
            offset = offset.checked_add(*self.types.offsetsof(at).get(index)?)?;
            at = self.types.struct_fields(at)?.get(index)?.ty;
        }
        Some(offset)
    }
}
