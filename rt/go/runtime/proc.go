// Start, end and scheduling of goroutines, as programs and std see them.

package runtime

import (
	"internal/cpu"
	"internal/goarch"
	"internal/goos"
	"internal/runtime/exithook"
	"unsafe"
)

// GOOS and GOARCH are the target's names; Compiler names the toolchain that implements gc's language and library.
const (
	GOOS     string = goos.GOOS
	GOARCH   string = goarch.GOARCH
	Compiler        = "gc"
)

//go:linkname main_main main.main
func main_main()

// runtime_inittasks runs every package initialiser; the compiler makes it.
func runtime_inittasks()

// main is goroutine 1.
func main() {
	schedinit()
	rt_lock_os_thread() // initialisers run on the process's first thread, and may keep main there
	runtime_inittasks()
	rt_unlock_os_thread()
	main_main()
	rt_main_returned()
	awaitPanics()
	os_beforeExit(0)
	rt_exit(0)
}

// schedinit runs before any package variable is initialised by code.
func schedinit() {
	seedHashes()
	readArguments()
	readEnvironment()
	cpu.Initialize(gogetenv("GODEBUG"))
	exithook.Gosched = Gosched
	exithook.Goid = func() uint64 { return rt_goid() }
	exithook.Throw = throw
}

// Gosched lets other goroutines run.
func Gosched() { rt_gosched() }

// GOMAXPROCS sets how many threads run Go code at once and returns the old number; n < 1 only asks.
func GOMAXPROCS(n int) int { return rt_gomaxprocs(max(n, 0)) }

// SetDefaultGOMAXPROCS goes back to the number the process started with.
func SetDefaultGOMAXPROCS() { rt_gomaxprocs(rt_numcpu()) }

func NumCPU() int { return rt_numcpu() }

// goSystem starts a goroutine of the runtime's own.
func goSystem(loop func()) { rt_newproc_system(*(*unsafe.Pointer)(unsafe.Pointer(&loop))) }

// NumGoroutine is the number of goroutines that exist, without the runtime's own.
func NumGoroutine() int { return rt_numgoroutine() }

func NumCgoCall() int64 { return 0 }

// SetCgoTraceback records how to trace C code; there is none.
func SetCgoTraceback(version int, traceback, context, symbolizer unsafe.Pointer) {
	if version != 0 {
		panic("unsupported version")
	}
}

// Breakpoint stops the program for a debugger.
func Breakpoint() { rt_breakpoint() }

func LockOSThread()   { rt_lock_os_thread() }
func UnlockOSThread() { rt_unlock_os_thread() }

// KeepAlive keeps x reachable up to the call; the compiler makes an instruction of it.
//
//go:noinline
func KeepAlive(x any) {}

// Version is the Go version this runtime implements.
func Version() string { return buildVersion }

// buildVersion is the distribution's version, set by the compiler's driver.
var buildVersion = "go1.26"

// GOROOT is the environment's, or the distribution the program was built with.
func GOROOT() string {
	if root := gogetenv("GOROOT"); root != "" {
		return root
	}
	return defaultGOROOT
}

// defaultGOROOT is set by the compiler's driver, but for -trimpath.
var defaultGOROOT string

//go:linkname os_beforeExit os.runtime_beforeExit
func os_beforeExit(code int) { exithook.Run(code) }

//go:linkname syscall_Exit syscall.Exit
//go:nosplit
func syscall_Exit(code int) { rt_exit(code) }

//go:linkname sync_runtime_procPin sync.runtime_procPin
func sync_runtime_procPin() int { return rt_procpin() }

//go:linkname sync_runtime_procUnpin sync.runtime_procUnpin
func sync_runtime_procUnpin() { rt_procunpin() }

//go:linkname sync_atomic_runtime_procPin sync/atomic.runtime_procPin
func sync_atomic_runtime_procPin() int { return rt_procpin() }

//go:linkname sync_atomic_runtime_procUnpin sync/atomic.runtime_procUnpin
func sync_atomic_runtime_procUnpin() { rt_procunpin() }

//go:linkname internal_sync_runtime_canSpin internal/sync.runtime_canSpin
func internal_sync_runtime_canSpin(i int) bool { return rt_can_spin(i) != 0 }

//go:linkname internal_sync_runtime_doSpin internal/sync.runtime_doSpin
func internal_sync_runtime_doSpin() { rt_do_spin() }

//go:linkname internal_sync_nanotime internal/sync.runtime_nanotime
func internal_sync_nanotime() int64 { return rt_nanotime() }

//go:linkname sync_throw sync.throw
func sync_throw(s string) { throw(s) }

//go:linkname sync_fatal sync.fatal
func sync_fatal(s string) { fatal(s) }

//go:linkname internal_sync_throw internal/sync.throw
func internal_sync_throw(s string) { throw(s) }

//go:linkname internal_sync_fatal internal/sync.fatal
func internal_sync_fatal(s string) { fatal(s) }

//go:linkname rand
func rand() uint64 { return rt_rand() }

//go:linkname cheaprand
func cheaprand() uint32 { return uint32(rt_rand()) }

// cheaprandn is uniform below n, but for a bias no one can see.
func cheaprandn(n uint32) uint32 { return uint32(uint64(cheaprand()) * uint64(n) >> 32) }

//go:linkname randn
func randn(n uint32) uint32 { return cheaprandn(n) }

//go:linkname fips_fatal crypto/internal/fips140.fatal
func fips_fatal(s string) { fatal(s) }

//go:linkname sysrand_fatal crypto/internal/sysrand.fatal
func sysrand_fatal(s string) { fatal(s) }

//go:linkname rand_fatal crypto/rand.fatal
func rand_fatal(s string) { fatal(s) }
