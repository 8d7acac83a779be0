// Hash functions of map keys: a multiply-and-fold hash over words, seeded per process.
//
// Equal values hash alike: floats hash ±0 alike and NaNs at random, interfaces by their dynamic type; unhashable ones
// panic with gc's text.

package runtime

import (
	"internal/abi"
	"internal/runtime/math"
	"unsafe"
)

// hashSeeds is set at start, before any map exists. Odd numbers.
var hashSeeds = [4]uint64{0x8f2b3c4d5e6f7081, 0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x589965cc75374cc3}

func seedHashes() {
	for i := range hashSeeds {
		hashSeeds[i] = rt_rand() | 1
	}
}

// fold multiplies to 128 bits and xors the halves.
func fold(a, b uint64) uint64 {
	hi, lo := math.Mul64(a, b)
	return hi ^ lo
}

func load32(p unsafe.Pointer) uint64 {
	b := (*[4]byte)(p)
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24
}

func load64(p unsafe.Pointer) uint64 {
	return load32(p) | load32(add(p, 4))<<32
}

func hashWord(v, h, n uint64) uintptr {
	return uintptr(fold(fold(v^hashSeeds[0], h^hashSeeds[1])^n, hashSeeds[2]))
}

func memhash(p unsafe.Pointer, h, n uintptr) uintptr {
	a, b := uint64(0), uint64(0)
	state := uint64(h) ^ hashSeeds[0]
	left := n
	for left > 16 {
		state = fold(load64(p)^hashSeeds[1], load64(add(p, 8))^state)
		p = add(p, 16)
		left -= 16
	}
	switch {
	case left >= 8:
		a = load64(p)
		b = load64(add(p, left-8))
	case left >= 4:
		a = load32(p)
		b = load32(add(p, left-4))
	case left > 0:
		a = uint64(*(*byte)(p)) | uint64(*(*byte)(add(p, left/2)))<<8 | uint64(*(*byte)(add(p, left-1)))<<16
	}
	return uintptr(fold(fold(a^hashSeeds[2], b^state)^uint64(n), hashSeeds[3]))
}

func memhash8(p unsafe.Pointer, h uintptr) uintptr {
	return hashWord(uint64(*(*uint8)(p)), uint64(h), 1)
}
func memhash16(p unsafe.Pointer, h uintptr) uintptr {
	return hashWord(uint64(*(*uint16)(p)), uint64(h), 2)
}
func memhash32(p unsafe.Pointer, h uintptr) uintptr {
	return hashWord(uint64(*(*uint32)(p)), uint64(h), 4)
}
func memhash64(p unsafe.Pointer, h uintptr) uintptr { return hashWord(*(*uint64)(p), uint64(h), 8) }
func memhash128(p unsafe.Pointer, h uintptr) uintptr {
	w := (*[2]uint64)(p)
	return hashWord(w[0], uint64(hashWord(w[1], uint64(h), 8)), 16)
}

func strhash(p unsafe.Pointer, h uintptr) uintptr {
	s := (*stringWords)(p)
	return memhash(s.ptr, h, uintptr(s.len))
}

func f32hash(p unsafe.Pointer, h uintptr) uintptr {
	f := *(*float32)(p)
	switch {
	case f == 0:
		return hashWord(0, uint64(h), 4)
	case f != f:
		return hashWord(rt_rand(), uint64(h), 4)
	}
	return memhash32(p, h)
}

func f64hash(p unsafe.Pointer, h uintptr) uintptr {
	f := *(*float64)(p)
	switch {
	case f == 0:
		return hashWord(0, uint64(h), 8)
	case f != f:
		return hashWord(rt_rand(), uint64(h), 8)
	}
	return memhash64(p, h)
}

func c64hash(p unsafe.Pointer, h uintptr) uintptr  { return f32hash(add(p, 4), f32hash(p, h)) }
func c128hash(p unsafe.Pointer, h uintptr) uintptr { return f64hash(add(p, 8), f64hash(p, h)) }

func dynamichash(t *_type, data unsafe.Pointer, h uintptr) uintptr {
	if t == nil {
		return h
	}
	if t.Equal == nil {
		panic(error(errorString("hash of unhashable type " + typeString(t))))
	}
	// Values without bits change nothing in h: where they stand must.
	h = uintptr((uint64(h) ^ hashSeeds[0]) * hashSeeds[1])
	if isDirect(t) {
		return typehash(t, unsafe.Pointer(&data), h)
	}
	return typehash(t, data, h)
}

func interhash(p unsafe.Pointer, h uintptr) uintptr {
	i := (*iface)(p)
	if i.tab == nil {
		return h
	}
	return dynamichash(i.tab.Type, i.data, h)
}

func nilinterhash(p unsafe.Pointer, h uintptr) uintptr {
	e := (*eface)(p)
	return dynamichash(e._type, e.data, h)
}

// typehash hashes a value of any type, as the functions do that the compiler makes for keys of maps: a map made by
// reflection may be used by compiled code.
func typehash(t *_type, p unsafe.Pointer, h uintptr) uintptr {
	if t.TFlag&abi.TFlagRegularMemory != 0 {
		switch t.Size_ {
		case 0:
			return h
		case 1:
			return memhash8(p, h)
		case 2:
			return memhash16(p, h)
		case 4:
			return memhash32(p, h)
		case 8:
			return memhash64(p, h)
		case 16:
			return memhash128(p, h)
		}
		return memhash(p, h, t.Size_)
	}
	switch t.Kind() {
	case abi.Float32:
		return f32hash(p, h)
	case abi.Float64:
		return f64hash(p, h)
	case abi.Complex64:
		return c64hash(p, h)
	case abi.Complex128:
		return c128hash(p, h)
	case abi.String:
		return strhash(p, h)
	case abi.Interface:
		if len((*interfacetype)(unsafe.Pointer(t)).Methods) == 0 {
			return nilinterhash(p, h)
		}
		return interhash(p, h)
	case abi.Array:
		a := (*arraytype)(unsafe.Pointer(t))
		for i := uintptr(0); i < a.Len; i++ {
			h = typehash(a.Elem, add(p, i*a.Elem.Size_), h)
		}
		return h
	case abi.Struct:
		s := (*structtype)(unsafe.Pointer(t))
		for i := 0; i < len(s.Fields); {
			f := &s.Fields[i]
			end := f.Offset
			first := i
			for i < len(s.Fields) && s.Fields[i].Offset == end && isPlainField(&s.Fields[i]) {
				end += s.Fields[i].Typ.Size_
				i++
			}
			switch {
			case end > f.Offset:
				h = memhash(add(p, f.Offset), h, end-f.Offset)
			case i == first:
				if !f.Name.IsBlank() {
					h = typehash(f.Typ, add(p, f.Offset), h)
				}
				i++
			}
		}
		return h
	case abi.Func, abi.Map, abi.Slice:
		panic(error(errorString("hash of unhashable type " + typeString(t))))
	}
	return memhash(p, h, t.Size_) // integers, pointers, channels
}

// isPlainField reports whether a field's bytes are hashed together with those beside it.
func isPlainField(f *abi.StructField) bool {
	return !f.Name.IsBlank() && f.Typ.TFlag&abi.TFlagRegularMemory != 0
}
