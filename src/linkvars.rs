//! String variables whose values the build sets: `-X importpath.name=value`, and the runtime's own.

use middle::mir::{Data, Def, Layout, Module, Reloc, RelocKind};

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
    /// Reads the flags; single and double quotes group words.
    ///
    /// # Errors
    /// A flag that is not known, or an unfinished one.
    pub fn parse(text: &str) -> Result<LinkFlags, String> {
        let mut flags = LinkFlags::default();
        let mut words = split(text)?.into_iter();
        while let Some(word) = words.next() {
            let name = word.trim_start_matches('-');
            if !word.starts_with('-') {
                return Err(format!("-ldflags: unexpected argument {word:?}"));
            }
            match name {
                "s" | "s=true" => flags.strip = true,
                "w" | "w=true" => flags.no_dwarf = true,
                "s=false" => flags.strip = false,
                "w=false" => flags.no_dwarf = false,
                _ => {
                    let value = match name.strip_prefix("X=") {
                        Some(value) => value.to_owned(),
                        None if name == "X" => words.next().ok_or("-ldflags: flag needs an argument: -X")?,
                        None => return Err(format!("-ldflags: flag provided but not defined: -{name}")),
                    };
                    let (symbol, value) = value
                        .split_once('=')
                        .filter(|(symbol, _)| symbol.contains('.'))
                        .ok_or("-ldflags: -X flag requires argument of the form importpath.name=value")?;
                    flags.vars.push(LinkVar { symbol: symbol.to_owned(), value: value.into() });
                }
            }
        }
        Ok(flags)
    }
}

fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let (word, after) = match quote {
            Some(q) => rest[1..].split_once(q).ok_or("-ldflags: unterminated quoted string")?,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

/// Gives the string variable its value if the module defines it.
pub fn set(module: &mut Module, var: &LinkVar) {
    let Some(index) = module.symbols.get_index_of(&var.symbol) else { return };
    let Def::Data(data) = &module.symbols[index].def else { return };
    let string = Layout { size: 16, align: 8, ptr_words: vec![0] };
    if *module.layout_of(data.layout) != string {
        return;
    }
    let layout = data.layout;
    let mut value = Data { layout, bytes: vec![0; 16], relocs: Vec::new(), read_only: false };
    if !var.value.is_empty() {
        let bytes = var.value.clone();
        value.bytes[8..].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        let text = module.declare(&format!("{}.linkvar", var.symbol), None);
        let text_layout = module.layout(Layout { size: bytes.len() as u64, align: 1, ptr_words: Vec::new() });
        module.define(text, Def::Data(Data { layout: text_layout, bytes, relocs: Vec::new(), read_only: true }), false);
        value.relocs.push(Reloc { offset: 0, target: text, addend: 0, kind: RelocKind::Abs64 });
    }
    module.symbols[index].def = Def::Data(value);
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
        for bad in ["-X", "-X nodot=1", "-nosuch", "stray", "'open"] {
            assert!(LinkFlags::parse(bad).is_err(), "{bad}");
        }
    }
}
