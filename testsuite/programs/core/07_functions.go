// spec: Function types, Function declarations, Calls, Return statements, Expression statements, Passing arguments to ... parameters
// needs: println

package main

func divmod(a, b int) (q, r int) {
	q = a / b
	r = a % b
	return
}

func swap(a, b string) (string, string) { return b, a }

func three() (int, string, bool) { return 1, "two", true }

func take(i int, s string, b bool) { println("take", i, s, b) }

func sum(xs ...int) int {
	t := 0
	for _, x := range xs {
		t += x
	}
	return t
}

func prefixed(p string, xs ...string) string {
	if xs == nil {
		return p + "<nil>"
	}
	s := p
	for i, x := range xs {
		if i > 0 {
			s += ","
		}
		s += x
	}
	return s
}

func spread() (string, string, string) { return "a", "b", "c" }

func mutate(xs ...int) {
	if len(xs) > 0 {
		xs[0] = 99
	}
}

func named(n int) (x int, err string) {
	if n < 0 {
		err = "negative"
		return
	}
	if n == 0 {
		return 7, "zero"
	}
	{
		x := n * 2
		return x, ""
	}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func even(n uint) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}

func odd(n uint) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}

func ackermann(m, n int) int {
	switch {
	case m == 0:
		return n + 1
	case n == 0:
		return ackermann(m-1, 1)
	}
	return ackermann(m-1, ackermann(m, n-1))
}

type binop func(int, int) int

func apply(f binop, a, b int) int { return f(a, b) }

func add(a, b int) int { return a + b }

func many(a int, b int8, c string, d bool, e uint64, f [3]int, g float64, h rune, i []int, j byte) int {
	println(a, b, c, d, e, f[0], f[1], f[2], g == 1.5, h, len(i), j)
	return a + int(b) + len(c) + int(e) + f[1] + int(h) + i[0] + int(j)
}

func big() (a [10]int, b [3]string, c struct{ x, y int }) {
	for i := range a {
		a[i] = i * i
	}
	b = [3]string{"p", "q", "r"}
	c.x, c.y = 3, 4
	return
}

func unnamedParams(int, string, ...bool) string { return "unnamed" }

func blankParams(_ int, x int, _ string) int { return x }

func pick(name string) binop {
	switch name {
	case "add":
		return add
	case "mul":
		return func(a, b int) int { return a * b }
	}
	return nil
}

func main() {
	q, r := divmod(17, 5)
	println(q, r)
	println(divmod(-17, 5))
	a, b := swap("x", "y")
	println(a, b)
	take(three())
	println(sum(), sum(1), sum(1, 2, 3))
	s := []int{4, 5, 6}
	println(sum(s...))
	println(prefixed("none:"), prefixed("one:", "z"), prefixed("three:", "x", "y", "z"))
	println(prefixed("empty:", []string{}...))
	println(prefixed(spread()))
	mutate(s...)
	println(s[0])
	mutate()
	for n := -1; n < 2; n++ {
		x, err := named(n)
		println(x, err)
	}
	println(fib(20), even(10), odd(7), ackermann(2, 9))
	println(apply(add, 3, 4), apply(func(a, b int) int { return a - b }, 3, 4))
	println(many(1, -2, "str", true, 1<<40, [3]int{7, 8, 9}, 1.5, 'λ', []int{11}, 'b'))
	x, y, z := big()
	println(x[9], y[2], z.x+z.y)
	println(unnamedParams(1, ""), blankParams(1, 2, ""))
	println(pick("add")(2, 3), pick("mul")(2, 3), pick("none") == nil)
	(func() { println("immediately") })()
	func(xs ...any) { println(len(xs)) }(1, "a", nil)
	func(xs ...any) { println(len(xs), xs == nil) }(nil...)
}
