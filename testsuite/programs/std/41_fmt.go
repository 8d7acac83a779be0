// spec: Types, Exported identifiers, Type declarations, Qualified identifiers, Import declarations, String types, Method declarations

package main

import (
	"errors"
	"fmt"
	. "math"
	str "strings"
	_ "unicode"
)

type Celsius float64

func (c Celsius) String() string { return fmt.Sprintf("%.1f°C", float64(c)) }

type point struct {
	X, Y int
	name string
	next *point
}

type grid [2][2]int

type weekday uint8

const (
	monday weekday = iota
	tuesday
)

func (d weekday) GoString() string { return [...]string{"monday", "tuesday"}[d] }

type custom struct{ n int }

func (c custom) Format(f fmt.State, verb rune) {
	w, hasW := f.Width()
	p, hasP := f.Precision()
	fmt.Fprintf(f, "<%c %d %d %v %d %v %v %v>", verb, c.n, w, hasW, p, hasP, f.Flag('+'), f.Flag('#'))
}

type broken struct{}

func (broken) Error() string { panic("in Error") }

func main() {
	fmt.Printf("%d %+d %5d|%-5d|%05d %x %X %#x %o %#o %O %b %c %q %U %#U\n", 42, 42, 42, 42, 42, 255, 255, 255, 8, 8, 8, 5, 'x', 'x', 'ⱥ', 'ⱥ')
	fmt.Printf("%f %.2f %8.3f|%-8.1f|%+.1e %g %G %v %.3g %b\n", Pi, Pi, Pi, Pi, 12345.678, 1e21, 1e-7, 1e6, 123456.0, 0.5)
	fmt.Printf("%v %v %v %v %v\n", Inf(1), Inf(-1), NaN(), Copysign(0, -1), MaxFloat64)
	fmt.Printf("%s %q %x %X % x %#q %10s|%-10s|%.2s\n", "go", "a\"b\n", "hi", "hi", "hi", "raw", "right", "left", "cut")
	fmt.Printf("%t %v %5t\n", true, false, true)
	fmt.Printf("%v %+v %#v %T\n", point{1, 2, "p", nil}, point{1, 2, "p", nil}, point{1, 2, "p", nil}, point{})
	fmt.Printf("%v %+v\n", &point{X: 1}, &struct{ A any }{A: []int(nil)})
	fmt.Printf("%v %d %#v\n", grid{{1, 2}, {3, 4}}, grid{}, grid{{1}})
	fmt.Printf("%v %#v %T\n", []string{"a", "b"}, []string{"a"}, []string{})
	fmt.Printf("%v %#v\n", map[string]int{"z": 1, "a": 2, "m": 3}, map[int]bool{2: true, 1: false})
	fmt.Printf("%v %s %.2f %d\n", Celsius(21.55), Celsius(-1), Celsius(3), monday)
	fmt.Printf("%#v %v %#v\n", tuesday, tuesday, []weekday{monday})
	fmt.Printf("%v %v %v %v\n", nil, error(nil), errors.New("e"), any(nil))
	fmt.Printf("%v %+8.3d %#x\n", custom{1}, custom{2}, custom{3})
	fmt.Printf("%v %v %.3v %+v\n", 1+2i, complex64(-1i), 1.23456+2i, 3+0i)
	fmt.Printf("%d %!|%z %d\n", 1, 2)
	fmt.Printf("%d\n", "str")
	fmt.Printf("%[2]d %[1]d %d %[5]d\n", 1, 2)
	fmt.Printf("%*d|%-*d|%.*f\n", 5, 1, 5, 2, 2, 3.14159)
	fmt.Printf("extra\n", 1, "two")
	fmt.Println(fmt.Sprintf("%v", broken{}))
	fmt.Println(str.Repeat("=", 10), Sqrt(2), str.ToUpper("upper"))
	fmt.Print("a", "b", 1, 2, "c", 3.5, '\n', "\n")
	fmt.Printf("%v %s\n", []byte("hi"), []byte("hi"))
	fmt.Printf("%p %v\n", nil, (*int)(nil))
	fmt.Printf("%v %v\n", struct{}{}, [0]int{})
	fmt.Printf("%6.2f%% %c%c\n", 99.5, 0x4E16, 0x754C)
	fmt.Printf("%x %X %x\n", []byte{1, 0xab}, "ÿ", 3.5)
	var n int
	var s string
	var f float64
	k, err := fmt.Sscanf("12 abc 3.5", "%d %s %f", &n, &s, &f)
	fmt.Println(k, err, n, s, f)
	k, err = fmt.Sscan("7 x", &n, &n)
	fmt.Println(k, err, n)
	err = fmt.Errorf("outer: %w and %w", errors.New("one"), errors.ErrUnsupported)
	fmt.Println(err, errors.Is(err, errors.ErrUnsupported), errors.Unwrap(err))
}
