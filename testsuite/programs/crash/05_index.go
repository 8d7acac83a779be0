// spec: Index expressions, Run-time panics
// exit: 2

package main

//go:noinline
func at(s []int, i int) int { return s[i] }

func main() {
	s := []int{1, 2, 3}
	for i := 2; ; i++ {
		println(at(s, i))
	}
}
