// Maps: what is not in internal/runtime/maps itself.
//
// The map is the distribution's, in Go. It takes its hooks from here by linkname, and gives the compiler most of the
// runtime.map* entry points in return.

package runtime

import (
	"internal/runtime/maps"
	"unsafe"
)

//go:linkname maps_errNilAssign internal/runtime/maps.errNilAssign
var maps_errNilAssign error = plainError("assignment to entry in nil map")

//go:linkname maps_fatal internal/runtime/maps.fatal
func maps_fatal(s string) { fatal(s) }

//go:linkname maps_rand internal/runtime/maps.rand
func maps_rand() uint64 { return rt_rand() }

//go:linkname maps_typedmemmove internal/runtime/maps.typedmemmove
func maps_typedmemmove(t *_type, dst, src unsafe.Pointer) { typedmemmove(t, dst, src) }

//go:linkname maps_typedmemclr internal/runtime/maps.typedmemclr
func maps_typedmemclr(t *_type, p unsafe.Pointer) { typedmemclr(t, p) }

//go:linkname maps_newarray internal/runtime/maps.newarray
func maps_newarray(t *_type, n int) unsafe.Pointer { return newarray(t, n) }

//go:linkname maps_newobject internal/runtime/maps.newobject
func maps_newobject(t *_type) unsafe.Pointer { return newobject(t) }

//go:linkname maps_typeString internal/runtime/maps.typeString
func maps_typeString(t *_type) string { return typeString(t) }

// Pushed here by internal/runtime/maps.

//go:linkname mapaccess1
func mapaccess1(t *maptype, m *maps.Map, key unsafe.Pointer) unsafe.Pointer

//go:linkname mapaccess2
func mapaccess2(t *maptype, m *maps.Map, key unsafe.Pointer) (unsafe.Pointer, bool)

//go:linkname mapassign
func mapassign(t *maptype, m *maps.Map, key unsafe.Pointer) unsafe.Pointer

//go:linkname mapaccess2_faststr
func mapaccess2_faststr(t *maptype, m *maps.Map, key string) (unsafe.Pointer, bool)

//go:linkname mapassign_faststr
func mapassign_faststr(t *maptype, m *maps.Map, key string) unsafe.Pointer

//go:linkname mapdelete_faststr
func mapdelete_faststr(t *maptype, m *maps.Map, key string)

func makemap_small() *maps.Map { return maps.NewEmptyMap() }

func makemap(t *maptype, hint int, m *maps.Map) *maps.Map {
	return maps.NewMap(t, uintptr(max(hint, 0)), m, maxAlloc)
}

func makemap64(t *maptype, hint int64, m *maps.Map) *maps.Map { return makemap(t, int(hint), m) }

// mapaccess1_fat is for elements larger than zeroVal: zero is what a missing one reads as.
func mapaccess1_fat(t *maptype, m *maps.Map, key, zero unsafe.Pointer) unsafe.Pointer {
	if p, ok := mapaccess2(t, m, key); ok {
		return p
	}
	return zero
}

func mapaccess2_fat(t *maptype, m *maps.Map, key, zero unsafe.Pointer) (unsafe.Pointer, bool) {
	if p, ok := mapaccess2(t, m, key); ok {
		return p, true
	}
	return zero, false
}

func mapdelete(t *maptype, m *maps.Map, key unsafe.Pointer) { m.Delete(t, key) }

func mapIterStart(t *maptype, m *maps.Map, it *maps.Iter) {
	it.Init(t, m)
	it.Next()
}

func mapIterNext(it *maps.Iter) { it.Next() }

func mapiterinit(t *maptype, m *maps.Map, it *maps.Iter) { mapIterStart(t, m, it) }
func mapiternext(it *maps.Iter)                          { it.Next() }

func mapclear(t *maptype, m *maps.Map) { m.Clear(t) }

func maplen(m *maps.Map) int {
	if m == nil {
		return 0
	}
	return int(m.Used())
}

//go:linkname mapclone maps.clone
func mapclone(m any) any {
	e := efaceOf(&m)
	t := (*maptype)(unsafe.Pointer(e._type))
	if old := (*maps.Map)(e.data); old == nil {
		e.data = unsafe.Pointer(makemap(t, 0, nil))
	} else {
		e.data = unsafe.Pointer(old.Clone(t))
	}
	return m
}

// reflect.

//go:linkname reflect_makemap reflect.makemap
func reflect_makemap(t *maptype, hint int) *maps.Map { return makemap(t, hint, nil) }

//go:linkname reflect_mapaccess reflect.mapaccess
func reflect_mapaccess(t *maptype, m *maps.Map, key unsafe.Pointer) unsafe.Pointer {
	if p, ok := mapaccess2(t, m, key); ok {
		return p
	}
	return nil // reflect tells missing elements by nil
}

//go:linkname reflect_mapaccess_faststr reflect.mapaccess_faststr
func reflect_mapaccess_faststr(t *maptype, m *maps.Map, key string) unsafe.Pointer {
	if p, ok := mapaccess2_faststr(t, m, key); ok {
		return p
	}
	return nil
}

//go:linkname reflect_mapassign reflect.mapassign0
func reflect_mapassign(t *maptype, m *maps.Map, key, elem unsafe.Pointer) {
	typedmemmove(t.Elem, mapassign(t, m, key), elem)
}

//go:linkname reflect_mapassign_faststr reflect.mapassign_faststr0
func reflect_mapassign_faststr(t *maptype, m *maps.Map, key string, elem unsafe.Pointer) {
	typedmemmove(t.Elem, mapassign_faststr(t, m, key), elem)
}

//go:linkname reflect_mapdelete reflect.mapdelete
func reflect_mapdelete(t *maptype, m *maps.Map, key unsafe.Pointer) { mapdelete(t, m, key) }

//go:linkname reflect_mapdelete_faststr reflect.mapdelete_faststr
func reflect_mapdelete_faststr(t *maptype, m *maps.Map, key string) { mapdelete_faststr(t, m, key) }

//go:linkname reflect_maplen reflect.maplen
func reflect_maplen(m *maps.Map) int { return maplen(m) }

//go:linkname reflect_mapclear reflect.mapclear
func reflect_mapclear(t *maptype, m *maps.Map) { mapclear(t, m) }

//go:linkname reflectlite_maplen internal/reflectlite.maplen
func reflectlite_maplen(m *maps.Map) int { return maplen(m) }
