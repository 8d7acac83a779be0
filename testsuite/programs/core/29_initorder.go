// spec: Package initialization, Program initialization and execution, Program initialization, Variable declarations, Declarations and scope, Blank identifier, Program execution
// needs: println

package main

var (
	a = trace("a", c+b)
	b = trace("b", f())
	c = trace("c", f())
	d = 3
)

func f() int {
	d++
	return d
}

func trace(name string, v int) int {
	println("init", name, v)
	return v
}

// dependencies through functions, methods and closures
var total = compute()

func compute() int { return helper() * 2 }
func helper() int  { return base + 1 }

var base = trace("base", 20)

type T struct{ n int }

func (t T) Value() int    { return t.n + offset }
func (t *T) Pointer() int { return t.n + offset2 }

var viaMethod = trace("viaMethod", T{1}.Value())
var offset = trace("offset", 100)
var viaExpr = trace("viaExpr", (*T).Pointer(&T{2}))
var offset2 = trace("offset2", 200)
var viaValue = T.Value
var viaClosure = func() int { return late * 2 }()
var late = trace("late", 7)

// several variables from one call
var p, q = pair()

func pair() (int, string) {
	println("pair", r)
	return r, "q"
}

var r = trace("r", 5)

// blank variables are initialized too
var _ = trace("blank", 1)
var _, kept = trace("blank2", 2), trace("kept", 3)

// no dependency: the order of declaration
var x1, x2, x3 = trace("x1", 1), trace("x2", 2), trace("x3", 3)

// composite values
var table = map[string]func(int) int{
	"double": func(x int) int { return x * factor },
}
var factor = trace("factor", 2)
var list = []*T{{1}, {factor}, nil}
var arr = [...]string{2: name, 0: "zero"}
var name = string(rune('A' + factor))
var self *node = &node{val: 1}

type node struct {
	val  int
	next *node
}

// recursive functions referring to variables
var depth = down(3)

func down(n int) int {
	if n == 0 {
		return limit
	}
	return down(n-1) + 1
}

var limit = trace("limit", 10)

var ch = make(chan int, factor)
var iface interface{ Value() int } = T{5}
var result, ok = table["double"]
var val, found = map[string]int{"k": late}["k"]

var inInit int

func init() {
	println("first init", a, b, c, d)
	inInit = 1
	ch <- 9
}

func init() {
	println("second init", inInit)
	inInit++
	self.next = self
	func() {
		defer func() { println("recovered in init:", recover().(error).Error()) }()
		var m map[int]int
		m[1] = 1
	}()
	done := make(chan bool)
	go func() { done <- true }()
	println("goroutine in init", <-done)
}

func main() {
	println("main", a, b, c, d)
	println(total, viaMethod, viaExpr, viaValue(T{3}), viaClosure, late)
	println(p, q, r, kept, x1, x2, x3)
	println(table["double"](21), list[1].n, list[2] == nil, arr[0], arr[2], len(arr))
	println(self.next.next.val, depth, <-ch, cap(ch), iface.Value(), ok, val, found, result(5), inInit)
}

func init() {
	println("third init", inInit)
}
