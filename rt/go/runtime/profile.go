// Profiles and traces as runtime/pprof, runtime/trace and testing ask for them.
//
// Profiles of goroutines are real. Nothing is sampled: profiles of memory, blocking, mutexes, threads and of the CPU
// are empty, which a program that asks for the last is told, and a trace cannot be started.

package runtime

import (
	"internal/profilerecord"
	"unsafe"
)

// MemProfileRate is the mean number of bytes between samples of the memory profile.
var MemProfileRate int = 512 * 1024

// A StackRecord is a stack, ended by 0 where it is shorter.
type StackRecord struct {
	Stack0 [32]uintptr
}

// Stack is the record's stack.
func (r *StackRecord) Stack() []uintptr { return untilZero(r.Stack0[:]) }

// A MemProfileRecord tells of the objects allocated by one stack.
type MemProfileRecord struct {
	AllocBytes, FreeBytes     int64
	AllocObjects, FreeObjects int64
	Stack0                    [32]uintptr
}

// InUseBytes is what has not been freed.
func (r *MemProfileRecord) InUseBytes() int64 { return r.AllocBytes - r.FreeBytes }

// InUseObjects is how many objects have not been freed.
func (r *MemProfileRecord) InUseObjects() int64 { return r.AllocObjects - r.FreeObjects }

// Stack is the record's stack.
func (r *MemProfileRecord) Stack() []uintptr { return untilZero(r.Stack0[:]) }

// A BlockProfileRecord tells of the waiting done by one stack.
type BlockProfileRecord struct {
	Count  int64
	Cycles int64
	StackRecord
}

func untilZero(pcs []uintptr) []uintptr {
	for i, pc := range pcs {
		if pc == 0 {
			return pcs[:i]
		}
	}
	return pcs
}

// MemProfile has no records.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) { return 0, true }

// BlockProfile has no records.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// MutexProfile has no records.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// ThreadCreateProfile has no records.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

// SetBlockProfileRate sets the rate of a profile that is empty.
func SetBlockProfileRate(rate int) {}

var mutexProfileFraction int

// SetMutexProfileFraction sets the rate of a profile that is empty, if it is not negative, and returns the old one.
func SetMutexProfileFraction(rate int) int {
	old := mutexProfileFraction
	if rate >= 0 {
		mutexProfileFraction = rate
	}
	return old
}

// GoroutineProfile fills p with the stacks of all goroutines, if they have room there.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	return goroutineStacks(len(p), func(i int) []uintptr {
		p[i] = StackRecord{}
		return p[i].Stack0[:]
	}, nil)
}

// goroutineStacks counts the goroutines and, if there are no more than room, writes the stack of the ith into what
// stack(i) gives, and calls done with its length. The world is stopped meanwhile.
func goroutineStacks(room int, stack func(int) []uintptr, done func(i, length int)) (n int, ok bool) {
	rt_stop_world()
	var info gInfo
	for i := 0; rt_g_info(i, (*gInfo)(noescape(unsafe.Pointer(&info)))) != 0; i++ {
		if info.status == 0 || info.status == 5 {
			continue
		}
		if n < room {
			pcs := stack(n)
			length := rt_g_callers(i, (*uintptr)(noescape(unsafe.Pointer(unsafe.SliceData(pcs)))), len(pcs))
			if done != nil {
				done(n, length)
			}
		}
		n++
	}
	rt_start_world()
	return n, n <= room
}

//go:linkname pprof_goroutineProfileWithLabels
func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	const depth = 128
	room := make([]uintptr, depth*len(p))
	clear(labels)
	return goroutineStacks(len(p), func(i int) []uintptr {
		return room[i*depth:][:depth]
	}, func(i, length int) {
		p[i].Stack = room[i*depth:][:length:length]
	})
}

//go:linkname pprof_goroutineLeakProfileWithLabels
func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return 0, true
}

//go:linkname runtime_goroutineleakcount runtime/pprof.runtime_goroutineleakcount
func runtime_goroutineleakcount() int { return 0 }

//go:linkname runtime_goroutineLeakGC runtime/pprof.runtime_goroutineLeakGC
func runtime_goroutineLeakGC() { GC() }

//go:linkname pprof_memProfileInternal
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_blockProfileInternal
func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_mutexProfileInternal
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_threadCreateInternal
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_makeProfStack
func pprof_makeProfStack() []uintptr { return make([]uintptr, 128) }

//go:linkname pprof_fpunwindExpand
func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }

//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return 1e9 }

//go:linkname runtime_FrameStartLine runtime/pprof.runtime_FrameStartLine
func runtime_FrameStartLine(f *Frame) int { return f.startLine }

//go:linkname runtime_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func runtime_FrameSymbolName(f *Frame) string {
	if info, ok := lookup(f.PC, 0); ok {
		return info.name()
	}
	return f.Function
}

// runtime_expandFinalInlineFrame has nothing to add: there is an entry for every logical frame.
//
//go:linkname runtime_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func runtime_expandFinalInlineFrame(stk []uintptr) []uintptr { return stk }

//go:linkname runtime_setProfLabel runtime/pprof.runtime_setProfLabel
func runtime_setProfLabel(labels unsafe.Pointer) { getgw().labels = labels }

//go:linkname runtime_getProfLabel runtime/pprof.runtime_getProfLabel
func runtime_getProfLabel() unsafe.Pointer { return getgw().labels }

// The CPU profile: its rate while one is taken, and what readProfile waits on for its end.
var cpuProfile struct {
	rate int
	read bool // the header was read
	end  uint32
}

// SetCPUProfileRate starts a profile of so many samples a second, or with 0 ends it. It has no samples.
func SetCPUProfileRate(hz int) {
	switch {
	case hz > 0 && cpuProfile.rate != 0:
		print("runtime: cannot set CPU profile rate until previous profile has finished.\n")
	case hz > 0:
		print("runtime: CPU profiles have no samples yet\n")
		cpuProfile.rate = hz
		cpuProfile.read = false
	case cpuProfile.rate != 0:
		semrelease(&cpuProfile.end, false)
	}
}

//go:linkname runtime_pprof_readProfile runtime/pprof.readProfile
func runtime_pprof_readProfile() ([]uint64, []unsafe.Pointer, bool) {
	if !cpuProfile.read {
		cpuProfile.read = true
		// The header: its length, a time, the rate; and its place among the labels.
		return []uint64{3, 0, uint64(cpuProfile.rate)}, []unsafe.Pointer{nil}, false
	}
	semacquire(&cpuProfile.end, false, waitSemacquire)
	cpuProfile.rate = 0
	return nil, nil, true
}

// StartTrace fails: there are no traces yet.
func StartTrace() error { return errorString("tracing is not supported") }

// StopTrace ends no trace.
func StopTrace() {}

// ReadTrace returns nil: no trace is going on.
func ReadTrace() []byte { return nil }

//go:linkname traceAdvance
func traceAdvance(stopTrace bool) {}

//go:linkname traceClockNow
func traceClockNow() uint64 { return uint64(nanotime()) }

//go:linkname traceClockUnitsPerSecond runtime/trace.runtime_traceClockUnitsPerSecond
func traceClockUnitsPerSecond() uint64 { return 1e9 }

//go:linkname trace_userTaskCreate runtime/trace.userTaskCreate
func trace_userTaskCreate(id, parentID uint64, taskType string) {}

//go:linkname trace_userTaskEnd runtime/trace.userTaskEnd
func trace_userTaskEnd(id uint64) {}

//go:linkname trace_userRegion runtime/trace.userRegion
func trace_userRegion(id, mode uint64, name string) {}

//go:linkname trace_userLog runtime/trace.userLog
func trace_userLog(id uint64, category, message string) {}

// Breakpoint stops the program for a debugger; without one it dies.
func Breakpoint() {
	const sigtrap = 5
	tid := [7]uintptr{sysGettid}
	id, _ := rt_rawsyscall((*[7]uintptr)(noescape(unsafe.Pointer(&tid))))
	args := [7]uintptr{sysTgkill, uintptr(getpid()), id, sigtrap}
	rt_rawsyscall((*[7]uintptr)(noescape(unsafe.Pointer(&args))))
}
