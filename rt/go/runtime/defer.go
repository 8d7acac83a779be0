// Defer, panic, recover and Goexit.
//
// Every activation with defers owns a deferFrame in its stack frame; the goroutine's deferframe word heads the chain
// of the active ones, innermost first. A record is taken off its frame before its function runs, so whoever runs next
// (the frame's exit, a panic, a panic in a deferred function) goes on with the rest. Panics are heap objects on the
// goroutine's panic chain, newest first, from the start of gopanic until recovery or death. A frame whose records a
// panic runs points to that panic; a newer panic that reaches such a frame has aborted the older one: if the newer is
// recovered, the frames the older one stood on are gone.

package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"unsafe"
)

type deferFrame struct {
	link  *deferFrame
	head  *deferRecord
	panic *panicRecord
	token unsafe.Pointer // identifies the activation to bodies of loops over functions; nil without such defers
}

type deferRecord struct {
	link *deferRecord
	fn   func()
}

type panicRecord struct {
	link       *panicRecord
	arg        any
	recovered  bool
	aborted    bool
	goexit     bool
	repanicked bool // an equal newer panic is printed with this one
	fault      bool
	faultPC    uintptr
	faultAddr  uintptr
}

func topDeferFrame() *deferFrame { return getgw().deferframe }
func topPanic() *panicRecord     { return getgw().panic }

func deferenter(df *deferFrame) {
	df.link = getgw().deferframe
	df.head = nil
	df.panic = nil
	getgw().deferframe = df
}

func deferpush(df *deferFrame, rec *deferRecord, fn func()) {
	if rec == nil {
		rec = new(deferRecord)
	}
	rec.fn = fn
	rec.link = df.head
	df.head = rec
}

// deferpushat pushes onto the frame that carries the token: for a defer statement in the body of a loop over a
// function, which runs in a frame of its own, below that of the function the statement belongs to.
func deferpushat(token unsafe.Pointer, fn func()) {
	df := topDeferFrame()
	for df != nil && df.token != token {
		df = df.link
	}
	if df == nil {
		throw("defer in the body of a loop over a function on another goroutine")
	}
	deferpush(df, nil, fn)
}

// Programs do not see its frame, nor those of the others that run deferred functions: the caller of a deferred function
// is the function with the statement, or gopanic.
//
//go:noinline
//go:wrapper
func deferexit(df *deferFrame) {
	for {
		rec := df.head
		if rec == nil {
			break
		}
		df.head = rec.link
		fn := rec.fn
		rec.fn = nil
		fn()
	}
	getgw().deferframe = df.link
}

// deferrun calls a deferred function for a panic. gorecover looks for this very frame.
//
//go:noinline
//go:wrapper
func deferrun(fn func()) {
	fn()
}

// runDefersOf runs the records of the innermost frame for p, until one of them recovers p. It reports whether one
// did; if not, the frame has been taken off the chain.
//
//go:noinline
//go:wrapper
func runDefersOf(p *panicRecord) bool {
	df := topDeferFrame()
	if old := df.panic; old != nil && old != p {
		old.aborted = true
	}
	df.panic = p
	for {
		rec := df.head
		if rec == nil {
			break
		}
		df.head = rec.link
		fn := rec.fn
		rec.fn = nil
		deferrun(fn)
		if p.recovered {
			return true
		}
	}
	getgw().deferframe = df.link
	return false
}

func gopanic(e any) {
	if f, ok := e.(*fault); ok {
		startPanic(&panicRecord{arg: f.err, fault: true, faultPC: f.pc, faultAddr: f.addr})
		return
	}
	if e == nil {
		if debugSetting.panicnil == 0 {
			e = new(PanicNilError)
		} else {
			noteGodebug("panicnil")
		}
	}
	startPanic(&panicRecord{arg: e})
}

// fault is what gopanic is given for one.
type fault struct {
	err      error
	pc, addr uintptr
}

// panicfault panics for a fault; the report of an unrecovered one says where it happened.
//
//go:noinline
//go:wrapper
func panicfault(e error, addr uintptr) {
	f := &fault{err: e, addr: addr}
	rt_callers(2, &f.pc, 1)
	gopanic(f)
}

//go:noinline
//go:wrapper
func startPanic(p *panicRecord) {
	panicsRunning.Add(1)
	p.link = topPanic()
	getgw().panic = p
	for topDeferFrame() != nil {
		if runDefersOf(p) {
			resume(p)
		}
	}
	dieOfPanic(p)
}

// panicsRunning counts panics that have not been recovered and whose goroutines have not died.
var panicsRunning atomic.Int32

// awaitPanics gives panics of other goroutines the time to end the program before main's return does: who waited for a
// deferred call of theirs is to see them.
func awaitPanics() {
	for i := 0; i < 1000 && panicsRunning.Load() > 0; i++ {
		rt_gosched()
	}
	for dying.state.Load() != 0 {
		rt_gosched()
	}
}

// resume ends a recovered panic and continues in the frame that recovered it.
func resume(p *panicRecord) {
	rest := p.link
	goexit := false
	panicsRunning.Add(-1)
	for rest != nil && rest.aborted {
		if rest.goexit {
			goexit = true
		} else {
			panicsRunning.Add(-1)
		}
		rest = rest.link
	}
	getgw().panic = rest
	df := topDeferFrame()
	df.panic = nil
	if goexit {
		// The frames in which Goexit ran are gone, but the goroutine is still to end.
		Goexit()
	}
	rt_recover_to(unsafe.Pointer(df))
}

// gorecover returns the value of the newest panic if it is called directly by a function that panic is running.
//
//go:noinline
func gorecover() any {
	p := topPanic()
	if p == nil || p.goexit || p.recovered || !calledByDeferrun() {
		return nil
	}
	p.recovered = true
	return p.arg
}

// calledByDeferrun reports whether the function that called gorecover was called, wrappers apart, by deferrun. A
// deferred recover is called by a wrapper: on behalf of the function with the statement when that returns, and of none
// when a panic runs it.
//
//go:noinline
func calledByDeferrun() bool {
	runner := abi.FuncPCABIInternal(deferrun)
	var pcs [8]uintptr
	skip := 2 // calledByDeferrun, gorecover
	found := false
	for {
		n := rt_callers(skip, (*uintptr)(noescape(unsafe.Pointer(&pcs))), len(pcs))
		for _, pc := range pcs[:n] {
			info, ok := outermostFrame(pc - 1)
			switch {
			case !ok:
				return false
			case info.entry == runner:
				return found
			case info.flags&1 == 0 && found:
				return false
			case info.flags&1 == 0:
				found = true
			}
		}
		if n < len(pcs) {
			return false
		}
		skip += n
	}
}

// Goexit ends the goroutine that calls it, after its deferred calls.
func Goexit() {
	p := &panicRecord{goexit: true, link: topPanic()}
	getgw().panic = p
	for topDeferFrame() != nil {
		runDefersOf(p)
	}
	endGoroutine()
}

// endGoroutine leaves no trace of panics on the goroutine and ends it.
func endGoroutine() {
	for p := topPanic(); p != nil; p = p.link {
		if !p.goexit {
			panicsRunning.Add(-1)
		}
	}
	getgw().panic = nil
	rt_goexit()
}
