// spec: Calls, Run-time panics
// exit: 2
// needs: std

package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	defer fmt.Println("not run")
	err := errors.Join(errors.New("a"), errors.New("b"))
	fmt.Fprintln(os.Stderr, "leaving:", err)
	os.Exit(2)
}
