// Channels: a sieve of goroutines, ping-pong, a buffered pipeline, and select.
package main

import (
	"fmt"

	"bench/size"
)

// sieve returns the nth prime, found by a chain of filters, each a goroutine.
func sieve(n int) int {
	numbers := make(chan int)
	done := make(chan struct{})
	send := func(ch chan<- int, v int) bool {
		select {
		case ch <- v:
			return true
		case <-done:
			return false
		}
	}
	go func() {
		for i := 2; send(numbers, i); i++ {
		}
	}()
	prime := 0
	for range n {
		prime = <-numbers
		filtered := make(chan int)
		go func(in <-chan int, out chan<- int, prime int) {
			for {
				select {
				case i := <-in:
					if i%prime != 0 && !send(out, i) {
						return
					}
				case <-done:
					return
				}
			}
		}(numbers, filtered, prime)
		numbers = filtered
	}
	close(done)
	return prime
}

func pingPong(n int) int {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
		close(pong)
	}()
	v := 0
	for range n {
		ping <- v
		v = <-pong
	}
	close(ping)
	return v
}

func stage(in <-chan int, f func(int) int) <-chan int {
	out := make(chan int, 64)
	go func() {
		defer close(out)
		for v := range in {
			out <- f(v)
		}
	}()
	return out
}

func pipeline(n int) int {
	source := make(chan int, 64)
	go func() {
		for i := range n {
			source <- i
		}
		close(source)
	}()
	out := stage(source, func(v int) int { return v * 3 })
	out = stage(out, func(v int) int { return v ^ 0x55 })
	out = stage(out, func(v int) int { return v % 1009 })
	sum := 0
	for v := range out {
		sum += v
	}
	return sum
}

// merge adds up what two channels and a ticker of the program's own bring.
func merge(n int) int {
	a, b, quit := make(chan int, 8), make(chan int), make(chan bool)
	go func() {
		for i := range n {
			a <- i
		}
		quit <- true
	}()
	go func() {
		for i := range n {
			b <- -2 * i
		}
		quit <- true
	}()
	sum, open := 0, 2
	for open > 0 {
		select {
		case v := <-a:
			sum += v
		case v := <-b:
			sum += v
		case <-quit:
			open--
		}
	}
	for len(a) > 0 {
		sum += <-a
	}
	return sum
}

func main() {
	n := size.Pick(1_100_000, 2_000)
	fmt.Println(sieve(n/1500), pingPong(n), pipeline(n), merge(n/2))
	size.Done()
}
