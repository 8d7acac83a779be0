// spec: Integer operators, Run-time panics, Integer overflow
// exit: 2

package main

//go:noinline
func div(a, b int) int { return a / b }

func main() {
	println(div(7, -2), div(-9223372036854775808, -1))
	defer println("cleanup")
	println(div(1, 0))
}
