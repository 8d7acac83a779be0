// spec: Select statements, Channel types
// exit: 2
// needs: std

package main

import (
	"runtime"
	"sync"
)

func wait(ch chan int) {
	<-ch
}

// Every goroutine's place is told when none can go on.
func main() {
	ch := make(chan int)
	var ready sync.WaitGroup
	ready.Add(2)
	go func() {
		ready.Done()
		select {}
	}()
	go func() {
		ready.Done()
		wait(ch)
	}()
	ready.Wait()
	for range 100 {
		runtime.Gosched()
	}
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
}
