//! Functions whose effect on their arguments is known without, or better than from, their bodies.
//!
//! - The runtime's Go half, by `rt/go/runtime/COMPILER.md`: a deferred closure may lie on the stack although its
//!   record is linked to the goroutine, an `append` copies what it is given, and so on.
//! - The runtime functions in Rust that only look at what they are given.
//! - Assembly of the standard library, which is declared `//go:noescape` throughout.

use super::summary::{ParamFlow, Summary};

/// (parameter, level) that reach the heap; (parameter, result, level) that reach a result. Everything else stays.
struct Known {
    name: &'static str,
    heap: &'static [(usize, u8)],
    results: &'static [(usize, u32, u8)],
}

const fn k(name: &'static str, heap: &'static [(usize, u8)], results: &'static [(usize, u32, u8)]) -> Known {
    Known { name, heap, results }
}

/// Scalar parameters are counted: a string is two, a slice three.
const RUNTIME: &[Known] = &[
    // One operand may be the result itself when the others are empty.
    k("concatstring2", &[], &[(1, 0, 0), (3, 0, 0)]),
    k("concatstrings", &[], &[(1, 0, 1)]),
    k("concatbytes", &[], &[]),
    k("cmpstring", &[], &[]),
    k("intstring", &[], &[]),
    k("countrunes", &[], &[]),
    k("decoderune", &[], &[]),
    k("deferenter", &[], &[]),
    k("deferexit", &[], &[]),
    k("deferpushat", &[(1, 0)], &[]),
    k("efaceeq", &[], &[]),
    k("ifaceeq", &[], &[]),
    k("growslice", &[(0, 1)], &[]),
    k("makeslicecopy", &[(3, 1)], &[]),
    k("memclrHasPointers", &[], &[]),
    k("memclrNoHeapPointers", &[], &[]),
    k("memequal", &[], &[]),
    k("memhash", &[], &[]),
    k("memmove", &[], &[]),
    k("noescape", &[], &[]),
    k("panicfault", &[(0, 0), (1, 0)], &[]),
    k("printeface", &[], &[]),
    k("printiface", &[], &[]),
    k("printpointer", &[], &[]),
    k("printslice", &[], &[]),
    k("printstring", &[], &[]),
    k("slicebytetostring", &[], &[]),
    k("slicecopy", &[], &[]),
    k("slicerunetostring", &[], &[]),
    k("strequalfn", &[], &[]),
    k("stringtoslicebyte", &[], &[]),
    k("stringtoslicerune", &[], &[]),
    k("typehash", &[], &[]),
    k("typedmemclr", &[], &[]),
    k("typedmemmove", &[(2, 1)], &[]),
    k("typedslicecopy", &[(3, 1)], &[]),
    k("unsafeslice", &[], &[]),
    k("unsafestring", &[], &[]),
    k("convT", &[(1, 1)], &[]),
    k("convTnoptr", &[], &[]),
    k("convTstring", &[(0, 0)], &[]),
    k("convTslice", &[(0, 0)], &[]),
    k("assertE2I", &[], &[]),
    k("assertE2I2", &[], &[]),
    k("typeAssert", &[], &[]),
    k("interfaceSwitch", &[], &[]),
    // Maps: a key that is looked up stays, one that is assigned is stored. Results point into the map.
    k("mapaccess1", &[], &[(1, 0, 1)]),
    k("mapaccess2", &[], &[(1, 0, 1)]),
    k("mapaccess1_fat", &[], &[(1, 0, 1), (3, 0, 0)]),
    k("mapaccess2_fat", &[], &[(1, 0, 1), (3, 0, 0)]),
    k("mapaccess1_fast32", &[], &[(1, 0, 1)]),
    k("mapaccess2_fast32", &[], &[(1, 0, 1)]),
    k("mapaccess1_fast64", &[], &[(1, 0, 1)]),
    k("mapaccess2_fast64", &[], &[(1, 0, 1)]),
    k("mapaccess1_faststr", &[], &[(1, 0, 1)]),
    k("mapaccess2_faststr", &[], &[(1, 0, 1)]),
    k("mapassign", &[(2, 1)], &[(1, 0, 1)]),
    k("mapassign_fast32", &[], &[(1, 0, 1)]),
    k("mapassign_fast64", &[], &[(1, 0, 1)]),
    k("mapassign_fast32ptr", &[(2, 0)], &[(1, 0, 1)]),
    k("mapassign_fast64ptr", &[(2, 0)], &[(1, 0, 1)]),
    k("mapassign_faststr", &[(2, 0)], &[(1, 0, 1)]),
    k("mapdelete", &[], &[]),
    k("mapdelete_fast32", &[], &[]),
    k("mapdelete_fast64", &[], &[]),
    k("mapdelete_faststr", &[], &[]),
    // Channels: what elem points to is sent; elem itself is done with when the call returns.
    k("chansend1", &[(1, 1)], &[]),
    k("chanrecv1", &[], &[]),
    k("chanrecv2", &[], &[]),
    k("closechan", &[], &[]),
    k("selectnbsend", &[(1, 1)], &[]),
    k("selectnbrecv", &[], &[]),
    k("selectgo", &[(0, 2)], &[]),
];

/// Rust functions that keep nothing of their arguments; (symbol, parameter whose pointee's pointers are copied).
const RUST: &[(&str, Option<usize>)] = &[
    ("rt_callers", None),
    ("rt_fatal", None),
    ("rt_g_callers", None),
    ("rt_g_info", None),
    ("rt_mem_stats", None),
    ("rt_memclr", None),
    ("rt_memclr_ptrs", None),
    ("rt_memequal", None),
    ("rt_memmove", None),
    ("rt_memmove_ptrs", Some(1)),
    ("rt_rawsyscall", None),
    ("rt_recover_to", None),
    ("rt_syscall", None),
    ("rt_typed_memclr", None),
    ("rt_typed_memmove", Some(2)),
    ("rt_write", None),
];

/// Packages of the standard library whose bodyless functions are assembly that keeps nothing.
const ASSEMBLY: &[&str] = &[
    "crypto/",
    "hash/",
    "internal/bytealg.",
    "internal/chacha8rand.",
    "internal/cpu.",
    "internal/runtime/syscall",
    "math.",
    "math/big.",
    "vendor/golang.org/x/crypto/",
];

/// The summary of a function with so many parameters, if it is one of these.
pub fn summary(name: &str, params: usize) -> Option<Summary> {
    let mut out = Summary::nothing(params);
    if let Some(rest) = name.strip_prefix("runtime.") {
        if let Some(known) = RUNTIME.iter().find(|k| k.name == rest) {
            for &(p, level) in known.heap {
                out.params.get_mut(p)?.heap = Some(level);
            }
            for &(p, result, level) in known.results {
                out.params.get_mut(p)?.results.push((result, level));
            }
            return Some(out);
        }
        let looks_only = ["panic", "memequal", "memhash", "mapclear"];
        let harmless =
            looks_only.iter().any(|p| rest.starts_with(p)) || rest.ends_with("hash") || rest.ends_with("equal");
        return (harmless && rest != "panicwrap").then_some(out);
    }
    let hides = ["internal/abi.NoEscape", "reflect.noescape", "strings.noescape"].contains(&name);
    hides.then_some(out)
}

/// The summary of a function without a body in Go, if it is assembly of these packages.
pub fn assembly(name: &str, params: usize) -> Option<Summary> {
    ASSEMBLY.iter().any(|p| name.starts_with(p)).then(|| Summary::nothing(params))
}

/// The same for a runtime function in Rust.
pub fn rust_summary(symbol: &str, params: usize) -> Option<Summary> {
    let (_, copied) = RUST.iter().find(|r| r.0 == symbol)?;
    let mut out = Summary::nothing(params);
    if let Some(p) = copied {
        *out.params.get_mut(*p)? = ParamFlow { heap: Some(1), results: Vec::new() };
    }
    Some(out)
}
