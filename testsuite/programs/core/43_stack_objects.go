// spec: Variable declarations, Address operators, For statements, Goto statements
// needs: println

package main

type node struct {
	value int
	next  *node
}

type pair struct {
	first, second *node
	count         int
}

//go:noinline
func grow(p *pair, v int) {
	p.second = p.first
	p.first = &node{v, p.first}
	p.count++
}

//go:noinline
func (p *pair) sum() int {
	total := p.count
	for n := p.first; n != nil; n = n.next {
		total += n.value
	}
	if p.second != nil {
		total += 1000 * p.second.value
	}
	return total
}

// What one round leaves in an object that only the loop uses is there in the next.
func inLoop(n int) int {
	var p pair
	total := 0
	for i := range n {
		if i > 2 {
			grow(&p, i)
			total += p.sum()
		}
	}
	return total
}

// The same of a loop with two entries.
func twoEntries(n int, second bool) int {
	var p pair
	i := 0
	if second {
		goto inner
	}
outer:
	grow(&p, i)
inner:
	i++
	if p.count < n {
		goto outer
	}
	return p.sum()
}

// Objects of branches, one of them of both.
func inBranches(n int) int {
	var both pair
	if n%2 == 0 {
		var even pair
		grow(&even, n)
		grow(&both, even.sum())
		grow(&even, 1)
		return both.sum() + even.sum()
	}
	var odd [3]pair
	for i := range odd {
		grow(&odd[i], i)
		grow(&both, odd[i].sum())
	}
	return both.sum() + odd[n%3].sum()
}

// A value that says which object is meant.
func chosen(n int) int {
	var a, b pair
	p := &a
	for i := range n {
		if i&3 == 3 {
			p = &b
		}
		grow(p, i)
	}
	return 7*a.sum() + b.sum()
}

// Nobody ever looks at it, so it takes no room.
var _ = []int{1 << 31: 1}

func main() {
	println(inLoop(6), twoEntries(5, false), twoEntries(5, true))
	println(inBranches(4), inBranches(5), inBranches(6), inBranches(7))
	println(chosen(3), chosen(9))
}
