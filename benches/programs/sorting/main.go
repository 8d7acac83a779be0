// Sorting: integers, strings and records, by each of the standard library's ways, and a heap.
package main

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"sort"
	"strconv"

	"bench/size"
)

type record struct {
	name string
	age  int
	rank float64
}

type byRank []record

func (r byRank) Len() int           { return len(r) }
func (r byRank) Less(i, j int) bool { return r[i].rank < r[j].rank }
func (r byRank) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }

type queue []int

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i] < q[j] }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(int)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

type random uint64

func (r *random) next() uint64 {
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return uint64(*r)
}

func main() {
	n := size.Pick(550_000, 2_000)
	r := random(88172645463325252)
	ints := make([]int, n)
	words := make([]string, n)
	records := make([]record, n)
	for i := range n {
		ints[i] = int(r.next() % 1_000_000)
		words[i] = strconv.FormatUint(r.next(), 36)
		records[i] = record{words[i][:4], ints[i] % 90, float64(r.next()%1000) / 8}
	}
	var sum int

	a := slices.Clone(ints)
	slices.Sort(a)
	sum += a[n/2]
	a = slices.Clone(ints)
	sort.Ints(a)
	sum += a[n/3]
	a = slices.Clone(ints)
	sort.Slice(a, func(i, j int) bool { return a[i] > a[j] })
	sum += a[n/4]

	w := slices.Clone(words)
	slices.Sort(w)
	sum += len(w[n/2])
	at, _ := slices.BinarySearch(w, "k")
	sum += at

	rec := slices.Clone(records)
	slices.SortStableFunc(rec, func(x, y record) int {
		return cmp.Or(cmp.Compare(x.age, y.age), cmp.Compare(x.name, y.name))
	})
	sum += rec[n/2].age
	rec = slices.Clone(records)
	sort.Sort(byRank(rec))
	sum += int(rec[n/5].rank * 8)

	q := &queue{}
	for _, x := range ints[:n/2] {
		heap.Push(q, x)
	}
	for i := 0; q.Len() > 0; i++ {
		sum += heap.Pop(q).(int) ^ i
	}
	fmt.Println(sum)
	size.Done()
}
