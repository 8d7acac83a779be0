// spec: Order of evaluation, Calls, Assignment statements, Expressions, Primary expressions, Operands, Map literals, Index expressions
// needs: println

package main

var log string

func f(name string, v int) int {
	log += name + " "
	return v
}

func fs(name string, v []int) []int {
	log += name + " "
	return v
}

func fp(name string, v *S) *S {
	log += name + " "
	return v
}

func fm(name string, v map[string]int) map[string]int {
	log += name + " "
	return v
}

func fstr(name string) string {
	log += name + " "
	return name
}

func ff(name string, g func(...int) int) func(...int) int {
	log += name + " "
	return g
}

func fc(name string, c chan int) chan int {
	log += name + " "
	return c
}

func show(what string, v int) {
	println(what, v, ":", log)
	log = ""
}

type S struct{ a, b int }

func (s *S) M(x ...int) *S {
	log += "M "
	for _, v := range x {
		s.a += v
	}
	return s
}

func sum(xs ...int) (t int) {
	log += "sum "
	for _, x := range xs {
		t += x
	}
	return
}

func two(name string) (int, int) {
	log += name + " "
	return 1, 2
}

func boom(name string) int {
	log += name + " "
	panic(name)
}

func catch(g func()) {
	defer func() {
		switch r := recover().(type) {
		case error:
			println("panic", r.Error(), ":", log)
		case string:
			println("panic", r, ":", log)
		}
		log = ""
	}()
	g()
}

func main() {
	show("args", sum(f("a", 1), f("b", 2), f("c", 3)))
	show("nested", sum(f("a", 1), sum(f("b", 2), f("c", 3)), f("d", 4)))
	show("binary", f("a", 1)+f("b", 2)*f("c", 3)-f("d", 4))
	show("compare", map[bool]int{true: 1}[f("a", 1)+f("b", 1) == f("c", 2)])
	show("fn value", ff("fn", sum)(f("x", 1), f("y", 2)))
	s := &S{}
	show("methods", s.M(f("1", 1)).M(f("2", 2), f("3", 3)).M().a)
	show("receiver", fp("recv", s).M(f("arg", 5)).a)
	arr := []int{10, 20, 30, 40}
	show("index", fs("arr", arr)[f("i", 2)])
	fs("arr", arr)[f("i", 1)] = f("rhs", 5)
	show("assign", arr[1])
	fs("x", arr)[f("i", 0)], fs("y", arr)[f("j", 3)] = f("v", 100), f("w", 400)
	show("tuple", arr[0]+arr[3])
	fs("op", arr)[f("i", 0)] += f("rhs", 1)
	show("op-assign", arr[0])
	fs("inc", arr)[f("i", 0)]++
	show("inc", arr[0])
	m := map[string]int{}
	fm("m", m)[fstr("k")] = f("v", 3)
	show("map assign", m["k"])
	fm("m", m)[fstr("k")] += f("v", 3)
	show("map op", m["k"])
	fp("p", s).a, fp("q", s).b = two("two")
	show("field", s.a*10+s.b)
	show("slice", len(fs("s", arr)[f("lo", 1):f("hi", 3):f("max", 4)]))
	show("array lit", len([]int{f("a", 1), f("b", 2), 5: f("c", 3)}))
	show("struct lit", S{b: f("b", 1), a: f("a", 2)}.a)
	ml := map[string]int{fstr("k1"): f("v1", 1), fstr("k2"): f("v2", 2)}
	show("map lit", len(ml))
	c := make(chan int, 3)
	fc("c", c) <- f("v", 7)
	show("send", <-fc("c", c))
	c <- 1
	c <- 2
	show("recv", f("a", 1)+<-fc("c1", c)*f("b", 10)+<-fc("c2", c)*100)
	x, y := f("x", 1), f("y", 2)
	show("define", x+y)
	var v, w = two("pair")
	show("var", v+w)
	show("if", func() int {
		if a := f("init", 1); f("cond", a) == 1 && f("and", 1) == 2 || f("or", 1) == 1 {
			return 1
		}
		return 0
	}())
	for i := f("init", 0); i < f("cond", 2); i += f("post", 1) {
		log += "body "
	}
	show("for", 0)
	for range fs("range", arr) {
		log += "."
	}
	show("range", 0)
	switch f("tag", 3) {
	case f("c1", 1), f("c2", 2):
	case f("c3", 3), f("c4", 4):
		log += "hit "
	case f("c5", 5):
	}
	show("switch", 0)
	func() (int, int, int) { return f("r1", 1), f("r2", 2), f("r3", 3) }()
	show("return", 0)
	func() {
		defer ff("fn", sum)(f("d1", 1), f("d2", 2))
		log += "body "
	}()
	show("defer", 0)
	done := make(chan int)
	go func(a, b int) { done <- a + b }(f("g1", 1), f("g2", 2))
	r := <-done
	show("go", r)

	// what happens before a panic has happened
	var np *S
	var nm map[string]int
	var nf func(...int) int
	empty := []int{}
	catch(func() { sum(f("a", 1), boom("b"), f("c", 3)) })
	catch(func() { nf(f("arg", 1)) })
	catch(func() { np.a = f("rhs", 1) })
	catch(func() { nm[fstr("k")] = f("v", 1) })
	catch(func() { empty[f("i", 0)] = f("rhs", 1) })
	catch(func() { arr[f("i", 9)], m[fstr("k")] = f("v", 1), f("w", 2) })
	catch(func() { _ = f("a", 1) / (f("b", 1) - 1) })
	catch(func() { m["x"], np.a = f("v", 55), f("w", 66) })
	println(m["x"], arr[0])

	// the index and pointer operands on the left come first, then assignments left to right
	i := 0
	a := [3]int{}
	i, a[i] = 1, 5
	println(i, a[0], a[1])
	p := &a
	q := p
	p, p[2] = nil, 8
	println(q[2], p == nil)
	i = 2
	a[i], i = i, 0
	println(a[2], i)
	i = 0
	a[0], a[0], a[0] = 1, 2, 3
	println(a[0])
	k := []int{0, 1, 2}
	for i, k[i] = range k {
	}
	println(i, k[0], k[1], k[2])
	var b [3]int
	j := 0
	next := func() int { j++; return j }
	b[next()-1], b[next()-1], b[next()-1] = next(), next(), next()
	println(b[0], b[1], b[2])
}
