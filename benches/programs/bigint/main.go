// Big integers: digits of pi, Fibonacci numbers, modular powers, and a product of primes.
package main

import (
	"fmt"
	"math/big"

	"bench/size"
)

// pi returns n digits of pi by Gibbons' spigot.
func pi(n int) []byte {
	q, r, t := big.NewInt(1), big.NewInt(0), big.NewInt(1)
	k := int64(1)
	var u, v, w big.Int
	digits := make([]byte, 0, n)
	extract := func(x int64) int64 {
		u.Mul(q, w.SetInt64(x))
		u.Add(&u, r)
		return v.Quo(&u, t).Int64()
	}
	for len(digits) < n {
		if q.Cmp(r) <= 0 {
			if d := extract(3); d == extract(4) {
				digits = append(digits, byte('0'+d))
				r.Sub(r, u.Mul(t, w.SetInt64(d)))
				q.Mul(q, w.SetInt64(10))
				r.Mul(r, &w)
				continue
			}
		}
		y2 := 2*k + 1
		r.Add(r, u.Mul(q, w.SetInt64(2)))
		r.Mul(r, w.SetInt64(y2))
		t.Mul(t, &w)
		q.Mul(q, w.SetInt64(k))
		k++
	}
	return digits
}

// fibonacci returns the nth Fibonacci number by doubling.
func fibonacci(n uint) *big.Int {
	a, b := big.NewInt(0), big.NewInt(1)
	for bit := 31; bit >= 0; bit-- {
		twice := new(big.Int).Lsh(b, 1)
		c := new(big.Int).Mul(a, twice.Sub(twice, a))
		d := new(big.Int).Add(new(big.Int).Mul(a, a), new(big.Int).Mul(b, b))
		a, b = c, d
		if n>>bit&1 == 1 {
			a, b = b, c.Add(c, d)
		}
	}
	return a
}

func main() {
	n := size.Pick(4000, 150)
	digits := pi(n)
	fmt.Printf("%s...%s\n", digits[:20], digits[n-20:])

	text := fibonacci(uint(n * 200)).String()
	fmt.Println(len(text), text[:20])

	modulus, _ := new(big.Int).SetString("ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd", 16)
	x := big.NewInt(3)
	for i := range n / 3 {
		e := new(big.Int).Add(x, big.NewInt(int64(i)))
		x.Exp(big.NewInt(5), e, modulus)
	}
	fmt.Printf("%x\n", x)

	product, count := big.NewInt(1), 0
	for i := int64(3); count < n/4; i += 2 {
		if p := big.NewInt(i); p.ProbablyPrime(8) {
			product.Mul(product, p)
			count++
		}
	}
	mersenne := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 607), big.NewInt(1))
	inverse := new(big.Int).ModInverse(product, mersenne)
	fmt.Println(product.BitLen(), inverse.BitLen(), new(big.Int).GCD(nil, nil, product, x))
	size.Done()
}
