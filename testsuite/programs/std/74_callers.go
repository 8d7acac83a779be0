// spec: Handling panics, Defer statements, Comments, Blank identifier, Comparison operators, Struct types
// needs: std

// Who calls a deferred function, frames that inlining made, line directives, keys hashed by reflection, and a value that a
// method of another package returns.
package main

import (
	"fmt"
	"math/big"
	"path"
	"reflect"
	"runtime"
	"unsafe"
)

// where names the functions that call it, with lines, up to main.
func where() string {
	text := ""
	for i := 1; ; i++ {
		pc, file, line, ok := runtime.Caller(i)
		if !ok {
			return text
		}
		name := runtime.FuncForPC(pc).Name()
		if name == "runtime.main" {
			return text
		}
		if path.Base(file) == "panic.go" || path.Base(file) == "defer.go" {
			line = 0
		}
		text += fmt.Sprint(" ", name, ":", line)
	}
}

func small() string  { return where() }
func middle() string { return small() }

func normal() {
	defer func() { fmt.Println("returned:", where()) }()
}

func panics() {
	defer func() {
		recover()
		fmt.Println("panicked:", where())
	}()
	panic("p")
}

func frames() []string {
	var pcs [16]uintptr
	n := runtime.Callers(1, pcs[:])
	var names []string
	all := runtime.CallersFrames(pcs[:n])
	for {
		frame, more := all.Next()
		names = append(names, frame.Function)
		if !more || frame.Function == "main.main" {
			return names
		}
	}
}

func inner() []string { return frames() }

type key struct {
	a, b int32
	f    float64
	s    string
	c    byte
}

type blank struct{ a, _, c int }

var blanks = blank{1, 2, 3}

type pair struct {
	s, t string
	n    int
}

func newFloat() *big.Float { return new(big.Float).SetPrec(200) }

func clobber(n int) int {
	var a [64]int
	for i := range a {
		a[i] = n * i
	}
	return a[n%64]
}

func main() {
	fmt.Println("inlined:", middle())
	normal()
	panics()
	fmt.Println(inner())
//line /other/file.go:1000
	_, file, line, _ := runtime.Caller(0)
	fmt.Println(file, line)

	x := newFloat()
	clobber(7)
	fmt.Println(x.SetInt64(22).Quo(x, big.NewFloat(7)).Prec())

	type named map[key]bool
	k := key{1, 2, 3, "four", 5}
	made := reflect.MakeMap(reflect.MapOf(reflect.TypeOf(k), reflect.TypeOf(true)))
	made.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(true))
	var m named
	reflect.ValueOf(&m).Elem().Set(made)
	fmt.Println(m[k], m[key{}])
	type bytes map[uint8]int
	made = reflect.MakeMap(reflect.MapOf(reflect.TypeOf(uint8(0)), reflect.TypeOf(0)))
	for i := range 20 {
		made.SetMapIndex(reflect.ValueOf(uint8(i)), reflect.ValueOf(i*i))
	}
	var b bytes
	reflect.ValueOf(&b).Elem().Set(made)
	fmt.Println(b[3], b[19], b[20])

	local := blank{4, 5, 6}
	fmt.Println(reflect.ValueOf(blanks).Field(1).Int(), reflect.ValueOf(local).Field(1).Int())
	fmt.Println(reflect.TypeOf(unsafe.Pointer(nil)).PkgPath())

	// Strings of different lengths are not looked at.
	bad := unsafe.String((*byte)(unsafe.Pointer(&local)), 3)
	*(*uintptr)(unsafe.Pointer(&bad)) = 8
	var p, q any = pair{bad, "a", 1}, pair{"abc", "aa", 1}
	fmt.Println(p == q)
	p, q = pair{bad, "a", 1}, pair{"abc", "a", 2}
	fmt.Println(p == q)
}
