// spec: Go statements, Method sets
// needs: std

package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"sync"
	"time"
)

//go:noinline
func parkedHere(started *sync.WaitGroup, stop chan bool) {
	started.Done()
	<-stop
}

// functions of a stack, outermost last, those of this program only.
func functions(stack []uintptr) (names []string) {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "main.") {
			names = append(names, f.Function)
		}
		if !more {
			return names
		}
	}
}

func goroutines() {
	stop := make(chan bool)
	var started sync.WaitGroup
	started.Add(3)
	pprof.Do(context.Background(), pprof.Labels("kind", "parked"), func(context.Context) {
		for range 3 {
			go parkedHere(&started, stop)
		}
	})
	started.Wait()
	for runtime.Gosched(); ; runtime.Gosched() {
		n, ok := runtime.GoroutineProfile(nil)
		records := make([]runtime.StackRecord, n)
		_, enough := runtime.GoroutineProfile(records)
		parked := 0
		for i := range records {
			if names := functions(records[i].Stack()); len(names) > 0 && names[0] == "main.parkedHere" {
				parked++
			}
		}
		if parked == 3 {
			fmt.Println(n, ok, enough, parked)
			break
		}
	}
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		panic(err)
	}
	fmt.Println(strings.Contains(text.String(), `labels: {"kind":"parked"}`), strings.Count(text.String(), "main.parkedHere+"))
	text.Reset()
	if err := pprof.Lookup("goroutine").WriteTo(&text, 0); err != nil || text.Len() == 0 {
		panic(err)
	}
	close(stop)
}

//go:noinline
func contend(mu *sync.Mutex) {
	done := make(chan bool)
	mu.Lock()
	go func() {
		mu.Lock()
		mu.Unlock()
		done <- true
	}()
	time.Sleep(20 * time.Millisecond)
	mu.Unlock()
	<-done
}

// seen reports whether a profile has a record whose innermost function is that one.
func seen(profile func([]runtime.BlockProfileRecord) (int, bool), function string) bool {
	records := make([]runtime.BlockProfileRecord, 1000)
	n, ok := profile(records)
	if !ok {
		panic("no room")
	}
	found := false
	for _, r := range records[:n] {
		if r.Count < 1 || r.Cycles < 1 {
			panic("an empty record")
		}
		names := functions(r.Stack())
		found = found || len(names) > 0 && names[0] == function
	}
	if _, ok := profile(nil); ok && n > 0 {
		panic("room in nothing")
	}
	return found
}

func blocking() {
	fmt.Println(runtime.SetMutexProfileFraction(1), runtime.SetMutexProfileFraction(-1))
	runtime.SetBlockProfileRate(1)
	var mu sync.Mutex
	// Once need not be enough: the goroutine may be late.
	for !seen(runtime.BlockProfile, "main.contend.func1") || !seen(runtime.MutexProfile, "main.contend") {
		contend(&mu)
	}
	runtime.SetBlockProfileRate(0)
	fmt.Println(runtime.SetMutexProfileFraction(0))
}

func main() {
	goroutines()
	blocking()

	var p runtime.Pinner
	p.Pin(new(int))
	p.Unpin()
	func() {
		defer func() { fmt.Println(recover()) }()
		p.Pin(1)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		p.Pin(nil)
	}()

	runtime.GC()
	samples := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/sched/gomaxprocs:threads"}, {Name: "/no/such:metric"}}
	metrics.Read(samples)
	fmt.Println(samples[0].Value.Uint64() > 0, samples[1].Value.Uint64() == uint64(runtime.GOMAXPROCS(0)), samples[2].Value.Kind())
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	fmt.Println(stats.NumGC > 0, stats.PauseTotal > 0, time.Since(stats.LastGC) < time.Hour)

	// Nothing is being traced: these are calls all the same.
	ctx, task := trace.NewTask(context.Background(), "task")
	trace.WithRegion(ctx, "region", func() { trace.Log(ctx, "category", "message") })
	task.End()
	fmt.Println(trace.IsEnabled())
}
