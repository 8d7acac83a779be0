// spec: Composite literals, Order of evaluation

// Literals of many elements: their elements are made in place, in order, with what they contain.
package main

type pair struct{ a, b [3]int }

type row struct {
	name string
	in   pair
	_    int
	out  any
	more []pair
}

var count int

func next() int {
	count++
	return count
}

func text(s string) string {
	next()
	return s
}

var table = []row{
	{"a", pair{[3]int{next()}, [3]int{1: next()}}, 0, next(), nil},
	{name: text("b"), out: pair{b: [3]int{2: next()}}},
	{"c", pair{}, 1, nil, []pair{{}, {a: [3]int{next(), next(), next()}}}},
	{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
	{name: "d", in: pair{a: [3]int{7, 8, next()}}},
	30: {name: "e", out: next()},
}

func panics() int { panic("in the middle") }

func local(n int) (sum int) {
	defer func() {
		if r := recover(); r != nil {
			println("recovered", r.(string), sum)
		}
	}()
	array := [...]pair{
		{a: [3]int{n, n, n}}, {b: [3]int{next()}}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
		24: {a: [3]int{2: 5}},
	}
	for _, p := range array {
		for i := range p.a {
			sum += p.a[i] + p.b[i]
		}
	}
	pointers := []*pair{
		{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {a: [3]int{sum}}, {}, {b: [3]int{1, 2, 3}},
	}
	sum += pointers[16].a[0] + pointers[18].b[2] + len(pointers)
	if n == 2 {
		_ = []pair{
			{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {a: [3]int{panics()}}, {},
		}
	}
	return sum
}

func main() {
	for i, r := range table {
		print(i, " ", r.name, " ")
		for k := range r.in.a {
			print(r.in.a[k], " ", r.in.b[k], " ")
		}
		switch out := r.out.(type) {
		case int:
			print(out)
		case pair:
			print(out.b[2])
		}
		for _, p := range r.more {
			print(" ", p.a[0], p.a[1], p.a[2])
		}
		println()
	}
	for n := range 4 {
		println(local(n))
	}
	println(count)
}
