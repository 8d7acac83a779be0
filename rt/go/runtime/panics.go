// Entries the compiler calls where a check fails: each makes the error value and panics with it.

package runtime

import (
	"internal/abi"
	"unsafe"
)

func panicBounds(code abi.BoundsErrorCode, x int64, signed bool, y int) {
	panic(boundsError{x: x, y: y, signed: signed, code: code})
}

func panicIndex(x int, y int)             { panicBounds(abi.BoundsIndex, int64(x), true, y) }
func panicIndexU(x uint, y int)           { panicBounds(abi.BoundsIndex, int64(x), false, y) }
func panicSliceAlen(x int, y int)         { panicBounds(abi.BoundsSliceAlen, int64(x), true, y) }
func panicSliceAlenU(x uint, y int)       { panicBounds(abi.BoundsSliceAlen, int64(x), false, y) }
func panicSliceAcap(x int, y int)         { panicBounds(abi.BoundsSliceAcap, int64(x), true, y) }
func panicSliceAcapU(x uint, y int)       { panicBounds(abi.BoundsSliceAcap, int64(x), false, y) }
func panicSliceB(x int, y int)            { panicBounds(abi.BoundsSliceB, int64(x), true, y) }
func panicSliceBU(x uint, y int)          { panicBounds(abi.BoundsSliceB, int64(x), false, y) }
func panicSlice3Alen(x int, y int)        { panicBounds(abi.BoundsSlice3Alen, int64(x), true, y) }
func panicSlice3AlenU(x uint, y int)      { panicBounds(abi.BoundsSlice3Alen, int64(x), false, y) }
func panicSlice3Acap(x int, y int)        { panicBounds(abi.BoundsSlice3Acap, int64(x), true, y) }
func panicSlice3AcapU(x uint, y int)      { panicBounds(abi.BoundsSlice3Acap, int64(x), false, y) }
func panicSlice3B(x int, y int)           { panicBounds(abi.BoundsSlice3B, int64(x), true, y) }
func panicSlice3BU(x uint, y int)         { panicBounds(abi.BoundsSlice3B, int64(x), false, y) }
func panicSlice3C(x int, y int)           { panicBounds(abi.BoundsSlice3C, int64(x), true, y) }
func panicSlice3CU(x uint, y int)         { panicBounds(abi.BoundsSlice3C, int64(x), false, y) }
func panicSliceConvert(length, array int) { panicBounds(abi.BoundsConvert, int64(array), true, length) }

const memoryText = "invalid memory address or nil pointer dereference"

// panicmem is a nil dereference found by a check or a fault near address 0.
//
//go:noinline
func panicmem() { panicfault(errorString(memoryText), 0) }

// siKernel is the code of a fault whose address the processor does not tell.
const siKernel = 0x80

// sigpanic is where a fault in Go code goes on, as if the faulting instruction had called it. Of what is no nil
// dereference the program dies, unless it wants a panic.
//
//go:noinline
func sigpanic() {
	w := getgw()
	addr := w.faultAddr
	switch {
	case addr < 4096 && w.faultCode != siKernel:
		panicfault(errorString(memoryText), addr)
	case w.panicOnFault != 0:
		panicfault(errorAddressString{memoryText, addr}, addr)
	}
	dieOfFault(w)
}

func panicdivide()   { panic(error(divideError)) }
func panicoverflow() { panic(error(overflowError)) }
func panicshift()    { panic(error(errorString("negative shift amount"))) }
func panicfloat()    { panic(error(errorString("floating point error"))) }

// Also math/bits' own panics.
var (
	divideError   error = errorString("integer divide by zero")
	overflowError error = errorString("integer overflow")
)

func panicmakeslicelen() { panic(error(errorString("makeslice: len out of range"))) }
func panicmakeslicecap() { panic(error(errorString("makeslice: cap out of range"))) }

func panicunsafeslicelen() { panic(error(errorString("unsafe.Slice: len out of range"))) }
func panicunsafeslicenilptr() {
	panic(error(errorString("unsafe.Slice: ptr is nil and len is not zero")))
}
func panicunsafestringlen() { panic(error(errorString("unsafe.String: len out of range"))) }
func panicunsafestringnilptr() {
	panic(error(errorString("unsafe.String: ptr is nil and len is not zero")))
}

func panicnil() { panic(new(PanicNilError)) }

// panicdottypeE: an interface value of dynamic type have, static type iface, is not a want.
func panicdottypeE(have, want, iface *_type) {
	panic(&TypeAssertionError{iface, have, want, ""})
}

func panicdottypeI(have *itab, want, iface *_type) {
	var t *_type
	if have != nil {
		t = have.Type
	}
	panicdottypeE(t, want, iface)
}

func panicnildottype(want *_type) { panic(&TypeAssertionError{nil, nil, want, ""}) }

// panicwrap is called by the pointer wrapper pkg.(*T).m of a value method when its receiver is nil; the names come
// from the wrapper's own.
//
//go:noinline
func panicwrap() {
	name := ""
	var pc uintptr
	if rt_callers(1, (*uintptr)(noescape(unsafe.Pointer(&pc))), 1) == 1 {
		if info, ok := outermostFrame(pc - 1); ok {
			name = info.name()
		}
	}
	open, shut := -1, -1
	for i := 0; i+2 < len(name); i++ {
		if open < 0 && name[i:i+3] == ".(*" {
			open = i
		}
		if open >= 0 && name[i:i+2] == ")." {
			shut = i
			break
		}
	}
	if shut < 0 {
		panicmem()
	}
	pkg, typ, method := name[:open], name[open+3:shut], name[shut+2:]
	panic(plainError("value method " + pkg + "." + typ + "." + method + " called using nil *" + typ + " pointer"))
}

// panicrangestate reports a range-over-function body run when it must not be.
func panicrangestate(state int) {
	text := ""
	switch abi.RF_State(state) {
	case abi.RF_DONE:
		text = "range function continued iteration after function for loop body returned false"
	case abi.RF_PANIC:
		text = "range function continued iteration after loop body panic"
	case abi.RF_EXHAUSTED:
		text = "range function continued iteration after whole loop exit"
	case abi.RF_MISSING_PANIC:
		text = "range function recovered a loop body panic and did not resume panicking"
	default:
		throw("unexpected state set by rangefunc")
	}
	panic(error(errorString(text)))
}

func unreachable() { throw("unreachable") }
