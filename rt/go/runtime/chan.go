// Channels.
//
// A channel is locked for every operation. A goroutine that must wait queues a waiter whose cell holds the value: a
// sender's, or the place for a receiver's. Cells and waiters are heap objects, so values never cross stacks and stacks
// of waiting goroutines may move. Whoever takes a waiter off a queue owns it until it has readied its goroutine.
// Nothing is allocated under a channel's lock: an operation that finds it must wait unlocks, prepares, and tries again.

package runtime

import (
	"internal/runtime/math"
	"unsafe"
)

type hchan struct {
	qcount   uint // words 0 and 1 are len and cap
	dataqsiz uint
	buf      unsafe.Pointer
	elem     *_type
	lock     uint32
	closed   bool
	held     bool // of a timer channel: there is a value in buf, which len and cap do not tell
	sendx    uint
	recvx    uint
	recvq    waitQueue
	sendq    waitQueue
	timer    *timeTimer // of a timer channel
	bubble   *bubble    // its goroutines' only
}

type waitQueue struct{ first, last *waiter }

type waiter struct {
	g          uintptr
	next, prev *waiter
	queued     bool
	ok         bool // the operation took place; false: the channel was closed
	cell       unsafe.Pointer
	sel        *selectState // of a select: shared by its waiters
	bubble     *bubble      // in which the goroutine is durably blocked
	index      int
	small      [2]uint64      // cell of small pointer-free values
	pointer    unsafe.Pointer // cell of a pointer
}

func (q *waitQueue) push(w *waiter) {
	w.queued = true
	w.next = nil
	w.prev = q.last
	if q.last == nil {
		q.first = w
	} else {
		q.last.next = w
	}
	q.last = w
}

func (q *waitQueue) remove(w *waiter) {
	if !w.queued {
		return
	}
	w.queued = false
	if w.prev == nil {
		q.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		q.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
}

// pop takes the first waiter whose goroutine is still to be had: a select is won by one of its channels.
func (q *waitQueue) pop() *waiter {
	for {
		w := q.first
		if w == nil {
			return nil
		}
		q.remove(w)
		if w.sel == nil || w.sel.win(w) {
			return w
		}
	}
}

// newWaiter makes a waiter for a value of type t; val is the value of a sender.
func newWaiter(t *_type, val unsafe.Pointer) *waiter {
	w := getgw().waiter
	if w != nil {
		getgw().waiter = nil
	} else {
		w = new(waiter)
	}
	w.g = rt_getg()
	switch {
	case t.Size_ == 0:
		w.cell = unsafe.Pointer(&zerobase)
	case t.PtrBytes == 0 && t.Size_ <= unsafe.Sizeof(w.small):
		w.cell = unsafe.Pointer(&w.small)
	case t.Size_ == unsafe.Sizeof(w.pointer):
		w.cell = unsafe.Pointer(&w.pointer)
	default:
		w.cell = newobject(t)
	}
	if val != nil {
		typedmemmove(t, w.cell, val)
	}
	return w
}

// freeWaiter keeps the waiter for the goroutine's next wait.
func freeWaiter(w *waiter) {
	*w = waiter{}
	getgw().waiter = w
}

// wake readies a waiter's goroutine; no lock is held.
func wake(w *waiter) {
	if w.sel != nil {
		// The selecting goroutine holds this lock until it is parked.
		lock(&w.sel.lock)
		unlock(&w.sel.lock)
	}
	readyIn(w.bubble, w.g)
}

func makechan(t *chantype, size int) *hchan {
	et := t.Elem
	if et.Size_ >= 1<<16 {
		throw("makechan: invalid channel element type")
	}
	bytes, overflow := math.MulUintptr(et.Size_, uintptr(size))
	if overflow || bytes > maxAlloc || size < 0 {
		panic(plainError("makechan: size out of range"))
	}
	c := new(hchan)
	c.elem = et
	c.dataqsiz = uint(size)
	if bytes > 0 {
		c.buf = mallocgc(bytes, et, true)
	}
	c.bubble = currentBubble()
	return c
}

func makechan64(t *chantype, size int64) *hchan {
	if int64(int(size)) != size {
		panic(plainError("makechan: size out of range"))
	}
	return makechan(t, int(size))
}

func (c *hchan) slot(i uint) unsafe.Pointer { return add(c.buf, uintptr(i)*c.elem.Size_) }

func (c *hchan) after(i uint) uint {
	if i+1 == c.dataqsiz {
		return 0
	}
	return i + 1
}

type outcome uint8

const (
	mustWait outcome = iota
	done
	onClosed // send: panics; receive: the zero value
)

// trySend sends if that needs no waiting; c is locked. A receiver it served is to be woken after unlocking.
func (c *hchan) trySend(elem unsafe.Pointer) (outcome, *waiter) {
	if c.closed {
		return onClosed, nil
	}
	if w := c.recvq.pop(); w != nil {
		typedmemmove(c.elem, w.cell, elem)
		w.ok = true
		return done, w
	}
	if c.qcount < c.dataqsiz {
		typedmemmove(c.elem, c.slot(c.sendx), elem)
		c.sendx = c.after(c.sendx)
		c.qcount++
		return done, nil
	}
	if c.timer != nil && !c.held {
		c.held = true
		typedmemmove(c.elem, c.buf, elem)
		return done, nil
	}
	return mustWait, nil
}

// tryReceive receives if that needs no waiting; c is locked. A sender it served is to be woken after unlocking.
func (c *hchan) tryReceive(elem unsafe.Pointer) (outcome, *waiter) {
	if c.qcount > 0 {
		p := c.slot(c.recvx)
		if elem != nil {
			typedmemmove(c.elem, elem, p)
		}
		w := c.sendq.pop()
		if w != nil { // full: the sender's value goes to the freed slot, the last in order
			typedmemmove(c.elem, p, w.cell)
			w.ok = true
			c.recvx = c.after(c.recvx)
			c.sendx = c.recvx
			return done, w
		}
		typedmemclr(c.elem, p)
		c.recvx = c.after(c.recvx)
		c.qcount--
		return done, nil
	}
	if w := c.sendq.pop(); w != nil {
		if elem != nil {
			typedmemmove(c.elem, elem, w.cell)
		}
		w.ok = true
		return done, w
	}
	if c.held {
		if elem != nil {
			typedmemmove(c.elem, elem, c.buf)
		}
		c.dropHeld()
		return done, nil
	}
	if c.closed {
		if elem != nil {
			typedmemclr(c.elem, elem)
		}
		return onClosed, nil
	}
	return mustWait, nil
}

// dropHeld empties a timer channel; c is locked.
func (c *hchan) dropHeld() {
	c.held = false
	typedmemclr(c.elem, c.buf)
}

// checkBubble ends the program if the channel is another bubble's.
func (c *hchan) checkBubble(what string) {
	if c.bubble != nil && c.bubble != currentBubble() {
		fatalOtherBubble(what)
	}
}

func fatalOtherBubble(what string) { fatal(what + " synctest channel from outside bubble") }

func panicSendClosed() { panic(plainError("send on closed channel")) }

func chansend(c *hchan, elem unsafe.Pointer, block bool) bool {
	if c == nil {
		if !block {
			return false
		}
		parkIn(currentBubble(), waitChanSendNil)
		throw("unreachable")
	}
	c.checkBubble("send on")
	var w *waiter
	for {
		lock(&c.lock)
		result, served := c.trySend(elem)
		if result == mustWait && w != nil {
			w.bubble = c.bubble
			c.sendq.push(w)
			unlock(&c.lock)
			since := blockStart()
			parkIn(c.bubble, waitChanSend)
			blockEnd(since)
			ok := w.ok
			freeWaiter(w)
			if !ok {
				panicSendClosed()
			}
			return true
		}
		unlock(&c.lock)
		switch {
		case result == onClosed:
			panicSendClosed()
		case result == done:
			if served != nil {
				wake(served)
			}
			if w != nil {
				freeWaiter(w)
			}
			return true
		case !block:
			return false
		}
		w = newWaiter(c.elem, elem)
	}
}

func chanrecv(c *hchan, elem unsafe.Pointer, block bool) (selected, received bool) {
	if c == nil {
		if !block {
			return false, false
		}
		parkIn(currentBubble(), waitChanReceiveNil)
		throw("unreachable")
	}
	c.checkBubble("receive on")
	if c.timer != nil {
		c.timer.beforeReceive()
	}
	var w *waiter
	for {
		lock(&c.lock)
		result, served := c.tryReceive(elem)
		if result == mustWait && w != nil {
			w.bubble = c.bubble
			c.recvq.push(w)
			unlock(&c.lock)
			since := blockStart()
			if c.timer != nil {
				c.timer.block()
			}
			parkIn(c.bubble, waitChanReceive)
			if c.timer != nil {
				c.timer.unblock()
			}
			blockEnd(since)
			ok := w.ok
			if elem != nil {
				if ok {
					typedmemmove(c.elem, elem, w.cell)
				} else {
					typedmemclr(c.elem, elem)
				}
			}
			freeWaiter(w)
			return true, ok
		}
		unlock(&c.lock)
		if result != mustWait {
			if served != nil {
				wake(served)
			}
			if w != nil {
				freeWaiter(w)
			}
			return true, result == done
		}
		if !block {
			return false, false
		}
		w = newWaiter(c.elem, nil)
	}
}

func chansend1(c *hchan, elem unsafe.Pointer)      { chansend(c, elem, true) }
func chanrecv1(c *hchan, elem unsafe.Pointer)      { chanrecv(c, elem, true) }
func chanrecv2(c *hchan, elem unsafe.Pointer) bool { _, ok := chanrecv(c, elem, true); return ok }

func selectnbsend(c *hchan, elem unsafe.Pointer) bool { return chansend(c, elem, false) }

func selectnbrecv(elem unsafe.Pointer, c *hchan) (selected, received bool) {
	return chanrecv(c, elem, false)
}

func closechan(c *hchan) {
	if c == nil {
		panic(plainError("close of nil channel"))
	}
	c.checkBubble("close of")
	lock(&c.lock)
	if c.closed {
		unlock(&c.lock)
		panic(plainError("close of closed channel"))
	}
	c.closed = true
	var woken waitQueue
	for w := c.recvq.pop(); w != nil; w = c.recvq.pop() {
		woken.push(w)
	}
	for w := c.sendq.pop(); w != nil; w = c.sendq.pop() {
		woken.push(w)
	}
	unlock(&c.lock)
	for w := woken.first; w != nil; {
		next := w.next // w belongs to its goroutine once woken
		w.ok = false
		woken.remove(w)
		wake(w)
		w = next
	}
}

func chanlen(c *hchan) int {
	if c == nil {
		return 0
	}
	return int(c.qcount)
}

func chancap(c *hchan) int {
	if c == nil {
		return 0
	}
	return int(c.dataqsiz)
}

//go:linkname reflect_makechan reflect.makechan
func reflect_makechan(t *chantype, size int) *hchan { return makechan(t, size) }

//go:linkname reflect_chansend reflect.chansend0
func reflect_chansend(c *hchan, elem unsafe.Pointer, nb bool) bool { return chansend(c, elem, !nb) }

//go:linkname reflect_chanrecv reflect.chanrecv
func reflect_chanrecv(c *hchan, nb bool, elem unsafe.Pointer) (selected, received bool) {
	return chanrecv(c, elem, !nb)
}

//go:linkname reflect_chanlen reflect.chanlen
func reflect_chanlen(c *hchan) int { return chanlen(c) }

//go:linkname reflectlite_chanlen internal/reflectlite.chanlen
func reflectlite_chanlen(c *hchan) int { return chanlen(c) }

//go:linkname reflect_chancap reflect.chancap
func reflect_chancap(c *hchan) int { return chancap(c) }

//go:linkname reflect_chanclose reflect.chanclose
func reflect_chanclose(c *hchan) { closechan(c) }
