// spec: Channel types, Receive operator
// exit: 2

package main

func main() {
	c := make(chan int)
	done := make(chan bool, 1)
	go func() {
		done <- true
	}()
	println(<-done)
	<-c
}
