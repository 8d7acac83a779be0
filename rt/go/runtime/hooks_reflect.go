// The hooks of reflect and internal/reflectlite on types and memory.

package runtime

import (
	"sync/atomic"
	"unsafe"
)

//go:linkname reflect_typedmemmove reflect.typedmemmove
func reflect_typedmemmove(t *_type, dst, src unsafe.Pointer) { typedmemmove(t, dst, src) }

//go:linkname reflectlite_typedmemmove internal/reflectlite.typedmemmove
func reflectlite_typedmemmove(t *_type, dst, src unsafe.Pointer) { typedmemmove(t, dst, src) }

//go:linkname reflect_typedmemclr reflect.typedmemclr
func reflect_typedmemclr(t *_type, p unsafe.Pointer) { typedmemclr(t, p) }

//go:linkname reflect_typedmemclrpartial reflect.typedmemclrpartial
func reflect_typedmemclrpartial(t *_type, p unsafe.Pointer, off, size uintptr) {
	if t.PtrBytes == 0 || off%8 != 0 || size%8 != 0 {
		rt_memclr(p, size)
	} else {
		rt_memclr_ptrs(p, size)
	}
}

//go:linkname reflect_typedslicecopy reflect.typedslicecopy
func reflect_typedslicecopy(t *_type, dst, src slice) int {
	return typedslicecopy(t, dst.array, dst.len, src.array, src.len)
}

//go:linkname reflect_typedarrayclear reflect.typedarrayclear
func reflect_typedarrayclear(t *_type, p unsafe.Pointer, n int) {
	size := t.Size_ * uintptr(n)
	if t.PtrBytes == 0 {
		rt_memclr(p, size)
	} else {
		rt_memclr_ptrs(p, size)
	}
}

// reflect_gcbits tells reflect's tests which words the collector takes for pointers, of the object that x points to.
//
//go:linkname reflect_gcbits reflect.gcbits
func reflect_gcbits(x any) []byte {
	e := efaceOf(&x)
	n := rt_pointer_words(e.data, nil, 0)
	mask := make([]byte, n)
	rt_pointer_words(e.data, unsafe.SliceData(mask), n)
	for len(mask) > 0 && mask[len(mask)-1] == 0 {
		mask = mask[:len(mask)-1]
	}
	return mask
}

//go:linkname reflect_memmove reflect.memmove
func reflect_memmove(dst, src unsafe.Pointer, n uintptr) { rt_memmove(dst, src, n) }

//go:linkname reflect_unsafe_New reflect.unsafe_New
func reflect_unsafe_New(t *_type) unsafe.Pointer { return newobject(t) }

//go:linkname reflectlite_unsafe_New internal/reflectlite.unsafe_New
func reflectlite_unsafe_New(t *_type) unsafe.Pointer { return newobject(t) }

//go:linkname reflect_unsafe_NewArray reflect.unsafe_NewArray
func reflect_unsafe_NewArray(t *_type, n int) unsafe.Pointer { return newarray(t, n) }

//go:linkname reflect_unsafeslice reflect.unsafeslice
func reflect_unsafeslice(t *_type, p unsafe.Pointer, n int) { unsafeslice(t, p, n) }

//go:linkname reflect_typehash reflect.typehash
func reflect_typehash(t *_type, p unsafe.Pointer, h uintptr) uintptr { return typehash(t, p, h) }

//go:linkname reflect_verifyNotInHeapPtr reflect.verifyNotInHeapPtr
func reflect_verifyNotInHeapPtr(p uintptr) bool {
	return rt_is_heap_ptr(unsafe.Pointer(p)) == 0 && p != ^uintptr(0)
}

//go:linkname reflect_ifaceE2I reflect.ifaceE2I
func reflect_ifaceE2I(t *interfacetype, src any, dst *iface) {
	e := efaceOf(&src)
	*dst = iface{assertE2I(t, e._type), e.data}
}

//go:linkname reflectlite_ifaceE2I internal/reflectlite.ifaceE2I
func reflectlite_ifaceE2I(t *interfacetype, src any, dst *iface) { reflect_ifaceE2I(t, src, dst) }

//go:linkname reflect_resolveNameOff reflect.resolveNameOff
func reflect_resolveNameOff(owner unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveOff(off)
}

//go:linkname reflect_resolveTypeOff reflect.resolveTypeOff
func reflect_resolveTypeOff(owner unsafe.Pointer, off int32) unsafe.Pointer {
	return unsafe.Pointer(resolveType(owner, typeOff(off)))
}

//go:linkname reflect_resolveTextOff reflect.resolveTextOff
func reflect_resolveTextOff(owner unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveText(owner, textOff(off))
}

//go:linkname reflectlite_resolveNameOff internal/reflectlite.resolveNameOff
func reflectlite_resolveNameOff(owner unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveOff(off)
}

//go:linkname reflectlite_resolveTypeOff internal/reflectlite.resolveTypeOff
func reflectlite_resolveTypeOff(owner unsafe.Pointer, off int32) unsafe.Pointer {
	return unsafe.Pointer(resolveType(owner, typeOff(off)))
}

//go:linkname reflect_addReflectOff reflect.addReflectOff
func reflect_addReflectOff(p unsafe.Pointer) int32 { return addReflectOff(p) }

// reflect_typelinks lists the program's descriptors of unnamed types, sorted by the types' strings: one section, which
// starts at 0, and their offsets in it.
//
//go:linkname reflect_typelinks reflect.typelinks
func reflect_typelinks() (sections []unsafe.Pointer, offset [][]int32) {
	var links *int32
	n := rt_typelinks(&links)
	if n == 0 {
		return nil, nil
	}
	return []unsafe.Pointer{nil}, [][]int32{unsafe.Slice(links, n)}
}

// Atomic stores of pointers, which carry the write barrier: sync/atomic's are the compiler's.

//go:linkname atomic_storePointer internal/runtime/atomic.storePointer
func atomic_storePointer(p *unsafe.Pointer, new unsafe.Pointer) { atomic.StorePointer(p, new) }

//go:linkname atomic_casPointer internal/runtime/atomic.casPointer
func atomic_casPointer(p *unsafe.Pointer, old, new unsafe.Pointer) bool {
	return atomic.CompareAndSwapPointer(p, old, new)
}
