// spec: Package initialization, Variable declarations, Making slices, maps and channels, Allocation, Manipulating complex numbers
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

// A quotient of which one part only is NaN is left so.
func complexQuotients() {
	infinite := complex(1.7976931348623157e308, 0) * one(complex(18446744073709551615, 16777217))
	println(infinite/complex(-2147483649, 255.9), infinite/one(complex(1, 1)), infinite/one(complex(3, -4)))
}

//go:noinline
func one[T any](x T) T { return x }

func main() {
	complexQuotients()
	zeroesMadeByNew()
}
