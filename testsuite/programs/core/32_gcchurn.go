// spec: Allocation, Variables, Pointer types, Composite literals, Map types, Slice types
// needs: println

package main

type Tree struct{ l, r *Tree }

func build(d int) *Tree {
	if d == 0 {
		return &Tree{}
	}
	return &Tree{build(d - 1), build(d - 1)}
}

func (t *Tree) count() int {
	if t.l == nil {
		return 1
	}
	return 1 + t.l.count() + t.r.count()
}

type Node struct {
	prev, next *Node
	id         int
	payload    []byte
	name       string
}

type Ring struct {
	head *Node
	n    int
}

func (r *Ring) push(id int) {
	n := &Node{id: id, payload: make([]byte, id%100), name: "n" + digits(id)}
	for i := range n.payload {
		n.payload[i] = byte(id + i)
	}
	if r.head == nil {
		n.prev, n.next = n, n
		r.head = n
	} else {
		n.prev, n.next = r.head.prev, r.head
		n.prev.next, n.next.prev = n, n
	}
	r.n++
}

func (r *Ring) pop() *Node {
	n := r.head
	n.prev.next, n.next.prev = n.next, n.prev
	r.head = n.next
	r.n--
	return n
}

func (n *Node) ok() bool {
	if n.name != "n"+digits(n.id) || len(n.payload) != n.id%100 {
		return false
	}
	for i, b := range n.payload {
		if b != byte(n.id+i) {
			return false
		}
	}
	return true
}

func digits(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return digits(n/10) + string(rune('0'+n%10))
}

type Shape interface{ area() int }
type sq struct{ s int }
type rc struct{ w, h *int }

func (s sq) area() int  { return s.s * s.s }
func (r *rc) area() int { return *r.w * *r.h }

func shapes(n int) (out []Shape) {
	for i := range n {
		if i%2 == 0 {
			out = append(out, sq{i})
		} else {
			w, h := i, i+1
			out = append(out, &rc{&w, &h})
		}
	}
	return
}

type Graph struct {
	edges map[*Graph]string
	id    int
}

func interior() int {
	// only pointers into the middle of objects are kept
	var ps []*int
	for i := range 2000 {
		arr := &[50]int{}
		arr[25] = i
		ps = append(ps, &arr[25])
		_ = make([]byte, 1000)
	}
	s := 0
	for _, p := range ps {
		s += *p
	}
	return s
}

func substrings() int {
	var parts []string
	for i := range 500 {
		s := ""
		for range 20 {
			s += digits(i) + ","
		}
		parts = append(parts, s[5:15])
	}
	h := 0
	for _, p := range parts {
		for i := range len(p) {
			h = (h*31 + int(p[i])) % 1000000007
		}
	}
	return h
}

func closureChain(n int) func() int {
	f := func() int { return 0 }
	for i := range n {
		g := f
		f = func() int { return g() + i }
	}
	return f
}

func worker(n int, out chan<- int) {
	r := &Ring{}
	sum := 0
	for i := range n {
		r.push(i)
		if r.n > 50 {
			x := r.pop()
			if !x.ok() {
				println("corrupt", x.id)
			}
			sum += x.id
		}
	}
	out <- sum
}

func main() {
	// binary trees of several depths, the long lived one checked at the end
	long := build(14)
	total := 0
	for d := 4; d <= 12; d += 4 {
		n := 1 << (14 - d)
		c := 0
		for range n {
			c += build(d).count()
		}
		println(d, n, c)
		total += c
	}
	println(total, long.count())

	var r Ring
	for i := range 20000 {
		r.push(i)
		if i%3 != 0 {
			if n := r.pop(); !n.ok() {
				println("corrupt node", n.id)
			}
		}
	}
	left := 0
	for r.n > 1 {
		n := r.pop()
		if !n.ok() {
			println("corrupt node", n.id)
		}
		left += n.id
	}
	println(left)

	a := 0
	for range 50 {
		for _, s := range shapes(200) {
			a += s.area()
		}
	}
	println(a)

	// maps of pointers, grown and dropped
	m := map[string]*Node{}
	for i := range 30000 {
		k := digits(i % 1000)
		if n, ok := m[k]; ok {
			n.id += i
			if i%7 == 0 {
				delete(m, k)
			}
		} else {
			m[k] = &Node{id: i, name: k}
		}
	}
	sum := 0
	for k, n := range m {
		if n.name != k {
			println("wrong name")
		}
		sum += n.id
	}
	println(len(m), sum)

	// cyclic graphs that become garbage
	for range 200 {
		gs := make([]*Graph, 20)
		for i := range gs {
			gs[i] = &Graph{map[*Graph]string{}, i}
		}
		for i, g := range gs {
			for j := range 5 {
				g.edges[gs[(i*j+1)%20]] = digits(i)
			}
		}
		if len(gs[3].edges) == 0 {
			println("no edges")
		}
	}
	println(interior(), substrings(), closureChain(1000)())

	out := make(chan int)
	for range 8 {
		go worker(3000, out)
	}
	s := 0
	for range 8 {
		s += <-out
	}
	println(s)

	// slices of slices, growing
	var grid [][]string
	for i := range 200 {
		row := []string{}
		for j := range i {
			row = append(row, digits(i*j))
		}
		grid = append(grid, row)
	}
	h := 0
	for i, row := range grid {
		for j, c := range row {
			if c != digits(i*j) {
				println("bad cell")
			}
			h += len(c)
		}
	}
	println(h)
	// any values
	var anys []any
	for i := range 5000 {
		switch i % 4 {
		case 0:
			anys = append(anys, i)
		case 1:
			anys = append(anys, digits(i))
		case 2:
			anys = append(anys, []int{i})
		case 3:
			anys = append(anys, &anys[i-1])
		}
	}
	t := 0
	for _, x := range anys {
		switch x := x.(type) {
		case int:
			t += x
		case string:
			t += len(x)
		case []int:
			t += x[0]
		case *any:
			t += (*x).([]int)[0]
		}
	}
	println(t)
}
