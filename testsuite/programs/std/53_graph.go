// spec: Map types, Array types, Slice types, Comparison operators, Composite literals

package main

import (
	"container/heap"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type point struct{ x, y int }

type edge struct {
	to   point
	cost int
}

type item struct {
	at   point
	dist int
}

type frontier []item

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, j int) bool { return f[i].dist < f[j].dist }
func (f frontier) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)        { *f = append(*f, x.(item)) }
func (f *frontier) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	*f = (*f)[:last]
	return x
}

func shortest(graph map[point][]edge, from point) (map[point]int, map[point]point) {
	dist := map[point]int{from: 0}
	prev := map[point]point{}
	f := &frontier{{from, 0}}
	for f.Len() > 0 {
		it := heap.Pop(f).(item)
		if it.dist > dist[it.at] {
			continue
		}
		for _, e := range graph[it.at] {
			d := it.dist + e.cost
			if old, seen := dist[e.to]; !seen || d < old {
				dist[e.to] = d
				prev[e.to] = it.at
				heap.Push(f, item{e.to, d})
			}
		}
	}
	return dist, prev
}

const field = `
#..3.#..
..##.1..
.2...#9.
..#.....
#...##.4
..5....#
`

func life(cells map[point]bool, rounds int) map[point]bool {
	for range rounds {
		n := map[point]int{}
		for c := range cells {
			for dx := -1; dx <= 1; dx++ {
				for dy := -1; dy <= 1; dy++ {
					if dx != 0 || dy != 0 {
						n[point{c.x + dx, c.y + dy}]++
					}
				}
			}
		}
		next := map[point]bool{}
		for c, k := range n {
			if k == 3 || k == 2 && cells[c] {
				next[c] = true
			}
		}
		cells = next
	}
	return cells
}

type key struct {
	name string
	tag  any
	pos  [2]int
}

func main() {
	graph := map[point][]edge{}
	rows := strings.Fields(field)
	cost := func(p point) int {
		if p.y < 0 || p.y >= len(rows) || p.x < 0 || p.x >= len(rows[p.y]) {
			return 0
		}
		switch c := rows[p.y][p.x]; {
		case c == '#':
			return 0
		case c == '.':
			return 1
		default:
			return int(c-'0') + 1
		}
	}
	for y, row := range rows {
		for x := range row {
			p := point{x, y}
			if cost(p) == 0 {
				continue
			}
			for _, d := range [...]point{{0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
				q := point{x + d.x, y + d.y}
				if c := cost(q); c > 0 {
					graph[p] = append(graph[p], edge{q, c})
				}
			}
		}
	}
	dist, prev := shortest(graph, point{1, 0})
	goal := point{6, 5}
	var path []point
	for p := goal; p != (point{1, 0}); p = prev[p] {
		path = append(path, p)
	}
	slices.Reverse(path)
	fmt.Println(dist[goal], path)
	total := 0
	for _, d := range dist {
		total += d
	}
	fmt.Println(len(dist), total)

	glider := map[point]bool{{1, 0}: true, {2, 1}: true, {0, 2}: true, {1, 2}: true, {2, 2}: true}
	var cells []point
	for c := range life(glider, 40) {
		cells = append(cells, c)
	}
	sort.Slice(cells, func(i, j int) bool {
		return cells[i].y < cells[j].y || cells[i].y == cells[j].y && cells[i].x < cells[j].x
	})
	fmt.Println(cells)

	m := map[key]int{}
	m[key{"a", 1, [2]int{1, 2}}]++
	m[key{"a", 1, [2]int{1, 2}}]++
	m[key{"a", 1.0, [2]int{1, 2}}]++
	m[key{"a", point{1, 2}, [2]int{}}]++
	m[key{tag: "s"}]++
	fmt.Println(len(m), m[key{"a", 1, [2]int{1, 2}}], m[key{tag: "s"}], m[key{}])
	func() {
		defer func() { fmt.Println(recover()) }()
		m[key{tag: []int{1}}] = 1
	}()
	big := map[int][40]int{}
	for i := range 300 {
		a := big[i%50]
		a[i%40] += i
		big[i%50] = a
	}
	sum := 0
	for k, v := range big {
		for i, x := range v {
			sum += k * i * x
		}
	}
	fmt.Println(len(big), sum)
	for k := range big {
		if k%2 == 0 {
			delete(big, k)
		}
		big[k+1000] = [40]int{k}
		delete(big, k+1000)
	}
	fmt.Println(len(big))
	clear(big)
	fmt.Println(len(big), len(map[string]bool(nil)))
}
