// Closures and iterators: functions that range over functions, chained, stopped early, pulled; and closures with state.
package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"bench/size"
)

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func where[T any](seq iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range seq {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

func apply[T, U any](seq iter.Seq[T], f func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) {
		for v := range seq {
			if !yield(f(v)) {
				return
			}
		}
	}
}

func take[T any](seq iter.Seq[T], n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		if n <= 0 {
			return
		}
		left := n
		for v := range seq {
			if !yield(v) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

func zip[A, B any](a iter.Seq[A], b iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		next, stop := iter.Pull(b)
		defer stop()
		for x := range a {
			y, ok := next()
			if !ok || !yield(x, y) {
				return
			}
		}
	}
}

type tree struct {
	left, right *tree
	value       int
}

func build(lo, hi int) *tree {
	if lo >= hi {
		return nil
	}
	mid := (lo + hi) / 2
	return &tree{build(lo, mid), build(mid+1, hi), mid}
}

func (t *tree) all(yield func(int) bool) bool {
	return t == nil || t.left.all(yield) && yield(t.value) && t.right.all(yield)
}

// All ranges over the values in order.
func (t *tree) All() iter.Seq[int] {
	return func(yield func(int) bool) { t.all(yield) }
}

func counter(step int) (add func() int, reset func()) {
	n := 0
	return func() int { n += step; return n }, func() { n = 0 }
}

func compose(fs ...func(int) int) func(int) int {
	return func(v int) int {
		for _, f := range fs {
			v = f(v)
		}
		return v
	}
}

func find(t *tree, rows int) int {
	steps := 0
outer:
	for row := range count(rows) {
		for v := range t.All() {
			steps++
			if v == row*row {
				continue outer
			}
			if v > 4*rows {
				break outer
			}
		}
	}
	return steps
}

func main() {
	rounds := size.Pick(3000, 10)
	t := build(0, 5000)
	ages := map[string]int{"ann": 31, "bob": 44, "cy": 27, "dee": 60}
	f := compose(func(v int) int { return v + 1 }, func(v int) int { return v * 3 }, func(v int) int { return v % 1001 })
	sum := 0
	for round := range rounds {
		odd := where(count(20_000), func(v int) bool { return v%3 == round%3 })
		for v := range take(apply(odd, func(v int) int { return v*v + round }), 5000) {
			sum += v & 0xff
		}
		for v := range t.All() {
			sum += v
			if v > 4000 {
				break
			}
		}
		for a, b := range zip(count(200), t.All()) {
			sum += a*b + round
		}
		sum += find(t, 40)
		add, reset := counter(round)
		for range 1000 {
			sum += add()
		}
		reset()
		for i := range 20_000 {
			sum += f(i + add())
		}
		sorted := slices.Sorted(maps.Keys(ages))
		for i, name := range slices.Backward(sorted) {
			sum += i * ages[name]
		}
		sum += len(slices.Collect(take(t.All(), 300)))
	}
	fmt.Println(sum)
	size.Done()
}
