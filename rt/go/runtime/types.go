// Type descriptors at run time.
//
// Descriptors, interface tables and names are laid out as internal/abi says. Name, type and text offsets count from
// the first byte of the owning descriptor, 0 meaning none; descriptors that reflect makes live in the heap, and their
// offsets are the numbers reflectOffs hands out. One descriptor per type of the program, so identity is address.

package runtime

import (
	"internal/abi"
	"unsafe"
)

type (
	_type         = abi.Type
	itab          = abi.ITab
	interfacetype = abi.InterfaceType
	maptype       = abi.MapType
	chantype      = abi.ChanType
	arraytype     = abi.ArrayType
	structtype    = abi.StructType
	slicetype     = abi.SliceType
	functype      = abi.FuncType
	ptrtype       = abi.PtrType
	nameOff       = abi.NameOff
	typeOff       = abi.TypeOff
	textOff       = abi.TextOff
)

type eface struct {
	_type *_type
	data  unsafe.Pointer
}

type iface struct {
	tab  *itab
	data unsafe.Pointer
}

// slice is a slice's three words.
type slice struct {
	array unsafe.Pointer
	len   int
	cap   int
}

// stringWords is a string's two words.
type stringWords struct {
	ptr unsafe.Pointer
	len int
}

func efaceOf(p *any) *eface { return (*eface)(unsafe.Pointer(p)) }

func add(p unsafe.Pointer, n uintptr) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + n) }

// noescape returns p; the compiler takes it for none that it knows of.
//
//go:nosplit
func noescape(p unsafe.Pointer) unsafe.Pointer {
	return abi.NoEscape(p)
}

// isDirect reports whether values of t are stored in an interface's data word itself.
func isDirect(t *_type) bool { return t.TFlag&abi.TFlagDirectIface != 0 }

// typeString is the type's name as %T shows it.
func typeString(t *_type) string {
	s := resolveName(t.Str).Name()
	if t.TFlag&abi.TFlagExtraStar != 0 {
		return s[1:]
	}
	return s
}

// typePkgPath is the import path of the package that declares t's name, "" for unnamed and predeclared types.
func typePkgPath(t *_type) string {
	if u := t.Uncommon(); u != nil && u.PkgPath != 0 {
		return resolveName(u.PkgPath).Name()
	}
	switch t.Kind() {
	case abi.Struct:
		return (*structtype)(unsafe.Pointer(t)).PkgPath.Name()
	case abi.Interface:
		return (*interfacetype)(unsafe.Pointer(t)).PkgPath.Name()
	}
	return ""
}

// namePkgPath is the package of an unexported name, "" where the name does not carry one. The offset in a name counts from
// the name's own first byte, since descriptors share names.
func namePkgPath(n abi.Name) string {
	if n.Bytes == nil || *n.Bytes&(1<<2) == 0 {
		return ""
	}
	i, l := n.ReadVarint(1)
	off := 1 + i + l
	if n.HasTag() {
		i, l = n.ReadVarint(off)
		off += i + l
	}
	p := add(unsafe.Pointer(n.Bytes), uintptr(off))
	var rel nameOff
	for b := 0; b < 4; b++ { // unaligned, in the target's byte order
		*(*byte)(add(unsafe.Pointer(&rel), uintptr(b))) = *(*byte)(add(p, uintptr(b)))
	}
	return resolveName(rel).Name()
}

// reflectOffs numbers the pointers that reflect hands in for the offset fields of descriptors it makes. index holds the
// numbers in a table of open addressing, at most half full, of a power of two.
var reflectOffs struct {
	lock  uint32
	items []unsafe.Pointer
	index []int32 // place in items plus 1
}

func reflectOff(off int32) unsafe.Pointer {
	lock(&reflectOffs.lock)
	var p unsafe.Pointer
	if i := int(-off) - 1; i >= 0 && i < len(reflectOffs.items) {
		p = reflectOffs.items[i]
	}
	unlock(&reflectOffs.lock)
	if p == nil {
		throw("runtime: offset of a type made by reflect is unknown")
	}
	return p
}

// reflectOffSlot finds where p is in the index, or the empty slot where it would go.
func reflectOffSlot(index []int32, items []unsafe.Pointer, p unsafe.Pointer) int {
	mask := len(index) - 1
	i := int(uint64(uintptr(p))*0x9E3779B97F4A7C15>>20) & mask
	for index[i] != 0 && items[index[i]-1] != p {
		i = (i + 1) & mask
	}
	return i
}

// addReflectOff numbers p: -1, -2, …, the same pointer always alike.
func addReflectOff(p unsafe.Pointer) int32 {
	for {
		lock(&reflectOffs.lock)
		items, index := reflectOffs.items, reflectOffs.index
		n := len(items)
		if len(index) > 0 {
			i := reflectOffSlot(index, items, p)
			if index[i] == 0 && n < cap(items) {
				reflectOffs.items = items[:n+1]
				reflectOffs.items[n] = p
				index[i] = int32(n + 1)
			}
			if k := index[i]; k != 0 {
				unlock(&reflectOffs.lock)
				return -k
			}
		}
		unlock(&reflectOffs.lock)
		// Not under the lock: this allocates.
		room := 2*n + 64
		grown := make([]unsafe.Pointer, n, room)
		size := 1
		for size < 2*room {
			size *= 2
		}
		table := make([]int32, size)
		lock(&reflectOffs.lock)
		if len(reflectOffs.items) == n && cap(reflectOffs.items) < room {
			copy(grown, reflectOffs.items)
			for i, p := range grown {
				table[reflectOffSlot(table, grown, p)] = int32(i + 1)
			}
			reflectOffs.items, reflectOffs.index = grown, table
		}
		unlock(&reflectOffs.lock)
	}
}

func resolveOff(off int32) unsafe.Pointer {
	if off == 0 {
		return nil
	}
	if off > 0 {
		return unsafe.Pointer(uintptr(off))
	}
	return reflectOff(off)
}

func resolveName(off nameOff) abi.Name {
	return abi.Name{Bytes: (*byte)(resolveOff(int32(off)))}
}

func resolveType(owner unsafe.Pointer, off typeOff) *_type {
	if off == -1 { // a method the linker dropped
		if rt_is_heap_ptr(owner) == 0 {
			return nil
		}
	}
	return (*_type)(resolveOff(int32(off)))
}

// unreachableMethod stands for methods that were not compiled because nothing can call them.
func unreachableMethod() { throw("unreachable method called. linker bug?") }

func resolveText(owner unsafe.Pointer, off textOff) unsafe.Pointer {
	if off == -1 && rt_is_heap_ptr(owner) == 0 {
		return unsafe.Pointer(abi.FuncPCABIInternal(unreachableMethod))
	}
	return resolveOff(int32(off))
}
