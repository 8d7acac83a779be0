// A cache that forgets what was used longest ago: a map into a doubly linked list, behind a mutex.
package main

import (
	"container/list"
	"fmt"
	"sync"

	"bench/size"
)

// Cache holds at most capacity entries.
type Cache[K comparable, V any] struct {
	mu           sync.Mutex
	capacity     int
	entries      map[K]*entry[K, V]
	head         entry[K, V] // of the ring: head.next was used last
	hits, misses int
}

type entry[K comparable, V any] struct {
	key        K
	value      V
	prev, next *entry[K, V]
}

// New returns an empty cache.
func New[K comparable, V any](capacity int) *Cache[K, V] {
	c := &Cache[K, V]{capacity: capacity, entries: make(map[K]*entry[K, V])}
	c.head.prev, c.head.next = &c.head, &c.head
	return c
}

func (e *entry[K, V]) unlink() {
	e.prev.next, e.next.prev = e.next, e.prev
}

func (c *Cache[K, V]) pushFront(e *entry[K, V]) {
	e.prev, e.next = &c.head, c.head.next
	e.prev.next, e.next.prev = e, e
}

// Get returns what is kept for key.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		c.misses++
		return value, false
	}
	c.hits++
	e.unlink()
	c.pushFront(e)
	return e.value, true
}

// Put keeps value for key.
func (c *Cache[K, V]) Put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		e.value = value
		e.unlink()
		c.pushFront(e)
		return
	}
	if len(c.entries) >= c.capacity {
		last := c.head.prev
		last.unlink()
		delete(c.entries, last.key)
	}
	e := &entry[K, V]{key: key, value: value}
	c.entries[key] = e
	c.pushFront(e)
}

// recent keeps the last words by container/list, whose elements are interfaces.
type recent struct {
	words *list.List
	at    map[string]*list.Element
}

func (r *recent) touch(word string) {
	if e, ok := r.at[word]; ok {
		r.words.MoveToFront(e)
		return
	}
	r.at[word] = r.words.PushFront(word)
	if r.words.Len() > 500 {
		last := r.words.Back()
		delete(r.at, r.words.Remove(last).(string))
	}
}

func main() {
	n := size.Pick(3_800_000, 20_000)
	c := New[uint64, *[4]uint64](20_000)
	x := uint64(1)
	var sum uint64
	for range n {
		x = x*6364136223846793005 + 1442695040888963407
		key := (x >> 40) % 30_000
		if v, ok := c.Get(key); ok {
			sum += v[key%4]
		} else {
			c.Put(key, &[4]uint64{key, key + 1, key + 2, key + 3})
		}
	}

	r := &recent{list.New(), map[string]*list.Element{}}
	words := make([]string, 800)
	for i := range words {
		words[i] = fmt.Sprint("w", i)
	}
	for range n / 2 {
		x = x*6364136223846793005 + 1442695040888963407
		r.touch(words[(x>>33)%uint64(len(words))])
	}
	fmt.Println(c.hits, c.misses, sum, r.words.Front().Value)
	size.Done()
}
