// The goroutine's words, and short locks.
//
// gWords lies at the head of a G, outside the heap. Its pointers are roots; what points into the goroutine's stack is
// adjusted when the stack moves.

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

type gWords struct {
	deferframe *deferFrame // innermost active one, in the stack
	panic      *panicRecord
	labels     unsafe.Pointer // profiler labels, inherited
	bubble     *bubble        // synctest, inherited
	coro       *coro
	waiter     *waiter // spare
	_          [10]unsafe.Pointer
	faultAddr  uintptr // set by the fault handler before sigpanic
	inSyscall  uintptr // between entersyscall and exitsyscall
	syncGroup  uintptr
	fips       uintptr // see crypto.go
	fipsBypass uintptr

	// What debug.SetPanicOnFault set, and more that the fault handler sets.
	panicOnFault uintptr
	faultSignal  uintptr
	faultCode    uintptr
}

func getgw() *gWords { return (*gWords)(rt_g_words()) }

// lock takes a short lock: until unlock the goroutine is not preempted, and must neither allocate nor park.
func lock(l *uint32) {
	rt_procpin()
	for i := 0; !atomic.Cas(l, 0, 1); i++ {
		if i < 100 {
			rt_do_spin()
		} else {
			osyield()
		}
	}
}

func unlock(l *uint32) {
	atomic.StoreRel(l, 0)
	rt_procunpin()
}

func osyield() {
	var args [7]uintptr
	args[0] = sysSchedYield
	rt_rawsyscall((*[7]uintptr)(noescape(unsafe.Pointer(&args))))
}
