// Graphs: shortest paths over a grid with weights, components by union-find, and a topological order.
package main

import (
	"container/heap"
	"fmt"
	"math"

	"bench/size"
)

type edge struct {
	to     int
	weight int
}

type graph struct{ edges [][]edge }

func newGraph(n int) *graph { return &graph{make([][]edge, n)} }

func (g *graph) connect(from, to, weight int) {
	g.edges[from] = append(g.edges[from], edge{to, weight})
}

type item struct{ node, distance int }

type frontier []*item

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, j int) bool { return f[i].distance < f[j].distance }
func (f frontier) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)        { *f = append(*f, x.(*item)) }
func (f *frontier) Pop() any {
	old := *f
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*f = old[:len(old)-1]
	return last
}

func (g *graph) distances(from int) []int {
	distance := make([]int, len(g.edges))
	for i := range distance {
		distance[i] = math.MaxInt
	}
	distance[from] = 0
	f := &frontier{{from, 0}}
	for f.Len() > 0 {
		it := heap.Pop(f).(*item)
		if it.distance > distance[it.node] {
			continue
		}
		for _, e := range g.edges[it.node] {
			if d := it.distance + e.weight; d < distance[e.to] {
				distance[e.to] = d
				heap.Push(f, &item{e.to, d})
			}
		}
	}
	return distance
}

type sets struct{ parent []int }

func (s *sets) find(i int) int {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

func (g *graph) order() []int {
	incoming := make([]int, len(g.edges))
	for _, list := range g.edges {
		for _, e := range list {
			incoming[e.to]++
		}
	}
	var ready, out []int
	for i, n := range incoming {
		if n == 0 {
			ready = append(ready, i)
		}
	}
	for len(ready) > 0 {
		node := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		out = append(out, node)
		for _, e := range g.edges[node] {
			if incoming[e.to]--; incoming[e.to] == 0 {
				ready = append(ready, e.to)
			}
		}
	}
	return out
}

func main() {
	side := size.Pick(600, 40)
	g, down := newGraph(side*side), newGraph(side*side)
	at := func(x, y int) int { return y*side + x }
	for y := range side {
		for x := range side {
			w := (x*7919 ^ y*104729) % 97
			if x+1 < side {
				g.connect(at(x, y), at(x+1, y), 1+w)
				g.connect(at(x+1, y), at(x, y), 2+w)
				down.connect(at(x, y), at(x+1, y), 1)
			}
			if y+1 < side {
				g.connect(at(x, y), at(x, y+1), 3+w%31)
				g.connect(at(x, y+1), at(x, y), 1+w%13)
				down.connect(at(x, y), at(x, y+1), 1)
			}
		}
	}
	var sum int
	for _, from := range []int{0, at(side/2, side/3), at(side-1, side-1)} {
		for i, d := range g.distances(from) {
			sum += d ^ i%3
		}
	}
	s := &sets{make([]int, side*side)}
	for i := range s.parent {
		s.parent[i] = i
	}
	components := side * side
	for from, list := range g.edges {
		for _, e := range list {
			if e.weight < 40 {
				if a, b := s.find(from), s.find(e.to); a != b {
					s.parent[a] = b
					components--
				}
			}
		}
	}
	order := down.order()
	fmt.Println(sum, components, len(order), order[len(order)/2])
	size.Done()
}
