// Allocation, copying and clearing by type.
//
// Memory that may hold pointers is only copied and cleared word-wise with the bulk barrier (rt_*_ptrs); whether it may
// is the descriptor's PtrBytes.

package runtime

import (
	"internal/abi"
	"internal/runtime/math"
	"unsafe"
)

const maxAlloc = 1 << 48

// zerobase is the address of every zero-sized heap object.
var zerobase uintptr

// zeroVal is what reads of missing map elements and zero values of interface data refer to.
var zeroVal [abi.ZeroValSize]byte

func newobject(typ *_type) unsafe.Pointer {
	if typ.Size_ == 0 {
		return unsafe.Pointer(&zerobase)
	}
	return rt_alloc(typ.Size_, pointerType(typ), 0)
}

// pointerType is t, or nil if t holds no pointers.
func pointerType(t *_type) *_type {
	if t == nil || t.PtrBytes == 0 {
		return nil
	}
	return t
}

func mallocgc(size uintptr, typ *_type, zero bool) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(&zerobase)
	}
	t := pointerType(typ)
	if t == nil && !zero {
		return rt_alloc(size, nil, 1)
	}
	return rt_alloc(size, t, 0)
}

func newarray(typ *_type, n int) unsafe.Pointer {
	if n == 1 {
		return newobject(typ)
	}
	size, overflow := math.MulUintptr(typ.Size_, uintptr(n))
	if overflow || size > maxAlloc || n < 0 {
		panic(plainError("runtime: allocation size out of range"))
	}
	return mallocgc(size, typ, true)
}

func memmove(to, from unsafe.Pointer, n uintptr)       { rt_memmove(to, from, n) }
func memclrNoHeapPointers(p unsafe.Pointer, n uintptr) { rt_memclr(p, n) }
func memclrHasPointers(p unsafe.Pointer, n uintptr)    { rt_memclr_ptrs(p, n) }

func typedmemmove(t *_type, dst, src unsafe.Pointer) {
	if dst == src {
		return
	}
	if t.PtrBytes == 0 {
		rt_memmove(dst, src, t.Size_)
	} else {
		rt_memmove_ptrs(dst, src, t.Size_)
	}
}

func typedmemclr(t *_type, p unsafe.Pointer) {
	if t.PtrBytes == 0 {
		rt_memclr(p, t.Size_)
	} else {
		rt_memclr_ptrs(p, t.Size_)
	}
}

func slicecopy(to unsafe.Pointer, toLen int, from unsafe.Pointer, fromLen int, width uintptr) int {
	n := min(toLen, fromLen)
	if n > 0 && width > 0 {
		rt_memmove(to, from, uintptr(n)*width)
	}
	return n
}

func typedslicecopy(et *_type, to unsafe.Pointer, toLen int, from unsafe.Pointer, fromLen int) int {
	n := min(toLen, fromLen)
	if n <= 0 || et.Size_ == 0 || to == from {
		return n
	}
	if et.PtrBytes == 0 {
		rt_memmove(to, from, uintptr(n)*et.Size_)
	} else {
		rt_memmove_ptrs(to, from, uintptr(n)*et.Size_)
	}
	return n
}
