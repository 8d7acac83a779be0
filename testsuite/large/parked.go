// A million goroutines parked at once, each with something of its own on its stack, in at most 4 KB of memory each.

package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

const (
	goroutines = 1_000_000
	each       = 4 << 10
)

// highWater is the largest resident set this process had, in bytes.
func highWater() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	fmt.Sscan(rest, &kib)
	return kib << 10
}

func main() {
	gate := make(chan struct{})
	results := make(chan int, 1024)
	var parked sync.WaitGroup
	parked.Add(goroutines)
	for i := range goroutines {
		go func() {
			own := [2]int{i, 1}
			p := &own[1]
			parked.Done()
			<-gate
			results <- own[0] + *p
		}()
	}
	parked.Wait()
	if n := runtime.NumGoroutine(); n != goroutines+1 {
		fmt.Println("goroutines:", n)
		os.Exit(1)
	}
	close(gate)
	sum := 0
	for range goroutines {
		sum += <-results
	}
	if want := goroutines * (goroutines + 1) / 2; sum != want {
		fmt.Println("sum", sum, "want", want)
		os.Exit(1)
	}
	peak := highWater()
	fmt.Printf("%d bytes for each goroutine\n", peak/goroutines)
	if peak > goroutines*each {
		os.Exit(1)
	}
}
