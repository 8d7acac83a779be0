//! Packages written out and read back. What the standard library needs is tried in `distribution/exports.rs`.

use std::collections::HashMap;

use ingot_frontend::ast::NodeIds;
use ingot_frontend::check::{Input, Origin, check_package};
use ingot_frontend::diagnostic::render_all;
use ingot_frontend::export::{Exported, read, write};
use ingot_frontend::parse::parse_file;
use ingot_frontend::span::{FileId, SourceMap};
use ingot_frontend::types::{PackageId, Types};

/// A package with one of everything that an export can hold.
const LIBRARY: &str = "package lib
const (
	Big, Third = 1 << 200, 1.0 / 3
	Text, Flag, Wave = \"a\\xff\", true, 2 + 3i
	Far = 1e-999999999
	Small int8 = -1
)
type (
	List[T any] struct { next *List[T]; Value T `tag:\"x\"`; hidden int }
	Pair[K comparable, V ~int | ~string] = map[K][]V
	Shape interface { Area() float64; secret() }
	Number interface { ~int | ~float64; comparable }
	Tree struct { *Tree; kids [4]Tree2; on func(int, ...string) (bool, error) }
	Tree2 chan<- <-chan *Tree
)
func (l *List[E]) Push(v E) *List[E] { return &List[E]{l, v, 0} }
func (Tree) Area() float64 { return 1 }
func (Tree) secret() {}
func Map[T, U any, S ~[]T](s S, f func(T) U) []U { return nil }
func Outside() int
var Shared = struct{ A, b int }{}
var _ = 1
func hidden() {}
func outside() {}
type secret int
";

/// What imports it, and what the checker says.
const USES: &[(&str, &str)] = &[
    ("var l lib.List[int]\nvar _ []int = []int{l.Push(1).Value}", ""),
    ("var p lib.Pair[string, int] = map[string][]int{}", ""),
    ("var s lib.Shape = lib.Tree{}", ""),
    ("var _ []string = lib.Map([]int{1}, func(int) string { return \"\" })", ""),
    ("const c int8 = lib.Small + 2\nvar _ [lib.Big >> 198]int = [4]int{}", ""),
    ("var _ = lib.Shared.A + lib.Outside()", ""),
    ("const _ = lib.Third * 3 == 1 && lib.Flag && lib.Text[1:] == \"\" && lib.Wave == 0", "not constant"),
    ("var _ = lib.Far == 0", ""),
    ("var _ = lib.hidden", "undefined: lib.hidden"),
    ("var _ = lib.outside", "name outside not exported by package lib"),
    ("var _ lib.secret", "name secret not exported by package lib"),
    ("var _ = lib.Hidden", "undefined: lib.Hidden"),
    ("var _ = lib.None", "undefined: lib.None"),
    ("var _ = lib.Shared.b", "cannot refer to unexported field b"),
    ("var _ lib.Shape = struct{}{}", "missing method Area"),
    ("var _ = lib.Map[int]", "declared at lib.go:19:13"),
    ("func f[T lib.Number](T) {}\nvar _ = f[string]", "string does not satisfy lib.Number"),
];

fn check(
    types: &Types,
    sources: &mut SourceMap,
    path: &str,
    text: &str,
    lib: Option<PackageId>,
) -> (PackageId, String) {
    let source = sources.add(format!("{path}.go"), text.as_bytes());
    let mut ids = NodeIds::new();
    let (file, errors) = parse_file(&source, &mut ids);
    assert!(errors.is_empty(), "{}", render_all(&errors, sources, None));
    let (files, imports) = ([file], lib.map(|id| ("lib".to_owned(), id)).into_iter().collect::<HashMap<_, _>>());
    let input = Input {
        path,
        files: &files,
        nodes: ids.len(),
        go_version: (1, 26),
        imports: &imports,
        origin: Origin::WithAssembly,
    };
    let checked = check_package(types, sources, &input);
    (checked.package, render_all(&checked.diagnostics, sources, None))
}

fn library(types: &Types, sources: &mut SourceMap) -> PackageId {
    let (package, messages) = check(types, sources, "lib", LIBRARY, None);
    assert_eq!(messages, "");
    package
}

fn nothing(_: &str) -> Option<PackageId> {
    None
}

#[test]
fn importers_see_no_difference() {
    let (types, mut sources) = (Types::new(), SourceMap::new());
    let package = library(&types, &mut sources);
    let files = [FileId(0)];
    let exported = write(&types, package, &files).expect("an export");
    let bytes = exported.to_bytes();
    for (text, expected) in USES {
        let text = format!("package p\nimport \"lib\"\n{text}\n");
        let (_, from_source) = check(&types, &mut sources.clone(), "p", &text, Some(package));
        let types = Types::new();
        let exported = Exported::from_bytes(&bytes).expect("sound bytes");
        let package = read(&types, "lib", &exported, &files, &nothing).expect("a sound export");
        assert_eq!(write(&types, package, &files).as_ref(), Some(&exported));
        let (_, from_export) = check(&types, &mut sources.clone(), "p", &text, Some(package));
        assert_eq!(from_export, from_source, "{text}");
        assert!(from_export.contains(expected), "{text}{from_export}");
        assert_eq!(from_export.is_empty(), expected.is_empty(), "{text}{from_export}");
    }
}

/// The interface tells a change that importers see from one that they do not.
#[test]
fn bodies_are_not_part_of_the_interface() {
    let interface = |text: &str| {
        let (types, mut sources) = (Types::new(), SourceMap::new());
        let (package, messages) = check(&types, &mut sources, "lib", text, None);
        assert_eq!(messages, "");
        write(&types, package, &[FileId(0)]).expect("an export").interface()
    };
    let text = "package lib\nfunc F() int { return 1 }\nvar V = F()\n";
    assert_eq!(interface(text), interface(&text.replace("return 1", "x := 2; return x")));
    assert_ne!(interface(text), interface(&text.replace("F() int", "F() int8")));
    assert_ne!(interface(text), interface(&text.replace("V", "W")));
}

#[test]
fn damaged_bytes_do_no_harm() {
    let (types, mut sources) = (Types::new(), SourceMap::new());
    let package = library(&types, &mut sources);
    let bytes = write(&types, package, &[FileId(0)]).expect("an export").to_bytes();
    let mut refused = 0;
    for at in 0..bytes.len() {
        for change in [1, 0x40, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= change;
            let exported = Exported::from_bytes(&damaged);
            let package = exported.and_then(|e| read(&Types::new(), "lib", &e, &[FileId(0)], &nothing));
            refused += usize::from(package.is_none());
        }
        assert_eq!(Exported::from_bytes(&bytes[..at]), None);
    }
    assert!(refused > bytes.len(), "most damage is seen: {refused} of {}", 3 * bytes.len());
}
