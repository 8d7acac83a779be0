// spec: Interface types, Method sets, Type assertions, Method values, Method expressions

// Methods that are reached through interfaces only, in every way one comes by an interface.

package main

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

type shape interface {
	area() int
	Name() string
}

type named interface{ Name() string }

// never is implemented, asked for and never called through.
type never interface {
	Never() int
	Name() string
}

type square struct{ side int }

func (s square) area() int    { return s.side * s.side }
func (s square) Name() string { return fmt.Sprint("square ", s.side) }
func (s square) Never() int   { panic("called") }

type boxed struct {
	shape
	label string
}

func (b *boxed) Name() string { return b.label + ":" + b.shape.Name() }

type reader struct{ left int }

func (r *reader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, "abcdef"[:min(r.left, 6)])
	r.left -= n
	return n, nil
}

func (r *reader) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, strings.Repeat("w", r.left))
	r.left = 0
	return int64(n), err
}

type failure struct{ code int }

func (f failure) Error() string        { return fmt.Sprint("failure ", f.code) }
func (f failure) Is(target error) bool { return target == io.ErrUnexpectedEOF }
func (f failure) Unwrap() error        { return io.ErrClosedPipe }

type verb struct{ n int }

func (v verb) Format(s fmt.State, c rune) { fmt.Fprintf(s, "<%c %d>", c, v.n) }
func (v verb) GoString() string           { return "not called" }

type ring[T any] struct{ items []T }

func (r *ring[T]) Len() int           { return len(r.items) }
func (r *ring[T]) Swap(i, j int)      { r.items[i], r.items[j] = r.items[j], r.items[i] }
func (r *ring[T]) Less(i, j int) bool { return fmt.Sprint(r.items[i]) < fmt.Sprint(r.items[j]) }

type walker interface{ walk(depth int) string }

type leaf int

func (l leaf) walk(depth int) string { return strings.Repeat(" ", depth) + fmt.Sprint(int(l)) }

type tree []walker

func (t tree) walk(depth int) string {
	var b strings.Builder
	for _, w := range t {
		b.WriteString(w.walk(depth+1) + ";")
	}
	return b.String()
}

func describe(x any) string {
	switch v := x.(type) {
	case interface{ missing() }:
		return "missing"
	case shape:
		return fmt.Sprint("shape ", v.area())
	case never:
		return "never"
	case named:
		return "named " + v.Name()
	case error:
		return v.Error()
	}
	return "nothing"
}

type onlyNever struct{}

func (onlyNever) Never() int   { return 1 }
func (onlyNever) Name() string { return "only" }

func main() {
	var things = []any{square{3}, &boxed{square{4}, "box"}, failure{7}, onlyNever{}, 5}
	for _, x := range things {
		_, isNever := x.(never)
		n, isNamed := x.(named)
		fmt.Println(describe(x), isNever, isNamed)
		if isNamed {
			fmt.Println(n.Name())
		}
	}

	var s shape = square{2}
	bound := s.area
	unbound := shape.Name
	s = &boxed{square{5}, "late"}
	fmt.Println(bound(), unbound(s), (*boxed).area(s.(*boxed)))
	defer fmt.Println("deferred", s.Name())
	defer s.(named).Name()

	data, err := io.ReadAll(&reader{10})
	fmt.Println(string(data), err)
	var out strings.Builder
	n, err := io.Copy(&out, &reader{4})
	fmt.Println(out.String(), n, err)

	wrapped := fmt.Errorf("outer: %w", failure{3})
	var f failure
	fmt.Println(wrapped, errors.Is(wrapped, io.ErrUnexpectedEOF), errors.Is(wrapped, io.ErrClosedPipe), errors.As(wrapped, &f), f.code)

	fmt.Printf("%v %d %#v\n", verb{1}, verb{2}, verb{3})
	r := &ring[int]{[]int{5, 3, 11, 2}}
	sort.Sort(r)
	fmt.Println(r.items, sort.IsSorted(sort.Reverse(r)))
	fmt.Println(tree{leaf(1), tree{leaf(2), leaf(3)}, leaf(4)}.walk(0))

	done := make(chan string)
	go func(w walker) { done <- w.walk(2) }(leaf(9))
	fmt.Println(<-done)
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var none shape
		none.area()
	}()
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var x any = square{1}
		x.(interface{ missing() }).missing()
	}()
}
