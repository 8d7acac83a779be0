// spec: Integer operators, Arithmetic operators, Operators, Operator precedence, Integer literals, Rune literals
// needs: println

package main

func shl8(x int8, n uint) int8      { return x << n }
func shr8(x int8, n uint) int8      { return x >> n }
func shlu8(x uint8, n uint) uint8   { return x << n }
func shru8(x uint8, n uint) uint8   { return x >> n }
func shl16(x int16, n uint8) int16  { return x << n }
func shr16(x int16, n uint8) int16  { return x >> n }
func shl32(x int32, n int) int32    { return x << n }
func shr32(x int32, n int) int32    { return x >> n }
func shlu32(x uint32, n int) uint32 { return x << n }
func shru32(x uint32, n int) uint32 { return x >> n }
func shl64(x int64, n uint64) int64 { return x << n }
func shr64(x int64, n uint64) int64 { return x >> n }
func shlu64(x, n uint64) uint64     { return x << n }
func shru64(x, n uint64) uint64     { return x >> n }

func negShift(n int) (ok bool) {
	defer func() {
		if e := recover(); e != nil {
			println("recovered:", e.(error).Error())
			ok = false
		}
	}()
	println(1 << n)
	return true
}

func rotl(x uint32, k uint) uint32 {
	return x<<(k&31) | x>>((32-k)&31)
}

func popcount(x uint64) (n int) {
	for x != 0 {
		x &= x - 1
		n++
	}
	return
}

func main() {
	for _, n := range [...]uint{0, 1, 6, 7, 8, 9, 31, 32, 63, 64, 65, 255, 256, 1 << 40} {
		println("8:", n, shl8(-3, n), shr8(-100, n), shlu8(0xc3, n), shru8(0xc3, n))
	}
	for _, n := range [...]uint8{0, 1, 15, 16, 17, 128, 255} {
		println("16:", n, shl16(0x1234, n), shr16(-0x1234, n))
	}
	for _, n := range [...]int{0, 1, 30, 31, 32, 33, 64, 1000, 1 << 40} {
		println("32:", n, shl32(-5, n), shr32(-5, n), shlu32(0xdeadbeef, n), shru32(0xdeadbeef, n))
	}
	for _, n := range [...]uint64{0, 1, 31, 32, 62, 63, 64, 65, 1 << 32, 1 << 63} {
		println("64:", n, shl64(-5, n), shr64(-1<<63, n), shlu64(0xdeadbeefcafef00d, n), shru64(0xdeadbeefcafef00d, n))
	}
	println(negShift(3))
	println(negShift(-1))

	var s uint = 33
	var i = 1 << s
	var j int32 = 1 << s
	var k = uint64(1 << s)
	var w int64 = 1.0 << 33
	println(i, j, k, w)
	var u = 1<<s != 0
	println(u)
	var a = make([]byte, 2<<(s-30))
	println(len(a))

	// precedence
	println(1+2*3<<2, 1|2^3&4, 10-3-2, 2*3%4, 6&^3+1, 1<<2+3, -5>>1, ^5&0xf)
	println(!true || false == false && 3 < 4)

	// literals
	println(0b1011_0001, 0o755, 0755, 0xBad_Face, 1_000_000, 0x7fff_ffff_ffff_ffff)
	println('a', '\n', '\x41', '\u00e9', '\U0001F600', '\'', '\\', '\101')

	var h uint32 = 0x9e3779b9
	for k := uint(0); k < 40; k += 7 {
		println("rotl", k, rotl(h, k))
	}
	println(popcount(0), popcount(0xff00ff), popcount(1<<64-1))
}
