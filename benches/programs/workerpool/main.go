// A pool of workers: jobs by channel, results by channel, shared counts under a mutex and by atomics.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"bench/size"
)

type job struct {
	id    int
	limit int
}

type result struct {
	id     int
	length int
}

// collatz returns the length of the longest chain that starts below limit, from a start that depends on id.
func collatz(j job) result {
	longest := 0
	for start := 1 + j.id%7; start < j.limit; start += 7 {
		n, length := start, 1
		for n != 1 {
			if n%2 == 0 {
				n /= 2
			} else {
				n = 3*n + 1
			}
			length++
		}
		longest = max(longest, length)
	}
	return result{j.id, longest}
}

type stats struct {
	mu    sync.RWMutex
	count map[int]int
}

func (s *stats) add(key int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[key]++
}

func (s *stats) get(key int) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.count[key]
}

func main() {
	jobs := size.Pick(350_000, 500)
	workers := 2 * runtime.GOMAXPROCS(0)
	in, out := make(chan job), make(chan result, 16)
	s := &stats{count: map[int]int{}}
	var busy atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range in {
				r := collatz(j)
				s.add(r.length)
				busy.Add(int64(min(s.get(r.length), 1)))
				out <- r
			}
		})
	}
	go func() {
		for i := range jobs {
			in <- job{i, 200 + i%250}
		}
		close(in)
		wg.Wait()
		close(out)
	}()
	sum := 0
	for r := range out {
		sum += r.length * (r.id%3 + 1)
	}

	// And a goroutine a task, as servers do.
	var total atomic.Int64
	for batch := range jobs / 500 {
		var wg sync.WaitGroup
		for i := range 500 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				total.Add(int64(batch ^ i))
			}()
		}
		wg.Wait()
	}
	fmt.Println(sum, busy.Load(), len(s.count), total.Load())
	size.Done()
}
