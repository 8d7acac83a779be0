// Interface tables, assertions and conversions.
//
// The compiler emits the tables it can name; the others are made here and live for ever in a table of buckets that is
// read without a lock: entries are complete before they are published.

package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/runtime/atomic"
	"unsafe"
)

const bigEndian = goarch.BigEndian

type itabEntry struct {
	inter *interfacetype
	typ   *_type
	tab   *itab  // nil: typ lacks a method
	lacks string // its name
	next  *itabEntry
}

var itabs struct {
	lock    uint32
	buckets [1 << 10]atomic.UnsafePointer // of *itabEntry
}

func itabBucket(inter *interfacetype, typ *_type) *atomic.UnsafePointer {
	// Descriptors do not move. Their addresses are at hand, which their hashes are not.
	h := uint64(uintptr(unsafe.Pointer(inter)))*0x9E3779B97F4A7C15 + uint64(uintptr(unsafe.Pointer(typ)))*0xC2B2AE3D27D4EB4F
	return &itabs.buckets[h>>54]
}

func findItab(inter *interfacetype, typ *_type) *itabEntry {
	for e := (*itabEntry)(itabBucket(inter, typ).Load()); e != nil; e = e.next {
		if e.inter == inter && e.typ == typ {
			return e
		}
	}
	return nil
}

// itabFor returns the entry of a pair, made at its first use.
func itabFor(inter *interfacetype, typ *_type) *itabEntry {
	if e := findItab(inter, typ); e != nil {
		return e
	}
	e := buildItab(inter, typ)
	bucket := itabBucket(inter, typ)
	lock(&itabs.lock)
	if other := findItab(inter, typ); other != nil {
		e = other
	} else {
		e.next = (*itabEntry)(bucket.Load())
		bucket.Store(unsafe.Pointer(e))
	}
	unlock(&itabs.lock)
	return e
}

// buildItab merges two lists of methods, both sorted by name.
func buildItab(inter *interfacetype, typ *_type) *itabEntry {
	n := len(inter.Methods)
	e := &itabEntry{inter: inter, typ: typ}
	owner := unsafe.Pointer(typ)
	uncommon := typ.Uncommon()
	var methods []abi.Method
	if uncommon != nil {
		methods = uncommon.Methods()
	}
	words := uintptr(n)
	if words == 0 {
		words = 1
	}
	tab := (*itab)(rt_alloc(unsafe.Offsetof(itab{}.Fun)+words*goarch.PtrSize, nil, 0)) // the entry keeps what it refers to
	at := 0
	for i := range inter.Methods {
		want := &inter.Methods[i]
		wantName := resolveName(want.Name)
		name := wantName.Name()
		wantType := resolveType(unsafe.Pointer(inter), want.Typ)
		found := false
		for ; at < len(methods) && !found; at++ {
			have := &methods[at]
			haveName := resolveName(have.Name)
			if haveName.Name() != name {
				continue
			}
			if resolveType(owner, have.Mtyp) != wantType || !samePackage(wantName, inter, haveName, typ, uncommon) {
				continue
			}
			*(*uintptr)(add(unsafe.Pointer(&tab.Fun), uintptr(i)*goarch.PtrSize)) = uintptr(resolveText(owner, have.Ifn))
			found = true
		}
		if !found {
			e.lacks = name
			return e
		}
	}
	tab.Inter = inter
	tab.Type = typ
	tab.Hash = typ.Hash
	e.tab = tab
	return e
}

// samePackage: unexported methods match only within their package.
func samePackage(want abi.Name, inter *interfacetype, have abi.Name, typ *_type, u *abi.UncommonType) bool {
	if have.IsExported() {
		return true
	}
	wp := namePkgPath(want)
	if wp == "" {
		wp = inter.PkgPath.Name()
	}
	hp := namePkgPath(have)
	if hp == "" && u.PkgPath != 0 {
		hp = resolveName(u.PkgPath).Name()
	}
	return wp == hp
}

func getitab(inter *interfacetype, typ *_type, canfail bool) *itab {
	if e := findItab(inter, typ); e != nil && e.tab != nil {
		return e.tab
	}
	return getitabSlow(inter, typ, canfail)
}

// getitabSlow is getitab of a pair that is new or does not fit.
func getitabSlow(inter *interfacetype, typ *_type, canfail bool) *itab {
	if len(inter.Methods) == 0 {
		throw("internal error - misuse of itab")
	}
	if typ.TFlag&abi.TFlagUncommon == 0 {
		if canfail {
			return nil
		}
		panic(&TypeAssertionError{nil, typ, &inter.Type, resolveName(inter.Methods[0].Name).Name()})
	}
	e := itabFor(inter, typ)
	if e.tab == nil && !canfail {
		panic(&TypeAssertionError{concrete: typ, asserted: &inter.Type, missingMethod: e.lacks})
	}
	return e.tab
}

func assertE2I(inter *interfacetype, t *_type) *itab {
	if t == nil {
		panic(&TypeAssertionError{nil, nil, &inter.Type, ""})
	}
	return getitab(inter, t, false)
}

func assertE2I2(inter *interfacetype, t *_type) *itab {
	if t == nil {
		return nil
	}
	return getitab(inter, t, true)
}

func typeAssert(s *abi.TypeAssert, t *_type) *itab {
	if t == nil {
		if !s.CanFail {
			panic(&TypeAssertionError{nil, nil, &s.Inter.Type, ""})
		}
		return nil
	}
	return getitab(s.Inter, t, s.CanFail)
}

// interfaceSwitch returns the first case t implements and its table; len(cases) if none.
func interfaceSwitch(s *abi.InterfaceSwitch, t *_type) (int, *itab) {
	first := unsafe.Pointer(&s.Cases)
	for i := 0; i < s.NCases; i++ {
		inter := *(**interfacetype)(add(first, uintptr(i)*goarch.PtrSize))
		if tab := getitab(inter, t, true); tab != nil {
			return i, tab
		}
	}
	return s.NCases, nil
}

// staticuint64s holds the values of a byte for interface data.
var staticuint64s = [256]uint64{
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
	0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
	0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
	0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f,
	0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f,
	0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
	0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
	0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f,
	0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f,
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
	0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf,
	0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf,
	0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
	0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef,
	0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
}

func getStaticuint64s() *[256]uint64 { return &staticuint64s }

// The conv functions box a value that does not fit the data word. Where the box does not escape, the compiler has it in the
// frame instead, if these are still calls then.

func convT(t *_type, v unsafe.Pointer) unsafe.Pointer {
	p := mallocgc(t.Size_, t, true)
	typedmemmove(t, p, v)
	return p
}

func convTnoptr(t *_type, v unsafe.Pointer) unsafe.Pointer {
	p := mallocgc(t.Size_, nil, false)
	rt_memmove(p, v, t.Size_)
	return p
}

//go:noinline
func convT16(v uint16) unsafe.Pointer {
	if v < uint16(len(staticuint64s)) {
		p := unsafe.Pointer(&staticuint64s[v])
		if bigEndian {
			p = add(p, 6)
		}
		return p
	}
	p := mallocgc(2, nil, false)
	*(*uint16)(p) = v
	return p
}

//go:noinline
func convT32(v uint32) unsafe.Pointer {
	if v < uint32(len(staticuint64s)) {
		p := unsafe.Pointer(&staticuint64s[v])
		if bigEndian {
			p = add(p, 4)
		}
		return p
	}
	p := mallocgc(4, nil, false)
	*(*uint32)(p) = v
	return p
}

//go:noinline
func convT64(v uint64) unsafe.Pointer {
	if v < uint64(len(staticuint64s)) {
		return unsafe.Pointer(&staticuint64s[v])
	}
	p := mallocgc(8, nil, false)
	*(*uint64)(p) = v
	return p
}

//go:noinline
func convTstring(v string) unsafe.Pointer {
	if v == "" {
		return unsafe.Pointer(&zeroVal[0])
	}
	p := new(string)
	*p = v
	return unsafe.Pointer(p)
}

//go:noinline
func convTslice(v []byte) unsafe.Pointer {
	if v == nil {
		return unsafe.Pointer(&zeroVal[0])
	}
	p := new([]byte)
	*p = v
	return unsafe.Pointer(p)
}
