// spec: Go statements, Address operators, Calls, Defer statements
// needs: std

package main

import (
	"fmt"
	"runtime"
	"sync"
)

// Stacks grow as deep calls need and shrink again at collections, with pointers into them from variables, deferred
// functions, closures and waiting operations.

type link struct {
	value int
	next  *link
	pad   [4]int
}

// deep uses some 40 KB of stack and puts values into the caller's list.
//
//go:noinline
func deep(n int, l *link) int {
	var own link
	own.next = l
	own.value = n
	if n == 0 {
		total := 0
		for p := &own; p != nil; p = p.next {
			total += p.value
			p.pad[3] = p.value
		}
		return total
	}
	total := deep(n-1, &own)
	if own.pad[3] != n {
		panic("lost a write")
	}
	return total
}

const depth = 400

//go:noinline
func inUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.StackInuse
}

// collect gives every stack the time to be halved down to the smallest.
func collect() {
	for range 12 {
		runtime.GC()
	}
}

type waiter struct {
	in   chan int
	out  chan int
	stop chan struct{}
}

// worker waits in a few frames of its own, each with variables that others refer to.
//
//go:noinline
func (w *waiter) worker(seed int, up *link, levels int) (result int) {
	here := link{value: seed, next: up}
	if levels > 0 {
		defer func() { result += here.value }()
		return w.worker(seed+1, &here, levels-1)
	}
	add := func(n int) int {
		for p := &here; p != nil; p = p.next {
			p.value += n
		}
		return here.value
	}
	total := deep(depth, &here)
	w.out <- total
	n := <-w.in
	total = add(n)
	w.out <- total + deep(depth, &here)
	select {
	case n = <-w.in:
		add(n)
	case <-w.stop:
	}
	return here.value
}

func main() {
	const count = 200 // which use 8 MB at their deepest, and 13 MB are set aside for them
	collect()
	base := inUse()
	ws := make([]*waiter, count)
	results := make([]int, count)
	var over sync.WaitGroup
	stop := make(chan struct{})
	for i := range ws {
		w := &waiter{make(chan int), make(chan int), stop}
		ws[i] = w
		over.Add(1)
		go func() {
			defer over.Done()
			results[i] = w.worker(i, nil, 3)
		}()
	}
	total := 0
	for _, w := range ws {
		total += <-w.out
	}
	collect()
	shrunk := inUse() - base
	fmt.Println(total, shrunk < count*16<<10)
	for i, w := range ws {
		w.in <- i
	}
	total = 0
	for _, w := range ws {
		total += <-w.out
	}
	collect()
	shrunk = inUse() - base
	fmt.Println(total, shrunk < count*16<<10)
	for i, w := range ws[:count/2] {
		w.in <- i
	}
	close(stop)
	over.Wait()
	total = 0
	for _, r := range results {
		total += r
	}
	fmt.Println(total)
	collect()
	left := inUse()
	fmt.Println(left < base+count*2<<10)
}
