// spec: Go statements, Defer statements, Return statements, Assignment statements

package main

import (
	"errors"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
)

type account struct {
	mu      sync.Mutex
	id      int
	balance int64
	log     []string
}

type bank struct {
	accounts []*account
	moved    atomic.Int64
	refused  atomic.Int64
}

var errFunds = errors.New("insufficient funds")

type transferError struct {
	from, to int
	amount   int64
	cause    error
}

func (e transferError) Error() string {
	return fmt.Sprintf("transfer %d->%d of %d: %v", e.from, e.to, e.amount, e.cause)
}

func (e transferError) Unwrap() error { return e.cause }

func (b *bank) transfer(from, to int, amount int64) (err error) {
	defer func() {
		if err != nil {
			b.refused.Add(1)
			err = transferError{from, to, amount, err}
		} else {
			b.moved.Add(amount)
		}
	}()
	if from == to {
		return errors.New("same account")
	}
	x, y := b.accounts[from], b.accounts[to]
	first, second := x, y
	if first.id > second.id {
		first, second = second, first
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	if x.balance < amount {
		return errFunds
	}
	x.balance, y.balance = x.balance-amount, y.balance+amount
	x.log = append(x.log, fmt.Sprintf("-%d", amount))
	y.log = append(y.log, fmt.Sprintf("+%d", amount))
	return nil
}

func main() {
	b := &bank{}
	for i := range 10 {
		b.accounts = append(b.accounts, &account{id: i, balance: 1000})
	}
	var wg sync.WaitGroup
	errs := make(chan error, 4000)
	for w := range 8 {
		wg.Go(func() {
			seed := uint32(w*7919 + 1)
			for range 400 {
				seed = seed*1664525 + 1013904223
				from, to := int(seed>>8)%10, int(seed>>16)%10
				if err := b.transfer(from, to, int64(seed>>24)*4); err != nil {
					errs <- err
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	kinds := map[string]int{}
	for err := range errs {
		var te transferError
		if !errors.As(err, &te) {
			fmt.Println("unexpected", err)
		}
		kinds[te.cause.Error()]++
	}
	var total, logged int64
	for _, a := range b.accounts {
		total += a.balance
		sum := int64(1000)
		for _, l := range a.log {
			var d int64
			fmt.Sscanf(l, "%d", &d)
			sum += d
		}
		if sum != a.balance {
			fmt.Println("log does not add up for", a.id)
		}
		logged += int64(len(a.log))
	}
	var names []string
	n := 0
	for k, c := range kinds {
		names = append(names, k)
		n += c
	}
	sort.Strings(names)
	fmt.Println(total, names, int64(n) == b.refused.Load(), logged == 2*(3200-int64(n)), b.moved.Load() > 0)
	fmt.Println(b.transfer(1, 1, 5))
	fmt.Println(b.transfer(1, 2, 1<<40))
	fmt.Println(errors.Is(b.transfer(3, 4, 1<<41), errFunds))
}
