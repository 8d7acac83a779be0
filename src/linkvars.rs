//! String variables whose values the build sets: `-X importpath.name=value`, and the runtime's own.

use indexmap::IndexMap;
use middle::mir::{Data, Def, Layout, Module, Reloc, RelocKind};

use crate::cli::parse_bool;
use crate::compile::CodeUnit;
use crate::goenv::split;

/// A variable's symbol and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkVar {
    pub symbol: String,
    pub value: Vec<u8>,
}

/// What `-ldflags` says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LinkFlags {
    /// `-s`: no symbol table and no debug information.
    pub strip: bool,
    /// `-w`: no debug information.
    pub no_dwarf: bool,
    pub vars: Vec<LinkVar>,
}

impl LinkFlags {
    /// Reads the flags, which may stand behind the pattern `all=`. Those of the go command's linker that ask for what
    /// this one does anyhow have no effect.
    ///
    /// # Errors
    /// A flag that is not known, or an unfinished one.
    pub fn parse(text: &str) -> Result<LinkFlags, String> {
        let text = text.trim();
        let text = match text.split_once('=') {
            _ if text.is_empty() || text.starts_with(['-', '\'', '"']) => text,
            Some((pattern, flags)) if pattern.trim() == "all" => flags.trim(),
            Some((pattern, _)) => return Err(format!("-ldflags: the pattern {pattern:?} is not supported")),
            None => {
                return Err(format!("invalid value {text:?} for flag -ldflags: missing =<value> in <pattern>=<value>"));
            }
        };
        let mut flags = LinkFlags::default();
        let words = split(text).map_err(|e| format!("invalid value {text:?} for flag -ldflags: {e}"))?;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
                return Err(format!("-ldflags: unexpected argument {word:?}"));
            };
            let (name, value) =
                flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value.to_owned())));
            let switch = || match value.as_deref().map_or(Some(true), parse_bool) {
                Some(on) => Ok(on),
                None => Err(format!(
                    "-ldflags: invalid boolean value {:?} for -{name}: parse error",
                    value.as_deref().unwrap_or("")
                )),
            };
            match name {
                "s" => flags.strip = switch()?,
                "w" => flags.no_dwarf = switch()?,
                "X" | "buildid" | "buildmode" | "extldflags" | "linkmode" => {
                    let value = value.or_else(|| words.next());
                    let value = value.ok_or_else(|| format!("-ldflags: flag needs an argument: -{name}"))?;
                    match (name, value.as_str()) {
                        ("X", _) => flags.vars.push(variable(&value)?),
                        ("buildid", "")
                        | ("buildmode", "exe")
                        | ("linkmode", "auto" | "internal")
                        | ("extldflags", _) => {}
                        _ => return Err(format!("-ldflags: -{name}={value} is not supported")),
                    }
                }
                _ => return Err(format!("-ldflags: flag provided but not defined: -{name}")),
            }
        }
        Ok(flags)
    }
}

fn variable(definition: &str) -> Result<LinkVar, String> {
    let parts = definition.split_once('=').filter(|(symbol, _)| symbol.contains('.'));
    let (symbol, value) = parts.ok_or("-ldflags: -X flag requires argument of the form importpath.name=value")?;
    Ok(LinkVar { symbol: symbol.to_owned(), value: value.into() })
}

/// The string variables that the build sets as a module of their own, so that the objects of the packages do not depend
/// on the values: in the units they become declarations. What no unit has, or what is no string variable, is left out.
pub fn take(units: &mut [CodeUnit], vars: &[LinkVar]) -> Module {
    let mut values = Module::new();
    // The last value of a variable counts.
    let vars: IndexMap<&str, &[u8]> = vars.iter().map(|v| (v.symbol.as_str(), v.value.as_slice())).collect();
    let string = Layout { size: 16, align: 8, ptr_words: vec![0] };
    for (name, value) in vars {
        let is_string = |module: &Module| match module.symbols.get(name).map(|s| &s.def) {
            Some(Def::Data(data)) => *module.layout_of(data.layout) == string,
            _ => false,
        };
        let Some(unit) = units.iter_mut().find(|u| is_string(&u.module)) else { continue };
        if let Some(symbol) = unit.module.symbols.get_mut(name) {
            symbol.def = Def::Extern(None);
        }
        define(&mut values, name, value, string.clone());
    }
    values
}

fn define(module: &mut Module, name: &str, value: &[u8], string: Layout) {
    let layout = module.layout(string);
    let mut data = Data { layout, bytes: vec![0; 16], relocs: Vec::new(), read_only: false };
    if !value.is_empty() {
        data.bytes[8..].copy_from_slice(&(value.len() as u64).to_le_bytes());
        let target = module.declare(&format!("{name}.linkvar"), None);
        let layout = module.layout(Layout { size: value.len() as u64, align: 1, ptr_words: Vec::new() });
        let text = Data { layout, bytes: value.to_vec(), relocs: Vec::new(), read_only: true };
        module.define(target, Def::Data(text), false);
        data.relocs.push(Reloc { offset: 0, target, addend: 0, kind: RelocKind::Abs64 });
    }
    let symbol = module.declare(name, None);
    module.define(symbol, Def::Data(data), false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_the_linker_does() {
        let flags = LinkFlags::parse("-s -w -X main.a=1 '-X=p/q.b=x y'").expect("valid");
        assert!(flags.strip && flags.no_dwarf);
        let var = |symbol: &str, value: &str| LinkVar { symbol: symbol.into(), value: value.into() };
        assert_eq!(flags.vars, [var("main.a", "1"), var("p/q.b", "x y")]);
        let none = LinkFlags::default();
        for idle in ["", " ", "-buildid=", "-linkmode internal -extldflags '-static -x'", "-s=false -w=0", "all="] {
            assert_eq!(LinkFlags::parse(idle).as_ref(), Ok(&none), "{idle}");
        }
        assert!(LinkFlags::parse("all=-s").expect("valid").strip);
        for bad in ["-X", "-X nodot=1", "-nosuch", "stray", "'open", "-s=x", "-linkmode=external", "p=-s", "-buildid=x"]
        {
            assert!(LinkFlags::parse(bad).is_err(), "{bad}");
        }
    }
}
