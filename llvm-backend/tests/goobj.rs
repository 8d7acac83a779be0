//! Assembly of the standard library: all of it converts, and some of it runs through its thunks.

use ingot_llvm_backend::goobj::{convert, thunks};
use middle::mir::{Signature, Ty};
use object::{Object, ObjectSymbol};
use std::path::{Path, PathBuf};
use std::process::Command;

const LLVM: &str = "/usr/lib/llvm-22/bin";

/// Constants of the packages' Go code, any value of which assembles.
const OFFSETS: &str = "#define const_offsetX86HasAVX512VPCLMULQDQL 0\n#define const_offsetX86HasAVX2 0\n\
    #define const_offsetX86HasSSE42 0\n#define const_offsetX86HasPOPCNT 0\n";

fn goroot() -> Option<PathBuf> {
    let out = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
    out.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()))
}

/// What the assembler makes of a package's files.
fn assemble(goroot: &Path, scratch: &Path, package: &str, files: &[String]) -> Option<Vec<u8>> {
    let out = scratch.join("out.o");
    let dir = goroot.join("src").join(package);
    std::fs::write(scratch.join("go_asm.h"), OFFSETS).unwrap();
    let done = Command::new("go")
        .args(["tool", "asm", "-p", package, "-D", "GOOS_linux", "-D", "GOARCH_amd64", "-D", "GOAMD64_v1", "-I"])
        .arg(goroot.join("pkg/include"))
        .arg("-I")
        .arg(scratch)
        .arg("-o")
        .arg(&out)
        .args(files.iter().map(|f| dir.join(f)))
        .env("GOARCH", "amd64")
        .output()
        .unwrap();
    done.status.success().then(|| std::fs::read(out).unwrap())
}

fn run(command: &mut Command) {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn standard_library_converts() {
    let Some(goroot) = goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let out = Command::new("go")
        .args(["list", "-f", "{{if .SFiles}}{{.ImportPath}} {{range .SFiles}}{{.}} {{end}}{{end}}"])
        .args([
            "crypto/...",
            "hash/...",
            "internal/bytealg",
            "math/big",
            "vendor/golang.org/x/crypto/...",
            "vendor/golang.org/x/sys/cpu",
        ])
        .env("CGO_ENABLED", "0")
        .env("GOARCH", "amd64")
        .output()
        .unwrap();
    let mut converted = 0;
    for line in String::from_utf8(out.stdout).unwrap().lines() {
        let mut words = line.split_whitespace().map(str::to_owned);
        let Some(package) = words.next() else { continue };
        let files: Vec<String> = words.collect();
        let goobj = assemble(&goroot, scratch.path(), &package, &files).unwrap_or_else(|| panic!("{package}"));
        let asm = convert(&goobj).unwrap_or_else(|e| panic!("{package}: {e}"));
        let file = object::File::parse(&*asm.elf).unwrap();
        for f in &asm.functions {
            let name = f.elf_name();
            assert!(file.symbols().any(|s| s.name() == Ok(&name) && s.is_definition() && s.size() > 0), "{name}");
        }
        // Nothing is left undefined but variables of the package, cpu features, and what is jumped to.
        for s in file.symbols().filter(|s| s.is_undefined() && !s.name().unwrap().is_empty()) {
            let name = s.name().unwrap();
            let jump = |f: &String| name.strip_suffix(".abi0") == Some(f);
            assert!(asm.variables.iter().any(|v| v == name) || asm.jumps.iter().any(jump), "{package}: {name}");
        }
        converted += 1;
    }
    assert!(converted >= 15, "{converted}");
}

#[test]
fn damaged_objects_are_errors() {
    let Some(goroot) = goroot() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let goobj = assemble(&goroot, scratch.path(), "math/big", &["arith_amd64.s".into()]).unwrap();
    for cut in (0..goobj.len()).step_by(37) {
        let _ = convert(&goobj[..cut]);
        let mut flipped = goobj.clone();
        flipped[cut] ^= 0x5a;
        let _ = convert(&flipped);
    }
}

/// A process with a thread block of its own that calls thunks and exits with 0 if every answer is right.
const MAIN: &str = r#"
target triple = "x86_64-unknown-linux-gnu"
@stack = internal global [65536 x i8] zeroinitializer, align 64
@block = internal global [128 x i64] zeroinitializer, align 64
@x = internal global [2 x i64] [i64 -1, i64 5]
@y = internal global [2 x i64] [i64 3, i64 7]
@z = internal global [2 x i64] zeroinitializer
@state = internal global [25 x i64] zeroinitializer
@a = internal global [20 x i8] c"abcdefghijklmnopqrst"
@b = internal global [20 x i8] c"                    "
@"math/big.hasADX" = global i8 0
@"internal/cpu.X86" = global [16 x i8] zeroinitializer
declare i64 @"internal/bytealg.IndexByte"(ptr, i64, i64, i8)
declare i64 @"internal/bytealg.Compare"(ptr, i64, i64, ptr, i64, i64)
declare i64 @"math/big.addVV"(ptr, i64, i64, ptr, i64, i64, ptr, i64, i64)
declare void @"crypto/internal/fips140/sha3.keccakF1600"(ptr)
declare void @"crypto/internal/fips140/subtle.xorBytes"(ptr, ptr, ptr, i64)
define internal void @exit(i64 %code) noreturn {
  call void asm sideeffect "syscall", "{rax},{rdi},~{rcx},~{r11},~{memory}"(i64 60, i64 %code)
  unreachable
}
define void @_start() "frame-pointer"="all" {
  store i64 ptrtoint (ptr getelementptr (i8, ptr @stack, i64 65536) to i64), ptr getelementptr (i64, ptr @block, i64 4)
  call void asm sideeffect "syscall", "{rax},{rdi},{rsi},~{rcx},~{r11},~{memory}"(i64 158, i64 4098, ptr @block)
  %carry = call i64 @"math/big.addVV"(ptr @z, i64 2, i64 2, ptr @x, i64 2, i64 2, ptr @y, i64 2, i64 2)
  %z0 = load i64, ptr @z
  %z1 = load i64, ptr getelementptr (i64, ptr @z, i64 1)
  %c0 = icmp eq i64 %z0, 2
  %c1 = icmp eq i64 %z1, 13
  %c2 = icmp eq i64 %carry, 0
  %c01 = and i1 %c0, %c1
  %sum = and i1 %c01, %c2
  br i1 %sum, label %next, label %bad1
bad1:
  call void @exit(i64 1)
  unreachable
next:
  call void @"crypto/internal/fips140/sha3.keccakF1600"(ptr @state)
  %lane = load i64, ptr @state
  %keccak = icmp eq i64 %lane, -1070291585488265753
  br i1 %keccak, label %third, label %bad2
bad2:
  call void @exit(i64 2)
  unreachable
third:
  call void @"crypto/internal/fips140/subtle.xorBytes"(ptr @a, ptr @a, ptr @b, i64 20)
  %last = load i8, ptr getelementptr (i8, ptr @a, i64 19)
  %xor = icmp eq i8 %last, 84
  br i1 %xor, label %fourth, label %bad3
bad3:
  call void @exit(i64 3)
  unreachable
fourth:
  %at = call i64 @"internal/bytealg.IndexByte"(ptr @a, i64 20, i64 20, i8 84)
  %found = icmp eq i64 %at, 19
  %order = call i64 @"internal/bytealg.Compare"(ptr @b, i64 20, i64 20, ptr @a, i64 19, i64 19)
  %below = icmp eq i64 %order, -1
  %bytes = and i1 %found, %below
  br i1 %bytes, label %good, label %bad4
bad4:
  call void @exit(i64 4)
  unreachable
good:
  call void @exit(i64 0)
  unreachable
}
"#;

#[test]
fn assembly_runs_through_thunks() {
    let Some(goroot) = goroot() else {
        println!("skipped: no Go distribution found");
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let mut objects = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| {
        let path = scratch.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        objects.push(path);
    };
    let mut assembled = Vec::new();
    for (i, (package, files)) in [
        ("math/big", &["arith_amd64.s"][..]),
        ("crypto/internal/fips140/sha3", &["sha3_amd64.s"]),
        ("crypto/internal/fips140/subtle", &["xor_amd64.s"]),
        ("internal/bytealg", &["indexbyte_amd64.s", "compare_amd64.s"]),
    ]
    .into_iter()
    .enumerate()
    {
        let files: Vec<String> = files.iter().map(|f| f.to_string()).collect();
        let goobj = assemble(&goroot, scratch.path(), package, &files).unwrap();
        let asm = convert(&goobj).unwrap();
        write(&format!("asm{i}.o"), &asm.elf);
        assembled.extend(asm.functions);
    }
    let sig = |params: &[Ty], results: &[Ty]| Signature {
        params: params.to_vec(),
        results: results.to_vec(),
        context: false,
    };
    let slice = [Ty::Ptr, Ty::I64, Ty::I64];
    let add = sig(&[slice, slice, slice].concat(), &[Ty::I64]);
    let (one, xor) = (sig(&[Ty::Ptr], &[]), sig(&[Ty::Ptr, Ty::Ptr, Ty::Ptr, Ty::I64], &[]));
    let (find, order) = (sig(&[&slice[..], &[Ty::I8]].concat(), &[Ty::I64]), sig(&[slice, slice].concat(), &[Ty::I64]));
    let functions = [
        ("math/big.addVV", &add),
        ("crypto/internal/fips140/sha3.keccakF1600", &one),
        ("crypto/internal/fips140/subtle.xorBytes", &xor),
        ("internal/bytealg.IndexByte", &find),
        ("internal/bytealg.Compare", &order),
    ]
    .map(|(name, sig)| (assembled.iter().find(|f| f.name == name).expect("the assembly defines it"), sig));
    assert_eq!(functions.map(|(f, _)| f.shallow), [true, false, true, true, true]);
    write("thunks.o", &thunks(&functions, &[]).unwrap());
    let (ir, main) = (scratch.path().join("main.ll"), scratch.path().join("main.o"));
    std::fs::write(&ir, MAIN).unwrap();
    run(Command::new(format!("{LLVM}/llc"))
        .args(["-filetype=obj", "-relocation-model=static"])
        .arg(&ir)
        .arg("-o")
        .arg(&main));
    let program = scratch.path().join("program");
    run(Command::new(format!("{LLVM}/ld.lld"))
        .args(["-static", "--gc-sections", "-o"])
        .arg(&program)
        .arg(&main)
        .args(&objects));
    let status = Command::new(&program).status().unwrap();
    assert!(status.success(), "{status}");
}
