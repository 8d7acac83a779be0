// spec: Type switches, Type assertions, Interface types, Switch statements
// needs: println

package main

type I interface{ M() }
type J interface {
	M()
	N()
}
type T1 struct{ a int }
type T2 struct{ b string }
type T3 int

func (T1) M()  {}
func (*T2) M() {}
func (*T2) N() {}

type Celsius float64
type Op func(int) int

func describe(x any) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case bool:
		if v {
			return "true"
		}
		return "false"
	case int:
		if v < 0 {
			return "negative int"
		}
		return "int"
	case int8, int16, int32, int64:
		return "sized int"
	case uint, uint8, uint16, uint32, uint64, uintptr:
		return "unsigned"
	case float32:
		return "float32"
	case float64:
		return "float64"
	case Celsius:
		return "celsius"
	case complex64, complex128:
		return "complex"
	case string:
		return "string " + v
	case []byte:
		return "bytes " + string(v)
	case []int:
		if len(v) == 0 {
			return "no ints"
		}
		return "ints"
	case [2]int:
		return "array"
	case map[string]int:
		v["seen"]++
		return "map"
	case chan int:
		return "chan"
	case <-chan int:
		return "recv chan"
	case func() string:
		return "func " + v()
	case Op:
		return "op"
	case func(int) int:
		return "func(int) int"
	case T1:
		return "T1"
	case *T1:
		return "*T1"
	case *T2:
		return "*T2 " + v.b
	case J:
		return "J"
	case I:
		return "I"
	case error:
		return "error " + v.Error()
	case struct{ x int }:
		return "anonymous struct"
	case *int:
		*v++
		return "*int"
	default:
		return "unknown"
	}
}

type E struct{}

func (E) Error() string { return "E!" }

type IM int

func (IM) M() {}

func order(x I) int {
	// interfaces are tried in order
	switch x.(type) {
	case J:
		return 1
	case T1, *T1:
		return 2
	case I:
		return 3
	}
	return 4
}

func eval(e any) int {
	type bin struct {
		op   byte
		l, r any
	}
	_ = bin{}
	switch e := e.(type) {
	case int:
		return e
	case []any:
		switch op, l, r := e[0].(string), eval(e[1]), eval(e[2]); op {
		case "+":
			return l + r
		case "*":
			return l * r
		case "-":
			return l - r
		}
	}
	return 0
}

func classify[T any](x T) string {
	switch any(x).(type) {
	case int:
		return "int"
	case []T:
		return "slice of T"
	case string:
		return "string"
	}
	return "none"
}

func breaks(x any) (s string) {
	switch x := x.(type) {
	case int:
		if x > 5 {
			break
		}
		s = "small"
	case string, []string:
		_, isStr := x.(string)
		if isStr {
			s = "s"
		} else {
			s = "ss"
		}
	}
	return s + "."
}

func main() {
	n := 5
	m := map[string]int{}
	for i, x := range []any{nil, true, false, 1, -1, int8(1), int64(2), uint8(3), uintptr(4), float32(1), 2.0, Celsius(3), 4i, complex64(5i),
		"str", []byte("abc"), []int{}, []int{1}, [2]int{}, [3]int{}, m, make(chan int), make(<-chan int), make(chan<- int),
		func() string { return "called" }, Op(nil), func(x int) int { return x }, func() {}, T1{}, &T1{}, T2{}, &T2{"b"}, T3(3),
		E{}, &E{}, IM(1), struct{ x int }{1}, struct{ y int }{1}, &n, 'r', any(nil), error(nil), I(T1{})} {
		println(i, describe(x))
	}
	println(n, m["seen"])
	println(order(T1{}), order(&T1{}), order(&T2{}), order(IM(1)), order(nil))
	println(eval([]any{"+", 2, []any{"*", 3, []any{"-", 10, 4}}}))
	println(classify(1), classify("a"), classify(2.5), classify([]int{}))
	println(breaks(3), breaks(8), breaks("x"), breaks([]string{}), breaks(1.5))
	switch x := any(n); y := x.(type) {
	case int:
		println("init", y+1, x == any(n))
	}
	switch any(n).(type) {
	default:
		println("default first")
	case string:
		println("no")
	}
}
