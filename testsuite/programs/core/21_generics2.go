// spec: Alias declarations, Type definitions, Type parameter declarations, Instantiations, Type inference, Type identity, Underlying types, Go 1.24, Method values, Type unification rules
// needs: println

package main

// generic aliases
type Vec[T any] = []T
type StrMap[V any] = map[string]V
type IntPair = Pair[int, int]
type Pair[A, B any] struct {
	a A
	b B
}
type Same[T any] = Pair[T, T]

// self-referential generic types
type Tree[T interface{ Less(T) bool }] struct {
	left, right *Tree[T]
	val         T
	set         bool
}

func (t *Tree[T]) Insert(v T) *Tree[T] {
	if t == nil {
		return &Tree[T]{val: v, set: true}
	}
	if v.Less(t.val) {
		t.left = t.left.Insert(v)
	} else {
		t.right = t.right.Insert(v)
	}
	return t
}

func (t *Tree[T]) Walk(yield func(T) bool) bool {
	return t == nil || t.left.Walk(yield) && yield(t.val) && t.right.Walk(yield)
}

type Age int

func (a Age) Less(b Age) bool { return a < b }

type Comparable[T any] interface {
	comparable
	Compare(T) int
}

type Version struct{ major, minor int }

func (v Version) Compare(w Version) int {
	if v.major != w.major {
		return v.major - w.major
	}
	return v.minor - w.minor
}

func MaxOf[T Comparable[T]](xs ...T) (best T, idx int) {
	for i, x := range xs {
		if i == 0 || x.Compare(best) > 0 {
			best, idx = x, i
		}
	}
	for i, x := range xs {
		if x == best {
			return x, i
		}
	}
	return
}

// mutually recursive generic types
type Graph[K comparable, N Node[K, E], E any] struct {
	nodes map[K]N
	order []K
}
type Node[K comparable, E any] interface {
	ID() K
	Edges() []E
}
type city struct {
	name  string
	roads []int
}

func (c *city) ID() string   { return c.name }
func (c *city) Edges() []int { return c.roads }

func (g *Graph[K, N, E]) Add(n N) {
	if g.nodes == nil {
		g.nodes = make(map[K]N)
	}
	g.nodes[n.ID()] = n
	g.order = append(g.order, n.ID())
}

func (g *Graph[K, N, E]) CountEdges() (n int) {
	for _, k := range g.order {
		n += len(g.nodes[k].Edges())
	}
	return
}

// Option with methods on values and nested instantiation
type Option[T any] struct {
	v  T
	ok bool
}

func Some[T any](v T) Option[T] { return Option[T]{v, true} }
func None[T any]() Option[T]    { return Option[T]{} }
func (o Option[T]) Or(d T) T {
	if o.ok {
		return o.v
	}
	return d
}
func Then[T, U any](o Option[T], f func(T) Option[U]) Option[U] {
	if !o.ok {
		return None[U]()
	}
	return f(o.v)
}

type Result[T any] interface {
	Get() (T, error)
}
type okRes[T any] struct{ v T }
type errRes[T any] struct{ e error }

func (r okRes[T]) Get() (T, error)      { return r.v, nil }
func (r errRes[T]) Get() (z T, e error) { return z, r.e }

type strErr string

func (s strErr) Error() string { return string(s) }

func all[T any](rs ...Result[T]) ([]T, error) {
	var out []T
	for _, r := range rs {
		v, err := r.Get()
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

// shapes of different sizes behind one generic function
type big struct {
	a [10]int
	s string
}

func rotate[T any](xs []T, n int) []T {
	out := make([]T, len(xs))
	for i := range xs {
		out[(i+n)%len(xs)] = xs[i]
	}
	return out
}

func eq[T comparable](a, b T) bool { return a == b }

func groupBy[K comparable, V any](vs []V, f func(V) K) (map[K][]V, []K) {
	m := map[K][]V{}
	var order []K
	for _, v := range vs {
		k := f(v)
		if _, ok := m[k]; !ok {
			order = append(order, k)
		}
		m[k] = append(m[k], v)
	}
	return m, order
}

func assertTo[T any](x any) (t T, ok bool) {
	t, ok = x.(T)
	return
}

func mustAssert[T any](x any) (t T, msg string) {
	defer func() {
		if e := recover(); e != nil {
			msg = e.(error).Error()
		}
	}()
	return x.(T), "fine"
}

func kind[T any](x T) string {
	switch any(&x).(type) {
	case *int:
		return "int"
	case *string:
		return "string"
	case *[]T:
		return "impossible"
	case *Option[int]:
		return "Option[int]"
	case *any:
		return "any"
	}
	return "?"
}

func deferred[T any](xs *[]T, x T) {
	defer func() { *xs = append(*xs, x) }()
	defer func(y T) { *xs = append(*xs, y) }(x)
}

func chanOf[T any](xs ...T) <-chan T {
	c := make(chan T, len(xs))
	for _, x := range xs {
		c <- x
	}
	close(c)
	return c
}

type Cache[K comparable, V any] struct {
	data  map[K]*entry[K, V]
	first *entry[K, V]
	load  func(K) V
	hits  int
}
type entry[K comparable, V any] struct {
	key  K
	val  V
	next *entry[K, V]
}

func NewCache[K comparable, V any](load func(K) V) *Cache[K, V] {
	return &Cache[K, V]{data: map[K]*entry[K, V]{}, load: load}
}
func (c *Cache[K, V]) Get(k K) V {
	if e, ok := c.data[k]; ok {
		c.hits++
		return e.val
	}
	e := &entry[K, V]{k, c.load(k), c.first}
	c.first = e
	c.data[k] = e
	return e.val
}

type nest[T any] struct {
	inner *nest[T]
	v     T
}

func depth[T any](n *nest[T]) int {
	if n == nil {
		return 0
	}
	return 1 + depth(n.inner)
}

type Base[T any] struct{ val T }

func (b *Base[T]) Set(v T) { b.val = v }
func (b Base[T]) Get() T   { return b.val }

type Derived[T any] struct {
	Base[[]T]
	Option[T]
}

func apply[T any, R any](x T, fs ...func(T) R) (out []R) {
	for _, f := range fs {
		out = append(out, f(x))
	}
	return
}

func double[T ~int | ~float64](x T) T { return x * 2 }
func negate[T ~int | ~float64](x T) T { return -x }

func main() {
	var v Vec[int] = []int{1, 2, 3}
	sm := StrMap[Vec[string]]{"a": {"x", "y"}}
	var ip IntPair = Same[int]{1, 2}
	println(len(v), sm["a"][1], ip.a+ip.b, ip == Pair[int, int]{1, 2})
	var x any = Vec[int]{9}
	_, isSlice := x.([]int)
	println(isSlice)

	var t *Tree[Age]
	for _, a := range []Age{30, 10, 20, 50, 40} {
		t = t.Insert(a)
	}
	t.Walk(func(a Age) bool { print(int(a), " "); return a < 40 })
	println()
	best, idx := MaxOf(Version{1, 2}, Version{2, 0}, Version{1, 9})
	println(best.major, best.minor, idx)

	var g Graph[string, *city, int]
	g.Add(&city{"rome", []int{1, 2}})
	g.Add(&city{"oslo", []int{3}})
	println(g.CountEdges(), g.order[1])

	half := func(n int) Option[int] {
		if n%2 == 0 {
			return Some(n / 2)
		}
		return None[int]()
	}
	str := func(n int) Option[string] { return Some(string(rune('A' + n))) }
	println(Then(Then(Some(12), half), half).Or(-1), Then(Then(Some(6), half), half).Or(-1), Then(Then(Some(8), half), str).Or("none"))
	vals, err := all[int](okRes[int]{1}, okRes[int]{2})
	println(len(vals), err == nil)
	_, err = all[string](okRes[string]{"s"}, errRes[string]{strErr("bad")})
	println(err.Error())

	println(rotate([]int{1, 2, 3}, 1)[0], rotate([]string{"a", "b", "c"}, 2)[0], rotate([]byte("xyz"), 1)[1])
	bs := rotate([]big{{s: "p"}, {s: "q", a: [10]int{9: 7}}}, 1)
	println(bs[0].s, bs[0].a[9], bs[1].s)
	es := rotate([]struct{}{{}, {}}, 1)
	println(len(es))
	println(eq(1, 1), eq("a", "b"), eq(big{}, big{}), eq[any](1, 1.0), eq[error](nil, nil), eq(&v, &v), eq([2]string{"a"}, [2]string{"a", ""}))
	m, order := groupBy([]string{"apple", "bob", "avocado", "cat", "bee"}, func(s string) byte { return s[0] })
	for _, k := range order {
		print(string(rune(k)), len(m[k]), " ")
	}
	println()
	s, ok := assertTo[string]("yes")
	println(s, ok)
	_, ok = assertTo[error](3)
	println(ok)
	e, ok := assertTo[error](strErr("e"))
	println(e.Error(), ok)
	_, msg := mustAssert[int]("str")
	println(msg)
	_, msg = mustAssert[error](5)
	println(msg)
	_, msg = mustAssert[Pair[int, string]](Pair[string, int]{})
	println(msg)
	_, msg = mustAssert[*Option[[]Age]](nil)
	println(msg)
	println(kind(1), kind("s"), kind(Some(1)), kind[any](3), kind([]int{}))
	var acc []string
	deferred(&acc, "d")
	println(len(acc), acc[1])
	total := 0
	for x := range chanOf(1, 2, 3) {
		total += x
	}
	println(total)
	c := NewCache(func(k string) int { return len(k) * 10 })
	println(c.Get("abc"), c.Get("abc"), c.Get("z"), c.hits, c.first.key, c.first.next.val)
	println(depth(&nest[string]{inner: &nest[string]{v: "x"}}))
	var d Derived[int]
	d.Set([]int{1, 2})
	d.Option = Some(5)
	println(len(d.Get()), d.Or(9), len(d.val), d.v)
	get := d.Get
	d.Set(nil)
	println(len(get()), len(d.Get()))
	for _, r := range apply(21, double[int], negate) {
		print(r, " ")
	}
	println()
	type local[T any] struct{ x T }
	println(local[string]{"loc"}.x)
	fn := func(f func(float64) float64) float64 { return f(1.5) }
	println(fn(double) == 3)
}
