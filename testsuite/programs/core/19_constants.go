// spec: Constants, Constant declarations, Constant expressions, Iota, Representability, Integer literals, Floating-point literals, Imaginary literals, Conversions, Arithmetic operators
// needs: println

package main

const (
	A = iota
	B
	C
	_
	E
)

const (
	KB = 1 << (10 * (iota + 1))
	MB
	GB
	TB
)

type Weekday int

const (
	Sunday Weekday = iota
	Monday
	Tuesday
	Wednesday
)

func (d Weekday) String() string {
	return [...]string{"Sun", "Mon", "Tue", "Wed"}[d]
}

const (
	bit0, mask0 = 1 << iota, 1<<iota - 1
	bit1, mask1
	_, _
	bit3, mask3
)

const (
	x0 = "s"
	x1
	x2 = iota
	x3
	x4 = 1.5
	x5
	x6 = iota * 10
)

const (
	big   = 1 << 100
	small = big >> 98
	huge  = big * big * big
	ratio = huge / (big * big) / (1 << 90)
	f     = 1.0 / 3
	g     = f * 3
	maxU  = ^uint64(0)
	maxI  = int(maxU >> 1)
	minI  = -maxI - 1
	str   = "con" + "stant"
	yes   = 1 < 2 && str == "constant"
	r     = 'a' + 1
	c     = 2i * 2i
	hex   = 0x1p-2
	exp   = 1_0.2_5e+2
	shl   = 1.0 << 3
	div   = 7 / 2
	fdiv  = 7 / 2.0
	mod   = -7 % 3
	xor   = ^5
	l     = len("héllo")
	la    = len([10]int{})
	rr    = real(3 + 4i)
)

const typed int8 = -128
const untypedFloat = 5.0
const pi = 3.14159265358979323846264338327950288419716939937510582097494459

const Factorial20 = 1 * 2 * 3 * 4 * 5 * 6 * 7 * 8 * 9 * 10 * 11 * 12 * 13 * 14 * 15 * 16 * 17 * 18 * 19 * 20
const Factorial25 = Factorial20 * 21 * 22 * 23 * 24 * 25

func local() {
	const (
		a = iota + 5
		b
	)
	const A = "shadows"
	println(a, b, A)
	{
		const a = a * 2
		println(a)
	}
}

func takesFloat(f float64) float64 { return f }
func takesU8(b uint8) uint8        { return b }

func main() {
	println(A, B, C, E)
	println(KB, MB, GB, TB)
	println(Tuesday, Wednesday.String(), Sunday.String())
	println(bit0, mask0, bit1, mask1, bit3, mask3)
	println(x0, x1, x2, x3, x4 == x5, x6)
	println(small, ratio, maxU, maxI, minI)
	println(g == 1, f, float32(f))
	println(str, yes, r, c == -4, hex, exp, shl, div, fdiv, mod, xor, l, la, rr)
	println(typed, untypedFloat, int(untypedFloat), pi, float32(pi))
	println(Factorial20, Factorial25/Factorial20)
	local()

	// an untyped constant takes the type it needs
	println(takesFloat(3), takesU8('a'), takesFloat('a'), takesU8(2.0))
	var f32 float32 = 16777217
	var i64 int64 = 1 << 40
	var u = uint32(1<<32 - 1)
	println(f32, i64, u)
	var x any = 'a'
	_, isRune := x.(int32)
	var y any = 1 << 3.0
	_, isInt := y.(int)
	var z any = 2.0 * 3
	_, isF := z.(float64)
	var w any = 1 + 0i
	_, isC := w.(complex128)
	println(isRune, isInt, isF, isC)
	var s = "abc"
	const idx = 2.0
	println(s[idx], s[1:idx])
	arr := [idx + 1]int{1, 2, 3}
	println(len(arr), arr[idx])
	println(5/2, 5.0/2, 5/2*1.0, 5.0/2*1, 1/2+1/2.0)
	println(0.1+0.2, 0.1+0.2 == 0.3)
	a, b := 0.1, 0.2
	println(a+b, a+b == 0.3)
	println(1e308, 1e-320, 4.9406564584124654417656879286822137236505980e-324, 1.7976931348623157e308)
	println(0x1.8p1, 0x_1F.8p0, 0b11, 0o17, 'a'*2, 0x1p-1074)
	println(uint8(255), int8(-1), uint16(1<<16-1), rune(0x10ffff))
	println(float32(0.1) == 0.1, float64(float32(0.1)))
	println(len([...]string{2: "x"}), cap([4]int{}))
	const mixed = 'a' + 1.0 + 2i - 2i
	println(mixed == 98)
	type bits uint16
	const m bits = 1<<12 | 1
	println(m, m&^1, ^m, m<<3)
	println(1<<62>>60, -1>>10, uint64(1)<<63, 1<<3|1<<1)
	println(min(3, 1, 2), max(2.5, 1), min("b", "a"))
	println(big/1e25, huge > big, int64(big>>40))
}
