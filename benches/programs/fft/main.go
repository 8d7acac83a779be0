// Fast Fourier transform, in place, forward and back.
package main

import (
	"fmt"
	"math"

	"bench/size"
)

type transform struct {
	n        int
	cos, sin []float64
	swap     []int
}

func newTransform(n int) *transform {
	t := &transform{n, make([]float64, n/2), make([]float64, n/2), make([]int, n)}
	for i := range n / 2 {
		angle := 2 * math.Pi * float64(i) / float64(n)
		t.cos[i], t.sin[i] = math.Cos(angle), math.Sin(angle)
	}
	for i := range n {
		t.swap[i] = t.swap[i/2]/2 + i%2*(n/2)
	}
	return t
}

// run transforms (re, im); with sign -1 it is the inverse, less the division.
func (t *transform) run(re, im []float64, sign float64) {
	for i, j := range t.swap {
		if i < j {
			re[i], re[j] = re[j], re[i]
			im[i], im[j] = im[j], im[i]
		}
	}
	for width := 1; width < t.n; width *= 2 {
		step := t.n / (2 * width)
		for start := 0; start < t.n; start += 2 * width {
			for k := range width {
				wr, wi := t.cos[k*step], sign*t.sin[k*step]
				a, b := start+k, start+k+width
				xr, xi := re[b]*wr-im[b]*wi, re[b]*wi+im[b]*wr
				re[b], im[b] = re[a]-xr, im[a]-xi
				re[a], im[a] = re[a]+xr, im[a]+xi
			}
		}
	}
}

func main() {
	rounds := size.Pick(150, 1)
	const n = 1 << 16
	t := newTransform(n)
	re, im := make([]float64, n), make([]float64, n)
	for i := range re {
		re[i] = float64(i*7919%1009) / 1009
	}
	for range rounds {
		t.run(re, im, 1)
		t.run(re, im, -1)
		for i := range re {
			re[i] /= n
			im[i] /= n
		}
	}
	var sum float64
	for i := range re {
		sum += math.Abs(re[i]) + math.Abs(im[i])
	}
	fmt.Printf("%.6f\n", sum)
	size.Done()
}
