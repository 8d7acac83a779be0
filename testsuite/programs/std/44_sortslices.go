// spec: Slice types, Appending to and copying slices, Instantiations, Type inference, Type constraints, Function literals

package main

import (
	"cmp"
	"container/heap"
	"container/list"
	"container/ring"
	"fmt"
	"maps"
	"slices"
	"sort"
)

type person struct {
	name string
	age  int
}

type byAge []person

func (b byAge) Len() int           { return len(b) }
func (b byAge) Less(i, j int) bool { return b[i].age < b[j].age }
func (b byAge) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

type rng uint32

func (r *rng) next() int {
	*r ^= *r << 13
	*r ^= *r >> 17
	*r ^= *r << 5
	return int(*r % 1000)
}

func mapped[S ~[]E, E, R any](s S, f func(E) R) []R {
	out := make([]R, 0, len(s))
	for _, e := range s {
		out = append(out, f(e))
	}
	return out
}

func reduce[E, A any](s []E, a A, f func(A, E) A) A {
	for _, e := range s {
		a = f(a, e)
	}
	return a
}

type set[K comparable] map[K]struct{}

func (s set[K]) add(ks ...K) set[K] {
	for _, k := range ks {
		s[k] = struct{}{}
	}
	return s
}

func main() {
	people := []person{{"Ann", 31}, {"Bob", 25}, {"Cid", 31}, {"Dee", 19}, {"Eve", 25}}
	sort.Sort(byAge(people))
	fmt.Println(sort.IsSorted(byAge(people)), people[0])
	sort.SliceStable(people, func(i, j int) bool { return people[i].name < people[j].name })
	slices.SortStableFunc(people, func(a, b person) int { return cmp.Compare(b.age, a.age) })
	fmt.Println(people)
	r := rng(12345)
	for _, n := range []int{0, 1, 2, 11, 12, 13, 50, 257, 1000} {
		a := make([]int, n)
		for i := range a {
			a[i] = r.next()
		}
		b, c, d := slices.Clone(a), slices.Clone(a), slices.Clone(a)
		sort.Ints(a)
		slices.Sort(b)
		sort.Slice(c, func(i, j int) bool { return c[i] < c[j] })
		sort.Sort(sort.Reverse(sort.IntSlice(d)))
		slices.Reverse(d)
		if !slices.Equal(a, b) || !slices.Equal(b, c) || !slices.Equal(c, d) || !slices.IsSorted(a) {
			fmt.Println("sort failed for", n)
		}
		if n > 0 {
			x := a[n/2]
			i, found := slices.BinarySearch(a, x)
			if j := sort.SearchInts(a, x); !found || i != j {
				fmt.Println("search failed for", n)
			}
		}
		h := intHeap{}
		for _, x := range c {
			heap.Push(&h, -x)
		}
		last := 1
		for h.Len() > 0 {
			x := heap.Pop(&h).(int)
			if last != 1 && x < last {
				fmt.Println("heap failed for", n)
			}
			last = x
		}
	}
	s := []int{3, 1, 4, 1, 5, 9, 2, 6}
	fmt.Println(slices.Max(s), slices.Min(s), slices.Index(s, 4), slices.Contains(s, 7), slices.Compact(slices.Sorted(slices.Values(s))))
	fmt.Println(slices.Insert([]int{1, 2, 3}, 1, 9, 8), slices.Delete([]int{1, 2, 3, 4}, 1, 3), slices.Replace([]int{1, 2, 3}, 0, 2, 7), slices.Concat(s[:2], s[6:]), slices.Repeat([]int{1, 2}, 2))
	fmt.Println(mapped(s, func(i int) string { return fmt.Sprint(i * i) }), reduce(s, 0.5, func(a float64, i int) float64 { return a + float64(i) }))
	for c := range slices.Chunk(s, 3) {
		fmt.Print(c, len(c), cap(c), " ")
	}
	fmt.Println()
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	fmt.Println(slices.Sorted(maps.Keys(m)), slices.Sorted(maps.Values(m)), maps.Equal(m, maps.Clone(m)))
	maps.DeleteFunc(m, func(k string, v int) bool { return v%2 == 1 })
	maps.Copy(m, map[string]int{"z": 26})
	fmt.Println(m, maps.Collect(slices.All([]string{"x", "y"})))
	fmt.Println(len(set[string]{}.add("a", "b", "a")))
	l := list.New()
	for i := range 5 {
		l.PushBack(i)
		l.PushFront(-i)
	}
	l.MoveToFront(l.Back())
	l.Remove(l.Front().Next())
	for e := l.Front(); e != nil; e = e.Next() {
		fmt.Print(e.Value, " ")
	}
	rg := ring.New(4)
	for i := range rg.Len() {
		rg.Value = i
		rg = rg.Next()
	}
	rg.Do(func(v any) { fmt.Print(v, ",") })
	fmt.Println()
	fmt.Println(slices.MinFunc(people, func(a, b person) int { return cmp.Or(cmp.Compare(a.age, b.age), cmp.Compare(b.name, a.name)) }))
}
