// System calls and the hooks of packages syscall and os.

package runtime

import (
	_ "internal/runtime/syscall/linux" // calls back into syscall6
	"unsafe"
)

const (
	sysSchedYield = 24
	sysFcntl      = 72
)

//go:linkname entersyscall
func entersyscall() { getgw().inSyscall = 1 }

//go:linkname exitsyscall
func exitsyscall() { getgw().inSyscall = 0 }

// syscall6 is what internal/runtime/syscall/linux.Syscall6 runs: between entersyscall and exitsyscall the call may block, and
// the processor is handed to another thread meanwhile.
//
//go:linkname syscall6 internal/runtime/syscall/linux.Syscall6
//go:uintptrkeepalive
func syscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr) {
	args := [7]uintptr{num, a1, a2, a3, a4, a5, a6}
	p := (*[7]uintptr)(noescape(unsafe.Pointer(&args)))
	if getgw().inSyscall != 0 {
		r1, r2 = rt_syscall(p)
	} else {
		r1, r2 = rt_rawsyscall(p)
	}
	if r1 > ^uintptr(4095) {
		return ^uintptr(0), 0, -r1
	}
	return r1, r2, 0
}

// syscall_rawSyscallNoError is for calls that cannot fail.
//
//go:linkname syscall_rawSyscallNoError syscall.rawSyscallNoError
func syscall_rawSyscallNoError(num, a1, a2, a3 uintptr) (r1, r2 uintptr) {
	args := [7]uintptr{num, a1, a2, a3}
	return rt_rawsyscall((*[7]uintptr)(noescape(unsafe.Pointer(&args))))
}

//go:linkname syscall_gettimeofday syscall.gettimeofday
func syscall_gettimeofday(tv *[2]int64) (errno uintptr) {
	sec, nsec := rt_walltime()
	*tv = [2]int64{sec, nsec / 1000}
	return 0
}

//go:linkname fcntl
func fcntl(fd, cmd, arg int32) (ret int32, errno int32) {
	r, _, e := syscall6(sysFcntl, uintptr(fd), uintptr(cmd), uintptr(arg), 0, 0, 0)
	if e != 0 {
		return -1, int32(e)
	}
	return int32(r), 0
}

// write is pulled by internal/godebug.
//
//go:linkname write
func write(fd uintptr, p unsafe.Pointer, n int32) int32 { return int32(rt_write(fd, p, uintptr(n))) }

//go:linkname vgetrandom
func vgetrandom(p []byte, flags uint32) (ret int, supported bool) { return -1, false }

//go:linkname syscall_Getpagesize syscall.Getpagesize
func syscall_Getpagesize() int {
	const atPagesz = 6
	auxv := getAuxv()
	for i := 0; i < len(auxv); i += 2 {
		if auxv[i] == atPagesz {
			return int(auxv[i+1])
		}
	}
	return 4096
}

//go:linkname syscall_runtime_BeforeFork syscall.runtime_BeforeFork
func syscall_runtime_BeforeFork() { rt_before_fork() }

//go:linkname syscall_runtime_AfterFork syscall.runtime_AfterFork
func syscall_runtime_AfterFork() { rt_after_fork() }

//go:linkname syscall_runtime_AfterForkInChild syscall.runtime_AfterForkInChild
func syscall_runtime_AfterForkInChild() { rt_after_fork_in_child() }

//go:linkname syscall_runtime_BeforeExec syscall.runtime_BeforeExec
func syscall_runtime_BeforeExec() { rt_stop_world() }

//go:linkname syscall_runtime_AfterExec syscall.runtime_AfterExec
func syscall_runtime_AfterExec() { rt_start_world() }

// syscall_cgocaller is only called in binaries with cgo.
//
//go:linkname syscall_cgocaller syscall.cgocaller
func syscall_cgocaller(fn unsafe.Pointer, args ...uintptr) uintptr {
	throw("syscall.cgocaller without cgo")
	return 0
}

//go:linkname os_sigpipe os.sigpipe
func os_sigpipe() {
	const sigpipe = 13
	rt_signal_disable(sigpipe)
	args := [7]uintptr{sysKill, uintptr(getpid()), sigpipe}
	rt_rawsyscall((*[7]uintptr)(noescape(unsafe.Pointer(&args))))
	rt_exit(2)
}

const (
	sysGetpid = 39
	sysKill   = 62
)

func getpid() int {
	args := [7]uintptr{sysGetpid}
	pid, _ := rt_rawsyscall((*[7]uintptr)(noescape(unsafe.Pointer(&args))))
	return int(pid)
}

const sigsys = 31

//go:linkname os_ignoreSIGSYS os.ignoreSIGSYS
func os_ignoreSIGSYS() { rt_signal_ignore(sigsys) }

//go:linkname os_restoreSIGSYS os.restoreSIGSYS
func os_restoreSIGSYS() { rt_signal_disable(sigsys) }

// Signals of package os/signal.

//go:linkname signal_recv os/signal.signal_recv
func signal_recv() uint32 { return uint32(rt_signal_next()) }

//go:linkname signal_enable os/signal.signal_enable
func signal_enable(s uint32) { rt_signal_enable(s) }

//go:linkname signal_disable os/signal.signal_disable
func signal_disable(s uint32) { rt_signal_disable(s) }

//go:linkname signal_ignore os/signal.signal_ignore
func signal_ignore(s uint32) { rt_signal_ignore(s) }

//go:linkname signal_ignored os/signal.signal_ignored
func signal_ignored(s uint32) bool { return rt_signal_ignored(s) != 0 }

//go:linkname signalWaitUntilIdle os/signal.signalWaitUntilIdle
func signalWaitUntilIdle() { rt_gosched() }
