//! The build information that `go version -m` reads: which modules and settings made the binary.
//!
//! It stands twice in a binary: as the runtime's `modinfo` string, and in section `.go.buildinfo` in the layout of the
//! package debug/buildinfo (magic, flags 2 for inline strings, version and modules as length-prefixed strings).

use object::write::{Object, StandardSection, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionFlags, SectionKind, SymbolFlags, SymbolKind, SymbolScope};

use crate::load::{Module, Package};

/// Symbol of the section's content; the linker is told to keep it.
pub const SYMBOL: &str = "go:buildinfo";

/// A key and its value, as `build key=value` lines.
pub type Setting = (String, String);

/// The text of the module and settings lines.
pub fn text(main: &Package, packages: &[Package], settings: &[Setting]) -> String {
    let mut out = format!("path\t{}\n", main.import_path);
    if let Some(module) = &main.module {
        line(&mut out, "mod", module);
    }
    let mut deps: Vec<&Module> = packages.iter().filter_map(|p| p.module.as_ref()).filter(|m| !m.main).collect();
    deps.sort_by(|a, b| a.path.cmp(&b.path));
    deps.dedup_by(|a, b| a.path == b.path);
    for module in deps {
        if main.module.as_ref().is_none_or(|m| m.path != module.path) {
            line(&mut out, "dep", module);
        }
    }
    for (key, value) in settings {
        let quoted = value.is_empty() || value.contains([' ', '\t', '\n', '"', '`']);
        let value = if quoted { format!("{value:?}") } else { value.clone() };
        out.push_str(&format!("build\t{key}={value}\n"));
    }
    out
}

fn line(out: &mut String, word: &str, module: &Module) {
    let version = if module.version.is_empty() { "(devel)" } else { &module.version };
    out.push_str(&format!("{word}\t{}\t{version}", module.path));
    if let Some(replace) = &module.replace {
        out.push_str(&format!("\n=>\t{}\t{}\t{}", replace.path, replace.version, replace.sum));
    } else if !module.sum.is_empty() {
        out.push_str(&format!("\t{}", module.sum));
    } else if word == "mod" {
        out.push('\t');
    }
    out.push('\n');
}

/// The text as the runtime's variable holds it: between the marks by which it is found in a binary.
pub fn modinfo(text: &str) -> Vec<u8> {
    const START: [u8; 16] = 0x3077_af0c_9274_0802_41e1_c107_e6d6_18e6u128.to_be_bytes();
    const END: [u8; 16] = 0xf932_4331_8618_2072_0082_4210_4116_d8f2u128.to_be_bytes();
    [&START[..], text.as_bytes(), &END[..]].concat()
}

/// An object file with the section.
///
/// # Errors
/// Never in practice: the object is small and well formed.
pub fn object(go_version: &str, text: &str) -> Result<Vec<u8>, String> {
    let mut content = b"\xff Go buildinf:\x08\x02".to_vec();
    content.resize(32, 0);
    for string in [go_version.as_bytes(), &modinfo(text)] {
        let mut n = string.len();
        while n >= 0x80 {
            content.push(n as u8 | 0x80);
            n >>= 7;
        }
        content.push(n as u8);
        content.extend_from_slice(string);
    }
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let _ = object.section_id(StandardSection::Text);
    let section = object.add_section(Vec::new(), b".go.buildinfo".to_vec(), SectionKind::Data);
    object.section_mut(section).flags =
        SectionFlags::Elf { sh_flags: u64::from(object::elf::SHF_ALLOC | object::elf::SHF_WRITE) };
    let size = content.len() as u64;
    object.append_section_data(section, &content, 16);
    object.add_symbol(Symbol {
        name: SYMBOL.as_bytes().to_vec(),
        value: 0,
        size,
        kind: SymbolKind::Data,
        scope: SymbolScope::Linkage,
        weak: false,
        section: SymbolSection::Section(section),
        flags: SymbolFlags::None,
    });
    object.write().map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_gcs() {
        let module = |path: &str, version: &str, main| Module {
            path: path.into(),
            version: version.into(),
            sum: if main { String::new() } else { "h1:abc=".into() },
            main,
            ..Module::default()
        };
        let with = |path: &str, module: Module| Package {
            import_path: path.into(),
            module: Some(module),
            ..Package::default()
        };
        let main = with("m.org/m/cmd", module("m.org/m", "", true));
        let packages = [with("d.org/d/x", module("d.org/d", "v1.2.3", false)), main.clone()];
        let settings = [("-compiler".to_owned(), "ingot".to_owned()), ("-ldflags".to_owned(), "-s -w".to_owned())];
        assert_eq!(
            text(&main, &packages, &settings),
            "path\tm.org/m/cmd\nmod\tm.org/m\t(devel)\t\ndep\td.org/d\tv1.2.3\th1:abc=\n\
             build\t-compiler=ingot\nbuild\t-ldflags=\"-s -w\"\n"
        );
    }
}
