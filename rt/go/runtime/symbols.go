// Caller, Callers, CallersFrames, FuncForPC: frames for programs.
//
// A program counter handed out is a return address, as gc's. Callers gives one for every logical frame: where inlining
// made several of one physical frame, the bits above the address tell which of them it is. An address without such bits
// stands for all of its physical frame's.

package runtime

import (
	"internal/abi"
	"unsafe"
)

// Frames is the expansion of a Callers slice.
type Frames struct {
	callers []uintptr
	depth   int // logical frames of callers[0] already returned
	next    Frame
	more    bool
	started bool
}

// Frame is a logical frame.
type Frame struct {
	PC       uintptr
	Func     *Func
	Function string
	File     string
	Line     int

	startLine int
	Entry     uintptr
	funcInfo  uintptr
}

// A Func describes a function. The pointer is the entry of an interning table, one per physical function.
type Func struct {
	name      string
	entry     uintptr
	startLine int
	file      string
	pc        uintptr // for an inlined function: an address in it
	next      *Func
}

var funcs struct {
	lock    uint32
	buckets [512]*Func
}

func internFunc(name string, entry uintptr, startLine int, file string, pc uintptr) *Func {
	b := &funcs.buckets[(entry>>4^entry>>13)%uintptr(len(funcs.buckets))]
	find := func() *Func {
		for f := *b; f != nil; f = f.next {
			if f.entry == entry && f.name == name {
				return f
			}
		}
		return nil
	}
	lock(&funcs.lock)
	f := find()
	unlock(&funcs.lock)
	if f != nil {
		return f
	}
	fresh := &Func{name: name, entry: entry, startLine: startLine, file: file, pc: pc}
	lock(&funcs.lock)
	f = find()
	if f == nil {
		fresh.next = *b
		*b = fresh
		f = fresh
	}
	unlock(&funcs.lock)
	return f
}

// depthShift is where a program counter tells its logical frame, 1 the innermost: user addresses have 47 bits.
const depthShift = 48

// withDepth makes a program counter tell its logical frame, if there are several.
func withDepth(pc uintptr, depth int) uintptr {
	if depth == 0 && isOutermost(pc-1, 0) {
		return pc
	}
	return pc + uintptr(depth+1)<<depthShift
}

// lookup describes a logical frame of an instruction address, 0 the innermost or the one that the address tells.
func lookup(pc uintptr, depth int) (info frameInfo, ok bool) {
	if told := int(pc >> depthShift); told != 0 {
		depth += told - 1
		pc &= 1<<depthShift - 1
	}
	ok = rt_pc_info(pc, depth, (*frameInfo)(noescape(unsafe.Pointer(&info)))) != 0
	return
}

// outermostFrame describes the physical frame of an instruction address.
func outermostFrame(pc uintptr) (info frameInfo, ok bool) {
	for depth := 0; ; depth++ {
		next, more := lookup(pc, depth)
		if !more {
			return info, depth > 0
		}
		info = next
	}
}

// isOutermost reports whether a pc has no logical frame beyond depth.
func isOutermost(pc uintptr, depth int) bool {
	_, more := lookup(pc, depth+1)
	return !more
}

// callersInto fills pcs with the return addresses of logical frames, after skip of them: 0 is the caller of
// callersInto's caller. Wrappers do not count.
//
//go:noinline
func callersInto(skip int, pcs []uintptr) int {
	if len(pcs) == 0 {
		return 0
	}
	var buf [32]uintptr
	at := 2 // callersInto and its caller, which is not inlined
	stored := 0
	for {
		n := rt_callers(at, (*uintptr)(noescape(unsafe.Pointer(&buf))), len(buf))
		for _, pc := range buf[:n] {
			for depth := 0; ; depth++ {
				info, ok := lookup(pc-1, depth)
				if !ok {
					break
				}
				if info.flags&1 != 0 {
					continue
				}
				if skip > 0 {
					skip--
					continue
				}
				pcs[stored] = withDepth(pc, depth)
				stored++
				if stored == len(pcs) {
					return stored
				}
			}
		}
		if n < len(buf) {
			if skip == 0 {
				pcs[stored] = abi.FuncPCABIInternal(goexit) + 1
				stored++
			}
			return stored
		}
		at += n
	}
}

// goexit is where gc's goroutines return to: the last frame that programs see.
//
//go:noinline
func goexit() {}

// Callers fills pc with the return addresses of the calling goroutine's frames: skip 0 is Callers itself, 1 its caller.
//
//go:noinline
func Callers(skip int, pc []uintptr) int {
	if len(pc) == 0 {
		return 0
	}
	if skip > 0 {
		return callersInto(skip-1, pc)
	}
	info, ok := outermostFrame(ownPC() - 1)
	if !ok {
		return 0
	}
	pc[0] = info.entry + 1
	return 1 + callersInto(0, pc[1:])
}

// ownPC is an address in the function that calls it.
//
//go:noinline
func ownPC() uintptr {
	var pc uintptr
	rt_callers(1, (*uintptr)(noescape(unsafe.Pointer(&pc))), 1)
	return pc
}

// Caller describes a frame of the calling goroutine: skip 0 is the function that calls Caller.
//
//go:noinline
func Caller(skip int) (pc uintptr, file string, line int, ok bool) {
	var pcs [1]uintptr
	if callersInto(skip, pcs[:]) == 0 {
		return
	}
	f, _ := CallersFrames(pcs[:]).Next()
	return f.PC, f.File, f.Line, f.PC != 0
}

// CallersFrames expands what Callers returned.
func CallersFrames(callers []uintptr) *Frames {
	return &Frames{callers: callers}
}

// Next returns the next frame and whether more follow.
func (f *Frames) Next() (frame Frame, more bool) {
	if !f.started {
		f.started = true
		f.next, f.more = f.advance()
	}
	if !f.more {
		return Frame{}, false
	}
	frame = f.next
	f.next, f.more = f.advance()
	return frame, f.more
}

func (f *Frames) advance() (Frame, bool) {
	for len(f.callers) > 0 {
		pc := f.callers[0]
		info, ok := lookup(pc-1, f.depth)
		if !ok || f.depth > 0 && pc>>depthShift != 0 {
			f.callers = f.callers[1:]
			f.depth = 0
			continue
		}
		if pc>>depthShift == 0 {
			pc = withDepth(pc, f.depth)
		}
		f.depth++
		if info.flags&1 != 0 {
			continue
		}
		name := info.name()
		file := info.filename()
		frame := Frame{
			PC: pc - 1, Function: funcNameForPrint(name), File: file, Line: int(info.line),
			startLine: int(info.startLine), Entry: info.entry,
		}
		if isOutermost(pc-1, 0) {
			frame.Func = internFunc(name, info.entry, int(info.startLine), file, 0)
		}
		return frame, true
	}
	return Frame{}, false
}

// funcNameForPrint abbreviates type arguments to "[...]".
func funcNameForPrint(name string) string {
	for i := 0; i < len(name); i++ {
		if name[i] == '[' {
			for j := len(name) - 1; j > i; j-- {
				if name[j] == ']' {
					return name[:i] + "[...]" + name[j+1:]
				}
			}
		}
	}
	return name
}

// FuncForPC returns the function that holds the address, nil if none.
func FuncForPC(pc uintptr) *Func {
	info, ok := lookup(pc, 0)
	if !ok {
		return nil
	}
	name := info.name()
	file := info.filename()
	if !isOutermost(pc, 0) {
		return internFunc(name, info.entry, int(info.startLine), file, pc)
	}
	return internFunc(name, info.entry, int(info.startLine), file, 0)
}

// Name is the function's name.
func (f *Func) Name() string {
	if f == nil {
		return ""
	}
	return funcNameForPrint(f.name)
}

// Entry is the function's address.
func (f *Func) Entry() uintptr { return f.entry }

// FileLine is the source position of an address in f.
func (f *Func) FileLine(pc uintptr) (file string, line int) {
	info, ok := lookup(pc, 0)
	if !ok {
		return "?", 0
	}
	return info.filename(), int(info.line)
}
