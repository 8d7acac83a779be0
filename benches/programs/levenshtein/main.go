// Edit distance, longest common subsequence and a knapsack: tables filled from their neighbours.
package main

import (
	"fmt"

	"bench/size"
)

func distance(a, b string) int {
	previous, current := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range len(a) {
		current[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			current[j+1] = min(previous[j]+cost, previous[j+1]+1, current[j]+1)
		}
		previous, current = current, previous
	}
	return previous[len(b)]
}

func common(a, b []rune) int {
	table := make([][]int32, len(a)+1)
	for i := range table {
		table[i] = make([]int32, len(b)+1)
	}
	for i, x := range a {
		for j, y := range b {
			if x == y {
				table[i+1][j+1] = table[i][j] + 1
			} else {
				table[i+1][j+1] = max(table[i][j+1], table[i+1][j])
			}
		}
	}
	return int(table[len(a)][len(b)])
}

type thing struct{ weight, value int }

func knapsack(things []thing, capacity int) int {
	best := make([]int, capacity+1)
	for _, t := range things {
		for c := capacity; c >= t.weight; c-- {
			best[c] = max(best[c], best[c-t.weight]+t.value)
		}
	}
	return best[capacity]
}

func main() {
	rounds := size.Pick(60, 1)
	letters := func(n int, x uint32) string {
		b := make([]byte, n)
		for i := range b {
			x = x*1664525 + 1013904223
			b[i] = 'a' + byte(x>>24)%20
		}
		return string(b)
	}
	things := make([]thing, 300)
	for i := range things {
		things[i] = thing{5 + i*37%91, 10 + i*53%83}
	}
	var sum int
	for i := range rounds {
		a, b := letters(1700, uint32(i)), letters(1600, uint32(i*i+7))
		sum += distance(a, b)
		sum += common([]rune(a), []rune(b))
		sum += knapsack(things, 20_000)
	}
	fmt.Println(sum)
	size.Done()
}
