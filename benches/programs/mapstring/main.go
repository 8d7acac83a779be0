// Maps with string keys: counting, an index of lists, interning, and a nested map.
package main

import (
	"fmt"
	"slices"
	"strconv"

	"bench/size"
)

func main() {
	n := size.Pick(1_600_000, 3_000)
	words := make([]string, 5000)
	for i := range words {
		words[i] = "word-" + strconv.Itoa(i*i%7919)
	}

	counts := map[string]int{}
	for i := range n * 8 {
		counts[words[i*i%len(words)]]++
	}

	index := map[string][]int{}
	for i := range n {
		key := words[i*13%len(words)][:6]
		index[key] = append(index[key], i)
	}

	intern := map[string]string{}
	buf := make([]byte, 0, 32)
	for i := range n {
		buf = strconv.AppendInt(append(buf[:0], "key/"...), int64(i%70_000), 10)
		if _, ok := intern[string(buf)]; !ok {
			s := string(buf)
			intern[s] = s
		}
	}

	nested := map[string]map[string]int{}
	for i := range n {
		outer := words[i%97]
		m := nested[outer]
		if m == nil {
			m = map[string]int{}
			nested[outer] = m
		}
		m[words[i%len(words)]] += i
	}

	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var sum int
	for i, k := range keys {
		sum += counts[k] * (i%10 + 1)
	}
	for _, list := range index {
		sum += len(list) * list[0]
	}
	for _, m := range nested {
		for _, v := range m {
			sum += v
		}
	}
	fmt.Println(len(counts), len(index), len(intern), len(nested), sum)
	size.Done()
}
