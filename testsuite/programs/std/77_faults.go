// spec: Handling panics, Defer statements, Conversions from slice to array or array pointer, Package unsafe
// needs: std

// Faults where no check foresees them, in memory that may not be read: what a function did before one is seen by its
// deferred functions and by its caller.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"
)

var page = os.Getpagesize()

// hole is two pages of which only the first may be read.
func hole() []byte {
	data, err := syscall.Mmap(-1, 0, 2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err == nil {
		err = syscall.Mprotect(data[page:], syscall.PROT_NONE)
	}
	if err != nil {
		panic(err)
	}
	return data
}

// count adds up bytes until it faults.
func count(data []byte) (n int, sum uint64, err error) {
	seen := 0
	defer func() {
		if r := recover(); r != nil {
			err = r.(runtime.Error)
		}
		if seen != n {
			err = fmt.Errorf("%d seen, %d counted", seen, n)
		}
	}()
	for _, b := range data {
		sum += uint64(b)
		n++
		seen++
	}
	return n, sum, nil
}

// fill writes; its caller recovers.
//
//go:noinline
func fill(data []byte) {
	for i := range data {
		data[i] = byte(i)
	}
}

// last has nothing that needs a frame.
//
//go:noinline
func last(array *[1 << 13]byte) byte { return array[1<<13-1] }

type pair struct{ a, b *int }

// keep returns what was stored before the fault, pointers among it, which others collect meanwhile.
func keep(p *byte) (res pair, text string) {
	defer func() {
		if recover() != nil {
			runtime.GC()
			text += " recovered"
		}
	}()
	x, y := 1, 2
	res.a, res.b = &x, &y
	text = "stored"
	y += int(*p)
	res.a, res.b = nil, nil
	text = "lost"
	return
}

func try(what string, f func()) {
	defer func() {
		r := recover()
		err, isError := r.(runtime.Error)
		if !isError {
			fmt.Println(what, r)
			return
		}
		addr, hasAddr := err.(interface{ Addr() uintptr })
		fmt.Println(what, err, hasAddr && addr.Addr() != 0)
	}()
	f()
}

func main() {
	fmt.Println(page, debug.SetPanicOnFault(true), debug.SetPanicOnFault(true))
	data := hole()
	for i := range page {
		data[i] = byte(i)
	}
	n, sum, err := count(data)
	fmt.Println(n == page, sum == uint64(page)/256*(255*256/2), err)
	n, sum, err = count(data[page-3:])
	fmt.Println(n, sum, err)
	n, _, err = count(data[:page])
	fmt.Println(n == page, err)

	try("fill", func() { fill(data[page-5:]) })
	try("last", func() { fmt.Println(last((*[1 << 13]byte)(unsafe.Pointer(&data[0])))) })
	res, text := keep(&data[page:][0])
	fmt.Println(*res.a, *res.b, text)

	done := make(chan bool)
	go func() {
		fmt.Println("elsewhere", debug.SetPanicOnFault(false))
		done <- true
	}()
	<-done
	fmt.Println(debug.SetPanicOnFault(false))
}
