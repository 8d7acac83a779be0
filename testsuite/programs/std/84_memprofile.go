// spec: Allocation
// needs: std

// What the memory profile says of allocations that are all sampled, and what counts of allocations say.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
)

type node struct {
	next *node
	data [40]byte
}

var (
	kept  *node
	large [][]byte
	words []*int32
	sink  any
)

//go:noinline
func keepNodes(n int) {
	for range n {
		kept = &node{next: kept}
	}
}

//go:noinline
func dropBytes(n int) {
	for range n {
		sink = make([]byte, 1000)
	}
	sink = nil
}

//go:noinline
func keepLarge(n int) {
	for range n {
		large = append(large, make([]byte, 100_000))
	}
}

//go:noinline
func keepWords(n int) {
	words = make([]*int32, n)
	for i := range words {
		words[i] = new(int32)
	}
}

// byInnermost is the profile by the innermost function of this program; its slices that grow are left out.
func byInnermost() map[string]*runtime.MemProfileRecord {
	var records []runtime.MemProfileRecord
	for n, ok := runtime.MemProfile(nil, true); !ok; {
		records = make([]runtime.MemProfileRecord, n+50)
		n, ok = runtime.MemProfile(records, true)
		records = records[:min(n, len(records))]
	}
	sums := make(map[string]*runtime.MemProfileRecord)
	for i := range records {
		r := &records[i]
		frames := runtime.CallersFrames(r.Stack())
		for {
			f, more := frames.Next()
			if name, ok := strings.CutPrefix(f.Function, "main."); ok {
				sum := sums[name]
				if sum == nil {
					sum = new(runtime.MemProfileRecord)
					sums[name] = sum
				}
				sum.AllocObjects += r.AllocObjects
				sum.FreeObjects += r.FreeObjects
				sum.AllocBytes += r.AllocBytes
				sum.FreeBytes += r.FreeBytes
				break
			}
			if !more {
				break
			}
		}
	}
	return sums
}

func main() {
	old := runtime.MemProfileRate
	runtime.MemProfileRate = 1
	keepNodes(1000)
	dropBytes(500)
	keepLarge(20)
	keepWords(4000)
	runtime.MemProfileRate = 0
	runtime.GC()
	runtime.GC()
	fmt.Println("rate", old)
	profile := byInnermost()
	fmt.Println("nodes", profile["keepNodes"].AllocObjects, profile["keepNodes"].InUseObjects(),
		profile["keepNodes"].InUseBytes())
	// The last may be referred to by a dead word of the stack.
	dropped := profile["dropBytes"]
	fmt.Println("bytes", dropped.AllocObjects, dropped.AllocBytes, dropped.InUseObjects() <= 1)
	fmt.Println("large", profile["keepLarge"].InUseBytes() >= 20*100_000, profile["keepLarge"].InUseBytes() < 25*100_000)
	// Four to a block, but that a collection ends a block; the slice has one of its own.
	blocks := profile["keepWords"].AllocObjects
	fmt.Println("words", blocks >= 1000 && blocks <= 2000)

	var text bytes.Buffer
	err := pprof.Lookup("heap").WriteTo(&text, 1)
	fmt.Println(err, strings.HasPrefix(text.String(), "heap profile: "), strings.Contains(text.String(), "main.keepNodes+0x"))
	text.Reset()
	err = pprof.Lookup("allocs").WriteTo(&text, 0)
	fmt.Println(err, text.Len() > 100)

	runtime.MemProfileRate = old
	for size := 1; size <= 18; size++ {
		fmt.Print(testing.AllocsPerRun(100, func() { sink = pointerFree(size) }), " ")
	}
	fmt.Println(kept != nil, len(large), len(words))
}

// pointerFree is a pointer-free object of about that size.
func pointerFree(size int) any {
	b := make([]byte, size)
	return &b[0]
}
