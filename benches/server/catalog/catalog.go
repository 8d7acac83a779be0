// Package catalog keeps items in memory and answers queries about them.
package catalog

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
)

// Item is what the catalog holds. Its ID is the catalog's.
type Item struct {
	ID    int               `json:"id"`
	Name  string            `json:"name"`
	Tags  []string          `json:"tags"`
	Cents int64             `json:"cents"`
	Stock int               `json:"stock"`
	Extra map[string]string `json:"extra,omitempty"`
}

// ErrNotFound says that there is no item of an ID.
var ErrNotFound = errors.New("catalog: no such item")

// A Filter chooses items.
type Filter interface {
	Match(*Item) bool
}

// Tagged matches items with a tag.
type Tagged string

func (t Tagged) Match(item *Item) bool { return slices.Contains(item.Tags, string(t)) }

// InStock matches items of which there are at least so many.
type InStock int

func (n InStock) Match(item *Item) bool { return item.Stock >= int(n) }

// Named matches items whose name contains a text, whatever the case.
type Named struct{ lower string }

// NamedLike returns a filter for the text.
func NamedLike(text string) *Named { return &Named{strings.ToLower(text)} }

func (n *Named) Match(item *Item) bool {
	return strings.Contains(strings.ToLower(item.Name), n.lower)
}

// All matches what every one of its filters matches.
type All []Filter

func (a All) Match(item *Item) bool {
	for _, f := range a {
		if !f.Match(item) {
			return false
		}
	}
	return true
}

// index lists IDs by a key, smallest key first.
type index[K cmp.Ordered] struct {
	keys []K
	ids  map[K][]int
}

func (x *index[K]) add(key K, id int) {
	if x.ids == nil {
		x.ids = make(map[K][]int)
	}
	if _, known := x.ids[key]; !known {
		at, _ := slices.BinarySearch(x.keys, key)
		x.keys = slices.Insert(x.keys, at, key)
	}
	x.ids[key] = append(x.ids[key], id)
}

func (x *index[K]) all(yield func(int) bool) {
	for _, key := range x.keys {
		for _, id := range x.ids[key] {
			if !yield(id) {
				return
			}
		}
	}
}

// Catalog is a set of items. It may be used by many goroutines.
type Catalog struct {
	mu      sync.RWMutex
	items   []*Item
	byName  index[string]
	byPrice index[int64]
}

// Add puts an item into the catalog and returns its ID.
func (c *Catalog) Add(item Item) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	item.ID = len(c.items)
	c.items = append(c.items, &item)
	c.byName.add(item.Name, item.ID)
	c.byPrice.add(item.Cents, item.ID)
	return item.ID
}

// Get returns the item of an ID.
func (c *Catalog) Get(id int) (*Item, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if id < 0 || id >= len(c.items) {
		return nil, ErrNotFound
	}
	return c.items[id], nil
}

// Order says how results are sorted.
type Order string

const (
	ByID    Order = "id"
	ByName  Order = "name"
	ByPrice Order = "price"
)

// Find returns at most limit items that match, in that order.
func (c *Catalog) Find(filter Filter, order Order, limit int) []*Item {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var found []*Item
	take := func(id int) bool {
		if item := c.items[id]; filter.Match(item) {
			found = append(found, item)
		}
		return len(found) < limit
	}
	switch order {
	case ByName:
		c.byName.all(take)
	case ByPrice:
		c.byPrice.all(take)
	default:
		for id := range c.items {
			if !take(id) {
				break
			}
		}
	}
	return found
}

// Tally is what Totals says of a tag.
type Tally struct {
	Items int   `json:"items"`
	Cents int64 `json:"cents"`
}

// Totals counts items and their worth by tag.
func (c *Catalog) Totals() map[string]Tally {
	c.mu.RLock()
	defer c.mu.RUnlock()
	totals := make(map[string]Tally)
	for _, item := range c.items {
		for _, tag := range item.Tags {
			t := totals[tag]
			t.Items++
			t.Cents += item.Cents * int64(item.Stock)
			totals[tag] = t
		}
	}
	return totals
}
