// spec: Package initialization, Variable declarations, Making slices, maps and channels, Allocation
// needs: println

// What programs of the differential generator have found, made small.
package main

type node struct{ next *node }

// The zero value that `new` makes is made at link time.
var (
	toPointer  **node = new(*node)
	toSlice           = new([]int)
	toMap             = new(map[int]int)
	toArray           = new([2]*node)
	toStruct          = new(node)
	toFunction        = new(func())
)

func zeroesMadeByNew() {
	println(*toPointer == nil, *toSlice == nil, *toMap == nil, toArray[1] == nil, toStruct.next == nil, *toFunction == nil)
	*toPointer = toStruct
	*toSlice = append(*toSlice, 1)
	println((*toPointer).next == nil, len(*toSlice))
}

func main() {
	zeroesMadeByNew()
}
