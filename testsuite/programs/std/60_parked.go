// spec: Go statements, Channel types, Send statements

package main

import (
	"fmt"
	"runtime"
	"sync"
)

// Many goroutines parked at once, each with something live on its stack.
func park(n int) int {
	start := make(chan struct{})
	results := make(chan int, 64)
	var ready sync.WaitGroup
	ready.Add(n)
	for i := range n {
		go func() {
			local := [4]int{i, i + 1, i + 2, i + 3}
			p := &local[i%4]
			s := []*int{p, &local[0]}
			ready.Done()
			<-start
			*p += 10
			results <- *s[0] - *s[1] + local[3]
		}()
	}
	ready.Wait()
	runtime.GC()
	close(start)
	total := 0
	for range n {
		total += <-results
	}
	return total
}

// A tree of goroutines, each waiting for its children.
func tree(depth int) <-chan int {
	out := make(chan int)
	go func() {
		if depth == 0 {
			out <- 1
			return
		}
		l, r := tree(depth-1), tree(depth-1)
		out <- <-l + <-r
	}()
	return out
}

func recurse(n int, up *int) int {
	here := n
	if up != nil {
		*up++
	}
	if n == 0 {
		return 0
	}
	return recurse(n-1, &here) + here - n
}

func main() {
	fmt.Println(park(2000))
	fmt.Println(<-tree(9))
	fmt.Println(recurse(20000, nil))
	var wg sync.WaitGroup
	sums := make([]int, 50)
	for i := range sums {
		wg.Go(func() { sums[i] = recurse(500+i*20, nil) })
	}
	wg.Wait()
	total := 0
	for _, s := range sums {
		total += s
	}
	fmt.Println(total)
	spinning := make(chan bool)
	go func() {
		for i := 0; ; i++ {
			if i < 0 {
				spinning <- true
			}
		}
	}()
	for range 3 {
		runtime.GC()
	}
	select {
	case <-spinning:
		fmt.Println("overflow")
	default:
		fmt.Println("a spinning goroutine stops nobody")
	}
}
