// spec: Assignment statements, Struct types, Array types, Representation of values, Variables, Send statements, Map types
// needs: println

package main

type Inner struct {
	a [3]int
	s string
}

type Outer struct {
	in   Inner
	arr  [2]Inner
	ptr  *Inner
	list []Inner
	m    map[string]Inner
}

func (o Outer) changed() Outer {
	o.in.a[0] = 999
	o.arr[1].s = "changed"
	o.list[0].s = "shared"
	return o
}

func (o *Outer) change() { o.in.a[0] = 111 }

func ret(o Outer) (Outer, Inner) { return o, o.arr[0] }

func byArray(a [4]Inner) [4]Inner {
	a[2].a[2] = 7
	return a
}

func variadic(os ...Inner) int {
	os[0].a[0] = 50
	return len(os)
}

type Big struct {
	data [256]int
	tag  string
}

func fill(n int) (b Big) {
	for i := range b.data {
		b.data[i] = n * i
	}
	b.tag = "big"
	return
}

func (b Big) sum() (s int) {
	for _, x := range b.data {
		s += x
	}
	return
}

type Sum interface{ sum() int }

type Small struct {
	a, b int8
	c    bool
	d    int16
}

func swapSmall(x, y Small) (Small, Small) { return y, x }

type Pair struct{ x, y *int }

type Matrix [4][4]int

func (m Matrix) mul(n Matrix) (r Matrix) {
	for i := range 4 {
		for j := range 4 {
			for k := range 4 {
				r[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return
}

func main() {
	o := Outer{
		in:   Inner{[3]int{1, 2, 3}, "in"},
		arr:  [2]Inner{{s: "a0"}, {s: "a1"}},
		ptr:  &Inner{s: "ptr"},
		list: []Inner{{s: "l0"}},
		m:    map[string]Inner{"k": {s: "v"}},
	}
	c := o.changed()
	println(o.in.a[0], o.arr[1].s, o.list[0].s, c.in.a[0], c.arr[1].s)
	d := o
	d.change()
	d.ptr.s = "via copy"
	println(o.in.a[0], d.in.a[0], o.ptr.s)
	e, f := ret(o)
	f.s = "f"
	e.arr[0].s = "e"
	println(o.arr[0].s, e.arr[0].s, f.s)
	v := o.m["k"]
	v.s = "local"
	println(o.m["k"].s, v.s)
	o.m["k"] = v
	println(o.m["k"].s)

	a := [4]Inner{{s: "0"}, {s: "1"}, {s: "2"}, {s: "3"}}
	b := byArray(a)
	println(a[2].a[2], b[2].a[2], a == b)
	b[2].a[2] = 0
	println(a == b)
	sl := a[:]
	sl[0].s = "slice"
	println(a[0].s, variadic(sl...), a[0].a[0], variadic(a[1]), a[1].a[0])

	// self-overlapping assignments
	a[0], a[1] = a[1], a[0]
	println(a[0].s, a[1].s)
	x := []int{1, 2, 3}
	i := 0
	i, x[i] = 2, 9
	println(i, x[0], x[2])
	x[1], x[2], x[0] = x[0], x[1], x[2]
	println(x[0], x[1], x[2])
	p := &o.in
	*p = Inner{s: p.s + "+", a: [3]int{p.a[2], p.a[1], p.a[0]}}
	println(o.in.s, o.in.a[0], o.in.a[2])
	o.arr[0], o.arr[1] = Inner{s: o.arr[1].s}, Inner{s: o.arr[0].s}
	println(o.arr[0].s, o.arr[1].s)
	type L struct {
		next *L
		v    int
	}
	l := &L{&L{nil, 2}, 1}
	l, l.next = l.next, &L{nil, 77}
	println(l.v, l.next == nil)

	// large values
	big := fill(2)
	big2 := big
	big2.data[255] = 0
	println(big.sum(), big2.sum(), big == big2, big.tag)
	var s Sum = big
	big.data[1] = 1 << 20
	println(s.sum(), s.(Big).tag, big.sum())
	bigs := map[int]Big{1: big2}
	t := bigs[1]
	t.data[0] = 5
	println(bigs[1].data[0], bigs[2].tag == "", t.data[0])
	ch := make(chan Big, 1)
	ch <- t
	t.data[0] = 6
	println((<-ch).data[0], t.data[0])
	arr := []Big{fill(1), fill(2)}
	for _, b := range arr {
		b.data[0] = 100
	}
	for i := range arr {
		arr[i].data[1] *= 10
	}
	println(arr[0].data[0], arr[1].data[1])
	cl := func() int { return t.data[0] }
	t = Big{}
	println(cl(), fill(3).data[2], fill(1).sum())
	defer func(b Big) { println("deferred", b.data[2], t.data[2]) }(fill(4))
	t = fill(5)

	sm1, sm2 := swapSmall(Small{1, -2, true, 3}, Small{4, 5, false, -6})
	println(sm1.a, sm1.b, sm1.c, sm1.d, sm2.a, sm2.b, sm2.c, sm2.d, sm1 == sm2)
	n1, n2 := 1, 2
	pr := Pair{&n1, &n2}
	pr.x, pr.y = pr.y, pr.x
	*pr.x, *pr.y = *pr.y, *pr.x
	println(n1, n2, *pr.x)
	m := Matrix{{1, 1}, {1, 0}, {0, 0, 1}, {0, 0, 0, 1}}
	r := m
	for range 20 {
		r = r.mul(m)
	}
	println(r[0][0], r[0][1], r[3][3])
	r[0], r[1] = r[1], r[0]
	row := r[0]
	row[0] = -1
	println(r[0][0], r[1][0], row[0])
	anon := struct {
		Inner
		n int
	}{Inner{s: "emb"}, 1}
	cp := anon
	cp.s = "copy"
	println(anon.s, cp.Inner.s, anon == cp)
}
