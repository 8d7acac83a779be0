// spec: Source code representation, Lexical elements, Comments, Tokens, Semicolons, Keywords, Operators and punctuation, Identifiers

package main

import "fmt"

/* a general comment */ type α struct { β int; γ string } // and a line comment

func ops(a, b int) (r []int) {
	r = append(r, a+b, a-b, a*b, a/b, a%b, a&b, a|b, a^b, a<<uint(b&7), a>>uint(b&7), a&^b)
	x := a; x += b; r = append(r, x); x -= 1; r = append(r, x); x *= 3; r = append(r, x)
	x /= 2; r = append(r, x); x %= 17; r = append(r, x); x &= 0x1f; r = append(r, x)
	x |= 0x40; r = append(r, x); x ^= 0x55; r = append(r, x); x <<= 2; r = append(r, x)
	x >>= 1; r = append(r, x); x &^= 3; r = append(r, x); x++; r = append(r, x); x--
	return append(r, x)
}


func labels(n int) (s string) {
outer:
	for i := 0; ; i++ {
		switch { case i == n: break outer; case i%2 == 0: continue outer }
		s += fmt.Sprint(i, ";")
	}
	return
}

func main() {
	v := α{β: 1, γ: "δ"}
	fmt.Printf("%+v %T\n", v, v)
	fmt.Println(ops(29, 5))
	fmt.Println(ops(-29, 5))
	fmt.Println(labels(7))
	var (
		a, b = true, false
	)
	fmt.Println(a && b, a || b, !a, a == b, a != b, 1 < 2, 1 <= 2, 1 > 2, 1 >= 2)
	if x := 3; x > 2 { fmt.Println("one line") } else { fmt.Println("other") }
	ch := make(chan int, 1); ch <- 1; fmt.Println(<-ch)
	f := func(xs ...int) int { return len(xs) }
	fmt.Println(f(), f(1), f([]int{1, 2, 3}...))
	var _ = struct{}{}
	p := &v; p.β--
	fmt.Println(*p, ^5, -(-3), +4)
}
