// spec: Calls, Method values, Function types

// Calls through reflection: arguments and results of every kind and number, in registers, in words, in memory.
package main

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

type point struct{ X, Y int }

type record struct {
	ID    int
	Name  string
	Score float64
	Tags  []string
}

type wrapped [1]struct {
	_ struct{}
	P *int
}

type empty struct{}

type small struct {
	A int8
	B bool
	C uint16
	F float32
}

type shape interface {
	Area() float64
	Scale(k float64, names ...string) (shape, error)
}

type square struct{ side float64 }

func (s square) Area() float64 { return s.side * s.side }
func (s square) Scale(k float64, names ...string) (shape, error) {
	if k < 0 {
		return nil, errors.New("negative: " + strings.Join(names, ","))
	}
	return square{s.side * k}, nil
}

type counter struct{ n, calls int }

func (c *counter) Add(d int) *counter { c.n += d; c.calls++; return c }
func (c counter) Get() (int, int)     { return c.n, c.calls }

type fn func(int) int

func (f fn) Twice(x int) int { return f(f(x)) }

// deep makes the stack move.
func deep(n int) int {
	var pad [32]int
	if n == 0 {
		return 0
	}
	pad[n%32] = n
	return deep(n-1) + pad[n%32] - n + 1
}

func call(f any, args ...any) {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = reflect.ValueOf(a)
	}
	out := reflect.ValueOf(f).Call(in)
	fmt.Print(reflect.TypeOf(f), " =>")
	for _, o := range out {
		fmt.Printf(" %v", o.Interface())
	}
	fmt.Println()
}

func try(f func()) {
	defer func() { fmt.Println("recovered:", recover()) }()
	f()
}

func main() {
	n := 42
	call(func() {})
	call(func() int { return 1 })
	call(func(a int8, b uint8, c int16, d uint16, e int32, f uint32, g int64, h uint64, i uintptr) (int8, uint8, int16, uint16, int32, uint32, int64, uint64, uintptr) {
		return -a, b, -c, d, -e, f, -g, h, i
	}, int8(-128), uint8(255), int16(-3), uint16(4), int32(-5), uint32(6), int64(-7), uint64(8), uintptr(9))
	call(func(a, b, c bool) (bool, bool, bool) { return !a, a && b, b || c }, true, false, true)
	call(func(a float32, b float64, c complex64, d complex128) (complex128, complex64, float64, float32) {
		return d * complex(b, 0), c + complex(a, 0), b, a
	}, float32(1.5), 2.5, complex64(3+4i), 5+6i)
	call(func(s string, b []byte, m map[string]int, c chan int, p *int, f func() string) (string, []byte, int, int, int, string) {
		return s + s, append(b, '!'), m["a"], cap(c), *p, f()
	}, "ab", []byte("cd"), map[string]int{"a": 7}, make(chan int, 3), &n, func() string { return "called" })
	call(func(p point, r record, w wrapped, e empty, s small) (small, empty, int, record, point) {
		r.Tags = append(r.Tags, "more")
		return s, e, *w[0].P, r, point{p.Y, p.X}
	}, point{1, 2}, record{3, "three", 3.5, []string{"t"}}, wrapped{{P: &n}}, empty{}, small{-1, true, 2, 0.5})
	call(func(a [0]string, b [1]string, c [2]string, d [5]int, e [3]struct{}) ([5]int, [2]string, [1]string, [0]string) {
		d[0], d[4] = d[4], d[0]
		c[0], c[1] = c[1], c[0]
		return d, c, b, a
	}, [0]string{}, [1]string{"one"}, [2]string{"a", "b"}, [5]int{1, 2, 3, 4, 5}, [3]struct{}{})
	call(func(a, b, c, d, e, f, g, h, i, j string) (j2, i2, h2, g2, f2, e2, d2, c2, b2, a2 string) {
		deep(500)
		runtime.GC()
		return j + "1", i + "2", h + "3", g + "4", f + "5", e + "6", d + "7", c + "8", b + "9", a + "10"
	}, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	call(func(a, b, c, d, e, f, g, h, i, j, k, l float64) (float64, float32, float64, float32, float64) {
		return a + l, float32(b + k), c + j, float32(d + i), e + f + g + h
	}, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0)
	call(func(prefix string, xs ...int) string { return fmt.Sprint(prefix, xs) }, "v")
	call(func(prefix string, xs ...int) string { return fmt.Sprint(prefix, xs) }, "v", 1, 2, 3)
	call(func(e error, s fmt.Stringer) (fmt.Stringer, error) { return s, e }, errors.New("an error"), reflect.ValueOf(1))
	call(func(r1, r2, r3, r4, r5, r6, r7, r8 record) (record, [4]string) {
		deep(300)
		return r8, [4]string{r1.Name, r2.Name, r3.Name, r7.Name}
	}, record{Name: "1"}, record{Name: "2"}, record{Name: "3"}, record{}, record{}, record{}, record{Name: "7"}, record{8, "8", 8, nil})
	fmt.Println(reflect.ValueOf(fmt.Sprintf).CallSlice([]reflect.Value{reflect.ValueOf("%v-%v"), reflect.ValueOf([]any{1, "x"})})[0])

	// Methods: by value, by pointer, of an interface, of a function type, promoted.
	var s shape = square{3}
	iv := reflect.ValueOf(&s).Elem()
	for i := range iv.NumMethod() {
		fmt.Println(iv.Type().Method(i).Name, iv.Method(i).Type())
	}
	fmt.Println(iv.Method(0).Call(nil)[0], reflect.ValueOf(s).Method(0).Call(nil)[0])
	out := iv.MethodByName("Scale").Call([]reflect.Value{reflect.ValueOf(2.0)})
	fmt.Println(out[0].Interface().(shape).Area(), out[1].IsNil())
	out = iv.MethodByName("Scale").Call([]reflect.Value{reflect.ValueOf(-2.0), reflect.ValueOf("p"), reflect.ValueOf("q")})
	fmt.Println(out[0].IsNil(), out[1])
	c := &counter{}
	cv := reflect.ValueOf(c)
	for i := 1; i <= 3; i++ {
		cv.MethodByName("Add").Call([]reflect.Value{reflect.ValueOf(i)})
	}
	fmt.Println(*c, cv.MethodByName("Get").Call(nil)[1].Int())
	fmt.Println(reflect.ValueOf(fn(func(x int) int { return x*x + n })).Method(0).Call([]reflect.Value{reflect.ValueOf(2)})[0])
	embedded := struct {
		*counter
		Other int
	}{c, 1}
	fmt.Println(reflect.ValueOf(embedded).MethodByName("Add").Call([]reflect.Value{reflect.ValueOf(10)})[0].Interface().(*counter).n)
	m, _ := reflect.TypeOf(c).MethodByName("Add")
	fmt.Println(m.Func.Call([]reflect.Value{cv, reflect.ValueOf(100)})[0].Elem().Interface())

	// What goes wrong.
	try(func() { call(func(int) {}, "no") })
	try(func() { call(func(int) {}) })
	try(func() { call(func(int) {}, 1, 2) })
	try(func() { reflect.ValueOf((func())(nil)).Call(nil) })
	try(func() { call(func(p *point) int { return p.X }, (*point)(nil)) })
	try(func() { call(func(s string) { panic("inside " + s) }, "callee") })
	try(func() { reflect.Zero(reflect.TypeOf(&s).Elem()).Method(0) })
}
