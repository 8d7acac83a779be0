// spec: Arithmetic operators, Integer operators, Operator precedence, Slice types, Conversions

package main

import (
	"fmt"
	"math/bits"
	"strings"
)

// nat is a natural number, least significant word first, without leading zeros.
type nat []uint64

func (x nat) norm() nat {
	for len(x) > 0 && x[len(x)-1] == 0 {
		x = x[:len(x)-1]
	}
	return x
}

func (x nat) add(y nat) nat {
	if len(x) < len(y) {
		x, y = y, x
	}
	z := make(nat, len(x)+1)
	var carry uint64
	for i := range x {
		var w uint64
		if i < len(y) {
			w = y[i]
		}
		z[i], carry = bits.Add64(x[i], w, carry)
	}
	z[len(x)] = carry
	return z.norm()
}

func (x nat) mul(y nat) nat {
	z := make(nat, len(x)+len(y))
	for i, a := range x {
		var carry uint64
		for j, b := range y {
			hi, lo := bits.Mul64(a, b)
			var c uint64
			lo, c = bits.Add64(lo, z[i+j], 0)
			hi += c
			lo, c = bits.Add64(lo, carry, 0)
			carry = hi + c
			z[i+j] = lo
		}
		z[i+len(y)] = carry
	}
	return z.norm()
}

func (x nat) divWord(d uint64) (q nat, r uint64) {
	q = make(nat, len(x))
	for i := len(x) - 1; i >= 0; i-- {
		q[i], r = bits.Div64(r, x[i], d)
	}
	return q.norm(), r
}

func (x nat) shl(n uint) nat {
	z := make(nat, len(x)+int(n/64)+1)
	for i, w := range x {
		z[i+int(n/64)] |= w << (n % 64)
		z[i+int(n/64)+1] |= w >> (64 - n%64)
	}
	return z.norm()
}

func (x nat) String() string {
	if len(x) == 0 {
		return "0"
	}
	var parts []string
	for len(x) > 0 {
		var r uint64
		x, r = x.divWord(1e18)
		if len(x) == 0 {
			parts = append(parts, fmt.Sprint(r))
		} else {
			parts = append(parts, fmt.Sprintf("%018d", r))
		}
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, "")
}

func fib(n int) nat {
	a, b := nat{}, nat{1}
	for range n {
		a, b = b, a.add(b)
	}
	return a
}

func factorial(n uint64) nat {
	z := nat{1}
	for i := uint64(2); i <= n; i++ {
		z = z.mul(nat{i})
	}
	return z
}

func pow(x nat, n uint) nat {
	z := nat{1}
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			z = z.mul(x)
		}
		x = x.mul(x)
	}
	return z
}

func main() {
	fmt.Println(fib(300))
	fmt.Println(factorial(50))
	fmt.Println(pow(nat{3}, 200))
	fmt.Println(nat{1}.shl(200), nat{5}.shl(64))
	q, r := factorial(30).divWord(31)
	fmt.Println(q, r)
	f := fib(1000)
	sum := nat{}
	for i := range 1001 {
		sum = sum.add(fib(i).mul(nat{uint64(i)}))
	}
	fmt.Println(len(f.String()), len(sum.String()), sum.String()[:20])
	fmt.Println(bits.LeadingZeros64(1), bits.TrailingZeros32(8), bits.OnesCount(255), bits.Reverse8(1), bits.RotateLeft16(0x1234, 4), bits.Len(1023), bits.ReverseBytes32(0x01020304))
	defer func() { fmt.Println(recover()) }()
	bits.Div64(5, 0, 5)
}
