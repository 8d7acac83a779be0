// spec: Map types, Run-time panics
// exit: 2

package main

func main() {
	var m map[string]int
	println(m["absent"], len(m))
	delete(m, "absent")
	for range m {
		println("never")
	}
	m["x"] = 1
}
