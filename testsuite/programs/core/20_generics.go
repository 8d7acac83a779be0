// spec: Type parameter declarations, Type constraints, Satisfying a type constraint, General interfaces, Instantiations, Type inference, Type unification, Go 1.18
// needs: println

package main

type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

type Float interface{ ~float32 | ~float64 }

type Number interface{ Integer | Float }

type Ordered interface{ Integer | Float | ~string }

type Stringer interface{ String() string }

type MyInt int

func (m MyInt) String() string { return "MyInt" }

type NumStringer interface {
	Integer
	Stringer
}

func Sum[T Number](xs ...T) (t T) {
	for _, x := range xs {
		t += x
	}
	return
}

func Max[T Ordered](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func Map[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

func Filter[S ~[]E, E any](s S, p func(E) bool) S {
	var out S
	for _, x := range s {
		if p(x) {
			out = append(out, x)
		}
	}
	return out
}

func Reduce[T, A any](xs []T, init A, f func(A, T) A) A {
	for _, x := range xs {
		init = f(init, x)
	}
	return init
}

func Keys[M ~map[K]V, K comparable, V any](m M) int {
	n := 0
	for range m {
		n++
	}
	return n
}

func Index[T comparable](xs []T, x T) int {
	for i, y := range xs {
		if x == y {
			return i
		}
	}
	return -1
}

func Ptr[T any](x T) *T { return &x }

func Zero[T any]() T {
	var z T
	return z
}

func Describe[T NumStringer](x T) (string, T) { return x.String(), x + 1 }

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p Pair[K, V]) Swap(k K) Pair[K, V] { return Pair[K, V]{k, p.Val} }
func MakePair[K comparable, V any](k K, v V) Pair[K, V] {
	return Pair[K, V]{k, v}
}

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(x T) { s.items = append(s.items, x) }
func (s *Stack[T]) Pop() (T, bool) {
	var zero T
	if len(s.items) == 0 {
		return zero, false
	}
	x := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return x, true
}
func (s Stack[_]) Len() int { return len(s.items) }

type List[T any] struct {
	head *node[T]
	size int
}
type node[T any] struct {
	val  T
	next *node[T]
}

func (l *List[T]) Add(x T) *List[T] {
	l.head = &node[T]{x, l.head}
	l.size++
	return l
}
func (l *List[T]) Each(f func(T)) {
	for n := l.head; n != nil; n = n.next {
		f(n.val)
	}
}

type Tree[T any] struct {
	cmp  func(a, b T) int
	root *tnode[T]
}
type tnode[T any] struct {
	v    T
	l, r *tnode[T]
}

func (t *Tree[T]) Insert(v T) bool {
	p := &t.root
	for *p != nil {
		switch c := t.cmp(v, (*p).v); {
		case c < 0:
			p = &(*p).l
		case c > 0:
			p = &(*p).r
		default:
			return false
		}
	}
	*p = &tnode[T]{v: v}
	return true
}
func (n *tnode[T]) walk(f func(T)) {
	if n == nil {
		return
	}
	n.l.walk(f)
	f(n.v)
	n.r.walk(f)
}

type Set[T comparable] map[T]struct{}

func (s Set[T]) Add(xs ...T) Set[T] {
	for _, x := range xs {
		s[x] = struct{}{}
	}
	return s
}
func (s Set[T]) Has(x T) bool { _, ok := s[x]; return ok }

type Setter[B any] interface {
	Set(string)
	*B
}
type settable struct{ s string }

func (s *settable) Set(x string) { s.s = "set:" + x }

func FromStrings[T any, PT Setter[T]](ss []string) []T {
	out := make([]T, len(ss))
	for i, s := range ss {
		PT(&out[i]).Set(s)
	}
	return out
}

type Num[T Number] struct{ v T }

func (a Num[T]) Add(b Num[T]) Num[T] { return Num[T]{a.v + b.v} }

type Adder[T any] interface{ Add(T) T }

func SumAll[T Adder[T]](first T, rest ...T) T {
	for _, x := range rest {
		first = first.Add(x)
	}
	return first
}

type Matrix[T Number, Row [2]T | [3]T] struct{ rows []Row }

type Func[A, B any] func(A) B

func (f Func[A, B]) Apply(a A) B { return f(a) }

type Chain[T any] struct {
	Stack[T]
	name string
}

func convert[To, From Integer](x From) To { return To(x) }

func length[S ~string | ~[]byte](s S) int { return len(s) }

func firstByte[S ~string | ~[]byte](s S) byte { return s[0] }

func sliceOf[S ~[]E, E any](s S, i, j int) S { return s[i:j] }

func typeName[T any]() string {
	var z T
	switch any(z).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case Pair[int, string]:
		return "Pair[int,string]"
	case []T:
		return "[]T"
	case error:
		return "error"
	}
	return "other"
}

func recursive[T any](n int, x T) int {
	if n == 0 {
		return 0
	}
	return 1 + recursive(n-1, x)
}

func counterOf[T any]() func(T) int {
	var seen []T
	return func(x T) int {
		seen = append(seen, x)
		return len(seen)
	}
}

func main() {
	println(Sum(1, 2, 3), Sum(1.5, 2.5) == 4, Sum[uint8](200, 100), Sum[MyInt]())
	println(Max(1, 2), Max("a", "b"), Max(2.5, 1) == 2.5, Max[float64](1, 2.5) == 2.5, Max('a', 'b'))
	strs := Map([]int{1, 2, 3}, func(x int) string { return string(rune('a' + x)) })
	println(strs[0], strs[2], len(strs))
	lens := Map(strs, func(s string) int { return len(s) })
	println(lens[1])
	type ints []int
	ev := Filter(ints{1, 2, 3, 4}, func(x int) bool { return x%2 == 0 })
	var _ ints = ev
	println(len(ev), ev[1])
	println(Reduce([]int{1, 2, 3, 4}, "", func(a string, x int) string { return a + string(rune('0'+x)) }))
	println(Keys(map[string]bool{"a": true, "b": false}))
	println(Index([]string{"x", "y"}, "y"), Index([]any{1, "a", nil}, any(nil)), Index([]float64{1}, 2))
	p := Ptr(5)
	*p++
	println(*p, *Ptr("s"))
	println(Zero[int](), Zero[string]() == "", Zero[*int]() == nil, Zero[Pair[string, int]]().Val, Zero[[2]bool]()[1])
	s, n := Describe(MyInt(4))
	println(s, n)

	pr := MakePair("k", 3.5)
	println(pr.Key, pr.Val == 3.5, pr.Swap("z").Key, pr == Pair[string, float64]{"k", 3.5})
	var st Stack[Pair[int, string]]
	st.Push(Pair[int, string]{1, "one"})
	st.Push(MakePair(2, "two"))
	top, ok := st.Pop()
	println(top.Val, ok, st.Len())
	st.Pop()
	_, ok = st.Pop()
	println(ok)
	l := new(List[string])
	l.Add("a").Add("b").Add("c").Each(func(s string) { print(s, " ") })
	println(l.size)
	t := Tree[string]{cmp: func(a, b string) int {
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}}
	for _, w := range []string{"m", "c", "x", "a", "d", "c"} {
		print(t.Insert(w), " ")
	}
	t.root.walk(func(s string) { print(s, " ") })
	println()
	set := Set[int]{}.Add(1, 2, 3, 2)
	println(len(set), set.Has(2), set.Has(9))
	fs := FromStrings[settable]([]string{"a", "b"})
	println(fs[0].s, fs[1].s)
	println(SumAll(Num[int]{1}, Num[int]{2}, Num[int]{3}).v, SumAll(Num[float64]{0.5}).v == 0.5)
	m := Matrix[int, [3]int]{rows: [][3]int{{1, 2, 3}}}
	println(m.rows[0][2])
	println(Func[int, string](func(i int) string { return string(rune(i)) }).Apply(66))
	c := Chain[int]{name: "chain"}
	c.Push(4)
	c.Push(5)
	v, _ := c.Pop()
	println(v, c.Len(), c.name)
	println(convert[int8](300), convert[uint16](-1), convert[int64](MyInt(7)))
	println(length("four"), length([]byte{1, 2}), firstByte("A"), firstByte([]byte("B")))
	println(len(sliceOf(ints{1, 2, 3}, 1, 3)))
	println(typeName[int](), typeName[string](), typeName[Pair[int, string]](), typeName[bool](), typeName[error]())
	println(recursive(10, struct{}{}), recursive(5, "x"))
	co := counterOf[string]()
	co("a")
	println(co("b"), counterOf[int]()(1))
	f := Max[int]
	g := Sum[float64]
	println(f(3, 9), g(1, 2) == 3)
	var h func([]string, string) int = Index
	println(h([]string{"q"}, "q"))
	push := (*Stack[int]).Push
	var si Stack[int]
	push(&si, 3)
	pop := si.Pop
	x, _ := pop()
	println(x, si.Len())
}
