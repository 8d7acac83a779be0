package reflect

import (
	"internal/abi"
	"unsafe"
)

// Calls through reflection are not translated to the compiler's convention yet: they end the program with this text.
const noCalls = "reflect: calls through reflection are not supported yet"

//go:linkname reflectcall runtime.reflectcall
func reflectcall(frame *abi.Type, fn, args unsafe.Pointer, size, results, frameSize uint32, regs *abi.RegArgs) {
	panic(noCalls)
}

//go:linkname makeFuncEntry reflect.makeFuncStub
func makeFuncEntry() { panic(noCalls) }

//go:linkname methodValueEntry reflect.methodValueCall
func methodValueEntry() { panic(noCalls) }
