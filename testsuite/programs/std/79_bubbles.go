// spec: Go statements

// testing/synctest: goroutines with a clock of their own.
package main

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func sleeping(t *testing.T) {
	start := time.Now()
	fmt.Println(start.UTC())
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			time.Sleep(time.Duration(5-i) * time.Hour)
			fmt.Println(i, time.Since(start))
		})
	}
	wg.Wait()
	fmt.Println(time.Since(start))
}

func timeouts(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	defer cancel()
	time.Sleep(24*time.Hour - 1)
	synctest.Wait()
	fmt.Println(ctx.Err())
	time.Sleep(1)
	synctest.Wait()
	fmt.Println(ctx.Err())
	fired := 0
	time.AfterFunc(0, func() { fired++ })
	after := time.AfterFunc(time.Minute, func() { fired += 10 })
	synctest.Wait()
	fmt.Println(fired, after.Stop())
	ticker := time.NewTicker(time.Minute)
	for range 3 {
		fmt.Println((<-ticker.C).UTC().Format(time.TimeOnly))
	}
	ticker.Stop()
	select {
	case <-ticker.C:
	case now := <-time.After(90 * time.Second):
		fmt.Println(now.UTC().Format(time.TimeOnly))
	}
}

func waiting(t *testing.T) {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready, states := false, make(chan int)
	go func() {
		mu.Lock()
		for !ready {
			cond.Wait()
		}
		mu.Unlock()
		states <- 1
	}()
	go func() {
		select {
		case v := <-states:
			fmt.Println("state", v)
		case <-time.After(time.Hour):
			fmt.Println("too late")
		}
	}()
	synctest.Wait()
	mu.Lock()
	ready = true
	cond.Broadcast()
	mu.Unlock()
	synctest.Wait()
	next, stop := iter.Pull(func(yield func(int) bool) {
		time.Sleep(time.Second)
		_ = yield(1) && yield(2)
	})
	fmt.Println(next())
	fmt.Println(next())
	stop()
}

func deadlock(t *testing.T) {
	go func() {
		select {}
	}()
}

func main() {
	tests := []testing.InternalTest{{Name: "deadlock", F: func(t *testing.T) {
		defer func() { fmt.Println(recover()) }()
		synctest.Test(t, deadlock)
	}}}
	for i, f := range []func(*testing.T){sleeping, timeouts, waiting} {
		tests = append(tests, testing.InternalTest{Name: fmt.Sprint("T", i), F: func(t *testing.T) { synctest.Test(t, f) }})
	}
	testing.Main(func(pat, str string) (bool, error) { return true, nil }, tests, nil, nil)
}
