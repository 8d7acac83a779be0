// spec: Function declarations, Calls, Variables, Address operators, Go statements
// needs: println

package main

type frame struct {
	data [64]int
	prev *frame
}

// each frame refers to one in its caller's frame
func linked(n int, prev *frame) int {
	var f frame
	f.prev = prev
	for i := range f.data {
		f.data[i] = n + i
	}
	if n == 0 {
		sum := 0
		for p := &f; p != nil; p = p.prev {
			sum += p.data[0] + p.data[63]
			p.data[1]++
		}
		return sum
	}
	r := linked(n-1, &f)
	if f.data[1] != n+2 {
		println("frame lost its write", n, f.data[1])
	}
	return r + f.data[2]*0
}

func depth(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + depth(n-1)
}

func bigFrame(n int) int {
	var a [2048]int
	a[n%2048] = n
	if n > 0 {
		a[0] += bigFrame(n - 1)
	}
	return a[0] + a[n%2048]&1
}

func huge() int {
	var a [100000]byte
	for i := range a {
		a[i] = byte(i)
	}
	s := 0
	for _, b := range a {
		s += int(b)
	}
	return s
}

func grow(n int, out *[]int, counter *int) {
	local := n
	*counter += local
	*out = append(*out, local)
	if n > 0 {
		grow(n-1, out, &local)
	}
	if local < n {
		println("bad")
	}
}

func closures(n int, f func() int) int {
	if n == 0 {
		return f()
	}
	x := n
	return closures(n-1, func() int { x++; return f() + x })
}

func defers(n int, log *int) {
	if n == 0 {
		return
	}
	defer func() { *log += n }()
	defers(n-1, log)
}

func mapsAndStrings(n int, m map[int]string, s string) string {
	if n == 0 {
		return s
	}
	m[n] = s
	var pad [32]string
	pad[n%32] = s
	r := mapsAndStrings(n-1, m, s[1:]+s[:1])
	if pad[n%32] != m[n] {
		println("string lost")
	}
	return r
}

type iface interface{ next(int) int }
type impl struct{ a, b, c int }

func (i *impl) next(n int) int {
	if n == 0 {
		return i.a
	}
	j := impl{i.a + 1, i.b, i.c}
	var x iface = &j
	return x.next(n - 1)
}

func swapDown(n int, a, b *int) {
	x, y := *b, *a
	if n > 0 {
		swapDown(n-1, &x, &y)
	}
	*a, *b = x, y
}

func panicFrom(n int) {
	var pad [100]int
	pad[n%100] = n
	if n == 0 {
		panic(pad[0])
	}
	panicFrom(n - 1)
	println(pad[0])
}

func main() {
	println(linked(1000, nil))
	println(depth(10), depth(100000), depth(2000000))
	println(bigFrame(0), bigFrame(2000))
	println(huge())

	done := make(chan int)
	for i := range 10 {
		go func() {
			c := 0
			var out []int
			grow(5000+i, &out, &c)
			done <- len(out)*1000000 + c
		}()
	}
	sum := 0
	for range 10 {
		sum += <-done
	}
	println(sum)
	go func() { done <- linked(500, nil) }()
	go func() { done <- depth(50000) }()
	println(<-done + <-done)
	println(closures(2000, func() int { return 0 }))
	log := 0
	defers(10000, &log)
	println(log)
	m := map[int]string{}
	println(mapsAndStrings(3000, m, "rotating"), len(m))
	println((&impl{0, 1, 2}).next(100000))
	a, b := 1, 2
	swapDown(9999, &a, &b)
	println(a, b)
	func() {
		defer func() { println("recovered", recover().(int)) }()
		panicFrom(20000)
	}()
	// values survive growth while held only in a caller's frame
	keep := [3]*int{new(1), new(2), new(3)}
	println(depth(300000), *keep[0]+*keep[1]+*keep[2])
	// small stacks that grow, block and continue
	const N = 200
	var starts [N]chan int
	for i := range starts {
		starts[i] = make(chan int)
		go func() {
			x := <-starts[i]
			local := [10]int{x}
			d := depth(x * 10)
			if local[0] != x {
				println("bad local")
			}
			done <- d
		}()
	}
	for i := range starts {
		starts[i] <- i
	}
	sum = 0
	for range starts {
		sum += <-done
	}
	println(sum)
}
