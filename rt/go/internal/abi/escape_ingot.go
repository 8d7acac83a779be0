package abi

import "unsafe"

// NoEscape returns p in a way escape analysis does not follow.
//
//go:nosplit
func NoEscape(p unsafe.Pointer) unsafe.Pointer {
	hidden := [1]uintptr{uintptr(p)}
	return unsafe.Pointer(hidden[0])
}

// escaped is never set: what may be stored there has to be on the heap.
var escaped *any

// Escape has what x points to on the heap.
func Escape[T any](x T) T {
	if escaped != nil {
		*escaped = x
	}
	return x
}

// EscapeNonString has what v points to on the heap, but for the bytes of strings: calls are the compiler's.
func EscapeNonString[T any](v T) {}

// EscapeToResultNonString tells gc's escape analysis that v goes into the result, but for the bytes of strings. Its
// callers copy these.
func EscapeToResultNonString[T any](v T) T { return v }
