// spec: Slice types, Slice expressions, Simple slice expressions, Full slice expressions, Appending to and copying slices, Making slices, maps and channels, Clear, Length and capacity, Conversions from slice to array or array pointer
// needs: println

package main

func show(name string, s []int) {
	print(name, " len=", len(s), " cap=", cap(s), " [")
	for i, x := range s {
		if i > 0 {
			print(" ")
		}
		print(x)
	}
	println("]")
}

func try(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			println(name, "panic:", e.(error).Error())
		}
	}()
	f()
	println(name, "ok")
}

type T struct {
	name string
	n    int
}

func insert(s []int, i, v int) []int {
	s = append(s, 0)
	copy(s[i+1:], s[i:])
	s[i] = v
	return s
}

func remove(s []int, i int) []int {
	return append(s[:i], s[i+1:]...)
}

func quicksort(s []int) {
	if len(s) < 2 {
		return
	}
	p := s[len(s)/2]
	i, j := 0, len(s)-1
	for i <= j {
		for s[i] < p {
			i++
		}
		for s[j] > p {
			j--
		}
		if i <= j {
			s[i], s[j] = s[j], s[i]
			i++
			j--
		}
	}
	quicksort(s[:j+1])
	quicksort(s[i:])
}

func main() {
	var nilS []int
	println(nilS == nil, len(nilS), cap(nilS))
	empty := []int{}
	println(empty == nil, len(empty))
	for range nilS {
		println("never")
	}

	// aliasing
	base := []int{0, 1, 2, 3, 4, 5, 6, 7}
	a := base[2:5]
	show("a", a)
	a[0] = 20
	show("base", base)
	b := a[:6]
	show("b", b)
	a = append(a, 50)
	show("base", base)
	c := base[2:5:5]
	c = append(c, 99)
	c[0] = -1
	show("base", base)
	println(len(c), c[3])
	show("3idx", base[1:3:6])
	show("3idx0", base[:0:0])
	arr := [5]int{1, 2, 3, 4, 5}
	s := arr[1:3]
	s[0] = 22
	println(arr[1])
	p := &arr
	show("viaptr", p[3:])
	show("full", p[1:2:3])

	// append
	var g []int
	caps := 0
	last := -1
	for i := range 2000 {
		g = append(g, i)
		if cap(g) != last {
			last = cap(g)
			caps++
			if cap(g) < len(g) {
				println("bad cap")
			}
		}
	}
	println(len(g), g[1999], caps < 40)
	g = append(g[:3], g[10:13]...)
	show("spliced", g[:6:6])
	g = append(g[:0:0], 1, 2, 3)
	println(len(g))
	self := []int{1, 2, 3}
	self = append(self, self...)
	self = append(self, self[1:]...)
	for _, x := range self {
		print(x, " ")
	}
	println()
	var none []int
	none = append(none)
	println(none == nil)
	none = append(none, empty...)
	println(none == nil)
	g2 := append([]int(nil), base...)
	g2[0] = 1234
	println(base[0], g2[0])

	// copy
	dst := make([]int, 3)
	println(copy(dst, base), dst[0], dst[2])
	println(copy(base[1:], base), base[1], base[7])
	over := []int{1, 2, 3, 4, 5}
	copy(over, over[2:])
	show("over", over)
	println(copy(dst, nilS), copy(dst[:0], base))

	// make
	n := 4
	m := make([]int, n, n*2)
	show("make", m)
	bad := -1
	try("make neg", func() { _ = make([]int, bad) })
	try("make cap", func() { _ = make([]int, 5, n) })
	try("make huge", func() { _ = make([]int, 1<<uint(n*15)) })
	try("make ok", func() { _ = make([]string, n) })

	// clear
	cl := []T{{"a", 1}, {"b", 2}, {"c", 3}}
	clear(cl[1:])
	println(cl[0].name, cl[1].name == "", cl[2].n, len(cl))

	// bounds
	i, j, k := 9, 3, 20
	try("idx", func() { base[i] = 1 })
	try("hi", func() { _ = base[:i] })
	try("lo>hi", func() { _ = base[j+1 : j] })
	try("lo", func() { _ = base[i:] })
	try("cap", func() { _ = base[:2:i] })
	try("3 hi>max", func() { _ = base[0:j:2] })
	try("3 lo>hi", func() { _ = base[j : j-1 : 8] })
	try("neg", func() { _ = base[j-k:] })
	try("nil idx", func() { _ = nilS[j-3] })
	try("nil slice", func() { _ = nilS[0:0] })
	try("beyond len", func() { x := base[:0]; _ = x[0:8] })
	try("array hi", func() { _ = arr[:i] })

	// slice to array
	ap := (*[3]int)(base)
	ap[1] = 777
	println(base[1])
	av := [2]int(base)
	av[0] = 5
	println(base[0] != 5, av[1])
	try("to array ptr", func() { _ = (*[9]int)(base) })
	try("to array", func() { _ = [4]int(base[:j]) })
	println((*[0]int)(nilS) == nil, (*[0]int)(empty) == nil)

	// helpers
	in := insert([]int{1, 2, 4}, 2, 3)
	show("insert", in[:4:4])
	show("remove", remove(in, 0)[:3:4])
	q := []int{}
	x := uint32(1)
	for range 500 {
		x = x*1664525 + 1013904223
		q = append(q, int(x>>20))
	}
	quicksort(q)
	sorted := true
	for i := 1; i < len(q); i++ {
		if q[i-1] > q[i] {
			sorted = false
		}
	}
	println(sorted, q[0], q[250], q[499])

	// two dimensional
	tri := make([][]int, 8)
	for i := range tri {
		tri[i] = make([]int, i+1)
		tri[i][0], tri[i][i] = 1, 1
		for j := 1; j < i; j++ {
			tri[i][j] = tri[i-1][j-1] + tri[i-1][j]
		}
	}
	show("pascal", tri[7])
	lit := [][]string{{"a"}, {}, {"b", "c"}, nil}
	println(len(lit), len(lit[2]), lit[1] == nil, lit[3] == nil)
	sparse := []int{9: 1, 2}
	println(len(sparse), sparse[9], sparse[10])

	// range sees the slice as it was
	grow := []int{1, 2, 3}
	count := 0
	for _, v := range grow {
		grow = append(grow, v*10)
		count++
	}
	println(count, len(grow))
	shared := []int{1, 2, 3}
	for i, v := range shared {
		if i+1 < len(shared) {
			shared[i+1] += v
		}
	}
	println(shared[2])
}
