// The Rust half, as Go declares it.
//
// Every function here is bodyless and named rt_*: it is the Rust symbol of the same name, described in
// rt/abi/src/functions.rs. The letter in a comment is the kind of call: L leaf (no safepoint), S system stack, P may
// park, N never returns.

package runtime

import "unsafe"

// Memory.
func rt_alloc(size uintptr, typ *_type, flags uintptr) unsafe.Pointer // S: flags 1: may stay unzeroed
func rt_memclr(p unsafe.Pointer, n uintptr)                           // L
func rt_memclr_ptrs(p unsafe.Pointer, n uintptr)                      // L
func rt_memmove(dst, src unsafe.Pointer, n uintptr)                   // L
func rt_memmove_ptrs(dst, src unsafe.Pointer, n uintptr)              // L
func rt_memequal(p, q unsafe.Pointer, n uintptr) uintptr              // L
func rt_is_heap_ptr(p unsafe.Pointer) uintptr                         // L
func rt_pointer_words(p unsafe.Pointer, out *byte, n uintptr) uintptr // S

// Process.
func rt_write(fd uintptr, p unsafe.Pointer, n uintptr) int // L
func rt_exit(code int)                                     // N
func rt_args() (argc int, argv unsafe.Pointer)             // L
func rt_auxv() unsafe.Pointer                              // L
func rt_breakpoint()                                       // L
func rt_rand() uint64                                      // L
func rt_nanotime() int64                                   // S
func rt_walltime() (sec, nsec int64)                       // S
func rt_rawsyscall(args *[7]uintptr) (r1, r2 uintptr)      // L
func rt_syscall(args *[7]uintptr) (r1, r2 uintptr)         // P
func rt_before_fork()
func rt_after_fork()
func rt_after_fork_in_child()

// Goroutines. rt_park returns at once if a rt_ready came before it.
func rt_g_words() unsafe.Pointer          // L: *gWords
func rt_getg() uintptr                    // L
func rt_goid() uint64                     // L
func rt_newproc(fn unsafe.Pointer)        // S
func rt_newproc_system(fn unsafe.Pointer) // S
func rt_gosched()                         // P
func rt_goexit()                          // N
func rt_park(reason uintptr)              // P
func rt_ready(g uintptr)                  // S
func rt_coroswitch(g, reason uintptr)     // P
func rt_sleep(ns int64)                   // P
func rt_recover_to(df unsafe.Pointer)
func rt_numgoroutine() int
func rt_numcpu() int
func rt_gomaxprocs(n int) int
func rt_lock_os_thread()
func rt_main_returned() // L: the stress switches let the program end
func rt_unlock_os_thread()
func rt_procpin() int // L: nests
func rt_procunpin()   // L
func rt_can_spin(i int) uintptr
func rt_do_spin()
func rt_stop_world()
func rt_start_world()
func rt_reflectcall(code uintptr, closure unsafe.Pointer, block *callBlock)

// Frames. skip 0 of rt_callers is the frame that calls it; pc of rt_pc_info is a return address − 1 or any address.
func rt_callers(skip int, pcs *uintptr, n int) int
func rt_pc_info(pc uintptr, depth int, out *frameInfo) uintptr
func rt_g_callers(index int, pcs *uintptr, n int) int
func rt_g_info(index int, out *gInfo) uintptr

// Descriptors of unnamed types: see reflect_typelinks.
func rt_typelinks(out **int32) int // L

type frameInfo struct {
	fn        *byte
	fnLen     int
	file      *byte
	fileLen   int
	line      uintptr
	entry     uintptr // of the physical function
	startLine uintptr
	flags     uintptr // bit 0 wrapper
}

func (f *frameInfo) name() string     { return unsafe.String(f.fn, f.fnLen) }
func (f *frameInfo) filename() string { return unsafe.String(f.file, f.fileLen) }

type gInfo struct {
	id     int64
	status int64 // 0 idle, 1 runnable, 2 running, 3 system call, 4 waiting, 5 dead
	reason int64
	waited int64 // nanoseconds
	goPC   uintptr
	parent int64
	labels unsafe.Pointer // the profiler's
}

// Timers: the object is known by its address; rt_timer_next gives the next that fired.
func rt_timer_start(t unsafe.Pointer, when int64) uintptr // 1: it was armed
func rt_timer_stop(t unsafe.Pointer) uintptr              // 1: it was armed
func rt_timer_next() unsafe.Pointer                       // P

// Collector.
func rt_gc()            // P
func rt_gc_wait_cycle() // P: the end of a cycle that rt_gc did not run
func rt_collections() int
func rt_free_os_memory()
func rt_set_gc_percent(p int) int
func rt_set_memory_limit(n int64) int64
func rt_set_max_stack(n int) int
func rt_cpu_profile_read(out *cpuSample) int
func rt_cpu_profile_start(hz int, system uintptr)
func rt_cpu_profile_stop()
func rt_cpu_profile_taken()
func rt_mem_stats(out *memWords)
func rt_mem_profile(i int, out *memBucket) uintptr
func rt_set_profile_rate(bytes int)
func rt_set_finalizer(obj, fn unsafe.Pointer) uintptr
func rt_add_cleanup(obj, fn unsafe.Pointer) uint64
func rt_stop_cleanup(id uint64)
func rt_finalizer_next() (fn, obj unsafe.Pointer)
func rt_finalizers_done() uintptr
func rt_weak_register(p unsafe.Pointer) unsafe.Pointer
func rt_weak_strong(h unsafe.Pointer) unsafe.Pointer

// Polling: modes are 'r' and 'w'; results 0 ok, 1 closing, 2 timeout, 3 not pollable.
func rt_poll_init()
func rt_poll_open(fd uintptr) (pd uintptr, errno int)
func rt_poll_close(pd uintptr)
func rt_poll_reset(pd uintptr, mode int) int
func rt_poll_wait(pd uintptr, mode int) int
func rt_poll_set_deadline(pd uintptr, d int64, mode int)
func rt_poll_unblock(pd uintptr)

// Signals.
func rt_signal_next() int
func rt_signal_enable(sig uint32)
func rt_signal_disable(sig uint32)
func rt_signal_ignore(sig uint32)
func rt_signal_ignored(sig uint32) uintptr

// Wait reasons: indices of the Rust half's texts.
const (
	waitNone = iota
	waitChanReceive
	waitChanSend
	waitChanReceiveNil
	waitChanSendNil
	waitSelect
	waitSelectNoCases
	waitSleep
	waitMutexLock
	waitRWMutexRLock
	waitRWMutexLock
	waitWaitGroup
	waitCond
	waitSemacquire
	waitIO
	waitFinalizer
	waitGC
	waitCoroutine
	waitSyscall
	waitRunnable
	waitTimer
	waitSignal
	waitStopWorld
	waitSynctestRun
	waitSynctestWait
)

var waitReasons = [...]string{
	"", "chan receive", "chan send", "chan receive (nil chan)", "chan send (nil chan)", "select",
	"select (no cases)", "sleep", "sync.Mutex.Lock", "sync.RWMutex.RLock", "sync.RWMutex.Lock",
	"sync.WaitGroup.Wait", "sync.Cond.Wait", "semacquire", "IO wait", "finalizer wait", "GC worker (idle)",
	"coroutine", "syscall", "runnable", "timer goroutine (idle)", "signal wait", "stopping the world", "synctest.Run",
	"synctest.Wait",
}
