//! The `watch` switch of `INGOT_STRESS`: a thread that prints the state of every P, M and G to standard error when
//! nothing has been scheduled for a while, to find out why a program hangs.

use super::state::{self, ALL_GS, ALL_MS, PROCS, SCHED, SPINNING, STOPPING};
use super::{create, status};
use crate::{eprint, sys::time};
use core::sync::atomic::Ordering;

/// How often it looks, and after how many looks without news it prints.
const PERIOD: i64 = 1_000_000_000;
const PATIENCE: u32 = 10;

/// Starts the thread, if the switch is on.
pub fn start() {
    if crate::stress::watch() {
        // SAFETY: a thread without a P.
        unsafe { create::new_m(core::ptr::null_mut(), false, Some(run)) };
    }
}

extern "C" fn run() -> ! {
    let mut last = 0;
    let mut quiet = 0;
    loop {
        time::sleep(PERIOD);
        let now = progress();
        quiet = if now == last { quiet + 1 } else { 0 };
        last = now;
        if quiet == PATIENCE {
            print_state();
        }
    }
}

/// Goes up whenever a goroutine is switched to or passes a safepoint under stress.
fn progress() -> usize {
    // SAFETY: Ps are never freed.
    let started: usize = state::active_ps().map(|p| unsafe { (*p).run_tick.load(Ordering::Relaxed) }).sum();
    started + crate::stress::checks() as usize
}

/// Everything is read without stopping anybody, so what runs may be seen in the middle of a change.
fn print_state() {
    {
        // Without waiting: its holder may be what hangs.
        let sched = SCHED.try_lock();
        eprint!("watch: procs={} idle={}", PROCS.load(Ordering::SeqCst), state::IDLE_PS.load(Ordering::SeqCst));
        eprint!(" spinning={} stopping={}", SPINNING.load(Ordering::SeqCst), STOPPING.load(Ordering::SeqCst));
        eprint!(" polling={}", state::POLLING.load(Ordering::SeqCst));
        eprint!(" timer={:?} now={}", crate::timer::next(), time::nanotime());
        match &sched {
            None => eprint!(" locked\n"),
            Some(s) => {
                eprint!(" queue={} ms={} idle_ms={}", s.queue.len(), s.ms, s.idle_m_count);
                eprint!(" idle_locked={} system_ms={}\n", s.idle_locked, s.system_ms);
            }
        }
    }
    // SAFETY: Ps, Ms and Gs are never freed.
    unsafe {
        for p in state::active_ps() {
            let m = (&raw const (*p).m).read_volatile();
            let m = if m.is_null() { -1 } else { (*m).id as isize };
            eprint!("  P{} status={} m={m}", (*p).id, (*p).status.load(Ordering::SeqCst));
            eprint!(" queue={} preempt={}\n", (*p).queue.len(), (*p).preempt.load(Ordering::SeqCst));
        }
        let mut m = ALL_MS.load(Ordering::Acquire);
        while !m.is_null() {
            let (p, g) = ((&raw const (*m).p).read_volatile(), (&raw const (*m).current).read_volatile());
            let p = if p.is_null() { -1 } else { (*p).id as isize };
            let g = if g.is_null() { 0 } else { (*g).id };
            eprint!("  M{} tid={} p={p} g={g}", (*m).id, (*m).tid.load(Ordering::Relaxed));
            eprint!(" spinning={} locks={}\n", (*m).spinning, (*m).locks.load(Ordering::Relaxed));
            m = (*m).next_all;
        }
        for &g in ALL_GS.lock().iter() {
            let state = (*g).status.load(Ordering::SeqCst);
            if state != status::IDLE && state != status::DEAD {
                let reason = (*g).wait_reason.load(Ordering::Relaxed) as usize;
                let reason = ingot_abi::functions::WAIT_REASONS.get(reason).copied().unwrap_or_default();
                eprint!("  G{} status={state} system={} {reason}\n", (*g).id, (*g).system);
            }
        }
    }
}
