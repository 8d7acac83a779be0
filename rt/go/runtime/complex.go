// Division of complex numbers.

package runtime

import "unsafe"

// complex128div divides by Smith's method, which scales by the larger part of the divisor, and gives infinities and
// zeros where C99's annex G wants them and the formula has lost both parts to NaN.
func complex128div(n, m complex128) complex128 {
	a, b := real(n), imag(n)
	c, d := real(m), imag(m)
	var re, im float64
	if fabs(c) >= fabs(d) {
		r := d / c
		scale := c + r*d
		re, im = (a+b*r)/scale, (b-a*r)/scale
	} else {
		r := c / d
		scale := d + r*c
		re, im = (a*r+b)/scale, (b*r-a)/scale
	}
	if re == re || im == im {
		return complex(re, im)
	}
	zero := 0.0
	inf := 1 / zero
	switch {
	case m == 0 && (a == a || b == b):
		inf = withSign(inf, c)
		re, im = inf*a, inf*b
	case (infinite(a) || infinite(b)) && finite(c) && finite(d):
		a, b = unit(a), unit(b)
		re, im = inf*(a*c+b*d), inf*(b*c-a*d)
	case (infinite(c) || infinite(d)) && finite(a) && finite(b):
		c, d = unit(c), unit(d)
		re, im = 0*(a*c+b*d), 0*(b*c-a*d)
	}
	return complex(re, im)
}

const signBit = 1 << 63

func floatBits(x float64) uint64     { return *(*uint64)(unsafe.Pointer(&x)) }
func floatFromBits(b uint64) float64 { return *(*float64)(unsafe.Pointer(&b)) }
func fabs(x float64) float64         { return floatFromBits(floatBits(x) &^ signBit) }
func finite(x float64) bool          { return x-x == 0 }
func infinite(x float64) bool        { return x == x && !finite(x) }

func withSign(x, sign float64) float64 {
	return floatFromBits(floatBits(x)&^signBit | floatBits(sign)&signBit)
}

// unit is 1 for an infinity and 0 for anything else, with x's sign.
func unit(x float64) float64 {
	if infinite(x) {
		return withSign(1, x)
	}
	return withSign(0, x)
}
