// spec: Address operators, Run-time panics
// exit: 2

package main

type node struct {
	left, right *node
	value       int
}

func (n *node) sum() int { return n.value + n.left.sum() }

func main() {
	n := &node{value: 1, left: &node{value: 2}}
	println("before")
	println(n.sum())
}
