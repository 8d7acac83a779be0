// Goroutines that spin without a call stop neither the others nor the collector, even when each processor has one.

package main

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

var stop, sum atomic.Int64

func spin(n int) int {
	x := 1
	for i := 0; i < n; i++ {
		x = x*31 + i
	}
	return x
}

func main() {
	runtime.GOMAXPROCS(2)
	for range 3 {
		go func() {
			for stop.Load() == 0 {
				sum.Add(int64(spin(1 << 40)))
			}
		}()
	}
	time.Sleep(10 * time.Millisecond)
	start := time.Now()
	ticks := 0
	for i := range 20 {
		answer := make(chan int)
		go func() { answer <- i }()
		ticks += <-answer - i + 1
		runtime.GC()
	}
	if took := time.Since(start); ticks != 20 || took > 20*time.Second {
		fmt.Println("ticks", ticks, "in", took)
		os.Exit(1)
	}
	fmt.Println("spinning stops nobody")
}
