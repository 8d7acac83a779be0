// spec: Package unsafe, Size and alignment guarantees, System considerations, Go 1.17, Go 1.20, Pointer types
// needs: println

package main

import "unsafe"

type S struct {
	a bool
	b int64
	c uint16
	d string
	e [3]byte
	f float32
	g []int
	h any
}

type header struct {
	kind uint8
	len  uint32
}

type list struct {
	next *list
	val  int
}

func bits(f float64) uint64    { return *(*uint64)(unsafe.Pointer(&f)) }
func fbits(f float32) uint32   { return *(*uint32)(unsafe.Pointer(&f)) }
func from(b uint64) float64    { return *(*float64)(unsafe.Pointer(&b)) }
func bytesOf(s string) []byte  { return unsafe.Slice(unsafe.StringData(s), len(s)) }
func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func field[T any](p unsafe.Pointer, off uintptr) *T {
	return (*T)(unsafe.Add(p, off))
}

func sizeOf[T any]() uintptr {
	var z T
	return unsafe.Sizeof(z)
}

func main() {
	println(unsafe.Sizeof(int8(0)), unsafe.Sizeof(int16(0)), unsafe.Sizeof(int32(0)), unsafe.Sizeof(int64(0)), unsafe.Sizeof(0), unsafe.Sizeof(uintptr(0)))
	println(unsafe.Sizeof(float32(0)), unsafe.Sizeof(0.0), unsafe.Sizeof(complex64(0)), unsafe.Sizeof(0i), unsafe.Sizeof(true), unsafe.Sizeof('a'))
	println(unsafe.Sizeof(""), unsafe.Sizeof([]int{}), unsafe.Sizeof(map[int]int{}), unsafe.Sizeof(any(0)), unsafe.Sizeof(func() {}), unsafe.Sizeof(make(chan int)))
	println(unsafe.Sizeof([5]int16{}), unsafe.Sizeof(struct{}{}), unsafe.Sizeof([0]int{}), unsafe.Sizeof(struct {
		a int32
		b struct{}
	}{}))
	var s S
	println(unsafe.Sizeof(s), unsafe.Alignof(s), unsafe.Alignof(s.c), unsafe.Alignof(s.d))
	println(unsafe.Offsetof(s.a), unsafe.Offsetof(s.b), unsafe.Offsetof(s.c), unsafe.Offsetof(s.d), unsafe.Offsetof(s.e), unsafe.Offsetof(s.f), unsafe.Offsetof(s.g), unsafe.Offsetof(s.h))
	println(sizeOf[S](), sizeOf[int8](), sizeOf[[2]string]())
	const off = unsafe.Offsetof(s.e)
	var arr [off]byte
	println(len(arr))

	println(bits(1), bits(-0.5), fbits(1.5), from(0x4009_21fb_5444_2d18), bits(from(0x7ff8000000000001)))
	s.b = 77
	s.e = [3]byte{1, 2, 3}
	s.d = "str"
	p := unsafe.Pointer(&s)
	*field[int64](p, unsafe.Offsetof(s.b))++
	println(s.b, *field[byte](p, unsafe.Offsetof(s.e)+2), *field[string](p, unsafe.Offsetof(s.d)))
	*(*float32)(unsafe.Pointer(uintptr(p) + unsafe.Offsetof(s.f))) = 2.5
	println(s.f)

	xs := []int32{10, 20, 30, 40}
	q := unsafe.Pointer(&xs[0])
	sum := int32(0)
	for i := range xs {
		sum += *(*int32)(unsafe.Add(q, uintptr(i)*unsafe.Sizeof(xs[0])))
	}
	last := (*int32)(unsafe.Add(unsafe.Pointer(&xs[3]), -8))
	println(sum, *last)
	ys := unsafe.Slice(&xs[1], 2)
	ys[0] = 99
	println(len(ys), cap(ys), xs[1], unsafe.SliceData(ys) == &xs[1])
	words := unsafe.Slice((*uint8)(q), 4)
	println(words[0], words[3])
	arr4 := (*[4]int32)(q)
	arr4[3] = 1
	println(xs[3])

	b := bytesOf("hello")
	println(len(b), b[1], stringOf([]byte("wörld")))
	buf := []byte("abc")
	str := stringOf(buf)
	println(str == "abc", unsafe.StringData(str) == unsafe.SliceData(buf))
	println(unsafe.Slice((*int)(nil), 0) == nil, unsafe.String(nil, 0) == "", unsafe.SliceData([]int(nil)) == nil)

	// raw memory of mixed records
	raw := make([]uint64, 8)
	base := unsafe.Pointer(&raw[0])
	for i := range 4 {
		h := (*header)(unsafe.Add(base, i*int(unsafe.Sizeof(header{}))))
		h.kind = uint8(i)
		h.len = uint32(i * 1000)
	}
	h2 := (*header)(unsafe.Pointer(&raw[2]))
	println(h2.kind, h2.len, unsafe.Sizeof(*h2))

	// unsafe pointers keep their objects
	var keep []unsafe.Pointer
	for i := range 1000 {
		keep = append(keep, unsafe.Pointer(&list{nil, i}))
		_ = make([]byte, 100)
	}
	total := 0
	for _, k := range keep {
		total += (*list)(k).val
	}
	println(total)
	m := map[unsafe.Pointer]int{keep[3]: 3}
	println(m[keep[3]], m[nil], keep[0] == unsafe.Pointer(nil), keep[1] != keep[2])
	n := -1
	func() {
		defer func() { println(recover().(error).Error()) }()
		_ = unsafe.Slice(&xs[0], n)
	}()
	func() {
		defer func() { println(recover().(error).Error()) }()
		_ = unsafe.Slice((*int)(nil), n+2)
	}()
	func() {
		defer func() { println(recover().(error).Error()) }()
		_ = unsafe.String(&b[0], n)
	}()
}
