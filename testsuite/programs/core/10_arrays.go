// spec: Array types, Array and slice literals, Index expressions, Comparison operators, Length and capacity, Elision of element types, Assignment statements, Representation of values
// needs: println

package main

type grid [3][3]int

func show(name string, a [5]int) {
	print(name, ":")
	for _, x := range a {
		print(" ", x)
	}
	println()
}

func modify(a [5]int) [5]int {
	a[0] = 100
	return a
}

func modifyPtr(a *[5]int) {
	a[0] = 100
	for i := range a {
		a[i]++
	}
}

func transpose(g grid) (t grid) {
	for i, row := range g {
		for j, v := range row {
			t[j][i] = v
		}
	}
	return
}

func try(f func()) {
	defer func() {
		if e := recover(); e != nil {
			println("panic:", e.(error).Error())
		}
	}()
	f()
}

var global [4]string

type point struct{ x, y int }

func main() {
	a := [5]int{1, 2, 3, 4, 5}
	b := a
	b[4] = 50
	show("a", a)
	show("b", b)
	show("m", modify(a))
	show("a", a)
	modifyPtr(&a)
	show("a", a)
	println(a == b, a != b, a == [5]int{101, 3, 4, 5, 6})

	// index keys
	c := [...]int{5: 1, 2, 1: 7, 8}
	println(len(c), c[0], c[1], c[2], c[5], c[6])
	v := [...]string{'a': "A", 'c': "C"}
	println(len(v), v['a'], v['b'] == "", v['c'])
	const k = 2
	d := [k * 3]byte{k: 'x', k + 1: 'y'}
	println(len(d), d[2], d[3])

	// nested and elided
	g := grid{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}
	t := transpose(g)
	println(t[0][1], t[1][0], t[2][1], g[2][1])
	println(t == g, transpose(t) == g)
	ps := [...]point{{1, 2}, {3, 4}}
	pp := [...]*point{{5, 6}, {7, 8}}
	println(ps[1].y, pp[0].x, len(ps), len(pp))
	var deep [2][3][4]int
	deep[1][2][3] = 9
	copyDeep := deep
	copyDeep[1][2][3]++
	println(deep[1][2][3], copyDeep[1][2][3], deep == copyDeep)

	// range evaluates a copy of the array
	r := [3]int{1, 2, 3}
	for i, x := range r {
		r[2] = 10
		if i == 2 {
			println("copy", x)
		}
	}
	r = [3]int{1, 2, 3}
	for i, x := range &r {
		r[2] = 10
		if i == 2 {
			println("ptr", x)
		}
	}
	var np *[7]int
	n := 0
	for i := range np {
		n += i
	}
	println("nil array ptr", n, len(np), cap(np))

	// zero values, globals
	println(global[0] == "", len(global))
	global[3] = "set"
	other := global
	global[3] = "changed"
	println(other[3], global[3])
	var empty [0]int
	println(len(empty), empty == [0]int{})

	// bounds
	i := 5
	try(func() { a[i] = 1 })
	i = -1
	try(func() { println(a[i]) })
	i = 3
	try(func() { println(g[2][i]) })
	try(func() { np[1] = 1 })
	var u8 uint8 = 200
	try(func() { println(a[u8]) })
	var big uint64 = 1 << 63
	try(func() { println(a[big]) })

	// arrays as values in other things
	m := map[[2]int]string{{1, 2}: "a", {3, 4}: "b"}
	println(m[[2]int{3, 4}], m[[2]int{1, 2}], len(m))
	var x any = [2]int{1, 2}
	println(x == any([2]int{1, 2}), x == any([2]int{2, 1}), x == any([2]int8{1, 2}))
	sw := [2]string{"first", "second"}
	sw[0], sw[1] = sw[1], sw[0]
	println(sw[0], sw[1])
	f := [3]float64{1, 2, 3}
	tot := 0.0
	for _, q := range f {
		tot += q * q
	}
	println(tot == 14)
	large := [1000]int{999: 7}
	l2 := large
	l2[500] = 1
	println(large == l2, large[999], l2[500])
}
