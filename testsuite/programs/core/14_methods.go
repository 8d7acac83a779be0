// spec: Method declarations, Method sets, Method expressions, Method values, Selectors, Calls
// needs: println

package main

type Num int

func (n Num) Double() Num { return n * 2 }
func (n *Num) Inc()       { *n++ }
func (n Num) Add(m ...Num) Num {
	for _, x := range m {
		n += x
	}
	return n
}

type Vec struct{ x, y, z int }

func (v Vec) Dot(w Vec) int     { return v.x*w.x + v.y*w.y + v.z*w.z }
func (v *Vec) Scale(k int) *Vec { v.x *= k; v.y *= k; v.z *= k; return v }
func (v Vec) With(x int) Vec    { v.x = x; return v }
func (Vec) Anonymous() string   { return "anon receiver" }
func (v *Vec) IsNil() bool      { return v == nil }

type List []int

func (l *List) Push(x int) { *l = append(*l, x) }
func (l List) Len() int    { return len(l) }

type Dict map[string]int

func (d Dict) Set(k string, v int) Dict { d[k] = v; return d }

type Fn func(int) int

func (f Fn) Call(x int) int { return f(x) }

type Arr [3]int

func (a Arr) Sum() (t int) {
	for _, x := range a {
		t += x
	}
	return
}
func (a *Arr) Zero() { *a = Arr{} }

type Ch chan int

func (c Ch) Put(x int) { c <- x }

type Inner struct{ n int }

func (i Inner) Get() int   { return i.n }
func (i *Inner) Set(n int) { i.n = n }

type Wrap struct {
	Inner
	*Vec
}

type Wrap2 struct{ *Wrap }

type Getter interface{ Get() int }

type HoldsIface struct{ Getter }

func evaluated(tag string, v *Vec) *Vec {
	println("eval", tag)
	return v
}

func main() {
	n := Num(5)
	println(n.Double(), n.Add(), n.Add(1, 2, 3))
	n.Inc()
	(&n).Inc()
	println(n, (&n).Double())

	v := Vec{1, 2, 3}
	println(v.Dot(Vec{4, 5, 6}), v.With(10).x, v.x)
	v.Scale(2).Scale(3)
	println(v.x, v.y, v.z, v.Anonymous())
	var nv *Vec
	println(nv.IsNil(), v.IsNil())

	var l List
	for i := range 4 {
		l.Push(i)
	}
	println(l.Len(), l[3])
	println(len(Dict{}.Set("a", 1).Set("b", 2)))
	println(Fn(func(x int) int { return x * x }).Call(9))
	a := Arr{1, 2, 3}
	println(a.Sum())
	a.Zero()
	println(a.Sum())
	c := make(Ch, 1)
	c.Put(8)
	println(<-c)

	// method expressions
	dbl := Num.Double
	inc := (*Num).Inc
	inc(&n)
	println(dbl(n), (*Num).Double(&n))
	dot := Vec.Dot
	println(dot(v, Vec{1, 1, 1}))
	sc := (*Vec).Scale
	println(sc(&v, 2).y)
	pd := (*Vec).Dot
	println(pd(&v, Vec{1, 0, 0}))
	get := Getter.Get
	println(get(Inner{12}))
	add := Num.Add
	println(add(1, 2, 3), add(4))
	println(Wrap.Get(Wrap{Inner: Inner{77}}))
	println(func(i interface{ Get() int }) int { return interface{ Get() int }.Get(i) }(Inner{6}))

	// method values bind a copy of the receiver
	i := Inner{1}
	g := i.Get
	s := i.Set
	i.n = 2
	println(g(), i.Get())
	s(30)
	println(i.n, g())
	mv := evaluated("once", &v).With
	println(mv(1).x, mv(2).x)
	pv := &v
	m2 := pv.Dot
	v.x = 1000
	println(m2(Vec{1, 0, 0}), pv.Dot(Vec{1, 0, 0}))
	var gt Getter = i
	m3 := gt.Get
	gt = Inner{-1}
	println(m3(), gt.Get())
	func() {
		defer func() { println("bind:", recover().(error).Error()) }()
		var p *Vec
		f := p.With
		println("not here", f(1).x)
	}()
	func() {
		defer func() { println("bind:", recover().(error).Error()) }()
		var g Getter
		f := g.Get
		println("not here", f())
	}()
	func() {
		var p *Inner
		f := p.Set
		println("pointer method value of nil is fine", f != nil)
	}()

	// promoted
	w := Wrap{Inner{3}, &Vec{1, 1, 1}}
	w.Set(4)
	w.Scale(5)
	println(w.Get(), w.x, w.Dot(Vec{1, 1, 1}), w.n)
	w2 := Wrap2{&w}
	w2.Set(6)
	println(w2.Get(), w.Get(), w2.y)
	gs := []func() int{w.Get, w2.Get, Inner{9}.Get, HoldsIface{Inner{10}}.Get}
	w2.Set(100)
	for _, g := range gs {
		print(g(), " ")
	}
	println()
	var h HoldsIface
	func() {
		defer func() { println("nil embedded:", recover().(error).Error()) }()
		println(h.Get())
	}()
	ws := w2.Set
	ws(41)
	println(w.n)
	// methods on elements
	vs := []Vec{{1, 2, 3}, {4, 5, 6}}
	vs[1].Scale(2)
	mp := map[string]*Vec{"a": {1, 1, 1}}
	mp["a"].Scale(7)
	println(vs[1].z, mp["a"].y)
	defer println("deferred method args", n.Double())
	n.Inc()
	println(n)
}
