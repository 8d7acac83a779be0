// spec: Allocation, Making slices, maps and channels, Appending to and copying slices, Go statements
// needs: std

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

// Objects of every size class, with and without pointers, each knowing what it holds.

type small struct{ self *small }

type mixed struct {
	a    int
	self *mixed
	b    [3]int
	text string
	list []int
}

type wide struct {
	head [70]int
	self *wide
	mid  [40]*int
	tail [9]string
}

type huge struct {
	first *huge
	bulk  [5000]int
	last  *huge
}

type keep struct {
	smalls []*small
	mixeds []*mixed
	wides  []*wide
	huges  []*huge
	bytes  [][]byte
	tables []map[string]*int
	anys   []any
}

func (k *keep) fill(seed int) {
	for i := 0; i < 40; i++ {
		n := seed*1000 + i
		s := new(small)
		s.self = s
		k.smalls = append(k.smalls, s)
		m := &mixed{a: n, text: fmt.Sprint("text", n), list: make([]int, i)}
		m.self = m
		for j := range m.list {
			m.list[j] = n + j
		}
		k.mixeds = append(k.mixeds, m)
		b := make([]byte, 1<<(i%18))
		for j := range b {
			b[j] = byte(n + j)
		}
		k.bytes = append(k.bytes, b)
		t := map[string]*int{}
		for j := 0; j < i; j++ {
			v := n + j
			t[fmt.Sprint(j)] = &v
		}
		k.tables = append(k.tables, t)
		k.anys = append(k.anys, n, float64(n)/2, m.text, [2]*mixed{m, m}, struct{ x, y *small }{s, s})
		if i%8 == 0 {
			w := new(wide)
			w.self = w
			w.head[69] = n
			for j := range w.mid {
				v := n * j
				w.mid[j] = &v
			}
			for j := range w.tail {
				w.tail[j] = fmt.Sprint(n, j)
			}
			k.wides = append(k.wides, w)
			h := new(huge)
			h.first, h.last = h, h
			h.bulk[4999] = n
			k.huges = append(k.huges, h)
		}
	}
}

func (k *keep) check(seed int) (bad int) {
	expect := func(ok bool) {
		if !ok {
			bad++
		}
	}
	for i := 0; i < 40; i++ {
		n := seed*1000 + i
		expect(k.smalls[i].self == k.smalls[i])
		m := k.mixeds[i]
		expect(m.self == m && m.a == n && m.text == fmt.Sprint("text", n) && m.b == [3]int{})
		for j, v := range m.list {
			expect(v == n+j)
		}
		for j, v := range k.bytes[i] {
			expect(v == byte(n+j))
		}
		expect(len(k.tables[i]) == i)
		for j := 0; j < i; j++ {
			expect(*k.tables[i][fmt.Sprint(j)] == n+j)
		}
		expect(k.anys[5*i] == any(n) && k.anys[5*i+3].([2]*mixed)[1] == m)
	}
	for i, w := range k.wides {
		n := seed*1000 + 8*i
		expect(w.self == w && w.head[69] == n && w.head[0] == 0)
		for j, p := range w.mid {
			expect(*p == n*j)
		}
		expect(w.tail[8] == fmt.Sprint(n, 8))
		h := k.huges[i]
		expect(h.first == h && h.last == h && h.bulk[4999] == n && h.bulk[0] == 0)
	}
	return bad
}

func churn(workers, rounds int) {
	var wg sync.WaitGroup
	results := make([]int, workers)
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var old *keep
			for r := range rounds {
				k := new(keep)
				k.fill(w*100 + r)
				if old != nil {
					results[w] += old.check(w*100 + r - 1)
				}
				old = k
			}
		}()
	}
	wg.Wait()
	fmt.Println("churn", results)
}

var sink any

// allocsPerRun is the average number of objects f allocates, rounded down so that the runtime's own few do not count.
func allocsPerRun(runs int, f func()) uint64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / uint64(runs)
}

func statistics() {
	runtime.GC()
	var before, after, dropped runtime.MemStats
	runtime.ReadMemStats(&before)
	held := make([][]byte, 0, 100)
	for range 100 {
		held = append(held, make([]byte, 100_000))
	}
	runtime.ReadMemStats(&after)
	grown := after.HeapAlloc - before.HeapAlloc
	fmt.Println("grown", grown > 9<<20 && grown < 14<<20, after.Mallocs-before.Mallocs >= 100)
	runtime.KeepAlive(held)
	held = nil
	runtime.GC()
	runtime.ReadMemStats(&dropped)
	fmt.Println("dropped", dropped.HeapAlloc < before.HeapAlloc+2<<20, dropped.NumGC > before.NumGC,
		dropped.Frees-before.Frees >= 100, dropped.HeapObjects == dropped.Mallocs-dropped.Frees)
	debug.FreeOSMemory()
	runtime.ReadMemStats(&after)
	fmt.Println("released", after.HeapReleased >= 8<<20, after.HeapIdle >= after.HeapReleased)
	fmt.Println("allocs", allocsPerRun(100, func() { sink = new([100]int) }),
		allocsPerRun(100, func() { sink = make([]*int, 1000) }), allocsPerRun(100, func() {}))
}

func settings() {
	old := debug.SetGCPercent(50)
	fmt.Println("percent", old, debug.SetGCPercent(-1), debug.SetGCPercent(100))
	limit := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(100 << 20)
	fmt.Println("limit", limit == 1<<63-1, debug.SetMemoryLimit(limit))
}

func pools() {
	made := 0
	pool := sync.Pool{New: func() any { made++; return make([]byte, 1000) }}
	for range 1000 {
		b := pool.Get().([]byte)
		b[0]++
		pool.Put(b)
	}
	fmt.Println("pool", made >= 1 && made < 900)
}

var (
	grown []*int
	bytes []byte
	words []int32
)

func growth() {
	var caps []int
	s := grown // globals: gc may begin slices that stay local with a capacity of their own
	for i := range 5000 {
		grown = append(grown, &i)
		s = grown
		if len(caps) == 0 || caps[len(caps)-1] != cap(s) {
			caps = append(caps, cap(s))
		}
	}
	fmt.Println("caps", caps, cap(append(bytes, make([]byte, 33)...)), cap(append(words, make([]int32, 5)...)))
	sum := 0
	for _, p := range s {
		sum += *p
	}
	fmt.Println("sum", sum)
}

func main() {
	churn(4, 6)
	statistics()
	settings()
	pools()
	growth()
}
