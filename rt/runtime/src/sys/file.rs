//! Descriptors: write, read, close, epoll, eventfd.

use super::{c, syscall3, syscall4};

pub const EVENT_IN: u32 = c::EPOLLIN;
pub const EVENT_OUT: u32 = c::EPOLLOUT;
pub const EVENT_ERR: u32 = c::EPOLLERR;
pub const EVENT_HUP: u32 = c::EPOLLHUP;
pub const EVENT_RDHUP: u32 = c::EPOLLRDHUP;
pub const EVENT_EDGE: u32 = c::EPOLLET;

/// The kernel's `epoll_event`, packed on amd64.
#[repr(C, packed)]
#[derive(Clone, Copy)]
pub struct EpollEvent {
    pub events: u32,
    pub data: u64,
}

pub fn write(fd: i32, bytes: &[u8]) -> isize {
    // SAFETY: the slice is readable for its length.
    unsafe { syscall3(c::__NR_write as usize, fd as usize, bytes.as_ptr() as usize, bytes.len()) }
}

/// Writes everything, or gives up at the first error that is not an interruption.
pub fn write_all(fd: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match write(fd, bytes) {
            n if n > 0 => bytes = &bytes[n as usize..],
            n if n == -super::EINTR || n == -super::EAGAIN => {}
            _ => return,
        }
    }
}

pub fn read(fd: i32, bytes: &mut [u8]) -> isize {
    // SAFETY: the slice is writable for its length.
    unsafe { syscall3(c::__NR_read as usize, fd as usize, bytes.as_mut_ptr() as usize, bytes.len()) }
}

/// Opens a NUL-terminated path for reading.
pub fn open_read(path: &core::ffi::CStr) -> isize {
    let flags = (c::O_RDONLY | c::O_CLOEXEC) as usize;
    // SAFETY: the path is NUL-terminated.
    unsafe { syscall4(c::__NR_openat as usize, c::AT_FDCWD as usize, path.as_ptr() as usize, flags, 0) }
}

pub fn close(fd: i32) {
    // SAFETY: no memory involved.
    unsafe { syscall3(c::__NR_close as usize, fd as usize, 0, 0) };
}

pub fn eventfd() -> isize {
    // SAFETY: no memory involved.
    unsafe { syscall3(c::__NR_eventfd2 as usize, 0, (c::O_CLOEXEC | c::O_NONBLOCK) as usize, 0) }
}

pub fn epoll_create() -> isize {
    // SAFETY: no memory involved.
    unsafe { syscall3(c::__NR_epoll_create1 as usize, c::O_CLOEXEC as usize, 0, 0) }
}

pub fn epoll_add(epoll: i32, fd: i32, mut event: EpollEvent) -> isize {
    let event = &raw mut event as usize;
    // SAFETY: the event lives during the call.
    unsafe { syscall4(c::__NR_epoll_ctl as usize, epoll as usize, c::EPOLL_CTL_ADD as usize, fd as usize, event) }
}

pub fn epoll_delete(epoll: i32, fd: i32) -> isize {
    let mut event = EpollEvent { events: 0, data: 0 };
    let event = &raw mut event as usize;
    // SAFETY: the event lives during the call.
    unsafe { syscall4(c::__NR_epoll_ctl as usize, epoll as usize, c::EPOLL_CTL_DEL as usize, fd as usize, event) }
}

/// Waits up to `timeout` milliseconds, −1 for ever.
pub fn epoll_wait(epoll: i32, events: &mut [EpollEvent], timeout: i32) -> isize {
    // SAFETY: the slice is writable for its length; no signal mask is given.
    unsafe {
        super::syscall6(
            c::__NR_epoll_pwait as usize,
            epoll as usize,
            events.as_mut_ptr() as usize,
            events.len(),
            timeout as usize,
            0,
            8,
        )
    }
}
