// Profiles: what goroutines do, where they block, and what programs may ask of package runtime for them.
//
// Stacks are return addresses of physical frames; CallersFrames finds the inlined ones.

package runtime

import (
	"internal/abi"
	"internal/profilerecord"
	"internal/runtime/atomic"
	"unsafe"
)

// A StackRecord is one stack, ended by the first 0.
type StackRecord struct {
	Stack0 [32]uintptr
}

// Stack is the used part of Stack0.
func (r *StackRecord) Stack() []uintptr { return beforeZero(r.Stack0[:]) }

func beforeZero(pcs []uintptr) []uintptr {
	for i, pc := range pcs {
		if pc == 0 {
			return pcs[:i]
		}
	}
	return pcs
}

// fillStack copies a stack, as far as it fits, and ends it.
func fillStack(to *[32]uintptr, from []uintptr) { clear(to[copy(to[:], from):]) }

// maxProfileStack is how many frames of a stack profiles keep.
const maxProfileStack = 128

//go:linkname pprof_makeProfStack
func pprof_makeProfStack() []uintptr { return make([]uintptr, maxProfileStack) }

//go:linkname pprof_fpunwindExpand
func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }

//go:linkname pprof_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func pprof_expandFinalInlineFrame(stack []uintptr) []uintptr { return stack }

//go:linkname pprof_frameStartLine runtime/pprof.runtime_FrameStartLine
func pprof_frameStartLine(f *Frame) int { return f.startLine }

//go:linkname pprof_frameSymbolName runtime/pprof.runtime_FrameSymbolName
func pprof_frameSymbolName(f *Frame) string { return f.Function }

// Durations of the block and mutex profiles are nanoseconds.
//
//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return 1e9 }

//go:linkname pprof_setProfLabel runtime/pprof.runtime_setProfLabel
func pprof_setProfLabel(labels unsafe.Pointer) { getgw().labels = labels }

//go:linkname pprof_getProfLabel runtime/pprof.runtime_getProfLabel
func pprof_getProfLabel() unsafe.Pointer { return getgw().labels }

// ownStack fills pcs with the calling goroutine's stack, less skip physical frames of which ownStack's caller is the
// first.
//
//go:noinline
func ownStack(skip int, pcs []uintptr) []uintptr {
	return pcs[:rt_callers(skip+1, (*uintptr)(noescape(unsafe.Pointer(unsafe.SliceData(pcs)))), len(pcs))]
}

// Goroutines.

// A snapshot holds the stacks of all goroutines but the runtime's own.
type snapshot struct {
	pcs    []uintptr // of all, one after the other
	ends   []int     // in pcs
	labels []unsafe.Pointer
}

// take stops the world and records every goroutine, the calling one first. Without room for all it says how much is
// needed.
//
//go:noinline
func (s *snapshot) take() (goroutines, frames int) {
	var buf [maxProfileStack]uintptr
	s.pcs, s.ends, s.labels = s.pcs[:0], s.ends[:0], s.labels[:0]
	add := func(stack []uintptr, labels unsafe.Pointer) {
		goroutines++
		frames += len(stack)
		if frames <= cap(s.pcs) && goroutines <= cap(s.ends) {
			s.pcs = append(s.pcs, stack...)
			s.ends = append(s.ends, len(s.pcs))
			s.labels = append(s.labels, labels)
		}
	}
	rt_stop_world()
	own := int64(rt_goid())
	add(ownStack(3, buf[:]), getgw().labels)
	var info gInfo
	for i := 0; rt_g_info(i, (*gInfo)(noescape(unsafe.Pointer(&info)))) != 0; i++ {
		if info.id != own && info.status != 0 && info.status != 5 {
			n := rt_g_callers(i, (*uintptr)(noescape(unsafe.Pointer(&buf))), len(buf))
			add(buf[:n], info.labels)
		}
	}
	rt_start_world()
	return
}

// allGoroutines is a snapshot with room for at most limit goroutines; without it, only how many there are.
//
//go:noinline
func allGoroutines(limit int) (s snapshot, n int) {
	n = NumGoroutine()
	frames := 16 * n
	for n <= limit {
		s = snapshot{make([]uintptr, 0, frames), make([]int, 0, n), make([]unsafe.Pointer, 0, n)}
		var need int
		n, need = s.take()
		if n <= cap(s.ends) && need <= cap(s.pcs) {
			break
		}
		frames = need + need/8
	}
	return s, n
}

// stacks calls f with every goroutine's stack.
func (s *snapshot) stacks(f func(i int, stack []uintptr)) {
	start := 0
	for i, end := range s.ends {
		f(i, s.pcs[start:end:end])
		start = end
	}
}

// GoroutineProfile fills p with the stacks of the n goroutines, if p is long enough: ok.
//
//go:noinline
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	s, n := allGoroutines(len(p))
	s.stacks(func(i int, stack []uintptr) { fillStack(&p[i].Stack0, stack) })
	return n, n <= len(p)
}

//go:linkname pprof_goroutineProfileWithLabels
//go:noinline
func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	s, n := allGoroutines(len(p))
	s.stacks(func(i int, stack []uintptr) { p[i].Stack = stack })
	copy(labels, s.labels)
	return n, n <= len(p)
}

// The profile of leaked goroutines belongs to an experiment: no goroutine is ever found leaked.

//go:linkname pprof_goroutineLeakProfileWithLabels
func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_goroutineLeakCount runtime/pprof.runtime_goroutineleakcount
func pprof_goroutineLeakCount() int { return 0 }

//go:linkname pprof_goroutineLeakGC runtime/pprof.runtime_goroutineLeakGC
func pprof_goroutineLeakGC() { GC() }

// ThreadCreateProfile fills p with the stacks that created threads. No goroutine's stack does: the scheduler starts them.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_threadCreateInternal
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }

// Blocking.

// A BlockProfileRecord is how often, and for how many cycles (nanoseconds), goroutines were blocked at a stack.
type BlockProfileRecord struct {
	Count  int64
	Cycles int64
	StackRecord
}

// An event is what was recorded for one stack. It is never freed.
type event struct {
	next   *event
	stack  []uintptr
	count  float64
	cycles int64
}

// An eventTable is a profile of blocking.
type eventTable struct {
	rate    atomic.Int64
	lock    uint32 // for what follows, and all events
	events  [179]*event
	entries int
}

var (
	blockEvents eventTable // rate: sample one event per so many nanoseconds blocked
	mutexEvents eventTable // rate: sample one in so many events
)

// SetBlockProfileRate has one blocking event per rate nanoseconds spent blocked sampled; 1 means all, 0 or less none.
func SetBlockProfileRate(rate int) { blockEvents.rate.Store(int64(max(rate, 0))) }

// SetMutexProfileFraction has one in rate contentions of mutexes sampled, 0 none; a negative rate only asks. It returns
// the rate before.
func SetMutexProfileFraction(rate int) int {
	old := int(mutexEvents.rate.Load())
	if rate >= 0 {
		mutexEvents.rate.Store(int64(rate))
	}
	return old
}

// blockStart is the time blocking starts at, 0 if it is not to be recorded.
func blockStart() int64 {
	if blockEvents.rate.Load() == 0 {
		return 0
	}
	return rt_nanotime()
}

// blockEnd records that its caller's caller was blocked since then.
//
//go:noinline
func blockEnd(since int64) {
	if since != 0 {
		blockevent(rt_nanotime()-since, 2)
	}
}

// blockevent records, or with its share of luck, that so many nanoseconds were spent blocked; skip 1 is its caller. std's
// tests call it.
//
//go:noinline
func blockevent(cycles int64, skip int) {
	rate := blockEvents.rate.Load()
	if rate == 0 {
		return
	}
	cycles = max(cycles, 1)
	switch {
	case cycles >= rate:
		blockEvents.record(1, cycles, skip+1)
	case int64(rt_rand()>>1)%rate < cycles:
		blockEvents.record(float64(rate)/float64(cycles), rate, skip+1)
	}
}

// mutexStart is the time waiting for a mutex starts at, 0 if it is not to be recorded.
func mutexStart() int64 {
	if mutexEvents.rate.Load() == 0 {
		return 0
	}
	return rt_nanotime()
}

// mutexEnd records that its caller's caller gives up what another goroutine has been waiting for since then.
//
//go:noinline
func mutexEnd(since int64) {
	rate := mutexEvents.rate.Load()
	if since == 0 || rate == 0 || int64(rt_rand()>>1)%rate != 0 {
		return
	}
	mutexEvents.record(float64(rate), rate*max(rt_nanotime()-since, 1), 2)
}

// record adds an event at the stack that begins skip frames above its own.
//
//go:noinline
func (t *eventTable) record(count float64, cycles int64, skip int) {
	var buf [maxProfileStack]uintptr
	stack := ownStack(skip, buf[:])
	hash := uintptr(0)
	for _, pc := range stack {
		hash = hash*31 + pc
	}
	slot := &t.events[hash%uintptr(len(t.events))]
	var fresh *event
	for {
		lock(&t.lock)
		e := *slot
		for e != nil && !sameStack(e.stack, stack) {
			e = e.next
		}
		if e == nil && fresh != nil {
			e = fresh
			e.next = *slot
			*slot = e
			t.entries++
		}
		if e != nil {
			e.count += count
			e.cycles += cycles
			unlock(&t.lock)
			return
		}
		unlock(&t.lock)
		// Not while holding the lock: this allocates.
		fresh = &event{stack: append([]uintptr(nil), stack...)}
	}
}

func sameStack(a, b []uintptr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// read calls f with every event, unless there are more than limit.
func (t *eventTable) read(limit int, f func(i int, e *event)) (n int, ok bool) {
	lock(&t.lock)
	n = t.entries
	unlock(&t.lock)
	copies := make([]event, 0, n)
	lock(&t.lock)
	for _, e := range t.events {
		for ; e != nil && len(copies) < cap(copies); e = e.next {
			copies = append(copies, *e)
		}
	}
	unlock(&t.lock)
	if n > limit {
		return n, false
	}
	for i := range copies {
		f(i, &copies[i])
	}
	return n, true
}

func (t *eventTable) readRecords(p []BlockProfileRecord) (n int, ok bool) {
	return t.read(len(p), func(i int, e *event) {
		p[i].Count, p[i].Cycles = int64(e.count), e.cycles
		fillStack(&p[i].Stack0, e.stack)
	})
}

func (t *eventTable) readInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return t.read(len(p), func(i int, e *event) {
		p[i] = profilerecord.BlockProfileRecord{Count: int64(e.count), Cycles: e.cycles, Stack: e.stack}
	})
}

// BlockProfile fills p with the n records of where goroutines blocked, if p is long enough: ok.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return blockEvents.readRecords(p) }

// MutexProfile fills p with the n records of where mutexes were unlocked that others waited for, if p is long enough: ok.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return mutexEvents.readRecords(p) }

//go:linkname pprof_blockProfileInternal
func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return blockEvents.readInternal(p)
}

//go:linkname pprof_mutexProfileInternal
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return mutexEvents.readInternal(p)
}

// Memory.

// MemProfileRate is how many bytes are allocated between samples of the memory profile on average: 1 for all, 0 for no
// samples. The compiler calls memProfileRateSet behind every assignment to it.
var MemProfileRate int = 512 * 1024

func memProfileRateSet() { rt_set_profile_rate(max(MemProfileRate, 0)) }

// A memBucket is what rt_mem_profile writes.
type memBucket struct {
	size, allocated, freed uintptr
	frames                 [maxProfileStack]uintptr
}

// memProfile calls f with the number, from 0 on, of each bucket that has objects left, or of all, the bucket and its
// stack, and returns how many these are.
func memProfile(all bool, f func(i int, b *memBucket, stack []uintptr)) (n int) {
	var b memBucket
	for i := 0; ; i++ {
		found := int(rt_mem_profile(i, (*memBucket)(noescape(unsafe.Pointer(&b)))))
		if found == 0 {
			return n
		}
		if all || b.allocated != b.freed {
			f(n, &b, b.frames[:found-1])
			n++
		}
	}
}

// A MemProfileRecord describes the live and the freed objects of one allocating stack.
type MemProfileRecord struct {
	AllocBytes, FreeBytes     int64
	AllocObjects, FreeObjects int64
	Stack0                    [32]uintptr
}

func (r *MemProfileRecord) InUseBytes() int64   { return r.AllocBytes - r.FreeBytes }
func (r *MemProfileRecord) InUseObjects() int64 { return r.AllocObjects - r.FreeObjects }

// Stack is the used part of Stack0.
func (r *MemProfileRecord) Stack() []uintptr { return beforeZero(r.Stack0[:]) }

// MemProfile fills p with the n records of where memory was allocated that is still in use, or, with inuseZero, of where
// any was, if p is long enough: ok. The profile is that of the end of the last collection.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) {
	n = memProfile(inuseZero, func(i int, b *memBucket, stack []uintptr) {
		if i < len(p) {
			r := &p[i]
			r.AllocObjects, r.FreeObjects = int64(b.allocated), int64(b.freed)
			r.AllocBytes, r.FreeBytes = int64(b.allocated*b.size), int64(b.freed*b.size)
			fillStack(&r.Stack0, stack)
		}
	})
	return n, n <= len(p)
}

//go:linkname pprof_memProfileInternal
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	n = memProfile(inuseZero, func(i int, b *memBucket, stack []uintptr) {
		if i < len(p) {
			p[i] = profilerecord.MemProfileRecord{
				AllocObjects: int64(b.allocated), FreeObjects: int64(b.freed),
				AllocBytes: int64(b.allocated * b.size), FreeBytes: int64(b.freed * b.size),
				Stack: append([]uintptr(nil), stack...),
			}
		}
	})
	return n, n <= len(p)
}

// Time on the processor.

var cpuProfile struct {
	lock uint32
	hz   int
	told bool // the header has been read
	done bool
}

// _System stands in profiles for what the runtime does outside of goroutines. It is never called.
//
//go:noinline
func _System() { throw("_System is no function") }

// SetCPUProfileRate starts (hz above 0) or ends the processor's profile.
func SetCPUProfileRate(hz int) {
	hz = min(hz, 1000000)
	lock(&cpuProfile.lock)
	running := cpuProfile.hz != 0
	switch {
	case hz > 0 && running:
		unlock(&cpuProfile.lock)
		printstring("runtime: cannot set CPU profile rate until previous profile has finished.\n")
		return
	case hz > 0:
		cpuProfile.hz, cpuProfile.told, cpuProfile.done = hz, false, false
		rt_cpu_profile_start(hz, abi.FuncPCABIInternal(_System)+1)
	case running:
		rt_cpu_profile_stop()
		cpuProfile.done = true
	}
	unlock(&cpuProfile.lock)
}

// CPUProfile was replaced by package runtime/pprof long ago.
func CPUProfile() []byte { panic("CPUProfile no longer available") }

// A cpuSample is what rt_cpu_profile_read writes.
type cpuSample struct {
	time, labels uintptr
	frames       int
	stack        [64]uintptr
}

// pprof_readProfile gives what there is of the profile: the header, then samples with their labels. pprof asks again from
// time to time.
//
//go:linkname pprof_readProfile runtime/pprof.readProfile
func pprof_readProfile() (records []uint64, tags []unsafe.Pointer, eof bool) {
	lock(&cpuProfile.lock)
	hz, told, done := cpuProfile.hz, cpuProfile.told, cpuProfile.done
	cpuProfile.told = true
	if told && done {
		cpuProfile.hz = 0
	}
	unlock(&cpuProfile.lock)
	if !told {
		return []uint64{3, 0, uint64(hz)}, []unsafe.Pointer{nil}, false
	}
	var s cpuSample
	for rt_cpu_profile_read((*cpuSample)(noescape(unsafe.Pointer(&s)))) != 0 {
		// A record: its words, time, count, stack. Of lost samples the count is 0, and the stack how many they are.
		count, stack := uint64(1), s.stack[:s.frames]
		if s.frames == 0 {
			count, stack = 0, s.stack[:1]
		}
		records = append(records, uint64(3+len(stack)), uint64(s.time), count)
		for _, pc := range stack {
			records = append(records, uint64(pc))
		}
		// The sample keeps its labels alive until it is taken.
		tags = append(tags, unsafe.Pointer(s.labels))
		if s.frames != 0 {
			rt_cpu_profile_taken()
		}
	}
	return records, tags, done
}
