// spec: Go statements, Send statements, Close, Select statements, Channel types

package main

import (
	"fmt"
	"runtime"
	"sync"
)

type stage func(in <-chan int) <-chan int

func source(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			out <- i
		}
	}()
	return out
}

func apply(f func(int) (int, bool), buffer int) stage {
	return func(in <-chan int) <-chan int {
		out := make(chan int, buffer)
		go func() {
			defer close(out)
			for v := range in {
				if w, ok := f(v); ok {
					out <- w
				}
			}
		}()
		return out
	}
}

func fan(n int, s stage) stage {
	return func(in <-chan int) <-chan int {
		out := make(chan int)
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				for v := range s(in) {
					out <- v
				}
			})
		}
		go func() { wg.Wait(); close(out) }()
		return out
	}
}

func sieve(n int) []int {
	first := make(chan int)
	quit := make(chan struct{})
	defer close(quit)
	go func() {
		for i := 2; ; i++ {
			select {
			case first <- i:
			case <-quit:
				return
			}
		}
	}()
	ch := first
	var primes []int
	for range n {
		p := <-ch
		primes = append(primes, p)
		next := make(chan int)
		go func(in <-chan int) {
			for {
				select {
				case v := <-in:
					if v%p == 0 {
						continue
					}
					select {
					case next <- v:
					case <-quit:
						return
					}
				case <-quit:
					return
				}
			}
		}(ch)
		ch = next
	}
	return primes
}

func ring(n, rounds int) int {
	first := make(chan int)
	in := first
	for range n {
		out := make(chan int)
		go func(in <-chan int, out chan<- int) {
			for v := range in {
				out <- v + 1
			}
			close(out)
		}(in, out)
		in = out
	}
	total := 0
	for i := range rounds {
		first <- i
		total += <-in
	}
	close(first)
	<-in
	return total
}

type request struct {
	key, value string
	reply      chan string
}

func server(requests <-chan request) {
	data := map[string]string{}
	for r := range requests {
		old := data[r.key]
		if r.value != "" {
			data[r.key] = r.value
		}
		r.reply <- old
	}
}

func main() {
	square := apply(func(v int) (int, bool) { return v * v, true }, 0)
	odd := apply(func(v int) (int, bool) { return v, v%2 == 1 }, 3)
	sum := 0
	for v := range fan(4, square)(odd(source(200))) {
		sum += v
	}
	fmt.Println(sum)
	fmt.Println(sieve(25))
	fmt.Println(ring(100, 20))

	requests := make(chan request)
	go server(requests)
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			reply := make(chan string)
			for i := range 25 {
				key := fmt.Sprint("k", c, i%5)
				requests <- request{key, fmt.Sprint(i), reply}
				old := <-reply
				if want := ""; i >= 5 && old != fmt.Sprint(i-5) || i < 5 && old != want {
					fmt.Println("wrong", key, old)
				}
			}
		})
	}
	wg.Wait()
	close(requests)

	tokens := make(chan struct{}, 3)
	var mu sync.Mutex
	running, most := 0, 0
	for range 30 {
		wg.Go(func() {
			tokens <- struct{}{}
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			running--
			mu.Unlock()
			<-tokens
		})
	}
	wg.Wait()
	fmt.Println(running, most <= 3, most >= 1)
	counts := [4]int{}
	a, b, c, d := make(chan int, 1), make(chan int, 1), make(chan int, 1), make(chan int, 1)
	for range 4000 {
		a <- 0
		b <- 1
		c <- 2
		d <- 3
		select {
		case i := <-a:
			counts[i]++
			<-b
			<-c
			<-d
		case i := <-b:
			counts[i]++
			<-a
			<-c
			<-d
		case i := <-c:
			counts[i]++
			<-a
			<-b
			<-d
		case i := <-d:
			counts[i]++
			<-a
			<-b
			<-c
		}
	}
	for _, n := range counts {
		fmt.Print(n > 700 && n < 1300, " ")
	}
	fmt.Println()
}
