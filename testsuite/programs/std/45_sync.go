// spec: Go statements, Channel types, Select statements, Defer statements

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) inc(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[k]++
}

type queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
	done  bool
}

func main() {
	c := counter{n: map[string]int{}}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 20 {
				c.inc([]string{"even", "odd"}[i%2])
			}
		}()
	}
	wg.Wait()
	fmt.Println(c.n)

	var rw sync.RWMutex
	var reads, writes atomic.Int64
	shared := 0
	for i := range 20 {
		wg.Go(func() {
			for range 10 {
				if i%5 == 0 {
					rw.Lock()
					shared++
					writes.Add(1)
					rw.Unlock()
				} else {
					rw.RLock()
					_ = shared
					reads.Add(1)
					rw.RUnlock()
				}
			}
		})
	}
	wg.Wait()
	fmt.Println(shared, reads.Load(), writes.Load(), rw.TryLock(), rw.TryRLock())

	q := &queue{}
	q.cond = sync.NewCond(&q.mu)
	var sum atomic.Int64
	for range 4 {
		wg.Go(func() {
			for {
				q.mu.Lock()
				for len(q.items) == 0 && !q.done {
					q.cond.Wait()
				}
				if len(q.items) == 0 {
					q.mu.Unlock()
					return
				}
				x := q.items[0]
				q.items = q.items[1:]
				q.mu.Unlock()
				sum.Add(int64(x))
			}
		})
	}
	for i := range 200 {
		q.mu.Lock()
		q.items = append(q.items, i)
		q.mu.Unlock()
		q.cond.Signal()
	}
	q.mu.Lock()
	q.done = true
	q.mu.Unlock()
	q.cond.Broadcast()
	wg.Wait()
	fmt.Println(sum.Load())

	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	value := sync.OnceValue(func() int { fmt.Println("computed"); return 42 })
	fmt.Println(value(), value())

	var m sync.Map
	for i := range 100 {
		wg.Go(func() { m.Store(i%10, i) })
	}
	wg.Wait()
	n := 0
	m.Range(func(k, v any) bool { n++; return v.(int)%10 == k.(int) })
	_, loaded := m.LoadOrStore(3, "x")
	m.Delete(4)
	_, ok := m.Load(4)
	fmt.Println(n, loaded, ok)

	pool := sync.Pool{New: func() any { return new([]byte) }}
	b := pool.Get().(*[]byte)
	*b = append(*b, 1)
	pool.Put(b)
	fmt.Println(len(*b))

	ctx, cancel := context.WithCancel(context.Background())
	ctx2, cancel2 := context.WithTimeout(context.WithValue(ctx, "k", "v"), time.Hour)
	defer cancel2()
	result := make(chan error)
	go func() { <-ctx2.Done(); result <- ctx2.Err() }()
	cancel()
	err := <-result
	fmt.Println(err, errors.Is(err, context.Canceled), ctx2.Value("k"), context.Cause(ctx2))
	ctx3, cancel3 := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel3()
	<-ctx3.Done()
	fmt.Println(ctx3.Err(), errors.Is(ctx3.Err(), context.DeadlineExceeded))

	var p atomic.Pointer[counter]
	fmt.Println(p.Load() == nil, p.CompareAndSwap(nil, &c), p.Load() == &c)
	var v atomic.Value
	v.Store("a")
	fmt.Println(v.Swap("b"), v.Load())
	var u atomic.Uint32
	fmt.Println(u.Add(^uint32(0)), u.And(0xff), u.Or(0x100), u.Load())
}
