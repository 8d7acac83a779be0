// Equality functions of descriptors and comparison of interfaces.

package runtime

import (
	"unsafe"
)

func memequal(p, q unsafe.Pointer, n uintptr) bool { return p == q || rt_memequal(p, q, n) != 0 }

func memequal0(p, q unsafe.Pointer) bool   { return true }
func memequal8(p, q unsafe.Pointer) bool   { return *(*uint8)(p) == *(*uint8)(q) }
func memequal16(p, q unsafe.Pointer) bool  { return *(*uint16)(p) == *(*uint16)(q) }
func memequal32(p, q unsafe.Pointer) bool  { return *(*uint32)(p) == *(*uint32)(q) }
func memequal64(p, q unsafe.Pointer) bool  { return *(*uint64)(p) == *(*uint64)(q) }
func memequal128(p, q unsafe.Pointer) bool { return *(*[2]uint64)(p) == *(*[2]uint64)(q) }
func f32equal(p, q unsafe.Pointer) bool    { return *(*float32)(p) == *(*float32)(q) }
func f64equal(p, q unsafe.Pointer) bool    { return *(*float64)(p) == *(*float64)(q) }
func c64equal(p, q unsafe.Pointer) bool    { return *(*complex64)(p) == *(*complex64)(q) }
func c128equal(p, q unsafe.Pointer) bool   { return *(*complex128)(p) == *(*complex128)(q) }
func strequal(p, q unsafe.Pointer) bool    { return strequalfn(*(*string)(p), *(*string)(q)) }

func interequal(p, q unsafe.Pointer) bool {
	x, y := (*iface)(p), (*iface)(q)
	return (x.tab == y.tab || sametype(x.tab, y.tab)) && ifaceeq(x.tab, x.data, y.data)
}

func nilinterequal(p, q unsafe.Pointer) bool {
	x, y := (*eface)(p), (*eface)(q)
	return x._type == y._type && efaceeq(x._type, x.data, y.data)
}

// efaceeq compares the values of two interfaces of the same dynamic type t.
func efaceeq(t *_type, x, y unsafe.Pointer) bool {
	if t == nil {
		return true
	}
	eq := t.Equal
	if eq == nil {
		panic(error(errorString("comparing uncomparable type " + typeString(t))))
	}
	if isDirect(t) {
		return x == y
	}
	return eq(x, y)
}

// sametype reports whether two different itabs are of one type: the compiler's and those of getitab are not unique.
func sametype(a, b *itab) bool {
	return a != nil && b != nil && a.Type == b.Type
}

func ifaceeq(tab *itab, x, y unsafe.Pointer) bool {
	if tab == nil {
		return true
	}
	return efaceeq(tab.Type, x, y)
}

// typesEqual reports identity. Descriptors of one program are unique; reflect looks up before it makes a new one.
func typesEqual(a, b *_type) bool { return a == b }
