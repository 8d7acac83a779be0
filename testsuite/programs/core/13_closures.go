// spec: Function literals, Function types, For statements with for clause, Variables, Go 1.22
// needs: println

package main

func counter() func() int {
	n := 0
	return func() int {
		n++
		return n
	}
}

func bank() (deposit func(int), balance func() int) {
	total := 0
	deposit = func(x int) { total += x }
	balance = func() int { return total }
	return
}

func compose(fs ...func(int) int) func(int) int {
	return func(x int) int {
		for _, f := range fs {
			x = f(x)
		}
		return x
	}
}

func fibgen() func() int {
	a, b := 0, 1
	return func() int {
		r := a
		a, b = b, a+b
		return r
	}
}

func memo(f func(int) int) func(int) int {
	cache := map[int]int{}
	return func(n int) int {
		if v, ok := cache[n]; ok {
			return v
		}
		v := f(n)
		cache[n] = v
		return v
	}
}

func deep(a int) func(int) func(int) func() int {
	return func(b int) func(int) func() int {
		return func(c int) func() int {
			a++
			b += a
			c += b
			return func() int {
				a, b, c = b, c, a
				return a*10000 + b*100 + c
			}
		}
	}
}

func mapInts(xs []int, f func(int) int) []int {
	out := make([]int, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

func filter(xs []int, p func(int) bool) (out []int) {
	for _, x := range xs {
		if p(x) {
			out = append(out, x)
		}
	}
	return
}

func fold(xs []int, init int, f func(acc, x int) int) int {
	for _, x := range xs {
		init = f(init, x)
	}
	return init
}

type handler func(string) string

func (h handler) twice(s string) string { return h(h(s)) }

var table = map[string]func(int, int) int{
	"+": func(a, b int) int { return a + b },
	"-": func(a, b int) int { return a - b },
	"*": func(a, b int) int { return a * b },
}

type Stack struct {
	push func(int)
	pop  func() int
	size func() int
}

func newStack() Stack {
	var items []int
	return Stack{
		push: func(x int) { items = append(items, x) },
		pop: func() int {
			x := items[len(items)-1]
			items = items[:len(items)-1]
			return x
		},
		size: func() int { return len(items) },
	}
}

func main() {
	c1, c2 := counter(), counter()
	println(c1(), c1(), c2(), c1())

	dep, bal := bank()
	dep(100)
	dep(-30)
	println(bal())

	inc := func(x int) int { return x + 1 }
	dbl := func(x int) int { return x * 2 }
	println(compose(inc, dbl, inc)(5), compose()(5))

	f := fibgen()
	for range 10 {
		print(f(), " ")
	}
	println()

	var fib func(int) int
	fib = memo(func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	})
	println(fib(80))

	d := deep(1)(2)(3)
	println(d(), d(), d())

	// variables of a three-clause loop are per iteration
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		print(f(), " ", f(), " ")
	}
	println()
	// the copy happens before the post statement
	var ps []*int
	for i := 0; i < 6; i++ {
		ps = append(ps, &i)
		i++
	}
	for _, p := range ps {
		print(*p, " ")
	}
	println()
	// closure made in the post statement and condition sees each copy
	var gs []func() int
	for i, g := 0, func() int { return -1 }; i < 3; i, g = i+1, func() int { return i } {
		gs = append(gs, g)
	}
	for _, g := range gs {
		print(g(), " ")
	}
	println()
	// range variables too
	fs = nil
	for i, s := range []string{"a", "bb", "ccc"} {
		fs = append(fs, func() int { return i*10 + len(s) })
	}
	for _, f := range fs {
		print(f(), " ")
	}
	println()
	// a variable declared outside is shared
	fs = nil
	var j int
	for j = 0; j < 3; j++ {
		fs = append(fs, func() int { return j })
	}
	println(fs[0](), fs[2]())

	x := 1
	func() {
		x := x + 1
		x++
		println("inner", x)
	}()
	func() { x = 50 }()
	println("outer", x)

	// capturing parameters and named results
	g := func(a int) (r int) {
		defer func() { r *= a }()
		a += 2
		return a + 1
	}
	println(g(3))

	h := handler(func(s string) string { return "<" + s + ">" })
	println(h.twice("x"))
	println(table["+"](3, 4), table["-"](3, 4), table["*"](3, 4), table["/"] == nil)

	st := newStack()
	for i := range 5 {
		st.push(i * i)
	}
	println(st.pop(), st.pop(), st.size())

	xs := []int{1, 2, 3, 4, 5, 6}
	limit := 3
	ys := filter(mapInts(xs, func(x int) int { return x * limit }), func(x int) bool { limit++; return x%2 == 0 })
	println(len(ys), limit, fold(ys, 1, func(a, b int) int { return a * b }))

	// large captured state
	var big [50]int
	touch := func(i int) int { big[i]++; return big[i] }
	for i := range 100 {
		touch(i % 50)
	}
	println(big[0], big[49], touch(7))

	// nil function
	func() {
		defer func() { println(recover().(error).Error()) }()
		var nf func()
		nf()
	}()
	// mutual recursion through closures
	var even, odd func(int) bool
	even = func(n int) bool { return n == 0 || odd(n-1) }
	odd = func(n int) bool { return n != 0 && even(n-1) }
	println(even(100), odd(100))
}
