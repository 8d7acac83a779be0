// spec: Errors, Type assertions, Method sets, Embedded interfaces

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
)

type temporary interface{ Temporary() bool }

type netError struct {
	op  string
	err error
}

func (e *netError) Error() string   { return e.op + ": " + e.err.Error() }
func (e *netError) Unwrap() error   { return e.err }
func (e *netError) Temporary() bool { return e.op == "dial" }
func (e *netError) Is(target error) bool {
	return target == os.ErrDeadlineExceeded && e.op == "dial"
}

var errBase = errors.New("base")

func step(n int) error {
	switch n {
	case 0:
		return nil
	case 1:
		return errBase
	case 2:
		return fmt.Errorf("step %d: %w", n, step(1))
	case 3:
		return &netError{"dial", step(2)}
	case 4:
		return errors.Join(step(1), nil, step(3))
	case 5:
		return fmt.Errorf("many: %w; %w; %v", step(3), io.EOF, step(2))
	case 6:
		_, err := strconv.Atoi("12a")
		return &netError{"parse", err}
	case 7:
		_, err := os.Open("/no/such/file")
		return err
	}
	return errors.New("unknown step " + strconv.Itoa(n))
}

func typed(fail bool) error {
	var e *netError
	if fail {
		e = &netError{"typed", errBase}
	}
	return e
}

func cleanup() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Join(err, fmt.Errorf("recovered %v", r))
		}
	}()
	defer func() { err = fmt.Errorf("wrapped: %w", err) }()
	var m map[string][]int
	err = step(1)
	m["x"] = append(m["x"], 1)
	return nil
}

func main() {
	for n := range 9 {
		err := step(n)
		var ne *netError
		var numErr *strconv.NumError
		var pathErr *fs.PathError
		var tmp temporary
		fmt.Printf("%d %v\n  %t %t %t %t\n", n, err, errors.Is(err, errBase), errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, fs.ErrNotExist))
		fmt.Println(" ", errors.As(err, &ne), errors.As(err, &numErr), errors.As(err, &pathErr), errors.As(err, &tmp) && tmp.Temporary())
		if numErr != nil {
			fmt.Println(" ", numErr.Func, numErr.Num, numErr.Err)
		}
	}
	fmt.Println(typed(false) == nil, typed(true))
	fmt.Printf("%v\n", cleanup())
	fmt.Println(errors.Unwrap(step(2)) == errBase, errors.Unwrap(step(4)))
	if e, ok := errors.AsType[*netError](step(5)); ok {
		fmt.Println(e.op)
	}
}
