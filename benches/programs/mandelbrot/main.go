// Mandelbrot: the set's picture, one bit a pixel; prints a hash of the bitmap.
package main

import (
	"fmt"

	"bench/size"
)

const iterations = 50

func row(line []byte, y, n int) {
	ci := 2*float64(y)/float64(n) - 1
	for b := range line {
		var bits byte
		for bit := range 8 {
			cr := 2*float64(b*8+bit)/float64(n) - 1.5
			var zr, zi, tr, ti float64
			inside := byte(1)
			for range iterations {
				zi = 2*zr*zi + ci
				zr = tr - ti + cr
				tr, ti = zr*zr, zi*zi
				if tr+ti > 4 {
					inside = 0
					break
				}
			}
			bits = bits<<1 | inside
		}
		line[b] = bits
	}
}

func main() {
	n := size.Pick(3400, 160)
	width := n / 8
	bitmap := make([]byte, width*n)
	for y := range n {
		row(bitmap[y*width:(y+1)*width], y, n)
	}
	hash := uint32(2166136261)
	for _, b := range bitmap {
		hash = (hash ^ uint32(b)) * 16777619
	}
	fmt.Printf("%d %08x\n", n, hash)
	size.Done()
}
