// spec: Package initialization, Program initialization, Function declarations, Calls

package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

var order []string

func note(s string) int { order = append(order, s); return len(order) }

var (
	a = b + note("a")
	b = f()
	c = note("c")
)

func f() int { return c + note("b") }

func init() { note("init1") }
func init() { note("init2") }

type big struct {
	data [1000]int
	next *big
}

func where(skip int) string {
	_, file, line, ok := runtime.Caller(skip + 1)
	return fmt.Sprint(file[strings.LastIndex(file, "/")+1:], ":", line, " ", ok)
}

//go:noinline
func names() (out []string) {
	pcs := make([]uintptr, 10)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		fr, more := frames.Next()
		if !strings.HasPrefix(fr.Function, "runtime.") {
			out = append(out, fmt.Sprint(fr.Function, ":", fr.Line))
		}
		if !more {
			return
		}
	}
}

type T struct{}

//go:noinline
func (*T) method() []string { return func() []string { return names() }() }

func grow(n int) int {
	var buf [128]int
	buf[n%128] = n
	if n == 0 {
		return 0
	}
	return grow(n-1) + buf[n%128] - n + 1
}

func main() {
	fmt.Println(order, a, b, c)
	fmt.Println(where(0))
	fmt.Println(where(0), where(1) != "")
	for _, n := range new(T).method() {
		fmt.Println(n)
	}
	fmt.Println(runtime.GOOS, runtime.GOARCH, runtime.Compiler, runtime.Version() != "", runtime.NumCPU() > 0)
	old := runtime.GOMAXPROCS(3)
	fmt.Println(old > 0, runtime.GOMAXPROCS(0), runtime.NumGoroutine())
	var wg sync.WaitGroup
	stop := make(chan bool)
	for range 100 {
		wg.Go(func() { <-stop })
	}
	fmt.Println(runtime.NumGoroutine() > 50)
	close(stop)
	wg.Wait()

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var keep *big
	for i := range 2000 {
		b := &big{next: keep}
		if i%100 == 0 {
			keep = b
		} else {
			keep = b.next
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	n := 0
	for b := keep; b != nil; b = b.next {
		n++
	}
	fmt.Println(n, after.NumGC > before.NumGC, after.Mallocs-before.Mallocs >= 2000, after.TotalAlloc-before.TotalAlloc > 2000*8000, after.HeapAlloc < 2000*8000)
	fmt.Println(grow(5000))
	fmt.Println(debug.SetGCPercent(50), debug.SetGCPercent(100))
	done := make(chan string)
	go func() {
		defer close(done)
		defer func() { done <- fmt.Sprint("goexit ", recover()) }()
		runtime.Goexit()
	}()
	for s := range done {
		fmt.Println(s)
	}
	collected := make(chan int, 1)
	func() {
		p := &big{}
		runtime.SetFinalizer(p, func(p *big) { collected <- len(p.data) })
	}()
	cleaned := make(chan string, 1)
	func() {
		p := &big{}
		runtime.AddCleanup(p, func(s string) { cleaned <- s }, "cleaned")
	}()
	for range 5 {
		runtime.GC()
	}
	fmt.Println(<-collected, <-cleaned)
	fn := runtime.FuncForPC(func() uintptr { pc, _, _, _ := runtime.Caller(0); return pc }())
	fmt.Println(fn.Name())
	fmt.Println(len(os.Args), strings.Contains(string(debug.Stack()), "main.main()"))
	runtime.KeepAlive(keep)
}
