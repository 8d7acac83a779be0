// Maps with keys of structs, arrays and interfaces: a sparse grid that evolves, pairs, and mixed keys.
package main

import (
	"fmt"

	"bench/size"
)

type point struct{ x, y int32 }

type edge struct {
	from, to string
	kind     byte
}

type grid map[point]bool

// step returns the next generation of Conway's game of life.
func (g grid) step() grid {
	neighbours := make(map[point]int, len(g)*4)
	for p := range g {
		for dy := int32(-1); dy <= 1; dy++ {
			for dx := int32(-1); dx <= 1; dx++ {
				if dx != 0 || dy != 0 {
					neighbours[point{p.x + dx, p.y + dy}]++
				}
			}
		}
	}
	next := make(grid, len(g))
	for p, n := range neighbours {
		if n == 3 || n == 2 && g[p] {
			next[p] = true
		}
	}
	return next
}

func main() {
	generations := size.Pick(700, 20)
	g := grid{}
	for i := range int32(20) {
		// R-pentominoes, far enough from each other to grow.
		x, y := i%5*40, i/5*40
		for _, p := range []point{{1, 0}, {2, 0}, {0, 1}, {1, 1}, {1, 2}} {
			g[point{x + p.x, y + p.y}] = true
		}
	}
	for range generations {
		g = g.step()
	}

	names := []string{"a", "bb", "ccc", "dddd", "eeeee"}
	edges := map[edge]int{}
	for i := range generations * 2000 {
		edges[edge{names[i%5], names[i/5%5], byte(i / 25 % 4)}] += i
	}
	var sum int
	for e, n := range edges {
		sum += n * len(e.from) / len(e.to)
	}

	arrays := map[[4]uint16]int{}
	for i := range generations * 500 {
		arrays[[4]uint16{uint16(i % 11), uint16(i % 13), uint16(i % 7), 1}]++
	}

	mixed := map[any]int{}
	for i := range generations * 1000 {
		switch i % 3 {
		case 0:
			mixed[i%1000]++
		case 1:
			mixed[names[i%5]]++
		case 2:
			mixed[point{int32(i % 30), int32(i % 17)}]++
		}
	}
	fmt.Println(len(g), len(edges), len(arrays), len(mixed), sum)
	size.Done()
}
