// spec: Go statements, Handling panics
// exit: 2

package main

type worker struct{ id int }

func (w worker) run(c chan int) {
	defer println("worker", w.id, "ends")
	for v := range c {
		if v == 3 {
			panic(worker{v}.id)
		}
		println("got", v)
	}
}

func main() {
	c := make(chan int)
	go worker{9}.run(c)
	for i := 0; ; i++ {
		c <- i
	}
}
