// spec: Package unsafe
// exit: 2
// needs: std

package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
	"unsafe"
)

//go:noinline
func search(b []byte) int { return bytes.IndexByte(b, 1) }

//go:noinline
func first(b []byte) byte { return b[0] }

func try(what string, f func()) {
	defer func() { fmt.Println(what, recover()) }()
	was := debug.SetPanicOnFault(true)
	defer func() { debug.SetPanicOnFault(was) }()
	f()
}

// A mapping longer than its file: what lies behind the end faults, in Go code, in std's assembly and in copies.
func main() {
	f, err := os.CreateTemp("", "fault")
	if err != nil {
		panic(err)
	}
	os.Remove(f.Name())
	page := os.Getpagesize()
	f.Write(make([]byte, page))
	b, err := syscall.Mmap(int(f.Fd()), 0, 2*page, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	fmt.Println(search(b[:page]))
	into := make([]byte, page)
	for range 3 {
		try("read", func() { fmt.Println(first(b[page:])) })
		try("search", func() { fmt.Println(search(b)) })
		try("copy", func() { fmt.Println(copy(into, b[page:])) })
		try("write", func() { *(*byte)(unsafe.Pointer(&b[0])) = 1 })
	}
	search(b)
}
