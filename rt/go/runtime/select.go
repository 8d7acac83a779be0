// Select.
//
// All channels of a select are locked in address order, so selects do not deadlock. If none is ready, a waiter goes on
// every queue; they share a state that exactly one channel wins, under its own lock. The state's lock is taken before
// the channels' are released and given up by parking, so a winner that locks it knows the goroutine is parked.

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

type scase struct {
	c    *hchan
	elem unsafe.Pointer
}

type selectState struct {
	lock   uint32
	won    atomic.Uint32
	winner *waiter
}

// win claims the select for w; its channel is locked.
func (s *selectState) win(w *waiter) bool {
	if s.won.Load() != 0 || !s.won.CompareAndSwap(0, 1) {
		return false
	}
	s.winner = w
	return true
}

func block() {
	parkIn(currentBubble(), waitSelectNoCases)
	throw("unreachable")
}

// orderCases fills poll with a random order of the cases that have a channel, and locks with the order of addresses.
func orderCases(cases []scase, poll, locks []uint16) int {
	n := 0
	for i := range cases {
		c := cases[i].c
		if c == nil {
			continue
		}
		c.checkBubble("select on")
		if c.timer != nil {
			c.timer.beforeReceive()
		}
		j := int(cheaprandn(uint32(n + 1)))
		poll[n] = poll[j]
		poll[j] = uint16(i)
		at := n
		for at > 0 && uintptr(unsafe.Pointer(cases[locks[at-1]].c)) > uintptr(unsafe.Pointer(c)) {
			locks[at] = locks[at-1]
			at--
		}
		locks[at] = uint16(i)
		n++
	}
	return n
}

func lockAll(cases []scase, locks []uint16) {
	var last *hchan
	for _, i := range locks {
		if c := cases[i].c; c != last {
			lock(&c.lock)
			last = c
		}
	}
}

func unlockAll(cases []scase, locks []uint16) {
	for k := len(locks) - 1; k >= 0; k-- {
		c := cases[locks[k]].c
		if k == 0 || cases[locks[k-1]].c != c {
			unlock(&c.lock)
		}
	}
}

// selectgo chooses one of the cases, the first nsends of which are sends. It returns its index and, of a receive,
// whether a value was received; -1 if !block and none is ready.
func selectgo(first *scase, order *uint16, nsends, nrecvs int, block bool) (int, bool) {
	total := nsends + nrecvs
	cases := unsafe.Slice(first, total)
	orders := unsafe.Slice(order, 2*total)
	poll, locks := orders[:total], orders[total:]
	n := orderCases(cases, poll, locks)
	poll, locks = poll[:n], locks[:n]
	if n == 0 && block {
		parkIn(currentBubble(), waitSelectNoCases)
	}
	var inside *bubble // in which the goroutine will be durably blocked
	var waiters []*waiter
	var state *selectState
	for {
		lockAll(cases, locks)
		for _, i := range poll {
			k := &cases[i]
			var result outcome
			var served *waiter
			if int(i) < nsends {
				result, served = k.c.trySend(k.elem)
			} else {
				result, served = k.c.tryReceive(k.elem)
			}
			if result == mustWait {
				continue
			}
			unlockAll(cases, locks)
			if served != nil {
				wake(served)
			}
			if result == onClosed && int(i) < nsends {
				panicSendClosed()
			}
			return int(i), int(i) >= nsends && result == done
		}
		if !block {
			unlockAll(cases, locks)
			return -1, false
		}
		if waiters != nil {
			break
		}
		unlockAll(cases, locks)
		inside = currentBubble()
		for _, i := range locks {
			if cases[i].c.bubble == nil {
				inside = nil
			}
		}
		state = new(selectState)
		waiters = make([]*waiter, n)
		for k, i := range locks {
			c := &cases[i]
			var val unsafe.Pointer
			if int(i) < nsends {
				val = c.elem
			}
			w := newWaiter(c.c.elem, val)
			w.sel = state
			w.bubble = inside
			w.index = int(i)
			waiters[k] = w
		}
	}
	for _, w := range waiters {
		c := cases[w.index].c
		if w.index < nsends {
			c.sendq.push(w)
		} else {
			c.recvq.push(w)
		}
	}
	lock(&state.lock)
	unlockAll(cases, locks)
	unlock(&state.lock)
	since := blockStart()
	for _, w := range waiters {
		if t := cases[w.index].c.timer; t != nil {
			t.block()
		}
	}
	parkIn(inside, waitSelect)
	for _, w := range waiters {
		if t := cases[w.index].c.timer; t != nil {
			t.unblock()
		}
	}
	blockEnd(since)

	lockAll(cases, locks)
	for _, w := range waiters {
		c := cases[w.index].c
		if w.index < nsends {
			c.sendq.remove(w)
		} else {
			c.recvq.remove(w)
		}
	}
	unlockAll(cases, locks)
	w := state.winner
	k := &cases[w.index]
	if w.index < nsends {
		if !w.ok {
			panicSendClosed()
		}
		return w.index, false
	}
	if k.elem != nil {
		if w.ok {
			typedmemmove(k.c.elem, k.elem, w.cell)
		} else {
			typedmemclr(k.c.elem, k.elem)
		}
	}
	return w.index, w.ok
}

// reflectCase is a case as reflect gives it.
type reflectCase struct {
	dir uintptr // 1 send, 2 receive, 3 default
	typ unsafe.Pointer
	ch  *hchan
	val unsafe.Pointer
}

//go:linkname reflect_rselect reflect.rselect
func reflect_rselect(cases []reflectCase) (int, bool) {
	n := len(cases)
	if n == 0 {
		block()
	}
	list := make([]scase, 0, n)
	origin := make([]int, 0, n)
	fallback := -1
	nsends := 0
	for dir := uintptr(1); dir <= 2; dir++ {
		for i := range cases {
			switch k := &cases[i]; k.dir {
			case dir:
				list = append(list, scase{k.ch, k.val})
				origin = append(origin, i)
			case 3:
				fallback = i
			}
		}
		if dir == 1 {
			nsends = len(list)
		}
	}
	if len(list) == 0 {
		return fallback, false
	}
	order := make([]uint16, 2*len(list))
	chosen, ok := selectgo(&list[0], &order[0], nsends, len(list)-nsends, fallback < 0)
	if chosen < 0 {
		return fallback, ok
	}
	return origin[chosen], ok
}
