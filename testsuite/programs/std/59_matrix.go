// spec: Array types, Index expressions, Floating-point operators, Type parameter declarations, General interfaces

package main

import (
	"fmt"
	"math"
	"sync"
)

type scalar interface {
	~int | ~int32 | ~float32 | ~float64 | ~complex128
}

type matrix[T scalar] struct {
	rows, cols int
	data       []T
}

func zero[T scalar](rows, cols int) *matrix[T] {
	return &matrix[T]{rows, cols, make([]T, rows*cols)}
}

func fill[T scalar](rows, cols int, f func(i, j int) T) *matrix[T] {
	m := zero[T](rows, cols)
	for i := range rows {
		for j := range cols {
			*m.at(i, j) = f(i, j)
		}
	}
	return m
}

func (m *matrix[T]) at(i, j int) *T {
	return &m.data[i*m.cols+j]
}

func (m *matrix[T]) row(i int) []T { return m.data[i*m.cols : (i+1)*m.cols : (i+1)*m.cols] }

func (m *matrix[T]) mul(n *matrix[T]) *matrix[T] {
	if m.cols != n.rows {
		panic(fmt.Sprintf("mul: %dx%d by %dx%d", m.rows, m.cols, n.rows, n.cols))
	}
	out := zero[T](m.rows, n.cols)
	var wg sync.WaitGroup
	for i := range m.rows {
		wg.Go(func() {
			row := out.row(i)
			for k, a := range m.row(i) {
				for j, b := range n.row(k) {
					row[j] += a * b
				}
			}
		})
	}
	wg.Wait()
	return out
}

func (m *matrix[T]) transpose() *matrix[T] {
	return fill(m.cols, m.rows, func(i, j int) T { return *m.at(j, i) })
}

func (m *matrix[T]) trace() (sum T) {
	for i := range min(m.rows, m.cols) {
		sum += *m.at(i, i)
	}
	return
}

func sum[T scalar](ms ...*matrix[T]) *matrix[T] {
	out := zero[T](ms[0].rows, ms[0].cols)
	for _, m := range ms {
		for i, v := range m.data {
			out.data[i] += v
		}
	}
	return out
}

// solve returns x with a x = b by elimination with pivots.
func solve(a [4][4]float64, b [4]float64) (x [4]float64, det float64) {
	det = 1
	for c := range a {
		p := c
		for r := c + 1; r < len(a); r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		if p != c {
			a[p], a[c] = a[c], a[p]
			b[p], b[c] = b[c], b[p]
			det = -det
		}
		det *= a[c][c]
		for r := c + 1; r < len(a); r++ {
			f := a[r][c] / a[c][c]
			for k := c; k < len(a); k++ {
				a[r][k] -= f * a[c][k]
			}
			b[r] -= f * b[c]
		}
	}
	for c := len(a) - 1; c >= 0; c-- {
		x[c] = b[c]
		for k := c + 1; k < len(a); k++ {
			x[c] -= a[c][k] * x[k]
		}
		x[c] /= a[c][c]
	}
	return
}

type rational float64

func main() {
	a := fill(20, 30, func(i, j int) int { return (i*7 + j*3) % 11 })
	b := fill(30, 20, func(i, j int) int { return (i*5 - j*2) % 13 })
	p := a.mul(b)
	fmt.Println(p.trace(), p.transpose().trace(), b.transpose().mul(a.transpose()).trace(), p.row(3)[:5])
	f := fill(8, 8, func(i, j int) float64 { return 1 / float64(i+j+1) })
	fmt.Printf("%.12f %.12f\n", f.mul(f).trace(), sum(f, f, f).trace())
	c := fill(3, 3, func(i, j int) complex128 { return complex(float64(i), float64(j)) })
	fmt.Println(c.mul(c).trace(), fill(2, 2, func(i, j int) rational { return rational(i) / 3 }).trace())
	x, det := solve([4][4]float64{{2, 1, -1, 3}, {4, -6, 0, 1}, {-2, 7, 2, 0}, {1, 1, 1, 1}}, [4]float64{5, -2, 9, 4})
	fmt.Printf("%.9f %.9f\n", x, det)
	defer func() { fmt.Println("recovered:", recover()) }()
	a.mul(a)
}
