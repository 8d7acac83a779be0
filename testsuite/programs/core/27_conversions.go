// spec: Conversions, Conversions between numeric types, Representation of values, Underlying types, Representability, Assignability, Properties of types and values
// needs: println

package main

func ints(x int64) {
	println(x, ":", int8(x), int16(x), int32(x), int(x), uint8(x), uint16(x), uint32(x), uint64(x), uint(x), uintptr(x))
}

func narrow(a int8, b uint8, c int16, d uint16, e int32, f uint32) {
	println(int64(a), int64(b), int64(c), int64(d), int64(e), int64(f))
	println(uint64(a), uint64(b), uint64(c), uint64(d), uint64(e), uint64(f))
	println(int16(a), int16(b), uint16(a), int8(b), int8(c), uint8(c), int8(d), int16(e), uint16(e), int16(f))
}

func toFloat(i int64, u uint64) {
	println(float64(i), float32(i), float64(u), float32(u))
}

type Celsius float64
type ID int
type IDs []ID
type Name string
type Handler func(int) int
type Point struct{ X, Y int }
type Pt Point
type PP *Point
type Chan chan int
type M map[string]int
type Iface interface{ Get() int }

func (i ID) Get() int { return int(i) }

func typed(xs []ID) int { return len(xs) }

func main() {
	for _, x := range []int64{0, 1, -1, 127, 128, 255, 256, -128, -129, 32767, 32768, 65535, 65536, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<63 - 1, -1 << 63} {
		ints(x)
	}
	narrow(-1, 255, -1, 65535, -1, 1<<32-1)
	narrow(-128, 128, -32768, 32768, -1<<31, 1<<31)
	narrow(100, 200, 300, 40000, 70000, 3000000000)
	for _, f := range []float64{0, 0.9, -0.9, 1.5, -1.5, 2.999999, 100.7, -100.7, 127.9} {
		println(f, ":", int64(f), int32(f), int16(f), int8(f), int(f))
	}
	for _, f := range []float64{0, 0.99, 1.5, 200.2, 255.9} {
		println(f, ":", uint64(f), uint32(f), uint16(f), uint8(f))
	}
	for _, f := range []float64{1e10, -1e10, 1e15, 9007199254740993, 4611686018427387904, -9223372036854775808} {
		println(f, ":", int64(f), int64(float32(f)))
	}
	for _, f := range []float64{9223372036854775808, 1e19, 18446744073709549568} {
		println(f, ":", uint64(f), uint64(float32(f/2)))
	}
	ten := 10.0
	for _, f := range []float64{18446744073709551616, 1e20, -1e20, 1e308 * ten} {
		println(f, ":", int64(f), uint64(f), uint64(float32(f)), int64(f*0), uint64(f*0/(f*0)))
	}
	toFloat(0, 0)
	toFloat(-1, 1<<64-1)
	toFloat(1<<53+1, 1<<53+1)
	toFloat(1<<63-1, 1<<63)
	toFloat(-1<<63, 1<<63+1025)
	toFloat(16777217, 16777219)
	toFloat(1<<62+1<<38, 1<<63+1<<39+1)
	var i8 int8 = -5
	var u16 uint16 = 65000
	println(float32(i8), float64(u16), float64(uint32(1<<31)), float32(uint64(1<<40+1)))
	d := 0.1
	println(float32(d), float64(float32(d)), float32(1e-46), float64(float32(1e38))*10)
	big := 1e300
	println(float32(big), float32(-big))

	// named types
	c := Celsius(36.6)
	println(float64(c), int(c), c+1)
	id := ID(7)
	n := int(id) + 1
	println(n, ID(n).Get(), Name("x")+"y", string(Name("n")))
	ids := IDs{1, 2}
	println(typed(ids), len([]ID(ids)), IDs([]ID{3})[0])
	var h Handler = func(x int) int { return x * 2 }
	println(h(4), (func(int) int)(h)(5), Handler(func(x int) int { return -x })(6))
	p := Point{1, 2}
	q := Pt(p)
	q.X = 5
	pp := PP(&p)
	pp.Y = 9
	pq := (*Pt)(&p)
	pq.X = 8
	println(p.X, p.Y, q.X, (*Point)(pp).Y, Point(q).X, (*pp).X)
	ch := make(Chan, 1)
	var send chan<- int = ch
	send <- 3
	println(<-(<-chan int)(ch))
	m := M{"a": 1}
	mm := map[string]int(m)
	mm["b"] = 2
	println(len(m), M(nil) == nil)
	var g Iface = id
	println(Iface(g).Get(), any(g) == any(ID(7)), interface{ Get() int }(g).Get())
	println((*int)(nil) == nil, ([]int)(nil) == nil, (func())(nil) == nil, any(nil) == nil, error(nil) == nil, (chan int)(nil) == nil)

	// sign and zero extension through chains
	r8 := -200
	var b byte = 0xf0
	println(int8(b), int(int8(b)), uint32(int8(b)), int64(uint16(int8(b))), uint8(int32(r8)))
	var r rune = -1
	println(uint32(r), uint64(r), uint8(r))
	x := uint64(1<<63 | 1)
	println(int64(x), int32(x), float64(x) == 1<<63, int(uint32(x>>32)))
	var up uintptr = 1<<64 - 1
	println(int(up), uint32(up))
	// bool conversions keep the value
	type B bool
	t := B(n > 5)
	println(bool(t), bool(!t), B(true) && t)
}
