// spec: Allocation, Package initialization

// Package variables made by new: zero objects, of pointers, slices and maps too.
package main

type node struct{ next *node }

var (
	pointer = new(*int)
	twice   = new(**node)
	slice   = new([]string)
	table   = new(map[string]int)
	list    = []any{new(*int8), new([]byte), new([2]*int), new(func())}
)

func main() {
	println(*pointer == nil, *twice == nil, *slice == nil, *table == nil)
	println(*list[0].(**int8) == nil, *list[1].(*[]byte) == nil, list[2].(*[2]*int)[1] == nil, *list[3].(*func()) == nil)
	*slice = append(*slice, "a")
	println(len(*slice), (*slice)[0])
}
