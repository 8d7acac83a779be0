// spec: Type assertions, Run-time panics
// exit: 2

package main

type shape interface{ area() int }
type square int

func (s square) area() int { return int(s * s) }

func main() {
	var s shape = square(3)
	println(s.area(), s.(square))
	var x any = s
	if _, ok := x.(interface{ perimeter() int }); !ok {
		println("no perimeter")
	}
	defer func() {
		println(recover().(error).Error())
		var e any
		println(e.(shape).area())
	}()
	println(x.(string))
}
