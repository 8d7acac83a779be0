// spec: Instantiations, Type parameter declarations, Type constraints, Type assertions, Method values, Function literals
// needs: std

package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// Containers used at many types.

type Node[K cmp.Ordered, V any] struct {
	key         K
	val         V
	left, right *Node[K, V]
	height      int
}

type Tree[K cmp.Ordered, V any] struct {
	root *Node[K, V]
	size int
}

func height[K cmp.Ordered, V any](n *Node[K, V]) int {
	if n == nil {
		return 0
	}
	return n.height
}

func fix[K cmp.Ordered, V any](n *Node[K, V]) {
	n.height = 1 + max(height(n.left), height(n.right))
}

func rotateRight[K cmp.Ordered, V any](n *Node[K, V]) *Node[K, V] {
	l := n.left
	n.left, l.right = l.right, n
	fix(n)
	fix(l)
	return l
}

func rotateLeft[K cmp.Ordered, V any](n *Node[K, V]) *Node[K, V] {
	r := n.right
	n.right, r.left = r.left, n
	fix(n)
	fix(r)
	return r
}

func insert[K cmp.Ordered, V any](n *Node[K, V], k K, v V, t *Tree[K, V]) *Node[K, V] {
	if n == nil {
		t.size++
		return &Node[K, V]{key: k, val: v, height: 1}
	}
	switch c := cmp.Compare(k, n.key); {
	case c < 0:
		n.left = insert(n.left, k, v, t)
	case c > 0:
		n.right = insert(n.right, k, v, t)
	default:
		n.val = v
		return n
	}
	fix(n)
	switch d := height(n.left) - height(n.right); {
	case d > 1:
		if height(n.left.left) < height(n.left.right) {
			n.left = rotateLeft(n.left)
		}
		return rotateRight(n)
	case d < -1:
		if height(n.right.right) < height(n.right.left) {
			n.right = rotateRight(n.right)
		}
		return rotateLeft(n)
	}
	return n
}

func (t *Tree[K, V]) Put(k K, v V) { t.root = insert(t.root, k, v, t) }

func (t *Tree[K, V]) Get(k K) (v V, ok bool) {
	for n := t.root; n != nil; {
		switch {
		case k < n.key:
			n = n.left
		case k > n.key:
			n = n.right
		default:
			return n.val, true
		}
	}
	return v, false
}

func (t *Tree[K, V]) All() func(yield func(K, V) bool) {
	return func(yield func(K, V) bool) {
		var walk func(n *Node[K, V]) bool
		walk = func(n *Node[K, V]) bool {
			return n == nil || walk(n.left) && yield(n.key, n.val) && walk(n.right)
		}
		walk(t.root)
	}
}

type Heap[T any] struct {
	items []T
	less  func(a, b T) bool
}

func (h *Heap[T]) Push(x T) {
	h.items = append(h.items, x)
	i := len(h.items) - 1
	for i > 0 {
		p := (i - 1) / 2
		if !h.less(h.items[i], h.items[p]) {
			break
		}
		h.items[i], h.items[p] = h.items[p], h.items[i]
		i = p
	}
}

func (h *Heap[T]) Pop() (T, error) {
	var zero T
	if len(h.items) == 0 {
		return zero, fmt.Errorf("empty heap of %T", zero)
	}
	top := h.items[0]
	last := len(h.items) - 1
	h.items[0] = h.items[last]
	h.items[last] = zero
	h.items = h.items[:last]
	for i := 0; ; {
		c := 2*i + 1
		if c >= last {
			break
		}
		if c+1 < last && h.less(h.items[c+1], h.items[c]) {
			c++
		}
		if !h.less(h.items[c], h.items[i]) {
			break
		}
		h.items[i], h.items[c] = h.items[c], h.items[i]
		i = c
	}
	return top, nil
}

type Cache[K comparable, V any] struct {
	mu   sync.Mutex
	m    map[K]V
	hits int
	log  []string
}

func (c *Cache[K, V]) Do(k K, make_ func(K) V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.m[k]; ok {
		c.hits++
		return v
	}
	if c.m == nil {
		c.m = make(map[K]V)
	}
	v := make_(k)
	c.m[k] = v
	if len(c.log) < 4 {
		c.log = append(c.log, fmt.Sprintf("%T(%v)=%v", c, k, v))
	}
	return v
}

func Map[T, U any](s []T, f func(T) U) []U {
	out := make([]U, 0, len(s))
	for _, x := range s {
		out = append(out, f(x))
	}
	return out
}

func GroupBy[K comparable, T any](s []T, key func(T) K) map[K][]T {
	out := make(map[K][]T)
	for _, x := range s {
		k := key(x)
		out[k] = append(out[k], x)
	}
	return out
}

type Shape interface {
	comparable
	Area() float64
	Name() string
}

func Describe[S Shape](list []S) string {
	var b strings.Builder
	sum := 0.0
	for i, s := range list {
		sum += s.Area()
		if i > 0 && list[i-1] == s {
			b.WriteString("=")
		}
		fmt.Fprintf(&b, "%s ", s.Name())
		if _, ok := any(s).(fmt.Stringer); ok {
			b.WriteString("stringer ")
		}
	}
	return fmt.Sprintf("%s%.1f", b.String(), sum)
}

type A struct{ x, y int }
type B struct{ x, y int }
type C struct{ p *int }
type D struct {
	name string
	n    int
}
type E int
type F int
type G string
type H string

func (a *A) Area() float64  { return float64(a.x * a.y) }
func (a *A) Name() string   { return "A" }
func (b *B) Area() float64  { return float64(b.x+b.y) + 0.5 }
func (b *B) Name() string   { return "B" }
func (b *B) String() string { return "BB" }
func (e E) Area() float64   { return float64(e) }
func (e E) Name() string    { return "E" }
func (f F) Area() float64   { return 2 * float64(f) }
func (f F) Name() string    { return "F" }
func (f F) String() string  { return "FF" }

func useTree[K cmp.Ordered, V any](keys []K, val func(K) V) string {
	var t Tree[K, V]
	for _, k := range keys {
		t.Put(k, val(k))
	}
	var b strings.Builder
	n := 0
	for k, v := range t.All() {
		if n++; n > 3 {
			break
		}
		fmt.Fprintf(&b, "%v:%v ", k, v)
	}
	_, ok := t.Get(keys[len(keys)/2])
	return fmt.Sprintf("%T %d %v %s", t, t.size, ok, b.String())
}

func useHeap[T any](items []T, less func(a, b T) bool) string {
	h := Heap[T]{less: less}
	for _, x := range items {
		h.Push(x)
	}
	var out []string
	for range 3 {
		x, err := h.Pop()
		out = append(out, fmt.Sprint(x, err))
	}
	return strings.Join(out, " ")
}

func useAll[T comparable](name string, items []T, less func(a, b T) bool) {
	var c Cache[T, string]
	for _, x := range items {
		c.Do(x, func(t T) string { return fmt.Sprintf("%T", t) })
		c.Do(x, func(t T) string { return "?" })
	}
	s := slices.Clone(items)
	slices.SortFunc(s, func(a, b T) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	})
	i := slices.Index(items, s[0])
	g := GroupBy(items, func(t T) bool { return less(t, s[len(s)/2]) })
	ptrs := Map(items, func(t T) *T { return &t })
	back := Map(ptrs, func(p *T) T { return *p })
	fmt.Println(name, useHeap(items, less), c.hits, c.log, i, len(g[true]), len(g[false]), slices.Equal(items, back))
	var m sync.Map
	var p atomic.Pointer[T]
	for j := range items {
		m.Store(items[j], j)
		p.Store(&items[j])
	}
	v, ok := m.Load(items[0])
	fmt.Printf("%T %v %v %v\n", &p, *p.Load() == items[len(items)-1], v, ok)
	m2 := map[T]int{}
	for j, x := range items {
		m2[x] = j
	}
	fmt.Println(len(slices.Collect(maps.Keys(m2))), len(slices.Sorted(maps.Values(m2))))
}

func catch[T any](s []T, i int) (err any) {
	defer func() { err = recover() }()
	_ = s[i]
	var t any = s
	_ = t.(interface{ M() })
	return nil
}

func work(out *os.File) {
	ints := []int{5, 3, 9, 1, 7, 2, 8}
	toE := func(i int) E { return E(i) }
	toF := func(i int) F { return F(i) }
	toG := func(i int) G { return G(fmt.Sprint(i)) }
	toH := func(i int) H { return H(fmt.Sprint("h", i)) }
	fmt.Fprintln(out, useTree(ints, func(i int) *A { return nil }))
	fmt.Fprintln(out, useTree(ints, func(i int) *B { return nil }))
	fmt.Fprintln(out, useTree(ints, func(i int) any { return i }))
	fmt.Fprintln(out, useTree(Map(ints, toE), func(e E) string { return e.Name() }))
	fmt.Fprintln(out, useTree(Map(ints, toF), func(e F) string { return e.Name() }))
	fmt.Fprintln(out, useTree(Map(ints, toG), func(g G) G { return g + "!" }))
	fmt.Fprintln(out, useTree(Map(ints, toH), func(g H) H { return g + "?" }))
	useAll("int", ints, func(a, b int) bool { return a < b })
	useAll("E", Map(ints, toE), func(a, b E) bool { return a < b })
	useAll("F", Map(ints, toF), func(a, b F) bool { return a > b })
	useAll("G", Map(ints, toG), func(a, b G) bool { return a < b })
	useAll("H", Map(ints, toH), func(a, b H) bool { return a > b })
	useAll("A", Map(ints, func(i int) A { return A{i, -i} }), func(a, b A) bool { return a.x < b.x })
	useAll("B", Map(ints, func(i int) B { return B{i, -i} }), func(a, b B) bool { return a.y < b.y })
	useAll("D", Map(ints, func(i int) D { return D{fmt.Sprint(i), i} }), func(a, b D) bool { return a.n < b.n })
	as, bs := Map(ints, func(i int) *A { return &A{i, i} }), Map(ints, func(i int) *B { return &B{i, i} })
	useHeap(as, func(a, b *A) bool { return a.x < b.x })
	useHeap(bs, func(a, b *B) bool { return a.x > b.x })
	fmt.Fprintln(out, Describe(as), Describe(bs), Describe(Map(ints, toE)), Describe(Map(ints, toF)))
	fmt.Fprintln(out, catch(as, 3), catch(bs, 99), catch([]C{{}}, 0), catch([]chan int{nil}, 0))
	sort.Slice(as, func(i, j int) bool { return as[i].x < as[j].x })
}

func main() {
	work(os.Stdout)
	fmt.Println(names())
}

// Names of types declared in generic functions, and function values of instances that share their code.

type Box[T any] struct{ v T }

func (b Box[T]) Show() string { return fmt.Sprintf("%T %v", b, b.v) }
func (b *Box[T]) Set(v any) error {
	x, ok := v.(T)
	if !ok {
		return fmt.Errorf("%T is no %T", v, b.v)
	}
	b.v = x
	return nil
}

type shower interface {
	Show() string
	Set(any) error
}

func local[T any](v T) []any {
	type pair struct{ a, b T }
	type tagged[U any] struct {
		t T
		u U
	}
	type number int
	return []any{pair{v, v}, tagged[string]{v, "u"}, tagged[number]{v, 1}, number(3), Box[number]{4}, Box[pair]{}}
}

func names() string {
	var b strings.Builder
	for _, list := range [][]any{local(1), local("s"), local(A{1, 2}), local(B{1, 2})} {
		for _, x := range list {
			fmt.Fprintf(&b, "%T ", x)
		}
	}
	b.WriteByte('\n')
	for _, s := range []shower{&Box[*A]{}, &Box[*B]{}, &Box[*C]{}, &Box[E]{}, &Box[F]{}} {
		f, g := s.Show, s.Set
		fmt.Fprintln(&b, f(), g(&A{}), g(E(2)), f())
	}
	show := []func(*Box[E]) string{(*Box[E]).Show, func(b *Box[E]) string { return (*Box[F]).Show(&Box[F]{F(b.v)}) }}
	for _, f := range show {
		fmt.Fprintln(&b, f(&Box[E]{5}))
	}
	return b.String()
}
