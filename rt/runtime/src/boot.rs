//! From the process's entry to `runtime.main` on goroutine 1.

use crate::sched::{self, create, run, state};
use crate::{process, sys};
use core::sync::atomic::Ordering;

unsafe extern "C" {
    #[link_name = "runtime.main"]
    fn go_main();
}

/// Called by `_start` with the kernel's stack pointer.
#[unsafe(no_mangle)]
extern "C" fn rt_boot(stack: *const usize) -> ! {
    // SAFETY: the first code of the process, alone.
    unsafe {
        process::init(stack);
        // What is below here on the kernel's stack is this thread's system stack.
        let top = &raw const stack as usize - 256;
        let m = create::first_m(top);
        crate::tables::init();
        if let Some(vdso) = process::auxiliary(33) {
            sys::vdso::init(vdso);
        }
        if let Some(text) = process::environment(b"INGOT_STRESS") {
            crate::stress::init(text);
        }
        if let Some(text) = process::environment(b"GOTRACEBACK") {
            crate::trace::set_level(match text.to_bytes() {
                b"none" | b"0" => 0,
                b"all" | b"1" => 2,
                b"system" | b"2" => 3,
                b"crash" => 4,
                _ => 1,
            });
        }
        crate::gc::start();
        crate::signal::init();
        create::init_thread();
        let procs = process::environment(b"GOMAXPROCS").and_then(process::parse_number).unwrap_or_else(process::cpus);
        create::make_ps(procs.min(state::MAX_PROCS));
        let mut first = core::ptr::null_mut();
        {
            let mut sched = state::SCHED.lock();
            for i in (0..state::PROCS.load(Ordering::Relaxed)).rev() {
                let p = state::ALL_PS[i].load(Ordering::Relaxed);
                if i == 0 {
                    first = p;
                } else {
                    sched.put_idle_p(p);
                }
            }
        }
        run::own_p(m, first);
        let g = create::new_g(go_main as *const () as usize, 0, false);
        sched::park::make_runnable(g, true);
        create::new_m(core::ptr::null_mut(), false, Some(sched::monitor::run));
        sched::watch::start();
        run::schedule()
    }
}
