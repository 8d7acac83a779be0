// spec: Handling panics, Run-time panics
// exit: 2

package main

func inner(n int) {
	if n == 0 {
		panic("deep down")
	}
	inner(n - 1)
}

func main() {
	defer println("deferred in main")
	defer func() {
		defer println("nested deferred")
	}()
	inner(3)
}
