// spec: Packages, Return statements, Method declarations

// Pointers that go through functions of other packages and outlive their makers' frames.
package main

import (
	"bytes"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/fnv"
	"math/big"
	"strings"
)

//go:noinline
func decimal(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		panic(s)
	}
	return n
}

//go:noinline
func square(n *big.Int) *big.Int { return new(big.Int).Mul(n, n) }

//go:noinline
func half(n *big.Int) (*big.Int, *big.Int) { return new(big.Int).QuoRem(n, big.NewInt(2), new(big.Int)) }

//go:noinline
func rational(a, b int64) *big.Rat { return new(big.Rat).SetFrac(big.NewInt(a), big.NewInt(b)) }

//go:noinline
func digest(text string) []byte {
	var sum hash.Hash = fnv.New128a()
	sum.Write([]byte(text))
	return sum.Sum(make([]byte, 0, 16))
}

//go:noinline
func digest32(text string) []byte {
	sum := crc32.NewIEEE()
	sum.Write([]byte(text))
	return sum.Sum(make([]byte, 0, 16))
}

//go:noinline
func words(text string) [][]byte {
	copied := make([]byte, len(text))
	copy(copied, text)
	return bytes.Fields(copied)
}

func scramble(n int) int {
	var a [64]int
	for i := range a {
		a[i] = n * i
	}
	if n == 0 {
		return a[n]
	}
	return scramble(n-1) + a[n%64]
}

func main() {
	numbers := []*big.Int{decimal("12345678901234567890123"), decimal("7"), decimal("-99999999999999999999")}
	scramble(20)
	for _, n := range numbers {
		s := square(n)
		q, r := half(n)
		scramble(20)
		fmt.Println(n, s, q, r)
	}
	a, b := rational(6, 4), rational(-10, 100)
	x, y, z := digest("one"), digest("two"), digest32("three")
	w := words("some words " + strings.Repeat("of text ", 3))
	scramble(50)
	fmt.Println(a, b)
	fmt.Printf("%x %x %x %q\n", x, y, z, w)
}
