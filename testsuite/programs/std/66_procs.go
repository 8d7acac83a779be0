// spec: Go statements, Channel types, Select statements
// needs: std

package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// resize changes how many threads run Go code while everything else goes on.
func resize(rounds int) int {
	bad := 0
	for i := range rounds {
		if old := runtime.GOMAXPROCS(1 + i%4); old < 1 {
			bad++
		}
		runtime.Gosched()
	}
	return bad
}

// collect stops the world, and sometimes finds another stop in its way.
func collect(rounds int) int {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	last := stats.NumGC
	bad := 0
	for range rounds {
		runtime.GC()
		runtime.ReadMemStats(&stats)
		if stats.NumGC <= last {
			bad++
		}
		last = stats.NumGC
	}
	return bad
}

// pingPong plays between a goroutine with a thread of its own and one without.
func pingPong(rounds int) int {
	there, back := make(chan int), make(chan int)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for n := range there {
			back <- n + 1
		}
		close(back)
	}()
	n := 0
	for range rounds {
		there <- n
		n = <-back
	}
	close(there)
	<-back
	return n - rounds
}

// pipe blocks in the kernel and in the poller by turns.
func pipe(rounds int) int {
	r, w, err := os.Pipe()
	if err != nil {
		return 1
	}
	defer r.Close()
	go func() {
		defer w.Close()
		for i := range rounds {
			if i%8 == 0 {
				time.Sleep(200 * time.Microsecond)
			}
			w.Write([]byte{byte(i)})
		}
	}()
	buf := make([]byte, 3)
	want := 0
	for {
		n, err := r.Read(buf)
		for _, b := range buf[:n] {
			if b != byte(want) {
				return 1
			}
			want++
		}
		if err != nil {
			return want - rounds
		}
	}
}

// spin waits for others without ever blocking; they need a processor all the same.
func spin(rounds int) int {
	var turn atomic.Int32
	done := make(chan bool)
	go func() {
		for i := range int32(rounds) {
			for turn.Load() != 2*i+1 {
				runtime.Gosched()
			}
			turn.Add(1)
		}
		close(done)
	}()
	for i := range int32(rounds) {
		turn.Add(1)
		for turn.Load() != 2*i+2 {
			runtime.Gosched()
		}
	}
	<-done
	return int(turn.Load()) - 2*rounds
}

// ticks needs somebody to look after the clock while the others block.
func ticks(rounds int) int {
	ticker := time.NewTicker(300 * time.Microsecond)
	defer ticker.Stop()
	for range rounds {
		select {
		case <-ticker.C:
		case <-time.After(time.Minute):
			return 1
		}
	}
	return 0
}

func main() {
	parts := []struct {
		name   string
		run    func(int) int
		rounds int
	}{
		{"resize", resize, 60},
		{"resize too", resize, 60},
		{"collect", collect, 20},
		{"collect too", collect, 20},
		{"ping-pong", pingPong, 100},
		{"pipe", pipe, 100},
		{"spin", spin, 100},
		{"ticks", ticks, 20},
	}
	results := make([]int, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() { results[i] = part.run(part.rounds) })
	}
	wg.Wait()
	for i, part := range parts {
		fmt.Println(part.name, results[i])
	}
}
