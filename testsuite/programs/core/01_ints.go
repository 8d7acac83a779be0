// spec: Arithmetic operators, Integer operators, Integer overflow, Numeric types, Variables, Variable declarations, Function declarations
// needs: println

package main

func line(name string, a, b int) {
	println(name, a+b, a-b, a*b)
	if b != 0 {
		println(" div", a/b, a%b)
	}
	println(" bits", a&b, a|b, a^b, a&^b)
}

func i8(a, b int8) {
	println("i8", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func u8(a, b uint8) {
	println("u8", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func i16(a, b int16) {
	println("i16", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func u16(a, b uint16) {
	println("u16", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func i32(a, b int32) {
	println("i32", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func u32(a, b uint32) {
	println("u32", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func i64(a, b int64) {
	println("i64", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func u64(a, b uint64) {
	println("u64", a, b, ":", a+b, a-b, a*b, -a, ^a)
	if b != 0 {
		println(" q", a/b, "r", a%b)
	}
}

func main() {
	line("small", 7, 3)
	line("neg", -7, 3)
	line("negneg", -7, -3)
	line("zero", 12, 0)
	line("big", 1<<62, 1<<62)

	i8(127, 1)
	i8(-128, -1)
	i8(-128, 3)
	i8(100, 100)
	u8(255, 1)
	u8(0, 1)
	u8(200, 7)
	i16(32767, 2)
	i16(-32768, -1)
	i16(-300, 7)
	u16(65535, 65535)
	u16(1, 2)
	i32(2147483647, 2147483647)
	i32(-2147483648, -1)
	i32(-1000000007, 10)
	u32(4294967295, 3)
	u32(0, 4294967295)
	i64(9223372036854775807, 2)
	i64(-9223372036854775808, -1)
	i64(-9223372036854775808, 10)
	u64(18446744073709551615, 18446744073709551615)
	u64(3, 18446744073709551614)

	var acc uint32 = 2166136261
	for i := 0; i < 1000; i++ {
		acc ^= uint32(i & 0xff)
		acc *= 16777619
	}
	println("fnv", acc)

	var s uint64 = 88172645463325252
	for i := 0; i < 1000; i++ {
		s ^= s << 13
		s ^= s >> 7
		s ^= s << 17
	}
	println("xorshift", s)

	var x = 10
	x += 5
	x -= 2
	x *= 7
	x /= 4
	x %= 13
	x <<= 6
	x >>= 2
	x |= 3
	x &= 0x7e
	x ^= 0x55
	x &^= 0x11
	x++
	x++
	x--
	println("compound", x)

	var up uintptr = 5
	println("uintptr", up*3-1)
	var b byte = 'z'
	var r rune = 'é'
	println("byte/rune", b, r)
}
