// spec: For statements with range clause, Type parameter declarations, Instantiations, Handling panics

package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

type tree[T any] struct {
	left, right *tree[T]
	value       T
}

func (t *tree[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) { t.push(yield) }
}

func (t *tree[T]) push(yield func(T) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
}

func insert[T any](t *tree[T], v T, less func(a, b T) bool) *tree[T] {
	switch {
	case t == nil:
		return &tree[T]{value: v}
	case less(v, t.value):
		t.left = insert(t.left, v, less)
	default:
		t.right = insert(t.right, v, less)
	}
	return t
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

func filter[T any](s iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range s {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

func count(from int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Println("count ends")
		for i := from; yield(i); i++ {
		}
	}
}

func find(s iter.Seq[string], want string) (n int) {
	for v := range s {
		defer func() { n *= 10 }()
		if v == want {
			return n + 1
		}
		n++
	}
	return -1
}

func main() {
	var root *tree[string]
	for _, w := range []string{"m", "c", "x", "a", "e", "z", "p"} {
		root = insert(root, w, func(a, b string) bool { return a < b })
	}
	fmt.Println(slices.Collect(root.all()))
	for n, w := range zip(count(10), root.all()) {
		fmt.Print(n, w, " ")
	}
	fmt.Println()
	for n := range filter(count(1), func(n int) bool { return n%3 == 0 }) {
		if n > 10 {
			break
		}
		fmt.Print(n, " ")
	}
	fmt.Println(find(root.all(), "e"), find(root.all(), "q"))

	next, stop := iter.Pull2(maps.All(map[string]int{"only": 1}))
	fmt.Println(next())
	fmt.Println(next())
	stop()
	next1, stop1 := iter.Pull(count(5))
	fmt.Println(next1())
	fmt.Println(next1())
	stop1()
	fmt.Println(next1())

	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		next, stop := iter.Pull(func(yield func(int) bool) {
			yield(1)
			panic("in the iterator")
		})
		defer stop()
		fmt.Println(next())
		fmt.Println(next())
	}()
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var kept func(int) bool
		for range func(yield func(int) bool) { kept = yield; yield(1) } {
		}
		kept(2)
	}()
outer:
	for i := range 3 {
		for v := range root.all() {
			if v == "e" {
				continue outer
			}
			if i == 2 {
				break outer
			}
			fmt.Print(i, v, " ")
		}
	}
	fmt.Println()
}
