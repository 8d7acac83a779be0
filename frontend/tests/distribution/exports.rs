//! Exported packages are worth those that were checked: hello's closure, or what `INGOT_CHECK` or `INGOT_CHECK_ALL` say.

use ingot_frontend::diagnostic::render_all;
use ingot_frontend::export::{Exported, read, write};
use ingot_frontend::parse::with_parser_stack;
use ingot_frontend::span::FileId;

use crate::common::{Loaded, Program, list, patterns};

/// Checks each package against the exports of its imports alone. It must give the same bytes as in a program in which all
/// was checked, and as the package that is then read back.
#[test]
fn importers_see_no_difference() {
    let Some(packages) = list(&patterns()) else {
        println!("skipped: no Go distribution found");
        return;
    };
    with_parser_stack(|| {
        let (mut checked, mut exports) = (Program::new(), Program::new());
        let mut size = 0;
        for package in &packages {
            let path = &package.path;
            let ids = |loaded: &Loaded| loaded.files.iter().map(|file| file.id).collect::<Vec<FileId>>();
            let loaded = checked.load(package);
            let Some(exported) = write(&checked.types, loaded.checked.package, &ids(&loaded)) else {
                panic!("{path} has no export");
            };
            let bytes = exported.to_bytes();
            size += bytes.len();

            let loaded = exports.load(package);
            let diagnostics = &loaded.checked.diagnostics;
            assert!(diagnostics.is_empty(), "{path}: {}", render_all(diagnostics, &loaded.sources, Some(5)));
            let types = &exports.types;
            let again = write(types, loaded.checked.package, &ids(&loaded)).map(|e| e.to_bytes());
            assert!(again.as_ref() == Some(&bytes), "{path} differs when its imports are exports");

            let exported = Exported::from_bytes(&bytes).expect("sound bytes");
            let known = |path: &str| exports.known.get(path).copied();
            let package = read(types, path, &exported, &ids(&loaded), &known).expect("a sound export");
            let again = write(types, package, &ids(&loaded)).map(|e| e.to_bytes());
            assert!(again.as_ref() == Some(&bytes), "{path} differs when it was read");
            exports.known.insert(path.clone(), package);
        }
        println!("{} packages, {size} bytes", packages.len());
    });
}
