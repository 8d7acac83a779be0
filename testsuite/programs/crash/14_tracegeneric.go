// spec: Type parameter declarations, Method values, Run-time panics
// exit: 2

package main

type counter struct{ n int }

type deep interface{ Deep(int) int }

var zero = 0

func (c *counter) Deep(n int) int {
	if n == 0 {
		return c.n / zero
	}
	return c.Deep(n-1) + 1
}

func each[K comparable, V any](m map[K]V, f func(K, V)) {
	for k, v := range m {
		f(k, v)
	}
}

//go:noinline
func seq(yield func(int) bool) {
	for i := range 3 {
		if !yield(i) {
			return
		}
	}
}

// The traceback goes through a method, an interface, a closure, a generic function and the body of a loop.
func main() {
	var d deep = &counter{3}
	for i := range seq {
		if i == 1 {
			each(map[string]int{"a": 2}, func(_ string, v int) {
				defer println("deferred")
				println(d.Deep(v))
			})
		}
	}
}
