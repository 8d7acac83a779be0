package main

import (
	"math"
	"runtime"
)

// What every generated program may use. All of it is total and changes nothing but what it prints.

var (
	nan  = math.NaN()
	inf  = math.Inf(1)
	negz = math.Copysign(0, -1)
)

// integer is the constraint of generic functions.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// problem is the error that generated programs panic with.
type problem struct{ code int }

func (p problem) Error() string {
	if p.code < 0 {
		return "negative problem"
	}
	return "problem"
}

// id is looked through by an optimiser, hide is not.
func id[T any](x T) T { return x }

//go:noinline
func hide[T any](x T) T { return x }

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// ix makes an index below n of any number.
func ix(i, n int) int {
	if n == 0 {
		return 0
	}
	i %= n
	if i < 0 {
		i += n
	}
	return i
}

// at is an element of a slice, or the zero of what it holds when there is none.
func at[S ~[]E, E any](s S, i int) E {
	if len(s) == 0 {
		var none E
		return none
	}
	return s[ix(i, len(s))]
}

// clip keeps strings that grow in loops short, clips slices.
func clip(s string) string { return s[:min(len(s), 48)] }

func clips[T any](s []T) []T {
	n := min(len(s), 24)
	return s[:n:n]
}

// few and fewBytes bound loops.
func few[T any](s []T) []T { return s[:min(len(s), 5)] }

func fewBytes(s string) string { return s[:min(len(s), 6)] }

// small is x where every integer type holds it.
func small(x float64) float64 {
	if x >= 0 && x < 100 {
		return x
	}
	return 42
}

// bits tells all floats apart but NaNs, whose bits are the machine's affair.
func bits(x float64) uint64 {
	if x != x {
		return 1
	}
	return math.Float64bits(x)
}

func hashFloat(x float64) uint64 { return mix(bits(x)) }

func hashBool(b bool) uint64 {
	if b {
		return 3
	}
	return 5
}

func hashString(s string) uint64 {
	h := uint64(len(s)) + 7
	for i := 0; i < len(s); i++ {
		h = h*31 + uint64(s[i])
	}
	return h
}

func mix(h uint64) uint64 {
	h ^= h >> 31
	h *= 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func show(tag string, v any) {
	switch v := v.(type) {
	case nil:
		println(tag, "nil")
	case error:
		println(tag, "error", v.Error())
	case string:
		println(tag, "string", v)
	case bool:
		println(tag, "bool", v)
	case int:
		println(tag, "int", v)
	case int8:
		println(tag, "int8", v)
	case int16:
		println(tag, "int16", v)
	case int32:
		println(tag, "int32", v)
	case int64:
		println(tag, "int64", v)
	case uint:
		println(tag, "uint", v)
	case uint8:
		println(tag, "uint8", v)
	case uint16:
		println(tag, "uint16", v)
	case uint32:
		println(tag, "uint32", v)
	case uint64:
		println(tag, "uint64", v)
	case uintptr:
		println(tag, "uintptr", v)
	case float32:
		println(tag, "float32", bits(float64(v)))
	case float64:
		println(tag, "float64", bits(v))
	case complex128:
		println(tag, "complex128", bits(real(v)), bits(imag(v)))
	case []int:
		println(tag, "slice", len(v))
	default:
		println(tag, "something")
	}
}

// caught is deferred: it prints what the function panicked with.
func caught(tag string) {
	if r := recover(); r != nil {
		show(tag, r)
	}
}

// quiet is deferred where nothing may be printed.
func quiet() { recover() }

// upto yields 0 to n, without n.
func upto(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// pairs yields what a slice holds with its index, from the end.
func pairs[T any](s []T) func(func(int, T) bool) {
	return func(yield func(int, T) bool) {
		for i := len(s) - 1; i >= 0 && yield(i, s[i]); i-- {
		}
	}
}

func collect() { runtime.GC() }

func run(name string, program func()) {
	println("=== " + name)
	defer caught("ended with")
	program()
}
