// Generics: containers and algorithms over several element types, with constraints, methods and functions as parameters.
package main

import (
	"cmp"
	"fmt"

	"bench/size"
)

type number interface {
	~int | ~int32 | ~uint64 | ~float64
}

func mapped[T, U any](list []T, f func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, x := range list {
		out = append(out, f(x))
	}
	return out
}

func filtered[T any](list []T, keep func(T) bool) []T {
	var out []T
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

func reduced[T, A any](list []T, start A, f func(A, T) A) A {
	for _, x := range list {
		start = f(start, x)
	}
	return start
}

func total[T number](list []T) (sum T) {
	for _, x := range list {
		sum += x
	}
	return sum
}

// Heap is a binary heap; less says what comes first.
type Heap[T any] struct {
	items []T
	less  func(a, b T) bool
}

// Push adds x.
func (h *Heap[T]) Push(x T) {
	h.items = append(h.items, x)
	i := len(h.items) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !h.less(h.items[i], h.items[up]) {
			break
		}
		h.items[i], h.items[up] = h.items[up], h.items[i]
		i = up
	}
}

// Pop removes what comes first.
func (h *Heap[T]) Pop() T {
	first := h.items[0]
	last := len(h.items) - 1
	h.items[0] = h.items[last]
	h.items = h.items[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return first
		}
		if child+1 < last && h.less(h.items[child+1], h.items[child]) {
			child++
		}
		if !h.less(h.items[child], h.items[i]) {
			return first
		}
		h.items[i], h.items[child] = h.items[child], h.items[i]
		i = child
	}
}

// Tree is an unbalanced search tree, with keys that compare themselves.
type Tree[K interface{ Compare(K) int }, V any] struct {
	root *branch[K, V]
}

type branch[K interface{ Compare(K) int }, V any] struct {
	key         K
	value       V
	left, right *branch[K, V]
}

// At returns where the value of key is kept.
func (t *Tree[K, V]) At(key K) *V {
	at := &t.root
	for *at != nil {
		switch c := key.Compare((*at).key); {
		case c == 0:
			return &(*at).value
		case c < 0:
			at = &(*at).left
		default:
			at = &(*at).right
		}
	}
	*at = &branch[K, V]{key: key}
	return &(*at).value
}

type version struct{ major, minor int }

func (v version) Compare(w version) int {
	return cmp.Or(cmp.Compare(v.major, w.major), cmp.Compare(v.minor, w.minor))
}

type word string

func (w word) Compare(v word) int { return cmp.Compare(w, v) }

func quicksort[T cmp.Ordered](list []T) {
	for len(list) > 12 {
		pivot := list[len(list)/2]
		i, j := 0, len(list)-1
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for pivot < list[j] {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		quicksort(list[:j+1])
		list = list[i:]
	}
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && list[k] < list[k-1]; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
}

type pair[A, B any] struct {
	first  A
	second B
}

func main() {
	rounds := size.Pick(100, 2)
	const n = 12_000
	ints := make([]int, n)
	x := uint32(1)
	for i := range ints {
		x = x*1664525 + 1013904223
		ints[i] = int(x >> 12)
	}
	var sum int
	for round := range rounds {
		floats := mapped(ints, func(v int) float64 { return float64(v) / 4 })
		words := mapped(ints, func(v int) word { return word(fmt.Sprintf("%05x", v%4096)) })
		even := filtered(ints, func(v int) bool { return (v+round)%2 == 0 })
		sum += total(even) + int(total(floats))
		sum += reduced(words, 0, func(n int, w word) int { return n + int(w[len(w)-1]) })

		a, f := append([]int(nil), ints...), append([]float64(nil), floats...)
		quicksort(a)
		quicksort(f)
		sum += a[n/2] + int(f[n/3])

		h := &Heap[pair[int, word]]{less: func(a, b pair[int, word]) bool { return a.first < b.first }}
		for i, v := range ints {
			h.Push(pair[int, word]{v ^ round, words[i]})
		}
		for range n / 2 {
			p := h.Pop()
			sum += p.first + len(p.second)
		}

		var versions Tree[version, int]
		var counts Tree[word, int32]
		for i, v := range ints {
			*versions.At(version{v % 50, v / 64 % 40})++
			*counts.At(words[i])++
		}
		sum += *versions.At(version{7, 7}) + int(*counts.At(words[0]))
	}
	fmt.Println(sum)
	size.Done()
}
