// Errors: wrapped and looked for, panics recovered, and deferred calls of each kind.
package main

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"bench/size"
)

var errEmpty = errors.New("empty")

type rangeError struct{ value, limit int }

func (e *rangeError) Error() string {
	return strconv.Itoa(e.value) + " is over " + strconv.Itoa(e.limit)
}

func check(v int) error {
	switch {
	case v%10 == 0:
		return errEmpty
	case v%7 == 0:
		return &rangeError{v, 100}
	}
	return nil
}

func step(depth, v int) error {
	if depth == 0 {
		return check(v)
	}
	if err := step(depth-1, v); err != nil {
		if depth%2 == 0 {
			return fmt.Errorf("step %d: %w", depth, err)
		}
		return err
	}
	return nil
}

type account struct {
	mu      sync.Mutex
	balance int
	log     int
}

func (a *account) withdraw(n int) (err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer func() {
		if err != nil {
			a.log++
		}
	}()
	if n > a.balance {
		return &rangeError{n, a.balance}
	}
	a.balance -= n
	return nil
}

func (a *account) deposit(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += n
}

// guarded turns a panic of f into an error.
func guarded(f func() int) (n int, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("recovered: %w", r)
		default:
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	return f(), nil
}

type stack struct{ closed []int }

func (s *stack) close(i int) { s.closed = append(s.closed, i) }

func nested(s *stack, n int) {
	s.closed = s.closed[:0]
	for i := range n {
		defer s.close(i)
	}
}

func main() {
	rounds := size.Pick(1_800_000, 2_000)
	a := &account{balance: 1000}
	s := &stack{}
	var empty, over, failed, texts, sum int
	for i := range rounds {
		if err := step(4, i); err != nil {
			var r *rangeError
			if errors.Is(err, errEmpty) {
				empty++
			} else if errors.As(err, &r) {
				over += r.value % 3
			}
			if i%64 == 0 {
				texts += len(err.Error())
			}
		}
		if err := a.withdraw(i % 97); err != nil {
			failed++
			a.deposit(1500)
		}
		n, err := guarded(func() int {
			if i%5 == 0 {
				list := make([]int, i%4)
				return list[i%8+4]
			}
			if i%17 == 0 {
				panic("seventeen")
			}
			return i % 13
		})
		sum += n
		if err != nil {
			failed++
		}
		if i%16 == 0 {
			nested(s, 5)
			sum += s.closed[0]
		}
		if v, err := strconv.Atoi("12x"); err != nil {
			sum += v + 1
		}
	}
	fmt.Println(empty, over, failed, texts, sum, a.balance, a.log)
	size.Done()
}
