// spec: For statements with range clause, Function types, Break statements, Continue statements, Return statements, Defer statements, Go 1.23
// needs: println

package main

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				println("  stopped at", i)
				return
			}
		}
		println("  exhausted")
	}
}

func pairs(xs ...string) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for i, x := range xs {
			if !yield(i, x) {
				return
			}
		}
	}
}

func thrice(yield func() bool) {
	_ = yield() && yield() && yield()
}

type Tree struct {
	l, r *Tree
	v    int
}

func (t *Tree) All(yield func(int) bool) {
	t.push(yield)
}

func (t *Tree) push(yield func(int) bool) bool {
	return t == nil || t.l.push(yield) && yield(t.v) && t.r.push(yield)
}

type Seq[T any] func(yield func(T) bool)

func (s Seq[T]) Filter(p func(T) bool) Seq[T] {
	return func(yield func(T) bool) {
		for x := range s {
			if p(x) && !yield(x) {
				return
			}
		}
	}
}

func (s Seq[T]) Take(n int) Seq[T] {
	return func(yield func(T) bool) {
		if n <= 0 {
			return
		}
		i := 0
		for x := range s {
			if !yield(x) {
				return
			}
			if i++; i >= n {
				return
			}
		}
	}
}

func naturals(yield func(int) bool) {
	for i := 1; yield(i); i++ {
	}
}

func find(t *Tree, want int) (pos int, ok bool) {
	for v := range t.All {
		if v == want {
			return pos, true
		}
		pos++
	}
	return -1, false
}

func nested() string {
outer:
	for i := range count(5) {
		for j := range count(5) {
			switch {
			case j == 1 && i == 0:
				continue outer
			case j == 2 && i == 1:
				break
			case i == 2:
				break outer
			case i == 1 && j == 3:
				continue
			case j == 4:
				return "returned"
			}
			println("   ij", i, j)
		}
	}
	return "fell out"
}

func deferInLoop() (s string) {
	for i := range count(3) {
		defer func() { s += string(rune('a' + i)) }()
	}
	s = "body"
	println("end of deferInLoop")
	return s + ":"
}

func gotoOut() {
	for i := range count(10) {
		if i == 2 {
			goto done
		}
	}
	println("not reached")
done:
	println("done")
}

func panics() {
	defer func() { println("recovered", recover().(string)) }()
	for i := range count(3) {
		if i == 1 {
			panic("in body")
		}
	}
}

func cleanup(yield func(int) bool) {
	defer println("  iterator cleanup")
	for i := range 3 {
		if !yield(i) {
			return
		}
	}
}

// calls yield again after it returned false
func bad(yield func(int) bool) {
	yield(1)
	yield(2)
}

func misuse() {
	defer func() { println(recover().(error).Error()) }()
	for x := range bad {
		println("  got", x)
		break
	}
}

var saved func(int) bool

func keeps(yield func(int) bool) {
	saved = yield
	yield(1)
}

func afterExit() {
	defer func() { println(recover().(error).Error()) }()
	for x := range keeps {
		println("  kept", x)
	}
	saved(2)
}

func swallow(yield func(int) bool) {
	defer func() { recover() }()
	yield(1)
}

func swallowed() {
	defer func() { println(recover().(error).Error()) }()
	for range swallow {
		panic("swallowed by the iterator")
	}
}

func main() {
	for i := range count(3) {
		println(i)
	}
	for i := range count(10) {
		if i == 2 {
			break
		}
	}
	sum := 0
	for i := range count(6) {
		if i%2 == 0 {
			continue
		}
		sum += i
	}
	println(sum)
	for i, s := range pairs("x", "y", "z") {
		print(i, s, " ")
	}
	println()
	for i := range pairs("x", "y") {
		print(i, " ")
	}
	println()
	for _, s := range pairs("x", "y") {
		print(s, " ")
	}
	println()
	n := 0
	for range thrice {
		n++
	}
	for range count(2) {
		n += 10
	}
	println(n)

	t := &Tree{&Tree{nil, nil, 1}, &Tree{&Tree{nil, nil, 5}, nil, 9}, 4}
	for v := range t.All {
		print(v, " ")
	}
	println()
	pos, ok := find(t, 5)
	println(pos, ok)
	pos, ok = find(t, 6)
	println(pos, ok)

	for x := range Seq[int](naturals).Filter(func(x int) bool { return x%3 == 0 }).Take(4) {
		print(x, " ")
	}
	println()
	println(nested())
	println(deferInLoop())
	gotoOut()
	panics()
	for i := range cleanup {
		if i == 1 {
			break
		}
	}
	misuse()
	afterExit()
	swallowed()

	var fs []func() int
	for i := range count(3) {
		fs = append(fs, func() int { i *= 10; return i })
	}
	println(fs[1](), fs[1](), fs[2]())

	var x int
	var arr [3]string
	for x = range count(3) {
	}
	for x, arr[x] = range pairs("p", "q") {
	}
	println(x, arr[0], arr[1], arr[2])
	res := func() (r int) {
		for i := range count(5) {
			for j := range count(5) {
				if i+j == 6 {
					r = i * 10
					return r + j
				}
			}
		}
		return
	}()
	println(res)
	var nilIter func(func(int) bool)
	func() {
		defer func() { println(recover().(error).Error()) }()
		for range nilIter {
		}
	}()
}
