// spec: Errors, Handling panics
// exit: 2
// needs: std

package main

import (
	"errors"
	"fmt"
)

type coded struct{ code int }

func (c coded) Error() string { return fmt.Sprintf("code %d", c.code) }

func main() {
	defer func() {
		err := recover().(error)
		var c coded
		fmt.Println(errors.As(err, &c), c.code)
		panic(fmt.Errorf("main: %w", err))
	}()
	panic(fmt.Errorf("step: %w", coded{4}))
}
