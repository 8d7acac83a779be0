// spec: Close, Send statements, Run-time panics
// exit: 2

package main

func main() {
	c := make(chan string, 2)
	c <- "kept"
	close(c)
	println(<-c)
	v, ok := <-c
	println(len(v), ok)
	defer func() {
		println(recover().(error).Error())
		var n chan int
		close(n)
	}()
	c <- "lost"
}
