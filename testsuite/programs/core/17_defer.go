// spec: Defer statements, Handling panics, Return statements, Run-time panics, Errors, Predeclared identifiers
// needs: println

package main

func order() {
	for i := range 3 {
		defer print(i, " ")
	}
	defer println("first")
	println("body")
}

func args() {
	x := 1
	defer println("deferred value", x)
	defer func() { println("deferred closure", x) }()
	x = 2
}

func named() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n *= 2
			err = r.(error)
		}
	}()
	n = 21
	var m map[string]int
	m["x"] = 1
	return 1, nil
}

func resultChanged() (r int) {
	defer func() { r += 100 }()
	return 5
}

func resultNotChanged() int {
	r := 5
	defer func() { r += 100 }()
	return r
}

func earlyReturn(n int) (s string) {
	defer func() { s += "!" }()
	if n == 0 {
		return "zero"
	}
	defer func() { s += "?" }()
	if n == 1 {
		return "one"
	}
	s = "many"
	return
}

func conditional(n int) {
	if n > 0 {
		defer println("cond", n)
	}
	if n > 1 {
		defer println("cond2", n)
	}
	println("end cond", n)
}

func inLoop(n int) (total int) {
	for i := 0; i < n; i++ {
		defer func() { total += i }()
	}
	return 1000
}

func helper() any { return recover() }

func indirect() (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			println("outer caught", r.(string))
			ok = true
		}
	}()
	defer func() {
		// called by a function called by a deferred function: no recovery
		if helper() == nil {
			println("helper got nil")
		}
	}()
	panic("indirect")
}

func direct() {
	// recover as the deferred function itself, through a wrapper
	defer helper()
	panic("swallowed")
}

func nestedRecover() {
	defer func() {
		defer func() {
			println("inner recover", recover() == nil)
		}()
	}()
	defer func() {
		println("got", recover().(string))
		println("again", recover() == nil)
	}()
	panic("nested")
}

func repanic() {
	defer func() { println("level 0:", recover().(string)) }()
	func() {
		defer func() {
			r := recover()
			println("level 1:", r.(string))
			panic("second " + r.(string))
		}()
		panic("first")
	}()
	println("unreachable")
}

func panicInDefer() {
	defer func() { println("last:", recover().(string)) }()
	defer func() { panic("three") }()
	defer func() { panic("two") }()
	panic("one")
}

func deferAfterPanic() (s string) {
	defer func() {
		s += "a"
		recover()
	}()
	defer func() { s += "b" }()
	defer func() {
		defer func() {
			recover()
			s += "c"
		}()
		panic("inner")
	}()
	panic("outer")
}

type res struct{ name string }

func (r res) Close()   { println("close", r.name) }
func (r *res) Finish() { println("finish", r.name) }

func methods() {
	r := res{"one"}
	defer r.Close()
	defer r.Finish()
	r.name = "two"
	p := &r
	defer p.Close()
	p.name = "three"
	var c interface{ Close() } = r
	defer c.Close()
	c = res{"four"}
}

func nilFunc() {
	defer func() { println("nil func:", recover().(error).Error()) }()
	var f func()
	defer f()
	println("before nil func runs")
}

func builtins() {
	m := map[int]int{1: 1, 2: 2}
	s := []int{1, 2}
	ch := make(chan int, 1)
	func() {
		defer delete(m, 1)
		defer copy(s, []int{9})
		defer close(ch)
		println(len(m), s[0])
	}()
	_, ok := <-ch
	println(len(m), s[0], ok)
}

func values() {
	for i, v := range []any{1, "s", 2.5, nil, E{3}, []int{1}, error(E{4}), true} {
		func() {
			defer func() {
				r := recover()
				switch r := r.(type) {
				case error:
					println(i, "error", r.Error())
				case string:
					println(i, "string", r)
				case int:
					println(i, "int", r)
				case nil:
					println(i, "nil")
				default:
					println(i, "something")
				}
			}()
			panic(v)
		}()
	}
}

type E struct{ n int }

func (e E) Error() string { return "E" + string(rune('0'+e.n)) }

func runtimeErrors() {
	var (
		p  *E
		m  map[string]int
		s  []int
		i  any = "x"
		z  int
		ch chan int
	)
	for k, f := range []func(){
		func() { println(p.n) },
		func() { m["a"]++ },
		func() { s[z] = 1 },
		func() { _ = i.(int) },
		func() { println(1 / z) },
		func() { close(ch) },
		func() { c := make(chan int); close(c); close(c) },
		func() { c := make(chan int, 1); close(c); c <- 1 },
		func() { _ = make([]int, z-1) },
		func() { _ = make(chan int, z-1) },
		func() { _ = [3]int(make([]int, 2)) },
		func() { _ = "abc"[z+3] },
	} {
		func() {
			defer func() {
				r := recover()
				_, isRT := r.(interface {
					error
					RuntimeError()
				})
				println(k, r.(error).Error(), isRT)
			}()
			f()
		}()
	}
}

func deepPanic(n int) {
	defer func() { depth++ }()
	if n == 0 {
		panic("bottom")
	}
	deepPanic(n - 1)
}

var depth int

func loopRecover() (count int) {
	for i := range 50 {
		func() {
			defer func() {
				if recover() != nil {
					count++
				}
			}()
			if i%3 == 0 {
				panic(i)
			}
		}()
	}
	return
}

func multi() (a int, b string, c error) {
	defer func() {
		recover()
		b += "-recovered"
	}()
	a, b = 1, "set"
	panic("x")
}

func deferInClosure() {
	f := func() {
		defer println("closure's defer")
		println("in closure")
	}
	f()
	println("after closure")
}

func main() {
	order()
	println()
	args()
	n, err := named()
	println(n, err.Error())
	println(resultChanged(), resultNotChanged())
	println(earlyReturn(0), earlyReturn(1), earlyReturn(2))
	for i := range 3 {
		conditional(i)
	}
	println(inLoop(5))
	println(indirect())
	direct()
	nestedRecover()
	repanic()
	panicInDefer()
	println(deferAfterPanic())
	methods()
	nilFunc()
	builtins()
	values()
	runtimeErrors()
	func() {
		defer func() { println(recover().(string), depth) }()
		deepPanic(100)
	}()
	println(loopRecover())
	a, b, c := multi()
	println(a, b, c == nil)
	deferInClosure()
	println(recover() == nil)
}
