//! Objects made by `llc` from IR text, linked with a ten-line runtime, finalized, inspected and run.

use ingot_abi::tables::{self as abi, SiteRoots};
use ingot_llvm_backend::finalize::{self, FinalizeOptions, dump};
use ingot_llvm_backend::link::{LinkRequest, emulation, link};
use ingot_llvm_backend::sections::{Mask, SITE_PROLOGUE, UnitTables, attach};
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol};
use std::path::{Path, PathBuf};
use std::process::Command;

const LLVM: &str = "/usr/lib/llvm-22/bin";

/// A runtime that exits with (site count + functions + root ranges) read through the header, or 99.
const RUNTIME: &str = r#"
target triple = "x86_64-unknown-linux-gnu"
@rt_tables_header = global [20 x i64] zeroinitializer, section ".data.rel.ro.ingot", align 8
declare void @runtime.main()
define void @rt_call() noinline { ret void }
define void @exit(i64 %code) {
  call void asm sideeffect "syscall", "{rax},{rdi},~{rcx},~{r11},~{memory}"(i64 60, i64 %code)
  unreachable
}
define void @_start() "frame-pointer"="all" {
  %magic = load volatile i64, ptr @rt_tables_header
  %good = icmp eq i64 %magic, $MAGIC
  br i1 %good, label %yes, label %no
no:
  call void @exit(i64 99)
  unreachable
yes:
  %tables = load volatile i64, ptr getelementptr (i64, ptr @rt_tables_header, i64 1)
  %sites = load volatile i64, ptr getelementptr (i64, ptr @rt_tables_header, i64 5)
  %functions = load volatile i64, ptr getelementptr (i64, ptr @rt_tables_header, i64 9)
  %ranges = load volatile i64, ptr getelementptr (i64, ptr @rt_tables_header, i64 15)
  %p = inttoptr i64 %tables to ptr
  call void @runtime.main()
  %read = load volatile i32, ptr %p
  %a = add i64 %sites, %functions
  %b = add i64 %a, %ranges
  call void @exit(i64 %b)
  unreachable
}
"#;

/// Two live functions and a dead one; `$ID+n` are statepoint ids.
const PROGRAM: &str = r#"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128-ni:1"
target triple = "x86_64-unknown-linux-gnu"
@main.data = global [3 x ptr addrspace(1)] zeroinitializer
@main.buffer = global [8 x i8] zeroinitializer
@main.dead_data = global [2 x ptr addrspace(1)] zeroinitializer
declare void @rt_call()
define ptr addrspace(1) @main.live(ptr addrspace(1) %p, i64 %i) noinline gc "statepoint-example" {
  %o = alloca [3 x ptr], align 8
  store ptr null, ptr %o
  %far = getelementptr i8, ptr addrspace(1) %p, i64 %i
  %c = icmp slt i64 %i, 4
  %q = select i1 %c, ptr addrspace(1) %far, ptr addrspace(1) %p
  call void @rt_call() "statepoint-id"="$ID+0" [ "deopt"(i64 0, ptr %o) ]
  call void @rt_call() "statepoint-id"="$ID+1"
  store volatile i64 1, ptr %o
  %v = load i8, ptr addrspace(1) %q
  store i8 %v, ptr addrspace(1) %p
  ret ptr addrspace(1) %p
}
define void @main.dead(ptr addrspace(1) %p) noinline gc "statepoint-example" {
  call void @rt_call() "statepoint-id"="$ID+2"
  store ptr addrspace(1) %p, ptr @main.dead_data
  ret void
}
define void @runtime.main() gc "statepoint-example" {
  %p = call ptr addrspace(1) @main.live(ptr addrspace(1) addrspacecast (ptr @main.buffer to ptr addrspace(1)), i64 0) "statepoint-id"="$ID+3"
  store ptr addrspace(1) %p, ptr @main.data
  ret void
}
"#;

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Scratch {
        Scratch(tempfile::tempdir().unwrap())
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    /// IR text to an object; `gc` code goes through RS4GC first.
    fn object(&self, name: &str, ir: &str) -> Vec<u8> {
        let (source, lowered, object) = (self.path("in.ll"), self.path("low.ll"), self.path(name));
        std::fs::write(&source, ir).unwrap();
        run(Command::new(format!("{LLVM}/opt"))
            .args(["-S", "-passes=rewrite-statepoints-for-gc,verify"])
            .arg(&source)
            .arg("-o")
            .arg(&lowered));
        run(Command::new(format!("{LLVM}/llc"))
            .args(["-O2", "-filetype=obj", "-relocation-model=static", "--function-sections", "--data-sections"])
            .arg(&lowered)
            .arg("-o")
            .arg(&object));
        std::fs::read(&object).unwrap()
    }
    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }
}

fn run(command: &mut Command) {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&out.stderr));
}

fn linker() -> &'static Path {
    Path::new("/usr/lib/llvm-22/bin/ld.lld")
}

/// The test program's object and the runtime's.
fn program(s: &Scratch) -> Vec<PathBuf> {
    let mut t = UnitTables::new("main");
    t.function("main.live", "main.live", "/src/a.go", 10, 0);
    t.function("main.dead", "main.dead", "/src/a.go", 20, 0);
    t.function("runtime.main", "runtime.main", "/src/b.go", 5, abi::FUNC_WRAPPER);
    let outer = t.position("main.live", "/src/a.go", 12, None);
    let inner = t.position("main.inlined", "/src/c.go", 3, Some(outer));
    let base = t.site(None, SITE_PROLOGUE);
    t.site(Some(inner), 0);
    t.site(Some(outer), 0);
    t.site(Some(outer), 0);
    assert_eq!(t.layout(Mask::new(3, &[0, 2])), 0);
    t.data_roots("main.data", Mask::new(3, &[1]));
    t.data_roots("main.dead_data", Mask::new(2, &[0, 1]));
    let mut ir = PROGRAM.to_owned();
    for n in 0..4 {
        ir = ir.replace(&format!("$ID+{n}"), &(base + n).to_string());
    }
    let object = attach(s.object("raw.o", &ir), &t).unwrap();
    let runtime = s.object("rt.o", &RUNTIME.replace("$MAGIC", &abi::MAGIC.to_string()));
    vec![s.write("main.o", &object), s.write("rt.o", &runtime)]
}

fn build(s: &Scratch, objects: &[PathBuf], name: &str, options: &FinalizeOptions) -> (PathBuf, finalize::Report) {
    let archive = s.path("rt.a");
    let _ = std::fs::remove_file(&archive);
    run(Command::new(format!("{LLVM}/llvm-ar")).arg("rcs").arg(&archive).arg(&objects[1]));
    let output = s.path(name);
    let scratch = tempfile::tempdir().unwrap();
    let report = link(&LinkRequest {
        linker: linker(),
        objects: &objects[..1],
        runtime: &archive,
        emulation: emulation("amd64").unwrap(),
        extra: &[],
        scratch: scratch.path(),
        output: &output,
        finalize: options,
    })
    .unwrap();
    (output, report)
}

fn word(bytes: &[u8], at: u64) -> u64 {
    u64::from_le_bytes(bytes[at as usize..at as usize + 8].try_into().unwrap())
}

/// The bytes from an address to the end of its segment.
fn at_address<'a>(file: &object::File<'a>, address: u64) -> &'a [u8] {
    let s = file.segments().find(|s| s.address() <= address && address < s.address() + s.size()).unwrap();
    &s.data().unwrap()[(address - s.address()) as usize..]
}

#[test]
fn runs_and_reads_its_tables() {
    let s = Scratch::new();
    let objects = program(&s);
    let (output, report) = build(&s, &objects, "out", &FinalizeOptions::default());
    // Sites: two of main.live, one of runtime.main. main.dead and its data are gone.
    assert_eq!((report.sites, report.functions, report.root_ranges), (3, 2, 1));
    assert_eq!(Command::new(&output).status().unwrap().code(), Some(6));

    let bytes = std::fs::read(&output).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    for gone in [".llvm_stackmaps", ".ingot.funcs", ".ingot.sites", ".ingot.roots"] {
        assert!(file.section_by_name(gone).is_none(), "{gone}");
    }
    let symbol = |name: &str| file.symbols().find(|s| s.name() == Ok(name)).unwrap();
    let header = at_address(&file, symbol("rt_tables_header").address());
    let tables = at_address(&file, word(header, 8));
    let text_start = word(header, 16);
    let sites_at = word(header, 32) as usize;
    let u32_at = |at: usize| u32::from_le_bytes(tables[at..at + 4].try_into().unwrap());
    let strings = word(header, 80) as usize;
    let text = |offset: u32| {
        let from = &tables[strings + offset as usize..];
        std::str::from_utf8(&from[..from.iter().position(|&b| b == 0).unwrap()]).unwrap()
    };
    // The second site of main.live is inside the inlined function.
    let live = symbol("main.live").address() - text_start;
    let functions = word(header, 64) as usize;
    let live_index = (0..2).find(|i| u64::from(u32_at(functions + i * 32)) == live).unwrap();
    assert_eq!(text(u32_at(functions + live_index * 32 + 8)), "main.live");
    assert_eq!(u64::from(u32_at(functions + live_index * 32 + 4)), symbol("main.live").size());
    let of_live: Vec<_> =
        (0..3).map(|i| sites_at + i * 16).filter(|&at| u32_at(at + 12) == live_index as u32).collect();
    assert_eq!(of_live.len(), 2);
    let roots_at = word(header, 48) as usize;
    let streams = &tables[roots_at..roots_at + word(header, 56) as usize];
    let first = SiteRoots::new(streams, u32_at(of_live[0] + 4));
    assert!(!first.objects_live, "the prologue's");
    assert!(first.count() >= 2, "p and the pointer derived from it");
    let line = u32_at(of_live[1] + 8) as usize;
    let lines = word(header, 88) as usize;
    assert_eq!(text(u32_at(lines + line * 16)), "main.inlined");
    let outer = u32_at(lines + line * 16 + 12) as usize;
    assert_eq!((text(u32_at(lines + outer * 16)), u32_at(lines + outer * 16 + 8)), ("main.live", 12));
    let objects: Vec<_> = abi::StackObjects::new(streams, u32_at(functions + live_index * 32 + 24))
        .map(|o| (o.words, o.mask[0]))
        .collect();
    assert_eq!(objects, [(3, 5)]);
}

#[test]
fn equal_inputs_give_equal_bytes_and_stripping_keeps_the_program() {
    let s = Scratch::new();
    let objects = program(&s);
    let (a, full) = build(&s, &objects, "a", &FinalizeOptions::default());
    let (b, _) = build(&s, &objects, "b", &FinalizeOptions::default());
    assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
    let options = FinalizeOptions { strip_symbols: true, ..Default::default() };
    let (c, _) = build(&s, &objects, "c", &options);
    assert_eq!(Command::new(&c).status().unwrap().code(), Some(6));
    let bytes = std::fs::read(&c).unwrap();
    assert_eq!(object::File::parse(&*bytes).unwrap().symbols().count(), 0);
    assert!(bytes.len() < std::fs::read(&a).unwrap().len());
    // Tools agree that the files are whole.
    for file in [&a, &c] {
        let out = Command::new(format!("{LLVM}/llvm-readelf")).args(["-a", "-W"]).arg(file).output().unwrap();
        assert!(out.status.success());
        assert_eq!(String::from_utf8_lossy(&out.stderr), "");
    }
    let options = FinalizeOptions { drop_root: Some(("main.live".to_owned(), 0)), ..Default::default() };
    let (d, dropped) = build(&s, &objects, "d", &options);
    assert_eq!(dropped.roots, full.roots);
    assert_ne!(std::fs::read(&a).unwrap(), std::fs::read(&d).unwrap());
}

#[test]
fn dumps_stack_maps_as_text() {
    let s = Scratch::new();
    let objects = program(&s);
    let linked = s.path("linked");
    run(Command::new(linker())
        .args(["-static", "--gc-sections", "--eh-frame-hdr", "-e", "_start", "-o"])
        .arg(&linked)
        .args(&objects));
    let text = dump::stackmaps(&std::fs::read(&linked).unwrap()).unwrap();
    assert!(text.contains("func main.live frame"), "{text}");
    assert!(text.contains("words 3 pointers 0,2"), "{text}");
    assert!(text.contains(" prologue sp+"), "{text}");
    assert!(text.contains("at /src/c.go:3 (main.inlined) inlined at /src/a.go:12 (main.live)"), "{text}");
    assert!(!text.contains("main.dead"), "{text}");
}

#[test]
fn dynamic_alloca_is_refused() {
    let s = Scratch::new();
    let mut t = UnitTables::new("u");
    t.function("runtime.main", "runtime.main", "a.go", 1, 0);
    let id = t.site(None, 0);
    let ir = format!(
        "target triple = \"x86_64-unknown-linux-gnu\"\n@rt_tables_header = global [20 x i64] zeroinitializer, section \".data.rel.ro.ingot\"\n\
         define void @g(ptr %p) {{ ret void }}\n\
         define void @runtime.main(i64 %n) gc \"statepoint-example\" {{\n %a = alloca i8, i64 %n\n \
         call void @g(ptr %a) \"statepoint-id\"=\"{id}\"\n ret void\n}}\n"
    );
    let object = s.write("u.o", &attach(s.object("raw.o", &ir), &t).unwrap());
    let linked = s.path("linked");
    run(Command::new(linker()).args(["-static", "-e", "runtime.main", "-o"]).arg(&linked).arg(&object));
    let error = finalize::finalize(&linked, &s.path("out"), &FinalizeOptions::default()).unwrap_err();
    assert!(error.to_string().contains("runtime.main") && error.to_string().contains("size is unknown"), "{error}");
    assert!(!s.path("out").exists());
}

#[test]
fn attached_sections_are_not_loaded() {
    let s = Scratch::new();
    let objects = program(&s);
    let bytes = std::fs::read(&objects[0]).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    for name in [".llvm_stackmaps", ".ingot.funcs", ".ingot.sites", ".ingot.roots"] {
        let section = file.section_by_name(name).unwrap();
        let object::SectionFlags::Elf { sh_flags } = section.flags() else { panic!() };
        assert_eq!(sh_flags & 3, 0, "{name}");
    }
}
