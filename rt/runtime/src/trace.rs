//! Who called whom: return addresses, positions, tracebacks.

use crate::print::Stderr;
use crate::sched::{G, current_g, status};
use crate::stack::walk::{self, Frames};
use crate::tables;
use crate::{eprint, runtime_calls};
use core::fmt::Write;
use core::sync::atomic::{AtomicU32, Ordering};
use ingot_abi::functions::{FrameInfo, WAIT_REASONS};
use ingot_abi::tables::{FUNC_WRAPPER, Function, Line, NONE, Site};

/// GOTRACEBACK as for gc: 0 none, 1 single, 2 all, 3 system, 4 crash.
static LEVEL: AtomicU32 = AtomicU32::new(1);

pub fn set_level(level: u32) {
    LEVEL.store(level, Ordering::Relaxed);
}

runtime_calls! { "rt_enter":
    rt_callers => callers_body;
    rt_g_callers => g_callers_body;
    rt_traceback => traceback_body;
}

runtime_calls! { "rt_enter_leaf":
    rt_pc_info => pc_info_body;
    rt_g_info => g_info_body;
}

unsafe fn fill(frames: Frames, skip: usize, out: *mut usize, max: usize) -> usize {
    let mut count = 0;
    // The runtime's own frames are not the program's.
    for frame in frames.filter(|f| f.special.is_none()).skip(skip).take(max) {
        // SAFETY: the caller gave room for `max`.
        unsafe { out.add(count).write(frame.pc) };
        count += 1;
    }
    count
}

extern "C" fn callers_body(skip: usize, out: *mut usize, max: usize) -> usize {
    // SAFETY: the running G's context is saved by this call.
    unsafe { fill(walk::frames(current_g()), skip, out, max) }
}

extern "C" fn g_callers_body(index: usize, out: *mut usize, max: usize) -> usize {
    let g = crate::sched::calls::g_at(index);
    if g.is_null() {
        return 0;
    }
    // SAFETY: a G that neither runs nor can start to (the world is stopped, or the process dies) has a saved context.
    unsafe {
        let s = (*g).status.load(Ordering::Acquire);
        if g != current_g() && s != status::RUNNABLE && s != status::WAITING && s != status::SYSCALL {
            return 0;
        }
        if (*g).start != 0 && max > 0 {
            // Not started: its first function.
            out.write((*g).start_pc + 1);
            return 1;
        }
        fill(walk::frames(g), 0, out, max)
    }
}

/// Which of the Go half's words of a G are the profiler's labels.
pub const LABELS: usize = 2;

/// `out` as in `functions::FUNCTIONS`.
extern "C" fn g_info_body(index: isize, out: *mut [i64; 7]) -> usize {
    let g = usize::try_from(index).map_or_else(|_| current_g(), crate::sched::calls::g_at);
    if g.is_null() {
        return 0;
    }
    // SAFETY: Gs are never freed; the caller gave room.
    unsafe {
        let mut s = (*g).status.load(Ordering::Acquire);
        if (*g).system {
            s = status::IDLE;
        }
        let since = (*g).wait_since.load(Ordering::Relaxed);
        let waited = if s == status::WAITING && since != 0 { crate::sys::time::nanotime() - since } else { 0 };
        let reason = (*g).wait_reason.load(Ordering::Relaxed) as i64;
        let labels = (*g).words.pointers[LABELS] as i64;
        *out = [(*g).id as i64, s as i64, reason, waited, (*g).go_pc as i64, (*g).parent as i64, labels];
    }
    1
}

/// A logical frame: where, and in which function.
struct Logical {
    name: &'static [u8],
    file: &'static [u8],
    line: u32,
    /// Of the physical function, or of the inlined one where it has one.
    function: &'static Function,
    outermost: bool,
}

/// The lines of the inline chain at an address: `site` says where, if it is a call's.
fn logical(pc: usize, depth: usize) -> Option<Logical> {
    let tables = tables::get();
    let function = tables.function(pc)?;
    let site: Option<&Site> = tables.site(pc + 1).or_else(|| {
        tables.site_near(pc).filter(|s| {
            let at = s.pc.wrapping_sub(function.entry);
            at <= function.size
        })
    });
    let mut line: Option<&Line> = site.and_then(|s| tables.line(s.line));
    if line.is_none() {
        let text = tables.string(function.name);
        let file = tables.string(function.file);
        return (depth == 0).then_some(Logical {
            name: text,
            file,
            line: function.start_line,
            function,
            outermost: true,
        });
    }
    // An entry address stands for the function itself.
    let at_entry = pc as u64 == tables.text_start as u64 + u64::from(function.entry);
    if at_entry {
        let outer = Logical {
            name: tables.string(function.name),
            file: tables.string(function.file),
            line: function.start_line,
            function,
            outermost: true,
        };
        return (depth == 0).then_some(outer);
    }
    for _ in 0..depth {
        line = tables.line(line?.inlined_at);
    }
    let line = line?;
    Some(Logical {
        name: tables.string(line.func),
        file: tables.string(line.file),
        line: line.line,
        function,
        outermost: line.inlined_at == NONE,
    })
}

extern "C" fn pc_info_body(pc: usize, depth: usize, out: *mut FrameInfo) -> usize {
    let Some(frame) = logical(pc, depth) else { return 0 };
    let flags = if frame.outermost { frame.function.flags } else { 0 };
    // SAFETY: the caller gave room.
    unsafe {
        *out = FrameInfo {
            func: frame.name.as_ptr(),
            func_len: frame.name.len(),
            file: frame.file.as_ptr(),
            file_len: frame.file.len(),
            line: frame.line as usize,
            entry: tables::get().text_start + frame.function.entry as usize,
            start_line: frame.function.start_line as usize,
            flags: flags as usize,
        };
    }
    1
}

/// Whether a traceback shows a frame, at the level of `GOTRACEBACK`: a wrapper only where it panics itself.
fn shown(frame: &Logical, panics: bool) -> bool {
    if LEVEL.load(Ordering::Relaxed) >= 3 {
        return true;
    }
    let wrapper =
        if frame.outermost { frame.function.flags & FUNC_WRAPPER != 0 } else { frame.file == b"<autogenerated>" };
    if wrapper && !(panics && frame.outermost) {
        return false;
    }
    let Some(rest) = frame.name.strip_prefix(b"runtime.") else { return true };
    rest.first().is_some_and(u8::is_ascii_uppercase) && !rest.contains(&b'.')
}

/// What a function calls where it panics.
const PANICS: [&[u8]; 4] = [b"runtime.gopanic", b"runtime.sigpanic", b"runtime.panicwrap", b"runtime.panicmem"];

const FRAMES_MAX: usize = 100;

fn print_frames(err: &mut Stderr, pcs: impl Iterator<Item = usize>) {
    let (mut count, mut panics) = (0, false);
    for pc in pcs {
        for depth in 0.. {
            let Some(frame) = logical(pc - 1, depth) else { break };
            let shown = shown(&frame, panics);
            panics = PANICS.contains(&frame.name);
            if !shown {
                continue;
            }
            if count == FRAMES_MAX {
                err.bytes(b"...additional frames elided...\n");
                return;
            }
            count += 1;
            err.bytes(frame.name);
            err.bytes(if frame.name == b"main.main" { b"()\n\t" } else { b"(...)\n\t" });
            err.bytes(frame.file);
            let entry = tables::get().text_start + frame.function.entry as usize;
            let _ = write!(err, ":{}", frame.line);
            if frame.outermost {
                let _ = write!(err, " +{:#x}", pc - entry);
            }
            err.bytes(b"\n");
        }
    }
}

/// What gc writes between the brackets of a goroutine's header.
fn status_text(g: *const G) -> &'static str {
    // SAFETY: Gs are never freed.
    unsafe {
        match (*g).status.load(Ordering::Acquire) {
            status::RUNNABLE => "runnable",
            status::RUNNING => "running",
            status::SYSCALL => "syscall",
            status::WAITING => {
                let reason = (*g).wait_reason.load(Ordering::Relaxed) as usize;
                WAIT_REASONS.get(reason).filter(|r| !r.is_empty()).copied().unwrap_or("waiting")
            }
            _ => "idle",
        }
    }
}

unsafe fn print_header(err: &mut Stderr, g: *const G) {
    // SAFETY: Gs are never freed.
    unsafe {
        let since = (*g).wait_since.load(Ordering::Relaxed);
        let minutes = if since == 0 { 0 } else { (crate::sys::time::nanotime() - since) / 60_000_000_000 };
        let _ = write!(err, "goroutine {} [{}", (*g).id, status_text(g));
        if minutes >= 1 && (*g).status.load(Ordering::Relaxed) == status::WAITING {
            let _ = write!(err, ", {minutes} minutes");
        }
        err.bytes(b"]:\n");
    }
}

/// Prints a goroutine whose context is saved.
///
/// # Safety
/// Nobody runs it meanwhile.
pub unsafe fn print_goroutine(g: *mut G) {
    let mut err = Stderr::new();
    // SAFETY: the caller's promise.
    unsafe {
        print_header(&mut err, g);
        if (*g).start != 0 {
            print_frames(&mut err, core::iter::once((*g).start_pc + 1));
        } else {
            print_frames(&mut err, walk::frames(g).map(|f| f.pc));
        }
        if (*g).go_pc != 0
            && let Some(frame) = logical((*g).go_pc - 1, 0)
        {
            err.bytes(b"created by ");
            err.bytes(frame.name);
            let _ = write!(err, " in goroutine {}\n\t", (*g).parent);
            err.bytes(frame.file);
            let _ = write!(err, ":{}", frame.line);
            if frame.outermost {
                let entry = tables::get().text_start + frame.function.entry as usize;
                let _ = write!(err, " +{:#x}", (*g).go_pc - entry);
            }
            err.bytes(b"\n");
        }
    }
}

/// Prints a goroutine that was interrupted at `pc`, on its own stack.
///
/// # Safety
/// On its thread, in a signal handler.
pub unsafe fn print_from(g: *mut G, sp: usize, pc: usize) {
    let mut err = Stderr::new();
    // SAFETY: the goroutine does not go on.
    unsafe {
        print_header(&mut err, g);
        let (lo, hi) = ((*g).stack.lo, (*g).stack.hi);
        let outer = walk::from(sp, pc, lo, hi).skip(1).map(|f| f.pc);
        print_frames(&mut err, core::iter::once(pc + 1).chain(outer));
    }
}

/// Prints every goroutine of the program but one, as far as `GOTRACEBACK` asks.
///
/// # Safety
/// The process dies, or the world is stopped.
pub unsafe fn print_all(but: *mut G) {
    if LEVEL.load(Ordering::Relaxed) == 0 {
        return;
    }
    for index in 0.. {
        let g = crate::sched::calls::g_at(index);
        if g.is_null() {
            return;
        }
        // SAFETY: Gs are never freed; of a running one only the header is printed.
        unsafe {
            let s = (*g).status.load(Ordering::Acquire);
            if g == but || s == status::IDLE || s == status::DEAD {
                continue;
            }
            if (*g).system && LEVEL.load(Ordering::Relaxed) < 3 {
                continue;
            }
            eprint!("\n");
            if s == status::RUNNING {
                print_header(&mut Stderr::new(), g);
                eprint!("\tgoroutine running on other thread; stack unavailable\n");
            } else {
                print_goroutine(g);
            }
        }
    }
}

extern "C" fn traceback_body(all: usize) {
    let g = current_g();
    // SAFETY: the running G's context is saved by this call.
    unsafe {
        print_goroutine(g);
        if all != 0 {
            print_all(g);
        }
    }
}
