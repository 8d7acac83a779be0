// Fannkuch: the most prefix reversals that any permutation of n numbers needs until 1 is in front.
package main

import (
	"fmt"

	"bench/size"
)

// fannkuch returns the alternating sum of the flips of all permutations, and the most flips of one.
func fannkuch(n int) (checksum, most int) {
	perm := make([]int, n)
	work := make([]int, n)
	count := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	sign := 1
	r := n
	for {
		for ; r != 1; r-- {
			count[r-1] = r
		}
		if first := perm[0]; first != 0 {
			copy(work, perm)
			flips := 0
			for k := work[0]; k != 0; k = work[0] {
				for i, j := 0, k; i < j; i, j = i+1, j-1 {
					work[i], work[j] = work[j], work[i]
				}
				flips++
			}
			most = max(most, flips)
			checksum += sign * flips
		}
		// The next permutation: rotate the shortest prefix that still has rotations left.
		for {
			if r == n {
				return checksum, most
			}
			first := perm[0]
			for i := 0; i < r; i++ {
				perm[i] = perm[i+1]
			}
			perm[r] = first
			count[r]--
			if count[r] > 0 {
				break
			}
			r++
		}
		sign = -sign
	}
}

func main() {
	const n = 10
	rounds := size.Pick(4, 1)
	for range rounds {
		checksum, most := fannkuch(n)
		fmt.Printf("%d\nflips(%d) = %d\n", checksum, n, most)
	}
	size.Done()
}
