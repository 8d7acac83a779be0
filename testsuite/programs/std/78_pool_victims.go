// spec: Go statements

// What is in a sync.Pool survives one collection and not two.
package main

import (
	"fmt"
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
	fmt.Println(p.Get())
	runtime.GC()
	fmt.Println(p.Get())
	p.Put("again")
	debug.FreeOSMemory()
	fmt.Println(p.Get())
}
