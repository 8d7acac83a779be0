// spec: Slice expressions, Making slices, maps and channels, Run-time panics
// exit: 2

package main

//go:noinline
func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			println(name, r.(error).Error())
		}
	}()
	f()
	println(name, "went well")
}

func main() {
	s := make([]byte, 3, 5)
	n := -1
	m := 7
	try("high", func() { _ = s[:m] })
	try("low", func() { _ = s[m:] })
	try("order", func() { _ = s[3:n+3] })
	try("cap", func() { _ = s[:5] })
	try("three", func() { _ = s[1:2:m] })
	try("string", func() { _ = "abc"[m:] })
	try("array", func() { a := [3]int{}; p := &a; _ = p[m%4] })
	try("convert", func() { _ = [4]byte(s) })
	try("make", func() { _ = make([]int, n) })
	try("makecap", func() { _ = make([]int, 2, m-6) })
	_ = s[n:]
}
