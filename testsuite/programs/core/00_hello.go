// spec: Packages, Source file organization, Package clause, Program execution, Bootstrapping
// needs: println

package main

func main() {
	println("hello, ingot")
}
