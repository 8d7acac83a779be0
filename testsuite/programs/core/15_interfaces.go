// spec: Interface types, Basic interfaces, Embedded interfaces, Implementing an interface, Comparison operators, Type assertions, Assignability, Run-time panics
// needs: println

package main

type Shape interface {
	Area() int
	Name() string
}

type Scaler interface{ Scale(int) }

type ScalableShape interface {
	Shape
	Scaler
}

type Named interface{ Name() string }

type Square struct{ side int }
type RectT struct{ w, h int }
type Unit struct{}
type Circle int

func (s Square) Area() int    { return s.side * s.side }
func (s Square) Name() string { return "square" }
func (r *RectT) Area() int    { return r.w * r.h }
func (r *RectT) Name() string { return "rect" }
func (r *RectT) Scale(k int)  { r.w *= k; r.h *= k }
func (Unit) Area() int        { return 1 }
func (Unit) Name() string     { return "unit" }
func (c Circle) Area() int    { return 3 * int(c) * int(c) }
func (c Circle) Name() string { return "circle" }

type Logger struct {
	Shape
	log []string
}

func (l *Logger) Area() int {
	l.log = append(l.log, "area")
	return l.Shape.Area()
}

type MyErr struct{ code int }

func (e MyErr) Error() string { return "my error" }

type PtrErr struct{ msg string }

func (e *PtrErr) Error() string { return e.msg }

func mayFail(n int) error {
	switch n {
	case 0:
		return nil
	case 1:
		return MyErr{7}
	}
	return &PtrErr{"pointer error"}
}

func typedNil() error {
	var p *PtrErr
	return p
}

func try(name string, f func()) {
	defer func() {
		e := recover()
		if e == nil {
			println(name, "ok")
			return
		}
		if err, ok := e.(error); ok {
			println(name, "->", err.Error())
		} else {
			println(name, "-> other")
		}
	}()
	f()
}

type uncomparable struct{ f []int }

func total(shapes ...Shape) (t int) {
	for _, s := range shapes {
		t += s.Area()
	}
	return
}

func main() {
	shapes := []Shape{Square{3}, &RectT{2, 5}, Unit{}, Circle(2)}
	for _, s := range shapes {
		println(s.Name(), s.Area())
	}
	println(total(shapes...), total())

	var ss ScalableShape = &RectT{1, 2}
	ss.Scale(10)
	var sh Shape = ss
	var nm Named = sh
	println(sh.Area(), nm.Name())

	lg := &Logger{Shape: Square{4}}
	shapes[0] = lg
	println(shapes[0].Area(), shapes[0].Name(), len(lg.log))

	// nil interfaces
	var nilShape Shape
	println(nilShape == nil, mayFail(0) == nil, mayFail(1) == nil, typedNil() == nil)
	try("nil call", func() { nilShape.Area() })

	// comparison
	var a, b any
	println(a == b, a == nil)
	a, b = 1, 1
	println(a == b)
	b = int64(1)
	println(a == b, a == 1, b == 1, b == int64(1))
	a, b = "x", "x"
	println(a == b)
	a, b = Square{1}, Square{1}
	println(a == b, a == any(Square{2}))
	a, b = &RectT{1, 1}, &RectT{1, 1}
	println(a == b, a == a)
	var e1, e2 error = MyErr{1}, MyErr{1}
	println(e1 == e2, e1 == mayFail(1), e1 == MyErr{1}, mayFail(2) == mayFail(2))
	println(Shape(Square{3}) == Square{3}, sh == Shape(ss), nm == Named(sh))
	z := 0.0
	println(any(z/z) == any(z/z), any(z) == any(-z), any([2]any{1, "a"}) == any([2]any{1, "a"}))
	try("slice cmp", func() { println(any([]int{1}) == any([]int{1})) })
	try("map cmp", func() { println(any(map[int]int{}) == any(map[int]int{})) })
	try("func cmp", func() { println(any(main) == any(main)) })
	try("struct cmp", func() { println(any(uncomparable{}) == any(uncomparable{})) })
	try("array cmp", func() { println(any([1]any{[]int{}}) == any([1]any{[]int{}})) })
	try("different types", func() { println(any([]int{1}) == any([]string{"a"})) })
	try("nil and slice", func() { println(any([]int{1}) == nil) })
	try("map key", func() { m := map[any]int{}; m[[]int{1}] = 2 })
	try("map key read", func() { m := map[any]int{1: 1}; println(m[func() {}]) })

	// assertions
	var x any = Square{5}
	sq := x.(Square)
	println(sq.side)
	_, ok := x.(Circle)
	println(ok)
	s, ok := x.(Shape)
	println(ok, s.Area())
	_, ok = x.(Scaler)
	println(ok)
	x = nil
	_, ok = x.(any)
	println(ok)
	c, ok := x.(Circle)
	println(c, ok)
	x = "str"
	try("to int", func() { _ = x.(int) })
	try("to Shape", func() { _ = x.(Shape) })
	try("to Square", func() { _ = x.(Square) })
	try("to *Square", func() { _ = x.(*Square) })
	try("to []int", func() { _ = x.([]int) })
	try("to func", func() { _ = x.(func(int, ...string) (bool, error)) })
	try("to struct", func() { _ = x.(struct{ A int }) })
	try("to map", func() { _ = x.(map[string]chan<- int) })
	try("to iface lit", func() { _ = x.(interface{ M() }) })
	x = nil
	try("nil to int", func() { _ = x.(int) })
	try("nil to Shape", func() { _ = x.(Shape) })
	try("nil to any", func() { _ = x.(any) })
	var she Shape = Square{2}
	try("Shape to Circle", func() { _ = she.(Circle) })
	try("Shape to Scaler", func() { _ = she.(Scaler) })
	try("Shape to *RectT", func() { _ = she.(*RectT) })
	try("value has no ptr method", func() { var v any = RectT{}; _ = v.(Shape) })
	try("nil Shape to Square", func() { _ = nilShape.(Square) })
	try("error to Shape", func() { _ = mayFail(1).(Shape) })
	try("fine", func() { _ = mayFail(2).(*PtrErr) })

	// values in interfaces are copies
	sv := Square{6}
	var iv Shape = sv
	sv.side = 100
	println(iv.Area(), sv.Area())
	arr := [3]int{1, 2, 3}
	var ia any = arr
	arr[0] = 50
	println(ia.([3]int)[0])
	m := map[Shape]string{Square{1}: "s1", Unit{}: "u", Circle(4): "c4"}
	println(m[Square{1}], m[Unit{}], m[Circle(4)], len(m[Square{9}]))
	var fi interface{ Area() int } = Circle(1)
	println(fi.(Named).Name())
	sizes := []any{int8(-1), uint16(2), int32(-3), uint64(4), 5.5, float32(6.5), true, 'x', "s", nil, complex(1, 2), uintptr(9)}
	n := 0
	for _, v := range sizes {
		if v != nil {
			n++
		}
	}
	println(n, sizes[0].(int8), sizes[3].(uint64), sizes[4].(float64) == 5.5, sizes[7].(rune), sizes[10].(complex128) == complex(1, 2))
}
