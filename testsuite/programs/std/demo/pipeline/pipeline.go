// Package pipeline runs work on several goroutines and keeps its order.
package pipeline

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrTimeout ends a run that took too long.
var ErrTimeout = errors.New("pipeline: timeout")

type job[In any] struct {
	index int
	in    In
}

type result[Out any] struct {
	index int
	out   Out
	err   error
}

// PanicError is what a panic in a worker becomes.
type PanicError struct{ Value any }

func (e PanicError) Error() string { return fmt.Sprintf("worker panicked: %v", e.Value) }

// Map applies f to every input on the given number of workers. Outputs come in the order of the inputs; the errors of
// all that failed are joined.
func Map[In, Out any](workers int, limit time.Duration, in []In, f func(In) (Out, error)) ([]Out, error) {
	jobs := make(chan job[In])
	results := make(chan result[Out], workers)
	quit := make(chan struct{})
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for j := range jobs {
				out, err := guarded(f, j.in)
				select {
				case results <- result[Out]{j.index, out, err}:
				case <-quit:
					return
				}
			}
		})
	}
	go func() {
		defer close(jobs)
		for i, v := range in {
			select {
			case jobs <- job[In]{i, v}:
			case <-quit:
				return
			}
		}
	}()
	defer group.Wait()
	defer close(quit)

	timer := time.NewTimer(limit)
	defer timer.Stop()
	out := make([]Out, len(in))
	errs := make([]error, len(in))
	for range in {
		select {
		case r := <-results:
			out[r.index], errs[r.index] = r.out, r.err
		case <-timer.C:
			return nil, ErrTimeout
		}
	}
	return out, errors.Join(errs...)
}

func guarded[In, Out any](f func(In) (Out, error), in In) (out Out, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = PanicError{r}
		}
	}()
	return f(in)
}
