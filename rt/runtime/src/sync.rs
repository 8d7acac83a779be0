//! Locks of the runtime. They block the thread, so they are held for short, and only by code on a system stack or by
//! bounded leaves that cannot be stopped while they hold one.

use crate::sys::thread;
use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicU32, Ordering};

/// A futex lock without data. 0 free, 1 held, 2 held with sleepers.
pub struct RawMutex(AtomicU32);

impl RawMutex {
    pub const fn new() -> RawMutex {
        RawMutex(AtomicU32::new(0))
    }

    pub fn try_lock(&self) -> bool {
        self.0.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    pub fn lock(&self) {
        if !self.try_lock() {
            self.lock_slow();
        }
    }

    #[cold]
    fn lock_slow(&self) {
        for _ in 0..100 {
            if self.0.load(Ordering::Relaxed) == 0 && self.try_lock() {
                return;
            }
            core::hint::spin_loop();
        }
        while self.0.swap(2, Ordering::Acquire) != 0 {
            thread::futex_wait(&self.0, 2, -1);
        }
    }

    /// # Safety
    /// The caller holds the lock.
    pub unsafe fn unlock(&self) {
        if self.0.swap(0, Ordering::Release) == 2 {
            thread::futex_wake(&self.0, 1);
        }
    }
}

impl Default for RawMutex {
    fn default() -> RawMutex {
        RawMutex::new()
    }
}

/// Data behind a [`RawMutex`].
pub struct Mutex<T> {
    raw: RawMutex,
    data: UnsafeCell<T>,
}

// SAFETY: the lock gives exclusive access; runtime data holds raw pointers that any thread may use under it.
unsafe impl<T> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    pub const fn new(data: T) -> Mutex<T> {
        Mutex { raw: RawMutex::new(), data: UnsafeCell::new(data) }
    }

    pub fn lock(&self) -> Guard<'_, T> {
        self.raw.lock();
        Guard { mutex: self }
    }

    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        // Not `then_some`: a guard made in vain would unlock what another thread holds.
        self.raw.try_lock().then(|| Guard { mutex: self })
    }

    /// The data without the lock.
    ///
    /// # Safety
    /// Nobody else can touch it: the world is stopped and no other thread of the runtime uses it, or the process dies.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn get_unlocked(&self) -> &mut T {
        // SAFETY: the caller vouches for exclusive access.
        unsafe { &mut *self.data.get() }
    }
}

pub struct Guard<'a, T> {
    mutex: &'a Mutex<T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        unsafe { &*self.mutex.data.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held.
        unsafe { &mut *self.mutex.data.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the guard holds the lock.
        unsafe { self.mutex.raw.unlock() }
    }
}

/// A one-shot event one thread sleeps on: [`Note::wait`] returns once [`Note::wake`] has been called since the last
/// [`Note::clear`].
pub struct Note(AtomicU32);

impl Note {
    pub const fn new() -> Note {
        Note(AtomicU32::new(0))
    }

    pub fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    pub fn wake(&self) {
        self.0.store(1, Ordering::Release);
        thread::futex_wake(&self.0, 1);
    }

    pub fn wait(&self) {
        while self.0.load(Ordering::Acquire) == 0 {
            thread::futex_wait(&self.0, 0, -1);
        }
    }

    /// Waits at most `ns`; reports whether it was woken.
    pub fn wait_for(&self, ns: i64) -> bool {
        if self.0.load(Ordering::Acquire) == 0 {
            thread::futex_wait(&self.0, 0, ns);
        }
        self.0.load(Ordering::Acquire) != 0
    }
}

impl Default for Note {
    fn default() -> Note {
        Note::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn excludes() {
        let counter = Arc::new(Mutex::new(0u64));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let counter = counter.clone();
                std::thread::spawn(move || (0..10_000).for_each(|_| *counter.lock() += 1))
            })
            .collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
        assert_eq!(*counter.lock(), 40_000);
    }

    #[test]
    fn a_failed_try_leaves_the_lock_held() {
        let mutex = Mutex::new(());
        let held = mutex.lock();
        assert!(mutex.try_lock().is_none());
        assert!(mutex.try_lock().is_none());
        drop(held);
        assert!(mutex.try_lock().is_some());
    }

    #[test]
    fn note_wakes() {
        let note = Arc::new(Note::new());
        let other = note.clone();
        let t = std::thread::spawn(move || other.wait());
        note.wake();
        t.join().unwrap();
        assert!(note.wait_for(0));
        note.clear();
        assert!(!note.wait_for(1000));
    }
}
