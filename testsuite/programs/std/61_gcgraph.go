// spec: Allocation, Pointer types, Interface types, Slice types, Map types

package main

import (
	"fmt"
	"runtime"
	"strings"
)

type vertex struct {
	id    int
	name  string
	out   []*vertex
	attr  map[string]any
	back  *vertex
	other any
}

type store struct {
	all   []*vertex
	index map[string]*vertex
}

func build(n int) *store {
	s := &store{index: make(map[string]*vertex)}
	for i := range n {
		v := &vertex{id: i, name: fmt.Sprintf("v%03d", i)}
		s.all = append(s.all, v)
		s.index[v.name] = v
	}
	for i, v := range s.all {
		for k := 1; k <= 3; k++ {
			v.out = append(v.out, s.all[(i*k+7*k)%n])
		}
		v.back = s.all[(i+n-1)%n]
		switch i % 4 {
		case 0:
			v.other = v
		case 1:
			v.other = &v.out
		case 2:
			v.other = strings.Repeat(v.name, 3)
		case 3:
			v.attr = map[string]any{"self": v, "n": i, "f": func() int { return v.id }}
		}
	}
	return s
}

func (s *store) check(round int) {
	n := len(s.all)
	for i, v := range s.all {
		if v.id != i || s.index[v.name] != v || v.back.id != (i+n-1)%n {
			panic(fmt.Sprint("round ", round, ": vertex ", i, " damaged"))
		}
		for k, w := range v.out {
			if w.id != (i*(k+1)+7*(k+1))%n {
				panic(fmt.Sprint("round ", round, ": edge of ", i, " damaged"))
			}
		}
		switch o := v.other.(type) {
		case *vertex:
			if o != v {
				panic("self pointer damaged")
			}
		case *[]*vertex:
			if len(*o) != len(v.out) {
				panic("pointer to slice damaged")
			}
		case string:
			if o != v.name+v.name+v.name {
				panic("string damaged")
			}
		case nil:
			if v.attr["self"].(*vertex) != v || v.attr["n"].(int) != i || v.attr["f"].(func() int)() != i {
				panic("attributes damaged")
			}
		}
	}
}

type ring struct {
	next *ring
	data [3]*int
}

func rings(n int) int {
	total := 0
	for i := range n {
		a, b := &ring{}, &ring{}
		a.next, b.next = b, a
		x := i
		a.data[1], b.data[2] = &x, a.data[0]
		total += *a.next.next.data[1]
	}
	return total
}

func main() {
	s := build(200)
	for round := range 6 {
		s.check(round)
		garbage := build(100)
		garbage.check(round)
		_ = rings(500)
		switch round {
		case 2:
			runtime.GC()
		case 4:
			s = build(150 + round)
		}
	}
	fmt.Println(len(s.all), rings(300), s.index["v010"].out[0].name)
	var chunks [][]byte
	for i := range 200 {
		chunks = append(chunks, make([]byte, 1000+i*37))
		chunks[i][i] = byte(i)
		if i >= 20 {
			chunks[i-20] = nil
		}
	}
	sum := 0
	for i, c := range chunks {
		if c != nil {
			sum += int(c[i]) + len(c)
		}
	}
	fmt.Println(sum)
	var parts []string
	str := ""
	for i := range 300 {
		str += string(rune('a' + i%26))
		parts = append(parts, str[i/2:])
	}
	fmt.Println(len(strings.Join(parts, "")), parts[299][:10])
}
