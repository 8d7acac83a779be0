// spec: Go statements, Handling panics
// exit: 2
// needs: std

package main

import (
	"fmt"
	"sync"
)

type failure struct{ code int }

func (f failure) Error() string { return fmt.Sprintf("failure %d", f.code) }

func fail(m map[string]int) {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Errorf("wrapped: %w", failure{len(m)}))
		}
	}()
	m["a"] = 1
}

// A goroutine that std starts panics: who made it, and on which line.
func main() {
	var wg sync.WaitGroup
	wg.Go(func() {
		fail(nil)
	})
	wg.Wait()
}
