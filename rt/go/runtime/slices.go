// make, append and conversion checks of slices.
//
// Capacities follow gc, because programs see them: the growth rule, then rounding up to what the allocator hands out
// in gc's size classes (objects with pointers above 512 bytes spend a header word of their class).

package runtime

import (
	"internal/goarch"
	"internal/runtime/gc"
	"internal/runtime/math"
	"unsafe"
)

const (
	headerMin  = goarch.PtrSize * 64 // objects with pointers above this size have a header in gc
	headerSize = 8
	pageSize   = 1 << gc.PageShift
)

// roundupsize is the size of the block gc would allocate for an object.
func roundupsize(size uintptr, noscan bool) uintptr {
	header := uintptr(0)
	if !noscan && size > headerMin {
		header = headerSize
	}
	want := size + header
	switch {
	case want <= gc.SmallSizeMax-8:
		return uintptr(gc.SizeClassToSize[gc.SizeToSizeClass8[(want+gc.SmallSizeDiv-1)/gc.SmallSizeDiv]]) - header
	case want <= gc.MaxSmallSize-headerSize:
		i := (want - gc.SmallSizeMax + gc.LargeSizeDiv - 1) / gc.LargeSizeDiv
		return uintptr(gc.SizeClassToSize[gc.SizeToSizeClass128[i]]) - header
	}
	// Large objects: whole pages, and no header.
	up := size + pageSize - 1
	if up < size {
		return size
	}
	return up &^ (pageSize - 1)
}

// grownCap doubles small capacities and eases to a growth by a quarter from 256 elements on.
func grownCap(newLen, oldCap int) int {
	if newLen > 2*oldCap {
		return newLen
	}
	const threshold = 256
	if oldCap < threshold {
		return 2 * oldCap
	}
	c := oldCap
	for uint(c) < uint(newLen) || c == oldCap {
		c += (c + 3*threshold) / 4
		if c <= 0 {
			return newLen
		}
	}
	return c
}

func growslice(old unsafe.Pointer, newLen, oldCap, num int, et *_type) (ptr unsafe.Pointer, length, capacity int) {
	oldLen := newLen - num
	if newLen < 0 {
		panic(errorString("growslice: len out of range"))
	}
	if et.Size_ == 0 {
		return unsafe.Pointer(&zerobase), newLen, newLen
	}
	noscan := et.PtrBytes == 0
	newCap := grownCap(newLen, oldCap)
	bytes, overflow := math.MulUintptr(et.Size_, uintptr(newCap))
	if !overflow {
		bytes = roundupsize(bytes, noscan)
		newCap = int(bytes / et.Size_)
		bytes = uintptr(newCap) * et.Size_
	}
	if overflow || bytes > maxAlloc {
		panic(errorString("growslice: len out of range"))
	}
	lenBytes := uintptr(oldLen) * et.Size_
	if noscan {
		p := rt_alloc(bytes, nil, 1)
		end := uintptr(newLen) * et.Size_
		rt_memclr(add(p, end), bytes-end)
		rt_memmove(p, old, lenBytes)
		return p, newLen, newCap
	}
	p := rt_alloc(bytes, et, 0)
	if lenBytes > 0 {
		rt_memmove_ptrs(p, old, lenBytes)
	}
	return p, newLen, newCap
}

func makeslice(et *_type, length, capacity int) unsafe.Pointer {
	bytes, overflow := math.MulUintptr(et.Size_, uintptr(capacity))
	if overflow || bytes > maxAlloc || length < 0 || length > capacity {
		bytes, overflow := math.MulUintptr(et.Size_, uintptr(length))
		if overflow || bytes > maxAlloc || length < 0 {
			panicmakeslicelen()
		}
		panicmakeslicecap()
	}
	return mallocgc(bytes, et, true)
}

func makeslice64(et *_type, length, capacity int64) unsafe.Pointer {
	if int64(int(length)) != length {
		panicmakeslicelen()
	}
	if int64(int(capacity)) != capacity {
		panicmakeslicecap()
	}
	return makeslice(et, int(length), int(capacity))
}

// makeslicecopy makes a slice of tolen elements and copies from's into it.
func makeslicecopy(et *_type, tolen, fromlen int, from unsafe.Pointer) unsafe.Pointer {
	p := makeslice(et, tolen, tolen)
	typedslicecopy(et, p, tolen, from, fromlen)
	return p
}

func unsafeslice(et *_type, p unsafe.Pointer, n int) {
	if n < 0 {
		panicunsafeslicelen()
	}
	if et.Size_ == 0 || n == 0 {
		if p == nil && n > 0 {
			panicunsafeslicenilptr()
		}
		return
	}
	bytes, overflow := math.MulUintptr(et.Size_, uintptr(n))
	if overflow || bytes > -uintptr(p) {
		if p == nil {
			panicunsafeslicenilptr()
		}
		panicunsafeslicelen()
	}
}

func unsafeslice64(et *_type, p unsafe.Pointer, n int64) { unsafeslice(et, p, int(n)) }

func unsafeslicecheckptr(et *_type, p unsafe.Pointer, n int64) { unsafeslice(et, p, int(n)) }

func unsafestring(p unsafe.Pointer, n int) {
	if n < 0 {
		panicunsafestringlen()
	}
	if uintptr(n) > -uintptr(p) {
		if p == nil {
			panicunsafestringnilptr()
		}
		panicunsafestringlen()
	}
}

func unsafestring64(p unsafe.Pointer, n int64) { unsafestring(p, int(n)) }

//go:linkname bytealg_MakeNoZero internal/bytealg.MakeNoZero
func bytealg_MakeNoZero(n int) []byte {
	if n < 0 || uint(n) > maxAlloc {
		panicmakeslicelen()
	}
	c := roundupsize(uintptr(n), true)
	return unsafe.Slice((*byte)(mallocgc(c, nil, false)), int(c))[:n]
}

//go:linkname reflect_growslice reflect.growslice
func reflect_growslice(et *_type, old slice, num int) slice {
	num -= old.cap - old.len // spare room counts
	p, _, c := growslice(old.array, old.cap+num, old.cap, num, et)
	// Room behind the old capacity is new: growslice leaves it to its caller to fill where there are no pointers.
	if et.PtrBytes == 0 && et.Size_ != 0 {
		from := uintptr(old.cap) * et.Size_
		rt_memclr(add(p, from), uintptr(c)*et.Size_-from)
	}
	return slice{p, old.len, c}
}
