// spec: Calls, Appending to and copying slices, Min and max, Manipulating complex numbers, Package unsafe
// needs: std

// Predeclared functions given all their arguments by one call.

package main

import (
	"fmt"
	"unsafe"
)

type I interface{ M() int }
type T int

func (t T) M() int { return int(t) }

var buf = [4]byte{'a', 'b', 'c', 'd'}

func list() ([]any, int, string)            { return []any{0.5}, 1, "x" }
func ifaces() ([]I, T, T)                   { return nil, 3, 4 }
func nums() (int, int, int)                 { return 3, 1, 2 }
func strs() (string, string)                { return "b", "a" }
func parts() (float64, float64)             { return 1, 2 }
func bytes() ([]byte, string)               { return buf[1:], "zz" }
func entry() (map[string]int, string)       { return m, "k" }
func raw() (unsafe.Pointer, int8)           { return unsafe.Pointer(&buf), 2 }
func mem() (*byte, uint16)                  { return &buf[0], 3 }
func one() []int                            { return []int{7} }
func quad() ([][4]int, [4]int)              { return [][4]int{{1}}, [4]int{2, 3, 4, 5} }
func pair[T any](a, b T) ([]T, T)           { return []T{a}, b }
func grow[S ~[]E, E any](f func() (S, E)) S { return append(f()) }

var m = map[string]int{"k": 1, "l": 2}

func main() {
	fmt.Println(append(list()))
	for _, i := range append(ifaces()) {
		fmt.Println(i.M())
	}
	fmt.Println(min(nums()), max(nums()), min(strs()), max(strs()))
	fmt.Println(complex(parts()))
	fmt.Println(copy(bytes()), string(buf[:]))
	delete(entry())
	fmt.Println(m)
	fmt.Println(*(*byte)(unsafe.Add(raw())), unsafe.Slice(mem()), unsafe.String(mem()))
	fmt.Println(append(one()), append(quad()), append(pair("x", "y")))
	fmt.Println(grow(func() ([]string, string) { return []string{"p"}, "q" }))
	print(nums())
	println()
	defer println(strs())
}
