// A B-tree over ordered keys: inserted, searched, walked in order.
package main

import (
	"cmp"
	"fmt"
	"slices"

	"bench/size"
)

const degree = 16 // every node but the root holds degree-1 to 2*degree-1 entries

type entry[K cmp.Ordered, V any] struct {
	key   K
	value V
}

type node[K cmp.Ordered, V any] struct {
	entries  []entry[K, V]
	children []*node[K, V]
}

// Tree is a map that keeps its keys in order.
type Tree[K cmp.Ordered, V any] struct {
	root *node[K, V]
	size int
}

func (n *node[K, V]) find(key K) (int, bool) {
	lo, hi := 0, len(n.entries)
	for lo < hi {
		mid := (lo + hi) / 2
		if n.entries[mid].key < key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(n.entries) && n.entries[lo].key == key
}

// split divides the full child i of n in two.
func (n *node[K, V]) split(i int) {
	child := n.children[i]
	middle := child.entries[degree-1]
	right := &node[K, V]{entries: append(make([]entry[K, V], 0, 2*degree-1), child.entries[degree:]...)}
	if child.children != nil {
		right.children = append(make([]*node[K, V], 0, 2*degree), child.children[degree:]...)
		child.children = child.children[:degree:degree]
	}
	child.entries = child.entries[: degree-1 : 2*degree-1]
	n.entries = slices.Insert(n.entries, i, middle)
	n.children = slices.Insert(n.children, i+1, right)
}

// Put sets the value of key.
func (t *Tree[K, V]) Put(key K, value V) {
	if t.root == nil {
		t.root = &node[K, V]{}
	}
	if len(t.root.entries) == 2*degree-1 {
		t.root = &node[K, V]{children: []*node[K, V]{t.root}}
		t.root.split(0)
	}
	n := t.root
	for {
		i, found := n.find(key)
		if found {
			n.entries[i].value = value
			return
		}
		if n.children == nil {
			n.entries = slices.Insert(n.entries, i, entry[K, V]{key, value})
			t.size++
			return
		}
		if len(n.children[i].entries) == 2*degree-1 {
			n.split(i)
			if c := cmp.Compare(key, n.entries[i].key); c == 0 {
				n.entries[i].value = value
				return
			} else if c > 0 {
				i++
			}
		}
		n = n.children[i]
	}
}

// Get returns the value of key, and whether it is there.
func (t *Tree[K, V]) Get(key K) (value V, ok bool) {
	for n := t.root; n != nil; {
		i, found := n.find(key)
		if found {
			return n.entries[i].value, true
		}
		if n.children == nil {
			break
		}
		n = n.children[i]
	}
	return value, false
}

// All calls yield for every entry in the order of keys until it returns false.
func (t *Tree[K, V]) All(yield func(K, V) bool) {
	if t.root != nil {
		t.root.walk(yield)
	}
}

func (n *node[K, V]) walk(yield func(K, V) bool) bool {
	for i, e := range n.entries {
		if n.children != nil && !n.children[i].walk(yield) {
			return false
		}
		if !yield(e.key, e.value) {
			return false
		}
	}
	return n.children == nil || n.children[len(n.entries)].walk(yield)
}

func main() {
	n := size.Pick(1_300_000, 5_000)
	var ints Tree[int, int]
	x := uint32(12345)
	for i := range n {
		x = x*1664525 + 1013904223
		ints.Put(int(x>>8), i)
	}
	var hits, sum int
	for i := range n * 2 {
		if v, ok := ints.Get(i * 16); ok {
			hits++
			sum += v
		}
	}
	previous := -1
	for k, v := range ints.All {
		if k <= previous {
			panic("out of order")
		}
		previous = k
		sum += k ^ v
	}

	var words Tree[string, int]
	for i := range n / 4 {
		words.Put(fmt.Sprintf("%07x", i*2654435761%(1<<28)), i)
	}
	for k, v := range words.All {
		if k > "c" {
			break
		}
		sum += v
	}
	fmt.Println(ints.size, words.size, hits, sum)
	size.Done()
}
