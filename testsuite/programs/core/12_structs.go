// spec: Struct types, Struct literals, Composite literals, Selectors, Pointer types, Address operators, The zero value, Allocation, Variables, Type identity, Assignability
// needs: println

package main

type Point struct{ X, Y int }

type Rect struct {
	Min, Max Point
	name     string
	tags     [2]string
}

type Node struct {
	val         int
	left, right *Node
}

type Mixed struct {
	a byte
	b int64
	c bool
	d string
	e float32
	f int16
	g []int
	h map[string]int
	i func() int
	j any
	_ int
	k [3]byte
	l uint32
}

type Base struct {
	ID   int
	Name string
}

func (b Base) Describe() string { return b.Name }
func (b *Base) Rename(s string) { b.Name = s }

type Middle struct {
	Base
	Level int
}

type Outer struct {
	*Middle
	Extra
	Name string
}

type Extra struct{ Level, Depth int }

func (n *Node) insert(v int) *Node {
	if n == nil {
		return &Node{val: v}
	}
	if v < n.val {
		n.left = n.left.insert(v)
	} else {
		n.right = n.right.insert(v)
	}
	return n
}

func (n *Node) walk(f func(int)) {
	if n != nil {
		n.left.walk(f)
		f(n.val)
		n.right.walk(f)
	}
}

func escape(x int) *int { return &x }

func local() *Point {
	p := Point{1, 2}
	p.X = 10
	return &p
}

func byValue(p Point) Point {
	p.X++
	return p
}

func byPtr(p *Point) { p.X++ }

type A struct{ x int }
type B struct{ x int }

func main() {
	var z Rect
	println(z.Min.X, z.name == "", z.tags[1] == "")
	p := Point{3, 4}
	q := Point{Y: 9}
	r := Rect{p, q, "box", [2]string{"t1", "t2"}}
	s := r
	s.Min.X = 99
	s.tags[0] = "changed"
	println(r.Min.X, s.Min.X, r.tags[0], s.tags[0], r.name)
	println(p == Point{3, 4}, p == q, r == s, r == Rect{Min: p, Max: q, name: "box", tags: [2]string{"t1", "t2"}})
	pp := &p
	pp.X = 7
	(*pp).Y = 8
	println(p.X, p.Y)
	px := &p.X
	*px *= 2
	println(p.X, *px)
	println(byValue(p).X, p.X)
	byPtr(&p)
	println(p.X)
	ptr2 := &pp
	(*ptr2).Y = 1
	(**ptr2).X = 2
	println(p.X, p.Y)

	// escape
	e1, e2 := escape(1), escape(2)
	*e1 += 10
	println(*e1, *e2, e1 == e2)
	l1, l2 := local(), local()
	l1.Y = 55
	println(l1.X, l1.Y, l2.Y, *l1 == *l2)
	arr := [3]*int{}
	for i := range arr {
		arr[i] = &i
	}
	println(*arr[0], *arr[1], *arr[2])
	nw := new(Point)
	nw.X = 4
	println(nw.X, nw.Y, *new(int), *new(string) == "")
	ni := new(42)
	println(*ni)

	// tree
	var root *Node
	for _, v := range []int{50, 20, 70, 10, 30, 60, 80, 25} {
		root = root.insert(v)
	}
	root.walk(func(v int) { print(v, " ") })
	println()

	// mixed layout
	m := Mixed{a: 1, b: -2, c: true, d: "dee", e: 1.5, f: -3, g: []int{1}, h: map[string]int{"k": 5}, i: func() int { return 6 }, j: "any", k: [3]byte{7, 8, 9}, l: 1 << 31}
	n := m
	n.g[0] = 100
	n.k[1] = 0
	n.h["k"]++
	println(m.a, m.b, m.c, m.d, m.e == 1.5, m.f, m.g[0], m.h["k"], m.i(), m.j.(string), m.k[1], m.l)

	// embedding
	o := Outer{Middle: &Middle{Base{1, "base"}, 3}, Extra: Extra{4, 5}, Name: "outer"}
	println(o.ID, o.Name, o.Base.Name, o.Middle.Level, o.Extra.Level, o.Depth)
	println(o.Describe())
	o.Rename("renamed")
	println(o.Describe(), o.Middle.Base.Name, o.Name)
	o.ID++
	println(o.Middle.ID)

	// anonymous structs and identity
	anon := struct{ X, Y int }{1, 2}
	p = anon
	println(p.X, p.Y)
	anon = Point{5, 6}
	println(anon.X, anon == p)
	b := B(A{3})
	println(b.x)
	type tagged struct {
		x int `json:"x"`
	}
	println(A(tagged{4}).x)
	list := []struct {
		n int
		s string
	}{{1, "one"}, {2, "two"}}
	for _, it := range list {
		it.n *= 2
		print(it.n, it.s, " ")
	}
	println(list[1].n)
	for i := range list {
		list[i].n *= 2
	}
	println(list[0].n, list[1].n)
	ms := map[string]Point{"a": {1, 2}}
	mp := map[string]*Point{"a": {1, 2}}
	mp["a"].X = 50
	println(ms["a"].X, mp["a"].X, ms["none"].Y)
	grid := [2][2]Point{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}
	grid[1][0].Y = 60
	row := grid[1]
	row[0].Y = 0
	println(grid[1][0].Y, row[0].Y)
	p, q = q, p
	println(p.Y, q.X)
	var self struct {
		me   any
		next *struct{ v int }
	}
	self.next = &struct{ v int }{8}
	self.me = self.next
	println(self.me == any(self.next), self.next.v)
	// blank fields do not take part in comparisons
	type blank struct {
		a int
		_ string
		b int
	}
	println(blank{a: 1, b: 2} == blank{a: 1, b: 2})
	// float fields compare by value
	type fl struct{ f float64 }
	zero := 0.0
	println(fl{zero} == fl{-zero}, fl{zero / zero} == fl{zero / zero})
}
