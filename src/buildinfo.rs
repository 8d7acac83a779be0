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

/// The text of the module and settings lines. `version` is the main module's as version control has it.
pub fn text(main: &Package, packages: &[Package], version: Option<&str>, settings: &[Setting]) -> String {
    let mut out = format!("path\t{}\n", main.import_path);
    if let Some(module) = &main.module {
        let mut module = module.clone();
        if let Some(version) = version {
            version.clone_into(&mut module.version);
        }
        line(&mut out, "mod", &module);
    }
    // A workspace has several main modules: they are dependencies of each other like all else.
    let own = main.module.as_ref().map(|m| m.path.as_str());
    let deps = packages.iter().filter_map(|p| p.module.as_ref()).filter(|m| Some(m.path.as_str()) != own);
    let mut deps: Vec<&Module> = deps.collect();
    deps.sort_by(|a, b| a.path.cmp(&b.path));
    deps.dedup_by(|a, b| a.path == b.path);
    deps.into_iter().for_each(|module| line(&mut out, "dep", module));
    for (key, value) in settings {
        let plain = !value.contains([' ', '\t', '\r', '\n', '"', '`']);
        let value = if plain { value.clone() } else { quoted(value) };
        out.push_str(&format!("build\t{key}={value}\n"));
    }
    out
}

fn line(out: &mut String, word: &str, module: &Module) {
    let version = if module.version.is_empty() { "(devel)" } else { &module.version };
    out.push_str(&format!("{word}\t{}\t{version}", module.path));
    match &module.replace {
        Some(replace) => {
            out.push('\n');
            line(out, "=>", replace);
        }
        None => out.push_str(&format!("\t{}\n", module.sum)),
    }
}

/// A Go string literal.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
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
        let module = |path: &str, version: &str, local| Module {
            path: path.into(),
            version: version.into(),
            sum: if local { String::new() } else { "h1:abc=".into() },
            ..Module::default()
        };
        let with = |path: &str, module: Module| Package {
            import_path: path.into(),
            module: Some(module),
            ..Package::default()
        };
        let main = with("m.org/m/cmd", module("m.org/m", "", true));
        let replaced =
            Module { replace: Some(Box::new(module("../r", "", true))), ..module("r.org/r", "v0.1.0", false) };
        let packages = [
            with("w.org/w", module("w.org/w", "", true)),
            with("d.org/d/x", module("d.org/d", "v1.2.3", false)),
            with("r.org/r", replaced),
            main.clone(),
        ];
        let settings = [("-tags", ""), ("-ldflags", "-X 'm.a=\u{301}\\'\n")];
        let settings = settings.map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(
            text(&main, &packages, None, &settings),
            "path\tm.org/m/cmd\nmod\tm.org/m\t(devel)\t\ndep\td.org/d\tv1.2.3\th1:abc=\n\
             dep\tr.org/r\tv0.1.0\n=>\t../r\t(devel)\t\ndep\tw.org/w\t(devel)\t\n\
             build\t-tags=\nbuild\t-ldflags=\"-X 'm.a=\u{301}\\\\'\\n\"\n"
        );
        assert!(text(&main, &[], Some("v1.5.0"), &[]).contains("mod\tm.org/m\tv1.5.0\t\n"));
    }
}
