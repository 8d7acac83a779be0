// Interfaces: dynamic calls, embedding, type switches, assertions, comparison, and Stringers.
package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"bench/size"
)

type shape interface {
	area() float64
	perimeter() float64
}

type named interface{ title() string }

type (
	circle    struct{ r float64 }
	rectangle struct{ w, h float64 }
	square    struct{ rectangle }
	triangle  struct{ a, b, c float64 }
	group     struct{ members []shape }
)

func (c circle) area() float64         { return math.Pi * c.r * c.r }
func (c circle) perimeter() float64    { return 2 * math.Pi * c.r }
func (r rectangle) area() float64      { return r.w * r.h }
func (r rectangle) perimeter() float64 { return 2 * (r.w + r.h) }
func (s square) title() string         { return "square" }
func (t *triangle) perimeter() float64 { return t.a + t.b + t.c }
func (t *triangle) title() string      { return "triangle" }
func (t *triangle) area() float64 {
	s := t.perimeter() / 2
	return math.Sqrt(s * (s - t.a) * (s - t.b) * (s - t.c))
}
func (g group) area() (sum float64) {
	for _, m := range g.members {
		sum += m.area()
	}
	return sum
}
func (g group) perimeter() (sum float64) {
	for _, m := range g.members {
		sum += m.perimeter()
	}
	return sum
}

func corners(s shape) int {
	switch s := s.(type) {
	case rectangle, square:
		return 4
	case *triangle:
		return 3
	case group:
		n := 0
		for _, m := range s.members {
			n += corners(m)
		}
		return n
	}
	return 0
}

// counter counts what is written through it, and passes it on.
type counter struct {
	io.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += len(p)
	return c.Writer.Write(p)
}

// rot rotates what it writes by a number of letters.
type rot struct {
	w   io.Writer
	by  byte
	buf []byte
}

func (r *rot) Write(p []byte) (int, error) {
	r.buf = r.buf[:0]
	for _, c := range p {
		if 'a' <= c && c <= 'z' {
			c = 'a' + (c-'a'+r.by)%26
		}
		r.buf = append(r.buf, c)
	}
	return r.w.Write(r.buf)
}

type temperature float64

func (t temperature) String() string { return "t" }

func describe(v any) int {
	switch v := v.(type) {
	case nil:
		return 0
	case int:
		return v % 7
	case string:
		return len(v)
	case fmt.Stringer:
		return len(v.String())
	case error:
		return len(v.Error())
	case []int:
		return len(v)
	}
	return -1
}

func main() {
	rounds := size.Pick(27_000, 20)
	var shapes []shape
	for i := range 1000 {
		x := 1 + float64(i%10)
		switch i % 5 {
		case 0:
			shapes = append(shapes, circle{x})
		case 1:
			shapes = append(shapes, rectangle{x, x + 1})
		case 2:
			shapes = append(shapes, square{rectangle{x, x}})
		case 3:
			shapes = append(shapes, &triangle{3 * x, 4 * x, 5 * x})
		case 4:
			shapes = append(shapes, group{[]shape{circle{1}, rectangle{x, 2}}})
		}
	}
	var area, edge float64
	var sum, titles, same int
	values := []any{1, "text", temperature(3), io.EOF, []int{1, 2}, nil, 42, struct{}{}, "more", 3.5}
	for round := range rounds {
		for i, s := range shapes {
			area += s.area()
			edge += s.perimeter()
			sum += corners(s)
			if n, ok := s.(named); ok {
				titles += len(n.title())
			}
			if i >= 10 && i%5 != 4 && shapes[i-10] == s {
				same++
			}
		}
		for i := range 1000 {
			sum += describe(values[(i+round)%len(values)])
		}
	}
	text := []byte("the quick brown fox jumps over the lazy dog")
	var out strings.Builder
	c := &counter{Writer: &out}
	var w io.Writer = &rot{w: &rot{w: c, by: 3}, by: 10}
	for range rounds * 40 {
		if out.Len() > 1<<16 {
			out.Reset()
		}
		w.Write(text)
	}
	fmt.Printf("%.3f %.3f %d %d %d %d\n", area, edge, sum, titles, same, c.n)
	size.Done()
}
