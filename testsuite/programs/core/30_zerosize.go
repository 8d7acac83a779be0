// spec: Size and alignment guarantees, Struct types, Array types, The zero value, Type identity, Comparison operators, Channel types, Map types
// needs: println

package main

type Empty struct{}
type Nested struct {
	a Empty
	b [0]int
	c struct{}
}
type Trailing struct {
	n int
	e Empty
}
type Leading struct {
	e Empty
	n int
}

func (Empty) Hello() string { return "hello" }
func (*Empty) Ptr() string  { return "ptr" }

type Greeter interface{ Hello() string }

func take(e Empty, n int, f Nested, m string) (Empty, int, Nested, string) {
	return e, n + 1, f, m + "!"
}

type set map[string]Empty

type zeros struct {
	b  bool
	i  int
	f  float64
	c  complex128
	s  string
	p  *int
	sl []int
	m  map[int]int
	ch chan int
	fn func()
	i2 any
	a  [2]string
	st struct{ x, y int }
}

func gen[T any](n int) []T {
	var z T
	out := []T{}
	for range n {
		out = append(out, z)
	}
	return out
}

func main() {
	e := Empty{}
	println(e == Empty{}, e.Hello(), (&e).Ptr())
	e2, n, f, m := take(e, 1, Nested{}, "m")
	println(e2 == e, n, f == Nested{}, m)
	s := make([]Empty, 10)
	s = append(s, Empty{}, Empty{})
	println(len(s), len(s[3:]))
	count := 0
	for range s {
		count++
	}
	println(count)
	var big [1 << 40]Empty
	println(len(big), big[1<<39] == Empty{})
	st := set{"a": {}, "b": {}}
	st["c"] = Empty{}
	_, ok := st["b"]
	println(len(st), ok)
	ch := make(chan Empty, 3)
	ch <- e
	ch <- Empty{}
	println(len(ch), <-ch == e)
	close(ch)
	<-ch
	_, ok = <-ch
	println(ok)
	un := make(chan struct{})
	go func() { un <- struct{}{} }()
	<-un
	var g Greeter = e
	println(g.Hello(), g == Greeter(Empty{}), any(e) == any(Empty{}), any(e) == any(struct{}{}), any([0]int{}) == any([0]int{}))
	t := Trailing{n: 5}
	pt := &t.e
	l := Leading{n: 6}
	println(t.n, pt.Hello(), l.n, *pt == l.e)
	arr := [3][0]int{}
	println(len(arr), len(arr[1]), arr == [3][0]int{})
	var z zeros
	println(z.b, z.i, z.f, z.c, z.s == "", z.p == nil, z.sl == nil, z.m == nil, z.ch == nil, z.fn == nil, z.i2 == nil, z.a[1] == "", z.st.x)
	pz := new(zeros)
	println(pz.i, pz.s == "", pz.a == [2]string{}, pz.st == struct{ x, y int }{})
	println(len(gen[Empty](5)), len(gen[[0]string](3)), gen[zeros](2)[1].i)
	mm := map[Empty]int{}
	mm[e] = 1
	mm[Empty{}]++
	println(len(mm), mm[e])
	ptrs := []*Empty{new(Empty), {}, &e}
	for _, p := range ptrs {
		print(p != nil, p.Hello(), *p == e, " ")
	}
	println()
	clos := func() Empty { return e }
	println(clos() == e)
	func(...Empty) {}(e, e, e)
	var fn func(Empty) (Empty, Empty) = func(x Empty) (Empty, Empty) { return x, x }
	a, b := fn(e)
	println(a == b)
	type wrapper struct {
		Empty
		*Trailing
	}
	w := wrapper{Trailing: &t}
	println(w.Hello(), w.n)
	switch any(e).(type) {
	case Nested:
		println("nested")
	case Empty:
		println("empty")
	}
	copy(s, make([]Empty, 4))
	clear(s)
	println(len(s), cap(s[:0]) >= 0)
	sel := make(chan Empty)
	select {
	case v := <-sel:
		println(v == e)
	default:
		println("nothing")
	}
}
