// spec: Run-time panics, Pointer types, Selectors, Address operators, Method values, Index expressions
// needs: println

package main

type Inner struct {
	pad [100]int
	v   int
}
type T struct {
	a     int
	b     string
	inner Inner
	ptr   *T
	arr   [10]int
	sl    []int
	f     func() int
	i     I
	m     map[string]int
}
type Huge struct {
	pad [1 << 20]int
	v   int
}
type I interface{ Get() int }

func (t *T) PtrMethod() int { return 1 }
func (t *T) Field() int     { return t.a }
func (t T) ValMethod() int  { return t.a }
func (h *Huge) V() int      { return h.v }
func (t *T) Get() int       { return t.arr[3] }

type E struct{ *T }

var n int

func try(name string, f func()) {
	defer func() {
		r := recover()
		if r == nil {
			println(name, "no panic")
			return
		}
		println(name, r.(error).Error())
		n++
	}()
	f()
}

//go:noinline
func nilT() *T { return nil }

func use(x int) {}

func discard(p *T) { _ = *p }

func chain(t *T, depth int) int {
	for range depth {
		t = t.ptr
	}
	return t.a
}

func compound(t *T) (before, after int) {
	x := 0
	func() {
		defer func() { recover() }()
		x = 1
		t.a = 5
		x = 2
	}()
	before = x
	t = &T{}
	t.a += 3
	return before, t.a
}

func inLoop(ts []*T) (ok, bad int) {
	for _, t := range ts {
		func() {
			defer func() {
				if recover() != nil {
					bad++
				}
			}()
			ok += t.a
		}()
	}
	return
}

func main() {
	var t *T
	var h *Huge
	var pp **T
	var ps *string
	var pa *[5]int
	var psl *[]int
	var pi *I
	var pf *func() int
	var pm *map[string]int
	var i I
	var e E
	var pe *E
	var f func() int
	try("field", func() { println(t.a) })
	try("string field", func() { println(t.b) })
	try("write", func() { t.a = 1 })
	try("inc", func() { t.a++ })
	try("inner", func() { println(t.inner.v) })
	try("inner copy", func() { x := t.inner; println(x.v) })
	try("ptr ptr", func() { println((*pp).a) })
	try("string", func() { println(*ps) })
	try("write string", func() { *ps = "x" })
	try("array", func() { println(pa[2]) })
	try("array write", func() { pa[2] = 1 })
	try("array slice", func() { println(len(pa[:])) })
	try("array copy", func() { x := *pa; println(x[0]) })
	try("array range", func() {
		for _, v := range pa {
			println(v)
		}
	})
	try("array range index", func() {
		s := 0
		for i := range pa {
			s += i
		}
		println(s)
	})
	try("array len", func() { println(len(pa)) })
	try("slice", func() { println(len(*psl)) })
	try("iface", func() { println((*pi).Get()) })
	try("func", func() { println((*pf)()) })
	try("map", func() { println((*pm)["a"]) })
	try("huge", func() { println(h.v) })
	try("huge method", func() { println(h.V()) })
	try("huge write", func() { h.v = 1 })
	try("address of field", func() { p := &t.arr[5]; println(p != nil) })
	try("address of huge field", func() { p := &h.v; println(p != nil) })
	try("ptr method", func() { println(t.PtrMethod()) })
	try("ptr method field", func() { println(t.Field()) })
	try("value method", func() { println(t.ValMethod()) })
	try("value method value", func() { g := t.ValMethod; println(g != nil) })
	try("ptr method value", func() { g := t.PtrMethod; println(g()) })
	try("nil iface", func() { println(i.Get()) })
	try("typed nil iface", func() { i = t; println(i != nil); println(i.Get()) })
	try("nil func", func() { println(f()) })
	try("embedded", func() { println(e.a) })
	try("embedded method", func() { println(e.PtrMethod()) })
	try("embedded value method", func() { println(e.ValMethod()) })
	try("nil embedded", func() { println(pe.PtrMethod()) })
	try("deref discard", func() { discard(t) })
	try("call result", func() { use(nilT().a) })
	try("field func", func() { println((&T{}).f()) })
	try("field iface", func() { println((&T{}).i.Get()) })
	try("field map read", func() { println((&T{}).m["a"]) })
	try("chain 0", func() { println(chain(&T{a: 3}, 0)) })
	try("chain 2", func() { println(chain(&T{ptr: &T{}}, 2)) })
	try("chain 1", func() { println(chain(&T{ptr: &T{a: 4}}, 1)) })
	try("array elem ptr", func() { arr := [3]*T{}; println(arr[1].a) })
	try("map elem ptr", func() { m := map[int]*T{}; println(m[1].b) })
	try("slice elem ptr", func() { s := make([]*T, 2); s[1].sl = nil })
	try("closure capture", func() { p := t; func() { println(p.a) }() })
	try("in goroutine", func() {
		c := make(chan error)
		go func() {
			defer func() { c <- recover().(error) }()
			t.a = 5
		}()
		panic(<-c)
	})
	println(compound(nil))
	ok, bad := inLoop([]*T{{a: 1}, nil, {a: 10}, nil, nil, {a: 100}})
	println(ok, bad)
	println("panics", n)
}
