// Conway's game of life on a torus, as a slice of slices.
package main

import (
	"fmt"

	"bench/size"
)

type field struct {
	cells         [][]bool
	width, height int
}

func newField(width, height int) *field {
	cells := make([][]bool, height)
	for y := range cells {
		cells[y] = make([]bool, width)
	}
	return &field{cells, width, height}
}

func (f *field) alive(x, y int) bool {
	return f.cells[(y+f.height)%f.height][(x+f.width)%f.width]
}

func (f *field) next(x, y int) bool {
	n := 0
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if (dx != 0 || dy != 0) && f.alive(x+dx, y+dy) {
				n++
			}
		}
	}
	return n == 3 || n == 2 && f.alive(x, y)
}

func main() {
	generations := size.Pick(320, 10)
	a, b := newField(320, 200), newField(320, 200)
	x := uint32(2463534242)
	for range a.width * a.height / 4 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		a.cells[x%uint32(a.height)][x/256%uint32(a.width)] = true
	}
	for range generations {
		for y := range a.height {
			for x := range a.width {
				b.cells[y][x] = a.next(x, y)
			}
		}
		a, b = b, a
	}
	count, hash := 0, uint32(1)
	for _, row := range a.cells {
		for _, c := range row {
			hash *= 16777619
			if c {
				hash ^= 1
				count++
			}
		}
	}
	fmt.Println(count, hash)
	size.Done()
}
