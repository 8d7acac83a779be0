// spec: Handling panics
// exit: 2

package main

type num int

func main() {
	defer func() {
		panic(num(7))
	}()
	defer func() {
		panic(3.5)
	}()
	panic("outermost")
}
