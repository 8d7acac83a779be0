// spec: Channel types, Select statements

// Channels of timers: no buffer to be seen, no stale values, no goroutine waiting means no work, and garbage when nobody
// knows them any more.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func unused() uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 2000 {
		time.NewTimer(time.Hour)
		time.After(time.Hour)
		time.NewTicker(time.Hour)
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return after.HeapObjects - min(before.HeapObjects, after.HeapObjects)
}

func main() {
	t := time.NewTimer(time.Millisecond)
	time.Sleep(20 * time.Millisecond)
	fmt.Println(len(t.C), cap(t.C))
	fmt.Println(t.Stop(), len(t.C)) // the value has not been received: the timer counts as running
	select {
	case <-t.C:
		fmt.Println("stale value")
	default:
		fmt.Println("nothing")
	}
	fmt.Println(t.Reset(time.Millisecond))
	<-t.C
	fmt.Println(t.Reset(time.Hour), t.Reset(time.Millisecond))
	select {
	case <-t.C:
		fmt.Println("fired")
	case <-time.After(time.Hour):
		fmt.Println("too late")
	}

	ticker := time.NewTicker(time.Millisecond)
	for range 3 {
		<-ticker.C
	}
	time.Sleep(20 * time.Millisecond)
	n := 0
	for {
		select {
		case <-ticker.C:
			n++
			ticker.Stop()
			continue
		default:
		}
		break
	}
	fmt.Println("ticks waiting:", n)

	// Several goroutines wait for one timer; one gets the value, the others another.
	shared := time.NewTicker(2 * time.Millisecond)
	done := make(chan bool)
	for range 4 {
		go func() {
			<-shared.C
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	shared.Stop()
	fmt.Println("all were served")

	fmt.Println("timers are garbage:", unused() < 1000)
}
