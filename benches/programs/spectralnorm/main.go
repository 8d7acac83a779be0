// Spectral norm of an infinite matrix's corner, by the power method.
package main

import (
	"fmt"
	"math"

	"bench/size"
)

func entry(i, j int) float64 {
	return 1 / float64((i+j)*(i+j+1)/2+i+1)
}

func times(dst, src []float64) {
	for i := range dst {
		var sum float64
		for j, x := range src {
			sum += entry(i, j) * x
		}
		dst[i] = sum
	}
}

func timesTransposed(dst, src []float64) {
	for i := range dst {
		var sum float64
		for j, x := range src {
			sum += entry(j, i) * x
		}
		dst[i] = sum
	}
}

func main() {
	n := size.Pick(3600, 100)
	u, v, w := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range u {
		u[i] = 1
	}
	for range 10 {
		times(w, u)
		timesTransposed(v, w)
		times(w, v)
		timesTransposed(u, w)
	}
	var uv, vv float64
	for i := range u {
		uv += u[i] * v[i]
		vv += v[i] * v[i]
	}
	fmt.Printf("%.9f\n", math.Sqrt(uv/vv))
	size.Done()
}
