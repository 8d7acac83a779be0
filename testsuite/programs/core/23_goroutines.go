// spec: Go statements, Channel types, Send statements, Receive operator, Close, Making slices, maps and channels, For statements with range clause
// needs: println

package main

func producer(n int, out chan<- int) {
	for i := range n {
		out <- i
	}
	close(out)
}

func square(in <-chan int, out chan<- int) {
	for x := range in {
		out <- x * x
	}
	close(out)
}

func worker(id int, jobs <-chan int, results chan<- [2]int, done chan<- struct{}) {
	for j := range jobs {
		results <- [2]int{j, j*j + id*0}
	}
	done <- struct{}{}
}

func sieve(n int) (primes []int) {
	ch := make(chan int)
	go func(out chan<- int) {
		for i := 2; ; i++ {
			out <- i
		}
	}(ch)
	for range n {
		p := <-ch
		primes = append(primes, p)
		next := make(chan int)
		go func(in <-chan int, out chan<- int) {
			for {
				if x := <-in; x%p != 0 {
					out <- x
				}
			}
		}(ch, next)
		ch = next
	}
	return
}

type tree struct {
	l, r *tree
	v    int
}

func (t *tree) walk(c chan int) {
	if t == nil {
		return
	}
	t.l.walk(c)
	c <- t.v
	t.r.walk(c)
}

func build(lo, hi int) *tree {
	if lo >= hi {
		return nil
	}
	m := (lo + hi) / 2
	return &tree{build(lo, m), build(m+1, hi), m}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func pfib(n, depth int) int {
	if depth == 0 || n < 2 {
		return fib(n)
	}
	c := make(chan int, 2)
	go func() { c <- pfib(n-1, depth-1) }()
	go func() { c <- pfib(n-2, depth-1) }()
	return <-c + <-c
}

type mutex chan struct{}

func (m mutex) lock()   { m <- struct{}{} }
func (m mutex) unlock() { <-m }

type request struct {
	n     int
	reply chan int
}

func server(reqs <-chan request) {
	total := 0
	for r := range reqs {
		total += r.n
		r.reply <- total
	}
}

func main() {
	// unbuffered
	c := make(chan int)
	go producer(5, c)
	for x := range c {
		print(x, " ")
	}
	println()
	x, ok := <-c
	println(x, ok, len(c), cap(c))

	// pipeline
	a, b := make(chan int), make(chan int)
	go producer(10, a)
	go square(a, b)
	sum := 0
	for x := range b {
		sum += x
	}
	println(sum)

	// buffered
	bc := make(chan string, 3)
	bc <- "a"
	bc <- "b"
	println(len(bc), cap(bc))
	s0 := <-bc
	println(s0, len(bc))
	bc <- "c"
	bc <- "d"
	close(bc)
	for s := range bc {
		print(s, " ")
	}
	println()
	s, ok := <-bc
	println(s == "", ok)

	// worker pool
	jobs, results, done := make(chan int, 10), make(chan [2]int, 10), make(chan struct{})
	for w := range 4 {
		go worker(w, jobs, results, done)
	}
	go func() {
		for i := range 100 {
			jobs <- i
		}
		close(jobs)
		for range 4 {
			<-done
		}
		close(results)
	}()
	got := map[int]int{}
	for r := range results {
		got[r[0]] = r[1]
	}
	bad := 0
	for i := range 100 {
		if got[i] != i*i {
			bad++
		}
	}
	println(len(got), bad)

	ps := sieve(25)
	println(ps[0], ps[10], ps[24])

	tc := make(chan int)
	go func() { build(0, 50).walk(tc); close(tc) }()
	last, n := -1, 0
	for v := range tc {
		if v != last+1 {
			println("out of order")
		}
		last = v
		n++
	}
	println(last, n)
	println(pfib(20, 5))

	// many goroutines with a lock made of a channel
	m := make(mutex, 1)
	counter := 0
	fin := make(chan bool)
	for range 1000 {
		go func() {
			m.lock()
			counter++
			m.unlock()
			fin <- true
		}()
	}
	for range 1000 {
		<-fin
	}
	println(counter)

	// server with reply channels
	reqs := make(chan request)
	go server(reqs)
	reply := make(chan int)
	for i := range 5 {
		reqs <- request{i, reply}
		print(<-reply, " ")
	}
	println()
	close(reqs)

	// channels of channels and functions
	cc := make(chan chan int, 1)
	inner := make(chan int, 1)
	cc <- inner
	inner <- 7
	println(<-<-cc)
	fc := make(chan func(int) int, 1)
	fc <- func(x int) int { return x + 1 }
	println((<-fc)(41))
	big := make(chan [200]int, 2)
	big <- [200]int{199: 5}
	println((<-big)[199])
	ec := make(chan error, 1)
	ec <- nil
	println(<-ec == nil)
	zc := make(chan struct{}, 1000)
	for range 500 {
		zc <- struct{}{}
	}
	println(len(zc))

	// go with methods, builtins, arguments evaluated at the go statement
	arg := 1
	res := make(chan int)
	go func(x int) { res <- x }(arg)
	arg = 2
	println(<-res)
	t := build(0, 3)
	go t.walk(res)
	println(<-res, <-res, <-res)

	// ring
	const N = 50
	first := make(chan int)
	in := first
	for range N {
		out := make(chan int)
		go func(in, out chan int) {
			for x := range in {
				out <- x + 1
			}
			close(out)
		}(in, out)
		in = out
	}
	go func() {
		for i := range 10 {
			first <- i
		}
		close(first)
	}()
	tot := 0
	for x := range in {
		tot += x
	}
	println(tot)

	// channel identity and directions
	var ro <-chan int = c
	var wo chan<- int = c
	println(ro == c, wo == c, c == a, ro == nil)

	// panics in a goroutine recovered there
	rc := make(chan string)
	go func() {
		defer func() { rc <- recover().(string) }()
		panic("in goroutine")
	}()
	println(<-rc)
	go func() {
		defer func() { rc <- recover().(error).Error() }()
		c <- 1
	}()
	println(<-rc)
}
