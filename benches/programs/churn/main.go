// The heap: objects of many sizes, of short and long lives, slices that grow, strings, and maps, with a live heap of tens
// of megabytes.
package main

import (
	"fmt"
	"strconv"

	"bench/size"
)

type node struct {
	next    *node
	payload []byte
	name    string
}

type table struct {
	buckets []*node
	live    int
}

func (t *table) add(key int) {
	b := &t.buckets[key%len(t.buckets)]
	*b = &node{*b, make([]byte, 16+key%240), strconv.Itoa(key)}
	t.live++
}

// trim drops all but the newest keep nodes of a bucket.
func (t *table) trim(i, keep int) {
	n := t.buckets[i]
	for range keep - 1 {
		if n == nil {
			return
		}
		n = n.next
	}
	if n != nil {
		for dropped := n.next; dropped != nil; dropped = dropped.next {
			t.live--
		}
		n.next = nil
	}
}

type event struct {
	id     int
	parent *event
	fields map[string]int
	path   []string
}

func main() {
	n := size.Pick(1_500_000, 10_000)
	t := &table{buckets: make([]*node, 16384)}
	var sum int
	var last *event
	for i := range n {
		t.add(i * 7919)
		if i%2 == 0 {
			t.trim(i*31%len(t.buckets), 6)
		}
		if i%16 == 0 {
			e := &event{id: i, parent: last, fields: map[string]int{"at": i}}
			for k := range i % 9 {
				e.path = append(e.path, "segment"+strconv.Itoa(k))
			}
			sum += len(e.path) + e.fields["at"]%3
			last = e
			if i%4096 == 0 {
				last = nil
			}
		}
	}
	for _, b := range t.buckets {
		for ; b != nil; b = b.next {
			sum += len(b.payload) + len(b.name)
		}
	}
	fmt.Println(t.live, sum)
	size.Done()
}
