package main

import (
	"math"
	"math/bits"
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

// bitsOf tells all floats apart but NaNs, whose bits are the machine's affair.
func bitsOf(x float64) uint64 {
	if x != x {
		return 1
	}
	return math.Float64bits(x)
}

func hashFloat(x float64) uint64 { return mix(bitsOf(x)) }

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
		text := v.Error()
		// A method's call through a nil pointer says so only where the pointer's type is not known.
		if wrapped := "value method "; len(text) > len(wrapped) && text[:len(wrapped)] == wrapped {
			text = "runtime error: invalid memory address or nil pointer dereference"
		}
		println(tag, "error", text)
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
		println(tag, "float32", bitsOf(float64(v)))
	case float64:
		println(tag, "float64", bitsOf(v))
	case complex128:
		println(tag, "complex128", bitsOf(real(v)), bitsOf(imag(v)))
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

func len64(x uint64) int       { return bits.Len64(x) }
func zeros32(x uint32) int     { return bits.LeadingZeros32(x) }
func trail16(x uint16) int     { return bits.TrailingZeros16(x) }
func ones64(x uint64) int      { return bits.OnesCount64(x) }
func reverse32(x uint32) int64 { return int64(bits.Reverse32(x)) }
func swap64(x uint64) uint64   { return bits.ReverseBytes64(x) }
func turn64(x uint64) uint64   { return bits.RotateLeft64(x, int(x&63)-20) }
func turn8(x uint8) uint8      { return bits.RotateLeft8(x, 3) }

func high64(x uint64) uint64 {
	high, low := bits.Mul64(x, x|1<<40)
	sum, carry := bits.Add64(high, low, x&1)
	return sum + carry
}

func sqrt(x float64) float64      { return math.Sqrt(x) }
func floor(x float64) float64     { return math.Floor(x) }
func trunc(x float64) float64     { return math.Trunc(x) }
func abs(x float64) float64       { return math.Abs(x) }
func even(x float64) float64      { return math.RoundToEven(x) }
func fma(x, y, z float64) float64 { return math.FMA(x, y, z) }

// mapped and folded call a function for what a slice holds.
func mapped[A, B any](s []A, f func(A) B) []B {
	var out []B
	for _, x := range s {
		out = append(out, f(x))
	}
	return clips(out)
}

func folded[A, B any](s []A, from B, f func(B, A) B) B {
	for _, x := range s {
		from = f(from, x)
	}
	return from
}

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
