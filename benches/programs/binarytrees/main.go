// Binary trees: many of them are made, walked and dropped while one lives on.
package main

import (
	"fmt"

	"bench/size"
)

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func main() {
	deepest := size.Pick(17, 10)
	fmt.Printf("stretch tree of depth %d: %d\n", deepest+1, grow(deepest+1).count())
	lasting := grow(deepest)
	for depth := 4; depth <= deepest; depth += 4 {
		trees := 1 << (deepest - depth + 4)
		var nodes int
		for range trees {
			nodes += grow(depth).count()
		}
		fmt.Printf("%d trees of depth %d: %d\n", trees, depth, nodes)
	}
	fmt.Printf("lasting tree of depth %d: %d\n", deepest, lasting.count())
	size.Done()
}
