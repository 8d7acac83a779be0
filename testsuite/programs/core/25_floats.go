// spec: Floating-point operators, Numeric types, Floating-point literals, Comparison operators, Conversions between numeric types, Arithmetic operators
// needs: println

package main

func inf(sign int) float64 {
	one, zero := 1.0, 0.0
	if sign < 0 {
		return -one / zero
	}
	return one / zero
}

func nan() float64 {
	z := 0.0
	return z / z
}

func cmp(a, b float64) {
	println(a < b, a <= b, a == b, a != b, a >= b, a > b, !(a < b), !(a >= b))
}

func sqrt(x float64) float64 {
	z := x / 2
	for range 60 {
		z -= (z*z - x) / (2 * z)
	}
	return z
}

func branch(x, y float64) string {
	s := ""
	if x < y {
		s += "lt "
	} else {
		s += "nlt "
	}
	if x > y {
		s += "gt "
	} else {
		s += "ngt "
	}
	if x == y {
		s += "eq "
	} else {
		s += "neq "
	}
	if !(x <= y) {
		s += "not-le "
	}
	if !(x >= y) {
		s += "not-ge"
	}
	return s
}

type Temp float32

func (t Temp) F() Temp { return t*9/5 + 32 }

func poly(x float64, cs ...float64) (r float64) {
	for _, c := range cs {
		r = r*x + c
	}
	return
}

func f32sum(n int) (s float32) {
	for i := range n {
		s += 1 / float32(i+1)
	}
	return
}

func many(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r float64) float64 {
	return a - b + c - d + e - f + g - h + i - j + k - l + m - n + o - p + q - r
}

func mixed(a int, b float32, c int64, d float64, e uint8, f float32) float64 {
	return float64(a) + float64(b) + float64(c) + d + float64(e) + float64(f)
}

func main() {
	for _, f := range []float64{0, 1, -1, 0.1, 0.5, 100, 1e6, 123456789, 1e20, 1e21, 1e22, 1e100, 1.5e-5, 1e-7, 1e-100, 3.141592653589793,
		1.7976931348623157e308, 5e-324, 2.2250738585072014e-308, 4503599627370496.5, 9007199254740993, 0.1 + 0.2, 1.0 / 3, 2.0 / 3} {
		println(f, -f, float32(f))
	}
	println(inf(1), inf(-1), nan())
	z := 0.0
	nz := -z
	println(z, nz, 1/z, 1/nz, z == nz, 1/(nz+z), 1/(nz*1), 0*inf(1))
	neg := -1.0
	println(neg*z, 1/(neg*z), z-z, nz+nz, -(z - z))

	cmp(1, 2)
	cmp(2, 2)
	cmp(nan(), 1)
	cmp(1, nan())
	cmp(nan(), nan())
	cmp(inf(1), inf(1))
	cmp(inf(-1), nan())
	println(branch(1, 2), "|", branch(nan(), 2), "|", branch(2, 2))
	n := nan()
	println(n == n, n != n, inf(1)-inf(1) == 0, inf(1) > 1e308, inf(-1) < -1e308)

	println(sqrt(2), sqrt(1e10), sqrt(0.25))
	println(poly(2, 1, 2, 3, 4), poly(0.5), poly(-1.5, 3, 0, 1))
	println(Temp(100).F(), Temp(36.6).F())
	println(f32sum(1000), f32sum(10000))
	println(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18.5))
	println(mixed(1, 2.5, 3, 4.25, 5, 6.125))

	// float32 rounds at each step
	var a, b float32 = 16777216, 1
	println(a+b == a, a+b+b == a, a+(b+b) == a)
	var third float32 = 1.0 / 3
	println(third, float64(third), third*3 == 1, float64(third)*3 == 1)
	var over float32 = 3e38
	println(over*10, -over*10, over*10/10)
	x := 1e308
	println(x*10, x*10/10, x/1e308*1e-308*1e-20)

	// an explicit conversion rounds, also in place of a fused multiply-add
	p, q, r := 1.0000000000000002, 1.0000000000000002, -1.0000000000000004
	println(float64(p*q) + r)

	sum := 0.0
	for i := 1; i <= 100000; i++ {
		sum += 1 / float64(i) / float64(i)
	}
	println(sum)
	k := 0.0
	c := 0.0
	for range 10 {
		y := 0.1 - c
		t := k + y
		c = (t - k) - y
		k = t
	}
	println(k)

	k = 5
	k++
	k--
	k += 0.5
	k -= 0.25
	k *= 4
	k /= 3
	println(k)
	arr := [...]float32{1.5, 2.5, 3.5}
	for i := range arr {
		arr[i] *= arr[i]
	}
	println(arr[0], arr[1], arr[2])
	m := map[string]float64{"a": 1}
	m["a"] /= 4
	m["b"]--
	println(m["a"], m["b"])
	var i any = 2.5
	println(i == any(2.5), i.(float64)*2)
	println(min(1, nan()), max(nan(), 2), min(z, nz), max(nz, z), 1/min(z, nz), 1/max(nz, z), min(inf(-1), 3), max(2.5, 1, inf(1)))
}
