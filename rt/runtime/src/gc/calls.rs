//! The runtime functions of heap and collector, as `ingot_abi::functions` states them.
//!
//! `rt_alloc` tries the P's cache as a leaf on the goroutine's stack and goes to the system stack only when that has no
//! slot. Copies, clears and stores take the system stack (as leaves, `rt_enter_leaf`) only while barriers are on.
//!
//! Bodies take pointers that may die with the call, so none but `rt_alloc` and the collecting calls reaches a point
//! where a collection can begin while it still needs one.

use super::{barrier, driver, pacer, profile, specials};
use crate::heap::classes::{self, WORD};
use crate::heap::types::{self, Type};
use crate::heap::{self, cache, os, sample, stats};
use crate::runtime_calls;
use crate::sched::{self, current_p};
use core::ptr::null_mut;
use ingot_abi::functions::{MEM_PROFILE, MEM_STATS};

const _: () = assert!(MEM_PROFILE == 3 + profile::FRAMES);

/// Indices of `ingot_abi::functions::WAIT_REASONS`.
const WAIT_FINALIZER: u32 = 15;
const WAIT_CYCLE: u32 = 16;

/// Two result words (rax, rdx).
#[repr(C)]
pub struct Pair {
    first: usize,
    second: usize,
}

runtime_calls! { "rt_enter":
    rt_add_cleanup => add_cleanup_body;
    rt_alloc_slow => alloc_body;
    rt_finalizer_next => finalizer_next_body;
    rt_finalizers_done => finalizers_done_body;
    rt_free_os_memory => free_os_memory_body;
    rt_gc => gc_body;
    rt_gc_wait_cycle => gc_wait_cycle_body;
    rt_mem_profile => mem_profile_body;
    rt_mem_stats => mem_stats_body;
    rt_pointer_words => pointer_words_body;
    rt_set_finalizer => set_finalizer_body;
    rt_set_gc_percent => set_gc_percent_body;
    rt_set_memory_limit => set_memory_limit_body;
    rt_set_profile_rate => set_profile_rate_body;
    rt_stop_cleanup => stop_cleanup_body;
    rt_weak_register => weak_register_body;
    rt_weak_strong => weak_strong_body;
}

runtime_calls! { "rt_enter_leaf":
    rt_write_barrier => write_barrier_body;
    rt_bulk_barrier => bulk_barrier_body;
}

#[cfg(not(test))]
core::arch::global_asm!(
    r#"
    .p2align 4
    .globl rt_alloc
rt_alloc:
    .cfi_startproc
    push rdi
    .cfi_adjust_cfa_offset 8
    push rsi
    .cfi_adjust_cfa_offset 8
    push rdx
    .cfi_adjust_cfa_offset 8
    call {fast}
    test rax, rax
    jz 2f
    add rsp, 24
    .cfi_adjust_cfa_offset -24
    ret
    .cfi_adjust_cfa_offset 24
2:
    pop rdx
    .cfi_adjust_cfa_offset -8
    pop rsi
    .cfi_adjust_cfa_offset -8
    pop rdi
    .cfi_adjust_cfa_offset -8
    jmp rt_alloc_slow
    .cfi_endproc
    "#,
    fast = sym alloc_fast,
);

/// The leaf part of `rt_alloc`; 0 when the slow part is needed.
#[inline(never)]
extern "C" fn alloc_fast(size: usize, typ: *mut Type, flags: usize) -> usize {
    let Some(black) = super::fast_alloc() else { return 0 };
    // SAFETY: null or a descriptor, as Go code vouches.
    if size == 0 || unsafe { typ.as_ref() }.is_some_and(Type::is_masked_on_demand) {
        return 0;
    }
    // SAFETY: Go code runs, so this thread owns its P, and no safepoint comes before the return.
    let cache = unsafe { &mut (*current_p()).heap };
    cache.alloc_cached(size, typ, flags, black).unwrap_or(0)
}

/// The address of all objects without size.
static ZERO_SIZED: u64 = 0;

extern "C" fn alloc_body(size: usize, typ: *mut Type, flags: usize) -> usize {
    if size == 0 {
        return &raw const ZERO_SIZED as usize;
    }
    if size > 1 << 47 {
        os::out_of_memory(size);
    }
    driver::before_alloc();
    // SAFETY: a runtime call owns its P; the last safepoint is behind.
    let fresh = unsafe { (*current_p()).heap.alloc(size, typ, flags, super::marking()) };
    if fresh.sample != 0 {
        profile::sample(fresh.address, fresh.sample);
    }
    fresh.address
}

extern "C" fn gc_body() {
    driver::run();
}

extern "C" fn free_os_memory_body() {
    super::free_os_memory();
}

extern "C" fn gc_wait_cycle_body() {
    sched::park_with(WAIT_CYCLE, driver::wait_for_cycle);
}

extern "C" fn finalizer_next_body() -> Pair {
    loop {
        if let Some(due) = specials::next_due() {
            return Pair { first: due.closure, second: due.object };
        }
        sched::park_with(WAIT_FINALIZER, driver::wait_for_due);
    }
}

extern "C" fn finalizers_done_body() -> usize {
    usize::from(driver::all_run())
}

extern "C" fn set_finalizer_body(object: usize, closure: usize) -> usize {
    specials::set_finalizer(object, closure) as usize
}

extern "C" fn set_profile_rate_body(bytes: usize) {
    let world = sched::stop_world();
    sample::set_rate(bytes);
    // SAFETY: with the world stopped, all Ps are this thread's.
    sched::for_each_p(&world, |p| unsafe { (*p).heap.rate_changed() });
    sched::start_world(world);
}

extern "C" fn mem_profile_body(index: usize, out: *mut [usize; MEM_PROFILE]) -> usize {
    // SAFETY: the caller's memory, which does not move during the call.
    let (counts, frames) = unsafe { (*out).split_at_mut(3) };
    let Some((record, depth)) = profile::read(index, frames) else { return 0 };
    counts.copy_from_slice(&[record.size, record.allocated, record.freed]);
    depth + 1
}

extern "C" fn add_cleanup_body(object: usize, closure: usize) -> u64 {
    specials::add_cleanup(object, closure)
}

extern "C" fn stop_cleanup_body(number: u64) {
    specials::stop_cleanup(number);
}

extern "C" fn weak_register_body(pointer: usize) -> usize {
    if let Some(handle) = specials::weak_handle(pointer) {
        return handle;
    }
    // No collection may begin here: the pointer may be in nobody's frame any more. A handle has a block of its own.
    // SAFETY: a runtime call owns its P.
    let handle = unsafe { (*current_p()).heap.alloc(2 * classes::WORD, null_mut(), 0, super::marking()) };
    specials::set_weak_handle(pointer, handle.address)
}

extern "C" fn weak_strong_body(handle: usize) -> usize {
    let pointer = specials::strong(handle);
    if barrier::on() {
        // The object may have been reachable only weakly when marking began.
        // SAFETY: a runtime call owns its P.
        unsafe { (*current_p()).gc.record(pointer) };
    }
    pointer
}

extern "C" fn set_gc_percent_body(percent: i64) -> i64 {
    pacer::set_percent(percent)
}

extern "C" fn set_memory_limit_body(bytes: i64) -> i64 {
    pacer::set_limit(bytes)
}

extern "C" fn mem_stats_body(out: *mut [u64; MEM_STATS]) {
    let world = sched::stop_world();
    let mut counts = cache::Counts::new();
    // SAFETY: with the world stopped, all Ps are this thread's.
    sched::for_each_p(&world, |p| unsafe { counts.add(&(*p).heap.counts()) });
    let mut words = [0; MEM_STATS];
    stats::fill(counts, crate::stack::pool::sizes(), &mut words);
    // SAFETY: the caller gives memory for the words and keeps it alive; it does not move while the world is stopped.
    unsafe { *out = words };
    sched::start_world(world);
}

extern "C" fn write_barrier_body(slot: usize, _new: usize) {
    // SAFETY: Go code gives a slot it is about to write, and owns its P.
    unsafe { (*current_p()).gc.store(slot) };
}

extern "C" fn bulk_barrier_body(start: usize, bytes: usize) {
    // SAFETY: Go code gives memory it is about to write, and owns its P.
    unsafe { (*current_p()).gc.bulk(start, bytes) };
}

unsafe extern "C" {
    /// The leaf [`bulk_barrier_body`], called from a goroutine's stack.
    fn rt_bulk_barrier(start: usize, bytes: usize);
}

#[inline(always)]
unsafe fn move_words(dst: *mut u8, src: *const u8, bytes: usize) {
    if barrier::on() {
        // SAFETY: the caller's memory, as Go code vouches.
        unsafe { rt_bulk_barrier(dst as usize, bytes) };
    }
    // SAFETY: as above; memmove copies aligned words whole.
    unsafe { core::ptr::copy(src, dst, bytes) };
}

#[inline(always)]
unsafe fn clear_words(dst: *mut u8, bytes: usize) {
    if barrier::on() {
        // SAFETY: the caller's memory, as Go code vouches.
        unsafe { rt_bulk_barrier(dst as usize, bytes) };
    }
    // SAFETY: as above; memset clears aligned words whole.
    unsafe { core::ptr::write_bytes(dst, 0, bytes) };
}

/// # Safety
/// As `ingot_abi::functions` states; called by Go code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_memmove_ptrs(dst: *mut u8, src: *const u8, bytes: usize) {
    // SAFETY: the caller's promise.
    unsafe { move_words(dst, src, bytes) }
}

/// # Safety
/// As `ingot_abi::functions` states; called by Go code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_memclr_ptrs(dst: *mut u8, bytes: usize) {
    // SAFETY: the caller's promise.
    unsafe { clear_words(dst, bytes) }
}

/// # Safety
/// As `ingot_abi::functions` states; called by Go code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_typed_memmove(typ: *const Type, dst: *mut u8, src: *const u8) {
    // SAFETY: the caller's promise. A pointer-free type needs no barrier.
    unsafe {
        if (*typ).ptr_bytes == 0 { core::ptr::copy(src, dst, (*typ).size) } else { move_words(dst, src, (*typ).size) }
    }
}

/// # Safety
/// As `ingot_abi::functions` states; called by Go code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_typed_memclr(typ: *const Type, dst: *mut u8) {
    // SAFETY: the caller's promise. A pointer-free type needs no barrier.
    unsafe {
        if (*typ).ptr_bytes == 0 { core::ptr::write_bytes(dst, 0, (*typ).size) } else { clear_words(dst, (*typ).size) }
    }
}

extern "C" fn pointer_words_body(address: usize, out: *mut u8, n: usize) -> usize {
    let Some((span, index)) = heap::object_of(address) else { return 0 };
    let end = span.object(index) + span.size();
    let to = end.min(address + n * WORD);
    if to > address && !span.pointer_free() {
        // SAFETY: the caller's n bytes.
        types::for_each_object_pointer(span, index, address, to, &mut |slot| unsafe {
            *out.add((slot - address) / WORD) = 1;
        });
    }
    (end - address) / WORD
}

#[unsafe(no_mangle)]
pub extern "C" fn rt_is_heap_ptr(address: usize) -> usize {
    crate::heap::is_heap_ptr(address) as usize
}

#[unsafe(no_mangle)]
extern "C" fn rt_collections() -> usize {
    super::collections()
}
