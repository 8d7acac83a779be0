// spec: Pointer types, Function types, Function literals
// needs: std

package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
	"unique"
	"weak"
)

type node struct {
	name string
	next *node
	pad  [6]int
}

// settle collects until done reports true or nothing can be expected any more.
func settle(done func() bool) bool {
	for i := 0; i < 200; i++ {
		runtime.GC()
		if done() {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

//go:noinline
func makeChain(order chan string) weak.Pointer[node] {
	inner := &node{name: "inner"}
	outer := &node{name: "outer", next: inner}
	for _, n := range []*node{inner, outer} {
		runtime.SetFinalizer(n, func(n *node) {
			text := n.name
			if n.next != nil {
				text += "->" + n.next.name
			}
			order <- text
		})
	}
	return weak.Make(inner)
}

// finalizers run once, the outer object's before the inner one's, with what they refer to intact.
func finalizers() {
	order := make(chan string, 10)
	w := makeChain(order)
	var got []string
	ok := settle(func() bool {
		for {
			select {
			case s := <-order:
				got = append(got, s)
			default:
				return len(got) == 2
			}
		}
	})
	fmt.Println("finalizers", ok, got, w.Value() == nil)
}

var kept *node

//go:noinline
func makeRevived(done chan bool) {
	n := &node{name: "revived"}
	runtime.SetFinalizer(n, func(n *node) {
		kept = n
		done <- true
	})
}

// A finalizer may bring its object back, and set it again.
func resurrection() {
	done := make(chan bool, 1)
	makeRevived(done)
	ok := settle(func() bool { return len(done) == 1 })
	<-done
	fmt.Println("revived", ok, kept.name)
	runtime.SetFinalizer(kept, func(*node) { done <- true })
	kept = nil
	fmt.Println("again", settle(func() bool { return len(done) == 1 }))
}

//go:noinline
func makeCleaned(out chan int) runtime.Cleanup {
	n := &node{name: "cleaned"}
	runtime.AddCleanup(n, func(v int) { out <- v }, 1)
	runtime.AddCleanup(&n.pad[3], func(v int) { out <- v }, 2)
	return runtime.AddCleanup(n, func(v int) { out <- v }, 4)
}

// All cleanups of an object run but the stopped one.
func cleanups() {
	out := make(chan int, 10)
	makeCleaned(out).Stop()
	ok := settle(func() bool { return len(out) == 2 })
	fmt.Println("cleanups", ok, <-out+<-out, len(out))
}

//go:noinline
func strongThenWeak() (weak.Pointer[node], weak.Pointer[node], bool) {
	n := &node{name: "target"}
	a, b := weak.Make(n), weak.Make(n)
	runtime.GC()
	same := a == b && a.Value() == n && a.Value().name == "target"
	runtime.KeepAlive(n)
	return a, b, same
}

func weakPointers() {
	a, b, same := strongThenWeak()
	ok := settle(func() bool { return a.Value() == nil })
	fmt.Println("weak", same, ok, a == b, b.Value() == nil)
	var none weak.Pointer[node]
	fmt.Println("zero", none.Value() == nil, none == weak.Make[node](nil))
}

func uniqueValues() {
	a := unique.Make("hello")
	for i := 0; i < 1000; i++ {
		unique.Make(fmt.Sprint("value", i))
		if i%100 == 0 {
			runtime.GC()
		}
	}
	b := unique.Make("hel" + fmt.Sprint("lo"))
	fmt.Println("unique", a == b, a.Value(), unique.Make("x") == a)
}

func removed() {
	done := make(chan bool, 1)
	func() {
		n := &node{}
		runtime.SetFinalizer(n, func(*node) { done <- true })
		runtime.SetFinalizer(n, nil)
	}()
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	fmt.Println("removed", len(done))
}

var ran atomic.Bool

// soon: a program that collects three times sees the finalizer's effect, whoever found the object dead.
func soon() {
	n := &node{name: "soon"}
	runtime.SetFinalizer(n, func(*node) { ran.Store(true) })
	defer func() {
		for i := 0; i < 3; i++ {
			runtime.GC()
		}
		fmt.Println("soon", ran.Load(), recover() != nil)
	}()
	var none *node
	none.name = n.name
}

func main() {
	soon()
	finalizers()
	resurrection()
	cleanups()
	weakPointers()
	uniqueValues()
	removed()
	last := &node{name: "last"}
	runtime.SetFinalizer(last, func(*node) { panic("finalized after main returned") })
	runtime.KeepAlive(last)
}
