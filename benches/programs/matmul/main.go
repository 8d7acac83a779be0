// Matrix product of dense matrices, in the row-by-row order that walks memory forward.
package main

import (
	"fmt"

	"bench/size"
)

type matrix struct {
	rows, cols int
	data       []float64
}

func newMatrix(rows, cols int) *matrix {
	return &matrix{rows, cols, make([]float64, rows*cols)}
}

func (m *matrix) row(i int) []float64 {
	return m.data[i*m.cols : (i+1)*m.cols]
}

func product(a, b *matrix) *matrix {
	c := newMatrix(a.rows, b.cols)
	for i := range a.rows {
		dst := c.row(i)
		for k, x := range a.row(i) {
			src := b.row(k)
			for j := range dst {
				dst[j] += x * src[j]
			}
		}
	}
	return c
}

func main() {
	n := size.Pick(1100, 60)
	a, b := newMatrix(n, n), newMatrix(n, n)
	for i := range n {
		for j := range n {
			a.row(i)[j] = float64((i*j)%7) - 3
			b.row(i)[j] = float64((i+j)%11)/10 - 0.5
		}
	}
	c := product(a, b)
	var trace, sum float64
	for i := range n {
		trace += c.row(i)[i]
		for _, x := range c.row(i) {
			sum += x
		}
	}
	fmt.Printf("%.6f %.6f\n", trace, sum)
	size.Done()
}
