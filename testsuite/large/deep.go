// Recursion five million frames deep, each frame with an object that the next one's links to; the stack is given back.

package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

const frames = 5_000_000

type link struct {
	up *link
	n  int
}

//go:noinline
func descend(up *link, depth int) int {
	here := link{up, depth}
	if depth == 0 {
		return count(&here)
	}
	below := descend(&here, depth-1)
	return below + here.n - depth
}

// count walks the links up through all frames.
func count(l *link) int {
	n := 0
	for ; l != nil; l = l.up {
		n++
	}
	return n
}

func resident() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kib int
	fmt.Sscan(rest, &kib)
	return kib << 10
}

func main() {
	debug.SetMaxStack(4 << 30)
	before := resident()
	done := make(chan int)
	go func() { done <- descend(nil, frames-1) }()
	if n := <-done; n != frames {
		fmt.Println("frames:", n)
		os.Exit(1)
	}
	// On this goroutine too, whose stack has to shrink.
	if n := descend(nil, frames/10-1); n != frames/10 {
		fmt.Println("frames:", n)
		os.Exit(1)
	}
	after := 0
	for range 50 {
		runtime.GC()
		debug.FreeOSMemory()
		if after = resident(); after < before+16<<20 {
			fmt.Println("deep enough, and given back")
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	fmt.Println("resident before", before, "after", after)
	os.Exit(1)
}
