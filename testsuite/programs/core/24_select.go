// spec: Select statements, Receive operator, Send statements, Channel types, Close, Break statements, Order of evaluation
// needs: println

package main

func fanIn(a, b <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		for a != nil || b != nil {
			select {
			case x, ok := <-a:
				if !ok {
					a = nil
					continue
				}
				out <- x
			case x, ok := <-b:
				if !ok {
					b = nil
					continue
				}
				out <- x
			}
		}
		close(out)
	}()
	return out
}

func gen(start, n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- start + i
		}
	}()
	return c
}

func tryRecv(c chan int) (int, bool) {
	select {
	case x := <-c:
		return x, true
	default:
		return 0, false
	}
}

func trySend(c chan int, x int) bool {
	select {
	case c <- x:
		return true
	default:
		return false
	}
}

func ev[T any](name string, x T) T {
	print(name, " ")
	return x
}

func fibonacci(c chan<- int, quit <-chan bool) {
	x, y := 0, 1
	for {
		select {
		case c <- x:
			x, y = y, x+y
		case <-quit:
			println("quit")
			return
		}
	}
}

func main() {
	sum, n := 0, 0
	for x := range fanIn(gen(0, 50), gen(1000, 50)) {
		sum += x
		n++
	}
	println(n, sum)

	c := make(chan int, 1)
	x, ok := tryRecv(c)
	println(x, ok)
	println(trySend(c, 5), trySend(c, 6))
	x, ok = tryRecv(c)
	println(x, ok)
	close(c)
	x, ok = tryRecv(c)
	println(x, ok)
	println(tryRecv(nil))
	println(trySend(nil, 1))
	un := make(chan int)
	println(trySend(un, 1))
	println(tryRecv(un))

	fc, quit := make(chan int), make(chan bool)
	go func() {
		for range 10 {
			print(<-fc, " ")
		}
		quit <- true
	}()
	fibonacci(fc, quit)

	// operands are evaluated once, in source order
	a, b := make(chan int, 1), make(chan int, 1)
	select {
	case ev("a", a) <- ev("va", 1):
		println("sent a")
	case <-ev("nil", (chan int)(nil)):
		println("nil")
	}
	arr := [2]int{}
	b <- 9
	select {
	case arr[ev("idx", 1)] = <-ev("b", b):
		println("received", arr[1])
	case ev("a", a) <- ev("va", 2):
		println("not ready")
	}
	m := map[string]int{}
	m["a"], ok = <-a
	println(m["a"], ok)
	a <- 3
	var okk bool
	select {
	case m["b"], okk = <-a:
	}
	println(m["b"], okk)

	// nil channels never proceed
	var nilc chan int
	select {
	case <-nilc:
		println("no")
	case nilc <- 1:
		println("no")
	default:
		println("default")
	}

	// every ready case gets its turn
	e1, e2 := make(chan int, 100), make(chan int, 100)
	for range 100 {
		e1 <- 1
		e2 <- 1
	}
	n1, n2 := 0, 0
	for range 100 {
		select {
		case <-e1:
			n1++
		case <-e2:
			n2++
		}
	}
	println(n1+n2, n1 > 10, n2 > 10)

	// break leaves the select, labelled break the loop
	done := make(chan struct{})
	close(done)
	rounds := 0
loop:
	for {
		rounds++
		select {
		case <-done:
			if rounds < 3 {
				break
			}
			break loop
		}
	}
	println(rounds)

	// blocking select woken by a sender, receiver, closer
	for i := range 3 {
		s, r, cl := make(chan int), make(chan int), make(chan int)
		ack := make(chan int, 1)
		go func() {
			switch i {
			case 0:
				s <- 10
			case 1:
				ack <- <-r
			case 2:
				close(cl)
			}
		}()
		select {
		case v := <-s:
			println("from sender", v)
		case r <- 20:
			println("to receiver", <-ack)
		case v, ok := <-cl:
			println("closed", v, ok)
		}
	}

	// send on a closed channel panics in select
	func() {
		defer func() { println(recover().(error).Error()) }()
		cc := make(chan int, 1)
		close(cc)
		select {
		case cc <- 1:
		default:
			println("default")
		}
	}()

	// many selecting goroutines
	in, out := make(chan int), make(chan int)
	stop := make(chan bool)
	for range 20 {
		go func() {
			for {
				select {
				case x := <-in:
					select {
					case out <- x * 2:
					case <-stop:
						return
					}
				case <-stop:
					return
				}
			}
		}()
	}
	go func() {
		for i := range 500 {
			in <- i
		}
	}()
	total := 0
	for range 500 {
		total += <-out
	}
	close(stop)
	println(total)

	// a select in which the same channel is sent to and received from
	same := make(chan int, 1)
	turns := ""
	for i := range 4 {
		select {
		case same <- i:
			turns += "s"
		case <-same:
			turns += "r"
		}
	}
	println(turns)

	// ping-pong
	ping, pong := make(chan int), make(chan int)
	go func() {
		for x := range ping {
			pong <- x + 1
		}
		close(pong)
	}()
	v := 0
	for range 1000 {
		ping <- v
		v = <-pong
	}
	close(ping)
	_, ok = <-pong
	println(v, ok)
}
