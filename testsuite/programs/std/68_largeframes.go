// spec: Go statements, Function declarations, Array types
// needs: std

package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Functions with frames larger than a whole new stack, called while others collect and take the processor away: what was
// made room for must still be there when the frame is set up.

//go:noinline
func touch(b []byte, n int) int {
	for i := range b {
		b[i] = byte(i * n)
	}
	return int(b[len(b)-1]) + int(b[len(b)/2])
}

//go:noinline
func small(n int) int {
	var b [700]byte
	return touch(b[:], n)
}

//go:noinline
func medium(n int) int {
	var b [3000]byte
	return touch(b[:], n) + small(n)
}

//go:noinline
func large(n int) int {
	var b [9000]byte
	return touch(b[:], n) + medium(n)
}

// unused has a frame above a new stack's, and its callers need not set the parameters that it does not use, of which some
// are on the stack: where they are, anything may be.
//
//go:noinline
func unused(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p *int) int {
	var scratch [2000]int
	scratch[*c] = *p
	fmt.Print("")
	return scratch[0] + scratch[1]
}

//go:noinline
func callsUnused(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p *int) int {
	return unused(p, o, n, m, l, k, j, i, h, g, f, e, d, c, b, a)
}

func want(n int) int {
	at := func(i int) int { return int(byte(i * n)) }
	return at(8999) + at(4500) + at(2999) + at(1500) + at(699) + at(350)
}

func main() {
	var stop atomic.Bool
	var others sync.WaitGroup
	others.Add(2)
	go func() {
		defer others.Done()
		for !stop.Load() {
			runtime.GC()
		}
	}()
	go func() {
		defer others.Done()
		for !stop.Load() {
			runtime.Gosched()
		}
	}()
	var wrong atomic.Int64
	for round := range 6 {
		var wg sync.WaitGroup
		wg.Add(8)
		for i := range 8 {
			go func() {
				defer wg.Done()
				for j := range 5 {
					n := round*100 + i*10 + j
					if large(n) != want(n) {
						wrong.Add(1)
					}
					runtime.Gosched()
				}
			}()
		}
		wg.Wait()
	}
	stop.Store(true)
	others.Wait()
	fmt.Println("wrong:", wrong.Load())
	sums := make(chan int)
	for range 3 {
		go func() {
			one, two := 1, 2
			p := &two
			sums <- callsUnused(&one, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p)
		}()
		fmt.Println(<-sums)
	}
}
