//! Prints values of every type, and makes numbers of them.

use crate::diff::generate::Gen;
use crate::diff::tree::Node;
use crate::diff::types::Ty;
use crate::stmt;

impl Gen {
    /// A statement that prints what an expression without effects is.
    pub(super) fn show(&mut self, ty: &Ty, what: &str) -> Node {
        let tag = self.tag();
        let mut text = String::new();
        if ty.is_scalar() || ty.has_parameter() {
            self.show_into(ty, what, &tag, 2, &mut text);
            return stmt!("$", text);
        }
        let known = self.printers.iter().find(|(of, _)| of == ty).map(|(_, name)| name.clone());
        let name = known.unwrap_or_else(|| {
            let name = self.fresh_global("s");
            self.show_into(ty, "v", "tag", 2, &mut text);
            self.printer_declarations.push(stmt!("func $(tag string, v $) {\n$\n}", name.as_str(), ty, text));
            self.printers.push((ty.clone(), name.clone()));
            name
        });
        stmt!("$($, $)", name, tag, what)
    }

    fn show_into(&mut self, ty: &Ty, what: &str, tag: &str, depth: usize, out: &mut String) {
        match ty.basic() {
            Ty::F32 | Ty::F64 => out.push_str(&format!("println({tag}, bitsOf(float64({what})), {what})\n")),
            Ty::C128 => out.push_str(&format!("println({tag}, bitsOf(real({what})), bitsOf(imag({what})))\n")),
            Ty::Param => out.push_str(&format!("println({tag}, int64({what}))\n")),
            scalar if scalar.is_scalar() => out.push_str(&format!("println({tag}, {what})\n")),
            Ty::Any => out.push_str(&format!("show({tag}, {what})\n")),
            Ty::Slice(of) | Ty::Array(_, of) => {
                out.push_str(&format!("println({tag}, len({what}))\n"));
                if depth > 0 {
                    let element = self.fresh("e");
                    out.push_str(&format!("for _, {element} := range {what} {{\n_ = {element}\n"));
                    self.show_into(of, &element, tag, depth - 1, out);
                    out.push_str("}\n");
                }
            }
            Ty::Map(key, value) => {
                let (sum, k, v) = (self.fresh("h"), self.fresh("k"), self.fresh("e"));
                out.push_str(&format!("{{\nvar {sum} uint64\nfor {k}, {v} := range {what} {{\n_, _ = {k}, {v}\n"));
                let (of_key, of_value) = (self.hash(key, &k, 2), self.hash(value, &v, 2));
                out.push_str(&format!("{sum} += mix({of_key} + 3*({of_value}))\n}}\n"));
                out.push_str(&format!("println({tag}, len({what}), {sum})\n}}\n"));
            }
            Ty::Ptr(to) => {
                out.push_str(&format!("println({tag}, {what} == nil)\n"));
                if depth > 0 {
                    out.push_str(&format!("if {what} != nil {{\n"));
                    let pointee = if to.is_struct() { what.to_string() } else { format!("(*{what})") };
                    self.show_into(to, &pointee, tag, depth - 1, out);
                    out.push_str("}\n");
                }
            }
            Ty::Named { id, .. } if ty.is_struct() => {
                for field in self.named[*id].fields.clone() {
                    // Within a pointer's pointee there is no end to structures that hold such pointers.
                    if depth > 0 || field.ty.is_scalar() {
                        self.show_into(&field.ty, &format!("{what}.{}", field.name), tag, depth.saturating_sub(1), out);
                    }
                }
            }
            Ty::Chan(_) => out.push_str(&format!("println({tag}, len({what}), cap({what}))\n")),
            _ => out.push_str(&format!("println({tag}, {what} == nil)\n")),
        }
    }

    /// An expression of type `uint64` that tells values apart.
    pub(super) fn hash(&self, ty: &Ty, what: &str, depth: usize) -> String {
        match ty.basic() {
            Ty::Bool => format!("hashBool(bool({what}))"),
            Ty::Int(_) | Ty::Param => format!("uint64({what})"),
            Ty::F32 | Ty::F64 => format!("hashFloat(float64({what}))"),
            Ty::C128 => format!("(hashFloat(real({what})) + 5*hashFloat(imag({what})))"),
            Ty::Str => format!("hashString(string({what}))"),
            Ty::Slice(_) | Ty::Map(..) | Ty::Chan(_) => format!("uint64(len({what}))"),
            Ty::Array(length, of) if depth > 0 => {
                let elements: Vec<String> =
                    (0..(*length).min(6)).map(|n| self.hash(of, &format!("{what}[{n}]"), depth - 1)).collect();
                format!("({})", elements.join(" + 3*"))
            }
            Ty::Named { .. } if ty.is_struct() && depth > 0 => {
                let fields = self.fields(ty).iter();
                let fields: Vec<String> =
                    fields.map(|field| self.hash(&field.ty, &format!("{what}.{}", field.name), depth - 1)).collect();
                format!("({})", fields.join(" + 3*"))
            }
            Ty::Array(..) => "1".into(),
            Ty::Named { .. } if ty.is_struct() => "1".into(),
            _ => format!("hashBool({what} == nil)"),
        }
    }
}
