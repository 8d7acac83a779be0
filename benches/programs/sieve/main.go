// Primes by a sieve of bits, in segments that fit a cache.
package main

import (
	"fmt"
	"math/bits"

	"bench/size"
)

const segment = 1 << 18 // odd numbers a segment

func primes(limit int) []int {
	composite := make([]bool, limit+1)
	var list []int
	for i := 3; i <= limit; i += 2 {
		if !composite[i] {
			list = append(list, i)
			for j := i * i; j <= limit; j += 2 * i {
				composite[j] = true
			}
		}
	}
	return list
}

// count returns how many primes there are below limit, and a mix of them.
func count(limit int) (n int, mix uint64) {
	root := 1
	for root*root < limit {
		root++
	}
	small := primes(root)
	next := make([]int, len(small)) // index of the next multiple, from the segment's start
	for i, p := range small {
		next[i] = p * p / 2
	}
	words := make([]uint64, segment/64)
	n = 1
	for low := 0; low < limit/2; low += segment {
		clear(words)
		for i, p := range small {
			at := next[i]
			for ; at < segment; at += p {
				words[at>>6] |= 1 << (at & 63)
			}
			next[i] = at - segment
		}
		if low == 0 {
			words[0] |= 1
		}
		if left := limit/2 - low; left < segment {
			for at := left; at < segment; at++ {
				words[at>>6] |= 1 << (at & 63)
			}
		}
		for _, w := range words {
			n += bits.OnesCount64(^w)
			mix = mix*31 + w
		}
	}
	return n, mix
}

func main() {
	limit := size.Pick(900_000_000, 2_000_000)
	n, mix := count(limit)
	fmt.Printf("%d %016x\n", n, mix)
	size.Done()
}
