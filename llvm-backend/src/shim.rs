//! The Rust face of the C++ shim (`shim/`): optimisation with the late pass, and code generation.

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::Once;

use ingot_abi::tls;
use inkwell::llvm_sys::core::LLVMDisposeMessage;
use inkwell::llvm_sys::prelude::{LLVMMemoryBufferRef, LLVMModuleRef};
use inkwell::llvm_sys::target_machine::LLVMTargetMachineRef;
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::Module;
use inkwell::targets::TargetMachine;

use crate::Error;
use crate::sections::{Mask, UnitTables};

/// What the passes tell the emitter; `IngotHost` of shim.h calls it.
pub struct Host<'a> {
    pub tables: &'a mut UnitTables,
    /// Functions that got a wrapper: (symbol, symbol of the body).
    pub bodies: Vec<(String, String)>,
    /// The largest frame a function's check covers, by symbol.
    pub limits: HashMap<String, u64>,
    /// Frame sizes by symbol, without the return address.
    pub frames: HashMap<String, u64>,
    /// What each statepoint relocates, by its id: names that emission gave.
    pub relocated: HashMap<u64, HashSet<String>>,
}

#[repr(C)]
struct RawHost {
    ctx: *mut c_void,
    layout: extern "C" fn(*mut c_void, u32, *const u32, usize) -> u64,
    body: extern "C" fn(*mut c_void, *const c_char, usize, *const c_char, usize),
    limit: extern "C" fn(*mut c_void, *const c_char, usize, u64),
    frame: extern "C" fn(*mut c_void, *const c_char, usize, u64),
    relocated: extern "C" fn(*mut c_void, u64, *const c_char, usize),
}

/// `IngotPipeline` of shim.h.
#[repr(C)]
pub struct Pipeline {
    /// 0: nothing; 1: `sroa,simplifycfg`; 2: O2.
    pub optimize: u32,
    pub verify: u32,
    /// 0 stops after optimisation.
    pub late: u32,
    /// Tell the host what statepoints relocate.
    pub maps: u32,
}

unsafe extern "C" {
    fn ingot_abi(guard_offset: u64, frame_max: u64);
    fn ingot_optimize(
        module: LLVMModuleRef,
        target: LLVMTargetMachineRef,
        options: *const Pipeline,
        host: *const RawHost,
    ) -> *mut c_char;
    fn ingot_codegen(
        module: LLVMModuleRef,
        target: LLVMTargetMachineRef,
        assembly: u32,
        host: *const RawHost,
        out: *mut LLVMMemoryBufferRef,
    ) -> *mut c_char;
}

/// # Safety
/// `ctx` is the pointer [`with_raw`] made and no other reference to the host is in use.
unsafe fn host<'a>(ctx: *mut c_void) -> &'a mut Host<'a> {
    // SAFETY: the caller's.
    unsafe { &mut *ctx.cast() }
}

/// # Safety
/// The bytes are readable.
unsafe fn text(p: *const c_char, n: usize) -> String {
    // SAFETY: the caller's.
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(p.cast(), n) }).into_owned()
}

extern "C" fn on_layout(ctx: *mut c_void, words: u32, ptr_words: *const u32, count: usize) -> u64 {
    // SAFETY: the shim passes our context back and an array of `count` words.
    let (host, ptr_words) = unsafe { (host(ctx), std::slice::from_raw_parts(ptr_words, count)) };
    host.tables.layout(Mask::new(words, ptr_words))
}

extern "C" fn on_body(ctx: *mut c_void, name: *const c_char, name_len: usize, body: *const c_char, body_len: usize) {
    // SAFETY: the shim passes our context back and two strings of these lengths.
    let (host, name, body) = unsafe { (host(ctx), text(name, name_len), text(body, body_len)) };
    host.bodies.push((name, body));
}

extern "C" fn on_limit(ctx: *mut c_void, name: *const c_char, name_len: usize, bytes: u64) {
    // SAFETY: the shim passes our context back and a string of this length.
    let (host, name) = unsafe { (host(ctx), text(name, name_len)) };
    host.limits.insert(name, bytes);
}

extern "C" fn on_frame(ctx: *mut c_void, name: *const c_char, name_len: usize, bytes: u64) {
    // SAFETY: the shim passes our context back and a string of this length.
    let (host, name) = unsafe { (host(ctx), text(name, name_len)) };
    host.frames.insert(name, bytes);
}

extern "C" fn on_relocated(ctx: *mut c_void, id: u64, name: *const c_char, name_len: usize) {
    // SAFETY: the shim passes our context back.
    let names = unsafe { host(ctx) }.relocated.entry(id).or_default();
    if !name.is_null() {
        // SAFETY: and a string of this length.
        names.insert(unsafe { text(name, name_len) });
    }
}

fn with_raw<T>(host: &mut Host, f: impl FnOnce(&RawHost) -> T) -> T {
    let ctx = (host as *mut Host).cast();
    let raw =
        RawHost { ctx, layout: on_layout, body: on_body, limit: on_limit, frame: on_frame, relocated: on_relocated };
    f(&raw)
}

/// Takes an error message of the shim.
fn take(message: *mut c_char) -> Result<(), Error> {
    if message.is_null() {
        return Ok(());
    }
    // SAFETY: a message the shim made with LLVMCreateMessage, freed once.
    let text = unsafe {
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        LLVMDisposeMessage(message);
        text
    };
    Err(Error::Llvm(text))
}

/// LLVM's process-wide options, set before the first compilation.
pub fn initialize() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // x86-call-frame-opt pushes arguments, which makes the recorded frame sizes wrong. The loop idioms make
        // memcpy of pointer copies and calls of a C library that is not there.
        let options = [
            c"ingot",
            c"-no-x86-call-frame-opt",
            c"-x86-cmov-converter=false",
            c"-disable-loop-idiom-memcpy",
            c"-disable-loop-idiom-strlen",
            c"-disable-loop-idiom-wcslen",
        ];
        let pointers: Vec<*const c_char> = options.iter().map(|s| s.as_ptr()).collect();
        let overview = CString::default();
        // SAFETY: called once, before any other use of LLVM by us; the strings outlive the call.
        unsafe {
            inkwell::llvm_sys::support::LLVMParseCommandLineOptions(
                pointers.len() as i32,
                pointers.as_ptr(),
                overview.as_ptr(),
            );
            ingot_abi(tls::GUARD_OFFSET as u64, tls::FRAME_MAX_CHECKED_LATE as u64);
        }
    });
}

/// Optimises, and unless told to stop there makes the module ready for code generation.
pub fn optimize(module: &Module, machine: &TargetMachine, pipeline: &Pipeline, host: &mut Host) -> Result<(), Error> {
    // SAFETY: module and machine are live and of this thread; the host outlives the call.
    with_raw(host, |raw| take(unsafe { ingot_optimize(module.as_mut_ptr(), machine.as_mut_ptr(), pipeline, raw) }))
}

/// Object or assembly text of a module that [`optimize`] made ready.
pub fn codegen(module: &Module, machine: &TargetMachine, assembly: bool, host: &mut Host) -> Result<Vec<u8>, Error> {
    let mut out: LLVMMemoryBufferRef = std::ptr::null_mut();
    with_raw(host, |raw| {
        // SAFETY: as in `optimize`; `out` is written when no message is returned.
        take(unsafe { ingot_codegen(module.as_mut_ptr(), machine.as_mut_ptr(), assembly.into(), raw, &mut out) })
    })?;
    // SAFETY: a buffer the shim gave away.
    let buffer = unsafe { MemoryBuffer::new(out) };
    let bytes = buffer.as_slice().to_vec();
    Ok(bytes)
}
