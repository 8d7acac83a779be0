// Maps with integer keys: grown, looked up with hits and misses, changed, deleted from, ranged over.
package main

import (
	"fmt"

	"bench/size"
)

func main() {
	n := size.Pick(1_600_000, 3_000)
	var sum int
	big := map[int]int{}
	for i := range n {
		big[i*7919%1_000_003]++
	}
	for range 5 {
		for i := range n {
			if v, ok := big[i*3]; ok {
				sum += v
			}
		}
	}

	small := make(map[uint32]int32, 256)
	for i := range n * 10 {
		small[uint32(i*i)%256] += int32(i)
	}
	for k, v := range small {
		sum += int(k) ^ int(v)
	}

	seen := map[int64]struct{}{}
	x := int64(1)
	for range n {
		x = (x*48271 + 11) % 2147483647
		key := x % 100_000
		if _, ok := seen[key]; ok {
			delete(seen, key)
		} else {
			seen[key] = struct{}{}
		}
	}
	sum += len(seen)

	// Many maps of a few entries each.
	for i := range n / 4 {
		m := map[int]int{i: 1, i + 1: 2}
		m[i+2] = 3
		sum += m[i+1] + len(m)
	}
	fmt.Println(len(big), sum)
	size.Done()
}
