// spec: Pointer types, Variables, Address operators, Defer statements, Function literals
// needs: std

package main

import (
	"fmt"
	"runtime"
	"sync"
	"weak"
)

// Variables whose address is taken, on the stack, keep what they point to as long as something leads to them, and no
// longer: not for as long as their frame stands.

type object struct {
	n    int
	next *object
	pad  [5]int
}

type holder struct {
	p    *object
	up   *holder
	more [3]*object
}

var sink *object

//go:noinline
func fresh(n int) *object {
	o := &object{n: n}
	sink = o
	sink = nil
	return o
}

//go:noinline
func fill(h *holder, n int) weak.Pointer[object] {
	h.p = fresh(n)
	return weak.Make(h.p)
}

//go:noinline
func sum(h *holder) int {
	s := 0
	for ; h != nil; h = h.up {
		for _, o := range append(h.more[:0:0], h.more[0], h.more[1], h.more[2], h.p) {
			for ; o != nil; o = o.next {
				s += o.n
			}
		}
	}
	return s
}

func alive(list ...weak.Pointer[object]) string {
	runtime.GC()
	text := ""
	for _, w := range list {
		if w.Value() != nil {
			text += "+"
		} else {
			text += "-"
		}
	}
	return text
}

func dead() {
	var h holder
	w := fill(&h, 1)
	before := alive(w)
	fmt.Println("variable", sum(&h), before, alive(w))
}

// through a pointer in another variable
func linked() {
	var a, b, c holder
	wa, wb, wc := fill(&a, 10), fill(&b, 20), fill(&c, 30)
	a.up = &b
	b.up = &c
	first := alive(wa, wb, wc)
	s := sum(&a)
	second := alive(wa, wb, wc)
	s += sum(&b)
	third := alive(wa, wb, wc)
	fmt.Println("linked", s, first, second, third, sum(&c), alive(wa, wb, wc))
}

// one variable forward and backward in the order of declaration
func backward() {
	var a, b, c holder
	wa, wb, wc := fill(&a, 1), fill(&b, 2), fill(&c, 3)
	c.up = &a
	a.up = &b
	first := alive(wa, wb, wc)
	s := sum(&c)
	fmt.Println("backward", first, s, alive(wa, wb, wc))
}

// each frame's variable is known to the frames it calls
func frames(depth int, up *holder, all []weak.Pointer[object]) string {
	var h holder
	all = append(all, fill(&h, depth))
	h.up = up
	if depth == 0 {
		text := alive(all...)
		text += fmt.Sprint(" ", sum(&h), " ")
		return text + alive(all...)
	}
	text := frames(depth-1, &h, all)
	if depth%2 == 0 {
		text += fmt.Sprint(" ", sum(&h), " ")
	}
	return text + " " + alive(all...)
}

//go:noinline
func interior(p **object) string {
	text := ""
	w := weak.Make(*p)
	text += alive(w)
	*p = nil
	return text + alive(w)
}

// a pointer into a variable keeps all of it
func parts() {
	var h holder
	w := fill(&h, 5)
	h.more = [3]*object{fresh(6), fresh(7), fresh(8)}
	w1, w2 := weak.Make(h.more[0]), weak.Make(h.more[1])
	text := interior(&h.more[1])
	text += " " + alive(w, w1, w2)
	fmt.Println("parts", text, sum(&h), alive(w, w1, w2))
}

func array() {
	var list [20]*object
	var weaks []weak.Pointer[object]
	for i := range list {
		list[i] = fresh(i)
		weaks = append(weaks, weak.Make(list[i]))
	}
	s := list[3:17]
	first := alive(weaks...)
	total := 0
	for _, o := range s {
		total += o.n
	}
	fmt.Println("array", first, total, alive(weaks...))
}

func deferred() (text string) {
	var h holder
	w := fill(&h, 9)
	defer func() { text += fmt.Sprint(" in defer ", alive(w), sum(&h)) }()
	return "deferred " + alive(w)
}

func recovered() (text string) {
	var h holder
	w := fill(&h, 11)
	text = "recovered "
	defer func() {
		text += fmt.Sprint(recover(), " ", alive(w), sum(&h))
	}()
	func() {
		var inner holder
		wi := fill(&inner, 12)
		defer func() { text += fmt.Sprint(alive(w, wi), sum(&inner), " ") }()
		panic("out")
	}()
	return "not reached"
}

// a record in a loop's frame for each round
func loops() string {
	text := "loops"
	var all []weak.Pointer[object]
	for i := range 4 {
		var h holder
		all = append(all, fill(&h, i))
		text += " " + alive(all...)
		if i%2 == 0 {
			text += fmt.Sprint(sum(&h))
		}
	}
	return text + " " + alive(all...)
}

//go:noinline
func call(f func() int) (int, string) { return f(), alive() }

func closures() {
	var h holder
	w := fill(&h, 40)
	f := func() int { return sum(&h) }
	first := alive(w)
	n, _ := call(f)
	fmt.Println("closures", first, n, alive(w))
}

type reader interface{ read() int }

func (h *holder) read() int { return sum(h) }

//go:noinline
func through(r reader, w weak.Pointer[object]) (int, string) {
	text := alive(w)
	n := r.read()
	return n, text + alive(w)
}

func interfaces() {
	var h holder
	w := fill(&h, 50)
	n, text := through(&h, w)
	fmt.Println("interfaces", n, text)
}

//go:noinline
func deepen(n int, h *holder) int {
	var pad [40]int
	pad[n%40] = n
	if n == 0 {
		return sum(h)
	}
	return deepen(n-1, h) + pad[(n+1)%40]
}

// reached only after the stack has moved
func moved() {
	done := make(chan string)
	go func() {
		var a, b holder
		wa, wb := fill(&a, 100), fill(&b, 200)
		a.up = &b
		s := deepen(2000, &a)
		first := alive(wa, wb)
		s += deepen(100, &b)
		done <- fmt.Sprint("moved ", s, " ", first, alive(wa, wb))
	}()
	fmt.Println(<-done)
}

// Goroutines that wait: half of them will use what they hold.
func waiting() {
	const n = 40
	start := make(chan int)
	var ready, over sync.WaitGroup
	weaks := make([]weak.Pointer[object], n)
	sums := make([]int, n)
	for i := range n {
		ready.Add(1)
		over.Add(1)
		go func() {
			defer over.Done()
			var a, b holder
			a.up = &b
			weaks[i] = fill(&b, i)
			sums[i] = sum(&a)
			if i%2 == 0 {
				ready.Done()
				<-start
				sums[i] += sum(&a)
			} else {
				ready.Done()
				<-start
			}
		}()
	}
	ready.Wait()
	first := alive(weaks...)
	close(start)
	over.Wait()
	total := 0
	for _, s := range sums {
		total += s
	}
	fmt.Println("waiting", first, total, alive(weaks...))
}

// the elements of a select that waits are variables of its frame
func selecting() {
	in, out, done := make(chan *object), make(chan *object), make(chan string)
	started := make(chan weak.Pointer[object])
	go func() {
		var h holder
		w := fill(&h, 70)
		started <- w
		select {
		case out <- h.p:
			done <- "sent"
		case o := <-in:
			done <- fmt.Sprint("received ", o.n, h.p.n)
		}
	}()
	w := <-started
	text := alive(w)
	in <- fresh(71)
	fmt.Println("selecting", text, <-done, alive(w))
}

func main() {
	dead()
	linked()
	backward()
	fmt.Println("frames", frames(5, nil, nil))
	parts()
	array()
	fmt.Println(deferred())
	fmt.Println(recovered())
	fmt.Println(loops())
	closures()
	interfaces()
	moved()
	waiting()
	selecting()
}
