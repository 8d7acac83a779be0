// The collector as programs see it: statistics, finalizers, cleanups, weak pointers, settings.

package runtime

import (
	"internal/abi"
	"unsafe"
)

// memWords is what rt_mem_stats writes, in its order.
type memWords struct {
	heapAlloc, totalAlloc, sys, mallocs, frees, heapSys, heapIdle, heapInuse uint64
	heapReleased, heapObjects, stackInuse, stackSys, nextGC, lastGC          uint64
	pauseTotal, numGC, numForcedGC, gcSys, otherSys, lookups                 uint64
}

// A MemStats records statistics about the memory allocator.
type MemStats struct {
	Alloc         uint64
	TotalAlloc    uint64
	Sys           uint64
	Lookups       uint64
	Mallocs       uint64
	Frees         uint64
	HeapAlloc     uint64
	HeapSys       uint64
	HeapIdle      uint64
	HeapInuse     uint64
	HeapReleased  uint64
	HeapObjects   uint64
	StackInuse    uint64
	StackSys      uint64
	MSpanInuse    uint64
	MSpanSys      uint64
	MCacheInuse   uint64
	MCacheSys     uint64
	BuckHashSys   uint64
	GCSys         uint64
	OtherSys      uint64
	NextGC        uint64
	LastGC        uint64
	PauseTotalNs  uint64
	PauseNs       [256]uint64
	PauseEnd      [256]uint64
	NumGC         uint32
	NumForcedGC   uint32
	GCCPUFraction float64
	EnableGC      bool
	DebugGC       bool
	BySize        [61]struct {
		Size    uint32
		Mallocs uint64
		Frees   uint64
	}
}

// ReadMemStats fills m.
func ReadMemStats(m *MemStats) {
	var w memWords
	rt_mem_stats((*memWords)(noescape(unsafe.Pointer(&w))))
	*m = MemStats{
		Alloc: w.heapAlloc, TotalAlloc: w.totalAlloc, Sys: w.sys, Lookups: w.lookups, Mallocs: w.mallocs, Frees: w.frees,
		HeapAlloc: w.heapAlloc, HeapSys: w.heapSys, HeapIdle: w.heapIdle, HeapInuse: w.heapInuse,
		HeapReleased: w.heapReleased, HeapObjects: w.heapObjects, StackInuse: w.stackInuse, StackSys: w.stackSys,
		GCSys: w.gcSys, OtherSys: w.otherSys, NextGC: w.nextGC, LastGC: w.lastGC, PauseTotalNs: w.pauseTotal,
		NumGC: uint32(w.numGC), NumForcedGC: uint32(w.numForcedGC), EnableGC: true,
	}
}

// GC runs a full collection and returns when it is over.
func GC() {
	clearPools()
	rt_gc()
	// Programs expect finalizers to run soon after the collection that they asked for, also those of an earlier one
	// that nobody asked for. Each turn lets another goroutine run, here or, if it is slow, on another thread.
	for turns := 0; turns < 20 && !finalizersIdle(); turns++ {
		rt_gosched()
	}
}

var finalizers struct {
	lock    uint32
	started bool
}

// startFinalizers starts the goroutine that runs finalizers and cleanups.
func startFinalizers() {
	lock(&finalizers.lock)
	first := !finalizers.started
	finalizers.started = true
	unlock(&finalizers.lock)
	if first {
		goSystem(func() {
			for {
				fn, obj := rt_finalizer_next()
				runFinalizer(fn, obj)
			}
		})
	}
}

// finalizersRun waits, no longer than so many nanoseconds, until finalizersIdle; it reports whether that is so.
func finalizersRun(timeout int64) bool {
	start := rt_nanotime()
	for !finalizersIdle() {
		if rt_nanotime()-start >= timeout {
			return false
		}
		rt_gosched()
	}
	return true
}

// finalizersIdle reports whether no finalizer or cleanup is due or running.
func finalizersIdle() bool {
	lock(&finalizers.lock)
	started := finalizers.started
	unlock(&finalizers.lock)
	return !started || rt_finalizers_done() != 0
}

// std's tests wait with these.

//go:linkname blockUntilEmptyFinalizerQueue
func blockUntilEmptyFinalizerQueue(timeout int64) bool { return finalizersRun(timeout) }

//go:linkname unique_blockUntilEmptyCleanupQueue unique.runtime_blockUntilEmptyCleanupQueue
func unique_blockUntilEmptyCleanupQueue(timeout int64) bool { return finalizersRun(timeout) }

//go:linkname sync_test_blockUntilEmptyCleanupQueue sync_test.runtime_blockUntilEmptyCleanupQueue
func sync_test_blockUntilEmptyCleanupQueue(timeout int64) bool { return finalizersRun(timeout) }

// runFinalizer calls the closure; obj keeps the object alive until it is over.
func runFinalizer(fn, obj unsafe.Pointer) {
	(*(*func())(unsafe.Pointer(&fn)))()
	KeepAlive(obj)
}

// SetFinalizer has finalizer called with obj once obj is unreachable; nil removes it.
func SetFinalizer(obj any, finalizer any) {
	e := efaceOf(&obj)
	if e._type == nil {
		throw("runtime.SetFinalizer: first argument is nil")
	}
	if e._type.Kind() != abi.Pointer {
		throw("runtime.SetFinalizer: first argument is " + typeString(e._type) + ", not pointer")
	}
	if e.data == nil {
		throw("nil elem type!")
	}
	f := efaceOf(&finalizer)
	if f._type == nil {
		rt_set_finalizer(e.data, nil)
		return
	}
	if f._type.Kind() != abi.Func {
		throw("runtime.SetFinalizer: second argument is " + typeString(f._type) + ", not a function")
	}
	ft := (*functype)(unsafe.Pointer(f._type))
	if ft.IsVariadic() || ft.InCount != 1 {
		throw("runtime.SetFinalizer: cannot pass " + typeString(e._type) + " to finalizer " + typeString(f._type))
	}
	in := ft.In(0)
	var call func()
	code := f.data
	var scratch [2 * maxScalars]leaf
	inMemory := false
	for _, typ := range ft.OutSlice() {
		_, scalar := leaves(scratch[:0], typ, 0)
		inMemory = inMemory || !scalar
	}
	switch {
	case in == e._type, in.Kind() == abi.Pointer && in.Uncommon() == nil && (*ptrtype)(unsafe.Pointer(in)).Elem == (*ptrtype)(unsafe.Pointer(e._type)).Elem:
		// Results are dropped: a pointer argument is all that is passed, but for where results in memory go.
		if inMemory {
			call = finalizeFrame(ft, code, uintptr(e.data), 0)
			break
		}
		call = finalizePointer(*(*func(unsafe.Pointer))(unsafe.Pointer(&code)), e.data)
	case in.Kind() == abi.Interface:
		it := (*interfacetype)(unsafe.Pointer(in))
		if inMemory {
			word := unsafe.Pointer(e._type)
			if len(it.Methods) != 0 {
				word = unsafe.Pointer(assertE2I2(it, e._type))
			}
			if word != nil {
				call = finalizeFrame(ft, code, uintptr(word), uintptr(e.data))
			}
		} else if len(it.Methods) == 0 {
			call = finalizeAny(*(*func(any))(unsafe.Pointer(&code)), e._type, e.data)
		} else if tab := assertE2I2(it, e._type); tab != nil {
			call = finalizeIface(*(*func(iface))(unsafe.Pointer(&code)), tab, e.data)
		}
	}
	if call == nil {
		throw("runtime.SetFinalizer: cannot pass " + typeString(e._type) + " to finalizer " + typeString(f._type))
	}
	startFinalizers()
	switch rt_set_finalizer(e.data, *(*unsafe.Pointer)(unsafe.Pointer(&call))) {
	case 0:
		if rt_is_heap_ptr(e.data) != 0 {
			throw("runtime.SetFinalizer: pointer not at beginning of allocated block")
		}
	case 2:
		throw("runtime.SetFinalizer: finalizer already set")
	}
}

// The closures hold the object's address hidden, since the collector must not find it there; the Rust half keeps the object until the
// closure has run.
func finalizePointer(f func(unsafe.Pointer), p unsafe.Pointer) func() {
	hidden := uintptr(p)
	return func() { f(unsafe.Pointer(hidden)) }
}

func finalizeAny(f func(any), t *_type, p unsafe.Pointer) func() {
	hidden := uintptr(p)
	return func() {
		var v any
		*efaceOf(&v) = eface{t, unsafe.Pointer(hidden)}
		f(v)
	}
}

func finalizeIface(f func(iface), tab *itab, p unsafe.Pointer) func() {
	hidden := uintptr(p)
	return func() { f(iface{tab, unsafe.Pointer(hidden)}) }
}

// finalizeFrame calls as reflection does, with one or two argument words: results in memory need room.
func finalizeFrame(ft *functype, code unsafe.Pointer, first, second uintptr) func() {
	plan := reflect_newCallPlan(ft, false, false)
	words := 2 + len(ft.OutSlice())
	for _, typ := range ft.OutSlice() {
		words += int(typ.Size_+7) / 8
	}
	return func() {
		// The types of results are not told: what they point to is not needed, but by the function while it runs.
		frame := make([]uintptr, words)
		frame[0], frame[1] = first, second
		reflect_callFrame(plan, code, unsafe.Pointer(unsafe.SliceData(frame)))
	}
}

// Cleanup is a handle of AddCleanup.
type Cleanup struct {
	id  uint64
	ptr uintptr
}

// AddCleanup has cleanup(arg) called some time after ptr is unreachable.
func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	if ptr == nil {
		panic(plainError("runtime.AddCleanup: ptr is nil"))
	}
	call := func() { cleanup(arg) }
	startFinalizers()
	id := rt_add_cleanup(unsafe.Pointer(ptr), *(*unsafe.Pointer)(unsafe.Pointer(&call)))
	return Cleanup{id, uintptr(unsafe.Pointer(ptr))}
}

// Stop cancels the cleanup if it has not been queued.
func (c Cleanup) Stop() {
	if c.id != 0 {
		rt_stop_cleanup(c.id)
	}
}

//go:linkname weak_register weak.runtime_registerWeakPointer
func weak_register(p unsafe.Pointer) unsafe.Pointer { return rt_weak_register(p) }

//go:linkname weak_strong weak.runtime_makeStrongFromWeak
func weak_strong(h unsafe.Pointer) unsafe.Pointer { return rt_weak_strong(h) }

// Pools give up what a collection before already found unused: before one that is asked for, and after any other, by a
// goroutine that waits for these.
var poolCleanup func()

//go:linkname sync_runtime_registerPoolCleanup sync.runtime_registerPoolCleanup
func sync_runtime_registerPoolCleanup(f func()) {
	poolCleanup = f
	goSystem(func() {
		for {
			rt_gc_wait_cycle()
			clearPools()
		}
	})
}

func clearPools() {
	if poolCleanup != nil {
		// The pools' own rule: no goroutine uses one meanwhile.
		rt_stop_world()
		poolCleanup()
		rt_start_world()
	}
}

//go:linkname debug_freeOSMemory runtime/debug.freeOSMemory
func debug_freeOSMemory() {
	GC()
	rt_free_os_memory()
}

//go:linkname debug_setGCPercent runtime/debug.setGCPercent
func debug_setGCPercent(p int32) int32 { return int32(rt_set_gc_percent(int(p))) }

//go:linkname debug_setMemoryLimit runtime/debug.setMemoryLimit
func debug_setMemoryLimit(n int64) int64 { return rt_set_memory_limit(n) }

//go:linkname debug_setMaxStack runtime/debug.setMaxStack
func debug_setMaxStack(n int) int { return rt_set_max_stack(n) }

//go:linkname debug_setMaxThreads runtime/debug.setMaxThreads
func debug_setMaxThreads(n int) int {
	old := maxThreads
	maxThreads = n
	return old
}

var maxThreads = 10000

// debug_readGCStats fills p: no single pauses, then when the last collection ended, how many there were, and the
// nanoseconds they paused the program.
//
//go:linkname debug_readGCStats runtime/debug.readGCStats
func debug_readGCStats(p *[]uint64) {
	var w memWords
	rt_mem_stats((*memWords)(noescape(unsafe.Pointer(&w))))
	*p = append((*p)[:0], w.lastGC, w.numGC, w.pauseTotal)
}

//go:linkname debug_setPanicOnFault runtime/debug.setPanicOnFault
func debug_setPanicOnFault(on bool) bool {
	w := getgw()
	was := w.panicOnFault != 0
	w.panicOnFault = 0
	if on {
		w.panicOnFault = 1
	}
	return was
}

//go:linkname debug_modinfo runtime/debug.modinfo
func debug_modinfo() string { return modinfo }

// modinfo is the build information, set by the compiler's driver.
var modinfo string
