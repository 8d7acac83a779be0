// spec: Manipulating complex numbers, Imaginary literals, Numeric types, Arithmetic operators, Comparison operators, Conversions
// needs: println

package main

func mandel(c complex128, limit int) int {
	z := 0i
	for n := range limit {
		if real(z)*real(z)+imag(z)*imag(z) > 4 {
			return n
		}
		z = z*z + c
	}
	return limit
}

func conj(c complex128) complex128 { return complex(real(c), -imag(c)) }

func pow(c complex128, n int) complex128 {
	r := complex(1, 0)
	for range n {
		r *= c
	}
	return r
}

type C64 complex64

func (c C64) Norm() float32 { return real(c)*real(c) + imag(c)*imag(c) }

func two() (complex128, complex64) { return 1 + 2i, 3 - 4i }

func bitrev(i, bits int) (r int) {
	for range bits {
		r = r<<1 | i&1
		i >>= 1
	}
	return
}

// a small FFT with exact twiddle factors for n = 4
func fft4(x [4]complex128) (y [4]complex128) {
	w := [4]complex128{1, -1i, -1, 1i}
	for k := range 4 {
		for n := range 4 {
			y[k] += x[n] * w[k*n%4]
		}
	}
	return
}

func main() {
	a, b := 3+4i, complex(1, -2)
	println(a, b, -a)
	println(a+b, a-b, a*b, a/b)
	println(real(a), imag(a), real(b), imag(b))
	println(a == b, a != b, a == 3+4i, a*conj(a) == 25)
	println(pow(1i, 2), pow(1+1i, 8))
	var c64 complex64 = 1.5 + 2.5i
	println(c64, real(c64), complex128(c64)*2)
	println(C64(3+4i).Norm(), C64(c64).Norm())
	x, y := two()
	println(x, y)
	var zero complex128
	println(zero, zero == 0, 1i*1i)
	a += 1
	a *= 2i
	a -= b
	a /= 2
	println(a)

	rows := ""
	for im := 1.2; im >= -1.2; im -= 0.3 {
		for re := -2.0; re <= 0.6; re += 0.1 {
			n := mandel(complex(re, im), 50)
			switch {
			case n >= 50:
				rows += "#"
			case n > 5:
				rows += "+"
			default:
				rows += "."
			}
		}
		rows += "\n"
	}
	print(rows)

	const k = (1 + 2i) * (3 - 1i)
	println(k, real(k), imag(k), int(real(k)))
	arr := fft4([4]complex128{1, 2, 3, 4})
	println(arr[0], arr[1], arr[2], arr[3])
	println(bitrev(1, 3), bitrev(6, 3))
	m := map[complex64]string{1: "one", 1i: "i"}
	println(m[1], m[complex(0, 1)], len(m[2]))
	var i any = 2i
	_, ok := i.(complex128)
	println(ok, i == any(2i), i == any(complex64(2i)))
	f := 2.0
	println(complex(f, 1)*complex(f, -1), complex(float32(f), 1))
	inf := 1 / (f - 2)
	println(complex(inf, 0), complex(-inf, inf-inf), complex(f-2, -(f-2)))
	println(1/complex(f, 0), complex(inf, 0)*0 == 0, complex(1, 0)/(complex(f, 0)-2))
	s := []complex128{1, 2i}
	s = append(s, s[0]*s[1])
	sum := 0i
	for _, v := range s {
		sum += v
	}
	println(sum, len(s))
	println(0x1p3i, 0b11i, 1.e2i, 12i, 'a'+0i)
}
