// spec: Struct types, Method sets, Run-time panics
// exit: 2

package main

type inner struct {
	p *inner
	v int
}

func (s inner) Val() int { return s.v }

type outer struct{ *inner }

type valuer interface{ Val() int }

//go:noinline
func call(v valuer) int { return v.Val() }

// The method that faults is a wrapper nobody wrote.
func main() {
	println(call(outer{&inner{v: 3}}))
	call(outer{})
}
