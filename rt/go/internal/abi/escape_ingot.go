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

// EscapeNonString and EscapeToResultNonString tell gc's escape analysis which parts of a value escape; they do nothing.
// Whatever is passed here is copied by its callers, so nothing needs to escape for them.
func EscapeNonString[T any](v T)           {}
func EscapeToResultNonString[T any](v T) T { return v }
