// spec: Instantiations, Method declarations, Struct types, Composite literals, Deletion of map elements

package main

import (
	"cmp"
	"fmt"
	"strings"
)

// lru is a map with a limit: the least recently used entry goes first.
type lru[K comparable, V any] struct {
	limit int
	items map[K]*entry[K, V]
	head  entry[K, V]
	drops []K
}

type entry[K comparable, V any] struct {
	prev, next *entry[K, V]
	key        K
	value      V
}

func newLRU[K comparable, V any](limit int) *lru[K, V] {
	l := &lru[K, V]{limit: limit, items: make(map[K]*entry[K, V])}
	l.head.next, l.head.prev = &l.head, &l.head
	return l
}

func (e *entry[K, V]) unlink() { e.prev.next, e.next.prev = e.next, e.prev }

func (l *lru[K, V]) front(e *entry[K, V]) {
	e.prev, e.next = &l.head, l.head.next
	e.prev.next, e.next.prev = e, e
}

func (l *lru[K, V]) get(k K) (v V, ok bool) {
	e, ok := l.items[k]
	if !ok {
		return
	}
	e.unlink()
	l.front(e)
	return e.value, true
}

func (l *lru[K, V]) put(k K, v V) {
	if e, ok := l.items[k]; ok {
		e.value = v
		e.unlink()
		l.front(e)
		return
	}
	if len(l.items) == l.limit {
		last := l.head.prev
		last.unlink()
		delete(l.items, last.key)
		l.drops = append(l.drops, last.key)
	}
	e := &entry[K, V]{key: k, value: v}
	l.items[k] = e
	l.front(e)
}

func (l *lru[K, V]) String() string {
	var b strings.Builder
	for e := l.head.next; e != &l.head; e = e.next {
		fmt.Fprintf(&b, "%v=%v ", e.key, e.value)
	}
	return b.String()
}

// btree is an ordered map.
type btree[K cmp.Ordered, V any] struct {
	root *page[K, V]
	n    int
}

const fanout = 4

type page[K cmp.Ordered, V any] struct {
	keys   []K
	values []V
	kids   []*page[K, V]
}

func (p *page[K, V]) find(k K) (int, bool) {
	i := 0
	for i < len(p.keys) && p.keys[i] < k {
		i++
	}
	return i, i < len(p.keys) && p.keys[i] == k
}

func insertAt[E any](s []E, i int, e E) []E {
	s = append(s, e)
	copy(s[i+1:], s[i:])
	s[i] = e
	return s
}

func (p *page[K, V]) splitKid(i int) {
	kid := p.kids[i]
	mid := len(kid.keys) / 2
	right := &page[K, V]{keys: append([]K(nil), kid.keys[mid+1:]...), values: append([]V(nil), kid.values[mid+1:]...)}
	if kid.kids != nil {
		right.kids = append(right.kids, kid.kids[mid+1:]...)
		kid.kids = kid.kids[:mid+1]
	}
	p.keys = insertAt(p.keys, i, kid.keys[mid])
	p.values = insertAt(p.values, i, kid.values[mid])
	p.kids = insertAt(p.kids, i+1, right)
	kid.keys, kid.values = kid.keys[:mid], kid.values[:mid]
}

func (t *btree[K, V]) set(k K, v V) {
	if t.root == nil {
		t.root = &page[K, V]{}
	}
	if len(t.root.keys) == 2*fanout-1 {
		t.root = &page[K, V]{kids: []*page[K, V]{t.root}}
		t.root.splitKid(0)
	}
	for p := t.root; ; {
		i, found := p.find(k)
		if found {
			p.values[i] = v
			return
		}
		if p.kids == nil {
			p.keys = insertAt(p.keys, i, k)
			p.values = insertAt(p.values, i, v)
			t.n++
			return
		}
		if len(p.kids[i].keys) == 2*fanout-1 {
			p.splitKid(i)
			continue
		}
		p = p.kids[i]
	}
}

func (t *btree[K, V]) all(yield func(K, V) bool) { t.root.walk(yield) }

func (p *page[K, V]) walk(yield func(K, V) bool) bool {
	if p == nil {
		return true
	}
	for i := range p.keys {
		if p.kids != nil && !p.kids[i].walk(yield) || !yield(p.keys[i], p.values[i]) {
			return false
		}
	}
	return p.kids == nil || p.kids[len(p.keys)].walk(yield)
}

func main() {
	l := newLRU[string, int](3)
	for i, w := range strings.Fields("a b c a d e a f b") {
		if _, ok := l.get(w); !ok {
			l.put(w, i)
		}
	}
	fmt.Println(l, l.drops)

	var t btree[int, string]
	x := 1
	for range 2000 {
		x = x * 1103515245 % 2147483647
		t.set(x%1500, fmt.Sprint("v", x%7))
	}
	last, n := -1, 0
	for k, v := range t.all {
		if k <= last || v == "" {
			fmt.Println("order broken at", k)
		}
		last = k
		n++
	}
	fmt.Println(n == t.n, n, last)
	var words btree[string, int]
	for i, w := range strings.Fields("the cat sat on the mat with the other cat") {
		words.set(w, i)
	}
	for k, v := range words.all {
		if k == "with" {
			break
		}
		fmt.Print(k, ":", v, " ")
	}
	fmt.Println()
}
