// Package report adds up readings of weather stations.
package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Number is what can be added up.
type Number interface{ ~int | ~int64 | ~float64 }

// Summary is the running summary of a series.
type Summary[T Number] struct {
	Count    int
	Min, Max T
	Sum      T
}

// Add takes in one more value.
func (s *Summary[T]) Add(v T) {
	if s.Count == 0 {
		s.Min, s.Max = v, v
	}
	s.Min, s.Max = min(s.Min, v), max(s.Max, v)
	s.Sum += v
	s.Count++
}

// Mean of the values, 0 of none.
func (s *Summary[T]) Mean() float64 {
	if s.Count == 0 {
		return 0
	}
	return float64(s.Sum) / float64(s.Count)
}

// Table holds a summary for each station; it may be used by several goroutines.
type Table struct {
	mu   sync.RWMutex
	rows map[string]*Summary[float64]
}

// New makes an empty table.
func New() *Table { return &Table{rows: make(map[string]*Summary[float64])} }

// Add takes in a reading.
func (t *Table) Add(station string, value float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	row, ok := t.rows[station]
	if !ok {
		row = new(Summary[float64])
		t.rows[station] = row
	}
	row.Add(value)
}

// All visits the rows by falling count, then by name.
func (t *Table) All() func(yield func(string, Summary[float64]) bool) {
	return func(yield func(string, Summary[float64]) bool) {
		t.mu.RLock()
		defer t.mu.RUnlock()
		names := make([]string, 0, len(t.rows))
		for name := range t.rows {
			names = append(names, name)
		}
		sort.Strings(names)
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(t.rows[b].Count, t.rows[a].Count) })
		for _, name := range names {
			if !yield(name, *t.rows[name]) {
				return
			}
		}
	}
}

// Write prints the first n rows.
func (t *Table) Write(w io.Writer, n int) error {
	if _, err := fmt.Fprintf(w, "%-12s %6s %8s %8s %8s\n%s\n", "station", "count", "min", "mean", "max",
		strings.Repeat("-", 46)); err != nil {
		return err
	}
	for name, s := range t.All() {
		if n--; n < 0 {
			break
		}
		if _, err := fmt.Fprintf(w, "%-12s %6d %8.2f %8.2f %8.2f\n", name, s.Count, s.Min, s.Mean(), s.Max); err != nil {
			return err
		}
	}
	return nil
}
